"""What the generator starts from."""

import numpy as np
import pytest

from seminar_gan.training import noise


@pytest.mark.parametrize(
    ("draw", "low", "high", "deviation"),
    [
        (noise.normal, -np.inf, np.inf, 1),
        (noise.truncated_normal, -2, 2, 0.880),  # Johnson, Kotz & Balakrishnan 1994, section 13.10
        (noise.uniform, -1, 1, 3**-0.5),
    ],
)
def test_noise_follows_from_the_seed_alone_and_has_its_distribution(draw, low, high, deviation):
    z = np.asarray(draw((1, 2), (20_000, 2)))
    assert z.dtype == np.float32
    assert np.array_equal(z, draw((1, 2), (20_000, 2)))
    assert not np.isin(z, [draw((1, 3), (20_000, 2)), draw((2, 2), (20_000, 2))]).all()
    assert z.mean() == pytest.approx(0, abs=0.02) and z.std() == pytest.approx(deviation, abs=0.01)
    assert low <= z.min() and z.max() <= high
    if np.isfinite(low):
        assert z.min() < 0.99 * low and z.max() > 0.99 * high
