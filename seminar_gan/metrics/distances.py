"""How far generated images are from real ones. Images or features in, numbers out."""

from typing import NamedTuple

import numpy as np

from seminar_gan.metrics import equations
from seminar_gan.metrics.checks import check_count, check_finite, check_samples, to_float64
from seminar_gan.metrics.neighbours import blocks
from seminar_gan.ranges import to_array

__all__ = ["KernelDistance", "explained_variance", "frechet_distance", "kernel_distance"]


class KernelDistance(NamedTuple):
    """The result of `kernel_distance`.

    Args:
        value: an unbiased estimate, which may be negative.
        low, high: the ends of its 95 % bootstrap interval.

    Example:
        >>> KernelDistance(7.0, 6.5, 7.5).value
        7.0
    """

    value: float
    low: float
    high: float


def explained_variance(images, reconstructions, mean_image):
    """Return the share of the images' variation that the reconstructions explain.

    1 is a perfect reconstruction. 0 is as good as answering with the mean image every time; below 0 is worse. The
    measure does not depend on the contrast of the images, so that data sets of different contrast can be compared.

    Args:
        images: integers or floats (n, ...), the originals, in any range.
        reconstructions: (n, ...), the same shape and the same range.
        mean_image: (...) or (1, ...), the mean of the training images, in the same range.

    Returns:
        float: 1 - sum((images - reconstructions)^2) / sum((images - mean_image)^2).

    Raises:
        TypeError: for other dtypes, and for integers (0 to 255) beside floats (0 to 1).
        ValueError: for other shapes, NaN and infinity, if every image is the mean image, and for values up to 255
            beside values of at most 1: the result would look right.

    Example:
        >>> images, mean_image = np.array([[0.0, 2.0], [4.0, 2.0]]), np.array([2.0, 2.0])
        >>> explained_variance(images, images + 1, mean_image)  # 1 - 4 / 8
        0.5
    """
    arrays = {"images": images, "reconstructions": reconstructions, "mean_image": mean_image}
    images, reconstructions, mean_image = (
        to_array(array, "explained_variance", name) for name, array in arrays.items()
    )
    if (images.dtype.kind in "iu") != (reconstructions.dtype.kind in "iu"):
        raise TypeError(
            "explained_variance takes images and reconstructions in one range; "
            f"got dtype {images.dtype} and {reconstructions.dtype}: convert both to floats, or both to uint8"
        )
    if images.ndim == 0 or not images.size or images.shape != reconstructions.shape:
        raise ValueError(
            "explained_variance takes images and reconstructions of one shape (n, ...); "
            f"got {images.shape} and {reconstructions.shape}"
        )
    if mean_image.shape not in (images.shape[1:], (1, *images.shape[1:])):
        raise ValueError(
            f"explained_variance takes a mean image of the shape {images.shape[1:]}; got {mean_image.shape}"
        )
    (mean,) = to_float64("explained_variance", mean_image=mean_image.reshape(1, *images.shape[1:]))
    check_finite("explained_variance", mean_image=mean)
    to_float64("explained_variance", images=images[:1], reconstructions=reconstructions[:1])
    residual = variation = power = 0.0
    for block in blocks(len(images), row_bytes=8 * mean.size):
        parts = {"images": images[block], "reconstructions": reconstructions[block]}
        originals, answers = to_float64("explained_variance", **parts)
        check_finite("explained_variance", images=originals, reconstructions=answers)
        residual += np.sum((originals - answers) ** 2)
        variation += np.sum((originals - mean) ** 2)
        power += np.sum(originals**2)
    _check_ranges(images, reconstructions=reconstructions, mean_image=mean)
    if variation <= 1e-10 * power:  # rounding in the mean image
        raise ValueError("explained_variance needs images that vary; every image is the mean image")
    return float(1 - residual / variation)


def frechet_distance(real, fake):
    """Return the Fréchet distance of two Gaussians that have the means and covariances of the two samples.

    |mean difference|^2 + tr(A + B - 2 (A B)^(1/2)), A and B being the covariances. The trace of (A B)^(1/2) is the sum
    of the roots of the eigenvalues of A^(1/2) B A^(1/2), and these roots are the singular values of A^(1/2) B^(1/2).

    The distance is biased: small samples give a larger one. Compare only numbers from equal counts. It is an FID only
    on the features of one Inception network.

    Args:
        real: features (n, d), integers or floats. fake: features (m, d).

    Returns:
        float: 0 or more.

    Raises:
        TypeError: for other dtypes.
        ValueError: for other shapes, NaN and infinity, and fewer than d + 1 samples in either.

    Source:
        Heusel et al. 2017, equation 6; Dowson & Landau 1982.

    Example:
        >>> real = np.random.default_rng(0).normal(size=(100, 2))
        >>> round(frechet_distance(real, real + [3, 4]), 6)  # the same covariance, the mean is 5 away
        25.0
    """
    reason = "a covariance of full rank needs more samples than dimensions"
    real, fake = check_samples("frechet_distance", lambda d: d + 1, reason, real=real, fake=fake)
    return equations.frechet_distance(real, fake)


