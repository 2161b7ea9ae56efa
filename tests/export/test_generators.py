"""Generators for use without this package: what is in generator.keras and generator.json, and who can open them."""

import importlib
import inspect
import json
import os
import subprocess
import sys
import tomllib
import warnings
import zipfile

import keras
import numpy as np
import pytest
import tiny_gan
from conftest import ROOT
from keras import layers
from packaging.requirements import Requirement

from seminar_gan import export, recipes
from seminar_gan.export.generators import NOISES
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gan import GAN

NAMED = [(name, recipe, {}) for name, recipe in recipes.RECIPES.items()]
NAMED += [(f"conditional {name}", recipe, {"num_classes": 3}) for name, recipe in recipes.CONDITIONAL_RECIPES.items()]
GENERATORS = {(recipe.generator, *sizes): (name, recipe, sizes) for name, recipe, sizes in NAMED}  # several share one


def built(recipe, sizes):
    """A recipe's GAN whose averaged generator is another than its generator; the clusters are of unequal size."""
    gan = recipe.build((16, 20, 1), seed=0, **sizes)
    tiny_gan.perturb(gan.ema_generator or gan.generator)
    if isinstance(gan, ClusteredGAN):
        gan.shares.assign(np.arange(gan.num_clusters) / sum(range(gan.num_clusters)))
    return gan


def stored(path):
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("config.json"))


def objects(content):
    """All objects of a stored configuration: a class and the arguments of its constructor."""
    if isinstance(content, dict):
        if isinstance(content.get("config"), dict) and content.get("module"):
            yield content
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from objects(item)


def about(folder):
    return json.loads((folder / "generator.json").read_text(encoding="utf-8"))


def inputs(gan, count=6):
    """z, and class labels if the generator takes any."""
    labels = [np.arange(count, dtype="int32") % 3] if len(gan.generator.inputs) > 1 else []
    return [gan.sample_noise(count, seed=1), *labels]


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "recipe", "sizes"), GENERATORS.values(), ids=[name for name, *_ in GENERATORS.values()]
)
def test_the_file_of_every_recipe_is_plain_keras_and_has_no_argument_that_it_could_do_without(
    name, recipe, sizes, tmp_path
):
    """An argument with its default value is one that an older Keras may not know: 'input_axes' is new in 3.15."""
    gan = built(recipe, sizes)
    path = export.save_generator(gan, tmp_path)
    config = stored(path)
    for item in objects(config):
        assert item["module"].split(".")[0] == "keras"
        signature = inspect.signature(getattr(importlib.import_module(item["module"]), item["class_name"]).__init__)
        defaults = {name: p.default for name, p in signature.parameters.items() if p.default is not p.empty}
        assert not [name for name, value in item["config"].items() if name in defaults and value is defaults[name]]
    assert "input_axes" not in json.dumps(config) and "quantization_config" not in json.dumps(config)
    assert about(tmp_path)["needs"] == []
    parts = inputs(gan)
    images = np.asarray(keras.models.load_model(path)(parts if len(parts) > 1 else parts[0]))
    assert np.abs(images - gan.sample(*parts)).max() < 1e-5 and images.std() > 1e-3


# What generator.json says


def gans():
    clustered = tiny_gan.gan(ClusteredGAN, conditional=True)
    clustered.shares.assign([0.0, 0.5, 0.0, 0.5, 0.0])
    attributes = keras.Input((2,), name="attributes"), keras.Input((3,), name="z")
    x = layers.Dense(16, activation="sigmoid")(layers.Concatenate()(attributes))
    generator = keras.Model(attributes[::-1], layers.Reshape((4, 4, 1))(x))
    images = keras.Input((4, 4, 1))
    x = layers.Concatenate()([layers.Flatten()(images), attributes[0]])
    discriminator = keras.Model([images, attributes[0]], layers.Dense(1)(x))
    return {
        "unconditional": tiny_gan.gan(shape=(4, 4, 3)),
        "uniform": tiny_gan.gan(noise=noise.uniform, ema=None),
        "truncated": tiny_gan.gan(noise=noise.truncated_normal),
        "conditional": tiny_gan.gan(conditional=True),
        "clustered": clustered,
        "attributes": ConditionalGAN(generator, discriminator),
    }


EXAMPLES = """
import json, os, sys
import numpy as np

sys.modules["seminar_gan"] = None  # an import of it is an error
for folder in sys.argv[1:]:
    os.chdir(folder)
    names = {}
    exec("\\n".join(json.load(open("generator.json", encoding="utf-8"))["example"]), names)
    kept = {name: names[name] for name in ("z", "class_labels", "images", "uint8") if name in names}
    np.savez("made.npz", **kept)
print(names["keras"].__version__)
"""


