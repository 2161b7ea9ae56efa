"""The networks of pages 04 to 06, made small: names, ranges, errors, saving, and arithmetic done again by NumPy."""

import re

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan.models import conditional, dcgan, mlp
from seminar_gan.models.sizes import check_sizes

# The same networks, small; 12 x 8 pixels of 3 colours tell height, width and channels apart.
SHAPE = (12, 8, 3)
DCGAN_GENERATOR = {"image_shape": SHAPE, "latent_dim": 5, "dense_size": 9, "filters": 4}
DCGAN_DISCRIMINATOR = {"image_shape": SHAPE, "dense_size": 9, "filters": 4}
SMALL = {
    mlp.build_temkeng_generator: {"image_shape": SHAPE, "latent_dim": 5, "hidden_size": 6},
    mlp.build_temkeng_discriminator: {"image_shape": SHAPE, "hidden_sizes": [6]},
    mlp.build_winkler_generator: {"image_shape": SHAPE, "latent_dim": 5, "hidden_sizes": [6, 7, 8]},
    mlp.build_winkler_discriminator: {"image_shape": SHAPE, "hidden_sizes": [6]},
    mlp.build_point_generator: {"point_dim": 3, "latent_dim": 5, "hidden_sizes": [6]},
    mlp.build_point_discriminator: {"point_dim": 3, "hidden_sizes": [6]},
    dcgan.build_temkeng_generator: {"image_shape": SHAPE, "latent_dim": 5, "filters": 3},
    dcgan.build_temkeng_discriminator: {"image_shape": SHAPE, "filters": 3},
    dcgan.build_winkler_generator: DCGAN_GENERATOR,
    dcgan.build_winkler_discriminator: DCGAN_DISCRIMINATOR,
    dcgan.build_generator: DCGAN_GENERATOR,
    dcgan.build_discriminator: DCGAN_DISCRIMINATOR,
    conditional.build_generator: DCGAN_GENERATOR | {"num_classes": 4},
    conditional.build_discriminator: DCGAN_DISCRIMINATOR | {"num_classes": 4},
    conditional.build_attribute_generator: DCGAN_GENERATOR | {"num_attributes": 4},
    conditional.build_attribute_discriminator: DCGAN_DISCRIMINATOR | {"num_attributes": 4},
    conditional.build_mirza_generator: {
        "image_shape": SHAPE,
        "num_classes": 4,
        "latent_dim": 5,
        "z_size": 3,
        "label_size": 20,
        "joint_size": 7,
    },
    conditional.build_mirza_discriminator: {
        "image_shape": SHAPE,
        "num_classes": 4,
        "image_size": 3,
        "label_size": 20,
        "joint_size": 7,
    },
}
GENERATORS = [build for build in SMALL if build.__name__.endswith("generator")]
DISCRIMINATORS = [build for build in SMALL if build.__name__.endswith("discriminator")]
CLASS_GENERATORS = [conditional.build_generator, conditional.build_mirza_generator]
CLASS_DISCRIMINATORS = [conditional.build_discriminator, conditional.build_mirza_discriminator]


def label(build):
    """What a test of this builder is called."""
    return f"{build.__module__.split('.')[-1]}.{build.__name__.removeprefix('build_')}"


def every(builders):
    return pytest.mark.parametrize("build", builders, ids=label)


def small(build, **sizes):
    return build(**SMALL[build] | sizes)


def data(model, count=6):
    """What the model takes, one array for each of its inputs: in [-1, 1], or labels from 0 to 3."""
    rng, arrays = np.random.default_rng(0), []
    for tensor in model.inputs:
        shape = (count, *tensor.shape[1:])
        labels = tensor.name == "class_labels"
        arrays.append(rng.integers(0, 4, shape) if labels else rng.uniform(-1, 1, shape).astype("float32"))
    return arrays if len(arrays) > 1 else arrays[0]


def rows(model):
    return [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in model.layers]


@every(SMALL)
def test_names(build):
    model = small(build)
    kind = "generator" if build in GENERATORS else "discriminator"
    assert model.name.endswith(f"_{kind}")
    assert f"keras.Model `{model.name}`: " in build.__doc__
    what = "points" if "point" in build.__name__ else "images"
    names = [tensor.name for tensor in model.inputs]
    assert names[0] == ("z" if kind == "generator" else what)
    assert names[1:] == [name for name in ("class_labels", "attributes") if f", {name}]" in build.__doc__]
    assert len(names) == (2 if build.__module__ == conditional.__name__ else 1)
    last = "conditional_logits" if "projection" in [layer.name for layer in model.layers] else "logits"
    assert model.layers[-1].name == (what if kind == "generator" else last)


def test_names_of_models_differ():
    names = {re.search("keras.Model `(.*?)`", build.__doc__)[1] for build in SMALL}
    assert len(names) == len(SMALL) == 18


