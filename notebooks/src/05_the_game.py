# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 05 · The game
#
# Two networks play against each other, and one of them learns to make images like those it is shown. This page plays the game with points in the plane, where it can be seen whole, and says what the theory
# promises and what it does not. The picture below is one of its figures: the game at six moments. At the end you will also have a table of four games, and a whole GAN of about forty lines that you can copy. It takes
# about a minute and a half. You need [page 01](01_simple_autoencoder.ipynb).

# %% tags=["setup", "nbval-ignore-output"]
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

import seminar_gan as sg
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
    POINT_STEPS=(250, 10_000_000),  # the figure shows the first 200
    BATCH_SIZE=(1, 2_000),
)

# %% [markdown]
# ## Two players, one formula
#
# A *generator* $G$ makes an image $G(z)$ from random numbers $z$, its *latent vector*. A *discriminator* $D$ gets an image and answers with the probability $D(x)$ that it is real. $D$ wants to be right; $G$ wants $D$
# to be wrong about $G$'s images. Goodfellow et al. (2014, section 1) compare them with counterfeiters and the police: each gets better because the other does. Both wishes are in one formula (equation 1):
#
# $$\min_G \max_D V(D, G) = \mathbb{E}_{x \sim p_\text{data}}[\log D(x)] + \mathbb{E}_{z \sim p_z}[\log(1 - D(G(z)))]$$
#
# Copy it from here or from the original. Winkler (2018, section 3.3.2) prints a minus sign between the two terms, and Heck & Brandau (2023, section 3.2) have the placeholder $E = mc^2$.
# $D$ is a classifier and no generative model, although their section 3.1 calls it one.

# %%
places = {
    "z": (0, 1),
    "G": (1.5, 1),
    "G(z)": (3, 1),
    "x, real": (3, 0),
    "D": (4.5, 0.5),
    "real or\ngenerated?": (6.4, 0.5),
}
networks_figure, axis = plt.subplots(figsize=(5.6, 1.6), layout="constrained")
for name, place in places.items():
    box = {"boxstyle": "round", "facecolor": sg.plotting.COLOURS[5] if name in "GD" else "white"}
    axis.text(*place, name, ha="center", va="center", fontsize=sg.plotting.TEXT_POINTS, bbox=box)
names = list(places)
for start, end in (names[0:2], names[1:3], names[2:5:2], names[3:5], names[4:6]):
    options = {"arrowstyle": "-|>", "shrinkA": 17, "shrinkB": 27 if end == names[5] else 15}
    axis.annotate("", places[end], places[start], arrowprops=options)
axis.set(xlim=(-0.4, 7.2), ylim=(-0.4, 1.4))
axis.axis("off")
sg.plotting.show(
    networks_figure,
    "A drawing: z goes into G, which makes G(z); D gets G(z) or a real x and answers whether it is "
    "real or generated.",
)

# %% [markdown]
# ## What the best D knows
#
# Take one place $x$ where real images have density $p$ and generated ones density $q$. What $D$ answers there adds $p \log D + q \log(1 - D)$ to $V$. In the next cell $x$ is a number, $p$ and $q$ are Gaussians
# around 0 and 2, and at each $x$ the best of 999 answers is searched. **Predict:** where real ones are three times as dense as generated ones, which answer is best?


# %% tags=["paper"]
def gaussian(mean):
    return np.exp(-((x - mean) ** 2) / 2) / np.sqrt(2 * np.pi)


x, dx = np.linspace(-10, 16, 2_601, retstep=True)
p, q = gaussian(0), gaussian(2)
answers = np.linspace(0.001, 0.999, 999)[:, None]
value = p * np.log(answers) + q * np.log(1 - answers)  # at each x, of each answer
best = answers[value.argmax(axis=0), 0]
at_three = best[np.abs(p / q - 3).argmin()]
best_figure = sg.plotting.curves(
    {"p, real": (x, p), "q, generated": (x, q), "best answer of D": (x, best)},
    xlabel="x",
    ylabel="density, probability",
)
best_figure.axes[0].set_xlim(-4, 8)
sg.plotting.show(
    best_figure,
    "A line plot of two Gaussians, p around 0 and q around 2, and of the best answer of D, which "
    "falls from 1 to 0 and is one half where the two cross.",
)
print(f"where p is three times q, the best answer is {at_three:.2f}")

# %% [markdown]
# **Read.** 0.75, or in general (Goodfellow et al. 2014, proposition 1)
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}$$
#
# The best discriminator knows only the ratio of two densities. Where they are equal it answers 1/2. If $G$ is perfect they are equal everywhere: then $D$ is right half of the time, as with a coin, and its loss,
# $-V$, is $2 \log 2 = 1.386$. Remember both numbers.

# %% tags=["check"]
# @title Statements
sg.claims.holds("the best answer is 0.75", abs(at_three - 0.75) < 0.005)
sg.claims.holds("in general p / (p + q)", np.abs(best - p / (p + q)).max() < 0.0011)

