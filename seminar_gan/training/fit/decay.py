"""Smaller steps towards the end of a training."""

import keras

__all__ = ["LinearDecay"]


class LinearDecay(keras.callbacks.Callback):
    """Lower every learning rate along a line to 0 until the training ends, so that it ends without jitter.

    Each optimizer starts from the rate that it was compiled with, so two learning rates stay two. A training that is
    continued for longer starts from these rates again.

    Args:
        full_steps: number of steps at the full rate, at least 0.
        most: the largest share of a training at the full rate, between 0 and 1: a short training decays earlier.
            Where the training ends by the clock, the share that `full_steps` will take is estimated from the speed so
            far.

    Raises:
        ValueError: if `full_steps` is negative, or for another share.
    """

    def __init__(self, full_steps=0, most=0.6):
        super().__init__()
        if not full_steps >= 0:
            raise ValueError(f"full_steps must not be negative; got {full_steps!r}")
        if not 0 < most < 1:
            raise ValueError(f"most must be between 0 and 1, a share of the training; got {most!r}")
        self.full_steps, self.most = full_steps, most

    def on_train_batch_begin(self, batch, logs=None):
        record = self.model.record
        done = record.share_done()
        start = min(self.most, done * self.full_steps / max(1, record.step))
        share = min(1, (1 - done) / (1 - start))
        self._set(share)

    def on_train_end(self, logs=None):
        self._set(1)  # what is saved, or trained on, has the rates that it was compiled with

    def _set(self, share):
        for name, optimizer in self.model.optimizers.items():
            optimizer.learning_rate = self.model.base_rates[name] * share
