"""Packing trained generators: whole numbers by hand, and files that the loaders read back."""

import importlib

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


def temkeng():
    rng = np.random.default_rng(0)
    shapes = {"dense/kernel": (3, 8), "up_1/kernel": (4, 4, 2, 2), "images/kernel": (7, 7, 2, 1), "dense/bias": (8,)}
    return {path: rng.normal(size=shape).astype("float16") for path, shape in shapes.items()}


def test_large_kernels_are_counted(tool):
    packed = tool("pack_weights").pack_temkeng(temkeng())
    assert {name: array.dtype.name for name, array in packed.items()} == {
        "dense/kernel": "int8",
        "dense/kernel.quarters": "uint8",
        "dense/kernel.scale": "float32",
        "up_1/kernel": "int8",
        "up_1/kernel.scale": "float32",
        "images/kernel": "float16",
        "dense/bias": "float16",
    }
    assert packed["up_1/kernel.scale"].shape == (1, 1, 2, 1)  # (height, width, out, in) when transposed


def test_what_train_weights_ends_with_the_loaders_read_back(tool, tmp_path, monkeypatch, capsys):
    script, packing, drawn = tool("train_weights"), tool("pack_weights"), {}
    for number, (plan, (_, _, _, marks)) in enumerate(script.PLANS.items()):
        for steps in marks:
            kept = {path: (array + number * steps).astype("float32") for path, array in temkeng().items()}
            np.savez(tmp_path / f"{plan}-{steps}-seed-0.npz", seconds=1.0, **kept)

    def draw(build, arrays, z):
        made = np.random.default_rng(len(drawn)).integers(0, 256, size=(len(z), 28, 28, 1)).astype("uint8")
        drawn[len(drawn)] = build.__name__, made
        return made

    monkeypatch.setattr(packing, "draw", draw)
    monkeypatch.setattr("sys.argv", ["x", "--work", str(tmp_path), "--out", str(tmp_path / "out")])
    script.main()
    assert "temkeng_dcgan.npz: size=" in capsys.readouterr().out
    with np.load(tmp_path / "out" / "temkeng_dcgan.npz", allow_pickle=False) as archive:
        expected = packing.pack_temkeng(temkeng())  # + 0 * steps
        assert set(archive.files) == set(expected)
    sheets = list((tmp_path / "out" / "samples").iterdir())
    assert {path.name for path in sheets} == {f"{p}-{n}.png" for p, plan in script.PLANS.items() for n in plan[3]}
    monkeypatch.setenv("SEMINAR_GAN_DATA", str(tmp_path / "out"))
    for path in sheets:
        sha256 = tool("hashlib").sha256(path.read_bytes()).hexdigest()
        monkeypatch.setitem(embedded.FILES, f"samples/{path.name}", embedded.DataFile(path.stat().st_size, sha256, "x"))
    for number, training in enumerate(weights.TEMKENG_TRAININGS):
        builder, made = drawn[number]
        assert builder == "build_temkeng_generator"
        np.testing.assert_array_equal(weights.load_temkeng_samples(training), made)


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
    packing.save(tmp_path / "out", script.pack_long(script.EXPERIMENTS["long"], [100, 200], tmp_path))
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
    once, twice = (packing.pack(packing.pack_temkeng(temkeng())) for _ in range(2))
    assert once == twice
