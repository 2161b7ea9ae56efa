# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 07 · DCGAN
#
# The same game with convolutions. This page gives the guidelines of Radford et al. (2015) with their reasons, does a transposed convolution by hand, trains a small pair that makes digits in half a
# minute, and measures it beside the pairs of Temkeng (2020, section 4.2) and Winkler (2018, section 4.7.5), which were trained for the papers' own numbers of iterations. At the end you will have walked through the space that the
# digits come from, as in the picture, and looked for the place of digits that the generator has never seen. The page takes a minute and a half. You need [page 06](06_vanilla_gan.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import dataclasses
import math
import tempfile
import time
from pathlib import Path

import IPython.display
import keras
import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import PIL.ImageSequence
import tensorflow as tf
from keras import layers

import seminar_gan as sg
from seminar_gan.metrics import class_shares, frechet_distance, specks
from seminar_gan.models import dcgan
from seminar_gan.training import FrameFolder, SampleGrid, frame_paths

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
STEPS = 480  # ours: the papers have no such pair
TIMED_STEPS = 8  # of each of the papers' pairs, to see what a step costs
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
COUNT = 2_000  # images on either side of a distance
(digits, digit_labels), (test_digits, test_labels) = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits)[..., None]

# %% [markdown]
# What the papers' pairs draw, before anything is explained: the first twelve digits of each training, none chosen. The package brings them along, since some took an hour
# (`python tools/train_weights.py`, described in [data/README.md](../data/README.md)). Winkler's convolutional pair is also shown after 300 iterations, a tenth of his 3,000.

# %%
made = {
    f"Temkeng, {step:,}": sg.weights.load_temkeng_samples(f"mnist-{step}") for step in (500, 5_000)
}
for training in sg.weights.WINKLER_TRAININGS:
    kind, step = training.replace("dcgan", "conv.").split("-")
    made[f"Winkler {kind}, {int(step):,}"] = sg.weights.load_winkler_samples(training)
rows = {"real": digits[:12, ..., None]} | {name: drawn[:12] for name, drawn in made.items()}
made_figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    made_figure,
    "Rows of twelve digits: real ones, then what the generators of Temkeng and Winkler drew after "
    "some hundred and some thousand iterations, from stripes and specks to digits.",
)

# %% [markdown]
# ## The guidelines
#
# Radford et al. (2015, section 3) tried many convolutional pairs and kept what trained. Five rules came out of it. Reasons marked R are the paper's own, those marked T are given today; the last three columns say who keeps the rule on this
# page. *ReLU* is $\max(0, a)$; *leaky ReLU* is $a$ above 0 and a small multiple of it, the *slope*, below. A convolution with *stride* 2 moves its kernel by two pixels. *Batch normalisation* takes from each number its mean over the batch, divides by the
# spread, and gives the result a mean and a spread that are learned. The *logit* is what $D$ says before the sigmoid.
#
# | guideline | reason | Temkeng | Winkler | ours |
# |---|---|---|---|---|
# | no pooling: convolutions with a stride on the way down, transposed ones on the way up | R: the network learns how an image is made smaller and larger. T: $G$ learns from the gradient that comes back through $D$: max pooling of 2 x 2 lets it through at one pixel in four | yes | yes | yes |
# | dense layers only behind $z$ and before the logit | R: the middle way that worked. T: a dense layer has a weight for each pair of pixels, and has to learn which are neighbours | yes | one more in $G$ and in $D$ | one more in each, smaller |
# | batch normalisation, but not behind $G$'s last layer and $D$'s first | R: deep generators begin to learn with it, and do not draw one image for all $z$; in all layers it made the samples oscillate. T: it keeps the inputs of ReLU around 0; where they are all negative, a ReLU is *dead*: its gradient is 0 | none | $G$ only | $G$ only |
# | ReLU in $G$, tanh at its end | R: with bounded outputs $G$ covers the range of colours sooner | leaky ReLU; tanh is our choice | yes | yes |
# | leaky ReLU in $D$ | R: it worked well, above all for larger images. T: where ReLU is 0, so is its gradient, and $G$ hears nothing | yes | yes, slope 0.01 | yes, slope 0.2 |
#
# A sixth rule is about training (section 4). *Adam* moves each weight by a step whose length hardly depends on the size of its gradient, in the direction of an average over past gradients. With the usual $\beta_1 = 0.9$ that average reaches
# back about $1 / (1 - 0.9) = 10$ steps. It "resulted in training oscillation and instability", so Radford et al. take $\beta_1 = 0.5$, about 2 steps. Ours takes 0: no memory of the direction.
#
# Winkler applied the rules strictly first, with poor digits (his figure 4.7). Then he put a dense layer behind $z$, which "seems to aid the training stability"; took two transposed convolutions instead of four, after which "most of the samples are readable"; more filters
# in $D$ and a dense layer before its logit gave his best digits. The rules are a starting point, not a law.
#
# ## Up: the transposed convolution
#
# A convolution with stride 2 makes a grid half as wide. $G$ needs the way back. A *transposed convolution* lets each number of the small image $x$ stamp the kernel $K$ into the large image
# $y$, as strongly as the number says. Neighbouring stamps are $s$ pixels apart, and where they overlap they add up:
#
# $$y_{s i + a,\; s j + b} \mathrel{+}= x_{i j}\, K_{a b} \qquad \text{for all } i, j \text{ and } a, b = 0, \dots, k - 1$$
#
# That is $s(n - 1) + k$ pixels wide, and `padding="same"` cuts it to $s n$. **Predict:** $n = 4$, $k = 4$, $s = 2$. How many rows and columns are cut off, and where? And stamp with ones, $x = 1$ and $K = 1$ everywhere: how many stamps does a
# pixel get for $k = 3$, and how many for $k = 4$?


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
kernel = np.outer([1.0, 2, 3, 4], [1.0, 10, 100, 1000])  # not symmetric, so that a flip would show
by_hand = transposed_convolution(x, kernel)
by_keras = {}
for padding in ("valid", "same"):  # valid: nothing is cut off
    up = layers.Conv2DTranspose(1, 4, 2, padding, use_bias=False)
    up.build((None, 4, 4, 1))
    up.set_weights([kernel[:, :, None, None]])
    by_keras[padding] = np.asarray(up(x[None, :, :, None].astype("float32")))[0, :, :, 0]
