"""A user's own images: from a folder of mixed sizes and formats to one uint8 array and a report of what was done."""

import os
import unicodedata
from dataclasses import dataclass, field
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from PIL import Image

from seminar_gan.datasets import copies, image_files

__all__ = ["ImageFolder", "load_image_folder"]

SIZES = (16, 512)  # smallest and largest
LEFT_OUT = {"__macosx", "thumbs.db", "desktop.ini"}  # besides names that begin with a dot
# Antialiased, with positive weights only: each new pixel is a mean of old ones, so no edge gets a halo to be learnt.
FILTER = Image.Resampling.BILINEAR


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """The images of a folder, what was done to them, and the files that were skipped.

    Args:
        images: uint8 (n, size, size, channels), 0 to 255.
        names: n paths below the folder, with forward slashes, sorted.
        sizes: integers (n, 2), height and width before the fit.
        notes: pairs of a name and what was done to that image.
        skipped: pairs of a name and the reason.
        groups: int64 (n,), for each image the index of the first one that it is a copy of, or its own: see
            `find_copies` and `hold_out`.

    Example:
        >>> images, sizes = np.zeros((1, 16, 16, 1), "uint8"), np.array([[16, 16]])
        >>> ImageFolder(images, ("a.png",), sizes, (), (("b.txt", "empty file"),), np.array([0])).rows()
        [['images', 1, ''], ['skipped: empty file', 1, 'b.txt']]
    """

    images: np.ndarray = field(repr=False)
    names: tuple
    sizes: np.ndarray = field(repr=False)
    notes: tuple
    skipped: tuple
    groups: np.ndarray = field(repr=False)

    columns = ("what", "files", "which")

    def rows(self):
        """Return [what, files, which] for `export.table`: up to three names for each note, and every skipped file."""
        groups = {}
        for name, note in self.notes:
            groups.setdefault(note, []).append(name)
        notes = [[note, len(names), _first_three(names)] for note, names in sorted(groups.items())]
        skipped = [[f"skipped: {reason}", 1, name] for name, reason in self.skipped]
        copies = [f"{self.names[i]} = {self.names[first]}" for i, first in enumerate(self.groups) if i != first]
        copied = [["copies of another image, hold_out keeps them together", len(copies), _first_three(copies)]]
        return [["images", len(self.names), ""], *(copied if copies else []), *notes, *skipped]


def _first_three(names):
    return ", ".join([*names[:3], "..."] if len(names) > 3 else names)


def load_image_folder(
    path, size=100, fit="pad", channels=1, *, scale=1, background=255, padding="border", strict=False
):
    """Load all images of a folder and its subfolders as squares of one size.

    The function reads BMP, GIF, JPEG, JPEG 2000, PNG, PPM, TIFF and WebP, whatever their suffix, and the first page or
    frame of several. Images are turned as their EXIF orientation says. Images of more than 8 bits per value (16-bit,
    floats) are scaled from their own minimum and maximum to 0 and 255, so brightness is no longer comparable between
    such images; Pillow reads only the upper 8 bits of 16-bit colour. CMYK is converted without its colour profile.
    Colour becomes grey as 0.299 r + 0.587 g + 0.114 b. The order is that of the names in Unicode, composed (NFC), the
    same on every file system. Hidden files (.DS_Store), __MACOSX, Thumbs.db and desktop.ini are ignored.

    Args:
        path: the folder; a number stands for the folder of that name. Links to files are followed, links to folders are
            not.
        size: height and width of the result in pixels, 16 to 512; `models.panic` builds networks for 16 to 128.
        fit: "pad" keeps the proportions: the image is centred, shrunk if it is larger than `size`, never enlarged.
            "stretch" scales both sides to `size`, which distorts images that are not square.
        channels: 1 for grey, 3 for RGB.
        scale: above 0, at most 1. With "pad", all images are shrunk by this factor first. Take `size` divided by the
            longest side of all images to keep large objects larger than small ones; with 1, every image larger than
            `size` fills the canvas.
        background: grey level, 0 to 255, that transparent images are laid on; 255 is white.
        padding: grey level, 0 to 255, around a centred image, or "border", the median colour of the image's own edge.
        strict: if true, the first file that cannot be read is an error; otherwise it is skipped, with the reason.

    Returns:
        ImageFolder.

    Raises:
        FileNotFoundError, NotADirectoryError: if `path` is not a folder.
        TypeError: if it is no path.
        ValueError: for other arguments than these, if no file can be read, or, if strict, if any file cannot.

    Source:
        Wallat & Kriegel, PANIC: 42 cells, centred on 100 x 100 because stretching distorts their shape.

    Example:
        >>> Image.new("L", (40, 20), color=7).save(folder / "grey.png")
        >>> loaded = load_image_folder(folder, size=16)
        >>> loaded.names, loaded.images.shape, loaded.sizes.tolist()
        (('grey.png',), (1, 16, 16, 1), [[20, 40]])
    """
    _check_arguments(size, fit, channels, scale, background, padding)
    folder = _folder(path)
    images, names, sizes, looks, notes, skipped = [], [], [], [], [], []
    for name, file in _files(folder):
        try:
            image, done = image_files.read(file, channels, background)
            square = _fitted(image, size, fit, scale, padding)
        except Exception as error:  # broken files make Pillow raise a dozen kinds
            if strict:
                raise ValueError(
                    f"{name}: {image_files.why(error)}. Repair or remove it, or skip it: strict=False"
                ) from error
            skipped.append((name, image_files.why(error)))
            continue
        if fit == "pad" and max(image.size) < size:
            done.append(f"smaller than {size} pixels: centred, not enlarged")
        if fit == "pad" and size / max(image.size) < scale:
            done.append(f"larger than {size} pixels: shrunk to fit")
        images.append(square)
        names.append(name)
        sizes.append((image.height, image.width))
        looks.append(copies.look(image))
        notes += [(name, note) for note in done]
    if not images:
        raise ValueError(_nothing_read(folder, skipped))
    groups = copies.group(looks)
    return ImageFolder(np.stack(images), tuple(names), np.array(sizes), tuple(notes), tuple(skipped), groups)


