"""`make notebooks` and `make check` on a small collection; its outputs compared; then the real pages."""

import ast
import builtins
import json
import os
import re
import shutil
import subprocess
import symtable
import sys
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from conftest import ROOT
from toy_collection import until

from seminar_gan import __main__
from seminar_gan.commands import UserError, build, check, closure, pages, regression

URL = "https://github.com/someone/toys"
SOURCE = """
# %% [markdown]
# # 01 · Toy
#
# A page about nothing.

# %% tags=["setup"]
import os
import sys

from seminar_gan.claims import holds
from seminar_gan.ranges import to_unit

# %% tags=["parameters"]
SEED = 3  # any

# %% tags=["nbval-ignore-output"]
print("files here:", os.listdir(), flush=True)
print("this Python:", sys.executable == os.environ["PYTHON_OF_THE_BUILD"], flush=True)
print("backend:", os.environ["MPLBACKEND"])

# %%
SEED + 1

# %% tags=["check"]
holds("the seed is three", SEED == 3)

# %%
print("twins")

# %%
print("twins")

# %% tags=["nbval-ignore-output"]
print("a time:", 17)

# %% tags=["claims"]
print("PASS  three is three")

# %% [markdown]
# ## Exercises
#
# 1. Double the seed.

# %% [markdown] tags=["solution"]
# It is done with a star.

# %% tags=["solution"]
print("doubled:", SEED * 2)

# %% [markdown]
# ## References
""".lstrip()
PROJECT = f"""
[project]
version = "1.2"
[project.urls]
Repository = "{URL}"
"""
PAGE, SOLUTIONS = "notebooks/01_toy.ipynb", "notebooks/solutions/01_toy.ipynb"


def make_collection(root, source=SOURCE):
    (root / "notebooks" / "src").mkdir(parents=True)
    (root / "notebooks" / "src" / "01_toy.py").write_text(source, encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT)


def run_build(root, pages="", force=False):
    return build.main(SimpleNamespace(root=root, pages=pages, force=force))


def environment(root):
    """Kernels find the package, and beside it a user's own kernel `python3`, which does not run."""
    spec = root / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True, exist_ok=True)
    (spec / "kernel.json").write_text('{"argv": ["no-such-python"], "display_name": "x", "language": "python"}')
    variables = {"PYTHONPATH": str(ROOT), "JUPYTER_DATA_DIR": str(root / "jupyter")}
    return variables | {"PYTHON_OF_THE_BUILD": sys.executable, "MPLBACKEND": "Agg"}


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    root = tmp_path_factory.mktemp("collection")
    make_collection(root)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(root).items():
            patch.setenv(name, value)
        assert run_build(root) == 0
    assert not [
        process for process in psutil.Process().children(recursive=True) if "ipykernel" in str(process.cmdline())
    ]
    return root


@pytest.fixture
def collection(built_once, tmp_path, monkeypatch):
    """A copy of the collection, with its pages built."""
    root = tmp_path / "collection"
    shutil.copytree(built_once, root)
    for name, value in environment(root).items():
        monkeypatch.setenv(name, value)
    return root


def read(root, name=PAGE):
    return json.loads((root / name).read_text(encoding="utf-8"))


def save(root, notebook, name=PAGE):
    (root / name).write_text(json.dumps(notebook), encoding="utf-8")


def edit_source(root, old, new):
    path = root / "notebooks" / "src" / "01_toy.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def cell_with(notebook, text):
    return next(cell for cell in notebook["cells"] if text in "".join(cell["source"]))


def output(cell):
    return "".join("".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in cell["outputs"])


def problems(root):
    return check.problems(root)


# -- building


def test_a_page_has_all_cells_but_the_solutions_and_their_outputs(collection):
    notebook = read(collection)
    texts = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert texts[0].startswith("# 01 · Toy\n\nA page about nothing.\n\n[![Open in Colab]")
    assert not [text for text in texts if "doubled" in text or "with a star" in text]
    assert texts[-1] == "## References"
    assert [cell["metadata"].get("tags", []) for cell in code_cells(notebook)][1:3] == [["setup"], ["parameters"]]
    assert output(cell_with(notebook, "SEED + 1")) == "4"
    assert [cell["execution_count"] for cell in code_cells(notebook)] == list(range(1, 11))


