"""The recommended pairs for images of more than 64 pixels: the grid is doubled more often, the dense layers stay small.

Up to 64 pixels, and where a side cannot be halved so often (`sizes.doublings`), they have the layers of
`dcgan.build_generator`, `conditional.build_generator` and of their discriminators. `recipes` takes the pair that fits.
"""

import keras
from keras import layers

from seminar_gan.models import conditional
from seminar_gan.models.sizes import check_multiples_of_4, check_sizes, checked, doublings

__all__ = [
    "build_conditional_discriminator",
    "build_conditional_generator",
    "build_discriminator",
    "build_generator",
]


def __dir__():
    return __all__


@checked(check_sizes, check_multiples_of_4)
def build_generator(image_shape=(128, 128, 3), latent_dim=64, dense_size=256, filters=32):
    """Build the recommended generator of large images, 2,172,867 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        latent_dim: number of values in z.
        dense_size: units of the first layer.
        filters: channels of the grid and of the first transposed convolution; each further one but the last has half as
            many as the one before.

    Returns:
        keras.Model `large_generator`: float (batch, latent_dim), standard normal, to images
        (batch, height, width, channels) in [-1, 1]. 16,992 of its parameters are moving means and variances.

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        `dcgan.build_generator`; more doublings as in Radford et al. 2015, figure 1.
    """
    height, width, channels = image_shape
    ups = doublings(image_shape)  # 3
    grid = (height // 2**ups, width // 2**ups, filters)
    z = keras.Input((latent_dim,), name="z")  # 64
    x = layers.Dense(dense_size, use_bias=False, name="dense_1")(z)
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)  # 256
    x = layers.Dense(grid[0] * grid[1] * filters, use_bias=False, name="dense_2")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)  # 8192
    x = layers.Reshape(grid, name="grid")(x)  # 16 x 16 x 32
    for n in range(1, ups):
        filters_n = max(1, 2 * filters // 2**n)
        x = layers.Conv2DTranspose(filters_n, 4, 2, "same", use_bias=False, name=f"up_{n}")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm_{n + 2}")(x)
        x = layers.ReLU(name=f"relu_{n + 2}")(x)  # 32 x 32 x 32, 64 x 64 x 16
    x = layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh", dtype="float32", name="images")(x)
    return keras.Model(z, x, name="large_generator")  # 128 x 128 x 3


@checked(check_sizes, check_multiples_of_4)
def build_discriminator(image_shape=(128, 128, 3), filters=16, dense_size=128):
    """Build the recommended discriminator of large images, 924,417 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        filters: channels of the first convolution; the second has three, each further one six times as many.
        dense_size: units of the layer before the last.

    Returns:
        keras.Model `large_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        `dcgan.build_discriminator`.
    """
    last = doublings(image_shape) + 1  # 4
    images = keras.Input(image_shape, name="images")  # 128 x 128 x 3
    x = layers.Conv2D(filters, 4, 2, "same", name="down_1")(images)  # 64 x 64 x 16
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Conv2D(3 * filters, 4, 2, "same", name="down_2")(x)  # 32 x 32 x 48
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    for n in range(3, last + 1):
        x = layers.Conv2D(6 * filters, 3, 2, "same", name=f"down_{n}")(x)  # 16 x 16 x 96, 8 x 8 x 96
        x = layers.LeakyReLU(0.2, name=f"leaky_{n}")(x)
    x = layers.Flatten(name="flat")(x)  # 6144
    x = layers.Dense(dense_size, name="dense")(x)  # 128
    x = layers.LeakyReLU(0.2, name=f"leaky_{last + 1}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="large_discriminator")


@checked(check_sizes, check_multiples_of_4)
def build_conditional_generator(image_shape=(128, 128, 3), num_classes=10, latent_dim=64, dense_size=256, filters=32):
    """Build the recommended generator of large images of a class, 2,175,427 parameters.

    Args:
        image_shape, latent_dim, dense_size, filters: as in `build_generator`.
        num_classes: number of classes.

    Returns:
        keras.Model `large_conditional_generator`: [z, class_labels], float (batch, latent_dim) and int (batch,) in 0 to
        num_classes - 1, to images (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        `conditional.build_generator`.
    """
    class_labels, y = _class_input(num_classes)
    z, images = conditional.append(y, build_generator, image_shape, latent_dim, dense_size, filters)
    return keras.Model([z, class_labels], images, name="large_conditional_generator")


@checked(check_sizes, check_multiples_of_4)
def build_conditional_discriminator(image_shape=(128, 128, 3), num_classes=10, filters=16, dense_size=128):
    """Build the recommended discriminator of large images of a class, 925,697 parameters.

    Args:
        image_shape, filters, dense_size: as in `build_discriminator`.
        num_classes: number of classes.

    Returns:
        keras.Model `large_conditional_discriminator`: [images, class_labels], float (batch, height, width, channels) in
        [-1, 1] and int (batch,) in 0 to num_classes - 1, to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        `conditional.build_discriminator`.
    """
    class_labels, y = _class_input(num_classes)
    images, logits = conditional.project(y, build_discriminator, image_shape, filters, dense_size)
    return keras.Model([images, class_labels], logits, name="large_conditional_discriminator")


def _class_input(num_classes):
    """Return the input `class_labels` (batch,) and its one-hot vectors (batch, num_classes)."""
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    return class_labels, layers.CategoryEncoding(num_classes, "one_hot", name="one_hot")(class_labels)
