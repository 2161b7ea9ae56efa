# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 04 · Variational autoencoder
#
# Page 01 decoded random codes and got strokes that were hardly digits. This page adds two things to an autoencoder, a random draw of the code and a term of the loss, and its decoder becomes a generator.
# The picture below is one of its figures: what such a decoder makes of the places of a plane. At the end you also have a table that says how far digits from random codes are from real ones, and you know why the digits of the plane are blurred.
# It takes about a minute and a half. You need pages [01](01_simple_autoencoder.ipynb) and [02](02_deep_autoencoder.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
from statistics import NormalDist

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops

import seminar_gan as sg
from seminar_gan.metrics import frechet_distance
from seminar_gan.training import Progress

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
EPOCHS = 6  # Burda et al. 2016: 3,280
PLANE_EPOCHS = 8  # for the code of two numbers; ours
SWEEP_EPOCHS = 2  # for each beta; ours
CODE_SIZE = 32  # Temkeng's autoencoders; Kingma & Welling: 3 to 200
BATCH_SIZE = 256  # Kingma & Welling: 100
LEARNING_RATE = 3e-3  # ours, that of pages 01 to 03

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    EPOCHS=(1, 100_000),
    PLANE_EPOCHS=(1, 100_000),
    SWEEP_EPOCHS=(1, 100_000),
    CODE_SIZE=(2, 784),
    BATCH_SIZE=(1, 55_000),
    LEARNING_RATE=(1e-7, 1.0),
)
(digits, _), (test_digits, test_labels) = sg.datasets.load_mnist()
x = sg.ranges.to_unit(digits).reshape(-1, 784)
x_train, x_val = x[:55_000], x[55_000:]
x_test = sg.ranges.to_unit(test_digits).reshape(-1, 784)

# %% [markdown]
# ## A story of how images are made
#
# Kingma & Welling (2014) and Rezende et al. (2014) begin with the decoder. Suppose that every image $x$ was made in two steps. First a code is drawn from a fixed distribution, the *prior*
# $p(z)$: independent normal numbers with mean 0 and variance 1. Then the decoder turns the code into a probability for each pixel, and each pixel is lit, or not, with that
# probability: the *likelihood* $p(x \mid z)$. Whoever has such a decoder has a generator: draw $z$, decode.
#
# To train it, make the training images probable: raise $\log p(x)$ where $p(x) = \int p(x \mid z)\, p(z)\, dz$. The trouble is the integral. For nearly all codes, $p(x \mid z)$ is next to nothing, and drawing codes at random
# would hardly ever meet one that matters. So a second network, the encoder, guesses the codes that could have made $x$: a normal distribution $q(z \mid x)$, the *approximate posterior*, with a mean $\mu$ and a variance
# $\sigma^2$ for each number of the code. With it, in five lines:
#
# $$\begin{aligned}
# \log p(x) &= \log \int p(x \mid z)\, p(z)\, dz \\
# &= \log \mathbb{E}_{z \sim q(z \mid x)} \left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right] && \text{(divide and multiply by } q\text{)} \\
# &\ge \mathbb{E}_{z \sim q(z \mid x)} \left[ \log \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right] && \text{(the logarithm is concave: Jensen's inequality)} \\
# &= \mathbb{E}_{z \sim q(z \mid x)} [\log p(x \mid z)] - \mathbb{E}_{z \sim q(z \mid x)} \left[ \log \frac{q(z \mid x)}{p(z)} \right] && \text{(take the logarithm apart)} \\
# &= \mathbb{E}_{z \sim q(z \mid x)} [\log p(x \mid z)] - \mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big)
# \end{aligned}$$
#
# The last line is the *evidence lower bound*, ELBO for short (Kingma & Welling, equation 3). Its first term asks for good reconstructions, as on page 01. The second, the
# *Kullback-Leibler divergence* from the prior, is the price of the code: what $q(z \mid x)$ says about the image beyond what the prior says. Both are measured in *nats*, units of the natural logarithm.
#
# ## Two networks
#
# The encoder answers with two vectors for each image, $\mu$ and $\log \sigma^2$ (the logarithm, since a variance must be positive and the output of a dense layer may be any number). The decoder
# answers with 784 probabilities. Both are halves of Temkeng's deep autoencoder (page 02: 784 - 128 - 64 - 32 and back, with ReLU, $\max(0, x)$, in between) with two changes: the second output, and no ReLU on the code, whose numbers must be free to be
# negative. Kingma & Welling have one hidden layer of 500 units with tanh.


# %% tags=["setup", "shows:models.variational.build_encoder", "shows:models.variational.build_decoder"]
def build_encoder(image_shape=(28, 28, 1), hidden_sizes=(128, 64), code_size=32):
    height, width, channels = image_shape
    x = images = keras.Input((height * width * channels,), name="images")  # 784
    for number, size in enumerate(hidden_sizes, start=1):
        x = layers.Dense(size, activation="relu", name=f"encoder_{number}")(x)  # 128, then 64
    mean = layers.Dense(code_size, name="mean")(x)  # 32
    log_variance = layers.Dense(code_size, name="log_variance")(x)  # 32
    return keras.Model(images, [mean, log_variance], name="variational_encoder")


def build_decoder(image_shape=(28, 28, 1), hidden_sizes=(128, 64), code_size=32):
    height, width, channels = image_shape
    x = z = keras.Input((code_size,), name="z")  # 32
    for number, size in enumerate(reversed(hidden_sizes), start=1):
        x = layers.Dense(size, activation="relu", name=f"decoder_{number}")(x)  # 64, then 128
    pixels = height * width * channels
    x = layers.Dense(pixels, activation="sigmoid", name="reconstructions")(x)  # 784
    return keras.Model(z, x, name="variational_decoder")


# %%
networks_figure = sg.plotting.architecture({"encoder": build_encoder(), "decoder": build_decoder()})
sg.plotting.show(
    networks_figure,
    "A drawing of two networks. The encoder goes from 784 numbers by dense layers of 128 and 64 to "
    "two of 32, mean and log variance. The decoder goes from 32 numbers by 64 and 128 to 784.",
)

# %% [markdown]
# ## The two terms of the loss
#
# For a normal $q$ and the normal prior, the divergence needs no sampling (Kingma & Welling, appendix B). With $d$ numbers in the code:
#
# $$\mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big) = \frac12 \sum_{j=1}^{d} \left( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 \right)$$
#
# In the other term a lit pixel has the probability $\hat{x}$, a dark one $1 - \hat{x}$, and the pixels are independent *given the code*. So the logarithm of the likelihood is a sum over pixels, the
# cross-entropy of page 01 with a minus sign (a *Bernoulli* likelihood; appendix C.1):
#
# $$\log p(x \mid z) = \sum_{i=1}^{784} \big( x_i \log \hat{x}_i + (1 - x_i) \log(1 - \hat{x}_i) \big)$$
#
# MNIST's pixels are grey, and a model of black and white pixels gives grey ones no probability. Read a pixel of 0.3 as one that is lit in 3 of 10 images, as Burda et al. (2016) do: then the formula
# with $x_i = 0.3$ is the mean over such black and white images, and the bound is one for these.
#
# It is a sum. Keras's own `binary_crossentropy` takes the *mean* over the pixels. Whoever adds the divergence to that mean trains with $\frac{1}{784} \log p(x \mid z)$: the same as a divergence that costs 784 times as much. It
# is the classic mistake of first variational autoencoders, and what it does is measured below.
#
# **Predict:** a code has one number. What does it cost, in nats, if the encoder always answers $\mu = 0, \sigma = 1$? And if it answers $\mu = 2$, sure to a tenth: $\sigma = 0.1$?