def test_statements_are_folded_and_one_that_is_false_stops_the_build(collection):
    cell = cell_with(read(collection), "the seed is three")
    assert cell["metadata"] == {"tags": ["check"], "jupyter": {"source_hidden": True}, "cellView": "form"}
    assert cell["outputs"] == []
    edit_source(collection, "SEED == 3)", "SEED == 4)")
    before = (collection / PAGE).read_bytes()
    with pytest.raises(Exception, match="the page says what its outputs refute: the seed is three"):
        run_build(collection)
    assert (collection / PAGE).read_bytes() == before


@pytest.mark.long
def test_the_picture_of_the_cell_tagged_preview_stands_on_top_too(collection):
    edit_source(
        collection,
        '# %% tags=["claims"]',
        '# %% tags=["preview"]\nfrom PIL import Image\n\nImage.new("L", (2, 2))\n\n# %% tags=["claims"]',
    )
    assert run_build(collection) == 0
    cells = code_cells(read(collection))
    (drawn,) = [cell for cell in cells if "preview" in cell["metadata"].get("tags", [])]
    assert cells[0]["outputs"][-1]["data"]["image/png"] == drawn["outputs"][-1]["data"]["image/png"]
    assert not problems(collection)
    edit_source(collection, 'Image.new("L", (2, 2))\n', "")
    with pytest.raises(UserError, match="tagged `preview` and shows no picture"):
        run_build(collection)


def test_solutions_are_a_notebook_that_runs_alone(collection):
    notebook = read(collection, SOLUTIONS)
    texts = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert texts[0].startswith("# Solutions: 01 · Toy\n")
    assert "(../01_toy.ipynb)" in texts[0]
    assert [text.split("\n")[0] for text in texts[2:]] == [
        "import os",
        "SEED = 3  # any",
        "## Exercises",
        "It is done with a star.",
        'print("doubled:", SEED * 2)',
        "## References",
    ]
    assert output(cell_with(notebook, "doubled")) == "doubled: 6\n"


def test_links_lead_to_the_same_places_from_the_solutions(tmp_path):
    links = "[a](solutions/01_toy.ipynb) [b](../data/README.md#a-b) [c](#above) [d](https://e.org/f) ![g](02_h.ipynb)"
    make_collection(tmp_path, SOURCE.replace("1. Double the seed.", links))
    (source,) = pages.select_sources(tmp_path)
    page, solutions = (cells.cells for cells in build.notebooks_of(tmp_path, source).values())
    assert any(cell.source.endswith(links) for cell in page)
    moved = "[a](01_toy.ipynb) [b](../../data/README.md#a-b) [c](#above) [d](https://e.org/f) ![g](../02_h.ipynb)"
    assert any(cell.source.endswith(moved) for cell in solutions)


def test_no_page_of_solutions_leads_to_itself(tmp_path):
    sentence = "The [solutions](solutions/01_toy.ipynb) are a page of their own."
    make_collection(tmp_path, SOURCE.replace("1. Double the seed.", f"1. Double the seed.\n#\n# {sentence}"))
    (source,) = pages.select_sources(tmp_path)
    page, solutions = (cells.cells for cells in build.notebooks_of(tmp_path, source).values())
    exercises = "## Exercises\n\n1. Double the seed."
    assert [cell.source for cell in page if "Double" in cell.source] == [f"{exercises}\n\n{sentence}"]
    assert [cell.source for cell in solutions if "Double" in cell.source] == [exercises]


def test_a_page_without_solutions_makes_one_notebook(tmp_path):
    make_collection(tmp_path, SOURCE.replace('tags=["solution"]', ""))
    (source,) = pages.select_sources(tmp_path)
    assert list(build.notebooks_of(tmp_path, source)) == [tmp_path / PAGE]


def test_solutions_above_the_exercises_are_refused(tmp_path):
    make_collection(tmp_path, SOURCE.replace('tags=["claims"]', 'tags=["solution"]'))
    with pytest.raises(UserError, match="must stand below a heading '## Exercises'"):
        problems(tmp_path)


