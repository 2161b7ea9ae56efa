# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 10 · Few images: 42 cells, or a folder of your own
#
# What can a generator learn from a few dozen images, and what can anybody know about a generator that has seen so few? This page holds images out, builds a measure that works with fourteen of them and says where it is blind, tries two
# cures for a discriminator that learns its images by heart (*DiffAugment* and the *Wasserstein loss with gradient penalty*, WGAN-GP), and looks for copies. At the end you will have a table of four settings over five seeds, and samples of three of them after short
# trainings; for a folder of your own images, everything but the five seeds. The picture below is one of its figures: five long trainings of each setting on cells, and how far their samples are from cells that were held out. It takes about a minute and a half. You need
# [page 07](07_dcgan.ipynb) and [page 09](09_panic.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import dataclasses
import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

import seminar_gan as sg
from seminar_gan.metrics import kernel_distance, measurements, nearest_images
from seminar_gan.models import augmentation, dcgan
from seminar_gan.models.augmentation import RandomChanges
from seminar_gan.training import GAN, StepProgress

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
IMAGE_FOLDER = ""  # a folder of your own images; "" stands for the embedded cells
UPLOAD = False  # on Colab: True asks you for images instead
IMAGE_SIZE = 28  # Wallat & Kriegel: 28, then 100; any from 16 to 128
CHANNELS = 1  # 1 for grey, 3 for colour
STEPS = 480  # ours
WASSERSTEIN_STEPS = (
    96  # ours; five updates of the critic each, so D sees as many images as in STEPS
)

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    IMAGE_FOLDER="folder",
    UPLOAD={False, True},
    IMAGE_SIZE=(16, 128),
    CHANNELS={1, 3},
    STEPS=(1, 10_000_000),
    WASSERSTEIN_STEPS=(1, 10_000_000),
)

# %% [markdown]
# ## The images
#
# 42 nuclei of cells, as on page 09, or yours. Each is shrunk and centred on a square. If the largest is at most twice the smallest, all are shrunk by one factor, so that large things stay larger; otherwise each by its own. Nine of the cells are cut by a straight edge
# (page 09). They are used like the others, but not shown among the real ones. All pictures are made lighter by one factor.
#
# **Your own images** need no change of the page beyond the parameters. Where a relative folder begins depends on who runs it:
#
# | run by | a relative `IMAGE_FOLDER` begins at |
# |---|---|
# | `papermill notebooks/10_few_images.ipynb mine.ipynb -r IMAGE_FOLDER my_cells -p IMAGE_SIZE 64` | the folder in which you call it |
# | `make run-all PAGES=10 PARAMS="IMAGE_FOLDER=my_cells IMAGE_SIZE=64"` | the folder in which you call it |
# | JupyterLab, VS Code | the folder of the page |
# | Colab | `/content`; or set `UPLOAD = True`, and the cell below asks for your images, or a zip file of them |
#
# `-p CHANNELS 3` keeps colours. A hundred grey images of 64 x 64 take about three minutes on two cores; `-p STEPS 3000 -p WASSERSTEIN_STEPS 600` trains about as long as for the picture above. Figures and tables are in `figures` and `tables`, in the folder in which the page ran. To keep a generator, and to train it on:
# `python -m seminar_gan train --data my_cells --size 64 --seconds 600 --to runs/mine`. What the text says of cells is about the embedded ones; tables and pictures are about your images, except for the recorded seeds.

# %% tags=["setup"]
if UPLOAD and not IMAGE_FOLDER:
    IMAGE_FOLDER = sg.export.colab.upload("my_images")
folder = IMAGE_FOLDER or sg.datasets.cells_folder()


def load(fit, scale=1):
    return sg.datasets.load_image_folder(folder, IMAGE_SIZE, fit, CHANNELS, scale=scale)


sides = load("stretch").sizes.max(axis=1)  # pixels
alike = sides.max() <= 2 * sides.min()
loaded = load("pad", min(1, IMAGE_SIZE / sides.max()) if alike else 1)
images = loaded.images
sg.export.table(loaded.columns, loaded.rows())

# %% [markdown]
# ### Hold some out
#
# Wallat & Kriegel train on all of their images. Then nobody can ask later whether $G$ has learned cells or *these* cells. So put a third aside before anything is trained: the *held-out* images. Copies of an image stay on one
# side, also those resaved, mirrored, turned by 90°, or of another brightness; otherwise the held-out images would have been seen in training. (The table above counts them; the cells have none. Crops are not recognised: leave them
# out of the folder.) From here on, "training images" are the others.

# %% tags=["setup"]
ENOUGH = 12  # with fewer different images, none is held out
different = np.unique(loaded.groups)  # one of each set of copies
has_held = len(different) >= ENOUGH
train, held = sg.datasets.hold_out(loaded, 1 / 3 if has_held else 0, seed=SEED)
train_images, held_images = images[train], images[held]
if not has_held:
    print(f"{len(different)} different images: of fewer than {ENOUGH} none is held out,")
    print("and what needs held-out images is left out or stands as nan")
print(f"{len(train_images)} training images, {len(held_images)} held out")

cut = (
    [] if IMAGE_FOLDER else [5, 6, 8, 13, 21, 24, 27, 29, 38]
)  # by a straight edge: data/cells.csv
pictured = np.setdiff1d(train, cut)
gain = max(1, 255 / max(1, np.percentile(images, 99.9)))


def image_rows(rows):  # uint8 images, for the eye alone
    lighter = {name: np.clip(gain * x.astype("float32"), 0, 255) for name, x in rows.items()}
    return sg.plotting.image_rows({name: x.astype("uint8") for name, x in lighter.items()})


# %% [markdown]
# ## A measure for few images
#
# Pages 06 to 08 had the Fréchet distance; with the features of the Inception network it is the *FID* of most papers. Why not here? It needs a covariance: with $d$ features that is $d(d + 1) / 2$ numbers, with the 2,048 features of Inception $2{,}048 \cdot 2{,}049 / 2 = 2{,}098{,}176$, nearly fifty thousand for each of 42
# cells. Such a covariance cannot be estimated, and most of the distance would be bias. Also, Inception was trained on photographs of a thousand kinds of things; what it makes of a grey nucleus nobody knows.
#
# So take features that are few and mean something: twelve numbers about the object in the image and its levels. The object is what differs from the background by more than Otsu's threshold (Otsu 1979: the one that leaves the
# least variance within the two groups). Lengths are in sides of the image, levels from 0 to 1.

