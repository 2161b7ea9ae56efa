# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 01 · Simple autoencoder
#
# An *autoencoder* squeezes an image into a short code and reconstructs the image from it. This page rebuilds section 3.1 of Temkeng (2020): one small network
# succeeds on handwritten digits, fails on faint drawings of faces, and does clearly better once these are black and white: it finds the place of a face, its outline and features only in part.
# You find out why, and look into the code.
#
# You need some Python and NumPy; each term of machine learning is explained where it is first used. The page takes a minute or two on a laptop.

# %% tags=["setup", "nbval-ignore-output"]
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

import seminar_gan as sg
from seminar_gan.training import Progress

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
MNIST_EPOCHS = 10  # paper: 100
RAW_EPOCHS = 400  # paper: 4,000
BINARISED_EPOCHS = 70  # paper: 700
BATCH_SIZE = 256  # the paper does not say
LEARNING_RATE = 3e-3  # the paper does not say

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    MNIST_EPOCHS=(1, 100_000),
    RAW_EPOCHS=(1, 100_000),
    BINARISED_EPOCHS=(1, 100_000),
    BATCH_SIZE=(1, 55_000),
    LEARNING_RATE=(1e-7, 1.0),
)

# %% [markdown]
# ## The images, and where this leads
#
# **MNIST** has 60,000 digits to train on and 10,000 to test on, 28 x 28 pixels, light ink on black. We keep the last 5,000 training digits aside for *validation*: they show how
# training goes, and choices are made on them. Test images serve for the numbers that we report.
#
# **Smile** has 400 training and 17 test images of faint drawings on white. Ours are made of drawings from Quick, Draw! (Google, CC BY 4.0), because the paper's own set has
# no licence: 160 drawings, each at two or three places, and 17 others to test. *Binarised*, every 255 becomes 0 and every other value 1.
#
# The network takes an image as a row of 784 numbers in $[0, 1]$.
#
# The picture shows where section 3.1 ends: test images, and below each row what the network makes of them after 100 *epochs* of digits, 4,000 of raw and 700 of binarised faces. (An epoch is one
# pass over the training images.) These networks were trained beforehand, with three seeds each; the picture is of seed 0, the best of the three on raw test faces. Below you train your own for a tenth of these epochs.

# %% tags=["setup"]
(digits, digit_labels), (test_digits, test_labels) = sg.datasets.load_mnist()
(smiles, _), (test_smiles, _) = sg.datasets.load_smiles()
(binarised, _), (test_binarised, _) = sg.datasets.load_smiles(binarised=True)


def flat(images):
    return sg.ranges.to_unit(images).reshape(-1, 784)


x_train, x_val = flat(digits[:55_000]), flat(digits[55_000:])
x_test = flat(test_digits)
print(x_train.shape, x_val.shape, x_test.shape, flat(smiles).shape, flat(test_smiles).shape)

# %%
records, pictures = sg.datasets.load_full_runs()
# Three seeds of each came with the package; a missing one is a KeyError.
FULL_RUNS = {"MNIST": 100, "raw Smile": 4_000, "binarised Smile": 700}
FACES = ("raw Smile", "binarised Smile")
full = {data: [records["simple", data, seed] for seed in range(3)] for data in FULL_RUNS}
shown = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
originals = {
    "MNIST": ("digits", test_digits[shown]),
    "raw Smile": ("raw faces", test_smiles[:10]),
    "binarised Smile": ("binarised", test_binarised[:10]),
}
rows = {}
for data, epochs in FULL_RUNS.items():
    label, images = originals[data]
    rows |= {label: images, f"{epochs:,} epochs": pictures["simple", data, 0]}
full_figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    full_figure,
    "Six rows of ten images: digits and their reconstructions, blurred but legible; raw faces and grey "
    "clouds at their places, some hardly visible; binarised faces and white specks where the faces are.",
)

# %% [markdown]
# ## The network: one layer in, one layer out
#
# A *neuron* or *unit* adds up its inputs, each times a *weight*, adds a number of its own, the *bias*, and applies a function, its *activation*. Many side by side are a *layer*;
# in a *dense* layer each sees every input. The *encoder* is a layer that maps the 784 pixels $x$ to a *code* $h$ of 32 numbers. The *decoder* maps the code to a *reconstruction* $\hat{x}$:
#
# $$h = \operatorname{relu}(W_1 x + b_1) \qquad\qquad \hat{x} = \sigma(W_2 h + b_2)$$
#
# The *ReLU*, $\operatorname{relu}(a) = \max(a, 0)$, lets positive numbers through and turns negative ones into 0. The *sigmoid* $\sigma(a) = 1 / (1 + e^{-a})$ brings any number, here called a *logit*,
# between 0 and 1. **Predict:** how many numbers does the network learn? Count the entries of $W_1, b_1, W_2, b_2$.


# %% tags=["shows:models.autoencoders.build_simple_autoencoder"]
def build_simple_autoencoder(image_shape=(28, 28, 1), code_size=32):
    height, width, channels = image_shape
    pixels = height * width * channels
    images = keras.Input((pixels,), name="images")  # 784
    x = layers.Dense(code_size, activation="relu", name="code")(images)  # 32
    x = layers.Dense(pixels, activation="sigmoid", name="reconstructions")(x)  # 784
    return keras.Model(images, x, name="simple_autoencoder")


# %%
keras.utils.set_random_seed(SEED)
autoencoder = build_simple_autoencoder()
network_figure = sg.plotting.architecture(autoencoder)
sg.plotting.show(network_figure, sg.plotting.describe(autoencoder))
network_table = sg.export.model_table(autoencoder, caption="The simple autoencoder.")
network_table

# %% [markdown] tags=["unmeasured"]
# **Read.** $784 \cdot 32 + 32 = 25{,}120$ for the encoder and $32 \cdot 784 + 784 = 25{,}872$ for the decoder: 50,992, as in figure 4a of the paper, which does not
# name activations, loss, optimizer or batch size. Ours are those of the present version of the Keras tutorial that its networks resemble (Chollet 2016), except for a learning rate three times the usual 0.001, to learn
# faster.
#
# ## The loss: binary cross-entropy
#
# For one pixel with the value $x$ and the answer $\hat{x}$ the *loss* is
#
# $$\ell(x, \hat{x}) = -x \log \hat{x} - (1 - x) \log (1 - \hat{x})$$
#
# and the loss of an image is the mean over its pixels. **Predict:** a pixel is grey, $x = 0.5$, and the network answers exactly $\hat{x} = 0.5$. Is the loss zero?


