"""`make lab`: working copies of the pages in my/, which updates never touch, opened in JupyterLab.

A copy says in its metadata which page it was made from. When that page has changed since, a line says so, and
`make lab FRESH=05` puts a new copy beside the old one. Nothing is ever written over.
"""

import hashlib
import importlib.util
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

from seminar_gan.commands import UserError, pages
from seminar_gan.files import write_text


def main(args):
    root, folder = args.root, "my"
    if importlib.util.find_spec("jupyterlab") is None:
        raise UserError(f"{sys.executable} has no JupyterLab; `pip install jupyterlab` brings it.")
    try:
        copy_pages(root, args.fresh)
    except OSError as error:
        folder = "notebooks"
        print(f"No copies could be made ({error}). The pages of notebooks/ open instead: save yours elsewhere.")
    if "JUPYTERHUB_SERVICE_PREFIX" in os.environ:
        print(f"Open the folder {root / folder} in the JupyterLab that you are in.")
        return 0
    os.environ["TENSORBOARD_BINARY"] = os.path.join(os.path.dirname(sys.executable), "tensorboard")
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{folder}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # the user of many containers
    os.chdir(root)  # the server's root, so that links to ../data lead somewhere
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(sys.executable, command)  # so that Ctrl+C reaches JupyterLab alone, which asks before it stops


def copy_pages(root, fresh=""):
    """Make the copies that are missing, and beside those of the pages in `fresh` another; say what is out of date."""
    chosen = {page.name for page in pages.select(root, fresh)} if fresh.strip() else set()
    made = []
    for original in sorted((root / "notebooks").glob("**/[0-9][0-9]_*.ipynb")):
        place = root / "my" / original.relative_to(root / "notebooks")
        if ".ipynb_checkpoints" in original.parts:
            continue
        notebook = pages.read_notebook(original)
        digest = _digest(notebook)
        if place.exists() and original.stem in chosen:
            place = _free(place)
        if not place.exists():
            notebook["metadata"]["seminar_gan"] = {"copy_of": digest}
            write_text(place, json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
            made.append(place.name)
        elif digest not in {_copy_of(path) for path in place.parent.glob(f"{place.stem}*.ipynb")}:
            new = f"`make lab FRESH={place.stem[:2]}` makes {_free(place).name} beside it"
            print(f"{place.relative_to(root)}: the page has changed since this copy was made; {new}", flush=True)
    if made:
        print(f"New copies in my/: {', '.join(dict.fromkeys(made))}", flush=True)


def keep_metadata(model, path, contents_manager, **_):
    """Save a page with the kernel's name and version that it had (a hook of Jupyter's server, see `setup`).

    JupyterLab writes those of its own kernel into every page that it opens, and `git pull` would stumble over them.
    """
    file = Path(contents_manager.root_dir, path)
    stored = pages.read_notebook(file)["metadata"] if model["type"] == "notebook" and file.is_file() else {}
    if "seminar_gan" in stored:
        model["content"]["metadata"].update({name: stored[name] for name in ("kernelspec", "language_info")})


def _free(place):
    """The first free name for another copy: 07_dcgan_2.ipynb, then 07_dcgan_3.ipynb."""
    names = (place.with_name(f"{place.stem}_{number}.ipynb") for number in itertools.count(2))
    return next(name for name in names if not name.exists())


def _copy_of(path):
    try:
        return pages.read_notebook(path)["metadata"]["seminar_gan"]["copy_of"]
    except (UserError, LookupError, TypeError):
        return None  # not one of our copies, or not a notebook any more


def _digest(notebook):
    """A digest of the cells' text; outputs, of which some differ with every build, do not count."""
    cells = [(cell["cell_type"], pages.source_of(cell)) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]
