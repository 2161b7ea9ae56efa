"""Seconds an epoch, and the history as a CSV file."""

import csv

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan.training.watch.history import HistoryCSV, Stopwatch


@pytest.mark.long
def test_stopwatch_adds_up_the_epochs_without_validation_and_what_is_between(clock):
    """A training batch takes 1 s, a test batch 100 s, and what follows an epoch 10,000 s."""
    ticks = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: clock.tick(1),
        on_epoch_end=lambda epoch, logs: clock.tick(10_000),
    )
    ticks.on_test_batch_begin = lambda batch, logs=None: clock.tick(100)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    x, y = np.ones((6, 2), "float32"), np.ones((6, 1), "float32")
    for _ in range(2):  # a second fit begins anew
        options = {"batch_size": 2, "epochs": 3, "validation_data": (x, y), "verbose": 0}
        assert model.fit(x, y, callbacks=[Stopwatch(), ticks], **options).history["seconds"] == [3, 6, 9]
    assert clock.now == 100 + 2 * 3 * (3 + 300 + 10_000)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def steps(path):
    return [line[0] for line in rows(path)]


def fit(steps, path, *callbacks, **options):
    trained = tiny_gan.begin()
    tiny_gan.fit(trained, steps, report_every=10, callbacks=[HistoryCSV(path), *callbacks], **options)
    return trained.record.history


def test_the_history_is_a_table(tmp_path):
    path = tmp_path / "new" / "history.csv"
    history = fit(25, path)
    header, *lines = rows(path)
    assert header == ["step", "seconds", "d_loss", "g_loss", "d_real", "d_fake"]
    columns = zip(*lines, strict=True)
    assert {name: list(map(float, column)) for name, column in zip(header, columns, strict=True)} == history
    assert [line[0] for line in lines] == ["10", "20", "25"]


def test_a_training_that_is_taken_up_again_has_the_same_table(tmp_path):
    path, checkpoints = tmp_path / "history.csv", tmp_path / "state"
    with pytest.raises(InterruptedError):
        fit(40, path, tiny_gan.StopAt(38), checkpoints=checkpoints)
    assert steps(path) == ["step", "10", "20", "30"]
    (checkpoints / "step_00000030.npz").unlink()  # so that a row is beyond the step where the training goes on
    with pytest.raises(InterruptedError):
        fit(40, path, tiny_gan.StopAt(31), checkpoints=checkpoints)
    history = fit(40, path, checkpoints=checkpoints)
    columns = zip(*rows(path)[1:], strict=True)
    assert [list(map(float, column)) for column in columns] == list(history.values())


def test_a_new_history_does_not_overwrite_another(tmp_path):
    path = tmp_path / "history.csv"
    for number in (30, 10):
        fit(number, path)
    assert steps(path) == ["step", "10"]
    assert steps(tmp_path / "earlier_1" / "history.csv") == ["step", "10", "20", "30"]
