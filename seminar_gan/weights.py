"""Trained generators that come with the package: trained once, for longer than a page has time."""

from seminar_gan.datasets import embedded
from seminar_gan.metrics.features import load_network
from seminar_gan.models import dcgan, panic

__all__ = [
    "PANIC_TRAININGS",
    "TEMKENG_TRAININGS",
    "load_panic_generator",
    "load_panic_progress",
    "load_temkeng_generator",
]

TEMKENG_TRAININGS = ("mnist-500", "mnist-5000", "smile-1000", "smile-20000")
PANIC_TRAININGS = ("plain", "normalised")


def __dir__():
    return __all__


def load_temkeng_generator(training):
    """Load the generator of `dcgan.build_temkeng_generator` as it was at one of the paper's numbers of iterations.

    Args:
        training: one of TEMKENG_TRAININGS, the data and the iterations: MNIST, or Smile binarised.

    Returns:
        keras.Model: float (batch, 100), standard normal, to images (batch, 28, 28, 1) in [-1, 1].

    Raises:
        ValueError: for another name.
        DataError: if data/temkeng_dcgan.npz is missing, altered or unreadable.

    Source:
        Temkeng 2020, section 4.2; trained by tools/train_weights.py, stored as float16.
    """
    return load_network(dcgan.build_temkeng_generator, _arrays("temkeng_dcgan.npz", training, TEMKENG_TRAININGS))


def load_panic_generator(training):
    """Load the generator of `panic.build_generator` for 100 x 100 pixels as it was at the end of our longest training.

    Args:
        training: one of PANIC_TRAININGS: against the discriminator without or with batch normalisation.

    Returns:
        keras.Model: float (batch, 100), truncated normal, to images (batch, 100, 100, 1) in [0, 1].

    Raises:
        ValueError: for another name.
        DataError: if data/panic_generators.npz is missing, altered or unreadable.

    Source:
        Wallat & Kriegel, PANIC, section 5; trained on 28 of the embedded cells by tools/train_panic.py.
    """
    arrays = _arrays("panic_generators.npz", training, PANIC_TRAININGS)
    arrays = {name: array for name, array in arrays.items() if "/" in name}
    return load_network(lambda: panic.build_generator((100, 100, 1)), arrays)


def load_panic_progress(training):
    """Load images that a generator of `load_panic_generator` drew during its training.

    Args:
        training: one of PANIC_TRAININGS.

    Returns:
        steps: int array (k,), when the images were drawn. pictures: uint8 array (k, 6, 100, 100, 1), from the same six
        z each time.

    Raises:
        ValueError: for another name.
        DataError: if data/panic_generators.npz is missing, altered or unreadable.
    """
    arrays = _arrays("panic_generators.npz", training, PANIC_TRAININGS)
    return arrays["steps"], arrays["pictures"]


def _arrays(file, training, trainings):
    """The arrays of one training, by their names in it."""
    if training not in trainings:
        raise ValueError(f"training must be one of {', '.join(trainings)}; got {training!r}")
    start = f"{training}/"
    return {name.removeprefix(start): array for name, array in embedded.load_file(file, start).items()}
