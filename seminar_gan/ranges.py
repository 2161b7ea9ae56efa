"""Pixel ranges: uint8 0 to 255, unit [0, 1] and symmetric [-1, 1]. The only scaling code of the package.

Files and pictures are uint8. Networks that end in a sigmoid work on unit images, networks that end in a tanh on
symmetric ones. Every function takes an array of any shape, leaves it alone and returns a new one.
"""

import numpy as np


def to_unit(images):
    """Scale uint8 images to [0, 1]: i / 255.

    Args:
        images: uint8 array of any shape, 0 to 255.

    Returns:
        float32 array of the same shape, 0.0 to 1.0.

    Raises:
        TypeError: if `images` is not a uint8 array.
    """
    return _bytes(images, "to_unit").astype("float32") / np.float32(255)


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
    """
    return _bytes(images, "to_symmetric").astype("float32") / np.float32(127.5) - np.float32(1)


def unit_to_uint8(images):
    """Round unit images to uint8: 255 i. The inverse of `to_unit`, exact for all 256 values.

    Args:
        images: float array of any shape, 0 to 1 (a NumPy array, or a tensor that NumPy can read).

    Returns:
        uint8 array of the same shape.

    Raises:
        TypeError: if `images` is not of a floating type.
        ValueError: if a value is outside [0, 1] or is not a number.
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
    """
    return np.rint((_floats(images, -1, "symmetric_to_uint8") + 1) * 127.5).astype("uint8")


def _bytes(images, function):
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise TypeError(f"{function} wants uint8 images, 0 to 255; got {_describe(images)}")
    return images


def _floats(images, low, function):
    images = np.asarray(images)
    if not np.issubdtype(images.dtype, np.floating):
        raise TypeError(f"{function} wants floating-point images in [{low}, 1]; got {_describe(images)}")
    if not np.all((images >= low) & (images <= 1)):  # so written that NaN is refused too
        raise ValueError(f"{function} wants values in [{low}, 1]; got {_describe(images)}")
    return images


def _describe(images):
    text = f"dtype {images.dtype}, shape {images.shape}"
    if images.size and np.issubdtype(images.dtype, np.number):
        text += f", values {images.min():g} to {images.max():g}"
    return text
