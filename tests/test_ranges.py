import ml_dtypes
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
    [
        np.zeros((2, 3)),
        np.zeros((2, 3), "int64"),
        np.zeros((2, 3), bool),
        np.array([["a"]]),
        [1, 2],
        np.zeros(3, complex),
    ],
    ids=["float", "int64", "bool", "text", "list", "complex"],
)
def test_scaling_takes_only_uint8(convert, images):
    with pytest.raises(TypeError, match=rf"{convert.__name__} takes uint8 images.*got dtype .*shape \("):
        convert(images)


def test_scaling_twice_is_rejected():
    with pytest.raises(TypeError, match=r"got dtype float32, shape \(16, 16\), values 0 to 1"):
        ranges.to_unit(ranges.to_unit(ALL_BYTES))


@pytest.mark.parametrize("convert", [ranges.unit_to_uint8, ranges.symmetric_to_uint8])
def test_going_back_takes_only_floats(convert):
    with pytest.raises(TypeError, match=rf"{convert.__name__} takes floating-point images.*got dtype uint8"):
        convert(ALL_BYTES)


@pytest.mark.parametrize("value", [1.001, 255.0, -1.001, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("convert", [ranges.unit_to_uint8, ranges.symmetric_to_uint8])
def test_going_back_rejects_other_values(convert, value):
    with pytest.raises(ValueError, match=rf"{convert.__name__} takes values in \[.*, 1\]; got dtype float32"):
        convert(np.array([0.5, value], "float32"))


def test_symmetric_images_are_not_unit_images():
    with pytest.raises(ValueError, match=r"takes values in \[0, 1\]; got .* values -1 to 1"):
        ranges.unit_to_uint8(ranges.to_symmetric(ALL_BYTES))


@pytest.mark.parametrize("convert", [ranges.unit_to_uint8, ranges.symmetric_to_uint8])
def test_an_empty_array_is_accepted(convert):
    assert convert(np.zeros((0, 28, 28), "float32")).shape == (0, 28, 28)


def test_bfloat16_is_floating_point_too():
    assert ranges.unit_to_uint8(np.array([0, 0.25, 0.5, 1], ml_dtypes.bfloat16)).tolist() == [0, 64, 128, 255]
    assert ranges.symmetric_to_uint8(np.array([-1, 0.25, 1], ml_dtypes.bfloat16)).tolist() == [
        0,
        159,
        255,
    ]
    with pytest.raises(ValueError, match=r"takes values in \[0, 1\]; got dtype bfloat16, shape \(2,\), values 0 to 2"):
        ranges.unit_to_uint8(np.array([0, 2], ml_dtypes.bfloat16))
    with pytest.raises(TypeError, match=r"to_unit takes uint8 images.* got dtype bfloat16, .*unit_to_uint8"):
        ranges.to_unit(np.ones(2, ml_dtypes.bfloat16))


def test_half_precision_is_rounded_once():
    every = np.linspace(0, 1, 1001, dtype="float16")
    np.testing.assert_array_equal(ranges.unit_to_uint8(every), np.rint(every.astype("float64") * 255))
    every = np.linspace(-1, 1, 1001, dtype="float16")
    np.testing.assert_array_equal(ranges.symmetric_to_uint8(every), np.rint((every.astype("float64") + 1) * 127.5))


@pytest.mark.parametrize(
    ("images", "cure"),
    [
        (ALL_BYTES > 100, r'255 \* images\.astype\("uint8"\)'),
        (ALL_BYTES.astype("float32"), r'np\.rint\(images\)\.astype\("uint8"\)'),
        (ALL_BYTES / 255, "unit_to_uint8"),
        (ALL_BYTES.astype(">i2"), r'images\.astype\("uint8"\)'),
    ],
)
def test_images_of_another_type_are_rejected_with_a_cure_that_works(images, cure):
    with pytest.raises(TypeError, match=f"; .*convert them with .*{cure}"):
        ranges.to_unit(images)


@pytest.mark.parametrize(
    "convert", [ranges.to_unit, ranges.to_symmetric, ranges.unit_to_uint8, ranges.symmetric_to_uint8]
)
def test_what_is_no_plain_array_is_rejected_in_one_sentence(convert):
    with pytest.raises(ValueError, match=f"^{convert.__name__}: .* has masked values; fill them"):
        convert(np.ma.masked_array(ALL_BYTES, mask=ALL_BYTES > 3))
    with pytest.raises(ValueError, match=f"^{convert.__name__}: .* is no array: its parts differ in length$"):
        convert([[1.0], [1.0, 0.0]])


def test_layout_and_byte_order_do_not_matter():
    unit = ranges.to_unit(ALL_BYTES)
    for form in (unit.T, unit[::-1, ::-1], np.repeat(unit, 2, axis=0)[::2], np.broadcast_to(unit, (3, 16, 16))[1]):
        np.testing.assert_array_equal(ranges.unit_to_uint8(form), np.rint(form * 255))
    np.testing.assert_array_equal(ranges.unit_to_uint8(unit.astype(">f4")), ALL_BYTES)
    np.testing.assert_array_equal(ranges.unit_to_uint8(unit.astype("longdouble")), ALL_BYTES)
    np.testing.assert_array_equal(ranges.to_unit(ALL_BYTES.T), unit.T)
