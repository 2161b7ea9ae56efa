"""What every measure of features does alike: order, memory, and which arrays it takes."""

import tracemalloc

import ml_dtypes
import numpy as np
import pytest
from samples import normal

from seminar_gan import metrics
from seminar_gan.metrics import checks, neighbours

MEASURES = {
    "frechet_distance": metrics.frechet_distance,
    "kernel_distance": metrics.kernel_distance,
    "precision_recall": metrics.precision_recall,
    "density_coverage": metrics.density_coverage,
}
every_measure = pytest.mark.parametrize("name", MEASURES)


@every_measure
def test_order_does_not_matter(name):
    real, fake = normal(150, 16), normal(120, 16, seed=1, shift=0.2)
    random = np.random.default_rng(2)
    shuffled = MEASURES[name](random.permutation(real), random.permutation(fake))
    distance = MEASURES[name](real, fake)
    if name == "kernel_distance":  # the draws of its interval fall on other samples
        distance, shuffled = distance.value, shuffled.value
    assert shuffled == pytest.approx(distance, rel=1e-9)


@every_measure
def test_arguments_are_left_alone(name):
    real, fake = normal(150), normal(150, seed=1)
    copies = real.copy(), fake.copy()
    MEASURES[name](real, fake)
    np.testing.assert_array_equal((real, fake), copies)


@pytest.mark.parametrize("name", ["kernel_distance", "precision_recall", "density_coverage"])
def test_blocks_change_nothing_but_the_memory(name, monkeypatch):
    real, fake = normal(1500), normal(1400, seed=1, shift=0.2)
    whole = MEASURES[name](real, fake)
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", 1_000_000)
    tracemalloc.start()
    try:
        assert MEASURES[name](real, fake) == pytest.approx(whole, rel=1e-9)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000  # all distances at once take 16,800,000, the counts of the bootstrap 2,400,000
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", 1)
    assert MEASURES[name](real[:100], fake[:100]) == pytest.approx(MEASURES[name](real[:100], fake[:100]))


@every_measure
@pytest.mark.parametrize(
    ("fake", "error", "text"),
    [
        (np.zeros((200, 4), bool), TypeError, "fake has dtype bool"),
        (np.zeros((200, 4), complex), TypeError, "fake has dtype complex128"),
        (np.array([["a"]]), TypeError, "fake has dtype <U1"),
        (np.zeros(200), ValueError, r"\(n, d\), one row a sample; fake has shape \(200,\)"),
        (np.zeros((200, 2, 2)), ValueError, r"fake has shape \(200, 2, 2\)"),
        (np.zeros((200, 0)), ValueError, r"fake has shape \(200, 0\)"),
        (np.zeros((200, 5)), ValueError, r"of one dimension d; got the shapes .*\(200, 4\).*\(200, 5\)"),
        (np.where(np.arange(800).reshape(200, 4) < 5, np.nan, 0), ValueError, "2 of the 200 samples in fake hold NaN"),
        (np.where(np.arange(800).reshape(200, 4) < 1, -np.inf, 0), ValueError, "1 of the 200 .* NaN, infinity"),
        (np.zeros((0, 4)), ValueError, "fake has 0 samples"),
    ],
)
def test_wrong_features_are_rejected(name, fake, error, text):
    with pytest.raises(error, match=f"{name}.*{text}"):
        MEASURES[name](normal(200), fake)


@pytest.mark.parametrize(
    ("name", "least"),
    [("frechet_distance", 13), ("kernel_distance", 100), ("precision_recall", 30), ("density_coverage", 50)],
)
def test_too_few_samples_are_rejected(name, least):
    many, enough, few = normal(200, 12), normal(least, 12, seed=1), normal(least - 1, 12, seed=1)
    MEASURES[name](many, enough)
    MEASURES[name](enough, many)
    message = rf"{name}: \w+ has {least - 1} samples of 12 dimensions, and .*give at least {least}$"
    with pytest.raises(ValueError, match=message.replace(r"\w+", "fake")):
        MEASURES[name](many, few)
    with pytest.raises(ValueError, match=message.replace(r"\w+", "real")):
        MEASURES[name](few, many)


