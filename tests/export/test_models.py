"""The networks of pages 04 to 06, as large as their sources have them, against the tables there."""

import math

import keras
import numpy as np
import pytest

from seminar_gan.models import conditional, dcgan, mlp

IMAGE = (28, 28, 1)

# The layers of each network that have parameters or that the source has a row for: kind, output shape, parameters.
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
    dcgan.build_temkeng_generator: [  # Temkeng 2020, figure 11a
        ("InputLayer", (100,), 0),
        ("Dense", (6272,), 633_472),
        ("LeakyReLU", (6272,), 0),
        ("Reshape", (7, 7, 128), 0),
        ("Conv2DTranspose", (14, 14, 128), 262_272),
        ("LeakyReLU", (14, 14, 128), 0),
        ("Conv2DTranspose", (28, 28, 128), 262_272),
        ("LeakyReLU", (28, 28, 128), 0),
        ("Conv2D", IMAGE, 6_273),
    ],
    dcgan.build_temkeng_discriminator: [  # Temkeng 2020, figure 11b; the scaling is ours
        ("InputLayer", IMAGE, 0),
        ("Rescaling", IMAGE, 0),
        ("Conv2D", (14, 14, 64), 640),
        ("LeakyReLU", (14, 14, 64), 0),
        ("Dropout", (14, 14, 64), 0),
        ("Conv2D", (7, 7, 64), 36_928),
        ("LeakyReLU", (7, 7, 64), 0),
        ("Dropout", (7, 7, 64), 0),
        ("Flatten", (3136,), 0),
        ("Dense", (1,), 3_137),
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
    dcgan.build_winkler_generator: [  # Winkler 2018, the last list of section 4.7.5
        ("InputLayer", (100,), 0),
        ("Dense", (1024,), 100 * 1024 + 1024),
        ("BatchNormalization", (1024,), 4 * 1024),
        ("ReLU", (1024,), 0),
        ("Dense", (6272,), 1024 * 6272 + 6272),
        ("BatchNormalization", (6272,), 4 * 6272),
        ("ReLU", (6272,), 0),
        ("Conv2DTranspose", (14, 14, 64), 4 * 4 * 128 * 64 + 64),
        ("BatchNormalization", (14, 14, 64), 4 * 64),
        ("ReLU", (14, 14, 64), 0),
        ("Conv2DTranspose", IMAGE, 4 * 4 * 64 + 1),
    ],
    dcgan.build_winkler_discriminator: [  # Winkler 2018, the last list of section 4.7.5
        ("InputLayer", IMAGE, 0),
        ("Conv2D", (28, 28, 32), 5 * 5 * 32 + 32),
        ("LeakyReLU", (28, 28, 32), 0),
        ("Conv2D", (14, 14, 32), 2 * 2 * 32 * 32 + 32),
        ("LeakyReLU", (14, 14, 32), 0),
        ("Conv2D", (14, 14, 64), 5 * 5 * 32 * 64 + 64),
        ("LeakyReLU", (14, 14, 64), 0),
        ("Conv2D", (7, 7, 64), 2 * 2 * 64 * 64 + 64),
        ("LeakyReLU", (7, 7, 64), 0),
        ("Dense", (4 * 4 * 64,), 7 * 7 * 64 * 1024 + 1024),
        ("LeakyReLU", (1024,), 0),
        ("Dense", (1,), 1025),
    ],
    dcgan.build_generator: [
        ("InputLayer", (64,), 0),
        ("Dense", (256,), 64 * 256),
        ("BatchNormalization", (256,), 4 * 256),
        ("ReLU", (256,), 0),
        ("Dense", (1568,), 256 * 1568),
        ("BatchNormalization", (1568,), 4 * 1568),
        ("ReLU", (1568,), 0),
        ("Reshape", (7, 7, 32), 0),
        ("Conv2DTranspose", (14, 14, 32), 4 * 4 * 32 * 32),
        ("BatchNormalization", (14, 14, 32), 4 * 32),
        ("ReLU", (14, 14, 32), 0),
        ("Conv2DTranspose", IMAGE, 4 * 4 * 32 + 1),
    ],
    dcgan.build_discriminator: [
        ("InputLayer", IMAGE, 0),
        ("Conv2D", (14, 14, 16), 4 * 4 * 16 + 16),
        ("LeakyReLU", (14, 14, 16), 0),
        ("Conv2D", (7, 7, 48), 4 * 4 * 16 * 48 + 48),
        ("LeakyReLU", (7, 7, 48), 0),
        ("Conv2D", (4, 4, 96), 3 * 3 * 48 * 96 + 96),
        ("LeakyReLU", (4, 4, 96), 0),
        ("Dense", (128,), 1536 * 128 + 128),
        ("LeakyReLU", (128,), 0),
        ("Dense", (1,), 129),
    ],
    conditional.build_mirza_generator: [  # Mirza & Osindero 2014, section 4.1
        ("InputLayer", (100,), 0),
        ("Dense", (200,), 100 * 200 + 200),
        ("Dense", (1000,), 10 * 1000 + 1000),
        ("Concatenate", (1200,), 0),
        ("Dense", (1200,), 1200 * 1200 + 1200),
        ("Dropout", (1200,), 0),
        ("Dense", (784,), 1200 * 784 + 784),
    ],
    conditional.build_mirza_discriminator: [  # Mirza & Osindero 2014, section 4.1
        ("InputLayer", IMAGE, 0),
        ("Dense", (240 * 5,), 784 * 1200 + 1200),
        ("Dense", (50 * 5,), 10 * 250 + 250),
        ("GlobalMaxPooling1D", (240,), 0),
        ("GlobalMaxPooling1D", (50,), 0),
        ("Concatenate", (290,), 0),
        ("Dense", (240 * 4,), 290 * 960 + 960),
        ("GlobalMaxPooling1D", (240,), 0),
        ("Dropout", (240,), 0),
        ("Dense", (1,), 241),
    ],
}
TOTALS = {
    mlp.build_temkeng_generator: 50_992,
    mlp.build_temkeng_discriminator: 25_665,
    mlp.build_winkler_generator: 1_956_624,
    mlp.build_winkler_discriminator: 267_009,
    mlp.build_point_generator: 1_218,
    mlp.build_point_discriminator: 1_185,
    dcgan.build_temkeng_generator: 1_164_289,
    dcgan.build_temkeng_discriminator: 40_705,
    dcgan.build_winkler_generator: 6_693_825,
    dcgan.build_winkler_discriminator: 3_285_985,
    dcgan.build_generator: 442_113,
    dcgan.build_discriminator: 251_041,
    conditional.build_generator: 442_113 + 10 * 256,
    conditional.build_discriminator: 251_041 + 10 * 128,
    conditional.build_attribute_generator: 442_113 + 6 * 256,
    conditional.build_attribute_discriminator: 251_041 + 6 * 128,
    conditional.build_mirza_generator: 2_413_984,
    conditional.build_mirza_discriminator: 1_224_351,
}


