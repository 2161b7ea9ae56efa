"""Attributes that users set on a GAN: a constant of a variant makes another training, a note or a result does not."""

import dataclasses
import functools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan import losses
from seminar_gan.training.fit import identity
from seminar_gan.training.fit.checkpoints import CheckpointError
from seminar_gan.training.gan import GAN


class Weighted(GAN):
    """A variant whose constant is an attribute."""

    def __init__(self, *networks, weight=1.0, **options):
        super().__init__(*networks, **options)
        self.weight = weight

    def generator_loss(self, real, fake):
        loss, logs = super().generator_loss(real, fake)
        return self.weight * loss, logs


class Pool(GAN):
    """A variant that remembers: its own code changes an attribute while it trains."""

    def __init__(self, *networks, **options):
        super().__init__(*networks, **options)
        self.seen, self.mean = [], keras.metrics.Mean()

    def draw_noise(self, real, number):
        self.seen.append(len(self.seen))
        return super().draw_noise(real, number)


def eager(kind=None, **options):
    """To trace a graph takes longer than a few steps without one."""
    made = tiny_gan.gan(kind, **options)
    made.run_eagerly = True
    return made


class Keeps(keras.callbacks.Callback):
    """Set attributes at every report; interrupt at one."""

    def __init__(self, interrupt=None, **values):
        super().__init__()
        self.interrupt, self.values = interrupt, values

    def on_epoch_end(self, epoch, logs=None):
        for name, value in self.values.items():
            setattr(self.model, name, value(self.model) if callable(value) else value)
        if self.model.step == self.interrupt:
            raise KeyboardInterrupt


RESULTS = {
    "best": 3.0,
    "best_images": lambda gan: gan.generate(2),
    "notes": {"best": 3.0, "when": "now", "images": np.zeros(3)},
    "history_of_mine": [1.0, None, "a"],
    "my_metric": lambda gan: keras.metrics.Mean(),
    "judge": lambda gan: np.mean,
    "weight": 5.0,  # which the class has and reads, but the graph is made by then
}