# %% tags=["nbval-ignore-output"]
meaning = {
    "area": "share of the pixels that belong to the object",
    "elongation": "1 - width / length of the object: 0 for a disc",
    "outline": "pixel sides at its edge / (4 roots of its area): square 1, disc 1.13, ragged more",
    "off_centre": "distance of its centre from that of the image",
    "background": "median of the image's outermost pixels",
    "level": "mean of the object above the background",
    "spread": "standard deviation of the object's levels",
    "spots": "their skewness: above 0 with bright spots",
    "detail": "log10 of how much pixels differ from the mean of their 2 x 2",
    "detail_2": "the same for pixels twice as large, less the line above",
    "detail_4": "four times as large, less the line above",
    "detail_8": "eight times as large, less the line above",
    "red": "mean of red less that of green",
    "blue": "mean of blue less that of green",
}
names = measurements.names(CHANNELS)
reference = measurements.measure(images)
whole = np.setdiff1d(np.arange(len(images)), cut)
shown = np.linspace(0, len(whole) - 1, 8).round().astype(int)
ordered = {
    name: images[whole[np.argsort(reference[whole, names.index(name)], kind="stable")[shown]]]
    for name in ("area", "elongation", "outline", "spread", "spots")
}
numbers_figure = image_rows(ordered)
sg.plotting.show(
    numbers_figure,
    "Five rows of eight real images. Each row has them in the order of one number, from least to "
    "most: area, elongation, outline, spread, spots.",
)
numbers_table = sg.export.table(
    ["number", "what it is", "least", "median", "most"],
    [
        [name.replace("_", " "), meaning[name], *np.percentile(column, [0, 50, 100])]
        for name, column in zip(names, reference.T, strict=True)
    ],
    formats=dict.fromkeys(("least", "median", "most"), ".2f"),
    caption=f"What is measured of an image, and its range among {len(images)} real ones.",
)
numbers_table

# %% [markdown] tags=["unmeasured"]
# **Read.** Each row has real images in the order of one of the numbers. The table's last columns are for the real images. For images of another kind, with a patterned ground or several objects, the shape numbers mean little: then believe
# your eyes first.
#
# Each number is counted in standard deviations of the real images, and cut off at 3 of them, or one odd cell would be the whole distance. The distance itself needs no covariance and has no bias: the *kernel distance*, or *KID*
# if the features are Inception's (Bińkowski et al. 2018). It is the squared *maximum mean discrepancy* (MMD) with a cubic kernel. For $n$ real images with features $x$ and $m$ generated ones with features $y$, $d$ numbers each:
#
# $$k(x, y) = \Big(\frac{x^{\mathsf T} y}{d} + 1\Big)^3 \qquad \text{KD} = \frac{1}{n(n-1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{m(m-1)} \sum_{i \ne j} k(y_i, y_j) - \frac{2}{nm} \sum_{i, j} k(x_i, y_j)$$


# %% tags=["setup", "shows:metrics.equations.kernel", "shows:metrics.equations.squared_mmd"]
def kernel(x, y):
    k = x @ y.T / x.shape[1] + 1
    return k * k * k


def squared_mmd(real, fake):
    n, m = len(real), len(fake)
    k_real, k_fake = kernel(real, real), kernel(fake, fake)
    within_real = (k_real.sum() - np.trace(k_real)) / (
        n * (n - 1)
    )  # no pair of a sample with itself
    within_fake = (k_fake.sum() - np.trace(k_fake)) / (m * (m - 1))
    return float(within_real + within_fake - 2 * kernel(real, fake).mean())


# %% tags=["setup"]
reference = measurements.measure(images)
(real_features,) = measurements.standardise(reference)
held_features = real_features[np.intersect1d(held, different)]  # a copy says nothing new


def features(made):
    return measurements.standardise(reference, measurements.measure(made))[1]


def distance(made):  # from held-out images: squared_mmd, and its interval, resampling these images
    if not has_held:
        return (math.nan,) * 3
    return kernel_distance(held_features, features(made), least=2)


# %% [markdown]
# ### The floor, and sets of known order
#
# Split the real images at random, again and again, into as many as were held out and the others, and take the distance of the two parts. Both are real, so the true distance is 0. What comes out is how far chance goes.
# **Predict:** how often is it negative?
#
# A measure has to be measured, too, on sets of known order. **Predict:** put these in the order of their distance from the held-out images: the training images; the same 2 and 8 of 255 levels lighter, and a little blurred; the most typical
# training image again and again; the mean of all training images; pure noise; black. And how many of the training images, each again and again, beat a trained generator?
#
# Beside it stands the *variety*: the mean difference of two images of the set, as a share of that of two real images.


# %% tags=["setup", "nbval-ignore-output"]
def split_distances(splits=200):
    rng, found = np.random.default_rng(SEED), []
    for _ in range(splits if has_held else 0):
        shuffled = rng.permutation(real_features[different])
        found.append(squared_mmd(shuffled[: len(held_features)], shuffled[len(held_features) :]))
    return np.array(found) if has_held else np.full(1, math.nan)


floors = split_distances()
floor = float(np.percentile(floors, 95))  # 95 % of the real splits are below
print(f"real against real: median {np.median(floors):.2f}, 95 % below {floor:.2f}")
print(f"negative in {np.mean(floors < 0):.0%} of the splits")


# %% tags=["setup"]
def blurred(pictures):  # with the pixels above, below, left and right
    for axis in (1, 2):
        both = np.roll(pictures, 1, axis) + np.roll(pictures, -1, axis)
        pictures = (10 * pictures + both) / 12
    return np.rint(pictures).astype("uint8")


def variety(pictures, count=60):  # mean difference of two samples, per that of two real images
    found = []
    for each in (pictures[:count].astype(float), images[different][:count].astype(float)):
        if len(each) < 2:
            return math.nan
        apart = [np.abs(each[:-k] - each[k:]).mean() for k in range(1, len(each))]
        found.append(np.average(apart, weights=range(len(each) - 1, 0, -1)))
    return float(found[0] / found[1]) if found[1] else math.nan


# %% tags=["nbval-ignore-output"]
typical = train[np.abs(real_features[train]).sum(axis=1).argmin()]
mean_image = np.rint(train_images.mean(axis=0)).astype("uint8")
rng = np.random.default_rng(SEED)
known = {
    "training images": train_images,
    "2 levels lighter": np.minimum(train_images, 253) + 2,
    "8 levels lighter": np.minimum(train_images, 247) + 8,
    "a little blurred": blurred(train_images.astype(float)),
    "one typical image": np.stack([images[typical]] * 50),
    "the mean image": np.stack([mean_image] * 50),
    "noise": rng.integers(0, 256, (50, *mean_image.shape)).astype("uint8"),
    "black": np.zeros((50, *mean_image.shape), "uint8"),
}
known_distance = {name: distance(each)[0] for name, each in known.items()}
known_variety = {name: variety(each) for name, each in known.items()}
eight = np.resize(np.flatnonzero(np.isin(train, pictured)), 8)  # of the training images
known_figure = image_rows({name: each[eight % len(each)] for name, each in known.items()})
sg.plotting.show(
    known_figure,
    "Eight rows of eight images: training images, the same a little lighter, lighter, a little "
    "blurred, one image eight times, a blurred mean eight times, noise, and black.",
)
alone = [squared_mmd(held_features, real_features[[n] * 50]) for n in train if has_held]
alone = np.array(alone or [math.nan])
print(f"a training image, 50 times: {alone.min():.2f} to {alone.max():.1f}, ", end="")
print(f"median {np.median(alone):.2f}; below 3.76: {np.sum(alone < 3.76)} of {len(train)}")
known_table = sg.export.table(
    ["images", "kernel distance", "variety"],
    [[name, value, known_variety[name]] for name, value in known_distance.items()],
    formats={"kernel distance": ",.2f", "variety": ".0%"},
    caption=f"Kernel distance of sets of known order from {len(held)} held-out images; floor {floor:.2f}.",
)
known_table

