"""What TensorBoard shows of a GAN's training, each value at its true step.

In a notebook:

    %load_ext tensorboard
    %tensorboard --logdir runs
"""

import tempfile
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
        with self.writer.as_default(logs["step"]):
            for name, value in logs.items():
                if name not in ("step", "seconds"):
                    tf.summary.scalar(name, value)

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
        with self.writer.as_default(step):
            tf.summary.image("samples", grid[None])

    def end(self):
        """Close the log."""
        self.writer.close()


def event_writer(folder, step):
    """Open a new event file in `folder` for a training that goes on from `step`.

    Where the folder cannot be written to, there is a warning, and a writer that keeps nothing.

    Raises:
        ImportError: if TensorBoard is not installed.
    """
    if not hasattr(tf.summary, "image"):  # TensorFlow takes it from there
        raise ImportError("TensorBoard is not installed: python -m pip install tensorboard")
    with files.optional(folder, "give it another folder"):
        if step == 0:
            files.set_aside(event_paths(folder))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # TensorFlow does not say if it cannot write
            return tf.summary.create_file_writer(str(folder))
    return tf.summary.create_noop_writer()


def event_paths(folder):
    """The event files in a folder, oldest first."""
    return sorted(folder.glob("events.out.tfevents.*"))
