import json

import numpy as np
import pytest
from samples import normal

from seminar_gan import export, metrics
from seminar_gan.metrics import report
from seminar_gan.metrics.report import Sample

NAMES = ["frechet_distance", "kernel_distance", "precision", "recall", "density", "coverage"]
CLASS_NAMES = ["class_entropy", "covered_classes", "smallest_class", "largest_class"]


def sample(count, seed, shift=0.0, wrong=0):
    class_labels = np.arange(count) % 4
    predicted = np.where(np.arange(count) < wrong, 0, class_labels)
    return report.Sample(normal(count, seed=seed, shift=shift), predicted, class_labels)


@pytest.fixture(scope="module")
def result():
    return report.compare(sample(200, 0), sample(120, 1), sample(120, 2, shift=0.5, wrong=60), num_classes=4)


def test_every_number_is_that_of_its_measure_in_both_columns(result):
    assert list(result.generated) == list(result.real) == [*NAMES, *CLASS_NAMES, "label_fidelity"]
    for column, features in ((result.generated, normal(120, seed=2, shift=0.5)), (result.real, normal(120, seed=1))):
        pair = normal(200), features
        assert column["frechet_distance"] == metrics.frechet_distance(*pair)
        assert column["kernel_distance"] == metrics.kernel_distance(*pair)
        assert (column["precision"], column["recall"]) == metrics.precision_recall(*pair)
        assert (column["density"], column["coverage"]) == metrics.density_coverage(*pair)
    shares = [75 / 120, 15 / 120]  # of 60 wrong ones, 15 of each class, all became class 0
    assert (result.generated["largest_class"], result.generated["smallest_class"]) == tuple(shares)
    assert result.generated["class_entropy"] == metrics.class_entropy([shares[0], *3 * [shares[1]]])
    assert (result.generated["label_fidelity"], result.real["label_fidelity"]) == (0.625, 1)
    assert [result.real[name] for name in ("class_entropy", "smallest_class", "largest_class")] == [2, 0.25, 0.25]


def test_a_class_is_covered_relative_to_its_share_in_the_real_images():
    features, rare = normal(200, seed=1), np.repeat([0, 1], [180, 20])
    fake = report.Sample(normal(200, seed=2), np.repeat([0, 1], [197, 3]))
    for predicted, covered in ((rare, 2), (1 - rare, 1)):
        result = report.compare(report.Sample(normal(200)), report.Sample(features, predicted), fake, num_classes=2)
        assert (result.generated["covered_classes"], result.real["covered_classes"]) == (covered, 2)


def test_counts_stand_with_every_number(result):
    assert (result.count, result.reference_count) == (120, 200)
    counts = dict(zip([*NAMES, *CLASS_NAMES, "label_fidelity"], [row[3] for row in result.rows()], strict=True))
    assert {counts[name] for name in NAMES} == {"120 against 200"}
    assert {counts[name] for name in [*CLASS_NAMES, "label_fidelity"]} == {"120"}


def test_rows_make_a_table(result):
    rows = result.rows()
    assert all(isinstance(cell, str) for row in rows for cell in row)
    table = export.table(result.columns, rows)
    assert table.columns == ("measure", "generated", "real", "images")
    assert [row[0] for row in rows][:2] == ["Fréchet distance", "kernel distance"]
    assert ["label fidelity", "0.625", "1", "120"] in rows
    value, low, high = result.generated["kernel_distance"]
    assert rows[1][1] == f"{value:.3g} ({low:.3g} to {high:.3g})"
    assert "Fréchet distance & " in table.latex


def test_the_dictionary_is_json(result):
    back = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert back["frechet_distance"] == {
        "generated": result.generated["frechet_distance"],
        "real": result.real["frechet_distance"],
        "count": 120,
        "reference_count": 200,
    }
    assert back["kernel_distance"]["generated"] == result.generated["kernel_distance"]._asdict()
    assert back["kernel_distance"]["real"] == result.real["kernel_distance"]._asdict()
    assert back["label_fidelity"]["reference_count"] is None
    assert list(back) == list(result.generated)


