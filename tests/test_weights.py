"""The shipped generators: the network they are for, and pictures better for longer training."""

import keras
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
    return {steps: images(f"mnist-{steps}", 150) for steps in (500, 5000)}


def test_more_iterations_drew_better_digits(digits):
    network = features.load_digit_features()
    real = network.features(datasets.load_mnist()[0][0][:150])
    distance = {
        steps: frechet_distance(real, network.features(ranges.symmetric_to_uint8(fakes)))
        for steps, fakes in digits.items()
    }
    assert distance[5000] < distance[500] / 2


def test_the_faces_are_binarised_ones():
    faces = images("smile-20000", 20)
    assert faces.shape == (20, 28, 28, 1)
    assert np.mean(np.abs(faces) > 0.8) > 0.8  # black or white, little between
    assert np.ptp(faces, axis=0).max() > 1.5  # and not one face again and again


def test_every_training_can_be_loaded_and_no_other():
    trainings = {path.split("/")[0] for path in embedded.load_file("temkeng_dcgan.npz")}
    assert trainings == set(weights.TEMKENG_TRAININGS)
    with pytest.raises(ValueError, match=r"mnist-500, .*smile-20000; got 'mnist'"):
        weights.load_temkeng_generator("mnist")


@pytest.mark.parametrize("training", weights.PANIC_TRAININGS)
def test_the_panic_generators_draw_the_last_images_of_their_training(training):
    steps, pictures = weights.load_panic_progress(training)
    assert pictures.shape == (len(steps), 6, 100, 100, 1)
    assert all(np.diff(steps) > 0)
    z = noise.truncated_normal((0, -1), (6, 100))
    images = weights.load_panic_generator(training).predict(z, verbose=0)
    np.testing.assert_allclose(ranges.unit_to_uint8(images), pictures[-1], atol=1)
    differs = [int(np.ptp(drawn, axis=0).max()) for drawn in pictures]
    assert min(differs[: steps.tolist().index(7_000)]) > 25  # not one image again and again
    assert (differs[-1] > 25) == (training == "plain")  # the other one collapsed, as page 07 and data/README.md say


def test_both_panic_trainings_are_equally_long():
    (steps, _), (other_steps, _) = (weights.load_panic_progress(training) for training in weights.PANIC_TRAININGS)
    assert steps.tolist() == other_steps.tolist()
    with pytest.raises(ValueError, match="plain, normalised; got 'normalized'"):
        weights.load_panic_generator("normalized")


def test_the_users_dtype_policy_changes_no_image():
    z = np.random.default_rng(0).normal(size=(3, 100)).astype("float32")
    policy, expected = keras.config.dtype_policy(), np.asarray(weights.load_temkeng_generator("mnist-500")(z))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        images = weights.load_temkeng_generator("mnist-500")(z)
    finally:
        keras.config.set_dtype_policy(policy)
    np.testing.assert_array_equal(np.asarray(images), expected)