def _check_arguments(size, fit, channels, scale, background, padding):
    def whole(value, low, high):
        return isinstance(value, Integral) and low <= value <= high

    if not whole(size, *SIZES):
        raise ValueError(f"size must be a whole number of pixels from {SIZES[0]} to {SIZES[1]}; got {size!r}")
    if fit not in ("pad", "stretch"):
        raise ValueError(f'fit must be "pad" or "stretch"; got {fit!r}')
    if channels not in (1, 3):
        raise ValueError(f"channels must be 1 (grey) or 3 (colour); got {channels!r}")
    if isinstance(scale, bool) or not isinstance(scale, Real) or not 0 < scale <= 1:
        raise ValueError(f"scale must be a number above 0 and at most 1; got {scale!r}")
    if not whole(background, 0, 255):
        raise ValueError(f"background must be a grey level, 0 to 255; got {background!r}")
    if padding != "border" and not whole(padding, 0, 255):
        raise ValueError(f'padding must be "border" or a grey level, 0 to 255; got {padding!r}')


def _folder(path):
    if isinstance(path, Real) and not isinstance(path, bool):  # what papermill makes of a folder named 2024
        path = str(path)
    if not isinstance(path, str | bytes | os.PathLike) or not path:
        raise TypeError(f'a folder is needed, as text or a path ("." is the present one); got {path!r}')
    folder = Path(os.fsdecode(path))
    try:
        if not folder.exists():
            folder = folder.expanduser()
        if folder.is_dir():
            return folder
        is_file = folder.exists()
    except (OSError, RuntimeError):  # a name that is too long, a ~ of nobody
        is_file = False
    if is_file:
        wanted = "unpack it, and give" if folder.suffix.lower() in image_files.ARCHIVES else "give"
        raise NotADirectoryError(f"{folder.absolute()} is a file; {wanted} the folder that holds the images")
    raise FileNotFoundError(f"the folder {folder.absolute()} does not exist; a relative path starts at {Path.cwd()}")


def _files(folder):
    """Return (name, path) of all files below a folder, sorted by name, in the same order on every file system."""
    files = []
    for path in _walk(folder):
        name = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
        files.append((name.encode("utf-8", "backslashreplace").decode(), path))  # undecodable bytes as \udc..
    return sorted(files, key=lambda pair: (pair[0], str(pair[1])))


def _walk(folder):
    """Yield every file below a folder, and each folder that cannot be opened."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in LEFT_OUT:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry))
        else:
            yield Path(entry)


def _fitted(image, size, fit, scale, padding):
    """Return an "L" or "RGB" image as uint8 (size, size, 1 or 3)."""
    scale = min(scale, size / max(image.size))
    width, height = (size, size) if fit == "stretch" else (max(1, round(side * scale)) for side in image.size)
    pixels = np.asarray(image.resize((width, height), FILTER)).reshape(height, width, -1)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    square = np.empty((size, size, pixels.shape[-1]), "uint8")
    square[:] = np.rint(np.median(border, axis=0)) if padding == "border" else padding
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


def _nothing_read(folder, skipped):
    if not skipped:
        return f"{folder.absolute()} and its subfolders hold no files; put images there, or give another folder"
    first = "".join(f"\n  {name}: {reason}" for name, reason in skipped[:5])
    more = f"\n  and {len(skipped) - 5} more" if len(skipped) > 5 else ""
    return f"none of the {len(skipped)} files in {folder.absolute()} can be read as an image:{first}{more}"
