"""What is rejected before the first step."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers

from seminar_gan import losses
from seminar_gan.models import conditional, dcgan, few, mlp, panic
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit import checks, data_checks
from seminar_gan.training.gan import GAN


def with_nan():
    images = tiny_gan.images()
    images[7, 0, 0], images[30, 2] = np.nan, np.inf
    return images


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (
            (tiny_gan.images() * 127).astype("int32"),
            TypeError,
            "must be uint8, or floating-point numbers in .* got int32",
        ),
        (tiny_gan.images() * 2, ValueError, r"ends in tanh, so images must be in \[-1, 1\]; got -1.9\d* to 1.9"),
        (tiny_gan.images()[..., 0], ValueError, r"got \(40, 4, 4\); add the channel"),
        (tiny_gan.images(shape=(4, 4, 3)), ValueError, r"shape \(n, 4, 4, 1\); got \(40, 4, 4, 3\)"),
        (tiny_gan.images(0), ValueError, "the array is empty"),
        (np.full((3, 4, 4, 1), np.nan), ValueError, "images must be finite; 3 of 3 hold"),
        (with_nan(), ValueError, r"images must be finite; 2 of 40 hold a nan or an infinity, first images\[7\]"),
        (np.ones((3, 4, 4, 1), bool), TypeError, r"got bool: give 255 \* images.astype\('uint8'\)"),
        (np.ones((3, 4, 4, 1), "uint16"), TypeError, r"got uint16: .*datasets\.as_images\(images\)\[0\]"),
        (np.ones((3, 4, 4, 1), "int64"), TypeError, r"got int64: give images\.astype\('uint8'\)"),
        (tiny_gan.images(shape=(1, 4, 4)), ValueError, r"channels come last here: np\.moveaxis\(images, 1, -1\)"),
        (tiny_gan.images(shape=(4, 4, 2)), ValueError, r"may be transparency: leave it out, images\[\.\.\., :-1\]"),
        (tiny_gan.images(shape=(16,)), ValueError, r"reshape them: images\.reshape\(-1, 4, 4, 1\)"),
        (tiny_gan.images()[0], ValueError, r"one image is images\[None\]"),
        (tiny_gan.images(shape=(4, 4, 3)), ValueError, r"for grey images give images\.mean\(axis=-1"),
        ([np.zeros((4, 4, 1)), np.zeros((5, 4, 1))], ValueError, "images must be one array, .* these differ"),
        (tf.data.Dataset.from_tensor_slices(tiny_gan.images()), TypeError, "must be one array.*Collect what it yields"),
        ((image for image in tiny_gan.images()), TypeError, r"got a generator\. Collect what it yields"),
    ],
)
def test_images_that_cannot_be_are_refused(images, error, message):
    trained = tiny_gan.begin()
    with pytest.raises(error, match=message):
        trained.fit(images, steps=1)
    assert trained.step == 0


def test_images_that_look_like_another_range_are_warned_of():
    with pytest.warns(UserWarning, match=r"ends in tanh, and the images lie in \[0.*they are all too light"):
        data_checks.check_images(tiny_gan.images(low=0.0), tiny_gan.generator())


def test_bytes_of_0_and_1_are_warned_of_and_trained_on():
    bits = np.random.default_rng(0).integers(0, 2, (40, 4, 4, 1), "uint8")
    with pytest.warns(UserWarning, match=r"uint8 from 0 to 1, of 255: all of them are nearly black.*images \* 255"):
        data_checks.check_images(bits, tiny_gan.generator())


def test_floats_that_were_divided_by_255_twice_are_warned_of():
    unit = tiny_gan.images(low=0.0)
    with pytest.warns(UserWarning, match=r"lie in \[.*e-0.*, 0\.0039.*at most one of 255 levels.*divided by 255 twice"):
        data_checks.check_images(unit / 255, tiny_gan.generator(activation="sigmoid"))
    data_checks.check_images(unit / 200, tiny_gan.generator(activation="sigmoid"))


def read_only(images):
    images = images.copy()
    images.flags.writeable = False
    return images


VALID = {
    "float64": lambda images: images.astype("float64"),
    "read-only": read_only,
    "not contiguous": lambda images: np.repeat(images, 2, axis=2)[:, :, ::2],
    "Fortran's order": np.asfortranarray,
    "a tensor": tf.convert_to_tensor,
    "a list of images": list,
}


@pytest.mark.parametrize("kind", VALID)
def test_images_of_these_kinds_are_the_same_training(kind):
    expected = tiny_gan.fit(one := tiny_gan.begin(), 2)
    assert tiny_gan.fit(other := tiny_gan.begin(), 2, VALID[kind](tiny_gan.images())) == expected
    assert tiny_gan.same(tiny_gan.state(one), other)


@pytest.mark.parametrize("layout", ["a file", "not contiguous", "read-only"])
def test_large_arrays_are_not_copied(tmp_path, layout):
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), "uint8")
    if layout == "a file":
        np.save(tmp_path / "images.npy", images)
        given = np.load(tmp_path / "images.npy", mmap_mode="r")
    else:
        given = {**VALID}[layout](images)
    assert np.shares_memory(data_checks.check_images(given, tiny_gan.generator()), given)
    floats = VALID["not contiguous"](tiny_gan.images())
    assert np.shares_memory(data_checks.check_images(floats, tiny_gan.generator()), floats)
    assert data_checks.check_images(tiny_gan.images().astype("float16"), tiny_gan.generator()).dtype == np.float32


def test_a_rounding_error_beyond_the_range_is_no_other_range():
    data_checks.check_images(tiny_gan.images() * 1.00001, tiny_gan.generator())


@pytest.mark.parametrize(("count", "batch_size"), [(1, 1), (1, 8), (3, 8), (40, 1)])
def test_few_images_and_batches_of_one_train(count, batch_size):
    trained = tiny_gan.begin()
    trained.fit(tiny_gan.images(count), steps=2, batch_size=batch_size)
    assert trained.step == 2 and np.isfinite(trained.generate(2)).all()


def test_after_a_sigmoid_images_are_from_0_to_1():
    trained = GAN(tiny_gan.generator(activation="sigmoid"), tiny_gan.discriminator())
    trained.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    with pytest.raises(ValueError, match=r"ends in a sigmoid, so images must be in \[0, 1\]; got -"):
        trained.fit(tiny_gan.images(), steps=1)
    tiny_gan.fit(trained, 1, tiny_gan.images(low=0.0))


def ending_in(*last):
    z = x = keras.Input((3,))
    for layer in (layers.Dense(16), *last):
        x = layer(x)
    return keras.Model(z, x)


def nested(*last):
    return keras.Sequential([keras.Input((16,)), *last])


@pytest.mark.parametrize(
    ("generator", "bounds"),
    [
        (ending_in(layers.Activation("tanh"), layers.Reshape((4, 4, 1))), (-1, 1)),
        (ending_in(layers.Reshape((4, 4, 1)), layers.Activation("sigmoid")), (0, 1)),
        (ending_in(layers.Dense(4, activation="tanh"), layers.Dense(4)), None),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(2.0)), None),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(0.5, -0.5)), (-1, 1)),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(0.5, 0.51)), None),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(0.5, 0.5)), None),  # [0, 1]
        (ending_in(layers.Activation("tanh"), layers.Rescaling(-1.0)), (-1, 1)),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(2.0), layers.Rescaling(0.5)), (-1, 1)),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(0.5, 0.5), layers.Rescaling(2.0)), None),
        (ending_in(layers.Activation("tanh"), layers.Rescaling([0.5] * 16)), None),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(0.5), layers.Dense(4)), None),
        (ending_in(layers.Rescaling(9.0), layers.Activation("tanh")), (-1, 1)),
        (ending_in(layers.Activation("sigmoid"), layers.Rescaling(0.5, 0.5), layers.Reshape((4, 4, 1))), (0, 1)),
        (ending_in(layers.Activation("sigmoid"), layers.Rescaling(2.0, -1.0)), None),
        (ending_in(layers.Rescaling(0.5)), None),
        (ending_in(nested(layers.Activation("tanh"), layers.Rescaling(0.5))), (-1, 1)),
        (ending_in(nested(layers.Activation("tanh")), layers.Rescaling(0.5)), None),  # not looked through
        (few.build_generator((16, 16, 1), levels=(3, 40)), (-1, 1)),
        (mlp.build_temkeng_generator((8, 8, 1)), (-1, 1)),
        (dcgan.build_generator((8, 8, 1)), (-1, 1)),
        (conditional.build_mirza_generator((8, 8, 1), 5), (-1, 1)),
        (panic.build_generator((16, 16, 1)), (0, 1)),
        (mlp.build_point_generator(), None),
    ],
)
def test_the_range_follows_from_the_last_activation_also_before_a_reshape(generator, bounds):
    assert checks.image_range(generator) == bounds


def test_bytes_need_a_range():
    x = keras.Input((4,))
    trained = GAN(ending_in(layers.Dense(4)), keras.Model(x, layers.Dense(1)(x)))
    with pytest.raises(TypeError, match="images must be floating-point numbers; got uint8"):
        trained.fit(np.zeros((4, 4), "uint8"), steps=1)


def test_attributes_are_vectors_of_the_generators_size():
    sizes = {"image_shape": (8, 8, 1), "num_attributes": 2}
    networks = conditional.build_attribute_generator(**sizes), conditional.build_attribute_discriminator(**sizes)
    trained = ConditionalGAN(*networks)
    with pytest.raises(ValueError, match=r"class_labels must have shape \(3, 2\), one for each image; got \(3, 4\)"):
        trained.fit(np.zeros((3, 8, 8, 1), "uint8"), np.zeros((3, 4)), steps=1)


def test_an_end_has_to_be_said():
    with pytest.raises(ValueError, match="say how long to train"):
        tiny_gan.begin().fit(tiny_gan.images())


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "60", True])
def test_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds must be a number above 0"):
        tiny_gan.begin().fit(tiny_gan.images(), seconds=seconds)


def test_arguments_of_keras_fit_are_named():
    with pytest.raises(TypeError, match=r"fit takes steps, seconds, .* and not epochs"):
        tiny_gan.begin().fit(tiny_gan.images(), steps=1, epochs=3)


def test_networks_without_known_shapes_are_refused():
    with pytest.raises(ValueError, match=r"begin a Sequential model with keras\.Input"):
        GAN(keras.Sequential([layers.Dense(16)], name="vague"), tiny_gan.discriminator())


def test_a_loss_for_each_image_is_refused():
    loss = losses.Pair(lambda real, fake: fake - real, losses.non_saturating)
    with pytest.raises(ValueError, match="a loss must be one number, the mean over the batch"):
        tiny_gan.fit(tiny_gan.gan(compiled={"loss": loss}), 1)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 1)])
def test_grey_images_for_a_generator_in_colour_are_refused_with_two_cures(shape):
    grey = np.zeros((9, *shape), "uint8")
    with pytest.raises(
        ValueError, match=r"build for 1 channel, image_shape=\(4, 4, 1\), or give each three times: np\."
    ):
        data_checks.check_images(grey, tiny_gan.generator((4, 4, 3)))
    colour = np.repeat(grey.reshape(*grey.shape[:3], 1), 3, axis=-1)
    assert data_checks.check_images(colour, tiny_gan.generator((4, 4, 3))).shape == (9, 4, 4, 3)
