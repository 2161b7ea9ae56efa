"""The conditional pairs: arithmetic done again by NumPy, and the plain pairs that they extend."""

import keras
import numpy as np
import pytest
import tiny_gan
from networks import IMAGE, SHAPE, assert_rows, dropouts, every, inputs, small

from seminar_gan.models import conditional, dcgan

CLASS_GENERATORS = [conditional.build_generator, conditional.build_mirza_generator]
CLASS_DISCRIMINATORS = [conditional.build_discriminator, conditional.build_mirza_discriminator]

# The layers that have parameters or that the source has a row for: kind, output shape, parameters.
TABLES = {
    conditional.build_mirza_generator: [  # Mirza & Osindero 2014, section 4.1
        ("InputLayer", (100,), 0),
        ("Dense", (200,), 100 * 200 + 200),
        ("Dense", (1000,), 10 * 1000 + 1000),
        ("Concatenate", (1200,), 0),
        ("Dense", (1200,), 1200 * 1200 + 1200),
        ("Dropout", (1200,), 0),
        ("Dense", (784,), 1200 * 784 + 784),
    ],
    conditional.build_mirza_discriminator: [  # Mirza & Osindero 2014, section 4.1
        ("InputLayer", IMAGE, 0),
        ("Dense", (240 * 5,), 784 * 1200 + 1200),
        ("Dense", (50 * 5,), 10 * 250 + 250),
        ("GlobalMaxPooling1D", (240,), 0),
        ("GlobalMaxPooling1D", (50,), 0),
        ("Concatenate", (290,), 0),
        ("Dense", (240 * 4,), 290 * 960 + 960),
        ("GlobalMaxPooling1D", (240,), 0),
        ("Dropout", (240,), 0),
        ("Dense", (1,), 241),
    ],
}


@every(TABLES)
def test_every_row_is_the_sources(build):
    assert_rows(build(), TABLES[build])


@every(TABLES)
def test_dropout(build):
    assert dropouts(build()) == [0.5]
    assert dropouts(build(dropout=0.1)) == [0.1]


def test_the_condition_adds_one_matrix():
    generator, discriminator = dcgan.build_generator().count_params(), dcgan.build_discriminator().count_params()
    assert conditional.build_generator().count_params() == generator + 10 * 256
    assert conditional.build_attribute_generator().count_params() == generator + 6 * 256
    assert conditional.build_discriminator().count_params() == discriminator + 10 * 128
    assert conditional.build_attribute_discriminator().count_params() == discriminator + 6 * 128


@every([conditional.build_discriminator, conditional.build_attribute_discriminator])
def test_projection_agrees_with_numpy(build):
    model = tiny_gan.perturb(small(build))
    images, condition = inputs(model)
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
    z, condition = inputs(model)
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
    images, condition = inputs(model)
    np.testing.assert_array_equal(model([images, condition]), plain(images))


def test_maxout_agrees_with_numpy():
    model = small(conditional.build_mirza_discriminator)
    perturbed = [weight.numpy() * 3 + 0.1 for weight in model.weights]
    model.set_weights(perturbed)
    images, class_labels = inputs(model)

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
    z, class_labels = inputs(model)

    def dense(x, name):
        layer = model.get_layer(name)
        return x @ layer.kernel.numpy().astype("float64") + layer.bias.numpy()

    both = np.concatenate([dense(z, "z_dense"), dense(np.eye(4)[class_labels], "label_dense")], axis=1)
    joint = np.maximum(dense(np.maximum(both, 0), "joint_dense"), 0)
    np.testing.assert_allclose(model([z, class_labels]), np.tanh(dense(joint, "pixels")).reshape(6, *SHAPE), atol=1e-6)


@every(CLASS_GENERATORS + CLASS_DISCRIMINATORS)
def test_the_label_matters_and_any_integer_dtype_will_do(build):
    model = small(build)
    first, class_labels = inputs(model)
    output = model([first, class_labels]).numpy()
    for dtype in ("uint8", "int32", "int64"):
        np.testing.assert_array_equal(model([first, class_labels.astype(dtype)]), output)
    others = model([first, (class_labels + 1) % 4]).numpy()
    assert (np.abs(others - output).reshape(6, -1).max(axis=1) > 1e-6).all()


@every(CLASS_GENERATORS + CLASS_DISCRIMINATORS)
def test_label_weights(build):
    model = small(build)
    weighted = conditional.with_label_weights(model)
    first, class_labels = inputs(model)
    one_hot = np.eye(4, dtype="float32")[class_labels]
    np.testing.assert_array_equal(weighted([first, one_hot]), model([first, class_labels]))
    assert weighted.name == f"{model.name}_weighted"
    assert [tensor.name for tensor in weighted.inputs] == [model.inputs[0].name, "label_weights"]
    mixed = weighted([first, one_hot / 2 + np.roll(one_hot, 1, axis=1) / 2]).numpy()
    ends = [model([first, class_labels]).numpy(), model([first, (class_labels + 1) % 4]).numpy()]
    assert all(np.abs(mixed - end).max() > 1e-6 for end in ends)
    model.set_weights([0 * weight for weight in model.get_weights()])  # the weights are the same objects
    assert not np.any(weighted([first, one_hot]).numpy())


@every(CLASS_GENERATORS + CLASS_DISCRIMINATORS)
def test_a_label_outside_the_classes_counts_as_no_class(build):
    model = small(build)
    first, class_labels = inputs(model)
    no_class = conditional.with_label_weights(model)([first, np.zeros((6, 4), "float32")])
    for label in (-1, 4):
        np.testing.assert_array_equal(model([first, np.full_like(class_labels, label)]), no_class)


def test_label_weights_need_a_network_of_classes():
    with pytest.raises(ValueError, match=r"'dcgan_generator' has no layer named 'one_hot'; it has z, dense_1, norm_1"):
        conditional.with_label_weights(small(dcgan.build_generator))
