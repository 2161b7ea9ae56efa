"""The comparison of ways to give D a label, and the tables of what was measured for page 08."""

import importlib
import re

import keras
import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import weights


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools" / "data")
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


def test_the_table_says_mean_and_range_and_the_file_each_training(tool):
    found = [
        {"seed": 0, "parameters": 1_000, "fidelity": 0.5, "distance": 2.0, "spread": 0.5},
        {"seed": 1, "parameters": 1_000, "fidelity": 0.7, "distance": 4.0, "spread": 0.71234},
    ]
    row = "| a, b | 1,000 | 48 | 60.0% (50.0% to 70.0%) | 3.0 (2.0 to 4.0) | 0.61 (0.50 to 0.71) |"
    assert row in tool.table({"a, b": found}, {"a, b": 48.25})
    text = "way,seed,parameters,ms,fidelity,distance,spread\n"
    text += '"a, b",0,1000,48.2,0.5,2.0,0.5\n"a, b",1,1000,48.2,0.7,4.0,0.7123\n'
    assert tool.rows({"a, b": found}, {"a, b": 48.25}).decode() == text


def test_the_table_is_of_the_trainings_that_come_with_the_package(tool):
    ways = weights.load_measurements("label_ways")
    results, costs = {}, {}
    for n, way in enumerate(ways["way"].tolist()):
        results.setdefault(way, []).append({name: float(ways[name][n]) for name in tool.MEASURES})
        results[way][-1]["parameters"] = int(ways["parameters"][n])
        costs[way] = ways["ms"][n]
    assert list(results) == list(tool.WAYS)
    table = (ROOT / "benchmarks" / "label_seeds.md").read_text(encoding="utf-8")
    table = table[table.index("| what") :]
    texts = tool.table(results, costs), table
    numbers = [[float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)] for text in texts]
    np.testing.assert_allclose(*numbers, atol=0.11)  # a tenth where a rounded number is rounded again


def test_mirzas_table_is_of_the_training_that_comes_with_the_package():
    mirza = weights.load_measurements("mirza")
    rows = [f"| {int(s):,} | {f:.1%} | {d:.1f} |" for s, f, d in zip(*mirza.values(), strict=True)]
    assert "\n".join(rows) in (ROOT / "benchmarks" / "mirza.md").read_text(encoding="utf-8")
