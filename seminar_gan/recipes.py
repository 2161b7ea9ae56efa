"""The GANs of pages 04 to 06 by name, each with its networks, its losses, its optimizers and its batch size.

recipe = RECIPES["dcgan"]
gan = recipe.build((28, 28, 1), seed=0)
gan.fit(images, steps=1_000, batch_size=recipe.batch_size, callbacks=recipe.callbacks())
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from seminar_gan.models import conditional, dcgan, mlp
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.decay import CoolDown
from seminar_gan.training.gan import GAN


@dataclass(frozen=True)
class Recipe:
    """How one GAN is made and trained. The images are in [-1, 1], as every generator here ends in tanh.

    generator, discriminator: builders that take image_shape, and num_classes too if the recipe has classes or clusters.
    learning_rate, beta_1, beta_2: of Adam, for both networks. cool_down: None, or how many steps are made before the
    rate falls. average, noise: as for `GAN`. conditional: whether it is told class labels. mismatched: as for
    `ConditionalGAN`. clusters: None, or how many it finds by itself.
    """

    generator: Callable
    discriminator: Callable
    learning_rate: float
    beta_1: float = 0.5
    beta_2: float = 0.999
    cool_down: int | None = None
    batch_size: int = 128
    average: float | None = None
    noise: Callable = noise.normal
    conditional: bool = False
    mismatched: float = 0.0
    clusters: int | None = None

    def build(self, image_shape, *, seed, num_classes=None):
        """Return the GAN, compiled, with starting weights that follow from the seed.

        Args:
            image_shape: (height, width, channels).
            seed: whole number; also Keras's own seed, from which dropout follows.
            num_classes: for a conditional recipe, how many classes.

        Raises:
            ValueError: if the networks cannot have that size.
        """
        keras.utils.set_random_seed(seed)
        told = num_classes if self.conditional else self.clusters
        sizes = {"image_shape": image_shape, **({"num_classes": told} if told else {})}
        networks = self.generator(**sizes), self.discriminator(**sizes)
        options = {"noise": self.noise, "average": self.average, "seed": seed}
        if self.clusters:
            gan = ClusteredGAN(*networks, clusters=self.clusters, **options)
        elif self.conditional:
            gan = ConditionalGAN(*networks, mismatched=self.mismatched, **options)
        else:
            gan = GAN(*networks, **options)
        gan.compile(d_optimizer=self.adam(), g_optimizer=self.adam())
        return gan

    def adam(self):
        return keras.optimizers.Adam(self.learning_rate, beta_1=self.beta_1, beta_2=self.beta_2)

    def callbacks(self, time_limit=None):
        """Return what belongs to the recipe beside the networks: the callbacks that its `fit` is given."""
        return [CoolDown(self.learning_rate, self.cool_down, time_limit=time_limit)] if self.cool_down else []


RECOMMENDED = {  # chosen by 10,000 training digits that were held out
    "learning_rate": 2e-3,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "cool_down": 420,
    "batch_size": 64,
    "average": 0.995,
}
RECIPES = {
    "temkeng-vanilla": Recipe(
        mlp.build_temkeng_generator, mlp.build_temkeng_discriminator, learning_rate=1e-3, noise=noise.uniform
    ),
    "winkler-dense": Recipe(mlp.build_winkler_generator, mlp.build_winkler_discriminator, learning_rate=1e-3),
    "temkeng-dcgan": Recipe(dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator, learning_rate=2e-4),
    "winkler-dcgan": Recipe(dcgan.build_winkler_generator, dcgan.build_winkler_discriminator, learning_rate=1e-3),
    "dcgan-plain": Recipe(dcgan.build_generator, dcgan.build_discriminator, **RECOMMENDED),
    "dcgan": Recipe(conditional.build_generator, conditional.build_discriminator, clusters=30, **RECOMMENDED),
}
CONDITIONAL_RECIPES = {
    "mirza": Recipe(
        conditional.build_mirza_generator,
        conditional.build_mirza_discriminator,
        learning_rate=2e-4,
        noise=noise.uniform,
        conditional=True,
    ),
    "dcgan": Recipe(
        conditional.build_generator,
        conditional.build_discriminator,
        conditional=True,
        mismatched=1 / 8,
        **RECOMMENDED,
    ),
}
