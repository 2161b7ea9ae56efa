# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 05 · The game
#
# Two networks play against each other, and one of them learns to make what nobody has made before. This page plays the game with points in the plane, where it can be seen
# whole, and says what the theory promises and what it does not. At the end you will have a film of the game, a table of four games, and a training step of ten lines that you
# can copy. It takes about a minute. You need [page 01](01_simple_autoencoder.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import keras
import numpy as np
import tensorflow as tf
from keras import ops

import seminar_gan as sg
from seminar_gan.models import mlp
from seminar_gan.training import GAN

# %% tags=["parameters"]
SEED = 0  # every random choice on this page follows from it
POINT_STEPS = 1_500  # ours: no paper has this game
BATCH_SIZE = 128  # ours

# %% tags=["setup"]
# Each parameter has bounds: a value outside them stops the page here.
sg.parameters.check(
    globals(),
    SEED=(0, 2_000_000_000),
    POINT_STEPS=(10, 10_000_000),
    BATCH_SIZE=(1, 2_000),
)

# %% [markdown]
# ## Two players, one formula
#
# A *generator* $G$ makes an image $G(z)$ from random numbers $z$, its *latent vector*. A *discriminator* $D$ gets an image and answers with the probability
# $D(x)$ that it is real. $D$ wants to be right; $G$ wants $D$ to be wrong about $G$'s images: a counterfeiter and the police (Winkler 2018, section 3.2), and each gets better because
# the other does. Both wishes are in one formula (Goodfellow et al. 2014, equation 1):
#
# $$\min_G \max_D V(D, G) = \mathbb{E}_{x \sim p_\text{data}}[\log D(x)] + \mathbb{E}_{z \sim p_z}[\log(1 - D(G(z)))]$$
#
# Copy it from here or from the original. Winkler (2018, section 3.3.2) prints a minus sign between the two terms, and Heck & Brandau (2023, section 3.2) have the placeholder $E = mc^2$.
#
# Nobody writes down the probability of an image anywhere. A model that does, if only as a bound, is *explicit*: the variational autoencoder of [page 04](04_variational_autoencoder.ipynb), or PixelCNN, which
# multiplies the probabilities of the pixels one after the other (Winkler 2018, chapter 2). $G$ is an *implicit* generative model (Heck & Brandau 2023, section 2.3): you can draw from it,
# and that is all. $D$ is a classifier and no generative model, although their section 3.1 calls it one.

# %% [markdown]
# ## What the best D knows
#
# Take one place $x$ where real images have density $p$ and generated ones density $q$. What $D$ answers there adds $p \log D + q \log(1 - D)$ to $V$.
# **Predict:** real images are three times as dense at $x$ as generated ones. Which answer is best for $D$?

# %% tags=["paper"]
p, q = 0.6, 0.2
answers = np.linspace(0.001, 0.999, 999)
value = p * np.log(answers) + q * np.log(1 - answers)
best = answers[value.argmax()]
print(f"best answer: {best:.2f},  p / (p + q) = {p / (p + q):.2f}")

# %% [markdown]
# **Read.** 0.75, or in general
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}$$
#
# (their proposition 1). The best discriminator is no oracle: it knows two densities, or rather their ratio. If $G$ is perfect, $p = q$ everywhere, then 1/2 is the best answer
# everywhere: $D$ is right half of the time, as with a coin, and its loss, $-V$, is $2 \log 2 = 1.386$. Remember both numbers.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the best answer is 0.75", abs(best - 0.75) < 1e-3)
sg.claims.holds("which is p / (p + q)", abs(best - p / (p + q)) < 1e-3)

# %% [markdown]
# ## What G lowers against the best D
#
# Put $D^*$ into the formula, and what is left for $G$ to lower is (Goodfellow et al. 2014, equation 6; theorem 1)
#
# $$C(G) = \max_D V(D, G) = -\log 4 + 2\, \mathrm{JSD}(p \,\|\, q) \qquad \mathrm{JSD}(p \,\|\, q) = \tfrac12 \mathrm{KL}\big(p \,\big\|\, \tfrac{p + q}{2}\big) + \tfrac12 \mathrm{KL}\big(q \,\big\|\, \tfrac{p + q}{2}\big)$$
#
# with $\mathrm{KL}(p \,\|\, m) = \int p \log (p / m)$. The *Jensen-Shannon divergence* is 0 where $p = q$ and nowhere else, and at most $\log 2$. Five lines check it, with two Gaussians on a line:


# %% tags=["paper"]
def value_and_jsd(p, q, dx):
    m = (p + q) / 2
    value = np.sum(p * np.log(p / (p + q)) + q * np.log(q / (p + q))) * dx  # V(D*, G)
    jsd = np.sum(p * np.log(p / m) + q * np.log(q / m)) * dx / 2
    return value, jsd


def gaussian(mean):
    return np.exp(-((x - mean) ** 2) / 2) / np.sqrt(2 * np.pi)


x, dx = np.linspace(-10, 16, 5_201, retstep=True)
value, jsd = value_and_jsd(gaussian(0), gaussian(1), dx)
print(f"V(D*, G) = {value:.4f},  -log 4 + 2 JSD = {-np.log(4) + 2 * jsd:.4f}")

# %% [markdown]
# Now the generator's Gaussian is far away and comes nearer, from a distance of 6 to 0. **Predict:** draw the curve of the Jensen-Shannon divergence over the distance. Where does $G$ learn
# most from a step towards the data, and where nothing?

# %%
shifts = np.linspace(0, 6, 61)
jsds = np.array([value_and_jsd(gaussian(0), gaussian(shift), dx)[1] for shift in shifts])
jsd_figure = sg.plotting.curves(
    {
        "JSD": (shifts, jsds),
        "log 2, no overlap": (shifts, np.full(61, np.log(2))),
    },
    xlabel="distance of two Gaussians (standard deviations)",
    ylabel="divergence",
)
sg.plotting.show(
    jsd_figure,
    "A line plot of the Jensen-Shannon divergence over the distance of two Gaussians: it rises from "
    "0, steepest near a distance of 1.5, and is flat at log 2 from about 5 on.",
)
drop = {far: jsds[10 * far] - jsds[10 * (far - 1)] for far in (2, 6)}
print(f"a step of 1 towards the data: {drop[6]:.3f} from 6, {drop[2]:.3f} from 2")

# %% [markdown]
# **Read.** The smallest value is at $p = q$: the game has the right goal. But far from the data the curve is flat: two clouds that do not overlap are as different as two clouds can be, however far
# apart they are. A perfect $D$ would tell a bad generator that it is bad, and not where to go. The theory is silent on the way there: it assumes that $D$ is at its best at every
# moment and that $G$ may change $q$ itself (proposition 2), not the weights of a network.

# %% tags=["check"]
# @title Statements
sg.claims.holds("V(D*, G) is -log 4 + 2 JSD", abs(value + np.log(4) - 2 * jsd) < 1e-6)
sg.claims.holds("the smallest value is at p = q", jsds.argmin() == 0 and jsds[0] < 1e-9)
sg.claims.holds("far from the data the curve is flat", drop[6] < 0.1 * drop[2])
sg.claims.holds("at most log 2", jsds.max() < np.log(2))

# %% [markdown]
# ## Two losses for the generator
#
# A classifier's last layer gives a *logit* $a$, any number; the *sigmoid* $\sigma(a) = 1 / (1 + e^{-a})$ makes a probability of it, $D = \sigma(a)$. With $a_x$ for a real image and $a_z$ for
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


# %% [markdown]
# Both losses of $G$ fall as $D(G(z))$ grows. Winkler (2018, section 3.3.3 and figure 3.2) points to the steep slope of the second one near $D(G(z)) = 0$.
# **Predict:** $D$ is sure of itself and answers 0.01. How many times as hard does the second loss pull on the *logit*: 2, 10 or 100 times?

# %%
logits = np.linspace(-6, 6, 241)
answers = 1 / (1 + np.exp(-logits))
losses_figure = sg.plotting.stacked_curves(
    {
        "loss of G": {
            "minimax": (answers, np.log(1 - answers)),
            "non-saturating": (answers, -np.log(answers)),
        },
        "|dL/da|": {  # |dL/dD| D (1 - D)
            "minimax": (answers, answers),
            "non-saturating": (answers, 1 - answers),
        },
    },
    xlabel="D(G(z))",
)
sg.plotting.show(
    losses_figure,
    "Two line plots over D(G(z)): above, the minimax and the non-saturating loss of G, both "
    "falling; below, how hard each pulls on the logit. The pull of minimax rises from 0 to 1, the "
    "other falls from 1 to 0.",
)
pull_ratio = (1 - 0.01) / 0.01
print(f"at D = 0.01: {pull_ratio:.0f} times as hard")

