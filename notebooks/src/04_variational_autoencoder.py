# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 04 · Variational autoencoder
#
# Page 01 decoded random codes and got strokes that were hardly digits. This page changes two things in an autoencoder, a draw and a term of the loss, and its decoder becomes a generator.
# At the end you will have a sheet of digits that nobody wrote, laid out in a plane, a table that says how far such digits are from real ones, and the reason why they are
# blurred. It takes about a minute and a half. You need pages [01](01_simple_autoencoder.ipynb) and [02](02_deep_autoencoder.ipynb).

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
SWEEP_EPOCHS = 3  # for each beta; ours
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

# %% tags=["setup"]
(digits, _), (test_digits, test_labels) = sg.datasets.load_mnist()
x = sg.ranges.to_unit(digits).reshape(-1, 784)
x_train, x_val = x[:55_000], x[55_000:]
x_test = sg.ranges.to_unit(test_digits).reshape(-1, 784)
print(x_train.shape, x_val.shape, x_test.shape, x.dtype)

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
# The last line is the *evidence lower bound*, ELBO for short (their equation 3). Its first term asks for good reconstructions, as on page 01. The second, the
# *Kullback-Leibler divergence* from the prior, is the price of the code: what $q(z \mid x)$ says about the image beyond what the prior says. Both are measured in *nats*, units of the natural logarithm.

# %% [markdown]
# ## Two networks
#
# The encoder answers with two vectors for each image, $\mu$ and $\log \sigma^2$ (the logarithm, since a variance must be positive and the output of a dense layer may be any number). The decoder
# answers with 784 probabilities. Both are halves of Temkeng's deep autoencoder (page 02: 784 - 128 - 64 - 32 and back, with ReLU, $\max(0, x)$, in between) with two changes: the second output, and no ReLU on the code, whose numbers must be free to be
# negative. Kingma & Welling have one hidden layer of 500 units with tanh. **Predict:** how many numbers does each network learn?


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
parameters = build_encoder().count_params(), build_decoder().count_params()
print(f"encoder {parameters[0]:,}, decoder {parameters[1]:,}")

# %% [markdown]
# **Read.** $784 \cdot 128 + 128 = 100{,}480$, $128 \cdot 64 + 64 = 8{,}256$ and $2 \cdot (64 \cdot 32 + 32) = 4{,}160$ in the encoder; $32 \cdot 64 + 64 = 2{,}112$,
# $64 \cdot 128 + 128 = 8{,}320$ and $128 \cdot 784 + 784 = 101{,}136$ in the decoder. That is Temkeng's 222,384 and the 2,080 of the second output.

# %% tags=["check"]
# @title Statements
sg.claims.holds("100,480 + 8,256 + 4,160 in the encoder", parameters[0] == 100_480 + 8_256 + 4_160)
sg.claims.holds("2,112 + 8,320 + 101,136 in the decoder", parameters[1] == 2_112 + 8_320 + 101_136)
sg.claims.holds("Temkeng's 222,384 and 2,080", sum(parameters) == 222_384 + 2_080)

# %% [markdown]
# ## The price of a code
#
# For a normal $q$ and the normal prior, the divergence needs no sampling (Kingma & Welling, appendix B). With $d$ numbers in the code:
#
# $$\mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big) = \frac12 \sum_{j=1}^{d} \left( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 \right)$$
#
# **Predict:** a code has one number. What does it cost, in nats, if the encoder always answers $\mu = 0, \sigma = 1$? And if it answers $\mu = 2$, sure to a tenth: $\sigma = 0.1$?


# %% tags=["setup", "paper", "shows:training.variational.kl_divergence"]
def kl_divergence(mean, log_variance):
    return ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2


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
# **Read.** The answer "I know nothing", the prior itself, is free. Everything else costs: to move the mean by 2 costs 2 nats, and to be sure to a tenth another 1.8. So the encoder will say only what helps
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
# The other term is a mean over draws $z \sim q(z \mid x)$, and we need its gradient with respect to $\mu$ and $\sigma$. Backpropagation, which takes derivatives layer by layer from the loss back to
# the weights, cannot pass through a random draw. But a normal number can be drawn so that the randomness comes from outside:
#
# $$z = \mu + \sigma \epsilon, \qquad \epsilon \sim \mathcal{N}(0, 1)$$
#
# Now $z$ is a differentiable function of $\mu$ and $\sigma$: this is the *reparametrisation trick*. There is another way, which only needs the derivative of $\log q$, and which works for any distribution:
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
# **Read.** Both means are $2\mu = 2$. But a single draw scatters several times as widely by $\log q$. Variance falls as one over the number of draws, so to be as exact the second way
# needs the square of that factor, some twenty draws for each one of the first, in this small example. Kingma & Welling (section 2.2) call the second way impractical for their purposes. With the trick, one draw for each image and step is enough.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "both means are 2",
    abs(scatter["through z"][0] - 2) < 0.05 and abs(scatter["by log q"][0] - 2) < 0.1,
)
ratio = scatter["by log q"][1] / scatter["through z"][1]
sg.claims.holds("a single draw scatters several times as widely", 3 < ratio < 6)
sg.claims.holds("the square of that factor is some twenty", 15 < ratio**2 < 30)