def test_pages_run_in_an_empty_folder_and_in_this_python(collection):
    printed = "files here: []\nthis Python: True\nbackend: module://matplotlib_inline.backend_inline\n"
    assert output(cell_with(read(collection), "os.listdir()")) == printed


def test_what_a_cell_prints_is_one_output_however_many_messages_it_came_in(collection):
    assert len(cell_with(read(collection), "os.listdir()")["outputs"]) == 1
    out, err = ({"output_type": "stream", "name": name} for name in ("stdout", "stderr"))
    figure = {"output_type": "display_data", "data": {}, "metadata": {}}
    came = [{**out, "text": "1\n"}, {**out, "text": "2\n"}, figure, {**out, "text": "3\n"}, {**err, "text": "4\n"}]
    merged = build._merged([nbformat.from_dict(output) for output in came])
    assert [output.get("text") for output in merged] == ["1\n2\n", None, "3\n", "4\n"]


@pytest.mark.long
def test_building_again_gives_the_same_bytes(collection, capsys):
    before = [(collection / name).read_bytes() for name in (PAGE, SOLUTIONS)]
    assert run_build(collection) == 0
    assert capsys.readouterr().out.splitlines() == [f"{name}: up to date" for name in (PAGE, SOLUTIONS)]
    run_build(collection, force=True)
    assert "rebuilt as asked" in capsys.readouterr().out
    assert [(collection / name).read_bytes() for name in (PAGE, SOLUTIONS)] == before


def test_ids_are_unique_and_stay_when_another_cell_changes(collection):
    def ids():
        return [cell.id for cell in next(iter(build.notebooks_of(collection, source).values())).cells]

    source = collection / "notebooks" / "src" / "01_toy.py"
    before = ids()
    assert before == [cell["id"] for cell in read(collection)["cells"]]
    assert len(set(before)) == len(before)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in before)
    edit_source(collection, "SEED + 1", "SEED + 2")
    assert [one != other for one, other in zip(before, ids(), strict=True)].count(True) == 1
    edit_source(collection, "# %%\nSEED + 2", "# %%\nprint('new')\n\n# %%\nSEED + 1")
    assert [name for name in ids() if name in before] == before
    assert len(ids()) == len(before) + 1


@pytest.mark.parametrize("name", [PAGE, SOLUTIONS])
def test_badge_and_install_cell_follow_the_projects_address_and_version(collection, name):
    elsewhere = PROJECT.replace(URL, "https://github.com/else/where.git").replace("1.2", "1.3")
    for text, repository, version in [(PROJECT, URL[19:], "1.2"), (elsewhere, "else/where", "1.3")]:
        (collection / "pyproject.toml").write_text(text)
        source = collection / "notebooks" / "src" / "01_toy.py"
        head, install = build.notebooks_of(collection, source)[collection / name].cells[:2]
        assert f"(https://colab.research.google.com/github/{repository}/blob/main/{name})" in head.source
        assert f'    %pip install -q "seminar-gan @ git+https://github.com/{repository}@v{version}"\n' in install.source
        assert f"dist/seminar_gan-{version}-py3-none-any.whl" in install.source
    assert URL in "".join(cell_with(read(collection, name), "%pip")["source"])
    assert f"{name}: the source has changed" in problems(collection)


def test_a_changed_source_is_built_again(collection, capsys):
    edit_source(collection, "SEED + 1", "SEED + 2")
    assert run_build(collection, pages="1") == 0
    assert f"{PAGE}: the source has changed ... " in capsys.readouterr().out
    assert output(cell_with(read(collection), "SEED + 2")) == "5"
    assert problems(collection) == []


def test_a_misspelt_page_is_an_error_that_names_the_pages(collection):
    with pytest.raises(UserError, match=r"no page '02'. The pages are 01_toy\."):
        run_build(collection, pages="02")