# %% [markdown]
# **Read.** The upper panel has Winkler's argument, and it explains less than it seems to. The slope of the minimax loss at $D = 0$ is $-1 / (1 - D) = -1$: flatter
# than the other, but far from zero. What makes the gradient vanish is the sigmoid before it. Its slope is $D(1 - D)$, so by the chain rule
#
# $$\left|\frac{dL_\text{minimax}}{da}\right| = \frac{1}{1 - D}\, D(1 - D) = D \qquad\qquad \left|\frac{dL_\text{non-saturating}}{da}\right| = \frac{1}{D}\, D(1 - D) = 1 - D$$
#
# At $D = 0.01$ that is 0.01 against 0.99, about 100 times. The worse a generated image is, the less it learns from the minimax loss.

# %% tags=["check"]
# @title Statements
sg.claims.holds("at D = 0.01 about 100 times", 95 < pull_ratio < 105)

# %% [markdown]
# ## A game that can be seen
#
# Real "images" are now points in the plane, on a smile. Generator and discriminator are small dense networks, and $z$ has two numbers, too.


# %% tags=["setup"]
def points_on_a_smile(count, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, count)
    return np.stack([x, x**2 / 2 - 1 + rng.normal(0, 0.1, count)], axis=1).astype("float32")


def field(discriminator):  # D(x) on a grid of points
    return ops.convert_to_numpy(ops.sigmoid(discriminator(sg.plotting.plane_grid(3))))


def point_gan(seed=SEED):
    keras.utils.set_random_seed(seed)
    return GAN(mlp.build_point_generator(), mlp.build_point_discriminator(), seed=seed)


smile = points_on_a_smile(2_000, SEED)

# %% tags=["nbval-ignore-output"]
gan = point_gan()
untrained = gan.generate(2_000)
networks = {"G": gan.generator, "D": gan.discriminator}
networks_figure = sg.plotting.architecture(networks)
sg.plotting.show(networks_figure, sg.plotting.describe(networks))

# %% [markdown]
# First only $D$ plays. It needs a head start, say Heck's slides, or training cannot begin. Alone it is a classifier like any other: real is 1, fake is 0.


