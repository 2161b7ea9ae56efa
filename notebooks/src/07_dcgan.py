# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 07 · DCGAN
#
# The same game with convolutions: a pixel now knows its neighbours. This page gives the guidelines of Radford et al. (2015) with their reasons, does a transposed convolution by hand, trains a small pair that
# makes digits in half a minute, and measures it beside the pairs of Temkeng (2020, section 4.2) and Winkler (2018, section 4.7.5) at their own numbers of iterations. At the end you will have walked through the space
# that the digits come from, and made a digit of your test set bolder. The page takes a minute and a half. You need [page 06](06_vanilla_gan.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import dataclasses
import math
import tempfile
from pathlib import Path

import IPython.display
import keras
import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import tensorflow as tf
from keras import layers

import seminar_gan as sg
from seminar_gan.metrics import class_shares, frechet_distance, specks
from seminar_gan.models import dcgan
from seminar_gan.training import FrameFolder, SampleGrid, frame_paths

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
STEPS = 480  # ours: the papers have no such pair
TIMED_STEPS = 6  # of each of the papers' pairs, to see what a step costs
INVERSION_STEPS = 200  # ours: the search for a digit's z

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    STEPS=(16, 10_000_000),
    TIMED_STEPS=(2, 10_000_000),
    INVERSION_STEPS=(1, 100_000),
)

# %% tags=["setup"]
COUNT = 2_000  # images on either side of a distance
(digits, digit_labels), (test_digits, test_labels) = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits)[..., None]

# %% [markdown]
# What long training gives, before anything is explained: the first twelve digits that each generator drew, none chosen. The package brings them along, since some took an hour
# (`python tools/train_weights.py`, described in [data/README.md](../data/README.md)).

# %%
made = {
    f"Temkeng, {step:,}": sg.weights.load_temkeng_samples(f"mnist-{step}") for step in (500, 5_000)
}
for training in sg.weights.WINKLER_TRAININGS:
    kind, step = training.split("-")
    kind = {"dense": "dense", "dcgan": "conv."}[kind]
    made[f"Winkler {kind}, {int(step):,}"] = sg.weights.load_winkler_samples(training)
rows = {"real": digits[:12, ..., None]} | {name: drawn[:12] for name, drawn in made.items()}
made_figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    made_figure,
    "Rows of twelve digits: real ones, then what the generators of Temkeng and Winkler drew after "
    "some hundred and some thousand iterations, from stripes to digits.",
)

# %% [markdown]
# ## The guidelines
#
# Radford et al. (2015, section 3) tried many convolutional pairs and kept what trained. Five rules came out of it, without proofs. The reasons below are what is known
# today; the last three columns say who keeps the rule on this page. *ReLU* is $\max(0, a)$; *leaky ReLU* lets a small part of a negative $a$ through.
#
# | guideline | reason | Temkeng | Winkler | ours |
# |---|---|---|---|---|
# | no pooling: convolutions with a stride on the way down, transposed ones on the way up | pooling fixes how an image is made smaller; with a stride the network learns it. And $G$ learns from the gradient that comes back through $D$: max pooling of 2 x 2 lets it through at one pixel in four | yes | yes | yes |
# | dense layers only behind $z$ and before the logit | a dense layer has a weight for each pair of pixels, and has to learn which are neighbours | yes | one more in $G$ and in $D$ | one more in each, smaller |
# | batch normalisation, but not behind $G$'s last layer and $D$'s first | it keeps the inputs of ReLU around 0, where it is neither dead nor linear. Behind the last layer it would fix brightness and contrast of a batch of images | none | $G$ only | $G$ only |
# | ReLU in $G$, tanh at its end | tanh has a largest and a smallest value, as pixels have | leaky ReLU; tanh is our choice | yes | yes |
# | leaky ReLU in $D$ | where ReLU is 0, so is its gradient, and $G$ hears nothing | yes | yes, slope 0.01 | yes, slope 0.2 |
#
# A sixth rule is about training. *Adam* moves each weight by a step whose length hardly depends on the size of its gradient, in the direction of an average over past gradients. With the usual $\beta_1 = 0.9$ that average reaches
# back about $1 / (1 - 0.9) = 10$ steps; Radford et al. take $\beta_1 = 0.5$, about 2, since after ten steps the other player is another one. (Ours takes 0, no memory at all.)
#
# Winkler applied the rules strictly first, with poor digits (his figure 4.7). Then he put a dense layer behind $z$, which "seems to aid the training stability"; took two transposed convolutions instead of four, after which "most of the samples are readable"; more filters
# in $D$ and a dense layer before its logit gave his best digits. The rules are a starting point, not a law.

# %% [markdown]
# ## Up: the transposed convolution
#
# A convolution with stride 2 makes a grid half as wide. $G$ needs the way back. A *transposed convolution* lets each number of the small image $x$ stamp the kernel $K$ into the large image
# $y$, as strongly as the number says. Neighbouring stamps are $s$ pixels apart, and where they overlap they add up:
#
# $$y_{s i + a,\; s j + b} \mathrel{+}= x_{i j}\, K_{a b} \qquad \text{for all } i, j \text{ and } a, b = 0, \dots, k - 1$$
#
# That is $s(n - 1) + k$ pixels wide, and `padding="same"` cuts it to $s n$. **Predict:** $n = 4$, $k = 4$, $s = 2$. How many rows and columns are cut off, and where?


# %% tags=["paper"]
def transposed_convolution(x, kernel, stride=2):
    size, width = len(x), len(kernel)
    y = np.zeros((stride * (size - 1) + width,) * 2)
    for (i, j), value in np.ndenumerate(x):
        top, left = stride * i, stride * j
        y[top : top + width, left : left + width] += value * kernel
    cut = (width - stride) // 2
    return y[cut : cut + stride * size, cut : cut + stride * size]


# %%
x = np.arange(16.0).reshape(4, 4)
kernel = np.outer([1.0, 2, 3, 4], [1.0, 10, 100, 1000])  # no symmetry to hide behind
by_hand = transposed_convolution(x, kernel)
up = layers.Conv2DTranspose(1, 4, 2, padding="same", use_bias=False)
up.build((None, 4, 4, 1))
up.set_weights([kernel[:, :, None, None]])
by_keras = np.asarray(up(x[None, :, :, None].astype("float32")))[0, :, :, 0]
off_keras = float(np.abs(by_hand - by_keras).max() / by_hand.max())
print("from", x.shape, "to", by_hand.shape, "by hand and", by_keras.shape, "by Keras")