# %% tags=["setup", "shows:training.variational.kl_divergence", "shows:training.variational.bernoulli_loss"]
def kl_divergence(mean, log_variance):
    return ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2


def bernoulli_loss(images, probabilities):
    return ops.sum(ops.binary_crossentropy(images, probabilities), axis=-1)


# %%
prices = {}
for mean, sigma in ((0.0, 1.0), (2.0, 1.0), (2.0, 0.1)):
    z = np.random.default_rng(SEED).normal(mean, sigma, 100_000)
    log_ratio = (z**2 - ((z - mean) / sigma) ** 2) / 2 - np.log(sigma)  # log q(z) - log p(z)
    formula = float(kl_divergence(np.array([[mean]]), np.log([[sigma**2]]))[0])
    prices[mean, sigma] = formula, float(log_ratio.mean())
    print(f"mean {mean}, sigma {sigma}: {formula:.3f} by the formula, ", end="")
    print(f"{abs(log_ratio.mean()):.2f} as the mean of 100,000 draws")

# %% [markdown]
# **Read.** The answer "I know nothing", the prior itself, is free. Everything else costs: to move the mean by 2 costs 2 nats, and to be sure to a tenth another 1.8. So it pays the encoder to say only what helps
# the decoder by more than it costs. The formula agrees with the definition, the mean of $\log q - \log p$ over draws from $q$.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the prior itself is free", prices[0.0, 1.0][0] == 0)
sg.claims.holds("to move the mean by 2 costs 2 nats", abs(prices[2.0, 1.0][0] - 2) < 1e-5)
sg.claims.holds(
    "to be sure to a tenth costs another 1.8",
    abs(prices[2.0, 0.1][0] - prices[2.0, 1.0][0] - 1.8) < 0.05,
)
sg.claims.holds(
    "the formula agrees with the draws", all(abs(a - b) < 0.05 for a, b in prices.values())
)

# %% [markdown]
# ## The trick: noise as an input
#
# The likelihood's term is a mean over draws $z \sim q(z \mid x)$, and we need its gradient with respect to $\mu$ and $\sigma$. Backpropagation, which takes derivatives layer by layer from the loss back to
# the weights, cannot pass through a random draw. But a normal number can be drawn so that the randomness comes from outside:
#
# $$z = \mu + \sigma \epsilon, \qquad \epsilon \sim \mathcal{N}(0, 1)$$
#
# Now $z$ is a differentiable function of $\mu$ and $\sigma$: this is the *reparametrisation trick* (Kingma & Welling, section 2.4). There is another way, which only needs the derivative of $\log q$, and which works for any distribution:
# $\nabla_\mu \mathbb{E}[f(z)] = \mathbb{E}[f(z)\, \nabla_\mu \log q(z)]$. Try both where the answer is known. For $f(z) = z^2$ the mean is $\mu^2 + \sigma^2$, and its derivative $2\mu$. **Predict:** both
# are right on average. How much more does the second one scatter?

# %% tags=["paper"]
mu, sigma = 1.0, 0.5
epsilon = np.random.default_rng(0).normal(size=100_000)
z = mu + sigma * epsilon
through_z = 2 * z  # f'(z) dz/dmu, and dz/dmu = 1
by_log_q = z**2 * (z - mu) / sigma**2  # f(z) d log q / dmu
scatter = {}
for name, gradient in (("through z", through_z), ("by log q", by_log_q)):
    scatter[name] = float(gradient.mean()), float(gradient.std())
    print(f"{name}: mean {gradient.mean():.2f}, standard deviation {gradient.std():.1f}")

# %% [markdown]
# **Read.** Both means are $2\mu = 2$. But a single draw scatters nearly five times as widely by $\log q$. The variance of a mean falls as one over the number of draws, so to be as exact the second way
# needs the square of that factor, more than twenty draws for each one of the first, in this small example. Kingma & Welling (section 2.2) call the second way impractical for their purposes. With the trick, they write, one draw for each image is enough
# if a step sees about 100 images (section 2.3).

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "both means are 2",
    abs(scatter["through z"][0] - 2) < 0.05 and abs(scatter["by log q"][0] - 2) < 0.1,
)
ratio = scatter["by log q"][1] / scatter["through z"][1]
sg.claims.holds("a single draw scatters nearly five times as widely", 4.5 < ratio < 5)
sg.claims.holds("the square of that factor is more than twenty", 20 < ratio**2 < 25)

# %% [markdown]
# ## With and without
#
# Here is the whole model. Keras adds `add_loss` to the loss of `compile`, and `beta` is 1 until further notice.
#
# Its rival is an autoencoder from the same builders, so it has no ReLU on its code either: the code is $\mu$, nothing is drawn, nothing is paid. Both start from the same weights and see the same batches (sets of 256 images, one step of the optimizer each) in
# the same order for the same number of epochs (passes over the training images). Both have the same loss, save for the divergence. The optimizer is Adam, which adapts the size of its steps to
# each weight.
#
# **Predict:** the autoencoder's loss ends between 70 and 90 nats an image. Higher or lower for the variational one? And which of the two reconstructs test images better, if the variational one's code is its $\mu$, without a draw?


# %% tags=["setup", "shows:training.variational.VariationalAutoencoder"]
class VariationalAutoencoder(keras.Model):
    def __init__(self, encoder, decoder, beta=1.0, seed=0):
        super().__init__()
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.seed_generator = keras.random.SeedGenerator(seed)

    def sample(self, mean, log_variance):
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * epsilon

    def call(self, images):
        mean, log_variance = self.encoder(images)
        self.add_loss(self.beta * ops.mean(kl_divergence(mean, log_variance)))
        return self.decoder(self.sample(mean, log_variance))


# %% tags=["setup"]
def two_halves(code_size=CODE_SIZE):
    keras.utils.set_random_seed(SEED)
    return build_encoder(code_size=code_size), build_decoder(code_size=code_size)


def train(network, epochs, **options):
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss=bernoulli_loss)
    options = {"batch_size": BATCH_SIZE, "epochs": epochs, "verbose": 0} | options
    return network.fit(x_train, x_train, **options).history


# %% tags=["nbval-ignore-output"]
encoder, decoder = two_halves()
autoencoder = keras.Model(encoder.input, decoder(encoder.output[0]))  # the code is the mean
plain_history = train(autoencoder, EPOCHS, callbacks=[Progress(lines=3)])
plain_encoder = keras.Model(encoder.input, encoder.output[0])
plain_decoder = decoder

