"""The halves of a variational autoencoder: their rows, their ranges, and what they refuse."""

import keras
import numpy as np
import pytest
from networks import rows

from seminar_gan.models.variational import build_decoder, build_encoder


def test_rows_parameters_and_docstrings():
    encoder, decoder = build_encoder(), build_decoder()
    assert rows(encoder)[1:] == [
        ("Dense", (128,), 784 * 128 + 128),
        ("Dense", (64,), 128 * 64 + 64),
        ("Dense", (32,), 64 * 32 + 32),
        ("Dense", (32,), 64 * 32 + 32),
    ]
    assert rows(decoder)[1:] == [
        ("Dense", (64,), 32 * 64 + 64),
        ("Dense", (128,), 64 * 128 + 128),
        ("Dense", (784,), 128 * 784 + 784),
    ]
    for build, model in ((build_encoder, encoder), (build_decoder, decoder)):
        assert f"{model.count_params():,} parameters" in build.__doc__
        assert f"`{model.name}`" in build.__doc__


def test_means_and_log_variances_are_any_numbers_and_pixels_are_probabilities():
    encoder, decoder = build_encoder((2, 3, 1), [5], 4), build_decoder((2, 3, 1), [5], 4)
    for bias in (-9.0, 9.0):
        for name in ("mean", "log_variance"):
            encoder.get_layer(name).bias.assign(np.full(4, bias))
        decoder.get_layer("reconstructions").bias.assign(np.full(6, bias))
        mean, log_variance = encoder(np.zeros((7, 6)))
        assert mean.shape == log_variance.shape == (7, 4)
        np.testing.assert_allclose([mean, log_variance], np.full((2, 7, 4), bias))
        np.testing.assert_allclose(decoder(np.zeros((7, 4))), np.full((7, 6), bias > 0), atol=1e-3)


def test_the_decoder_takes_what_the_encoder_gives():
    encoder, decoder = build_encoder([4, 5, 3], [6, 5, 4], 2), build_decoder([4, 5, 3], [6, 5, 4], 2)
    assert encoder.input_shape == decoder.output_shape == (None, 60)
    assert [tuple(output.shape) for output in encoder.outputs] == [decoder.input_shape] * 2


@pytest.mark.parametrize("build", [build_encoder, build_decoder])
@pytest.mark.parametrize("size", ["image_shape", "hidden_sizes", "code_size"])
def test_every_size_is_checked(build, size):
    for wrong in (0, -3, 2.5, "8", True, None, ()):
        with pytest.raises(ValueError, match=f"^{size} must be "):
            build(**{size: wrong})


@pytest.mark.parametrize("build", [build_encoder, build_decoder])
def test_a_saved_half_comes_back_without_code(build, tmp_path):
    model = build((2, 3, 1), [5], 4)
    model.save(tmp_path / "half.keras")
    again = keras.saving.load_model(tmp_path / "half.keras", safe_mode=True)
    assert (again.name, rows(again)) == (model.name, rows(model))
