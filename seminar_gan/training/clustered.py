"""A GAN that sorts the images itself, and tells both networks which group it asks for."""

import keras
import numpy as np

from seminar_gan.training.clusters import find_clusters
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit import checks

__all__ = ["ClusteredGAN"]


@keras.saving.register_keras_serializable("seminar_gan")
class ClusteredGAN(ConditionalGAN):
    """An unconditional GAN of conditional networks: their condition is a cluster that was found without labels.

    Before the first step the images are sorted by `clusters.find_clusters`. A sample is made of a z and of a cluster,
    which is drawn as often as it occurs among the images. No label is seen, and none can be asked for.

    Args:
        generator, discriminator: as for `ConditionalGAN`, with one class for each cluster.
        options: as for `ConditionalGAN`.

    Raises:
        ValueError: if the generator does not say how many classes it has, and where `ConditionalGAN` raises one.

    Source:
        Sage et al. 2018, Logo synthesis and manipulation with clustered generative adversarial networks; Liu et al.
        2020, Diverse image generation via self-conditioned GANs.
    """

    def __init__(self, generator, discriminator, **options):
        super().__init__(generator, discriminator, **options)
        self.num_clusters = checks.num_classes(generator)
        if not self.num_clusters:
            raise ValueError(f"the generator {generator.name!r} must take class labels, one class for each cluster")
        self.shares = self.add_weight(
            name="shares", shape=(self.num_clusters,), initializer="zeros", trainable=False
        )  # fmt: skip

    def fit(self, images, *, steps=None, seconds=None, **options):
        """Train as `GAN.fit` does. The time to sort the images is no time of training.

        Raises:
            ValueError: also if there are fewer images than clusters.
        """
        images = self.check_images(images)
        if len(images) < self.num_clusters:
            raise ValueError(
                f"this GAN sorts the images into {self.num_clusters} groups first and needs at least as many images; "
                f"got {len(images)}. Take one that does not sort, such as recipes.RECIPES['dcgan-plain'], or build "
                "the networks with fewer classes, such as num_classes=2"
            )
        labels = find_clusters(images, self.num_clusters, seed=self.seed)
        if self.step == 0:
            self.shares.assign(np.bincount(labels, minlength=self.num_clusters) / len(labels))
        return super().fit(images, labels, steps=steps, seconds=seconds, **options)

    def generate(self, count, *, seed=0):
        """Make images as `GAN.generate` does, of clusters drawn by their shares."""
        return super().generate(count, self.sample_clusters(count, seed=seed), seed=seed)

    def sample_clusters(self, count, *, seed=0):
        """Return the clusters that `generate` asks for, int64 (count,)."""
        shares = np.asarray(self.shares, "float64")
        return np.random.default_rng(seed).choice(self.num_clusters, count, p=shares / shares.sum())
