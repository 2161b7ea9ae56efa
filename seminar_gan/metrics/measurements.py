"""Measurements of small images of single objects: how a generator trained on a few images is measured.

Twelve numbers that a person could take with a ruler and a light meter: how large, how long, how rough at the outline,
how bright, how spotted. No network is used: one trained on photographs, such as Inception, knows nothing of grey cells,
and 42 images cannot give the covariance of its 2,048 features. Where generated images differ from real ones, these
numbers say in what.

They suit images of one object on a plain background, lighter or darker than it. For other images the shape numbers mean
little.
"""

import numpy as np

from seminar_gan import ranges
from seminar_gan.metrics.checks import check_samples

__all__ = ["measure", "names", "standardise"]

SHAPE = ("area", "elongation", "outline", "off_centre")
LEVELS = ("background", "level", "spread", "spots")
DETAIL = ("detail", "detail_2", "detail_4", "detail_8")
COLOUR = ("red", "blue")
BOUND = 3  # standard deviations


def __dir__():
    return __all__


def names(channels=1):
    """Return the names of the columns that `measure` gives for images of 1 or 3 channels.

    Args:
        channels: 1 or 3.

    Returns:
        tuple of 12 or 14 names.

    Raises:
        ValueError: for another number of channels.

    Example:
        >>> len(names(channels=1)), len(names(channels=3))
        (12, 14)
    """
    if channels not in (1, 3):
        raise ValueError(f"channels must be 1 (grey) or 3 (colour); got {channels!r}")
    return SHAPE + LEVELS + DETAIL + (COLOUR if channels == 3 else ())


def measure(images):
    """Measure each image.

    The object is what differs from the background, the median of the image's outermost pixels, by more than Otsu's
    threshold. Lengths are in units of the image's side, levels from 0 to 1.

    Args:
        images: uint8 (n, height, width, 1 or 3), 0 to 255, at least 16 pixels high and wide. All but the last two
            columns are measured on the grey image.

    Returns:
        float64 (n, 12 or 14), finite, the columns as `names` says:
        area: share of the pixels that are the object.
        elongation: 1 - width / length of the object, 0 for a disc or a square.
        outline: pixel sides between object and background, divided by four times the root of the object's pixels; 1 for
            a square, 1.13 for a disc, more for ragged or scattered objects.
        off_centre: distance of the object's centre from the image's.
        background: its level.
        level: mean of the object above the background; negative for a dark object.
        spread, spots: standard deviation and skewness of the object's levels; bright spots make the second positive.
        detail: log10 of (0.001 + d), d being the root mean square difference of pixels from the mean of their square of
            four.
        detail_2, _4, _8: the same of pixels twice, four and eight times as large, less that of the next smaller ones:
            how fast detail grows with size.
        red, blue: mean of red and of blue less that of green.

    Raises:
        TypeError: if `images` is not a uint8 array.
        ValueError: for other shapes.

    Source:
        Otsu 1979, A threshold selection method from gray-level histograms. The choice of measurements is ours.

    Example:
        >>> image = np.zeros((1, 20, 20, 1), "uint8")
        >>> image[0, 5:15, 5:15] = 255  # a square of 10 x 10
        >>> dict(zip(names(), measure(image)[0].tolist()))["area"]
        0.25
    """
    images = ranges.check_uint8(images, "measure")
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or min(images.shape[1:3]) < 16 or not len(images):
        raise ValueError(
            "measure takes images (n, height, width, 1 or 3), 16 pixels or more a side; "
            f"got shape {images.shape} (grey images without a channel axis: images[..., None])"
        )
    rows = [_measure(image) for image in images]
    if images.shape[-1] == 3:
        red, green, blue = images.mean(axis=(1, 2)).T / 255
        rows = np.column_stack([rows, red - green, blue - green])
    return np.array(rows)


def standardise(reference, *others):
    """Subtract the reference's mean, divide by its standard deviation, and cut off at 3 of them.

    Otherwise one measurement, or one odd cell, would dominate a distance: the kernel is cubic. A measurement that is
    the same in all of the reference becomes 0 there, and elsewhere its difference.

    Args:
        reference: float (n, d), measurements of real images. others: float (m, d), of other images.

    Returns:
        tuple of float64 arrays, -3 to 3, the reference first.

    Raises:
        TypeError: for arrays that hold no numbers.
        ValueError: for other shapes, NaN and infinity.

    Example:
        >>> reference, other = standardise(np.array([[0.0], [2.0]]), np.array([[3.0], [99.0]]))  # mean 1, deviation 1
        >>> other.tolist()
        [[2.0], [3.0]]
    """
    samples = {"reference": reference} | {f"sample {number}": other for number, other in enumerate(others, start=1)}
    reference, *others = check_samples("standardise", 1, "an empty sample has no mean", **samples)
    mean, spread = reference.mean(axis=0), reference.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1)
    return tuple(np.clip((sample - mean) / spread, -BOUND, BOUND) for sample in (reference, *others))


def _measure(image):
    """The twelve numbers of one image."""
    grey = image[..., 0] / 255.0 if image.shape[-1] == 1 else image @ np.array([0.299, 0.587, 0.114]) / 255
    edge = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    above = grey - np.median(edge)
    mask = np.abs(above) > _otsu(np.abs(above))
    if not mask.any():  # an image of one level
        mask[:] = True
    inside = above[mask]
    spread = inside.std()
    spots = np.mean((inside - inside.mean()) ** 3) / spread**3 if spread > 1e-9 else 0.0
    return [*_shape(mask), np.median(edge), inside.mean(), spread, spots, *_detail(grey)]


def _otsu(values):
    """The threshold between two groups, of values from 0 to 1, that leaves the least variance within them."""
    counts, ends = np.histogram(values, 256, (0, 1))
    below = np.cumsum(counts)
    sums = np.cumsum(counts * (ends[:-1] + ends[1:]) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below / below[-1] - sums) ** 2 / (below * (below[-1] - below))
    return ends[1 + np.argmax(np.nan_to_num(between, posinf=0))]


def _shape(mask):
    """Area, elongation, outline and distance from the centre of a mask."""
    height, width = mask.shape
    points = np.argwhere(mask) + 0.5
    centre = points.mean(axis=0)
    shorter, longer = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(points.T, ddof=0) + np.eye(2) / 12), 0))
    padded = np.pad(mask, 1)
    sides = sum(np.count_nonzero(np.diff(padded, axis=axis)) for axis in (0, 1))
    off_centre = np.hypot(*(centre / (height, width) - 0.5))
    return mask.mean(), 1 - shorter / longer, sides / (4 * np.sqrt(len(points))), off_centre


def _detail(grey):
    """How rough the image is at four scales."""
    details = []
    for _ in DETAIL:
        height, width = (side // 2 * 2 for side in grey.shape)
        blocks = grey[:height, :width].reshape(height // 2, 2, width // 2, 2)
        means = blocks.mean(axis=(1, 3))
        details.append(np.log10(0.001 + np.sqrt(np.mean((blocks - means[:, None, :, None]) ** 2))))
        grey = means
    return [details[0], *np.diff(details)]
