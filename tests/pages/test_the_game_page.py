"""The ten lines of page 05 do what the package's training step does, and its cells can be copied."""

import jupytext
import keras
import numpy as np
import tensorflow as tf
from conftest import ROOT
from keras import layers, ops

from seminar_gan.losses import cross_entropy, non_saturating
from seminar_gan.models import mlp
from seminar_gan.training import GAN

PAGE = ROOT / "notebooks" / "src" / "05_the_game.py"


def cell(start):
    """The source of the one cell of the page that begins with this text."""
    cells = jupytext.reads(PAGE.read_text(encoding="utf-8"), fmt="py:percent").cells
    (source,) = [cell.source for cell in cells if cell.source.startswith(start)]
    return source


def shown_step():
    """The function of the page, and the names that it uses."""
    source = cell("def train_step(x, z):")
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


def networks_of_the_page():
    names = {"keras": keras, "layers": layers, "np": np, "SEED": 3}
    exec(cell("def points_on_a_smile("), names)
    return names["two_networks"]()


def test_the_networks_are_those_of_the_package():
    keras.utils.set_random_seed(3)
    built = mlp.build_point_generator(), mlp.build_point_discriminator()
    for ours, shown in zip(built, networks_of_the_page(), strict=True):
        for a, b in zip(ours.get_weights(), shown.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_cells_that_can_be_copied_are_a_whole_game_without_anything_of_ours(capsys):
    last = "G, D = two_networks()\nd_optimizer"
    starts = "def cross_entropy(", "def points_on_a_smile(", "def train_step(x, z):", last
    names = {"keras": keras, "layers": layers, "np": np, "ops": ops, "tf": tf}
    names |= {"SEED": 0, "POINT_STEPS": 3, "BATCH_SIZE": 8}
    sources = [cell(start) for start in starts]
    untrained = [weights.copy() for weights in networks_of_the_page()[0].get_weights()]
    exec("\n".join(sources).replace("tf.function(train_step)", "train_step"), names)
    lines = [line for source in sources for line in source.splitlines() if line and not line.startswith("#")]
    assert 35 <= len(lines) <= 45  # "about forty"
    assert not any("sg." in line for line in lines)
    assert not np.allclose(untrained[0], names["G"].get_weights()[0])
    assert "loss of D" in capsys.readouterr().out
