"""Gated training: which update is made when, by hand; the counters; and what saving and resuming keep."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan import losses
from seminar_gan.training import penalties
from seminar_gan.training.gated import COUNTS, GatedGAN


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
    trained = tiny_gan.scalars(GatedGAN, rate=0.4, gates=GATES, compiled={"run_eagerly": eager})
    history = trained.fit(np.full((1, 1), 2.0), steps=12, batch_size=1, report_every=1).history
    for number, name in enumerate(("fake_loss", "real_loss", "g_loss")):
        np.testing.assert_allclose(history[name], [row[number] for row in rows], rtol=1e-5)
    for number, name in enumerate(COUNTS):
        assert history[name] == np.cumsum([row[3][number] for row in rows]).tolist()
    np.testing.assert_allclose(history["d_loss"], [row[0] + row[1] for row in rows], rtol=1e-5)
    assert tiny_gan.weights(trained) == pytest.approx(rows[-1][4:], rel=1e-5)
    assert history["step"] == list(range(1, 13)) and trained.step == 12
    assert int(trained.g_optimizer.iterations) == history["g_updates"][-1] < 12


def test_the_papers_gates_and_losses_are_the_defaults():
    trained = tiny_gan.gan(GatedGAN)
    assert trained.gates == (0.6, 0.45, 0.5)
    assert trained.loss_pair is losses.PANIC


OPTIONS = {"kind": GatedGAN, "gates": (0.69, 0.9, 0.7)}


@pytest.mark.long
def test_a_stopped_training_ends_where_it_would_have_ended(tmp_path):
    whole = tiny_gan.fit(trained := tiny_gan.begin(**OPTIONS), 18, report_every=3)
    end = tiny_gan.state(trained)
    tiny_gan.fit(tiny_gan.begin(**OPTIONS), 9, report_every=3, checkpoints=tmp_path)
    resumed = tiny_gan.begin(**OPTIONS)
    assert tiny_gan.fit(resumed, 18, report_every=3, checkpoints=tmp_path) == whole
    assert tiny_gan.same(end, resumed)
    counts = [whole[name] for name in COUNTS]
    assert all(0 < count[-1] < 18 for count in counts) and len({tuple(count) for count in counts}) == 3
    assert whole["step"] == [3, 6, 9, 12, 15, 18]


@pytest.mark.long
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    trained = tiny_gan.begin(**OPTIONS)
    tiny_gan.fit(trained, 7)
    trained.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is GatedGAN and loaded.step == 7 and loaded.gates == trained.gates
    one, other = (tiny_gan.fit(each, 12) for each in (trained, loaded))
    assert [one[name][-1] for name in COUNTS] == [other[name][-1] for name in COUNTS]
    assert tiny_gan.same(trained, loaded)


def test_noise_differs_from_step_to_step_also_while_the_generator_waits():
    drawn = []

    def noise(seed, shape):
        drawn.append(int(seed[1]))
        return tf.random.stateless_normal(shape, seed)

    trained = tiny_gan.gan(GatedGAN, gates=(0, 0, 99), noise=noise, compiled={"run_eagerly": True})
    tiny_gan.fit(trained, 4)
    assert drawn == [0, 1, 2, 3] and int(trained.g_optimizer.iterations) == 0


@pytest.mark.parametrize("gates", [(0.6, 0.45), (0.6, 0.45, "0.5"), (1, 2, 3, 4)])
def test_other_gates_are_refused(gates):
    with pytest.raises(ValueError, match="gates must be three numbers, for D on fakes, D on reals and G; got"):
        GatedGAN(tiny_gan.generator(), tiny_gan.discriminator(), gates=gates)


def test_more_discriminator_steps_a_joint_loss_and_a_penalty_are_refused():
    with pytest.raises(ValueError, match="d_steps must be 1: the gates decide how often D is updated; got 2"):
        tiny_gan.gan(GatedGAN, d_steps=2)
    with pytest.raises(TypeError, match="its loss must be in two parts"):
        tiny_gan.gan(GatedGAN, compiled={"loss": losses.NON_SATURATING})
    with pytest.raises(ValueError, match="a GatedGAN takes no penalty"):
        tiny_gan.gan(GatedGAN, compiled={"penalty": penalties.R1()})
