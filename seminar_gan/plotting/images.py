"""Images in rows and in grids."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg

from seminar_gan.plotting.style import TEXT_POINTS, same_everywhere
from seminar_gan.ranges import to_unit

__all__ = ["image_grid", "image_rows"]


@same_everywhere
def image_rows(rows, scale=1.0):
    """Draw rows of images, one below the other, such as originals above reconstructions.

    Args:
        rows: {label: images}; images uint8 0 to 255 or float 0 to 1, (n, height, width) or (n, height, width, channels)
            with 1 or 3 channels, the same n in every row.
        scale: size of an image, 1.0 for about 1.5 cm.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if the rows are empty, differ in length, or hold arrays that are not images.
    """
    rows = {label: _displayable(images) for label, images in rows.items()}
    lengths = {label: len(images) for label, images in rows.items()}
    if not rows or len(set(lengths.values())) > 1 or not min(lengths.values()):
        raise ValueError(f"every row must hold the same number of images, at least one; got {lengths}")
    columns = next(iter(lengths.values()))
    figure, axes = plt.subplots(
        len(rows), columns, figsize=(0.62 * columns * scale, 0.62 * len(rows) * scale + 0.1), squeeze=False
    )
    for line, (label, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, images, strict=True):
            _draw(axis, image)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", labelpad=6, fontsize=TEXT_POINTS)
    renderer = RendererAgg(1, 1, figure.dpi)  # that of svg or pdf finds another width
    widest = max(axis.yaxis.label.get_window_extent(renderer).width for axis in axes[:, 0]) / figure.dpi
    margin = widest + 0.2
    figure.set_figwidth(0.62 * columns * scale + margin)
    figure.subplots_adjust(
        left=margin / figure.get_figwidth(), right=0.995, top=0.99, bottom=0.01, wspace=0.06, hspace=0.06
    )
    return figure


@same_everywhere
def image_grid(images, columns=10, titles=None, scale=1.0):
    """Draw images in a grid, row by row.

    Args:
        images: uint8 0 to 255 or float 0 to 1, (n, height, width) or (n, height, width, channels), 1 or 3 channels.
        columns: number of images in a row.
        titles: n short strings, one above each image, or None.
        scale: size of an image, 1.0 for about 1.5 cm.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if there are no images, if the array does not hold images, or if the number of columns or titles is
            wrong.
    """
    images = _displayable(images)
    if not len(images):
        raise ValueError("image_grid got no images")
    if columns < 1:
        raise ValueError(f"columns must be at least 1; got {columns}")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"there must be a title for each image; got {len(titles)} titles and {len(images)} images")
    columns = min(columns, len(images))
    lines = math.ceil(len(images) / columns)
    line_height = 0.62 if titles is None else 0.85  # inches
    figure, axes = plt.subplots(
        lines,
        columns,
        figsize=(0.62 * columns * scale, line_height * lines * scale),
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(w_pad=0.01, h_pad=0.01, wspace=0.02, hspace=0.02)
    for axis in axes.flat:
        axis.axis("off")
    for number, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.axis("on")
        _draw(axis, image)
        if titles is not None:
            axis.set_title(titles[number], fontsize=8, pad=2)
    return figure


def _draw(axis, image):
    axis.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set(color="0.7", linewidth=0.5)


def _displayable(images):
    """Check images and return them as floats in [0, 1], (n, height, width) or (n, height, width, 3)."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[-1] == 3):
        raise ValueError(
            "images must be (n, height, width) or (n, height, width, channels) with 1 or 3 channels; "
            f"got {images.shape}"
        )
    if images.dtype == np.uint8:
        return to_unit(images)
    if not np.issubdtype(images.dtype, np.floating) or not np.all((images >= 0) & (images <= 1)):
        raise ValueError(
            f"images must be uint8 or floats in [0, 1]; got {images.dtype}, {images.min()} to {images.max()}. "
            "Convert images in [-1, 1] by ranges.symmetric_to_uint8 first."
        )
    return images