# %% [markdown]
# **Read.** $2 \cdot 3 + 4 = 10$ pixels wide, and one row or column goes at each side. Keras computes the same numbers. Why *transposed*? A convolution is linear, so it can be written as a matrix; the stamping is that matrix, transposed
# (Dumoulin & Visin 2016). It is no inverse: nothing gets back what a convolution has thrown away.

# %% tags=["check"]
# @title Statements
sg.claims.holds("Keras computes the same numbers", off_keras < 1e-6)
sg.claims.holds("one row or column goes at each side", by_hand.shape == (8, 8))

# %% [markdown]
# ### A kernel as a multiple of the stride
#
# How many stamps does a pixel get? Stamp with ones: $x = 1$ and $K = 1$ everywhere. **Predict:** for $k = 3$ and for $k = 4$, with stride 2.

# %% tags=["paper"]
stamps = {k: transposed_convolution(np.ones((6, 6)), np.ones((k, k))) for k in (3, 4, 5)}
inside = {k: np.unique(y[2:-2, 2:-2]).astype(int).tolist() for k, y in stamps.items()}
board_figure, axes = plt.subplots(1, 3, figsize=(6.3, 2.2), layout="constrained")
for axis, (k, y) in zip(axes, stamps.items(), strict=True):
    axis.imshow(y, cmap="gray", vmin=0, vmax=9, origin="upper")
    axis.set(title=f"kernel {k}: {', '.join(map(str, inside[k]))}", xticks=[], yticks=[])
sg.plotting.show(
    board_figure,
    "Three squares of grey, for kernels of 3, 4 and 5, titled with the numbers of stamps. The first "
    "and the last have a checkerboard; the middle one is even but for its border.",
)

# %% [markdown]
# **Read.** With $k = 4$ every pixel inside gets $(k / s)^2 = 4$. With 3 it is 1, 2 or 4, and with 5 it is 4, 6 or 9: a *checkerboard artifact* before anything is learned, and one that many early GANs show (Odena et al.
# 2016). So take a kernel size that is a multiple of the stride, as all three generators below do. That makes evenness possible, and no more: the four stamps of a pixel and those of its neighbour come from different
# weights. Along the border fewer stamps overlap for any kernel. Digits are black there, and nobody sees it.

# %% tags=["check"]
# @title Statements
sg.claims.holds("with a kernel of 4 every pixel inside gets 4", inside[4] == [4])
sg.claims.holds("with 3 it is 1, 2 or 4", inside[3] == [1, 2, 4])
sg.claims.holds("with 5 it is 4, 6 or 9", inside[5] == [4, 6, 9])

# %% [markdown]
# ## A pair for a laptop
#
# $z$ has 64 numbers. Two dense layers make 7 x 7 pixels with 32 channels of it, and two transposed convolutions double the grid. **Predict:** where are most of the parameters?


# %% tags=["shows:models.dcgan.build_generator"]
def build_generator(image_shape=(28, 28, 1), latent_dim=64, dense_size=256, filters=32):
    height, width, channels = image_shape
    rows, columns = height // 4, width // 4  # 7, 7
    z = keras.Input((latent_dim,), name="z")  # 64
    x = layers.Dense(dense_size, use_bias=False, name="dense_1")(z)
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)  # 256
    x = layers.Dense(rows * columns * filters, use_bias=False, name="dense_2")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)  # 1568
    x = layers.Reshape((rows, columns, filters), name="grid")(x)  # 7 x 7 x 32
    x = layers.Conv2DTranspose(filters, 4, 2, "same", use_bias=False, name="up_1")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_3")(x)
    x = layers.ReLU(name="relu_3")(x)  # 14 x 14 x 32
    x = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="images"
    )(x)
    return keras.Model(z, x, name="dcgan_generator")  # 28 x 28 x 1


# %% tags=["shows:models.dcgan.build_discriminator"]
def build_discriminator(image_shape=(28, 28, 1), filters=16, dense_size=128):
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(filters, 4, 2, "same", name="down_1")(images)  # 14 x 14 x 16
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Conv2D(3 * filters, 4, 2, "same", name="down_2")(x)  # 7 x 7 x 48
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    x = layers.Conv2D(6 * filters, 3, 2, "same", name="down_3")(x)  # 4 x 4 x 96
    x = layers.LeakyReLU(0.2, name="leaky_3")(x)
    x = layers.Flatten(name="flat")(x)  # 1536
    x = layers.Dense(dense_size, name="dense")(x)  # 128
    x = layers.LeakyReLU(0.2, name="leaky_4")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="dcgan_discriminator")


# %%
ours = {"generator": build_generator(), "discriminator": build_discriminator()}
pair_figure = sg.plotting.architecture(ours)
sg.plotting.show(pair_figure, sg.plotting.describe(ours))
weights = {layer.name: layer.count_params() for layer in ours["generator"].layers}
in_dense = weights["dense_2"] / sum(weights.values())
print(f"{in_dense:.0%} of the generator's {sum(weights.values()):,} parameters are in dense_2")

# %% [markdown]
# **Read.** Nine tenths of $G$ are in its second dense layer. The transposed convolutions, which do the drawing, need few weights, since each kernel is used at every place. `use_bias=False`
# stands before each batch normalisation because that subtracts the mean, and any bias with it. $D$ has no normalisation, as Winkler's last $D$: he took it out and saw no harm. Others keep it, with real and generated
# images in batches of their own, as here. And mind `momentum=0.9`: in training, batch normalisation divides by the spread of the batch at hand, but samples are made with *moving* averages. Keras's default of 0.99 still holds $0.99^{100} = 37\,\%$ of its start after 100 steps, and early
# samples look worse than $G$ is.

# %% tags=["check"]
# @title Statements
sg.claims.holds("nine tenths of G are in its second dense layer", 0.85 < in_dense < 0.95)

# %% [markdown]
# ### The averaged generator
#
# The two players circle around each other, and the last $G$ is one point of the circle. A copy with the weights $\bar\theta$ follows it slowly, as an *exponential moving average* (EMA), and makes the samples (Yazici et al. 2019):
#
# $$\bar\theta \leftarrow \alpha_t\, \bar\theta + (1 - \alpha_t)\, \theta_g \qquad \alpha_t = \min\Big(\alpha,\; \frac{t}{t + 10}\Big)$$
#
# The minimum lets it forget the untrained start. It is the last line of page 05's training step:


