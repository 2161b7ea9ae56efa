"""Callbacks for watching a GAN's training, and for ending it in time. `frames` and `tensorboard` have more."""

import csv
import time
from pathlib import Path

import keras

from seminar_gan.training.callbacks import Progress
from seminar_gan.training.files import set_aside, written_whole


class StepProgress(Progress):
    """Show about ten lines a training: step and losses, real images per second, time left.

    In a notebook the last two stand below the lines while the training runs and vanish at its end, so that what is
    stored does not change from run to run. Both leave out the first step, in which TensorFlow prepares the networks.

    Args:
        lines: about how many reports get a line; the first and the last always do.
        time_limit: the `TimeLimit` among the callbacks, if there is one; lines and time left go by it, too.
    """

    def __init__(self, lines=10, time_limit=None):
        super().__init__(lines)
        self.time_limit = time_limit

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.first_step, self.seconds_before = self.model.step + 1, self.model.record.seconds
        self.first_step_done = None
        self.lines_due = 0

    def on_train_batch_end(self, batch, logs=None):
        if self.first_step_done is None:
            self.first_step_done = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        step, last_step, limit = logs["step"], self.model.record.last_step, self.time_limit
        position, share = f"step {step:{len(str(last_step))}d}/{last_step}", step / last_step
        if limit:
            position = f"step {step}  {limit.used:.0f}/{limit.seconds:g} s"
            share = max(share, limit.used / limit.seconds)
        self.latest = f"{position}  d_loss {logs['d_loss']:.3f}  g_loss {logs['g_loss']:.3f}"
        speed = self._speed(step, last_step, logs["seconds"])
        if not self.display:
            self.latest += speed
        before, self.lines_due = self.lines_due, int(share * self.lines)
        if not self.shown or self.lines_due > before:
            self._show_latest()
        if self.display:
            self._update(speed.strip())

    def _speed(self, step, last_step, seconds):
        """Images per second and time left, as a text; empty if there was only the first step."""
        steps = step - self.first_step
        if not steps:
            return ""
        images = steps * self.model.d_steps * self.model.record.batch_size / (seconds - self.seconds_before)
        left = (time.perf_counter() - self.first_step_done) / steps * (last_step - step)
        if self.time_limit:
            left = min(left, max(0, self.time_limit.seconds - self.time_limit.used))
        return f"  {images:,.0f} images/s  {left:,.0f} s left"


class TimeLimit(keras.callbacks.Callback):
    """Stop the training when it has had its time, by the clock, from the end of the first step.

    Where the training had been stopped before, the seconds in its history count, too. `used` says how many there were.

    Args:
        seconds: how long, in all.
    """

    def __init__(self, seconds):
        super().__init__()
        if not seconds > 0:
            raise ValueError(f"seconds must be above 0; got {seconds}")
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.used = self.model.record.seconds
        self.began = None

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if self.began is None:
            self.began = now - self.used
        self.used = now - self.began
        if self.used >= self.seconds:
            self.model.stop_training = True


class HistoryCSV(keras.callbacks.Callback):
    """Keep the history since step 0 as a CSV file: a column for each entry, a row for each report.

    The file is written anew from the GAN's own history at every report. So a training that was killed and taken up
    again leaves the same rows as one that was not.

    Args:
        path: of the file. What an earlier training left there is moved to a subfolder when one begins at step 0.
    """

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)

    def on_train_begin(self, logs=None):
        if self.model.step == 0:
            set_aside([self.path])

    def on_epoch_end(self, epoch, logs=None):
        history = self.model.record.history
        with written_whole(self.path) as part, part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(history)
            writer.writerows(zip(*history.values(), strict=True))
