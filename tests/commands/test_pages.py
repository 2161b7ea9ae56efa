"""Which pages and modules are meant: names, errors that list the choices, what a page uses."""

from pathlib import Path

import pytest
from toy_collection import Toy

from seminar_gan.commands import UserError, closure, pages


@pytest.fixture
def toy(tmp_path):
    toy = Toy(tmp_path)
    for name in ("00_start", "01_one", "02_two", "03_own"):
        toy.page(name, "print('hello')")
    return toy


def chosen(toy, names):
    return [page.name[:2] for page in pages.select(toy.root, names)]


def test_pages_are_chosen_by_number_or_name_in_any_order(toy):
    assert chosen(toy, "") == ["00", "01", "02", "03"]
    assert chosen(toy, "2, 01_one") == ["01", "02"]
    assert chosen(toy, "01 1 01_one.ipynb") == ["01"]


def test_the_root_is_found_from_below_or_reported_missing(toy, tmp_path_factory, monkeypatch):
    assert pages.find_root(start=toy.root / "notebooks" / "src") == toy.root
    outside = tmp_path_factory.mktemp("outside")
    assert pages.find_root(given=toy.root) == toy.root
    with pytest.raises(UserError, match="is not a collection"):
        pages.find_root(given=outside)
    monkeypatch.setattr(pages, "__file__", str(toy.root / "seminar_gan" / "commands" / "pages.py"))
    assert pages.find_root(start=outside) == toy.root
    monkeypatch.setattr(pages, "__file__", str(outside / "seminar_gan" / "commands" / "pages.py"))
    with pytest.raises(UserError, match="--root"):
        pages.find_root(start=outside)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of a few modules that use each other."""
    files = {
        "__init__.py": "def __getattr__(name): ...",
        "__init__.pyi": "from . import models as models\nfrom .models.gan import GAN as GAN",
        "ranges.py": "",
        "plotting.py": "from .ranges import to_unit",
        "datasets.py": "from seminar_gan import ranges",
        "models/__init__.py": "",
        "models/gan.py": "from .. import ranges",
        "models/vae.py": "import seminar_gan.plotting",
        "metrics/__init__.py": "def __getattr__(name): ...",
        "metrics/__init__.pyi": "from . import report as report\nfrom .distances import frechet as frechet",
        "metrics/distances.py": "",
        "metrics/report.py": "from seminar_gan import metrics\nfrom seminar_gan.models.vae import x\nmetrics.frechet",
        "commands/__init__.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "seminar_gan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(closure, "PACKAGE", tmp_path / "seminar_gan")
    return tmp_path / "seminar_gan"


METRICS = "metrics/__init__ metrics/distances metrics/report"
ALL = f"__init__ datasets {METRICS} models/__init__ models/gan models/vae plotting ranges"


@pytest.mark.parametrize(
    ("sources", "modules"),
    [
        (["import numpy as sg", "sg.datasets"], "__init__"),
        (["import seminar_gan as sg", "sg.datasets.load()"], "__init__ datasets ranges"),
        (
            ["import seminar_gan as sg", "sg.models.gan.build()", "sg.__version__"],
            "__init__ models/__init__ models/gan ranges",
        ),
        (["import seminar_gan.plotting"], "__init__ plotting ranges"),
        (["from seminar_gan.models import vae as v"], "__init__ models/__init__ models/vae plotting ranges"),
        (["from seminar_gan.models.gan import build", "build()"], "__init__ models/__init__ models/gan ranges"),
        (["from seminar_gan import models", "models.gan"], "__init__ models/__init__ models/gan ranges"),
        (["import seminar_gan as sg", "sg.metrics.frechet(1, 2)"], "__init__ metrics/__init__ metrics/distances"),
        (["from seminar_gan.metrics import frechet as f", "f(1, 2)"], "__init__ metrics/__init__ metrics/distances"),
        (["import seminar_gan as sg", "sg.GAN()"], "__init__ models/__init__ models/gan ranges"),
        (
            ["import seminar_gan as sg", "sg.metrics.report"],
            f"__init__ {METRICS} models/__init__ models/vae plotting ranges",
        ),
        (
            ["import seminar_gan as sg", "m = sg.metrics"],
            f"__init__ {METRICS} models/__init__ models/vae plotting ranges",
        ),
        (["%matplotlib inline\n!pip list\nimport seminar_gan.ranges"], "__init__ ranges"),
        (["%%time\nnot a language"], "__init__"),
        (["import seminar_gan as sg", "help(sg)"], ALL),
        (["from seminar_gan import *"], ALL),
        (["not a language"], ALL),
    ],
)
def test_modules_that_a_page_uses(package, sources, modules):
    used = [path.relative_to(package).with_suffix("").as_posix() for path in closure.modules_used(sources)]
    assert sorted(used) == sorted(modules.split())


@pytest.mark.parametrize(
    ("use", "folder", "module"),
    [
        ("sg.datasets.load_mnist()", "datasets", "embedded"),
        ("sg.metrics.frechet_distance(a, b)", "metrics", "distances"),
        ("sg.plotting.curves({})", "plotting", "curves"),
    ],
)
def test_a_page_depends_only_on_the_module_behind_a_handed_on_name(use, folder, module):
    """A page that measures distances must not go stale when a network changes."""
    used = [path.relative_to(closure.PACKAGE) for path in closure.modules_used([f"import seminar_gan as sg\n{use}"])]
    assert Path(folder, f"{module}.py") in used
    assert {path.parts[0] for path in used} <= {"__init__.py", folder, "ranges.py"}


def test_the_package_digest_is_of_the_used_modules_alone(package):
    sources = ["from seminar_gan import datasets"]
    before = pages.package_digest(sources)
    (package / "plotting.py").write_text("changed")
    assert pages.package_digest(sources) == before
    (package / "ranges.py").write_text("a\nb\n")
    changed = pages.package_digest(sources)
    assert changed != before
    (package / "ranges.py").write_bytes(b"a\r\nb\r\n")
    assert pages.package_digest(sources) == changed
