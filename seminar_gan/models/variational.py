"""The two halves of a variational autoencoder (Kingma & Welling 2014), of the sizes of the deep autoencoder.

`training.variational.VariationalAutoencoder` puts them together. Like the dense autoencoders they take and return flat
images: reshape (n, 28, 28) to (n, 784) first.
"""

import keras
from keras import layers

from seminar_gan.models.sizes import check_sizes, checked

__all__ = ["build_decoder", "build_encoder"]


def __dir__():
    return __all__


@checked(check_sizes)
def build_encoder(image_shape=(28, 28, 1), hidden_sizes=(128, 64), code_size=32):
    """Build the encoder: 784 - 128 - 64 - two times 32, 112,896 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        hidden_sizes: units of the hidden layers.
        code_size: number of values in the code.

    Returns:
        keras.Model `variational_encoder`: float (batch, height * width * channels) in [0, 1] to two (batch, code_size),
        the means of the code's normal distribution and the logarithms of its variances, any numbers.

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Kingma & Welling 2014, appendix C.2, who have one hidden layer with tanh; the sizes are those of Temkeng 2020,
        figure 6a, the ReLU is ours.
    """
    height, width, channels = image_shape
    x = images = keras.Input((height * width * channels,), name="images")  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, activation="relu", name=f"encoder_{number}")(x)  # 128, then 64
    mean = layers.Dense(code_size, name="mean")(x)  # 32
    log_variance = layers.Dense(code_size, name="log_variance")(x)  # 32
    return keras.Model(images, [mean, log_variance], name="variational_encoder")


@checked(check_sizes)
def build_decoder(image_shape=(28, 28, 1), hidden_sizes=(128, 64), code_size=32):
    """Build the decoder: 32 - 64 - 128 - 784, 111,568 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        hidden_sizes: units of the encoder's hidden layers; the decoder has them in reverse.
        code_size: number of values in the code.

    Returns:
        keras.Model `variational_decoder`: float (batch, code_size), any numbers, to
        (batch, height * width * channels) in [0, 1], the probability of each pixel.

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Kingma & Welling 2014, appendix C.1; see `build_encoder`.
    """
    height, width, channels = image_shape
    x = z = keras.Input((code_size,), name="z")  # 32
    for number, size in enumerate(reversed(hidden_sizes), start=1):
        x = layers.Dense(size, activation="relu", name=f"decoder_{number}")(x)  # 64, then 128
    pixels = height * width * channels
    x = layers.Dense(pixels, activation="sigmoid", name="reconstructions")(x)  # 784
    return keras.Model(z, x, name="variational_decoder")
