"""Making .venv from the lock: which Python, which lock, when it is made again, and what an interruption leaves."""

import ast
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
import uv
from toy_collection import ROOT, Toy, until

from seminar_gan import __main__
from seminar_gan.commands import UserError, setup

posix_only = pytest.mark.skipif(os.name == "nt", reason="the stand-in for a program is a shell script")
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
    toy = Toy(tmp_path / "collection {a} ü %1 #q's [x] $y")
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
    until((venv / setup.STAMP).exists)
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
    assert (venv / "etc" / "jupyter" / "jupyter_server_config.py").read_text() == setup.JUPYTER

    written = {path: path.stat().st_mtime_ns for path in venv.rglob("*.py")}
    assert toy.run("setup") == (0, f"Ready: {venv / 'bin' / 'python'}\n")
    assert written == {path: path.stat().st_mtime_ns for path in venv.rglob("*.py")}  # nothing is installed again

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
    assert text.splitlines()[-1].endswith("The next call begins again.")
    assert (venv / setup.STAMP).read_text() == ""


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


@posix_only
def test_an_environment_that_something_else_made_is_set_aside(toy, commands, capsys):
    (toy.root / ".venv" / setup.STAMP).unlink()
    (toy.root / ".venv" / "mine").touch()
    setup.environment_python(toy.root)
    assert (toy.root / ".venv_earlier_1" / "mine").exists()
    assert not (toy.root / ".venv" / "mine").exists()
    assert "is now .venv_earlier_1" in capsys.readouterr().out
    (toy.root / "empty").mkdir()
    (toy.root / ".venv").rename(toy.root / ".venv_earlier_2")
    (toy.root / ".venv").symlink_to(toy.root / "empty")  # a place on another disk
    setup.environment_python(toy.root)
    assert (toy.root / "empty" / setup.STAMP).exists()
    assert not (toy.root / ".venv_earlier_3").exists()


def test_the_current_environment_can_be_used_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    assert setup.environment_python(tmp_path) == sys.executable
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("SEMINAR_GAN_ENV", "conda")
    with pytest.raises(UserError, match="`current`"):
        setup.environment_python(tmp_path)