# %% [markdown]
# ## Two losses for the generator
#
# A classifier's last layer gives a *logit* $a$, any number; the *sigmoid* $\sigma(a) = 1 / (1 + e^{-a})$ makes a probability of it, $D = \sigma(a)$. With $a_x$ for a real image and $a_z$ for
# a generated one, $D$ lowers $-V$, and $G$ lowers the part of $V$ that it has a hand in (*minimax*), or something else (*non-saturating*; Goodfellow et al. 2014,
# end of section 3):
#
# $$L_D = -\log \sigma(a_x) - \log(1 - \sigma(a_z)) \qquad L_\text{minimax} = \log(1 - \sigma(a_z)) \qquad L_\text{non-saturating} = -\log \sigma(a_z)$$
#
# Both losses of $G$ fall as $D(G(z))$ grows. Winkler (2018, section 3.3.3 and figure 3.2) points to the steep slope of the second one near $D(G(z)) = 0$.
# **Predict:** $D$ is sure of itself and answers 0.01. How many times as hard does the second loss pull on the *logit*: 2, 10 or 100 times?


# %% tags=["paper", "shows:losses.cross_entropy", "shows:losses.minimax", "shows:losses.non_saturating"]
def cross_entropy(real_logits, fake_logits):  # softplus(a) = log(1 + exp(a))
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def minimax(fake_logits):
    return -ops.mean(ops.softplus(fake_logits))  # log(1 - sigma(a)) = -softplus(a)


def non_saturating(fake_logits):
    return ops.mean(ops.softplus(-fake_logits))  # -log sigma(a) = softplus(-a)


# %%
edge = np.log(99)  # the logit of 0.99; that of 0.01 is -edge
logits = tf.constant(np.linspace(-edge, edge, 241), "float32")
panels = {"loss of G": {}, "|dL/da|": {}}
for name, loss in {"minimax": minimax, "non-saturating": non_saturating}.items():
    with tf.GradientTape() as tape:
        tape.watch(logits)
        values = tf.stack([loss(logit) for logit in tf.unstack(logits)])
    panels["loss of G"][name] = tf.sigmoid(logits), values
    panels["|dL/da|"][name] = tf.sigmoid(logits), -tape.gradient(values, logits)
losses_figure = sg.plotting.stacked_curves(panels, xlabel="D(G(z))")
sg.plotting.show(
    losses_figure,
    "Two line plots over D(G(z)): above, the minimax and the non-saturating loss of G, both "
    "falling; below, how hard each pulls on the logit. The pull of minimax rises from 0 to 1, the "
    "other falls from 1 to 0.",
)
at_001 = {name: float(pulls[0]) for name, (_, pulls) in panels["|dL/da|"].items()}
print("at D = 0.01:", ", ".join(f"{name} {pull:.3f}" for name, pull in at_001.items()))

# %% [markdown]
# **Read.** The upper panel has Winkler's argument, and it explains less than it seems to. The slope of the minimax loss at $D = 0$ is $-1 / (1 - D) = -1$: flatter
# than the other, but far from zero. What makes the gradient vanish is the sigmoid before it. Its slope is $D(1 - D)$, so by the chain rule
#
# $$\left|\frac{dL_\text{minimax}}{da}\right| = \frac{1}{1 - D}\, D(1 - D) = D \qquad\qquad \left|\frac{dL_\text{non-saturating}}{da}\right| = \frac{1}{D}\, D(1 - D) = 1 - D$$
#
# At $D = 0.01$ that is 0.01 against 0.99, about 100 times. The more surely $D$ rejects an image, the less $G$ learns from it by the minimax loss.

# %% tags=["check"]
# @title Statements
ratio = at_001["non-saturating"] / at_001["minimax"]
sg.claims.holds("at D = 0.01 about 100 times", 95 < ratio < 105)
slopes = np.array([pulls for _, pulls in panels["|dL/da|"].values()])
sg.claims.holds("D and 1 - D, which add up to 1", np.abs(slopes.sum(axis=0) - 1).max() < 1e-5)

# %% [markdown]
# ## What G lowers against the best D
#
# Put $D^*$ into the formula, and what is left for $G$ to lower is (Goodfellow et al. 2014, equation 6 and theorem 1)
#
# $$C(G) = \max_D V(D, G) = -\log 4 + 2\, \mathrm{JSD}(p \,\|\, q) \qquad \mathrm{JSD}(p \,\|\, q) = \tfrac12 \mathrm{KL}\big(p \,\big\|\, \tfrac{p + q}{2}\big) + \tfrac12 \mathrm{KL}\big(q \,\big\|\, \tfrac{p + q}{2}\big)$$
#
# with $\mathrm{KL}(p \,\|\, m) = \int p \log (p / m)$. The *Jensen-Shannon divergence* is 0 where $p = q$ and nowhere else, and at most $\log 2$. That is what the minimax loss goes down. A step by the non-saturating loss goes down $\mathrm{KL}(q \,\|\, p) - 2\, \mathrm{JSD}(p \,\|\, q)$ instead
# (Arjovsky & Bottou 2017, theorem 2.5). **Predict:** the generator's Gaussian is far away and comes nearer, from a distance of 6 to 0. By the minimax loss, where does $G$ learn most from a step, and where nothing? And by the other?


# %%
def value_and_jsd(p, q, dx):
    m = (p + q) / 2
    value = np.sum(p * np.log(p / (p + q)) + q * np.log(q / (p + q))) * dx  # V(D*, G)
    jsd = np.sum(p * np.log(p / m) + q * np.log(q / m)) * dx / 2
    return value, jsd


value, jsd = value_and_jsd(gaussian(0), gaussian(1), dx)
print(f"V(D*, G) = {value:.4f},  -log 4 + 2 JSD = {-np.log(4) + 2 * jsd:.4f}")

