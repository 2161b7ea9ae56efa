"""A GAN whose networks are trained only while they are not yet good enough."""

import keras
import tensorflow as tf

from seminar_gan import losses
from seminar_gan.training.gan import GAN, share_above_0

COUNTS = ("d_fake_updates", "d_real_updates", "g_updates")


class Count(keras.metrics.Metric):
    """How often something happened since step 0. The GAN keeps the number: checkpoints leave out what metrics keep."""

    def __init__(self, gan, name):
        super().__init__(name=name)
        self.count = gan.add_weight(name=name, shape=(), initializer="zeros", trainable=False)

    def update_state(self, happened):
        self.count.assign_add(happened)

    def result(self):
        return tf.convert_to_tensor(self.count)

    def reset_state(self):
        """Do nothing: a report resets means only."""


@keras.saving.register_keras_serializable("seminar_gan")
class GatedGAN(GAN):
    """A GAN with three updates, each of which a step makes only if the loss it lowers is above its gate.

    The three: the discriminator on fake images, the discriminator on real ones, the generator. A gate looks at the
    latest loss measured, which is that of the step before; each step measures all three, also where it updates
    nothing. Before the first step each loss counts as 1. A step is one pass through the three: `step` and `steps` count
    passes. The history has also `fake_loss` and `real_loss`, whose sum is `d_loss`, and how often each update was made
    since step 0: `d_fake_updates`, `d_real_updates` and `g_updates`.

    With the losses of `compile`, the gates of the fakes and of the generator are never both closed: the two losses
    add up to at least 2 log 2 = 1.386.

    Args:
        generator, discriminator: as for `GAN`.
        gates: three numbers: for the discriminator on fakes, for the discriminator on reals, for the generator.
        others: as for `GAN`; `d_steps` is 1.

    Raises:
        ValueError: as `GAN`, for other gates, and where a strategy has several replicas.

    Source:
        Wallat & Kriegel, PANIC, section 4, which calls 60, 45 and 50 % recognition rates. The tutorial that it builds
        on, Deshpande & Bruner 2017, compares losses with 0.6, 0.45 and 0.5, and so do we. There each update measures
        anew, each has an Adam of its own, and the generator comes second; here it comes last, as in the paper. There
        the three counts begin anew at every report.
    """

    def __init__(self, generator, discriminator, *, gates=(0.6, 0.45, 0.5), **options):
        super().__init__(generator, discriminator, **options)
        if len(gates) != 3 or not all(isinstance(gate, int | float) for gate in gates):
            raise ValueError(f"gates must be three numbers, for D on fakes, D on reals and G; got {gates!r}")
        if self.d_steps != 1:
            raise ValueError(f"d_steps must be 1: the gates decide how often D is updated; got {self.d_steps}")
        if self.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError("a GatedGAN cannot be trained on several replicas: each would have gates of its own")
        self.gates = tuple(gates)
        self.latest_losses = self.add_weight(name="latest_losses", shape=(3,), initializer="ones", trainable=False)
        self.passes = self.add_weight(name="passes", shape=(), dtype="int64", initializer="zeros", trainable=False)
        for name in ("fake_loss", "real_loss"):
            self.trackers[name] = keras.metrics.Mean(name)
        for name in COUNTS:
            self.trackers[name] = Count(self, name)

    def compile(
        self,
        *,
        d_optimizer,
        g_optimizer,
        fake_loss=losses.plain_fake,
        real_loss=losses.smoothed_real,
        g_loss=losses.non_saturating,
        **options,
    ):
        """Say how to train, as `GAN.compile` does, with fake_loss and real_loss, functions of logits, for d_loss."""
        super().compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, d_loss=None, g_loss=g_loss, **options)
        self.fake_loss, self.real_loss = fake_loss, real_loss

    def train_step(self, batch):
        """Make each of the three updates whose gate is open, and measure all three losses."""
        ((real_images,),) = self.parts(batch)
        z = self.draw_noise(tf.shape(real_images)[0], 0)
        with tf.GradientTape() as g_tape:
            fake_images = self.make(z)
        with tf.GradientTape() as tape:
            fake_logits = self.judge(fake_images)
            fake_loss = self.fake_loss(fake_logits)
        d_fake_updates = self.update_if_open(0, self.d_optimizer, self.discriminator, tape, fake_loss)
        with tf.GradientTape() as tape:
            real_logits = self.judge(real_images)
            real_loss = self.real_loss(real_logits)
        d_real_updates = self.update_if_open(1, self.d_optimizer, self.discriminator, tape, real_loss)
        with g_tape:
            g_loss = self.g_loss(self.judge(fake_images))
        g_updates = self.update_if_open(2, self.g_optimizer, self.generator, g_tape, g_loss)
        self.latest_losses.assign(tf.stack([fake_loss, real_loss, g_loss]))
        self.passes.assign_add(1)
        self.update_average()
        logs = self.track(
            d_loss=fake_loss + real_loss,
            g_loss=g_loss,
            d_real=share_above_0(real_logits),
            d_fake=share_above_0(fake_logits),
            fake_loss=fake_loss,
            real_loss=real_loss,
            d_fake_updates=d_fake_updates,
            d_real_updates=d_real_updates,
            g_updates=g_updates,
        )
        return logs | {name: self.trackers[name].result() for name in COUNTS}

    def update_if_open(self, number, optimizer, network, tape, loss):
        """Return 1 after an update, 0 if the gate is closed."""

        def update():
            self.update(optimizer, network, tape, loss)
            return 1.0

        return tf.cond(self.latest_losses[number] > self.gates[number], update, lambda: 0.0)

    @property
    def clock(self):
        return self.passes

    def get_config(self):
        return {**super().get_config(), "gates": list(self.gates)}

    def get_compile_config(self):
        config = super().get_compile_config()
        del config["d_loss"]
        named = {name: getattr(self, name) for name in ("fake_loss", "real_loss")}
        return config | {name: keras.saving.serialize_keras_object(value) for name, value in named.items()}
