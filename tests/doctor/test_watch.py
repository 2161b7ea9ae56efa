"""What Watch records: numbers that one can check by hand, and a training that does not notice it."""

import keras
import numpy as np
import pytest
import tiny_gan
from keras import layers

from seminar_gan import losses
from seminar_gan.doctor import Watch
from seminar_gan.training import penalties
from seminar_gan.training.gan import GAN
from seminar_gan.training.gated import GatedGAN


def watched(gan, steps=6, *data, every=None, report_every=2, count=8, batch_size=8):
    watch = Watch(every, count)
    data = data or (tiny_gan.images(),)
    gan.fit(*data, steps=steps, batch_size=batch_size, report_every=report_every, callbacks=[watch])
    return watch


def normalised():
    """A GAN whose networks keep what a forward pass changes: moving means, a random state, a kernel, a vector u."""
    keras.utils.set_random_seed(3)
    images = keras.Input((4, 4, 1))
    x = layers.SpectralNormalization(layers.Dense(6))(layers.Flatten()(images))
    x = layers.Dropout(0.3)(layers.LeakyReLU()(layers.BatchNormalization()(x)))
    gan = GAN(tiny_gan.generator(), keras.Model(images, layers.Dense(1)(x)), ema=0.9)
    gan.compile(d_optimizer=keras.optimizers.Adam(1e-2), g_optimizer=keras.optimizers.Adam(1e-2))
    return gan


def critic():
    return tiny_gan.gan(d_steps=2, compiled={"loss": losses.WASSERSTEIN, "penalty": penalties.GradientPenalty(10.0)})


def gated():
    return tiny_gan.gan(GatedGAN, compiled={"loss": losses.PANIC})


def conditional():
    return tiny_gan.gan(conditional=True, mismatched=0.25)


@pytest.mark.long
@pytest.mark.parametrize("make", [normalised, critic, gated, conditional])
def test_the_training_is_the_same_bit_for_bit(make):
    data = (tiny_gan.images(), tiny_gan.labels()) if make is conditional else (tiny_gan.images(),)
    alone, seen = make(), make()
    alone.fit(*data, steps=5, batch_size=8)
    watch = watched(seen, 5, *data, every=2)
    assert tiny_gan.same(alone, seen)
    assert watch.history["step"] == [2, 4, 5]


# The numbers of a GAN of two weights: G(z) = g z, D(x) = d x, z = 1, g = 0.5, d = 0.3


def test_gradients_and_logits_are_those_of_arithmetic():
    gan, watch = tiny_gan.scalars(rate=1e-30), Watch(count=4)
    gan.fit(np.array([[2.0], [4.0]], "float32"), steps=1, batch_size=2, callbacks=[watch])
    row = {name: values[-1] for name, values in watch.history.items()}
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    assert row["real_logit_0"] == pytest.approx(0.3 * 2)
    assert row["real_logit_100"] == pytest.approx(0.3 * 4)
    assert row["fake_logit_50"] == pytest.approx(0.3 * 0.5)
    # -log D(G(z)) has the slope -(1 - D) d for g
    assert row["g_gradient"] == pytest.approx((1 - sigmoid(0.15)) * 0.3, rel=1e-5)
    # -log D(x) - log(1 - D(G(z))): -mean (1 - D(x)) x + D(G(z)) G(z)
    slope = -np.mean([(1 - sigmoid(0.3 * x)) * x for x in (2, 4)]) + sigmoid(0.15) * 0.5
    assert row["d_gradient"] == pytest.approx(abs(slope), rel=1e-5)
    assert row["d_real_alone"] == row["d_real_in_loss"] == row["d_fake_alone"] == 1
    assert row["d_moved"] == row["g_moved"] == row["shift"] == 0
    assert row["variety"] == 0  # G makes 0.5 of every z; the two real points are 2 apart
    assert row["gap"] == pytest.approx((2 * np.mean([1.5, 3.5]) - 2 - 0) / 2)
    assert (row["real_low"], row["real_high"], row["fake_level"]) == pytest.approx((2, 4, 0.5))
    assert row["chance"] == pytest.approx(2 * np.log(2))
    assert np.isnan(row["range_low"]) and np.isnan(row["real_ends"])


