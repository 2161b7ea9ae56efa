# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 06 · Vanilla GAN
#
# The game of [page 05](05_the_game.ipynb) on images, with the dense pairs of Temkeng (2020, section 4.1) and Winkler (2018, section 4.7.3). You will make digits that nobody wrote, measure with a
# number from outside the game how good they are, ask where their white spots come from, and use a discriminator as a detector of generated images. At the end you have digits of two pairs beside
# real ones, and a table of who detects whom. It takes about a minute and a half. You need pages [01](01_simple_autoencoder.ipynb) and [05](05_the_game.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import keras
import numpy as np
from keras import layers

import seminar_gan as sg
from seminar_gan.models import autoencoders, mlp
from seminar_gan.training import GAN, noise

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
MNIST_STEPS = 3_000  # the paper does not say; for its next GAN 5,000
DENSE_STEPS = 1_000  # paper: 3,000
CODE_EPOCHS = 3  # of page 01's autoencoder; paper: 100
BATCH_SIZE = 128  # Winkler's; Temkeng does not say

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    MNIST_STEPS=(100, 10_000_000),
    DENSE_STEPS=(100, 10_000_000),
    CODE_EPOCHS=(1, 10_000),
    BATCH_SIZE=(1, 55_000),
)

# %% [markdown]
# ## Two dense networks
#
# Temkeng's generator has the layers of page 01's autoencoder, 784 - 32 - 784. His discriminator is 784 - 32 - 16 - 1. $z$ is uniform, 784 numbers. The paper does not name the
# activations, the optimizer or the number of steps; these are ours: ReLU and tanh in $G$, leaky ReLU (which lets a fifth of what is below zero through) in $D$, Adam with 0.001 and $\beta_1 = 0.5$ for both.
# Images are in $[-1, 1]$, as tanh makes them.


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
# They play by the `GAN` of page 05, $k = 1$, with the non-saturating loss. Before they learn anything, look at what $G$ draws.


# %% tags=["setup"]
def make_gan(generator, discriminator, seed=SEED, **options):
    gan = GAN(generator, discriminator, seed=seed, **options)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
    )
    return gan


def temkeng_gan(seed=SEED, **options):
    keras.utils.set_random_seed(seed)
    pair = build_temkeng_generator(), build_temkeng_discriminator()
    return make_gan(*pair, seed=seed, noise=noise.uniform, **options)


def draw(gan, count=2_500):
    return sg.ranges.symmetric_to_uint8(gan.generate(count))


(digits, _), _ = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits[:55_000])[..., None]  # the rest is for measuring

# %%
vanilla = temkeng_gan()
untrained = draw(vanilla)
untrained_figure = sg.plotting.image_rows({"real": digits[:10], "untrained": untrained[:10]})
sg.plotting.show(
    untrained_figure,
    "Two rows of ten images: handwritten digits above, and below what the untrained generator draws, "
    "grey noise.",
)

# %% [markdown]
# ## How good? A number from outside
#
# Describe each image by the 64 *features* of a digit classifier, the numbers of its last layer but one, and take the mean $\mu$ and the covariance $\Sigma$ of the features of real and of generated images. The *Fréchet
# distance* of two Gaussians that have these (Heusel et al. 2017, equation 6) is
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
# It is an FID only on the features of one network trained on photographs; ours cannot be compared with one. Two numbers belong beside it: the count of images, as small samples give larger distances; and the *floor*, the
# distance of real images from other real ones. The real images must be new to the classifier, which was trained on the first 55,000 digits. **Predict:** is the floor higher or lower on images that it was trained on?

# %% tags=["setup", "nbval-ignore-output"]
network = sg.metrics.load_digit_features()
reference = network.features(digits[55_000:57_500])
floor = frechet_distance(reference, network.features(digits[57_500:]))


def distance(images):
    return frechet_distance(reference, network.features(images))


