"""The measures as their papers define them: a few lines of NumPy each, to be shown and copied.

They check nothing, and hold whole tables of distances or kernels. `sg.metrics.frechet_distance` and the others compute
the same numbers from checked samples, block by block, so that memory does not grow with the square of their count.

Throughout, real and fake are float features (n, d) and (m, d).
"""

import numpy as np

__all__ = [
    "distances",
    "energy_distance",
    "frechet_distance",
    "kernel",
    "precision_recall",
    "random_features",
    "specks",
    "square_root",
    "squared_mmd",
]


def __dir__():
    return __all__


def square_root(matrix):
    """Return the symmetric root of a positive semidefinite matrix.

    Args:
        matrix: float (d, d). Eigenvalues that rounding made negative count as 0.

    Returns:
        float (d, d).

    Example:
        >>> square_root(np.diag([4.0, 9.0])).tolist()
        [[2.0, 0.0], [0.0, 3.0]]
    """
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(eigenvalues, 0))) @ vectors.T


def frechet_distance(real, fake):
    """Return the Fréchet distance of two Gaussians that have the means and covariances of the two samples.

    The trace of (A B)^(1/2) is the sum of the singular values of A^(1/2) B^(1/2).

    Args:
        real, fake: float (n, d), (m, d).

    Returns:
        float: 0 or more.

    Source:
        Heusel et al. 2017, equation 6; Dowson & Landau 1982.

    Example:
        >>> real = np.array([[0.0], [2.0]])
        >>> frechet_distance(real, real + 3)
        9.0
    """
    shift = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
    a, b = (np.atleast_2d(np.cov(sample, rowvar=False)) for sample in (real, fake))
    cross = np.linalg.svd(square_root(a) @ square_root(b), compute_uv=False).sum()
    return max(0.0, float(shift + np.trace(a) + np.trace(b) - 2 * cross))


def kernel(x, y):
    """Return k(x, y) = (x.y / d + 1)^3 for each pair of rows.

    Args:
        x, y: float (n, d), (m, d).

    Returns:
        float (n, m).

    Source:
        Bińkowski et al. 2018, Demystifying MMD GANs, equation 6.

    Example:
        >>> kernel(np.array([[1.0]]), np.array([[0.0], [1.0]])).tolist()
        [[1.0, 8.0]]
    """
    k = x @ y.T / x.shape[1] + 1
    return k * k * k


def squared_mmd(real, fake):
    """Return the unbiased squared MMD: `kernel_distance` without its interval.

    Args:
        real, fake: float (n, d), (m, d), two rows or more each.

    Returns:
        float, which may be negative.

    Source:
        Bińkowski et al. 2018, Demystifying MMD GANs, equation 4.

    Example:
        >>> squared_mmd(np.zeros((2, 1)), np.ones((2, 1)))  # k(0, 0) + k(1, 1) - 2 k(0, 1) = 1 + 8 - 2
        7.0
    """
    n, m = len(real), len(fake)
    k_real, k_fake = kernel(real, real), kernel(fake, fake)
    within_real = (k_real.sum() - np.trace(k_real)) / (n * (n - 1))  # no pair of a sample with itself
    within_fake = (k_fake.sum() - np.trace(k_fake)) / (m * (m - 1))
    return float(within_real + within_fake - 2 * kernel(real, fake).mean())


def distances(x, y):
    """Return the Euclidean distance of each pair of rows.

    Args:
        x, y: float (n, d), (m, d).

    Returns:
        float (n, m).

    Example:
        >>> distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist()
        [[5.0]]
    """
    return np.stack([np.linalg.norm(y - point, axis=1) for point in x])


def energy_distance(real, fake):
    """Return how much further apart samples of two sets are than samples of one, without pairs of a sample with itself.

    Args:
        real, fake: float (n, d), (m, d), two rows or more each.

    Returns:
        float, which may be negative.

    Source:
        Székely & Rizzo 2013, Energy statistics: a class of statistics based on distances, equation 5.

    Example:
        >>> energy_distance(np.array([[0.0], [2.0]]), np.array([[5.0], [5.0]]))  # 2 (5 + 3) / 2 - 2 - 0
        6.0
    """
    n, m = len(real), len(fake)
    within_real = distances(real, real).sum() / (n * (n - 1))
    within_fake = distances(fake, fake).sum() / (m * (m - 1))
    return float(2 * distances(real, fake).mean() - within_real - within_fake)


def random_features(x, seed=0):
    """Return what a random convolutional network makes of images: mean and deviation of each channel in each quarter.

    Args:
        x: float32 (n, height, width, channels), with a mean near 0 and a standard deviation near 1.
        seed: int, from which the weights follow.

    Returns:
        float32 (n, d), d being 8 for each channel of each layer.

    Source:
        Saxe et al. 2011, On random weights and unsupervised feature learning. The layers and features are ours.

    Example:
        >>> random_features(np.zeros((5, 28, 28, 1), "float32")).shape
        (5, 896)
    """
    rng, found = np.random.default_rng(seed), []
    for channels in (16, 32, 64, 64, 64, 64, 64):
        if min(x.shape[1:3]) <= 4:
            break
        weights = rng.normal(0, np.sqrt(2 / (9 * x.shape[-1])), (x.shape[-1], 3, 3, channels))
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]
        x = np.tensordot(windows, weights.astype("float32"), axes=3)  # a convolution of stride 2
        x = np.maximum(x, np.float32(0.2) * x)
        height, width = ((side + 1) // 2 for side in x.shape[1:3])
        for rows in (slice(height), slice(-height, None)):
            for columns in (slice(width), slice(-width, None)):
                quarter = x[:, rows, columns]
                found += [quarter.mean(axis=(1, 2)), quarter.std(axis=(1, 2))]
    return np.concatenate(found, axis=1)


def precision_recall(real, fake, neighbours=3):
    """Return the improved precision and recall.

    Args:
        real, fake: float (n, d), (m, d), more than `neighbours` rows each.
        neighbours: k: a ball reaches to the k-th nearest other sample of its own kind.

    Returns:
        (precision, recall): the share of the fakes in a ball around a real one, and the other way round, 0 to 1.

    Source:
        Kynkäänniemi et al. 2019, Improved precision and recall metric for assessing generative models, equation 1.

    Example:
        >>> precision_recall(np.array([[0.0], [1.0], [2.0]]), np.array([[0.5], [9.0], [9.5]]), neighbours=1)[1]
        1.0
    """
    r_real = np.sort(distances(real, real), axis=1)[:, neighbours]  # nearest is each sample itself
    r_fake = np.sort(distances(fake, fake), axis=1)[:, neighbours]
    precision = np.mean((distances(fake, real) <= r_real).any(axis=1))
    recall = np.mean((distances(real, fake) <= r_fake).any(axis=1))
    return float(precision), float(recall)


def specks(images):
    """Return the share of the lit pixels, above 127, that have at most one lit neighbour among the eight around them.

    Args:
        images: uint8 (n, height, width), or (n, height, width, 1).

    Returns:
        float from 0 to 1.

    Example:
        >>> specks(np.full((1, 1, 1), 255, "uint8"))
        1.0
    """
    lit = images.reshape(images.shape[:3]) > 127
    lit = np.pad(lit, ((0, 0), (1, 1), (1, 1))).astype(int)  # a dark border
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    neighbours = sum(np.roll(lit, step, axis=(1, 2)) for step in steps)
    return float(np.mean(neighbours[lit == 1] <= 1))
