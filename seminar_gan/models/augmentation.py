"""Random changes to images: of the data before it is learned from, and of all that a discriminator sees.

The four functions change float images (batch, height, width, channels), each image by a draw of its own, and return as
many of the same shape. They can be differentiated. `seed` is a whole number, with which a function draws the same every
time, or a keras.random.SeedGenerator, with which every call draws anew.
"""

import keras
from keras import layers, ops, random


def build_data_augmentation(brightness=0.1, contrast=0.1, seed=0):
    """Build the random changes that PANIC makes to its images: mirrored left to right, brightness, contrast.

    Each call changes every image anew; with training=False it changes nothing. Every second image is mirrored.

    Args:
        brightness: what is added to an image, at most, up or down.
        contrast: by what share the differences from an image's mean grow or shrink, at most.
        seed: whole number that the draws follow from.

    Returns:
        keras.Sequential `data_augmentation`: float images (batch, height, width, channels) in [0, 1] to the same.
        What leaves [0, 1] is cut off.

    Source:
        Wallat & Kriegel, PANIC, section 4. It names the three changes and none of the ranges: they are ours, and were
        usual in the TensorFlow code of its time.
    """
    changes = [
        layers.RandomFlip("horizontal", seed=seed, name="mirror"),
        layers.RandomBrightness(brightness, value_range=(0, 1), seed=seed + 1, name="brightness"),
        # A pair, because Keras 3.15 takes a single number for growing only.
        layers.RandomContrast((contrast, contrast), value_range=(0, 1), seed=seed + 2, name="contrast"),
    ]
    return keras.Sequential(changes, name="data_augmentation")


def with_augmentation(discriminator, changes=("brighten", "contrast", "translate", "cut_out"), value_range=(0, 1)):
    """Let a discriminator see every image changed at random in training, real and fake alike.

    So it cannot learn a few images by heart, and yet the generator is not taught the changes: its gradient goes back
    through them. As the changes are a layer, any GAN can be trained with it, and resumed.

    Args:
        discriminator: keras.Model of images, and of class labels or attributes if it has them.
        changes: names of functions of this module, made in this order.
        value_range: the images' smallest and largest value, (0, 1) or (-1, 1).

    Returns:
        keras.Model, sharing the discriminator's weights and taking the same inputs.

    Raises:
        ValueError: if there is no such change.

    Source:
        Zhao et al. 2020, Differentiable augmentation for data-efficient GAN training, equations 5 to 7; its changes
        "color" (brightness and contrast; a grey image has no saturation), "translation" and "cutout".
    """
    inputs = [keras.Input(each.shape[1:], dtype=each.dtype, name=each.name) for each in discriminator.inputs]
    changed = RandomChanges(changes, value_range, name="random_changes")(inputs[0])
    answer = discriminator([changed, *inputs[1:]] if inputs[1:] else changed)
    return keras.Model(inputs if inputs[1:] else inputs[0], answer, name=f"augmented_{discriminator.name}")


@keras.saving.register_keras_serializable("seminar_gan")
class RandomChanges(layers.Layer):
    """The layer of `with_augmentation`. It changes images in training only, and every call draws anew.

    Args:
        changes, value_range: as there.
        seed: None, or a whole number; with None it follows from `keras.utils.set_random_seed`.
    """

    def __init__(self, changes, value_range=(0, 1), seed=None, **options):
        super().__init__(**options)
        for name in changes:
            if name not in CHANGES:
                raise ValueError(f"changes must be among {', '.join(CHANGES)}; got {name!r}")
        self.changes, self.value_range, self.seed = list(changes), list(value_range), seed
        self.seed_generator = random.SeedGenerator(seed)

    def call(self, images, training=False):
        low, high = self.value_range
        for name in self.changes if training else ():
            most = {"most": (high - low) / 4} if name == "brighten" else {}
            images = CHANGES[name](images, self.seed_generator, **most)
        return images

    def get_config(self):
        config = {"changes": self.changes, "value_range": self.value_range, "seed": self.seed}
        return super().get_config() | config


def brighten(images, seed, most=0.25):
    """Add a number between -most and most; Zhao et al. take a quarter of the range of the values."""
    return images + _uniform(images, seed, -most, most)


def contrast(images, seed, most=0.5):
    """Multiply the differences from an image's mean by a number between 1 - most and 1 + most."""
    mean = _mean(images)
    return mean + (images - mean) * _uniform(images, seed, 1 - most, 1 + most)


def translate(images, seed, most=1 / 8):
    """Move an image by whole pixels, up or down and left or right by at most `most` of its size.

    What comes in repeats the pixels of the edge. (Zhao et al. fill it with 0, the middle grey of images in [-1, 1];
    where 0 is black and the background is light, that would draw a bar.)
    """
    for axis, product, axis_seed in zip((1, 2), ("bij,bjwc->biwc", "bij,bhjc->bhic"), _two(seed), strict=True):
        size = images.shape[axis]
        shift = ops.round(_uniform(images, axis_seed, -most, most) * size)
        source = ops.cast(ops.reshape(shift, (-1, 1)), "int32") + ops.arange(size, dtype="int32")
        chosen = ops.one_hot(ops.clip(source, 0, size - 1), size, dtype=images.dtype)  # (batch, size, size)
        images = ops.einsum(product, chosen, images)
    return images


def cut_out(images, seed, part=0.5):
    """Fill a rectangle with the image's mean: `part` of the height and of the width, its middle anywhere."""
    inside = ops.ones_like(images)
    for axis, axis_seed in zip((1, 2), _two(seed), strict=True):
        size = images.shape[axis]
        shape = [-1 if number == axis else 1 for number in range(4)]
        pixels = ops.reshape(ops.arange(size, dtype=images.dtype) + 0.5, shape)
        middle = _uniform(images, axis_seed, 0, size)
        inside = inside * ops.cast(ops.abs(pixels - middle) < part * size / 2, images.dtype)
    return images + inside * (_mean(images) - images)


CHANGES = {"brighten": brighten, "contrast": contrast, "translate": translate, "cut_out": cut_out}


def _uniform(images, seed, low, high):
    """One number for each image, (batch, 1, 1, 1)."""
    return random.uniform((ops.shape(images)[0], 1, 1, 1), low, high, dtype=images.dtype, seed=seed)


def _two(seed):
    """Seeds for two draws that differ; a SeedGenerator sees to that itself."""
    return (seed, seed + 1) if isinstance(seed, int) else (seed, seed)


def _mean(images):
    return ops.mean(images, axis=(1, 2, 3), keepdims=True)
