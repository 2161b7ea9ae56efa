"""A GAN whose discriminator learns from soft, noisy labels in place of 1 and 0."""

import keras
import tensorflow as tf

from seminar_gan import losses
from seminar_gan.training.gan import GAN

__all__ = ["SoftLabelsGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class SoftLabelsGAN(GAN):
    """A GAN that draws a label for every image that its discriminator learns from. The generator's loss is as it was.

    The loss of an image is a straight line in its label. So what the labels do on average, their mean does: those of
    the tip come down to 0.95 for real and 0.15 for fake images, and noise.

    Args:
        generator, discriminator: as for `GAN`.
        real_labels, fake_labels: (low, high), the labels are uniform between the two.
        options: as for `GAN`.

    Raises:
        ValueError: if a range is none, or if the fake labels are on average not below the real ones; and as `GAN`.

    Source:
        Chintala et al. 2016, How to train a GAN, tip 6, where the labels are 0.7 to 1.2 and 0.0 to 0.3; Wallat &
        Kriegel, PANIC, section 3.2.
    """

    def __init__(self, generator, discriminator, *, real_labels=(0.7, 1.2), fake_labels=(0.0, 0.3), **options):
        super().__init__(generator, discriminator, **options)
        for name, labels in {"real_labels": real_labels, "fake_labels": fake_labels}.items():
            numbers = len(labels) == 2 and all(isinstance(label, int | float) for label in labels)
            if not (numbers and labels[0] <= labels[1]):
                raise ValueError(f"{name} must be two numbers, the lower first, such as (0.7, 1.2); got {labels!r}")
        if not sum(fake_labels) < sum(real_labels):
            raise ValueError(
                "the fake labels must be below the real ones on average, or D would learn nothing, or the reverse; got "
                f"{fake_labels} for fake and {real_labels} for real images"
            )
        self.real_labels, self.fake_labels = tuple(real_labels), tuple(fake_labels)

    def compile(self, *, loss=losses.NON_SATURATING, **options):
        """Say how to train, as `GAN.compile` does, with the cross-entropy as loss of the discriminator.

        Raises:
            TypeError: for another loss of the discriminator, and where `GAN.compile` raises one.
        """
        if getattr(loss, "discriminator", None) is not losses.cross_entropy:
            raise TypeError(
                f"soft labels take the place of 1 and 0 in losses.cross_entropy, and this pair's discriminator has "
                f"another loss, {loss!r}: take losses.NON_SATURATING or losses.MINIMAX"
            )
        super().compile(loss=loss, **options)

    def discriminator_loss(self, real, fake):
        real_logits = self.discriminate(*real)
        fake_logits = self.discriminate(*self.exchange(real, fake))
        loss = labelled(real_logits, self.draw_labels(real_logits, self.real_labels, "labels of real images"))
        loss += labelled(fake_logits, self.draw_labels(fake_logits, self.fake_labels, "labels of fake images"))
        return loss, self.loss_pair.shares(real_logits, fake_logits)

    def draw_labels(self, logits, between, use):
        """Return a label for each image, float32 (batch, 1).

        Args:
            logits: float (batch, 1).
            between: (low, high).
            use: as for `draw_seed`.
        """
        return tf.random.stateless_uniform(tf.shape(logits), self.draw_seed(use), *between)

    def get_config(self):
        labels = {"real_labels": list(self.real_labels), "fake_labels": list(self.fake_labels)}
        return super().get_config() | labels


def labelled(logits, labels):
    """Return the cross-entropy of logits with labels: mean of -t log D - (1 - t) log(1 - D).

    Args:
        logits: float (batch, 1).
        labels: float (batch, 1), t. Beyond 0 and 1 one of the two terms changes its sign.

    Returns:
        float scalar.

    Example:
        >>> round(float(labelled(np.zeros((1, 1), "float32"), np.full((1, 1), 0.9, "float32"))), 3)
        0.693
    """
    labels = tf.cast(labels, logits.dtype)
    return tf.reduce_mean(labels * tf.nn.softplus(-logits) + (1 - labels) * tf.nn.softplus(logits))