off_keras = float(np.abs(by_hand - by_keras["same"]).max() / by_hand.max())
off_cut = float(np.abs(by_keras["valid"][1:-1, 1:-1] - by_keras["same"]).max() / by_hand.max())
shapes = ", ".join(f"Keras {padding} {y.shape}" for padding, y in by_keras.items())
print(f"from {x.shape}: by hand {by_hand.shape}, {shapes}")

stamps = {k: transposed_convolution(np.ones((6, 6)), np.ones((k, k))) for k in (3, 4, 5)}
inside = {k: np.unique(y[2:-2, 2:-2]).astype(int).tolist() for k, y in stamps.items()}
board_figure, axes = plt.subplots(1, 3, figsize=(6.3, 2.4), layout="constrained")
for axis, (k, y) in zip(axes, stamps.items(), strict=True):
    axis.imshow(y, cmap="gray", vmin=0, vmax=9, origin="upper")
    axis.set(title=f"kernel {k}\n{', '.join(map(str, inside[k]))}", xticks=[], yticks=[])
sg.plotting.show(
    board_figure,
    "Three squares of grey, for kernels of 3, 4 and 5, titled with the numbers of stamps. The first "
    "and the last have a checkerboard; the middle one is even but for its border.",
)

# %% [markdown]
# **Read.** $2 \cdot 3 + 4 = 10$ pixels wide, and one row or column goes at each side. Keras computes the same numbers. Why *transposed*? A convolution is linear, so it can be written as a matrix; the stamping is that matrix, transposed
# (Dumoulin & Visin 2016). It is no inverse: nothing gets back what a convolution has thrown away.
#
# With $k = 4$ every pixel inside gets $(k / s)^2 = 4$ stamps. With 3 it is 1, 2 or 4, and with 5 it is 4, 6 or 9: a *checkerboard artifact* before anything is learned, and one that many early GANs show (Odena et al.
# 2016). So take a kernel size that is a multiple of the stride, as all three generators below do. That makes evenness possible, and no more: the four stamps of a pixel and those of its neighbour come from different
# weights. Temkeng's digits after 500 iterations, at the top, have stripes in spite of kernels of 4. A convolution with a stride has the same pattern in its gradient, which is a transposed convolution (Odena et al.): his $D$ has kernels of 3 and stride 2 throughout, ours has one such layer, and it is through $D$ that $G$ learns. Along the border fewer stamps overlap, for any kernel wider than the stride. Digits are black there, and nobody sees it.

# %% tags=["check"]
# @title Statements
sg.claims.holds("one row or column goes at each side", off_cut < 1e-6)
sg.claims.holds("Keras computes the same numbers", off_keras < 1e-6)
sg.claims.holds("with a kernel of 4 every pixel inside gets 4", inside[4] == [4])
sg.claims.holds("with 3 it is 1, 2 or 4", inside[3] == [1, 2, 4])
sg.claims.holds("with 5 it is 4, 6 or 9", inside[5] == [4, 6, 9])

# %% [markdown]
# ## A pair for a laptop
#
# $z$ has 64 numbers. Two dense layers make 7 x 7 pixels with 32 channels of it, and two transposed convolutions double the grid. `use_bias=False`
# stands before each batch normalisation because that subtracts the mean, and any bias with it. $D$ has no normalisation, as Winkler's last $D$: he took it out and saw no harm. Others keep it, with real and generated
# images in batches of their own. **Predict:** where are most of $G$'s parameters?


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
# ### The averaged generator
#
# The two players circle around each other, and the last $G$ is one point of the circle. A copy with the weights $\bar\theta$ follows it slowly, as an *exponential moving average* (EMA), and makes the samples (Yazici et al. 2019; the warm-up
# in the second line is, nearly, that of TensorFlow's `ExponentialMovingAverage`):
#
# $$\bar\theta \leftarrow \alpha_t\, \bar\theta + (1 - \alpha_t)\, \theta_g \qquad \alpha_t = \min\Big(\alpha,\; \frac{t}{t + 10}\Big)$$
#
# It is the last line of page 05's training step. **Predict:** after how many steps is $\alpha = 0.995$ the smaller of the two?


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
settings = {
    "learning rate": "learning_rate",
    "Adam's beta 1": "beta_1",
    "Adam's beta 2": "beta_2",
    "images a step": "batch_size",
    "alpha of the average": "ema",
    "steps before the rate falls": "full_steps",
}
rows = [[name, *(getattr(r, key) for r in recipes.values())] for name, key in settings.items()]
settings_table = sg.export.table(["setting", *pairs], rows, caption="How the pairs are trained.")
settings_table

# %% [markdown]
# **Read.** Nine tenths of $G$ are in its second dense layer. The transposed convolutions, which do the drawing, need few weights, since each kernel is used at every place.
#
# $\alpha$ would be the smaller one from step 1,990 on. In our few hundred steps the minimum is always $t / (t + 10)$: an average over about the last eleventh of the training, in which the untrained start is forgotten. Batch normalisation has such an average, too: in training it
# divides by the spread of the batch at hand, but samples are made with *moving* averages. Keras's default `momentum=0.99` still holds $0.99^{100} = 37\,\%$ of its start after 100 steps, and early samples look worse than $G$ is; ours is 0.9.
#
# Our rate is high and falls along a line to 0 at the end; a training shorter than 700 steps makes 60 % of them before. Temkeng names neither optimizer nor batch size, Winkler no batch size for this pair. There we take those of Radford et al. What the package itself recommends, `RECIPES["dcgan"]`, has one more idea (exercise 1).
#
# ## The papers' pairs
#
# *Temkeng's* figure 11 gives the shapes and the parameters of each layer, and the kernel sizes follow from these: a dense layer, two transposed convolutions with 128 channels each, and a convolution with a 7 x 7 kernel at the end. $D$ is small and has *dropout*: in training a random part of its numbers is
# set to 0 (Winkler saw no difference with or without). Ours are the share, 0.4, and the slope, 0.2. He does not
# say which number stands for black. Here $D$ sees 0, as in tutorials with the same parameter counts; with -1 training fails (exercise 3).
#
# *Winkler's* is the last list of his section 4.7.5. Ours are the length of $z$, 100; `padding="same"`; batch normalisation before ReLU, where his list names ReLU first; the slope, 0.01, taken from his section 4.7.3; and a leaky ReLU behind the dense layer of $D$, whose "4 x 4 x 64" units are 1,024 here.

