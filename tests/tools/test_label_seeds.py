"""The comparison of ways to give D a label, and page 08, which shows its code and its numbers."""

import ast
import importlib
import re
import statistics

import jupytext
import keras
import numpy as np
import pytest
from conftest import ROOT

PAGE = jupytext.read(ROOT / "notebooks" / "src" / "08_conditional_gan.py").cells
TOOL = ROOT / "tools" / "label_seeds.py"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("label_seeds")


def test_every_way_has_a_logit_and_the_generator_learns(tool):
    z, y, other = keras.ops.zeros((2, 64)), keras.ops.array([3, 8]), keras.ops.array([8, 3])
    for way, (build, gan, _) in tool.WAYS.items():
        discriminator = build((28, 28, 1), 10)
        player = gan(tool.conditional.build_generator(), discriminator)
        images, labels = player.make_fake(z, (None, y))
        assert player.discriminate(images, labels).shape == (2, 1), way
        told = float(np.abs(player.discriminate(images, y) - player.discriminate(images, other)).max())
        assert (told > 0) == (way not in ("not told", "auxiliary classifier")), way


def test_the_spread_within_a_class(tool):
    labels = np.repeat(np.arange(10), 2)
    features = np.stack([10.0 * labels, np.tile([-1.0, 1.0], 10)], axis=1)
    assert tool.spread(features, labels) == 1.0  # far apart as the classes are, each has the variances 0 and 1


def test_the_table_says_mean_and_range(tool):
    found = [
        {"seed": 0, "parameters": 1_000, "fidelity": 0.5, "distance": 2.0, "spread": 0.5},
        {"seed": 1, "parameters": 1_000, "fidelity": 0.7, "distance": 4.0, "spread": 0.7},
    ]
    assert "| 1,000 | 60.0% (50.0% to 70.0%) | 3.0 (2.0 to 4.0) | 0.60 (0.50 to 0.70) |" in tool.table({"a": found})
    assert tool.cell({"a": found}) == 'recorded = {\n    "a": [[0.5, 0.7], [2.0, 4.0], [0.5, 0.7]],\n}'


@pytest.mark.parametrize("name", ["build_channel_discriminator", "AuxiliaryGAN"])
def test_page_08_shows_the_code_of_the_tool(name):
    (cell,) = [cell for cell in PAGE if f"tool:label_seeds.{name}" in cell.metadata.get("tags", [])]
    (shown,) = ast.parse(cell.source).body
    (own,) = [node for node in ast.parse(TOOL.read_text(encoding="utf-8")).body if getattr(node, "name", "") == name]
    assert ast.dump(shown) == ast.dump(own)


def test_the_numbers_of_page_08_are_those_of_the_table(tool):
    (source,) = [cell.source for cell in PAGE if "recorded = {" in cell.source]
    recorded = next(node for node in ast.parse(source).body if ast.unparse(node).startswith("recorded = "))
    table = (ROOT / "benchmarks" / "label_seeds.md").read_text(encoding="utf-8")
    rows = {row[0]: row[2:] for row in (re.split(r" *\| *", line)[1:-1] for line in table.splitlines() if "|" in line)}
    recorded = ast.literal_eval(recorded.value)
    assert set(recorded) == set(rows) & set(tool.WAYS)
    for way, (fidelity, distance, spread) in recorded.items():
        means = [statistics.mean(each) for each in (fidelity, distance, spread)]
        first = [text.split(" ")[0] for text in rows[way]]
        assert float(first[0].strip("%")) == pytest.approx(100 * means[0], abs=0.06)
        assert [float(text) for text in first[1:]] == [
            pytest.approx(means[1], abs=0.06),
            pytest.approx(means[2], abs=0.006),
        ]
