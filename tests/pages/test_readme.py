"""README, citation and pictures agree with the rest of the repository."""

import os
import re
import runpy
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT
from PIL import Image

from seminar_gan import __main__ as command_line

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
tool = runpy.run_path(str(ROOT / "tools" / "readme_pictures.py"), run_name="tool")


@pytest.mark.parametrize("text", [README, (ROOT / "CITATION.cff").read_text(encoding="utf-8")], ids=["README", "CFF"])
def test_home_is_the_one_of_pyproject(text):
    homes = set(re.findall(r"github\.com/(?:[\w.-]+/blob/)?([\w.-]+/[\w.-]+)|github/([\w.-]+/[\w.-]+)/blob", text))
    expected = PROJECT["urls"]["Repository"].removeprefix("https://github.com/")
    assert {(one or other).removesuffix(".git") for one, other in homes} == {expected}


def test_version_is_the_one_of_pyproject():
    assert f"version: {PROJECT['version']}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", tool["PICTURES"])
def test_pictures_are_those_of_the_pages(name):
    message = "run tools/readme_pictures.py"
    assert (tool["FOLDER"] / name).read_bytes() == tool["picture"](*tool["PICTURES"][name]), message


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_commands_named_exist():
    parser = command_line._parser()
    known = next(action.choices for action in parser._actions if action.choices)
    named = set(re.findall(r"python -m seminar_gan ([a-z-]+)", README))
    assert {"run-all", "test"} <= named <= set(known)


@pytest.mark.long
def test_the_ten_lines_train_a_gan_and_leave_a_picture(tmp_path):
    section = re.search(r"^#+ Ten lines\b.*?\n(?=#|\Z)", README, re.M | re.S | re.I).group()
    code = re.search(r"^```python\n(.*?)^```", section, re.M | re.S).group(1)
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    shortened, count = re.subn(r"^STEPS = [\d_]+$", "STEPS = 3", code, flags=re.M)
    assert count == 1
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", shortened]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    (picture,) = tmp_path.rglob("*.png")
    with Image.open(picture) as image:
        assert min(image.size) >= 200
        assert image.convert("L").getextrema()[1] - image.convert("L").getextrema()[0] > 100
