"""A GAN whose images can be ordered: by class, or by a vector of attributes."""

import keras
import tensorflow as tf

from seminar_gan.training.fit import checks, data_checks
from seminar_gan.training.gan import GAN

__all__ = ["ConditionalGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class ConditionalGAN(GAN):
    """A GAN whose two networks are told what the image is to show. The loop is `GAN`'s.

    The fake images of a step are ordered with the labels of its real images, so that both have the same share of
    each class.

    Args:
        generator: keras.Model from [z, class_labels] to images.
        discriminator: keras.Model from [images, class_labels] to logits (batch, 1).
        mismatched: from 0 to 1, the share of the discriminator's fake images that is exchanged for real ones, each with
            the label of another. From them it learns to mind the label.
        options: as for `GAN`.

    Raises:
        ValueError: if mismatched is out of range, and where `GAN` raises one.

    Source:
        Mirza & Osindero 2014, Conditional generative adversarial nets. Mismatched pairs: Reed et al. 2016, Generative
        adversarial text to image synthesis, algorithm 1; there they are as many as the fake images.
    """

    def __init__(self, generator, discriminator, *, mismatched=0.0, **options):
        super().__init__(generator, discriminator, **options)
        checks.check_settings(mismatched=mismatched)
        self.mismatched = mismatched

    def make_fake(self, z, real):
        """Make the images that the labels of the real ones order; return them with these labels."""
        _, class_labels = real
        return self.generator([z, class_labels], training=True), class_labels

    def discriminate(self, images, class_labels):
        """Return the logits (batch, 1) of images (batch, height, width, channels) as images of their labels."""
        return self.discriminator([images, class_labels], training=True)

    def exchange(self, real, fake):
        """Exchange the first fakes for real images with the labels of their neighbours.

        Args:
            real, fake: (images, class_labels), tensors (batch, ...).

        Returns:
            (images, class_labels) like `fake`.
        """
        (real_images, class_labels), (fake_images, _) = real, fake
        first = tf.cast(self.mismatched * tf.cast(tf.shape(fake_images)[0], "float32"), "int32")
        images = tf.concat([real_images[:first], fake_images[first:]], axis=0)
        labels = tf.concat([tf.roll(class_labels, 1, axis=0)[:first], class_labels[first:]], axis=0)
        return images, labels

    def fit(self, images, class_labels, *, steps=None, seconds=None, **options):
        """Train as `GAN.fit` does, with class_labels, integers (n,), or attribute vectors (n, k), one for an image."""
        images = self.check_images(images)
        labels = data_checks.check_labels(class_labels, len(images), self.generator)
        return self.fit_groups(((images, labels),), steps=steps, seconds=seconds, **options)

    def get_config(self):
        return {**super().get_config(), "mismatched": self.mismatched}

    def generate(self, count, class_labels, *, seed=0):
        """Make `count` images of what class_labels says, integers (count,) or attribute vectors (count, k)."""
        return self.generate_from(self.sample_noise(count, seed=seed), class_labels)

    def generate_from(self, z, class_labels):
        """Make an image from each z, array (count, latent_dim), and each of the class_labels."""
        return self.sample(z, data_checks.check_labels(class_labels, len(z), self.generator))
