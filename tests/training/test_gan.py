"""The training loop: what a step does, what is rejected, and what saving keeps."""

import itertools
import math

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.models import conditional, dcgan, mlp
from seminar_gan.training import noise
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.data import batches
from seminar_gan.training.gan import GAN
from seminar_gan.training.gated import GatedGAN


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def d_slope(d, g, x, z=1.0):
    """The slope of D's loss in d: the loss is softplus(-x d) + softplus(g z d)."""
    return -x * sigmoid(-x * d) + g * z * sigmoid(g * z * d)


# The step, by hand


def test_a_step_is_algorithm_1_by_hand():
    trained = tiny_gan.scalars()
    history = trained.fit(np.full((1, 1), 2.0), steps=1, batch_size=1, report_every=1).history
    d = 0.3 - 0.1 * d_slope(0.3, 0.5, x=2)
    # G's loss is softplus(-g d) with the *updated* d, its slope -d sigmoid(-g d).
    g = 0.5 - 0.1 * (-d * sigmoid(-0.5 * d))
    assert tiny_gan.weights(trained) == pytest.approx((d, g), rel=1e-5)
    assert history["d_loss"][0] == pytest.approx(math.log1p(math.exp(-0.6)) + math.log1p(math.exp(0.15)), rel=1e-5)
    assert history["g_loss"][0] == pytest.approx(math.log1p(math.exp(-0.5 * d)), rel=1e-5)
    assert history["d_real"] == [1.0] and history["d_fake"] == [1.0] and history["step"] == [1]


def numbered(seed, shape):
    """z is 1 + the number of the draw since step 0."""
    return tf.fill(shape, 1.0 + tf.cast(seed[1], "float32"))


def test_each_discriminator_step_has_images_and_noise_of_its_own():
    trained = tiny_gan.scalars(d_steps=2, noise=numbered)
    trained.fit(np.array([[2.0], [3.0]]), steps=2, batch_size=1, report_every=1)
    ends = []
    for order in itertools.product([(2, 3), (3, 2)], repeat=2):  # every image once in each step
        d, g, draws = 0.3, 0.5, itertools.count(1)
        for images in order:
            for x in images:
                z = next(draws)
                d -= 0.1 * d_slope(d, g, x, z)
            g += 0.1 * z * d * sigmoid(-g * z * d)
        ends.append((d, g))
    assert any(tiny_gan.weights(trained) == pytest.approx(end, rel=1e-5) for end in ends)
    assert trained.step == 2 and int(trained.d_optimizer.iterations) == 4


def test_noise_differs_from_step_to_step_and_from_update_to_update():
    drawn = []

    def recorded(seed, shape):
        drawn.append(int(seed[1]))
        return noise.normal(seed, shape)

    trained = tiny_gan.gan(d_steps=3, noise=recorded, compiled={"run_eagerly": True})
    tiny_gan.fit(trained, 2)
    assert drawn == [0, 1, 2, 3, 4, 5]


# The step, on the package's own networks


REAL_NETWORKS = {
    "batch normalisation and dropout": (dcgan.build_winkler_generator, dcgan.build_temkeng_discriminator),
    "a last Reshape": (mlp.build_temkeng_generator, dcgan.build_temkeng_discriminator),
    "conditional": (conditional.build_generator, conditional.build_mirza_discriminator),
}


def build(name):
    keras.utils.set_random_seed(3)
    return [builder(**networks.SMALL[builder]) for builder in REAL_NETWORKS[name]]


def descend(network, tape, loss, rate):
    weights = network.trainable_variables
    for weight, slope in zip(weights, tape.gradient(loss, weights), strict=True):
        weight.assign(weight - rate * tf.convert_to_tensor(slope))


def run(network, first, labels):
    return network([first, *labels] if labels else first, training=True)


