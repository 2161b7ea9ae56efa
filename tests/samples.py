"""Random samples for the tests of several modules."""

import numpy as np


def normal(count, dimension=4, seed=0, shift=0.0, scale=1.0):
    """Independent normal features: float64 (count, dimension)."""
    return shift + scale * np.random.default_rng(seed).normal(size=(count, dimension))


def byte_images(*shape, seed=0):
    """Images of noise: uint8 of that shape, 0 to 255."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")
