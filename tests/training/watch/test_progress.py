"""The display of a training, of any Keras model and of a GAN, in a log and in a notebook."""

import re
import sys
from types import SimpleNamespace

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from conftest import ROOT

from seminar_gan.commands import build
from seminar_gan.training.watch.progress import Progress, StepProgress


class Ticks(keras.callbacks.Callback):
    """Wind a clock: so many seconds for the first step, for each of the others, and after each step."""

    def __init__(self, clock, seconds, *, first=None, between=0):
        super().__init__()
        self.clock, self.seconds, self.first, self.between = clock, seconds, first, between

    def on_train_begin(self, logs=None):
        self.next = self.seconds if self.first is None else self.first

    def on_train_batch_begin(self, batch, logs=None):
        self.clock.tick(self.next)
        self.next = self.seconds

    def on_train_batch_end(self, batch, logs=None):
        self.clock.tick(self.between)


@pytest.fixture
def notebook(monkeypatch):
    """Make the callbacks believe that they are in a notebook; return the list of the texts that it displays."""
    texts = []
    handle = SimpleNamespace(update=lambda data, raw: texts.append(data["text/plain"]))
    display = SimpleNamespace(display=lambda data, raw, display_id: handle)
    shell = SimpleNamespace(kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display))
    return texts


# Progress, by epochs, on any model


@pytest.fixture(scope="module")
def model():
    """A model that answers 0 and does not learn."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    return model


def fit(model, epochs, *callbacks, **options):
    data = tf.data.Dataset.from_tensors((np.ones((2, 1), "float32"), np.full((2, 1), 0.5, "float32"))).repeat()
    options |= {"epochs": epochs, "steps_per_epoch": 1, "shuffle": False, "verbose": 0}
    return model.fit(data, callbacks=list(callbacks), **options)


def stop_after(epoch):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, number, logs=None):
            self.model.stop_training = number + 1 == epoch

    return Stop()


def epochs_shown(text):
    return [int(number) for number in re.findall(r"^epoch +(\d+)/", text, re.MULTILINE)]


@pytest.mark.parametrize("lines", [1, 7, 10, 100])
@pytest.mark.parametrize("epochs", [1, 2, 9, 11, 99])
def test_about_ten_lines_with_the_first_and_the_last_epoch(model, capsys, epochs, lines):
    fit(model, epochs, Progress(lines))
    shown = epochs_shown(capsys.readouterr().out)
    assert shown[0] == 1
    assert shown[-1] == epochs
    assert shown == sorted(set(shown))
    assert min(lines, epochs) <= len(shown) <= lines + 1


def test_a_line_says_epoch_and_values(model, capsys):
    fit(model, 12, Progress(), validation_data=(np.ones((2, 1)), np.full((2, 1), 2.0)))
    assert capsys.readouterr().out.splitlines()[0] == "epoch  1/12  loss 0.2500  val_loss 4.0000"


def test_training_that_goes_on_or_stops_early_has_its_first_and_last_epoch(model, capsys):
    fit(model, 100, Progress(), initial_epoch=52)
    assert epochs_shown(capsys.readouterr().out) == [53, 60, 70, 80, 90, 100]
    fit(model, 100, Progress(), stop_after(23))
    assert epochs_shown(capsys.readouterr().out) == [1, 10, 20, 23]
    fit(model, 100, Progress(), stop_after(20))
    assert epochs_shown(capsys.readouterr().out) == [1, 10, 20]


def test_a_callback_can_be_used_again(model, capsys):
    progress = Progress()
    for _ in range(2):
        fit(model, 3, progress)
        assert epochs_shown(capsys.readouterr().out) == [1, 2, 3]


def test_no_lines_are_refused():
    with pytest.raises(ValueError, match="lines must be at least 1; got 0"):
        Progress(lines=0)


def test_the_time_left_stands_below_the_lines_and_goes(model, clock, notebook, capsys):
    fit(model, 4, Ticks(clock, 5), Progress())
    assert [text.split("\n")[-1] for text in notebook[:-1]] == ["15 s left", "10 s left", "5 s left", "0 s left"]
    assert epochs_shown(notebook[-1]) == [1, 2, 3, 4]
    assert "left" not in notebook[-1]
    assert capsys.readouterr().out == ""


def test_the_time_left_counts_the_epochs_of_this_training_alone(model, clock, notebook):
    fit(model, 100, Ticks(clock, 5), Progress(), initial_epoch=98)
    assert notebook[0].endswith("\n5 s left")


CELL = """
import time
import keras
import numpy as np
from seminar_gan.training.watch.progress import Progress

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse", run_eagerly=True)

