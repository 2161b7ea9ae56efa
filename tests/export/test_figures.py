import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from conftest import ROOT

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from seminar_gan import export, plotting, runs

ENDINGS = ("pdf", "png", "json")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def a_figure(layout="constrained", figsize=(5, 2.5)):
    figure, axes = plt.subplots(figsize=figsize, layout=layout)
    axes.plot([0, 200], [0, 1], label=r"$\hat{x}$ and ä")
    axes.set(xlabel="epoch", ylabel="error")
    axes.legend()
    return figure


def a_line(figsize=(4, 2)):
    figure = Figure(figsize=figsize)
    figure.add_axes((0.1, 0.1, 0.8, 0.8), xticks=[], yticks=[]).plot([1, 2])
    return figure


def a_run(page="01_simple_autoencoder", **parameters):
    return runs.Run(page, 0, parameters, "abc", False, [])


def pixels(figure):
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).copy()


def page_size(pdf):
    left, bottom, right, top = map(float, re.search(rb"/MediaBox \[([^]]*)\]", pdf)[1].split())
    return right - left, top - bottom


def png_size(png):
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def contents(name, folder="figures"):
    return {ending: Path(folder, f"{name}.{ending}").read_bytes() for ending in ENDINGS}


def test_it_writes_three_files_and_names_the_pdf():
    assert export.save_figure(a_line(), "loss") == "figures/loss.pdf"
    assert sorted(os.listdir("figures")) == ["loss.json", "loss.pdf", "loss.png"]
    assert export.save_figure(a_line(), "loss", folder=Path("a", "b")) == "a/b/loss.pdf"


def test_fonts_are_embedded_as_truetype():
    export.save_figure(a_figure(), "loss")
    pdf = contents("loss")["pdf"]
    assert pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF")
    fonts = re.findall(rb"/BaseFont /([^\s/]+)", pdf)
    assert fonts and b"/FontFile2" in pdf and b"/Type3" not in pdf
    assert all(b"+" in font for font in fonts)  # a subset is embedded: the name has the subset's tag


@pytest.mark.parametrize("width_cm", [8.4, 6, 17.5])
def test_width_is_as_asked_and_height_follows(width_cm):
    export.save_figure(a_figure(figsize=(5, 2.5)), "loss", width_cm=width_cm)
    points, height = page_size(contents("loss")["pdf"])
    assert points == pytest.approx(width_cm / 2.54 * 72, abs=0.01)
    assert height == pytest.approx(points / 2, abs=0.01)
    assert png_size(contents("loss")["png"]) == (int(width_cm / 2.54 * 300), int(width_cm / 2.54 * 150))


@pytest.mark.parametrize("layout", [None, "tight", "constrained", "compressed"])
@pytest.mark.parametrize("title", ["a title as wide as the whole figure", "a title as wide as the whole figurem"])
def test_nothing_is_cut_off(layout, title):
    figure = a_figure(layout)
    figure.axes[0].set_title(title)
    export.save_figure(figure, "loss")
    width, _ = page_size(contents("loss")["pdf"])
    assert width == pytest.approx(8.4 / 2.54 * 72, abs=0.01)
    image = plt.imread("figures/loss.png")[:, :, :3]
    edges = [image[0], image[-1], image[:, 0], image[:, -1]]
    assert all((edge == 1).all() for edge in edges)  # white all around
    assert (image < 1).any()


def test_text_that_fills_the_width_is_rejected():
    figure = a_figure(layout=None)
    figure.text(0.5, 0.5, "far too long " * 20)
    with pytest.raises(ValueError, match=r"leaves no room for its axes in 8\.4 cm"):
        export.save_figure(figure, "loss")
    assert not os.path.exists("figures")


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_the_callers_figure_is_left_as_it_was(layout):
    figure = a_figure(layout)
    before, engine, size = pixels(figure), figure.get_layout_engine(), figure.get_size_inches()
    places = [ax.get_position().bounds for ax in figure.axes]
    export.save_figure(figure, "loss")
    assert [ax.get_position().bounds for ax in figure.axes] == places
    assert figure.get_layout_engine() is engine
    assert (figure.get_size_inches() == size).all()
    assert (pixels(figure) == before).all()


