# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 02 · Deep autoencoder
#
# Five hidden layers instead of one. Temkeng (2020, section 3.2) finds that the deep autoencoder reconstructs its input better than the simple one, and expects its first layer to
# learn edges. This page checks both, and finds that "better" depends on when you look and on which images.
#
# You need [page 01](01_simple_autoencoder.ipynb). The page takes a minute and a half on a laptop.

# %% tags=["setup", "nbval-ignore-output"]
import keras
import numpy as np
import tensorflow as tf
from keras import layers

import seminar_gan as sg
from seminar_gan.metrics import explained_variance
from seminar_gan.models.autoencoders import build_simple_autoencoder
from seminar_gan.training import Progress, Stopwatch

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
MNIST_EPOCHS = 20  # 3.1: 100; 3.2 does not say
SMILE_EPOCHS = 150  # 3.1: 700; 3.2 does not say
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

# %% tags=["setup"]
(digits, _), (test_digits, test_labels) = sg.datasets.load_mnist()
x = sg.ranges.to_unit(digits).reshape(-1, 784)
x_train, x_val = x[:55_000], x[55_000:]
x_test = sg.ranges.to_unit(test_digits).reshape(-1, 784)
(binarised, _), (test_binarised, _) = sg.datasets.load_smiles(binarised=True)
smiles = sg.ranges.to_unit(binarised).reshape(-1, 784)
test_smiles = sg.ranges.to_unit(test_binarised).reshape(-1, 784)
mean_smile = smiles.mean(axis=0)

# %% [markdown]
# This is where it leads: test faces, and their reconstructions by both networks after 700 epochs, trained beforehand. Which row do you prefer? The table of the section on Smile has the measured answer.

# %%
records, pictures = sg.datasets.load_full_runs()
full_rows = {
    f"{network}, 700": pictures[network, "binarised Smile", 0]
    for network in ("simple", "deep")
    if (network, "binarised Smile", 0) in pictures
}
full_figure = sg.plotting.image_rows({"original": test_binarised[:10], **full_rows})
sg.plotting.show(
    full_figure,
    "Rows of ten test faces: the originals, and the blurred reconstructions of the simple and of "
    "the deep network after 700 epochs.",
)

# %% [markdown]
# ## The network
#
# Encoder and decoder become chains of layers; the layers between input and output are called *hidden*. With $h_0 = x$, the encoder is
#
# $$h_k = \operatorname{relu}(W_k h_{k-1} + b_k) \qquad k = 1, 2, 3$$
#
# with 128, 64 and 32 numbers, and the decoder goes back in the same steps (Hinton & Salakhutdinov 2006 trained the first deep autoencoders of this kind). **Predict:** the code has 32 numbers as
# before. How many times as many parameters has the network: 2, 4 or 8 times?


# %% tags=["shows:models.autoencoders.build_deep_autoencoder"]
def build_deep_autoencoder(image_shape=(28, 28, 1), hidden_sizes=(128, 64), code_size=32):
    height, width, channels = image_shape
    pixels = height * width * channels
    x = images = keras.Input((pixels,), name="images")  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, activation="relu", name=f"encoder_{number}")(x)  # 128, then 64
    x = layers.Dense(code_size, activation="relu", name="code")(x)  # 32
    for number, size in enumerate(reversed(hidden_sizes), start=1):
        x = layers.Dense(size, activation="relu", name=f"decoder_{number}")(x)  # 64, then 128
    x = layers.Dense(pixels, activation="sigmoid", name="reconstructions")(x)  # 784
    return keras.Model(images, x, name="deep_autoencoder")


# %%
builders = {"simple": build_simple_autoencoder, "deep": build_deep_autoencoder}
deep = build_deep_autoencoder()
network_figure = sg.plotting.architecture(deep)
sg.plotting.show(network_figure, sg.plotting.describe(deep))

# %%
network_table = sg.export.model_table(deep, caption="The deep autoencoder.")
network_table

