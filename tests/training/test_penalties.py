"""Wasserstein losses and the gradient penalty, against arithmetic by hand; and what saving and resuming keep."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.wasserstein import WassersteinGAN

# Keras 3.15 saves its variables in a way that NumPy 2.4 warns of.
saving = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@keras.saving.register_keras_serializable("tests")
def wasserstein_ones(seed, shape):
    return tf.ones(shape)


def linear_gan(weights, d_steps=1, gp_weight=10.0):
    """D(x) = w x in the plane and G(z) = z (1, -1), z = 1, with plain gradient descent."""
    z, x = keras.Input((1,)), keras.Input((2,))
    make = keras.Model(z, layers.Dense(2, use_bias=False, name="make")(z))
    judge = keras.Model(x, layers.Dense(1, use_bias=False, name="judge")(x))
    make.set_weights([np.array([[1.0, -1.0]])])
    judge.set_weights([np.array(weights, "float32").reshape(2, 1)])
    made = WassersteinGAN(make, judge, d_steps=d_steps, gp_weight=gp_weight, noise=wasserstein_ones)
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    return made


def updated(w, gp_weight=10.0, rate=0.1):
    """One update of a linear critic on the real point (3, 2) and the fake point (1, -1)."""
    length = np.linalg.norm(w)
    slope = np.array([1.0, -1.0]) - np.array([3.0, 2.0])  # of mean D(fake) - mean D(real)
    return w - rate * (slope + gp_weight * 2 * (length - 1) * w / length)


def test_the_losses():
    real, fake = ops.array([[3.0], [1.0]]), ops.array([[-1.0], [0.5]])
    assert float(losses.wasserstein_critic(real, fake)) == pytest.approx(-0.25 - 2)
    assert float(losses.wasserstein_generator(fake)) == pytest.approx(0.25)


@pytest.mark.parametrize(("weights", "gp_weight"), [((0.3, 0.4), 10.0), ((3.0, -4.0), 0.5), ((0.6, 0.8), 10.0)])
def test_a_step_is_algorithm_1_by_hand(weights, gp_weight):
    made = linear_gan(weights, gp_weight=gp_weight)
    history = made.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1).history
    w = updated(np.array(weights), gp_weight)
    np.testing.assert_allclose(made.discriminator.get_weights()[0].ravel(), w, rtol=1e-4, atol=1e-5)
    # G's loss is -D(G(z)) with the updated critic: its slope is -w.
    np.testing.assert_allclose(made.generator.get_weights()[0].ravel(), [1, -1] + 0.1 * w, rtol=1e-4, atol=1e-5)
    before = np.array(weights) @ [1 - 3, -1 - 2] + gp_weight * (np.hypot(*weights) - 1) ** 2
    assert history["d_loss"][0] == pytest.approx(before, rel=1e-4, abs=1e-5)
    assert history["g_loss"][0] == pytest.approx(-w @ [1, -1], rel=1e-4)


def test_the_critic_is_updated_d_steps_times_and_5_times_by_default():
    made = linear_gan((0.3, 0.4), d_steps=3)
    made.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1)
    w = np.array([0.3, 0.4])
    for _ in range(3):
        w = updated(w)
    np.testing.assert_allclose(made.discriminator.get_weights()[0].ravel(), w, rtol=1e-4)
    default = WassersteinGAN(tiny_gan.generator(), tiny_gan.discriminator())
    assert (default.d_steps, default.gp_weight) == (5, 10.0)


def test_a_critic_without_any_slope_has_a_finite_gradient():
    made = linear_gan((0.0, 0.0))
    made.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1)
    assert np.all(np.isfinite(made.discriminator.get_weights()[0]))


def test_the_slope_is_taken_at_one_uniform_point_between_each_pair():
    made = WassersteinGAN(tiny_gan.generator((4, 4, 3)), tiny_gan.discriminator((4, 4, 3), dropout=0))
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    seen = []
    made.judge = lambda images: seen.append(images) or made.discriminator(images)
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.uniform(-1, 1, (2000, 4, 4, 3)), "float32") for _ in "rf")
    made.penalty(real, fake)
    made.penalty(real, fake)
    made.d_optimizer.iterations.assign(1)
    made.penalty(real, fake)
    alphas = [((between - fake) / (real - fake)).numpy().reshape(2000, -1) for between in seen]
    middles = [np.median(alpha, axis=1) for alpha in alphas]
    for alpha, middle in zip(alphas, middles, strict=True):
        assert np.median(np.abs(alpha - middle[:, None])) < 1e-5  # one number for all pixels of an image
        assert 0 <= middle.min() < 0.01 and 0.99 < middle.max() <= 1 and abs(middle.mean() - 0.5) < 0.03
        assert abs(middle.std() - 12**-0.5) < 0.01  # uniform, not normal
    np.testing.assert_array_equal(alphas[0], alphas[1])  # it follows from the seed and the update
    assert np.corrcoef(middles[0], middles[2])[0, 1] < 0.1


def test_the_penalty_is_a_mean_over_images_of_each_ones_own_slope():
    keras.utils.set_random_seed(3)  # with other weights a difference could reach across the kink of a LeakyReLU
    made = WassersteinGAN(tiny_gan.generator(), tiny_gan.discriminator(dropout=0))
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    made.draw_alpha = lambda count: tf.fill([count], 0.25)
    real, fake = (tf.constant(tiny_gan.images(5) * scale) for scale in (1, -0.5))
    single = [float(made.penalty(real[i : i + 1], fake[i : i + 1])) for i in range(5)]
    assert float(made.penalty(real, fake)) == pytest.approx(np.mean(single), rel=1e-5)
    assert np.std(single) > 1e-4
    between = (0.25 * real + 0.75 * fake).numpy().astype("float64")
    lengths = []
    for image in between:  # by small differences
        nudged = image[None] + 1e-2 * np.eye(16).reshape(16, 4, 4, 1)
        back = image[None] - 1e-2 * np.eye(16).reshape(16, 4, 4, 1)
        lengths.append(np.linalg.norm((made.discriminator(nudged) - made.discriminator(back)) / 2e-2))
    np.testing.assert_allclose(single, (np.array(lengths) - 1) ** 2, rtol=1e-2)


def tiny(**options):
    keras.utils.set_random_seed(3)
    made = WassersteinGAN(
        tiny_gan.generator(), tiny_gan.discriminator(), average=0.9, d_steps=2, gp_weight=5, **options
    )
    adam = [keras.optimizers.Adam(1e-2, beta_1=0.0, beta_2=0.9) for _ in "dg"]
    made.compile(d_optimizer=adam[0], g_optimizer=adam[1])
    return made


def test_a_stopped_training_ends_where_it_would_have_ended(tmp_path):
    assert tiny_gan.resumes(tiny, (tiny_gan.images(),), tmp_path)


@saving
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    made, loaded = tiny_gan.saved_and_loaded(tiny, tmp_path)
    assert (type(loaded), loaded.d_steps, loaded.gp_weight) == (WassersteinGAN, 2, 5)
    assert tiny_gan.same(made, loaded)


def test_batch_normalisation_in_the_critic_and_other_weights_are_refused():
    x = keras.Input((4, 4, 1))
    normed = keras.Model(x, layers.Dense(1)(layers.BatchNormalization()(layers.Flatten()(x))), name="normed")
    outer = keras.Model(x, normed(x), name="outer")
    for critic in (normed, outer):
        with pytest.raises(ValueError, match=r"the critic '(normed|outer)' has batch normalisation"):
            WassersteinGAN(tiny_gan.generator(), critic)
    for wrong in (0, -1, "10"):
        with pytest.raises(ValueError, match=f"gp_weight must be a number above 0; got {wrong!r}"):
            WassersteinGAN(tiny_gan.generator(), tiny_gan.discriminator(), gp_weight=wrong)


def test_a_conditional_wasserstein_gan_needs_no_more_than_both_classes():
    class Both(WassersteinGAN, ConditionalGAN):
        pass

    made = Both(tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True), d_steps=2)
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    made.fit(tiny_gan.images(), tiny_gan.labels(), steps=2, batch_size=8)
    assert made.step == 2 and made.generate(5, tiny_gan.labels(5)).shape == (5, 4, 4, 1)
