"""The loop is open: each variant of GAN is a piece of at most 20 lines, trains, resumes bit for bit, can be saved.

Each function tagged by `variant` returns a compiled model and its data. Its lines are counted, and those of the classes
and functions that it is made of.
"""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from keras import layers, ops

from seminar_gan import losses
from seminar_gan.training import noise, penalties
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.fit.resumable import ResumableModel
from seminar_gan.training.gan import GAN

MOST_LINES = 20
IMAGES, LABELS = tiny_gan.images(), tiny_gan.labels()
VARIANTS = {}
registered = keras.saving.register_keras_serializable("tests")


def variant(*parts):
    """Make a variant of the function that follows; parts: the classes and functions that belong to it."""

    def register(make):
        VARIANTS[make.__name__] = make, parts
        return make

    return register


def compiled(gan, *, d_rate=1e-3, g_rate=1e-3, **options):
    gan.compile(d_optimizer=keras.optimizers.Adam(d_rate), g_optimizer=keras.optimizers.Adam(g_rate), **options)
    return gan


def pair(**options):
    return tiny_gan.generator(), tiny_gan.discriminator(**options)


# Losses


@registered
def least_squares(real, fake):
    return ops.mean(ops.square(real - 1)) / 2 + ops.mean(ops.square(fake)) / 2


@registered
def least_squares_generator(fake):
    return ops.mean(ops.square(fake - 1)) / 2


@variant(least_squares, least_squares_generator)
def lsgan():
    """Mao et al. 2017, equation 9."""
    pair_of_losses = losses.Pair(least_squares, least_squares_generator, boundary=0.5)
    return compiled(GAN(*pair(), ema=0.9), loss=pair_of_losses), [IMAGES]


@registered
def hinge(real, fake):
    return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))


@variant(hinge)
def hinge_gan():
    """Lim & Ye 2017, Geometric GAN."""
    return compiled(GAN(*pair()), loss=losses.Pair(hinge, losses.wasserstein_generator)), [IMAGES]


# What keeps D from being steep


@registered
class Clip(keras.constraints.Constraint):
    def __call__(self, weights):
        return ops.clip(weights, -0.01, 0.01)


@variant(Clip)
def weight_clipping():
    """Arjovsky et al. 2017, algorithm 1, line 7."""
    options = {"kernel_constraint": Clip(), "bias_constraint": Clip()}
    images = keras.Input((4, 4, 1))
    x = layers.LeakyReLU()(layers.Dense(6, **options)(layers.Flatten()(images)))
    critic = keras.Model(images, layers.Dense(1, **options)(layers.Dropout(0.3, seed=7)(x)))
    return compiled(GAN(tiny_gan.generator(), critic, d_steps=5), loss=losses.WASSERSTEIN), [IMAGES]


@variant()
def gradient_penalty():
    gan = GAN(*pair(), d_steps=2)
    return compiled(gan, loss=losses.WASSERSTEIN, penalty=penalties.GradientPenalty(10.0)), [IMAGES]


@variant()
def r1():
    return compiled(GAN(*pair()), penalty=penalties.R1(1.0)), [IMAGES]


@variant()
def dragan():
    return compiled(GAN(*pair()), penalty=penalties.DRAGAN(10.0)), [IMAGES]


@variant()
def spectral_normalisation():
    """Miyato et al. 2018. The vector u moves on at each of the three times that D is evaluated in a step."""
    images = keras.Input((4, 4, 1))
    x = layers.SpectralNormalization(layers.Dense(6))(layers.Flatten()(images))
    x = layers.Dropout(0.3, seed=7)(layers.LeakyReLU()(x))
    discriminator = keras.Model(images, layers.SpectralNormalization(layers.Dense(1))(x))
    return compiled(GAN(tiny_gan.generator(), discriminator)), [IMAGES]


# Salimans et al. 2016


