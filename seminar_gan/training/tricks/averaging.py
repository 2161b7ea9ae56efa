"""A GAN that pays for weights far from their own past."""

import keras
import tensorflow as tf

from seminar_gan.training.gan import GAN

__all__ = ["HistoricalAveragingGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class HistoricalAveragingGAN(GAN):
    """A GAN with historical averaging: both players stay near the mean of their own past weights.

    Each adds weight |theta - mean of theta[1] to theta[t]|^2 to its loss. The means are state: checkpoints keep them.
    The history has the losses without what is added.

    Args:
        generator, discriminator: as for `GAN`.
        weight: number above 0 by which the distance is multiplied; the paper has none, so 1.
        options: as for `GAN`.

    Raises:
        ValueError: if the weight is not a number above 0; and as `GAN`.

    Source:
        Salimans et al. 2016, Improved techniques for training GANs, section 3.3. It does not say whether the mean over
        the past counts the weights of now (here it does), nor whether it is taken as a constant (here it is).
    """

    def __init__(self, generator, discriminator, *, weight=1.0, **options):
        super().__init__(generator, discriminator, **options)
        if not isinstance(weight, int | float) or not weight > 0:
            raise ValueError(f"the weight of historical averaging must be a number above 0; got {weight!r}")
        self.weight = weight
        self.d_past, self.g_past = (
            [self.add_weight(v.shape, initializer="zeros", trainable=False) for v in network.trainable_variables]
            for network in (discriminator, generator)
        )

    def update(self, optimizer, network, tape, loss):
        past = self.g_past if network is self.generator else self.d_past
        step = tf.cast(optimizer.iterations, "float32")
        for mean, weight in zip(past, network.trainable_variables, strict=True):
            mean.assign((step * mean + weight) / (step + 1))  # of theta[1] to theta[t], the weights before this update
        with tape:
            pairs = zip(network.trainable_variables, past, strict=True)
            distance = tf.add_n([tf.reduce_sum(tf.square(weight - mean)) for weight, mean in pairs])
            loss += self.weight * tf.cast(distance, loss.dtype)
        super().update(optimizer, network, tape, loss)

    def get_config(self):
        return super().get_config() | {"weight": self.weight}