# %% [markdown]
# ## The loss: a sum, not a mean
#
# A lit pixel has the probability $\hat{x}$, a dark one $1 - \hat{x}$, and the pixels are independent *given the code*. So the logarithm of the likelihood is a sum over pixels, the
# cross-entropy of page 01 with a minus sign (a *Bernoulli* likelihood; appendix C.1):
#
# $$\log p(x \mid z) = \sum_{i=1}^{784} \big( x_i \log \hat{x}_i + (1 - x_i) \log(1 - \hat{x}_i) \big)$$
#
# MNIST's pixels are grey, and a model of black and white pixels gives grey ones no probability. Read a pixel of 0.3 as one that is lit in 3 of 10 images, as Burda et al. (2016) do: then the formula
# with $x_i = 0.3$ is the mean over such black and white images, and the bound is one for these.


# %% tags=["setup", "paper", "shows:training.variational.bernoulli_loss"]
def bernoulli_loss(images, probabilities):
    return ops.sum(ops.binary_crossentropy(images, probabilities), axis=-1)


# %% [markdown]
# Keras's own `binary_crossentropy` takes the *mean* over the pixels. Whoever adds the divergence to that mean trains with $\frac{1}{784} \log p(x \mid z)$: the same as a divergence that costs 784 times as much. It
# is the classic mistake of first variational autoencoders. What it does is measured below.
#
# Here is the whole model. Keras adds `add_loss` to the loss of `compile`, and `beta` is 1 until further notice.


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


# %% [markdown]
# ## With and without
#
# Its rival is an autoencoder from the same builders: the code is $\mu$, nothing is drawn, nothing is paid. Both start from the same weights and see the same batches (sets of 256 images, one step of the optimizer each) in
# the same order for the same number of epochs (passes over the training images). Both have the same loss, save for the divergence. The optimizer is Adam, which adapts the size of its steps to
# each weight.


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

# %% [markdown]
# **Predict:** the autoencoder's loss ends between 70 and 90 nats an image. Higher or lower for the variational one, whose loss has the divergence in it and a draw before the decoder?

# %%
figure = sg.plotting.curves(
    {
        "variational, training": history["loss"],
        "variational, validation": history["val_loss"],
        "autoencoder, training": plain_history["loss"],
    },
    xlabel="epoch",
    ylabel="loss (nats per image)",
)
sg.plotting.show(
    figure,
    "Line plot of the loss by epoch: the variational autoencoder's on training and on validation "
    "images, close together, and below them the autoencoder's on training images.",
)

# %% [markdown]
# **Read.** Higher. Do not call it worse for that: only one of the two numbers is a bound on the probability of an image. The autoencoder's loss counts what the decoder gets wrong, and says nothing about what it costs to
# know the code. (For training images the curve shows the mean over an epoch, for validation images the state at its end, which is why validation can lie below.)

# %% tags=["check"]
# @title Statements
sg.claims.holds("between 70 and 90 nats an image", 70 < plain_history["loss"][-1] < 90)
sg.claims.holds(
    "the variational loss is higher", history["loss"][-1] > plain_history["loss"][-1] + 20
)

# %% [markdown]
# ## Digits that nobody wrote
#
# Now decode random codes, as page 01 did. For the variational autoencoder they come from the prior. The autoencoder has no prior; give it first the same random codes, then
# codes with the mean and the spread of each entry of real codes, as on page 01, and last, more than page 01 did, with their covariances as well. **Predict:** in which row are digits?


# %% tags=["setup"]
COUNT = 2_000  # images on either side of a distance
network = sg.metrics.load_digit_features()
reference = network.features(digits[:COUNT])


def distance(images):
    images = sg.ranges.unit_to_uint8(np.asarray(images).reshape(-1, 28, 28))
    return frechet_distance(reference, network.features(images))


def random_codes(codes):
    rng = np.random.default_rng(SEED)
    shape = COUNT, codes.shape[1]
    return {
        "prior": rng.standard_normal(shape),
        "mean and spread": rng.normal(codes.mean(axis=0), codes.std(axis=0), shape),
        "covariance": rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), COUNT),
    }


# %%
plain_codes = plain_encoder.predict(x_train[:20_000], verbose=0)
variational_codes = variational.encoder.predict(x_train[:20_000], verbose=0)[0]
made = {}
for name, codes, half in (
    ("autoencoder", plain_codes, plain_decoder),
    ("variational", variational_codes, variational.decoder),
):
    for source, drawn in random_codes(codes).items():
        made[name, source] = half.predict(drawn, verbose=0)