def two_heads(answers):
    images = keras.Input((4, 4, 1))
    x = layers.Dropout(0.3, seed=7)(layers.LeakyReLU()(layers.Dense(6)(layers.Flatten()(images))))
    return keras.Model(images, [layers.Dense(1)(x), layers.Dense(answers)(x) if answers else x])


@registered
class FeatureMatchingGAN(GAN):
    def discriminate(self, images):
        return self.discriminator(images, training=True)[0]

    def generator_loss(self, real, fake):
        real_mean, fake_mean = (
            tf.reduce_mean(self.discriminator(x, training=True)[1], axis=0) for (x,) in (real, fake)
        )
        return tf.reduce_sum(tf.square(real_mean - fake_mean)), {}


@variant(FeatureMatchingGAN)
def feature_matching():
    return compiled(FeatureMatchingGAN(tiny_gan.generator(), two_heads(0))), [IMAGES]


@registered
class MinibatchDiscrimination(layers.Layer):
    def build(self, shape):
        self.tensor = self.add_weight(shape=(shape[-1], 5 * 3), name="tensor")

    def call(self, x):
        rows = ops.reshape(ops.matmul(x, self.tensor), (-1, 5, 3))
        distances = ops.sum(ops.abs(rows[:, None] - rows[None]), axis=-1)
        return ops.concatenate([x, ops.sum(ops.exp(-distances), axis=1) - 1], axis=1)


@variant(MinibatchDiscrimination)
def minibatch_discrimination():
    images = keras.Input((4, 4, 1))
    x = layers.Dropout(0.3, seed=7)(layers.Dense(6)(layers.Flatten()(images)))
    discriminator = keras.Model(images, layers.Dense(1)(MinibatchDiscrimination()(x)))
    return compiled(GAN(tiny_gan.generator(), discriminator)), [IMAGES]


@registered
class HistoricalGAN(GAN):
    def __init__(self, generator, discriminator, **options):
        super().__init__(generator, discriminator, **options)
        self.past = {}
        for network in (generator, discriminator):
            weights = network.trainable_variables
            self.past[network.name] = [self.add_weight(v.shape, initializer="zeros", trainable=False) for v in weights]

    def update(self, optimizer, network, tape, loss):
        past, step = self.past[network.name], tf.cast(optimizer.iterations, "float32")
        for mean, weight in zip(past, network.trainable_variables, strict=True):
            mean.assign((step * mean + weight) / (step + 1))
        with tape:
            distance = sum(tf.reduce_sum((w - m) ** 2) for w, m in zip(network.trainable_variables, past, strict=True))
            loss = loss + distance
        super().update(optimizer, network, tape, loss)


@variant(HistoricalGAN)
def historical_averaging():
    return compiled(HistoricalGAN(*pair())), [IMAGES]


@variant()
def two_time_scales():
    """Heusel et al. 2017."""
    return compiled(GAN(*pair()), d_rate=4e-4, g_rate=1e-4), [IMAGES]


# Labels


def class_loss(labels, logits):
    return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))


@registered
class AuxiliaryGAN(ConditionalGAN):
    LOGS = (*GAN.LOGS, "class_loss")

    def discriminate(self, images, class_labels):
        return self.discriminator(images, training=True)[0]

    def discriminator_loss(self, real, fake):
        loss, logs = super().discriminator_loss(real, fake)
        extra = sum(class_loss(labels, self.discriminator(images, training=True)[1]) for images, labels in (real, fake))
        return loss + extra, logs | {"class_loss": extra}

    def generator_loss(self, real, fake):
        loss, logs = super().generator_loss(real, fake)
        return loss + class_loss(fake[1], self.discriminator(fake[0], training=True)[1]), logs


@variant(AuxiliaryGAN)
def auxiliary_classifier():
    """Odena et al. 2017."""
    return compiled(AuxiliaryGAN(tiny_gan.generator(class_labels=True), two_heads(5))), [IMAGES, LABELS]


