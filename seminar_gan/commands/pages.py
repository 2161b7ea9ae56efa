"""The pages of a collection: which there are, which are meant, what parameters they have, which modules they use.

Standard library only, and quick, so that a misspelt name is reported at once.
"""

import ast
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seminar_gan.commands import UserError, closure
from seminar_gan.parameters import like

UNKNOWN = object()  # the value of a parameter that is not a literal


@dataclass(frozen=True)
class Page:
    """A built page: a notebook in notebooks/."""

    path: Path

    @property
    def name(self):
        return self.path.stem

    @cached_property
    def code_cells(self):
        """(source, tags) of every code cell."""
        cells = read_notebook(self.path)["cells"]
        return [(source_of(cell), tags_of(cell)) for cell in cells if cell["cell_type"] == "code"]

    @cached_property
    def defaults(self):
        """Name and value of every parameter: the literal assignments in the cell tagged `parameters`."""
        values = {}
        for source, tags in self.code_cells:
            for node in ast.parse(source).body if "parameters" in tags else []:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    try:
                        values[node.targets[0].id] = ast.literal_eval(node.value)
                    except ValueError:
                        values[node.targets[0].id] = UNKNOWN
        return values

    @cached_property
    def wanted(self):
        """What each parameter may be: as the page says it to `parameters.check`, else a value like its default."""
        wanted = {name: None if value is UNKNOWN else like(value) for name, value in self.defaults.items()}
        for source in [source for source, _ in self.code_cells if "parameters.check(" in source]:
            for node in ast.walk(ast.parse(closure.without_magics(source))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("parameters.check"):
                    said = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords}
                    wanted.update((name, what) for name, what in said.items() if name in wanted)
        return wanted


def find_root(given=None, start=None):
    """Return the collection's folder: `given`, else the first from `start` (the current folder) up, else this checkout.

    Raises:
        UserError: if none of these is a collection.
    """
    if given:
        root = Path(given).resolve()
        if not _is_root(root):
            raise UserError(f"{root} is not a collection of pages: it has no folder notebooks/.")
        return root
    start = Path(start or ".").resolve()
    for folder in [start, *start.parents, Path(__file__).resolve().parents[2]]:
        if _is_root(folder):
            return folder
    raise UserError(
        f"{start} and the folders above it hold no collection of pages (notebooks/ and pyproject.toml). "
        "Change into your clone of seminar-gan, or name it with --root."
    )


def _is_root(folder):
    return (folder / "notebooks").is_dir() and (
        (folder / "notebooks" / "src").is_dir() or (folder / "pyproject.toml").is_file()
    )


def read_notebook(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is not a notebook: {error}") from None


def source_of(cell):
    return "".join(cell["source"])


def tags_of(cell):
    return cell.get("metadata", {}).get("tags", [])


def every_page(root):
    """Return all pages of the collection, in the order of their names."""
    return [Page(path) for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))]


def select(root, names=""):
    """Return the built pages that a text names, such as "1, 03_convolutional_autoencoder"; all for an empty text."""
    known = {page.name: page for page in every_page(root)}
    return [known[name] for name in _named(list(known), names)]


def select_sources(root, names=""):
    """Return the sources of the pages that a text names in the same way, whether built or not."""
    known = {path.stem: path for path in sorted((root / "notebooks" / "src").glob("[0-9][0-9]_*.py"))}
    return [known[name] for name in _named(list(known), names)]


def _named(known, names):
    """Return the names among `known` that the text names."""
    chosen = set()
    for word in re.split(r"[\s,]+", names.strip()) if names.strip() else []:
        stem = word.removesuffix(".ipynb").removesuffix(".py")
        matches = [name for name in known if name == stem or name[:2] == stem.zfill(2)]
        if not matches:
            raise UserError(f"There is no page {word!r}. {choices('The pages are', known)}")
        chosen.update(matches)
    return [name for name in known if not names.strip() or name in chosen]


def profile_folder(root, profile):
    """Return the folder of a profile's parameters; None for `quick`, whose values stand in the pages."""
    params = root / "notebooks" / "params"
    known = sorted(folder.name for folder in params.glob("*/"))
    if profile in known:
        return params / profile
    if profile != "quick":
        raise UserError(f"There is no profile {profile!r}. {choices('The profiles are', ['quick', *known])}")
    return None


def choices(words, names):
    """A sentence that lists what there is, for somebody who misspelt it."""
    names = list(names)
    return f"{words} {', '.join(names)}." if names else f"{words}: none."


def package_digest(sources):
    """Return a digest of the package's modules that the code in `sources` uses, directly or through each other."""
    digest = hashlib.sha256()
    for path in closure.modules_used(sources):
        digest.update(path.relative_to(closure.PACKAGE).as_posix().encode() + b"\0" + file_bytes(path) + b"\0")
    return digest.hexdigest()


def file_bytes(path):
    """Return a text file's bytes with line feeds, so that digests agree on Windows; b"" for a missing file."""
    return path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""
