"""The first update of D under each penalty, computed by hand in NumPy.

D(x) = sum(w x^2) over four pixels, so the slope at an image is s = 2 w x, and with n images, c = |s|:

    d/dw of mean (c - 1)^2 is mean 2 (c - 1) / c * 2 x s        d/dw of mean c^2 / 2 is mean 2 x s
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.training import penalties
from seminar_gan.training.gan import GAN

RATE, WEIGHT, BATCH = 0.1, 3.0, 8


@keras.saving.register_keras_serializable("tests")
class Squares(layers.Layer):
    def call(self, x):
        return ops.square(x)


@pytest.fixture
def gan():
    keras.utils.set_random_seed(5)
    z, images = keras.Input((2,)), keras.Input((2, 2, 1))
    generator = keras.Model(z, layers.Reshape((2, 2, 1))(layers.Dense(4, activation="tanh")(z)))
    answers = layers.Dense(1, use_bias=False, kernel_initializer="random_uniform")(layers.Flatten()(Squares()(images)))
    return GAN(generator, keras.Model(images, answers), seed=4)


def at_one(w, x):
    """The gradient of mean (|slope| - 1)^2."""
    slopes = 2 * w * x
    lengths = np.linalg.norm(slopes, axis=1, keepdims=True)
    return np.mean(2 * (lengths - 1) / lengths * 2 * x * slopes, axis=0)


def at_zero(w, x):
    """The gradient of mean |slope|^2 / 2."""
    return np.mean(2 * x * 2 * w * x, axis=0)


def between(gan, real, fake):
    alpha = np.asarray(gan.draw_uniform(tf.constant(real)))
    assert alpha.shape == (BATCH, 1, 1, 1) and len(np.unique(alpha)) == BATCH
    return alpha * real + (1 - alpha) * fake


def near(gan, real, fake):
    noise = np.asarray(gan.draw_uniform(tf.constant(real), each_pixel=True))
    assert noise.shape == real.shape and len(np.unique(noise)) == noise.size
    return real + 0.5 * real.std() * noise


@pytest.mark.parametrize(
    ("penalty", "points", "gradient"),
    [
        (penalties.GradientPenalty(WEIGHT), between, at_one),
        (penalties.R1(WEIGHT), lambda gan, real, fake: real, at_zero),
        (penalties.DRAGAN(WEIGHT), near, at_one),
    ],
    ids=["gradient penalty", "R1", "DRAGAN"],
)
def test_the_first_update_is_the_one_computed_by_hand(gan, penalty, points, gradient):
    optimizers = {"d_optimizer": keras.optimizers.SGD(RATE), "g_optimizer": keras.optimizers.SGD(RATE)}
    gan.compile(**optimizers, loss=losses.WASSERSTEIN, penalty=penalty)
    real = np.random.default_rng(0).uniform(-1, 1, (BATCH, 2, 2, 1)).astype("float32")
    fake = np.asarray(gan.generator(gan.draw_noise((tf.constant(real),), 0)))
    w = np.asarray(gan.discriminator.trainable_variables[0])[:, 0]
    x = points(gan, real, fake).reshape(BATCH, -1)
    of_loss = np.mean(fake.reshape(BATCH, -1) ** 2, axis=0) - np.mean(real.reshape(BATCH, -1) ** 2, axis=0)
    expected = w - RATE * (of_loss + WEIGHT * gradient(w, x))

    logs = gan.train_step((tf.constant(real),))

    np.testing.assert_allclose(np.asarray(gan.discriminator.trainable_variables[0])[:, 0], expected, atol=1e-6)
    assert float(logs["d_loss"]) == pytest.approx(float(w @ of_loss) + float(logs["penalty"]), abs=1e-5)
