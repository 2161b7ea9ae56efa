"""Tricks: what each changes in a recipe, that it trains, and which cannot be applied."""

import dataclasses
import functools

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan import losses, recipes, tricks
from seminar_gan.training import noise, penalties
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gan import GAN
from seminar_gan.training.gated import GatedGAN
from seminar_gan.training.tricks.averaging import HistoricalAveragingGAN
from seminar_gan.training.tricks.feature_matching import FeatureMatchingGAN
from seminar_gan.training.tricks.input_noise import InputNoiseGAN
from seminar_gan.training.tricks.mixed_batches import MixedBatchGAN
from seminar_gan.training.tricks.soft_labels import SoftLabelsGAN


def build_discriminator(image_shape=(4, 4, 1)):
    images = keras.Input(image_shape)
    x = keras.layers.Flatten()(images)
    for _ in range(2):
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(6)(x))
    return keras.Model(images, keras.layers.Dense(1)(x), name="d")


def build_generator(image_shape=(4, 4, 1), activation="tanh"):
    return tiny_gan.generator(image_shape, activation)


TINY = recipes.Recipe(build_generator, build_discriminator, learning_rate=1e-2, batch_size=8)
CHANGED = {  # what a trick changes, for those that do not rebuild a network
    "none": {},
    "minimax": {"loss": losses.MINIMAX},
    "uniform_z": {"noise": noise.uniform},
    "sgd_discriminator": {"d_optimizer": tricks.sgd},
    "sgd_generator": {"g_optimizer": tricks.sgd},
    "soft_labels": {"gan": SoftLabelsGAN},
    "input_noise": {"gan": InputNoiseGAN},
    "historical_averaging": {"gan": HistoricalAveragingGAN},
    "one_sided": {"loss": losses.PANIC},
    "sigmoid_output": {"generator": None, "discriminator": None},
    "batch_norm": {"discriminator": None},
    "mixed_batches": {"discriminator": None, "gan": MixedBatchGAN},
    "feature_matching": {"discriminator": None, "gan": FeatureMatchingGAN},
    "minibatch_discrimination": {"discriminator": None},
}
BACK = {  # tricks that TINY has
    "tanh_output": {"generator": lambda image_shape: build_generator(image_shape, "sigmoid")},
    "non_saturating": {"loss": losses.MINIMAX},
    "normal_z": {"noise": noise.uniform},
}


def test_all_tricks_are_tried_here():
    assert set(tricks.TRICKS) == CHANGED.keys() | BACK.keys()


def fields(recipe):
    """What a recipe is; a pair of losses by its functions."""
    values = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
    loss = values.pop("loss")
    discriminator = loss.discriminator
    halves = vars(discriminator) if isinstance(discriminator, losses.Halves) else discriminator
    return values | {"loss": (halves, loss.generator, loss.boundary)}


@pytest.mark.parametrize("name", CHANGED)
def test_a_trick_changes_what_it_says_and_nothing_else(name):
    changed = fields(tricks.apply(TINY, name))
    wanted = fields(dataclasses.replace(TINY, **{key: new for key, new in CHANGED[name].items() if new}))
    for key, value in CHANGED[name].items():
        if value is None:
            assert changed.pop(key) is not wanted.pop(key)
    assert changed == wanted


@pytest.mark.parametrize("name", BACK)
def test_what_was_taken_away_is_given_back(name):
    without = dataclasses.replace(TINY, **BACK[name])
    back = tricks.apply(without, name)
    if name == "tanh_output":
        ends = [recipe.build((4, 4, 1), seed=0).generator for recipe in (without, back)]
        assert [each.get_layer("pixels").activation.__name__ for each in ends] == ["sigmoid", "tanh"]
    else:
        assert fields(back) == fields(TINY)


@pytest.mark.long
@pytest.mark.parametrize("name", CHANGED)
def test_a_trick_trains_bytes_in_the_range_of_its_images(name):
    recipe = tricks.apply(TINY, name)
    gan = recipe.build((4, 4, 1), seed=1)
    before = [np.array(weight) for weight in gan.generator.trainable_weights]
    gan.run_eagerly = True
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), "uint8")
    history = gan.fit(images, steps=3, batch_size=8, report_every=3, callbacks=recipe.callbacks()).history
    assert np.isfinite([history["d_loss"], history["g_loss"]]).all()
    assert all((a != np.asarray(b)).any() for a, b in zip(before, gan.generator.trainable_weights, strict=True))
    made = gan.generate(50)
    assert made.max() <= 1 and (made.min() >= 0) == (name == "sigmoid_output")


def test_a_sigmoid_takes_the_place_of_tanh_and_the_weights_stay():
    generator = tiny_gan.perturb(build_generator())
    changed = tricks.with_activation(generator, "sigmoid")
    z = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(np.arctanh(generator(z)), np.log(changed(z) / (1 - changed(z))), rtol=1e-3, atol=1e-4)
    assert generator.get_layer("pixels").activation.__name__ == "tanh"


@pytest.mark.parametrize("name", [name for name in CHANGED if name not in ("none", "sigmoid_output")])
def test_networks_start_from_the_weights_that_they_have_without_the_trick(name):
    """So that trainings of one seed are pairs."""
    plain, tried = (tricks.apply(TINY, each).build((4, 4, 1), seed=5) for each in ("none", name))
    for one, other in ((plain.generator, tried.generator), (plain.discriminator, tried.discriminator)):
        one, other = (
            [layer.get_weights()[0] for layer in each.layers if "dense" in type(layer).__name__.lower()]
            for each in (one, other)
        )
        assert len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one[:-1], other[:-1], strict=True))


