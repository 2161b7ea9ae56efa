"""Kinds of GAN trainings: healthy ones, and failures that are caused on purpose, each in a few lines.

`KINDS` has each kind: how it is caused, and which diagnoses are right. `doctor_runs.py` trains them.
"""

import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from seminar_gan import datasets, losses
from seminar_gan.models import dcgan, mlp
from seminar_gan.recipes import CONDITIONAL_RECIPES, RECIPES
from seminar_gan.training import GAN, noise

BUILT_ON, VALIDATED_ON = range(3), range(10, 15)
SLOW_BUILT_ON, SLOW_VALIDATED_ON = range(2), range(10, 13)  # of trainings that take longer
SLOWEST_VALIDATED_ON = range(10, 12)
HEALTHY = ("healthy",)
SHAPE = (28, 28, 1)


@functools.cache
def data(name):
    """Images or points to train on, the images as uint8 (n, height, width, channels)."""
    if name == "mnist":
        return datasets.load_mnist()[0][0][..., None]
    if name == "labels":
        return datasets.load_mnist()[0][1]
    if name == "smileys":
        numbers = (make(4_000, seed=0) for make in (datasets.sample_attributes, datasets.sample_hands))
        return datasets.draw_smileys(*numbers)[..., None]
    if name == "cells":
        sides = datasets.load_image_folder(datasets.cells_folder(), 28, "stretch").sizes.max()
        return datasets.load_image_folder(datasets.cells_folder(), 28, "pad", 1, scale=28 / sides).images
    if name == "ring":
        rng, angles = np.random.default_rng(0), np.arange(8) * np.pi / 4
        centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return (centres[rng.integers(8, size=2_000)] + rng.normal(0, 0.1, (2_000, 2))).astype("float32")
    if name == "heap":
        return np.random.default_rng(0).normal(0, 0.05, (2_000, 2)).astype("float32")
    raise ValueError(name)


# Networks


def dense_generator(sizes=(128,), latent_dim=32, activation="tanh", hidden="relu", spread=None):
    """A dense generator of 28 x 28 images; `spread` is the standard deviation of its last layer's starting weights."""
    z = x = keras.Input((latent_dim,))
    for size in sizes:
        x = layers.Dense(size, activation=hidden)(x)
    start = "glorot_uniform" if spread is None else keras.initializers.RandomNormal(stddev=spread)
    x = layers.Dense(784, activation=activation, kernel_initializer=start)(x)
    return keras.Model(z, layers.Reshape(SHAPE)(x))


def dense_discriminator(sizes=(128,), norm=False, dropout=0.0, activation=None, hidden=None):
    """A dense discriminator of 28 x 28 images."""
    images = keras.Input(SHAPE)
    x = layers.Flatten()(images)
    for size in sizes:
        x = layers.Dense(size, activation=hidden)(x)
        x = layers.BatchNormalization()(x) if norm else x
        x = x if hidden else layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(dropout)(x) if dropout else x
    return keras.Model(images, layers.Dense(1, activation=activation)(x))


def conv_generator():
    return dcgan.build_generator(latent_dim=32, dense_size=64, filters=16)


def conv_discriminator():
    return dcgan.build_discriminator(filters=8, dense_size=32)


