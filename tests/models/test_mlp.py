"""The dense pairs against their sources, and against NumPy."""

import numpy as np
import pytest
from networks import IMAGE, SHAPE, assert_rows, every, inputs, slopes, small

from seminar_gan.models import mlp

# The layers that have parameters: kind, output shape, parameters.
TABLES = {
    mlp.build_temkeng_generator: [  # Temkeng 2020, figure 9a
        ("InputLayer", (784,), 0),
        ("Dense", (32,), 25_120),
        ("Dense", (784,), 25_872),
    ],
    mlp.build_temkeng_discriminator: [  # Temkeng 2020, figure 9b; its input is flat, ours is flattened inside
        ("InputLayer", IMAGE, 0),
        ("Dense", (32,), 25_120),
        ("Dense", (16,), 528),
        ("Dense", (1,), 17),
    ],
    mlp.build_winkler_generator: [  # Winkler 2018, section 4.7.3
        ("InputLayer", (100,), 0),
        ("Dense", (1024,), 100 * 1024 + 1024),
        ("LeakyReLU", (1024,), 0),
        ("Dense", (1024,), 1024 * 1024 + 1024),
        ("LeakyReLU", (1024,), 0),
        ("Dense", (784,), 1024 * 784 + 784),
    ],
    mlp.build_winkler_discriminator: [  # Winkler 2018, section 4.7.3
        ("InputLayer", IMAGE, 0),
        ("Dense", (256,), 784 * 256 + 256),
        ("LeakyReLU", (256,), 0),
        ("Dense", (256,), 256 * 256 + 256),
        ("LeakyReLU", (256,), 0),
        ("Dense", (1,), 257),
    ],
    mlp.build_one_layer_generator: [  # Winkler 2018, section 4.7.1; Nielsen's 784 - 30 - 10, turned round
        ("InputLayer", (100,), 0),
        ("Dense", (30,), 100 * 30 + 30),
        ("Activation", (30,), 0),
        ("Dense", (784,), 30 * 784 + 784),
    ],
    mlp.build_one_layer_discriminator: [
        ("InputLayer", IMAGE, 0),
        ("Dense", (30,), 784 * 30 + 30),
        ("Activation", (30,), 0),
        ("Dense", (1,), 31),
    ],
    mlp.build_point_generator: [
        ("InputLayer", (2,), 0),
        ("Dense", (32,), 2 * 32 + 32),
        ("Dense", (32,), 32 * 32 + 32),
        ("Dense", (2,), 32 * 2 + 2),
    ],
    mlp.build_point_discriminator: [
        ("InputLayer", (2,), 0),
        ("Dense", (32,), 2 * 32 + 32),
        ("Dense", (32,), 32 * 32 + 32),
        ("Dense", (1,), 33),
    ],
}


@every(TABLES)
def test_every_row_is_the_sources(build):
    assert_rows(build(), TABLES[build])


def test_slopes_of_leaky_relu():
    for build in (mlp.build_temkeng_discriminator, mlp.build_point_generator, mlp.build_point_discriminator):
        assert slopes(small(build)) == {0.2}
    for build in (mlp.build_winkler_generator, mlp.build_winkler_discriminator):
        assert slopes(small(build)) == {0.01}


@every([mlp.build_temkeng_generator, mlp.build_temkeng_discriminator, mlp.build_point_discriminator])
def test_dense_networks_agree_with_numpy(build):
    model = small(build)
    x = inputs(model).astype("float64").reshape(6, -1)
    *hidden, last = [layer for layer in model.layers if layer.weights]
    slope = 0 if build is mlp.build_temkeng_generator else 0.2
    for layer in hidden:
        x = x @ layer.kernel.numpy() + layer.bias.numpy()
        x = np.where(x > 0, x, slope * x)
    x = x @ last.kernel.numpy() + last.bias.numpy()
    x = np.tanh(x).reshape(6, *SHAPE) if build is mlp.build_temkeng_generator else x
    np.testing.assert_allclose(model(inputs(model)), x, atol=1e-5)


@pytest.mark.parametrize(
    ("activation", "by_hand"),
    [
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("relu", lambda x: np.maximum(x, 0)),
        ("leaky_relu", lambda x: np.where(x > 0, x, 0.01 * x)),
    ],
)
@every([mlp.build_one_layer_generator, mlp.build_one_layer_discriminator])
def test_the_one_layer_pair_agrees_with_numpy(build, activation, by_hand):
    model = small(build, activation=activation)
    hidden, last = [layer for layer in model.layers if layer.weights]
    x = by_hand(inputs(model).reshape(6, -1).astype("float64") @ hidden.kernel.numpy() + hidden.bias.numpy())
    x = x @ last.kernel.numpy() + last.bias.numpy()
    x = np.tanh(x).reshape(6, *SHAPE) if build is mlp.build_one_layer_generator else x
    np.testing.assert_allclose(model(inputs(model)), x, atol=1e-5)


def test_an_activation_that_the_thesis_does_not_name_is_rejected():
    with pytest.raises(ValueError, match=r"activation must be one of sigmoid, relu, leaky_relu; got 'swish'"):
        mlp.build_one_layer_generator(activation="swish")
