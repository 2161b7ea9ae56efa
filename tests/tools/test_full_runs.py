"""The full runs train what pages 01 to 03 train, go on where they were stopped, and come back from the files whole."""

import hashlib
import importlib
import json
import re

import numpy as np
import pytest
import yaml
from conftest import ROOT

from seminar_gan import datasets, ranges
from seminar_gan.datasets import embedded

RUN = ("simple", "binarised Smile", 1)


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools" / "data")
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("full_runs")


def test_the_settings_are_those_of_the_pages(tool):
    sizes = yaml.safe_load((ROOT / "notebooks/params/paper/01_simple_autoencoder.yaml").read_text(encoding="utf-8"))
    wanted = {"MNIST": "MNIST_EPOCHS", "raw Smile": "RAW_EPOCHS", "binarised Smile": "BINARISED_EPOCHS"}
    assert {data: sizes[name] for data, name in wanted.items()} == tool.EPOCHS
    for page in (ROOT / "notebooks" / "src").glob("0[123]_*autoencoder.py"):
        source = page.read_text(encoding="utf-8")
        batch_size, rate = (re.search(rf"^{name} = (\S+)", source, re.M)[1] for name in ("BATCH_SIZE", "LEARNING_RATE"))
        assert (int(batch_size), float(rate)) == (tool.BATCH_SIZE, tool.LEARNING_RATE)


def test_each_network_meets_each_set_three_times_under_a_name_of_its_own(tool):
    assert len({tool.file_name(run) for run in tool.RUNS}) == len(tool.RUNS) == 27
    assert tool.file_name(RUN) == "simple-binarised-smile-1"
    assert tool.RUNS[-3:] == [("convolutional", "MNIST", seed) for seed in range(3)]


def test_marks_are_close_at_first_and_far_later(tool):
    assert sorted(tool.marks(30)) == [*range(1, 21), 22, 24, 27, 29, 30]
    assert sorted(tool.marks(3)) == [1, 2, 3]
    assert max(tool.marks(4_000)) == 4_000 and len(tool.marks(4_000)) == 76


def test_digits_are_split_as_on_the_pages(tool):
    (x_train, _), (x_test, y_test) = datasets.load_mnist()
    parts = tool.load("MNIST")
    assert [(part, len(images)) for part, images in parts.items()] == [
        *(("train", 55_000), ("val", 5_000), ("test", 10_000), ("shown", 10)),
    ]
    assert np.array_equal(ranges.unit_to_uint8(parts["val"][-1]), x_train[-1])
    first = [int(np.argmax(y_test == digit)) for digit in range(10)]
    assert np.array_equal(ranges.unit_to_uint8(parts["shown"]), x_test[first])
    assert set(tool.load("raw Smile")) == {"train", "test", "shown"}


@pytest.mark.long
def test_a_run_that_was_stopped_ends_like_one_that_was_not(tool, tmp_path, monkeypatch):
    tool.train(RUN, tmp_path / "whole", epochs=3)

    monkeypatch.setattr(tool, "KEEP_EVERY", -1)
    real = tool.measured

    def until_the_third(model, parts):
        if model.optimizer.iterations == 6:
            raise KeyboardInterrupt
        return real(model, parts)

    monkeypatch.setattr(tool, "measured", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        tool.train(RUN, tmp_path / "stopped", epochs=3)
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == ["simple-binarised-smile-1.part.npz"]
    monkeypatch.undo()
    tool.train(RUN, tmp_path / "stopped", epochs=3)
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == ["simple-binarised-smile-1.npz"]

    curves = []
    for folder in ("whole", "stopped"):
        with np.load(tool.finished(RUN, tmp_path / folder)) as kept:
            rows = json.loads(str(kept["state"]))["rows"]
            curves.append([{key: value for key, value in row.items() if key != "seconds"} for row in rows])
            curves.append(kept["pictures"].tolist())
    assert curves[:2] == curves[2:]
    assert [row["epoch"] for row in curves[0]] == [1, 2, 3]


@pytest.mark.long
def test_the_loss_is_the_mean_over_all_images_of_an_epoch(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "LEARNING_RATE", 0.0)
    parts = tool.load("binarised Smile")
    tool.train(RUN, tmp_path, epochs=1)
    with np.load(tool.finished(RUN, tmp_path)) as kept:
        (row,) = json.loads(str(kept["state"]))["rows"]
    images = parts["train"].reshape(-1, 784).astype(float)
    answers = tool.build("simple", 1)[0].predict(images, verbose=0).astype(float)
    losses = -images * np.log(answers) - (1 - images) * np.log(1 - answers)
    assert row["loss"] == pytest.approx(losses.mean(), rel=1e-5)
    assert row["loss"] != pytest.approx(losses[:256].mean(), rel=1e-5)


def test_measures_by_hand(tool):
    class Half:
        def predict(self, images, **options):
            return np.full_like(images, 0.5)

    images = np.array([[0.0, 1.0], [1.0, 1.0]], "float32")
    found = tool.measured(Half(), {"train": images, "val": images[:1], "test": images[1:]})
    assert found["test_mse"] == found["val_mse"] == 0.25
    assert found["val_loss"] == pytest.approx(np.log(2))
    assert found["train_explained"] == -1  # errors 4 x 1/4, spread around the mean 2 x 1/4
    assert found["test_explained"] == -1
    assert set(found) == {"val_loss", "val_mse", "test_mse", "train_explained", "test_explained"}


def test_what_is_packed_comes_back(tool, tmp_path, monkeypatch):
    row = {"loss": 0.1, "test_mse": 0.25, "train_explained": 0.123456, "test_explained": -0.5, "seconds": 0.01}
    state = {
        "rows": [{"epoch": 1, **row}, {"epoch": 2, **row, "loss": 0.09}],
        "origin": {"commit": "abc", "seconds": 7},
    }
    pictures = np.arange(10 * 784, dtype="uint8").reshape(10, 28, 28)
    tool.keep(tool.finished(RUN, tmp_path), [], state, pictures=pictures)
    for name, payload in tool.packed([RUN], tmp_path).items():
        tool.save(tmp_path, {name: payload})
        entry = embedded.DataFile(len(payload), hashlib.sha256(payload).hexdigest(), "tools/full_runs.py")
        monkeypatch.setitem(embedded.FILES, name, entry)
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path))
    records, images = datasets.load_full_runs()
    assert list(records) == list(images) == [RUN]
    assert records[RUN]["loss"].tolist() == [0.1, 0.09] and records[RUN]["train_explained"][0] == 0.12346
    assert np.isnan(records[RUN]["val_mse"]).all()
    assert np.array_equal(images[RUN], pictures)
    origin = json.loads((tmp_path / "full_runs" / "origin.json").read_text(encoding="utf-8"))
    assert origin["epochs"] == tool.EPOCHS and origin["origins"] == [
        {"commit": "abc", "seconds": {"simple/binarised Smile/1": 7}}
    ]
