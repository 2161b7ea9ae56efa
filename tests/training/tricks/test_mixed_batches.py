"""Mixed batches: both kinds of image share the statistics of batch normalisation, and nothing else changes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers

from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gan import GAN
from seminar_gan.training.tricks.mixed_batches import MixedBatchGAN

REAL, FAKE = (tiny_gan.images(8)[part] for part in (slice(4), slice(4, None)))


def normalised():
    images = keras.Input((4, 4, 1))
    x = layers.BatchNormalization(center=False, scale=False, epsilon=1e-6)(layers.Flatten()(images))
    return keras.Model(images, layers.Dense(1)(x))


def make(kind=MixedBatchGAN):
    keras.utils.set_random_seed(3)
    gan = kind(tiny_gan.generator(), normalised())
    gan.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1), run_eagerly=True)
    return gan


def by_hand(gan, *batches):
    """The logits of a dense layer behind a normalisation by each batch's own mean and variance."""
    kernel, bias = gan.discriminator.layers[-1].get_weights()
    flat = [batch.reshape(len(batch), -1) for batch in batches]
    return [((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-6)) @ kernel + bias for x in flat]


def softplus(a):
    return np.log1p(np.exp(a))


@pytest.mark.parametrize("kind", [GAN, MixedBatchGAN])
def test_both_losses_by_hand(kind):
    gan, parts = make(kind), ((tf.constant(REAL),), (tf.constant(FAKE),))
    if kind is GAN:
        real, fake = by_hand(gan, REAL, FAKE)
    else:
        real, fake = np.split(by_hand(gan, np.concatenate([REAL, FAKE]))[0], 2)
    d_loss, logs = gan.discriminator_loss(*parts)
    assert float(d_loss) == pytest.approx(softplus(-real).mean() + softplus(fake).mean(), rel=1e-4)
    assert float(logs["d_real"]) == np.mean(real > 0) and float(logs["d_fake"]) == np.mean(fake > 0)
    assert float(gan.generator_loss(*parts)[0]) == pytest.approx(softplus(-fake).mean(), rel=1e-4)


def test_conditions_are_mixed_too():
    class Both(MixedBatchGAN, ConditionalGAN):
        def check(self, generator, discriminator):
            """Without batch normalisation a mixed batch gives what two batches give."""

    networks = tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True, dropout=0.0)
    gans = Both(*networks), ConditionalGAN(*networks)
    parts = (tf.constant(REAL), tf.constant([0, 1, 2, 3])), (tf.constant(FAKE), tf.constant([4, 4, 1, 0]))
    for gan in gans:
        gan.compile(d_optimizer="sgd", g_optimizer="sgd")
    mixed, apart = (float(gan.discriminator_loss(*parts)[0]) for gan in gans)
    assert mixed == pytest.approx(apart, rel=1e-5)


@pytest.mark.long
def test_it_resumes_and_is_saved(tmp_path):
    assert tiny_gan.resumes(make, (tiny_gan.images(),), tmp_path)
    assert tiny_gan.same(*tiny_gan.saved_and_loaded(make, tmp_path))


def test_a_discriminator_to_which_it_is_all_one_is_refused():
    with pytest.raises(ValueError, match=r"'discriminator' has no batch normalisation: it judges each image by itself"):
        tiny_gan.gan(MixedBatchGAN)