# %% tags=["shows:training.sampling.Sampling.update_ema"]
def update_ema(self):
    if self.ema_generator is not None:
        step = tf.cast(self.clock + 1, "float32")  # t
        decay = tf.minimum(self.ema, step / (step + 10))
        for mean, weight in zip(self.ema_generator.weights, self.generator.weights, strict=True):
            mean.assign(decay * mean + (1 - decay) * weight)


# %%
pairs = {"Temkeng": "temkeng-dcgan", "Winkler": "winkler-dcgan", "ours": "dcgan-plain"}
recipes = {name: sg.recipes.RECIPES[key] for name, key in pairs.items()}
settings = "learning_rate", "beta_1", "beta_2", "batch_size", "ema", "full_steps"
rows = [[name, *(getattr(recipe, name) for recipe in recipes.values())] for name in settings]
settings_table = sg.export.table(["setting", *pairs], rows, caption="How the pairs are trained.")
settings_table

# %% [markdown] tags=["unmeasured"]
# **Read.** `ema` is $\alpha$. `full_steps` is the number of steps before the learning rate falls along a line to 0; a training shorter than 700 makes 60 % of its steps before. A high rate gets far in few steps, and its end at 0 calms the game. Few images a step, because a game needs many moves more than it needs
# exact ones. Temkeng names neither optimizer nor batch size, Winkler no batch size for this pair: there we take those of Radford et al. What the package itself recommends, `RECIPES["dcgan"]`, has one more idea (exercise 1).

# %% [markdown]
# ## A ruler, and what it says of black
#
# The measure is page 06's Fréchet distance of generated digits from real ones, on the features of a classifier that comes with the package. Before a ruler ranks generators, try it on things whose rank you know: nothing but black, white noise, the mean digit 2,000 times, one real digit 2,000 times,
# and real digits with their pixels shuffled. **Predict:** which of the five comes off worst, and is any of them better than a generator of the papers?

# %% tags=["setup", "nbval-ignore-output"]
network = sg.metrics.load_digit_features()
reference = network.features(digits[:COUNT])


def distance(uint8_images):
    return frechet_distance(reference, network.features(uint8_images))


floor = distance(digits[COUNT : 2 * COUNT])

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
tricks = {
    "black": np.zeros_like(digits[:COUNT]),
    "white noise": rng.integers(0, 256, (COUNT, 28, 28)).astype("uint8"),
    "the mean digit": np.repeat(digits.mean(axis=0).astype("uint8")[None], COUNT, axis=0),
    "one real digit": np.repeat(digits[:1], COUNT, axis=0),
    "shuffled pixels": rng.permuted(digits[:COUNT].reshape(COUNT, -1), axis=1).reshape(-1, 28, 28),
}
at = {name: distance(drawn) for name, drawn in (tricks | made).items()}
rows = [["real digits", floor], *([name, value] for name, value in at.items())]
rows.sort(key=lambda row: row[1])
ruler = sg.export.table(
    ["images", "Fréchet distance"],
    rows,
    formats={"Fréchet distance": ",.1f"},
    caption="Fréchet distance of 2,000 images from 2,000 real digits, on our own features.",
)
ruler

# %% [markdown]
# **Read.** Noise is worst, and black is better than the mean of all digits. Shuffled pixels, which nobody would take for digits, are about where Temkeng's generator is after 500 iterations, whose stripes have the slant of digits. So numbers of this size rank nothing: all of them say "not digits". The features come from a
# network that has seen digits only, and what it makes of anything else is an accident. Small distances are another matter, and there the table agrees with the rows at the top of the page.
# A distance is an aid for images that one has looked at.

# %% tags=["check"]
# @title Statements
worst = max(tricks, key=at.get)
sg.claims.holds("noise is worst", worst == "white noise")
sg.claims.holds("black is better than the mean", at["black"] < 0.9 * at["the mean digit"])
sg.claims.holds(
    "shuffled pixels are about where Temkeng's is after 500 iterations",
    0.8 < at["shuffled pixels"] / at["Temkeng, 500"] < 1.25,
)
sg.claims.holds("black is worse than that", at["black"] > 1.5 * at["Temkeng, 500"])

# %% [markdown]
# ## Temkeng's pair
#
# $z$ of 100 numbers, a dense layer to 7 x 7 x 128, two transposed convolutions with 128 channels each, and a convolution with a 7 x 7 kernel at the end. $D$ is small and has *dropout*: in training a random part of its numbers is set to 0 (Winkler saw no difference with or without). His figure 11 gives the shapes and the parameters of each layer, and the kernel sizes follow from these. It does not
# say which number stands for black. Here $D$ sees 0, as in tutorials with the same parameter counts; with -1 training fails (exercise 3).
#
# He shows digits after 500 and 5,000 iterations (figure 13), as at the top of this page, and binarised faces after 1,000 and 20,000 (figure 12). **Predict:** which of the two are better at the end?

# %%
temkeng = recipes["Temkeng"].build((28, 28, 1), seed=SEED)
players = {"generator": temkeng.generator, "discriminator": temkeng.discriminator}
temkeng_figure = sg.plotting.architecture(players)
sg.plotting.show(temkeng_figure, sg.plotting.describe(players))
temkeng_table = sg.export.model_table(temkeng.generator, caption="Temkeng's generator, figure 11a.")
temkeng_table

# %% tags=["nbval-ignore-output"]
(faces, _), _ = sg.datasets.load_smiles(binarised=True)
made_faces = {
    f"{step:,}": sg.weights.load_temkeng_samples(f"smile-{step}") for step in (1_000, 20_000)
}
face_rows = {"real": faces[:12, ..., None]} | {
    name: drawn[:12] for name, drawn in made_faces.items()
}
face_figure = sg.plotting.image_rows(face_rows)
sg.plotting.show(
    face_figure,
    "Three rows of twelve images: real faces; generated images after 1,000 steps, nearly all black; "
    "and after 20,000 steps, lines that here and there close to an outline.",
)
sure = (network.probabilities(made["Temkeng, 5,000"]).max(axis=1) > 0.9).mean()
sure_real = (network.probabilities(digits[:COUNT]).max(axis=1) > 0.9).mean()
face_specks = {name: specks(drawn) / specks(faces) for name, drawn in made_faces.items()}
print(
    f"digits after 5,000: the classifier is sure of {sure:.0%} of them, of real ones {sure_real:.0%}"
)
print("faces: specks, per real faces':", {name: round(n, 1) for name, n in face_specks.items()})

