"""Recipes: each name builds a GAN that trains, and what belongs to it beside the networks."""

import runpy
from pathlib import Path

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan import recipes
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.decay import CoolDown
from seminar_gan.training.gan import GAN

TEXTBOOKS = Path(__file__).resolve().parents[1] / "tools" / "textbooks.py"
ALL = [*recipes.RECIPES.values(), *recipes.CONDITIONAL_RECIPES.values()]
NAMES = [*recipes.RECIPES, *(f"{name} conditional" for name in recipes.CONDITIONAL_RECIPES)]


@pytest.mark.parametrize("recipe", ALL, ids=NAMES)
def test_every_recipe_trains(recipe):
    made = recipe.build((8, 8, 1), seed=1, num_classes=5)
    images = tiny_gan.images(40, (8, 8, 1))
    data = (images, tiny_gan.labels(40)) if recipe.conditional else (images,)
    made.fit(*data, steps=1, batch_size=4, callbacks=recipe.callbacks())
    wanted = (tiny_gan.labels(3),) if recipe.conditional else ()
    assert made.generate(3, *wanted).shape == (3, 8, 8, 1) and made.seed == 1
    assert made.average == recipe.average and made.noise is recipe.noise
    variant = ClusteredGAN if recipe.clusters else ConditionalGAN if recipe.conditional else GAN
    assert type(made) is variant


@pytest.mark.parametrize("name", ["build_tensorflow_tutorial", "build_keras_io_conditional"])
def test_the_textbooks_train(name):
    made = runpy.run_path(str(TEXTBOOKS))[name](0)
    if name == "build_tensorflow_tutorial":
        data = [tiny_gan.images(4, (28, 28, 1))]
    else:
        data = [tiny_gan.images(4, (28, 28, 1), low=0), tiny_gan.labels(4)]
    before = made.generator.get_weights()[0], made.discriminator.get_weights()[0]
    made.fit(*data, steps=2, batch_size=4)
    after = made.generator.get_weights()[0], made.discriminator.get_weights()[0]
    assert not any(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_the_weights_follow_from_the_seed():
    recipe = recipes.RECIPES["temkeng-vanilla"]
    one, same, other = (recipe.build((4, 4, 1), seed=seed).generator.get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


class Rates(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.rates = []

    def on_train_batch_end(self, batch, logs=None):
        rates = [float(o.learning_rate) for o in (self.model.d_optimizer, self.model.g_optimizer)]
        assert rates[0] == rates[1]
        self.rates.append(rates[0])


def test_the_rate_falls_to_0_after_the_full_steps():
    made, rates = tiny_gan.gan(), Rates()
    made.fit(tiny_gan.images(), steps=10, batch_size=4, callbacks=[CoolDown(0.1, 6), rates])
    assert rates.rates == pytest.approx([0.1] * 7 + [0.075, 0.05, 0.025], rel=1e-5)


def test_the_rate_can_fall_from_the_start():
    made, rates = tiny_gan.gan(), Rates()
    made.fit(tiny_gan.images(), steps=4, batch_size=4, callbacks=[CoolDown(0.1), rates])
    assert rates.rates == pytest.approx([0.1, 0.075, 0.05, 0.025], rel=1e-5)


def test_a_resumed_training_cools_as_an_uninterrupted_one(tmp_path):
    options = {"batch_size": 4, "report_every": 4}
    whole = tiny_gan.gan()
    whole.fit(tiny_gan.images(), steps=10, callbacks=[CoolDown(0.01, 3)], **options)
    stop = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: 1 / 0 if epoch == 2 else None)
    with pytest.raises(ZeroDivisionError):
        tiny_gan.gan().fit(
            tiny_gan.images(), steps=10, callbacks=[CoolDown(0.01, 3), stop], checkpoints=tmp_path, **options
        )
    resumed = tiny_gan.gan()
    resumed.fit(tiny_gan.images(), steps=10, callbacks=[CoolDown(0.01, 3)], checkpoints=tmp_path, **options)
    assert tiny_gan.same(whole, resumed)


def test_the_rate_can_follow_the_clock():
    class Clock(keras.callbacks.Callback):  # a step a second
        seconds, used = 10.0, 0.0

        def on_train_batch_end(self, batch, logs=None):
            self.used += 1

    made, rates, clock = tiny_gan.gan(), Rates(), Clock()
    cooling = CoolDown(0.1, 6, time_limit=clock)
    made.fit(tiny_gan.images(), steps=10, batch_size=4, callbacks=[cooling, rates, clock])
    assert rates.rates == pytest.approx([0.1] * 7 + [0.075, 0.05, 0.025], rel=1e-5)


def test_in_a_short_training_the_rate_falls_earlier():
    made, rates = tiny_gan.gan(), Rates()
    made.fit(tiny_gan.images(), steps=10, batch_size=4, callbacks=[CoolDown(0.1, 1_000), rates])
    assert rates.rates == pytest.approx([0.1] * 7 + [0.075, 0.05, 0.025], rel=1e-5)


@pytest.mark.parametrize("most", [0, 1, -1, float("nan")])
def test_a_share_that_cannot_be_is_refused(most):
    with pytest.raises(ValueError, match="most must be between 0 and 1"):
        CoolDown(0.1, 6, most)


def test_a_negative_number_of_full_steps_is_refused():
    with pytest.raises(ValueError, match="full_steps must not be negative; got -1"):
        CoolDown(0.1, -1)
