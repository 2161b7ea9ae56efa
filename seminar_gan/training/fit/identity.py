"""What identifies a training: its class and settings, networks, losses and data. A checkpoint holds it as JSON."""

import functools
import sys
import types
import zlib

import keras
import numpy as np
import tensorflow as tf

VARYING = {"name", "learning_rate"}  # Keras numbers names by what was built before; schedules change rates


def of(model, groups):
    """Return what the training of a `ResumableModel` on groups of arrays depends on, beside the weights.

    Learning rates, the size of a batch and the length of the training are left out: they may change on purpose.

    Returns:
        nested dict, list, str, numbers and None, as JSON can hold it.
    """
    config = {name: value for name, value in model.get_config().items() if name not in model.networks}
    plain = {name: value for name, value in vars(model).items() if name not in _of_keras() and _is_plain(value)}
    networks = {name: network for name, network in model.networks.items() if not name.startswith("ema_")}
    arrays = {f"data {number}": array for number, array in enumerate(array for group in groups for array in group)}
    parts = {"class": type(model).__name__, "settings": config | plain, **networks, **model.compiled_with(), **arrays}
    return described(parts | model.optimizers)


def described(value, seen=()):
    """Return what a setting is, as JSON can hold it.

    Functions of one's own are described by their code, by the constants that they close over and by what they use of
    their module; functions of libraries and of this package by their names, so that an update does not change them.

    Args:
        value: number, str, array, function, layer, network, optimizer, object with attributes, or a container of these.
        seen: ids of the objects that this one is part of.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if id(value) in seen:
        return "itself"
    inside = functools.partial(described, seen=(*seen, id(value)))
    if isinstance(value, dict):
        kept = value if len(value) == 1 else value.keys() - VARYING  # a dtype policy is a name and nothing else
        return {str(key): inside(value[key]) for key in value if key in kept}
    if isinstance(value, list | tuple):
        return [inside(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, types.ModuleType | type | types.BuiltinFunctionType):
        return getattr(value, "__qualname__", value.__name__)
    if isinstance(value, np.ndarray | np.generic | tf.Tensor | tf.Variable | keras.Variable):
        array = np.ascontiguousarray(value)
        return f"{array.dtype} {array.shape}, CRC-32 {zlib.crc32(array):08x}"
    if isinstance(value, keras.Model):
        return inside(_with_positions(value))
    if isinstance(value, functools.partial):
        return {"partial": inside(value.func), "args": inside(value.args), "keywords": inside(value.keywords)}
    if isinstance(value, types.MethodType):
        return {"method": inside(value.__func__), "of": inside(value.__self__)}
    if isinstance(value, types.FunctionType):
        return _function(value, inside)
    parts = {"class": type(value).__name__}
    if hasattr(value, "get_config"):
        parts |= value.get_config()
    if not isinstance(value, keras.layers.Layer | keras.optimizers.Optimizer):
        parts |= getattr(value, "__dict__", {})
    return inside(parts)


def _function(function, inside):
    """A function by name if a library or this package has it, otherwise by what it does."""
    name = f"{function.__module__}.{function.__qualname__}"
    module = sys.modules.get(function.__module__)
    if function.__module__.startswith("seminar_gan.") or "site-packages" in (getattr(module, "__file__", None) or ""):
        return name
    used = {key: function.__globals__[key] for key in _names(function.__code__) if key in function.__globals__}
    return {
        "function": function.__qualname__.rpartition(".")[2],
        "code": zlib.crc32(repr(_code(function.__code__, function.__doc__)).encode()),
        "constants": inside([cell.cell_contents for cell in function.__closure__ or ()]),
        "defaults": inside([function.__defaults__, function.__kwdefaults__]),
        "uses": inside(used),
    }


def _code(code, doc=None):
    """The instructions, constants and names of a function's code and of the functions inside it, docstrings aside."""
    constants = [
        _code(c, c.co_consts[0] if c.co_consts else None) if isinstance(c, types.CodeType) else described(c)
        for c in code.co_consts
        if not (isinstance(c, str) and c == doc)
    ]
    return [code.co_code.hex(), constants, list(code.co_names)]


def _names(code):
    """The names that a function's code, and that of the functions inside it, look up."""
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return sorted({*code.co_names, *(name for names in inner for name in names)})


def _with_positions(network):
    """A network's configuration in which each layer's name is its position, so that the wiring is compared as well."""
    layers = list(_layers(network))
    positions = {layer.name: f"layer {number}" for number, layer in enumerate(layers)}
    wiring = network.get_config() if hasattr(network, "operations") else {}  # of a functional network
    configs = [[type(each).__name__, {} if isinstance(each, keras.Model) else each.get_config()] for each in layers]
    return {"layers": configs, "wiring": _renamed(wiring, positions)}


def _layers(network):
    """The layers of a network, and those of networks inside it, with these."""
    for layer in network.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _renamed(value, positions):
    if isinstance(value, dict):
        return {key: _renamed(item, positions) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(item, positions) for item in value]
    return positions.get(value, value) if isinstance(value, str) else value


def _is_plain(value):
    """Whether an attribute is a setting: a number, a str, an array, or a container of these."""
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return isinstance(value, bool | int | float | str | np.ndarray)


@functools.cache
def _of_keras():
    """The names of the attributes that every keras.Model has, and that say nothing of a training."""
    model = keras.Model()
    model.compile(optimizer=None)
    return frozenset(vars(model))
