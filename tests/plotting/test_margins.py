"""No figure is cut off: neither in the notebook nor when it is saved for a narrow column."""

import math

import numpy as np
import pytest
from PIL import Image

from seminar_gan import export
from seminar_gan.plotting import curves, image_grid, image_rows, plane_game, plane_grid, stacked_curves


def ramp(*shape):
    """Images from black to white."""
    return np.linspace(0, 1, math.prod(shape)).reshape(shape)


def moments(number):
    left_to_right = np.linspace(0, 1, len(plane_grid(3, 5)))
    return {f"step {step}": (left_to_right, [[0.0, 0.25], [1.0, step]]) for step in range(number)}


PANELS = {
    "loss": {"small": ([1, 2, 3], [3, 2, 1]), "large": ([1, 2], [1, 1])},
    "distance": {"large": ([1, 3], [1e3, 1e1]), "real": ([1, 3], [1, 1])},
}
FIGURES = {
    "rows": lambda: image_rows({"original": ramp(10, 28, 28), "reconstruction": ramp(10, 28, 28, 1)}),
    "rows with a long label": lambda: image_rows({"autoencoder, binarised": ramp(9, 28, 28)}),
    "one small image": lambda: image_rows({"x": ramp(1, 28, 28)}, scale=0.5),
    "colour rows, wide": lambda: image_rows({"original": ramp(4, 8, 20, 3)}),
    "grid": lambda: image_grid(ramp(23, 28, 28)),
    "grid with titles": lambda: image_grid(ramp(10, 28, 28), titles="0123456789"),
    "curve": lambda: curves({"loss": [3, 2, 1]}, "epoch", "binary cross-entropy"),
    "curves": lambda: curves(
        {"training": ([0.1, 0.2], [1e-5, 4e6]), "validation": [3, 2, 1]}, "time, in seconds", "loss", log=True
    ),
    "one moment": lambda: plane_game(moments(1), [[-1.0, 1.0]], 3),
    "five moments": lambda: plane_game(moments(5), [[-1.0, 1.0]], 3),
    "two panels": lambda: stacked_curves(PANELS, "step", log=["distance"]),
    "long labels": lambda: stacked_curves(
        {"Fréchet distance": {f"{n}: Winkler pair": ([1, 2], [n, n]) for n in range(3)}}, "step"
    ),
    "one panel": lambda: stacked_curves({"loss": {"small": ([1, 2], [3, 2])}}, "step"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_drawn_outside_the_canvas(name):
    figure = FIGURES[name]()
    figure.canvas.draw()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(box.x0, box.y0) >= -1e-3
    assert box.x1 <= width + 1e-3
    assert box.y1 <= height + 1e-3


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_touches_the_edge_at_8_cm(name, tmp_path):
    export.save_figure(FIGURES[name](), "figure", folder=tmp_path, width_cm=8)
    with Image.open(tmp_path / "figure.png") as image:
        assert image.width == pytest.approx(8 / 2.54 * 300, abs=1)
        pixels = np.asarray(image.convert("L"))
    assert pixels.min() < 128
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert edge.min() > 240  # the thin frame of an image may shine through
