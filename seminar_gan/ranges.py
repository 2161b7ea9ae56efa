"""Pixel ranges: uint8 0 to 255, unit [0, 1] and symmetric [-1, 1]. The only scaling code of the package.

Files and pictures are uint8. Networks that end in a sigmoid work on unit images, networks that end in a tanh on
symmetric ones. Every function takes an array of any shape, leaves it unchanged and returns a new one.
"""

import numpy as np

__all__ = ["symmetric_to_uint8", "to_symmetric", "to_unit", "unit_to_uint8"]


def __dir__():
    return __all__


def to_unit(images):
    """Scale uint8 images to [0, 1]: i / 255.

    Args:
        images: uint8 array of any shape, 0 to 255.

    Returns:
        float32 array of the same shape, 0.0 to 1.0.

    Raises:
        TypeError: if `images` is not a uint8 array.

    Example:
        >>> to_unit(np.array([0, 255], "uint8")).tolist()
        [0.0, 1.0]
    """
    return check_uint8(images, "to_unit").astype("float32") / np.float32(255)


def to_symmetric(images):
    """Scale uint8 images to [-1, 1]: 2 i / 255 - 1.

    Args:
        images: uint8 array of any shape, 0 to 255.

    Returns:
        float32 array of the same shape, -1.0 to 1.0.

    Raises:
        TypeError: if `images` is not a uint8 array.

    Source:
        Winkler 2018, the pre-processing 2 i - 1 of images in [0, 1].

    Example:
        >>> to_symmetric(np.array([0, 255], "uint8")).tolist()
        [-1.0, 1.0]
    """
    return check_uint8(images, "to_symmetric").astype("float32") / np.float32(127.5) - np.float32(1)


def unit_to_uint8(images):
    """Round unit images to uint8: 255 i. The inverse of `to_unit`, exact for all 256 values.

    Args:
        images: float array of any shape, 0 to 1 (a NumPy array, or a tensor that NumPy can read).

    Returns:
        uint8 array of the same shape.

    Raises:
        TypeError: if `images` is not of a floating type.
        ValueError: if a value is outside [0, 1] or is not a number.

    Example:
        >>> unit_to_uint8(np.array([0.0, 0.2, 1.0])).tolist()
        [0, 51, 255]
    """
    return np.rint(_floats(images, 0, "unit_to_uint8") * 255).astype("uint8")


def symmetric_to_uint8(images):
    """Round symmetric images to uint8: 255 (i + 1) / 2. The inverse of `to_symmetric`, exact for all 256 values.

    Args:
        images: float array of any shape, -1 to 1 (a NumPy array, or a tensor that NumPy can read).

    Returns:
        uint8 array of the same shape.

    Raises:
        TypeError: if `images` is not of a floating type.
        ValueError: if a value is outside [-1, 1] or is not a number.

    Source:
        Winkler 2018, the post-processing (i + 1) / 2.

    Example:
        >>> symmetric_to_uint8(np.array([-1.0, 0.0, 1.0])).tolist()
        [0, 128, 255]
    """
    return np.rint((_floats(images, -1, "symmetric_to_uint8") + 1) * 127.5).astype("uint8")


def check_uint8(images, function):
    """Return images as a uint8 array.

    Args:
        images: uint8 array of any shape, 0 to 255.
        function: name of the function that takes them, for the message.

    Raises:
        TypeError: for arrays of another dtype.
    """
    images = to_array(images, function)
    if images.dtype != np.uint8:
        raise TypeError(f"{function} takes uint8 images, 0 to 255; got {_describe(images)}; {_cure(images)}")
    return images


def to_array(values, function, name="the array"):
    """Return values as a NumPy array, and say in one sentence why it cannot be.

    Args:
        values: array, tensor or list.
        function: name of the function that takes them, for the message.
        name: of the argument, for the message.

    Raises:
        ValueError: for lists of different lengths, and for masked values, which NumPy would show in silence.
    """
    if np.ma.is_masked(values):
        raise ValueError(f"{function}: {name} has masked values; fill them, x.filled(0), or leave them out")
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{function}: {name} is no array: its parts differ in length") from error


def _cure(images):
    if images.dtype == bool:
        return 'convert them with 255 * images.astype("uint8")'
    if not _is_floating(images):
        return 'if they hold 0 to 255, convert them with images.astype("uint8")'
    if images.size and images.max() > 1:
        return 'if they hold 0 to 255, convert them with np.rint(images).astype("uint8")'
    return "convert them with ranges.unit_to_uint8 or ranges.symmetric_to_uint8"


def _floats(images, low, function):
    images = to_array(images, function)
    if not _is_floating(images):
        raise TypeError(f"{function} takes floating-point images in [{low}, 1]; got {_describe(images)}")
    if not np.all((images >= low) & (images <= 1)):  # false for NaN, too
        raise ValueError(f"{function} takes values in [{low}, 1]; got {_describe(images)}")
    return images.astype("float32") if images.dtype.itemsize < 4 else images


def _is_floating(images):
    return np.issubdtype(images.dtype, np.floating) or images.dtype.name == "bfloat16"  # which NumPy does not know


def _describe(images):
    text = f"dtype {images.dtype}, shape {images.shape}"
    if images.size and (np.issubdtype(images.dtype, np.integer) or _is_floating(images)):
        text += f", values {float(images.min()):g} to {float(images.max()):g}"
    return text
