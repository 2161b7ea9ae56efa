# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 09 · PANIC: a GAN from 42 cells
#
# Wallat & Kriegel (no year; they looked at their sources in January 2018) trained a DCGAN on 42 cropped cells and called it PANIC. This page rebuilds it: how cells become squares, how to
# make more of few images, two networks, and *gated training*, in which a network that is ahead has to wait. At the end you will have a generator of small cells, trained in
# half a minute, a figure of three gates at work, and the story of two long trainings at 100 x 100, of which one died. The page takes about a minute. You need
# [page 06](06_vanilla_gan.ipynb) and [page 07](07_dcgan.ipynb).
#
# Is what comes out good? The paper says so. How to *measure* that with so few images, what works better, and how to use images of your own, is
# [page 10](10_few_images.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

import seminar_gan as sg
from seminar_gan.metrics import measurements, nearest_images
from seminar_gan.models import panic
from seminar_gan.training import FrameFolder, SampleGrid, StepProgress

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
IMAGE_SIZE = 28  # paper: 28, then 100; any from 16 to 128
STEPS = 1_000  # paper: 1,000 at 28 x 28, 15,000 at 100 x 100
BATCH_SIZE = 4  # the paper does not say; the tutorial that it builds on: 50

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    IMAGE_SIZE=(16, 128),
    STEPS=(50, 10_000_000),
    BATCH_SIZE=(1, 10_000),
)

# %% [markdown]
# This is where the page ends: real cells, and what PANIC's networks drew at 100 x 100 after 9,500 iterations and, with batch normalisation in $D$, after 7,000; the images travel with the package. All pictures on this page are shown
# 1.6 times as light as the images are: the cells are dark. What is measured are the images.


# %%
def lighter(images):  # for the eye alone
    return np.clip(1.6 * np.asarray(images, "float32"), 0, 255).astype("uint8")


cells_folder = sg.datasets.cells_folder()
stretched = sg.datasets.load_image_folder(cells_folder, IMAGE_SIZE, "stretch")
longest = stretched.sizes.max()  # pixels; one scale for all, or large cells would look small
large_cells = sg.datasets.load_image_folder(cells_folder, 100, scale=100 / longest).images
moments, film = sg.weights.load_panic_progress("plain")
_, normalised_film = sg.weights.load_panic_progress("normalised")
first_figure = sg.plotting.image_rows(
    {
        "cells": lighter(large_cells[:6]),
        "PANIC": lighter(film[moments == 9_500][0]),
        "normalised": lighter(normalised_film[moments == 7_000][0]),
    }
)
sg.plotting.show(
    first_figure,
    "Three rows of six images of 100 x 100: real cells with sharp edges and spots; generated ones, "
    "striped; generated ones, soft ovals. None of the generated ones is as sharp as a cell.",
)

# %% [markdown]
# ## The images
#
# The electron micrographs of the paper were never published. Ours are 42 nuclei from one fluorescence micrograph ([data/README.md](../data/README.md)), each in its own size. Where a
# neighbour reached into a crop it was cut off: nine of the 42 have a straight edge that no nucleus has. A network wants squares of one size. There are two ways: *stretch* both sides, or
# keep the proportions and *centre* the image on a canvas. Wallat & Kriegel (section 4) tried both and dropped the first, because it distorts the shapes too much.
# **Predict:** by how many per cent does stretching change height against width, for the median cell?

# %%
centred = sg.datasets.load_image_folder(cells_folder, IMAGE_SIZE, "pad", scale=IMAGE_SIZE / longest)
images = centred.images
height, width = stretched.sizes.T
ratio = np.maximum(height, width) / np.minimum(height, width)
print(f"{len(images)} cells; median change of proportions {np.median(ratio) - 1:.0%}", end="")
print(f", at most {ratio.max() - 1:.0%}")

# %%
least_square = np.argsort(-ratio, kind="stable")[:8]
fit_figure = sg.plotting.image_rows(
    {
        "centred": lighter(images[least_square]),
        "stretched": lighter(stretched.images[least_square]),
    }
)
sg.plotting.show(
    fit_figure,
    "Two rows of the eight cells that are least square: centred on a canvas above, stretched to a "
    "square below.",
)
elongation = measurements.names().index("elongation")  # 0 for a disc
rounder = np.mean(
    measurements.measure(stretched.images)[:, elongation]
    < measurements.measure(images)[:, elongation]
)
print(f"stretched, {rounder:.0%} of the cells are rounder than they are")

# %% [markdown]
# **Read.** The picture has the eight crops that are least square. A crop is about as tall and as wide as its cell, so making it square makes most cells rounder, the median one by about a sixth. A
# generator of stretched cells would learn cells that do not exist; and their sizes would be lost. On the canvas all crops are shrunk by one factor, so that large cells stay larger. The canvas
# continues with the level of the crop's own edge.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the median one by about a sixth", 0.12 < np.median(ratio) - 1 < 0.22)
sg.claims.holds("makes most cells rounder", rounder > 0.7)