def kernel_distance(real, fake, *, resamples=100, seed=0, least=100):
    """Return the kernel distance: the unbiased squared MMD with the kernel k(x, y) = (x.y / d + 1)^3.

    The value is the mean over all pairs, not over subsets of the samples. On average it is the same for small and large
    samples, and 0 for two samples of one distribution: about half of such pairs give a negative value.

    The interval is a bootstrap's: both samples are drawn again, with replacement and to their own size; pairs of a
    sample with itself stay left out; low and high are the 2.5th and the 97.5th percentile of the values. Where the two
    distributions are equal, the interval is wider than it need be.

    Args:
        real: features (n, d), integers or floats. fake: features (m, d).
        resamples: how often the samples are drawn again, at least 40.
        seed: of these draws, a whole number.
        least: the smallest size of either sample that is accepted, 2 or more. Set it lower only where you have no more
            samples, and say so: from 21 and 21 samples with Gaussian features the interval holds the true value in 8 or
            9 of 10 cases, from skewed ones in fewer.

    Returns:
        KernelDistance: value, low, high.

    Raises:
        TypeError: for other dtypes.
        ValueError: for other shapes, NaN and infinity, fewer than `least` samples in either, and fewer resamples.

    Source:
        Bińkowski et al. 2018, Demystifying MMD GANs, section 4.

    Example:
        >>> kernel_distance(np.zeros((100, 1)), np.ones((100, 1))).value  # k(0, 0) + k(1, 1) - 2 k(0, 1) = 1 + 8 - 2
        7.0
    """
    check_count("kernel_distance", 40, resamples=resamples)
    check_count("kernel_distance", 2, least=least)
    check_count("kernel_distance", 0, seed=seed)
    reason = "a bootstrap of so few says little"
    real, fake = check_samples("kernel_distance", least, reason, real=real, fake=fake)
    random = np.random.default_rng(seed)
    real_counts, fake_counts = (_draws(random, len(sample), resamples) for sample in (real, fake))
    values = _mean_kernel(real, real, real_counts, real_counts, same=True)
    values += _mean_kernel(fake, fake, fake_counts, fake_counts, same=True)
    values -= 2 * _mean_kernel(real, fake, real_counts, fake_counts)
    value, *redrawn = values[np.isfinite(values)]  # drawn from a few, all can be one sample, which makes no pair
    low, high = np.percentile(redrawn, [2.5, 97.5])
    return KernelDistance(float(value), float(low), float(high))


def _check_ranges(images, **others):
    """Raise ValueError if one of 0 to 255 stands beside one of [0, 1] or [-1, 1]."""

    def ends(array):
        return float(array.min()), float(array.max())

    def is_small(array, beside):  # and not merely dark
        low, high = ends(array)
        return -1 <= low < high <= 1 and ends(beside)[1] > 20 and 20 * np.abs(array).mean() < np.abs(beside).mean()

    for name, array in others.items():
        if is_small(array, images) or (name == "mean_image" and is_small(images, array)):
            raise ValueError(
                f"explained_variance takes images and {name} in one range; images are {{:g}} to {{:g}}, "
                f"{name} {{:g}} to {{:g}}".format(*ends(images), *ends(array))
            )


def _draws(random, count, resamples):
    """How often each sample counts, (count, 1 + resamples): once each, then as in each of the random draws."""
    drawn = random.multinomial(count, np.full(count, 1 / count), resamples)
    return np.vstack([np.ones(count), drawn]).T


def _mean_kernel(x, y, x_counts, y_counts, same=False):
    """Mean of k over the pairs of x and y, for each column of counts; if x and y are the same, without the diagonal."""
    total = np.zeros(x_counts.shape[1])
    for block in blocks(len(x), row_bytes=8 * len(y)):
        kernel = equations.kernel(x[block], y)
        if same:
            rows = np.arange(len(kernel))
            kernel[rows, rows + block.start] = 0
        total += np.einsum("ij,ij->j", x_counts[block], kernel @ y_counts)
    pairs = x_counts.sum(axis=0) * y_counts.sum(axis=0)
    if same:
        pairs -= np.sum(x_counts**2, axis=0)
    return np.divide(total, pairs, out=np.full_like(total, np.nan), where=pairs > 0)
