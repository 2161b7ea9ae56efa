"""What identifies a training: its class and settings, networks, losses and data. A checkpoint holds it as JSON."""

import functools
import inspect
import types
import zlib

import keras
import numpy as np


def of(model, groups, **options):
    """Return what the training of a `ResumableModel` on groups of arrays depends on, beside the weights.

    Names are left out: Keras numbers them by what was built before in the same process. So are the learning rates,
    which schedules change.

    Returns:
        nested dict, list, str, numbers and None, as JSON can hold it.
    """
    config = {name: value for name, value in model.get_config().items() if name not in model.networks}
    networks = {
        name: [_layer(layer) for layer in _layers(network)]
        for name, network in model.networks.items()
        if not name.startswith("ema_")  # a copy
    }
    arrays = {
        f"data {number}": f"{array.dtype} {array.shape}, CRC-32 {zlib.crc32(np.ascontiguousarray(array)):08x}"
        for number, array in enumerate(array for group in groups for array in group)
    }
    parts = {"class": type(model).__name__, **config, **networks, **model.compiled_with(), **arrays, **options}
    return _without(("name", "learning_rate"), described(parts | model.optimizers))


def described(value):
    """Return what a setting is, as JSON can hold it. Functions are told apart by their code and by their constants.

    A function of this package is its name, so that an update of Python does not make it another.
    """
    if isinstance(value, dict):
        return {str(key): described(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [described(item) for item in value]
    if isinstance(value, functools.partial):
        return {"partial": described(value.func), "args": described(value.args), "keywords": described(value.keywords)}
    if isinstance(value, types.MethodType):
        return {"method": described(value.__func__), "of": described(value.__self__)}
    if isinstance(value, types.FunctionType):
        return _function(value)
    if isinstance(value, np.generic | np.ndarray):
        return described(value.tolist())
    if hasattr(value, "get_config"):
        return {"class": type(value).__name__, **described(value.get_config())}
    return value if value is None or isinstance(value, bool | int | float | str) else type(value).__name__


def _function(function):
    name = f"{function.__module__}.{function.__qualname__}"
    if function.__module__.startswith("seminar_gan."):
        return name
    constants = [cell.cell_contents for cell in function.__closure__ or ()]
    names = inspect.getclosurevars(function).globals
    used = {name: value for name, value in names.items() if isinstance(value, bool | int | float | str)}
    code = zlib.crc32(function.__code__.co_code + repr(_plain_constants(function.__code__)).encode())
    return {
        "function": name.rpartition(".")[2],
        "code": code,
        "constants": described([constants, function.__defaults__, function.__kwdefaults__, used]),
    }


def _plain_constants(code):
    """The constants of a function's code; of functions inside it, theirs."""
    return [_plain_constants(c) if isinstance(c, types.CodeType) else c for c in code.co_consts] + list(code.co_names)


def _layers(network):
    """The layers of a network, and those of networks inside it."""
    for layer in network.layers:
        yield from _layers(layer) if isinstance(layer, keras.Model) else [layer]


def _layer(layer):
    return {"class": type(layer).__name__, "output_shape": str(layer.output.shape), **layer.get_config()}


def _without(keys, settings):
    if isinstance(settings, dict):
        return {key: _without(keys, value) for key, value in settings.items() if key not in keys}
    if isinstance(settings, list):
        return [_without(keys, value) for value in settings]
    return settings
