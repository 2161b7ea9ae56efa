"""Callbacks for `fit` that suit notebooks and logs."""

import sys
import time

import keras


class Progress(keras.callbacks.Callback):
    """Show about ten lines a training, in place of the progress bar: use with `fit(..., verbose=0)`.

    In a notebook the time left stands below the lines while the training runs and vanishes at its end, so that what is
    stored does not change from run to run. On a terminal or in a log there are only the lines.

    Args:
        lines: about how many epochs get a line; the first and the last always do.
    """

    def __init__(self, lines=10):
        super().__init__()
        if lines < 1:
            raise ValueError(f"lines must be at least 1; got {lines}")
        self.lines = lines

    def on_train_begin(self, logs=None):
        self.shown, self.done, self.latest = [], 0, None
        self.started = time.perf_counter()
        self.display = _display_handle()

    def on_epoch_end(self, epoch, logs=None):
        epochs, number = self.params["epochs"], epoch + 1
        values = "  ".join(f"{name} {value:.4f}" for name, value in logs.items() if name != "seconds")
        self.latest = f"epoch {number:{len(str(epochs))}d}/{epochs}  {values}"
        if not self.shown or number * self.lines // epochs > epoch * self.lines // epochs:
            self._show_latest()
        if self.display:
            self.done += 1
            left = (time.perf_counter() - self.started) / self.done * (epochs - number)
            self._update(f"{left:.0f} s left")

    def on_train_end(self, logs=None):
        if self.latest:  # training stopped before its last epoch
            self._show_latest()
        if self.display:
            self._update()

    def _show_latest(self):
        self.shown.append(self.latest)
        self.latest = None
        if not self.display:
            print(self.shown[-1], flush=True)

    def _update(self, *below):
        self.display.update({"text/plain": "\n".join([*self.shown, *below])}, raw=True)


class Stopwatch(keras.callbacks.Callback):
    """Add `seconds` to the history: time spent in training steps since `fit` began, validation not counted."""

    def on_train_begin(self, logs=None):
        self.seconds = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch_started = time.perf_counter()

    def on_test_begin(self, logs=None):
        self.test_started = time.perf_counter()

    def on_test_end(self, logs=None):
        self.epoch_started += time.perf_counter() - self.test_started

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self.epoch_started
        logs["seconds"] = self.seconds


def _display_handle():
    """A display that can be updated, in a notebook; None elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython is None or not hasattr(ipython.get_ipython(), "kernel"):
        return None
    return ipython.display.display({"text/plain": "training starts"}, raw=True, display_id=True)
