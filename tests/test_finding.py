"""Finding one's way: what `sg.` offers, what `help(sg)` says, what an import costs, and how pages begin."""

import ast
import importlib
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from jupyter_client.manager import start_new_kernel

import seminar_gan as sg

PACKAGE = ROOT / "seminar_gan"
STUBS = {".".join(stub.relative_to(ROOT).parent.parts): stub for stub in sorted(PACKAGE.rglob("__init__.pyi"))}


def handed_on(room):
    """{name: module that defines it, or None if the name is itself a module}, from the room's stub."""
    imports = [node for node in ast.parse(STUBS[room].read_text()).body if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module for node in imports for alias in node.names}


every_room = pytest.mark.parametrize("room", STUBS)


@pytest.mark.parametrize("module", [sg, sg.models], ids=["sg", "sg.models"])
def test_help_has_a_line_for_every_module(module):
    room = module.__name__.replace(PACKAGE.name, "sg", 1)
    lines = re.findall(rf"^    {room}\.(\w+) +\w.*$", module.__doc__, re.MULTILINE)
    assert sorted(lines) == sorted(handed_on(module.__name__))


@every_room
def test_a_stub_hands_on_names_in_the_form_that_editors_follow(room):
    """`from .gan import GAN as GAN`; without `as`, a type checker takes the name for a private one."""
    for node in ast.parse(STUBS[room].read_text()).body:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 and all(alias.asname == alias.name for alias in node.names), ast.unparse(node)
        else:
            assert ast.unparse(node) == "__version__: str"


@every_room
def test_every_name_of_a_stub_exists_and_no_other_is_offered(room):
    module = importlib.import_module(room)
    assert sorted(module.__all__) == sorted(dir(module)) == sorted(handed_on(room))
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("room", STUBS)
def test_what_a_module_calls_public_is_handed_on(room):
    """So a public function is either in its room's stub, or left out of `__all__` on purpose."""
    names = handed_on(room)
    if room == "seminar_gan":
        del names["GAN"]  # short for sg.training.GAN
    for module in {module for module in names.values() if module}:
        public = importlib.import_module(f"{room}.{module}").__all__
        from_here = [name for name in names if names[name] == module]
        # A module that is handed on as a whole may keep some of its names to itself: sg.datasets.smileys.ATTRIBUTES.
        assert set(from_here) <= set(public) if module in names else sorted(from_here) == sorted(public), module


@pytest.mark.parametrize("room", STUBS)
def test_a_module_that_is_handed_on_offers_no_foreign_name(room):
    for name in [name for name, module in handed_on(room).items() if not module]:
        module = importlib.import_module(f"{room}.{name}")
        assert sorted(dir(module)) == sorted(module.__all__), module
        for public in module.__all__:
            home = getattr(getattr(module, public), "__module__", None) or PACKAGE.name
            assert home.startswith(PACKAGE.name), (module, public)


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    client.execute_interactive("import seminar_gan as sg", timeout=60)
    # The types of the names are not asked for: they would load Keras.
    client.execute_interactive("%config IPCompleter.jedi_compute_type_timeout = 0", timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("code", ["sg.", "sg.datasets.", "sg.training.", "sg.metrics.", "sg.export.", "sg.plotting."])
def test_a_kernel_completes_the_public_names_and_no_other(kernel, code):
    matches = kernel.complete(code, len(code), reply=True, timeout=60)["content"]["matches"]
    room = code.replace("sg", PACKAGE.name).rstrip(".")
    assert sorted(match.removeprefix(code) for match in matches) == sorted(handed_on(room))


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import seminar_gan", {"numpy", "keras", "tensorflow", "matplotlib", "IPython", "PIL"}),
        ("import seminar_gan as sg; sg.metrics.frechet_distance, sg.datasets.load_mnist", {"keras", "tensorflow"}),
    ],
)
def test_an_import_loads_no_more_than_it_needs(statement, absent):
    code = f"{statement}; import sys; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert not absent & set(output.split())


def test_before_set_up_the_modules_of_the_standard_library_can_be_imported():
    code = "import sys; sys.modules['lazy_loader'] = None; from seminar_gan import files, runs"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_import_takes_less_than_a_tenth_of_a_second():
    """The best of five, as other work on the machine only makes it slower."""

    def seconds():
        code = "import time; start = time.perf_counter(); import seminar_gan; print(time.perf_counter() - start)"
        return float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True).stdout)

    assert min(seconds() for _ in range(5)) < 0.1


@pytest.mark.parametrize("page", sorted((ROOT / "notebooks" / "src").glob("*.py")), ids=lambda path: path.stem)
def test_a_page_has_at_most_five_lines_that_import_ours(page):
    lines = 0
    for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module] if isinstance(node, ast.ImportFrom) else []
        if any(module.split(".")[0] == PACKAGE.name for module in modules):
            lines += node.end_lineno - node.lineno + 1
    assert 1 <= lines <= 5
