# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 06 · Vanilla GAN
#
# The game of [page 05](05_the_game.ipynb) on images, with the dense pairs of Temkeng (2020, section 4.1) and Winkler (2018, section 4.7.3). The picture below is one of its figures: real digits, what the two
# pairs draw, and the training digits that are nearest to the row above them. You will take two numbers for the quality of such images and test the numbers themselves, ask where the white spots come
# from, and use a discriminator as a detector of generated images. It takes about a minute and a half. You need pages [01](01_simple_autoencoder.ipynb) and [05](05_the_game.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import keras
import numpy as np
from keras import layers

import seminar_gan as sg
from seminar_gan.models import autoencoders, mlp
from seminar_gan.training import GAN, noise

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
MNIST_STEPS = 3_000  # of Temkeng's pair; he does not say; for his next GAN 5,000
DENSE_STEPS = 1_000  # of Winkler's pair; thesis: 3,000
CODE_EPOCHS = 3  # of page 01's autoencoder; Temkeng: 100
BATCH_SIZE = 128  # Winkler's, for his first pair; Temkeng does not say
LOSS = "non_saturating"  # of the generator; or "minimax", see page 05

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    MNIST_STEPS=(100, 10_000_000),
    DENSE_STEPS=(100, 10_000_000),
    CODE_EPOCHS=(1, 10_000),
    BATCH_SIZE=(1, 55_000),
    LOSS={"minimax", "non_saturating"},
)

# %% [markdown]
# ## Two dense networks
#
# Temkeng's generator has the layers of page 01's autoencoder, 784 - 32 - 784. His discriminator is 784 - 32 - 16 - 1. $z$ is 784 numbers, uniform, here between -1 and 1. The paper does not name the
# activations, the optimizer or the number of steps; these are ours: ReLU and tanh in $G$, leaky ReLU in $D$ (which multiplies what is below zero by 0.2), Adam with 0.001 and $\beta_1 = 0.5$ for both.
# Images are in $[-1, 1]$, the range of tanh.


# %% tags=["setup", "shows:models.mlp.build_temkeng_generator", "shows:models.mlp.build_temkeng_discriminator"]
def build_temkeng_generator(image_shape=(28, 28, 1), latent_dim=784, hidden_size=32):
    height, width, channels = image_shape
    pixels = height * width * channels
    z = keras.Input((latent_dim,), name="z")  # 784
    x = layers.Dense(hidden_size, activation="relu", name="hidden")(z)  # 32
    x = layers.Dense(pixels, activation="tanh", dtype="float32", name="pixels")(x)  # 784
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model(z, images, name="temkeng_mlp_generator")


def build_temkeng_discriminator(image_shape=(28, 28, 1), hidden_sizes=(32, 16)):
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Flatten(data_format="channels_last", name="flat")(images)  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, name=f"hidden_{number}")(x)  # 32, 16
        x = layers.LeakyReLU(0.2, name=f"leaky_{number}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="temkeng_mlp_discriminator")


# %%
networks = {"G": build_temkeng_generator(), "D": build_temkeng_discriminator()}
networks_figure = sg.plotting.architecture(networks)
sg.plotting.show(networks_figure, sg.plotting.describe(networks))

# %% [markdown]
# They play by the `GAN` of page 05, $k = 1$, with the non-saturating loss.


# %% tags=["setup"]
def make_gan(generator, discriminator, seed=SEED, **options):
    gan = GAN(generator, discriminator, seed=seed, **options)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        loss=sg.losses.LOSSES[LOSS],
    )
    return gan


def temkeng_gan(seed=SEED, **options):
    keras.utils.set_random_seed(seed)
    pair = build_temkeng_generator(), build_temkeng_discriminator()
    return make_gan(*pair, seed=seed, noise=noise.uniform, **options)


def draw(gan, count=2_500, **options):
    return sg.ranges.symmetric_to_uint8(gan.generate(count, **options))


(digits, _), _ = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits[:55_000])[..., None]  # the rest is for measuring
unseen = np.random.default_rng(SEED).permutation(digits[55_000:])[..., None]
real = unseen[2_500:]  # what generated images are compared with by eye, by specks and by detectors

# %% [markdown]
# ## An implicit model
#
# A model that gives the probability of an image, if only as a bound, is *explicit*: the variational autoencoder of [page 04](04_variational_autoencoder.ipynb), or PixelCNN, which multiplies the probabilities of the
# pixels one after the other (van den Oord et al. 2016). A generator is *implicit*: you can draw from it, and nobody can ask it how probable an image is. (Heck & Brandau 2023, section 2.3, call a model implicit that
# approximates the distribution instead of modelling it. Their section 3.1 counts $D$ among the generative models. It is a classifier.) So the score of explicit models, the likelihood of new images, is not to be
# had. Goodfellow et al. (2014, section 5) estimate it from samples and say that the estimate does not perform well in high dimensional spaces; Winkler (2018, section 5.2) calls GANs "impossible to validate by an
# exact metric". What is left are numbers that are taken from samples. Here are two, and each misses something.
#
# The first describes each image by the 64 *features* of a digit classifier, the numbers of its last layer but one, and takes the mean $\mu$ and the covariance $\Sigma$ of the features of real and of generated
# images. The *Fréchet distance* of two Gaussians that have these (Heusel et al. 2017, equation 6) is
#
# $$d^2 = |\mu_r - \mu_f|^2 + \operatorname{tr}\big(\Sigma_r + \Sigma_f - 2 (\Sigma_r \Sigma_f)^{1/2}\big)$$
#
# What is reported as the distance is $d^2$, here and for the well-known FID. The trace of $(\Sigma_r \Sigma_f)^{1/2}$ is the sum of the singular values of $\Sigma_r^{1/2} \Sigma_f^{1/2}$:


# %% tags=["setup", "paper", "shows:metrics.equations.square_root", "shows:metrics.equations.frechet_distance"]
def square_root(matrix):
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(eigenvalues, 0))) @ vectors.T


def frechet_distance(real, fake):
    shift = np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
    a, b = (np.atleast_2d(np.cov(sample, rowvar=False)) for sample in (real, fake))
    cross = np.linalg.svd(square_root(a) @ square_root(b), compute_uv=False).sum()
    return max(0.0, float(shift + np.trace(a) + np.trace(b) - 2 * cross))


# %% [markdown]
# An FID is taken on the features of one network, Inception v3, which was trained on photographs; ours cannot be compared with one. Say how many images it was taken on, since small samples give larger distances.
#
# The second number is for a flaw that Winkler (2018, section 4.7.4) sees in his digits, "small white spots around the numbers": the share of the lit pixels that have at most one lit pixel among the eight around them.


# %% tags=["paper", "shows:metrics.equations.specks"]
def specks(images):
    lit = images.reshape(images.shape[:3]) > 127
    lit = np.pad(lit, ((0, 0), (1, 1), (1, 1))).astype(int)  # a dark border
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    neighbours = sum(np.roll(lit, step, axis=(1, 2)) for step in steps)
    return float(np.mean(neighbours[lit == 1] <= 1))


# %% [markdown]
# ## Measure the measures
#
# The *floor* is the distance of real images from other real ones. 5,000 digits were kept from the classifier and from the generators. **Predict:** which two halves are farthest from each other: two random
# halves of these, two random halves of 5,000 digits that the classifier was trained on, or the first and the second half of the 5,000 in the order of the file?

# %% tags=["setup", "nbval-ignore-output"]
network = sg.metrics.load_digit_features()
reference = network.features(unseen[:2_500])


def distance(images):
    return frechet_distance(reference, network.features(images))


# %% tags=["nbval-ignore-output"]
def random_halves(features, draws=20):
    rng = np.random.default_rng(SEED)
    shuffled = (rng.permutation(features) for _ in range(draws))
    return [frechet_distance(rows[:2_500], rows[2_500:]) for rows in shuffled]


in_order = network.features(digits[55_000:])
floors = {
    "unseen, random halves": random_halves(in_order),
    "known to the classifier, random halves": random_halves(network.features(digits[:5_000])),
    "unseen, halves in the order of the file": [
        frechet_distance(in_order[:2_500], in_order[2_500:])
    ],
}
unseen_floor, known_floor, file_order = floors.values()
floor = float(np.mean(unseen_floor))
floor_table = sg.export.table(
    ["2,500 digits from 2,500 others", "mean distance", "least", "most"],
    [[name, np.mean(found), min(found), max(found)] for name, found in floors.items()],
    formats=dict.fromkeys(["mean distance", "least", "most"], ".2f"),
    caption="Fréchet distance of real digits from real digits, 20 random splits or one.",
)
floor_table

# %% [markdown]
# **Read.** The halves in the order of the file, by far, and farther than any of the random ones. A likely reason: neighbours in the file have the same writer. Shuffle before you split. That the classifier was trained on the images makes no such difference.
# The floor of this page is the first row.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the order of the file, by far", file_order[0] > 2.4 * floor)
sg.claims.holds("farther than any random halves", file_order[0] > 1.3 * max(unseen_floor))
sg.claims.holds(
    "training of the classifier makes no such difference",
    0.85 < np.mean(known_floor) / floor < 1.2,
)

# %% [markdown]
# Now images of known quality. Some are real but few and copied, some are damaged, some are no digits at all. **Predict:** sort the eight rows of the next table by distance, the nearest to real digits first.
# Where do black images come?

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
vanilla = temkeng_gan()  # not trained yet
known_quality = {
    "real": real,
    "100 real digits, 25 times each": np.repeat(digits[:100, ..., None], 25, axis=0),
    "10 real digits, 250 times each": np.repeat(digits[:10, ..., None], 250, axis=0),
    "one real digit, 2,500 times": np.repeat(digits[:1, ..., None], 2_500, axis=0),
    "2% of the pixels lit": np.where(rng.random(real.shape) < 0.02, 255, real).astype("uint8"),
    "pixels shuffled": rng.permuted(real.reshape(2_500, 784), axis=1).reshape(real.shape),
    "untrained generator": draw(vanilla),
    "black": np.zeros_like(real),
}
ruler = {name: distance(pixels) for name, pixels in known_quality.items()}
grain = {name: specks(pixels) for name, pixels in known_quality.items() if pixels.any()}
shown = ["real", "2% of the pixels lit", "pixels shuffled", "untrained generator"]
ruler_figure = sg.plotting.image_rows({name: known_quality[name][:10] for name in shown})
sg.plotting.show(
    ruler_figure,
    "Four rows of ten images: real digits; the same with single bright pixels; their pixels in random order; and "
    "the grey noise of an untrained generator.",
)
ruler_table = sg.export.table(
    ["images", "Fréchet distance", "specks"],
    [[name, far, grain.get(name)] for name, far in ruler.items()],
    formats={"Fréchet distance": ".1f", "specks": ".1%"},
    caption="Two measures of images of known quality, 2,500 of each.",
)
ruler_table