# %% [markdown]
# **Read.** The digits. After 5,000 iterations the classifier gives about half of them a probability above 0.9 for some digit, and nearly all real ones. The faces go from nearly nothing to lines; a few close to an outline, and hardly one is a face. 20,000 steps of 16 images are
# 320,000 images out of 400, so each was seen 800 times: more training would hardly help. 400 drawings, 160 of them different, may simply be too few ([page 10](10_few_images.ipynb)). And our 400 are not the paper's. Exercise 4 asks whether any of these images is a copy.

# %% tags=["check"]
# @title Statements
fall = at["Temkeng, 5,000"] / at["Temkeng, 500"]
sg.claims.holds("digits: the distance falls", fall < 0.4)
sg.claims.holds("about half have a probability above 0.9", 0.4 < sure < 0.6)
sg.claims.holds("and nearly all real ones", sure_real > 0.98)
sg.claims.holds("faces: specks get fewer", face_specks["20,000"] < 0.5 * face_specks["1,000"])

# %% [markdown]
# ## Winkler's pair
#
# The last list of his section 4.7.5. In his summary (chapter 5) the dense pair of page 06 is "recognizable" after 2,000 iterations, and the convolutional one has "clearly better results in a tenth of the iterations". **Predict:** compare the convolutional pair after 300 iterations with the dense one after 3,000.

# %%
winkler = recipes["Winkler"].build((28, 28, 1), seed=SEED)
winkler_tables = {
    "generator": sg.export.model_table(winkler.generator, caption="Winkler's generator, 4.7.5."),
    "discriminator": sg.export.model_table(
        winkler.discriminator, caption="Winkler's discriminator."
    ),
}
IPython.display.display(*winkler_tables.values())

# %% tags=["nbval-ignore-output"]
real_specks = specks(digits[:COUNT])
rows = []
for name in [name for name in made if name.startswith("Winkler")]:
    sure_of = (network.probabilities(made[name]).max(axis=1) > 0.9).mean()
    rows.append([name, at[name], sure_of, specks(made[name]) / real_specks])
columns = ["pair, iterations", "Fréchet distance", "sure of", "specks, per real"]
formats = {columns[1]: ".1f", columns[2]: ".0%", columns[3]: ".1f"}
caption = "Winkler's dense and convolutional pairs on MNIST; 2,000 images each, one training each."
winkler_results = sg.export.table(columns, rows, formats=formats, caption=caption)
winkler_results

# %% [markdown]
# **Read.** His sentence holds in our training of his pairs, with batches of 128: after a tenth of the iterations the distance of the convolutional pair is less than two thirds of the dense one's. A tenth of the *iterations* is not a tenth of the work: see the cost of a step below. The white spots
# that he blamed on dense layers (section 4.7.4) are fewer by far. [Page 06](06_vanilla_gan.ipynb) shows that a dense layer as such need not make them: page 01's decoder is dense, too, and has none. One training each; another seed can change the second digit of these numbers, hardly their order.

# %% tags=["check"]
# @title Statements
tenth = at["Winkler conv., 300"] / at["Winkler dense, 3,000"]
spots = specks(made["Winkler conv., 300"]) / specks(made["Winkler dense, 3,000"])
sg.claims.holds("less than two thirds of the dense one's distance", tenth < 2 / 3)
sg.claims.holds("white spots are fewer by far", spots < 0.3)

# %% [markdown]
# ## Ours, with a camera
#
# `SampleGrid` draws the same 24 $z$ again and again, and `FrameFolder` makes a film of them. The clock is `gan.record.seconds`, the time spent in steps; it stands while we measure. **Predict:** how many steps until our digits are nearer to real ones than Temkeng's after 5,000?


# %% tags=["setup"]
def train_and_measure(recipe, steps, marks, *callbacks):
    gan = recipe.build((28, 28, 1), seed=SEED)
    curve = {"step": [], "seconds": [], "distance": []}

    def measure(epoch, logs):
        drawn = sg.ranges.symmetric_to_uint8(gan.generate(COUNT))
        values = logs["step"], logs["seconds"], distance(drawn)
        for name, value in zip(curve, values, strict=True):
            curve[name].append(value)
        print("step {:5,}, {:4.0f} s: Fréchet distance {:,.1f}".format(*values))

    measuring = keras.callbacks.LambdaCallback(on_epoch_end=measure)
    gan.fit(
        images,
        steps=steps,
        batch_size=recipe.batch_size,
        report_every=math.ceil(steps / marks),
        callbacks=[*recipe.callbacks(), measuring, *callbacks],
    )
    return gan, curve


# %% tags=["nbval-ignore-output", "timing"]
folder = Path(tempfile.mkdtemp())
camera = SampleGrid(
    FrameFolder(folder, film_seconds=8),
    to_uint8=sg.ranges.symmetric_to_uint8,
    every=math.ceil(STEPS / 12),
    rows=3,
    columns=8,
)
gan, curve = train_and_measure(recipes["ours"], STEPS, 6, camera)

# %% tags=["nbval-ignore-output"]
with PIL.Image.open(folder / "film.gif") as film:
    film.save(folder / "film.png", save_all=True)  # a PNG can move, too, and every page shows it
alt = "A film of 24 generated images in three rows: noise, then smudges, then strokes."
IPython.display.display(IPython.display.Image(folder / "film.png", width=480, metadata={"alt": alt}))
frames = frame_paths(folder)
strip_figure, axes = plt.subplots(2, 2, figsize=(6.3, 2.8), layout="constrained")
for axis, number in zip(axes.flat, (0, 1, 4, -1), strict=True):
    path = frames[min(number, len(frames) - 1)]
    axis.imshow(plt.imread(path), cmap="gray", origin="upper")
    axis.set(title=f"step {int(path.stem[5:]):,}", xticks=[], yticks=[])
sg.plotting.show(
    strip_figure,
    "Four frames of the film in two rows of two, each with 24 images from the same z, from the first "
    "step to the last.",
)

