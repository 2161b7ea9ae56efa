"""The numbers of one run of a page, for `python -m seminar_gan compare`."""

import math
from numbers import Real

from seminar_gan.kernel import in_notebook

__all__ = ["record"]

MIME = "application/vnd.seminar-gan.metrics+json"  # the output of a page in which the numbers stand


def record(**numbers):
    """Give the numbers that this run of a page is judged by; `compare` collects them over settings and seeds.

    Args:
        **numbers: one number each, by its name. nan and infinity stand for "not measured".

    Raises:
        TypeError: if one is no number.
        ValueError: if there are none, or for a name that every run has: seed, status, seconds, error.

    Example:
        >>> record(frechet_distance=3.25, covered_classes=10)
        for compare: frechet_distance 3.25, covered_classes 10
    """
    if not numbers:
        raise ValueError("record takes at least one number, such as record(frechet_distance=3.2)")
    for name in {"seed", "status", "seconds", "error"} & set(numbers):
        raise ValueError(f"{name} is a column that every run has; give the number another name")
    plain = {name: _plain(name, value) for name, value in numbers.items()}
    text = "for compare: " + ", ".join(f"{name} {'-' if v is None else f'{v:.4g}'}" for name, v in plain.items())
    if not in_notebook():
        print(text)
        return
    from IPython.display import display

    display({MIME: plain, "text/plain": text}, raw=True)


def _plain(name, value):
    number = value.item() if getattr(value, "size", 0) == 1 and hasattr(value, "item") else value
    if isinstance(number, bool) or not isinstance(number, Real):
        raise TypeError(f"record takes numbers; {name} is {value!r}")
    if not math.isfinite(number):
        return None
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else float(number)
