"""Dense pairs: that of Temkeng 2020, section 4.1, two of Winkler 2018, sections 4.7.1 and 4.7.3, and one for points.

A generator maps z to images in [-1, 1] by tanh, or to points; a discriminator maps these to one logit each, above 0 for
"real". Images are (height, width, channels); the networks flatten and reshape them inside.
Last layers compute in float32 even if the others compute in bfloat16, so the losses do too.
"""

import keras
from keras import layers

from seminar_gan.models.sizes import check_sizes, checked

__all__ = [
    "build_one_layer_discriminator",
    "build_one_layer_generator",
    "build_point_discriminator",
    "build_point_generator",
    "build_temkeng_discriminator",
    "build_temkeng_generator",
    "build_winkler_discriminator",
    "build_winkler_generator",
]

ACTIVATIONS = ("sigmoid", "relu", "leaky_relu")


def __dir__():
    return __all__


@checked(check_sizes)
def build_temkeng_generator(image_shape=(28, 28, 1), latent_dim=784, hidden_size=32):
    """Build the vanilla generator of Temkeng 2020: 784 - 32 - 784, 50,992 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: number of values in z. The paper's noise is uniform.
        hidden_size: units of the hidden layer.

    Returns:
        keras.Model `temkeng_mlp_generator`: float (batch, latent_dim) to images (batch, height, width, channels) in
        [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Temkeng 2020, figure 9a. The activations (ReLU, tanh) are our choice: the paper names none.
    """
    height, width, channels = image_shape
    pixels = height * width * channels
    z = keras.Input((latent_dim,), name="z")  # 784
    x = layers.Dense(hidden_size, activation="relu", name="hidden")(z)  # 32
    x = layers.Dense(pixels, activation="tanh", dtype="float32", name="pixels")(x)  # 784
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model(z, images, name="temkeng_mlp_generator")


@checked(check_sizes)
def build_temkeng_discriminator(image_shape=(28, 28, 1), hidden_sizes=(32, 16)):
    """Build the vanilla discriminator of Temkeng 2020: 784 - 32 - 16 - 1, 25,665 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        hidden_sizes: units of the hidden layers.

    Returns:
        keras.Model `temkeng_mlp_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits
        (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Temkeng 2020, figure 9b. The activation (leaky ReLU, slope 0.2) is our choice: the paper names none.
    """
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Flatten(data_format="channels_last", name="flat")(images)  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, name=f"hidden_{number}")(x)  # 32, 16
        x = layers.LeakyReLU(0.2, name=f"leaky_{number}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="temkeng_mlp_discriminator")


@checked(check_sizes)
def build_winkler_generator(image_shape=(28, 28, 1), latent_dim=100, hidden_sizes=(1024, 1024)):
    """Build the dense generator of Winkler 2018: 100 - 1024 - 1024 - 784, 1,956,624 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: number of values in z.
        hidden_sizes: units of the hidden layers.

    Returns:
        keras.Model `winkler_mlp_generator`: float (batch, latent_dim) to images (batch, height, width, channels) in
        [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Winkler 2018, section 4.7.3: "two dense layers (with 256 units in the discriminator and 1024 units in the
        generator)". We read: two hidden layers in each, because the section's end speaks of "adding another hidden
        layer" to networks that had one; `hidden_sizes=(1024,)` is the other reading. Slope 0.01: the same section;
        tanh: section 4.6. The length of z is our choice: the thesis names none.
    """
    height, width, channels = image_shape
    pixels = height * width * channels
    x = z = keras.Input((latent_dim,), name="z")  # 100
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, name=f"hidden_{number}")(x)  # 1024, 1024
        x = layers.LeakyReLU(0.01, name=f"leaky_{number}")(x)
    x = layers.Dense(pixels, activation="tanh", dtype="float32", name="pixels")(x)  # 784
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model(z, images, name="winkler_mlp_generator")


