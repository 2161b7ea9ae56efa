"""Callbacks for `fit` that suit notebooks and logs."""

import time

import keras

from seminar_gan.kernel import in_notebook

__all__ = ["Progress", "StepProgress"]


class Progress(keras.callbacks.Callback):
    """Show about ten lines a training, in place of the progress bar: use with `fit(..., verbose=0)`.

    In a notebook the time left stands below the lines while the training runs and vanishes at its end, so that what is
    stored does not change from run to run. On a terminal or in a log there are only the lines.

    Args:
        lines: about how many epochs get a line; the first and the last always do.
    """

    def __init__(self, lines=10):
        super().__init__()
        if lines < 1:
            raise ValueError(f"lines must be at least 1; got {lines}")
        self.lines = lines

    def on_train_begin(self, logs=None):
        self.shown, self.done, self.latest = [], 0, None
        self.started = time.perf_counter()
        self.display = _display_handle()

    def on_epoch_end(self, epoch, logs=None):
        epochs, number = self.params["epochs"], epoch + 1
        values = "  ".join(f"{name} {value:.4f}" for name, value in logs.items() if name != "seconds")
        self.latest = f"epoch {number:{len(str(epochs))}d}/{epochs}  {values}"
        if not self.shown or number * self.lines // epochs > epoch * self.lines // epochs:
            self._show_latest()
        if self.display:
            self.done += 1
            left = (time.perf_counter() - self.started) / self.done * (epochs - number)
            self._update(f"{left:.0f} s left")

    def on_train_end(self, logs=None):
        if self.latest:  # training stopped before its last epoch
            self._show_latest()
        if self.display:
            self._update()

    def _show_latest(self):
        self.shown.append(self.latest)
        self.latest = None
        if not self.display:
            print(self.shown[-1], flush=True)

    def _update(self, *below):
        self.display.update({"text/plain": "\n".join([*self.shown, *below])}, raw=True)


class StepProgress(Progress):
    """Show about ten lines a training: step and losses, real images per second, time left.

    In a notebook the last two stand below the lines while the training runs and vanish at its end, so that what is
    stored does not change from run to run. Both leave out the first step, in which TensorFlow prepares the networks.

    Args:
        lines: about how many reports get a line; the first and the last always do.
    """

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.first_step, self.seconds_before = self.model.step + 1, self.model.record.seconds
        self.first_step_done = None
        self.lines_due = 0

    def on_train_batch_end(self, batch, logs=None):
        if self.first_step_done is None:
            self.first_step_done = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        record, step = self.model.record, logs["step"]
        if record.last_step:
            position = f"step {step:{len(str(record.last_step))}d}/{record.last_step}"
        else:
            position = f"step {step}  {record.seconds:.0f}/{record.time_limit:g} s"
        losses = "  ".join(f"{name} {logs[name]:.3f}" for name in self.model.LOGS[:2])
        self.latest = f"{position}  {losses}"
        speed = self._speed(step, logs["seconds"])
        if not self.display:
            self.latest += speed
        before, self.lines_due = self.lines_due, int(record.share_done() * self.lines)
        if not self.shown or self.lines_due > before:
            self._show_latest()
        if self.display:
            self._update(speed.strip())

    def _speed(self, step, seconds):
        """Images per second and time left, as a text; empty if there was only the first step."""
        record, steps = self.model.record, step - self.first_step
        if not steps:
            return ""
        images = steps * self.model.batches_per_step * record.batch_size / (seconds - self.seconds_before)
        left = []
        if record.last_step:
            left.append((time.perf_counter() - self.first_step_done) / steps * (record.last_step - step))
        if record.time_limit:
            left.append(max(0, record.time_limit - record.seconds))
        return f"  {images:,.0f} images/s  {min(left):,.0f} s left"


def _display_handle():
    """A display that can be updated, in a notebook; None elsewhere."""
    if not in_notebook():
        return None
    import IPython

    return IPython.display.display({"text/plain": "training starts"}, raw=True, display_id=True)
