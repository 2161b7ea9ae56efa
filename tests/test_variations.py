"""Variants of recipes: what each setting changes, and what cannot be set."""

import pytest

from seminar_gan import losses, recipes
from seminar_gan.training import noise, penalties
from seminar_gan.variations import VARIATIONS, accepted, vary

PLAIN = recipes.RECIPES["dcgan-plain"]


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("learning_rate", "0.001", "learning_rate", 0.001),
        ("beta_1", "0.9", "beta_1", 0.9),
        ("beta_2", 0.5, "beta_2", 0.5),
        ("batch_size", "32", "batch_size", 32),
        ("ema", "0", "ema", None),
        ("ema", "0.9", "ema", 0.9),
        ("d_steps", "3", "options", {"d_steps": 3}),
        ("loss", "wasserstein", "loss", losses.WASSERSTEIN),
        ("penalty", "none", "penalty", None),
        ("trick", "uniform_z", "noise", noise.uniform),
        ("noise", "uniform", "noise", noise.uniform),
    ],
)
def test_a_setting_changes_one_field(name, text, field, value):
    changed = vary(PLAIN, **{name: text})
    assert getattr(changed, field) == value
    before, after = ({key: each for key, each in vars(recipe).items() if key != field} for recipe in (PLAIN, changed))
    assert before == after


def test_settings_add_up_and_the_recipe_stays_as_it_is():
    changed = vary("dcgan-plain", loss="wasserstein", penalty="gradient_penalty", d_steps=5, batch_size=16)
    assert changed.options == {"d_steps": 5} and changed.batch_size == 16
    assert isinstance(changed.penalty, penalties.GradientPenalty)
    assert changed.penalty.weight == 10
    assert recipes.RECIPES["dcgan-plain"].penalty is None


def test_every_penalty_and_loss_builds():
    for settings in [{"loss": name} for name in losses.LOSSES] + [{"penalty": "r1"}, {"penalty": "dragan"}]:
        recipe = vary("winkler-dense", **settings)
        assert recipe.build((28, 28, 1), seed=0).loss_pair is recipe.loss


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("rate", 1, "a recipe has no setting 'rate'; it has learning_rate"),
        ("loss", "hinges", "loss is 'hinges'; it must be .*'minimax' or 'non_saturating'"),
        ("batch_size", "0", "batch_size is '0'; it must be a whole number from 1"),
        ("beta_1", 1, "a number from 0.0 to 0.999999"),
    ],
)
def test_what_cannot_be_is_said(name, value, message):
    with pytest.raises(ValueError, match=message):
        accepted(name, value)


def test_an_unknown_recipe_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="no recipe 'gan'; there are temkeng-vanilla"):
        vary("gan")


def test_all_settings_are_tried_here():
    assert set(VARIATIONS) >= {
        "learning_rate",
        "beta_1",
        "beta_2",
        "batch_size",
        "ema",
        "d_steps",
        "loss",
        "penalty",
        "noise",
    }
