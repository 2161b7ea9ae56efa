# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 02 · Deep autoencoder
#
# Five hidden layers instead of one. Temkeng (2020, section 3.2) finds that the deep autoencoder paints its input better than the simple one,
# and that its first layer learns edges. This page checks both, at equal epochs and at equal time, and finds that "better" depends on
# when you look and on what you look at. You need [page 01](01_simple_autoencoder.ipynb).

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
MNIST_EPOCHS = 20  # paper: 100
SMILE_EPOCHS = 150  # paper: 700
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

# %% [markdown]
# ## The network
#
# Encoder and decoder become chains of layers. With $h_0 = x$, the encoder is
#
# $$h_k = \operatorname{relu}(W_k h_{k-1} + b_k) \qquad k = 1, 2, 3$$
#
# with 128, 64 and 32 numbers, and the decoder goes back in the same steps. **Predict:** the code has 32 numbers as before. How many times as
# many parameters has the network: 2, 4 or 8 times?


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
keras.utils.set_random_seed(SEED)
deep = build_deep_autoencoder()
sg.export.model_table(deep)

# %% [markdown]
# **Read.** 222,384 parameters, as in the paper's figure 6a: 4.4 times the 50,992 of the simple network. Nine tenths of them are in the
# first and the last layer, which touch all 784 pixels.

# %% [markdown]
# ## Digits: who is ahead, and when?
#
# Both networks see the same images for the same number of epochs. After each epoch the squared error on the validation images is taken.
# **Predict:** draw the two curves. Is the deep network ahead from the first epoch to the last?

# %% tags=["nbval-ignore-output", "timing"]
networks, histories = {}, {}
for name, build in (("simple", build_simple_autoencoder), ("deep", build_deep_autoencoder)):
    keras.utils.set_random_seed(SEED)
    networks[name] = build()
    networks[name].compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss="binary_crossentropy",
        metrics=["mean_squared_error"],
    )
    histories[name] = (
        networks[name]
        .fit(
            x_train,
            x_train,
            validation_data=(x_val, x_val),
            batch_size=BATCH_SIZE,
            epochs=MNIST_EPOCHS,
            callbacks=[Stopwatch(), Progress(lines=5)],
            verbose=0,
        )
        .history
    )

# %%
errors = {name: history["val_mean_squared_error"] for name, history in histories.items()}
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
print("the deep network is ahead after the epochs", ", ".join(map(str, ahead)))

# %% [markdown]
# **Read.** The simple network falls fast and then lies flat. The deep one falls more slowly, is behind for many epochs, and is
# ahead at the end. If you stop early you report that depth hurts; if you stop late, that it helps. Both are true of *their* epoch, so
# a paper must name it.

# %% [markdown]
# ## The same at equal time
#
# An epoch of the deep network costs more. **Predict:** by what factor, if it has 4.4 times the parameters?

# %% tags=["nbval-ignore-output", "timing"]
seconds = {name: np.array(history["seconds"]) for name, history in histories.items()}
per_epoch = {name: float(np.diff(s, prepend=0).min()) for name, s in seconds.items()}
cost = per_epoch["deep"] / per_epoch["simple"]
print(f"an epoch takes {per_epoch['simple']:.2f} s (simple) and {per_epoch['deep']:.2f} s (deep):")
print(f"{cost:.1f} times as long")

# %% tags=["timing"]
time_figure = sg.plotting.curves(
    {name: (seconds[name], errors[name]) for name in errors},
    xlabel="seconds of training",
    ylabel="mean squared error\n(validation)",
    log=True,
)
sg.plotting.show(
    time_figure,
    "Line plot of the validation error over the seconds of training, on a logarithmic scale, one "
    "line for the simple and one for the deep network.",
)

# %% [markdown]
# **Read.** Far less than 4.4 times: on a CPU much of a step is not multiplication but moving images and updating bookkeeping, which both
# networks share. (The fastest epoch counts.) At equal time the simple network keeps
# its lead for longer. The deep one still passes it, later.
#
# Now the test images, for the first and only time. Do you see the difference that the curves show?

