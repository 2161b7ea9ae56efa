"""What a page says of its outputs is checked by cells tagged `check`, one below each Read."""

import ast

import jupytext
import pytest
from conftest import ROOT

SOURCES = sorted((ROOT / "notebooks" / "src").glob("*.py"))
TITLE = "# @title Statements"  # the one line that Colab shows of the folded cell


def unchecked(text):
    """The beginning of each Read that no cell of statements follows, and that does not say that it measures nothing."""
    cells = jupytext.reads(text, fmt="py:percent").cells
    cells = [cell for cell in cells if "solution" not in cell.metadata.get("tags", [])]
    found = []
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type == "markdown" and "**Read.**" in cell.source:
            checked = following is not None and "check" in following.metadata.get("tags", [])
            if checked == ("unmeasured" in cell.metadata.get("tags", [])):
                found.append(cell.source[cell.source.index("**Read.**") :][:60])
    return found


def problems(source):
    """A line for each thing that a cell of statements must not do."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("holds")]
    lines = [] if source.startswith(TITLE + "\n") else [f"it does not begin with {TITLE!r}"]
    lines += [] if calls else ["it states nothing"]
    for call in calls:
        name = ast.unparse(call.func)
        lines += [] if name == "sg.claims.holds" else [f"{name} is not sg.claims.holds"]
        sentence, truth = call.args if len(call.args) == 2 else (None, None)
        lines += (
            [] if isinstance(sentence, ast.Constant) else [f"{ast.unparse(call)[:60]}: the sentence is not plain text"]
        )
        lines += [f"{ast.unparse(call)[:60]}: cannot fail"] if isinstance(truth, ast.Constant) else []
    kinds = (ast.For, ast.While, ast.If, ast.Try, ast.With, ast.FunctionDef)
    lines += [f"line {node.lineno}: only plain lines here" for node in ast.walk(tree) if isinstance(node, kinds)]
    return lines


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_read_has_statements_or_says_that_it_measures_nothing(source):
    assert unchecked(source.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_statements_are_plain_lines_that_can_fail(source):
    cells = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent").cells
    cells = [cell.source for cell in cells if "check" in cell.metadata.get("tags", [])]
    assert [line for cell in cells for line in problems(cell)] == []


def test_a_read_without_statements_is_found():
    text = "# %% [markdown]{}\n# Before. **Read.** It falls.\n\n# %%{}\n1\n"
    assert unchecked(text.format("", "")) == ["**Read.** It falls."]
    assert unchecked(text.format("", ' tags=["check"]')) == []
    assert unchecked(text.format(' tags=["unmeasured"]', "")) == []
    assert unchecked(text.format(' tags=["unmeasured"]', ' tags=["check"]')) == ["**Read.** It falls."]
    assert unchecked("# %% [markdown]\n# **Read.** The last cell.\n") == ["**Read.** The last cell."]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (f'{TITLE}\nsg.claims.holds("a", b < c)', None),
        ('sg.claims.holds("a", b < c)', "it does not begin with"),
        (f"{TITLE}\nb < c", "it states nothing"),
        (f'{TITLE}\nclaims.holds("a", b < c)', "claims.holds is not"),
        (f'{TITLE}\nsg.claims.holds(f"{{a}}", b < c)', "not plain text"),
        (f'{TITLE}\nsg.claims.holds("a", True)', "cannot fail"),
        (f'{TITLE}\nfor b in c:\n    sg.claims.holds("a", b < c)', "line 2: only plain lines"),
    ],
)
def test_what_statements_must_not_do(source, problem):
    assert len(problems(source)) == (problem is not None)
    assert problem is None or problem in problems(source)[0]
