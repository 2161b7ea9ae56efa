# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 08 · Conditional GAN
#
# The GANs so far make digits, but nobody can order one. Here both networks are told a label, first a class and then a vector of attributes, and this page measures
# how well the generator obeys. At the end you will have ordered a whole training set, and a classifier that has never seen a real digit reads them: an answer to the problem with which Temkeng (2020, section 5) ends, that
# somebody has to sort generated images by hand. The page takes a minute and a half. You need pages [06](06_vanilla_gan.ipynb) and [07](07_dcgan.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import dataclasses

import keras
import numpy as np
import tensorflow as tf
from keras import layers

import seminar_gan as sg
from seminar_gan.datasets import smileys
from seminar_gan.metrics import frechet_distance, label_fidelity
from seminar_gan.models import conditional, dcgan, regressors
from seminar_gan.training import GAN, ConditionalGAN, Progress, StepProgress

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
DIGIT_STEPS = 700  # ours
SMILEY_STEPS = 600  # ours
NUM_DRAWINGS = 10_000  # ours: drawn by a formula, there are as many as you like
NUM_SAMPLES = 10_000  # ours: generated digits for a classifier to learn from

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    DIGIT_STEPS=(2, 10_000_000),
    SMILEY_STEPS=(1, 10_000_000),
    NUM_DRAWINGS=(100, 1_000_000),
    NUM_SAMPLES=(100, 60_000),
)

# %% [markdown]
# ## One more input
#
# Mirza & Osindero (2014, equation 2) give the label $y$ to both networks. The game of page 05 is otherwise the same:
#
# $$\min_G \max_D V(D, G) = \mathbb{E}_{x, y \sim p_\text{data}}[\log D(x \mid y)] + \mathbb{E}_{z \sim p_z,\, y}[\log(1 - D(G(z \mid y) \mid y))]$$
#
# (They print $D(G(z \mid y))$ in the second term; that $D$ is told $y$ there, too, is what their text says.) The loop is the same as well. In page 05's loop `real` and `fake` are tuples; here a tuple holds images and labels. A `ConditionalGAN` is a `GAN` with two methods of its own:


# %% tags=["shows:training.conditional.ConditionalGAN.make_fake", "shows:training.conditional.ConditionalGAN.discriminate"]
def make_fake(self, z, real):
    _, class_labels = real
    return self.generator([z, class_labels], training=True), class_labels  # G(z | y), y


def discriminate(self, images, class_labels):
    return self.discriminator([images, class_labels], training=True)  # the logit of D(x | y)


# %% [markdown]
# The fake images of a step are ordered with the labels of its real images, so that both have the same share of each class, and $D$ cannot tell them apart by the label alone.
#
# ## Does it obey?
#
# Order $n$ images with the labels $y_i$, and let a classifier $c$ say what they show. The share that shows what was ordered is the *label fidelity*:
#
# $$F = \frac1n \sum_{i=1}^n \big[\, c(G(z_i \mid y_i)) = y_i \,\big]$$
#
# The classifier is the one behind the Fréchet distance of page 06. A judge has to be judged first, on real digits that it was not trained on. **Predict:** which $F$ has a
# generator that was never trained?


# %% tags=["setup", "nbval-ignore-output"]
(digits, labels), (test_digits, test_labels) = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits)[..., None]
network = sg.metrics.load_digit_features()


def make_digits(gan, count, seed=SEED):  # as many of each class: the images, and what was ordered
    ordered = np.arange(count) % 10  # 0, 1, ... 9, 0, ...
    return sg.ranges.symmetric_to_uint8(gan.generate(count, ordered, seed=seed)), ordered


def fidelity(gan, count=500):
    made, ordered = make_digits(gan, count)
    return label_fidelity(network.classes(made), ordered)


# %% tags=["nbval-ignore-output"]
recipe = sg.recipes.CONDITIONAL_RECIPES["dcgan"]
digit_gan = recipe.build((28, 28, 1), num_classes=10, seed=SEED)
untrained = fidelity(digit_gan)
judge_right = label_fidelity(network.classes(test_digits[:2_000]), test_labels[:2_000])
print(f"the judge is right about {judge_right:.1%} of 2,000 real test digits")
print(f"an untrained generator obeys in {untrained:.1%} of the cases")

# %% [markdown]
# **Read.** About ten per cent: whatever the judge takes the noise for, one order in ten is for it. That is the floor, and real digits are the ceiling, above 99 %. A conditional GAN that stays on the floor can make fine digits all the same, and without the labels
# beside them you would not know. So measure.

# %% tags=["check"]
# @title Statements
sg.claims.holds("about ten per cent", 0.05 < untrained < 0.2)
sg.claims.holds("real digits are above 99 %", judge_right > 0.99)

# %% [markdown]
# ## Mirza & Osindero's dense pair
#
# In $G$, $z$ (100 uniform numbers) goes to 200 units and $y$ (one 1 among ten numbers, *one-hot*) to 1,000; both together to 1,200, then to the pixels. $D$ is built of *maxout* units (Goodfellow et al. 2013), each the largest of
# $k$ weighted sums:
#
# $$h_j = \max_{i = 1 \ldots k} \big( w_{ij}^{\mathsf T} x + b_{ij} \big)$$
#
# 240 units with $k = 5$ for the image, 50 with $k = 5$ for the label, 240 with $k = 4$ for both together. **Predict:** which share of $D$'s parameters looks at the label alone?

# %%
mirza = sg.recipes.CONDITIONAL_RECIPES["mirza"].build((28, 28, 1), num_classes=10, seed=SEED)
mirza_figure = sg.plotting.architecture(mirza.discriminator)
sg.plotting.show(mirza_figure, sg.plotting.describe(mirza.discriminator))
mirza_table = sg.export.model_table(
    mirza.discriminator, caption="Mirza & Osindero's discriminator."
)
mirza_table

# %% [markdown]
# **Read.** 2,750 of 1,224,351: a label is a small thing beside 784 pixels. What does that do to the training? The authors train with batches of 100 and a learning rate that is divided by 1.00004 at every step, from 0.1 down to 0.000001, which takes 287,829 steps.
# We took Adam with 0.001 and $\beta_1 = 0.5$, an averaged generator, and 5,250 steps, once, by command (`python tools/train_mirza.py`). (Two more differences: images are in $[-1, 1]$, and dropout follows the joint layers; the paper does not say where its dropout stands.) **Predict:** which comes first, good digits or obedience?

# %% tags=["check"]
# @title Statements
of_label = mirza.discriminator.get_layer("label_dense").count_params()
sg.claims.holds("2,750 of 1,224,351", of_label == 2_750)
sg.claims.holds("which takes 287,829 steps", round(np.log(0.1 / 1e-6) / np.log(1.00004)) == 287_829)

