import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from seminar_gan import export, runs


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def results():
    rows = [["simple", 50992, 0.123456], ["größer, <b>", np.int64(1200), None], ["total", 52192, np.float32(0.5)]]
    return export.table(["network", "weights", "error"], rows, caption="Test  errors.", footer=1)


def read(name):
    return Path("tables", name).read_bytes()


def test_a_table_is_written_for_latex_for_a_spreadsheet_and_with_its_origin():
    run = runs.describe("01_simple_autoencoder", seed=(0, 1), epochs=10)
    assert export.save_table(results(), "errors", run) == "tables/errors.tex"
    assert sorted(os.listdir("tables")) == ["errors.csv", "errors.json", "errors.tex"]
    assert read("errors.tex").decode() == results().latex + "\n"
    lines = read("errors.csv").decode("utf-8-sig").splitlines()
    assert lines == ["network;weights;error", "simple;50992;0,123456", "größer, <b>;1200;", "total;52192;0,5"]
    record = json.loads(read("errors.json"))
    assert (record["table"], record["page"], record["seed"]) == ("errors", "01_simple_autoencoder", [0, 1])
    assert record["parameters"] == {"epochs": 10} and record["device"]
    assert record["caption"] == "Test errors." and record["columns"] == ["network", "weights", "error"]
    assert record["rows"][0] == ["simple", "50,992", "0.1235"]  # as in the paper
    assert sorted(record["sha256"]) == ["errors.csv", "errors.tex"]


def test_an_english_spreadsheet_gets_points_and_commas():
    export.save_table(results(), "errors", decimal=".")
    assert read("errors.csv").decode().splitlines()[1:3] == ["simple,50992,0.123456", '"größer, <b>",1200,']


def test_a_table_of_strings_and_that_of_a_model_are_written_too():
    export.save_table(export.Table(("a",), (("1,5",),), "l"), "strings")
    assert read("strings.csv").decode("utf-8-sig").splitlines() == ["a", "1,5"]
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(32)])
    export.save_table(export.model_table(model), "layers")
    assert read("layers.csv").decode("utf-8-sig").splitlines()[-2:] == ["Dense;32;25120", "total;;25120"]
    export.save_table(export.table(["ok"], [[True], [False]]), "checks")
    assert read("checks.csv").decode("utf-8-sig").splitlines() == ["ok", "yes", "no"]


def test_tables_and_figures_of_others_are_not_replaced():
    export.save_table(results(), "errors", runs.describe("01"))
    with pytest.raises(
        FileExistsError, match=r"tables/errors.csv is not replaced: it belongs to page '01', and this is"
    ):
        export.save_table(results(), "errors", runs.describe("02"))
    Path("tables/loss.json").write_text(json.dumps({"figure": "loss", "page": "01"}))
    with pytest.raises(FileExistsError, match=r"loss\.json is damaged or was not written by save_table"):
        export.save_table(results(), "loss", runs.describe("01"))


def test_what_is_wrong_with_the_call_is_said_before_anything_is_written():
    with pytest.raises(TypeError, match=r"save_table takes what export\.table returns, not list"):
        export.save_table([[1]], "errors")
    with pytest.raises(ValueError, match=r"'Errors\.tex' is not a safe name for a table: .* for instance 'errors'"):
        export.save_table(results(), "Errors.tex")
    with pytest.raises(ValueError, match="decimal must be"):
        export.save_table(results(), "errors", decimal=";")
    with pytest.raises(ValueError, match="pdflatex cannot print"):
        export.save_table(export.table(["図"], [[1]]), "errors")
    assert not os.listdir()


def test_a_folder_that_cannot_be_made_is_a_warning_that_names_the_call():
    Path("tables").write_text("a file where the folder would be")
    with pytest.warns(UserWarning, match=r"tables/errors\.tex was not written .* such as folder='~/tables'") as caught:
        export.save_table(results(), "errors")
    assert [warning.filename for warning in caught] == [__file__]
