import contextlib
import io
import tracemalloc
import warnings
from math import comb

import numpy as np
import prdc
import pytest
import scipy.linalg

from seminar_gan import metrics
from seminar_gan.metrics import neighbours


def normal(count, dimension=4, seed=0, shift=0.0, scale=1.0):
    return shift + scale * np.random.default_rng(seed).normal(size=(count, dimension))


def with_moments(mean, covariance, count=50, seed=0):
    """Samples that have exactly this mean and this covariance."""
    mean, covariance = np.asarray(mean, float), np.asarray(covariance, float)
    centred = normal(count, len(mean), seed)
    centred -= centred.mean(axis=0)
    white = np.linalg.qr(centred)[0] * np.sqrt(count - 1)
    return mean + white @ np.linalg.cholesky(covariance).T


MEASURES = {
    "frechet_distance": metrics.frechet_distance,
    "kernel_distance": metrics.kernel_distance,
    "precision_recall": metrics.precision_recall,
    "density_coverage": metrics.density_coverage,
}
every_measure = pytest.mark.parametrize("name", MEASURES)


def test_explained_variance():
    images, mean = np.array([[0.0, 2.0], [4.0, 2.0]]), np.array([2.0, 2.0])
    assert metrics.explained_variance(images, images, mean) == 1
    assert metrics.explained_variance(images, np.array([mean, mean]), mean) == 0
    assert metrics.explained_variance(images, images + 1, mean) == pytest.approx(1 - 4 / 8)


# Fréchet distance


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_frechet_distance_of_gaussians_with_one_covariance_is_the_squared_shift(dtype):
    covariance = [[2, 1], [1, 3]]
    a, b = with_moments([0, 0], covariance), with_moments([3, -4], covariance, seed=1)
    assert metrics.frechet_distance(a.astype(dtype), b.astype(dtype)) == pytest.approx(25, rel=1e-5)


def test_frechet_distance_of_independent_coordinates_compares_their_deviations():
    a, b = with_moments([0, 0, 1], np.diag([1, 4, 9])), with_moments([0, 0, 1], np.diag([4, 25, 9]), seed=1, count=70)
    assert metrics.frechet_distance(a, b) == pytest.approx((2 - 1) ** 2 + (5 - 2) ** 2)
    a, b = with_moments([1], [[4]]), with_moments([3], [[25]])
    assert metrics.frechet_distance(a, b) == pytest.approx((3 - 1) ** 2 + (5 - 2) ** 2)


def test_frechet_distance_where_the_covariances_do_not_commute():
    a, b = np.array([[3.0, 1.0], [1.0, 1.0]]), np.array([[1.0, -2.0], [-2.0, 7.0]])
    # The root of a 2 x 2 matrix with positive eigenvalues has the trace sqrt(trace + 2 sqrt(determinant)).
    root = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a @ b)))
    found = metrics.frechet_distance(with_moments([0, 0], a), with_moments([0, 0], b, seed=1))
    assert found == pytest.approx(4 + 8 - 2 * root)


def test_frechet_distance_agrees_with_scipy():
    a, b = normal(300, 20), normal(500, 20, seed=1, shift=0.1) @ normal(20, 20, seed=2)
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    expected = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert metrics.frechet_distance(a, b) == pytest.approx(expected, rel=1e-10)
    assert metrics.frechet_distance(b, a) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("seed", range(10))
def test_frechet_distance_of_a_sample_to_itself_is_zero_and_never_less(seed):
    sample = normal(200, 30, seed, scale=100)
    sample[:, 10:] = 0  # units that never fire
    assert 0 <= metrics.frechet_distance(sample, sample[::-1]) < 1e-8


# Kernel distance


def kernel_distance_from_sums(real, fake):
    """The unbiased squared MMD of one-dimensional samples, since (x y + 1)^3 is 1 + 3 x y + 3 x^2 y^2 + x^3 y^3."""

    def within(x, power):
        return (np.sum(x**power) ** 2 - np.sum(x ** (2 * power))) / (len(x) * (len(x) - 1))

    x, y = real[:, 0], fake[:, 0]
    terms = [within(x, p) + within(y, p) - 2 * np.mean(x**p) * np.mean(y**p) for p in (1, 2, 3)]
    return sum(comb(3, power) * term for power, term in enumerate(terms, start=1))


