# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 06 · Vanilla GAN
#
# Two networks play against each other, and one of them learns to make images that nobody drew. This page plays the game first where it can be seen whole,
# with points in the plane, then with the dense networks of Temkeng (2020, section 4.1) and Winkler (2018, section 4.7.3), and ends with the question which
# number says that a GAN is getting better. You need pages [01](01_simple_autoencoder.ipynb) to [03](03_convolutional_autoencoder.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops

import seminar_gan as sg
from seminar_gan.metrics import frechet_distance
from seminar_gan.models import mlp
from seminar_gan.training import GAN, StepProgress, noise

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
POINT_STEPS = 1_500  # ours: the papers have no such game
MNIST_STEPS = 3_000  # the paper does not say; for its next GAN 5,000
SMILE_STEPS = 2_000  # the paper does not say; for its next GAN 20,000
DENSE_STEPS = 1_500  # paper: 3,000
BATCH_SIZE = 128  # Winkler's; Temkeng does not say

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    POINT_STEPS=(1, 10_000_000),
    MNIST_STEPS=(10, 10_000_000),
    SMILE_STEPS=(1, 10_000_000),
    DENSE_STEPS=(10, 10_000_000),
    BATCH_SIZE=(1, 60_000),
)

# %% [markdown]
# ## The game
#
# A *generator* $G$ makes an image $G(z)$ from random numbers $z$, its *latent vector*. A *discriminator* $D$ gets an image and answers with the probability
# $D(x)$ that it is real. $D$ wants to be right; $G$ wants $D$ to be wrong about $G$'s images. Both wishes are in one formula:
#
# $$\min_G \max_D V(D, G) = \mathbb{E}_{x \sim p_\text{data}}[\log D(x)] + \mathbb{E}_{z \sim p_z}[\log(1 - D(G(z)))]$$
#
# (Goodfellow et al. 2014, equation 1. Where Heck & Brandau 2023 should print it, there is a placeholder: take it from the original.) Nobody writes down the
# probability of an image anywhere. $G$ is an *implicit* generative model: you can draw from it, and that is all.
#
# What is the best that $D$ can do? Take one place $x$ where real images have density $p$ and generated ones density $q$. What $D$ answers there adds
# $p \log D + q \log(1 - D)$ to $V$. **Predict:** real images are three times as dense at $x$ as generated ones. Which answer is best?

# %% tags=["paper"]
p, q = 0.6, 0.2
answers = np.linspace(0.001, 0.999, 999)
value = p * np.log(answers) + q * np.log(1 - answers)
print(f"best answer: {answers[value.argmax()]:.2f},  p / (p + q) = {p / (p + q):.2f}")


# %% [markdown]
# **Read.** $D^*(x) = p / (p + q)$ (their proposition 1): the best discriminator is no oracle, it knows two densities. And if $G$ is perfect, $p = q$
# everywhere, then the best answer is 1/2 everywhere. $D$ is right half of the time, as with a coin, and its loss is $-\log\frac12 - \log\frac12 = 2 \log 2 = 1.386$.
# Remember both numbers.

# %% [markdown]
# ## Two losses for the generator
#
# Networks answer with a *logit* $a$, any number, and $D = \sigma(a)$ with $\sigma(a) = 1 / (1 + e^{-a})$. With $a_x$ for a real image and $a_z$ for
# a generated one, $D$ lowers $-V$, and $G$ lowers the part of $V$ that it has a hand in (*minimax*), or something else (*non-saturating*; Goodfellow et al. 2014,
# end of section 3):
#
# $$L_D = -\log \sigma(a_x) - \log(1 - \sigma(a_z)) \qquad L_\text{minimax} = \log(1 - \sigma(a_z)) \qquad L_\text{non-saturating} = -\log \sigma(a_z)$$


# %% tags=["paper", "shows:losses.cross_entropy", "shows:losses.minimax", "shows:losses.non_saturating"]
def cross_entropy(real_logits, fake_logits):  # softplus(a) = log(1 + exp(a))
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def minimax(fake_logits):
    return -ops.mean(ops.softplus(fake_logits))  # log(1 - sigma(a)) = -softplus(a)


def non_saturating(fake_logits):
    return ops.mean(ops.softplus(-fake_logits))  # -log sigma(a) = softplus(-a)


# %%
undecided = np.zeros((100, 1), "float32")  # a = 0, so D = 1/2
coin_loss = float(cross_entropy(undecided, undecided))
print(f"the loss of a discriminator that cannot tell: {coin_loss:.3f}")

# %% [markdown]
# Both losses of $G$ fall as $D(G(z))$ grows. Winkler (2018, section 3.3.3 and figure 3.2) points to the steep slope of the second one near $D(G(z)) = 0$.
# **Predict:** $D$ is sure of itself and answers 0.01. How many times as hard does the second loss pull on the *logit*: 2, 10 or 100 times?

