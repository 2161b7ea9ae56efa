"""A user's own labels: names of any kind to the numbers of classes."""

import unicodedata
import warnings

import numpy as np

from seminar_gan import hints

__all__ = ["number_classes"]

LEAVE_OUT = "leave these images out, for example x[known], y[known], or give them a name of their own"
GAPS = ("nan", "NaN", "None", "<NA>", "NaT")  # what astype(str) makes of a missing label
UNLABELLED = (-1, -99, -100, -999, -9999)  # what usually stands for a missing label among numbers from 0 up


def __dir__():
    return __all__


def number_classes(labels):
    """Number the classes that labels name, whatever the names are: ids with gaps, negative or huge numbers, texts.

    Args:
        labels: (n,) whole numbers (as floats, too), bool, str or bytes; or (n, 1); or one-hot (n, k), 0 and 1.

    Returns:
        int32 (n,), 0 to k - 1, and a tuple of the k names, int, bool or str, sorted: the name of image i is
        names[numbers[i]]. A class that no image has is not counted. Texts that differ only in spaces around them or
        in how accents are encoded are one name, with a warning.

    Raises:
        TypeError: for labels of another kind.
        ValueError: for another shape, for missing labels (nan and None, as texts too, empty texts, and -1, -100 or -999
            beside numbers from 0 up), and for numbers that are not whole.

    Example:
        >>> numbers, names = number_classes([24_300, 7, 24_300])
        >>> numbers.tolist(), names
        ([1, 0, 1], (7, 24300))
    """
    labels = _names(_one_a_row(_plain_labels(labels)))
    names, numbers = np.unique(labels, return_inverse=True)
    return numbers.astype("int32"), tuple(names.tolist())


def _plain_labels(labels):
    """Return labels as an array of one kind, none of them missing."""
    if np.ma.is_masked(labels):
        raise ValueError("labels are masked: leave these images out")
    try:
        labels = np.asarray(labels)
    except ValueError as error:
        raise ValueError("labels must be one for each image; these are lists of different lengths") from error
    if labels.dtype.kind in "OT":  # objects; texts of any length
        values = [getattr(value, "item", lambda value=value: value)() for value in labels.ravel()]  # NumPy's scalars
        missing = sum(value is None or type(value).__name__ == "NAType" or value != value for value in values)
        if missing:
            raise ValueError(f"{missing:,} of {len(values):,} labels are missing (None or nan): {LEAVE_OUT}")
        kinds = {type(value) for value in values}
        if len(kinds) > 1:
            named = " and ".join(sorted(kind.__name__ for kind in kinds))
            raise TypeError(f"labels must be of one kind; got {named}. Make them texts: y.astype(str)")
        labels = np.array(values).reshape(labels.shape)
    if labels.dtype.kind == "M":
        if missing := int(np.sum(np.isnat(labels))):
            raise ValueError(f"{missing:,} of {labels.size:,} labels are missing (NaT): {LEAVE_OUT}")
        labels = labels.astype(str)
    if labels.dtype.kind not in "biufUS":
        raise TypeError(f"labels must be whole numbers or texts; got {labels.dtype}. Make them texts: y.astype(str)")
    return labels


def _one_a_row(labels):
    """Return labels as (n,), from (n,), (n, 1) or one-hot (n, k)."""
    if not labels.size or not labels.ndim:
        raise ValueError(f"labels must be one for each image, (n,); got shape {labels.shape}")
    if labels.ndim == 2 and min(labels.shape) > 1 and labels.dtype.kind in "biuf":
        one_hot = np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()
        if one_hot:
            return labels.argmax(axis=1)
        raise ValueError(
            f"labels of shape {labels.shape} are not one-hot, with one 1 in each row: give one label for each image, a "
            f"column such as y[:, 0], or the largest of each row, {hints.CLASS_OF_ONE_HOT.format(labels='y')}"
        )
    if labels.size != max(labels.shape):
        raise ValueError(f"labels must be one for each image, (n,); got shape {labels.shape}. Take a column: y[:, 0]")
    return labels.ravel()


def _names(labels):
    """Return labels (n,) as names: whole numbers, bool or str."""
    if labels.dtype.kind == "S":
        labels = np.array([label.decode("utf-8", "backslashreplace") for label in labels.tolist()])
    if labels.dtype.kind == "U":
        return _texts(labels)
    if labels.dtype.kind == "f":
        if missing := int(np.sum(~np.isfinite(labels))):
            raise ValueError(f"{missing:,} of {len(labels):,} labels are nan or infinite: {LEAVE_OUT}")
        whole, exact = np.rint(labels), 2.0 ** (np.finfo(labels.dtype).nmant + 1)
        if np.any(whole != labels):
            raise ValueError(
                f"labels must be whole numbers or texts; got {labels[whole != labels][0]:g}. Numbers on a scale are no "
                "classes: make some of them, for example np.digitize(y, edges)"
            )
        if np.abs(labels).max() >= exact:
            raise ValueError(
                f"labels up to {np.abs(labels).max():.0f} are not exact as {labels.dtype.name}: give integers or texts"
            )
        labels = whole.astype("int64")
    if labels.dtype.kind == "i" and (least := int(labels.min())) in UNLABELLED:
        others = labels[labels != least]
        if np.all(others >= 0) and set(others.tolist()) != {-least}:
            raise ValueError(hints.unlabelled(labels))
    return labels


def _texts(labels):
    """Return texts (n,) without spaces around them, accents encoded in one way."""
    plain = [unicodedata.normalize("NFC", label.strip()) for label in labels.tolist()]
    if missing := plain.count(""):
        raise ValueError(f"{missing:,} of {len(plain):,} labels are empty texts: {LEAVE_OUT}")
    if gaps := [name for name in GAPS if name in plain]:
        raise ValueError(
            f"{sum(map(plain.count, gaps)):,} of {len(plain):,} labels are {' or '.join(map(repr, gaps))}, which "
            f"usually means a missing label that was made a text: {LEAVE_OUT}"
        )
    written = {}
    for label, name in zip(labels.tolist(), plain, strict=True):
        written.setdefault(name, set()).add(label)
    if merged := {name: sorted(labels) for name, labels in written.items() if len(labels) > 1}:
        name, ways = next(iter(merged.items()))
        warnings.warn(
            f"{len(merged):,} of {len(written):,} classes are written in several ways, which differ in spaces or in "
            f"how accents are encoded, and count as one each: {name!r} is {', '.join(map(ascii, ways))}",
            stacklevel=4,
        )
    return np.array(plain)
