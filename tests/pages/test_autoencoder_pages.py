"""The functions that pages 01 to 03 show, and what their claims come to at the paper's size."""

import jupytext
import keras
import numpy as np
import pytest
from conftest import ROOT
from keras import layers

import seminar_gan as sg
from seminar_gan.models import autoencoders


def function(page, name):
    """A function of a page, alone: with NumPy and without the rest of its cell."""
    cells = jupytext.read(ROOT / "notebooks" / "src" / f"{page}.py").cells
    (source,) = [cell.source for cell in cells if f"def {name}(" in cell.source and "solution" not in cell.metadata]
    start = source.index(f"def {name}(")
    lines = source[start:].splitlines()
    end = next((n for n, line in enumerate(lines[1:], 1) if line and not line.startswith(" ")), len(lines))
    names = {"np": np, "sg": sg}
    exec("\n".join(lines[:end]), names)
    return names[name]


def test_the_two_lines_for_explained_variance_are_the_packages():
    rng = np.random.default_rng(0)
    images, answers = rng.random((2, 5, 12))
    ours = function("01_simple_autoencoder", "explained_variance")(images, answers, images.mean(axis=0))
    assert ours == pytest.approx(sg.metrics.explained_variance(images, answers, images.mean(axis=0)))


def test_the_loss_is_that_of_keras():
    x, answers = np.random.default_rng(0).random((2, 5, 12)).astype("float32")
    ours = function("01_simple_autoencoder", "cross_entropy")(x, answers).mean()
    assert ours == pytest.approx(float(np.mean(keras.losses.binary_crossentropy(x, answers))), rel=1e-5)
    assert function("01_simple_autoencoder", "cross_entropy")(0.5, 0.5) == pytest.approx(np.log(2))


def test_dead_units_are_counted():
    network = autoencoders.build_simple_autoencoder((2, 2, 1), code_size=3)
    network.get_layer("code").set_weights([np.zeros((4, 3)), np.array([1.0, -1.0, 0.0])])
    assert function("01_simple_autoencoder", "dead_units")(network, np.ones((5, 4), "float32")) == 2


def test_the_convolution_in_numpy_is_that_of_keras():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(6, 7, 3)), rng.normal(size=(3, 3, 3, 4)), rng.normal(size=4)
    layer = layers.Conv2D(4, 3, padding="same", activation="relu")
    layer.build((None, 6, 7, 3))
    layer.set_weights([w, b])
    ours = function("03_convolutional_autoencoder", "convolve")(x, w, b)
    np.testing.assert_allclose(ours, layer(x[None].astype("float32"))[0], atol=1e-5)


def test_a_shift_brings_zeros_in():
    shift = function("03_convolutional_autoencoder", "shift")
    image = np.arange(1, 10).reshape(1, 3, 3)
    assert shift(image, 1, 0)[0].tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert shift(image, 0, -2)[0].tolist() == [[3, 0, 0], [6, 0, 0], [9, 0, 0]]
    assert shift(image, 0, 0).tolist() == image.tolist()


def test_multiplications_of_an_image():
    count = function("03_convolutional_autoencoder", "multiplications")
    assert count(autoencoders.build_simple_autoencoder()) == 2 * 784 * 32
    assert count(autoencoders.build_deep_autoencoder()) == 2 * (784 * 128 + 128 * 64 + 64 * 32)
    # 9 weights for each pair of channels, at each place
    places = [(28, 1, 16), (14, 16, 8), (7, 8, 8), (4, 8, 8), (8, 8, 8), (14, 8, 16), (28, 16, 1)]
    by_hand = sum(9 * side**2 * before * after for side, before, after in places)
    assert count(autoencoders.build_convolutional_autoencoder()) == by_hand == 751_680


def test_a_twelfth_and_a_fiftieth_of_the_parameters_and_four_times_the_code():
    simple, deep, convolutional = (
        getattr(autoencoders, f"build_{name}_autoencoder")() for name in ("simple", "deep", "convolutional")
    )
    counts = [network.count_params() for network in (simple, deep, convolutional)]
    assert counts == [50_992, 222_384, 4_385]
    assert counts[0] / counts[2] == pytest.approx(12, abs=0.5) and counts[1] / counts[2] == pytest.approx(50, abs=1)
    assert np.prod(convolutional.get_layer("code").output.shape[1:]) == 128


