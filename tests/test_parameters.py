"""Parameters arrive as they were written, or one sentence says what is wrong with them."""

import datetime
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import papermill.cli
import pytest
import yaml
from IPython.core.interactiveshell import InteractiveShell
from papermill.translators import PythonTranslator

from seminar_gan import parameters
from seminar_gan.parameters import ParameterError, accept, check

EPOCHS, RATE = (1, 10_000), (1e-6, 1.0)


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (10, EPOCHS, 10),
        (1e3, EPOCHS, 1000),  # as papermill reads 1e3
        ("10", EPOCHS, 10),  # as papermill -r passes it
        ("1e3", EPOCHS, 1000),
        ("1_000", EPOCHS, 1000),
        ("010", EPOCHS, 10),
        (np.int64(7), EPOCHS, 7),
        (1, RATE, 1.0),
        ("1e-3", RATE, 0.001),
        (np.float32(0.5), RATE, 0.5),
        ("3", {1, 3}, 3),
        (3.0, {1, 3}, 3),
        ("true", {False, True}, True),
        ("False", {False, True}, False),
        ("[4, 8]", [(1, 784)], [4, 8]),
        ((4, 8.0), [(1, 784)], [4, 8]),
        (["4", "8"], [(1, 784)], [4, 8]),
        ("false", None, False),
        ("12 apostles", None, "12 apostles"),
        ("2024", "folder", "2024"),
        (Path("a/b"), "folder", str(Path("a/b"))),
        ("007", "text", "007"),
    ],
)
def test_what_is_meant_is_taken(value, wanted, expected):
    found = accept("NAME", value, wanted)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "wanted", "sentence"),
    [
        ("ten", EPOCHS, "NAME is 'ten'; it must be a whole number from 1 to 10,000."),
        (-3, EPOCHS, "NAME is -3; it must be a whole number from 1 to 10,000."),
        (0, EPOCHS, "NAME is 0; "),
        (1.5, EPOCHS, "NAME is 1.5; "),
        (10**9, EPOCHS, "NAME is 1000000000; "),
        (True, EPOCHS, "NAME is True; "),
        (None, EPOCHS, "NAME is None; "),
        (float("nan"), EPOCHS, "NAME is nan; "),
        ("inf", EPOCHS, "NAME is 'inf'; "),
        ([3], EPOCHS, "NAME is [3]; "),
        ({"a": 1}, EPOCHS, "NAME is {'a': 1}; "),
        ("", EPOCHS, "NAME is ''; "),
        ("3 SED=1", EPOCHS, "NAME is '3 SED=1'; "),
        (0, RATE, "NAME is 0; it must be a number from 1e-06 to 1.0."),
        (float("nan"), RATE, "NAME is nan; "),
        (2, {1, 3}, "NAME is 2; it must be 1 or 3."),
        (True, {1, 3}, "NAME is True; it must be 1 or 3."),
        (1, {False, True}, "NAME is 1; it must be False or True."),
        ([], [(1, 784)], "NAME is []; it must be a list, each a whole number from 1 to 784."),
        ([4, 800], [(1, 784)], "NAME is [4, 800]; "),
        (16, [(1, 784)], "NAME is 16; "),
        ("[4, ", [(1, 784)], "NAME is '[4, '; "),
        (5, "text", "NAME is 5; it must be text."),
        ("9" * 5000, EPOCHS, "NAME is '" + "9" * 79 + "...; "),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(value, wanted, sentence):
    with pytest.raises(ParameterError) as caught:
        accept("NAME", value, wanted)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("folder", "came"),
    [
        ("2024", 2024),
        ("007", 7),
        ("1e5", 1e5),
        ("0x10", 16),
        ("true", True),
        ("~", None),
        ("1_000", 1000),
        ("nan", float("nan")),
    ],
)
def test_a_folder_that_papermill_or_yaml_took_for_something_else_is_found(folder, came, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir()
    (tmp_path / "another").mkdir()
    assert accept("IMAGE_FOLDER", came, "folder") == folder
    assert capsys.readouterr().out == f"IMAGE_FOLDER came as {came!r}; the folder {folder!r} is taken.\n"


@pytest.mark.parametrize(
    ("came", "which"),
    [
        (7, "the folders 07, 7 could be meant"),
        (8, "no folder here could be meant"),
        (7.0, "no folder"),
        (True, "no folder"),
        (None, "no folder"),
        ({"a": None}, "no folder"),
        (datetime.date(2024, 1, 1), "no folder"),
    ],
)
def test_a_folder_that_cannot_be_told_is_one_sentence_with_the_cure(came, which, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("7", "07", "1"):
        (tmp_path / name).mkdir()
    with pytest.raises(ParameterError, match="papermill -r IMAGE_FOLDER NAME instead of -p") as caught:
        accept("IMAGE_FOLDER", came, "folder")
    assert f"IMAGE_FOLDER is {came!r}, which is no text, and {which}" in str(caught.value)


def test_values_are_put_right_where_they_stand():
    page = {"SEED": "3", "EPOCHS": 2.0, "other": 1}
    check(page, SEED=(0, 9), EPOCHS=EPOCHS)
    assert page == {"SEED": 3, "EPOCHS": 2, "other": 1}


def cells(*sources):
    """Run cells one after another as a notebook does; return the error of the last one."""
    shell = InteractiveShell()
    for source in sources:
        done = shell.run_cell(source, store_history=True)
    return done.error_in_exec


PARAMETERS = "SEED = 0\nEPOCHS = 10"
CHECK = "from seminar_gan.parameters import check\ncheck(globals(), SEED=(0, 9), EPOCHS=(1, 100))"


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        ([PARAMETERS, "# Parameters\nEPOCH = 3"], "no parameter EPOCH. Did you mean EPOCHS? It has SEED, EPOCHS."),
        ([PARAMETERS, "# Parameters\nSEED = 1\nepochs = 3"], "no parameter epochs. Did you mean EPOCHS?"),
        ([PARAMETERS, "# Parameters\nX = 3"], "no parameter X. It has SEED, EPOCHS."),
        (["SEED = 0\nEPOCH = 10"], "no parameter EPOCH. Did you mean EPOCHS?"),
        ([PARAMETERS, "SEED = 0\nEPOCH = 10"], "no parameter EPOCH. Did you mean EPOCHS?"),  # EPOCHS is still there
        (["SEED = 0"], "EPOCHS is missing"),
        (["SEED = 0\nEPOCHS = 'ten'"], "EPOCHS is 'ten'"),
    ],
)
def test_a_misspelt_or_missing_name_stops_the_page(sources, sentence):
    error = cells(*sources, CHECK)
    assert isinstance(error, ParameterError)
    assert sentence in str(error)
    assert error._render_traceback_() == [f"ParameterError: {error}"]


