"""Files to and from Colab: with a stand-in for its module, and without."""

import io
import sys
import types
import zipfile
from pathlib import Path

import pytest

from seminar_gan import export


@pytest.fixture
def colab(tmp_path, monkeypatch):
    """google.colab: `chosen` is what its user picks, `downloaded` what the browser gets."""
    monkeypatch.chdir(tmp_path)
    chosen, downloaded = {}, []

    def upload():
        for name, content in chosen.items():
            Path(name).write_bytes(content)
        return dict(chosen)

    files = types.SimpleNamespace(upload=upload, download=lambda path: downloaded.append(Path(path)))
    module = types.ModuleType("google.colab")
    module.files, module.chosen, module.downloaded = files, chosen, downloaded
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", module)
    return module


def zipped(**contents):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"cells/{name}.png", content)
    return stream.getvalue()


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def test_uploaded_images_are_in_a_folder_of_their_own(colab, tmp_path):
    colab.chosen |= {"Zelle 1ä.png": b"1", "more.zip": zipped(a="2", b="3"), "notes.txt": b"4"}
    assert export.colab.upload("my_images") == "my_images"
    assert files_in("my_images") == ["Zelle 1ä.png", "more/cells/a.png", "more/cells/b.png", "notes.txt"]
    assert Path.cwd() == tmp_path

    colab.chosen.clear()
    colab.chosen["other.png"] = b"5"
    assert export.colab.upload("my_images") == "my_images_2"  # nothing of the first upload is among the second
    assert files_in("my_images_2") == ["other.png"]


def test_nothing_chosen_leaves_nothing_and_says_what_to_do(colab, tmp_path):
    with pytest.raises(ValueError, match="no file was chosen: run the cell again, or set UPLOAD = False"):
        export.colab.upload("my_images")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_file_that_cannot_be_unpacked_is_left_for_the_loader_to_name(colab):
    broken = bytearray(zipped(a="2"))
    broken[30 + len("cells/a.png")] ^= 1
    colab.chosen["broken.zip"] = bytes(broken)
    export.colab.upload("my_images")
    assert "broken.zip" in files_in("my_images")


def test_figures_are_handed_out_as_a_zip(colab):
    Path("figures").mkdir()
    Path("figures/loss.pdf").write_text("a figure")
    export.colab.download("figures")
    (archive,) = colab.downloaded
    assert archive.name == "figures.zip"
    with zipfile.ZipFile(archive) as opened:
        assert opened.read("figures/loss.pdf") == b"a figure"
    assert files_in(".") == ["figures/loss.pdf"]


def test_without_figures_there_is_nothing_to_hand_out(colab, capsys):
    export.colab.download("figures")
    assert colab.downloaded == []
    assert capsys.readouterr().out == "There is no folder figures: nothing was written to it.\n"


def test_elsewhere_the_figures_stay_where_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures").mkdir()
    export.colab.download("figures")
    assert capsys.readouterr().out == "The files are in the folder figures.\n"
    with pytest.raises(
        RuntimeError, match="on Colab alone; here put the images into a folder: IMAGE_FOLDER = 'my_imag"
    ):
        export.colab.upload("my_images")
