import math
import re

import ml_dtypes
import numpy as np
import pytest

from seminar_gan import metrics


def test_class_shares():
    labels = np.repeat(np.arange(3, dtype="uint8"), [20, 5, 15])
    assert metrics.class_shares(labels, 4).tolist() == [0.5, 0.125, 0.375, 0]
    np.testing.assert_array_equal(metrics.class_shares(labels[::-1], 4), metrics.class_shares(labels, 4))


def test_class_entropy():
    assert metrics.class_entropy([0.25] * 4) == 2
    assert metrics.class_entropy([0.5, 0.25, 0.25, 0]) == 1.5
    assert str(metrics.class_entropy([0, 1, 0])) == "0.0"  # not -0.0


def test_covered_classes():
    assert metrics.covered_classes([0.1] * 10) == 10
    assert metrics.covered_classes([0.91, 0.01, 0.01, 0.01, 0.06, 0, 0, 0, 0, 0]) == 5  # a tenth of 0.1 is enough
    assert metrics.covered_classes([0.991, 0.009, 0, 0, 0, 0, 0, 0, 0, 0]) == 1
    assert metrics.covered_classes([0.98, 0.02], expected=[0.9, 0.1]) == 2
    assert metrics.covered_classes([0.995, 0.005], expected=[0.9, 0.1]) == 1
    assert metrics.covered_classes([0.5, 0.5], expected=[1, 0]) == 1
    with pytest.raises(ValueError, match="shares and expected of one length; got 2 and 3"):
        metrics.covered_classes([0.5, 0.5], expected=[0.5, 0.25, 0.25])


@pytest.mark.parametrize("shares", [[0.5, 0.4], [1.5, -0.5], [np.nan, 1], [], [[1.0]], 1.0])
@pytest.mark.parametrize("name", ["class_entropy", "covered_classes"])
def test_shares_add_up_to_one(name, shares):
    with pytest.raises(ValueError, match=f"{name} takes shares"):
        getattr(metrics, name)(shares)


def test_label_fidelity():
    class_labels = np.arange(200) % 10
    assert metrics.label_fidelity(class_labels, class_labels.astype("uint8")) == 1
    assert metrics.label_fidelity(np.where(np.arange(200) < 30, 10, class_labels), class_labels) == 0.85
    with pytest.raises(ValueError, match="200 predicted labels and 150 class labels"):
        metrics.label_fidelity(class_labels, class_labels[:150])


@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        (np.zeros(200), TypeError, "takes integers; {name} has dtype float64"),
        (np.zeros(200, bool), TypeError, "takes integers; {name} has dtype bool"),
        (np.zeros((200, 2), int), ValueError, r"takes labels \(n,\); {name} has shape \(200, 2\)"),
        (np.zeros(99, int), ValueError, "{name} has 99 labels, but needs at least 100"),
    ],
)
def test_wrong_labels_are_rejected(labels, error, text):
    with pytest.raises(error, match=text.format(name="class_labels")):
        metrics.class_shares(labels, 10)
    with pytest.raises(error, match=text.format(name="predicted")):
        metrics.label_fidelity(labels, np.zeros(200, int))
    with pytest.raises(error, match=text.format(name="class_labels")):
        metrics.label_fidelity(np.zeros(200, int), labels)


@pytest.mark.parametrize("stray", [-1, 10])
def test_labels_outside_the_classes_are_rejected(stray):
    with pytest.raises(ValueError, match=r"with 10 classes the labels must be 0 to 9; got (-1 to 5|5 to 10)"):
        metrics.class_shares(np.append(np.full(200, 5), stray), 10)


def test_labels_may_have_an_axis_of_one_and_any_integer_type():
    labels = np.arange(200) % 10
    for given in (labels[:, None], labels.astype("uint64"), labels.astype("int8"), labels.tolist()):
        assert metrics.class_shares(given, 10).tolist() == [0.1] * 10
        assert metrics.label_fidelity(given, labels) == 1


@pytest.mark.parametrize("num_classes", [0, -1, 2.0, True, None])
def test_the_number_of_classes_is_a_positive_whole_number(num_classes):
    with pytest.raises(ValueError, match=f"num_classes must be a whole number of at least 1; got {num_classes!r}"):
        metrics.class_shares(np.zeros(200, int), num_classes)


