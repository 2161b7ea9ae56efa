"""What is refused before the first step: networks that do not fit each other, images that do not fit the networks."""

import numpy as np


def check_networks(generator, discriminator):
    """Refuse networks that cannot play: the discriminator must take what the generator makes, and answer one logit.

    Raises:
        ValueError: names both shapes.
    """
    made, wanted = generator.output_shape[1:], discriminator.inputs[0].shape[1:]
    if tuple(made) != tuple(wanted):
        raise ValueError(
            f"the generator {generator.name!r} makes images of shape {tuple(made)}, "
            f"but the discriminator {discriminator.name!r} takes {tuple(wanted)}"
        )
    if tuple(discriminator.output_shape[1:]) != (1,):
        raise ValueError(
            f"the discriminator {discriminator.name!r} must answer one logit an image, shape (1,); "
            f"it answers {tuple(discriminator.output_shape[1:])}"
        )


def check_images(images, generator):
    """Refuse images that are not like the generator's, and return them as float32.

    The range follows from the generator's last activation: [-1, 1] for tanh, [0, 1] for sigmoid, any other for none.

    Raises:
        TypeError: if they are not floating-point numbers.
        ValueError: if shape or range are wrong, if there are none, or if a value is not finite.
    """
    images = np.asarray(images)
    shape = tuple(generator.output_shape[1:])
    if not np.issubdtype(images.dtype, np.floating):
        raise TypeError(f"images must be floating-point numbers, as ranges.to_symmetric gives; got {images.dtype}")
    if images.shape[1:] != shape:
        hint = "; add the channel: images[..., None]" if (*images.shape[1:], 1) == shape else ""
        raise ValueError(
            f"images must have the generator's shape (n, {', '.join(map(str, shape))}); got {images.shape}{hint}"
        )
    if not len(images):
        raise ValueError("there are no images to train on: the array is empty")
    low, high = float(images.min()), float(images.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("images must be finite; there is a nan or an infinity among them")
    activation = getattr(getattr(generator.layers[-1], "activation", None), "__name__", None)
    if activation == "tanh" and not (-1 <= low < 0 and high <= 1):
        remedy = "ranges.to_symmetric scales uint8 images so"
        raise ValueError(f"the generator ends in tanh, so images must be in [-1, 1]; got {low:g} to {high:g}. {remedy}")
    if activation == "sigmoid" and not (low >= 0 and high <= 1):
        remedy = "ranges.to_unit scales uint8 images so"
        raise ValueError(
            f"the generator ends in a sigmoid, so images must be in [0, 1]; got {low:g} to {high:g}. {remedy}"
        )
    return images.astype("float32", copy=False)


def check_labels(class_labels, count, generator):
    """Refuse class labels or attributes that the generator's second input cannot take, and return them as an array.

    Args:
        class_labels: integers (count,), or attribute vectors (count, k).
        count: how many there must be.
        generator: keras.Model from [z, class_labels].

    Raises:
        TypeError: if they are floats where integers are wanted.
        ValueError: if their shape is wrong, or if there is no such class.
    """
    class_labels, wanted = np.asarray(class_labels), generator.inputs[1]
    shape = (count, *wanted.shape[1:])
    if class_labels.shape != shape:
        raise ValueError(f"class_labels must have shape {shape}, one for each image; got {class_labels.shape}")
    if np.dtype(wanted.dtype).kind == "i" and class_labels.dtype.kind not in "iu":
        raise TypeError(f"class_labels must be integers; got {class_labels.dtype}")
    classes = _num_classes(generator)
    if classes and len(class_labels) and not 0 <= class_labels.min() <= class_labels.max() < classes:
        raise ValueError(
            f"class_labels must be from 0 to {classes - 1}, the classes of the generator {generator.name!r}; "
            f"got {class_labels.min()} to {class_labels.max()}"
        )
    return class_labels.astype(wanted.dtype)


def _num_classes(generator):
    """How many classes there are for the layer that reads the labels; None if that is no layer we know."""
    for layer in generator.layers:
        if getattr(layer, "input", None) is generator.inputs[1]:
            found = getattr(layer, "num_tokens", None)  # CategoryEncoding
            return found or getattr(layer, "input_dim", None)  # Embedding
    return None


def check_settings(*, average=None, mismatched=0, seed=0, **counts):
    """Refuse numbers that cannot work.

    Counts are whole and positive, `average` is None or in (0, 1), `mismatched` in [0, 1], `seed` is whole.

    Raises:
        ValueError: names the argument, what came and what was wanted.
    """
    for name, value in counts.items():
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a positive whole number; got {value!r}")
    if average is not None and not 0 < average < 1:
        raise ValueError(f"average must be None or between 0 and 1, such as 0.995; got {average!r}")
    if not 0 <= mismatched <= 1:
        raise ValueError(f"mismatched must be from 0 to 1, such as 0.03; got {mismatched!r}")
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed < 2**31:
        raise ValueError(f"seed must be a whole number from 0 to 2,147,483,647; got {seed!r}")