@pytest.mark.long
def test_a_page_that_was_never_built_is_found_by_its_number(collection, monkeypatch, capfd):
    assert [path.stem for path in pages.select_sources(collection, "1")] == ["01_toy"]
    (collection / PAGE).unlink()
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    assert __main__.main(["--root", str(collection), "notebooks", "--pages", "01"]) == 0
    assert f"{PAGE}: not built yet ... " in capfd.readouterr().out
    assert (collection / PAGE).is_file()


@pytest.mark.long
def test_an_error_in_a_page_leaves_the_old_page(collection):
    before = (collection / PAGE).read_bytes()
    edit_source(collection, "SEED + 1", "SEED + missing")
    with pytest.raises(Exception, match="name 'missing' is not defined"):
        run_build(collection)
    assert (collection / PAGE).read_bytes() == before


@pytest.mark.long
def test_a_killed_build_leaves_the_old_page_and_no_kernel(collection):
    before = (collection / PAGE).read_bytes()
    mark = collection / "kernel.txt"
    wait = f"import time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    edit_source(collection, "SEED + 1", wait)
    process = subprocess.Popen(
        [sys.executable, "-m", "seminar_gan", "--root", str(collection), "notebooks"],
        env=os.environ | {"SEMINAR_GAN_ENV": "current"},
        cwd=collection,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        kernel = int(until(lambda: mark.is_file() and mark.read_text()))
    finally:
        process.kill()
        process.wait()
    assert (collection / PAGE).read_bytes() == before
    assert problems(collection)[0] == f"{PAGE}: the source has changed"
    until(lambda: not psutil.pid_exists(kernel) or psutil.Process(kernel).status() == psutil.STATUS_ZOMBIE)


def test_a_page_is_written_whole_or_not_at_all(collection, monkeypatch):
    before = (collection / PAGE).read_bytes()
    edit_source(collection, "SEED + 1", "SEED + 2")
    with monkeypatch.context() as patch:
        patch.setattr(build, "execute", lambda notebook: None)
        patch.setattr(os, "replace", lambda *paths: pytest.fail("killed here"))
        with pytest.raises(pytest.fail.Exception):
            run_build(collection)
    edit_source(collection, "SEED + 2", "SEED + 1")
    assert (collection / PAGE).read_bytes() == before
    assert problems(collection) == []


# -- checking


def test_good_pages_print_nothing(collection, capsys):
    assert check.main(SimpleNamespace(root=collection)) == 0
    assert capsys.readouterr().out == ""


def test_problems_are_printed_and_the_exit_code_is_1(collection, capsys):
    (collection / PAGE).unlink()
    assert check.main(SimpleNamespace(root=collection)) == 1
    assert capsys.readouterr().out == f"{PAGE}: not built yet\n`make notebooks` mends what is stale.\n"


def test_a_collection_without_pages_is_good(tmp_path):
    (tmp_path / "notebooks" / "src").mkdir(parents=True)
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SEED + 1", "SEED + 2"),
        ("A page about nothing.", "A page."),
        ("SEED = 3  # any", "SEED = 3"),
        ('tags=["claims"]', 'tags=["claims", "paper"]'),
        ('# %%\nprint("twins")\n\n', ""),
    ],
)
def test_a_changed_source_is_stale(collection, old, new):
    edit_source(collection, old, new)
    assert f"{PAGE}: the source has changed" in problems(collection)


def test_a_changed_solution_leaves_the_page_fresh(collection):
    edit_source(collection, "SEED * 2", "2 * SEED")
    assert problems(collection) == [f"{SOLUTIONS}: the source has changed"]


def test_changed_modules_that_a_page_uses_are_stale(collection, tmp_path, monkeypatch):
    package = tmp_path / "seminar_gan"
    shutil.copytree(closure.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "data"))
    monkeypatch.setattr(closure, "PACKAGE", package)
    assert problems(collection) == []
    with (package / "plotting" / "images.py").open("a") as file:
        file.write("\nUNUSED = 1\n")
    assert problems(collection) == []
    with (package / "ranges.py").open("a") as file:
        file.write("\nUNUSED = 1\n")
    assert problems(collection) == [f"{name}: the package has changed" for name in (PAGE, SOLUTIONS)]