def test_shares_of_any_precision():
    for dtype in ("float16", "float32", "float64", ml_dtypes.bfloat16):
        assert metrics.class_entropy(np.full(10, 0.1, dtype)) == pytest.approx(math.log2(10), abs=0.01)
    assert metrics.class_entropy(np.array([0, 1, 0], "uint8")) == 0
    with pytest.raises(TypeError, match="class_entropy takes integers or floats; shares has dtype bool"):
        metrics.class_entropy([True, False])
    with pytest.raises(TypeError, match="covered_classes takes integers or floats; expected has dtype <U1"):
        metrics.covered_classes([0.5, 0.5], ["a", "b"])


# Obedience

NAMES = ["smile", "eyes", "eye_distance", "face_width", "outline", "tilt"]


def test_obedience_by_hand():
    attributes = np.tile([[-1.0], [0.0], [1.0], [0.0]], (1, 6))
    measured = attributes.copy()
    measured[:, 1] = 0  # the same in every image
    measured[:, 2] *= 0.5  # obeys half-heartedly: a correlation would be 1
    measured[:, 3] *= -1  # does the opposite
    measured[:, 4] += 0.5  # has a bias
    report = metrics.obedience(attributes, measured, NAMES)
    assert list(report) == NAMES
    assert report["smile"] == (1, 0)
    assert report["eyes"] == pytest.approx((0, math.sqrt(0.5)))
    assert report["eye_distance"] == pytest.approx((0.75, math.sqrt(0.5 / 4)))
    assert report["face_width"] == pytest.approx((-3, math.sqrt(8 / 4)))
    assert report["outline"] == pytest.approx((0.5, 0.5))


def test_obedience_of_bytes_does_not_wrap():
    levels = np.array([[0], [200]], "uint8")
    assert metrics.obedience(levels, levels[::-1], ["red"]) == {"red": (-3.0, 200.0)}
    assert metrics.obedience(levels.astype(ml_dtypes.bfloat16), levels, ["red"]) == {"red": (1.0, 0.0)}


def test_obedience_loses_no_attribute_to_another_of_the_same_name():
    attributes = np.arange(6.0).reshape(3, 2)
    with pytest.raises(ValueError, match=r"give each another name, got \['smile', 'smile'\]"):
        metrics.obedience(attributes, attributes, ["smile", "smile"])


def test_obedience_rejects_what_it_cannot_measure():
    attributes = np.random.default_rng(0).uniform(-1, 1, (5, 6))
    with pytest.raises(ValueError, match=re.escape("(n, 6), a column for each name; got (5, 6) and (4, 6)")):
        metrics.obedience(attributes, attributes[:4], NAMES)
    with pytest.raises(ValueError, match=re.escape("(n, 6), a column for each name; got (5, 5) and (5, 5)")):
        metrics.obedience(attributes[:, 1:], attributes[:, 1:], NAMES)
    same = attributes.copy()
    same[:, 4] = 0.1  # whose mean is not exactly 0.1
    with pytest.raises(ValueError, match="attributes that vary; 'outline' is the same in all 5 rows"):
        metrics.obedience(same, attributes, NAMES)
    with pytest.raises(ValueError, match="'smile' is the same in all 0 rows"):
        metrics.obedience(attributes[:0], attributes[:0], NAMES)
    attributes[3, 2] = np.nan
    with pytest.raises(ValueError, match="obedience: 1 of the 5 samples in measured hold NaN"):
        metrics.obedience(same, attributes, NAMES)
    with pytest.raises(TypeError, match="obedience takes integers or floats; measured has dtype bool"):
        metrics.obedience(same, same > 0, NAMES)


def test_labels_that_have_none_in_common_are_told():
    ids = np.repeat([100, 205], 60)
    with pytest.warns(UserWarning, match=r"asked for \(100 to 205\) and those seen \(0 to 1\) have none in common"):
        assert metrics.label_fidelity(np.repeat([0, 1], 60), ids) == 0
    assert metrics.label_fidelity(np.zeros(100, int), np.ones(100, int)) == 0  # always the wrong one of two
    assert metrics.label_fidelity(ids, ids[:, None]) == 1


def test_an_attribute_that_varies_by_rounding_only_is_rejected():
    given = np.array([[0.1], [0.1 + 1e-17], [np.float32(0.1).astype(float)]])
    for attributes in (given[:2], 1e-300 * given):
        with pytest.raises(ValueError, match="'smile' is the same in all"):
            metrics.obedience(attributes, attributes + 0.5, ["smile"])
    with pytest.raises(ValueError, match="'smile' is the same in all 0 rows"):
        metrics.obedience(np.zeros((0, 1)), np.zeros((0, 1)), ["smile"])


def test_counts_instead_of_shares_are_rejected_with_the_cure():
    with pytest.raises(ValueError, match=r"; of counts: shares / shares\.sum\(\)"):
        metrics.class_entropy([10, 30])
