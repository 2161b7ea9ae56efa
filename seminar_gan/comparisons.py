"""Several settings over several seeds: what each gives, and whether they differ by more than the seeds do.

A table of runs has a row for each run: a column for each setting, `seed`, and a column for each metric, nan where a run
failed. `compare` makes one; so does pandas from any CSV file.
"""

import itertools

import numpy as np
import pandas as pd

__all__ = ["differences", "holm", "in_words", "sign_flip_test", "summary"]

LEVEL = 0.05  # of the test, after the correction for several comparisons
MOST_EXACT = 16  # seeds; the sign flips of more are drawn at random
DRAWN = 100_000


def __dir__():
    return __all__


def summary(runs, metric, settings):
    """Return what each setting gives: median, range, mean and standard deviation over the seeds.

    Args:
        runs: pandas.DataFrame or {column: values}, a row for each run.
        metric: name of the column that is summed up. Runs in which it is nan are left out.
        settings: list of names of columns; each combination of their values is a row.

    Returns:
        pandas.DataFrame: the settings, n, median, least, most, mean, sd (nan for a single run), in the order of `runs`.

    Raises:
        ValueError: if a column is missing, or if a combination has a seed twice.

    Example:
        >>> runs = {"loss": ["a", "a", "b", "b"], "seed": [0, 1, 0, 1], "error": [1.0, 3.0, 5.0, 9.0]}
        >>> print(summary(runs, "error", ["loss"]).to_string(index=False))
        loss  n  median  least  most  mean       sd
           a  2     2.0    1.0   3.0   2.0 1.414214
           b  2     7.0    5.0   9.0   7.0 2.828427
    """
    rows = []
    for combination, values in _values(runs, metric, settings).items():
        known = values.dropna()
        row = dict(zip(settings, combination, strict=True)) | {"n": len(known)}
        row |= {"median": known.median(), "least": known.min(), "most": known.max(), "mean": known.mean()}
        rows.append(row | {"sd": known.std()})
    return pd.DataFrame(rows)


def differences(runs, metric, settings, baseline=None):
    """Return how every other setting differs from the baseline, run against run of the same seed.

    Args:
        runs, metric, settings: as for `summary`.
        baseline: {setting: value} that one combination alone has; by default the first one is the baseline.

    Returns:
        pandas.DataFrame: the settings, n (pairs of runs), median, least and most of the differences (this one less the
        baseline), higher (in how many pairs this one is higher), p (`sign_flip_test`) and p_holm (`holm`).

    Raises:
        ValueError: as `summary`, and if the baseline is none, or several, of the combinations.

    Example:
        >>> runs = {"loss": ["a", "a", "b", "b"], "seed": [0, 1, 0, 1], "error": [1.0, 3.0, 5.0, 9.0]}
        >>> print(differences(runs, "error", ["loss"]).to_string(index=False))
        loss  n  median  least  most  higher   p  p_holm
           b  2     5.0    4.0   6.0       2 0.5     0.5
    """
    values = _values(runs, metric, settings)
    first = _baseline(values, settings, baseline)
    rows = []
    for combination, each in values.items():
        if combination != first:
            apart = (each - values[first]).dropna()
            row = dict(zip(settings, combination, strict=True)) | {"n": len(apart)}
            row |= {"median": apart.median(), "least": apart.min(), "most": apart.max()}
            rows.append(row | {"higher": int((apart > 0).sum()), "p": sign_flip_test(apart)})
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table["p"])) if len(table) else table


def sign_flip_test(differences):
    """Return how often chance alone gives a mean as far from 0: the p of the exact paired permutation test, two-sided.

    If a setting makes no difference, each difference between two runs of one seed could as well have the other sign.
    So all signs are tried. n differences give p no smaller than 2 / 2^n: 0.0625 for five seeds.

    Args:
        differences: numbers (n,), one for each seed. Of more than 16, 100,000 of the sign flips are drawn at random.

    Returns:
        float, 0 to 1; nan without a difference to test.

    Source:
        Fisher 1935, The design of experiments, section 21; Phipson & Smyth 2010 for the random draws.

    Example:
        >>> sign_flip_test([1.0, 2.0, 3.0, 4.0, 5.0]), sign_flip_test([1.0, -1.0])
        (0.0625, 1.0)
    """
    apart = np.asarray(differences, "float64")
    if not len(apart):
        return float("nan")
    if len(apart) <= MOST_EXACT:
        signs = np.array(list(itertools.product((1, -1), repeat=len(apart))))
        extra = 0
    else:
        signs = np.random.default_rng(0).choice([1, -1], size=(DRAWN, len(apart)))
        extra = 1  # the observed signs are one of the possible ones
    observed = abs(apart.mean())
    as_far = np.abs(signs @ apart) / len(apart) >= observed * (1 - 1e-9)
    return float((as_far.sum() + extra) / (len(signs) + extra))


