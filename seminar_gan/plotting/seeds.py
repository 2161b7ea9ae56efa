"""Results over seeds: every single one, and their median."""

import matplotlib.pyplot as plt
import numpy as np

from seminar_gan.plotting.style import COLOURS, TEXT_POINTS, same_everywhere

__all__ = ["seeds"]

INCHES_A_ROW = 0.27
MARKERS = ["o", "s", "^", "D"]


@same_everywhere
def seeds(values, xlabel, *, line=None, log=False):
    """Draw a row for each setting: a mark for each seed, and a bar at their median.

    Args:
        values: {setting: numbers (n,), one for each seed}, the first on top; or {group: {setting: numbers}} for up to
            four groups side by side in each row, which have the same settings. nan is left out.
        xlabel: what is measured, with its unit.
        line: None, or a number that is marked by a line, such as 0 for differences.
        log: if true, the axis is logarithmic.

    Returns:
        matplotlib.figure.Figure

    Raises:
        ValueError: if there are no settings, if groups differ in their settings, or if there are more than four.

    Example:
        >>> figure = seeds({"minimax": [3.1, 2.9], "hinge": [2.2, 2.6]}, "Fréchet distance")
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['minimax', 'hinge']
    """
    groups = values if values and all(isinstance(each, dict) for each in values.values()) else {None: values}
    labels = list(next(iter(groups.values()), ()))
    if not labels or any(list(each) != labels for each in groups.values()) or len(groups) > len(MARKERS):
        raise ValueError(
            f"seeds draws a row for each setting, of 1 to {len(MARKERS)} groups with the same settings; "
            f"got { ({name: list(each) for name, each in groups.items()}) }"
        )
    height = 0.7 + (0.25 if len(groups) > 1 else 0) + INCHES_A_ROW * len(labels) * (1 + 0.5 * (len(groups) - 1))
    figure, axes = plt.subplots(figsize=(5.6, max(1.4, height)), layout="constrained")
    if line is not None:
        axes.axvline(line, color="0.5", linewidth=0.8)
    shifts = (np.arange(len(groups)) - (len(groups) - 1) / 2) * 0.7 / len(groups)
    for (group, each), shift, colour, marker in zip(groups.items(), shifts, COLOURS, MARKERS, strict=False):
        for row, numbers in enumerate(each.values()):
            known = np.asarray(numbers, "float64")
            known = known[~np.isnan(known)]
            label = group if row == 0 and group is not None else None
            marks = {"color": colour, "alpha": 0.6, "markersize": 4, "markeredgewidth": 0, "label": label}
            axes.plot(known, np.full(len(known), row + shift), marker, **marks)
            if len(known):
                axes.plot([np.median(known)] * 2, [row + shift - 0.18, row + shift + 0.18], color=colour, linewidth=2)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlabel(xlabel, fontsize=TEXT_POINTS)
    axes.tick_params(which="both", labelsize=TEXT_POINTS)
    if log:
        axes.set_xscale("log")
    axes.grid(axis="x", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if len(groups) > 1:
        figure.legend(loc="outside upper center", ncols=len(groups), frameon=False, fontsize=TEXT_POINTS)
    return figure
