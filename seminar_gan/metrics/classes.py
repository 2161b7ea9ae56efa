"""What classes generated images show: shares, entropy, coverage, obedience to labels. Labels in, numbers out."""

import numpy as np


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
