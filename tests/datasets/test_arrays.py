"""Images of a user's own: every usual layout and range becomes uint8 (n, height, width, channels), or is refused."""

import re

import numpy as np
import pytest

from seminar_gan import datasets

RANDOM = np.random.default_rng(0)


def noise(*shape, dtype="uint8"):
    return RANDOM.integers(0, 256, shape).astype(dtype)


def smooth(count, height, width):
    """Images with one soft blob each, whose place differs from image to image: uint8 (count, height, width)."""
    y, x = np.mgrid[:height, :width]
    centres = RANDOM.uniform(0.2, 0.8, (count, 2, 1, 1)) * [[[height]], [[width]]]
    return np.rint(255 * np.exp(-((y - centres[:, 0]) ** 2 + (x - centres[:, 1]) ** 2) / 20)).astype("uint8")


def test_images_in_the_layout_that_is_meant_are_handed_on_without_a_copy():
    for images in (noise(5, 8, 9, 3), noise(5, 8, 9, 1)):
        made, notes = datasets.as_images(images)
        assert made is images and notes == []
    grey = noise(5, 8, 9)
    made, notes = datasets.as_images(grey)
    assert np.shares_memory(made, grey) and made.shape == (5, 8, 9, 1) and notes == []


@pytest.mark.parametrize(
    ("shape", "axes", "note"),
    [
        ((64, 3, 32, 48), (0, 2, 3, 1), "channels moved to the end: (64, 3, 32, 48) is now (64, 32, 48, 3)"),
        ((64, 1, 28, 28), (0, 2, 3, 1), "channels moved to the end: (64, 1, 28, 28) is now (64, 28, 28, 1)"),
        ((32, 32, 3, 100), (3, 0, 1, 2), "images moved to the front: (32, 32, 3, 100) is now (100, 32, 32, 3)"),
        ((50, 32, 3, 32), (0, 1, 3, 2), "channels moved to the end: (50, 32, 3, 32) is now (50, 32, 32, 3)"),
        ((3, 3, 32, 48), (0, 2, 3, 1), "channels moved to the end: (3, 3, 32, 48) is now (3, 32, 48, 3)"),
    ],
)
def test_axes_in_another_order_are_moved_with_a_word(shape, axes, note):
    images = noise(*shape)
    made, notes = datasets.as_images(images)
    np.testing.assert_array_equal(made, images.transpose(axes))
    assert notes == [note]


def test_grey_images_that_are_stacked_along_the_last_axis_are_known_by_their_smoothness():
    images = smooth(60, 28, 28)
    made, notes = datasets.as_images(np.moveaxis(images, 0, -1))
    np.testing.assert_array_equal(made[..., 0], images)
    assert notes == ["images moved to the front: (28, 28, 60) is now (60, 28, 28, 1)"]
    wide = smooth(28, 28, 60)
    made, notes = datasets.as_images(wide)
    assert made.shape == (28, 28, 60, 1) and notes == []
    made, notes = datasets.as_images(noise(28, 28, 60))
    assert made.shape == (28, 28, 60, 1) and notes == ["(28, 28, 60) is read as 28 images of 28 x 60 pixels"]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((20, 784), r"got \(20, 784\)\. If each row is an image, x\.reshape\(-1, 28, 28, 1\)"),
        ((20, 3072), r"x\.reshape\(-1, 32, 32, 3\) or x\.reshape\(-1, 3, 32, 32\) where .* as in CIFAR-10; if this"),
        ((20, 600), r"x\.reshape\(len\(x\), height, width\)"),
        (
            (64, 48, 3),
            r"\(64, 48, 3\) can be read as one image or as images 3 pixels wide: give one image as x\[None\]",
        ),
        ((2, 10, 3, 32, 32), "got 5 axes"),
        ((784,), "got 1 axes"),
        ((10, 32, 32, 7), r"the last axis must be that of the channels, .*; got \(10, 32, 32, 7\)$"),
        ((32, 32, 3, 32), r"np\.moveaxis\(x, -1, 0\) or np\.moveaxis\(x, 2, -1\)"),
        ((24, 32, 3, 100), r"np\.moveaxis\(x, -1, 0\) or np\.moveaxis\(x, 2, -1\)"),
        ((3, 50, 32, 32), r"np\.moveaxis\(x, 0, -1\)$"),
        ((3, 32, 32, 50), r"np\.moveaxis\(x, 0, -1\) or x\.transpose\(3, 1, 2, 0\)$"),
        ((0, 28, 28), r"there are no images: the array is empty, \(0, 28, 28\)"),
        ((4, 0, 28), "there are no images"),
    ],
)
def test_a_shape_that_can_be_read_in_several_ways_is_refused_with_the_cure(shape, message):
    with pytest.raises(ValueError, match=message):
        datasets.as_images(noise(*shape))


