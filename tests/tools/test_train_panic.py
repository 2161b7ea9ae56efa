"""Which pairs the script trains, that it goes on where it was, and that the loaders read what it packs."""

import dataclasses
import hashlib
import importlib

import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import weights
from seminar_gan.datasets import embedded


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools" / "data")
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("train_panic")


def test_two_kernel_sizes_by_two_discriminators(tool):
    kinds = {}
    for name in ("long", "kernels"):
        for training in tool.EXPERIMENTS[name].trainings.values():
            gan = training.build((16, 16, 1))
            kernels = [network.get_layer("conv_1").kernel_size[0] for network in (gan.generator, gan.discriminator)]
            kinds.setdefault(name, []).append(
                (*kernels, "norm_2" in [layer.name for layer in gan.discriminator.layers])
            )
    assert kinds == {"long": [(3, 5, False), (3, 5, True)], "kernels": [(5, 7, False), (5, 7, True)]}


def test_the_kernels_are_all_that_differs(tool):
    kernels, long = tool.EXPERIMENTS["kernels"], tool.EXPERIMENTS["long"]
    assert kernels.marks == long.marks[: len(kernels.marks)]  # as load_panic_progress takes it
    assert dataclasses.replace(kernels, trainings={}, marks=()) == dataclasses.replace(long, trainings={}, marks=())
    assert tuple(kernels.trainings) == weights.PANIC_KERNELS


def test_small_is_the_papers_size_and_its_seeds_differ(tool):
    small = tool.EXPERIMENTS["small"]
    assert (small.size, small.batch_size, small.held_out) == (28, 50, False)
    assert {1_000, 2_000} <= set(small.marks)
    first, second = (training.build((16, 16, 1)) for training in small.trainings.values())
    kernels = [gan.generator.get_layer("dense").kernel.numpy() for gan in (first, second)]
    assert not np.allclose(*kernels)


def test_what_is_packed_the_loaders_read_back(tool, tmp_path, monkeypatch):
    small, kernels, rng = tool.EXPERIMENTS["small"], tool.EXPERIMENTS["kernels"], np.random.default_rng(0)
    drawn = {}
    for experiment, size in ((small, 28), (kernels, 100)):
        for name in experiment.trainings:
            for mark in experiment.marks:
                drawn[name, mark] = rng.integers(0, 256, (100, size, size, 1)).astype("uint8")
                counts = {f"history.{log}": np.array([1.0, mark]) for log in tool.COUNTS}
                images = {"samples": drawn[name, mark], "film": drawn[name, mark][6:12]}
                np.savez(tool.kept(tmp_path, name, mark), **images, **counts)
    monkeypatch.setattr(tool, "measured", lambda *images: {"network": 1.5, "numbers": 2.0, "variety": 1.0})
    files = tool.pack_small(small, small.marks, tmp_path) | tool.pack_kernels(kernels, kernels.marks[:2], tmp_path)
    for name, payload in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(payload)
        entry = embedded.DataFile(len(payload), hashlib.sha256(payload).hexdigest(), "x")
        monkeypatch.setitem(embedded.FILES, name, entry)
    (tmp_path / "panic_generator.npz").write_bytes((ROOT / "data" / "panic_generator.npz").read_bytes())
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path))
    steps, films = weights.load_panic_small_films()
    assert steps.tolist() == list(small.marks)
    for name, film in films.items():
        for number, mark in enumerate(small.marks):
            np.testing.assert_array_equal(film[number], drawn[name, mark][:6])
        for mark in tool.SAMPLED:
            np.testing.assert_array_equal(weights.load_panic_small_samples(mark)[name], drawn[name, mark])
    table = weights.load_measurements("panic_small")
    assert table["g_updates"].tolist() == table["step"].tolist()
    for name in kernels.trainings:
        steps, film = weights.load_panic_progress(name)
        assert steps.tolist() == [100, 200]
        np.testing.assert_array_equal(film[1], drawn[name, 200][6:12])


@pytest.mark.long
def test_it_goes_on_where_it_was(tool, tmp_path, capsys):
    small = tool.EXPERIMENTS["small"]
    short = dataclasses.replace(small, marks=(1, 2), batch_size=2, trainings={"seed 0": small.trainings["seed 0"]})
    tool.train(short, (1,), tmp_path, short.trainings)
    tool.train(short, short.marks, tmp_path, short.trainings)
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("seed 0, step")]
    with np.load(tool.kept(tmp_path, "seed 0", 2)) as stored:
        assert stored["history.step"].tolist() == [1, 2]
        assert stored["samples"].shape == (100, 28, 28, 1)
    tool.train(short, short.marks, tmp_path, short.trainings)
    assert "step 2" not in capsys.readouterr().out  # nothing left to do
