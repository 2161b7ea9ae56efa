"""Files that a training leaves behind: each is whole at any moment, and those of an earlier training are kept apart."""

import contextlib
import itertools
import os


@contextlib.contextmanager
def written_whole(path):
    """Yield a path to write to. What is there replaces `path` at the end, so that no one sees a half-written file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    yield part
    os.replace(part, path)


def set_aside(paths):
    """Move the files among `paths`, all of one folder, to its subfolder earlier_1, or earlier_2 and so on; say so."""
    paths = [path for path in paths if path.exists()]
    if paths:
        folder = paths[0].parent
        aside = next(folder / f"earlier_{n}" for n in itertools.count(1) if not (folder / f"earlier_{n}").exists())
        aside.mkdir()
        for path in paths:
            path.rename(aside / path.name)
        print(f"{folder}: what an earlier training left is now in {aside.name}", flush=True)
