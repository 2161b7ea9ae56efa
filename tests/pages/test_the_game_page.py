"""The ten lines of page 05 do what the package's training step does."""

import jupytext
import keras
import numpy as np
import tensorflow as tf
from conftest import ROOT

from seminar_gan.losses import cross_entropy, non_saturating
from seminar_gan.models import mlp
from seminar_gan.training import GAN

PAGE = ROOT / "notebooks" / "src" / "05_the_game.py"


def shown_step():
    """The function of the page, and the names that it uses."""
    cells = [cell.source for cell in jupytext.reads(PAGE.read_text(encoding="utf-8"), fmt="py:percent").cells]
    (source,) = [source for source in cells if source.startswith("def train_step(x, z):")]
    names = {"tf": tf, "cross_entropy": cross_entropy, "non_saturating": non_saturating}
    exec(source, names)
    return names


def test_the_ten_lines_make_the_steps_of_the_package():
    keras.utils.set_random_seed(1)
    gan = GAN(mlp.build_point_generator(), mlp.build_point_discriminator(), seed=1)
    names = shown_step()
    rates = {"d_optimizer": 3e-2, "g_optimizer": 1e-2}
    names.update({name: keras.optimizers.Adam(rate, beta_1=0.5) for name, rate in rates.items()})
    gan.compile(**{name: keras.optimizers.Adam(rate, beta_1=0.5) for name, rate in rates.items()})
    names["G"], names["D"] = (keras.models.clone_model(network) for network in (gan.generator, gan.discriminator))
    names["G"].set_weights(gan.generator.get_weights())
    names["D"].set_weights(gan.discriminator.get_weights())
    rng = np.random.default_rng(0)
    for _ in range(3):
        x = tf.constant(rng.normal(size=(16, 2)).astype("float32"))
        d_loss, g_loss = names["train_step"](x, gan.draw_noise((x,), 0))
        logs = gan.train_step((x,))
        np.testing.assert_allclose([logs["d_loss"], logs["g_loss"]], [d_loss, g_loss], rtol=1e-5)
    for shown, own in (("G", gan.generator), ("D", gan.discriminator)):
        for a, b in zip(names[shown].get_weights(), own.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