def train(epochs, pause):
    slow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: time.sleep(pause))
    x, y = np.ones((2, 1), "float32"), np.full((2, 1), 0.5, "float32")
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=[slow, Progress()])
"""


@pytest.mark.long
def test_a_notebook_stores_the_lines_and_no_time(monkeypatch):
    """The same cell twice, once slower: the stored outputs are the same, and are the lines alone."""
    cells = [nbformat.v4.new_code_cell(source) for source in (CELL, "train(12, 0);", "train(12, 0.05);")]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"seminar_gan": {}})
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    build.execute(notebook)  # as pages are built
    once, again = (cell.outputs for cell in notebook.cells[1:])
    assert once == again
    (output,) = once
    assert output.output_type == "display_data"
    assert list(output.data) == ["text/plain"]
    lines = output.data["text/plain"].split("\n")
    assert lines[0] == "epoch  1/12  loss 0.2500"
    assert lines[-1] == "epoch 12/12  loss 0.2500"
    assert len(epochs_shown(output.data["text/plain"])) == len(lines)


# StepProgress, by steps, on a GAN


def steps_shown(text):
    return [int(number) for number in re.findall(r"^step +(\d+)", text, re.MULTILINE)]


def lines_of(history, line):
    """Put step and losses of each report into the text of its line."""
    reports = zip(*(history[name] for name in ("step", "d_loss", "g_loss")), strict=True)
    return [line.format(step=step, losses=f"d_loss {d:.3f}  g_loss {g:.3f}") for step, d, g in reports]


@pytest.mark.long
def test_a_line_says_step_losses_speed_and_time_left(clock, capfd):
    """A step takes 1/256 s and 1 s passes between steps. The first step takes 50 s, which do not count."""
    ticks = Ticks(clock, 1 / 256, first=50, between=1)
    history = tiny_gan.fit(tiny_gan.begin(d_steps=2), 100, report_every=30, callbacks=[ticks, StepProgress()])
    lines = lines_of(history, "step {step:3d}/100  {losses}  4,096 images/s  ")
    left = ["70 s left", "40 s left", "10 s left", "0 s left"]
    assert capfd.readouterr().out.splitlines() == [line + more for line, more in zip(lines, left, strict=True)]


def test_a_training_that_goes_on_counts_from_where_it_began(clock, capsys):
    trained = tiny_gan.begin()
    tiny_gan.fit(trained, 10, callbacks=[Ticks(clock, 4_000)])
    tiny_gan.fit(trained, 50, report_every=10, callbacks=[Ticks(clock, 2), StepProgress()])
    assert capsys.readouterr().out.splitlines()[0].endswith("  4 images/s  60 s left")


def test_the_first_step_alone_says_nothing_of_the_others(clock, capsys):
    history = tiny_gan.fit(tiny_gan.begin(), 1, callbacks=[StepProgress()])
    assert capsys.readouterr().out.splitlines() == lines_of(history, "step {step}/1  {losses}")


@pytest.mark.parametrize("lines", [1, 3, 10])
@pytest.mark.parametrize("steps", [10, 11, 40])
def test_about_ten_lines_with_the_first_and_the_last_report(capsys, steps, lines):
    tiny_gan.fit(tiny_gan.begin(), steps, report_every=1, callbacks=[StepProgress(lines)])
    shown = steps_shown(capsys.readouterr().out)
    assert (shown[0], shown[-1]) == (1, steps)
    assert shown == sorted(set(shown))
    assert lines <= len(shown) <= lines + 1


def test_where_the_training_stops_has_a_line(capsys):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training |= self.model.step == 43

    tiny_gan.fit(tiny_gan.begin(), 100, report_every=2, callbacks=[StepProgress(), Stop()])
    assert steps_shown(capsys.readouterr().out) == [2, 10, 20, 30, 40, 43]


def test_by_the_clock_lines_and_time_left_go_by_seconds(clock, capsys):
    callbacks = [Ticks(clock, 0.25), StepProgress(5)]
    tiny_gan.fit(tiny_gan.begin(), None, seconds=59.9, report_every=10, callbacks=callbacks)
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"step 10  2/59.9 s  d_loss [\d.]+  g_loss [\d.]+  32 images/s  58 s left", lines[0])
    assert re.fullmatch(r"step 241  60/59.9 s  d_loss [\d.]+  g_loss [\d.]+  32 images/s  0 s left", lines[-1])
    assert steps_shown("\n".join(lines)) == [10, 50, 100, 150, 200, 241]


def test_with_steps_and_seconds_the_time_left_is_that_of_what_comes_first(clock, capsys):
    options = {"report_every": 10, "callbacks": [Ticks(clock, 1), StepProgress()]}
    tiny_gan.fit(tiny_gan.begin(), 41, seconds=1_000, **options)
    by_steps = capsys.readouterr().out.splitlines()
    tiny_gan.fit(tiny_gan.begin(), 1_000, seconds=40, **options)
    by_clock = capsys.readouterr().out.splitlines()
    for lines, left in ((by_steps, [31, 21, 11, 1, 0]), (by_clock, [31, 21, 11, 1, 0])):
        assert [line.split("  ")[-1] for line in lines] == [f"{seconds} s left" for seconds in left]


def test_in_a_notebook_speed_and_time_left_stand_below_and_go(clock, notebook, capsys):
    callbacks = [Ticks(clock, 1), StepProgress(2)]
    history = tiny_gan.fit(tiny_gan.begin(), 40, report_every=10, callbacks=callbacks)
    left = ["8 images/s  30 s left", "8 images/s  20 s left", "8 images/s  10 s left", "8 images/s  0 s left"]
    assert [text.splitlines()[-1] for text in notebook[:-1]] == left
    ten, twenty, _, forty = lines_of(history, "step {step}/40  {losses}")
    assert notebook[-1].splitlines() == [ten, twenty, forty]
    assert capsys.readouterr().out == ""