# %% tags=["setup", "nbval-ignore-output"]
def give_head_start(gan, epochs=20):
    gan.discriminator.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    points = np.concatenate([smile, gan.generate(len(smile))])
    labels = np.repeat([[1.0], [0.0]], len(smile), axis=0)
    gan.discriminator.fit(points, labels, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    return float(np.mean((np.asarray(gan.discriminator(points)) > 0) == labels))


# %% tags=["nbval-ignore-output"]
head_start = give_head_start(gan)
print(f"D is right about {head_start:.1%} of the points")

# %% [markdown]
# Now ask in which direction a generated point should move to lower $G$'s loss: against the gradient of the loss, taken with respect to the *point*. *Backpropagation* gives it: the chain rule,
# layer by layer from the loss back through $D$, is not bound to stop at weights. $G$'s weights get their gradient through the same points.
# **Predict:** for which of the two losses will you see hardly any arrows?


# %%
def pull(g_loss, points):
    points = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        loss = len(points) * g_loss(gan.discriminator(points))  # the sum, not the mean
    return -tape.gradient(loss, points).numpy()


# %% tags=["nbval-ignore-output"]
chosen = untrained[:25]
arrows = {loss.__name__: pull(loss, chosen) for loss in (minimax, non_saturating)}
lengths = {name: np.linalg.norm(arrow, axis=1) for name, arrow in arrows.items()}
moments = {name.replace("_", "-"): (field(gan.discriminator), chosen) for name in arrows}
arrows_figure = sg.plotting.plane_game(moments, smile[:150], extent=3)
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
stronger = float(np.median(lengths["non_saturating"] / lengths["minimax"]))
print(f"on the median point the non-saturating loss pulls {stronger:,.0f} times as hard")

# %% [markdown]
# **Read.** Dots are real, crosses are generated, one length of arrow for both panels. Both losses pull in the *same* direction, towards where $D$ says "real": both gradients are multiples of that of the
# logit. But minimax pulls with $D$, which is next to nothing where $D$ is right, and the other with $1 - D$; their ratio is $(1 - D) / D = e^{-a}$, more than a thousand on the median point. This is the flat
# curve above once more: a good $D$ has next to nothing to say to a generator that listens by the minimax loss. Whether that stops the game you will see below.

# %% tags=["check"]
# @title Statements
cosines = np.sum(arrows["minimax"] * arrows["non_saturating"], axis=1) / (
    lengths["minimax"] * lengths["non_saturating"]
)
sg.claims.holds("both losses pull in the same direction", cosines.min() > 0.999)
sg.claims.holds("more than a thousand on the median point", stronger > 1_000)
sg.claims.holds(
    "hardly any arrow under minimax",
    np.median(lengths["minimax"]) < 0.01 * np.median(lengths["non_saturating"]),
)

# %% [markdown]
# ## The loop
#
# Algorithm 1 of Goodfellow et al. (2014) is a loop around two updates. With a batch of $m$ real images $x^{(i)}$ and $m$ latent vectors $z^{(i)}$:
#
# $$\text{k times:}\quad \theta_d \text{ up by } \nabla_{\theta_d} \frac1m \sum_{i=1}^m \Big[\log D(x^{(i)}) + \log\big(1 - D(G(z^{(i)}))\big)\Big]$$
# $$\text{once:}\quad \theta_g \text{ down by } \nabla_{\theta_g} \frac1m \sum_{i=1}^m \log\big(1 - D(G(z^{(i)}))\big)$$
#
# For $k = 1$, which is what everybody uses (Winkler 2018, section 3.2), it is ten lines. **Predict:** Heck's slides ask that each network be held constant while the
# other one is trained. What in these lines sees to it?


# %% tags=["paper"]
def train_step(x, z):
    with tf.GradientTape() as tape:
        d_loss = cross_entropy(D(x), D(G(z)))
    gradients = tape.gradient(d_loss, D.trainable_variables)
    d_optimizer.apply(gradients, D.trainable_variables)  # theta_d
    with tf.GradientTape() as tape:
        g_loss = non_saturating(D(G(z)))  # by the D that has just learned
    gradients = tape.gradient(g_loss, G.trainable_variables)
    g_optimizer.apply(gradients, G.trainable_variables)  # theta_g
    return d_loss, g_loss


# %% [markdown] tags=["unmeasured"]
# **Read.** Each update takes the gradient for the weights of *one* network and moves these alone. Three things differ from the algorithm. Both losses are lowered, so $D$'s sign is turned.
# $G$ learns by the non-saturating loss. And $G$ is updated on the $z$ on which $D$ has just learned, where the algorithm draws new ones. (The optimizer is not a difference: any
# gradient-based rule is allowed there; the authors used momentum.) The order is the algorithm's, $D$ first; Winkler's listing 4.1 has $G$ first.
#
# *Adam* is gradient descent that gives each weight a step of its own: the gradient's running mean, divided by its usual size. Below, $D$ learns three times as fast as $G$, 0.003 against 0.001.

# %% tags=["nbval-ignore-output", "timing"]
G, D = point_gan().generator, mlp.build_point_discriminator()
d_optimizer = keras.optimizers.Adam(3e-3, beta_1=0.5)
g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
rng, fast_step = np.random.default_rng(SEED), tf.function(train_step)  # compiled
film, fixed_z = {}, rng.normal(size=(150, 2)).astype("float32")
for step in range(POINT_STEPS + 1):
    if step in (0, 50, 200, 400, 800, POINT_STEPS):
        film[f"step {step:,}"] = field(D), np.asarray(G(fixed_z))
    batch, z = rng.choice(smile, BATCH_SIZE), rng.normal(size=(BATCH_SIZE, 2))
    d_loss, g_loss = fast_step(batch, z.astype("float32"))
print(f"step {step:,}: loss of D {d_loss:.2f}, loss of G {g_loss:.2f}")

# %%
film_figure = sg.plotting.plane_game(film, smile[:150], extent=3)
sg.plotting.show(
    film_figure,
    "Panels of the plane in rows of three, from the first step to the last: dots on a smile, "
    "generated crosses, and D's answers as background colours. The crosses end near the dots.",
)

# %% [markdown] tags=["unmeasured"]
# **Read.** $G$'s cloud goes where $D$ says "real", often too far. $D$ learns that the cloud is there now, calls that region fake (orange), and so they chase each other. At the
# end the crosses lie near the dots, where the field is nearly white: this $D$ cannot tell. Away from the points it still has opinions, but nobody asks it there.

# %% [markdown]
# ## The same loop in the package
#
# `GAN` is a Keras model with this training step, so that Keras's own callbacks, saving and mixed precision work with it. It has the ten lines, and room beside them for what later
# pages add:


# %% tags=["shows:training.gan.GAN.train_step"]
def train_step(self, batch):
    *earlier, real = self.parts(batch)
    for number, part in enumerate(earlier):  # k - 1 times, each on a part of the batch
        self.update_discriminator(part, self.make_fake(self.draw_noise(part, number), part))
    z = self.draw_noise(real, len(earlier))
    with tf.GradientTape() as tape:
        fake = self.make_fake(z, real)  # G(z), once for both updates
        with tape.stop_recording():  # the k-th time
            d_logs = self.update_discriminator(real, fake)
        g_loss, g_logs = self.generator_loss(real, fake)  # by the updated D
    self.update(self.g_optimizer, self.generator, tape, g_loss)  # theta_g
    self.update_ema()
    return self.track(g_loss=g_loss, **g_logs, **d_logs)


# %% [markdown]
# | beside the ten lines | what it is |
# |---|---|
# | `parts`, `earlier` | the batch, split into $k$ batches, one for each update of $D$; $k$ is `d_steps`, 1 on this page |
# | `draw_noise` | draws $z$ from the seed and the number of the step, so that a training can be stopped and taken up again |
# | `make_fake`, `generator_loss`, `update_discriminator` | $G(z)$ and the two losses, as methods that a variant can replace; `real` and `fake` are tuples, as later pages add conditions to the images |
# | `tape.stop_recording` | saves work: the images are made once, and $D$'s own update stays out of $G$'s tape. It changes no result |
# | `update_ema` | averages $G$'s weights if asked to; not here |
# | `track` | counts the step and keeps the history: the losses, and `d_real` and `d_fake`, the shares of real and of generated images with a logit above 0 |
#
# The losses are a pair, `compile(loss=sg.losses.NON_SATURATING)` unless you say `sg.losses.MINIMAX`; one of your own is `sg.losses.Pair(d_loss, g_loss)`.

# %% [markdown]
# ## Who wins?
#
# Now the same game with a record of how often $D$ is right, four times: as above; after the head start; after the head start and with the minimax loss; and with equal learning rates.
# **Predict:** after the head start $D$ is right about nearly all points. Draw its accuracy over the steps. Where does it end? And which of the four games will fail?


# %% tags=["setup"]
def play(gan, points, d_rate=3e-3, **options):
    gan.compile(
        d_optimizer=keras.optimizers.Adam(d_rate, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        **options,
    )
    history = gan.fit(points, steps=POINT_STEPS, batch_size=BATCH_SIZE, report_every=50).history
    return {name: np.array(values) for name, values in history.items()}


def accuracy(history):  # share of points that D gets right
    return (history["d_real"] + 1 - history["d_fake"]) / 2


# %% tags=["nbval-ignore-output", "timing"]
games = {"no head start": point_gan(), "head start": gan}
histories = {name: play(game, smile) for name, game in games.items()}
games["head start, minimax"] = point_gan()
give_head_start(games["head start, minimax"])
histories["head start, minimax"] = play(games["head start, minimax"], smile, loss=sg.losses.MINIMAX)
games["equal rates"] = point_gan()
histories["equal rates"] = play(games["equal rates"], smile, d_rate=1e-3)

# %% tags=["nbval-ignore-output"]
accuracies = {name: (h["step"], accuracy(h)) for name, h in histories.items()}
accuracies["a coin"] = (
    histories["head start"]["step"],
    np.full_like(accuracies["head start"][1], 0.5),
)
coin_figure = sg.plotting.curves(accuracies, xlabel="step", ylabel="accuracy of D")
sg.plotting.show(
    coin_figure,
    "A line plot of the accuracy of D over the steps in four games: after a head start it begins "
    "high, without one lower; all end close to a flat line at one half, a coin.",
)
end_accuracy = {name: float(accuracy(h)[-5:].mean()) for name, h in histories.items()}
end_loss = {name: float(np.mean(h["d_loss"][-5:])) for name, h in histories.items()}
sg.export.table(
    ["game", "accuracy of D", "loss of D"],
    [[name, end_accuracy[name], end_loss[name]] for name in games],
    formats={"accuracy of D": ".3f", "loss of D": ".3f"},
)

# %% [markdown]
# **Read.** None fails. All end close to the two numbers that theory has given: accuracy one half, loss $2 \log 2$. The head start is not needed, and the game without it is there earlier. Nor does the minimax loss
# stop the game after a head start, although the arrows above were so short: Adam divides each gradient by its usual size, so that its first steps are as long for a tiny gradient as for a large one.
# The advice to change the loss is older than Adam, and an optimizer can hide its reason.
#
# Heck & Brandau (2023, section 3.2) describe the end in the same way: the two train each other until $D$ is wrong about half of the data. "At this point", they go on, $G$ makes data
# that cannot be told from real ones. Is that so?

# %% tags=["check"]
# @title Statements
sg.claims.holds("accuracy one half", max(abs(end - 0.5) for end in end_accuracy.values()) < 0.07)
sg.claims.holds("loss 2 log 2", max(abs(end - 2 * np.log(2)) for end in end_loss.values()) < 0.04)
cold, warm = (accuracy(histories[name])[:10].mean() for name in ("no head start", "head start"))
sg.claims.holds("the game without the head start is there earlier", cold < warm)

# %% [markdown]
# ## How near is near?
#
# A picture says that crosses lie near dots. It does not say that there are as many of them in each place. The *energy distance* does (Székely & Rizzo 2013): for points $x, x'$ of one set and
# $y, y'$ of the other,
#
# $$E = 2\, \mathbb{E}|x - y| - \mathbb{E}|x - x'| - \mathbb{E}|y - y'|$$
#
# is 0 where $p = q$ and above 0 everywhere else. A measure needs its *floor*, what it says of two sets of real points, and a test: does it see a fault that we know? Here the known fault is a set of real points of which nine in ten are
# from the left half. **Predict:** which of the two measures below sees it?


# %%
def energy_distance(a, b):
    def mean_distance(a, b):
        return np.linalg.norm(a[:, None] - b[None], axis=2).mean()

    return 2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b)


def nearest(a, b):  # mean distance of a point to the nearest one of the other set
    distances = np.linalg.norm(a[:, None] - b[None], axis=2)
    return (distances.min(axis=0).mean() + distances.min(axis=1).mean()) / 2


# %% tags=["nbval-ignore-output"]
new, more = points_on_a_smile(1_000, SEED + 1), points_on_a_smile(3_000, SEED + 2)
left, right = more[more[:, 0] < 0], more[more[:, 0] > 0]
lopsided = np.concatenate([left[:900], right[:100]])
sets = {
    "real": more[:1_000],
    "real, 90 % from the left half": lopsided,
    "generated, untrained": untrained[:1_000],
    **{f"generated, {name}": game.generate(1_000) for name, game in games.items()},
}
energy = {name: float(energy_distance(new, points)) for name, points in sets.items()}
gap = {name: float(nearest(new, points)) for name, points in sets.items()}
sg.export.table(
    ["points", "energy distance", "distance to the nearest"],
    [[name, energy[name], gap[name]] for name in sets],
    formats={"energy distance": ".4f", "distance to the nearest": ".3f"},
)

# %% [markdown]
# **Read.** All games have brought the points from far away to near the real ones, but on average not down to the floor. The second measure is the one that comes to mind first, and it is blind: to the lopsided set it gives almost
# the floor, because each point has a neighbour there. The energy distance sees the fault at once. Measure your measure before you believe it.

# %% tags=["check"]
# @title Statements
sg.claims.holds(
    "the energy distance sees the fault",
    energy["real, 90 % from the left half"] > 20 * energy["real"],
)
sg.claims.holds(
    "the second measure gives it almost the floor",
    gap["real, 90 % from the left half"] < 1.5 * gap["real"],
)
ends = [energy[f"generated, {name}"] for name in games]
sg.claims.holds("from far away to near", max(ends) < 0.2 * energy["generated, untrained"])
sg.claims.holds("but on average not down to the floor", np.mean(ends) > energy["real"])

# %% [markdown]
# ## What half and half does not say
#
# $D$ of the game is one network, shaped by where the points were a moment ago. Freeze $G$ and let a new $D$ learn from its points until it learns no more. Theorem 1 says how to read its loss on points
# that it has not seen. No $D$ makes $V$ larger than $D^*$ does, so with $\ell$ for the mean cross-entropy a point (half of $L_D$)
#
# $$\mathrm{JSD}(p \,\|\, q) \ge \log 2 - \ell$$
#
# **Predict:** $D$ of the game was right about half of the points. How often is the new one right?


# %% tags=["setup"]
def judge(real, fake, epochs=30):  # a new D, tested on the half that it has not seen
    keras.utils.set_random_seed(SEED + 1)
    new_d = mlp.build_point_discriminator()
    new_d.compile(
        optimizer=keras.optimizers.Adam(3e-3, beta_1=0.5),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0)],
    )
    half = len(real) // 2
    labels = np.repeat([[1.0], [0.0]], half, axis=0)
    seen = np.concatenate([real[:half], fake[:half]])
    unseen = np.concatenate([real[half:], fake[half:]])
    new_d.fit(seen, labels, batch_size=128, epochs=epochs, verbose=0)
    loss, right = new_d.evaluate(unseen, labels, verbose=0)
    return right, np.log(2) - loss


