"""Every name that a page uses is defined on it, also in its solutions, which leave most cells of the page out."""

import subprocess
import sys

import pytest
from conftest import ROOT

from seminar_gan.commands import build, closure, pages


def undefined(notebook):
    """What ruff says of the names of a notebook's code."""
    code = [closure.without_magics(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "F821",
        "--output-format",
        "concise",
        "-",
    ]
    result = subprocess.run(command, input="\n\n".join(code), capture_output=True, text=True)
    return [line for line in result.stdout.splitlines() if "F821" in line]


@pytest.mark.parametrize("source", pages.select_sources(ROOT), ids=lambda path: path.stem)
def test_every_name_is_defined(source):
    found = {path.stem: undefined(notebook) for path, notebook in build.notebooks_of(ROOT, source).items()}
    assert not any(found.values()), found


def test_a_name_from_a_cell_that_the_solutions_leave_out_is_found(tmp_path):
    source = tmp_path / "notebooks" / "src" / "01_toy.py"
    source.parent.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    source.write_text(
        "# %% [markdown]\n# # 01 · Toy\n\n# %%\nlost = 1\n\n# %% [markdown]\n# ## Exercises\n\n"
        '# %% tags=["solution"]\nprint(lost)\n'
    )
    page, solutions = build.notebooks_of(tmp_path, source).values()
    assert undefined(page) == []
    assert len(undefined(solutions)) == 1
