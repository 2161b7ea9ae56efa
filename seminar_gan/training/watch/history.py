"""What a training leaves behind as numbers: seconds an epoch, and the history as a CSV file."""

import time
from pathlib import Path

import keras

from seminar_gan import files

__all__ = ["HistoryCSV", "Stopwatch"]


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


class HistoryCSV(keras.callbacks.Callback):
    """Keep the history since step 0 as a CSV file: a column for each entry, a row for each report.

    The file is written anew from the GAN's own history at every report. So a training that was killed and taken up
    again leaves the same rows as one that was not. Nor is a row lost that could not be written, as the file was open in
    another program: it comes with the next report, or with `write()`.

    Args:
        path: of the file. What an earlier training left there is moved to a subfolder when one begins at step 0.
        decimal: "." for programs; "," for German spreadsheets, as for `export.save_csv`.

    Raises:
        ValueError: if decimal is something else, and if there is a folder at the path.
    """

    def __init__(self, path, *, decimal="."):
        super().__init__()
        if decimal not in (".", ","):
            raise ValueError(f"decimal must be '.' or ','; got {decimal!r}")
        self.path, self.decimal, self.missing = Path(path), decimal, []
        if self.path.is_dir():
            raise ValueError(f"{path} is a folder: name the file in it, such as {self.path / 'history.csv'}")

    def on_train_begin(self, logs=None):
        self.begun_at = self.model.step
        with self.optional():
            self.make_room()

    def on_epoch_end(self, epoch, logs=None):
        self.write()

    def on_train_end(self, logs=None):
        if self.missing:
            self.missing.clear()  # to be told again, for good
            self.write()

    def write(self):
        """Write the history of the training that is going on, or of the last one."""
        with self.optional():
            self.make_room()
            files.write_csv(self.path, self.model.record.history, decimal=self.decimal)

    def make_room(self):
        """Move the file of an earlier training away."""
        if self.begun_at == 0:
            files.set_aside([self.path])
            self.begun_at = None  # what is there from now on is of this training

    def optional(self):
        """Let the training go on where the file cannot be written."""
        return files.optional(
            self.path, "close it in other programs, then call write() of its HistoryCSV", self.missing
        )