@pytest.mark.parametrize("name", ["sigmoid_output", "batch_norm"])
def test_a_rebuilt_network_still_takes_what_is_measured_of_the_images(name):
    seen = []

    def measured(image_shape=(4, 4, 1), levels=None, changes=()):
        seen.append((levels, changes))
        return build_discriminator(image_shape)

    recipe = dataclasses.replace(
        TINY,
        discriminator=functools.partial(measured, changes=("mirror",)),
        measured={"levels": lambda images: (0, int(images.max())), "changes": lambda images: ("cut_out",)},
    )
    tricks.apply(recipe, name).build_for(np.full((3, 4, 4, 1), 7, "uint8"), seed=0)
    assert seen == [((0, 7), ("mirror",))]


def test_the_optimizers_are_apart():
    gan = tricks.apply(TINY, "sgd_generator").build((4, 4, 1), seed=0)
    assert type(gan.g_optimizer) is keras.optimizers.SGD and type(gan.d_optimizer) is keras.optimizers.Adam
    assert float(gan.g_optimizer.learning_rate) == pytest.approx(tricks.SGD_RATE)
    assert float(gan.d_optimizer.learning_rate) == pytest.approx(1e-2)


def test_two_tricks_can_be_combined():
    both = tricks.apply(tricks.apply(TINY, "soft_labels"), "input_noise").build((4, 4, 1), seed=0)
    assert isinstance(both, SoftLabelsGAN) and isinstance(both, InputNoiseGAN)


@pytest.mark.parametrize("base", [ConditionalGAN, ClusteredGAN])
@pytest.mark.parametrize("name", ["soft_labels", "input_noise", "historical_averaging"])
def test_a_gan_of_another_kind_stays_what_it_is(name, base):
    kind = tricks.apply(dataclasses.replace(TINY, gan=base), name).gan
    assert issubclass(kind, base) and issubclass(kind, CHANGED[name]["gan"])
    assert kind is tricks.apply(dataclasses.replace(TINY, gan=base), name).gan


@pytest.mark.long
def test_a_conditional_gan_with_a_trick_can_be_saved(tmp_path):
    keras.utils.set_random_seed(3)
    kind = tricks.combined(SoftLabelsGAN, ConditionalGAN)
    gan = kind(tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True), mismatched=0.25)
    gan.compile(d_optimizer=keras.optimizers.Adam(), g_optimizer=keras.optimizers.Adam())
    gan.fit(tiny_gan.images(), tiny_gan.labels(), steps=2, batch_size=8)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is kind and loaded.mismatched == 0.25 and loaded.real_labels == (0.7, 1.2)
    assert tiny_gan.same(gan, loaded)


GATED = {"gan": GatedGAN, "loss": losses.PANIC}
CRITIC = {"loss": losses.WASSERSTEIN}
STEEP = {"penalty": penalties.R1()}


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({}, "smooth", "there is no trick 'smooth'; there are none, tanh_output"),
        ({}, "normal_z", "the recipe has normal_z already: there is nothing to compare"),
        ({}, "non_saturating", "the recipe has non_saturating already"),
        ({"noise": noise.uniform}, "uniform_z", "the recipe has uniform_z already"),
        (CRITIC, "minimax", "minimax is one of the two generator losses"),
        (CRITIC, "one_sided", "one-sided smoothing exchanges the label 1 of the cross-entropy"),
        (GATED, "one_sided", "one-sided smoothing exchanges the label 1 of the cross-entropy"),
        (GATED, "soft_labels", "SoftLabelsGAN and GatedGAN both say how D is updated"),
        (GATED, "historical_averaging", "HistoricalAveragingGAN and GatedGAN both say how D is updated"),
        (STEEP, "batch_norm", "has no slope at one image, which R1 needs"),
        (STEEP, "minibatch_discrimination", "has no slope at one image, which R1 needs"),
    ],
)
def test_what_cannot_be_applied_is_refused(fields, name, message):
    with pytest.raises(ValueError, match=message):
        tricks.apply(dataclasses.replace(TINY, **fields), name)


def test_an_unknown_recipe_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="there is no recipe 'gan'; there are temkeng-vanilla"):
        tricks.apply("gan", "minimax")


@pytest.mark.parametrize(
    ("name", "trick", "message"),
    [
        ("panic", "sigmoid_output", "it has 0 of the one and 0 of the other"),
        ("temkeng-dcgan", "sigmoid_output", "rescales its images"),
        ("few", "sigmoid_output", "none that rescales the images"),
        ("dcgan", "feature_matching", "must end in a dense layer of one logit"),
    ],
)
def test_networks_that_a_trick_does_not_fit_are_refused_when_they_are_built(name, trick, message):
    with pytest.raises(ValueError, match=message):
        tricks.apply(name, trick).build((28, 28, 1), seed=0)


@pytest.mark.parametrize("kind", [GAN, ConditionalGAN])
def test_a_class_that_has_the_trick_already_stays_as_it_is(kind):
    has_it = tricks.combined(SoftLabelsGAN, kind)
    assert tricks.combined(SoftLabelsGAN, has_it) is has_it
