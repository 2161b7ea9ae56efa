"""Batches in an order that follows from a seed: any step of a training can be found again."""

import numpy as np
import tensorflow as tf

from seminar_gan import ranges

SCALED = {(-1, 1): ranges.to_symmetric, (0, 1): ranges.to_unit}


def batches(groups, batch_size, *, seed, start=0, image_range=None):
    """Return the endless stream of batches of a training, from batch number `start` on.

    The rows are shuffled anew for every epoch, and the epochs follow each other without a gap: a batch may hold the
    last rows of one epoch and the first of the next. So every batch is full, and a data set may be smaller than a
    batch. The arrays are not copied.

    Args:
        groups: tuple of tuples of NumPy arrays (n, ...). The arrays of a group have one length and are shuffled
            together: images, or images and labels. Each group has its own length and its own order.
        batch_size: rows of each array in a batch.
        seed: whole number; with the epoch's number it decides the order.
        start: how many batches to leave out; they are not computed.
        image_range: None, or (-1, 1) or (0, 1): images of uint8 (n, height, width, ...) are scaled to it, a batch at a
            time.

    Returns:
        tf.data.Dataset of flat tuples of tensors (batch_size, ...), the arrays of the first group first.
    """
    streams = [
        _group(arrays, batch_size, seed=seed, number=number, start=start, image_range=image_range)
        for number, arrays in enumerate(groups)
    ]
    stream = tf.data.Dataset.zip(tuple(streams)).map(lambda *parts: tuple(tf.nest.flatten(parts))).prefetch(2)
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread can delay the end of an iterator by up to a minute
    return stream.with_options(options)


def _group(arrays, batch_size, *, seed, number, start, image_range):
    """The stream of one group. Groups of one length must not share an order, or the same rows would always meet."""
    count = len(arrays[0])
    first_epoch, used = divmod(start * batch_size, count)
    shift = number << 40

    def epoch_order(epoch):
        seeds = [tf.cast(seed, tf.int64), epoch + shift]
        return tf.data.Dataset.from_tensor_slices(tf.random.experimental.stateless_shuffle(tf.range(count), seed=seeds))

    def rows(chosen):
        return [scale(array[chosen]) for scale, array in zip(scales, arrays, strict=True)]

    scales = [SCALED.get(image_range, _as_is) if _is_bytes(array) else _as_is for array in arrays]
    examples = rows(np.arange(1))

    def batch(chosen):
        parts = tf.numpy_function(rows, [chosen], [example.dtype for example in examples], stateful=False)
        return tuple(
            tf.ensure_shape(part, (batch_size, *example.shape[1:]))
            for part, example in zip(parts, examples, strict=True)
        )

    order = tf.data.Dataset.range(first_epoch, tf.int64.max).flat_map(epoch_order).skip(used)
    return order.batch(batch_size, drop_remainder=True).map(batch)


def _is_bytes(array):
    """Whether an array holds images as bytes. Labels may be uint8, too, as those of MNIST are."""
    return array.dtype == np.uint8 and array.ndim > 2


def _as_is(array):
    return array