# %% tags=["nbval-ignore-output"]
known = frechet_distance(network.features(digits[:2_500]), network.features(digits[2_500:5_000]))
noisy, black = distance(untrained), distance(np.zeros_like(untrained))
print(f"real against real: {floor:.2f}; where the classifier was trained: {known:.2f}")
print(f"untrained generator: {noisy:.0f}; nothing but black images: {black:.0f}")

# %% [markdown]
# **Read.** Lower: it would have been the wrong floor. And look at black images: they are much nearer to digits than what the untrained generator makes. A falling
# distance says at first only that noise goes away. Below that of black images it begins to speak of digits.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the floor is lower where the classifier was trained", known < 0.8 * floor)
sg.claims.holds("black images are much nearer than an untrained generator's", black < 0.6 * noisy)

# %% [markdown]
# ## Is the loss a measure?
#
# On pages 01 to 04 a falling loss meant progress. **Predict:** will the generator's loss fall as the images get better? Draw both curves.


# %% tags=["setup"]
def train_and_measure(gan, steps, moments=10):
    curve = {"step": [], "g_loss": [], "distance": [], "specks": []}
    for step in np.linspace(0, steps, moments + 1).astype(int)[1:].tolist():
        history = gan.fit(images, steps=step, batch_size=BATCH_SIZE, report_every=25).history
        made = draw(gan)
        curve["step"].append(step)
        curve["g_loss"].append(float(np.mean(history["g_loss"][-4:])))  # of 100 steps
        curve["distance"].append(distance(made))
        curve["specks"].append(sg.metrics.specks(made))  # see below
    return curve


# %% tags=["nbval-ignore-output", "timing"]
second = temkeng_gan(seed=SEED + 1)  # the same pair from other starting weights
curves = {
    "first training": train_and_measure(vanilla, MNIST_STEPS),
    "second training": train_and_measure(second, MNIST_STEPS),
}


# %%
panels = {
    "loss of G": {name: (curve["step"], curve["g_loss"]) for name, curve in curves.items()},
    "distance": {name: (curve["step"], curve["distance"]) for name, curve in curves.items()},
}
panels["distance"]["real digits"] = ([0, MNIST_STEPS], [floor, floor])
loss_figure = sg.plotting.stacked_curves(panels, xlabel="step", log=["distance"])
sg.plotting.show(
    loss_figure,
    "Two line plots over the steps, one above the other, for two trainings of one pair: the loss of G, which "
    "goes different ways, and the Fréchet distance on a logarithmic scale, which falls in both.",
)


# %% tags=["nbval-ignore-output"]
def ranks(values):  # 0 for the smallest, 1 for the next, ...
    return np.argsort(np.argsort(values))


fell = {}
for name, curve in curves.items():
    kept = np.array(curve["step"]) > MNIST_STEPS / 3  # after the beginning, where all changes
    losses, distances = (np.array(curve[key])[kept] for key in ("g_loss", "distance"))
    agreement = float(np.corrcoef(ranks(losses), ranks(distances))[0, 1])  # Spearman's
    fell[name] = losses[-1] / losses[0], distances[-1] / distances[0], agreement
sg.export.table(
    ["training", "loss, end / start", "distance, end / start", "rank correlation"],
    [[name, *numbers] for name, numbers in fell.items()],
    formats=dict.fromkeys(
        ["loss, end / start", "distance, end / start", "rank correlation"], ".2f"
    ),
)

# %% [markdown]
# **Read.** No. In the last two thirds of both trainings the distance falls to less than half, and the loss says nothing of it: it falls by much less, or rises. (A loss that measured quality would have a *rank correlation* of 1 with the distance: the larger
# the one, the larger the other.) The reason is simple. On pages 01 to 04 the loss compared images with images. This one says how $G$ does against *this* $D$ at *this* step, and $D$ is another one at the next. A loss that stays where it is
# while the images get better says that both get better at the same pace. Temkeng's conclusion is the same: you cannot tell beforehand when the training is done, without testing the generator yourself (2020, section 5).

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "the distance falls to less than half in both trainings",
    max(distance_left for _, distance_left, _ in fell.values()) < 0.5,
)
sg.claims.holds(
    "the loss falls by much less, or rises",
    min(loss_left for loss_left, _, _ in fell.values()) > 0.65,
)

