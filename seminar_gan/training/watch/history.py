"""What a training leaves behind as numbers: seconds an epoch, and the history as a CSV file."""

import csv
import time
from pathlib import Path

import keras

from seminar_gan.files import set_aside, whole

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
        with whole(self.path) as part, part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(history)
            writer.writerows(zip(*history.values(), strict=True))
