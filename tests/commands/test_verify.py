"""`test` shows every step's outcome, whichever fails."""

import sys
from argparse import Namespace
from pathlib import Path

import pytest
from conftest import ROOT

from seminar_gan.commands import regression, verify


@pytest.mark.parametrize(("codes", "expected"), [([0, 0, 0], 0), ([0, 3, 0], 1)])
def test_later_steps_run_after_one_that_fails(codes, expected, tmp_path, monkeypatch, capfd):
    steps = [(f"step {i}", [sys.executable, "-c", f"print('in {i}'); exit({code})"]) for i, code in enumerate(codes)]
    monkeypatch.setattr(verify, "steps", lambda root: steps)
    assert verify.main(Namespace(root=tmp_path)) == expected
    output = capfd.readouterr().out
    assert [line for line in output.splitlines() if line.startswith("in ")] == ["in 0", "in 1", "in 2"]
    assert ("failed: step 1" in output) == bool(expected)


@pytest.mark.parametrize(("name", "expected"), [(verify.PAGES, "1"), ("unit tests", "0")])
def test_a_refuted_sentence_is_an_error_in_pages_and_unit_tests_see_what_readers_see(name, expected, tmp_path, capfd):
    command = [sys.executable, "-c", "import os; print('strict', os.environ['SEMINAR_GAN_STRICT'])"]
    assert verify._succeeds(name, command, tmp_path)
    assert f"strict {expected}" in capfd.readouterr().out


def test_every_built_page_is_compared_and_their_absence_is_reported(tmp_path, capsys):
    (tmp_path / "notebooks" / "solutions").mkdir(parents=True)
    assert verify.steps(tmp_path)[-1][1] is None
    assert verify._succeeds("outputs of the pages", None, tmp_path)
    assert "Left out" in capsys.readouterr().out
    for name in ("00_a.ipynb", "solutions/01_b.ipynb"):
        (tmp_path / "notebooks" / name).touch()
    command = verify.steps(tmp_path)[-1][1]
    assert command[:-2] == regression.command([])
    assert [*map(Path, command[-2:])] == [Path("notebooks", "00_a.ipynb"), Path("notebooks", "solutions", "01_b.ipynb")]


def test_one_module_alone_knows_what_compares_the_outputs():
    files = [path for folder in ("seminar_gan", "tools") for path in (ROOT / folder).rglob("*.py")]
    knowing = {path.name for path in files if "nbval" in path.read_text(encoding="utf-8")}
    assert knowing == {"regression.py"}
