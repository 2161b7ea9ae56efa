"""Batches in an order that follows from a seed: any step of a training can be found again."""

import tensorflow as tf


def batches(arrays, batch_size, *, seed, start=0):
    """Return the endless stream of batches of a training, from batch number `start` on.

    The data is shuffled anew for every epoch, and the epochs follow each other without a gap: a batch may hold the last
    images of one epoch and the first of the next. So every batch is full, and a data set may be smaller than a batch.

    Args:
        arrays: tuple of arrays (n, ...) of one length, which are shuffled together: images, or images and labels.
        batch_size: images in a batch.
        seed: whole number; with the epoch's number it decides the order.
        start: how many batches to leave out; they are not computed.

    Returns:
        tf.data.Dataset of tuples of tensors (batch_size, ...).
    """
    count = len(arrays[0])
    arrays = [tf.constant(array) for array in arrays]
    first_epoch, used = divmod(start * batch_size, count)

    def epoch_order(epoch):
        order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=[tf.cast(seed, tf.int64), epoch])
        return tf.data.Dataset.from_tensor_slices(order)

    order = tf.data.Dataset.range(first_epoch, tf.int64.max).flat_map(epoch_order).skip(used)
    order = order.batch(batch_size, drop_remainder=True)
    stream = order.map(lambda chosen: tuple(tf.gather(array, chosen) for array in arrays)).prefetch(2)
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread can oversleep the end, and whoever waits for it, by up to a minute
    return stream.with_options(options)
