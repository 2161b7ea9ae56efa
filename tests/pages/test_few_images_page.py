"""Page 10 on folders of a user's own images.

The images are real: parts of a photograph, of a magnetic resonance image with 16 bits and of an elevation model, which
travel with matplotlib. Trainings are a few steps long: the question is whether the page runs on them, not what it
draws. One folder, the most awkward one, goes through the whole page by papermill, as the page says; the cells that read
a folder and split its images into training and held-out ones are run for the other kinds, too.
"""

import gzip
import subprocess
import sys
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from conftest import ROOT
from IPython.core.inputtransformer2 import TransformerManager
from PIL import Image, ImageOps

from seminar_gan.datasets import cells_folder

PAGE = ROOT / "notebooks" / "10_few_images.ipynb"
SAMPLES = Path(matplotlib.get_data_path()) / "sample_data"
STEPS = {"SECONDS": 1, "STEPS": 2, "WASSERSTEIN_STEPS": 2}
BROKEN = {"empty.png": b"", "notes.txt": b"not an image", "broken.jpg": b"\xff\xd8\xff\xe0" + bytes(100)}


def parts(image, count, seed):
    """Cut `count` rectangles of 30 to 60 pixels a side out of an array."""
    rng = np.random.default_rng(seed)
    for height, width in rng.integers(30, 60, (count, 2)):
        top, left = rng.integers(0, image.shape[0] - height), rng.integers(0, image.shape[1] - width)
        yield Image.fromarray(image[top : top + height, left : left + width])


def grey(folder, count=20):
    with np.load(SAMPLES / "jacksboro_fault_dem.npz") as stored:
        heights = stored["elevation"].astype(float)
    heights = np.uint8(255 * (heights - heights.min()) / np.ptp(heights))
    for number, part in enumerate(parts(heights, count, seed=0)):
        part.save(folder / f"Probe {number}ä.{('JPG', 'png', 'bmp')[number % 3]}")


def colour(folder, count=14):
    (folder / "more").mkdir()
    with Image.open(SAMPLES / "grace_hopper.jpg") as photograph:
        pixels = np.asarray(photograph.convert("RGB"))
    for number, part in enumerate(parts(pixels, count, seed=1)):
        part.save(folder / ("more" if number % 2 else "") / f"{number}.webp")


def sixteen_bits(folder, count=9):
    with gzip.open(SAMPLES / "s1045.ima.gz") as stored:
        head = np.frombuffer(stored.read(), "uint16").reshape(256, 256)
    for number, part in enumerate(parts(head, count, seed=2)):
        part.save(folder / f"deep {number}.{('tif', 'png')[number % 2]}")


def everything(folder):
    """Few images of all kinds."""
    for kind in (grey, colour, sixteen_bits):
        kind(folder, 3)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "2024"
    folder.mkdir()
    for name, content in BROKEN.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.long
def test_the_page_runs_on_a_folder_of_ones_own(folder):
    everything(folder)
    values = {"IMAGE_FOLDER": folder.name, "IMAGE_SIZE": 17, "CHANNELS": 3, **STEPS}
    chosen = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", str(PAGE), "mine.ipynb", *chosen, "--no-progress-bar"]
    done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

    cells = nbformat.read(folder.parent / "mine.ipynb", 4).cells
    outputs = [out for cell in cells for out in cell.get("outputs", ())]
    text = "\n".join(out.text if out.output_type == "stream" else str(out.get("data")) for out in outputs)
    assert [name for name in BROKEN if name not in text] == []
    assert "9 training images, 0 held out" in text
    assert "FAIL" not in text
    assert [out.text for out in outputs if out.get("name") == "stderr"] == []
    beside = folder.with_name(f"{folder.name}_few")
    left = {path.relative_to(beside).as_posix() for path in beside.rglob("*")}
    assert {"generator.keras", "film/film.gif", "figures/samples.png", "tables/this_run.csv"} <= left


@pytest.mark.parametrize(
    ("save", "size", "channels", "split"),
    [(grey, 64, 1, (14, 6)), (colour, 30, 3, (10, 4)), (sixteen_bits, 16, 1, (9, 0))],
    ids=["grey", "colour", "16 bits"],
)
def test_the_page_reads_other_folders(save, size, channels, split, folder, capsys):
    save(folder)
    names = reads(folder, size, channels)
    for images, count in zip((names["train_images"], names["held_images"]), split, strict=True):
        assert images.shape == (count, size, size, channels) and images.dtype == np.uint8
    assert "{} training images, {} held out".format(*split) in capsys.readouterr().out


def test_copies_are_named_and_stay_on_one_side(folder, capsys):
    """Twelve pictures, each twice, the second one mirrored and saved as a JPEG."""
    for path in sorted(cells_folder().glob("*.png"))[:12]:
        with Image.open(path) as cell:
            cell.save(folder / path.name)
            ImageOps.mirror(cell).save(folder / f"{path.stem} (copy).jpg", quality=90)
    names = reads(folder, 32, 1)
    assert ["copies of another image, hold_out keeps them together", 12] in [row[:2] for row in names["loaded"].rows()]
    groups = names["loaded"].groups
    assert len(names["train"]) == 16 and len(names["held"]) == 8
    assert not set(groups[names["train"]]) & set(groups[names["held"]])


def test_the_embedded_cells_are_split_as_they_always_were():
    names = reads("", 28, 1)
    assert names["held"].tolist() == np.sort(np.random.default_rng(0).permutation(42)[:14]).tolist()


def test_results_go_elsewhere_where_the_folder_of_the_images_is_read_only(folder, capsys, monkeypatch):
    grey(folder)
    names = reads(folder, 16, 1)
    cell = next(cells_below("### Train it"))
    monkeypatch.chdir(folder)
    exec(cell.source, names)
    assert folder.with_name("2024_few") == names["RESULTS"]
    monkeypatch.setattr("os.access", lambda path, mode: False)
    exec(cell.source, names)
    assert folder / "2024_few" == names["RESULTS"]
    assert f"{folder.parent} cannot be written to: results are in" in capsys.readouterr().out


def reads(folder, size, channels):
    """The names of the page after the cells that read a folder and hold images out."""
    names = {}
    for cell in cells_below("# 10", "## The images", "### Hold some out"):
        exec(TransformerManager().transform_cell(cell.source), names)  # one cell has a %pip in it
        if "parameters" in cell.metadata.get("tags", ()):
            names |= {"IMAGE_FOLDER": str(folder), "IMAGE_SIZE": size, "CHANNELS": channels}
    return names


def cells_below(*headings):
    """The code cells of some sections."""
    inside = False
    for cell in nbformat.read(PAGE, 4).cells:
        if cell.cell_type == "code" and inside:
            yield cell
        elif cell.source.startswith("#"):
            inside = cell.source.startswith(headings)
