"""How the samples change while a GAN is trained: images of the same z again and again, as files and as a film.

    frames = FrameFolder("frames")
    gan.fit(images, steps=1_000, callbacks=[SampleGrid(frames, to_uint8=ranges.symmetric_to_uint8)])

`SampleGrid` draws. It hands each grid to its outputs: `FrameFolder`, `tensorboard.TensorBoardFrames`, or any object
with their three methods `begin(step, grid)`, `write(step, grid)` and `end()`.
"""

from pathlib import Path

import keras
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from seminar_gan import files
from seminar_gan.training.fit import checks

__all__ = ["FrameFolder", "SampleGrid", "frame_paths"]

GAP = 2  # pixels between the images of a grid
GREY = 128
CAPTION = 14  # pixels below a frame of the film, for its step
LAST_FRAME = 2_000  # milliseconds


class SampleGrid(keras.callbacks.Callback):
    """Draw a grid of images of the same z before the training, every `every` steps and at the end.

    The training itself is not changed by it. A training that is taken up again goes on with the same pictures.

    Args:
        outputs: what each grid, uint8 (height, width, channels), is handed to.
        to_uint8: the function that makes uint8 of the generator's images: `ranges.symmetric_to_uint8` after a tanh,
            `ranges.unit_to_uint8` after a sigmoid.
        every: steps between two grids.
        rows, columns: of the grid.
        seed: of the z's, as for `GAN.generate`.
        class_labels: for a `ConditionalGAN`, one for each image of the grid, row by row.
    """

    def __init__(self, *outputs, to_uint8, every=100, rows=4, columns=10, seed=0, class_labels=None):
        super().__init__()
        checks.check_settings(every=every, rows=rows, columns=columns, seed=seed)
        self.outputs, self.to_uint8, self.every = outputs, to_uint8, every
        self.rows, self.columns, self.seed = rows, columns, seed
        self.conditions = () if class_labels is None else (class_labels,)

    def on_train_begin(self, logs=None):
        self.step, grid = self.model.step, self.draw()
        for output in self.outputs:
            output.begin(self.step, grid)

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        if self.step % self.every == 0:
            self.write()

    def on_train_end(self, logs=None):
        if self.step % self.every:
            self.write()
        for output in self.outputs:
            output.end()

    def write(self):
        """Draw a grid and hand it to the outputs."""
        grid = self.draw()
        for output in self.outputs:
            output.write(self.step, grid)

    def draw(self):
        """Return the grid of the present samples, uint8 (height, width, channels)."""
        images = self.model.generate(self.rows * self.columns, *self.conditions, seed=self.seed)
        return as_grid(self.to_uint8(images), self.columns)


class FrameFolder:
    """Keep each grid as folder/step_00000100.png, and at the end make a film of all: folder/film.gif.

    A training that is taken up again goes on with the frames that are there. One that begins at step 0 has a folder of
    its own: what an earlier one left is moved to the subfolder earlier_1, earlier_2, ...

    Where a frame or the film cannot be written, there is one warning, and the training goes on.

    Args:
        folder: made if it is not there.
        film_seconds: about how long the film lasts.
    """

    def __init__(self, folder, film_seconds=10):
        self.folder, self.film_seconds = Path(folder), film_seconds
        self.ready, self.missing = True, []

    def begin(self, step, grid):
        """Make ready for a training that goes on from `step`, where the samples look like `grid`.

        Raises:
            ValueError: if the folder has a frame of that step which looks different.
        """
        self.ready = False  # or frames of two trainings would be mixed
        with self.optional():
            self.make_room(step, grid)
            self.ready = True
        if self.ready and not frame_paths(self.folder):
            self.write(step, grid)

    def make_room(self, step, grid):
        """Keep of what is in the folder only what belongs to this training."""
        if step == 0:
            files.set_aside([*frame_paths(self.folder), self.folder / "film.gif"])
        path = self.path(step)
        if path.exists() and _differs(path, grid):
            raise ValueError(f"{path} is of another training: it shows other samples. Take another folder")
        for later in frame_paths(self.folder):
            if later > path:  # drawn again soon
                later.unlink()

    def write(self, step, grid):
        """Keep a grid, uint8 (height, width, channels), as the frame of a step."""
        if self.ready:
            with self.optional(), files.whole(self.path(step)) as part:
                _as_image(grid).save(part, "PNG")

    def end(self):
        """Make the film of all frames."""
        if self.ready and frame_paths(self.folder):
            with self.optional():
                write_film(self.folder, self.folder / "film.gif", self.film_seconds)

    def path(self, step):
        """Return the path of the frame of a step."""
        return self.folder / f"step_{step:08d}.png"

    def optional(self):
        """Let the training go on where a file cannot be written."""
        return files.optional(self.folder, "give FrameFolder another folder", self.missing)


def write_film(folder, path, seconds=10):
    """Make a film of the frames that a `FrameFolder` left, such as of a training that was interrupted.

    Each frame has its step below. The last one stands for 2 s, then the film begins again. It has 16 levels of grey, or
    of each colour: with 256 the file would be about three times as large.

    Args:
        folder: where the frames are.
        path: of the film, ending in .gif.
        seconds: about how long it lasts; a frame is shown for 0.02 to 0.5 s.

    Raises:
        ValueError: if there are no frames.
    """
    paths = frame_paths(folder)
    if not paths:
        raise ValueError(f"there are no frames step_*.png in {folder}")
    each = 10 * round(min(500, max(20, 1_000 * seconds / len(paths))) / 10)  # a GIF counts in hundredths of a second
    first, *others = map(_with_caption, paths)
    with files.whole(Path(path)) as part:
        first.save(
            part,
            "GIF",
            save_all=True,
            append_images=others,
            duration=[each] * len(others) + [LAST_FRAME],
            loop=0,
        )


def frame_paths(folder):
    """The frames in a folder, first step first."""
    return sorted(Path(folder).glob(f"step_{'[0-9]' * 8}.png"))


def as_grid(images, columns):
    """Put images, uint8 (n, height, width, channels), together row by row, with grey lines between them.

    Returns:
        uint8 array (grid height, grid width, channels).
    """
    count, height, width, channels = images.shape
    padded = np.pad(images, ((0, 0), (0, GAP), (0, GAP), (0, 0)), constant_values=GREY)
    rows = padded.reshape(count // columns, columns, height + GAP, width + GAP, channels)
    lines = rows.swapaxes(1, 2).reshape(count // columns * (height + GAP), columns * (width + GAP), channels)
    return lines[:-GAP, :-GAP]


def _as_image(grid):
    return Image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid)


def _differs(path, grid):
    """Whether a frame shows something else than a grid; what another processor rounds differently does not count."""
    with Image.open(path) as image:
        there, here = np.asarray(image, "float32"), np.asarray(_as_image(grid), "float32")
    return there.shape != here.shape or np.abs(there - here).mean() > 1


def _with_caption(path):
    with Image.open(path) as image:
        frame = Image.fromarray(((np.asarray(image, int) + 8) // 17 * 17).astype("uint8"))  # 16 levels, 0 to 255
    frame = ImageOps.expand(frame, border=(0, 0, 0, CAPTION), fill="white")
    ImageDraw.Draw(frame).text((2, frame.height - CAPTION + 1), f"step {int(path.stem[5:]):,}", fill="black")
    return frame