# %%
vanilla_digits = draw(vanilla)
vanilla_figure = sg.plotting.image_rows(
    {
        "real": digits[:10],
        "untrained": untrained[:10],
        "trained": vanilla_digits[:10],
        "": vanilla_digits[10:20],
    }
)
sg.plotting.show(
    vanilla_figure,
    "Four rows of ten images: real digits, the untrained generator's noise, and two rows of the trained "
    "one's: torn strokes, and bright pixels that stand alone.",
)

# %% [markdown]
# ## Where do the white spots come from?
#
# You can guess a digit here and there. The strokes are torn, and bright pixels stand alone. Winkler (2018, section 4.7.4) sees such flaws in his dense pair, too, and says why: "The structure of the networks, which are all
# fully connected, makes it hard to learn spatial structure, and causes the problem." It is plausible: for a dense layer neighbouring pixels are no neighbours. It can be tested. First a number for the spots, the share
# of the lit pixels that have at most one lit pixel among the eight around them:


# %% tags=["paper", "shows:metrics.equations.specks"]
def specks(images):
    lit = images.reshape(images.shape[:3]) > 127
    lit = np.pad(lit, ((0, 0), (1, 1), (1, 1))).astype(int)  # a dark border
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    neighbours = sum(np.roll(lit, step, axis=(1, 2)) for step in steps)
    return float(np.mean(neighbours[lit == 1] <= 1))


# %% [markdown]
# Page 01's decoder is one dense layer from 32 numbers to 784 pixels, and the last layer of this generator is just that. **Predict:** how many specks have its images: as few as real digits, as many as
# the GAN's, or something between?

# %% tags=["nbval-ignore-output", "timing"]
keras.utils.set_random_seed(SEED)
autoencoder = autoencoders.build_simple_autoencoder()
autoencoder.compile("adam", "binary_crossentropy")
flat = sg.ranges.to_unit(digits).reshape(-1, 784)
autoencoder.fit(flat[:55_000], flat[:55_000], batch_size=256, epochs=CODE_EPOCHS, verbose=0)
encoder, decoder = autoencoders.split(autoencoder)
codes = np.asarray(encoder(flat[57_500:]))
shuffled = np.random.default_rng(SEED).permuted(codes, axis=0)  # each entry from another digit


def decode(codes):
    return sg.ranges.unit_to_uint8(np.asarray(decoder(codes))).reshape(-1, 28, 28, 1)


# %% tags=["nbval-ignore-output"]
pictures = {
    "real": digits[57_500:, ..., None],
    "decoded": decode(codes),
    "decoded, shuffled": decode(shuffled),
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
    [[name, spots[name], far[name]] for name in pictures],
    formats={"specks": ".2%", "Fréchet distance": ".1f"},
    caption="Share of the lit pixels with at most one lit neighbour, and Fréchet distance, 2,500 images each.",
)
spots_table

# %% [markdown]
# **Read.** As few as real digits. Even from shuffled codes, which belong to no digit, the decoder makes less than a quarter of the GAN's specks. A dense layer *can* make smooth strokes: its weights for neighbouring pixels have learned to agree. So a dense layer in $G$
# is not enough to make spots: here are the same layers without, trained to reconstruct instead of to play. It is the game that leaves the spots in. Exercise 1 takes a good part of
# them away without touching a layer, exercise 5 changes $D$ alone, and [page 07](07_dcgan.ipynb) the layers of both networks.
#
# The distances agree with Temkeng (section 4.1): the GAN's images are less like the originals than an autoencoder's. It sees the originals, after all.