def by_hand(generator, discriminator, arrays, *, steps, batch_size, d_steps=1, mismatched=0.0, rate):
    """Goodfellow et al. 2014, algorithm 1: non-saturating loss, plain gradient descent; with mismatched pairs."""
    first, draws = round(mismatched * batch_size), itertools.count()
    for batch in batches((arrays,), batch_size * d_steps, seed=0).take(steps):
        for number in range(d_steps):
            real, *labels = (part[number::d_steps] for part in batch)
            z = noise.normal((0, next(draws)), (batch_size, generator.inputs[0].shape[1]))
            with tf.GradientTape() as g_tape:
                fake = run(generator, z, labels)
            pairs, d_labels = fake, labels
            if first:
                pairs = tf.concat([real[:first], fake[first:]], 0)
                d_labels = [tf.concat([labels[0][-1:], labels[0][: first - 1], labels[0][first:]], 0)]
            with tf.GradientTape() as d_tape:
                on_real, on_fake = run(discriminator, real, labels), run(discriminator, pairs, d_labels)
                d_loss = tf.reduce_mean(tf.nn.softplus(-on_real)) + tf.reduce_mean(tf.nn.softplus(on_fake))
            descend(discriminator, d_tape, d_loss, rate)
        with g_tape:
            g_loss = tf.reduce_mean(tf.nn.softplus(-run(discriminator, fake, labels)))
        descend(generator, g_tape, g_loss, rate)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("batch normalisation and dropout", {"d_steps": 2}),
        ("a last Reshape", {}),
        ("conditional", {"mismatched": 0.25}),
    ],
)
def test_steps_on_real_networks_are_those_of_another_implementation(name, options):
    arrays = (tiny_gan.images(16, networks.SHAPE),)
    if name == "conditional":
        arrays += (np.arange(16, dtype="int32") % 4,)
    trained = (ConditionalGAN if name == "conditional" else GAN)(*build(name), **options)
    trained.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    trained.fit(*arrays, steps=3, batch_size=8)
    expected, start = build(name), build(name)
    by_hand(*expected, arrays, steps=3, batch_size=8, rate=0.1, **options)
    for network, same, before in zip((trained.generator, trained.discriminator), expected, start, strict=True):
        for weight, other, first in zip(network.weights, same.weights, before.weights, strict=True):
            np.testing.assert_allclose(weight, other, rtol=1e-4, atol=1e-5, err_msg=weight.path)
            assert not np.allclose(weight, first, atol=1e-4) or "bias" in weight.path


def test_the_fake_images_are_made_once_a_step():
    class Counting(layers.Layer):
        def build(self, shape):
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.calls.assign_add(1)
            return x

    z, counting = keras.Input((3,)), Counting()
    image = layers.Reshape((4, 4, 1))(layers.Dense(16, activation="tanh")(counting(z)))
    trained = GAN(keras.Model(z, image), tiny_gan.discriminator())
    trained.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    tiny_gan.fit(trained, 3)
    assert float(counting.calls) == 3


@pytest.mark.long
@pytest.mark.parametrize("kind", [GAN, GatedGAN])
def test_every_averaged_weight_follows_that_of_the_generator_and_they_make_the_samples(kind):
    trained = tiny_gan.gan(kind, ema=0.2)
    averages = [np.asarray(weight) for weight in trained.generator.weights]
    for step in (1, 2, 3):
        tiny_gan.fit(trained, step)
        decay = min(0.2, step / (step + 10))  # 1/11, 1/6, 0.2
        averages = [
            decay * average + (1 - decay) * np.asarray(weight)
            for average, weight in zip(averages, trained.generator.weights, strict=True)
        ]
    assert len(averages) == 8  # two dense layers with biases, and a norm's four
    for average, weight in zip(averages, trained.ema_generator.weights, strict=True):
        np.testing.assert_allclose(weight, average, rtol=1e-5, atol=1e-6)
    z = trained.sample_noise(4)
    np.testing.assert_allclose(trained.generate(4), trained.ema_generator(z), rtol=1e-5, atol=1e-6)
    assert not np.allclose(trained.generate(4), trained.generator(z), atol=1e-4)


@pytest.mark.long
def test_without_an_average_the_generator_makes_the_samples():
    trained = tiny_gan.begin(ema=None)
    tiny_gan.fit(trained, 3)
    z = trained.sample_noise(4)
    np.testing.assert_allclose(trained.generate(4), trained.generator(z), rtol=1e-5, atol=1e-6)


def hinge(real, fake):
    return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))


def test_the_pair_of_losses_is_what_compile_says():
    pair = losses.Pair(hinge, losses.wasserstein_generator, boundary=0.7)
    trained = tiny_gan.scalars(compiled={"loss": pair})
    history = trained.fit(np.full((1, 1), 2.0), steps=1, batch_size=1).history
    d = 0.3 - 0.1 * (-2 + 0.5)
    assert tiny_gan.weights(trained) == pytest.approx((d, 0.5 + 0.1 * d), rel=1e-5)
    assert history["d_real"] == [0.0]  # 0.6 is not above 0.7


