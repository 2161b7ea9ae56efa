"""Colours, line styles and the size of text in all figures, and how they stay as they are under any settings."""

import functools
from contextlib import nullcontext

import matplotlib.pyplot as plt

__all__ = ["COLOURS", "LINE_STYLES", "TEXT_POINTS"]

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
TEXT_POINTS = 8.5  # a figure keeps it when it is fitted to a column
LINE_STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-"]


def same_everywhere(draw):
    """Let a function draw with Matplotlib's own settings, whatever a matplotlibrc or a style of the reader's says."""

    @functools.wraps(draw)
    def drawn(*arguments, **options):
        with plt.style.context("default"):
            figure = draw(*arguments, **options)
            for axes in figure.axes:
                for axis in (axes.xaxis, axes.yaxis):  # or the first tick, which the others copy, would be made later
                    axis.get_major_ticks(1)
                    axis.get_minor_ticks(1)
        figure.sg_style = "default"
        return figure

    return drawn


def settings_of(figure):
    """Return a context with the settings that a figure is to be rendered with: its own, or for others the reader's."""
    style = getattr(figure, "sg_style", None)
    return plt.style.context(style) if style else nullcontext()
