"""The optimizers of a model: found, scaled, and with their rates set as one."""

import keras
import numpy as np


class JointRate:
    """The learning rates of all optimizers of a model as one, for Keras's callbacks that read and set a rate.

    `keras.callbacks.LearningRateScheduler` and `ReduceLROnPlateau` see the rate of the first optimizer. What they set
    it to, or assign to it, the others follow in proportion, so that two learning rates stay two.
    """

    built = True
    variables = ()

    def __init__(self, model):
        self.model = model

    @property
    def learning_rate(self):
        first = next(iter(self.model.optimizers.values()))
        variable = rate_variable(first)
        return first.learning_rate if variable is None else LeadingRate(variable, self)

    @learning_rate.setter
    def learning_rate(self, rate):
        rates = list(self.model.base_rates.values()) or [rate_of(each) for each in self.model.optimizers.values()]
        if not rates[0]:
            raise ValueError("the first optimizer's learning rate is 0: the others cannot follow it in proportion")
        for optimizer, base in zip(self.model.optimizers.values(), rates, strict=True):
            optimizer.learning_rate = float(rate) * (base / rates[0])


class LeadingRate(keras.Variable):
    """The variable of the first optimizer's learning rate: what is assigned to it, the others follow, too."""

    def __init__(self, variable, joint):
        vars(self).update(vars(variable))  # the same value, not a copy of it
        self.joint = joint

    def assign(self, value):
        self.joint.learning_rate = value
        return self.value


def rate_of(optimizer):
    """The learning rate as it was written, such as 0.002: the shortest decimal that float32 cannot tell from it."""
    return float(str(np.asarray(optimizer.learning_rate, "float32")))


def rate_variable(optimizer):
    """The variable that holds an optimizer's learning rate; None if that is a schedule."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return inner._learning_rate if isinstance(inner._learning_rate, keras.Variable) else None


def optimizers_in(items):
    """(name, optimizer) of each optimizer among (name, value) pairs, and in lists and dicts among them."""
    for name, value in items:
        if isinstance(value, keras.optimizers.Optimizer):
            yield name, value
        elif isinstance(value, dict):
            yield from optimizers_in((f"{name}_{key}", item) for key, item in value.items())
        elif isinstance(value, list | tuple):
            yield from optimizers_in((f"{name}_{number}", item) for number, item in enumerate(value))


def with_loss_scale(optimizer):
    kind = keras.optimizers.LossScaleOptimizer
    return optimizer if isinstance(optimizer, kind) else kind(optimizer)
