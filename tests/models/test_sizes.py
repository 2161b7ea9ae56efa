"""The checks of the sizes that builders take: what passes, and what an error says."""

import inspect
import math
import pickle
import re

import keras
import numpy as np
import pytest
from networks import SMALL, inputs, small

from seminar_gan.models import augmentation, mlp, sizes


def test_positive_whole_numbers_pass():
    sizes.check_sizes(image_shape=(28, 28, 1), hidden_sizes=[128, 64], code_size=32)


@pytest.mark.parametrize("wrong", [(28, 28), 784, (28, 28, 1, 1), "28", None])
def test_an_image_shape_has_three_numbers(wrong):
    message = f"image_shape must be (height, width, channels); got {wrong!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        sizes.check_sizes(image_shape=wrong)


@pytest.mark.parametrize("wrong", [(28, 28, 0), (28.0, 28, 1), (28, -4, 1), (28, None, 1), (28, 28, True)])
def test_an_image_shape_is_of_positive_whole_numbers(wrong):
    message = f"image_shape must be a tuple or list of positive whole numbers (int); got {wrong!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        sizes.check_sizes(image_shape=wrong)


@pytest.mark.parametrize("first", [1, 3, 4])
def test_an_image_shape_with_its_channels_first_is_said_how_to_turn(first):
    message = f"give (32, 28, {first}), and np.moveaxis(images, 1, -1) for the images"
    with pytest.raises(ValueError, match=re.escape(message)):
        mlp.build_temkeng_generator((first, 32, 28))


@pytest.mark.parametrize("wrong", [0, -1, 2.0, "8", None, True, (8, 8), [], np.int64(8)])
def test_a_size_is_a_positive_whole_number(wrong):
    message = f"code_size must be a positive whole number (int); got {wrong!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        sizes.check_sizes(latent_dim=3, code_size=wrong)


@pytest.mark.parametrize("wrong", [128, (), (128, 0), (128, 64.0), ((128,), 64), None])
def test_several_sizes_are_a_tuple_or_list(wrong):
    message = f"hidden_sizes must be a tuple or list of positive whole numbers (int); got {wrong!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        sizes.check_sizes(hidden_sizes=wrong)


def suggestions(error):
    return [int(digits) for digits in re.findall(r"\d+", str(error.value).split(" images to ")[1])]


def test_pooling_returns_the_sides_8_k_minus_4():
    for side in range(1, 61):
        returned = 2 * (
            4 * math.ceil(side / 8) - 2
        )  # three poolings, three upsamplings, one convolution without padding
        if returned == side:
            sizes.check_survives_pooling(side, 28)
            continue
        for name, height_and_width in (("height", (side, 28)), ("width", (28, side))):
            with pytest.raises(ValueError, match=f"image {name} {side} does not work") as error:
                sizes.check_survives_pooling(*height_and_width)
            working = [4, 12, 20, 28, 36, 44, 52, 60]
            below, above = [w for w in working if w < side], [w for w in [*working, 68] if w > side]
            assert suggestions(error) == [*below[-1:], *above[:1]]


@pytest.mark.parametrize(
    ("side", "nearest"), [(1, [4]), (2, [4]), (3, [4]), (6, [4, 8]), (27, [24, 28]), (30, [28, 32]), (101, [100, 104])]
)
def test_other_sides_than_multiples_of_4_are_rejected(side, nearest):
    for name, shape in (("height", (side, 28, 1)), ("width", (28, side, 1))):
        with pytest.raises(ValueError, match=f"image {name} {side} does not work") as error:
            sizes.check_multiples_of_4(shape)
        assert suggestions(error) == nearest
    assert sizes.check_multiples_of_4((4, 28, 3)) == (4, 28, 3)


@pytest.mark.parametrize("wrong", [-0.1, 1, 1.5, True, "0.5", None, float("nan")])
def test_dropout_is_at_least_0_and_below_1(wrong):
    with pytest.raises(ValueError, match=f"dropout must be a number of at least 0 and below 1; got {wrong!r}"):
        sizes.check_dropout(wrong)
    for rate in (0, 0.0, 0.999):
        sizes.check_dropout(rate)


