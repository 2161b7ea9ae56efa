"""Make `.venv` from the lock, once. Standard library only, because nothing is installed yet when this runs.

uv installs the packages: the one on PATH, else the locked one. Where uv cannot be had or fails, pip installs the same
lock. A stamp in `.venv` is written last. Without it, `.venv` is made again from nothing; where it names another lock or
pyproject.toml, the packages are installed over the old ones.
"""

import contextlib
import hashlib
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import time

from seminar_gan.commands import UserError
from seminar_gan.files import write_text

OLDEST, NEWEST = (3, 11), (3, 13)
STAMP = "seminar-gan.txt"


def supported_python():
    """Return the path of a Python that TensorFlow has wheels for: this one if possible, else the newest on PATH."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        if path and _runs(path, "-c", ""):
            return path
    raise UserError(
        f"TensorFlow has no wheels for this Python ({platform.python_version()}). "
        "Install Python 3.11, 3.12 or 3.13 and call again, for example with `make PYTHON=python3.13 ...`."
    )


def environment_python(root):
    """Make sure that the environment is set up and return the path of its Python.

    `SEMINAR_GAN_ENV=current` names the running Python's own environment, which is then left as it is.
    """
    choice = os.environ.get("SEMINAR_GAN_ENV", "")
    if choice == "current":
        return sys.executable
    if choice:
        raise UserError(f"SEMINAR_GAN_ENV is {choice!r}; it must be `current` (the running Python) or unset (.venv).")
    python = root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not _is_ready(root, python):
        with _alone(root / ".venv.lock"):
            if not _is_ready(root, python):  # another set-up may have made it meanwhile
                _install(root, str(python))
    return str(python)


def lock_file(root):
    """Return the lock for this machine: `gpu.txt` where TensorFlow can use an NVIDIA GPU, else `cpu.txt`."""
    linux = sys.platform == "linux" and platform.machine() == "x86_64"
    gpu = linux and shutil.which("nvidia-smi") and _runs("nvidia-smi")
    path = root / "requirements" / ("gpu.txt" if gpu else "cpu.txt")
    if not path.is_file():
        raise UserError(
            f"{path} is missing: .venv is made from it. `git checkout -- requirements` brings it back; "
            "SEMINAR_GAN_ENV=current uses the running Python's packages instead."
        )
    return path


def _stamp(root):
    """What `.venv` is made for: the folder, whose path is in its scripts, and a digest of lock and pyproject.toml."""
    content = lock_file(root).read_bytes() + (root / "pyproject.toml").read_bytes()
    return [str(root), hashlib.sha256(content).hexdigest()]


def _read_stamp(root):
    path = root / ".venv" / STAMP
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []


def _is_ready(root, python):
    return _read_stamp(root) == _stamp(root) and _runs(python, "-S", "-c", "")


def _install(root, python):
    began, venv, lock, stamp = time.monotonic(), root / ".venv", lock_file(root), _stamp(root)
    keep = _read_stamp(root)[:1] == stamp[:1] and _runs(python, "-m", "pip", "--version")
    (venv / STAMP).unlink(missing_ok=True)
    if not keep:
        print(f"Making .venv with {supported_python()}", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        if not _runs(supported_python(), "-m", "venv", venv, show=True):
            raise UserError("python -m venv failed. On Debian or Ubuntu, `apt-get install python3-venv` brings it.")
    print(f"Installing the packages of requirements/{lock.name}; the first time takes minutes", flush=True)
    quiet = [] if sys.stdout.isatty() else ["-q"]
    pip = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *quiet]
    locked, package = ["--require-hashes", "--no-deps", "-r"], ["--no-build-isolation", "--no-deps", "-e"]
    uv = [shutil.which("uv")]
    if not uv[0]:
        uv = [python, "-m", "uv"]
        entries = re.findall(r"^uv==.*?(?=^\S|\Z)", lock.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        write_text(venv / "uv.txt", "".join(entries))
        _runs(*pip, *locked, venv / "uv.txt", show=True)
    for installer in ([*uv, "pip", "install", "--python", python, *quiet], pip):
        if _runs(*installer, *locked, lock, show=True) and _runs(*installer, *package, root, show=True):
            break
    else:
        raise UserError("The packages could not be installed (see above). The next call begins the set-up again.")
    write_text(venv / STAMP, "\n".join(stamp))
    print(f"Set-up took {time.monotonic() - began:.0f} s", flush=True)


def _runs(*command, show=False):
    """Whether a command can be started and succeeds; its output is dropped unless `show`."""
    output = {} if show else {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 60}
    try:
        return subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, **output).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextlib.contextmanager
def _alone(path):
    """Let one set-up run at a time, by a database lock: every system has it, and it ends with its process."""
    with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            print("Waiting for another set-up of .venv to end", flush=True)
            lock.execute("PRAGMA busy_timeout = 3600000")
            lock.execute("BEGIN EXCLUSIVE")
        yield
