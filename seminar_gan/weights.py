"""Generators that were trained once, for longer than a page has time, and travel with the package."""

from seminar_gan.datasets import embedded
from seminar_gan.metrics.features import set_weights
from seminar_gan.models import dcgan, panic

TEMKENG_TRAININGS = ("mnist-500", "mnist-5000", "smile-1000", "smile-20000")
PANIC_TRAININGS = ("plain", "normalised")


def load_temkeng_generator(training):
    """Load the generator of `dcgan.build_temkeng_generator` as it was at one of the paper's numbers of iterations.

    Args:
        training: one of TEMKENG_TRAININGS, the data and the iterations: MNIST, or Smile binarised.

    Returns:
        keras.Model: float (batch, 100), standard normal, to images (batch, 28, 28, 1) in [-1, 1].

    Raises:
        ValueError: if there is no such training.
        DataError: if data/temkeng_dcgan.npz is missing, altered or unreadable.

    Source:
        Temkeng 2020, section 4.2; trained by tools/train_weights.py, stored as float16.
    """
    generator = dcgan.build_temkeng_generator()
    set_weights(generator, _arrays("temkeng_dcgan.npz", training, TEMKENG_TRAININGS))
    return generator


def load_panic_generator(training):
    """Load the generator of `panic.build_generator` for 100 x 100 pixels as it was at the end of our longest training.

    Args:
        training: one of PANIC_TRAININGS: against the discriminator without or with batch normalisation.

    Returns:
        keras.Model: float (batch, 100), truncated normal, to images (batch, 100, 100, 1) in [0, 1].

    Raises:
        ValueError: if there is no such training.
        DataError: if data/panic_generators.npz is missing, altered or unreadable.

    Source:
        Wallat & Kriegel, PANIC, section 5; trained on 28 of the embedded cells by tools/train_panic.py.
    """
    generator = panic.build_generator((100, 100, 1))
    arrays = _arrays("panic_generators.npz", training, PANIC_TRAININGS)
    set_weights(generator, {name: array for name, array in arrays.items() if "/" in name})
    return generator


def load_panic_progress(training):
    """Load what such a generator drew on the way.

    Args:
        training: as for `load_panic_generator`.

    Returns:
        steps: int array (marks,). pictures: uint8 array (marks, 6, 100, 100, 1), the same six z at every mark.

    Raises:
        as `load_panic_generator`.
    """
    arrays = _arrays("panic_generators.npz", training, PANIC_TRAININGS)
    return arrays["steps"], arrays["pictures"]


def _arrays(file, training, trainings):
    """The arrays of one training, by their names in it."""
    if training not in trainings:
        raise ValueError(f"there are weights of {', '.join(trainings)}; got {training!r}")
    arrays, start = embedded.load_file(file), f"{training}/"
    return {name.removeprefix(start): arrays[name] for name in arrays if name.startswith(start)}