def script(path, text):
    """A shell script that stands in for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def without_wheels(monkeypatch, path, version=(3, 14)):
    """This Python becomes one that TensorFlow has no wheels for, and PATH one folder."""
    monkeypatch.setattr(sys, "version_info", (*version, 2))
    monkeypatch.setattr("platform.python_version", lambda: "3.14.2")
    monkeypatch.setenv("PATH", str(path))


@posix_only
@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_looked_for_if_this_one_has_no_tensorflow(version, tmp_path, monkeypatch):
    without_wheels(monkeypatch, tmp_path, version)
    for name, code in [("python3.13", 1), ("python3.12", 0), ("python3.11", 0), ("uv", 1)]:
        script(tmp_path / name, f"exit {code}")
    assert setup.supported_python() == str(tmp_path / "python3.12")


@posix_only
def test_uv_brings_another_python(tmp_path, monkeypatch, capfd):
    without_wheels(monkeypatch, tmp_path)
    log = tmp_path / "log"
    find = f'echo "$*" >> "{log}"; case "$2" in install) touch "{tmp_path}/3.13";; '
    find += f'find) [ -e "{tmp_path}/3.13" ] && echo /uv/python3.13;; esac'
    script(tmp_path / "touch", 'exec /usr/bin/touch "$@"')
    script(tmp_path / "uv", find)
    assert setup.supported_python() == "/uv/python3.13"
    output = capfd.readouterr().out
    assert output == "TensorFlow has no wheels for this Python (3.14.2): uv fetches Python 3.13\n"
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["find", "install", "find"]
    assert setup.supported_python() == "/uv/python3.13"  # not fetched again
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["find", "install", "find", "find"]
    assert capfd.readouterr().out == ""


@posix_only
@pytest.mark.parametrize("uv", [False, True])
def test_python_3_14_alone_is_told_the_command_that_brings_3_13(uv, tmp_path, monkeypatch):
    without_wheels(monkeypatch, tmp_path)
    if uv:
        script(tmp_path / "uv", "exit 2")  # as without network
    with pytest.raises(UserError) as caught:
        setup.supported_python()
    assert str(caught.value) == (
        "TensorFlow has no wheels for this Python (3.14.2). Install Python 3.11, 3.12 or 3.13 and call again, for "
        "example with `make PYTHON=python3.13 ...`; uv brings one by the single command `uv python install 3.13`, "
        "and `pip install uv` brings uv."
    )


def test_settings_of_the_user_decide_where_packages_come_from_and_nothing_else(monkeypatch):
    kept = {
        "PIP_INDEX_URL": "a", "PIP_FIND_LINKS": "b", "PIP_CERT": "c", "PIP_PROXY": "d", "PIP_CACHE_DIR": "e",
        "PIP_TRUSTED_HOST": "f", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "g", "PIP_DEFAULT_TIMEOUT": "9",
        "UV_DEFAULT_INDEX": "h", "UV_OFFLINE": "1", "UV_CACHE_DIR": "i", "UV_SYSTEM_CERTS": "1", "UV_LINK_MODE": "copy",
        "UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON_INSTALL_DIR": "j", "https_proxy": "k", "HOME": "l",
    }  # fmt: skip
    dropped = [
        "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_HASHES", "PIP_REQUIRE_VIRTUALENV",
        "PIP_PYTHON", "PIP_CONSTRAINT", "PIP_NO_BINARY", "PIP_PRE", "PIP_DRY_RUN", "UV_SYSTEM_PYTHON",
        "UV_TARGET", "UV_CONSTRAINT",
        "UV_REQUIRE_HASHES", "UV_PYTHON", "UV_NO_BUILD_ISOLATION", "UV_EXCLUDE_NEWER", "PYTHONPATH", "PYTHONHOME",
        "PYTHONWARNINGS", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__",
    ]  # fmt: skip
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    for name in dropped:
        monkeypatch.setenv(name, "/nonsense")
    environment = setup._environment()
    assert {name: environment.get(name) for name in kept} == kept
    assert set(dropped) & set(environment) == {"PIP_USER"}
    assert environment["PIP_USER"] == "0"


def test_without_a_home_that_can_be_written_there_is_no_cache(monkeypatch):
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME", "UV_NO_CACHE", "PIP_NO_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert "UV_NO_CACHE" not in setup._environment()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert (setup._environment()["UV_NO_CACHE"], setup._environment()["PIP_NO_CACHE_DIR"]) == ("1", "1")
    monkeypatch.setenv("UV_CACHE_DIR", "/somewhere")
    assert "UV_NO_CACHE" not in setup._environment()


def test_a_package_that_the_current_environment_lacks_is_named(toy, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    (toy.root / "psutil.py").write_text("raise ModuleNotFoundError('No module named psutil', name='psutil')")
    code, output = toy.run("check")
    assert (code, len(output.splitlines())) == (2, 1)
    assert "has no psutil, which `check` needs. `pip install -e '.[notebooks,dev]'` brings it" in output


@pytest.mark.parametrize("obstacle", ["folder", "text"])
def test_where_no_lock_can_be_had_set_up_goes_on_with_a_word(obstacle, tmp_path, capsys):
    path = tmp_path / ".venv.lock"
    path.mkdir() if obstacle == "folder" else path.write_text("not a database" * 100)
    with setup._alone(path):
        assert "Set-up goes on without a lock" in capsys.readouterr().out


def test_a_clone_that_cannot_be_written_is_an_error_that_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / ".venv.lock").mkdir()  # root may write everywhere else
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    sentence = r"cannot be written.*Clone the collection.*SEMINAR_GAN_ENV=current"
    with pytest.raises(UserError, match=sentence), setup._alone(tmp_path / ".venv.lock"):
        pass


def test_a_folder_that_no_environment_can_be_in_is_named(toy, commands, monkeypatch):
    monkeypatch.setattr(os, "pathsep", "c")  # `collection` is the folder's name
    (toy.root / ".venv" / setup.STAMP).unlink()
    with pytest.raises(UserError, match=r"c divides folders in PATH\. Rename the folder"):
        setup.environment_python(toy.root)


@posix_only
def test_packages_of_pythonpath_do_not_get_before_those_of_the_environment(toy, monkeypatch):
    script(toy.root / ".venv" / "bin" / "python", 'echo "started with [$PYTHONPATH][$PYTHONHOME]"')
    monkeypatch.setattr(setup, "_runs", lambda *command, **options: True)
    (toy.root / ".venv" / setup.STAMP).write_text("\n".join(setup._stamp(toy.root)))
    monkeypatch.setenv("PYTHONPATH", str(toy.root))
    code, output = toy.run("setup")
    assert (code, output.splitlines()) == (
        0,
        ["PYTHONPATH is left out: .venv holds every package that is needed", "started with [][]"],
    )


@posix_only
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
        script(tmp_path / "nvidia-smi", f"exit {driver}")
    assert setup.lock_file(ROOT).name == lock


@pytest.mark.parametrize(
    "name",
    [
        "__init__",
        "__main__",
        "files",
        "commands/__init__",
        "commands/setup",
        "commands/pages",
        "commands/lock",
        "commands/output",
    ],
)
def test_an_older_python_can_read_what_looks_for_a_newer_one(name):
    ast.parse((ROOT / "seminar_gan" / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 9))


def test_help_needs_the_standard_library_alone():
    command = [sys.executable, "-S", "-m", "seminar_gan", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "run-all" in done.stdout


def test_every_target_of_make_is_a_command_that_help_lists():
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    targets = {line[:-1]: lines[number + 1] for number, line in enumerate(lines) if re.fullmatch(r"[a-z-]+:", line)}
    listed = re.findall(r"^    ([a-z-]+) ", __main__._parser().format_help(), re.MULTILINE)
    assert set(targets) == set(listed) - {"train", "compare"}  # whose options make has no variables for
    assert all(recipe.startswith(f"\t@$(RUN) {target}") for target, recipe in targets.items())


def test_clean_removes_what_runs_made(toy):
    (toy.root / "build" / "quick").mkdir(parents=True)
    (toy.root / ".venv").mkdir()
    (toy.root / "my").mkdir()
    assert toy.run("clean")[0] == 0
    assert not (toy.root / "build").exists()
    assert (toy.root / ".venv").exists()
    assert (toy.root / "my").exists()
