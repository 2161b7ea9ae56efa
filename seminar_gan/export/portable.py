"""Networks as files for other programs: Keras without this package, whatever its version, and ONNX."""

import importlib
import importlib.util
import inspect
import io
import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras

from seminar_gan import files

__all__ = ["save_onnx"]

NEEDED = {("Rescaling", "offset")}  # Keras's `from_config` reads it, default or not


def save_onnx(network, path):
    """Write a network as an ONNX file, for programs without Keras.

    Args:
        network: keras.Model, or a GAN: then the generator that makes its samples.
        path: of the file, ending in .onnx.

    Returns:
        str, the path.

    Raises:
        ImportError: if tf2onnx is not installed.
        TypeError: if it is neither a network nor a GAN.
        ValueError: if the path does not end in .onnx.

    Example:
        >>> save_onnx(gan, folder / "generator.onnx")  # doctest: +SKIP
    """
    if importlib.util.find_spec("tf2onnx") is None:
        raise ImportError("tf2onnx, which writes ONNX files, is not installed: python -m pip install tf2onnx")
    network, path = sampling_generator(network), Path(path)
    if path.suffix != ".onnx":
        raise ValueError(f"the path must end in .onnx; got {path.as_posix()!r}")
    example = [keras.ops.zeros([size or 1 for size in part.shape], part.dtype) for part in network.inputs]
    network(example if len(example) > 1 else example[0])  # Keras exports no network that was never called
    with files.whole(path) as part, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)  # Keras asks for it
        network.export(part, format="onnx", verbose=False)
    return path.as_posix()


def sampling_generator(network):
    """Return the network that makes a GAN's samples: the averaged one if there is one. A network is returned as is."""
    network = getattr(network, "ema_generator", None) or getattr(network, "generator", network)
    if not isinstance(network, keras.Model):
        raise TypeError(f"a GAN or a keras.Model was expected; got {type(network).__name__}")
    return network


def plain_keras(network, config_of=None):
    """Return a network as the bytes of a .keras file which says no more than it must.

    A newer Keras writes arguments that an older one does not know. Nearly all of them have their default value, and
    these are left out, so that the older one opens the file too.

    Args:
        network: keras.Model, whose weights are taken.
        config_of: keras.Model of the same layers, whose settings are taken; by default `network`.

    Returns:
        bytes, and a list of str: what in the network is not Keras's own, and must be imported where it is opened.
    """
    payload = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "network.keras"
        with warnings.catch_warnings():  # for those to whom warnings are errors
            warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
            network.save(saved)
        config = keras.saving.serialize_keras_object(config_of or network)
        with zipfile.ZipFile(saved) as old, zipfile.ZipFile(payload, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, json.dumps(without_defaults(config)) if name == "config.json" else old.read(name))
    return payload.getvalue(), sorted(set(_foreign(config)))


def without_defaults(content):
    """Leave out of a stored configuration what equals the default of Keras's constructor that will read it."""
    if isinstance(content, list):
        return [without_defaults(item) for item in content]
    if not isinstance(content, dict):
        return content
    content = {name: without_defaults(value) for name, value in content.items()}
    if _is_kerass(content.get("module")) and isinstance(content.get("config"), dict):
        defaults = _defaults(content)
        content["config"] = {
            name: value
            for name, value in content["config"].items()
            if (name, type(value), value) not in defaults or (content["class_name"], name) in NEEDED
        }
    return content


def _defaults(content):
    """(name, type, default) of each argument that the constructor of a stored object has a default for."""
    made = getattr(importlib.import_module(content["module"]), content["class_name"])
    found = {}
    for kind in reversed(made.__mro__):
        if "__init__" in vars(kind):
            found |= inspect.signature(kind.__init__).parameters
    return [(name, type(p.default), p.default) for name, p in found.items() if p.default is not p.empty]


def _foreign(content):
    """Yield the names of what in a stored configuration is not Keras's own."""
    if isinstance(content, list):
        for item in content:
            yield from _foreign(item)
    elif isinstance(content, dict):
        kind, config = content.get("class_name"), content.get("config")
        if kind == "__lambda__":
            yield "a lambda"
        elif kind == "function":
            yield _origin(config)
        elif "module" in content and not _is_kerass(content["module"]):
            yield _origin(content["registered_name"] or kind)
        for value in content.values():
            yield from _foreign(value)


def _origin(name):
    """`name` of the module where it is registered, if it is."""
    found = keras.saving.get_registered_object(name)
    return f"{found.__name__} of {found.__module__}" if found else name


def _is_kerass(module):
    return module is not None and module.split(".")[0] == "keras"
