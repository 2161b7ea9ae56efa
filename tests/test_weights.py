"""The shipped generators: the network they are for, and pictures better for longer training."""

import hashlib
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from seminar_gan import datasets, ranges, weights
from seminar_gan.datasets import embedded
from seminar_gan.metrics import features, frechet_distance
from seminar_gan.training import noise

REFERENCE = Path(__file__).with_name("temkeng_digits.png")


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


@pytest.mark.parametrize("training", ["mnist-500", "mnist-5000"])
def test_whole_numbers_change_no_digit_by_more_than_two_levels(training):
    with Image.open(REFERENCE) as picture:  # drawn with the weights as they were trained, by this z
        sheet = np.asarray(picture).reshape(2, 28, 50, 28, 1).swapaxes(1, 2).astype(int)
    expected = dict(zip(["mnist-500", "mnist-5000"], sheet, strict=True))[training]
    change = np.abs(ranges.symmetric_to_uint8(images(training, 50)) - expected)
    assert change.max() <= 2
    assert change.mean() < 0.03  # without quarters in the dense layer, 0.035 and 0.09


def test_the_faces_are_those_of_the_weights_as_they_were_trained():
    arrays = embedded.load_file("temkeng_dcgan.npz", "smile")  # float16, as the training left them
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()
    assert (
        digest == "d869cefabda16b349469844f8159c236ee9b1234df54469cbcb4535e42f08bf4"
    )  # of the float16 of the training
    generator = weights.load_temkeng_generator("smile-20000")
    for variable in generator.variables:
        np.testing.assert_array_equal(variable.numpy(), arrays[f"smile-20000/{variable.path}"])


def test_whole_numbers_change_no_cell_by_more_than_two_levels():
    generator = weights.load_panic_generator("plain")
    film, samples = weights.load_panic_progress("plain")[1], weights.load_panic_samples("plain")
    for count, expected in ((6, film[-1]), (100, samples)):
        z = np.asarray(noise.truncated_normal((0, -1), (count, 100)))[:20]
        change = np.abs(ranges.unit_to_uint8(generator(z)).astype(int) - expected[:20])
        assert change.max() <= 2
        assert change.mean() < 0.1


@pytest.mark.parametrize("training", weights.PANIC_TRAININGS)
def test_the_pictures_of_the_panic_trainings(training):
    steps, pictures = weights.load_panic_progress(training)
    assert pictures.shape == (len(steps), 6, 100, 100, 1)
    assert all(np.diff(steps) > 0)
    differs = [int(np.ptp(drawn, axis=0).max()) for drawn in pictures]
    assert min(differs[: steps.tolist().index(7_000)]) > 25  # not one image again and again
    assert (differs[-1] > 25) == (training == "plain")  # the other one collapsed, as page 09 and data/README.md say
    samples = weights.load_panic_samples(training)
    assert (samples.shape, samples.dtype) == ((100, 100, 100, 1), np.uint8)
    assert samples.flags.writeable and pictures.flags.writeable
    assert (np.ptp(samples, axis=0).max() > 25) == (training == "plain")


def test_the_collapsed_generator_is_asked_for():
    with pytest.raises(ValueError, match=r"'normalised' collapsed and does not come .* load_panic_samples"):
        weights.load_panic_generator("normalised")
    for load in (weights.load_panic_generator, weights.load_panic_samples, weights.load_panic_progress):
        with pytest.raises(ValueError, match="one of plain, normalised; got 'normalized'"):
            load("normalized")


def test_unpacking_by_hand():
    stored = {
        "up/kernel": np.array([[2, -1], [127, 0]], "int8"),
        "up/kernel.scale": np.array([[0.5, 2.0]], "float32"),
        "dense/kernel": np.array([[-3]], "int8"),
        "dense/kernel.quarters": np.array([[3]], "uint8"),
        "dense/kernel.scale": np.array([[2.0]], "float32"),
        "dense/bias": np.array([0.25], "float16"),
    }
    unpacked = weights.unpack(stored)
    assert {path: array.tolist() for path, array in unpacked.items()} == {
        "up/kernel": [[1.0, -2.0], [63.5, 0.0]],
        "dense/kernel": [[-4.5]],  # (-3 + 3 / 4) * 2
        "dense/bias": [0.25],
    }


def test_the_users_dtype_policy_changes_no_image():
    z = np.random.default_rng(0).normal(size=(3, 100)).astype("float32")
    policy, expected = keras.config.dtype_policy(), np.asarray(weights.load_temkeng_generator("mnist-500")(z))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        images = weights.load_temkeng_generator("mnist-500")(z)
    finally:
        keras.config.set_dtype_policy(policy)
    np.testing.assert_array_equal(np.asarray(images), expected)