# %% tags=["paper"]
def cross_entropy(x, answer):
    answer = np.clip(answer, 1e-7, 1 - 1e-7)
    return -x * np.log(answer) - (1 - x) * np.log(1 - answer)


# %%
answers = np.linspace(0.01, 0.99, 99)
figure = sg.plotting.curves(
    {f"pixel $x$ = {x}": (answers, cross_entropy(x, answers)) for x in (0.0, 0.5, 1.0)},
    xlabel=r"answer $\hat{x}$",
    ylabel=r"loss $\ell(x, \hat{x})$",
)
sg.plotting.show(
    figure,
    "Line plot of the loss over the answer, from 0 to 1, for three values of the pixel. For 0 it "
    "rises, for 1 it falls, for 0.5 it is least in the middle.",
)
grey_floor = cross_entropy(0.5, 0.5)
mnist_floor = cross_entropy(x_val, x_val).mean()  # each digit answered by itself
print(f"least loss of a grey pixel {grey_floor:.3f}, of validation digits {mnist_floor:.3f}")

# %% [markdown]
# **Read.** The loss is least at the right answer, but for a grey pixel that least value is $\log 2 \approx 0.693$, not 0. The validation digits, answered perfectly, have a loss of about 0.059, their *floor*.
# So losses of two sets of images cannot be compared. We report instead the *mean squared error* of a pixel, and the *explained variance*, the share of the images' variation that the
# reconstructions capture, where $\bar{x}$ is the mean training image:
#
# $$R^2 = 1 - \frac{\sum (x - \hat{x})^2}{\sum (x - \bar{x})^2}$$
#
# A perfect network has $R^2 = 1$. One that answers every image with the mean image has $R^2 = 0$, and a worse one a negative $R^2$.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the least loss of a grey pixel is log 2", abs(grey_floor - np.log(2)) < 1e-9)
sg.claims.holds("the floor of the validation digits is about 0.059", 0.0585 < mnist_floor < 0.0595)


# %% [markdown]
# ## Training on MNIST
#
# The network's target is its own input: `fit(x_train, x_train)`. It gets the images in *batches* of 256. After each batch *backpropagation* computes by the chain rule how the loss changes with each weight, the
# *gradient*, and an *optimizer* moves each weight a little downhill. The usual one is *Adam* (Kingma & Ba 2015): it divides a running mean of each weight's gradient by its usual size, so that
# a step of a weight is about as long as the *learning rate* while its gradient keeps its sign, and shorter when that changes.
#
# **Predict:** will the loss still be falling after the last epoch, and is it higher on images that the network has not seen?

# %% tags=["nbval-ignore-output"]
autoencoder.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
history = autoencoder.fit(
    x_train,
    x_train,
    validation_data=(x_val, x_val),
    batch_size=BATCH_SIZE,
    epochs=MNIST_EPOCHS,
    callbacks=[Progress()],
    verbose=0,
).history
figure = sg.plotting.curves(
    {
        "training": history["loss"],
        "validation": history["val_loss"],
        "floor": np.full(MNIST_EPOCHS, mnist_floor),
    },
    xlabel="epoch",
    ylabel="binary cross-entropy",
)
sg.plotting.show(
    figure,
    "Line plot of the binary cross-entropy by epoch, one line for training and one for validation "
    "images, falling towards a level line below them, the floor.",
)

# %% [markdown]
# **Read.** Still falling, but the epochs gain less and less. At the end the lines for training and validation are less than 0.002 apart: what the network has learned holds for other digits too. At the first epoch
# validation is *below* training, because the training loss is the mean over the epoch, while the network was learning, and validation comes after it. Above the floor there is still more than 0.03.
# Ten times the epochs take little off: after their tenth epoch the three full runs lose only 0.001 to 0.002 more, and their validation loss ends between 0.092 and 0.096. Chollet (2016) reports about 0.09 after 50.

# %% tags=["check"]
# @title Statements
gains = -np.diff(history["loss"])
sg.claims.holds("still falling", gains[-1:].sum() > 0)
sg.claims.holds("the epochs gain less and less", gains[:1].sum() > 10 * gains[-1:].sum())
sg.claims.holds(
    "at the end they are together", abs(history["val_loss"][-1] - history["loss"][-1]) < 0.002
)
sg.claims.holds(
    "validation is below training at first", history["val_loss"][0] < history["loss"][0]
)
full_losses = [record["val_loss"][-1] for record in full["MNIST"]]
later = [record["val_loss"][9] - record["val_loss"][-1] for record in full["MNIST"]]
sg.claims.holds("the full runs end above 0.092", min(full_losses) > 0.092)
sg.claims.holds("and below 0.096", max(full_losses) < 0.096)
sg.claims.holds("after the tenth epoch, at least 0.001", min(later) > 0.001)
sg.claims.holds("and at most 0.002", max(later) < 0.002)
sg.claims.holds("more than 0.03 above the floor", history["val_loss"][-1] - mnist_floor > 0.03)

# %% [markdown]
# The paper finds that its reconstructions are not the originals but can be recognised. Let a reader who knows only originals decide: for each of 2,000
# reconstructed test digits, chosen at random because the first half of the test set is the harder one, find the most similar of 10,000 training digits and take its label.
# **Predict:** if it reads 94 to 96 % of the originals, how many of the reconstructions?


# %% tags=["paper"]
def nearest_label(images, known_images, known_labels):
    distances = np.sum(known_images**2, axis=1) - 2 * images @ known_images.T  # |a-b|^2 - |a|^2
    return known_labels[np.argmin(distances, axis=1)]


# %% tags=["nbval-ignore-output"]
reconstructions = autoencoder.predict(x_test, verbose=0)
known, known_labels = x_train[:10_000], digit_labels[:10_000]
asked = np.random.default_rng(SEED).choice(10_000, 2_000, replace=False)
read_originals, read_reconstructions = (
    np.mean(nearest_label(images[asked], known, known_labels) == test_labels[asked])
    for images in (x_test, reconstructions)
)
mnist_error = np.mean((x_test - reconstructions) ** 2)
print(f"read correctly: originals {read_originals:.1%}, reconstructions {read_reconstructions:.1%}")
print(f"mean squared error of a test pixel: {mnist_error:.4f}")

# %% [markdown]
# **Read.** A few in a hundred fewer. Nearly always the digit survives. Guessing would get about one in ten. A nearest-neighbour reader is a weak one: it measures "recognisable", no more, and
# it forgives blur.

# %% tags=["check"]
# @title Statements
sg.claims.holds("fewer reconstructions are read", read_reconstructions < read_originals)
sg.claims.holds("94 to 96 % of the originals", 0.935 < read_originals < 0.965)
sg.claims.holds("a few in a hundred", read_originals - read_reconstructions < 0.05)