# %%
# Measured by tools/train_mirza.py and kept in benchmarks/mirza.md.
mirza_steps = [
    250,
    500,
    750,
    1000,
    1250,
    1500,
    1750,
    2000,
    2250,
    2500,
    2750,
    3000,
    3250,
    3500,
    3750,
    4000,
    4250,
    4500,
    4750,
    5000,
    5250,
]
mirza_fidelity = [
    0.089,
    0.102,
    0.098,
    0.101,
    0.11,
    0.118,
    0.135,
    0.14,
    0.154,
    0.177,
    0.253,
    0.387,
    0.523,
    0.625,
    0.677,
    0.705,
    0.72,
    0.747,
    0.771,
    0.801,
    0.833,
]
mirza_distance = [
    140.2,
    34.2,
    18.2,
    18.8,
    14.7,
    13.0,
    13.6,
    13.4,
    12.9,
    13.2,
    12.0,
    10.7,
    9.5,
    8.4,
    7.8,
    7.0,
    6.7,
    6.7,
    6.4,
    6.0,
    5.5,
]
mirza_curve_figure = sg.plotting.stacked_curves(
    {
        "label fidelity": {"Mirza & Osindero's pair": (mirza_steps, mirza_fidelity)},
        "Fréchet distance": {"Mirza & Osindero's pair": (mirza_steps, mirza_distance)},
    },
    xlabel="step",
    log=["Fréchet distance"],
)
sg.plotting.show(
    mirza_curve_figure,
    "Two line plots over the steps, one above the other: the label fidelity, near 0.1 for thousands of "
    "steps and then rising; the Fréchet distance, which falls from the first step on.",
)

# %%
mirza_digits = sg.weights.load_mirza_samples()  # ordered 0, 1, ... 9, 0, ...
mirza_digits_figure = sg.plotting.image_rows({str(y): mirza_digits[y::10] for y in range(10)})
sg.plotting.show(
    mirza_digits_figure,
    "Ten rows of ten digits that Mirza & Osindero's generator drew at the end of the long training, each row "
    "ordered as one digit, from 0 at the top to 9 at the bottom.",
)

# %% [markdown]
# **Read.** Digits come first. After 1,000 steps the distance is a seventh of what it was at the first mark, and the orders are still ignored. For 2,000 steps and more it makes digits that are not what was ordered: to $D$ a label is a small thing while it can tell fakes by their strokes. Then, within a thousand steps, it begins to listen. So the network of the paper works,
# at a size that this page has no time for; and whoever had stopped at 2,000 steps and looked at the digits alone would have seen nothing wrong. At the last mark about five orders in six are obeyed, and both curves still move.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "after 1,000 steps the distance is a seventh of what it was",
    mirza_distance[3] < 0.15 * mirza_distance[0],
)
sg.claims.holds("the orders are still ignored", mirza_fidelity[3] < 0.15)
sg.claims.holds("2,000 steps and more", mirza_fidelity[7] < 0.2)
sg.claims.holds("it begins to listen", mirza_fidelity[13] > 0.6)
sg.claims.holds("about five orders in six", 0.8 < mirza_fidelity[-1] < 0.87)

# %% [markdown]
# ## What should $D$ do with a label?
#
# Mirza & Osindero put label and image side by side into a layer and let $D$ find out. Miyato & Koyama (2018) ask first what the best $D$ looks like. Page 05: the best answer is $D^* = p / (p + q)$ for a
# density $p$ of real and $q$ of generated images, so the best logit is $\log(p / q)$. Now the densities are those of pairs, and a pair can be split, $p(x, y) = p(y \mid x)\, p(x)$:
#
# $$a^*(x, y) = \log \frac{p(x, y)}{q(x, y)} = \log \frac{p(y \mid x)}{q(y \mid x)} + \log \frac{p(x)}{q(x)}$$
#
# (In their paper $p$ and $q$ have changed places.) The second part does not know $y$: "does $x$ look real?" The first asks "does $y$ fit $x$?" Suppose that both conditionals are softmax classifiers on the same
# features $\phi(x)$, $p(y \mid x) = e^{v_y^{\mathsf T} \phi(x)} / Z_p(x)$, and $q(y \mid x)$ likewise with $u_y$ and $Z_q$. Then
#
# $$\log \frac{p(y \mid x)}{q(y \mid x)} = (v_y - u_y)^{\mathsf T} \phi(x) - \log \frac{Z_p(x)}{Z_q(x)}$$
#
# $Z_p$ and $Z_q$ don't know $y$ either and go to the second part, for which one dense layer on $\phi(x)$ is taken. With one vector $e_y = v_y - u_y$ for each class, the logit is
#
# $$a(x, y) = w^{\mathsf T} \phi(x) + b + e_y^{\mathsf T} \phi(x)$$
#
# The label enters by an inner product, a *projection* of the features. Try it where everything is known: $x$ is one number, there are two classes $y = \pm 1$. Real numbers of a class
# are normal around $y$, generated ones around $y / 2$, both with standard deviation 1. **Predict:** how does $a^*(x, +1) - a^*(x, -1)$ depend on $x$?


# %% tags=["paper"]
def best_logit(x, y):  # log p(x | y) - log q(x | y)
    return -0.5 * (x - y) ** 2 + 0.5 * (x - y / 2) ** 2


places = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
print("x:                    ", places)
print("a*(x, +1) - a*(x, -1):", best_logit(places, 1) - best_logit(places, -1))

# %% [markdown]
# **Read.** The densities are bell curves, but what the label changes is a straight line through 0: $(e_{+1} - e_{-1})\, \phi(x)$ with $\phi(x) = x$. The assumption holds exactly here. For images it does not, but $\phi$ is
# a network, and can learn features for which it nearly does.

# %% tags=["check"]
# @title Statements
line = best_logit(places, 1) - best_logit(places, -1)
sg.claims.holds(
    "a straight line through 0", np.abs(line - line[-1] / places[-1] * places).max() < 1e-9
)

# %% [markdown]
# The package adds this to the discriminator of page 07: a *projection discriminator*. `y` is the label as ten numbers with one 1, so that the layer `embedding`, without a bias, is the table of the $e_y$. The generator gets the ten numbers appended to $z$. **Predict:** how many parameters does the label cost in each network?


# %% tags=["shows:models.conditional.build_discriminator"]
def build_discriminator(image_shape=(28, 28, 1), num_classes=10, filters=16, dense_size=128):
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot", name="one_hot")(class_labels)  # 10
    x = layers.Conv2D(filters, 4, 2, "same", name="down_1")(images)  # 14 x 14 x 16
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Conv2D(3 * filters, 4, 2, "same", name="down_2")(x)  # 7 x 7 x 48
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Conv2D(6 * filters, 3, 2, "same", name="down_3")(x)  # 4 x 4 x 96
    x = layers.LeakyReLU(0.2, name="leaky_3")(x)
    x = layers.Flatten(name="flat")(x)  # 1536
    x = layers.Dense(dense_size, name="dense")(x)  # 128
    x = layers.LeakyReLU(0.2, name="leaky_4")(x)  # phi(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # psi(phi(x))
    embedding = layers.Dense(dense_size, use_bias=False, name="embedding")(y)  # e_y
    projection = layers.Dot(axes=1, dtype="float32", name="projection")([embedding, x])
    logits = layers.Add(dtype="float32", name="conditional_logits")([logits, projection])
    return keras.Model([images, class_labels], logits, name="conditional_discriminator")


# %%
told, untold = digit_gan, (dcgan.build_generator(), dcgan.build_discriminator())
g_cost = told.generator.count_params() - untold[0].count_params()
d_cost = told.discriminator.count_params() - untold[1].count_params()
print(f"the label costs {g_cost:,} parameters in the generator, {d_cost:,} in the discriminator")

# %% [markdown]
# **Read.** $10 \times 256$ weights from the ten numbers to the first layer of $G$, and $10 \times 128$ for the vectors $e_y$: about half a per cent of either network.

# %% tags=["check"]
# @title Statements
sg.claims.holds("10 x 256 weights in G", g_cost == 10 * 256)
sg.claims.holds("10 x 128 in D", d_cost == 10 * 128)
sg.claims.holds(
    "about half a per cent of D", 0.004 < d_cost / told.discriminator.count_params() < 0.006
)