# %% tags=["nbval-ignore-output", "timing"]
many = points_on_a_smile(6_000, SEED + 3)
judged = {"real": judge(many, points_on_a_smile(6_000, SEED + 4))}
for name, game in games.items():
    judged[f"generated, {name}"] = judge(many, game.generate(6_000, seed=1))
sg.export.table(
    ["points", "right", "JSD at least"],
    [[name, *numbers] for name, numbers in judged.items()],
    formats={"right": ".1%", "JSD at least": ".3f"},
)

# %% [markdown]
# **Read.** No, it is not so. On average over the four games a new judge is right about six to seven points in ten; about two sets of real points it is right half of the time, as it should be. So half and half says that
# *this* $D$ has nothing to go by at this moment. It does not say $p = q$: for that the *best* $D$ must be at one half, and theorem 1 speaks of that one.
#
# Heck's slides go on: when $G$ is so good, the feedback of $D$ is useless, and training may fail to converge. What the new judge finds is feedback that the old one did not give.

# %% tags=["check"]
# @title Statements
judges = [judged[f"generated, {name}"][0] for name in games]
sg.claims.holds("right about six to seven points in ten, on average", 0.55 < np.mean(judges) < 0.78)
sg.claims.holds("half of the time about real points", abs(judged["real"][0] - 0.5) < 0.03)

