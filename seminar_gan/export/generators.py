"""A trained generator for use elsewhere, with what its inputs and outputs mean."""

import json
import warnings
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from seminar_gan import files, runs
from seminar_gan.export.portable import plain_keras, sampling_generator
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit import checks
from seminar_gan.training.gan import GAN

__all__ = ["save_generator"]

COUNT = 16  # images in the example
NOISES = {
    noise.normal: ("standard normal", "rng.standard_normal({shape}, 'float32')"),
    noise.uniform: ("uniform from -1 to 1", "rng.uniform(-1, 1, {shape}).astype('float32')"),
    noise.truncated_normal: (
        "standard normal, drawn again beyond -2 and 2",
        "np.ravel([v for v in rng.standard_normal(2 * {size}, 'float32') if abs(v) <= 2][:{size}]).reshape({shape})",
    ),
}


def save_generator(gan, folder, *, class_names=None):
    """Write the generator that makes a GAN's samples, for use without this package.

    `<folder>/generator.keras` is opened by Keras alone, `keras.models.load_model`. `<folder>/generator.json` says what
    goes in and what comes out, and has an example in Python. Files of these names are replaced.

    Args:
        gan: GAN.
        folder: where the files go; it is made if it does not exist.
        class_names: names of the classes, or of the attributes, in the order of their numbers; None if they have none.

    Returns:
        str, the path of generator.keras.

    Raises:
        TypeError: if it is not a GAN.
        ValueError: if there are not as many names as classes.
    """
    if not isinstance(gan, GAN):
        raise TypeError(f"save_generator takes a GAN, not {type(gan).__name__}; save a network by network.save")
    folder, network = Path(folder), sampling_generator(gan)
    payload, needs = plain_keras(network, gan.generator)
    record = describe(gan, class_names)
    record["needs"] = needs
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with ExitStack() as parts:
        parts.enter_context(files.whole(folder / "generator.json")).write_bytes(text.encode())
        parts.enter_context(files.whole(folder / "generator.keras")).write_bytes(payload)
    if needs:
        warnings.warn(
            f"generator.keras is not opened by Keras alone, but after an import of {', '.join(needs)}", stacklevel=2
        )
    return (folder / "generator.keras").as_posix()


def describe(gan, class_names=None):
    """Return what generator.json says, as a dict."""
    inputs, bounds = gan.generator.inputs, checks.image_range(gan.generator)
    shape = gan.generator.output_shape[1:]
    name, _ = NOISES.get(gan.noise, (f"of its own: {gan.noise.__name__}", None))
    average = gan.ema_generator is not None
    return {
        "z": {"shape": [None, gan.latent_dim], "dtype": "float32", "distribution": name},
        "class_labels": _labels(gan, class_names) if len(inputs) > 1 else None,
        "output": {
            "shape": [None, *shape],
            "dtype": "float32",
            "range": bounds and list(bounds),
            "channels": {1: "grey", 3: "red, green, blue"}.get(shape[-1]) if len(shape) == 3 else None,
        },
        "weights": f"the average, of decay {gan.ema:g}" if average else "those of the last step",
        "step": gan.step,
        "versions": runs.versions(),
        "example": example(gan),
    }


def _labels(gan, class_names):
    """What the second input means."""
    tensor, count = gan.generator.inputs[1], checks.num_classes(gan.generator)
    clustered = isinstance(gan, ClusteredGAN)
    names = None if class_names is None else [str(name) for name in class_names]
    wanted = count or tensor.shape[-1]
    if names is not None and len(names) != wanted:
        raise ValueError(f"class_names must have {wanted} names, one for each class; got {len(names)}")
    return {
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype),
        "classes": count,
        "names": names,
        "shares": _shares(gan) if clustered else None,
    }


def _shares(gan):
    shares = np.asarray(gan.shares, "float64")
    return (shares / shares.sum()).tolist() if shares.sum() else None


def example(gan):
    """Return Python code that makes images without this package."""
    shape = (COUNT, gan.latent_dim)
    _, draw = NOISES.get(gan.noise, (None, None))
    lines = [
        "import json, keras, numpy as np",
        "generator, rng = keras.models.load_model('generator.keras'), np.random.default_rng(0)",
        f"z = {draw.format(shape=shape, size=COUNT * gan.latent_dim)}" if draw else "z = ...",
    ]
    if isinstance(gan, ClusteredGAN):
        lines.append("shares = json.load(open('generator.json', encoding='utf-8'))['class_labels']['shares']")
        lines.append(f"class_labels = rng.choice(len(shares), {COUNT}, p=shares)")
    elif isinstance(gan, ConditionalGAN):
        lines.append(f"class_labels = np.arange({COUNT}) % {checks.num_classes(gan.generator)}")
    inputs = "[z, class_labels]" if len(gan.generator.inputs) > 1 else "z"
    lines.append(f"images = generator.predict({inputs}, verbose=0)")
    return "\n".join(lines)
