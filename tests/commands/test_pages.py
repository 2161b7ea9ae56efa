"""Which pages, parameters and modules are meant: names, errors that list the choices, fingerprints, the table."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from toy_collection import Toy

from seminar_gan.commands import UserError, closure, pages, run
from seminar_gan.commands.execute import claims_of, statements_of, tail

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


def chosen(toy, names):
    return [page.name[:2] for page in pages.select(toy.root, names)]


def test_pages_are_chosen_by_number_or_name_in_any_order(toy):
    assert chosen(toy, "") == ["00", "01", "02", "03"]
    assert chosen(toy, "2, 01_one") == ["01", "02"]
    assert chosen(toy, "01 1 01_one.ipynb") == ["01"]


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
        pages.make_plan(toy.root, **arguments)


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
        pages.make_plan(toy.root, "02", "paper")


def test_parameters_of_profile_and_by_hand_are_put_together(toy):
    plan = pages.make_plan(toy.root, "", "paper", "EPOCHS=3 NAMES=['x', 'y'] FAST=false")
    assert plan.parameters["00_start"] == {}
    assert plan.parameters["01_one"] == {"EPOCHS": 3, "RATE": 0.001, "NAMES": ["x", "y"], "FAST": False}
    assert plan.parameters["02_two"] == {"EPOCHS": 3}
    assert plan.folder.startswith("paper+EPOCHS=3,FAST=False,NAMES=__x_,__y__-")
    assert pages.make_plan(toy.root, params="SUM=4 RATE=1").folder == "quick+RATE=1.0,SUM=4"


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
        assert pages.make_plan(toy.root, params=text).parameters["03_own"] == {"FOLDER": str(folder), "STEPS": 7}
    assert pages.make_plan(toy.root, profile="mine").parameters["03_own"] == {"FOLDER": str(folder), "STEPS": 7}


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
    plan = pages.make_plan(toy.root, params="FOLDER='a, STEPS=3' STEPS=7")
    assert plan.parameters["03_own"] == {"FOLDER": str(toy.root / "a, STEPS=3"), "STEPS": 7}
    assert pages.make_plan(toy.root, params="FOLDER= STEPS=7").parameters["03_own"] == {"FOLDER": "", "STEPS": 7}


def test_other_images_in_the_folder_are_another_run(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    (toy.root / "cells").mkdir()
    plan = pages.make_plan(toy.root, "3", params="FOLDER=cells")

    def fingerprint():
        return pages.fingerprint(plan.pages[0], plan.parameters["03_own"], "")

    before = fingerprint()
    assert fingerprint() == before
    (toy.root / "cells" / "new.png").write_bytes(b"1")
    assert fingerprint() != before


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "", "²"])
def test_jobs_must_be_a_positive_integer(jobs):
    with pytest.raises(UserError, match="positive integer"):
        run._positive(jobs)


@pytest.mark.parametrize("arguments", [["--pages", "09"], ["--profile", "x"], ["--params", "X=1"], ["--jobs", "x"]])
def test_errors_come_before_anything_is_loaded_or_run(toy, arguments):
    code = "import sys; from seminar_gan.__main__ import main; code = main(); assert 'distributed' not in sys.modules"
    command = [sys.executable, "-c", code + "; sys.exit(code)", "run-all", *arguments]
    done = subprocess.run(command, cwd=toy.root, env=toy.environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert not (toy.root / "build").exists()


def test_the_root_is_found_from_below_or_reported_missing(toy, tmp_path_factory, monkeypatch):
    assert pages.find_root(start=toy.root / "notebooks" / "src") == toy.root
    outside = tmp_path_factory.mktemp("outside")
    assert pages.find_root(given=toy.root) == toy.root
    with pytest.raises(UserError, match="is not a collection"):
        pages.find_root(given=outside)
    monkeypatch.setattr(pages, "__file__", str(toy.root / "seminar_gan" / "commands" / "pages.py"))
    assert pages.find_root(start=outside) == toy.root
    monkeypatch.setattr(pages, "__file__", str(outside / "seminar_gan" / "commands" / "pages.py"))
    with pytest.raises(UserError, match="--root"):
        pages.find_root(start=outside)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of a few modules that use each other."""
    files = {
        "__init__.py": "def __getattr__(name): ...",
        "__init__.pyi": "from . import models as models\nfrom .models.gan import GAN as GAN",
        "ranges.py": "",
        "plotting.py": "from .ranges import to_unit",
        "datasets.py": "from seminar_gan import ranges",
        "models/__init__.py": "",
        "models/gan.py": "from .. import ranges",
        "models/vae.py": "import seminar_gan.plotting",
        "metrics/__init__.py": "def __getattr__(name): ...",
        "metrics/__init__.pyi": "from . import report as report\nfrom .distances import frechet as frechet",
        "metrics/distances.py": "",
        "metrics/report.py": "from seminar_gan import metrics\nfrom seminar_gan.models.vae import x\nmetrics.frechet",
        "commands/__init__.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "seminar_gan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(closure, "PACKAGE", tmp_path / "seminar_gan")
    return tmp_path / "seminar_gan"


METRICS = "metrics/__init__ metrics/distances metrics/report"
ALL = f"__init__ datasets {METRICS} models/__init__ models/gan models/vae plotting ranges"


@pytest.mark.parametrize(
    ("sources", "modules"),
    [
        (["import numpy as sg", "sg.datasets"], "__init__"),
        (["import seminar_gan as sg", "sg.datasets.load()"], "__init__ datasets ranges"),
        (
            ["import seminar_gan as sg", "sg.models.gan.build()", "sg.__version__"],
            "__init__ models/__init__ models/gan ranges",
        ),
        (["import seminar_gan.plotting"], "__init__ plotting ranges"),
        (["from seminar_gan.models import vae as v"], "__init__ models/__init__ models/vae plotting ranges"),
        (["from seminar_gan.models.gan import build", "build()"], "__init__ models/__init__ models/gan ranges"),
        (["from seminar_gan import models", "models.gan"], "__init__ models/__init__ models/gan ranges"),
        (["import seminar_gan as sg", "sg.metrics.frechet(1, 2)"], "__init__ metrics/__init__ metrics/distances"),
        (["from seminar_gan.metrics import frechet as f", "f(1, 2)"], "__init__ metrics/__init__ metrics/distances"),
        (["import seminar_gan as sg", "sg.GAN()"], "__init__ models/__init__ models/gan ranges"),
        (
            ["import seminar_gan as sg", "sg.metrics.report"],
            f"__init__ {METRICS} models/__init__ models/vae plotting ranges",
        ),
        (
            ["import seminar_gan as sg", "m = sg.metrics"],
            f"__init__ {METRICS} models/__init__ models/vae plotting ranges",
        ),
        (["%matplotlib inline\n!pip list\nimport seminar_gan.ranges"], "__init__ ranges"),
        (["%%time\nnot a language"], "__init__"),
        (["import seminar_gan as sg", "help(sg)"], ALL),
        (["from seminar_gan import *"], ALL),
        (["not a language"], ALL),
    ],
)
def test_modules_that_a_page_uses(package, sources, modules):
    used = [path.relative_to(package).with_suffix("").as_posix() for path in closure.modules_used(sources)]
    assert sorted(used) == sorted(modules.split())


@pytest.mark.parametrize(
    ("use", "folder", "module"),
    [
        ("sg.datasets.load_mnist()", "datasets", "embedded"),
        ("sg.metrics.frechet_distance(a, b)", "metrics", "distances"),
        ("sg.plotting.curves({})", "plotting", "curves"),
    ],
)
def test_a_page_depends_only_on_the_module_behind_a_handed_on_name(use, folder, module):
    """A page that measures distances must not go stale when a network changes."""
    used = [path.relative_to(closure.PACKAGE) for path in closure.modules_used([f"import seminar_gan as sg\n{use}"])]
    assert Path(folder, f"{module}.py") in used
    assert {path.parts[0] for path in used} <= {"__init__.py", folder, "ranges.py"}


def test_the_package_digest_is_of_the_used_modules_alone(package):
    sources = ["from seminar_gan import datasets"]
    before = pages.package_digest(sources)
    (package / "plotting.py").write_text("changed")
    assert pages.package_digest(sources) == before
    (package / "ranges.py").write_text("a\nb\n")
    changed = pages.package_digest(sources)
    assert changed != before
    (package / "ranges.py").write_bytes(b"a\r\nb\r\n")
    assert pages.package_digest(sources) == changed


def test_the_fingerprint_is_of_code_parameters_and_packages(toy):
    def of(name, parameters=None, lock="a==1"):
        return pages.fingerprint(pages.Page(toy.root / "notebooks" / f"{name}.ipynb"), parameters or {}, lock)

    first = of("00_start")
    assert of("00_start") == first
    assert (
        len({first, of("01_one"), of("00_start", {"A": 1}), of("00_start", {"A": True}), of("00_start", lock="a==2")})
        == 5
    )
    toy.page("00_start", "print('hello')  # changed")
    assert of("00_start") != first


def test_claims_are_read_from_tagged_cells_alone(toy):
    path = toy.root / "page.ipynb"
    path.write_text(
        """{"cells": [
        {"cell_type": "code", "source": "", "metadata": {}, "outputs": [{"text": "PASS  not a claim"}]},
        {"cell_type": "code", "source": "", "metadata": {"tags": ["claims"]}, "outputs": [
            {"text": ["PASS  one\\n", "said: PASS\\n", "FAIL  two\\n", "PASSED\\n"]},
            {"data": {"text/plain": ["PASS  three"]}}, {"ename": "E"}]}]}"""
    )
    assert claims_of(path) == ["PASS  one", "FAIL  two", "PASS  three"]
    assert claims_of(toy.root / "missing.ipynb") == []


def test_statements_are_counted_in_tagged_cells_alone(toy):
    path = toy.root / "page.ipynb"
    path.write_text(
        """{"cells": [
        {"cell_type": "code", "source": "holds('not a statement', True)", "metadata": {}, "outputs": []},
        {"cell_type": "code", "source": ["sg.claims.holds('a', 1 < 2)\\n", "sg.claims.holds('b', 2 < 1)"],
         "metadata": {"tags": ["check"]}, "outputs": [{"text": ["With your settings this no longer holds: b\\n"]}]}]}"""
    )
    assert statements_of(path) == (2, ["b"])
    assert statements_of(toy.root / "missing.ipynb") == (0, [])


def test_the_end_of_an_error_has_no_colours_and_no_empty_lines():
    assert tail("first\n\x1b[31mred\x1b[0m\n\nlast  \n", lines=2) == "red\nlast"
