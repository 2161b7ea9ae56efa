"""The shipped generators and samples: the network they are for, and pictures better for longer training."""

import keras
import numpy as np
import pytest

from seminar_gan import datasets, ranges, weights
from seminar_gan.datasets import embedded
from seminar_gan.metrics import features, frechet_distance
from seminar_gan.training import noise

Z = np.random.default_rng(0).normal(size=(2000, 100)).astype("float32")


@pytest.fixture(scope="module")
def distance():
    network = features.load_digit_features()
    real = network.features(datasets.load_mnist()[0][0][:200])
    return lambda images: frechet_distance(real, network.features(images[:200]))


def test_more_iterations_drew_better_digits(distance):
    temkeng = {steps: distance(weights.load_temkeng_samples(f"mnist-{steps}")) for steps in (500, 5000)}
    assert temkeng[5000] < temkeng[500] / 2
    winkler = {name: distance(weights.load_winkler_samples(name)) for name in weights.WINKLER_TRAININGS}
    assert winkler["dense-3000"] < winkler["dense-2000"]
    assert max(winkler["dcgan-2000"], winkler["dcgan-3000"]) < 0.6 * winkler["dcgan-300"]
    assert winkler["dcgan-300"] < winkler["dense-3000"]  # page 07's finding


@pytest.mark.parametrize("training", weights.TEMKENG_TRAININGS)
def test_what_temkengs_generators_drew(training):
    samples = weights.load_temkeng_samples(training)
    assert (samples.shape, samples.dtype) == ((2000 if "mnist" in training else 1000, 28, 28, 1), np.uint8)
    assert samples.flags.writeable
    assert np.ptp(samples, axis=0).max() > 200  # not one image again and again
    if training == "smile-20000":
        assert np.mean((samples < 26) | (samples > 229)) > 0.9  # black or white, little between


@pytest.mark.parametrize("training", weights.WINKLER_TRAININGS)
def test_what_winklers_generators_drew(training):
    samples = weights.load_winkler_samples(training)
    assert (samples.shape, samples.dtype) == ((2000, 28, 28, 1), np.uint8)
    assert np.ptp(samples, axis=0).max() > 200


def test_mirzas_digits_are_what_was_ordered():
    samples = weights.load_mirza_samples()
    assert (samples.shape, samples.dtype, samples.flags.writeable) == ((100, 28, 28, 1), np.uint8, True)
    assert np.mean(features.load_digit_features().classes(samples) == np.arange(100) % 10) > 0.6


def test_measurements_are_columns_of_numbers():
    mirza, ways = weights.load_measurements("mirza"), weights.load_measurements("label_ways")
    assert mirza["step"].tolist() == list(range(250, 5_251, 250))
    assert list(ways) == ["way", "seed", "parameters", "ms", "fidelity", "distance", "spread"]
    assert ways["way"].dtype.kind == "U" and all(ways[name].dtype == float for name in list(ways)[1:])
    assert all(len(column) == 18 for column in ways.values())
    with pytest.raises(ValueError, match=r"one of few_progress, .*mirza, .*; got 'ways'"):
        weights.load_measurements("ways")


def test_every_training_can_be_loaded_and_no_other():
    names = {f"samples/temkeng-{training}.png" for training in weights.TEMKENG_TRAININGS}
    names |= {f"samples/winkler-{training}.png" for training in weights.WINKLER_TRAININGS}
    names |= {"samples/mirza.png", "samples/ruler_sets.png"}
    assert names == {name for name in embedded.FILES if name.startswith("samples/")}
    for load in (weights.load_temkeng_generator, weights.load_temkeng_samples):
        with pytest.raises(ValueError, match=r"mnist-500, .*smile-20000; got 'mnist'"):
            load("mnist")
    with pytest.raises(ValueError, match=r"one of dense-2000, .*; got 'winkler-dense-2000'"):
        weights.load_winkler_samples("winkler-dense-2000")
    with pytest.raises(ValueError, match=r"'mnist-500' does not come .* load_temkeng_samples\('mnist-500'\) has"):
        weights.load_temkeng_generator("mnist-500")


