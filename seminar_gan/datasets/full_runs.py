"""What the autoencoders of pages 01 to 03 come to after as many epochs as their paper trained them for."""

import csv
import io

import numpy as np

from seminar_gan.datasets import embedded

__all__ = ["load_full_runs"]

COLUMNS = ("epoch", "loss", "val_loss", "val_mse", "test_mse", "train_explained", "test_explained", "seconds")


def __dir__():
    return __all__


def load_full_runs():
    """Load the curves and pictures of the autoencoders trained at Temkeng's numbers of epochs, with the seeds 0, 1, 2.

    Both results have a key for each run, (network, data, seed): network is "simple", "deep" or "convolutional", data
    is "MNIST" (100 epochs), "raw Smile" (4,000) or "binarised Smile" (700).

    Returns:
        `(records, images)`.
        records: {key: {column: float array (k,)}}. `epoch`: after which epochs was measured, each of the first 20, then
        each about a tenth later. `loss`: binary cross-entropy, its mean over the epoch; `val_loss`, `val_mse`: on the
        last 5,000 training digits, nan for Smile; `test_mse`: mean squared error of a test pixel;
        `train_explained`, `test_explained`: explained variance of the training images (of MNIST the first 5,000) and of
        the test images, against the mean training image; `seconds`: of one core for the fastest epoch so far.
        images: {key: uint8 array (10, 28, 28)}, reconstructions at the end: of the first test digit of each class, or
        of the first ten test faces.

    Raises:
        DataError: if a file in data/full_runs/ is missing, altered or unreadable.

    Source:
        Temkeng 2020, sections 3.1 to 3.3; trained by tools/full_runs.py with the settings of the pages.

    Example:
        >>> records, images = load_full_runs()
        >>> int(records["simple", "raw Smile", 0]["epoch"][-1]), images["simple", "raw Smile", 0].shape
        (4000, (10, 28, 28))
    """
    text = embedded.read_file("full_runs/curves.csv", embedded.FILES["full_runs/curves.csv"]).decode()
    rows = {}
    for row in csv.DictReader(io.StringIO(text)):
        values = [float(row[column] or "nan") for column in COLUMNS]
        rows.setdefault((row["network"], row["data"], int(row["seed"])), []).append(values)
    records = {key: dict(zip(COLUMNS, np.array(values).T.copy(), strict=True)) for key, values in rows.items()}
    pictures = embedded.load_file("full_runs/reconstructions.npz")
    return records, {key: pictures["/".join(map(str, key))] for key in records}
