"""A callback that records what a training looks like from inside: logits, gradients, samples."""

import keras
import numpy as np
import tensorflow as tf

from seminar_gan.metrics.equations import distances
from seminar_gan.training.fit import checks, data

__all__ = ["Watch"]

COUNT = 64  # real images and samples at each look; a quantile of 5 % is then the third
QUANTILES = (0, 5, 25, 50, 75, 95, 100)  # per cent
LOSSES = ("d_loss", "g_loss", "d_real", "d_fake", "penalty")
END = 0.01  # of the range: a pixel that is nearer to one of its two ends counts as saturated


def __dir__():
    return __all__


class Watch(keras.callbacks.Callback):
    """Record D's logits, the gradients and statistics of samples while a GAN trains, in a table for `diagnose`.

    The training is not changed: its weights are the same bit for bit with and without it. At each look the GAN is
    measured on a batch of real images and a batch of z that stay the same, in training mode, as its losses see it. The
    columns of the table `history`, a row for each look:

    - `step`; means since the look before: d_loss, g_loss, d_real, d_fake and penalty, as in the GAN's own history;
    - `real_logit_50`, `fake_logit_50` and other quantiles in per cent, 0 to 100, of the discriminator's logits or a
      critic's scores;
    - `d_real_alone`, `d_fake_alone`: shares called real when real and fake images are judged in separate batches;
      `d_real_in_loss`, `d_fake_in_loss`: the same as the discriminator's loss sees it. They differ only if the loss
      judges mixed batches;
    - `d_gradient`, `g_gradient`: length of the gradient of each player's loss for all its weights;
    - `d_moved`, `g_moved`: how far each player's weights moved since the look before, relative to their length;
    - of the images: `real_low`, `real_high`, `fake_low`, `fake_high`; `real_level`, `fake_level`, their means;
      `real_ends`, `fake_ends`, shares of pixels at the ends of the generator's range, nan if it has none;
    - `variety`: mean distance of two samples; `shift`: how far the mean sample moved since the look before; `gap`:
      energy distance of samples and real images. All three per mean distance of two real images;
    - the same in every row: `range_low`, `range_high` of the generator's last activation, nan if open; `scaled`: 1 if
      `fit` was given uint8 and scaled it, else 0; `boundary`: the answer that divides real from fake, nan for a
      critic; `chance`: D's loss if it gave every image that answer, 0 for a critic.

    Args:
        every: steps between two looks; by default every report of `fit` is one.
        count: how many real images and samples are looked at.

    Raises:
        ValueError: for numbers that cannot be; when training begins, for a training on several replicas.

    Attributes:
        history: {column: list}. It grows as long as one GAN is trained with this callback.
        real_logits, fake_logits: lists of float arrays (count,), one for each look.
    """

    def __init__(self, every=None, count=COUNT):
        super().__init__()
        checks.check_settings(count=count, every=1 if every is None else every)
        if count < 2:
            raise ValueError("count must be at least 2: variety is how two samples differ; got 1")
        self.every, self.count = every, count
        self.history, self.real_logits, self.fake_logits = {}, [], []

    def on_train_begin(self, logs=None):
        gan = self.model
        if gan.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError("Watch looks at one replica: train without a strategy, or leave the callback out")
        if gan.record.watched is not self.history:  # else it goes on where this Watch saw it last
            self.history, self.real_logits, self.fake_logits = {}, [], []
            gan.record.watched = self.history
        self.step, self.sums, self.seen = gan.step, dict.fromkeys(LOSSES, 0.0), 0
        groups, image_range = self.params["groups"], self.params["image_range"]
        count = max(2, min(self.count, len(groups[0][0])))
        self.real = next(iter(data.batches(groups, count, seed=gan.seed, image_range=image_range)))
        self.z = tf.convert_to_tensor(gan.sample_noise(count))
        images = np.asarray(self.real[0], "float64")
        self.real_rows = images.reshape(count, -1)
        low, high = checks.image_range(gan.generator) or (np.nan, np.nan)
        boundary = gan.loss_pair.boundary
        self.constant = {
            "range_low": low,
            "range_high": high,
            "scaled": float(groups[0][0].dtype == np.uint8),
            "boundary": np.nan if boundary is None else boundary,
            "chance": float(gan.loss_pair.discriminator(*[np.full((1, 1), boundary or 0.0, "float32")] * 2)),
            **_of_images("real", images, low, high),
        }
        self.unit = max(_apart(self.real_rows), 1e-12)
        self.probe = tf.function(self._probe, autograph=False)  # as Keras runs train_step
        self.samples_before, self.weights_before = self._look()["fake"], self._weights()

    def on_train_batch_end(self, batch, logs=None):
        self.step, self.seen = self.step + 1, self.seen + 1
        for name in self.sums.keys() & logs.keys():
            self.sums[name] += float(logs[name])
        if self.every and self.step % self.every == 0:
            self.look()

    def on_epoch_end(self, epoch, logs=None):
        if not self.every:
            self.look()

    def on_train_end(self, logs=None):
        if self.every and self.seen:
            self.look()

    def look(self):
        """Add a row to the table."""
        found = self._look()
        names = self.model.trackers.keys() & self.sums.keys()
        row = {"step": self.step, **{name: self.sums[name] / max(self.seen, 1) for name in LOSSES if name in names}}
        self.sums, self.seen = dict.fromkeys(LOSSES, 0.0), 0
        for who in ("real", "fake"):
            logits = found[f"{who}_logits"]
            getattr(self, f"{who}_logits").append(logits)
            values = np.percentile(logits, QUANTILES)
            row |= {f"{who}_logit_{q}": float(value) for q, value in zip(QUANTILES, values, strict=True)}
            if self.model.loss_pair.boundary is not None:
                row[f"d_{who}_alone"] = float(np.mean(logits > self.model.loss_pair.boundary))
                row[f"d_{who}_in_loss"] = float(found.get(f"d_{who}_in_loss", np.nan))
        row |= {name: float(found[name]) for name in ("d_gradient", "g_gradient")}
        now = self._weights()
        for who, before in self.weights_before.items():
            row[f"{who}_moved"] = float(np.linalg.norm(now[who] - before) / max(np.linalg.norm(before), 1e-12))
        with np.errstate(invalid="ignore", over="ignore"):  # of samples that are not finite
            row |= self._of_samples(found["fake"])
        self.samples_before, self.weights_before = found["fake"], now
        for name, value in (row | self.constant).items():
            self.history.setdefault(name, []).append(value)

    def _of_samples(self, fake):
        low, high = self.constant["range_low"], self.constant["range_high"]
        rows, moved = fake.reshape(len(fake), -1), (fake - self.samples_before).mean(axis=0)
        variety, between = _apart(rows), distances(self.real_rows, rows).mean()
        found = {"variety": variety, "shift": np.linalg.norm(moved), "gap": 2 * between - self.unit - variety}
        return _of_images("fake", fake, low, high) | {name: float(value / self.unit) for name, value in found.items()}

    def _look(self):
        """Run the probe, and set back what that changes: moving means, random states, spectrally normalised kernels."""
        gan = self.model
        kept = [*gan.weights, *gan._random_states()]
        before = [tf.identity(variable.value) for variable in kept]
        found = {name: np.asarray(value, "float64") for name, value in self.probe(self.real, self.z).items()}
        for variable, value in zip(kept, before, strict=True):
            variable.assign(value)
        return found

    def _probe(self, real, z):
        """What the losses of one batch see, and their gradients, as {name: tensor}."""
        gan = self.model
        with tf.GradientTape() as tape:
            fake = gan.make_fake(z, real)
            g_loss, _ = gan.generator_loss(real, fake)
        g_gradient = tape.gradient(g_loss, gan.generator.trainable_variables)
        with tf.GradientTape() as tape:
            d_loss, logs = gan.discriminator_loss(real, fake)
            if gan.penalty is not None:
                d_loss += tf.cast(gan.penalty(gan, real, fake), d_loss.dtype)
        d_gradient = tape.gradient(d_loss, gan.discriminator.trainable_variables)
        found = {f"{name}_in_loss": value for name, value in logs.items() if name in ("d_real", "d_fake")}
        return found | {
            "fake": fake[0],
            "real_logits": tf.reshape(gan.discriminate(*real), [-1]),
            "fake_logits": tf.reshape(gan.discriminate(*fake), [-1]),
            "g_gradient": _length(g_gradient),
            "d_gradient": _length(d_gradient),
        }

    def _weights(self):
        networks = {"d": self.model.discriminator, "g": self.model.generator}
        return {
            who: np.concatenate(
                [np.asarray(v, "float32").ravel() for v in network.trainable_variables] or [np.zeros(1)]
            )
            for who, network in networks.items()
        }


def _length(gradient):
    """The length of a gradient in several tensors; what does not reach a weight is None and counts as 0."""
    return tf.linalg.global_norm([tf.cast(part, "float32") for part in gradient if part is not None] or [tf.zeros(1)])


def _apart(rows):
    """The mean distance of two rows (n, d)."""
    return distances(rows, rows).sum() / (len(rows) * (len(rows) - 1))


def _of_images(who, images, low, high):
    """Range, mean and share at the ends of the range of float images (n, ...), as columns."""
    margin = END * (high - low)
    return {
        f"{who}_low": float(images.min()),
        f"{who}_high": float(images.max()),
        f"{who}_level": float(images.mean()),
        f"{who}_ends": float(np.mean((images <= low + margin) | (images >= high - margin))) if high > low else np.nan,
    }