def rows(model):
    return [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in model.layers]


@pytest.mark.parametrize("build", TABLES)
def test_every_row_is_the_sources(build):
    found, wanted = rows(build()), TABLES[build]
    remaining = iter(found)
    assert all(row in remaining for row in wanted), found  # all of them, in this order
    assert sum(row[2] for row in found) == sum(row[2] for row in wanted)


@pytest.mark.parametrize("build", [dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator])
def test_the_deep_networks_of_temkeng_have_no_other_row(build):
    assert rows(build()) == TABLES[build]


def test_temkengs_convolutions_see_black_as_0():
    discriminator = dcgan.build_temkeng_discriminator()
    seen = keras.Model(discriminator.input, discriminator.get_layer("down_1").input)
    ends = np.stack([np.full((28, 28, 1), value, "float32") for value in (-1, 1)])
    np.testing.assert_array_equal(np.unique(seen(ends)), [0, 1])


@pytest.mark.parametrize("build", TOTALS)
def test_parameter_counts_are_what_the_docstrings_say(build):
    model = build()
    assert model.count_params() == TOTALS[build]
    assert f"{TOTALS[build]:,} parameters." in build.__doc__
    moving = sum(math.prod(weight.shape) for weight in model.non_trainable_weights)
    assert moving == 0 or f"{moving:,} of its parameters are moving" in dcgan.build_generator.__doc__ + build.__doc__


def kernels(build, kind):
    """(kernel side, stride) of the layers of this kind."""
    found = [layer for layer in build().layers if type(layer).__name__ == kind]
    assert all(layer.padding == "same" for layer in found)
    return [(*set(layer.kernel_size), *set(layer.strides)) for layer in found]


@pytest.mark.parametrize(
    ("build", "kind", "wanted"),
    [
        (dcgan.build_generator, "Conv2DTranspose", [(4, 2), (4, 2)]),
        (dcgan.build_discriminator, "Conv2D", [(4, 2), (4, 2), (3, 2)]),
        (dcgan.build_temkeng_generator, "Conv2DTranspose", [(4, 2), (4, 2)]),
        (dcgan.build_temkeng_generator, "Conv2D", [(7, 1)]),
        (dcgan.build_temkeng_discriminator, "Conv2D", [(3, 2), (3, 2)]),
        (dcgan.build_winkler_generator, "Conv2DTranspose", [(4, 2), (4, 2)]),
        (dcgan.build_winkler_discriminator, "Conv2D", [(5, 1), (2, 2), (5, 1), (2, 2)]),
    ],
)
def test_kernels_and_strides(build, kind, wanted):
    assert kernels(build, kind) == wanted


@pytest.mark.parametrize(
    ("builders", "slope"),
    [
        ([dcgan.build_discriminator, dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator], 0.2),
        ([mlp.build_temkeng_discriminator, mlp.build_point_generator, mlp.build_point_discriminator], 0.2),
        ([dcgan.build_winkler_discriminator, mlp.build_winkler_generator, mlp.build_winkler_discriminator], 0.01),
    ],
)
def test_slopes_of_leaky_relu(builders, slope):
    for build in builders:
        found = [layer.negative_slope for layer in build().layers if isinstance(layer, keras.layers.LeakyReLU)]
        assert found, build
        assert set(found) == {slope}


def test_dropout_is_what_was_asked_for():
    for build, default, count in [
        (dcgan.build_temkeng_discriminator, 0.4, 2),
        (conditional.build_mirza_generator, 0.5, 1),
        (conditional.build_mirza_discriminator, 0.5, 1),
    ]:
        for model, rate in [(build(), default), (build(dropout=0.1), 0.1)]:
            assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [rate] * count
