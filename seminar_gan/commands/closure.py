"""Which of the package's modules a piece of code uses, found in its syntax without running it."""

import ast
import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
NAME = PACKAGE.name


def modules_used(sources):
    """The files of the package's modules that the code in `sources` uses, directly or through one another, sorted.

    The sources, such as a page's cells, share their names. Imports of `seminar_gan` and attribute chains on them
    (`sg.models.autoencoders`) are followed. Where it cannot be seen what is used (`sg` handed to a function, a `*`
    import, code that does not parse), all that could be is taken.
    """
    found, waiting = set(), [PACKAGE / "__init__.py", *_direct(sources, module=None)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _direct([path.read_text(encoding="utf-8")], module=path)
    return sorted(found)


def _direct(sources, module):
    """The modules that pieces of code name; `module` is the file they are from, if it is a module of the package."""
    try:
        nodes = [node for source in sources for node in ast.walk(ast.parse(_without_magics(source)))]
    except SyntaxError:
        return _all_below(PACKAGE)
    found, aliases, in_chains = [], {}, set()
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] == NAME:
                    found += _chain(parts[1:])
                    aliases[alias.asname or NAME] = parts[1:] if alias.asname else []
        elif isinstance(node, ast.ImportFrom):
            parts = _absolute(node, module)
            if parts and parts[0] == NAME:
                for alias in node.names:
                    found += _all_below(PACKAGE.joinpath(*parts[1:])) if alias.name == "*" else []
                    found += _chain([*parts[1:], alias.name])
                    aliases[alias.asname or alias.name] = [*parts[1:], alias.name]
    for node in nodes:
        if isinstance(node, ast.Attribute):
            names, base = [], node
            while isinstance(base, ast.Attribute):
                names.insert(0, base.attr)
                base = base.value
            if isinstance(base, ast.Name) and base.id in aliases:
                found += _chain(aliases[base.id] + names)
                in_chains.add(base)
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in aliases and node not in in_chains:
            found += _all_below(PACKAGE.joinpath(*aliases[node.id]))
    return found


def _absolute(node, module):
    """The dotted parts of the module that a `from ... import` names."""
    parts = node.module.split(".") if node.module else []
    if not node.level:
        return parts
    if module is None:
        return []
    here = [NAME, *module.relative_to(PACKAGE).parts[:-1]]
    return here[: len(here) - node.level + 1] + parts


def _chain(parts):
    """The modules along a dotted name, as far as it names modules; all of a package that loads its modules lazily."""
    found, folder = [PACKAGE / "__init__.py"], PACKAGE
    for part in parts:
        if (folder / part / "__init__.py").is_file():
            folder = folder / part
            found.append(folder / "__init__.py")
            continue
        if (folder / f"{part}.py").is_file():
            found.append(folder / f"{part}.py")
        elif folder != PACKAGE and "def __getattr__" in found[-1].read_text(encoding="utf-8"):
            found += _all_below(folder)
        break
    return found


def _all_below(folder):
    """The module files in a folder; of the whole package without the commands, which no page uses."""
    paths = sorted(folder.rglob("*.py"))
    return [path for path in paths if PACKAGE / "commands" not in path.parents and path.name != "__main__.py"]


def _without_magics(source):
    """A cell's code with `pass` for IPython's lines, which are no Python; they may be indented."""
    if source.lstrip().startswith("%%"):
        return ""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)