# %% [markdown]
# ## Claims
#
# What the papers say, what was measured here, and where the two differ. A claim holds for ten seeds before it is printed.

# %% tags=["claims"]
claims = sg.claims.Claims()
goodfellow, slides = "Goodfellow et al. 2014, section 3", "Heck, slides, Training"
brandau, ours = "against Heck & Brandau 2023, 3.2", "ours"
theorem = "Goodfellow et al. 2014, theorem 1"
claims.above(
    1_000, stronger, "D ahead: ratio of gradients at a point, non-saturating / minimax", goodfellow
)
claims.below(
    0.05,
    abs(end_accuracy["no head start"] - 0.5),
    "accuracy of D at the end of the game: abs(accuracy - 1/2)",
    slides,
)
claims.below(
    0.04,
    max(abs(value - 2 * np.log(2)) for value in end_loss.values()),
    "loss of D at the end, worst of four games: abs(loss - 2 log 2)",
    theorem,
)
claims.below(
    0.1,
    energy["generated, no head start"] / energy["generated, untrained"],
    "finding: no head start needed: energy distance to the data, after / before",
    "against Heck, slides, Training",
)
claims.below(
    0.1,
    energy["generated, head start, minimax"] / energy["generated, untrained"],
    "finding: minimax with Adam after a head start: energy distance, after / before",
    ours,
)
claims.above(
    0.55,
    np.mean([judged[f"generated, {name}"][0] for name in games]),
    "finding: half and half is no proof: accuracy of a new D, mean of four games",
    brandau,
)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.export.table(["claim", "source", "wanted", "measured", "verdict"], claims.rows())

