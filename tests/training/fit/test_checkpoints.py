"""Checkpoints: a training that was stopped, by whatever means, ends bit for bit where it would have ended.

Each variant of GAN, in objects that were built anew: test_variants.py.
"""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tiny_gan
from conftest import ROOT

from seminar_gan.training.fit import checkpoints
from seminar_gan.training.fit.checkpoints import CheckpointError
from seminar_gan.training.fit.decay import LinearDecay
from seminar_gan.training.fit.record import TrainingDiverged

PROGRAM = [sys.executable, str(ROOT / "tests" / "tiny_gan.py")]


@pytest.fixture(scope="module")
def whole():
    """The state and the history of a training of 60 steps that was not stopped."""
    history = tiny_gan.fit(trained := tiny_gan.begin())
    return tiny_gan.state(trained), history


def stop_at(step, folder):
    with pytest.raises(InterruptedError):
        tiny_gan.fit(tiny_gan.begin(), checkpoints=folder, callbacks=[tiny_gan.StopAt(step)])


def resume(folder, steps=60):
    history = tiny_gan.fit(trained := tiny_gan.begin(), steps, checkpoints=folder)
    return tiny_gan.state(trained), history


def is_equal(one, other):
    return tiny_gan.same(one[0], other[0]) and one[1] == other[1]


@pytest.mark.parametrize("step", [20, 37])
def test_a_stopped_training_ends_where_it_would_have_ended(whole, tmp_path, step):
    stop_at(step, tmp_path)
    assert is_equal(whole, resume(tmp_path))
    assert whole[1]["step"] == [20, 40, 60]


