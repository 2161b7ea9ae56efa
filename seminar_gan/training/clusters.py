"""Groups of images that look alike, found without labels."""

import numpy as np

from seminar_gan import ranges

__all__ = ["find_clusters"]

DIRECTIONS = 40  # of the largest variance; the rest is mostly noise, and costs time
LEARN_FROM = 10_000  # images; more move the centres little
ROUNDS = 15
BLOCK = 10_000  # images that are held as floats at once


def find_clusters(images, count, *, seed):
    """Sort images into groups of similar ones: k-means on their principal components.

    Args:
        images: uint8 or float (n, ...), at least `count` of them.
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
    random = np.random.default_rng(seed)
    points = _principal_components(images, random)
    learned_from = points[random.permutation(len(points))[:LEARN_FROM]]
    centres = _spread_out(learned_from, count, random)
    for _ in range(ROUNDS):
        nearest = _nearest(learned_from, centres)
        for group in np.unique(nearest):  # a group that has lost all its images keeps its centre
            centres[group] = learned_from[nearest == group].mean(axis=0)
    return _nearest(points, centres)


def _principal_components(images, random):
    learned_from = _flat(images[random.permutation(len(images))[:LEARN_FROM]])
    mean = learned_from.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(learned_from - mean, rowvar=False, ddof=0))  # ascending
    directions = directions[:, -DIRECTIONS:].astype("float32")
    starts = range(0, len(images), BLOCK)
    return np.concatenate([(_flat(images[i : i + BLOCK]) - mean) @ directions for i in starts])


def _flat(images):
    """Images as float32 (n, pixels)."""
    scaled = ranges.to_symmetric(images) if images.dtype == np.uint8 else images
    return scaled.reshape(len(images), -1)


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
