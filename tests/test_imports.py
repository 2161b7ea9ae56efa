"""Imports point down only, as the table below says. Found in the syntax, wherever in a file an import stands."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "seminar_gan"

# What each module or folder of the package may import from the package, itself aside.
ALLOWED = {
    "ranges": set(),
    "claims": set(),
    "tables": set(),
    "runs": set(),
    "models": set(),
    "losses": set(),
    "measurements": set(),
    "metrics": {"neighbours"},
    "datasets": {"ranges"},
    "folders": {"ranges"},
    "plotting": {"ranges"},
    "training": {"losses", "clusters"},
    "clusters": set(),
    "features": {"models", "datasets", "ranges"},
    "report": {"metrics"},
    "weights": {"datasets", "features", "models"},
    "recipes": {"models", "training", "losses"},
    "gan_plots": {"plotting"},
    "smileys": set(),
    "neighbours": set(),
    "export": {"runs", "tables"},
    "commands": {"recipes", "training", "datasets", "ranges", "features", "report", "runs"},
    "__main__": {"commands"},
    "__init__": set(),
}
OUTSIDE = {"tools", "tests", "notebooks"}  # nothing in the package imports from there
COMMANDS = {"commands", "__main__"}  # no page imports these; tests and tools do


def imported(path, root):
    """(line, dotted name) of all that a file imports; relative imports are made absolute."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = node.module.split(".") if node.module else []
            if node.level:
                here = path.relative_to(root).with_suffix("").parts
                parts = [*here[: len(here) - node.level], *parts]
            found += [(node.lineno, ".".join([*parts, alias.name])) for alias in node.names]
    return found


def layer_of(path, root):
    """The module or folder of the package that a file belongs to."""
    return path.relative_to(root / PACKAGE).with_suffix("").parts[0]


def neighbours(root):
    """The names under which files outside the package could be imported."""
    return OUTSIDE | {path.stem for folder in OUTSIDE for path in (root / folder).rglob("*.py")}


def wrong_imports(root):
    """A line for every import in the package, the tools and the pages that points the wrong way."""
    wrong, outside = [], neighbours(root)
    for path in sorted((root / PACKAGE).rglob("*.py")):
        layer, name = layer_of(path, root), path.relative_to(root).as_posix()
        if layer not in ALLOWED:
            wrong.append(f"{name}: add {layer!r} to ALLOWED, with what it may import")
            continue
        for line, target in imported(path, root):
            first, *rest = target.split(".")
            if first in outside:
                wrong.append(f"{name}:{line} imports {target}, which is not in the package")
            elif first == PACKAGE and rest == ["submodules_on_demand"] and path.name == "__init__.py":
                continue
            elif first == PACKAGE and not rest:
                wrong.append(f"{name}:{line} imports the whole package: import the module that is meant")
            elif first == PACKAGE and rest[0] not in {layer, *ALLOWED[layer]}:
                wrong.append(
                    f"{name}:{line} imports {target}; {layer} may import {sorted(ALLOWED[layer]) or 'nothing'}"
                )
    for path in sorted((root / "notebooks").rglob("*.py")):
        for line, target in imported(path, root):
            first, *rest = target.split(".")
            if first == PACKAGE and rest and rest[0] in COMMANDS:
                wrong.append(f"{path.relative_to(root).as_posix()}:{line} imports {target}, a command")
    return wrong


def test_imports_point_down():
    assert not wrong_imports(ROOT)


def test_every_folder_and_module_is_seen():
    layers = {layer_of(path, ROOT) for path in (ROOT / PACKAGE).rglob("*.py")}
    assert {"ranges", "datasets", "models", "training", "plotting", "export", "commands", "__main__"} <= layers


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("seminar_gan/training/gan.py", "from seminar_gan.models import mlp", "imports seminar_gan.models.mlp"),
        ("seminar_gan/training/gan.py", "from seminar_gan import datasets", "imports seminar_gan.datasets"),
        ("seminar_gan/training/gan.py", "from .. import metrics", "imports seminar_gan.metrics"),
        ("seminar_gan/training/gan.py", "from ..models.mlp import build", "imports seminar_gan.models.mlp.build"),
        ("seminar_gan/training/gan.py", "import seminar_gan.models.mlp as m", "imports seminar_gan.models.mlp"),
        ("seminar_gan/training/gan.py", "import seminar_gan as sg\nsg.models", "imports the whole package"),
        ("seminar_gan/training/gan.py", "def f():\n    from seminar_gan import models", "gan.py:2 imports"),
        ("seminar_gan/training/gan.py", "from seminar_gan import submodules_on_demand", "submodules_on_demand"),
        ("seminar_gan/models/mlp.py", "from seminar_gan.ranges import to_unit", "models may import nothing"),
        ("seminar_gan/plotting.py", "from .metrics import x", "plotting may import ['ranges']"),
        ("seminar_gan/datasets.py", "from seminar_gan.commands import UserError", "imports seminar_gan.commands"),
        ("seminar_gan/losses.py", "from seminar_gan.__main__ import main", "imports seminar_gan.__main__.main"),
        ("seminar_gan/commands/run.py", "from seminar_gan import plotting", "imports seminar_gan.plotting"),
        ("seminar_gan/ranges.py", "from tools.data import common", "which is not in the package"),
        ("seminar_gan/ranges.py", "import toy", "which is not in the package"),
        ("seminar_gan/wishes.py", "", "add 'wishes' to ALLOWED"),
        ("notebooks/src/01_one.py", "import seminar_gan.commands.run", "a command"),
    ],
)
def test_a_planted_import_is_found(tmp_path, file, text, complaint):
    plant(tmp_path, file, text)
    (found,) = wrong_imports(tmp_path)
    assert complaint in found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "seminar_gan/training/gan.py",
            "import keras\nfrom seminar_gan.losses import minimax\nfrom . import callbacks",
        ),
        ("seminar_gan/training/__init__.py", "from seminar_gan import submodules_on_demand"),
        ("seminar_gan/models/dcgan.py", "from seminar_gan.models.sizes import check_sizes\nfrom .mlp import build"),
        ("seminar_gan/features.py", "from . import datasets\nfrom .models import mlp"),
        ("seminar_gan/__main__.py", "from seminar_gan.commands import run"),
        ("notebooks/src/01_one.py", "import seminar_gan as sg\nfrom seminar_gan.training.gan import GAN"),
        ("tools/data/common.py", "from seminar_gan import datasets"),
    ],
)
def test_what_points_down_is_let_through(tmp_path, file, text):
    plant(tmp_path, file, text)
    assert not wrong_imports(tmp_path)


def plant(root, file, text):
    for path, content in ((root / "tests" / "toy.py", ""), (root / file, text)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
