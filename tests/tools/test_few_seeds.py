"""What the tool behind page 10's table trains: settings that differ in one thing, equal budgets, the page's split."""

import csv
import dataclasses
import importlib
import types

import keras
import numpy as np
import pytest
from conftest import ROOT
from samples import byte_images

from seminar_gan.metrics import variety
from seminar_gan.models import few


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("few_seeds")


def test_the_split_is_a_third_that_follows_from_the_seed(tool):
    images = np.arange(42, dtype="uint8")[:, None, None, None]
    training, held = tool.split(images, 3)
    assert (len(training), len(held)) == (28, 14)
    assert sorted(np.concatenate([training, held]).ravel()) == list(range(42))
    assert not np.array_equal(held, tool.split(images, 4)[1])
    order = np.random.default_rng(3).permutation(42)  # as on the page
    assert held.ravel().tolist() == sorted(order[:14])


def test_the_augmented_images_are_the_pages(tool):
    made = tool.augmented(np.full((28, 16, 16, 1), 100, "uint8"), 0)
    assert made.shape == (784, 16, 16, 1)
    assert 0 <= made.min() < made.max() <= 1


# Settings


def test_each_setting_of_few_differs_from_it_in_one_thing(tool):
    own = {name: recipe for name, recipe in tool.SETTINGS.items() if name.startswith("few")}
    assert own.pop("few") is tool.FEW and len(own) >= 8
    for name, recipe in own.items():
        fields = [field.name for field in dataclasses.fields(recipe)]
        changed = {field for field in fields if getattr(recipe, field) != getattr(tool.FEW, field)}
        assert changed == ({"discriminator", "gan"} if "adaptive" in name else changed) and changed, name
        assert len(changed - {"gan"}) == 1, name


def test_every_discriminator_sees_as_many_images_or_trains_as_long(tool):
    for name, recipe in tool.SETTINGS.items():
        steps = tool.steps_of(name, "images")
        seen = steps * recipe.batch_size * recipe.options.get("d_steps", 1)
        assert 0.98 * tool.IMAGES <= seen <= tool.IMAGES, name
    milliseconds = tool.steps_of("few", "images") * tool.STEP_MS["few"]
    for name in tool.BOTH:
        taken = tool.steps_of(name, "seconds") * tool.STEP_MS[name]
        assert milliseconds - tool.STEP_MS[name] < taken <= milliseconds, name


def test_the_generator_without_the_gate_is_else_that_of_few(tool):
    plain, gated = tool.ungated_generator((28, 28, 1), (0, 100)), few.build_generator(levels=(0, 100))
    names = [layer.name for layer in gated.layers]
    gate = {"means", "gate_1", "gate_leaky", "gate_2", "gated"}
    assert gate < set(names)
    assert [layer.name for layer in plain.layers] == [name for name in names if name not in gate]
    assert plain.count_params() == gated.count_params() - sum(gated.get_layer(name).count_params() for name in gate)
    assert plain.output_shape == gated.output_shape


def test_adaptive_changes_come_with_their_probability(tool):
    layer = tool.AdaptiveChanges(("mirror", "brighten"), (-1, 1), seed=0)
    images = np.random.default_rng(0).uniform(-1, 1, (400, 4, 4, 1)).astype("float32")
    np.testing.assert_array_equal(layer(images, training=True), images)  # it is 0 at first
    layer.probability.assign(0.3)
    changed = (np.asarray(layer(images, training=True)) != images).any(axis=(1, 2, 3))
    assert 0.34 < changed.mean() < 0.51  # brightened, or mirrored half of the time: 1 - 0.7 * 0.85 = 0.405
    np.testing.assert_array_equal(layer(images, training=False), images)