# %%
far = np.linspace(0, 6, 61)
p, jsds, mean_pull = gaussian(0), [], {"minimax": [], "non-saturating": []}
for distance in far:
    q = gaussian(distance)
    best = p / (p + q)
    jsds.append(value_and_jsd(p, q, dx)[1])
    # The logit of D*, log(p / q), has the slope -distance everywhere. Each loss passes a part of it on.
    mean_pull["minimax"].append(distance * np.sum(q * best) * dx)
    mean_pull["non-saturating"].append(distance * np.sum(q * (1 - best)) * dx)
panels = {
    "JSD": {"JSD": (far, jsds)},
    "mean pull": {k: (far, v) for k, v in mean_pull.items()},
}
jsd_figure = sg.plotting.stacked_curves(panels, xlabel="distance (standard deviations)")
sg.plotting.show(
    jsd_figure,
    "Two line plots over the distance of two Gaussians. The Jensen-Shannon divergence rises and is "
    "flat from about 5 on. The mean pull on a point rises with the distance by the non-saturating "
    "loss; by minimax it rises to about 1.6 and falls to almost 0.",
)
jsds, pulls = np.array(jsds), {name: np.array(pull) for name, pull in mean_pull.items()}
most = far[pulls["minimax"].argmax()]
print(f"minimax pulls hardest at {most:.1f}; at 6 by {pulls['minimax'][-1]:.3f},")
print(f"where the non-saturating loss pulls by {pulls['non-saturating'][-1]:.2f}")

# %% [markdown]
# **Read.** The smallest value is at $p = q$: the game has the right goal. By the minimax loss $G$ learns most at about 1.6. It learns nothing at 0, the goal, and next to nothing far from the data, however good $D$ is: two
# Gaussians that hardly overlap are about as different as this divergence can say. That is so for the loss in the formula, not for $D$: the logit of $D^*$ has a slope that points to the data everywhere and grows with the distance, and the non-saturating
# loss passes it on. The two curves below are the slopes of $2\, \mathrm{JSD}$ and of $\mathrm{KL}(q \,\|\, p) - 2\, \mathrm{JSD}$, as the theorems say.
#
# The theory is silent on the way there. It assumes that $D$ is at its best at every moment and that $G$ may change $q$ itself (proposition 2), not the weights of a network.

# %% tags=["check"]
# @title Statements
sg.claims.holds("V(D*, G) is -log 4 + 2 JSD", abs(value + np.log(4) - 2 * jsd) < 1e-6)
sg.claims.holds("the smallest value is at p = q", jsds.argmin() == 0 and jsds[0] < 1e-9)
sg.claims.holds("minimax learns most at about 1.6", 1.45 < most < 1.75)
sg.claims.holds(
    "and next to nothing far away", pulls["minimax"][-1] < 0.05 * pulls["minimax"].max()
)
sg.claims.holds(
    "the other's pull grows with the distance", np.diff(pulls["non-saturating"]).min() > 0
)
slope = 2 * np.gradient(jsds, far)
sg.claims.holds("slope of 2 JSD", np.abs(pulls["minimax"] - slope)[1:-1].max() < 0.002)
sg.claims.holds(
    "slope of KL(q || p) - 2 JSD, where KL is distance^2 / 2",
    np.abs(pulls["non-saturating"] - (far - slope))[1:-1].max() < 0.002,
)

# %% [markdown]
# ## A game that can be seen
#
# Real "images" are now points in the plane, on a smile, and $z$ has two numbers, too. Both networks are small and dense. Between their layers is a *leaky ReLU*, which leaves $a > 0$ as it is and makes $0.2 a$ of the rest.
# First only $D$ plays. It needs a head start, say Heck's slides, or training cannot begin. Alone it is a classifier like any other: real is 1, generated is 0.


# %% tags=["setup"]
def points_on_a_smile(count, seed, noise=0.1):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, count)
    return np.stack([x, x**2 / 2 - 1 + rng.normal(0, noise, count)], axis=1).astype("float32")


def dense_network(outputs):  # 2 - 32 - 32 - outputs
    hidden = [layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(32), layers.LeakyReLU(0.2)]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(outputs)])


def two_networks(seed=SEED):
    keras.utils.set_random_seed(seed)
    return dense_network(2), dense_network(1)  # G: z to a point; D: a point to its logit


smile = points_on_a_smile(2_000, SEED)


# %% tags=["setup", "nbval-ignore-output"]
def give_head_start(D, made, epochs=20):
    D.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    points = np.concatenate([smile, made])
    labels = np.repeat([[1.0], [0.0]], [len(smile), len(made)], axis=0)
    D.fit(points, labels, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    return np.mean((np.asarray(D(points)) > 0) == labels)


def on_a_grid(D):  # D(x) at 61 x 61 points of the plane
    axis = np.linspace(-3, 3, 61, dtype="float32")
    return np.asarray(ops.sigmoid(D(np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2))))


# %% tags=["nbval-ignore-output"]
G, D = two_networks()
untrained = np.asarray(G(np.random.default_rng(SEED).normal(size=(2_000, 2))))
head_start = give_head_start(D, untrained)
called_real = np.mean(on_a_grid(D) > 0.5)
print(f"D is right about {head_start:.1%} of the points that it has learned from")
print(f"and calls {called_real:.0%} of the plane real")

