"""The figures of a GAN's training, checked as numbers."""

import numpy as np
import pytest
from matplotlib.colors import same_color

from seminar_gan.plotting import COLOURS, LINE_STYLES
from seminar_gan.plotting.games import plane_game, plane_grid, stacked_curves

REAL = np.array([[-1.0, 1.0], [0.5, 2.0]])
FAKE = np.array([[0.0, 0.25], [1.0, -1.0], [2.0, 0.0]])


def right_half(count=5):
    """The answers of a discriminator that calls everything on the right real."""
    return (plane_grid(3, count)[:, 0] > 0).astype("float32")


def moments(number):
    return {f"step {step}": (right_half(), FAKE + step) for step in range(number)}


def panels():
    return {
        "loss": {"small": ([1, 2, 3], [3, 2, 1]), "large": ([1, 2], [1, 1])},
        "distance": {"large": ([1, 3], [1e3, 1e1]), "real": ([1, 3], [1, 1])},
    }


def test_the_grid_goes_row_by_row_from_the_lowest():
    grid = plane_grid(2, 3)
    assert grid.tolist()[:4] == [[-2, -2], [0, -2], [2, -2], [-2, 0]]
    assert grid.shape == (9, 2) and grid.dtype == np.float32
    assert plane_grid(1).shape == (61 * 61, 2)


def test_the_field_lies_where_it_was_asked_for():
    """What is said of the right half of the plane is drawn on the right, and of the upper half above."""
    upper = (plane_grid(3, 5)[:, 1] > 0).astype("float32")
    figure = plane_game({"right": (right_half(), FAKE), "upper": (upper, FAKE)}, REAL, 3)
    for axis, half in zip(figure.axes, ("right", "upper"), strict=False):
        (field,) = axis.images
        left, right, bottom, top = field.get_extent()
        assert (left, right, bottom, top) == (-3, 3, -3, 3) and field.origin == "lower"
        assert field.get_clim() == (0, 1)
        values = field.get_array()
        assert (values[:, -1] == 1).all() == (half == "right") and (values[-1] == 1).all() == (half == "upper")
        assert axis.get_xlim() == axis.get_ylim() == (-3, 3)


def test_real_and_fake_points_are_drawn_and_differ_in_shape():
    figure = plane_game(moments(2), REAL, 3)
    for step, axis in enumerate(figure.axes[:2]):
        real, fake = axis.lines
        np.testing.assert_array_equal(real.get_xydata(), REAL)
        np.testing.assert_array_equal(fake.get_xydata(), FAKE + step)
        assert real.get_marker() != fake.get_marker() and real.get_linestyle() == fake.get_linestyle() == "None"
        assert axis.get_title() == f"step {step}"


def test_undecided_is_white_and_the_ends_have_colours_that_can_be_told_apart():
    (field,) = plane_game(moments(1), REAL, 3).axes[0].images
    low, middle, high = field.to_rgba([0.0, 0.5, 1.0], alpha=1)
    assert same_color(low, COLOURS[1]) and same_color(high, COLOURS[0])
    assert middle == pytest.approx((1, 1, 1, 1), abs=0.01)


@pytest.mark.parametrize(("number", "columns", "rows"), [(5, 3, 2), (3, 3, 1), (2, 3, 1), (4, 2, 2)])
def test_moments_fill_rows(number, columns, rows):
    axes = plane_game(moments(number), REAL, 3, columns=columns).axes
    drawn = [axis for axis in axes if axis.images]
    assert len(drawn) == number
    assert drawn[0].get_gridspec().nrows == rows
    assert [axis.get_title() for axis in drawn] == list(moments(number))
    assert not any(axis.axison for axis in axes[:-1] if axis not in drawn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({}, REAL, 3), "no moments"),
        (({"a": (np.zeros(10), FAKE)}, REAL, 3), "'a': .* square grid; got 10"),
        (({"a": (np.zeros(0), FAKE)}, REAL, 3), "square grid; got 0"),
        (({"a": (np.full(9, -0.1), FAKE)}, REAL, 3), "'a': .* not the logits"),
        (({"a": (np.full(9, 1.1), FAKE)}, REAL, 3), "not the logits"),
        (({"a": (np.full(9, np.nan), FAKE)}, REAL, 3), "not the logits"),
        (({"a": (np.zeros(9), FAKE[:, :1])}, REAL, 3), r"a: points must be \(n, 2\); got \(3, 1\)"),
        (({"a": (np.zeros(9), FAKE)}, REAL[0], 3), r"real_points: .*; got \(2,\)"),
    ],
)
def test_plane_game_rejects_what_it_cannot_draw(arguments, message):
    with pytest.raises(ValueError, match=message):
        plane_game(*arguments)


def test_a_label_looks_the_same_in_every_panel():
    upper, lower = stacked_curves(panels(), "step", log=["distance"]).axes
    looks = {"small": 0, "large": 1, "real": 2}
    for axis, ylabel in ((upper, "loss"), (lower, "distance")):
        assert axis.get_ylabel() == ylabel
        assert [line.get_label() for line in axis.lines] == list(panels()[ylabel])
        for line in axis.lines:
            look = looks[line.get_label()]
            assert same_color(line.get_color(), COLOURS[look])
            assert line.get_linestyle() == LINE_STYLES[look]
            x, y = panels()[ylabel][line.get_label()]
            np.testing.assert_array_equal(line.get_xydata(), np.transpose([x, y]))
    assert (upper.get_yscale(), lower.get_yscale()) == ("linear", "log")
    assert lower.get_xlabel() == "step" and not upper.get_xlabel()
    assert upper.get_xlim() == lower.get_xlim()


def test_the_legend_names_each_label_once_and_one_curve_needs_none():
    (legend,) = stacked_curves(panels(), "step").legends
    assert [text.get_text() for text in legend.get_texts()] == ["small", "large", "real"]
    assert not stacked_curves({"loss": {"small": ([1, 2], [3, 2])}}, "step").legends


@pytest.mark.parametrize(
    ("panels", "log", "message"),
    [
        ({}, (), "a curve in every panel"),
        ({"loss": {}}, (), "a curve in every panel"),
        ({"loss": {str(n): ([1], [1]) for n in range(8)}}, (), "1 to 7 labels"),
        (panels(), ["losses"], r"log names \['losses'\]; the panels are \['loss', 'distance'\]"),
    ],
)
def test_stacked_curves_rejects_what_it_cannot_draw(panels, log, message):
    with pytest.raises(ValueError, match=message):
        stacked_curves(panels, "step", log=log)
