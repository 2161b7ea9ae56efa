"""What TensorBoard shows of a GAN's training, each value at its true step.

In a notebook:

    %load_ext tensorboard
    %tensorboard --logdir runs
"""

import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path

import keras
import tensorflow as tf

from seminar_gan import files

__all__ = ["TensorBoardFrames", "TensorBoardScalars"]


class TensorBoardScalars(keras.callbacks.Callback):
    """Log losses and shares at every report. (`keras.callbacks.TensorBoard` logs by epochs, which a GAN does not have.)

    A training that is taken up again goes on in the same folder. One that begins at step 0 does not mix with another:
    the log of an earlier one is moved to the subfolder earlier_1, earlier_2, ..., which TensorBoard shows beside it.

    Args:
        folder: such as "runs/dcgan" where TensorBoard is started with `--logdir runs`; one for each training.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = Path(folder)

    def on_train_begin(self, logs=None):
        self.writer = event_writer(self.folder, self.model.step)

    def on_epoch_end(self, epoch, logs=None):
        for name, value in logs.items():
            if name not in ("step", "seconds"):
                self.writer.write("scalar", name, value, logs["step"])

    def on_train_end(self, logs=None):
        self.writer.close()


class TensorBoardFrames:
    """Show the grids of a `frames.SampleGrid` in TensorBoard, as the run `samples` in the folder of the scalars.

    Args:
        folder: as for `TensorBoardScalars`.
    """

    def __init__(self, folder):
        self.folder = Path(folder) / "samples"

    def begin(self, step, grid):
        """Make ready for a training that goes on from `step`, where the samples look like `grid`."""
        has_earlier_steps = step > 0 and event_paths(self.folder)
        self.writer = event_writer(self.folder, step)
        if not has_earlier_steps:
            self.write(step, grid)

    def write(self, step, grid):
        """Show a grid, uint8 (height, width, channels), at a step."""
        self.writer.write("image", "samples", grid[None], step)

    def end(self):
        """Close the log."""
        self.writer.close()


def event_writer(folder, step):
    """Open a new event file in `folder` for a training that goes on from `step`.

    Where TensorBoard is not installed or the folder cannot be written to, there is a warning, and a writer that keeps
    nothing.
    """
    if find_spec("tensorboard") is None:  # TensorFlow takes what it logs with from there, and no longer brings it
        warnings.warn(
            f"TensorBoard is not installed, so nothing is logged in {folder}: python -m pip install tensorboard",
            stacklevel=2,
        )
        return NoWriter()
    with files.optional(folder, "give it another folder"):
        if step == 0:
            files.set_aside(event_paths(folder))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # TensorFlow does not say if it cannot write
            return Writer(tf.summary.create_file_writer(str(folder)))
    return NoWriter()


class Writer:
    """An open event file."""

    def __init__(self, writer):
        self.writer, self.close = writer, writer.close

    def write(self, kind, name, value, step):
        """Log a value at a step; kind is "scalar" or "image"."""
        with self.writer.as_default(step):
            getattr(tf.summary, kind)(name, value)


class NoWriter:
    """What stands in for it where nothing can be logged."""

    def write(self, kind, name, value, step):
        pass

    def close(self):
        pass


def event_paths(folder):
    """The event files in a folder, oldest first."""
    return sorted(folder.glob("events.out.tfevents.*"))
