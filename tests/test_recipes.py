"""Recipes: every setting of each, and that it trains."""

import dataclasses
import functools
import os
import re
import runpy
import subprocess
import sys

import keras
import numpy as np
import pytest
import tiny_gan
from conftest import ROOT

from seminar_gan import losses, ranges, recipes
from seminar_gan.models import conditional, dcgan, few, large, mlp, panic
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.adam import FusedAdam
from seminar_gan.training.gan import GAN
from seminar_gan.training.gated import GatedGAN
from seminar_gan.training.penalties import GradientPenalty

ADAM = keras.optimizers.Adam
# What a paper says has its source beside it; what the papers leave open is ours.
PLAIN = {
    "adam": (ADAM, 1e-3, 0.5, 0.999),  # Winkler 2018, section 4.7.3
    "batch_size": 128,  # Winkler 2018, section 4.7.1
    "full_steps": None,
    "ema": None,
    "noise": noise.normal,
    "class": GAN,
    "d_steps": 1,
    "loss": losses.NON_SATURATING,
    "penalty": None,
}
OURS = PLAIN | {"adam": (ADAM, 2e-3, 0.0, 0.99), "batch_size": 64, "full_steps": 420, "ema": 0.995}
GATED = PLAIN | {  # Deshpande & Bruner 2017, on which Wallat & Kriegel build
    "adam": (FusedAdam, 1e-3, 0.9, 0.999),
    "batch_size": 50,
    "noise": noise.truncated_normal,
    "class": GatedGAN,
    "loss": losses.PANIC,
    "gates": (0.6, 0.45, 0.5),
}
SETTINGS = {
    "temkeng-vanilla": PLAIN | {"noise": noise.uniform},  # Temkeng 2020: uniform noise
    "winkler-dense": PLAIN,
    "temkeng-dcgan": PLAIN | {"adam": (ADAM, 2e-4, 0.5, 0.999)},  # Radford et al. 2015, section 4
    "winkler-dcgan": PLAIN,
    "dcgan-plain": OURS,
    "dcgan": OURS | {"class": ClusteredGAN, "num_clusters": 30},
    "panic": GATED,
    "panic-normalised": GATED,
    "few": PLAIN | {"adam": (ADAM, 1e-3, 0.0, 0.99), "batch_size": 16, "full_steps": 10**9, "ema": 0.998},
    "wasserstein": PLAIN
    | {
        "adam": (ADAM, 5e-4, 0.0, 0.9),  # Gulrajani et al. 2017, algorithm 1: 1e-4, 0, 0.9; the rate is ours
        "batch_size": 16,
        "ema": 0.99,
        "d_steps": 5,
        "loss": losses.WASSERSTEIN,
        "penalty": (GradientPenalty, 10.0),
    },
    "mirza conditional": PLAIN | {"adam": (ADAM, 2e-4, 0.5, 0.999), "noise": noise.uniform, "class": ConditionalGAN}
    | {"mismatched": 0.0},
    "dcgan conditional": OURS | {"class": ConditionalGAN, "mismatched": 0.125},
}  # fmt: skip
NETWORKS = {
    "temkeng-vanilla": (mlp.build_temkeng_generator, mlp.build_temkeng_discriminator),
    "winkler-dense": (mlp.build_winkler_generator, mlp.build_winkler_discriminator),
    "temkeng-dcgan": (dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator),
    "winkler-dcgan": (dcgan.build_winkler_generator, dcgan.build_winkler_discriminator),
    "dcgan": (conditional.build_generator, conditional.build_discriminator),
    "few": (few.build_generator, recipes.few_discriminator),
    "panic": (panic.build_generator, panic.build_discriminator),
    "panic-normalised": (panic.build_generator, panic.build_normalised_discriminator),
    "mirza conditional": (conditional.build_mirza_generator, conditional.build_mirza_discriminator),
    "dcgan conditional": (conditional.build_generator, conditional.build_discriminator),
}
RECIPES = recipes.RECIPES | {f"{name} conditional": recipe for name, recipe in recipes.CONDITIONAL_RECIPES.items()}


def test_every_recipe_is_in_the_tables():
    assert RECIPES.keys() == SETTINGS.keys()


