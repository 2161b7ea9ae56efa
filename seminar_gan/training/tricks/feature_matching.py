"""A GAN whose generator matches the mean of the discriminator's features instead of its answers."""

import keras
import tensorflow as tf

from seminar_gan.training.gan import GAN

__all__ = ["FeatureMatchingGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class FeatureMatchingGAN(GAN):
    """A GAN whose generator lowers the squared distance of mean features, |E f(x) - E f(G(z))|^2.

    f is a layer inside the discriminator, which learns as before. The generator's half of the loss is not used.

    Args:
        generator: as for `GAN`.
        discriminator: keras.Model with two outputs, the logits (batch, 1) and the features (batch, ...):
            `models.minibatch.with_features` makes one of a discriminator with logits alone.
        options: as for `GAN`.

    Raises:
        ValueError: if the discriminator has no second output; and as `GAN`.

    Source:
        Salimans et al. 2016, Improved techniques for training GANs, section 3.1.
    """

    def check(self, generator, discriminator):
        super().check(generator, discriminator)
        if len(discriminator.outputs) != 2:
            raise ValueError(
                f"feature matching needs a discriminator with two outputs, logits and features; "
                f"{discriminator.name!r} has {len(discriminator.outputs)}: take "
                "models.minibatch.with_features(discriminator)"
            )

    def discriminate(self, *parts):
        return super().discriminate(*parts)[0]

    def generator_loss(self, real, fake):
        real_mean, fake_mean = (tf.reduce_mean(self.features(*parts), axis=0) for parts in (real, fake))
        return tf.reduce_sum(tf.square(real_mean - fake_mean)), {}

    def features(self, *parts):
        """Return the features, float (batch, ...). parts: as for `discriminate`."""
        return super().discriminate(*parts)[1]
