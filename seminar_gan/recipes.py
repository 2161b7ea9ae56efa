"""GANs by name, each with its networks, its losses, its optimizers and its batch size.

    recipe = RECIPES["dcgan"]
    gan = recipe.build((28, 28, 1), seed=0)
    gan.fit(images, steps=1_000, batch_size=recipe.batch_size, callbacks=recipe.callbacks())

Which to take: `recommend(len(images), images.shape[1:])`. A variant of one: `dataclasses.replace(recipe, ema=None)`.
"""

from seminar_gan import keras_settings  # noqa: F401  before Keras, which would say it in forty lines

# isort: split
import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import keras

from seminar_gan import losses
from seminar_gan.models import augmentation, conditional, dcgan, few, large, mlp, panic
from seminar_gan.models.sizes import check_multiples_of_4, check_sizes, doublings
from seminar_gan.training import noise, penalties
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.adam import FusedAdam
from seminar_gan.training.fit.decay import LinearDecay
from seminar_gan.training.gan import GAN
from seminar_gan.training.gated import GatedGAN

__all__ = ["CONDITIONAL_RECIPES", "RECIPES", "Recipe", "recommend"]

FEW_IMAGES = 1_000  # below, a discriminator soon knows them by heart, and 30 clusters hold too few each
LARGEST_SIDE, LARGEST_SIDE_OF_FEW = 256, 512  # pixels; 1.8 and 2.0 GB of memory (benchmarks/loop.md)
LARGEST_DENSE = 64 * 64 * 3  # values of an image; a dense layer has 1,024 weights for each


def __dir__():
    return __all__


@dataclass(frozen=True)
class Recipe:
    """How one GAN is built and trained.

    Args:
        generator, discriminator: builders of networks, functions of image_shape and `sizes`.
        learning_rate, beta_1, beta_2: of both optimizers.
        batch_size: images in a batch.
        ema: as for `GAN`.
        full_steps: None, or the number of steps before the rate decays, as for `LinearDecay`.
        noise: as for `GAN`.
        gan: class of the GAN.
        options: {argument: value}, what this class takes beside the networks, noise, ema and seed.
        sizes: {argument: value}, what the builders take beside image_shape.
        measured: {argument: function of uint8 images}, what builders take from the data: `build_for`. Each goes to the
            builders that have such an argument, and are no functools.partial that gives it.
        optimizer: class of both optimizers, called with learning_rate, beta_1 and beta_2.
        d_optimizer, g_optimizer: None, or another class for the one of this network.
        loss, penalty: as for `GAN.compile`.
    """

    generator: Callable
    discriminator: Callable
    learning_rate: float
    beta_1: float = 0.5
    beta_2: float = 0.999
    batch_size: int = 128
    ema: float | None = None
    full_steps: int | None = None
    noise: Callable = noise.normal
    gan: Callable = GAN
    options: Mapping = field(default_factory=dict)
    sizes: Mapping = field(default_factory=dict)
    measured: Mapping = field(default_factory=dict)
    optimizer: Callable = keras.optimizers.Adam
    d_optimizer: Callable | None = None
    g_optimizer: Callable | None = None
    loss: losses.Pair = losses.NON_SATURATING
    penalty: penalties.SlopePenalty | None = None

    def build(self, image_shape, *, seed, **sizes):
        """Return the GAN, compiled, with starting weights that follow from the seed.

        Args:
            image_shape: (height, width, channels).
            seed: whole number; also Keras's own seed, from which dropout follows.
            sizes: what the builders take beside; a conditional recipe needs num_classes.

        Raises:
            ValueError: if the networks cannot have that size.
        """
        return self._build({"image_shape": image_shape, **self.sizes, **sizes}, seed, {})

    def _build(self, sizes, seed, measured):
        keras.utils.set_random_seed(seed)
        networks = [build(**sizes, **_taken(build, measured)) for build in (self.generator, self.discriminator)]
        gan = self.gan(*networks, noise=self.noise, ema=self.ema, seed=seed, **self.options)
        rates = {"learning_rate": self.learning_rate, "beta_1": self.beta_1, "beta_2": self.beta_2}
        kinds = self.d_optimizer or self.optimizer, self.g_optimizer or self.optimizer
        d_optimizer, g_optimizer = (kind(**rates) for kind in kinds)
        gan.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, loss=self.loss, penalty=self.penalty)
        return gan

    def build_for(self, images, *, seed, **sizes):
        """Return the GAN for these images: `build` with their shape, and with what is measured of them.

        Args:
            images: uint8 (n, height, width, channels), 0 to 255, those that it will be trained on.
            seed, sizes: as for `build`. What is given in `sizes` is not measured.

        Raises:
            TypeError: if something is measured, and `images` is not a uint8 array.
            ValueError: as `build`.
        """
        measured = {name: measure(images) for name, measure in self.measured.items() if name not in sizes}
        return self._build({"image_shape": images.shape[1:], **self.sizes, **sizes}, seed, measured)

    def callbacks(self):
        """Return the callbacks that belong to the recipe, for `fit`."""
        return [] if self.full_steps is None else [LinearDecay(self.full_steps)]


def _taken(build, values):
    """Those of the values that a builder takes, and has not been given yet."""
    given = getattr(build, "keywords", {})
    return {name: values[name] for name in values if name in inspect.signature(build).parameters and name not in given}


