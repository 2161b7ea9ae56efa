"""The five seeds that page 10 quotes are those of benchmarks/panic_seeds.md; the tool trains what the page trains."""

import ast
import re
import runpy
import types

import numpy as np
import pytest
from conftest import ROOT

from seminar_gan import recipes

SOURCE = (ROOT / "notebooks" / "src" / "10_few_images.py").read_text(encoding="utf-8")
RECORD = ROOT / "benchmarks" / "panic_seeds.md"


@pytest.fixture(scope="module")
def tool():
    return types.SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "panic_seeds.py"), run_name="tool"))


def test_the_page_quotes_the_record():
    quoted = ast.literal_eval(re.search(r"^recorded = (\{.*?^\})", SOURCE, re.S | re.M).group(1))
    recorded = {}
    for section in RECORD.read_text(encoding="utf-8").split("\n## ")[1:]:
        rows = re.findall(r"^\| \d+ \| (-?[\d.]+) \|", section, re.M)
        recorded[section.splitlines()[0]] = [float(distance) for distance in rows]
    assert quoted == recorded
    assert {len(distances) for distances in quoted.values()} == {5}


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


def test_every_setting_is_a_recipe(tool):
    assert list(tool.SETTINGS) == ["PANIC", "ours", "ours + DiffAugment", "WGAN-GP"]
    assert set(tool.SETTINGS.values()) <= recipes.RECIPES.keys()


@pytest.mark.long
@pytest.mark.parametrize("name", ["PANIC", "ours + DiffAugment"])  # in [0, 1], and padded to a multiple of 4 in [-1, 1]
def test_a_setting_trains_and_makes_samples_of_the_right_size(tool, name):
    training = np.random.default_rng(0).integers(0, 255, (12, 18, 18, 1)).astype("uint8")
    samples = tool.train(name, 0, training, 64)
    assert samples.shape == (tool.SAMPLES, 18, 18, 1)
    assert samples.dtype == np.uint8
