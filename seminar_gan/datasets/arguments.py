"""The check that the functions of this folder share."""

from numbers import Integral

__all__ = ["check_whole"]


def __dir__():
    return __all__


def check_whole(**numbers):
    """Raise ValueError unless each number is a whole one, 0 or more: None, as a seed, would be another one each time.

    Args:
        numbers: by the name that the message gives them.
    """
    for name, number in numbers.items():
        if not isinstance(number, Integral) or isinstance(number, bool) or number < 0:
            raise ValueError(f"{name} must be a whole number of at least 0; got {number!r}")
