"""What page 07 says of networks and of shipped digits: the same for every seed, so no claim of the page."""

import math

import numpy as np
import pytest

from seminar_gan import datasets, weights
from seminar_gan.metrics import features, frechet_distance, specks
from seminar_gan.models import dcgan

COUNT = 2_000


@pytest.fixture(scope="module")
def network():
    return features.load_digit_features()


@pytest.fixture(scope="module")
def digits():
    return datasets.load_mnist()[0][0]


@pytest.fixture(scope="module")
def distance(network, digits):
    reference = network.features(digits[:COUNT])
    return lambda images: frechet_distance(reference, network.features(images))


def products(model):
    """Multiplications for one image, as on the page."""
    layers = [layer for layer in model.layers if hasattr(layer, "kernel")]
    grids = [min(math.prod(layer.input.shape[1:-1]), math.prod(layer.output.shape[1:-1])) for layer in layers]
    return sum(math.prod(layer.kernel.shape) * grid for layer, grid in zip(layers, grids, strict=True))


def test_products_of_two_pairs():
    ours, temkeng = dcgan.build_generator(), dcgan.build_temkeng_generator()
    assert products(temkeng) == 100 * 6272 + 4 * 4 * 128 * 128 * (7 * 7 + 14 * 14) + 7 * 7 * 128 * 28 * 28
    assert products(ours) == 64 * 256 + 256 * 1568 + 4 * 4 * 32 * 32 * 7 * 7 + 4 * 4 * 32 * 14 * 14
    judges = dcgan.build_temkeng_discriminator(), dcgan.build_discriminator()
    theirs, own = (3 * products(g) + 8 * products(d) for g, d in zip((temkeng, ours), judges, strict=True))
    assert 13.5 < theirs / own < 14.5


def test_where_the_parameters_are():
    ours, winkler = dcgan.build_generator(), dcgan.build_winkler_generator()
    assert 0.90 < ours.get_layer("dense_2").count_params() / ours.count_params() < 0.92
    dense = sum(winkler.get_layer(name).count_params() for name in ("dense_1", "dense_2"))
    assert 0.97 < dense / winkler.count_params() < 0.98


@pytest.mark.long
def test_distances_of_the_papers_pairs(distance):
    temkeng = {steps: distance(weights.load_temkeng_samples(f"mnist-{steps}")) for steps in (500, 5_000)}
    assert 0.2 < temkeng[5_000] / temkeng[500] < 0.25  # Temkeng 2020, figure 13
    winkler = {name: distance(weights.load_winkler_samples(name)) for name in ("dense-3000", "dcgan-300")}
    assert 0.45 < winkler["dcgan-300"] / winkler["dense-3000"] < 0.52  # Winkler 2018, chapter 5


def test_specks_of_winklers_pairs(digits):
    real = specks(digits[:COUNT])
    assert 35 < specks(weights.load_winkler_samples("dense-3000")) / real < 45
    assert 4 < specks(weights.load_winkler_samples("dcgan-300")) / real < 6


@pytest.mark.long
def test_what_the_measures_say_of_images_that_are_no_digits(network, digits, distance):
    black = np.zeros_like(digits[:COUNT])
    one = np.repeat(digits[:1], COUNT, axis=0)
    copies = np.tile(digits[COUNT : COUNT + 100], (COUNT // 100, 1, 1))
    assert network.probabilities(black[:1]).max() > 0.9  # sure of it
    assert distance(one) > distance(black) > 90
    assert distance(copies) < 5
