"""Lines: values by step, by epoch or by seconds."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

from seminar_gan.plotting.style import COLOURS, LINE_STYLES, TEXT_POINTS, same_everywhere

__all__ = ["curves"]


@same_everywhere
def curves(series, xlabel, ylabel, log=False, markers=False):
    """Draw one line for each series, told apart by colour and by style.

    Args:
        series: {label: y} or {label: (x, y)}, at most 7. Without x, the points are numbered from 1, like epochs.
        xlabel, ylabel: what the axes show, with units.
        log: if true, the y axis is logarithmic.
        markers: if true, each point is marked.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if there are no series, or more than can be told apart, or if x and y differ in length.
    """
    if not 1 <= len(series) <= len(COLOURS):
        raise ValueError(f"curves draws 1 to {len(COLOURS)} series, which can be told apart; got {len(series)}")
    figure, axes = plt.subplots(figsize=(5.6, 3.0), layout="constrained")
    axes.set_prop_cycle(matplotlib.cycler(color=COLOURS, linestyle=LINE_STYLES))
    for label, points in series.items():
        x, y = points if isinstance(points, tuple) else (np.arange(1, len(points) + 1), points)
        if len(x) != len(y):
            raise ValueError(f"series {label!r} has {len(x)} x values and {len(y)} y values")
        axes.plot(x, y, label=label, marker="o" if markers else None, markersize=4)
    axes.set_xlabel(xlabel, fontsize=TEXT_POINTS)
    axes.set_ylabel(ylabel, fontsize=TEXT_POINTS)
    axes.tick_params(which="both", labelsize=TEXT_POINTS)
    if all(np.issubdtype(np.asarray(line.get_xdata()).dtype, np.integer) for line in axes.lines):
        axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True, min_n_ticks=1))  # no epoch 2.5, also of one epoch
    if log:
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        plain = ticker.FuncFormatter(lambda value, position: f"{value:g}")
        axes.yaxis.set_major_formatter(plain)
        axes.yaxis.set_minor_formatter(plain if high < 20 * low else ticker.NullFormatter())
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if len(series) > 1:
        axes.legend(frameon=False, fontsize=TEXT_POINTS)
    return figure
