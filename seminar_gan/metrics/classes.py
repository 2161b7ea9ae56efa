"""What generated images show of their classes and attributes: shares, entropy, coverage, obedience."""

import warnings

import numpy as np

from seminar_gan.metrics.checks import check_count, check_finite, check_labels, to_float64

__all__ = ["class_entropy", "class_shares", "covered_classes", "label_fidelity", "obedience"]


def class_shares(class_labels, num_classes):
    """Return the share of each class.

    Args:
        class_labels: integers (n,), 0 to num_classes - 1, as a classifier gives them for generated images.
        num_classes: how many classes there are.

    Returns:
        float64 (num_classes,), 0 or more; the sum is 1.

    Raises:
        TypeError: for labels that are not integers.
        ValueError: for other shapes and other labels, and for fewer than 10 labels a class: among fewer, a class may
            be missing by chance.

    Example:
        >>> class_shares([0] * 30 + [1] * 10, num_classes=2).tolist()
        [0.75, 0.25]
    """
    check_count("class_shares", num_classes=num_classes)
    (labels,) = check_labels("class_shares", 10 * num_classes, class_labels=class_labels)
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"class_shares: with {num_classes} classes the labels must be 0 to {num_classes - 1}; "
            f"got {labels.min()} to {labels.max()}"
        )
    return np.bincount(labels.astype("int64"), minlength=num_classes) / len(labels)


def class_entropy(shares):
    """Return the entropy of class shares in bits: 0 if all images are of one class, log2(k) if k classes are equal.

    Args:
        shares: float (num_classes,), as from `class_shares`: 0 or more, sum 1.

    Returns:
        float, 0 or more.

    Raises:
        TypeError, ValueError: for other shares.

    Example:
        >>> class_entropy([0.25, 0.25, 0.25, 0.25])
        2.0
    """
    shares = _shares("class_entropy", shares=shares)
    present = shares[shares > 0]
    return float(max(0.0, -np.sum(present * np.log2(present))))


def covered_classes(shares, expected=None):
    """Return how many classes are covered: those with at least a tenth of their expected share.

    Args:
        shares: float (num_classes,), as from `class_shares`.
        expected: float (num_classes,), the shares in the real data; equal shares if it is None. A class with an
            expected share of 0 is not counted.

    Returns:
        int from 0 to num_classes.

    Raises:
        TypeError, ValueError: for shares that don't sum to 1, and for two lengths.

    Example:
        >>> covered_classes([0.5, 0.48, 0.02])  # a tenth of 1/3 is 0.033
        2
    """
    shares = _shares("covered_classes", shares=shares)
    expected = (
        np.full_like(shares, 1 / len(shares)) if expected is None else _shares("covered_classes", expected=expected)
    )
    if len(expected) != len(shares):
        raise ValueError(
            f"covered_classes takes shares and expected of one length; got {len(shares)} and {len(expected)}"
        )
    return int(np.count_nonzero((expected > 0) & (shares >= expected / 10)))


def label_fidelity(predicted, class_labels):
    """Return the share of generated images that show the class the generator was asked for.

    Args:
        predicted: integers (n,), the classes that a classifier sees in the images.
        class_labels: integers (n,), the classes that the generator was asked for.

    Returns:
        float from 0 to 1.

    Raises:
        TypeError: for labels that are not integers.
        ValueError: for other shapes, two lengths, and fewer than 100 labels: one image would be over a percent.

    Warns:
        UserWarning: if no label is in both: then the classes are probably numbered differently.

    Example:
        >>> label_fidelity(np.zeros(100, int), np.repeat([0, 1], [80, 20]))
        0.8
    """
    predicted, class_labels = check_labels("label_fidelity", 100, predicted=predicted, class_labels=class_labels)
    if len(predicted) != len(class_labels):
        raise ValueError(
            f"label_fidelity takes a class label for each image; got {len(predicted):,} predicted labels "
            f"and {len(class_labels):,} class labels"
        )
    seen, asked = set(predicted.tolist()), set(class_labels.tolist())
    if len(seen) > 1 and len(asked) > 1 and not seen & asked:
        warnings.warn(
            f"label_fidelity: the labels asked for ({min(asked)} to {max(asked)}) and those seen ({min(seen)} to "
            f"{max(seen)}) have none in common; are the classes numbered alike? The classifier of MNIST sees 0 to 9",
            stacklevel=2,
        )
    return float(np.mean(predicted == class_labels))


def obedience(attributes, measured, names):
    """Return how well images obey each attribute that the generator was given.

    R^2 is 1 - sum((attribute - measured)^2) / sum((attribute - mean)^2): 1 is perfect obedience, and the same image
    every time gets 0 at best. Unlike a correlation it counts a wrong scale against the images.

    Args:
        attributes: float (n, k), what the generator was given.
        measured: float (n, k), what a regressor reads from the images.
        names: k names of the attributes.

    Returns:
        {name: (R^2, root of the mean squared error)}, the error in the attribute's own unit.

    Raises:
        TypeError: for arrays that hold no numbers.
        ValueError: if the shapes differ or don't fit the names, for a name that comes twice, for NaN and infinity, or
            if an attribute never varies.

    Example:
        >>> obedience([[-1], [1]], [[-0.5], [0.5]], ["smile"])  # 1 - (0.25 + 0.25) / (1 + 1)
        {'smile': (0.75, 0.5)}
    """
    names = list(names)
    if len(set(names)) < len(names):
        raise ValueError(f"obedience reports each attribute under its name; give each another name, got {names}")
    attributes, measured = to_float64("obedience", attributes=attributes, measured=measured)
    if attributes.shape != measured.shape or attributes.ndim != 2 or attributes.shape[1] != len(names):
        raise ValueError(
            f"obedience takes two arrays (n, {len(names)}), a column for each name; "
            f"got {attributes.shape} and {measured.shape}"
        )
    check_finite("obedience", attributes=attributes, measured=measured)
    report = {}
    for name, given, seen in zip(names, attributes.T, measured.T, strict=True):
        squares = np.sum((given - seen) ** 2)
        variation = np.sum((given - given.mean()) ** 2) if len(given) else 0.0
        if variation <= 1e-20 * np.sum(given**2):  # rounding
            raise ValueError(f"obedience needs attributes that vary; {name!r} is the same in all {len(given)} rows")
        report[name] = (float(1 - squares / variation), float(np.sqrt(squares / len(given))))
    return report


def _shares(function, **shares):
    """The one array of shares, checked: float64 (num_classes,), 0 or more, sum 1 but for a half-precision rounding."""
    ((name, given),) = shares.items()
    (array,) = to_float64(function, **shares)
    cure = f"; of counts: {name} / {name}.sum()" if array.sum() > 1 else ""
    if array.ndim != 1 or not (array >= 0).all() or not np.isclose(array.sum(), 1, rtol=0, atol=1e-3):
        raise ValueError(f"{function} takes shares (num_classes,), 0 or more, whose sum is 1; {name} is {given}{cure}")
    return array
