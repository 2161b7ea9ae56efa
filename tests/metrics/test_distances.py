from math import comb

import ml_dtypes
import numpy as np
import pytest
import scipy.linalg
from samples import byte_images, normal

from seminar_gan import metrics
from seminar_gan.metrics import neighbours


def with_moments(mean, covariance, count=50, seed=0):
    """Samples that have exactly this mean and this covariance."""
    mean, covariance = np.asarray(mean, float), np.asarray(covariance, float)
    centred = normal(count, len(mean), seed)
    centred -= centred.mean(axis=0)
    white = np.linalg.qr(centred)[0] * np.sqrt(count - 1)
    return mean + white @ np.linalg.cholesky(covariance).T


def test_explained_variance():
    images, mean = np.array([[0.0, 2.0], [4.0, 2.0]]), np.array([2.0, 2.0])
    assert metrics.explained_variance(images, images, mean) == 1
    assert metrics.explained_variance(images, np.array([mean, mean]), mean) == 0
    assert metrics.explained_variance(images, images + 1, mean) == pytest.approx(1 - 4 / 8)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", ml_dtypes.bfloat16, "float32", "float64"])
def test_explained_variance_is_the_same_in_every_dtype(dtype):
    images, reconstructions = np.array([[0, 200], [40, 100]]), np.array([[10, 180], [70, 90]])
    share = metrics.explained_variance(images.astype(dtype), reconstructions.astype(dtype), [20, 150])
    residual, variation = 10**2 + 20**2 + 30**2 + 10**2, 20**2 + 50**2 + 20**2 + 50**2
    assert share == pytest.approx(1 - residual / variation)


def test_explained_variance_goes_block_by_block(monkeypatch):
    random = np.random.default_rng(0)
    images, reconstructions = random.normal(size=(2, 50, 6, 6, 1))
    mean = images.mean(axis=0)
    expected = 1 - np.sum((images - reconstructions) ** 2) / np.sum((images - mean) ** 2)
    for block_bytes in (1, 1_000, 2**25):
        monkeypatch.setattr(neighbours, "BLOCK_BYTES", block_bytes)
        assert metrics.explained_variance(images, reconstructions, mean) == pytest.approx(expected)
        assert metrics.explained_variance(images, reconstructions, mean[None]) == pytest.approx(expected)


UNIT = np.linspace(0, 1, 20).reshape(5, 4)


@pytest.mark.parametrize(
    ("images", "reconstructions", "mean_image", "error", "text"),
    [
        (UNIT, UNIT[:1], UNIT[0], ValueError, r"one shape \(n, ...\); got \(5, 4\) and \(1, 4\)"),
        (UNIT, UNIT[..., None], UNIT[0], ValueError, r"got \(5, 4\) and \(5, 4, 1\)"),
        (UNIT, UNIT, UNIT[0, 0], ValueError, r"a mean image of the shape \(4,\); got \(\)"),
        (UNIT, UNIT, UNIT[:, 0], ValueError, r"a mean image of the shape \(4,\); got \(5,\)"),
        (UNIT[:0], UNIT[:0], UNIT[0], ValueError, r"got \(0, 4\) and \(0, 4\)"),
        (0.5, 0.5, 0.5, ValueError, r"got \(\) and \(\)"),
        ((255 * UNIT).astype("uint8"), UNIT, UNIT[0], TypeError, "one range; got dtype uint8 and float64"),
        (UNIT, (255 * UNIT).astype("uint8"), UNIT[0], TypeError, "one range; got dtype float64 and uint8"),
        (UNIT > 0.5, UNIT > 0.5, UNIT[0], TypeError, "images has dtype bool"),
        (UNIT, UNIT > 0.5, UNIT[0], TypeError, "reconstructions has dtype bool"),
        (UNIT, UNIT, UNIT[0] > 0.5, TypeError, "mean_image has dtype bool"),
        (
            UNIT,
            np.where(UNIT < 0.1, np.nan, UNIT),
            UNIT[0],
            ValueError,
            "1 of the 5 samples in reconstructions hold",
        ),
        (np.where(UNIT < 0.1, np.inf, UNIT), UNIT, UNIT[0], ValueError, "1 of the 5 samples in images hold NaN"),
        (UNIT, UNIT, np.full(4, np.nan), ValueError, "1 of the 1 samples in mean_image hold NaN"),
        (np.full((5, 4), 0.1), UNIT, np.full(4, np.float32(0.1)), ValueError, "every image is the mean image"),
        (np.zeros((5, 4)), UNIT, np.zeros(4), ValueError, "every image is the mean image"),
    ],
)
def test_explained_variance_rejects_what_it_cannot_measure(images, reconstructions, mean_image, error, text):
    with pytest.raises(error, match=f"explained_variance.*{text}"):
        metrics.explained_variance(images, reconstructions, mean_image)


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
    distance = metrics.frechet_distance(with_moments([0, 0], a), with_moments([0, 0], b, seed=1))
    assert distance == pytest.approx(4 + 8 - 2 * root)


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
    with pytest.raises(ValueError, match="real has 21 samples of 1 dimensions, and a bootstrap of so few says little"):
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


