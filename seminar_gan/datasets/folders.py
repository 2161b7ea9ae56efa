"""A user's own images: from a folder of mixed sizes and formats to one uint8 array and a report of what was done."""

import os
import unicodedata
from dataclasses import dataclass, field
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from PIL import Image

from seminar_gan.datasets import copies, image_files, own_results

__all__ = ["ImageFolder", "load_image_folder"]

SIZES = (16, 512)  # smallest and largest
LEFT_OUT = {"__macosx", "thumbs.db", "desktop.ini"}  # besides names that begin with a dot
# Antialiased, with positive weights only: each new pixel is a mean of old ones, so no edge gets a halo to be learnt.
FILTER = Image.Resampling.BILINEAR
PATTERN = 12  # grey levels between neighbours along an image's edge, on average: more than an object that is cut by it
UNEVEN = 32  # grey levels between the quartiles of the edge, where no two neighbours differ as much: a lamp's light
STRIP = 6  # such a ground goes on as a mirrored strip of the image's edge, as wide as its side divided by this
RESULT = "result of an earlier run, not taken for an image"


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
        """Return [what, files, which] for `export.table`: up to three names for each note and for results of earlier
        runs, and every file that was skipped for another reason.
        """
        groups = {}
        for name, note in self.notes:
            groups.setdefault(note, []).append(name)
        notes = [[note, len(names), _first_three(names)] for note, names in sorted(groups.items())]
        skipped = [[f"skipped: {reason}", 1, name] for name, reason in self.skipped if reason != RESULT]
        copies = [f"{self.names[i]} = {self.names[first]}" for i, first in enumerate(self.groups) if i != first]
        copied = [["copies of another image, hold_out keeps them together", len(copies), _first_three(copies)]]
        own = [name for name, reason in self.skipped if reason == RESULT]
        left_out = [[f"left out: {RESULT}", len(own), _first_three(own)]]
        return [
            ["images", len(self.names), ""], *(copied if copies else []), *notes, *(left_out if own else []), *skipped
        ]  # fmt: skip


def _first_three(names):
    return ", ".join([*names[:3], "..."] if len(names) > 3 else names)


def load_image_folder(
    path, size=100, fit="pad", channels=1, *, scale=1, background=255, padding="border", strict=False
):
    """Load all images of a folder and its subfolders as squares of one size.

    The function reads BMP, GIF, JPEG, JPEG 2000, PNG, PPM, TIFF and WebP, whatever their suffix, and the first page or
    frame of several. Images are turned as their EXIF orientation says. Images of more than 8 bits per value (16-bit,
    floats) are scaled from their own minimum and maximum to 0 and 255, so brightness is no longer comparable between
    such images; a few hot or dead pixels (4, or 0.01 % of a large image), further beyond all others than the range of
    these, are clipped. Pillow reads only the upper 8 bits of 16-bit colour. CMYK is converted without its colour
    profile. Colour becomes grey as 0.299 r + 0.587 g + 0.114 b. JPEGs of more than 16 million pixels are decoded at a
    half, a quarter or an eighth of their size, at least 2,048 pixels. The order is that of the names in Unicode,
    composed (NFC), the same on every file system. Hidden files (.DS_Store), __MACOSX, Thumbs.db and desktop.ini are
    ignored. What this package left there is named as skipped: a folder with its run.json, figures and tables with their
    JSON, films with their frames.

    Args:
        path: the folder; a number stands for the folder of that name. Links to files are followed, links to folders are
            not.
        size: height and width of the result in pixels, 16 to 512; `models.panic` builds networks for 16 to 128.
        fit: "pad" keeps the proportions: the image is centred, shrunk if it is larger than `size`, never enlarged.
            "stretch" scales both sides to `size`, which distorts images that are not square.
        channels: 1 for grey, 3 for RGB.
        scale: above 0, at most 1. With "pad", all images are shrunk by this factor first. Take `size` divided by the
            longest side of all images to keep large objects larger than small ones; with 1, every image larger than
            `size` fills the canvas. "common" chooses between these two: `common_scale`.
        background: grey level, 0 to 255, that transparent images are laid on; 255 is white.
        padding: grey level, 0 to 255, around a centred image, or "border": the median colour of the image's own edge;
            where that edge is patterned, or unevenly lit, a strip of it, a sixth of the image wide, mirrored again and
            again. So the ground goes on without a seam, which one colour would make; the last row alone would become
            stripes, and the whole image, mirrored, would show what is in its middle several times. Objects that the
            edge cuts make no pattern: around them there is one colour.
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
    if scale == "common":
        return _with_common_scale(folder, size, fit, channels, background, padding, strict)
    images, names, sizes, looks, others, notes, skipped = [], [], [], [], [], [], []
    mode = "L" if channels == 1 else "RGB"
    for name, file in _files(folder):
        if own_results.is_result(file):
            skipped.append((name, RESULT))
            continue
        try:
            image, before, done, flattened = image_files.read(file, channels, background)
            square = _fitted(image, before, size, fit, channels, scale, padding)
        except Exception as error:  # broken files make Pillow raise a dozen kinds
            if strict:
                raise ValueError(
                    f"{name}: {image_files.why(error)}. Repair or remove it, or skip it: strict=False"
                ) from error
            skipped.append((name, image_files.why(error)))
            continue
        if fit == "pad" and max(before) < size:
            done.append(f"smaller than {size} pixels: centred, not enlarged")
        if fit == "pad" and size / max(before) < scale:
            done.append(f"larger than {size} pixels: shrunk to fit")
        others += [(copies.look(other.convert(mode), mode), len(images)) for other in flattened]
        images.append(square)
        names.append(name)
        sizes.append(before[::-1])
        looks.append(copies.look(image, mode))
        notes += [(name, note) for note in done]
    if not images:
        raise ValueError(_nothing_read(folder, skipped))
    opaque = len({index for _, index in others}) < len(images)  # one of which may be a copy without transparency
    groups = copies.group(looks, others if opaque else ())
    return ImageFolder(np.stack(images), tuple(names), np.array(sizes), tuple(notes), tuple(skipped), groups)


def common_scale(sizes, size):
    """Return the factor by which images are shrunk to go onto squares: one for all, if they are alike in size.

    If the longest side of the largest image is at most twice that of the smallest, all are shrunk by one factor, so
    that large things stay larger. Otherwise the factor is 1, and every image that is too large is shrunk by its own.

    Args:
        sizes: integers (n, 2), height and width of the images.
        size: of the squares, in pixels.

    Example:
        >>> common_scale([[100, 80], [60, 90]], 50), common_scale([[100, 80], [30, 20]], 50)
        (0.5, 1)
    """
    sides = np.max(sizes, axis=1)
    return min(1, float(size / sides.max())) if sides.max() <= 2 * sides.min() else 1


def _with_common_scale(folder, size, fit, channels, background, padding, strict):
    """Load a folder with its common scale, which is guessed from what files say of their size."""
    options = {"background": background, "padding": padding, "strict": strict}
    images = [file for _, file in _files(folder) if not own_results.is_result(file)]
    sizes = [found for file in images if (found := image_files.size(file))]
    guess = common_scale(sizes, size) if sizes else 1
    loaded = load_image_folder(folder, size, fit, channels, scale=guess, **options)
    scale = common_scale(loaded.sizes, size)  # without what cannot be read
    return loaded if scale == guess else load_image_folder(folder, size, fit, channels, scale=scale, **options)


def _check_arguments(size, fit, channels, scale, background, padding):
    def whole(value, low, high):
        return isinstance(value, Integral) and low <= value <= high

    if not whole(size, *SIZES):
        raise ValueError(f"size must be a whole number of pixels from {SIZES[0]} to {SIZES[1]}; got {size!r}")
    if fit not in ("pad", "stretch"):
        raise ValueError(f'fit must be "pad" or "stretch"; got {fit!r}')
    if channels not in (1, 3):
        raise ValueError(f"channels must be 1 (grey) or 3 (colour); got {channels!r}")
    if scale != "common" and (isinstance(scale, bool) or not isinstance(scale, Real) or not 0 < scale <= 1):
        raise ValueError(f'scale must be a number above 0 and at most 1, or "common"; got {scale!r}')
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
    """Yield every file below a folder, and each folder that cannot be opened, or that is of a run."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        yield folder
        return
    if own_results.is_run(folder):
        yield folder
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in LEFT_OUT:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry))
        else:
            yield Path(entry)


