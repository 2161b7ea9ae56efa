"""Claims: a sentence, a measured number, a bound, and PASS or FAIL.

A page shows its claims in two cells. `claims.verdicts()` prints the sentences with their bounds: the same text on every
machine, so that the regression test can compare it. `claims.rows()` gives the measured numbers, which differ a little
from machine to machine, in a cell that is not compared.

Statements: what the text of a page says of its outputs. `holds("the deep network is ahead at the end", deep < simple)`
stands in a cell below the text, so that no sentence can stand against its output.
"""

import math
import os
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real

__all__ = ["Claim", "Claims", "holds"]

STRICT = "SEMINAR_GAN_STRICT"  # 1 where pages are built and tested: a statement that does not hold is an error there
NO_LONGER = "With your settings this no longer holds:"


def __dir__():
    return __all__


@dataclass(frozen=True)
class Claim:
    """One claim.

    Args:
        text: the sentence.
        source: where the sentence is from.
        measured: the measured number.
        bound: what the number must be, such as "< 0.012".
        holds: whether it is.

    Example:
        >>> Claim("the test error is small", "Temkeng 2020, 3.1", 0.0097, "< 0.012", True).bound
        '< 0.012'
    """

    text: str
    source: str
    measured: float
    bound: str
    holds: bool


def holds(sentence, truth):
    """State something of a page's outputs. Nothing is printed while it holds.

    Where it does not hold, with parameters, a seed or a machine of your own, a line says so, and the page goes on.
    Where pages are built and tested (SEMINAR_GAN_STRICT=1) it is an error.

    Args:
        sentence: str, what the text says.
        truth: True or False, a comparison of one number with another.

    Raises:
        AssertionError: if it does not hold where pages are built and tested; names the sentence.
        TypeError: if the truth is something else: an array, a number, nothing at all.

    Example:
        >>> holds("the error falls", 0.09 < 0.12)
        >>> holds("the error more than halves", 0.09 < 0.06)
        With your settings this no longer holds: the error more than halves
    """
    if not isinstance(sentence, str) or not sentence.strip():
        raise TypeError(f"holds takes the sentence first, then whether it is true; got {sentence!r} as the sentence")
    value = truth.item() if getattr(truth, "size", 0) == 1 and hasattr(truth, "item") else truth
    if not isinstance(value, bool):
        shape = f" of shape {truth.shape}" if hasattr(truth, "shape") else ""
        raise TypeError(
            f"{sentence!r} must be True or False, such as a < b; got {type(truth).__name__}{shape}. "
            "For several numbers say all(...) or any(...)"
        )
    if value:
        return
    if os.environ.get(STRICT) == "1":
        raise AssertionError(f"the page says what its outputs refute: {sentence}")
    print(f"{NO_LONGER} {sentence}")


class Claims:
    """The claims of one page, in the order in which they are made.

    Example:
        >>> claims = Claims()
        >>> claims.below(0.012, 0.0097, "the test error is small", "Temkeng 2020, 3.1")
        >>> claims.verdicts()
        PASS  the test error is small: < 0.012  [Temkeng 2020, 3.1]
    """

    def __init__(self):
        self.entries = []

    def below(self, bound, measured, text, source):
        """Claim that a number is below a bound.

        Args:
            bound: number that `measured` must be less than.
            measured: the measured number. NaN and infinity fail.
            text: the claim, as a sentence.
            source: where the claim is from, such as "Temkeng 2020, 3.1".

        Raises:
            TypeError: if bound or measured is no number: a comparison, for example, has been made already.
            ValueError: for several numbers, and for a bound that is NaN or infinite.
        """
        limit, number = _bound(bound), _number("measured", measured)
        self._add(text, source, number, f"< {limit:,.12g}", measured < bound)  # in their own precision

    def above(self, bound, measured, text, source):
        """Claim that a number is above a bound; the arguments are those of `below`."""
        limit, number = _bound(bound), _number("measured", measured)
        self._add(text, source, number, f"> {limit:,.12g}", measured > bound)  # in their own precision

    def equal(self, expected, measured, text, source):
        """Claim that a whole number, such as a parameter count, is exactly `expected`; see `below`."""
        expected, measured = _bound(expected), _number("measured", measured)
        if expected != int(expected):
            raise ValueError(f"equal takes a whole number; for {expected:g} claim that it is off by less: below(...)")
        self._add(text, source, measured, f"= {int(expected):,}", measured == expected)

    def verdicts(self):
        """Print a line for each claim: PASS or FAIL, the sentence, the bound, the source."""
        for claim in self.entries:
            print(f"{'PASS' if claim.holds else 'FAIL'}  {claim.text}: {claim.bound}  [{claim.source}]")

    def rows(self):
        """Return [claim, source, bound, measured, verdict] for each claim, as text, for `export.table`."""
        return [
            [c.text, c.source, c.bound, f"{c.measured:,.4g}" if isinstance(c.measured, float) else f"{c.measured:,}",
             "PASS" if c.holds else "FAIL"]
            for c in self.entries
        ]  # fmt: skip

    def _add(self, text, source, measured, bound, holds):
        self.entries.append(Claim(text, source, measured, bound, bool(holds) and math.isfinite(measured)))


def _number(name, value):
    """Return a number as int or float, whatever package it is from."""
    if getattr(value, "size", 1) != 1:
        raise ValueError(f"a claim is about one number; {name} has the shape {value.shape}")
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, bool) or not isinstance(number, Real | Decimal):
        raise TypeError(f"a claim is about a number; {name} is {number!r}")
    return number if isinstance(number, int) else float(number)


def _bound(value):
    bound = _number("the bound", value)
    if not math.isfinite(bound):
        raise ValueError(f"a claim needs a bound that it can miss; got {bound}")
    return bound
