"""`python -m seminar_gan train`: one training in a folder of its own."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import __main__, datasets, recipes
from seminar_gan.commands import UserError, train


def call(*arguments):
    return train.main(__main__._parser().parse_args(["train", *map(str, arguments)]))


@pytest.fixture
def digits(tmp_path):
    """An npz of 30 small images of three classes, four fifths of them of the first."""
    random = np.random.default_rng(0)
    path = tmp_path / "digits.npz"
    np.savez(path, x=random.integers(0, 256, (30, 8, 8), dtype="uint8"), y=np.repeat(range(3), [24, 3, 3]))
    return path


@pytest.mark.long
def test_a_training_leaves_all_that_is_promised(tmp_path, digits, capsys):
    folder = tmp_path / "runs" / "one"
    settings = ("--data", digits, "--model", "mirza", "--conditional", "--steps", 3, "--samples", 200, "--to", folder)
    assert call(*settings) == 0
    with np.load(folder / "samples.npz") as file:
        samples, wanted = file["x"], file["y"]
    assert samples.shape == (200, 8, 8, 1) and samples.dtype == np.uint8
    assert np.bincount(wanted, minlength=3) / 200 == pytest.approx([0.8, 0.1, 0.1], abs=0.08)  # as in the data
    assert (folder / "history.csv").read_text().splitlines()[0].startswith("step,seconds,d_loss,g_loss,d_real,d_fake")
    run = json.loads((folder / "run.json").read_text())
    asked = {"data": str(digits), "model": "mirza", "conditional": True, "seconds": None, "steps": 3, "samples": 200}
    assert run["parameters"] == asked and run["seed"] == 0
    assert {"commit", "versions"} <= run.keys()
    generator = keras.models.load_model(folder / "generator.keras")
    z = recipes.CONDITIONAL_RECIPES["mirza"].build((8, 8, 1), seed=0, num_classes=3).sample_noise(200, seed=0)
    again = np.rint((np.asarray(generator([z, wanted])) + 1) * 127.5)
    assert np.abs(again - samples).max() <= 1
    assert not (folder / "metrics.json").exists()  # the digit features know nothing of these images

    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert call(*settings) == 0
    assert "is finished: nothing to do" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.long
def test_a_training_that_was_stopped_goes_on(tmp_path, digits, monkeypatch):
    settings = ("--data", digits, "--model", "temkeng-vanilla", "--steps", 6, "--samples", 5, "--to")
    monkeypatch.setattr(train, "REPORT_EVERY", 2)
    call(*settings, tmp_path / "whole")
    monkeypatch.setattr(train, "write_results", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call(*settings, tmp_path / "stopped")
    for newest in sorted((tmp_path / "stopped" / "checkpoints").glob("*.npz"))[1:]:
        newest.unlink()
    monkeypatch.undo()
    monkeypatch.setattr(train, "REPORT_EVERY", 2)
    call(*settings, tmp_path / "stopped")
    with np.load(tmp_path / "whole" / "samples.npz") as one, np.load(tmp_path / "stopped" / "samples.npz") as other:
        np.testing.assert_array_equal(one["x"], other["x"])
        assert one["y"].tolist() == [-1] * 5


def test_seconds_end_a_training(tmp_path, digits):
    call("--data", digits, "--model", "temkeng-vanilla", "--seconds", 0.2, "--samples", 5, "--to", tmp_path / "a")
    assert (tmp_path / "a" / "samples.npz").is_file()


def test_no_run_is_written_over(tmp_path, digits):
    folder = tmp_path / "run"
    asked = {"data": str(digits), "model": "dcgan", "conditional": False, "seconds": None, "steps": 3, "samples": 5}
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"parameters": asked, "seed": 0}))
    with pytest.raises(UserError, match=r"holds another run: steps 3, not 4; seed 0, not 1\. Take another folder"):
        call("--data", digits, "--steps", 4, "--seed", 1, "--samples", 5, "--to", folder)
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "text.tex").write_text("years of work")
    with pytest.raises(UserError, match="is there already, and it is not a run of this command"):
        call("--data", digits, "--steps", 4, "--to", foreign)
    assert [path.name for path in foreign.iterdir()] == ["text.tex"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--model", "stylegan", "--steps", "1"],
            "no model 'stylegan' without --conditional. Models: temkeng-vanilla, .*",
        ),
        (["--model", "mirza", "--steps", "1"], "no model 'mirza' without .*; mirza, dcgan with --conditional"),
        (["--model", "temkeng-dcgan", "--conditional", "--steps", "1"], "with --conditional. Models"),
        ([], "either --seconds 60 or --steps 1000"),
        (["--steps", "1", "--seconds", "1"], "either --seconds 60 or --steps 1000"),
        (["--steps", "0"], "--steps must be above 0; got 0"),
        (["--seconds", "nan"], "--seconds must be above 0; got nan"),
        (["--steps", "1", "--samples", "-3"], "--samples must be above 0; got -3"),
        (["--steps", "1", "--seed", "-1"], "--seed must be from 0"),
        (["--steps", "1", "--data", "imagenet"], "--data is one of mnist, smiles, smiles-binarised, or a file"),
        (["--steps", "1", "--data", "nowhere.npz"], "nowhere.npz cannot be read as an npz file: .*No such file"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(tmp_path, arguments, message):
    with pytest.raises(UserError, match=message):
        call(*arguments, "--to", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arrays", "arguments", "message"),
    [
        ({"z": np.zeros(3)}, [], "must hold the images as x, or as x_train as Keras has it; it holds z"),
        ({"x": np.zeros((3, 8, 8))}, [], r"must be uint8, .*; .* has float64 \(3, 8, 8\)"),
        ({"x": np.zeros((0, 8, 8), "uint8")}, [], r"has uint8 \(0, 8, 8\)"),
        ({"x": np.zeros((3, 8, 8), "uint8")}, ["--conditional"], "needs labels, .* as y; .* has no y"),
        ({"x": np.zeros((3, 8, 8), "uint8"), "y": np.zeros(3)}, ["--conditional"], r"has y of float64 \(3,\)"),
    ],
)
def test_a_data_file_that_cannot_be_used_is_refused(tmp_path, arrays, arguments, message):
    np.savez(tmp_path / "data.npz", **arrays)
    with pytest.raises(UserError, match=message):
        call("--data", tmp_path / "data.npz", "--steps", 1, *arguments, "--to", tmp_path / "run")


def test_images_of_a_size_that_the_networks_cannot_have_are_refused(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.arange(3 * 81, dtype="uint8").reshape(3, 9, 9))
    with pytest.raises(UserError, match=r"The networks of dcgan do not fit .*multiple"):
        call("--data", tmp_path / "data.npz", "--steps", 1, "--to", tmp_path / "run")


@pytest.mark.long
def test_digits_are_measured(monkeypatch):
    train_set, (x_test, y_test) = datasets.load_mnist()
    monkeypatch.setattr(datasets, "load_mnist", lambda: (train_set, (x_test[:2_000], y_test[:2_000])))
    found = train.evaluate(np.zeros((200, 28, 28, 1), "uint8"), np.arange(200) % 10)
    assert found["frechet_distance"]["generated"] > 20 * found["frechet_distance"]["real"]
    assert found["frechet_distance"]["count"] == 200 and found["label_fidelity"]["real"] > 0.97
    assert "more than" in train.evaluate(np.zeros((5, 28, 28, 1), "uint8"), None)["not measured"]


@pytest.mark.long
def test_the_command_line_trains(tmp_path, digits):
    command = [sys.executable, "-m", "seminar_gan", "train", "--data", str(digits), "--model", "temkeng-vanilla"]
    environment = {**os.environ, "SEMINAR_GAN_ENV": "current"}
    options = {"cwd": ROOT, "env": environment, "capture_output": True, "text": True, "timeout": 300}
    done = subprocess.run([*command, "--steps", "2", "--to", str(tmp_path / "run"), "--samples", "3"], **options)
    assert done.returncode == 0, done.stderr
    assert "step 2/2" in done.stdout and "2 steps, 3 samples" in done.stdout
    wrong = subprocess.run([*command, "--to", str(tmp_path / "other")], **options)
    assert wrong.returncode == 2 and wrong.stderr.splitlines()[-1].startswith("Say how long to train")
