"""Random changes to images: of the data before training, or of all images that a discriminator sees.

`brighten`, `contrast`, `mirror`, `translate` and `cut_out` take float images (batch, height, width, channels) and
return the changed images, with the same shape. Each image gets its own draw, and gradients flow through. A seed is a
whole number, for the same draws in every call, or a keras.random.SeedGenerator, for new ones.
"""

import functools

import keras
from keras import layers, ops

from seminar_gan.models.sizes import check_channels_last, checked

__all__ = [
    "CHANGES",
    "RandomChanges",
    "brighten",
    "build_data_augmentation",
    "contrast",
    "cut_out",
    "mirror",
    "translate",
    "with_augmentation",
]


def __dir__():
    return __all__


@checked(check_channels_last)
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
    flip = layers.RandomFlip("horizontal", seed=seed, name="mirror")
    brighten = layers.RandomBrightness(brightness, (0, 1), seed=seed + 1, name="brightness")
    both = (contrast, contrast)  # a pair, because Keras 3.15 takes a single number for growing only
    stretch = layers.RandomContrast(both, (0, 1), seed=seed + 2, name="contrast")
    return keras.Sequential([flip, brighten, stretch], name="data_augmentation")


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
    inputs = [keras.Input(x.shape[1:], dtype=x.dtype, name=x.name) for x in discriminator.inputs]
    changed = RandomChanges(changes, value_range, name="random_changes")(inputs[0])
    logits = discriminator([changed, *inputs[1:]] if inputs[1:] else changed)
    name = f"augmented_{discriminator.name}"
    return keras.Model(inputs if inputs[1:] else inputs[0], logits, name=name)


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
        self.seed_generator = keras.random.SeedGenerator(seed)

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
    shape = (ops.shape(images)[0], 1, 1, 1)
    return images + keras.random.uniform(shape, -limit, limit, images.dtype, seed)


def contrast(images, seed, limit=0.5):
    """Multiply the differences from each image's mean by a number.

    Args:
        images: float (batch, height, width, channels).
        seed: int or keras.random.SeedGenerator.
        limit: the number is uniform between 1 - limit and 1 + limit.

    Returns:
        float (batch, height, width, channels), not clipped.
    """
    shape = (ops.shape(images)[0], 1, 1, 1)
    factors = keras.random.uniform(shape, 1 - limit, 1 + limit, images.dtype, seed)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + (images - mean) * factors


def mirror(images, seed):
    """Mirror each image left to right, with probability 1/2.

    A discriminator that sees images so cannot tell an image from its mirror image: the generator may draw either.

    Args:
        images: float (batch, height, width, channels).
        seed: int or keras.random.SeedGenerator.

    Returns:
        float (batch, height, width, channels).
    """
    draws = keras.random.uniform((ops.shape(images)[0], 1, 1, 1), dtype=images.dtype, seed=seed)
    return ops.where(draws < 0.5, images, ops.flip(images, axis=2))


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
    shape, dtype = (ops.shape(images)[0], 1), images.dtype
    _, height, width, _ = images.shape
    other_seed = seed + 1 if isinstance(seed, int) else seed
    down = ops.round(keras.random.uniform(shape, -limit, limit, dtype, seed) * height)
    right = ops.round(keras.random.uniform(shape, -limit, limit, dtype, other_seed) * width)
    rows = ops.cast(down, "int32") + ops.arange(height)  # where each row comes from
    columns = ops.cast(right, "int32") + ops.arange(width)
    rows = ops.one_hot(ops.clip(rows, 0, height - 1), height, dtype=dtype)
    columns = ops.one_hot(ops.clip(columns, 0, width - 1), width, dtype=dtype)
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
    shape, dtype = (ops.shape(images)[0], 1), images.dtype
    _, height, width, _ = images.shape
    other_seed = seed + 1 if isinstance(seed, int) else seed
    row = keras.random.uniform(shape, 0, height, dtype, seed)  # the centre
    column = keras.random.uniform(shape, 0, width, dtype, other_seed)
    rows = ops.abs(ops.cast(ops.arange(height), dtype) + 0.5 - row) < part * height / 2
    columns = ops.abs(ops.cast(ops.arange(width), dtype) + 0.5 - column) < part * width / 2
    inside = ops.logical_and(rows[:, :, None, None], columns[:, None, :, None])
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return images + ops.cast(inside, dtype) * (mean - images)


CHANGES = {
    "brighten": brighten,
    "contrast": contrast,
    "mirror": mirror,
    "translate": translate,
    "cut_out": cut_out,
}
