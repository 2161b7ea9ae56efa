"""What `--data` names: a data set of the package, a file of arrays, or a folder of images."""

import contextlib
import json
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np

from seminar_gan import datasets
from seminar_gan.commands import UserError
from seminar_gan.commands.train.folder import as_path, sentence

EMBEDDED = {
    "mnist": datasets.load_mnist,
    "smiles": datasets.load_smiles,
    "smiles-binarised": lambda: datasets.load_smiles(binarised=True),
}
NAMES = [("x", "y"), ("x_train", "y_train"), ("X", "y"), ("X_train", "y_train")]
NAMES += [("images", "labels"), ("train_images", "train_labels"), ("arr_0", "arr_1")]
SIZE = 64  # of a folder's images
WHITE = 255  # under its transparent ones
LINES = 6  # of a folder's report that are printed; images.csv has all
SAMPLES, VALUES = 10_000, 2**26  # drawn by default: so many images, but fewer large ones, which take time and memory
BEGINNINGS = {  # of files that are taken for arrays
    b"\x89PNG": "an image: give the folder that it is in",
    b"\xff\xd8\xff": "an image: give the folder that it is in",
    b"\x89HDF": 'an HDF5 file: read it with h5py and write np.savez("x.npz", x=images, y=labels)',
    b"MATLAB": 'a MATLAB file: read it with scipy.io.loadmat and write np.savez("x.npz", x=images, y=labels)',
    b"\x80": 'a pickle: load it where you trust it, and write np.savez("x.npz", x=images, y=labels)',
    b"\x1f\x8b": "compressed: unpack it with gunzip or tar",
    b"\x00\x00\x08": 'an IDX file: write np.savez("x.npz", x=np.fromfile(path, "uint8")[16:].reshape(-1, 28, 28))',
    b"PAR1": 'a Parquet file: decode its images and write np.savez("x.npz", x=images, y=labels)',
    b"version https://git-lfs": "a placeholder of Git LFS: get the file itself with git lfs pull",
}


