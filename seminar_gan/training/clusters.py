"""Groups of images that look alike, found without labels."""

import math
import time

import numpy as np

from seminar_gan import ranges

__all__ = ["find_clusters"]

DIRECTIONS = 40  # of the largest variance; the rest is mostly noise, and costs time
LEARN_FROM = 10_000  # images; more move the centres little
LARGEST = 1_024  # values of an image, 32 x 32 in grey: what is larger is sorted by its thumbnail
ROUNDS = 15
AT_ONCE = 2**23  # values that are read at once, and turned into floats
PATIENCE = 3  # seconds, after which it says what it is doing


def find_clusters(images, count, *, seed):
    """Sort images into groups of similar ones: k-means on their principal components.

    Images of more than 1,024 values are first averaged over blocks of pixels, so that time and memory grow with the
    images and their pixels, and no faster.

    Args:
        images: uint8 or float (n, height, width, channels) or (n, ...), at least `count` of them.
        count: how many groups.
        seed: whole number; the same one gives the same groups on the same machine.

    Returns:
        int32 (n,), the group of each image, 0 to count - 1.

    Raises:
        ValueError: if there are fewer images than groups.

    Source:
        Lloyd 1982, Least squares quantization in PCM; the start: Arthur & Vassilvitskii 2007, k-means++.
    """
    if not 1 <= count <= len(images):
        raise ValueError(f"count must be from 1 to the number of images, {len(images)}; got {count}")
    random, news = np.random.default_rng(seed), News(f"Sorting {len(images):,} images into {count} groups ...")
    points = _principal_components(images, random, news)
    learned_from = points[random.permutation(len(points))[:LEARN_FROM]]
    centres = _spread_out(learned_from, count, random)
    for _ in range(ROUNDS):
        nearest = _nearest(learned_from, centres)
        for group in np.unique(nearest):  # a group that has lost all its images keeps its centre
            centres[group] = learned_from[nearest == group].mean(axis=0)
    return _nearest(points, centres)


class News:
    """A line that is printed once, when something has taken longer than `PATIENCE`."""

    def __init__(self, line):
        self.line, self.began = line, time.perf_counter()

    def tell(self):
        if self.line and time.perf_counter() - self.began > PATIENCE:
            print(self.line, flush=True)
            self.line = None


def _principal_components(images, random, news):
    block = min(LEARN_FROM, max(1, AT_ONCE // math.prod(images.shape[1:])))
    chosen = random.permutation(len(images))[:LEARN_FROM]
    learned_from = _thumbnails((images[chosen[i : i + block]] for i in range(0, len(chosen), block)), news)
    learned_from = np.concatenate(list(learned_from))
    mean = learned_from.mean(axis=0)
    directions = _directions(learned_from - mean).astype("float32")
    blocks = _thumbnails((images[i : i + block] for i in range(0, len(images), block)), news)
    return np.concatenate([(thumbnails - mean) @ directions for thumbnails in blocks])


def _directions(centred):
    """Return the directions of the largest variance, (values, at most `DIRECTIONS`), from the smaller of two matrices.

    The eigenvectors of X'X are those of XX' times X'. Few images span few directions.
    """
    if len(centred) >= centred.shape[1]:
        return np.linalg.eigh(np.atleast_2d(np.cov(centred, rowvar=False, ddof=0)))[1][:, -DIRECTIONS:]
    variances, mixtures = np.linalg.eigh(centred @ centred.T.astype("float64"))
    kept = variances[-DIRECTIONS:] > 1e-6 * variances[-1]
    return centred.T @ mixtures[:, -DIRECTIONS:][:, kept] / np.sqrt(variances[-DIRECTIONS:][kept])


def _thumbnails(blocks, news):
    """Yield each block of images as float32 (n, values), averaged over squares of pixels if there are too many."""
    for images in blocks:
        news.tell()
        floats = ranges.to_symmetric(images) if images.dtype == np.uint8 else images
        side = _side(images.shape[1:])
        for axis in range(1, min(3, images.ndim)) if side > 1 else ():
            starts = np.arange(0, images.shape[axis], side)
            sizes = np.diff([*starts, images.shape[axis]]).astype("float32")
            floats = np.add.reduceat(floats, starts, axis) / sizes.reshape(-1, *[1] * (images.ndim - 1 - axis))
        yield floats.reshape(len(images), -1)


def _side(shape):
    """Return the side of the smallest squares that leave at most `LARGEST` averages of an image."""
    side = 1
    while math.prod(-(-size // side) for size in shape[:2]) * math.prod(shape[2:]) > LARGEST and side < max(shape[:2]):
        side += 1
    return side


def _spread_out(points, count, random):
    """Choose starting centres far from each other: each at random, in proportion to its squared distance."""
    centres = [points[0]]
    squared = np.sum((points - centres[0]) ** 2, axis=1)
    while len(centres) < count:
        total = squared.sum()
        chosen = random.choice(len(points), p=squared / total if total else None)
        centres.append(points[chosen])
        squared = np.minimum(squared, np.sum((points - points[chosen]) ** 2, axis=1))
    return np.array(centres)


def _nearest(points, centres):
    """The number of the nearest centre. |p - c|^2 = |p|^2 - 2 p c + |c|^2, where |p|^2 is the same for all centres."""
    return np.argmin(np.sum(centres**2, axis=1) - 2 * points @ centres.T, axis=1).astype("int32")
