"""CONTRIBUTING.md names files that exist, and its steps for a new loss lead to a GAN that trains."""

import re

import keras
import numpy as np
import pytest
import tiny_gan
from conftest import ROOT

from seminar_gan.training.gan import GAN

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_that_is_named_exists():
    names = {name for name in re.findall(r"`([\w./*-]+/[\w./*-]*|[\w-]+\.(?:py|md|toml))`", TEXT) if "NAME" not in name}
    names = {name for name in names if "NN_name" not in name}
    assert len(names) > 20
    homes = [ROOT, ROOT / "seminar_gan"]  # beside a full path, a short one may follow
    assert [name for name in sorted(names) if not any(list(home.glob(name.rstrip("/"))) for home in homes)] == []


def test_the_steps_for_a_loss_lead_to_a_gan_that_trains():
    names = {}
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1], names)
    keras.utils.set_random_seed(3)
    gan = GAN(tiny_gan.generator(), tiny_gan.discriminator(dropout=0))
    gan.compile(d_optimizer=keras.optimizers.Adam(), g_optimizer=keras.optimizers.Adam(), loss=names["HINGE"])
    images = tiny_gan.images(8)
    fake = gan.generator(gan.draw_noise((images,), 0), training=True)
    real_logits, fake_logits = (np.asarray(gan.discriminate(each)) for each in (images, fake))
    history = gan.fit(images, steps=1, batch_size=8).history
    by_hand = np.maximum(0, 1 - real_logits).mean() + np.maximum(0, 1 + fake_logits).mean()
    assert history["d_loss"][0] == pytest.approx(by_hand, rel=1e-5)
