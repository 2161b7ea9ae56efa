"""Smaller steps towards the end of a training."""

import keras


class CoolDown(keras.callbacks.Callback):
    """Lower both learning rates along a line to 0 until the training ends, so that it ends without jitter.

    Args:
        learning_rate: the rate before.
        start: the share of the training after which it falls, from 0 to below 1.
        time_limit: the `watch.TimeLimit` among the callbacks, if the training ends by the clock and not at a step.

    Raises:
        ValueError: for another start.
    """

    def __init__(self, learning_rate, start=0.0, time_limit=None):
        super().__init__()
        if not 0 <= start < 1:
            raise ValueError(f"start must be from 0 to below 1, the share of the training at full rate; got {start!r}")
        self.learning_rate, self.start, self.time_limit = learning_rate, start, time_limit

    def on_train_batch_begin(self, batch, logs=None):
        limit, record = self.time_limit, self.model.record
        done = limit.used / limit.seconds if limit else record.step / record.last_step
        rate = self.learning_rate * min(1, max(0, 1 - done) / (1 - self.start))
        self.model.d_optimizer.learning_rate = rate
        self.model.g_optimizer.learning_rate = rate