@registered
class SemiSupervisedGAN(GAN):
    LOGS = (*GAN.LOGS, "class_loss")

    def check(self, generator, discriminator):
        """K logits are right here: K + 1 classes of which the last has the logit 0."""

    def discriminate(self, images, *labelled):
        return tf.reduce_logsumexp(self.discriminator(images, training=True), axis=1, keepdims=True)

    def discriminator_loss(self, real, fake):
        loss, logs = super().discriminator_loss(real, fake)
        extra = class_loss(real[2], self.discriminator(real[1], training=True))
        return loss + extra, logs | {"class_loss": extra}

    def fit(self, images, labelled, labels, **options):
        return self.fit_groups(((images,), (labelled, labels)), **options)


@variant(SemiSupervisedGAN)
def semi_supervised():
    """Salimans et al. 2016, section 5: ten labelled images beside forty without labels."""
    return compiled(SemiSupervisedGAN(*pair(answers=5))), [IMAGES, IMAGES[:10], LABELS[:10]]


@variant()
def conditional_with_gradient_penalty():
    networks = tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True)
    gan = ConditionalGAN(*networks, mismatched=0.25, d_steps=2)
    return compiled(gan, loss=losses.WASSERSTEIN, penalty=penalties.GradientPenalty(10.0)), [IMAGES, LABELS]


# Images to images


def side_by_side(first, second):
    inputs = [keras.Input(network.inputs[0].shape[1:]) for network in (first, second)]
    return keras.Model(inputs, [first(inputs[0]), second(inputs[1])])


@registered
class CycleGAN(GAN):
    def check(self, generator, discriminator):
        """Generator: [x, y] to [G(x), F(y)]. Discriminator: [y, x] to the answers of D_Y and D_X."""

    def make_fake(self, z, real):
        return tuple(self.generator(list(real), training=True))

    def discriminate(self, y, x):
        return tf.concat(self.discriminator([y, x], training=True), axis=1)

    def discriminator_loss(self, real, fake):
        return super().discriminator_loss(real[::-1], fake)

    def generator_loss(self, real, fake):
        loss, logs = super().generator_loss(real, fake)
        back = self.generator(list(fake[::-1]), training=True)[::-1]  # F(G(x)), G(F(y))
        return loss + 10 * sum(tf.reduce_mean(abs(a - b)) for a, b in zip(back, real, strict=True)), logs

    def fit(self, x, y, **options):
        return self.fit_groups(((x,), (y,)), **options)


def translator(name):
    images = keras.Input((4, 4, 1))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(images)))
    return keras.Model(images, layers.Conv2D(1, 3, padding="same", activation="tanh")(x), name=name)


def patches(name):
    images = keras.Input((4, 4, 1))
    x = layers.Dropout(0.3, seed=7)(layers.LeakyReLU()(layers.Conv2D(4, 2, 2)(images)))
    return keras.Model(images, layers.Flatten()(layers.Conv2D(1, 1)(x)), name=name)


@variant(CycleGAN)
def cycle_gan():
    """Zhu et al. 2017: one Adam for both generators, one for both discriminators, two data sets of two lengths."""
    generator = side_by_side(translator("g"), translator("f"))
    discriminator = side_by_side(patches("d_y"), patches("d_x"))
    return compiled(CycleGAN(generator, discriminator)), [IMAGES, tiny_gan.images(23)]


@registered
class UpscalingGAN(GAN):
    def make_fake(self, z, real):
        return (self.generator(real[1], training=True),)

    def discriminate(self, images, *small):
        return self.discriminator(images, training=True)

    def generator_loss(self, real, fake):
        loss, logs = super().generator_loss(real, fake)
        return tf.reduce_mean(tf.square(real[0] - fake[0])) + 1e-3 * loss, logs

    def fit(self, large, small, **options):
        return self.fit_groups(((large, small),), **options)


