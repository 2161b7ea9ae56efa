"""Claims: a sentence, a measured number, a bound, and PASS or FAIL.

A page shows its claims in two cells. `claims.verdicts()` prints the sentences with their bounds: the same text on every
machine, so that the regression test can compare it. `claims.rows()` gives the measured numbers, which differ a little
from machine to machine, in a cell that is not compared.
"""

import math
from dataclasses import dataclass

__all__ = ["Claim", "Claims"]


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
        """
        self._add(text, source, measured, f"< {bound:,.12g}", measured < bound)

    def above(self, bound, measured, text, source):
        """Claim that a number is above a bound; the arguments are those of `below`."""
        self._add(text, source, measured, f"> {bound:,.12g}", measured > bound)

    def equal(self, expected, measured, text, source):
        """Claim that a whole number, such as a parameter count, is exactly `expected`; see `below`."""
        self._add(text, source, measured, f"= {expected:,}", measured == expected)

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
        measured = measured.item() if hasattr(measured, "item") else measured
        holds = bool(holds) and math.isfinite(measured)
        self.entries.append(Claim(text, source, measured, bound, holds))