# %% tags=["check"]
# @title Statements
sg.claims.holds("nine tenths of G are in its second dense layer", 0.85 < in_dense < 0.95)
sg.claims.holds("alpha is the smaller one from step 1,990 on", recipes["ours"].ema == 1990 / 2000)
sg.claims.holds("the minimum is always t / (t + 10)", recipes["ours"].ema > STEPS / (STEPS + 10))

# %%
temkeng = recipes["Temkeng"].build((28, 28, 1), seed=SEED)
winkler = recipes["Winkler"].build((28, 28, 1), seed=SEED)
players = {"generator": temkeng.generator, "discriminator": temkeng.discriminator}
temkeng_figure = sg.plotting.architecture(players)
sg.plotting.show(temkeng_figure, sg.plotting.describe(players))
layer_tables = {
    "temkeng_generator": "Temkeng's generator, figure 11a; slope 0.2 and tanh are ours.",
    "temkeng_discriminator": "Temkeng's discriminator, figure 11b; rescaling, slope 0.2 and dropout 0.4 are ours.",
    "winkler_generator": "Winkler's generator, 4.7.5; length of z, padding and order of the layers are ours.",
    "winkler_discriminator": "Winkler's discriminator, 4.7.5; padding and slope 0.01 are ours.",
}
networks = temkeng.generator, temkeng.discriminator, winkler.generator, winkler.discriminator
for (name, caption), model in zip(layer_tables.items(), networks, strict=True):
    layer_tables[name] = sg.export.model_table(model, caption=caption)
IPython.display.display(*layer_tables.values())

# %% [markdown]
# ## A ruler, and what it says of black
#
# Page 06's Fréchet distance of generated digits from real ones, on the features of a classifier that comes with the package. Two more numbers go beside it: the share of images of which the classifier is *sure*, with a probability above 0.9 for one digit, and page 06's *specks*, per specks of real digits. Before rulers
# rank generators, try them on things whose rank you know: nothing but black, white noise, the mean digit, one real digit 2,000 times, real digits with their pixels shuffled, a hundred real digits 20 times each, and 2,000 test digits. Real digits are drawn at random, since in the order of the file neighbours are alike and a floor comes out too high (page 06).
#
# **Predict:** which of these comes off worst, and is one that is no digit nearer to real ones than a generator of the papers? And Winkler (section 5.1) calls his dense pair's digits "recognizable" after 2,000 iterations and finds "clearly better results in a tenth of the iterations" with convolutions: is the convolutional pair
# after 300 nearer to real digits than the dense one after 3,000?

# %% tags=["setup", "nbval-ignore-output"]
rng = np.random.default_rng(SEED)
real, others = np.split(rng.permutation(digits)[: 2 * COUNT], 2)
unseen = rng.permutation(test_digits)[:COUNT]
network = sg.metrics.load_digit_features()
reference = network.features(real)


def distance(uint8_images):
    return frechet_distance(reference, network.features(uint8_images))


def sure(uint8_images):
    return float((network.probabilities(uint8_images).max(axis=1) > 0.9).mean())


