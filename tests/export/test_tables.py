import re
import shutil
import subprocess

import numpy as np
import pytest
from matplotlib.figure import Figure

from seminar_gan import export


def results(**options):
    rows = [["simple", 50992, 0.0931234], ["deep", 222384, np.float32(0.0841)], ["none", None, None]]
    return export.table(["network", "parameters", "test error"], rows, **options)


def latex(text):
    """The text as it stands in a LaTeX table."""
    row = export.table(["a"], [[text]]).latex.split("\n")[5]
    return row.removesuffix(r" \\")


def test_plain_text():
    text = str(results(formats={"test error": ".3f"}, caption="Errors"))
    assert text.split("\n") == [
        "Errors",
        "",
        "network  parameters  test error",
        "-------  ----------  ----------",
        "simple       50,992       0.093",
        "deep        222,384       0.084",
        "none",
    ]
    assert repr(results()) == str(results())


def test_markdown():
    table = results(formats={"test error": ".3f"}, caption="Errors")
    assert table.markdown.split("\n") == [
        "Errors",
        "",
        "| network | parameters | test error |",
        "| :-- | --: | --: |",
        "| simple | 50,992 | 0.093 |",
        "| deep | 222,384 | 0.084 |",
        "| none |  |  |",
    ]
    assert table._repr_markdown_() == table.markdown


def test_latex():
    table = results(formats={"test error": ".3f"}, footer=1, caption="Errors")
    assert table.latex.split("\n") == [
        r"% in the preamble: \usepackage{booktabs}",
        r"\begin{table}[htbp]",
        r"\centering",
        r"\caption{Errors}",
        r"\begin{tabular}{lrr}",
        r"\toprule",
        r"network & parameters & test error \\",
        r"\midrule",
        r"simple & 50,992 & 0.093 \\",
        r"deep & 222,384 & 0.084 \\",
        r"\midrule",
        r"none &  &  \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    assert r"\begin{table}" not in results().latex


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1234567, "1,234,567"),
        (np.int64(1234), "1,234"),
        (0.123456, "0.1235"),
        (np.float32(0.1), "0.1"),
        (np.array(2.5), "2.5"),
        (True, "yes"),
        (np.False_, "no"),
        (None, ""),
        (" two\nlines ", "two lines"),
        (float("nan"), "nan"),
    ],
)
def test_cells(cell, text):
    assert export.table(["a"], [[cell]]).rows == ((text,),)


def test_numbers_stand_right_and_may_be_written_by_the_caller():
    rows = [["1.50", "98.5 %", "-3", "14 × 14", "12 s", None], ["2,000", "7 %", "nan", "7 × 7", "3 s", None]]
    assert export.table("abcdef", rows).align == "rrrlll"
    assert export.table("abcdef", rows, align="cccccc").align == "cccccc"
    assert export.table(["a"], []).align == "l"


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"row 2 has 1 cells, and the table has 2 columns"):
        export.table(["a", "b"], [[1, 2], [3]])
    with pytest.raises(ValueError, match=r"formats names \['c'\]; the columns are \['a', 'b'\]"):
        export.table(["a", "b"], [[1, 2]], formats={"c": ".3f"})
    with pytest.raises(ValueError, match="columns must be one or more strings"):
        export.table([], [])
    with pytest.raises(ValueError, match="align must be 1 letters"):
        export.table(["a"], [[1]], align="x")
    with pytest.raises(ValueError, match="footer must be between 0 and the 1 rows"):
        export.table(["a"], [[1]], footer=2)
    with pytest.raises(TypeError, match="not list"):
        export.table(["a"], [[[1]]])


def test_markdown_is_escaped():
    text = r"a|b *c* _d_ e_f `g` $h$ <i> [j](k) \l ~m~ &amp;"
    escaped = r"a\|b \*c\* \_d\_ e_f \`g\` \$h\$ \<i\> \[j\](k) \\l \~m\~ \&amp;"
    assert export.table(["a"], [[text]]).markdown.endswith(f"| {escaped} |")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("50 % & #1_a $x {y}", r"50 \% \& \#1\_a \$x \{y\}"),
        (r"a\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("14 × 14 → 7", r"14 $\times$ 14 $\rightarrow$ 7"),
        ("β ≤ 0.5 ± 0.1", r"$\beta$ $\leq$ 0.5 $\pm$ 0.1"),
        ("[1]* <a|b>", "{[}1]{*} $<$a$|$b$>$"),
        ("-0.5", "$-$0.5"),
        ("--flag", "-{}-flag"),
        ('say "u"', r"say \symbol{34}u\symbol{34}"),
        ("Größe, Łódź, café", "Größe, Łódź, café"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "café"),
    ],
)
def test_latex_is_escaped(text, escaped):
    assert latex(text) == escaped


@pytest.mark.parametrize("character", ["😀", "図", "ą", "Ж", "\0", "\N{COMBINING ACUTE ACCENT}", "α̂"])
def test_what_pdflatex_cannot_print_is_named(character):
    table = export.table(["a"], [["x" + character]])
    assert character in str(table)
    with pytest.raises(ValueError, match=r"pdflatex cannot print .* \(U\+[0-9A-F]{4,5}\) in 'x.*write it in words"):
        _ = table.latex


def is_printable(character):
    try:
        return bool(latex(character))
    except ValueError:
        return False


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("encoding", ["", r"\usepackage[T1]{fontenc}"])
def test_latex_compiles(tmp_path, encoding):
    printable = [character for code in range(32, 0x2800) if is_printable(character := chr(code))]
    assert len(printable) > 300
    nasty = [*printable, "[x", "*x", "-1", "--", "\\", "?`", r"\end{tabular}", "%", "a & b \\\\"]
    every_character = export.table(["[text]", "*"], [[text, text] for text in nasty], align="cc")
    drawn = [results(footer=1, caption="50 % of α_1 [really]"), results(), every_character]
    figure = Figure()
    figure.subplots().plot([1, 2])
    picture = rf"\includegraphics{{{export.save_figure(figure, 'a_b', folder=tmp_path / 'figures')}}}"
    preamble = [r"\documentclass{article}", encoding, r"\usepackage{booktabs}", r"\usepackage{graphicx}"]
    body = [r"\begin{document}", picture, *(table.latex + r"\newpage" for table in drawn), r"\end{document}"]
    source = "\n".join([*preamble, *body])
    (tmp_path / "paper.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True).stdout.decode("utf-8", "replace")
    assert "Output written on paper.pdf" in output, output[-2000:]
    assert not re.search(r"^!|Missing character|LaTeX Warning: (?!Label)", output, re.MULTILINE), output[-2000:]
