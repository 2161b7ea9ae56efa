"""The deep convolutional pairs against the tables of their sources: layers, kernels, slopes, dropout."""

import keras
import numpy as np
import pytest
from networks import IMAGE, SMALL, assert_rows, dropouts, every, rows, slopes, small

from seminar_gan.models import conditional, dcgan, large

# The layers that have parameters or that the source has a row for: kind, output shape, parameters.
TABLES = {
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
}


@every(TABLES)
def test_every_row_is_the_sources(build):
    assert_rows(build(), TABLES[build])


@every([dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator])
def test_the_networks_of_temkeng_have_no_other_row(build):
    assert rows(build()) == TABLES[build]


def test_temkengs_convolutions_see_black_as_0():
    discriminator = dcgan.build_temkeng_discriminator()
    seen = keras.Model(discriminator.input, discriminator.get_layer("down_1").input)
    ends = np.stack([np.full((28, 28, 1), value, "float32") for value in (-1, 1)])
    np.testing.assert_array_equal(np.unique(seen(ends)), [0, 1])


@pytest.mark.parametrize(
    ("build", "kind", "kernels_and_strides"),
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
def test_kernels_and_strides(build, kind, kernels_and_strides):
    convolutions = [layer for layer in build().layers if type(layer).__name__ == kind]
    assert all(layer.padding == "same" for layer in convolutions)
    assert [(*set(layer.kernel_size), *set(layer.strides)) for layer in convolutions] == kernels_and_strides


def test_slopes_of_leaky_relu():
    for build in (dcgan.build_discriminator, dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator):
        assert slopes(small(build)) == {0.2}
    assert slopes(small(dcgan.build_winkler_discriminator)) == {0.01}


def test_dropout():
    assert dropouts(dcgan.build_temkeng_discriminator()) == [0.4, 0.4]
    assert dropouts(dcgan.build_temkeng_discriminator(dropout=0.1)) == [0.1, 0.1]


@every(
    [
        build
        for build in SMALL
        if build.__module__ in (dcgan.__name__, conditional.__name__, large.__name__)
        if "filters" in SMALL[build]
    ]
)
def test_sides_must_be_multiples_of_4(build):
    for name, shape in (("height", (27, 28, 1)), ("width", (28, 27, 1))):
        with pytest.raises(ValueError, match=f"image {name} 27 does not work"):
            small(build, image_shape=shape)
    model = small(build, image_shape=(4, 8, 1))
    assert (None, 4, 8, 1) in (model.output_shape, model.inputs[0].shape)


def test_the_layers_have_the_names_that_they_always_had():
    generator, discriminator = dcgan.build_generator((64, 64, 1)), dcgan.build_discriminator((64, 64, 1))
    names = "z dense_1 norm_1 relu_1 dense_2 norm_2 relu_2 grid up_1 norm_3 relu_3 images"
    assert " ".join(layer.name for layer in generator.layers) == names
    names = "images down_1 leaky_1 down_2 leaky_2 down_3 leaky_3 flat dense leaky_4 logits"
    assert " ".join(layer.name for layer in discriminator.layers) == names