def test_without_labels_only_distances_are_measured():
    bare = [report.Sample(normal(120, seed=seed)) for seed in range(3)]
    assert list(report.compare(*bare).generated) == NAMES
    predicted = [report.Sample(normal(120, seed=seed), np.arange(120) % 4) for seed in range(3)]
    assert list(report.compare(*predicted, num_classes=4).generated) == NAMES + CLASS_NAMES


def test_the_seed_is_the_kernel_intervals():
    samples = [report.Sample(normal(120, seed=seed)) for seed in range(3)]
    result, again, other = (report.compare(*samples, seed=seed) for seed in (0, 0, 1))
    assert result == again
    assert result.generated["kernel_distance"][1:] != other.generated["kernel_distance"][1:]
    assert result.real["kernel_distance"][1:] != other.real["kernel_distance"][1:]


def test_both_columns_have_the_same_size():
    with pytest.raises(ValueError, match=r"depends on the counts.*real has 130 and fake 120 images"):
        report.compare(sample(200, 0), sample(130, 1), sample(120, 2), num_classes=4)


def test_real_images_are_not_measured_against_themselves():
    reference = normal(300)
    for real in (reference[:120], reference[119::-1], np.concatenate([reference[:61], normal(59, seed=1)])):
        with pytest.raises(ValueError, match=r"\d+ of the 120 real images are in the reference too"):
            report.compare(Sample(reference), Sample(real), Sample(normal(120, seed=2)))
    a_few = np.concatenate([reference[:60], normal(60, seed=1)])  # as blank images would be
    report.compare(Sample(reference), Sample(a_few), Sample(normal(120, seed=2)))


def test_what_is_no_sample_is_named():
    with pytest.raises(TypeError, match=r"compare takes three report.Sample; fake is a ndarray: Sample\(fake\)"):
        report.compare(Sample(normal(120)), Sample(normal(120, seed=1)), normal(120, seed=2))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"predicted": None}, r"give predicted for all 120 images of real and of fake, or for none; got \[120, None\]"),
        ({"class_labels": None}, r"give class_labels for all 120 .*; got \[120, None\]"),
        ({"class_labels": np.zeros(119, int)}, r"give class_labels for all 120 .*; got \[120, 119\]"),
    ],
)
def test_labels_are_for_all_images_or_none(changes, text):
    real, fake = sample(120, 1), sample(120, 2)
    with pytest.raises(ValueError, match=text):
        report.compare(sample(200, 0), real, report.Sample(**{**vars(fake), **changes}), num_classes=4)


def test_class_labels_need_predicted():
    samples = [report.Sample(normal(120, seed=seed), class_labels=np.zeros(120, int)) for seed in range(3)]
    with pytest.raises(ValueError, match="class_labels say nothing without predicted"):
        report.compare(*samples)


def test_too_few_images_are_rejected():
    with pytest.raises(ValueError, match="fake has 90 samples"):
        report.compare(sample(200, 0), sample(90, 1), sample(90, 2), num_classes=4)


@pytest.mark.parametrize("name", ["reference", "real", "fake"])
@pytest.mark.parametrize(
    ("features", "error", "text"),
    [
        (None, TypeError, "dtype object"),
        (np.zeros(120), ValueError, r"shape \(120,\)"),
        (np.full((120, 4), np.nan), ValueError, "120 of the 120 samples"),
        (np.zeros((120, 5)), ValueError, "one dimension d"),
    ],
)
def test_a_sample_that_cannot_be_measured_is_named(name, features, error, text):
    samples = {key: report.Sample(normal(120, seed=seed)) for seed, key in enumerate(["reference", "real", "fake"])}
    with pytest.raises(error, match=rf"compare.*{name}.*{text}|compare.*{text}.*{name}"):
        report.compare(**samples | {name: report.Sample(features)})
