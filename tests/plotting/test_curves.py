"""Curves, checked as numbers: points, labels, scales, colours and styles."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import same_color

from seminar_gan.plotting import COLOURS, LINE_STYLES
from seminar_gan.plotting.curves import curves


def test_curves_draws_the_points():
    figure = curves({"a": [5, 6, 7], "b": ([10, 20], np.array([1.5, 2.5]))}, "epoch", "time, in seconds", markers=True)
    (axes,) = figure.axes
    a, b = axes.lines
    np.testing.assert_array_equal(a.get_xydata(), [[1, 5], [2, 6], [3, 7]])
    np.testing.assert_array_equal(b.get_xydata(), [[10, 1.5], [20, 2.5]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "time, in seconds")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert axes.get_yscale() == "linear"
    assert {line.get_marker() for line in axes.lines} == {"o"}
    low, high = axes.get_ylim()
    assert low <= 1.5 < 7 <= high


def test_one_curve_needs_no_legend_and_the_scale_can_be_logarithmic():
    (axes,) = curves({"a": [1, 10, 100]}, "epoch", "loss", log=True).axes
    assert axes.get_legend() is None
    assert axes.get_yscale() == "log"
    assert axes.lines[0].get_marker() == "None"


def test_one_epoch_is_marked_as_a_whole_number():
    figure = curves({"a": [1.0]}, "epoch", "loss")
    low, high = figure.axes[0].get_xlim()
    assert [tick for tick in figure.axes[0].get_xticks() if low <= tick <= high] == [1]


def test_seven_curves_differ_in_colour_and_neighbours_in_style():
    (axes,) = curves({str(number): [number, 0] for number in range(7)}, "x", "y").axes
    assert all(same_color(line.get_color(), colour) for line, colour in zip(axes.lines, COLOURS, strict=True))
    assert len(set(COLOURS)) == len(LINE_STYLES) == 7
    dashes = [line._unscaled_dash_pattern for line in axes.lines]
    assert all(one != other for one, other in pairwise(dashes))


@pytest.mark.parametrize("count", [0, 8])
def test_curves_that_cannot_be_told_apart_are_rejected(count):
    with pytest.raises(ValueError, match=f"1 to 7 series.*got {count}"):
        curves({str(number): [1, 2] for number in range(count)}, "x", "y")


def test_x_and_y_of_different_length_are_rejected():
    with pytest.raises(ValueError, match="series 'a' has 2 x values and 3 y values"):
        curves({"a": ([1, 2], [1, 2, 3])}, "x", "y")
