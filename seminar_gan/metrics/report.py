"""All measures of a generator in one table, with the sample counts, beside the same measures of real images."""

from dataclasses import dataclass

import numpy as np

from seminar_gan.metrics import classes, distances, neighbours
from seminar_gan.metrics.checks import check_samples

__all__ = ["Report", "Sample", "compare"]

TITLES = {"frechet_distance": "Fréchet distance", "class_entropy": "class entropy, bits"}
ALONE = {"class_entropy", "covered_classes", "smallest_class", "largest_class", "label_fidelity"}  # without reference


def __dir__():
    return __all__


@dataclass(frozen=True)
class Sample:
    """What a feature network says of some images.

    Args:
        features: float (n, d).
        predicted: integers (n,), the classes that the network sees.
        class_labels: integers (n,), the true classes of real images, or those that a conditional generator was asked
            for.

    Example:
        >>> Sample(np.zeros((120, 4))).features.shape
        (120, 4)
    """

    features: np.ndarray
    predicted: np.ndarray | None = None
    class_labels: np.ndarray | None = None


@dataclass(frozen=True)
class Report:
    """Measures of generated images by name, and those of equally many real images: as good as a generator can get.

    Both columns are measured against the same reference of other real images; `kernel_distance` is a
    `metrics.KernelDistance`, every other measure a number.

    Args:
        generated: {measure: value} of the generated images.
        real: {measure: value} of real images.
        count: how many images each column has.
        reference_count: how many images the reference has.

    Example:
        >>> Report({"precision": 0.5}, {"precision": 0.9}, 100, 1000).rows()
        [['precision', '0.5', '0.9', '100 against 1,000']]
    """

    generated: dict
    real: dict
    count: int
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


def compare(reference, real, fake, *, num_classes=10, seed=0):
    """Measure generated images against a reference of real ones, and other real images in the same way.

    Args:
        reference: Sample of real images, of which only the features are used.
        real: Sample of other real images.
        fake: Sample of generated images, of the same size as `real`, since a Fréchet distance depends on the count.
            If both have `predicted`, the classes are measured, and the shares in `real` are those expected in `fake`;
            if both have `class_labels` too, label fidelity is measured.
        num_classes: how many classes there are.
        seed: of the kernel distance's interval.

    Returns:
        Report.

    Raises:
        TypeError, ValueError: for what a measure rejects, such as too few samples; if `real` and `fake` differ in size;
            if over half of `real` is in the reference; for labels of only some images, and for class labels without
            `predicted`.

    Example:
        >>> reference, real, fake = (Sample(np.random.default_rng(seed).normal(size=(120, 2))) for seed in range(3))
        >>> report = compare(reference, real, fake)
        >>> report.count, report.reference_count, list(report.generated)[:2]
        (120, 120, ['frechet_distance', 'kernel_distance'])
    """
    samples = {"reference": reference, "real": real, "fake": fake}
    for name, sample in samples.items():
        if not hasattr(sample, "features"):
            raise TypeError(f"compare takes three report.Sample; {name} is a {type(sample).__name__}: Sample({name})")
    reference_features, real_features, _ = check_samples(
        "compare", 1, "nothing can be measured", **{name: sample.features for name, sample in samples.items()}
    )
    count = len(fake.features)
    if len(real.features) != count:
        raise ValueError(
            "the Fréchet distance depends on the counts, so real and fake must have the same size; "
            f"real has {len(real.features):,} and fake {count:,} images: cut the longer one"
        )
    known = {row.tobytes() for row in reference_features}
    if 2 * (shared := sum(row.tobytes() in known for row in real_features)) > count:
        raise ValueError(
            f"{shared:,} of the {count:,} real images are in the reference too, so that their distance says nothing; "
            "give two samples without overlap"
        )
    for name in ("predicted", "class_labels"):
        lengths = [None if labels is None else len(labels) for labels in (getattr(real, name), getattr(fake, name))]
        if lengths not in ([None, None], [count, count]):
            raise ValueError(f"give {name} for all {count:,} images of real and of fake, or for none; got {lengths}")
    if fake.class_labels is not None and fake.predicted is None:
        raise ValueError("class_labels say nothing without predicted; give both")
    generated, floor = (_measures(reference, sample, real.predicted, num_classes, seed) for sample in (fake, real))
    return Report(generated, floor, count, len(reference.features))


def _measures(reference, sample, expected, num_classes, seed):
    """The measures of one sample by name. expected: the predicted classes of real images."""
    pair = (reference.features, sample.features)
    precision, recall = neighbours.precision_recall(*pair)
    density, coverage = neighbours.density_coverage(*pair)
    measures = {
        "frechet_distance": distances.frechet_distance(*pair),
        "kernel_distance": distances.kernel_distance(*pair, seed=seed),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }
    if sample.predicted is not None:
        shares = classes.class_shares(sample.predicted, num_classes)
        measures["class_entropy"] = classes.class_entropy(shares)
        measures["covered_classes"] = classes.covered_classes(shares, classes.class_shares(expected, num_classes))
        measures["smallest_class"] = float(shares.min())
        measures["largest_class"] = float(shares.max())
        if sample.class_labels is not None:
            measures["label_fidelity"] = classes.label_fidelity(sample.predicted, sample.class_labels)
    return measures


def _text(value):
    if isinstance(value, distances.KernelDistance):
        return f"{value.value:.3g} ({value.low:.3g} to {value.high:.3g})"
    return f"{value:.4g}"


def _plain(value):
    return value._asdict() if isinstance(value, distances.KernelDistance) else value
