"""What is rejected before the first step: networks that do not fit each other, settings that cannot work."""

import itertools

import keras
import numpy as np

from seminar_gan import losses

RANGES = {"tanh": (-1, 1), "sigmoid": (0, 1)}
NUMBERS = (int, float, np.integer, np.floating)
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
        ValueError: names both shapes, or the weights that both have.
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
    own = {id(variable): variable for variable in generator.trainable_variables}
    if shared := [own[id(v)].path for v in discriminator.trainable_variables if id(v) in own]:
        raise ValueError(
            f"the generator and the discriminator share weights, {', '.join(shared)}: each would undo what the other "
            "learns. Give each its own layers"
        )
    answer = tuple(discriminator.outputs[0].shape[1:])
    if answer != (1,):
        raise ValueError(
            f"the discriminator {discriminator.name!r} must answer one logit an image, shape (1,); it answers {answer}"
        )


def check_order(kind, base):
    """Reject a class in which a method of one variant hides that of another, beside which it stands.

    Args:
        kind: subclass of `base`, perhaps of several variants.
        base: class whose methods, and those that it has from this package, the variants override.

    Raises:
        TypeError: names both, and an order in which both count, if there is one.
    """
    variants = [each for each in kind.__mro__ if each is base or not issubclass(base, each)]
    names = dict.fromkeys(n for each in base.__mro__ if each.__module__.startswith("seminar_gan.") for n in vars(each))
    for name in names:
        own = [each for each in variants if name in vars(each)]
        for number, (first, second) in enumerate(itertools.pairwise(own), start=1):
            replaced = any(issubclass(each, second) and not _calls_super(each, name) for each in own[:number])
            if name.startswith("_") or second is base or replaced or _calls_super(first, name):
                continue
            cure = f"name {second.__name__} before {first.__name__}" if _calls_super(second, name) else (
                f"write a {name} in {kind.__name__} that does what both do"
            )  # fmt: skip
            raise TypeError(
                f"in {kind.__name__}, the {name} of {second.__name__} would never be called: that of "
                f"{first.__name__} hides it. To have both, {cure}"
            )


def _calls_super(kind, name):
    method = vars(kind)[name]
    return "super" in getattr(getattr(getattr(method, "__func__", method), "__code__", None), "co_names", ())


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
    if seconds is not None and not (isinstance(seconds, NUMBERS) and not isinstance(seconds, bool) and seconds > 0):
        raise ValueError(f"seconds must be a number above 0; got {seconds!r}")


def image_range(generator):
    """Return the range of a generator's images: (-1, 1) after a tanh, (0, 1) after a sigmoid, None after any other.

    Layers that only move numbers, such as a last Reshape, are looked through, and a Rescaling that leads to a part of
    the range; but not one from tanh to [0, 1], whose images are meant as those after a sigmoid.
    """
    scale, offset = 1.0, 0.0
    for layer in reversed(generator.layers):
        if isinstance(layer, keras.Model) and (scale, offset) == (1.0, 0.0):
            return image_range(layer)
        name = getattr(getattr(layer, "activation", None), "__name__", "linear")
        if name in RANGES:
            low, high = RANGES[name]
            ends = [scale * end + offset for end in (low, high)]
            is_other = name == "tanh" and np.allclose(sorted(ends), RANGES["sigmoid"])
            return (low, high) if low <= min(ends) and max(ends) <= high and not is_other else None
        if isinstance(layer, keras.layers.Rescaling) and np.isscalar(layer.scale) and np.isscalar(layer.offset):
            scale, offset = scale * layer.scale, scale * layer.offset + offset
        elif not isinstance(layer, REARRANGING) and not (
            isinstance(layer, keras.layers.Activation) and name == "linear"
        ):
            return None
    return None


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
