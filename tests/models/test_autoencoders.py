"""The three autoencoders against the tables of Temkeng 2020 (figures 4a, 6a, 7a), their sizes, errors and halves."""

import keras
import numpy as np
import pytest

from seminar_gan.models.autoencoders import (
    build_convolutional_autoencoder,
    build_deep_autoencoder,
    build_simple_autoencoder,
    split,
)

BUILDERS = [build_simple_autoencoder, build_deep_autoencoder, build_convolutional_autoencoder]

# The paper's rows: output shape without the batch, parameters.
PAPER = {
    build_simple_autoencoder: [((784,), 0), ((32,), 25_120), ((784,), 25_872)],
    build_deep_autoencoder: [
        ((784,), 0),
        ((128,), 100_480),
        ((64,), 8_256),
        ((32,), 2_080),
        ((64,), 2_112),
        ((128,), 8_320),
        ((784,), 101_136),
    ],
    build_convolutional_autoencoder: [
        ((28, 28, 1), 0),
        ((28, 28, 16), 160),
        ((14, 14, 16), 0),
        ((14, 14, 8), 1_160),
        ((7, 7, 8), 0),
        ((7, 7, 8), 584),
        ((4, 4, 8), 0),
        ((4, 4, 8), 584),
        ((8, 8, 8), 0),
        ((8, 8, 8), 584),
        ((16, 16, 8), 0),
        ((14, 14, 16), 1_168),
        ((28, 28, 16), 0),
        ((28, 28, 1), 145),
    ],
}


def random_images(model, count=6):
    """Images in [0, 1] with the shape of the model's input."""
    return np.random.default_rng(0).random((count, *model.input_shape[1:]), dtype="float32")


@pytest.mark.parametrize("build", BUILDERS)
def test_every_row_is_the_papers(build):
    model = build()
    assert [(layer.output.shape[1:], layer.count_params()) for layer in model.layers] == PAPER[build]
    assert not model.non_trainable_weights


@pytest.mark.parametrize("build", BUILDERS)
def test_names_say_what_a_layer_does(build):
    names = [layer.name for layer in build().layers]
    assert (names[0], names[-1]) == ("images", "reconstructions")
    assert names.count("code") == 1
    at = names.index("code")
    assert all(name.startswith(("encoder_", "pool_")) for name in names[1:at])
    assert all(name.startswith(("decoder_", "up_")) for name in names[at + 1 : -1])
    assert build().name == build.__name__.removeprefix("build_")


@pytest.mark.parametrize("build", BUILDERS)
def test_reconstructions_are_images_in_0_to_1(build):
    model = build()
    images = random_images(model)
    reconstructions = model(images).numpy()
    assert reconstructions.shape == images.shape
    assert reconstructions.dtype == np.float32
    assert 0 <= reconstructions.min() <= reconstructions.max() <= 1


@pytest.mark.parametrize("build", [build_simple_autoencoder, build_deep_autoencoder])
def test_dense_networks_agree_with_numpy(build):
    model = build(image_shape=(3, 4, 1), code_size=5)
    images = random_images(model)
    x = images.astype("float64")
    *hidden, last = model.layers[1:]
    for layer in hidden:
        x = np.maximum(x @ layer.kernel.numpy() + layer.bias.numpy(), 0)
    x = 1 / (1 + np.exp(-(x @ last.kernel.numpy() + last.bias.numpy())))
    np.testing.assert_allclose(model(images), x, atol=1e-6)


def test_convolutions_are_3_x_3_with_relu_and_one_sigmoid():
    convolutions = [layer for layer in build_convolutional_autoencoder().layers if hasattr(layer, "kernel_size")]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert [layer.activation.__name__ for layer in convolutions] == ["relu"] * 6 + ["sigmoid"]
    assert [layer.name for layer in convolutions if layer.padding == "valid"] == ["decoder_3"]


@pytest.mark.parametrize("build", [build_simple_autoencoder, build_deep_autoencoder])
def test_dense_networks_take_other_sizes(build):
    model = build(image_shape=[5, 7, 3], code_size=2)
    assert model.input_shape == model.output_shape == (None, 105)
    assert model.get_layer("code").output.shape == (None, 2)


def test_deep_autoencoder_takes_any_number_of_hidden_layers():
    model = build_deep_autoencoder(image_shape=(4, 4, 1), hidden_sizes=[12, 9, 6], code_size=3)
    assert [layer.output.shape[1] for layer in model.layers] == [16, 12, 9, 6, 3, 6, 9, 12, 16]


def test_convolutional_autoencoder_takes_other_sizes():
    model = build_convolutional_autoencoder((20, 12, 3), outer_filters=5, inner_filters=4, code_channels=2)
    assert model.input_shape == model.output_shape == (None, 20, 12, 3)
    assert model.get_layer("code").output.shape == (None, 3, 2, 2)
    assert [layer.filters for layer in model.layers if hasattr(layer, "filters")] == [5, 4, 2, 4, 4, 5, 3]


@pytest.mark.long
def test_the_convolutional_autoencoder_returns_sides_of_8_k_minus_4_and_rejects_others():
    for shape in ((27, 28, 1), (28, 27, 1)):
        with pytest.raises(ValueError, match="27 does not work"):
            build_convolutional_autoencoder(shape)
    unchecked = build_convolutional_autoencoder.__wrapped__
    returned = {side: unchecked((side, 4, 1), 1, 1, 1).output_shape[1] for side in range(1, 30)}
    assert [side for side in returned if returned[side] == side] == [4, 12, 20, 28]


@pytest.mark.parametrize("build", BUILDERS)
def test_encoder_then_decoder_is_the_autoencoder(build):
    model = build()
    encoder, decoder = split(model)
    assert (encoder.name, decoder.name) == ("encoder", "decoder")
    images = random_images(model)
    codes = encoder(images)
    assert codes.shape[1:] == model.get_layer("code").output.shape[1:]
    np.testing.assert_array_equal(decoder(codes), model(images))
    assert encoder.count_params() + decoder.count_params() == model.count_params()


def test_the_halves_share_their_weights_and_can_be_cut_again():
    model = build_simple_autoencoder(image_shape=(2, 2, 1), code_size=2)
    encoder, decoder = split(model)
    model.set_weights([np.full(weight.shape, 0.5, "float32") for weight in model.weights])
    assert all(np.all(weight.numpy() == 0.5) for weight in encoder.weights + decoder.weights)
    again = split(model)[1]
    assert again.weights[0] is decoder.weights[0]


def test_a_model_without_a_code_cannot_be_split():
    images = keras.Input((4,), name="images")
    model = keras.Model(images, keras.layers.Dense(4, name="dense")(images), name="other")
    with pytest.raises(ValueError, match="'other' has no layer named 'code'; it has images, dense"):
        split(model)


@pytest.mark.parametrize("build", BUILDERS)
def test_one_step_of_fit_lowers_the_loss(build):
    keras.utils.set_random_seed(0)
    model = build(image_shape=(4, 4, 1))
    images = random_images(model, count=16)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", run_eagerly=True)
    before = model.fit(images, images, batch_size=16, verbose=0).history["loss"][0]  # measured before its step
    assert model.evaluate(images, images, batch_size=16, verbose=0) < before
