"""What one update of a network takes: a batch, a loss, and the regularizers of the weights."""

import tensorflow as tf


def check_batch(batch):
    """Reject what `train_step` would take for something else: an array alone, or bytes that were not scaled.

    Raises:
        TypeError: says how to give it.
    """
    if not isinstance(batch, tuple | list):
        raise TypeError(f"a batch is a tuple, the images first: train_step((images,)); got one {type(batch).__name__}")
    if not batch[0].dtype.is_floating:
        raise TypeError(
            "train_step takes images as float in the generator's range, such as ranges.to_symmetric(images); got "
            f"{batch[0].dtype.name}. fit scales uint8 by itself"
        )


def check_loss(loss, network):
    """Reject what no gradient can be taken of, and losses that layers add and that would have no effect.

    Raises:
        TypeError: if the loss is no tensor.
        ValueError: if it is not one number, and for `add_loss` and regularizers of activity.
    """
    if not hasattr(loss, "shape"):
        raise TypeError(
            f"the loss of the {network.name!r} must be a tensor that follows from the logits, such as their mean; got "
            f"{loss!r}"
        )
    if loss.shape.rank != 0:
        raise ValueError(f"a loss must be one number, the mean over the batch; this one has shape {loss.shape}")
    if len(network.losses) > sum(variable.regularizer is not None for variable in network.trainable_variables):
        layers = [layer.name for layer in network._flatten_layers() if layer._losses]
        raise ValueError(
            f"in the {network.name!r}, {', '.join(layers)} adds a loss by add_loss or activity_regularizer, which "
            "would have no effect here: leave it out, or write it as compile(penalty=...)"
        )


def regularized(gradient, variable, share):
    """Return a gradient with that of the variable's own regularizer added, such as kernel_regularizer="l2".

    Args:
        gradient: tensor like the variable, or None.
        variable: keras.Variable.
        share: float scalar by which the gradient of the loss was multiplied.
    """
    if variable.regularizer is None:
        return gradient
    with tf.GradientTape() as tape:
        loss = variable.regularizer(variable)
    own = tape.gradient(loss, variable.value, output_gradients=tf.cast(share, loss.dtype))
    return own if gradient is None else tf.convert_to_tensor(gradient) + own
