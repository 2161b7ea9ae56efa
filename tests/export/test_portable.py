"""Networks as ONNX files."""

import importlib.util

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan import export, recipes


def test_without_tf2onnx_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"tf2onnx, .* is not installed: python -m pip install tf2onnx$"):
        export.save_onnx(tiny_gan.gan(), tmp_path / "a.onnx")


@pytest.fixture
def exported(monkeypatch):
    """What Keras is asked to export, where tf2onnx is not installed: (network, file name, format)."""
    asked = []

    def write(network, path, format, verbose):
        asked.append((network, path.name, format))
        assert network._called  # or Keras refuses
        path.write_bytes(b"onnx")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(keras.Model, "export", write)
    return asked


@pytest.mark.parametrize("options", [{}, {"ema": None}, {"conditional": True}])
def test_the_generator_that_makes_the_samples_is_written_whole(options, exported, tmp_path):
    gan = tiny_gan.gan(**options)
    assert export.save_onnx(gan, tmp_path / "new" / "a.onnx") == f"{tmp_path.as_posix()}/new/a.onnx"
    ((network, name, format),) = exported
    assert network is (gan.ema_generator or gan.generator) and format == "onnx"
    assert name != "a.onnx" and [path.name for path in (tmp_path / "new").iterdir()] == ["a.onnx"]


def test_a_network_is_taken_too(exported, tmp_path):
    export.save_onnx(network := tiny_gan.discriminator(), tmp_path / "a.onnx")
    assert exported[0][0] is network


def test_what_is_no_network_or_no_onnx_file_is_refused(exported, tmp_path):
    with pytest.raises(ValueError, match=r"the path must end in \.onnx; got '.*/a\.keras'"):
        export.save_onnx(tiny_gan.generator(), tmp_path / "a.keras")
    with pytest.raises(TypeError, match=r"a GAN or a keras\.Model was expected; got str"):
        export.save_onnx("generator.keras", tmp_path / "a.onnx")
    assert not exported and not list(tmp_path.iterdir())


@pytest.mark.slow  # and skipped without tf2onnx
@pytest.mark.parametrize("conditional", [False, True])
def test_the_file_makes_the_same_images(conditional, tmp_path):
    reference = pytest.importorskip("onnx.reference")
    gan = tiny_gan.gan(conditional=conditional)
    parts = [gan.sample_noise(4), *([np.arange(4, dtype="int32")] if conditional else [])]
    session = reference.ReferenceEvaluator(export.save_onnx(gan, tmp_path / "a.onnx"))
    (images,) = session.run(None, dict(zip(session.input_names, parts, strict=True)))
    assert np.abs(images - gan.sample(*parts)).max() < 1e-5


@pytest.mark.slow  # and skipped without tf2onnx
def test_the_file_of_the_pair_for_few_images_makes_the_same_images(tmp_path):
    reference = pytest.importorskip("onnx.reference")
    gan = recipes.RECIPES["few"].build((17, 20, 3), seed=0, levels=(3, 40))
    tiny_gan.perturb(gan.ema_generator)
    z = gan.sample_noise(4)
    session = reference.ReferenceEvaluator(export.save_onnx(gan, tmp_path / "a.onnx"))
    (images,) = session.run(None, {session.input_names[0]: z})
    assert np.abs(images - gan.sample(z)).max() < 1e-4