# %% [markdown]
# **Read.** About half of the splits are negative: an estimate without bias of a number that is 0 must be, now and then. What lies below the *floor*, the 95th percentile, cannot be told from nothing *with so few images*. It may still
# be bad. Eight levels too light are seen, two are not, and a little blur passes, too: a generator that does that, and nothing else wrong, cannot be told from the microscope
# with fourteen images. A larger sample from $G$ would hardly help: the noise is in the real ones.
#
# Noise and black are hundreds away, the mean image about ten or twenty. But the most typical cell, again and again, is only one to three floors away, and a third to a half of the training cells, each alone, are nearer than 3.76, the best of the twenty trainings below. The kernel distance hardly sees *mode
# collapse* here; the variety, 0, sees it at once. So the tables below have both. More than 100 % is no better: noise has most of it.

# %% tags=["check"]
# @title Statements
sg.claims.holds("about half of the splits are negative", 0.4 < np.mean(floors < 0) < 0.7)
sg.claims.holds("eight levels too light are seen", known_distance["8 levels lighter"] > floor)
sg.claims.holds("two are not", known_distance["2 levels lighter"] < floor)
sg.claims.holds("a little blur passes", known_distance["a little blurred"] < floor)
sg.claims.holds(
    "noise and black are hundreds away", min(known_distance["noise"], known_distance["black"]) > 400
)
sg.claims.holds("the mean image about ten or twenty", 8 < known_distance["the mean image"] < 22)
sg.claims.holds("one to three floors", 1 < known_distance["one typical image"] / floor < 3)
sg.claims.holds("a third to a half are nearer than 3.76", 0.3 < np.mean(alone < 3.76) < 0.55)
sg.claims.holds("noise has most variety", known_variety["noise"] == max(known_variety.values()))

# %% [markdown]
# ## Augment what D sees
#
# Few images are *overfitted*, learned by heart, by $D$ first: it knows the training images and calls everything else fake, and $G$ hears nothing of use (Zhao et al. 2020, section 1; Karras et al. 2020, section 2). PANIC changes the *data* (page 09). Zhao et al. change at random all
# that $D$ sees, real *and* fake, by a $T$ that can be differentiated: *DiffAugment*.
#
# $$L_D = -\log D(T(x)) - \log\big(1 - D(T(G(z)))\big) \qquad L_G = -\log D(T(G(z)))$$
#
# The gradient goes through $T$ to $G$. Here $T$ is four changes, one after the other, each drawn anew for each image: brightness, contrast, translation by up to an eighth of the side, and *cut-out*. Which row of the old image stands in
# which row of the moved one is a matrix of zeros and ones, so a translation is a product of matrices, and gradients go through it. Pixels that come in repeat the edge (Zhao et al. fill with 0). A layer before $D$ makes the changes, in training only.


# %% tags=["shows:models.augmentation.brighten", "shows:models.augmentation.contrast"]
def brighten(images, seed, limit=0.25):
    shape = (ops.shape(images)[0], 1, 1, 1)
    return images + keras.random.uniform(shape, -limit, limit, images.dtype, seed)


def contrast(images, seed, limit=0.5):
    shape = (ops.shape(images)[0], 1, 1, 1)
    factors = keras.random.uniform(shape, 1 - limit, 1 + limit, images.dtype, seed)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + (images - mean) * factors


# %% tags=["shows:models.augmentation.translate", "shows:models.augmentation.cut_out"]
def translate(images, seed, limit=1 / 8):
    shape, dtype = (ops.shape(images)[0], 1), images.dtype
    _, height, width, _ = images.shape
    other_seed = seed + 1 if isinstance(seed, int) else seed
    down = ops.round(keras.random.uniform(shape, -limit, limit, dtype, seed) * height)
    right = ops.round(keras.random.uniform(shape, -limit, limit, dtype, other_seed) * width)
    rows = ops.cast(down, "int32") + ops.arange(height)  # where each row comes from
    columns = ops.cast(right, "int32") + ops.arange(width)
    rows = ops.one_hot(ops.clip(rows, 0, height - 1), height, dtype=dtype)
    columns = ops.one_hot(ops.clip(columns, 0, width - 1), width, dtype=dtype)
    images = ops.einsum("bij,bjwc->biwc", rows, images)
    return ops.einsum("bij,bhjc->bhic", columns, images)


def cut_out(images, seed, part=0.5):
    shape, dtype = (ops.shape(images)[0], 1), images.dtype
    _, height, width, _ = images.shape
    other_seed = seed + 1 if isinstance(seed, int) else seed
    row = keras.random.uniform(shape, 0, height, dtype, seed)  # the centre
    column = keras.random.uniform(shape, 0, width, dtype, other_seed)
    rows = ops.abs(ops.cast(ops.arange(height), dtype) + 0.5 - row) < part * height / 2
    columns = ops.abs(ops.cast(ops.arange(width), dtype) + 0.5 - column) < part * width / 2
    inside = ops.logical_and(rows[:, :, None, None], columns[:, None, :, None])
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return images + ops.cast(inside, dtype) * (mean - images)


# %% tags=["shows:models.augmentation.RandomChanges.call", "shows:models.augmentation.with_augmentation"]
def call(self, images, training=False):
    if training:
        for change in self.functions:
            images = change(images, self.seed_generator)
    return images


def with_augmentation(
    discriminator, changes=("brighten", "contrast", "translate", "cut_out"), value_range=(0, 1)
):
    inputs = [keras.Input(x.shape[1:], dtype=x.dtype, name=x.name) for x in discriminator.inputs]
    changed = RandomChanges(changes, value_range, name="random_changes")(inputs[0])
    logits = discriminator([changed, *inputs[1:]] if inputs[1:] else changed)
    name = f"augmented_{discriminator.name}"
    return keras.Model(inputs if inputs[1:] else inputs[0], logits, name=name)


# %%
functions = {"brighten": brighten, "contrast": contrast, "translate": translate, "cut_out": cut_out}
real_row = images[np.resize(pictured, 8)]
seen_by_d = {"as they are": real_row}
for name, change in functions.items():
    changed = np.clip(change(sg.ranges.to_unit(real_row), SEED), 0, 1)
    seen_by_d[name.replace("_", "-")] = sg.ranges.unit_to_uint8(changed)
changes_figure = image_rows(seen_by_d)
sg.plotting.show(
    changes_figure,
    "Five rows of eight images: training images as they are, lighter or darker, of another contrast, "
    "moved, and with a grey rectangle over a part.",
)

# %% [markdown]
# **Predict:** $T$ moves images by up to an eighth, and covers up to a quarter of each. Will $G$ make moved, covered cells?
#
# The pair is the small one of page 07, with its Adam, its falling rate and its averaged generator (*EMA*), in $[-1, 1]$, and batches of 16; once as it is (*ours*), once with $T$ before $D$ (*ours + DiffAugment*). It wants a side that is
# a multiple of 4: other images get up to three more rows and columns, which repeat the edge and are cut off again.
#
# If the data alone is changed, the changes are part of what $G$ shall learn. Mirrored cells are welcome. Moved ones? A third training has moved data: twenty versions of each training image, moved by up to a quarter of the side, and no $T$. **Predict:** how far from the middle will the cells of each training be? That is one of the
# twelve numbers.