def strip_counts(notebook):
    for cell in code_cells(notebook):
        cell["execution_count"] = None


def strip_everything(notebook):
    for cell in code_cells(notebook):
        cell.update(execution_count=None, outputs=[])


def swap_counts(notebook):
    first, second = code_cells(notebook)[3:5]
    first["execution_count"], second["execution_count"] = second["execution_count"], first["execution_count"]


@pytest.mark.parametrize("change", [strip_counts, strip_everything, swap_counts])
def test_unrun_pages_are_found(collection, change):
    notebook = read(collection)
    change(notebook)
    save(collection, notebook)
    assert problems(collection) == [f"{PAGE}: cells have not been run, or not in order"]


@pytest.mark.parametrize("text", ["os.listdir()", "SEED + 1", "a time", "claims", "twins"])
def test_missing_outputs_are_found(collection, text):
    notebook = read(collection)
    cells = [
        cell for cell in code_cells(notebook) if text in [*cell["metadata"].get("tags", []), "".join(cell["source"])]
    ]
    for cell in cells or [cell_with(notebook, text)]:
        assert cell["outputs"]
        cell["outputs"] = []
    save(collection, notebook)
    assert problems(collection) == [f"{PAGE}: outputs are missing or not of this build"]


def test_outputs_that_were_changed_by_hand_are_found(collection):
    notebook = read(collection)
    cell_with(notebook, "a time")["outputs"][0]["text"] = ["a time: 16\n"]
    save(collection, notebook)
    assert problems(collection) == [f"{PAGE}: outputs are missing or not of this build"]


def test_a_page_saved_by_another_tool_is_stale(collection):
    """Such a tool writes neither our digest of the package nor ids."""
    notebook = read(collection)
    del notebook["metadata"]["seminar_gan"]
    save(collection, notebook)
    assert problems(collection) == [f"{PAGE}: the package has changed"]
    for cell in notebook["cells"]:
        del cell["id"]
    save(collection, notebook)
    assert problems(collection) == [f"{PAGE}: the source has changed"]


def test_a_page_that_is_not_a_notebook_is_an_error_that_names_it(collection):
    (collection / PAGE).write_text("<<<<<<< HEAD")
    with pytest.raises(UserError, match=r"01_toy\.ipynb is not a notebook"):
        problems(collection)


@pytest.mark.parametrize("name", ["notebooks/07_lost.ipynb", "notebooks/solutions/07_lost.ipynb"])
def test_a_page_without_a_source_is_found(collection, name):
    shutil.copy(collection / PAGE, collection / name)
    assert problems(collection) == [f"{name}: has no source"]


def test_solutions_without_a_source_are_found(collection):
    edit_source(collection, 'tags=["solution"]', "")
    assert f"{SOLUTIONS}: has no source" in problems(collection)


@pytest.mark.long
def test_freshly_built_pages_that_are_too_large_or_warn_are_found(collection):
    cells = ["print('x' * 1_050_000)", "print('careful', file=sys.stderr)", "import warnings; warnings.warn('careful')"]
    edit_source(collection, "SEED + 1", "\n\n# %%\n".join(cells))
    run_build(collection)
    size, *warnings = problems(collection)
    assert re.fullmatch(rf"{PAGE}: 1\d{{3}} KB, over the limit of 1024 KB", size)
    assert warnings == [f"{PAGE}: cell {number} has warnings on stderr" for number in (7, 8)]


def test_an_output_that_is_an_error_is_found(collection):
    notebook = read(collection)
    error = {"output_type": "error", "ename": "NameError", "evalue": "name", "traceback": []}
    cell_with(notebook, "SEED + 1")["outputs"] = [error]
    save(collection, notebook)
    assert f"{PAGE}: cell 6 ends in an error" in problems(collection)


# -- comparing outputs