# %% tags=["paper"]
logits = np.linspace(-6, 6, 241)
D = 1 / (1 + np.exp(-logits))
losses_figure, (left, right) = plt.subplots(1, 2, figsize=(6.3, 2.5), layout="constrained")
left.plot(D, np.log(1 - D), "-", label="minimax")
left.plot(D, -np.log(D), "--", label="non-saturating")
left.set(xlabel="D(G(z))", ylabel="loss of G")
right.plot(D, D, "-", D, 1 - D, "--")  # |dL/da| = |dL/dD| D (1 - D)
right.set(xlabel="D(G(z))", ylabel="pull on the logit, |dL/da|")
left.legend(frameon=False)
sg.plotting.show(
    losses_figure,
    "Two line plots over D(G(z)): left, the minimax and the non-saturating loss of G, both "
    "falling; right, how hard each pulls on the logit. The pull of minimax rises from 0 to 1, the "
    "other falls from 1 to 0.",
)

# %% [markdown]
# **Read.** The left panel has Winkler's argument, and it explains less than it seems to. The slope of the minimax loss at $D = 0$ is $-1 / (1 - D) = -1$: flatter
# than the other, but far from zero. What kills the gradient is the sigmoid before it. Its slope is $D(1 - D)$, so by the chain rule
#
# $$\left|\frac{dL_\text{minimax}}{da}\right| = \frac{1}{1 - D}\, D(1 - D) = D \qquad\qquad \left|\frac{dL_\text{non-saturating}}{da}\right| = \frac{1}{D}\, D(1 - D) = 1 - D$$
#
# At $D = 0.01$ that is 0.01 against 0.99. The worse a generated image is, the less it learns from the minimax loss.

# %% [markdown]
# ## A game that can be seen
#
# Real "images" are now points in the plane, on a smile. Generator and discriminator are small dense networks, the generator's $z$ has two numbers as well.


# %% tags=["setup"]
def points_on_a_smile(count, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, count)
    return np.stack([x, x**2 / 2 - 1 + rng.normal(0, 0.1, count)], axis=1).astype("float32")


def field(discriminator):  # D(x) on a grid of points
    return ops.convert_to_numpy(ops.sigmoid(discriminator(sg.plotting.plane_grid(3))))


def point_gan():
    keras.utils.set_random_seed(SEED)
    return GAN(mlp.build_point_generator(), mlp.build_point_discriminator(), seed=SEED)


smile = points_on_a_smile(2_000, SEED)

# %% [markdown]
# First only $D$ plays. It needs a head start, say Heck's slides (2023), or training cannot begin. Alone it is a classifier like any other: real is 1, fake is 0.

# %% tags=["setup", "nbval-ignore-output"]
gan = point_gan()
untrained = gan.generate(2_000)