def test_narrow_images_are_taken_with_a_channel():
    assert datasets.as_images(noise(9, 28, 1, 1))[0].shape == (9, 28, 1, 1)
    assert datasets.as_images(noise(9, 1, 1, 1))[1] == []
    assert datasets.as_images(noise(9, 4, 4))[0].shape == (9, 4, 4, 1)
    assert datasets.as_images(noise(9, 3, 4, 4))[1][0] == "(9, 3, 4, 4) is read as images 3 pixels high and 4 wide"
    made, notes = datasets.as_images(noise(9, 1, 28, 3))
    assert made.shape == (9, 1, 28, 3) and notes == ["(9, 1, 28, 3) is read as images 1 pixels high and 28 wide"]


@pytest.mark.parametrize(
    ("images", "expected", "note"),
    [
        (np.array([True, False]), [255, 0], "True and False became 255 and 0"),
        (np.array([1, 0], "uint8"), [255, 0], r"uint8 0 to 1 was taken as \[0, 1\]"),
        (np.array([0, 0.2, 1]), [0, 51, 255], r"float64 0 to 1 was taken as \[0, 1\] and became uint8"),
        (np.array([0.1, 0.2, 0.4], "float16"), [25, 51, 102], r"float16 0\.\d+ to 0\.\d+ was taken as \[0, 1\]"),
        (np.array([0, 1 + 1e-6], "float32"), [0, 255], r"taken as \[0, 1\]"),
        (np.array([-1, 0, 1.0]), [0, 128, 255], r"taken as \[-1, 1\]"),
        (np.array([-1, 1]), [0, 255], r"int64 -1 to 1 was taken as \[-1, 1\]"),
        (np.array([0, 254.6, 12.2]), [0, 255, 12], "taken as 0 to 255"),
        (np.array([3.0, 9.0]), [3, 9], "float64 3 to 9 was taken as 0 to 255"),
        (np.array([0, 255, 7]), [0, 255, 7], "int64 0 to 255 was taken as 0 to 255"),
        (np.array([0, 255, 7], ">i4"), [0, 255, 7], "taken as 0 to 255"),
        (np.array([0, 65535, 257, 514], ">u2"), [0, 255, 1, 2], "taken as 0 to 65,535"),
        (np.array([0, 2, 3], object), [0, 2, 3], "taken as 0 to 255"),
        (np.array([155, 235, 200], "uint8"), [155, 235, 200], None),
        (np.array([0, 0, 0], "uint8"), [0, 0, 0], None),
        (np.array([1, 1], "uint8"), [1, 1], None),
    ],
)
def test_values_of_another_range_are_scaled_with_a_word(images, expected, note):
    made, notes = datasets.as_images(np.broadcast_to(images[:, None, None], (len(images), 8, 8)))
    assert made.dtype == np.uint8 and made.max(axis=(1, 2, 3)).tolist() == expected
    assert made.min(axis=(1, 2, 3)).tolist() == expected
    assert (note is None and notes == []) or (len(notes) == 1 and re.search(note, notes[0]))


@pytest.mark.parametrize("dtype", ["uint8", "float64", "int32"])
def test_images_whose_white_may_be_another_number_are_taken_with_a_word(dtype):
    sixteen = np.arange(17).repeat(16).reshape(17, 4, 4).astype(dtype)  # as the digits of scikit-learn
    made, notes = datasets.as_images(sixteen)
    np.testing.assert_array_equal(made[..., 0], sixteen)
    assert notes[-1].endswith("the lightest value is 16 of 255: if that is white, give np.rint(x / 16 * 255)")
    assert "lightest" not in str(datasets.as_images(sixteen * np.array(15, dtype))[1])


def test_floats_that_were_divided_by_255_twice_are_taken_with_a_word():
    grey = noise(9, 8, 8)
    notes = datasets.as_images(grey / 255.0**2)[1]
    assert (
        notes[-1].endswith("if that is white, give x / 0.00392157, as x was divided by 255 twice") and len(notes) == 1
    )
    assert datasets.as_images(grey / 255.0 / 10)[1][-1].endswith("of 1: if that is white, give x / 0.1")
    assert "lightest" not in str(datasets.as_images(grey / 255.0)[1])


