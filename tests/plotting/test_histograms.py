"""Histograms over time, checked as numbers: what is drawn where, and what is rejected."""

import numpy as np
import pytest
from mpl_toolkits.mplot3d.axes3d import Axes3D

from seminar_gan import plotting
from seminar_gan.plotting.histograms import histogram_map, histogram_ridges

COUNTS = np.array([[4, 0, 0], [1, 2, 1], [0, 0, 8]])
STEPS, EDGES = [0, 10, 20], [-1.0, 0.0, 1.0, 3.0]


def test_a_map_shows_the_share_of_each_bin_at_its_step():
    (axis, _) = histogram_map({"D": COUNTS}, STEPS, EDGES, "logit").axes
    (mesh,) = axis.collections
    np.testing.assert_array_equal(mesh.get_array(), (COUNTS / [[4], [4], [8]]).T)
    corners = mesh.get_coordinates()
    np.testing.assert_array_equal(corners[0, :, 0], [-5, 5, 15, 25])  # each moment in the middle of its column
    np.testing.assert_array_equal(corners[:, 0, 1], EDGES)
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("step", "logit")


def test_more_is_darker_and_panels_share_one_scale():
    *axes, _ = histogram_map({"a": COUNTS, "b": np.ones((3, 3))}, STEPS, EDGES, "logit").axes
    scales = {axis.collections[0].get_clim() for axis in axes}
    assert scales == {(0, 1)} and [axis.get_title() for axis in axes] == ["a", "b"]
    light, dark = (sum(axes[0].collections[0].to_rgba(share)[:3]) for share in (0.1, 0.9))
    assert dark < light


def test_steps_need_not_be_evenly_apart():
    (mesh,) = histogram_map({"D": COUNTS}, [0, 10, 100], EDGES, "logit").axes[0].collections
    np.testing.assert_array_equal(mesh.get_coordinates()[0, :, 0], [-5, 5, 55, 145])


def test_ridges_stand_at_their_step_with_the_earliest_at_the_back(monkeypatch):
    drawn, fill = [], Axes3D.fill_between
    monkeypatch.setattr(Axes3D, "fill_between", lambda axis, *ridge, **look: drawn.append(ridge) or fill(axis, *ridge))
    (axis,) = histogram_ridges({"D": COUNTS}, STEPS, EDGES, "logit").axes
    for ridge, step, row in zip(drawn, STEPS, COUNTS, strict=True):
        for end, heights in ((ridge[:3], np.sqrt(row / row.sum())), (ridge[3:], np.zeros(3))):
            np.testing.assert_array_equal(end[0], [-0.5, 0.5, 2])
            assert end[1] == step
            np.testing.assert_allclose(end[2], heights)
    assert axis.get_ylim() == (20, 0)  # the second of the two is at the back, as the axes are turned
    assert axis.get_zlim() == (0, 1)


@pytest.mark.parametrize("draw", [histogram_map, histogram_ridges])
@pytest.mark.parametrize(
    ("panels", "steps", "edges", "message"),
    [
        ({}, STEPS, EDGES, "got no panels"),
        (
            {"D": COUNTS},
            [0, 10],
            EDGES,
            r"'D' must have a row for each of the 2 steps and .* 3 bins; got shape \(3, 3\)",
        ),
        ({"D": COUNTS}, STEPS, EDGES[:-1], "a column for each of the 2 bins"),
        ({"D": COUNTS}, [0, 10, 10], EDGES, "steps in rising order"),
        ({"D": COUNTS}, STEPS, [0, 1, 3, 2], "edges in rising order"),
        ({"D": COUNTS[:1]}, [0], EDGES, "two or more steps"),
        ({"D": -COUNTS}, STEPS, EDGES, "must be 0 or more"),
        ({"D": 0 * COUNTS}, STEPS, EDGES, "not all 0 in a row"),
        ({"D": COUNTS + np.nan}, STEPS, EDGES, "must be 0 or more"),
    ],
)
def test_what_is_no_histogram_is_rejected(draw, panels, steps, edges, message):
    with pytest.raises(ValueError, match=message):
        draw(panels, steps, edges, "logit")


@pytest.mark.parametrize("draw", [histogram_map, histogram_ridges])
def test_its_texts_can_be_read(draw):
    counts = np.random.default_rng(0).integers(1, 99, (20, 40))
    figure = draw(
        {"seed 0": counts, "seed 1": counts}, np.arange(20) * 75, np.linspace(-90, 60, 41), "input of a sigmoid"
    )
    assert plotting.text_problems(figure) == []
