"""`make notebooks`: the only writer of the built pages.

A source, notebooks/src/NN_name.py, becomes two notebooks. notebooks/NN_name.ipynb is the page without the cells tagged
`solution`. notebooks/solutions/NN_name.ipynb holds the cells that solutions build on (tagged `setup` or `parameters`)
and everything from the heading "Exercises" on. Both are executed, in an empty folder, and stored with their outputs.
The picture of the cell tagged `preview` is stored once more at the top, where a reader sees what the page leads to.
"""

import copy
import hashlib
import json
import os
import posixpath
import re
import subprocess
import sys
import tempfile
import time

from seminar_gan.claims import STRICT
from seminar_gan.commands import UserError, address, pages, regression
from seminar_gan.commands.run.execute import tail, use_plain_matplotlib
from seminar_gan.files import write_text

# What JupyterLab writes into a page that it opens. With the kernel's own language_info (see `execute`), saving a page
# there changes no metadata.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # as JupyterLab and Colab fold a cell
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def main(args):
    import nbformat
    from nbclient.exceptions import CellExecutionError

    root = args.root
    address.bring_along(root)
    sources = pages.select_sources(root, args.pages)
    for source in sources:
        for path, notebook in notebooks_of(root, source).items():
            reason = stale(path, notebook)
            if not reason and not args.force:
                print(f"{path.relative_to(root)}: up to date", flush=True)
                continue
            print(f"{path.relative_to(root)}: {reason or 'rebuilt as asked'} ...", end=" ", flush=True)
            started = time.perf_counter()
            try:
                execute(notebook)
            except CellExecutionError as error:
                raise UserError(f"a cell failed, and the page stays as it was:\n{tail(str(error))}") from None
            write_text(path, nbformat.writes(notebook) + "\n")
            print(f"{time.perf_counter() - started:.0f} s, {path.stat().st_size / 1024:.0f} KB", flush=True)
    return 0


def notebooks_of(root, source):
    """Return {path: notebook without outputs} for a source: the page and, if the source has any, its solutions."""
    import jupytext

    cells = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent").cells
    page = [cell for cell in cells if "solution" not in _tags(cell)]
    name = f"notebooks/{source.stem}"
    built = {root / f"{name}.ipynb": _notebook(root, page, source.stem, name)}
    if len(page) < len(cells):
        start = next((n for n, cell in enumerate(cells) if cell.source.startswith("## Exercises")), None)
        if start is None or any("solution" in _tags(cell) for cell in cells[:start]):
            raise UserError(f"{source}: cells tagged `solution` must stand below a heading '## Exercises'.")
        needed = [cell for cell in cells[:start] if {"setup", "parameters"} & set(_tags(cell))]
        title = cells[0].source.splitlines()[0].lstrip("# ")
        head = _cell("markdown", f"# Solutions: {title}\n\nThe exercises of [{title}](../{source.stem}.ipynb), solved.")
        name = f"notebooks/solutions/{source.stem}"
        moved = [_cell(cell.cell_type, _from_solutions(cell), _tags(cell)) for cell in [*needed, *cells[start:]]]
        built[root / f"{name}.ipynb"] = _notebook(root, [head, *moved], source.stem, name)
    return built


def stale(path, notebook):
    """Return why the notebook at `path` is not the executed `notebook`, or an empty text if it is."""
    if not path.is_file():
        return "not built yet"
    stored = pages.read_notebook(path)
    if _essence(stored) != _essence(notebook):
        return "the source has changed"
    digests = stored["metadata"].get("seminar_gan", {})
    if digests.get("package") != notebook.metadata["seminar_gan"]["package"]:
        return "the package has changed"
    counts = [cell["execution_count"] for cell in stored["cells"] if cell["cell_type"] == "code"]
    if counts != list(range(1, len(counts) + 1)):
        return "cells have not been run, or not in order"
    return "" if digests.get("outputs") == _digest_of_outputs(stored) else "outputs are missing or not of this build"


