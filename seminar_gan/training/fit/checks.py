"""What is rejected before the first step: networks that do not fit each other, data that do not fit the networks."""

import warnings

import keras
import numpy as np

from seminar_gan import losses
from seminar_gan.training.fit.decay import LinearDecay

RANGES = {"tanh": (-1, 1), "sigmoid": (0, 1)}
REARRANGING = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
)


def check_networks(generator, discriminator):
    """Reject networks that cannot play: the discriminator must take what the generator makes.

    Its first output must be one logit an image. It may have others.

    Raises:
        ValueError: names both shapes.
    """
    for network in (generator, discriminator):
        if not getattr(network, "inputs", None):
            raise ValueError(
                f"the shapes inside {network.name!r} are not known: begin a Sequential model with keras.Input, "
                "or build the network by the functional API"
            )
    images, accepted = generator.output_shape[1:], discriminator.inputs[0].shape[1:]
    if tuple(images) != tuple(accepted):
        raise ValueError(
            f"the generator {generator.name!r} makes images of shape {tuple(images)}, "
            f"but the discriminator {discriminator.name!r} takes {tuple(accepted)}"
        )
    answer = tuple(discriminator.outputs[0].shape[1:])
    if answer != (1,):
        raise ValueError(
            f"the discriminator {discriminator.name!r} must answer one logit an image, shape (1,); it answers {answer}"
        )


def check_optimizers(optimizers, model):
    """Reject optimizers that are one object, that another model has used, or that average weights themselves.

    Args:
        optimizers: {name: keras.optimizers.Optimizer}.
        model: `ResumableModel` that they are for.

    Raises:
        ValueError: names them.
    """
    names = {}
    for name, optimizer in optimizers.items():
        names.setdefault(id(optimizer), []).append(name)
    if shared := [same for same in names.values() if len(same) > 1]:
        raise ValueError(f"{' and '.join(shared[0])} must be two objects: each keeps the state of one network")
    own = {id(optimizer) for optimizer in model.optimizers.values()}
    for name, optimizer in optimizers.items():
        if optimizer.built and id(optimizer) not in own:
            raise ValueError(f"{name} has been used by another model: make new optimizers for each one")
        if getattr(optimizer, "use_ema", False):
            raise ValueError(
                f"{name} has use_ema=True, which would have no effect here: average by GAN(..., ema=0.995)"
            )


def check_callbacks(callbacks, optimizers):
    """Reject Keras's callbacks that would set back only a part of the state, and rates that two would set.

    Args:
        callbacks: list of keras.callbacks.Callback.
        optimizers: {name: keras.optimizers.Optimizer}.

    Raises:
        ValueError: names the callback, and what to take instead.
    """
    kinds = keras.callbacks
    rates = [c for c in callbacks if isinstance(c, kinds.LearningRateScheduler | kinds.ReduceLROnPlateau | LinearDecay)]
    for callback in callbacks:
        if isinstance(callback, kinds.BackupAndRestore):
            raise ValueError(
                "BackupAndRestore keeps a part of the state only: use fit(..., checkpoints=folder) instead"
            )
        if getattr(callback, "restore_best_weights", False):
            raise ValueError(
                "restore_best_weights=True would set back the networks and not their optimizers: "
                "leave it out, and keep the best state by ModelCheckpoint(..., save_best_only=True)"
            )
    if len(rates) > 1 and any(isinstance(callback, LinearDecay) for callback in rates):
        raise ValueError("LinearDecay sets the learning rates in every step: give no other callback that sets them")
    for name, optimizer in optimizers.items():
        if rates and isinstance(optimizer.get_config().get("learning_rate"), dict):
            raise ValueError(
                f"the learning rate of {name} is a schedule, which {type(rates[0]).__name__} cannot set: "
                "give the optimizer a number, or leave the callback out"
            )


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


def check_pair(loss):
    """Reject what is not a `losses.Pair`.

    Raises:
        TypeError: says how to make one.
    """
    if not isinstance(loss, losses.Pair):
        raise TypeError(
            "loss must be a pair such as losses.MINIMAX, or losses.Pair(discriminator=..., generator=...) of your own "
            f"functions; got {loss!r}"
        )


def check_end(steps, seconds):
    """Reject a training that never ends.

    Raises:
        ValueError: if neither is given, or one is not above 0.
    """
    if steps is None and seconds is None:
        raise ValueError("say how long to train: fit(..., steps=1_000) or fit(..., seconds=60)")
    if steps is not None:
        check_settings(steps=steps)
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds must be above 0; got {seconds!r}")


