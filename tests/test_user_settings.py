"""What the user's machine may change, language, home, clock, Python's own options, changes no number."""

import ast
import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT

MEASURE = """
import json
import seminar_gan as sg

def measure():
    (x, _), (t, _) = sg.datasets.load_mnist()
    cells = sg.datasets.load_image_folder(sg.datasets.cells_folder(), 28)
    real, fake = t[:120].reshape(120, -1), x[:120].reshape(120, -1)
    attributes, hands = sg.datasets.sample_attributes(20, seed=0), sg.datasets.sample_hands(20, seed=0)
    claims = sg.claims.Claims()
    claims.below(0.5, float("nan"), "Größe", "source")
    return {
        "sums": [int(x.sum()), int(cells.images.sum()), int(sg.datasets.load_smiles()[0][0].sum())],
        "cells": [list(cells.names), cells.groups.tolist(), sg.datasets.hold_out(cells, 14, seed=0)[1].tolist()],
        "smileys": int(sg.datasets.draw_smileys(attributes, hands).sum()),
        "distances": [sg.metrics.kernel_distance(real, fake), sg.metrics.density_coverage(real, fake)],
        "measurements": sg.metrics.measurements.measure(cells.images).tolist(),
        "specks": sg.metrics.specks(x[:50]),
        "claims": [claim.holds for claim in claims.entries],
    }

def features():
    (x, _), (t, _) = sg.datasets.load_mnist()
    network = sg.metrics.load_digit_features()
    return sg.metrics.frechet_distance(network.features(t[:100]), network.features(x[:100]))
"""

ELSEWHERE = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTHONHASHSEED": "7",
    "TZ": "Asia/Tokyo",
    "HOME": "/nowhere",
    "TMPDIR": "/nowhere",
    "PATH": "",
}


def here(function):
    scope = {}
    exec(MEASURE, scope)
    return json.loads(json.dumps(scope[function]()))


def elsewhere(function, tmp_path, **variables):
    """What a Python of other settings prints, and what it says on standard error."""
    system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    script = tmp_path / "script.py"
    script.write_text(f"{MEASURE}\nprint(json.dumps({function}()))", encoding="utf-8")
    environment = {"PYTHONPATH": str(ROOT), **system, **variables}
    done = subprocess.run([sys.executable, script], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.long
def test_data_and_measures_are_the_same_whatever_language_home_and_options_of_python(tmp_path):
    found, said = elsewhere("measure", tmp_path, **ELSEWHERE)
    assert said == ""
    assert found == here("measure")


@pytest.mark.long
def test_the_ruler_is_the_same_whatever_keras_is_set_to(tmp_path):
    settings = {"floatx": "float16", "epsilon": 0.1, "backend": "tensorflow", "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(settings), encoding="utf-8")
    variables = ELSEWHERE | {"KERAS_HOME": str(tmp_path), "PYTHONWARNINGS": "default"}
    del variables["PYTHONOPTIMIZE"]  # it gives the same, but compiles all of TensorFlow first: over a minute
    found, said = elsewhere("features", tmp_path, **variables)
    assert found == here("features")
    for name in ("floatx", "epsilon"):
        assert f"{tmp_path / 'keras.json'} sets {name} to {settings[name]!r}" in said


def test_nothing_relies_on_assert_or_docstrings():
    """Both are gone under python -OO."""
    for path in (ROOT / "seminar_gan").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)], path