@pytest.mark.long
def test_a_training_killed_at_any_moment_ends_where_it_would_have_ended(tmp_path):
    """A process that does little but write checkpoints is killed at a random moment."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}

    def start(folder, steps):
        return subprocess.Popen([*PROGRAM, str(folder), str(steps)], env=environment)

    with start(killed, 1_000_000) as doomed:
        while newest(killed) < 20 and doomed.poll() is None:
            time.sleep(0.001)
        time.sleep(np.random.default_rng().uniform(0, 0.5))
        doomed.send_signal(signal.SIGKILL)
    steps = newest(killed) + 20
    assert steps >= 40
    for process in [start(folder, steps) for folder in (whole, killed)]:  # side by side: importing Keras takes longest
        assert process.wait() == 0
    with np.load(whole / "end.npz") as one, np.load(killed / "end.npz") as other:
        assert one.files == other.files and len(one["step"]) == steps / 2
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def newest(folder):
    return max((int(path.stem.removeprefix("step_")) for path in folder.glob("step_*.npz")), default=0)


def test_the_seconds_go_on_counting(tmp_path, clock):
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(1))
    options = {"batch_size": 8, "report_every": 20, "checkpoints": tmp_path}
    tiny_gan.begin().fit(tiny_gan.images(), steps=20, callbacks=[tick], **options)
    (resumed := tiny_gan.begin()).fit(tiny_gan.images(), steps=40, callbacks=[tick], **options)
    assert resumed.record.history["seconds"] == [19, 38]  # the first step of each call is left out


def test_a_time_limit_counts_the_seconds_before_the_interruption(tmp_path, clock):
    tick = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(1))
    options = {"batch_size": 8, "report_every": 5, "checkpoints": tmp_path, "seconds": 30}
    with pytest.raises(InterruptedError):
        tiny_gan.begin().fit(tiny_gan.images(), callbacks=[tick, tiny_gan.StopAt(22)], **options)
    (resumed := tiny_gan.begin()).fit(tiny_gan.images(), callbacks=[tick], **options)
    assert resumed.record.history["seconds"][3] == 19  # where the checkpoint was written, at step 20
    assert (resumed.record.seconds, resumed.step) == (30, 20 + 1 + 11)


def test_a_finished_training_is_not_trained_again(whole, tmp_path):
    resume(tmp_path)
    history = tiny_gan.fit(again := tiny_gan.begin(), checkpoints=tmp_path, callbacks=[tiny_gan.StopAt(1)])
    assert is_equal(whole, (tiny_gan.state(again), history))


def test_a_finished_training_can_be_taken_further(whole, tmp_path):
    resume(tmp_path, steps=40)
    assert is_equal(whole, resume(tmp_path))


def test_two_checkpoints_are_kept_and_no_half_written_file(tmp_path):
    resume(tmp_path, steps=100)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step_00000080.npz", "step_00000100.npz"]


@pytest.mark.parametrize("damage", ["cut", "one byte", "empty", "not an archive", "a missing array"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(whole, tmp_path, damage):
    stop_at(50, tmp_path)
    path = tmp_path / "step_00000040.npz"
    content = path.read_bytes()
    middle = len(content) // 2
    if damage == "a missing array":
        with np.load(path) as file:
            state = {name: file[name] for name in file.files if name != "model_0"}
            assert len(state) < len(file.files)
        np.savez(path, **state)
    else:
        path.write_bytes(
            {
                "cut": content[:middle],
                "one byte": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
                "empty": b"",
                "not an archive": b"digits",
            }[damage]
        )
    with pytest.warns(UserWarning, match=r"step_00000040.npz cannot be read .*step_00000020.npz is used instead"):
        resumed = resume(tmp_path)
    assert is_equal(whole, resumed)


def test_without_any_checkpoint_that_can_be_read_it_starts_at_step_0_and_keeps_its_own(whole, tmp_path):
    (tmp_path / "step_00000100.npz").write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="no other is left: training starts at step 0"):
        assert is_equal(whole, resume(tmp_path))
    assert sorted(path.name for path in tmp_path.glob("*.npz")) == ["step_00000040.npz", "step_00000060.npz"]


def test_a_half_written_checkpoint_is_not_looked_at(whole, tmp_path):
    stop_at(30, tmp_path)
    (tmp_path / ".step_00000040.npz.1.part").write_bytes(b"half")
    assert is_equal(whole, resume(tmp_path))


@pytest.mark.parametrize(
    ("change", "data", "message"),
    [
        ({"seed": 5}, (), "seed was 0 and is now 5"),
        ({"norm": False}, (), r"the number of layers of generator[.\w]* was 6 and is now 5"),
        ({"dropout": 0.1}, (), r"discriminator\S*\[4\]\S*rate was 0.3 and is now 0.1"),
        ({"ema": 0.8}, (), "ema was 0.9 and is now 0.8"),
        ({"conditional": True}, (tiny_gan.images(), tiny_gan.labels()), "class was 'GAN' and is now 'ConditionalGAN'"),
        ({}, (tiny_gan.images(30),), r"data 0 was 'float32 \(40, 4, 4, 1\).*' and is now 'float32 \(30"),
        ({}, (-tiny_gan.images(),), r"data 0 was '(float32 \(40, 4, 4, 1\), CRC-32) \w+' and is now '\1 \w+'"),
    ],
)
def test_checkpoints_of_another_training_are_refused(tmp_path, change, data, message):
    stop_at(30, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(CheckpointError, match=message):
        tiny_gan.fit(tiny_gan.begin(**change), 60, *data, checkpoints=tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.long
def test_a_training_may_go_on_with_another_batch_size_and_another_rate(tmp_path):
    resume(tmp_path, steps=20)
    trained = tiny_gan.begin()
    trained.d_optimizer.learning_rate = 0.005
    trained.base_rates = {}  # as after compile
    trained.fit(tiny_gan.images(), steps=40, batch_size=10, report_every=20, checkpoints=tmp_path)
    assert trained.record.history["step"] == [20, 40]
    assert float(trained.d_optimizer.learning_rate) == pytest.approx(0.005)
    assert float(trained.g_optimizer.learning_rate) == pytest.approx(0.01)


def rated(rate, decay=None):
    """A GAN of the tests with these learning rates: numbers, or schedules that halve in `decay` steps."""
    trained = tiny_gan.gan()
    rates = (rate if decay is None else keras.optimizers.schedules.ExponentialDecay(rate, decay, 0.5) for _ in "dg")
    d_optimizer, g_optimizer = (keras.optimizers.Adam(each, beta_1=0.5) for each in rates)
    trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)
    return trained


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0.01,), (0.02, 4), 0.02 / 2),  # 4 of 8 steps were done
        ((0.01, 4), (0.02,), 0.02),
        ((0.01, 4), (0.01,), 0.01),
        ((0.01, 4), (0.02, 4), 0.02 / 2),
        ((0.01, 4), (0.01, 4), 0.01 / 2),
    ],
)
def test_a_number_may_become_a_schedule_and_a_schedule_a_number(tmp_path, capsys, before, after, expected):
    rated(*before).fit(tiny_gan.images(), steps=3, batch_size=8, report_every=3, checkpoints=tmp_path)
    resumed = rated(*after)
    velocity = [np.array(v) for v in resumed.d_optimizer._velocities]
    resumed.fit(tiny_gan.images(), steps=4, batch_size=8, report_every=3, checkpoints=tmp_path)
    assert resumed.record.history["step"] == [3, 4]
    assert f"Going on from step 3, kept in {tmp_path}." in capsys.readouterr().out
    assert float(resumed.d_optimizer.learning_rate) == pytest.approx(expected)
    assert int(resumed.d_optimizer.iterations) == 4
    assert not all(map(np.array_equal, velocity, resumed.d_optimizer._velocities))
    assert not (tmp_path / "damaged").exists()


@pytest.mark.parametrize("kept", [False, True])
def test_a_rate_set_by_hand_between_two_calls_counts(tmp_path, kept):
    folder, seen = tmp_path / "state" if kept else None, []
    tiny_gan.fit(trained := tiny_gan.begin(), 4, report_every=4, checkpoints=folder, callbacks=[LinearDecay()])
    trained.d_optimizer.learning_rate = 1e-4
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(float(trained.d_optimizer.learning_rate))
    )
    tiny_gan.fit(trained, 5, report_every=4, checkpoints=folder, callbacks=[LinearDecay(5), look])
    assert len(seen) == 1 and 0 < seen[0] <= 1.01e-4
    assert float(trained.d_optimizer.learning_rate) == pytest.approx(1e-4)
    assert float(trained.g_optimizer.learning_rate) == pytest.approx(1e-2)


def test_options_that_only_a_newer_keras_has_are_no_other_training(tmp_path):
    identity = {"layers": [["Dense", {"units": 2, "quantization_config": None, "new": False}]]}
    older = {"layers": [["Dense", {"units": 2}]]}
    one, other = checkpoints.Checkpoints(tmp_path, identity), checkpoints.Checkpoints(tmp_path, older)
    one._check("path", {"format": checkpoints.FORMAT, "identity": older})
    other._check("path", {"format": checkpoints.FORMAT, "identity": identity})
    identity["layers"][0][1]["new"] = True
    with pytest.raises(CheckpointError, match=r"layers.*new was True and is now None"):
        other._check("path", {"format": checkpoints.FORMAT, "identity": identity})


def test_what_was_trained_on_in_this_process_is_not_set_back(tmp_path):
    tiny_gan.fit(trained := tiny_gan.begin(), 20, checkpoints=tmp_path)
    tiny_gan.fit(trained, 35)
    state = tiny_gan.state(trained)
    tiny_gan.fit(trained, 30, checkpoints=tmp_path)
    assert trained.step == 35 and tiny_gan.same(state, trained)


class BreakAt(keras.callbacks.Callback):
    """Make a weight infinite before a step."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.step == self.step - 1:
            self.model.generator.weights[0].assign(np.full(self.model.generator.weights[0].shape, np.inf))