# %% [markdown]
# **Read.** Black images come before the untrained generator's, and even before one real digit repeated, whose only fault is that all are the same (*mode collapse*). Digits with shuffled pixels are no digits, and
# nearer than all three. So distances of fifty and more do not say which images look more like digits. A small one does not say that the digits are new: 100 of them, copied, come near. And it hardly sees grain: lit pixels
# cost about three, less than a tenth of what it costs to have ten digits only.
#
# The specks see that grain, and little else. One digit, copied, has none. Noise of which half is lit has fewer than the digits with lit pixels, and of black images the measure says nothing. Compare by
# it only images that have about as much ink as digits.

# %% tags=["check"]
# @title Statements
sg.claims.holds("black before the untrained", ruler["black"] < 0.6 * ruler["untrained generator"])
sg.claims.holds(
    "and before one digit", ruler["black"] < 0.95 * ruler["one real digit, 2,500 times"]
)
sg.claims.holds(
    "shuffled pixels, fifty and more, nearer than all three",
    50 < ruler["pixels shuffled"] < 0.7 * ruler["black"],
)
sg.claims.holds("100, copied, come near", ruler["100 real digits, 25 times each"] < 5)
sg.claims.holds("lit pixels cost about three", 2.5 < ruler["2% of the pixels lit"] < 3.5)
sg.claims.holds(
    "less than a tenth of ten digits only",
    ruler["2% of the pixels lit"] < 0.1 * ruler["10 real digits, 250 times each"],
)
sg.claims.holds("specks see them", grain["2% of the pixels lit"] > 40 * grain["real"])
sg.claims.holds("one digit, copied, has none", grain["one real digit, 2,500 times"] < 1e-9)
sg.claims.holds(
    "noise has fewer", grain["untrained generator"] < 0.9 * grain["2% of the pixels lit"]
)

# %% [markdown]
# ## Is the loss a measure?
#
# On pages 01 to 03 a lower loss on new images meant progress. **Predict:** will the generator's loss fall as the images get better? Draw both curves.


# %% tags=["setup"]
def train_and_measure(gan, moments):
    curve = {"step": [], "g_loss": [], "distance": [], "specks": []}
    for step in np.unique(np.asarray(moments, int)).tolist():
        history = gan.fit(images, steps=step, batch_size=BATCH_SIZE, report_every=25).history
        made = draw(gan)
        curve["step"].append(step)
        curve["g_loss"].append(float(np.mean(history["g_loss"][-4:])))  # of 100 steps
        curve["distance"].append(distance(made))
        curve["specks"].append(sg.metrics.specks(made))
    stretches = np.diff(history["seconds"]) / np.diff(history["step"])  # of 25 steps each
    curve["ms"] = 1_000 * float(np.median(stretches))
    return curve


# %% tags=["nbval-ignore-output", "timing"]
common = min(DENSE_STEPS, MNIST_STEPS)  # where a larger pair will be measured, too
moments = [*np.linspace(0, MNIST_STEPS, 11)[1:], common]
second = temkeng_gan(seed=SEED + 1)  # the same pair from other starting weights
curves = {
    "first training": train_and_measure(vanilla, moments),
    "second training": train_and_measure(second, moments),
}

# %% tags=["nbval-ignore-output"]
panels = {
    "loss of G": {name: (curve["step"], curve["g_loss"]) for name, curve in curves.items()},
    "distance": {name: (curve["step"], curve["distance"]) for name, curve in curves.items()},
}
panels["distance"]["black images"] = ([0, MNIST_STEPS], [ruler["black"], ruler["black"]])
loss_figure = sg.plotting.stacked_curves(panels, xlabel="step")
sg.plotting.show(
    loss_figure,
    "Two line plots over the steps, one above the other, for two trainings of one pair: the loss of G, and the "
    "Fréchet distance, which falls in both, with a line at that of black images.",
)
later = slice(*np.searchsorted(curves["first training"]["step"], [MNIST_STEPS / 3 + 1, np.inf]))
parts = {
    name: {key: curve[key][later] for key in ("g_loss", "distance")}
    for name, curve in curves.items()
}
distance_left = {name: part["distance"][-1] / part["distance"][0] for name, part in parts.items()}
loss_left = {name: part["g_loss"][-1] / part["g_loss"][0] for name, part in parts.items()}
loss_table = sg.export.table(
    ["training", "loss of G", "at the end", "distance", "at its end"],
    [
        [name, part["g_loss"][0], part["g_loss"][-1], part["distance"][0], part["distance"][-1]]
        for name, part in parts.items()
    ],
    formats={"loss of G": ".2f", "at the end": ".2f", "distance": ".0f", "at its end": ".0f"},
    caption=f"From step {curves['first training']['step'][later][0]:,} to step {MNIST_STEPS:,}.",
)
loss_table

# %% [markdown]
# **Read.** No. In the part of the trainings that the table has, the distance falls to less than half, and the loss says nothing of it: it falls by much less, or rises. Earlier it may fall as well, or jump, while the
# images are still noise. On pages 01 to 03 the loss compares images with images. This one says how $G$ does against *this* $D$ at *this* step, and $D$ is another one at the next. Temkeng's
# conclusion is the same: you cannot tell beforehand when the training is done, without testing the generator yourself (2020, section 5).