variational = VariationalAutoencoder(*two_halves(), seed=SEED)
history = train(variational, EPOCHS, validation_data=(x_val, x_val), callbacks=[Progress(lines=3)])

# %% tags=["nbval-ignore-output"]
loss_figure = sg.plotting.curves(
    {
        "variational, training": history["loss"],
        "variational, validation": history["val_loss"],
        "autoencoder, training": plain_history["loss"],
    },
    xlabel="epoch",
    ylabel="loss (nats per image)",
)
sg.plotting.show(
    loss_figure,
    "Line plot of the loss by epoch: the variational autoencoder's on training and on validation "
    "images, close together, and below them the autoencoder's on training images.",
)
mean, log_variance = variational.encoder.predict(x_val, verbose=0)
excess = history["loss"][-1] - plain_history["loss"][-1]
paid = float(np.mean(kl_divergence(mean, log_variance)))
print(f"the variational loss is {excess:.0f} nats higher; divergence (validation) {paid:.0f} nats")

# %% tags=["nbval-ignore-output"]
shown = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
test_mean, test_log_variance = variational.encoder.predict(x_test, verbose=0)
reconstructions = {
    "AE": autoencoder.predict(x_test, verbose=0),
    "VAE": variational.decoder.predict(test_mean, verbose=0),
}
reconstructions_figure = sg.plotting.image_rows(
    {
        "original": x_test[shown].reshape(-1, 28, 28),
        **{name: images[shown].reshape(-1, 28, 28) for name, images in reconstructions.items()},
    }
)
sg.plotting.show(
    reconstructions_figure,
    "Three rows of ten digits, 0 to 9: test images, the autoencoder's reconstructions, and the "
    "variational autoencoder's, a little softer.",
)
errors = {name: float(np.mean((x_test - images) ** 2)) for name, images in reconstructions.items()}
for name, error in errors.items():
    print(f"{name}: mean squared error of a test pixel {error:.4f}")

# %% [markdown]
# **Read.** Higher. Nearly half of the difference is the divergence itself; the rest are worse reconstructions. Do not call it worse for that: only this one of the two numbers is a bound on the probability of an image. The autoencoder's loss
# counts what the decoder gets wrong, and says nothing about what it costs to know the code.
#
# The autoencoder reconstructs better. Its code may say anything at no cost, and it is not drawn. The variational one pays for every nat and must bear the draw; so it says less, and its error is about 1.6 times as large.
# That is the price of being able to generate.

# %% tags=["check"]
# @title Statements
sg.claims.holds("between 70 and 90 nats an image", 70 < plain_history["loss"][-1] < 90)
sg.claims.holds("the variational loss is higher", excess > 30)
sg.claims.holds("nearly half of the difference is the divergence", 0.35 < paid / excess < 0.55)
sg.claims.holds("the autoencoder reconstructs better", errors["AE"] < errors["VAE"])
sg.claims.holds("its error is about 1.6 times as large", 1.5 < errors["VAE"] / errors["AE"] < 1.8)

# %% [markdown]
# ## Random codes, decoded
#
# Now decode random codes. For the variational autoencoder they come from the prior. The autoencoder has no prior; give it first the same random codes, then, as on page 01, real codes of training images with each entry shuffled among the images,
# and last, more than page 01 did, codes from a Gaussian with the mean and the covariance of real ones. **Predict:** in which row are digits?
#
# To say it in a number, describe each image by 64 *features*, the numbers of the last layer but one of a digit classifier that comes with the package, and compare the means $m$ and covariances $C$ of real ($r$) and of fake
# ($f$) images. Their *Fréchet distance* is reported as
#
# $$d^2 = |m_r - m_f|^2 + \operatorname{tr}\big(C_r + C_f - 2 (C_r C_f)^{1/2}\big)$$
#
# ([Page 06](06_vanilla_gan.ipynb) takes it apart.) On these features it is no FID and cannot be compared with one. It depends on the number of images, 2,000 on each side here. Beside it stand
# what real digits score and what cheap answers do. **Predict:** what scores better, a black image 2,000 times or the mean training image 2,000 times?


# %% tags=["setup"]
COUNT = 2_000  # images on either side of a distance
network = sg.metrics.load_digit_features()
reference = network.features(digits[:COUNT])


def distance(images):
    images = sg.ranges.unit_to_uint8(np.asarray(images).reshape(-1, 28, 28))
    return frechet_distance(reference, network.features(images))


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
codes = plain_encoder.predict(x_train[:20_000], verbose=0)
prior_codes = rng.standard_normal((COUNT, CODE_SIZE))
random_codes = {
    "AE, prior": prior_codes,
    "AE, shuffled": rng.permuted(codes, axis=0)[:COUNT],  # each entry by itself
    "AE, covariance": rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), COUNT),
}
made = {name: plain_decoder.predict(z, verbose=0) for name, z in random_codes.items()}
made["VAE, prior"] = variational.decoder.predict(prior_codes, verbose=0)
samples_figure = sg.plotting.image_rows(
    {name: images[:10].reshape(-1, 28, 28) for name, images in made.items()}
)
sg.plotting.show(
    samples_figure,
    "Four rows of ten images decoded from random codes. The autoencoder's: smudges from the prior, "
    "then strokes, then shapes that resemble digits. The variational autoencoder's: mostly digits.",
)

# %% tags=["nbval-ignore-output"]
drawn_codes = test_mean + np.exp(test_log_variance / 2) * rng.standard_normal(test_mean.shape)
deviations = {"AE": codes.std(axis=0), "VAE": drawn_codes.std(axis=0)}
for name, values in deviations.items():
    print(f"{name}: standard deviation of an entry {values.min():.2f} to {values.max():.2f}")
measured = {name: distance(images) for name, images in made.items()}
measured |= {f"{name}, test": distance(reconstructions[name][:COUNT]) for name in ("AE", "VAE")}
yardsticks = {
    "other training digits": x_train[COUNT : 2 * COUNT],
    "test digits": x_test[:COUNT],
    "black image": np.zeros((COUNT, 784)),
    "mean image": np.tile(x_train.mean(axis=0), (COUNT, 1)),
    "noise": rng.random((COUNT, 784)),
}
measured |= {name: distance(images) for name, images in yardsticks.items()}
origins = {
    "AE, prior": "autoencoder, codes from the prior",
    "AE, shuffled": "autoencoder, shuffled codes",
    "AE, covariance": "autoencoder, codes with mean and covariance",
    "VAE, prior": "variational autoencoder, codes from the prior",
    "AE, test": "autoencoder, codes of test digits",
    "VAE, test": "variational autoencoder, codes of test digits",
}
samples_table = sg.export.table(
    ["images", "Fréchet distance"],
    [[origins.get(name, name), value] for name, value in measured.items()],
    formats={"Fréchet distance": ".1f"},
    caption="Fréchet distance from 2,000 training digits: decoded codes, and images that no network "
    "made; 2,000 images each, features of a digit classifier (not FID).",
)
samples_table

