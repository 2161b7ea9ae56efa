"""Which of the package's modules a piece of code uses, found in its syntax without running it."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
NAME = PACKAGE.name


def modules_used(sources):
    """The files of the package's modules that the code in `sources` uses, directly or through one another, sorted.

    It follows imports of `seminar_gan` and attribute chains on them (`sg.models.autoencoders`). Where it cannot see what
    is used (`sg` handed to a function, a `*` import, code that does not parse), it takes all modules that could be.
    """
    found, waiting = set(), [PACKAGE / "__init__.py"] if sources else []
    for source in sources:
        waiting += _direct(source, module=None)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _direct(path.read_text(encoding="utf-8"), module=path)
    return sorted(found)


def _direct(source, module):
    """The modules that one piece of code names; `module` is its own file if it is a module of the package."""
    try:
        tree = ast.parse(_without_magics(source))
    except SyntaxError:
        return _all_below(PACKAGE)
    found, aliases, covered = [], {}, set()
    for node in ast.walk(tree):
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
                    if alias.name == "*":
                        found += _all_below(PACKAGE.joinpath(*parts[1:]))
                    found += _chain([*parts[1:], alias.name])
                    aliases[alias.asname or alias.name] = [*parts[1:], alias.name]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            names, base = [], node
            while isinstance(base, ast.Attribute):
                names.insert(0, base.attr)
                base = base.value
            if isinstance(base, ast.Name) and base.id in aliases:
                found += _chain(aliases[base.id] + names)
                covered.add(base)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in aliases and node not in covered:
            folder = PACKAGE.joinpath(*aliases[node.id])
            found += _all_below(folder) if folder.is_dir() else []
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
    """A cell's code without IPython's lines, which are no Python."""
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
