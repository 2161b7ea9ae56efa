"""Code that a page shows is the package's: a cell tagged `shows:models.dcgan.build_generator` has that syntax tree.

`shows:training.gan.GAN.train_step` is a method. Docstrings are left out on both sides, and so is the decorator that
tells Keras a function's name for saving: it would be noise on a page. A builder's checks, `@checked(...)`,
are left out too.

A function that is shown can be copied: it uses nothing of ours but what the page shows.
"""

import ast
import builtins
import textwrap

import jupytext
import pytest
from conftest import ROOT

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
REGISTRATION = "keras.saving.register_keras_serializable('seminar_gan')"
IMPORTED = {"keras", "layers", "math", "np", "ops", "tf"}  # what copied code finds: import numpy as np, and so on


def shown_cells(text):
    """(names, source, kind) of each cell that has `shows:` tags; text is a page's source."""
    for cell in jupytext.reads(text, fmt="py:percent").cells:
        names = [tag.removeprefix("shows:") for tag in cell.metadata.get("tags", []) if tag.startswith("shows:")]
        if names:
            yield names, cell.source, cell.cell_type


def definition(name, package):
    """The package's function, class or method of a dotted name, without docstrings; None if there is none."""
    parts = name.split(".")
    modules = [(package.joinpath(*parts[:n]).with_suffix(".py"), parts[n:]) for n in range(1, len(parts))]
    path, inside = next(((path, inside) for path, inside in modules if path.is_file()), (None, []))
    node = ast.parse(path.read_text(encoding="utf-8")) if path else None
    for name in inside:
        within = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
        node = next((child for child in within if isinstance(child, DEFINITIONS) and child.name == name), None)
    if node:
        node.decorator_list = [one for one in node.decorator_list if not ast.unparse(one).startswith("checked(")]
    return node and plain(node)


def plain(node):
    """The node without its docstrings and registrations, and those of what is defined in it."""
    for inner in ast.walk(node):
        if isinstance(inner, DEFINITIONS):
            if ast.get_docstring(inner, clean=False) is not None:
                inner.body = inner.body[1:]
            inner.decorator_list = [one for one in inner.decorator_list if ast.unparse(one) != REGISTRATION]
    return node


def foreign(function):
    """The names that a function takes from elsewhere, Python's own left out."""
    nodes = list(ast.walk(function))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)} | {
        node.name for node in nodes[1:] if isinstance(node, DEFINITIONS)
    }
    return names - own - set(dir(builtins))


def problems(text, package):
    """A line for each difference between the package and the code that a page shows, and for what cannot be copied."""
    lines = []
    shown_names = {part for names, _, _ in shown_cells(text) for name in names for part in name.split(".")}
    for names, source, kind in shown_cells(text):
        definitions = {name: definition(name, package) for name in names}
        missing = [name for name, node in definitions.items() if node is None]
        if missing:
            lines.append(f"shows: {', '.join(missing)} is not a function or class of the package")
            continue
        if kind != "code":
            lines.append(f"a text cell cannot show {', '.join(names)}")
            continue
        shown = [plain(node) for node in ast.parse(source).body]
        if [getattr(node, "name", None) for node in shown] != [node.name for node in definitions.values()]:
            lines.append(f"a cell must hold {', '.join(names)} and nothing else, in this order")
            continue
        for (name, node), copy in zip(definitions.items(), shown, strict=True):
            if ast.dump(node) != ast.dump(copy):
                lines.append(
                    f"{name} is not shown as it is:\n{ast.unparse(copy)}\n--- in the package:\n{ast.unparse(node)}"
                )
            elif not isinstance(node, ast.ClassDef) and (ours := foreign(node) - IMPORTED - shown_names):
                lines.append(
                    f"{name} cannot be copied: it uses {', '.join(sorted(ours))}, which the page does not show"
                )
    return lines


@pytest.mark.parametrize("page", sorted((ROOT / "notebooks" / "src").glob("*.py")), ids=lambda path: path.stem)
def test_shown_code_is_the_packages(page):
    found = problems(page.read_text(encoding="utf-8"), ROOT / "seminar_gan")
    assert not found, "\n".join(found)


TOY = '''
def square(x):
    """Return x times x."""
    return x * x  # the comment may differ


@checked(check_sizes, lambda x: None)
def circle(r):
    """Return the area."""
    pi = 3.14
    return pi * square(r) + sum(np.square(n) for n in range(0))


@keras.saving.register_keras_serializable("seminar_gan")
class Cube:
    """A cube."""

    def volume(self, side=1.0):
        """Return its volume."""
        return side**3


CONSTANT = 1
'''
SQUARE = "def square(x):\n    return x * x\n"
CIRCLE = "def circle(r):\n    pi = 3.14\n    return pi * square(r) + sum(np.square(n) for n in range(0))\n"
VOLUME = "def volume(self, side=1.0):\n    return side**3\n"
CUBE = "class Cube:\n" + textwrap.indent(VOLUME, "    ")


