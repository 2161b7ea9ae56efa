"""The embedded data sets, checked before they are handed over.

The files are in data/ of the repository and inside the installed package. The environment variable SEMINAR_GAN_DATA
names another folder that holds the same files. What each set is, where it comes from and how it may be used:
data/README.md.
"""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np


class DataError(Exception):
    """A data file is missing, altered or unreadable. The message says which, what was expected, how to get it back."""


@dataclass(frozen=True)
class DataFile:
    """What a file in data/ must be: its size and checksums, the uint8 arrays in it, and the script that rebuilds it."""

    size: int  # bytes
    sha256: str  # of the file
    contents_sha256: str  # of the arrays, see contents_sha256()
    shapes: dict  # {array name: shape}
    script: str


FILES = {
    "mnist.npz": DataFile(
        size=11_266_754,
        sha256="99b6212d8b734503d7fa2e29ea6413bad62226998e56555f4a6b0b30072f1aec",
        contents_sha256="8fc8fc4f0343f34ece1fcfdfb65f0801fac48030ce7c70e62bbb62f64ee2e65b",
        shapes={"x_train": (60000, 28, 28), "y_train": (60000,), "x_test": (10000, 28, 28), "y_test": (10000,)},
        script="tools/data/build_mnist.py",
    ),
    "smiles.npz": DataFile(
        size=58_160,
        sha256="dfe9359540bc0706a2e94f3eb661d5a94f910440dad4e2427efda8087d39f94b",
        contents_sha256="36d56f68bcdd1a254db5ebf6887a9e4c23e5a12f3556e352b23ea2c8ff41be3d",
        shapes={
            "x_train": (400, 28, 28),
            "y_train": (400,),
            "source_train": (400, 5),
            "x_test": (17, 28, 28),
            "y_test": (17,),
            "source_test": (17, 5),
        },
        script="tools/data/build_smiles.py",
    ),
}


def load_mnist():
    """Load MNIST: 70,000 handwritten digits, light ink on a black (0) background.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, as `keras.datasets.mnist.load_data()` does.
        x_train: uint8 (60000, 28, 28), 0 to 255. y_train: uint8 (60000,), the digits 0 to 9.
        x_test: uint8 (10000, 28, 28). y_test: uint8 (10000,).

    Raises:
        DataError: if data/mnist.npz is missing, altered or unreadable.

    Source:
        LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition.
    """
    arrays = _load("mnist.npz")
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def load_smiles(binarised=False):
    """Load Smile: small hand-drawn faces, faint dark ink on a white (255) background.

    This is not the set of Temkeng 2020, which has no licence, but one like it, made of drawings from Quick, Draw!.
    A drawing appears two or three times in the training images, at other sizes and places. No drawing is in both parts.

    Args:
        binarised: if true, every 255 becomes 0 and every other value becomes 1, which is the paper's "Smile-2". As the
            images stay uint8, the 1 is stored as 255: `ranges.to_unit` makes it 1.0. The background is then black.

    Returns:
        `(x_train, y_train), (x_test, y_test)`.
        x_train: uint8 (400, 28, 28), 0 to 255, or only 0 and 255 if binarised. x_test: uint8 (17, 28, 28).
        y_train: uint8 (400,), y_test: uint8 (17,): what the person was asked to draw, 0 = smiley face, 1 = face.

    Raises:
        DataError: if data/smiles.npz is missing, altered or unreadable.

    Source:
        Google, Quick, Draw! (CC BY 4.0); the experiment: Temkeng 2020, section 3.1.
    """
    arrays = _load("smiles.npz")
    x_train, x_test = arrays["x_train"], arrays["x_test"]
    if binarised:
        x_train, x_test = (np.where(images == 255, 0, 255).astype("uint8") for images in (x_train, x_test))
    return (x_train, arrays["y_train"]), (x_test, arrays["y_test"])


def contents_sha256(arrays):
    """SHA-256 over name, dtype, shape and bytes of each array, in the order of the names.

    Two versions of zlib may pack the same arrays into different bytes; this stays the same.
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def data_folder():
    """The folder of the data files: SEMINAR_GAN_DATA, or the one in the installed package, or the checkout's data/."""
    if os.environ.get("SEMINAR_GAN_DATA"):
        return Path(os.environ["SEMINAR_GAN_DATA"]).expanduser()
    package = Path(__file__).resolve().parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def _load(name):
    """Read, check and unpack one file of FILES into {array name: array}."""
    path = data_folder() / name
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise DataError(_message(path, _why_unreadable(path, error))) from error
    found = hashlib.sha256(payload).hexdigest()
    try:
        arrays = _unpack(payload, FILES[name].shapes)
        # Other bytes are let pass only if they hold the same arrays: a rebuilt file, packed by another zlib.
        if found != FILES[name].sha256 and contents_sha256(arrays) != FILES[name].contents_sha256:
            raise ValueError("the arrays hold other values")
    except Exception as error:  # zipfile, zlib and numpy each have their own way to say that a file is broken
        facts = f"{len(payload):,} bytes, SHA-256 {found}: {error}"
        raise DataError(_message(path, facts)) from error
    return arrays


def _unpack(payload, shapes):
    """Bytes of an npz file to {array name: array}. Refuses pickles, and any other set of names, dtypes or shapes."""
    if not payload:
        raise ValueError("the file is empty")
    if payload[:4] != b"PK\x03\x04":
        raise ValueError("not an npz file, or only the end of one")
    with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
        if set(archive.files) != set(shapes):
            raise ValueError(f"arrays {', '.join(sorted(archive.files))} instead of {', '.join(sorted(shapes))}")
        arrays = {name: archive[name] for name in shapes}
    for name, shape in shapes.items():
        if arrays[name].dtype != np.uint8 or arrays[name].shape != shape:
            got = f"{arrays[name].dtype} {arrays[name].shape}"
            raise ValueError(f"{name} is {got} instead of uint8 {shape}")
    return arrays


def _why_unreadable(path, error):
    if path.is_dir():
        return "a folder of that name"
    if path.parent.is_dir():
        return "no such file" if isinstance(error, FileNotFoundError) else f"a file that cannot be read ({error})"
    return f"no folder {path.parent}"


def _message(path, found):
    expected = FILES[path.name]
    if os.environ.get("SEMINAR_GAN_DATA"):
        remedy = f"SEMINAR_GAN_DATA is set. Unset it to use the file that came with seminar_gan, or put a good {path.name} there."
    elif path.parent.parent == Path(__file__).resolve().parent:
        remedy = "Install seminar-gan again, with pip's option --force-reinstall."
    else:
        remedy = f"In the repository: git checkout -- data/{path.name}   (or rebuild it: python {expected.script})"
    return (
        f"{path} cannot be used.\n"
        f"  expected: {expected.size:,} bytes, SHA-256 {expected.sha256}\n"
        f"  found:    {found}\n"
        f"  remedy:   {remedy}"
    )
