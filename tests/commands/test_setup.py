"""Making .venv from the lock: which Python, which lock, when again, and what an interruption leaves."""

import ast
import json
import os
import subprocess
import sys
import time

import pytest
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
# A build backend that needs no package, so that nothing is fetched; it waits while the file `wait` is there.
BACKEND = """
import os, time, zipfile
def build_editable(directory, config_settings=None, metadata_directory=None):
    open("building", "w").close()
    while os.path.exists("wait"):
        time.sleep(0.05)
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
    """A collection whose lock is empty and whose build needs nothing."""
    toy = Toy(tmp_path / "collection")
    (toy.root / "requirements").mkdir()
    (toy.root / "requirements" / "cpu.txt").write_text("")
    (toy.root / "requirements" / "gpu.txt").write_text("")
    (toy.root / "pyproject.toml").write_text(PROJECT)
    (toy.root / "backend.py").write_text(BACKEND)
    for name in ("SEMINAR_GAN_ENV", "PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Toy, "environment", property(lambda self: os.environ | {"PYTHONPATH": "", "PIP_NO_INDEX": "1"}))
    return toy


@pytest.mark.skipif(os.name == "nt", reason="a killed process on Windows takes its lock with it")
def test_the_life_of_an_environment(toy):
    """Interrupted, made, found ready, brought up to date, and broken by a lock that cannot be installed."""
    stamp = toy.root / ".venv" / setup.STAMP
    (toy.root / "wait").touch()
    first = toy.start("setup")
    until((toy.root / "building").exists, 60)
    toy.kill(first)  # but pip lives on
    assert not stamp.exists()
    (toy.root / ".venv" / "left-over").touch()
    second = toy.start("setup")
    until(lambda: "Waiting for another set-up" in toy.output)
    (toy.root / "wait").unlink()
    assert second.wait(60) == 0

    text = toy.output
    assert stamp.exists()
    assert not (toy.root / ".venv" / "left-over").exists()
    assert text.splitlines()[1].startswith("Making .venv with")
    assert f"Ready: {toy.root / '.venv'}" in text
    subprocess.run([setup._python_of(toy.root / ".venv"), "-c", "import toy_was_installed"], check=True)

    began = time.monotonic()
    code, text = toy.run("setup")
    assert (code, len(text.splitlines())) == (0, 1)
    assert time.monotonic() - began < 5

    (toy.root / "requirements" / "cpu.txt").write_text("# changed\n")
    code, text = toy.run("setup")
    assert code == 0
    assert "Installing the packages" in text
    assert "Making .venv" not in text

    (toy.root / "requirements" / "cpu.txt").write_text("no-such-package==1 --hash=sha256:" + 64 * "0" + "\n")
    code, text = toy.run("setup")
    assert code == 2
    assert "No matching distribution found for no-such-package==1" in text
    assert "The next call begins the set-up again" in text
    assert not stamp.exists()


def fake_environment(root):
    """Files that look like a set-up .venv."""
    venv = root / ".venv"
    python = setup._python_of(venv)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (venv / "pyvenv.cfg").write_text(f"home = {os.path.dirname(sys.executable)}\nversion = 3.11.7\n")
    (venv / setup.STAMP).write_text(json.dumps(setup._wanted_stamp(root)))
    return venv


@pytest.fixture
def installed(monkeypatch):
    """What `_install` would have done: True for a .venv made anew, False for packages put over the old ones."""
    calls = []
    monkeypatch.setattr(setup, "_install", lambda root, venv, wanted, anew, lock: calls.append(anew))
    return calls


def no_stamp(root):
    (root / ".venv" / setup.STAMP).unlink()


def torn_stamp(root):
    (root / ".venv" / setup.STAMP).write_text("{")


def no_python(root):
    setup._python_of(root / ".venv").unlink()


def python_removed(root):
    python = setup._python_of(root / ".venv")
    python.unlink()
    python.symlink_to(root / "gone")


def home_removed(root):
    (root / ".venv" / "pyvenv.cfg").write_text("home = /no/such/folder\n")


def moved(root):
    stamp = root / ".venv" / setup.STAMP
    stamp.write_text(stamp.read_text().replace(str(root), "/elsewhere"))


def new_dependency(root):
    path = root / "pyproject.toml"
    path.write_text(path.read_text().replace("dependencies = []", 'dependencies = ["numpy"]'))


def new_lock(root):
    (root / "requirements" / "cpu.txt").write_text("# changed")


def other_comment(root):
    with open(root / "pyproject.toml", "a") as file:
        file.write("# changed\n[tool.ruff]\n")


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (no_stamp, [True]),
        (torn_stamp, [True]),
        (no_python, [True]),
        (python_removed, [True]),
        (home_removed, [True]),
        (moved, [True]),
        (new_dependency, [False]),
        (new_lock, [False]),
        (other_comment, []),
    ],
)
def test_when_the_environment_is_made_again(toy, installed, change, expected):
    fake_environment(toy.root)
    change(toy.root)
    setup.environment_python(toy.root)
    assert installed == expected


def test_the_current_environment_can_be_used_instead(toy, installed, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    assert setup.environment_python(toy.root) == sys.executable
    assert installed == []
    monkeypatch.setenv("SEMINAR_GAN_ENV", "conda")
    with pytest.raises(UserError, match="`current`"):
        setup.environment_python(toy.root)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for a Python is a shell script")
@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_looked_for_if_this_one_has_no_tensorflow(version, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"TensorFlow has no wheels for this Python .*3\.11, 3\.12 or 3\.13"):
        setup.supported_python()
    for name, body in [("python3.13", "exit 1"), ("python3.12", "exit 0"), ("python3.11", "exit 0")]:
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    assert setup.supported_python() == str(tmp_path / "python3.12")


def test_a_python_that_cannot_make_environments_is_named(toy, monkeypatch):
    monkeypatch.setattr(setup, "_quietly", lambda command: False)
    with pytest.raises(UserError, match="python3-venv"):
        setup.environment_python(toy.root)


@pytest.mark.parametrize(
    ("system", "machine", "driver", "lock"),
    [
        ("linux", "x86_64", True, "gpu.txt"),
        ("linux", "x86_64", False, "cpu.txt"),
        ("linux", "x86_64", None, "cpu.txt"),
        ("linux", "aarch64", True, "cpu.txt"),
        ("win32", "AMD64", True, "cpu.txt"),
        ("darwin", "arm64", None, "cpu.txt"),
    ],
)
def test_the_gpu_lock_is_for_a_working_nvidia_driver(system, machine, driver, lock, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(setup.platform, "machine", lambda: machine)
    monkeypatch.setattr(setup.shutil, "which", lambda name: None if driver is None else name)
    monkeypatch.setattr(setup, "_quietly", lambda command: driver)
    assert setup.lock_file(ROOT).name == lock


@pytest.mark.parametrize("name", ["__init__", "__main__", "commands/__init__", "commands/setup", "commands/pages"])
def test_an_older_python_can_read_what_looks_for_a_newer_one(name):
    ast.parse((ROOT / "seminar_gan" / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 9))


def test_help_needs_the_standard_library_alone():
    command = [sys.executable, "-S", "-m", "seminar_gan", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "run-all" in done.stdout


def test_the_package_imports_with_the_standard_library_alone():
    code = "import seminar_gan as sg; print(sg.__version__, 'datasets' in dir(sg), hasattr(sg, 'no_such_module'))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["unknown", "True", "False"]


def test_clean_removes_what_runs_made(toy):
    (toy.root / "build" / "quick").mkdir(parents=True)
    (toy.root / ".venv").mkdir()
    assert toy.run("clean")[0] == 0
    assert not (toy.root / "build").exists()
    assert (toy.root / ".venv").exists()