# %% [markdown]
# ### Other ways, in one table
#
# There are at least four more things that $D$ could do with a label:
#
# - *Nothing.* Tell $y$ to $G$ alone.
# - *Channels.* Ten more channels of the image, one of them all 1. Tutorials do it this way; it is the form that Mirza & Osindero's idea takes for convolutions.
# - *A joint layer.* The label joins the features in a last hidden layer, as in Mirza & Osindero's $D$.
# - *An auxiliary classifier* (*AC-GAN*; Odena et al. 2017). $D$ is not told the label; it has to say it. A second output gives $P(c \mid x)$, and with $L_S$ for the loss of page 05,
#
# $$L_C = -\log P(y \mid x) - \log P(y \mid G(z \mid y)) \qquad D \text{ lowers } L_S + L_C, \qquad G \text{ lowers } L_G - \log P(y \mid G(z \mid y))$$
#
# Channels and the auxiliary classifier in code, as they stand in `tools/label_seeds.py`:


# %% tags=["tool:label_seeds.build_channel_discriminator"]
def build_channel_discriminator(image_shape=(28, 28, 1), num_classes=10):
    height, width, channels = image_shape
    images = keras.Input(image_shape, name="images")
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot")(class_labels)  # 10
    y = layers.Reshape((1, 1, num_classes))(y)
    y = layers.UpSampling2D((height, width))(y)  # 28 x 28 x 10, one channel all 1, nine all 0
    x = layers.Concatenate()([images, y])  # 28 x 28 x 11
    logits = dcgan.build_discriminator((height, width, channels + num_classes))(x)
    return keras.Model([images, class_labels], logits)


# %% tags=["tool:label_seeds.AuxiliaryGAN"]
class AuxiliaryGAN(ConditionalGAN):
    LOGS = (*GAN.LOGS, "class_loss")

    def discriminate(self, images, class_labels):
        return self.discriminator(images, training=True)[0]  # real or fake

    def class_loss(self, images, class_labels):
        class_logits = self.discriminator(images, training=True)[1]
        loss = keras.losses.sparse_categorical_crossentropy(class_labels, class_logits, True)
        return tf.reduce_mean(loss)

    def discriminator_loss(self, real, fake):
        loss, logs = super().discriminator_loss(real, fake)
        class_loss = self.class_loss(*real) + self.class_loss(*fake)
        return loss + class_loss, logs | {"class_loss": class_loss}

    def generator_loss(self, real, fake):
        loss, logs = super().generator_loss(real, fake)
        return loss + self.class_loss(*fake), logs


# %% [markdown]
# `tools/label_seeds.py` trained them all, with the same generator, the same convolutions, the recipe's settings, 400 steps, one seed. The last row is the package's recipe, whose wrong pairs come next. *Spread* is how much the features of the generated images vary within a class, per that of real digits. **Predict:** which way is the worst, and is there one that obeys best and varies least?

# %%
# Measured by tools/label_seeds.py and kept in benchmarks/label_seeds.md: fidelity, distance, spread.
recorded = {
    "not told": [[0.1015], [10.7491], [2.1689]],
    "channels": [[0.7505], [8.0143], [1.2252]],
    "joint layer": [[0.8365], [4.847], [1.1493]],
    "auxiliary classifier": [[0.834], [6.2541], [1.0932]],
    "projection": [[0.892], [4.0319], [1.0452]],
    "projection, wrong pairs": [[0.9615], [2.0543], [0.8937]],
}
rows = [[way, *(float(np.mean(numbers)) for numbers in found)] for way, found in recorded.items()]
columns = ["what D does with the label", "fidelity", "distance", "spread"]
formats = {"fidelity": ".1%", "distance": ".1f", "spread": ".2f"}
caption = "Ways to give the discriminator a label: 400 steps, one seed, 2,000 ordered digits each."
ways_table = sg.export.table(columns, rows, formats=formats, caption=caption)
ways_table

# %% [markdown]
# **Read.** Told to $G$ alone, a label is worth nothing: a discriminator that sees no label is content with any digit, so nothing rewards obedience. It is $D$ that demands it. Of the others the channels are behind after so few steps, in fidelity and in distance. The projection is ahead of the three in both, and with the wrong pairs it obeys best. It also varies least, less than real digits do within a class: the two belong together, as we shall see. A spread above 1 is no merit,
# since an order that is not obeyed adds another digit to its class. All of them can get better with more steps or settings of their own, and this is one seed: the order of neighbours in the table is not proved by it. `python tools/label_seeds.py` makes three.

# %% tags=["check"]
# @title Statements
right_of = {way: float(np.mean(found[0])) for way, found in recorded.items()}
away_of = {way: float(np.mean(found[1])) for way, found in recorded.items()}
told_ways = ["channels", "joint layer", "auxiliary classifier", "projection"]
sg.claims.holds("told to G alone, a label is worth nothing", right_of["not told"] < 0.15)
sg.claims.holds("the channels are behind", min(told_ways, key=right_of.get) == "channels")
sg.claims.holds("in distance, too", max(told_ways, key=away_of.get) == "channels")
sg.claims.holds(
    "the projection is ahead of the three", max(told_ways, key=right_of.get) == "projection"
)
sg.claims.holds("in both", min(told_ways, key=away_of.get) == "projection")
recipes_way = "projection, wrong pairs"
sg.claims.holds("it obeys best", max(right_of, key=right_of.get) == recipes_way)
spread_of = {way: float(np.mean(found[2])) for way, found in recorded.items()}
sg.claims.holds("it also varies least", min(spread_of, key=spread_of.get) == recipes_way)
sg.claims.holds("less than real digits do", spread_of[recipes_way] < 0.95)

# %% [markdown]
# ### Pairs that do not fit
#
# What does $D$ learn its $e_y$ from? Every real image comes with its own label, so only the mistakes of $G$ can show it a wrong one, and these get rare. Reed et al. (2016, algorithm 1) add a third kind of pair, a
# real image $x$ with a label $\hat y$ that is not its own, and $D$ is to refuse it as it refuses a fake one:
#
# $$\log D(x \mid y) + \tfrac12 \big[ \log(1 - D(G(z \mid y) \mid y)) + \log(1 - D(x \mid \hat y)) \big]$$
#
# They give both kinds of fakes the same weight. Our recipe exchanges eight of the 64 fake images for such pairs, which costs no time. $\hat y$ is the label of the image before it in the batch, so one time in ten it fits all the
# same. $G$ learns from all of its 64 images as before. Page 05's `discriminator_loss` asks `exchange` for the fakes that $D$ learns from; here it is:


# %% tags=["shows:training.conditional.ConditionalGAN.exchange"]
def exchange(self, real, fake):
    (real_images, class_labels), (fake_images, _) = real, fake
    first = tf.cast(self.mismatched * tf.cast(tf.shape(fake_images)[0], "float32"), "int32")  # 8
    images = tf.concat([real_images[:first], fake_images[first:]], axis=0)
    labels = tf.concat([tf.roll(class_labels, 1, axis=0)[:first], class_labels[first:]], axis=0)
    return images, labels


# %% [markdown]
# **Predict:** a fine 4 that could be a 9. What does $D$ say to it now, whichever label it has? And what will $G$ do about such forms? (Exercise 5 trains without the wrong pairs.)

# %% tags=["nbval-ignore-output", "timing"]
callbacks = [*recipe.callbacks(), StepProgress(lines=5)]
record = digit_gan.fit(
    images, labels, steps=DIGIT_STEPS, batch_size=recipe.batch_size, callbacks=callbacks
)

