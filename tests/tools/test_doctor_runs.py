"""The tool behind benchmarks/doctor.md: failures are caused, runs are kept, and right and wrong are counted as such."""

import dataclasses
import importlib
import json

import numpy as np
import pytest
from conftest import ROOT

from seminar_gan.doctor.rules import RULES
from seminar_gan.recipes import CONDITIONAL_RECIPES, RECIPES


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("doctor_runs")


def test_every_symptom_has_a_kind_and_every_kind_a_known_name(tool):
    expected = {name for kind in tool.KINDS.values() for name in kind.expected}
    assert expected == {*RULES, "healthy", "can't tell"}


def test_every_recipe_has_a_healthy_kind(tool):
    healthy = {kind.what for kind in tool.KINDS.values() if kind.expected == tool.HEALTHY}
    names = [f"recipe {name}" for name in RECIPES if name != "panic-normalised"]  # collapses: page 09
    names += [f"conditional recipe {name}" for name in CONDITIONAL_RECIPES]
    for name in names:
        assert any(what.startswith(name) for what in healthy), name


def test_no_seed_is_built_on_and_validated_on(tool):
    for kind in tool.KINDS.values():
        assert not set(kind.built_on) & set(kind.validated_on) and kind.validated_on
    assert sum(not kind.built_on for kind in tool.KINDS.values()) >= 5


@pytest.mark.long
@pytest.mark.parametrize("name", ["D never frozen", "mixed norm"])
def test_mistakes_train_and_are_kept(tool, tmp_path, monkeypatch, name):
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), "uint8")
    kind = dataclasses.replace(tool.KINDS[name], steps=4, data=lambda: images)
    monkeypatch.setitem(tool.KINDS, name, kind)
    found = tool.run(name, 0, tmp_path)
    assert found["watch"]["step"] == [1, 2, 3, 4] and not found["diverged"]
    monkeypatch.setattr(tool, "KINDS", {})  # it is not trained again
    assert tool.run(name, 0, tmp_path) == json.loads(next(tmp_path.glob("*.json")).read_text()) == found


# Counting


def kind_of(tool, *expected):
    return tool.KINDS["vanilla"].__class__("made up", expected, None)


def test_verdicts(tool):
    ill = kind_of(tool, "mode collapse")
    assert tool.verdict(ill, ("mode collapse", "D too strong")) == "right"
    assert tool.verdict(ill, ("D too strong", "mode collapse")) == "among others"
    assert tool.verdict(ill, ("D too strong",)) == "other"
    assert tool.verdict(ill, ("healthy",)) == "healthy"
    assert tool.verdict(ill, ("can't tell",)) == "can't tell"
    well = kind_of(tool, "healthy")
    assert tool.verdict(well, ("mode collapse",)) == "ill"
    assert tool.verdict(well, ("healthy",)) == "right"


@pytest.fixture
def counted(tool, monkeypatch):
    """Two kinds with three runs each: one healthy run is called ill, one ill run is missed."""
    kinds = {"well": kind_of(tool, "healthy"), "ill": kind_of(tool, "mode collapse", "mode hopping")}
    monkeypatch.setattr(tool, "KINDS", kinds)
    found = [("well", "healthy"), ("well", "can't tell"), ("well", "D too weak")]
    found += [("ill", "mode hopping"), ("ill", "healthy"), ("ill", "D too weak")]
    return [
        {
            "kind": kind, "names": (name,), "by_history": ("can't tell",), "diverged": False, "steps": 100,
            "warned": {name: 40} if name in RULES else {}, "seed": 10,
            "watch": {"variety": [1.0, 1.0, 1.0], "gap": [0.1, 0.3, 0.3]},
        }
        for kind, name in found
    ]  # fmt: skip


def test_the_summary_counts(tool, counted):
    found = tool.summary(counted)
    expected = {"healthy": 3, "ill": 3, "healthy_ill": 1, "healthy_unknown": 1, "found": 1, "missed": 1, "other": 1}
    assert {name: found[name] for name in expected} == expected
    assert (found["healthy_warned"], found["ill_warned"], found["when"]) == (1, 2, 0.4)
    assert (found["history_healthy_ill"], found["history_found"]) == (0, 0)


def test_the_tables_count(tool, counted):
    assert "1 of 3" in tool.kinds_table(counted) and "D too weak 1" in tool.kinds_table(counted)
    lines = tool.confusion(counted).splitlines()
    header = [cell.strip() for cell in lines[0].split("|")]
    rows = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")] for line in lines[2:]}
    assert rows["healthy"][header.index("healthy")] == "1"
    assert rows["healthy"][header.index("D too weak")] == "1"
    assert rows["mode collapse"][header.index("mode hopping")] == "1"
    assert rows["mode collapse"][header.index("can't tell")] == ""


def test_the_rows_of_the_file(tool, counted):
    first, second, *_ = tool.csv_of(counted).decode().splitlines()
    assert first.startswith("kind,seed,validated,steps,found,d_loss")
    assert second.startswith("well,10,1,100,healthy,nan") and second.endswith("0.3")


def test_warnings_are_those_of_two_looks_in_a_row(tool, monkeypatch):
    said = iter([("healthy",), ("D too weak",), ("healthy",), ("D too weak",), ("D too weak",)])
    monkeypatch.setattr(tool.doctor, "diagnose", lambda table: tool.doctor.Diagnosis(next(said)[0]))
    assert tool.warnings_of({"step": [10, 20, 30, 40, 50], "gap": np.ones(5).tolist(), "variety": [1.0] * 5}) == {
        "D too weak": 50
    }
