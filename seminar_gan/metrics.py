"""Numbers that say how good images are. Features, class labels or uint8 images in, numbers out.

A number from samples depends on how many there were: say the counts with it. The module `report` does, and sets beside
each number the one that real images get, measured in the same way.
"""

from typing import NamedTuple

import numpy as np

from seminar_gan.neighbours import blocks, check_samples, density_coverage, nearest_images, precision_recall

__all__ = [
    "KernelDistance",
    "class_entropy",
    "class_shares",
    "covered_classes",
    "density_coverage",
    "explained_variance",
    "frechet_distance",
    "kernel_distance",
    "label_fidelity",
    "nearest_images",
    "precision_recall",
    "relative_class_entropy",
    "specks",
]


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


def class_shares(class_labels, num_classes):
    """Return the share of each class: float64 (num_classes,), the sum is 1.

    Args:
        class_labels: integers (n,), 0 to num_classes - 1, as a classifier gives them for generated images.
        num_classes: how many classes there are.

    Raises:
        TypeError, ValueError: for other labels, and for fewer than 10 labels a class: among fewer, a class may be
            missing by chance.
    """
    labels = _labels("class_shares", 10 * num_classes, class_labels=class_labels)[0]
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"class_shares: with {num_classes} classes labels are 0 to {num_classes - 1}; "
            f"got {labels.min()} to {labels.max()}"
        )
    return np.bincount(labels, minlength=num_classes) / len(labels)


def class_entropy(shares):
    """Return the entropy of class shares in bits: 0 if all images are of one class, log2(k) if k classes are equal.

    Args:
        shares: float (num_classes,), as from `class_shares`: 0 or more, sum 1.

    Raises:
        ValueError: for other shares.
    """
    shares = _shares("class_entropy", shares)
    present = shares[shares > 0]
    return float(max(0.0, -np.sum(present * np.log2(present))))


def relative_class_entropy(shares):
    """Return `class_entropy` divided by its greatest value, log2 of the number of classes: 0 to 1.

    Raises ValueError for shares that don't sum to 1, and for fewer than two classes.
    """
    shares = _shares("relative_class_entropy", shares)
    if len(shares) < 2:
        raise ValueError("relative_class_entropy needs at least two classes: the entropy of one is always 0")
    return class_entropy(shares) / float(np.log2(len(shares)))


def covered_classes(shares, expected=None):
    """Return how many classes are covered: those with at least a tenth of the share that is expected of them.

    Args:
        shares: float (num_classes,), as from `class_shares`.
        expected: float (num_classes,), the shares in the real data; without it, equal shares. A class with an expected
            share of 0 is not counted.

    Raises:
        ValueError: for shares that don't sum to 1, and for two lengths.
    """
    shares = _shares("covered_classes", shares)
    expected = np.full_like(shares, 1 / len(shares)) if expected is None else _shares("covered_classes", expected)
    if len(expected) != len(shares):
        raise ValueError(f"covered_classes: {len(shares)} shares, and {len(expected)} are expected")
    return int(np.count_nonzero((expected > 0) & (shares >= expected / 10)))


def label_fidelity(predicted, wanted):
    """Return the share of generated images that show the class they were asked for.

    Args:
        predicted: integers (n,), what a classifier says of the images.
        wanted: integers (n,), what the generator was asked for.

    Raises:
        TypeError, ValueError: for other labels, two lengths, and fewer than 100: one image would be over a percent.
    """
    predicted, wanted = _labels("label_fidelity", 100, predicted=predicted, wanted=wanted)
    if len(predicted) != len(wanted):
        raise ValueError(f"label_fidelity: {len(predicted):,} predicted labels and {len(wanted):,} wanted ones")
    return float(np.mean(predicted == wanted))


def specks(images):
    """Return the share of the lit pixels that have at most one lit neighbour among the eight around them.

    Strokes have few such pixels, and images whose pixels know nothing of each other have many.

    Args:
        images: uint8 (n, height, width) or (n, height, width, 1). A pixel is lit if it is above 127.

    Returns:
        float from 0 to 1; nan if no pixel is lit.
    """
    images = np.asarray(images)
    lit = np.pad(images.reshape(images.shape[:3]) > 127, ((0, 0), (1, 1), (1, 1))).astype(int)
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    neighbours = sum(np.roll(lit, step, axis=(1, 2)) for step in steps)
    return float(np.mean(neighbours[lit == 1] <= 1)) if lit.any() else float("nan")


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


def _labels(function, least, **labels):
    """Label arrays, checked: integers (n,), n at least `least`."""
    arrays = {name: np.asarray(array) for name, array in labels.items()}
    for name, array in arrays.items():
        if not np.issubdtype(array.dtype, np.integer):
            raise TypeError(f"{function} wants integers; {name} has dtype {array.dtype}")
        if array.ndim != 1:
            raise ValueError(f"{function} wants labels (n,); {name} has shape {array.shape}")
        if len(array) < least:
            raise ValueError(f"{function}: {name} has {len(array):,} labels, and fewer than {least:,} tell too little")
    return list(arrays.values())


def _shares(function, shares):
    shares = np.asarray(shares, "float64")
    if shares.ndim != 1 or not (shares >= 0).all() or not np.isclose(shares.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError(f"{function} wants shares (num_classes,), 0 or more, whose sum is 1; got {shares}")
    return shares
