"""Conditional pairs: generator and discriminator also take a class label, or attributes.

The convolutional pairs are those of `dcgan` with the condition added: the generator appends it to z, the discriminator
has a projection (Miyato & Koyama 2018). `build_generator` and `build_discriminator` take a class,
`build_attribute_generator` and `build_attribute_discriminator` a vector of attributes, such as how wide a mouth smiles.
The dense pair is that of Mirza & Osindero 2014.

A label outside 0 to num_classes - 1 counts as no class at all, without an error: check labels first.
"""

import math

import keras
from keras import layers

from seminar_gan.models import dcgan
from seminar_gan.models.sizes import check_dropout, check_sizes

__all__ = [
    "build_attribute_discriminator",
    "build_attribute_generator",
    "build_discriminator",
    "build_generator",
    "build_mirza_discriminator",
    "build_mirza_generator",
    "with_label_weights",
]


def __dir__():
    return __all__


def build_generator(image_shape=(28, 28, 1), num_classes=10, latent_dim=64, dense_size=256, filters=32):
    """Build the recommended generator of images of a class, 444,673 parameters.

    Args:
        image_shape, latent_dim, dense_size, filters: as in `dcgan.build_generator`.
        num_classes: number of classes.

    Returns:
        keras.Model `conditional_generator`: [z, class_labels], float (batch, latent_dim) and int (batch,) in 0 to
        num_classes - 1, to images (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Mirza & Osindero 2014, equation 2: G(z|y), with y as a one-hot vector appended to z; the rest is
        `dcgan.build_generator`.
    """
    check_sizes(num_classes=num_classes)
    class_labels, one_hot = _class_input(num_classes)
    z, images = _generate(one_hot, image_shape, latent_dim, dense_size, filters)
    return keras.Model([z, class_labels], images, name="conditional_generator")


def build_discriminator(image_shape=(28, 28, 1), num_classes=10, filters=16, dense_size=128):
    """Build the recommended discriminator of images of a class, 252,321 parameters.

    Args:
        image_shape, filters, dense_size: as in `dcgan.build_discriminator`.
        num_classes: number of classes.

    Returns:
        keras.Model `conditional_discriminator`: [images, class_labels], float (batch, height, width, channels) in
        [-1, 1] and int (batch,) in 0 to num_classes - 1, to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Miyato & Koyama 2018, figure 1d: logit = psi(phi(x)) + <embedding(y), phi(x)>, where phi is
        `dcgan.build_discriminator` without its last layer, and psi that layer.
    """
    check_sizes(num_classes=num_classes)
    class_labels, one_hot = _class_input(num_classes)
    images, logits = _project(one_hot, image_shape, filters, dense_size)
    return keras.Model([images, class_labels], logits, name="conditional_discriminator")


def build_attribute_generator(image_shape=(28, 28, 1), num_attributes=6, latent_dim=64, dense_size=256, filters=32):
    """Build the recommended generator of images with given attributes, 443,649 parameters.

    Args:
        image_shape, latent_dim, dense_size, filters: as in `dcgan.build_generator`.
        num_attributes: number of attributes of an image.

    Returns:
        keras.Model `attribute_generator`: [z, attributes], float (batch, latent_dim) and float (batch, num_attributes),
        best in [-1, 1], to images (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Mirza & Osindero 2014, equation 2: G(z|y), with y appended to z; the rest is `dcgan.build_generator`.
    """
    check_sizes(num_attributes=num_attributes)
    attributes = keras.Input((num_attributes,), name="attributes")
    z, images = _generate(attributes, image_shape, latent_dim, dense_size, filters)
    return keras.Model([z, attributes], images, name="attribute_generator")


def build_attribute_discriminator(image_shape=(28, 28, 1), num_attributes=6, filters=16, dense_size=128):
    """Build the recommended discriminator of images with given attributes, 251,809 parameters.

    Args:
        image_shape, filters, dense_size: as in `dcgan.build_discriminator`.
        num_attributes: number of attributes of an image.

    Returns:
        keras.Model `attribute_discriminator`: [images, attributes], float (batch, height, width, channels) in [-1, 1]
        and float (batch, num_attributes), best in [-1, 1], to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if height or width is not a multiple of 4.

    Source:
        Miyato & Koyama 2018, figure 1d: logit = psi(phi(x)) + <V y, phi(x)>, where V is a matrix.
    """
    check_sizes(num_attributes=num_attributes)
    attributes = keras.Input((num_attributes,), name="attributes")
    images, logits = _project(attributes, image_shape, filters, dense_size)
    return keras.Model([images, attributes], logits, name="attribute_discriminator")


