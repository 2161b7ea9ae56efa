"""A trained generator for use elsewhere, with what its inputs and outputs mean."""

import json
import warnings
from collections.abc import Mapping, Set
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from seminar_gan import files, runs
from seminar_gan.export.portable import plain_keras, sampling_generator
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.fit import checks
from seminar_gan.training.gan import GAN

__all__ = ["save_generator"]

COUNT = 16  # images in the example
NOISES = {  # what it is, and how NumPy draws it
    noise.normal: ("standard normal", ["z = rng.standard_normal(({count}, {size}), 'float32')"]),
    noise.uniform: ("uniform from -1 to 1", ["z = rng.uniform(-1, 1, ({count}, {size})).astype('float32')"]),
    noise.truncated_normal: (
        "standard normal, drawn again where it is below -2 or above 2",
        [
            "many = rng.standard_normal(2 * {count} * {size}, 'float32')",
            "z = many[abs(many) < 2][: {count} * {size}].reshape({count}, {size})",
        ],
    ),
}
TO_UINT8 = {(-1, 1): "(images + 1) * 127.5", (0, 1): "images * 255"}


def save_generator(gan, folder, *, class_names=None):
    """Write the generator that makes a GAN's samples, for use without this package.

    `<folder>/generator.keras` is opened by Keras alone, of any version from 3.13 on. `<folder>/generator.json` says
    what goes in and what comes out, and has an example in Python. Files of these names are replaced.

    Args:
        gan: GAN.
        folder: where the files go; it is made if it does not exist.
        class_names: names of the classes, or of the attributes, in the order of their numbers; None if they have none.

    Returns:
        str, the path of generator.keras.

    Raises:
        TypeError: if it is not a GAN, or if the names have no order.
        ValueError: if there are not as many names as classes.

    Example:
        >>> gan = sg.recipes.RECIPES["dcgan-plain"].build((8, 8, 1), seed=0)
        >>> path = save_generator(gan, folder)
        >>> sorted(path.name for path in folder.iterdir())
        ['generator.json', 'generator.keras']
    """
    if not isinstance(gan, GAN):
        raise TypeError(f"save_generator takes a GAN, not {type(gan).__name__}; save a network by network.save")
    folder = Path(folder)
    description = describe(gan, class_names)
    payload, foreign = plain_keras(sampling_generator(gan), config_of=gan.generator)
    text = json.dumps({"needs": foreign, **description}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with ExitStack() as parts:
        parts.enter_context(files.whole(folder / "generator.json")).write_bytes(text.encode())
        parts.enter_context(files.whole(folder / "generator.keras")).write_bytes(payload)
    path = (folder / "generator.keras").as_posix()
    if foreign:
        warnings.warn(
            f"Keras alone cannot open {path}: it needs {', '.join(foreign)}, which is not Keras's own; give it to "
            "keras.models.load_model as custom_objects, or a lambda by safe_mode=False",
            stacklevel=2,
        )
    return path


def describe(gan, class_names=None):
    """Return what generator.json says of a GAN's generator, as a dict."""
    generator, bounds = gan.generator, checks.image_range(gan.generator)
    if isinstance(class_names, str | Mapping | Set):  # the characters, the keys, or any order would be taken
        raise TypeError(f"class_names must be a list, in the order of the numbers; got a {type(class_names).__name__}")
    if class_names is not None and len(generator.inputs) < 2:
        raise ValueError("this generator takes no class labels, so there is nothing that class_names could name")
    shape = generator.output_shape[1:]
    kind, _ = NOISES.get(gan.noise, (f"that of the function {_name(gan.noise)}", None))
    z = {"name": "z", **_tensor(generator.inputs[0]), "distribution": kind}
    return {
        "inputs": [z, *[_labels(gan, class_names) for _ in generator.inputs[1:]]],
        "output": {
            **_tensor(generator.outputs[0]),
            "range": bounds and list(bounds),
            "channels": {1: "grey", 3: "red, green, blue"}.get(shape[-1]) if len(shape) == 3 else None,
        },
        "weights": "of the last step" if gan.ema is None else f"averaged over the steps, decay {gan.ema:g}",
        "step": gan.step,
        "versions": runs.versions(),
        "example": example(gan),
    }


def example(gan):
    """Return Python code that makes images without this package, a list of lines."""
    draw = NOISES.get(gan.noise, ("", [f"z = ...  # ({{count}}, {{size}}), drawn as {_name(gan.noise)} does"]))[1]
    bounds = checks.image_range(gan.generator)
    return [
        "import json, keras, numpy as np",
        "generator, rng = keras.models.load_model('generator.keras'), np.random.default_rng(0)",
        *[line.format(count=COUNT, size=gan.latent_dim) for line in draw],
        *_order(gan),
        f"images = generator.predict({'z' if len(gan.generator.inputs) < 2 else '[z, class_labels]'}, verbose=0)",
        *([f"uint8 = np.rint({TO_UINT8[bounds]}).astype('uint8')"] if bounds else []),
    ]


def _order(gan):
    """The lines of the example that say what to make."""
    if len(gan.generator.inputs) < 2:
        return []
    shape = gan.generator.inputs[1].shape
    if _shares(gan):
        return [
            "clusters = json.load(open('generator.json', encoding='utf-8'))['inputs'][1]",
            f"class_labels = rng.choice(clusters['classes'], {COUNT}, p=clusters['shares'])",
        ]
    if len(shape) > 1:
        return [f"class_labels = rng.uniform(-1, 1, ({COUNT}, {shape[-1]})).astype('float32')"]
    return [f"class_labels = np.arange({COUNT}) % {checks.num_classes(gan.generator) or 1}"]


def _labels(gan, class_names):
    """What the second input means."""
    tensor, classes = gan.generator.inputs[1], checks.num_classes(gan.generator)
    is_vector = len(tensor.shape) > 1
    meaning = "one number for each attribute" if is_vector else "the class, a whole number from 0"
    if isinstance(gan, ClusteredGAN):
        meaning = "the cluster, a whole number from 0, drawn by the shares; clusters were found without labels"
    named = tensor.shape[-1] if is_vector else classes
    names = None if class_names is None else [str(name) for name in class_names]
    if names and named and len(names) != named:
        raise ValueError(f"class_names must be {named} names, as the generator knows; got {len(names)}")
    return {
        "name": "class_labels",
        **_tensor(tensor),
        "meaning": meaning,
        "classes": classes,
        "names": names,
        "shares": _shares(gan),
    }


def _shares(gan):
    """How often each cluster of a `ClusteredGAN` occurs among its images; None for other GANs, and before training."""
    shares = np.asarray(getattr(gan, "shares", 0.0), "float64")
    return (shares / shares.sum()).tolist() if shares.sum() else None


def _tensor(tensor):
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype)}


def _name(function):
    return getattr(function, "__name__", type(function).__name__)