# %% tags=["setup"]
side = math.ceil(IMAGE_SIZE / 4) * 4
grow = ((0, 0), (0, side - IMAGE_SIZE), (0, side - IMAGE_SIZE), (0, 0))


def to_symmetric(pictures):  # as the pair wants them
    return sg.ranges.to_symmetric(np.pad(pictures, grow, mode="edge"))


def train_ours(data, name="few"):
    recipe = sg.recipes.RECIPES[name]
    gan = recipe.build((side, side, CHANNELS), seed=SEED)
    callbacks = [*recipe.callbacks(), StepProgress(lines=2)]
    gan.fit(data, steps=STEPS, batch_size=recipe.batch_size, callbacks=callbacks)
    return gan


def to_uint8(pictures):
    return sg.ranges.symmetric_to_uint8(pictures)[:, :IMAGE_SIZE, :IMAGE_SIZE]


def samples(gan, count=200):
    return to_uint8(gan.generate(count, seed=SEED))


training_data = to_symmetric(train_images)

# %% tags=["nbval-ignore-output", "timing"]
made = {
    "ours": samples(train_ours(training_data)),
    "ours + DiffAugment": samples(train_ours(training_data, "few-augmented")),
}
twenty = tf.repeat(training_data, 20, axis=0)
moved = np.asarray(augmentation.translate(twenty, seed=SEED, limit=1 / 4))
leaked = samples(train_ours(moved))

# %% tags=["nbval-ignore-output"]
leak_figure = image_rows(
    {
        "real": real_row,
        "nothing changed": made["ours"][:8],
        "changed before D": made["ours + DiffAugment"][:8],
        "data changed": leaked[:8],
    }
)
sg.plotting.show(
    leak_figure,
    "Four rows of eight images: real ones, then blotches after training without changes, with changes "
    "before D, and on data that was moved. In the last row some are off the centre.",
)
moved_less = np.asarray(augmentation.translate(twenty, seed=SEED))
judged = {
    "real": images,
    "real, moved as by T, 1/8": to_uint8(moved_less),
    "real, moved as the data, 1/4": to_uint8(moved),
    "nothing changed": made["ours"],
    "changed before D": made["ours + DiffAugment"],
    "data changed": leaked,
}
column = names.index("off_centre")
off_centre = {n: float(np.median(measurements.measure(x)[:, column])) for n, x in judged.items()}
by_t, by_data = off_centre["real, moved as by T, 1/8"], off_centre["real, moved as the data, 1/4"]
leak_table = sg.export.table(
    ["images", "off centre"],
    list(off_centre.items()),
    formats={"off centre": ".1%"},
    caption="Distance of the object's centre from that of the image, per side, median; real images, real "
    f"images moved at random, and 200 samples after {STEPS} steps, seed {SEED}.",
)
leak_table

# %% [markdown]
# **Read.** Where the data was moved, the shifts have *leaked* into the samples: they are about as far off the centre as the data. Where only what $D$ sees was moved, the cells stand much nearer to the middle than moved ones do. $G$ could make moved ones, but then $T$ would move them
# twice, and $D$ would see that. Whether the samples are covered anywhere, these blotches don't show.
#
# $T$ must be invertible as an operator on *distributions*: two different distributions must stay different after it. The single image may be lost. A $T$ that breaks this leaks, too: turn every second image upside down, and upright
# and turned ones are the same to $D$ (exercise 3). The cure is to apply a change with some probability below 1, and to raise it only as far as $D$ overfits: *adaptive discriminator augmentation*, ADA (Karras et al. 2020).
#
# So change the data only in ways that make new *true* images, and leave the rest to $T$.

# %% tags=["check"]
# @title Statements
sg.claims.holds("about as far off as the data", 0.7 < off_centre["data changed"] / by_data < 1.1)
sg.claims.holds("much nearer than moved ones", off_centre["changed before D"] < 0.65 * by_t)

# %% [markdown]
# ## Wasserstein
#
# Wallat & Kriegel (section 6) hope for a *Wasserstein GAN*, WGAN, whose loss would mean something. The *Wasserstein distance* of two distributions is the least work that turns one into the other, probability times the way it is
# moved: the earth mover's distance. Unlike the Jensen-Shannon divergence of page 05 it does not go flat where the two do not overlap. It can also be written as
#
# $$W(p, q) = \max_{C} \; \mathbb{E}_{x \sim p}[C(x)] - \mathbb{E}_{y \sim q}[C(y)] \qquad \text{over all } C \text{ with } |C(x) - C(y)| \le \|x - y\|$$
#
# (Arjovsky et al. 2017, equation 2). Such a $C$ is *1-Lipschitz*: nowhere steeper than 1. A network that looks for it is a *critic*: it gives scores, any numbers, instead of probabilities. Arjovsky et al. kept it from being steep by *clipping* all its
# weights, which they call "a clearly terrible way". Gulrajani et al. (2017) punish its slope instead, the *gradient penalty*. The best critic has a slope of exactly 1 nearly everywhere on the lines from a real point to the generated one that it is moved to (their proposition 1). So they
# ask for 1, not for at most 1, on the lines between random pairs:
#
# $$L_C = \overline{C(G(z))} - \overline{C(x)} + 10\; \overline{\big(\|\nabla C(\hat x)\| - 1\big)^2} \qquad L_G = -\overline{C(G(z))} \qquad \hat x = \alpha x + (1 - \alpha) G(z), \quad \alpha \sim U[0, 1]$$
#
# One $\alpha$ for each image, *uniform*. Much copied code draws it from a normal distribution: then the slope is taken anywhere on the line through the two images, only one time in three between them.


# %% tags=["shows:losses.wasserstein_critic", "shows:losses.wasserstein_generator", "shows:training.sampling.Sampling.draw_uniform", "shows:training.penalties.GradientPenalty.points", "shows:training.penalties.SlopePenalty.__call__", "shows:training.penalties.SlopePenalty.cost"]
def wasserstein_critic(real_scores, fake_scores):
    return ops.mean(fake_scores) - ops.mean(real_scores)


def wasserstein_generator(fake_scores):
    return -ops.mean(fake_scores)


def draw_uniform(self, images, *, each_pixel=False):
    shape = (
        tf.shape(images) if each_pixel else [tf.shape(images)[0], *[1] * (len(images.shape) - 1)]
    )
    replica = tf.distribute.get_replica_context().replica_id_in_sync_group
    position = tf.cast(self.d_optimizer.iterations, "int64")
    seed = tf.random.experimental.stateless_fold_in(tf.stack([self.seed, position]), replica)
    return tf.random.stateless_uniform(shape, seed)


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
# `draw_uniform` is a method of the GAN: a number for each image, from the seed and the number of the update, so that a training can be taken up again. The others are methods of the penalty, `sg.training.GradientPenalty(10.0)`, given to
# `compile(penalty=...)`, which the update of $D$ adds to its loss. `self.weight` is the 10, `gan.discriminate` is $C$, `images` are the $\hat x$.
#
# The recipe `wasserstein` makes five updates of the critic for each one of $G$, by Adam with $\beta_1 = 0$ and $\beta_2 = 0.9$, as theirs, and a learning rate of 0.0005 (theirs: 0.0001); for so few steps its averaging is shortened from 0.99 to 0.9. Minus the critic's loss, without the penalty, estimates the distance of
# the generated images from the training images. **Predict:** is it largest at the first step? And what can make it meaningless with 28 images?