def give_head_start(gan, epochs=20):
    gan.discriminator.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    points = np.concatenate([smile, gan.generate(len(smile))])
    labels = np.repeat([[1.0], [0.0]], len(smile), axis=0)
    gan.discriminator.fit(points, labels, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    return float(np.mean((np.asarray(gan.discriminator(points)) > 0) == labels))


head_start = give_head_start(gan)
print(f"D is right about {head_start:.1%} of the points")

# %% [markdown]
# Now ask in which direction a generated point should move to lower $G$'s loss: against the gradient of the loss, taken with respect to the *point*.
# **Predict:** for which of the two losses will you see hardly any arrows?


# %%
def pull(g_loss, points):
    points = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        loss = len(points) * g_loss(gan.discriminator(points))  # the sum, not the mean
    return -tape.gradient(loss, points).numpy()


# %%
chosen = untrained[:40]
arrows = {loss.__name__: pull(loss, chosen) for loss in (minimax, non_saturating)}
lengths = {name: np.linalg.norm(arrow, axis=1) for name, arrow in arrows.items()}
moments = {name.replace("_", "-"): (field(gan.discriminator), chosen) for name in arrows}
arrows_figure = sg.plotting.plane_game(moments, smile[:300], extent=3)
for axis, arrow in zip(arrows_figure.axes, arrows.values(), strict=False):
    unit = lengths["non_saturating"].mean()
    options = {"angles": "xy", "scale_units": "xy", "scale": 1, "color": sg.plotting.FAKE_POINTS}
    axis.quiver(*chosen.T, *arrow.T / unit, width=0.01, **options)
sg.plotting.show(
    arrows_figure,
    "Two panels of the plane, one for each loss: dots on a smile, generated crosses, and D's answers "
    "as background colours. Under minimax hardly any cross has an arrow; under the non-saturating "
    "loss most have.",
)

# %% tags=["nbval-ignore-output"]
stronger = float(np.median(lengths["non_saturating"] / lengths["minimax"]))
print(f"on the median point the non-saturating loss pulls {stronger:,.0f} times as hard")

# %% [markdown]
# **Read.** Dots are real, crosses are generated, one length of arrow for both panels. Both losses pull in the *same* direction, towards where $D$ says "real"
# (both gradients are multiples of that of the logit). But minimax pulls with $D$, which is next to nothing where $D$ is right, and the
# other with $1 - D$: their ratio is $(1 - D) / D = e^{-a}$. Under minimax only the few points that $D$ is not sure about, or wrong about, get an arrow. A discriminator that is right about everything is a bad teacher for one of the
# two losses, and it is the loss in the formula.

# %% [markdown]
# ## The loop
#
# Algorithm 1 of Goodfellow et al. (2014) is a loop around two updates. With a batch of $m$ real images $x^{(i)}$ and $m$ latent vectors $z^{(i)}$:
#
# $$\text{k times:}\quad \theta_d \text{ up by } \nabla_{\theta_d} \frac1m \sum_{i=1}^m \Big[\log D(x^{(i)}) + \log\big(1 - D(G(z^{(i)}))\big)\Big]$$
#
# $$\text{once:}\quad \theta_g \text{ down by } \nabla_{\theta_g} \frac1m \sum_{i=1}^m \log\big(1 - D(G(z^{(i)}))\big)$$
#
# This is it in the package, the only training loop of all GAN pages. **Predict:** Heck's slides ask that each network be held constant while the
# other one is trained. Which two lines see to it?


# %% tags=["shows:training.gan.GAN.train_step"]
def train_step(self, batch):
    *earlier, real = self.parts(batch)
    for number, part in enumerate(earlier):  # k - 1 times, each on a part of the batch
        self.update_discriminator(part, self.make_fake(self.draw_noise(part, number), part))
    z = self.draw_noise(real, len(earlier))
    with tf.GradientTape() as tape:
        fake = self.make_fake(z, real)  # G(z)
        with tape.stop_recording():  # the k-th time
            d_logs = self.update_discriminator(real, fake)
        g_loss, g_logs = self.generator_loss(real, fake)  # by the updated D
    self.update(self.g_optimizer, self.generator, tape, g_loss)  # theta_g
    self.update_ema()
    return self.track(g_loss=g_loss, **g_logs, **d_logs)


# %% tags=["shows:training.gan.GAN.update_discriminator", "shows:training.gan.GAN.discriminator_loss", "shows:training.gan.GAN.generator_loss"]
def update_discriminator(self, real, fake):
    with tf.GradientTape() as tape:
        d_loss, logs = self.discriminator_loss(real, fake)
        if self.penalty is not None:  # none on this page
            logs["penalty"] = tf.cast(self.penalty(self, real, fake), d_loss.dtype)
            d_loss += logs["penalty"]
    self.update(self.d_optimizer, self.discriminator, tape, d_loss)  # theta_d
    return {"d_loss": d_loss, **logs}


def discriminator_loss(self, real, fake):
    real_logits = self.discriminate(*real)  # D(x)
    fake_logits = self.discriminate(*self.exchange(real, fake))  # D(G(z))
    loss = self.loss_pair.discriminator(real_logits, fake_logits)  # -[log D(x) + log(1 - D(G(z)))]
    return loss, self.loss_pair.shares(real_logits, fake_logits)


def generator_loss(self, real, fake):
    return self.loss_pair.generator(self.discriminate(*fake)), {}  # log(1 - D(G(z))), or the other


# %% [markdown]
# **Read.** The two cells only show the four functions; they are methods of `GAN`, and what they call is short:
#
# | call | what it is |
# |---|---|
# | `self.parts(batch)` | the batch, dealt out into $k$ batches (`d_steps`; 1 everywhere on this page, as in Winkler's thesis) |
# | `self.draw_noise(real, n)` | $z$ for the $n$-th update of $D$, as many as `real` has images |
# | `self.make_fake(z, real)` | `(self.generator(z, training=True),)`; `real` and `fake` are tuples, as later pages add conditions to the images |
# | `self.discriminate(images)` | `self.discriminator(images, training=True)`, one logit an image |
# | `self.loss_pair` | the loss of $D$ and one of the two losses of $G$, as one object: `sg.losses.NON_SATURATING` (the default) or `sg.losses.MINIMAX`, chosen by `compile(loss=...)`; one of your own is `sg.losses.Pair(d_loss, g_loss)`. Its `shares` are `d_real` and `d_fake`, the shares of real and of fake images with a logit above 0 |
# | `self.update(optimizer, network, tape, loss)` | takes the gradient of the loss for the weights of *that network alone*, and lets the optimizer make a step |
# | `track` | counts the step and keeps the history |
# | `exchange`, `penalty`, `update_ema` | nothing here; later pages use them |
#
# So the two `self.update` lines hold the other network constant. `stop_recording` is not one of them: it keeps $D$'s own step out of the tape, which saves work and changes no result. Four differences from the algorithm: both losses are lowered, so $D$'s sign is turned. The optimizers are
# Adam's. $G$ learns by the non-saturating loss unless told otherwise. And $G$ is updated on the same $z$ on which $D$ has just learned, where the algorithm draws new ones,
# which saves making the images twice. The order matters, too: here and in the algorithm $D$ comes first; Winkler's listing 4.1 has $G$ first.

# %% [markdown]
# ## Let them play
#
# The $D$ with the head start now meets a $G$ that learns. **Predict:** D is right about nearly all points at first. Draw its accuracy over the steps. Where does it
# end?


# %% tags=["setup"]
def play(gan, points, steps=POINT_STEPS, **options):
    gan.compile(
        d_optimizer=keras.optimizers.Adam(3e-3, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        **options,
    )
    film = {"step 0": (field(gan.discriminator), gan.generate(300))}

    def record(epoch, logs):
        title = f"step {logs['step']:,}"
        film[title] = (field(gan.discriminator), gan.generate(300))

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=record), StepProgress(lines=4)]
    history = gan.fit(
        points, steps=steps, batch_size=BATCH_SIZE, report_every=50, callbacks=callbacks
    )
    return film, history.history


