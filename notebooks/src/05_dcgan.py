# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 05 · DCGAN
#
# The same game with convolutions: a pixel now knows its neighbours. This page gives the guidelines of Radford et al. (2015) with their reasons, does a transposed
# convolution by hand, and lets the pairs of Temkeng (2020, section 4.2) and Winkler (2018, section 4.7.5) run against a small pair that is made for a laptop. Then it takes walks
# in the space that the digits come from. You need [page 04](04_vanilla_gan.ipynb).

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
from keras import layers

import seminar_gan as sg
from seminar_gan.metrics import class_shares, frechet_distance, specks
from seminar_gan.models import conditional, dcgan
from seminar_gan.models.sizes import check_multiples_of_4, check_sizes, doublings
from seminar_gan.training import FrameFolder, SampleGrid, frame_paths

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
TEMKENG_STEPS = 20  # paper: 5,000
WINKLER_STEPS = 60  # paper: 3,000
STEPS = 480  # ours: the papers have no such pair

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    TEMKENG_STEPS=(2, 10_000_000),
    WINKLER_STEPS=(2, 10_000_000),
    STEPS=(2, 10_000_000),
)

# %% tags=["setup"]
COUNT = 2_000  # images on either side of a distance
(digits, digit_labels), _ = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits)[..., None]

# %% [markdown]
# ## The guidelines
#
# Radford et al. (2015, section 3) tried many convolutional pairs and kept what trained. Five rules came out of it, without proofs. The reasons below are what is known
# today; the last three columns say who keeps the rule on this page.
#
# | guideline | reason | Temkeng | Winkler | ours |
# |---|---|---|---|---|
# | no pooling: convolutions with a stride on the way down, transposed ones on the way up | pooling fixes how an image is made smaller; with a stride the network learns it. And $G$ learns from the gradient that comes back through $D$: max pooling of 2 x 2 lets it through at one pixel in four | yes | yes | yes |
# | dense layers only behind $z$ and before the logit | a dense layer has a weight for each pair of pixels, and has to learn which are neighbours | yes | one more in $G$ and in $D$ | one more in each, smaller |
# | batch normalisation, but not behind $G$'s last layer and $D$'s first | it keeps the numbers where ReLU is alive, and the gradients at one size. Behind the last layer it would fix brightness and contrast of a batch of images; behind $D$'s first it would hide them | none | $G$ only | $G$ only |
# | ReLU in $G$, tanh at its end | tanh has a largest and a smallest value, as pixels have | leaky ReLU; tanh is our choice | yes | yes |
# | leaky ReLU in $D$ | where ReLU is 0, so is its gradient, and $G$ hears nothing | yes | yes, slope 0.01 | yes, slope 0.2 |
#
# And a detail of training: Adam with $\beta_1 = 0.5$. The default of 0.9 averages the gradient over some $1 / (1 - 0.9) = 10$ steps, 0.5 over 2; and after ten steps the other player is another one. (Ours takes 0, no memory at all.)
#
# Winkler applied the rules strictly first, with poor digits (his figure 4.7), and then broke the second one on purpose. They are a place to start from, and no law.

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
print("equal:", off_keras < 1e-6)

# %% [markdown]
# **Read.** $2 \cdot 3 + 4 = 10$ pixels wide, and one row or column goes at each side. Why *transposed*? A convolution is a sum of products, so it is a matrix; the stamping is that matrix, transposed
# (Dumoulin & Visin 2016). It is no inverse: nothing gets back what a convolution has thrown away.

# %% [markdown]
# ### A kernel as a multiple of the stride
#
# How many stamps does a pixel get? Stamp with ones: $x = 1$ and $K = 1$ everywhere. **Predict:** for $k = 3$ and for $k = 4$, with stride 2.

# %% tags=["paper"]
stamps = {k: transposed_convolution(np.ones((6, 6)), np.ones((k, k))) for k in (3, 4, 5)}
board_figure, axes = plt.subplots(1, 3, figsize=(6.3, 2.2), layout="constrained")
for axis, (k, y) in zip(axes, stamps.items(), strict=True):
    axis.imshow(y, cmap="gray", vmin=0, vmax=9, origin="upper")
    axis.set(title=f"kernel {k}, stride 2", xticks=[], yticks=[])
sg.plotting.show(
    board_figure,
    "Three squares of grey, for kernels of 3, 4 and 5. The first and the last have a "
    "checkerboard; the middle one is even but for its border.",
)

# %%
inside = {k: np.unique(y[2:-2, 2:-2]).astype(int).tolist() for k, y in stamps.items()}
for k, numbers in inside.items():
    print(f"kernel {k}, stride 2: a pixel inside gets {' or '.join(map(str, numbers))} stamps")

