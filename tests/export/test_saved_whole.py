"""A GAN saved whole opens in a new process after one import, with what it learned."""

import os
import subprocess
import sys

import numpy as np
import pytest
import tiny_gan
from conftest import ROOT

from seminar_gan import recipes

NAMES = ["dcgan", "panic", "few-augmented", "wasserstein"]  # between them, all that Keras must find of this package
OPENED = """
import sys
import keras, seminar_gan.recipes
import numpy as np

for path in sys.argv[1:]:
    gan = keras.models.load_model(path)
    np.savez(path + ".npz", images=gan.generate(3, seed=1), step=gan.step)
"""


@pytest.mark.long
def test_a_gan_of_any_recipe_is_opened_after_one_import(tmp_path):
    kept = {}
    for name in NAMES:
        kept[name] = gan = recipes.RECIPES[name].build((16, 16, 1), seed=0)
        tiny_gan.perturb(gan.ema_generator or gan.generator)
        if hasattr(gan, "shares"):
            gan.shares.assign(np.full(gan.num_clusters, 1 / gan.num_clusters))
        gan.steps.assign(7)
        gan.save(tmp_path / f"{name}.keras")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    paths = [str(tmp_path / f"{name}.keras") for name in NAMES]
    subprocess.run([sys.executable, "-P", "-c", OPENED, *paths], env=environment, check=True)
    for name, path in zip(NAMES, paths, strict=True):
        opened = np.load(f"{path}.npz")
        assert opened["step"] == 7
        assert np.abs(opened["images"] - kept[name].generate(3, seed=1)).max() < 1e-5, name
