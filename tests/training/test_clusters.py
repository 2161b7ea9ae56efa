"""Groups of images found without labels."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from seminar_gan import datasets, ranges
from seminar_gan.training import clusters


def blobs(count=600, groups=6):
    random = np.random.default_rng(0)
    truth = np.arange(count) % groups
    centres = random.normal(0, 5, (groups, 10, 10))
    return (centres[truth] + random.normal(0, 0.5, (count, 10, 10))).astype("float32"), truth


def test_groups_that_are_apart_are_found():
    images, truth = blobs()
    assert adjusted_rand_score(truth, clusters.find_clusters(images, 6, seed=0)) == 1


def test_groups_are_as_tight_as_those_of_another_implementation():
    images = ranges.to_symmetric(datasets.load_mnist()[0][0][:3000]).reshape(3000, -1)

    def spread(labels):
        groups = [images[labels == label] for label in np.unique(labels)]
        return sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)

    ours = min(spread(clusters.find_clusters(images, 20, seed=seed)) for seed in range(3))
    theirs = spread(KMeans(20, n_init=3, random_state=0).fit(images).labels_)
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
