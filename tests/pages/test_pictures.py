"""Every picture of every page has a text for those who do not see it, and every page checks its parameters."""

import ast
import json
import re
from collections import defaultdict

import jupytext
import pytest
from conftest import ROOT

from seminar_gan.commands import closure, pages
from seminar_gan.commands.run import plan

SOURCES = sorted((ROOT / "notebooks" / "src").glob("*.py"))
BUILT = sorted((ROOT / "notebooks").glob("*.ipynb")) + sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))


def code_of(source):
    cells = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent").cells
    return [closure.without_magics(cell.source) for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_figures_are_shown_with_a_text_of_their_own(source):
    """`plt.show` would show nothing under a backend without windows."""
    calls = [node for cell in code_of(source) for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
    assert not [call for call in calls if ast.unparse(call.func) == "plt.show"]
    texts = [ast.unparse(call.args[1]) for call in calls if ast.unparse(call.func) == "sg.plotting.show"]
    assert texts and len(set(texts)) == len(texts)
    written = [text for text in texts if not text.startswith("sg.plotting.describe(")]
    assert [text for text in written if not 30 <= len(text) <= 310] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_figures_are_saved_with_a_caption(source):
    """That no text lies on another is seen to where the page is built: SEMINAR_GAN_STRICT makes it an error there."""
    calls = [node for cell in code_of(source) for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
    saved = [call for call in calls if ast.unparse(call.func) == "sg.export.save_figure"]
    assert saved
    without = [ast.unparse(call) for call in saved if "caption" not in [keyword.arg for keyword in call.keywords]]
    assert without == []


@pytest.mark.parametrize("page", BUILT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_picture_of_a_built_page_has_a_text(page):
    cells = [cell for cell in pages.read_notebook(page)["cells"] if cell["cell_type"] == "code"]
    outputs = [output for cell in cells for output in cell["outputs"] if "image/png" in output.get("data", {})]
    assert [n for n, output in enumerate(outputs) if not output["metadata"].get("image/png", {}).get("alt")] == []
    drawing = [cell for cell in cells if "sg.plotting.show(" in pages.source_of(cell)]
    assert len(outputs) >= len(drawing)


def test_no_two_pages_save_under_one_name():
    """In JupyterLab they share the folders figures and tables, where a page does not replace what is another's."""
    saved = defaultdict(set)
    for page in BUILT:
        outputs = json.dumps([cell.get("outputs") for cell in pages.read_notebook(page)["cells"]])
        for name in re.findall(r"(?:figures|tables)/[\w-]+(?=\.(?:pdf|tex))", outputs):
            saved[name].add(page.name)
    assert len(saved) > 100
    assert {name: pages for name, pages in saved.items() if len(pages) > 1} == {}


@pytest.mark.parametrize("page", pages.every_page(ROOT), ids=lambda page: page.name)
def test_a_page_checks_its_parameters_before_anything_else(page):
    """So a wrong one costs no time; and the page's own values, also those of the profiles, pass."""
    tagged = [n for n, (_, tags) in enumerate(page.code_cells) if "parameters" in tags]
    source, _ = page.code_cells[tagged[0] + 1]
    (check,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.keywords]
    assert ast.unparse(check.func) == "sg.parameters.check"
    assert [keyword.arg for keyword in check.keywords] == list(page.defaults)
    for profile in ("quick", "paper"):
        assert plan.make_plan(ROOT, page.name, profile).pages
    for name, value in page.defaults.items():
        assert plan.checked(page, name, value, where="the page") == value
