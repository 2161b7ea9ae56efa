"""The doctor who looks on: warns once for each symptom, with the reason, and never stops or changes the training."""

import warnings

import numpy as np
import pytest
import tiny_gan

from seminar_gan.doctor import Doctor, callback
from seminar_gan.doctor.diagnosis import Diagnosis
from seminar_gan.training.gan import GAN


class FrozenGAN(GAN):
    """A GAN whose discriminator is never updated."""

    def update(self, optimizer, network, tape, loss):
        if network is not self.discriminator:
            super().update(optimizer, network, tape, loss)


def texts(caught):
    """What the doctor said, of all warnings."""
    return [text for text in (str(warning.message) for warning in caught) if text.startswith("step ")]


def told(monkeypatch, found):
    """What a Doctor says in a training of as many looks, if `diagnose` finds these, one after the other."""
    diagnoses = iter(found)
    monkeypatch.setattr(callback, "diagnose", lambda source: next(diagnoses))
    with warnings.catch_warnings(record=True, action="always") as caught:
        gan = tiny_gan.begin()
        gan.fit(tiny_gan.images(), steps=len(found), batch_size=8, report_every=1, callbacks=[Doctor(count=4)])
    assert gan.step == len(found)
    return texts(caught)


ILL, WORSE = Diagnosis("mode collapse", ("All alike.",), "Less."), Diagnosis("frozen D", ("It stands.",), "More.")
WELL = Diagnosis("healthy")


def test_a_symptom_is_told_once_with_its_reason(monkeypatch):
    (text,) = told(monkeypatch, [WELL, ILL, ILL, ILL, WELL, ILL, ILL])
    assert text.startswith("step 3: mode collapse") and "All alike." in text and "try: Less." in text


def test_a_moment_alarms_nobody(monkeypatch):
    assert told(monkeypatch, [WELL, ILL, WELL, ILL, WELL]) == []


def test_each_of_several_symptoms_is_told(monkeypatch):
    both = Diagnosis("frozen D", ("It stands.",), "More.", others=(ILL,))
    first, second = told(monkeypatch, [WORSE, WORSE, both, both])
    assert first.startswith("step 2: frozen D") and second.startswith("step 4: mode collapse")
    assert "All alike." not in first


@pytest.mark.long
def test_a_frozen_discriminator_is_told_and_trained_to_the_end():
    gan = tiny_gan.gan(FrozenGAN)
    with warnings.catch_warnings(record=True, action="always") as caught:
        gan.fit(tiny_gan.images(), steps=300, batch_size=8, report_every=20, callbacks=[Doctor(count=16)])
    assert gan.step == 300
    first, *others = texts(caught)
    assert first.startswith("step 220: frozen D")  # 200 steps are the least, and two looks agree
    assert not any("frozen D" in text for text in others)


@pytest.mark.long
def test_a_healthy_training_is_left_in_peace_and_not_changed():
    data = np.random.default_rng(0).normal(0, 0.3, (400, 4, 4, 1)).clip(-1, 1).astype("float32")
    alone, seen = (tiny_gan.gan(learning_rate=1e-3) for _ in range(2))
    alone.fit(data, steps=240, batch_size=16, report_every=20)
    with warnings.catch_warnings(action="error"):
        seen.fit(data, steps=240, batch_size=16, report_every=20, callbacks=[Doctor(count=64)])
    assert tiny_gan.same(alone, seen)
