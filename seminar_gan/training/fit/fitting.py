"""What happens around the steps of a training: resuming, reporting, and stopping when a loss is no number."""

import math
import time
import zlib

import keras
import numpy as np

from seminar_gan.training.fit import checks
from seminar_gan.training.fit.checkpoints import Checkpoints
from seminar_gan.training.fit.data import batches


class TrainingDiverged(ArithmeticError):
    """A loss became infinite or not a number. The message says which, at which step, and what to try."""


def fit(gan, keras_fit, arrays, *, steps, batch_size=64, report_every=100, callbacks=(), checkpoints=None):
    """Train `gan` on `arrays` up to `steps`, by Keras's own fit. See `GAN.fit`."""
    checks.check_settings(steps=steps, batch_size=batch_size, report_every=report_every)
    replicas = gan.distribute_strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise ValueError(f"batch_size must be a multiple of the {replicas} replicas; got {batch_size}")
    record, last = gan.record, []
    if checkpoints is not None:
        last = [Checkpoints(checkpoints, settings(gan, arrays, batch_size=batch_size, report_every=report_every))]
        last[0].restore(gan)
    if gan.step >= steps:
        return record
    record.last_step, record.batch_size = steps, batch_size
    return keras_fit(
        batches(arrays, batch_size * gan.d_steps, seed=gan.seed, start=gan.step),
        steps_per_epoch=report_every,
        epochs=math.ceil((steps - gan.step) / report_every),
        callbacks=[record, *callbacks, *last],
        shuffle=False,  # the stream is shuffled already
        verbose=0,
    )


class Record(keras.callbacks.History):
    """The history of a training since step 0, however many calls of `fit` it takes. Every GAN has one.

    Stops the training after `last_step`, which `fit` sets as it does the batch size, and at once when a loss is not
    finite. `seconds` is the time spent in steps; the first step of a call is left out, in which TensorFlow prepares the
    networks.
    """

    def __init__(self):
        super().__init__()
        self.seconds = 0.0
        self.last_step = self.batch_size = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.step = self.model.step
        self.prepared = False

    def on_train_batch_begin(self, batch, logs=None):
        self.began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        if self.prepared:
            self.seconds += time.perf_counter() - self.began
        self.prepared = True
        self.step += 1
        for name in ("d_loss", "g_loss"):
            if not math.isfinite(float(logs[name])):
                raise TrainingDiverged(
                    f"{name} is {float(logs[name])} at step {self.step}: training stopped. "
                    "Try a smaller learning rate. With fit(..., checkpoints=folder) the last good state is kept."
                )
        if self.step >= self.last_step:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        means = {name: float(logs[name]) for name in self.model.trackers}
        logs.clear()
        logs.update(step=self.step, seconds=self.seconds, **means)
        super().on_epoch_end(epoch, logs)


def settings(gan, arrays, **options):
    """What a training depends on, beside the weights, as a dict that JSON can hold.

    Names are left out: Keras numbers them by what was built before in the same process.
    """
    found = {
        **gan.get_config(),
        **gan.get_compile_config(),
        "generator": [_described(layer) for layer in _layers(gan.generator)],
        "discriminator": [_described(layer) for layer in _layers(gan.discriminator)],
        **options,
    }
    for number, array in enumerate(arrays):
        crc = zlib.crc32(np.ascontiguousarray(array))
        found[f"data {number}"] = f"{array.dtype} {array.shape}, CRC-32 {crc:08x}"
    return _without_names(found)


def _layers(network):
    """The layers of a network, and those of networks inside it."""
    for layer in network.layers:
        yield from _layers(layer) if isinstance(layer, keras.Model) else [layer]


def _described(layer):
    return {"class": type(layer).__name__, "output_shape": layer.output.shape, **layer.get_config()}


def _without_names(settings):
    if isinstance(settings, dict):
        return {key: _without_names(value) for key, value in settings.items() if key != "name"}
    if isinstance(settings, list):
        return [_without_names(value) for value in settings]
    return settings
