"""Feature matching: the generator's loss by hand, D's as before, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers

from seminar_gan.models import minibatch
from seminar_gan.training.gan import GAN
from seminar_gan.training.tricks.feature_matching import FeatureMatchingGAN


def two_outputs():
    images = keras.Input((4, 4, 1))
    x = layers.Dropout(0.3, seed=7)(layers.LeakyReLU(0.2)(layers.Dense(6)(layers.Flatten()(images))))
    return minibatch.with_features(keras.Model(images, layers.Dense(1)(x)))


def make():
    keras.utils.set_random_seed(3)
    gan = FeatureMatchingGAN(tiny_gan.generator(), two_outputs())
    gan.compile(d_optimizer=keras.optimizers.Adam(1e-2), g_optimizer=keras.optimizers.Adam(1e-2), run_eagerly=True)
    return gan


def test_the_generators_loss_is_the_squared_distance_of_mean_features():
    """D has the features (x, x^2) of a number x, and the logit x + x^2."""
    x = keras.Input((1,))
    features = layers.Concatenate()([x, layers.Multiply()([x, x])])
    logits = layers.Dense(1, use_bias=False, kernel_initializer="ones")(features)
    z = keras.Input((1,))
    gan = FeatureMatchingGAN(keras.Model(z, layers.Dense(1)(z)), keras.Model(x, [logits, features]))
    gan.compile(d_optimizer="sgd", g_optimizer="sgd")
    real, fake = (tf.constant([[1.0], [3.0]]),), (tf.constant([[0.0], [2.0]]),)
    loss, logs = gan.generator_loss(real, fake)
    assert float(loss) == (2 - 1) ** 2 + (5 - 2) ** 2 and logs == {}
    fakes = tf.Variable(fake[0])
    with tf.GradientTape() as tape:
        loss, _ = gan.generator_loss(real, (fakes,))
    by_hand = 2 * (1 - 2) / 2 + 2 * (2 - 5) * 2 * np.array([0.0, 2.0]) / 2
    np.testing.assert_allclose(tape.gradient(loss, fakes)[:, 0], by_hand)
    assert np.asarray(gan.discriminate(*real)).tolist() == [[2.0], [12.0]]


def test_the_discriminator_learns_as_before():
    gan = make()
    plain = GAN(gan.generator, keras.Model(gan.discriminator.input, gan.discriminator.outputs[0]))
    plain.compile(d_optimizer="sgd", g_optimizer="sgd")
    parts = ((tiny_gan.images(8),), (tiny_gan.images(8)[::-1],))
    losses = []
    for each in (gan, plain):
        each.discriminator.layers[-2].seed_generator.state.assign([0, 1])
        losses.append(float(each.discriminator_loss(*parts)[0]))
    assert losses[0] == losses[1]


@pytest.mark.long
def test_it_resumes_and_is_saved(tmp_path):
    assert tiny_gan.resumes(make, (tiny_gan.images(),), tmp_path)
    assert tiny_gan.same(*tiny_gan.saved_and_loaded(make, tmp_path))


def test_a_discriminator_without_features_is_refused():
    message = r"needs a discriminator with two outputs.*'discriminator' has 1: take models.minibatch.with_features"
    with pytest.raises(ValueError, match=message):
        tiny_gan.gan(FeatureMatchingGAN)
