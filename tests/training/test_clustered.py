"""A GAN that sorts the images itself, and the groups that it sorts them into."""

import keras
import numpy as np
import pytest
import tiny_gan
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from seminar_gan import datasets, ranges
from seminar_gan.training import clustered as clustered_module
from seminar_gan.training import clusters
from seminar_gan.training.clustered import ClusteredGAN


def clustered():
    return tiny_gan.begin(kind=ClusteredGAN, conditional=True)


def two_sorts():
    """30 dark images and 10 bright ones."""
    return (tiny_gan.images() * 0.1 + np.repeat([-0.8, 0.8], [30, 10])[:, None, None, None]).astype("float32")


@pytest.mark.long
def test_each_group_is_sampled_as_often_as_it_occurs():
    trained = clustered()
    history = trained.fit(two_sorts(), steps=300, batch_size=20).history
    shares = np.asarray(trained.shares)
    assert shares.sum() == pytest.approx(1) and shares[shares > 0].min() >= 1 / 40 and history["seconds"][0] > 0
    groups = trained.sample_clusters(4000, seed=1)
    np.testing.assert_allclose(np.bincount(groups, minlength=5) / 4000, shares, atol=0.03)
    samples = trained.generate(4000, seed=1)
    assert np.array_equal(samples, trained.generate_from(trained.sample_noise(4000, seed=1), groups))
    assert np.mean(samples.mean(axis=(1, 2, 3)) > 0) == pytest.approx(0.25, abs=0.1)


@pytest.mark.long
def test_it_can_be_saved_and_taken_up_again(tmp_path):
    assert tiny_gan.resumes(clustered, (two_sorts(),), tmp_path)
    trained = clustered()
    tiny_gan.fit(trained, 3, two_sorts())
    trained.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert np.array_equal(loaded.generate(50), trained.generate(50))
    assert np.asarray(loaded.shares).sum() == pytest.approx(1)


def test_sorting_takes_no_time_of_training(clock, monkeypatch):
    def slow(*arguments, **options):
        clock.tick(1_000)
        return clusters.find_clusters(*arguments, **options)

    monkeypatch.setattr(clustered_module, "find_clusters", slow)
    trained = clustered()
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(1))
    history = trained.fit(two_sorts(), seconds=5, batch_size=8, report_every=2, callbacks=[tick]).history
    assert history["step"][-1] == 6 and history["seconds"][-1] == 5


def test_fewer_images_than_groups_are_refused_in_one_sentence():
    with pytest.raises(
        ValueError, match=r"into 5 groups .* at least as many images; got 4\. Take .*dcgan-plain.*num_cl"
    ):
        clustered().fit(two_sorts()[:4], steps=1)


def test_equal_images_and_empty_groups_train():
    trained = clustered()
    trained.fit(np.full((9, 4, 4, 1), -0.5, "float32"), steps=2, batch_size=4)
    assert np.asarray(trained.shares).tolist() == [1, 0, 0, 0, 0] and trained.generate(3).shape == (3, 4, 4, 1)


# The groups


def blobs(count=600, groups=6):
    random = np.random.default_rng(0)
    truth = np.arange(count) % groups
    centres = random.normal(0, 5, (groups, 10, 10))
    return (centres[truth] + random.normal(0, 0.5, (count, 10, 10))).astype("float32"), truth


def test_groups_that_are_apart_are_found():
    images, truth = blobs()
    assert adjusted_rand_score(truth, clusters.find_clusters(images, 6, seed=0)) == 1


@pytest.mark.long
def test_groups_are_as_tight_as_those_of_another_implementation():
    digits = datasets.load_mnist()[0][0][:1000, ::2, ::2]
    points = ranges.to_symmetric(digits).reshape(1000, -1)

    def spread(labels):
        groups = [points[labels == label] for label in np.unique(labels)]
        return sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)

    ours = min(spread(clusters.find_clusters(digits, 10, seed=seed)) for seed in range(3))
    theirs = spread(KMeans(10, n_init=3, random_state=0).fit(points).labels_)
    assert ours < 1.02 * theirs