# %% [markdown]
# Now ask in which direction a generated point should move to lower $G$'s loss: against the gradient of the loss, taken with respect to the *point*. *Backpropagation* gives it: the chain rule,
# layer by layer from the loss back through $D$, is not bound to stop at weights. $G$'s weights get their gradient through the same points.
# **Predict:** for which of the two losses will you see hardly any arrows? And do they lead to the smile?


# %% tags=["nbval-ignore-output"]
def pull(g_loss, points):
    points = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        loss = len(points) * g_loss(D(points))  # the sum, not the mean
    return -tape.gradient(loss, points).numpy()


arrows = {loss.__name__: pull(loss, untrained) for loss in (minimax, non_saturating)}
lengths = {name: np.linalg.norm(arrow, axis=1) for name, arrow in arrows.items()}
stronger = np.median(lengths["non_saturating"] / lengths["minimax"])
print(f"on the median point the non-saturating loss pulls {stronger:,.0f} times as hard")

# %% tags=["nbval-ignore-output"]
spread = untrained[:, 1].argsort()[
    83::166
]  # 12 of the 2,000 points, from the lowest to the highest
chosen = untrained[spread]
moments = {name.replace("_", "-"): (on_a_grid(D), chosen) for name in arrows}
arrows_figure = sg.plotting.plane_game(moments, smile[:150], extent=3)
arrows_figure.set_size_inches(7.4, 3.9)
unit = np.median(lengths["non_saturating"])
for axis, arrow in zip(arrows_figure.axes, arrows.values(), strict=False):
    options = {"angles": "xy", "scale_units": "xy", "scale": unit, "zorder": 4}
    axis.quiver(*chosen.T, *arrow[spread].T, width=0.01, color=sg.plotting.FAKE_POINTS, **options)
sg.plotting.show(
    arrows_figure,
    "Two panels of the plane, one for each loss: dots on a smile, generated crosses, and D's answers "
    "as background colours. Under minimax hardly any cross has an arrow; under the non-saturating "
    "loss they have.",
)

# %% [markdown]
# **Read.** Arrows are drawn to one scale in both panels. Hardly any can be seen under minimax; a long one there is on a point that $D$ takes for real. Where both losses pull, they pull in the *same* direction, towards where $D$
# says "real": both gradients are multiples of that of the logit. But minimax passes on the share $D$, which is next to nothing where $D$ is right, and the other $1 - D$; their ratio is $(1 - D) / D = e^{-a}$, more than a thousand on the median point.
#
# For this $D$, real is not where the data are. It is wherever no generated point has been, a large part of the plane. So an arrow leads away from the generated points, and to the smile only if that is on its way.

# %% tags=["check"]
# @title Statements
cosines = np.sum(arrows["minimax"] * arrows["non_saturating"], axis=1)
cosines /= np.maximum(lengths["minimax"] * lengths["non_saturating"], 1e-12)
sg.claims.holds("the same direction", cosines[lengths["minimax"] > 1e-5].min() > 0.999)
sg.claims.holds("more than a thousand on the median point", stronger > 1_000)
medians = {name: np.median(length) for name, length in lengths.items()}
sg.claims.holds("hardly any", medians["minimax"] < 0.01 * medians["non_saturating"])
sg.claims.holds("a large part of the plane", called_real > 0.4)

# %% [markdown]
# ## The loop
#
# Algorithm 1 of Goodfellow et al. (2014) is a loop around two updates. With a batch of $m$ real images $x^{(i)}$ and $m$ latent vectors $z^{(i)}$:
#
# $$\text{k times:}\quad \theta_d \text{ up by } \nabla_{\theta_d} \frac1m \sum_{i=1}^m \Big[\log D(x^{(i)}) + \log\big(1 - D(G(z^{(i)}))\big)\Big]$$
# $$\text{once:}\quad \theta_g \text{ down by } \nabla_{\theta_g} \frac1m \sum_{i=1}^m \log\big(1 - D(G(z^{(i)}))\big)$$
#
# For $k = 1$, which Goodfellow et al. and Winkler (2018, section 3.2) use, it is ten lines. **Predict:** Heck's slides ask that each network be held constant while the
# other one is trained. What in these lines sees to it?


# %%
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
# *Adam* (Kingma & Ba 2015) is gradient descent that gives each weight a step of its own: the gradient's running mean, divided by its usual size. Below, $D$ learns three times as fast as $G$, 0.003 against 0.001.
# To have the whole game in a file of your own, copy this cell and the next, and before them the cells of the losses and of the points with the two networks: nothing in them is ours.

# %% tags=["nbval-ignore-output", "timing"]
G, D = two_networks()
d_optimizer = keras.optimizers.Adam(3e-3, beta_1=0.5)
g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
rng, fast_step = np.random.default_rng(SEED), tf.function(train_step)  # compiled
before = {}  # the weights of both networks before some of the steps
for step in range(POINT_STEPS):
    if step in (0, 20, 50, 100, 200):
        before[step] = G.get_weights(), D.get_weights()
    batch, z = rng.choice(smile, BATCH_SIZE), rng.normal(size=(BATCH_SIZE, 2))
    d_loss, g_loss = fast_step(batch, z.astype("float32"))
before[POINT_STEPS] = G.get_weights(), D.get_weights()
print(f"in the last step: loss of D {d_loss:.2f}, loss of G {g_loss:.2f}")

