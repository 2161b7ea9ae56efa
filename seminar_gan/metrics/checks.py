"""The checks that the measures share: arrays in, checked arrays out, or an error of one sentence."""

import numpy as np

from seminar_gan.ranges import to_array

LARGEST = 1e40  # more than any float32; the kernel's sixth powers of it are still float64


def to_float64(function, **arrays):
    """Return the arrays as float64.

    Args:
        function: name of the measure, for the message.
        arrays: integers or floats of any precision, of any shape.

    Raises:
        TypeError: for arrays of another dtype, bool among them.
    """
    return [_numbers(function, name, array).astype("float64") for name, array in arrays.items()]


def check_samples(function, least, reason, **samples):
    """Return features as float64 after checking them.

    Args:
        function: name of the measure, for the message.
        least: how many samples are needed, or a function from the dimension d to that number.
        reason: why fewer make no sense, for the message.
        samples: features (n, d) of integers or floats, finite, all of one d.

    Raises:
        TypeError: for arrays of another dtype.
        ValueError: for other shapes, too few samples, NaN, infinity and numbers above 1e40.
    """
    arrays = {name: _numbers(function, name, array) for name, array in samples.items()}
    for name, array in arrays.items():
        if array.ndim != 2 or array.shape[1] == 0:
            raise ValueError(f"{function} takes features (n, d), one row a sample; {name} has shape {array.shape}")
    shapes = {name: array.shape for name, array in arrays.items()}
    if len({shape[1] for shape in shapes.values()}) > 1:
        raise ValueError(f"{function} takes features of one dimension d; got the shapes {shapes}")
    for name, array in arrays.items():
        needed = least(array.shape[1]) if callable(least) else least
        if len(array) < needed:
            raise ValueError(
                f"{function}: {name} has {len(array):,} samples of {array.shape[1]:,} dimensions, and {reason}; "
                f"give at least {needed:,}"
            )
        check_finite(function, **{name: array})
    return [array.astype("float64") for array in arrays.values()]


def check_finite(function, **arrays):
    """Raise ValueError if a row of an array holds NaN, infinity or a number above 1e40."""
    for name, array in arrays.items():
        fine = np.abs(array.astype("float64")) <= LARGEST  # false for NaN, too
        if not fine.all():
            bad = np.count_nonzero(~fine.reshape(len(array), -1).all(axis=1))
            raise ValueError(
                f"{function}: {bad:,} of the {len(array):,} samples in {name} hold NaN, infinity or numbers above "
                f"{LARGEST:g}; if a network made them, its training diverged"
            )


def check_labels(function, least, **labels):
    """Return label arrays (n,) after checking them.

    Args:
        function: name of the measure, for the message.
        least: how many labels are needed.
        labels: integers (n,), or (n, 1) as in some of Keras's data sets.

    Raises:
        TypeError: for labels that are not integers.
        ValueError: for other shapes, and for too few labels.
    """
    arrays = {name: to_array(array, function, name) for name, array in labels.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "iu":
            whole = "if they are whole numbers, {name}.astype('int64'); names are numbered by datasets.number_classes"
            raise TypeError(f"{function} takes integers; {name} has dtype {array.dtype}: {whole.format(name=name)}")
        if array.ndim != 1 and array.shape[1:] != (1,):
            rows = f"; of one-hot rows: {name}.argmax(axis=1)" if array.ndim == 2 else ""
            raise ValueError(f"{function} takes labels (n,); {name} has shape {array.shape}{rows}")
        if len(array) < least:
            raise ValueError(f"{function}: {name} has {len(array):,} labels, but needs at least {least:,}")
    return [array.reshape(-1) for array in arrays.values()]


def check_count(function, lowest=1, /, **counts):
    """Raise ValueError unless each count is a whole number and at least `lowest`."""
    for name, count in counts.items():
        if not isinstance(count, int | np.integer) or isinstance(count, bool) or count < lowest:
            raise ValueError(f"{function}: {name} must be a whole number of at least {lowest}; got {count!r}")


def _numbers(function, name, array):
    array = to_array(array, function, name)
    if array.dtype.kind not in "iuf" and array.dtype.name != "bfloat16":  # NumPy itself does not know bfloat16
        raise TypeError(f"{function} takes integers or floats; {name} has dtype {array.dtype}")
    return array
