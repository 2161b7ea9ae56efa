"""The state of a training, kept in a folder, so that a run that was killed goes on as if nothing had happened."""

import io
import json
import re
import time
import warnings
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np

from seminar_gan import files
from seminar_gan.training.fit.optimizers import rate_variable
from seminar_gan.training.fit.record import is_finite

__all__ = ["CheckpointError"]

KEEP = 2  # the newest, and the one before it in case the newest is damaged
EVERY = 20  # seconds between two states, beside those at the reports
SHARE = 0.03  # of the time at most is spent on writing by the clock
FORMAT = 2  # of the files; to be raised when an older version could not read them


class CheckpointError(Exception):
    """The checkpoints in a folder cannot be used. The message says why: they are of another training, for example."""


class Checkpoints(keras.callbacks.Callback):
    """Write the state at every report, about every 20 s and at an interrupt to `folder`/step_00001000.npz; keep two.

    A checkpoint holds all that the next steps depend on: all networks and their averages, all optimizers, the states of
    random layers, the history and the means of the report that has begun. The noise and the order of the images follow
    from the seed and the step.

    Args:
        folder: str or pathlib.Path; made if it does not exist.
        identity: dict that JSON can hold, as from `identity.of`; a checkpoint with another one is rejected.
    """

    def __init__(self, folder, identity):
        super().__init__()
        self.folder = Path(folder)
        self.identity = _without_unset(json.loads(json.dumps(identity)))
        self.written, self.took, self.failed = time.perf_counter(), 0.0, False

    def restore(self, model):
        """Set the model to the newest checkpoint that can be read; leave it as it is if there is none.

        Checkpoints with unreadable content are moved to the subfolder `damaged`, with a warning. A model that has been
        trained further in this process keeps its state. A learning rate other than that of the checkpoint's training
        was changed on purpose, and counts.

        Returns:
            bool, whether the model is at another step now.

        Raises:
            CheckpointError: if the checkpoint is of another training or of another version of this package, and if
                there can be no such folder.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CheckpointError(
                f"there can be no checkpoints in {self.folder} ({error}): give a folder that can be written"
            ) from error
        variables, damaged = model.state(), {}
        for path in reversed(self.paths()):
            payload = path.read_bytes()  # a file that cannot be opened now is not damaged: let the error through
            try:
                with np.load(io.BytesIO(payload), allow_pickle=False) as file:
                    about = json.loads(str(file["about"]))
                    self._check(path, about)
                    # The rate has a variable unless it is a schedule: one may have become the other on purpose.
                    state = {name: file[name] for name in variables if name in file or not name.startswith("rate_")}
                break
            except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                damaged[path] = error
        else:
            about = None
        if damaged:
            self._move_away(damaged, path if about else None)
        trained_on = model.step > (about or {}).get("step", 0) and not model.record.diverged
        if about is None or trained_on:  # in this process since then
            return False
        news = about["step"] != model.step
        for name, values in state.items():
            variables[name].assign(values)
        record = model.record
        record.history, record.seconds, record.first = about["history"], about["seconds"], about["first"]
        for name, rate in model.base_rates.items():
            optimizer = model.optimizers[name]
            changed = about["base_rates"].get(name, rate) != rate  # on purpose, since then
            if rate_variable(optimizer) is not None and (changed or f"rate_{name}_0" not in state):
                optimizer.learning_rate = rate
        return news

    def on_train_batch_end(self, batch, logs=None):
        if time.perf_counter() - self.written > max(EVERY, self.took / SHARE):
            self.save(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self.save(self.model)

    def save(self, model):
        """Write the state if its numbers are finite; warn, once, if that fails. Returns whether it was written."""
        began, path = time.perf_counter(), self.folder / f"step_{model.step:08d}.npz"
        record = model.record
        about = {
            "format": FORMAT,
            "identity": self.identity,
            "step": model.step,
            "history": record.history,
            "first": record.first,
            "seconds": record.seconds,
            "last_step": record.last_step,
            "time_limit": record.time_limit,
            "batch_size": record.batch_size,
            "base_rates": model.base_rates,
        }
        state = {name: np.asarray(variable) for name, variable in model.state().items()}
        if not is_finite(state):  # a loss shows it a step later; what was kept before is the last good state
            return False
        try:
            with files.whole(path) as part, open(part, "wb") as file:
                np.savez(file, about=np.array(json.dumps(about, default=lambda number: number.item())), **state)
            for old in self.paths()[:-KEEP]:
                old.unlink(missing_ok=True)
            self.failed = False
        except OSError as error:
            if not self.failed:
                kept = self.paths()[-1].name if self.paths() else "none"
                warnings.warn(
                    f"{path} cannot be written ({error}); the last state kept: {kept}. Training goes on", stacklevel=2
                )
            self.failed = True
        self.written = time.perf_counter()
        self.took = self.written - began
        return not self.failed

    def paths(self):
        """The checkpoints in the folder, oldest first."""
        return sorted(path for path in self.folder.glob("step_*.npz") if re.fullmatch(r"step_\d{8,}", path.stem))

    def _move_away(self, damaged, used):
        """Take damaged files out of the way: the checkpoints to come have lower numbers and would be deleted first."""
        consequence = f"{used.name} is used instead" if used else "no other is left: training starts at step 0"
        reasons = "; ".join(f"{path} cannot be read ({error})" for path, error in damaged.items())
        try:
            (self.folder / "damaged").mkdir(exist_ok=True)
            for path in damaged:
                path.replace(self.folder / "damaged" / path.name)
            where = f"now in {self.folder / 'damaged'}"
        except OSError as error:
            where = f"still in {self.folder}, where nothing can be moved ({error})"
        is_now = "It is" if len(damaged) == 1 else "They are"
        warnings.warn(f"{reasons}; {consequence}. {is_now} {where}", stacklevel=4)

    def _check(self, path, about):
        if (number := about.get("format", 1)) != FORMAT:
            raise CheckpointError(
                f"{path} was written by {'a newer' if number > FORMAT else 'an older'} version of seminar-gan (format "
                f"{number}; this one reads {FORMAT}): go on with that version, or give another folder"
            )
        if (earlier := _without_unset(about["identity"])) != self.identity:
            where, here, stored = _first_difference("", self.identity, earlier)
            raise CheckpointError(
                f"{path} is of another training: {where} was {stored!r} and is now {here!r}. "
                "Give another folder for this training, or the earlier settings to go on with that one."
            )


def _without_unset(value):
    """Nested settings without those that are None or False, as options are that only a newer Keras has."""
    if isinstance(value, dict):
        return {key: _without_unset(item) for key, item in value.items() if item is not None and item is not False}
    return [_without_unset(item) for item in value] if isinstance(value, list) else value


def _first_difference(name, here, stored):
    """Follow two nested settings down to the first place where they differ."""
    if isinstance(here, dict) and isinstance(stored, dict):
        key = next(key for key in {**here, **stored} if here.get(key) != stored.get(key))
        return _first_difference(f"{name}.{key}".lstrip("."), here.get(key), stored.get(key))
    if isinstance(here, list) and isinstance(stored, list):
        if len(here) != len(stored):
            return f"the number of layers of {name}", len(here), len(stored)
        number = next(n for n, (a, b) in enumerate(zip(here, stored, strict=True)) if a != b)
        return _first_difference(f"{name}[{number}]", here[number], stored[number])
    return name, here, stored
