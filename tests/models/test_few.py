"""The pair for few images: parameters, every size, grey levels there and back, and how levels are measured."""

import numpy as np
import pytest
import tiny_gan
from networks import every, inputs, rows, slopes, small

from seminar_gan import comparisons, datasets, ranges
from seminar_gan.models import few
from seminar_gan.training.fit.checks import image_range

BUILDERS = [few.build_generator, few.build_discriminator]


def noise_images(*shape, low=0, high=255, seed=0):
    return np.random.default_rng(seed).integers(low, high + 1, shape).astype("uint8")


# Networks


def test_parameters_of_each_layer():
    def counted(model):
        return {layer.name: layer.count_params() for layer in model.layers if layer.weights}

    convolutions = {"conv_1": 9 * 64 * 64, "conv_2": 9 * 64 * 48, "conv_3": 9 * 48 * 32, "tanh": 9 * 32 + 1}
    norms = {"norm_0": 4 * 64, "norm_1": 4 * 64, "norm_2": 4 * 48, "norm_3": 4 * 32}
    gate = {"gate_1": 64 * 32 + 32, "gate_2": 32 * 32 + 32}
    assert counted(few.build_generator()) == {"dense": 64 * 16 * 64} | convolutions | norms | gate
    assert counted(few.build_discriminator()) == {
        "conv_2": 16 * 48 + 48,
        "conv_1": 16 * 48 * 64 + 64,
        "conv_0": 16 * 64 * 64 + 64,
        "logits": 16 * 64 + 1,
    }


@pytest.mark.parametrize(
    ("side", "generator", "discriminator"), [(28, 148_129, 116_657), (64, 152_657, 141_009), (100, 153_769, 148_961)]
)
def test_larger_images_have_hardly_larger_networks(side, generator, discriminator):
    assert few.build_generator((side, side, 1)).count_params() == generator
    assert few.build_discriminator((side, side, 1)).count_params() == discriminator


def test_shapes_at_the_line_ends():
    shapes = {layer.name: layer.output.shape[1:] for layer in few.build_generator((25, 25, 1)).layers}
    assert [shapes[name] for name in ("grid", "leaky_1", "crop_2", "leaky_2", "crop_3", "gated", "images")] == [
        (4, 4, 64),
        (7, 7, 64),
        (13, 13, 64),
        (13, 13, 48),
        (25, 25, 48),
        (25, 25, 32),
        (25, 25, 1),
    ]
    shapes = {layer.name: layer.output.shape[1:] for layer in few.build_discriminator((25, 25, 1)).layers}
    assert [shapes[name] for name in ("levels", "leaky_2", "leaky_1", "leaky_0", "flat")] == [
        (25, 25, 1),
        (13, 13, 48),
        (7, 7, 64),
        (4, 4, 64),
        (1024,),
    ]


@every(BUILDERS)
def test_slopes(build):
    assert slopes(small(build)) == {0.2}


@pytest.mark.parametrize("shape", [(16, 16, 1), (17, 40, 3), (25, 25, 1), (63, 64, 4), (16, 512, 3)])
def test_every_size_has_a_pair(shape):
    generator, discriminator = (tiny_gan.perturb(build(shape, levels=(20, 90))) for build in BUILDERS)
    images = generator(inputs(generator, 2)).numpy()
    assert images.shape == (2, *shape) and images.dtype == np.float32 and images.std() > 0
    assert discriminator(images).shape == (2, 1)


@pytest.mark.parametrize("shape", [(100, 100, 1), (512, 512, 3), (512, 17, 1)])
def test_large_sizes_are_built(shape):
    generator, discriminator = (build(shape) for build in BUILDERS)
    assert generator.output_shape == discriminator.input_shape == (None, *shape)
    grid = generator.get_layer("grid").output.shape[1:3]
    assert max(grid) <= 4 and discriminator.get_layer("flat").output.shape[1] == grid[0] * grid[1] * 64


