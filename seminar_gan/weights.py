"""Generators that were trained once, for longer than a page has time, and travel with the package."""

from seminar_gan import datasets
from seminar_gan.features import set_weights
from seminar_gan.models import dcgan

TEMKENG_TRAININGS = ("mnist-500", "mnist-5000", "smile-1000", "smile-20000")


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
    if training not in TEMKENG_TRAININGS:
        raise ValueError(f"there are weights of {', '.join(TEMKENG_TRAININGS)}; got {training!r}")
    arrays = datasets.load_file("temkeng_dcgan.npz")
    start = f"{training}/"
    generator = dcgan.build_temkeng_generator()
    set_weights(generator, {name.removeprefix(start): arrays[name] for name in arrays if name.startswith(start)})
    return generator