# %%
samples_figure = sg.plotting.image_rows(
    {
        "AE, prior": made["autoencoder", "prior"][:10].reshape(-1, 28, 28),
        "AE, spread": made["autoencoder", "mean and spread"][:10].reshape(-1, 28, 28),
        "AE, covariance": made["autoencoder", "covariance"][:10].reshape(-1, 28, 28),
        "VAE, prior": made["variational", "prior"][:10].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    samples_figure,
    "Four rows of ten images decoded from random codes. The autoencoder's: smudges from the prior, "
    "then strokes, then shapes that resemble digits. The variational autoencoder's: mostly digits.",
)

# %% [markdown]
# To say it in a number, describe each image by the 64 features of a digit classifier that comes with the package, and compare the means $m$ and covariances $C$ of real ($r$) and of fake
# ($f$) images. Their *Fréchet distance* is
#
# $$d^2 = |m_r - m_f|^2 + \operatorname{tr}\big(C_r + C_f - 2 (C_r C_f)^{1/2}\big)$$
#
# ([Page 06](06_vanilla_gan.ipynb) takes it apart.) On these features it is no FID and cannot be compared with one. It depends on the number of images, 2,000 on each side here. Beside it stand
# what other real digits score, which is the floor, and what cheap answers do. **Predict:** what scores better, a black image 2,000 times or the mean training image 2,000 times?

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(SEED)
distances = {key: distance(images) for key, images in made.items()}
held_out = x_test[:COUNT]
distances["autoencoder", "test images"] = distance(autoencoder.predict(held_out, verbose=0))
distances["variational", "test images"] = distance(
    variational.decoder.predict(variational.encoder.predict(held_out, verbose=0)[0], verbose=0)
)
yardsticks = {
    "other training digits": distance(x_train[COUNT : 2 * COUNT]),
    "test digits": distance(held_out),
    "black image": distance(np.zeros((COUNT, 784))),
    "mean image": distance(np.tile(x_train.mean(axis=0), (COUNT, 1))),
    "noise": distance(rng.random((COUNT, 784))),
}
ae = {key: value for (name, key), value in distances.items() if name == "autoencoder"}
vae = {key: value for (name, key), value in distances.items() if name == "variational"}
best_ae, best_vae = (
    min(values[key] for key in ("prior", "mean and spread", "covariance")) for values in (ae, vae)
)
sources = {
    "prior": "the prior",
    "mean and spread": "mean and spread of real codes",
    "covariance": "mean and covariance of real codes",
    "test images": "codes of 2,000 test images",
}
rows = [
    [text, *(distances[name, key] for name in ("autoencoder", "variational"))]
    for key, text in sources.items()
]
rows += [[f"({name})", value, value] for name, value in yardsticks.items()]
samples_table = sg.export.table(
    ["codes from", "autoencoder", "variational"],
    rows,
    formats={"autoencoder": ".1f", "variational": ".1f"},
    caption="Fréchet distance of decoded codes from 2,000 training digits, 2,000 images each, on "
    "the features of a digit classifier (not FID). In brackets: images that no network made.",
)
samples_table

# %% [markdown]
# **Read.** Most digits are in the last row, and the number agrees: the variational autoencoder's prior samples are nearest to real digits, at about half the distance of its rival's best. The rival's codes mean nothing to its decoder unless they look like real ones: matching their mean and spread, then their
# covariance, brings it nearer each time, but not near enough. (A black image beats the mean image: the measure has its own taste.)
#
# The fourth line is the lesson. From codes of real images *both* decoders make images that score alike. Random codes at their best cost the autoencoder about five times that distance, the variational one only twice. So it is not the decoders that differ. It is whether random codes look like real ones.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the VAE's prior samples are nearest to real digits", vae["prior"] < best_ae)
sg.claims.holds(
    "at about half the distance of its rival's best", 0.35 < vae["prior"] / best_ae < 0.7
)
sg.claims.holds(
    "mean and spread, then covariance, bring the autoencoder nearer each time",
    ae["covariance"] < ae["mean and spread"] < ae["prior"],
)
sg.claims.holds(
    "a black image beats the mean image", yardsticks["black image"] < yardsticks["mean image"]
)
sg.claims.holds(
    "from codes of real images both decoders score alike",
    0.6 < vae["test images"] / ae["test images"] < 1.7,
)
sg.claims.holds(
    "random codes cost the autoencoder about five times that", 3.5 < best_ae / ae["test images"] < 8
)
sg.claims.holds("the variational one only twice", 1.4 < best_vae / vae["test images"] < 3)

# %% [markdown]
# ## Are the codes a Gaussian now?
#
# Winkler (2018, chapter 2) says of variational autoencoders that "the distribution of the found representations will be close to a gaussian". What the loss asks for is a little different: that *each* image's $q(z \mid x)$ is close to the prior.
# **Predict:** draw a code for each test image. If all of these together are like the prior, each entry has the standard deviation 1, and no two entries are correlated. For which network is that true?


# %% tags=["nbval-ignore-output"]
def facts(codes):
    correlations = np.abs(np.corrcoef(codes.T))
    np.fill_diagonal(correlations, 0)
    deviations = codes.std(axis=0)
    return {
        "least deviation": float(deviations.min()),
        "largest deviation": float(deviations.max()),
        "largest correlation": float(correlations.max()),
    }


code_facts = {
    "autoencoder": facts(plain_encoder.predict(x_test, verbose=0)),
    "variational": facts(np.asarray(variational.sample(*variational.encoder(x_test)))),
}
sg.export.table(
    ["network", *code_facts["variational"]],
    [[name, *values.values()] for name, values in code_facts.items()],
    formats=dict.fromkeys(code_facts["variational"], ".2f"),
)

# %% [markdown]
# **Read.** For the variational one, nearly: each entry has about the prior's spread, and correlations are small. So Winkler is right, as far as means, spreads and correlations can see. They do not see everything: matching them did not help
# the autoencoder enough, and the variational one's samples are still twice as far from real digits as its reconstructions. What is left are holes and bends.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "each entry has about the prior's spread",
    code_facts["variational"]["least deviation"] > 0.8
    and code_facts["variational"]["largest deviation"] < 1.4,
)
sg.claims.holds("correlations are small", code_facts["variational"]["largest correlation"] < 0.45)
sg.claims.holds(
    "the autoencoder's codes are not like that",
    code_facts["autoencoder"]["largest deviation"] > 2,
)

