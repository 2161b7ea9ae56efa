"""The networks of PANIC: layers and parameters as its tutorial gives them, every size, and arithmetic done by NumPy."""

import numpy as np
import pytest
import tiny_gan
from networks import every, inputs, small

from seminar_gan.models import panic

BUILDERS = [panic.build_generator, panic.build_discriminator, panic.build_normalised_discriminator]


def data(model, count=6):
    """z or images in [0, 1]."""
    return (inputs(model, count) + 1) / 2


def test_parameters_of_each_layer():
    def counted(model):
        return {layer.name: layer.count_params() for layer in model.layers if layer.weights}

    convolutions = {"conv_1": 3 * 3 * 50 + 50, "conv_2": 3 * 3 * 50 * 25 + 25, "images": 25 + 1}
    norms = {"norm_1": 4, "norm_2": 200, "norm_3": 100}
    assert counted(panic.build_generator()) == {"dense": 100 * 3136 + 3136} | convolutions | norms
    plain = {"conv_1": 25 * 32 + 32, "conv_2": 25 * 32 * 64 + 64, "dense": 3136 * 1024 + 1024, "logits": 1025}
    assert counted(panic.build_discriminator()) == plain
    assert counted(panic.build_normalised_discriminator()) == plain | {"norm_2": 256}


@pytest.mark.long
@every(BUILDERS)
def test_docstrings_count_the_parameters_for_100_x_100(build):
    assert f"for 100 x 100 {build(image_shape=(100, 100, 1)).count_params():,}." in build.__doc__.splitlines()[0]


def test_shapes_at_the_line_ends():
    shapes = {layer.name: layer.output.shape[1:] for layer in panic.build_generator().layers}
    assert [shapes[name] for name in ("grid", "conv_1", "up_1", "conv_2", "up_2", "images")] == [
        (56, 56, 1),
        (28, 28, 50),
        (56, 56, 50),
        (28, 28, 25),
        (56, 56, 25),
        (28, 28, 1),
    ]
    shapes = {layer.name: layer.output.shape[1:] for layer in panic.build_discriminator().layers}
    assert [shapes[name] for name in ("conv_1", "pool_1", "conv_2", "pool_2", "flat", "dense")] == [
        (28, 28, 32),
        (14, 14, 32),
        (14, 14, 64),
        (7, 7, 64),
        (3136,),
        (1024,),
    ]


@every(BUILDERS)
@pytest.mark.parametrize("shape", [(16, 128, 1), (17, 31, 3), (128, 16, 3)])
def test_every_size_from_16_to_128(build, shape):
    model = tiny_gan.perturb(small(build, image_shape=shape))
    answer = model(data(model, 2)).numpy()
    if build is panic.build_generator:
        assert answer.shape == (2, *shape) and 0 <= answer.min() < answer.max() <= 1
    else:
        assert model.input_shape[1:] == shape and answer.shape == (2, 1)
    assert answer.dtype == np.float32


@every(BUILDERS)
def test_other_sides_are_rejected(build):
    for side in (15, 129):
        for name, shape in (("height", (side, 28, 1)), ("width", (28, side, 1))):
            with pytest.raises(ValueError, match=rf"image {name} {side} does not work: .* 16 to 128 pixels"):
                small(build, image_shape=shape)


def test_only_the_normalised_discriminator_depends_on_the_rest_of_the_batch():
    for build, depends in ((panic.build_discriminator, False), (panic.build_normalised_discriminator, True)):
        model = tiny_gan.perturb(small(build))
        images = data(model)
        whole, part = model(images, training=True).numpy()[:3], model(images[:3], training=True).numpy()
        assert (np.abs(whole - part).max() > 1e-3) == depends


def test_the_starting_weights_are_small_and_all_different():
    for build in BUILDERS:
        kernels = [layer.kernel.numpy() for layer in build(kernel_size=3).layers if hasattr(layer, "kernel")]
        for kernel in kernels:
            assert np.abs(kernel).max() <= 0.04
            assert kernel.size < 100 or abs(kernel.std() - 0.88 * 0.02) < 0.003  # cut off at two deviations
        starts = [tuple(kernel.ravel()[:20]) for kernel in kernels]
        assert len(set(starts)) == len(starts)


def same_padding(x, kernel, strides):
    """x (batch, height, width, channels) with TensorFlow's zeros for padding="same"."""
    pads = []
    for size in x.shape[1:3]:
        total = max((-(-size // strides) - 1) * strides + kernel - size, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, ((0, 0), *pads, (0, 0)))


def convolved(x, layer):
    kernel, strides = layer.kernel.numpy().astype("float64"), layer.strides[0]
    height, width = (-(-size // strides) for size in x.shape[1:3])
    padded, total = same_padding(x, kernel.shape[0], strides), 0
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            part = padded[:, row::strides, column::strides][:, :height, :width]
            total = total + part @ kernel[row, column]
    return total + layer.bias.numpy()


def normalised(x, layer):
    gamma, beta, mean, variance = (weight.numpy().astype("float64") for weight in layer.weights)
    return gamma * (x - mean) / np.sqrt(variance + layer.epsilon) + beta


def enlarged(x):
    """Twice the size, linear between the pixels' middles."""
    for axis in (1, 2):
        x = np.moveaxis(x, axis, 0)
        before, after = np.concatenate([x[:1], x[:-1]]), np.concatenate([x[1:], x[-1:]])
        x = np.stack([0.25 * before + 0.75 * x, 0.75 * x + 0.25 * after], axis=1).reshape(-1, *x.shape[1:])
        x = np.moveaxis(x, 0, axis)
    return x


def test_the_generator_agrees_with_numpy():
    model = tiny_gan.perturb(small(panic.build_generator, image_shape=(16, 18, 3)))
    z, layer = data(model), model.get_layer
    x = z.astype("float64") @ layer("dense").kernel.numpy() + layer("dense").bias.numpy()
    x = np.maximum(normalised(x.reshape(6, 32, 36, 1), layer("norm_1")), 0)
    for number in (1, 2):
        x = np.maximum(normalised(convolved(x, layer(f"conv_{number}")), layer(f"norm_{number + 1}")), 0)
        x = enlarged(x)
    x = 1 / (1 + np.exp(-convolved(x, layer("images"))))
    np.testing.assert_allclose(model(z), x, atol=1e-5)


def test_the_normalised_discriminator_agrees_with_numpy():
    model = tiny_gan.perturb(small(panic.build_normalised_discriminator, image_shape=(16, 20, 3)))
    images, layer = data(model), model.get_layer
    x = np.maximum(convolved(images.astype("float64"), layer("conv_1")), 0)
    x = x.reshape(6, 8, 2, 10, 2, 3).mean(axis=(2, 4))
    x = np.maximum(normalised(convolved(x, layer("conv_2")), layer("norm_2")), 0)
    x = x.reshape(6, 4, 2, 5, 2, 6).mean(axis=(2, 4)).reshape(6, -1)
    x = np.maximum(x @ layer("dense").kernel.numpy() + layer("dense").bias.numpy(), 0)
    x = x @ layer("logits").kernel.numpy() + layer("logits").bias.numpy()
    np.testing.assert_allclose(model(images), x, rtol=1e-4, atol=1e-5)
