"""A GAN whose discriminator is a critic: it gives scores, and is kept from being steep by a penalty."""

import keras
import tensorflow as tf

from seminar_gan import losses
from seminar_gan.training.gan import GAN, share_above_0


@keras.saving.register_keras_serializable("seminar_gan")
class WassersteinGAN(GAN):
    """A Wasserstein GAN with gradient penalty. The loop is `GAN`'s; the discriminator is called a critic here.

    `d_loss` in the history has the penalty in it. `d_real` and `d_fake`, the shares of scores above 0, mean nothing.

    Args:
        generator, discriminator: as for `GAN`; the critic must be without batch normalisation.
        d_steps: updates of the critic for each one of the generator, `critic_steps` elsewhere.
        gp_weight: weight of the penalty, lambda in the paper.
        others: as for `GAN`.

    Raises:
        ValueError: as `GAN`, for a gp_weight that is not above 0, and for batch normalisation in the critic: the
            penalty is on the slope at each image by itself, which then would depend on the rest of the batch.

    Source:
        Gulrajani et al. 2017, Improved training of Wasserstein GANs, algorithm 1.
    """

    def __init__(self, generator, discriminator, *, d_steps=5, gp_weight=10.0, **options):
        super().__init__(generator, discriminator, d_steps=d_steps, **options)
        if not isinstance(gp_weight, int | float) or not gp_weight > 0:
            raise ValueError(f"gp_weight must be a number above 0; got {gp_weight!r}")
        if any(weight.name == "moving_variance" for weight in discriminator.weights):
            raise ValueError(
                f"the critic {discriminator.name!r} has batch normalisation, with which the gradient penalty of an "
                "image would depend on the others: take a discriminator without it"
            )
        self.gp_weight = gp_weight

    def compile(
        self,
        *,
        d_optimizer,
        g_optimizer,
        d_loss=losses.wasserstein_critic,
        g_loss=losses.wasserstein_generator,
        **options,
    ):
        """Say how to train, as `GAN.compile` does. The paper takes Adam with 1e-4, beta_1 0 and beta_2 0.9."""
        super().compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, d_loss=d_loss, g_loss=g_loss, **options)

    def update_discriminator(self, real, fake):
        (real_images, *conditions), (fake_images, *_) = real, fake
        with tf.GradientTape() as tape:
            real_scores = self.judge(*real)
            fake_scores = self.judge(*fake)
            d_loss = self.d_loss(real_scores, fake_scores)
            d_loss += self.gp_weight * self.penalty(real_images, fake_images, *conditions)
        self.update(self.d_optimizer, self.discriminator, tape, d_loss)
        return {"d_loss": d_loss, "d_real": share_above_0(real_scores), "d_fake": share_above_0(fake_scores)}

    def penalty(self, real_images, fake_images, *conditions):
        """Return the mean of (|slope of the score| - 1)^2 at one image between each real and its fake."""
        alpha = self.draw_alpha(tf.shape(real_images)[0])
        alpha = tf.reshape(alpha, [-1] + [1] * (len(real_images.shape) - 1))
        between = alpha * real_images + (1 - alpha) * fake_images  # algorithm 1, line 6
        with tf.GradientTape() as tape:
            tape.watch(between)
            scores = self.judge(between, *conditions)
        slopes = tape.gradient(scores, between)
        squares = tf.reduce_sum(tf.square(slopes), axis=list(range(1, len(slopes.shape))))
        lengths = tf.sqrt(squares + 1e-12)  # the root's own slope is infinite at 0
        return tf.reduce_mean(tf.square(lengths - 1))  # line 7

    def draw_alpha(self, count):
        """Where between real and fake: uniform from 0 to 1, one number an image (algorithm 1, line 4)."""
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        position = tf.cast(self.d_optimizer.iterations, "int64")
        seed = tf.random.experimental.stateless_fold_in(tf.stack([self.seed, position]), replica)
        return tf.random.stateless_uniform([count], seed)

    def get_config(self):
        return {**super().get_config(), "gp_weight": self.gp_weight}
