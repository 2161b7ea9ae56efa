"""Measurements of images whose size, shape and texture are known; and what they tell apart with as few as 42 images."""

import numpy as np
import pytest

from seminar_gan import datasets, metrics
from seminar_gan.datasets import folders
from seminar_gan.metrics import measurements


def image(rows, columns, level=150, background=20, side=60):
    """A rectangle, given by two slices, on a plain background."""
    picture = np.full((side, side, 1), background, "uint8")
    picture[rows, columns] = level
    return picture


def measured(*images):
    """{name: values of all images}."""
    columns = measurements.measure(np.stack(images)).T
    return dict(zip(measurements.names(images[0].shape[-1]), columns, strict=True))


def disc(radius, side=100):
    row, column = np.indices((side, side)) + 0.5 - side / 2
    return np.where(np.hypot(row, column) < radius, 150, 20).astype("uint8")[..., None]


@pytest.fixture(scope="module")
def cells():
    """The 42 cells on 100 x 100, the larger ones larger."""
    return folders.load_image_folder(datasets.cells_folder(), size=100, scale=100 / 124).images


def test_rectangles():
    columns = measured(image(slice(20, 40), slice(20, 40)), image(slice(10, 20), slice(10, 50)))
    np.testing.assert_allclose(columns["area"], [400 / 3600, 400 / 3600])
    np.testing.assert_allclose(columns["elongation"], [0, 1 - 10 / 40], atol=1e-9)
    np.testing.assert_allclose(columns["outline"], [1, 100 / 80])
    np.testing.assert_allclose(columns["off_centre"], [0, 0.25], atol=1e-9)
    np.testing.assert_allclose(columns["background"], 20 / 255)
    np.testing.assert_allclose(columns["level"], 130 / 255)
    np.testing.assert_allclose([columns["spread"], columns["spots"]], 0, atol=1e-9)


def test_a_disc_and_a_ragged_one():
    ragged = disc(30)
    ragged[::2, ::2] = 20
    columns = measured(disc(30), ragged)
    assert columns["area"][0] == pytest.approx(np.pi * 0.09, rel=0.01)
    assert columns["elongation"][0] == pytest.approx(0, abs=0.01)
    assert columns["outline"][0] == pytest.approx(2 / np.sqrt(np.pi), rel=0.02)
    assert columns["outline"][1] > 3 * columns["outline"][0]


def test_a_dark_object_on_a_light_background_has_the_same_shape():
    light, dark = image(slice(10, 20), slice(10, 50)), image(slice(10, 20), slice(10, 50), level=20, background=150)
    columns = measured(light, dark)
    for name in (*measurements.SHAPE, *measurements.DETAIL, "spread"):
        assert columns[name][0] == pytest.approx(columns[name][1])
    assert columns["level"].tolist() == pytest.approx([130 / 255, -130 / 255])


def test_the_background_is_the_median_of_all_four_edges():
    edges = np.full((16, 16, 1), 20, "uint8")  # 60 pixels at the edges, of which 31 are lighter
    edges[0], edges[1:, -1], edges[-1, 0] = 100, 100, 100
    for turns in range(4):
        assert measured(np.rot90(edges, turns))["background"] == pytest.approx(100 / 255)


def test_spots_are_told_from_holes():
    spotted, holed = image(slice(10, 50), slice(10, 50)), image(slice(10, 50), slice(10, 50))
    spotted[20:22, 20:22] = 200
    holed[20:22, 20:22] = 110
    columns = measured(spotted, holed)
    values = np.r_[np.full(1596, 130.0), np.full(4, 180.0)]
    assert columns["spread"][0] == pytest.approx(values.std() / 255)
    assert columns["spots"][0] == pytest.approx(((values - values.mean()) ** 3).mean() / values.std() ** 3)
    assert columns["spots"][1] < -1


