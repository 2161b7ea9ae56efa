"""The loss of a variational autoencoder against arithmetic and against draws, and the model in Keras's hands."""

import keras
import numpy as np
import pytest

from seminar_gan.models.variational import build_decoder, build_encoder
from seminar_gan.training.variational import VariationalAutoencoder, bernoulli_loss, kl_divergence

IMAGES = np.random.default_rng(0).random((12, 6), dtype="float32")


def model(beta=1.0, seed=0):
    keras.utils.set_random_seed(0)
    return VariationalAutoencoder(build_encoder((2, 3, 1), [5], 2), build_decoder((2, 3, 1), [5], 2), beta, seed)


def compiled(**options):
    vae = model(**options)
    vae.compile(optimizer=keras.optimizers.SGD(0.0), loss=bernoulli_loss)
    return vae


def test_the_loss_is_a_sum_over_pixels_one_number_an_image():
    images, answers = np.array([[1.0, 0.0, 0.3], [0.0, 0.0, 0.0]]), np.array([[0.5, 0.25, 0.3], [0.5, 0.5, 0.5]])
    grey = -0.3 * np.log(0.3) - 0.7 * np.log(0.7)
    expected = [np.log(2) - np.log(0.75) + grey, 3 * np.log(2)]
    np.testing.assert_allclose(bernoulli_loss(images, answers), expected, rtol=1e-5)


def test_an_answer_of_0_or_1_that_is_wrong_costs_much_and_is_finite():
    loss = bernoulli_loss(np.array([[1.0, 0.0]], "float32"), np.array([[0.0, 1.0]], "float32"))
    assert 25 < float(loss[0]) < 40


def test_the_divergence_is_0_for_the_prior_and_else_the_mean_of_log_q_minus_log_p():
    assert np.all(np.asarray(kl_divergence(np.zeros((3, 4)), np.zeros((3, 4)))) == 0)
    mean, log_variance = np.array([[1.0, -2.0]]), np.array([[0.5, -1.0]])
    epsilon = np.random.default_rng(0).normal(size=(200_000, 2))
    z = mean + np.exp(log_variance / 2) * epsilon
    log_ratio = np.sum(z**2 - epsilon**2 - log_variance, axis=1) / 2
    np.testing.assert_allclose(kl_divergence(mean, log_variance), log_ratio.mean(), rtol=0.01)


def test_draws_have_the_mean_and_the_variance_and_follow_the_seed():
    mean, log_variance = np.full((50_000, 1), 3.0, "float32"), np.full((50_000, 1), np.log(4), "float32")
    z = np.asarray(model().sample(mean, log_variance))
    assert (z.mean(), z.var()) == (pytest.approx(3, abs=0.05), pytest.approx(4, rel=0.05))
    np.testing.assert_array_equal(z, model().sample(mean, log_variance))
    assert not np.array_equal(z, model(seed=1).sample(mean, log_variance))


def test_two_calls_draw_two_codes():
    vae = model()
    assert not np.array_equal(vae(IMAGES), vae(IMAGES))


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_in_evaluate_is_reconstruction_plus_beta_times_divergence(beta):
    vae = compiled(beta=beta)
    vae.encoder.get_layer("log_variance").bias.assign([-30, -30])  # so sure that a draw is the mean
    mean, log_variance = vae.encoder(IMAGES)
    terms = bernoulli_loss(IMAGES, vae.decoder(mean)) + beta * kl_divergence(mean, log_variance)
    loss = vae.evaluate(IMAGES, IMAGES, batch_size=12, verbose=0)
    assert loss == pytest.approx(float(np.mean(terms)), rel=1e-5)


@pytest.mark.long
def test_training_lowers_the_loss_and_reaches_both_outputs_of_the_encoder():
    vae = model()
    before = [weight.numpy() for weight in vae.trainable_weights]
    vae.compile(optimizer=keras.optimizers.Adam(1e-2), loss=bernoulli_loss)
    images = np.repeat(np.eye(6, dtype="float32"), 20, axis=0)
    losses = vae.fit(images, images, batch_size=20, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
    assert len(before) == 10
    assert all(np.any(old != new.numpy()) for old, new in zip(before, vae.trainable_weights, strict=True))