def execute(notebook):
    """Run all cells in this Python and an empty folder, and keep their outputs in `notebook`."""
    import nbformat
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=None, record_timing=False, resources={"metadata": {"path": folder}})
        kernel = client.create_kernel_manager().kernel_spec  # the client's own, so that it ends the kernel
        kernel.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        kernel.env = {}  # a user's own kernel of this name may be another Python
        environment = dict(os.environ)
        use_plain_matplotlib(environment)
        environment[STRICT] = "1"
        client.execute(env=environment, stderr=subprocess.DEVNULL)  # stderr of the kernel itself, not of the cells
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if regression.MAY_DIFFER in _tags(cell):
            cell.outputs = [output for output in cell.outputs if not _is_tensorflow_log(output)]
        if cell.cell_type == "code":
            cell.outputs = _merged(cell.outputs)
    _put_preview_on_top(notebook.cells)
    notebook.metadata["kernelspec"] = KERNEL
    stored = json.loads(nbformat.writes(notebook))  # lines are split as in the file
    notebook.metadata["seminar_gan"]["outputs"] = _digest_of_outputs(stored)


def _notebook(root, cells, page, name):
    """A notebook of these cells, with the Colab badge and install cell behind the title, and lasting cell ids."""
    import nbformat

    first = _cell("markdown", f"{cells[0].source}\n\n{address.badge(root, name)}".rstrip())
    colab = _cell("code", address.install_cell(root), tags=[regression.MAY_DIFFER])
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    seen = {}
    for cell in [first, colab, *cells[1:]]:
        key = hashlib.sha256(f"{page} {cell.cell_type} {cell.source}".encode()).hexdigest()[:8]
        seen[key] = seen.get(key, 0) + 1
        tags = _tags(cell)
        made = _cell(cell.cell_type, cell.source.replace("{repository}", address.home(root)), tags)
        made.id = key if seen[key] == 1 else f"{key}-{seen[key]}"
        notebook.cells.append(made)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    notebook.metadata["seminar_gan"] = {"package": pages.package_digest(code)[:16]}
    return notebook


def _put_preview_on_top(cells):
    """Add the picture of the cell tagged `preview` to the outputs of the install cell, the first that a page has.

    An attachment of the first text would not be shown by Colab, and a link to a file not where only the page is.
    """
    for cell in cells:
        if "preview" in _tags(cell):
            pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
            if not pictures:
                raise UserError(f"a cell is tagged `preview` and shows no picture:\n{cell.source}")
            top = next(first for first in cells if first.cell_type == "code")
            top.outputs = [*top.outputs, copy.deepcopy(pictures[-1])]


def _from_solutions(cell):
    """The text of a cell on the page of solutions: links lead to the same places, and none to that page itself."""

    def link(match):
        return "](" + posixpath.relpath(f"/notebooks/{match[1]}", "/notebooks/solutions")

    if cell.cell_type != "markdown":
        return cell.source
    text = re.sub(
        r"\s*^The \[solutions\]\(solutions/[^)]+\) are a page of their own\.", "", cell.source, flags=re.MULTILINE
    )
    return re.sub(r"\]\((?![a-z]+:|#)([^)\s]+)", link, text)


def _cell(kind, source, tags=()):
    import nbformat

    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(source, metadata=({"tags": list(tags)} if tags else {}) | (FOLDED if "check" in tags else {}))


def _tags(cell):
    return cell.metadata.get("tags", [])


def _essence(notebook):
    """What must agree between a source and its notebook: kind, id, tags and text of each cell."""
    return [
        (cell["cell_type"], cell.get("id"), cell["metadata"].get("tags", []), pages.source_of(cell))
        for cell in notebook["cells"]
    ]


def _digest_of_outputs(notebook):
    outputs = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()[:16]


def _merged(outputs):
    """The outputs with neighbours of one stream as one, however many messages they came in: JupyterLab divides them."""
    merged = []
    for output in outputs:
        if merged and output.output_type == "stream" and output.name == merged[-1].get("name"):
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def _is_tensorflow_log(output):
    """Whether an output holds only what TensorFlow's C++ code logs on import, which no setting silences."""
    if output.get("name") != "stderr":
        return False
    known = re.compile(
        r"WARNING: All log messages before absl|[IW]\d{4} |E\d{4} .*(oneDNN supports|remapper failed)"
        r"|To enable the following|$"
    )
    return all(known.match(line) for line in output["text"].splitlines())
