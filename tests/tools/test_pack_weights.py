"""Packing trained generators: whole numbers by hand, and files that the loaders read back."""

import importlib
import types

import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import weights
from seminar_gan.datasets import embedded


@pytest.fixture
def tool(monkeypatch):
    """Function from the name of a tool to its module."""
    monkeypatch.syspath_prepend(ROOT / "tools" / "data")
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module


def test_whole_numbers_by_hand(tool):
    kernel = np.array([[1.0, 0.0, -0.5], [-0.3, 0.0, 0.125]], "float16")
    packed = tool("pack_weights").whole_numbers("a", kernel, 1, levels=4)
    assert packed["a"].tolist() == [[4, 0, -4], [-1, 0, 1]]
    assert packed["a.scale"].tolist() == [[0.25, 0.0, 0.125]]
    packed = tool("pack_weights").whole_numbers("a", kernel, 1, levels=4, quarters=True)
    assert packed["a"].tolist() == [[4, 0, -4], [-2, 0, 1]]
    assert packed["a.quarters"].tolist() == [[0, 0, 0], [3, 0, 0]]
    assert weights.unpack(packed)["a"].tolist() == [[1.0, 0.0, -0.5], [-0.3125, 0.0, 0.125]]


@pytest.mark.parametrize("channels", [0, 1, 2, 3])
@pytest.mark.parametrize(("levels", "quarters", "step"), [(127, False, 1), (63, False, 1), (127, True, 0.25)])
def test_every_weight_moves_by_half_a_step_of_its_channel_at_most(tool, channels, levels, quarters, step):
    kernel = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float16")
    packed = tool("pack_weights").whole_numbers("a/kernel", kernel, channels, levels, quarters)
    assert packed["a/kernel"].dtype == np.int8
    others = tuple(axis for axis in range(4) if axis != channels)
    largest = np.abs(kernel.astype(float)).max(axis=others, keepdims=True)
    change = np.abs(weights.unpack(packed)["a/kernel"] - kernel)
    assert np.all(change <= 0.5001 * step * largest / levels)
    assert change.max() > 0.3 * step * largest.min() / levels


def temkeng(training):
    rng = np.random.default_rng(0)
    shapes = {"dense/kernel": (3, 8), "up_1/kernel": (4, 4, 2, 2), "images/kernel": (7, 7, 2, 1), "dense/bias": (8,)}
    return {f"{training}/{path}": rng.normal(size=shape).astype("float16") for path, shape in shapes.items()}


def test_smile_stays_as_it_is_and_mnist_is_counted(tool):
    arrays = temkeng("mnist-500") | temkeng("smile-1000")
    packed = tool("pack_weights").pack_temkeng(arrays)
    assert {name: array.dtype.name for name, array in packed.items()} == {
        "mnist-500/dense/kernel": "int8",
        "mnist-500/dense/kernel.quarters": "uint8",
        "mnist-500/dense/kernel.scale": "float32",
        "mnist-500/up_1/kernel": "int8",
        "mnist-500/up_1/kernel.scale": "float32",
        "mnist-500/images/kernel": "float16",
        "mnist-500/dense/bias": "float16",
        "smile-1000/dense/kernel": "float16",
        "smile-1000/up_1/kernel": "float16",
        "smile-1000/images/kernel": "float16",
        "smile-1000/dense/bias": "float16",
    }
    assert packed["mnist-500/up_1/kernel.scale"].shape == (1, 1, 2, 1)  # (height, width, out, in) when transposed
    assert all(packed[name] is arrays[name] for name in arrays if name.startswith("smile"))


def test_what_train_weights_ends_with(tool, tmp_path, monkeypatch, capsys):
    script, trained = tool("train_weights"), {}
    for training in weights.TEMKENG_TRAININGS:
        trained |= temkeng(training)
        kept = {name.split("/", 1)[1]: array.astype("float32") for name, array in temkeng(training).items()}
        np.savez(tmp_path / f"{training}-seed-0.npz", **kept)
    monkeypatch.setattr("sys.argv", ["x", "--work", str(tmp_path), "--out", str(tmp_path / "out")])
    script.main()
    assert capsys.readouterr().out.startswith("temkeng_dcgan.npz: size=")
    with np.load(tmp_path / "out" / "temkeng_dcgan.npz", allow_pickle=False) as archive:
        expected = tool("pack_weights").pack_temkeng(trained)
        assert set(archive.files) == set(expected)
        assert all(np.array_equal(archive[name], array) for name, array in expected.items())


def test_what_train_panic_ends_with_the_loaders_read_back(tool, tmp_path, monkeypatch):
    script, packing = tool("train_panic"), tool("pack_weights")
    for name in weights.PANIC_TRAININGS:
        for mark in (100, 200):
            np.savez(tmp_path / f"{name}-{mark}.npz", **{"dense/kernel": np.full((2, 3), mark, "float32")})
    rng = np.random.default_rng(0)
    drawn = {"film": [], "samples": []}

    def draw(arrays, z):
        made = rng.integers(0, 256, size=(len(z), 100, 100, 1)).astype("uint8")
        drawn["film" if len(z) == 6 else "samples"].append(made)
        return made

    monkeypatch.setattr(script, "draw_panic", draw)
    monkeypatch.setattr(packing, "draw_panic", draw)
    script.pack([100, 200], types.SimpleNamespace(work=tmp_path, out=tmp_path / "out"))
    files = [path for path in (tmp_path / "out").rglob("*.*") if path.is_file()]
    assert len(files) == 5
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path / "out"))
    for path in files:
        name = path.relative_to(tmp_path / "out").as_posix()
        sha256 = tool("hashlib").sha256(path.read_bytes()).hexdigest()
        monkeypatch.setitem(embedded.FILES, name, embedded.DataFile(path.stat().st_size, sha256, "x"))
    for number, name in enumerate(weights.PANIC_TRAININGS):
        steps, film = weights.load_panic_progress(name)
        assert steps.tolist() == [100, 200]
        np.testing.assert_array_equal(film, drawn["film"][2 * number : 2 * number + 2])
        np.testing.assert_array_equal(weights.load_panic_samples(name), drawn["samples"][number])
    packed = embedded.load_file("panic_generator.npz", "dense")
    np.testing.assert_allclose(weights.unpack(packed)["dense/kernel"], np.full((2, 3), 200), rtol=1e-6)


def test_packing_twice_gives_the_same_bytes(tool):
    packing = tool("pack_weights")
    once, twice = (packing.pack(packing.pack_temkeng(temkeng("mnist-500"))) for _ in range(2))
    assert once == twice