# %% [markdown]
# ## Is it better than PCA?
#
# *Principal component analysis* also writes an image as 32 numbers: the coordinates along the 32 directions in which the training
# images vary most, the columns of $V$. Of all *linear* codes with 32 numbers it has the smallest squared error on the training images:
#
# $$h = V^\top (x - \bar{x}) \qquad\qquad \hat{x} = \bar{x} + V h$$
#
# **Predict:** which of the two has the smaller test error?


# %% tags=["paper"]
def pca(images):
    mean_image = images.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(images, rowvar=False))  # in ascending order of variance
    return mean_image, directions[:, ::-1].astype("float32")


def pca_reconstruct(images, mean_image, directions):
    return mean_image + (images - mean_image) @ directions @ directions.T


# %%
mean_digit, directions = pca(x_train)
# A pixel is between 0 and 1, so PCA's answers are clipped to that: it lowers PCA's error.
pca_reconstructions = pca_reconstruct(x_test, mean_digit, directions[:, :32]).clip(0, 1)
pca_error = np.mean((x_test - pca_reconstructions) ** 2)
mnist_figure = sg.plotting.image_rows(
    {
        "original": test_digits[shown],
        "autoencoder": reconstructions[shown].reshape(-1, 28, 28),
        "PCA": pca_reconstructions[shown].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    mnist_figure,
    "Three rows of ten digits, 0 to 9: the originals, the autoencoder's reconstructions, and "
    "those of PCA, with grey clouds around each digit.",
)
pca_read = nearest_label(pca_reconstructions[asked], known, known_labels) == test_labels[asked]
print(
    f"PCA with 32 components: mean squared error {pca_error:.4f}, read correctly {pca_read.mean():.1%}"
)
print(f"error of the autoencoder, per that of PCA: {mnist_error / pca_error:.2f}")

# %% [markdown]
# **Read.** By the squared error, yes: it is 0.6 to 0.8 times PCA's, by the seed, although PCA's is clipped. The reader of the section before reads PCA's digits about as often. The encoder is linear up to the ReLU; the decoder has the sigmoid, which can push a pixel firmly to black or
# white, while PCA leaves grey clouds around each digit. Which of the two makes the difference, this comparison does not say.

# %% tags=["check"]
# @title Statements
sg.claims.holds("0.6 to 0.8 times the error of PCA", 0.6 < mnist_error / pca_error < 0.82)
sg.claims.holds("read about as often", abs(pca_read.mean() - read_reconstructions) < 0.03)

# %% [markdown]
# ## Smile: the same network fails
#
# The paper trains the same network on raw Smile for 4,000 epochs, "too much and too long", and finds that it cannot reconstruct its input; on binarised Smile 700 epochs are a clear improvement. Two reasons
# are given: the set is too small, and each image holds too much "unnecessary" information, the whole white area, whose values have a large influence, "because owing to their great number they are not easy to predict" (our translation). **Predict:** what will the
# reconstructions of test faces look like, and will more epochs help them?
#
# One epoch of Smile is only two steps, so it takes many. (`tf.data` hands out the batches: for such short epochs `fit` is then faster than with arrays.) The raw images get more than
# five times the epochs of the binarised ones, as in the paper.


# %% tags=["setup"]
def train_on_smiles(images, epochs, start_at_mean=False, code="relu", lines=0):
    keras.utils.set_random_seed(SEED)
    network = sg.models.autoencoders.build_simple_autoencoder()
    network.get_layer("code").activation = keras.activations.get(code)
    if start_at_mean:  # with a code of zeros the answer is the mean image: its logit is the bias
        mean = np.clip(images.mean(axis=0), 0.001, 0.999)
        network.get_layer("reconstructions").bias.assign(np.log(mean / (1 - mean)))
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    pairs = tf.data.Dataset.from_tensor_slices((images, images))
    pairs = pairs.shuffle(len(images)).batch(BATCH_SIZE)  # so fit need not shuffle
    watch = [Progress(lines=lines)] if lines else []
    network.fit(pairs, shuffle=False, epochs=epochs, callbacks=watch, verbose=0)
    return network


def explained_variance(images, reconstructions, mean_image):
    unexplained = np.sum((images - reconstructions) ** 2)
    return 1 - unexplained / np.sum((images - mean_image) ** 2)


def explained_by(network, images, mean_image):
    return float(explained_variance(images, np.asarray(network(images)), mean_image))


# %% tags=["nbval-ignore-output"]
smile_networks, quick = {}, {}
for name, train, test, epochs in (
    ("raw Smile", flat(smiles), flat(test_smiles), RAW_EPOCHS),
    ("binarised Smile", flat(binarised), flat(test_binarised), BINARISED_EPOCHS),
):
    network = smile_networks[name] = train_on_smiles(train, epochs, lines=5)
    quick[name] = [explained_by(network, part, train.mean(axis=0)) for part in (train, test)]
    print(
        f"{name}: explained {quick[name][0]:.2f} of training, {quick[name][1]:.2f} of test images"
    )

from_raw, from_binarised = (
    np.asarray(smile_networks[name](flat(images[:10]))).reshape(-1, 28, 28)
    for name, images in (("raw Smile", test_smiles), ("binarised Smile", test_binarised))
)
smile_figure = sg.plotting.image_rows(
    {
        "raw": test_smiles[:10],
        "from raw": from_raw,
        "stretched": (from_raw - from_raw.min()) / np.ptp(from_raw),  # least 0, largest 1
        "binarised": test_binarised[:10],
        "from binarised": from_binarised,
    }
)
sg.plotting.show(
    smile_figure,
    "Five rows of ten test faces: raw, what the network makes of them, the same with the contrast "
    "stretched, binarised, and what the other network makes of those.",
)

# %% [markdown]
# And at the paper's size? Those runs came with the package, three seeds of each, and all are drawn. The axes begin at epoch 10 and at -0.5. The curves of the test images are for looking only: nothing was chosen with them.

# %%
epochs_figure, axes = plt.subplots(1, 2, figsize=(5.6, 3.0), sharey=True, layout="constrained")
for axis, data, title in zip(
    axes, ("raw Smile", "binarised Smile"), ("raw", "binarised"), strict=True
):
    for record in full[data]:
        axis.plot(record["epoch"], record["train_explained"], "C0-")
        axis.plot(record["epoch"], record["test_explained"], "C1--")
    axis.set(title=title, xlabel="epoch", xscale="log", xlim=(10, None), ylim=(-0.5, 1))
axes[0].set_ylabel("explained variance")
axes[0].legend(axes[0].lines[:2], ["training", "test"], loc="upper left")
sg.plotting.show(
    epochs_figure,
    "Two line plots of the explained variance over the epochs from 10, three lines for training and "
    "three for test faces. Raw: all stay below 0.3. Binarised: training rises to 0.9, test turns at 0.5.",
)


# %% tags=["nbval-ignore-output"]
def at_the_end(data, column):  # the least and the largest of the seeds
    ends = [record[column][-1] for record in full[data]]
    return f"{min(ends):.2f} to {max(ends):.2f}"


pca_shares = {}  # PCA with 32 components, fitted on the same training images, clipped
for data, train, test in (
    ("MNIST", x_train, x_test),
    ("raw Smile", flat(smiles), flat(test_smiles)),
    ("binarised Smile", flat(binarised), flat(test_binarised)),
):
    mean, face_directions = pca(train)
    answers = [
        pca_reconstruct(part, mean, face_directions[:, :32]).clip(0, 1) for part in (train, test)
    ]
    pca_shares[data] = [
        float(explained_variance(part, answer, mean))
        for part, answer in zip((train, test), answers, strict=True)
    ]

quick["MNIST"] = [explained_by(autoencoder, part, mean_digit) for part in (x_train, x_test)]
quick_epochs = {"MNIST": MNIST_EPOCHS, FACES[0]: RAW_EPOCHS, FACES[1]: BINARISED_EPOCHS}
full_rows = []
for data, epochs in quick_epochs.items():
    full_rows.append([data, f"{epochs:,} epochs, this page", *(f"{s:.2f}" for s in quick[data])])
    ends = [at_the_end(data, column) for column in ("train_explained", "test_explained")]
    full_rows.append([data, f"{FULL_RUNS[data]:,} epochs, three seeds", *ends])
    full_rows.append([data, "PCA, 32 components", *(f"{s:.2f}" for s in pca_shares[data])])
full_table = sg.export.table(
    ["images", "trained", "training", "test"],
    full_rows,
    align="llrr",
    caption="Explained variance of digits and faces by the simple autoencoder, after few epochs and after as "
    "many as in the paper (least and largest of three seeds), and by PCA of the same training images, clipped. Test "
    f"images: {len(x_test):,} digits, {len(test_smiles)} faces.",
)
full_table

# %% [markdown]
# **Read.** The paper's observation holds, at its size too. Raw faces are hardly reconstructed: grey clouds sit where the faces are, and after 4,000 epochs less than 0.3 of the variation is explained even on the training
# images. For the first 200 epochs the raw network gives little but the mean image. Of test images the best of three runs, pictured at the top, ends at 0.15, the worst below 0: worse than the mean image. But there are 17 test faces, and the tenth in the picture alone makes about half of that difference. Binarised faces are reconstructed, with less than a fifth of the epochs: the place is right, outline and features only in part.
#
# More epochs help the binarised test faces until between 200 and 250 epochs, and then do harm, while the training lines still climb. The raw test faces turn later, between 500 and 1,400. The network
# *overfits*: it learns what is true of the training faces only. In that sense 400 images of 160 drawings are too few, the paper's first reason. But PCA with 32 components of the same 400 explains more of the test faces than any of the runs
# ends with, raw or binarised; of digits, of which there are 55,000, it explains less than the network. The number of images is not all. The paper's second reason comes next.

# %% tags=["check"]
# @title Statements
raw_ends, binarised_ends = (
    [(record["train_explained"][-1], record["test_explained"][-1]) for record in full[data]]
    for data in FACES
)
raw_best, binarised_best = (
    [record["epoch"][record["test_explained"].argmax()] for record in full[data]] for data in FACES
)
peaks = [record["test_explained"].max() for record in full["binarised Smile"]]
sg.claims.holds("raw faces are hardly reconstructed", quick["raw Smile"][0] < 0.25)
sg.claims.holds("less than 0.3 after 4,000 epochs", max(raw_ends)[0] < 0.3)
first = [record["train_explained"][record["epoch"] <= 200][-1] for record in full["raw Smile"]]
sg.claims.holds(
    "little but the mean image for 200 epochs", min(first) > -0.02 and max(first) < 0.05
)
climbing = [record["train_explained"].argmax() for data in FACES for record in full[data]]
lengths = [len(record["epoch"]) - 1 for data in FACES for record in full[data]]
sg.claims.holds("the training lines still climb", climbing == lengths)
sg.claims.holds(
    "seed 0 is the best on raw test faces", raw_ends[0][1] == max(t for _, t in raw_ends)
)
sg.claims.holds("the best ends at 0.15", 0.14 < max(test for _, test in raw_ends) < 0.155)
sg.claims.holds("the worst below 0", min(test for _, test in raw_ends) < 0)
raw_test, raw_mean = flat(test_smiles), flat(smiles).mean(axis=0)
ordered = sorted(range(3), key=lambda seed: raw_ends[seed][1])  # from the worst to the best
tenth = [np.sum((flat(pictures["simple", "raw Smile", s])[9] - raw_test[9]) ** 2) for s in ordered]
difference = raw_ends[ordered[2]][1] - raw_ends[ordered[0]][1]
of_one = (tenth[0] - tenth[2]) / np.sum((raw_test - raw_mean) ** 2) / difference
sg.claims.holds("one face makes about half of that difference", 0.4 < of_one < 0.6)
sg.claims.holds("binarised faces are", quick["binarised Smile"][0] > 0.35)
sg.claims.holds("at the paper's size too", min(binarised_ends)[0] > 0.85)
sg.claims.holds("binarised: best after 200", min(binarised_best) > 200)
sg.claims.holds("and before 250 epochs", max(binarised_best) < 250)
sg.claims.holds("then harm", min(peaks) - max(test for _, test in binarised_ends) > 0.03)
sg.claims.holds("raw: best after 500", min(raw_best) > 500)
sg.claims.holds("and before 1,400 epochs", max(raw_best) < 1_400)
sg.claims.holds(
    "PCA explains more, raw", pca_shares["raw Smile"][1] > max(test for _, test in raw_ends)
)
sg.claims.holds(
    "and binarised", pca_shares["binarised Smile"][1] > max(test for _, test in binarised_ends)
)
sg.claims.holds("less of digits", pca_shares["MNIST"][1] < quick["MNIST"][1] - 0.03)

# %% [markdown]
# ## Is it the white area?
#
# Binarising does two things: the background goes from white (1) to black (0), and faint ink becomes bold. Each can be done alone, which makes four sets: faint ink on white is *raw*, bold ink on black is *binarised*. A *deciding experiment* goes with them. The first thing
# to learn is the background. We can give it to the network for nothing: start the decoder's bias $b_2$ at the logit of the mean image, so that a code of zeros is answered with $\bar{x}$. If raw faces are learned
# then, the background held them back. **Predict:** on which of the four does the better start help, and on which not? Beside the explained variance we count the *dead* units: those whose ReLU gives 0 for all 400 images.


# %% tags=["nbval-ignore-output"]
def dead_units(network, images):
    encoder, _ = sg.models.autoencoders.split(network)
    return int(np.sum(np.asarray(encoder(images)).max(axis=0) <= 0))


variants = {
    "faint on white": (flat(smiles), flat(test_smiles)),
    "faint on black": (1 - flat(smiles), 1 - flat(test_smiles)),
    "bold on white": (1 - flat(binarised), 1 - flat(test_binarised)),
    "bold on black": (flat(binarised), flat(test_binarised)),
}

outcomes, painted = {}, {}
for name, (train, test) in variants.items():
    for start in ("random", "mean image"):
        keras.utils.set_random_seed(SEED)  # the weights that training will start from
        shut = dead_units(sg.models.autoencoders.build_simple_autoencoder(), train)
        network = train_on_smiles(train, BINARISED_EPOCHS, start_at_mean=start == "mean image")
        shares = [explained_by(network, part, train.mean(axis=0)) for part in (train, test)]
        outcomes[name, start] = [shut, dead_units(network, train), *shares]
        painted[f"{name}, {start}"] = np.asarray(network(train[:60:6])).reshape(-1, 28, 28)

variants_table = sg.export.table(
    ["images", "start", "dead before", "dead after", "training", "test"],
    [[*key, *row] for key, row in outcomes.items()],
    formats={"training": "z.2f", "test": "z.2f"},
    caption=f"Four kinds of Smile, {BINARISED_EPOCHS} epochs each, one seed: code units that are 0 for all training images, of 32, before and after, "
    f"and explained variance of {len(smiles)} training and {len(test_smiles)} test faces.",
)
variants_table

# %%
painted_raw = painted["faint on white, mean image"]
variants_figure = sg.plotting.image_rows(
    {
        "faint on white": smiles[:60:6],
        "bold on black": binarised[:60:6],
        **{f"from {name}": painted[f"{name}, mean image"] for name in variants},
        "the third, stretched": (painted_raw - painted_raw.min()) / np.ptp(painted_raw),
    }
)
sg.plotting.show(
    variants_figure,
    "Seven rows of ten training faces: raw, binarised, and as the networks that started at the mean "
    "image reconstruct them: from faint on white, faint on black, bold on white, bold on black; at "
    "last the first of these with the contrast stretched, ten times nearly the same cloud.",
)

# %% [markdown]
# **Read.** The better start does not rescue the raw faces, of which still next to nothing is explained, and bold ink on white gains little. Yet it is the white area: on black the network learns from the same start, more than 0.4 of the variation of faint ink and more yet of bold ink. Of the training images faint ink on black then has more explained than bold ink on
# white; of the test images that hangs on the seed. (From the random start faint ink on black is below 0, probably because its background is not yet learned: a bias starts at 0 and moves by about 0.003 in each of 140 steps, and black needs a logit far below 0.)
#
# The dead units say why. On white nearly all inputs are 1, in every image. What a unit adds up is then nearly the same for all images, so its ReLU is open for all or shut for all. Some are shut before the first step, more of them with faint ink. Training shuts others; and a unit that is shut for all stays so,
# because behind a shut ReLU there is no gradient: a *dying ReLU*. On white most units are dead in the end; with raw faces and the better start, where a code of zeros already gives the mean image, all or nearly all of them. On black, from either start, hardly any does.
#
# So the paper blames the right thing, and "unnecessary information" in the input is near what we find. Only its last clause does not hold: the white pixels are not hard to predict. Within 50 epochs each of the three full runs is as good as the mean image. That one answers a
# white pixel with 0.98 on average, and 91 % of its squared error lies at the ink. White does its harm as an *input*. All this is at our learning rate.

# %% tags=["check"]
# @title Statements
shut, dead, learned = ({key: row[n] for key, row in outcomes.items()} for n in range(3))
raw, fob, bow, bob = variants
mean_reached = [r["epoch"][np.argmax(r["train_explained"] > 0)] for r in full["raw Smile"]]
start = "mean image"
gain = learned[bow, start] - learned[bow, "random"]
on_black = [dead[name, first] for name in (fob, bob) for first in ("random", start)]
sg.claims.holds("the start does not rescue the raw faces", learned[raw, start] < 0.1)
sg.claims.holds("all or nearly all of their units die", dead[raw, start] > 29)
sg.claims.holds("bold ink on white gains little", gain < 0.1)
sg.claims.holds("on black more yet of bold ink", learned[bob, start] > learned[fob, start])
sg.claims.holds("faint ink on black is below 0 at first", learned[fob, "random"] < 0)
sg.claims.holds("more than 0.4 of faint ink", learned[fob, start] > 0.4)
sg.claims.holds("more than bold on white, training", learned[fob, start] > learned[bow, start])
sg.claims.holds("some before, more with faint ink", shut[raw, start] > shut[bow, start] > 0)
sg.claims.holds("on white most units are dead", min(dead[raw, "random"], dead[bow, "random"]) > 16)
sg.claims.holds("bold ink, from the mean image too", dead[bow, start] > 16)
sg.claims.holds("on black hardly any", max(on_black) < 5)
sg.claims.holds("the mean image within 50 epochs", max(mean_reached) < 50)
faces = flat(smiles)
mean_face, ink = faces.mean(axis=0), faces < 1
white_answer = np.broadcast_to(mean_face, faces.shape)[~ink].mean()
squared = (faces - mean_face) ** 2
sg.claims.holds("a white pixel with 0.98", abs(white_answer - 0.976) < 0.001)
sg.claims.holds(
    "91 % of it lies at the ink", abs(squared[ink].sum() / squared.sum() - 0.908) < 0.002
)

# %% [markdown]
# Two more tests. If dead units are all of the reason, a code without ReLU, $h = W_1 x + b_1$, which cannot die, must get as far with faint ink on white as on black, both from the mean image. And the paper's first reason:
# are 400 images too few? Train on 400 digits, and let PCA do the same. How alike the inputs are we measure too: the squared length of the mean image $\bar{x}$, divided by the variance of the images around it.
# **Predict:** how far does the linear code get, and which part of what is missing on the 400 digits does PCA miss too?

# %% tags=["nbval-ignore-output"]
train, few = flat(smiles), x_train[:400]
linear_shares = {}
for name, part in (("white", train), ("black", 1 - train)):
    linear = train_on_smiles(part, BINARISED_EPOCHS, start_at_mean=True, code="linear")
    linear_shares[name] = explained_by(linear, part, part.mean(axis=0))
    print(f"faint on {name}, linear code: {linear_shares[name]:.2f}")

alike = {
    name: np.sum(images.mean(axis=0) ** 2) / images.var(axis=0).sum()
    for name, (images, _) in variants.items()
}
print("mean / variance:", {name: f"{ratio:.2f}" for name, ratio in alike.items()})

on_few = train_on_smiles(few, BINARISED_EPOCHS)
few_mean, few_directions = pca(few)
few_shares = [explained_by(on_few, part, few_mean) for part in (few, x_test)]
few_pca = [
    explained_variance(part, answer.clip(0, 1), few_mean)
    for part in (few, x_test)
    for answer in [pca_reconstruct(part, few_mean, few_directions[:, :32])]
]
print("400 digits: network {:.2f}, on new ones {:.2f}".format(*few_shares))
print("400 digits: PCA, clipped, {:.2f}, on new ones {:.2f}".format(*few_pca))

# %% [markdown]
# **Read.** Without ReLU the start no longer ends at 0: dead units are part of the reason. But on black the same linear code gets more than twice as far in as many steps. The other part is probably that all inputs are nearly alike. On white the squared length of the mean image is
# over 100 times the variance around it (faint ink) or about 8 times (bold ink); on black it is smaller than the variance. The weights then learn mostly from what is the same in every image.
#
# In so few steps the network explains 0.6 of its 400 digits, and less than half of new ones. PCA of the same 400, clipped, explains 0.81 and 0.74, on new digits little less than PCA of all 55,000 (0.77, see the table above).
# So the smaller number costs PCA little. Of what the network misses, PCA misses about half too; the other half, which PCA finds in the same 400 images, is owed to the network's training.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the linear code does not end at 0", linear_shares["white"] > 0.12)
sg.claims.holds("more than twice", linear_shares["black"] > 2.3 * linear_shares["white"])
sg.claims.holds("over 100 times", 110 < alike[raw] < 115)
sg.claims.holds("about 8 times", 7.7 < alike[bow] < 8)
sg.claims.holds("smaller on black", max(alike[fob], alike[bob]) < 0.25)
sg.claims.holds("0.6 of its 400 digits", 0.55 < few_shares[0] < 0.65)
sg.claims.holds("less than half of new ones", few_shares[1] < 0.5)
sg.claims.holds("PCA 0.81", 0.805 < few_pca[0] < 0.815)
sg.claims.holds("of new ones 0.74", 0.735 < few_pca[1] < 0.745)
sg.claims.holds("PCA of 55,000 digits 0.77", 0.765 < pca_shares["MNIST"][1] < 0.775)
missed = [(1 - by_pca) / (1 - share) for by_pca, share in zip(few_pca, few_shares, strict=True)]
sg.claims.holds("PCA misses about half too", 0.4 < min(missed) < max(missed) < 0.6)

# %% [markdown]
# ## What is in the code?
#
# 32 numbers for each digit, and nobody told the network which digits are the same. To see 32 dimensions on a page, take the two directions in which the codes vary most, by PCA of the codes. Each small image is a test digit, drawn at the place of
# its code. **Predict:** do equal digits lie together?

# %% tags=["nbval-ignore-output"]
encoder, decoder = sg.models.autoencoders.split(autoencoder)
codes, test_codes = (encoder.predict(images, verbose=0) for images in (x_train, x_test))
mean_code, code_directions = pca(codes)
places = (test_codes - mean_code) @ code_directions[:, :2]
low, high = np.quantile(places, 0.005, axis=0), np.quantile(places, 0.995, axis=0)
places = 20 * (places - low) / (high - low)  # the map has 20 x 20 fields

figure, axes = plt.subplots(figsize=(5.6, 5.6), layout="constrained")
for field in np.ndindex(20, 20):  # in each field, the digit nearest its centre
    distances = np.abs(places - field - 0.5).max(axis=1)
    if distances.min() < 0.5:
        left, bottom = field
        image = test_digits[distances.argmin()]
        axes.imshow(255 - image, cmap="gray", extent=(left, left + 1, bottom, bottom + 1))
axes.set(xlim=(0, 20), ylim=(0, 20), xticks=[], yticks=[])
axes.set(xlabel="first principal component of the codes", ylabel="second")
map_figure = figure
sg.plotting.show(
    map_figure,
    "A map of small digits, placed by their codes: thin strokes at one side, thick ones at the "
    "other; ones lie together, other digits overlap.",
)

read_codes = np.mean(
    nearest_label(test_codes[asked], codes[:10_000], known_labels) == test_labels[asked]
)
print(
    f"label of the nearest of 10,000 codes is right: {read_codes:.1%}; of pixels {read_originals:.1%}"
)
pca_codes, pca_test_codes = ((x - mean_digit) @ directions[:, :32] for x in (known, x_test[asked]))
read_pca = np.mean(nearest_label(pca_test_codes, pca_codes, known_labels) == test_labels[asked])
ink = x_test.mean(axis=1)
ink_correlation = abs(np.corrcoef(places[:, 0], ink)[0, 1])
pixel_correlation = abs(np.corrcoef((x_test - mean_digit) @ directions[:, 0], ink)[0, 1])
print(f"of 32 numbers of PCA: {read_pca:.1%}")
print(f"correlation with the ink: codes {ink_correlation:.2f}, pixels {pixel_correlation:.2f}")

# %% [markdown]
# **Read.** To a degree: ones lie together. But the direction in which the codes vary most is another: along it the strokes get thicker. It follows the amount of ink, as it does for
# the pixels themselves (the correlations are printed above). Two directions show only part of 32. Asked in all 32, the nearest neighbour of a code has the right label about as often as the nearest neighbour of an image with its 784 pixels: the short code keeps who resembles whom. That takes no network: the codes of PCA do it at least as well.
# Learning codes without labels is *representation learning*; Winkler (2018) does it with the networks of page 05 on.

# %% tags=["check"]
# @title Statements
spread = {digit: places[test_labels == digit].std(axis=0).mean() for digit in range(10)}
sg.claims.holds("ones lie together", spread[1] < 0.8 * np.mean(list(spread.values())))
sg.claims.holds("the first direction is the amount of ink", ink_correlation > 0.7)
sg.claims.holds("as for the pixels", 0.8 < pixel_correlation < 0.86)
sg.claims.holds("PCA at least as well", read_pca > read_codes - 0.005)
sg.claims.holds("codes are read about as often as pixels", abs(read_originals - read_codes) < 0.03)

# %% [markdown]
# ## Is this a generator?
#
# The decoder turns 32 numbers into an image. Could we make up the numbers? Shuffle each entry among the codes: then it has exactly the values that occur, and only the combination is new. **Predict:** what will you see?


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
random_codes = rng.permuted(codes, axis=0)[:1_000]  # each column by itself
random_images = decoder.predict(random_codes, verbose=0)
random_figure = sg.plotting.image_grid(random_images[:20].reshape(-1, 28, 28))
sg.plotting.show(
    random_figure,
    "Twenty images in two rows, decoded from random codes: light strokes on black, hardly a digit.",
)


def median_distance(images, known_images):
    products = images @ known_images.T
    squares = np.sum(images**2, axis=1)[:, None] + np.sum(known_images**2, axis=1) - 2 * products
    return np.median(np.sqrt(np.maximum(squares.min(axis=1), 0)))


random_distance = median_distance(random_images, known)
real_distance = median_distance(reconstructions[:1_000], known)
digit_distance = median_distance(x_test[:1_000], known)
print(
    f"median distance to the nearest of 10,000 digits: decoded random codes {random_distance:.1f},"
)
black_distance = median_distance(np.zeros((1, 784), "float32"), known)
print(f"reconstructions {real_distance:.1f}, test digits {digit_distance:.1f},")
print(f"a black image {black_distance:.1f}; mean ink: ", end="")
inks = random_images.mean(), reconstructions.mean(), x_test.mean()
print("decoded random codes {:.3f}, reconstructions {:.3f}, test digits {:.3f}".format(*inks))

# %% [markdown]
# **Read.** Strokes, but hardly a digit, and further from all real digits than reconstructions are. The distance alone says little: a black image is nearer to a digit than another digit is,
# because strokes that miss each other count twice. Compare it only among images with about as much ink (the last line), and look at the picture. Each entry is right, but the entries do not fit each other: real codes probably fill only a small part of the 32-dimensional space,
# and nothing in the loss asked the decoder to be right anywhere else. An autoencoder compresses; it does not generate. [Page 04](04_variational_autoencoder.ipynb) changes the loss so that it does.

# %% tags=["check"]
# @title Statements
sg.claims.holds("further from real digits", random_distance > 1.2 * real_distance)
sg.claims.holds("a black image is nearer than a digit", black_distance < digit_distance - 1)

# %% [markdown]
# ## Claims
#
# What the paper claims, what speaks for or against it here, and what we found ourselves. The runs of 4,000 and 700 epochs are those that came with the package, whatever your seed.

# %% tags=["claims"]
claims = sg.claims.Claims()
paper, ours = "Temkeng 2020, 3.1", "ours"
claims.above(
    0.94,
    read_reconstructions / read_originals,
    "digits can be recognised; ratio: reconstructions / originals that a nearest-neighbour reader reads",
    paper,
)
claims.below(
    0.2,
    max(test for _, test in raw_ends),
    "raw faces cannot be reconstructed; explained variance of test images, best of 3 runs of 4,000 epochs",
    paper,
)
claims.above(
    0.38,
    min(test for _, test in binarised_ends),
    "binarised faces can; explained variance of test images, worst of 3 runs of 700 epochs",
    paper,
)
claims.above(
    16,
    dead[raw, "random"] - dead[fob, "random"],
    "a white background shuts code units; dead ones of 32, faint ink: on white less on black",
    ours,
)
claims.above(
    0.35,
    learned[fob, "mean image"],
    "faint ink on black is learned from the mean image; explained variance of the training images",
    ours,
)
claims.below(
    0.82,
    mnist_error / pca_error,
    "digits; ratio: test error of the autoencoder / of PCA with 32 components, clipped",
    ours,
)
claims.above(
    1.2,
    random_distance / real_distance,
    "random codes are no digits; ratio: distance to the nearest real digit of their images / of reconstructions",
    ours,
)
claims.verdicts()

# %% tags=["nbval-ignore-output"]
sg.metrics.record(
    test_error=mnist_error,
    test_error_of_pca=pca_error,
    share_read=read_reconstructions / read_originals,
)
claims_table = sg.export.table(
    ["claim", "source", "wanted", "measured", "verdict"],
    claims.rows(),
    caption="Simple autoencoder: claims of Temkeng (2020), section 3.1, and ours.",
)
claims_table

# %% [markdown]
# ## Into your paper
#
# Each figure is written as PDF and PNG, 8.4 cm wide, each table for LaTeX and as CSV, with a JSON file that says where it came from: cite the page, the seed and the commit that stand there.
# The full runs have their own: seeds 0 to 2 and the epochs of those runs. `data/full_runs/origin.json` has their commits and machine.
# How the claims vary over ten seeds is in `benchmarks/claims_over_seeds.md`.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "01_simple_autoencoder",
    seed=SEED,
    mnist_epochs=MNIST_EPOCHS,
    raw_epochs=RAW_EPOCHS,
    binarised_epochs=BINARISED_EPOCHS,
    batch_size=BATCH_SIZE,
    learning_rate=LEARNING_RATE,
)
captions = {
    "faces_by_background": (variants_figure, "Training faces, reconstructed by networks that start at the mean image."),
    "smile_raw_and_binarised": (smile_figure, "Test faces and their reconstructions, raw and binarised."),
    "full_size": (full_figure, "Test images, reconstructed after as many epochs as in the paper (seed 0)."),
    "full_size_by_epoch": (epochs_figure, "Explained variance of faces by epoch, three seeds each."),
    "simple_autoencoder": (network_figure, "The simple autoencoder."),
    "mnist_simple_autoencoder": (mnist_figure, "Test digits, reconstructed from 32 numbers by the autoencoder and by PCA."),
    "code_map": (map_figure, "Test digits at the place of their code, first two principal components."),
    "random_codes": (random_figure, "Images decoded from shuffled codes."),
}  # fmt: skip
full_run = sg.runs.describe(
    "01_simple_autoencoder",
    seed=[0, 1, 2],
    trained_by="tools/full_runs.py, see data/full_runs/origin.json",
    epochs=FULL_RUNS,
    batch_size=256,
    learning_rate=3e-3,
)
for name, (figure, caption) in captions.items():
    made_by = full_run if name.startswith("full_size") else run
    print(sg.export.save_figure(figure, name, made_by, caption=caption))
