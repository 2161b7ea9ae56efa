"""A GAN that sorts the images itself, and the groups that it sorts them into."""

import keras
import numpy as np
import pytest
import tiny_gan
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from seminar_gan import datasets, ranges
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
