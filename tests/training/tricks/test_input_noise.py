"""Noise on what D sees: how much, how it fades, that each use has draws of its own, and that it resumes."""

import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan.training.gan import GAN
from seminar_gan.training.tricks.input_noise import InputNoiseGAN

USES = ("D, real", "D, fake", "G, real", "G, fake")


def noise(gan, use="D, real", shape=(300, 4, 4, 1)):
    return np.asarray(gan.noisy((tf.zeros(shape),), use)[0])


@pytest.mark.parametrize(("step", "stddev"), [(0, 0.2), (25, 0.15), (75, 0.05), (100, 0.0), (5_000, 0.0)])
def test_the_noise_fades_along_a_line(step, stddev):
    gan = tiny_gan.gan(InputNoiseGAN, stddev=0.2, until=100)
    gan.steps.assign(step)
    added = noise(gan)
    assert added.std() == pytest.approx(stddev, rel=0.03) and abs(added.mean()) < 0.01


def test_every_use_image_pixel_and_update_has_noise_of_its_own():
    gan = tiny_gan.gan(InputNoiseGAN)
    drawn = [noise(gan, use) for use in USES]
    gan.d_optimizer.iterations.assign_add(1)
    drawn.append(noise(gan))
    assert len(np.unique(np.stack(drawn))) > 0.999 * 5 * drawn[0].size
    others = np.corrcoef([each.ravel() for each in drawn])[~np.eye(5, dtype=bool)]
    assert np.abs(others).max() < 0.06


def test_conditions_stay_as_they_are():
    labels = tf.constant([1, 2])
    _, same = tiny_gan.gan(InputNoiseGAN).noisy((tf.zeros((2, 4, 4, 1)), labels), "D, real")
    assert same is labels


def test_both_players_see_the_noise():
    """D(x) = d x: with x and G(z) replaced by what `noisy` makes of them, the losses are those of a GAN."""
    noisy, plain = (tiny_gan.scalars(kind, rate=0.0) for kind in (InputNoiseGAN, GAN))
    real, fake = (tf.constant([[2.0], [1.0]]),), (tf.constant([[0.5], [0.5]]),)
    seen = [noisy.noisy(real, "D, real"), noisy.noisy(fake, "D, fake"), noisy.noisy(fake, "G, fake")]
    assert float(noisy.discriminator_loss(real, fake)[0]) == pytest.approx(
        float(plain.discriminator_loss(*seen[:2])[0]), rel=1e-6
    )
    assert float(noisy.generator_loss(real, fake)[0]) == pytest.approx(
        float(plain.generator_loss(real, seen[2])[0]), rel=1e-6
    )


@pytest.mark.long
def test_it_resumes_and_is_saved(tmp_path):
    def make():
        return tiny_gan.gan(InputNoiseGAN, stddev=0.3, until=7, compiled={"run_eagerly": True})

    assert tiny_gan.resumes(make, (tiny_gan.images(),), tmp_path)
    trained, loaded = tiny_gan.saved_and_loaded(make, tmp_path)
    assert (loaded.stddev, loaded.until) == (0.3, 7) and tiny_gan.same(trained, loaded)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"stddev": 0.0}, "stddev must be a number above 0"), ({"until": 0}, "until must be a positive whole number")],
)
def test_other_noise_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan.gan(InputNoiseGAN, **options)
