"""The one way to write a file: whole or not at all. Standard library only.

`whole` is used wherever the package, a command or a tool writes, so that a process killed at any moment leaves either
the old file or the new one.
"""

import contextlib
import csv
import errno
import io
import itertools
import json
import os
import warnings
from numbers import Real
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)  # the disk, or the user's share of it


@contextlib.contextmanager
def whole(path):
    """Yield a temporary path in the folder of `path`, and rename it to `path` once it has been written and closed.

    The folder is made if it does not exist. After an error nothing is left behind and `path` is as it was.

    Args:
        path: str or pathlib.Path of the file.

    Example:
        >>> with whole(folder / "notes.txt") as part:
        ...     _ = part.write_text("written in full, or not at all")
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        with open(part, "rb+") as written:
            os.fsync(written.fileno())  # or a power cut may leave the new name with no content
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def optional(path, cure="", told=None, *, stacklevel=4):
    """Let the work go on if a file beside it cannot be written: warn, in one sentence, and do without the file.

    Args:
        path: str or pathlib.Path of the file, or of the folder of several.
        cure: str, the end of the sentence: what the user can do.
        told: list that the caller keeps, for a file that is written again and again: as long as a path is in it, there
            is no second warning. Success empties it.
        stacklevel: whose line the warning names, counted from here; by default the caller of what has the `with`.

    Example:
        >>> with warnings.catch_warnings(action="ignore"), optional("figures/loss.pdf", "give another folder"):
        ...     raise PermissionError(13, "Permission denied")
    """
    try:
        yield
    except OSError as error:
        if not told:
            cure = "make room on that disk" if error.errno in FULL else cure
            reason = error.strerror or str(error)
            where = f": {error.filename}" if error.filename and str(error.filename) != str(path) else ""
            warnings.warn(
                f"{Path(path).as_posix()} was not written ({reason}{where}), and the work goes on without it"
                f"{cure and f'; {cure}'}",
                stacklevel=stacklevel,
            )
        if told is not None:
            told.append(path)
    else:
        if told is not None:
            told.clear()


def write_bytes(path, payload):
    """Write bytes to `path`, whole or not at all."""
    with whole(path) as part:
        part.write_bytes(payload)


def write_text(path, text):
    """Write text to `path` as UTF-8 with line feeds, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path, content):
    """Write what JSON can hold to `path`, whole or not at all."""
    write_text(path, json.dumps(content, indent=1) + "\n")


def write_csv(path, columns, *, decimal="."):
    """Write a table to `path`, whole or not at all; see `export.save_csv`.

    Args:
        path: str or pathlib.Path.
        columns: {heading: values}, all of one length.
        decimal: "." or ",".
    """
    write_bytes(path, csv_bytes(columns, zip(*columns.values(), strict=True), decimal=decimal))


def csv_bytes(columns, rows, *, decimal="."):
    """Return a table as the bytes of a CSV file; see `export.save_csv`.

    Args:
        columns: the headings.
        rows: lists of values, each as long as columns.
        decimal: "." or ",".
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter={".": ",", ",": ";"}[decimal])
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value, decimal) for value in row])
    return text.getvalue().encode("utf-8" if decimal == "." else "utf-8-sig")  # Excel wants the mark


def _cell(value, decimal):
    """A value as it stands in a file; for a spreadsheet, which takes nan for a word, not a number is nothing."""
    if not isinstance(value, Real):
        return value
    return "" if decimal == "," and value != value else str(value).replace(".", decimal)


def set_aside(paths):
    """Move the files among `paths`, all of one folder, to its subfolder earlier_1, or earlier_2 and so on; say so.

    If one cannot be moved, none is.
    """
    paths = [path for path in paths if path.exists() and not path.is_dir()]
    if not paths:
        return
    folder, moved = paths[0].parent, []
    earlier = next(folder / f"earlier_{n}" for n in itertools.count(1) if not (folder / f"earlier_{n}").exists())
    earlier.mkdir()
    try:
        for path in paths:
            path.rename(earlier / path.name)
            moved.append(path)
    except OSError:
        for path in moved:
            (earlier / path.name).rename(path)
        earlier.rmdir()
        raise
    print(f"{folder}: the files of an earlier training are now in {earlier.name}", flush=True)
