"""Measures of the pixels of generated images."""

from seminar_gan import ranges
from seminar_gan.metrics import equations

__all__ = ["specks"]


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
