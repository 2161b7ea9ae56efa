"""The pages of a collection, their parameters, and what their results depend on.

Standard library only, except that the files of parameters are read with PyYAML. All of it is quick, so that a misspelt
name is reported at once.
"""

import ast
import hashlib
import json
import os
import platform
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seminar_gan.commands import UserError, closure
from seminar_gan.parameters import ParameterError, accept, like

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


@dataclass(frozen=True)
class Plan:
    """The pages of a run, their parameters, and the name of the run's folder in build/."""

    folder: str
    pages: list
    parameters: dict  # page name -> {parameter: value}


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
            raise UserError(f"There is no page {word!r}. {_choices('The pages are', known)}")
        chosen.update(matches)
    return [name for name in known if not names.strip() or name in chosen]


def profile_folder(root, profile):
    """Return the folder of a profile's parameters; None for `quick`, whose values stand in the pages."""
    params = root / "notebooks" / "params"
    known = sorted(folder.name for folder in params.glob("*/"))
    if profile in known:
        return params / profile
    if profile != "quick":
        raise UserError(f"There is no profile {profile!r}. {_choices('The profiles are', ['quick', *known])}")
    return None


def make_plan(root, names="", profile="quick", params=""):
    """Check the choices for a run and return its `Plan`.

    Args:
        root: pathlib.Path of the collection.
        names: str, the pages, as for `select`.
        profile: str, "quick" or a folder of notebooks/params.
        params: str such as "EPOCHS=3 SEED=1". Each must be a parameter of at least one of the pages, and goes to every
            page that has it.

    Raises:
        UserError: for an unknown page, profile or parameter, also in a profile's file, and for a value of another kind.
    """
    chosen = select(root, names)
    folder = profile_folder(root, profile)
    parameters = {page.name: {} for page in chosen}
    if folder:
        known = {page.name: page for page in every_page(root)}
        for path in sorted(folder.glob("*.y*ml")):
            if path.stem not in known:
                raise UserError(f"{path} is not named after a page. {_choices('The pages are', known)}")
            values = {
                name: _checked(known[path.stem], name, value, where=path) for name, value in _read_yaml(path).items()
            }
            if path.stem in parameters:
                parameters[path.stem].update(values)
    by_hand = _parse_params(params, {name for page in chosen for name in page.defaults})
    for name, value in by_hand.items():
        owners = [page for page in chosen if name in page.defaults]
        if not owners:
            names = sorted({name for page in chosen for name in page.defaults})
            raise UserError(f"No chosen page has a parameter {name!r}. {_choices('Their parameters are', names)}")
        for page in owners:
            by_hand[name] = parameters[page.name][name] = _checked(page, name, value, where="PARAMS")
    return Plan(profile + _suffix(by_hand), chosen, parameters)


def _parse_params(text, known):
    """{name: text} of NAME=value pairs. A value ends where the next NAME= begins, or with the quote it began with."""
    name = rf"(?:{'|'.join(['[A-Z][A-Z0-9_]*', *sorted(known)])})\s*="  # a folder may be called a,b=c
    values, rest = {}, text.strip()
    while rest:
        if not re.match(r"[A-Za-z_]\w*\s*=", rest):
            raise UserError(f"PARAMS takes NAME=value pairs, such as EPOCHS=3 SEED=1; got {rest!r}.")
        key, rest = rest.split("=", 1)
        key = key.strip()
        quoted = re.match(rf"\s*(['\"])(.*?)\1(?=$|[\s,]+(?:$|{name}))", rest, re.DOTALL)
        plain = re.match(rf".*?(?=$|[\s,]+(?:$|{name}))", rest, re.DOTALL)
        if key in values:
            raise UserError(f"PARAMS has {key} twice.")
        values[key] = quoted[2] if quoted else plain[0].strip()
        rest = rest[(quoted or plain).end() :].strip(" \t\r\n,")
    return values


def _read_yaml(path):
    """{name: text, or a list of texts}: YAML itself would make a number of 007 and nothing of null."""
    import yaml

    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
    except yaml.YAMLError as error:
        line = getattr(error, "problem_mark", None)
        where = f" in line {line.line + 1}" if line else ""
        reason = " ".join(str(getattr(error, "problem", error)).split())
        raise UserError(f"{path} is not YAML{where}: {reason}. Text goes into quotes.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold lines such as `EPOCHS: 100`.")
    return values


def _checked(page, name, value, where):
    """Return the value as the page needs it."""
    if name not in page.defaults:
        raise UserError(
            f"{where}: {page.name} has no parameter {name!r}. {_choices('Its parameters are', page.defaults)}"
        )
    wanted = page.wanted[name]
    if wanted == "folder" and isinstance(value, str):
        return _folder_from_here(name, value, where)
    try:
        return accept(name, value, wanted)
    except ParameterError as error:
        raise UserError(f"{where}: {error}") from None


def _folder_from_here(name, value, where):
    """The whole path of a folder: a page runs in a folder of its own, where a relative one would begin."""
    if not value:
        return value
    folder = os.path.abspath(os.path.expanduser(value) if not os.path.isdir(value) else value)
    if not os.path.isdir(folder):
        raise UserError(f"{where}: {name} is {value!r}, and there is no folder {folder}.")
    return folder


def _choices(words, names):
    names = list(names)
    return f"{words} {', '.join(names)}." if names else f"{words}: none."


def _suffix(values):
    """Return parameters set by hand as the end of a folder's name, safe on every file system."""
    if not values:
        return ""
    text = ",".join(f"{name}={value}" for name, value in sorted(values.items()))
    safe = re.sub(r"[^A-Za-z0-9=,._-]", "_", text)[:80].rstrip(".")
    return f"+{safe}" if safe == text else f"+{safe}-{hashlib.sha256(os.fsencode(text)).hexdigest()[:8]}"


def _listing(folder):
    """What tells whether the files of a folder have changed: name, size and time of each."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file()) if folder else []
    return [(path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]


def package_digest(sources):
    """Return a digest of the package's modules that the code in `sources` uses, directly or through each other."""
    digest = hashlib.sha256()
    for path in closure.modules_used(sources):
        digest.update(path.relative_to(closure.PACKAGE).as_posix().encode() + b"\0" + file_bytes(path) + b"\0")
    return digest.hexdigest()


def file_bytes(path):
    """Return a text file's bytes with line feeds, so that digests agree on Windows; b"" for a missing file."""
    return path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""


def fingerprint(page, parameters, lock):
    """Return a digest of all that a page's result depends on: code, parameters, modules, packages and Python.

    The embedded data count through `datasets`, which holds their checksums.

    Args:
        page: Page.
        parameters: dict of the values that differ from the page's defaults.
        lock: str that says which packages are installed.
    """
    sources = [source for source, _ in page.code_cells]
    parts = {
        "code": sources,
        "parameters": sorted((name, repr(value)) for name, value in parameters.items()),
        "folders": [_listing(value) for name, value in sorted(parameters.items()) if page.wanted.get(name) == "folder"],
        "package": package_digest(sources),
        "lock": hashlib.sha256(lock.encode()).hexdigest(),
        "python": platform.python_version(),
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
