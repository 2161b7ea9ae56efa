"""Numbers for a spreadsheet, read as a German one reads them."""

import csv
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from seminar_gan import export

COLUMNS = {
    "Schritt": [100, 200],
    "Größe": np.float32([0.1, 1.5]),
    "klein": [1e-7, -1234567.25],
    "name": ["a;b", 'sagt "x"'],
    "wahr": [True, None],
}


def german(text):
    """A number as a German spreadsheet reads it: 1.5 would be the first of May, and 1,234,5 a text."""
    assert "." not in text
    return float(text.replace(",", "."))


def test_a_german_spreadsheet_reads_the_numbers_back(tmp_path):
    export.save_csv(COLUMNS, path := tmp_path / "neu" / "a.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # or Excel takes UTF-8 for another encoding
    with open(path, encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    assert header == list(COLUMNS)
    numbers = [[german(text) for text in row[:3]] for row in rows]
    assert np.array_equal(np.float32(numbers), np.float32([[100, 0.1, 1e-7], [200, 1.5, -1234567.25]]))
    assert [row[3:] for row in rows] == [["a;b", "True"], ['sagt "x"', ""]]


def test_what_is_not_a_number_is_an_empty_cell(tmp_path):
    export.save_csv({"loss": [0.5, math.nan, None]}, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").split() == ["loss", "0,5", '""', '""']


def test_numbers_of_other_kinds_are_numbers(tmp_path):
    kinds = [np.array(0.25), np.float16(0.5), Decimal("0.5"), Fraction(1, 2), np.ma.masked, np.array("0.5")]
    export.save_csv({"loss": kinds}, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").split() == [
        "loss", "0,25", "0,5", "0,5", "0,5", '""', "0.5",
    ]  # fmt: skip


def test_an_english_one_has_points_and_commas(tmp_path):
    export.save_csv({"step": [1], "loss": [0.5]}, tmp_path / "a.csv", decimal=".")
    assert (tmp_path / "a.csv").read_bytes() == b"step,loss\r\n1,0.5\r\n"


def test_a_file_that_is_open_elsewhere_is_a_warning(tmp_path):
    (tmp_path / "a").write_text("a file where the folder would be")
    with pytest.warns(UserWarning, match=r"a/a\.csv was not written .*; close it in other programs") as caught:
        export.save_csv({"step": [1]}, tmp_path / "a" / "a.csv")
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("columns", "decimal", "error", "message"),
    [
        ([1, 2], ",", TypeError, r"save_csv takes \{heading: values\}.*; got list"),
        ({}, ",", ValueError, "there are no columns"),
        ({"a": [1], "b": [1, 2]}, ",", ValueError, r"all columns must have one length; got a \(1,\), b \(2,\)"),
        ({"a": np.ones((2, 2))}, ",", ValueError, r"got a \(2, 2\)"),
        ({"a": 3.0}, ",", ValueError, r"got a \(\)"),
        ({"a": [1]}, ";", ValueError, r"decimal must be ',' or '\.'; got ';'"),
    ],
)
def test_what_is_no_table_is_refused(columns, decimal, error, message, tmp_path):
    with pytest.raises(error, match=message):
        export.save_csv(columns, tmp_path / "a.csv", decimal=decimal)
    assert not list(tmp_path.iterdir())
