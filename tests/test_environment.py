"""pyproject.toml, the two locks, environment.yml and the imports agree with one another."""

import ast
import functools
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
# What the package imports where it is there, and does without elsewhere: a notebook's kernel, Colab, and for
# `comparisons` pandas, which the extra `notebooks` brings.
WHERE_LOADED = {"IPython", "google", "pandas"}
PYTHONS = ["3.11", "3.12", "3.13"]


def declared(*extras):
    """The requirements of the package with some of its extras."""
    texts = PROJECT["project"]["dependencies"] + [text for extra in extras for text in EXTRAS[extra]]
    return [Requirement(text) for text in texts]


@functools.cache
def locked(name):
    """(requirement, number of hashes) of every entry of a lock."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    return [(Requirement(entry.split(" \\\n")[0]), entry.count("--hash=sha256:")) for entry in entries]


@pytest.mark.parametrize("name", ["cpu.txt", "gpu.txt"])
def test_every_entry_of_a_lock_is_one_version_with_hashes_and_no_address(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert not [line for line in text.splitlines() if line.startswith("-")]
    for requirement, hashes in locked(name):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes > 0, requirement


def test_the_two_locks_agree_on_what_they_share():
    cpu, gpu = (
        {(r.name, str(r.marker)): str(r.specifier) for r, _ in locked(f"{kind}.txt")} for kind in ("cpu", "gpu")
    )
    assert {key: cpu[key] for key in cpu.keys() & gpu.keys()} == {key: gpu[key] for key in cpu.keys() & gpu.keys()}
    assert len(cpu.keys() & gpu.keys()) > 0.9 * len(cpu)
    assert not [name for name, _ in cpu if name.startswith("nvidia-")]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", ["cpu", "gpu"])
def test_the_locks_hold_what_pyproject_asks_for_everywhere(kind, platform, python):
    system, machine = platform
    environment = {"sys_platform": system, "platform_machine": machine, "python_version": python}
    environment |= {"python_full_version": f"{python}.9", "platform_system": "", "os_name": "", "extra": ""}
    entries = [r for r, _ in locked(f"{kind}.txt") if r.marker is None or r.marker.evaluate(environment)]
    versions = {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in entries}
    assert len(versions) == len(entries), "a package is locked twice for one platform"
    for requirement in declared(kind, "notebooks", "dev"):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            assert versions.get(canonicalize_name(requirement.name)) in requirement.specifier, requirement


def test_environment_yml_agrees_with_pyproject():
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = content["dependencies"]
    assert python == f"python {PROJECT['project']['requires-python']}"
    assert pip == "pip"
    (editable,) = packages["pip"]
    extras = re.fullmatch(r"-e \.\[(.*)\]", editable)[1].split(",")
    assert set(extras) == set(EXTRAS) - {"gpu", "onnx"}
    assert content["name"] == PROJECT["project"]["name"]


def test_the_dev_container_is_ten_lines_with_a_python_that_works():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 10
    container = json.loads(text)
    assert re.fullmatch(r"python:(3\.\d+)", container["image"])[1] in PYTHONS
    assert container["postCreateCommand"] == "make setup"


def test_tensorflow_is_only_in_the_extras_cpu_and_gpu():
    for extras in [(), ("notebooks",), ("dev",)]:
        assert not [r for r in declared(*extras) if r.name.startswith("tensorflow")]


def imports_of(path):
    """The top-level names that a file imports, without the standard library, its neighbours and helpers of tests."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    shared = {"tests": ROOT / "tests", "tools": ROOT / "tools" / "data"}.get(path.relative_to(ROOT).parts[0])
    neighbours = {file.stem for folder in (path.parent, shared) if folder for file in folder.glob("*.py")}
    return names - set(sys.stdlib_module_names) - neighbours - {"seminar_gan"}


def python_files(folder):
    return sorted(
        path for path in (ROOT / folder).rglob("*.py") if "commands" not in path.relative_to(ROOT / folder).parts
    )


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("seminar_gan", ["cpu"]),
        ("seminar_gan/commands", ["notebooks", "dev"]),
        ("notebooks/src", ["cpu", "notebooks"]),
        ("tests", ["cpu", "notebooks", "dev"]),
        ("tools", ["cpu", "notebooks", "dev"]),
    ],
)
def test_every_import_is_declared_where_it_is_needed(folder, extras):
    distributions = packages_distributions()
    allowed = {canonicalize_name(requirement.name) for requirement in declared(*extras)}
    where_loaded = WHERE_LOADED if folder == "seminar_gan" else set()
    undeclared = []
    for path in python_files(folder):
        for name in imports_of(path) - where_loaded:
            if not {canonicalize_name(owner) for owner in distributions.get(name, [])} & allowed:
                undeclared.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not undeclared


def test_running_a_page_needs_no_development_package():
    """What run-all loads must be in the extra notebooks, which is all that users of the wheel install."""
    commands = ROOT / "seminar_gan" / "commands"
    allowed = {"distributed", "papermill", "psutil", "yaml"}
    for path in [*commands.glob("run/*.py"), *(commands / f"{name}.py" for name in ("pages", "closure", "setup"))]:
        assert imports_of(path) <= allowed