@pytest.mark.parametrize("shift", [0, 1, -2])
def test_kernel_distance_agrees_with_sums_of_powers(shift):
    real, fake = normal(120, 1), normal(150, 1, seed=1, shift=shift)
    assert metrics.kernel_distance(real, fake).value == pytest.approx(kernel_distance_from_sums(real, fake), abs=1e-9)


def test_kernel_distance_agrees_with_all_pairs_written_out():
    real, fake = normal(100, 8), normal(130, 8, seed=1, scale=1.5)

    def kernel(x, y):
        return (np.einsum("id,jd->ij", x, y) / 8 + 1) ** 3

    pairs = [kernel(sample, sample)[~np.eye(len(sample), dtype=bool)] for sample in (real, fake)]
    expected = pairs[0].mean() + pairs[1].mean() - 2 * kernel(real, fake).mean()
    assert metrics.kernel_distance(real, fake).value == pytest.approx(expected, rel=1e-10)


def test_kernel_distance_is_negative_now_and_then():
    values = [metrics.kernel_distance(normal(100, 2, seed), normal(100, 2, seed + 50)).value for seed in range(20)]
    assert 4 <= sum(value < 0 for value in values) <= 16


def test_kernel_interval_is_as_wide_as_the_value_scatters():
    pairs = [(normal(100, 1, seed), normal(100, 1, seed + 100, shift=1)) for seed in range(60)]
    value, low, high = np.transpose([metrics.kernel_distance(*pair) for pair in pairs])
    true = 3 * (0 - 1) ** 2 + 3 * (1 - 2) ** 2 + (0 - 4) ** 2  # the first three moments of N(0, 1) and of N(1, 1)
    assert abs(value.mean() - true) < 3 * value.std() / np.sqrt(60)
    assert 0.7 < np.mean(high - low) / (2 * 1.96 * value.std()) < 1.3
    assert np.mean((low < true) & (true < high)) > 0.85


def test_kernel_distance_of_few_samples_must_be_asked_for_and_its_interval_is_rough():
    pairs = [(normal(21, 1, seed), normal(21, 1, seed + 100, shift=1)) for seed in range(60)]
    with pytest.raises(ValueError, match="real has 21 samples of 1 dimensions, and a bootstrap of so few tells little"):
        metrics.kernel_distance(*pairs[0])
    value, low, high = np.transpose([metrics.kernel_distance(*pair, least=21) for pair in pairs])
    assert value[0] == pytest.approx(kernel_distance_from_sums(*pairs[0]), abs=1e-9)
    true = 3 * (0 - 1) ** 2 + 3 * (1 - 2) ** 2 + (0 - 4) ** 2
    assert abs(value.mean() - true) < 3 * value.std() / np.sqrt(60)
    assert 0.6 < np.mean((low < true) & (true < high)) < 0.9  # it says 0.95


@pytest.mark.parametrize("shift", [0, 5])
def test_kernel_interval_leaves_out_pairs_of_a_sample_with_itself(shift):
    for seed in range(5):  # in 50 dimensions such a pair weighs much more than any other
        samples = normal(100, 50, seed, shift), normal(100, 50, seed + 10, shift)
        value, low, high = metrics.kernel_distance(*samples)
        assert low < value < high


def test_kernel_interval_depends_on_the_seed_alone():
    real, fake = normal(100), normal(100, seed=1)
    assert metrics.kernel_distance(real, fake) == metrics.kernel_distance(real, fake, seed=0)
    other = metrics.kernel_distance(real, fake, seed=1)
    assert other.value == metrics.kernel_distance(real, fake).value
    assert other[1:] != metrics.kernel_distance(real, fake)[1:]


# Precision, recall, density, coverage


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_prdc_agrees(k, dtype):
    real, fake = normal(300, 6).astype(dtype), normal(200, 6, seed=1, shift=0.4, scale=0.8).astype(dtype)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = prdc.compute_prdc(real, fake, nearest_k=k)
    found = {
        **metrics.precision_recall(real, fake, neighbours=k)._asdict(),
        **metrics.density_coverage(real, fake, neighbours=k)._asdict(),
    }
    assert found == pytest.approx(expected, abs=1e-12)