tables = {
    "faces": variants_table,
    "full_size": full_table,
    "claims": claims_table,
    "network": network_table,
}
for name, table in tables.items():
    print(sg.export.save_table(table, f"simple_{name}", run))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* How long must the code be? Train with codes of 8, 16 and 32 numbers for three epochs each, and compare the squared error of validation digits with that of clipped PCA. Where do the two cross?
# 2. *Change the loss.* Replace binary cross-entropy by the mean squared error. Does the test error, which is a squared error, get smaller?
# 3. *Rescue the raw faces.* Leave images, decoder and ReLU as they are, but let the network subtract the mean image from its input and multiply by 10 (`keras.layers.Rescaling`). How many units die now, and what is explained
#    of training and of test images?
# 4. *Change the data.* Stretch the raw ink: divide it by its mean over all pixels with ink and clip at 1, on black. How does this set compare with bold ink on black?
# 5. *A rival explanation.* Adam remembers the size of gradients for about $1 / (1 - \beta_2) = 1{,}000$ steps. Might the large first gradients of the background hold the ink's down? Train the linear code on raw
#    faces from the mean image with $\beta_2 = 0.9$.
#
# The [solutions](solutions/01_simple_autoencoder.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
mean_digit = x_train.mean(axis=0)
_, directions = np.linalg.eigh(np.cov(x_train, rowvar=False))
for size in (8, 16, 32):
    keras.utils.set_random_seed(SEED)
    network = sg.models.autoencoders.build_simple_autoencoder(code_size=size)
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    network.fit(x_train, x_train, batch_size=BATCH_SIZE, epochs=3, verbose=0)
    error = np.mean((x_val - network.predict(x_val, verbose=0)) ** 2)
    v = directions[:, -size:]
    by_pca = np.clip(mean_digit + (x_val - mean_digit) @ v @ v.T, 0, 1)
    print(f"{size} numbers: network {error:.4f}, PCA {np.mean((x_val - by_pca) ** 2):.4f}")