# %% tags=["nbval-ignore-output"]
fakes = sg.ranges.symmetric_to_uint8(gan.generate(COUNT))
sample_figure = sg.plotting.image_grid(fakes[:40])
sg.plotting.show(sample_figure, "Forty digits in four rows of ten, generated by our pair.")
shares = class_shares(network.classes(fakes), 10)
speck_ratio = specks(fakes) / real_specks
print("shares of the digits 0 to 9:", ", ".join(f"{share:.1%}" for share in shares))
print(f"specks: {speck_ratio:.1f} times as many as in real digits")

# %% [markdown]
# **Read.** Less than 480. The film begins with noise, then come smudges, and then strokes. Its last frames hardly move, partly because the learning rate falls and partly because the averaged generator is slow. No digit is missing, though the shares are not those of MNIST. White spots are a few
# times as frequent as in real digits; the dense pair has forty times as many.

# %% tags=["check"]
# @title Statements
dense_specks = specks(made["Winkler dense, 3,000"]) / real_specks
sg.claims.holds("less than 480", curve["distance"][-1] < at["Temkeng, 5,000"])
sg.claims.holds("strokes come after noise", curve["distance"][-1] < 0.3 * curve["distance"][0])
sg.claims.holds("no digit is missing", shares.min() > 0.03)
sg.claims.holds("white spots: a few times as frequent", 1 < speck_ratio < 10)
sg.claims.holds("the dense pair has forty times as many", 35 < dense_specks < 45)

# %% [markdown]
# ## What a step costs
#
# "Good results, but too much time for training", says Temkeng (section 4.2). Time some steps of his pair and of Winkler's on this machine. **Predict:** the layer `up_2` of Temkeng's $G$ multiplies $14 \cdot 14 \cdot 4 \cdot 4 \cdot 128 \cdot 128 = 51{,}380{,}224$ times for one image, our last
# layer $14 \cdot 14 \cdot 4 \cdot 4 \cdot 32 = 100{,}352$ times. By what factor is his step dearer?

# %% tags=["nbval-ignore-output", "timing"]
trained = {"Temkeng": temkeng, "Winkler": winkler}
for name, pair in trained.items():
    pair.fit(images, steps=TIMED_STEPS, batch_size=recipes[name].batch_size)
trained["ours"] = gan
# The clock leaves the first step out, in which TensorFlow builds its graph.
cost = {name: 1_000 * pair.record.seconds / (pair.step - 1) for name, pair in trained.items()}
rows = []
for name, pair in trained.items():
    parameters = pair.generator.count_params() + pair.discriminator.count_params()
    rows.append([name, parameters, recipes[name].batch_size, cost[name]])
columns = ["pair", "parameters", "batch", "ms a step"]
cost_table = sg.export.table(
    columns, rows, formats={"ms a step": ".0f"}, caption="What a step costs, on this machine's CPU."
)
cost_table

# %% tags=["nbval-ignore-output"]
series = {"ours": (curve["step"], curve["distance"])}
for name in ("Temkeng", "Winkler conv.", "Winkler dense"):
    points = {
        int(k[len(name) + 2 :].replace(",", "")): at[k]
        for k in made
        if k.rpartition(", ")[0] == name
    }
    series[name] = list(points), list(points.values())
ends = [curve["step"][0], 5_000]
series |= {"black images": (ends, [at["black"]] * 2), "real digits": (ends, [floor, floor])}
quality_figure = sg.plotting.curves(
    series, xlabel="steps", ylabel="Fréchet distance", log=True, markers=True
)
quality_figure.axes[0].set_xscale("log")
quality_figure.axes[0].get_legend().remove()  # among the curves there is no room for it
quality_figure.set_figheight(3.8)
text = {"frameon": False, "fontsize": sg.plotting.TEXT_POINTS}
quality_figure.legend(loc="outside upper center", ncols=2, **text)
sg.plotting.show(
    quality_figure,
    "Line plot of the Fréchet distance over the steps, both axes logarithmic: falling lines with marks "
    "for our pair, for Temkeng's and for Winkler's two, and flat lines for black images and for real "
    "digits.",
)

# %% [markdown]
# **Read.** A step of Temkeng's costs several of ours, for twice as many images, and the reason is not the number of parameters but how often a convolution uses them. His complaint is true of *this* DCGAN. In the plot every mark is measured: ours on this machine, the others by the shipped images. At equal steps
# ours is ahead of Temkeng's, with half the images a step, and about level with Winkler's convolutional pair, whose step costs several of ours.
#
# Two warnings. The recipes differ in everything at once, pair, rate, batch and average, so the plot says which *recipe* gets there and not which idea did it. And we chose ours by this very measure, on training digits; the papers' authors looked at pictures.

# %% tags=["check"]
# @title Statements
dearer = cost["Temkeng"] / cost["ours"]
sg.claims.holds("a step of Temkeng's costs several of ours", dearer > 3)
sg.claims.holds(
    "for twice as many images", recipes["Temkeng"].batch_size == 2 * recipes["ours"].batch_size
)
sg.claims.holds("at equal steps ours is ahead", curve["distance"][-1] < 0.4 * at["Temkeng, 500"])
level = np.interp(300, curve["step"], curve["distance"]) / at["Winkler conv., 300"]
sg.claims.holds("about level with Winkler's", 0.6 < level < 1.7)
sg.claims.holds("whose step costs several of ours", cost["Winkler"] > 4 * cost["ours"])

# %% [markdown]
# ## A walk
#
# What is between two digits? Take two latent vectors $z_0$ and $z_1$, and let $G$ draw what is on the way, at $t$ from 0 to 1. $z$ is 64 numbers from a normal distribution, and its length is nearly always close to $\sqrt{64} = 8$; halfway on a straight line it would be about $8 / \sqrt 2 = 5.7$, a $z$ that $G$ hardly knows.
# Going along the sphere keeps the length (*slerp*; White 2016), with the angle $\Omega$ between $z_0$ and $z_1$:
#
# $$z_t = \frac{\sin((1 - t)\, \Omega)}{\sin \Omega}\, z_0 + \frac{\sin(t\, \Omega)}{\sin \Omega}\, z_1$$
#
# **Predict:** what does the image in the middle look like, beside the mean of the two ends?


# %% tags=["paper"]
def spherical(start, end, count):
    t = np.linspace(0, 1, count)[:, None]
    angle = np.arccos(np.dot(start, end) / np.linalg.norm(start) / np.linalg.norm(end))
    way = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return way.astype("float32")


# %%
def draw(z):
    return sg.ranges.symmetric_to_uint8(gan.generate_from(z))