# %% [markdown]
# **Read.** 222,384 parameters, as in the paper's figure 6a: 4.4 times the 50,992 of the simple network. Nine tenths of them are in the first and the last layer, which touch all 784 pixels.

# %% tags=["check"]
# @title Statements
outer = [deep.get_layer(name).count_params() for name in ("encoder_1", "reconstructions")]
sg.claims.holds("222,384 parameters", deep.count_params() == 222_384)
sg.claims.holds(
    "4.4 times as many",
    abs(deep.count_params() / build_simple_autoencoder().count_params() - 4.4) < 0.05,
)
sg.claims.holds(
    "nine tenths in the first and the last layer",
    abs(sum(outer) / deep.count_params() - 0.9) < 0.02,
)

# %% [markdown]
# ## Digits: who is ahead, and when?
#
# Both networks see the same images for the same number of epochs. After each epoch the squared error on the validation images is taken. **Predict:** draw the two curves. Is the
# deep network ahead from the first epoch to the last?

# %% tags=["nbval-ignore-output", "timing"]
networks, histories = {}, {}
for name, build in builders.items():
    keras.utils.set_random_seed(SEED)
    networks[name] = build()
    adam = keras.optimizers.Adam(LEARNING_RATE)
    networks[name].compile(adam, loss="binary_crossentropy", metrics=["mean_squared_error"])
    histories[name] = networks[name].fit(
        x_train,
        x_train,
        validation_data=(x_val, x_val),
        batch_size=BATCH_SIZE,
        epochs=MNIST_EPOCHS,
        callbacks=[Stopwatch(), Progress(lines=5)],
        verbose=0,
    )

# %%
errors = {name: run.history["val_mean_squared_error"] for name, run in histories.items()}
epochs_figure = sg.plotting.curves(
    errors, xlabel="epoch", ylabel="mean squared error\n(validation)", log=True
)
sg.plotting.show(
    epochs_figure,
    "Line plot of the validation error by epoch, on a logarithmic scale, one line for the simple "
    "and one for the deep network.",
)

# %% tags=["nbval-ignore-output"]
ahead = np.flatnonzero(np.array(errors["deep"]) < np.array(errors["simple"])) + 1
at_end = errors["deep"][-1] / errors["simple"][-1]
print("the deep network is ahead after the epochs", ", ".join(map(str, ahead)))
print(f"after {MNIST_EPOCHS} epochs its error is {at_end:.2f} of the simple network's")

# %% [markdown]
# **Read.** The simple network falls fast and then lies flat. The deep one falls more slowly, is behind for at least five epochs, and is ahead at the end. If you stop early you report
# that depth hurts; if you stop late, that it helps. Each is true at its epoch, so state the epoch. The paper does not state it for this network.

# %% tags=["check"]
# @title Statements
last_five = np.diff(errors["simple"])[-5:]
sg.claims.holds(
    "the simple network lies flat at the end", -last_five.sum() < 0.05 * errors["simple"][-1]
)
sg.claims.holds("the deep one is behind for at least five epochs", len(ahead) > 0 and ahead[0] > 5)
sg.claims.holds("and is ahead at the end", at_end < 1)

# %% [markdown]
# ## The same at equal time
#
# A multiplication and an addition for each weight: an image costs the deep network 4.4 times as many as the simple one. **Predict:** by what factor does its epoch take longer? And who is ahead when the
# simple network's time is up?

# %% tags=["nbval-ignore-output", "timing"]
seconds = {
    name: float(np.diff(run.history["seconds"], prepend=0).min()) for name, run in histories.items()
}  # of the fastest epoch: in the others the machine had other things to do
cost = seconds["deep"] / seconds["simple"]
affordable = max(1, int(MNIST_EPOCHS / cost))  # epochs of deep in the time of simple
print(f"an epoch takes {seconds['simple']:.2f} s (simple) and {seconds['deep']:.2f} s (deep):")
print(f"{cost:.1f} times as long. In the time of {MNIST_EPOCHS} simple epochs the deep network")
print(f"makes {affordable}, and stands at {errors['deep'][affordable - 1]:.4f};", end=" ")
print(f"the simple one at {errors['simple'][-1]:.4f}")

