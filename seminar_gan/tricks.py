"""The tricks of the papers, each as a change of a recipe.

    recipe = tricks.apply("dcgan-plain", "soft_labels")  # or RECIPES["dcgan-plain"], or a Recipe of your own
    gan = recipe.build((28, 28, 1), seed=0)

Recipes of today have some of the tricks already. These are tried by taking them away: sigmoid_output, minimax,
uniform_z, sgd_generator.
"""

import functools
from dataclasses import replace

import keras

from seminar_gan import losses
from seminar_gan.models import minibatch
from seminar_gan.recipes import RECIPES
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gated import GatedGAN
from seminar_gan.training.tricks.averaging import HistoricalAveragingGAN
from seminar_gan.training.tricks.feature_matching import FeatureMatchingGAN
from seminar_gan.training.tricks.input_noise import InputNoiseGAN
from seminar_gan.training.tricks.mixed_batches import MixedBatchGAN
from seminar_gan.training.tricks.soft_labels import SoftLabelsGAN

__all__ = ["TRICKS", "apply", "sgd", "with_activation"]

SGD_RATE = 0.1


def __dir__():
    return __all__


def with_activation(generator, activation):
    """Return a copy of a generator, with its weights, whose last layer has another activation.

    Args:
        generator: keras.Model that ends in "tanh" or "sigmoid".
        activation: the other of the two.

    Returns:
        keras.Model to images in [-1, 1] for "tanh", in [0, 1] for "sigmoid".

    Raises:
        ValueError: if no layer has the one or if a layer has the other already.
    """
    (before,) = {"tanh", "sigmoid"} - {activation}
    found = [layer for layer in generator.layers if _activation(layer) == before]
    scaled = sum(isinstance(layer, keras.layers.Rescaling) for layer in generator.layers)
    if len(found) != 1 or scaled:
        raise ValueError(
            f"{activation} is to take the place of {before}, and the generator {generator.name!r} must have one layer "
            f"that ends in {before}, and none that rescales the images: it has {len(found)} of the one and {scaled} of "
            "the other"
        )

    def copy(layer):
        config = layer.get_config()
        return type(layer).from_config(config | {"activation": activation} if layer is found[0] else config)

    copied = keras.models.clone_model(generator, clone_function=copy)
    copied.set_weights(generator.get_weights())
    return copied


def sgd(learning_rate, beta_1, beta_2):
    """Return plain gradient descent at a rate of 0.1. An Adam's rates, which `Recipe` gives, mean nothing to it."""
    return keras.optimizers.SGD(SGD_RATE)


def _activation(layer):
    return getattr(getattr(layer, "activation", None), "__name__", None)


def _then(build, change):
    """Return a builder that changes what another one builds, and takes the same arguments."""

    @functools.wraps(build)
    def build_changed(*args, **sizes):
        return change(build(*args, **sizes))

    build_changed.keywords = getattr(build, "keywords", {})  # of a functools.partial: `Recipe` asks for them
    return build_changed


def _ends_in(activation):
    """Let the generator end in an activation. Its images and the real ones then have that activation's range."""

    def checked(discriminator):
        if any(isinstance(layer, keras.layers.Rescaling) for layer in discriminator.layers):
            raise ValueError(
                f"the discriminator {discriminator.name!r} rescales its images from the range that they have"
            )
        return discriminator

    return lambda recipe: replace(
        recipe,
        generator=_then(recipe.generator, lambda network: with_activation(network, activation)),
        discriminator=_then(recipe.discriminator, checked),
    )


def _generator_lowers(loss):
    """Exchange the generator's half of the loss, where the game is that of Goodfellow et al. 2014."""

    def change(recipe):
        if recipe.loss.generator is loss:
            return recipe
        if recipe.loss.generator not in (losses.minimax, losses.non_saturating):
            raise ValueError(
                f"{loss.__name__} is one of the two generator losses of the logits of a probability; this recipe has "
                "another, to which it would be no alternative"
            )
        return replace(recipe, loss=losses.Pair(recipe.loss.discriminator, loss, recipe.loss.boundary))

    return change