# %% tags=["preview", "nbval-ignore-output"]
moments, on_the_smile, rejected, z = {}, {}, {}, rng.normal(size=(2_000, 2)).astype("float32")
for step, (g_weights, d_weights) in before.items():
    G.set_weights(g_weights)
    D.set_weights(d_weights)
    made = np.asarray(G(z))
    moments[f"step {step:,}"] = on_a_grid(D), made[:150]
    rejected[step] = np.mean(np.asarray(D(made)) < 0)
    on_the_smile[step] = np.mean(np.abs(made[:, 1] - (made[:, 0] ** 2 / 2 - 1)) < 0.3)
film_figure = sg.plotting.plane_game(moments, smile[:150], extent=3)
sg.plotting.show(
    film_figure,
    "Six moments of the plane: dots on a smile, generated crosses, and D's answers as background "
    "colours. The crosses begin as one small heap, are all over the plane at step 50, and lie near "
    "the dots at the end.",
)
print("within 0.3 of the curve:", ", ".join(f"{k:,}: {v:.0%}" for k, v in on_the_smile.items()))
doubt = np.abs(np.asarray(ops.sigmoid(D(made))) - 0.5).mean()
print(f"mean distance of D from 1/2 on the generated points at the end: {doubt:.2f}")

# %% [markdown]
# **Read.** At step 50 the cloud has flown apart, over the smile and past it. $D$ calls most of its points generated (orange). At step 200 the smile can be seen, and at the end most of the crosses lie along it. There the
# colour is nearly white: this $D$ cannot tell. Away from the points it still answers firmly in some places, but no point lies there that could learn from it.

# %% tags=["check"]
# @title Statements
shares = list(on_the_smile.values())
sg.claims.holds("at step 50 the cloud has flown apart", shares[2] < 0.5)
sg.claims.holds("at the end most lie along the smile", shares[-1] > 0.7 and shares[-1] > shares[2])
sg.claims.holds("at step 200 the smile can be seen", shares[4] > shares[2])
sg.claims.holds("D calls most of the cloud generated at step 50", rejected[50] > 0.55)
sg.claims.holds("nearly white", doubt < 0.1)
far_off = np.abs(moments[f"step {POINT_STEPS:,}"][0] - 0.5) > 0.25
sg.claims.holds("it still answers firmly in some places", far_off.mean() > 0.15)

# %% [markdown]
# ## The same loop in the package
#
# `GAN` is a Keras model with this training step, so that Keras's own callbacks, saving and mixed precision work with it. It has the ten lines, and room beside them for what later pages add:
#
# - `parts` splits the batch for $k$ updates of $D$; $k$ is `d_steps`, 1 on this page. `draw_noise` draws $z$ from the seed and the number of the step, so that a training can be stopped and taken up again.
# - `make_fake`, `generator_loss` and `update_discriminator` are $G(z)$ and the two losses, methods that a variant can replace. `real` and `fake` are tuples, as later pages add conditions to the images.
# - `tape.stop_recording` saves work and changes no result. `update_ema` averages $G$'s weights if asked to; not here.
# - `track` counts the step and keeps the history: the losses, and `d_real` and `d_fake`, the shares of real and of generated images with a logit above 0.
#
# The losses are a pair, `compile(loss=sg.losses.NON_SATURATING)` unless you say `sg.losses.MINIMAX`; one of your own is `sg.losses.Pair(d_loss, g_loss)`.


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
# ## The accuracy of D in four games
#
# Now the same game with a record of how often $D$ is right, four times: as above; after the head start; after the head start and with the minimax loss; and without a head start and with equal learning rates.
# **Predict:** after the head start $D$ is right about nearly all points. Draw its accuracy over the steps. Where does it end? Does any of the four games fail?


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
names = "no head start", "head start", "head start, minimax", "equal rates"
games = {name: GAN(*two_networks(), seed=SEED) for name in names}
for name in names[1:3]:
    give_head_start(games[name].discriminator, games[name].generate(2_000))
histories = {
    "no head start": play(games["no head start"], smile),
    "head start": play(games["head start"], smile),
    "head start, minimax": play(games["head start, minimax"], smile, loss=sg.losses.MINIMAX),
    "equal rates": play(games["equal rates"], smile, d_rate=1e-3),
}

# %% tags=["nbval-ignore-output"]
curves = {name: (h["step"], accuracy(h)) for name, h in histories.items()}
curves["a coin"] = histories["head start"]["step"][[0, -1]], np.full(2, 0.5)
coin_figure = sg.plotting.curves(curves, xlabel="step", ylabel="accuracy of D")
sg.plotting.show(
    coin_figure,
    "A line plot of the accuracy of D over the steps in four games: after a head start it is high at "
    "first, without one lower; all end close to a flat line at one half, a coin.",
)
end = {name: {"accuracy": accuracy(h)[-5:].mean()} for name, h in histories.items()}
for name, h in histories.items():
    end[name]["loss"] = h["d_loss"][-5:].mean()
    late = h["step"][accuracy(h) >= 0.55]
    end[name]["last time"] = late[-1] if len(late) else 0
columns = "game", "accuracy of D", "loss of D", "accuracy last at 0.55 or more in step"
coin_table = sg.export.table(
    columns,
    [[name, *numbers.values()] for name, numbers in end.items()],
    formats={"accuracy of D": ".3f", "loss of D": ".3f"},
    caption="Games with points in the plane: the discriminator at the end, mean of the last 250 "
    "steps (of each batch, before it has learned from it).",
)
coin_table