@pytest.fixture(scope="module", params=RECIPES)
def built(request):
    sizes = {"num_classes": 5} if request.param.endswith("conditional") else {}
    return request.param, RECIPES[request.param].build((16, 16, 1), seed=1, **sizes)


def test_every_setting_is_as_the_papers_say(built):
    name, trained = built
    recipe, expected = RECIPES[name], SETTINGS[name]
    penalty, decays = trained.penalty, [decay.full_steps for decay in recipe.callbacks()]
    for optimizer in (trained.d_optimizer, trained.g_optimizer):
        adam = type(optimizer), float(optimizer.learning_rate), optimizer.beta_1, optimizer.beta_2
        assert adam[0] is expected["adam"][0] and adam[1:] == pytest.approx(expected["adam"][1:], rel=1e-6)
    settings = {
        "adam": expected["adam"],
        "batch_size": recipe.batch_size,
        "full_steps": decays[0] if decays else None,
        "ema": trained.ema,
        "noise": trained.noise,
        "class": type(trained),
        "d_steps": trained.d_steps,
        "loss": trained.loss_pair,
        "penalty": penalty and (type(penalty), penalty.weight),
    }
    more = {name: getattr(trained, name) for name in ("mismatched", "gates") if name in expected}
    if "num_clusters" in expected:
        more["num_clusters"] = trained.num_clusters
    assert settings | more == expected
    assert trained.seed == 1


def test_the_networks_are_those_of_the_papers(built):
    name, trained = built
    builders = NETWORKS.get(name, (dcgan.build_generator, dcgan.build_discriminator))
    sizes = {"num_classes": 30 if name == "dcgan" else 5} if builders[0].__module__.endswith("conditional") else {}
    networks = [build((16, 16, 1), **sizes) for build in builders]
    for network, expected in zip((trained.generator, trained.discriminator), networks, strict=True):
        assert network.count_params() == expected.count_params()
        assert [type(layer) for layer in network.layers] == [type(layer) for layer in expected.layers]


@pytest.mark.parametrize(
    ("recipe", "builders"),
    [
        (recipes.RECIPES["dcgan-plain"], (large.build_generator, large.build_discriminator)),
        (recipes.RECIPES["dcgan"], (large.build_conditional_generator, large.build_conditional_discriminator)),
        (recipes.CONDITIONAL_RECIPES["dcgan"], (large.build_conditional_generator,)),
    ],
)
def test_images_of_more_than_64_pixels_get_the_large_pair(recipe, builders):
    sizes = recipe.sizes or ({"num_classes": 5} if recipe.generator is recipes.CONDITIONAL_PAIR[0] else {})
    trained = recipe.build((72, 64, 1), seed=0, **sizes)
    assert trained.generator.get_layer("grid").output.shape == (None, 9, 8, 32)
    for network, build in zip((trained.generator, trained.discriminator), builders, strict=False):
        assert network.count_params() == build((72, 64, 1), **sizes).count_params()


def test_64_images_of_256_pixels_get_networks_that_train_within_4_gb():
    """The plain DCGAN's generator has 34 million weights at this size. Measured in GB: the slow test below."""
    recipe = recipes.RECIPES[recipes.recommend(64, (256, 256, 3))]
    trained = recipe.build((256, 256, 3), seed=0)
    assert trained.generator.count_params() < 160_000 and trained.discriminator.count_params() < 160_000


def test_a_recipe_that_builds_by_size_says_what_is_wrong_with_a_size():
    for shape, message in (((28, 28), "got (28, 28)"), ("28", "got '28'"), ((128, 130, 1), "image width 130")):
        with pytest.raises(ValueError, match=re.escape(message)):
            recipes.RECIPES["dcgan-plain"].build(shape, seed=0)


def test_every_recipe_trains(built):
    name, trained = built
    data = [np.random.default_rng(0).integers(0, 256, (40, 16, 16, 1), "uint8")]
    labels = [tiny_gan.labels(40)] if name.endswith("conditional") else []
    before = trained.generator.get_weights()
    trained.run_eagerly = True  # tracing takes longer than a step
    trained.fit(*data, *labels, steps=1, batch_size=4, callbacks=RECIPES[name].callbacks())
    assert not all(map(np.array_equal, before, trained.generator.get_weights()))
    assert trained.generate(3, *(part[:3] for part in labels)).shape == (3, 16, 16, 1)


