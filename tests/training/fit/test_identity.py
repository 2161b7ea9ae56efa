"""What makes a training another one: a loss with its constants, a network with its wiring; and what does not."""

import functools
import json
import types
import zlib

import keras
import numpy as np
import pytest
import tiny_gan
from keras import layers

from seminar_gan.training.fit import identity
from seminar_gan.training.fit.identity import described
from seminar_gan.training.gan import GAN

SOURCE = """
import numpy as np
WEIGHTS, SCALE = np.array([1.0, {weight}]), {scale}
def helper(x):
    return x * {inner}
def loss(logits):
    \"\"\"{doc}\"\"\"
    if "hinge" in {{"hinge", "wgan", "least squares"}}:
        return SCALE * helper(logits).sum() * WEIGHTS.sum() + sum(map(lambda x: x * SCALE, [1]))
"""


def loss(weight=1, scale=1, inner=1, doc="A loss."):
    """The loss of a student's module with these constants."""
    module = types.ModuleType("students_own")
    exec(SOURCE.format(weight=weight, scale=scale, inner=inner, doc=doc), module.__dict__)
    return module.loss


class Weighted:
    def __init__(self, weight):
        self.weight = weight

    def __call__(self, logits):
        return self.weight * logits


def closed_over(value):
    return lambda logits: logits * value


def network(skip_from, units=3):
    """Three dense layers, and a connection that skips one of them."""
    keras.backend.clear_session()
    inputs = keras.Input((units,))
    first = layers.Dense(units)(inputs)
    second = layers.Dense(units)(first)
    return keras.Model(
        inputs, layers.Dense(units)(layers.Add()([second, {"input": inputs, "first": first}[skip_from]]))
    )


def source(code, value, **names):
    """The loss of a module that a student wrote, with a value in it."""
    module = types.ModuleType("students_own")
    module.__dict__.update(names)
    exec(code.format(value=value), module.__dict__)
    return module.loss


def constants(value):
    module = types.ModuleType("students_constants")
    module.K = value
    return source("def loss(x):\n    return x * constants.K", value, constants=module)


class Configured(Weighted):
    def get_config(self):
        return {"name": self.weight, "learning_rate": 1}


class Slotted:
    __slots__ = ("weight",)

    def __init__(self, weight):
        self.weight = weight


def named(name, learning_rate):
    return lambda logits: logits * name * learning_rate


METHOD = "class K:\n    def cost(self, x): return x * {value}\ndef loss(x):\n    return K().cost(x)"
ATTRIBUTE = "class K:\n    k = {value}\n    def cost(self, x): return x * self.k\ndef loss(x):\n    return K().cost(x)"
NAMES = "name, learning_rate, other = {value}, 1, 2\ndef loss(x):\n    return x * name * learning_rate * other"
ENTRY = "settings = {{'name': {value}, 'other': 1}}\ndef loss(x):\n    return x * settings['name']"
DIFFERENT = {
    "a global array": (loss(weight=1), loss(weight=2)),
    "a global number": (loss(scale=1), loss(scale=2)),
    "a function that the loss calls": (loss(inner=1), loss(inner=2)),
    "an object's attribute": (Weighted(0.1), Weighted(0.9)),
    "a number closed over": (closed_over(1), closed_over(5)),
    "an array closed over": (closed_over(np.ones(2)), closed_over(np.zeros(2))),
    "a variable closed over": (closed_over(keras.Variable(1.0)), closed_over(keras.Variable(2.0))),
    "an argument of a partial": (functools.partial(loss(), k=1), functools.partial(loss(), k=2)),
    "a global called name": (source(NAMES, 1), source(NAMES, 2)),
    "an entry called name": (source(ENTRY, 1), source(ENTRY, 2)),
    "a constant called name": (named(1, 3), named(2, 3)),
    "a constant called learning_rate": (named(1, 3), named(1, 4)),
    "an attribute that a configuration calls name": (Configured(1), Configured(2)),
    "an attribute without a dict": (Slotted(1), Slotted(2)),
    "a constant in a method": (source(METHOD, 1), source(METHOD, 2)),
    "an attribute of a class": (source(ATTRIBUTE, 1), source(ATTRIBUTE, 2)),
    "a constant of another module of one's own": (constants(1), constants(2)),
    "a range": (closed_over(range(2)), closed_over(range(3))),
    "a setting of the optimizer": (keras.optimizers.Adam(beta_1=0.5), keras.optimizers.Adam(beta_1=0.6)),
    "the wiring": (network("input"), network("first")),
    "the dtype policy": (layers.Dense(2, dtype="float32"), layers.Dense(2, dtype="mixed_bfloat16")),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_these_are_two_trainings(what):
    one, other = DIFFERENT[what]
    assert described(one) == described(one)
    assert described(one) != described(other)


SAME = {
    "a docstring": (loss(doc="A loss."), loss(doc="A loss, with its typing error mended.")),
    "objects built anew": (Weighted(0.1), Weighted(0.1)),
    "Keras's numbered names": (network("first"), network("first")),
    "the values of nan": (closed_over(float("nan")), closed_over(float("nan"))),
    "a schedule": (
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)),
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.2, 20, 0.5)),
    ),
    "the rate of a scaled optimizer": tuple(
        keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(rate)) for rate in (0.1, 0.2)
    ),
    "a learning rate": (keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-4)),
    "a class closed over": (closed_over(keras.losses.BinaryCrossentropy), closed_over(keras.losses.BinaryCrossentropy)),
}


@pytest.mark.parametrize("what", SAME)
def test_these_are_one_training(what):
    one, other = SAME[what]
    assert json.loads(json.dumps(described(one))) == described(other)


def variant(weight):
    class Mine(GAN):
        def generator_loss(self, real, fake):
            loss, logs = super().generator_loss(real, fake)
            return weight * loss, logs

    return Mine(tiny_gan.generator(), tiny_gan.discriminator())


def test_what_a_variant_of_ones_own_does_is_part_of_its_training():
    one, same, other = (variant(weight) for weight in (1, 1, 2))
    for trained in (one, same, other):
        trained.compile(d_optimizer="sgd", g_optimizer="sgd")
    assert identity.of(one, ()) == identity.of(same, ()) != identity.of(other, ())


def test_the_checksum_of_an_array_does_not_depend_on_how_it_lies_or_is_read(monkeypatch):
    array = np.random.default_rng(0).integers(0, 256, (50, 4, 3), "uint8")
    whole = described(array)
    assert whole == f"uint8 (50, 4, 3), CRC-32 {zlib.crc32(array):08x}"
    monkeypatch.setattr(identity, "AT_ONCE", 30)
    assert described(array) == described(np.repeat(array, 2, axis=1)[:, ::2]) == whole
    assert described(array[::-1]) != whole and described(np.float32(2)) != described(np.float32(3))


def test_a_loss_that_calls_itself_has_an_end():
    def recursive(depth):
        return depth if depth < 1 else recursive(depth - 1)

    assert "itself" in str(described(recursive))