# %% [markdown]
# **Read.** Less than 4.4 times: a step has other parts than multiplications. Who is ahead at equal time can be read from the last line, and it depends on the machine. At equal time the deep network has fewer epochs behind
# it, so its lead is smaller than at equal epochs, if it leads at all.

# %% tags=["check"]
# @title Statements
at_equal_time = errors["deep"][affordable - 1] / errors["simple"][-1]
sg.claims.holds("an epoch takes less than 4.4 times as long", cost < 4.4)
sg.claims.holds("the lead is smaller than at equal epochs", at_equal_time > at_end)

# %% [markdown]
# Now the test images. **Predict:** do you see the difference that the curves show?

# %%
shown = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
painted = {name: network.predict(x_test, verbose=0) for name, network in networks.items()}
mnist_figure = sg.plotting.image_rows(
    {
        "original": test_digits[shown],
        "simple": painted["simple"][shown].reshape(-1, 28, 28),
        "deep": painted["deep"][shown].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    mnist_figure,
    "Three rows of ten digits, 0 to 9: the originals, and the reconstructions of the simple and "
    "of the deep network.",
)


# %% tags=["nbval-ignore-output"]
def at_the_end(network, data, column):
    ends = [record[column][-1] for key, record in records.items() if key[:2] == (network, data)]
    return f"{min(ends):.4f} to {max(ends):.4f}" if ends else ""


test_errors = {name: float(np.mean((x_test - images) ** 2)) for name, images in painted.items()}
mnist_table = sg.export.table(
    ["network", f"{MNIST_EPOCHS} epochs", "100 epochs (three seeds)"],
    [[name, f"{error:.4f}", at_the_end(name, "MNIST", "test_mse")] for name, error in test_errors.items()],
    caption="Mean squared error of a pixel of the test digits, here (one seed) and after 100 epochs.",
)  # fmt: skip
mnist_table

# %% [markdown]
# **Read.** Hardly. The paper judges by eye, from figures 4b and 6b. At this size the errors differ by less than a quarter, which no eye finds in ten digits: to compare two networks, measure.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "the errors differ by less than a quarter",
    0.75 < test_errors["deep"] / test_errors["simple"] < 1,
)

# %% [markdown]
# ## Smile: four hundred images
#
# The same comparison on binarised Smile, where 222,384 numbers are to be learned from 400 images of 160 drawings. **Predict:** which network is ahead on the training images, and which on the test images? (The curves over test
# images are for looking only: nothing was chosen with them.)


# %% tags=["nbval-ignore-output"]
def recorder(images, shares):
    def record(epoch, logs):
        shares.append(explained_variance(images, np.asarray(watch.model(images)), mean_smile))

    watch = keras.callbacks.LambdaCallback(on_epoch_end=record)
    return watch


