"""Measures of the pixels of generated images."""

import numpy as np

from seminar_gan import ranges
from seminar_gan.metrics import equations

__all__ = ["specks", "variety"]


def specks(images):
    """Return the share of the lit pixels that have at most one lit neighbour among the eight around them.

    Strokes have few such pixels; images whose pixels are drawn independently have many.

    Args:
        images: uint8 (n, height, width) or (n, height, width, 1), 0 to 255. A pixel is lit if it is above 127.

    Returns:
        float from 0 to 1.

    Raises:
        TypeError: if `images` is not a uint8 array.
        ValueError: for other shapes, and if no pixel is lit.

    Example:
        >>> image = np.zeros((1, 5, 9), "uint8")
        >>> image[0, 2, 0:3] = 255  # a stroke: its two ends have one lit neighbour each
        >>> image[0, 2, 7] = 255  # a speck
        >>> specks(image)
        0.75
    """
    images = ranges.check_uint8(images, "specks")
    if images.shape[3:] not in [(), (1,)] or images.ndim < 3 or not images.size:
        raise ValueError(f"specks takes images (n, height, width) or (n, height, width, 1); got shape {images.shape}")
    if images.max() <= 127:
        raise ValueError("specks needs lit pixels, above 127; all pixels are darker")
    return equations.specks(images)


def variety(images):
    """Return the mean difference of two images of a set: 0 if all are one image.

    Args:
        images: uint8 (n, height, width, channels), 0 to 255, at least two.

    Returns:
        float, grey levels a pixel. Divide it by that of real images. More is not better: noise has most.

    Raises:
        TypeError: if `images` is not a uint8 array.
        ValueError: for fewer than two images, and for other shapes.

    Example:
        >>> images = np.zeros((2, 4, 4, 1), "uint8")
        >>> images[1] = 6
        >>> variety(images)
        6.0
    """
    images = ranges.check_uint8(images, "variety")
    if images.ndim != 4 or len(images) < 2 or not images.size:
        raise ValueError(f"variety takes at least two images, (n, height, width, channels); got shape {images.shape}")
    flat = images.reshape(len(images), -1)
    # Of n sorted values, the k-th is added k times and subtracted n - 1 - k times in the sum over all pairs.
    n = len(flat)
    weights = 2 * np.arange(n) - (n - 1)
    total = weights @ np.sort(flat, axis=0).astype("float64")
    return float(total.mean() / (n * (n - 1) / 2))
