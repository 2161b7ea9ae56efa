import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from seminar_gan import runs

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def test_a_run_holds_page_seed_and_parameters():
    run = runs.describe("01_simple_autoencoder", seed=0, epochs=10, sizes=(2, 4), rate=np.float64(0.5), n=np.int32(3))
    assert (run.page, run.seed) == ("01_simple_autoencoder", 0)
    assert run.parameters == {"epochs": 10, "sizes": [2, 4], "rate": 0.5, "n": 3}
    assert type(run.parameters["n"]) is int


def test_without_arguments_there_is_no_page():
    run = runs.describe()
    assert (run.page, run.seed, run.parameters) == (None, None, {})


def test_record_is_complete():
    record = runs.describe("01", seed=1).record()
    run = ["page", "seed", "parameters", "commit", "dirty", "changed_files"]
    assert list(record) == [*run, "versions", "platform", "device"]
    assert record["versions"]["python"] == platform.python_version()
    assert record["versions"]["numpy"] == np.__version__
    assert {"keras", "matplotlib", "seminar_gan"} < set(record["versions"])


def test_the_device_is_that_of_the_networks(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    assert re.fullmatch(r"CPU, [1-9]\d* cores", runs.device())
    tensorflow = mock.MagicMock()
    tensorflow.config.list_physical_devices.return_value = ["first", "second"]
    tensorflow.config.experimental.get_device_details.side_effect = [{"device_name": "Card A"}, {}]
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    assert runs.device() == "Card A, GPU"
    tensorflow.config.list_physical_devices.assert_called_with("GPU")


def test_a_run_of_several_seeds_names_them():
    assert runs.describe("01", seed=(0, 1, 2)).record()["seed"] == [0, 1, 2]


def test_tensorflow_is_named_only_if_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    assert "tensorflow" not in runs.versions()
    monkeypatch.setitem(sys.modules, "tensorflow", type(sys)("tensorflow"))
    monkeypatch.setattr(sys.modules["tensorflow"], "__version__", "2.0.test", raising=False)
    assert runs.versions()["tensorflow"] == "2.0.test"


def test_a_package_that_is_not_installed_has_no_version(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)

    def version(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    assert runs.versions()["keras"] is None


@pytest.mark.parametrize("value", [object(), np.zeros(3), {1, 2}, b"bytes", 1j])
def test_other_parameters_are_rejected(value):
    with pytest.raises(TypeError, match=f"parameter sizes is a {type(value).__name__}"):
        runs.describe("01", sizes=value)


@pytest.mark.parametrize("value", [float("nan"), np.inf, [1.0, float("-inf")]])
def test_numbers_that_json_lacks_are_rejected(value):
    with pytest.raises(ValueError, match=r"parameter rate is -?(nan|inf)"):
        runs.describe("01", rate=value)


@pytest.mark.parametrize("page", ["", "  ", 1, Path("01")])
def test_a_page_is_a_name(page):
    with pytest.raises(ValueError, match="page must be a file name without its ending"):
        runs.describe(page)


def git(folder, *arguments):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """A repository with runs.py in a package."""
    file = tmp_path / "package" / "runs.py"
    file.parent.mkdir()
    shutil.copy(runs.__file__, file)
    (tmp_path / "ä page.ipynb").write_text("1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return file


def described_by(file):
    """The run that a copy of runs.py describes."""
    spec = importlib.util.spec_from_file_location("runs", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.describe("01")


def git_state(run):
    return run.commit, run.dirty, run.changed_files


@needs_git
def test_commit_and_changed_files(checkout, monkeypatch):
    commit = git(checkout.parent, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # as inside a git hook of another repository
    (checkout.parent / "untracked.py").write_text("1")
    os.utime(checkout, (1, 1))  # touched, not changed
    assert git_state(described_by(checkout)) == (commit, False, [])
    checkout.write_text(checkout.read_text() + "\n")
    (checkout.parents[1] / "ä page.ipynb").write_text("2")
    git(checkout.parents[1], "add", "ä page.ipynb")
    run = described_by(checkout)
    assert (run.commit, run.dirty) == (commit, True)
    assert sorted(run.changed_files) == ["package/runs.py", "ä page.ipynb"]


@needs_git
def test_a_readers_own_pages_and_figures_are_no_change_of_the_code(checkout):
    """Also where they are kept in git."""
    root = checkout.parents[1]
    for name in ("my/01.ipynb", "figures/loss.pdf", "notebooks/figures/a.json", "package/my/mine.py", "figures.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("1")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "mine")
    for name in ("my/01.ipynb", "figures/loss.pdf", "notebooks/figures/a.json"):
        (root / name).write_text("2")
    assert git_state(described_by(checkout))[1:] == (False, [])
    for name in ("package/my/mine.py", "figures.py"):
        (root / name).write_text("2")
    assert described_by(checkout).changed_files == ["figures.py", "package/my/mine.py"]


@needs_git
def test_a_checkout_of_somebody_else_has_its_commit_too(checkout, monkeypatch):
    """A course folder belongs to the teacher, and git would not read it: 'detected dubious ownership'."""
    commit = git(checkout.parent, "rev-parse", "HEAD")
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("LANGUAGE", "de")
    run = runs.subprocess.run

    def run_as_another(command, env, **options):  # git's own means to test this
        return run(command, env=env | {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, **options)

    monkeypatch.setattr(runs.subprocess, "run", run_as_another)
    assert git_state(described_by(checkout)) == (commit, False, [])


@needs_git
def test_somebody_elses_repository_is_not_ours(checkout):
    installed = checkout.parents[1] / ".venv" / "runs.py"
    installed.parent.mkdir()
    shutil.copy(checkout, installed)
    run = described_by(installed)
    assert run.commit != git(checkout.parent, "rev-parse", "HEAD")
    assert (run.dirty, run.changed_files) == (None, None)


def test_no_repository_or_no_git(tmp_path, monkeypatch):
    file = Path(shutil.copy(runs.__file__, tmp_path))
    assert described_by(file).changed_files is None
    monkeypatch.setenv("PATH", "")
    assert runs.describe("01").changed_files is None


@pytest.mark.parametrize(
    ("text", "commit"),
    [
        ('{"url": "https://example.org", "vcs_info": {"vcs": "git", "commit_id": "abc"}}', "abc"),
        ('{"url": "file:///x", "dir_info": {"editable": true}}', None),
        ("not json", None),
        (None, None),
    ],
)
def test_commit_of_an_installation_from_git(tmp_path, monkeypatch, text, commit):
    class Distribution:
        def read_text(self, name):
            return {"direct_url.json": text}[name]

    monkeypatch.setattr(metadata, "distribution", lambda name: Distribution())
    run = described_by(shutil.copy(runs.__file__, tmp_path))
    assert git_state(run) == (commit, None, None)
