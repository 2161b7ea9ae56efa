"""All measures of a generator in one table, with the sample counts, beside the same measures of real images."""

from dataclasses import dataclass

import numpy as np

from seminar_gan import metrics

TITLES = {"frechet_distance": "Fréchet distance", "class_entropy": "class entropy, bits"}
ALONE = {"class_entropy", "covered_classes", "smallest_class", "largest_class", "label_fidelity"}  # without reference


@dataclass(frozen=True)
class Sample:
    """What a feature network says of some images.

    features: (n, d). predicted: integers (n,), the classes it sees. wanted: integers (n,), the true classes of real
    images, or those that a conditional generator was asked for.
    """

    features: np.ndarray
    predicted: np.ndarray | None = None
    wanted: np.ndarray | None = None


@dataclass(frozen=True)
class Report:
    """Measures of generated images by name, and the same of as many real images: as good as a generator can get.

    Both columns are measured against the same reference of other real images; `kernel_distance` is a
    `metrics.KernelDistance`, every other measure a number.
    """

    generated: dict
    real: dict
    count: int  # images in each column
    reference_count: int

    columns = ("measure", "generated", "real", "images")

    def rows(self):
        """Return [measure, generated, real, images] for each measure, as text, for `export.table`."""
        return [
            [
                TITLES.get(name, name.replace("_", " ")),
                _text(value),
                _text(self.real[name]),
                f"{self.count:,}" if name in ALONE else f"{self.count:,} against {self.reference_count:,}",
            ]
            for name, value in self.generated.items()
        ]

    def to_dict(self):
        """Return {measure: {generated, real, count, reference_count}}, as JSON can hold it."""
        return {
            name: {
                "generated": _plain(value),
                "real": _plain(self.real[name]),
                "count": self.count,
                "reference_count": None if name in ALONE else self.reference_count,
            }
            for name, value in self.generated.items()
        }


def measure(reference, real, fake, *, num_classes=10, seed=0):
    """Measure generated images against a reference of real ones, and as many other real images in the same way.

    Args:
        reference: Sample of real images; its features alone are used.
        real: Sample of other real images. fake: Sample of generated images. Equally many, since a Fréchet distance
            depends on the count. If both have `predicted`, the classes are measured, a class being covered by what is
            expected of it in `real`; if both have `wanted` too, label fidelity is.
        num_classes: how many classes there are.
        seed: of the kernel distance's interval.

    Returns:
        Report.

    Raises:
        TypeError, ValueError: for what a measure refuses, among that too few samples; for another count in `real` than
            in `fake`; for `real` being the reference; for labels of only some images, and `wanted` without `predicted`.
    """
    count = len(fake.features)
    if len(real.features) != count:
        raise ValueError(
            "the Fréchet distance depends on the counts, so real and fake must be equally many; "
            f"real has {len(real.features):,} and fake {count:,}. Cut the longer one"
        )
    if np.array_equal(real.features, reference.features):
        raise ValueError(
            "real and reference are the same images, whose distance is 0: give two samples without overlap"
        )
    for name in ("predicted", "wanted"):
        lengths = [None if labels is None else len(labels) for labels in (getattr(real, name), getattr(fake, name))]
        if lengths not in ([None, None], [count, count]):
            raise ValueError(f"give {name} for all {count:,} images of real and of fake, or for none; got {lengths}")
    if fake.wanted is not None and fake.predicted is None:
        raise ValueError("wanted says nothing without predicted: give both")
    generated, floor = (_measures(reference, sample, real.predicted, num_classes, seed) for sample in (fake, real))
    return Report(generated, floor, count, len(reference.features))


def _measures(reference, sample, expected, num_classes, seed):
    """The measures of one sample by name. expected: the predicted classes of real images."""
    pair = (reference.features, sample.features)
    precision, recall = metrics.precision_recall(*pair)
    density, coverage = metrics.density_coverage(*pair)
    measures = {
        "frechet_distance": metrics.frechet_distance(*pair),
        "kernel_distance": metrics.kernel_distance(*pair, seed=seed),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }
    if sample.predicted is not None:
        shares = metrics.class_shares(sample.predicted, num_classes)
        measures["class_entropy"] = metrics.class_entropy(shares)
        measures["covered_classes"] = metrics.covered_classes(shares, metrics.class_shares(expected, num_classes))
        measures["smallest_class"] = float(shares.min())
        measures["largest_class"] = float(shares.max())
        if sample.wanted is not None:
            measures["label_fidelity"] = metrics.label_fidelity(sample.predicted, sample.wanted)
    return measures


def _text(value):
    if isinstance(value, metrics.KernelDistance):
        return f"{value.value:.3g} ({value.low:.3g} to {value.high:.3g})"
    return f"{value:.4g}"


def _plain(value):
    return value._asdict() if isinstance(value, metrics.KernelDistance) else value