def column(*numbers):
    return np.array(numbers, float)[:, None]


def test_by_hand_with_one_neighbour():
    real = column(*range(10))  # balls of radius 1
    fake = column(10, 10.1, 4.5, 4.5, 200, 300, 400, 500, 600, 700)
    # 10 lies on the edge of the ball around 9; 4.5 in the balls around 4 and 5, twice.
    assert metrics.precision_recall(real, fake, neighbours=1).precision == 0.3
    # Balls around fakes: radius 0.1 at 10 and 10.1, 0 at 4.5, 100 at the others: none holds a real one.
    assert metrics.precision_recall(real, fake, neighbours=1).recall == 0
    assert metrics.density_coverage(real, fake, neighbours=1) == (0.5, 0.3)
    assert metrics.precision_recall(fake, real, neighbours=1) == (0, 0.3)


def test_second_neighbour_by_hand():
    real = column(0, 1, 3, *range(100, 1700, 100), 1607.0)
    fake = column(*np.linspace(-3.5, -2.5, 20))  # the ball around 0 reaches to -3, no other so far
    assert metrics.precision_recall(real, fake, neighbours=2) == (0.5, 0)
    assert metrics.density_coverage(real, fake, neighbours=2) == (0.25, 0.05)


@pytest.mark.parametrize("k", [1, 4])
def test_a_perfect_copy(k):
    real = normal(100, 64, scale=10)
    fake = real[np.random.default_rng(1).permutation(100)]
    assert metrics.precision_recall(real, fake, neighbours=k) == (1, 1)
    assert metrics.density_coverage(real, fake, neighbours=k) == ((k + 1) / k, 1)  # itself, and on the edge the k-th


def test_points_that_coincide_have_the_distance_zero():
    twice = np.tile(normal(50, 64, scale=10, shift=3), (2, 1))  # every ball has the radius 0
    assert metrics.precision_recall(twice, twice[::-1], neighbours=1) == (1, 1)
    assert metrics.density_coverage(twice, twice[::-1], neighbours=1) == (2, 1)
    assert metrics.precision_recall(twice, twice + 0.1, neighbours=1) == (0, 0)
    assert metrics.precision_recall(np.zeros((50, 4)), np.zeros((60, 4))) == (1, 1)


def test_a_mean_far_from_zero_costs_no_accuracy():
    real, fake = normal(200), normal(200, seed=1, shift=0.5)
    for measure in (metrics.precision_recall, metrics.density_coverage):
        assert measure(real + 1e6, fake + 1e6) == measure(real, fake)


def test_modes_that_are_left_out_cost_recall_and_those_that_are_made_up_cost_precision():
    one, two = normal(200), np.concatenate([normal(100, seed=1), normal(100, seed=2, shift=50)])
    lost, made_up = metrics.precision_recall(two, one), metrics.precision_recall(one, two)
    assert (lost.precision > 0.8, lost.recall < 0.55) == (True, True)
    assert (made_up.precision < 0.55, made_up.recall > 0.8) == (True, True)
    assert metrics.density_coverage(two, one).coverage < 0.55


# Every distance


@every_measure
def test_order_does_not_matter(name):
    real, fake = normal(150, 16), normal(120, 16, seed=1, shift=0.2)
    random = np.random.default_rng(2)
    shuffled = MEASURES[name](random.permutation(real), random.permutation(fake))
    found = MEASURES[name](real, fake)
    if name == "kernel_distance":  # the draws of its interval fall on other samples
        found, shuffled = found.value, shuffled.value
    assert shuffled == pytest.approx(found, rel=1e-9)


@every_measure
def test_arguments_are_left_alone(name):
    real, fake = normal(150), normal(150, seed=1)
    copies = real.copy(), fake.copy()
    MEASURES[name](real, fake)
    np.testing.assert_array_equal((real, fake), copies)


