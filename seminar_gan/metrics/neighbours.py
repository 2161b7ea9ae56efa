"""Nearest neighbours among samples and among images. Everything runs block by block."""

import warnings
from collections import Counter
from typing import NamedTuple

import numpy as np

from seminar_gan import ranges
from seminar_gan.metrics.checks import check_count, check_samples

__all__ = ["density_coverage", "nearest_images", "precision_recall"]

BLOCK_BYTES = 2**25  # the largest table of distances that is held at once
ROUNDING = 1e-13  # relative to the squared length of a ball's centre: points that are so little outside count as inside


class PrecisionRecall(NamedTuple):
    """The result of `precision_recall`.

    Args:
        precision: share of the fakes that lie among the reals, 0 to 1.
        recall: share of the reals that lie among the fakes, 0 to 1.
    """

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """The result of `density_coverage`.

    Args:
        density: how densely reals surround the fakes, 0 or more; 1 is as densely as they surround each other.
        coverage: share of the reals with a fake nearby, 0 to 1.
    """

    density: float
    coverage: float


class NearestImages(NamedTuple):
    """The result of `nearest_images`.

    Args:
        distances: int64 (n, count), summed over the pixels, ascending.
        indices: int64 (n, count), into the training images.
    """

    distances: np.ndarray
    indices: np.ndarray


def precision_recall(real, fake, neighbours=3):
    """Return the improved precision and recall of generated samples.

    Every real sample has a ball around it that reaches to its k-th nearest other real sample. Precision is the share of
    fakes inside at least one such ball; recall is the same with the roles exchanged. A point on the edge is inside. The
    ball around a sample with k equals has no extent, of which there is a warning.

    Args:
        real: features (n, d) of real images, integers or floats. fake: features (m, d) of generated images.
        neighbours: k.

    Returns:
        PrecisionRecall: precision and recall, each 0 to 1. Two samples of one distribution do not reach 1.

    Raises:
        TypeError: for other dtypes.
        ValueError: for other shapes, NaN and infinity, and fewer than 10 k samples in either.

    Source:
        Kynkäänniemi et al. 2019, Improved precision and recall metric for assessing generative models, equation 1.

    Example:
        >>> real = np.arange(40.0)[:, None]
        >>> fake = np.concatenate([real[:30] + 0.5, real[:10] + 1000])  # 10 of 40 are far from every real one
        >>> precision_recall(real, fake).precision
        0.75
    """
    real, fake = _centred("precision_recall", real, fake, neighbours)
    _warn_of_equals("precision_recall", neighbours, real=real, fake=fake)
    _, balls_around_fake = _count_inside(real, _squared_radii(real, neighbours), fake)
    _, balls_around_real = _count_inside(fake, _squared_radii(fake, neighbours), real)
    return PrecisionRecall(float(np.mean(balls_around_fake > 0)), float(np.mean(balls_around_real > 0)))


def density_coverage(real, fake, neighbours=5):
    """Return the density and coverage of generated samples.

    The balls are those of `precision_recall`, around the real samples only. Density is the mean number of balls that
    hold a fake, divided by k: one outlier among the reals counts little. Coverage is the share of balls with a fake.

    Args:
        real: features (n, d) of real images, integers or floats. fake: features (m, d) of generated images.
        neighbours: k.

    Returns:
        DensityCoverage: density, 0 or more, not bounded by 1; coverage, 0 to 1. For two samples of one distribution and
        one size, density is near 1 and coverage near 1 - 2^-k.

    Raises:
        TypeError: for other dtypes.
        ValueError: for other shapes, NaN and infinity, and fewer than 10 k samples in either.

    Source:
        Naeem et al. 2020, Reliable fidelity and diversity metrics for generative models, equations 3 and 4.

    Example:
        >>> real = np.arange(50.0)[:, None]
        >>> density_coverage(real, real + 1000)
        DensityCoverage(density=0.0, coverage=0.0)
    """
    real, fake = _centred("density_coverage", real, fake, neighbours)
    _warn_of_equals("density_coverage", neighbours, real=real)
    inside, balls_around = _count_inside(real, _squared_radii(real, neighbours), fake)
    return DensityCoverage(float(np.mean(balls_around) / neighbours), float(np.mean(inside > 0)))


def nearest_images(images, training_images, count=1):
    """Return the training images nearest to each image by the l1 distance: did the generator memorise them?

    Args:
        images: uint8 (n, ...). training_images: uint8 (m, ...), the same shape after the first axis.
        count: how many to return for each image.

    Returns:
        NearestImages: distances, the exact sums over the pixels of |image - training image|, 0 to 255 times the number
        of pixels, ascending; indices into training_images, of two equal distances the lower index first.

    Raises:
        TypeError: for arrays that are not uint8.
        ValueError: for shapes that don't fit, and for fewer than `count` training images.

    Source:
        Winkler 2018, nearest training images of generated ones in l1.

    Example:
        >>> training_images = np.array([[0, 0], [200, 10], [9, 1]], "uint8")
        >>> nearest = nearest_images(np.array([[9, 3]], "uint8"), training_images)
        >>> nearest.indices.tolist(), nearest.distances.tolist()
        ([[2]], [[2]])
    """
    images, training_images = _flat(images, training_images, count)
    totals = _overlap(np.full_like(training_images[0], 255), training_images)
    distances = np.empty((len(images), count), "int64")
    indices = np.empty_like(distances)
    for row, image in enumerate(images):
        sums = totals + int(image.sum()) - 2 * _overlap(image, training_images)  # |a - b| = a + b - 2 min(a, b)
        keys = sums * len(sums) + np.arange(len(sums))  # the index breaks ties
        nearest = np.sort(np.partition(keys, count - 1)[:count])
        distances[row], indices[row] = np.divmod(nearest, len(sums))
    return NearestImages(distances, indices)


