# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 03 · Convolutional autoencoder
#
# The smallest of the three networks and the slowest. Temkeng (2020, section 3.3) says of it: fewest parameters, thirty times the training
# time, fewer epochs, and none of the dense networks' trouble with shifted images. This page measures each of these, and ends with a table
# of all three networks on all data sets. You need pages [01](01_simple_autoencoder.ipynb) and [02](02_deep_autoencoder.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import keras
import numpy as np
import tensorflow as tf
from keras import layers

import seminar_gan as sg
from seminar_gan.metrics import explained_variance
from seminar_gan.models.autoencoders import build_deep_autoencoder, build_simple_autoencoder
from seminar_gan.training import Progress, Stopwatch

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
MNIST_EPOCHS = 3  # paper: 100
SMILE_EPOCHS = 60  # paper: 700 for binarised Smile
BATCH_SIZE = 256  # the paper does not say
LEARNING_RATE = 3e-3  # the paper does not say

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    MNIST_EPOCHS=(1, 100_000),
    SMILE_EPOCHS=(1, 100_000),
    BATCH_SIZE=(1, 55_000),
    LEARNING_RATE=(1e-7, 1.0),
)

# %% [markdown]
# ## Convolution: one small filter for every place
#
# A dense unit has a weight for each of the 784 pixels. A convolution slides one filter of 3 x 3 weights over the image; at
# row $i$, column $j$, with $C$ input channels,
#
# $$y_{ij} = \operatorname{relu}\Big(b + \sum_{m=1}^{3} \sum_{n=1}^{3} \sum_{c=1}^{C} w_{mnc}\, x_{i+m-2,\; j+n-2,\; c}\Big)$$
#
# Pixels outside the image count as zero (`padding="same"`). Pooling keeps the largest of each 2 x 2 pixels, upsampling repeats each pixel 2 x 2 times.
# **Predict:** the first layer has 16 filters and one input channel. How many parameters? And how many has the second, with 8 filters on 16
# channels?


# %% tags=["shows:models.autoencoders.build_convolutional_autoencoder"]
def build_convolutional_autoencoder(
    image_shape=(28, 28, 1), outer_filters=16, inner_filters=8, code_channels=8
):
    outer, inner, code, channels = outer_filters, inner_filters, code_channels, image_shape[2]
    x = images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Conv2D(outer, 3, 1, "same", activation="relu", name="encoder_1")(x)  # 28 x 28 x 16
    x = layers.MaxPooling2D(2, 2, "same", name="pool_1")(x)  # 14 x 14 x 16
    x = layers.Conv2D(inner, 3, 1, "same", activation="relu", name="encoder_2")(x)  # 14 x 14 x 8
    x = layers.MaxPooling2D(2, 2, "same", name="pool_2")(x)  # 7 x 7 x 8
    x = layers.Conv2D(code, 3, 1, "same", activation="relu", name="encoder_3")(x)  # 7 x 7 x 8
    x = layers.MaxPooling2D(2, 2, "same", name="code")(x)  # 4 x 4 x 8
    x = layers.Conv2D(inner, 3, 1, "same", activation="relu", name="decoder_1")(x)  # 4 x 4 x 8
    x = layers.UpSampling2D(2, name="up_1")(x)  # 8 x 8 x 8
    x = layers.Conv2D(inner, 3, 1, "same", activation="relu", name="decoder_2")(x)  # 8 x 8 x 8
    x = layers.UpSampling2D(2, name="up_2")(x)  # 16 x 16 x 8
    x = layers.Conv2D(outer, 3, 1, "valid", activation="relu", name="decoder_3")(x)  # 14 x 14 x 16
    x = layers.UpSampling2D(2, name="up_3")(x)  # 28 x 28 x 16
    x = layers.Conv2D(channels, 3, 1, "same", activation="sigmoid", name="reconstructions")(x)
    return keras.Model(images, x, name="convolutional_autoencoder")  # 28 x 28 x 1


# %%
keras.utils.set_random_seed(SEED)
convolutional = build_convolutional_autoencoder()
sg.export.model_table(convolutional)

# %% [markdown]
# **Read.** $16 \cdot (9 \cdot 1 + 1) = 160$ and $8 \cdot (9 \cdot 16 + 1) = 1{,}160$. All layers together have 4,385, the paper's figure 7a to
# the number: a twelfth of the simple network, a fiftieth of the deep one. Two things to notice before you compare. The code has
# $4 \cdot 4 \cdot 8 = 128$ numbers, four times as many as the dense networks' 32. And one convolution, `decoder_3`, is without padding: it brings
# 16 x 16 down to 14 x 14, so that the last doubling ends at 28.