def test_a_loss_that_is_not_finite_keeps_the_last_good_checkpoint(whole, tmp_path):
    with pytest.raises(TrainingDiverged):
        tiny_gan.fit(tiny_gan.begin(), checkpoints=tmp_path, callbacks=[BreakAt(33)])
    assert newest(tmp_path) == 20
    assert is_equal(whole, resume(tmp_path))


def test_after_a_loss_that_was_not_finite_the_same_object_goes_on_from_the_last_good_state(whole, tmp_path):
    trained = tiny_gan.begin()
    with pytest.raises(TrainingDiverged, match="the next call goes on from there"):
        tiny_gan.fit(trained, checkpoints=tmp_path, callbacks=[BreakAt(33)])
    assert is_equal(whole, (tiny_gan.fit(trained, checkpoints=tmp_path) and tiny_gan.state(trained), whole[1]))
    with pytest.raises(TrainingDiverged):
        tiny_gan.fit(trained, 80, callbacks=[BreakAt(70)])
    with pytest.raises(TrainingDiverged, match="no training mends that: build the networks anew and train with a smal"):
        tiny_gan.fit(trained, 80)


def test_a_state_that_is_not_finite_is_not_kept(tmp_path):
    """The generator's last update breaks it: the losses of that step are finite."""
    trained = tiny_gan.begin()

    class Break(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if trained.step == 4:
                trained.generator.weights[0].assign(np.full(trained.generator.weights[0].shape, np.nan))

    with pytest.raises(TrainingDiverged):
        tiny_gan.fit(trained, 6, report_every=2, checkpoints=tmp_path, callbacks=[Break()])
    assert newest(tmp_path) == 2


def test_the_settings_can_be_read_without_this_package(tmp_path):
    resume(tmp_path, steps=20)
    with np.load(tmp_path / "step_00000020.npz", allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
    assert about["identity"]["class"] == "GAN" and about["history"]["step"] == [20]


def test_a_full_disk_does_not_end_the_training(tmp_path, monkeypatch):
    tiny_gan.fit(tiny_gan.begin(), 20, checkpoints=tmp_path)

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.warns(UserWarning, match=r"No space left.*the last state kept: step_00000020"):
        tiny_gan.fit(trained := tiny_gan.begin(), 40, checkpoints=tmp_path)
    assert trained.step == 40
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000020.npz"]


def test_a_checkpoint_that_cannot_be_opened_is_not_taken_for_damaged(tmp_path, monkeypatch):
    tiny_gan.fit(tiny_gan.begin(), 20, checkpoints=tmp_path)

    def locked(path):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch, pytest.raises(PermissionError):
        patch.setattr(type(tmp_path), "read_bytes", locked)
        tiny_gan.fit(tiny_gan.begin(), 40, checkpoints=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000020.npz"]


def test_a_schedule_by_epochs_goes_on_where_it_was(tmp_path):
    epochs = []

    def schedule(epoch, rate):
        epochs.append(epoch)
        return rate

    for steps in (40, 80):
        callbacks = [keras.callbacks.LearningRateScheduler(schedule)]
        tiny_gan.fit(tiny_gan.begin(), steps, checkpoints=tmp_path, callbacks=callbacks)
    assert epochs == [0, 1, 2, 3]