def image_range(generator):
    """Return the range of a generator's images: (-1, 1) after a tanh, (0, 1) after a sigmoid, None after any other.

    Layers that only move numbers, such as a last Reshape, are looked through.
    """
    for layer in reversed(generator.layers):
        if isinstance(layer, keras.Model):
            return image_range(layer)
        name = getattr(getattr(layer, "activation", None), "__name__", "linear")
        if name in RANGES:
            return RANGES[name]
        if not isinstance(layer, REARRANGING) and not (isinstance(layer, keras.layers.Activation) and name == "linear"):
            return None
    return None


def check_images(images, generator):
    """Reject images that are not like the generator's.

    Args:
        images: uint8 (n, height, width, channels), 0 to 255; or float in the generator's `image_range`.
        generator: keras.Model.

    Returns:
        the images as uint8 or as float32.

    Raises:
        TypeError: if they are of another type, and for uint8 if the generator has no range that they could be scaled
            to.
        ValueError: if shape or range are wrong, if there are none, or if a value is not finite.
    """
    images, bounds = np.asarray(images), image_range(generator)
    shape = tuple(generator.output_shape[1:])
    if not (np.issubdtype(images.dtype, np.floating) or (images.dtype == np.uint8 and bounds)):
        kinds = "uint8, or floating-point numbers in the generator's range" if bounds else "floating-point numbers"
        raise TypeError(f"images must be {kinds}; got {images.dtype}")
    if images.shape[1:] != shape:
        hint = "; add the channel: images[..., None]" if (*images.shape[1:], 1) == shape else ""
        raise ValueError(
            f"images must have the generator's shape (n, {', '.join(map(str, shape))}); got {images.shape}{hint}"
        )
    if not len(images):
        raise ValueError("there are no images to train on: the array is empty")
    if images.dtype == np.uint8:
        return images
    _check_range(float(images.min()), float(images.max()), bounds)
    return images.astype("float32", copy=False)


def _check_range(low, high, bounds):
    """Reject float images outside the generator's range, and warn where they look like another one."""
    if not np.isfinite([low, high]).all():
        raise ValueError("images must be finite; there is a nan or an infinity among them")
    if bounds and not bounds[0] <= low <= high <= bounds[1]:
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
        class_labels: integers (count,), or attribute vectors (count, k).
        count: how many there must be.
        generator: keras.Model from [z, class_labels].

    Raises:
        TypeError: if they are floats where integers are expected.
        ValueError: if their shape is wrong, or if there is no such class.
    """
    class_labels, expected = np.asarray(class_labels), generator.inputs[1]
    shape = (count, *expected.shape[1:])
    if class_labels.shape != shape:
        raise ValueError(f"class_labels must have shape {shape}, one for each image; got {class_labels.shape}")
    if np.dtype(expected.dtype).kind in "iu" and class_labels.dtype.kind not in "iu":
        raise TypeError(f"class_labels must be integers; got {class_labels.dtype}")
    classes = num_classes(generator)
    if classes and len(class_labels) and not 0 <= class_labels.min() <= class_labels.max() < classes:
        raise ValueError(
            f"class_labels must be from 0 to {classes - 1}, the classes of the generator {generator.name!r}; "
            f"got {class_labels.min()} to {class_labels.max()}"
        )
    return class_labels.astype(expected.dtype)


def num_classes(generator):
    """Return how many classes the layer that reads the labels has; None if it is not a layer that has classes."""
    for layer in generator.layers:
        if getattr(layer, "input", None) is generator.inputs[1]:
            return getattr(layer, "num_tokens", None) or getattr(layer, "input_dim", None)  # one-hot, or an embedding
    return None


def check_settings(*, ema=None, mismatched=0, seed=0, **counts):
    """Reject numbers that cannot work.

    Counts are whole and positive, `ema` is None or in (0, 1), `mismatched` in [0, 1], `seed` is whole.

    Raises:
        ValueError: names the argument, what came and what was expected.
    """
    for name, value in counts.items():
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a positive whole number; got {value!r}")
    if ema is not None and not 0 < ema < 1:
        raise ValueError(f"ema must be None or between 0 and 1, such as 0.995; got {ema!r}")
    if not 0 <= mismatched <= 1:
        raise ValueError(f"mismatched must be from 0 to 1, such as 0.03; got {mismatched!r}")
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed < 2**31:
        raise ValueError(f"seed must be a whole number from 0 to 2,147,483,647; got {seed!r}")
