"""What makes a training another one: a loss with its constants, a network with its wiring; and what does not."""

import functools
import types

import keras
import numpy as np
import pytest
from keras import layers

from seminar_gan.training.fit.identity import described

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


DIFFERENT = {
    "a global array": (loss(weight=1), loss(weight=2)),
    "a global number": (loss(scale=1), loss(scale=2)),
    "a function that the loss calls": (loss(inner=1), loss(inner=2)),
    "an object's attribute": (Weighted(0.1), Weighted(0.9)),
    "a number closed over": (closed_over(1), closed_over(5)),
    "an array closed over": (closed_over(np.ones(2)), closed_over(np.zeros(2))),
    "a variable closed over": (closed_over(keras.Variable(1.0)), closed_over(keras.Variable(2.0))),
    "an argument of a partial": (functools.partial(loss(), k=1), functools.partial(loss(), k=2)),
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
    "a learning rate": (keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-4)),
    "a class closed over": (closed_over(keras.losses.BinaryCrossentropy), closed_over(keras.losses.BinaryCrossentropy)),
}


@pytest.mark.parametrize("what", SAME)
def test_these_are_one_training(what):
    one, other = SAME[what]
    assert described(one) == described(other)


def test_a_loss_that_calls_itself_has_an_end():
    def recursive(depth):
        return depth if depth < 1 else recursive(depth - 1)

    assert "itself" in str(described(recursive))