def test_sides_are_between_the_bounds():
    assert sizes.check_sides((16, 128, 3), 16, 128) == (16, 128, 3)
    for shape, text in [((15, 28, 1), "height 15"), ((28, 129, 1), "width 129")]:
        with pytest.raises(ValueError, match=f"image {text} does not work: these networks are for 16 to 128 pixels"):
            sizes.check_sides(shape, 16, 128)


@pytest.mark.parametrize(
    ("image_shape", "times"),
    [
        ((4, 4, 1), 2), ((64, 64, 3), 2), ((64, 48, 3), 2), ((68, 68, 1), 2), ((72, 72, 1), 3), ((100, 100, 1), 2),
        ((128, 128, 1), 3), ((256, 256, 3), 4), ((128, 256, 3), 4), ((256, 100, 3), 2), ((512, 512, 1), 5),
    ],
)  # fmt: skip
def test_the_grid_is_doubled_twice_up_to_64_pixels_and_as_often_as_the_sides_allow_above(image_shape, times):
    assert sizes.doublings(image_shape) == times


@sizes.checked(sizes.check_sizes, sizes.check_dropout, sizes.check_channels_last)
def build_toy(image_shape, code_size=32, *, dropout=0.5):
    """Build a toy."""
    return image_shape, code_size, dropout


def test_a_checked_builder_is_called_as_the_plain_one():
    assert build_toy((2, 3, 4)) == build_toy(image_shape=(2, 3, 4)) == ((2, 3, 4), 32, 0.5)
    assert build_toy((2, 3, 4), 5, dropout=0.0) == ((2, 3, 4), 5, 0.0)
    assert str(inspect.signature(build_toy)) == "(image_shape, code_size=32, *, dropout=0.5)"
    assert (build_toy.__name__, build_toy.__doc__, build_toy.__module__) == ("build_toy", "Build a toy.", __name__)
    assert inspect.getsource(build_toy).endswith("return image_shape, code_size, dropout\n")
    assert pickle.loads(pickle.dumps(mlp.build_point_generator)) is mlp.build_point_generator


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"image_shape": (2, 3)}, ValueError, "image_shape must be (height, width, channels); got (2, 3)"),
        ({"code_size": 0}, ValueError, "code_size must be a positive whole number (int); got 0"),
        ({"dropout": 1}, ValueError, "dropout must be a number of at least 0 and below 1; got 1"),
        ({"latent_dim": 3}, TypeError, "build_toy() got an unexpected keyword argument 'latent_dim'"),
    ],
)
def test_a_checked_builder_refuses_as_the_checks_and_as_python_does(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        build_toy(**{"image_shape": (2, 3, 4)} | arguments)


def test_a_checked_builder_without_its_argument_says_what_python_says():
    with pytest.raises(TypeError, match=re.escape("build_toy() missing 1 required positional argument: 'image_shape'")):
        build_toy()


@pytest.fixture
def channels_first():
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


DENSE = ("mlp", "mirza", "simple", "deep")


@pytest.mark.parametrize("build", [build for build in SMALL if not any(
    word in f"{build.__module__} {build.__name__}" for word in DENSE
)], ids=lambda build: f"{build.__module__}.{build.__name__}")  # fmt: skip
def test_networks_with_convolutions_refuse_channels_first_and_say_what_to_write(build, channels_first):
    message = r'keras\.json.*keras\.config\.set_image_data_format\("channels_last"\)'
    with pytest.raises(ValueError, match=message):
        small(build)


def test_the_augmentation_of_data_refuses_channels_first(channels_first):
    with pytest.raises(ValueError, match="channels_last"):
        augmentation.build_data_augmentation()


def test_dense_networks_are_the_same_under_channels_first(channels_first):
    first = small(mlp.build_winkler_discriminator)
    images = inputs(first)
    keras.config.set_image_data_format("channels_last")
    last = small(mlp.build_winkler_discriminator)
    last.set_weights(first.get_weights())
    np.testing.assert_array_equal(first(images), last(images))
