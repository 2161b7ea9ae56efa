"""Train the embedded MNIST feature network and write data/mnist_features.npz: python tools/train_features.py

Takes about ten minutes on two cores. Learns from the first 55,000 training digits, watches the other 5,000, and looks
at the test digits once, at the end. Prints what data/README.md says of the file, and the line for `embedded.FILES`.
Another CPU gives other bytes, and features as good.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from seminar_gan import datasets, ranges
from seminar_gan.files import whole
from seminar_gan.models.classifiers import build_digit_classifier

BATCH_SIZE = 128
LEARNING_RATE = 2e-3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "mnist_features.npz")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    (x, y), (x_test, y_test) = datasets.load_mnist()
    x, x_test = ranges.to_unit(x)[..., None], ranges.to_unit(x_test)[..., None]
    keras.utils.set_random_seed(args.seed)
    classifier = build_digit_classifier()
    shaken = shake(classifier)
    steps = args.epochs * (55_000 // BATCH_SIZE)
    shaken.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    held_out = (x[55_000:], y[55_000:])
    shaken.fit(x[:55_000], y[:55_000], BATCH_SIZE, args.epochs, validation_data=held_out, verbose=2)

    accuracy = np.mean(classifier.predict(x_test, verbose=0).argmax(axis=1) == y_test)
    with whole(args.out) as part, open(part, "wb") as file:
        np.savez(file, **{variable.path: variable.numpy() for variable in classifier.variables})
    payload = args.out.read_bytes()
    print(f"test accuracy {accuracy:.4f}, {classifier.count_params():,} parameters")
    print(f"size={len(payload):_}, sha256={hashlib.sha256(payload).hexdigest()!r}")


def shake(classifier):
    """The classifier behind small random turns, shifts and zooms, which act in training only."""
    x = images = keras.Input(classifier.input_shape[1:])
    for change in (
        layers.RandomRotation(0.03, fill_mode="constant"),
        layers.RandomTranslation(0.07, 0.07, fill_mode="constant"),
        layers.RandomZoom(0.1, fill_mode="constant"),
    ):
        x = change(x)
    return keras.Model(images, classifier(x))


if __name__ == "__main__":
    main()