# %% [markdown]
# **Read.** By $D$'s accuracy none has failed: all end close to the two numbers that theory has given for the perfect $G$, accuracy one half and loss $2 \log 2$. The head start is not needed, and the game without it is there earlier; after one, $D$ is still a little
# ahead at the end. Nor does the minimax loss stop the game after a head start, although the arrows above were so short. A likely reason is Adam: it divides each gradient by its usual size, so that its first steps are as long for a tiny gradient as for a large one.
# (Exercise 4 takes Adam away.)

# %% tags=["check"]
# @title Statements
ends = {
    name: np.array([numbers[name] for numbers in end.values()]) for name in ("accuracy", "loss")
}
sg.claims.holds("accuracy one half", np.abs(ends["accuracy"] - 0.5).max() < 0.06)
sg.claims.holds("loss 2 log 2", np.abs(ends["loss"] - 2 * np.log(2)).max() < 0.03)
cold, warm = (end[name]["last time"] for name in names[:2])
sg.claims.holds("the game without the head start is there earlier", cold < warm)
sg.claims.holds("a little ahead after one", end["head start"]["accuracy"] > 0.515)
sg.claims.holds("minimax does not stop the game", end[names[2]]["accuracy"] < 0.55)

# %% [markdown]
# ## Three measures and three known faults
#
# Heck & Brandau (2023, section 3.2) describe the end in the same way: the two train each other until $D$ is wrong about half of the data. "At this point", they go on, $G$ makes data that cannot be told from real ones. Is that so? $G$ is an *implicit* model: it gives points and no density $q$ ([page 06](06_vanilla_gan.ipynb) says more). So we have to measure from points. Three ways:
#
# - The *energy distance* (Székely & Rizzo 2013), $E = 2\, \mathbb{E}|x - y| - \mathbb{E}|x - x'| - \mathbb{E}|y - y'|$ for points $x, x'$ of one set and $y, y'$ of the other, is 0 where $p = q$ and above 0 everywhere else. Its estimate can fall below 0.
# - The mean distance of a point to the *nearest* one of the other set.
# - A *new* $D$. Freeze $G$, let it learn for 30 epochs from half of the points, and count how often it is right about the other half. With $\ell$ for its mean cross-entropy a point (half of $L_D$), equation 6 gives $\mathrm{JSD}(p \,\|\, q) \ge \log 2 - \ell$, as no $D$ makes $V$ larger than $D^*$ does.
#
# Measure the measures first, on real points and on three faults that we know. **Predict:** which measure sees which fault?


# %%
def energy_distance(a, b):
    def mean_distance(a, b, pairs):
        return np.linalg.norm(a[:, None] - b[None], axis=2).sum() / pairs

    n = len(a)  # of both; no point is paired with itself
    same = mean_distance(a, a, n * (n - 1)) + mean_distance(b, b, n * (n - 1))
    return 2 * mean_distance(a, b, n * n) - same


def nearest(a, b):
    distances = np.linalg.norm(a[:, None] - b[None], axis=2)
    return (distances.min(axis=0).mean() + distances.min(axis=1).mean()) / 2


# %%
def new_discriminator(real, made, epochs=30):  # right, and JSD at least, on the unseen half
    keras.utils.set_random_seed(SEED + 1)
    D, half = dense_network(1), len(real) // 2
    D.compile(
        optimizer=keras.optimizers.Adam(3e-3, beta_1=0.5),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0)],
        steps_per_execution=47,
    )
    labels = np.repeat([[1.0], [0.0]], half, axis=0)
    seen = np.concatenate([real[:half], made[:half]])
    unseen = np.concatenate([real[half:], made[half:]])
    D.fit(seen, labels, batch_size=128, epochs=epochs, verbose=0)
    loss, right = D.evaluate(unseen, labels, batch_size=128, verbose=0)
    return right, np.log(2) - loss


# %% tags=["nbval-ignore-output", "timing"]
many, more = points_on_a_smile(6_000, SEED + 1), points_on_a_smile(24_000, SEED + 2)
left, right = more[more[:, 0] < 0], more[more[:, 0] > 0]
mixed = np.random.default_rng(SEED).permutation(np.concatenate([left[:5_400], right[:600]]))
sets = {
    "90 % from the left half": mixed,
    "no thickness": points_on_a_smile(6_000, SEED + 3, noise=0.0),
    "moved up by 0.1": more[:6_000] + np.float32([0, 0.1]),
}
pairs = np.split(points_on_a_smile(40_000, SEED + 4), 40)
floor = {
    f.__name__: [f(*pairs[i : i + 2]) for i in range(0, 40, 2)] for f in (energy_distance, nearest)
}


def measures(points):
    thousand = many[:1_000], points[:1_000]
    return [energy_distance(*thousand), nearest(*thousand), *new_discriminator(many, points)]


real = [np.mean(values) for values in floor.values()]
known = {"real": [*real, *new_discriminator(many, more[-6_000:])]}
known["real, most of 20 pairs"] = [*(np.max(values) for values in floor.values()), None, None]
known |= {name: measures(points) for name, points in sets.items()}
columns = "points", "energy distance", "nearest", "new D right", "JSD at least"
formats = dict(zip(columns[1:], (".4f", ".3f", ".1%", ".3f"), strict=True))
known_table = sg.export.table(
    columns,
    [[name, *numbers] for name, numbers in known.items()],
    formats=formats,
    caption="Three measures, on real points (distances: mean and most of 20 pairs of 1,000) and on "
    "real points with a fault. The new discriminator learns from 3,000 points of each kind and is "
    "tested on as many others.",
)
known_table

