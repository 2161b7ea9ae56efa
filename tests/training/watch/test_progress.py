"""The training display, in a log and in a notebook, and the stopwatch, with a clock that the test winds."""

import re
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest

from seminar_gan.commands import build
from seminar_gan.training.watch.history import Stopwatch
from seminar_gan.training.watch.progress import Progress


class Clock:
    """Stands in for time.perf_counter."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr("seminar_gan.training.callbacks.time.perf_counter", lambda: self.now)

    def tick(self, seconds):
        self.now += seconds


def train(callback, epochs, first=0, stop_after=None, tick=lambda: None):
    """Call a callback as `fit` does, with a loss of 1 / epoch."""
    callback.set_params({"epochs": epochs})
    callback.on_train_begin()
    for epoch in range(first, epochs):
        callback.on_epoch_begin(epoch)
        tick()
        callback.on_epoch_end(epoch, {"loss": 1 / (epoch + 1)})
        if epoch + 1 == stop_after:
            break
    callback.on_train_end({"loss": 0})


def epochs_shown(text):
    return [int(number) for number in re.findall(r"^epoch +(\d+)/", text, re.MULTILINE)]


@pytest.mark.parametrize("lines", [1, 2, 7, 10, 100])
@pytest.mark.parametrize("epochs", [1, 2, 9, 10, 11, 25, 99, 4_000])
def test_about_ten_lines_with_the_first_and_the_last_epoch(capsys, epochs, lines):
    train(Progress(lines), epochs)
    shown = epochs_shown(capsys.readouterr().out)
    assert shown[0] == 1
    assert shown[-1] == epochs
    assert shown == sorted(set(shown))
    assert min(lines, epochs) <= len(shown) <= lines + 1


def test_a_line_says_epoch_and_values(capsys):
    progress = Progress()
    progress.set_params({"epochs": 12})
    progress.on_train_begin()
    progress.on_epoch_end(0, {"loss": 0.12345, "val_loss": np.float32(2), "seconds": 3.0})
    assert capsys.readouterr().out == "epoch  1/12  loss 0.1235  val_loss 2.0000\n"


def test_training_that_goes_on_or_stops_early_has_its_first_and_last_epoch(capsys):
    train(Progress(), 100, first=52)
    assert epochs_shown(capsys.readouterr().out) == [53, 60, 70, 80, 90, 100]
    train(Progress(), 100, stop_after=23)
    assert epochs_shown(capsys.readouterr().out) == [1, 10, 20, 23]
    train(Progress(), 100, stop_after=20)
    assert epochs_shown(capsys.readouterr().out) == [1, 10, 20]


def test_a_callback_can_be_used_again(capsys):
    progress = Progress()
    for _ in range(2):
        train(progress, 3)
        assert epochs_shown(capsys.readouterr().out) == [1, 2, 3]


def test_no_lines_are_refused():
    with pytest.raises(ValueError, match="lines must be at least 1; got 0"):
        Progress(lines=0)


class Display:
    """Stands in for a notebook's display that can be updated."""

    def __init__(self, monkeypatch):
        self.texts = []
        monkeypatch.setattr("seminar_gan.training.callbacks._display_handle", lambda: self)

    def update(self, data, raw):
        assert raw
        self.texts.append(data["text/plain"])


def test_the_time_left_stands_below_the_lines_and_goes(monkeypatch, capsys):
    clock, display = Clock(monkeypatch), Display(monkeypatch)
    train(Progress(), 4, tick=lambda: clock.tick(5))
    assert [text.split("\n")[-1] for text in display.texts[:-1]] == ["15 s left", "10 s left", "5 s left", "0 s left"]
    assert epochs_shown(display.texts[-1]) == [1, 2, 3, 4]
    assert "left" not in display.texts[-1]
    assert capsys.readouterr().out == ""


def test_the_time_left_counts_the_epochs_of_this_training_alone(monkeypatch):
    clock, display = Clock(monkeypatch), Display(monkeypatch)
    train(Progress(), 100, first=98, tick=lambda: clock.tick(5))
    assert display.texts[0].endswith("\n5 s left")


CELL = """
import sys, types, time
class Callback:
    def set_params(self, params):
        self.params = params
sys.modules["keras"] = types.SimpleNamespace(callbacks=types.SimpleNamespace(Callback=Callback))  # the real one is slow
from seminar_gan.training.callbacks import Progress

def train(epochs, pause):
    progress = Progress()
    progress.set_params({"epochs": epochs})
    progress.on_train_begin()
    for epoch in range(epochs):
        time.sleep(pause)
        progress.on_epoch_end(epoch, {"loss": 1 / (epoch + 1)})
    progress.on_train_end()
"""


def test_a_notebook_stores_the_lines_and_no_time(monkeypatch):
    """The same cell twice, once slower: the stored outputs are the same, and are the lines alone."""
    cells = [nbformat.v4.new_code_cell(source) for source in (CELL, "train(12, 0)", "train(12, 0.1)")]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"seminar_gan": {}})
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3]))
    build.execute(notebook)  # as pages are built
    once, again = (cell.outputs for cell in notebook.cells[1:])
    assert once == again
    (output,) = once
    assert output.output_type == "display_data"
    assert list(output.data) == ["text/plain"]
    lines = output.data["text/plain"].split("\n")
    assert lines[0] == "epoch  1/12  loss 1.0000"
    assert lines[-1] == "epoch 12/12  loss 0.0833"
    assert len(epochs_shown(output.data["text/plain"])) == len(lines)


def test_stopwatch_adds_up_the_epochs(monkeypatch):
    clock, watch, seconds = Clock(monkeypatch), Stopwatch(), []
    watch.on_train_begin()
    for epoch, took in enumerate([3, 4, 5]):
        clock.tick(50)  # between the epochs: not counted
        watch.on_epoch_begin(epoch)
        clock.tick(took)
        watch.on_epoch_end(epoch, logs := {})
        seconds.append(logs["seconds"])
    assert seconds == [3, 7, 12]


def test_stopwatch_leaves_out_validation(monkeypatch):
    clock, watch = Clock(monkeypatch), Stopwatch()
    watch.on_train_begin()
    watch.on_epoch_begin(0)
    clock.tick(3)
    watch.on_test_begin()
    clock.tick(1_000)
    watch.on_test_end()
    clock.tick(0.5)
    watch.on_epoch_end(0, logs := {})
    assert logs["seconds"] == 3.5


def test_fit_puts_seconds_in_the_history_and_progress_prints(monkeypatch, capsys):
    """With Keras itself: a clock that ticks in every training batch by 1 s, in every test batch by 100 s."""
    clock = Clock(monkeypatch)

    class Ticks(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            clock.tick(1)

        def on_test_batch_end(self, batch, logs=None):
            clock.tick(100)

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    x, y = np.ones((6, 2), "float32"), np.ones((6, 1), "float32")
    for _ in range(2):  # a second fit begins anew
        history = model.fit(
            x,
            y,
            batch_size=2,
            epochs=3,
            validation_data=(x, y),
            verbose=0,
            callbacks=[Ticks(), Stopwatch(), Progress()],
        ).history
        assert history["seconds"] == [3, 6, 9]
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 3
        assert all(re.fullmatch(r"epoch \d/3  loss \d+\.\d{4}  val_loss \d+\.\d{4}", line) for line in lines)