def blocks(count, row_bytes):
    """Return slices that cut `count` rows into blocks of at most BLOCK_BYTES, each of at least one row."""
    step = max(1, BLOCK_BYTES // row_bytes)
    return [slice(start, start + step) for start in range(0, count, step)]


def _centred(function, real, fake, neighbours):
    """Both samples, checked, as float64 around their mean: far from 0, the small distances would be lost."""
    check_count(function, neighbours=neighbours)
    reason = f"each ball would hold more than a tenth of them ({neighbours} neighbours)"
    real, fake = check_samples(function, 10 * neighbours, reason, real=real, fake=fake)
    middle = real.mean(axis=0)
    return real - middle, fake - middle


def _warn_of_equals(function, neighbours, **samples):
    """Say it if samples have so many equals that their balls have no extent."""
    found = []
    for name, points in samples.items():
        counts = Counter(hash(point.tobytes()) for point in points)
        if equal := sum(count for count in counts.values() if count > neighbours):
            found.append(f"{equal:,} of {len(points):,} {name} samples")
    if found:
        warnings.warn(
            f"{function}: {' and '.join(found)} have {neighbours} or more equals, so that their balls have no extent "
            "and hold equal samples only. If images are there several times, give each once: "
            "np.unique(features, axis=0), or one of each group of datasets.find_copies. A collapsed generator makes "
            "equal fakes",
            stacklevel=3,
        )


def _squared_lengths(points):
    return np.einsum("ij,ij->i", points, points)


def _squared_radii(points, neighbours):
    """Squared distance of each point from its k-th nearest other point, (n,)."""
    lengths = _squared_lengths(points)
    radii = np.empty(len(points))
    for block in blocks(len(points), row_bytes=8 * len(points)):
        squares = -2 * points[block] @ points.T
        squares += lengths  # still without the squared length of the row's own point, added at the end
        rows = np.arange(len(squares))
        squares[rows, rows + block.start] = np.inf  # no point is its own neighbour
        for _ in range(neighbours - 1):  # for small k much faster than a partition
            squares[rows, squares.argmin(axis=1)] = np.inf
        radii[block] = squares.min(axis=1)
    return radii + lengths


def _count_inside(centres, squared_radii, points):
    """For each ball, how many points it holds; and for each point, how many balls hold it. The edge is inside."""
    point_lengths = _squared_lengths(points)
    centre_lengths = (1 - ROUNDING) * _squared_lengths(centres)
    held = np.empty(len(centres), "int64")
    holding = np.zeros(len(points), "int64")
    for block in blocks(len(centres), row_bytes=8 * len(points)):
        squares = -2 * centres[block] @ points.T
        squares += point_lengths
        inside = squares <= (squared_radii[block] - centre_lengths[block])[:, None]
        held[block] = np.count_nonzero(inside, axis=1)
        holding += np.count_nonzero(inside, axis=0)
    return held, holding


def _flat(images, training_images, count):
    """Both sets as contiguous uint8 (n, pixels), black pixels added until their number is a multiple of 8."""
    arrays = {"images": images, "training_images": training_images}
    arrays = [ranges.check_uint8(array, f"nearest_images ({name})") for name, array in arrays.items()]
    shapes = [array.shape for array in arrays]
    if min(map(len, shapes)) < 2 or 0 in shapes[1] or shapes[0][1:] != shapes[1][1:]:
        raise ValueError(
            f"nearest_images takes (n, ...) and (m, ...) of one image shape; got {shapes[0]} and {shapes[1]}"
        )
    check_count("nearest_images", count=count)
    if count > len(arrays[1]):
        raise ValueError(f"nearest_images: count must be from 1 to the {shapes[1][0]:,} training images; got {count}")
    flat = [array.reshape(len(array), arrays[1][0].size) for array in arrays]
    return [np.pad(array, ((0, 0), (0, -array.shape[1] % 8))) for array in flat]


def _overlap(image, images):
    """Sum over the pixels of min(image, other) for each of the other images: int64 (n,)."""
    # In plain NumPy, seven times as slow: return np.minimum(image, images).sum(axis=1, dtype="int64")
    low_bytes = np.uint64(0x00FF00FF00FF00FF)
    sums = np.empty(len(images), "int64")
    for block in blocks(len(images), row_bytes=8 * images.shape[1]):  # small enough to stay in the cache
        words = np.minimum(image, images[block]).view("uint64")  # eight pixels a word
        lanes = (words & low_bytes) + ((words >> np.uint64(8)) & low_bytes)  # four sums of two bytes, 16 bits each
        lanes = np.add.reduceat(lanes, np.arange(0, lanes.shape[1], 128), axis=1)  # 128 x 510 fits into 16 bits
        sums[block] = lanes.view("uint16").sum(axis=1, dtype="int64")
    return sums