z = gan.sample_noise(1_000, seed=SEED)
probability = network.probabilities(draw(z))
clear = {digit: np.argsort(-probability[:, digit])[:8] for digit in range(10)}  # the clearest
walks = {
    f"{a} to {b}": draw(spherical(z[clear[a][0]], z[clear[b][n]], 10))
    for a, b, n in [(3, 8, 0), (1, 7, 0), (3, 3, 1)]
}
t = np.linspace(0, 1, 10)[:, None, None, None]
ends = walks["3 to 8"][[0, -1]].astype(float)
walks["3 to 8, pixels"] = ((1 - t) * ends[0] + t * ends[1]).astype("uint8")
walk_figure = sg.plotting.image_rows(walks)
sg.plotting.show(
    walk_figure,
    "Four rows of ten images, each a walk from one end to the other: from a three to an eight, from a one "
    "to a seven, from a three to another three, and the first pair of ends mixed pixel by pixel.",
)


# %% tags=["nbval-ignore-output"]
def largest_step(seed):  # of a walk on the sphere, per distance of its two ends
    walk = gan.generate_from(spherical(*gan.sample_noise(2, seed=seed), 10))
    steps = np.linalg.norm(np.diff(walk, axis=0).reshape(9, -1), axis=1)
    return float(steps.max() / np.linalg.norm(walk[-1] - walk[0]))


jump = float(np.median([largest_step(seed) for seed in range(20)]))
print(f"20 walks of 9 steps: the largest step is {jump:.0%} of the way from end to end")

# %% [markdown]
# **Read.** Along a walk the strokes bend, open or break step by step, and the middle has strokes of its own; some of them make no digit. In the mixed row nothing moves: what the first has fades while what the second has comes. The largest of nine steps is less than half of the way. Radford et al. (section 6.1) take smooth walks as a sign that $G$ has not
# just stored images. It is a weak one: $G$ is a continuous function of $z$, so with steps that are small enough it must look smooth.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the largest of nine steps is less than half of the way", jump < 0.5)

# %% [markdown]
# ## Arithmetic
#
# Radford et al. (2015, section 6.3.2) calculate with vectors: *smiling woman* − *neutral woman* + *neutral man* gives a smiling man, where each word is the mean of three $z$ whose images show it. Digits do not smile, but
# they can be bold:
#
# $$z' = z_3 + \lambda\, \big(\bar z_\text{bold 0} - \bar z_\text{thin 0}\big)$$
#
# As a judge take the *ink*, the mean brightness. Of the clear zeros among 1,000 images take the ten with most ink and the ten with least, and give half of the difference ($\lambda = 1/2$; the paper takes three images and 1) to all clear threes. $z'$ is then brought back to the length of $z$.
# And so that we do not fool ourselves, twenty controls: the same with differences of ten and ten $z$ that were not chosen. **Predict:** does boldness learned from zeros work on threes?


# %%
def ink(z):
    return (gan.generate_from(z).mean(axis=(1, 2, 3)) + 1) / 2


def add(z, direction):
    moved = z + direction
    lengths = np.linalg.norm(z, axis=1) / np.linalg.norm(moved, axis=1)
    return (moved * lengths[:, None]).astype("float32")


kind = np.where(probability.max(axis=1) > 0.9, probability.argmax(axis=1), -1)  # -1: not clear
zeros, threes = z[kind == 0], z[kind == 3]
order = np.argsort(ink(zeros))
bolder = (zeros[order[-10:]].mean(axis=0) - zeros[order[:10]].mean(axis=0)) / 2
controls = (
    np.subtract(*gan.sample_noise(400, seed=SEED + 1).reshape(2, 20, 10, 64).mean(axis=2)) / 2
)
sums = {"3": threes, "3 + bold 0 - thin 0": add(threes, bolder)}
sums |= {"3 - bold 0 + thin 0": add(threes, -bolder), "3 + a control": add(threes, controls[0])}
sum_figure = sg.plotting.image_rows({name: draw(each[:10]) for name, each in sums.items()})
sg.plotting.show(
    sum_figure,
    "Four rows of ten images: threes, the same with boldness added, with it taken away, and with "
    "a control added.",
)

# %% tags=["nbval-ignore-output"]
inks = {name: float(ink(each).mean()) for name, each in sums.items()}
chance = float(np.mean([abs(ink(add(threes, c)).mean() - inks["3"]) for c in controls]))
boldness = (inks["3 + bold 0 - thin 0"] - inks["3 - bold 0 + thin 0"]) / 2
still = {name: float(np.mean(network.classes(draw(each)) == 3)) for name, each in sums.items()}
print(
    f"{len(threes)} threes: ink changes by {boldness:.3f}; by the controls, {chance:.3f} on average"
)
sums_table = sg.export.table(
    ["sum", "ink", "threes"],
    [[name, inks[name], still[name]] for name in sums],
    formats={"ink": ".3f", "threes": ".0%"},
    caption="A direction learned from zeros, given to threes.",
)
sums_table

# %% [markdown]
# **Read.** What zeros taught works on threes, in both directions, at least twice as strongly as chance. Mind the last column: not all stay threes, since the direction changes more than the ink. And read it soberly. We did not name a concept and get it; we sorted by a number and found a direction in which that number grows. Ten images fix a direction in 64 dimensions badly, and
# the direction is of this $G$ alone. The famous row of faces in the paper was chosen by its authors; all threes and a mean were not.

# %% tags=["check"]
# @title Statements
thin_to_bold = [inks[name] for name in ("3 - bold 0 + thin 0", "3", "3 + bold 0 - thin 0")]
sg.claims.holds("in both directions", thin_to_bold == sorted(thin_to_bold))
sg.claims.holds("at least twice as strongly as chance", boldness > 2 * chance)
sg.claims.holds("not all stay threes", still["3 + bold 0 - thin 0"] < 1)

# %% [markdown]
# ## Back from an image to its z
#
# Can the direction make *your* digit bolder? For that you need its $z$, and a GAN has no encoder. The usual way out is *GAN inversion*: look for the $z$ whose image is nearest, by gradient descent on $z$ with $G$ held fixed (Zhu et al. 2016; Creswell & Bharath 2019):
#
# $$z^* = \arg\min_z \lVert G(z) - x \rVert^2$$
#
# **Predict:** ten test digits that $G$ has never seen. Will the images that it finds be the same digits?