@every(GENERATORS)
def test_generators_make_images_from_minus_1_to_1_or_points_anywhere(build):
    model = tiny_gan.perturb(small(build))
    last = [layer for layer in model.layers if layer.weights][-1]
    for bias in (-9, 9):
        last.bias.assign(np.full(last.bias.shape, bias))
        made = model(data(model)).numpy()
        assert made.dtype == np.float32
        if build is mlp.build_point_generator:
            assert made.shape == (6, 3)
            np.testing.assert_allclose(made, bias, atol=3)
        else:
            assert made.shape == (6, 12, 8, 3)
            np.testing.assert_allclose(made, np.sign(bias), atol=1e-2)


@every(DISCRIMINATORS)
def test_discriminators_answer_with_logits(build):
    model = tiny_gan.perturb(small(build))
    before = model(data(model)).numpy()
    model.get_layer("logits").bias.assign_add([9])
    after = model(data(model)).numpy()
    assert (after.shape, after.dtype) == ((6, 1), np.float32)
    np.testing.assert_allclose(after, before + 9, atol=1e-5)  # no sigmoid


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras 3.15 reading with NumPy 2
@every(SMALL)
def test_a_saved_network_comes_back_without_code(build, tmp_path):
    model = tiny_gan.perturb(small(build))
    model.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
    assert (again.name, rows(again)) == (model.name, rows(model))
    np.testing.assert_array_equal(again(data(model)), model(data(model)))


@every(SMALL)
def test_a_cloned_network_is_the_same(build):
    model = tiny_gan.perturb(small(build))
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(data(model)), model(data(model)))


@pytest.fixture
def bfloat16():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    yield
    keras.mixed_precision.set_global_policy("float32")


@every(SMALL)
def test_in_bfloat16_the_last_layers_and_the_result_are_float32_all_the_same(build, bfloat16):
    model = small(build)
    assert model(data(model)).numpy().dtype == np.float32
    precise = {"pixels", "images", "points", "logits", "projection", "conditional_logits"}
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            assert layer.compute_dtype == ("float32" if layer.name in precise else "bfloat16"), layer.name
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}


def sizes_of(build):
    return [name for name in SMALL[build] if name != "dropout"]


@every(SMALL)
def test_every_size_is_checked(build):
    for name in sizes_of(build):
        for wrong in (0, -3, 2.5, "8", True, None, ()):
            with pytest.raises(ValueError, match=f"^{name} must be ") as caught:
                small(build, **{name: wrong})
            with pytest.raises(ValueError, match=name) as wanted:
                check_sizes(**{name: wrong})
            assert str(caught.value) == str(wanted.value)


@every([build for build in SMALL if "filters" in SMALL[build]])
def test_sides_must_be_multiples_of_4(build):
    for side, nearest in [(2, "4"), (6, "4 or 8"), (27, "24 or 28"), (30, "28 or 32")]:
        for name, shape in (("height", (side, 28, 1)), ("width", (28, side, 1))):
            with pytest.raises(ValueError, match=rf"image {name} {side} does not work.* to {nearest}\.$"):
                small(build, image_shape=shape)
    model = small(build, image_shape=(4, 8, 1))
    images = model.output_shape if build in GENERATORS else model.input_shape
    assert (None, 4, 8, 1) in (images, images[0])


@every([dcgan.build_temkeng_discriminator, conditional.build_mirza_generator, conditional.build_mirza_discriminator])
def test_dropout_is_checked(build):
    for wrong in (-0.1, 1, 1.5, True, "0.5", None, float("nan")):
        with pytest.raises(ValueError, match="dropout must be a number of at least 0 and below 1; got"):
            small(build, dropout=wrong)


@every([mlp.build_temkeng_generator, mlp.build_temkeng_discriminator, mlp.build_point_discriminator])
def test_dense_networks_agree_with_numpy(build):
    model = small(build)
    x = data(model).astype("float64").reshape(6, -1)
    *hidden, last = [layer for layer in model.layers if layer.weights]
    slope = 0 if build is mlp.build_temkeng_generator else 0.2
    for layer in hidden:
        x = x @ layer.kernel.numpy() + layer.bias.numpy()
        x = np.where(x > 0, x, slope * x)
    x = x @ last.kernel.numpy() + last.bias.numpy()
    x = np.tanh(x).reshape(6, *SHAPE) if build is mlp.build_temkeng_generator else x
    np.testing.assert_allclose(model(data(model)), x, atol=1e-5)


@every([conditional.build_discriminator, conditional.build_attribute_discriminator])
def test_projection_agrees_with_numpy(build):
    model = tiny_gan.perturb(small(build))
    images, condition = data(model)
    features = keras.Model(model.inputs[0], model.get_layer("leaky_4").output)(images).numpy()
    y = np.eye(4)[condition] if condition.ndim == 1 else condition
    last, embedding = model.get_layer("logits"), model.get_layer("embedding").kernel.numpy()
    own = features @ last.kernel.numpy() + last.bias.numpy()
    projection = np.sum((y @ embedding) * features, axis=1, keepdims=True)
    assert (np.abs(projection) > 1e-3).all()
    np.testing.assert_allclose(model([images, condition]), own + projection, rtol=1e-5)


