"""Deep convolutional pairs: the recommended one, that of Temkeng 2020 and the last one of Winkler 2018 for MNIST.

A generator maps z to images in [-1, 1] by tanh; a discriminator maps images to one logit each, above 0 for "real".
Last layers compute in float32 even if the others compute in bfloat16, so the losses do too. For images of more than 64
pixels the recommended pair has large dense layers; `large` has one whose dense layers stay small.
"""

import keras
from keras import layers

from seminar_gan.models.sizes import check_dropout, check_multiples_of_4, check_sizes, checked

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


@checked(check_sizes, check_multiples_of_4)
def build_generator(image_shape=(28, 28, 1), latent_dim=64, dense_size=256, filters=32):
    """Build the recommended generator: 64 - 256 - 7 x 7 x 32 - 14 x 14 x 32 - 28 x 28 x 1, 442,113 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4. For
            more than 64 pixels see `large`.
        latent_dim: number of values in z.
        dense_size: units of the first layer.
        filters: channels of the grid and of the first transposed convolution.

    Returns:
        keras.Model `dcgan_generator`: float (batch, latent_dim), standard normal, to images
        (batch, height, width, channels) in [-1, 1]. 3,712 of its parameters are moving means and variances.

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Winkler 2018, section 4.7.5, with fewer channels; batch normalisation before ReLU as in Radford et al. 2015,
        with a momentum of 0.9, so that the moving means are right after a hundred steps.
    """
    height, width, channels = image_shape
    rows, columns = height // 4, width // 4  # 7, 7
    z = keras.Input((latent_dim,), name="z")  # 64
    x = layers.Dense(dense_size, use_bias=False, name="dense_1")(z)
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)  # 256
    x = layers.Dense(rows * columns * filters, use_bias=False, name="dense_2")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)  # 1568
    x = layers.Reshape((rows, columns, filters), name="grid")(x)  # 7 x 7 x 32
    x = layers.Conv2DTranspose(filters, 4, 2, "same", use_bias=False, name="up_1")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_3")(x)
    x = layers.ReLU(name="relu_3")(x)  # 14 x 14 x 32
    x = layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh", dtype="float32", name="images")(x)
    return keras.Model(z, x, name="dcgan_generator")  # 28 x 28 x 1


@checked(check_sizes, check_multiples_of_4)
def build_discriminator(image_shape=(28, 28, 1), filters=16, dense_size=128):
    """Build the recommended discriminator: three strided convolutions and a dense layer, 251,041 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be multiples of 4. For
            more than 64 pixels see `large`.
        filters: channels of the first convolution; the second has three, the third six times as many.
        dense_size: units of the layer before the last.

    Returns:
        keras.Model `dcgan_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        ours, by the guidelines of Radford et al. 2015, but without batch normalisation: real and fake images go
        through it in separate batches, and normalising each would hide how their means differ.
    """
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(filters, 4, 2, "same", name="down_1")(images)  # 14 x 14 x 16
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Conv2D(3 * filters, 4, 2, "same", name="down_2")(x)  # 7 x 7 x 48
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Conv2D(6 * filters, 3, 2, "same", name="down_3")(x)  # 4 x 4 x 96
    x = layers.LeakyReLU(0.2, name="leaky_3")(x)
    x = layers.Flatten(name="flat")(x)  # 1536
    x = layers.Dense(dense_size, name="dense")(x)  # 128
    x = layers.LeakyReLU(0.2, name="leaky_4")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="dcgan_discriminator")


@checked(check_sizes, check_multiples_of_4)
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
    height, width, channels = image_shape
    rows, columns = height // 4, width // 4  # 7, 7
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(rows * columns * filters, name="dense")(z)  # 6272
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Reshape((rows, columns, filters), name="grid")(x)  # 7 x 7 x 128
    x = layers.Conv2DTranspose(filters, 4, 2, "same", name="up_1")(x)  # 14 x 14 x 128
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Conv2DTranspose(filters, 4, 2, "same", name="up_2")(x)  # 28 x 28 x 128
    x = layers.LeakyReLU(0.2, name="leaky_3")(x)
    x = layers.Conv2D(channels, 7, 1, "same", activation="tanh", dtype="float32", name="images")(x)
    return keras.Model(z, x, name="temkeng_dcgan_generator")  # 28 x 28 x 1


@checked(check_sizes, check_multiples_of_4, check_dropout)
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
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Rescaling(0.5, 0.5, name="unit_images")(images)  # from [-1, 1] to [0, 1]
    x = layers.Conv2D(filters, 3, 2, "same", name="down_1")(x)  # 14 x 14 x 64
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Dropout(dropout, name="dropout_1")(x)
    x = layers.Conv2D(filters, 3, 2, "same", name="down_2")(x)  # 7 x 7 x 64
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Dropout(dropout, name="dropout_2")(x)
    x = layers.Flatten(name="flat")(x)  # 3136
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="temkeng_dcgan_discriminator")


@checked(check_sizes, check_multiples_of_4)
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
    height, width, channels = image_shape
    rows, columns = height // 4, width // 4  # 7, 7
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(dense_size, name="dense_1")(z)  # 1024
    x = layers.BatchNormalization(name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)
    x = layers.Dense(rows * columns * 2 * filters, name="dense_2")(x)  # 6272
    x = layers.BatchNormalization(name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)
    x = layers.Reshape((rows, columns, 2 * filters), name="grid")(x)  # 7 x 7 x 128
    x = layers.Conv2DTranspose(filters, 4, 2, "same", name="up_1")(x)  # 14 x 14 x 64
    x = layers.BatchNormalization(name="norm_3")(x)
    x = layers.ReLU(name="relu_3")(x)
    x = layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh", dtype="float32", name="images")(x)
    return keras.Model(z, x, name="winkler_dcgan_generator")  # 28 x 28 x 1


@checked(check_sizes, check_multiples_of_4)
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
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(filters, 5, 1, "same", name="conv_1")(images)  # 28 x 28 x 32
    x = layers.LeakyReLU(0.01, name="leaky_1")(x)
    x = layers.Conv2D(filters, 2, 2, "same", name="down_1")(x)  # 14 x 14 x 32
    x = layers.LeakyReLU(0.01, name="leaky_2")(x)
    x = layers.Conv2D(2 * filters, 5, 1, "same", name="conv_2")(x)  # 14 x 14 x 64
    x = layers.LeakyReLU(0.01, name="leaky_3")(x)
    x = layers.Conv2D(2 * filters, 2, 2, "same", name="down_2")(x)  # 7 x 7 x 64
    x = layers.LeakyReLU(0.01, name="leaky_4")(x)
    x = layers.Flatten(name="flat")(x)  # 3136
    x = layers.Dense(dense_size, name="dense")(x)  # 1024
    x = layers.LeakyReLU(0.01, name="leaky_5")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="winkler_dcgan_discriminator")
