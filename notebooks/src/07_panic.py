# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 07 · PANIC: 42 cells, or your own images
#
# Wallat & Kriegel trained a DCGAN on 42 cropped cells. This page rebuilds it, with its gated training, and then asks what no paper of the five asks: what can anybody know about a generator
# that has seen so few images? It runs on a folder of your own as well. You need pages [04](04_vanilla_gan.ipynb) and [05](05_dcgan.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import dataclasses
import math
import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

import seminar_gan as sg
from seminar_gan.metrics import kernel_distance, measurements, nearest_images
from seminar_gan.models.augmentation import RandomChanges
from seminar_gan.models.sizes import check_channels_last
from seminar_gan.training import GAN, FrameFolder, GatedGAN, SampleGrid, StepProgress

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
IMAGE_FOLDER = ""  # a folder of your own images; "" stands for the embedded cells
UPLOAD = False  # on Colab: True asks you for images instead
IMAGE_SIZE = 28  # paper: 28, then 100; any from 16 to 128
CHANNELS = 1  # 1 for grey, 3 for colour
GATED_STEPS = 0  # paper: 1,000, which 0 stands for, fewer above 28 x 28; then 15,000 at 100 x 100
GATED_BATCH_SIZE = 4  # the paper does not say; the tutorial that it builds on: 50
NORM_STEPS = 60  # paper: 15,000, at 100 x 100
STEPS = 360  # ours
WASSERSTEIN_STEPS = 40  # the paper only wishes for it

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    IMAGE_FOLDER="folder",
    UPLOAD={False, True},
    IMAGE_SIZE=(16, 128),
    CHANNELS={1, 3},
    GATED_STEPS=(0, 10_000_000),
    GATED_BATCH_SIZE=(1, 10_000),
    NORM_STEPS=(1, 10_000_000),
    STEPS=(1, 10_000_000),
    WASSERSTEIN_STEPS=(1, 10_000_000),
)

# %% [markdown]
# Your own images need no change of the page beyond its parameters. Where a relative folder begins depends on who runs it:
#
# | run by | a relative `IMAGE_FOLDER` begins at |
# |---|---|
# | `papermill notebooks/07_panic.ipynb mine.ipynb -r IMAGE_FOLDER my_cells -p IMAGE_SIZE 64` | the folder in which you call it |
# | `make run-all PAGES=07 PARAMS="IMAGE_FOLDER=my_cells IMAGE_SIZE=64"` | the folder in which you call it |
# | JupyterLab, VS Code | the folder of the page |
# | Colab | `/content`; or set `UPLOAD = True`, and the next cell asks for your images, or a zip file of them |
#
# `-p CHANNELS 3` keeps colours. (papermill's `-r` passes a name as it is written; `-p` makes a number of a folder called 007.) PANIC's iterations become fewer where images are larger, in inverse proportion to the side; `-p GATED_STEPS 1000` asks for that many. Sentences that name cells are about the embedded ones. What the cells of the page compute is about yours, except for the pairs that come trained and the recorded seeds.

# %% tags=["setup"]
if UPLOAD and not IMAGE_FOLDER:
    IMAGE_FOLDER = sg.export.colab.upload("my_images")

# %% [markdown]
# ## The images
#
# The electron micrographs of the paper were never published. Ours are 42 nuclei from one fluorescence micrograph ([data/README.md](../data/README.md)), each in its own size. The networks want squares of one size. There are two ways:
# *stretch* both sides, or keep the proportions and *centre* the image on a canvas. Wallat & Kriegel tried both and dropped the first, because it changes the shapes too much. **Predict:** by how many per cent does stretching change height
# against width, for the median cell?

# %% tags=["setup"]
folder = IMAGE_FOLDER or sg.datasets.cells_folder()


def load(fit, scale=1):
    return sg.datasets.load_image_folder(folder, IMAGE_SIZE, fit, CHANNELS, scale=scale)


stretched = load("stretch")
sides = stretched.sizes.max(axis=1)
alike = sides.max() <= 2 * sides.min()  # then one scale for all, or large things would look small
loaded = load("pad", min(1, IMAGE_SIZE / sides.max()) if alike else 1)
images = loaded.images

# %%
sg.export.table(loaded.columns, loaded.rows())

# %%
height, width = loaded.sizes.T
ratio = np.maximum(height, width) / np.minimum(height, width)
least_square = np.argsort(-ratio, kind="stable")[:10]
fit_figure = sg.plotting.image_rows(
    {"centred": images[least_square], "stretched": stretched.images[least_square]}
)
sg.plotting.show(
    fit_figure,
    "Two rows of the ten images that are least square: centred on a canvas above, stretched to a "
    "square below.",
)
print(f"median change of proportions {np.median(ratio) - 1:.0%}, at most {ratio.max() - 1:.0%}")
elongation = {
    name: measurements.measure(each.images)[:, 1]
    for name, each in {"centred": loaded, "stretched": stretched}.items()
}
rounder = float(np.mean(elongation["stretched"] < elongation["centred"]))
print(f"stretched, {rounder:.0%} of the shapes are rounder than they are")

# %% [markdown]
# **Read.** The picture has the ten crops that are least square. A crop is about as tall and as wide as what it shows. Making it square makes what it shows rounder, so a generator of stretched cells learns cells that do not exist; and it loses their size. All crops were shrunk by the same
# factor first, so that large cells stay larger. (Where the largest image is more than twice the smallest, each is shrunk by itself.) The canvas continues with the level of the crop's own edge.

# %% [markdown]
# ## More images out of few
#
# PANIC mirrors each image at random, makes it lighter or darker, and changes its contrast. It calls this a way to increase the variance. It does not say by how much; brightness up to 0.1 and contrast up to 10 % are ours. As Keras layers:
#
# $$x' = \bar x + b + c\,\big(m(x) - \bar x\big) \qquad m \in \{\text{as it is, mirrored}\},\quad b \in [-0.1,\, 0.1],\quad c \in [0.9,\, 1.1]$$
#
# where $\bar x$ is the mean of the image, and what leaves $[0, 1]$ is cut off. **Predict:** which of the three can do harm, and for which images?


# %% tags=["shows:models.augmentation.build_data_augmentation"]
def build_data_augmentation(brightness=0.1, contrast=0.1, seed=0):
    check_channels_last()
    changes = [
        layers.RandomFlip("horizontal", seed=seed, name="mirror"),
        layers.RandomBrightness(brightness, value_range=(0, 1), seed=seed + 1, name="brightness"),
        # A pair, because Keras 3.15 takes a single number for growing only.
        layers.RandomContrast(
            (contrast, contrast), value_range=(0, 1), seed=seed + 2, name="contrast"
        ),
    ]
    return keras.Sequential(changes, name="data_augmentation")


# %% tags=["nbval-ignore-output"]
change = build_data_augmentation(seed=SEED)
one = sg.ranges.to_unit(images[:1])
versions = [np.asarray(change(one, training=True))[0] for _ in range(9)]
augmentation_figure = sg.plotting.image_grid(np.stack([one[0], *versions]))
sg.plotting.show(
    augmentation_figure,
    "Ten images in a row: one as it is, and nine changed versions of it, some mirrored, some "
    "lighter or darker.",
)

