"""Summaries, differences and their test, against arithmetic and SciPy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from seminar_gan import comparisons

RUNS = pd.DataFrame(
    [
        {"loss": loss, "rate": rate, "seed": seed, "error": value}
        for (loss, rate), values in {
            ("a", 1): [4.0, 5.0, 6.0],
            ("a", 2): [4.5, 5.25, 7.0],
            ("b", 1): [9.0, np.nan, 6.5],
        }.items()
        for seed, value in enumerate(values)
    ]
)


def test_a_summary_has_a_row_for_each_combination_in_the_order_of_the_runs():
    table = comparisons.summary(RUNS, "error", ["loss", "rate"])
    assert table[["loss", "rate", "n"]].values.tolist() == [["a", 1, 3], ["a", 2, 3], ["b", 1, 2]]
    assert table[["median", "least", "most"]].values.tolist() == [[5, 4, 6], [5.25, 4.5, 7], [7.75, 6.5, 9]]
    assert table["sd"].tolist() == pytest.approx([1.0, np.std([4.5, 5.25, 7], ddof=1), np.std([9, 6.5], ddof=1)])


def test_differences_are_paired_by_seed_whatever_the_order_of_the_rows():
    table = comparisons.differences(RUNS.iloc[::-1], "error", ["loss", "rate"], {"loss": "a", "rate": 1})
    table = table.set_index(["loss", "rate"])
    assert table.loc[("a", 2), ["n", "median", "least", "most", "higher"]].tolist() == [3, 0.5, 0.25, 1.0, 3]
    assert table.loc[("b", 1), ["n", "median", "least", "most", "higher"]].tolist() == [2, 2.75, 0.5, 5.0, 2]
    assert table["p"].tolist() == pytest.approx([0.5, 0.25])
    assert table["p_holm"].tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("n", [2, 3, 8])
def test_the_sign_flip_test_agrees_with_scipy(n):
    apart = np.random.default_rng(n).normal(0.4, 1, n)
    expected = stats.permutation_test(
        (apart,), lambda x, axis: np.mean(x, axis=axis), permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    assert comparisons.sign_flip_test(apart) == pytest.approx(expected.pvalue)


def test_many_seeds_are_tested_by_drawn_flips_that_agree_with_the_t_test():
    apart = np.random.default_rng(4).normal(0.3, 1, 20)
    assert comparisons.sign_flip_test(apart) == pytest.approx(stats.ttest_1samp(apart, 0).pvalue, abs=0.02)
    assert comparisons.sign_flip_test(np.ones(60)) == pytest.approx(1 / 100_001)


def test_no_difference_is_no_evidence():
    assert comparisons.sign_flip_test([0.0, 0.0, 0.0]) == 1
    assert np.isnan(comparisons.sign_flip_test([]))


def test_holm_agrees_with_its_definition_and_leaves_out_what_was_not_tested():
    p_values = np.array([0.02, np.nan, 0.01, 0.3, 0.04])
    assert comparisons.holm(p_values) == pytest.approx([0.06, np.nan, 0.04, 0.3, 0.08], nan_ok=True)


def eight(difference):
    first = np.arange(8.0)
    second = first + difference
    loss, seed = np.repeat(["a", "b"], 8), np.tile(np.arange(8), 2)
    return {"loss": loss, "seed": seed, "error": np.concatenate([first, second])}


def test_what_agrees_in_eight_seeds_is_more_than_the_spread():
    (text,) = comparisons.in_words(eight(0.5), "error", ["loss"])
    assert text == (
        "error: with loss=b higher than with loss=a in 8 of 8 seeds, by 0.5 (median; 0.5 to 0.5). The exact sign-flip "
        "test, paired by seed, gives p = 0.0078: the difference is more than the spread of the seeds."
    )


def test_what_goes_up_and_down_is_not():
    (text,) = comparisons.in_words(eight(np.array([1, -1, 2, -2, 1, -1, 3, -2.0])), "error", ["loss"])
    assert "in 4 of 8 seeds" in text
    assert text.endswith("no more than the spread of the seeds.")


def test_a_setting_without_a_pair_says_nothing():
    runs = {"loss": ["a", "b"], "seed": [0, 1], "error": [1.0, 2.0]}
    (text,) = comparisons.in_words(runs, "error", ["loss"])
    assert text.endswith("nothing can be said.")


@pytest.mark.parametrize(
    ("metric", "settings", "baseline", "message"),
    [
        ("errors", ["loss"], None, "errors is missing"),
        ("error", [], None, "a setting is missing"),
        ("error", ["loss"], None, "loss=a has seed 0 twice"),
        ("error", ["loss", "rate"], {"loss": "a"}, "is 2 of them"),
        ("error", ["loss", "rate"], {"loss": "c"}, "is none of them"),
        ("error", ["loss", "rate"], {"los": "a"}, "the baseline must be one of: loss=a rate=1; loss=a rate=2"),
    ],
)
def test_what_cannot_be_compared_is_said(metric, settings, baseline, message):
    with pytest.raises(ValueError, match=message):
        comparisons.differences(RUNS, metric, settings, baseline)