# %% [markdown]
# ## Time and epochs on MNIST
#
# All three networks train on the same 55,000 digits. **Predict:** how many times as long does an epoch of the smallest network take?

# %% tags=["setup"]
(digits, _), (test_digits, test_labels) = sg.datasets.load_mnist()
x = sg.ranges.to_unit(digits)
x_train, x_val = x[:55_000], x[55_000:]
x_test = sg.ranges.to_unit(test_digits)


def shaped(images, network):
    return images.reshape(
        -1, *network.input_shape[1:]
    )  # 28 x 28 x 1 for convolutions, 784 for dense layers


# %%
builders = {
    "simple": build_simple_autoencoder,
    "deep": build_deep_autoencoder,
    "convolutional": build_convolutional_autoencoder,
}

# %% tags=["nbval-ignore-output", "timing"]
networks, histories = {}, {}
for name, build in builders.items():
    keras.utils.set_random_seed(SEED)
    network = networks[name] = build()
    network.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss="binary_crossentropy",
        metrics=["mean_squared_error"],
    )
    train, val = shaped(x_train, network), shaped(x_val, network)
    histories[name] = network.fit(
        train,
        train,
        validation_data=(val, val),
        batch_size=BATCH_SIZE,
        epochs=MNIST_EPOCHS,
        callbacks=[Stopwatch(), Progress(lines=3)],
        verbose=0,
    ).history

# %% tags=["nbval-ignore-output", "timing"]
seconds = {
    name: float(np.diff(history["seconds"], prepend=0).min()) for name, history in histories.items()
}
cost = seconds["convolutional"] / seconds["simple"]
sg.export.table(
    ["network", "parameters", "seconds an epoch", "times the simple one"],
    [
        [name, networks[name].count_params(), s, s / seconds["simple"]]
        for name, s in seconds.items()
    ],
    formats={"seconds an epoch": ".1f", "times the simple one": ".1f"},
)

# %% [markdown]
# **Read.** Few parameters are not little work. Each filter weight is used once for every place of the image, each dense weight
# once. The paper's factor is 30; ours depends on machine and library, and is smaller.
#
# The paper adds that the network needs fewer epochs. So ask: after how many epochs has each network reached the error that all three reach?


# %%
def epochs_to_common_error(curves):
    target = max(min(errors) for errors in curves.values())
    return {name: int(np.argmax(np.array(errors) <= target)) + 1 for name, errors in curves.items()}


mnist_errors = {name: history["val_mean_squared_error"] for name, history in histories.items()}
mnist_epochs = epochs_to_common_error(mnist_errors)
errors_figure = sg.plotting.curves(
    mnist_errors,
    xlabel="epoch",
    ylabel="mean squared error\n(validation)",
    markers=MNIST_EPOCHS < 20,
)
sg.plotting.show(
    errors_figure,
    "Line plot of the validation error by epoch, one line each for the simple, the deep and the "
    "convolutional network.",
)

# %% tags=["nbval-ignore-output"]
print("epochs to the common error, MNIST:", mnist_epochs)

# %% [markdown]
# **Read.** On MNIST the claim fails: the simple network is there first. It would be unfair to say that convolutions learn slowly, though; 4,385 numbers
# may just not be enough to paint ten kinds of digits as sharply.

# %% [markdown]
# ## Four hundred faces
#
# Now both Smile sets, raw and binarised, where dense networks see each face in a few places only. **Predict:** which of the paper's statements
# becomes true here?

# %% tags=["setup"]
smile_sets = {}
for name in ("raw Smile", "binarised Smile"):
    (train, _), (test, _) = sg.datasets.load_smiles(binarised=name == "binarised Smile")
    smile_sets[name] = sg.ranges.to_unit(train), sg.ranges.to_unit(test)

# %% tags=["nbval-ignore-output", "timing"]
smile_networks, smile_histories = {}, {}
for set_name, (train, _) in smile_sets.items():
    for name, build in builders.items():
        keras.utils.set_random_seed(SEED)
        network = smile_networks[set_name, name] = build()
        network.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE),
            loss="binary_crossentropy",
            metrics=["mean_squared_error"],
        )
        images = shaped(train, network)
        pairs = (
            tf.data.Dataset.from_tensor_slices((images, images))
            .shuffle(len(images))
            .batch(BATCH_SIZE)
        )
        history = network.fit(
            pairs, shuffle=False, epochs=SMILE_EPOCHS, callbacks=[Stopwatch()], verbose=0
        )
        smile_histories[set_name, name] = history.history
        print(f"{set_name}, {name}: loss {smile_histories[set_name, name]['loss'][-1]:.4f}")

