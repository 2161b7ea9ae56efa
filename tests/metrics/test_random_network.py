import numpy as np
import pytest

from seminar_gan import metrics


@pytest.fixture
def images():
    """Bright squares of several sizes and places on a dark ground."""
    rng = np.random.default_rng(0)
    images = rng.integers(20, 30, (30, 28, 28, 1)).astype("uint8")
    for image in images:
        top, left, side = rng.integers(3, 12, 3)
        image[top : top + side, left : left + side] += 150
    return images


def test_energy_distance_by_hand():
    # between: 1, 3, 1, 1 -> mean 1.5; within the first set 2 (0 to 2), within the second 2 (1 to 3)
    assert metrics.energy_distance(np.array([[0.0], [2.0]]), np.array([[1.0], [3.0]])) == 2 * 1.5 - 2 - 2
    assert metrics.energy_distance(np.zeros((3, 2)), np.tile([3.0, 4.0], (5, 1))) == pytest.approx(10)


def test_energy_distance_agrees_with_loops():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 4)), rng.normal(1, 2, size=(9, 4))

    def mean(first, second, skip):
        pairs = [np.linalg.norm(a - b) for i, a in enumerate(first) for j, b in enumerate(second) if not skip or i != j]
        return np.mean(pairs)

    expected = 2 * mean(x, y, False) - mean(x, x, True) - mean(y, y, True)
    assert metrics.energy_distance(x, y) == pytest.approx(expected)


def test_energy_distance_is_zero_in_the_mean_for_one_distribution():
    rng = np.random.default_rng(0)
    found = [metrics.energy_distance(rng.normal(size=(10, 3)), rng.normal(size=(15, 3))) for _ in range(300)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(300)


def test_a_split_floor_is_above_95_percent_of_splits():
    features = np.random.default_rng(0).normal(size=(30, 5))
    floor = metrics.split_floor(features, 10)
    rng, below = np.random.default_rng(7), 0
    for _ in range(400):
        order = rng.permutation(30)
        below += metrics.energy_distance(features[order[:10]], features[order[10:]]) < floor
    assert 0.9 <= below / 400 <= 0.99


def test_the_first_layer_is_a_convolution_of_stride_two():
    """The features of the first layer, by loops."""
    colour = np.random.default_rng(1).integers(0, 256, (2, 16, 18, 3)).astype("uint8")
    found = metrics.random_features(colour, seed=3)[:, : 8 * 16]
    weights = np.random.default_rng(3).normal(0, np.sqrt(2 / 27), (3, 3, 3, 16))
    x = colour / 255
    x = np.pad((x - x.mean()) / x.std(), ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    layer = np.empty((2, 8, 9, 16))
    for row in range(8):
        for column in range(9):
            window = x[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            layer[:, row, column] = np.einsum("nijc,cijk->nk", window, weights)
    layer = np.where(layer > 0, layer, 0.2 * layer)
    quarters = [layer[:, rows, columns] for rows in (slice(4), slice(4, 8)) for columns in (slice(5), slice(4, 9))]
    expected = [statistic(quarter, axis=(1, 2)) for quarter in quarters for statistic in (np.mean, np.std)]
    np.testing.assert_allclose(found, np.concatenate(expected, axis=1), atol=1e-5)


@pytest.mark.parametrize(("side", "layers"), [(16, 2), (28, 3), (32, 3), (64, 4), (100, 5)])
def test_layers_follow_down_to_four_pixels(side, layers):
    features = metrics.random_features(np.zeros((2, side, side, 1), "uint8"))
    assert features.shape == (2, 8 * sum((16, 32, 64, 64, 64)[:layers]))
    assert features.dtype == "float32"
    assert not features.any()  # an image of one level is the mean itself


def test_features_of_an_image_do_not_depend_on_the_others(images):
    alone = metrics.random_features(images[:1], images)
    np.testing.assert_allclose(alone, metrics.random_features(images, images)[:1], atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_worse_sets_are_further(images, seed):
    held, training = images[:10], images[10:]
    rng = np.random.default_rng(seed)
    grain = (training.astype(float) + rng.normal(0, 20, training.shape)).clip(0, 255).astype("uint8")
    noise = rng.integers(0, 256, training.shape).astype("uint8")
    far = [metrics.distance_in_floors(images, held, made, seed=seed) for made in (training, grain, noise)]
    assert far[0] < 2 < far[1] < far[2]


def test_copies_of_one_image_are_seen(images):
    copies = np.repeat(images[10:11], 20, axis=0)
    assert metrics.distance_in_floors(images, images[:10], copies) > 2


GREY = np.zeros((3, 28, 28, 1), "uint8")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((GREY / 1,), TypeError, "uint8 images.*dtype float64"),
        ((GREY[..., 0],), ValueError, "n, height, width, channels"),
        ((GREY[:, :15],), ValueError, "16 pixels or more a side"),
        ((GREY[:0],), ValueError, r"\(0, 28, 28, 1\)"),
        ((GREY, GREY.repeat(3, axis=-1)), ValueError, r"\(3, 28, 28, 1\) and \(3, 28, 28, 3\)"),
    ],
)
def test_other_images_are_rejected(arguments, error, text):
    with pytest.raises(error, match=text):
        metrics.random_features(*arguments)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_split_needs_two_on_each_side(count):
    with pytest.raises(ValueError, match="split_floor"):
        metrics.split_floor(np.zeros((6, 2)), count)