def run_examples(folders, keras_path=""):
    """Run the examples of generator.json, without this package; return the version of Keras."""
    environment = {**os.environ, "PYTHONPATH": str(keras_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-P", "-c", EXAMPLES, *map(str, folders)]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def saved_gans(folder):
    kept = gans()
    for name, gan in kept.items():
        export.save_generator(gan, folder / name)
    return kept


def check_examples(folder, kept):
    """Compare what the examples made with what the GAN makes of the same z."""
    for name, gan in kept.items():
        made = dict(np.load(folder / name / "made.npz"))
        images, uint8 = made.pop("images"), made.pop("uint8")
        parts = [part.astype(tensor.dtype) for part, tensor in zip(made.values(), gan.generator.inputs, strict=True)]
        assert np.abs(images - gan.sample(*parts)).max() < 1e-5, name
        low, high = about(folder / name)["output"]["range"]
        assert np.array_equal(uint8, np.rint((images - low) / (high - low) * 255)), name
    return {name: dict(np.load(folder / name / "made.npz")) for name in kept}


@pytest.mark.long
def test_the_example_runs_without_this_package_and_makes_what_the_gan_makes(tmp_path):
    kept = saved_gans(tmp_path)
    run_examples([tmp_path / name for name in kept])
    made = check_examples(tmp_path, kept)
    assert made["uniform"]["z"].min() < -0.8 and 0.8 < made["uniform"]["z"].max() <= 1
    assert set(made["clustered"]["class_labels"]) == {1, 3}  # the others have no share
    assert made["conditional"]["class_labels"].tolist() == [*range(5)] * 3 + [0]


@pytest.mark.long
def test_the_generator_of_few_dark_images_makes_dark_images_without_this_package(tmp_path):
    images = np.random.default_rng(0).integers(3, 41, (9, 17, 20, 3), "uint8")
    gan = recipes.RECIPES["few"].build_for(images, seed=0)
    tiny_gan.perturb(gan.ema_generator)
    with warnings.catch_warnings(action="error"):
        export.save_generator(gan, tmp_path)
    assert about(tmp_path)["needs"] == [] and about(tmp_path)["output"]["range"] == [-1, 1]
    run_examples([tmp_path])
    made = np.load(tmp_path / "made.npz")
    assert made["uint8"].shape == (16, 17, 20, 3) and (made["uint8"].min(), made["uint8"].max()) == (3, 40)
    assert np.abs(made["images"] - gan.sample(made["z"])).max() < 1e-5


@pytest.mark.parametrize("draw", [noise.normal, noise.uniform, noise.truncated_normal])
def test_the_example_draws_z_as_the_gan_does(draw):
    names = {"np": np, "rng": np.random.default_rng(0)}
    exec("\n".join(NOISES[draw][1]).format(count=1_000, size=8), names)
    z, ours = names["z"], np.asarray(draw((0, 0), (1_000, 8)))
    assert z.shape == ours.shape and z.dtype == ours.dtype
    places = [0.001, 0.02, 0.2, 0.5, 0.8, 0.98, 0.999]
    assert np.abs(np.quantile(z, places) - np.quantile(ours, places)).max() < 0.25
    assert (np.abs(z).max() > 2.1) == (np.abs(ours).max() > 2.1)


def oldest_and_colabs():
    """The oldest Keras that pyproject.toml allows, and the one that Colab has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (allowed,) = (r for r in map(Requirement, project["dependencies"]) if r.name == "keras")
    (bound,) = (clause.version for clause in allowed.specifier if clause.operator == ">=")
    return [f"{bound}.0", "3.13.2"]


@pytest.mark.slow  # asks the package index
@pytest.mark.parametrize("version", oldest_and_colabs())
def test_an_older_keras_opens_every_file(version, tmp_path):
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(tmp_path / "old")]
    subprocess.run([*install, f"keras=={version}"], check=True)
    kept = saved_gans(tmp_path)
    for name, recipe, sizes in NAMED:
        kept[name] = built(recipe, sizes)
        export.save_generator(kept[name], tmp_path / name)
    assert run_examples([tmp_path / name for name in kept], keras_path=tmp_path / "old") == version
    check_examples(tmp_path, kept)


def test_it_says_what_goes_in_and_what_comes_out(tmp_path):
    gan = tiny_gan.gan(conditional=True, shape=(4, 4, 3), noise=noise.uniform)
    assert export.save_generator(gan, tmp_path / "neu", class_names=["Größe", "b", 3, "d", "e"]) == (
        f"{tmp_path.as_posix()}/neu/generator.keras"
    )
    said = about(tmp_path / "neu")
    assert said["inputs"] == [
        {"name": "z", "shape": [None, 3], "dtype": "float32", "distribution": "uniform from -1 to 1"},
        {
            "name": "class_labels",
            "shape": [None],
            "dtype": "int32",
            "meaning": "the class, a whole number from 0",
            "classes": 5,
            "names": ["Größe", "b", "3", "d", "e"],
            "shares": None,
        },
    ]
    assert said["output"] == {
        "shape": [None, 4, 4, 3],
        "dtype": "float32",
        "range": [-1, 1],
        "channels": "red, green, blue",
    }
    assert said["step"] == 0 and said["weights"] == "averaged over the steps, decay 0.9"
    assert said["versions"]["keras"] == keras.__version__
    assert "Größe" in (tmp_path / "neu" / "generator.json").read_text(encoding="utf-8")


def test_the_shares_of_the_clusters_are_those_that_the_gan_draws_by(tmp_path):
    gan = tiny_gan.gan(ClusteredGAN, conditional=True)
    export.save_generator(gan, tmp_path)
    assert about(tmp_path)["inputs"][1]["shares"] is None  # not trained yet
    tiny_gan.fit(gan, 2)
    export.save_generator(gan, tmp_path)
    said = about(tmp_path)
    assert said["inputs"][1]["shares"] == pytest.approx(np.asarray(gan.shares)) and said["step"] == 2
    assert sum(said["inputs"][1]["shares"]) == pytest.approx(1, abs=1e-12)
    assert said["inputs"][1]["meaning"].startswith("the cluster, a whole number from 0, drawn by the shares")


def test_a_noise_of_ones_own_is_named(tmp_path):
    gan = tiny_gan.gan(noise=tiny_gan.ones)
    export.save_generator(gan, tmp_path)
    assert about(tmp_path)["inputs"][0]["distribution"] == "that of the function ones"
    assert "z = ...  # (16, 3), drawn as ones does" in about(tmp_path)["example"]


@pytest.mark.parametrize(("conditional", "count"), [(False, 0), (False, 2), (True, 4), (True, 6)])
def test_names_that_do_not_fit_the_classes_are_refused(conditional, count, tmp_path):
    message = r"class_names must be 5 names.*got \d" if conditional else "takes no class labels"
    with pytest.raises(ValueError, match=message):
        export.save_generator(tiny_gan.gan(conditional=conditional), tmp_path, class_names=["x"] * count)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("names", ["abcde", dict(enumerate("abcde")), set("abcde")])
def test_names_without_an_order_are_refused(names, tmp_path):
    with pytest.raises(TypeError, match=f"must be a list, in the order of the numbers; got a {type(names).__name__}"):
        export.save_generator(tiny_gan.gan(conditional=True), tmp_path, class_names=names)
    assert not list(tmp_path.iterdir())


def test_where_warnings_are_errors_it_is_written(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = export.save_generator(tiny_gan.gan(), tmp_path)
    assert zipfile.is_zipfile(path)


def test_a_network_is_no_gan(tmp_path):
    with pytest.raises(TypeError, match=r"takes a GAN, not Functional; save a network by network\.save"):
        export.save_generator(tiny_gan.generator(), tmp_path)


# Networks of the reader's own


@keras.saving.register_keras_serializable("tests")
class Twice(layers.Layer):
    def call(self, x):
        return 2 * x


@keras.saving.register_keras_serializable("tests")
def half(x):
    return x / 2


@keras.saving.register_keras_serializable("tests")
class ReluDense(layers.Dense):
    """A layer with another default than the layer that it is made of."""

    def __init__(self, units, activation="relu", use_bias=False, **options):
        super().__init__(units, activation=activation, use_bias=use_bias, **options)


def of(*middle):
    """A GAN with layers of the reader's own in its generator."""
    generator = keras.Sequential([keras.Input((3,)), *middle, layers.Dense(16), layers.Reshape((4, 4, 1))])
    return GAN(generator, tiny_gan.discriminator())


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (lambda: Twice(), f"Twice of {__name__}"),
        (lambda: layers.Activation(half), f"half of {__name__}"),
        (lambda: layers.Lambda(lambda x: 2 * x), "a lambda"),
        (lambda: keras.Sequential([keras.Input((3,)), Twice()]), f"Twice of {__name__}"),
    ],
)
def test_what_keras_does_not_have_is_named(layer, name, tmp_path):
    gan = of(layer())
    with pytest.warns(UserWarning, match="Keras alone cannot open .*generator.keras: it needs") as caught:
        path = export.save_generator(gan, tmp_path)
    (warning,) = (each for each in caught if each.filename == __file__)
    assert f"it needs {name}, which is not Keras's own" in str(warning.message)
    assert about(tmp_path)["needs"] == [name]
    loaded = keras.models.load_model(path, safe_mode=False)
    (z,) = inputs(gan)
    assert np.abs(np.asarray(loaded(z)) - gan.sample(z)).max() < 1e-5


@pytest.mark.parametrize("options", [{}, {"activation": "linear"}, {"use_bias": True}, {"kernel_initializer": "zeros"}])
def test_arguments_that_differ_from_a_default_are_kept(options, tmp_path):
    """Also in a class of the reader's own, whose defaults may be others than those of the class that it is made of."""
    gan = of(ReluDense(5, **options), layers.Dense(4, **options), layers.LeakyReLU(0.1), layers.Softmax(axis=-1))
    tiny_gan.perturb(gan.generator)
    with warnings.catch_warnings(action="ignore"):
        path = export.save_generator(gan, tmp_path)
    loaded = keras.models.load_model(path)
    for one, other in zip(loaded.layers, gan.generator.layers, strict=True):
        assert {**one.get_config(), "name": ""} == {**other.get_config(), "name": ""}
    (z,) = inputs(gan)
    assert np.abs(np.asarray(loaded(z)) - gan.sample(z)).max() < 1e-5
