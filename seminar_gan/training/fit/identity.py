"""What identifies a training: its class and settings, networks, losses and data. A checkpoint holds it as JSON."""

import dataclasses
import functools
import math
import sys
import types
import zlib

import keras
import numpy as np
import tensorflow as tf

VARYING = {"name", "learning_rate"}  # of Keras's configs: it numbers names by what was built before; rates may change
AT_ONCE = 2**24  # bytes of an array that are copied at once to be read


DYNAMIC = {"getattr", "attrgetter", "vars", "__dict__"}  # code with one of these may read any attribute


class Identity:
    """What identifies the training of one `ResumableModel`, as it was when the training began.

    A training may change what it is described by: a callback keeps the best images in an attribute, a variable in a
    loss grows. That makes no other training of it. What is changed between two calls of `fit` was changed on purpose.
    """

    def __init__(self):
        self.began, self.left = {}, {}

    def begin(self, model):
        """To be called when `fit` begins."""
        now = _parts(model)
        self.began = {
            name: self.began.get(name, part) if self.left.get(name) == part else part for name, part in now.items()
        }

    def end(self, model):
        """To be called when it ends, or is interrupted."""
        self.left = _parts(model)

    def on(self, groups):
        """Return what the training on groups of arrays depends on, beside the weights.

        Learning rates, the size of a batch and the length of the training are left out: they may change on purpose.

        Returns:
            nested dict, list, str, numbers and None, as JSON can hold it.
        """
        arrays = [array for group in groups for array in group]
        return self.began | {f"data {number}": described(array) for number, array in enumerate(arrays)}


def of(model, groups):
    """Return what a training of the model that begins now on groups of arrays depends on, as `Identity.on` does."""
    now = Identity()
    now.begin(model)
    return now.on(groups)


def _parts(model):
    """Describe a model's class and settings, networks, losses and optimizers.

    Its settings are its configuration, what the `__init__` of its class sets, and every other attribute that code of
    one's own names. What no code reads, such as notes of one's own, decides nothing.
    """
    looked_up = set()
    own = described([kind for kind in type(model).__mro__ if _is_own(kind.__module__)], looked_up=looked_up)
    networks = {name: network for name, network in model.networks.items() if not name.startswith("ema_")}
    rest = described(networks | model.compiled_with() | model.optimizers, looked_up=looked_up)
    anything = looked_up & DYNAMIC
    for kind in type(model).__mro__:
        if kind.__module__.startswith("seminar_gan.") and "__init__" in vars(kind):
            looked_up |= {*_names(kind.__init__.__code__)}
    config = {name: value for name, value in model.get_config().items() if name not in model.networks}
    unset = _of_keras() | {"base_rates", "rates_left"}
    set_by_hand = {
        name: getattr(value, "__func__", value)
        for name, value in vars(model).items()
        if name not in unset and _is_setting(value)
        and (anything or name in looked_up or hasattr(type(model), name))
    }  # fmt: skip
    return {"class": type(model).__name__, "code": own, "settings": described(_settings(config) | set_by_hand), **rest}


def described(value, seen=(), looked_up=None):
    """Return what a setting is, as JSON can hold it.

    Functions and classes of one's own are described by their code, by the constants that they close over and by what
    they use of their module; those of libraries and of this package by their names, so that an update does not change
    them.

    Args:
        value: number, str, array, function, layer, network, optimizer, object with attributes, or a container of these.
        seen: ids of the objects that this one is part of.
        looked_up: None, or a set to which the names are added that one's own functions look up.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)  # in JSON nan differs from itself
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if _is_symbolic(value):
        return "tensor of a graph"
    if id(value) in seen:
        return "itself"
    inside = functools.partial(described, seen=(*seen, id(value)), looked_up=looked_up)
    if isinstance(value, dict):
        return {str(key): inside(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [inside(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, type) and _is_own(value.__module__):
        return _class(value, inside)
    if isinstance(value, types.ModuleType | type | types.BuiltinFunctionType):
        return getattr(value, "__qualname__", value.__name__)
    if isinstance(value, np.ndarray | np.generic | tf.Tensor | tf.Variable | keras.Variable):
        return _array(np.asarray(value))
    if isinstance(value, keras.Model):
        return inside(_with_positions(value))
    if isinstance(value, functools.partial):
        return {"partial": inside(value.func), "args": inside(value.args), "keywords": inside(value.keywords)}
    if isinstance(value, types.MethodType):
        return {"method": inside(value.__func__), "of": inside(value.__self__)}
    if isinstance(value, types.FunctionType):
        if looked_up is not None and _is_own(value.__module__):
            looked_up.update(_names(value.__code__))
        return _function(value, inside)
    return inside(_object(value))


def _object(value):
    """The parts of an object: its class, and its configuration, attributes and slots."""
    kind = type(value)
    parts = {"class": kind if _is_own(kind.__module__) else kind.__name__}
    if isinstance(value, keras.layers.Layer | keras.optimizers.Optimizer | keras.initializers.Initializer):
        return parts | _settings(value.get_config())
    if hasattr(value, "get_config"):
        parts |= {name: _settings(part) for name, part in value.get_config().items()}
    parts |= getattr(value, "__dict__", {})
    slots = [name for each in kind.__mro__ for name in getattr(each, "__slots__", ()) if hasattr(value, name)]
    parts |= {name: getattr(value, name) for name in slots}
    if len(parts) == 1 and " at 0x" not in repr(value):  # such as bytes, or a range
        parts["value"] = repr(value)
    return parts


def _settings(config):
    """A configuration of Keras's, without what varies."""
    if isinstance(config, dict):
        kept = config if len(config) == 1 else config.keys() - VARYING  # a dtype policy is a name and nothing else
        return {key: _settings(config[key]) for key in config if key in kept}
    return [_settings(item) for item in config] if isinstance(config, list | tuple) else config


