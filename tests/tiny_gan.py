"""A GAN so small that a step takes a millisecond, with everything in it that has a state: dropout and batch norms.

Run as a program it trains in a folder, for the tests that kill it: python tests/tiny_gan.py FOLDER STEPS
"""

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

from seminar_gan.training.conditional import ConditionalGAN
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
    x = layers.Dense(int(np.prod(shape)), name="pixels")(x)
    x = layers.Reshape(shape, name="square")(x)
    return keras.Model(inputs, layers.Activation(activation, name="images")(x), name="generator")


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


def gan(*, conditional=False, learning_rate=1e-2, norm=True, dropout=0.3, g_loss=None, adam=None, **options):
    """A compiled GAN; the same weights every time. adam: a class other than Keras's."""
    keras.utils.set_random_seed(3)
    networks = generator(class_labels=conditional, norm=norm), discriminator(class_labels=conditional, dropout=dropout)
    made = (ConditionalGAN if conditional else GAN)(*networks, **{"average": 0.9, **options})
    losses = {} if g_loss is None else {"g_loss": g_loss}
    optimizers = [(adam or keras.optimizers.Adam)(learning_rate, beta_1=0.5) for _ in "dg"]
    made.compile(d_optimizer=optimizers[0], g_optimizer=optimizers[1], **losses)
    return made


def state(made):
    """All that a training changes, as a list of arrays."""
    groups = made.generator, made.discriminator, made.averaged_generator, made.d_optimizer, made.g_optimizer
    return [np.asarray(variable) for group in groups for variable in group.variables]


def same(one, other):
    """Whether two GANs, or two lists of arrays, are equal bit for bit."""
    one, other = (made if isinstance(made, list) else state(made) for made in (one, other))
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def resumes(make, data, folder):
    """Whether a GAN of `make()` that stops after 6 of 9 steps and is called again ends as one that never stopped."""
    whole, stopped, resumed = make(), make(), make()
    for made, steps, checkpoints in ((whole, 9, None), (stopped, 6, folder), (resumed, 9, folder)):
        made.fit(*data, steps=steps, batch_size=8, report_every=3, checkpoints=checkpoints)
    return same(whole, resumed)


def saved_and_loaded(make, folder):
    """Train a GAN of `make()`, save it, and train it and the loaded one further; return both."""
    made = make()
    made.fit(images(), steps=4, batch_size=8)
    made.save(folder / "gan.keras")
    loaded = keras.models.load_model(folder / "gan.keras")
    for each in (made, loaded):
        each.fit(images(), steps=8, batch_size=8)
    return made, loaded


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
    history = trained.fit(images(), steps=steps, batch_size=16, report_every=20, checkpoints=folder).history
    rows = {name: np.array(values) for name, values in history.items() if name != "seconds"}
    np.savez(folder / "end.npz", *state(trained), **rows)
