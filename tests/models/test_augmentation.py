"""Random changes of images: shapes, ranges, seeds, gradients; and that a discriminator sees each image changed anew."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan.models import augmentation, dcgan
from seminar_gan.models.augmentation import CHANGES
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gan import GAN

every = pytest.mark.parametrize("name", CHANGES)


def images(count=200, shape=(16, 12, 3)):
    return np.random.default_rng(0).uniform(0, 1, (count, *shape)).astype("float32")


def ramps(count=300, size=16):
    """Images whose value is 100 row + column: each pixel says where it came from."""
    rows, columns = np.indices((size, size))
    return np.tile((100.0 * rows + columns)[None, :, :, None], (count, 1, 1, 1)).astype("float32")


def test_panics_brightness_changes_the_mean_level_and_its_contrast_does_not():
    same = np.repeat(0.2 + 0.6 * images(1), 400, axis=0)  # far enough from 0 and 1: nothing is clipped
    levels = {}
    for name, sizes in {"brightness": (0.1, 0.0), "contrast": (0.0, 0.1)}.items():
        changed = augmentation.build_data_augmentation(*sizes, seed=0)(same, training=True)
        assert np.abs(changed - same).max() > 0.02
        levels[name] = np.asarray(changed).mean(axis=(1, 2, 3)).std()
    assert levels["brightness"] == pytest.approx(0.1 / 3**0.5, rel=0.1)  # uniform from -0.1 to 0.1
    assert levels["contrast"] < 1e-5


# The functions


@every
def test_the_seed_decides_and_each_image_has_a_draw_of_its_own(name):
    same = np.repeat(images(1), 50, axis=0)
    once, again, other = (CHANGES[name](same, seed).numpy() for seed in (1, 1, 2))
    assert once.shape == same.shape and once.dtype == np.float32
    np.testing.assert_array_equal(once, again)
    assert np.abs(once - other).max() > 0.01
    assert len({image.tobytes() for image in once}) > (1 if name == "mirror" else 10)  # there is one mirror image
    generator = keras.random.SeedGenerator(1)
    first, second = CHANGES[name](same, generator).numpy(), CHANGES[name](same, generator).numpy()
    assert np.abs(first - second).max() > 0.01


@every
def test_gradients_flow_back_to_every_image(name):
    x = tf.constant(images(20))
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(CHANGES[name](x, 3) * images(20) ** 2)
    gradient = tape.gradient(total, x).numpy()
    assert np.isfinite(gradient).all() and (np.abs(gradient).reshape(20, -1).max(axis=1) > 0).all()


@every
def test_changes_work_in_a_graph_of_any_batch_size_and_in_half_precision(name):
    graph = tf.function(lambda x: CHANGES[name](x, 3), input_signature=[tf.TensorSpec((None, 16, 12, 3))])
    np.testing.assert_allclose(graph(images(5)), CHANGES[name](images(5), 3), atol=1e-6)
    assert CHANGES[name](tf.cast(images(5), "bfloat16"), 3).dtype == tf.bfloat16


def test_brightness():
    change = augmentation.brighten(images(), 5, limit=0.25).numpy() - images()
    assert np.ptp(change.reshape(200, -1), axis=1).max() < 1e-6
    shifts = change[:, 0, 0, 0]
    assert -0.25 <= shifts.min() < -0.23 and 0.23 < shifts.max() <= 0.25 and abs(shifts.mean()) < 0.03


def test_contrast():
    change = augmentation.contrast(images(), 5).numpy()
    np.testing.assert_allclose(change.mean(axis=(1, 2, 3)), images().mean(axis=(1, 2, 3)), atol=1e-5)
    factors = change.std(axis=(1, 2, 3)) / images().std(axis=(1, 2, 3))
    assert 0.5 <= factors.min() < 0.53 and 1.47 < factors.max() <= 1.501 and abs(factors.mean() - 1) < 0.05


def test_half_of_the_images_are_mirrored_left_to_right():
    mirrored = augmentation.mirror(images(), 5).numpy()
    is_mirrored = np.array([not np.array_equal(*pair) for pair in zip(mirrored, images(), strict=True)])
    np.testing.assert_array_equal(mirrored, np.where(is_mirrored[:, None, None, None], images()[:, :, ::-1], images()))
    assert 0.4 < is_mirrored.mean() < 0.6


def test_the_gradient_of_a_mirrored_image_is_mirrored():
    x, weights = tf.constant(images(20)), images(20) ** 2
    with tf.GradientTape() as tape:
        tape.watch(x)
        mirrored = augmentation.mirror(x, 3)
        total = tf.reduce_sum(mirrored * weights)
    is_mirrored = np.abs(mirrored - x).max(axis=(1, 2, 3), keepdims=True) > 0
    expected = np.where(is_mirrored, weights[:, :, ::-1], weights)
    np.testing.assert_array_equal(tape.gradient(total, x), expected)


def test_translation_moves_whole_pixels_and_repeats_the_edge():
    moved = augmentation.translate(ramps(), 5).numpy()[..., 0]
    shifts = set()
    for image in moved:
        down, right = int(image[8, 8] // 100) - 8, int(image[8, 8] % 100) - 8
        rows, columns = (np.clip(np.arange(16) + shift, 0, 15) for shift in (down, right))
        np.testing.assert_array_equal(image, 100 * rows[:, None] + columns)
        shifts.add((down, right))
    assert shifts == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}  # an eighth of 16


def test_cutting_out_fills_half_of_each_side_with_the_mean():
    cut = augmentation.cut_out(images(), 5).numpy()
    changed = cut != images()
    for before, after, where in zip(images(), cut, changed[..., 0], strict=True):
        rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
        assert where[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        np.testing.assert_allclose(after[where], before.mean(), atol=1e-5)
        assert 4 <= len(rows) <= 8 and 3 <= len(columns) <= 6  # half of 16 and of 12, or less at the edge
    assert 0.17 < changed.mean() < 0.21  # 7/16 of each side, as the rest is outside: 0.191


def test_the_centre_of_the_cut_out_lies_anywhere():
    before = images(4000, (16, 12, 1))
    cut = augmentation.cut_out(before, 5).numpy() != before
    rows = cut.any(axis=(2, 3)).mean(axis=0)  # row i is cut if the centre, uniform from 0 to 16, is within 4 of i + 1/2
    expected = [(min(i + 4.5, 16) - max(i - 3.5, 0)) / 16 for i in range(16)]
    np.testing.assert_allclose(rows, expected, atol=0.025)


# A discriminator that sees changed images


def test_it_sees_the_images_themselves_outside_of_training():
    plain = tiny_gan.discriminator((16, 12, 3), dropout=0)
    augmented = augmentation.with_augmentation(plain)
    np.testing.assert_allclose(augmented(images()), plain(images()), atol=1e-6)
    assert np.abs(augmented(images(), training=True) - plain(images())).max() > 0.1
    assert augmented.name == "augmented_discriminator" and augmented.inputs[0].name == "images"
    assert all(a is b for a, b in zip(augmented.trainable_weights, plain.trainable_weights, strict=True))


def test_the_changes_are_those_that_are_named_in_their_order():
    layer = augmentation.RandomChanges(["translate", "brighten"], (-1, 1), seed=4)
    generator = keras.random.SeedGenerator(4)
    by_hand = augmentation.brighten(augmentation.translate(images(), generator), generator, limit=0.5)
    np.testing.assert_allclose(layer(images(), training=True), by_hand, atol=1e-6)
    with pytest.raises(
        ValueError, match="changes must be among brighten, contrast, mirror, translate, cut_out; got 'rotate'"
    ):
        augmentation.with_augmentation(tiny_gan.discriminator(), changes=["rotate"])


class GreyGAN(GAN):
    """Its fake images are all 0.5."""

    def make_fake(self, z, real):
        return (0 * self.generator(z, training=True) + 0.5,)


def test_real_and_fake_images_are_changed_by_draws_of_their_own(monkeypatch):
    brighten, seen = augmentation.brighten, []

    def record(images, seed, limit):
        seen.append(brighten(images, seed, limit))
        return seen[-1]

    monkeypatch.setattr(augmentation, "brighten", record)
    keras.utils.set_random_seed(0)
    plain = tiny_gan.discriminator(dropout=0)
    gan = GreyGAN(tiny_gan.generator(), augmentation.with_augmentation(plain, ["brighten"], (-1, 1)))
    gan.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1), run_eagerly=True)
    gan.fit(np.full((8, 4, 4, 1), -0.5, "float32"), steps=2, batch_size=8)
    shifts = np.array([changed.numpy()[:, 0, 0, 0] for changed in seen])  # real, fake, fake again for G, and so on
    assert shifts.shape == (6, 8)
    shifts[0::3] += 0.5
    shifts[[1, 2, 4, 5]] -= 0.5
    assert np.abs(shifts).max() <= 0.5 and len(np.unique(shifts.round(5))) == 48


def augmented(generator, discriminator, **options):
    kind = ConditionalGAN if len(generator.inputs) == 2 else GAN
    return kind(generator, augmentation.with_augmentation(discriminator, value_range=(-1, 1)), **options)


@pytest.mark.long
def test_the_generator_learns_through_the_changes():
    gan = tiny_gan.gan(augmented)
    before = gan.generator.get_weights()
    gan.fit(tiny_gan.images(), steps=1, batch_size=8)
    layers = zip(gan.generator.weights, before, gan.generator.get_weights(), strict=True)
    assert not [weight.path for weight, old, new in layers if np.array_equal(old, new)]


@pytest.mark.long
def test_a_stopped_training_ends_where_it_would_have_ended(tmp_path):
    data = tiny_gan.images(), tiny_gan.labels()
    assert tiny_gan.resumes(lambda: tiny_gan.begin(kind=augmented, conditional=True), data, tmp_path)


@pytest.mark.long
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    assert tiny_gan.same(*tiny_gan.saved_and_loaded(lambda: tiny_gan.gan(augmented), tmp_path))


# Augmentation of the data


def test_data_augmentation_mirrors_brightens_and_changes_contrast():
    picture = np.tile(np.linspace(0.4, 0.6, 16, dtype="float32")[None, None, :, None], (400, 16, 1, 1))
    build = augmentation.build_data_augmentation
    changed = build()(picture).numpy()
    mirrored = changed[:, 0, 0, 0] > changed[:, 0, -1, 0]
    shifts = changed.mean(axis=(1, 2, 3)) - 0.5
    factors = np.abs(changed[:, 0, 0, 0] - changed[:, 0, -1, 0]) / 0.2
    assert 0.4 < mirrored.mean() < 0.6
    assert -0.1001 <= shifts.min() < -0.09 and 0.09 < shifts.max() <= 0.1001
    assert 0.899 <= factors.min() < 0.91 and 1.09 < factors.max() <= 1.101
    correlations = np.corrcoef([mirrored, shifts, factors]) - np.eye(3)
    assert np.abs(correlations).max() < 0.2  # three draws, not one
    network = build()
    np.testing.assert_array_equal(changed, network(picture))
    assert np.abs(changed - network(picture)).max() > 0.05 and np.abs(changed - build(seed=10)(picture)).max() > 0.05
    np.testing.assert_array_equal(build()(picture, training=False), picture)


def test_data_augmentation_never_turns_an_image_upside_down():
    rows = np.tile(np.linspace(0.4, 0.6, 16, dtype="float32")[None, :, None, None], (50, 1, 16, 1))
    changed = augmentation.build_data_augmentation()(rows).numpy()
    assert (np.diff(changed, axis=1) > 0).all()


def test_augmented_data_stays_in_the_range():
    changed = augmentation.build_data_augmentation(brightness=0.5, contrast=0.5)(images()).numpy()
    assert changed.shape == images().shape and (changed.min(), changed.max()) == (0, 1)


def test_it_works_in_float16():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        augmented = augmentation.with_augmentation(dcgan.build_discriminator((8, 8, 1)))
        assert np.isfinite(augmented(np.zeros((2, 8, 8, 1), "float32"), training=True)).all()
    finally:
        keras.config.set_dtype_policy("float32")
