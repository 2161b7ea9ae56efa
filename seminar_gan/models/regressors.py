"""A small regressor that reads the attributes of an image."""

import keras
from keras import layers

from seminar_gan.models.sizes import check_channels_last, check_sizes, checked

__all__ = ["build_attribute_regressor"]


def __dir__():
    return __all__


@checked(check_sizes, check_channels_last)
def build_attribute_regressor(image_shape=(28, 28, 1), num_attributes=6, filters=32, feature_size=64):
    """Build a convolutional regressor of an image's attributes, 121,734 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        num_attributes: number of attributes of an image.
        filters: channels of the first convolution; the other two have twice as many.
        feature_size: units of the layer before the last.

    Returns:
        keras.Model `attribute_regressor`: float (batch, height, width, channels) in [0, 1] to (batch, num_attributes),
        without bounds.

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        ours. Convolutions with stride 2 and no pooling: a maximum over positions would lose where a part is.
    """
    x = images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    for number, size in enumerate([filters, 2 * filters, 2 * filters], start=1):
        x = layers.Conv2D(size, 3, 2, padding="same", activation="relu", name=f"conv_{number}")(x)
    x = layers.Flatten(name="flat")(x)  # 4 x 4 x 64 = 1024
    x = layers.Dense(feature_size, activation="relu", name="features")(x)  # 64
    attributes = layers.Dense(num_attributes, name="attributes")(x)  # 6
    return keras.Model(images, attributes, name="attribute_regressor")
