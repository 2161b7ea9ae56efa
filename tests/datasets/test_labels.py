"""Labels of a user's own: names of any kind become the numbers of classes, or a sentence says which cannot."""

import json

import numpy as np
import pytest

from seminar_gan import datasets


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([0, 1, 2, 1], [0, 1, 2]),
        (24_300 + 10 * np.array([2, 0, 1, 2]), [24_300, 24_310, 24_320]),
        (np.array([2**63 + 1, 2**63], "uint64"), [2**63, 2**63 + 1]),
        ([-7, 7, -7], [-7, 7]),
        ([-1, 1, 1], [-1, 1]),
        ([-100, 100], [-100, 100]),
        ([-999, -5, 3], [-999, -5, 3]),
        (["none", "Nan", "NANA"], ["NANA", "Nan", "none"]),
        (np.array([1, 2, 10], "uint8"), [1, 2, 10]),
        (np.array([1, 2], ">i2"), [1, 2]),
        ([3.0, 1.0, 3.0], [1, 3]),
        ([True, False], [False, True]),
        (["dog", "cat", "dog"], ["cat", "dog"]),
        ([b"dog", "cätze".encode()], ["cätze", "dog"]),
        (np.array(["dog", "cat"], object), ["cat", "dog"]),
        (np.array([5, 3], object), [3, 5]),
        (np.array([np.int64(5), 3], object), [3, 5]),
        (np.array(["dog", "cat"], np.dtypes.StringDType()), ["cat", "dog"]),
        ([[4], [2]], [2, 4]),
        ([[4, 2, 4]], [2, 4]),
        (np.eye(4)[[0, 3, 1]], [0, 1, 3]),
        (np.eye(3, dtype=bool)[[2, 1]], [1, 2]),
        ([["cat"], ["dog"]], ["cat", "dog"]),
        (np.array(["2024-01-02", "2023-01-01"], "datetime64[D]"), ["2023-01-01", "2024-01-02"]),
        ([7], [7]),
        ([3, 3, 3], [3]),
    ],
)
def test_labels_are_names(labels, names):
    numbers, found = datasets.number_classes(labels)
    assert numbers.dtype == np.int32 and found == tuple(names)
    assert [type(name) for name in found] == [type(name) for name in names]
    assert json.loads(json.dumps(found)) == names
    flat = np.asarray(labels)
    flat = flat.argmax(axis=1) if min(flat.shape) > 1 and flat.ndim == 2 else flat.ravel()
    if flat.dtype.kind not in "SM":
        assert [found[number] for number in numbers] == flat.tolist()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, -1, 2, -1], "2 of 5 labels are -1, which usually means unlabelled: leave these images out"),
        (
            [-1, -1],
            "2 of 2 labels are -1, which usually means unlabelled: train on the images alone, without labels; if",
        ),
        ([0, 1, -100, -100], r"2 of 4 labels are -100, which usually means unlabelled: .*for example y \+ 100"),
        (np.array([-999.0, 2, 5]), r"1 of 3 labels are -999, which.*leave these images out, x\[y >= 0\]"),
        (
            ["a", "nan", "NaN", "None"],
            "3 of 4 labels are 'nan' or 'NaN' or 'None', which usually means a missing label",
        ),
        (np.array(["a", np.nan]), "1 of 2 labels are 'nan', which.*give them a name of their own"),
        (["a", "<NA>"], "1 of 2 labels are '<NA>'"),
        ([b"a", b" "], "1 of 2 labels are empty texts"),
        ([0.0, np.nan], "1 of 2 labels are nan or infinite"),
        (np.array(["2024-01-02", "NaT"], "datetime64[D]"), r"1 of 2 labels are missing \(NaT\)"),
        (np.array([2_049], "float16"), "labels up to 2048 are not exact as float16"),
        (np.array(["a", None, "b"], object), r"1 of 3 labels are missing \(None or nan\)"),
        (["a", " ", ""], "2 of 3 labels are empty texts"),
        ([0.5, 1.0], r"must be whole numbers or texts; got 0\.5\. Numbers on a scale"),
        (np.array([2**25], "float32"), "labels up to 33554432 are not exact as float32"),
        ([[1, 1, 0], [0, 1, 0]], r"labels of shape \(2, 3\) are not one-hot"),
        ([[0.9, 0.1], [0.2, 0.8]], r"the largest of each row, np\.argmax\(y, axis=1\)"),
        (np.zeros((2, 3, 3)), r"got shape \(2, 3, 3\)\. Take a column"),
        ([], r"got shape \(0,\)"),
        (3, r"got shape \(\)"),
        ([[1, 2], [3]], "lists of different lengths"),
        (np.ma.masked_equal([1, 2], 2), "labels are masked"),
    ],
)
def test_labels_that_are_no_names_are_refused_by_name(labels, message):
    with pytest.raises(ValueError, match=message):
        datasets.number_classes(labels)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array(["a", 1], object), r"of one kind; got int and str\. Make them texts: y\.astype\(str\)"),
        (np.array([1j]), "must be whole numbers or texts; got complex128"),
    ],
)
def test_labels_of_other_kinds_are_refused(labels, message):
    with pytest.raises(TypeError, match=message):
        datasets.number_classes(labels)


@pytest.mark.parametrize(
    ("labels", "plain", "said"),
    [
        (
            ["Ka\u0308fer", "K\u00e4fer", "Hund"],
            ["Käfer", "Käfer", "Hund"],
            r"1 of 2 classes .*: 'Käfer' is 'Ka\\u0308fer', 'K",
        ),
        (["Hund ", "Hund", "Katze"], ["Hund", "Hund", "Katze"], "1 of 2 classes .*: 'Hund' is 'Hund', 'Hund '"),
        ([b"Hund", b"Hund\n", b"Katze"], ["Hund", "Hund", "Katze"], "'Hund' is 'Hund', "),
    ],
)
def test_one_name_written_in_two_ways_is_one_class(labels, plain, said):
    with pytest.warns(UserWarning, match=said):
        numbers, found = datasets.number_classes(labels)
    assert found == (names := tuple(sorted(set(plain))))
    assert numbers.tolist() == [names.index(name) for name in plain]


def test_spaces_that_tell_no_classes_apart_are_dropped_without_a_word():
    assert datasets.number_classes([" cat", "dog ", " cat"])[1] == ("cat", "dog")
