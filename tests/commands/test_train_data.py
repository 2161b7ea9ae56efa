"""What `train --data` takes, and the one sentence for what it cannot take."""

import pickle
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from seminar_gan import datasets
from seminar_gan.commands import UserError
from seminar_gan.commands.train import data

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype="uint8")
CLASSES = np.arange(12) % 3


def load(path, *, conditional=False, size=None, channels=None, background=None):
    args = SimpleNamespace(data=str(path), conditional=conditional, size=size, channels=channels, to="run")
    return data.load(SimpleNamespace(**vars(args), background=background))


@pytest.mark.parametrize(
    "names", [("x", "y"), ("x_train", "y_train"), ("images", "labels"), ("train_images", "train_labels")]
)
def test_usual_names_in_a_file_are_known(tmp_path, names):
    np.savez(tmp_path / "data.npz", **dict(zip(names, (IMAGES, CLASSES), strict=True)))
    loaded = load(tmp_path / "data.npz", conditional=True)
    np.testing.assert_array_equal(loaded.images[..., 0], IMAGES)
    assert loaded.labels.tolist() == CLASSES.tolist() and loaded.classes == (0, 1, 2)


def test_the_only_array_of_a_file_is_its_images(tmp_path, capsys):
    np.savez(tmp_path / "data.npz", faces=IMAGES)
    np.testing.assert_array_equal(load(tmp_path / "data.npz").images[..., 0], IMAGES)
    assert "data.npz: images are faces." in capsys.readouterr().out
    with pytest.raises(UserError, match="--conditional needs a label for each image"):
        load(tmp_path / "data.npz", conditional=True)


def test_a_folder_that_is_called_like_a_data_set_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(data.EMBEDDED, "smiles", lambda: ((IMAGES, None), None))
    load("smiles")
    assert capsys.readouterr().out == ""
    (tmp_path / "smiles").mkdir()
    load("smiles")
    assert (
        capsys.readouterr().out
        == "smiles is the embedded data set, and not the smiles in this folder: that is ./smiles.\n"
    )


def test_arrays_without_names_and_a_single_array_are_known(tmp_path):
    np.savez(tmp_path / "data.npz", IMAGES, CLASSES)
    assert load(tmp_path / "data.npz", conditional=True).classes == (0, 1, 2)
    np.save(tmp_path / "data.npy", IMAGES)
    np.testing.assert_array_equal(load(tmp_path / "data.npy").images[..., 0], IMAGES)


@pytest.mark.parametrize("name", ["x.npz", "~/x.npz", "./x.npz", "mit Leerzeichen/x.npz", "Größe #1/x.npz", "-x.npz"])
def test_paths_arrive_as_they_were_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = tmp_path / name.removeprefix("~/")
    path.parent.mkdir(exist_ok=True)
    np.savez(path, x=IMAGES)
    assert load(name).images.shape == (12, 8, 8, 1)


def test_what_was_converted_is_said(tmp_path, capsys):
    np.savez(tmp_path / "data.npz", x=np.repeat(IMAGES[:, None], 3, axis=1) / 255, y=np.eye(3)[CLASSES])
    loaded = load(tmp_path / "data.npz", conditional=True)
    np.testing.assert_array_equal(loaded.images[..., 2], IMAGES)
    said = capsys.readouterr().out
    assert "channels moved to the end: (12, 3, 8, 8) is now (12, 8, 8, 3)." in said
    assert "float64 0 to 1 was taken as [0, 1]" in said
    assert "3 classes, from y of float64 (12, 3): 0, 1, 2" in said


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        (24_300 + np.arange(12), tuple(range(24_300, 24_312)), "Each image is a class of its own"),
        (np.full(12, 7), (7,), "All images are of one class"),
        (np.array(["dog", "cat"])[CLASSES % 2], ("cat", "dog"), "2 classes: cat, dog"),
        (np.arange(12) // 1.0 % 2, (0, 1), r"2 classes, from y of float64 (12,): 0, 1"),
    ],
)
def test_classes_are_counted_aloud(tmp_path, capsys, labels, classes, said):
    np.savez(tmp_path / "data.npz", x=IMAGES, y=labels)
    assert load(tmp_path / "data.npz", conditional=True).classes == classes
    assert said in capsys.readouterr().out


