"""What came of trainings for which a page has no time: generators, what they drew, what was measured."""

import csv
import io

import numpy as np
from PIL import Image

from seminar_gan.datasets import embedded
from seminar_gan.metrics.features import load_network
from seminar_gan.models import dcgan, few, panic

__all__ = [
    "FEW_SIZES",
    "MEASURED",
    "PANIC_KERNELS",
    "PANIC_TRAININGS",
    "TEMKENG_TRAININGS",
    "WINKLER_TRAININGS",
    "load_few_generator",
    "load_measurements",
    "load_mirza_samples",
    "load_panic_generator",
    "load_panic_progress",
    "load_panic_samples",
    "load_panic_small_films",
    "load_panic_small_samples",
    "load_panic_tensorboard",
    "load_temkeng_generator",
    "load_temkeng_samples",
    "load_winkler_samples",
    "unpack",
]

TEMKENG_TRAININGS = ("mnist-500", "mnist-5000", "smile-1000", "smile-20000")
WINKLER_TRAININGS = ("dense-2000", "dense-3000", "dcgan-300", "dcgan-2000", "dcgan-3000")
PANIC_TRAININGS = ("plain", "normalised")
PANIC_KERNELS = ("larger", "larger_normalised")
TENSORBOARD = "panic/tensorboard.png"
FEW_SIZES = (28, 64, 100)
MEASURED = ("few_progress", "few_seeds", "mirza", "label_ways", "panic_small", "rulers")

WORDS = {"setting", "budget", "way", "kind", "set", "ruler", "training"}  # columns that are no numbers


def __dir__():
    return __all__


def load_temkeng_generator(training="mnist-5000"):
    """Load the generator of `dcgan.build_temkeng_generator` as it was after the paper's 5,000 iterations of MNIST.

    Args:
        training: "mnist-5000". Of the other trainings the package has what they drew: `load_temkeng_samples`.

    Returns:
        keras.Model: float (batch, 100), standard normal, to images (batch, 28, 28, 1) in [-1, 1].

    Raises:
        ValueError: for another name.
        DataError: if data/temkeng_dcgan.npz is missing, altered or unreadable.

    Source:
        Temkeng 2020, section 4.2; trained by tools/train_weights.py. The large kernels are stored in whole numbers
        (tools/pack_weights.py), which moves no pixel by more than 2 of 255 levels.
    """
    _check(training, TEMKENG_TRAININGS)
    if training != "mnist-5000":
        raise ValueError(
            f"the generator of {training!r} does not come with the package; "
            f"load_temkeng_samples({training!r}) has its images"
        )
    return load_network(dcgan.build_temkeng_generator, unpack(embedded.load_file("temkeng_dcgan.npz")))


def load_temkeng_samples(training):
    """Load what the generator of `dcgan.build_temkeng_generator` drew after the paper's numbers of iterations.

    Args:
        training: one of TEMKENG_TRAININGS, the data and the iterations: MNIST, or Smile binarised.

    Returns:
        uint8 array (2000, 28, 28, 1) of digits or (1000, 28, 28, 1) of faces, each from its row of
        `np.random.default_rng(0).normal(size=(2000, 100))`.

    Raises:
        ValueError: for another name.
        DataError: if the file in data/samples/ is missing, altered or unreadable.

    Source:
        Temkeng 2020, figures 12 and 13; trained by tools/train_weights.py.

    Example:
        >>> load_temkeng_samples("smile-20000").shape
        (1000, 28, 28, 1)
    """
    _check(training, TEMKENG_TRAININGS)
    return _images(f"samples/temkeng-{training}.png", 28).reshape(-1, 28, 28, 1)


def load_winkler_samples(training):
    """Load what Winkler's dense and convolutional generators drew after the thesis's numbers of iterations of MNIST.

    Args:
        training: one of WINKLER_TRAININGS: "dense" is `mlp.build_winkler_generator`, "dcgan" is
            `dcgan.build_winkler_generator`; then the iterations.

    Returns:
        uint8 array (2000, 28, 28, 1), from `np.random.default_rng(0).normal(size=(2000, 100))`.

    Raises:
        ValueError: for another name.
        DataError: if the file in data/samples/ is missing, altered or unreadable.

    Source:
        Winkler 2018, figures 4.6 and 4.8; 300 is a tenth of their 3,000 iterations. Trained by tools/train_weights.py.

    Example:
        >>> load_winkler_samples("dense-3000").shape
        (2000, 28, 28, 1)
    """
    _check(training, WINKLER_TRAININGS)
    return _images(f"samples/winkler-{training}.png", 28).reshape(-1, 28, 28, 1)


