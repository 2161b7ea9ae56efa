"""What page 04 computes itself, against arithmetic and against each other: the integral, the ladder, shares, blur."""

import ast

import jupytext
import keras
import numpy as np
import pytest
from conftest import ROOT

import seminar_gan as sg
from seminar_gan.models.variational import build_decoder, build_encoder
from seminar_gan.training.variational import VariationalAutoencoder, bernoulli_loss

SHOWN = {"blur", "draw_pixels", "grey", "images_at", "ladder", "log_p", "log_weights", "shares"}
PAGE = ROOT / "notebooks" / "src" / "04_variational_autoencoder.py"
IMAGES = np.random.default_rng(0).integers(0, 2, (3, 4)).astype("float32")


@pytest.fixture(scope="module")
def page():
    """The page's own functions, by name, and the names that they use."""
    names = {"np": np, "sg": sg, "bernoulli_loss": bernoulli_loss, "SEED": 0}
    for cell in jupytext.reads(PAGE.read_text(encoding="utf-8"), fmt="py:percent").cells:
        if cell.cell_type == "code":
            nodes = [node for node in ast.parse(cell.source).body if getattr(node, "name", None) in SHOWN]
            exec(compile(ast.Module(nodes, []), str(PAGE), "exec"), names)
    return names


@pytest.fixture
def model():
    """Images of four pixels, a code of two numbers, an encoder that always answers with the prior."""
    keras.utils.set_random_seed(1)
    vae = VariationalAutoencoder(build_encoder((2, 2, 1), [3], 2), build_decoder((2, 2, 1), [8], 2))
    for name in ("mean", "log_variance"):
        layer = vae.encoder.get_layer(name)
        layer.set_weights([0 * weight for weight in layer.get_weights()])
    return vae


def test_a_decoder_that_ignores_its_code_gives_every_image_the_probability_of_its_pixels(page, model):
    last = model.decoder.get_layer("reconstructions")
    last.set_weights([np.zeros((8, 4)), np.full(4, np.log(3))])  # every pixel is lit in 3 of 4 images
    lit = IMAGES.sum(axis=1)
    expected = lit * np.log(3 / 4) + (4 - lit) * np.log(1 / 4)
    np.testing.assert_allclose(page["log_p"](model, IMAGES), expected, atol=1e-4)


def test_the_ladder_climbs_to_the_integral(page, model):
    model.decoder.set_weights([3 * weight for weight in model.decoder.get_weights()])  # so that codes differ
    exact = page["log_p"](model, IMAGES).mean()
    log_w = page["log_weights"](model, IMAGES, 300, np.random.default_rng(0))
    rungs = [page["ladder"](log_w, k) for k in (1, 10, 300)]
    assert rungs[0] + 0.1 < rungs[1] < exact
    assert rungs[2] == pytest.approx(exact, abs=0.05)


def test_shares_are_densities_divided_by_their_sum(page):
    rng = np.random.default_rng(0)
    places, means, log_variances = rng.normal(size=(5, 2)), rng.normal(size=(7, 2)), rng.normal(size=(7, 2))
    squares = (places[:, None] - means) ** 2 / np.exp(log_variances)
    densities = np.prod(np.exp(-squares / 2) / np.sqrt(np.exp(log_variances)), axis=2)
    expected = densities / densities.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(page["shares"](places, means, log_variances), expected, rtol=1e-6)


def test_equal_shares_of_seven_images_count_as_seven(page):
    equal, alone = np.full((5, 7), 1 / 7), np.eye(7)[:5]
    assert page["images_at"](equal) == pytest.approx(7)
    assert page["images_at"](alone) == pytest.approx(1)


def test_blur_keeps_the_ink_and_spreads_a_dot_by_one_pixel_in_each_direction(page):
    dot = np.zeros((1, 784))
    dot[0, 14 * 28 + 14] = 1
    blurred = page["blur"](dot)[0]
    offsets = np.arange(28) - 14
    assert blurred.sum() == pytest.approx(1)
    for axis in (0, 1):
        assert np.sum(blurred.sum(axis=axis) * offsets**2) == pytest.approx(1)


def test_grey_is_a_share_of_what_is_not_black_and_drawn_pixels_have_none(page):
    images = np.array([[0.0, 0.05, 0.5, 1.0], [0.0, 0.95, 0.2, 0.3]])
    assert page["grey"](images) == pytest.approx(3 / 5)
    drawn = page["draw_pixels"](np.full((1_000, 4), 0.3))
    assert set(np.unique(drawn)) == {0, 1}
    assert drawn.mean() == pytest.approx(0.3, abs=0.03)
    assert page["grey"](drawn) == 0
