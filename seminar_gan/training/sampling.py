"""What a GAN draws at random in training, and how its generator makes samples."""

import functools
import zlib

import numpy as np
import tensorflow as tf

from seminar_gan.training.fit import checks
from seminar_gan.training.fit.resumable import ResumableModel

GENERATE_AT_ONCE = 500  # images; more at a time would only take more memory


class Sampling(ResumableModel):
    """The random numbers and the samples of a `GAN`, which is built on it and says what it has."""

    @property
    def latent_dim(self):
        """How many numbers z has."""
        return self.generator.inputs[0].shape[-1]

    def draw_noise(self, real, number):
        """Draw z for one update of the discriminator. Replicas of a strategy draw the same and take their own rows.

        Args:
            real: tuple of tensors (batch, ...).
            number: which update of the step, 0 to d_steps - 1.

        Returns:
            float32 (batch, latent_dim).
        """
        count, replica = tf.shape(real[0])[0], tf.distribute.get_replica_context()
        position = self.clock * self.d_steps + number
        z = self.noise((self.seed, position), (replica.num_replicas_in_sync * count, self.latent_dim))
        return z[replica.replica_id_in_sync_group * count :][:count]

    def draw_uniform(self, images, *, each_pixel=False):
        """Draw numbers that are uniform from 0 to 1 and follow from the seed and the discriminator's update.

        Args:
            images: float (batch, ...).
            each_pixel: whether every pixel gets its own number; otherwise there is one for each image.

        Returns:
            float32 (batch, ...) like the images, or (batch, 1, ..., 1).
        """
        shape = tf.shape(images) if each_pixel else [tf.shape(images)[0], *[1] * (len(images.shape) - 1)]
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        position = tf.cast(self.d_optimizer.iterations, "int64")
        seed = tf.random.experimental.stateless_fold_in(tf.stack([self.seed, position]), replica)
        return tf.random.stateless_uniform(shape, seed)

    def draw_seed(self, use):
        """Return a seed for TensorFlow's stateless draws: of its own for each discriminator's update, replica and use.

        Args:
            use: str, what the numbers are for. Two uses in one update, such as labels and noise, draw other numbers.

        Returns:
            int64 (2,).
        """
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        seed = tf.stack([self.seed, tf.cast(self.d_optimizer.iterations, "int64")])
        for number in (replica, zlib.crc32(use.encode())):
            seed = tf.random.experimental.stateless_fold_in(seed, tf.cast(number, "int64"))
        return seed

    def update_ema(self):
        """Move the averaged weights towards those of the generator."""
        if self.ema_generator is not None:
            step = tf.cast(self.clock + 1, "float32")
            decay = tf.minimum(self.ema, step / (step + 10))  # or the first, random weights would count for long
            for mean, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
                mean.assign(decay * mean + (1 - decay) * weight)

    def sample_noise(self, count, *, seed=0):
        """Return the z that `generate` starts from, float32 array (count, latent_dim). Training draws others."""
        checks.check_settings(count=count)
        return np.asarray(self.noise((seed, -1), (count, self.latent_dim)))

    def sample(self, *inputs):
        """Run the generator on arrays (count, ...), one for each of its inputs; return float32 (count, ...)."""
        starts = range(0, len(inputs[0]), GENERATE_AT_ONCE)
        parts = [self._sampler(*(part[i : i + GENERATE_AT_ONCE] for part in inputs)) for i in starts]
        return np.concatenate(parts).astype("float32", copy=False)

    @functools.cached_property
    def _sampler(self):
        """The generator as a graph for all counts. Already traced, or TensorFlow would warn at the fifth GAN."""
        network = self.ema_generator or self.generator
        signature = [tf.TensorSpec(part.shape, part.dtype) for part in network.inputs]
        return tf.function(lambda *parts: network(parts[0] if len(parts) == 1 else parts)).get_concrete_function(
            *signature
        )