def test_the_scale_of_a_loss_scaling_optimizer_leaves_no_trace():
    ends = []
    for wrap in (lambda optimizer: optimizer, keras.optimizers.LossScaleOptimizer):
        trained = tiny_gan.scalars()
        d_optimizer, g_optimizer = (wrap(keras.optimizers.SGD(0.1)) for _ in "dg")
        trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)
        trained.fit(np.full((1, 1), 2.0), steps=2, batch_size=1)
        ends.append(tiny_gan.weights(trained))
    assert ends[0] == pytest.approx(ends[1], rel=1e-5)


@pytest.mark.long
def test_trained_points_come_near_the_data():
    points = np.random.default_rng(0).normal([2, -1], 0.1, (200, 2)).astype("float32")
    keras.utils.set_random_seed(0)
    trained = GAN(*(build(point_dim=2) for build in (mlp.build_point_generator, mlp.build_point_discriminator)))
    d_optimizer, g_optimizer = (keras.optimizers.Adam(1e-2, beta_1=0.5) for _ in "dg")
    trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)
    before = np.abs(trained.generate(200).mean(axis=0) - [2, -1]).max()
    trained.fit(points, steps=300, batch_size=32)
    assert np.abs(trained.generate(200).mean(axis=0) - [2, -1]).max() < 0.3 < 1 < before


# Samples and seeds


def test_generate_is_seeded_and_leaves_training_alone():
    trained = tiny_gan.begin()
    before = tiny_gan.state(trained)
    first = trained.generate(1030, seed=4)
    assert first.shape == (1030, 4, 4, 1) and first.dtype == np.float32
    assert np.array_equal(first, trained.generate(1030, seed=4))
    assert not np.array_equal(first, trained.generate(1030, seed=5))
    np.testing.assert_allclose(first, trained.generate_from(trained.sample_noise(1030, seed=4)))
    assert tiny_gan.same(before, trained)


def test_samples_start_from_other_noise_than_the_training_does():
    trained = tiny_gan.begin()
    in_training = [noise.normal((0, position), (8, 3)) for position in range(3)]
    assert not np.isin(trained.sample_noise(8, seed=0), in_training).any()


@pytest.mark.long
def test_the_same_seed_gives_the_same_training_and_another_does_not():
    one, same, other = [], [], []
    for end, seed in ((one, 0), (same, 0), (other, 1)):
        trained = tiny_gan.begin(seed=seed)
        tiny_gan.fit(trained, 5)
        end.extend(tiny_gan.state(trained))
    assert tiny_gan.same(one, same) and not tiny_gan.same(one, other)


# What is rejected


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"makes images of shape \(4, 4, 1\), but .* takes \(5, 4, 1\)"):
        GAN(tiny_gan.generator(), tiny_gan.discriminator((5, 4, 1)))
    with pytest.raises(ValueError, match=r"must answer one logit an image, shape \(1,\); it answers \(3,\)"):
        GAN(tiny_gan.generator(), tiny_gan.discriminator(answers=3))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"d_steps": 0}, "d_steps must be a positive whole number; got 0"),
        ({"ema": 1.0}, "ema must be None or between 0 and 1, such as 0.995; got 1.0"),
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
        tiny_gan.begin().fit(tiny_gan.images(), **{"steps": 1, name: 0})
    with pytest.raises(ValueError, match="count must be a positive whole number; got 0"):
        tiny_gan.begin().generate(0)


def test_a_loss_that_is_not_a_pair_is_refused():
    with pytest.raises(TypeError, match=r"loss must be a pair such as losses.MINIMAX"):
        tiny_gan.gan(compiled={"loss": losses.cross_entropy})


# Keras's own file


@pytest.mark.long
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    data = tiny_gan.images(), tiny_gan.labels()
    trained = tiny_gan.begin(conditional=True, mismatched=0.25, d_steps=2)
    tiny_gan.fit(trained, 7, *data)
    trained.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is ConditionalGAN
    assert (loaded.step, loaded.d_steps, loaded.mismatched, loaded.ema) == (7, 2, 0.25, 0.9)
    for each in (trained, loaded):
        tiny_gan.fit(each, 12, *data)
    assert tiny_gan.same(trained, loaded)


def test_loading_runs_no_code_from_the_file(tmp_path):
    z = keras.Input((3,))
    evil = keras.Model(z, layers.Reshape((4, 4, 1))(layers.Dense(16)(layers.Lambda(lambda x: x * 1)(z))))
    trained = GAN(evil, tiny_gan.discriminator())
    trained.compile(d_optimizer=keras.optimizers.SGD(0.1), g_optimizer=keras.optimizers.SGD(0.1))
    trained.save(tmp_path / "evil.keras")
    with pytest.raises(Exception, match=r"unsafe|safe_mode"):
        keras.models.load_model(tmp_path / "evil.keras")
