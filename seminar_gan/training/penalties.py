"""Penalties on the slope of a discriminator, to be given to `GAN.compile(penalty=...)`. Each fits any loss and any GAN.

The slope is the gradient of the discriminator's answer to an image with respect to that image.
"""

import keras
import tensorflow as tf

__all__ = ["DRAGAN", "R1", "GradientPenalty", "SlopePenalty"]


def __dir__():
    return __all__


class SlopePenalty:
    """weight times the mean over the images of `cost(slopes)`, with slopes taken at the images of `points`.

    A subclass says where (`points`) and how (`cost`).

    Args:
        weight: number above 0.

    Raises:
        ValueError: for another weight; from `check` for a discriminator with batch normalisation: the slope at an image
            would then depend on the rest of the batch.
    """

    def __init__(self, weight=10.0):
        if not isinstance(weight, int | float) or not weight > 0:
            raise ValueError(f"the weight of a penalty must be a number above 0; got {weight!r}")
        self.weight = weight

    def check(self, discriminator):
        """Reject a discriminator whose answer to an image depends on the rest of the batch."""
        if any(weight.name == "moving_variance" for weight in discriminator.weights):
            raise ValueError(
                f"the discriminator {discriminator.name!r} has batch normalisation, with which the slope at an image "
                f"depends on the rest of the batch: {type(self).__name__} needs one without it"
            )

    def __call__(self, gan, real, fake):
        """Return the penalty, a float scalar.

        Args:
            gan: `GAN`, which evaluates its discriminator and draws random numbers.
            real, fake: as for `GAN.discriminator_loss`.
        """
        images = self.points(gan, real[0], tf.cast(fake[0], real[0].dtype))
        with tf.GradientTape() as tape:
            tape.watch(images)
            answers = gan.discriminate(images, *real[1:])
        slopes = tape.gradient(answers, images)
        squares = tf.reduce_sum(tf.square(slopes), axis=list(range(1, len(slopes.shape))))
        return self.weight * tf.reduce_mean(self.cost(squares))

    def points(self, gan, real_images, fake_images):
        """Return the images at which the slope is taken, float (batch, ...). Every penalty has its own.

        Args:
            gan: `GAN`, which draws random numbers.
            real_images, fake_images: float (batch, ...), of one dtype.
        """
        raise NotImplementedError(f"{type(self).__name__} must say where the slope is taken: points(gan, real, fake)")

    def cost(self, squares):
        """Return the cost of each squared slope (batch,): here its distance from 1, (|slope| - 1)^2."""
        return tf.square(tf.sqrt(squares + 1e-12) - 1)  # the root's own slope is infinite at 0

    def get_config(self):
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable("seminar_gan")
class GradientPenalty(SlopePenalty):
    """The penalty of WGAN-GP: slopes of length 1 at one point between each real image and its fake one.

    Args:
        weight: lambda in the paper, 10 there.

    Source:
        Gulrajani et al. 2017, Improved training of Wasserstein GANs, algorithm 1, lines 4 to 7.
    """

    def points(self, gan, real_images, fake_images):
        alpha = gan.draw_uniform(real_images)  # line 4
        return alpha * real_images + (1 - alpha) * fake_images  # line 6


@keras.saving.register_keras_serializable("seminar_gan")
class R1(SlopePenalty):
    """Half the squared slope at the real images.

    Args:
        weight: gamma in the paper, 10 there.

    Source:
        Mescheder et al. 2018, Which training methods for GANs do actually converge?, equation 9.
    """

    def points(self, gan, real_images, fake_images):
        return real_images

    def cost(self, squares):
        return squares / 2


@keras.saving.register_keras_serializable("seminar_gan")
class DRAGAN(SlopePenalty):
    """Slopes of length 1 near the real images.

    Args:
        weight: lambda in the paper, 10 there.

    Source:
        Kodali et al. 2017, On convergence and stability of GANs, algorithm 1: the noise is uniform, up to half the
        standard deviation of the batch.
    """

    def points(self, gan, real_images, fake_images):
        noise = gan.draw_uniform(real_images, each_pixel=True)
        return real_images + 0.5 * tf.math.reduce_std(real_images) * noise
