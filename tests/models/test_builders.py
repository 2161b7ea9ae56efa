"""What every builder promises: names, parameter counts, checked sizes, saving; and what GAN networks give out."""

import inspect
import re

import keras
import numpy as np
import pytest
import tiny_gan
from networks import DISCRIMINATORS, GENERATORS, SMALL, every, inputs, rows, small

from seminar_gan.models import autoencoders, classifiers, conditional, dcgan, few, large, mlp, panic, regressors

MODULES = [autoencoders, classifiers, conditional, dcgan, few, large, mlp, panic, regressors]


def test_every_builder_is_tested():
    builders = [item for module in MODULES for name, item in vars(module).items() if name.startswith("build_")]
    assert set(builders) == set(SMALL)


def test_every_size_is_tested():
    for build, sizes in SMALL.items():
        assert set(sizes) == set(inspect.signature(build).parameters), build


@every(SMALL)
def test_the_docstring_has_the_models_name_and_parameter_count(build):
    model = build()
    assert f"keras.Model `{model.name}`: " in build.__doc__
    assert re.search(rf"\b{model.count_params():,} parameters\b", build.__doc__.splitlines()[0])


@every(GENERATORS + DISCRIMINATORS)
def test_the_docstring_counts_moving_means_and_variances(build):
    model = build()
    moving = sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights)
    inherited = {conditional.build_generator: dcgan, conditional.build_attribute_generator: dcgan}
    inherited[large.build_conditional_generator] = large
    inherited = inherited[build].build_generator.__doc__ if build in inherited else ""
    assert moving == 0 or f"{moving:,} of its parameters are moving" in inherited + build.__doc__


def test_names_of_models_differ():
    assert len({small(build).name for build in SMALL}) == len(SMALL)


@every(GENERATORS + DISCRIMINATORS)
def test_names_of_inputs_and_of_the_last_layer(build):
    model = small(build)
    first, last = ("z", "images") if build in GENERATORS else ("images", "logits")
    if "point" in build.__name__:
        first, last = ("z", "points") if build in GENERATORS else ("points", "logits")
    if "projection" in [layer.name for layer in model.layers]:
        last = "conditional_logits"
    condition = [name for name in ("class_labels", "attributes") if f", {name}]" in build.__doc__]
    assert [tensor.name for tensor in model.inputs] == [first, *condition]
    assert len(condition) == (build.__module__ == conditional.__name__ or "_conditional_" in build.__name__)
    assert model.layers[-1].name == last
    assert model.name.endswith("_generator" if build in GENERATORS else "_discriminator")


@every(GENERATORS)
def test_generators_make_images_in_their_range_or_points_anywhere(build):
    model = tiny_gan.perturb(small(build))
    last = [layer for layer in model.layers if layer.weights][-1]
    for bias in (-99, 99):
        last.bias.assign(np.full(last.bias.shape, bias))
        output = model(inputs(model)).numpy()
        assert output.dtype == np.float32
        if build is mlp.build_point_generator:
            assert output.shape == (6, 3)
            np.testing.assert_allclose(output, bias, atol=3)
        else:
            assert output.shape == (6, *SMALL[build]["image_shape"])
            low = {panic.build_generator: 0, few.build_generator: -0.6}.get(build, -1)
            end = low if bias < 0 else 1
            np.testing.assert_allclose(output, end, atol=1e-2)


@every(DISCRIMINATORS)
def test_discriminators_answer_with_logits(build):
    model = tiny_gan.perturb(small(build))
    before = model(inputs(model)).numpy()
    model.get_layer("logits").bias.assign_add([9])
    after = model(inputs(model)).numpy()
    assert (after.shape, after.dtype) == ((6, 1), np.float32)
    np.testing.assert_allclose(after, before + 9, atol=1e-4)  # no sigmoid


@every(SMALL)
def test_a_saved_network_comes_back_without_code(build, tmp_path):
    model = tiny_gan.perturb(small(build))
    model.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
    assert (again.name, rows(again)) == (model.name, rows(model))
    np.testing.assert_array_equal(again(inputs(model)), model(inputs(model)))


@every(GENERATORS)
def test_a_cloned_generator_is_the_same(build):
    """A GAN clones its generator for the moving average."""
    model = tiny_gan.perturb(small(build))
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(inputs(model)), model(inputs(model)))


@pytest.fixture
def bfloat16():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    yield
    keras.mixed_precision.set_global_policy("float32")


@every(GENERATORS + DISCRIMINATORS)
def test_in_bfloat16_the_last_layers_and_the_result_are_float32(build, bfloat16):
    model = small(build)
    assert model(inputs(model)).numpy().dtype == np.float32
    precise = {"tanh", "pixels", "images", "points", "logits", "projection", "conditional_logits"}
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            assert layer.compute_dtype == ("float32" if layer.name in precise else "bfloat16"), layer.name
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}


@every(SMALL)
def test_every_argument_is_checked(build):
    for name in SMALL[build]:
        for wrong in (0, -3, 2.5, "8", True, None, (), np.int64(8)):
            if name == "dropout" and wrong == 0 and wrong is not True:
                continue  # the one argument that may be 0
            with pytest.raises(ValueError, match=f"^{name} must be "):
                small(build, **{name: wrong})


NORMALISED = [dcgan.build_generator, conditional.build_generator, large.build_generator]
NORMALISED += [panic.build_generator, panic.build_normalised_discriminator]


@every(NORMALISED)
def test_moving_means_follow_with_the_momentum_of_0_9_that_the_docstring_defends(build):
    """After n steps on one batch, a moving mean is 1 - 0.9^n of the batch's: 99.997 % after 100 steps."""
    defence = "momentum of 0.9, so that the moving means are right after a hundred steps"
    for docstring in (dcgan.build_generator.__doc__, panic.build_generator.__doc__):
        assert defence in " ".join(docstring.split())
    model, means = tiny_gan.perturb(small(build)), []
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.moving_mean.assign(0 * norm.moving_mean)
    for _ in range(10):
        model(inputs(model), training=True)
        means.append([norm.moving_mean.numpy() for norm in norms])
    for after_1, after_10 in zip(means[0], means[-1], strict=True):
        np.testing.assert_allclose(after_10, after_1 / (1 - 0.9) * (1 - 0.9**10), rtol=1e-3)
