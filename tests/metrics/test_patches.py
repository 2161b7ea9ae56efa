import numpy as np
import pytest

from seminar_gan import metrics
from seminar_gan.metrics import patches


@pytest.fixture
def images():
    """Smooth grey images: random sums of two waves."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:28, :28] / 28
    waves = [np.sin(6 * (a * rows + b * columns)) for a, b in rng.normal(size=(20, 2))]
    return np.rint(128 + 60 * np.stack(waves))[..., None].astype("uint8")


def test_a_pyramid_adds_up_to_its_images():
    images = np.random.default_rng(0).random((3, 56, 56, 2))
    fine, middle, coarse = metrics.laplacian_pyramid(images)
    assert [level.shape for level in (fine, middle, coarse)] == [(3, side, side, 2) for side in (56, 28, 14)]

    def enlarge(level):
        return level.repeat(2, axis=1).repeat(2, axis=2)

    np.testing.assert_allclose(fine + enlarge(middle + enlarge(coarse)), images)


def test_levels_hold_detail_of_their_size_only():
    flat = np.full((1, 28, 28, 1), 0.25)
    fine, coarse = metrics.laplacian_pyramid(flat)
    assert not fine.any()
    assert (coarse == 0.25).all()
    board = np.indices((28, 28)).sum(axis=0)[None, ..., None] % 2 * 1.0
    fine, coarse = metrics.laplacian_pyramid(board)
    assert (np.abs(fine) == 0.5).all()
    assert (coarse == 0.5).all()


def test_odd_sides_lose_their_last_row_and_column():
    assert [level.shape[1:3] for level in metrics.laplacian_pyramid(np.zeros((1, 57, 29, 1)))] == [(56, 28), (28, 14)]


def test_points_moved_along_a_line_are_as_far_as_they_were_moved():
    points = np.random.default_rng(1).normal(size=(100, 1))
    assert metrics.sliced_wasserstein(points, points + 3) == pytest.approx(3)
    assert metrics.sliced_wasserstein(points, points[::-1]) == 0


def test_points_moved_in_the_plane_are_the_mean_shadow_of_the_move_apart():
    points = np.random.default_rng(1).normal(size=(100, 2))
    moved = metrics.sliced_wasserstein(points, points + np.array([3, 4]))
    assert moved == pytest.approx(5 * 2 / np.pi, rel=0.1)  # a length of 5, times the mean of |cos|


def test_stretched_points():
    points = np.linspace(-1, 1, 2001)[:, None]  # the mean distance from 0 is 1 / 2
    assert metrics.sliced_wasserstein(points, 3 * points) == pytest.approx(1, rel=0.01)


def test_quantiles_agree_with_numpy():
    rows = np.random.default_rng(0).normal(size=(3, 777))
    shares = (np.arange(patches.QUANTILES) + 0.5) / patches.QUANTILES
    np.testing.assert_allclose(patches._quantiles(rows), np.quantile(rows, shares, axis=1).T)


def test_equal_sets_differ_by_their_patches_alone(images):
    same = metrics.patch_distances(images, images)
    assert same.shape == (2,)
    assert (same < 0.1).all()
    assert (same == metrics.patch_distances(images, images)).all()
    assert (same != metrics.patch_distances(images, images, seed=1)).all()


def test_contrast_and_brightness_are_seen(images):
    same = metrics.patch_distance(images, images)
    assert metrics.patch_distance(images, images // 2 + 64) > 3 * same
    assert metrics.patch_distance(images, images + 40) > 3 * same


def test_each_level_sees_its_own_fault(images):
    same = metrics.patch_distances(images, images)
    grain = np.random.default_rng(0).integers(-9, 10, images.shape)
    grainy = metrics.patch_distances(images, (images + grain).astype("uint8")) / same
    darker = metrics.patch_distances(images, images - 40) / same
    assert grainy[0] > 3 > grainy[1]
    assert darker[1] > 3 > darker[0]


def test_the_real_set_is_the_measure(images):
    """Both at half the contrast are as far as both at full contrast."""
    fainter = images // 4 * 2  # even numbers, so that halving them is exact
    full = metrics.patch_distance(fainter, fainter[::-1] // 2 * 2)
    assert metrics.patch_distance(fainter // 2, fainter[::-1] // 2) == pytest.approx(full, rel=0.01)


def test_images_of_one_level_are_no_division_by_zero():
    flat = np.full((5, 14, 14, 1), 7, "uint8")
    assert metrics.patch_distance(flat, flat) == 0


@pytest.mark.parametrize(
    ("real", "fake", "error", "text"),
    [
        (np.zeros((2, 28, 28, 1)), np.zeros((2, 28, 28, 1), "uint8"), TypeError, "uint8 images.*dtype float64"),
        (
            np.zeros((2, 28, 28, 1), "uint8"),
            np.zeros((2, 28, 28, 3), "uint8"),
            ValueError,
            r"28, 28, 1\) and .*28, 3\)",
        ),
        (np.zeros((2, 13, 28, 1), "uint8"), np.zeros((2, 13, 28, 1), "uint8"), ValueError, "14 pixels or more a side"),
        (np.zeros((2, 28, 28), "uint8"), np.zeros((2, 28, 28), "uint8"), ValueError, "n, height, width, channels"),
        (np.zeros((2, 28, 28, 1), "uint8"), np.zeros((0, 28, 28, 1), "uint8"), ValueError, r"\(0, 28, 28, 1\)"),
    ],
)
def test_other_images_are_rejected(real, fake, error, text):
    with pytest.raises(error, match=text):
        metrics.patch_distances(real, fake)
