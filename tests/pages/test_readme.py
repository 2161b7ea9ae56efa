"""README, citation and pictures agree with the rest of the repository."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from seminar_gan import __main__ as command_line

ROOT = Path(__file__).resolve().parents[2]
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