# %% [markdown] tags=["solution"]
# The shorter the code, the better PCA looks: it finds the best linear code at once, while three epochs find only a fair one. Where the lines cross depends on how long you train.
#
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output"]
for loss in ("binary_crossentropy", "mean_squared_error"):
    keras.utils.set_random_seed(SEED)
    network = sg.models.autoencoders.build_simple_autoencoder()
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss=loss)
    network.fit(x_train, x_train, batch_size=BATCH_SIZE, epochs=3, verbose=0)
    error = np.mean((x_test - network.predict(x_test, verbose=0)) ** 2)
    print(f"{loss}: {error:.4f} after 3 epochs")

# %% [markdown] tags=["solution"]
# After three epochs the two are close. The gradient of cross-entropy with respect to the logit is $\hat{x} - x$; squared error multiplies it by $\hat{x}(1 - \hat{x})$, which is small for
# pixels that are firmly wrong. Adam makes up for much of that. Train longer before you conclude anything about the end.
#
# **Exercise 3.**

# %% tags=["solution", "nbval-ignore-output"]
images, test_images = flat(smiles), flat(test_smiles)
mean = images.mean(axis=0)
keras.utils.set_random_seed(SEED)
inner = sg.models.autoencoders.build_simple_autoencoder()
inputs = keras.Input((784,))
network = keras.Model(inputs, inner(layers.Rescaling(10.0, offset=-10 * mean)(inputs)))
network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
pairs = tf.data.Dataset.from_tensor_slices((images, images)).shuffle(len(images)).batch(BATCH_SIZE)
history = network.fit(pairs, shuffle=False, epochs=BINARISED_EPOCHS, verbose=0)

