"""`make lab`: copies in my/ that nothing writes over, and pages that JupyterLab saves without changing a byte."""

import asyncio
import os
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ROOT
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelspec import get_kernel_dict
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from traitlets.config import Config

from seminar_gan import __main__
from seminar_gan.commands import UserError, build, lab, setup

PAGES = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")) + sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))


def write_page(root, name, text):
    cells = [nbformat.v4.new_code_cell(text, id="one"), nbformat.v4.new_markdown_cell("a note: ü", id="two")]
    kernel = {"kernelspec": build.KERNEL, "language_info": {"name": "python", "version": "3.11.7"}}
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={**kernel, "seminar_gan": {"package": "1"}}), path)
    return path


@pytest.fixture
def root(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    write_page(tmp_path, "01_one", "a = 1")
    write_page(tmp_path, "02_two", "b = 1")
    write_page(tmp_path, "solutions/01_one", "a = 2")
    return tmp_path


def copies(root):
    return {path.relative_to(root / "my").as_posix() for path in (root / "my").rglob("*.ipynb")}


def test_copies_are_made_once_and_never_written_over(root, capsys):
    lab.copy_pages(root)
    assert copies(root) == {"01_one.ipynb", "02_two.ipynb", "solutions/01_one.ipynb"}
    assert capsys.readouterr().out == "New copies in my/: 01_one.ipynb, 02_two.ipynb\n"
    copy = root / "my" / "01_one.ipynb"
    assert nbformat.read(copy, 4).cells == nbformat.read(root / "notebooks" / "01_one.ipynb", 4).cells
    copy.write_text(copy.read_text().replace("a = 1", "a = 17"))
    before = copy.read_bytes()
    (root / "my" / "02_two.ipynb").unlink()
    lab.copy_pages(root)
    assert capsys.readouterr().out == "New copies in my/: 02_two.ipynb\n"
    write_page(root, "01_one", "a = 2")
    lab.copy_pages(root)
    assert copy.read_bytes() == before
    assert copies(root) == {"01_one.ipynb", "02_two.ipynb", "solutions/01_one.ipynb"}


def test_a_page_that_has_changed_is_offered_beside_the_copy(root, capsys):
    lab.copy_pages(root)
    write_page(root, "01_one", "a = 2")
    capsys.readouterr()
    lab.copy_pages(root)
    expected = "the page has changed since this copy was made; `make lab FRESH=01` makes 01_one_2.ipynb beside it"
    assert capsys.readouterr().out == f"{os.path.join('my', '01_one.ipynb')}: {expected}\n"
    lab.copy_pages(root, fresh="1")
    assert nbformat.read(root / "my" / "01_one_2.ipynb", 4).cells[0].source == "a = 2"
    assert nbformat.read(root / "my" / "01_one.ipynb", 4).cells[0].source == "a = 1"
    capsys.readouterr()
    lab.copy_pages(root)
    assert capsys.readouterr().out == ""
    lab.copy_pages(root, fresh="1")
    assert {"01_one_2.ipynb", "01_one_3.ipynb"} <= copies(root)


def test_new_outputs_alone_are_no_change(root, capsys):
    lab.copy_pages(root)
    path = root / "notebooks" / "01_one.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="3 s")]
    nbformat.write(notebook, path)
    capsys.readouterr()
    lab.copy_pages(root)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", ["", "no notebook", "[]", '{"metadata": {}}', '{"metadata": {"seminar_gan": 3}}'])
def test_a_copy_that_is_no_notebook_any_more_is_left_alone(content, root, capsys):
    lab.copy_pages(root)
    (root / "my" / "01_one.ipynb").write_text(content)
    lab.copy_pages(root)
    assert (root / "my" / "01_one.ipynb").read_text() == content
    assert "`make lab FRESH=01`" in capsys.readouterr().out


def test_a_misspelt_page_is_an_error_before_anything_is_set_up(root, monkeypatch, capsys):
    monkeypatch.setattr(setup, "supported_python", None)
    assert __main__.main(["--root", str(root), "lab", "--fresh", "09"]) == 2
    assert "There is no page '09'. The pages are 01_one, 02_two." in capsys.readouterr().err


@pytest.fixture
def started(monkeypatch):
    """The commands that would have been started, each with its folder."""
    calls = []
    monkeypatch.setattr(os, "execv", lambda path, command: calls.append((command[1:], os.getcwd())))
    monkeypatch.setattr(subprocess, "call", lambda command: calls.append((command[1:], os.getcwd())))
    monkeypatch.setenv("TENSORBOARD_BINARY", "")
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    return calls


def test_jupyterlab_opens_my_and_serves_the_whole_collection(root, started, monkeypatch):
    monkeypatch.chdir(root / "notebooks")
    lab.main(SimpleNamespace(root=root, fresh=""))
    ((command, folder),) = started
    assert command[:3] == ["-m", "jupyterlab", "--LabApp.default_url=/lab/tree/my"]
    assert folder == str(root)


def test_copies_that_cannot_be_made_do_not_keep_jupyterlab_from_opening(root, started, monkeypatch, capsys):
    (root / "my").touch()
    monkeypatch.chdir(root)
    lab.main(SimpleNamespace(root=root, fresh=""))
    assert started[0][0][2].endswith("/lab/tree/notebooks")
    assert "No copies could be made" in capsys.readouterr().out


def test_on_a_jupyterhub_the_copies_are_all(root, started, monkeypatch, capsys):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/x")
    assert lab.main(SimpleNamespace(root=root, fresh="")) == 0
    assert started == []
    assert f"Open the folder {root / 'my'} in the JupyterLab that you are in." in capsys.readouterr().out


def test_without_jupyterlab_a_sentence_says_so(root, started, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="has no JupyterLab; `pip install jupyterlab` brings it"):
        lab.main(SimpleNamespace(root=root, fresh=""))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git is asked what it ignores")
def test_git_ignores_what_is_made_in_my():
    command = ["git", "check-ignore", "my/07_dcgan.ipynb", "my/figures/a.json", "my/solutions/07_dcgan.ipynb"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).stdout.count(b"\n") == 3


# -- opening and saving a page in JupyterLab

pytestmark = pytest.mark.filterwarnings("ignore:Overriding existing pre_save_hook")  # Jupyter reads its settings twice


def save_in_jupyterlab(root, name, **config):
    """Do what JupyterLab does when a page is opened and saved: the kernel's name and language go into its metadata."""
    manager = AsyncLargeFileManager(config=Config(AsyncLargeFileManager=config), root_dir=str(root))

    async def open_and_save():
        model = await manager.get(name, content=True, type="notebook")
        spec = get_kernel_dict()
        kernel = {"name": "python3", "display_name": spec["display_name"], "language": spec["language"]}
        model["content"]["metadata"] |= {"kernelspec": kernel, "language_info": IPythonKernel.language_info}
        await manager.save({"type": "notebook", "format": "json", "content": model["content"]}, name)

    asyncio.run(open_and_save())


@pytest.mark.parametrize("version", [None, "3.12.1"])
@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT / "notebooks").as_posix() for path in PAGES])
def test_saving_a_page_changes_no_byte(page, version, tmp_path):
    """Of the Python that it was built with, whatever the settings; of another, by the hook that set-up turns on."""
    text = page.read_text(encoding="utf-8")
    built_with = nbformat.reads(text, 4).metadata.language_info.version
    here = IPythonKernel.language_info["version"]
    text = text.replace(f'"version": "{built_with}"', f'"version": "{version or here}"')
    (tmp_path / "page.ipynb").write_bytes(text.encode())
    save_in_jupyterlab(tmp_path, "page.ipynb", **({"pre_save_hook": lab.keep_metadata} if version else {}))
    assert (tmp_path / "page.ipynb").read_bytes() == text.encode()


def test_a_notebook_of_the_users_own_is_saved_as_it_is(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "mine.ipynb")
    save_in_jupyterlab(tmp_path, "mine.ipynb", pre_save_hook=lab.keep_metadata)
    assert nbformat.read(tmp_path / "mine.ipynb", 4).metadata.language_info.name == "python"


def test_the_settings_that_set_up_writes_for_jupyter_turn_the_hook_on(monkeypatch):
    names = {"c": Config()}
    exec(setup.JUPYTER, names)
    assert names["c"].ContentsManager.pre_save_hook is lab.keep_metadata
    monkeypatch.setitem(sys.modules, "seminar_gan.commands.lab", None)
    broken = {"c": Config()}
    exec(setup.JUPYTER, broken)
    assert "pre_save_hook" not in broken["c"].ContentsManager
