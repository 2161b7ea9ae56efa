"""The history of a training, and its end: at a step, by the clock, or because a loss is not finite."""

import math
import time

import keras
import numpy as np

__all__ = ["TrainingDiverged"]


class TrainingDiverged(ArithmeticError):
    """A loss became infinite or not a number. The message says which, at which step, and what to try."""


class Record(keras.callbacks.History):
    """The history of a training since step 0, however many calls of `fit` it takes. Every model has one.

    It ends the training after `last_step` or once `seconds` reaches `time_limit`, both of which `fit` sets, and at once
    when a loss is not finite. `seconds` is the time spent in steps; the first step of a call is left out, in which
    TensorFlow prepares the networks.
    """

    def __init__(self):
        super().__init__()
        self.seconds = 0.0
        self.step = 0
        self.diverged = False
        self.first = 0  # the step that a model had when it was loaded from a file, without its history
        self.last_step = self.time_limit = self.batch_size = None
        self.watched = {}  # the table of a `doctor.Watch`

    @property
    def reported(self):
        """The step of the latest entry."""
        return self.history["step"][-1] if self.history.get("step") else self.first

    def share_done(self, step=None):
        """Return how much of the training lies behind, 0 to 1, by steps or by the clock, whichever is further.

        Args:
            step: the step to ask for; by default the latest one.
        """
        step = self.step if step is None else step
        by_steps = step / self.last_step if self.last_step else 0.0
        by_clock = self.seconds / self.time_limit if self.time_limit else 0.0
        return min(1.0, max(by_steps, by_clock))

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.step = self.model.step
        self.prepared = False

    def on_train_batch_begin(self, batch, logs=None):
        self.began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        if self.prepared:
            self.seconds += time.perf_counter() - self.began
        self.prepared = True
        self.step += 1
        for name, value in logs.items():
            if name.endswith("loss") and not math.isfinite(float(value)):
                self.diverged = True
                raise TrainingDiverged(
                    f"{name} is {float(value)} at step {self.step}: training stopped. "
                    "Try a smaller learning rate. With fit(..., checkpoints=folder) the last good state is kept, and "
                    "the next call goes on from there."
                )
        if self.share_done() >= 1:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        means = {name: float(logs[name]) for name in self.model.trackers}
        logs.clear()
        logs.update(self.add(means))
        self.epoch.append(epoch)

    def add(self, means):
        """Add an entry at the latest step, and return it: all of it or, if interrupted, nothing."""
        entry = {"step": self.step, "seconds": self.seconds, **means}
        earlier = [math.nan] * len(self.history.get("step", ()))  # compiled anew with other logs, the columns agree
        names = [*self.history, *(name for name in entry if name not in self.history)]
        self.history = {name: [*self.history.get(name, earlier), entry.get(name, math.nan)] for name in names}
        return entry


def is_finite(state):
    """Whether no array of a state, {name: array}, holds a nan or an infinity."""
    return all(np.isfinite(array).all() for array in map(np.asarray, state.values()) if array.dtype.kind == "f")


def check_finite(model):
    """Reject to train on what a training that diverged has left behind.

    Raises:
        TrainingDiverged: says what to do.
    """
    if model.record.diverged and not is_finite(model.state()):
        raise TrainingDiverged(
            f"the weights have been infinite or not numbers since step {model.step}, and no training mends that: build "
            "the networks anew and train with a smaller learning rate"
        )
    model.record.diverged = False