def load_mirza_samples():
    """Load a hundred digits that Mirza & Osindero's dense conditional generator drew at the end of a long training.

    Returns:
        uint8 array (100, 28, 28, 1), ordered as 0, 1, ... 9, 0, ..., `np.arange(100) % 10`.

    Raises:
        DataError: if data/samples/mirza.png is missing, altered or unreadable.

    Source:
        Mirza & Osindero 2014, section 4.1; `conditional.build_mirza_generator`, trained by tools/train_mirza.py.

    Example:
        >>> load_mirza_samples().shape
        (100, 28, 28, 1)
    """
    return _images("samples/mirza.png", 28).reshape(-1, 28, 28, 1)


def load_measurements(training):
    """Load what was measured of conditional pairs: 2,000 ordered digits each time.

    Args:
        training: one of MEASURED. "few_seeds" are the settings of page 10 with five seeds, "few_progress" the trainings
            of `load_few_generator`. "mirza" is Mirza & Osindero's dense pair, every 250 steps. "label_ways" are six
            ways to give a discriminator the label, with three seeds each. "panic_small" are the trainings of
            `load_panic_small_films`.

    Returns:
        {column: array (k,)}, float but for `way`, str. Both have `fidelity`, the share of digits that show what was
        ordered, and `distance`, Fréchet, from as many real ones. "mirza" has `step`; "label_ways" has `seed`,
        `parameters` of the discriminator, `ms` of one core for a step, and `spread`, how much the features vary within
        a class, the mean trace of their covariance, relative to real digits.

    Raises:
        ValueError: for another name.
        DataError: if the file in data/measured/ is missing, altered or unreadable.

    Source:
        tools/train_mirza.py and tools/label_seeds.py.

    Example:
        >>> int(load_measurements("mirza")["step"][-1])
        5250
    """
    _check(training, MEASURED)
    text = embedded.read_file(f"measured/{training}.csv", embedded.FILES[f"measured/{training}.csv"]).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = {column: np.array([row[column] for row in rows]) for column in rows[0]}
    return {column: values if column in WORDS else values.astype(float) for column, values in columns.items()}


def load_few_generator(size):
    """Load a generator of cells for few images, trained until held-out cells came no nearer.

    Args:
        size: one of FEW_SIZES, height and width of the images.

    Returns:
        keras.Model: float (batch, 64), standard normal, to images (batch, size, size, 1) in [-1, 1].

    Raises:
        ValueError: for another size.
        DataError: if the file in data/few/ is missing, altered or unreadable.

    Source:
        `few.build_generator`, trained on 28 of the embedded cells by tools/train_few.py.
    """
    if size not in FEW_SIZES:
        raise ValueError(f"size must be one of {', '.join(map(str, FEW_SIZES))}; got {size!r}")
    arrays = embedded.load_file(f"few/cells_{size}.npz")
    levels = arrays.pop("levels").tolist()
    return load_network(lambda: few.build_generator((size, size, 1), levels=levels), arrays)


def load_panic_generator(training):
    """Load the generator of `panic.build_generator` for 100 x 100 pixels as it was at the end of our longest training.

    Args:
        training: "plain", against the discriminator without batch normalisation. The generator of "normalised" has
            collapsed and does not come with the package: `load_panic_samples` has what it drew.

    Returns:
        keras.Model: float (batch, 100), truncated normal, to images (batch, 100, 100, 1) in [0, 1].

    Raises:
        ValueError: for another name.
        DataError: if data/panic_generator.npz is missing, altered or unreadable.

    Source:
        Wallat & Kriegel, PANIC, section 5; trained on 28 of the embedded cells by tools/train_panic.py. The dense
        kernel is stored in whole numbers (tools/pack_weights.py), which moves no pixel by more than 2 of 255 levels.
    """
    _check(training, PANIC_TRAININGS)
    if training != "plain":
        raise ValueError(
            f"the generator of {training!r} collapsed and does not come with the package; "
            f"load_panic_samples({training!r}) and load_panic_progress({training!r}) have its images"
        )
    arrays = embedded.load_file("panic_generator.npz")
    del arrays["steps"]
    return load_network(lambda: panic.build_generator((100, 100, 1)), unpack(arrays))


def load_panic_samples(training):
    """Load a hundred images that a generator of PANIC drew at the end of our longest training.

    Args:
        training: one of PANIC_TRAININGS: against the discriminator without or with batch normalisation.

    Returns:
        uint8 array (100, 100, 100, 1), from the z `training.noise.truncated_normal((0, -1), (100, 100))`.

    Raises:
        ValueError: for another name.
        DataError: if the file in data/panic/ is missing, altered or unreadable.

    Example:
        >>> load_panic_samples("normalised").shape
        (100, 100, 100, 1)
    """
    _check(training, PANIC_TRAININGS)
    return _images(f"panic/{training}_samples.png").reshape(-1, 100, 100, 1)


