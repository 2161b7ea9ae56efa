"""Histograms over time: how what a network computes spreads out while it is trained."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import PowerNorm

from seminar_gan.plotting.style import COLOURS, TEXT_POINTS, same_everywhere

__all__ = ["histogram_map", "histogram_ridges"]

WEAK = 0.4  # power of the colour scale: a bin with a hundredth of the counts keeps a sixth of the colour


@same_everywhere
def histogram_map(panels, steps, edges, ylabel, xlabel="step"):
    """Draw histograms over time as maps: a column for each moment, darker where a larger share of the values lies.

    Args:
        panels: {title: counts}, side by side, with one scale of colours; counts (moments, bins), 0 or more, a row for
            each moment. Each row is divided by its sum.
        steps: numbers (moments,), rising: when each row was counted.
        edges: numbers (bins + 1,), rising: where the bins begin and end.
        ylabel: what was counted, with its unit.
        xlabel: what `steps` are.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if shapes do not fit each other, for fewer than two moments, and for a moment without a count.

    Example:
        >>> figure = histogram_map({"D": [[4, 0], [1, 3]]}, steps=[0, 100], edges=[-1, 0, 1], ylabel="logit")
        >>> figure.axes[0].collections[0].get_array().tolist()  # a row for each bin
        [[1.0, 0.25], [0.0, 0.75]]
    """
    steps, edges, shares = _checked("histogram_map", panels, steps, edges)
    figure, axes = plt.subplots(
        1, len(shares), figsize=(1.2 + 2.9 * len(shares), 2.7), sharey=True, squeeze=False, layout="constrained"
    )
    middles = (steps[1:] + steps[:-1]) / 2
    borders = np.array([2 * steps[0] - middles[0], *middles, 2 * steps[-1] - middles[-1]])
    norm = PowerNorm(WEAK, 0, max(share.max() for share in shares.values()))
    for axis, (title, share) in zip(axes[0], shares.items(), strict=True):
        drawn = axis.pcolormesh(borders, edges, share.T, cmap="Blues", norm=norm, rasterized=True)
        axis.set_title(title, fontsize=TEXT_POINTS, pad=3)
        axis.set_xlabel(xlabel, fontsize=TEXT_POINTS)
        axis.tick_params(labelsize=TEXT_POINTS)
        axis.xaxis.set_major_locator(plt.MaxNLocator(4))
    axes[0, 0].set_ylabel(ylabel, fontsize=TEXT_POINTS)
    bar = figure.colorbar(drawn, ax=axes, aspect=25, ticks=_round_shares(norm.vmax))
    bar.set_label("share in a bin", fontsize=TEXT_POINTS)
    bar.ax.tick_params(labelsize=TEXT_POINTS)
    bar.ax.minorticks_off()
    return figure


@same_everywhere
def histogram_ridges(panels, steps, edges, xlabel, ylabel="step"):
    """Draw histograms over time in three dimensions: one before the other, the earliest at the back.

    The heights are square roots of the shares, or the first, narrow ones would leave the others flat.

    Args:
        panels, steps, edges: as for `histogram_map`; best with 10 to 30 moments.
        xlabel: what was counted, with its unit.
        ylabel: what `steps` are.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: as `histogram_map`.

    Source:
        Winkler 2018, figure 4.4, which looks like those of TensorBoard.

    Example:
        >>> figure = histogram_ridges({"D": [[4, 0], [1, 3]]}, steps=[0, 100], edges=[-1, 0, 1], xlabel="logit")
        >>> len(figure.axes[0].collections)
        2
    """
    steps, edges, shares = _checked("histogram_ridges", panels, steps, edges)
    figure, axes = plt.subplots(
        1, len(shares), figsize=(0.3 + 3.6 * len(shares), 3.3), squeeze=False, subplot_kw={"projection": "3d"}
    )
    figure.subplots_adjust(left=0.02, right=0.93, bottom=0.14, top=0.95, wspace=0.12)
    centres = (edges[1:] + edges[:-1]) / 2
    for axis, (title, share) in zip(axes[0], shares.items(), strict=True):
        for number, row in enumerate(np.sqrt(share)):
            shade = 0.25 + 0.75 * number / (len(steps) - 1)
            colour = shade * np.array(plt.matplotlib.colors.to_rgb(COLOURS[0])) + (1 - shade)
            axis.fill_between(
                *(centres, steps[number], row), *(centres, steps[number], 0 * row),
                facecolor=colour, edgecolor="white", linewidth=0.4, alpha=0.95,
            )  # fmt: skip
        axis.set(xlim=edges[[0, -1]], ylim=steps[[-1, 0]], zlim=(0, max(each.max() for each in shares.values()) ** 0.5))
        axis.view_init(elev=35, azim=-72)
        axis.set_box_aspect((4, 3, 2), zoom=0.95)
        axis.set_title(title, fontsize=TEXT_POINTS, y=0.97)
        axis.set_xlabel(xlabel, fontsize=TEXT_POINTS, labelpad=2)
        axis.set_ylabel(ylabel, fontsize=TEXT_POINTS, labelpad=6)
        axis.tick_params(labelsize=TEXT_POINTS - 1.5, pad=0)
        axis.set_zticks([])
        axis.xaxis.set_major_locator(plt.MaxNLocator(5))
        axis.yaxis.set_major_locator(plt.MaxNLocator(4))
    return figure


def _round_shares(top):
    """Ticks of the colour scale, at round shares."""
    return [share for share in (0, 0.01, 0.05, 0.2, 0.5, 1) if share <= top]


def _checked(function, panels, steps, edges):
    """Return the steps, the edges and {title: shares (moments, bins)}, or reject them."""
    steps, edges = np.asarray(steps, "float64"), np.asarray(edges, "float64")
    for name, values in {"steps": steps, "edges": edges}.items():
        if values.ndim != 1 or len(values) < 2 or not (np.diff(values) > 0).all():
            raise ValueError(f"{function} takes two or more {name} in rising order; got {values.tolist()}")
    if not panels:
        raise ValueError(f"{function} got no panels")
    shares = {}
    for title, counts in panels.items():
        counts = np.asarray(counts, "float64")
        if counts.shape != (len(steps), len(edges) - 1):
            raise ValueError(
                f"{function}: {title!r} must have a row for each of the {len(steps)} steps and a column for each of "
                f"the {len(edges) - 1} bins; got shape {counts.shape}"
            )
        if not (counts >= 0).all() or not counts.any(axis=1).all():
            raise ValueError(f"{function}: the counts of {title!r} must be 0 or more, and not all 0 in a row")
        shares[title] = counts / counts.sum(axis=1, keepdims=True)
    return steps, edges, shares