# %% [markdown]
# **Read.** Most digits are in the last row of the picture, and the number agrees: the variational autoencoder's samples from the prior are nearest to real digits, at little more than half the distance of its rival's best. Its rival's decoder needs codes that look like real ones: shuffled entries, then entries with
# the right covariance, bring it nearer each time, but not near enough. The floor for all of these is what other training digits score, below 1. (A black image beats the mean image, so a small distance alone proves little: look at the pictures, too.)
#
# Now compare with the codes of test digits, whose floor is the test digits' own distance. There the autoencoder is ahead. Random codes at their best cost the autoencoder four to seven times that distance, the variational one only about twice. So what differs most is not the decoders. It is
# whether random codes look like real ones. Winkler (2018, chapter 2) writes that the divergence sees to this: "the distribution of the found representations will be close to a gaussian", so vectors drawn from one can be decoded. Of the variational one's drawn codes each entry has about the prior's standard deviation, 1; the autoencoder's reach 3.
# Spreads do not tell everything. The codes of the rival's last row have the right ones, and the right covariance, and still fall short: the rival's real codes are no Gaussian. And a factor of two is left to the variational one, too.

# %% tags=["check"]
# @title Statements
best_ae = min(measured[name] for name in random_codes)
sg.claims.holds("the VAE's samples are nearest to real digits", measured["VAE, prior"] < best_ae)
sg.claims.holds(
    "at little more than half the distance of its rival's best",
    0.45 < measured["VAE, prior"] / best_ae < 0.7,
)
sg.claims.holds(
    "shuffled entries, then the covariance, bring it nearer each time",
    measured["AE, covariance"] < measured["AE, shuffled"] < measured["AE, prior"],
)
sg.claims.holds("other training digits score below 1", measured["other training digits"] < 1)
sg.claims.holds(
    "a black image beats the mean image", measured["black image"] < measured["mean image"]
)
sg.claims.holds(
    "with codes of test digits the autoencoder is ahead",
    measured["AE, test"] < measured["VAE, test"],
)
sg.claims.holds(
    "random codes cost the autoencoder four to seven times that",
    4 < best_ae / measured["AE, test"] < 7,
)
sg.claims.holds(
    "the variational one only about twice",
    1.8 < measured["VAE, prior"] / measured["VAE, test"] < 2.7,
)
sg.claims.holds(
    "the VAE's entries have about the prior's standard deviation",
    deviations["VAE"].min() > 0.85 and deviations["VAE"].max() < 1.3,
)
sg.claims.holds("the autoencoder's reach 3", 2.7 < deviations["AE"].max() < 4.5)

# %% [markdown]
# ## A code that fits on paper
#
# Train once more with a code of two numbers. Then all that the decoder can do can be seen at once. **Predict:** write each test image's class where its $\mu$ is in the plane. The labels were never used. Will there be ten groups?
#
# Then the other way: lay a grid over the plane and decode each point. To give every region the share that the prior gives it, space the grid evenly in probability: its coordinates are the values that a normal number stays below with a probability of
# 1/40, 3/40, ..., 39/40 (the inverse of the normal distribution function; Kingma & Welling, figure 4). They reach from -1.96 to 1.96, so the sheet is the middle of the plane.

# %% tags=["nbval-ignore-output"]
plane = VariationalAutoencoder(*two_halves(code_size=2), seed=SEED)
_ = train(plane, PLANE_EPOCHS, callbacks=[Progress(lines=3)])
plane_codes = plane.encoder.predict(x_test, verbose=0)[0]
squares = np.sum((plane_codes[:2_000, None] - plane_codes[None, 2_000:6_000]) ** 2, axis=2)
nearest, own = test_labels[2_000 + squares.argmin(axis=1)], test_labels[:2_000]
same_class = float(np.mean(nearest == own))
mixed = np.zeros((10, 10), int)
np.add.at(mixed, (np.minimum(own, nearest), np.maximum(own, nearest)), 1)
np.fill_diagonal(mixed, 0)
worst_pairs = [divmod(int(place), 10) for place in mixed.ravel().argsort()[:-5:-1]]
print(f"the nearest of 4,000 other codes is of the same class for {same_class:.0%} of 2,000 codes")
print("mixed up most often:", ", ".join(f"{a} and {b}" for a, b in worst_pairs))
cloud = plane_codes.std(axis=0)
print(f"standard deviations of the codes: {cloud[0]:.2f} and {cloud[1]:.2f}")

# %% tags=["nbval-ignore-output"]
plane_figure, axes = plt.subplots(figsize=(4.2, 4.2), layout="constrained")
for digit in range(10):
    places = plane_codes[:700][test_labels[:700] == digit]  # more would hide each other
    axes.scatter(*places.T, s=26, marker=f"${digit}$", color=f"C{digit}", linewidths=0)