def test_the_readers_settings_do_not_matter():
    export.save_figure(a_figure(), "a")
    with plt.rc_context({"savefig.bbox": "tight", "pdf.fonttype": 3, "savefig.dpi": 50, "pdf.use14corefonts": True}):
        export.save_figure(a_figure(), "b")
        assert plt.rcParams["pdf.fonttype"] == 3
    assert contents("a")["pdf"] == contents("b")["pdf"]
    assert contents("a")["png"] == contents("b")["png"]


@pytest.mark.parametrize("backend", ["svg", "pdf"])
def test_every_backend_writes_the_same_files(backend):
    export.save_figure(a_figure(), "loss")
    here = contents("loss")
    plt.switch_backend(backend)
    try:
        figure = a_figure()
        canvas = figure.canvas
        export.save_figure(figure, "loss")
    finally:
        plt.switch_backend("agg")
    assert figure.canvas is canvas
    assert all(contents("loss")[ending] == here[ending] for ending in ("pdf", "png"))


SCRIPT = """
import matplotlib
matplotlib.use("agg")
import os, sys
import matplotlib.pyplot as plt
from seminar_gan import export, runs

figure, axes = plt.subplots(figsize=(4, 2), layout="constrained")
axes.plot([1, 2])
axes.set_title(r"$\\hat{x}$ and ä")
page, steps = sys.argv[1], int(sys.argv[2])
real_replace, calls = os.replace, []

def replace(*arguments):
    if len(calls) == steps:
        os._exit(9)  # as after kill -9: nothing is cleaned up
    calls.append(arguments)
    real_replace(*arguments)

os.replace = replace
export.save_figure(figure, "loss", runs.Run(page, 0, {}, None, None, None))
"""


def run_script(page, steps, hash_seed="0"):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
    return subprocess.run([sys.executable, "-c", SCRIPT, page, str(steps)], env=environment).returncode


@pytest.mark.long
def test_another_process_at_another_time_writes_the_same_bytes():
    assert run_script("01", 9, hash_seed="1") == 0
    first = contents("loss")
    assert run_script("01", 9, hash_seed="2") == 0
    assert contents("loss")["pdf"] == first["pdf"]
    assert contents("loss")["png"] == first["png"]
    assert b"CreationDate" not in first["pdf"]


@pytest.mark.long
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_killed_at_any_moment_the_page_can_write_again(steps):
    assert run_script("01", steps) == 9
    for ending in ENDINGS[:2]:
        assert not os.path.exists(f"figures/loss.{ending}") or contents_are_whole(f"figures/loss.{ending}")
    if steps:
        with pytest.raises(FileExistsError, match="belongs to page '01', and this is page '02'"):
            export.save_figure(a_line(), "loss", a_run("02"))
    export.save_figure(a_line(), "loss", a_run("01"))
    check_sums("loss")


def contents_are_whole(path):
    data = Path(path).read_bytes()
    return data.rstrip().endswith(b"%%EOF") if path.endswith("pdf") else data.endswith(b"IEND\xaeB`\x82")


def check_sums(name):
    sums = {f"{name}.{end}": hashlib.sha256(contents(name)[end]).hexdigest() for end in ("pdf", "png")}
    assert json.loads(contents(name)["json"])["sha256"] == sums


@pytest.mark.parametrize("failing", [0, 1, 2, "write"])
def test_a_failing_write_leaves_whole_files_and_no_litter(failing, monkeypatch):
    export.save_figure(a_line(), "loss", a_run())
    before = contents("loss")
    real_replace, calls = os.replace, []

    def replace(*arguments):
        calls.append(arguments)
        if len(calls) == failing + 1:
            raise OSError("the disk is gone")
        real_replace(*arguments)

    def write_bytes(path, data):
        path.touch()
        raise OSError("the disk is full")

    with monkeypatch.context() as patch, pytest.warns(UserWarning, match="the disk is"):
        if failing == "write":
            patch.setattr(Path, "write_bytes", write_bytes)
        else:
            patch.setattr(os, "replace", replace)
        export.save_figure(a_line(figsize=(3, 3)), "loss", a_run())
    assert sorted(os.listdir("figures")) == ["loss.json", "loss.pdf", "loss.png"]
    if failing in (0, "write"):
        assert contents("loss") == before
    export.save_figure(a_line(figsize=(3, 3)), "loss", a_run())
    check_sums("loss")


def only(caught):
    """The text of the one warning there was."""
    (warning,) = caught
    assert warning.filename == __file__
    return str(warning.message)


def test_a_folder_that_cannot_be_made_is_a_warning_and_the_page_goes_on():
    Path("figures").write_text("a file where the folder would be")
    with pytest.warns(UserWarning) as caught:
        assert export.save_figure(a_line(), "loss") == "figures/loss.pdf"
    assert re.fullmatch(
        r"figures/loss\.pdf was not written \(File exists: figures\), and the work goes on without it; "
        r"give save_figure a folder that you may write to, such as folder='~/figures'",
        only(caught),
    )
    assert os.listdir() == ["figures"]


@pytest.mark.parametrize("refused", ["mkdir", "open", "replace"])
def test_a_folder_of_somebody_else_is_a_warning(refused, monkeypatch):
    """`open`: the folder is there and may not be written to; `replace`: a viewer keeps the file open on Windows."""

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied", "figures")

    place = os if refused == "replace" else Path
    monkeypatch.setattr(place, "write_bytes" if refused == "open" else refused, refuse)
    with pytest.warns(UserWarning) as caught:
        assert export.save_figure(a_line(), "loss") == "figures/loss.pdf"
    assert "figures/loss.pdf was not written (Permission denied: figures)" in only(caught)
    assert not os.path.exists("figures") or not os.listdir("figures")


def test_figures_of_somebody_else_are_not_replaced_where_nobody_may_read_whose_they_are(monkeypatch):
    export.save_figure(a_line(), "loss", a_run())
    before = contents("loss")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        with pytest.warns(UserWarning) as caught:
            export.save_figure(a_line(), "loss", a_run())
    assert "(Permission denied: figures/loss.json)" in only(caught)
    assert contents("loss") == before


def test_what_is_wrong_with_the_call_stays_an_error_where_nothing_can_be_written():
    Path("figures").write_text("a file where the folder would be")
    with pytest.raises(ValueError, match="is not a safe name"):
        export.save_figure(a_line(), "Loss!")
    with pytest.raises(ValueError, match="width_cm"):
        export.save_figure(a_line(), "loss", width_cm=0)


def test_a_tilde_is_the_readers_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    path = export.save_figure(a_line(), "loss", folder="~/figures")
    assert path == (tmp_path / "home" / "figures" / "loss.pdf").as_posix() and os.path.exists(path)


def test_the_json_has_the_alternative_text():
    figure = a_line()
    export.save_figure(figure, "loss")
    assert json.loads(contents("loss")["json"])["alt"] is None
    export.save_figure(figure, "loss", alt="A  line\nthat rises: größer.")
    assert json.loads(contents("loss")["json"])["alt"] == "A line that rises: größer."
    plotting.show(figure, "A line from 1 to 2.")
    export.save_figure(figure, "loss")
    assert json.loads(contents("loss")["json"])["alt"] == "A line from 1 to 2."
    with pytest.raises(TypeError, match="alt must be a sentence"):
        export.save_figure(figure, "loss", alt=3)


def test_the_json_has_the_caption_and_the_size():
    export.save_figure(a_figure(figsize=(5, 2.5)), "loss", caption="The  loss\nof $D$: größer.")
    record = json.loads(contents("loss")["json"])
    assert record["caption"] == "The loss of $D$: größer."
    assert (record["width_cm"], record["height_cm"]) == (8.4, 4.2)
    export.save_figure(a_figure(), "loss")
    assert json.loads(contents("loss")["json"])["caption"] is None
    with pytest.raises(TypeError, match="caption must be a string or None; got int"):
        export.save_figure(a_figure(), "loss", caption=3)
    with pytest.raises(ValueError, match="caption is empty"):
        export.save_figure(a_figure(), "loss", caption=" ")


def test_the_json_says_where_the_figure_came_from():
    export.save_figure(a_line(), "loss", runs.describe("01_simple_autoencoder", seed=3, epochs=10, sizes=[2, 4]))
    record = json.loads(contents("loss")["json"])
    assert record["figure"] == "loss"
    assert (record["page"], record["seed"]) == ("01_simple_autoencoder", 3)
    assert record["parameters"] == {"epochs": 10, "sizes": [2, 4]}
    assert record["versions"]["matplotlib"] == matplotlib.__version__
    assert record["width_cm"] == 8.4
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", record["written"])
    assert {"commit", "dirty", "changed_files", "platform", "device"} < set(record)
    assert str(ROOT) not in contents("loss")["json"].decode()
    check_sums("loss")


