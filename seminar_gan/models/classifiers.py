"""A small classifier of images, which computes the digit features and evaluates generated training sets."""

import keras
from keras import layers

from seminar_gan.models.sizes import check_channels_last, check_sizes, checked

__all__ = ["build_digit_classifier"]


def __dir__():
    return __all__


@checked(check_sizes, check_channels_last)
def build_digit_classifier(image_shape=(28, 28, 1), num_classes=10, feature_size=64):
    """Build a convolutional classifier, 169,130 parameters, of which 640 are moving means and variances.

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: number of classes.
        feature_size: units of the layer named `features`, the one before the last.

    Returns:
        keras.Model `digit_classifier`: float (batch, height, width, channels) in [0, 1] to logits (batch, num_classes).

    Raises:
        ValueError: if a size is not a positive whole number.

    Source:
        ours, in the manner of Simonyan & Zisserman 2015 (pairs of 3 x 3 convolutions), with batch normalisation.
    """
    x = images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    for number, (filters, strides) in enumerate([(32, 1), (32, 2), (64, 1), (64, 2), (64, 2)], start=1):
        x = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False, name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"norm_{number}")(x)
        x = layers.ReLU(name=f"relu_{number}")(x)  # 28 x 28 x 32, 14 x 14 x 32 and x 64, 7 x 7 x 64, 4 x 4 x 64
    x = layers.Flatten(name="flat")(x)  # 1024
    x = layers.Dense(feature_size, use_bias=False, name="dense")(x)  # 64
    x = layers.BatchNormalization(name="norm_6")(x)
    x = layers.ReLU(name="features")(x)
    logits = layers.Dense(num_classes, name="logits")(x)  # 10
    return keras.Model(images, logits, name="digit_classifier")
