"""A GAN that adds noise to all that its discriminator sees, less and less of it."""

import keras
import tensorflow as tf

from seminar_gan.training.fit import checks
from seminar_gan.training.gan import GAN

__all__ = ["InputNoiseGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class InputNoiseGAN(GAN):
    """A GAN whose discriminator sees every image, real or fake, through normal noise that fades along a line.

    The noise of each update is of its own. What a penalty looks at has none.

    Args:
        generator, discriminator: as for `GAN`.
        stddev: standard deviation of the noise at step 0, above 0.
        until: the step from which on there is no noise.
        options: as for `GAN`.

    Raises:
        ValueError: if stddev is not a number above 0, or until not a positive whole number; and as `GAN`.

    Source:
        Chintala et al. 2016, How to train a GAN, tip 13; Sønderby et al. 2017, Amortised MAP inference for image
        super-resolution, and Arjovsky & Bottou 2017, Towards principled methods for training GANs, say why.
    """

    def __init__(self, generator, discriminator, *, stddev=0.1, until=300, **options):
        super().__init__(generator, discriminator, **options)
        if not isinstance(stddev, int | float) or not stddev > 0:
            raise ValueError(f"stddev must be a number above 0, such as 0.1; got {stddev!r}")
        checks.check_settings(until=until)
        self.stddev, self.until = stddev, until

    def discriminator_loss(self, real, fake):
        return super().discriminator_loss(self.noisy(real, "D, real"), self.noisy(fake, "D, fake"))

    def generator_loss(self, real, fake):
        return super().generator_loss(self.noisy(real, "G, real"), self.noisy(fake, "G, fake"))

    def noisy(self, parts, use):
        """Return the same with noise on the images.

        Args:
            parts: tuple of tensors (batch, ...), the images first.
            use: as for `draw_seed`.
        """
        images, *conditions = parts
        left = tf.maximum(0.0, 1 - tf.cast(self.clock, "float32") / self.until)
        noise = tf.random.stateless_normal(tf.shape(images), self.draw_seed(use))
        return (images + tf.cast(self.stddev * left * noise, images.dtype), *conditions)

    def get_config(self):
        return super().get_config() | {"stddev": self.stddev, "until": self.until}