smile_networks, smile_shares = {}, {}
pairs = tf.data.Dataset.from_tensor_slices((smiles, smiles)).shuffle(len(smiles)).batch(BATCH_SIZE)
for name, build in builders.items():
    keras.utils.set_random_seed(SEED)
    network = smile_networks[name] = build()
    network.compile(keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    on_train, on_test = smile_shares[f"{name}, training"], smile_shares[f"{name}, test"] = [], []
    watch = [recorder(smiles, on_train), recorder(test_smiles, on_test), Progress(lines=4)]
    network.fit(pairs, shuffle=False, epochs=SMILE_EPOCHS, callbacks=watch, verbose=0)

# %%
smile_curves = sg.plotting.curves(smile_shares, xlabel="epoch", ylabel="explained variance")
smile_curves.axes[0].set_ylim(-1.2, 1)  # room for the legend below the lines
smile_curves.axes[0].get_legend().set_loc("lower right")
sg.plotting.show(
    smile_curves,
    "Line plot of the explained variance by epoch with four lines: the simple and the deep "
    "network, each on training and on test faces.",
)

# %% [markdown]
# The test set has 17 faces. Would 17 others say the same? *Bootstrap*: draw 17 of the 17 with replacement, 2,000 times, and take the lead anew each time. The middle 95 % of these leads are an interval that says how much
# hangs on the choice of the faces.

# %% tags=["nbval-ignore-output"]
squares = {
    name: np.sum((test_smiles - np.asarray(network(test_smiles))) ** 2, axis=1)
    for name, network in smile_networks.items()
}
variation = np.sum((test_smiles - mean_smile) ** 2, axis=1)
draws = np.random.default_rng(SEED).integers(0, 17, (2_000, 17))
leads = (squares["deep"] - squares["simple"])[draws].sum(axis=1) / variation[draws].sum(axis=1)
low, high = np.quantile(leads, [0.025, 0.975])
lead = smile_shares["simple, test"][-1] - smile_shares["deep, test"][-1]
print(f"explained of test faces, simple - deep: {lead:.2f}, 95 % interval {low:.2f} to {high:.2f}")

# %% tags=["nbval-ignore-output"]
rows = []
for name in builders:
    for part, column in (("training", "train_explained"), ("test", "test_explained")):
        share = smile_shares[f"{name}, {part}"][-1]
        rows.append([name, part, f"{share:.2f}", at_the_end(name, "binarised Smile", column)])
smile_table = sg.export.table(
    ["network", "faces", f"{SMILE_EPOCHS} epochs", "700 epochs (three seeds)"],
    rows,
    align="llrr",
    caption="Binarised Smile: explained variance, here (one seed) and after 700 epochs.",
)
smile_table

# %% [markdown]
# **Read.** On the training faces the two are close at the end. On new faces they go together at first; then the deep network stops gaining while its training line still climbs, and the simple one is ahead.
# What the deep one still learns is true of the training faces only: it *overfits* earlier. The paper shows its faces for the deep network (figure 6c) and calls them better; it says neither after how many epochs, nor whether
# the faces shown were among those that the network was trained on.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "close on the training faces",
    abs(smile_shares["simple, training"][-1] - smile_shares["deep, training"][-1]) < 0.06,
)
sg.claims.holds(
    "together at first on new faces",
    abs(smile_shares["simple, test"][:60][-1] - smile_shares["deep, test"][:60][-1]) < 0.06,
)
sg.claims.holds("the simple one is ahead at the end", lead > 0.05)
sg.claims.holds("also with other choices of the faces", low > 0)

# %% [markdown]
# ## What does the first layer look for?
#
# The paper says that the first layer can learn features of first order, such as edges, and the next ones contours and corners. It shows no filters. The passage is nearly word for word that of a tutorial (Ng et al., *UFLDL*, on
# stacked autoencoders), which speaks of *sparse* autoencoders trained layer by layer. Here is the paper's network.
#
# Each of the 128 units of the first layer has 784 weights, one a pixel, and can be drawn as an image. Pixels at the border are black in every digit, so their weights were never changed and still have
# their random start. We multiply each weight by the standard deviation of its pixel: that is how much it can matter. Grey is zero, white excites, black inhibits. **Predict:** will you see edges?

# %%
spread = x_train.std(axis=0).reshape(28, 28)
kernel = networks["deep"].get_layer("encoder_1").kernel
filters = kernel.numpy().T.reshape(-1, 28, 28) * spread
strongest = np.argsort(-np.abs(filters).sum(axis=(1, 2)))[:20]
limit = np.abs(filters[strongest]).max(axis=(1, 2), keepdims=True)
filters_figure = sg.plotting.image_grid(0.5 + 0.5 * filters[strongest] / limit)
sg.plotting.show(
    filters_figure,
    "Twenty squares in two rows, the weights of single units times the spread of their pixels: "
    "light and dark blobs and strokes over the middle of the image.",
)


# %% [markdown]
# An edge detector is *local*: its weight sits in a small part of the image. So measure: what share of the squared weight of a unit lies in its best 7 x 7 window, a sixteenth of the image? A 3 x 3 edge
# gives 1. **Predict:** what does a layer give that was never trained?


