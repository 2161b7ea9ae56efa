"""The embedded feature network for MNIST digits: uint8 images in, features, class probabilities and classes out.

Distances on these features are distances between digits. They are not FIDs, and say nothing about other images.
"""

from seminar_gan import keras_settings  # noqa: F401  before Keras, which would say it in forty lines

# isort: split
import contextlib

import keras
import numpy as np

from seminar_gan import ranges
from seminar_gan.datasets import embedded
from seminar_gan.models.classifiers import build_digit_classifier

__all__ = ["DigitFeatures", "load_digit_features", "load_network", "set_weights"]

BATCH_SIZE = 500


def __dir__():
    return __all__


def load_digit_features():
    """Load the feature network: a classifier with a test accuracy of 99.5 %, trained by tools/train_features.py.

    It computes in float32, whatever Keras's dtype policy is.

    Returns:
        DigitFeatures.

    Raises:
        DataError: if data/mnist_features.npz is missing, altered or unreadable.

    Example:
        >>> (x_train, y_train), _ = sg.datasets.load_mnist()
        >>> network = load_digit_features()
        >>> network.classes(x_train[:5]).tolist(), y_train[:5].tolist()
        ([5, 0, 4, 1, 9], [5, 0, 4, 1, 9])
    """
    return DigitFeatures(load_network(build_digit_classifier, embedded.load_file("mnist_features.npz")))


class DigitFeatures:
    """A classifier of digits and its last layer but one.

    All methods take uint8 images (n, 28, 28) or (n, 28, 28, 1), 0 to 255, light ink on black, and raise TypeError or
    ValueError for others.

    Args:
        classifier: keras.Model like that of `models.classifiers.build_digit_classifier`, with a layer `features`.

    Example:
        >>> classifier = sg.models.classifiers.build_digit_classifier()  # untrained
        >>> DigitFeatures(classifier).features(np.zeros((2, 28, 28), "uint8")).shape
        (2, 64)
    """

    def __init__(self, classifier):
        features = classifier.get_layer("features").output
        with _keras_defaults():
            self.network = keras.Model(classifier.input, [features, classifier.output])

    def features(self, images):
        """Return float32 (n, 64): what the Fréchet distance and its kin measure."""
        return self._run(images)[0]

    def probabilities(self, images):
        """Return float32 (n, 10): the probability of each digit, the sum is 1."""
        logits = self._run(images)[1]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def classes(self, images):
        """Return int64 (n,): the most probable digit."""
        return self._run(images)[1].argmax(axis=1)

    def describe(self, images):
        """Return `features` and `classes` in one run of the network, as `report.Sample` takes them."""
        features, logits = self._run(images)
        return features, logits.argmax(axis=1)

    def _run(self, images):
        """Features and logits."""
        images = ranges.check_uint8(images, "the digit features")
        if images.shape[1:] not in ((28, 28), (28, 28, 1)) or not len(images):
            raise ValueError(f"the digit features take images (n, 28, 28) or (n, 28, 28, 1); got shape {images.shape}")
        images = images.reshape(-1, 28, 28, 1)
        batches = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
        # Called, not predict(): that would trace a graph for each loaded network, and TensorFlow warns of the fifth.
        outputs = [self.network(ranges.to_unit(batch), training=False) for batch in batches]
        features, logits = zip(*outputs, strict=True)
        # A classifier of one's own may compute in another precision.
        return np.concatenate(features).astype("float32"), np.concatenate(logits).astype("float32")


def load_network(build, arrays):
    """Build a network and set its weights.

    The network is float32 and takes the channels last, whatever Keras is set to: its numbers and pictures must not
    depend on the user's dtype policy or keras.json.

    Args:
        build: function without arguments that returns a keras.Model.
        arrays: {path of the variable: array}, one for each variable of the model.

    Returns:
        keras.Model.

    Raises:
        ValueError: for a missing or an unknown path and for another shape.

    Example:
        >>> images = keras.Input((2,))
        >>> dense = keras.layers.Dense(1, use_bias=False, name="only")
        >>> model = load_network(lambda: keras.Model(images, dense(images)), {"only/kernel": np.array([[2.0], [3.0]])})
        >>> float(model(np.array([[10.0, 1.0]]))[0, 0])
        23.0
    """
    with _keras_defaults():
        model = build()
    set_weights(model, arrays)
    return model


def set_weights(model, arrays):
    """Set all variables of a model.

    Args:
        model: keras.Model.
        arrays: {path of the variable: array}, one for each variable of the model.

    Raises:
        ValueError: for a missing or an unknown path and for another shape, before anything is set.

    Example:
        >>> images = keras.Input((2,))
        >>> model = keras.Model(images, keras.layers.Dense(1, name="only")(images))
        >>> set_weights(model, {"only/kernel": np.array([[2.0], [3.0]]), "only/bias": np.array([4.0])})
        >>> float(model(np.array([[10.0, 1.0]]))[0, 0])
        27.0
    """
    in_model = {variable.path: tuple(variable.shape) for variable in model.variables}
    in_file = {path: array.shape for path, array in arrays.items()}
    if in_model != in_file:
        differences = [
            f"{path}: the network has {in_model.get(path, 'no such variable')}, the file {in_file.get(path, 'nothing')}"
            for path in sorted(in_model.keys() | in_file.keys())
            if in_model.get(path) != in_file.get(path)
        ]
        raise ValueError("these weights do not belong to this network:\n  " + "\n  ".join(differences))
    for variable in model.variables:
        variable.assign(arrays[variable.path])


@contextlib.contextmanager
def _keras_defaults():
    """Keras's own settings inside, the user's again afterwards."""
    config = keras.config
    settings = config.dtype_policy(), config.floatx(), config.image_data_format()
    try:
        _configure("float32", "float32", "channels_last")
        yield
    finally:
        _configure(*settings)


def _configure(dtype_policy, floatx, image_data_format):
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(dtype_policy)
    keras.config.set_image_data_format(image_data_format)
