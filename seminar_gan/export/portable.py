"""Networks as files for other programs: Keras without this package, whatever its version, and ONNX."""

import importlib
import importlib.util
import inspect
import io
import json
import tempfile
import zipfile
from pathlib import Path

import keras

from seminar_gan import files

__all__ = ["save_onnx"]


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
        ValueError: if the path does not end in .onnx, or if the network cannot be converted.
    """
    if importlib.util.find_spec("tf2onnx") is None:
        raise ImportError("tf2onnx, which writes ONNX files, is not installed: python -m pip install tf2onnx")
    network, path = sampling_generator(network), Path(path)
    if path.suffix != ".onnx":
        raise ValueError(f"the path must end in .onnx; got {path.as_posix()!r}")
    example = [keras.ops.zeros([size or 1 for size in part.shape], part.dtype) for part in network.inputs]
    network(example if len(example) > 1 else example[0])  # Keras exports no network that was never called
    with files.whole(path) as part:
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
        bytes, and a list of str: what of the network is not Keras's own, and must be imported where it is opened.
    """
    config = keras.saving.serialize_keras_object(config_of or network)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "network.keras"
        network.save(saved)
        payload = io.BytesIO()
        with zipfile.ZipFile(saved) as old, zipfile.ZipFile(payload, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                content = json.dumps(without_defaults(config)) if name == "config.json" else old.read(name)
                new.writestr(name, content)
    return payload.getvalue(), sorted(set(foreign_parts(config)))


def without_defaults(content):
    """Leave out of a stored configuration what equals the default of the constructor that will read it."""
    if isinstance(content, list):
        return [without_defaults(item) for item in content]
    if not isinstance(content, dict):
        return content
    content = {name: without_defaults(value) for name, value in content.items()}
    if is_object(content):
        defaults = _defaults(content)
        kept = {
            name: value
            for name, value in content["config"].items()
            if name not in defaults or type(defaults[name]) is not type(value) or defaults[name] != value
        }
        content["config"] = kept
    return content


def is_object(content):
    """Whether it is what Keras stores of an object: its class, and the arguments of its constructor."""
    return isinstance(content.get("config"), dict) and {"module", "class_name"} <= content.keys()


def foreign_parts(content):
    """Yield what of a stored configuration is not Keras's own: 'name of module', to be imported before it is opened."""
    if isinstance(content, list):
        for item in content:
            yield from foreign_parts(item)
    elif isinstance(content, dict):
        name, module = content.get("class_name"), content.get("module")
        if name == "__lambda__":
            yield "a lambda"
        elif name == "function":
            yield f"{content['config']} of {module}"
        elif module and module.split(".")[0] not in ("keras", "builtins"):
            yield f"{name} of {module}"
        for value in content.values():
            yield from foreign_parts(value)


def _defaults(content):
    """The defaults of a stored object's constructor, {} if its class is not to be found."""
    try:
        made = getattr(importlib.import_module(content["module"]), content["class_name"])
    except (ImportError, AttributeError):
        return {}
    found = {}
    for base in reversed(made.__mro__):
        if "__init__" in vars(base):
            found |= inspect.signature(base.__init__).parameters
    return {name: p.default for name, p in found.items() if p.default is not p.empty}
