"""Conditional pairs: generator and discriminator also take a class label, or attributes.

The convolutional pairs are those of `dcgan` with the condition added: the generator appends it to z, the discriminator
has a projection (Miyato & Koyama 2018). `build_generator` and `build_discriminator` take a class,
`build_attribute_generator` and `build_attribute_discriminator` a vector of attributes, such as how wide a mouth smiles.
The dense pair is that of Mirza & Osindero 2014.

A label outside 0 to num_classes - 1 counts as no class at all, without an error: check labels first.
"""

import keras
from keras import layers

from seminar_gan.models import dcgan
from seminar_gan.models.sizes import check_dropout, check_multiples_of_4, check_sizes, checked

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


@checked(check_sizes, check_multiples_of_4)
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
    height, width, channels = image_shape
    rows, columns = height // 4, width // 4  # 7, 7
    z = keras.Input((latent_dim,), name="z")  # 64
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot", name="one_hot")(class_labels)  # 10
    x = layers.Concatenate(name="z_and_condition")([z, y])  # 74
    x = layers.Dense(dense_size, use_bias=False, name="dense_1")(x)
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
    return keras.Model([z, class_labels], x, name="conditional_generator")  # 28 x 28 x 1


@checked(check_sizes, check_multiples_of_4)
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
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot", name="one_hot")(class_labels)  # 10
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
    embedding = layers.Dense(dense_size, use_bias=False, name="embedding")(y)  # 128
    projection = layers.Dot(axes=1, dtype="float32", name="projection")([embedding, x])  # 1
    logits = layers.Add(dtype="float32", name="conditional_logits")([logits, projection])  # 1
    return keras.Model([images, class_labels], logits, name="conditional_discriminator")


@checked(check_sizes, check_multiples_of_4)
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
    attributes = keras.Input((num_attributes,), name="attributes")
    z, images = append(attributes, dcgan.build_generator, image_shape, latent_dim, dense_size, filters)
    return keras.Model([z, attributes], images, name="attribute_generator")


@checked(check_sizes, check_multiples_of_4)
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
    attributes = keras.Input((num_attributes,), name="attributes")
    images, logits = project(attributes, dcgan.build_discriminator, image_shape, filters, dense_size)
    return keras.Model([images, attributes], logits, name="attribute_discriminator")


@checked(check_sizes, check_dropout)
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
    height, width, channels = image_shape
    pixels = height * width * channels
    z = keras.Input((latent_dim,), name="z")  # 100
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot", name="one_hot")(class_labels)  # 10
    from_z = layers.Dense(z_size, activation="relu", name="z_dense")(z)  # 200
    from_label = layers.Dense(label_size, activation="relu", name="label_dense")(y)  # 1000
    x = layers.Concatenate(name="both")([from_z, from_label])  # 1200
    x = layers.Dense(joint_size, activation="relu", name="joint_dense")(x)  # 1200
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(pixels, activation="tanh", dtype="float32", name="pixels")(x)  # 784
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model([z, class_labels], images, name="mirza_generator")


@checked(check_sizes, check_dropout)
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
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot", name="one_hot")(class_labels)  # 10
    x = layers.Flatten(data_format="channels_last", name="flat")(images)  # 784
    x = layers.Dense(5 * image_size, name="image_dense")(x)
    x = layers.Reshape((5, image_size), name="image_pieces")(x)
    from_image = layers.GlobalMaxPooling1D(name="image_maxout")(x)  # 240, the greatest of 5 each
    x = layers.Dense(5 * label_size, name="label_dense")(y)
    x = layers.Reshape((5, label_size), name="label_pieces")(x)
    from_label = layers.GlobalMaxPooling1D(name="label_maxout")(x)  # 50
    x = layers.Concatenate(name="both")([from_image, from_label])  # 290
    x = layers.Dense(4 * joint_size, name="joint_dense")(x)
    x = layers.Reshape((4, joint_size), name="joint_pieces")(x)
    x = layers.GlobalMaxPooling1D(name="joint_maxout")(x)  # 240
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


def append(condition, build, image_shape, latent_dim, dense_size, filters):
    """Return z and the images of a generator that takes z with the condition appended.

    Args:
        condition: tensor (batch, k).
        build: `dcgan.build_generator`, or one with the same arguments.
        image_shape, latent_dim, dense_size, filters: as in `build`.
    """
    z = keras.Input((latent_dim,), name="z")
    x = layers.Concatenate(name="z_and_condition")([z, condition])
    for layer in build(image_shape, x.shape[1], dense_size, filters).layers[1:]:
        x = layer(x)
    return z, x


def project(condition, build, image_shape, filters, dense_size):
    """Return the input images and the logits of a discriminator, with the projection of the condition added.

    Args:
        condition: tensor (batch, k).
        build: `dcgan.build_discriminator`, or one with the same arguments.
        image_shape, filters, dense_size: as in `build`.
    """
    images, *hidden, last = build(image_shape, filters, dense_size).layers
    x = images = images.output
    for layer in hidden:
        x = layer(x)
    embedding = layers.Dense(dense_size, use_bias=False, name="embedding")(condition)
    projection = layers.Dot(axes=1, dtype="float32", name="projection")([embedding, x])
    return images, layers.Add(dtype="float32", name="conditional_logits")([last(x), projection])
