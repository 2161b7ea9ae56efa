"""The embedded feature network for MNIST digits: uint8 images in, features, class probabilities and classes out.

Distances on these features are distances between digits. They are no FID, and say nothing about other images.
"""

import keras
import numpy as np

from seminar_gan import ranges
from seminar_gan.datasets import embedded
from seminar_gan.models.classifiers import build_digit_classifier

BATCH_SIZE = 500


def load_digit_features():
    """Load the feature network: a classifier with a test accuracy of 99.5 %, trained by tools/train_features.py.

    Returns:
        DigitFeatures.

    Raises:
        DataError: if data/mnist_features.npz is missing, altered or unreadable.
    """
    classifier = build_digit_classifier()
    set_weights(classifier, embedded.load_file("mnist_features.npz"))
    return DigitFeatures(classifier)


class DigitFeatures:
    """A classifier of digits and its last layer but one.

    All methods take uint8 images (n, 28, 28) or (n, 28, 28, 1), 0 to 255, light ink on black, and raise TypeError or
    ValueError for others.
    """

    def __init__(self, classifier):
        features = classifier.get_layer("features").output
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
        images = np.asarray(images)
        if images.dtype != np.uint8:
            raise TypeError(f"digit features want uint8 images, 0 to 255; got dtype {images.dtype}")
        if images.shape[1:] not in ((28, 28), (28, 28, 1)) or not len(images):
            raise ValueError(f"digit features want images (n, 28, 28) or (n, 28, 28, 1); got shape {images.shape}")
        images = images.reshape(-1, 28, 28, 1)
        batches = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
        # Called, not predict(): that would trace a graph for each loaded network, and TensorFlow warns of the fifth.
        outputs = [self.network(ranges.to_unit(batch), training=False) for batch in batches]
        features, logits = zip(*outputs, strict=True)
        return np.concatenate(features), np.concatenate(logits)


def set_weights(model, arrays):
    """Set all variables of a model from {path of the variable: array}.

    Raises ValueError for a missing or an unknown path and for another shape, before anything is set.
    """
    wanted = {variable.path: tuple(variable.shape) for variable in model.variables}
    found = {path: array.shape for path, array in arrays.items()}
    if wanted != found:
        differences = [
            f"{path}: the network has {wanted.get(path, 'no such variable')}, the file {found.get(path, 'nothing')}"
            for path in sorted(wanted.keys() | found.keys())
            if wanted.get(path) != found.get(path)
        ]
        raise ValueError("these weights are not of this network:\n  " + "\n  ".join(differences))
    for variable in model.variables:
        variable.assign(arrays[variable.path])
