"""Numbers for a spreadsheet."""

from decimal import Decimal
from fractions import Fraction

import numpy as np

from seminar_gan import files

__all__ = ["save_csv"]


def save_csv(columns, path, *, decimal=","):
    """Write columns as a CSV file that a German spreadsheet opens with a double click.

    Excel and LibreOffice split the lines and read the numbers as the country writes them. German ones need a comma in
    the number and a semicolon between two, and would take 1.5 for the first of May. What is not a number (nan) is an
    empty cell. `pandas.read_csv(path, sep=";", decimal=",")` reads the file back. Where it cannot be written, there is
    a warning, and the work goes on.

    Args:
        columns: {heading: values}, numbers or str, all of one length, such as `gan.fit(...).history`.
        path: of the file, ending in .csv.
        decimal: "," for German spreadsheets, "." for English ones, with commas between the numbers.

    Raises:
        TypeError: if columns is not a dict.
        ValueError: if the columns are not of one length, or if decimal is something else.

    Example:
        >>> save_csv({"step": [100, 200], "loss": [1.5, 0.25]}, folder / "loss.csv")
        >>> print((folder / "loss.csv").read_text(encoding="utf-8-sig"))
        step;loss
        100;1,5
        200;0,25
        <BLANKLINE>
    """
    if not isinstance(columns, dict):
        raise TypeError(
            f"save_csv takes {{heading: values}}, such as the history of a training; got {type(columns).__name__}"
        )
    if decimal not in (",", "."):
        raise ValueError(f"decimal must be ',' or '.'; got {decimal!r}")
    if not columns:
        raise ValueError("there are no columns")
    shapes = {heading: np.shape(values) for heading, values in columns.items()}
    if len(set(shapes.values())) != 1 or len(next(iter(shapes.values()))) != 1:
        found = ", ".join(f"{heading} {shape}" for heading, shape in shapes.items())
        raise ValueError(f"all columns must have one length; got {found}")
    with files.optional(path, "close it in other programs, or give save_csv another path"):
        files.write_csv(path, {heading: map(_plain, values) for heading, values in columns.items()}, decimal=decimal)


def _plain(value):
    """A number of any kind as one that is written in digits: 1/2 would be the first of February."""
    if value is np.ma.masked:
        return None
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    return float(value) if isinstance(value, Decimal | Fraction) else value
