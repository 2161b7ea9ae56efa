"""The repository's address stands in pyproject.toml, and everything else that holds it is derived from there."""

import re
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest
from conftest import ROOT
from IPython.core.interactiveshell import InteractiveShell

from seminar_gan.commands import address, build, check

HOME = address.home(ROOT)
BUILT = re.compile(r"notebooks/(solutions/)?\d\d_\w+\.ipynb")  # brought along by `make notebooks`, see below
PROJECT = '[project]\nversion = "3.0"\n[project.urls]\nRepository = "{url}"\n'
README = """
| [one](one.md) | [Colab](https://colab.research.google.com/github/a/b/blob/main/one.ipynb) |
git clone https://github.com/a/b && cd b
pip install "toy @ git+https://github.com/a/b"
"""
CITATION = 'title: toy\nrepository-code: "https://github.com/a/b"\n'


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git is asked which files belong to the repository")
def test_nothing_but_pyproject_holds_the_address():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    holders = set()
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.is_file() and HOME.removeprefix("https://").encode() in path.read_bytes():
            holders.add(name)
    assert {name for name in holders if not BUILT.fullmatch(name)} == {"pyproject.toml", *address.DERIVED}
    assert address.outdated(ROOT) == {}


@pytest.fixture
def moved(tmp_path):
    """A function that makes a collection whose address in pyproject.toml is another than the rest has."""

    def make(url):
        (tmp_path / "notebooks" / "src").mkdir(parents=True, exist_ok=True)
        (tmp_path / "pyproject.toml").write_text(PROJECT.format(url=url))
        (tmp_path / "README.md").write_text(README)
        (tmp_path / "CITATION.cff").write_text(CITATION)
        return tmp_path

    return make


def texts(root):
    return (root / "README.md").read_text() + (root / "CITATION.cff").read_text()


def test_make_notebooks_brings_a_new_address_along(moved, capsys):
    root = moved("https://github.com/uni/gans.git/")
    assert check.main(SimpleNamespace(root=root)) == 1
    assert "README.md: holds another address than pyproject.toml" in capsys.readouterr().out
    assert build.main(SimpleNamespace(root=root, pages="", force=False)) == 0
    assert texts(root) == (README + CITATION).replace("a/b", "uni/gans")
    assert check.problems(root) == []
    assert "(https://colab.research.google.com/github/uni/gans/blob/main/notebooks/01.ipynb)" in address.badge(
        root, "notebooks/01"
    )


def test_a_home_off_github_has_no_links_to_colab(moved):
    root = moved("https://git.uni.example/lab/gans")
    address.bring_along(root)
    assert "colab" not in texts(root)
    assert "git clone https://git.uni.example/lab/gans && cd b" in texts(root)
    assert "a/b" not in texts(root)
    assert address.badge(root, "notebooks/01") == ""


@pytest.fixture
def run_install_cell(monkeypatch):
    """A function that runs the install cell in IPython, where pip is only written down, and returns (error, calls)."""

    def run(found, cell=None):
        calls = []
        shell = InteractiveShell()
        shell.register_magic_function(lambda line: calls.append(line), magic_name="pip")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: found)
        result = shell.run_cell(cell or address.install_cell(ROOT), silent=True)
        return result.error_in_exec, calls

    return run


def test_the_install_cell_acts_on_colab_alone(run_install_cell):
    assert run_install_cell(found=None) == (None, [])


@pytest.mark.parametrize("found", [True, None])
def test_the_install_cell_says_what_to_do_when_it_failed(found, run_install_cell, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    error, calls = run_install_cell(found)
    version = address._project(ROOT)["version"]
    assert calls == [f'install -q "seminar-gan @ git+{HOME}@v{version}"']
    assert (error is None) == bool(found)
    if error:
        wheel = f"seminar_gan-{version}-py3-none-any.whl"
        sentences, line = str(error).splitlines()
        assert sentences.startswith(f"The package could not be installed from {HOME}; pip says above why. Install it")
        assert f"`make wheel` makes dist/{wheel}. Upload that file here" in sentences
        assert "in place of the fifth line of this cell, and run the cell again" in sentences
        cell = address.install_cell(ROOT).splitlines()
        assert cell[4].startswith("    %pip install") and line == f"    %pip install -q {wheel}"
        calls.clear()
        error, calls = run_install_cell(True, "\n".join([*cell[:4], line, *cell[5:]]))  # as it was told
        assert (error, calls) == (None, [f"install -q {wheel}"])
