"""What is rejected before the first step."""

import keras
import numpy as np
import pytest
import tiny_gan
from keras import layers

from seminar_gan import losses
from seminar_gan.models import conditional, dcgan, mlp, panic
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit import checks
from seminar_gan.training.fit.decay import LinearDecay
from seminar_gan.training.gan import GAN


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
        (np.full((3, 4, 4, 1), np.nan), ValueError, "images must be finite"),
    ],
)
def test_images_that_cannot_be_are_refused(images, error, message):
    trained = tiny_gan.begin()
    with pytest.raises(error, match=message):
        trained.fit(images, steps=1)
    assert trained.step == 0


def test_images_that_look_like_another_range_are_warned_of():
    with pytest.warns(UserWarning, match=r"ends in tanh, and the images lie in \[0.*they are all too light"):
        checks.check_images(tiny_gan.images(low=0.0), tiny_gan.generator())


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


@pytest.mark.parametrize(
    ("generator", "bounds"),
    [
        (ending_in(layers.Activation("tanh"), layers.Reshape((4, 4, 1))), (-1, 1)),
        (ending_in(layers.Reshape((4, 4, 1)), layers.Activation("sigmoid")), (0, 1)),
        (ending_in(layers.Dense(4, activation="tanh"), layers.Dense(4)), None),
        (ending_in(layers.Activation("tanh"), layers.Rescaling(2.0)), None),
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


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds must be above 0"):
        tiny_gan.begin().fit(tiny_gan.images(), seconds=seconds)


def test_optimizers_have_to_be_two_and_unused():
    def compile(trained, d_optimizer, g_optimizer):
        trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)

    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="d_optimizer and g_optimizer must be two objects"):
        compile(tiny_gan.gan(), adam, adam)
    used = tiny_gan.gan()
    with pytest.raises(ValueError, match="g_optimizer has been used by another model"):
        compile(tiny_gan.gan(), adam, used.g_optimizer)
    compile(used, used.d_optimizer, used.g_optimizer)  # its own may stay


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([keras.callbacks.BackupAndRestore("state")], r"use fit\(..., checkpoints=folder\) instead"),
        ([keras.callbacks.EarlyStopping(restore_best_weights=True)], "would set back the networks and not their optim"),
        ([LinearDecay(), keras.callbacks.LearningRateScheduler(float)], "give no other callback that sets them"),
    ],
)
def test_callbacks_that_would_do_half_of_their_work_are_refused(callbacks, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan.begin().fit(tiny_gan.images(), steps=1, callbacks=callbacks)


def test_an_optimizer_that_averages_by_itself_is_refused():
    d_optimizer, g_optimizer = keras.optimizers.Adam(use_ema=True), keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"d_optimizer has use_ema=True.*average by GAN\(..., ema=0.995\)"):
        tiny_gan.gan().compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)


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
