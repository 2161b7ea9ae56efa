"""Checkpoints: a training that was stopped, by whatever means, ends bit for bit where it would have ended."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan.training.fit.checkpoints import CheckpointError
from seminar_gan.training.fit.fitting import TrainingDiverged

PROGRAM = [sys.executable, str(Path(__file__).with_name("tiny_gan.py"))]


class StopAt(keras.callbacks.Callback):
    """End the training with an error at a step, as a full disk or a closed notebook would."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.record.step == self.step:
            raise InterruptedError


class BreakAt(keras.callbacks.Callback):
    """Make a weight infinite before a step."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.record.step == self.step - 1:
            self.model.generator.weights[0].assign(np.full(self.model.generator.weights[0].shape, np.inf))


def train(folder, steps=60, *, conditional=False, images=None, callbacks=(), batch_size=16, report_every=20, **options):
    made = tiny_gan.gan(conditional=conditional, **options)
    data = (tiny_gan.images() if images is None else images,) + ((tiny_gan.labels(),) if conditional else ())
    settings = {"batch_size": batch_size, "report_every": report_every, "checkpoints": folder, "callbacks": callbacks}
    history = made.fit(*data, steps=steps, **settings).history
    return made, {name: values for name, values in history.items() if name != "seconds"}


def stopped(folder, step, **options):
    with pytest.raises(InterruptedError):
        train(folder, callbacks=[StopAt(step)], **options)


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("step", [20, 37])
def test_a_stopped_training_ends_where_it_would_have_ended(tmp_path, step, conditional):
    options = {"conditional": conditional, "d_steps": 2}
    whole, history = train(None, **options)
    stopped(tmp_path, step, **options)
    resumed, continued = train(tmp_path, **options)
    assert tiny_gan.same(whole, resumed) and history == continued and continued["step"] == [20, 40, 60]


def test_a_training_killed_at_any_moment_ends_where_it_would_have_ended(tmp_path):
    steps = 3000
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    subprocess.run([*PROGRAM, str(whole), str(steps)], check=True, env=program_environment())
    for more in (1, 4):  # killed twice, each time some checkpoints further on
        process = subprocess.Popen([*PROGRAM, str(killed), str(steps)], env=program_environment())
        begun = newest(killed)
        while newest(killed) < begun + 20 * more and process.poll() is None:
            time.sleep(0.001)
        assert process.poll() is None, "the training ended before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert newest(killed) < steps
    subprocess.run([*PROGRAM, str(killed), str(steps)], check=True, env=program_environment())
    with np.load(whole / "end.npz") as one, np.load(killed / "end.npz") as other:
        assert one.files == other.files and "step" in one.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def program_environment():
    root = str(Path(__file__).resolve().parents[3])
    return {**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3"}


def newest(folder):
    return max((int(path.stem.removeprefix("step_")) for path in folder.glob("step_*.npz")), default=0)


def test_a_finished_training_is_not_trained_again(tmp_path):
    made, history = train(tmp_path)
    again, same_history = train(tmp_path, callbacks=[StopAt(1)])
    assert tiny_gan.same(made, again) and history == same_history


def test_a_finished_training_can_be_taken_further(tmp_path):
    whole, history = train(None, steps=100)
    train(tmp_path, steps=60)
    further, longer = train(tmp_path, steps=100)
    assert tiny_gan.same(whole, further) and history == longer


def test_two_checkpoints_are_kept_and_no_half_written_file(tmp_path):
    train(tmp_path, steps=100)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step_00000080.npz", "step_00000100.npz"]


@pytest.mark.parametrize("damage", ["cut", "one byte", "empty", "not an archive", "a missing array"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path, damage):
    whole, history = train(None)
    stopped(tmp_path, 50)
    path = tmp_path / "step_00000040.npz"
    content = path.read_bytes()
    middle = len(content) // 2
    if damage == "a missing array":
        with np.load(path) as file:
            state = {name: file[name] for name in file.files if name != "gan_0"}
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
    with pytest.warns(UserWarning, match=r"step_00000040.npz cannot be read .*; the checkpoint before it is used"):
        resumed, continued = train(tmp_path)
    assert tiny_gan.same(whole, resumed) and history == continued


def test_a_half_written_checkpoint_is_not_looked_at(tmp_path):
    whole, _ = train(None)
    stopped(tmp_path, 30)
    (tmp_path / "step_00000040.part").write_bytes(b"half")
    assert tiny_gan.same(whole, train(tmp_path)[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 5}, "seed is 0 there and 5 here"),
        ({"learning_rate": 0.5}, r"d_optimizer.config.learning_rate is 0.0099\d* there and 0.5 here"),
        ({"norm": False}, "the number of layers of generator is 7 there and 6 here"),
        ({"dropout": 0.1}, r"discriminator\[4\].rate is 0.3 there and 0.1 here"),
        ({"batch_size": 8}, "batch_size is 16 there and 8 here"),
        ({"images": tiny_gan.images(30)}, r"data 0 is 'float32 \(40, 4, 4, 1\).*' there and 'float32 \(30"),
        ({"conditional": True}, "the number of layers of generator is 7 there and 10 here"),
    ],
)
def test_checkpoints_of_another_training_are_refused(tmp_path, change, message):
    stopped(tmp_path, 30)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(CheckpointError, match=message):
        train(tmp_path, **change)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_loss_that_is_no_number_keeps_the_last_good_checkpoint(tmp_path):
    with pytest.raises(TrainingDiverged):
        train(tmp_path, callbacks=[BreakAt(33)])
    assert newest(tmp_path) == 20
    whole, _ = train(None)
    assert tiny_gan.same(whole, train(tmp_path)[0])


def test_the_settings_can_be_read_without_this_package(tmp_path):
    train(tmp_path, steps=20)
    with np.load(tmp_path / "step_00000020.npz", allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
    assert about["settings"]["batch_size"] == 16 and about["history"]["step"] == [20]