axes.set(xlabel="$\\mu_1$", ylabel="$\\mu_2$", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
sg.plotting.show(
    plane_figure,
    "Scatter plot of the codes of 700 test images in the plane, each drawn as the digit that it "
    "is, coloured by class. Some classes lie apart, others overlap.",
)

# %% tags=["preview", "nbval-ignore-output"]
side = 20
quantiles = [NormalDist().inv_cdf((n + 0.5) / side) for n in range(side)]
grid = np.array([[first, second] for second in quantiles[::-1] for first in quantiles], "float32")
tiles = plane.decoder.predict(grid, verbose=0).reshape(side, side, 28, 28)
sheet = tiles.transpose(0, 2, 1, 3).reshape(28 * side, 28 * side)
sheet_figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
axes.imshow(sheet, cmap="gray", vmin=0, vmax=1)
axes.axis("off")
sg.plotting.show(
    sheet_figure,
    "A sheet of 20 x 20 decoded codes: neighbouring images are alike, and the digits change into "
    "each other step by step.",
)

# %% [markdown]
# **Read.** Groups, yes, but not ten with gaps between them: classes that look alike share a region, 4 and 9 above all. Still, two numbers found without a label tell the class far more often than the one time in ten of
# a guess. The cloud as a whole has about the spread of the prior, 1, along both axes.
#
# The digits of the sheet lie as the classes do in the middle of the scatter plot, and each changes into its neighbours without a break. Between two classes the decoder has to put something; what it puts there is the subject of the last section.

# %% tags=["check"]
# @title Statements
sg.claims.holds("far more often than one time in ten", same_class > 0.45)
sg.claims.holds("not ten with gaps between them", same_class < 0.8)
sg.claims.holds("4 and 9 are mixed up above all", worst_pairs[0] == (4, 9))
sg.claims.holds("about the spread of the prior", cloud.min() > 0.8 and cloud.max() < 1.5)
near, far = tiles[:, 1:] - tiles[:, :-1], tiles[:, 10:] - tiles[:, :10]
sg.claims.holds("each changes into its neighbours", np.mean(near**2) < np.mean(far**2) / 4)
squares = np.sum((grid[:, None] - plane_codes[None, :4_000]) ** 2, axis=2)
around = test_labels[squares.argsort(axis=1)[:, :15]]  # the classes of the 15 nearest codes
named = network.classes(sg.ranges.unit_to_uint8(tiles.reshape(-1, 28, 28)))
sg.claims.holds(
    "the digits of the sheet lie as the classes do",
    np.mean(np.sum(around == named[:, None], axis=1) >= 5) > 0.5,
)

# %% [markdown]
# ## Is it a bound?
#
# In the plane, the integral $p(x) = \int p(x \mid z)\, p(z)\, dz$ is one sum over a fine grid, and we can see how far below $\log p(x)$ the bound is. There is a ladder between the two: the mean of $k$ weights inside the logarithm (Burda et al. 2016),
#
# $$\mathcal{L}_k = \mathbb{E}\left[ \log \frac1k \sum_{i=1}^{k} \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)} \right] \le \log p(x), \qquad z_1, \ldots, z_k \sim q(z \mid x)$$
#
# $\mathcal{L}_1$ is the ELBO, and $\mathcal{L}_k$ never falls as $k$ grows (their theorem 1). **Predict:** how many nats are lost at $k = 1$: 0.1, 1 or 10?


# %%
def log_weights(model, images, draws, rng):  # log p(x, z) - log q(z | x): (draws, images)
    mean, log_variance = (np.asarray(part) for part in model.encoder(images))
    rows = []
    for _ in range(draws):
        epsilon = rng.standard_normal(mean.shape, dtype="float32")
        z = mean + np.exp(log_variance / 2) * epsilon
        log_prior = -np.sum(z**2, axis=1) / 2  # both without the same (2 pi)^(-d/2)
        log_q = -np.sum(epsilon**2 + log_variance, axis=1) / 2
        rows.append(log_prior - log_q - np.asarray(bernoulli_loss(images, model.decoder(z))))
    return np.array(rows, "float64")


def ladder(log_w, k):
    groups = log_w.reshape(-1, k, log_w.shape[1])
    return float(np.mean(np.logaddexp.reduce(groups, axis=1) - np.log(k)))


# %% tags=["paper"]
def log_p(model, images, extent=5, count=251):  # for a code of two numbers
    total = np.full(len(images), -np.inf)
    for z in np.array_split(sg.plotting.plane_grid(extent, count), 50):
        p = np.clip(model.decoder(z), 1e-7, 1 - 1e-7)
        log_likelihood = images @ np.log(p).T + (1 - images) @ np.log(1 - p).T
        log_joint = log_likelihood - np.sum(z**2, axis=1) / 2 - np.log(2 * np.pi)
        total = np.logaddexp(total, np.logaddexp.reduce(log_joint, axis=1))
    return total + 2 * np.log(2 * extent / (count - 1))  # the area of a cell


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
black_and_white = (rng.random((100, 784)) < x_test[:100]).astype("float32")  # lit so often
weights = {
    "plane": log_weights(plane, black_and_white, 250, rng),
    "variational": log_weights(variational, black_and_white, 250, rng),
}
ks = [1, 5, 50, 250]
rungs = {name: [ladder(w, k) for k in ks] for name, w in weights.items()}
of_each = log_p(plane, black_and_white)
exact = float(of_each.mean())
error = float(of_each.std() / 10)  # of a mean of 100
print(f"log p(x) differs from image to image by {of_each.std():.0f} nats, so each mean of 100")
print(f"images is uncertain by {error:.0f}; the steps between the columns are much more exact")

# %% tags=["nbval-ignore-output"]
bound_figure = sg.plotting.curves(
    {
        "$\\log p(x)$, on a grid": (ks, [exact] * len(ks)),
        "$\\mathcal{L}_k$": (ks, rungs["plane"]),
    },
    xlabel="draws $k$",
    ylabel="nats per image",
    markers=True,
)
bound_figure.axes[0].set_xscale("log")
bound_figure.axes[0].set_xticks(ks, ks)
bound_figure.axes[0].minorticks_off()
sg.plotting.show(
    bound_figure,
    "Line plot of the bound over the number of draws, from 1 to 250 on a logarithmic axis: it rises "
    "towards a flat line, the logarithm of p(x) computed on a grid.",
)
bounds_table = sg.export.table(
    ["numbers in the code", *(f"k = {k}" for k in ks), "log p(x)"],
    [["2", *rungs["plane"], exact], [str(CODE_SIZE), *rungs["variational"], None]],
    formats={f"k = {k}": ".1f" for k in ks} | {"log p(x)": ".1f"},
    caption="The bound in nats per image, mean of the first 100 test images with pixels drawn black "
    "or white, by the number of weights inside the logarithm (250 draws each). The last column is "
    "the integral, which can be computed for 2 numbers only.",
)
bounds_table

# %% [markdown]
# **Read.** Between 1 and 10: several nats in the plane, and the ladder rises towards the true value without passing it. What is lost at $k = 1$ is $\mathrm{KL}\big(q(z \mid x) \,\|\, p(z \mid x)\big)$, how far the encoder's guess is from the right one (Kingma & Welling, equation 1). It may be far for three reasons: the codes that could have made $x$ need not form a
# Gaussian with independent entries, the encoder answers at once, without searching, and it has seen grey images only.
#
# With the longer code a grid is out of reach, but the ladder climbs, so the ELBO is too low there, too. Even its lowest rung is above the exact value of the plane: the longer code makes the test images far more probable. (Burda et al., table 1, report $-86.8$ for a larger variational
# autoencoder after 3,280 epochs, at $k = 5{,}000$ and over all test images.) A GAN has no such number: it makes images, and does not say how probable one is.

# %% tags=["check"]
# @title Statements
sg.claims.holds("between 1 and 10 are lost in the plane", 1 < exact - rungs["plane"][0] < 10)
sg.claims.holds("the ladder never passes the true value", max(rungs["plane"]) < exact + 0.05)
sg.claims.holds("it rises towards the true value", rungs["plane"][-1] > rungs["plane"][0] + 1)
sg.claims.holds(
    "the ladder climbs with the longer code, too",
    rungs["variational"][-1] > rungs["variational"][0] + 4,
)
sg.claims.holds(
    "its lowest rung is above the exact value of the plane: far more probable",
    rungs["variational"][0] > exact + 20,
)

# %% [markdown]
# ## Beta
#
# Higgins et al. (2017, equation 4) multiply the divergence by a number: the loss is $-\mathbb{E}[\log p(x \mid z)] + \beta\, \mathrm{KL}$. With $\beta = 1$ it is the bound. Usually they take $\beta > 1$, to get codes in which each entry stands for one property of the image (*disentangled*; not tested here). We take a smaller one, too,
# and $\beta = 784$, the classic mistake from above, the mean over pixels. An entry of the code
# is *active* if it says something about the image: if the variance of $\mu_j$ over the images is above 0.01 (Burda et al. 2016). **Predict:** which of the four makes the best reconstructions, and which the best prior samples?

# %% tags=["nbval-ignore-output"]
sweep, sweep_images = {}, {}
for beta in (0.1, 1.0, 4.0, 784.0):
    network_b = VariationalAutoencoder(*two_halves(), beta=beta, seed=SEED)
    train(network_b, SWEEP_EPOCHS)
    mean, log_variance = network_b.encoder.predict(x_val, verbose=0)
    answers = network_b.decoder.predict(mean, verbose=0)
    sweep_images[beta] = network_b.decoder.predict(prior_codes, verbose=0)
    sweep[beta] = {
        "error": float(np.mean((x_val - answers) ** 2)),
        "divergence": abs(float(np.mean(kl_divergence(mean, log_variance)))),  # no -0.0
        "active": int(np.sum(mean.var(axis=0) > 0.01)),
        "distance": distance(sweep_images[beta]),
    }
low, one, high, mistake = sweep.values()

# %% tags=["nbval-ignore-output"]
beta_figure = sg.plotting.image_rows(
    {f"beta {beta:g}": images[:10].reshape(-1, 28, 28) for beta, images in sweep_images.items()}
)
sg.plotting.show(
    beta_figure,
    "Rows of ten prior samples, one row for each beta. With a small beta strokes and tangles, "
    "then digits; with a beta of 784 the same grey smudge ten times.",
)
trained_longer = int(np.sum(test_mean.var(axis=0) > 0.01))
print(f"beta 1 after {EPOCHS} epochs, further up: {trained_longer} active entries")
sweep_table = sg.export.table(
    ["beta", "squared error", "divergence", "active", "distance"],
    [[f"{beta:g}", *values.values()] for beta, values in sweep.items()],
    formats={"squared error": ".4f", "divergence": ".1f", "distance": ".1f"},
    caption=f"Four weights of the divergence, each trained for {SWEEP_EPOCHS} epochs: error of a "
    "validation pixel, divergence in nats, active entries of the code, and Fréchet distance of 2,000 "
    "prior samples from 2,000 training digits (features of a digit classifier, not FID).",
)
sweep_table

# %% [markdown]
# **Read.** The smallest beta has the best reconstructions, and the error grows with beta. Of these four, after these few epochs, $\beta = 1$ has the nearest samples. With 0.1 the code says several times as much, but the samples are worse. A likely reason: where saying is cheap, nothing holds the codes to the prior, and random codes are not like them.
# With 4 less is worth saying: fewer entries are active, and the samples look softer. (How many entries stay active at $\beta = 1$ in a longer training differs from seed to seed; the line above the table says it for this one.) With 784 the code says nothing at all. No entry is active, and the decoder, left alone, answers every code with the mean image. This is *posterior collapse*,
# and it came from one `mean` where there should have been a `sum`.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "the smallest beta is best, and the error grows with beta",
    low["error"] < one["error"] < high["error"] < mistake["error"],
)
sg.claims.holds(
    "the nearest samples come from beta 1",
    one["distance"] < min(low["distance"], high["distance"], mistake["distance"]),
)
sg.claims.holds("with 0.1 several times as much", 3 < low["divergence"] / one["divergence"] < 6)
sg.claims.holds(
    "with 4 fewer entries are active", high["active"] < min(low["active"], one["active"])
)
sg.claims.holds("with 784 the code says nothing", mistake["divergence"] < 0.1)
sg.claims.holds("no entry is active", mistake["active"] == 0)
sg.claims.holds(
    "it answers every code with the mean image",
    np.abs(sweep_images[784.0] - x_train.mean(axis=0)).mean() < 0.03,
)