@dataclass(frozen=True, eq=False)
class Data:
    """Images, and classes if the GAN is to know them.

    Args:
        name: as it was given.
        images: uint8 (n, height, width, channels).
        labels: int32 (n,), the numbers of the classes, or None.
        classes: tuple of the names of the classes, or None.
        files: pairs of a file of a folder and what was done with it; none for other data.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray | None = None
    classes: tuple | None = None
    files: tuple = ()

    def __str__(self):
        return f"{len(self.images):,} image{'s' * (len(self.images) > 1)} of {self.name}"

    def default_samples(self):
        """How many samples to draw if nobody says."""
        return min(SAMPLES, max(1, VALUES // self.images[0].size))

    def identity(self):
        """What identifies the data, whatever the file is called: a dict for images and one for labels, or None."""
        images = {"count": len(self.images), "size": " x ".join(map(str, self.images.shape[1:]))}
        images["content"] = _checksum(self.images)
        if self.labels is None:
            return {"images": images, "labels": None}
        names = json.dumps(self.classes).encode()
        labels = {"classes": len(self.classes), "content": f"{_checksum(self.labels)} {zlib.crc32(names):08x}"}
        return {"images": images, "labels": labels}


def _checksum(array):
    return f"{zlib.crc32(np.ascontiguousarray(array)):08x}"


def load(args):
    """Return the `Data` that --data names, with labels if --conditional asks for them; say what was done to it.

    Raises:
        UserError: says what came, what was wanted, and what to do.
    """
    name, path, files = args.data, as_path(args.data, "--data"), ()
    of_folder = (args.size, args.channels, args.background)
    if of_folder != (None, None, None) and (name in EMBEDDED or path.is_file()):
        raise UserError("--size, --channels and --background are for a folder of images; other images keep their own.")
    if name in EMBEDDED:
        images, labels = EMBEDDED[name]()[0]
        if path.exists():
            print(f"{name} is the embedded data set, and not the {name} in this folder: that is ./{name}.", flush=True)
    elif path.is_dir():
        images, labels, files = read_folder(path, args)
    elif path.is_file():
        images, labels = read_file(path, args.conditional)
    else:
        raise UserError(
            f"--data is one of {', '.join(EMBEDDED)}, an .npz or .npy file, or a folder of images; there is no "
            f"{path.absolute()}"
        )
    try:
        images, notes = datasets.as_images(images)
        for note in notes:
            print(f"{name}: {note}.", flush=True)
        if not args.conditional:
            return Data(name, images, files=files)
        return Data(name, images, *classes(labels, len(images), name), files)
    except (TypeError, ValueError) as error:
        raise UserError(sentence(f"{name}: {error}")) from error


def classes(labels, count, name):
    """Return the numbers and the names of the classes; say how many there are.

    Raises:
        ValueError: if there are no labels, or not one for each image.
    """
    if labels is None:
        raise ValueError(
            "--conditional needs a label for each image: y beside x in an .npz file, np.savez(path, x=images, "
            "y=labels), or a subfolder for each class in a folder"
        )
    labels = np.asarray(labels)
    numbers, names = datasets.number_classes(labels)
    if len(numbers) != count:
        raise ValueError(f"there are {len(numbers):,} labels for {count:,} images; each image needs one")
    some = ", ".join(map(str, names if len(names) <= 10 else [*names[:5], "...", names[-1]]))
    form = f", from y of {labels.dtype} {labels.shape}" if labels.ndim > 1 or labels.dtype.kind == "f" else ""
    print(f"{name}: {len(names):,} classes{form}: {some}", flush=True)
    if len(names) == 1:
        print("All images are of one class: --conditional has nothing to tell apart.", flush=True)
    elif len(names) == count:
        print("Each image is a class of its own: are these labels names of files rather than classes?", flush=True)
    return numbers, names


def read_folder(path, args):
    """Return the images of a folder, the names of their subfolders as labels, and what was done with each file; say it.

    Raises:
        UserError: if there are none, or if an image is in no subfolder and labels are asked for.
    """
    size, background = (SIZE if args.size is None else args.size), args.background
    background = WHITE if background is None else background
    try:
        folder = datasets.load_image_folder(
            path, size, channels=args.channels or 3, scale="common", background=background
        )
    except ValueError as error:
        raise UserError(sentence(error)) from error
    images = folder.images
    if args.channels is None and np.array_equal(images, np.broadcast_to(images[..., :1], images.shape)):
        images = images[..., :1]
    kind = "grey" if images.shape[-1] == 1 else "in colour"
    print(f"{path}: {len(images):,} images, {kind}, brought to {size} x {size} pixels", flush=True)
    rows = folder.rows()[1:]
    for what, count, which in rows[:LINES]:
        print(f"  {what}: {count} ({which})", flush=True)
    if len(rows) > LINES:
        print(f"  and {len(rows) - LINES} lines more; images.csv in {args.to} will name every file", flush=True)
    if not args.conditional:
        return images, None, report(folder)
    labels = [name.rpartition("/")[0] for name in folder.names]
    if not all(labels):
        raise UserError(
            f"{path}: --conditional needs a subfolder for each class; {labels.count(''):,} images are in none, such as "
            f"{folder.names[labels.index('')]}."
        )
    return images, labels, report(folder)


def report(folder):
    """Return pairs of a file and what was done with it, of an `ImageFolder`."""
    done = {name: ["used"] for name in folder.names}
    for index, (name, first) in enumerate(zip(folder.names, folder.groups, strict=True)):
        if index != first:
            done[name].append(f"copy of {folder.names[first]}")
    for name, note in folder.notes:
        done[name].append(note)
    used = [(name, "; ".join(notes)) for name, notes in done.items()]
    return (*used, *((name, f"skipped: {reason}") for name, reason in folder.skipped))


def read_file(path, conditional):
    """Return images from an .npz or .npy file, and its labels if they are asked for and there are any, or None.

    Raises:
        UserError: if there are none.
    """
    with _readable(path), open(path, "rb") as opened:
        start = opened.read(30)
        opened.seek(0)
        if not start.startswith((b"\x93NUMPY", b"PK")):
            found = next((what for sign, what in BEGINNINGS.items() if start.startswith(sign)), None)
            if start and start.isascii() and not set(start) & {*range(9), *range(14, 32)}:
                found = found or 'a text: read the numbers, np.loadtxt, and write np.savez("x.npz", x=images, y=labels)'
            raise ValueError(found or ("it is something else" if start else "it is empty"))
        loaded = np.load(opened, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded, None
        for x, y in NAMES:
            if x in loaded.files:
                labelled = conditional and y in loaded.files
                if x not in ("x", "x_train"):
                    print(f"{path}: images are {x}{f', labels {y}' if labelled else ''}.", flush=True)
                return loaded[x], loaded[y] if labelled else None
        if loaded.files and not any(name.endswith(".npy") for name in loaded.zip.namelist()):
            raise ValueError(
                f"an archive of other files ({loaded.files[0]}): unpack images and give their folder; of arrays "
                'write np.savez("x.npz", x=images, y=labels)'
            )
        if len(loaded.files) == 1 and (images := loaded[loaded.files[0]]).ndim > 2:
            print(f"{path}: images are {loaded.files[0]}.", flush=True)
            return images, None
        held = ", ".join(loaded.files[:8]) or "nothing"
    raise UserError(f"{path} must hold the images as x, or as x_train as Keras has it; it holds {held}.")


@contextlib.contextmanager
def _readable(path):
    """Turn what NumPy and zipfile raise for a file that is no good into one sentence."""
    try:
        yield
    except MemoryError as error:
        raise UserError(f"{path} does not fit into memory: take a part of it, x[:10_000].") from error
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        text = str(getattr(error, "strerror", None) or error)
        if "allow_pickle" in text:
            text = 'it holds Python objects: write plain arrays, x=np.stack(list(x)), y=y.astype("str")'
        raise UserError(sentence(f"{path} cannot be read as an .npz or .npy file: {text}")) from error
