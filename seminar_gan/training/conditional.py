"""A GAN whose images can be ordered: by class, or by a vector of attributes."""

import keras

from seminar_gan.training import checks
from seminar_gan.training.gan import GAN


@keras.saving.register_keras_serializable("seminar_gan")
class ConditionalGAN(GAN):
    """A GAN of which both networks are told what the image is to show. The loop is `GAN`'s.

    The fake images of a step are ordered with the labels of its real images, so that both have the same share of
    each class.

    Args:
        generator: keras.Model from [z, class_labels] to images.
        discriminator: keras.Model from [images, class_labels] to logits (batch, 1).
        others: as for `GAN`.

    Source:
        Mirza & Osindero 2014, Conditional generative adversarial nets.
    """

    def make(self, z, class_labels):
        return self.generator([z, class_labels], training=True)

    def judge(self, images, class_labels):
        return self.discriminator([images, class_labels], training=True)

    def fit(self, images, class_labels, *, steps, **options):
        """Train as `GAN.fit` does, with class_labels, integers (n,), or attribute vectors (n, k), one for an image."""
        images = checks.check_images(images, self.generator)
        labels = checks.check_labels(class_labels, len(images), self.generator)
        return self._fit((images, labels), steps=steps, **options)

    def generate(self, count, class_labels, *, seed=0):
        """Make `count` images of what class_labels says, integers (count,) or attribute vectors (count, k)."""
        return self.generate_from(self.sample_noise(count, seed=seed), class_labels)

    def generate_from(self, z, class_labels):
        """Make an image from each z, array (count, latent_dim), and each of the class_labels."""
        return self.sample(z, checks.check_labels(class_labels, len(z), self.generator))
