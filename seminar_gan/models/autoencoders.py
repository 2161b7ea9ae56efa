"""The three autoencoders of Temkeng 2020, section 3, layer by layer.

Every builder returns an untrained `keras.Model` that maps images to reconstructions in [0, 1]. The output of its layer
named `code` is the code, where `split` cuts the network. The dense networks take and return flat images, as in the
paper: reshape (n, 28, 28) to (n, 784) first.
"""

import keras
from keras import layers

from seminar_gan.models.sizes import check_sizes, check_survives_pooling, checked

__all__ = ["build_convolutional_autoencoder", "build_deep_autoencoder", "build_simple_autoencoder", "split"]


def __dir__():
    return __all__


@checked(check_sizes)
def build_simple_autoencoder(image_shape=(28, 28, 1), code_size=32):
    """Build the autoencoder with one hidden layer: 784 - 32 - 784, 50,992 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        code_size: number of values in the code.

    Returns:
        keras.Model `simple_autoencoder`: float (batch, height * width * channels) in [0, 1] to the same.

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Temkeng 2020, figure 4a. The activations (ReLU, sigmoid) are our choice: the paper names none.
    """
    height, width, channels = image_shape
    pixels = height * width * channels
    images = keras.Input((pixels,), name="images")  # 784
    x = layers.Dense(code_size, activation="relu", name="code")(images)  # 32
    x = layers.Dense(pixels, activation="sigmoid", name="reconstructions")(x)  # 784
    return keras.Model(images, x, name="simple_autoencoder")


@checked(check_sizes)
def build_deep_autoencoder(image_shape=(28, 28, 1), hidden_sizes=(128, 64), code_size=32):
    """Build the deep autoencoder: 784 - 128 - 64 - 32 - 64 - 128 - 784, 222,384 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        hidden_sizes: units of the encoder's hidden layers; the decoder has them in reverse.
        code_size: number of values in the code.

    Returns:
        keras.Model `deep_autoencoder`: float (batch, height * width * channels) in [0, 1] to the same.

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        Temkeng 2020, figure 6a. The activations (ReLU, sigmoid) are our choice: the paper names none.
    """
    height, width, channels = image_shape
    pixels = height * width * channels
    x = images = keras.Input((pixels,), name="images")  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, activation="relu", name=f"encoder_{number}")(x)  # 128, then 64
    x = layers.Dense(code_size, activation="relu", name="code")(x)  # 32
    for number, size in enumerate(reversed(hidden_sizes), start=1):
        x = layers.Dense(size, activation="relu", name=f"decoder_{number}")(x)  # 64, then 128
    x = layers.Dense(pixels, activation="sigmoid", name="reconstructions")(x)  # 784
    return keras.Model(images, x, name="deep_autoencoder")


@checked(check_sizes, lambda image_shape: check_survives_pooling(*image_shape[:2]))
def build_convolutional_autoencoder(image_shape=(28, 28, 1), outer_filters=16, inner_filters=8, code_channels=8):
    """Build the convolutional autoencoder: three 3 x 3 convolutions with pooling down, four up, 4,385 parameters.

    Args:
        image_shape: (height, width, channels) of the images. Height and width must be 8 k - 4 (12, 20, 28, 36, ...),
            because the pooling rounds up and one convolution has no padding: other sizes do not come back.
        outer_filters: channels of the first convolution and of the one before the last.
        inner_filters: channels of the second convolution and of the two that follow the code.
        code_channels: channels of the code, which has (height + 4) / 8 rows and (width + 4) / 8 columns.

    Returns:
        keras.Model `convolutional_autoencoder`: float (batch, height, width, channels) in [0, 1] to the same.

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not 8 k - 4.

    Source:
        Temkeng 2020, figure 7a. The activations (ReLU, sigmoid) are our choice: the paper names none.
    """
    outer, inner, code, channels = outer_filters, inner_filters, code_channels, image_shape[2]
    x = images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(outer, 3, 1, "same", activation="relu", name="encoder_1")(x)  # 28 x 28 x 16
    x = layers.MaxPooling2D(2, 2, "same", name="pool_1")(x)  # 14 x 14 x 16
    x = layers.Conv2D(inner, 3, 1, "same", activation="relu", name="encoder_2")(x)  # 14 x 14 x 8
    x = layers.MaxPooling2D(2, 2, "same", name="pool_2")(x)  # 7 x 7 x 8
    x = layers.Conv2D(code, 3, 1, "same", activation="relu", name="encoder_3")(x)  # 7 x 7 x 8
    x = layers.MaxPooling2D(2, 2, "same", name="code")(x)  # 4 x 4 x 8
    x = layers.Conv2D(inner, 3, 1, "same", activation="relu", name="decoder_1")(x)  # 4 x 4 x 8
    x = layers.UpSampling2D(2, name="up_1")(x)  # 8 x 8 x 8
    x = layers.Conv2D(inner, 3, 1, "same", activation="relu", name="decoder_2")(x)  # 8 x 8 x 8
    x = layers.UpSampling2D(2, name="up_2")(x)  # 16 x 16 x 8
    x = layers.Conv2D(outer, 3, 1, "valid", activation="relu", name="decoder_3")(x)  # 14 x 14 x 16
    x = layers.UpSampling2D(2, name="up_3")(x)  # 28 x 28 x 16
    x = layers.Conv2D(channels, 3, 1, "same", activation="sigmoid", name="reconstructions")(x)
    return keras.Model(images, x, name="convolutional_autoencoder")  # 28 x 28 x 1


def split(autoencoder):
    """Cut an autoencoder of this module at its code. Both halves share their weights with it.

    Args:
        autoencoder: keras.Model from one of the builders above.

    Returns:
        (encoder, decoder): keras.Model from images to codes, keras.Model from codes to reconstructions.

    Raises:
        ValueError: if the model has no layer named `code`.
    """
    names = [layer.name for layer in autoencoder.layers]
    if "code" not in names:
        raise ValueError(f"model {autoencoder.name!r} has no layer named 'code'; it has {', '.join(names)}")
    code = autoencoder.get_layer("code").output
    x = decoder_input = keras.Input(code.shape[1:], name="code_input")
    for layer in autoencoder.layers[names.index("code") + 1 :]:
        x = layer(x)
    return keras.Model(autoencoder.input, code, name="encoder"), keras.Model(decoder_input, x, name="decoder")