# %%
grid_digits, ordered = make_digits(digit_gan, 100)
grid_figure = sg.plotting.image_rows({str(y): grid_digits[ordered == y] for y in range(10)})
sg.plotting.show(
    grid_figure,
    "Ten rows of ten generated digits. Each row was ordered as one digit, from 0 at the top to 9 "
    "at the bottom.",
)

# %% [markdown]
# No two of these come from one $z$. Are they good, and are they all kinds of digits? The Fréchet distance has both in one number. *Precision* and *recall* ask separately (Kynkäänniemi et al. 2019). Draw a ball around each real image $r$, up to its third-nearest real neighbour, in the space of the features; precision is the share of generated images that lie in some ball. Recall is the same with the parts exchanged:
#
# $$\text{precision} = \frac1m \sum_{i} \big[\exists\, r: \lVert g_i - r \rVert \le d_3(r)\big] \qquad \text{recall} = \frac1n \sum_{j} \big[\exists\, g: \lVert r_j - g \rVert \le d_3(g)\big]$$


# %% tags=["shows:metrics.equations.distances", "shows:metrics.equations.precision_recall"]
def distances(x, y):
    return np.stack([np.linalg.norm(y - point, axis=1) for point in x])


def precision_recall(real, fake, neighbours=3):
    r_real = np.sort(distances(real, real), axis=1)[:, neighbours]  # nearest is each sample itself
    r_fake = np.sort(distances(fake, fake), axis=1)[:, neighbours]
    precision = np.mean((distances(fake, real) <= r_real).any(axis=1))
    recall = np.mean((distances(real, fake) <= r_fake).any(axis=1))
    return float(precision), float(recall)


# %% [markdown]
# In MNIST the classes are not equally frequent, there are a quarter more ones than fives. So order for once not as many of each class, but the labels of other real digits. And measure three cheats beside it: one good image for each class, 200 times; real digits whose labels are shuffled, which do not listen; and, as the ceiling, real digits.

# %% tags=["nbval-ignore-output"]
COUNT = 2_000
ordered = labels[2 * COUNT : 3 * COUNT]
made = sg.ranges.symmetric_to_uint8(digit_gan.generate(COUNT, ordered, seed=SEED + 1))
one_each = np.stack([made[(ordered == y).argmax()] for y in range(10)])
others = digits[2 * COUNT : 3 * COUNT, ..., None]
shuffled = np.random.default_rng(SEED).permutation(others)
answers = {
    "ours": made,
    "one image a class": one_each[ordered],
    "does not listen": shuffled,
    "real": others,
}
real_features, measured = network.features(digits[:COUNT]), {}
for name, answer in answers.items():
    features, seen = network.describe(answer)
    p_r = precision_recall(real_features, features)
    away = frechet_distance(real_features, features)
    measured[name] = [label_fidelity(seen, ordered), away, *p_r]
columns = ["images", "fidelity", "distance", "precision", "recall"]
formats = {"fidelity": ".1%", "distance": ".1f", "precision": ".2f", "recall": ".2f"}
caption = f"{COUNT:,} ordered digits against {COUNT:,} real ones."
rows = [[name, *numbers] for name, numbers in measured.items()]
measured_table = sg.export.table(columns, rows, formats=formats, caption=caption)
measured_table

# %% [markdown]
# **Read.** Each number can be cheated alone. One image a class obeys in nearly every case, and its recall is next to nothing. Real digits in the wrong order have the best distance and ten per cent fidelity. Ours is near the real digits in fidelity and precision and behind them in recall: some forms of the digits it does not draw. That is also the answer about the 4 that could be a 9. A $D$ that
# is to refuse real images whose label could be another gives $G$ reason to keep away from forms between two classes, and real digits have such forms.
#
# Which orders go wrong? Below are the ten that look least like what was ordered, ordered → seen. Who is wrong, the generator or the judge? Some are scrawls that are no digit, some lie between two classes, where people err as well. That the judge is right about real digits does not make it right about scrawls, so don't read much into the last tenths of a per cent.

# %% tags=["check"]
# @title Statements
cheat = measured["one image a class"]
sg.claims.holds("one image a class obeys in nearly every case", cheat[0] > 0.9)
sg.claims.holds("its recall is next to nothing", cheat[3] < 0.1)
sg.claims.holds("ten per cent fidelity", 0.07 < measured["does not listen"][0] < 0.14)
sg.claims.holds("ours is near the real digits in fidelity", measured["ours"][0] > 0.96)
sg.claims.holds("behind them in recall", measured["ours"][3] < measured["real"][3] - 0.05)

# %%
obeyed, distance = measured["ours"][:2]
floor, seen = measured["real"][1], network.classes(made)
sure = network.probabilities(made)[np.arange(COUNT), ordered]
worst = np.argsort(sure)[:10]
titles = [f"{ordered[n]} → {seen[n]}" for n in worst]
wrong_figure = sg.plotting.image_grid(made[worst], titles=titles)
sg.plotting.show(
    wrong_figure,
    "Ten generated digits in a row, each titled with what was ordered and what the judge saw.",
)

# %% [markdown]
# ## One z, ten digits
#
# The label says which digit. What is left for $z$? Keep $z$ in a row and change the label only. **Predict:** what stays the same along a row?


# %%
def make_from(z, ordered):
    return sg.ranges.symmetric_to_uint8(digit_gan.generate_from(z, ordered))[..., 0]


some_z = digit_gan.sample_noise(5, seed=SEED + 2)
one_z = {f"z {n + 1}": make_from(np.tile(some_z[n], (10, 1)), np.arange(10)) for n in range(5)}
one_z_figure = sg.plotting.image_rows(one_z)
sg.plotting.show(
    one_z_figure,
    "Five rows of ten generated digits, 0 to 9. Each row comes from a single z.",
)


# %% [markdown]
# Measure something that no label names, the *slant*: how many columns a stroke goes to the right for each row up. With the share $m_{rc}$ of an image's ink at row $r$ and column $c$, and the means $\bar r, \bar c$ of the ink,
#
# $$s = -\frac{\sum_{rc} m_{rc}\, (r - \bar r)(c - \bar c)}{\sum_{rc} m_{rc}\, (r - \bar r)^2}$$
#
# Then correlate the slants of 200 images of one class with those of another class from the same 200 $z$, for all 45 pairs of classes.


# %% tags=["paper"]
def slant(images):
    m = images / images.sum(axis=(1, 2), keepdims=True)
    r, c = np.mgrid[:28, :28]
    r = r - (m * r).sum(axis=(1, 2), keepdims=True)
    c = c - (m * c).sum(axis=(1, 2), keepdims=True)
    return -(m * r * c).sum(axis=(1, 2)) / (m * r * r).sum(axis=(1, 2))


def agreement(slants):  # (n, 10) to the mean correlation of two columns
    return float(np.corrcoef(slants.T)[np.triu_indices(10, 1)].mean())


# %% tags=["nbval-ignore-output"]
z = np.repeat(digit_gan.sample_noise(200, seed=SEED + 3), 10, axis=0)
slants = slant(make_from(z, np.tile(np.arange(10), 200))).reshape(200, 10)
shared_slant = agreement(slants)
shuffled_slant = agreement(np.random.default_rng(SEED).permuted(slants, axis=0))
print(f"mean correlation of two classes: {shared_slant:.2f} with the same z,", end=" ")
print(f"{shuffled_slant:.2f} with another z for each class")