def accuracy(history):  # share of points that D gets right
    return (np.array(history["d_real"]) + 1 - np.array(history["d_fake"])) / 2


# %% tags=["nbval-ignore-output", "timing"]
film, history = play(gan, smile)

# %%
shown = ["step 0", "step 50", "step 200", "step 400", "step 800", f"step {POINT_STEPS:,}"]
film_figure = sg.plotting.plane_game(
    {t: film[t] for t in shown if t in film}, smile[:300], extent=3
)
sg.plotting.show(
    film_figure,
    "Panels of the plane in rows of three, from the first step to the last: dots on a smile, "
    "generated crosses, and D's answers as background colours. The crosses end near the dots.",
)

# %% [markdown]
# **Read.** $G$'s cloud goes where $D$ says "real", often too far. $D$ learns that the cloud is there now and turns the place orange, and so they chase each other. At the
# end the crosses lie on the dots. There the field is nearly white: $D$ cannot tell. Away from the points it still has opinions, but nobody asks it there.
#
# Was the head start needed? The same game again, from the same networks without it.

# %% tags=["nbval-ignore-output", "timing"]
cold = point_gan()
_, cold_history = play(cold, smile)

# %%
histories = {"head start": history, "no head start": cold_history}
coin_figure = sg.plotting.stacked_curves(
    {
        "accuracy of D": {name: (h["step"], accuracy(h)) for name, h in histories.items()},
        "loss of D": {name: (h["step"], h["d_loss"]) for name, h in histories.items()},
    },
    xlabel="step",
)
for axis, coin in zip(coin_figure.axes, (0.5, 2 * np.log(2)), strict=True):
    axis.axhline(coin, color="black", linewidth=0.8)
sg.plotting.show(
    coin_figure,
    "Two line plots over the steps, one above the other: the accuracy of D and its loss, each "
    "with and without a head start. Thin lines mark 0.5 and 2 log 2.",
)


# %%
def apart(a, b):  # mean distance of a point to the nearest one of the other set
    distances = np.linalg.norm(a[:, None] - b[None], axis=2)
    return float(distances.min(axis=0).mean() + distances.min(axis=1).mean()) / 2


before = apart(untrained[:1_000], smile[:1_000])
after = {
    name: apart(g.generate(1_000), smile[:1_000])
    for name, g in (("head start", gan), ("no head start", cold))
}
end_accuracy = {name: float(accuracy(h)[-5:].mean()) for name, h in histories.items()}
end_loss = {name: float(np.mean(h["d_loss"][-5:])) for name, h in histories.items()}

# %% tags=["nbval-ignore-output"]
sg.export.table(
    ["game", "accuracy of D", "loss of D", "distance before", "after"],
    [[name, end_accuracy[name], end_loss[name], before, after[name]] for name in histories],
    formats={"accuracy of D": ".3f", "loss of D": ".3f"},
)

# %% [markdown]
# **Read.** Both games come close to the two numbers that theory has given (the thin lines): accuracy one half, loss $2 \log 2$. Heck & Brandau (2023, section 3.2) tell it so: the two train each other
# until $D$ sorts about half of the data wrongly. The head start is not needed here; the game without it is even quicker to get there. It is the alternation that matters: $D$ is updated as often as $G$,
# and so is never far behind.
#
# Heck's slides go on: then the feedback is useless, and training may fail to converge. In the plane that does no harm: where $D$ cannot tell, its field is flat and the points stay where they are. Whether it
# does harm on images you will see from the losses below.

# %% [markdown]
# ## Digits
#
# Temkeng's vanilla GAN: a generator like page 01's autoencoder, 784 - 32 - 784, and a discriminator 784 - 32 - 16 - 1. Its $z$ is uniform, 784 numbers. The paper does not name the
# activations, the optimizer or the number of steps; these are ours: ReLU and tanh in $G$, leaky ReLU in $D$, Adam with 0.001 and $\beta_1 = 0.5$. Images are in $[-1, 1]$, as
# tanh makes them.