# What is measured of the images


def dark_images(count=24, shape=(16, 20, 1)):
    return np.random.default_rng(0).integers(3, 41, (count, *shape), "uint8")


def test_the_gan_for_some_images_is_that_of_their_shape_and_levels():
    recipe = recipes.RECIPES["few"]
    measured = recipe.build_for(dark_images(), seed=3)
    built = recipe.build((16, 20, 1), seed=3, levels=(3, 40))
    assert tiny_gan.same(measured, built)
    for player in ("generator", "discriminator", "ema_generator"):
        configs = [getattr(gan, player).get_config() for gan in (measured, built)]
        assert str(configs[0]) == str(configs[1])
    images = ranges.symmetric_to_uint8(measured.generate(20, seed=0))
    assert 3 <= images.min() <= images.max() <= 40


def changes_of(gan):
    return gan.discriminator.get_layer("random_changes").changes


def test_images_with_a_left_and_a_right_are_not_mirrored_before_the_discriminator():
    recipe, images = recipes.RECIPES["few"], dark_images()
    assert list(changes_of(recipe.build_for(images, seed=0))) == ["mirror", "translate"]
    images[:, :, :5] += 100
    assert list(changes_of(recipe.build_for(images, seed=0))) == ["translate"]
    always = dataclasses.replace(
        recipe, discriminator=functools.partial(recipes.few_discriminator, changes=("cut_out",))
    )
    assert list(changes_of(always.build_for(images, seed=0))) == ["cut_out"]
    plain = dataclasses.replace(recipe, discriminator=few.build_discriminator)
    assert plain.build_for(images, seed=0).discriminator.name == "few_discriminator"


def test_what_is_given_is_not_measured():
    gan = recipes.RECIPES["few"].build_for(dark_images(), seed=3, levels=(0, 200))
    scale, offset = few.scaling((0, 200))
    assert (gan.generator.get_layer("images").scale, gan.generator.get_layer("images").offset) == (scale, offset)


def test_a_recipe_that_measures_nothing_is_built_for_the_shape():
    recipe = recipes.RECIPES["temkeng-vanilla"]
    images = tiny_gan.images(5, (4, 4, 1))  # float
    assert tiny_gan.same(recipe.build_for(images, seed=1), recipe.build((4, 4, 1), seed=1))
    with pytest.raises(TypeError, match=r"measure_levels takes uint8 images, 0 to 255; got dtype float32"):
        recipes.RECIPES["few"].build_for(tiny_gan.images(5, (16, 16, 1)), seed=1)


def test_bytes_and_floats_of_few_images_are_the_same_training():
    ends = []
    for images in (dark_images(), ranges.to_symmetric(dark_images())):
        gan = recipes.RECIPES["few"].build_for(dark_images(), seed=0)
        gan.run_eagerly = True
        gan.fit(images, steps=1, batch_size=4)
        ends.append(tiny_gan.state(gan))
    assert tiny_gan.same(*ends)


@pytest.mark.long
def test_a_stopped_training_of_few_images_ends_where_it_would_have_ended(tmp_path):
    recipe, ends = recipes.RECIPES["few"], []
    for stops in ([], [tiny_gan.StopAt(4)], []):
        gan = recipe.build_for(dark_images(), seed=0)
        folder = tmp_path if ends else None
        options = {"steps": 6, "batch_size": 8, "report_every": 2, "checkpoints": folder}
        try:
            gan.fit(dark_images(), callbacks=[*recipe.callbacks(), *stops], **options)
        except InterruptedError:
            assert gan.step == 4
        ends.append(tiny_gan.state(gan))
    assert tiny_gan.same(ends[0], ends[2]) and not tiny_gan.same(ends[1], ends[2])


@pytest.mark.long
def test_a_saved_gan_of_few_images_makes_the_same_samples_and_goes_on_the_same(tmp_path):
    gan = recipes.RECIPES["few"].build_for(dark_images(), seed=0)
    gan.fit(dark_images(), steps=2, batch_size=8)
    gan.save(tmp_path / "gan.keras")
    opened = keras.models.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(opened.generate(9, seed=1), gan.generate(9, seed=1))
    for each in (gan, opened):
        each.fit(dark_images(), steps=4, batch_size=8)
    assert tiny_gan.same(gan, opened)


