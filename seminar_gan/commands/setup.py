"""Make `.venv` from the lock, once. Standard library only, because nothing is installed yet when this runs.

uv installs the packages: the one on PATH, else the locked one. Where uv cannot be had or fails, pip installs the same
lock. A stamp in `.venv` is written last. Where it is empty, `.venv` is made again from nothing; where it names
another lock or pyproject.toml, the packages are installed over the old ones. A `.venv` without one is somebody else's.
"""

import hashlib
import itertools
import os
import platform
import re
import shutil
import subprocess
import sys
import time

from seminar_gan.commands import UserError
from seminar_gan.commands.lock import alone
from seminar_gan.files import write_text

OLDEST, NEWEST = (3, 11), (3, 13)
STAMP = "seminar-gan.txt"
# Of the user's settings for pip and uv, those that say where packages come from; others would say what is installed.
SOURCES = re.compile("INDEX|LINK|CERT|TLS|PROXY|HOST|CACHE|CONFIG|TIMEOUT|RETRIES|KEYRING|OFFLINE|MIRROR|PYTHON_[ID]")
# Jupyter's server reads this. It must start even if the package is broken for the moment.
JUPYTER = """\
import warnings
warnings.filterwarnings("ignore", "Overriding existing pre_save_hook")  # it reads this twice
try:
    from seminar_gan.commands.lab import keep_metadata
except Exception:
    pass
else:
    c.ContentsManager.pre_save_hook = keep_metadata
"""


def supported_python():
    """Return the path of a Python that TensorFlow has wheels for.

    It is this one if possible, else the newest on PATH, else one that uv has or fetches.
    """
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        if path and _runs(path, "-c", ""):
            return path
    this = f"TensorFlow has no wheels for this Python ({platform.python_version()})"
    uv = shutil.which("uv")
    if uv:
        found = _python_of(uv)
        if not found:
            print(f"{this}: uv fetches Python 3.13", flush=True)
            found = _runs(uv, "python", "install", "3.13", show=True) and _python_of(uv)
        if found:
            return found
    raise UserError(
        f"{this}. Install Python 3.11, 3.12 or 3.13 and call again, for example with `make PYTHON=python3.13 ...`; "
        "uv brings one by the single command `uv python install 3.13`, and `pip install uv` brings uv."
    )


def _python_of(uv):
    """The path of a Python that uv knows and TensorFlow has wheels for, or None."""
    command = [uv, "python", "find", "--no-project", "--system", ">=3.11,<3.14"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_environment())
    return done.stdout.strip() if done.returncode == 0 else None


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
    if os.pathsep in str(root):
        raise UserError(f"No .venv can be made in {root}: {os.pathsep} divides folders in PATH. Rename the folder.")
    if os.path.lexists(venv) and not (venv / STAMP).is_file() and not (venv.is_dir() and not any(venv.iterdir())):
        earlier = next(path for n in itertools.count(1) if not (path := root / f".venv_earlier_{n}").exists())
        venv.rename(earlier)
        print(f"The .venv that was here, made by something else, is now {earlier.name}", flush=True)
    write_text(venv / STAMP, "")  # from now on it is ours, and not finished
    if not keep:
        print(f"Making .venv with {supported_python()}", flush=True)
        for path in venv.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != STAMP:
                path.unlink()
        if not _runs(supported_python(), "-m", "venv", venv, show=True):
            raise UserError("python -m venv failed. On Debian or Ubuntu, `apt-get install python3-venv` brings it.")
    print(f"Installing the packages of requirements/{lock.name}; the first time takes minutes", flush=True)
    quiet = [] if sys.stdout.isatty() else ["-q"]
    pip = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *quiet]
    locked, package = ["--require-hashes", "--no-deps", "-r"], ["--no-build-isolation", "--no-deps", "-e", "."]
    uv = [shutil.which("uv")]
    if not uv[0]:
        uv = [python, "-m", "uv"]
        entries = re.findall(r"^uv==.*?(?=^\S|\Z)", lock.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        write_text(venv / "uv.txt", "".join(entries))
        _runs(*pip, *locked, venv / "uv.txt", show=True)
    for installer in ([*uv, "pip", "install", "--python", python, *quiet], pip):
        if _runs(*installer, *locked, lock, show=True) and _runs(*installer, *package, show=True, cwd=root):
            break
    else:
        raise UserError(
            "The packages could not be installed (see above; .venv takes 2.1 GB). The next call begins again."
        )
    write_text(venv / "etc" / "jupyter" / "jupyter_server_config.py", JUPYTER)
    write_text(venv / STAMP, "\n".join(stamp))
    print(f"Set-up took {time.monotonic() - began:.0f} s", flush=True)


def _environment():
    """The environment of what is started here: only the set-up decides what is installed, by which Python and where."""
    installers, python = ("PIP_", "UV_"), ("PYTHON", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*installers, *python))}
    sources = {name: os.environ[name] for name in os.environ if name.startswith(installers) and SOURCES.search(name)}
    elsewhere = {"UV_CACHE_DIR", "XDG_CACHE_HOME"} & set(os.environ)
    if not elsewhere and not os.access(os.path.expanduser("~"), os.W_OK):
        sources = {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1", **sources}  # there is no place for one
    return {**kept, **sources, "PIP_USER": "0"}  # the last one for a user's pip.conf


def _runs(*command, show=False, cwd=None):
    """Whether a command can be started and succeeds; its output is dropped unless `show`."""
    output = {} if show else {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 60}
    try:
        command = list(map(str, command))
        return subprocess.run(command, stdin=subprocess.DEVNULL, env=_environment(), cwd=cwd, **output).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _alone(path):
    """Let one set-up run at a time, and the next one wait."""

    def failed(error):
        if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
            raise UserError(
                f"{path.parent} cannot be written, and set-up makes .venv there. Clone the collection to a folder "
                "of your own, or set SEMINAR_GAN_ENV=current to use the running Python's packages."
            )
        print(f"Set-up goes on without a lock ({error}): start no other one meanwhile", flush=True)

    def taken():
        print("Waiting for another set-up of .venv to end", flush=True)

    return alone(path, taken=taken, failed=failed)