# %% tags=["check"]
# @title Statements
sg.claims.holds("the distance falls to less than half", max(distance_left.values()) < 0.5)
sg.claims.holds("the loss by much less, or it rises", min(loss_left.values()) > 0.65)

# %% [markdown]
# ## Where do the white spots come from?
#
# Winkler sees spots and deformed numbers in the digits of his dense pair (ours are in the picture at the top) and says why: "The structure of the networks, which are all fully connected, makes it hard to learn spatial
# structure, and causes the problem mentioned above" (2018, section 4.7.4). For a dense layer neighbouring pixels are indeed no neighbours. For $G$ it can be tested: page 01's decoder is one dense layer from 32 numbers
# to 784 pixels, and the last layer of Temkeng's generator is just that. (Its sigmoid is a tanh: $\tanh a = 2 \sigma(2a) - 1$.) **Predict:** how many specks have its images: as few as real digits, as many as the GAN's, or
# something between? And if its codes belong to no digit?

# %% tags=["nbval-ignore-output", "timing"]
keras.utils.set_random_seed(SEED)
autoencoder = autoencoders.build_simple_autoencoder()
autoencoder.compile("adam", "binary_crossentropy")
flat = sg.ranges.to_unit(digits[:55_000]).reshape(-1, 784)
autoencoder.fit(flat, flat, batch_size=256, epochs=CODE_EPOCHS, verbose=0)
encoder, decoder = autoencoders.split(autoencoder)
codes = np.asarray(encoder(sg.ranges.to_unit(real).reshape(-1, 784)))
shuffled = np.random.default_rng(SEED).permuted(codes, axis=0)  # each entry from another digit


def decode(codes):
    return sg.ranges.unit_to_uint8(np.asarray(decoder(codes))).reshape(-1, 28, 28, 1)


# %% tags=["nbval-ignore-output"]
vanilla_digits = draw(vanilla)
pictures = {
    "real": real,
    "decoded": decode(codes),
    "shuffled": decode(shuffled),
    "GAN": vanilla_digits,
}
spots = {name: specks(pixels) for name, pixels in pictures.items()}
far = {name: distance(pixels) for name, pixels in pictures.items()}
spots_figure = sg.plotting.image_rows({name: pixels[:10] for name, pixels in pictures.items()})
sg.plotting.show(
    spots_figure,
    "Four rows of ten images: real digits; page 01's reconstructions, smooth; what its decoder makes of shuffled "
    "codes, smooth scribbles; and the GAN's digits, torn and full of bright specks.",
)
spots_table = sg.export.table(
    ["images", "specks", "Fréchet distance"],
    [
        ["real digits", spots["real"], far["real"]],
        ["a dense autoencoder's reconstructions", spots["decoded"], far["decoded"]],
        ["its decoder's, from shuffled codes", spots["shuffled"], far["shuffled"]],
        ["a dense GAN's", spots["GAN"], far["GAN"]],
    ],
    formats={"specks": ".2%", "Fréchet distance": ".1f"},
    caption="Share of the lit pixels with at most one lit neighbour, and Fréchet distance, 2,500 images each.",
)
spots_table

# %% [markdown]
# **Read.** Reconstructions have as few as real digits. From codes that belong to no digit the decoder makes about ten times as many, and still less than a quarter of the GAN's. So a dense layer *can* draw smooth strokes,
# also where it has no original: its weights for neighbouring pixels have learned to agree. A dense $G$ is not enough to make the spots. Winkler's sentence is about both networks, and $D$ is dense, too: exercise 5
# changes $D$ alone, [page 07](07_dcgan.ipynb) both, and exercise 1 takes a good part of the spots away without touching a layer.
#
# Temkeng (section 4.1) finds the GAN's images less like the originals than an autoencoder's. So do we; but an autoencoder sees the originals. What its decoder
# scribbles without one is a fairer rival, and it is nearer to digits than this GAN's images, too.

# %% tags=["check"]
# @title Statements
sg.claims.holds("as few as real digits", spots["decoded"] < 1.2 * spots["real"])
sg.claims.holds("about ten times as many", 6 < spots["shuffled"] / spots["real"] < 13)
sg.claims.holds("less than a quarter of the GAN's", spots["shuffled"] < 0.25 * spots["GAN"])
sg.claims.holds("less like the originals", far["GAN"] > 4 * far["decoded"])
sg.claims.holds("scribbles are nearer, too", far["shuffled"] < 0.85 * far["GAN"])

# %% [markdown]
# ## A larger dense pair
#
# Winkler (2018, section 4.7.3) arrives at two dense layers of 256 units in $D$ and of 1,024 in $G$, with Adam as above and a leaky ReLU that multiplies by 0.01. We read: 784 - 256 - 256 - 1 and 100 - 1,024 - 1,024 - 784.
# (His words can also mean one hidden layer each: exercise 3. The 100 normal numbers of $z$ are ours.) How he got there, by way of generators that draw one digit only, is for a later page. His digits were
# "human-recognizable after 3000 iterations"; we train fewer steps here, and the package has 2,000 digits of such a pair after 3,000. **Predict:** 29 times the parameters. Better at the same step? In the same time? Fewer specks?

# %% tags=["nbval-ignore-output", "timing"]
keras.utils.set_random_seed(SEED)
dense = make_gan(mlp.build_winkler_generator(), mlp.build_winkler_discriminator())
large = train_and_measure(dense, [common, DENSE_STEPS])
small = curves["first training"]
dense_digits = draw(dense)
dense_3000 = sg.weights.load_winkler_samples("dense-3000")