@pytest.mark.long
def test_what_a_callback_keeps_on_the_gan_makes_no_other_training(tmp_path):
    """Interrupted, and called again: in the same session, and in a new one."""
    trained, fresh = (tiny_gan.gan(Weighted) for _ in range(2))
    options = {"report_every": 2, "checkpoints": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        tiny_gan.fit(trained, 6, callbacks=[Keeps(4, **RESULTS)], **options)
    tiny_gan.fit(trained, 6, callbacks=[Keeps(**RESULTS)], **options)
    tiny_gan.fit(fresh, 8, **options)
    tiny_gan.fit(trained, 8, **options)
    assert trained.step == fresh.step == 8 and tiny_gan.same(trained, fresh)


def test_what_the_cells_of_a_notebook_set_between_two_calls(tmp_path):
    trained = eager()
    trained.best = float("inf")
    tiny_gan.fit(trained, 2, checkpoints=tmp_path, callbacks=[Keeps(best=3.0)])
    trained.samples, trained.best = trained.generate(3), 2.0
    trained.compile(d_optimizer=keras.optimizers.Adam(), g_optimizer=keras.optimizers.Adam())
    assert identity_of(trained)["settings"] == {"seed": 0, "noise": NORMAL, "d_steps": 1, "ema": 0.9}


NORMAL = "seminar_gan.training.noise.normal"


def identity_of(trained):
    described = identity.of(trained, ())
    described["settings"] = {name: value for name, value in described["settings"].items() if value is not None}
    return described


@dataclasses.dataclass
class Settings:
    k: float


VALUES = {
    "a number": float,
    "NumPy's float32": np.float32,
    "an array": lambda value: np.array([value]),
    "a tensor": tf.constant,
    "a dict": lambda value: {"k": value, "other": None},
    "a namespace": lambda value: types.SimpleNamespace(k=value),
    "a dataclass": Settings,
    "a layer": keras.layers.GaussianNoise,
    "a loss of Keras": lambda value: keras.losses.BinaryCrossentropy(label_smoothing=value),
    "a partial": lambda value: functools.partial(np.mean, axis=value),
}


@pytest.mark.parametrize("what", VALUES)
def test_a_constant_that_the_variant_reads_makes_another_training(what):
    trained, make = tiny_gan.gan(Weighted), VALUES[what]
    described = []
    for value in (0.25, 0.25, 0.5):
        trained.weight = make(value)
        described.append(identity_of(trained)["settings"])
    assert described[0] == described[1] != described[2]


def test_a_constant_counts_whenever_it_is_set():
    networks, described = (tiny_gan.generator(), tiny_gan.discriminator()), []
    for when in ("__init__", "before compile", "after compile"):
        trained = Weighted(*networks, weight=0.5 if when == "__init__" else 1.0)
        trained.weight = 0.5 if when == "before compile" else trained.weight
        trained.compile(d_optimizer="sgd", g_optimizer="sgd")
        trained.weight = 0.5
        described.append(identity_of(trained)["settings"]["weight"])
    assert described == [0.5, 0.5, 0.5]


def test_a_constant_changed_on_purpose_is_refused_after_the_session_too(tmp_path):
    trained = eager(Weighted)
    tiny_gan.fit(trained, 2, checkpoints=tmp_path)
    with pytest.raises(CheckpointError, match=r"settings\.weight was 1\.0 and is now 2\.0"):
        tiny_gan.fit(eager(Weighted, weight=2.0), 2, checkpoints=tmp_path)
    trained.weight = 2.0
    with pytest.raises(CheckpointError, match=r"settings\.weight was 1\.0 and is now 2\.0"):
        tiny_gan.fit(trained, 4, checkpoints=tmp_path)


def test_what_a_variant_changes_while_it_trains_is_the_same_training(tmp_path):
    trained = eager(Pool)
    for steps in (2, 4):
        tiny_gan.fit(trained, steps, checkpoints=tmp_path)
    assert trained.seen and trained.step == 4
    tiny_gan.fit(resumed := eager(Pool), 4, checkpoints=tmp_path)
    assert resumed.step == 4


def test_a_tensor_of_the_graph_that_a_variant_keeps_is_no_setting():
    trained = tiny_gan.gan(Weighted)
    with tf.Graph().as_default():
        trained.weight = symbolic = tf.constant(1.0), tf.constant(2.0)
    assert "weight" not in identity_of(trained)["settings"]
    assert identity.described(list(symbolic)) == ["tensor of a graph"] * 2


@pytest.mark.long
def test_a_variant_that_keeps_tensors_in_a_graph_trains_twice(tmp_path):
    class Keeping(GAN):
        def update_discriminator(self, real, fake):
            self.rates = losses.share_above(self.discriminate(*fake)), 0.5
            return super().update_discriminator(real, fake)

    trained = tiny_gan.gan(Keeping)
    for steps in (2, 4):
        tiny_gan.fit(trained, steps, checkpoints=tmp_path)
    assert trained.step == 4


def test_a_weight_in_a_loss_that_a_callback_raises_is_the_same_training(tmp_path):
    def make():
        def generator_loss(logits):
            return share * losses.non_saturating(logits)

        share = tf.Variable(0.25)
        raised = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: share.assign(0.5))
        pair = losses.Pair(losses.cross_entropy, generator_loss)
        return eager(compiled={"loss": pair}), {"callbacks": [raised], "checkpoints": tmp_path}

    trained, options = make()
    for steps in (2, 4):
        tiny_gan.fit(trained, steps, **options)
    resumed, options = make()
    tiny_gan.fit(resumed, 4, **options)
    assert trained.step == resumed.step == 4


def test_attributes_that_are_read_by_a_loss_or_a_penalty_of_ones_own_or_by_any_name():
    def penalty(gan, real, fake):
        return gan.strength

    def reads_any(gan, real, fake):
        return sum(vars(gan).values())

    penalty.check = reads_any.check = lambda discriminator: None
    for each, counts in ((penalty, True), (reads_any, True), (None, False)):
        trained = tiny_gan.gan(compiled={"penalty": each})
        trained.strength = 3.0
        assert ("strength" in identity_of(trained)["settings"]) == counts


@pytest.mark.parametrize("bound", [False, True])
def test_a_method_that_is_replaced_on_the_object_is_part_of_the_training(bound):
    trained, described = tiny_gan.gan(), []
    for weight in (1, 1, 2):

        def generator_loss(real, fake, *, weight=weight):
            return weight * real, {}

        trained.generator_loss = types.MethodType(generator_loss, trained) if bound else generator_loss
        described.append(identity_of(trained)["settings"])
    assert described[0] == described[1] != described[2]
