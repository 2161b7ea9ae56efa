"""What lets a discriminator, or a GAN, see a batch as a whole: a layer, and discriminators rebuilt around their layers.

The rebuilt ones share the layers of the one that is given, and so its weights: use one of the two.
"""

import keras
from keras import layers, ops

__all__ = ["MinibatchDiscrimination", "with_batch_norm", "with_features", "with_minibatch_discrimination"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable("seminar_gan")
class MinibatchDiscrimination(layers.Layer):
    """Add to the features of each image how near it is to the others of its batch.

    With f the features and T learned, M = f T is a `kernels` x `dims` matrix for each image, and

        c_b(i, j) = exp(-|M_i,b - M_j,b|_1)        o_b(i) = sum over j of c_b(i, j)

    Row b of M is a way of being alike: o_b is 1 for an image alone in its kind, and the size of the batch if all are
    the same. f and o are returned side by side.

    Args:
        kernels: how many numbers o are added, B in the paper.
        dims: length of each row of M, C in the paper.
        options: as for keras.layers.Layer.

    Raises:
        ValueError: if a size is not a positive whole number, or if the features are no (batch, count).

    Source:
        Salimans et al. 2016, Improved techniques for training GANs, section 3.2. The paper gives no sizes; its code has
        100 and 5 for MNIST, and draws T with a standard deviation of 0.05.

    Example:
        >>> layer = MinibatchDiscrimination(kernels=2, dims=3)
        >>> np.asarray(layer(np.ones((4, 5), "float32")))[0].tolist()  # four times the same image
        [1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 4.0]
    """

    def __init__(self, kernels=32, dims=5, **options):
        super().__init__(**options)
        for name, size in {"kernels": kernels, "dims": dims}.items():
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"{name} must be a positive whole number; got {size!r}")
        self.kernels, self.dims = kernels, dims

    def build(self, shape):
        if len(shape) != 2:
            raise ValueError(f"MinibatchDiscrimination takes features (batch, count), as after Flatten; got {shape}")
        size = shape[-1], self.kernels * self.dims
        self.tensor = self.add_weight(size, name="tensor", initializer=keras.initializers.RandomNormal(stddev=0.05))

    def call(self, features):
        rows = ops.reshape(ops.matmul(features, self.tensor), (-1, self.kernels, self.dims))  # M
        apart = ops.sum(ops.abs(rows[:, None] - rows[None]), axis=-1)  # batch x batch x kernels
        return ops.concatenate([features, ops.sum(ops.exp(-apart), axis=1)], axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], shape[1] + self.kernels)

    def get_config(self):
        return super().get_config() | {"kernels": self.kernels, "dims": self.dims}


def with_minibatch_discrimination(discriminator, kernels=32, dims=5):
    """Put `MinibatchDiscrimination` before the last layer, which is built anew.

    Args:
        discriminator: keras.Model that ends in a dense layer of one logit.
        kernels, dims: as for `MinibatchDiscrimination`.

    Returns:
        keras.Model of the same inputs.

    Raises:
        ValueError: if the discriminator ends in another layer.
    """
    x = MinibatchDiscrimination(kernels, dims, name="minibatch")(_features(discriminator))
    logits = layers.Dense(1, dtype="float32", name="logits")(x)
    return keras.Model(discriminator.input, logits, name=f"minibatch_{discriminator.name}")


def with_features(discriminator):
    """Return the discriminator with what enters its last layer as a second output.

    Args, Raises: as for `with_minibatch_discrimination`.

    Returns:
        keras.Model of the same inputs to logits (batch, 1) and features (batch, count).
    """
    outputs = [discriminator.output, _features(discriminator)]
    return keras.Model(discriminator.input, outputs, name=f"{discriminator.name}_with_features")


def with_batch_norm(discriminator):
    """Put batch normalisation behind every convolution and dense layer but the first and the last.

    Args:
        discriminator: keras.Model of layers in a row, without batch normalisation.

    Returns:
        keras.Model of the same inputs.

    Raises:
        ValueError: if the layers are not in a row, or if there is nothing to normalise, or it is normalised already.

    Source:
        Radford et al. 2015, section 3: in every layer of D but its input. A momentum of 0.9, as in `dcgan`.
    """
    inner = discriminator.layers[1:]
    weighted = [layer for layer in inner if isinstance(layer, layers.Conv2D | layers.Dense)]
    in_a_row = len(discriminator.inputs) == 1 and not any(
        isinstance(layer, keras.Model) or isinstance(layer.input, list) for layer in inner
    )
    if not in_a_row or len(weighted) < 3:
        raise ValueError(
            f"batch normalisation is put between layers in a row, at least three of them with weights; "
            f"{discriminator.name!r} is not built like this: write the normalisation into its builder"
        )
    if any(isinstance(layer, layers.BatchNormalization) for layer in inner):
        raise ValueError(f"{discriminator.name!r} has batch normalisation already")
    x = discriminator.input
    for layer in inner:
        x = layer(x)
        if layer in weighted[1:-1]:
            x = layers.BatchNormalization(momentum=0.9, name=f"norm_{layer.name}")(x)
    return keras.Model(discriminator.input, x, name=f"normalised_{discriminator.name}")


def _features(discriminator):
    """What enters the last layer."""
    last = discriminator.layers[-1]
    if not isinstance(last, layers.Dense) or last.units != 1:
        raise ValueError(
            f"the discriminator {discriminator.name!r} must end in a dense layer of one logit, before which its "
            f"features are taken; it ends in {last.name!r}, a {type(last).__name__}"
        )
    return last.input
