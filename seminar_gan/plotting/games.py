"""Figures of a GAN's training: the game in the plane, and panels of curves."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from seminar_gan.plotting.style import COLOURS, LINE_STYLES, TEXT_POINTS, same_everywhere

__all__ = ["FAKE_POINTS", "plane_game", "plane_grid", "stacked_curves"]

FAKE_POINTS = "#8A2BE2"  # a violet that stands out on the whole field
_FAKE_TO_REAL = LinearSegmentedColormap.from_list("fake_to_real", [COLOURS[1], "white", COLOURS[0]])


def plane_grid(extent, count=61):
    """Return the points of a square grid, where `plane_game` shows the answers of a discriminator.

    Args:
        extent: the square goes from -extent to extent in both directions.
        count: number of points along a side.

    Returns:
        float32 array (count * count, 2): row by row from the lowest, and in a row from left to right.

    Example:
        >>> plane_grid(1, count=2).tolist()
        [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    axis = np.linspace(-extent, extent, count, dtype="float32")
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


@same_everywhere
def plane_game(moments, real_points, extent, columns=3):
    """Draw moments of a game in the plane: D as a coloured field, real points as dots, fake points as crosses.

    The field is orange where D says "fake" (0), white where it cannot tell (0.5), and blue where it says "real" (1).

    Args:
        moments: {title: (probabilities, fake_points)}, the axes in this order; probabilities float (count * count,), 0
            to 1, D's answers at the points `plane_grid(extent, count)`; fake_points float (n, 2).
        real_points: float (n, 2).
        extent: the square that is shown goes from -extent to extent. Points outside are not seen.
        columns: number of moments in a row.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if there are no moments, if probabilities are not those of a square grid or not 0 to 1, or if points
            are not (n, 2).
    """
    if not moments:
        raise ValueError("plane_game got no moments")
    fields = {title: _square(title, probabilities) for title, (probabilities, _) in moments.items()}
    real_points = _points("real_points", real_points)
    columns = min(columns, len(moments))
    lines = math.ceil(len(moments) / columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(1.75 * columns + 0.7, 1.95 * lines), squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(moments) :]:
        axis.axis("off")
    for axis, (title, (_, fake_points)) in zip(axes.flat, moments.items(), strict=False):
        field = axis.imshow(
            fields[title], cmap=_FAKE_TO_REAL, vmin=0, vmax=1, extent=[-extent, extent] * 2, origin="lower", alpha=0.75
        )
        real = axis.plot(*real_points.T, ".", color="black", markersize=1.5, zorder=3)  # crosses would hide them
        fake = axis.plot(*_points(title, fake_points).T, "x", color=FAKE_POINTS, markersize=2.5, markeredgewidth=0.7)
        axis.set(xlim=(-extent, extent), ylim=(-extent, extent), xticks=[], yticks=[])
        axis.set_title(title, fontsize=TEXT_POINTS, pad=3)
    bar = figure.colorbar(field, ax=axes, shrink=0.9, aspect=25, ticks=[0, 0.5, 1])
    bar.set_label("D(x)", fontsize=TEXT_POINTS)
    bar.ax.tick_params(labelsize=TEXT_POINTS)
    look = {"ncols": 2, "frameon": False, "fontsize": TEXT_POINTS, "markerscale": 2}
    figure.legend([*real, *fake], ["real", "generated"], loc="outside upper center", **look)
    return figure


@same_everywhere
def stacked_curves(panels, xlabel, log=()):
    """Draw panels of curves, one below the other, with one x axis. A label looks the same in every panel.

    Args:
        panels: {ylabel: {label: (x, y)}}, from top to bottom; at most 7 labels in all.
        xlabel: what the x axis shows, with its unit.
        log: the ylabels of the panels with a logarithmic axis.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if a panel has no curve, if there are more labels than can be told apart, or if `log` names a ylabel
            that no panel has.
    """
    labels = list(dict.fromkeys(label for series in panels.values() for label in series))
    if not panels or not all(panels.values()) or len(labels) > len(COLOURS):
        raise ValueError(
            f"stacked_curves draws 1 to {len(COLOURS)} labels, which can be told apart, and a curve in every panel; "
            f"got the labels {labels} in {len(panels)} panels"
        )
    if unknown := set(log) - set(panels):
        raise ValueError(f"log names {sorted(unknown)}; the panels are {list(panels)}")
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(5.6, 1.7 * len(panels) + 0.4), sharex=True, squeeze=False, layout="constrained"
    )
    lines = {}
    for axis, (ylabel, series) in zip(axes[:, 0], panels.items(), strict=True):
        for label, (x, y) in series.items():
            number = labels.index(label)
            (lines[label],) = axis.plot(x, y, color=COLOURS[number], linestyle=LINE_STYLES[number], label=label)
        axis.set_yscale("log" if ylabel in log else "linear")
        axis.set_ylabel(ylabel, fontsize=TEXT_POINTS)
        axis.tick_params(which="both", labelsize=TEXT_POINTS)
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[-1, 0].set_xlabel(xlabel, fontsize=TEXT_POINTS)
    figure.align_ylabels()
    if len(lines) > 1:
        figure.legend(handles=lines.values(), loc="outside upper center", ncols=2, frameon=False, fontsize=TEXT_POINTS)
    return figure


def _square(title, probabilities):
    probabilities = np.asarray(probabilities).ravel()
    side = round(len(probabilities) ** 0.5)
    if not side or side * side != len(probabilities):
        raise ValueError(
            f"{title!r}: there must be a probability for each point of a square grid; got {len(probabilities)}"
        )
    if not np.all((probabilities >= 0) & (probabilities <= 1)):
        raise ValueError(f"{title!r}: probabilities must be 0 to 1: the sigmoid of the logits, not the logits")
    return probabilities.reshape(side, side)


def _points(name, points):
    points = np.asarray(points)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name}: points must be (n, 2); got {points.shape}")
    return points
