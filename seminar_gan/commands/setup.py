"""Make `.venv` from the lock, once. Standard library only, because nothing is installed yet when this runs.

A stamp inside `.venv` is written last. Without it, or with a broken Python, the folder is made again from nothing;
with a stamp of an older lock or pyproject.toml, the packages are installed over the old ones.
"""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from seminar_gan.commands import UserError

OLDEST, NEWEST = (3, 11), (3, 13)
STAMP = "seminar-gan.json"


def supported_python():
    """The path of a Python that TensorFlow has wheels for: this one if possible, else the newest one on PATH."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _quietly([found, "-c", ""]):
            return found
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
        raise UserError(
            f"SEMINAR_GAN_ENV is {choice!r}. It can be `current` (use the running Python) or unset (.venv)."
        )
    venv = root / ".venv"
    wanted = _wanted_stamp(root)
    if _read_stamp(venv) != wanted:
        with _lock(root / ".venv.lock") as lock:
            stamp = _read_stamp(venv)
            if stamp != wanted:
                _install(root, venv, wanted, stamp.get("root") != wanted["root"], lock)
    return str(_python_of(venv))


def lock_file(root):
    """The lock for this machine: `requirements/gpu.txt` where TensorFlow can use an NVIDIA GPU, else `cpu.txt`."""
    linux = sys.platform == "linux" and platform.machine() == "x86_64"
    gpu = linux and shutil.which("nvidia-smi") and _quietly(["nvidia-smi"])
    return root / "requirements" / ("gpu.txt" if gpu else "cpu.txt")


def _python_of(venv):
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _wanted_stamp(root):
    import tomllib  # not in the older Pythons that may start this command and hand over to a newer one

    lock = lock_file(root)
    if not lock.is_file():
        raise UserError(
            f"{lock} is missing: .venv is made from it. `git checkout -- requirements` brings it back; "
            "SEMINAR_GAN_ENV=current uses the running Python's packages instead."
        )
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    parts = {
        key: project["project"].get(key) for key in ("version", "dependencies", "optional-dependencies", "scripts")
    }
    parts["build-system"] = project["build-system"]
    return {
        "root": str(root),
        "lock": lock.name,
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest(),
        "project_sha256": hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest(),
    }


def _read_stamp(venv):
    """The stamp of a usable environment, else an empty dictionary."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
        settings = dict(
            line.split(" = ", 1)
            for line in (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
            if " = " in line
        )
        return stamp if _python_of(venv).exists() and Path(settings["home"]).is_dir() else {}
    except (OSError, ValueError, KeyError):
        return {}


def _install(root, venv, wanted, anew, lock):
    began = time.monotonic()
    (venv / STAMP).unlink(missing_ok=True)
    if anew:
        python = supported_python()
        if not _quietly([python, "-c", "import ensurepip, venv"]):
            raise UserError(
                f"{python} cannot make environments: it has no venv or ensurepip module. "
                "On Debian or Ubuntu, `apt-get install python3-venv` brings it."
            )
        print(f"Making .venv with {python}", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        _show([python, "-m", "venv", str(venv)], "python -m venv", lock)
    pip = [str(_python_of(venv)), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    print(f"Installing the packages of requirements/{wanted['lock']}; at first this takes minutes", flush=True)
    _show([*pip, "--require-hashes", "-r", str(root / "requirements" / wanted["lock"])], "pip", lock)
    _show([*pip, "--no-deps", "--no-build-isolation", "-e", str(root)], "pip", lock)
    unfinished = venv / (STAMP + ".new")
    unfinished.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    os.replace(unfinished, venv / STAMP)
    print(f"Set-up took {time.monotonic() - began:.0f} s", flush=True)


def _show(command, name, lock):
    """Run a command; show its current line on a terminal, nothing in a log, and its last lines where it fails.

    The command holds the lock too, so that a pip that outlives this process cannot write into a newer .venv.
    """
    lines = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=(lock.fileno(),) if os.name == "posix" else (),
    ) as process:
        for line in process.stdout:
            lines.append(line.rstrip())
            if sys.stdout.isatty():
                width = shutil.get_terminal_size().columns - 1
                print("\r" + lines[-1].strip()[:width].ljust(width), end="", flush=True)
    if sys.stdout.isatty():
        print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="", flush=True)
    if process.returncode:
        raise UserError("\n".join([*lines[-30:], f"{name} failed. The next call begins the set-up again."]))


def _quietly(command):
    """Whether a command runs and succeeds."""
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextlib.contextmanager
def _lock(path):
    """Hold a file lock, which the operating system takes back when the process dies; wait while another holds it."""
    with open(path, "a+") as file:
        if os.name == "nt":
            import msvcrt

            def acquire():
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            def acquire():
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

        told = False
        while True:
            try:
                acquire()
                break
            except OSError:
                if not told:
                    print("Waiting for another set-up of .venv to end", flush=True)
                told = True
                time.sleep(0.5)
        yield file
