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

__all__ = ["Run", "describe", "versions"]

# Where a reader's own copies of pages and figures are. Who keeps them in git changes them by every run.
PRODUCTS = (":(top,exclude)my", ":(top,exclude,glob)**/figures/**")


def __dir__():
    return __all__


@dataclass(frozen=True)
class Run:
    """One run of a page, from `describe`; for `export.save_figure`.

    Args:
        page: str, the name of the page, or None for work outside any page.
        seed: int, a list of int where there were several, or None if the page has no seed.
        parameters: dict, the values of the page's parameters cell.
        commit: str, the commit of the package's checkout, or of its installation from git; otherwise None.
        dirty: bool, whether tracked files differ from the commit, those in my/ and figures/ left out; None outside a
            checkout.
        changed_files: list of str, these files; None outside a checkout.
    """

    page: str | None
    seed: int | None
    parameters: dict
    commit: str | None
    dirty: bool | None
    changed_files: list[str] | None

    def record(self):
        """Return the run as a dict for JSON, with the versions and the device in use now."""
        return {**asdict(self), "versions": versions(), "platform": platform.platform(), "device": device()}


def describe(page=None, *, seed=None, **parameters):
    """Return the `Run` of a page.

    Args:
        page: str, the file name of the page without its ending, or None for work outside any page.
        seed: int, a list of int where there were several, or None if the page has no seed.
        **parameters: numbers, str, bool, None, or lists, tuples and dicts of these. NumPy scalars are converted.

    Returns:
        Run

    Raises:
        TypeError: if a parameter is anything else.
        ValueError: if the name of the page is empty, or if a number is nan or infinite, which JSON cannot hold.

    Example:
        >>> run = describe("01_simple_autoencoder", seed=0, epochs=10, sizes=(128, 64))
        >>> run.parameters
        {'epochs': 10, 'sizes': [128, 64]}
    """
    if page is not None and (not isinstance(page, str) or not page.strip()):
        raise ValueError(f"page must be a file name without its ending, such as '01_simple_autoencoder'; got {page!r}")
    plain = {name: _plain(name, value) for name, value in parameters.items()}
    commit, changed_files = _commit(Path(__file__).resolve())
    dirty = None if changed_files is None else bool(changed_files)
    return Run(page, _plain("seed", seed), plain, commit, dirty, changed_files)


def versions():
    """Return the versions in use: Python, Keras, NumPy, Matplotlib, seminar_gan, and TensorFlow if it is loaded.

    Returns:
        dict from name to version, None for a package that is not installed.

    Example:
        >>> versions()["numpy"] == np.__version__
        True
    """
    names = ["keras", "numpy", "matplotlib", "seminar_gan"]
    if "tensorflow" in sys.modules:
        names.insert(1, "tensorflow")
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def device():
    """Return what the networks are computed on: the names of the graphics cards, or "CPU" and how many cores it has."""
    config = getattr(sys.modules.get("tensorflow"), "config", None)  # not loaded: nothing was computed on a card
    gpus = config.list_physical_devices("GPU") if config else []
    names = [config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ", ".join(names) or f"CPU, {cores} cores"


def _version(name):
    loaded = getattr(
        sys.modules.get(name), "__version__", None
    )  # the one that runs, even if another is installed by now
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
    raise TypeError(
        f"parameter {name} is a {type(value).__name__}; give numbers, strings, booleans, None, or lists of these"
    )


def _commit(file):
    """Return (commit, changed files) of the checkout that a file of the package is in.

    A checkout counts only if it tracks this file: a package that was installed into an environment inside somebody
    else's repository has nothing to do with that repository's commit.
    """
    try:
        _git(file.parent, "ls-files", "--error-unmatch", file.name)
        commit = _git(file.parent, "rev-parse", "HEAD").strip()
        changed = _git(file.parent, "diff", "--name-only", "-z", "HEAD", "--", ":/", *PRODUCTS)
    except (OSError, subprocess.SubprocessError):
        return _installed_commit(), None
    return commit, [name for name in changed.split("\0") if name]


def _git(folder, *arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    # A checkout that a teacher put there belongs to somebody else. Its code runs already: git may read it as well.
    command = ["git", "--no-optional-locks", "-c", "safe.directory=*", "-C", str(folder), *arguments]
    options = {"capture_output": True, "check": True, "encoding": "utf-8", "errors": "replace", "timeout": 20}
    return subprocess.run(command, env=environment, **options).stdout


def _installed_commit():
    """Return the commit that `pip install git+https://...` recorded (PEP 610), or None."""
    try:
        origin = json.loads(metadata.distribution("seminar_gan").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    return origin.get("vcs_info", {}).get("commit_id")