# %% [markdown]
# ## More images out of few
#
# PANIC mirrors each image at random, makes it lighter or darker, and changes its contrast (section 4). It calls this a way to increase the variance. It does not say by how much; brightness up to 0.1 and
# contrast up to 10 % are ours. As Keras layers:
#
# $$x' = \bar x + b + c\,\big(m(x) - \bar x\big) \qquad m \in \{\text{as it is, mirrored}\},\quad b \in [-0.1,\, 0.1],\quad c \in [0.9,\, 1.1]$$
#
# where $\bar x$ is the mean of the image, and what leaves $[0, 1]$ is cut off. This is *data augmentation*. **Predict:** which of the three makes images that no microscope would give?


# %% tags=["shows:models.augmentation.build_data_augmentation"]
def build_data_augmentation(brightness=0.1, contrast=0.1, seed=0):
    flip = layers.RandomFlip("horizontal", seed=seed, name="mirror")
    brighten = layers.RandomBrightness(brightness, (0, 1), seed=seed + 1, name="brightness")
    both = (contrast, contrast)  # a pair, because Keras 3.15 takes a single number for growing only
    stretch = layers.RandomContrast(both, (0, 1), seed=seed + 2, name="contrast")
    return keras.Sequential([flip, brighten, stretch], name="data_augmentation")


# %% tags=["nbval-ignore-output"]
change = build_data_augmentation(seed=SEED)
unit = sg.ranges.to_unit(images)
data = np.concatenate([np.asarray(change(unit, training=True)) for _ in range(19)])  # 798 versions
versions = np.stack([unit[0], *data[:: len(unit)][:9]])  # the first cell, and nine of its versions
augmentation_figure = sg.plotting.image_grid(lighter(255 * versions), columns=5)
sg.plotting.show(
    augmentation_figure,
    "Ten images in two rows: a cell as it is, and nine changed versions of it, some mirrored, some "
    "lighter or darker.",
)


# %%
def brightness_spread(images):  # how much the mean level differs from image to image, of 255
    return 255 * float(images.mean(axis=(1, 2, 3)).std())


spread = {"cells": brightness_spread(unit), "PANIC's data": brightness_spread(data)}
for name, value in spread.items():
    print(f"{name:12} mean level spreads by {value:.1f} of 255")

# %% [markdown]
# **Read.** The first is the crop. Mirroring gives another possible cell. (For letters, or anything that has a left and a right, it would give something wrong.)
# Brightness and contrast change what this microscope kept constant: between PANIC's images the mean level varies about twice as much as between cells. $G$ is asked to learn that, too. Augmented data has its
# price: it says what a cell may look like, and $G$ believes it. Page 10 has a way around it.
#
# **A range.** PANIC has pixels in $[0, 1]$ and a sigmoid at the end of $G$. Usual today, and one of the paper's own tips (section 3.2), is $[-1, 1]$ with tanh. One reason: the slope of $\tanh$ at 0 is 1, that of
# the sigmoid 1/4; counted in grey levels, of which tanh has half as many in a unit, twice as much gradient comes back through the last layer. Another: $D$'s first layer
# then gets inputs on both sides of 0; from inputs that are all positive, all weights of a unit get gradients of one sign (LeCun et al. 1998, *Efficient backprop*).

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "the mean level varies about twice as much",
    1.7 < spread["PANIC's data"] / spread["cells"] < 2.8,
)

# %% [markdown]
# ## The networks
#
# The paper gives kinds and numbers of layers: $D$ has two convolutions, each with average pooling, and two dense layers; $G$ has a projection and three convolutions, from many features to one. Sizes,
# kernels and starting weights below are those of the tutorial that it builds on (Deshpande & Bruner 2017). The names: *ReLU* is $\max(0, x)$; *batch normalisation* gives each channel mean 0 and
# spread 1 over the batch; a *logit* is what the sigmoid makes a probability of.