# %% [markdown]
# **Read.** The first is the crop. For cells, mirroring gives another possible cell. For letters, or for anything that has a left and a right, it gives something wrong, and $G$ will learn it. Brightness and contrast change what a microscope keeps constant: with them
# $G$ learns a spread of brightness that the cells do not have. It is measured below.
#
# **A range.** PANIC has pixels in $[0, 1]$ and a sigmoid at the end of $G$. Usual today, and one of the paper's own tips (its section 3.2), is $[-1, 1]$ with tanh. Two reasons. The slope of $\tanh$ at 0 is 1, that of the sigmoid 1/4; counted in grey levels, of which tanh has half as many
# in a unit, twice as much gradient comes back through the last layer. And $D$'s first layer gets inputs on both sides of 0; from inputs that are all positive, all weights of a unit get gradients of one sign (LeCun et al. 1998). On this page PANIC's networks have $[0, 1]$, ours $[-1, 1]$.

# %% [markdown]
# ## The networks
#
# The paper gives kinds and numbers of layers: $D$ has two convolutions, each with average pooling, and two dense layers; $G$ has a projection and three convolutions, from many features to one. Sizes, kernels and starting weights are those of the tutorial
# that it builds on (Deshpande & Bruner 2017). That $G$ is odd: each of its convolutions *halves* an image that was enlarged before. **Predict:** from 28 x 28 to 100 x 100, by which factor do the weights grow? The paper says nearly sixteen, as the pixels.

# %%
sg.export.model_table(sg.models.panic.build_generator())

# %%
counts = {}
for size in (28, 100):
    builders = sg.models.panic.build_generator, sg.models.panic.build_discriminator
    counts[size] = [build((size, size, 1)).count_params() for build in builders]
    print(f"{size:3} x {size:3}: generator {counts[size][0]:,}, discriminator {counts[size][1]:,}")
weight_growth = sum(counts[100]) / sum(counts[28])
print(f"weights grow {weight_growth:.1f} times, pixels {(100 / 28) ** 2:.1f} times")

# %% [markdown]
# **Read.** $(100/28)^2 = 12.8$, not sixteen, and the weights grow as much. The reason given is right: nearly all weights are in the two dense layers, which have one for each pixel. The convolutions have the same number at every size.
# So these networks fit any size from 16 to 128, and grow with its square.

# %% [markdown]
# ## Gated training
#
# So that neither network runs away, PANIC trains each only under a condition: $D$ on generated images if the "recognition rate" is below 60 %, $D$ on real ones if it is below 45 %, $G$ if it is below 50 %. Read so, the third makes $G$ learn only while $D$ is *bad*.
# The tutorial has the same three numbers, and compares the *losses* with them: it trains what is still above. That makes sense of all three, so we read it that way. With logits $a$ and the label 0.9 for real images,
#
# $$L_\text{fake} = -\log\big(1 - \sigma(a_z)\big) \qquad L_\text{real} = -0.9 \log \sigma(a_x) - 0.1 \log\big(1 - \sigma(a_x)\big) \qquad L_G = -\log \sigma(a_z)$$
#
# each the mean over a batch. At step $t$, with the losses of step $t - 1$:
#
# $$D \text{ on fakes if } L_\text{fake} > 0.6 \qquad\quad D \text{ on reals if } L_\text{real} > 0.45 \qquad\quad G \text{ if } L_G > 0.5$$
#
# **Predict:** at which answer $D(G(z))$ does the first gate close, and at which the third? Can both be closed?

# %% tags=["paper"]
D = np.linspace(0.001, 0.999, 999)
fake_loss, g_loss = -np.log(1 - D), -np.log(D)
real_loss = -0.9 * np.log(D) - 0.1 * np.log(1 - D)
print(f"D on fakes is trained where D(G(z)) > {D[fake_loss > 0.6].min():.2f}")
print(f"D on reals is trained where D(x)    < {D[(real_loss > 0.45) & (D < 0.9)].max():.2f}")
print(f"          or, for the label 0.9,    > {D[(real_loss > 0.45) & (D > 0.9)].min():.2f}")
print(f"G is trained where          D(G(z)) < {D[g_loss > 0.5].max():.2f}")


# %% [markdown]
# **Read.** Where all images of a batch get one answer, $D$ rests on fakes below 0.45, and $G$ rests above 0.61: never both. Between the two both learn. Near the coin's 1/2, where the game should end, everything is trained. So the gates let the one that is behind catch up, and do nothing else.
#
# These are the two methods of page 04's `GAN` that change in `GatedGAN`: $D$ is updated twice, and every update stands behind a gate, $G$'s too. All three losses are measured every time, also where nothing is updated. `halves` are $L_\text{fake}$ and $L_\text{real}$ from above (`sg.losses.PANIC`), and `is_open(gate)` compares the loss of the step before with the gate.


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


def update(
    self, optimizer, network, tape, loss, gate=2
):  # 2: G, which page 04's train_step updates
    descend = super().update

    def step():
        descend(optimizer, network, tape, loss)
        return 1.0

    self.counts[gate].assign_add(tf.cond(self.is_open(gate), step, lambda: 0.0))
    self.previous[gate].assign(loss)


# %% [markdown]
# ### Hold some out
#
# The paper trains on all of its images. Then nobody can ask later whether $G$ has learned cells or *these* cells. So put a third aside before anything is trained. Copies of an image stay on one side, also those resaved, mirrored, turned by 90° or made lighter; otherwise the held-out images would have been seen in training. (The table under *The images* counts them; the cells have none. Crops and shifted copies are not recognised: leave them out of the folder.) From here on, "training images" are the others.

# %% tags=["setup"]
ENOUGH = 12  # with fewer different images, none is held out
different = np.unique(loaded.groups)  # one of each set of copies
has_held = len(different) >= ENOUGH
train, held = sg.datasets.hold_out(loaded, 1 / 3 if has_held else 0, seed=SEED)
train_images, held_images = images[train], images[held]
if not has_held:
    print(
        f"{len(different)} different images are too few to hold any out (at least {ENOUGH} are needed):"
    )
    print("all are trained on, and what needs held-out images is left out or stands as nan")

# %%
print(f"{len(train_images)} training images, {len(held_images)} held out")

# %% [markdown]
# ### Play
#
# The recipe `panic` has the settings of the tutorial: Adam with 0.001 for both, a $z$ of 100 numbers from a truncated normal distribution, the losses above. (The tutorial has an Adam for each of the three updates. The recipe's `FusedAdam` is Keras's, in one pass over memory: nearly all weights of $D$ are in one layer, and Adam's passes over them would be a good part of a step.) The camera takes an image every ten steps, for this page and, with the losses, for TensorBoard
# (`%load_ext tensorboard`, then `%tensorboard --logdir {logs}`). **Predict:** which of the three is trained most often, and which least?


# %% tags=["setup"]
shape = (IMAGE_SIZE, IMAGE_SIZE, CHANNELS)