# %% [markdown]
# **Read.** With $k = 4$ every pixel inside gets $(k / s)^2 = 4$. With 3 it is 1, 2 or 4, and with 5 it is 4, 6 or 9: a checkerboard before anything is learned, and one that many early GANs show (Odena et al.
# 2016). So take a kernel size that is a multiple of the stride, as all three generators below do. That makes evenness possible, and no more: the four stamps of a pixel and those of its neighbour come from different
# weights, so an untrained $G$ paints checkerboards all the same (see the film's first frame). Along the border fewer stamps overlap for any kernel. Digits are black there, and nobody sees it.

# %% [markdown]
# ## The recommended pair
#
# $z$ has 64 numbers. Two dense layers make 7 x 7 pixels with 32 channels of it, and two transposed convolutions double the grid. (The loops below run once. Images above 64 pixels get more layers of that kind.) **Predict:** where are most of the parameters?


# %% tags=["shows:models.dcgan.build_generator"]
def build_generator(image_shape=(28, 28, 1), latent_dim=64, dense_size=256, filters=32):
    check_sizes(
        image_shape=image_shape, latent_dim=latent_dim, dense_size=dense_size, filters=filters
    )
    height, width, channels = check_multiples_of_4(image_shape)
    ups = doublings(image_shape)  # 2
    grid = (height // 2**ups, width // 2**ups, filters)
    z = keras.Input((latent_dim,), name="z")  # 64
    x = layers.Dense(dense_size, use_bias=False, name="dense_1")(z)  # 256
    x = layers.BatchNormalization(momentum=0.9, name="norm_1")(x)
    x = layers.ReLU(name="relu_1")(x)
    x = layers.Dense(math.prod(grid), use_bias=False, name="dense_2")(x)  # 1568
    x = layers.BatchNormalization(momentum=0.9, name="norm_2")(x)
    x = layers.ReLU(name="relu_2")(x)
    x = layers.Reshape(grid, name="grid")(x)  # 7 x 7 x 32
    for n in range(1, ups):  # once up to 64 pixels, with fewer filters each further time
        filters_n = max(1, 2 * filters // 2**n)
        x = layers.Conv2DTranspose(filters_n, 4, 2, padding="same", use_bias=False, name=f"up_{n}")(
            x
        )  # 14 x 14 x 32
        x = layers.BatchNormalization(momentum=0.9, name=f"norm_{n + 2}")(x)
        x = layers.ReLU(name=f"relu_{n + 2}")(x)
    up = layers.Conv2DTranspose(
        channels, 4, 2, padding="same", activation="tanh", dtype="float32", name="images"
    )
    return keras.Model(z, up(x), name="dcgan_generator")  # 28 x 28 x 1


# %% tags=["shows:models.dcgan.build_discriminator"]
def build_discriminator(image_shape=(28, 28, 1), filters=16, dense_size=128):
    check_sizes(image_shape=image_shape, filters=filters, dense_size=dense_size)
    check_multiples_of_4(image_shape)
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(filters, 4, 2, padding="same", name="down_1")(images)  # 14 x 14 x 16
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    x = layers.Conv2D(3 * filters, 4, 2, padding="same", name="down_2")(x)  # 7 x 7 x 48
    x = layers.LeakyReLU(0.2, name="leaky_2")(x)
    for n in range(3, doublings(image_shape) + 2):  # once up to 64 pixels
        x = layers.Conv2D(6 * filters, 3, 2, padding="same", name=f"down_{n}")(x)  # 4 x 4 x 96
        x = layers.LeakyReLU(0.2, name=f"leaky_{n}")(x)
    x = layers.Flatten(name="flat")(x)  # 1536
    x = layers.Dense(dense_size, name="dense")(x)  # 128
    x = layers.LeakyReLU(0.2, name=f"leaky_{n + 1}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="dcgan_discriminator")


# %%
sg.export.model_table(build_generator())

# %% [markdown]
# **Read.** Nine tenths of $G$ are in its second dense layer. The transposed convolutions, which do the drawing, need few weights, since each kernel is used at every place. `use_bias=False`
# stands before each batch normalisation because that subtracts the mean, and any bias with it. $D$ has none: real and generated images go through it in
# separate batches, and normalising each by itself would hide how their means differ. (Winkler's last $D$ does without, too.)

# %% [markdown]
# ### Four more ideas
#
# What our recipe has beside the pair:
#
# 1. **An averaged generator.** The two players circle around each other. A copy $\bar\theta \leftarrow \alpha\, \bar\theta + (1 - \alpha)\, \theta_g$ follows $G$ slowly, and makes the samples (Yazici et al. 2019).
# 2. **Large steps that end small.** A high learning rate, which later falls along a line to 0.
# 3. **Few images a step.** A game needs many moves more than it needs exact ones.
# 4. **Clusters.** Before the first step k-means sorts the images into groups that look alike. No label is seen. Both networks are then told a group $c$: $z$ gets it appended, and $D$'s logit a part for each group
#    (page [06](06_conditional_gan.ipynb) shows how). A sample is $G(z, c)$, where $c$ is drawn as often as it occurs (Sage et al. 2018, Liu et al. 2020).

# %%
pairs = {"Temkeng": "temkeng-dcgan", "Winkler": "winkler-dcgan", "ours": "dcgan"}
recipes = [sg.recipes.RECIPES[pair] for pair in pairs.values()]
settings = "learning_rate", "beta_1", "beta_2", "batch_size", "ema", "full_steps"
rows = [[name, *(getattr(recipe, name) for recipe in recipes)] for name in settings]
rows.append(["clusters", *(recipe.sizes.get("num_classes") for recipe in recipes)])
sg.export.table(["setting", *pairs], rows)

# %% [markdown]
# **Read.** `ema` is the $\alpha$ of the exponential moving average, `clusters` the number of clusters (`sizes["num_classes"]` in the recipe: they take the place of classes), `full_steps` the number of steps before the rate falls; a training shorter than 700 makes 60 % of its steps before. Temkeng names neither optimizer nor batch size, Winkler no batch size: there we take those of Radford et al.
#
# Why should clusters help? *$D$ compares like with like.* To tell real from fake among slanted ones it cannot say "too many ones"; it must look at the stroke, and that is what $G$ then hears about. *Every group gets
# its share*, drawn well or not. And $z$ has less to explain: how an image differs from its group, not which of ten digits it is. The price: k-means takes time (it counts on the clock below), the number of groups must be chosen,
# and $G$ is no longer *one* continuous function of $z$. K-means compares pixels at equal places, which makes sense for digits that are all centred. On photographs it would sort by the background;
# Liu et al. cluster $D$'s features there, again and again.

# %% tags=["nbval-ignore-output", "timing"]
some, some_labels = digits[:10_000], digit_labels[:10_000]  # the labels are for us
clusters = sg.recipes.RECIPES["dcgan"].sizes["num_classes"]
groups = sg.training.find_clusters(images[:10_000], clusters, seed=SEED)
means = np.stack([some[groups == group].mean(axis=0) for group in range(clusters)])
cluster_figure = sg.plotting.image_grid(means.astype("uint8"))
sg.plotting.show(
    cluster_figure,
    "The mean images of the groups, in rows of ten: blurred digits in different slants and "
    "thicknesses.",
)
table = np.zeros((clusters, 10), int)
np.add.at(table, (groups, some_labels), 1)
purity = float(table.max(axis=1).sum() / table.sum())
print(f"{purity:.0%} of the images are the digit that is most frequent in their group")

# %% [markdown]
# **Read.** The means of the groups. Most are one digit in one slant and weight; some mix digits that share their pixels, such as 4 and 9. A group is not a class, and need not be one.

# %% [markdown]
# ## By time and by quality
#
# Three pairs, and the measure of page 04: the Fréchet distance of generated digits from real ones, on the features that come with the package. The clock is `gan.record.seconds`, the time spent in steps. It stands while we measure.

# %% tags=["setup", "nbval-ignore-output"]
network = sg.metrics.load_digit_features()
reference = network.features(digits[:COUNT])
floor = frechet_distance(reference, network.features(digits[COUNT : 2 * COUNT]))
print(f"real against real digits: {floor:.2f}  ({COUNT:,} against {COUNT:,})")


# %% tags=["setup"]
def distance(fakes):
    return frechet_distance(reference, network.features(sg.ranges.symmetric_to_uint8(fakes)))


def train_and_measure(recipe, steps, marks, *callbacks):
    gan = recipe.build((28, 28, 1), seed=SEED)
    curve = {"step": [], "seconds": [], "distance": []}

    def measure(epoch, logs):
        values = logs["step"], logs["seconds"], distance(gan.generate(COUNT))
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


# %% [markdown]
# ### Temkeng's pair
#
# $z$ of 100 numbers, a dense layer to 7 x 7 x 128, two transposed convolutions with 128 channels each, and a convolution with a 7 x 7 kernel at the end. $D$ is small and has dropout. The paper does not say which number
# stands for black. Here $D$ sees 0, as in tutorials with the same parameter counts; with -1 training fails (exercise 3).

# %% tags=["nbval-ignore-output", "timing"]
temkeng, temkeng_curve = train_and_measure(sg.recipes.RECIPES["temkeng-dcgan"], TEMKENG_STEPS, 1)

# %%
counts = temkeng.generator.count_params(), temkeng.discriminator.count_params()
print(f"generator {counts[0]:,} parameters, discriminator {counts[1]:,}")
temkeng_figure = sg.plotting.image_grid(sg.ranges.symmetric_to_uint8(temkeng.generate(10)))
sg.plotting.show(
    temkeng_figure,
    "Ten images in a row from Temkeng's pair at the end of its training on this page: black after "
    "few steps, digits after thousands.",
)

# %% [markdown]
# **Read.** Seconds of training, and the images are still black. $G$ has two and a half times the parameters of ours, but they are not the reason. A convolution uses each weight at every place of its grid. The layer `up_2` alone multiplies
# $14 \cdot 14 \cdot 4 \cdot 4 \cdot 128 \cdot 128 = 51{,}380{,}224$ times for one image; our last one, $14 \cdot 14 \cdot 4 \cdot 4 \cdot 32 \cdot 1 = 100{,}352$ times, 512 times less. Temkeng says (section 4.2) that a DCGAN needs too much time for training. *This* one does. So that you can see what it comes to, the package has its $G$ after the paper's numbers of steps,
# trained by `python tools/train_weights.py` ([data/README.md](../data/README.md)).


# %% tags=["setup"]
def shipped(training, count):
    generator = sg.weights.load_temkeng_generator(training)
    z = np.random.default_rng(SEED).normal(size=(count, 100)).astype("float32")
    return sg.ranges.symmetric_to_uint8(generator.predict(z, batch_size=200, verbose=0))


# %% tags=["nbval-ignore-output"]
later = {step: shipped(f"mnist-{step}", COUNT) for step in (500, 5_000)}
later_distance = {
    step: frechet_distance(reference, network.features(made)) for step, made in later.items()
}
later_figure = sg.plotting.image_rows({f"{step:,} steps": later[step][:12] for step in later})
sg.plotting.show(
    later_figure,
    "Two rows of twelve images from the shipped generator: stripes in the shape of digits after "
    "500 steps, mostly digits after 5,000.",
)
for step, value in later_distance.items():
    print(f"{step:5,} steps: Fréchet distance {value:.1f}")


# %% tags=["nbval-ignore-output"]
(faces, _), _ = sg.datasets.load_smiles(binarised=True)
made_faces = {step: shipped(f"smile-{step}", 400) for step in (1_000, 20_000)}
face_rows = {f"{step:,} steps": made[:12] for step, made in made_faces.items()}
face_figure = sg.plotting.image_rows({"real": faces[:12, ..., None]} | face_rows)
sg.plotting.show(
    face_figure,
    "Three rows of twelve images: real faces; generated images after 1,000 steps, nearly all black; "
    "and after 20,000 steps, lines that here and there close to an outline.",
)
face_specks = {step: specks(made) / specks(faces) for step, made in made_faces.items()}
for step, value in face_specks.items():
    print(f"{step:6,} steps: {value:.1f} times the specks of real faces")

# %% [markdown]
# **Read.** After 500 steps there are stripes in the shape of digits, after 5,000 most images are digits, as in the paper's figure 13. The faces go the same way more slowly: after 1,000 steps nearly nothing but black, after 20,000
# clean lines, some of which close to outlines, with something inside here and there. Hardly one is a face. 20,000 steps of 16 images are 320,000 images out of 400, so each was seen 800 times: it is not for lack of time that
# $G$ has not got further. 400 drawings, 160 of them different, may simply be too few. And our 400 are not the paper's. Exercise 4 asks whether any of these images is a copy.

# %% [markdown]
# ### Winkler's pair
#
# The last list of his section 4.7.5: batch normalisation in $G$, dense layers of 1,024 in both, ten million parameters in all.

# %% tags=["nbval-ignore-output", "timing"]
winkler, winkler_curve = train_and_measure(sg.recipes.RECIPES["winkler-dcgan"], WINKLER_STEPS, 2)

# %% tags=["nbval-ignore-output"]
z = winkler.sample_noise(COUNT)
by_batch = np.concatenate([winkler.generator(part, training=True) for part in np.split(z, 20)])
two_ways = {"moving means": winkler.generate(10), "batch means": by_batch[:10]}
winkler_figure = sg.plotting.image_rows(
    {name: sg.ranges.symmetric_to_uint8(made) for name, made in two_ways.items()}
)
sg.plotting.show(
    winkler_figure,
    "Two rows of ten images from Winkler's generator, normalised by its moving means above and by "
    "those of each batch below.",
)
by_moving, by_batch = winkler_curve["distance"][-1], distance(by_batch)
print(f"distance with the moving means {by_moving:.1f}, with each batch's own {by_batch:.1f}")

# %% [markdown]
# **Read.** A trap, if you look early. In training, batch normalisation divides by the spread of the batch at hand, but `generate` uses *moving* means and spreads. Keras's default is a momentum of 0.99, and
# after 60 steps $0.99^{60} = 55\,\%$ of what they hold is still their start, 0 and 1. The samples are then worse than $G$ is. Ours has 0.9: after 60 steps, $0.2\,\%$.

# %% [markdown]
# ### Ours, with a camera
#
# `SampleGrid` draws the same 24 $z$ again and again, and `FrameFolder` makes a film of them.

# %% tags=["nbval-ignore-output", "timing"]
folder = Path(tempfile.mkdtemp())
camera = SampleGrid(
    FrameFolder(folder, film_seconds=8),
    to_uint8=sg.ranges.symmetric_to_uint8,
    every=math.ceil(STEPS / 16),
    rows=3,
    columns=8,
)
gan, curve = train_and_measure(sg.recipes.RECIPES["dcgan"], STEPS, 6, camera)

# %% tags=["nbval-ignore-output"]
with PIL.Image.open(folder / "film.gif") as film:
    film.save(folder / "film.png", save_all=True)  # a PNG can move, too, and every page shows it
alt = "A film of 24 generated images in three rows: checkerboards, then smudges, then strokes."
IPython.display.Image(filename=folder / "film.png", width=480, metadata={"alt": alt})

# %% tags=["nbval-ignore-output"]
strip_figure, axes = plt.subplots(2, 2, figsize=(6.3, 2.8), layout="constrained")
frames = frame_paths(folder)
shown = [frames[min(number, len(frames) - 1)] for number in (0, 1, 4, -1)]
for axis, path in zip(axes.flat, shown, strict=True):
    axis.imshow(plt.imread(path), cmap="gray", origin="upper")
    axis.set(title=f"step {int(path.stem[5:]):,}", xticks=[], yticks=[])
sg.plotting.show(
    strip_figure,
    "Four frames of the film in two rows of two, each with 24 images from the same z, from the first "
    "step to the last.",
)

# %% [markdown]
# **Read.** The film begins with grey and checkerboards; then come smudges, and then strokes. The last frames hardly move, because the learning rate falls.
#
# Now all three, and the shipped weights where their steps would end on this machine. **Predict:** after how many seconds do ours pass Temkeng's at 500 steps, and at 5,000?

# %% tags=["nbval-ignore-output", "timing"]
runs = {"Temkeng": (temkeng, temkeng_curve), "Winkler": (winkler, winkler_curve)}
runs["ours"] = gan, curve
step_seconds = {name: c["seconds"][-1] / c["step"][-1] for name, (_, c) in runs.items()}
later_seconds = [step * step_seconds["Temkeng"] for step in later]
series = {name: (c["seconds"], c["distance"]) for name, (_, c) in runs.items()}
series["Winkler, batch means"] = winkler_curve["seconds"][-1:], [by_batch]
series["Temkeng, shipped"] = later_seconds, list(later_distance.values())
series["real digits"] = [curve["seconds"][0], later_seconds[-1]], [floor, floor]
quality_figure = sg.plotting.curves(
    series, xlabel="seconds of training", ylabel="Fréchet distance", log=True, markers=True
)
quality_figure.axes[0].set_xscale("log")
quality_figure.axes[0].get_legend().remove()  # among the curves there is no room for it
quality_figure.set_figheight(3.8)
text = {"frameon": False, "fontsize": sg.plotting.TEXT_POINTS}
quality_figure.legend(loc="outside upper center", ncols=2, **text)
sg.plotting.show(
    quality_figure,
    "Line plot of the Fréchet distance over the seconds of training, both axes logarithmic: lines "
    "and marks for the three pairs, for Winkler's with batch means and Temkeng's shipped one, and a "
    "flat line for real digits.",
)

# %% tags=["nbval-ignore-output", "timing"]
rows = []
for name, (g, c) in runs.items():
    parameters = g.generator.count_params() + g.discriminator.count_params()
    measured = 1_000 * step_seconds[name], c["distance"][-1] / floor
    rows.append([name, parameters, c["step"][-1], c["seconds"][-1], *measured])
for step, seconds in zip(later, later_seconds, strict=True):
    measured = None, later_distance[step] / floor
    rows.append(["Temkeng, shipped", sum(counts), step, seconds, *measured])
columns = ["pair", "parameters", "steps", "seconds", "ms a step", "distance, per real digits'"]
formats = {columns[3]: ",.0f", columns[4]: ".0f", columns[5]: ",.1f"}
quality = sg.export.table(columns, rows, formats=formats)
quality

# %% [markdown]
# **Read.** In the same time ours comes much further. Not because a step teaches more: because there are many more of them, each at a high rate. Three warnings. The recipes differ in everything at once, pair, rate, batch, average and clusters,
# so the plot says which *recipe* to take and not which idea did it (exercise 1 takes one of them away). A CPU drew this clock; on a GPU large layers cost little, and the curves move together. And we chose our
# recipe by this very measure, on training digits; the papers' authors looked at pictures.
#
# Does $G$ draw all ten digits? Ask the classifier, and count the specks.

# %% tags=["nbval-ignore-output"]
fakes = sg.ranges.symmetric_to_uint8(gan.generate(COUNT))
sample_figure = sg.plotting.image_grid(fakes[:40])
sg.plotting.show(sample_figure, "Forty digits in four rows of ten, generated by our pair.")
drawn = network.classes(fakes)
shares = class_shares(drawn, 10)
speck_ratio = specks(fakes) / specks(digits[:COUNT])
print("shares of the digits 0 to 9:", ", ".join(f"{share:.1%}" for share in shares))
print(f"specks: {speck_ratio:.1f} times as many as in real digits")

# %% [markdown]
# **Read.** No digit is missing. The shares are not exactly those of MNIST: the groups get theirs, but which digit a group's image turns into is up to $G$. And the white spots that Winkler blamed on
# dense layers (section 4.7.4) have become few (page 04 counted more than ten times those of real digits), which fits his reason: a transposed convolution paints neighbours together.

# %% [markdown]
# ## A walk
#
# What is between two digits? Take two latent vectors $z_0$ and $z_1$, and let $G$ draw what is on the way, at $t$ from 0 to 1. The straight way has a flaw. $z$ is 64 numbers from a normal distribution, and its length is
# nearly always close to $\sqrt{64} = 8$. **Predict:** how long is the vector halfway between two of them?

# %% tags=["paper"]
ends = np.random.default_rng(0).normal(size=(2, 10_000, 64))
halfway = np.linalg.norm(ends.mean(axis=0), axis=1)
print(f"length of z: {np.linalg.norm(ends[0], axis=1).mean():.1f}, halfway: {halfway.mean():.1f}")


# %% [markdown]
# **Read.** About $8 / \sqrt 2 = 5.7$. $G$ has hardly ever seen so short a vector. Going along the sphere keeps the length (White 2016), with the angle $\Omega$ between $z_0$ and $z_1$:
#
# $$z_t = \frac{\sin((1 - t)\, \Omega)}{\sin \Omega}\, z_0 + \frac{\sin(t\, \Omega)}{\sin \Omega}\, z_1$$


# %% tags=["paper"]
def spherical(start, end, count):
    t = np.linspace(0, 1, count)[:, None]
    angle = np.arccos(np.dot(start, end) / np.linalg.norm(start) / np.linalg.norm(end))
    way = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return way.astype("float32")


# %% [markdown]
# Our $G$ wants a group, too. Look which group draws which digit most often, and stay in one that draws threes. Below the two walks: the same two ends, mixed pixel by pixel. Last, a walk from three to eight.
# For that we must walk in $c$ as well: the group enters $G$ as a vector with a single 1, and nothing forbids two halves.

# %%
drawn_by = np.zeros((clusters, 10), int)
np.add.at(drawn_by, (gan.sample_clusters(COUNT), drawn), 1)
group_of = drawn_by.argmax(axis=0)  # for each digit, the group that draws it most often
z, threes = gan.sample_noise(40, seed=SEED), np.full(40, group_of[3])
is_three = network.classes(sg.ranges.symmetric_to_uint8(gan.generate_from(z, threes))) == 3
(start, end), threes = z[np.argsort(~is_three, kind="stable")[:2]], threes[:10]
t = np.linspace(0, 1, 10, dtype="float32")[:, None]
walks = {
    "straight": gan.generate_from((1 - t) * start + t * end, threes),
    "sphere": gan.generate_from(spherical(start, end, 10), threes),
}
t = t[..., None, None]
walks["pixels"] = (1 - t) * walks["sphere"][0] + t * walks["sphere"][-1]
one_hot = np.eye(clusters, dtype="float32")[group_of[[3, 8]]]
weighted = conditional.with_label_weights(gan.ema_generator)
weights = (1 - t[..., 0, 0]) * one_hot[0] + t[..., 0, 0] * one_hot[1]
walks["3 to 8"] = np.asarray(weighted([spherical(start, end, 10), weights]))
walk_figure = sg.plotting.image_rows(
    {name: sg.ranges.symmetric_to_uint8(walk) for name, walk in walks.items()}
)
sg.plotting.show(
    walk_figure,
    "Four rows of ten images, each from one end of a walk to the other: straight, on the sphere, "
    "mixed pixel by pixel, and from a three to an eight.",
)


# %% tags=["nbval-ignore-output"]
def largest_step(seed):  # of a walk on the sphere, per distance of its two ends
    walk = gan.generate_from(spherical(*gan.sample_noise(2, seed=seed), 10), threes)
    steps = np.linalg.norm(np.diff(walk, axis=0).reshape(9, -1), axis=1)
    return float(steps.max() / np.linalg.norm(walk[-1] - walk[0]))


jump = float(np.median([largest_step(seed) for seed in range(20)]))
print(f"20 walks of 9 steps: the largest step is {jump:.0%} of the way from end to end")

# %% [markdown]
# **Read.** Along both walks the strokes bend, thin out or break step by step; in the mixed row nothing moves, what the first has fades while what the second has comes. No step is a jump. Radford et al. (section 6.1) take that as a sign that $G$ has not just stored images.
# It is a weak one: $G$ is a continuous function of $z$, so with steps that are small enough it must look smooth. Whether the straight way is the worse one, judge by its middle: 5.7 instead of 8 is
# unusual for $G$, but nothing forbids it.
#
# In the last row, half a group is something that $G$ was never asked for. The images in the middle are what it makes of that, and they need not be digits. That is a price of the clusters; but a $G$ without them (exercise 1), which walks
# from three to eight in $z$ alone, passes through doubtful shapes as well.

# %% [markdown]
# ## Arithmetic
#
# Radford et al. (2015, section 6.3.2) calculate with vectors: *smiling woman* − *neutral woman* + *neutral man* gives a smiling man, where each word is the mean of three $z$ whose images show it. Digits do not smile, but
# they can be bold:
#
# $$z' = z_3 + \lambda\, \big(\bar z_\text{bold 0} - \bar z_\text{thin 0}\big)$$
#
# As a judge take the *ink*, the mean brightness. Draw 300 zeros, take the three with most and the three with least of it, and give half of the difference ($\lambda = 1/2$; the paper takes 1) to forty threes. $z'$ is then brought back to the length of $z$, for the reason that the walk had.
# And so that we do not fool ourselves, twenty controls: the same with two times three zeros that were not chosen. **Predict:** does boldness learned from zeros work on threes?


# %%
def ink(made):
    return (made.mean(axis=(1, 2, 3)) + 1) / 2


def add(z, direction):
    moved = z + direction
    lengths = np.linalg.norm(z, axis=1) / np.linalg.norm(moved, axis=1)
    return (moved * lengths[:, None]).astype("float32")


zeros_z = gan.sample_noise(300, seed=SEED + 1)
order = np.argsort(ink(gan.generate_from(zeros_z, np.full(300, group_of[0]))))
bolder = (zeros_z[order[-3:]].mean(axis=0) - zeros_z[order[:3]].mean(axis=0)) / 2
controls = np.subtract(*zeros_z[:120].reshape(2, 20, 3, 64).mean(axis=2)) / 2  # not chosen
threes_z, group = gan.sample_noise(40, seed=SEED + 2), np.full(40, group_of[3])
sums = {"3": threes_z, "3 + bold 0 - thin 0": add(threes_z, bolder)}
sums |= {"3 - bold 0 + thin 0": add(threes_z, -bolder), "3 + a control": add(threes_z, controls[0])}
results = {name: gan.generate_from(z, group) for name, z in sums.items()}
sum_figure = sg.plotting.image_rows(
    {name: sg.ranges.symmetric_to_uint8(made[:10]) for name, made in results.items()}
)
sg.plotting.show(
    sum_figure,
    "Four rows of ten images: threes, the same with boldness added, with it taken away, and with "
    "a control added.",
)

# %% tags=["nbval-ignore-output"]
inks = {name: float(ink(made).mean()) for name, made in results.items()}
by_chance = [ink(gan.generate_from(add(threes_z, c), group)).mean() - inks["3"] for c in controls]
chance = float(np.mean(np.abs(by_chance)))
boldness = (inks["3 + bold 0 - thin 0"] - inks["3 - bold 0 + thin 0"]) / 2
print(f"ink changes by {boldness:.3f}; by the controls, {chance:.3f} on average")
still = {
    name: float(np.mean(network.classes(sg.ranges.symmetric_to_uint8(made)) == 3))
    for name, made in results.items()
}
sg.export.table(
    ["sum", "ink", "threes"],
    [[name, inks[name], still[name]] for name in results],
    formats={"ink": ".3f", "threes": ".0%"},
)

# %% [markdown]
# **Read.** What zeros taught works on threes, in both directions. Mind the last column: not all of the forty are threes to the classifier, before or after, and the direction can change more than the ink (try $\lambda = 1$). And read it soberly. We did not name a concept and get it; we sorted by a number and found a direction in which that number grows. Three images fix a direction in 64 dimensions badly, and much of it is chance:
# the controls change the threes as well, only not to any purpose. The direction is of this $G$ alone; another seed has another. And there is no way back from an image to its $z$, so you cannot make *your* digit bolder. The famous row of faces in the paper was chosen
# by its authors; forty threes and a mean were not.

# %% [markdown]
# ## Claims

# %% tags=["claims"]
claims = sg.claims.Claims()
radford, dumoulin = "Radford et al. 2015", "Dumoulin & Visin 2016"
odena, liu = "Odena et al. 2016", "Liu et al. 2020"
temkeng_2020, winkler_2018 = "Temkeng 2020, 4.2", "Winkler 2018, 4.7.4"
to_500 = curve["distance"][-1] / later_distance[500]
step_cost = step_seconds["Temkeng"] / step_seconds["ours"]
claims.equal(1_164_289, counts[0], "parameters of Temkeng's generator", temkeng_2020)
claims.equal(40_705, counts[1], "parameters of his discriminator", temkeng_2020)
claims.below(1e-6, off_keras, "transposed convolution by hand: off Keras by", dumoulin)
claims.equal(1, len(inside[4]), "kernel 4, stride 2: different numbers of stamps", odena)
claims.above(1, len(inside[3]), "kernel 3, stride 2: different numbers of stamps", odena)
falls_to = later_distance[5_000] / later_distance[500]
claims.below(0.5, falls_to, "digits get better: distance, 5,000 steps per 500", temkeng_2020)
falls_faces_to = face_specks[20_000] / face_specks[1_000]
claims.below(0.5, falls_faces_to, "so do faces: specks, 20,000 steps per 1,000", temkeng_2020)
claims.above(3, step_cost, "takes long: time of a step, Temkeng's per ours", temkeng_2020)
claims.below(0.5, to_500, "finding: ours need not: distance, per Temkeng's at 500", "ours")
claims.above(0.05, float(shares.min()), "ours: share of the rarest digit", "ours")
claims.below(10, speck_ratio, "no white spots: specks, per real digits'", winkler_2018)
claims.above(0.5, purity, "groups without labels: share of their main digits", liu)
claims.below(0.5, jump, "a walk has no jumps: largest of 9 steps, per whole way", radford)
claims.above(2, boldness / chance, "arithmetic: change of ink, per that of controls", radford)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %%
sizes = {"temkeng_steps": TEMKENG_STEPS, "winkler_steps": WINKLER_STEPS, "steps": STEPS}
run = sg.runs.describe("05_dcgan", seed=SEED, **sizes)
print(sg.export.save_figure(quality_figure, "quality_against_time", run))
print(sg.export.save_figure(strip_figure, "training_film", run))
print(sg.export.save_figure(walk_figure, "latent_walk", run))
print(sg.export.save_figure(sum_figure, "latent_arithmetic", run))
sg.export.colab.download("figures")

# %% [markdown]
# `quality.latex` is the table for LaTeX. Name the machine beside the seconds, and the counts and the features beside the distances. For slides the film is a file, too: `folder / "film.gif"`.

# %% tags=["nbval-ignore-output"]
print(quality.latex)

# %% [markdown]
# ## Exercises
#
# 1. *Take the clusters away.* `sg.recipes.RECIPES["dcgan-plain"]` is our recipe without them. Train it for `STEPS`. What happens to the distance, and to the shares of the digits?
# 2. *Rebuild an ablation.* Winkler (section 4.7.5): without batch normalisation in $G$ training is ruined, and leaky ReLU in the place of ReLU repairs it. Try both with our networks and his Adam, with batches of 64.
# 3. *What the paper leaves open.* Take the `Rescaling` out of Temkeng's $D$, so that black is -1 for it, and train both versions for 140 steps with batches of 32. What does $G$ paint? Why is there no way back?
# 4. *Learned or stored?* For the shipped faces, find the nearest training image of each, and compare with how near the 17 test faces come.
#
# The [solutions](solutions/05_dcgan.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
plain, plain_curve = train_and_measure(sg.recipes.RECIPES["dcgan-plain"], STEPS, 3)
plain_fakes = sg.ranges.symmetric_to_uint8(plain.generate(COUNT))
plain_shares = class_shares(network.classes(plain_fakes), 10)
print("shares of the digits 0 to 9:", ", ".join(f"{share:.1%}" for share in plain_shares))
figure = sg.plotting.image_grid(plain_fakes[:20])
sg.plotting.show(figure, "Twenty digits in two rows, generated by the recipe without clusters.")

# %% [markdown] tags=["solution"]
# Compare with the page's table and shares. One run of each is an anecdote: take three seeds before you write it down. The steps are a little cheaper without clusters, so compare at equal time, too.
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
made = shipped("smile-20000", 100)[..., 0]
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
# If generated faces are much nearer to a training face than new real faces are, then $G$ has stored faces. Each training drawing appears two or three times at other sizes and places, so a distance over pixels can miss a copy that was moved: look at the rows, too.

# %% [markdown]
# ## References
#
# Radford, Metz & Chintala 2015, *Unsupervised representation learning with deep convolutional generative adversarial networks*. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 4.2. Winkler 2018, *Image representation
# learning with generative adversarial networks*, sections 4.7.4 and 4.7.5. Dumoulin & Visin 2016, *A guide to convolution arithmetic for deep learning*. Odena, Dumoulin & Olah 2016, *Deconvolution and checkerboard artifacts*. Yazici et al. 2019, *The
# unusual effectiveness of averaging in GAN training*. Sage et al. 2018, *Logo synthesis and manipulation with clustered generative adversarial networks*. Liu et al. 2020, *Diverse image generation via self-conditioned GANs*. White 2016,
# *Sampling generative networks*. Google, *The Quick, Draw! Dataset* (CC BY 4.0).