def _one_sided(recipe):
    if recipe.loss.discriminator is not losses.cross_entropy:
        raise ValueError("one-sided smoothing exchanges the label 1 of the cross-entropy; this recipe has another loss")
    smoothed = losses.Halves(losses.smoothed_real, losses.plain_fake)
    return replace(recipe, loss=losses.Pair(smoothed, recipe.loss.generator))


def _field(**fields):
    return lambda recipe: replace(recipe, **fields)


def _discriminator(change, gan=None):
    """Rebuild the discriminator, and train by a GAN of its own, if one is named."""

    def changed(recipe):
        if recipe.penalty is not None and change is not minibatch.with_features:
            raise ValueError(
                f"a discriminator that looks at the whole batch has no slope at one image, which "
                f"{type(recipe.penalty).__name__} needs: take a recipe without penalty"
            )

        rebuilt = replace(recipe, discriminator=_then(recipe.discriminator, change))
        return _gan(gan)(rebuilt) if gan else rebuilt

    return changed


def _gan(variant, **options):
    """Train by a variant of the recipe's GAN."""

    def change(recipe):
        if issubclass(recipe.gan, GatedGAN):
            raise ValueError(
                f"{variant.__name__} and GatedGAN both say how D is updated: one would hide the other. Take a recipe "
                "of another GAN"
            )
        return replace(recipe, gan=combined(variant, recipe.gan), options={**recipe.options, **options})

    return change


@functools.cache
def combined(variant, base):
    """Return a class of GAN that has a trick and is what it was before. Both are subclasses of `GAN`."""
    if issubclass(variant, base):
        return variant
    if issubclass(base, variant):
        return base
    kind = type(f"{variant.__name__}Of{base.__name__}", (variant, base), {"__module__": __name__})
    return keras.saving.register_keras_serializable("seminar_gan")(kind)


TRICKS = {
    "none": lambda recipe: recipe,
    # Chintala et al. 2016, and Wallat & Kriegel, PANIC, section 3.2
    "tanh_output": _ends_in("tanh"),
    "sigmoid_output": _ends_in("sigmoid"),
    "non_saturating": _generator_lowers(losses.non_saturating),
    "minimax": _generator_lowers(losses.minimax),
    "normal_z": _field(noise=noise.normal),
    "uniform_z": _field(noise=noise.uniform),
    "batch_norm": _discriminator(minibatch.with_batch_norm),  # in D, real and fake batches apart
    "mixed_batches": _discriminator(minibatch.with_batch_norm, MixedBatchGAN),
    "soft_labels": _gan(SoftLabelsGAN),
    "sgd_discriminator": _field(d_optimizer=sgd),
    "sgd_generator": _field(g_optimizer=sgd),
    "input_noise": _gan(InputNoiseGAN),
    # Salimans et al. 2016, section 3
    "one_sided": _one_sided,
    "feature_matching": _discriminator(minibatch.with_features, FeatureMatchingGAN),
    "historical_averaging": _gan(HistoricalAveragingGAN),
    "minibatch_discrimination": _discriminator(minibatch.with_minibatch_discrimination),
}


def apply(recipe, name):
    """Return a recipe with one trick.

    Args:
        recipe: `recipes.Recipe`, or the name of one of `recipes.RECIPES`.
        name: one of `TRICKS`; "none" changes nothing.

    Returns:
        Recipe.

    Raises:
        ValueError: for an unknown name, if the recipe has the trick already, and if the two cannot go together. What
            hangs on the networks, such as batch normalisation that is there already, is found when they are built.

    Example:
        >>> apply("dcgan-plain", "uniform_z").noise.__name__
        'uniform'
    """
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise ValueError(f"there is no recipe {recipe!r}; there are {', '.join(RECIPES)}")
        recipe = RECIPES[recipe]
    if name not in TRICKS:
        raise ValueError(f"there is no trick {name!r}; there are {', '.join(TRICKS)}")
    changed = TRICKS[name](recipe)
    if name != "none" and changed == recipe:
        raise ValueError(f"the recipe has {name} already: there is nothing to compare")
    return changed


for _variant in (SoftLabelsGAN, MixedBatchGAN, InputNoiseGAN, FeatureMatchingGAN, HistoricalAveragingGAN):
    for _base in (ConditionalGAN, ClusteredGAN):
        combined(_variant, _base)  # so that a saved one of these can be loaded