# %% tags=["solution", "nbval-ignore-output"]
encoder, _ = sg.models.autoencoders.split(inner)
dead = np.sum(np.asarray(encoder(10 * (images - mean))).max(axis=0) <= 0)
print(f"dead units: {dead} of 32")
for name, part in (("training", images), ("test", test_images)):
    print(f"{name}: explained {explained_by(network, part, mean):.2f}")

# %% [markdown] tags=["solution"]
# None or hardly any die, and in 70 epochs the training images get further than the raw ones did in 400: neither the loss nor its white pixels have changed, only what the encoder sees. The test images gain less: much of what
# is learned so fast is true of these 400 only. Centred inputs are old advice (LeCun et al. 1998, *Efficient backprop*).
#
# **Exercise 4.**

# %% tags=["solution", "nbval-ignore-output"]
ink, test_ink = 1 - flat(smiles), 1 - flat(test_smiles)
mean_ink = ink[ink > 0].mean()
stretched, test_stretched = np.clip(ink / mean_ink, 0, 1), np.clip(test_ink / mean_ink, 0, 1)
network = train_on_smiles(stretched, BINARISED_EPOCHS)
share = explained_by(network, test_stretched, stretched.mean(axis=0))
print(f"stretched ink on black: {share:.2f}, variance {stretched.var(axis=0).mean():.4f}")

