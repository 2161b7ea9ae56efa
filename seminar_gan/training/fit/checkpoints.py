"""The state of a training, kept in a folder, so that a run that was killed goes on as if nothing had happened."""

import io
import json
import re
import warnings
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np

from seminar_gan import files

__all__ = ["CheckpointError"]

KEEP = 2  # the newest, and the one before it in case the newest is damaged


class CheckpointError(Exception):
    """The checkpoints in a folder are of another training. The message names the difference."""


class Checkpoints(keras.callbacks.Callback):
    """Write the state at every report to `folder`/step_00001000.npz; keep the last two.

    A checkpoint holds all that the next steps depend on: all networks and their averages, all optimizers, the states of
    random layers, and the history. The noise and the order of the images follow from the seed and the step.

    Args:
        folder: str or pathlib.Path; made if it does not exist.
        identity: dict that JSON can hold, as from `identity.of`; a checkpoint with another one is rejected.
    """

    def __init__(self, folder, identity):
        super().__init__()
        self.folder = Path(folder)
        self.identity = json.loads(json.dumps(identity))

    def restore(self, model):
        """Set the model to the newest checkpoint that can be read; leave it as it is if there is none.

        A checkpoint with unreadable content is moved to the subfolder `damaged`, with a warning. A model that has been
        trained further in this process keeps its state. A learning rate other than that of the checkpoint's training
        was changed on purpose, and counts.

        Raises:
            CheckpointError: if the checkpoint is of another training.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        variables = model.state()
        for path in reversed(self.paths()):
            payload = path.read_bytes()  # a file that cannot be opened now is not damaged: let the error through
            try:
                with np.load(io.BytesIO(payload), allow_pickle=False) as file:
                    about = json.loads(str(file["about"]))
                    self._check(path, about["identity"])
                    state = {name: file[name] for name in variables}
            except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                self._move_away(path, error)
                continue
            if model.step > about["step"]:  # trained on in this process since then
                return
            for name, variable in variables.items():
                variable.assign(state[name])
            model.record.history, model.record.seconds = about["history"], about["seconds"]
            for name, rate in model.base_rates.items():
                if about["base_rates"].get(name, rate) != rate:  # changed on purpose since then
                    model.optimizers[name].learning_rate = rate
            return

    def on_epoch_end(self, epoch, logs=None):
        record, path = self.model.record, self.folder / f"step_{self.model.record.step:08d}.npz"
        about = {
            "identity": self.identity,
            "step": record.step,
            "history": record.history,
            "seconds": record.seconds,
            "batch_size": record.batch_size,
            "base_rates": self.model.base_rates,
        }
        state = {name: np.asarray(variable) for name, variable in self.model.state().items()}
        try:
            with files.whole(path) as part, open(part, "wb") as file:
                np.savez(file, about=np.array(json.dumps(about)), **state)
        except OSError as error:
            kept = self.paths()[-1].name if self.paths() else "none"
            warnings.warn(
                f"{path} cannot be written ({error}); the last state kept: {kept}. Training goes on", stacklevel=2
            )
            return
        for old in self.paths()[:-KEEP]:
            old.unlink(missing_ok=True)

    def paths(self):
        """The checkpoints in the folder, oldest first."""
        return sorted(path for path in self.folder.glob("step_*.npz") if re.fullmatch(r"step_\d{8,}", path.stem))

    def _move_away(self, path, error):
        """Take a damaged file out of the way: the checkpoints to come have lower numbers and would be deleted first."""
        damaged = self.folder / "damaged"
        damaged.mkdir(exist_ok=True)
        path.replace(damaged / path.name)
        earlier = self.paths()
        consequence = (
            f"{earlier[-1].name} is used instead" if earlier else "no other is left: training starts at step 0"
        )
        warnings.warn(f"{path} cannot be read ({error}); {consequence}. It is now in {damaged}", stacklevel=4)

    def _check(self, path, identity):
        if identity != self.identity:
            where, here, stored = _first_difference("", self.identity, identity)
            raise CheckpointError(
                f"{path} is of another training: {where} was {stored!r} and is now {here!r}. "
                "Give another folder for this training, or the earlier settings to go on with that one."
            )


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