@every_measure
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", ml_dtypes.bfloat16, "float32"])
def test_features_of_any_precision_are_computed_in_float64(name, dtype):
    real, fake = (np.clip(np.rint(10 * normal(200, seed=seed, shift=10)), 0, 255) for seed in (0, 1))
    assert MEASURES[name](real.astype(dtype), fake.astype(dtype)) == MEASURES[name](real, fake)


@every_measure
@pytest.mark.filterwarnings("ignore:.* more equals")
def test_the_largest_numbers_of_float32_are_measured_without_overflow(name):
    huge = np.full((200, 4), np.finfo("float32").max)
    assert np.isfinite(MEASURES[name](huge, -huge)).all()
    with pytest.raises(ValueError, match=r"200 of the 200 samples in fake hold NaN, infinity or numbers above 1e\+40"):
        MEASURES[name](huge, huge.astype("float64") * 1e200)


@every_measure
@pytest.mark.filterwarnings("ignore:.* more equals")
def test_constant_features_are_measured(name):
    assert np.isfinite(MEASURES[name](np.full((200, 4), 3.0), np.full((200, 4), 3.0))).all()


@every_measure
def test_what_is_no_plain_array_is_rejected_in_one_sentence(name):
    real = normal(200)
    with pytest.raises(ValueError, match=f"{name}: fake has masked values; fill them, x.filled"):
        MEASURES[name](real, np.ma.masked_array(real, mask=real > 1))
    with pytest.raises(ValueError, match=f"^{name}: fake is no array: its parts differ in length$"):
        MEASURES[name](real, [[1.0, 2.0], [3.0]])
    nothing_masked = np.ma.masked_array(real, mask=False)
    assert MEASURES[name](real, nothing_masked) == MEASURES[name](real, real)


@every_measure
@pytest.mark.parametrize(
    "form", [np.asfortranarray, lambda array: np.repeat(array, 2, axis=1)[:, ::2], np.ndarray.tolist]
)
def test_the_layout_in_memory_does_not_matter(name, form):
    real, fake = normal(200), normal(200, seed=1)
    assert MEASURES[name](form(real), form(fake)) == pytest.approx(MEASURES[name](real, fake))
    assert MEASURES[name](real.astype(">f8"), fake.astype(">f4")) == pytest.approx(MEASURES[name](real, fake), rel=1e-5)


@pytest.mark.parametrize(
    ("labels", "cure"),
    [
        (np.array(["cat", "dog"] * 60), "number_classes"),
        (np.zeros(120), r"labels\.astype\('int64'\)"),
        (np.eye(2, dtype=int)[[0, 1] * 60], r"of one-hot rows: labels\.argmax\(axis=1\)"),
        (np.zeros((1, 120), int), r"takes labels \(n,\); labels has shape \(1, 120\)"),
        (np.ma.masked_array(np.zeros(120, int), mask=[True] + 119 * [False]), "labels has masked values"),
        ([[0], [0, 1]], "labels is no array"),
    ],
)
def test_labels_of_other_kinds_are_rejected_with_the_cure(labels, cure):
    with pytest.raises((TypeError, ValueError), match=cure):
        checks.check_labels("measure", 1, labels=labels)


@pytest.mark.parametrize(
    ("option", "value", "lowest"),
    [("least", 1, 2), ("least", True, 2), ("least", None, 2), ("least", 2.5, 2), ("seed", None, 0), ("seed", -1, 0)],
)
def test_options_of_the_kernel_distance_are_checked(option, value, lowest):
    text = f"kernel_distance: {option} must be a whole number of at least {lowest}; got {value}"
    with pytest.raises(ValueError, match=text):
        metrics.kernel_distance(normal(100), normal(100), **{option: value})