@pytest.mark.parametrize(
    "sources",
    [
        [PARAMETERS],
        [PARAMETERS + "\nCOLOUR = 'red'\nEPOCHS_2 = 3"],  # a reader's own
        [PARAMETERS, "EPOCH = 3"],
        [PARAMETERS, CHECK, "COUNT = 2_000", PARAMETERS, "# Parameters\nSEED = 3"],  # run once more
        [PARAMETERS, CHECK, "EPOCH = 3\nD = [0.1]"],
        ["%load_ext autoreload", "!true", PARAMETERS],
    ],
)
def test_other_names_of_a_reader_are_left_alone(sources):
    assert cells(*sources, CHECK) is None


TEXTS = ["2024", "007", "null", "-cells", "1e5", "0x10", "True", "~", "a b", "a,b=c", "c:\\new\\x41", "$HOME", "🔬ä"]


@pytest.mark.parametrize("text", [*TEXTS, "'meine' \"Zellen\"#1 @%*{}[]\\"])
@pytest.mark.parametrize("read", [papermill.cli._resolve_type, yaml.safe_load, str], ids=["-p", "-y", "-r"])
def test_papermill_brings_a_folder_as_it_is_written(read, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / text).mkdir()
    if read is yaml.safe_load and ": " not in text and text[0] in "'":
        text = yaml.safe_dump(text)
    injected = PythonTranslator.codify({"IMAGE_FOLDER": read(text)})
    page = {}
    exec(f"IMAGE_FOLDER = ''\n{injected}", page)
    check(page, IMAGE_FOLDER="folder")
    assert (tmp_path / page["IMAGE_FOLDER"]).is_dir() and page["IMAGE_FOLDER"]


@pytest.mark.long
def test_a_misspelt_name_stops_a_page_under_plain_papermill(tmp_path):
    page = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    )
    parameters = nbformat.v4.new_code_cell("EPOCHS = 1", metadata={"tags": ["parameters"]})
    page.cells = [parameters, nbformat.v4.new_code_cell(CHECK.replace("SEED=(0, 9), ", ""))]
    nbformat.write(page, tmp_path / "page.ipynb")
    command = [sys.executable, "-m", "papermill", "page.ipynb", "out.ipynb", "--no-progress-bar", "-p", "EPOCH", "3"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == "ParameterError: This page has no parameter EPOCH. Did you mean EPOCHS? It has EPOCHS."


def test_a_page_that_says_nothing_takes_what_its_defaults_are_like():
    kinds = [parameters.like(default) for default in (True, 3, 0.5, "a", [1], None)]
    accepted = [
        accept("X", value, kind) for value, kind in zip(("no", "-4", "1e-3", "7", "[2, 'b']", "7"), kinds, strict=True)
    ]
    assert accepted == [False, -4, 0.001, "7", [2, "b"], 7]
