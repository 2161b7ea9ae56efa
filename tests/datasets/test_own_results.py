"""What the package has left in a folder of images is no data; everything that only looks like it is."""

import json

import pytest
from PIL import Image

from seminar_gan import export, runs
from seminar_gan.datasets import load_image_folder
from seminar_gan.datasets.folders import RESULT


@pytest.fixture
def folder(tmp_path):
    save(tmp_path / "a.png")
    return tmp_path


def save(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (20, 20), 100).save(path)


def read(folder):
    """The names that were taken for images, and those that were left out as results."""
    loaded = load_image_folder(folder, strict=True)
    assert {reason for _, reason in loaded.skipped} <= {RESULT}
    return loaded.names, tuple(name for name, _ in loaded.skipped)


def test_the_folder_of_a_training_and_of_a_page_is_left_out_with_all_that_is_in_it(folder):
    for name, content in {
        "runs/one": {"model": "few", "identity": None, "classes": None, "calls": [], "results": None},
        "page": runs.describe("10_few_images", seed=0).record(),
    }.items():
        save(folder / name / "samples.png")
        save(folder / name / "frames" / "step_00000000.png")
        (folder / name / "run.json").write_text(json.dumps(content))
    assert read(folder) == (("a.png",), ("page", "runs/one"))
    rows = load_image_folder(folder).rows()
    assert rows[-1] == [f"left out: {RESULT}", 2, "page, runs/one"]


@pytest.mark.parametrize("content", ["", "[1]", "{", '{"identity": 3}', '{"calls": 1}'])
def test_a_file_that_is_only_called_so_leaves_nothing_out(folder, content):
    save(folder / "mine" / "b.png")
    (folder / "mine" / "run.json").write_text(content)
    loaded = load_image_folder(folder)
    assert loaded.names == ("a.png", "mine/b.png")
    assert [name for name, _ in loaded.skipped] == ["mine/run.json"]


def test_figures_and_tables_are_left_out_and_an_image_with_other_json_is_not(folder):
    import matplotlib.pyplot as plt

    export.save_figure(plt.figure(), "samples", folder=folder / "figures", alt="nothing")
    export.save_table(export.table(("a",), [[1]]), "errors", folder=folder / "tables")
    save(folder / "labelled.png")
    (folder / "labelled.json").write_text('{"shapes": [], "figure": "labelled"}')
    (folder / "labelled.json").rename(folder / ".labelled.json")
    assert read(folder)[0] == ("a.png", "labelled.png")
    assert set(read(folder)[1]) == {
        "figures/samples.json", "figures/samples.pdf", "figures/samples.png",
        "tables/errors.csv", "tables/errors.json", "tables/errors.tex",
    }  # fmt: skip
    (folder / ".labelled.json").rename(folder / "labelled.json")
    assert load_image_folder(folder).names == ("a.png", "labelled.png")


def test_frames_are_left_out_beside_their_film_only(folder):
    for name in ("step_00000000.png", "step_1.png"):
        save(folder / "frames" / name)
    assert read(folder) == (("a.png", "frames/step_00000000.png", "frames/step_1.png"), ())
    Image.new("L", (20, 20)).save(folder / "frames" / "film.gif")
    assert read(folder) == (("a.png", "frames/step_1.png"), ("frames/film.gif", "frames/step_00000000.png"))
    (folder / "frames" / "step_00000000.png").unlink()
    assert read(folder) == (("a.png", "frames/film.gif", "frames/step_1.png"), ())


def test_a_folder_of_results_alone_is_one_error(tmp_path):
    save(tmp_path / "samples.png")
    (tmp_path / "run.json").write_text('{"identity": null, "calls": []}')
    with pytest.raises(ValueError, match=f"(?s)none of the 1 files in .* can be read as an image:.*{RESULT}"):
        load_image_folder(tmp_path)
