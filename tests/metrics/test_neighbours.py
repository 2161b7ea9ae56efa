import numpy as np
import pytest
from samples import byte_images, normal
from sklearn.neighbors import NearestNeighbors

from seminar_gan import metrics
from seminar_gan.metrics import neighbours

# Precision, recall, density, coverage


def as_in_the_papers(real, fake, k):
    """Kynkäänniemi et al. 2019, equation 1, and Naeem et al. 2020, equations 3 and 4, with scikit-learn's distances."""

    def in_balls_around(centres, points):  # [i, j]: whether point j lies in the ball around centre i
        distances, _ = NearestNeighbors(n_neighbors=k).fit(centres).kneighbors()  # of others, not of the point itself
        balls = NearestNeighbors().fit(points)
        inside = np.zeros((len(centres), len(points)), bool)
        for i, radius in enumerate(distances[:, -1]):
            inside[i, balls.radius_neighbors(centres[i : i + 1], radius, return_distance=False)[0]] = True
        return inside

    fakes = in_balls_around(real, fake)
    return {
        "precision": fakes.any(axis=0).mean(),
        "recall": in_balls_around(fake, real).any(axis=0).mean(),
        "density": fakes.sum() / (k * len(fake)),
        "coverage": fakes.any(axis=1).mean(),
    }


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_definitions_of_the_papers_agree(k, dtype):
    real, fake = normal(300, 6).astype(dtype), normal(200, 6, seed=1, shift=0.4, scale=0.8).astype(dtype)
    expected = as_in_the_papers(real.astype("float64"), fake.astype("float64"), k)
    ours = {
        **metrics.precision_recall(real, fake, neighbours=k)._asdict(),
        **metrics.density_coverage(real, fake, neighbours=k)._asdict(),
    }
    assert ours == pytest.approx(expected, abs=1e-12)
    assert len(set(expected.values())) == 4


def column(*numbers):
    return np.array(numbers, float)[:, None]


@pytest.mark.filterwarnings("ignore:.* more equals")
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


@pytest.mark.filterwarnings("ignore:.* more equals")
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


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3", None])
@pytest.mark.parametrize("name", ["precision_recall", "density_coverage"])
def test_neighbours_are_a_positive_whole_number(name, k):
    with pytest.raises(ValueError, match=f"{name}: neighbours must be a whole number of at least 1; got {k!r}"):
        getattr(metrics, name)(normal(200), normal(200), neighbours=k)


# Nearest images


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (5, 7), (32, 32, 3), (1,)])
@pytest.mark.parametrize("block_bytes", [1, 50_000, 2**25])
def test_nearest_images_agree_with_all_differences_written_out(shape, block_bytes, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", block_bytes)
    images, training = byte_images(6, *shape), byte_images(40, *shape, seed=1)
    training[7], training[8], images[2] = 0, 255, 255
    differences = np.abs(images[:, None].astype(int) - training[None]).reshape(6, 40, -1).sum(axis=-1)
    order = np.argsort(differences, axis=1, kind="stable")[:, :3]
    nearest = metrics.nearest_images(images, training, count=3)
    np.testing.assert_array_equal(nearest.indices, order)
    np.testing.assert_array_equal(nearest.distances, np.take_along_axis(differences, order, axis=1))


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
    nearest = metrics.nearest_images(images, training, count=2000).distances[0]
    differences = np.abs(images.astype(int) - training).sum(axis=1)
    np.testing.assert_array_equal(nearest, np.sort(differences)[:2000])


def test_order_of_images_does_not_matter_to_nearest_images():
    images = np.full((3, 6, 6), [[[0]], [[1]], [[255]]], "uint8")
    training = np.full((50, 6, 6), 5 * np.arange(50)[:, None, None], "uint8")  # no two as far from an image
    order = np.random.default_rng(2).permutation(50)
    nearest, shuffled = (metrics.nearest_images(images, set_, 50) for set_ in (training, training[order]))
    np.testing.assert_array_equal(shuffled.distances, nearest.distances)
    np.testing.assert_array_equal(order[shuffled.indices], nearest.indices)
    backwards = metrics.nearest_images(images[::-1], training, 50)
    np.testing.assert_array_equal(backwards.indices[::-1], nearest.indices)


@pytest.mark.parametrize(
    ("images", "training", "count", "error", "text"),
    [
        (
            np.zeros((2, 3, 3)),
            byte_images(4, 3, 3),
            1,
            TypeError,
            r"\(images\) takes uint8 .* float64",
        ),
        (
            byte_images(2, 3, 3),
            np.zeros((4, 3, 3)),
            1,
            TypeError,
            r"\(training_images\) takes uint8 .* float64",
        ),
        (byte_images(2, 3, 3), byte_images(4, 3, 4), 1, ValueError, r"got \(2, 3, 3\) and \(4, 3, 4\)"),
        (byte_images(3, 3), byte_images(4, 3, 3), 1, ValueError, r"got \(3, 3\) and \(4, 3, 3\)"),
        (byte_images(3), byte_images(3), 1, ValueError, r"got \(3,\) and \(3,\)"),
        (byte_images(2, 0), byte_images(3, 0), 1, ValueError, r"got \(2, 0\) and \(3, 0\)"),
        (byte_images(2, 3), byte_images(4, 3), 5, ValueError, "from 1 to the 4 training images; got 5"),
        (byte_images(2, 3), byte_images(4, 3), 1.5, ValueError, "count must be a whole number of at least 1; got 1.5"),
        (byte_images(2, 3), byte_images(4, 3), 0, ValueError, "count must be a whole number of at least 1; got 0"),
        (byte_images(2, 3), byte_images(0, 3), 1, ValueError, r"got \(2, 3\) and \(0, 3\)"),
    ],
)
def test_wrong_images_are_rejected(images, training, count, error, text):
    with pytest.raises(error, match=text):
        metrics.nearest_images(images, training, count)


def test_the_nearest_of_no_images_are_none():
    nearest = metrics.nearest_images(np.zeros((0, 4, 4), "uint8"), byte_images(3, 4, 4), count=2)
    assert (nearest.distances.shape, nearest.indices.shape) == ((0, 2), (0, 2))


def test_equal_samples_are_warned_of_and_the_numbers_stay():
    real, fake = np.repeat(normal(100, 1), 5, axis=0), normal(100, 1, seed=1)
    cure = r"have 3 or more equals, .*np\.unique\(features, axis=0\), or one of each group of datasets\.find_copies"
    with pytest.warns(UserWarning, match=f"precision_recall: 500 of 500 real samples {cure}"):
        assert metrics.precision_recall(real, fake).precision == 0
    with pytest.warns(UserWarning, match="density_coverage: 500 of 500 real samples have 3 or more equals"):
        assert metrics.density_coverage(real, fake, 3) == (0, 0)
    real, fake = fake, np.concatenate([fake, np.repeat(fake[:1], 3, axis=0)])
    with pytest.warns(UserWarning, match="precision_recall: 4 of 103 fake samples have 3 or more equals"):
        metrics.precision_recall(real, fake)
    metrics.precision_recall(real, fake[:-1])  # two equals of a sample do not make an empty ball
