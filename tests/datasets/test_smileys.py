"""The drawn smileys: the same bytes each time, and what each attribute does."""

import math
import re

import numpy as np
import pytest

from seminar_gan.datasets import smileys
from seminar_gan.datasets.smileys import ATTRIBUTES, HAND, draw_smileys, sample_attributes, sample_hands
from seminar_gan.metrics import obedience

NAMES = list(ATTRIBUTES)
ROW, COLUMN = np.mgrid[:28, :28] - 13.5
INSIDE = np.hypot(ROW, COLUMN) < 8  # the outline
EYES, MOUTH = INSIDE & (ROW < 0), INSIDE & (ROW > 0)  # of an upright face


def vary(name, steps=9, names=NAMES):
    """Vectors in which one number goes from -1 to 1 and all others are 0."""
    vectors = np.zeros((steps, len(names)), "float32")
    vectors[:, list(names).index(name)] = np.linspace(-1, 1, steps)
    return vectors


def vary_hand(name):
    return draw_smileys(np.zeros((9, len(NAMES))), vary(name, names=HAND)).astype("float64")


def drawn(name):
    return draw_smileys(vary(name)).astype("float64")


def mean(what, images, where):
    """The mean of a number over the ink of each image in a region."""
    ink = images * where
    return (ink * what).sum(axis=(1, 2)) / ink.sum(axis=(1, 2))


def rises(numbers, by):
    """True if the numbers never fall, and rise by more than `by` from the first to the last."""
    return np.all(np.diff(numbers) > -0.02 * by) and numbers[-1] - numbers[0] > by


def test_the_same_arguments_give_the_same_bytes():
    attributes, hands = sample_attributes(30, seed=3), sample_hands(30, seed=3)
    images = draw_smileys(attributes, hands)
    assert (images.dtype, images.shape) == (np.uint8, (30, 28, 28))
    np.testing.assert_array_equal(images, draw_smileys(attributes.astype("float64"), hands.tolist()))
    np.testing.assert_array_equal(draw_smileys(attributes), draw_smileys(attributes, np.zeros_like(hands)))


def test_a_drawing_does_not_depend_on_its_neighbours():
    count = smileys.BLOCK + 3
    attributes, hands = sample_attributes(count, seed=0), sample_hands(count, seed=0)
    images = draw_smileys(attributes, hands)
    for number in (0, 1, smileys.BLOCK - 1, smileys.BLOCK, count - 1):
        one = slice(number, number + 1)
        np.testing.assert_array_equal(images[one], draw_smileys(attributes[one], hands[one]))
    np.testing.assert_array_equal(images[::-1], draw_smileys(attributes[::-1], hands[::-1]))


def test_zero_drawings_are_an_empty_array():
    assert draw_smileys(sample_attributes(0, seed=0), sample_hands(0, seed=0)).shape == (0, 28, 28)


@pytest.mark.parametrize(("sample", "columns"), [(sample_attributes, 6), (sample_hands, 5)])
def test_samples_are_uniform_and_independent(sample, columns):
    vectors = sample(20_000, seed=1)
    assert (vectors.dtype, vectors.shape) == (np.float32, (20_000, columns))
    assert -1 <= vectors.min() < -0.999 and 0.999 < vectors.max() <= 1
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(vectors.T), np.eye(columns) / 3, atol=0.02)


def test_a_seed_says_what_is_sampled():
    np.testing.assert_array_equal(sample_attributes(5, seed=7), sample_attributes(9, seed=7)[:5])
    assert not np.any(sample_attributes(5, seed=7) == sample_attributes(5, seed=8))
    assert not np.any(sample_attributes(1, seed=7)[:, :5] == sample_hands(1, seed=7))
    both = np.c_[sample_attributes(20_000, seed=7), sample_hands(20_000, seed=7)]
    assert np.abs(np.corrcoef(both.T) - np.eye(11)).max() < 0.03


