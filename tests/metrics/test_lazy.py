"""What is loaded when: measuring arrays must not cost the seconds and the memory of Keras."""

import subprocess
import sys

from conftest import ROOT

CODE = """
import sys
import seminar_gan as sg
dir(sg.metrics)
for module in (sg.metrics, sg.metrics.measurements, sg.metrics.report):
    for name in module.__all__:
        if name not in ("features", "DigitFeatures", "load_digit_features"):
            getattr(module, name)
print(sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


def test_only_features_load_keras():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr
