"""Texts on texts and texts outside are found, and nothing else is."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import patheffects
from matplotlib.figure import Figure

from seminar_gan import export, plotting
from seminar_gan.plotting.legibility import _Recorder


def axes_of(width=4, height=3, **options):
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**options)


def on_each_other():
    figure, axes = axes_of()
    axes.text(0.5, 0.5, "first")
    axes.text(0.52, 0.51, "second")
    return figure


def across():
    figure, axes = axes_of()
    axes.text(0.5, 0.5, "a flat line of text", ha="center", va="center")
    axes.text(0.5, 0.5, "a steep one", rotation=60, ha="center", va="center")
    return figure


def read_as_one_number():
    figure, axes = axes_of(1.2, 1)
    axes.set(xlim=(0, 1), xticks=[0.2, 0.5, 0.8], xticklabels=["0.200", "0.500", "0.800"])
    return figure


def y_labels_into_each_other():
    figure, axes = axes_of(3, 1.6, nrows=2)
    for axis, label in zip(axes, ("Fréchet distance", "generator loss"), strict=True):
        axis.set_ylabel(label)
    return figure


def legend_on_a_label():
    figure, axes = axes_of()
    axes.plot([0, 1], label="a curve")
    axes.legend(loc="upper right", handlelength=8, labelspacing=2, borderpad=2)
    axes.text(0.7, 0.93, "best")
    return figure


def outlined():
    figure, axes = axes_of()
    axes.text(0.5, 0.5, "outlined", path_effects=[patheffects.withStroke(linewidth=2)])
    axes.text(0.52, 0.5, "plain")
    return figure


def text_on_the_exponent():
    figure, axes = axes_of()
    axes.plot([1e7, 3e7])
    axes.text(0, 1.01, "loss", transform=axes.transAxes)
    return figure


BAD = {
    on_each_other: "the texts 'first' and 'second' lie on each other",
    across: "the texts 'a flat line of text' and 'a steep one' lie on each other",
    read_as_one_number: "the texts '0.200' and '0.500' lie on each other",
    y_labels_into_each_other: "the texts 'Fréchet distance' and 'generator loss' lie on each other",
    legend_on_a_label: "the legend lies on the text 'best'",
    outlined: "the texts 'plain' and 'outlined' lie on each other",
    text_on_the_exponent: "the texts '1e7' and 'loss' lie on each other",
}


@pytest.mark.parametrize("draw", BAD, ids=lambda draw: draw.__name__)
def test_a_text_on_a_text_is_found(draw):
    assert BAD[draw] in plotting.text_problems(draw())


def test_a_text_outside_is_found():
    figure, axes = axes_of()
    axes.text(0.9, 0.5, "far too long for the rest of the figure", in_layout=False)
    assert plotting.text_problems(figure) == [
        "the text 'far too long for the rest of the figure' reaches out of the figure"
    ]


def log_ticks(axes):
    axes.semilogy([1e-5, 1e4])
    axes.set(xlabel="step", ylabel="loss")


def invisible(axes):
    axes.text(0.5, 0.5, "seen")
    axes.text(0.5, 0.5, "not seen", visible=False)
    axes.text(0.5, 0.5, " ")
    axes.text(9, 9, "outside the axes", clip_on=True)


def dropped_ticks(axes):
    axes.plot([0, 1])
    axes.set(xlim=(0.1, 0.9))


def side_by_side(axes):
    """The rectangles around these stand on each other, but not the texts."""
    for y in (0, 0.2):
        axes.text(0.3, 0.3 + y, "a text that goes up", rotation=45, rotation_mode="anchor")


def two_lines(axes):
    axes.set_title("two\nlines", linespacing=0.9)


def legend(axes):
    for number in range(3):
        axes.plot([0, number], label=f"curve {number}")
    axes.legend(title="what", ncols=3, fontsize=7)


def data(axes):
    axes.imshow(np.eye(3))
    axes.set(xticks=[], yticks=[])
    for row, column in np.ndindex(3, 3):
        axes.text(column, row, f"{row + column}.50", ha="center", va="center")
    axes.figure.colorbar(axes.images[0], label="share")


def hidden_axes(axes):
    axes.text(0.5, 0.5, "seen")
    hidden = axes.twinx()
    hidden.text(0.5, 0.5, "not seen")
    hidden.set_visible(False)


GOOD = [log_ticks, invisible, dropped_ticks, side_by_side, two_lines, legend, data, hidden_axes]


@pytest.mark.parametrize("draw", GOOD, ids=lambda draw: draw.__name__)
def test_what_can_be_read_is_fine(draw):
    figure, axes = axes_of()
    draw(axes)
    assert plotting.text_problems(figure) == []


def test_a_text_is_where_matplotlib_says():
    figure, axes = axes_of()
    texts = [axes.text(0.2, 0.2, "Agy", rotation=angle) for angle in (0, 90, 180, 270)]
    recorder = _Recorder(figure)
    figure.draw(recorder)
    found = [drawn for drawn in recorder.texts if drawn.text == "Agy"]
    for text, drawn in zip(texts, found, strict=True):
        extent = text.get_window_extent(recorder).extents
        assert np.abs(np.concatenate([drawn.ink.min(0), drawn.ink.max(0)]) - extent).max() < 2


def test_save_figure_names_the_texts_at_the_width_of_the_column(tmp_path):
    figure, axes = plt.subplots(figsize=(6, 2), layout="constrained")
    axes.set(xticks=[0, 0.3, 1], xticklabels=["simple autoencoder", "deep autoencoder", "code"])
    assert plotting.text_problems(figure) == []
    with pytest.warns(UserWarning) as caught:
        export.save_figure(figure, "networks", folder=tmp_path)
    (warning,) = caught
    assert warning.filename == __file__
    assert str(warning.message) == (
        "figure 'networks', 8.4 cm wide: the texts 'simple autoencoder' and 'deep autoencoder' lie on each other; "
        "shorten or move a text, draw the figure with layout='constrained', or give a larger width_cm"
    )
    assert (tmp_path / "networks.pdf").exists()
    export.save_figure(figure, "networks", folder=tmp_path, width_cm=16)


def test_where_pages_are_built_it_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_STRICT", "1")
    with pytest.raises(ValueError, match=r"'bad', 8\.4 cm wide: the texts 'first' and 'second' lie on each other;"):
        export.save_figure(on_each_other(), "bad", folder=tmp_path, alt="Two texts.")
    with pytest.raises(
        ValueError, match="'first' and 'second' lie on each other, in the figure of which alt says: Two"
    ):
        plotting.show(on_each_other(), "Two texts.")
    figure, axes = axes_of()
    log_ticks(axes)
    with pytest.raises(ValueError, match="nothing says what the figure 'good' shows: give save_figure an alt, or show"):
        export.save_figure(figure, "good", folder=tmp_path)
    assert not list(tmp_path.iterdir())
    plotting.show(figure, "A line that rises.")
    export.save_figure(figure, "good", folder=tmp_path)