# %% tags=["paper"]
def invert(generator, images, z, steps):
    z, adam = tf.Variable(z), keras.optimizers.Adam(0.05)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((generator(z, training=False) - images) ** 2)
        adam.apply(tape.gradient(loss, [z]), [z])
    return z.numpy()


# %% tags=["nbval-ignore-output"]
wanted = test_digits[[np.flatnonzero(test_labels == digit)[0] for digit in range(10)]]
x = sg.ranges.to_symmetric(wanted)[..., None]
many = gan.generate_from(z)
nearest = np.array([((many - each) ** 2).sum(axis=(1, 2, 3)).argmin() for each in x])
found = invert(gan.ema_generator, x, z[nearest], INVERSION_STEPS)
inverted_rows = {
    "test digit": wanted[..., None],
    "nearest of 1,000": draw(z[nearest]),
    "found z": draw(found),
    "bolder": draw(add(found, bolder)),
}
inverted_figure = sg.plotting.image_rows(inverted_rows)
sg.plotting.show(
    inverted_figure,
    "Four rows of ten images: test digits from 0 to 9; the nearest of 1,000 generated ones; what G draws from "
    "the z that was found; and the same, bolder.",
)

# %% tags=["nbval-ignore-output"]
errors = [
    float(np.mean((draw(each)[..., 0] / 255.0 - wanted / 255.0) ** 2))
    for each in (z[nearest], found)
]
same = int(np.sum(network.classes(draw(found)) == np.arange(10)))
print(
    f"mean squared error {errors[0]:.3f} for the nearest of 1,000, {errors[1]:.3f} for the found z"
)
print(f"{same} of 10 are the same digit to the classifier")
print(f"length of the found z {np.linalg.norm(found, axis=1).mean():.1f}, of a drawn one 8")

# %% [markdown]
# **Read.** Most are, and the search brings the error to less than half. So $G$ can draw forms that it was not trained on, which says more about stored images than the walk did. But the found $z$ are longer than any that $G$ was trained with: it is asked for things at the edge of what it knows. The last row is a student's digit, made bolder.

# %% tags=["check"]
# @title Statements
sg.claims.holds("most are", same >= 7)
sg.claims.holds("less than half of the error", errors[1] < 0.5 * errors[0])
sg.claims.holds("bolder has more ink", ink(add(found, bolder)).mean() > ink(found).mean())
sg.claims.holds("longer than those of the training", np.linalg.norm(found, axis=1).mean() > 8.5)

# %% [markdown]
# ## Claims

# %% tags=["claims"]
claims = sg.claims.Claims()
temkeng_2020, winkler_2018 = "Temkeng 2020, figure 13", "Winkler 2018, 5"
claims.below(
    0.4, fall, "Temkeng's digits get better: distance after 5,000 / after 500 steps", temkeng_2020
)
claims.below(
    0.7, tenth, "Winkler: distance, convolutional after 300 / dense after 3,000 steps", winkler_2018
)
claims.below(0.3, spots, "the same: specks, convolutional / dense", "Winkler 2018, 4.7.4")
claims.above(
    8, dearer, "takes too much time: seconds of a step, Temkeng's / ours", "Temkeng 2020, 4.2"
)
reached = curve["distance"][-1] / at["Temkeng, 5,000"]
claims.below(1, reached, "ours: distance at the end / Temkeng's after 5,000 steps", "ours")
claims.above(0.03, float(shares.min()), "ours: share of the rarest digit", "ours")
claims.below(10, speck_ratio, "ours: specks, generated / real digits", "ours")
claims.below(
    1.25,
    at["shuffled pixels"] / at["Temkeng, 500"],
    "a distance that means nothing: shuffled / Temkeng, 500",
    "ours",
)
claims.below(
    0.5, jump, "a walk has no jumps: largest of 9 steps / whole way", "Radford et al. 2015, 6.1"
)
claims.above(
    2,
    boldness / chance,
    "arithmetic: change of ink, bold zeros / controls",
    "ours, after Radford et al. 2015, 6.3.2",
)
claims.below(
    0.5, errors[1] / errors[0], "inversion: squared error, found z / nearest of 1,000", "ours"
)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper
#
# Name the machine beside the milliseconds, and the counts and the features beside the distances. For slides the film is a file, too: `folder / "film.gif"`. Each table is written for LaTeX and for a spreadsheet.

# %%
sizes = {"steps": STEPS, "timed_steps": TIMED_STEPS, "inversion_steps": INVERSION_STEPS}
run = sg.runs.describe("07_dcgan", seed=SEED, **sizes)
print(sg.export.save_table(ruler, "distances", run))
print(sg.export.save_table(winkler_results, "winkler", run))
print(sg.export.save_table(winkler_tables["generator"], "winkler_generator", run))
print(sg.export.save_table(temkeng_table, "temkeng_generator", run))
print(sg.export.save_table(settings_table, "settings", run))
about = f"{COUNT:,} digits against {COUNT:,} real ones, our own features; ours trained with seed {SEED}."
caption = f"Fréchet distance over the steps of training: {about}"
print(sg.export.save_figure(quality_figure, "quality_over_steps", run, caption=caption))
caption = "Our generator, its film at four steps: the same 24 z each time."
print(sg.export.save_figure(strip_figure, "training_film", run, caption=caption))
caption = f"Walks in z, and one mixed pixel by pixel; {STEPS:,} steps, seed {SEED}."
print(sg.export.save_figure(walk_figure, "latent_walk", run, caption=caption))
caption = "Boldness learned from zeros, given to threes; the last row is a control."
print(sg.export.save_figure(sum_figure, "latent_arithmetic", run, caption=caption))
caption = "Test digits, and the nearest that our generator finds by descent on z."
print(sg.export.save_figure(inverted_figure, "inversion", run, caption=caption))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Clusters.* `sg.recipes.RECIPES["dcgan"]`, what the package recommends, sorts the images into 30 groups that look alike before the first step (k-means; no label is seen) and tells both networks the group, as page [08](08_conditional_gan.ipynb) tells them a class (Sage et al. 2018, Liu et al. 2020). Train it for `STEPS`. What happens to the distance, and to the shares of the digits?
# 2. *Rebuild an ablation.* Winkler (section 4.7.5): without batch normalisation in $G$ training is ruined, and leaky ReLU in the place of ReLU repairs it. Try both with our networks and his Adam, with batches of 64.
# 3. *What the paper leaves open.* Take the `Rescaling` out of Temkeng's $D$, so that black is -1 for it, and train both versions for 140 steps with batches of 32. What does $G$ paint? Why is there no way back?
# 4. *Learned or stored?* For the shipped faces, find the nearest training image of each, and compare with how near the 17 test faces come.
#
# The [solutions](solutions/07_dcgan.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
clustered, _ = train_and_measure(sg.recipes.RECIPES["dcgan"], STEPS, 3)
clustered_fakes = sg.ranges.symmetric_to_uint8(clustered.generate(COUNT))
clustered_shares = class_shares(network.classes(clustered_fakes), 10)
print("shares of the digits 0 to 9:", ", ".join(f"{share:.1%}" for share in clustered_shares))
figure = sg.plotting.image_grid(clustered_fakes[:20])
sg.plotting.show(figure, "Twenty digits in two rows, generated by the recipe with clusters.")

