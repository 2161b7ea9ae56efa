import itertools

import numpy as np
import pytest
from samples import byte_images

from seminar_gan import metrics


def test_specks_are_lit_pixels_without_a_stroke():
    drawing = np.zeros((2, 5, 6), "uint8")
    drawing[0, 0, 0] = drawing[0, 4, 5] = 255  # alone, in the corners: opposite edges do not touch
    drawing[1, 2, 1:5] = 128  # a stroke of four: its two ends have one lit neighbour each
    drawing[1, 4, 1] = 127  # not lit
    assert metrics.specks(drawing) == metrics.specks(drawing[..., None]) == pytest.approx(4 / 6)
    assert metrics.specks(np.full((1, 5, 6), 255, "uint8")) == 0
    with pytest.raises(ValueError, match="specks needs lit pixels, above 127"):
        metrics.specks(np.full((1, 5, 6), 127, "uint8"))


def test_opposite_edges_are_not_neighbours():
    image = np.zeros((5, 5), "uint8")
    image[0, 2] = image[4, 1] = image[4, 3] = 255
    assert metrics.specks(np.stack([image, image.T])) == 1


@pytest.mark.parametrize(
    ("images", "error", "text"),
    [
        (np.ones((2, 5, 6)), TypeError, "specks takes uint8 images.*dtype float64.*values 1 to 1; .*unit_to_uint8"),
        (np.ones((2, 5, 6), bool), TypeError, "dtype bool"),
        (np.full((2, 5, 6), 200), TypeError, 'dtype int64.*astype."uint8".'),
        (np.full((5, 6), 200, "uint8"), ValueError, r"got shape \(5, 6\)"),
        (np.full((2, 5, 6, 3), 200, "uint8"), ValueError, r"got shape \(2, 5, 6, 3\)"),
        (np.full((2, 5, 6, 1, 1), 200, "uint8"), ValueError, r"got shape \(2, 5, 6, 1, 1\)"),
        (np.zeros((0, 5, 6), "uint8"), ValueError, r"got shape \(0, 5, 6\)"),
        (np.zeros((2, 5, 6), "uint8"), ValueError, "lit pixels"),
    ],
)
def test_other_images_are_rejected(images, error, text):
    with pytest.raises(error, match=text):
        metrics.specks(images)


# Variety


@pytest.mark.parametrize("count", [2, 3, 10])
def test_variety_is_the_mean_difference_of_all_pairs(count):
    images = byte_images(count, 5, 4, 3)
    pairs = itertools.combinations(images.astype("float64"), 2)
    assert metrics.variety(images) == pytest.approx(np.mean([np.abs(a - b).mean() for a, b in pairs]), rel=1e-12)


def test_variety_of_copies_is_0_and_order_does_not_matter():
    images = byte_images(9, 5, 4, 1)
    kept = images.copy()
    assert metrics.variety(images[[0, 0, 0]]) == 0
    assert metrics.variety(images) == metrics.variety(images[::-1])
    np.testing.assert_array_equal(images, kept)


@pytest.mark.parametrize(
    ("images", "error", "text"),
    [
        (np.ones((2, 5, 6, 1)), TypeError, "variety takes uint8 images.*dtype float64"),
        (byte_images(1, 5, 6, 1), ValueError, r"at least two images, .*; got shape \(1, 5, 6, 1\)"),
        (byte_images(0, 5, 6, 1), ValueError, r"got shape \(0, 5, 6, 1\)"),
        (byte_images(2, 0, 6, 1), ValueError, r"got shape \(2, 0, 6, 1\)"),
        (byte_images(5, 6), ValueError, r"got shape \(5, 6\)"),
    ],
)
def test_variety_of_other_images_is_rejected(images, error, text):
    with pytest.raises(error, match=text):
        metrics.variety(images)
