"""Figures look the same whatever a matplotlibrc or a style of the reader's says."""

import io
import json
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from seminar_gan import export, plotting
from seminar_gan.plotting.style import settings_of

READER = {
    "image.origin": "lower",
    "image.cmap": "jet",
    "image.interpolation": "bicubic",
    "text.usetex": True,  # needs a TeX
    "text.hinting": "none",
    "font.size": 30,
    "font.family": "serif",
    "mathtext.fontset": "cm",
    "axes.prop_cycle": matplotlib.cycler(color=["red"]),
    "axes.grid": True,
    "axes.unicode_minus": False,
    "axes.xmargin": 0.4,
    "axes.autolimit_mode": "round_numbers",
    "axes.formatter.use_locale": True,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (0, 0),
    "xtick.minor.visible": True,
    "ytick.labelcolor": "red",
    "lines.linewidth": 7,
    "legend.loc": "center",
    "figure.dpi": 41,
    "figure.facecolor": "pink",
    "figure.autolayout": True,
    "figure.constrained_layout.w_pad": 0.5,
    "savefig.dpi": 37,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 2,
    "savefig.facecolor": "green",
    "savefig.transparent": True,
    "path.sketch": (5, 50, 2),
    "pdf.compression": 0,
}
GREY, COLOUR = np.random.default_rng(0).random((2, 5, 4)), np.random.default_rng(0).random((2, 5, 4, 3))
FIELD = np.linspace(0, 1, 9)
FIGURES = {
    "curves": lambda: plotting.curves({"a": [1e6, -2e6], "b": ([1.5, 4], [2, 3])}, "epoch", "loss"),
    "log_curves": lambda: plotting.curves({"a": [1, 0.5, 3e-3]}, "epoch", "loss", log=True, markers=True),
    "image_rows": lambda: plotting.image_rows({"real": GREY, "fake": GREY[::-1]}),
    "image_grid": lambda: plotting.image_grid(COLOUR, columns=2, titles=["one", "two"]),
    "plane_game": lambda: plotting.plane_game({"start": (FIELD, [[0, 1]])}, [[1, -1], [0, 0]], extent=2),
    "stacked_curves": lambda: plotting.stacked_curves({"l": {"a": ([1, 2], [1, -2])}}, "step"),
}
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)


def in_a_notebook(figure):
    """What a notebook shows of a figure, as `plotting.show` renders it."""
    png = io.BytesIO()
    with settings_of(figure):
        figure.canvas.print_figure(png, format="png", dpi="figure", bbox_inches="tight")
    return png.getvalue()


def saved(figure, folder):
    path = export.save_figure(figure, "a", folder=folder)
    return json.loads(Path(path).with_suffix(".json").read_text(encoding="utf-8"))["sha256"]


@pytest.mark.long
@every_figure
def test_a_figure_is_the_same_byte_for_byte_under_the_settings_of_any_reader(draw, tmp_path):
    figure = draw()
    shown, sums = in_a_notebook(figure), saved(figure, tmp_path / "mine")
    with plt.rc_context(READER):
        figure = draw()
        assert in_a_notebook(figure) == shown
        assert saved(figure, tmp_path / "theirs") == sums
        assert plt.rcParams["font.size"] == 30  # the reader's settings are as they were
        figure = draw()
    with plt.style.context("dark_background"):
        assert in_a_notebook(figure) == shown  # drawn under the one, shown under the other


def test_the_settings_would_matter():
    shown = in_a_notebook(FIGURES["curves"]())
    for name in ("font.size", "axes.unicode_minus", "text.hinting", "xtick.minor.visible"):
        with plt.rc_context({name: READER[name]}):
            assert in_a_notebook(plotting.curves.__wrapped__({"a": [1e6, -2e6]}, "epoch", "loss")) != shown, name


def test_a_figure_of_the_readers_own_is_rendered_with_the_readers_settings(tmp_path):
    with plt.style.context("dark_background"):
        figure, axes = plt.subplots(figsize=(2, 1), layout="constrained")
        axes.plot([1, 2])
        export.save_figure(figure, "mine", folder=tmp_path)
    assert plt.imread(tmp_path / "mine.png")[0, 0, :3].tolist() == [0, 0, 0]


def test_a_look_of_ones_own_is_a_change_of_what_is_in_the_figure():
    figure = FIGURES["curves"]()
    shown = in_a_notebook(figure)
    figure.axes[0].set_ylabel("loss", fontsize=20)
    assert in_a_notebook(figure) != shown