# %%
def best_window_share(filters, size=7):
    energy = np.pad(filters**2, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
    upper = energy[:, :-size, size:] - energy[:, :-size, :-size]  # all above the window
    lower = energy[:, size:, size:] - energy[:, size:, :-size]  # the same with the window
    return (lower - upper).max(axis=(1, 2)) / energy[:, -1, -1]


untrained = build_deep_autoencoder().get_layer("encoder_1").kernel.numpy().T.reshape(-1, 28, 28)
locality = float(np.median(best_window_share(filters)))
random_locality = float(np.median(best_window_share(untrained * spread)))

# %% tags=["nbval-ignore-output"]
print(f"median share of a unit's squared weight in its best 7 x 7 window: {locality:.2f}")
print(f"the same in a layer that was never trained: {random_locality:.2f}")

# %% [markdown]
# **Read.** Blobs, a few strokes, and grain around them: more local than chance, far from an edge's 1. Nothing tells a dense layer that neighbouring pixels belong together, and nothing in the loss asks for
# few active units, as a sparse autoencoder does. A network whose layers are built of small local filters is the subject of [page 03](03_convolutional_autoencoder.ipynb).

# %% tags=["check"]
# @title Statements
sg.claims.holds("more local than chance", locality > random_locality + 0.03)
sg.claims.holds("far from an edge's 1", locality < 0.4)

# %% [markdown]
# ## Claims
#
# What the paper claims, what speaks for or against it here, and what we found ourselves. The bounds held for ten seeds.

# %% tags=["claims"]
claims = sg.claims.Claims()
after_5 = errors["deep"][:5][-1] / errors["simple"][:5][-1]
paper, ours = "Temkeng 2020, 3.2", "ours"
claims.below(
    0.98,
    at_end,
    f"the deep autoencoder is better; ratio: validation error of digits, deep / simple, {MNIST_EPOCHS} epochs",
    paper,
)
claims.above(1.05, after_5, "but not at first; the same ratio after 5 epochs", "ours, against 3.2")
claims.above(
    1.1, cost, "its training takes longer; ratio: seconds of an epoch, deep / simple", paper
)
claims.above(
    0.05,
    lead,
    f"new faces: explained variance, simple - deep, {SMILE_EPOCHS} epochs",
    "ours, against 3.2",
)
claims.below(
    0.4,
    locality,
    "the first layer has no edges; median share of a unit's squared weight in its best 7 x 7 window",
    "ours, against 3.2",
)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
claims_table = sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())
claims_table

# %% [markdown]
# ## Into your paper
#
# Figures 8.4 cm wide, tables for LaTeX and as CSV, each with a JSON file that says where it came from.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "02_deep_autoencoder",
    seed=SEED,
    mnist_epochs=MNIST_EPOCHS,
    smile_epochs=SMILE_EPOCHS,
    batch_size=BATCH_SIZE,
    learning_rate=LEARNING_RATE,
)
captions = {
    "deep_and_simple_by_epoch": (epochs_figure, "Squared error of validation digits by epoch."),
    "deep_and_simple_faces": (smile_curves, "Explained variance of training and test faces by epoch."),
    "deep_and_simple_full_size": (full_figure, "Test faces and reconstructions after 700 epochs."),
    "mnist_deep_autoencoder": (mnist_figure, "Test digits and their reconstructions."),
    "deep_filters": (filters_figure, "Weights of 20 units of the first layer, times the spread of their pixels."),
    "deep_autoencoder": (network_figure, "The deep autoencoder."),
}  # fmt: skip
for name, (figure, caption) in captions.items():
    print(sg.export.save_figure(figure, name, run, caption=caption))
tables = {
    "faces": smile_table,
    "digits": mnist_table,
    "claims": claims_table,
    "network": network_table,
}
for name, table in tables.items():
    print(sg.export.save_table(table, f"deep_{name}", run))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Stop the deep network on Smile when it is best on held-out faces. Which part of the 400 do you hold out, and
