import re
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import datasets
from seminar_gan.datasets import embedded
from seminar_gan.metrics import features
from seminar_gan.models.classifiers import build_digit_classifier

DATA = ROOT / "data"


@pytest.fixture(scope="module")
def digits():
    return features.load_digit_features()


@pytest.fixture(scope="module")
def test_set():
    return datasets.load_mnist()[1]


def test_shapes_and_types(digits, test_set):
    images = test_set[0][:7]
    values, probabilities, classes = digits.features(images), digits.probabilities(images), digits.classes(images)
    assert (values.shape, values.dtype) == ((7, 64), np.float32)
    assert (probabilities.shape, probabilities.dtype) == ((7, 10), np.float32)
    assert (classes.shape, classes.dtype) == ((7,), np.int64)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), classes)
    described = digits.describe(images)
    np.testing.assert_array_equal(described[0], values)
    np.testing.assert_array_equal(described[1], classes)


def test_outputs_are_the_classifiers(digits, test_set):
    images = test_set[0][:20]
    classifier = build_digit_classifier()
    features.set_weights(classifier, embedded.load_file("mnist_features.npz"))
    logits = classifier.predict(images[..., None] / np.float32(255), verbose=0)
    np.testing.assert_allclose(digits.probabilities(images), keras.ops.softmax(logits), rtol=1e-3, atol=1e-6)
    last = classifier.get_layer("logits")
    np.testing.assert_allclose(last(digits.features(images)), logits, rtol=1e-3, atol=1e-3)


def test_accuracy_is_as_the_readme_says(digits, test_set):
    (stated,) = re.findall(r"Test accuracy ([\d.]+) %", (DATA / "README.md").read_text(encoding="utf-8"))
    images, labels = test_set[0][::5], test_set[1][::5]  # 2,000 images: one is 0.05 %
    assert 100 * np.mean(digits.classes(images) == labels) == pytest.approx(float(stated), abs=0.25)


def test_an_axis_for_the_channel_changes_nothing(digits, test_set):
    images = test_set[0][:5]
    np.testing.assert_array_equal(digits.features(images[..., None]), digits.features(images))


@pytest.fixture
def keras_settings():
    """Keras's settings, which a test may change, are set back."""
    config = keras.config
    settings = config.dtype_policy(), config.floatx(), config.image_data_format()
    yield
    config.set_dtype_policy(settings[0])
    config.set_floatx(settings[1])
    config.set_image_data_format(settings[2])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_the_users_keras_settings_change_no_number(digits, test_set, keras_settings, policy):
    images = test_set[0][:100]
    keras.config.set_dtype_policy(policy)
    keras.config.set_floatx("float16")
    keras.config.set_image_data_format("channels_first")
    network = features.load_digit_features()
    values = network.features(images)
    assert (values.dtype, network.probabilities(images).dtype) == (np.float32, np.float32)
    np.testing.assert_array_equal(values, digits.features(images))
    assert keras.config.dtype_policy().name == policy  # and the user's settings stay as they were
    assert (keras.config.floatx(), keras.config.image_data_format()) == ("float16", "channels_first")


def test_features_are_float32_of_a_classifier_of_ones_own_too(test_set, keras_settings):
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = features.DigitFeatures(build_digit_classifier())
    values, probabilities = network.features(test_set[0][:3]), network.probabilities(test_set[0][:3])
    assert (values.dtype, probabilities.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_batches_and_order_change_nothing(digits, test_set, monkeypatch):
    images = test_set[0][:11]
    whole = digits.features(images)
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    np.testing.assert_allclose(digits.features(images), whole, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(digits.features(images[::-1])[::-1], whole, rtol=1e-4, atol=1e-4)
    assert digits.features(images[:1]).shape == (1, 64)


def test_nothing_is_printed_however_often_it_is_loaded_and_used(digits, test_set, capfd):
    digits.features(test_set[0][:1])  # TensorFlow's greeting
    capfd.readouterr()
    for count in range(1, 8):  # TensorFlow warns of the fifth graph that it has to make
        features.load_digit_features().features(test_set[0][:count])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("images", "error", "text"),
    [
        (np.zeros((2, 28, 28), "float32"), TypeError, "takes uint8 images, 0 to 255; got dtype float32"),
        (np.zeros((2, 28, 28), "int64"), TypeError, "got dtype int64"),
        (np.zeros((28, 28), "uint8"), ValueError, r"got shape \(28, 28\)"),
        (np.zeros((2, 28, 28, 3), "uint8"), ValueError, r"got shape \(2, 28, 28, 3\)"),
        (np.zeros((2, 32, 32), "uint8"), ValueError, r"\(n, 28, 28\) or \(n, 28, 28, 1\); got shape \(2, 32, 32\)"),
        (np.zeros((2, 784), "uint8"), ValueError, r"got shape \(2, 784\)"),
        (np.zeros((0, 28, 28), "uint8"), ValueError, r"got shape \(0, 28, 28\)"),
        (np.uint8(3), ValueError, r"got shape \(\)"),
    ],
)
@pytest.mark.parametrize("method", ["features", "probabilities", "classes", "describe"])
def test_other_images_are_rejected(digits, method, images, error, text):
    with pytest.raises(error, match=text):
        getattr(digits, method)(images)


# The weights


def test_paths_do_not_depend_on_what_was_built_before():
    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()])
    stored = {path: array.shape for path, array in embedded.load_file("mnist_features.npz").items()}
    for _ in range(2):
        assert {variable.path: variable.shape for variable in build_digit_classifier().variables} == stored


def test_the_file_is_small_and_of_plain_floats():
    arrays = embedded.load_file("mnist_features.npz")
    assert embedded.FILES["mnist_features.npz"].size <= 1_000_000
    assert {array.dtype for array in arrays.values()} == {np.dtype("float32")}
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert f"{sum(array.size for array in arrays.values()):,} numbers" in (DATA / "README.md").read_text("utf-8")


def test_an_altered_file_is_rejected(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path))
    with pytest.raises(datasets.DataError, match=r"mnist_features\.npz cannot be used"):
        features.load_digit_features()
    path = Path(shutil.copy(DATA / "mnist_features.npz", tmp_path))
    features.load_digit_features()
    payload = bytearray(path.read_bytes())
    payload[5000] ^= 1
    path.write_bytes(payload)
    with pytest.raises(datasets.DataError, match=r"mnist_features\.npz cannot be used"):
        features.load_digit_features()


def small_network():
    images = keras.Input((2,), name="images")
    return keras.Model(images, keras.layers.Dense(3, name="only")(images))


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"only/kernel": np.ones((2, 3))}, r"only/bias: the network has \(3,\), the file nothing$"),
        (
            {"only/kernel": np.ones((3, 2)), "only/bias": np.ones(3)},
            r"kernel: the network has \(2, 3\), the file \(3, 2\)$",
        ),
        (
            {"only/kernel": np.ones((2, 3)), "only/bias": np.ones(3), "more": np.ones(1)},
            r"more: the network has no such variable, the file \(1,\)$",
        ),
    ],
    ids=["missing", "another shape", "one too many"],
)
def test_weights_of_another_network_are_rejected(arrays, text):
    network = small_network()
    before = network.get_weights()
    with pytest.raises(ValueError, match="these weights do not belong to this network:\n  .*" + text):
        features.set_weights(network, arrays)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_weights_are_set_by_path():
    network = small_network()
    features.set_weights(network, {"only/bias": np.arange(3.0), "only/kernel": np.ones((2, 3))})
    assert np.asarray(network(np.array([[1.0, 2.0]]))).tolist() == [[3, 4, 5]]