def plain_conv_generator():
    z = keras.Input((32,))
    x = layers.Reshape((7, 7, 16))(layers.Dense(7 * 7 * 16, activation="relu")(z))
    x = layers.Conv2DTranspose(16, 4, 2, "same", activation="relu")(x)
    return keras.Model(z, layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")(x))


@keras.saving.register_keras_serializable("doctor_runs")
def faint(seed, shape):
    """Noise that is nearly none."""
    return 0.01 * noise.normal(seed, shape)


def adam(rate, beta_1=0.5):
    return keras.optimizers.Adam(rate, beta_1=beta_1)


def compiled(generator, discriminator, *, seed, d=None, g=None, kind=GAN, loss=losses.NON_SATURATING, **options):
    """A GAN of these networks, by default with Adam 1e-3 for both."""
    gan = kind(generator, discriminator, seed=seed, **options)
    gan.compile(d_optimizer=d or adam(1e-3), g_optimizer=g or adam(1e-3), loss=loss)
    return gan


class Shift(layers.Layer):
    """Moves all points by the same, which is all that it learns."""

    def build(self, shape):
        self.by = self.add_weight(shape=shape[1:], initializer=keras.initializers.Constant(1.0))

    def call(self, points):
        return points + self.by


def circling(seed):
    """The game of Mescheder et al. 2018, example 1, with a heap of points in place of one."""
    z, x = keras.Input((2,)), keras.Input((2,))
    generator = keras.Model(z, Shift()(layers.Rescaling(0.05)(z)))
    discriminator = keras.Model(x, layers.Dense(1, use_bias=False)(x))
    return compiled(generator, discriminator, seed=seed, d=keras.optimizers.SGD(0.5), g=keras.optimizers.SGD(0.5))


# Mistakes, each in a few lines


class FrozenDiscriminatorGAN(GAN):
    """The discriminator stays frozen, as after `discriminator.trainable = False` before it was compiled itself."""

    def update(self, optimizer, network, tape, loss):
        if network is not self.discriminator:
            super().update(optimizer, network, tape, loss)


class FrozenGeneratorGAN(GAN):
    """The generator is never updated: the loop forgot it, or froze the wrong network."""

    def update(self, optimizer, network, tape, loss):
        if network is not self.generator:
            super().update(optimizer, network, tape, loss)


class NeverFrozenGAN(GAN):
    """The generator's step updates the discriminator, too, which nobody froze: it learns to call fakes real."""

    def update(self, optimizer, network, tape, loss):
        if network is self.generator:
            tape_variables = [*network.trainable_variables, *self.discriminator.trainable_variables]
            gradients = tape.gradient(loss, tape_variables)
            count = len(network.trainable_variables)
            optimizer.apply(gradients[:count], network.trainable_variables)
            self.d_optimizer.apply(gradients[count:], self.discriminator.trainable_variables)
        else:
            super().update(optimizer, network, tape, loss)


class HalfMixedGAN(GAN):
    """D learns from mixed batches of real and fake images, and judges the generator's images among themselves."""

    def discriminator_loss(self, real, fake):
        count = tf.shape(real[0])[0]
        logits = self.discriminate(tf.concat([real[0], fake[0]], axis=0))
        loss = self.loss_pair.discriminator(logits[:count], logits[count:])
        return loss, self.loss_pair.shares(logits[:count], logits[count:])


FLIPPED = losses.Pair(lambda real, fake: losses.cross_entropy(fake, real), losses.non_saturating)


# Kinds of run


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of run.

    Args:
        what: how it is caused, for the table.
        expected: the diagnoses that are right.
        make: function of a seed that returns the compiled GAN.
        data: a name of `data`, or a function that returns what `fit` takes.
        steps, batch_size: of the training.
        built_on, validated_on: seeds.
        callbacks: function that returns further callbacks.
    """

    what: str
    expected: tuple
    make: Callable
    data: object = "mnist"
    steps: int = 600
    batch_size: int = 64
    built_on: range = BUILT_ON
    validated_on: range = VALIDATED_ON
    callbacks: Callable = list

    def arrays(self):
        found = self.data() if callable(self.data) else data(self.data)
        return found if isinstance(found, tuple) else (found,)


def recipe_kind(recipe, what, *, data="mnist", steps, slow=True, batch_size=None, **sizes):
    """A healthy kind: a recipe as it is."""
    seeds = {"built_on": SLOW_BUILT_ON, "validated_on": SLOW_VALIDATED_ON} if slow else {}

    def make(seed):
        return recipe.build_for(Kind("", (), None, data).arrays()[0], seed=seed, **sizes)

    if batch_size:  # smaller ones, as the recipe's take minutes
        seeds["validated_on"] = SLOWEST_VALIDATED_ON
    size = batch_size or recipe.batch_size
    return Kind(what, HEALTHY, make, data, steps, size, callbacks=recipe.callbacks, **seeds)


def unseen(kind, **changes):
    """A kind that is only validated on: none of its runs was looked at when the thresholds were set."""
    return dataclasses.replace(kind, **{"built_on": range(0), **changes})


def labelled():
    return data("mnist"), data("labels")


def one_layer(seed, d_rate=0.3, g_rate=0.3):
    """Winkler 2018, section 4.7.1: the minimal classifier, turned round for the generator; sigmoids, SGD 0.3."""
    g = dense_generator((30,), 100, hidden="sigmoid")
    d = dense_discriminator((30,), hidden="sigmoid")
    return compiled(g, d, seed=seed, d=keras.optimizers.SGD(d_rate), g=keras.optimizers.SGD(g_rate))


def vanilla(seed, **options):
    return compiled(dense_generator(), dense_discriminator(), seed=seed, **options)


def conv(seed, **options):
    return compiled(conv_generator(), conv_discriminator(), seed=seed, **options)


def ring(seed, **options):
    networks = mlp.build_point_generator(), mlp.build_point_discriminator()
    return compiled(*networks, seed=seed, **{"d": adam(4e-3), **options})


def floats(scale, offset=0.0, name="mnist"):
    """Images in another range than [0, 255] or [-1, 1]."""
    return lambda: data(name)[:10_000].astype("float32") * scale + offset


def unit_generator(seed):
    """A generator whose range is not known to `fit`: tanh, then brought to [0, 1]."""
    inner = dense_generator()
    return keras.Model(inner.input, layers.Rescaling(0.5, 0.5)(inner.output))


R, C = RECIPES, CONDITIONAL_RECIPES
KINDS = {
    # healthy: each GAN of the collection
    "temkeng-vanilla": recipe_kind(R["temkeng-vanilla"], "recipe temkeng-vanilla", steps=1_500, slow=False),
    "winkler-dense": recipe_kind(R["winkler-dense"], "recipe winkler-dense", steps=500),
    "temkeng-dcgan": recipe_kind(R["temkeng-dcgan"], "recipe temkeng-dcgan, batches of 32", steps=300, batch_size=32),
    "winkler-dcgan": recipe_kind(R["winkler-dcgan"], "recipe winkler-dcgan, batches of 32", steps=300, batch_size=32),
    "dcgan-plain": recipe_kind(R["dcgan-plain"], "recipe dcgan-plain", steps=400),
    "dcgan": recipe_kind(R["dcgan"], "recipe dcgan (clusters)", steps=300),
    "panic": recipe_kind(R["panic"], "recipe panic on 42 cells", data="cells", steps=250),
    "few": recipe_kind(R["few"], "recipe few on 42 cells", data="cells", steps=300),
    "wasserstein": recipe_kind(R["wasserstein"], "recipe wasserstein", steps=250),
    "mirza": recipe_kind(C["mirza"], "conditional recipe mirza", data=labelled, steps=600, num_classes=10),
    "conditional-dcgan": recipe_kind(C["dcgan"], "conditional recipe dcgan", data=labelled, steps=300, num_classes=10),
}
KINDS |= {
    # healthy, other networks and data
    "vanilla": Kind("a small dense pair", HEALTHY, vanilla, steps=1_500),
    "ring": Kind("points on a ring, the networks of page 05", HEALTHY, ring, "ring", 2_000, 128),
    "conv, smileys": unseen(Kind("a small convolutional pair", HEALTHY, conv, "smileys", 800)),
    "winkler-dense, smileys": unseen(
        recipe_kind(R["winkler-dense"], "recipe winkler-dense on smileys", data="smileys", steps=500)
    ),
    "dcgan-plain, smileys": unseen(
        recipe_kind(R["dcgan-plain"], "recipe dcgan-plain on smileys", data="smileys", steps=400)
    ),
    "vanilla, SGD": Kind(
        "SGD, G twenty times as fast as D",
        HEALTHY,
        lambda seed: vanilla(seed, d=keras.optimizers.SGD(0.02), g=keras.optimizers.SGD(0.4)),
        steps=2_000,
    ),
    # failures
    "one layer": Kind(
        "Winkler's one-layer GAN, sigmoid, SGD 0.3",
        ("mode collapse", "mode hopping"),
        one_layer,
        steps=4_000,
        batch_size=128,
    ),
    "momentum": Kind(
        "Adam with a rate of 0.02 and a momentum of 0.9",
        ("saturated G", "mode collapse", "mode hopping"),
        lambda seed: vanilla(seed, d=adam(2e-2, 0.9), g=adam(2e-2, 0.9)),
    ),
    "momentum, G fast": unseen(
        Kind(
            "a momentum of 0.9, and G ten times as fast as D",
            ("saturated G", "mode collapse", "mode hopping"),
            lambda seed: vanilla(seed, d=adam(1e-3, 0.9), g=adam(1e-2, 0.9)),
        )
    ),
    "faint noise": Kind(
        "z with a standard deviation of 0.01: G hardly knows one z from another",
        ("mode collapse", "mode hopping"),
        lambda seed: vanilla(seed, noise=faint),
        steps=1_000,
    ),
    "faint noise, smileys": unseen(
        Kind(
            "the same with a convolutional pair without batch normalisation",
            ("mode collapse", "mode hopping"),
            lambda seed: compiled(plain_conv_generator(), conv_discriminator(), seed=seed, noise=faint),
            "smileys",
        )
    ),
    "ring, fast": Kind(
        "points, Adam with a rate of 0.02 and a momentum of 0.9",
        ("mode collapse", "mode hopping", "non-convergence"),
        lambda seed: ring(seed, d=adam(2e-2, 0.9), g=adam(2e-2, 0.9)),
        "ring",
        batch_size=128,
    ),
    "D too strong": Kind(
        "minimax loss, D with 512 units and ten updates a step",
        ("D too strong",),
        lambda seed: compiled(
            dense_generator(), dense_discriminator((512,)), seed=seed, d_steps=10, g=adam(1e-4), loss=losses.MINIMAX
        ),
        steps=300,
    ),
    "D too strong, rates": Kind(
        "D's rate a thousand times G's",
        ("D too strong",),
        lambda seed: vanilla(seed, d=adam(1e-2), g=adam(1e-5)),
    ),
    "D too weak": Kind(
        "D's rate a thousandth of G's",
        ("D too weak",),
        lambda seed: vanilla(seed, d=adam(1e-6), g=adam(1e-3)),
    ),
    "D frozen": Kind("D is never updated", ("frozen D",), lambda seed: vanilla(seed, kind=FrozenDiscriminatorGAN)),
    "G frozen": Kind("G is never updated", ("frozen G",), lambda seed: vanilla(seed, kind=FrozenGeneratorGAN)),
    "D never frozen": Kind("G's step updates D, too", ("D helps G",), lambda seed: vanilla(seed, kind=NeverFrozenGAN)),
    "saturated": Kind(
        "G starts with weights of 30 in its last layer",
        ("saturated G",),
        lambda seed: compiled(dense_generator(spread=30.0), dense_discriminator(), seed=seed),
    ),
    "diverged": Kind(
        "SGD with a rate of 30, critic's loss",
        ("divergence",),
        lambda seed: vanilla(seed, d=keras.optimizers.SGD(30.0), g=keras.optimizers.SGD(30.0), loss=losses.WASSERSTEIN),
    ),
    "critic without penalty": Kind(
        "Wasserstein losses with no penalty and no clipping",
        ("non-convergence", "mode hopping", "divergence"),
        lambda seed: vanilla(seed, loss=losses.WASSERSTEIN),
    ),
    "circling": Kind(
        "a game of few numbers that circles: D is linear, G moves a heap of points",
        ("non-convergence",),
        circling,
        "heap",
    ),
    "double sigmoid": Kind(
        "D ends in a sigmoid, and the loss takes one more",
        ("double sigmoid",),
        lambda seed: compiled(dense_generator(), dense_discriminator(activation="sigmoid"), seed=seed),
    ),
    "flipped labels": Kind(
        "real is 0 and fake is 1 for D alone", ("flipped labels",), lambda seed: vanilla(seed, loss=FLIPPED)
    ),
    "range 255": Kind(
        "images in [0, 255], G in [0, 1]",
        ("wrong range",),
        lambda seed: compiled(unit_generator(seed), dense_discriminator(), seed=seed),
        floats(1.0),
    ),
    "range unit": Kind("images in [0, 1], G in [-1, 1]", ("wrong range",), vanilla, floats(1 / 255)),
    "mixed norm": Kind(
        "D with batch normalisation over mixed batches",
        ("mixed batch normalisation",),
        lambda seed: compiled(dense_generator(), dense_discriminator(norm=True), seed=seed, kind=HalfMixedGAN),
    ),
    "D at chance": Kind(
        "D drops 98 % of its units and is very small",
        ("D at 50 %", "D too weak"),
        lambda seed: compiled(dense_generator(), dense_discriminator((64,), dropout=0.98), seed=seed, d=adam(1e-4)),
    ),
    "too short": Kind("20 steps", ("can't tell",), vanilla, steps=20),
}
