"""What a run was: page, parameters, seed, commit, versions. Standard library only."""

import json
import math
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run of one page. Made by `describe`; handed to `export.save_figure`.

    page: name of the page, or None for work outside any page. seed: the seed, or None if the page has none.
    parameters: the values of the page's parameters cell. commit: the commit of the checkout the package is in, or of
    its installation from git; None if there is neither. changed_files: the tracked files that differ from the commit,
    and dirty: whether there are any; both None outside a checkout.
    """

    page: str | None
    seed: int | None
    parameters: dict
    commit: str | None
    dirty: bool | None
    changed_files: list[str] | None

    def record(self):
        """Return all that is known of the run as a dict for JSON, with the versions in use now."""
        return {**asdict(self), "versions": versions(), "platform": platform.platform()}


def describe(page=None, *, seed=None, **parameters):
    """Return the `Run` of a page: `run = sg.runs.describe("01_simple_autoencoder", seed=SEED, epochs=EPOCHS)`.

    Parameters are numbers, strings, booleans, None, or lists, tuples and dicts of these; NumPy scalars are converted.
    Raises TypeError for anything else, and ValueError for an empty page name or a number that JSON lacks (nan, inf).
    """
    if page is not None and (not isinstance(page, str) or not page.strip()):
        raise ValueError(f"the page is its file name without the ending, such as '01_simple_autoencoder'; got {page!r}")
    plain = {name: _plain(name, value) for name, value in parameters.items()}
    commit, changed_files = _commit(Path(__file__).resolve())
    dirty = None if changed_files is None else bool(changed_files)
    return Run(page, _plain("seed", seed), plain, commit, dirty, changed_files)


def versions():
    """Return a dict of the versions in use: Python, Keras, NumPy, Matplotlib, seminar_gan, and TensorFlow if loaded.

    The version of a package that is not there is None.
    """
    names = ["keras", "numpy", "matplotlib", "seminar_gan"]
    if "tensorflow" in sys.modules:
        names.insert(1, "tensorflow")
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def _version(name):
    loaded = getattr(sys.modules.get(name), "__version__", None)  # what runs, even if another one is installed by now
    if loaded is not None:
        return loaded
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _plain(name, value):
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, list | tuple):
        return [_plain(name, item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(name, item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"parameter {name} is {value}, which JSON cannot hold")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"parameter {name} is a {type(value).__name__}; give numbers, strings, or lists of them")


def _commit(here):
    """Return (commit, changed files). A checkout counts only if it tracks the very file: a package that was
    installed into an environment inside somebody else's repository has nothing to do with that repository's commit."""
    try:
        _git(here.parent, "ls-files", "--error-unmatch", here.name)
        commit = _git(here.parent, "rev-parse", "HEAD").strip()
        changed = _git(here.parent, "diff", "--name-only", "-z", "HEAD")
    except (OSError, subprocess.SubprocessError):
        return _installed_commit(), None
    return commit, [name for name in changed.split("\0") if name]


def _git(folder, *arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    options = {"capture_output": True, "check": True, "encoding": "utf-8", "errors": "replace", "timeout": 20}
    return subprocess.run(command, env=environment, **options).stdout


def _installed_commit():
    """Return the commit that `pip install git+https://...` wrote down (PEP 610), or None."""
    try:
        origin = json.loads(metadata.distribution("seminar_gan").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    return origin.get("vcs_info", {}).get("commit_id")
