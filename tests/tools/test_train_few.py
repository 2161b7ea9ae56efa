"""The training of the generators that come with page 10: mark by mark, gone on with, the best mark packed."""

import csv
import importlib
import types

import numpy as np
import pytest
from conftest import ROOT
from samples import byte_images

from seminar_gan.models import few


@pytest.fixture
def tool(monkeypatch):
    """The script with tiny images, few steps, and distances that are least at the second mark."""
    monkeypatch.syspath_prepend(ROOT / "tools" / "data")
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("train_few")
    images = byte_images(12, 18, 18, 1) // 2 + 9
    first, *others = tool.COLUMNS[3:]
    marks = {}  # number of each set of samples

    def measured(images, held, made):
        mark = marks.setdefault(made.tobytes(), len(marks))
        return {first: (3.0, 1.0, 2.0)[mark]} | dict.fromkeys(others, 0.5)

    for name, value in {"STEPS": {28: 5}, "EVERY": 2, "SAMPLES": 4}.items():
        monkeypatch.setattr(tool, name, value)
    monkeypatch.setattr(tool, "load", lambda folder, size, channels: images)
    monkeypatch.setattr(tool, "measured", measured)
    return tool


@pytest.mark.long
def test_what_is_stopped_goes_on_and_the_best_mark_is_packed(tool, tmp_path, monkeypatch):
    args = types.SimpleNamespace(sizes=[28], work=tmp_path / "work", out=tmp_path / "out")
    monkeypatch.setitem(tool.STEPS, 28, 3)  # to step 4
    tool.train(28, args)
    monkeypatch.setitem(tool.STEPS, 28, 5)  # to step 6 of 7
    tool.train(28, args)
    times = [path.stat().st_mtime_ns for path in sorted(args.work.glob("*.npz"))]
    tool.train(28, args)  # nothing is left to do
    assert times == [path.stat().st_mtime_ns for path in sorted(args.work.glob("*.npz"))]
    marks = {}
    for step in (2, 4, 6):
        with np.load(args.work / f"28-{step}.npz") as stored:
            marks[step] = {name: stored[name] for name in stored.files}
        assert marks[step]["made"].shape == (4, 18, 18, 1) and marks[step]["made"].dtype == np.uint8
    assert not np.array_equal(marks[2]["dense/kernel"], marks[4]["dense/kernel"])

    tool.write(args)
    rows = list(csv.DictReader((args.out / "measured" / "few_progress.csv").read_text().splitlines()))
    kept = [(row["step"], row[tool.COLUMNS[3]], row["numbers"]) for row in rows]
    assert kept == [("2", "3.000", "0.500"), ("4", "1.000", "0.500"), ("6", "2.000", "0.500")]
    with np.load(args.out / "few" / "cells_28.npz", allow_pickle=False) as packed:
        levels = tuple(packed["levels"].tolist())
        generator = few.build_generator((18, 18, 1), levels=levels)
        for variable in generator.variables:
            assert packed[variable.path].dtype == np.float16
            np.testing.assert_array_equal(packed[variable.path], marks[4][variable.path].astype("float16"))
    assert 9 <= levels[0] < 20 and 126 < levels[1] <= 136  # bytes // 2 + 9