# %% tags=["setup"]
def dense_gan(build_generator, build_discriminator, **options):
    keras.utils.set_random_seed(SEED)
    gan = GAN(build_generator(), build_discriminator(), seed=SEED, **options)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
    )
    return gan


# %%
vanilla = dense_gan(
    mlp.build_temkeng_generator, mlp.build_temkeng_discriminator, noise=noise.uniform
)
sg.export.model_table(vanilla.discriminator)

# %%
print(f"generator {vanilla.generator.count_params():,}, z of {vanilla.latent_dim} numbers")

# %% [markdown]
# Digits cannot be drawn in a plane. To see progress in numbers, describe each image by the 64 features of a digit classifier that comes with the package, and take the means $\mu$ and
# covariances $\Sigma$ of real and of generated images. Their *Fréchet distance* is (Heusel et al. 2017, equation 6)
#
# $$d^2 = |\mu_r - \mu_f|^2 + \operatorname{tr}\big(\Sigma_r + \Sigma_f - 2 (\Sigma_r \Sigma_f)^{1/2}\big)$$
#
# On these features it is no FID and cannot be compared with one. It depends on the number of images, so name it, and give the distance of real images from other real ones beside
# it: nothing can be expected below. (A later page builds it up and takes it apart.)

# %% tags=["setup", "nbval-ignore-output"]
COUNT = 2_000  # images on either side of a distance
(digits, _), _ = sg.datasets.load_mnist()
images = sg.ranges.to_symmetric(digits)[..., None]
network = sg.metrics.load_digit_features()
reference = network.features(digits[:COUNT])
floor = frechet_distance(reference, network.features(digits[COUNT : 2 * COUNT]))
print(f"real against real digits: {floor:.2f}  ({COUNT:,} against {COUNT:,})")


# %% tags=["setup"]
def train_and_measure(gan, steps, moments=5):
    curve = {"step": [], "g_loss": [], "distance": []}
    for step in np.linspace(0, steps, moments + 1).astype(int).tolist():
        if step:
            gan.fit(images, steps=step, batch_size=BATCH_SIZE, report_every=25)
        fakes = gan.generate(COUNT)
        features = network.features(sg.ranges.symmetric_to_uint8(fakes))
        curve["step"].append(step)
        curve["g_loss"].append(float(sg.losses.non_saturating(gan.discriminator(fakes))))
        curve["distance"].append(frechet_distance(reference, features))
        print(f"step {step:5,}: loss of G {curve['g_loss'][-1]:.2f}", end=", ")
        print(f"Fréchet distance {curve['distance'][-1]:,.0f}")
    return curve


# %% [markdown]
# **Predict:** will the generator's loss fall as the images get better?

# %% tags=["nbval-ignore-output"]
vanilla_curve = train_and_measure(vanilla, MNIST_STEPS)

# %%
vanilla_digits = sg.ranges.symmetric_to_uint8(vanilla.generate(COUNT))
vanilla_figure = sg.plotting.image_grid(vanilla_digits[:40])
sg.plotting.show(
    vanilla_figure,
    "Forty generated digits in four rows of ten: torn strokes, and bright pixels that stand alone.",
)


# %% [markdown]
# **Read.** You can guess a digit here and there. The strokes are torn, and bright pixels stand alone. For a dense generator neighbouring pixels are no neighbours; each of the 784
# outputs decides for itself. Measure it: which share of the lit pixels has at most one lit pixel among the eight around it?


# %% tags=["shows:metrics.equations.specks"]
def specks(images):
    lit = images.reshape(images.shape[:3]) > 127
    lit = np.pad(lit, ((0, 0), (1, 1), (1, 1))).astype(int)  # a dark border
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    neighbours = sum(np.roll(lit, step, axis=(1, 2)) for step in steps)
    return float(np.mean(neighbours[lit == 1] <= 1))


# %% tags=["nbval-ignore-output"]
real_specks, vanilla_specks = specks(digits[:COUNT]), specks(vanilla_digits)
print(f"specks: {real_specks:.1%} of the lit pixels in real digits, {vanilla_specks:.1%} here")

# %% [markdown]
# ## Faces
#
# The same pair on binarised Smile: 400 faces of many sizes at many places. **Predict:** easier or harder than digits?

# %% tags=["nbval-ignore-output", "timing"]
(faces, _), _ = sg.datasets.load_smiles(binarised=True)
face_gan = dense_gan(
    mlp.build_temkeng_generator, mlp.build_temkeng_discriminator, noise=noise.uniform
)
face_history = face_gan.fit(
    sg.ranges.to_symmetric(faces)[..., None],
    steps=SMILE_STEPS,
    batch_size=BATCH_SIZE,
    report_every=100,
    callbacks=[StepProgress(lines=4)],
).history

