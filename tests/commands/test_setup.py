"""Making .venv from the lock: which Python, which lock, when it is made again, and what an interruption leaves."""

import ast
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import uv
from toy_collection import ROOT, Toy, until

from seminar_gan.commands import UserError, setup

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "toy"
version = "1"
dependencies = []
"""
# A build backend that needs no package, so that nothing is fetched; it waits while the file `wait` exists.
BACKEND = """
import os, time, zipfile
def build_editable(directory, config_settings=None, metadata_directory=None):
    open("building", "w").close()
    while os.path.exists("wait"):
        time.sleep(0.02)
    info = "toy-1.dist-info/"
    with zipfile.ZipFile(os.path.join(directory, "toy-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("toy_was_installed.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return "toy-1-py3-none-any.whl"
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A collection whose lock is empty and whose build needs nothing, on a machine without network and uv."""
    toy = Toy(tmp_path / "collection")
    (toy.root / "requirements").mkdir()
    (toy.root / "requirements" / "cpu.txt").write_text("")
    (toy.root / "requirements" / "gpu.txt").write_text("")
    (toy.root / "pyproject.toml").write_text(PROJECT)
    (toy.root / "backend.py").write_text(BACKEND)
    for name in ("SEMINAR_GAN_ENV", "PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"PATH": os.defpath, "PYTHONPATH": "", "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Toy, "environment", property(lambda self: os.environ))
    return toy


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_the_life_of_an_environment(toy, monkeypatch):
    """Killed; made again while another set-up waits; ready; brought up to date by uv; given an impossible lock."""
    venv, lock = toy.root / ".venv", toy.root / "requirements" / "cpu.txt"
    process = toy.start("setup")
    until(venv.exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (venv / "left-over").touch()
    (toy.root / "wait").touch()
    process = toy.start("setup")
    until((toy.root / "building").exists, 60)
    assert toy.output.startswith("Making .venv with")
    assert not (venv / "left-over").exists()
    waiting = toy.start("setup")
    until(lambda: "Waiting for another set-up" in toy.output)
    (toy.root / "wait").unlink()
    assert (process.wait(60), waiting.wait(60)) == (0, 0)
    subprocess.run([venv / "bin" / "python", "-c", "import toy_was_installed"], check=True)

    began = time.monotonic()
    assert toy.run("setup") == (0, f"Ready: {venv / 'bin' / 'python'}\n")
    assert time.monotonic() - began < 1

    lock.write_text("# changed\n")
    (venv / "kept").touch()
    monkeypatch.setenv("PATH", os.path.dirname(uv.find_uv_bin()) + os.pathsep + os.defpath)
    monkeypatch.setenv("PIP_REQUIRE_HASHES", "1")  # with which pip could not install toy
    code, text = toy.run("setup")
    assert (code, [line.split()[0] for line in text.splitlines()]) == (0, ["Installing", "Set-up", "Ready:"])
    assert (venv / "kept").exists()

    lock.write_text("no-such-package==1 --hash=sha256:" + 64 * "0" + "\n")
    code, text = toy.run("setup")
    assert code == 2
    assert "no-such-package was not found" in text  # uv says it
    assert "No matching distribution found for no-such-package==1" in text  # pip says it
    assert text.splitlines()[-1].endswith("The next call begins the set-up again.")
    assert not (venv / setup.STAMP).exists()


@pytest.fixture
def commands(toy, monkeypatch):
    """The commands that would have made an environment or installed something; uv is locked and not on PATH."""
    calls, python = [], toy.root / ".venv" / "bin" / "python"

    def run(command, real=subprocess.run, **options):
        if not {"pip", "venv"} & set(command):
            return real(command, **options)
        calls.append(" ".join(command[1:]))
        if "venv" in command:
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        return SimpleNamespace(returncode=0 if os.path.exists(command[0]) else 1)

    monkeypatch.setattr(subprocess, "run", run)
    (toy.root / "requirements" / "cpu.txt").write_text("a==1 \\\n    --hash=b\nuv==2 \\\n    --hash=c\nz==3 --hash=d\n")
    setup.environment_python(toy.root)
    return calls


def test_the_locked_uv_is_installed_where_there_is_none(toy, commands):
    assert "-m pip install" in commands[1]
    assert commands[1].endswith(f"--require-hashes --no-deps -r {toy.root / '.venv' / 'uv.txt'}")
    assert (toy.root / ".venv" / "uv.txt").read_text() == "uv==2 \\\n    --hash=c\n"
    assert [command.startswith("-m uv pip install --python") for command in commands[2:]] == [True, True]


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
@pytest.mark.parametrize(
    ("file", "content", "rebuilt", "installed"),
    [
        (f".venv/{setup.STAMP}", None, True, True),
        (f".venv/{setup.STAMP}", "torn", True, True),
        (f".venv/{setup.STAMP}", "/elsewhere", True, True),  # the folder was moved
        (".venv/bin/python", None, True, True),
        ("pyproject.toml", PROJECT.replace("[]", '["numpy"]'), False, True),
        ("requirements/cpu.txt", "# changed", False, True),
        ("notes.txt", "nothing to do with it", False, False),
    ],
)
def test_when_the_environment_is_made_again(toy, commands, file, content, rebuilt, installed):
    if content is None:
        (toy.root / file).unlink()
    else:
        (toy.root / file).write_text(content)
    commands.clear()
    setup.environment_python(toy.root)
    assert (any("venv" in command.split() for command in commands), bool(commands)) == (rebuilt, installed)


def test_the_current_environment_can_be_used_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    assert setup.environment_python(tmp_path) == sys.executable
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("SEMINAR_GAN_ENV", "conda")
    with pytest.raises(UserError, match="`current`"):
        setup.environment_python(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for a Python is a shell script")
@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_looked_for_if_this_one_has_no_tensorflow(version, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"TensorFlow has no wheels for this Python .*3\.11, 3\.12 or 3\.13"):
        setup.supported_python()
    for name, code in [("python3.13", 1), ("python3.12", 0), ("python3.11", 0)]:
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    assert setup.supported_python() == str(tmp_path / "python3.12")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for nvidia-smi is a shell script")
@pytest.mark.parametrize(
    ("system", "machine", "driver", "lock"),
    [
        ("linux", "x86_64", 0, "gpu.txt"),
        ("linux", "x86_64", 9, "cpu.txt"),
        ("linux", "x86_64", None, "cpu.txt"),
        ("linux", "aarch64", 0, "cpu.txt"),
        ("win32", "AMD64", 0, "cpu.txt"),
    ],
)
def test_the_gpu_lock_is_for_a_working_nvidia_driver(system, machine, driver, lock, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setenv("PATH", str(tmp_path))
    if driver is not None:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\nexit {driver}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
    assert setup.lock_file(ROOT).name == lock


@pytest.mark.parametrize(
    "name", ["__init__", "__main__", "files", "commands/__init__", "commands/setup", "commands/pages"]
)
def test_an_older_python_can_read_what_looks_for_a_newer_one(name):
    ast.parse((ROOT / "seminar_gan" / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 9))


def test_help_needs_the_standard_library_alone():
    command = [sys.executable, "-S", "-m", "seminar_gan", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "run-all" in done.stdout


def test_clean_removes_what_runs_made(toy):
    (toy.root / "build" / "quick").mkdir(parents=True)
    (toy.root / ".venv").mkdir()
    assert toy.run("clean")[0] == 0
    assert not (toy.root / "build").exists()
    assert (toy.root / ".venv").exists()