@pytest.mark.parametrize("size", weights.FEW_SIZES)
def test_the_generators_for_few_images_draw_dark_cells_that_differ(size):
    images = np.asarray(weights.load_few_generator(size)(Z[:20, :64]))
    assert images.shape == (20, size, size, 1)
    low, high = embedded.load_file(f"few/cells_{size}.npz")["levels"]
    assert low / 127.5 - 1 - 1e-6 <= images.min() < images.max() <= high / 127.5 - 1 + 1e-6
    assert np.std(images.mean(axis=(1, 2, 3))) > 0.01
    rulers = weights.load_measurements("few_progress")
    assert set(rulers["size"]) == set(weights.FEW_SIZES)


def test_another_size_is_rejected():
    with pytest.raises(ValueError, match="size must be one of 28, 64, 100; got 32"):
        weights.load_few_generator(32)


def test_whole_numbers_change_no_digit_by_more_than_two_levels():
    expected = weights.load_temkeng_samples("mnist-5000")[:100].astype(int)  # drawn with the weights as trained
    change = np.abs(ranges.symmetric_to_uint8(weights.load_temkeng_generator()(Z[:100])) - expected)
    assert change.max() <= 2
    assert change.mean() < 0.03  # without quarters in the dense layer, 0.09


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


def test_the_pictures_of_the_larger_kernels():
    for training in weights.PANIC_KERNELS:
        steps, pictures = weights.load_panic_progress(training)
        assert steps.tolist() == [100, 200, 500]
        assert pictures.shape == (3, 6, 100, 100, 1)
        assert min(int(np.ptp(drawn, axis=0).max()) for drawn in pictures) > 25
        with pytest.raises(ValueError, match=f"one of plain, normalised; got '{training}'"):
            weights.load_panic_samples(training)


def test_the_pictures_of_the_panic_trainings_at_the_papers_size():
    steps, films = weights.load_panic_small_films()
    assert steps.tolist() == [10, 50, 100, 200, 500, 1_000, 1_500, 2_000]
    assert list(films) == ["seed 0", "seed 1"]
    table = weights.load_measurements("panic_small")
    assert table["training"].dtype.kind == "U" and len(table["step"]) == 2 * len(steps)
    for step in (1_000, 2_000):
        samples = weights.load_panic_small_samples(step)
        for name, film in films.items():
            assert (film.shape, film.dtype) == ((8, 6, 28, 28, 1), np.uint8)
            assert (samples[name].shape, samples[name].flags.writeable) == ((100, 28, 28, 1), True)
            np.testing.assert_array_equal(film[steps == step][0], samples[name][:6])
    with pytest.raises(ValueError, match="1,000 or 2,000; got 1500"):
        weights.load_panic_small_samples(1_500)


def test_the_picture_of_tensorboard_is_a_thousand_pixels_wide():
    picture = weights.load_panic_tensorboard()
    assert (picture.shape[1:], picture.dtype) == ((1000, 3), np.uint8)


def test_the_collapsed_generator_is_asked_for():
    with pytest.raises(ValueError, match=r"'normalised' collapsed and does not come .* load_panic_samples"):
        weights.load_panic_generator("normalised")
    for load in (weights.load_panic_generator, weights.load_panic_samples, weights.load_panic_progress):
        with pytest.raises(ValueError, match=r"one of plain, normalised.*; got 'normalized'"):
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
    policy, expected = keras.config.dtype_policy(), np.asarray(weights.load_temkeng_generator()(Z[:3]))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        images = weights.load_temkeng_generator()(Z[:3])
    finally:
        keras.config.set_dtype_policy(policy)
    np.testing.assert_array_equal(np.asarray(images), expected)
