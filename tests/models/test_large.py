"""The pairs for large images: more stages, no larger dense layers; and the plain pairs where those are enough."""

import keras
import numpy as np
import pytest
from networks import inputs, rows

from seminar_gan.models import conditional, dcgan, large

PAIRS = {
    large.build_generator: dcgan.build_generator,
    large.build_discriminator: dcgan.build_discriminator,
    large.build_conditional_generator: conditional.build_generator,
    large.build_conditional_discriminator: conditional.build_discriminator,
}


@pytest.mark.parametrize(("side", "grid", "filters"), [(64, 16, [32]), (128, 16, [32, 16]), (256, 16, [32, 16, 8])])
def test_larger_images_get_more_stages_and_no_larger_dense_layers(side, grid, filters):
    generator, discriminator = large.build_generator((side, side, 3)), large.build_discriminator((side, side, 3))
    assert generator.get_layer("grid").output.shape == (None, grid, grid, 32)
    ups = [layer.filters for layer in generator.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert ups == [*filters, 3] and generator.output_shape == (None, side, side, 3)
    assert discriminator.get_layer("flat").output.shape == (None, 8 * 8 * 96)
    downs = [layer.filters for layer in discriminator.layers if isinstance(layer, keras.layers.Conv2D)]
    assert downs == [16, 48, *[96] * len(filters)]
    assert generator.count_params() < 2_200_000 and discriminator.count_params() < 1_100_000


def test_conditional_pairs_grow_as_the_others_do():
    generator, discriminator = large.build_conditional_generator(), large.build_conditional_discriminator()
    assert generator.output_shape == (None, 128, 128, 3)
    assert generator.count_params() - large.build_generator().count_params() == 10 * 256
    assert discriminator.count_params() - large.build_discriminator().count_params() == 10 * 128


@pytest.mark.parametrize("build", PAIRS, ids=lambda build: build.__name__)
@pytest.mark.parametrize("image_shape", [(28, 28, 1), (100, 44, 1)])  # 100 = 4 * 25 can be halved twice only
def test_where_two_doublings_are_enough_the_weights_and_the_results_are_those_of_the_plain_pair(build, image_shape):
    sizes = {"filters": 3, "dense_size": 9}
    keras.utils.set_random_seed(5)
    plain = PAIRS[build](image_shape, **sizes)
    keras.utils.set_random_seed(5)
    model = build(image_shape, **sizes)
    assert rows(model) == rows(plain)
    assert [weight.path for weight in model.weights] == [weight.path for weight in plain.weights]
    np.testing.assert_array_equal(model(inputs(model)), plain(inputs(model)))


def test_the_plain_pair_doubles_twice_whatever_the_size():
    generator = dcgan.build_generator((128, 72, 1), filters=2)
    assert generator.get_layer("grid").output.shape == (None, 32, 18, 2)
    assert dcgan.build_discriminator((128, 72, 1), filters=1).get_layer("flat").output.shape == (None, 16 * 9 * 6)
