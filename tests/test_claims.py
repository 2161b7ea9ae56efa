"""Claims: the verdicts that are compared on every machine, and the measured numbers that are not."""

from decimal import Decimal
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from seminar_gan import claims as statements
from seminar_gan.claims import Claims


def holds(method, bound, measured):
    """Whether one claim holds."""
    claims = Claims()
    getattr(claims, method)(bound, measured, "text", "source")
    return claims.entries[0].holds


def test_verdicts_are_a_line_for_each_claim_in_order(capsys):
    claims = Claims()
    claims.below(0.012, 0.0097, "the test error is small", "Temkeng 2020, 3.1")
    claims.above(1_000, 12.5, "training is slow", "page 03")
    claims.equal(50_992, 50_992, "it has as many parameters", "Temkeng 2020, figure 4a")
    assert claims.verdicts() is None
    assert capsys.readouterr().out.split("\n") == [
        "PASS  the test error is small: < 0.012  [Temkeng 2020, 3.1]",
        "FAIL  training is slow: > 1,000  [page 03]",
        "PASS  it has as many parameters: = 50,992  [Temkeng 2020, figure 4a]",
        "",
    ]


def test_verdicts_never_show_the_measured_number(capsys):
    texts = []
    for measured in (0.004321, 0.007654):
        claims = Claims()
        claims.below(0.012, measured, "error", "T")
        claims.above(0.001, np.float32(measured), "error", "T")
        claims.verdicts()
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    assert "4321" not in texts[0]


def test_rows_show_the_measured_number():
    claims = Claims()
    claims.below(0.012, np.float32(0.0097123), "error", "T")
    claims.equal(222_384, np.int64(222_384), "parameters", "T")
    claims.above(2, 12_345, "seconds", "T")
    assert claims.rows() == [
        ["error", "T", "< 0.012", "0.009712", "PASS"],
        ["parameters", "T", "= 222,384", "222,384", "PASS"],
        ["seconds", "T", "> 2", "12,345", "PASS"],
    ]


@pytest.mark.parametrize("number", [float, np.float32, np.float64, np.array])
def test_a_bound_itself_is_not_below_or_above(number):
    assert not holds("below", 0.1, number(0.1))
    assert not holds("above", 0.1, number(0.1))
    assert holds("below", 0.1, number(0.0999))
    assert holds("above", 0.1, number(0.1001))


@pytest.mark.parametrize("number", [int, float, np.int32, np.int64, np.uint8, np.array])
def test_equal_is_exact(number):
    assert holds("equal", 10, number(10))
    assert not holds("equal", 10, number(11))


@pytest.mark.parametrize("method", ["below", "above", "equal"])
@pytest.mark.parametrize("measured", [float("nan"), np.float32("nan"), float("inf"), -float("inf")])
def test_nan_and_infinity_fail(method, measured):
    assert not holds(method, 1, measured)


@pytest.mark.parametrize("method", ["below", "above", "equal"])
@pytest.mark.parametrize("bound", [float("nan"), np.float32("inf"), -float("inf")])
def test_a_bound_that_cannot_be_missed_or_met_is_rejected(method, bound):
    with pytest.raises(ValueError, match=f"a claim needs a bound that it can miss; got {bound}"):
        holds(method, bound, 1.0)


@pytest.mark.parametrize("method", ["below", "above", "equal"])
@pytest.mark.parametrize("wrong", [True, np.bool_(True), np.array(True), "0.5", np.str_("1"), None, [0.5], 1j])
def test_what_is_no_number_is_rejected(method, wrong):
    with pytest.raises(TypeError, match="a claim is about a number; measured is "):
        holds(method, 1, wrong)
    with pytest.raises(TypeError, match="a claim is about a number; the bound is "):
        holds(method, wrong, 1)


@pytest.mark.parametrize("number", [Decimal, Fraction, ml_dtypes.bfloat16, np.uint64, np.longdouble])
def test_numbers_of_every_kind_are_shown(number):
    claims = Claims()
    claims.below(number(3), number(2), "text", "source")
    claims.equal(number(2), number(2), "text", "source")
    assert [claim.holds for claim in claims.entries] == [True, True]
    assert [row[2:] for row in claims.rows()] == [["< 3", "2", "PASS"], ["= 2", "2", "PASS"]]


def test_equal_is_for_whole_numbers():
    with pytest.raises(ValueError, match=r"equal takes a whole number; for 0\.3 claim that it is off by less"):
        holds("equal", 0.3, 0.1 + 0.2)


def test_verdicts_and_measured_numbers_are_plain_python():
    claims = Claims()
    claims.below(np.float32(0.5), np.float32(0.25), "error", "T")
    (claim,) = claims.entries
    assert (type(claim.holds), type(claim.measured), claim.bound) == (bool, float, "< 0.5")


def test_a_bound_is_shown_in_full():
    claims = Claims()
    claims.below(1_234_567, 1, "steps", "T")
    claims.above(0.1234567, 1, "share", "T")
    claims.above(1e-7, 1, "tiny", "T")
    assert [claim.bound for claim in claims.entries] == ["< 1,234,567", "> 0.1234567", "> 1e-07"]


def test_several_numbers_are_rejected():
    with pytest.raises(ValueError, match=r"a claim is about one number; measured has the shape \(2,\)"):
        Claims().below(1, np.array([0.1, 0.2]), "errors", "T")
    with pytest.raises(ValueError, match=r"the bound has the shape \(0,\)"):
        Claims().below(np.array([]), 1, "errors", "T")


def test_a_statement_that_holds_prints_nothing(capsys):
    for truth in (True, np.float32(1) < 2, np.array(True), np.bool_(True)):
        assert statements.holds("one is less than two", truth) is None
    assert capsys.readouterr().out == ""


def test_a_statement_that_does_not_hold_is_a_plain_line_for_students_and_an_error_in_a_build(capsys, monkeypatch):
    monkeypatch.delenv("SEMINAR_GAN_STRICT", raising=False)
    for truth in (False, np.nan < 2, np.array([False])):
        statements.holds("the error falls", truth)
    assert capsys.readouterr().out == "With your settings this no longer holds: the error falls\n" * 3
    monkeypatch.setenv("SEMINAR_GAN_STRICT", "1")
    statements.holds("the error falls", True)
    with pytest.raises(AssertionError, match=r"^the page says what its outputs refute: the error falls$"):
        statements.holds("the error falls", False)


def test_a_statement_needs_a_sentence_and_one_comparison():
    for truth in (1, 0.5, None, "yes", np.array([True, False]), np.array(1.0), []):
        with pytest.raises(TypeError, match="'it falls' must be True or False, such as a < b; got "):
            statements.holds("it falls", truth)
    for sentence in (True, "", " ", None):
        with pytest.raises(TypeError, match="holds takes the sentence first"):
            statements.holds(sentence, True)
