"""Smaller steps towards the end of a training."""

import keras


class CoolDown(keras.callbacks.Callback):
    """Lower both learning rates along a line to 0 until the training ends, so that it ends without jitter.

    Args:
        learning_rate: the rate before.
        full_steps: how many steps are made at that rate.
        most: the largest share of a training that is made at that rate, above 0 and below 1: a short one cools earlier.
        time_limit: the `watch.TimeLimit` among the callbacks, if the training ends by the clock and not at a step. What
            share of it `full_steps` will take follows from the time that the steps took until now.

    Raises:
        ValueError: if `full_steps` is negative, or for another share.
    """

    def __init__(self, learning_rate, full_steps=0, most=0.6, time_limit=None):
        super().__init__()
        if not full_steps >= 0:
            raise ValueError(f"full_steps must not be negative; got {full_steps!r}")
        if not 0 < most < 1:
            raise ValueError(f"most must be between 0 and 1, a share of the training; got {most!r}")
        self.learning_rate, self.full_steps, self.most, self.time_limit = learning_rate, full_steps, most, time_limit

    def on_train_batch_begin(self, batch, logs=None):
        limit, record = self.time_limit, self.model.record
        done = limit.used / limit.seconds if limit else record.step / record.last_step
        start = min(self.most, done * self.full_steps / max(1, record.step))
        rate = self.learning_rate * min(1, max(0, 1 - done) / (1 - start))
        self.model.d_optimizer.learning_rate = rate
        self.model.g_optimizer.learning_rate = rate
