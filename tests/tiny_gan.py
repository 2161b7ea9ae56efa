"""A GAN so small that a step takes a millisecond, built as the large ones are: with dropout, a norm, a last Reshape.

Run as a program it trains in a folder, for the tests that kill it: python tests/tiny_gan.py FOLDER STEPS
"""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.record import Record
from seminar_gan.training.gan import GAN


def generator(shape=(4, 4, 1), activation="tanh", latent_dim=3, class_labels=False, norm=True):
    z = keras.Input((latent_dim,), name="z")
    inputs, x = z, z
    if class_labels:
        inputs = [z, keras.Input((), dtype="int32", name="class_labels")]
        x = layers.Concatenate()([z, layers.Embedding(5, 2, name="classes")(inputs[1])])
    x = layers.Dense(8, name="hidden")(x)
    x = layers.BatchNormalization(name="norm")(x) if norm else x
    x = layers.ReLU(name="relu")(x)
    x = layers.Dense(int(np.prod(shape)), activation=activation, name="pixels")(x)
    return keras.Model(inputs, layers.Reshape(shape, name="images")(x), name="generator")


def discriminator(shape=(4, 4, 1), class_labels=False, dropout=0.3, answers=1):
    images = keras.Input(shape, name="images")
    inputs, x = images, layers.Flatten(name="flat")(images)
    if class_labels:
        inputs = [images, keras.Input((), dtype="int32", name="class_labels")]
        x = layers.Concatenate()([x, layers.Embedding(5, 2, name="classes")(inputs[1])])
    x = layers.LeakyReLU(0.2, name="leaky")(layers.Dense(6, name="hidden")(x))
    x = layers.Dropout(dropout, seed=7, name="dropout")(x)
    return keras.Model(inputs, layers.Dense(answers, name="logits")(x), name="discriminator")


def images(count=40, shape=(4, 4, 1), low=-1.0):
    return np.random.default_rng(0).uniform(low, 1, (count, *shape)).astype("float32")


def labels(count=40):
    return np.arange(count) % 5


def gan(
    kind=None,
    *,
    conditional=False,
    shape=(4, 4, 1),
    learning_rate=1e-2,
    norm=True,
    dropout=0.3,
    adam=None,
    compiled=None,
    **options,
):
    """A compiled GAN with the same weights every time.

    Args:
        kind: class of the GAN, by default `GAN` or `ConditionalGAN`.
        conditional, shape, norm, dropout: of the networks.
        learning_rate, adam: of the optimizers; adam is a class other than Keras's.
        compiled: further arguments of `compile`.
        options: further arguments of the class.
    """
    keras.utils.set_random_seed(3)
    networks = (
        generator(shape, class_labels=conditional, norm=norm),
        discriminator(shape, class_labels=conditional, dropout=dropout),
    )
    trained = (kind or (ConditionalGAN if conditional else GAN))(*networks, **{"ema": 0.9, **options})
    d_optimizer, g_optimizer = ((adam or keras.optimizers.Adam)(learning_rate, beta_1=0.5) for _ in "dg")
    trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, **(compiled or {}))
    return trained


_traced = {}


def begin(**options):
    """`gan(**options)`, but its graph is traced once for all calls with these options: the same object, set back."""
    key = repr(options)
    if key not in _traced:
        _traced[key] = (built := gan(**options)), state(built)
    trained, start = _traced[key]
    for variable, value in zip(variables(trained), start, strict=True):
        variable.assign(value)
    trained.record = Record()
    return trained


def fit(trained, steps=60, *data, report_every=20, **options):
    """Train on the images above, or on other data; return the history without the seconds."""
    history = trained.fit(*(data or (images(),)), steps=steps, batch_size=8, report_every=report_every, **options)
    return {name: values for name, values in history.history.items() if name != "seconds"}


def scalars(kind=GAN, *, rate=0.1, compiled=None, **options):
    """G(z) = g z and D(x) = d x on numbers, with plain gradient descent: small enough for arithmetic by hand.

    g is 0.5, d is 0.3, and z is 1.
    """
    z, x = keras.Input((1,)), keras.Input((1,))
    g, d = (layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(a)) for a in (0.5, 0.3))
    trained = kind(keras.Model(z, g(z)), keras.Model(x, d(x)), **{"noise": ones, **options})
    d_optimizer, g_optimizer = (keras.optimizers.SGD(rate) for _ in "dg")
    trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, **(compiled or {}))
    return trained


def weights(trained):
    """d and g of `scalars`."""
    return tuple(network.get_weights()[0].item() for network in (trained.discriminator, trained.generator))


@keras.saving.register_keras_serializable("tests")
def ones(seed, shape):
    return tf.ones(shape)


class StopAt(keras.callbacks.Callback):
    """End the training with an error at a step, as a full disk or a closed notebook would."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == self.step:
            raise InterruptedError


def variables(trained):
    """All that a training changes."""
    groups = trained.weights, trained.generator.variables, trained.discriminator.variables
    groups += trained.d_optimizer.variables, trained.g_optimizer.variables
    return [variable for group in groups for variable in group]


def state(trained):
    """All that a training changes, as a list of arrays."""
    return [np.array(variable) for variable in variables(trained)]


def same(one, other):
    """Whether two GANs, or two lists of arrays, are equal bit for bit."""
    one, other = (each if isinstance(each, list) else state(each) for each in (one, other))
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def resumes(make, data, folder):
    """Whether a GAN of `make()` that stops after 6 of 9 steps and is called again ends as one that never stopped."""
    ends = []
    for steps, checkpoints in ((9, None), (6, folder), (9, folder)):
        trained = make()
        trained.fit(*data, steps=steps, batch_size=8, report_every=3, checkpoints=checkpoints)
        ends.append(state(trained))
    return same(ends[0], ends[2])


def saved_and_loaded(make, folder):
    """Train a GAN of `make()`, save it, and train it and the loaded one further; return both."""
    trained = make()
    trained.fit(images(), steps=4, batch_size=8)
    trained.save(folder / "gan.keras")
    loaded = keras.models.load_model(folder / "gan.keras")
    loaded.run_eagerly = trained.run_eagerly
    for each in (trained, loaded):
        each.fit(images(), steps=8, batch_size=8)
    return trained, loaded


def perturb(model):
    """Give every weight a random value, also those that start as 0 or 1. Variances are positive."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        values = rng.uniform(-0.5, 0.5, weight.shape)
        weight.assign(1 + values if "variance" in weight.path else values)
    return model


if __name__ == "__main__":
    folder, steps = Path(sys.argv[1]), int(sys.argv[2])
    trained = gan()
    history = fit(trained, steps, report_every=2, checkpoints=folder)
    np.savez(folder / "end.npz", *state(trained), **{name: np.array(values) for name, values in history.items()})