@pytest.fixture
def package(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "toy.py").write_text(TOY)
    return tmp_path


def cell(source, *names):
    tags = ", ".join(f'"{name}"' for name in names)
    return f"# %% [markdown]\n# # Title\n\n# %% tags=[{tags}]\n{source}\n"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (SQUARE, ["square"]),
        (SQUARE.replace("    return", '    """Another docstring."""\n    # a remark\n    return'), ["square"]),
        (CUBE, ["Cube"]),
        (VOLUME.replace("    return", '    """Its volume."""\n    return'), ["Cube.volume"]),
        (VOLUME + SQUARE, ["Cube.volume", "square"]),
        (SQUARE + "\n\n" + CUBE, ["square", "Cube"]),
        (CUBE + "\n\n" + SQUARE, ["Cube", "square"]),
        (SQUARE + "\n\n" + CIRCLE, ["square", "circle"]),
    ],
)
def test_an_exact_copy_passes(package, source, names):
    assert not problems(cell(source, "paper", *[f"shows:models.toy.{name}" for name in names]), package)


@pytest.mark.parametrize(
    ("source", "names", "complaint"),
    [
        (SQUARE.replace("x * x", "x + x"), ["models.toy.square"], "not shown as it is"),
        (SQUARE.replace("(x)", "(x=1)"), ["models.toy.square"], "not shown as it is"),
        (SQUARE.replace("(x)", "(x: float)"), ["models.toy.square"], "not shown as it is"),
        ("@cache\n" + SQUARE, ["models.toy.square"], "not shown as it is"),
        (CUBE.replace("1.0", "1"), ["models.toy.Cube"], "not shown as it is"),
        (CUBE.replace("volume", "size"), ["models.toy.Cube"], "not shown as it is"),
        (CIRCLE, ["models.toy.circle"], "models.toy.circle cannot be copied: it uses square, which"),
        ("@checked(check_sizes)\n" + SQUARE, ["models.toy.square"], "not shown as it is"),
        ("@cache\n" + CUBE, ["models.toy.Cube"], "not shown as it is"),
        (VOLUME.replace("1.0", "1"), ["models.toy.Cube.volume"], "not shown as it is"),
        (CUBE, ["models.toy.Cube.volume"], "and nothing else"),
        (SQUARE.replace("square", "quadrat"), ["models.toy.square"], "and nothing else"),
        (SQUARE + "print(square(2))", ["models.toy.square"], "and nothing else"),
        ("import math\n" + SQUARE, ["models.toy.square"], "and nothing else"),
        ("square = 1", ["models.toy.square"], "and nothing else"),
        ("", ["models.toy.square"], "and nothing else"),
        (SQUARE + CUBE, ["models.toy.Cube", "models.toy.square"], "in this order"),
        (SQUARE, ["models.toy.square", "models.toy.Cube"], "and nothing else"),
        (SQUARE, ["models.toy.cube"], "models.toy.cube is not a function or class"),
        (VOLUME, ["models.toy.volume"], "models.toy.volume is not a function or class"),
        (VOLUME, ["models.toy.Cube.size"], "models.toy.Cube.size is not a function or class"),
        (SQUARE, ["models.toy.square.x"], "models.toy.square.x is not a function or class"),
        (SQUARE, ["models.toys.square"], "models.toys.square is not a function or class"),
        (SQUARE, ["models.toy"], "models.toy is not a function or class"),
        (SQUARE, ["toy"], "toy is not a function or class"),
        (SQUARE, [""], "is not a function or class"),
        ("CONSTANT = 1", ["models.toy.CONSTANT"], "CONSTANT is not a function or class"),
    ],
)
def test_a_planted_difference_is_found(package, source, names, complaint):
    (found,) = problems(cell(source, *[f"shows:{name}" for name in names]), package)
    assert complaint in found


def test_what_another_cell_shows_can_be_used(package):
    text = cell(SQUARE, "shows:models.toy.square") + "\n" + cell(CIRCLE, "shows:models.toy.circle")
    assert not problems(text, package)


def test_a_text_cell_shows_no_code(package):
    text = '# %% [markdown] tags=["shows:models.toy.square"]\n# def square(x): ...\n'
    assert problems(text, package) == ["a text cell cannot show models.toy.square"]
