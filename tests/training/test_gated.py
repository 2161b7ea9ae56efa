"""Gated training: which update is made when, by hand; the counters; and what saving and resuming keep."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.training.gated import COUNTS, GatedGAN

# Keras 3.15 saves its variables in a way that NumPy 2.4 warns of.
saving = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@keras.saving.register_keras_serializable("tests")
def gated_ones(seed, shape):
    return tf.ones(shape)


def scalar_gan(gates, **options):
    """G(z) = g z and D(x) = d x on numbers, z = 1, with plain gradient descent: small enough for arithmetic by hand."""
    z, x = keras.Input((1,)), keras.Input((1,))
    make = keras.Model(z, layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(0.5))(z))
    judge = keras.Model(x, layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(0.3))(x))
    made = GatedGAN(make, judge, gates=gates, noise=gated_ones, **options)
    made.compile(d_optimizer=keras.optimizers.SGD(0.4), g_optimizer=keras.optimizers.SGD(0.4))
    return made


def by_hand(gates, steps, g=0.5, d=0.3, x=2.0, rate=0.4):
    """The same training as a list of (fake_loss, real_loss, g_loss, which updates, d, g) after each step."""

    def softplus(a):
        return math.log1p(math.exp(a))

    def sigmoid(a):
        return 1 / (1 + math.exp(-a))

    latest, rows = (1.0, 1.0, 1.0), []
    for _ in range(steps):
        ran = [loss > gate for loss, gate in zip(latest, gates, strict=True)]
        fake_loss = softplus(d * g)
        d -= rate * g * sigmoid(d * g) * ran[0]
        real_loss = 0.9 * softplus(-d * x) + 0.1 * softplus(d * x)
        d -= rate * x * (sigmoid(d * x) - 0.9) * ran[1]
        g_loss = softplus(-d * g)
        g -= rate * -d * sigmoid(-d * g) * ran[2]
        latest = fake_loss, real_loss, g_loss
        rows.append((*latest, ran, d, g))
    return rows


# In 12 steps each gate opens and closes, at different times.
GATES = (0.75, 0.6, 0.5)


@pytest.mark.parametrize("eager", [False, True])
def test_each_update_is_made_if_its_latest_loss_is_above_its_gate(eager):
    rows = by_hand(GATES, 12)
    for number in range(3):
        assert {row[3][number] for row in rows} == {False, True}
    made = scalar_gan(GATES)
    if eager:
        made.run_eagerly = True
    history = made.fit(np.full((1, 1), 2.0), steps=12, batch_size=1, report_every=1).history
    for number, name in enumerate(("fake_loss", "real_loss", "g_loss")):
        np.testing.assert_allclose(history[name], [row[number] for row in rows], rtol=1e-5)
    for number, name in enumerate(COUNTS):
        assert history[name] == np.cumsum([row[3][number] for row in rows]).tolist()
    np.testing.assert_allclose(history["d_loss"], [row[0] + row[1] for row in rows], rtol=1e-5)
    assert made.discriminator.get_weights()[0].item() == pytest.approx(rows[-1][4], rel=1e-5)
    assert made.generator.get_weights()[0].item() == pytest.approx(rows[-1][5], rel=1e-5)
    assert history["step"] == list(range(1, 13)) and made.step == 12
    assert int(made.g_optimizer.iterations) == history["g_updates"][-1] < 12


def test_the_papers_gates_and_losses_are_the_defaults():
    made = GatedGAN(tiny_gan.generator(), tiny_gan.discriminator())
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    assert made.gates == (0.6, 0.45, 0.5)
    assert (made.fake_loss, made.real_loss, made.g_loss) == (
        losses.plain_fake,
        losses.smoothed_real,
        losses.non_saturating,
    )


def test_the_two_halves_of_the_loss():
    logits = ops.array([[0.7], [-2.0]])
    p = 1 / (1 + np.exp(-np.array([0.7, -2.0])))
    assert float(losses.plain_fake(logits)) == pytest.approx(-np.mean(np.log(1 - p)), rel=1e-5)
    smoothed = -np.mean(0.9 * np.log(p) + 0.1 * np.log(1 - p))
    assert float(losses.smoothed_real(logits)) == pytest.approx(smoothed, rel=1e-5)
    best = ops.array([[math.log(9)]])  # D(x) = 0.9
    assert float(losses.smoothed_real(best)) == pytest.approx(0.325, abs=1e-3)
    for far in (-1000.0, 1000.0):
        assert np.isfinite(float(losses.smoothed_real(ops.array([[far]]))))


def test_the_gates_of_fakes_and_generator_are_never_both_closed():
    logits = ops.array(np.random.default_rng(0).normal(0, 3, (1000, 7, 1)))
    totals = [float(losses.plain_fake(batch) + losses.non_saturating(batch)) for batch in logits]
    assert min(totals) > 2 * math.log(2) > 0.6 + 0.5


def tiny(**options):
    keras.utils.set_random_seed(3)
    made = GatedGAN(tiny_gan.generator(), tiny_gan.discriminator(), average=0.9, gates=(0.69, 0.9, 0.7), **options)
    adam = [keras.optimizers.Adam(1e-2, beta_1=0.5) for _ in "dg"]
    made.compile(d_optimizer=adam[0], g_optimizer=adam[1])
    return made


def everything(made):
    return [*tiny_gan.state(made), np.asarray(made.latest_losses), np.asarray(made.passes)]


def train(made, steps, folder=None):
    options = {"batch_size": 8, "report_every": 3, "checkpoints": folder}
    history = made.fit(tiny_gan.images(), steps=steps, **options).history
    return {name: values for name, values in history.items() if name != "seconds"}


def test_a_stopped_training_ends_where_it_would_have_ended(tmp_path):
    whole, stopped, resumed = tiny(), tiny(), tiny()
    wanted = train(whole, 18)
    train(stopped, 9, tmp_path)
    assert train(resumed, 18, tmp_path) == wanted
    assert tiny_gan.same(everything(whole), everything(resumed))
    counts = [wanted[name] for name in COUNTS]
    assert all(0 < count[-1] < 18 for count in counts) and len({tuple(count) for count in counts}) == 3
    assert wanted["step"] == [3, 6, 9, 12, 15, 18]


@saving
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    made = tiny()
    train(made, 7)
    made.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is GatedGAN and loaded.step == 7 and loaded.gates == made.gates
    before = [int(made.trackers[name].result()) for name in COUNTS]
    assert [int(loaded.trackers[name].result()) for name in COUNTS] == before
    for network in (made, loaded):
        train(network, 12)
    assert tiny_gan.same(everything(made), everything(loaded))
    assert [loaded.trackers[name].result() for name in COUNTS] == [made.trackers[name].result() for name in COUNTS]


def test_noise_differs_from_step_to_step_also_while_the_generator_waits():
    drawn = []

    def noise(seed, shape):
        drawn.append(int(seed[1]))
        return tf.random.stateless_normal(shape, seed)

    made = GatedGAN(tiny_gan.generator(), tiny_gan.discriminator(), gates=(0, 0, 99), noise=noise)
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1), run_eagerly=True)
    made.fit(tiny_gan.images(), steps=4, batch_size=8)
    assert drawn == [0, 1, 2, 3] and int(made.g_optimizer.iterations) == 0


@pytest.mark.parametrize("gates", [(0.6, 0.45), (0.6, 0.45, "0.5"), (1, 2, 3, 4)])
def test_other_gates_are_refused(gates):
    with pytest.raises(ValueError, match="gates must be three numbers, for D on fakes, D on reals and G; got"):
        GatedGAN(tiny_gan.generator(), tiny_gan.discriminator(), gates=gates)


def test_more_discriminator_steps_and_a_joint_loss_are_refused():
    with pytest.raises(ValueError, match="d_steps must be 1: the gates decide how often D is updated; got 2"):
        GatedGAN(tiny_gan.generator(), tiny_gan.discriminator(), d_steps=2)
    made = GatedGAN(tiny_gan.generator(), tiny_gan.discriminator())
    with pytest.raises(TypeError, match="d_loss"):
        made.compile(d_optimizer=None, g_optimizer=keras.optimizers.SGD(0.1), d_loss=losses.cross_entropy)
