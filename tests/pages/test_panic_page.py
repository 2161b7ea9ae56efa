"""Page 07 on folders of a user's own images, by papermill from another folder, as the page says.

The images are real: parts of a photograph, of a magnetic resonance image with 16 bits and of an elevation model, which
travel with matplotlib. Trainings are a few steps long: whether the page runs on them is asked, not what it draws.
"""

import gzip
import subprocess
import sys
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from PIL import Image

PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "07_panic.ipynb"
SAMPLES = Path(matplotlib.get_data_path()) / "sample_data"
STEPS = {"GATED_STEPS": 6, "NORM_STEPS": 2, "STEPS": 4, "WASSERSTEIN_STEPS": 2}


def parts(image, count, seed):
    """Cut `count` rectangles of 30 to 60 pixels a side out of an array."""
    rng = np.random.default_rng(seed)
    for height, width in rng.integers(30, 60, (count, 2)):
        top, left = rng.integers(0, image.shape[0] - height), rng.integers(0, image.shape[1] - width)
        yield image[top : top + height, left : left + width]


def grey(folder):
    with np.load(SAMPLES / "jacksboro_fault_dem.npz") as stored:
        heights = stored["elevation"].astype(float)
    heights = np.uint8(255 * (heights - heights.min()) / np.ptp(heights))
    for number, part in enumerate(parts(heights, 20, seed=0)):
        Image.fromarray(part).save(folder / f"Probe {number}ä.{('JPG', 'png', 'bmp')[number % 3]}")


def colour(folder):
    (folder / "more").mkdir()
    with Image.open(SAMPLES / "grace_hopper.jpg") as photograph:
        pixels = np.asarray(photograph.convert("RGB"))
    for number, part in enumerate(parts(pixels, 14, seed=1)):
        Image.fromarray(part).save(folder / ("more" if number % 2 else "") / f"{number}.webp")


def sixteen_bits(folder):
    with gzip.open(SAMPLES / "s1045.ima.gz") as stored:
        head = np.frombuffer(stored.read(), "uint16").reshape(256, 256)
    for number, part in enumerate(parts(head, 9, seed=2)):  # too few to hold any out
        Image.fromarray(part).save(folder / f"{number}.{('tif', 'png')[number % 2]}")


@pytest.mark.parametrize(
    ("make", "size", "channels", "held"),
    [(grey, 64, 1, 6), (colour, 30, 3, 4), (sixteen_bits, 16, 1, 0)],
    ids=["grey", "colour", "16 bits"],
)
def test_the_page_runs_on_a_folder_of_ones_own(make, size, channels, held, tmp_path):
    folder = tmp_path / "my images"
    folder.mkdir()
    make(folder)
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("no image")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))

    values = {"IMAGE_FOLDER": folder.name, "IMAGE_SIZE": size, "CHANNELS": channels, **STEPS}
    chosen = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", str(PAGE), "mine.ipynb", *chosen, "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

    outputs = [out for cell in nbformat.read(tmp_path / "mine.ipynb", 4).cells for out in cell.get("outputs", ())]
    text = "\n".join(out.text if out.output_type == "stream" else str(out.get("data")) for out in outputs)
    for name in ("empty.png", "notes.txt", "broken.jpg"):
        assert name in text
    assert f"{held} held out" in text
    assert "FAIL" not in text
    assert [out.text for out in outputs if out.get("name") == "stderr"] == []
