"""Rows and grids of images, checked as numbers: what is drawn, its labels and limits."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seminar_gan.plotting import image_grid, image_rows
from seminar_gan.ranges import to_unit


def random_bytes(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


def drawn(figure):
    """The arrays of all images in a figure, axis by axis."""
    return [image.get_array().data for axis in figure.axes for image in axis.images]


def picture(figure):
    """What a reader sees, as an array."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


def test_image_rows_draws_each_row_with_its_label():
    rows = {"original": random_bytes(3, 5, 4), "reconstruction": random_bytes(3, 5, 4)}
    figure = image_rows(rows)
    assert len(figure.axes) == 6
    images = [to_unit(image) for row in rows.values() for image in row]
    for array, image in zip(drawn(figure), images, strict=True):
        np.testing.assert_array_equal(array, image)
    assert [axis.get_ylabel() for axis in figure.axes] == ["original", "", "", "reconstruction", "", ""]


@pytest.mark.parametrize("draw", [lambda images: image_rows({"row": images}), lambda images: image_grid(images)])
class TestBothImageFunctions:
    """What image_rows and image_grid have in common."""

    def test_grey_means_the_same_in_every_image(self, draw):
        """A faint image stays faint: 0 is black and 1 is white, whatever the image holds."""
        figure = draw(np.full((2, 4, 4), 0.25, "float32"))
        for axis in figure.axes:
            (image,) = axis.images
            assert image.get_clim() == (0, 1)
            assert image.get_cmap().name == "gray"
            assert image.get_interpolation() == "nearest"

    def test_axes_have_no_ticks_and_square_pixels(self, draw):
        for axis in draw(random_bytes(2, 5, 4)).axes:
            assert not [*axis.get_xticks(), *axis.get_yticks()]
            assert axis.get_aspect() == 1
            assert axis.get_ylim() == (4.5, -0.5)  # the first line of pixels is on top

    @pytest.mark.parametrize("shape", [(3, 6, 5), (3, 6, 5, 1), (3, 6, 5, 3)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_bytes_and_floats_give_the_same_picture(self, draw, shape, dtype):
        images = random_bytes(*shape)
        np.testing.assert_array_equal(picture(draw(images)), picture(draw(to_unit(images).astype(dtype))))

    def test_colour_is_drawn_as_it_is(self, draw):
        images = np.zeros((1, 2, 2, 3), "uint8")
        images[..., 0] = 255
        (array,) = drawn(draw(images))
        np.testing.assert_array_equal(array, np.broadcast_to([1.0, 0.0, 0.0], (2, 2, 3)))

    def test_images_with_and_without_one_channel_look_the_same(self, draw):
        images = random_bytes(2, 4, 4)
        np.testing.assert_array_equal(picture(draw(images)), picture(draw(images[..., None])))

    @pytest.mark.parametrize("shape", [(28, 28), (5, 784), (2, 4, 4, 2), (2, 4, 4, 4), (1, 2, 4, 4, 1), ()])
    def test_other_shapes_are_rejected(self, draw, shape):
        with pytest.raises(ValueError, match=r"images must be \(n, height, width\) or .*; got \("):
            draw(np.zeros(shape, "uint8"))

    @pytest.mark.parametrize(
        "images",
        [
            np.full((1, 2, 2), -0.01),
            np.full((1, 2, 2), 1.01),
            np.full((1, 2, 2), np.nan),
            np.full((1, 2, 2), 255.0),
            np.zeros((1, 2, 2), "int64"),
            np.zeros((1, 2, 2), "bool"),
        ],
    )
    def test_other_ranges_and_dtypes_are_rejected(self, draw, images):
        with pytest.raises(ValueError, match=f"must be uint8 or floats in .*; got {images.dtype}, {images.min()} to"):
            draw(images)

    def test_the_images_are_left_alone_and_no_figure_is_shown(self, draw, monkeypatch):
        monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot function must not show"))
        images = random_bytes(2, 4, 4)
        before = images.copy()
        draw(images)
        np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("rows", [{}, {"a": np.zeros((0, 4, 4), "uint8")}])
def test_image_rows_needs_images(rows):
    with pytest.raises(ValueError, match="at least one"):
        image_rows(rows)


def test_image_rows_needs_rows_of_one_length():
    with pytest.raises(ValueError, match=r"the same number of images.*'a': 2, 'b': 3"):
        image_rows({"a": random_bytes(2, 4, 4), "b": random_bytes(3, 4, 4)})


@pytest.mark.parametrize("backend", ["svg", "pdf"])
def test_every_backend_gives_rows_of_the_same_size(backend):
    rows = {"binarised": random_bytes(10, 8, 8)}
    here = image_rows(rows)
    plt.switch_backend(backend)
    try:
        there = image_rows(rows)
    finally:
        plt.switch_backend("agg")
    assert there.dpi == here.dpi
    assert there.get_size_inches().tolist() == here.get_size_inches().tolist()


def test_scale_makes_images_larger():
    small, large = (image_rows({"a": random_bytes(4, 8, 8)}, scale=scale) for scale in (1, 2))
    widths = [figure.axes[0].get_window_extent().width for figure in (small, large)]
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.1)


def test_image_grid_goes_row_by_row():
    images = random_bytes(5, 4, 4)
    figure = image_grid(images, columns=3, titles=["a", "b", "c", "d", "e"])
    for array, image in zip(drawn(figure), images, strict=True):
        np.testing.assert_array_equal(array, to_unit(image))
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", "d", "e", ""]
    assert [axis.axison for axis in figure.axes] == [True] * 5 + [False]  # the place that is left over is empty
    figure.canvas.draw()
    x, y = np.array([axis.get_position().p0 for axis in figure.axes]).T
    assert x[0] < x[1] < x[2]
    np.testing.assert_allclose(x[:3], x[3:])
    assert y[0] == pytest.approx(y[2])
    assert y[0] > y[3]


def test_fewer_images_than_columns_leave_no_gap():
    assert len(image_grid(random_bytes(3, 4, 4), columns=10).axes) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": 0}, "columns must be at least 1; got 0"),
        ({"columns": -1}, "columns must be at least 1; got -1"),
        ({"titles": ["a"]}, "got 1 titles and 2 images"),
        ({"titles": ["a", "b", "c"]}, "got 3 titles and 2 images"),
    ],
)
def test_image_grid_rejects_options_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        image_grid(random_bytes(2, 4, 4), **options)


def test_image_grid_needs_images():
    with pytest.raises(ValueError, match="got no images"):
        image_grid(np.zeros((0, 4, 4), "uint8"))