def test_kernel_interval_redraws_a_sample_once_for_all_terms():
    real, fake = (normal(100, 1, seed, shift=1, scale=0.1) for seed in (0, 1))
    _, low, high = metrics.kernel_distance(real, fake)
    # The mean of k alone scatters by 12 x 0.1 / 10 = 0.12; in the distance of equal distributions this cancels.
    assert high - low < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_kernel_interval_of_the_fewest_samples_is_a_number(seed):
    pair = np.array([[0.0], [1.0]])  # redrawn, it is itself or has no pair
    value, low, high = metrics.kernel_distance(pair, pair, least=2, seed=seed)
    # k(0, 1) twice, less 2 (k(0, 0) + 2 k(0, 1) + k(1, 1)) / 4 = 2 - 2 x 11 / 4
    assert value == low == high == -3.5
    assert np.isfinite(metrics.kernel_distance(normal(3), normal(100, seed=1), least=3, seed=seed)).all()


def test_kernel_interval_depends_on_the_seed_alone():
    real, fake = normal(100), normal(100, seed=1)
    assert metrics.kernel_distance(real, fake) == metrics.kernel_distance(real, fake, seed=0)
    other = metrics.kernel_distance(real, fake, seed=1)
    assert other.value == metrics.kernel_distance(real, fake).value
    assert other[1:] != metrics.kernel_distance(real, fake)[1:]


def test_few_resamples_are_rejected():
    with pytest.raises(ValueError, match=r"resamples must be a whole number of at least 40; got 39"):
        metrics.kernel_distance(normal(100), normal(100), resamples=39)


def test_explained_variance_of_two_ranges_would_look_right_and_is_rejected():
    digits = byte_images(40, 8, 8).astype("float32")
    answers, mean = 0.9 * digits, digits.mean(axis=0)
    right = metrics.explained_variance(digits, answers, mean)
    assert right == pytest.approx(1 - np.sum((0.1 * digits) ** 2.0) / np.sum((digits - mean) ** 2.0))
    unit = [array / 255 for array in (digits, answers, mean)]
    assert metrics.explained_variance(*unit) == pytest.approx(right)
    assert metrics.explained_variance(*[2 * array - 1 for array in unit]) == pytest.approx(right)
    for mixed, text in [
        ((unit[0], unit[1], mean), "images and mean_image in one range; images are 0 to 1, mean_image "),
        ((digits, answers, unit[2]), "images and mean_image in one range; images are 0 to 255, mean_image "),
        ((digits, unit[1], mean), "images and reconstructions in one range; images are 0 to 255, reconstructions "),
    ]:
        with pytest.raises(ValueError, match=text):
            metrics.explained_variance(*mixed)


def test_explained_variance_takes_dark_sparse_and_blank_images():
    stars = np.zeros((500, 8, 8))
    stars[np.arange(500), np.arange(500) % 8, np.arange(500) // 8 % 8] = 30  # the mean image is 30 / 64 everywhere
    assert metrics.explained_variance(stars, stars, stars.mean(axis=0)) == 1
    assert metrics.explained_variance(stars, 0 * stars, stars.mean(axis=0)) < 0
    assert metrics.explained_variance(0 * stars, 0 * stars, 100 + stars.mean(axis=0)) == 1
