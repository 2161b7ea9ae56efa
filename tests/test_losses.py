"""Losses against arithmetic, and the answer that divides real from fake."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from seminar_gan import losses

REAL, FAKE = ops.array([[0.7], [-2.0]]), ops.array([[1.5], [-0.2]])
P_REAL, P_FAKE = (1 / (1 + np.exp(-np.array(a))) for a in ([0.7, -2.0], [1.5, -0.2]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (losses.cross_entropy(REAL, FAKE), -np.mean(np.log(P_REAL)) - np.mean(np.log(1 - P_FAKE))),
        (losses.minimax(FAKE), np.mean(np.log(1 - P_FAKE))),
        (losses.non_saturating(FAKE), -np.mean(np.log(P_FAKE))),
        (losses.plain_fake(FAKE), -np.mean(np.log(1 - P_FAKE))),
        (losses.smoothed_real(REAL), -np.mean(0.9 * np.log(P_REAL) + 0.1 * np.log(1 - P_REAL))),
        (losses.wasserstein_critic(REAL, FAKE), (1.5 - 0.2) / 2 - (0.7 - 2.0) / 2),
        (losses.wasserstein_generator(FAKE), -(1.5 - 0.2) / 2),
        (losses.least_squares(REAL, FAKE), (0.3**2 + 3.0**2) / 4 + (1.5**2 + 0.2**2) / 4),
        (losses.least_squares_generator(FAKE), (0.5**2 + 1.2**2) / 4),
        (losses.hinge(REAL, FAKE), (0.3 + 3.0) / 2 + (2.5 + 0.8) / 2),
    ],
)
def test_losses_are_those_of_the_papers(value, expected):
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_losses_do_not_overflow():
    far = ops.array([[-1000.0]])
    assert float(losses.non_saturating(far)) == 1000 and float(losses.minimax(far)) == 0
    assert float(losses.cross_entropy(far, -far)) == 2000
    assert float(losses.smoothed_real(far)) == pytest.approx(900) and float(losses.plain_fake(far)) == 0


def test_the_smoothed_loss_is_least_where_d_says_nine_tenths():
    answers = np.linspace(0.85, 0.95, 101)
    values = [float(losses.smoothed_real(ops.array([[math.log(p / (1 - p))]]))) for p in answers]
    assert answers[np.argmin(values)] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("pair", "discriminator", "generator", "boundary"),
    [
        (losses.NON_SATURATING, losses.cross_entropy, losses.non_saturating, 0),
        (losses.MINIMAX, losses.cross_entropy, losses.minimax, 0),
        (losses.WASSERSTEIN, losses.wasserstein_critic, losses.wasserstein_generator, None),
        (losses.LEAST_SQUARES, losses.least_squares, losses.least_squares_generator, 0.5),
        (losses.HINGE, losses.hinge, losses.wasserstein_generator, 0),
    ],
)
def test_the_pairs_of_the_papers(pair, discriminator, generator, boundary):
    assert (pair.discriminator, pair.generator, pair.boundary) == (discriminator, generator, boundary)


@pytest.mark.parametrize(
    ("pair", "best"),  # at a place where real ones are r times as dense as fake ones
    [
        (losses.NON_SATURATING, math.log),  # the logit of r / (r + 1): Goodfellow et al. 2014, proposition 1
        (losses.LEAST_SQUARES, lambda r: r / (r + 1)),  # Mao et al. 2017, section 3.2.2, a = 0 and b = 1
        (losses.HINGE, lambda r: math.copysign(1, r - 1)),  # Lim & Ye 2017
    ],
)
@pytest.mark.parametrize("r", [0.25, 3.0])
def test_the_best_answers_are_those_of_the_proofs(pair, best, r):
    answers, zero = np.linspace(-2, 2, 401, dtype="float32"), np.float32([[0]])

    def cost(answer):  # of this answer at this place; the other half's answer 0 adds the same to each
        answer = np.full((1, 1), answer)
        return r * float(pair.discriminator(answer, zero)) + float(pair.discriminator(zero, answer))

    found = answers[np.argmin([cost(answer) for answer in answers])]
    assert found == pytest.approx(best(r), abs=0.011) and (found > pair.boundary) == (r > 1)


def test_losses_by_name():
    assert list(losses.LOSSES) == ["minimax", "non_saturating", "least_squares", "hinge", "wasserstein"]
    assert losses.LOSSES["least_squares"] is losses.LEAST_SQUARES and losses.LOSSES["hinge"] is losses.HINGE


def test_how_hard_each_loss_pulls_on_a_generated_answer():
    """The derivative by the answer, by differences: what reaches G."""
    answers, step = np.array([-3.0, -0.5, 0.5, 3.0]), 1e-3
    probability = 1 / (1 + np.exp(-answers))
    expected = {
        "minimax": -probability,
        "non_saturating": probability - 1,
        "least_squares": answers - 1,  # above 1 the answer is pulled back
        "hinge": -np.ones(4),
        "wasserstein": -np.ones(4),
    }
    for name, slopes in expected.items():
        loss = losses.LOSSES[name].generator
        found = [float(loss(ops.array([[a + step]])) - loss(ops.array([[a - step]]))) / (2 * step) for a in answers]
        np.testing.assert_allclose(found, slopes, atol=2e-3, err_msg=name)


def test_panics_pair_has_two_halves_that_add_up():
    halves = losses.PANIC.discriminator
    assert (halves.real, halves.fake, losses.PANIC.generator) == (
        losses.smoothed_real,
        losses.plain_fake,
        losses.non_saturating,
    )
    assert float(halves(REAL, FAKE)) == pytest.approx(
        float(losses.smoothed_real(REAL) + losses.plain_fake(FAKE)), rel=1e-6
    )


def test_an_image_is_called_real_above_the_boundary():
    pair = losses.Pair(losses.cross_entropy, losses.minimax, boundary=0.5)
    shares = pair.shares(ops.array([[0.7], [0.4], [0.5], [2.0]]), ops.array([[0.6], [-1.0]]))
    assert {name: float(share) for name, share in shares.items()} == {"d_real": 0.5, "d_fake": 0.5}
    assert losses.WASSERSTEIN.shares(REAL, FAKE) == {} and losses.WASSERSTEIN.logs == ()


@pytest.mark.parametrize("pair", [*losses.LOSSES.values(), losses.PANIC])
def test_a_pair_can_be_saved_and_loaded(pair):
    loaded = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(pair))
    assert float(loaded.discriminator(REAL, FAKE)) == float(pair.discriminator(REAL, FAKE))
    assert loaded.generator is pair.generator and loaded.boundary == pair.boundary
