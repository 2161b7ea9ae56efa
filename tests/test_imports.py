"""Imports point down only, as the contracts in pyproject.toml say, wherever in a file an import stands."""

import os
import re
import shutil
import subprocess
import sys

from conftest import ROOT


def check(folder):
    """Run import-linter on the package in `folder`; return its exit code and its report without line breaks."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_imports_point_down():
    code, report = check(ROOT)
    assert code == 0, report


def test_no_page_imports_a_command():
    for page in (ROOT / "notebooks" / "src").glob("*.py"):
        assert "seminar_gan.commands" not in page.read_text(encoding="utf-8")


def copy_of_the_package(folder):
    shutil.copytree(ROOT / "seminar_gan", folder / "seminar_gan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder / "seminar_gan"


def test_planted_imports_are_found(tmp_path):
    package = copy_of_the_package(tmp_path)
    planted = {
        "training/gan.py": ["def late():\n    from seminar_gan.models import mlp", "from seminar_gan import datasets"],
        "training/noise.py": ["from .. import metrics", "import seminar_gan as sg"],
        "models/mlp.py": ["from seminar_gan.ranges import to_unit", "from seminar_gan.models import conditional"],
        "plotting/curves.py": ["from seminar_gan.models.dcgan import build_dcgan"],
        "losses.py": ["import seminar_gan.__main__"],
        "wishes.py": ["from seminar_gan.losses import PANIC"],
    }
    for name, lines in planted.items():
        with open(package / name, "a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(lines) + "\n")
    code, report = check(tmp_path)
    assert code == 1
    for arrow in (
        "training.gan -> seminar_gan.models.mlp",
        "training.gan -> seminar_gan.datasets",
        "training.noise -> seminar_gan.metrics",
        "training.noise -> seminar_gan ",
        "models.mlp -> seminar_gan.ranges",
        "plotting.curves -> seminar_gan.models.dcgan",
        "losses -> seminar_gan.__main__",
        "wishes -> seminar_gan.losses",
    ):
        assert re.search(rf"seminar_gan\.{re.escape(arrow)}", report), (arrow, report)
    assert "No circles, at any depth BROKEN" in report


def test_a_permission_that_nothing_uses_is_found(tmp_path):
    package = copy_of_the_package(tmp_path)
    (package / "weights.py").write_text("")
    code, report = check(tmp_path)
    assert code == 1
    assert "No matches for ignored import seminar_gan.weights -> " in report
