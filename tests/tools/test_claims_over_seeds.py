"""The record of the claims over ten seeds is of the pages as they are, and says that every claim held."""

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
    recorded = {(row[1], row[2]): row[-1] for row in tool["recorded_rows"]() if row[0] == page.stem}
    claims = {(claim[0], claim[2]) for claim in tool["claims_of"](page)}
    assert set(recorded) == claims, "a claim or a bound has changed: run tools/claims_over_seeds.py"
    assert set(recorded.values()) == {"10 of 10"}


def test_rows_count_the_seeds_that_pass():
    runs = [[["error", "3.1", "< 0.5", "0.4", "PASS"]], [["error", "3.1", "< 0.5", "0.6", "FAIL"]]]
    assert tool["rows_of"]("01_page", runs) == [["01_page", "error", "< 0.5", "0.4", "0.6", "0.6", "1 of 2"]]


@pytest.mark.slow
def test_claims_hold_for_ten_seeds():
    assert subprocess.run([sys.executable, str(TOOL)], cwd=ROOT).returncode == 0
