"""Colours, line styles and the size of text in all figures."""

__all__ = ["COLOURS", "LINE_STYLES", "TEXT_POINTS"]

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
TEXT_POINTS = 8.5  # a figure keeps it when it is fitted to a column
LINE_STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-"]