@pytest.mark.parametrize(
    ("logit", "start", "end"), [(9, 0.5, 0.5 + 0.0008), (-9, 0.5, 0.5 - 0.0008), (-9, 0, 0), (9, 1, 1)]
)
def test_the_probability_rises_while_the_discriminator_is_sure_of_real_images(tool, logit, start, end):
    images = keras.Input((16, 16, 1))
    changes = tool.AdaptiveChanges(("mirror",), (-1, 1), name="random_changes")
    answer = keras.layers.Dense(1, kernel_initializer="zeros")
    discriminator = keras.Model(images, answer(keras.layers.Flatten()(changes(images))))
    answer.bias.assign([logit])
    gan = tool.AdaptiveGAN(few.build_generator((16, 16, 1)), discriminator)
    gan.compile(d_optimizer=keras.optimizers.SGD(0.0), g_optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
    changes.probability.assign(start)
    gan.fit(byte_images(4, 16, 16, 1), steps=1, batch_size=4)
    assert float(changes.probability) == pytest.approx(end, abs=1e-6)


# Trainings


@pytest.mark.long
@pytest.mark.parametrize("name", ["PANIC", "few", "few, no gate", "few, five adaptive changes"])
def test_a_training_keeps_its_samples_and_is_not_done_again(tool, name, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "IMAGES", 100)
    monkeypatch.setattr(tool, "SAMPLES", 7)
    images = byte_images(12, 18, 18, 1)
    tool.run(name, "images", 1, images, tmp_path)
    kept = {path.name: dict(np.load(path)) for path in tmp_path.iterdir()}
    names = (name, tool.RAW) if name == "few" else (name,)
    assert kept.keys() == {f"{each} images 1.npz" for each in names}
    for stored in kept.values():
        assert stored["made"].shape == (7, 18, 18, 1) and stored["made"].dtype == np.uint8
        assert stored["steps"] == 100 // tool.SETTINGS[name].batch_size and stored["seconds"] > 0
    assert len({stored["made"].tobytes() for stored in kept.values()}) == len(kept)
    monkeypatch.setattr(tool, "SETTINGS", {name: None})
    tool.run(name, "images", 1, images, tmp_path)


def test_the_table_has_a_row_for_each_training_that_there_is(tool, tmp_path, monkeypatch):
    def measured(images, held, made):
        assert len(held) == 4
        return {"network": len(made), "numbers": -0.25, "variety": variety(made) / variety(images)}

    monkeypatch.setattr(tool, "measured", measured)
    images = byte_images(12, 18, 18, 1)
    trainings = {
        ("DCGAN", "seconds", 0): images,
        ("few", "images", 0): images[:5] // 2,
        (tool.RAW, "images", 4): images,
    }
    for (name, budget, seed), made in reversed(trainings.items()):
        np.savez(tmp_path / f"{name} {budget} {seed}.npz", made=made, seconds=12.34, steps=400)
    tool.write(images, types.SimpleNamespace(work=tmp_path, out=tmp_path / "new" / "few_seeds.csv"))
    text = (tmp_path / "new" / "few_seeds.csv").read_bytes().decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert "\r" not in text and tuple(rows[0]) == tool.COLUMNS
    assert [(row["setting"], row["budget"], int(row["seed"])) for row in rows] == list(trainings)
    assert {(row["steps"], row["seconds"], row["numbers"]) for row in rows} == {("400", "12", "-0.250")}
    assert [row["network"] for row in rows] == ["12.000", "5.000", "12.000"]
    assert rows[0]["variety"] == rows[2]["variety"] == "1.000"
    assert float(rows[1]["variety"]) == pytest.approx(variety(images[:5] // 2) / variety(images), abs=5e-4)


@pytest.mark.long
def test_darker_images_are_further_away_and_less_varied_than_real_ones(tool):
    images = byte_images(30, 18, 18, 1)
    real, dark = (tool.measured(images, images[:10], made) for made in (images[10:], images[10:] // 3))
    assert set(real) == set(tool.COLUMNS[5:])
    assert real["network"] < dark["network"] and real["numbers"] < dark["numbers"]
    assert dark["variety"] == pytest.approx(1 / 3, rel=0.05) and real["variety"] == pytest.approx(1, rel=0.05)


def test_the_floor_is_that_of_splits_of_the_real_images(tool):
    images = byte_images(9, 16, 16, 1)
    floor = tool.floor_of_numbers(images.tobytes(), images.shape, 3, splits=3)
    again = tool.floor_of_numbers.__wrapped__(images.tobytes(), images.shape, 3, splits=3)
    assert floor == again and np.isfinite(floor)
