"""The one training loop: a generator and a discriminator play against each other."""

import keras
import tensorflow as tf

from seminar_gan import losses
from seminar_gan.training import returns, updates
from seminar_gan.training.fit import checks, data_checks, keras_checks
from seminar_gan.training.noise import normal
from seminar_gan.training.sampling import Sampling

__all__ = ["GAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class GAN(Sampling):
    """A generative adversarial network: `compile`, `fit` and `generate`.

    To make a variant, override one of four methods: `make_fake`, `discriminate`, `discriminator_loss`,
    `generator_loss`. They pass on `real` and `fake`: tuples of what the discriminator sees, the images first and then
    their conditions, if there are any. A variant declares the further logs that its losses return:
    `LOGS = (*GAN.LOGS, "class_loss")`.

    A GAN saved by `gan.save("gan.keras")` is opened by `keras.models.load_model` after `import
    seminar_gan.training.gan`, or of the module of its variant.

    Args:
        generator: keras.Model from z (batch, latent_dim) to images (batch, height, width, channels), or to points.
        discriminator: keras.Model from what the generator makes to logits (batch, 1).
        noise: function of (seed, shape) that z is drawn with: `noise.normal` or `noise.uniform`.
        d_steps: updates of the discriminator for each one of the generator, every one on images of its own.
        ema: None, or the decay of an exponential moving average of the generator's weights, such as 0.995. Then the
            average makes the samples.
        seed: whole number from which the noise and the order of the images follow. The networks have their starting
            weights already; they follow from `keras.utils.set_random_seed`.

    Raises:
        ValueError: if the networks do not fit each other, or if a number cannot work.
        TypeError: for a class of several variants of which one would hide what another does.

    Source:
        Goodfellow et al. 2014, algorithm 1. The average: Yazici et al. 2019, The unusual effectiveness of averaging in
        GAN training.
    """

    LOGS = ("d_loss", "g_loss")

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        returns.checked(cls)

    def __init__(self, generator, discriminator, *, noise=normal, d_steps=1, ema=None, seed=0, name="gan"):
        super().__init__(seed=seed, name=name)
        checks.check_order(type(self), GAN)
        self.check(generator, discriminator)
        checks.check_settings(d_steps=d_steps, ema=ema)
        self.generator, self.discriminator = generator, discriminator
        self.noise, self.d_steps, self.ema = noise, d_steps, ema
        self.ema_generator = None
        if ema is not None:
            self.ema_generator = keras.models.clone_model(generator)
            self.ema_generator.set_weights(generator.get_weights())
            self.ema_generator.trainable = False

    def compile(self, *, d_optimizer, g_optimizer, loss=losses.NON_SATURATING, penalty=None, **options):
        """Say how to train.

        Args:
            d_optimizer, g_optimizer: keras.optimizers.Optimizer, two objects.
            loss: `losses.Pair`, what the discriminator and the generator lower.
            penalty: None, or what is added to the discriminator's loss: `penalties.GradientPenalty(10.0)`, or another
                function of (gan, real, fake).
            options: further arguments of `keras.Model.compile`, such as `jit_compile`.

        Raises:
            TypeError: if the loss is not a pair, or the penalty no function.
            ValueError: if the two optimizers are one object or belong to another GAN, and for a discriminator that the
                penalty cannot work with.
        """
        d_optimizer, g_optimizer = (
            keras.optimizers.get(each) if isinstance(each, str | dict) else each for each in (d_optimizer, g_optimizer)
        )
        checks.check_pair(loss)
        if hasattr(penalty, "check"):
            penalty.check(self.discriminator)
        elif not (penalty is None or callable(penalty)):
            raise TypeError(f"penalty must be a function of (gan, real, fake) that returns one number; got {penalty!r}")
        for network in (self.discriminator, self.generator):
            keras_checks.check_player(network)
        self.loss_pair, self.penalty = loss, penalty
        optimizers = {
            "d_optimizer": (d_optimizer, self.discriminator.trainable_variables),
            "g_optimizer": (g_optimizer, self.generator.trainable_variables),
        }
        super().compile(optimizers=optimizers, logs=(*loss.logs, *(["penalty"] if penalty else [])), **options)

    def train_step(self, batch):
        """Update the discriminator `d_steps` times, then the generator once. Called by Keras for every batch.

        Args:
            batch: tuple of tensors (d_steps * batch_size, ...), the images first.

        Returns:
            {log: float scalar}.
        """
        *earlier, real = self.parts(batch)
        for number, part in enumerate(earlier):
            self.update_discriminator(part, self.make_fake(self.draw_noise(part, number), part))
        z = self.draw_noise(real, len(earlier))
        with tf.GradientTape() as tape:
            fake = self.make_fake(z, real)
            with tape.stop_recording():
                d_logs = self.update_discriminator(real, fake)
            g_loss, g_logs = self.generator_loss(real, fake)
        self.update(self.g_optimizer, self.generator, tape, g_loss)
        self.update_ema()
        return self.track(g_loss=g_loss, **g_logs, **d_logs)

    def update_discriminator(self, real, fake):
        """Update the discriminator once.

        Args:
            real, fake: as for `discriminator_loss`.

        Returns:
            {log: float scalar}: d_loss, with the penalty in it, and what `discriminator_loss` logs.
        """
        with tf.GradientTape() as tape:
            d_loss, logs = self.discriminator_loss(real, fake)
            if self.penalty is not None:
                logs["penalty"] = tf.cast(self.penalty(self, real, fake), d_loss.dtype)
                d_loss += logs["penalty"]
        self.update(self.d_optimizer, self.discriminator, tape, d_loss)
        return {"d_loss": d_loss, **logs}

    def make_fake(self, z, real):
        """Make what the discriminator sees beside `real`.

        Args:
            z: float (batch, latent_dim).
            real: tuple of tensors (batch, ...): the images and what else `fit` was given.

        Returns:
            tuple of tensors (batch, ...): fake images (batch, height, width, channels), and conditions if the
            discriminator takes any.
        """
        return (self.generator(z, training=True),)

    def discriminate(self, images):
        """Return the discriminator's logits in training.

        Args:
            images: float (batch, height, width, channels), and conditions as further arguments if it takes any.

        Returns:
            float (batch, 1).
        """
        return self.discriminator(images, training=True)

    def discriminator_loss(self, real, fake):
        """Return what the discriminator lowers, without the penalty, and what else is to be logged.

        Args:
            real, fake: tuples of tensors (batch, ...), the images first, then their conditions.

        Returns:
            float scalar, and {log: float scalar}.
        """
        real_logits = self.discriminate(*real)
        fake_logits = self.discriminate(*self.exchange(real, fake))
        loss = self.loss_pair.discriminator(real_logits, fake_logits)
        return loss, self.loss_pair.shares(real_logits, fake_logits)

    def exchange(self, real, fake):
        """Return the fakes that the discriminator learns from, tuple of tensors (batch, ...): here `fake` itself."""
        return fake

    def generator_loss(self, real, fake):
        """Return what the generator lowers, and what else is to be logged.

        Args:
            real, fake: as for `discriminator_loss`. The discriminator has been updated on them already.

        Returns:
            float scalar, and {log: float scalar}.
        """
        return self.loss_pair.generator(self.discriminate(*fake)), {}

    def check(self, generator, discriminator):
        """Reject networks that do not fit each other. A variant with other networks overrides it.

        Raises:
            ValueError: names both shapes.
        """
        checks.check_networks(generator, discriminator)

    def parts(self, batch):
        """Deal a batch out into the `d_steps` batches that the discriminator sees in turn.

        Args:
            batch: tuple of tensors (d_steps * batch_size, ...).

        Returns:
            list of tuples of tensors (batch_size, ...).
        """
        updates.check_batch(batch)
        return [tuple(part[number :: self.d_steps] for part in batch) for number in range(self.d_steps)]

    def update(self, optimizer, network, tape, loss):
        """Let an optimizer make one step that lowers the loss by the weights of one network alone.

        The weights' own regularizers are added to what it lowers, and not to what is logged.

        Args:
            optimizer: keras.optimizers.Optimizer.
            network: keras.Model.
            tape: tf.GradientTape that has recorded the loss.
            loss: float scalar. Replicas add up their gradients, so each counts as its share.
        """
        updates.check_loss(loss, network)
        share = 1 / tf.distribute.get_replica_context().num_replicas_in_sync
        share = optimizer.scale_loss(tf.cast(share, loss.dtype))  # LossScaleOptimizer's factor; else 1
        variables = network.trainable_variables
        gradients = tape.gradient(loss, variables, output_gradients=share)
        gradients = [updates.regularized(*each, share) for each in zip(gradients, variables, strict=True)]
        optimizer.apply(gradients, variables)

    @property
    def batches_per_step(self):
        return self.d_steps

    def fit(self, images, *, steps=None, seconds=None, **options):
        """Train until the generator has had `steps` updates in all, or for `seconds`. A trained GAN goes on from there.

        Args:
            images: uint8 (n, height, width, channels), 0 to 255, scaled in the stream to the range of the generator's
                last activation, [-1, 1] for tanh and [0, 1] for a sigmoid; or float in that range. They are not copied.
            steps: the number of the last step, or None; one step is one update of the generator.
            seconds: how long to train in all, or None, in seconds spent in steps. With both, what comes first ends it.
            batch_size: images in a batch, 64 by default; the discriminator sees `d_steps` batches a step.
            report_every: steps between two entries of the history, 100 by default.
            callbacks: list of keras.callbacks.Callback. What Keras calls an epoch is a report.
            checkpoints: None, or a folder. The state is kept in it at every report, about every 20 seconds in between,
                and when the training is interrupted. A training that was stopped at any moment, by whatever means, is
                taken up again by the same call in a new process. On the same machine it ends bit for bit where it
                would have ended. After an interrupt (Ctrl-C, the stop button) the same call also goes on without them,
                in the same session.

        Returns:
            keras.callbacks.History since step 0: step, seconds (spent in steps, the first of each call left out), and
            the means since the last entry of d_loss and g_loss, and of d_real and d_fake: the shares of real and of
            fake images that the discriminator called real (a critic has none). With a penalty, also penalty.

        Raises:
            TypeError, ValueError: if the images are not like the generator's, or a number cannot work.
            TrainingDiverged: if a loss is not finite. The last good state is in `checkpoints`.
            CheckpointError: if the checkpoints are of another training or of another version of this package.
        """
        return self.fit_groups(((self.check_images(images),),), steps=steps, seconds=seconds, **options)

    def check_images(self, images):
        """Return the images as an array that `fit_groups` takes, or reject them, as `data_checks.check_images` says."""
        return data_checks.check_images(images, self.generator)

    def fit_groups(self, groups, **options):
        if self.compiled:
            keras_checks.check_player(self.discriminator, self.d_optimizer)
            keras_checks.check_player(self.generator, self.g_optimizer)
        return super().fit_groups(groups, image_range=checks.image_range(self.generator), **options)

    def __call__(self, *inputs, **options):
        raise TypeError(
            "a GAN is not called on data: generate(count) makes images, generator(z) makes those of a z, and "
            "discriminator(images) judges images. It is trained by fit(images, steps=...), which counts its steps"
        )

    predict = evaluate = train_on_batch = test_on_batch = predict_on_batch = __call__

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

    def compiled_with(self):
        """Return {argument of `compile`: value}, the optimizers left out."""
        return {"loss": self.loss_pair, "penalty": self.penalty}

    def get_config(self):
        noise = keras.saving.serialize_keras_object(self.noise)
        return {**super().get_config(), "noise": noise, "d_steps": self.d_steps, "ema": self.ema}
