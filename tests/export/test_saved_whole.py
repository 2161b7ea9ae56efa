"""A GAN saved whole opens in a new process after one import, with what it learned."""

import os
import subprocess
import sys

import numpy as np
import pytest
import tiny_gan
from conftest import ROOT

from seminar_gan import recipes

NAMES = ["wasserstein", "few", "panic", "dcgan"]  # between them, all that Keras must find of this package
OPENED = """
import importlib, sys
import keras
import numpy as np

for path, module in zip(sys.argv[1::2], sys.argv[2::2]):
    importlib.import_module(module)  # the one that Keras's error names
    gan = keras.models.load_model(path)
    loss = gan.record.history.get("g_loss", [])
    np.savez(path + ".npz", images=gan.generate(3, seed=1), step=gan.step, g_loss=loss, seconds=gan.record.seconds)
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
        gan.record.history, gan.record.seconds = {"step": [7], "g_loss": [0.5]}, 2.5
        gan.save(tmp_path / f"{name}.keras")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    pairs = [text for name in NAMES for text in (str(tmp_path / f"{name}.keras"), type(kept[name]).__module__)]
    subprocess.run([sys.executable, "-P", "-c", OPENED, *pairs], env=environment, check=True)
    for name in NAMES:
        opened = np.load(tmp_path / f"{name}.keras.npz")
        assert opened["step"] == 7 and opened["g_loss"] == [0.5] and opened["seconds"] == 2.5
        assert np.abs(opened["images"] - kept[name].generate(3, seed=1)).max() < 1e-5, name
