"""One file of a user's own: its first image, upright, in 8 bits, and what was done to it.

A large image is worked on in blocks of rows, so that it needs little more memory than its own pixels.
"""

import re
import warnings
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from seminar_gan.ranges import unit_to_uint8

__all__ = ["Read", "read", "size", "why"]

FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")  # recognised by content, not by suffix
ARCHIVES = {".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip"}
BLOCK = 2**20  # pixels that are worked on at once
LARGE_JPEG = 2**24  # pixels; of larger JPEGs only every second, fourth or eighth row and column is computed, as long as
LARGE_SIDE = 2_048  # the sides keep so many pixels: four times the largest canvas
ICON = 2**20  # pixels; so small images are compared as others may have flattened them
FEW = 4, 1e-4, 1 / 64  # hot or dead pixels: at least so many, or this share; but at most this share of a tiny image


def __dir__():
    return __all__


class _Unusable(Exception):
    """A file that cannot be used; the message is the reason."""


class Read(NamedTuple):
    """A file's first image.

    Args:
        image: 8-bit PIL.Image.Image of mode "L" or "RGB", upright.
        size: (width, height) in the file, upright; `image` is smaller if it is a large JPEG.
        done: list of what was done to it.
        others: of a small transparent image, as other programs may have saved it without transparency: "RGB" images, on
            black, on white and with the colours that nobody saw.
    """

    image: Image.Image
    size: tuple
    done: list
    others: tuple = ()


def read(path, channels, background):
    """Return a file's first image as a `Read`.

    Args:
        path: pathlib.Path of the file.
        channels: 1 for grey, 3 for RGB; a grey file stays grey, since its three channels would be the same.
        background: grey level, 0 to 255, that a transparent image is laid on.

    Raises:
        Exception: of a dozen kinds, for a file that cannot be used; `why` says it in words.
    """
    _check_file(path)
    others = ()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # A stream, not the path: given a path, Pillow maps some TIFFs into memory and scrambles those it has to turn.
        with path.open("rb") as stream, Image.open(stream, formats=FORMATS) as image:
            white_is_zero, deep_colour = _levels(image)
            before, done = _load(image)
            image, scaled = _eight_bits(image, white_is_zero, deep_colour)
    done += scaled
    if image.has_transparency_data:
        shown, opaque = _laid_on(image, background)
        if not opaque:
            done.append(f"transparent: laid on grey level {background}")
            if image.width * image.height <= ICON:
                others = _laid_on(image, 0)[0], _laid_on(image, 255)[0], image.convert("RGBA").convert("RGB")
        image = shown
    if image.mode == "CMYK":
        done.append("CMYK: converted without its colour profile")
    if image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")  # before grey, too: Pillow converts LAB to nothing else
    if image.mode == "1" or (channels == 1 and image.mode == "RGB"):
        image = image.convert("L")
    return Read(image, before, done + [f"Pillow: {warning.message}" for warning in caught], others)


def size(path):
    """Return (height, width), upright, as a file says without being decoded; None if it cannot be said."""
    try:
        _check_file(path)
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=FORMATS) as image:
            return _upright(image)[::-1]
    except Exception:
        return None


def _turn(image):
    return image.getexif().get(ExifTags.Base.Orientation, 1)


def _upright(image):
    """The width and height of an image that is not loaded yet, once it is turned; Pillow says so itself of a TIFF."""
    return image.size[::-1] if _turn(image) in range(5, 9) and image.format != "TIFF" else image.size


def _check_file(path):
    if path.is_dir():
        raise _Unusable("link to a folder, not followed" if path.is_symlink() else "folder that cannot be opened")
    if not path.is_file():
        raise _Unusable("broken link" if path.is_symlink() else "not an ordinary file")
    if not path.stat().st_size:
        raise _Unusable("empty file")
    if path.suffix.lower() in ARCHIVES:
        raise _Unusable("an archive; unpack it")


def _levels(image):
    """What Pillow no longer says of an image that it has loaded: whether 0 is white, whether colours have 16 bits."""
    white_is_zero = getattr(image, "tag_v2", {}).get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    return white_is_zero, bool(re.search(r";16[BLN]", str(image.tile[:1])))


def _load(image):
    """Load the first page of an open file, upright; return its size before and the list of what was done to it."""
    done = []
    if (pages := getattr(image, "n_frames", 1)) > 1:
        done.append(f"first of {pages} pages")
    before = _upright(image)
    if image.format in ("JPEG", "MPO") and image.width * image.height > LARGE_JPEG:
        share = LARGE_SIDE / max(before)
        image.draft(None, [max(1, round(share * side)) for side in image.size])
    if _turn(image) in range(2, 9):
        done.append("turned as its EXIF says")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    return before, done