# %% tags=["check"]
# @title Statements
sg.claims.holds("as few as real digits", spots["decoded"] < 1.2 * spots["real"])
sg.claims.holds(
    "less than a quarter even from shuffled codes", spots["decoded, shuffled"] < 0.25 * spots["GAN"]
)
sg.claims.holds("less like the originals than an autoencoder's", far["GAN"] > 2 * far["decoded"])

# %% [markdown]
# ## A larger dense pair
#
# Winkler (2018, section 4.7.3) arrives at two dense layers of 256 units in $D$ and of 1,024 in $G$, leaky ReLU and Adam as above. How he got there, by way of generators that draw one digit only, is
# for a later page. (His words can also be read as one hidden layer each: exercise 3.) **Predict:** thirty times the parameters. Better at the same step? Fewer specks?

# %% tags=["nbval-ignore-output", "timing"]
keras.utils.set_random_seed(SEED)
dense = make_gan(mlp.build_winkler_generator(), mlp.build_winkler_discriminator())
curves = {
    "Temkeng's pair": curves["first training"],
    "Winkler's pair": train_and_measure(dense, DENSE_STEPS, moments=5),
}
dense_digits = draw(dense)

# %%
dense_figure = sg.plotting.image_rows(
    {
        "real": digits[:10],
        "Temkeng's": vanilla_digits[:10],
        "Winkler's": dense_digits[:10],
    }
)
sg.plotting.show(
    dense_figure,
    "Three rows of ten images: real digits, those of Temkeng's pair, and those of Winkler's larger pair, "
    "strokes with bright specks around them.",
)

# %% tags=["nbval-ignore-output", "timing"]
at = {
    name: {key: float(np.interp(DENSE_STEPS, c["step"], c[key])) for key in ("distance", "specks")}
    for name, c in curves.items()
}
ms = {
    name: 1_000 * gan.record.seconds / gan.step
    for name, gan in zip(at, (vanilla, dense), strict=True)
}
pairs_table = sg.export.table(
    ["pair", "parameters", "ms a step", "Fréchet distance", "specks"],
    [
        [
            name,
            gan.generator.count_params() + gan.discriminator.count_params(),
            ms[name],
            *at[name].values(),
        ]
        for name, gan in zip(at, (vanilla, dense), strict=True)
    ],
    formats={"ms a step": ".1f", "Fréchet distance": ".1f", "specks": ".1%"},
    caption=f"Two dense pairs after {DENSE_STEPS:,} steps on MNIST: Fréchet distance of 2,500 generated from "
    f"2,500 real digits on the features of a digit classifier (real from real: {floor:.2f}), and specks.",
)
pairs_table

# %% [markdown]
# **Read.** Better at the same step: the larger pair's digits are nearer to the real ones. A step costs it more time, so this is no comparison at equal time. The white spots are there with thirty times the parameters, too: more
# than fifty times as many as in real digits. More of the same layers does not remove them.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "the larger pair's digits are nearer to the real ones at the same step",
    at["Winkler's pair"]["distance"] < 0.85 * at["Temkeng's pair"]["distance"],
)
sg.claims.holds("a step costs more time", ms["Winkler's pair"] > ms["Temkeng's pair"])
sg.claims.holds(
    "more than fifty times the specks of real digits",
    at["Winkler's pair"]["specks"] > 50 * spots["real"],
)

# %% [markdown]
# ## A discriminator as a detector
#
# Heck & Brandau (2023, section 4.1) see a second use of a GAN: it can also recognise generated images, and so tell whether an image is an original. After the game $D$ is such a detector. A detector
# in the world meets images of generators that it has never played against. So let it: images of the second training of the same pair, of Winkler's pair, of Temkeng's convolutional GAN
# ([page 07](07_dcgan.ipynb); its weights come with the package), and of page 01's decoder. Beside the $D$ of the game stands a *new* $D$, trained against the frozen generator as on page 05.
#
# The measure is the share of all pairs of a real and a generated image in which the real one gets the larger logit (the *area under the ROC curve*). It needs no threshold: 1 is perfect, 1/2 is chance, below 1/2
# the generated images pass for more real than the real ones. The real images are ones that no $D$ has seen. **Predict:** fill in the table. Whose images does the $D$ of the game recognise? And the new one?