@pytest.mark.parametrize("name", ["kernel_distance", "precision_recall", "density_coverage"])
def test_blocks_change_nothing_but_the_memory(name, monkeypatch):
    real, fake = normal(1500), normal(1400, seed=1, shift=0.2)
    whole = MEASURES[name](real, fake)
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", 1_000_000)
    tracemalloc.start()
    try:
        assert MEASURES[name](real, fake) == pytest.approx(whole, rel=1e-9)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000  # all distances at once take 16,800,000, the counts of the bootstrap 2,400,000
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", 1)
    assert MEASURES[name](real[:100], fake[:100]) == pytest.approx(MEASURES[name](real[:100], fake[:100]))


@every_measure
@pytest.mark.parametrize(
    ("fake", "error", "text"),
    [
        (np.zeros((200, 4), bool), TypeError, "fake has dtype bool"),
        (np.zeros((200, 4), complex), TypeError, "fake has dtype complex128"),
        (np.array([["a"]]), TypeError, "fake has dtype <U1"),
        (np.zeros(200), ValueError, r"\(n, d\), one row a sample; fake has shape \(200,\)"),
        (np.zeros((200, 2, 2)), ValueError, r"fake has shape \(200, 2, 2\)"),
        (np.zeros((200, 0)), ValueError, r"fake has shape \(200, 0\)"),
        (np.zeros((200, 5)), ValueError, r"of one dimension d; got the shapes .*\(200, 4\).*\(200, 5\)"),
        (np.where(np.arange(800).reshape(200, 4) < 5, np.nan, 0), ValueError, "2 of the 200 samples in fake hold NaN"),
        (np.where(np.arange(800).reshape(200, 4) < 1, -np.inf, 0), ValueError, "1 of the 200 .* NaN or infinity"),
        (np.zeros((0, 4)), ValueError, "fake has 0 samples"),
    ],
)
def test_wrong_features_are_refused(name, fake, error, text):
    with pytest.raises(error, match=f"{name}.*{text}"):
        MEASURES[name](normal(200), fake)


@pytest.mark.parametrize(
    ("name", "least"),
    [("frechet_distance", 13), ("kernel_distance", 100), ("precision_recall", 30), ("density_coverage", 50)],
)
def test_too_few_samples_are_refused(name, least):
    many, enough, few = normal(200, 12), normal(least, 12, seed=1), normal(least - 1, 12, seed=1)
    MEASURES[name](many, enough)
    MEASURES[name](enough, many)
    message = rf"{name}: \w+ has {least - 1} samples of 12 dimensions, and .*Give at least {least} samples"
    with pytest.raises(ValueError, match=message.replace(r"\w+", "fake")):
        MEASURES[name](many, few)
    with pytest.raises(ValueError, match=message.replace(r"\w+", "real")):
        MEASURES[name](few, many)


def test_integers_and_half_precision_are_features_too():
    real, fake = np.rint(10 * normal(200)).astype("int16"), np.rint(10 * normal(200, seed=1)).astype("float16")
    for measure in MEASURES.values():
        assert measure(real, fake) == measure(real.astype("float64"), fake.astype("float64"))


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3", None])
@pytest.mark.parametrize("name", ["precision_recall", "density_coverage"])
def test_neighbours_are_a_positive_whole_number(name, k):
    with pytest.raises(ValueError, match=f"{name}: neighbours must be a positive whole number; got {k!r}"):
        MEASURES[name](normal(200), normal(200), neighbours=k)


def test_few_resamples_are_refused():
    with pytest.raises(ValueError, match=r"resamples must be at least 40 .*; got 39"):
        metrics.kernel_distance(normal(100), normal(100), resamples=39)


# Classes


def test_class_shares():
    labels = np.repeat(np.arange(3, dtype="uint8"), [20, 5, 15])
    assert metrics.class_shares(labels, 4).tolist() == [0.5, 0.125, 0.375, 0]
    np.testing.assert_array_equal(metrics.class_shares(labels[::-1], 4), metrics.class_shares(labels, 4))