@pytest.mark.parametrize("number", range(4))
def test_a_board_has_detail_at_the_size_of_its_squares(number):
    size = 2**number
    board = np.kron(np.indices((64 // size, 64 // size)).sum(axis=0) % 2, np.ones((size, size))) * 100 + 100
    columns = measured(board[..., None].astype("uint8"))
    heights = np.cumsum([columns[name][0] for name in measurements.DETAIL])
    assert heights[number] == pytest.approx(np.log10(0.001 + 50 / 255))
    np.testing.assert_allclose(np.delete(heights, number), -3)


def test_colour_is_measured_as_grey_and_as_colour():
    grey = np.concatenate([image(slice(10, 30), slice(10, 50))] * 3, axis=-1)
    tinted = grey.copy()
    tinted[..., 0] += 51
    columns = measured(grey, tinted)
    single = measured(grey[..., :1])
    assert list(columns) == [*single, "red", "blue"] and len(columns) == 14
    for name, values in single.items():
        assert columns[name][0] == pytest.approx(values[0])
    np.testing.assert_allclose([columns["red"], columns["blue"]], [[0, 0.2], [0, 0]], atol=1e-9)
    assert columns["background"][1] == pytest.approx((20 + 0.299 * 51) / 255)


@pytest.mark.parametrize("side", [16, 17, 128])
@pytest.mark.parametrize("channels", [1, 3])
def test_plain_and_noisy_images_of_any_size_are_finite(side, channels):
    noise = np.random.default_rng(0).integers(0, 256, (3, side, side, channels), "uint8")
    plain = np.stack([np.full((side, side, channels), level, "uint8") for level in (0, 7, 255)])
    single = plain.copy()
    single[:, 3, 4] = 99
    for images in (noise, plain, single):
        rows = measurements.measure(images)
        assert rows.shape == (3, len(measurements.names(channels))) and np.isfinite(rows).all()


def test_other_arrays_are_rejected():
    with pytest.raises(TypeError, match="measure takes uint8 images, 0 to 255; got dtype float64"):
        measurements.measure(np.zeros((2, 20, 20, 1)))
    for shape in ((2, 20, 20), (2, 15, 20, 1), (2, 20, 20, 4), (0, 20, 20, 1)):
        with pytest.raises(
            ValueError, match=r"measure takes images \(n, height, width, 1 or 3\), 16 pixels or more a side"
        ):
            measurements.measure(np.zeros(shape, "uint8"))


def test_standardising_goes_by_the_reference():
    reference, other = np.array([[0.0, 5], [2, 5], [4, 5]]), np.array([[4.0, 6], [-99, 99]])
    first, second = measurements.standardise(reference, other)
    np.testing.assert_allclose(first, [[-(1.5**0.5), 0], [0, 0], [1.5**0.5, 0]])
    np.testing.assert_allclose(second, [[1.5**0.5, 1], [-3, 3]])


def test_standardising_takes_finite_measurements_of_one_dimension():
    reference = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"one dimension d; got the shapes .*\(3, 2\).*\(3, 1\)"):
        measurements.standardise(reference, np.zeros((3, 1)))
    with pytest.raises(ValueError, match="2 of the 3 samples in sample 1 hold NaN"):
        measurements.standardise(reference, np.array([[0, np.nan], [np.inf, 0], [0, 0]]))
    with pytest.raises(ValueError, match="reference has 0 samples"):
        measurements.standardise(reference[:0], reference)
    with pytest.raises(TypeError, match="reference has dtype bool"):
        measurements.standardise(reference.astype(bool))
    levels = np.array([[0, 255], [2, 255]], "uint8")  # 0 less the mean 1 would wrap to 255
    np.testing.assert_array_equal(measurements.standardise(levels)[0], [[-1, 0], [1, 0]])


def distance(real, fake):
    return metrics.kernel_distance(*measurements.standardise(real, fake), resamples=40, least=10).value


def test_halves_of_the_cells_are_near_and_changed_cells_are_far(cells):
    rng = np.random.default_rng(0)
    features = measurements.measure(cells)
    orders = [rng.permutation(42) for _ in range(40)]
    floor = [distance(features[order[:21]], features[order[21:]]) for order in orders]
    noisy = np.clip(cells + rng.normal(0, 10, cells.shape), 0, 255).astype("uint8")
    smooth = np.cumsum(np.cumsum(np.pad(cells.astype(int), ((0, 0), (3, 2), (3, 2), (0, 0)), "edge"), axis=1), axis=2)
    smooth = (smooth[:, 5:, 5:] - smooth[:, :-5, 5:] - smooth[:, 5:, :-5] + smooth[:, :-5, :-5]) // 25
    for changed in (noisy, smooth.astype("uint8"), cells // 2):
        others = measurements.measure(changed)
        distances = [distance(features[order[:21]], others[order[21:]]) for order in orders[:10]]
        assert min(distances) > np.percentile(floor, 95)


@pytest.mark.parametrize("channels", [2, "1", None])
def test_names_are_of_grey_or_colour(channels):
    with pytest.raises(ValueError, match=r"channels must be 1 \(grey\) or 3 \(colour\); got "):
        measurements.names(channels)