#    why must no drawing be in both parts?
# 2. *Deeper or wider?* Build a network with `hidden_sizes=(256,)`. It has about twice the parameters of the deep one. Is it better after 3 epochs?
# 3. *Add noise.* Put `keras.layers.Dropout(0.3)` after the input of the deep network and train it on Smile. Does it still
#    overfit?
#
# The [solutions](solutions/02_deep_autoencoder.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.** A drawing appears two or three times in the training set, at other places. The file says which drawing each image comes from,
# so hold out drawings, not images: otherwise the network has seen the held-out faces, only shifted.

# %% tags=["solution", "nbval-ignore-output"]
with np.load(sg.datasets.data_folder() / "smiles.npz") as file:
    # category, and number within it
    drawing = np.column_stack([file["y_train"], file["source_train"][:, 0]])
drawings = np.unique(drawing, axis=0)
rng = np.random.default_rng(SEED)
chosen = drawings[rng.permutation(len(drawings))[:32]]
held_out = (drawing[:, None] == chosen).all(axis=2).any(axis=1)
learn, watch = smiles[~held_out], smiles[held_out]
print(f"{len(learn)} images to learn from, {len(watch)} to watch")

# %% tags=["solution", "nbval-ignore-output"]
build_deep_autoencoder = sg.models.autoencoders.build_deep_autoencoder
keras.utils.set_random_seed(SEED)
network = build_deep_autoencoder()
network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
pairs = tf.data.Dataset.from_tensor_slices((learn, learn)).shuffle(len(learn)).batch(BATCH_SIZE)
stop = keras.callbacks.EarlyStopping("val_loss", patience=20, restore_best_weights=True)
history = network.fit(
    pairs,
    shuffle=False,
    validation_data=(watch, watch),
    epochs=SMILE_EPOCHS,
    callbacks=[stop],
    verbose=0,
)
print(f"best after {np.argmin(history.history['val_loss']) + 1} epochs;", end=" ")
share = explained_variance(test_smiles, np.asarray(network(test_smiles)), mean_smile)
print(f"test faces explained: {share:.2f}")

# %% [markdown] tags=["solution"]
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output"]
for name, hidden_sizes in (("deep", (128, 64)), ("wide", (256,))):
    keras.utils.set_random_seed(SEED)
    network = build_deep_autoencoder(hidden_sizes=hidden_sizes)
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    network.fit(x_train, x_train, batch_size=BATCH_SIZE, epochs=3, verbose=0)
    error = np.mean((x_val - network.predict(x_val, verbose=0)) ** 2)
    print(f"{name}: {network.count_params():,} parameters, error {error:.4f} after 3 epochs")

# %% [markdown] tags=["solution"]
# After few epochs the shallower network is ahead, although it has more parameters. Try both with more epochs before you decide for one.
#
# **Exercise 3.**

# %% tags=["solution", "nbval-ignore-output"]
keras.utils.set_random_seed(SEED)
inner = build_deep_autoencoder()
images = keras.Input((784,))
noisy = keras.Model(images, inner(layers.Dropout(0.3)(images)))
noisy.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
pairs = tf.data.Dataset.from_tensor_slices((smiles, smiles)).shuffle(len(smiles)).batch(BATCH_SIZE)
noisy.fit(pairs, shuffle=False, epochs=SMILE_EPOCHS, verbose=0)
for name, part in (("training", smiles), ("test", test_smiles)):
    print(f"{name}: explained {explained_variance(part, np.asarray(noisy(part)), mean_smile):.2f}")

# %% [markdown] tags=["solution"]
# Less: with noise on the input the network cannot memorise single images, and the test faces gain. The gap does not close.

# %% [markdown]
# ## References
#
# Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 3.2. Hinton & Salakhutdinov 2006, *Reducing the dimensionality of data with
# neural networks*. Ng et al. 2013, *UFLDL Tutorial: Stacked Autoencoders*. Google, *The Quick, Draw! Dataset* (CC BY 4.0). `references.bib` has the entries for LaTeX.
