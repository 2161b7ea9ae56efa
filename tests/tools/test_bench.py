"""The benchmark's page and picture, from results that were made up. The trainings themselves take minutes."""

import runpy

import matplotlib.pyplot as plt
import pytest
from conftest import ROOT

bench = runpy.run_path(str(ROOT / "tools" / "bench.py"), run_name="tool")


def result(name, seed, factor):
    made = {"name": name, "seed": seed, "floor": 0.12, "seconds": [15.0, 30.0, 60.0], "steps": [1, 2, 4]}
    made |= {"ratio": [9.0 * factor, 6.0 * factor, 3.0 * factor], "images_per_second": 1000.0, "generate_seconds": 1.0}
    made |= {"smallest_class": 0.08, "largest_class": 0.12}
    return made | ({"fidelity": 0.987} if name.endswith("conditional") else {})


@pytest.fixture
def results():
    recommended = [result(name, seed, 1 + seed) for name in bench["RECOMMENDED"] for seed in range(3)]
    return recommended + [result(name, 0, 5) for name in bench["OTHERS"]]


def test_the_page_has_a_row_for_each_recipe_with_median_and_range(results):
    page = bench["page"](results, 60.0)
    for name in [*bench["RECOMMENDED"], *bench["OTHERS"]]:
        assert f"\n| {name}" in page
    assert "| dcgan (recommended) | 3 | 1,000 (1,000 to 1,000) |" in page
    assert "| 6.0 (3.0 to 9.0) | 98.7 (98.7 to 98.7) |" in page
    assert "| mirza conditional | 1 | 1,000 | 4 | 45.0 | 30.0 | 15.0 | 98.7 |" in page


def test_the_picture_has_a_line_for_each_recipe(results, tmp_path):
    figure = bench["picture"](results)
    (axes,) = figure.axes
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines["dcgan"] == [18.0, 12.0, 6.0]
    assert set(lines) >= {*bench["RECOMMENDED"], *bench["OTHERS"]}
    figure.savefig(tmp_path / "quality.png")
    plt.close(figure)