def test_without_a_run_the_page_is_null():
    export.save_figure(a_line(), "loss")
    assert json.loads(contents("loss")["json"])["page"] is None


def test_the_same_page_replaces_and_another_is_rejected():
    export.save_figure(a_line(), "loss", a_run("01", epochs=1))
    export.save_figure(a_line(figsize=(3, 3)), "loss", a_run("01", epochs=2))
    before = contents("loss")
    assert json.loads(before["json"])["parameters"] == {"epochs": 2}
    with pytest.raises(FileExistsError, match=r"figures/loss.png is not replaced: it belongs to page '01', and this"):
        export.save_figure(a_line(), "loss", a_run("02"))
    with pytest.raises(FileExistsError, match=r"and this is work outside any page \(no run was given\)"):
        export.save_figure(a_line(), "loss")
    assert contents("loss") == before


def test_a_page_does_not_replace_what_was_made_without_one():
    export.save_figure(a_line(), "loss")
    export.save_figure(a_line(), "loss")
    with pytest.raises(FileExistsError, match="it belongs to work outside any page"):
        export.save_figure(a_line(), "loss", a_run())


@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_a_file_without_json_is_rejected(ending):
    os.mkdir("figures")
    Path(f"figures/loss.{ending}").write_text("mine")
    with pytest.raises(
        FileExistsError, match=f"no loss.json beside it .* existing files away .loss.{ending}."
    ) as error:
        export.save_figure(a_line(), "loss", a_run())
    assert "Choose another name or folder" in str(error.value)
    assert Path(f"figures/loss.{ending}").read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b"3", b"{}", b'{"page": "01"}', b'{"figure": "other", "page": "01"}'],
)
def test_a_damaged_or_foreign_json_is_rejected(text):
    os.mkdir("figures")
    Path("figures/loss.json").write_bytes(text)
    with pytest.raises(FileExistsError, match=r"loss\.json is damaged or was not written by save_figure"):
        export.save_figure(a_line(), "loss", a_run("01"))
    assert Path("figures/loss.json").read_bytes() == text


@pytest.mark.parametrize("name", ["loss", "a", "1", "01_smile-raw", "x" * 64, "console", "com10", "con_1"])
def test_safe_names(name):
    assert export.save_figure(a_line(), name) == f"figures/{name}.pdf"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("", None),
        (".", None),
        ("..", None),
        ("???", None),
        ("図", None),
        ("con", "con_figure"),
        ("nul", "nul_figure"),
        ("com1", "com1_figure"),
        ("lpt9", "lpt9_figure"),
        ("CON", None),
        ("COM1.pdf", None),
        ("a/b", "a_b"),
        ("../a", "a"),
        ("a\\b", "a_b"),
        ("/etc/passwd", "etc_passwd"),
        ("C:loss", "c_loss"),
        ("loss.pdf", "loss"),
        ("loss.", "loss"),
        ("loss ", "loss"),
        ("loss\n", "loss"),
        ("a\0b", "a_b"),
        ("a:b*c?", "a_b_c"),
        ("-loss", "loss"),
        ("_loss", "loss"),
        (".loss", "loss"),
        ("Smile Größe", "smile_grosse"),
        ("Loss", "loss"),
        ("x" * 65, "x" * 64),
    ],
)
def test_unsafe_names_are_rejected_with_a_safe_one(name, suggestion):
    with pytest.raises(ValueError, match="is not a safe name for a figure") as error:
        export.save_figure(a_line(), name)
    assert not os.listdir()
    hint = re.search("for instance '(.*)'$", str(error.value))
    assert (hint[1] if hint else None) == suggestion
    if suggestion:
        export.save_figure(a_line(), suggestion)


def test_wrong_arguments_are_named():
    figure = a_line()
    with pytest.raises(TypeError, match=r"takes a Matplotlib Figure, not Axes; try axes\.figure"):
        export.save_figure(figure.axes[0], "loss")
    with pytest.raises(TypeError, match=r"run must be what runs\.describe returns, not str"):
        export.save_figure(figure, "loss", "figures")
    with pytest.raises(TypeError, match="the name of a figure must be a string, not int"):
        export.save_figure(figure, 3)
    for width_cm in (0, -1, 84, float("nan")):
        with pytest.raises(ValueError, match="width_cm must be between 2 and 50"):
            export.save_figure(figure, "loss", width_cm=width_cm)
    assert not os.listdir()