# %% tags=["preview", "nbval-ignore-output"]
nearest = sg.metrics.nearest_images(dense_3000[:10], digits[:55_000, ..., None])
dense_figure = sg.plotting.image_rows(
    {
        "real": real[:10],
        f"Temkeng, {MNIST_STEPS:,}": vanilla_digits[:10],
        f"Winkler, {DENSE_STEPS:,}": dense_digits[:10],
        "Winkler, 3,000": dense_3000[:10],
        "nearest real": digits[nearest.indices[:, 0], ..., None],
    }
)
sg.plotting.show(
    dense_figure,
    "Five rows of ten images: real digits; torn digits with bright specks of Temkeng's pair; those of Winkler's "
    "larger pair; those of another run of it, after 3,000 steps; and the training digits nearest to these.",
)

# %% tags=["nbval-ignore-output", "timing"]
sizes = {
    name: gan.generator.count_params() + gan.discriminator.count_params()
    for name, gan in {"Temkeng": vanilla, "Winkler": dense}.items()
}
pairs = {}
for name, curve in {"Temkeng": small, "Winkler": large}.items():
    for step in (common, curve["step"][-1]):
        at = curve["step"].index(step)
        seconds = step * curve["ms"] / 1_000
        pairs[name, step] = seconds, curve["distance"][at], curve["specks"][at]
at_common = {name: pairs[name, common] for name in sizes}
last_small, last_large = pairs["Temkeng", MNIST_STEPS], pairs["Winkler", DENSE_STEPS]
pairs["Winkler", 3_000] = 3 * large["ms"], distance(dense_3000), specks(dense_3000)
pairs_table = sg.export.table(
    ["pair", "steps", "parameters", "seconds", "Fréchet distance", "specks"],
    [[name, step, sizes[name], *numbers] for (name, step), numbers in pairs.items()],
    formats={"seconds": ".0f", "Fréchet distance": ".1f", "specks": ".1%"},
    caption="Two dense pairs on MNIST: Fréchet distance of 2,500 generated from 2,500 real digits on the features of a "
    f"digit classifier (floor {floor:.2f}), and specks ({spots['real']:.1%} in real digits). Seconds: steps times the "
    "median of a step, on one machine. After 3,000 steps: 2,000 images of another run.",
)
pairs_table

# %% [markdown]
# **Read.** At the same step the larger pair's digits are nearer to the real ones. But a step costs it several times as much: in less time than the larger pair took, the small one does all of its steps, and is then
# about as near, or nearer. Say at equal *what* you compare. (Then look both distances up among the images of known
# quality: where do ten copied digits stand?) After 3,000 steps the larger pair has fewer spots than either pair trained here, but still about forty times as many as real digits, with 29 times the parameters of the small pair.
#
# Recognisable? Name the digits of the fourth row before you look at the last. That one has the nearest training digits, as figure 2 of Goodfellow et al. (2014) has: none of the row is a copy. (Spots alone
# would make a distance; so look.)

# %% tags=["check"]
# @title Statements
sg.claims.holds("nearer at the same step", at_common["Winkler"][1] < 0.85 * at_common["Temkeng"][1])
sg.claims.holds("a step costs several times as much", large["ms"] > 2.5 * small["ms"])
sg.claims.holds("the small one does all its steps in less time", last_small[0] < last_large[0])
sg.claims.holds("and is about as near, or nearer", last_small[1] < 1.25 * last_large[1])
sg.claims.holds(
    "after 3,000 steps fewer spots than either pair trained here",
    pairs["Winkler", 3_000][2] < 0.9 * min(last_large[2], last_small[2]),
)
sg.claims.holds(
    "about forty times as many as real digits",
    35 < pairs["Winkler", 3_000][2] / spots["real"] < 50,
)
sg.claims.holds("none is a copy", nearest.distances.min() / 784 > 4)

# %% [markdown]
# ## A discriminator as a detector
#
# To Goodfellow et al. (2014, section 1) $G$ is a team of counterfeiters and $D$ the police, and Heck & Brandau (2023, section 4.1) see a use for it after the game: it can recognise generated images, and so tell whether
# an image is an original. But this police has met one forger. So show it others: a second training of the same pair, Winkler's pair, Temkeng's convolutional GAN ([page 07](07_dcgan.ipynb); our training, the package has its images),
# and page 01's decoder with shuffled codes. Beside the $D$ of each game stands a *new* $D$, trained against the frozen generator of the first training as on page 05.
#
# The measure is the share of all pairs of a real and a generated image in which the real one gets the larger logit (the *area under the ROC curve*). It needs no threshold: 1 is perfect, 1/2 is chance, below 1/2
# the generated images pass for more real than the real ones. No $D$ has seen the real images. All images are rounded to 256 greys, so that no image is known by values between two greys. **Predict:** fill in the table. Whose images does
# the $D$ of a game recognise? And the new one?

# %% tags=["nbval-ignore-output", "timing"]
keras.utils.set_random_seed(SEED)
new_d = build_temkeng_discriminator()
new_d.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
fresh = sg.ranges.to_symmetric(draw(vanilla, 10_000, seed=1))
labels = np.repeat([[1.0], [0.0]], 10_000, axis=0)
new_d.fit(
    np.concatenate([images[:10_000], fresh]), labels, batch_size=BATCH_SIZE, epochs=3, verbose=0
)