def load_panic_progress(training):
    """Load images that a generator of PANIC drew during its training.

    Args:
        training: one of PANIC_TRAININGS, against the discriminator without or with batch normalisation, or of
            PANIC_KERNELS: the same with larger kernels, 5 for the generator and 7 for the discriminator, and shorter.

    Returns:
        steps: int array (k,), when the images were drawn. pictures: uint8 array (k, 6, 100, 100, 1), from the same six
        z each time.

    Raises:
        ValueError: for another name.
        DataError: if data/panic_generator.npz or the file in data/panic/ is missing, altered or unreadable.
    """
    _check(training, PANIC_TRAININGS + PANIC_KERNELS)
    pictures = _images(f"panic/{training}_film.png")
    return embedded.load_file("panic_generator.npz", "steps")["steps"][: len(pictures)], pictures


def load_panic_small_films():
    """Load images of 28 x 28 that PANIC's generators drew during their trainings with batches of 50, one a seed.

    Returns:
        int array (k,) of numbers of iterations, and {training: uint8 array (k, 6, 28, 28, 1)}, the images at each of
        them, from the same six z. What was measured at each: `load_measurements("panic_small")`.

    Raises:
        DataError: if a file in data/panic/ or data/measured/ is missing, altered or unreadable.

    Source:
        Wallat & Kriegel, PANIC, sections 4 and 5; trained on all 42 embedded cells by tools/train_panic.py.

    Example:
        >>> steps, films = load_panic_small_films()
        >>> int(steps[-1]), films["seed 0"].shape
        (2000, (8, 6, 28, 28, 1))
    """
    table = load_measurements("panic_small")
    trainings = dict.fromkeys(table["training"].tolist())
    films = np.split(_images("panic/small_film.png", 28), len(trainings))
    return np.unique(table["step"]).astype(int), dict(zip(trainings, films, strict=True))


def load_panic_small_samples(steps=2_000):
    """Load a hundred images of 28 x 28 of each seed after the paper's numbers of iterations, batches of 50.

    Args:
        steps: 1,000, after which the paper calls its images very good, or 2,000, to which it watched the training.

    Returns:
        {training: uint8 array (100, 28, 28, 1)}, from the z `training.noise.truncated_normal((0, -1), (100, 100))`.

    Raises:
        ValueError: for another number.
        DataError: if the file in data/panic/ is missing, altered or unreadable.

    Source:
        Wallat & Kriegel, PANIC, sections 4 and 5; trained on all 42 embedded cells by tools/train_panic.py.

    Example:
        >>> load_panic_small_samples(1_000)["seed 0"].shape
        (100, 28, 28, 1)
    """
    if steps not in (1_000, 2_000):
        raise ValueError(f"steps must be 1,000 or 2,000; got {steps!r}")
    images = _images("panic/small_samples.png", 28).reshape(-1, 2, 100, 28, 28, 1)
    trainings = dict.fromkeys(load_measurements("panic_small")["training"].tolist())
    return dict(zip(trainings, images[:, steps // 1_000 - 1], strict=True))


def load_panic_tensorboard():
    """Load a picture of what TensorBoard shows of page 09's training.

    Returns:
        uint8 array (height, 1000, 3).

    Raises:
        DataError: if data/panic/tensorboard.png is missing, altered or unreadable.
    """
    with Image.open(io.BytesIO(embedded.read_file(TENSORBOARD, embedded.FILES[TENSORBOARD]))) as picture:
        return np.array(picture.convert("RGB"))


def unpack(arrays):
    """Return the weights behind the arrays of a file: int8 times the scale of its channel, all else as it is.

    Args:
        arrays: {path: array}. An int8 array has another one beside it, `path.scale`, that broadcasts to it; where
            whole steps are too coarse also `path.quarters`, 0 to 3 of the way to the next step.

    Returns:
        {path: float array}.

    Example:
        >>> stored = {"a": np.array([[2, -1]], "int8"), "a.scale": np.array([[0.5, 2.0]]), "b": np.array([0.1])}
        >>> {path: array.tolist() for path, array in unpack(stored).items()}
        {'a': [[1.0, -2.0]], 'b': [0.1]}
    """
    weights = {path: array for path, array in arrays.items() if "." not in path}
    for path, array in weights.items():
        if array.dtype == "int8":
            weights[path] = (array + arrays.get(f"{path}.quarters", 0) / 4) * arrays[f"{path}.scale"]
    return weights


def _check(training, trainings):
    if training not in trainings:
        raise ValueError(f"training must be one of {', '.join(trainings)}; got {training!r}")


def _images(name, size=100):
    """The images of a PNG of data/ that holds them side by side, uint8 (rows, columns, size, size, 1)."""
    with Image.open(io.BytesIO(embedded.read_file(name, embedded.FILES[name]))) as picture:
        sheet = np.asarray(picture)
    rows, columns = sheet.shape[0] // size, sheet.shape[1] // size
    return sheet.reshape(rows, size, columns, size, 1).swapaxes(1, 2).copy()  # as a picture it is read-only