# %% [markdown]
# **Read.** What the label leaves open is the handwriting, and $z$ holds some of it for all digits at once. Nobody asked for that. In the first layer a label can only add a vector of its own to what comes from $z$; the
# weights behind $z$ are the same for all classes, so the simplest way to slant a 4 also slants a 9.

# %% tags=["check"]
# @title Statements
sg.claims.holds("z holds some of it for all digits at once", shared_slant > 0.4)
sg.claims.holds("and another z for each class has none in common", abs(shuffled_slant) < 0.1)

# %% [markdown]
# ## Between two labels
#
# $G$ was given ten numbers with one 1. Nobody stops us from giving it 0.5 for the 3 and 0.5 for the 8. With the weights $W$ behind $z$ and the vectors $b_y$ that labels add, the first layer gets, on the way from 3 to 8,
#
# $$W z + (1 - t)\, b_3 + t\, b_8 \qquad 0 \le t \le 1$$
#
# No image of the data ever had such a label. **Predict:** what does $t = 0.5$ give: a digit, a blend of two digits, or rubbish?

# %%
weighted = conditional.with_label_weights(digit_gan.ema_generator)
t = np.linspace(0, 1, 9)


def between(first, second, z):  # for each z the way from one label to the other: (n, 9, 28, 28)
    weights = np.zeros((len(t), 10), "float32")
    weights[:, first], weights[:, second] = 1 - t, t
    both = [np.repeat(z, len(t), axis=0), np.tile(weights, (len(z), 1))]
    return sg.ranges.symmetric_to_uint8(weighted(both)).reshape(len(z), len(t), 28, 28)


ways = {f"{a} to {b}": between(a, b, some_z[:1])[0] for a, b in [(3, 8), (4, 9), (1, 7), (0, 6)]}
between_figure = sg.plotting.image_rows(ways)
sg.plotting.show(
    between_figure,
    "Four rows of nine generated images. Each row goes from one label to another: 3 to 8, 4 to 9, "
    "1 to 7, and 0 to 6.",
)

# %% tags=["nbval-ignore-output"]
way = between(3, 8, digit_gan.sample_noise(300, seed=SEED + 4)).reshape(-1, 28, 28)
probabilities = network.probabilities(way).reshape(300, len(t), 10)
says = {f"says {y}": (probabilities.argmax(axis=2) == y).mean(axis=0) for y in (3, 8)}
unsure = (probabilities.max(axis=2) < 0.9).mean(axis=0)  # no class has a probability of 0.9
share_figure = sg.plotting.curves(
    {name: (t, share) for name, share in {**says, "is not sure": unsure}.items()},
    xlabel="t, from 3 to 8",
    ylabel="share of 300 z of which the judge ...",
)
sg.plotting.show(
    share_figure,
    "Line plot over t, from 0 to 1, with three lines: the share of images that the judge takes "
    "for a 3, the share that it takes for an 8, and the share of which it is not sure.",
)

