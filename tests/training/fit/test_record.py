"""The history of a training, and what ends it."""

import itertools

import keras
import numpy as np
import pytest
import tiny_gan
from keras import ops

from seminar_gan import losses
from seminar_gan.training import penalties
from seminar_gan.training.fit.record import TrainingDiverged


@pytest.mark.long
def test_a_report_is_the_mean_of_the_steps_since_the_last():
    """Every loss of a tiny GAN, step by step, against reports of four and of two steps."""
    each = tiny_gan.fit(tiny_gan.begin(), 6, report_every=1)
    reports = tiny_gan.fit(tiny_gan.begin(), 6, report_every=4)
    assert each["step"] == [1, 2, 3, 4, 5, 6] and reports["step"] == [4, 6]
    for name in ("d_loss", "g_loss", "d_real", "d_fake"):
        means = np.mean(each[name][:4]), np.mean(each[name][4:])
        assert reports[name] == pytest.approx(means, rel=1e-5)
    assert len(set(each["d_loss"])) == 6


def test_the_history_counts_from_step_0_however_many_calls_it_takes(clock):
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(2))
    trained = tiny_gan.begin()
    for steps in (4, 5, 5):
        history = tiny_gan.fit(trained, steps, report_every=2, callbacks=[tick])
    assert history["step"] == [2, 4, 5]
    assert trained.record.history["seconds"] == [2, 6, 6]  # the first step of each call is left out


@pytest.mark.long
def test_compiled_anew_with_other_logs_the_columns_have_one_length():
    trained = tiny_gan.gan()
    tiny_gan.fit(trained, 2, report_every=1)
    optimizers = {"d_optimizer": trained.d_optimizer, "g_optimizer": trained.g_optimizer}
    trained.compile(**optimizers, loss=losses.WASSERSTEIN, penalty=penalties.R1())
    history = tiny_gan.fit(trained, 3, report_every=1)
    assert [len(column) for column in history.values()] == [3] * 6
    assert np.isnan(history["penalty"][:2]).all() and history["penalty"][2] > 0
    assert np.isnan(history["d_real"]).tolist() == [False, False, True]


def test_the_time_counts_from_the_end_of_the_first_step(clock):
    seconds = itertools.chain([500], itertools.repeat(3))
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(next(seconds)))
    tiny_gan.fit(trained := tiny_gan.begin(), None, seconds=10, callbacks=[tick])
    assert trained.step == 1 + 4  # 9 s are not enough
    assert trained.record.seconds == 12


def test_time_between_the_steps_does_not_count(clock):
    tick = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: clock.tick(1), on_train_batch_end=lambda batch, logs: clock.tick(1_000)
    )
    tiny_gan.fit(trained := tiny_gan.begin(), None, seconds=5, callbacks=[tick])
    assert trained.step == 1 + 5


def test_what_comes_first_ends_the_training(clock):
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(2))
    tiny_gan.fit(trained := tiny_gan.begin(), 5, seconds=10, callbacks=[tick])
    assert (trained.step, trained.record.seconds) == (5, 8)
    tiny_gan.fit(trained, 100, seconds=10, callbacks=[tick])
    assert (trained.step, trained.record.seconds) == (5 + 1 + 1, 10)


@pytest.mark.parametrize(("bad", "name"), [(np.nan, "nan"), (np.inf, "inf")])
def test_a_loss_that_is_not_finite_stops_at_once(bad, name):
    trained = tiny_gan.gan()
    step = trained.g_optimizer

    def g_loss(fake_logits):
        return losses.non_saturating(fake_logits) + ops.where(trained.g_optimizer.iterations >= 12, bad, 0.0)

    trained.compile(d_optimizer=trained.d_optimizer, g_optimizer=step, loss=losses.Pair(losses.cross_entropy, g_loss))
    with pytest.raises(TrainingDiverged, match=f"g_loss is {name} at step 13: training stopped"):
        tiny_gan.fit(trained, 100, report_every=5)
    assert trained.record.history["step"] == [5, 10]
