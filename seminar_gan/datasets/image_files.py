"""One file of a user's own: its first image, upright, in 8 bits, and what was done to it."""

import re
import warnings

import numpy as np
from PIL import ExifTags, Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from seminar_gan.ranges import unit_to_uint8

__all__ = ["read", "why"]

FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")  # recognised by content, not by suffix
ARCHIVES = {".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip"}


def __dir__():
    return __all__


class _Unusable(Exception):
    """A file that cannot be used; the message is the reason."""


def read(path, channels, background):
    """Return a file's first image.

    Args:
        path: pathlib.Path of the file.
        channels: 1 for grey, 3 for RGB.
        background: grey level, 0 to 255, that a transparent image is laid on.

    Returns:
        8-bit PIL.Image.Image of mode "L" or "RGB", and the list of what was done to it.

    Raises:
        Exception: of a dozen kinds, for a file that cannot be used; `why` says it in words.
    """
    _check_file(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # A stream, not the path: given a path, Pillow maps some TIFFs into memory and scrambles those it has to turn.
        with path.open("rb") as stream, Image.open(stream, formats=FORMATS) as opened:
            image, done = _eight_bits(opened)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema()[0] < 255:
            done.append(f"transparent: laid on grey level {background}")
        canvas = Image.new("RGBA", image.size, (background, background, background, 255))
        image = Image.alpha_composite(canvas, image)
    if image.mode == "CMYK":
        done.append("CMYK: converted without its colour profile")
    if image.mode not in ("1", "L"):
        image = image.convert("RGB")  # before grey, too: Pillow converts LAB to nothing else
    return image.convert("L" if channels == 1 else "RGB"), done + [f"Pillow: {warning.message}" for warning in caught]


def _check_file(path):
    if path.is_dir():
        raise _Unusable("link to a folder, not followed" if path.is_symlink() else "folder that cannot be opened")
    if not path.is_file():
        raise _Unusable("broken link" if path.is_symlink() else "not an ordinary file")
    if not path.stat().st_size:
        raise _Unusable("empty file")
    if path.suffix.lower() in ARCHIVES:
        raise _Unusable("an archive; unpack it")


def _eight_bits(opened):
    """Return the first page of an open file, upright, in a mode of 8 bits, and the list of what was done to it."""
    done = []
    if (pages := getattr(opened, "n_frames", 1)) > 1:
        done.append(f"first of {pages} pages")
    white_is_zero = getattr(opened, "tag_v2", {}).get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    deep_colour = re.search(r";16[BLN]", str(opened.tile[:1]))  # Pillow's name for what is in the file, still unread
    if opened.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9):
        done.append("turned as its EXIF says")
    image = ImageOps.exif_transpose(opened)
    if image.mode[0] in "IF":  # I;16, I;16B, I and F, which Pillow's own conversion clips at 255
        done.append("more than 8 bits: scaled by its own range")
        image = _scaled_grey(image, white_is_zero=white_is_zero)
    elif deep_colour:
        done.append("16-bit colour: upper 8 bits, scaled by their own range")
        image = _scaled_colour(image)
    return image, done


def _scaled_grey(image, white_is_zero):
    values = np.asarray(image, dtype="float32") * (-1 if white_is_zero else 1)
    low, high = values.min(), values.max()
    if not np.isfinite(low) or not np.isfinite(high):
        raise _Unusable("contains NaN or infinity")
    return Image.fromarray(unit_to_uint8((values - low) / (high - low or 1)))


def _scaled_colour(image):
    bands = image.getbands()
    ranges = [extrema for band, extrema in zip(bands, image.getextrema(), strict=True) if band != "A"]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    scaled = unit_to_uint8(np.clip((np.arange(256) - low) / (high - low or 1), 0, 1)).tolist()
    return image.point([level for band in bands for level in (range(256) if band == "A" else scaled)])


def why(error):
    """Return the reason, in words, why a file could not be used."""
    if isinstance(error, _Unusable):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "not an image, or of a format that is not supported"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"over {Image.MAX_IMAGE_PIXELS:,} pixels, Pillow's limit against decompression bombs; shrink it first"
    return f"cannot be read: {getattr(error, 'strerror', None) or str(error) or type(error).__name__}"