# %% [markdown] tags=["solution"]
# Compare with the page's curve and shares. One run of each is an anecdote: take three seeds before you write it down; [benchmarks/quality.md](../benchmarks/quality.md) has both recipes after a minute. Why should clusters help? $D$ compares like with like: to tell real from fake among slanted ones it cannot say "too many ones", it must look at the stroke. And $z$ has less to explain.
# The price: k-means takes time, and $G$ is no longer *one* continuous function of $z$. K-means compares pixels at equal places, which makes sense for digits that are all centred; on photographs it would sort by the background.
#
# **Exercise 2.** A bias is given back to every layer that lost its batch normalisation.


# %% tags=["solution", "nbval-ignore-output"]
def without_norm(activation):
    def build(image_shape):
        x = z = keras.Input((64,), name="z")
        for layer in dcgan.build_generator(image_shape).layers[1:]:
            config = layer.get_config()
            if "use_bias" in config:
                layer = type(layer).from_config({**config, "use_bias": True})
            if isinstance(layer, layers.ReLU):
                layer = activation()
            if not isinstance(layer, layers.BatchNormalization):
                x = layer(x)
        return keras.Model(z, x)

    return build


generators = {
    "with batch normalisation": dcgan.build_generator,
    "without it": without_norm(layers.ReLU),
    "without it, with leaky ReLU": without_norm(lambda: layers.LeakyReLU(0.2)),
}
for name, build in generators.items():
    networks = {"generator": build, "discriminator": dcgan.build_discriminator}
    recipe = dataclasses.replace(sg.recipes.RECIPES["winkler-dcgan"], **networks, batch_size=64)
    print(name)
    variant, _ = train_and_measure(recipe, STEPS // 2, 1)
    figure = sg.plotting.image_grid(sg.ranges.symmetric_to_uint8(variant.generate(10)))
    sg.plotting.show(figure, f"Ten images in a row, from the generator {name}.")

# %% [markdown] tags=["solution"]
# Without batch normalisation $G$ makes nearly the same image of every $z$: ruined, as Winkler says. Leaky ReLU repairs little here. That does not refute him: his pair is larger, and he trained it for 3,000 steps. Do that, too, before you write it down.
#
# **Exercise 3.**


# %% tags=["solution", "nbval-ignore-output"]
def without_rescaling(image_shape):
    images = x = keras.Input(image_shape)
    for layer in dcgan.build_temkeng_discriminator(image_shape).layers[2:]:
        x = layer(x)
    return keras.Model(images, x)


for build in (dcgan.build_temkeng_discriminator, without_rescaling):
    recipe = dataclasses.replace(
        sg.recipes.RECIPES["temkeng-dcgan"], discriminator=build, batch_size=32
    )
    player = recipe.build((28, 28, 1), seed=SEED)
    player.fit(images, steps=140, batch_size=recipe.batch_size)
    print(f"{build.__name__}: the pixels of G spread by {player.generate(100).std():.3f}")

# %% [markdown] tags=["solution"]
# Most pixels are black, so the first thing that $G$ learns is black. With black as 0 such an image is nothing to $D$'s convolutions, and $G$ finds its way out. With -1 it is a strong signal, and by the time $D$ has learned to refuse it $G$ has gone too far:
# where $\tanh$ gets -8 its slope is $1 - \tanh^2 8 = 5 \cdot 10^{-7}$, and next to nothing comes back. What no table of a paper names can decide between digits and black.
#
# **Exercise 4.**

# %% tags=["solution", "nbval-ignore-output"]
(faces, _), (test_faces, _) = sg.datasets.load_smiles(binarised=True)
made = sg.weights.load_temkeng_samples("smile-20000")[:100, ..., 0]
distances, nearest = sg.metrics.nearest_images(made, faces)
test_distances, _ = sg.metrics.nearest_images(test_faces, faces)
print(f"median distance to the nearest training face: generated {np.median(distances):,.0f},")
print(f"test faces {np.median(test_distances):,.0f}")
figure = sg.plotting.image_rows({"made": made[:12], "nearest": faces[nearest[:12, 0]]})
sg.plotting.show(
    figure,
    "Two rows of twelve images: generated ones, and below each the training face nearest to it.",
)

# %% [markdown] tags=["solution"]
# The distance is Winkler's (section 5.2), the sum of the absolute differences of all pixels. If generated faces were much nearer to a training face than new real faces are, then $G$ would have stored faces. They are a little nearer, and that need not be memory: an image with hardly any ink is near to every small face. Each training drawing appears two or three times at other sizes and
# places, so a distance over pixels can miss a copy that was moved: look at the rows, too.

# %% [markdown]
# ## References
#
# Radford, Metz & Chintala 2015, *Unsupervised representation learning with deep convolutional generative adversarial networks*. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 4.2. Winkler 2018, *Image representation
# learning with generative adversarial networks*, sections 4.7.4 and 4.7.5. Dumoulin & Visin 2016, *A guide to convolution arithmetic for deep learning*. Odena, Dumoulin & Olah 2016, *Deconvolution and checkerboard artifacts*. Yazici et al. 2019, *The
# unusual effectiveness of averaging in GAN training*. Sage et al. 2018, *Logo synthesis and manipulation with clustered generative adversarial networks*. Liu et al. 2020, *Diverse image generation via self-conditioned GANs*. White 2016,
# *Sampling generative networks*. Zhu et al. 2016, *Generative visual manipulation on the natural image manifold*. Creswell & Bharath 2019, *Inverting the generator of a generative adversarial network*. Google, *The Quick, Draw! Dataset* (CC BY 4.0).
