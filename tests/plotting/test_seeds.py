"""Results over seeds: what is drawn where."""

import numpy as np
import pytest

from seminar_gan import plotting


def test_every_seed_and_the_median_are_drawn():
    figure = plotting.seeds({"minimax": [3.0, 5.0, np.nan, 4.0], "hinge": [1.0]}, "error", line=0)
    (axes,) = figure.axes
    zero, first, median, second, bar = axes.lines
    assert list(zero.get_xdata()) == [0, 0]
    assert list(first.get_xdata()) == [3, 5, 4] and set(first.get_ydata()) == {0}
    assert list(median.get_xdata()) == [4, 4]
    assert list(second.get_xdata()) == [1] and set(second.get_ydata()) == {1}
    assert list(bar.get_xdata()) == [1, 1]
    assert axes.get_ylim() == (1.5, -0.5)  # the first on top
    assert axes.get_xlabel() == "error"


def test_groups_stand_side_by_side_with_a_legend():
    figure = plotting.seeds({"old": {"a": [1], "b": [2]}, "new": {"a": [3], "b": [4]}}, "error", log=True)
    (axes,) = figure.axes
    marks = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    assert [line.get_xdata()[0] for line in marks] == [1, 2, 3, 4]
    assert marks[0].get_ydata()[0] < 0 < marks[2].get_ydata()[0]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["old", "new"]
    assert axes.get_xscale() == "log"
    figure.draw_without_rendering()
    assert not plotting.text_problems(figure, figure.get_tightbbox())


def test_a_setting_without_a_number_keeps_its_row():
    figure = plotting.seeds({"a": [np.nan], "b": [1.0]}, "error")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "b"]


@pytest.mark.parametrize("values", [{}, {"x": {"a": [1]}, "y": {"b": [1]}}, {str(n): {"a": [1]} for n in range(5)}])
def test_what_cannot_be_drawn_is_refused(values):
    with pytest.raises(ValueError, match="a row for each setting"):
        plotting.seeds(values, "error")
