"""Seconds an epoch, and the history as a CSV file."""

import csv
import os
import warnings
from pathlib import Path

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


# A file that is open in another program


class InExcel(keras.callbacks.Callback):
    """Refuse to replace or to move a file at some reports, as Windows does while a spreadsheet has it open."""

    def __init__(self, monkeypatch, *reports):
        super().__init__()
        self.reports, self.open = reports, 0 in reports
        for place, name in ((os, "replace"), (Path, "rename")):
            monkeypatch.setattr(place, name, self.watched(getattr(place, name)))

    def watched(self, move):
        def refuse_or_move(source, target):
            if self.open:
                raise PermissionError(13, "Permission denied", str(target))
            return move(source, target)

        return refuse_or_move

    def on_epoch_end(self, epoch, logs=None):
        self.open = epoch + 1 in self.reports


def fit_beside_excel(path, *reports, monkeypatch, last_step=40):
    """Train with the file open at some reports; return the callback that writes, and the texts of the warnings."""
    excel, table = InExcel(monkeypatch, *reports), HistoryCSV(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tiny_gan.fit(tiny_gan.begin(), last_step, report_every=10, callbacks=[excel, table])
    excel.open = False
    return table, [str(warning.message) for warning in caught]


def test_rows_that_could_not_be_written_come_with_the_next_report(tmp_path, monkeypatch):
    path = tmp_path / "history.csv"
    _, told = fit_beside_excel(path, 2, 3, monkeypatch=monkeypatch)
    assert told == [
        f"{path.as_posix()} was not written (Permission denied), and the work goes on without it; "
        "close it in other programs, then call write() of its HistoryCSV"
    ]
    assert steps(path) == ["step", "10", "20", "30", "40"]
    assert list(tmp_path.iterdir()) == [path]


def test_rows_that_were_never_written_come_with_a_call(tmp_path, monkeypatch):
    path = tmp_path / "history.csv"
    table, told = fit_beside_excel(path, 2, 3, 4, monkeypatch=monkeypatch)
    assert steps(path) == ["step", "10"] and len(told) == 2  # once more at the end
    table.write()
    assert steps(path) == ["step", "10", "20", "30", "40"]


def test_an_earlier_history_that_cannot_be_moved_yet_is_not_lost(tmp_path, monkeypatch):
    path = tmp_path / "history.csv"
    fit(30, path)
    _, told = fit_beside_excel(path, 0, 1, monkeypatch=monkeypatch, last_step=20)
    assert len(told) == 1
    assert steps(path) == ["step", "10", "20"]
    assert steps(tmp_path / "earlier_1" / "history.csv") == ["step", "10", "20", "30"]


def test_a_history_for_german_spreadsheets(tmp_path):
    history = fit_german(tmp_path / "history.csv")
    text = (tmp_path / "history.csv").read_text(encoding="utf-8-sig")
    header, *lines = [line.split(";") for line in text.splitlines()]
    columns = [[float(value.replace(",", ".")) for value in column] for column in zip(*lines, strict=True)]
    assert dict(zip(header, columns, strict=True)) == history
    assert "." not in text and len(lines) == 2


def fit_german(path):
    trained = tiny_gan.begin()
    tiny_gan.fit(trained, 20, report_every=10, callbacks=[HistoryCSV(path, decimal=",")])
    return trained.record.history


def test_another_decimal_is_refused_before_the_training(tmp_path):
    with pytest.raises(ValueError, match=r"decimal must be '\.' or ','; got ';'"):
        HistoryCSV(tmp_path / "history.csv", decimal=";")


def test_a_folder_in_the_place_of_the_file_is_left_alone(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"is a folder: name the file in it, such as .*history\.csv"):
        HistoryCSV(tmp_path)
    callback = HistoryCSV(path := tmp_path / "later")
    path.mkdir()
    with pytest.warns(UserWarning, match="later was not written"):
        tiny_gan.fit(tiny_gan.begin(), 2, callbacks=[callback])
    assert path.is_dir() and not (tmp_path / "earlier_1").exists()
