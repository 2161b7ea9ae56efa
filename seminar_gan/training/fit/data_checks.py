"""What is rejected before the first step: images and labels that do not fit the networks."""

import warnings

import numpy as np

from seminar_gan import hints
from seminar_gan.training.fit.checks import image_range, num_classes

ROUNDING = 1e-3  # how far beyond its range a float image may lie
LEVEL = 1.01 / 255  # one of 255, and rounding
CURES = {
    "b": ": give 255 * images.astype('uint8')",
    "i": ": give images.astype('uint8') if they are from 0 to 255, or datasets.as_images(images)[0]",
    "u": ": give images.astype('uint8') if they are from 0 to 255, or datasets.as_images(images)[0]",
}
NUMBER = "datasets.number_classes(class_labels) numbers any names from 0 on: build the networks for as many classes"


def check_groups(groups):
    """Return groups of arrays as tuples of NumPy arrays; reject empty ones, and lengths that differ within a group.

    Raises:
        ValueError: names the lengths.
    """
    groups = tuple(tuple(np.asarray(array) for array in group) for group in groups)
    for group in groups:
        lengths = [len(array) for array in group]
        if not lengths or min(lengths) == 0 or len(set(lengths)) > 1:
            raise ValueError(f"the arrays of a group must have one length, at least 1; got {lengths}")
    return groups


def check_images(images, generator):
    """Reject images that are not like the generator's.

    Args:
        images: uint8 (n, height, width, channels), 0 to 255; or float in the generator's `image_range`.
        generator: keras.Model.

    Returns:
        the images as uint8 or as float32; they are copied only from another kind of float.

    Raises:
        TypeError: if they are of another type, and for uint8 if the generator has no range that they could be scaled
            to.
        ValueError: if shape or range are wrong, if there are none, or if a value is not finite.
    """
    images, bounds = _as_array(images, "images"), image_range(generator)
    if not (np.issubdtype(images.dtype, np.floating) or (images.dtype == np.uint8 and bounds)):
        kinds = "uint8, or floating-point numbers in the generator's range" if bounds else "floating-point numbers"
        cure = CURES.get(images.dtype.kind, "") if bounds and images.dtype != np.uint8 else ""
        raise TypeError(f"images must be {kinds}; got {images.dtype}{cure}")
    shape = tuple(generator.output_shape[1:])
    if images.shape[1:] != shape:
        raise ValueError(
            f"images must have the generator's shape (n, {', '.join(map(str, shape))}); got {images.shape}"
            f"{_hint(images.shape, shape)}"
        )
    if not len(images):
        raise ValueError("there are no images to train on: the array is empty")
    if images.dtype == np.uint8:
        if len(shape) == 3 and images.max() == 1:
            warnings.warn(
                "the images are uint8 from 0 to 1, of 255: all of them are nearly black. If 1 means white, give "
                "images * 255; if they come from numbers up to 0.004, these were divided by 255 twice",
                stacklevel=4,
            )
        return images
    low, high = float(images.min()), float(images.max())
    if not np.isfinite([low, high]).all():
        _refuse_nan(images)
    _check_range(low, high, bounds)
    if bounds == (0, 1) and len(shape) == 3 and low < high <= LEVEL:
        warnings.warn(
            f"the images lie in [{low:g}, {high:g}], at most one of 255 levels: if {high:g} means white, they were "
            "divided by 255 twice; give uint8 images, or divide them once",
            stacklevel=4,
        )
    return images.astype("float32", copy=False)


def _as_array(data, what):
    """Return arrays, tensors and lists of these as one NumPy array, which shares their memory where it can."""
    if hasattr(data, "element_spec") or (hasattr(data, "__next__") and not hasattr(data, "__array__")):
        raise TypeError(
            f"{what} must be one array, whose order follows from the seed; got a {type(data).__name__}. Collect what "
            "it yields, for example np.concatenate(list(batches))"
        )
    try:
        return np.asarray(data)
    except ValueError as error:
        raise ValueError(f"{what} must be one array, so all must have one shape; these differ") from error