def objects():
    array = np.empty(2, object)
    array[:] = [IMAGES[0], IMAGES[1, :4]]
    return array


@pytest.mark.parametrize(
    ("arrays", "conditional", "message"),
    [
        ({"z": np.zeros(3)}, False, "must hold the images as x, or as x_train as Keras has it; it holds z"),
        ({}, False, "it holds nothing"),
        ({"x": IMAGES[:0]}, False, r"data\.npz: there are no images: the array is empty, \(0, 8, 8\)"),
        ({"x": IMAGES.reshape(12, 64)}, False, r"each row is an image, x\.reshape\(-1, 8, 8, 1\)"),
        ({"x": IMAGES}, True, "--conditional needs a label for each image: y beside x"),
        ({"x": IMAGES, "y": CLASSES[:9]}, True, r"there are 9 labels for 12 images; each image needs one\.$"),
        ({"x": IMAGES, "y": CLASSES - 1}, True, "4 of 12 labels are -1, which usually means unlabelled"),
        ({"x": IMAGES, "y": CLASSES / 2}, True, r"must be whole numbers or texts; got 0\.5"),
        ({"x": objects()}, False, "it holds Python objects: write plain arrays"),
        ({"x": IMAGES, "y": np.array(["a"] * 12, object)}, True, "it holds Python objects: write plain arrays"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(tmp_path, arrays, conditional, message):
    np.savez(tmp_path / "data.npz", **arrays)
    with pytest.raises(UserError, match=message) as caught:
        load(tmp_path / "data.npz", conditional=conditional)
    assert len(str(caught.value).splitlines()) == 1 and ".." not in str(caught.value)


def test_labels_that_nobody_asked_for_are_not_looked_at(tmp_path):
    for labels in (np.full(12, np.nan), np.array(["a"] * 12, object)):
        np.savez(tmp_path / "data.npz", x=IMAGES, y=labels)
        assert load(tmp_path / "data.npz").labels is None


def zipped(path, names=("a.png", "b.png")):
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, "x")


def damaged(path):
    np.savez_compressed(path, x=IMAGES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def cut_off(path):
    np.savez(path, x=IMAGES)
    path.write_bytes(path.read_bytes()[:500])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b""), r"cannot be read as an \.npz or \.npy file: it is empty"),
        (lambda path: path.write_bytes(b"label,1x1,1x2\r\n5,0,0\r\n"), "a text: read the numbers, np.loadtxt"),
        (lambda path: path.write_bytes(b"\x93\x01hello"), "it is something else"),
        (lambda path: path.write_bytes(b"\0\0\x08\x03" + bytes(40)), "an IDX file: .*reshape"),
        (lambda path: path.write_bytes(b"PAR1\x15\x04"), "a Parquet file"),
        (lambda path: path.write_bytes(pickle.dumps(IMAGES)), "a pickle: load it where you trust it"),
        (lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1"), "placeholder of Git LFS"),
        (lambda path: path.write_bytes(b"\x89HDF\r\n"), "an HDF5 file"),
        (lambda path: Image.fromarray(IMAGES[0]).save(path, "PNG"), "an image: give the folder that it is in"),
        (zipped, r"an archive of other files \(a\.png\): unpack images and give their folder"),
        (lambda path: zipped(path, ["only.png"]), r"an archive of other files \(only\.png\)"),
        (damaged, "cannot be read as an .npz or .npy file: "),
        (cut_off, "cannot be read as an .npz or .npy file: File is not a zip file"),
        (lambda path: None, r"--data is one of mnist, smiles, .*; there is no .*data\.npz"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_what_it_is(tmp_path, make, message):
    make(tmp_path / "data.npz")
    with pytest.raises(UserError, match=message) as caught:
        load(tmp_path / "data.npz")
    assert len(str(caught.value).splitlines()) == 1


@pytest.fixture
def photos(tmp_path):
    for name, colour in {"cat/1.png": (255, 0, 0), "cat/2.png": (9, 9, 9), "dog/1.jpg": (0, 0, 255)}.items():
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20), colour).save(path)
    (tmp_path / "photos" / "notes.txt").write_text("not an image")
    return tmp_path / "photos"


def test_a_folder_of_images_is_taken_with_its_subfolders_as_classes(photos, capsys):
    loaded = load(photos, conditional=True)
    assert loaded.images.shape == (3, 64, 64, 3) and loaded.classes == ("cat", "dog")
    assert loaded.labels.tolist() == [0, 0, 1]
    said = capsys.readouterr().out
    assert "3 images, in colour, brought to 64 x 64 pixels" in said
    assert "skipped: not an image, or of a format that is not supported: 1 (notes.txt)" in said
    assert load(photos, size=16, channels=1).images.shape == (3, 16, 16, 1)


def test_a_folder_of_grey_images_is_grey(photos):
    (photos / "cat" / "1.png").unlink()
    (photos / "dog" / "1.jpg").unlink()
    assert load(photos).images.shape == (1, 64, 64, 1)


def test_a_folder_that_cannot_be_used_is_refused(photos, tmp_path):
    Image.new("L", (20, 20)).save(photos / "loose.png")
    with pytest.raises(UserError, match=r"needs a subfolder for each class; 1 images are in none, such as loose\.png"):
        load(photos, conditional=True)
    with pytest.raises(UserError, match=r"size must be a whole number of pixels from 16 to .*; got 7"):
        load(photos, size=7)
    (tmp_path / "empty.npz").mkdir()
    with pytest.raises(UserError, match="hold no files"):
        load(tmp_path / "empty.npz")
    for options in ({"size": 32}, {"channels": 1}, {"background": 0}):
        with pytest.raises(UserError, match="--size, --channels and --background are for a folder of images"):
            load("mnist", **options)
    with pytest.raises(UserError, match=r"background must be a grey level, 0 to 255; got 256"):
        load(photos, background=256)


def test_transparent_images_are_laid_on_the_background(tmp_path, capsys):
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(tmp_path / "a.png")
    for background, level in ((None, 255), (0, 0), (90, 90)):
        assert np.unique(load(tmp_path, background=background).images).tolist() == [level]
        assert f"transparent: laid on grey level {level}: 1 (a.png)" in capsys.readouterr().out


def test_images_that_are_alike_in_size_keep_their_sizes(tmp_path):
    for side in (40, 64, 80):
        Image.new("L", (side, side), 9).save(tmp_path / f"{side}.png")
    Image.new("L", (80, 80), 9).save(tmp_path / "ground.png")
    folder = datasets.load_image_folder(tmp_path, 32, scale=32 / 80)
    np.testing.assert_array_equal(load(tmp_path, size=32).images, folder.images)


def test_what_was_done_with_each_file_is_kept(photos, capsys):
    Image.new("RGB", (30, 20), (255, 0, 0)).save(photos / "cat" / "same.bmp")
    for number in range(9):
        (photos / f"{number}.png").touch()
    files = dict(load(photos).files)
    assert len(files) == 4 + 10
    assert files["cat/same.bmp"] == "used; copy of cat/1.png; smaller than 64 pixels: centred, not enlarged"
    assert files["8.png"] == "skipped: empty file"
    said = capsys.readouterr().out
    assert "copies of another image, hold_out keeps them together: 1 (cat/same.bmp = cat/1.png)" in said
    assert "and 6 lines more; images.csv in run will name every file" in said


@pytest.mark.parametrize(("shape", "count"), [((28, 28, 1), 10_000), ((256, 256, 3), 341), ((20_000, 20_000, 1), 1)])
def test_of_large_images_fewer_samples_are_drawn(shape, count):
    assert data.Data("x", np.broadcast_to(np.uint8(0), (2, *shape))).default_samples() == count


def test_data_are_known_by_content_and_not_by_name_or_type(tmp_path):
    np.savez(tmp_path / "one.npz", x=IMAGES, y=CLASSES)
    np.savez_compressed(tmp_path / "two.npz", x=IMAGES.astype("int64"), y=CLASSES[:, None].astype("uint8"))
    one, two = (load(tmp_path / name, conditional=True).identity() for name in ("one.npz", "two.npz"))
    assert one == two
    other = IMAGES.copy()
    other[3, 4, 5] ^= 1
    np.savez(tmp_path / "one.npz", x=other, y=CLASSES)
    assert load(tmp_path / "one.npz", conditional=True).identity()["images"] != one["images"]
    np.savez(tmp_path / "one.npz", x=IMAGES, y=CLASSES + 1)
    assert load(tmp_path / "one.npz", conditional=True).identity()["labels"] != one["labels"]