# %%
shown = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
painted = {name: network.predict(x_test, verbose=0) for name, network in networks.items()}
mnist_figure = sg.plotting.image_rows(
    {
        "original": x_test[shown].reshape(-1, 28, 28),
        "simple": painted["simple"][shown].reshape(-1, 28, 28),
        "deep": painted["deep"][shown].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    mnist_figure,
    "Three rows of ten digits, 0 to 9: the originals, and what the simple and the deep network "
    "paint of them.",
)

# %% tags=["nbval-ignore-output"]
test_errors = {name: float(np.mean((x_test - images) ** 2)) for name, images in painted.items()}
print({name: round(error, 4) for name, error in test_errors.items()})

# %% [markdown]
# **Read.** Hardly. The paper judges by eye, from figures. The errors differ by about a tenth at this size, which no eye sees in ten digits:
# to compare two networks, measure.

# %% [markdown]
# ## Smile: four hundred images
#
# The same comparison on binarised Smile, where 222,384 numbers are to be learned from 400 images. **Predict:** which network is ahead on the
# training images, and which on the test images?

# %% tags=["setup"]
(binarised, _), (test_binarised, _) = sg.datasets.load_smiles(binarised=True)
smiles = sg.ranges.to_unit(binarised).reshape(-1, 784)
test_smiles = sg.ranges.to_unit(test_binarised).reshape(-1, 784)
mean_smile = smiles.mean(axis=0)


def share_recorder(images, shares):
    def record(epoch, logs):
        shares.append(explained_variance(images, np.asarray(recorder.model(images)), mean_smile))

    recorder = keras.callbacks.LambdaCallback(on_epoch_end=record)
    return recorder


# %% tags=["nbval-ignore-output"]
smile_networks, smile_shares = {}, {}
pairs = tf.data.Dataset.from_tensor_slices((smiles, smiles)).shuffle(len(smiles)).batch(BATCH_SIZE)
for name, build in (("simple", build_simple_autoencoder), ("deep", build_deep_autoencoder)):
    keras.utils.set_random_seed(SEED)
    network = smile_networks[name] = build()
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    on_train, on_test = smile_shares[f"{name}, training"], smile_shares[f"{name}, test"] = [], []
    recorders = [share_recorder(smiles, on_train), share_recorder(test_smiles, on_test)]
    network.fit(
        pairs,
        shuffle=False,
        epochs=SMILE_EPOCHS,
        callbacks=[*recorders, Progress(lines=4)],
        verbose=0,
    )

# %%
smile_curves = sg.plotting.curves(smile_shares, xlabel="epoch", ylabel="explained variance")
smile_curves.axes[0].set_ylim(-0.5, 1)
sg.plotting.show(
    smile_curves,
    "Line plot of the explained variance by epoch with four lines: the simple and the deep "
    "network, each on training and on test faces.",
)

# %%
smile_figure = sg.plotting.image_rows(
    {
        "original": test_binarised[:10],
        "simple": np.asarray(smile_networks["simple"](test_smiles[:10])).reshape(-1, 28, 28),
        "deep": np.asarray(smile_networks["deep"](test_smiles[:10])).reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    smile_figure,
    "Three rows of ten test faces: the originals, and what the simple and the deep network paint "
    "of them.",
)

# %% [markdown]
# **Read.** On new faces the simple network wins. The deep one stops gaining early, while its training line still climbs: what it still learns is
# true of the training faces only. The paper shows its Smile results for the deep network (figure 6c) and calls them better; it does not say whether
# the faces shown were in the training set. (The curves over test images are for looking only: nothing was chosen with them.)

# %% [markdown]
# ## What does the first layer look for?
#
# Each of the 128 units of the first layer has 784 weights, one a pixel, and can be drawn as an image: grey is zero, white excites, black inhibits.
# The paper expects edges. **Predict:** will you see edges?

# %%
filters = networks["deep"].get_layer("encoder_1").kernel.numpy().T.reshape(-1, 28, 28)
strongest = np.argsort(-np.abs(filters).sum(axis=(1, 2)))[:20]
limit = np.abs(filters[strongest]).max(axis=(1, 2), keepdims=True)
filters_figure = sg.plotting.image_grid(0.5 + 0.5 * filters[strongest] / limit)
sg.plotting.show(
    filters_figure,
    "Twenty squares in two rows, the weights of single units: light and dark blobs and strokes on "
    "grey, with a grainy border.",
)


# %% [markdown]
# The grain at the border is no pattern: pixels there are black in every digit, so these weights were never changed and still have their random
# start. To leave them out, multiply each weight by the standard deviation of its pixel: that is how much it can matter.
#
# An edge detector is *local*: its weight sits in a small part of the image. So measure: what share of the squared weight of a unit lies in its best
# 7 x 7 window, a sixteenth of the image? A 3 x 3 edge gives 1. **Predict:** what does a layer give that was never trained?


# %%
def best_window_share(filters, size=7):
    energy = np.pad(filters**2, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
    upper = energy[:, :-size, size:] - energy[:, :-size, :-size]  # all above the window
    lower = energy[:, size:, size:] - energy[:, size:, :-size]  # the same with the window
    return (lower - upper).max(axis=(1, 2)) / energy[:, -1, -1]


spread = x_train.std(axis=0).reshape(28, 28)
untrained = build_deep_autoencoder().get_layer("encoder_1").kernel.numpy().T.reshape(-1, 28, 28)
locality = float(np.median(best_window_share(filters * spread)))
random_locality = float(np.median(best_window_share(untrained * spread)))

# %% tags=["nbval-ignore-output"]
print(f"median share of a unit's squared weight in its best 7 x 7 window: {locality:.2f}")
print(f"the same in a layer that was never trained: {random_locality:.2f}")

# %% [markdown]
# **Read.** Blobs and strokes over much of the image: more local than chance, far from an edge's 1. Nothing tells a dense layer that
# neighbouring pixels belong together. The paper goes on to say that the next layers combine edges into contours and corners; here there are none to
# combine. A network whose layers are built of small local filters is the subject of [page 03](03_convolutional_autoencoder.ipynb).

# %% [markdown]
# ## Claims

# %%
at_end = errors["deep"][-1] / errors["simple"][-1]
after_5 = errors["deep"][:5][-1] / errors["simple"][:5][-1]
lead = smile_shares["simple, test"][-1] - smile_shares["deep, test"][-1]

# %% tags=["claims"]
claims = sg.claims.Claims()
paper = "Temkeng 2020, 3.2"
claims.equal(222_384, deep.count_params(), "parameters of the deep autoencoder", paper)
claims.above(1, cost, "digits: time of an epoch, deep per simple", paper)
claims.below(1, at_end, "digits: error of deep per simple, last epoch", paper)
claims.above(1, after_5, "finding: but after 5 epochs the simple one is ahead", "against 3.2")
claims.above(0.05, lead, "finding: on new faces the simple one explains more, by", "against 3.2")
claims.below(0.5, locality, "finding: first layer, median weight in the best window", "against 3.2")
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %%
run = sg.runs.describe(
    "02_deep_autoencoder", seed=SEED, mnist_epochs=MNIST_EPOCHS, smile_epochs=SMILE_EPOCHS
)
print(sg.export.save_figure(epochs_figure, "deep_and_simple_by_epoch", run))
print(sg.export.save_figure(mnist_figure, "mnist_deep_autoencoder", run))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Stop the deep network on Smile when it is best on held-out faces. Which part of the 400 do you hold out, and
#    why must no drawing be in both parts?
# 2. *Deeper or wider?* Build a network with `hidden_sizes=(256,)`. It has about twice the parameters of the deep one. Is it better after 3 epochs?
# 3. *Add noise.* Put `keras.layers.Dropout(0.3)` behind the input of the deep network and train it on Smile. Does it still
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
# Yes, by far: after few epochs fewer layers are easier to train than fewer parameters. Try both with more epochs before you decide for one.
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
# Less: with noise on the input the network cannot learn single images by heart, and the test faces gain. The gap does not close.

# %% [markdown]
# ## References
#
# Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 3.2. Hinton & Salakhutdinov 2006, *Reducing the dimensionality of data with
# neural networks*. Google, *The Quick, Draw! Dataset* (CC BY 4.0).