# %% [markdown]
# **Read.** No measure sees all three. The energy distance sees at once that there are too many points on one side, and not that they lie on a line without thickness. The distance to the nearest point sees the missing thickness and less of the wrong side, where each point still has a neighbour not far away.
# The new $D$ sees the wrong side and the move, which the energy distance hardly does, and little or nothing of the thickness: a perfect $D$ would know such points nearly always, and JSD would be $\log 2 = 0.693$. "At least" can be far from the truth. (A value just below 0 is an estimate from 6,000 points of a bound that is about 0.)

# %% tags=["check"]
# @title Statements
side, thin, moved = (known[name] for name in sets)
most = known["real, most of 20 pairs"]
sg.claims.holds("the energy distance sees the wrong side", side[0] > 10 * most[0])
sg.claims.holds("and not the missing thickness", thin[0] < 3 * most[0])
sg.claims.holds("nor much of the move", moved[0] < 0.15 * side[0])
sg.claims.holds("nearest sees the missing thickness", thin[1] > 1.4 * most[1])
sg.claims.holds("and less of the wrong side", side[1] < min(1.5 * most[1], 0.9 * thin[1]))
sg.claims.holds("the new D sees the wrong side and the move", min(side[2], moved[2]) > 0.65)
sg.claims.holds("and little or nothing of the thickness", thin[2] < 0.75 and thin[3] < 0.1)
sg.claims.holds("half of the time on real points", abs(known["real"][2] - 0.5) < 0.03)

# %% [markdown]
# ## What a new D says of the four games
#
# **Predict:** $D$ of each game was right about half of the points. How often is a new one?

# %% tags=["nbval-ignore-output", "timing"]
found = {name: measures(game.generate(6_000, seed=1)) for name, game in games.items()}
start = energy_distance(many[:1_000], untrained[:1_000])
rows = [[name, end[name]["accuracy"], *numbers] for name, numbers in found.items()]
finding = sg.export.table(
    ["points", "D of the game right", *columns[1:]],
    [*rows, *([name, None, *numbers] for name, numbers in list(known.items())[:2])],
    formats=formats | {"D of the game right": ".1%"},
    footer=2,
    caption=f"Four games with points in the plane after {POINT_STEPS:,} steps, one seed. Learning rates "
    "0.003 (D) and 0.001 (G); equal rates: 0.001. A new discriminator, trained against the frozen "
    "generator, is tested on new points; distances are of 1,000 from 1,000 points.",
)
average = np.mean(list(found.values()), axis=0)
print(f"mean of the games: new D right {average[2]:.1%}; energy distance {average[0]:.4f}, ")
print(f"before training {start:.4f}")
print("lowest energy distance:", min(found, key=lambda name: found[name][0]))
print("least often recognised by a new D:", min(found, key=lambda name: found[name][2]))
finding

# %% [markdown]
# **Read.** A new $D$ is right clearly more often than half of the time, on average over the four games. So Heck & Brandau's sentence does not hold here: half and half says that *this* $D$ has nothing to go by at this moment. It does not say $p = q$. For that the *best* $D$ must be
# at one half, and theorem 1 speaks of that one. JSD is at most 0.693; the last column says how much of it the new $D$ has proved.
#
# The energy distance has fallen to a small part of what it was. It need not name the same game as best as the new $D$ does: the lines above the table say whether it did. Each sees other faults.
#
# Heck's slides go on: when $G$ is so good, the feedback of $D$ is useless, and training may fail to converge. What the new $D$ finds is feedback that the old one did not give.

# %% tags=["check"]
# @title Statements
sg.claims.holds("clearly more often than half of the time", 0.57 < average[2] < 0.82)
sg.claims.holds("a small part of what it was", average[0] < 0.06 * start)

# %% [markdown]
# ## Claims
#
# What the papers say, what was measured here, and where the two differ. How the numbers vary over ten seeds is in `benchmarks/claims_over_seeds.md`.

# %% tags=["claims"]
claims = sg.claims.Claims()
brandau, ours = "Heck & Brandau 2023, 3.2", "ours"
claims.below(
    0.06,
    np.abs(ends["accuracy"] - 0.5).max(),
    "game in the plane: accuracy of D at the end, farthest of four games from 1/2",
    brandau,
)
claims.below(
    0.03,
    np.abs(ends["loss"] - 2 * np.log(2)).max(),
    "game in the plane: loss of D at the end, farthest of four games from 2 log 2",
    "ours, number computed from Goodfellow et al. 2014, theorem 1",
)
claims.above(
    200,
    warm - cold,
    "no head start needed: steps that the game after one takes longer until D's accuracy is below 0.55",
    "against Heck, slides, Training",
)
claims.below(
    0.06,
    average[0] / start,
    "all four games: mean energy distance to the data, after / before the game",
    ours,
)
claims.below(
    0.03,
    found["head start, minimax"][0] / start,
    "minimax loss with Adam after a head start: energy distance, after / before the game",
    ours,
)
claims.above(
    0.57,
    average[2],
    "half and half is no proof: accuracy of a new D on the points, mean of four games",
    "against " + brandau,
)
claims.verdicts()

