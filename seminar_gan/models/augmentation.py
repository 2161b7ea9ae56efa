"""Random changes to images: of the data before training, or of all images that a discriminator sees.

`brighten`, `contrast`, `translate` and `cut_out` take float images (batch, height, width, channels) and return the
changed images, with the same shape. Each image gets its own draw, and gradients flow through. A seed is a whole number,
for the same draws in every call, or a keras.random.SeedGenerator, for new ones.
"""

import functools

import keras
from keras import layers, ops, random

from seminar_gan.models.sizes import check_channels_last

__all__ = [
    "CHANGES",
    "RandomChanges",
    "brighten",
    "build_data_augmentation",
    "contrast",
    "cut_out",
    "translate",
    "with_augmentation",
]


def __dir__():
    return __all__


def build_data_augmentation(brightness=0.1, contrast=0.1, seed=0):
    """Build the random changes that PANIC makes to its images: mirrored left to right, brightness, contrast.

    Each image is mirrored with probability 1/2. Each call draws anew; with training=False nothing changes.

    Args:
        brightness: float, the largest number that is added to an image or subtracted from it.
        contrast: float, the largest share by which the differences from an image's mean grow or shrink.
        seed: int, which decides all draws.

    Returns:
        keras.Sequential `data_augmentation`: float images (batch, height, width, channels) in [0, 1] to the same.
        Values that leave [0, 1] are clipped.

    Raises:
        ValueError: as `sizes.check_channels_last`.

    Source:
        Wallat & Kriegel, PANIC, section 4. It names the three changes but no ranges: these are ours, and were usual in
        the TensorFlow code of its time.
    """
    check_channels_last()
    changes = [
        layers.RandomFlip("horizontal", seed=seed, name="mirror"),
        layers.RandomBrightness(brightness, value_range=(0, 1), seed=seed + 1, name="brightness"),
        # A pair, because Keras 3.15 takes a single number for growing only.
        layers.RandomContrast((contrast, contrast), value_range=(0, 1), seed=seed + 2, name="contrast"),
    ]
    return keras.Sequential(changes, name="data_augmentation")