def build_by_size(build_plain, build_large, image_shape, **sizes):
    """Build the plain network; for images of more than 64 pixels, whose grid is doubled more often, the large one."""
    check_sizes(image_shape=image_shape)
    return (build_plain if doublings(image_shape) == 2 else build_large)(image_shape, **sizes)


def few_discriminator(image_shape, levels=(0, 255), changes=("mirror", "translate")):
    """Build the discriminator of `few` behind `augmentation.with_augmentation`, for images in [-1, 1]."""
    return augmentation.with_augmentation(few.build_discriminator(image_shape, levels), changes, value_range=(-1, 1))


PAIR = (
    functools.partial(build_by_size, dcgan.build_generator, large.build_generator),
    functools.partial(build_by_size, dcgan.build_discriminator, large.build_discriminator),
)
CONDITIONAL_PAIR = (
    functools.partial(build_by_size, conditional.build_generator, large.build_conditional_generator),
    functools.partial(build_by_size, conditional.build_discriminator, large.build_conditional_discriminator),
)
RECOMMENDED = {  # chosen by 10,000 training digits that were held out
    "learning_rate": 2e-3,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "full_steps": 420,
    "batch_size": 64,
    "ema": 0.995,
}
GATED = {  # the tutorial of PANIC: Deshpande & Bruner 2017
    "learning_rate": 1e-3,
    "beta_1": 0.9,
    "batch_size": 50,
    "noise": noise.truncated_normal,
    "gan": GatedGAN,
    "optimizer": FusedAdam,
    "loss": losses.PANIC,
}
RECIPES = {
    "temkeng-vanilla": Recipe(
        mlp.build_temkeng_generator, mlp.build_temkeng_discriminator, learning_rate=1e-3, noise=noise.uniform
    ),
    "winkler-dense": Recipe(mlp.build_winkler_generator, mlp.build_winkler_discriminator, learning_rate=1e-3),
    "temkeng-dcgan": Recipe(dcgan.build_temkeng_generator, dcgan.build_temkeng_discriminator, learning_rate=2e-4),
    "winkler-dcgan": Recipe(dcgan.build_winkler_generator, dcgan.build_winkler_discriminator, learning_rate=1e-3),
    "dcgan-plain": Recipe(*PAIR, **RECOMMENDED),
    "dcgan": Recipe(
        *CONDITIONAL_PAIR,
        gan=ClusteredGAN,
        sizes={"num_classes": 30},
        **RECOMMENDED,
    ),
    "panic": Recipe(panic.build_generator, panic.build_discriminator, **GATED),
    "panic-normalised": Recipe(panic.build_generator, panic.build_normalised_discriminator, **GATED),
    "few": Recipe(
        few.build_generator,
        few_discriminator,
        learning_rate=1e-3,
        beta_1=0.0,
        beta_2=0.99,
        batch_size=16,
        ema=0.998,
        full_steps=10**9,  # the rate decays in the last 40 % of any training
        measured={"levels": few.measure_levels, "changes": few.measure_changes},
    ),
    "wasserstein": Recipe(  # d_steps, beta_1, beta_2 and the weight: Gulrajani et al. 2017, algorithm 1
        *PAIR,
        learning_rate=5e-4,
        beta_1=0.0,
        beta_2=0.9,
        batch_size=16,
        ema=0.99,
        options={"d_steps": 5},
        loss=losses.WASSERSTEIN,
        penalty=penalties.GradientPenalty(10.0),
    ),
}
CONDITIONAL_RECIPES = {
    "mirza": Recipe(
        conditional.build_mirza_generator,
        conditional.build_mirza_discriminator,
        learning_rate=2e-4,
        noise=noise.uniform,
        gan=ConditionalGAN,
    ),
    "dcgan": Recipe(
        *CONDITIONAL_PAIR,
        gan=ConditionalGAN,
        options={"mismatched": 1 / 8},
        **RECOMMENDED,
    ),
}


def recommend(count, image_shape):
    """Return which of `RECIPES` to take for images without labels.

    "few" for fewer than 1,000 images and for sides above 256 pixels, "dcgan" for more images. It needs sides that are
    multiples of 4: "winkler-dense" for small images of other sides. "few" needs 16 pixels: "dcgan-plain" for less.

    Args:
        count: how many images there are, at least 1.
        image_shape: (height, width, channels).

    Returns:
        str, the name of a recipe that trains within 4 GB of memory.

    Raises:
        ValueError: where no recipe does: the message says to which size the images are best resized or cropped.

    Example:
        >>> recommend(60_000, (28, 28, 1)), recommend(64, (256, 256, 3))
        ('dcgan', 'few')
    """
    check_sizes(image_shape=tuple(image_shape), count=count)
    smallest, largest = min(image_shape[:2]), max(image_shape[:2])
    if largest > LARGEST_SIDE_OF_FEW:
        raise ValueError(
            f"images of {image_shape[0]} x {image_shape[1]} are too large for every recipe: resize them to at most "
            f"{LARGEST_SIDE_OF_FEW} pixels, or to 128 or less for a training of minutes"
        )
    has_few = count < FEW_IMAGES or largest > LARGEST_SIDE
    if has_few and smallest >= few.SIZES[0]:
        return "few"
    if any(side % 4 for side in image_shape[:2]):
        if math.prod(image_shape) <= LARGEST_DENSE:
            return "winkler-dense"
        check_multiples_of_4(image_shape)
    return "dcgan-plain" if has_few else "dcgan"
