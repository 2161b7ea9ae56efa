"""What a run is to do: which pages with which parameters, and what their results depend on.

Quick, so that a wrong value is reported at once.
"""

import hashlib
import json
import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from seminar_gan.commands import UserError, pages
from seminar_gan.parameters import ParameterError, accept


@dataclass(frozen=True)
class Plan:
    """The pages of a run, their parameters, and the name of the run's folder in build/."""

    folder: str
    pages: list
    parameters: dict  # page name -> {parameter: value}


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
    chosen = pages.select(root, names)
    folder = pages.profile_folder(root, profile)
    parameters = {page.name: {} for page in chosen}
    if folder:
        known = {page.name: page for page in pages.every_page(root)}
        for path in sorted(folder.glob("*.y*ml")):
            if path.stem not in known:
                raise UserError(f"{path} is not named after a page. {pages.choices('The pages are', known)}")
            values = {
                name: checked(known[path.stem], name, value, where=path) for name, value in _read_yaml(path).items()
            }
            if path.stem in parameters:
                parameters[path.stem].update(values)
    by_hand = _parse_params(params, {name for page in chosen for name in page.defaults})
    for name, value in by_hand.items():
        owners = [page for page in chosen if name in page.defaults]
        if not owners:
            names = sorted({name for page in chosen for name in page.defaults})
            raise UserError(f"No chosen page has a parameter {name!r}. {pages.choices('Their parameters are', names)}")
        for page in owners:
            by_hand[name] = parameters[page.name][name] = checked(page, name, value, where="PARAMS")
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


def checked(page, name, value, where):
    """Return the value as the page needs it.

    Args:
        page: pages.Page.
        name: of the parameter.
        value: what came: of the right kind, or its text.
        where: str, where it came from, for the message.

    Raises:
        UserError: for an unknown parameter, and for a value that cannot be.
    """
    if name not in page.defaults:
        raise UserError(
            f"{where}: {page.name} has no parameter {name!r}. {pages.choices('Its parameters are', page.defaults)}"
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
        "package": pages.package_digest(sources),
        "lock": hashlib.sha256(lock.encode()).hexdigest(),
        "python": platform.python_version(),
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