def _fitted(image, before, size, fit, channels, scale, padding):
    """Return an "L" or "RGB" image, of the size `before` in its file, as uint8 (size, size, channels)."""
    scale = min(scale, size / max(before))
    width, height = (size, size) if fit == "stretch" else (max(1, round(side * scale)) for side in before)
    pixels = np.asarray(image.resize((width, height), FILTER)).reshape(height, width, -1)
    pixels = np.repeat(pixels, channels // pixels.shape[-1], axis=-1)
    border = np.concatenate([pixels[0], pixels[:, -1], pixels[-1, ::-1], pixels[::-1, 0]])  # once round
    if padding == "border" and _is_patterned(border.astype("float32")):
        return pixels[_mirrored(height, size)[:, None], _mirrored(width, size)]
    square = np.empty((size, size, channels), "uint8")
    square[:] = np.rint(np.median(border, axis=0)) if padding == "border" else padding
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


def _is_patterned(border):
    """Whether pixels (n, channels), once round an image, are a pattern, or the light of a lamp, rather than one colour
    with or without objects: these make large steps, but few.
    """
    steps = np.abs(np.diff(border, axis=0)).max(axis=1)
    spread = np.max(np.subtract(*np.percentile(border, [75, 25], axis=0)))
    return steps.mean() > PATTERN or spread > UNEVEN > steps.max()


def _mirrored(side, size):
    """Which row of `side` rows goes where on a canvas of `size`: beyond either end, a strip goes to and fro."""
    strip = max(1, side // STRIP)
    rows = np.arange(size) - (size - side) // 2
    beyond = np.maximum(-1 - rows, rows - side)
    depth = strip - 0.5 - np.abs(beyond % (2 * strip) - strip + 0.5)  # 0, 1, ..., strip - 1, strip - 1, ..., 1, 0
    return np.where(beyond < 0, rows, np.where(rows < 0, depth, side - 1 - depth)).astype(int)


def _nothing_read(folder, skipped):
    if not skipped:
        return f"{folder.absolute()} and its subfolders hold no files; put images there, or give another folder"
    first = "".join(f"\n  {name}: {reason}" for name, reason in skipped[:5])
    more = f"\n  and {len(skipped) - 5} more" if len(skipped) > 5 else ""
    return f"none of the {len(skipped)} files in {folder.absolute()} can be read as an image:{first}{more}"