# %%
made_faces = sg.ranges.symmetric_to_uint8(face_gan.generate(400))
face_figure = sg.plotting.image_grid(np.concatenate([faces[:10, ..., None], made_faces[:30]]))
sg.plotting.show(
    face_figure,
    "Forty images in four rows of ten. The first row has real faces; the others are generated.",
)

# %% tags=["nbval-ignore-output"]
face_specks = specks(made_faces) / specks(faces)
print(f"specks: {specks(faces):.1%} of the lit pixels in real faces, {specks(made_faces):.1%} here")

# %% [markdown]
# **Read.** The first row is real. At this size the others are clouds at the right places, of the right size, and no faces: the generator knows *where* ink is likely and not yet which pixels go together. Train it
# ten times as long (`PROFILE=paper`) and circles with eyes come out of the clouds, still full of specks. Temkeng calls the images of the vanilla GAN less like the originals than an
# autoencoder's (section 4.1), and says in the end that you cannot tell beforehand when the training is done. True of both sets here.

# %% [markdown]
# ## A larger dense pair
#
# Winkler (2018, section 4.7.3) arrives at two dense layers of 256 units in $D$ and of 1,024 in $G$, leaky ReLU and Adam with 0.001 and $\beta_1 = 0.5$. (The thesis can also be read as one
# hidden layer each: exercise 4.) Readable after 3,000 iterations, it says. **Predict:** thirty times the parameters. Better at the same step? Better after the same time?

# %%
dense = dense_gan(mlp.build_winkler_generator, mlp.build_winkler_discriminator)
print(f"generator {dense.generator.count_params():,} parameters,", end=" ")
print(f"discriminator {dense.discriminator.count_params():,}")

# %% tags=["nbval-ignore-output"]
dense_curve = train_and_measure(dense, DENSE_STEPS)

# %%
dense_digits = sg.ranges.symmetric_to_uint8(dense.generate(COUNT))
dense_figure = sg.plotting.image_grid(dense_digits[:40])
sg.plotting.show(
    dense_figure,
    "Forty digits in four rows of ten, generated by the larger dense pair.",
)

# %% tags=["nbval-ignore-output", "timing"]
at_step = np.interp(dense_curve["step"], vanilla_curve["step"], vanilla_curve["distance"])
same_step = float(np.mean(dense_curve["distance"][-3:]) / np.mean(at_step[-3:]))
step_time = {g: g.record.seconds / g.step for g in (vanilla, dense)}
seconds = min(g.record.seconds for g in step_time)  # both pairs were trained for at least so long
in_time = [
    np.interp(seconds / step_time[gan], curve["step"], curve["distance"])
    for gan, curve in ((dense, dense_curve), (vanilla, vanilla_curve))
]
dense_specks = specks(dense_digits) / real_specks
sg.export.table(
    ["pair", "ms a step", f"distance at step {DENSE_STEPS:,}", f"after {seconds:.0f} s"],
    [
        ["larger", 1_000 * step_time[dense], dense_curve["distance"][-1], in_time[0]],
        ["smaller", 1_000 * step_time[vanilla], at_step[-1], in_time[1]],
    ],
    formats={"ms a step": ".1f"},
)

# %% [markdown]
# **Read.** At the same step the larger pair is ahead. But each of its steps costs several of the small one's: in the time that both were trained, the small pair is ahead.
# The white
# spots that Winkler sees around the digits (section 4.7.4) are there with more parameters, too. He blames the dense layers and goes on to convolutions; so do we, on the next page.

# %% [markdown]
# ## What the generator's loss does not say
#
# On pages 01 to 03 a falling loss meant progress. Here are both GANs, the loss of $G$ above, the Fréchet distance below.

# %%
runs = {"Temkeng's pair": (vanilla, vanilla_curve), "Winkler's pair": (dense, dense_curve)}
g_losses = {
    name: ([0, *g.record.history["step"]], [curve["g_loss"][0], *g.record.history["g_loss"]])
    for name, (g, curve) in runs.items()
}
distances = {name: (curve["step"], curve["distance"]) for name, (_, curve) in runs.items()}
distances["real digits"] = ([0, max(MNIST_STEPS, DENSE_STEPS)], [floor, floor])
loss_figure = sg.plotting.stacked_curves(
    {"loss of G": g_losses, "Fréchet distance": distances}, xlabel="step", log=["Fréchet distance"]
)
sg.plotting.show(
    loss_figure,
    "Two line plots over the steps, one above the other, each with a line for each pair: the "
    "loss of G, and the Fréchet distance on a logarithmic scale, where a flat line stands for "
    "real digits.",
)

