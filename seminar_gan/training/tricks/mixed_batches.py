"""A GAN whose discriminator gets real and fake images in one batch: what a tip advises against."""

import keras
import tensorflow as tf

from seminar_gan.training.gan import GAN

__all__ = ["MixedBatchGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class MixedBatchGAN(GAN):
    """A GAN whose discriminator sees the real and the fake images of a step as one batch, of twice the size.

    Batch normalisation then takes one mean and one variance of both. Both players' losses are taken on such batches.

    Args:
        generator, discriminator: as for `GAN`; the discriminator has batch normalisation.
        options: as for `GAN`.

    Raises:
        ValueError: for a discriminator without batch normalisation, to which it is all one; and as `GAN`.

    Source:
        Chintala et al. 2016, How to train a GAN, tip 4: "each mini-batch needs to contain only all real images or all
        generated images".
    """

    def check(self, generator, discriminator):
        super().check(generator, discriminator)
        if not any(weight.name == "moving_variance" for weight in discriminator.weights):
            raise ValueError(
                f"the discriminator {discriminator.name!r} has no batch normalisation: it judges each image by itself, "
                "whatever else is in the batch. Give it some, or take GAN"
            )

    def discriminator_loss(self, real, fake):
        real_logits, fake_logits = self.discriminate_both(real, self.exchange(real, fake))
        loss = self.loss_pair.discriminator(real_logits, fake_logits)
        return loss, self.loss_pair.shares(real_logits, fake_logits)

    def generator_loss(self, real, fake):
        _, fake_logits = self.discriminate_both(real, fake)
        return self.loss_pair.generator(fake_logits), {}

    def discriminate_both(self, real, fake):
        """Return the logits (batch, 1) of the real and of the fake images, judged together.

        Args:
            real, fake: as for `discriminator_loss`.
        """
        both = [tf.concat([tf.cast(a, b.dtype), b], axis=0) for a, b in zip(real, fake, strict=True)]
        return tf.split(self.discriminate(*both), [tf.shape(real[0])[0], tf.shape(fake[0])[0]])