# %% [markdown]
# ## Blurry, and why
#
# Look at the sheet again: the digits have soft edges and grey places. Variational autoencoders are known for that. In the plane we can see where it comes from. Many images share a place $z$: $q(z \mid x_n)$ is large there for many $n$. What should the decoder answer at $z$? The loss at $z$ is a sum over
# all of them, each with its weight, and the answer with the smallest cross-entropy to all is their weighted mean:
#
# $$\hat{x}(z) = \frac{\sum_n q(z \mid x_n)\, x_n}{\sum_n q(z \mid x_n)}$$
#
# That is no network, only the encoder and the 55,000 training images. **Predict:** how like the decoder's answer is it, at ten random codes?
#
# Blur shows as grey. Count a pixel as grey if it lies between 0.1 and 0.9, and take the share of these among all pixels that are not black. **Predict:** rank test digits, the reconstructions and the samples of this page by it. And does the Fréchet distance see blur? We blur real digits by hand to find out.


# %% tags=["paper"]
def shares(places, means, log_variances):  # q(z | x_n) / sum over n: (places, images)
    precision = np.exp(-log_variances)
    log_q = places @ (means * precision).T - places**2 @ precision.T / 2
    log_q -= np.sum(means**2 * precision + log_variances, axis=1) / 2  # without constants
    q = np.exp(log_q - log_q.max(axis=1, keepdims=True))
    return q / q.sum(axis=1, keepdims=True)


def images_at(share):  # n for n equal shares
    return float(np.median(1 / np.sum(share**2, axis=1)))


# %% tags=["nbval-ignore-output"]
places = np.random.default_rng(SEED).standard_normal((COUNT, 2))
plane_samples = plane.decoder.predict(places, verbose=0)
share = shares(places[:200], *plane.encoder.predict(x_train, verbose=0))
long_share = shares(prior_codes[:200], *variational.encoder.predict(x_train, verbose=0))
sharing, long_sharing = images_at(share), images_at(long_share)
print(f"images that share a place: {sharing:.0f} with 2 numbers, ", end="")
print(f"{long_sharing:.1f} with {CODE_SIZE} (1 / sum of squared shares, median of 200 places)")
rivals = {
    "weighted mean": share @ x_train,
    "largest share": x_train[share.argmax(axis=1)],
    "mean image": np.tile(x_train.mean(axis=0), (200, 1)),
}
off = {name: float(np.mean((plane_samples[:200] - r) ** 2)) for name, r in rivals.items()}
for name, value in off.items():
    print(f"squared difference of the decoder's answer from the {name}: {value:.4f}")
rows = {"decoder": plane_samples, **dict(list(rivals.items())[:2])}
blur_figure = sg.plotting.image_rows(
    {name: images[:10].reshape(-1, 28, 28) for name, images in rows.items()}
)
sg.plotting.show(
    blur_figure,
    "Three rows of ten images: what the decoder makes of ten random codes, the weighted means of "
    "training images, almost the same, and the sharp training image with the largest share.",
)


# %%
def grey(images):  # of the pixels that are not black
    return float(np.mean(images[images > 0.1] < 0.9))


def blur(images, times=2):  # about a Gaussian with a deviation of one pixel
    images = images.reshape(-1, 28, 28)
    for axis in (1, 2) * times:
        images = (np.roll(images, 1, axis) + 2 * images + np.roll(images, -1, axis)) / 4
    return images


def draw_pixels(images):
    return (np.random.default_rng(SEED).random(images.shape) < images).astype("float32")


