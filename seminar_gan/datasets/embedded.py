"""The embedded data sets and weights, checked before they are returned.

The files are in data/ of the repository and inside the installed package. The environment variable SEMINAR_GAN_DATA
names another folder that holds the same files. What each set is, where it comes from and how it may be used:
data/README.md.
"""

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["DataError", "cells_folder", "data_folder", "load_mnist", "load_smiles"]

PACKAGE = Path(__file__).resolve().parents[1]


class DataError(Exception):
    """A data file is missing, altered or unreadable. The message says which, what was expected, how to get it back."""


@dataclass(frozen=True)
class DataFile:
    """What a file in data/ must be.

    Args:
        size: in bytes.
        sha256: its checksum, in hexadecimal.
        script: the script that rebuilds it, a path in the repository.
    """

    size: int
    sha256: str
    script: str


FILES = {
    "cells.csv": DataFile(
        size=4_458,
        sha256="d02599d7695596982b58a2fd9b3d96cf4943d5ef711efa0037d2c84e458fc017",
        script="tools/data/build_cells.py",
    ),
    "few/cells_100.npz": DataFile(
        size=290_997,
        sha256="5fd9e7d20f6a484db60952b6efbd628070f0cff7bdce48de98485309780ce0d8",
        script="tools/train_few.py",
    ),
    "few/cells_28.npz": DataFile(
        size=278_240,
        sha256="195bead2a9d785271715918cb53af60b5fa8fb5559bdcf3d971824a2500a3d5c",
        script="tools/train_few.py",
    ),
    "few/cells_64.npz": DataFile(
        size=288_200,
        sha256="8dec77cebf3ba12da8711f8027479cf2ecdb30cb35a3ccdb3770b3ba6fb1bfe1",
        script="tools/train_few.py",
    ),
    "full_runs/curves.csv": DataFile(
        size=113_727,
        sha256="64c5677f282fd715e71969e16a7b6d07ffff714bc0f3d7ee81f444d4431c9093",
        script="tools/full_runs.py",
    ),
    "full_runs/origin.json": DataFile(
        size=1_656,
        sha256="e6a49977f688f2162f8879ddb89f120a4ab820b09ae6d4e5b5278918b7bb2644",
        script="tools/full_runs.py",
    ),
    "full_runs/reconstructions.npz": DataFile(
        size=67_803,
        sha256="de28a21488b54b43a9804452926e97602aba24d6258f3ffc90190d0f56f82fc2",
        script="tools/full_runs.py",
    ),
    "measured/few_progress.csv": DataFile(
        size=1_000,
        sha256="68c3369407d071b072e4cc106f2a99f4d630d3647737351ae71902fea745331d",
        script="tools/train_few.py",
    ),
    "measured/few_seeds.csv": DataFile(
        size=3_989,
        sha256="1f8282b09c916d6aa03d1eb0867c75838d3ecef1ddd1c2b4f3f4cae94436d6f0",
        script="tools/few_seeds.py",
    ),
    "measured/label_ways.csv": DataFile(
        size=930,
        sha256="744c17a94da09e7974a43e16d489df45486742bdd01636a488dca48424569b95",
        script="tools/label_seeds.py",
    ),
    "measured/mirza.csv": DataFile(
        size=348,
        sha256="36fe9e2bb061c2a09c5e047ca3647e292d3f57c9592bcc6d0c8795ea0bd2519d",
        script="tools/train_mirza.py",
    ),
    "measured/panic_small.csv": DataFile(
        size=764,
        sha256="fb097613f00106000abdc2253e46ab4c2d59ecd0c8a7d2d93fcf004d933dd312",
        script="tools/train_panic.py",
    ),
    "measured/rulers.csv": DataFile(
        size=79_778,
        sha256="b2217cc91f467053daf7a0bb14305ca547ebdcdf32a1b1fae009c984f9a0ad3f",
        script="tools/rulers.py",
    ),
    "mnist.npz": DataFile(
        size=11_266_754,
        sha256="99b6212d8b734503d7fa2e29ea6413bad62226998e56555f4a6b0b30072f1aec",
        script="tools/data/build_mnist.py",
    ),
    "mnist_features.npz": DataFile(
        size=684_924,
        sha256="67e8cb2b3fa5a86bf9956e4e235289c41c18fa5be8b4b3ac9db3f2a1e79a5eba",
        script="tools/train_features.py",
    ),
    "panic/larger_film.png": DataFile(
        size=88_618,
        sha256="586a55560c590516f4cd76f34b43e7d839df457925a1275372e1362a3745a3e3",
        script="tools/train_panic.py",
    ),
    "panic/larger_normalised_film.png": DataFile(
        size=107_020,
        sha256="878831ca3e2d317da50088be400e041b49497aa72c8e984acf2419adf743a9d9",
        script="tools/train_panic.py",
    ),
    "panic/normalised_film.png": DataFile(
        size=555_001,
        sha256="d619624d90de52020518e503223f3461670f2b4539957981b7af3408d09dabdd",
        script="tools/train_panic.py",
    ),
    "panic/normalised_samples.png": DataFile(
        size=231_304,
        sha256="e34c462bdfa53adaecc825ddb196cbfcec6256ca2f23eea5ea574763ebf75d04",
        script="tools/train_panic.py",
    ),
    "panic/plain_film.png": DataFile(
        size=661_284,
        sha256="93be018d3305290360f8e1d34c05dc7b51279c0057e41233732e26080a1d38ed",
        script="tools/train_panic.py",
    ),
    "panic/plain_samples.png": DataFile(
        size=508_440,
        sha256="d0f249a928c0abf9ff45628cca7c61909d894b25664cf1ca7e21de94167b8f17",
        script="tools/train_panic.py",
    ),
    "panic/small_film.png": DataFile(
        size=41_624,
        sha256="0ccd5c2580ee2d732eacf0c82887ccd139e0210c070931afb35d908df57bdcb7",
        script="tools/train_panic.py",
    ),
    "panic/small_samples.png": DataFile(
        size=186_107,
        sha256="4fb90b6c2856af97a6a1133c0790bf289c81a24bb4e86e66c83a2815fdd08d9d",
        script="tools/train_panic.py",
    ),
    "panic/tensorboard.png": DataFile(
        size=68_838,
        sha256="e2a288a80510e17e3d722cd042a1a290e3b4e65b1dace07c461d1d8fba45c1dc",
        script="tools/train_panic.py",
    ),
    "panic_generator.npz": DataFile(
        size=3_480_650,
        sha256="6144ac6e23119ecc3672ffe86be1067342ee2c10e160645445bbfcdbed101904",
        script="tools/train_panic.py",
    ),
    "samples/mirza.png": DataFile(
        size=33_916,
        sha256="e4e749ea40896bc09379d5b22e7c541139564b5e8bb731f2d19c596959b393b9",
        script="tools/train_mirza.py",
    ),
    "samples/ruler_sets.png": DataFile(
        size=84_129,
        sha256="8e66b6d5a2aad1cbed77a3eeeff1ac8fdc1ea642b3127e9d959667362af0605d",
        script="tools/rulers.py",
    ),
    "samples/temkeng-mnist-500.png": DataFile(
        size=387_232,
        sha256="341fd0f89573a0e427a2da7724286457dec8ba919c055f62b0a286381b656dc3",
        script="tools/train_weights.py",
    ),
    "samples/temkeng-mnist-5000.png": DataFile(
        size=420_621,
        sha256="55f01098a7e32319ccd856827f5a9ee9f21e0a4138119911b4a95803ff61b7b1",
        script="tools/train_weights.py",
    ),
    "samples/temkeng-smile-1000.png": DataFile(
        size=16_750,
        sha256="3b3436b4ad0f615ee65f6175c5bdadd3aed7f6c5534767f2829516d03ee5c168",
        script="tools/train_weights.py",
    ),
    "samples/temkeng-smile-20000.png": DataFile(
        size=58_237,
        sha256="4bf2db1c464f3f683d9c0a9b3b46c0955575da84375593e2f69bdcc601db8e37",
        script="tools/train_weights.py",
    ),
    "samples/winkler-dcgan-2000.png": DataFile(
        size=480_814,
        sha256="4cda3ecd2e3ad017fc643c8ec7f15233e4645ad2b6c197111f217a41bf0b06e7",
        script="tools/train_weights.py",
    ),
    "samples/winkler-dcgan-300.png": DataFile(
        size=743_913,
        sha256="03773a81de7bd57bad0dc6004f0f2f415078900fb58806cb5db4793f270caa98",
        script="tools/train_weights.py",
    ),
    "samples/winkler-dcgan-3000.png": DataFile(
        size=469_884,
        sha256="c90672f11413083a8e43dbf7fb54f48c770dbff73017c5fc03677a238dccd0fc",
        script="tools/train_weights.py",
    ),
    "samples/winkler-dense-2000.png": DataFile(
        size=596_320,
        sha256="36b63afb8ca2b2a11c41c6de02c001e0a3e1ce2621d7c65a11206146e5aa264b",
        script="tools/train_weights.py",
    ),
    "samples/winkler-dense-3000.png": DataFile(
        size=485_479,
        sha256="8dc17a0146a5d5b7ddc0da52b343cd231af9581462a83481888784d008e3c41a",
        script="tools/train_weights.py",
    ),
    "smiles.npz": DataFile(
        size=56_794,
        sha256="79638527b445aff9ae8019368d49848394c39f4df9e2ea6dd22d693be5f9388e",
        script="tools/data/build_smiles.py",
    ),
    "temkeng_dcgan.npz": DataFile(
        size=1_315_753,
        sha256="a8bbda99bc281109755b8841c3110294d8bcef262db6f49bb64c037469cf661c",
        script="tools/train_weights.py",
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

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_mnist()
        >>> x_train.shape, x_test.shape, y_train[:5].tolist()
        ((60000, 28, 28), (10000, 28, 28), [5, 0, 4, 1, 9])
    """
    arrays = load_file("mnist.npz")
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

    Example:
        >>> (x_train, _), (x_test, _) = load_smiles(binarised=True)
        >>> x_train.shape, x_test.shape, np.unique(x_train).tolist()
        ((400, 28, 28), (17, 28, 28), [0, 255])
    """
    arrays = load_file("smiles.npz")
    x_train, x_test = arrays["x_train"], arrays["x_test"]
    if binarised:
        x_train, x_test = (np.where(images == 255, 0, 255).astype("uint8") for images in (x_train, x_test))
    return (x_train, arrays["y_train"]), (x_test, arrays["y_test"])


def cells_folder():
    """Check the embedded cells and return their folder: 42 crops of nuclei, light on dark, for `load_image_folder`.

    They are grey PNGs of 74 to 124 pixels a side, and are loaded like any folder of the user's own.

    Returns:
        pathlib.Path of a folder that holds cell_01.png to cell_42.png. data/cells.csv says where each was in its
        picture.

    Raises:
        DataError: if one of these files is missing, altered or unreadable, or if the folder holds other PNGs.

    Source:
        The picture: Coelho 2013, Mahotas (MIT). The experiment: Wallat & Kriegel, PANIC, section 4.

    Example:
        >>> sg.datasets.load_image_folder(cells_folder(), size=100).images.shape
        (42, 100, 100, 1)
    """
    folder = data_folder() / "cells"
    rows = list(csv.DictReader(io.StringIO(read_file("cells.csv", FILES["cells.csv"]).decode())))
    for row in rows:
        read_file(row["file"], DataFile(int(row["bytes"]), row["sha256"], FILES["cells.csv"].script))
    if others := sorted({f"cells/{path.name}" for path in folder.glob("*.png")} - {row["file"] for row in rows}):
        raise DataError(f"{folder} must hold only the 42 cells; remove {', '.join(others)}")
    return folder


def data_folder():
    """Return the folder of the data files: SEMINAR_GAN_DATA, or the installed package's, or the checkout's data/.

    Returns:
        pathlib.Path. It need not exist.

    Example:
        >>> data_folder().name
        'data'
    """
    if os.environ.get("SEMINAR_GAN_DATA"):
        return Path(os.path.expanduser(os.environ["SEMINAR_GAN_DATA"])).absolute()
    inside = PACKAGE / "data"
    return inside if inside.is_dir() else PACKAGE.parent / "data"


def load_file(name, start=""):
    """Read the arrays of one file of FILES. Its checksum is compared before anything in it is read.

    Args:
        name: one of FILES, an .npz.
        start: only arrays whose names start with it are read.

    Returns:
        {array name: array}.

    Raises:
        DataError: if the file is missing, altered or unreadable.
    """
    with np.load(io.BytesIO(read_file(name, FILES[name])), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files if key.startswith(start)}


def read_file(name, expected):
    """Read the bytes of one file of data/.

    Args:
        name: path below the data folder.
        expected: DataFile, what the file must be.

    Returns:
        bytes.

    Raises:
        DataError: if the file is missing, altered or unreadable.
    """
    path = data_folder() / name
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise DataError(_message(name, expected, _why_unreadable(path, error))) from error
    sha256 = hashlib.sha256(payload).hexdigest()
    if sha256 != expected.sha256:
        raise DataError(_message(name, expected, f"{len(payload):,} bytes, SHA-256 {sha256}"))
    return payload


def _why_unreadable(path, error):
    if not path.parent.is_dir():
        return f"no folder {path.parent}"
    if path.is_dir():
        return "a folder of that name"
    return error.strerror or str(error)  # "No such file or directory", "Permission denied"


def _message(name, expected, actual):
    folder = data_folder()
    if os.environ.get("SEMINAR_GAN_DATA"):
        remedy = f"unset SEMINAR_GAN_DATA to use the file that came with seminar_gan, or put a good {name} there"
    elif folder.parent == PACKAGE:
        remedy = "install seminar-gan again, with pip's option --force-reinstall"
    else:
        remedy = f"git checkout -- data/{name}   (or rebuild it: python {expected.script})"
    return (
        f"{folder / name} cannot be used.\n"
        f"  expected: {expected.size:,} bytes, SHA-256 {expected.sha256}\n"
        f"  found:    {actual}\n"
        f"  remedy:   {remedy}"
    )
