"""Draw data/cells.png, data/mnist.png and data/smiles.png, the sheets of data/README.md, from the embedded sets.

python tools/data/build_sheets.py
"""

import io

import common
import numpy as np
from PIL import Image

from seminar_gan import datasets
from seminar_gan.datasets import folders


def cells_sheet():
    """Three rows of 14: all cells at half their size, the larger ones larger, each on its own background."""
    cells = folders.load_image_folder(datasets.cells_folder(), size=62, scale=0.5)
    return tile(cells.images.reshape(3, 14, 62, 62), scale=1)


def mnist_sheet():
    """The first five training images of each digit, a column a digit."""
    (images, labels), _ = datasets.load_mnist()
    chosen = np.stack([images[labels == digit][:5] for digit in range(10)])
    return tile(chosen.swapaxes(0, 1))


def smiles_sheet():
    """Rows of 17: the first 51 training images and the test images; below them the same ones binarised."""
    halves = []
    for binarised in (False, True):
        (train, _), (test, _) = datasets.load_smiles(binarised)
        halves.append(np.concatenate([train[:51], test]).reshape(4, 17, 28, 28))
    return tile(np.concatenate(halves))


def tile(images, scale=2, border=2):
    """uint8 images (rows, columns, height, width) to one uint8 picture, enlarged, with grey lines between."""
    images = images.repeat(scale, axis=2).repeat(scale, axis=3)
    images = np.pad(images, ((0, 0), (0, 0), (0, border), (0, border)), constant_values=160)
    rows, columns, height, width = images.shape
    picture = images.swapaxes(1, 2).reshape(rows * height, columns * width)
    return np.pad(picture, ((border, 0), (border, 0)), constant_values=160)


def png(picture):
    """uint8 (height, width) to the bytes of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    for name, picture in (("cells.png", cells_sheet()), ("mnist.png", mnist_sheet()), ("smiles.png", smiles_sheet())):
        common.write_bytes(common.ROOT / "data" / name, png(picture))
        print(f"data/{name}: {picture.shape[1]} x {picture.shape[0]} pixels")