def test_class_entropy():
    assert metrics.class_entropy([0.25] * 4) == 2
    assert metrics.class_entropy([0.5, 0.25, 0.25, 0]) == 1.5
    assert str(metrics.class_entropy([0, 1, 0])) == "0.0"  # not -0.0
    assert metrics.relative_class_entropy([0.1] * 10) == pytest.approx(1)
    assert metrics.relative_class_entropy([0.5, 0.25, 0.25, 0]) == 0.75
    with pytest.raises(ValueError, match="at least two classes"):
        metrics.relative_class_entropy([1.0])


def test_covered_classes():
    assert metrics.covered_classes([0.1] * 10) == 10
    assert metrics.covered_classes([0.91, 0.01, 0.01, 0.01, 0.06, 0, 0, 0, 0, 0]) == 5  # a tenth of 0.1 is enough
    assert metrics.covered_classes([0.991, 0.009, 0, 0, 0, 0, 0, 0, 0, 0]) == 1
    assert metrics.covered_classes([0.98, 0.02], expected=[0.9, 0.1]) == 2
    assert metrics.covered_classes([0.995, 0.005], expected=[0.9, 0.1]) == 1
    assert metrics.covered_classes([0.5, 0.5], expected=[1, 0]) == 1
    with pytest.raises(ValueError, match="2 shares, and 3 are expected"):
        metrics.covered_classes([0.5, 0.5], expected=[0.5, 0.25, 0.25])


@pytest.mark.parametrize("shares", [[0.5, 0.4], [1.5, -0.5], [np.nan, 1], [], [[1.0]], 1.0])
@pytest.mark.parametrize("name", ["class_entropy", "relative_class_entropy", "covered_classes"])
def test_shares_add_up_to_one(name, shares):
    with pytest.raises(ValueError, match=f"{name} wants shares"):
        getattr(metrics, name)(shares)


def test_label_fidelity():
    wanted = np.arange(200) % 10
    assert metrics.label_fidelity(wanted, wanted.astype("uint8")) == 1
    assert metrics.label_fidelity(np.where(np.arange(200) < 30, 10, wanted), wanted) == 0.85
    with pytest.raises(ValueError, match="200 predicted labels and 150 wanted ones"):
        metrics.label_fidelity(wanted, wanted[:150])


@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        (np.zeros(200), TypeError, "wants integers; {name} has dtype float64"),
        (np.zeros(200, bool), TypeError, "wants integers; {name} has dtype bool"),
        (np.zeros((200, 1), int), ValueError, r"wants labels \(n,\); {name} has shape \(200, 1\)"),
        (np.zeros(99, int), ValueError, "{name} has 99 labels, and fewer than 100"),
    ],
)
def test_wrong_labels_are_refused(labels, error, text):
    with pytest.raises(error, match=text.format(name="class_labels")):
        metrics.class_shares(labels, 10)
    with pytest.raises(error, match=text.format(name="predicted")):
        metrics.label_fidelity(labels, np.zeros(200, int))
    with pytest.raises(error, match=text.format(name="wanted")):
        metrics.label_fidelity(np.zeros(200, int), labels)


@pytest.mark.parametrize("stray", [-1, 10])
def test_labels_outside_the_classes_are_refused(stray):
    with pytest.raises(ValueError, match=r"with 10 classes labels are 0 to 9; got (-1 to 5|5 to 10)"):
        metrics.class_shares(np.append(np.full(200, 5), stray), 10)


# Nearest images


