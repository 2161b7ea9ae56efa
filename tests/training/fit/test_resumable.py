"""What every resumable model promises: its optimizers are kept and driven, whatever they are called."""

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan.training.gan import GAN


class WithMoreOptimizers(GAN):
    """Its discriminator is pulled towards 0 by two more optimizers, one in an attribute, one in a list."""

    def compile(self, **options):
        super().compile(**options)
        self.q_optimizer = keras.optimizers.SGD(1e-2, momentum=0.9)
        self.others = [keras.optimizers.Adam(1e-3)]
        for optimizer in (self.q_optimizer, *self.others):
            optimizer.build(self.discriminator.trainable_variables)

    def update_discriminator(self, real, fake):
        logs = super().update_discriminator(real, fake)
        weights = self.discriminator.trainable_variables
        for optimizer in (self.q_optimizer, *self.others):
            optimizer.apply([weight + 0 for weight in weights], weights)
        return logs


def model(d_rate=4e-3, g_rate=1e-3):
    keras.utils.set_random_seed(3)
    made = WithMoreOptimizers(tiny_gan.generator(), tiny_gan.discriminator())
    made.compile(d_optimizer=keras.optimizers.Adam(d_rate), g_optimizer=keras.optimizers.Adam(g_rate))
    return made


def rates(made):
    return [float(optimizer.learning_rate.numpy()) for optimizer in made.optimizers.values()]


@pytest.mark.long
def test_every_optimizer_is_in_the_checkpoint(tmp_path):
    whole, stopped, resumed = model(), model(), model()
    assert list(whole.optimizers) == ["d_optimizer", "g_optimizer", "q_optimizer", "others_0"]
    whole.fit(tiny_gan.images(), steps=6, batch_size=8, report_every=3)
    stopped.fit(tiny_gan.images(), steps=3, batch_size=8, report_every=3, checkpoints=tmp_path)
    resumed.fit(tiny_gan.images(), steps=6, batch_size=8, report_every=3, checkpoints=tmp_path)
    states = [[np.asarray(v) for v in each.state().values()] for each in (whole, resumed)]
    assert all(np.array_equal(a, b) for a, b in zip(*states, strict=True))


def test_a_scheduler_of_keras_moves_every_rate_in_proportion():
    made = model()
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    made.fit(tiny_gan.images(), steps=3, batch_size=8, report_every=1, callbacks=[halve])
    assert rates(made) == pytest.approx([4e-3 / 8, 1e-3 / 8, 1e-2 / 8, 1e-3 / 8])
