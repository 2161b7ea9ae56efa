"""Clipped weights: by every optimizer, in training, in copies, in checkpoints and in files."""

import keras
import numpy as np
import pytest
import tiny_gan
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.training.clipping import Clip, clip_weights
from seminar_gan.training.fit import identity
from seminar_gan.training.fit.adam import FusedAdam
from seminar_gan.training.gan import GAN

IMAGES = tiny_gan.images()


def largest(network):
    return max(float(np.abs(weight).max()) for weight in network.trainable_variables)


def linear_critic(weights, limit):
    x = keras.Input((2,))
    critic = keras.Model(x, layers.Dense(1, use_bias=False, name="score")(x))
    critic.set_weights([np.array(weights, "float32").reshape(2, 1)])
    return clip_weights(critic, limit)


def clipped_gan():
    keras.utils.set_random_seed(3)
    critic = clip_weights(tiny_gan.discriminator())
    gan = GAN(tiny_gan.generator(), critic, d_steps=2)
    optimizers = {name: keras.optimizers.RMSprop(1e-2) for name in ("d_optimizer", "g_optimizer")}
    gan.compile(**optimizers, loss=losses.WASSERSTEIN)
    return gan


def test_a_step_is_algorithm_1_by_hand():
    """D(x) = w x on the real point (3, 2) and the fake point (1, -1), gradient descent with rate 0.1, c = 0.5."""
    z = keras.Input((1,))
    generator = keras.Model(z, layers.Dense(2, use_bias=False)(z))
    generator.set_weights([np.array([[1.0, -1.0]])])
    gan = GAN(generator, linear_critic([0.1, 0.45], 0.5), noise=tiny_gan.ones)
    gan.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1), loss=losses.WASSERSTEIN)
    gan.fit(np.array([[3.0, 2.0]]), steps=1, batch_size=1, report_every=1)
    # w + 0.1 ((3, 2) - (1, -1)) = (0.3, 0.75), clipped to 0.5; G goes up by 0.1 w.
    np.testing.assert_allclose(gan.discriminator.get_weights()[0].ravel(), [0.3, 0.5], rtol=1e-6)
    np.testing.assert_allclose(gan.generator.get_weights()[0].ravel(), [1.03, -0.95], rtol=1e-6)


def test_what_is_too_large_already_is_clipped_at_once():
    np.testing.assert_allclose(linear_critic([-3.0, 0.25], 0.5).get_weights()[0].ravel(), [-0.5, 0.25])


@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.Adam, FusedAdam, keras.optimizers.RMSprop, keras.optimizers.SGD]
)
def test_every_optimizer_clips(optimizer):
    critic = clip_weights(tiny_gan.discriminator())
    optimizer(0.5).apply([ops.ones_like(weight) for weight in critic.trainable_variables], critic.trainable_variables)
    assert all(np.all(weight == np.float32(-0.01)) for weight in critic.get_weights())


def test_a_copy_is_clipped_too_and_its_checkpoints_are_of_this_limit():
    critic = clip_weights(tiny_gan.discriminator(), 0.02)
    copies = (
        keras.models.clone_model(critic),
        keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(critic)),
    )
    for copy in copies:
        assert len(copy.trainable_variables) == 4
        assert all(isinstance(v.constraint, Clip) and v.constraint.limit == 0.02 for v in copy.trainable_variables)
        assert identity.described(copy) == identity.described(critic)
    assert identity.described(clip_weights(copy, 0.03)) != identity.described(critic)


@pytest.mark.long
def test_a_training_is_taken_up_again_bit_for_bit(tmp_path):
    whole = clipped_gan()
    whole.fit(IMAGES, steps=4, batch_size=8, report_every=2)
    clipped_gan().fit(IMAGES, steps=2, batch_size=8, report_every=2, checkpoints=tmp_path)
    again = clipped_gan()
    again.fit(IMAGES, steps=4, batch_size=8, report_every=2, checkpoints=tmp_path)
    for a, b in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.long
def test_a_saved_gan_goes_on_clipped(tmp_path):
    gan = clipped_gan()
    gan.fit(IMAGES, steps=2, batch_size=8)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    loaded.fit(IMAGES, steps=6, batch_size=8)
    assert largest(loaded.discriminator) == np.float32(0.01)


def test_batch_normalisation_is_clipped_with_the_rest():
    x = keras.Input((2,))
    critic = clip_weights(keras.Model(x, layers.Dense(1)(layers.BatchNormalization()(x))))
    assert len(critic.trainable_variables) == 4 and largest(critic) <= np.float32(0.01)
    moving = {v.name: v.constraint for v in critic.non_trainable_variables}
    assert moving == {"moving_mean": None, "moving_variance": None}


class Bare(layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=(), name="scale")

    def call(self, x):
        return x * self.scale


def test_what_cannot_be_clipped_is_rejected():
    x = keras.Input((2,), name="x")
    with pytest.raises(ValueError, match="Bare 'bare' of the 'critic' has no constraint for its weight 'scale'"):
        clip_weights(keras.Model(x, Bare(name="bare")(layers.Dense(1)(x)), name="critic"))
    with pytest.raises(ValueError, match="'empty' has no trainable weights"):
        clip_weights(keras.Model(x, layers.ReLU()(x), name="empty"))
    for limit in (0, -0.01, float("nan"), float("inf"), "0.01", True):
        with pytest.raises(ValueError, match="must be a number above 0"):
            clip_weights(tiny_gan.discriminator(), limit)
