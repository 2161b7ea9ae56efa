"""The one way to write a file: whole or not at all. Standard library only.

`whole` is used wherever the package, a command or a tool writes, so that a process killed at any moment leaves either
the old file or the new one.
"""

import contextlib
import itertools
import json
import os
from pathlib import Path


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


def set_aside(paths):
    """Move the files among `paths`, all of one folder, to its subfolder earlier_1, or earlier_2 and so on; say so."""
    paths = [path for path in paths if path.exists()]
    if paths:
        folder = paths[0].parent
        earlier = next(folder / f"earlier_{n}" for n in itertools.count(1) if not (folder / f"earlier_{n}").exists())
        earlier.mkdir()
        for path in paths:
            path.rename(earlier / path.name)
        print(f"{folder}: the files of an earlier training are now in {earlier.name}", flush=True)