def with_augmentation(discriminator, changes=("brighten", "contrast", "translate", "cut_out"), value_range=(0, 1)):
    """Change at random every image that a discriminator sees in training, real and fake alike.

    So it cannot learn a few images by heart. The generator does not learn the changes, because its gradient goes back
    through them. As the changes are a layer, any GAN can be trained with them, and resumed.

    Args:
        discriminator: keras.Model of images, and of class labels or attributes if it takes them.
        changes: names of functions of this module, in the order in which they are applied.
        value_range: the smallest and the largest value of the images, (0, 1) or (-1, 1).

    Returns:
        keras.Model, sharing the discriminator's weights and taking the same inputs.

    Raises:
        ValueError: if a change has another name.

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
    """The layer of `with_augmentation`. It changes images in training only, with new draws in every call.

    Args:
        changes, value_range: as in `with_augmentation`.
        seed: int; or None, to take one from `keras.utils.set_random_seed`.

    Raises:
        ValueError: if a change has another name.
    """

    def __init__(self, changes, value_range=(0, 1), seed=None, **options):
        super().__init__(**options)
        low, high = value_range
        functions = CHANGES | {"brighten": functools.partial(brighten, limit=(high - low) / 4)}
        for name in changes:
            if name not in functions:
                raise ValueError(f"changes must be among {', '.join(functions)}; got {name!r}")
        self.functions = [functions[name] for name in changes]
        self.changes, self.value_range, self.seed = list(changes), list(value_range), seed
        self.seed_generator = random.SeedGenerator(seed)

    def call(self, images, training=False):
        if training:
            for change in self.functions:
                images = change(images, self.seed_generator)
        return images

    def get_config(self):
        config = {"changes": self.changes, "value_range": self.value_range, "seed": self.seed}
        return super().get_config() | config


def brighten(images, seed, limit=0.25):
    """Add a number to each image.

    Args:
        images: float (batch, height, width, channels).
        seed: int or keras.random.SeedGenerator.
        limit: the number is uniform between -limit and limit; Zhao et al. take a quarter of the range of the values.

    Returns:
        float (batch, height, width, channels), not clipped.
    """
    return images + _uniform(images, seed, -limit, limit)


def contrast(images, seed, limit=0.5):
    """Multiply the differences from each image's mean by a number.

    Args:
        images: float (batch, height, width, channels).
        seed: int or keras.random.SeedGenerator.
        limit: the number is uniform between 1 - limit and 1 + limit.

    Returns:
        float (batch, height, width, channels), not clipped.
    """
    mean = _mean(images)
    return mean + (images - mean) * _uniform(images, seed, 1 - limit, 1 + limit)


def translate(images, seed, limit=1 / 8):
    """Move each image by whole pixels, up or down and left or right.

    Pixels that come in repeat those of the edge. (Zhao et al. fill with 0, the middle grey of images in [-1, 1];
    where 0 is black and the background is light, that would draw a bar.)

    Args:
        images: float (batch, height, width, channels).
        seed: int or keras.random.SeedGenerator.
        limit: the largest shift, as a share of the height and of the width.

    Returns:
        float (batch, height, width, channels).
    """
    row_seed, column_seed = _two_seeds(seed)
    rows = _moved_pixels(images, images.shape[1], row_seed, limit)
    columns = _moved_pixels(images, images.shape[2], column_seed, limit)
    images = ops.einsum("bij,bjwc->biwc", rows, images)
    return ops.einsum("bij,bhjc->bhic", columns, images)


def cut_out(images, seed, part=0.5):
    """Fill a rectangle of each image with the image's mean.

    Args:
        images: float (batch, height, width, channels).
        seed: int or keras.random.SeedGenerator.
        part: height and width of the rectangle, as shares of the image's. Its centre lies anywhere in the image.

    Returns:
        float (batch, height, width, channels).
    """
    row_seed, column_seed = _two_seeds(seed)
    rows = ops.reshape(_pixels_in_part(images, images.shape[1], row_seed, part), (-1, images.shape[1], 1, 1))
    columns = ops.reshape(_pixels_in_part(images, images.shape[2], column_seed, part), (-1, 1, images.shape[2], 1))
    return images + rows * columns * (_mean(images) - images)


CHANGES = {"brighten": brighten, "contrast": contrast, "translate": translate, "cut_out": cut_out}


def _uniform(images, seed, low, high):
    """Return a number for each image, (batch, 1, 1, 1)."""
    return random.uniform((ops.shape(images)[0], 1, 1, 1), low, high, dtype=images.dtype, seed=seed)


def _moved_pixels(images, size, seed, limit):
    """Return (batch, size, size): at (i, j) 1 if pixel i of a side becomes what pixel j was, otherwise 0."""
    shift = ops.round(_uniform(images, seed, -limit, limit) * size)
    source = ops.cast(ops.reshape(shift, (-1, 1)), "int32") + ops.arange(size, dtype="int32")
    return ops.one_hot(ops.clip(source, 0, size - 1), size, dtype=images.dtype)


def _pixels_in_part(images, size, seed, part):
    """Return (batch, size): 1 for the pixels of a side that lie within `part` of it around a random centre, else 0."""
    centre = ops.reshape(_uniform(images, seed, 0, size), (-1, 1))
    pixels = ops.cast(ops.arange(size, dtype="int32"), images.dtype) + 0.5  # TensorFlow has no float16 range
    return ops.cast(ops.abs(pixels - centre) < part * size / 2, images.dtype)


def _two_seeds(seed):
    """Return seeds for two different draws. A SeedGenerator draws anew anyway."""
    return (seed, seed + 1) if isinstance(seed, int) else (seed, seed)


def _mean(images):
    return ops.mean(images, axis=(1, 2, 3), keepdims=True)
