"""The state of a training, kept in a folder, so that a run that was killed goes on as if nothing had happened."""

import json
import os
import re
import warnings
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np

KEEP = 2  # the newest, and the one before it in case the newest is damaged


class CheckpointError(Exception):
    """The checkpoints in a folder are of another training. The message names the difference."""


class Checkpoints(keras.callbacks.Callback):
    """Write the state at every report to `folder`/step_00001000.npz; keep the last two.

    A checkpoint holds all that the next steps depend on: both networks and the averaged one, both optimizers, the seeds
    of dropout, and the history; the noise and the order of the images follow from the seed and the step.

    Args:
        folder: made if it is not there.
        settings: dict that JSON can hold; a checkpoint with others is refused.
    """

    def __init__(self, folder, settings):
        super().__init__()
        self.folder = Path(folder)
        self.settings = json.loads(json.dumps(settings))

    def restore(self, gan):
        """Set `gan` to the newest checkpoint that can be read; leave it as it is if there is none.

        Raises:
            CheckpointError: if the checkpoint is of another training.
        """
        variables = _variables(gan)
        for path in reversed(self.paths()):
            try:
                with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
                    about = json.loads(str(file["about"]))
                    self._check(path, about["settings"])
                    state = {name: file[name] for name in variables}
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                warnings.warn(f"{path} cannot be read ({error}); the checkpoint before it is used", stacklevel=2)
                continue
            for name, variable in variables.items():
                variable.assign(state[name])
            gan.record.history, gan.record.seconds = about["history"], about["seconds"]
            return

    def on_epoch_end(self, epoch, logs=None):
        record = self.model.record
        about = {"settings": self.settings, "history": record.history, "seconds": record.seconds}
        state = {name: np.asarray(variable) for name, variable in _variables(self.model).items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step_{record.step:08d}.npz"
        part = path.with_suffix(".part")
        with open(part, "wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), **state)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)  # so that what is half written is never taken for whole
        for old in self.paths()[:-KEEP]:
            old.unlink()

    def paths(self):
        """The checkpoints in the folder, oldest first."""
        return sorted(path for path in self.folder.glob("step_*.npz") if re.fullmatch(r"step_\d{8,}", path.stem))

    def _check(self, path, found):
        if found != self.settings:
            where, here, there = _first_difference("", self.settings, found)
            raise CheckpointError(
                f"{path} is of another training: {where} is {there!r} there and {here!r} here. "
                "Take another folder, or remove this one to start anew."
            )


def _variables(gan):
    """All variables of the GAN and its optimizers under names that do not depend on what else was built before."""
    groups = {"gan": gan.variables, "d_optimizer": gan.d_optimizer.variables, "g_optimizer": gan.g_optimizer.variables}
    return {f"{group}_{number}": v for group, variables in groups.items() for number, v in enumerate(variables)}


def _first_difference(name, here, there):
    """Follow two nested settings down to the first place where they differ."""
    if isinstance(here, dict) and isinstance(there, dict):
        key = next(key for key in {**here, **there} if here.get(key) != there.get(key))
        return _first_difference(f"{name}.{key}".lstrip("."), here.get(key), there.get(key))
    if isinstance(here, list) and isinstance(there, list):
        if len(here) != len(there):
            return f"the number of layers of {name}", len(here), len(there)
        number = next(n for n, (a, b) in enumerate(zip(here, there, strict=True)) if a != b)
        return _first_difference(f"{name}[{number}]", here[number], there[number])
    return name, here, there