def test_movement_is_relative_to_the_weights_before():
    gan, watch = tiny_gan.scalars(rate=0.1), Watch(count=4)
    gan.fit(np.array([[2.0], [4.0]], "float32"), steps=1, batch_size=2, callbacks=[watch])
    d, g = tiny_gan.weights(gan)
    assert watch.history["d_moved"][-1] == pytest.approx(abs(d - 0.3) / 0.3, rel=1e-4)
    assert watch.history["g_moved"][-1] == pytest.approx(abs(g - 0.5) / 0.5, rel=1e-4)
    assert watch.history["shift"][-1] == pytest.approx(abs(g - 0.5) / 2, rel=1e-4)  # real points are 2 apart


def test_a_critic_has_scores_and_no_shares():
    history = watched(critic()).history
    assert "d_real_alone" not in history and "d_real" not in history and "real_logit_50" in history
    assert np.isnan(history["boundary"]).all()
    assert history["chance"] == [0.0] * 3
    assert "penalty" in history


def test_mixed_batches_show_in_the_loss_alone():
    class Mixed(GAN):
        def discriminator_loss(self, real, fake):
            answers = np.float32(9.0) + 0 * self.discriminate(*real)  # as if D saw something else than it says alone
            return self.loss_pair.discriminator(answers, -answers), self.loss_pair.shares(answers, -answers)

    history = watched(tiny_gan.gan(Mixed, dropout=0.0)).history
    assert history["d_real_in_loss"] == [1] * 3 and history["d_fake_in_loss"] == [0] * 3
    plain = watched(tiny_gan.gan(dropout=0.0)).history
    assert plain["d_real_in_loss"] == plain["d_real_alone"] and plain["d_fake_in_loss"] == plain["d_fake_alone"]


# The table


def test_losses_are_the_means_of_the_report():
    gan = tiny_gan.begin()
    watch = watched(gan)
    for name in ("step", "d_loss", "g_loss", "d_real", "d_fake"):
        assert watch.history[name] == pytest.approx(gan.record.history[name], rel=1e-5), name
    assert {len(values) for values in watch.history.values()} == {3}
    assert np.shape(watch.real_logits) == np.shape(watch.fake_logits) == (3, 8)
    assert gan.record.watched is watch.history


def test_the_table_of_a_gan_goes_on_and_that_of_another_begins_anew():
    gan, watch = tiny_gan.begin(), Watch(count=8)
    for steps in (4, 8):
        tiny_gan.fit(gan, steps, report_every=2, callbacks=[watch])
    assert watch.history["step"] == [2, 4, 6, 8] and len(watch.real_logits) == 4
    tiny_gan.fit(tiny_gan.scalars(), 2, np.array([[2.0], [4.0]], "float32"), report_every=1, callbacks=[watch])
    assert watch.history["step"] == [1, 2] and np.shape(watch.real_logits) == (2, 2)


def test_uint8_counts_as_scaled_by_fit():
    images = np.random.default_rng(0).integers(0, 256, (20, 4, 4, 1), "uint8")
    for data, scaled in ((images, 1.0), (tiny_gan.images(), 0.0)):
        history = watched(tiny_gan.begin(), 2, data).history
        assert history["scaled"] == [scaled] and history["range_low"] == [-1.0]
        assert -1 <= history["real_low"][0] < history["real_high"][0] <= 1


def test_few_images_are_looked_at_once_each():
    watch = watched(tiny_gan.begin(), 2, tiny_gan.images(5))
    assert np.shape(watch.real_logits) == (1, 5)


@pytest.mark.parametrize("options", [{"every": 0}, {"count": 0}, {"count": 1}])
def test_numbers_that_cannot_be_are_refused(options):
    with pytest.raises(ValueError, match="must be"):
        Watch(**options)
