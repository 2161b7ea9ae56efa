"""Numbers that say how good images are."""

import numpy as np


def explained_variance(images, reconstructions, mean_image):
    """Return the share of the images' variation that the reconstructions explain.

    1 is a perfect reconstruction. 0 is as good as answering with the mean image every time; below 0 is worse. The
    measure does not depend on the contrast of the images, so that data sets of different contrast can be compared.

    Args:
        images: float (n, ...), the originals.
        reconstructions: float (n, ...), the same shape.
        mean_image: float (...), the mean of the training images.

    Returns:
        float: 1 - sum((images - reconstructions)^2) / sum((images - mean_image)^2).
    """
    left = np.sum((images - reconstructions) ** 2, dtype="float64")
    return float(1 - left / np.sum((images - mean_image) ** 2, dtype="float64"))
