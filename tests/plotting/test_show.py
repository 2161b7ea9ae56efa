"""Figures in a notebook with an alternative text, under every backend of Matplotlib."""

import base64
import io
import os
import sys
import warnings

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient
from PIL import Image

from seminar_gan import plotting

ALT = 'A "line" that rises from 0 to <1>.'
CELLS = [
    "import matplotlib.pyplot as plt, seminar_gan as sg\n"
    "figure, axes = plt.subplots(figsize=(3, 2))\n"
    "axes.plot([0, 1])\n"
    f"sg.plotting.show(figure, {ALT!r})",
    "sg.plotting.show(figure, 'The same again.')",
    "axes.set_title('a change')\nsg.plotting.show(figure, 'With a title.')\nprint(plt.get_fignums())",
]


def executed(backend, *cells):
    """The outputs of cells in a kernel with this MPLBACKEND; Jupyter's own for None."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment |= {"MPLBACKEND": backend} if backend else {}
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute(env=environment)
    return [cell.outputs for cell in notebook.cells]


def picture(output):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))))


@pytest.fixture(scope="module")
def by_default():
    """The same figure as Jupyter shows it by itself."""
    ((output,),) = executed(None, CELLS[0].rpartition("\n")[0] + ";")
    return picture(output)


@pytest.mark.long
@pytest.mark.parametrize("backend", [None, "Agg", "svg"])
def test_every_cell_shows_its_figure_once_and_as_jupyter_does(backend, by_default):
    first, again, changed = executed(backend, *CELLS)
    for outputs, alt in ((first, ALT), (again, "The same again."), (changed[:1], "With a title.")):
        (output,) = outputs
        assert output.output_type == "display_data"
        assert output.metadata == {"image/png": {"alt": alt}}
        assert output.data["text/plain"] == alt
    assert np.array_equal(picture(first[0]), by_default) and np.array_equal(picture(again[0]), by_default)
    assert picture(changed[0]).shape != by_default.shape
    assert [output.text for output in changed[1:]] == ["[]\n"]  # the figure is closed, and nothing is on stderr


def test_outside_a_notebook_nothing_happens_without_a_window():
    for number in range(25):  # Matplotlib warns of 20 open figures
        figure, _ = plt.subplots(figsize=(1, 1))
        plotting.show(figure, f"Axes without lines, number {number}.")
    assert not plt.get_fignums()


def test_outside_a_notebook_a_window_is_shown(monkeypatch):
    figure, _ = plt.subplots()
    calls = []
    monkeypatch.setattr(type(figure.canvas), "required_interactive_framework", "qt", raising=False)
    monkeypatch.setattr(plt, "show", lambda: calls.append(plt.get_fignums()))
    plotting.show(figure, "Axes without lines.")
    assert calls == [[figure.number]]


def test_a_figure_that_pyplot_does_not_know_is_shown_too(monkeypatch):
    shown = []
    figure = Figure()
    figure.add_subplot().plot([0, 1])
    monkeypatch.setattr(sys.modules["seminar_gan.plotting.show"], "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append(data))
    with warnings.catch_warnings(action="error"):
        plotting.show(figure, "A line from 0 to 1.")
    assert [list(data) for data in shown] == [["image/png", "text/plain"]]


def test_the_text_is_on_one_line_whatever_the_source_looks_like():
    figure = Figure()
    plotting.show(
        figure,
        """  The loss
        falls: größer, ∞. """,
    )
    assert figure.sg_alt == "The loss falls: größer, ∞."


@pytest.mark.parametrize(
    ("figure", "alt", "error", "message"),
    [
        (None, "A line.", TypeError, "show takes a Matplotlib Figure, not NoneType"),
        (Figure().add_subplot(), "A line.", TypeError, r"not Axes; try axes\.figure"),
        (Figure(), None, TypeError, "alt must be a sentence that says what the picture shows; got NoneType"),
        (Figure(), " \n", ValueError, "alt is empty: say in a sentence what the picture shows"),
        (Figure(), "x" * 301, ValueError, "alt has 301 characters; say in 300 at most"),
    ],
)
def test_what_cannot_be_shown_is_refused(figure, alt, error, message):
    with pytest.raises(error, match=message):
        plotting.show(figure, alt)