# %% tags=["nbval-ignore-output", "timing"]
sg.metrics.record(
    energy_distance=average[0], loss_of_d=ends["loss"].mean(), accuracy_of_d=ends["accuracy"].mean()
)
claims_table = sg.export.table(
    ["claim", "source", "wanted", "measured", "verdict"],
    claims.rows(),
    caption="The game in the plane: claims of the papers, and ours.",
)
claims_table

# %% [markdown]
# ## Into your paper
#
# The main finding is the table of what $D$ of the game says at its end and what a new one says.

# %% tags=["nbval-ignore-output"]
run = sg.runs.describe("05_the_game", seed=SEED, point_steps=POINT_STEPS, batch_size=BATCH_SIZE)
tables = {
    "half_and_half": finding,
    "three_measures": known_table,
    "accuracy_of_d": coin_table,
    "game_claims": claims_table,
}
for name, table in tables.items():
    print(sg.export.save_table(table, name, run))
print(finding.latex)

# %%
for name, figure, caption in (
    ("gan_in_the_plane", film_figure, "A GAN learns a distribution in the plane. The colour is the "
     "answer of the discriminator, from orange (generated) by white (1/2) to blue (real)."),
    ("game_of_two_networks", networks_figure, "A generative adversarial network."),
    ("best_discriminator", best_figure, "Two densities and the best discriminator of them."),
    ("two_generator_losses", losses_figure, "The minimax and the non-saturating loss of the "
     "generator, and the size of their gradients with respect to the logit."),
    ("jensen_shannon_divergence", jsd_figure, "Two Gaussians of variance 1: Jensen-Shannon divergence, "
     "and the mean gradient at a generated point by two losses against the best discriminator."),
    ("pull_on_points", arrows_figure, "Gradients of two losses at generated points after a head start "
     "of the discriminator, to one scale."),
    ("accuracy_of_d", coin_figure, "Share of the points that D gets right, in four games."),
):  # fmt: skip
    print(sg.export.save_figure(figure, name, run, caption=caption))
sg.export.colab.download("figures")

# %% [markdown]
# ## Exercises
#
# 1. *Turn a knob.* Let $D$ learn ten times as slowly as $G$ (`d_rate=1e-4`). Does it still end at one half? Where are the points?
# 2. *Miss modes.* Make a data set of eight small Gaussians on a ring, and play. How many of the eight does $G$ find, do they all get their share, and where are the other points?
# 3. *Write a loss.* Least squares (Mao et al. 2017): $D$ lowers $\frac12 (a_x - 1)^2 + \frac12 a_z^2$ and $G$ lowers $\frac12 (a_z - 1)^2$, without a sigmoid. Play on the ring.
# 4. *Take Adam away.* Play after the head start with both losses and `keras.optimizers.SGD(1e-3, momentum=0.9)` for both networks, which is closer to what Goodfellow et al. had. What do the energy distances say, and what do they not?
#
# The [solutions](solutions/05_the_game.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.**

# %% tags=["solution", "nbval-ignore-output"]
slow = GAN(*two_networks(), seed=SEED)
history = play(slow, smile, d_rate=1e-4)
print(f"accuracy of D at the end: {accuracy(history)[-5:].mean():.3f}")
figure = sg.plotting.plane_game(
    {"the end": (on_a_grid(slow.discriminator), slow.generate(150))}, smile[:150], extent=3
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


play(player := GAN(*two_networks(), seed=SEED), ring)
print("share of each centre, and of none:", shares(player.generate(2_000)).round(2))
figure = sg.plotting.plane_game(
    {"the end": (on_a_grid(player.discriminator), player.generate(300))}, ring[:150], extent=3
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
play(player := GAN(*two_networks(), seed=SEED), ring, loss=least_squares)
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
    player = GAN(*two_networks(), seed=SEED)
    give_head_start(player.discriminator, player.generate(2_000))
    d_optimizer, g_optimizer = (keras.optimizers.SGD(1e-3, momentum=0.9) for _ in range(2))
    player.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer, loss=loss)
    player.fit(smile, steps=POINT_STEPS, batch_size=BATCH_SIZE)
    points = player.generate(1_000)
    energy = 2 * spread(new, points) - spread(new, new) - spread(points, points)
    print(f"{name}: energy distance {energy:.3f}")

# %% [markdown] tags=["solution"]
# Untrained points have an energy distance of about 0.7. Compare: a gradient that only vanished would leave $G$ there, and neither game comes near what Adam reaches in as many steps. So this experiment does not show that
# the gradient of minimax vanishes, nor that Adam is what hides it. For that, change one thing at a time: only $G$'s optimizer, several rates, several seeds.

# %% [markdown]
# ## References
#
# Arjovsky & Bottou 2017, *Towards Principled Methods for Training Generative Adversarial Networks*. Goodfellow et al. 2014, *Generative Adversarial Nets*. Heck & Brandau 2023, *Machine Learning: Generative Adversarial Networks*. Heck, *Generative Adversarial Networks*, slides without a date. Kingma & Ba 2015, *Adam: A Method for Stochastic Optimization*. Mao et al. 2017,
# *Least Squares Generative Adversarial Networks*. Székely & Rizzo 2013, *Energy statistics: A class of statistics based on distances*. Winkler 2018, *Image representation learning with generative adversarial networks*, chapters 2 and 3.
