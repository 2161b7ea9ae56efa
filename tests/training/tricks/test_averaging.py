"""Historical averaging: three steps by hand, what is logged, and that the past is kept."""

import numpy as np
import pytest
import tiny_gan

from seminar_gan.training.tricks.averaging import HistoricalAveragingGAN


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def by_hand(steps, weight, g=0.5, d=0.3, x=2.0, rate=0.1):
    """(d, g) after each step; each also goes down 2 weight (theta - mean of theta[1] to theta[t])."""
    past, rows = {"d": [], "g": []}, []
    for _ in range(steps):
        past["d"].append(d)
        slope = -x * sigmoid(-d * x) + g * sigmoid(d * g)
        d -= rate * (slope + 2 * weight * (d - np.mean(past["d"])))
        past["g"].append(g)
        g -= rate * (-d * sigmoid(-d * g) + 2 * weight * (g - np.mean(past["g"])))
        rows.append((d, g))
    return rows


@pytest.mark.parametrize("eager", [False, True])
def test_the_steps_are_those_computed_by_hand(eager):
    trained = tiny_gan.scalars(HistoricalAveragingGAN, weight=2.0, compiled={"run_eagerly": eager})
    rows, free = by_hand(5, 2.0), by_hand(5, 0.0)
    for step, row in enumerate(rows, start=1):
        history = trained.fit(np.full((1, 1), 2.0), steps=step, batch_size=1, report_every=1).history
        assert tiny_gan.weights(trained) == pytest.approx(row, rel=1e-5)
    assert np.abs(np.subtract(rows[-1], free[-1])).min() > 0.005  # it holds both back
    d, g = rows[-2]
    assert history["d_loss"][-1] == pytest.approx(np.log1p(np.exp(-2 * d)) + np.log1p(np.exp(d * g)), rel=1e-4)


@pytest.mark.long
def test_it_resumes_and_is_saved_with_its_past(tmp_path):
    def make():
        return tiny_gan.gan(HistoricalAveragingGAN, weight=0.5, compiled={"run_eagerly": True})

    assert tiny_gan.resumes(make, (tiny_gan.images(),), tmp_path)
    trained, loaded = tiny_gan.saved_and_loaded(make, tmp_path)
    assert loaded.weight == 0.5 and tiny_gan.same(trained, loaded)
    for mean, weight in zip(loaded.d_past, loaded.discriminator.trainable_variables, strict=True):
        assert mean.shape == weight.shape and np.abs(np.asarray(mean) - np.asarray(weight)).max() > 0


@pytest.mark.parametrize("weight", [0, -1, "1"])
def test_another_weight_is_refused(weight):
    with pytest.raises(ValueError, match="the weight of historical averaging must be a number above 0; got"):
        tiny_gan.gan(HistoricalAveragingGAN, weight=weight)