# %% [markdown]
# **Read.** Mostly this is no cross-fade of two images: strokes bend, open and close, and what lies between is a digit of its own, though some strokes fade and it can be a smear. On the way the classes change places,
# and in the middle there are more images of which the judge is not sure than at the ends: some are neither. The generator is a continuous function of its input, and has no gap between classes. Whether the data has one, it was never told.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the classes change places", says["says 3"][0] > 0.9 and says["says 8"][-1] > 0.9)
middle, at_ends = unsure[len(t) // 2], np.mean(unsure[[0, -1]])
sg.claims.holds("in the middle the judge is not sure of more images", middle > 1.5 * at_ends)

# %% [markdown]
# ## Attributes instead of classes
#
# Wallat & Kriegel describe a generator of faces that is told attributes instead of a class (Gauthier 2014, with 36 of the 73 attributes of *Labeled Faces in the Wild*), and show pictures. This
# section does it with faces small enough for a laptop, and measures how well each attribute is obeyed.
#
# A smiley here is drawn from a vector $y$ of six attributes, each between -1 and 1. The drawing is a formula, `smileys.draw_smileys`, so every attribute of every image is known exactly, which no
# photograph offers.


# %% tags=["setup"]
def vary(name, steps=9):  # one attribute from -1 to 1, the others 0
    attributes = np.zeros((steps, len(smileys.ATTRIBUTES)), "float32")
    attributes[:, list(smileys.ATTRIBUTES).index(name)] = np.linspace(-1, 1, steps)
    return attributes


def draw(count, seed):  # the attributes and the drawings
    attributes = smileys.sample_attributes(count, seed=seed)
    return attributes, smileys.draw_smileys(attributes, smileys.sample_hands(count, seed=seed))


# %%
for name, (low, high) in smileys.ATTRIBUTES.items():
    print(f"{name:13s} -1: {low};  +1: {high}")
drawn_rows = sg.plotting.image_rows(
    {name: smileys.draw_smileys(vary(name)) for name in smileys.ATTRIBUTES}
)
sg.plotting.show(
    drawn_rows,
    "Six rows of nine drawn smileys. In each row one attribute goes from -1 to 1.",
)

# %% [markdown]
# No two drawings by hand are the same, so five more numbers vary from image to image, the *hand*: place (two numbers), size, strength of the ink, wobble. They are no attributes. Nobody tells them to the generator.
#
# The judge is now a *regressor* $R$, trained on drawings to read $y$ from the image. For each attribute $j$, over $n$ images,
#
# $$R^2_j = 1 - \frac{\sum_i (y_{ij} - R(x_i)_j)^2}{\sum_i (y_{ij} - \bar y_j)^2}$$
#
# 1 is perfect obedience; the same image for every order gets at most 0. Again the judge is judged first, on drawings that it has not seen. **Predict:** which of the six attributes is the
# hardest to read at 28 x 28 pixels?


# %% tags=["setup", "nbval-ignore-output", "timing"]
attributes, drawings = draw(NUM_DRAWINGS, seed=SEED)
wanted, new_drawings = draw(2_000, seed=SEED + 1)


def train(model, x, y, loss, epochs=3):
    rate = keras.optimizers.schedules.CosineDecay(3e-3, epochs * (len(x) // 64))  # down to 0
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    x = sg.ranges.to_unit(x).reshape(-1, 28, 28, 1)
    model.fit(x, y, batch_size=64, epochs=epochs, callbacks=[Progress(lines=1)], verbose=0)
    return model


def judged(regressor, images, wanted):  # uint8 images to {attribute: (R^2, RMS error)}
    x = sg.ranges.to_unit(images).reshape(-1, 28, 28, 1)
    predicted = regressor.predict(x, batch_size=500, verbose=0)
    return sg.metrics.obedience(wanted, predicted, smileys.ATTRIBUTES)


keras.utils.set_random_seed(SEED)
regressor = train(regressors.build_attribute_regressor(), drawings, attributes, "mse")

# %% tags=["nbval-ignore-output"]
ceiling = judged(regressor, new_drawings, wanted)
rows = [[name, r2, rms] for name, (r2, rms) in ceiling.items()]
columns = ["attribute", "R² on new drawings", "RMS error (range 2)"]
sg.export.table(columns, rows, formats={columns[1]: ".3f", columns[2]: ".3f"})

# %% [markdown]
# **Read.** These numbers are the *ceiling*: a generator can hardly be measured as more obedient than the drawings themselves. The outline, ink all round the face, is the easiest to read; the eyes are among the harder ones: between closed and wide open lie less than four pixels of
# height.

# %% tags=["check"]
# @title Statements
easiest = max(ceiling, key=lambda name: ceiling[name][0])
by_ease = sorted(ceiling, key=lambda name: ceiling[name][0])
sg.claims.holds("the outline is the easiest to read", easiest == "outline")
sg.claims.holds("the eyes are among the harder ones", "eyes" in by_ease[:3])

# %% [markdown]
# In the GAN only the label changes. The generator gets the vector itself appended to $z$. In the discriminator a matrix $E$ takes the place of the table of vectors:
#
# $$a(x, y) = w^{\mathsf T} \phi(x) + b + (E y)^{\mathsf T} \phi(x)$$
#
# One size is chosen for this data: eight numbers of $z$ are enough for a hand of five.


# %% tags=["setup"]
def train_smiley_gan(drawings, attributes):
    keras.utils.set_random_seed(SEED)
    gan = ConditionalGAN(
        conditional.build_attribute_generator(latent_dim=8),
        conditional.build_attribute_discriminator(),
        ema=0.99,
        seed=SEED,
    )
    adam = {"learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.99}
    gan.compile(
        d_optimizer=keras.optimizers.Adam(**adam), g_optimizer=keras.optimizers.Adam(**adam)
    )
    x = sg.ranges.to_symmetric(drawings)[..., None]
    gan.fit(x, attributes, steps=SMILEY_STEPS, callbacks=[StepProgress(lines=4)])
    return gan


def make_smileys(gan, wanted):
    return sg.ranges.symmetric_to_uint8(gan.generate(len(wanted), wanted, seed=SEED))


# %% tags=["nbval-ignore-output", "timing"]
smiley_gan = train_smiley_gan(drawings, attributes)

# %%
made_smileys = make_smileys(smiley_gan, wanted)
ordered_figure = sg.plotting.image_rows(
    {"ordered": smileys.draw_smileys(wanted[:10]), "made": made_smileys[:10]}
)
sg.plotting.show(
    ordered_figure,
    "Two rows of ten smileys: above, a drawing of what was ordered; below, what was generated.",
)

# %% [markdown]
# The upper row is what was ordered, drawn by a steady hand. The lower row may differ from it in place, size, ink and wobble, and in nothing else. **Predict:** which attribute does the generator obey least, and is it
# one that the judge finds hard?

# %% tags=["nbval-ignore-output"]
smileys_obeyed = judged(regressor, made_smileys, wanted)
rows = [[name, ceiling[name][0], r2, rms] for name, (r2, rms) in smileys_obeyed.items()]
columns = ["attribute", "R² drawn", "R² made", "RMS error made"]
obedience_table = sg.export.table(columns, rows, formats=dict.fromkeys(columns[1:], ".2f"))
obedience_table

# %% [markdown]
# **Read.** Every attribute is obeyed, none as well as in a drawing, and the eyes are the weakest: few pixels, and small on a face. What the table doesn't say is whether the images are good. The judge was trained on drawings and answers for anything, fog included. Its numbers mean something only
# for images that look like drawings, so look at them.

# %% tags=["check"]
# @title Statements
least = min(smileys_obeyed, key=lambda name: smileys_obeyed[name][0])
sg.claims.holds("every attribute is obeyed", smileys_obeyed[least][0] > 0.6)
sg.claims.holds("the eyes are the weakest", least == "eyes")
drop = {name: ceiling[name][0] - smileys_obeyed[name][0] for name in ceiling}
sg.claims.holds("none as well as in a drawing", min(drop.values()) > 0)

# %% [markdown]
# **Turn one knob.** One $z$ for all images, here $z = 0$, the middle of the noise; one attribute from -1 to 1 in each row, the others 0. **Predict:** does the hand stay the same along a row?

# %%
z = np.zeros((9, smiley_gan.latent_dim), "float32")
knob_figure = sg.plotting.image_rows(
    {
        name: sg.ranges.symmetric_to_uint8(smiley_gan.generate_from(z, vary(name)))
        for name in smileys.ATTRIBUTES
    }
)
sg.plotting.show(
    knob_figure,
    "Six rows of nine generated smileys. In each row one attribute goes from -1 to 1, and z stays "
    "the same.",
)

# %% [markdown] tags=["unmeasured"]
# **Read.** The middle column is the same image six times. ($z = 0$ flatters: it is the likeliest $z$. The row of orders above is the fair sample.) Along a row the hand hardly changes: what is not
# ordered follows from $z$. The attributes have mostly come apart, each in a row of its own, because they are independent in the data. In photographs they are not (who smiles shows teeth), and a generator learns such correlations, too.
#
# **What is left to z?** Now the other way round: one order, many $z$. A generator that ignored $z$ would make the same image each time, and the table above would not notice. So compare how much the hand varies: how far
# to the right the centre of the ink lies, and how bright the ink is. **Predict:** does the generator vary them as much as the drawings do?


# %%
def hand_spread(images):  # standard deviations: of the place in pixels, of the ink from 0 to 1
    images = images.reshape(-1, 28, 28) / 255.0
    place = (images.sum(axis=1) @ np.arange(28)) / images.sum(axis=(1, 2))
    brightest = np.sort(images.reshape(len(images), -1))[:, -40:]
    return {"place": place.std(), "ink": brightest.mean(axis=1).std()}


one_order = np.zeros((1_000, len(smileys.ATTRIBUTES)), "float32")
hands = smileys.sample_hands(len(one_order), seed=SEED)
same_order = {
    "drawn": smileys.draw_smileys(one_order, hands),
    "made": make_smileys(smiley_gan, one_order),
}
same_figure = sg.plotting.image_rows({name: faces[:10] for name, faces in same_order.items()})
sg.plotting.show(
    same_figure,
    "Two rows of ten smileys, all made to the same order: drawn above, generated below.",
)

# %% tags=["nbval-ignore-output"]
drawn, by_gan = (hand_spread(same_order[name]) for name in ("drawn", "made"))
kept = {part: float(by_gan[part] / drawn[part]) for part in drawn}
rows = [[part, drawn[part], by_gan[part], kept[part]] for part in kept]
columns = ["standard deviation of", "drawn", "made", "kept"]
sg.export.table(columns, rows, formats={"drawn": ".2f", "made": ".2f", "kept": ".0%"})

# %% [markdown]
# **Read.** The place varies about as it does in the drawings, without anyone having ordered it. The ink does not: the drawings go from grey to white, and the generator keeps to a few strengths. No order names the ink,
# so the table of obedience is blind to it. This is *mode collapse* in one direction, inside the order that we looked at. Before you report that a conditional generator is good, hold the order and vary $z$.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the place varies about as it does in the drawings", 0.8 < kept["place"] < 1.25)
sg.claims.holds("the ink does not", kept["ink"] < 0.4)

# %% [markdown]
# ## Without sorting by hand
#
# Temkeng (2020, section 5) closes with a problem. If generated data is to be used for classification, somebody must check whether each image is acceptable, and to which class it belongs; and very often this has to be done by
# hand. A conditional generator turns it round: the class is *ordered*, so every image comes with its label, and the label fidelity says how many labels are wrong without anybody looking at an image.
#
# So order a training set, train a classifier on it and on nothing else, and test it on real digits. Beside it the same classifier, from the same starting weights, with as many real digits. **Predict:** how many per cent
# of the real test digits does the first one get right? And the second?


# %%
def train_classifier(images, labels):
    keras.utils.set_random_seed(SEED)
    classifier = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 5, 2, activation="relu"),  # 12 x 12 x 32
            layers.Conv2D(64, 3, 2, activation="relu"),  # 5 x 5 x 64
            layers.Flatten(),
            layers.Dense(10),  # logits
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return train(classifier, images, labels, loss)


# %% tags=["nbval-ignore-output", "timing"]
samples, ordered = make_digits(digit_gan, NUM_SAMPLES, seed=SEED + 5)
classifiers = {
    "generated": train_classifier(samples, ordered),
    "real": train_classifier(digits[:NUM_SAMPLES], labels[:NUM_SAMPLES]),
}

# %% tags=["nbval-ignore-output"]
x_test = sg.ranges.to_unit(test_digits)[..., None]
answers = {
    name: classifier.predict(x_test, batch_size=500, verbose=0).argmax(axis=1)
    for name, classifier in classifiers.items()
}
right = {name: float(np.mean(answer == test_labels)) for name, answer in answers.items()}
print(f"accuracy on {len(x_test):,} real test digits, after learning from {NUM_SAMPLES:,} digits:")
print(", ".join(f"{name} {accuracy:.1%}" for name, accuracy in right.items()))

# %% [markdown]
# **Read.** The first classifier has never seen a real digit, and reads more than nine in ten. Nobody has checked or sorted an image. It is a few per cent behind the one that learned from real digits. A few wrong labels will be one reason; look
# for others. These are the first real digits that only this one gets wrong, truth → answer:

# %% tags=["check"]
# @title Statements
behind = right["real"] - right["generated"]
sg.claims.holds("more than nine in ten", right["generated"] > 0.9)
sg.claims.holds("a few per cent behind", 0.02 < behind < 0.08)

# %%
only_first = (answers["generated"] != test_labels) & (answers["real"] == test_labels)
shown = np.flatnonzero(only_first)[:20]
titles = [f"{test_labels[n]} → {answers['generated'][n]}" for n in shown]
mistakes_figure = sg.plotting.image_grid(test_digits[shown], titles=titles)
sg.plotting.show(
    mistakes_figure,
    "Real test digits in rows of ten, each titled with the right and the wrong answer.",
)

# %% [markdown]
# **Read.** Some are odd forms of their digit, others look like any. The losses of the two trainings say more: generated digits are learned more easily than real ones. A generator draws the common forms, and what it leaves out the
# classifier never meets. So this is a measure of the generator, too. Label fidelity asks whether its
# images look like what was ordered; the accuracy of a classifier that learned from them asks whether they show *all* that the class looks like (*classification accuracy score*, Ravuri & Vinyals 2019).
#
# Is anything gained, then? Not here. The generator has learned from 60,000 digits that somebody had labelled by hand, the judge of its fidelity too, and a classifier would better learn from those. The work by hand has moved from the
# generated images to the training set, where it is done once. It pays where the images themselves may not be passed on, if the generator does not pass them on in secret.

# %% tags=["check"]
# @title Statements
last_loss = {name: model.history.history["loss"][-1] for name, model in classifiers.items()}
easier = last_loss["generated"] / last_loss["real"]
sg.claims.holds("generated digits are learned more easily", easier < 0.5)

# %% [markdown]
# ## Claims

# %% tags=["claims"]
claims = sg.claims.Claims()
doubt = float(middle / at_ends)
least_drawn = min(r2 for r2, _ in ceiling.values())
least_obeyed = smileys_obeyed[least][0]
text = "Mirza & Osindero's pair, long training: label fidelity"
claims.above(0.6, mirza_fidelity[-1], text, "Mirza & Osindero 2014, 4.1")
text = "the same: label fidelity after 2,000 steps, when it draws digits"
claims.below(0.2, mirza_fidelity[7], text, "ours")
claims.above(
    0.95, obeyed, "projection and wrong pairs: label fidelity", "ours, after Miyato & Koyama 2018"
)
claims.below(4, distance / floor, "the same: distance, generated / real digits", "ours")
claims.below(0.1, cheat[3], "one image a class: recall", "ours")
claims.above(0.4, shared_slant, "one z: correlation of the slant between classes", "ours")
claims.above(1.5, doubt, "from 3 to 8: share not sure, in the middle / at the ends", "ours")
claims.above(0.95, least_drawn, "the judge of smileys: least R² on new drawings", "ours")
claims.above(
    0.6, least_obeyed, "told attributes: least R² of an attribute", "ours, after Gauthier 2014"
)
claims.above(0.8, kept["place"], "one order: spread of the place, made / drawn", "ours")
claims.below(0.4, kept["ink"], "finding: but spread of the ink, made / drawn", "ours")
text = "no sorting by hand: accuracy on real digits after generated ones"
claims.above(0.88, right["generated"], text, "ours, against Temkeng 2020, 5")
claims.above(
    0.02,
    behind,
    "as many real digits teach more: accuracy higher by",
    "ours, after Ravuri & Vinyals 2019",
)
claims.below(0.4, easier, "but are harder to learn: last loss, generated / real", "ours")
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper
#
# With a label fidelity say which classifier judged, how often it is right about real images, and how many images were ordered. Each table is written for LaTeX and for a spreadsheet.

# %%
run = sg.runs.describe(
    "08_conditional_gan",
    seed=SEED,
    digit_steps=DIGIT_STEPS,
    smiley_steps=SMILEY_STEPS,
    num_drawings=NUM_DRAWINGS,
    num_samples=NUM_SAMPLES,
)
print(sg.export.save_table(ways_table, "ways_to_give_a_label", run))
print(sg.export.save_table(measured_table, "ordered_digits", run))
print(sg.export.save_table(obedience_table, "attributes", run))
print(sg.export.save_table(mirza_table, "mirza_discriminator", run))
caption = (
    "Mirza & Osindero's pair: label fidelity and Fréchet distance over the steps (one training)."
)
print(sg.export.save_figure(mirza_curve_figure, "mirza_over_steps", run, caption=caption))
caption = f"Digits by order, a row for each; {DIGIT_STEPS:,} steps, seed {SEED}."
print(sg.export.save_figure(grid_figure, "digits_by_class", run, caption=caption))
caption = "A row is one z, a column one label."
print(sg.export.save_figure(one_z_figure, "one_z_ten_digits", run, caption=caption))
caption = "Between two labels: images on the way, one z in each row."
print(sg.export.save_figure(between_figure, "between_two_labels", run, caption=caption))
caption = "From 3 to 8: what the judge says of 300 z."
print(sg.export.save_figure(share_figure, "shares_between_labels", run, caption=caption))
caption = "Smileys: one attribute turned in each row, z = 0."
print(sg.export.save_figure(knob_figure, "smileys_one_knob", run, caption=caption))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Order a smile of 1.5, then 3. No drawing had one. Where does the generator follow, and where does it stop?
# 2. *A hole in the data.* Train without any face that frowns with wide eyes (`smile` < 0 and `eyes` > 0), then order such faces. Are they made? Compare their RMS errors with those of the pair above.
# 3. *Deceive the judge.* Shift new drawings by four pixels with `np.roll`. They are as good as before. What does the regressor say, and what does that say about the tables above?
# 4. *Labels in disorder.* Train the convolutional pair, without the wrong pairs (`dataclasses.replace(recipe, options={"mismatched": 0})`), for 200 steps on digits with their labels, and on the same digits with the labels shuffled (`rng.permutation(labels)`). What does $G$ do with $y$ then? Now give real test
#    digits to both discriminators, each with all ten labels: how often has the right label the greatest logit? Nobody trained $D$ to classify; what does the derivation say?
#
# 5. *Only what fits.* Train the digits without the wrong pairs, with those of the recipe, and with four times as many, each for half of `DIGIT_STEPS`. What happens to the fidelity, and what to the distance? And what can neither of them see?
#
# The [solutions](solutions/08_conditional_gan.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# The first three exercises need the pair of the smileys, trained as on the page.
#
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
smiley_gan = train_smiley_gan(drawings, attributes)

# %% tags=["solution"]
z = np.zeros((9, smiley_gan.latent_dim), "float32")
rows = {
    f"smile, -{reach:g} to {reach:g}": sg.ranges.symmetric_to_uint8(
        smiley_gan.generate_from(z, reach * vary("smile"))
    )
    for reach in (1, 1.5, 3)
}
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Three rows of nine generated smileys: the smile goes from -1 to 1, from -1.5 to 1.5, and "
    "from -3 to 3.",
)

# %% [markdown] tags=["solution"]
# It follows a little beyond 1 and then leaves the set of faces. Nobody taught it to stop: $y$ enters a linear layer, and what comes out is outside of everything that the next layers have seen.
#
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
smile, eyes = (list(smileys.ATTRIBUTES).index(name) for name in ("smile", "eyes"))
hole = (attributes[:, smile] < 0) & (attributes[:, eyes] > 0)
holed_gan = train_smiley_gan(drawings[~hole], attributes[~hole])

# %% tags=["solution", "nbval-ignore-output"]
never = wanted[(wanted[:, smile] < 0) & (wanted[:, eyes] > 0)]
reports = [judged(regressor, make_smileys(gan, never), never) for gan in (smiley_gan, holed_gan)]
rows = [[name, *(report[name][1] for report in reports)] for name in smileys.ATTRIBUTES]
columns = ["RMS error of", "all faces", "with a hole"]
sg.export.table(columns, rows, formats=dict.fromkeys(columns[1:], ".2f"))

# %% [markdown] tags=["solution"]
# They are made, with more error in the two attributes concerned: the generator puts together what it has only seen apart. ($R^2$ would be unfair here: these orders cover half the range of both attributes, so a quarter of the variation, and the same error costs
# four times as much.)
#
# **Exercise 3.**

# %% tags=["solution", "nbval-ignore-output"]
moved = np.roll(new_drawings, 4, axis=2)
for name, (r2, _) in judged(regressor, moved, wanted).items():
    print(f"{name:13s} {r2:6.2f}")

# %% [markdown] tags=["solution"]
# Below 0 for most attributes: worse than a guess, on drawings that show their attributes as clearly as before. The judge knows faces near the middle and nothing else. A bad number of a generator can be the judge's fault; a
# good one over thousands of orders hardly.
#
# **Exercise 4.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
recipe = dataclasses.replace(sg.recipes.CONDITIONAL_RECIPES["dcgan"], options={"mismatched": 0})
shuffled = np.random.default_rng(SEED).permutation(labels)
some = sg.ranges.to_symmetric(test_digits[:1_000])[..., None]
made, rows = {}, []
for name, told in (("right labels", labels), ("shuffled", shuffled)):
    gan = recipe.build((28, 28, 1), num_classes=10, seed=SEED)
    callbacks = [*recipe.callbacks(), StepProgress(lines=2)]
    gan.fit(images, told, steps=200, batch_size=recipe.batch_size, callbacks=callbacks)
    logits = [gan.discriminator([some, np.full(1_000, y, "int32")]) for y in range(10)]
    guesses = np.concatenate(logits, axis=1).argmax(axis=1)
    rows.append([name, fidelity(gan), float(np.mean(guesses == test_labels[:1_000]))])
    made[name], _ = make_digits(gan, 10)
columns = ["trained with", "label fidelity", "greatest logit of D at the right label"]
sg.export.table(columns, rows, formats=dict.fromkeys(columns[1:], ".1%"))

# %% tags=["solution"]
figure = sg.plotting.image_rows(made)
sg.plotting.show(
    figure,
    "Two rows of ten generated digits: above, after training with the right labels; below, with "
    "shuffled ones.",
)

# %% [markdown] tags=["solution"]
# With shuffled labels the fidelity is about 10 %, chance. Image and label are independent then, $p(x \mid y) = p(x)$ for every $y$, and the best that a generator can do is to ignore $y$. Its strokes are about as good as the
# other's, so you would not notice without measuring. If the fidelity of your own conditional GAN stays at chance, look first whether images and labels still belong together.
#
# $D$'s greatest logit is at the right label far more often than one time in ten with the right labels. With shuffled ones it is not, and the share need not be one in ten: all $e_y$ are then nearly alike, whichever happens to be ahead is ahead for most images, and the share is about that of this digit. The part of $a^*$ that knows $y$ is
# $\log p(y \mid x) - \log q(y \mid x)$. As long as the generator obeys badly, $q(y \mid x)$ is nearly the same for all $y$, and what is left is a classifier, $\log p(y \mid x)$. As $G$ learns to obey, the two terms cancel, and $D$ has
# less and less reason to know digits. The wrong pairs give it one that lasts.

# %% [markdown] tags=["solution"]
# **Exercise 5.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
real_features, rows = network.features(digits[:2_000]), []
recipe = sg.recipes.CONDITIONAL_RECIPES["dcgan"]
usual = recipe.options["mismatched"]
for mismatched in (0, usual, 4 * usual):
    variant = dataclasses.replace(recipe, options={"mismatched": mismatched})
    gan = variant.build((28, 28, 1), num_classes=10, seed=SEED)
    callbacks = [*recipe.callbacks(), StepProgress(lines=1)]
    gan.fit(images, labels, steps=DIGIT_STEPS // 2, batch_size=64, callbacks=callbacks)
    made = sg.ranges.symmetric_to_uint8(gan.generate(2_000, labels[4_000:6_000], seed=SEED + 1))
    features, seen = network.describe(made)
    obeyed = label_fidelity(seen, labels[4_000:6_000])
    rows.append([mismatched, obeyed, frechet_distance(real_features, features)])
columns = ["wrong pairs, share", "label fidelity", "Fréchet distance"]
formats = {columns[0]: ".3f", columns[1]: ".1%", columns[2]: ".1f"}
sg.export.table(columns, rows, formats=formats)

# %% [markdown] tags=["solution"]
# Early in the training the wrong pairs help with both: $D$ knows labels sooner, and $G$ learns sooner what is wanted. But obedience can have a price. $D$ is now to doubt even real images whose label could be another, so $G$ has reason to keep away
# from forms between two classes, and real digits have such forms. In a long training the fidelity can come out above that of real digits, which the judge reads wrongly about once in two hundred times. That is no merit.
# The price would be variety, which the fidelity cannot see. The last section can: train its classifier on digits of either generator, with several seeds, and compare.

# %% [markdown]
# ## References
#
# Mirza & Osindero 2014, *Conditional generative adversarial nets*. Goodfellow et al. 2013, *Maxout networks*. Miyato & Koyama 2018, *cGANs with projection discriminator*. Wallat & Kriegel, on improved GANs and PANIC, with
# Gauthier 2014, *Conditional generative adversarial nets for convolutional face generation*. Reed et al. 2016, *Generative adversarial text to image synthesis*. Odena et al. 2017, *Conditional image synthesis with auxiliary classifier GANs*. Kynkäänniemi et al. 2019, *Improved precision and recall metric for assessing generative models*. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 5. Heusel et al. 2017, *GANs trained by a two time-scale update rule
# converge to a local Nash equilibrium*. Ravuri & Vinyals 2019, *Classification accuracy score for conditional generative models*.