def holm(p_values):
    """Return p values corrected for how many there are: the chance that any of the true hypotheses is rejected.

    Args:
        p_values: numbers (n,); nan, where nothing was tested, does not count.

    Returns:
        float (n,).

    Source:
        Holm 1979, A simple sequentially rejective multiple test procedure.

    Example:
        >>> holm([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, "float64")
    tested = np.flatnonzero(~np.isnan(p_values))
    order, corrected = tested[np.argsort(p_values[tested], kind="stable")], p_values.copy()
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return corrected


def in_words(runs, metric, settings, baseline=None):
    """Return a sentence for every other setting: how it differs from the baseline, and whether by more than chance.

    Args:
        runs, metric, settings, baseline: as for `differences`.

    Returns:
        list of str.

    Raises:
        ValueError: as `differences`.

    Example:
        >>> runs = {"loss": ["a", "a", "b", "b"], "seed": [0, 1, 0, 1], "error": [1.0, 3.0, 5.0, 9.0]}
        >>> print(in_words(runs, "error", ["loss"])[0])
        error: with loss=b higher than with loss=a in 2 of 2 seeds, by 5 (median; 4 to 6). The exact sign-flip test, \
paired by seed, gives p = 0.5, the least that 2 seeds can give: all seeds agree, and that is too few of them to call \
it more than chance; it takes 6.
    """
    values = _values(runs, metric, settings)
    first = _name(settings, _baseline(values, settings, baseline))
    table = differences(runs, metric, settings, baseline)
    return [_sentence(metric, first, settings, row, len(table)) for row in table.to_dict("records")]


def _sentence(metric, first, settings, row, count):
    other = _name(settings, [row[name] for name in settings])
    n, higher = row["n"], row["higher"]
    if n == 0:
        return f"{metric}: {other} and {first} share no seed in which both runs succeeded; nothing can be said."
    up = row["median"] >= 0
    agree = higher if up else n - higher
    size, *range_ = (f"{abs(value):.3g}" for value in (row["median"], *sorted((row["least"], row["most"]), key=abs)))
    if row["least"] < 0 < row["most"]:
        range_ = [f"{row['least']:.3g}", f"{row['most']:.3g}"]
    text = (
        f"{metric}: with {other} {'higher' if up else 'lower'} than with {first} in {agree} of {n} seeds, by {size} "
        f"(median; {range_[0]} to {range_[1]}). The exact sign-flip test, paired by seed, gives p = {row['p']:.2g}"
    )
    least = 2 / 2**n
    smallest = row["p"] <= least * (1 + 1e-9)
    if smallest and least > LEVEL:
        text += f", the least that {n} seed{'s' * (n > 1)} can give"
    if count > 1:
        text += f" ({row['p_holm']:.2g} after Holm's correction for {count} comparisons)"
    if row["p_holm"] < LEVEL:
        return f"{text}: the difference is more than the spread of the seeds."
    if smallest:
        needed = 1 + int(np.ceil(np.log2(count / LEVEL)))
        return f"{text}: all seeds agree, and that is too few of them to call it more than chance; it takes {needed}."
    return f"{text}: no more than the spread of the seeds."


def _name(settings, combination):
    return " ".join(f"{name}={value}" for name, value in zip(settings, combination, strict=True))


def _values(runs, metric, settings):
    """{combination of settings: metric by seed}, in the order of the runs."""
    runs, settings = pd.DataFrame(runs), list(settings)
    missing = [name for name in (*settings, "seed", metric) if name not in runs]
    if missing or not settings:
        raise ValueError(
            "a table of runs has a column for each setting, `seed` and the metric; "
            f"{', '.join(missing) or 'a setting'} is missing from {', '.join(map(str, runs))}"
        )
    found = {}
    for combination, part in runs.groupby(settings, sort=False, dropna=False):
        by_seed = part.set_index("seed")[metric].astype("float64")
        if not by_seed.index.is_unique:
            twice = by_seed.index[by_seed.index.duplicated()][0]
            raise ValueError(
                f"{_name(settings, combination)} has seed {twice} twice: name every setting in which runs differ"
            )
        found[combination] = by_seed
    return found


def _baseline(values, settings, baseline):
    """The combination that the others are compared with."""
    if baseline is None:
        return next(iter(values))
    unknown = [name for name in baseline if name not in settings]
    fits = [
        each for each in values if all(dict(zip(settings, each, strict=True)).get(k) == v for k, v in baseline.items())
    ]
    if unknown or len(fits) != 1:
        names = "; ".join(_name(settings, each) for each in values)
        raise ValueError(f"the baseline must be one of: {names}. {baseline} is {len(fits) or 'none'} of them")
    return fits[0]
