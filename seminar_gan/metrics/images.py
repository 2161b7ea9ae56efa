"""What can be seen in the pixels of generated images."""

import numpy as np


def specks(images):
    """Return the share of the lit pixels that have at most one lit neighbour among the eight around them.

    Strokes have few such pixels, and images whose pixels know nothing of each other have many.

    Args:
        images: uint8 (n, height, width) or (n, height, width, 1). A pixel is lit if it is above 127.

    Returns:
        float from 0 to 1; nan if no pixel is lit.
    """
    images = np.asarray(images)
    lit = np.pad(images.reshape(images.shape[:3]) > 127, ((0, 0), (1, 1), (1, 1))).astype(int)
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    neighbours = sum(np.roll(lit, step, axis=(1, 2)) for step in steps)
    return float(np.mean(neighbours[lit == 1] <= 1)) if lit.any() else float("nan")
