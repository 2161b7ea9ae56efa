"""What page 08 says of trainings that come with the package, and the numbers in its text that no cell computes."""

import jupytext
import numpy as np
import pytest
from conftest import ROOT

import seminar_gan as sg
from seminar_gan.metrics import frechet_distance
from seminar_gan.models import conditional

PAGE = jupytext.read(ROOT / "notebooks" / "src" / "08_conditional_gan.py").cells
TEXT = "\n".join(cell.source for cell in PAGE if cell.cell_type == "markdown")


def column_of(name):
    """{way: a number for each seed}"""
    ways = sg.weights.load_measurements("label_ways")
    return {way: ways[name][ways["way"] == way] for way in dict.fromkeys(ways["way"].tolist())}


def test_mirzas_rate_reaches_its_end_when_the_page_says():
    assert "287,829 steps" in TEXT
    assert round(np.log(0.1 / 1e-6) / np.log(1.00004)) == 287_829


def test_the_shares_of_parameters_that_read_the_label():
    mirza, ours = conditional.build_mirza_discriminator(), conditional.build_discriminator()
    own, joint = mirza.get_layer("label_dense"), mirza.get_layer("joint_dense").kernel
    assert (own.count_params(), joint.shape) == (2_750, (240 + 50, 960))
    assert (2_750 + 50 * 960) / mirza.count_params() == pytest.approx(0.04, abs=0.005)
    assert ours.get_layer("embedding").count_params() == 1_280
    assert 1_280 / ours.count_params() == pytest.approx(0.005, abs=0.0005)
    assert 10 * 256 == 2_560
    assert 2_560 / conditional.build_generator().count_params() == pytest.approx(0.006, abs=0.0005)


def test_what_mirzas_pair_came_to():
    mirza = sg.weights.load_measurements("mirza")
    at = {int(step): n for n, step in enumerate(mirza["step"])}
    fidelity, distance = mirza["fidelity"], mirza["distance"]
    rests = distance[at[1_250] : at[2_500] + 1]
    assert rests.min() > 12.5 and rests.max() < 15
    assert distance[at[1_250]] < distance[0] / 9 and fidelity[: at[2_250] + 1].max() < 0.16
    assert [round(fidelity[at[step]], 2) for step in (2_500, 3_750)] == [0.18, 0.68]
    assert distance[at[3_750]] < 0.6 * distance[at[2_500]]
    assert 5 / 6 - 0.01 < fidelity[-1] < 5 / 6 + 0.01
    assert np.ptp(fidelity[-3:]) > 0.05 and np.ptp(distance[-3:]) > 0.5  # both still move
    assert 100 * mirza["step"][-1] == 525_000


def test_what_mirzas_digits_show():
    network, digits = sg.metrics.load_digit_features(), sg.weights.load_mirza_samples()
    seen = network.classes(digits).reshape(10, 10).T  # a row for each order
    right = (seen == np.arange(10)[:, None]).sum(axis=1)
    assert (right[1], right[5]) == (10, 3)
    assert np.count_nonzero(seen[5] == 8) > 0.5 * np.count_nonzero(seen[5] != 5)


def test_two_digits_at_once_are_as_near_as_mirzas_pair_when_it_rests():
    (digits, _), _ = sg.datasets.load_mnist()
    network, held_out = sg.metrics.load_digit_features(), digits[57_500:]
    both = np.maximum(held_out, held_out[::-1])
    assert 12.5 < frechet_distance(network.features(digits[55_000:57_500]), network.features(both)) < 14


def test_told_to_the_generator_alone_a_label_is_worth_nothing():
    fidelity, distance = column_of("fidelity"), column_of("distance")
    assert fidelity["not told"].max() < 0.12
    others = {way: numbers for way, numbers in fidelity.items() if way != "not told"}
    assert all((fidelity["channels"] < numbers).all() for way, numbers in others.items() if way != "channels")
    assert all((distance[way] < distance["not told"] - 1).all() for way in others)


def test_which_ways_change_places():
    fidelity, distance, spread = column_of("fidelity"), column_of("distance"), column_of("spread")
    joint, projection, wrong = "joint layer", "projection", "projection, wrong pairs"
    assert (fidelity[projection] > fidelity[joint]).all()
    assert (fidelity[projection] - fidelity[joint]).min() < 0.005  # by a hair
    assert {*(distance[projection] < distance[joint]).tolist()} == {True, False}
    assert all((fidelity[wrong] > numbers).all() for way, numbers in fidelity.items() if way != wrong)
    assert all((spread[wrong] < numbers).all() for way, numbers in spread.items() if way != wrong)
    assert spread[wrong].max() < 0.95
    assert (distance[wrong] < distance[projection]).tolist() == [True, True, False]
    cost = column_of("ms")
    assert max(cost, key=lambda way: cost[way][0]) == "auxiliary classifier"
    assert "obeys nine times in ten after 400 steps" in TEXT and 0.88 < fidelity[projection].mean() < 0.92


def test_in_the_case_of_two_bells_the_label_changes_a_line():
    x = np.linspace(-3, 3, 13)
    best = {y: 0.5 * (x - y / 2) ** 2 - 0.5 * (x - y) ** 2 for y in (1, -1)}
    np.testing.assert_allclose(best[1] - best[-1], x)


def test_what_wrong_pairs_take_at_the_optimum():
    """m = 7/8 q + 1/8 p(x) p(y) = p(x, y), solved for q, where p(y) = 1/10."""
    one, two = 8 / 7 * (1 - 0.1 / 8), 2 * 8 / 7 * (1 / 2 - 0.1 / 8)
    assert 7 / 8 * one + 0.1 / 8 == pytest.approx(1)
    assert (round(one, 3), round(two, 3), round(two / one, 2)) == (1.129, 1.114, 0.99)


def test_a_quarter_more_ones_than_fives():
    (_, labels), _ = sg.datasets.load_mnist()
    for part in (labels, labels[57_500:]):
        assert 1.15 < np.mean(part == 1) / np.mean(part == 5) < 1.35