# %% tags=["nbval-ignore-output", "timing"]
class Judge(keras.callbacks.Callback):  # the kernel distance at every report
    def on_train_begin(self, logs=None):
        self.distances = []

    def on_epoch_end(self, epoch, logs=None):
        self.distances.append(distance(samples(self.model, 100))[0])


recipe = dataclasses.replace(sg.recipes.RECIPES["wasserstein"], ema=0.9)  # few steps
wasserstein = recipe.build((side, side, CHANNELS), seed=SEED)
judge = Judge()
wasserstein.fit(
    training_data,
    steps=WASSERSTEIN_STEPS,
    batch_size=recipe.batch_size,
    report_every=max(1, WASSERSTEIN_STEPS // 32),
    callbacks=[StepProgress(lines=2), judge],
)
made["WGAN-GP"] = samples(wasserstein)

# %% tags=["nbval-ignore-output"]
curve = {name: np.array(values) for name, values in wasserstein.record.history.items()}
estimate = curve["penalty"] - curve["d_loss"]  # d_loss has the penalty in it
critic_figure = sg.plotting.stacked_curves(
    {
        "estimate": {"critic": (curve["step"], estimate)},
        "kernel distance": {"critic": (curve["step"], judge.distances)},
    },
    xlabel="step",
)
sg.plotting.show(
    critic_figure,
    "Two line plots over the steps. Above, the critic's estimate of the distance: it begins low, rises "
    "steeply and falls. Below, the kernel distance of the samples from held-out images: high for the "
    "first third, low at the end.",
)
print(
    f"estimate: {estimate[0]:.1f} at first, {estimate.max():.1f} at most, {estimate[-1]:.1f} last"
)
if has_held:
    of_data, of_held = (
        np.asarray(wasserstein.discriminator(to_symmetric(x))) for x in (train_images, held_images)
    )
    print(
        f"mean score: training images {of_data.mean():.2f}, held-out {of_held.mean():.2f}; ", end=""
    )
    print(f"single images spread by {of_held.std():.2f}")

# %% [markdown]
# **Read.** No: at first the critic is untrained and sees little, so its estimate begins low and rises. The estimate is only as good as the critic. By the last steps both curves have fallen far. That does not show that the loss tracks the quality, which is what the paper says with its
# figure 9: in a training that improves, everything falls in the end.
#
# And the distance is that from the *training* images. A critic that knows these by heart gives them higher scores than held-out ones, and the difference is a part of the estimate that no generator of new cells could remove. Compare the two means: with 14 images, a difference below two thirds of the spread of single images may be chance.

# %% tags=["check"]
# @title Statements
sg.claims.holds("its estimate begins low", estimate[0] < 0.7 * estimate.max())
sg.claims.holds("in the end it has fallen far", estimate[-1] < 0.4 * estimate.max())
sg.claims.holds("and so has the kernel distance", judge.distances[-1] < 0.5 * max(judge.distances))

# %% [markdown]
# ## Learned or learned by heart?
#
# For each sample take the nearest of *all* real images, once in $\ell_1$ over the pixels, once among the twelve numbers. If $G$ had learned cells, and nothing of single ones, training and held-out images would be equally likely to be
# it: the share of training images among the nearest would be their share of all, but for chance.
#
# And chance is large: a few ordinary images are nearest to many samples, and the split has put them on one side or the other. So permute the labels "training" and "held out" 2,000 times at random, and count how often the share is at
# least as high as it was. This is a *permutation test*. Its *p-value* is that count, and one for the labels as they are, of 2,001.
#
# Two controls have to be found out: copies of training images with a little noise, and the data that PANIC's $G$ learns from, which are copies, too, but lighter, darker or mirrored. **Predict:** the shares for both, and for $G$.


# %% tags=["setup"]
def nearest_real(made):  # the number of the nearest real image, in pixels and by the twelve numbers
    by_number = np.linalg.norm(features(made)[:, None] - real_features[None], axis=2)
    return nearest_images(made, images).indices[:, 0], by_number.argmin(axis=1)


is_training = ~np.isin(np.arange(len(images)), held)
draws = np.random.default_rng(SEED)
permuted = np.stack([draws.permutation(is_training) for _ in range(2_000)])


def memory(made):  # by both rulers: share nearest to a training image, and its p-value
    if not has_held:
        return (math.nan,) * 4
    found = []
    for nearest in nearest_real(made):
        share = is_training[nearest].mean()
        as_high = np.sum(permuted[:, nearest].mean(axis=1) >= share)
        found += [float(share), float((1 + as_high) / (1 + len(permuted)))]
    return tuple(found)


# %% tags=["nbval-ignore-output"]
noise = rng.normal(0, 3, train_images.shape)
copies = np.clip(np.rint(train_images + noise), 0, 255).astype("uint8")
change = augmentation.build_data_augmentation(seed=SEED)
panic_data = np.concatenate(
    [np.asarray(change(sg.ranges.to_unit(train_images), training=True)) for _ in range(7)]
)
controls = {
    "noisy copies": copies,
    "PANIC's data": sg.ranges.unit_to_uint8(np.clip(panic_data, 0, 1)),
}
everything = made | controls
memory_shares = {name: memory(each) for name, each in everything.items()}
columns = ["samples", "training, l1", "p, l1", "training, numbers", "p, numbers"]
memory_table = sg.export.table(
    columns,
    [[name, *shares] for name, shares in memory_shares.items()],
    formats=dict.fromkeys(columns[1::2], ".0%") | dict.fromkeys(columns[2::2], ".4f"),
    caption="Share of samples whose nearest real image is a training image, in l1 and by twelve "
    "measurements, each with its p-value by 2,000 permutations.",
)
expected = len(train_images) / len(images)
print(f"expected of a generator that knows cells, but none by heart: {expected:.0%}")
memory_table

# %% [markdown]
# **Read.** The noisy copies are found out by both rulers: no permutation reaches their share, or hardly one. PANIC's data are copies, too; in pixels they are found less often, because lighter by up to 25 levels can be further than from one
# cell to the next, and the twelve numbers see through it. So use more than one ruler. And never report such a share without its p: shares as high as those of PANIC's data can mean nothing where most samples have the same few
# neighbours. Compare the p of the trained settings; what they come to is said below.

# %% tags=["check"]
# @title Statements
noisy, augmented = memory_shares["noisy copies"], memory_shares["PANIC's data"]
sg.claims.holds("the noisy copies are found out by both rulers", max(noisy[1::2]) < 0.005)
sg.claims.holds("PANIC's data is found less often in pixels", augmented[0] < noisy[0] - 0.1)
sg.claims.holds("the twelve numbers see through it", augmented[3] < 0.025)


# %% tags=["nbval-ignore-output"]
def pixel_distances(made, real):  # how near is near? levels a pixel
    return nearest_images(made, real).distances[:, 0] / made[0].size


near = {name: pixel_distances(each, train_images) for name, each in everything.items()}
if has_held:
    near["held-out"] = pixel_distances(held_images, train_images)
limit = near["held-out"].min() if has_held else math.nan
nearer = {name: float(np.mean(each < limit)) for name, each in near.items()}
near_figure, axis = plt.subplots(figsize=(5.6, 2.6), layout="constrained")
axis.boxplot(
    list(near.values()),
    orientation="horizontal",
    tick_labels=list(near),
    whis=(0, 100),
    medianprops={"color": "black"},
)
axis.set_xlabel("l1 to the nearest training image, levels a pixel", fontsize=8.5)
axis.invert_yaxis()  # in the order of the tables
axis.tick_params(labelsize=8.5)
sg.plotting.show(
    near_figure,
    "Box plots of the distance to the nearest training image, one for each setting, for the two "
    "controls and for the held-out images. Whiskers reach from the least to the most.",
)
best = made["ours + DiffAugment"]
first = best[np.argsort(pixel_distances(best, train_images))[:8]]  # the worst cases
heart_figure = image_rows(
    {
        "nearest samples": first,
        "training image": train_images[nearest_images(first, train_images).indices[:, 0]],
    }
)
sg.plotting.show(
    heart_figure,
    "Two rows of eight images: the samples of ours with DiffAugment that are nearest to a training "
    "image, and below each that training image.",
)
for name in everything:
    least = min(memory_shares[name][1::2])
    sign = "leans towards its training images" if least < 0.025 else "no sign of copies"
    sign = "copies" if nearer[name] > 0.5 else sign if has_held else "nothing was held out"
    print(f"{name}: {sign}; {nearer[name]:.0%} nearer than any held-out image; least p {least:.4f}")

# %% [markdown]
# **Read.** The picture has the worst cases, the samples that are nearest to a training image. The bounds of the lines below it are ours: *copies*, if more than half of the samples are nearer than any held-out image; *leans*, if p is below
# 0.025 by one of the two rulers. With three settings and two rulers that happens by chance alone in up to 15 % of such runs. Both controls come out as they should: the noisy copies as copies, PANIC's data, few of which are so near, by their p.
#
# Mind what each ruler misses:
#
# - A $G$ that draws one single image is nearest to one real image, which two of three permutations call a training image: p says nothing, and only variety, distances and picture tell.
# - In $\ell_1$ a blurred image is near to everything, and a mirrored or shifted copy is far.
# - By the twelve numbers a mirrored copy is near, but so are two different cells of one size and brightness.
#
# "No sign" is not "no", and of blotches like these it could hardly come out otherwise.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the noisy copies come out as copies", nearer["noisy copies"] > 0.9)
sg.claims.holds("few of PANIC's data are so near", nearer["PANIC's data"] < 0.25)
sg.claims.holds("but their p is small", min(memory_shares["PANIC's data"][1::2]) < 0.025)

# %% [markdown]
# ## Four settings, five seeds
#
# First the run of this page, one short training of each. All three discriminators have seen equally many images. The interval is a *bootstrap*'s: samples and held-out images are drawn again from themselves, with replacement, a hundred times; 95 % of the distances are between its ends. It is about *this* generator. That of another seed may
# lie far outside.

# %% tags=["nbval-ignore-output", "timing"]
samples_figure = image_rows({"real": real_row} | {name: each[:8] for name, each in made.items()})
sg.plotting.show(
    samples_figure,
    "Four rows of eight images: real cells, then grey blotches of our pair, of our pair with "
    "DiffAugment, and grainier ones of the Wasserstein pair.",
)
kernel_distances = {name: distance(each) for name, each in everything.items()}
varieties = {name: variety(each) for name, each in everything.items()}
columns = ["samples", "kernel distance", "from", "to", "variety"]
this_run = sg.export.table(
    columns,
    [[name, *kernel_distances[name], varieties[name]] for name in everything],
    formats=dict.fromkeys(columns[1:4], ".2f") | {"variety": ".0%"},
    caption=f"One short training of each setting, seed {SEED}: kernel distance from {len(held)} held-out images with "
    f"its bootstrap interval (floor {floor:.2f}), and variety, relative to real images.",
)
seen = {"ours": STEPS * 16, "WGAN-GP": WASSERSTEIN_STEPS * wasserstein.d_steps * recipe.batch_size}
print(f"floor {floor:.2f}; images that D has seen: {seen['ours']:,}, WGAN-GP {seen['WGAN-GP']:,}")
this_run

# %% tags=["nbval-ignore-output"]
means = {name: features(each).mean(axis=0) for name, each in made.items()}
worst = {name: values[0] for name, values in kernel_distances.items()}
roughness = min(mean[names.index("outline")] for mean in means.values())
flaws_figure, axis = plt.subplots(figsize=(5.6, 5.2), layout="constrained")
marks = zip(means.items(), ("o", "s", "^"), sg.plotting.COLOURS, strict=False)
for (name, mean), marker, colour in marks:
    axis.plot(mean, range(len(names)), marker, color=colour, label=name, markersize=5)
axis.axvline(0, color="black", linewidth=0.5)
axis.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=8.5)
axis.set_xlabel("mean, in standard deviations\nof the real images", fontsize=8.5)
axis.tick_params(labelsize=8.5)
axis.set(xlim=(-3.2, 3.2))
axis.invert_yaxis()
axis.grid(alpha=0.25)
flaws_figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8.5)
sg.plotting.show(
    flaws_figure,
    "For each of the twelve numbers the mean of the samples of three settings, from -3 to 3 standard "
    "deviations; real images are at 0. The outline is near 3 for all.",
)

