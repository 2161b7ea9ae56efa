"""Soft, noisy labels: the loss by hand, where the labels lie, that each is drawn anew, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan import losses
from seminar_gan.training.tricks.soft_labels import SoftLabelsGAN, labelled


def softplus(a):
    return np.log1p(np.exp(a))


def test_the_loss_is_the_cross_entropy_with_labels():
    logits, labels = np.array([[0.3], [-2.0]], "float32"), np.array([[0.7], [1.2]], "float32")
    probability = 1 / (1 + np.exp(-logits))
    by_hand = np.mean(-labels * np.log(probability) - (1 - labels) * np.log(1 - probability))
    assert float(labelled(logits, labels)) == pytest.approx(by_hand, rel=1e-6)
    sure = np.array([[0.9], [0.2]], "float32")
    keras_says = keras.losses.binary_crossentropy(sure, logits, from_logits=True)
    assert float(labelled(logits, sure)) == pytest.approx(float(np.mean(keras_says)), rel=1e-6)


@pytest.mark.parametrize(("label", "half"), [(1.0, losses.non_saturating), (0.9, losses.smoothed_real)])
def test_labels_that_are_not_noisy_are_the_losses_of_the_package(label, half):
    logits = np.random.default_rng(0).normal(size=(6, 1)).astype("float32")
    labels = np.full((6, 1), label, "float32")
    assert float(labelled(logits, labels)) == pytest.approx(float(half(logits)), rel=1e-6)


def drawn(gan, count=4_000):
    logits = tf.zeros((count, 1))
    return [
        np.asarray(gan.draw_labels(logits, *each))
        for each in ((gan.real_labels, "labels of real images"), (gan.fake_labels, "labels of fake images"))
    ]


def test_labels_are_uniform_in_the_ranges_of_the_tip():
    real, fake = drawn(tiny_gan.gan(SoftLabelsGAN))
    for labels, (low, high) in ((real, (0.7, 1.2)), (fake, (0.0, 0.3))):
        assert labels.shape == (4_000, 1)
        assert low <= labels.min() < low + 0.01 and high - 0.01 < labels.max() <= high
        assert labels.mean() == pytest.approx((low + high) / 2, abs=0.01)
    together = np.corrcoef(real[:, 0], fake[:, 0])[0, 1]
    assert abs(together) < 0.06  # each has draws of its own


def test_labels_follow_from_the_seed_and_the_update():
    one, same, other = (tiny_gan.gan(SoftLabelsGAN, seed=seed) for seed in (1, 1, 2))
    first = drawn(one)
    np.testing.assert_array_equal(first, drawn(same))
    assert not np.array_equal(first, drawn(other))
    one.d_optimizer.iterations.assign_add(1)
    assert not np.array_equal(first, drawn(one))


def test_the_first_update_is_the_one_computed_by_hand():
    """G(z) = 0.5 and D(x) = 0.3 x: the slope of the loss at a logit is sigmoid(logit) - label."""
    trained = tiny_gan.scalars(SoftLabelsGAN, rate=0.1)
    real_labels, fake_labels = (labels[:, 0] for labels in drawn(trained, 2))
    x, d, fake = np.array([2.0, -1.0]), 0.3, 0.5
    slopes = [(1 / (1 + np.exp(-d * x)) - real_labels) * x, (1 / (1 + np.exp(-d * fake)) - fake_labels) * fake]
    by_hand = real_labels * softplus(-d * x) + (1 - real_labels) * softplus(d * x)
    by_hand = by_hand.mean() + (fake_labels * softplus(-d * fake) + (1 - fake_labels) * softplus(d * fake)).mean()
    logs = trained.train_step((tf.constant(x[:, None], "float32"),))
    assert float(logs["d_loss"]) == pytest.approx(by_hand, rel=1e-5)
    assert tiny_gan.weights(trained)[0] == pytest.approx(d - 0.1 * sum(each.mean() for each in slopes), rel=1e-5)


@pytest.mark.long
def test_it_resumes_and_is_saved_with_its_labels(tmp_path):
    def make():
        return tiny_gan.gan(
            SoftLabelsGAN, real_labels=(0.8, 1.0), fake_labels=(0.0, 0.1), compiled={"run_eagerly": True}
        )

    assert tiny_gan.resumes(make, (tiny_gan.images(),), tmp_path)
    trained, loaded = tiny_gan.saved_and_loaded(make, tmp_path)
    assert (loaded.real_labels, loaded.fake_labels) == ((0.8, 1.0), (0.0, 0.1))
    assert tiny_gan.same(trained, loaded)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"real_labels": (1.2, 0.7)}, r"real_labels must be two numbers, the lower first.*got \(1.2, 0.7\)"),
        ({"fake_labels": (0.1,)}, "fake_labels must be two numbers"),
        ({"real_labels": ("a", "b")}, "real_labels must be two numbers"),
        ({"fake_labels": (0.9, 1.1)}, "fake labels must be below the real ones"),
    ],
)
def test_other_labels_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan.gan(SoftLabelsGAN, **options)


@pytest.mark.parametrize("loss", [losses.WASSERSTEIN, losses.PANIC, None])
def test_a_loss_without_labels_is_refused(loss):
    with pytest.raises(TypeError, match="soft labels take the place of 1 and 0 in losses"):
        tiny_gan.gan(SoftLabelsGAN, compiled={"loss": loss})
