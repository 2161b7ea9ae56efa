"""Which modules of the package a piece of code uses. The code is parsed, not run."""

import ast
import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
NAME = PACKAGE.name


def modules_used(sources):
    """Return the files of the modules that code uses, directly or through each other, sorted.

    Imports of `seminar_gan` and dotted names that start with one (`sg.models.autoencoders`) are followed; names that a
    package hands on are looked up in its stub, `__init__.pyi`. Where the code does not show what it uses (`sg` given to
    a function, `import *`, a syntax error), every module that it could reach counts.

    Args:
        sources: list of str, such as the code cells of a page. They share their names.
    """
    used, waiting = set(), [PACKAGE / "__init__.py", *_named(sources)]
    while waiting:
        path = waiting.pop()
        if path not in used:
            used.add(path)
            waiting += _named([path.read_text(encoding="utf-8")], path.relative_to(PACKAGE).parts[:-1])
    return sorted(used)


def without_magics(source):
    """Return a cell's code with `pass` in place of IPython's lines, which are not Python and may be indented."""
    if source.lstrip().startswith("%%"):
        return ""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


def _named(sources, folder=None):
    """The modules that code names; `folder` holds the dotted parts of the package that the code stands in, if any."""
    try:
        trees = [ast.parse(without_magics(source)) for source in sources]
    except SyntaxError:
        return _all_below(PACKAGE)
    uses = _Uses()
    for node in [node for tree in trees for node in ast.walk(tree)]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top, *parts = alias.name.split(".")
                if top == NAME:
                    uses.modules += _locate(parts)[0]
                    uses.aliases[alias.asname or NAME] = parts if alias.asname else []
        elif isinstance(node, ast.ImportFrom) and (base := _base(node, folder)) is not None:
            for alias in node.names:
                uses.modules += _locate([*base, alias.name])[0]
                uses.modules += _all_below(PACKAGE.joinpath(*base)) if alias.name == "*" else []
                uses.aliases[alias.asname or alias.name] = [*base, alias.name]
    for tree in trees:
        uses.visit(tree)
    return uses.modules


class _Uses(ast.NodeVisitor):
    """Collects the modules behind the names, plain and dotted, that come from the package."""

    def __init__(self):
        self.aliases, self.modules = {}, []

    def visit_Attribute(self, node):
        names, base = [node.attr], node.value
        while isinstance(base, ast.Attribute):
            names.insert(0, base.attr)
            base = base.value
        self.visit_Name(base, names) if isinstance(base, ast.Name) else self.visit(base)

    def visit_Name(self, node, names=()):
        if node.id in self.aliases:
            modules, package = _locate([*self.aliases[node.id], *names])
            self.modules += modules + (_all_below(package) if package else [])


def _base(node, folder):
    """The dotted parts, below the package, of the module that a `from ... import` names; None outside the package."""
    parts = node.module.split(".") if node.module else []
    if node.level:
        return None if folder is None else [*folder[: len(folder) - node.level + 1], *parts]
    return parts[1:] if parts[0] == NAME else None


def _locate(parts):
    """The modules along a dotted name, and the package's folder if the name is that of a package, else None."""
    folder, modules = PACKAGE, [PACKAGE / "__init__.py"]
    for part in parts:
        if (folder / part / "__init__.py").is_file():
            folder = folder / part
            modules.append(folder / "__init__.py")
        elif (folder / f"{part}.py").is_file():
            return [*modules, folder / f"{part}.py"], None
        else:
            return modules + _handed_on(folder, part), None
    return modules, folder


def _handed_on(folder, name):
    """The modules along a name that a package's stub hands on from one of its modules; none for other names."""
    stub = folder / "__init__.pyi"
    for node in ast.parse(stub.read_text(encoding="utf-8")).body if stub.is_file() else []:
        if isinstance(node, ast.ImportFrom) and node.level and name in [alias.asname for alias in node.names]:
            return _locate(_base(node, folder.relative_to(PACKAGE).parts))[0]
    return []


def _all_below(folder):
    """The modules in a folder; of the whole package without the commands, which no page uses."""
    paths = sorted(folder.rglob("*.py"))
    return [path for path in paths if PACKAGE / "commands" not in path.parents and path.name != "__main__.py"]