# %% [markdown]
# **Read.** All three are far above the floor. What is wrong? The outlines are too rough in all settings, by nearly as much as can be counted, and the finest detail is too strong: grain. The other flaws differ from setting to setting. The
# measure is strict: noise of three levels puts copies of real cells above the floor. PANIC's data, the very best that its $G$ can come to, is a little above it, too: brightness was changed by more than cells differ in it. But that is near the limit of what fourteen cells can tell: see its interval beside the floor. No loss
# shows any of this.

# %% tags=["check"]
# @title Statements
sg.claims.holds("all three are far above the floor", min(worst[name] for name in made) > 8 * floor)
sg.claims.holds("too rough, by nearly as much as can be counted", 2.3 < roughness <= 3)
sg.claims.holds(
    "the finest detail is too strong", min(m[names.index("detail")] for m in means.values()) > 0.2
)
sg.claims.holds("the noisy copies are above the floor", worst["noisy copies"] > floor)
sg.claims.holds("PANIC's data is a little above it", 1 < worst["PANIC's data"] / floor < 3.5)
sg.claims.holds("WGAN-GP is far behind here", worst["WGAN-GP"] > 2 * worst["ours"])

# %% [markdown]
# One short run is an anecdote. Whether ours is nearer with DiffAugment or without changes from seed to seed, and WGAN-GP, far behind here, will be among the best after more steps. So `python tools/panic_seeds.py` trained each setting with five seeds, each with a split of its own, at 28 x 28 (with `--folder`, on images of your own). In every training $D$ saw 50,000 real images, as in PANIC's
# 1,000 iterations with batches of 50. Equal images are not equal steps: $G$ had at most 1,000 updates in PANIC, 3,125 in ours, 625 with WGAN-GP. Nor equal seconds: PANIC took 224 or more, the others 53 to 153
# ([benchmarks/panic_seeds.md](../benchmarks/panic_seeds.md), with other work on the machine). **Predict:** does DiffAugment help in every seed?