def test_the_gate_is_between_the_first_doubling_and_the_third():
    for side, has_gate in ((16, False), (17, True)):  # 16 is 4 doubled twice
        names = [layer.name for layer in few.build_generator((side, side, 1)).layers]
        assert ("gated" in names) == ("gate_1" in names) == has_gate
    generator = tiny_gan.perturb(few.build_generator())
    before = generator(inputs(generator)).numpy()
    generator.get_layer("gate_2").bias.assign_add([-99] * 32)
    closed = generator(inputs(generator)).numpy()
    assert before.std() > 0.1 and np.ptp(closed) < 1e-6  # nothing goes on to the image but the last bias
    np.testing.assert_allclose(closed, np.tanh(generator.get_layer("tanh").bias.numpy().item()), atol=1e-6)


@every(BUILDERS)
def test_other_sides_are_rejected(build):
    for side in (15, 513):
        for name, shape in (("height", (side, 28, 1)), ("width", (28, side, 1))):
            with pytest.raises(ValueError, match=rf"image {name} {side} does not work: .* 16 to 512 pixels"):
                build(shape)


# Levels


@every(BUILDERS)
@pytest.mark.parametrize(
    "levels",
    [(-1, 200), (0, 256), (9, 9), (9, 8), (1, 2, 3), (0,), 255, None, "09", ("0", "9"), (0, np.nan), (0, True)],
)
def test_other_levels_are_rejected(build, levels):
    with pytest.raises(ValueError, match=r"^levels must be two grey levels from 0 to 255, the darker one first; got "):
        build(levels=levels)


@pytest.mark.parametrize("levels", [(0, 1), (0, 100), (37, 38), (13, 255), [3, 250], (np.int64(4), np.uint8(200))])
def test_images_reach_the_levels_and_no_more(levels):
    generator = tiny_gan.perturb(few.build_generator((16, 16, 1), levels=levels))
    assert image_range(generator) == (-1, 1)
    for end, level in zip((-999, 999), levels, strict=True):
        generator.get_layer("tanh").bias.assign([end])
        images = generator(inputs(generator)).numpy()
        np.testing.assert_array_equal(ranges.symmetric_to_uint8(images), np.full(images.shape, level))
    generator.get_layer("tanh").bias.assign([0])
    images = ranges.symmetric_to_uint8(generator(inputs(generator)).numpy())
    assert levels[0] <= images.min() and images.max() <= levels[1]


def test_no_rounding_leads_out_of_the_range():
    highs = [1, 2, 50, 126, 127, 128, 129, 200, 254, 255]
    levels = np.array([(low, high) for high in highs for low in range(high)])
    scale, offset = np.array([few.scaling((int(low), int(high))) for low, high in levels], "float32").T
    ends = np.stack([offset - scale, offset + scale], axis=1)
    assert ends.min() == -1 and ends.max() == 1
    np.testing.assert_array_equal(ranges.symmetric_to_uint8(ends), levels)


def test_the_discriminator_sees_dark_images_as_another_sees_images_of_the_whole_range():
    dark, whole = (few.build_discriminator((17, 20, 3), levels) for levels in ((20, 71), (0, 255)))
    tiny_gan.perturb(dark)
    whole.set_weights(dark.get_weights())
    images = noise_images(5, 17, 20, 3, low=20, high=71)
    stretched = 5 * (images - 20)
    np.testing.assert_allclose(dark(ranges.to_symmetric(images)), whole(ranges.to_symmetric(stretched)), atol=1e-3)
    assert whole(ranges.to_symmetric(stretched)).numpy().std() > 0.1


def test_the_discriminator_undoes_what_the_generator_does():
    generator, discriminator = (build((16, 16, 1), levels=(3, 40)) for build in BUILDERS)
    images = np.linspace(-1, 1, 256, dtype="float32").reshape(1, 16, 16, 1)
    there = generator.get_layer("images")(images)
    np.testing.assert_allclose(discriminator.get_layer("levels")(there), images, atol=1e-5)


def test_levels_change_no_layer():
    assert rows(few.build_generator()) == rows(few.build_generator(levels=(0, 30)))
    assert rows(few.build_discriminator()) == rows(few.build_discriminator(levels=(0, 30)))


# Measured levels


def test_levels_of_dark_images():
    images = noise_images(40, 16, 16, 1, low=7, high=60)
    assert few.measure_levels(images) == (7, 60)
    assert few.measure_levels(images) == tuple(map(int, few.measure_levels(images)))


