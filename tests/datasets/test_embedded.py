import csv
import hashlib
import io
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import datasets, ranges
from seminar_gan.datasets import embedded, folders

DATA = ROOT / "data"
TOOLS = ROOT / "tools" / "data"


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv("SEMINAR_GAN_DATA", raising=False)


@pytest.fixture(scope="module")
def mnist():
    return datasets.load_mnist()


@pytest.fixture
def smiles_copy(tmp_path, monkeypatch):
    """A good copy of smiles.npz in a folder that SEMINAR_GAN_DATA names."""
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path))
    return Path(shutil.copy(DATA / "smiles.npz", tmp_path))


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


# What the sets are


def test_mnist_is_mnist(mnist):
    (x_train, y_train), (x_test, y_test) = mnist
    assert (x_train.shape, y_train.shape) == ((60000, 28, 28), (60000,))
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    levels = np.arange(256)
    counts = sum(np.bincount(images.ravel(), minlength=256) for images in np.array_split(x_train, 20))
    mean = np.average(levels, weights=counts)
    assert round(mean, 3) == 33.318
    assert round(np.average((levels - mean) ** 2, weights=counts) ** 0.5, 3) == 78.567
    assert round(counts[0] / counts.sum(), 3) == 0.809
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_arrays_belong_to_the_caller(mnist):
    (x_train, y_train), (x_test, y_test) = mnist
    assert all(array.flags.writeable for array in (x_train, y_train, x_test, y_test))
    (first, _), _ = datasets.load_smiles()
    first[:] = 0
    (second, _), _ = datasets.load_smiles()
    assert second.any()


def test_smiles_are_like_the_papers():
    (x_train, y_train), (x_test, y_test) = datasets.load_smiles()
    assert (x_train.shape, y_train.shape) == ((400, 28, 28), (400,))
    assert (x_test.shape, y_test.shape) == ((17, 28, 28), (17,))
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert np.bincount(y_train).tolist() == [201, 199]
    assert np.bincount(y_test).tolist() == [9, 8]
    for images in (x_train, x_test):  # the paper's: 249.1, 87.9 % and 1.4 %
        assert abs(images.mean() - 249.1) < 1
        assert abs((images == 255).mean() - 0.879) < 0.005
        assert abs((images < 128).mean() - 0.014) < 0.007
        assert (images.min(axis=(1, 2)) < 215).all()  # no blank image


def test_no_drawing_is_in_both_parts():
    with np.load(DATA / "smiles.npz", allow_pickle=False) as archive:
        train = list(zip(archive["y_train"], archive["source_train"][:, 0], strict=True))
        test = list(zip(archive["y_test"], archive["source_test"][:, 0], strict=True))
        images = np.concatenate([archive["x_train"], archive["x_test"]])
    assert not set(train) & set(test)
    assert {train.count(drawing) for drawing in train} == {2, 3}
    assert (len(set(train)), len(set(test))) == (160, 17)
    assert len({image.tobytes() for image in images}) == 417  # and no image twice


def test_sources_say_where_the_ink_is():
    with np.load(DATA / "smiles.npz", allow_pickle=False) as archive:
        for part in ("train", "test"):
            for image, (_, top, left, height, width) in zip(
                archive[f"x_{part}"], archive[f"source_{part}"], strict=True
            ):
                assert 12 <= max(height, width) <= 16
                outside = image.copy()
                outside[top : top + height, left : left + width] = 255
                assert (outside == 255).all()


def test_binarised_is_one_wherever_the_paper_was_not_white():
    (raw_train, labels), (raw_test, _) = datasets.load_smiles()
    (x_train, same_labels), (x_test, _) = datasets.load_smiles(binarised=True)
    for raw, binarised in ((raw_train, x_train), (raw_test, x_test)):
        assert binarised.dtype == np.uint8
        np.testing.assert_array_equal(ranges.to_unit(binarised), np.where(raw == 255, 0.0, 1.0))
    np.testing.assert_array_equal(labels, same_labels)
    assert round(ranges.to_unit(x_train).mean(), 3) == 0.122


def test_arrays_can_be_read_by_the_start_of_their_names():
    assert set(embedded.load_file("smiles.npz", "x_")) == {"x_train", "x_test"}
    assert embedded.load_file("smiles.npz", "train") == {}


# Where the files are


def test_setting_names_the_folder(tmp_path, monkeypatch, smiles_copy):
    assert embedded.data_folder() == tmp_path
    datasets.load_smiles()
    monkeypatch.setenv("SEMINAR_GAN_DATA", "")
    assert embedded.data_folder() == DATA
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("SEMINAR_GAN_DATA", "~/sets")
    assert embedded.data_folder() == tmp_path / "sets"


