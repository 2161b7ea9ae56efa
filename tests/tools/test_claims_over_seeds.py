"""The record over ten seeds is of the pages as they are, and says that every claim and every statement held."""

import json
import runpy
import subprocess
import sys

import pytest
from conftest import ROOT

TOOL = ROOT / "tools" / "claims_over_seeds.py"
tool = runpy.run_path(str(TOOL), run_name="tool")
PAGES = sorted(path for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb") if tool["claims_of"](path))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_record_holds_the_claims_of_the_page_and_all_passed(page):
    recorded = {(row[1], row[2]): row[-1] for row in tool["recorded_rows"](tool["HEAD"]) if row[0] == page.stem}
    claims = {(claim[0], claim[2]) for claim in tool["claims_of"](page)}
    assert set(recorded) == claims, "a claim or a bound has changed: run tools/claims_over_seeds.py"
    assert set(recorded.values()) == {"10 of 10"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_record_holds_the_statements_of_the_page_and_no_seed_refuted_one(page):
    (row,) = [row for row in tool["recorded_rows"](tool["STATEMENTS"]) if row[0] == page.stem]
    assert row[2] == tool["checksum"](page), "a statement has changed: run tools/claims_over_seeds.py"
    assert row[1:] == [str(tool["statements_of"](page)[0]), row[2], "none"]


def test_statements_are_counted_with_the_seeds_that_refute_them(tmp_path):
    def run(seed, output):
        cell = {"cell_type": "code", "source": "holds('a', x)\nholds('b', y)", "metadata": {"tags": ["check"]}}
        (folder := tmp_path / str(seed)).mkdir()
        path = folder / "01_page.ipynb"
        path.write_text(json.dumps({"cells": [cell | {"outputs": [{"text": output}]}]}))
        return path

    runs = [run(0, ""), run(1, "With your settings this no longer holds: b\n"), run(2, "")]
    assert tool["statements_row"](runs) == ["01_page", "2", tool["checksum"](runs[0]), "b (1 of 3)"]
    assert tool["statements_row"](runs[:1])[3] == "none"


def test_rows_count_the_seeds_that_pass():
    runs = [[["error", "3.1", "< 0.5", "0.4", "PASS"]], [["error", "3.1", "< 0.5", "0.6", "FAIL"]]]
    assert tool["rows_of"]("01_page", runs) == [["01_page", "error", "< 0.5", "0.4", "0.6", "0.6", "1 of 2"]]


@pytest.mark.slow
def test_claims_hold_for_ten_seeds():
    assert subprocess.run([sys.executable, str(TOOL)], cwd=ROOT).returncode == 0
