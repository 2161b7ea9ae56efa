"""A GAN whose networks are trained only while they are not yet good enough."""

import keras
import tensorflow as tf

from seminar_gan import losses
from seminar_gan.training.gan import GAN

__all__ = ["GatedGAN"]

COUNTS = ("d_fake_updates", "d_real_updates", "g_updates")


class Latest(keras.metrics.Metric):
    """The latest value of a log, for numbers that already count from step 0."""

    def __init__(self, name):
        super().__init__(name=name)
        self.latest = self.add_weight(name="latest", shape=(), initializer="zeros")

    def update_state(self, value):
        self.latest.assign(value)

    def result(self):
        return tf.convert_to_tensor(self.latest)

    def reset_state(self):
        """Do nothing: a report resets means only."""


@keras.saving.register_keras_serializable("seminar_gan")
class GatedGAN(GAN):
    """A GAN with three updates, each of which a step makes only if the loss that it lowers is above its gate.

    The three: the discriminator on fake images, the discriminator on real ones, the generator. Each gate compares the
    loss of the previous step; all three losses are measured in every step, whether or not it updates. Before the first
    step each loss counts as 1. A step is one pass through the three: `step` and `steps` count passes. The history has
    also `fake_loss` and `real_loss`, whose sum is `d_loss`, and how often each update was made since step 0:
    `d_fake_updates`, `d_real_updates` and `g_updates`.

    With the losses of `losses.PANIC`, the gates of the fakes and of the generator are never both closed: the two losses
    add up to at least 2 log 2 = 1.386.

    Args:
        generator, discriminator: as for `GAN`.
        gates: three numbers: for the discriminator on fakes, for the discriminator on reals, for the generator.
        options: as for `GAN`; `d_steps` is 1.

    Raises:
        ValueError: as `GAN`, for other gates, and where a strategy has several replicas.

    Source:
        Wallat & Kriegel, PANIC, section 4, which calls 60, 45 and 50 % recognition rates. The tutorial that it builds
        on, Deshpande & Bruner 2017, compares losses with 0.6, 0.45 and 0.5, and so do we. There each update measures
        anew, each has an Adam of its own, and the generator comes second; here it comes last, as in the paper. There
        the three counts begin anew at every report.
    """

    LOGS = (*GAN.LOGS, "fake_loss", "real_loss", *COUNTS)

    def __init__(self, generator, discriminator, *, gates=(0.6, 0.45, 0.5), **options):
        super().__init__(generator, discriminator, **options)
        if len(gates) != 3 or not all(isinstance(gate, int | float) for gate in gates):
            raise ValueError(f"gates must be three numbers, for D on fakes, D on reals and G; got {gates!r}")
        if type(self).discriminator_loss is not GAN.discriminator_loss:
            raise TypeError(
                f"{type(self).__name__} has a discriminator_loss of its own, which gated training never calls: "
                "override update_discriminator instead"
            )
        if self.d_steps != 1:
            raise ValueError(f"d_steps must be 1: the gates decide how often D is updated; got {self.d_steps}")
        if self.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError("a GatedGAN cannot be trained on several replicas: each would have gates of its own")
        self.gates = tuple(gates)
        scalar = {"shape": (), "trainable": False}
        self.previous = [self.add_weight(name=f"loss_{gate}", initializer="ones", **scalar) for gate in range(3)]
        self.counts = [self.add_weight(name=name, initializer="zeros", **scalar) for name in COUNTS]

    def compile(self, *, loss=losses.PANIC, penalty=None, **options):
        """Say how to train, as `GAN.compile` does. The discriminator's loss is in two parts: `losses.Halves`.

        Raises:
            TypeError: for another loss. ValueError: for a penalty, and where `GAN.compile` raises one.
        """
        if not isinstance(getattr(loss, "discriminator", None), losses.Halves):
            raise TypeError(
                "the discriminator of a GatedGAN is updated on fakes and on reals apart, so its loss must be in two "
                f"parts: losses.Pair(losses.Halves(real=..., fake=...), generator=...); got {loss!r}"
            )
        if penalty is not None:
            raise ValueError("a GatedGAN takes no penalty: it would belong to neither of D's two updates")
        super().compile(loss=loss, **options)

    def tracker(self, name):
        return Latest(name) if name in COUNTS else super().tracker(name)

    def update_discriminator(self, real, fake):
        """Update the discriminator on the fakes and then on the reals, each if its gate is open."""
        halves = self.loss_pair.discriminator
        with tf.GradientTape() as tape:
            fake_logits = self.discriminate(*self.exchange(real, fake))
            fake_loss = halves.fake(fake_logits)
        self.update(self.d_optimizer, self.discriminator, tape, fake_loss, gate=0)
        with tf.GradientTape() as tape:
            real_logits = self.discriminate(*real)
            real_loss = halves.real(real_logits)
        self.update(self.d_optimizer, self.discriminator, tape, real_loss, gate=1)
        losses_now = {"d_loss": fake_loss + real_loss, "fake_loss": fake_loss, "real_loss": real_loss}
        return losses_now | self.loss_pair.shares(real_logits, fake_logits)

    def update(self, optimizer, network, tape, loss, gate=2):
        """Let the optimizer make a step if the gate is open, count it, and keep the loss for the next step's gate.

        Args:
            optimizer, network, tape, loss: as for `GAN.update`.
            gate: 0 for the discriminator on fakes, 1 for the discriminator on reals, 2 for the generator.
        """
        descend = super().update

        def step():
            descend(optimizer, network, tape, loss)
            return 1.0

        self.counts[gate].assign_add(tf.cond(self.is_open(gate), step, lambda: 0.0))
        self.previous[gate].assign(loss)

    def is_open(self, gate):
        """Return whether an update is to be made, bool scalar. gate: as for `update`."""
        return self.previous[gate] > self.gates[gate]

    def track(self, **logs):
        counts = {name: tf.convert_to_tensor(count) for name, count in zip(COUNTS, self.counts, strict=True)}
        return super().track(**logs, **counts)

    def get_config(self):
        return {**super().get_config(), "gates": list(self.gates)}