def _eight_bits(image, white_is_zero, deep_colour):
    """Return a loaded image in a mode of 8 bits, and the list of what was done to it."""
    if image.mode[0] in "IF":  # I;16, I;16B, I and F, which Pillow's own conversion clips at 255
        scaled, odd = _scaled_grey(image, white_is_zero)
        done = ["more than 8 bits: scaled by its own range"]
    elif deep_colour:
        scaled, odd = _scaled_colour(image)
        done = ["16-bit colour: upper 8 bits, scaled by their own range"]
    else:
        return image, []
    return scaled, [*done, "a few pixels far outside the range of all others: clipped"] if odd else done


def _blocks(image):
    """Yield the first row and the rows themselves of an image, block by block."""
    rows = max(1, BLOCK // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _laid_on(image, background):
    """Return a transparent image, laid on a grey level, as "RGB", and whether it is opaque everywhere."""
    result, least = Image.new("RGB", image.size), 255
    for top, block in _blocks(image):
        block = block.convert("RGBA")
        least = min(least, block.getchannel("A").getextrema()[0])
        canvas = Image.new("RGBA", block.size, (background, background, background, 255))
        result.paste(Image.alpha_composite(canvas, block).convert("RGB"), (0, top))
    return result, least == 255


def _scaled_grey(image, white_is_zero):
    """Return an image of many levels as "L", and whether pixels were clipped."""

    def blocks():
        for top, block in _blocks(image):
            values = np.asarray(block, dtype="float32")
            yield top, (-values if white_is_zero else values)

    few = _few(image.width * image.height)
    lowest = highest = np.empty(0, "float32")
    for _, values in blocks():
        if not np.isfinite(values).all():
            raise _Unusable("contains NaN or infinity")
        lowest = np.sort(np.concatenate([lowest, _smallest(values.ravel(), few + 1)]))[: few + 1]
        highest = np.sort(np.concatenate([highest, -_smallest(-values.ravel(), few + 1)]))[-few - 1 :]
    low, high, odd = _usual_range(lowest, highest)
    result = Image.new("L", image.size)
    for top, values in blocks():
        scaled = (np.clip(values, low, high) - low) / (high - low or 1)
        result.paste(Image.fromarray(unit_to_uint8(scaled)), (0, top))
    return result, odd


def _scaled_colour(image):
    """Return an image of 16-bit colours, of which Pillow has the upper 8 bits, and whether pixels were clipped."""
    bands = image.getbands()
    colours = [number for number, band in enumerate(bands) if band != "A"]
    counts = np.sum(np.reshape(image.histogram(), (len(bands), 256))[colours], axis=0)
    few = _few(counts.sum())
    levels = np.repeat(np.arange(256), np.minimum(counts, few + 1))
    low, high, odd = _usual_range(levels[: few + 1], levels[-few - 1 :])
    scaled = unit_to_uint8(np.clip((np.arange(256) - low) / (high - low or 1), 0, 1)).tolist()
    return image.point([level for band in bands for level in (range(256) if band == "A" else scaled)]), odd


def _few(count):
    """How many of `count` values may be those of hot or dead pixels."""
    least, share, most = FEW
    return int(min(max(least, share * count), most * count))


def _smallest(values, count):
    return np.partition(values, count)[:count] if count < len(values) else values


def _usual_range(lowest, highest):
    """Return the lowest and the highest value, without hot and dead pixels, and whether there are any.

    These are the few values that lie further beyond all others than the whole range of the others. Where the others
    are all the same, nothing is left out: the few are then all there is to see.

    Args:
        lowest: sorted, the smallest values: as many as may be left out, and one that may not.
        highest: the largest values likewise.
    """
    first, last = float(lowest[-1]), float(highest[0])
    if first >= last:
        return lowest[0], highest[-1], False
    low = lowest[lowest >= 2 * first - last][0]
    high = highest[highest <= 2 * last - first][-1]
    return low, high, bool(low > lowest[0] or high < highest[-1])


def why(error):
    """Return the reason, in words, why a file could not be used."""
    if isinstance(error, _Unusable):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "not an image, or of a format that is not supported"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"over {Image.MAX_IMAGE_PIXELS:,} pixels, Pillow's limit against decompression bombs; shrink it first"
    return f"cannot be read: {getattr(error, 'strerror', None) or str(error) or type(error).__name__}"
