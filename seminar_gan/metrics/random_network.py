"""Distance of images by the features of a network that was never trained: the ruler for few images.

Random convolutions followed by a rectifier answer to edges, spots, colours and their arrangement, differently in each
channel. That is enough to tell sets of images apart, and a network that learned nothing favours no kind of image.
"""

import numpy as np

from seminar_gan import ranges
from seminar_gan.metrics import equations
from seminar_gan.metrics.checks import check_count, check_samples
from seminar_gan.metrics.measurements import standardise

__all__ = ["distance_in_floors", "energy_distance", "random_features", "split_floor"]

LEAST = 16


def __dir__():
    return __all__


def random_features(images, reference=None, *, seed=0):
    """Return the features of images in a random convolutional network.

    Each layer is a 3 x 3 convolution of stride 2 with normal weights and a leaky rectifier of slope 0.2. The features
    are mean and standard deviation of each channel in each quarter of the image, of all layers.

    Args:
        images: uint8 (n, height, width, channels), 0 to 255, at least 16 pixels high and wide.
        reference: uint8 (m, height, width, channels), the real images: all are measured from the mean of their pixels
            in units of their standard deviation. Without it, `images` themselves are taken.
        seed: whole number, from which the weights follow.

    Returns:
        float32 (n, d), d being 8 for each channel of each layer: 896 for 28 x 28 pixels, 1,408 for 64 x 64.

    Raises:
        TypeError: if an array is not uint8.
        ValueError: if the shapes do not fit, or images are smaller.

    Source:
        Saxe et al. 2011, On random weights and unsupervised feature learning. The layers and features are ours.

    Example:
        >>> random_features(np.zeros((5, 28, 28, 1), "uint8")).shape
        (5, 896)
    """
    reference = images if reference is None else reference
    x, reference = (ranges.to_unit(array) for array in (images, reference))
    if x.ndim != 4 or x.shape[1:] != reference.shape[1:] or min(x.shape[1:3]) < LEAST or not len(x) * len(reference):
        raise ValueError(
            f"random_features takes images (n, height, width, channels), {LEAST} pixels or more a side, and a "
            f"reference of the same size; got shapes {x.shape} and {reference.shape}"
        )
    return equations.random_features((x - reference.mean()) / max(float(reference.std()), 1e-3), seed)


def energy_distance(real, fake):
    """Return how much further apart samples of two sets are than samples of one: 2 E|x-y| - E|x-x'| - E|y-y'|.

    A set of copies of one image is far from the real ones: E|y-y'| is 0.

    Args:
        real, fake: features (n, d) and (m, d) of integers or floats, two rows or more each.

    Returns:
        float, 0 in the mean if both are of one distribution, and then below 0 as often as above.

    Raises:
        TypeError, ValueError: for arrays that hold no numbers, other shapes, NaN and infinity.

    Source:
        Székely & Rizzo 2013, Energy statistics: a class of statistics based on distances, equation 5; without the pairs
        of a sample with itself, as in the unbiased MMD.

    Example:
        >>> energy_distance(np.array([[0.0], [2.0]]), np.array([[5.0], [5.0]]))  # 2 (5 + 3) / 2 - 2 - 0
        6.0
    """
    real, fake = check_samples("energy_distance", 2, "pairs are compared", real=real, fake=fake)
    return _energy(equations.distances(real, real), equations.distances(fake, fake), equations.distances(real, fake))


def split_floor(features, count, *, splits=200, seed=0):
    """Return the energy distance that 95 % of random splits of one set are below: the floor for images of that set.

    Args:
        features: (n, d) of the real images.
        count: whole number, samples on one side of the split; the others, two or more, are on the other.
        splits: whole number of splits.
        seed: whole number, from which the splits follow.

    Returns:
        float.

    Raises:
        TypeError, ValueError: as `energy_distance`, and for a count that leaves fewer than two on a side.

    Example:
        >>> split_floor(np.array([[0.0], [0.0], [0.0], [0.0]]), 2)
        0.0
    """
    check_count("split_floor", 2, count=count)
    check_count("split_floor", splits=splits)
    (features,) = check_samples("split_floor", count + 2, "two must be left on each side", features=features)
    apart, rng, found = equations.distances(features, features), np.random.default_rng(seed), []
    for _ in range(splits):
        order = rng.permutation(len(features))
        one, other = order[:count], order[count:]
        found.append(_energy(*(apart[np.ix_(*pair)] for pair in ((one, one), (other, other), (one, other)))))
    return float(np.percentile(found, 95))


def distance_in_floors(images, held, made, *, seed=0):
    """Return the distance of generated from held-out images: below 1 where real images are as far from each other.

    It is the energy distance of `random_features`, standardised by all real images, divided by their `split_floor`.

    Args:
        images: uint8 (n, height, width, channels), all real images.
        held: those of them that were not trained on.
        made: generated images.
        seed: whole number, from which weights and splits follow.

    Returns:
        float.

    Raises:
        TypeError, ValueError: as `random_features`, and for fewer than two held-out, other or generated images.

    Example:
        >>> images = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1)).astype("uint8")
        >>> held, training = images[:10], images[10:]
        >>> distance_in_floors(images, held, training) < 2 < distance_in_floors(images, held, training // 2)
        True
    """
    features, held, made = standardise(*(random_features(array, images, seed=seed) for array in (images, held, made)))
    floor = split_floor(features, len(held), seed=seed)
    return energy_distance(held, made) / max(floor, 1e-9)


def _energy(real, fake, between):
    """The energy distance from the distances within and between two sets."""
    n, m = between.shape
    return float(2 * between.mean() - real.sum() / (n * (n - 1)) - fake.sum() / (m * (m - 1)))
