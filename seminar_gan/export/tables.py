"""Tables for a paper: one table of strings, as plain text, Markdown and LaTeX."""

import re
import unicodedata
from dataclasses import dataclass, field
from numbers import Integral, Real

__all__ = ["Table", "table"]


@dataclass(frozen=True, repr=False)
class Table:
    """A table of strings, from `table`. A notebook renders it, print aligns it; copy `.markdown` or `.latex`.

    Args:
        columns: str, the headings.
        rows: tuples of str, as long as columns.
        align: one letter per column: l (left), c (centre) or r (right).
        caption: str or None.
        footer: number of rows at the end that are totals, set off by a rule.
        values: the rows as they were given to `table`, numbers as numbers, for `save_table`; by default the strings.

    Example:
        >>> print(Table(("network", "error"), (("simple", "0.25"),), align="lr").markdown)
        | network | error |
        | :-- | --: |
        | simple | 0.25 |
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    caption: str | None = None
    footer: int = 0
    values: tuple[tuple, ...] | None = field(default=None, compare=False)

    @property
    def markdown(self):
        """The table as a Markdown pipe table, special characters escaped."""
        rules = [{"l": ":--", "c": ":-:", "r": "--:"}[side] for side in self.align]
        lines = [[_markdown_text(cell) for cell in row] for row in (self.columns, *self.rows)]
        lines.insert(1, rules)
        body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"{_markdown_text(self.caption)}\n\n{body}" if self.caption else body

    @property
    def latex(self):
        """The table as a booktabs tabular, in a table environment if it has a caption.

        Raises:
            ValueError: if it holds a character that pdflatex cannot print.
        """
        lines = [" & ".join(_latex_text(cell) for cell in row) + r" \\" for row in (self.columns, *self.rows)]
        body = len(lines) - self.footer
        lines = [*lines[:1], r"\midrule", *lines[1:body], *([r"\midrule"] if self.footer else []), *lines[body:]]
        lines = [rf"\begin{{tabular}}{{{self.align}}}", r"\toprule", *lines, r"\bottomrule", r"\end{tabular}"]
        if self.caption:
            caption = rf"\caption{{{_latex_text(self.caption)}}}"
            lines = [r"\begin{table}[htbp]", r"\centering", caption, *lines, r"\end{table}"]
        return "\n".join([r"% in the preamble: \usepackage{booktabs}", *lines])

    def _repr_markdown_(self):
        return self.markdown

    def __str__(self):
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        pad = {"l": str.ljust, "c": str.center, "r": str.rjust}
        lines = []
        for row in (self.columns, *self.rows):
            cells = [pad[side](cell, width) for side, cell, width in zip(self.align, row, widths, strict=True)]
            lines.append("  ".join(cells).rstrip())
        rule = "  ".join("-" * width for width in widths)
        lines.insert(1, rule)
        if self.footer:
            lines.insert(len(lines) - self.footer, rule)
        return "\n".join([self.caption, "", *lines] if self.caption else lines)

    __repr__ = __str__


def table(columns, rows, *, formats=None, align=None, caption=None, footer=0):
    """Return a `Table` of results, to end a cell with or to copy into a paper.

    Args:
        columns: the headings, at least one str.
        rows: lists of str, numbers, bool and None (an empty cell), each as long as columns.
        formats: {heading: format specification} for the numbers below it. Other integers get thousands separators,
            other floats four significant digits.
        align: one letter per column: l (left), c (centre) or r (right). By default, columns of numbers are r and
            the others l.
        caption: str, or None for a table without a caption.
        footer: number of rows at the end that are totals, set off by a rule.

    Returns:
        Table

    Raises:
        TypeError: if a cell is anything else.
        ValueError: if columns is empty, if a row has another length, if `formats` names an unknown heading, or if align
            or footer does not fit.

    Example:
        >>> table(["network", "weights", "error"], [["simple", 50992, 0.25]], formats={"error": ".2f"})
        network  weights  error
        -------  -------  -----
        simple    50,992   0.25
    """
    columns, rows = tuple(columns), [[_plain(cell) for cell in row] for row in rows]
    formats = formats or {}
    if not columns or not all(isinstance(column, str) for column in columns):
        raise ValueError(f"columns must be one or more strings; got {columns}")
    if unknown := set(formats) - set(columns):
        raise ValueError(f"formats names {sorted(unknown)}; the columns are {list(columns)}")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(f"row {number} has {len(row)} cells, and the table has {len(columns)} columns: {row}")
    cells = tuple(
        tuple(_cell_text(cell, formats.get(column)) for column, cell in zip(columns, row, strict=True)) for row in rows
    )
    if align is None:
        align = "".join("r" if _all_numbers(row[i] for row in cells) else "l" for i in range(len(columns)))
    if len(align) != len(columns) or set(align) - set("lcr"):
        raise ValueError(f"align must be {len(columns)} letters of l, c, r; got {align!r}")
    if not 0 <= footer <= len(cells):
        raise ValueError(f"footer must be between 0 and the {len(cells)} rows; got {footer}")
    caption = _one_line(caption) if caption else None
    return Table(tuple(map(_one_line, columns)), cells, align, caption, footer, tuple(map(tuple, rows)))


def _plain(cell):
    is_scalar = getattr(cell, "shape", None) == () and hasattr(cell, "item")  # of NumPy
    return cell.item() if is_scalar else cell


def _cell_text(cell, specification):
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Real):
        return format(cell, specification or ("," if isinstance(cell, Integral) else ".4g"))
    if isinstance(cell, str):
        return _one_line(cell)
    raise TypeError(f"a cell must be a string, a number, a boolean or None, not {type(cell).__name__}")


def _one_line(text):
    return " ".join(text.split())


def _all_numbers(texts):
    filled = [text.replace(",", "") for text in texts if text]
    number = r"[-+−]?(\d+\.?\d*(e[-+]?\d+)?( ?%)?|inf|nan)"
    return bool(filled) and all(re.fullmatch(number, text) for text in filled)


def _markdown_text(text):
    text = re.sub(r"([\\`*$<>\[\]|~&#])", r"\\\1", text)
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)  # an underscore inside a word means nothing


# A character, then the name of its command in LaTeX's mathematics.
_LATEX_MATH = """
× times · cdot ± pm ≤ leq ≥ geq ≠ neq ≈ approx ∞ infty √ surd ∑ sum ∈ in ∇ nabla ✓ surd ✗ times µ mu
→ rightarrow ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ↑ uparrow ↓ downarrow
α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma
τ tau φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega
"""
_CHARACTERS, _COMMANDS = _LATEX_MATH.split()[::2], _LATEX_MATH.split()[1::2]
_LATEX = {character: rf"$\{command}$" for character, command in zip(_CHARACTERS, _COMMANDS, strict=True)} | {
    **{character: "\\" + character for character in "&%$#_{}"},
    **{"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", '"': r"\symbol{34}"},
    **{"<": "$<$", ">": "$>$", "|": "$|$", "[": "{[}", "*": "{*}"},  # \\\\ would read [ and * as its arguments
    **{"−": "$-$", "²": "$^2$", "³": "$^3$", "°": r"$^\circ$"},
    **{"–": r"\textendash{}", "—": r"\textemdash{}", "…": r"\dots{}", "‘": "`", "’": "'", "“": "``", "”": "''"},
}


def _latex_text(text):
    text = unicodedata.normalize("NFC", text)
    if bad := [character for character in text if character not in _LATEX and not _is_plain_latin(character)]:
        code = f"U+{ord(bad[0]):04X}"
        raise ValueError(f"pdflatex cannot print {bad[0]!r} ({code}) in {text!r}: write it in words")
    text = re.sub(r"^-(?=[\d.])", "−", text)
    text = "".join(_LATEX.get(character, character) for character in text)
    return re.sub("-(?=-)", "-{}", text)  # two hyphens would become a dash


def _is_plain_latin(character):
    base, *accents = unicodedata.normalize("NFD", character)  # e and the accent of é
    ogonek = "\N{COMBINING OGONEK}"  # not in LaTeX's default encoding
    return character in "ßøØæÆœŒłŁ" or (
        character < "\u0180" and base.isascii() and base.isprintable() and ogonek not in accents
    )