def area(detector, fake):  # share of pairs in which the real image gets the larger logit
    pair = [sg.ranges.to_symmetric(pixels) for pixels in (real, fake)]
    real_logits, fake_logits = (np.asarray(detector(pixels)) for pixels in pair)
    return float(np.mean(real_logits > fake_logits.T))


# %% tags=["nbval-ignore-output", "timing"]
around = [np.roll(vanilla_digits, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
fakes = {
    "Temkeng 1": vanilla_digits,
    "Temkeng 2": draw(second),
    "Winkler": dense_digits,
    "DCGAN": sg.weights.load_temkeng_samples("mnist-5000"),
    "decoder": pictures["shuffled"],
    "smoothed": np.mean(around, axis=0).astype("uint8"),  # the first column, 3 x 3
    "2% lit": known_quality["2% of the pixels lit"],  # of real digits
    "real": unseen[:2_500],  # other ones
}
detectors = {
    "D of Temkeng 1": vanilla.discriminator,
    "D of Temkeng 2": second.discriminator,
    "D of Winkler": dense.discriminator,
    "new D": new_d,
}
areas = {
    name: {whose: area(detector, fake) for whose, fake in fakes.items()}
    for name, detector in detectors.items()
}
new = areas["new D"]
detection = sg.export.table(
    ["detector", *fakes],
    [[name, *values.values()] for name, values in areas.items()],
    formats=dict.fromkeys(fakes, ".2f"),
    caption="Discriminators as detectors of generated digits: area under the ROC curve against 2,500 real ones. "
    "The new D was trained against the frozen generator of Temkeng 1. Smoothed: the first column, 3 x 3; 2% lit: "
    "real digits with lit pixels; last column: other real digits.",
)
detection

# %% [markdown]
# **Read.** The $D$ of a game recognises its own generator's images at best in part, and those of the convolutional GAN hardly. (Is the largest number of its row that of its own generator? That one was trained to pass this $D$; the others were not.) The new $D$ recognises its own generator's nearly always: they are far from passing for digits,
# whatever the $D$ of the game says. (Heck & Brandau, section 3.2, let the training end when $D$ is wrong about half of the images, and say that nobody can tell them apart then.) Of the second training's and of Winkler's it recognises some or none; that
# hangs on the seed. The convolutional GAN's and the decoder's it ranks before the real ones about half of the time, or more often.
#
# What does it go by? Smooth its own generator's images, and it is far less sure. But it does not go by grain as such: real digits with lit pixels pass nearly as real ones do. It has learned the grain of this one
# generator. So a $D$ is the detector that Heck & Brandau describe if it is trained anew, and for images of a generator that one has at hand. "This is an original" needs more than that: exercise 4 trains on several.

# %% tags=["check"]
# @title Statements
own = [
    areas["D of Temkeng 1"]["Temkeng 1"],
    areas["D of Temkeng 2"]["Temkeng 2"],
    areas["D of Winkler"]["Winkler"],
]
sg.claims.holds("at best in part", max(own) < 0.93)
sg.claims.holds(
    "the convolutional one's hardly", max(areas[name]["DCGAN"] for name in detectors) < 0.7
)
sg.claims.holds("the new D nearly always", new["Temkeng 1"] > 0.99)
sg.claims.holds("some or none", max(new["Temkeng 2"], new["Winkler"]) < 0.93)
sg.claims.holds("half of the time, or more often", max(new["DCGAN"], new["decoder"]) < 0.6)
sg.claims.holds("smoothed: far less sure", new["smoothed"] < 0.9)
sg.claims.holds("real digits with lit pixels pass", new["2% lit"] < 0.65)
sg.claims.holds("nearly as real ones do", abs(new["real"] - 0.5) < 0.03)

# %% [markdown]
# ## Claims
#
# What was measured here, and whose sentence it is about.

# %% tags=["claims"]
claims = sg.claims.Claims()
claims.below(
    0.65,
    max(new["DCGAN"], new["decoder"]),
    "area under the ROC curve of a new D on images of generators that it has not met, worse of two",
    "ours; narrows Heck & Brandau 2023, 4.1",
)
claims.above(
    0.99,
    new["Temkeng 1"],
    "area under the ROC curve of a new D on images of the one generator it was trained against",
    "ours, on Heck & Brandau 2023, 4.1",
)
claims.below(
    0.25,
    spots["shuffled"] / spots["GAN"],
    "ratio: specks of a dense decoder, from shuffled codes / of a dense GAN",
    "ours; narrows Winkler 2018, 4.7.4",
)
claims.above(
    60,
    pairs["Winkler", DENSE_STEPS][2] / spots["real"],
    f"ratio: specks of Winkler's dense pair after {DENSE_STEPS:,} steps / of real digits",
    "ours, on Winkler 2018, 4.7.4",
)
claims.above(
    4,
    far["GAN"] / far["decoded"],
    "ratio: Fréchet distance of a dense GAN's digits / of a dense autoencoder's",
    "ours, on Temkeng 2020, 4.1",
)
claims.below(
    0.85,
    at_common["Winkler"][1] / at_common["Temkeng"][1],
    "at equal steps, ratio: Fréchet distance of Winkler's dense pair / of Temkeng's",
    "ours",
)
claims.below(
    1.25,
    last_small[1] / last_large[1],
    "Temkeng's pair given no more time, ratio: Fréchet distance of Temkeng's / of Winkler's",
    "ours",
)
claims.below(
    0.5,
    max(distance_left.values()),
    "last three fifths of a training: Fréchet distance, end / start, worse of two",
    "ours",
)
claims.above(
    0.65,
    min(loss_left.values()),
    "in the same steps: loss of the generator, end / start, smaller of two",
    "ours, on Temkeng 2020, 5",
)
claims.above(
    2.4,
    file_order[0] / floor,
    "ratio: Fréchet distance of two halves of digits, in the order of the file / at random",
    "ours",
)
claims.verdicts()

# %% tags=["nbval-ignore-output"]
sg.metrics.record(
    frechet_distance=last_small[1],
    frechet_distance_of_winkler=last_large[1],
    specks=spots["GAN"],
)
claims_table = sg.export.table(
    ["claim", "source", "wanted", "measured", "verdict"],
    claims.rows(),
    caption="Dense GANs on MNIST: what was measured, and on whose sentence.",
)
claims_table

# %% [markdown]
# ## Into your paper
#
# Each figure is written as PDF and PNG, 8.4 cm wide, each table for LaTeX and as CSV, with a JSON file that says where it came from. With every Fréchet distance report the number of images, the features and the floor.
#
# One run is one seed. Whether a setting makes a difference, several seeds say: `python -m seminar_gan compare 06 --set LOSS=non_saturating,minimax --set BATCH_SIZE=64,128 --seeds 5` runs this page for each combination and each seed, and leaves a table, a figure with every seed, and a sentence that can be cited.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "06_vanilla_gan",
    seed=SEED,
    mnist_steps=MNIST_STEPS,
    dense_steps=DENSE_STEPS,
    code_epochs=CODE_EPOCHS,
    batch_size=BATCH_SIZE,
    loss=LOSS,
)
tables = {
    "who_detects_whom": detection,
    "two_dense_pairs": pairs_table,
    "specks": spots_table,
    "measures_of_known_images": ruler_table,
    "floors": floor_table,
    "loss_and_distance": loss_table,
    "vanilla_claims": claims_table,
}
for name, table in tables.items():
    print(sg.export.save_table(table, name, run))
captions = {
    "dense_pairs": "Digits: real; of Temkeng's dense pair; of Winkler's larger dense pair, trained here and, in another "
    "run, for 3,000 steps; the training digits nearest to these (sum of absolute differences).",
    "specks": "Digits: real; reconstructed by a dense autoencoder; its decoder's from shuffled codes; "
    "of Temkeng's dense GAN, whose generator has the layers of that decoder.",
    "known_images": "Real digits; with 2% of the pixels lit; with their pixels shuffled; an untrained generator's images.",
    "loss_and_distance": "Loss of the generator and Fréchet distance in two trainings of one pair.",
    "vanilla_networks": "Temkeng's vanilla GAN. The sizes are his, the activations ours.",
}
figures = dense_figure, spots_figure, ruler_figure, loss_figure, networks_figure
for figure, (name, caption) in zip(figures, captions.items(), strict=True):
    print(sg.export.save_figure(figure, name, run, caption=caption))
print(detection.latex)
sg.export.colab.download("figures")
sg.export.colab.download("tables")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Average the generator's weights over the steps (`temkeng_gan(ema=0.998)`). What does it do to the specks and to the distance? What does that say about where specks come from?
# 2. *Other images.* Train the pair on binarised Smile, 400 faces of many sizes at many places. Easier or harder than digits?
# 3. *Read a thesis both ways.* Build Winkler's pair with one hidden layer each (`hidden_sizes=(1024,)` and `(256,)`). Which reading makes better digits after `DENSE_STEPS`?
# 4. *A detector for the world.* Train a new $D$ on images of Temkeng's pair and of page 07's DCGAN together. Does it recognise Winkler's, which it has never seen, better than one that knows Temkeng's alone?
# 5. *Change the judge.* Let a dense generator with batch normalisation play against a dense and against a small convolutional $D$. Which makes fewer specks, and what happens to the variety at first?
#
# The [solutions](solutions/06_vanilla_gan.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
averaged = temkeng_gan(ema=0.998)
averaged.fit(images, steps=MNIST_STEPS, batch_size=BATCH_SIZE)
last = np.asarray(averaged.generator(averaged.sample_noise(2_500)))  # the weights of the last step
for name, made in {
    "last weights": sg.ranges.symmetric_to_uint8(last),
    "averaged": draw(averaged),
}.items():
    print(f"{name}: specks {sg.metrics.specks(made):.1%}, Fréchet distance {distance(made):.1f}")

# %% [markdown] tags=["solution"]
# The average has about half of the specks and is nearer to the digits. So a good part of them is the noise of the last steps: each step moves some pixels of all images, the next ones move them back, and the
# average of many steps stays where the steps agree. It costs nothing, and later pages use it.
#
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output"]
(faces, _), _ = sg.datasets.load_smiles(binarised=True)
face_gan = temkeng_gan()
face_gan.fit(sg.ranges.to_symmetric(faces)[..., None], steps=MNIST_STEPS, batch_size=BATCH_SIZE)
made_faces = draw(face_gan, 400)
figure = sg.plotting.image_grid(np.concatenate([faces[:10, ..., None], made_faces[:20]]))
sg.plotting.show(
    figure,
    "Thirty images in three rows of ten. The first row has real faces; the others are generated.",
)
for name, pixels in {"real": faces, "generated": made_faces}.items():
    print(f"{name}: specks {sg.metrics.specks(pixels):.1%}")

# %% [markdown] tags=["solution"]
# Harder. The first row is real. The others are clouds, not faces: they say where ink is likely and not which pixels go together. The specks are many times those of real faces.
#
# **Exercise 3.**

# %% tags=["solution", "nbval-ignore-output"]
for hidden in ((1024, 1024), (256, 256)), ((1024,), (256,)):
    keras.utils.set_random_seed(SEED)
    pair = make_gan(
        mlp.build_winkler_generator(hidden_sizes=hidden[0]),
        mlp.build_winkler_discriminator(hidden_sizes=hidden[1]),
    )
    pair.fit(images, steps=DENSE_STEPS, batch_size=BATCH_SIZE)
    print(f"hidden layers {hidden}: Fréchet distance {distance(draw(pair)):.1f}")

# %% [markdown] tags=["solution"]
# One training each, so take a difference of a fifth for none. With one hidden layer the pair has half of the weights and stays in the same range: what the page says of the larger pair does not hang on how you read the thesis.
#
# **Exercise 4.**

# %% tags=["solution", "nbval-ignore-output"]
trained = temkeng_gan()
trained.fit(images, steps=MNIST_STEPS, batch_size=BATCH_SIZE)
keras.utils.set_random_seed(SEED)
winkler = make_gan(mlp.build_winkler_generator(), mlp.build_winkler_discriminator())
winkler.fit(images, steps=DENSE_STEPS, batch_size=BATCH_SIZE)
dcgan = sg.weights.load_temkeng_generator("mnist-5000")
z = np.random.default_rng(SEED).normal(size=(2_500, 100)).astype("float32")
convolutional = np.concatenate([np.asarray(dcgan(part)) for part in np.split(z, 5)])
taught = {
    "Temkeng's": [trained.generate(5_000, seed=1)],
    "both dense pairs": [trained.generate(2_500, seed=1), winkler.generate(2_500, seed=1)],
    "a dense pair and a DCGAN": [trained.generate(2_500, seed=1), convolutional],
}
asked = {"Temkeng's": trained.generate(2_500), "Winkler's": winkler.generate(2_500)}
for name, fakes in taught.items():
    keras.utils.set_random_seed(SEED)
    new_d = build_temkeng_discriminator()
    new_d.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    both = np.concatenate([images[:5_000], *fakes])
    new_d.fit(both, np.repeat([[1.0], [0.0]], 5_000, axis=0), epochs=5, verbose=0)
    logits = {whose: np.asarray(new_d(pixels)) for whose, pixels in asked.items()}
    areas = {
        whose: np.mean(np.asarray(new_d(sg.ranges.to_symmetric(real))) > each.T)
        for whose, each in logits.items()
    }
    print(f"taught {name}:", {whose: f"{value:.2f}" for whose, value in areas.items()})

# %% [markdown] tags=["solution"]
# The one that has seen a DCGAN, too, recognises more of Winkler's images, which it has never seen, than the one that knows Temkeng's alone; nothing replaces having seen Winkler's own. One run of each: try other seeds before you say so
# in a paper.

# %% [markdown] tags=["solution"]
# **Exercise 5.**


# %% tags=["solution", "nbval-ignore-output"]
def build_normalised_generator():
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(256, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(784, activation="tanh"),
            layers.Reshape((28, 28, 1)),
        ]
    )


