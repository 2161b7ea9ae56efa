"""The measures as they are shown: the same numbers as those of the measures that check and go block by block."""

import numpy as np
import pytest
from samples import normal

from seminar_gan import metrics
from seminar_gan.metrics import equations

REAL, FAKE = normal(300, 6), normal(200, 6, seed=1, shift=0.4, scale=0.8)


def test_frechet_distance():
    assert equations.frechet_distance(REAL, FAKE) == metrics.frechet_distance(REAL, FAKE) > 0.1


@pytest.mark.parametrize("real", [REAL, REAL[:, :1] + 5])
def test_squared_mmd(real):
    fake = FAKE[:, : real.shape[1]]
    assert equations.squared_mmd(real, fake) == pytest.approx(metrics.kernel_distance(real, fake).value, rel=1e-12)


def test_energy_distance():
    assert equations.energy_distance(REAL, FAKE) == pytest.approx(metrics.energy_distance(REAL, FAKE), rel=1e-9)


def test_random_features():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1)).astype("uint8")
    x = images.astype("float32") / np.float32(255)
    found = equations.random_features((x - x.mean()) / float(x.std()), seed=2)
    np.testing.assert_allclose(found, metrics.random_features(images, seed=2), atol=1e-5)


@pytest.mark.parametrize("k", [1, 3, 7])
def test_precision_and_recall(k):
    expected = metrics.precision_recall(REAL, FAKE, neighbours=k)
    assert 0 < expected.precision < 1
    assert equations.precision_recall(REAL, FAKE, k) == tuple(expected)


def test_a_point_on_the_edge_of_a_ball_is_inside():
    real = np.arange(20.0)[:, None]
    assert equations.precision_recall(real, real + 10, 1) == (11 / 20, 11 / 20)
