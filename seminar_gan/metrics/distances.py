"""How far generated images are from real ones. Images or features in, numbers out."""

from typing import NamedTuple

import numpy as np

from seminar_gan.metrics.neighbours import blocks, check_samples


class KernelDistance(NamedTuple):
    """An unbiased estimate, which may be negative, and the ends of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def explained_variance(images, reconstructions, mean_image):
    """Return the share of the images' variation that the reconstructions explain.

    1 is a perfect reconstruction. 0 is as good as answering with the mean image every time; below 0 is worse. The
    measure does not depend on the contrast of the images, so that data sets of different contrast can be compared.

    Args:
        images: float (n, ...), the originals.
        reconstructions: float (n, ...), the same shape.
        mean_image: float (...), the mean of the training images.

    Returns:
        float: 1 - sum((images - reconstructions)^2) / sum((images - mean_image)^2).
    """
    left = np.sum((images - reconstructions) ** 2, dtype="float64")
    return float(1 - left / np.sum((images - mean_image) ** 2, dtype="float64"))


def frechet_distance(real, fake):
    """Return the Fréchet distance of two Gaussians that have the means and covariances of the two samples.

    |mean difference|^2 + tr(A + B - 2 (A B)^(1/2)), A and B being the covariances. The trace of (A B)^(1/2) is the sum
    of the roots of the eigenvalues of A^(1/2) B A^(1/2), and these roots are the singular values of A^(1/2) B^(1/2).

    The distance is biased: small samples give a larger one. Compare only numbers from equal counts. It is an FID only
    on the features of one Inception network.

    Args:
        real: features (n, d). fake: features (m, d).

    Returns:
        float: 0 or more.

    Raises:
        TypeError, ValueError: for other arrays, and for fewer than d + 1 samples in either.

    Source:
        Heusel et al. 2017, equation 6; Dowson & Landau 1982.
    """
    reason = "a covariance of full rank needs more samples than dimensions"
    real, fake = check_samples("frechet_distance", lambda d: d + 1, reason, real=real, fake=fake)
    real, fake = real.astype("float64"), fake.astype("float64")
    a, b = (np.cov(sample, rowvar=False).reshape(sample.shape[1], -1) for sample in (real, fake))
    shift = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
    cross = np.linalg.svd(_square_root(a) @ _square_root(b), compute_uv=False).sum()
    return float(max(0.0, shift + np.trace(a) + np.trace(b) - 2 * cross))


def kernel_distance(real, fake, *, resamples=100, seed=0, least=100):
    """Return the kernel distance: the unbiased squared MMD with the kernel k(x, y) = (x.y / d + 1)^3.

    The value is the mean over all pairs, not over subsets of the samples. On average it is the same for small and large
    samples, and 0 for two samples of one distribution: about every second such pair gives a negative value.

    The interval is a bootstrap's: the reals and the fakes are drawn again, with replacement and as many as there are;
    pairs of a sample with itself stay left out; low and high are the 2.5th and the 97.5th percentile of the values.
    Where the two distributions are equal, it is wider than it need be.

    Args:
        real: features (n, d). fake: features (m, d).
        resamples: how often the samples are drawn again, at least 40. seed: of these draws.
        least: how many there must be in either sample. Set it lower only where there are no more, and say so: from 21
            and 21 numbers the interval holds the true value in about 7 of 10 cases.

    Returns:
        KernelDistance: value, low, high.

    Raises:
        TypeError, ValueError: for other arrays, for fewer than `least` samples in either, and for fewer resamples.

    Source:
        Bińkowski et al. 2018, Demystifying MMD GANs, section 4.
    """
    if resamples < 40:
        raise ValueError(
            f"kernel_distance: resamples must be at least 40 for percentiles of 2.5 and 97.5; got {resamples}"
        )
    reason = "a bootstrap of so few tells little"
    real, fake = check_samples("kernel_distance", max(2, least), reason, real=real, fake=fake)
    real, fake = real.astype("float64"), fake.astype("float64")
    random = np.random.default_rng(seed)
    real_counts, fake_counts = (_draws(random, len(sample), resamples) for sample in (real, fake))
    values = _mean_kernel(real, real, real_counts, real_counts, same=True)
    values += _mean_kernel(fake, fake, fake_counts, fake_counts, same=True)
    values -= 2 * _mean_kernel(real, fake, real_counts, fake_counts)
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return KernelDistance(float(values[0]), float(low), float(high))


def _square_root(matrix):
    """The symmetric root of a symmetric matrix without negative eigenvalues, but for rounding."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(eigenvalues, 0))) @ vectors.T


def _draws(random, count, resamples):
    """How often each sample counts, (count, 1 + resamples): once each, then as in each of the random draws."""
    drawn = random.multinomial(count, np.full(count, 1 / count), resamples)
    return np.vstack([np.ones(count), drawn]).T


def _mean_kernel(x, y, x_counts, y_counts, same=False):
    """Mean of k over the pairs of x and y, for each column of counts; if x and y are the same, without the diagonal."""
    total = np.zeros(x_counts.shape[1])
    for block in blocks(len(x), row_bytes=8 * len(y)):
        kernel = x[block] @ y.T / x.shape[1] + 1
        kernel *= kernel * kernel
        if same:
            rows = np.arange(len(kernel))
            kernel[rows, rows + block.start] = 0
        total += np.einsum("ij,ij->j", x_counts[block], kernel @ y_counts)
    pairs = x_counts.sum(axis=0) * y_counts.sum(axis=0)
    return total / (pairs - np.sum(x_counts**2, axis=0) if same else pairs)
