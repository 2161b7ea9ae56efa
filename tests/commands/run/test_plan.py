"""What a run is to do: pages and parameters, errors that list the choices, fingerprints."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from toy_collection import Toy

from seminar_gan.commands import UserError, pages
from seminar_gan.commands.run import engine
from seminar_gan.commands.run.plan import fingerprint, make_plan

NAMES = ["2024", "007", "1e5", "0x10", "true", "null", "~", "-cells", "a b", "a,b=c", "$HOME", "🔬ä", "C:\\new\\x41"]
NAMES += ["'quoted'", '"quoted"', "it's", "#1 @%*{}[]"]


@pytest.fixture
def toy(tmp_path):
    toy = Toy(tmp_path)
    toy.page("00_start", "print('hello')")
    toy.page(
        "01_one",
        ("EPOCHS = 10  # paper: 100\nRATE = 0.5\nNAMES = ['a']\nFAST = True\nSUM = 1 + len('a')", "parameters"),
    )
    toy.page("02_two", ("EPOCHS = 5\nSEED = 0", "parameters"))
    toy.page(
        "03_own",
        ("FOLDER = ''\nSTEPS = 10\nSIDE = 1", "parameters"),
        "sg.parameters.check(globals(), FOLDER='folder', STEPS=(1, 100), SIDE={1, 3})",
    )
    toy.params("paper", "01_one", "EPOCHS: 100\nRATE: 1e-3\n")
    return toy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": "04"}, "no page '04'. The pages are 00_start, 01_one, 02_two, 03_own"),
        ({"names": "01_on"}, "no page '01_on'"),
        ({"profile": "papper"}, "no profile 'papper'. The profiles are quick, paper"),
        (
            {"params": "EPOCH=3"},
            "parameter 'EPOCH'. Their parameters are EPOCHS, FAST, FOLDER, NAMES, RATE, SEED, SIDE, STEPS, SUM",
        ),
        ({"names": "0", "params": "EPOCHS=3"}, "parameter 'EPOCHS'. Their parameters are: none"),
        ({"params": "EPOCHS"}, "NAME=value"),
        ({"params": "EPOCHS=many"}, "^PARAMS: EPOCHS is 'many'; it must be a whole number.$"),
        ({"params": "EPOCHS=2.5"}, "EPOCHS is '2.5'; it must be a whole number"),
        ({"params": "FAST=1"}, "FAST is '1'; it must be False or True"),
        ({"params": "RATE=True"}, "RATE is 'True'; it must be a number"),
        ({"params": "SEED=1 EPOCHS=3 SEED=2"}, "PARAMS has SEED twice"),
        ({"params": "STEPS=0"}, "STEPS is '0'; it must be a whole number from 1 to 100"),
        ({"params": "STEPS=101"}, "STEPS is '101'; "),
        ({"params": "SIDE=2"}, "SIDE is '2'; it must be 1 or 3"),
        ({"params": "FOLDER=nowhere"}, "PARAMS: FOLDER is 'nowhere', and there is no folder .*nowhere"),
    ],
)
def test_a_misspelt_name_is_an_error_that_lists_the_choices(toy, arguments, message):
    with pytest.raises(UserError, match=message):
        make_plan(toy.root, **arguments)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("01_one", "EPOCH: 3", "01_one has no parameter 'EPOCH'. Its parameters are EPOCHS, RATE"),
        ("01_uno", "EPOCHS: 3", "is not named after a page. The pages are 00_start"),
        ("01_one", "EPOCHS: many", "01_one.yaml: EPOCHS is 'many'; it must be a whole number"),
        ("01_one", "- EPOCHS", "lines such as"),
        ("01_one", "EPOCHS: [", "not YAML in line 1"),
        ("03_own", "FOLDER: @cells", "not YAML in line 1: .* Text goes into quotes"),
        ("03_own", "FOLDER: {a}", "FOLDER is {'a': ''}, which is no text"),
    ],
)
def test_a_wrong_profile_file_is_an_error_whichever_page_is_chosen(toy, name, text, message):
    toy.params("paper", name, text)
    with pytest.raises(UserError, match=message):
        make_plan(toy.root, "02", "paper")


def test_parameters_of_profile_and_by_hand_are_put_together(toy):
    planned = make_plan(toy.root, "", "paper", "EPOCHS=3 NAMES=['x', 'y'] FAST=false")
    assert planned.parameters["00_start"] == {}
    assert planned.parameters["01_one"] == {"EPOCHS": 3, "RATE": 0.001, "NAMES": ["x", "y"], "FAST": False}
    assert planned.parameters["02_two"] == {"EPOCHS": 3}
    assert planned.folder.startswith("paper+EPOCHS=3,FAST=False,NAMES=__x_,__y__-")
    assert make_plan(toy.root, params="SUM=4 RATE=1").folder == "quick+RATE=1.0,SUM=4"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_arrives_as_it_was_written(name, toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    folder = toy.root / name
    folder.mkdir()
    in_yaml = "'" + name.replace("'", "''") + "'" if set(name) & set("#@%*{}[]'\"") else name
    toy.params("mine", "03_own", f"FOLDER: {in_yaml}\nSTEPS: 7\n")
    quotes = '"' if "'" in name else "'"
    texts = [f"STEPS=7, FOLDER = {quotes}{name}{quotes}", f"STEPS=7 FOLDER={folder}"]
    for text in texts + [f"FOLDER={name} STEPS=7"] * (name[0] not in "'\""):
        assert make_plan(toy.root, params=text).parameters["03_own"] == {"FOLDER": str(folder), "STEPS": 7}
    assert make_plan(toy.root, profile="mine").parameters["03_own"] == {"FOLDER": str(folder), "STEPS": 7}


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("place", ["command line", "environment"])
def test_make_passes_params_as_they_were_written(place, tmp_path):
    text = "FOLDER='/a$b c$(HOME)#1 @%*{}[]\"\\x' SEED=1"
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nfor each; do printf "%s\\n" "$each"; done\n')
    python.chmod(0o755)
    command = ["make", "-s", "-C", str(ROOT), "run-all", f"PYTHON={python}"]
    environment = {**os.environ, "PARAMS": text} if place == "environment" else None
    command += [f"PARAMS={text}"] if place == "command line" else []
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert printed[printed.index("--params") + 1] == text


def test_a_folder_with_the_look_of_another_pair_goes_into_quotes(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    (toy.root / "a, STEPS=3").mkdir()
    planned = make_plan(toy.root, params="FOLDER='a, STEPS=3' STEPS=7")
    assert planned.parameters["03_own"] == {"FOLDER": str(toy.root / "a, STEPS=3"), "STEPS": 7}
    assert make_plan(toy.root, params="FOLDER= STEPS=7").parameters["03_own"] == {"FOLDER": "", "STEPS": 7}


def test_other_images_in_the_folder_are_another_run(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    (toy.root / "cells").mkdir()
    planned = make_plan(toy.root, "3", params="FOLDER=cells")

    def digest():
        return fingerprint(planned.pages[0], planned.parameters["03_own"], "")

    before = digest()
    assert digest() == before
    (toy.root / "cells" / "new.png").write_bytes(b"1")
    assert digest() != before


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "", "²"])
def test_jobs_must_be_a_positive_integer(jobs):
    with pytest.raises(UserError, match="positive integer"):
        engine.at_a_time(jobs)


@pytest.mark.parametrize("arguments", [["--pages", "09"], ["--profile", "x"], ["--params", "X=1"], ["--jobs", "x"]])
def test_errors_come_before_anything_is_loaded_or_run(toy, arguments):
    code = "import sys; from seminar_gan.__main__ import main; code = main(); assert 'distributed' not in sys.modules"
    command = [sys.executable, "-c", code + "; sys.exit(code)", "run-all", *arguments]
    done = subprocess.run(command, cwd=toy.root, env=toy.environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert not (toy.root / "build").exists()


def test_the_fingerprint_is_of_code_parameters_and_packages(toy):
    def of(name, parameters=None, lock="a==1"):
        return fingerprint(pages.Page(toy.root / "notebooks" / f"{name}.ipynb"), parameters or {}, lock)

    first = of("00_start")
    assert of("00_start") == first
    assert (
        len({first, of("01_one"), of("00_start", {"A": 1}), of("00_start", {"A": True}), of("00_start", lock="a==2")})
        == 5
    )
    toy.page("00_start", "print('hello')  # changed")
    assert of("00_start") != first
