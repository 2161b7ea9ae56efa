"""The training loop: what a step does, what is refused, and what saving keeps."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.training import noise
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.data import batches
from seminar_gan.training.fit.fitting import TrainingDiverged
from seminar_gan.training.gan import GAN

# Keras 3.15 saves its variables in a way that NumPy 2.4 warns of.
saving = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def scalar_gan(d_steps=1, learning_rate=0.1, **options):
    """G(z) = g z and D(x) = d x on numbers, with plain gradient descent: small enough for arithmetic by hand."""
    z, x = keras.Input((1,)), keras.Input((1,))
    make = keras.Model(z, layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(0.5))(z))
    judge = keras.Model(x, layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(0.3))(x))
    made = GAN(make, judge, d_steps=d_steps, noise=ones, **options)
    sgd = [keras.optimizers.SGD(learning_rate) for _ in "dg"]
    made.compile(d_optimizer=sgd[0], g_optimizer=sgd[1])
    return made


@keras.saving.register_keras_serializable("tests")
def ones(seed, shape):
    return tf.ones(shape)


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def test_a_step_is_algorithm_1_by_hand():
    # x = 2, z = 1. D's loss is softplus(-2 d) + softplus(g d), its slope -2 sigmoid(-2 d) + g sigmoid(g d).
    made = scalar_gan()
    history = made.fit(np.full((1, 1), 2.0), steps=1, batch_size=1, report_every=1).history
    d = 0.3 - 0.1 * (-2 * sigmoid(-0.6) + 0.5 * sigmoid(0.15))
    # G's loss is softplus(-g d) with the *updated* d, its slope -d sigmoid(-g d).
    g = 0.5 - 0.1 * (-d * sigmoid(-0.5 * d))
    assert made.discriminator.get_weights()[0].item() == pytest.approx(d, rel=1e-5)
    assert made.generator.get_weights()[0].item() == pytest.approx(g, rel=1e-5)
    assert history["d_loss"][0] == pytest.approx(math.log1p(math.exp(-0.6)) + math.log1p(math.exp(0.15)), rel=1e-5)
    assert history["g_loss"][0] == pytest.approx(math.log1p(math.exp(-0.5 * d)), rel=1e-5)
    assert history["d_real"] == [1.0] and history["d_fake"] == [1.0] and history["step"] == [1]


def test_each_discriminator_step_has_images_of_its_own():
    made = scalar_gan(d_steps=2)
    made.fit(np.array([[2.0], [3.0]]), steps=1, batch_size=1, report_every=1)
    ends = []
    for order in ([2, 3], [3, 2]):
        d = 0.3
        for x in order:
            d -= 0.1 * (-x * sigmoid(-x * d) + 0.5 * sigmoid(0.5 * d))
        ends.append(d)
    found = made.discriminator.get_weights()[0].item()
    assert min(abs(found - end) for end in ends) < 1e-6
    assert made.step == 1 and int(made.d_optimizer.iterations) == 2


def test_the_fake_images_are_made_once_a_step():
    class Counting(layers.Layer):
        def build(self, shape):
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.calls.assign_add(1)
            return x

    z, counting = keras.Input((3,)), Counting()
    image = layers.Reshape((4, 4, 1))(layers.Dense(16, activation="tanh")(counting(z)))
    made = GAN(keras.Model(z, image), tiny_gan.discriminator())
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    made.fit(tiny_gan.images(), steps=3, batch_size=8)
    assert float(counting.calls) == 3


def test_the_averaged_generator_follows_and_makes_the_samples():
    made = scalar_gan(average=0.9)
    average = 0.5
    for step in (1, 2, 3):
        made.fit(np.full((1, 1), 2.0), steps=step, batch_size=1)
        decay = min(0.9, step / (step + 10))
        average = decay * average + (1 - decay) * made.generator.get_weights()[0].item()
    assert made.averaged_generator.get_weights()[0].item() == pytest.approx(average, rel=1e-5)
    assert made.generate(4).ravel() == pytest.approx([average] * 4, rel=1e-5)


def test_the_loss_pair_is_what_compile_says():
    hinge = scalar_gan()
    hinge.compile(
        d_optimizer=keras.optimizers.SGD(0.1),
        g_optimizer=keras.optimizers.SGD(0.1),
        d_loss=lambda real, fake: ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake)),
        g_loss=lambda fake: -ops.mean(fake),
    )
    hinge.fit(np.full((1, 1), 2.0), steps=1, batch_size=1)
    d = 0.3 - 0.1 * (-2 + 0.5)
    assert hinge.discriminator.get_weights()[0].item() == pytest.approx(d, rel=1e-5)
    assert hinge.generator.get_weights()[0].item() == pytest.approx(0.5 + 0.1 * d, rel=1e-5)


def test_losses_are_those_of_the_paper_and_do_not_overflow():
    real, fake = ops.array([[0.7], [-2.0]]), ops.array([[1.5], [-0.2]])
    p_real, p_fake = ([sigmoid(float(a)) for a in logits[:, 0]] for logits in (real, fake))
    expected = -np.mean(np.log(p_real)) - np.mean(np.log1p(-np.array(p_fake)))
    assert float(losses.cross_entropy(real, fake)) == pytest.approx(expected, rel=1e-5)
    assert float(losses.minimax(fake)) == pytest.approx(np.mean(np.log1p(-np.array(p_fake))), rel=1e-5)
    assert float(losses.non_saturating(fake)) == pytest.approx(-np.mean(np.log(p_fake)), rel=1e-5)
    far = ops.array([[-1000.0]])
    assert float(losses.non_saturating(far)) == 1000 and float(losses.minimax(far)) == 0
    assert float(losses.cross_entropy(far, -far)) == 2000


def test_trained_points_come_near_the_data():
    points = np.random.default_rng(0).normal([2, -1], 0.1, (200, 2)).astype("float32")
    keras.utils.set_random_seed(0)
    z, x = keras.Input((2,)), keras.Input((2,))
    make = keras.Model(z, layers.Dense(2)(layers.Dense(16, activation="relu")(z)))
    judge = keras.Model(x, layers.Dense(1)(layers.Dense(16, activation="relu")(x)))
    made = GAN(make, judge)
    adam = [keras.optimizers.Adam(1e-2, beta_1=0.5) for _ in "dg"]
    made.compile(d_optimizer=adam[0], g_optimizer=adam[1])
    before = np.abs(made.generate(200).mean(axis=0) - [2, -1]).max()
    made.fit(points, steps=300, batch_size=32)
    assert np.abs(made.generate(200).mean(axis=0) - [2, -1]).max() < 0.3 < 1 < before


# Data: an endless, seeded stream


def test_every_epoch_has_every_image_once_and_an_order_of_its_own():
    stream = batches((np.arange(10),), 4, seed=1).take(15)
    epochs = np.concatenate([np.asarray(part) for (part,) in stream]).reshape(6, 10)
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 6
    other = np.concatenate([np.asarray(part) for (part,) in batches((np.arange(10),), 5, seed=2).take(2)])
    assert tuple(other) != tuple(epochs[0])


@pytest.mark.parametrize("start", [1, 2, 3, 7])
def test_the_stream_can_be_entered_anywhere(start):
    arrays = np.arange(10), np.arange(10) * 2
    whole = list(batches(arrays, 4, seed=1).take(start + 3).as_numpy_iterator())
    entered = list(batches(arrays, 4, seed=1, start=start).take(3).as_numpy_iterator())
    np.testing.assert_array_equal(entered, whole[start:])
    np.testing.assert_array_equal(entered[0][0] * 2, entered[0][1])


def test_no_thread_of_the_stream_keeps_the_end_of_a_training_waiting():
    assert batches((np.arange(10),), 4, seed=1).options().autotune.enabled is False


def test_a_data_set_smaller_than_a_batch_works():
    made = tiny_gan.gan()
    made.fit(tiny_gan.images(5), steps=2, batch_size=16)
    assert made.step == 2


# Noise


def test_noise_follows_from_the_seed_alone():
    for draw in (noise.normal, noise.truncated_normal, noise.uniform):
        z = np.asarray(draw((1, 2), (5000, 2)))
        assert np.array_equal(z, draw((1, 2), (5000, 2)))
        assert not np.array_equal(z, draw((1, 3), (5000, 2)))
        assert abs(z.mean()) < 0.05
    assert z.min() >= -1 and z.max() < 1 and z.std() == pytest.approx(3**-0.5, abs=0.02)
    assert np.asarray(noise.normal((1, 2), (5000, 2))).std() == pytest.approx(1, abs=0.03)
    cut = np.asarray(noise.truncated_normal((1, 2), (5000, 2)))
    assert -2 <= cut.min() < -1.9 and 1.9 < cut.max() <= 2 and cut.std() == pytest.approx(0.88, abs=0.02)


def test_generate_is_seeded_and_leaves_training_alone():
    made = tiny_gan.gan()
    before = tiny_gan.state(made)
    first = made.generate(1030, seed=4)
    assert first.shape == (1030, 4, 4, 1) and first.dtype == np.float32
    assert np.array_equal(first, made.generate(1030, seed=4)) and not np.array_equal(first, made.generate(1030, seed=5))
    np.testing.assert_allclose(first, made.generate_from(made.sample_noise(1030, seed=4)))
    assert tiny_gan.same(before, tiny_gan.state(made))


def test_the_same_seed_gives_the_same_training_and_another_does_not():
    one, two, other = tiny_gan.gan(), tiny_gan.gan(), tiny_gan.gan(seed=1)
    for made in (one, two, other):
        made.fit(tiny_gan.images(), steps=5, batch_size=16)
    assert tiny_gan.same(one, two) and not tiny_gan.same(one, other)


# Conditional


def test_a_conditional_gan_obeys_after_training():
    keras.utils.set_random_seed(0)
    made = ConditionalGAN(
        tiny_gan.generator((1, 1, 1), class_labels=True),
        tiny_gan.discriminator((1, 1, 1), class_labels=True, dropout=0),
    )
    adam = [keras.optimizers.Adam(1e-2, beta_1=0.5) for _ in "dg"]
    made.compile(d_optimizer=adam[0], g_optimizer=adam[1])
    classes = tiny_gan.labels(500)
    values = (classes * 0.3 - 0.6 + np.random.default_rng(0).normal(0, 0.02, 500)).reshape(-1, 1, 1, 1)
    made.fit(values.clip(-1, 1), classes, steps=400, batch_size=50)
    found = [made.generate(200, np.full(200, label)).mean() for label in range(5)]
    assert np.all(np.diff(found) > 0.1)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (np.arange(7), ValueError, r"class_labels must have shape \(40,\), one for each image; got \(7,\)"),
        (np.zeros((40, 5)), ValueError, r"got \(40, 5\)"),
        (np.zeros(40), TypeError, "class_labels must be integers; got float64"),
        (np.arange(40), ValueError, "from 0 to 4, the classes of the generator 'generator'; got 0 to 39"),
        (np.full(40, -1), ValueError, "got -1 to -1"),
    ],
)
def test_labels_that_cannot_be_are_refused(labels, error, message):
    made = tiny_gan.gan(conditional=True)
    with pytest.raises(error, match=message):
        made.fit(tiny_gan.images(), labels, steps=1)
    with pytest.raises(error, match=message):
        made.generate(40, labels)


def test_mismatched_pairs_take_the_place_of_the_first_fakes(monkeypatch):
    made = tiny_gan.gan(conditional=True, mismatched=0.25)
    seen, judge = [], made.judge
    monkeypatch.setattr(made, "judge", lambda *pair: (seen.append(pair), judge(*pair))[1])
    real, fake, classes = tiny_gan.images(8), -tiny_gan.images(8), tiny_gan.labels(8).astype("int32")
    made.update_discriminator((real, classes), (fake, classes))
    (real_images, real_labels), (fake_images, fake_labels) = seen
    assert np.array_equal(real_images, real) and np.array_equal(real_labels, classes)
    assert np.array_equal(fake_images, [*real[:2], *fake[2:]])
    assert np.array_equal(fake_labels, [classes[-1], classes[0], *classes[2:]])


@pytest.mark.parametrize("mismatched", [-0.1, 1.5, float("nan")])
def test_a_share_of_mismatched_pairs_that_cannot_be_is_refused(mismatched):
    with pytest.raises(ValueError, match=f"mismatched must be from 0 to 1, such as 0.03; got {mismatched}"):
        tiny_gan.gan(conditional=True, mismatched=mismatched)


# Clustered


def clustered(seed=0):
    keras.utils.set_random_seed(3)
    networks = tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True)
    made = ClusteredGAN(*networks, clusters=2, average=0.9, seed=seed)
    adam = [keras.optimizers.Adam(1e-2, beta_1=0.5) for _ in "dg"]
    made.compile(d_optimizer=adam[0], g_optimizer=adam[1])
    return made


def two_sorts():
    """30 dark images and 10 bright ones."""
    return (tiny_gan.images() * 0.1 + np.repeat([-0.8, 0.8], [30, 10])[:, None, None, None]).astype("float32")


def test_a_clustered_gan_samples_each_sort_as_often_as_it_occurs():
    made = clustered()
    history = made.fit(two_sorts(), steps=300, batch_size=20).history
    assert sorted(np.asarray(made.shares)) == [0.25, 0.75] and history["seconds"][0] > 0
    asked = made.sample_clusters(2000, seed=1)
    assert np.mean(asked == np.argmax(made.shares)) == pytest.approx(0.75, abs=0.03)
    samples = made.generate(2000, seed=1)
    assert np.array_equal(samples, made.generate_from(made.sample_noise(2000, seed=1), asked))
    assert np.mean(samples.mean(axis=(1, 2, 3)) > 0) == pytest.approx(0.25, abs=0.1)


@saving
def test_a_clustered_gan_can_be_saved_and_taken_up_again(tmp_path):
    whole, stopped, resumed = clustered(), clustered(), clustered()
    whole.fit(two_sorts(), steps=6, batch_size=8, report_every=3)
    stopped.fit(two_sorts(), steps=3, batch_size=8, report_every=3, checkpoints=tmp_path)
    resumed.fit(two_sorts(), steps=6, batch_size=8, report_every=3, checkpoints=tmp_path)
    assert tiny_gan.same(whole, resumed)
    resumed.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert np.array_equal(loaded.generate(50), whole.generate(50))


# What is refused before the first step


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        ((tiny_gan.images() * 127 + 128).astype("uint8"), TypeError, "ranges.to_symmetric gives; got uint8"),
        (tiny_gan.images(low=0.0), ValueError, r"ends in tanh, so images must be in \[-1, 1\]; got [0-9.e-]+ to 0.99"),
        (tiny_gan.images() * 2, ValueError, r"images must be in \[-1, 1\]"),
        (tiny_gan.images()[..., 0], ValueError, r"got \(40, 4, 4\); add the channel"),
        (tiny_gan.images(shape=(4, 4, 3)), ValueError, r"shape \(n, 4, 4, 1\); got \(40, 4, 4, 3\)"),
        (tiny_gan.images(0), ValueError, "the array is empty"),
        (np.full((3, 4, 4, 1), np.nan), ValueError, "images must be finite"),
    ],
)
def test_images_that_cannot_be_are_refused(images, error, message):
    made = tiny_gan.gan()
    with pytest.raises(error, match=message):
        made.fit(images, steps=1)
    assert made.step == 0


def test_the_range_follows_from_the_last_activation():
    made = GAN(tiny_gan.generator(activation="sigmoid"), tiny_gan.discriminator())
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    with pytest.raises(ValueError, match=r"ends in a sigmoid, so images must be in \[0, 1\]; got -"):
        made.fit(tiny_gan.images(), steps=1)
    made.fit(tiny_gan.images(low=0.0), steps=1, batch_size=4)


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"makes images of shape \(4, 4, 1\), but .* takes \(5, 4, 1\)"):
        GAN(tiny_gan.generator(), tiny_gan.discriminator((5, 4, 1)))
    with pytest.raises(ValueError, match=r"must answer one logit an image, shape \(1,\); it answers \(3,\)"):
        GAN(tiny_gan.generator(), tiny_gan.discriminator(answers=3))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"d_steps": 0}, "d_steps must be a positive whole number; got 0"),
        ({"average": 1.0}, "average must be None or between 0 and 1, such as 0.995; got 1.0"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"seed": 0.5}, "got 0.5"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan.gan(**settings)


@pytest.mark.parametrize("name", ["steps", "batch_size", "report_every"])
def test_counts_that_cannot_be_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be a positive whole number; got 0"):
        tiny_gan.gan().fit(tiny_gan.images(), **{"steps": 1, name: 0})
    with pytest.raises(ValueError, match="count must be a positive whole number; got 0"):
        tiny_gan.gan().generate(0)


def test_one_optimizer_for_both_is_refused():
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="must be two objects"):
        tiny_gan.gan().compile(d_optimizer=adam, g_optimizer=adam)


# Losses that are no numbers


@pytest.mark.parametrize(("bad", "name"), [(np.nan, "nan"), (np.inf, "inf")])
def test_a_loss_that_is_no_number_stops_at_once(tmp_path, bad, name):
    made = tiny_gan.gan()

    @tf.function
    def g_loss(fake_logits):
        return losses.non_saturating(fake_logits) + tf.where(made.g_optimizer.iterations >= 12, bad, 0.0)

    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1), g_loss=g_loss)
    with pytest.raises(TrainingDiverged, match=f"g_loss is {name} at step 13: training stopped"):
        made.fit(tiny_gan.images(), steps=100, batch_size=4, report_every=5)
    assert made.record.history["step"] == [5, 10]


# Keras's own file


@saving
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    for conditional in (False, True):
        data = (tiny_gan.images(), tiny_gan.labels()) if conditional else (tiny_gan.images(),)
        options = {"mismatched": 0.25} if conditional else {}
        made = tiny_gan.gan(conditional=conditional, d_steps=2, **options)
        made.fit(*data, steps=7, batch_size=16)
        made.save(tmp_path / "gan.keras")
        loaded = keras.models.load_model(tmp_path / "gan.keras")
        assert type(loaded) is type(made) and loaded.step == 7 and loaded.d_steps == 2
        for network in (made, loaded):
            network.fit(*data, steps=12, batch_size=16)
        assert tiny_gan.same(made, loaded)


@saving
def test_loading_runs_no_code_from_the_file(tmp_path):
    z = keras.Input((3,))
    evil = keras.Model(z, layers.Reshape((4, 4, 1))(layers.Dense(16)(layers.Lambda(lambda x: x * 1)(z))))
    made = GAN(evil, tiny_gan.discriminator())
    made.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    made.save(tmp_path / "evil.keras")
    with pytest.raises(Exception, match=r"unsafe|safe_mode"):
        keras.models.load_model(tmp_path / "evil.keras")