# %%
smile_errors = {
    name: smile_histories["binarised Smile", name]["mean_squared_error"] for name in builders
}
smile_epochs = epochs_to_common_error(smile_errors)
smile_curves = sg.plotting.curves(
    smile_errors, xlabel="epoch", ylabel="mean squared error\n(training)", log=True
)
sg.plotting.show(
    smile_curves,
    "Line plot of the error on training faces by epoch, on a logarithmic scale, one line each for "
    "the simple, the deep and the convolutional network.",
)

# %% tags=["nbval-ignore-output"]
print("epochs to the common error, binarised Smile:", smile_epochs)

# %%
test_faces = smile_sets["binarised Smile"][1]
painted = {name: smile_networks["binarised Smile", name] for name in builders}
smile_figure = sg.plotting.image_rows(
    {
        "original": test_faces[:10],
        **{
            name: np.asarray(net(shaped(test_faces[:10], net))).reshape(-1, 28, 28)
            for name, net in painted.items()
        },
    }
)
sg.plotting.show(
    smile_figure,
    "Four rows of ten test faces: the originals, and what the simple, the deep and the "
    "convolutional network paint of them.",
)

# %% [markdown]
# **Read.** Here the convolutional network needs the fewest epochs, and on faces it has not seen its blobs take the size and the tilt of the drawing. What one filter
# learns in one place it can use everywhere, so 400 images give it many more examples of a stroke than they give a dense unit. Whether
# "fewer epochs" is true depends on the data.

# %% [markdown]
# ## Shifted digits
#
# MNIST's digits are centred. The paper says that dense networks remember *where* things are, and so fail when the same images are slightly
# shifted. Shift the test digits by 0 to 4 pixels in each of the four directions, and take the error anew. No network is
# trained on shifted digits. **Predict:** by what factor does each network's error grow at 4 pixels?


# %% tags=["setup", "paper"]
def shift(images, rows, columns):
    # Zeros enter on one side; what leaves on the other is lost.
    up, left = max(-rows, 0), max(-columns, 0)
    padded = np.pad(images, ((0, 0), (max(rows, 0), up), (max(columns, 0), left)))
    return padded[:, up : up + images.shape[1], left : left + images.shape[2]]


def reconstruction_error(network, images):
    images = images.reshape(-1, *network.input_shape[1:])
    answers = network.predict(images, batch_size=1_000, verbose=0)
    return float(np.mean((images - answers) ** 2))


# %%
asked = x_test[:2_000]
pixels = np.arange(5)
shift_errors = {name: [] for name in networks}
for name, network in networks.items():
    for p in pixels:
        moved = [shift(asked, *step) for step in ((p, 0), (-p, 0), (0, p), (0, -p))]
        shift_errors[name].append(reconstruction_error(network, np.concatenate(moved)))
growth = {name: errors[-1] / errors[0] for name, errors in shift_errors.items()}

# %%
shift_figure = sg.plotting.curves(
    {name: (pixels, errors) for name, errors in shift_errors.items()},
    xlabel="shift (pixels)",
    ylabel="mean squared error\n(test)",
    markers=True,
)
shift_figure.axes[0].set_xticks(pixels)
sg.plotting.show(
    shift_figure,
    "Line plot of the test error over the shift, from 0 to 4 pixels, one line each for the "
    "simple, the deep and the convolutional network.",
)

# %% tags=["nbval-ignore-output"]
sg.export.table(
    ["network", *(f"{p} px" for p in pixels), "4 px / 0 px"],
    [
        [name, *(f"{error:.4f}" for error in errors), f"{growth[name]:.1f}"]
        for name, errors in shift_errors.items()
    ],
    align="lrrrrrr",
)

# %%
shown = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
moved = shift(x_test[shown], 4, 0)
moved_figure = sg.plotting.image_rows(
    {
        "4 pixels down": moved,
        **{
            name: np.asarray(net(shaped(moved, net))).reshape(-1, 28, 28)
            for name, net in networks.items()
        },
    }
)
sg.plotting.show(
    moved_figure,
    "Four rows of ten digits, 0 to 9: the test images moved four pixels down, and what the "
    "simple, the deep and the convolutional network paint of them.",
)