def byte_images(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (5, 7), (32, 32, 3), (1,)])
@pytest.mark.parametrize("block_bytes", [1, 50_000, 2**25])
def test_nearest_images_agree_with_all_differences_written_out(shape, block_bytes, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", block_bytes)
    images, training = byte_images(6, *shape), byte_images(40, *shape, seed=1)
    training[7], training[8], images[2] = 0, 255, 255
    differences = np.abs(images[:, None].astype(int) - training[None]).reshape(6, 40, -1).sum(axis=-1)
    order = np.argsort(differences, axis=1, kind="stable")[:, :3]
    found = metrics.nearest_images(images, training, count=3)
    np.testing.assert_array_equal(found.indices, order)
    np.testing.assert_array_equal(found.distances, np.take_along_axis(differences, order, axis=1))


def test_the_largest_distance_is_exact():
    black, white = np.zeros((1, 100, 100, 3), "uint8"), np.full((2, 100, 100, 3), 255, "uint8")
    assert metrics.nearest_images(black, white).distances.tolist() == [[255 * 30_000]]
    assert metrics.nearest_images(white, black).distances.tolist() == [[255 * 30_000]] * 2
    assert metrics.nearest_images(white, white).distances.tolist() == [[0], [0]]


def test_of_equal_distances_the_lowest_index_comes_first():
    training = byte_images(50, 4, 4)
    training[[31, 12, 40]] = training[5]
    assert metrics.nearest_images(training[[40]], training, count=4).indices.tolist() == [[5, 12, 31, 40]]
    assert metrics.nearest_images(training[[40]], training, count=2).indices.tolist() == [[5, 12]]


def test_many_nearest_images_are_sorted_too():
    images, training = byte_images(1, 20), byte_images(3000, 20, seed=1)
    found = metrics.nearest_images(images, training, count=2000).distances[0]
    differences = np.abs(images.astype(int) - training).sum(axis=1)
    np.testing.assert_array_equal(found, np.sort(differences)[:2000])


def test_order_of_images_does_not_matter_to_nearest_images():
    images = np.full((3, 6, 6), [[[0]], [[1]], [[255]]], "uint8")
    training = np.full((50, 6, 6), 5 * np.arange(50)[:, None, None], "uint8")  # no two as far from an image
    order = np.random.default_rng(2).permutation(50)
    found, shuffled = (metrics.nearest_images(images, set_, 50) for set_ in (training, training[order]))
    np.testing.assert_array_equal(shuffled.distances, found.distances)
    np.testing.assert_array_equal(order[shuffled.indices], found.indices)
    backwards = metrics.nearest_images(images[::-1], training, 50)
    np.testing.assert_array_equal(backwards.indices[::-1], found.indices)


@pytest.mark.parametrize(
    ("images", "training", "count", "error", "text"),
    [
        (np.zeros((2, 3, 3)), byte_images(4, 3, 3), 1, TypeError, "uint8 images; images has dtype float64"),
        (byte_images(2, 3, 3), np.zeros((4, 3, 3)), 1, TypeError, "uint8 images; training_images has dtype float64"),
        (byte_images(2, 3, 3), byte_images(4, 3, 4), 1, ValueError, r"got \(2, 3, 3\), \(4, 3, 4\)"),
        (byte_images(3, 3), byte_images(4, 3, 3), 1, ValueError, r"got \(3, 3\), \(4, 3, 3\)"),
        (byte_images(3), byte_images(3), 1, ValueError, r"got \(3,\), \(3,\)"),
        (byte_images(2, 0), byte_images(3, 0), 1, ValueError, r"got \(2, 0\), \(3, 0\)"),
        (byte_images(2, 3), byte_images(4, 3), 5, ValueError, "from 1 to the 4 training images; got 5"),
        (byte_images(2, 3), byte_images(4, 3), 0, ValueError, "from 1 to the 4 training images; got 0"),
        (byte_images(2, 3), byte_images(0, 3), 1, ValueError, r"got \(2, 3\), \(0, 3\)"),
    ],
)
def test_wrong_images_are_refused(images, training, count, error, text):
    with pytest.raises(error, match=text):
        metrics.nearest_images(images, training, count)


def test_everything_promised_is_there():
    assert [name for name in metrics.__all__ if not callable(getattr(metrics, name))] == []


# Specks


def test_specks_are_lit_pixels_without_a_stroke():
    drawing = np.zeros((2, 5, 6), "uint8")
    drawing[0, 0, 0] = drawing[0, 4, 5] = 255  # alone, in the corners: opposite edges are no neighbours
    drawing[1, 2, 1:5] = 128  # a stroke of four: its two ends have one lit neighbour each
    drawing[1, 4, 1] = 127  # not lit
    assert metrics.specks(drawing) == metrics.specks(drawing[..., None]) == pytest.approx(4 / 6)
    assert metrics.specks(np.full((1, 5, 6), 255, "uint8")) == 0
    assert np.isnan(metrics.specks(np.zeros((1, 5, 6), "uint8")))