# %% tags=["shows:models.panic.build_generator"]
def build_generator(image_shape=(28, 28, 1), latent_dim=100, kernel_size=3, filters=50):
    height, width, channels = image_shape
    # A dictionary, of which Keras makes an initializer for each layer: two uses of one would draw the same numbers.
    small = {"class_name": "TruncatedNormal", "config": {"stddev": 0.02}}
    z = keras.Input((latent_dim,), name="z")  # 100
    x = layers.Dense(2 * height * 2 * width, kernel_initializer=small, name="dense")(z)  # 3136
    x = layers.Reshape((2 * height, 2 * width, 1), name="grid")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)  # 56 x 56 x 1
    x = layers.Conv2D(filters, kernel_size, 2, "same", kernel_initializer=small, name="conv_1")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)  # 28 x 28 x 50
    x = layers.UpSampling2D(interpolation="bilinear", name="up_1")(x)  # 56 x 56 x 50
    half = max(1, filters // 2)
    x = layers.Conv2D(half, kernel_size, 2, "same", kernel_initializer=small, name="conv_2")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm_3")(x)
    x = layers.ReLU(name="relu_3")(x)  # 28 x 28 x 25
    x = layers.UpSampling2D(interpolation="bilinear", name="up_2")(x)  # 56 x 56 x 25
    last = {"activation": "sigmoid", "dtype": "float32", "name": "images"}
    x = layers.Conv2D(channels, 1, 2, "same", kernel_initializer=small, **last)(x)  # 28 x 28 x 1
    return keras.Model(z, x, name="panic_generator")


# %% tags=["shows:models.panic.build_discriminator"]
def build_discriminator(image_shape=(28, 28, 1), kernel_size=5, filters=32, dense_size=1024):
    # A dictionary, of which Keras makes an initializer for each layer: two uses of one would draw the same numbers.
    small = {"class_name": "TruncatedNormal", "config": {"stddev": 0.02}}
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    conv = layers.Conv2D(filters, kernel_size, 1, "same", kernel_initializer=small, name="conv_1")
    x = conv(images)  # 28 x 28 x 32
    x = layers.ReLU(name="relu_1")(x)
    x = layers.AveragePooling2D(2, 2, "same", name="pool_1")(x)  # 14 x 14 x 32
    conv = layers.Conv2D(
        2 * filters, kernel_size, 1, "same", kernel_initializer=small, name="conv_2"
    )
    x = conv(x)  # 14 x 14 x 64
    x = layers.ReLU(name="relu_2")(x)
    x = layers.AveragePooling2D(2, 2, "same", name="pool_2")(x)  # 7 x 7 x 64
    x = layers.Flatten(name="flat")(x)  # 3136
    x = layers.Dense(dense_size, kernel_initializer=small, name="dense")(x)  # 1024
    x = layers.ReLU(name="relu_3")(x)
    x = layers.Dense(1, kernel_initializer=small, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, x, name="panic_discriminator")


# %%
generator, discriminator = build_generator(), build_discriminator()
g_figure = sg.plotting.architecture({"G": generator})
sg.plotting.show(g_figure, sg.plotting.describe({"G": generator}))

# %%
d_figure = sg.plotting.architecture({"D": discriminator})
sg.plotting.show(d_figure, sg.plotting.describe({"D": discriminator}))

# %% [markdown]
# That $G$ is odd: each of its convolutions *halves* an image that was enlarged just before. **Predict:** from 28 x 28 to 100 x 100, by which factor do the weights grow? The paper says sixteen, as the pixels
# (section 5).

# %%
counts = {}
for size in (28, 100):
    networks = build_generator((size, size, 1)), build_discriminator((size, size, 1))
    counts[size] = [network.count_params() for network in networks]
    print("{0:3} x {0:3}: G {1:,}, D {2:,}".format(size, *counts[size]))
weight_growth = sum(counts[100]) / sum(counts[28])
print(f"weights grow {weight_growth:.1f} times, pixels {(100 / 28) ** 2:.1f} times")

# %% [markdown]
# **Read.** $(100/28)^2 = 12.8$, not sixteen, and the weights grow by nearly as much. The reason given is right: nearly all weights are in the two large dense layers, whose size grows with the number of
# pixels. The convolutions have the same number at every size.

# %% tags=["check"]
# @title Statements
sg.claims.holds("not sixteen", weight_growth < 13)
sg.claims.holds("by nearly as much as the pixels", 0.95 < weight_growth / (100 / 28) ** 2 < 1)

# %% [markdown]
# ## Gated training
#
# So that neither network runs away, PANIC trains each only under a condition (section 4): $D$ on generated images if the "recognition rate" is below 60 %, $D$ on real ones if it is below 45 %, $G$ if it is
# below 50 %. Read so, the third makes $G$ learn only while $D$ is *bad*. The tutorial has the same three numbers and compares the *losses* with them: it trains what is still above. That makes sense of all three,
# so we read it that way. With logits $a_x$ of real and $a_z$ of generated images,
#
# $$L_\text{fake} = -\log\big(1 - \sigma(a_z)\big) \qquad L_\text{real} = -0.9 \log \sigma(a_x) - 0.1 \log\big(1 - \sigma(a_x)\big) \qquad L_G = -\log \sigma(a_z)$$
#
# each the mean over a batch. The label 0.9 in place of 1 is *one-sided label smoothing* (Salimans et al. 2016, section 3.4; the paper has it in its section 3.1): it keeps $D$ from being too sure.


# %% tags=["shows:losses.plain_fake", "shows:losses.smoothed_real", "shows:losses.non_saturating"]
def plain_fake(fake_logits):
    return ops.mean(ops.softplus(fake_logits))  # L_fake: softplus(a) = -log(1 - sigma(a))


def smoothed_real(real_logits):
    return ops.mean(0.9 * ops.softplus(-real_logits) + 0.1 * ops.softplus(real_logits))  # L_real


def non_saturating(fake_logits):
    return ops.mean(ops.softplus(-fake_logits))  # L_G


# %% [markdown]
# At step $t$, with the losses of step $t - 1$:
#
# $$D \text{ on fakes if } L_\text{fake} > 0.6 \qquad\quad D \text{ on reals if } L_\text{real} > 0.45 \qquad\quad G \text{ if } L_G > 0.5$$
#
# **Predict:** at which answer $D(G(z))$ does the first gate close, and at which the third? Can both be closed?

# %% tags=["paper"]
D = np.linspace(0.001, 0.999, 999)
fake_loss, g_loss = -np.log(1 - D), -np.log(D)
real_loss = -0.9 * np.log(D) - 0.1 * np.log(1 - D)
d_rests, g_rests = D[fake_loss > 0.6].min(), D[g_loss > 0.5].max()
print(f"D on fakes is trained where D(G(z)) > {d_rests:.2f}")
print(f"D on reals is trained where D(x)    < {D[(real_loss > 0.45) & (D < 0.9)].max():.2f}")
print(f"          or, for the label 0.9,    > {D[(real_loss > 0.45) & (D > 0.9)].min():.2f}")
print(f"G is trained where          D(G(z)) < {g_rests:.2f}")

# %% [markdown]
# **Read.** Where all images of a batch get one answer, $D$ is not trained on fakes when $D(G(z)) < 0.45$, and $G$ is not trained when $D(G(z)) > 0.61$: never are both gates closed. Between the two, and so near the
# coin's 1/2, where the game should end, everything is trained. So the gates let the one that is behind catch up, and do nothing else.

# %% tags=["check"]
# @title Statements
sg.claims.holds("D is not trained on fakes below 0.45", abs(d_rests - 0.45) < 0.005)
sg.claims.holds("G is not trained above 0.61", abs(g_rests - 0.61) < 0.005)
sg.claims.holds("between the two everything is trained, so also at 1/2", d_rests < 0.5 < g_rests)

# %% [markdown]
# Two methods of page 05's `GAN` change in `GatedGAN`: $D$ is updated twice, and every update stands behind a gate, $G$'s too. All three losses are measured every time, also
# where nothing is updated. `halves` are $L_\text{fake}$ and $L_\text{real}$ from above, and `is_open(gate)` compares the loss of the step before with the gate.


# %% tags=["shows:training.gated.GatedGAN.update_discriminator", "shows:training.gated.GatedGAN.update"]
def update_discriminator(self, real, fake):
    halves = self.loss_pair.discriminator
    with tf.GradientTape() as tape:
        fake_logits = self.discriminate(*self.exchange(real, fake))
        fake_loss = halves.fake(fake_logits)  # L_fake
    self.update(self.d_optimizer, self.discriminator, tape, fake_loss, gate=0)
    with tf.GradientTape() as tape:
        real_logits = self.discriminate(*real)
        real_loss = halves.real(real_logits)  # L_real
    self.update(self.d_optimizer, self.discriminator, tape, real_loss, gate=1)
    losses_now = {"d_loss": fake_loss + real_loss, "fake_loss": fake_loss, "real_loss": real_loss}
    return losses_now | self.loss_pair.shares(real_logits, fake_logits)


def update(self, optimizer, network, tape, loss, gate=2):  # 2: G, updated by the GAN's train_step
    descend = super().update

    def step():
        descend(optimizer, network, tape, loss)
        return 1.0

    self.counts[gate].assign_add(tf.cond(self.is_open(gate), step, lambda: 0.0))
    self.previous[gate].assign(loss)


# %% [markdown]
# ## Training
#
# The recipe `panic` has the settings of the tutorial: the optimizer Adam with a rate of 0.001 for both, a $z$ of 100 numbers from a truncated normal distribution, and the losses above. (The tutorial has an Adam for
# each of the three updates; here $D$'s two share one.) As in the paper, all 42 cells are trained on, and an image is kept every ten steps, for this page and, with the losses, for TensorBoard
# (`%load_ext tensorboard`, then `%tensorboard --logdir {logs}`). **Predict:** which of the three is trained most often, and which least?

# %% tags=["nbval-ignore-output", "timing"]
shape = (IMAGE_SIZE, IMAGE_SIZE, 1)
logs = Path(tempfile.mkdtemp())
gan = sg.recipes.RECIPES["panic"].build(shape, seed=SEED)
camera = SampleGrid(
    FrameFolder(logs / "frames"),
    sg.training.TensorBoardFrames(logs / "panic"),
    to_uint8=sg.ranges.unit_to_uint8,
    every=10,
    rows=1,
    columns=8,
)
callbacks = [camera, sg.training.TensorBoardScalars(logs / "panic"), StepProgress(lines=4)]
report = max(1, STEPS // 50)  # steps between two entries of the history
gan.fit(data, steps=STEPS, batch_size=BATCH_SIZE, report_every=report, callbacks=callbacks)
record = {name: np.array(values) for name, values in gan.record.history.items()}

# %% tags=["nbval-ignore-output"]
updates = {"D on fakes": "d_fake_updates", "D on reals": "d_real_updates", "G": "g_updates"}
three = {"D on fakes": "fake_loss", "D on reals": "real_loss", "G": "g_loss"}
gates = dict(zip(three, gan.gates, strict=True))
steps = record["step"]
recent = {name: np.diff(record[log], prepend=0) / report for name, log in updates.items()}
gates_figure = sg.plotting.stacked_curves(
    {
        "share of steps": {name: (steps, np.minimum(share, 1)) for name, share in recent.items()},
        "loss": {name: (steps, record[log]) for name, log in three.items()},
    },
    xlabel="step",
)
for gate in gates.values():
    gates_figure.axes[1].axhline(gate, color="black", linewidth=0.5)
sg.plotting.show(
    gates_figure,
    "Two line plots over the steps, each with lines for D on fakes, D on reals and G: the share of "
    "the last steps in which it was updated, and its loss. Thin lines in the lower one mark the "
    "gates.",
)

# %% tags=["nbval-ignore-output"]
update_share = {name: float(record[log][-1] / STEPS) for name, log in updates.items()}
late = {name: float(record[log][-10:].mean()) for name, log in three.items()}
gate_table = sg.export.table(
    ["update", "gate", "share of all steps", "loss, last fifth"],
    [[name, gates[name], update_share[name], late[name]] for name in three],
    formats={"gate": ".2f", "share of all steps": ".0%", "loss, last fifth": ".2f"},
    caption=f"Gated training of PANIC on 42 cells, {STEPS:,} steps, batches of {BATCH_SIZE}, seed {SEED}.",
)
gate_table

# %% [markdown]
# **Read.** $G$ is trained most often, nearly always, and $D$ on fakes least. One gate does the work, that of the fakes: early on $D$ sees through them and has to wait. The losses do *not* stay at their
# gates (thin lines): those of $G$ and of $D$ on reals end well above theirs, near the 0.69 of a coin, where no gate closes. So the level of a loss says neither where its gate is nor whether the images are good.
#
# The paper calls the loss of $G$ "the share of generated images that $D$ has recognised" (section 4). It is not a share: it is $-\log D(G(z))$. That share is `1 - d_fake` in the history.

# %% tags=["check"]
# @title Statements
sg.claims.holds("G is trained nearly always", update_share["G"] > 0.9)
sg.claims.holds("G most often", update_share["G"] >= update_share["D on reals"])
sg.claims.holds("D on fakes least", update_share["D on fakes"] < update_share["D on reals"])
sg.claims.holds("G's loss ends well above its gate", late["G"] > gates["G"] + 0.1)
sg.claims.holds("and D's on reals", late["D on reals"] > gates["D on reals"] + 0.1)
sg.claims.holds("near the coin's 0.69", max(abs(loss - 0.69) for loss in late.values()) < 0.2)

# %% tags=["nbval-ignore-output"]
frames = sg.training.frame_paths(logs / "frames")  # step_00000010.png and so on
wanted = np.unique([10, 50, 200, STEPS // 2, STEPS])
chosen = [path for path in frames if int(path.stem[5:]) in wanted]
strip_figure, axes = plt.subplots(len(chosen), figsize=(5.6, 3.6), layout="constrained")
for axis, path in zip(axes, chosen, strict=True):
    axis.imshow(plt.imread(path), cmap="gray", vmin=0, vmax=1 / 1.6)
    axis.set(xticks=[], yticks=[])
    axis.set_ylabel(f"{int(path.stem[5:]):,}", rotation=0, ha="right", va="center", fontsize=8.5)
sg.plotting.show(
    strip_figure,
    "Rows of eight generated images, always from the same eight z, from step 10 at the top to the "
    "last step at the bottom: first grey, then light blotches, then light discs.",
)

# %% [markdown]
# ### Generated beside input
#
# The paper's figure 12 shows one generated image beside one input image. Which one was chosen, it does not say. Here are eight that were not chosen, each with the cell that is nearest to it: the one
# with the smallest sum of absolute differences ($\ell_1$), which is how Winkler (2018, section 5.2) looked for copies. **Predict:** the paper calls its images of 28 x 28 "very good". Will you?

# %% tags=["nbval-ignore-output"]
made = sg.ranges.unit_to_uint8(gan.generate(200, seed=SEED))
nearest = images[nearest_images(made[:8], images).indices[:, 0]]
beside_figure = sg.plotting.image_rows(
    {"generated": lighter(made[:8]), "nearest cell": lighter(nearest)}
)
sg.plotting.show(
    beside_figure,
    "Two rows of eight images: generated ones, and below each the cell nearest to it.",
)
outline = measurements.names().index("outline")  # 1.13 for a disc, more for a ragged edge
edges = {
    name: float(np.median(measurements.measure(each)[:, outline]))
    for name, each in {"cells": images, "generated": made}.items()
}
spread["generated"] = brightness_spread(made / 255)
for name, value in edges.items():
    print(f"{name:10} outline {value:.2f}, mean level spreads by {spread[name]:.1f} of 255")

# %% [markdown]
# **Read.** Light things of the right size in the right place, and at this size, a few hundred pixels of grey, much is forgiven. They are not "very good": their outlines are ragged, and as a group they vary in
# brightness more than cells do, as they were taught to. The run is short: this $D$ has seen $4 \times 1{,}000$ images, the tutorial's 50 times 1,000. Page 10 has a measure,
# and five trainings with 50,000 images each.

# %% tags=["check"]
# @title Statements
sg.claims.holds("their outlines are ragged", edges["generated"] > 1.1 * edges["cells"])
sg.claims.holds("they vary in brightness more than cells do", spread["generated"] > spread["cells"])

# %% [markdown]
# ## Larger images, and batch normalisation in D
#
# At 100 x 100 the paper's first attempts were structurally worse. Two changes "improved the quality considerably" (section 5): other kernel sizes, and batch normalisation in $D$. It does not say which sizes, and not
# where. Ours stands in the second convolution, as DCGAN, too, leaves the first one without. (In the dense layer as well, $G$ did not get beyond one grey image in 1,500 steps. A likely reason: what the images of a batch
# have in common is taken out there, so $D$ cannot see that all of them are grey.)


# %% tags=["shows:models.panic.build_normalised_discriminator"]
def build_normalised_discriminator(
    image_shape=(28, 28, 1), kernel_size=5, filters=32, dense_size=1024
):
    plain = build_discriminator(image_shape, kernel_size, filters, dense_size)
    x = images = plain.input
    for layer in plain.layers[1:]:
        x = layer(x)
        if layer.name == "conv_2":
            x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    return keras.Model(images, x, name="panic_normalised_discriminator")


# %% [markdown]
# Two pairs were trained at 100 x 100, all else equal: `plain` without batch normalisation in $D$ and `normalised` with it, with the kernels of 28 x 28, batches of 8, on 28 of the cells, one training each
# (`python tools/train_panic.py`). They were stopped after 9,500 of the paper's 15,000 iterations. What they drew on the way travels with the package: six images, from the same six $z$, at each of 21 moments.
# **Predict:** page 07 left batch normalisation out of $D$. Will it help here?

# %%
film = {"plain": film, "normalised": normalised_film}
print(f"{len(moments)} moments, the last at {moments[-1]:,} iterations")
marks = [moments.tolist().index(step) for step in (500, 2_500, 7_000, 9_500)]
rows = {f"{name}, {moments[n]:,}": lighter(film[name][n, :5]) for name in film for n in marks}
way_figure = sg.plotting.image_rows(rows | {"cells": lighter(large_cells[:5])})
sg.plotting.show(
    way_figure,
    "Rows of five images. Four moments of the pair without batch normalisation: grainy discs, in the "
    "end with horizontal stripes. Four of the pair with it: discs, ovals with soft spots, and in the "
    "end black. Last, real cells with sharp edges.",
)


# %%
def variety(images):  # mean difference of two images of a set, levels a pixel
    images = images.astype(float)
    pairs = [(i, j) for i in range(len(images)) for j in range(i)]
    return float(np.mean([np.abs(images[i] - images[j]).mean() for i, j in pairs]))


def stripes(images):  # how much rougher from row to row than from column to column
    down, across = (np.abs(np.diff(images.astype(float), n=2, axis=a)).mean() for a in (1, 2))
    return float(down / across)


kinds = {"variety": variety, "stripes": stripes}
course = {kind: {n: [f(p) for p in film[n]] for n in film} for kind, f in kinds.items()}
course_figure = sg.plotting.stacked_curves(
    {
        kind: {name: (moments, values) for name, values in each.items()}
        | {"cells": (moments, np.full(len(moments), kinds[kind](large_cells)))}
        for kind, each in course.items()
    },
    xlabel="iteration",
)
sg.plotting.show(
    course_figure,
    "Two line plots over the iterations, for both pairs and for real cells: how much the images "
    "differ, and how striped they are. The pair with batch normalisation falls to a variety of 0 "
    "after 7,000; the other becomes striped after 4,000.",
)

# %% [markdown]
# **Read.** Both come from noise to light discs; the discs without batch normalisation are grainy, and from 4,500 on they have horizontal stripes, which no cell has. With it they are soft and without stripes, and ovals with
# spots at times: until 7,000 one may well say that batch normalisation helps, as the paper found. Then that pair *collapses*: every $z$ gives the same nearly black image, and nothing gets it out. A likely reason: $D$ sees
# through such images at once, its loss falls below the gate, and it waits. In the 2,000 steps from 7,250 on it was updated 12 times on fakes and 76 times on reals, $G$ 2,000 times, against a $D$ that hardly
# moves. A gate keeps $D$ from running away. It does not notice that $G$ has died.
#
# So our one training of each neither confirms the paper's finding nor refutes it: half of it, the kernel sizes, was not tried; the batches are smaller; and one training is one training. What it does show is how much
# depends on the moment at which one looks. None of these images would be taken for a cell.

# %% tags=["check"]
# @title Statements
early, dead = moments <= 7_000, moments >= 7_500
by_pair = {kind: {n: np.array(v) for n, v in each.items()} for kind, each in course.items()}
without, with_norm = by_pair["stripes"]["plain"], by_pair["stripes"]["normalised"]
cell_stripes, cell_variety = stripes(large_cells), variety(large_cells)
sg.claims.holds("from 4,500 on striped", without[moments >= 4_500].min() > 1.3 * cell_stripes)
sg.claims.holds(
    "with it no stripes before the collapse, but for one moment",
    np.sum(with_norm[early] > 1.3 * cell_stripes) <= 1,
)
sg.claims.holds(
    "then every z gives the same image",
    by_pair["variety"]["normalised"][dead].max() < 0.1 * cell_variety,
)
sg.claims.holds("nearly black", film["normalised"][dead].mean() < 20)
sg.claims.holds("the other does not collapse", by_pair["variety"]["plain"][dead].min() > 5)

# %% [markdown]
# ## Claims
#
# What the paper says, what was measured here, and where the two differ. A claim holds for ten seeds before it is printed.

# %% tags=["claims"]
claims = sg.claims.Claims()
gated, tuned = "Wallat & Kriegel, section 4", "against Wallat & Kriegel, section 5"
claims.below(
    0.9,
    update_share["D on fakes"],
    "gates make D wait: share of the steps in which D is trained on fakes",
    gated,
)
claims.above(
    0.1,
    update_share["G"] - update_share["D on fakes"],
    "G catches up: share of steps with G trained, less that with D on fakes",
    gated,
)
claims.above(
    0.1,
    late["D on reals"] - gates["D on reals"],
    "finding: a gate does not hold its loss: loss of D on reals at the end, less its gate",
    "ours",
)
claims.above(
    1.5,
    spread["PANIC's data"] / spread["cells"],
    "augmentation adds variance: spread of brightness, augmented / real",
    gated,
)
claims.above(
    1.1,
    edges["generated"] / edges["cells"],
    'finding: not "very good" at 28 x 28: roughness of the outline, generated / real',
    tuned,
)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper
#
# First the table of the gates, then the figures.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "09_panic", seed=SEED, image_size=IMAGE_SIZE, steps=STEPS, batch_size=BATCH_SIZE
)
print(sg.export.save_table(gate_table, "gates", run))
print(gate_table.latex)

# %%
captions = {
    "gated_training": f"Gated training on 42 cells, {IMAGE_SIZE} x {IMAGE_SIZE}, batches of {BATCH_SIZE}: share of the "
    f"last {report} steps in which each update was made, and its loss. Thin lines are the gates.",
    "generated_beside_input": "Generated images, not chosen, and below each the cell that is nearest in l1.",
    "samples_by_step": "Images from the same z in the course of the training; on the left the step.",
    "centred_and_stretched": "The eight cells that are least square, centred on a canvas and stretched.",
    "batch_normalisation": "Two trainings at 100 x 100, batches of 8, without (plain) and with batch "
    "normalisation in D: mean difference of six samples in levels a pixel, and roughness from row to row / from "
    "column to column.",
    "hundred_pixels": "The same two trainings: images from the same five z, and real cells, all 1.6 times as light.",
    "panic_generator": "The generator of PANIC for 28 x 28.",
    "panic_discriminator": "The discriminator of PANIC for 28 x 28.",
}
figures = gates_figure, beside_figure, strip_figure, fit_figure, course_figure, way_figure
for figure, (name, caption) in zip((*figures, g_figure, d_figure), captions.items(), strict=True):
    print(sg.export.save_figure(figure, name, run, caption=caption))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Open all gates (`GatedGAN(..., gates=(0, 0, 0))`). Which network runs away in 200 steps? What happens with gates of 1, 1 and 0.5?
# 2. *Read a paper literally.* Let each update run only while its recognition *rate* is below 60, 45 and 50 %, as the text of the paper says. Does it train? (Override `GatedGAN.is_open`, and use `sg.losses.share_above`.)
# 3. *Test half of a finding.* The paper also changed the kernel sizes. Train the pair with `kernel_size=5` in $G$ and 9 in $D$ for 200 steps at `IMAGE_SIZE = 48`, and with the sizes above. What would you have to do before you say which one is better?
#
# The [solutions](solutions/09_panic.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# All three train for 200 steps like this:


# %% tags=["solution"]
def play(gan, pictures=images, steps=200):
    adams = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
    gan.compile(d_optimizer=adams[0], g_optimizer=adams[1])
    gan.fit(sg.ranges.to_unit(pictures), steps=steps, batch_size=8, report_every=steps)
    last = {name: values[-1] for name, values in gan.record.history.items()}
    print(", ".join(f"{name} {last[name]:.2f}" for name in ("fake_loss", "real_loss", "g_loss")))
    shown = "d_fake_updates", "d_real_updates", "g_updates"
    print(", ".join(f"{name} {last[name]:.0f}" for name in shown))
    return sg.ranges.unit_to_uint8(gan.generate(10))


def panic_gan(kind=sg.training.GatedGAN, shape=shape, kernels=(3, 5), **options):
    keras.utils.set_random_seed(SEED)
    g = panic.build_generator(shape, kernel_size=kernels[0])
    d = panic.build_discriminator(shape, kernel_size=kernels[1])
    return kind(g, d, noise=sg.training.noise.truncated_normal, seed=SEED, **options)


# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
rows = {}
for open_above in ((0, 0, 0), (1, 1, 0.5)):
    rows[str(open_above)] = play(panic_gan(gates=open_above))
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Two rows of ten generated images: with all gates open above, with gates of 1, 1 and 0.5 "
    "below.",
)

# %% [markdown] tags=["solution"]
# With gates of 0 it is the ordinary game, in which each loss is above its gate. $D$ is ahead, as the loss of $G$ says, and cells appear all the same. With 1 and 1, $D$ is never trained: untrained it answers 1/2, and both of its losses are about 0.69, below
# their gates. $G$ then pleases a random network, and one such image is as good as any.
#
# **Exercise 2.** The rates are those of the batch at hand: of fakes that $D$ calls fake, of reals that it calls real.


# %% tags=["solution", "nbval-ignore-output", "timing"]
class LiteralGAN(sg.training.GatedGAN):
    def update_discriminator(self, real, fake):
        recognised = 1 - sg.losses.share_above(self.discriminate(*fake))
        self.rates = recognised, sg.losses.share_above(self.discriminate(*real)), recognised
        return super().update_discriminator(real, fake)

    def is_open(self, gate):
        return self.rates[gate] < (0.6, 0.45, 0.5)[gate]


figure = sg.plotting.image_rows({"literally": play(panic_gan(LiteralGAN))})
sg.plotting.show(
    figure,
    "Ten nearly uniform grey images in a row, generated after training as the text of the paper says.",
)

# %% [markdown] tags=["solution"]
# After a few steps it stops for good. As soon as $D$ recognises 60 % of the fakes and 45 % of the reals, nobody is trained any more: $D$ has no need, and $G$ is trained only while $D$ is worse than a coin. The game stops, and with it the counters. So a paper's sentence can be tested by running it.
#
# **Exercise 3.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
larger = sg.datasets.load_image_folder(cells_folder, 48, scale=48 / longest).images
rows = {"cells": larger[:10]}
for kernels in ((3, 5), (5, 9)):
    rows[f"kernels {kernels}"] = play(panic_gan(shape=(48, 48, 1), kernels=kernels), larger)
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Three rows of ten images of 48 x 48: cells, then generated ones with the smaller and with the "
    "larger kernels.",
)

# %% [markdown] tags=["solution"]
# One short training of each says nothing: the next seed may turn it round. You would have to decide beforehand how to measure, give both as many seconds or as many images, train each with several seeds, and look at the
# differences seed by seed. Page 10 does that for four other settings.

# %% [markdown]
# ## References
#
# Wallat & Kriegel, *Progressive adversarial neuronal network for image creation* (PANIC). Deshpande & Bruner 2017, *Generative adversarial networks for beginners*. Radford et al. 2015, *Unsupervised representation learning
# with deep convolutional generative adversarial networks* (DCGAN). Salimans et al. 2016, *Improved techniques for training GANs*. LeCun, Bottou, Orr & Müller 1998, *Efficient backprop*. Winkler 2018, *Image representation
# learning with generative adversarial networks*. Otsu 1979, *A threshold selection method from gray-level histograms* (how cell and background are told apart here). Coelho 2013, *Mahotas*; Coelho et al. 2009, *Nuclear segmentation in microscope cell images*
# (the cells). BibTeX for all of them: [references.bib](../references.bib).