# %% [markdown]
# **Read.** The paper is right. The dense networks pull a shifted digit back to where digits were in training. The convolutional one moves with
# it. Its error grows too: pooling by 2 three times makes a grid of 8 pixels, and a shift that is no multiple of 8 falls differently on it.

# %% [markdown]
# ## All three on all data sets
#
# Test images, errors in two measures. Explained variance can be compared between sets, squared error cannot.


# %%
def table_row(set_name, name, network, history, train, test):
    images, mean_image = shaped(test, network), shaped(train.mean(axis=0), network)
    answers = np.concatenate([network(part) for part in np.array_split(images, 10)])
    error = float(np.mean((images - answers) ** 2))
    per_epoch = float(np.diff(history["seconds"], prepend=0).min())
    facts = [set_name, name, network.count_params(), len(history["loss"]), per_epoch]
    return [*facts, error, explained_variance(images, answers, mean_image)]


rows = [
    table_row("MNIST", name, networks[name], histories[name], x_train, x_test) for name in builders
]
rows += [
    table_row(set_name, name, network, smile_histories[set_name, name], *smile_sets[set_name])
    for (set_name, name), network in smile_networks.items()
]
explained = {(set_name, name): row[-1] for set_name, name, *row in rows}

# %% tags=["nbval-ignore-output", "timing"]
results = sg.export.table(
    ["data", "network", "parameters", "epochs", "s / epoch", "squared error", "explained"],
    rows,
    formats={"s / epoch": ".3f", "squared error": ".4f", "explained": ".2f"},
)
results

# %% [markdown]
# **Read.** No network wins everywhere. Much data and little time: the simple one. Much data and time: the deep one ([page 02](02_deep_autoencoder.ipynb)).
# Little data, or objects that move: the convolutional one. Raw Smile is hard for all, for the reason that page 01 found.
#
# All three answer the same question: *paint what you were shown*. None can paint a digit that nobody drew: their decoders were never asked about codes
# that come from no image. What would a loss look like that asks for a *new* image, one that cannot be told from real ones? Who would judge it? The
# answer of Goodfellow et al. (2014), a second network as the judge, is where the pages on GANs begin.

# %% [markdown]
# ## Claims

# %%
counts = {name: network.count_params() for name, network in networks.items()}
size = counts["convolutional"] / min(counts["simple"], counts["deep"])
smile_ratio = smile_epochs["convolutional"] / smile_epochs["simple"]
mnist_ratio = mnist_epochs["convolutional"] / mnist_epochs["simple"]
growth_ratio = growth["convolutional"] / growth["simple"]
on_faces = {name: explained["binarised Smile", name] for name in builders}

# %% tags=["claims"]
claims = sg.claims.Claims()
paper = "Temkeng 2020, 3.3"
claims.equal(4_385, counts["convolutional"], "parameters of the convolutional autoencoder", paper)
claims.below(1, size, "its parameters, per the next smallest", paper)
claims.above(1, cost, "time of an epoch, convolutional per simple", paper)
claims.below(30, cost, "finding: but less than the factor of the paper", "against 3.3")
claims.below(1, smile_ratio, "binarised Smile: its epochs, per simple", paper)
claims.above(0.99, mnist_ratio, "finding: on MNIST not fewer, per simple", "against 3.3")
claims.above(2, growth["simple"], "error at a shift of 4 pixels, per error at 0, simple", paper)
claims.above(2, growth["deep"], "the same, deep", paper)
claims.below(0.75, growth_ratio, "the growth, convolutional per simple", paper)
lead = on_faces["convolutional"] - on_faces["deep"]
claims.above(0, lead, "binarised Smile, test: explained, convolutional over deep", paper)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %%
run = sg.runs.describe(
    "03_convolutional_autoencoder", seed=SEED, mnist_epochs=MNIST_EPOCHS, smile_epochs=SMILE_EPOCHS
)
print(sg.export.save_figure(shift_figure, "error_by_shift", run))
print(sg.export.save_figure(smile_figure, "smile_three_autoencoders", run))
sg.export.colab.download("figures")

# %% [markdown]
# `results.latex` is the table of all networks for LaTeX:

# %% tags=["nbval-ignore-output", "timing"]
print(results.latex)