def build_convolutional_discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 4, strides=2, padding="same"),  # 14 x 14 x 16
            layers.LeakyReLU(0.2),
            layers.Conv2D(32, 4, strides=2, padding="same"),  # 7 x 7 x 32
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def variety(pixels):  # of an image, as a share of that of real digits
    return pixels.std(axis=0).mean() / real.std(axis=0).mean()


rows = {}
for name, build in {
    "dense": build_temkeng_discriminator,
    "convolutional": build_convolutional_discriminator,
}.items():
    keras.utils.set_random_seed(SEED)
    pair = make_gan(build_normalised_generator(), build())
    for step in (500, 1_500):
        pair.fit(images, steps=step, batch_size=BATCH_SIZE)
        made = draw(pair)
        numbers = f"specks {sg.metrics.specks(made):.1%}, distance {distance(made):.0f}"
        print(f"{name} D, step {step:,}: {numbers}, variety {variety(made):.2f}")
        rows[f"{name}, {step:,}"] = made[:10]
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Four rows of ten images of one dense generator after 500 and 1,500 steps: grainy against the dense "
    "discriminator; against the convolutional one smooth, nearly all alike at first, then varied.",
)

# %% [markdown] tags=["solution"]
# Against the convolutional $D$ the same dense generator makes far fewer specks. At first all its images are nearly alike, whatever $z$: *mode collapse*, and a reason not to believe a small number of specks alone. Later the variety
# comes, and the specks stay few. So the dense *discriminator* has a part in what Winkler sees, and his sentence, which is about both networks, may well be right. (One run of each.)

# %% [markdown]
# ## References
#
# Goodfellow et al. 2014, *Generative Adversarial Nets*. van den Oord et al. 2016, *Pixel Recurrent Neural Networks*. Heck & Brandau 2023, *Machine Learning: Generative Adversarial Networks*. Heusel et al. 2017, *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*. LeCun et al. 1998, *Gradient-based
# learning applied to document recognition*. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, sections 4.1 and 5. Winkler 2018, *Image representation learning with generative adversarial networks*, section 4.7.