pictures = {
    "test digits": x_test[:COUNT],
    "test digits, blurred": blur(x_test[:COUNT]),
    "AE, reconstructions": reconstructions["AE"][:COUNT],
    "VAE, reconstructions": reconstructions["VAE"][:COUNT],
    "VAE, prior samples": made["VAE, prior"],
    "VAE with 2 numbers, prior samples": plane_samples,
    "test digits, pixels drawn": draw_pixels(x_test[:COUNT]),
    "VAE, prior samples, pixels drawn": draw_pixels(made["VAE, prior"]),
}

# %% tags=["nbval-ignore-output"]
greys = {name: grey(images) for name, images in pictures.items()}
pictured = {name: distance(images) for name, images in pictures.items()}
draws_figure = sg.plotting.image_rows(
    {
        "probabilities": made["VAE, prior"][:10].reshape(-1, 28, 28),
        "pixels drawn": pictures["VAE, prior samples, pixels drawn"][:10].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    draws_figure,
    "Two rows of ten images: the probabilities that the decoder answers with, soft digits, and "
    "black and white images whose pixels were drawn with them, with ragged edges and specks.",
)
blur_table = sg.export.table(
    ["images", "grey pixels", "Fréchet distance"],
    [[name, greys[name], pictured[name]] for name in pictures],
    formats={"grey pixels": ".0%", "Fréchet distance": ".1f"},
    caption="Share of grey pixels (0.1 to 0.9) among those that are not black, and Fréchet distance "
    "from 2,000 training digits (2,000 images, features of a digit classifier, not FID).",
)
blur_table

# %% [markdown]
# **Read.** The decoder's answer and the weighted mean are nearly the same. More than a hundred images share a place of the plane, and the decoder shows all of them at once. So for this encoder the blur is not a weakness of the decoder: it is the right answer to what the loss asks.
# With the longer code hardly two images share a place, so this does not explain why its samples are soft. Nor is it that their codes are random: its reconstructions, from codes of real images, are nearly as grey. What the reason is, this page does not test.
#
# Real digits have grey edges too: about half of the pixels that are not black. The autoencoder's reconstructions have more, the variational one's more still, and samples from two numbers most, nearly every pixel. The Fréchet distance sees little of that: real digits blurred by hand are greyer than the long code's samples, and much nearer to real ones.
# So most of the samples' distance has another cause than grey: look at their shapes.
#
# A sample from the model, strictly, is an image of drawn pixels, black or white (last row). What is usually shown instead, and on this page too, is the decoder's answer: the *mean* of $p(x \mid z)$. The drawn images have no grey at all, and specks, since each pixel is drawn for itself:
# the model has no way to say that two neighbours go together, once the code is given. Their distance is larger than that of the means, and less than half of the rise is the price of black and white, which real digits with drawn pixels pay, too.
#
# What would a loss look like that prefers *one* sharp image to the mean of many? It must not compare with a given image pixel by pixel. [The next page](05_the_game.ipynb) has an answer.

# %% tags=["check"]
# @title Statements
sg.claims.holds("more than a hundred images share a place", 100 < sharing < 200)
sg.claims.holds("with the longer code hardly two images", long_sharing < 2)
sg.claims.holds(
    "the decoder's answer is the weighted mean, nearly",
    off["weighted mean"] < 0.3 * min(off["largest share"], off["mean image"]),
)
grey_samples = greys["VAE, prior samples"]
sg.claims.holds(
    "the long code's reconstructions are nearly as grey as its samples",
    0 < grey_samples - greys["VAE, reconstructions"] < 0.05,
)
sg.claims.holds("about half of real digits is grey", 0.45 < greys["test digits"] < 0.6)
sg.claims.holds(
    "the autoencoder's reconstructions have more grey, the variational one's more still",
    greys["test digits"] < greys["AE, reconstructions"] < greys["VAE, reconstructions"],
)
sg.claims.holds(
    "samples from two numbers most",
    greys["VAE with 2 numbers, prior samples"] == max(greys.values()),
)
sg.claims.holds(
    "blurred digits are greyer than the long code's samples",
    greys["test digits, blurred"] > greys["VAE, prior samples"],
)
sg.claims.holds(
    "blurred digits are much nearer",
    pictured["test digits, blurred"] < pictured["VAE, prior samples"] / 2,
)
sg.claims.holds(
    "the drawn image has no grey at all", greys["VAE, prior samples, pixels drawn"] == 0
)
sg.claims.holds(
    "the drawn images' distance is larger than that of the means",
    pictured["VAE, prior samples, pixels drawn"] > pictured["VAE, prior samples"],
)
black_white_price = pictured["test digits, pixels drawn"] - pictured["test digits"]
sg.claims.holds(
    "less than half of the rise is the price of black and white",
    black_white_price
    < (pictured["VAE, prior samples, pixels drawn"] - pictured["VAE, prior samples"]) / 2,
)

# %% [markdown]
# ## Claims
#
# What the papers claim, and what we found ourselves.

# %% tags=["claims"]
claims = sg.claims.Claims()
burda, winkler = "Burda et al. 2016", "Winkler 2018, chapter 2"
gap, left = exact - rungs["plane"][0], exact - rungs["plane"][-1]
claims.below(
    1.3,
    float(deviations["VAE"].max()),
    "VAE, drawn codes: largest standard deviation of an entry (prior: 1)",
    f"ours, on {winkler}",
)
claims.below(
    0.7,
    measured["VAE, prior"] / best_ae,
    "ratio: distance of samples, VAE / autoencoder's best",
    f"ours, on {winkler}",
)
claims.above(
    1.35, errors["VAE"] / errors["AE"], "ratio: test error of a pixel, VAE / autoencoder", "ours"
)
claims.above(0, left, "2 numbers: log p(x) - bound at k = 250, in nats", f"{burda}, theorem 1")
claims.above(
    2,
    rungs["variational"][-1] - rungs["variational"][0],
    f"{CODE_SIZE} numbers: rise of the bound from k = 1 to 250, in nats",
    f"ours, on {burda}, theorem 1",
)
claims.below(0.75, left / gap, "2 numbers: part of the gap that is left at k = 250", "ours")
claims.above(
    1.15, low["distance"] / one["distance"], "ratio: distance of samples, beta 0.1 / beta 1", "ours"
)
claims.above(
    1.3, high["distance"] / one["distance"], "ratio: distance of samples, beta 4 / beta 1", "ours"
)
claims.equal(0, mistake["active"], "active entries, mean over pixels instead of sum", "ours")
claims.below(
    0.3,
    off["weighted mean"] / off["mean image"],
    "2 numbers, ratio: difference of decoder and weighted mean / and mean image",
    "ours",
)
claims.verdicts()

# %% tags=["nbval-ignore-output"]
sg.metrics.record(
    frechet_distance=measured["VAE, prior"],
    frechet_distance_of_autoencoder=best_ae,
    test_error=errors["VAE"],
    test_error_of_autoencoder=errors["AE"],
)
claims_table = sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())
claims_table

