"""Sliced Wasserstein distance between the patches of two sets of images: how generated texture is measured."""

import numpy as np

from seminar_gan import ranges

__all__ = ["laplacian_pyramid", "patch_distance", "patch_distances", "sliced_wasserstein"]

SIDE = 7  # pixels of a patch, Karras et al. 2018
LEAST = 14  # pixels: a smaller image has hardly two patches side by side, and is the last of its pyramid
PATCHES = 4_096  # of a set, at each level
PROJECTIONS = 256
QUANTILES = 512


def __dir__():
    return __all__


def laplacian_pyramid(images):
    """Divide images into levels of detail, the finest first.

    Each level is the image less what is left of it when it is shrunk to half, by means of 2 x 2 pixels, and enlarged
    again. The last level is what remains.

    Args:
        images: float (n, height, width, channels).

    Returns:
        list of float arrays (n, height, width, channels), each half as large as the one before, until a side would be
        below 14 pixels. An odd last row or column is left out.

    Source:
        Burt & Adelson 1983, The Laplacian pyramid as a compact image code, with a box in place of their filter.

    Example:
        >>> [level.shape for level in laplacian_pyramid(np.zeros((5, 28, 28, 1)))]
        [(5, 28, 28, 1), (5, 14, 14, 1)]
    """
    levels = []
    while min(images.shape[1:3]) >= 2 * LEAST:
        n, height, width, channels = images.shape
        images = images[:, : height // 2 * 2, : width // 2 * 2]
        small = images.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
        levels.append(images - small.repeat(2, axis=1).repeat(2, axis=2))
        images = small
    return [*levels, images]


def sliced_wasserstein(first, second, *, seed=0):
    """Estimate the sliced Wasserstein distance of two sets of points.

    On a line, the Wasserstein distance is the mean difference of equal quantiles. It is taken along random directions
    and averaged.

    Args:
        first, second: float (n, d) and (m, d).
        seed: whole number, from which the directions follow.

    Returns:
        float, at least 0; 0 for equal sets.

    Source:
        Rabin et al. 2011, Wasserstein barycenter and its application to texture mixing, section 3.

    Example:
        >>> sliced_wasserstein(np.zeros((9, 1)), np.ones((5, 1)))
        1.0
    """
    directions = np.random.default_rng(seed).normal(size=(first.shape[1], PROJECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    along = [_quantiles(directions.T @ points.T) for points in (first, second)]
    return float(np.abs(along[0] - along[1]).mean())


def patch_distances(real, fake, *, seed=0):
    """Return the sliced Wasserstein distance of the patches of two sets of images, for each level of detail.

    Patches of 7 x 7 pixels are taken at random from each level of `laplacian_pyramid`. All are divided by the standard
    deviation of the real ones at that level.

    Args:
        real, fake: uint8 (n, height, width, channels) and (m, height, width, channels), 0 to 255, at least 14 pixels
            high and wide.
        seed: whole number, from which patches and directions follow.

    Returns:
        float array (levels,), the finest first.

    Raises:
        TypeError: if an array is not uint8.
        ValueError: if the shapes do not fit, or images are smaller.

    Source:
        Karras et al. 2018, Progressive growing of GANs for improved quality, stability, and variation, section 5. They
        normalise each set by itself, which hides a wrong contrast; here the real one is the measure of both.

    Example:
        >>> images = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1)).astype("uint8")
        >>> fine, coarse = patch_distances(images, images // 2)
        >>> bool(fine < coarse)  # noise has little left at half the size, so that the brightness counts for more
        True
    """
    real, fake = (ranges.to_unit(images) for images in (real, fake))
    if real.ndim != 4 or real.shape[1:] != fake.shape[1:] or min(real.shape[1:3]) < LEAST or not len(real) * len(fake):
        raise ValueError(
            f"patch_distances takes two sets of images (n, height, width, channels) of one size, {LEAST} pixels or "
            f"more a side; got shapes {real.shape} and {fake.shape}"
        )
    found = []
    for level in zip(laplacian_pyramid(real), laplacian_pyramid(fake), strict=True):
        rng = np.random.default_rng(seed)
        of_real, of_fake = (_patches(images, rng) for images in level)
        mean, spread = of_real.mean(axis=0), max(float(of_real.std()), 1e-6)
        found.append(sliced_wasserstein((of_real - mean) / spread, (of_fake - mean) / spread, seed=seed))
    return np.array(found)


def patch_distance(real, fake, *, seed=0):
    """Return the mean of `patch_distances` over the levels: how far generated texture is from real texture.

    Args:
        real, fake, seed: as in `patch_distances`.

    Returns:
        float, at least 0. Of two finite sets it is above 0 also where nothing is wrong: take the distance of two sets
        of real images beside it.

    Raises:
        TypeError, ValueError: as `patch_distances`.

    Example:
        >>> images = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1)).astype("uint8")
        >>> patch_distance(images, images) < patch_distance(images, images // 2)
        True
    """
    return float(patch_distances(real, fake, seed=seed).mean())


def _quantiles(rows):
    """QUANTILES equally spaced quantiles of each row; np.quantile gives the same, several times as slowly."""
    rows = np.sort(rows, axis=1)
    places = (np.arange(QUANTILES) + 0.5) / QUANTILES * (rows.shape[1] - 1)
    below = places.astype(int)
    above = np.minimum(below + 1, rows.shape[1] - 1)
    return rows[:, below] + (places - below) * (rows[:, above] - rows[:, below])


def _patches(images, rng):
    """Patches of SIDE x SIDE at random places, float (PATCHES, values)."""
    height, width = images.shape[1:3]
    which = rng.integers(len(images), size=PATCHES)
    tops, lefts = rng.integers(height - SIDE + 1, size=PATCHES), rng.integers(width - SIDE + 1, size=PATCHES)
    windows = np.lib.stride_tricks.sliding_window_view(images, (SIDE, SIDE), axis=(1, 2))
    return windows[which, tops, lefts].reshape(PATCHES, -1)