def train_and_measure(recipe, steps, marks, *callbacks):
    gan = recipe.build((28, 28, 1), seed=SEED)
    curve = {"step": [], "seconds": [], "d_loss": [], "g_loss": [], "distance": []}

    def measure(epoch, logs):
        drawn = sg.ranges.symmetric_to_uint8(gan.generate(COUNT))
        values = logs | {"distance": distance(drawn)}
        for name, column in curve.items():
            column.append(values[name])
        print(
            "step {step:5,}, {seconds:4.0f} s: loss of D {d_loss:.2f}, of G {g_loss:.2f}; "
            "Fréchet distance {distance:,.1f}".format(**values)
        )

    measuring = keras.callbacks.LambdaCallback(on_epoch_end=measure)
    gan.fit(
        images,
        steps=steps,
        batch_size=recipe.batch_size,
        report_every=math.ceil(steps / marks),
        callbacks=[*recipe.callbacks(), measuring, *callbacks],
    )
    return gan, curve


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
tricks = {
    "other training digits": others,
    "test digits": unseen,
    "100 real digits, 20 times": np.tile(others[:100], (COUNT // 100, 1, 1)),
    "black": np.zeros_like(others),
    "white noise": rng.integers(0, 256, others.shape).astype("uint8"),
    "the mean digit": np.repeat(digits.mean(axis=0).astype("uint8")[None], COUNT, axis=0),
    "one real digit": np.repeat(digits[:1], COUNT, axis=0),
    "shuffled pixels": rng.permuted(others.reshape(COUNT, -1), axis=1).reshape(-1, 28, 28),
}
drawn = tricks | made
at = {name: distance(each) for name, each in drawn.items()}
sure_of = {name: sure(each) for name, each in drawn.items()}
real_specks = specks(real)
spots = {name: specks(each) / real_specks for name, each in drawn.items() if each.max() > 127}
rows = [[name, at[name], sure_of[name], spots.get(name)] for name in sorted(at, key=at.get)]
columns = ["images, iterations", "Fréchet distance", "sure of", "specks, per real"]
ruler = sg.export.table(
    columns,
    rows,
    formats=dict(zip(columns[1:], (",.1f", ".0%", ",.1f"), strict=True)),
    caption="2,000 images against 2,000 training digits drawn at random, on our own features; one training each.",
)
ruler

# %% tags=["nbval-ignore-output"]
# What Temkeng's pair draws when it learns from binarised faces, as in his figure 12.
(faces, _), _ = sg.datasets.load_smiles(binarised=True)
made_faces = {
    f"{step:,}": sg.weights.load_temkeng_samples(f"smile-{step}") for step in (1_000, 20_000)
}
face_rows = {"real": faces[:12, ..., None]} | {name: f[:12] for name, f in made_faces.items()}
face_figure = sg.plotting.image_rows(face_rows)
sg.plotting.show(
    face_figure,
    "Three rows of twelve images: real faces; generated images after 1,000 steps, nearly all black; "
    "and after 20,000 steps, lines that here and there close to an outline.",
)
empty = {name: float((f.max(axis=(1, 2, 3)) <= 127).mean()) for name, f in made_faces.items()}
face_specks = {name: specks(f) / specks(faces) for name, f in made_faces.items()}
for name in made_faces:
    print(f"{name}: {empty[name]:.0%} are empty; specks, per real: {face_specks[name]:.1f}")

# %% [markdown]
# **Read.** Noise is worst, and black is better than the mean of all digits. Shuffled pixels, which nobody would take for digits, are about where Temkeng's generator is after 500 iterations: the best of what is no digit meets the worst of the papers' generators, and numbers of this size rank only ways not to be a digit. This one real digit, repeated, is worse than black:
# nothing is wrong with the image, but all are the same, which is called *mode collapse*. The distance can't tell the two apart. A hundred real digits, copied, do better than most generators: a small distance does not say that the digits are new. Real digits are well below 1 away from other real ones, and so are test digits, which the classifier has never seen: that is the floor. The nearest generator is several times as far.
#
# The other two rulers are blind elsewhere. The classifier is sure of every black image and of all noise, so the share says something only of images that already look like digits: about half of Temkeng's after 5,000. Specks say something only where few pixels are lit: noise has fewer than Winkler's dense pair, and a black image has none to count. Look at the images first.
#
# Winkler's sentence holds in our training of his pairs, with batches of 128: after 300 iterations the distance of the convolutional pair is about half of the dense one's after 3,000, and the white spots that he blamed on dense layers (section 4.7.4) are fewer by far. His 300 of 3,000 is a tenth by section 4.7.3; section 5.1 names 2,000.
# At 2,000 and 3,000 the convolutional pair is by far the nearest, and from 2,000 to 3,000 it does not get nearer in this training. One training each. The test is one of his pair and not of convolution: nearly all of his convolutional $G$ is dense. And page 06 shows that a dense layer need not make specks: page 01's decoder is dense, too, and its reconstructions have no more than real digits.
#
# Temkeng's faces go from next to nothing to lines; hardly one is a face. 20,000 steps of 16 images (16 here, since there are only 400 images, of 160 drawings) show each 800 times, so it is not for lack of looking at the data. Whether 400 are too few we did not test here ([page 10](10_few_images.ipynb) asks).

# %% tags=["check"]
# @title Statements
sg.claims.holds("noise is worst", max(at, key=at.get) == "white noise")
sg.claims.holds("black is better than the mean", at["black"] < 0.9 * at["the mean digit"])
sg.claims.holds(
    "shuffled: about where Temkeng's is", 0.93 < at["shuffled pixels"] / at["Temkeng, 500"] < 1.12
)
sg.claims.holds("this one digit is worse than black", at["one real digit"] > at["black"])
sg.claims.holds(
    "copies: better than most", sum(at["100 real digits, 20 times"] < at[name] for name in made) > 3
)
sg.claims.holds(
    "well below 1, test digits as well", max(at["other training digits"], at["test digits"]) < 0.7
)
sg.claims.holds(
    "the nearest is several times as far", min(map(at.get, made)) > 3.5 * at["test digits"]
)
sg.claims.holds("sure of black and of noise", min(sure_of["black"], sure_of["white noise"]) > 0.999)
sg.claims.holds("about half of Temkeng's", 0.4 < sure_of["Temkeng, 5,000"] < 0.6)
sg.claims.holds("noise: fewer specks", spots["white noise"] < spots["Winkler dense, 3,000"])
tenth = at["Winkler conv., 300"] / at["Winkler dense, 3,000"]
sg.claims.holds("about half of the dense one's", 0.4 < tenth < 0.6)
sg.claims.holds(
    "specks: fewer by far", spots["Winkler conv., 300"] < 0.2 * spots["Winkler dense, 3,000"]
)
long = at["Winkler conv., 2,000"], at["Winkler conv., 3,000"]
sg.claims.holds("at 2,000 and 3,000 by far the nearest", max(long) < 0.5 * at["Winkler conv., 300"])
sg.claims.holds("2,000 to 3,000: not nearer", long[1] > long[0])
sg.claims.holds("faces: from next to nothing", empty["1,000"] > 0.7)
sg.claims.holds("to lines", empty["20,000"] < 0.05)

# %% [markdown]
# ## Ours, with a camera
#
# `SampleGrid` draws the same 16 $z$ again and again, and `FrameFolder` makes a film of them. The clock is `gan.record.seconds`, the time spent in steps; it stands while we measure. **Predict:** how many steps until our digits are nearer to real ones than Temkeng's after 5,000? And will the
# losses show it?

# %% tags=["nbval-ignore-output", "timing"]
folder = Path(tempfile.mkdtemp())
camera = SampleGrid(
    FrameFolder(folder, film_seconds=8),
    to_uint8=sg.ranges.symmetric_to_uint8,
    every=math.ceil(STEPS / 12),
    rows=2,
    columns=8,
)
gan, curve = train_and_measure(recipes["ours"], STEPS, 6, camera)
ahead = [
    step
    for step, d in zip(curve["step"], curve["distance"], strict=True)
    if d < at["Temkeng, 5,000"]
]
print(
    f"nearer than Temkeng's after 5,000 ({at['Temkeng, 5,000']:.1f}): at step {min(ahead, default=0)}"
)

# %% tags=["nbval-ignore-output"]
with PIL.Image.open(folder / "film.gif") as film:
    size, moments = 2 * film.width, [f.convert("L") for f in PIL.ImageSequence.Iterator(film)]
# A PNG can move, too, and every page shows it.
moments[0].save(folder / "film.png", save_all=True, append_images=moments[1:], duration=600, loop=0)
alt = "A film of 16 generated images in two rows: noise, then smudges, then strokes."
IPython.display.display(
    IPython.display.Image(folder / "film.png", width=size, metadata={"alt": alt})
)
frames = frame_paths(folder)
strip_figure, axes = plt.subplots(2, 2, figsize=(6.3, 2.2), layout="constrained")
for axis, number in zip(axes.flat, (1, 2, 4, -1), strict=True):
    path = frames[min(number, len(frames) - 1)]
    axis.imshow(plt.imread(path), cmap="gray", origin="upper")
    axis.set(title=f"step {int(path.stem[5:]):,}", xticks=[], yticks=[])
sg.plotting.show(
    strip_figure,
    "Four frames of the film in two rows of two, each with 16 images from the same z: smudges, then "
    "strokes, then digits.",
)

# %% tags=["nbval-ignore-output"]
fakes = sg.ranges.symmetric_to_uint8(gan.generate(COUNT))
sample_figure = sg.plotting.image_grid(fakes[:40])
sg.plotting.show(sample_figure, "Forty digits in four rows of ten, generated by our pair.")
shares = class_shares(network.classes(fakes), 10)
speck_ratio, sure_of_ours = specks(fakes) / real_specks, sure(fakes)
print("shares of the digits 0 to 9:", ", ".join(f"{share:.1%}" for share in shares))
print(f"sure of {sure_of_ours:.0%}; specks {speck_ratio:.1f} times as many as in real digits")

# %% [markdown]
# **Read.** The line below the training says by which step: less than 480. The film begins with noise, then come smudges, and then strokes. The losses show none of it: from the first measurement to the last the distance falls to less than a third, and both losses end about where they were, not far from
# those of a $D$ that tosses a coin ($2 \log 2 = 1.39$ for $D$, $\log 2 = 0.69$ for $G$). No digit is missing. Specks are a few times as frequent as in real digits; in the digits of Winkler's dense pair, about forty times.

# %% tags=["check"]
# @title Statements
sg.claims.holds("less than 480 steps", curve["distance"][-1] < at["Temkeng, 5,000"])
sg.claims.holds(
    "the distance falls to less than a third", curve["distance"][-1] < curve["distance"][0] / 3
)
sg.claims.holds(
    "D's loss ends where it was", 0.75 < curve["d_loss"][-1] / curve["d_loss"][0] < 1.15
)
sg.claims.holds("so does G's", 0.7 < curve["g_loss"][-1] / curve["g_loss"][0] < 1.3)
sg.claims.holds("no digit is missing", shares.min() > 0.02)
sg.claims.holds("specks: a few times as frequent", 1.5 < speck_ratio < 10)
sg.claims.holds("the dense pair: about forty times", 33 < spots["Winkler dense, 3,000"] < 52)

# %% [markdown]
# ## What a step costs
#
# DCGANs give good results, says Temkeng (section 4.2), but need too much training time and resources compared with other methods. His other GAN is the dense pair of page 06. Time some steps of each pair on this machine. **Predict:** the layer `up_2` of his convolutional $G$
# multiplies $14 \cdot 14 \cdot 4 \cdot 4 \cdot 128 \cdot 128 = 51{,}380{,}224$ times for one image, our last layer $14 \cdot 14 \cdot 4 \cdot 4 \cdot 32 = 100{,}352$ times, a 512th. By what factor is his step dearer than ours?


# %% tags=["paper"]
def multiplications(model):  # for one image on its way through the network
    total = 0
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            grids = layer.input.shape[1:-1], layer.output.shape[1:-1]
            total += math.prod(layer.kernel.shape) * min(math.prod(grid) for grid in grids)
    return total


# %% tags=["nbval-ignore-output", "timing"]
timed = {"Temkeng conv.": temkeng, "Winkler conv.": winkler}
for name, key in {
    "Temkeng dense": "temkeng-vanilla",
    "Winkler dense": "winkler-dense",
    "ours": "dcgan-plain",
}.items():
    timed[name] = sg.recipes.RECIPES[key].build((28, 28, 1), seed=SEED)
batches = {name: recipes["ours"].batch_size if name == "ours" else 128 for name in timed}
ends = {name: [] for name in timed}  # of the steps; in the first TensorFlow builds its graph
for name, pair in timed.items():
    clock = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs, times=ends[name]: times.append(time.perf_counter())
    )
    pair.fit(images, steps=TIMED_STEPS, batch_size=batches[name], callbacks=[clock])
cost = {name: float(1_000 * np.diff(times).min()) for name, times in ends.items()}
rows = []
for name, pair in timed.items():
    # A step takes an image three times through G or back, and eight times through D.
    work = 3 * multiplications(pair.generator) + 8 * multiplications(pair.discriminator)
    parameters = pair.generator.count_params() + pair.discriminator.count_params()
    rows.append([name, parameters, batches[name], batches[name] * work / 1e9, cost[name]])
products = {row[0]: row[3] for row in rows}
columns = ["pair", "parameters", "images a step", "billion products a step", "ms a step"]
cost_table = sg.export.table(
    columns,
    rows,
    formats={columns[3]: ".2f", columns[4]: ".0f"},
    caption=f"What a step costs on this machine's CPU: the fastest of {TIMED_STEPS - 1} steps.",
)
dearer = cost["Temkeng conv."] / cost["ours"]
print(f"a step of Temkeng's convolutional pair takes {dearer:.1f} times as long as one of ours")
cost_table

# %% tags=["nbval-ignore-output"]
quality_figure = sg.plotting.curves(
    {"ours": (curve["step"], curve["distance"])},
    xlabel="steps",
    ylabel="Fréchet distance",
    log=True,
    markers=True,
)
axes, text = quality_figure.axes[0], {"fontsize": sg.plotting.TEXT_POINTS}
axes.set(xscale="log", xlim=(50, 9_000), ylim=(0.2, 160))
axes.yaxis.set_minor_formatter("")
axes.text(0.9 * curve["step"][1], 0.9 * curve["distance"][1], "ours", ha="right", va="top", **text)
marks = {"Temkeng": "s", "Winkler dense": "^", "Winkler conv.": "D"}
for (name, mark), colour in zip(marks.items(), sg.plotting.COLOURS[1:], strict=False):
    steps = {k: int(k.split(", ")[1].replace(",", "")) for k in made if k.split(", ")[0] == name}
    axes.plot(steps.values(), [at[k] for k in steps], mark, color=colour, markersize=4)
    named = min((k for k in steps if steps[k] > 1_000), key=steps.get)
    axes.text(0.87 * steps[named], at[named], name, ha="right", va="center", **text)
for name in ("black", "test digits"):
    axes.axhline(at[name], color="0.5", linestyle=":")
    axes.text(55, 1.08 * at[name], name, va="bottom", **text)
sg.plotting.show(
    quality_figure,
    "Fréchet distance over the steps, both axes logarithmic: a falling line for our pair, points for Temkeng's "
    "and for Winkler's two, and dotted lines for black images and for test digits.",
)
ours_at = {step: float(np.interp(step, curve["step"], curve["distance"])) for step in (300, 480)}
print(f"ours at step 300: {ours_at[300]:.1f}, Winkler conv. {at['Winkler conv., 300']:.1f}")
print(f"ours at step 480: {ours_at[480]:.1f}, Temkeng at 500: {at['Temkeng, 500']:.1f}")
ways = {
    "Winkler conv., 300": 300 * cost["Winkler conv."],
    "Winkler dense, 3,000": 3_000 * cost["Winkler dense"],
}
print(
    "seconds at these rates:", ", ".join(f"{name}: {ms / 1_000:.0f}" for name, ms in ways.items())
)

# %% [markdown]
# **Read.** Many times, for twice as many images, and by far not 512 times: see the line above the table. 512 compares one layer with one layer; the work of ours is elsewhere (802,816 products in `up_1`, and $D$). Of all products a step of his has about 28 times as many. Time need not follow them: what a product costs depends on the layer's size and on the machine, and these are the fastest of a few steps; on a busy machine
# large layers, which want all cores, may lose more than small ones. Nor does the number of parameters say much: Winkler's pair has eight times as many as Temkeng's, and fewer products. Temkeng is right about *this* DCGAN: a step costs many times that of his dense pair.
#
# Winkler's tenth of the iterations is by no means a tenth of the time: see the seconds. At equal steps ours is far ahead of Temkeng's, with half the images a step, and behind Winkler's convolutional pair, whose step costs several of ours.
#
# Two warnings. The recipes differ in everything at once, pair, rate, batch and average, so the plot says which *recipe* gets there and not which idea did it; and each point is one training. And we chose ours by this very measure, on training digits; the papers' authors looked at pictures.

# %% tags=["check"]
# @title Statements
sg.claims.holds("many times, and by far not 512", 4 < dearer < 256)
sg.claims.holds(
    "for twice as many images", recipes["Temkeng"].batch_size == 2 * recipes["ours"].batch_size
)
sg.claims.holds(
    "about 28 times as many products", 27 < products["Temkeng conv."] / products["ours"] < 29
)
sg.claims.holds(
    "Winkler's has fewer products", products["Winkler conv."] < products["Temkeng conv."]
)
sg.claims.holds(
    "many times that of his dense pair", cost["Temkeng conv."] > 12 * cost["Temkeng dense"]
)
way = ways["Winkler conv., 300"] / ways["Winkler dense, 3,000"]
sg.claims.holds("by no means a tenth of the time", way > 0.25)
sg.claims.holds("far ahead of Temkeng's", ours_at[480] < 0.4 * at["Temkeng, 500"])
sg.claims.holds("behind Winkler's", 1 < ours_at[300] / at["Winkler conv., 300"] < 2)
sg.claims.holds("whose step costs several of ours", cost["Winkler conv."] > 3 * cost["ours"])

# %% [markdown]
# ## A walk
#
# What is between two digits? Take two latent vectors $z_0$ and $z_1$, and let $G$ draw what is on the way, at $t$ from 0 to 1. $z$ is 64 numbers from a normal distribution, and its length is nearly always close to $\sqrt{64} = 8$; halfway on a straight line it would be about $8 / \sqrt 2 = 5.7$, a length that is hardly ever drawn.
# Going along the sphere keeps the length (*slerp*; White 2016), with the angle $\Omega$ between $z_0$ and $z_1$:
#
# $$z_t = \frac{\sin((1 - t)\, \Omega)}{\sin \Omega}\, z_0 + \frac{\sin(t\, \Omega)}{\sin \Omega}\, z_1$$
#
# **Predict:** what does the image in the middle look like, beside the mean of the two ends? And does it matter which way one goes?


# %% tags=["paper"]
def spherical(start, end, count):
    t = np.linspace(0, 1, count)[:, None]
    angle = np.arccos(np.dot(start, end) / np.linalg.norm(start) / np.linalg.norm(end))
    way = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return way.astype("float32")


# %% tags=["preview", "nbval-ignore-output"]
def draw(z):
    return sg.ranges.symmetric_to_uint8(gan.generate_from(z))


z = gan.sample_noise(4_000, seed=SEED)
probability = network.probabilities(draw(z))
clear = {digit: np.argsort(-probability[:1_000, digit])[:8] for digit in range(10)}  # the clearest
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
def largest_step(start, end):  # of a walk on the sphere, per distance of its two ends
    walk = gan.generate_from(spherical(start, end, 10))
    steps = np.linalg.norm(np.diff(walk, axis=0).reshape(9, -1), axis=1)
    return float(steps.max() / np.linalg.norm(walk[-1] - walk[0]))


starts, stops = z[:1_000], z[1_000:2_000]
jumps = [largest_step(*pair) for pair in zip(starts[:20], stops[:20], strict=True)]
jump = float(np.median(jumps))
print(f"20 walks of 9 steps, largest step: median {jump:.0%}, at most {max(jumps):.0%} of the way")
on_sphere = [spherical(*pair, 3)[1] for pair in zip(starts, stops, strict=True)]
middles = {"ends": starts, "sphere": np.stack(on_sphere), "line": (starts + stops) / 2}
middle_at = {name: distance(draw(each)) for name, each in middles.items()}
print("Fréchet distance of 1,000:", {name: round(value, 1) for name, value in middle_at.items()})

# %% [markdown]
# **Read.** Along a walk the strokes bend, open or break step by step, and the middle has strokes of its own; some of them make no digit. In the mixed row nothing moves: what the first has fades while what the second has comes. Nine equal steps on a line would be 11 % of the way each, a jump 100 %; the median is about a third. Radford et al. (section 6.1) take smooth walks as a sign that $G$ has not
# just stored images. It is a weak one: $G$ is a continuous function of $z$, so with steps that are small enough it must look smooth.
#
# The way matters a little: middles on the sphere are about as near to real digits as any $z$, middles on the line are further away.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the median is about a third of the way", 0.25 < jump < 0.42)
sg.claims.holds(
    "on the sphere: as near as any z", 0.75 < middle_at["sphere"] / middle_at["ends"] < 1.25
)
sg.claims.holds("on the line: further away", middle_at["line"] > 1.1 * middle_at["sphere"])

# %% [markdown]
# ## Arithmetic
#
# Radford et al. (2015, section 6.3.2) calculate with vectors: *smiling woman* − *neutral woman* + *neutral man* gives a smiling man, where each word is the mean of three $z$ whose images show it. Digits do not smile, but
# they can be bold:
#
# $$z' = z_3 + \lambda\, \big(\bar z_\text{bold 0} - \bar z_\text{thin 0}\big)$$
#
# As a judge take the *ink*, the mean brightness. Of the clear zeros among 4,000 images take the third with most ink and the third with least, and choose $\lambda$ so that the difference has a length of 2 (the paper takes three images and $\lambda = 1$). Give it to all clear threes; $z'$ is then brought back to the length of $z$.
# And so that we do not fool ourselves, twenty controls: random directions of the same length. **Predict:** does boldness learned from zeros work on threes, and do they stay threes?


# %% tags=["nbval-ignore-output"]
def ink(z):
    return (gan.generate_from(z).mean(axis=(1, 2, 3)) + 1) / 2


def add(z, direction):
    moved = z + direction
    lengths = np.linalg.norm(z, axis=1) / np.linalg.norm(moved, axis=1)
    return (moved * lengths[:, None]).astype("float32")


kind = np.where(probability.max(axis=1) > 0.9, probability.argmax(axis=1), -1)  # -1: not clear
zeros, threes = z[kind == 0], z[kind == 3]
order, third = np.argsort(ink(zeros)), len(zeros) // 3
bolder = zeros[order[-third:]].mean(axis=0) - zeros[order[:third]].mean(axis=0)
directions = np.stack([bolder, *gan.sample_noise(20, seed=SEED + 1)])
bolder, *controls = 2 * directions / np.linalg.norm(directions, axis=1, keepdims=True)
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
still = {name: network.classes(draw(each)) == 3 for name, each in sums.items()}
chance = float(np.mean([abs(ink(add(threes, c)).mean() - inks["3"]) for c in controls]))
boldness = (inks["3 + bold 0 - thin 0"] - inks["3 - bold 0 + thin 0"]) / 2
rows = []
for name, each in sums.items():  # the last column: of those that stay threes
    change = float((ink(each) - ink(threes))[still[name]].mean())
    rows.append([name, inks[name], float(still[name].mean()), change])
columns = ["sum", "ink", "still threes", "change of ink of these"]
formats = dict(zip(columns[1:], (".3f", ".0%", "+.3f"), strict=True))
caption = f"A direction learned from zeros, given to {len(threes)} threes."
sums_table = sg.export.table(columns, rows, formats=formats, caption=caption)
print(f"ink changes by {boldness:.3f}; by the controls, {chance:.3f} on average")
sums_table

# %% [markdown]
# **Read.** What zeros taught works on threes, in both directions, at least twice as strongly as chance. Not all stay threes, neither towards bold nor towards thin, nor after a control: a direction changes more than the ink. Those that stay change in the same sense. And read it soberly. We did not name a concept and get it; we sorted by a number and found a direction in which that number
# grows, of this $G$ alone. The paper does not say how its rows were chosen; we took all the threes and their mean.
#
# ## Back from an image to its z
#
# Can the direction make *your* digit bolder? For that you need its $z$, and a GAN has no encoder. The usual way out is *GAN inversion*: look for the $z$ whose image is nearest, by gradient descent on $z$ with $G$ held fixed (Zhu et al. 2016; Creswell & Bharath 2019):
#
# $$z^* = \arg\min_z \lVert G(z) - x \rVert^2$$
#
# **Predict:** ten test digits that $G$ has never seen. Will the images that it finds be the same digits, and nearer than any of the 60,000 training digits?

# %% tags=["check"]
# @title Statements
thin_to_bold = [inks[name] for name in ("3 - bold 0 + thin 0", "3", "3 + bold 0 - thin 0")]
sg.claims.holds("in both directions", thin_to_bold == sorted(thin_to_bold))
sg.claims.holds("at least twice as strongly as chance", boldness > 2 * chance)
sg.claims.holds("not all stay threes", 0.4 < still["3 + bold 0 - thin 0"].mean() < 1)
sg.claims.holds("nor towards thin", 0.3 < still["3 - bold 0 + thin 0"].mean() < 0.9)
sg.claims.holds("nor after a control", still["3 + a control"].mean() < 1)
sg.claims.holds("those that stay get bolder", rows[1][3] > 0)
sg.claims.holds("and thinner", rows[2][3] < 0)


# %%
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
many = gan.generate_from(z[:1_000])
nearest = np.array([((many - each) ** 2).sum(axis=(1, 2, 3)).argmin() for each in x])
found = invert(gan.ema_generator, x, z[nearest], INVERSION_STEPS)
flat, targets = images.reshape(len(images), -1), x.reshape(10, -1)
squares = (flat**2).sum(axis=1)[
    :, None
] - 2 * flat @ targets.T  # and the targets' own, which are fixed
mean = flat.mean(axis=0)
axes_64 = np.linalg.eigh(flat.T @ flat / len(flat) - np.outer(mean, mean))[1][:, -64:]
components = (targets - mean) @ axes_64 @ axes_64.T + mean
rebuilt = {
    "test digit": wanted[..., None],
    "nearest of 1,000": draw(z[nearest]),
    "nearest training digit": digits[squares.argmin(axis=0)][..., None],
    "64 components": sg.ranges.symmetric_to_uint8(components.clip(-1, 1).reshape(x.shape)),
    "found z": draw(found),
    "found z, bolder": draw(add(found, bolder / 2)),
    "twice as bold": draw(add(found, bolder)),
}
inverted_figure = sg.plotting.image_rows(rebuilt)
sg.plotting.show(
    inverted_figure,
    "Seven rows of ten images: test digits from 0 to 9; the nearest of 1,000 generated ones; the nearest training digits; "
    "64 principal components; what G draws from the z that was found; and the same, bolder and twice as bold.",
)

# %% tags=["nbval-ignore-output"]
errors = {
    n: float(np.mean((r / 255.0 - rebuilt["test digit"] / 255.0) ** 2)) for n, r in rebuilt.items()
}
same = {n: int(np.sum(network.classes(r) == np.arange(10))) for n, r in rebuilt.items()}
rows = [[n, errors[n], same[n], float(r.mean() / 255)] for n, r in rebuilt.items()]
columns = ["image", "squared error", "same digit, of 10", "ink"]
inversion_table = sg.export.table(
    columns,
    rows,
    formats={columns[1]: ".4f", columns[3]: ".3f"},
    caption="Ten test digits, what comes near to them, and what was done to it.",
)
length = float(np.linalg.norm(found, axis=1).mean())
lengths = np.linalg.norm(z, axis=1)
shorter = float(np.mean(lengths < length))
print(
    f"length of z: drawn ones {lengths.mean():.1f} ± {lengths.std():.1f}; found ones {length:.1f} on average,"
)
print(f"and {shorter:.2%} of {len(z):,} drawn ones are shorter than that")
inversion_table

# %% [markdown]
# **Read.** Nearly all are the same digits, with a third of the error of the nearest training digit or less: these forms were not stored, which says more than the walk did. 64 principal components, as many numbers as $z$ has, come about as near. But the found $z$ are long: on average longer than 99 of 100 that are drawn.
# $G$ is asked for things at the edge of what it knows. The last rows show it: the further one goes, the fewer digits stay what they were. The direction changes more than boldness.

# %% tags=["check"]
# @title Statements
sg.claims.holds("nearly all are the same digits", same["found z"] >= 8)
sg.claims.holds(
    "a third of the nearest training digit's",
    errors["found z"] < errors["nearest training digit"] / 3,
)
sg.claims.holds(
    "64 components: about as near", 0.6 < errors["found z"] / errors["64 components"] < 1.3
)
sg.claims.holds("longer than 99 of 100 that are drawn", shorter > 0.99)
sg.claims.holds(
    "the fewer digits stay", same["twice as bold"] <= same["found z, bolder"] <= same["found z"]
)

# %% [markdown]
# ## Claims, and into your paper
#
# What is measured on this page with its seed. What the shipped digits say alone is tested with the package. For your paper: name the machine beside the milliseconds, and the counts and the features beside the distances. For slides the film is a file, too: `folder / "film.gif"`. Each table is
# written for LaTeX and for a spreadsheet.

# %% tags=["claims"]
claims = sg.claims.Claims()
dense_cost = cost["Temkeng conv."] / cost["Temkeng dense"]
claims.above(
    12, dense_cost, "ratio: time of a step, Temkeng's DCGAN / his dense GAN", "Temkeng 2020, 4.2"
)
claims.above(4, dearer, "ratio: time of a step, Temkeng's DCGAN / our small one", "ours")
reached = curve["distance"][-1] / at["Temkeng, 5,000"]
claims.below(
    1, reached, "ratio: Fréchet distance, our pair at the end / Temkeng's at 5,000 steps", "ours"
)
claims.above(0.02, float(shares.min()), "our pair: share of the rarest digit", "ours")
claims.below(7, speck_ratio, "ratio: specks, our pair's digits / real ones", "ours")
claims.below(
    0.42, jump, "walks: largest of 9 steps / whole way, median of 20", "Radford et al. 2015, 6.1"
)
strength, source = boldness / chance, "ours, after Radford et al. 2015, 6.3.2"
claims.above(2, strength, "arithmetic: change of ink, bold zeros / random directions", source)
way_line = middle_at["line"] / middle_at["sphere"]
claims.above(
    1.1, way_line, "Fréchet distance of middles, straight line / sphere", "after White 2016"
)
kept = errors["found z"] / errors["nearest training digit"]
claims.below(0.34, kept, "squared error, found z / nearest training digit", "ours")
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.metrics.record(
    frechet_distance=curve["distance"][-1], rarest_digit=shares.min(), specks_to_real=speck_ratio
)
columns = ["claim", "source", "wanted", "measured", "verdict"]
caption = "DCGANs of digits: claims of the papers, and ours."
claims_table = sg.export.table(columns, claims.rows(), caption=caption)
claims_table

# %%
sizes = {"steps": STEPS, "timed_steps": TIMED_STEPS, "inversion_steps": INVERSION_STEPS}
run = sg.runs.describe("07_dcgan", seed=SEED, **sizes)
tables = {"distances": ruler, "cost": cost_table, "arithmetic": sums_table}
tables |= {"inversion": inversion_table, "settings": settings_table, "claims": claims_table}
for name, table in (tables | layer_tables).items():
    print(sg.export.save_table(table, name, run))
ours_is = f"Our pair, {STEPS:,} steps, seed {SEED}: "
about = f"{COUNT:,} digits against {COUNT:,} real ones, our own features; one training each; pairs, rates and batches (128; ours 64) differ."
figures = {
    "quality_over_steps": (quality_figure, f"Fréchet distance over the steps: {about}"),
    "papers_digits": (made_figure, "First digits of Temkeng's and Winkler's pairs by iterations."),
    "our_digits": (sample_figure, ours_is + "forty digits."),
    "training_film": (strip_figure, ours_is + "four moments, the same 16 z each time."),
    "our_networks": (pair_figure, "Our generator and discriminator."),
    "temkeng_networks": (
        temkeng_figure,
        "Temkeng's networks, figure 11; slope, dropout, tanh ours.",
    ),
    "temkeng_faces": (face_figure, "Faces of Temkeng's pair after 1,000 and 20,000 iterations."),
    "latent_walk": (walk_figure, ours_is + "walks in z, and one mixed pixel by pixel."),
    "latent_arithmetic": (
        sum_figure,
        ours_is + "boldness of zeros given to threes; last, a control.",
    ),
    "inversion": (
        inverted_figure,
        ours_is + "test digits, what is near them, and bolder versions.",
    ),
}
for name, (figure, caption) in figures.items():
    print(sg.export.save_figure(figure, name, run, caption=caption))
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
# With seed 0 the distance at the end is about a third smaller than on the page, and the rarest digit a little less rare. One run of each is an anecdote: take three seeds before you write it down; [benchmarks/quality.md](../benchmarks/quality.md) has both recipes after a minute. Why should clusters help? $D$ compares like with like: to tell real from fake among slanted ones it cannot say "too many ones", it must look at the stroke. And $z$ has less to explain.
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
# Without batch normalisation $G$ makes nearly the same image of every $z$: ruined, as Winkler says. With leaky ReLU the distance lies between the other two: it repairs a part. That does not refute him: his pair is larger, and he trained it for 3,000 steps. Do that, too, before you write it down.
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
