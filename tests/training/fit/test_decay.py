"""Learning rates that fall towards the end of a training."""

import keras
import pytest
import tiny_gan
from pytest import approx

from seminar_gan.training.fit.decay import LinearDecay


class Rates(keras.callbacks.Callback):
    """Collect the learning rate of D, and of G as a multiple of it."""

    def on_train_begin(self, logs=None):
        self.rates, self.ratios = [], set()

    def on_train_batch_end(self, batch, logs=None):
        d, g = (float(o.learning_rate) for o in (self.model.d_optimizer, self.model.g_optimizer))
        self.rates.append(d)
        self.ratios.add(round(g / d, 5))


def rates(decay, steps=10, *callbacks, trained=None, **options):
    rates = Rates()
    trained = trained or tiny_gan.begin(learning_rate=0.1)
    tiny_gan.fit(trained, steps, callbacks=[decay, rates, *callbacks], **options)
    assert rates.ratios == {1.0}
    return rates.rates


LATE = [0.1] * 7 + [0.075, 0.05, 0.025]


def test_the_rate_falls_to_0_after_the_full_steps():
    assert rates(LinearDecay(6)) == approx(LATE, rel=1e-5)


def test_the_rate_can_fall_from_the_start():
    assert rates(LinearDecay(), steps=4) == approx([0.1, 0.075, 0.05, 0.025], rel=1e-5)


def test_in_a_short_training_the_rate_falls_earlier():
    assert rates(LinearDecay(1_000)) == approx(LATE, rel=1e-5)
    assert rates(LinearDecay(1_000, most=0.2), steps=5) == approx([0.1, 0.1, 0.075, 0.05, 0.025], rel=1e-5)


def test_the_rate_can_follow_the_clock(clock):
    """A step takes a second; the first does not count. So after k steps, 6 seem to take 6 (k - 1) / k seconds."""
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(1))
    late = [0.1 * (10 - (k - 1)) / (10 - 6 * (k - 1) / k) for k in (7, 8, 9, 10)]
    assert rates(LinearDecay(6), None, tick, seconds=10) == approx([0.1] * 7 + late, rel=1e-5)


def test_two_learning_rates_stay_two():
    trained, rates = tiny_gan.scalars(), Rates()
    d_optimizer, g_optimizer = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.02)
    trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)
    for steps in (4, 8):  # a training that is continued starts from the full rates again
        trained.fit([[2.0]], steps=steps, batch_size=1, callbacks=[LinearDecay(), rates])
        assert rates.ratios == {0.2}
    assert rates.rates == approx([0.05, 0.0375, 0.025, 0.0125], rel=1e-5)


def test_a_resumed_training_decays_as_an_uninterrupted_one(tmp_path):
    whole = rates(LinearDecay(3), report_every=4)
    state = tiny_gan.state(tiny_gan.begin(learning_rate=0.1))
    with pytest.raises(InterruptedError):
        rates(LinearDecay(3), 10, tiny_gan.StopAt(9), report_every=4, checkpoints=tmp_path)
    trained = tiny_gan.begin(learning_rate=0.1)
    assert tiny_gan.same(state, trained)
    assert rates(LinearDecay(3), trained=trained, report_every=4, checkpoints=tmp_path) == whole[8:]


@pytest.mark.parametrize("most", [0, 1, -1, float("nan")])
def test_a_share_that_cannot_be_is_refused(most):
    with pytest.raises(ValueError, match="most must be between 0 and 1"):
        LinearDecay(6, most)


def test_a_negative_number_of_full_steps_is_refused():
    with pytest.raises(ValueError, match="full_steps must not be negative; got -1"):
        LinearDecay(-1)