def test_large_square_stacks_are_named():
    assert datasets.as_images(noise(32, 32, 50, 3))[1] == ["(32, 32, 50, 3) is read as 32 images of 32 x 50 pixels"]


@pytest.mark.parametrize("alpha", [0, 1])
def test_a_last_channel_that_makes_all_images_white_is_refused(alpha):
    for images, cure in ((noise(5, 8, 8, 3), ":3"), (noise(5, 8, 8, 1), ":1")):
        with_alpha = np.concatenate([images, np.full((5, 8, 8, 1), alpha, "uint8")], axis=-1)
        with pytest.raises(
            ValueError, match=rf"at most {alpha}, so that all .* white\. Leave it out: x\[\.\.\., {cure}"
        ):
            datasets.as_images(with_alpha)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([np.nan, 1], "1 of 2 images have a nan or an infinity"),
        ([np.inf, 1], "1 of 2 images have a nan or an infinity"),
        ([-2.1, 2.6], r"got float64 -2\.1 to 2\.6\. Convert them: np\.rint\(\(x - x\.min\(\)\)"),
        ([0, 7.5], r"got float64 0 to 7\.5"),
        ([-0.04, 1.05], r"np\.clip\(x, 0, 1\)"),
        (np.array([0, 4000], "uint16"), r"got uint16 0 to 4000\. Convert them: np\.rint\(x / 4095 \* 255\)"),
        (np.array([-128, 127], "int8"), r'x\.view\("uint8"\) if they are bytes'),
        ([0, 70_000], "got int64 0 to 70000"),
        ([-300, 255], "got int64 -300 to 255.*stretches"),
        ([-3.2, 259.9], r"np\.clip\(x, 0, 255\) if they are meant to be 0 to 255"),
    ],
)
def test_values_that_can_be_read_in_several_ways_are_refused_with_the_cure(values, message):
    values = np.asarray(values)
    with pytest.raises(ValueError, match=message):
        datasets.as_images(np.broadcast_to(values[:, None, None], (len(values), 8, 8)))


@pytest.mark.parametrize(
    "images", [np.full((2, 8, 8), "a"), np.zeros((2, 8, 8), "complex64"), np.zeros((2, 8, 8), "V2")]
)
def test_what_is_no_number_is_refused(images):
    with pytest.raises(TypeError, match="images must be numbers; got"):
        datasets.as_images(images)


def test_transparency_is_laid_on_white_with_a_word():
    images = np.zeros((3, 8, 8, 4), "uint8")
    images[:] = [10, 20, 30, 255]
    images[1, ..., 3], images[2, ..., 3] = 0, 51
    made, notes = datasets.as_images(images)
    assert made.shape == (3, 8, 8, 3) and made[:, 0, 0].tolist() == [[10, 20, 30], [255] * 3, [206, 208, 210]]
    assert notes == ["4 channels are colour and transparency: laid on white"]
    made, notes = datasets.as_images(np.stack([np.full((2, 8, 8), 0.4), np.ones((2, 8, 8))], axis=1))
    assert made.shape == (2, 8, 8, 1) and made.max() == made.min() == 102
    assert notes[0].startswith("channels moved") and notes[-1] == "2 channels are grey and transparency: dropped"


def test_the_order_in_memory_does_not_matter():
    images = noise(6, 8, 10, 3)
    for same in (np.asfortranarray(images), np.repeat(images, 2, axis=0)[::2], images[::-1][::-1]):
        np.testing.assert_array_equal(datasets.as_images(same)[0], images)
    objects = np.empty(6, object)
    objects[:] = list(images)
    for same in (objects, list(images)):
        np.testing.assert_array_equal(datasets.as_images(same)[0], images)


@pytest.mark.parametrize("images", [[np.zeros((8, 8)), np.zeros((8, 9))], [[[1, 2]], [[1]]]])
def test_images_of_several_sizes_are_refused(images):
    with pytest.raises(ValueError, match="images must have one size; these differ"):
        datasets.as_images(images)


def test_masked_pixels_are_named():
    with pytest.raises(ValueError, match="masked pixels"):
        datasets.as_images(np.ma.masked_equal(noise(3, 8, 8) | 1, 1))