# %% [markdown]
# ## Into your paper

# %%
run = sg.runs.describe("05_the_game", seed=SEED, point_steps=POINT_STEPS, batch_size=BATCH_SIZE)
captions = {
    "gan_in_the_plane": "A GAN learns a distribution in the plane. Dots are real, crosses generated; the "
    "colour is the answer of the discriminator, from orange (generated) by white (1/2) to blue (real).",
    "accuracy_of_d": "Share of the points that the discriminator gets right, in four games.",
    "two_generator_losses": "The minimax and the non-saturating loss of the generator, and the size "
    "of their gradients with respect to the logit.",
    "jensen_shannon_divergence": "Jensen-Shannon divergence of two Gaussians of variance 1.",
    "point_networks": "Generator and discriminator of points in the plane.",
}
figures = film_figure, coin_figure, losses_figure, jsd_figure, networks_figure
for figure, (name, caption) in zip(figures, captions.items(), strict=True):
    print(sg.export.save_figure(figure, name, run, caption=caption))
sg.export.colab.download("figures")

# %% [markdown]
# The main finding is a table: what $D$ of the game says at its end, and what a new one says.

# %% tags=["nbval-ignore-output"]
finding = sg.export.table(
    ["game", "accuracy of D", "accuracy of a new D", "energy distance"],
    [
        [
            name,
            end_accuracy[name],
            judged[f"generated, {name}"][0],
            energy[f"generated, {name}"],
        ]
        for name in games
    ],
    formats={"accuracy of D": ".2f", "accuracy of a new D": ".2f", "energy distance": ".3f"},
    caption="Games with points in the plane. Accuracy of the discriminator at the end of the game, "
    "of a new one trained against the frozen generator and tested on new points, and energy "
    f"distance of 1,000 generated from 1,000 real points; of real from real {energy['real']:.4f}.",
)
print(sg.export.save_table(finding, "half_and_half", run))
print(finding.latex)

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Let $D$ learn ten times as slowly as $G$ (`d_rate=1e-4`). Does it still end at one half? Where are the points?
# 2. *Miss modes.* Make a data set of eight small Gaussians on a ring, and play. How many of the eight does $G$ find, do they all get their share, and where are the other points?
# 3. *Write a loss.* Least squares (Mao et al. 2017): $D$ lowers $\frac12 (a_x - 1)^2 + \frac12 a_z^2$ and $G$ lowers $\frac12 (a_z - 1)^2$, without a sigmoid. Play on the ring.
# 4. *Take Adam away.* Play after the head start with both losses and `keras.optimizers.SGD(1e-3, momentum=0.9)` for both networks, which is closer to what Goodfellow et al. had. What do the energy distances say?
#
# The [solutions](solutions/05_the_game.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
slow = point_gan()
history = play(slow, smile, d_rate=1e-4)
print(f"accuracy of D at the end: {accuracy(history)[-5:].mean():.3f}")
figure = sg.plotting.plane_game(
    {"the end": (field(slow.discriminator), slow.generate(150))}, smile[:150], extent=3
)
sg.plotting.show(
    figure,
    "The plane at the end of the game with a slow discriminator: dots on a smile, generated crosses, "
    "and D's answers as background colours.",
)

