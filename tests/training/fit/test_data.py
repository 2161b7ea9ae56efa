"""Batches: an endless, seeded stream, scaled on its way."""

import time

import numpy as np
import pytest
import tiny_gan

from seminar_gan.training.fit.data import batches


def rows(stream, count):
    return [tuple(np.asarray(part) for part in batch) for batch in stream.take(count)]


def test_every_epoch_has_every_image_once_and_an_order_of_its_own():
    epochs = np.concatenate([part for (part,) in rows(batches(((np.arange(10),),), 4, seed=1), 15)]).reshape(6, 10)
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 6
    other = np.concatenate([part for (part,) in rows(batches(((np.arange(10),),), 5, seed=2), 2)])
    assert tuple(other) != tuple(epochs[0])


@pytest.mark.parametrize("start", [1, 2, 3, 7])
def test_the_stream_can_be_entered_anywhere(start):
    groups = ((np.arange(10), np.arange(10) * 2), (np.arange(3),))
    whole, entered = (rows(batches(groups, 4, seed=1, start=first), start + 3) for first in (0, start))
    for batch, same in zip(whole[start:], entered[:3], strict=True):
        for part, other in zip(batch, same, strict=True):
            np.testing.assert_array_equal(part, other)
        np.testing.assert_array_equal(batch[0] * 2, batch[1])


def test_groups_have_lengths_and_orders_of_their_own():
    groups = ((np.arange(12),), (np.arange(5),), (np.arange(12),))
    first, small, third = (np.concatenate(parts) for parts in zip(*rows(batches(groups, 4, seed=1), 15), strict=True))
    for epochs in (first.reshape(5, 12), small.reshape(12, 5), third.reshape(5, 12)):
        assert all(sorted(epoch) == list(range(epochs.shape[1])) for epoch in epochs)
    assert not np.array_equal(first, third)  # or the same rows of two groups would always meet


@pytest.mark.parametrize(("bounds", "scaled"), [((-1, 1), [-1, 1]), ((0, 1), [0, 1]), (None, [0, 255])])
def test_bytes_are_scaled_and_other_arrays_are_not(bounds, scaled):
    images, labels = np.array([0, 255], "uint8").reshape(2, 1, 1, 1), np.array([7, 9])
    (batch,) = rows(batches(((images, labels),), 2, seed=0, image_range=bounds), 1)
    assert batch[0].dtype == (np.uint8 if bounds is None else np.float32)
    assert dict(zip(batch[1], batch[0].ravel(), strict=True)) == {7: scaled[0], 9: scaled[1]}


def test_arrays_are_neither_copied_nor_held_as_floats():
    """One byte that stands for 16 gigabytes: a copy would not fit into a laptop, and floats would take 64."""
    images = np.broadcast_to(np.zeros(1, "uint8"), (2**14, 1024, 1024, 1))
    (batch,) = rows(batches(((images,),), 4, seed=0, image_range=(-1, 1)), 1)
    assert batch[0].shape == (4, 1024, 1024, 1) and np.all(batch[0] == -1)


def test_bytes_train_as_their_scaled_values_do():
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), "uint8")
    ends = []
    for data in (images, (images / 127.5 - 1).astype("float32")):
        tiny_gan.fit(trained := tiny_gan.begin(norm=False), 5, data)
        ends.append(tiny_gan.state(trained))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.long
def test_the_end_of_a_training_does_not_wait_for_a_thread():
    """By TensorFlow's autotuning an end takes some 15 ms on average, and up to a minute; without it, less than 1 ms."""
    waited = 0.0
    for seed in range(30):
        stream = iter(batches(((np.arange(10),),), 4, seed=seed))
        until = time.perf_counter() + 0.1 * (seed % 10) / 10
        while next(stream) and time.perf_counter() < until:
            pass
        ended = time.perf_counter()
        del stream
        waited += time.perf_counter() - ended
    assert waited < 0.2


def test_a_data_set_smaller_than_a_batch_works():
    tiny_gan.fit(trained := tiny_gan.begin(), 2, tiny_gan.images(5))
    assert trained.step == 2