# %% [markdown] tags=["solution"]
# Compare with "bold on black, random" in the page's table. The variance does not decide alone: stretched ink keeps its shades of grey.
#
# **Exercise 5.**

# %% tags=["solution", "nbval-ignore-output"]
images = flat(smiles)
mean = np.clip(images.mean(axis=0), 0.001, 0.999)
for beta_2 in (0.999, 0.9):
    keras.utils.set_random_seed(SEED)
    network = sg.models.autoencoders.build_simple_autoencoder()
    network.get_layer("code").activation = keras.activations.linear
    network.get_layer("reconstructions").bias.assign(np.log(mean / (1 - mean)))
    adam = keras.optimizers.Adam(LEARNING_RATE, beta_2=beta_2)
    network.compile(optimizer=adam, loss="binary_crossentropy")
    pairs = tf.data.Dataset.from_tensor_slices((images, images)).shuffle(400).batch(BATCH_SIZE)
    network.fit(pairs, shuffle=False, epochs=BINARISED_EPOCHS, verbose=0)
    print(f"beta_2 {beta_2}: explained {explained_by(network, images, images.mean(axis=0)):.2f}")

# %% [markdown] tags=["solution"]
# A short memory does not help here, where no unit is shut: the rival explanation fails.

# %% [markdown]
# ## References
#
# Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 3.1. Chollet 2016, *Building Autoencoders in Keras*. Kingma & Ba 2015, *Adam: A method for stochastic optimization*. LeCun et al. 1998, *Efficient BackProp*. Winkler 2018, *Image Representation Learning with Generative Adversarial Networks*.
# Google, *The Quick, Draw! Dataset*. `references.bib` has the entries for LaTeX.