# %% tags=["nbval-ignore-output", "timing"]
dcgan = sg.weights.load_temkeng_generator("mnist-5000")
z = np.random.default_rng(SEED).normal(size=(500, 100)).astype("float32")
fakes = {
    "own": vanilla.generate(2_500),
    "second": second.generate(2_500),
    "Winkler": dense.generate(2_500),
    "DCGAN": np.asarray(dcgan(z)),
    "decoder": sg.ranges.to_symmetric(pictures["decoded, shuffled"]),
}
real = sg.ranges.to_symmetric(digits[57_500:])[..., None]

# %% tags=["nbval-ignore-output", "timing"]
keras.utils.set_random_seed(SEED)
new_d = build_temkeng_discriminator()
new_d.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
both = np.concatenate([images[:10_000], vanilla.generate(10_000, seed=1)])
labels = np.repeat([[1.0], [0.0]], 10_000, axis=0)
new_d.fit(both, labels, batch_size=BATCH_SIZE, epochs=3, verbose=0)


def area(detector, fake):  # share of pairs in which the real image gets the larger logit
    real_logits, fake_logits = (np.asarray(detector(pixels)) for pixels in (real, fake))
    return float(np.mean(real_logits > fake_logits.T))


detectors = {
    "D of the game": vanilla.discriminator,
    "D of the second": second.discriminator,
    "D of Winkler's": dense.discriminator,
    "a new D": new_d,
}
areas = {
    name: {whose: area(detector, fake) for whose, fake in fakes.items()}
    for name, detector in detectors.items()
}
detection = sg.export.table(
    ["detector", *fakes],
    [[name, *values.values()] for name, values in areas.items()],
    formats=dict.fromkeys(fakes, ".2f"),
    caption="Discriminators as detectors of generated digits: area under the ROC curve against 2,500 real ones.",
)
detection

# %% [markdown]
# **Read.** The $D$ of a finished game is a poor detector, of its own generator's images, too: it has lost its lead, that was the point of the game. A new $D$ recognises its own generator's images without a mistake.
# Of the images of other generators it may know some, but of those of the convolutional one and of the decoder it knows no more than a coin. What it has learned is not what is real but how this one generator paints, grain and all.
#
# So Heck & Brandau's detector works for images of a generator that one has at hand. "This is an original" needs more than that: exercise 4 trains on several.

# %% tags=["check"]
# @title Statements
new, game = areas["a new D"], areas["D of the game"]
sg.claims.holds("the D of the game is a poor detector of its own images", game["own"] < 0.93)
sg.claims.holds("the new D without a mistake", new["own"] > 0.99)
sg.claims.holds("of the convolutional one no more than a coin", new["DCGAN"] < 0.65)
sg.claims.holds("nor of the decoder", new["decoder"] < 0.65)

# %% [markdown]
# ## Claims
#
# What the papers say, what was measured here, and where the two differ. A claim holds for ten seeds before it is printed.