def _hint(got, shape):
    """Return what to do about images (n, ...) or an image whose shape is not the generator's; empty if that is open."""
    if len(shape) != 3:
        return ""
    height, width, channels = shape
    known = {
        (height, width): "; add the channel: images[..., None]" if channels == 1 else "",
        (channels, height, width): f"; channels come last here: {hints.CHANNELS_LAST.format(images='images')}",
        (height, width, channels + 1): "; the last channel may be transparency: leave it out, images[..., :-1]",
        (height * width * channels,): f"; reshape them: images.reshape(-1, {height}, {width}, {channels})",
    }
    if got == shape:
        return "; one image is images[None]"
    if channels == 1 and got[1:] == (height, width, 3):
        return (
            "; for grey images give images.mean(axis=-1, keepdims=True).astype(images.dtype), or build for 3 channels"
        )
    if channels == 3 and got[1:] in ((height, width), (height, width, 1)):
        return (
            f"; for grey images build for 1 channel, image_shape=({height}, {width}, 1), or give each three times: "
            + ("np.repeat(images.reshape(*images.shape[:3], 1), 3, axis=-1)")
        )
    return known.get(got[1:], "")


def _refuse_nan(images):
    """Say how many images hold a nan or an infinity. A part of them is looked at at a time."""
    parts = (np.isfinite(images[i : i + 1000].reshape(len(images[i : i + 1000]), -1)).all(axis=1)
             for i in range(0, len(images), 1000))  # fmt: skip
    bad = np.flatnonzero(~np.concatenate(list(parts)))
    raise ValueError(
        f"images must be finite; {len(bad):,} of {len(images):,} hold a nan or an infinity, first images[{bad[0]}]"
    )


def _check_range(low, high, bounds):
    """Reject float images outside the generator's range, and warn where they look like another one."""
    if bounds and not bounds[0] - ROUNDING <= low <= high <= bounds[1] + ROUNDING:
        ending, scale = {(-1, 1): ("tanh", "to_symmetric"), (0, 1): ("a sigmoid", "to_unit")}[bounds]
        raise ValueError(
            f"the generator ends in {ending}, so images must be in [{bounds[0]}, {bounds[1]}]; "
            f"got {low:g} to {high:g}. Give uint8 images, or scale them by ranges.{scale}"
        )
    if bounds == (-1, 1) and low >= 0:
        warnings.warn(
            f"the generator ends in tanh, and the images lie in [{low:g}, {high:g}]: if they were scaled by "
            "ranges.to_unit, they are all too light. Give uint8 images, or scale them by ranges.to_symmetric",
            stacklevel=4,
        )


def check_labels(class_labels, count, generator):
    """Return class labels or attributes as an array; reject what the generator's second input cannot take.

    Args:
        class_labels: integers (count,) or (count, 1), or attribute vectors (count, k).
        count: how many there must be.
        generator: keras.Model from [z, class_labels].

    Raises:
        TypeError: if they are floats or names where integers are expected.
        ValueError: if their shape is wrong, or if there is no such class.
    """
    class_labels, expected = _as_array(class_labels, "class_labels"), generator.inputs[1]
    shape, whole = (count, *expected.shape[1:]), np.dtype(expected.dtype).kind in "iu"
    if {class_labels.shape, shape} == {(count,), (count, 1)}:
        class_labels = class_labels.reshape(shape)
    classes = num_classes(generator)
    if class_labels.shape != shape:
        one_hot = whole and class_labels.shape == (count, classes)
        hint = f"; from one-hot vectors take {hints.CLASS_OF_ONE_HOT.format(labels='class_labels')}" if one_hot else ""
        raise ValueError(f"class_labels must have shape {shape}, one for each image; got {class_labels.shape}{hint}")
    if whole and class_labels.dtype.kind not in "iub":
        raise TypeError(f"class_labels must be integers; got {class_labels.dtype}. {NUMBER}")
    if not whole and (class_labels.dtype.kind not in "iubf" or not np.isfinite(class_labels).all()):
        raise ValueError(
            f"attributes must be finite numbers; got {class_labels.dtype}, or a nan or infinity among them"
        )
    if classes and len(class_labels):
        low, high = class_labels.min(), class_labels.max()
        if low < 0:
            raise ValueError(hints.unlabelled(class_labels, "class_labels"))
        if high >= classes:
            raise ValueError(
                f"class_labels must be from 0 to {classes - 1}, the classes of the generator {generator.name!r}; "
                f"got {low} to {high}. {NUMBER}"
            )
    return class_labels.astype(expected.dtype)