@checked(check_sizes)
def build_winkler_discriminator(image_shape=(28, 28, 1), hidden_sizes=(256, 256)):
    """Build the dense discriminator of Winkler 2018: 784 - 256 - 256 - 1, 267,009 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        hidden_sizes: units of the hidden layers.

    Returns:
        keras.Model `winkler_mlp_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits
        (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Winkler 2018, section 4.7.3, read as said in `build_winkler_generator`.
    """
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Flatten(data_format="channels_last", name="flat")(images)  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, name=f"hidden_{number}")(x)  # 256, 256
        x = layers.LeakyReLU(0.01, name=f"leaky_{number}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="winkler_mlp_discriminator")


def check_activation(activation):
    """Reject what is no activation of the one-layer pair.

    Raises:
        ValueError: names those that are.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; got {activation!r}")


@checked(check_sizes, check_activation)
def build_one_layer_generator(image_shape=(28, 28, 1), latent_dim=100, hidden_size=30, *, activation="sigmoid"):
    """Build the first generator of Winkler 2018: 100 - 30 - 784, 27,334 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: number of values in z.
        hidden_size: units of the hidden layer.
        activation: of the hidden layer: "sigmoid", "relu", or "leaky_relu" with a slope of 0.01 below zero.

    Returns:
        keras.Model `one_layer_generator`: float (batch, latent_dim) to images (batch, height, width, channels) in
        [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number, and for another activation.

    Source:
        Winkler 2018, section 4.7.1: a classifier of Nielsen 2015, chapter 1, 784 - 30 - 10 with sigmoids, "copied for
        the discriminator and just inverted for the generator". The table of the layers is missing in the text that we
        have; a z of 100 values is our choice. tanh: section 4.6. The other activations and the slope: section 4.7.3.
    """
    height, width, channels = image_shape
    pixels = height * width * channels
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(hidden_size, name="hidden")(z)  # 30
    x = layers.LeakyReLU(0.01)(x) if activation == "leaky_relu" else layers.Activation(activation)(x)
    x = layers.Dense(pixels, activation="tanh", dtype="float32", name="pixels")(x)  # 784
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model(z, images, name="one_layer_generator")


@checked(check_sizes, check_activation)
def build_one_layer_discriminator(image_shape=(28, 28, 1), hidden_size=30, *, activation="sigmoid"):
    """Build the first discriminator of Winkler 2018: 784 - 30 - 1, 23,581 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        hidden_size: units of the hidden layer.
        activation: of the hidden layer: "sigmoid", "relu", or "leaky_relu" with a slope of 0.01 below zero.

    Returns:
        keras.Model `one_layer_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, and for another activation.

    Source:
        Winkler 2018, section 4.7.1, read as said in `build_one_layer_generator`.
    """
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Flatten(data_format="channels_last", name="flat")(images)  # 784
    x = layers.Dense(hidden_size, name="hidden")(x)  # 30
    x = layers.LeakyReLU(0.01)(x) if activation == "leaky_relu" else layers.Activation(activation)(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="one_layer_discriminator")


@checked(check_sizes)
def build_point_generator(point_dim=2, latent_dim=2, hidden_sizes=(32, 32)):
    """Build a generator of points in the plane: 2 - 32 - 32 - 2, 1,218 parameters.

    Args:
        point_dim: number of coordinates of a point.
        latent_dim: number of values in z.
        hidden_sizes: units of the hidden layers.

    Returns:
        keras.Model `point_generator`: float (batch, latent_dim) to points (batch, point_dim), not bounded.

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        ours, for a game that one can see as a whole.
    """
    x = z = keras.Input((latent_dim,), name="z")  # 2
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, name=f"hidden_{number}")(x)  # 32, 32
        x = layers.LeakyReLU(0.2, name=f"leaky_{number}")(x)
    points = layers.Dense(point_dim, dtype="float32", name="points")(x)  # 2
    return keras.Model(z, points, name="point_generator")


@checked(check_sizes)
def build_point_discriminator(point_dim=2, hidden_sizes=(32, 32)):
    """Build a discriminator of points in the plane: 2 - 32 - 32 - 1, 1,185 parameters.

    Args:
        point_dim: number of coordinates of a point.
        hidden_sizes: units of the hidden layers.

    Returns:
        keras.Model `point_discriminator`: points (batch, point_dim), best a few units around 0, to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        ours, for a game that one can see as a whole.
    """
    x = points = keras.Input((point_dim,), name="points")  # 2
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, name=f"hidden_{number}")(x)  # 32, 32
        x = layers.LeakyReLU(0.2, name=f"leaky_{number}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(points, logits, name="point_discriminator")