# %% tags=["nbval-ignore-output"]
end_g_loss = {name: float(np.mean(losses[-8:])) for name, (_, losses) in g_losses.items()}
rows = [
    [name, curve["g_loss"][0], end_g_loss[name], curve["distance"][0], curve["distance"][-1]]
    for name, (_, curve) in runs.items()
]
columns = ["GAN", "loss of G, before", "loss of G, after", "distance, before", "distance, after"]
formats = {columns[1]: ".2f", columns[2]: ".2f", columns[3]: ",.0f", columns[4]: ",.0f"}
quality = sg.export.table(columns, rows, formats=formats)
quality

# %% [markdown]
# **Read.** Judged by its loss, the untrained generator, which paints noise, is better than the trained one. The reason is simple: its judge is untrained, too, and answers about 1/2 to
# everything, for a loss of about $\log 2 = 0.69$. The loss of $G$ is no distance from the data. It says how $G$ does against *this* $D$ at *this* step, and $D$ is another one at the next. A loss that stays where it is while the images
# get better says that both get better at the same pace.
#
# What the loss is good for: one that runs away says that $D$ has won; one that falls to zero, that $G$ has found a hole in $D$. For anything else look at the images, and measure them with
# something that stays the same.

# %% [markdown]
# ## Claims

# %%
fall = {name: curve["distance"][-1] / curve["distance"][0] for name, (_, curve) in runs.items()}
loss_start = {name: curve["g_loss"][0] / end_g_loss[name] for name, (_, curve) in runs.items()}
rough = vanilla_curve["distance"][-1] / floor
off_coin = {name: abs(value - 0.5) for name, value in end_accuracy.items()}
off_loss = max(abs(value - 2 * np.log(2)) for value in end_loss.values())

# %% tags=["claims"]
claims = sg.claims.Claims()
goodfellow, heck, temkeng = "Goodfellow et al. 2014", "Heck & Brandau 2023", "Temkeng 2020, 4.1"
winkler, ours = "Winkler 2018, 4.7.4", "ours"
counts = vanilla.generator.count_params(), vanilla.discriminator.count_params()
claims.equal(50_992, counts[0], "parameters of Temkeng's generator", temkeng)
claims.equal(25_665, counts[1], "parameters of his discriminator", temkeng)
claims.below(1e-6, abs(coin_loss - 2 * np.log(2)), "D undecided: loss off 2 log 2 by", goodfellow)
claims.above(50, stronger, "D ahead: pull of non-saturating per minimax", goodfellow)
claims.below(0.05, off_coin["no head start"], "points: accuracy of D at the end, off 50 % by", heck)
claims.below(0.1, off_coin["head start"], "the same after a head start", heck)
claims.below(0.06, off_loss, "points: loss of D at the end, off 2 log 2 by", goodfellow)
no_start = after["no head start"] / before
claims.below(0.3, no_start, "finding: distance falls to, without a head start", "against Heck")
claims.above(20, rough, "vanilla digits are rough: distance per real digits'", temkeng)
claims.above(10, vanilla_specks / real_specks, "and have specks, per real digits", temkeng)
claims.above(10, face_specks, "so have vanilla faces, per real faces", temkeng)
claims.above(10, dense_specks, "white spots with Winkler's dense pair, per real digits", winkler)
claims.below(0.8, same_step, "in equal steps: distance, larger pair per smaller", ours)
claims.above(
    1.5, step_time[dense] / step_time[vanilla], "time of a step, larger pair per smaller", ours
)
claims.below(0.4, max(fall.values()), "distance from start to end falls to", ours)
claims.below(1, max(loss_start.values()), "but G's loss is lower untrained: start per end", ours)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %%
run = sg.runs.describe(
    "06_vanilla_gan",
    seed=SEED,
    point_steps=POINT_STEPS,
    mnist_steps=MNIST_STEPS,
    smile_steps=SMILE_STEPS,
    dense_steps=DENSE_STEPS,
)
print(sg.export.save_figure(film_figure, "gan_in_the_plane", run))
print(sg.export.save_figure(losses_figure, "two_generator_losses", run))
print(sg.export.save_figure(loss_figure, "generator_loss_and_distance", run))
sg.export.colab.download("figures")

# %% [markdown]
# `quality.latex` is the last table for LaTeX. Give the counts with every Fréchet distance, and say on which features it was taken:

