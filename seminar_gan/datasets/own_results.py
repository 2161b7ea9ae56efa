"""What this package itself has left in a folder of images: results of trainings and pages, which are no data."""

import json
import re
from pathlib import Path

__all__ = ["is_result", "is_run"]

RUN = "run.json"
FRAME = re.compile(r"step_\d{8}\.png")
RECORDS = {"identity", "calls"}, {"parameters", "versions"}  # keys of run.json, by `train` and by `runs.Run.record`
SAVED = {"sha256", "written"}  # keys of the JSON that `save_figure` and `save_table` write beside their files


def __dir__():
    return __all__


def is_run(folder):
    """Whether a folder has the run.json of a training, or of a page: then all that is in it belongs to that run."""
    content = _content(Path(folder) / RUN)
    return any(keys <= content.keys() for keys in RECORDS)


def is_result(path):
    """Whether a file is a figure or table with its JSON, that JSON, a frame beside its film, or the film; or a folder
    that is of a run.
    """
    path = Path(path)
    if path.is_dir():
        return is_run(path)
    if path.name == "film.gif":
        return any(FRAME.fullmatch(each.name) for each in path.parent.iterdir())
    if FRAME.fullmatch(path.name):
        return path.with_name("film.gif").is_file()
    content = _content(path.with_suffix(".json"))
    return content.keys() >= SAVED and path.stem in (content.get("figure"), content.get("table"))


def _content(path):
    """What a JSON file holds; an empty dict where there is none, or something else."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
