"""The wheel, installed without the checkout, runs a page from a temporary folder, offline.

A full installation takes a while, so the quick test makes its environment from the packages of this one: links to
exactly those distributions that the wheel's own metadata asks for with [cpu,notebooks], at any depth. A dependency
that is not declared is missing there, as it would be for a user. The slow test installs the lock in full.
"""

import os
import re
import subprocess
import sys
import zipfile
from importlib import metadata

import nbformat
import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from seminar_gan import __main__
from seminar_gan.commands import address

PAGE = """
import importlib.util
import matplotlib.pyplot as plt
import seminar_gan as sg
(digits, _), _ = sg.datasets.load_mnist()
figure = sg.plotting.image_grid(digits[:10])
sg.export.save_figure(figure, "digits", sg.runs.describe("page", seed=0))
assert sg.export.table(["digits"], [[len(digits)]]).rows == (("60,000",),)
assert importlib.util.find_spec("tensorflow") and importlib.util.find_spec("jupyterlab")
assert importlib.util.find_spec("pytest") is None
"""
# Runs when that environment's Python starts, in the page's kernel too.
OFFLINE = """
import socket
def guarded(self, address, connect=socket.socket.connect):
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"no network in this test: {address}")
    return connect(self, address)
socket.socket.connect = socket.socket.connect_ex = guarded
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the environment is made of symbolic links")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    )
    (path,) = folder.glob("*.whl")
    return path


class Environment:
    """A virtual environment in a temporary folder, whose Python sees neither this checkout nor a network."""

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / "venv" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
        (self.packages,) = (folder / "venv" / "lib").glob("python*/site-packages")

    def install(self, *arguments):
        uv = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(self.python)]
        subprocess.run([*uv, *map(str, arguments)], check=True)

    def cut_off(self):
        (self.packages / "offline.py").write_text(OFFLINE)
        (self.packages / "offline.pth").write_text("import offline\n")

    def run(self, *arguments):
        work = self.folder / "elsewhere"
        work.mkdir(exist_ok=True)
        command = [str(self.python), *map(str, arguments)]
        return subprocess.run(command, cwd=work, env=clean_environment(self.folder), capture_output=True, text=True)


def clean_environment(folder):
    """Only the variables that a program needs to start; without user-level Jupyter kernels."""
    keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE") if name in os.environ}
    return keep | {"HOME": str(folder), "JUPYTER_DATA_DIR": str(folder / "jupyter"), "LANG": "C.UTF-8"}


def needed_by(wheel):
    """The installed distributions that the wheel needs with [cpu,notebooks], at any depth."""
    (info,) = metadata.distributions(path=[str(wheel)])
    waiting, seen, needed = [(info, frozenset({"cpu", "notebooks"}))], set(), {}
    while waiting:
        distribution, extras = waiting.pop()
        for text in distribution.requires or []:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
                continue
            name, with_extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
            if (name, with_extras) not in seen:
                seen.add((name, with_extras))
                needed[name] = metadata.distribution(name)
                waiting.append((needed[name], with_extras))
    return needed


def link(distribution, packages):
    """Link a distribution's top-level files and folders into another environment."""
    for top in {path.parts[0] for path in distribution.files} - {"..", "__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(distribution.locate_file(top))


def run_page(environment, page):
    """Execute a page with that environment's papermill, away from the checkout."""
    done = environment.run("-m", "papermill", "-k", "python3", page, "out.ipynb", "--no-progress-bar")
    assert done.returncode == 0, done.stderr[-3000:]
    where = environment.run("-c", "import seminar_gan, sys; print(seminar_gan.__file__, sys.path)").stdout
    assert str(ROOT) not in where


def test_make_wheel_makes_the_file_that_the_install_cell_asks_for(wheel, monkeypatch):
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda command, cwd: calls.append((command, cwd)))
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    __main__.main(["--root", str(ROOT), "wheel"])
    assert calls == [([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], ROOT)]  # as above, into dist/
    assert f"dist/{wheel.name}. Upload that file" in address.install_cell(ROOT)


def test_wheel_holds_data_and_nothing_foreign(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        f"seminar_gan/data/{name}" for name in ("mnist.npz", "smiles.npz", "cells.csv", "cells/cell_42.png")
    } <= set(names)
    assert {name.split("/")[0] for name in names} == {"seminar_gan", f"{'-'.join(wheel.stem.split('-')[:2])}.dist-info"}
    assert not [name for name in names if re.search(r"__pycache__|\.ipynb|/tests?/", name)]


@pytest.mark.long
def test_a_page_runs_from_the_wheel_with_only_what_it_declares(wheel, tmp_path):
    environment = Environment(tmp_path)
    needed = needed_by(wheel)
    assert {"pytest", "jupytext", "ruff", "nbval"}.isdisjoint(needed)
    for distribution in needed.values():
        link(distribution, environment.packages)
    environment.install("--no-deps", "--offline", wheel)
    environment.cut_off()
    blocked = environment.run("-c", "import socket; socket.create_connection(('192.0.2.1', 80), 5)")
    assert "no network in this test" in blocked.stderr
    page = tmp_path / "page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PAGE)]), page)
    run_page(environment, page)


@pytest.mark.slow
def test_the_first_page_runs_from_the_wheel_with_the_lock_installed(wheel, tmp_path):
    environment = Environment(tmp_path)
    environment.install("--require-hashes", "-r", ROOT / "requirements" / "cpu.txt")
    environment.install("--no-deps", "--offline", wheel)
    environment.cut_off()
    run_page(environment, ROOT / "notebooks" / "00_start_here.ipynb")