def _array(array):
    """Type, shape and checksum of an array, which is read in parts."""
    rows, checksum = np.atleast_1d(array), 0
    step = max(1, AT_ONCE // max(1, rows[:1].nbytes))
    for start in range(0, len(rows), step):
        checksum = zlib.crc32(np.ascontiguousarray(rows[start : start + step]), checksum)
    return f"{array.dtype} {array.shape}, CRC-32 {checksum:08x}"


def _is_own(module):
    """Whether a module is the user's: not one of this package, of a library or of Python. Code run by exec has none."""
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    root = (module or "").partition(".")[0]
    return root != "seminar_gan" and root not in sys.stdlib_module_names and "site-packages" not in file


def _class(kind, inside):
    """A class of one's own by its methods and plain attributes, and by those of the classes that it is made of."""
    members = {}
    for name, member in vars(kind).items():
        member = getattr(member, "__func__", getattr(member, "fget", getattr(member, "func", member)))
        if isinstance(member, types.FunctionType) or (_is_plain(member) and not name.startswith("__")):
            members[name] = inside(member)
    return {"class": kind.__name__, "members": members, "bases": [inside(base) for base in kind.__bases__]}


def _function(function, inside):
    """A function by name if a library or this package has it, otherwise by what it does."""
    if not _is_own(function.__module__):
        return f"{function.__module__}.{function.__qualname__}"
    names = _names(function.__code__)
    used = {key: function.__globals__[key] for key in names if key in function.__globals__}
    for key, value in used.items():
        if isinstance(value, types.ModuleType) and _is_own(value.__name__):
            used[key] = {name: getattr(value, name) for name in names if hasattr(value, name)}
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
    kinds = [type(each) if _is_own(type(each).__module__) else type(each).__name__ for each in layers]
    configs = [{} if isinstance(each, keras.Model) else _settings(each.get_config()) for each in layers]
    return {
        "layers": list(map(list, zip(kinds, configs, strict=True))),
        "wiring": _settings(_renamed(wiring, positions)),
    }


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
    """Whether an attribute is a number, a str, an array, a function, or a container of these."""
    if isinstance(value, list | tuple | dict):
        return all(_is_plain(item) for item in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, bool | int | float | str | np.ndarray | types.FunctionType | functools.partial)


def _is_symbolic(value):
    """Whether a tensor stands for a number of each step, as one that `train_step` has set in a graph."""
    return isinstance(value, tf.Tensor) and not hasattr(value, "numpy")


def _is_setting(value):
    """Whether an attribute can be a setting of a variant, and is no state: see `_parts`."""
    if isinstance(value, list | tuple | dict):
        return all(_is_setting(item) for item in (value.values() if isinstance(value, dict) else value))
    state = keras.Model | keras.Variable | keras.optimizers.Optimizer | keras.metrics.Metric
    if isinstance(value, state) or _is_symbolic(value):
        return False
    kinds = np.generic | tf.Tensor | set | frozenset | types.MethodType | types.SimpleNamespace
    kinds |= keras.layers.Layer | keras.losses.Loss
    is_own = _is_own(type(value).__module__) and (callable(value) or dataclasses.is_dataclass(value))
    return value is None or is_own or _is_plain(value) or isinstance(value, kinds)


@functools.cache
def _of_keras():
    """The names of the attributes that every keras.Model has, and that say nothing of a training."""
    model = keras.Model()
    model.compile(optimizer=None)
    return frozenset(vars(model))