def test_the_centre_of_mass_of_a_pixel_and_of_two():
    images = np.zeros((2, 28, 28))
    images[0, 3, 20] = 0.5
    images[1, [3, 5], [20, 24]] = 0.5, 1.5
    assert function("03_convolutional_autoencoder", "centre")(images).tolist() == [[3, 20], [4.5, 23]]


def test_the_trained_weights_fit_the_canvas():
    small = autoencoders.build_convolutional_autoencoder()
    large = autoencoders.build_convolutional_autoencoder((76, 76, 1))
    large.set_weights(small.get_weights())
    assert large.output_shape[1:] == (76, 76, 1)


def test_the_first_epoch_that_reaches_a_goal():
    first = function("03_convolutional_autoencoder", "first_epoch")
    assert first([1, 2, 5], [0.1, 0.4, 0.3], 0.3) == 2
    assert first([1, 2, 5], [0.1, 0.2, 0.2], 0.3) == np.inf


FULL_RUNS = {"MNIST": 100, "raw Smile": 4_000, "binarised Smile": 700}  # as on page 01


def full_runs_of_page_01(data):
    records, pictures = sg.datasets.load_full_runs()
    assert [pictures["simple", data, seed].shape for seed in range(3)] == [(10, 28, 28)] * 3
    return [records["simple", data, seed] for seed in range(3)]


@pytest.mark.parametrize(("data", "epochs"), FULL_RUNS.items())
def test_page_01_finds_three_full_runs_of_the_papers_length(data, epochs):
    assert [record["epoch"][-1] for record in full_runs_of_page_01(data)] == [epochs] * 3


def test_what_the_full_runs_say_of_raw_and_binarised_faces():
    """Temkeng 2020, 3.1: after 4,000 epochs the input is not reconstructed, after 700 binarised ones it is."""
    raw, binarised = (
        [(run["train_explained"][-1], run["test_explained"][-1]) for run in full_runs_of_page_01(data)]
        for data in ("raw Smile", "binarised Smile")
    )
    assert max(raw)[0] < 0.28 and min(binarised)[0] > 0.87
    assert all(-0.15 < test < 0.15 for _, test in raw)
    assert all(0.40 < test < 0.42 for _, test in binarised)


def test_the_white_pixels_are_predicted_early():
    """Within 50 of 4,000 epochs a full run is as good as the mean image, which has all that every image shares."""
    for run in full_runs_of_page_01("raw Smile"):
        assert run["epoch"][np.argmax(run["train_explained"] > 0)] < 50


def test_white_inputs_are_nearly_alike():
    """The squared length of the mean image, divided by the variance around it."""
    (faint, _), _ = sg.datasets.load_smiles()
    (bold, _), _ = sg.datasets.load_smiles(binarised=True)
    sets = [sg.ranges.to_unit(images).reshape(-1, 784).astype(float) for images in (faint, bold)]
    sets = [sets[0], 1 - sets[0], 1 - sets[1], sets[1]]
    ratios = [np.sum(images.mean(axis=0) ** 2) / images.var(axis=0).sum() for images in sets]
    assert ratios == pytest.approx([112.35, 0.1188, 7.860, 0.2328], rel=1e-3)


def test_the_best_window_holds_an_edge():
    share = function("02_deep_autoencoder", "best_window_share")
    filters = np.zeros((4, 28, 28))
    filters[0, 5:8, 5], filters[0, 5:8, 6] = 1, -1  # an edge of 3 pixels
    filters[1, 7:21, 13], filters[1, 7:21, 14] = 1, -1  # of 14 pixels
    filters[2] = 0.1  # everywhere the same
    filters[3, -1, -1] = -3  # in the last corner
    assert share(filters) == pytest.approx([1, 0.5, 49 / 784, 1])


def test_what_the_full_runs_say_of_deep_and_simple_faces():
    """Temkeng 2020, 3.2: the deep one reconstructs better. After 700 epochs it does so with its training faces only."""
    records, _ = sg.datasets.load_full_runs()
    runs = {name: [records[name, "binarised Smile", seed] for seed in range(3)] for name in ("simple", "deep")}
    assert {run["epoch"][-1] for both in runs.values() for run in both} == {700}
    training, test = (
        {name: [run[column][-1] for run in both] for name, both in runs.items()}
        for column in ("train_explained", "test_explained")
    )
    assert min(training["deep"]) > 0.96 > 0.9 > max(training["simple"])
    assert max(test["deep"]) < 0.2 < 0.4 < min(test["simple"])