@pytest.mark.parametrize("count", [42, 28, 21])
def test_one_hot_pixel_in_one_image_does_not_count(count):
    images = noise_images(count, 16, 16, 1, low=7, high=60)
    images[0, 0, 0], images[1, 0, 0] = 255, 0
    assert few.measure_levels(images) == (7, 60)


def test_a_thin_line_in_each_image_counts():
    images = np.full((50, 64, 64, 3), 250, "uint8")
    for n, image in enumerate(images):
        image[n, 5:60] = 12
    assert few.measure_levels(images) == (12, 250)


def test_flat_images_have_levels_that_are_apart():
    for grey, levels in ((0, (0, 13)), (100, (100, 113)), (250, (242, 255)), (255, (242, 255))):
        images = np.full((3, 16, 16, 1), grey, "uint8")
        assert few.measure_levels(images) == levels
        few.build_generator((16, 16, 1), levels=levels)
        assert levels[0] <= grey <= levels[1]


def test_one_image_is_enough():
    assert few.measure_levels(np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)) == (0, 255)


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (np.zeros((3, 16, 16, 1), "float32"), TypeError, "measure_levels takes uint8 images, .* dtype float32"),
        (np.zeros((3, 16, 16, 1), bool), TypeError, "dtype bool"),
        (np.zeros((0, 16, 16, 1), "uint8"), ValueError, r"got shape \(0, 16, 16, 1\)"),
        (np.zeros((16, 16), "uint8"), ValueError, r"images \(n, height, width, channels\); got shape \(16, 16\)"),
    ],
)
def test_other_images_have_no_levels(images, error, message):
    with pytest.raises(error, match=message):
        few.measure_levels(images)


# Whether images have a left and a right


def spots(count, columns, seed=0):
    """Images with a bright spot of 4 x 4 pixels in one of the columns."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 20, (count, 24, 24, 1)).astype("uint8")
    for image, row, column in zip(images, random.integers(2, 18, count), random.choice(columns, count), strict=True):
        image[row : row + 4, column : column + 4] = 200
    return images


def test_images_that_are_as_often_left_as_right_are_mirrored():
    mirrored = [few.measure_changes(spots(60, [3, 17], seed)) for seed in range(20)]
    assert mirrored.count(("mirror", "translate")) >= 19  # the test is wrong once in a hundred


def test_images_that_have_a_left_are_not():
    assert few.measure_changes(spots(60, [3, 5])) == ("translate",)
    assert few.measure_changes(spots(8, [3])) == ("translate",)


def test_a_whole_set_and_its_mirror_images_together_are_symmetric():
    images = spots(40, [3])
    assert few.measure_changes(np.concatenate([images, images[:, :, ::-1]])) == ("mirror", "translate")


def test_the_test_for_left_and_right_agrees_with_that_of_comparisons():
    """Of images of two pixels there is one difference each: the sign-flip test of numbers."""
    images = np.zeros((9, 1, 2, 1), "uint8")
    images[:, 0, 1, 0] = [9, 8, 7, 6, 5, 4, 3, 2, 0]
    images[8, 0, 0, 0] = 1
    assert comparisons.sign_flip_test(np.diff(images[:, 0, :, 0].astype(float))[:, 0]) < 0.01
    assert few.measure_changes(images) == ("translate",)
    assert few.measure_changes(images[:5]) == ("mirror", "translate")  # five cannot say it: p is 1 / 16 at least


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_images_say_nothing(count):
    assert few.measure_changes(spots(count, [3])) == ("mirror", "translate")


def test_many_large_images_are_looked_at_in_little_memory():
    images = np.zeros((400, 256, 256, 3), "uint8")
    images[:, :, :40] = 9
    assert few.measure_changes(images) == ("translate",)


def test_the_cells_have_no_left_and_no_right():
    images = datasets.load_image_folder(datasets.cells_folder(), 28, channels=1).images
    assert few.measure_changes(images) == ("mirror", "translate")


def test_floats_are_refused():
    with pytest.raises(TypeError, match="measure_changes takes uint8"):
        few.measure_changes(np.zeros((3, 16, 16, 1)))
    with pytest.raises(ValueError, match="got shape"):
        few.measure_changes(np.zeros((0, 16, 16, 1), "uint8"))