# %% [markdown]
# ## Exercises
#
# 1. *Remove noise.* Add normal noise of standard deviation 0.5 to digits, clip to $[0, 1]$, and train the convolutional network to paint the clean
#    digit from the noisy one. What is the error of the noisy image itself, and what is left of it?
# 2. *Be fair.* The convolutional code has 128 numbers. Build it with `code_channels=2`, so that it has 32 as the dense ones have. How much of its
#    lead on binarised Smile remains?
# 3. *Teach shifts.* Train the simple network on digits shifted at random by up to 4 pixels. Does its error still grow?
#
# The [solutions](solutions/03_convolutional_autoencoder.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.** The target is the clean image, the input is not. Ten thousand digits are enough to see it.

# %% tags=["solution", "nbval-ignore-output"]
rng = np.random.default_rng(SEED)


def noisy(images):
    return np.clip(images + rng.normal(0, 0.5, images.shape), 0, 1).astype("float32")


keras.utils.set_random_seed(SEED)
denoiser = sg.models.autoencoders.build_convolutional_autoencoder()
denoiser.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
clean = shaped(x_train[:10_000], denoiser)
history = denoiser.fit(noisy(clean), clean, batch_size=64, epochs=4, verbose=0)

# %% tags=["solution", "nbval-ignore-output"]
clean_test = shaped(x_test[:1_000], denoiser)
noisy_test = noisy(clean_test)
cleaned = denoiser.predict(noisy_test, verbose=0)
print(f"squared error of the noisy digits: {np.mean((noisy_test - clean_test) ** 2):.3f}")
print(f"squared error of the cleaned digits: {np.mean((cleaned - clean_test) ** 2):.3f}")
figure = sg.plotting.image_rows(
    {"noisy": noisy_test[:10], "cleaned": cleaned[:10], "clean": clean_test[:10]}
)
sg.plotting.show(
    figure,
    "Three rows of ten digits: with noise, cleaned by the network, and the clean originals.",
)

# %% [markdown] tags=["solution"]
# Most of the noise is gone, and some of the digit: where the noise hides a stroke, the network paints what is usual there.
#
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output"]
train, test = smile_sets["binarised Smile"]
for code_channels in (8, 2):
    keras.utils.set_random_seed(SEED)
    network = sg.models.autoencoders.build_convolutional_autoencoder(code_channels=code_channels)
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    images, faces = shaped(train, network), shaped(test, network)
    pairs = (
        tf.data.Dataset.from_tensor_slices((images, images)).shuffle(len(images)).batch(BATCH_SIZE)
    )
    network.fit(pairs, shuffle=False, epochs=SMILE_EPOCHS, verbose=0)
    share = explained_variance(faces, np.asarray(network(faces)), images.mean(axis=0))
    print(f"{16 * code_channels} numbers in the code: explained {share:.2f}")

# %% [markdown] tags=["solution"]
# The shorter code costs next to nothing here: the lead comes from the convolutions, not from the longer code.
#
# **Exercise 3.**

# %% tags=["solution", "nbval-ignore-output"]
rng = np.random.default_rng(SEED)
steps = rng.integers(-4, 5, size=(len(x_train), 2))
shifted = np.stack(
    [shift(image[None], *step)[0] for image, step in zip(x_train, steps, strict=True)]
)
for name, images in (("centred", x_train), ("shifted", shifted)):
    keras.utils.set_random_seed(SEED)
    network = build_simple_autoencoder()
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    network.fit(
        shaped(images, network), shaped(images, network), batch_size=BATCH_SIZE, epochs=3, verbose=0
    )
    test = [shaped(shift(x_test[:2_000], 0, p), network) for p in (0, 4)]
    errors = [np.mean((images - network.predict(images, verbose=0)) ** 2) for images in test]
    print(f"trained on {name} digits: error {errors[0]:.4f} at 0 pixels, {errors[1]:.4f} at 4")

# %% [markdown] tags=["solution"]
# It no longer grows much, but now 32 numbers must also say *where* the digit is: at 0 pixels the error is larger than before. The convolutional
# network gets this knowledge from its structure.

# %% [markdown]
# ## References
#
# Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 3.3. LeCun et al. 1998, *Gradient-based learning applied to document recognition*.
# Masci et al. 2011, *Stacked convolutional auto-encoders for hierarchical feature extraction*. Vincent et al. 2008, *Extracting and composing
# robust features with denoising autoencoders*. Goodfellow et al. 2014, *Generative Adversarial Nets*. Google, *The Quick, Draw! Dataset* (CC BY 4.0).
