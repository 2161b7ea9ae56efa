"""Every builder of seminar_gan.models with small sizes, and what the tests of networks share."""

import keras
import numpy as np
import pytest

from seminar_gan.models import autoencoders, classifiers, conditional, dcgan, few, large, mlp, panic, regressors

IMAGE = (28, 28, 1)
SHAPE = (12, 8, 3)  # tells height, width and channels apart
PANIC_SHAPE = (16, 20, 3)
LEVELS = (51, 255)  # -0.6 to 1
DCGAN_GENERATOR = {"image_shape": SHAPE, "latent_dim": 5, "dense_size": 9, "filters": 4}
DCGAN_DISCRIMINATOR = {"image_shape": SHAPE, "dense_size": 9, "filters": 4}
MIRZA = {"image_shape": SHAPE, "num_classes": 4, "label_size": 20, "joint_size": 7, "dropout": 0.25}
SMALL_GENERATORS = {
    mlp.build_temkeng_generator: {"image_shape": SHAPE, "latent_dim": 5, "hidden_size": 6},
    mlp.build_winkler_generator: {"image_shape": SHAPE, "latent_dim": 5, "hidden_sizes": [6, 7, 8]},
    mlp.build_one_layer_generator: {"image_shape": SHAPE, "latent_dim": 5, "hidden_size": 6, "activation": "sigmoid"},
    mlp.build_point_generator: {"point_dim": 3, "latent_dim": 5, "hidden_sizes": [6]},
    dcgan.build_temkeng_generator: {"image_shape": SHAPE, "latent_dim": 5, "filters": 3},
    dcgan.build_winkler_generator: DCGAN_GENERATOR,
    dcgan.build_generator: DCGAN_GENERATOR,
    conditional.build_generator: DCGAN_GENERATOR | {"num_classes": 4},
    conditional.build_attribute_generator: DCGAN_GENERATOR | {"num_attributes": 4},
    conditional.build_mirza_generator: MIRZA | {"latent_dim": 5, "z_size": 3},
    large.build_generator: DCGAN_GENERATOR,
    large.build_conditional_generator: DCGAN_GENERATOR | {"num_classes": 4},
    few.build_generator: {"image_shape": PANIC_SHAPE, "latent_dim": 5, "levels": LEVELS},
    panic.build_generator: {"image_shape": PANIC_SHAPE, "latent_dim": 5, "filters": 4, "kernel_size": 3},
}
SMALL_DISCRIMINATORS = {
    mlp.build_temkeng_discriminator: {"image_shape": SHAPE, "hidden_sizes": [6]},
    mlp.build_winkler_discriminator: {"image_shape": SHAPE, "hidden_sizes": [6]},
    mlp.build_one_layer_discriminator: {"image_shape": SHAPE, "hidden_size": 6, "activation": "sigmoid"},
    mlp.build_point_discriminator: {"point_dim": 3, "hidden_sizes": [6]},
    dcgan.build_temkeng_discriminator: {"image_shape": SHAPE, "filters": 3, "dropout": 0.25},
    dcgan.build_winkler_discriminator: DCGAN_DISCRIMINATOR,
    dcgan.build_discriminator: DCGAN_DISCRIMINATOR,
    conditional.build_discriminator: DCGAN_DISCRIMINATOR | {"num_classes": 4},
    conditional.build_attribute_discriminator: DCGAN_DISCRIMINATOR | {"num_attributes": 4},
    conditional.build_mirza_discriminator: MIRZA | {"image_size": 3},
    large.build_discriminator: DCGAN_DISCRIMINATOR,
    large.build_conditional_discriminator: DCGAN_DISCRIMINATOR | {"num_classes": 4},
    few.build_discriminator: {"image_shape": PANIC_SHAPE, "levels": LEVELS},
    panic.build_discriminator: {"image_shape": PANIC_SHAPE, "filters": 3, "dense_size": 7, "kernel_size": 5},
    panic.build_normalised_discriminator: {"image_shape": PANIC_SHAPE, "filters": 3, "dense_size": 7, "kernel_size": 5},
}
SMALL_OTHERS = {
    autoencoders.build_simple_autoencoder: {"image_shape": SHAPE, "code_size": 5},
    autoencoders.build_deep_autoencoder: {"image_shape": SHAPE, "hidden_sizes": [9, 7], "code_size": 5},
    autoencoders.build_convolutional_autoencoder: {
        "image_shape": (12, 20, 3),
        "outer_filters": 5,
        "inner_filters": 4,
        "code_channels": 2,
    },
    classifiers.build_digit_classifier: {"image_shape": SHAPE, "num_classes": 4, "feature_size": 5},
    regressors.build_attribute_regressor: {
        "image_shape": SHAPE,
        "num_attributes": 4,
        "filters": 3,
        "feature_size": 5,
    },
}
GENERATORS, DISCRIMINATORS = list(SMALL_GENERATORS), list(SMALL_DISCRIMINATORS)
SMALL = SMALL_GENERATORS | SMALL_DISCRIMINATORS | SMALL_OTHERS


def every(builders):
    """Run a test for each builder, called build."""
    names = [f"{build.__module__.split('.')[-1]}.{build.__name__.removeprefix('build_')}" for build in builders]
    return pytest.mark.parametrize("build", builders, ids=names)


def small(build, **sizes):
    return build(**SMALL[build] | sizes)


def inputs(model, count=6):
    """An array for each input of a model: numbers in [-1, 1], or labels from 0 to 3."""
    rng, arrays = np.random.default_rng(0), []
    for tensor in model.inputs:
        shape = (count, *tensor.shape[1:])
        labels = tensor.name == "class_labels"
        arrays.append(rng.integers(0, 4, shape) if labels else rng.uniform(-1, 1, shape).astype("float32"))
    return arrays if len(arrays) > 1 else arrays[0]


def rows(model):
    """(kind, output shape, parameters) of each layer."""
    return [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in model.layers]


def assert_rows(model, table):
    """The network has the rows of its source in this order, and no parameters besides."""
    remaining = iter(rows(model))
    assert all(row in remaining for row in table), rows(model)
    assert model.count_params() == sum(parameters for *_, parameters in table)


def slopes(model):
    return {layer.negative_slope for layer in model.layers if isinstance(layer, keras.layers.LeakyReLU)}


def dropouts(model):
    return [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
