"""Variants of a recipe, by the name of what is changed: what `compare --set` can set for a training.

recipe = vary(RECIPES["dcgan-plain"], loss="hinge", penalty="r1", batch_size=32)
"""

import dataclasses
import functools

from seminar_gan import losses, recipes, tricks
from seminar_gan.parameters import accept
from seminar_gan.training import noise, penalties

__all__ = ["VARIATIONS", "accepted", "vary"]

PENALTIES = {
    "none": None,
    "gradient_penalty": penalties.GradientPenalty(10.0),
    "r1": penalties.R1(0.1),
    "dragan": penalties.DRAGAN(10.0),
}
NOISES = {"normal": noise.normal, "uniform": noise.uniform, "truncated_normal": noise.truncated_normal}


def __dir__():
    return __all__


def _options(recipe, **options):
    return dataclasses.replace(recipe, options={**recipe.options, **options})


def _field(name):
    return lambda recipe, value: dataclasses.replace(recipe, **{name: value})


# name: (what it may be, as for `parameters.accept`; recipe and value -> recipe)
VARIATIONS = {
    "learning_rate": ((1e-12, 1e6), _field("learning_rate")),
    "beta_1": ((0.0, 0.999999), _field("beta_1")),
    "beta_2": ((0.0, 0.999999), _field("beta_2")),
    "batch_size": ((1, 65_536), _field("batch_size")),
    "ema": ((0.0, 0.999999), lambda recipe, value: dataclasses.replace(recipe, ema=value or None)),
    "d_steps": ((1, 100), lambda recipe, value: _options(recipe, d_steps=value)),
    "loss": (set(losses.LOSSES), lambda recipe, value: dataclasses.replace(recipe, loss=losses.LOSSES[value])),
    "penalty": (set(PENALTIES), lambda recipe, value: dataclasses.replace(recipe, penalty=PENALTIES[value])),
    "noise": (set(NOISES), lambda recipe, value: dataclasses.replace(recipe, noise=NOISES[value])),
    "trick": (set(tricks.TRICKS), tricks.apply),
}


def accepted(name, value):
    """Return the value of a variation in the form that it needs.

    Args:
        name: one of `VARIATIONS`.
        value: what came: of the right kind, or its text.

    Raises:
        ValueError: for an unknown name, and for a value that cannot be; lists what can.

    Example:
        >>> accepted("batch_size", "32")
        32
    """
    if name not in VARIATIONS:
        raise ValueError(f"a recipe has no setting {name!r}; it has {', '.join(VARIATIONS)}")
    what = VARIATIONS[name][0]
    return value if isinstance(what, set) and value in what else accept(name, value, what)  # "none" stays a word


def vary(recipe, **settings):
    """Return a variant of a recipe.

    Args:
        recipe: `recipes.Recipe`, or the name of one of `recipes.RECIPES`.
        **settings: values of `VARIATIONS`, applied in this order.

    Returns:
        Recipe.

    Raises:
        ValueError: as `accepted`, and for an unknown recipe.

    Example:
        >>> vary("dcgan-plain", loss="hinge", batch_size=32).batch_size
        32
    """
    if isinstance(recipe, str):
        if recipe not in recipes.RECIPES:
            raise ValueError(f"there is no recipe {recipe!r}; there are {', '.join(recipes.RECIPES)}")
        recipe = recipes.RECIPES[recipe]
    return functools.reduce(
        lambda each, item: VARIATIONS[item[0]][1](each, accepted(*item)), settings.items(), recipe
    )  # fmt: skip