def test_the_seed_decides():
    images, _ = blobs(200, 3)
    one = clusters.find_clusters(images, 5, seed=1)
    assert np.array_equal(one, clusters.find_clusters(images, 5, seed=1))
    assert not np.array_equal(one, clusters.find_clusters(images, 5, seed=2))
    assert one.dtype == np.int32 and one.shape == (200,) and set(one) <= set(range(5))


def test_equal_images_and_one_group_are_no_trouble():
    assert set(clusters.find_clusters(np.zeros((9, 4, 4), "float32"), 3, seed=0)) == {0}
    assert set(clusters.find_clusters(blobs(20)[0], 1, seed=0)) == {0}


def test_more_groups_than_images_are_refused():
    with pytest.raises(ValueError, match="from 1 to the number of images, 3; got 4"):
        clusters.find_clusters(np.zeros((3, 4, 4)), 4, seed=0)


def large_blobs(count, side, channels, groups=3):
    """Pictures of smooth spots, each group's elsewhere."""
    truth, line = np.arange(count) % groups, np.arange(side)
    spots = np.exp(-((line[None] - side * (truth[:, None] + 1) / (groups + 1)) ** 2) / (side / 8) ** 2)
    images = spots[:, :, None, None] * spots[:, None, :, None] * np.ones(channels)
    noise = np.random.default_rng(0).integers(0, 30, images.shape)
    return (200 * images + noise).astype("uint8"), truth


@pytest.mark.parametrize(
    ("count", "side", "channels", "largest"),
    [(45, 64, 1, 45), (45, 75, 3, 45), (45, 128, 3, 45), (1_100, 40, 1, 1_024)],
)
def test_no_matrix_grows_with_the_pixels(monkeypatch, count, side, channels, largest):
    """A covariance of 64 x 64 pixels takes 38 s, one of 256 x 256 needs 32 GB."""
    sizes, eigh = [], np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda matrix: sizes.append(len(matrix)) or eigh(matrix))
    images, truth = large_blobs(count, side, channels)
    assert adjusted_rand_score(truth, clusters.find_clusters(images, 3, seed=0)) == 1
    assert len(sizes) == 1 and sizes[0] <= largest


def test_directions_are_the_same_from_either_matrix():
    points = np.random.default_rng(0).normal(0, np.arange(1, 61), (50, 60)).astype("float32")
    points -= points.mean(axis=0)
    ours = clusters._directions(points)
    expected = np.linalg.eigh(np.cov(points, rowvar=False, ddof=0))[1][:, -clusters.DIRECTIONS :]
    np.testing.assert_allclose(np.abs(np.sum(ours * expected, axis=0)), 1, atol=1e-4)
    assert clusters._directions(points[:3]).shape == (60, 3)


def test_thumbnails_are_means_of_squares(monkeypatch):
    monkeypatch.setattr(clusters, "LARGEST", 6)
    images = np.arange(2 * 5 * 4 * 1, dtype="float32").reshape(2, 5, 4, 1)
    (thumbnails,) = clusters._thumbnails([images], clusters.News(""))
    first = [images[0, rows, columns].mean() for rows in (slice(0, 2), slice(2, 4), slice(4, 5))
             for columns in (slice(0, 2), slice(2, 4))]  # fmt: skip
    np.testing.assert_allclose(thumbnails[0], first)


def test_points_and_numbers_are_sorted_as_well():
    rng = np.random.default_rng(0)
    for shape in ((), (2,), (3_000,)):
        truth = np.arange(60) % 2
        points = (rng.normal(0, 0.1, (60, *shape)) + 5 * truth.reshape(-1, *[1] * len(shape))).astype("float32")
        assert adjusted_rand_score(truth, clusters.find_clusters(points, 2, seed=0)) == 1


def test_it_says_what_it_does_once_it_takes_long(capsys, monkeypatch):
    clusters.find_clusters(blobs(60)[0], 3, seed=0)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(clusters, "PATIENCE", 0)
    clusters.find_clusters(blobs(60)[0], 3, seed=0)
    assert capsys.readouterr().out == "Sorting 60 images into 3 groups ...\n"