# %% [markdown]
# ## Into your paper
#
# Each figure is written as PDF and PNG, 8.4 cm wide, each table as LaTeX and CSV, and each with a JSON file that says where it came from. With every Fréchet distance, say how many images it was taken on, and on which features.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe(
    "04_variational_autoencoder", seed=SEED, epochs=EPOCHS, plane_epochs=PLANE_EPOCHS
)
for name, table in (
    ("vae_distances", samples_table),
    ("vae_bounds", bounds_table),
    ("vae_betas", sweep_table),
    ("vae_grey_pixels", blur_table),
    ("vae_claims", claims_table),
):
    print(sg.export.save_table(table, name, run))
for name, figure, caption in (
    ("vae_random_codes", samples_figure, "Images decoded from random codes."),
    ("vae_plane_decoded", sheet_figure, "The plane, decoded on a grid of equal probability."),
    ("vae_plane_codes", plane_figure, "Codes of 700 test digits; training used no labels."),
    ("vae_networks", networks_figure, "The encoder and the decoder."),
    ("vae_loss", loss_figure, "Loss with and without draw and divergence."),
    ("vae_reconstructions", reconstructions_figure, "Test digits and their reconstructions."),
    ("vae_bound", bound_figure, "The bound by the number of draws, code of 2 numbers."),
    ("vae_beta", beta_figure, "Prior samples by the weight of the divergence."),
    ("vae_weighted_means", blur_figure, "Decoder, weighted mean, image of the largest share."),
    ("vae_pixels_drawn", draws_figure, "The decoder's probabilities, and pixels drawn with them."),
):
    print(sg.export.save_figure(figure, name, run, caption=caption))
print(samples_table.latex)
sg.export.colab.download("figures")
sg.export.colab.download("tables")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Change one entry of a code from $-3$ to $3$ and keep the others at 0. What does an active entry change, what an inactive one?
# 2. *Walk.* Go in ten equal steps from the code of one test digit to that of another. Are the images between them digits?
# 3. *Change the loss.* Replace the Bernoulli likelihood by a normal one with variance 1: the loss is half the squared error, summed over pixels. How many entries are active?
# 4. *Change the prior.* Give each class of digits its own Gaussian, with the mean and covariance of its training codes, and draw from these. How near do the samples come?
#
# The [solutions](solutions/04_variational_autoencoder.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.** With $\beta = 4$, so that there are inactive entries, too.

# %% tags=["solution", "nbval-ignore-output"]
model = VariationalAutoencoder(*two_halves(), beta=4.0, seed=SEED)
train(model, SWEEP_EPOCHS)
means = model.encoder.predict(x_val, verbose=0)[0]
order = np.argsort(means.var(axis=0))
steps = np.linspace(-3, 3, 10)
rows = {}
for name, entry in (("most active", order[-1]), ("second", order[-2]), ("least", order[0])):
    codes = np.zeros((10, CODE_SIZE), "float32")
    codes[:, entry] = steps
    rows[name] = model.decoder.predict(codes, verbose=0).reshape(-1, 28, 28)
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Three rows of ten images: along the two most active entries of the code the digit changes, "
    "along the least active one it stays as it is.",
)

# %% [markdown] tags=["solution"]
# An active entry changes what the digit is or how it leans. An inactive one costs nothing, says nothing, and the decoder has learned to ignore it.
#
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output"]
means = model.encoder.predict(x_test, verbose=0)[0]
rows = {}
for start, end in ((0, 1), (3, 8), (4, 9)):
    pair = [means[np.flatnonzero(test_labels == digit)[0]] for digit in (start, end)]
    walk = np.linspace(*pair, 10)
    rows[f"{start} to {end}"] = model.decoder.predict(walk, verbose=0).reshape(-1, 28, 28)
figure = sg.plotting.image_rows(rows)
sg.plotting.show(
    figure,
    "Three rows of ten images, each a walk from one digit to another: the digits change "
    "step by step, with soft shapes in the middle.",
)

# %% [markdown] tags=["solution"]
# Many are: on the way lie digits that share strokes with both ends, and where there are none, a blur. A fade from one image into the other would show both at once in the middle; compare them.
#
# **Exercise 3.**


# %% tags=["solution", "nbval-ignore-output"]
def normal_loss(images, answers):  # -log p(x | z) for a variance of 1, without its constant
    return ops.sum((images - answers) ** 2, axis=-1) / 2


model = VariationalAutoencoder(*two_halves(), seed=SEED)
model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss=normal_loss)
model.fit(x_train, x_train, batch_size=BATCH_SIZE, epochs=SWEEP_EPOCHS, verbose=0)
means = model.encoder.predict(x_val, verbose=0)[0]
answers = model.decoder.predict(means, verbose=0)
print(f"active entries: {np.sum(means.var(axis=0) > 0.01)} of {CODE_SIZE}")
print(f"mean squared error: {np.mean((x_val - answers) ** 2):.4f}")

# %% [markdown] tags=["solution"]
# Fewer than with the Bernoulli likelihood after as many epochs. A variance of 1 says that pixels between 0 and 1 are mostly noise, so it does not pay to describe them. A smaller variance $s^2$ divides the loss by $s^2$: it is beta by another name, $\beta = s^2$.
#
# **Exercise 4.** Labels are used here, so this is no longer learned without them.

# %% tags=["solution", "nbval-ignore-output"]
model = VariationalAutoencoder(*two_halves(), seed=SEED)
train(model, SWEEP_EPOCHS)
codes, labels = model.encoder.predict(x_train, verbose=0)[0], sg.datasets.load_mnist()[0][1]
rng = np.random.default_rng(SEED)
drawn = []
for digit in range(10):
    own = codes[labels[: len(codes)] == digit]
    drawn.append(rng.multivariate_normal(own.mean(axis=0), np.cov(own.T), COUNT // 10))
by_class = distance(model.decoder.predict(np.concatenate(drawn), verbose=0))
prior = rng.standard_normal((COUNT, CODE_SIZE))
print(f"prior: {distance(model.decoder.predict(prior, verbose=0)):.1f}")
print(f"ten Gaussians: {by_class:.1f}")

# %% [markdown] tags=["solution"]
# Nearer. A likely reason: places between the classes are drawn less often. The prior is a choice, and much of the work on variational autoencoders since has been on better ones (Tomczak & Welling 2018).

# %% [markdown]
# ## References
#
# Kingma & Welling 2014, *Auto-encoding variational Bayes*. Rezende et al. 2014, *Stochastic backpropagation and approximate inference in deep generative models*. Burda et al. 2016, *Importance weighted autoencoders*. Higgins et al. 2017, *beta-VAE: Learning
# basic visual concepts with a constrained variational framework*. Tomczak & Welling 2018, *VAE with a VampPrior*. Winkler 2018, *Image representation learning with generative adversarial networks*, chapter 2. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 3.2. LeCun et al. 1998,
# *Gradient-based learning applied to document recognition*.