# %% tags=["claims"]
claims = sg.claims.Claims()
brandau, temkeng = "Heck & Brandau 2023, 4.1", "Temkeng 2020, 4.1"
winkler, ours = "Winkler 2018, 4.7.4", "ours"
claims.above(
    4,
    far["GAN"] / far["decoded"],
    "ratio: Fréchet distance of the GAN's digits / of an autoencoder's",
    temkeng,
)
claims.above(
    60,
    at["Winkler's pair"]["specks"] / spots["real"],
    "ratio: specks of Winkler's dense pair / of real digits",
    winkler,
)
claims.below(
    1,
    spots["decoded"] / spots["real"],
    "finding: ratio: specks of page 01's dense decoder / of real digits",
    "against " + winkler,
)
claims.below(
    0.85,
    at["Winkler's pair"]["distance"] / at["Temkeng's pair"]["distance"],
    "ratio at equal steps: Fréchet distance of Winkler's pair / of Temkeng's",
    ours,
)
claims.below(
    0.5,
    max(left for _, left, _ in fell.values()),
    "last two thirds of a training: Fréchet distance, end / start, worse of two",
    ours,
)
claims.above(
    0.65,
    min(left for left, *_ in fell.values()),
    "while the generator's loss, end / start, is at least",
    ours,
)
claims.above(0.99, new["own"], "area of a new D on images of its generator", brandau)
claims.below(
    0.65,
    new["DCGAN"],
    "finding: area of the same D on images of another generator, a DCGAN",
    "against " + brandau,
)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "06_vanilla_gan",
    seed=SEED,
    mnist_steps=MNIST_STEPS,
    dense_steps=DENSE_STEPS,
    code_epochs=CODE_EPOCHS,
    batch_size=BATCH_SIZE,
)
print(sg.export.save_table(detection, "who_detects_whom", run))
print(sg.export.save_table(spots_table, "specks", run))
print(sg.export.save_table(pairs_table, "two_dense_pairs", run))
captions = {
    "dense_pairs": "Digits: real; of Temkeng's dense pair; of Winkler's larger dense pair.",
    "specks": "Digits: real; reconstructed by a dense autoencoder; its decoder's from shuffled codes; "
    "of Temkeng's dense GAN, whose generator has the layers of that decoder.",
    "loss_and_distance": "Loss of the generator and Fréchet distance in two trainings of one pair.",
    "vanilla_networks": "Temkeng's vanilla GAN.",
}
figures = dense_figure, spots_figure, loss_figure, networks_figure
for figure, (name, caption) in zip(figures, captions.items(), strict=True):
    print(sg.export.save_figure(figure, name, run, caption=caption))
sg.export.colab.download("figures")

# %% tags=["nbval-ignore-output"]
print(detection.latex)

# %% [markdown]
# Report the sample sizes and the features with every Fréchet distance.

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
# Harder. The first row is real. The others are clouds at the right places, of the right size, and no faces: the generator knows *where* ink is likely and not which pixels go together.
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
# One hidden layer is nearly as good at this size, with half of the weights: the page's result does not hang on how you read the thesis. What does not matter is worth a sentence in your paper, too.
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
real = sg.ranges.to_symmetric(digits[57_500:])[..., None]
asked = {"Temkeng's": trained.generate(2_500), "Winkler's": winkler.generate(2_500)}
for name, fakes in taught.items():
    keras.utils.set_random_seed(SEED)
    new_d = build_temkeng_discriminator()
    new_d.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    both = np.concatenate([images[:5_000], *fakes])
    new_d.fit(both, np.repeat([[1.0], [0.0]], 5_000, axis=0), epochs=5, verbose=0)
    logits = {whose: np.asarray(new_d(pixels)) for whose, pixels in asked.items()}
    areas = {whose: np.mean(np.asarray(new_d(real)) > each.T) for whose, each in logits.items()}
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
    return pixels.std(axis=0).mean() / digits[57_500:].std(axis=0).mean()


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
# comes, and the specks stay few. So what Winkler sees seems to come from the dense *discriminator*, which does not mind grain. (One run of each.)

# %% [markdown]
# ## References
#
# Goodfellow et al. 2014, *Generative Adversarial Nets*. Heck & Brandau 2023, *Machine Learning: Generative Adversarial Networks*. Heusel et al. 2017, *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*. LeCun et al. 1998, *Gradient-based
# learning applied to document recognition*. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, sections 4.1 and 5. Winkler 2018, *Image representation learning with generative adversarial networks*, section 4.7.