@every([conditional.build_generator, conditional.build_attribute_generator])
def test_a_conditional_generator_is_a_generator_of_z_with_the_condition_behind(build):
    model = tiny_gan.perturb(small(build))
    z, condition = data(model)
    y = np.eye(4, dtype="float32")[condition] if condition.ndim == 1 else condition
    plain = small(dcgan.build_generator, latent_dim=5 + 4)
    plain.set_weights(model.get_weights())
    np.testing.assert_array_equal(model([z, condition]), plain(np.concatenate([z, y], axis=1)))


@every([conditional.build_discriminator, conditional.build_attribute_discriminator])
def test_without_its_projection_a_conditional_discriminator_is_a_plain_one(build):
    model = tiny_gan.perturb(small(build))
    embedding = model.get_layer("embedding")
    embedding.set_weights([0 * embedding.kernel.numpy()])
    plain = small(dcgan.build_discriminator)
    for layer in plain.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    images, condition = data(model)
    np.testing.assert_array_equal(model([images, condition]), plain(images))


def test_maxout_agrees_with_numpy():
    model = small(conditional.build_mirza_discriminator)
    perturbed = [weight.numpy() * 3 + 0.1 for weight in model.weights]
    model.set_weights(perturbed)
    images, class_labels = data(model)

    def maxout(x, name, units, pieces):
        layer = model.get_layer(f"{name}_dense")
        sums = x @ layer.kernel.numpy() + layer.bias.numpy()
        return np.max([sums[:, piece * units : (piece + 1) * units] for piece in range(pieces)], axis=0)

    from_image = maxout(images.reshape(6, -1).astype("float64"), "image", 3, 5)
    from_label = maxout(np.eye(4)[class_labels], "label", 20, 5)
    joint = maxout(np.concatenate([from_image, from_label], axis=1), "joint", 7, 4)
    last = model.get_layer("logits")
    np.testing.assert_allclose(
        model([images, class_labels]), joint @ last.kernel.numpy() + last.bias.numpy(), rtol=1e-4
    )


def test_mirza_generator_agrees_with_numpy():
    model = small(conditional.build_mirza_generator)
    z, class_labels = data(model)

    def dense(x, name):
        layer = model.get_layer(name)
        return x @ layer.kernel.numpy().astype("float64") + layer.bias.numpy()

    both = np.concatenate([dense(z, "z_dense"), dense(np.eye(4)[class_labels], "label_dense")], axis=1)
    joint = np.maximum(dense(np.maximum(both, 0), "joint_dense"), 0)
    np.testing.assert_allclose(model([z, class_labels]), np.tanh(dense(joint, "pixels")).reshape(6, *SHAPE), atol=1e-6)


@every(CLASS_GENERATORS + CLASS_DISCRIMINATORS)
def test_the_label_matters_and_any_kind_of_integer_will_do(build):
    model = small(build)
    first, class_labels = data(model)
    wanted = model([first, class_labels]).numpy()
    for kind in ("uint8", "int32", "int64"):
        np.testing.assert_array_equal(model([first, class_labels.astype(kind)]), wanted)
    others = model([first, (class_labels + 1) % 4]).numpy()
    assert (np.abs(others - wanted).reshape(6, -1).max(axis=1) > 1e-6).all()


@every(CLASS_GENERATORS + CLASS_DISCRIMINATORS)
def test_label_weights(build):
    model = small(build)
    weighted = conditional.with_label_weights(model)
    first, class_labels = data(model)
    one_hot = np.eye(4, dtype="float32")[class_labels]
    np.testing.assert_array_equal(weighted([first, one_hot]), model([first, class_labels]))
    assert weighted.name == f"{model.name}_weighted"
    assert [tensor.name for tensor in weighted.inputs] == [model.inputs[0].name, "label_weights"]
    mixed = weighted([first, one_hot / 2 + np.roll(one_hot, 1, axis=1) / 2]).numpy()
    ends = [model([first, class_labels]).numpy(), model([first, (class_labels + 1) % 4]).numpy()]
    assert all(np.abs(mixed - end).max() > 1e-6 for end in ends)
    model.set_weights([0 * weight for weight in model.get_weights()])  # the weights are the same objects
    assert not np.any(weighted([first, one_hot]).numpy())


def test_label_weights_need_a_network_of_classes():
    with pytest.raises(ValueError, match=r"'dcgan_generator' has no layer named 'one_hot'; it has z, dense_1, norm_1"):
        conditional.with_label_weights(small(dcgan.build_generator))