def test_light_ink_on_black():
    images = draw_smileys(sample_attributes(500, seed=0), sample_hands(500, seed=0))
    assert 0.5 < np.mean(images == 0) < 0.9
    corners = images[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert not corners.any()
    full = draw_smileys(np.zeros((2, 6)), [[0, 0, 0, -1, 0], [0, 0, 0, 1, 0]])
    assert full.max(axis=(1, 2)).tolist() == [166, 255]  # 65 % and 100 % of 255


def test_smile_lifts_the_corners_of_the_mouth_and_nothing_else():
    images = drawn("smile")
    corners, middle = MOUTH & (np.abs(COLUMN) > 3), MOUTH & (np.abs(COLUMN) < 2)
    lift = mean(-ROW, images, corners) - mean(-ROW, images, middle)
    assert rises(lift, by=4)
    np.testing.assert_allclose(lift, -lift[::-1], atol=0.3)
    np.testing.assert_array_equal((images * ~MOUTH).std(axis=0), 0)


def test_eyes_open_from_a_line():
    images = drawn("eyes")
    assert rises(np.sqrt(mean((ROW + 3.5) ** 2, images, EYES)), by=0.7)
    assert np.count_nonzero((images[0] * EYES).max(axis=1) > 100) == 1  # rows with ink: a line
    assert np.count_nonzero((images[-1] * EYES).max(axis=1) > 100) >= 5
    np.testing.assert_array_equal((images * ~EYES).std(axis=0), 0)


def test_eye_distance_moves_the_eyes_apart_by_2_4_pixels():
    images = drawn("eye_distance")
    apart = 2 * mean(np.abs(COLUMN), images, EYES)
    assert rises(apart, by=4)
    np.testing.assert_allclose(apart, 6.4 + 2.4 * np.linspace(-1, 1, 9), atol=0.25)
    np.testing.assert_allclose(mean(ROW, images, EYES), -3.5, atol=0.02)
    np.testing.assert_array_equal((images * ~EYES).std(axis=0), 0)


def test_face_width_leaves_the_height():
    images = drawn("face_width")
    across = images * (np.abs(ROW) < 1) * (np.abs(COLUMN) > 6)
    np.testing.assert_allclose(mean(np.abs(COLUMN), across, 1), 9.2 + 1.4 * np.linspace(-1, 1, 9), atol=0.1)
    down = images * (np.abs(COLUMN) < 1) * (np.abs(ROW) > 7.5)
    np.testing.assert_allclose(mean(np.abs(ROW), down, 1), 9.8, atol=0.1)
    np.testing.assert_array_equal((images * (np.hypot(ROW, COLUMN) < 7) * (np.abs(COLUMN) < 5)).std(axis=0), 0)


def test_outline_gets_thicker_and_eyes_and_mouth_stay():
    images = drawn("outline")
    assert rises((images * ~INSIDE).sum(axis=(1, 2)), by=10_000)
    thickness = (images * (np.abs(ROW) < 1) * (COLUMN > 0)).sum(axis=(1, 2)) / 2 / (255 * 0.825)
    np.testing.assert_allclose(thickness, 2 * (1 + 0.6 * np.linspace(-1, 1, 9)), atol=0.15)
    np.testing.assert_array_equal((images * (np.hypot(ROW, COLUMN) < 7)).std(axis=0), 0)


def test_tilt_turns_the_face_clockwise_by_0_45():
    attributes = vary("tilt")
    attributes[:, NAMES.index("face_width")] = -1  # so that the face has a long axis
    attributes[:, NAMES.index("outline")] = -1
    images = draw_smileys(attributes).astype("float64") * (np.hypot(ROW, COLUMN) > 6.8)  # the outline alone
    xx, yy, xy = (mean(what, images, 1) for what in (COLUMN**2, ROW**2, COLUMN * ROW))
    angle = np.arctan2(-2 * xy, yy - xx) / 2
    np.testing.assert_allclose(angle, 0.45 * np.linspace(-1, 1, 9), atol=0.03)
    assert rises(mean(COLUMN, drawn("tilt"), (ROW < -1) & (np.hypot(ROW, COLUMN) < 7)), by=2)  # the eyes go right


def test_a_mirrored_drawing_is_the_drawing_of_the_mirrored_vectors():
    attributes, hands = sample_attributes(200, seed=5), sample_hands(200, seed=5)
    images = draw_smileys(attributes, hands)
    attributes[:, NAMES.index("tilt")] *= -1
    hands[:, list(HAND).index("right")] *= -1
    hands[:, list(HAND).index("wobble")] *= -1
    np.testing.assert_array_equal(draw_smileys(attributes, hands), images[:, :, ::-1])


def test_the_ink_covers_the_area_of_the_shapes():
    attributes = np.zeros((1, 6))
    attributes[0, NAMES.index("face_width")] = 0.6 / 1.4  # half width 9.2 + 0.6 = half height 9.8: a circle
    ring = math.tau * 9.8 * 2
    eyes = 2 * math.pi * 1.6**2
    mouth = 8.8 * 1.5 + math.pi * 0.75**2
    assert draw_smileys(attributes).sum() / (255 * 0.825) == pytest.approx(ring + eyes + mouth, rel=0.01)


@pytest.mark.parametrize("numbers", [(0, 0, 0, 0, 0), (-1, -1, -1, -1, -1), (1, 1, 1, 1, 1), (0.9, -0.8, 0.4, 0, -0.4)])
def test_the_drawing_agrees_with_shapes_filled_point_by_point(numbers):
    smile, eyes, eye_distance, face_width, outline = numbers
    fine = (np.arange(28 * 8) + 0.5) / 8 - 14  # 8 x 8 points a pixel
    x, y = fine[None, :], fine[:, None]
    wide, high = 9.2 + 1.4 * face_width, 9.8
    u = np.linspace(-1, 1, 81)[:, None, None]
    mouth = np.hypot(x - 4.4 * u, y - 3.5 - 1.6 * smile * (1 - 2 * u**2)).min(axis=0) < 0.75
    eye = np.hypot((np.abs(x) - 3.2 - 1.2 * eye_distance) / (1.6 - 0.3 * eyes), (y + 3.5) / (1.6 + 0.9 * eyes)) < 1
    distance = np.abs((x / wide) ** 2 + (y / high) ** 2 - 1) / 2 / np.hypot(x / wide**2, y / high**2)
    points = mouth | eye | (distance < 1 + 0.6 * outline)
    coverage = points.reshape(28, 8, 28, 8).mean(axis=(1, 3))
    image = draw_smileys([(*numbers, 0)])[0] / (255 * 0.825)
    assert np.abs(image - coverage).max() < 0.21
    assert np.abs(image - coverage).mean() < 0.0105


def test_the_hand_shifts_by_a_pixel():
    right, down = vary_hand("right"), vary_hand("down")
    np.testing.assert_array_equal(right[-1], np.roll(right[4], 1, axis=1))
    np.testing.assert_array_equal(down[-1], np.roll(down[4], 1, axis=0))
    np.testing.assert_array_equal(down[0], np.roll(down[4], -1, axis=0))


def test_the_hand_scales_everything_by_5_percent():
    ink = vary_hand("size").sum(axis=(1, 2))
    np.testing.assert_allclose(ink / ink[4], (1 + 0.05 * np.linspace(-1, 1, 9)) ** 2, rtol=0.02)


def test_the_hand_presses_and_wobbles():
    ink = vary_hand("ink").sum(axis=(1, 2))
    np.testing.assert_allclose(ink / ink[4], 1 + 0.175 / 0.825 * np.linspace(-1, 1, 9), rtol=0.01)
    wobbly = vary_hand("wobble")
    upper, lower = (mean(COLUMN, wobbly, half) for half in (ROW < 0, ROW > 0))
    assert rises(upper, by=0.5) and rises(-lower, by=0.5)


def test_every_attribute_can_be_read_off_the_pixels_of_new_drawings():
    attributes = sample_attributes(2_500, seed=1)
    pixels = draw_smileys(attributes, sample_hands(2_500, seed=1)).reshape(-1, 784) / 255
    x = np.c_[pixels, np.ones(len(pixels))]
    learn, new = x[:2_000], x[2_000:]
    weights = np.linalg.solve(learn.T @ learn + 3 * np.eye(785), learn.T @ attributes[:2_000])  # ridge regression
    for name, (r_squared, _) in obedience(attributes[2_000:], new @ weights, NAMES).items():
        assert r_squared > 0.8, name


@pytest.mark.parametrize("wrong", [np.zeros(6), np.zeros((3, 5)), np.zeros((3, 6, 1)), 0.5])
def test_attributes_of_another_shape_are_rejected(wrong):
    names = "attributes must be (n, 6), with the columns smile, eyes, eye_distance, face_width, outline, tilt"
    with pytest.raises(ValueError, match=re.escape(f"{names}; got {np.shape(wrong)}")):
        draw_smileys(wrong)


@pytest.mark.parametrize("value", [1.01, -1.01, math.nan, math.inf])
def test_values_out_of_range_are_rejected_by_name(value):
    attributes, hands = np.zeros((4, 6)), np.zeros((4, 5))
    attributes[2, 5] = value
    with pytest.raises(ValueError, match=re.escape(f"attributes must be in [-1, 1]; 'tilt' of row 2 is {value:g}")):
        draw_smileys(attributes, hands)
    attributes[2, 5] = 0
    hands[3, 1] = value
    with pytest.raises(ValueError, match=re.escape(f"hands must be in [-1, 1]; 'down' of row 3 is {value:g}")):
        draw_smileys(attributes, hands)


def test_hands_that_do_not_fit_are_rejected():
    with pytest.raises(ValueError, match=re.escape("hands must be (n, 5), with the columns right, down, size, ink, ")):
        draw_smileys(np.zeros((4, 6)), np.zeros((4, 6)))
    with pytest.raises(ValueError, match="a hand for each row of attributes; got 1 hands for 4 rows"):
        draw_smileys(np.zeros((4, 6)), np.zeros((1, 5)))


@pytest.mark.parametrize("draw", [smileys.sample_attributes, smileys.sample_hands])
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((-1, 0), "count must be a whole number of at least 0; got -1"),
        ((2.0, 0), "count must be a whole number of at least 0; got 2.0"),
        ((True, 0), "count must be a whole number of at least 0; got True"),
        ((2, None), "seed must be a whole number of at least 0; got None"),
        ((2, -1), "seed must be a whole number of at least 0; got -1"),
        ((2, "a"), "seed must be a whole number of at least 0; got 'a'"),
    ],
)
def test_other_counts_and_seeds_are_rejected(draw, arguments, text):
    with pytest.raises(ValueError, match=text):
        draw(*arguments)
    assert draw(np.int64(2), np.int64(3)).tolist() == draw(2, 3).tolist()


@pytest.mark.parametrize(
    ("attributes", "error", "text"),
    [
        (np.zeros((2, 6)).astype(str), TypeError, "attributes must be numbers in .-1, 1.; got dtype <U"),
        (np.zeros((2, 6), bool), TypeError, "got dtype bool"),
        (np.zeros((2, 6), complex), TypeError, "got dtype complex128"),
        ({"smile": 1}, TypeError, "got dtype object"),
        (np.ma.masked_array(np.zeros((2, 6)), mask=True), ValueError, "attributes has masked values"),
        ([[1], [1, 2]], ValueError, "attributes is no array"),
    ],
)
def test_what_holds_no_numbers_is_rejected(attributes, error, text):
    with pytest.raises(error, match=text):
        smileys.draw_smileys(attributes)