def test_installed_package_is_asked_first(tmp_path, monkeypatch):
    package = tmp_path / "seminar_gan"
    monkeypatch.setattr(embedded, "PACKAGE", package)
    assert embedded.data_folder() == tmp_path / "data"
    with pytest.raises(datasets.DataError, match=r"no folder .*data\n.*remedy: +git checkout -- data/smiles\.npz"):
        datasets.load_smiles()
    (package / "data").mkdir(parents=True)
    assert embedded.data_folder() == package / "data"
    with pytest.raises(datasets.DataError, match="install seminar-gan again, with pip's option --force-reinstall"):
        datasets.load_smiles()


# Bad files


def broken(actual):
    """The one error that a bad smiles.npz gives: which file, what was expected, what came, what to do."""
    expected = embedded.FILES["smiles.npz"]
    return pytest.raises(
        datasets.DataError,
        match=rf"smiles\.npz cannot be used\.\n  expected: {expected.size:,} bytes, SHA-256 {expected.sha256}\n"
        rf"  found:    {actual}.*\n  remedy:   unset SEMINAR_GAN_DATA .* or put a good smiles\.npz there$",
    )


GOOD = (DATA / "smiles.npz").read_bytes()
BAD_FILES = {
    "empty": b"",
    "one byte": GOOD[:1],
    "truncated": GOOD[: len(GOOD) // 2],
    "last byte missing": GOOD[:-1],
    "byte added": GOOD + b"\0",
    "first byte altered": b"\0" + GOOD[1:],
    "bit flipped": GOOD[:30000] + bytes([GOOD[30000] ^ 1]) + GOOD[30001:],
    "time stamp altered": GOOD[:10] + b"\1" + GOOD[11:],
    "zeros": bytes(len(GOOD)),
    "text": b"version https://git-lfs.github.com/spec/v1\n",
    "web page": b"<!DOCTYPE html><title>404</title>",
    "another set": npz(x_train=np.zeros((2, 28, 28), "uint8")),
    "wrong dtype": npz(x_train=np.zeros((400, 28, 28)), y_train=np.zeros(400)),
    "objects": npz(x_train=np.array([{}], dtype=object)),
    "pickle": pickle.dumps([1, 2, 3]),
}


@pytest.mark.parametrize("payload", BAD_FILES.values(), ids=BAD_FILES)
def test_altered_file(smiles_copy, payload):
    smiles_copy.write_bytes(payload)
    with broken(f"{len(payload):,} bytes, SHA-256 {hashlib.sha256(payload).hexdigest()}"):
        datasets.load_smiles()


def test_missing_file(smiles_copy):
    smiles_copy.unlink()
    with broken("No such file or directory"):
        datasets.load_smiles()


def test_folder_in_its_place(smiles_copy):
    smiles_copy.unlink()
    smiles_copy.mkdir()
    with broken("a folder of that name"):
        datasets.load_smiles()


def test_file_that_may_not_be_read(smiles_copy, monkeypatch):
    def deny(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", deny)  # a mode of 000 does not stop root
    with broken("Permission denied"):
        datasets.load_smiles()


def test_setting_points_nowhere(smiles_copy, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(smiles_copy.parent / "nowhere"))
    with broken("no folder .*nowhere"):
        datasets.load_smiles()


def test_setting_points_at_a_file(smiles_copy, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(smiles_copy))
    with broken(r"no folder .*smiles\.npz"):
        datasets.load_smiles()


def test_mnist_is_checked_too(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path))
    (tmp_path / "mnist.npz").write_bytes(GOOD)
    with pytest.raises(datasets.DataError, match=r"mnist\.npz cannot be used\.\n  expected: 11,266,754 bytes"):
        datasets.load_mnist()


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.mark.parametrize("known", [False, True], ids=["unknown file", "even with the right checksum"])
@pytest.mark.parametrize("form", ["npz", "pickle"])
def test_no_pickle_is_ever_loaded(smiles_copy, tmp_path, monkeypatch, form, known):
    bomb = Bomb(tmp_path / "exploded")
    payload = npz(x_train=np.array([bomb], dtype=object)) if form == "npz" else pickle.dumps(bomb)
    smiles_copy.write_bytes(payload)
    if known:
        entry = replace(embedded.FILES["smiles.npz"], sha256=hashlib.sha256(payload).hexdigest())
        monkeypatch.setitem(embedded.FILES, "smiles.npz", entry)
    with pytest.raises(ValueError if known else datasets.DataError):
        datasets.load_smiles()
    assert not (tmp_path / "exploded").exists()


def test_bomb_is_armed(tmp_path):
    pickle.loads(pickle.dumps(Bomb(tmp_path / "exploded"))).close()
    assert (tmp_path / "exploded").exists()


# The cells: a folder of files


@pytest.fixture
def cells_copy(tmp_path, monkeypatch):
    """A good copy of the cells and their list in a folder that SEMINAR_GAN_DATA names."""
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path))
    shutil.copy(DATA / "cells.csv", tmp_path)
    return Path(shutil.copytree(DATA / "cells", tmp_path / "cells"))


