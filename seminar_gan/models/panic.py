"""The networks of Wallat & Kriegel, PANIC, for images in [0, 1] of any size from 16 to 128 pixels.

The paper gives the kinds of layers and how many there are. Their sizes for 28 x 28 are those of the tutorial that it
builds on: Deshpande & Bruner 2017, Generative adversarial networks for beginners. For 100 x 100 the paper changed the
kernel sizes, without saying to what, and added batch normalisation to the discriminator, without saying where. So
`kernel_size` is an argument, and `build_normalised_discriminator` says what we chose.
"""

import keras
from keras import layers

from seminar_gan.models.sizes import check_sides, check_sizes, checked

__all__ = ["SIZES", "build_discriminator", "build_generator", "build_normalised_discriminator"]


def __dir__():
    return __all__


SIZES = (16, 128)  # smallest and largest height and width, as in datasets.folders


@checked(check_sizes, lambda image_shape: check_sides(image_shape, *SIZES))
def build_generator(image_shape=(28, 28, 1), latent_dim=100, kernel_size=3, filters=50):
    """Build the generator of PANIC, 328,841 parameters; for 100 x 100 4,052,105.

    Args:
        image_shape: (height, width, channels) of the images, 16 to 128 pixels high and wide.
        latent_dim: number of values in z.
        kernel_size: of the first two convolutions; that of the last is 1.
        filters: channels of the first convolution; the second has half as many.

    Returns:
        keras.Model `panic_generator`: float (batch, latent_dim), normal or truncated normal, to images
        (batch, height, width, channels) in [0, 1]. 152 of its parameters are moving means and variances.

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is below 16 or above 128.

    Source:
        Wallat & Kriegel, PANIC, section 4: a projection and three convolutions that end in one feature. The
        tutorial: each convolution halves what was enlarged before. Ours: a momentum of 0.9, so that the moving means
        are right after a hundred steps.
    """
    height, width, channels = image_shape
    # A dictionary, of which Keras makes an initializer for each layer: two uses of one would draw the same numbers.
    small = {"class_name": "TruncatedNormal", "config": {"stddev": 0.02}}
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(2 * height * 2 * width, kernel_initializer=small, name="dense")(z)  # 3136
    x = layers.Reshape((2 * height, 2 * width, 1), name="grid")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)  # 56 x 56 x 1
    x = layers.Conv2D(filters, kernel_size, 2, "same", kernel_initializer=small, name="conv_1")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)  # 28 x 28 x 50
    x = layers.UpSampling2D(interpolation="bilinear", name="up_1")(x)  # 56 x 56 x 50
    half = max(1, filters // 2)
    x = layers.Conv2D(half, kernel_size, 2, "same", kernel_initializer=small, name="conv_2")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_3")(x)
    x = layers.ReLU(name="relu_3")(x)  # 28 x 28 x 25
    x = layers.UpSampling2D(interpolation="bilinear", name="up_2")(x)  # 56 x 56 x 25
    last = {"activation": "sigmoid", "dtype": "float32", "name": "images"}
    x = layers.Conv2D(channels, 1, 2, "same", kernel_initializer=small, **last)(x)  # 28 x 28 x 1
    return keras.Model(z, x, name="panic_generator")


@checked(check_sizes, lambda image_shape: check_sides(image_shape, *SIZES))
def build_discriminator(image_shape=(28, 28, 1), kernel_size=5, filters=32, dense_size=1024):
    """Build the discriminator of PANIC, 3,265,409 parameters; for 100 x 100 41,014,145.

    Args:
        image_shape: (height, width, channels) of the images, 16 to 128 pixels high and wide.
        kernel_size: of both convolutions.
        filters: channels of the first convolution; the second has twice as many.
        dense_size: units of the layer before the last.

    Returns:
        keras.Model `panic_discriminator`: images (batch, height, width, channels) in [0, 1] to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is below 16 or above 128.

    Source:
        Wallat & Kriegel, PANIC, section 4: two convolutions with average pooling and two dense layers that end in one
        probability. The loss contains its sigmoid.
    """
    # A dictionary, of which Keras makes an initializer for each layer: two uses of one would draw the same numbers.
    small = {"class_name": "TruncatedNormal", "config": {"stddev": 0.02}}
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    conv = layers.Conv2D(filters, kernel_size, 1, "same", kernel_initializer=small, name="conv_1")
    x = conv(images)  # 28 x 28 x 32
    x = layers.ReLU(name="relu_1")(x)
    x = layers.AveragePooling2D(2, 2, "same", name="pool_1")(x)  # 14 x 14 x 32
    conv = layers.Conv2D(2 * filters, kernel_size, 1, "same", kernel_initializer=small, name="conv_2")
    x = conv(x)  # 14 x 14 x 64
    x = layers.ReLU(name="relu_2")(x)
    x = layers.AveragePooling2D(2, 2, "same", name="pool_2")(x)  # 7 x 7 x 64
    x = layers.Flatten(name="flat")(x)  # 3136
    x = layers.Dense(dense_size, kernel_initializer=small, name="dense")(x)  # 1024
    x = layers.ReLU(name="relu_3")(x)
    x = layers.Dense(1, kernel_initializer=small, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, x, name="panic_discriminator")


@checked(check_sizes, lambda image_shape: check_sides(image_shape, *SIZES))
def build_normalised_discriminator(image_shape=(28, 28, 1), kernel_size=5, filters=32, dense_size=1024):
    """Build the discriminator of PANIC with batch normalisation, 3,265,665 parameters; for 100 x 100 41,014,401.

    Args:
        image_shape, kernel_size, filters, dense_size: as in `build_discriminator`.

    Returns:
        keras.Model `panic_normalised_discriminator`: images (batch, height, width, channels) in [0, 1] to logits
        (batch, 1). 128 of its parameters are moving means and variances.

    Raises:
        ValueError: as `build_discriminator`.

    Source:
        Wallat & Kriegel, PANIC, section 5, which does not say where. Ours follows the second convolution, before ReLU:
        Radford et al. 2015 do not normalise the discriminator's first layer, and their only dense layer is the last.
        With a normalised dense layer too, and batches of 8, the generator stayed at one grey image (28 x 28, 200
        steps, seed 0).
    """
    plain = build_discriminator(image_shape, kernel_size, filters, dense_size)
    x = images = plain.input
    for layer in plain.layers[1:]:
        x = layer(x)
        if layer.name == "conv_2":
            x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    return keras.Model(images, x, name="panic_normalised_discriminator")