# %% [markdown]
# ## What it costs
#
# **Predict:** one of the two reconstructs test images better. Which, and by how much?

# %% tags=["nbval-ignore-output"]
shown = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
test_mean, test_log_variance = variational.encoder.predict(x_test, verbose=0)
reconstructions = {
    "AE": autoencoder.predict(x_test, verbose=0),
    "VAE": variational.decoder.predict(test_mean, verbose=0),
}
price_figure = sg.plotting.image_rows(
    {
        "original": x_test[shown].reshape(-1, 28, 28),
        **{name: images[shown].reshape(-1, 28, 28) for name, images in reconstructions.items()},
    }
)
sg.plotting.show(
    price_figure,
    "Three rows of ten digits, 0 to 9: test images, the autoencoder's reconstructions, and the "
    "variational autoencoder's, a little softer.",
)
errors = {name: float(np.mean((x_test - images) ** 2)) for name, images in reconstructions.items()}
for name, error in errors.items():
    print(f"{name}: mean squared error of a test pixel {error:.4f}")

# %% [markdown]
# **Read.** The autoencoder. Its code may say anything at no cost, and it is not drawn. The variational one pays for every nat and must be robust to the draw; so it says less, and its error is about half as large again. (For the picture and the error
# the code is the mean $\mu$, without a draw.) That is the price of being able to generate.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the autoencoder reconstructs better", errors["AE"] < errors["VAE"])
sg.claims.holds("its error is about half as large again", 1.3 < errors["VAE"] / errors["AE"] < 2)

# %% [markdown]
# ## A code that fits on paper
#
# Train once more with a code of two numbers. Then all that the decoder can do can be seen at once. **Predict:** write each test image's class where its $\mu$ is in the plane. The labels were never used. Will there be ten groups?

# %% tags=["nbval-ignore-output"]
plane = VariationalAutoencoder(*two_halves(code_size=2), seed=SEED)
_ = train(plane, PLANE_EPOCHS, callbacks=[Progress(lines=3)])

# %% tags=["paper"]
plane_codes = plane.encoder.predict(x_test, verbose=0)[0]
plane_figure, axes = plt.subplots(figsize=(3.4, 3.4), layout="constrained")
first = slice(0, 1_500)  # more would hide each other
for digit in range(10):
    places = plane_codes[first][test_labels[first] == digit]
    axes.scatter(*places.T, s=16, marker=f"${digit}$", color=f"C{digit}", linewidths=0)
