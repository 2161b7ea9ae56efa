"""Deep convolutional pairs: the recommended one, that of Temkeng 2020 and the last one of Winkler 2018 for MNIST.

A generator maps z to images in [-1, 1] by tanh; a discriminator maps images to one logit each, above 0 for "real".
Last layers compute in float32 even if the others compute in bfloat16, so the losses do too.
"""

import math

import keras
from keras import layers

from seminar_gan.models.sizes import check_dropout, check_multiples_of_4, check_sizes, doublings

__all__ = [
    "build_discriminator",
    "build_generator",
    "build_temkeng_discriminator",
    "build_temkeng_generator",
    "build_winkler_discriminator",
    "build_winkler_generator",
]


def __dir__():
    return __all__


def build_generator(image_shape=(28, 28, 1), latent_dim=64, dense_size=256, filters=32):
    """Build the recommended generator: 64 - 256 - 7 x 7 x 32 - 14 x 14 x 32 - 28 x 28 x 1, 442,113 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        latent_dim: number of values in z.
        dense_size: units of the first layer.
        filters: channels of the grid and of the first transposed convolution. Images above 64 pixels get further ones,
            each with half as many channels as the one before (`sizes.doublings`).

    Returns:
        keras.Model `dcgan_generator`: float (batch, latent_dim), standard normal, to images
        (batch, height, width, channels) in [-1, 1]. 3,712 of its parameters are moving means and variances.

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Winkler 2018, section 4.7.5, with fewer channels; batch normalisation before ReLU as in Radford et al. 2015,
        with a momentum of 0.9, so that the moving means are right after a hundred steps.
    """
    check_sizes(image_shape=image_shape, latent_dim=latent_dim, dense_size=dense_size, filters=filters)
    height, width, channels = check_multiples_of_4(image_shape)
    ups = doublings(image_shape)  # 2
    grid = (height // 2**ups, width // 2**ups, filters)
    z = keras.Input((latent_dim,), name="z")  # 64
    x = layers.Dense(dense_size, use_bias=False, name="dense_1")(z)  # 256
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)
    x = layers.Dense(math.prod(grid), use_bias=False, name="dense_2")(x)  # 1568
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)
    x = layers.Reshape(grid, name="grid")(x)  # 7 x 7 x 32
    for n in range(1, ups):  # once up to 64 pixels, with fewer filters each further time
        filters_n = max(1, 2 * filters // 2**n)
        x = layers.Conv2DTranspose(filters_n, 4, 2, padding="same", use_bias=False, name=f"up_{n}")(x)  # 14 x 14 x 32
        x = layers.BatchNormalization(momentum=0.9, name=f"norm_{n + 2}")(x)
        x = layers.ReLU(name=f"relu_{n + 2}")(x)
    up = layers.Conv2DTranspose(channels, 4, 2, padding="same", activation="tanh", dtype="float32", name="images")
    return keras.Model(z, up(x), name="dcgan_generator")  # 28 x 28 x 1


def build_discriminator(image_shape=(28, 28, 1), filters=16, dense_size=128):
    """Build the recommended discriminator: three strided convolutions and a dense layer, 251,041 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        filters: channels of the first convolution; the second has three, the third six times as many. Images above 64
            pixels get further ones like the third (`sizes.doublings`).
        dense_size: units of the layer before the last.

    Returns:
        keras.Model `dcgan_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        ours, by the guidelines of Radford et al. 2015, but without batch normalisation: real and fake images go
        through it in separate batches, and normalising each would hide how their means differ.
    """
    check_sizes(image_shape=image_shape, filters=filters, dense_size=dense_size)
    check_multiples_of_4(image_shape)
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(filters, 4, 2, padding="same", name="down_1")(images)  # 14 x 14 x 16
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Conv2D(3 * filters, 4, 2, padding="same", name="down_2")(x)  # 7 x 7 x 48
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    for n in range(3, doublings(image_shape) + 2):  # once up to 64 pixels
        x = layers.Conv2D(6 * filters, 3, 2, padding="same", name=f"down_{n}")(x)  # 4 x 4 x 96
        x = layers.LeakyReLU(0.2, name=f"leaky_{n}")(x)
    x = layers.Flatten(name="flat")(x)  # 1536
    x = layers.Dense(dense_size, name="dense")(x)  # 128
    x = layers.LeakyReLU(0.2, name=f"leaky_{n + 1}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="dcgan_discriminator")


def build_temkeng_generator(image_shape=(28, 28, 1), latent_dim=100, filters=128):
    """Build the deep convolutional generator of Temkeng 2020, 1,164,289 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        latent_dim: number of values in z.
        filters: channels of every layer except the last.

    Returns:
        keras.Model `temkeng_dcgan_generator`: float (batch, latent_dim) to images (batch, height, width, channels)
        in [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Temkeng 2020, figure 11a. The kernel sizes follow from its parameter counts. It names neither the slope (ours is
        0.2, as in Radford et al. 2015) nor the last activation (ours is tanh).
    """
    check_sizes(image_shape=image_shape, latent_dim=latent_dim, filters=filters)
    height, width, channels = check_multiples_of_4(image_shape)
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(height // 4 * (width // 4) * filters, name="dense")(z)  # 6272
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Reshape((height // 4, width // 4, filters), name="grid")(x)  # 7 x 7 x 128
    x = layers.Conv2DTranspose(filters, 4, 2, padding="same", name="up_1")(x)  # 14 x 14 x 128
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Conv2DTranspose(filters, 4, 2, padding="same", name="up_2")(x)  # 28 x 28 x 128
    x = layers.LeakyReLU(0.2, name="leaky_3")(x)
    images = layers.Conv2D(channels, 7, padding="same", activation="tanh", dtype="float32", name="images")(x)
    return keras.Model(z, images, name="temkeng_dcgan_generator")  # 28 x 28 x 1


def build_temkeng_discriminator(image_shape=(28, 28, 1), filters=64, dropout=0.4):
    """Build the deep convolutional discriminator of Temkeng 2020, 40,705 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        filters: channels of both convolutions.
        dropout: share of a layer's outputs that are set to 0 in training, at least 0 and below 1.

    Returns:
        keras.Model `temkeng_dcgan_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits
        (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, if height or width is not a multiple of 4, or if dropout
            is out of range.

    Source:
        Temkeng 2020, figure 11b. It names no slope (ours is 0.2, as in Radford et al. 2015), no dropout (ours is 0.4)
        and no range of the images (ours enter the convolutions in [0, 1], black as 0); dropout and range are those of
        tutorials with the same parameter counts. With black as -1 this pair ends in black images.
    """
    check_sizes(image_shape=image_shape, filters=filters)
    check_multiples_of_4(image_shape)
    check_dropout(dropout)
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Rescaling(0.5, 0.5, name="unit_images")(images)  # from [-1, 1] to [0, 1]
    x = layers.Conv2D(filters, 3, 2, padding="same", name="down_1")(x)  # 14 x 14 x 64
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Dropout(dropout, name="dropout_1")(x)
    x = layers.Conv2D(filters, 3, 2, padding="same", name="down_2")(x)  # 7 x 7 x 64
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Dropout(dropout, name="dropout_2")(x)
    x = layers.Flatten(name="flat")(x)  # 3136
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="temkeng_dcgan_discriminator")


def build_winkler_generator(image_shape=(28, 28, 1), latent_dim=100, dense_size=1024, filters=64):
    """Build the last MNIST generator of Winkler 2018, 6,693,825 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        latent_dim: number of values in z.
        dense_size: units of the first layer.
        filters: channels of the first transposed convolution; its input has twice as many.

    Returns:
        keras.Model `winkler_dcgan_generator`: float (batch, latent_dim) to images (batch, height, width, channels)
        in [-1, 1]. 14,720 of its parameters are moving means and variances.

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Winkler 2018, the last list of section 4.7.5. It leaves open: the length of z (ours is 100, as in Radford et
        al. 2015); the padding ("same", the only one that doubles 7 to 14 to 28 by stride 2 and kernels of 4); whether
        batch normalisation comes before ReLU (it does, as in Radford et al. 2015; the list names ReLU first).
    """
    check_sizes(image_shape=image_shape, latent_dim=latent_dim, dense_size=dense_size, filters=filters)
    height, width, channels = check_multiples_of_4(image_shape)
    grid = (height // 4, width // 4, 2 * filters)
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(dense_size, name="dense_1")(z)  # 1024
    x = layers.BatchNormalization(name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)
    x = layers.Dense(math.prod(grid), name="dense_2")(x)  # 6272
    x = layers.BatchNormalization(name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)
    x = layers.Reshape(grid, name="grid")(x)  # 7 x 7 x 128
    x = layers.Conv2DTranspose(filters, 4, 2, padding="same", name="up_1")(x)  # 14 x 14 x 64
    x = layers.BatchNormalization(name="norm_3")(x)
    x = layers.ReLU(name="relu_3")(x)
    up = layers.Conv2DTranspose(channels, 4, 2, padding="same", activation="tanh", dtype="float32", name="images")
    return keras.Model(z, up(x), name="winkler_dcgan_generator")  # 28 x 28 x 1


def build_winkler_discriminator(image_shape=(28, 28, 1), filters=32, dense_size=1024):
    """Build the last MNIST discriminator of Winkler 2018, 3,285,985 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4.
        filters: channels of the first two convolutions; the other two have twice as many.
        dense_size: units of the layer before the last, 4 x 4 x 64 in the thesis.

    Returns:
        keras.Model `winkler_dcgan_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits
        (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Winkler 2018, the last list of section 4.7.5. It leaves open: the padding ("same", because the section says that
        its first convolutions end in 7 x 7; without padding they would end in 4 x 4); the slope (0.01, from section
        4.7.3); the activation after the first dense layer (leaky ReLU too: without one the two would be one layer).
    """
    check_sizes(image_shape=image_shape, filters=filters, dense_size=dense_size)
    check_multiples_of_4(image_shape)
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(filters, 5, padding="same", name="conv_1")(images)  # 28 x 28 x 32
    x = layers.LeakyReLU(0.01, name="leaky_1")(x)
    x = layers.Conv2D(filters, 2, 2, padding="same", name="down_1")(x)  # 14 x 14 x 32
    x = layers.LeakyReLU(0.01, name="leaky_2")(x)
    x = layers.Conv2D(2 * filters, 5, padding="same", name="conv_2")(x)  # 14 x 14 x 64
    x = layers.LeakyReLU(0.01, name="leaky_3")(x)
    x = layers.Conv2D(2 * filters, 2, 2, padding="same", name="down_2")(x)  # 7 x 7 x 64
    x = layers.LeakyReLU(0.01, name="leaky_4")(x)
    x = layers.Flatten(name="flat")(x)  # 3136
    x = layers.Dense(dense_size, name="dense")(x)  # 1024
    x = layers.LeakyReLU(0.01, name="leaky_5")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="winkler_dcgan_discriminator")