def build_mirza_generator(
    image_shape=(28, 28, 1), num_classes=10, latent_dim=100, z_size=200, label_size=1000, joint_size=1200, dropout=0.5
):
    """Build the dense generator of Mirza & Osindero 2014, 2,413,984 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: number of classes.
        latent_dim: number of values in z.
        z_size: units of the layer that follows z.
        label_size: units of the layer that follows the label.
        joint_size: units of the layer that follows both of these.
        dropout: share of the joint layer's outputs that are set to 0 in training, at least 0 and below 1.

    Returns:
        keras.Model `mirza_generator`: [z, class_labels], float (batch, latent_dim) uniform and int (batch,) in 0 to
        num_classes - 1, to images (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: if a size is not a positive whole number, or if dropout is out of range.

    Source:
        Mirza & Osindero 2014, section 4.1. Ours ends in tanh, for images in [-1, 1], theirs in a sigmoid. They do not
        say which layer the dropout of 0.5 follows; ours follows the joint layer.
    """
    check_sizes(image_shape=image_shape, num_classes=num_classes, latent_dim=latent_dim)
    check_sizes(z_size=z_size, label_size=label_size, joint_size=joint_size)
    check_dropout(dropout)
    z = keras.Input((latent_dim,), name="z")  # 100
    class_labels, one_hot = _class_input(num_classes)  # 10
    from_z = layers.Dense(z_size, activation="relu", name="z_dense")(z)  # 200
    from_label = layers.Dense(label_size, activation="relu", name="label_dense")(one_hot)  # 1000
    x = layers.Concatenate(name="both")([from_z, from_label])  # 1200
    x = layers.Dense(joint_size, activation="relu", name="joint_dense")(x)  # 1200
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(math.prod(image_shape), activation="tanh", dtype="float32", name="pixels")(x)  # 784
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model([z, class_labels], images, name="mirza_generator")


def build_mirza_discriminator(
    image_shape=(28, 28, 1), num_classes=10, image_size=240, label_size=50, joint_size=240, dropout=0.5
):
    """Build the dense discriminator of Mirza & Osindero 2014, 1,224,351 parameters.

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: number of classes.
        image_size: units of the maxout layer that follows the image; it has 5 pieces.
        label_size: units of the maxout layer that follows the label; it has 5 pieces.
        joint_size: units of the maxout layer that follows both of these; it has 4 pieces.
        dropout: share of the joint layer's outputs that are set to 0 in training, at least 0 and below 1.

    Returns:
        keras.Model `mirza_discriminator`: [images, class_labels], float (batch, height, width, channels) in [-1, 1] and
        int (batch,) in 0 to num_classes - 1, to logits (batch, 1).

    Raises:
        ValueError: if a size is not a positive whole number, or if dropout is out of range.

    Source:
        Mirza & Osindero 2014, section 4.1; maxout: Goodfellow et al. 2013, section 3. The loss contains the sigmoid.
        They do not say which layer the dropout of 0.5 follows; ours follows the joint layer.
    """
    check_sizes(image_shape=image_shape, num_classes=num_classes)
    check_sizes(image_size=image_size, label_size=label_size, joint_size=joint_size)
    check_dropout(dropout)
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    class_labels, one_hot = _class_input(num_classes)  # 10
    flat = layers.Flatten(data_format="channels_last", name="flat")(images)  # 784
    from_image = _maxout(flat, image_size, pieces=5, name="image")  # 240
    from_label = _maxout(one_hot, label_size, pieces=5, name="label")  # 50
    x = layers.Concatenate(name="both")([from_image, from_label])  # 290
    x = _maxout(x, joint_size, pieces=4, name="joint")  # 240
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model([images, class_labels], logits, name="mirza_discriminator")


def with_label_weights(network):
    """Let a network of classes take a weight for each class, such as half a 3 and half an 8.

    Args:
        network: keras.Model with the input `class_labels`, from a builder above.

    Returns:
        keras.Model, sharing the network's weights: [z or images, label_weights], the latter float
        (batch, num_classes). A row with a single 1 and zeros is the same as that class label.

    Raises:
        ValueError: if the network has no layer named `one_hot`.
    """
    names = [layer.name for layer in network.layers]
    if "one_hot" not in names:
        raise ValueError(f"model {network.name!r} has no layer named 'one_hot'; it has {', '.join(names)}")
    first, _ = network.inputs
    one_hot = network.get_layer("one_hot").output
    behind = keras.Model([first, one_hot], network.output, name=network.name)
    label_weights = keras.Input(one_hot.shape[1:], name="label_weights")
    return keras.Model([first, label_weights], behind([first, label_weights]), name=f"{network.name}_weighted")


def _class_input(num_classes):
    """Return the input `class_labels` (batch,) and its one-hot vectors (batch, num_classes)."""
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    return class_labels, layers.CategoryEncoding(num_classes, output_mode="one_hot", name="one_hot")(class_labels)


def _generate(condition, image_shape, latent_dim, dense_size, filters):
    """Return z and the images of `dcgan.build_generator`, which takes z with the condition appended."""
    check_sizes(latent_dim=latent_dim)
    z = keras.Input((latent_dim,), name="z")
    x = layers.Concatenate(name="z_and_condition")([z, condition])
    for layer in dcgan.build_generator(image_shape, x.shape[1], dense_size, filters).layers[1:]:
        x = layer(x)
    return z, x


def _project(condition, image_shape, filters, dense_size):
    """Return the input images and the logits of `dcgan.build_discriminator` with the condition's projection added."""
    images, *hidden, last = dcgan.build_discriminator(image_shape, filters, dense_size).layers
    x = images = images.output
    for layer in hidden:
        x = layer(x)
    embedding = layers.Dense(dense_size, use_bias=False, name="embedding")(condition)  # 128
    projection = layers.Dot(axes=1, dtype="float32", name="projection")([embedding, x])  # 1
    return images, layers.Add(dtype="float32", name="conditional_logits")([last(x), projection])


def _maxout(x, units, pieces, name):
    """Return (batch, units): each value is the greatest of `pieces` weighted sums of x."""
    x = layers.Dense(units * pieces, name=f"{name}_dense")(x)
    x = layers.Reshape((pieces, units), name=f"{name}_pieces")(x)
    return layers.GlobalMaxPooling1D(name=f"{name}_maxout")(x)