@pytest.mark.long
def test_and_missing_outputs_are_found(collection):
    """A page as built passes; in a changed copy the changed cells fail, except one that is not compared."""
    changed = read(collection)
    cell_with(changed, "three is three")["outputs"][0]["text"] = ["FAIL  three is three\n"]
    cell_with(changed, "a time")["outputs"][0]["text"] = ["a time: 16\n"]
    cell_with(changed, "SEED + 1")["outputs"] = []
    save(collection, changed, "notebooks/02_changed.ipynb")
    command = regression.command([PAGE, "notebooks/02_changed.ipynb"], jobs=1)
    result = subprocess.run(command, cwd=collection, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+::Cell \d+)", result.stdout, re.MULTILINE)
    assert failed == [f"notebooks/02_changed.ipynb::Cell {number}" for number in (4, 9)], result.stdout
    assert result.returncode == 1
    assert "2 failed, 18 passed" in result.stdout


# -- the pages of this collection

SOURCES = [path.stem for path in sorted((ROOT / "notebooks" / "src").glob("[0-9][0-9]_*.py"))]
PAGES = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL_NOTEBOOKS = PAGES + sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))
TAGS = {"parameters", "setup", "claims", "check", "unmeasured", "paper", "preview", "solution", "timing"}
TAGS |= {regression.MAY_DIFFER}
PAPER_LINES = 25
PAPER_MODULES = {"keras", "numpy", "matplotlib", "seminar_gan"} | set(sys.stdlib_module_names)
# A path from the root of a disk; not a web address, a fraction or the end of an HTML element.
ABSOLUTE_PATH = re.compile(r"(?<![\w.:/<>~)])/[A-Za-z][\w.-]*/[\w.-]+|\b[A-Za-z]:\\\\?[A-Za-z]|file://")