@variant(UpscalingGAN)
def image_to_image_without_z():
    """Ledig et al. 2017, with the pixels as content."""
    small = keras.Input((2, 2, 1))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2DTranspose(4, 4, 2, padding="same")(small)))
    generator = keras.Model(small, layers.Conv2D(1, 3, padding="same", activation="tanh")(x))
    return compiled(UpscalingGAN(generator, tiny_gan.discriminator())), [IMAGES, IMAGES[:, ::2, ::2]]


# Not a GAN


@registered
class VAE(ResumableModel):
    LOGS = ("loss",)

    def __init__(self, encoder, decoder, **options):
        super().__init__(**options)
        self.encoder, self.decoder = encoder, decoder

    def compile(self, optimizer):
        self.learned = self.encoder.trainable_variables + self.decoder.trainable_variables
        super().compile(optimizers={"optimizer": (optimizer, self.learned)})

    def train_step(self, batch):
        with tf.GradientTape() as tape:
            mean, log_variance = tf.split(self.encoder(batch[0], training=True), 2, axis=1)
            z = mean + tf.exp(log_variance / 2) * noise.normal((self.seed, self.clock), tf.shape(mean))
            error = tf.reduce_mean((batch[0] - self.decoder(z, training=True)) ** 2)
            loss = error + tf.reduce_mean(tf.exp(log_variance) + mean**2 - 1 - log_variance)
        self.optimizer.apply(tape.gradient(loss, self.learned), self.learned)
        return self.track(loss=loss)


@variant(VAE)
def variational_autoencoder():
    """Kingma & Welling 2013. It shares the fitting: history, seconds, checkpoints, decay."""
    model = VAE(tiny_gan.discriminator(answers=6), tiny_gan.generator())
    model.compile(keras.optimizers.Adam(1e-3))
    return model, [((IMAGES,),)]


def make(name):
    keras.utils.set_random_seed(3)
    return VARIANTS[name][0]()


def train(model, data, *, steps=6, eagerly=True, **options):
    """Where trainings are compared, step by step without a graph: to trace one takes longer than six such steps."""
    model.run_eagerly = eagerly
    fit = model.fit if isinstance(model, GAN) else model.fit_groups
    return fit(*data, steps=steps, batch_size=8, report_every=2, **options)


def state(model):
    return [np.asarray(variable) for variable in model.state().values()]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(state(one), state(other), strict=True))


@pytest.mark.long
@pytest.mark.parametrize("name", VARIANTS)
def test_it_trains(name):
    model, data = make(name)
    before = state(model)
    history = train(model, data, steps=3, eagerly=False).history
    changed = [not np.array_equal(a, b) for a, b in zip(before, state(model), strict=True)]
    assert sum(changed) > len(changed) / 2
    assert set(history) == {"step", "seconds", *model.trackers}
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.fixture(scope="module", params=VARIANTS)
def trained(request, tmp_path_factory):
    """A variant's name, its model after six steps without a stop, and what it left at step 4."""
    folder = tmp_path_factory.mktemp(request.param)
    model, data = make(request.param)

    def save(epoch, logs):
        if logs["step"] == 4:
            model.save(folder / "model.keras")

    train(model, data, checkpoints=folder, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=save)])
    (folder / "step_00000006.npz").unlink()
    return request.param, model, folder


def test_it_resumes_bit_for_bit(trained):
    name, whole, folder = trained
    resumed, data = make(name)
    train(resumed, data, checkpoints=folder)
    assert same(whole, resumed)


@pytest.mark.long
def test_it_is_saved_and_loaded(trained):
    name, whole, folder = trained
    loaded = keras.models.load_model(folder / "model.keras")
    assert loaded.step == 4
    train(loaded, make(name)[1])
    assert same(whole, loaded)


@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_one_small_piece(name):
    function, parts = VARIANTS[name]
    lines = [line.strip() for part in (function, *parts) for line in inspect.getsource(part).splitlines()]
    code = [line for line in lines if line and not line.startswith(("@variant", "@registered", '"""'))]
    assert len(code) <= MOST_LINES, f"{name} has {len(code)} lines"