def gated_gan(name="panic"):
    return sg.recipes.RECIPES[name].build(shape, seed=SEED)


def gated_samples(gan, count=200):
    return sg.ranges.unit_to_uint8(gan.generate(count, seed=SEED))


times = max(2, 800 // len(train_images))  # versions of each image that are made in advance


def augmented(pictures):  # as PANIC does
    change = sg.models.augmentation.build_data_augmentation(seed=SEED)
    versions = [change(sg.ranges.to_unit(pictures), training=True) for _ in range(times)]
    return np.concatenate([np.asarray(version) for version in versions])


unit_images = augmented(train_images)
gated_steps = GATED_STEPS or round(1_000 * min(1, 28 / IMAGE_SIZE))  # larger ones take longer
norm_steps = min(NORM_STEPS, gated_steps)

# %% tags=["nbval-ignore-output", "timing"]
logs = Path(tempfile.mkdtemp())
camera = SampleGrid(
    FrameFolder(logs / "frames"),
    sg.training.TensorBoardFrames(logs / "gated"),
    to_uint8=sg.ranges.unit_to_uint8,
    every=10,
    rows=1,
    columns=6,
)
options = {"batch_size": GATED_BATCH_SIZE, "report_every": max(1, gated_steps // 50)}
gated = gated_gan()
callbacks = [camera, sg.training.TensorBoardScalars(logs / "gated"), StepProgress(lines=4)]
gated.fit(unit_images, steps=norm_steps, callbacks=callbacks, **options)
early = gated_samples(gated, 10)  # kept for a comparison further below
updates_without = {log: values[-1] for log, values in gated.record.history.items()}
gated.fit(unit_images, steps=gated_steps, callbacks=callbacks, **options)
record = {name: np.array(values) for name, values in gated.record.history.items()}

# %% tags=["nbval-ignore-output"]
updates = {"D on fakes": "d_fake_updates", "D on reals": "d_real_updates", "G": "g_updates"}
three = {"D on fakes": "fake_loss", "D on reals": "real_loss", "G": "g_loss"}
gates = dict(zip(three, gated.gates, strict=True))
gated_figure = sg.plotting.stacked_curves(
    {
        "updates so far": {name: (record["step"], record[log]) for name, log in updates.items()},
        "loss": {name: (record["step"], record[log]) for name, log in three.items()},
    },
    xlabel="step",
)
for gate in gates.values():
    gated_figure.axes[1].axhline(gate, color="black", linewidth=0.5)
sg.plotting.show(
    gated_figure,
    "Two line plots over the steps, one above the other, each with lines for D on fakes, D on "
    "reals and G: the updates so far, and the loss. Thin lines in the lower one mark the gates.",
)
update_share = {name: float(record[log][-1] / gated_steps) for name, log in updates.items()}
for name, share in update_share.items():
    print(f"{name:10} updated in {share:.0%} of the steps, gate {gates[name]}")

# %% tags=["nbval-ignore-output"]
frames = sg.training.frame_paths(logs / "frames")
chosen = [frames[round(n)] for n in np.linspace(0, len(frames) - 1, 8)]
strip_figure, axes = plt.subplots(8, 1, figsize=(4, 6), layout="constrained")
for axis, path in zip(axes, chosen, strict=True):
    axis.imshow(plt.imread(path), cmap="gray", vmin=0, vmax=1, origin="upper")
    axis.set(xticks=[], yticks=[])
    axis.set_ylabel(f"{int(path.stem[5:]):,}", rotation=0, ha="right", va="center", fontsize=8)
sg.plotting.show(
    strip_figure,
    "Eight rows of six generated images, always from the same six z, from before the training "
    "at the top to its last step at the bottom.",
)

# %% [markdown]
# **Read.** The upper panel is the paper's idea at work: where a line is flat, that network rested; where it rises at full slope, it was trained at every step. The lower panel has the three losses that the paper watched in TensorBoard, with the gates as thin lines. A loss that reaches its gate
# is left alone there: here that of $D$ on fakes. The other two stay above theirs, near the 0.69 of a coin. None of these levels says much about the images: look at the strip, one row for each step, always the same six $z$.
#
# The paper calls the loss of $G$ "the share of generated images that $D$ has recognised". It is not a share: it is $-\log D(G(z))$. That share is `1 - d_fake` in the history.

# %% [markdown]
# ### Generated beside input
#
# The paper's figure 12 shows one generated image beside one input image. Which one was chosen, it does not say. So here are ten that were not chosen, and each with the training image that is nearest to it.


# %% tags=["setup"]
def beside_nearest(made):
    indices = nearest_images(made, train_images).indices[:, 0]
    return {"generated": made, "nearest input": train_images[indices]}


# %% tags=["nbval-ignore-output"]
beside_figure = sg.plotting.image_rows(beside_nearest(gated_samples(gated, 10)))
sg.plotting.show(
    beside_figure,
    "Two rows of ten images: generated ones, and below each the training image nearest to it.",
)

# %% [markdown]
# **Read.** "Very good results", says the paper of 28 x 28. Judge by the picture, and then by the numbers below. At 28 x 28 a cell is a few hundred pixels of grey: much is forgiven.

# %% [markdown]
# ## Larger images, and batch normalisation in D
#
# At 100 x 100 the paper's first attempts were structurally worse. Two changes repaired them: other kernel sizes, and batch normalisation in $D$. It does not say which sizes, and not where; ours stands in the second convolution, as in DCGAN, which also has none in the first. (In the dense layer as well, with batches of 8, $G$ did not get beyond one grey image in 200 steps at 28 x 28. A likely reason: what the images of a batch have in common is taken out there, so $D$ cannot see that all of them are grey.) Then 15,000 iterations. First the two $D$ for a
# few steps at the page's size. **Predict:** page 05 left it out of $D$, because it hides how batches of real and of fake images differ. What will it do to the gates?

# %% tags=["nbval-ignore-output", "timing"]
normalised = gated_gan("panic-normalised")
normalised.fit(unit_images, steps=norm_steps, **options)
updates_with = {log: values[-1] for log, values in normalised.record.history.items()}
norm_figure = sg.plotting.image_rows({"without": early, "with": gated_samples(normalised, 10)})
sg.plotting.show(
    norm_figure,
    "Two rows of ten generated images: without batch normalisation in D above, with it below.",
)
sg.export.table(
    ["batch normalisation in D", *updates],
    [
        [name, *(found[log] / norm_steps for log in updates.values())]
        for name, found in {"without": updates_without, "with": updates_with}.items()
    ],
    formats=dict.fromkeys(updates, ".0%"),
)

# %% [markdown]
# **Read.** The table has the share of steps in which each update was made. A few steps at a small size cannot confirm or refute a finding about many at a large one. For that, two pairs were trained at 100 x 100, `plain` without batch normalisation in $D$ and `normalised` with it, on the training cells of `SEED = 0`, with all else equal, by
# `python tools/train_panic.py`; their images travel with the package: a hundred of each from the end, and six $z$ through the training. (So does the generator of `plain`; for that of `normalised`, as you will see, the images say enough.)

# %%
shipped, on_the_way = {}, {}
for name in sg.weights.PANIC_TRAININGS:
    steps, on_the_way[name] = sg.weights.load_panic_progress(name)
    shipped[name] = sg.weights.load_panic_samples(name)  # 100 images of the last step
    print(f"{name:10} {steps[-1]:,} of the paper's 15,000 iterations")

# %%
marks = np.unique(np.linspace(0, len(steps) - 1, 6).round().astype(int))
way_figure = sg.plotting.image_rows(
    {f"{name}, {steps[mark]:,}": on_the_way[name][mark] for name in shipped for mark in marks}
)
sg.plotting.show(
    way_figure,
    "Twelve rows of six generated images, always from the same six z: six steps of the pair "
    "without batch normalisation, then six of the pair with it, which ends in nearly black "
    "images.",
)

# %% [markdown]
# **Read.** Both come from noise to light discs. In its second and third rows the pair with batch normalisation looks ahead: ovals with soft spots, where the other one draws flat discs. Then it *collapses*: in the last two rows every $z$ gives the same nearly black image, while the pair without goes on.
# A likely reason that nothing gets it out: $D$ sees through such images at once, its loss falls below the gate, and it rests ([data/README.md](../data/README.md) has the counts); $G$ is trained at every step, against a $D$ that hardly moves. A gate keeps $D$ from running away. It does not notice that $G$ has died.
#
# So our one training of each does not confirm the paper's finding. Whoever stopped at the third row would say that it does: look at more than one moment of a training, and, if you can, at more than one training. None of these cells would be taken for a real one.

# %% [markdown]
# # What 42 images can and can't give
#
# ## A ruler for few images
#
# Pages 04 to 06 had the Fréchet distance. Why not here? It needs a covariance: with $d$ features that is $d(d + 1) / 2$ numbers. **Predict:** Inception has 2,048 features. How many numbers for each cell?

# %%
d = 2_048
print(f"{d * (d + 1) // 2:,} numbers from 42 images of {d:,} features each")
print("rank of the covariance: at most 41")

# %% [markdown]
# **Read.** It cannot be estimated; and the bias of the distance, which falls with the number of images, would be most of it. Also, Inception was trained on photographs of dogs and ships. What it makes of a grey nucleus nobody knows. So take features that are few and mean something: twelve numbers that a person could
# take with a ruler and a light meter, each in standard deviations of the real images. And a distance that needs no covariance and has no bias, the *kernel distance* (Bińkowski et al. 2018), for $m$ real $x$ and $n$ generated $y$ of $d$ features:
#
# $$\widehat{\text{KD}} = \frac{1}{m(m-1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{n(n-1)} \sum_{i \ne j} k(y_i, y_j) - \frac{2}{mn} \sum_{i, j} k(x_i, y_j) \qquad k(x, y) = \Big(\frac{x^{\mathsf T} y}{d} + 1\Big)^3$$

# %% tags=["setup"]
reference = measurements.measure(images)
(real_features,) = measurements.standardise(reference)
held_features = real_features[np.intersect1d(held, different)]  # a copy says nothing new


def features(made):
    return measurements.standardise(reference, measurements.measure(made))[1]


def distance(made):  # from held-out images; value, low and high of the interval
    if not has_held:
        return (math.nan,) * 3
    return kernel_distance(held_features, features(made), least=2)


# %%
print(", ".join(measurements.names(CHANNELS)))

# %% [markdown]
# ### How much is nothing?
#
# Split the real images at random, again and again, into as many as were held out and the others, and take the distance of the two parts. Both are real, so the true distance is 0. What comes out is how far chance goes. **Predict:** how often is it negative?


# %% tags=["setup"]
def split_distances(splits=200):
    rng, found = np.random.default_rng(SEED), []
    for _ in range(splits if has_held else 0):
        shuffled = rng.permutation(real_features[different])
        parts = shuffled[: len(held_features)], shuffled[len(held_features) :]
        found.append(kernel_distance(*parts, least=2, resamples=40).value)
    return np.array(found) if has_held else np.full(1, math.nan)


floors = split_distances()
floor_low, floor_middle, floor_high = (
    np.nanpercentile(floors, [2.5, 50, 95]) if has_held else floors.repeat(3)
)

# %% tags=["nbval-ignore-output"]
print(
    f"real against real: median {floor_middle:.3f}, 2.5 % below {floor_low:.3f}, 5 % above {floor_high:.3f}"
)
print(f"negative in {np.mean(floors < 0):.0%} of the splits")
this_split = distance(train_images)
print("this page's split: {:.3f} ({:.3f} to {:.3f})".format(*this_split))

# %% [markdown]
# **Read.** About half of the splits are negative: an estimate without bias of a number that is 0 must be. What lies below the 95th percentile cannot be told from nothing *with so few images*. It may still be bad. How bad can a generator be and pass? Take training images, the best generator of all,
# and make them lighter, level by level, until the distance stands out. **Predict:** by how many of the 255 levels?

# %% tags=["nbval-ignore-output"]
levels = [0, 2, 4, 6, 8, 12, 16, 24, 32]
brighter = [np.clip(train_images.astype(int) + level, 0, 255).astype("uint8") for level in levels]
by_level = [distance(made)[0] for made in brighter]
seen = [level for level, value in zip(levels, by_level, strict=True) if value > floor_high]
power_figure = sg.plotting.curves(
    {
        "training images, lighter": (levels, by_level),
        "95 % of real splits": (levels[:: len(levels) - 1], [floor_high] * 2),
    },
    xlabel="levels added, of 255",
    ylabel="kernel distance",
)
sg.plotting.show(
    power_figure,
    "Line plot of the kernel distance over the grey levels by which images were made lighter. A flat "
    "line marks what 95 % of the splits of real images stay below.",
)
print(f"seen from {min(seen)} levels on" if seen else "not seen up to 32 levels")

# %% [markdown]
# **Read.** A generator that makes every image that much too light, and does nothing else wrong, would have passed just below. That is what so few held-out images can show, and a larger sample from $G$ does not help: the noise is in the real ones. The interval is a bootstrap's. With so few it is a little too narrow: from 21 and 21 images it holds
# the true value in about 7 of 10 cases, not in 95 of 100.

# %% [markdown]
# ## Augment what D sees
#
# Few images are learned by heart, by $D$ first: it knows the training images and calls everything else fake, and $G$ hears nothing of use. PANIC changes the *data*. Zhao et al. (2020) change at random all that $D$ sees, real *and* fake, by a $T$ that can be differentiated:
#
# $$L_D = -\log D(T(x)) - \log\big(1 - D(T(G(z)))\big) \qquad L_G = -\log D(T(G(z)))$$
#
# The gradient goes through $T$ to $G$. **Predict:** $T$ moves images by up to an eighth, and covers up to a quarter of each. Will $G$ make moved, covered cells?


# %% tags=["shows:models.augmentation.with_augmentation"]
def with_augmentation(
    discriminator,
    changes=("brighten", "contrast", "translate", "cut_out"),
    value_range=(0, 1),
):
    inputs = [
        keras.Input(each.shape[1:], dtype=each.dtype, name=each.name)
        for each in discriminator.inputs
    ]
    changed = RandomChanges(changes, value_range, name="random_changes")(inputs[0])
    answer = discriminator([changed, *inputs[1:]] if inputs[1:] else changed)
    return keras.Model(
        inputs if inputs[1:] else inputs[0], answer, name=f"augmented_{discriminator.name}"
    )


# %% [markdown]
# The pair is the small one of page 05, with its Adam, its falling rate and its averaged generator, in $[-1, 1]$, and batches of 16; once as it is (*ours*), once with $T$ before $D$ (*ours, T*). It wants a size that is a multiple of 4: others get up to three more rows and columns, which repeat the edge and are cut off again.


# %% tags=["setup"]
side = math.ceil(IMAGE_SIZE / 4) * 4
grow = ((0, 0), (0, side - IMAGE_SIZE), (0, side - IMAGE_SIZE), (0, 0))
symmetric_images = sg.ranges.to_symmetric(np.pad(train_images, grow, mode="edge"))


def train_ours(data, augment):
    recipe = sg.recipes.RECIPES["few-augmented" if augment else "few"]
    gan = recipe.build((side, side, CHANNELS), seed=SEED)
    callbacks = [*recipe.callbacks(), StepProgress(lines=2)]
    gan.fit(data, steps=STEPS, batch_size=recipe.batch_size, callbacks=callbacks)
    return gan


def samples(gan, count=200):
    return sg.ranges.symmetric_to_uint8(gan.generate(count, seed=SEED))[:, :IMAGE_SIZE, :IMAGE_SIZE]


# %% tags=["nbval-ignore-output", "timing"]
made = {"PANIC": gated_samples(gated)}
for name, augment in {"ours": False, "ours, T": True}.items():
    made[name] = samples(train_ours(symmetric_images, augment))

# %% tags=["nbval-ignore-output"]
real_row = np.resize(train_images, (10, *shape))
aug_figure = sg.plotting.image_rows(
    {"real": real_row} | {name: each[:10] for name, each in made.items()}
)
sg.plotting.show(
    aug_figure,
    "Four rows of ten images: real ones, then samples of PANIC, of our pair, and of our pair with T.",
)

# %% [markdown]
# **Read.** They are rough after so few steps, but none is moved to a side, and none is covered. $G$ could make moved ones, but then $T$ would move them twice, and $D$ would see that. What $T$ does must be invisible in the *distribution*, not in an image.
#
# ### When it leaks
#
# If the data alone is changed, as PANIC does, the changes are part of what $G$ shall learn. Mirrored cells are welcome. Do the same with *translate*, by up to a quarter, and see. The judge is the distance of a cell's centre from the image's, one of the twelve numbers.

# %% tags=["nbval-ignore-output", "timing"]
moved = tf.repeat(symmetric_images, times, axis=0)
moved = np.asarray(sg.models.augmentation.translate(moved, seed=SEED, limit=1 / 4))
leaked = samples(train_ours(moved, augment=False))
leak_figure = sg.plotting.image_rows({"data changed": leaked[:10]})
sg.plotting.show(
    leak_figure,
    "Ten images in a row, generated after training on shifted images. In some the cell is off the "
    "centre.",
)

# %% tags=["nbval-ignore-output"]
column = measurements.names(CHANNELS).index("off_centre")
rows = {
    "real": images,
    "nothing changed": made["ours"],
    "changed before D": made["ours, T"],
    "data changed": leaked,
}
off_centre = {
    name: float(np.median(measurements.measure(each)[:, column])) for name, each in rows.items()
}
for name, value in off_centre.items():
    print(f"{name:17} centre off by {value:.1%} of the side")
lightness = {
    "real images": images,
    "PANIC's data": 255 * unit_images,
    "PANIC's samples": made["PANIC"],
}
for name, each in lightness.items():
    print(f"{name:17} mean level spreads by {each.mean(axis=(1, 2, 3)).std():.1f} of 255")

# %% [markdown]
# **Read.** The shifts have leaked into the samples where the data was changed. Where only what $D$ sees was changed, the cells stand nearly as well in the middle as without any change. PANIC's brightness does the same to the data, as the last lines say, and $G$ is asked to follow it. So change the data only in ways that make new *true* images, and leave the rest to $T$. $T$ can leak, too, if nothing shows any more what was changed: turn every second
# image upside down, and upright and turned ones are the same to $D$ (exercise 3; Karras et al. 2020 give the condition).

# %% [markdown]
# ## Wasserstein
#
# The outlook of the paper wishes for a Wasserstein GAN, so that the loss means something. The discriminator is then a *critic* $C$ that gives scores, kept from being steep by a penalty on its slope at images between real and fake ones (Gulrajani et al. 2017):
#
# $$L_C = \overline{C(G(z))} - \overline{C(x)} + 10\; \overline{\big(\|\nabla C(\hat x)\| - 1\big)^2} \qquad L_G = -\overline{C(G(z))} \qquad \hat x = \alpha x + (1 - \alpha) G(z), \quad \alpha \in [0, 1]$$


# %% tags=["shows:losses.wasserstein_critic", "shows:losses.wasserstein_generator"]
def wasserstein_critic(real_scores, fake_scores):
    return ops.mean(fake_scores) - ops.mean(real_scores)


def wasserstein_generator(fake_scores):
    return -ops.mean(fake_scores)


# %% tags=["shows:training.penalties.GradientPenalty.points", "shows:training.penalties.SlopePenalty.__call__", "shows:training.penalties.SlopePenalty.cost"]
def points(self, gan, real_images, fake_images):
    alpha = gan.draw_uniform(real_images)  # Gulrajani et al., algorithm 1, line 4
    return alpha * real_images + (1 - alpha) * fake_images  # line 6


def __call__(self, gan, real, fake):
    images = self.points(gan, real[0], tf.cast(fake[0], real[0].dtype))
    with tf.GradientTape() as tape:
        tape.watch(images)
        answers = gan.discriminate(images, *real[1:])
    slopes = tape.gradient(answers, images)
    squares = tf.reduce_sum(tf.square(slopes), axis=list(range(1, len(slopes.shape))))
    return self.weight * tf.reduce_mean(self.cost(squares))


def cost(self, squares):
    return tf.square(tf.sqrt(squares + 1e-12) - 1)  # line 7; the root's own slope is infinite at 0


# %% [markdown]
# These are methods of a penalty: `sg.training.GradientPenalty(10.0)`, given to `compile(penalty=...)`. Page 04's `update_discriminator` calls it and adds it to the loss of $D$. `self.weight` is the 10, `gan.discriminate` is $C$, `images` are the $\hat x$.
#
# The recipe `wasserstein` makes five updates of the critic for each one of $G$, by Adam with 0.0005, $\beta_1 = 0$ and $\beta_2 = 0.9$. **Predict:** with 28 images, what can make the critic's loss meaningless?

# %% tags=["nbval-ignore-output", "timing"]
recipe = dataclasses.replace(sg.recipes.RECIPES["wasserstein"], ema=0.9)  # few steps
wasserstein = recipe.build((side, side, CHANNELS), seed=SEED)
wasserstein.fit(
    symmetric_images,
    steps=WASSERSTEIN_STEPS,
    batch_size=recipe.batch_size,
    report_every=max(1, WASSERSTEIN_STEPS // 20),
    callbacks=[StepProgress(lines=2)],
)
made["Wasserstein"] = samples(wasserstein)

# %% tags=["nbval-ignore-output"]
curve = wasserstein.record.history
scores = np.asarray(wasserstein.discriminator(symmetric_images)).ravel()
critic_figure = sg.plotting.curves(
    {"critic": (curve["step"], [-value for value in curve["d_loss"]])},
    xlabel="step",
    ylabel="minus the critic's loss",
)
sg.plotting.show(critic_figure, "Line plot of minus the critic's loss over the steps.")
print(f"mean score of training images {scores.mean():.2f}", end="")
if has_held:
    unseen = sg.ranges.to_symmetric(np.pad(held_images, grow, mode="edge"))
    unseen_score = float(np.mean(wasserstein.discriminator(unseen)))
    print(f", of held-out images {unseen_score:.2f}", end="")
print()

# %% [markdown]
# **Read.** Minus the critic's loss estimates how far the generated images are from the *training* images. A critic that knows these by heart gives them higher scores than held-out ones, and then its loss says little about cells. Compare the two means: their difference is part of the loss, and no generator of new cells could remove it. So the loss becomes readable, as the outlook hoped,
# but what it says is about 28 images.

# %% [markdown]
# ## Learned or learned by heart?
#
# For each sample take the nearest of *all* real images, once in $\ell_1$ over the pixels, once among the twelve numbers. If $G$ had learned cells, and nothing of single ones, then training and held-out images would be equally likely to be it: the share of training images would be their share of all, but for chance.
# And chance is large: a few ordinary images are the nearest ones of many samples, and the split has put them on one side or the other. So deal the same images out again, 2,000 times at random, and count how often the share is at least as high. This is a *permutation test*. Two controls: copies of training images with a little noise,
# and the data that PANIC's $G$ learns from, copies too, but lighter, darker or mirrored. **Predict:** the shares for both, and for $G$.


# %% tags=["setup"]
def pixel_distances(made, real):
    return nearest_images(made, real).distances[:, 0] / made[0].size


def nearest_real(made):  # the number of the nearest real image, in pixels and by the twelve numbers
    by_number = np.linalg.norm(features(made)[:, None] - real_features[None], axis=2)
    return nearest_images(made, images).indices[:, 0], by_number.argmin(axis=1)


is_training = ~np.isin(np.arange(len(images)), held)
dealt_again = np.stack([np.random.default_rng(n).permutation(is_training) for n in range(2_000)])


def memory(made):  # by both rulers: share nearest to a training image; how often chance reaches it
    if not has_held:
        return (math.nan,) * 4
    found = []
    for nearest in nearest_real(made):
        share = is_training[nearest].mean()
        found += [share, np.mean(dealt_again[:, nearest].mean(axis=1) >= share)]
    return tuple(float(each) for each in found)


expected = len(train_images) / len(images)

# %% tags=["nbval-ignore-output"]
panic_data = sg.ranges.unit_to_uint8(np.clip(unit_images, 0, 1))[:200]
rng = np.random.default_rng(SEED)
copies = np.clip(np.rint(train_images + rng.normal(0, 3, train_images.shape)), 0, 255)
controls = {"noisy copies": copies.astype("uint8"), "PANIC's data": panic_data}
memory_shares = {name: memory(each) for name, each in (made | controls).items()}
rows = [[name, *shares] for name, shares in memory_shares.items()]
columns = ["samples", "training, l1", "chance, l1", "training, numbers", "chance, numbers"]
memory_table = sg.export.table(columns, rows, formats=dict.fromkeys(columns[1:], ".0%"))
print(f"expected of a generator that knows cells, but none by heart: {expected:.0%}")
memory_table

# %% [markdown]
# **Read.** The noisy copies are found out by both rulers: no deal gets there. PANIC's data is copies, too. In pixels it looks much better, because a change of all pixels by twenty levels is larger than the difference between two cells; the twelve numbers see through it. So use more than one ruler. And never report such a share without its chance:
# the samples of one setting can have a high share that means nothing, because most of them have the same few neighbours.

# %% [markdown]
# How near is near? The distance of each sample to its nearest training image, beside that of held-out cells, which nobody can have copied.

# %% tags=["nbval-ignore-output"]
near = {name: pixel_distances(each, train_images) for name, each in (made | controls).items()}
limit = pixel_distances(held_images, train_images).min() if has_held else math.nan
if has_held:
    near["held out"] = pixel_distances(held_images, train_images)
near_figure, axis = plt.subplots(figsize=(5.6, 2.6), layout="constrained")
axis.boxplot(list(near.values()), orientation="horizontal", tick_labels=list(near), whis=(0, 100))
axis.set_xlabel("l1 to the nearest training image, levels a pixel", fontsize=8.5)
axis.invert_yaxis()  # in the order of the tables
axis.tick_params(labelsize=8.5)
sg.plotting.show(
    near_figure,
    "Box plots of the distance to the nearest training image, one for each setting, then for the two "
    "controls and the held-out images.",
)

# %% tags=["nbval-ignore-output"]
best = made["ours, T"]
nearest_first = best[np.argsort(pixel_distances(best, train_images))[:10]]
heart_figure = sg.plotting.image_rows(beside_nearest(nearest_first))
sg.plotting.show(
    heart_figure,
    "Two rows of ten images: the samples of ours with T that are nearest to a training image, and "
    "below each that training image.",
)


# %% tags=["nbval-ignore-output"]
def verdict(name):
    if not has_held:
        return "no verdict: nothing was held out"
    closer = float(np.mean(near[name] < limit))
    chance = min(memory_shares[name][1::2])
    found = "leans towards its training images" if chance < 0.025 else "no sign of copies"
    found = "copies" if closer > 0.5 else found
    return f"{found}; {closer:.0%} nearer than any held-out image; least chance {chance:.1%}"


verdicts = {name: verdict(name) for name in made}
for name, text in verdicts.items():
    print(f"{name}: {text}")

# %% [markdown]
# **Read.** The ten samples of the last picture are those of *ours, T* that are nearest to a training image, its worst cases. The bounds of the verdict are ours: *copies*, if more than half of the samples are nearer than any held-out image; *leans*, if the chance is below 2.5 % by one of the two rulers. With four settings, up to one page in five has such a lean by chance alone. Mind what each ruler misses. A $G$ that draws one single image is nearest to one, which two of three deals count as training: the test says nothing, and only the distances and the picture tell. In $\ell_1$ a blurred image is near to everything, so a low distance alone proves nothing; and a mirrored or
# shifted copy is far. The twelve numbers see through mirroring, and two different cells of one size and brightness are near. "No sign" is not "no".

# %% [markdown]
# ## The verdict
#
# All at once, one short run of each.

# %% tags=["nbval-ignore-output", "timing"]
kernel = {name: distance(each) for name, each in (made | controls).items()}
seen_as_fake = {
    name: ("yes" if values[0] > floor_high else "no") if has_held else "unknown"
    for name, values in kernel.items()
}
rows = [
    [name, *values, seen_as_fake[name], *memory_shares[name][::2]]
    for name, values in kernel.items()
]
columns = [
    "samples",
    "kernel distance",
    "from",
    "to",
    "seen as fake",
    "training, l1",
    "training, numbers",
]
formats = dict.fromkeys(columns[1:4], ".2f") | dict.fromkeys(columns[5:], ".0%")
quality = sg.export.table(columns, rows, formats=formats)
print(f"real against real: 95 % of the splits are below {floor_high:.2f}; {len(held)} held out")
seen = gated_steps * GATED_BATCH_SIZE, STEPS * 16, WASSERSTEIN_STEPS * wasserstein.d_steps * 16
print("real images that D has seen: PANIC {:,}, ours {:,}, Wasserstein {:,}".format(*seen))
quality

# %% [markdown]
# "Fake" is a verdict, and no help. *What* is wrong? The mean of each of the twelve numbers, in standard deviations of the real images, whose own means are 0. No single image counts for more than 3:

# %% tags=["nbval-ignore-output"]
means = {name: features(each).mean(axis=0) for name, each in (made | controls).items()}
sg.export.table(
    ["measurement", *means],
    [
        [name, *(float(mean[number]) for mean in means.values())]
        for number, name in enumerate(measurements.names(CHANNELS))
    ],
    formats=dict.fromkeys(means, ".1f"),
)

# %% [markdown]
# **Read.** The worst is *outline*: the edges of all generated things are rougher than those of real ones, by nearly as much as can be counted. It is not the only flaw, and the others differ from setting to setting: look down the columns. The rulers are strict here. The noisy copies have three levels of noise, which no eye sees, and their outlines are off by more than one standard deviation; so they are "fake", too.
# That is a question to ask of every measure: does it punish what you care about?
#
# And the shipped pairs, by the same ruler, on the cells at 100 x 100 that they have not seen:

# %% tags=["nbval-ignore-output"]
largest = 124  # pixels, the longest side of the 42 crops
cells = sg.datasets.load_image_folder(sg.datasets.cells_folder(), 100, scale=100 / largest).images
cells_held = np.sort(np.random.default_rng(0).permutation(len(cells))[: len(cells) // 3])
(of_cells,) = measurements.standardise(measurements.measure(cells))
rows = []
for name, each in shipped.items():
    found = kernel_distance(
        of_cells[cells_held],
        measurements.standardise(measurements.measure(cells), measurements.measure(each))[1],
        least=2,
    )
    rows.append([name, found.value, found.low, found.high])
shipped_table = sg.export.table(
    ["batch normalisation in D", "kernel distance", "from", "to"],
    rows,
    formats=dict.fromkeys(("kernel distance", "from", "to"), ".2f"),
)
shipped_table

# %% [markdown]
# **Read.** Both are far away, and the collapsed pair much farther. Neither interval holds more than chance among images of that one generator. They know nothing of other trainings, and nothing of the same training a thousand iterations earlier.
#
# Look at the last line of the first table. PANIC's data, the very best that its $G$ can come to, is seen as fake: brightness was changed by more than cells differ in it. No training can repair that, and no loss shows it.
#
# One short run is an anecdote: another processor, or another rounding, changes its order. Nor is it the order after a longer run: the Wasserstein pair, after its few updates of $G$ here, is second in the next table, and PANIC's pair comes to blobs of about the right size and brightness soon and, as that table says, no nearer later. `python tools/panic_seeds.py` trains each setting with five seeds, each seed with a split of its own, at equal budget: $D$ sees 50,000 real images, as in 1,000 iterations with the tutorial's batches of 50. This is what it wrote ([benchmarks/panic_seeds.md](../benchmarks/panic_seeds.md)), kernel distance from held-out cells at 28 x 28, cells of the package:

# %%
recorded = {
    "PANIC": [12.107, 18.137, 30.463, 19.436, 19.617],
    "ours": [13.665, 5.395, 12.201, 10.651, 5.031],
    "ours, T": [4.382, 5.782, 3.761, 3.878, 5.256],
    "Wasserstein": [4.616, 4.354, 5.391, 5.580, 4.849],
}
rows = [[name, np.mean(v), np.std(v, ddof=1), min(v), max(v)] for name, v in recorded.items()]
columns = ["setting", "mean", "spread", "least", "most"]
seeds_table = sg.export.table(columns, rows, formats=dict.fromkeys(columns[1:], ".2f"))
seeds_table


# %%
def gain(worse, better):  # mean difference, seed by seed, in standard deviations of it
    differences = np.subtract(recorded[worse], recorded[better])
    return float(differences.mean() / differences.std(ddof=1))


for worse, better in (("PANIC", "ours, T"), ("ours", "ours, T")):
    print(
        f"{better} against {worse}: better by {gain(worse, better):.1f} spreads of the difference"
    )

# %% [markdown]
# **Read.** At equal budget our setting beats the paper's by more than the spread. $T$ helps, and most of all it makes the outcome *reliable*: without it some seeds come as far and others do not. The Wasserstein loss does as well without any $T$. And all of them, the best included, are ten times above what real cells get: none of these generators would be taken for the microscope. The seeds share the same 42 cells: five splits are not five sets of cells, and the spread says nothing about other cells.

# %% [markdown]
# ## Claims

# %% tags=["claims"]
claims = sg.claims.Claims()
wallat, ours = "Wallat & Kriegel", "ours"
zhao, deshpande = "Zhao et al. 2020", "Deshpande & Bruner 2017"
claims.equal(328_841, counts[28][0], "parameters of PANIC's generator at 28 x 28", deshpande)
claims.equal(3_265_409, counts[28][1], "parameters of its discriminator", deshpande)
claims.below(
    13, weight_growth, "finding: from 28 to 100 weights grow, times", "against Wallat & Kriegel"
)
if not IMAGE_FOLDER:
    claims.equal(42, len(images), "cells", wallat)
    claims.above(0.5, rounder, "stretching distorts: share of cells made rounder", wallat)
    claims.below(1, min(update_share.values()), "gates close: least share of updates", wallat)
    claims.above(
        0.3, float(np.mean(floors < 0)), "real against real: share of negative distances", ours
    )
    claims.above(
        1, by_level[-1] / floor_high, "32 levels lighter is seen: distance per floor", ours
    )
    by_data = kernel["PANIC's data"][0] / floor_high
    claims.above(1, by_data, "finding: PANIC's own data is seen as fake: distance per floor", ours)
    chance = max(memory_shares["noisy copies"][1::2])
    claims.below(0.025, chance, "noisy copies are found by both rulers: chance", ours)
    roughness = min(means[name][measurements.names(CHANNELS).index("outline")] for name in made)
    claims.above(1, float(roughness), "generated outlines are too rough: least of four", ours)
    claims.above(
        2,
        off_centre["data changed"] / off_centre["real"],
        "changed data leaks: off centre, per real",
        zhao,
    )
    before = off_centre["changed before D"] / off_centre["data changed"]
    claims.below(0.5, before, "changed before D hardly: off centre, per changed data's", zhao)
    claims.above(1, gain("PANIC", "ours, T"), "ours beats PANIC's: gain per spread, 5 seeds", ours)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %%
run = sg.runs.describe(
    "07_panic",
    seed=SEED,
    image_folder=IMAGE_FOLDER or "the embedded cells",
    image_size=IMAGE_SIZE,
    channels=CHANNELS,
    gated_steps=gated_steps,
    gated_batch_size=GATED_BATCH_SIZE,
    norm_steps=norm_steps,
    steps=STEPS,
    wasserstein_steps=WASSERSTEIN_STEPS,
)
print(sg.export.save_figure(fit_figure, "centred_and_stretched", run))
print(sg.export.save_figure(gated_figure, "gated_training", run))
print(sg.export.save_figure(beside_figure, "generated_beside_input", run))
print(sg.export.save_figure(near_figure, "learned_by_heart", run))
sg.export.colab.download("figures")

# %% [markdown]
# `quality.latex` is the table of all settings. With a kernel distance give both counts, the features, the interval and the floor: without the floor nobody can read it. Say how many images were held out, and that what was generated is no new observation: 200 generated cells are not 200 cells.

# %% tags=["nbval-ignore-output"]
print(quality.latex)

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Open all gates (`GatedGAN(..., gates=(0, 0, 0))`). Which network runs away in 200 steps? What happens with gates of 1, 1 and 0.5?
# 2. *Read a paper literally.* Let each update run only while its recognition *rate* is below 60, 45 and 50 %, as the text of the paper says. Does it train? (Override `GatedGAN.is_open`, and use `sg.losses.share_above`.)
# 3. *A leak in $T$.* Let $D$ see 42 fours, once all of them turned upside down, once every second one at random, real and fake alike. What does $G$ draw in either case, and why?
# 4. *How many would be enough?* Take the digits of page 04, draw two samples of $n$ each, for $n$ from 10 to 1,000, and plot the spread of their kernel distance. How does it fall with $n$?
#
# The [solutions](solutions/07_panic.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# Exercises 1 and 2 train for 200 steps like this:


# %% tags=["solution"]
def play(gan, steps=200):
    adams = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
    gan.compile(d_optimizer=adams[0], g_optimizer=adams[1])
    data = sg.ranges.to_unit(train_images)
    gan.fit(data, steps=steps, batch_size=8, report_every=steps)
    last = {name: values[-1] for name, values in gan.record.history.items()}
    print(", ".join(f"{name} {last[name]:.2f}" for name in ("fake_loss", "real_loss", "g_loss")))
    print(
        ", ".join(
            f"{name} {last[name]:.0f}" for name in ("d_fake_updates", "d_real_updates", "g_updates")
        )
    )
    return sg.ranges.unit_to_uint8(gan.generate(10))


def panic_gan(kind=GatedGAN, **options):
    keras.utils.set_random_seed(SEED)
    networks = sg.models.panic.build_generator(shape), sg.models.panic.build_discriminator(shape)
    return kind(*networks, noise=sg.training.noise.truncated_normal, seed=SEED, **options)


# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output", "timing"]
rows = {}
for gates in ((0, 0, 0), (1, 1, 0.5)):
    rows[str(gates)] = play(panic_gan(gates=gates))
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
class LiteralGAN(GatedGAN):
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
def seen_through(change, discriminator):
    images = keras.Input(discriminator.input_shape[1:])
    return keras.Model(images, discriminator(change(images)))


(digits, labels), _ = sg.datasets.load_mnist()
fours = sg.ranges.to_symmetric(digits[labels == 4][:42])[..., None]
turns = {
    "all turned": lambda images: ops.flip(images, axis=1),
    "every second": layers.RandomFlip("vertical", seed=SEED),
}
rows = {}
for name, turn in turns.items():
    keras.utils.set_random_seed(SEED)
    player = seen_through(turn, sg.models.dcgan.build_discriminator())
    gan = GAN(sg.models.dcgan.build_generator(), player, seed=SEED)
    adams = [keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    gan.compile(d_optimizer=adams[0], g_optimizer=adams[1])
    gan.fit(fours, steps=300, batch_size=16)
    rows[name] = sg.ranges.symmetric_to_uint8(gan.generate(10))
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Two rows of ten generated fours: above, D saw all images upside down; below, every second one, "
    "at random.",
)

# %% [markdown] tags=["solution"]
# A turn of all can be undone: turned images are equal only if the images are, so the fours stand upright. Turned at random, upright and turned fours are the same to $D$, and nothing tells $G$ which of them the data has.
#
# **Exercise 4.** Measurements suit any images of single things.

# %% tags=["solution", "nbval-ignore-output"]
(digits, _), _ = sg.datasets.load_mnist()
measured = measurements.measure(digits[:4_000][..., None])
(measured,) = measurements.standardise(measured)
rng, sizes, spreads = np.random.default_rng(SEED), (10, 14, 30, 100, 300, 1_000), []
for n in sizes:
    drawn = [rng.permutation(measured)[: 2 * n] for _ in range(40)]
    values = [kernel_distance(d[:n], d[n:], least=2, resamples=40).value for d in drawn]
    spreads.append(float(np.std(values)))
figure = sg.plotting.curves(
    {"spread": (sizes, spreads)}, "images in each sample", "spread", log=True
)
figure.axes[0].set_xscale("log")
sg.plotting.show(
    figure,
    "Line plot of the spread of the kernel distance over the number of images in each sample, "
    "on logarithmic axes.",
)
slope = np.polyfit(np.log(sizes), np.log(spreads), 1)[0]
print(f"the spread falls as n to the power of {slope:.2f}")

# %% [markdown] tags=["solution"]
# About as $1/n$: where both samples are from one distribution, ten times as many images can show a tenth of the distance. From 14 held-out cells to 140 would do more for your paper than any loss on this page.

# %% [markdown]
# ## References
#
# Wallat & Kriegel, *Progressive adversarial neuronal network for image creation* (PANIC). Deshpande & Bruner 2017, *Generative adversarial networks for beginners*. Salimans et al. 2016, *Improved techniques for training GANs*. LeCun, Bottou, Orr & Müller 1998, *Efficient backprop*. Bińkowski et al. 2018, *Demystifying MMD GANs*. Zhao et al. 2020,
# *Differentiable augmentation for data-efficient GAN training*. Karras et al. 2020, *Training generative adversarial networks with limited data*. Arjovsky et al. 2017, *Wasserstein generative adversarial networks*. Gulrajani et al. 2017, *Improved training of Wasserstein GANs*. Otsu 1979, *A threshold selection method from
# gray-level histograms*. Coelho 2013, *Mahotas*; Coelho et al. 2009, *Nuclear segmentation in microscope cell images* (the cells).