every_notebook = pytest.mark.parametrize("path", ALL_NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_its_page(name):
    assert (ROOT / "notebooks" / f"{name}.ipynb").is_file(), f"notebooks/src/{name}.py is not built: `make notebooks`"


@every_notebook
def test_every_code_cell_was_run_in_order(path):
    counts = [cell["execution_count"] for cell in code_cells(pages.read_notebook(path))]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_a_page_has_at_most_1_mb(path):
    assert path.stat().st_size <= 1024 * 1024


@every_notebook
def test_tags_are_known(path):
    tags = {tag for cell in pages.read_notebook(path)["cells"] for tag in pages.tags_of(cell)}
    assert not {tag for tag in tags - TAGS if not re.fullmatch(r"(shows|tool):[a-z_]+(\.\w+)+", tag)}


@every_page
def test_a_page_shows_in_its_first_minute_what_it_leads_to(path):
    """A picture among the first six code cells: of shipped data, or that of a cell tagged `preview`."""
    first = code_cells(pages.read_notebook(path))[:6]
    assert path.name.startswith("00_") or any("image/png" in o.get("data", {}) for c in first for o in c["outputs"])


@every_page
def test_a_page_ends_in_claims_that_are_compared(path):
    cells = [cell for cell in code_cells(pages.read_notebook(path)) if "claims" in pages.tags_of(cell)]
    if path.name.startswith("00_"):
        return
    assert cells, "no cell is tagged `claims`"
    for cell in cells:
        assert regression.MAY_DIFFER not in pages.tags_of(cell)
        lines = output(cell).splitlines()
        assert lines
        assert all(line.startswith("PASS  ") for line in lines), lines


@every_notebook
def test_outputs_hold_no_path_of_the_machine_that_built_them(path):
    matches = []
    for cell in code_cells(pages.read_notebook(path)):
        for result in cell["outputs"]:
            data = {"text": result["text"]} if "text" in result else result.get("data", {})
            texts = ["".join(data[kind]) for kind in data if kind not in ("image/png", "image/jpeg", "application/pdf")]
            matches += [match for text in texts for match in ABSOLUTE_PATH.findall(text)]
    assert not matches


@every_page
def test_paper_cells_can_be_copied_alone(path):
    assert not paper_problems(pages.read_notebook(path)["cells"])


def paper_problems(cells):
    """A line for each cell tagged `paper` that is too long, or uses names from elsewhere on its page."""
    complaints, everywhere, section = [], set(), set()
    for number, cell in enumerate(cells, start=1):
        source, tags = pages.source_of(cell), pages.tags_of(cell)
        if cell["cell_type"] == "markdown" and re.search(r"^## ", source, re.MULTILINE):
            section = set()
        if cell["cell_type"] != "code":
            continue
        bound, imported, used = names_of(closure.without_magics(source))
        if "paper" in tags:
            lines = len(source.splitlines())
            if lines > PAPER_LINES:
                complaints.append(f"cell {number} has {lines} lines, more than {PAPER_LINES}")
            unknown = used - bound - imported - section - everywhere - set(dir(builtins))
            if unknown:
                complaints.append(f"cell {number} uses {', '.join(sorted(unknown))} from outside its section")
        section |= bound
        everywhere |= imported | (bound if "parameters" in tags else set())
    return complaints


def names_of(source):
    """The names that a cell binds at its top, those that it imports, and those that it takes from outside functions."""
    tree = ast.parse(source)
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            names = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            imported |= names if {name.split(".")[0] for name in modules} <= PAPER_MODULES else set()
    top = symtable.symtable(source, "cell", "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced() and not symbol.is_imported()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return bound, imported, used


def toy_cells(*cells):
    """Cells from texts: markdown if they begin with #, else code; `paper:` or `parameters:` in front is the tag."""
    built = []
    for text in cells:
        tag, text = re.fullmatch(r"(?:(paper|parameters):)?(.*)", text, re.DOTALL).groups()
        kind = "markdown" if text.startswith("#") else "code"
        built.append({"cell_type": kind, "source": text, "metadata": {"tags": [tag] if tag else []}})
    return built


@pytest.mark.parametrize(
    "cells",
    [
        ("import numpy as np", "parameters:SEED = 0", "## One", "paper:print(np.array([SEED]))"),
        ("from keras import layers", "## One", "paper:layers.Dense(3)"),
        ("import seminar_gan as sg\nimport math", "## One", "paper:sg.export.table([math.pi], [[1]])"),
        ("## One", "x = 1", "### Deeper", "text = x", "paper:print(x, text)"),
        ("## One", "def f(a):\n    return a", "paper:[f(y) for y in range(3)]"),
        ("## One", "paper:def f(a, b=1):\n    c = a\n    return lambda d: c + d + b\nf(1)"),
        ("## One", "paper:import matplotlib.pyplot as plt\nplt.plot([1])"),
        ("## One", "paper:" + "\n".join(["1"] * PAPER_LINES)),
    ],
)
def test_good_paper_cells_are_let_through(cells):
    assert not paper_problems(toy_cells(*cells))


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        (("## One", "x = 1", "## Two", "paper:print(x)"), "cell 4 uses x from"),
        (("x = 1", "## One", "paper:print(x)"), "cell 3 uses x from"),
        (("## One", "paper:print(x)", "x = 1"), "cell 2 uses x from"),
        (("## One", "x = 1", "## Two", "paper:def f():\n    return x"), "cell 4 uses x from"),
        (("## One", "x = 1", "## Two", "paper:[x for y in range(3)]"), "cell 4 uses x from"),
        (("import pandas as pd", "## One", "paper:pd.DataFrame()"), "cell 3 uses pd from"),
        (("## One", "paper:" + "\n".join(["1"] * (PAPER_LINES + 1))), "cell 2 has 26 lines"),
    ],
)
def test_bad_paper_cells_are_found(cells, complaint):
    (problem,) = paper_problems(toy_cells(*cells))
    assert complaint in problem


@pytest.mark.parametrize(
    "text",
    [
        "/home/me/x",
        "see '/tmp/a/b.py'",
        "/usr/lib",
        "C:\\Users\\me",
        "C:\\\\Users",
        "file:///x",
        "(/opt/x/y)",
        "=/root/x",
    ],
)
def test_absolute_paths_are_seen(text):
    assert ABSOLUTE_PATH.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a/b",
        "figures/a/b.pdf",
        "3/4",
        "1 / 2 / 3",
        "<td>a</td>",
        "and/or/not",
        "../a/b",
        "~/a/b",
        "a: b",
    ],
)
def test_other_slashes_are_not_paths(text):
    assert not ABSOLUTE_PATH.search(text)