def test_cells_are_as_their_list_says():
    with open(DATA / "cells.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    loaded = folders.load_image_folder(datasets.cells_folder(), size=128, strict=True)
    assert [f"cells/{name}" for name in loaded.names] == [row["file"] for row in rows]
    assert len(rows) == 42 and loaded.sizes.tolist() == [[int(row["height"]), int(row["width"])] for row in rows]
    assert (loaded.sizes.min(), loaded.sizes.max()) == (74, 124)
    boxes = [tuple(int(row[name]) for name in ("top", "left", "height", "width")) for row in rows]
    assert all(top + height <= 1024 and left + width <= 1344 for top, left, height, width in boxes)
    assert sum(row["cuts"] != "0" for row in rows) == 9
    corners, middles = loaded.images[:, 0, 0, 0], loaded.images[:, 54:74, 54:74, 0].mean(axis=(1, 2))
    assert (corners.min(), corners.max()) == (12, 28) and np.all(
        middles > corners + 25
    )  # light on dark, each its own dark
    assert len({image.tobytes() for image in loaded.images}) == 42


def test_cells_belong_to_one_picture_and_do_not_overlap_much():
    with open(DATA / "cells.csv", encoding="utf-8", newline="") as file:
        boxes = [[int(row[name]) for name in ("top", "left", "height", "width")] for row in csv.DictReader(file)]
    for number, (top, left, height, width) in enumerate(boxes):
        for other_top, other_left, other_height, other_width in boxes[:number]:
            tall = min(top + height, other_top + other_height) - max(top, other_top)
            wide = min(left + width, other_left + other_width) - max(left, other_left)
            assert max(0, tall) * max(0, wide) < 0.15 * height * width


def test_an_altered_missing_or_foreign_cell_is_named(cells_copy):
    assert datasets.cells_folder() == cells_copy
    (cells_copy / "cell_43.png").write_bytes(GOOD)
    with pytest.raises(datasets.DataError, match=r"must hold only the 42 cells; remove cells/cell_43.png"):
        datasets.cells_folder()
    (cells_copy / "cell_43.png").unlink()
    path = cells_copy / "cell_07.png"
    payload = path.read_bytes()
    path.write_bytes(payload[:-1] + b"x")
    with pytest.raises(
        datasets.DataError, match=rf"cell_07.png cannot be used.\n  expected: {len(payload):,} bytes"
    ) as error:
        datasets.cells_folder()
    assert "put a good cells/cell_07.png there" in str(error.value)
    path.unlink()
    with pytest.raises(datasets.DataError, match=r"cell_07.png cannot be used.\n(.|\n)*No such file or directory"):
        datasets.cells_folder()
    (cells_copy.parent / "cells.csv").write_bytes(b"file\n")
    with pytest.raises(datasets.DataError, match=r"cells.csv cannot be used"):
        datasets.cells_folder()


# Files, README and scripts agree


def test_every_file_is_as_the_table_and_the_readme_say():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    there = [path for path in DATA.iterdir() if path.suffix in (".npz", ".csv")]
    for folder in ("few", "full_runs", "measured", "panic", "samples"):
        there += DATA.glob(f"{folder}/*")
    assert {path.relative_to(DATA).as_posix() for path in there} == set(embedded.FILES)
    for name, entry in embedded.FILES.items():
        payload = (DATA / name).read_bytes()
        assert (len(payload), hashlib.sha256(payload).hexdigest()) == (entry.size, entry.sha256)
        assert f"| {entry.size:,} | `{entry.sha256}` |" in readme
        assert (ROOT / entry.script).is_file()
        assert f"python {entry.script}" in readme


def test_a_home_of_nobody_and_a_relative_folder_are_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for given in ("~nobody_of_this_name/sets", "sets"):
        monkeypatch.setenv("SEMINAR_GAN_DATA", given)
        with pytest.raises(datasets.DataError) as error:
            datasets.load_smiles()
        assert f"no folder {tmp_path / given}" in str(error.value)


def test_what_a_user_does_to_the_arrays_changes_nothing_later():
    (first, labels), _ = datasets.load_smiles()
    kept = first.copy(), labels.copy()
    first[:], labels[:] = 0, 7
    (again, same_labels), _ = datasets.load_smiles()
    assert (np.array_equal(again, kept[0]), np.array_equal(same_labels, kept[1])) == (True, True)