# %% tags=["preview"]
recorded = {
    "PANIC": [12.107, 18.137, 30.463, 19.436, 19.617],
    "ours": [13.665, 5.395, 12.201, 10.651, 5.031],
    "ours + DiffAugment": [4.382, 5.782, 3.761, 3.878, 5.256],
    "WGAN-GP": [4.616, 4.354, 5.391, 5.580, 4.849],
}  # benchmarks/panic_seeds.md
columns = ["setting", "mean", "spread", "least", "most"]
seeds_table = sg.export.table(
    columns,
    [[name, np.mean(v), np.std(v, ddof=1), min(v), max(v)] for name, v in recorded.items()],
    formats=dict.fromkeys(columns[1:], ".2f"),
    caption="Kernel distance of 200 samples from 14 held-out cells at 28 x 28 (twelve measurements; "
    "floor 0.46), after 50,000 real images, five seeds: mean, standard deviation, least and most.",
)
seeds_figure, axis = plt.subplots(figsize=(5.6, 2.4), layout="constrained")
for row, (values, colour) in enumerate(zip(recorded.values(), sg.plotting.COLOURS, strict=False)):
    axis.plot(values, [row] * len(values), "o", color=colour, markersize=5)
    axis.plot(np.mean(values), row, "|", color="black", markersize=16)
axis.axvline(0.46, color="black", linewidth=0.8, linestyle="--")
axis.text(0.49, -0.42, "floor", fontsize=8.5)
axis.set_yticks(range(len(recorded)), list(recorded), fontsize=8.5)
axis.set(xscale="log", xlim=(0.4, 40), ylim=(3.5, -0.7))
ticks = (0.5, 1, 2, 5, 10, 20, 40)
axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8.5)
axis.minorticks_off()
axis.set_xlabel("kernel distance from held-out cells", fontsize=8.5)
axis.grid(axis="x", alpha=0.25)
sg.plotting.show(
    seeds_figure,
    "Five dots for each of four settings on a logarithmic axis of kernel distance: PANIC from 12 to "
    "30, ours from 5 to 14, ours with DiffAugment and WGAN-GP from 4 to 6. The floor is at 0.46.",
)


def paired_t(worse, better):  # of the differences, seed by seed: 4 degrees of freedom
    differences = np.subtract(recorded[worse], recorded[better])
    return float(differences.mean() / (differences.std(ddof=1) / np.sqrt(len(differences))))


better = "ours + DiffAugment"
for worse in ("PANIC", "ours"):
    won = np.sum(np.subtract(recorded[worse], recorded[better]) > 0)
    print(
        f"{better} against {worse}: nearer in {won} of 5 seeds, t = {paired_t(worse, better):.1f}"
    )
seeds_table

# %% [markdown]
# **Read.** At equal images our pair with DiffAugment is nearer than PANIC's in every seed. With the usual bound of 2.8 for $t$ (5 %, two-sided, four degrees of freedom) that is more than chance. Against our pair without, it is not: DiffAugment is far nearer in three
# seeds and a little farther in two. It *seems* to help, and most of all it makes the outcome reliable: the spread falls from 4.0 to 0.9. (The ratio of the variances is 20; chance gives more than 9.6 one time in twenty, either way round.) WGAN-GP does as well without any $T$. And all of them, the best included, are at eight
# floors or more: none of these generators would be taken for the microscope.
#
# What the table does not say: five splits of 42 cells are not five sets of cells. And only ours with and without DiffAugment differ in one thing. The others differ in networks, losses and rates: there it compares recipes, and no single cause.

# %% tags=["check"]
# @title Statements
plain, best_seeds, critic_seeds = (np.array(recorded[n]) for n in ("ours", better, "WGAN-GP"))
sg.claims.holds(
    "nearer than PANIC's in every seed", (np.array(recorded["PANIC"]) > best_seeds).all()
)
sg.claims.holds("more than chance", paired_t("PANIC", better) > 2.8)
sg.claims.holds("against our pair without, it is not", paired_t("ours", better) < 2.8)
sg.claims.holds("nearer in three seeds", np.sum(plain > best_seeds) == 3)
sg.claims.holds("a little farther in two", np.sort(plain - best_seeds)[:2].min() > -1)
sg.claims.holds("4.0 to 0.9", abs(plain.std(ddof=1) - 4) < 0.1 and best_seeds.std(ddof=1) < 0.95)
sg.claims.holds("variances 20 to 1", abs(plain.var() / best_seeds.var() - 20) < 0.5)
sg.claims.holds("WGAN-GP does as well", abs(critic_seeds.mean() - best_seeds.mean()) < 0.5)
sg.claims.holds("eight floors or more", min(min(v) for v in recorded.values()) > 8 * 0.461)

# %% [markdown]
# ## Claims
#
# What was claimed, by whom, and what was measured here on the embedded cells.

# %% tags=["claims"]
claims = sg.claims.Claims()
zhao, ours = "Zhao et al. 2020, section 3", "ours"
if not IMAGE_FOLDER:
    claims.above(
        0.7,
        off_centre["data changed"] / by_data,
        "changes of the data alone leak: centre off, samples after training on moved data / moved data",
        zhao,
    )
    claims.below(
        0.65,
        off_centre["changed before D"] / by_t,
        "DiffAugment does not leak: centre off, samples / real images moved as it moves them",
        zhao,
    )
    claims.above(
        1,
        worst["PANIC's data"] / floor,
        "finding: PANIC's own data is above the floor: its kernel distance / floor",
        ours,
    )
    claims.below(
        0.005,
        max(memory_shares["noisy copies"][1::2]),
        "copies with a little noise are found: larger p of two rulers",
        ours,
    )
    claims.above(
        2.3,
        float(roughness),
        "generated outlines are too rough: least of three settings, standard deviations, cut off at 3",
        ours,
    )
    claims.above(
        0.3,
        float(np.mean(alone < 3.76)),
        "finding: one cell again and again can beat all: share of the training cells below the best training, 3.76",
        ours,
    )
    claims.below(
        0.7,
        float(estimate[0] / estimate.max()),
        "finding: a critic's first estimate of the distance is low: first / largest",
        ours,
    )
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
claims_table = sg.export.table(
    ["claim", "source", "wanted", "measured", "verdict"],
    claims.rows(),
    caption="Few images: claims of the papers, and ours, on the embedded cells.",
)
claims_table