# %% [markdown] tags=["solution"]
# Its accuracy is not far from one half once more, and the points are not where they should be: a $D$ that cannot tell because it has not learned looks like a $D$ that cannot tell because there is nothing left to
# tell. Its accuracy alone does not say which of the two it is.
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


play(player := point_gan(), ring)
print("share of each centre, and of none:", shares(player.generate(2_000)).round(2))
figure = sg.plotting.plane_game(
    {"the end": (field(player.discriminator), player.generate(300))}, ring[:150], extent=3
)
sg.plotting.show(
    figure,
    "The plane at the end of the game: eight groups of dots on a ring, generated crosses, and D's "
    "answers as background colours.",
)

# %% [markdown] tags=["solution"]
# The data have an eighth at each centre and nothing between. $G$'s shares differ, and many of its points lie on bridges between the centres: a continuous function of a connected $z$ cannot jump. Nothing in its loss asks for all
# eight. Winkler (2018, section 4.7.1) shows the severe form, *mode collapse*: a generator that knows one digit at a time.
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
def spread(a, b):
    return np.linalg.norm(a[:, None] - b[None], axis=2).mean()


new = points_on_a_smile(1_000, SEED + 1)
for name, loss in {
    "minimax": sg.losses.MINIMAX,
    "non-saturating": sg.losses.NON_SATURATING,
}.items():
    player = point_gan()
    give_head_start(player)
    d_optimizer, g_optimizer = (keras.optimizers.SGD(1e-3, momentum=0.9) for _ in range(2))
    player.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, loss=loss)
    player.fit(smile, steps=POINT_STEPS, batch_size=BATCH_SIZE)
    points = player.generate(1_000)
    energy = 2 * spread(new, points) - spread(new, new) - spread(points, points)
    print(f"{name}: energy distance {energy:.3f}")

# %% [markdown] tags=["solution"]
# Neither comes near what Adam reaches in as many steps: one rate must fit all the weights of a network at every moment of the game. With the minimax loss the points end up farther away than where they began.
# %% [markdown]
# ## References
#
# Goodfellow et al. 2014, *Generative Adversarial Nets*. Heck & Brandau 2023, *Machine Learning: Generative Adversarial Networks*. Heck, *Generative Adversarial Networks*, slides without a date. Kingma & Ba 2015, *Adam: A Method for Stochastic Optimization*. Mao et al. 2017,
# *Least Squares Generative Adversarial Networks*. Székely & Rizzo 2013, *Energy statistics: A class of statistics based on distances*. Winkler 2018, *Image representation learning with generative adversarial networks*, chapters 2 and 3.
