"""Minibatch discrimination by hand, and discriminators that are rebuilt around their layers."""

import keras
import numpy as np
import pytest
import tiny_gan
from keras import layers

from seminar_gan.models import dcgan, minibatch, mlp


def test_the_layer_is_section_3_2_by_hand():
    rng = np.random.default_rng(0)
    features, tensor = rng.normal(size=(5, 4)).astype("float32"), rng.normal(size=(4, 3, 2)).astype("float32")
    layer = minibatch.MinibatchDiscrimination(kernels=3, dims=2)
    layer.build((None, 4))
    layer.tensor.assign(tensor.reshape(4, 6))
    rows = np.einsum("ia,abc->ibc", features, tensor)
    o = [
        [sum(np.exp(-np.abs(rows[i, b] - rows[j, b]).sum()) for j in range(5)) for b in range(3)] for i in range(5)
    ]  # fmt: skip
    np.testing.assert_allclose(layer(features), np.concatenate([features, o], axis=1), rtol=1e-5)


def test_equal_images_are_counted_and_a_lone_one_has_1():
    layer = minibatch.MinibatchDiscrimination(kernels=7, dims=3)
    alone = 1e4 * np.random.default_rng(0).normal(size=(1, 6))
    features = np.concatenate([np.ones((3, 6)), alone]).astype("float32")
    np.testing.assert_allclose(np.asarray(layer(features))[:, 6:], np.repeat([[3.0], [3.0], [3.0], [1.0]], 7, axis=1))


def test_it_works_in_any_batch_and_keeps_its_sizes(tmp_path):
    images = keras.Input((4, 4, 1))
    x = minibatch.MinibatchDiscrimination(kernels=4, dims=2)(layers.Flatten()(images))
    assert x.shape == (None, 20)
    model = keras.Model(images, layers.Dense(1)(x))
    model.save(tmp_path / "d.keras")
    loaded = keras.models.load_model(tmp_path / "d.keras")
    assert loaded.layers[2].get_config()["kernels"] == 4 and loaded.layers[2].get_config()["dims"] == 2
    for count in (1, 9):
        batch = tiny_gan.images(count)
        assert loaded(batch).shape == (count, 1)
        np.testing.assert_allclose(loaded(batch), model(batch), rtol=1e-6)


@pytest.mark.parametrize("options", [{"kernels": 0}, {"dims": 2.5}, {"dims": True}])
def test_other_sizes_are_refused(options):
    with pytest.raises(ValueError, match="must be a positive whole number; got"):
        minibatch.MinibatchDiscrimination(**options)


def test_features_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"takes features \(batch, count\), as after Flatten; got \(None, 4, 4, 1\)"):
        minibatch.MinibatchDiscrimination()(keras.Input((4, 4, 1)))


# Rebuilt discriminators

IMAGES = tiny_gan.images(6, (28, 28, 1))


def test_features_are_what_enters_the_last_layer():
    discriminator = dcgan.build_discriminator()
    logits, features = minibatch.with_features(discriminator)(IMAGES)
    np.testing.assert_array_equal(logits, discriminator(IMAGES))
    last = discriminator.layers[-1]
    np.testing.assert_allclose(features @ last.kernel + last.bias, logits, rtol=1e-5, atol=1e-6)
    assert features.shape == (6, 128)


def test_a_discriminator_with_minibatch_discrimination_shares_all_but_the_last_layer():
    discriminator = mlp.build_temkeng_discriminator((28, 28, 1))
    rebuilt = minibatch.with_minibatch_discrimination(discriminator, kernels=5, dims=2)
    assert rebuilt.output_shape == (None, 1)
    assert rebuilt.count_params() == discriminator.count_params() + 16 * 10 + 5
    shared = {id(weight) for weight in discriminator.weights} & {id(weight) for weight in rebuilt.weights}
    assert len(shared) == len(discriminator.weights) - 2
    assert not np.allclose(rebuilt(IMAGES)[:2], rebuilt(IMAGES[:2]), atol=1e-6)  # it looks at the whole batch


def test_batch_normalisation_stands_behind_all_weights_but_the_first_and_the_last():
    discriminator = dcgan.build_discriminator()
    rebuilt = minibatch.with_batch_norm(discriminator)
    names = [layer.name for layer in rebuilt.layers]
    assert names == [
        "images", "down_1", "leaky_1", "down_2", "norm_down_2", "leaky_2", "down_3", "norm_down_3", "leaky_3", "flat",
        "dense", "norm_dense", "leaky_4", "logits",
    ]  # fmt: skip
    assert rebuilt.count_params() == discriminator.count_params() + 4 * (48 + 96 + 128)
    np.testing.assert_allclose(rebuilt(IMAGES), discriminator(IMAGES), rtol=0.02, atol=1e-3)  # mean 0, variance 1


def two_inputs():
    return tiny_gan.discriminator(class_labels=True)


def ends_in_an_activation():
    images = keras.Input((4, 4, 1))
    x = layers.Dense(1)(layers.Flatten()(images))
    return keras.Model(images, layers.Activation("linear", name="end")(x), name="odd")


@pytest.mark.parametrize(
    ("build", "change", "message"),
    [
        (ends_in_an_activation, minibatch.with_features, "'odd' must end in a dense layer of one logit.*in 'end'"),
        (ends_in_an_activation, minibatch.with_minibatch_discrimination, "must end in a dense layer of one logit"),
        (two_inputs, minibatch.with_batch_norm, "'discriminator' is not built like this"),
        (tiny_gan.discriminator, minibatch.with_batch_norm, "at least three of them with weights"),
        (lambda: minibatch.with_batch_norm(dcgan.build_discriminator()), minibatch.with_batch_norm, "already"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused(build, change, message):
    with pytest.raises(ValueError, match=message):
        change(build())
