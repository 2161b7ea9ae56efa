"""The shipped generators: the network they are for, and pictures as good as the length of their training says."""

import numpy as np
import pytest

from seminar_gan import datasets, ranges, weights
from seminar_gan.datasets import embedded
from seminar_gan.metrics import features, frechet_distance
from seminar_gan.training import noise


def images(training, count):
    z = np.random.default_rng(0).normal(size=(count, 100)).astype("float32")
    return weights.load_temkeng_generator(training).predict(z, batch_size=200, verbose=0)


@pytest.fixture(scope="module")
def digits():
    return {steps: images(f"mnist-{steps}", 400) for steps in (500, 5000)}


def test_more_iterations_drew_better_digits(digits):
    network = features.load_digit_features()
    real = network.features(datasets.load_mnist()[0][0][:400])
    distance = {
        steps: frechet_distance(real, network.features(ranges.symmetric_to_uint8(made)))
        for steps, made in digits.items()
    }
    assert distance[5000] < distance[500] / 2


def test_the_faces_are_binarised_ones():
    made = images("smile-20000", 50)
    assert made.shape == (50, 28, 28, 1)
    assert np.mean(np.abs(made) > 0.8) > 0.8  # black or white, little between
    assert np.ptp(made, axis=0).max() > 1.5  # and not one face again and again


def test_every_training_is_there_and_no_other():
    held = {path.split("/")[0] for path in embedded.load_file("temkeng_dcgan.npz")}
    assert held == set(weights.TEMKENG_TRAININGS)
    with pytest.raises(ValueError, match=r"mnist-500, .*smile-20000; got 'mnist'"):
        weights.load_temkeng_generator("mnist")


@pytest.mark.parametrize("training", weights.PANIC_TRAININGS)
def test_panics_generators_draw_what_they_drew_at_the_end(training):
    steps, pictures = weights.load_panic_progress(training)
    assert pictures.shape == (len(steps), 6, 100, 100, 1)
    assert all(np.diff(steps) > 0)
    z = noise.truncated_normal((0, -1), (6, 100))
    made = weights.load_panic_generator(training).predict(z, verbose=0)
    np.testing.assert_allclose(ranges.unit_to_uint8(made), pictures[-1], atol=1)
    differs = [int(np.ptp(drawn, axis=0).max()) for drawn in pictures]
    assert min(differs[: steps.tolist().index(7_000)]) > 25  # not one image again and again
    assert (differs[-1] > 25) == (training == "plain")  # the other one collapsed, as page 07 and data/README.md say


def test_both_of_panics_trainings_are_as_long_and_there_is_no_other():
    (steps, _), (others, _) = (weights.load_panic_progress(training) for training in weights.PANIC_TRAININGS)
    assert steps.tolist() == others.tolist()
    with pytest.raises(ValueError, match="plain, normalised; got 'normalized'"):
        weights.load_panic_generator("normalized")
