"""Wasserstein steps with a penalty by hand, where its points lie, and what it is rejected for.

The first update of each penalty: test_first_updates.py. Saving and resuming: test_variants.py.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers

from seminar_gan import losses
from seminar_gan.training import penalties
from seminar_gan.training.gan import GAN


def linear_gan(weights, weight=10.0, **options):
    """D(x) = w x in the plane and G(z) = z (1, -1), z = 1, with plain gradient descent."""
    z, x = keras.Input((1,)), keras.Input((2,))
    generator = keras.Model(z, layers.Dense(2, use_bias=False)(z))
    critic = keras.Model(x, layers.Dense(1, use_bias=False)(x))
    generator.set_weights([np.array([[1.0, -1.0]])])
    critic.set_weights([np.array(weights, "float32").reshape(2, 1)])
    trained = GAN(generator, critic, noise=tiny_gan.ones, **options)
    optimizers = {"d_optimizer": keras.optimizers.SGD(0.1), "g_optimizer": keras.optimizers.SGD(0.1)}
    trained.compile(**optimizers, loss=losses.WASSERSTEIN, penalty=penalties.GradientPenalty(weight))
    return trained


def updated(w, weight=10.0, rate=0.1):
    """One update of a linear critic on the real point (3, 2) and the fake point (1, -1)."""
    length = np.linalg.norm(w)
    slope = np.array([1.0, -1.0]) - np.array([3.0, 2.0])  # of mean D(fake) - mean D(real)
    return w - rate * (slope + weight * 2 * (length - 1) * w / length)


@pytest.mark.parametrize(("weights", "weight"), [((0.3, 0.4), 10.0), ((3.0, -4.0), 0.5), ((0.6, 0.8), 10.0)])
def test_a_step_is_algorithm_1_by_hand(weights, weight):
    trained = linear_gan(weights, weight)
    history = trained.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1).history
    w = updated(np.array(weights), weight)
    np.testing.assert_allclose(trained.discriminator.get_weights()[0].ravel(), w, rtol=1e-4, atol=1e-5)
    # G's loss is -D(G(z)) with the updated critic: its slope is -w.
    np.testing.assert_allclose(trained.generator.get_weights()[0].ravel(), [1, -1] + 0.1 * w, rtol=1e-4, atol=1e-5)
    penalty = weight * (np.hypot(*weights) - 1) ** 2
    assert history["penalty"][0] == pytest.approx(penalty, rel=1e-4, abs=1e-5)
    assert history["d_loss"][0] == pytest.approx(np.array(weights) @ [-2, -3] + penalty, rel=1e-4, abs=1e-5)
    assert history["g_loss"][0] == pytest.approx(-w @ [1, -1], rel=1e-4)
    assert set(history) == {"step", "seconds", "d_loss", "g_loss", "penalty"}  # a critic calls nothing real


def test_the_critic_is_updated_d_steps_times():
    trained = linear_gan((0.3, 0.4), d_steps=3)
    trained.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1)
    w = np.array([0.3, 0.4])
    for _ in range(3):
        w = updated(w)
    np.testing.assert_allclose(trained.discriminator.get_weights()[0].ravel(), w, rtol=1e-4)


def test_a_critic_without_any_slope_has_a_finite_gradient():
    trained = linear_gan((0.0, 0.0))
    trained.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1)
    assert np.all(np.isfinite(trained.discriminator.get_weights()[0]))


def test_the_slope_is_taken_at_one_uniform_point_between_each_pair():
    trained = tiny_gan.gan(shape=(4, 4, 3))
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.uniform(-1, 1, (2000, 4, 4, 3)), "float32") for _ in "rf")
    middles = []
    for update in (0, 0, 1):
        trained.d_optimizer.iterations.assign(update)
        between = penalties.GradientPenalty().points(trained, real, fake)
        alpha = ((between - fake) / (real - fake)).numpy().reshape(2000, -1)
        middles.append(middle := np.median(alpha, axis=1))
        assert np.median(np.abs(alpha - middle[:, None])) < 1e-5  # one number for all pixels of an image
        assert 0 <= middle.min() < 0.01 and 0.99 < middle.max() <= 1 and abs(middle.mean() - 0.5) < 0.03
        assert abs(middle.std() - 12**-0.5) < 0.01  # uniform, not normal
    np.testing.assert_array_equal(middles[0], middles[1])  # it follows from the seed and the update
    assert np.corrcoef(middles[0], middles[2])[0, 1] < 0.1


def test_dragan_takes_the_slope_within_half_a_standard_deviation_of_the_real_images():
    trained = tiny_gan.gan()
    real = tf.constant(tiny_gan.images(500))
    steps = (penalties.DRAGAN().points(trained, real, None) - real).numpy() / np.std(real)
    assert 0 <= steps.min() < 0.001 and 0.499 < steps.max() <= 0.5
    assert steps.mean() == pytest.approx(0.25, abs=0.01)


def test_batch_normalisation_in_the_critic_is_refused():
    x = keras.Input((4, 4, 1))
    normed = keras.Model(x, layers.Dense(1)(layers.BatchNormalization()(layers.Flatten()(x))), name="normed")
    for critic in (normed, keras.Model(x, normed(x), name="outer")):
        trained = GAN(tiny_gan.generator(), critic)
        optimizers = {"d_optimizer": keras.optimizers.SGD(0.1), "g_optimizer": keras.optimizers.SGD(0.1)}
        with pytest.raises(ValueError, match=rf"the discriminator '{critic.name}' has batch normalisation"):
            trained.compile(**optimizers, penalty=penalties.R1())


@pytest.mark.parametrize("weight", [0, -1, "10"])
def test_a_weight_that_cannot_be_is_refused(weight):
    with pytest.raises(ValueError, match=f"the weight of a penalty must be a number above 0; got {weight!r}"):
        penalties.GradientPenalty(weight)


@pytest.mark.long
def test_a_penalty_goes_with_classes_and_mismatched_pairs():
    options = {"loss": losses.WASSERSTEIN, "penalty": penalties.GradientPenalty()}
    trained = tiny_gan.gan(conditional=True, d_steps=2, mismatched=0.25, compiled=options)
    history = tiny_gan.fit(trained, 2, tiny_gan.images(), tiny_gan.labels())
    assert trained.step == 2 and history["penalty"][0] > 0
    assert trained.generate(5, tiny_gan.labels(5)).shape == (5, 4, 4, 1)
