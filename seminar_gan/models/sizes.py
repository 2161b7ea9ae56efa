"""Checks of the sizes that the builders take."""

import functools
import inspect
from collections.abc import Callable
from typing import TypeVar

import keras

from seminar_gan import hints

__all__ = [
    "check_channels_last",
    "check_dropout",
    "check_multiples_of_4",
    "check_sides",
    "check_sizes",
    "check_survives_pooling",
    "checked",
    "doublings",
]

Builder = TypeVar("Builder", bound=Callable)  # the decorated builder has the arguments of the plain one
LARGEST_GRID = 16  # a dense layer makes the grid: its weights grow with the grid's pixels


def __dir__():
    return __all__


def checked(*checks):
    """Return a decorator that checks a builder's arguments before it is called. So the builder itself is plain Keras.

    Args:
        *checks: functions that raise, in their order. Each gets the arguments that it has parameters for; `check_sizes`
            gets all but `dropout` and `activation`.

    Returns:
        function from a builder to the same builder with the checks.

    Example:
        >>> @checked(check_sizes)
        ... def build(code_size=32):
        ...     return code_size
        >>> build(code_size=0)
        Traceback (most recent call last):
        ValueError: code_size must be a positive whole number (int); got 0
    """

    def decorate(build: Builder) -> Builder:
        signature = inspect.signature(build)
        sizes = signature.parameters.keys() - {"dropout", "activation"}

        @functools.wraps(build)
        def builder(*args, **kwargs):
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:
                return build(*args, **kwargs)  # raises Python's own, which names the builder
            bound.apply_defaults()
            for check in checks:
                names = sizes if check is check_sizes else inspect.signature(check).parameters
                check(**{name: value for name, value in bound.arguments.items() if name in names})
            return build(*args, **kwargs)

        return builder

    return decorate


def check_sizes(**sizes):
    """Reject sizes that cannot work: each must be a positive whole number, a Python int.

    Args:
        **sizes: argument name to value. A name that ends in `shape` or `sizes` has a tuple or list of sizes as its
            value, and `image_shape` must be (height, width, channels).

    Raises:
        ValueError: if one of them is anything else.

    Example:
        >>> check_sizes(image_shape=(28, 28, 1), code_size=0)
        Traceback (most recent call last):
        ValueError: code_size must be a positive whole number (int); got 0
    """
    for name, value in sizes.items():
        several = name.endswith(("shape", "sizes"))
        numbers = value if several else (value,)
        if not isinstance(numbers, tuple | list):
            numbers = ()
        if name == "image_shape" and len(numbers) != 3:
            raise ValueError(f"image_shape must be (height, width, channels); got {value!r}")
        if not numbers or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers):
            expected = "a tuple or list of positive whole numbers (int)" if several else "a positive whole number (int)"
            raise ValueError(f"{name} must be {expected}; got {value!r}")
        if name == "image_shape" and numbers[0] in (1, 3, 4) and min(numbers[1:]) > 4:
            first, height, width = numbers
            raise ValueError(
                f"image_shape {value!r} would be {width} channels: if its first number is that of the channels, give "
                f"{(height, width, first)}, and {hints.CHANNELS_LAST.format(images='images')} for the images"
            )


def check_channels_last():
    """Reject a Keras whose convolutions would take the first axis for the colours.

    Raises:
        ValueError: says where the setting comes from, and what to write.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "Keras is set to channels_first, by its keras.json or by this program, and images here have their channels "
            'last: call keras.config.set_image_data_format("channels_last") before the networks are built'
        )


def check_survives_pooling(height, width):
    """Reject image sizes that the convolutional autoencoder does not return: a side must be 8 k - 4 pixels.

    Three poolings round up, three upsamplings double, and one convolution without padding takes two pixels:
    a side of s pixels returns as 2 (4 ceil(s / 8) - 2), which is s for 4, 12, 20, 28, ... only.

    Args:
        height, width: int, in pixels.

    Raises:
        ValueError: if a side is anything else; the message has the nearest sizes that work. As `check_channels_last`.

    Example:
        >>> check_survives_pooling(28, 36)
    """
    check_channels_last()
    for name, size in (("height", height), ("width", width)):
        if size % 8 != 4:
            below = 8 * ((size + 4) // 8) - 4
            nearest = [side for side in (below, below + 8) if side > 0]
            raise ValueError(
                f"image {name} {size} does not work: three poolings and the way back up return it only for 8 k - 4. "
                f"Pad or crop the images to {' or '.join(map(str, nearest))}."
            )


def check_multiples_of_4(image_shape):
    """Return image_shape if its height and width are multiples of 4, which doubling twice leads to.

    Args:
        image_shape: (height, width, channels).

    Returns:
        image_shape.

    Raises:
        ValueError: if a side is not a multiple of 4; the message has the nearest sizes that work. As
            `check_channels_last`.

    Example:
        >>> check_multiples_of_4((28, 32, 1))
        (28, 32, 1)
    """
    check_channels_last()
    for name, size in zip(("height", "width"), image_shape[:2], strict=True):
        if size % 4:
            nearest = [side for side in (size // 4 * 4, size // 4 * 4 + 4) if side > 0]
            raise ValueError(
                f"image {name} {size} does not work: the generator doubles its grid twice, so it must be a multiple "
                f"of 4. Pad or crop the images to {' or '.join(map(str, nearest))}."
            )
    return image_shape


def check_dropout(dropout):
    """Reject a dropout that is not a number of at least 0 and below 1.

    Args:
        dropout: share of the numbers that are set to 0.

    Raises:
        ValueError: if it is anything else.

    Example:
        >>> check_dropout(0.5)
    """
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout < 1:
        raise ValueError(f"dropout must be a number of at least 0 and below 1; got {dropout!r}")


def check_sides(image_shape, low, high):
    """Return image_shape if its height and width are from `low` to `high` pixels.

    Args:
        image_shape: (height, width, channels).
        low, high: the smallest and the largest side.

    Returns:
        image_shape.

    Raises:
        ValueError: if a side is smaller or larger. As `check_channels_last`.

    Example:
        >>> check_sides((100, 128, 3), low=16, high=128)
        (100, 128, 3)
    """
    check_channels_last()
    for name, size in zip(("height", "width"), image_shape[:2], strict=True):
        if not low <= size <= high:
            raise ValueError(f"image {name} {size} does not work: these networks are for {low} to {high} pixels")
    return image_shape


def doublings(image_shape):
    """Return how often a generator doubles its grid: twice up to 64 pixels; above, until the grid has at most 16.

    Args:
        image_shape: (height, width, channels), height and width multiples of 4.

    Returns:
        int, at least 2. Fewer than wanted where a side cannot be halved so often: 100 = 4 * 25 pixels leave 25.

    Example:
        >>> [doublings((side, side, 3)) for side in (28, 64, 100, 128, 256)]
        [2, 2, 2, 3, 4]
    """
    height, width = image_shape[:2]
    number = 2
    while max(height, width) > LARGEST_GRID << number and not height % (2 << number) and not width % (2 << number):
        number += 1
    return number
