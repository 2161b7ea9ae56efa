import numpy as np
import pytest

from seminar_gan import ranges

ALL_BYTES = np.arange(256, dtype="uint8").reshape(16, 16)


def test_known_values():
    images = np.array([[0, 51, 255]], "uint8")
    assert ranges.to_unit(images).tolist() == [[0.0, np.float32(0.2), 1.0]]
    np.testing.assert_allclose(ranges.to_symmetric(images), [[-1.0, -0.6, 1.0]], atol=1e-7)
    assert ranges.unit_to_uint8(np.array([0.0, 0.2, 0.5, 1.0])).tolist() == [0, 51, 128, 255]
    assert ranges.symmetric_to_uint8(np.array([-1.0, -0.6, 0.0, 1.0])).tolist() == [0, 51, 128, 255]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("forth", "back"),
    [(ranges.to_unit, ranges.unit_to_uint8), (ranges.to_symmetric, ranges.symmetric_to_uint8)],
)
def test_round_trip_is_exact_for_every_byte(forth, back, dtype):
    result = back(forth(ALL_BYTES).astype(dtype))
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, ALL_BYTES)


@pytest.mark.parametrize(("forth", "low"), [(ranges.to_unit, 0), (ranges.to_symmetric, -1)])
def test_scaling_gives_float32_with_exact_ends_and_leaves_its_argument_alone(forth, low):
    images = ALL_BYTES.copy()
    result = forth(images)
    assert (result.dtype, result.shape) == (np.float32, (16, 16))
    assert (result.min(), result.max()) == (low, 1)
    np.testing.assert_array_equal(images, ALL_BYTES)


@pytest.mark.parametrize("convert", [ranges.to_unit, ranges.to_symmetric])
@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 3)), np.zeros((2, 3), "int64"), np.zeros((2, 3), bool), np.array([["a"]]), [1, 2]],
    ids=["float", "int64", "bool", "text", "list"],
)
def test_scaling_wants_uint8(convert, images):
    with pytest.raises(TypeError, match=rf"{convert.__name__} wants uint8 images.*got dtype .*shape \("):
        convert(images)


def test_scaling_twice_is_refused():
    with pytest.raises(TypeError, match=r"got dtype float32, shape \(16, 16\), values 0 to 1"):
        ranges.to_unit(ranges.to_unit(ALL_BYTES))


@pytest.mark.parametrize("convert", [ranges.unit_to_uint8, ranges.symmetric_to_uint8])
def test_going_back_wants_floats(convert):
    with pytest.raises(TypeError, match=rf"{convert.__name__} wants floating-point images.*got dtype uint8"):
        convert(ALL_BYTES)


@pytest.mark.parametrize("value", [1.001, 255.0, -1.001, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("convert", [ranges.unit_to_uint8, ranges.symmetric_to_uint8])
def test_going_back_refuses_other_values(convert, value):
    with pytest.raises(ValueError, match=rf"{convert.__name__} wants values in \[.*, 1\]; got dtype float32"):
        convert(np.array([0.5, value], "float32"))


def test_symmetric_images_are_no_unit_images():
    with pytest.raises(ValueError, match=r"wants values in \[0, 1\]; got .* values -1 to 1"):
        ranges.unit_to_uint8(ranges.to_symmetric(ALL_BYTES))


@pytest.mark.parametrize("convert", [ranges.unit_to_uint8, ranges.symmetric_to_uint8])
def test_no_images_are_no_error(convert):
    assert convert(np.zeros((0, 28, 28), "float32")).shape == (0, 28, 28)
