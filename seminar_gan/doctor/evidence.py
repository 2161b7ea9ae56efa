"""What is known of a training, in one table, whatever it came from."""

import csv
import json
import os
from pathlib import Path

import numpy as np

from seminar_gan import datasets
from seminar_gan.metrics.equations import distances

__all__ = ["Table", "read"]

ALIASES = {  # how the loops of books and tutorials call the columns
    "d_loss": ("discriminator_loss", "disc_loss", "loss_d", "critic_loss", "c_loss"),
    "g_loss": ("generator_loss", "gen_loss", "loss_g"),
    "step": ("iteration",),
}
EMBEDDED = {
    "mnist": datasets.load_mnist,
    "smiles": datasets.load_smiles,
    "smiles-binarised": lambda: datasets.load_smiles(binarised=True),
}
LATE = 20  # rows: what was wrong before them may have mended
LOOKED_AT = 200  # samples of a folder, and as many real images: their 20,000 pairs take a moment
LOSSES = ("d_loss", "g_loss")
WATCHED = "variety"  # a column that only `Watch` and samples bring


class Table:
    """Columns of numbers, a row for each report of a training.

    Args:
        columns: {name: numbers}, of one length. Names as in `Watch.history`.
        diverged: whether the training ended as a loss was not finite.

    Raises:
        TypeError: for a column that holds no numbers.
        ValueError: if the lengths differ, and if neither losses nor what `Watch` records are among the columns.
    """

    def __init__(self, columns, diverged=False):
        self.columns, self.diverged = {}, diverged
        known = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
        for name, values in columns.items():
            try:
                self.columns[known.get(str(name).lower(), str(name))] = np.asarray(values, "float64").ravel()
            except (TypeError, ValueError) as error:
                raise TypeError(f"column {name!r} must hold numbers; got {values!r:.80}") from error
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the columns must have one length, a row for each report; got {lengths}")
        if not diverged and not any(name in self.columns for name in (*LOSSES, WATCHED)):
            raise ValueError(
                f"there is nothing to judge: the table needs {' and '.join(LOSSES)}, or what doctor.Watch records; got "
                f"{', '.join(self.columns) or 'no columns'}"
            )
        self.rows = max(lengths.values(), default=0)

    def __contains__(self, name):
        return name in self.columns and bool(np.isfinite(self.columns[name]).any())

    def __getitem__(self, name):
        return self.columns[name]

    def constant(self, name):
        """The number that a column has in every row; nan if there is none."""
        return float(self.columns[name][-1]) if name in self else np.nan

    @property
    def window(self):
        """How many rows count as late: a third, and in a long training `LATE`."""
        return max(1, min(round(self.rows / 3), LATE))

    def part(self, name, number):
        """The finite values of a column, in a window of rows: 1 is at the start, 3 at the end, 2 before the end."""
        end = {1: self.window, 2: self.rows - self.window, 3: self.rows}[number]
        found = self.columns[name][max(0, end - self.window) : end]
        return found[np.isfinite(found)]

    def median(self, name, number):
        """The median of these values; nan if there are none."""
        found = self.part(name, number) if name in self else ()
        return float(np.median(found)) if len(found) else np.nan

    def late(self, name):
        """The median of a column at the end; nan if it has none."""
        return self.median(name, 3)

    def place(self, row):
        """Where a row is, in words: its step, or its number if there are no steps."""
        if "step" in self:
            return f"step {self.columns['step'][row]:,.0f}"
        return f"row {row % self.rows + 1:,}"

    @property
    def lately(self):
        """The window at the end, in words."""
        return f"from {self.place(self.rows - self.window)} to {self.place(-1)}"

    @property
    def steps(self):
        """The latest step; nan if there are no steps."""
        return float(self.columns["step"][-1]) if "step" in self else np.nan


def read(source, images=None):
    """Return the `Table` of a training.

    Args:
        source: as for `diagnose`.
        images: as for `diagnose`.

    Raises:
        TypeError, ValueError, FileNotFoundError: as `diagnose`.
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, str | os.PathLike):
        return _of_folder(Path(source), images)
    record = getattr(source, "record", None)  # of a GAN
    if hasattr(source, "fake_logits"):  # of a Watch
        history, record = source.history, getattr(source.model, "record", None)
    elif hasattr(source, "items"):
        history = source
    else:
        record = source if record is None else record
        history, watched = getattr(record, "history", None), getattr(record, "watched", {})
        if watched.get("step") and not watched["step"][-1] < record.reported:  # else it was trained on without Watch
            history = watched
    if not hasattr(history, "items"):
        raise TypeError(
            "diagnose takes a GAN, a Watch, a history (what fit returned, or a dict of columns) or the folder of a "
            f"run; got {source!r:.80}"
        )
    return Table(dict(history.items()), bool(getattr(record, "diverged", False)))


def _of_folder(folder, images):
    """The history of a folder of `train`, and in its last row what the samples say."""
    path = folder if folder.suffix == ".csv" else folder / "history.csv"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there: give the folder that `python -m seminar_gan train --to` wrote, or a history as .csv"
        )
    with open(path, encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(header, ())
    samples = folder / "samples.npz"
    if folder.suffix == ".csv" or not samples.is_file() or not rows:
        return Table(columns)
    images = _real_images(folder) if images is None else images
    if images is None:
        return Table(columns)
    with np.load(samples) as file:
        made = file["x"]
    last = compare(images, made)
    return Table(columns | {name: [np.nan] * (len(rows) - 1) + [value] for name, value in last.items()})


def _real_images(folder):
    """The data that a run was trained on, if they are embedded; else None."""
    path = folder / "run.json"
    if not path.is_file():
        return None
    calls = json.loads(path.read_text(encoding="utf-8")).get("calls") or [{}]
    name = calls[-1].get("parameters", {}).get("data")
    return EMBEDDED[name]()[0][0] if name in EMBEDDED else None


def compare(real, made):
    """Return what `Watch` says of samples, as far as two sets of uint8 images (n, height, width, channels) say it."""
    rng = np.random.default_rng(0)
    real, made = (
        np.asarray(part)[np.sort(rng.permutation(len(part))[:LOOKED_AT])].reshape(min(len(part), LOOKED_AT), -1) / 127.5
        - 1
        for part in (real, made)
    )
    if real.shape[1] != made.shape[1] or min(len(real), len(made)) < 2:
        raise ValueError(
            f"real images and samples must be of one size, two or more of each; got {real.shape} and {made.shape}"
        )
    apart = [distances(part, part).sum() / (len(part) * (len(part) - 1)) for part in (real, made)]
    unit = max(apart[0], 1e-12)
    return {
        "variety": apart[1] / unit,
        "gap": (2 * distances(real, made).mean() - sum(apart)) / unit,
        "real_level": real.mean(),
        "fake_level": made.mean(),
    }
