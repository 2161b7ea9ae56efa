"""What TensorBoard finds of a GAN's training."""

import io
import json
import re
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from seminar_gan import ranges
from seminar_gan.training.watch.frames import SampleGrid, as_grid
from seminar_gan.training.watch.tensorboard import TensorBoardFrames, TensorBoardScalars


def events(folder):
    """All values that TensorBoard finds in a folder: {tag: [(step, value)]}, an image as an array."""
    log = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    series = {}
    for tag in log.Tags()["tensors"]:
        values = [(event.step, tf.make_ndarray(event.tensor_proto)) for event in log.Tensors(tag)]
        series[tag] = [(step, _decoded(value) if value.ndim else value.item()) for step, value in values]
    return series


def _decoded(value):
    width, height, png = value
    image = np.asarray(Image.open(io.BytesIO(png)))
    assert image.shape[:2] == (int(height), int(width))
    return image


def steps(series):
    return [step for step, _ in series]


def backdate(folder):
    """Make event files an hour older. They are read in the order of their names, which begin with their time."""
    for path in list(folder.glob("events*")):
        path.rename(path.with_name(re.sub(r"(?<=tfevents\.)\d+", lambda time: str(int(time[0]) - 3_600), path.name)))


def fit(folder, last_step, *callbacks, shape=(4, 4, 1), every=10, **options):
    """Train with both callbacks; return the GAN and its history."""
    trained = tiny_gan.begin(shape=shape)
    grids = SampleGrid(
        TensorBoardFrames(folder), to_uint8=ranges.symmetric_to_uint8, every=every, rows=2, columns=3, seed=4
    )
    watchers = [TensorBoardScalars(folder), grids]
    data = tiny_gan.images(shape=shape)
    history = tiny_gan.fit(trained, last_step, data, report_every=10, callbacks=[*watchers, *callbacks], **options)
    return trained, history


@pytest.mark.long
def test_what_is_reported_is_logged_at_its_true_step(tmp_path):
    _, history = fit(tmp_path, 25)
    assert history.pop("step") == [10, 20, 25]
    logged = events(tmp_path)
    assert logged.keys() == history.keys() == {"d_loss", "g_loss", "d_real", "d_fake"}
    for name, values in logged.items():
        assert values == list(zip([10, 20, 25], np.float32(history[name]), strict=True))


@pytest.mark.long
@pytest.mark.parametrize("channels", [1, 3])
def test_it_has_the_grids(tmp_path, channels):
    trained, _ = fit(tmp_path, 50, shape=(4, 4, channels), every=20)
    samples = events(tmp_path / "samples")["samples"]
    assert steps(samples) == [0, 20, 40, 50]
    last = as_grid(ranges.symmetric_to_uint8(trained.generate(6, seed=4)), columns=3)
    assert np.array_equal(samples[-1][1].reshape(last.shape), last)


def test_losses_can_be_read_while_the_training_runs_and_go_on_where_it_does(tmp_path):
    folder, checkpoints = tmp_path / "log", tmp_path / "state"
    with pytest.raises(InterruptedError):
        fit(folder, 50, tiny_gan.StopAt(31), every=15, checkpoints=checkpoints)
    assert steps(events(folder)["g_loss"]) == [10, 20, 30]
    for place in (folder, folder / "samples"):
        backdate(place)
    _, history = fit(folder, 50, every=15, checkpoints=checkpoints)
    assert events(folder)["g_loss"] == list(zip(history["step"], np.float32(history["g_loss"]), strict=True))
    assert steps(events(folder / "samples")["samples"]) == [0, 15, 30, 45, 50]


def test_a_new_training_has_a_log_of_its_own(tmp_path):
    for last_step in (40, 20):
        fit(tmp_path, last_step)
    assert steps(events(tmp_path)["g_loss"]) == [10, 20]
    assert steps(events(tmp_path / "earlier_1")["g_loss"]) == [10, 20, 30, 40]
    assert steps(events(tmp_path / "samples")["samples"]) == [0, 10, 20]
    assert steps(events(tmp_path / "samples" / "earlier_1")["samples"]) == [0, 10, 20, 30, 40]


def test_a_training_that_goes_on_with_a_new_log_draws_its_first_grid_once(tmp_path):
    tiny_gan.fit(trained := tiny_gan.begin(), 20)
    for last_step in (30, 40):
        grids = SampleGrid(TensorBoardFrames(tmp_path), to_uint8=ranges.symmetric_to_uint8, every=10)
        tiny_gan.fit(trained, last_step, callbacks=[grids])
        backdate(tmp_path / "samples")
    assert steps(events(tmp_path / "samples")["samples"]) == [20, 30, 40]


def test_without_tensorboard_a_warning_says_so_and_the_training_goes_on(tmp_path, monkeypatch):
    """TensorFlow brings it no longer since 2.21."""
    message = "is not installed, so nothing is logged in .*pip install tensorboard"
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.warns(UserWarning, match=message) as caught:
        _, history = fit(tmp_path, 25)
    assert len(caught) == 2  # the losses, the pictures
    assert history["step"] == [10, 20, 25]
    assert list(tmp_path.rglob("events*")) == []


@pytest.mark.slow
def test_tensorboard_serves_the_run(tmp_path):
    _, history = fit(tmp_path / "dcgan", 20)
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = next(match[0] for line in server.stderr if (match := re.search(r"http://localhost:\d+/", line)))
            expected = {"dcgan": ["d_fake", "d_loss", "d_real", "g_loss"]}
            deadline = time.monotonic() + 60
            while (listed := _listed(address, "scalars")) != expected and time.monotonic() < deadline:
                time.sleep(0.2)  # it reads the files behind the scenes
            assert listed == expected
            assert _listed(address, "images") == {"dcgan/samples": ["samples"]}
            query = "data/plugin/scalars/scalars?run=dcgan&tag=g_loss"
            points = json.load(urllib.request.urlopen(address + query))
            assert [step for _, step, _ in points] == history["step"]
            assert [value for _, _, value in points] == pytest.approx(history["g_loss"])
        finally:
            server.terminate()


def _listed(address, plugin):
    with urllib.request.urlopen(f"{address}data/plugin/{plugin}/tags") as answer:
        return {run: sorted(tags) for run, tags in json.load(answer).items() if tags}


def test_a_folder_that_cannot_be_made_is_a_warning_and_the_training_goes_on(tmp_path):
    (tmp_path / "runs").write_text("a file where the folder would be")
    with pytest.warns(UserWarning) as caught:
        trained, _ = fit(tmp_path / "runs" / "dcgan", 20)
    told = [warning for warning in caught if warning.category is UserWarning]
    assert [str(warning.message).partition(" (")[0] for warning in told] == [
        f"{tmp_path.as_posix()}/runs/dcgan was not written",
        f"{tmp_path.as_posix()}/runs/dcgan/samples was not written",
    ]
    assert trained.step == 20
