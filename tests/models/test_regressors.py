"""The regressor that reads attributes: its sizes, its arithmetic against NumPy, and what it learns of smileys."""

import keras
import numpy as np
import pytest

from seminar_gan.datasets.smileys import ATTRIBUTES, draw_smileys, sample_attributes, sample_hands
from seminar_gan.metrics.classes import obedience
from seminar_gan.models.regressors import build_attribute_regressor
from seminar_gan.ranges import to_unit


def smileys(count, seed):
    attributes = sample_attributes(count, seed)
    return to_unit(draw_smileys(attributes, sample_hands(count, seed)))[..., None], attributes


def test_every_row():
    model = build_attribute_regressor()
    assert model.name == "attribute_regressor"
    assert [(layer.name, layer.output.shape[1:], layer.count_params()) for layer in model.layers] == [
        ("images", (28, 28, 1), 0),
        ("conv_1", (14, 14, 32), 320),
        ("conv_2", (7, 7, 64), 18_496),
        ("conv_3", (4, 4, 64), 36_928),
        ("flat", (1024,), 0),
        ("features", (64,), 65_600),
        ("attributes", (6,), 390),
    ]
    assert model.count_params() == 121_734


def test_it_takes_other_sizes():
    model = build_attribute_regressor([20, 12, 3], num_attributes=2, filters=4, feature_size=5)
    assert (model.input_shape, model.output_shape) == ((None, 20, 12, 3), (None, 2))
    assert [layer.filters for layer in model.layers if hasattr(layer, "filters")] == [4, 8, 8]
    assert model.get_layer("features").units == 5


def test_it_agrees_with_numpy():
    keras.utils.set_random_seed(0)
    model = build_attribute_regressor((4, 4, 1), num_attributes=3, filters=2, feature_size=4)
    images = np.random.default_rng(0).random((5, 4, 4, 1), dtype="float32")
    x = images
    for layer in model.layers[1:4]:
        x = convolved(x, layer.kernel.numpy(), layer.bias.numpy())
    features, attributes = model.layers[-2:]
    x = np.maximum(x.reshape(5, -1) @ features.kernel.numpy() + features.bias.numpy(), 0)
    x = x @ attributes.kernel.numpy() + attributes.bias.numpy()
    assert x.min() < 0 < x.max()
    np.testing.assert_allclose(model(images), x, atol=1e-6)


def convolved(x, kernel, bias):
    """A 3 x 3 convolution with stride 2 and ReLU. TensorFlow pads even sides at the end only, a side of 1 on both."""
    rows, columns = x.shape[1:3]
    before = 1 if rows == 1 else 0
    x = np.pad(x, ((0, 0), (before, 1), (before, 1), (0, 0)))
    patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
    assert patches.shape[1:3] == (-(-rows // 2), -(-columns // 2))
    return np.maximum(np.einsum("nijcab,abcd->nijd", patches, kernel) + bias, 0)


@pytest.mark.long
def test_it_learns_tilt_and_smile_quickly():
    keras.utils.set_random_seed(0)
    model = build_attribute_regressor(filters=4, feature_size=32)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mse")
    images, attributes = smileys(1_500, seed=1)
    model.fit(images, attributes, batch_size=50, epochs=4, verbose=0)
    images, attributes = smileys(300, seed=2)
    report = obedience(attributes, model(images), ATTRIBUTES)
    assert report["tilt"][0] > 0.6 and report["smile"][0] > 0.6


@pytest.mark.slow
def test_it_reads_every_attribute_of_new_drawings():
    keras.utils.set_random_seed(0)
    model = build_attribute_regressor()
    steps = 20_000 // 128 * 5
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)), loss="mse")
    model.fit(*smileys(20_000, seed=1), batch_size=128, epochs=5, verbose=0)
    images, attributes = smileys(2_000, seed=2)
    for name, (r_squared, _) in obedience(attributes, model.predict(images, verbose=0), ATTRIBUTES).items():
        assert r_squared > 0.97, name