axes.set(xlabel="$\\mu_1$", ylabel="$\\mu_2$", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
sg.plotting.show(
    plane_figure,
    "Scatter plot of the codes of 1,500 test images in the plane, each drawn as the digit that it "
    "is, coloured by class. Some classes lie apart, others overlap.",
)


# %% tags=["nbval-ignore-output"]
def neighbours_agree(codes, labels, count=2_000):
    squares = np.sum((codes[:count, None] - codes[None, count : 3 * count]) ** 2, axis=2)
    return float(np.mean(labels[count + squares.argmin(axis=1)] == labels[:count]))


same_class = neighbours_agree(plane_codes, test_labels)
print(f"the nearest of 4,000 other codes is of the same class for {same_class:.0%} of 2,000")

# %% [markdown]
# **Read.** Groups, yes, but not ten with gaps between them: classes that look alike share a region, typically 4, 7 and 9, or 3, 5 and 8. Still, two numbers found without a label tell the class far more often than the one time in ten of
# a guess. The whole cloud is round, as the prior is.

# %% tags=["check"]
# @title Statements
sg.claims.holds("far more often than one time in ten", same_class > 0.4)
sg.claims.holds("not ten with gaps between them", same_class < 0.9)
cloud = plane_codes.std(axis=0)
sg.claims.holds("the whole cloud is round", cloud.min() > 0.7 and cloud.max() < 1.6)

# %% [markdown]
# Now the other way: lay a grid over the plane and decode each point. To give every region the share that the prior gives it, space the grid evenly in probability: its coordinates are the values that a normal number stays below with a probability of
# 1/40, 3/40, ... (the inverse of the normal distribution function; Kingma & Welling, figure 4).

# %% tags=["paper"]
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
# **Read.** The digits of the sheet lie as the classes do above, and each changes into its neighbours without a break. Between two classes the decoder has to put something, and it puts a mixture of both. This is the first sight of the blur that the last section is about.

# %% tags=["check"]
# @title Statements
near, far = tiles[:, 1:] - tiles[:, :-1], tiles[:, 10:] - tiles[:, :10]
sg.claims.holds("each changes into its neighbours", np.mean(near**2) < np.mean(far**2) / 4)
squares = np.sum((grid[:, None] - plane_codes[None, :4_000]) ** 2, axis=2)
around = test_labels[squares.argsort(axis=1)[:, :15]]  # the classes of the 15 nearest codes
named = network.classes(sg.ranges.unit_to_uint8(tiles.reshape(-1, 28, 28)))
sg.claims.holds(
    "the digits of the sheet lie as the classes do above",
    np.mean(np.sum(around == named[:, None], axis=1) >= 5) > 0.5,
)

# %% [markdown]
# ## Is it a bound?
#
# In the plane, the integral $p(x) = \int p(x \mid z)\, p(z)\, dz$ is one sum over a fine grid, and we can see how far below $\log p(x)$ the bound is. There is a ladder between the two: the mean of $k$ weights inside the logarithm (Burda et al. 2016),
#
# $$\mathcal{L}_k = \mathbb{E}\left[ \log \frac1k \sum_{i=1}^{k} \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)} \right] \le \log p(x), \qquad z_1, \ldots, z_k \sim q(z \mid x)$$
#
# $\mathcal{L}_1$ is the ELBO, and $\mathcal{L}_k$ rises with $k$. **Predict:** how many nats are lost at $k = 1$: 0.1, 1 or 10?


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
exact = float(log_p(plane, black_and_white).mean())

# %% tags=["nbval-ignore-output"]
bound_figure = sg.plotting.curves(
    {
        "$\\log p(x)$, on a grid": (ks, [exact] * len(ks)),
        "$\\mathcal{L}_k$": (ks, rungs["plane"]),
    },
    xlabel="draws $k$",
    ylabel="nats per image,\n2 numbers in the code",
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
    [["2", *rungs["plane"], exact], [str(CODE_SIZE), *rungs["variational"], "?"]],
    formats={f"k = {k}": ".1f" for k in ks} | {"log p(x)": ".1f"},
    caption="The bound in nats per image, mean of 100 black and white test images, by the number "
    "of weights inside the logarithm (250 draws each). The last column is the integral.",
)
bounds_table

# %% [markdown]
# **Read.** Between 1 and 10: several nats in the plane, and the ladder rises towards the true value without passing it. What is lost at $k = 1$ is $\mathrm{KL}\big(q(z \mid x) \,\|\, p(z \mid x)\big)$, how far the encoder's guess is from the right one: the codes that could have made $x$ need not form an
# upright Gaussian, and the encoder answers at once, without searching. With the longer code nobody can integrate, but the ladder climbs, so the ELBO is too low there, too. The longer code makes the test images far more probable. (Burda et al. report $-86.8$ for a larger variational
# autoencoder after 3,280 epochs.) A GAN has no such number: nobody can ask it how probable an image is.

# %% tags=["check"]
# @title Statements
sg.claims.holds("between 1 and 10 are lost in the plane", 1 < exact - rungs["plane"][0] < 10)
sg.claims.holds("the ladder never passes the true value", max(rungs["plane"]) < exact + 0.05)
sg.claims.holds("it rises, 2 numbers", rungs["plane"] == sorted(rungs["plane"]))
sg.claims.holds(
    "the ladder still climbs with the longer code",
    rungs["variational"] == sorted(rungs["variational"]),
)
sg.claims.holds(
    "the longer code makes them far more probable", rungs["variational"][0] > exact + 10
)

# %% [markdown]
# ## Beta
#
# Higgins et al. (2017) multiply the divergence by a number: the loss is $-\mathbb{E}[\log p(x \mid z)] + \beta\, \mathrm{KL}$. With $\beta = 1$ it is the bound. With $\beta = 784$ it is the classic mistake from above, the mean over pixels. An entry of the code
# is *active* if it says something about the image: if the variance of $\mu_j$ over the images is above 0.01 (Burda et al. 2016). **Predict:** which of the four makes the best reconstructions, and which the best prior samples?

# %% tags=["nbval-ignore-output"]
sweep, sweep_images = {}, {}
for beta in (0.1, 1.0, 4.0, 784.0):
    network_b = VariationalAutoencoder(*two_halves(), beta=beta, seed=SEED)
    train(network_b, SWEEP_EPOCHS)
    mean, log_variance = network_b.encoder.predict(x_val, verbose=0)
    answers = network_b.decoder.predict(mean, verbose=0)
    drawn = np.random.default_rng(SEED).standard_normal((COUNT, CODE_SIZE))
    sweep_images[beta] = network_b.decoder.predict(drawn, verbose=0)
    sweep[beta] = {
        "error": float(np.mean((x_val - answers) ** 2)),
        "divergence": abs(float(np.mean(kl_divergence(mean, log_variance)))),  # no -0.0
        "active": int(np.sum(mean.var(axis=0) > 0.01)),
        "distance": distance(sweep_images[beta]),
    }

# %% tags=["nbval-ignore-output"]
low, one, high, mistake = (sweep[beta] for beta in (0.1, 1.0, 4.0, 784.0))
beta_figure = sg.plotting.image_rows(
    {f"beta {beta:g}": images[:10].reshape(-1, 28, 28) for beta, images in sweep_images.items()}
)
sg.plotting.show(
    beta_figure,
    "Rows of ten prior samples, one row for each beta. With a small beta strokes and tangles, "
    "then digits; with a beta of 784 the same grey smudge ten times.",
)
sweep_table = sg.export.table(
    ["beta", "squared error", "divergence (nats)", "active", "distance, prior samples"],
    [[f"{beta:g}", *values.values()] for beta, values in sweep.items()],
    formats={"squared error": ".4f", "divergence (nats)": ".1f", "distance, prior samples": ".1f"},
    caption="Four weights of the divergence, each trained for the same few epochs: error of a "
    "validation pixel, divergence, active entries of the code, and Fréchet distance of 2,000 "
    "prior samples from 2,000 training digits (features of a digit classifier, not FID).",
)
sweep_table

# %% [markdown]
# **Read.** The smallest beta has the best reconstructions, and the error grows with beta. The nearest samples come from $\beta = 1$, the bound itself. With 0.1 the codes are cheap, so they stray from the prior, and a code drawn from there is news to the decoder. With 4 each nat must earn four:
# some entries fall silent, and the samples lose detail. With 784 the code says nothing at all. No entry is active, and the decoder, left alone, answers every code with the mean image. This is *posterior collapse*, and it came from one `mean` where there should have been a `sum`.

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
sg.claims.holds("with 0.1 the codes are cheap: more is said", low["divergence"] > one["divergence"])
sg.claims.holds(
    "with 4 some entries fall silent", high["active"] < min(low["active"], one["active"])
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
# Look at the sheet again: the digits have soft edges and grey places. The usual explanation is "VAEs are blurry". Here is a better one. Many images share a place $z$: $q(z \mid x_n)$ is large there for many $n$. What should the decoder answer at $z$? The loss at $z$ is a sum over
# all of them, each with its weight, and the answer with the smallest cross-entropy to all is their weighted mean:
#
# $$\hat{x}(z) = \frac{\sum_n q(z \mid x_n)\, x_n}{\sum_n q(z \mid x_n)}$$
#
# That is no network, only the encoder and the 55,000 training images. **Predict:** how like the decoder's answer is it, at ten random codes?


# %% tags=["paper"]
def shares(places, means, log_variances):  # q(z | x_n) / sum over n: (places, images)
    precision = np.exp(-log_variances)
    log_q = places @ (means * precision).T - places**2 @ precision.T / 2
    log_q -= np.sum(means**2 * precision + log_variances, axis=1) / 2  # without constants
    q = np.exp(log_q - log_q.max(axis=1, keepdims=True))
    return q / q.sum(axis=1, keepdims=True)


places = np.random.default_rng(SEED).standard_normal((200, 2))
every_share = shares(places, *plane.encoder.predict(x_train, verbose=0))
answers = plane.decoder.predict(places, verbose=0)
weighted_means = every_share @ x_train
heaviest = x_train[every_share.argmax(axis=1)]

# %% tags=["nbval-ignore-output"]
blur_figure = sg.plotting.image_rows(
    {
        "decoder": answers[:10].reshape(-1, 28, 28),
        "weighted mean": weighted_means[:10].reshape(-1, 28, 28),
        "largest share": heaviest[:10].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    blur_figure,
    "Three rows of ten images: what the decoder makes of ten random codes, the weighted means of "
    "training images, almost the same, and the sharp training image with the largest share.",
)
image_counts = 1 / np.sum(every_share**2, axis=1)  # n for n equal shares
long_places = np.random.default_rng(SEED).standard_normal((200, CODE_SIZE))
long_share = shares(long_places, *variational.encoder.predict(x_train, verbose=0))
long_counts = 1 / np.sum(long_share**2, axis=1)
off = {
    "the weighted mean": float(np.mean((answers - weighted_means) ** 2)),
    "the image with the largest share": float(np.mean((answers - heaviest) ** 2)),
    "the mean image": float(np.mean((answers - x_train.mean(axis=0)) ** 2)),
}
print("images that share a place, counted as equal shares, median of 200 places:")
print(
    f"2 numbers: {np.median(image_counts):.0f}, {CODE_SIZE} numbers: {np.median(long_counts):.1f}"
)
for name, value in off.items():
    print(f"squared difference of the decoder's answer from {name}: {value:.4f}")

# %% [markdown]
# **Read.** Nearly the same. So the blur is not a weakness of the network: it is the right answer to what the loss asks. Where about a hundred images share a place, the decoder shows all of them at once, and longer training alone would not make this sharp.
#
# With the longer code hardly two images share a place. What blur there is has another cause: random codes fall between those of training images, and a smooth decoder answers with something in between. Is it less, then? **Predict:** rank the reconstructions and samples of this page by their share of grey pixels, those between 0.1 and 0.9, among
# all that are not black.

# %% tags=["check"]
# @title Statements
sg.claims.holds("about a hundred images share a place", 50 < np.median(image_counts) < 300)
sg.claims.holds("with the longer code hardly two images", np.median(long_counts) < 3)
sg.claims.holds(
    "the decoder's answer is the weighted mean, nearly",
    off["the weighted mean"] < 0.35 * min(list(off.values())[1:]),
)


# %%
def grey(images):  # of the pixels that are not black
    return float(np.mean(images[images > 0.1] < 0.9))


samples = made["variational", "prior"]
rng = np.random.default_rng(SEED)
draws = (rng.random(samples.shape) < samples).astype("float32")
plane_samples = plane.decoder.predict(rng.standard_normal((COUNT, 2)), verbose=0)
pictures = {
    "test digits": (held_out, yardsticks["test digits"]),
    "AE, reconstructions": (reconstructions["AE"][:COUNT], distances["autoencoder", "test images"]),
    "VAE, reconstructions": (
        reconstructions["VAE"][:COUNT],
        distances["variational", "test images"],
    ),
    "VAE, prior samples": (samples, distances["variational", "prior"]),
    "VAE with 2 numbers, prior samples": (plane_samples, distance(plane_samples)),
    "VAE, prior samples, pixels drawn": (draws, distance(draws)),
}
greys = {name: grey(images) for name, (images, _) in pictures.items()}
pictured = {name: value for name, (_, value) in pictures.items()}

# %% tags=["nbval-ignore-output"]
draws_figure = sg.plotting.image_rows(
    {
        "probabilities": made["variational", "prior"][:10].reshape(-1, 28, 28),
        "pixels drawn": draws[:10].reshape(-1, 28, 28),
    }
)
sg.plotting.show(
    draws_figure,
    "Two rows of ten images: the probabilities that the decoder answers with, soft digits, and "
    "black and white images whose pixels were drawn with them, with ragged edges and specks.",
)
blur_table = sg.export.table(
    ["images", "grey pixels", "distance"],
    [[name, greys[name], pictured[name]] for name in pictures],
    formats={"grey pixels": ".0%", "distance": ".1f"},
    caption="Share of grey pixels (0.1 to 0.9) among those that are not black, and Fréchet distance "
    "from 2,000 training digits (2,000 images, features of a digit classifier, not FID).",
)
blur_table

# %% [markdown]
# **Read.** Real digits have grey edges too, so the floor is not zero. The autoencoder's reconstructions have more grey, the variational one's more still, and samples from two numbers most: nearly every pixel. The less the code says, the more images share a place.
#
# The last row is the honest one. A sample from the model is an image of drawn pixels, black or white. What everybody shows instead, and this page too, is the decoder's answer: the *mean* of $p(x \mid z)$, which no one would ever draw. The drawn image has no grey at all, and specks, since its pixels are drawn each for itself:
# the model has no way to say that two neighbours go together, once the code is given. Its distance is larger than that of the blurred mean. Blur is how a model with independent pixels says "one of these, I cannot tell which".
#
# What would a loss look like that prefers *one* sharp image to the mean of many? It must not compare with a given image pixel by pixel. [The next page](05_the_game.ipynb) has an answer.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the floor is not zero", greys["test digits"] > 0.3)
sg.claims.holds(
    "the autoencoder's reconstructions have more grey, the variational one's more still",
    greys["test digits"] < greys["AE, reconstructions"] < greys["VAE, reconstructions"],
)
sg.claims.holds(
    "samples from two numbers most",
    greys["VAE with 2 numbers, prior samples"] == max(greys.values()),
)
sg.claims.holds(
    "the drawn image has no grey at all", greys["VAE, prior samples, pixels drawn"] == 0
)
sg.claims.holds(
    "its distance is larger than that of the mean",
    pictured["VAE, prior samples, pixels drawn"] > pictured["VAE, prior samples"],
)

# %% [markdown]
# ## Claims
#
# Each line is a claim of a paper or a finding of ours. The bounds held for ten seeds.

# %%
sampling = vae["prior"] / best_ae
price = errors["VAE"] / errors["AE"]
gap, left = exact - rungs["plane"][0], exact - rungs["plane"][-1]
likeness = off["the weighted mean"] / off["the image with the largest share"]

# %% tags=["claims"]
claims = sg.claims.Claims()
kingma, burda, winkler = "Kingma & Welling 2014", "Burda et al. 2016", "Winkler 2018, 2"
claims.below(0.7, sampling, "distance of samples: VAE / best autoencoder", winkler)
claims.below(
    1.4, code_facts["variational"]["largest deviation"], "VAE's codes: largest deviation", winkler
)
claims.above(1.3, price, "squared error of a test pixel: VAE / autoencoder", "ours")
claims.above(1, gap, "2 numbers: log p(x) - ELBO, in nats", f"{kingma}, equation 3")
claims.below(0.75, left / gap, "2 numbers: (log p(x) - L_250) / (log p(x) - ELBO)", burda)
claims.above(
    1.3, low["distance"] / one["distance"], "distance of samples: beta 0.1 / beta 1", "ours"
)
claims.above(
    1.3, high["distance"] / one["distance"], "distance of samples: beta 4 / beta 1", "ours"
)
claims.equal(0, mistake["active"], "active entries, mean over pixels instead of sum", "ours")
claims.below(
    0.25, likeness, "decoder's answer: squared difference, weighted mean / one image", "ours"
)
claims.verdicts()

# %% tags=["nbval-ignore-output"]
claims_table = sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())
claims_table

# %% [markdown]
# ## Into your paper
#
# Each figure is written as PDF and PNG, 8.4 cm wide, each table as LaTeX and CSV, and each with a JSON file that says where it came from. With every Fréchet distance, say how many images it was taken on, and on which features.

# %%
run = sg.runs.describe(
    "04_variational_autoencoder", seed=SEED, epochs=EPOCHS, plane_epochs=PLANE_EPOCHS
)
for name, figure, caption in (
    ("vae_networks", networks_figure, "The encoder and the decoder."),
    ("vae_random_codes", samples_figure, "Images decoded from random codes."),
    ("vae_plane_codes", plane_figure, "Codes of 1,500 test digits; labels were not used."),
    ("vae_plane_decoded", sheet_figure, "The plane, decoded on a grid of equal probability."),
    ("vae_bound", bound_figure, "The bound by the number of draws, and the exact value."),
    ("vae_beta", beta_figure, "Prior samples by the weight of the divergence."),
    ("vae_weighted_means", blur_figure, "The decoder answers with a weighted mean."),
    ("vae_pixels_drawn", draws_figure, "The decoder's probabilities, and pixels drawn with them."),
):
    print(sg.export.save_figure(figure, name, run, caption=caption))

# %% tags=["nbval-ignore-output"]
for name, table in (
    ("vae_distances", samples_table),
    ("vae_bounds", bounds_table),
    ("vae_betas", sweep_table),
    ("vae_grey_pixels", blur_table),
    ("vae_claims", claims_table),
):
    print(sg.export.save_table(table, name, run))
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
# **Exercise 1.**

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
# Mostly: the way leads past digits that share strokes with both, and where there are none, through a blur. A fade from one image into the other would show both at once in the middle; compare them.
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
# Fewer. A variance of 1 says that pixels between 0 and 1 are mostly noise, so it does not pay to describe them. A smaller variance $s^2$ divides the loss by $s^2$: it is beta by another name, $\beta = s^2$.
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
# Nearer: the holes between the classes are no longer decoded. The prior is a choice, and much of the work on variational autoencoders since has been on better ones (Tomczak & Welling 2018).

# %% [markdown]
# ## References
#
# Kingma & Welling 2014, *Auto-encoding variational Bayes*. Rezende et al. 2014, *Stochastic backpropagation and approximate inference in deep generative models*. Burda et al. 2016, *Importance weighted autoencoders*. Higgins et al. 2017, *beta-VAE: Learning
# basic visual concepts with a constrained variational framework*. Tomczak & Welling 2018, *VAE with a VampPrior*. Winkler 2018, *Image representation learning with generative adversarial networks*, chapter 2. Temkeng 2020, *Bildgenerierung mit neuronalen Netzen*, section 3.1. LeCun et al. 1998,
# *Gradient-based learning applied to document recognition*.
