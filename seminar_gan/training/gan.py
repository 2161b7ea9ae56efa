"""The one training loop: a generator and a discriminator play against each other."""

import functools

import keras
import numpy as np
import tensorflow as tf

from seminar_gan import losses
from seminar_gan.training.fit import checks, fitting
from seminar_gan.training.noise import normal

GENERATE_AT_ONCE = 500  # images; more at a time would only take more memory


@keras.saving.register_keras_serializable("seminar_gan")
class GAN(keras.Model):
    """A generative adversarial network: `compile`, `fit` and `generate`.

    Args:
        generator: keras.Model from z (batch, latent_dim) to images (batch, height, width, channels), or to points.
        discriminator: keras.Model from what the generator makes to logits (batch, 1).
        noise: function of (seed, shape) that z is drawn with: `noise.normal` or `noise.uniform`.
        d_steps: updates of the discriminator for each one of the generator, every one on images of its own.
        average: None, or how slowly an averaged copy of the generator follows it, such as 0.995. Then the copy makes
            the samples.
        seed: whole number from which the noise and the order of the images follow. The networks have their starting
            weights already; they follow from `keras.utils.set_random_seed`.

    Raises:
        ValueError: if the networks do not fit each other, or if a number cannot work.

    Source:
        Goodfellow et al. 2014, algorithm 1. The averaged copy: Yazici et al. 2019, The unusual effectiveness of
        averaging in GAN training.
    """

    def __init__(self, generator, discriminator, *, noise=normal, d_steps=1, average=None, seed=0, name="gan"):
        super().__init__(name=name)
        checks.check_networks(generator, discriminator)
        checks.check_settings(d_steps=d_steps, average=average, seed=seed)
        self.generator, self.discriminator = generator, discriminator
        self.noise, self.d_steps, self.average, self.seed = noise, d_steps, average, seed
        self.averaged_generator = None
        if average is not None:
            self.averaged_generator = keras.models.clone_model(generator)
            self.averaged_generator.set_weights(generator.get_weights())
            self.averaged_generator.trainable = False
        self.trackers = {log: keras.metrics.Mean(log) for log in ("d_loss", "g_loss", "d_real", "d_fake")}
        self.record = fitting.Record()
        self.built = True

    def compile(
        self, *, d_optimizer, g_optimizer, d_loss=losses.cross_entropy, g_loss=losses.non_saturating, **options
    ):
        """Say how to train.

        Args:
            d_optimizer, g_optimizer: keras.optimizers.Optimizer, two objects.
            d_loss: function of (real_logits, fake_logits), which the discriminator lowers.
            g_loss: function of fake_logits, which the generator lowers.
            options: what else `keras.Model.compile` takes, such as `jit_compile`.
        """
        super().compile(**options)
        if d_optimizer is g_optimizer:
            raise ValueError("d_optimizer and g_optimizer must be two objects: each keeps the state of one network")
        self.d_optimizer, self.g_optimizer, self.d_loss, self.g_loss = d_optimizer, g_optimizer, d_loss, g_loss
        d_optimizer.build(self.discriminator.trainable_variables)  # or their state is not saved
        g_optimizer.build(self.generator.trainable_variables)

    def train_step(self, batch):
        """Update the discriminator `d_steps` times, then the generator once. Called by Keras for every batch."""
        for number, (real_images, *conditions) in enumerate(self.parts(batch)):
            z = self.draw_noise(tf.shape(real_images)[0], number)
            with tf.GradientTape() as tape:
                fake_images = self.make(z, *conditions)
            d_logs = self.update_discriminator((real_images, *conditions), (fake_images, *conditions))
        with tape:  # recording goes on: the same fake images, the updated discriminator
            g_loss = self.g_loss(self.judge(fake_images, *conditions))
        self.update(self.g_optimizer, self.generator, tape, g_loss)
        self.update_average()
        return self.track(g_loss=g_loss, **d_logs)

    def update_discriminator(self, real, fake):
        with tf.GradientTape() as tape:
            real_logits = self.judge(*real)
            fake_logits = self.judge(*fake)
            d_loss = self.d_loss(real_logits, fake_logits)
        self.update(self.d_optimizer, self.discriminator, tape, d_loss)
        return {"d_loss": d_loss, "d_real": share_above_0(real_logits), "d_fake": share_above_0(fake_logits)}

    def make(self, z):
        return self.generator(z, training=True)

    def judge(self, images):
        return self.discriminator(images, training=True)

    def parts(self, batch):
        """Deal a batch out into the `d_steps` batches that the discriminator sees in turn."""
        return [[part[number :: self.d_steps] for part in batch] for number in range(self.d_steps)]

    def draw_noise(self, count, number):
        """Noise for one update of the discriminator. Replicas of a strategy draw the same and take their own rows."""
        replica = tf.distribute.get_replica_context()
        position = self.clock * self.d_steps + number
        z = self.noise((self.seed, position), (replica.num_replicas_in_sync * count, self.latent_dim))
        return z[replica.replica_id_in_sync_group * count :][:count]

    def update(self, optimizer, network, tape, loss):
        """Let the optimizer step down the gradient. Replicas add up theirs, so that each one counts as its share."""
        share = 1 / tf.distribute.get_replica_context().num_replicas_in_sync
        gradients = tape.gradient(loss, network.trainable_variables, output_gradients=tf.cast(share, loss.dtype))
        optimizer.apply(gradients, network.trainable_variables)

    def update_average(self):
        if self.averaged_generator is not None:
            step = tf.cast(self.clock, "float32")
            decay = tf.minimum(self.average, step / (step + 10))  # or the first, random weights would count for long
            for mean, weight in zip(self.averaged_generator.weights, self.generator.weights, strict=True):
                mean.assign(decay * mean + (1 - decay) * weight)

    def track(self, **logs):
        for name, value in logs.items():
            self.trackers[name].update_state(value)
        return logs

    @property
    def metrics(self):
        return list(self.trackers.values())

    @property
    def latent_dim(self):
        """How many numbers z has."""
        return self.generator.inputs[0].shape[-1]

    @property
    def step(self):
        """How many updates the generator has had."""
        return int(np.asarray(self.clock))

    @property
    def clock(self):
        """The variable that counts the steps. Noise, and the order of the images, follow from it and from the seed."""
        return self.g_optimizer.iterations

    def fit(self, images, *, steps, batch_size=64, report_every=100, callbacks=(), checkpoints=None):
        """Train until the generator has had `steps` updates in all. A GAN that has had some goes on from there.

        Args:
            images: float (n, height, width, channels), in the range of the generator's last activation.
            steps: the number of the last step; one step is one update of the generator.
            batch_size: images in a batch; the discriminator sees `d_steps` batches a step.
            report_every: steps between two entries of the history.
            callbacks: list of keras.callbacks.Callback. What Keras calls an epoch is a report.
            checkpoints: None, or a folder. There the state is kept at every report, and a training that was stopped at
                any moment, by whatever means, is taken up again by the same call in a new process. On the same machine
                it ends bit for bit where it would have ended.

        Returns:
            keras.callbacks.History since step 0: step, seconds (spent in steps, the first of each call left out), and
            the means since the last entry of d_loss, g_loss, d_real and d_fake: the losses, and the shares of real and
            of fake images that the discriminator called real.

        Raises:
            TypeError, ValueError: if the images are not like the generator's, or a number cannot work.
            TrainingDiverged: if a loss is not finite. The last good state is in `checkpoints`.
            CheckpointError: if the checkpoints are of another training.
        """
        arrays = (checks.check_images(images, self.generator),)
        return self._fit(
            arrays,
            steps=steps,
            batch_size=batch_size,
            report_every=report_every,
            callbacks=callbacks,
            checkpoints=checkpoints,
        )

    def _fit(self, arrays, **options):
        return fitting.fit(self, super().fit, arrays, **options)

    def generate(self, count, *, seed=0):
        """Make images, by the averaged generator if there is one.

        Args:
            count: how many.
            seed: whole number; the same one gives the same z.

        Returns:
            float32 array (count, height, width, channels), in the range of the generator's last activation.
        """
        return self.generate_from(self.sample_noise(count, seed=seed))

    def generate_from(self, z):
        """Make an image from each z, array (count, latent_dim), as `generate` does."""
        return self.sample(z)

    def sample_noise(self, count, *, seed=0):
        """Return the z that `generate` starts from, float32 array (count, latent_dim). Training draws others."""
        checks.check_settings(count=count)
        return np.asarray(self.noise((seed, -1), (count, self.latent_dim)))

    def sample(self, *inputs):
        starts = range(0, len(inputs[0]), GENERATE_AT_ONCE)
        return np.concatenate([self._sampler(*(part[i : i + GENERATE_AT_ONCE] for part in inputs)) for i in starts])

    @functools.cached_property
    def _sampler(self):
        """The generator as a graph for all counts. Already traced, or TensorFlow would warn at the fifth GAN."""
        network = self.averaged_generator or self.generator
        signature = [tf.TensorSpec(part.shape, part.dtype) for part in network.inputs]
        return tf.function(lambda *parts: network(parts[0] if len(parts) == 1 else parts)).get_concrete_function(
            *signature
        )

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for number, seed in enumerate(self.dropout_seeds()):  # Keras leaves them out
            store[f"dropout_seed_{number}"] = np.asarray(seed)

    def load_own_variables(self, store):
        seeds = {f"dropout_seed_{number}": seed for number, seed in enumerate(self.dropout_seeds())}
        for name, seed in seeds.items():
            seed.assign(store[name])
        super().load_own_variables({name: store[name] for name in store.keys() - seeds.keys()})

    def dropout_seeds(self):
        """The states of the networks' random layers."""
        weights = {id(weight) for weight in self.weights}
        networks = self.generator, self.discriminator
        return [v for network in networks for v in network.variables if id(v) not in weights]

    def get_config(self):
        networks = {"generator": self.generator, "discriminator": self.discriminator, "noise": self.noise}
        config = {name: keras.saving.serialize_keras_object(value) for name, value in networks.items()}
        return config | {"d_steps": self.d_steps, "average": self.average, "seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**{name: _deserialized(value) for name, value in config.items()})

    def get_compile_config(self):
        names = ("d_optimizer", "g_optimizer", "d_loss", "g_loss")
        return {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in names}

    def compile_from_config(self, config):
        self.compile(**{name: _deserialized(value) for name, value in config.items()})


def share_above_0(logits):
    """The share of images that the discriminator calls real."""
    return tf.reduce_mean(tf.cast(logits > 0, "float32"))


def _deserialized(value):
    return keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
