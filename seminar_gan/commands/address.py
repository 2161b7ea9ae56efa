"""Where the collection is at home: everything that holds the address is derived from pyproject.toml.

README.md and CITATION.cff are brought along by `make notebooks`, the badge and the install cell of a page when it is
built. CITATION.cff says which address is to be replaced.
"""

import re
import tomllib

from seminar_gan.files import write_text

DERIVED = ("README.md", "CITATION.cff")
INSTALL = """\
import importlib.util
import sys

if "google.colab" in sys.modules:  # elsewhere the package is there already
    %pip install -q "seminar-gan @ git+{url}@v{version}"
    importlib.invalidate_caches()
    if importlib.util.find_spec("seminar_gan") is None:
        raise RuntimeError(
            "The package could not be installed from {url}; pip says above why. "
            "Install it from a file: where there is a clone of the repository, `make wheel` makes "
            "dist/{wheel}. Upload that file here (folder symbol on the left, then the sheet "
            "with an arrow), put this line, with its four spaces, in place of the fifth line of this cell, and run the "
            "cell again:\\n"
            "    %pip install -q {wheel}"
        )
import seminar_gan.keras_settings  # stops here if Keras is set to run on something else than TensorFlow"""


def home(root):
    """The repository's address, from the one place that names it."""
    return _project(root)["urls"]["Repository"].removesuffix("/").removesuffix(".git")


def install_cell(root):
    """The cell that installs the package on Colab, of the version that the page belongs to."""
    version = _project(root)["version"]
    return INSTALL.format(url=home(root), version=version, wheel=f"seminar_gan-{version}-py3-none-any.whl")


def badge(root, name):
    """The badge that opens a notebook in Colab, in Markdown; empty if the address is none of GitHub's."""
    path = _on_github(home(root))
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    link = f"https://colab.research.google.com/github/{path}/blob/main/{name}.ipynb"
    return f"[![Open in Colab]({image})]({link})" if path else ""


def outdated(root):
    """Return {path: text} of the files beside pyproject.toml that hold another address than it, as they should be."""
    citation = root / "CITATION.cff"
    found = citation.is_file() and re.search(r'^repository-code: "(.+)"$', citation.read_text("utf-8"), re.MULTILINE)
    if not found or found[1] == home(root):
        return {}
    return {root / name: _replaced((root / name).read_text("utf-8"), found[1], home(root)) for name in DERIVED}


def bring_along(root):
    """Write the files that `outdated` names, the citation last, since it says what is to be replaced."""
    for path, text in outdated(root).items():
        write_text(path, text)
        print(f"{path.relative_to(root)}: has the address of pyproject.toml now", flush=True)


def _replaced(text, old, new):
    text = text.replace(old, new)
    if _on_github(old) and _on_github(new):
        return text.replace(f"/github/{_on_github(old)}/", f"/github/{_on_github(new)}/")
    # Colab opens only what is on GitHub.
    return re.sub(r"\[([^\]]+)\]\(https://colab\.research\.google\.com/github/[^)]*\)", "-", text)


def _on_github(url):
    return url.removeprefix("https://github.com/") if url.startswith("https://github.com/") else ""


def _project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