@pytest.mark.long
def test_few_images_train_in_mixed_precision():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        gan = recipes.RECIPES["few"].build_for(dark_images(), seed=0)
        gan.fit(dark_images(), steps=2, batch_size=8)
        images = ranges.symmetric_to_uint8(gan.generate(9, seed=1))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert 3 <= images.min() < images.max() <= 40
    assert np.isfinite([gan.record.history["d_loss"], gan.record.history["g_loss"]]).all()


MEMORY = """
import resource, sys
import numpy as np
from seminar_gan.recipes import RECIPES

side = int(sys.argv[1])
images = np.random.default_rng(0).integers(0, 256, (16, side, side, 3), "uint8")
gan = RECIPES["few"].build_for(images, seed=0)
gan.fit(images, steps=2, batch_size=RECIPES["few"].batch_size)
gan.generate(16)
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * (1024 if sys.platform == "darwin" else 1)))
"""


@pytest.mark.slow  # a minute
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
@pytest.mark.parametrize(("side", "megabytes"), [(256, 1_129), (recipes.LARGEST_SIDE_OF_FEW, 2_043)])
def test_few_large_images_train_within_4_gb(side, megabytes):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-P", "-c", MEMORY, str(side)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    peak = int(done.stdout.split("peak")[1])
    assert peak < 1.5 * megabytes < 4_000


@pytest.mark.parametrize("name", ["build_tensorflow_tutorial", "build_keras_io_conditional"])
def test_the_textbooks_train(name):
    trained = runpy.run_path(str(ROOT / "tools" / "textbooks.py"))[name](0)
    if name == "build_tensorflow_tutorial":
        data = [tiny_gan.images(4, (28, 28, 1))]
    else:
        data = [tiny_gan.images(4, (28, 28, 1), low=0), tiny_gan.labels(4)]
    before = trained.generator.get_weights()[0], trained.discriminator.get_weights()[0]
    trained.run_eagerly = True
    trained.fit(*data, steps=2, batch_size=4)
    after = trained.generator.get_weights()[0], trained.discriminator.get_weights()[0]
    assert not any(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_the_weights_follow_from_the_seed():
    recipe = recipes.RECIPES["temkeng-vanilla"]
    one, same, other = (recipe.build((4, 4, 1), seed=seed).generator.get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("count", "image_shape", "name"),
    [
        (60_000, (28, 28, 1), "dcgan"),
        (1_000, (64, 64, 3), "dcgan"),
        (999, (28, 28, 1), "few"),
        (8, (28, 28, 1), "few"),
        (64, (256, 256, 3), "few"),
        (64, (250, 250, 3), "few"),
        (40, (27, 31, 3), "few"),
        (1, [16, 40, 1], "few"),
        (5_000, (256, 256, 3), "dcgan"),
        (5_000, (512, 256, 3), "few"),
        (5_000, (512, 8, 3), "dcgan-plain"),
        (60_000, (30, 30, 1), "winkler-dense"),
        (40, (15, 31, 3), "winkler-dense"),
        (40, (12, 40, 1), "dcgan-plain"),
        (5, [4, 4, 1], "dcgan-plain"),
    ],
)
def test_a_recipe_is_recommended(count, image_shape, name):
    assert recipes.recommend(count, image_shape) == name
    if max(image_shape) < 64:
        assert recipes.RECIPES[name].build(tuple(image_shape), seed=0).generator.output_shape[1:] == tuple(image_shape)


@pytest.mark.parametrize(
    ("count", "image_shape", "message"),
    [
        (5_000, (250, 250, 3), "Pad or crop the images to 248 or 252"),
        (64, (1024, 1024, 3), "1024 x 1024 are too large .* at most 512"),
        (0, (28, 28, 1), "count must be a positive whole number"),
        (64, (28, 28), r"image_shape must be \(height, width, channels\)"),
    ],
)
def test_what_no_recipe_is_for_is_said(count, image_shape, message):
    with pytest.raises(ValueError, match=message):
        recipes.recommend(count, image_shape)
