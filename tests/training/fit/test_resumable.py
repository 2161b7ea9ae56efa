"""What a model needs beside its algorithm: logs, rates that Keras's callbacks drive, several optimizers."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan.models import dcgan
from seminar_gan.training.fit.resumable import ResumableModel
from seminar_gan.training.gan import GAN


class Means(ResumableModel):
    """Two numbers follow the means of two groups of data, each with an optimizer of its own."""

    LOGS = ("first_loss", "second_loss")

    def __init__(self, **options):
        super().__init__(**options)
        self.first, self.second = (self.add_weight(name=name, shape=(), initializer="zeros") for name in ("a", "b"))

    def compile(self, first_rate, second_rate):
        optimizers = {"one": (keras.optimizers.SGD(first_rate), [self.first])}
        optimizers["two"] = keras.optimizers.Adam(second_rate), [self.second]
        super().compile(optimizers=optimizers)

    def train_step(self, batch):
        logs = {}
        parts = zip(self.LOGS, (self.first, self.second), (self.one, self.two), batch, strict=True)
        for log, weight, optimizer, data in parts:
            with tf.GradientTape() as tape:
                logs[log] = tf.reduce_mean((weight - data) ** 2)
            optimizer.apply(tape.gradient(logs[log], [weight]), [weight])
        return self.track(**logs)


GROUPS = (np.full(6, 2.0, "float32"),), (np.array([1.0, 3.0], "float32"),)


def means(steps, **options):
    model = Means(seed=1)
    model.compile(0.1, 0.2)
    model.fit_groups(GROUPS, steps=steps, batch_size=2, report_every=2, **options)
    return model


def test_groups_of_different_lengths_train_beside_each_other():
    model = means(60)
    assert float(model.first) == pytest.approx(2 * (1 - 0.8**60), rel=1e-4)  # each step goes a fifth of the way
    assert float(model.second) == pytest.approx(2, abs=0.2)


def test_any_optimizers_are_in_the_checkpoint(tmp_path):
    whole, _ = means(6), means(4, checkpoints=tmp_path)
    resumed = means(6, checkpoints=tmp_path)
    for name, variable in whole.state().items():
        assert np.array_equal(variable, resumed.state()[name]), name
    assert int(resumed.two.iterations) == 6 and float(resumed.second) != 0


def test_keras_callbacks_drive_all_rates_in_proportion():
    model, seen = Means(), []
    model.compile(0.1, 0.02)
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append([float(o.learning_rate) for o in (model.one, model.two)])
    )
    model.fit_groups(GROUPS, steps=3, batch_size=2, report_every=1, callbacks=[schedule, watch])
    np.testing.assert_allclose(seen, [[0.05, 0.01], [0.025, 0.005], [0.0125, 0.0025]], rtol=1e-5)


@pytest.mark.parametrize(
    "returned", [{"d_loss": 0.0}, {"d_loss": 0.0, "g_loss": 0.0, "d_real": 0, "d_fake": 0, "x": 0}]
)
def test_a_log_that_is_not_declared_and_one_that_is_missing_are_named(returned):
    with pytest.raises(KeyError, match=r"GAN logs \[.*\], but it declares \['d_fake', 'd_loss', 'd_real', 'g_loss'\]"):
        tiny_gan.gan().track(**returned)


def test_a_variants_own_log_is_in_the_history():
    class Sharp(GAN):
        LOGS = (*GAN.LOGS, "contrast")

        def generator_loss(self, real, fake):
            loss, logs = super().generator_loss(real, fake)
            return loss, logs | {"contrast": tf.math.reduce_std(fake[0])}

    history = tiny_gan.fit(tiny_gan.gan(Sharp), 2, report_every=1)
    assert len(history["contrast"]) == 2 and min(history["contrast"]) > 0


def test_several_steps_an_execution_are_refused():
    with pytest.raises(ValueError, match="steps_per_execution must be 1"):
        tiny_gan.gan(compiled={"steps_per_execution": 2})


@pytest.mark.parametrize("options", [{"jit_compile": True}, {"run_eagerly": True}])
def test_compiled_or_eager_steps_are_the_same(options):
    ends = []
    for each in ({}, options):
        trained = tiny_gan.gan(norm=False, dropout=0.0, noise=tiny_gan.ones, compiled=each)  # XLA draws other numbers
        tiny_gan.fit(trained, 5)
        ends.append(tiny_gan.state(trained))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_gan_trains_in_half_precision_as_in_full():
    ends, policy = {}, keras.config.dtype_policy()
    for dtype in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(dtype)
        try:
            keras.utils.set_random_seed(3)
            builders = dcgan.build_generator, dcgan.build_discriminator
            trained = GAN(*(build(**networks.SMALL[build]) for build in builders))
        finally:
            keras.config.set_dtype_policy(policy)
        trained.compile(d_optimizer=keras.optimizers.SGD(0.01), g_optimizer=keras.optimizers.SGD(0.01))
        history = tiny_gan.fit(trained, 3, tiny_gan.images(shape=networks.SHAPE))
        ends[dtype] = history["d_loss"] + history["g_loss"]
        assert trained.generate(2).dtype == np.float32
    assert ends["float32"] != ends["mixed_bfloat16"] == pytest.approx(ends["float32"], rel=0.05)


def test_keras_callbacks_take_a_report_for_an_epoch(tmp_path):
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = tiny_gan.fit(tiny_gan.begin(), 6, report_every=2, callbacks=[log, keras.callbacks.TerminateOnNaN()])
    header, *lines = (line.split(",") for line in (tmp_path / "log.csv").read_text().splitlines())
    columns = dict(zip(header, zip(*lines, strict=True), strict=True))
    assert columns["step"] == ("2", "4", "6")
    assert list(map(float, columns["d_loss"])) == history["d_loss"]
