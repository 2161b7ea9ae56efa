"""The numbers that a page gives to compare."""

import json

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from seminar_gan.commands.run.execute import metrics_of
from seminar_gan.metrics import record


def test_outside_a_notebook_the_numbers_are_printed(capsys):
    record(distance=np.float32(2.5), classes=np.int64(10), missing=float("nan"))
    assert capsys.readouterr().out == "for compare: distance 2.5, classes 10, missing -\n"


@pytest.mark.long
def test_in_a_notebook_they_stand_in_its_outputs(tmp_path):
    source = (
        "import numpy as np\nfrom seminar_gan.metrics import record\nrecord(a=np.float64(0.1), b=np.inf)\nrecord(c=3.0)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.write(notebook, tmp_path / "page.ipynb")
    assert metrics_of(tmp_path / "page.ipynb") == {"a": 0.1, "b": None, "c": 3}
    assert json.dumps(notebook.cells[0].outputs[0]["data"]).count("for compare: a 0.1, b -") == 1


@pytest.mark.parametrize(
    ("numbers", "error", "message"),
    [
        ({}, ValueError, "at least one number"),
        ({"seed": 1}, ValueError, "seed is a column"),
        ({"a": "x"}, TypeError, "a is 'x'"),
        ({"a": [1, 2]}, TypeError, "takes numbers"),
        ({"a": True}, TypeError, "a is True"),
    ],
)
def test_what_is_no_number_is_refused(numbers, error, message):
    with pytest.raises(error, match=message):
        record(**numbers)