# %% [markdown]
# ## Into your paper
#
# The main finding first: the table of five seeds (of the cells; for other images run `tools/panic_seeds.py`). With a kernel distance give both counts, the features, the interval and the floor: without the floor nobody can read it. Say how many images were held out, and that what was generated is no
# new observation: 200 generated cells are not 200 cells.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "10_few_images",
    seed=SEED,
    image_folder=IMAGE_FOLDER or "the embedded cells",
    image_size=IMAGE_SIZE,
    channels=CHANNELS,
    steps=STEPS,
    wasserstein_steps=WASSERSTEIN_STEPS,
)
tables = {"five_seeds": seeds_table, "this_run": this_run, "learned_by_heart": memory_table}
tables |= {"known_sets": known_table, "twelve_numbers": numbers_table, "leak": leak_table}
tables["few_images_claims"] = claims_table
for name, each in tables.items():
    print(sg.export.save_table(each, name, run))
print(seeds_table.latex)
held_text = f"{len(train)} training images, {len(held)} held out, seed {SEED}"
captions = {
    "five_seeds": "Kernel distance from held-out cells after 50,000 real images, five seeds a setting; bars are means, "
    "the dashed line is the floor of real against real.",
    "samples": f"Real images and samples, not chosen, of three settings after short trainings; {held_text}.",
    "flaws": "Mean of each measurement over 200 samples, in standard deviations of the real images, cut off at 3.",
    "nearest_samples": "The samples that are nearest in l1 to a training image, and that image.",
    "distance_to_training": "Distance of samples to the nearest training image; whiskers from least to most.",
    "leak": f"Samples after training without changes, with DiffAugment, and on moved data; {held_text}.",
    "changes": "What the discriminator sees: training images, and each change of DiffAugment.",
    "critic": "The critic's estimate of the distance from the training images (minus its loss, without the penalty), and the "
    "kernel distance of 100 samples from the held-out images, by step.",
    "known_sets": "Sets of known order, on which the kernel distance was tried.",
    "numbers": "Real images in the order of one measurement, from least to most.",
}
figures = [seeds_figure, samples_figure, flaws_figure, heart_figure, near_figure, leak_figure]
figures += [changes_figure, critic_figure, known_figure, numbers_figure]
for figure, (name, caption) in zip(figures, captions.items(), strict=True):
    print(sg.export.save_figure(figure, name, run, caption=caption))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Use only one change: `augmentation.with_augmentation(discriminator, changes=("translate",), value_range=(-1, 1))`. Which of the four do these cells need?
# 2. *Cheat the measure.* Make 200 images that come below the floor and that no biologist could use.
# 3. *A leak in T.* Let $D$ see 42 fours, once all of them turned upside down, once every second one at random, real and fake alike. What does $G$ draw in either case, and why?
# 4. *How many would be enough?* Take the digits of page 06, draw two samples of $n$ each, for $n$ from 10 to 1,000, and plot the spread of their kernel distance. How does it fall with $n$?
#
# The [solutions](solutions/10_few_images.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**


# %% tags=["solution", "nbval-ignore-output", "timing"]
def train_with(changes):
    keras.utils.set_random_seed(SEED)
    shape = (side, side, CHANNELS)
    d = dcgan.build_discriminator(shape)
    d = augmentation.with_augmentation(d, changes, value_range=(-1, 1)) if changes else d
    gan = GAN(dcgan.build_generator(shape), d, ema=0.995, seed=SEED)
    adams = [keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    gan.compile(d_optimizer=adams[0], g_optimizer=adams[1])
    gan.fit(training_data, steps=STEPS, batch_size=16, callbacks=[sg.training.LinearDecay(420)])
    return samples(gan)


rows = {"translate": train_with(("translate",)), "cut_out": train_with(("cut_out",))}
for name, each in rows.items():
    print(f"{name} alone: kernel distance {distance(each)[0]:.1f}, variety {variety(each):.0%}")
figure = sg.plotting.image_rows({name: each[:8] for name, each in rows.items()})
sg.plotting.show(
    figure, "Two rows of eight generated images: with translation alone, with cut-out alone."
)

# %% [markdown] tags=["solution"]
# One seed says little: repeat it with several before you believe an order.
#
# **Exercise 2.** For example real images with a watermark, or a little blurred:

# %% tags=["solution", "nbval-ignore-output"]
marked = np.resize(train_images, (200, *train_images.shape[1:])).copy()
marked[:, 12:14, 12:14] = np.minimum(marked[:, 12:14, 12:14], 235) + 20  # a spot in every image
print(f"a spot in every image: {distance(marked)[0]:.2f}, floor {floor:.2f}")

# %% [markdown] tags=["solution"]
# Twelve numbers cannot see what none of them counts.
#
# **Exercise 3.**


# %% tags=["solution", "nbval-ignore-output", "timing"]
def seen_through(change, discriminator):
    pictures = keras.Input(discriminator.input_shape[1:])
    return keras.Model(pictures, discriminator(change(pictures)))


(digits, labels), _ = sg.datasets.load_mnist()
fours = sg.ranges.to_symmetric(digits[labels == 4][:42])[..., None]
turns = {
    "all turned": lambda pictures: ops.flip(pictures, axis=1),
    "every second": layers.RandomFlip("vertical", seed=SEED),
}
rows = {}
for name, turn in turns.items():
    keras.utils.set_random_seed(SEED)
    player = seen_through(turn, dcgan.build_discriminator())
    gan = GAN(dcgan.build_generator(), player, seed=SEED)
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
# **Exercise 4.** The twelve numbers suit any images of single things.

# %% tags=["solution", "nbval-ignore-output"]
(digits, _), _ = sg.datasets.load_mnist()
measured = measurements.measure(digits[:4_000][..., None])
(measured,) = measurements.standardise(measured)
rng, sizes, spreads = np.random.default_rng(SEED), (10, 14, 30, 100, 300, 1_000), []
for n in sizes:
    drawn = [rng.permutation(measured)[: 2 * n] for _ in range(40)]
    spreads.append(float(np.std([squared_mmd(each[:n], each[n:]) for each in drawn])))
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
# About as $1/n$: where both samples are from one distribution, ten times as many images can show a tenth of the distance. (Where they differ, the spread falls as $1/\sqrt n$.) So to tell two good generators apart, get more held-out cells: 140 in place of 14 would lower the floor to a tenth.

# %% [markdown]
# ## References
#
# Zhao et al. 2020, *Differentiable augmentation for data-efficient GAN training*. Karras et al. 2020, *Training generative adversarial networks with limited data*. Arjovsky et al. 2017, *Wasserstein generative adversarial networks*. Gulrajani et al. 2017, *Improved training of Wasserstein GANs*.
# Bińkowski et al. 2018, *Demystifying MMD GANs*. Heusel et al. 2017, *GANs trained by a two time-scale update rule converge to a local Nash equilibrium* (FID). Wallat & Kriegel, *Progressive adversarial neuronal network for image creation* (PANIC). Otsu 1979, *A threshold selection method from
# gray-level histograms*. Coelho 2013, *Mahotas*; Coelho et al. 2009, *Nuclear segmentation in microscope cell images* (the cells). BibTeX for all of them: [references.bib](../references.bib).
