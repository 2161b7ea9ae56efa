"""Two recipes that many start from, for comparison: TensorFlow's DCGAN tutorial and keras.io's conditional GAN.

Networks, optimizers, batch sizes and the order of the updates are those of the two texts as of 2026.
"""

import keras
import tensorflow as tf
from keras import layers, losses

from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gan import GAN

cross_entropy = losses.BinaryCrossentropy(from_logits=True)


class SimultaneousGAN(GAN):
    """Both networks are updated at once, from one pass: the generator plays against the discriminator of before."""

    def train_step(self, batch):
        z = self.draw_noise(batch, 0)
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            real_logits, fake_logits = self.discriminate(*batch), self.discriminate(*self.make_fake(z, batch))
            d_loss = self.loss_pair.discriminator(real_logits, fake_logits)
            g_loss = self.loss_pair.generator(fake_logits)
        self.update(self.g_optimizer, self.generator, g_tape, g_loss)
        self.update(self.d_optimizer, self.discriminator, d_tape, d_loss)
        return self.track(g_loss=g_loss, d_loss=d_loss, **self.loss_pair.shares(real_logits, fake_logits))


class TwoPassConditionalGAN(ConditionalGAN):
    """Real and fake images go through the discriminator as one batch; the generator makes new ones to learn from."""

    def train_step(self, batch):
        real_images, class_labels = batch
        count = tf.shape(real_images)[0]
        fake_images, _ = self.make_fake(self.draw_noise(batch, 0), batch)
        with tf.GradientTape() as d_tape:
            both = tf.concat([fake_images, real_images], axis=0)
            logits = self.discriminate(both, tf.concat([class_labels, class_labels], axis=0))
            targets = tf.concat([tf.zeros((count, 1)), tf.ones((count, 1))], axis=0)
            d_loss = cross_entropy(targets, logits)
        self.update(self.d_optimizer, self.discriminator, d_tape, d_loss)
        z = self.draw_noise(batch, 1)  # another number, other noise
        with tf.GradientTape() as g_tape:
            g_loss = cross_entropy(tf.ones((count, 1)), self.discriminate(*self.make_fake(z, batch)))
        self.update(self.g_optimizer, self.generator, g_tape, g_loss)
        return self.track(g_loss=g_loss, d_loss=d_loss, **self.loss_pair.shares(logits[count:], logits[:count]))


def build_tensorflow_tutorial(seed):
    """TensorFlow, "Deep Convolutional Generative Adversarial Network"; batches of 256, images in [-1, 1]."""
    keras.utils.set_random_seed(seed)
    generator = keras.Sequential([keras.Input((100,)), layers.Dense(7 * 7 * 256, use_bias=False)])
    generator.add(layers.BatchNormalization())
    generator.add(layers.LeakyReLU())
    generator.add(layers.Reshape((7, 7, 256)))
    for filters, strides in ((128, 1), (64, 2)):
        generator.add(layers.Conv2DTranspose(filters, 5, strides, padding="same", use_bias=False))
        generator.add(layers.BatchNormalization())
        generator.add(layers.LeakyReLU())
    generator.add(layers.Conv2DTranspose(1, 5, 2, padding="same", use_bias=False, activation="tanh"))
    discriminator = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (64, 128):
        discriminator.add(layers.Conv2D(filters, 5, 2, padding="same"))
        discriminator.add(layers.LeakyReLU())
        discriminator.add(layers.Dropout(0.3))
    discriminator.add(layers.Flatten())
    discriminator.add(layers.Dense(1))
    gan = SimultaneousGAN(generator, discriminator, seed=seed)
    gan.compile(d_optimizer=keras.optimizers.Adam(1e-4), g_optimizer=keras.optimizers.Adam(1e-4))
    return gan


def build_keras_io_conditional(seed):
    """keras.io, "Conditional GAN"; batches of 64, images in [0, 1]. The label is 10 more channels of the image."""
    keras.utils.set_random_seed(seed)
    one_hot = layers.CategoryEncoding(10, output_mode="one_hot")
    z, class_labels = keras.Input((128,)), keras.Input((), dtype="int32")
    x = layers.Dense(7 * 7 * 138)(layers.Concatenate()([z, one_hot(class_labels)]))
    x = layers.Reshape((7, 7, 138))(layers.LeakyReLU(negative_slope=0.2)(x))
    for _ in range(2):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2DTranspose(128, 4, 2, padding="same")(x))
    images = layers.Conv2D(1, 7, padding="same", activation="sigmoid")(x)
    generator = keras.Model([z, class_labels], images)

    images, class_labels = keras.Input((28, 28, 1)), keras.Input((), dtype="int32")
    channels = layers.Reshape((28, 28, 10))(layers.RepeatVector(28 * 28)(one_hot(class_labels)))
    x = layers.Concatenate()([images, channels])
    for filters in (64, 128):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(filters, 3, 2, padding="same")(x))
    discriminator = keras.Model([images, class_labels], layers.Dense(1)(layers.GlobalMaxPooling2D()(x)))
    gan = TwoPassConditionalGAN(generator, discriminator, seed=seed)
    gan.compile(d_optimizer=keras.optimizers.Adam(3e-4), g_optimizer=keras.optimizers.Adam(3e-4))
    return gan