# %% tags=["nbval-ignore-output"]
print(quality.latex)

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Give $D$ a head start of 80 epochs, and let $G$ learn by the minimax loss. By which factor does the median point's pull differ now? Does $G$ stay where it is?
# 2. *Miss modes.* Make a data set of eight small Gaussians on a ring, and play. How many of the eight does $G$ find, do they all get their share, and where are the other points?
# 3. *Write a loss.* Least squares (Mao et al. 2017): $D$ lowers $\frac12 (a_x - 1)^2 + \frac12 a_z^2$ and $G$ lowers $\frac12 (a_z - 1)^2$, without a sigmoid. Play on the ring.
# 4. *Read a thesis both ways.* Build Winkler's pair with one hidden layer each (`hidden_sizes=(1024,)` and `(256,)`). Which reading makes better digits after `DENSE_STEPS`?
#
# The [solutions](solutions/06_vanilla_gan.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
for name, loss in {
    "minimax": sg.losses.MINIMAX,
    "non-saturating": sg.losses.NON_SATURATING,
}.items():
    player = point_gan()
    start = player.generate(1_000)
    give_head_start(player, epochs=80)
    factor = np.exp(-np.median(np.asarray(player.discriminator(start))))
    print(f"{name}: factor {factor:,.0f}")
    film, _ = play(player, smile, loss=loss)
    moments = {title: film[title] for title in list(film)[:: max(1, len(film) // 5)]}
    figure = sg.plotting.plane_game(moments, smile[:300], extent=3)
    sg.plotting.show(
        figure,
        f"Panels of the plane in rows of three, from the first step to the last, with the {name} "
        "loss: dots on a smile, generated crosses, and D's answers as background colours.",
    )

# %% [markdown] tags=["solution"]
# The factor is in the thousands or millions, and still $G$ gets away under the minimax loss: Adam divides each gradient by its usual size, so that a tiny gradient makes steps as long as a large one. Goodfellow et al.
# (2014, algorithm 1) had gradient descent with momentum, whose steps are as small as the gradient. The advice to change the loss is from there, and an optimizer can hide its reason.
#
# **Exercise 2.**

# %% tags=["solution", "nbval-ignore-output"]
angles = np.arange(8) * np.pi / 4
centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
rng = np.random.default_rng(SEED)
ring = (centres[rng.integers(8, size=2_000)] + rng.normal(0, 0.1, (2_000, 2))).astype("float32")


def shares(points):  # of the eight centres, and of no centre
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = np.where(distances.min(axis=1) < 0.4, distances.argmin(axis=1), 8)
    return np.bincount(nearest, minlength=9) / len(points)


film, _ = play(player := point_gan(), ring)
print("share of each centre, and of none:", shares(player.generate(2_000)).round(2))
figure = sg.plotting.plane_game({t: film[t] for t in list(film)[::6]}, ring[:300], extent=3)
sg.plotting.show(
    figure,
    "Panels of the plane in rows of three, from the first step to the last: eight groups of dots "
    "on a ring, generated crosses, and D's answers as background colours.",
)

# %% [markdown] tags=["solution"]
# The data have an eighth at each centre and nothing between. $G$'s shares differ, and many of its points lie on bridges between the centres: a continuous function of a connected $z$ cannot jump. Nothing in its loss asks for all
# eight. Stop after 400 steps and most points are on the bridges. Winkler (2018, section 4.7.1) shows the severe form, *mode collapse*: a generator that knows one digit at a time.
#
# **Exercise 3.** "Real" is an answer above 1/2 here, halfway between the two targets, and the pair of losses says so.


# %% tags=["solution", "nbval-ignore-output"]
def least_squares_d(real_logits, fake_logits):
    return 0.5 * ops.mean((real_logits - 1) ** 2) + 0.5 * ops.mean(fake_logits**2)


def least_squares_g(fake_logits):
    return 0.5 * ops.mean((fake_logits - 1) ** 2)


least_squares = sg.losses.Pair(least_squares_d, least_squares_g, boundary=0.5)
play(player := point_gan(), ring, loss=least_squares)
print("share of each centre, and of none:", shares(player.generate(2_000)).round(2))

# %% [markdown] tags=["solution"]
# Compare over several seeds and over more steps before you say that one loss drops fewer modes than the other: one run of each says nothing.
#
# **Exercise 4.**

# %% tags=["solution", "nbval-ignore-output"]
one_layer = dense_gan(
    lambda: mlp.build_winkler_generator(hidden_sizes=(1024,)),
    lambda: mlp.build_winkler_discriminator(hidden_sizes=(256,)),
)
curve = train_and_measure(one_layer, DENSE_STEPS)
figure = sg.plotting.image_grid(sg.ranges.symmetric_to_uint8(one_layer.generate(40)))
sg.plotting.show(
    figure,
    "Forty digits in four rows of ten, generated by the pair with one hidden layer each.",
)

# %% [markdown] tags=["solution"]
# One hidden layer is about as good at this size, with half of the weights: the page's result does not depend on how you read the thesis. What does not matter is worth a sentence in your paper, too.

# %% [markdown]
# ## References
#
# Goodfellow et al. 2014, *Generative Adversarial Nets*. Heck & Brandau 2023, *Machine Learning: Generative Adversarial Networks*, and Heck's slides of that name. Temkeng 2020, *Bildgenerierung mit
# neuronalen Netzen*, section 4.1. Winkler 2018, *Image representation learning with generative adversarial networks*, sections 3 and 4.7. Heusel et al. 2017, *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*. Mao et al. 2017, *Least
# squares generative adversarial networks*. Google, *The Quick, Draw! Dataset* (CC BY 4.0).
