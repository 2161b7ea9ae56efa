"""The rules: from a table of evidence to symptoms. Each threshold has a name and says where it comes from.

The thresholds that say "ours" were set by the runs of seeds 0 to 2 of tools/doctor_runs.py. How often the rules are
right on other runs has not been measured yet. Where a loss is judged as a number, it is one of logits.
"""

import math

import numpy as np

__all__ = ["AT_ONCE", "RULES"]

CHANCE = 2 * math.log(2)  # D's loss if it answers "half and half" to everything: Goodfellow et al. 2014, theorem 1
ROWS = 6  # reports; windows of fewer than two rows say nothing
STEPS = 200  # ours: until step 110 the recipe temkeng-dcgan looks collapsed
ALL = 0.95  # of the images count as all of them: a share of 64 images is known to about 0.03
WON = 0.98  # D has won where it is right about as many images of each kind; ours: healthy ones stay below
UNMOVED = 1e-7  # of the length of a network's weights: what rounding could move
FAR = 0.5  # gap of samples that look like nothing; ours: healthy runs come below 0.4, noise has 1.3
BETTER = 0.85  # samples come nearer where the gap falls to this part of what it was; ours: its own noise is 5 %
ALIKE = 0.2  # variety; ours: healthy runs come above 0.24 in 200 steps, collapsed ones stay at 0.15 or less
RISING = 1.5  # times the variety of the window before: the samples come to differ
WANDERING = 0.3  # shift between two looks; ours: 0.4 to 0.8 where modes hop, 0.05 where nothing moves
SATURATED = 0.98  # share of the samples' pixels at the ends of the range; ours: of real digits 0.87
APART = 0.4  # between shares in mixed and in separate batches; dropout alone makes less than 0.15
EXPLODED = 30.0  # times as large as at first; ours: healthy losses grow fivefold
NARROW = 0.05  # of the generator's range; real images use more of it
WORSE = 1.5  # times chance: a D that learns comes back below; ours: one that cannot stays above 6 times
ABOVE = 0.1  # of chance: where D's loss is more than so much above, it counts as above
SIGMOID_D = (1.006, 2.007)  # D's loss of logits in [0, 1]: from softplus(-1) + softplus(0) to softplus(0) + softplus(1)
SIGMOID_G = (0.313, 0.694)  # G's: from softplus(-1) to softplus(0)

FAIL = LOSSES = "notebooks/05_the_game.ipynb"
AT_ONCE = ("divergence", "wrong range")  # are judged however short the training was
RULES = {}  # {symptom: (rule, what to try, page)}; first mistakes of which the rest follows, then the worse ones


def rule(name, advice, page=FAIL):
    """Make a rule of the function that follows: it takes a `Table` and returns the evidence, a list, empty if none."""

    def register(find):
        RULES[name] = find, advice, page
        return find

    return register


# What several rules ask


def is_far(t):
    """Whether the samples are far from the real images and have come no nearer; True if nothing is known of them."""
    if "gap" not in t:
        return True
    return t.late("gap") > FAR and not t.late("gap") < BETTER * t.median("gap", 1)


def is_near(t):
    """Whether the samples are near the real images, or have come nearer."""
    return t.late("gap") < FAR or t.late("gap") < BETTER * t.median("gap", 1)


def is_alike(t):
    """Whether the samples hardly differ, and neither this nor their distance from the real images gets better."""
    if not t.late("variety") < ALIKE:
        return False
    return not (t.late("variety") > RISING * t.median("variety", 2) or t.late("gap") < BETTER * t.median("gap", 2))


def about_gap(t):
    """How far the samples are from the real images, as a list of sentences."""
    if "gap" not in t:
        return []
    return [
        f"the gap between samples and real images is {t.late('gap'):.2f}, and was {t.median('gap', 1):.2f} at first "
        "(none: 0, noise: 1 or more)"
    ]


def about_variety(t):
    """How much the samples differ."""
    return f"{t.lately} two samples differ by {t.late('variety'):.2g} of what two real images do"


# Mistakes


@rule(
    "divergence",
    "Take smaller learning rates, a tenth first. With Wasserstein losses, add a gradient penalty or clip the weights.",
    LOSSES,
)
def divergence(t):
    found = ["fit stopped, as a loss was no longer finite"] if t.diverged else []
    for name in ("d_loss", "g_loss"):
        if name not in t.columns:
            continue
        values, finite = t[name], np.flatnonzero(np.isfinite(t[name]))
        end = finite[-1] + 1 if len(finite) else 0  # a loss may be missing at first, as in D's head start
        first, last = (float(np.median(np.abs(t.part(name, n)))) if len(t.part(name, n)) else 0.0 for n in (1, 3))
        if end < len(values):
            found.append(f"{name} is {values[end]} from {t.place(end)} on")
        elif t.rows >= ROWS and last > EXPLODED * max(first, CHANCE):
            found.append(f"{name} has grown from about {first:.3g} to {last:.3g} in size")
    return found


@rule(
    "wrong range",
    "Give fit uint8 images, which it scales itself, or scale them to the generator's range by sg.ranges: to_symmetric "
    "for tanh, to_unit for a sigmoid.",
)
def wrong_range(t):
    low, high, real_low, real_high = (t.constant(n) for n in ("range_low", "range_high", "real_low", "real_high"))
    real = f"the real images lie in [{real_low:.3g}, {real_high:.3g}]"
    if high > low:
        generator = f"the generator's range, {low:g} to {high:g}"
        if real_low < low - NARROW or real_high > high + NARROW:
            return [f"{real}, outside {generator}"]
        if t.constant("scaled") == 0 and low < 0 <= real_low:
            return [f"{real}, in the upper half of {generator}"]
        if real_high - real_low < NARROW * (high - low):
            return [f"{real}, a narrow part of {generator}"]
    elif "fake_high" in t:
        made = max(np.abs(t["fake_low"]).max(), np.abs(t["fake_high"]).max())
        if max(abs(real_low), abs(real_high)) > 10 * made:
            return [f"{real}, but no sample has ever left [{-made:.3g}, {made:.3g}]"]
    return []


@rule("flipped labels", "Exchange the labels in D's loss, or in G's: in both of them real is 1 and fake is 0.")
def flipped_labels(t):
    if t.late("d_real") < 1 - ALL and t.late("d_fake") > ALL and t.late("d_loss") < CHANCE:
        return [
            f"{t.lately} D calls {t.late('d_real'):.0%} of the real images real and {t.late('d_fake'):.0%} of the "
            f"fake ones, yet its loss is {t.late('d_loss'):.3g}: with the right labels it would be above {CHANCE:.3f}"
        ]
    return []


@rule(
    "double sigmoid",
    "Take the sigmoid out of D's last layer, or tell the loss that it gets probabilities (from_logits=False): one of "
    "the two, not both.",
)
def double_sigmoid(t):
    bands = f"so D's loss cannot leave {SIGMOID_D[0]} to {SIGMOID_D[1]}, and is {t.late('d_loss'):.3f}"
    if "real_logit_0" in t:
        low = min(t["real_logit_0"].min(), t["fake_logit_0"].min())
        high = max(t["real_logit_100"].max(), t["fake_logit_100"].max())
        if low >= 0 and high <= 1 and t.constant("boundary") == 0:
            return [f"all logits of D are in [{low:.2g}, {high:.2g}], as if a sigmoid had made them", bands]
    elif "d_real" in t and min(t["d_real"].min(), t["d_fake"].min()) == 1:
        inside = (low <= t[name].min() and t[name].max() <= high for name, (low, high) in
                  {"d_loss": SIGMOID_D, "g_loss": SIGMOID_G}.items())  # fmt: skip
        if all(inside):
            return [f"D has called every image real, as it does if its logits are between 0 and 1; {bands}"]
    return []


def frozen(t, who, name):
    """The evidence that no weight of a player moves."""
    if f"{who}_moved" in t and t[f"{who}_moved"].max() < UNMOVED:
        return [f"no weight of {name} has moved up to {t.place(-1)}"]
    return []


@rule(
    "frozen D",
    "Look where trainable = False stands: in a loop of one's own D is compiled before it is frozen. Here nothing has "
    "to be frozen, as each player's step changes its own weights only.",
)
def frozen_d(t):
    return frozen(t, "d", "the discriminator")


@rule("frozen G", "Look which weights the optimizer gets, and where trainable = False stands: G's must be trainable.")
def frozen_g(t):
    return frozen(t, "g", "the generator")


@rule(
    "mixed batch normalisation",
    "Give D real and fake images in separate batches, in both players' losses, or take its batch normalisation out.",
)
def mixed_norm(t):
    for who in ("fake", "real"):
        if f"d_{who}_in_loss" in t:
            inside, alone = t[f"d_{who}_in_loss"], t[f"d_{who}_alone"]
            if np.median(np.abs(inside - alone)) > APART:
                return [
                    f"in mixed batches, as D's loss has them, D calls {np.median(inside):.0%} of the {who} images "
                    f"real; in a batch of their own {np.median(alone):.0%} of the same images"
                ]
    return []


@rule(
    "D helps G",
    "D is updated in G's step, too. Freeze it there, after D itself was compiled, or give G's optimizer G's weights "
    "alone.",
)
def d_helps_g(t):
    if t.late("d_real") > ALL and t.late("d_fake") > ALL and t.late("d_loss") < WORSE * CHANCE:
        return [
            f"{t.lately} D calls {t.late('d_real'):.0%} of the real and {t.late('d_fake'):.0%} of the fake images "
            f"real, with a loss of {t.late('d_loss'):.3g}: its own updates would end that, so others undo them"
        ]
    return []


# What goes wrong without a mistake


@rule(
    "mode hopping",
    "Smaller rates, and less momentum (beta_1 of 0.5 or 0), keep G from running after D; minibatch discrimination, "
    "and averaged weights (ema).",
)
def mode_hopping(t):
    if is_alike(t) and t.late("shift") > WANDERING:
        return [
            about_variety(t),
            f"but from look to look their mean moves by {t.late('shift'):.2f} of that: they change all together",
        ]
    return []


@rule(
    "mode collapse",
    "Smaller rates, less momentum (beta_1 of 0.5 or 0), batch normalisation or a leaky ReLU in G, minibatch "
    "discrimination, or another loss.",
)
def mode_collapse(t):
    return [about_variety(t), *about_gap(t)] if is_alike(t) and not t.late("shift") > WANDERING else []


@rule(
    "saturated G",
    "Start G's last layer with smaller weights, or put batch normalisation before it; take a smaller rate for G.",
)
def saturated_g(t):
    ends, real = t.late("fake_ends"), t.late("real_ends")
    if ends > SATURATED and ends > real + NARROW and is_far(t):
        return [
            f"{t.lately} {ends:.1%} of the samples' pixels are at the ends of the range, where the activation is flat, "
            f"and {real:.1%} of the real ones'",
            *about_gap(t),
        ]
    return []


@rule(
    "D too strong",
    "Slow D down: a smaller rate, fewer updates or units, label smoothing. Take the non-saturating loss if it is the "
    "minimax one, whose gradient vanishes where D is sure. A penalty (R1) keeps D from being steep.",
    LOSSES,
)
def d_too_strong(t):
    if not (t.late("d_real") > WON and t.late("d_fake") < 1 - WON and is_far(t)):
        return []
    if "gap" not in t and not t.late("d_loss") < (1 - WON) * CHANCE:
        return []
    found = [
        f"{t.lately} D is right about {t.late('d_real'):.1%} of the real and {1 - t.late('d_fake'):.1%} of the fake "
        f"images, with a loss of {t.late('d_loss'):.2g}"
    ]
    if "g_gradient" in t:
        most = int(np.nanargmax(t["g_gradient"]))
        found.append(
            f"its logits are about {t.late('real_logit_50'):.3g} for real and {t.late('fake_logit_50'):.3g} for fake; "
            f"the gradient that reaches G has a length of {t.late('g_gradient'):.2g}, and had "
            f"{t['g_gradient'][most]:.2g} at {t.place(most)}"
        )
    return [*found, *about_gap(t)]


@rule(
    "D too weak",
    "Help D: a larger rate, more updates for each one of G (d_steps), more units; or a smaller rate for G.",
)
def d_too_weak(t):
    if t.late("d_fake") > ALL and t.late("d_loss") > WORSE * CHANCE and is_far(t):
        return [
            f"{t.lately} G fools D with {t.late('d_fake'):.0%} of its images, and D's loss stays at "
            f"{t.late('d_loss'):.3g}; that of a coin is {CHANCE:.3f}",
            *about_gap(t),
        ]
    return []


@rule(
    "D at 50 %",
    "What D says is noise to G. Let D learn more: a larger rate, more units, less dropout, a smaller penalty. Where "
    "the samples were better before, go back to them.",
)
def d_at_half(t):
    accuracy = (t.late("d_real") + 1 - t.late("d_fake")) / 2
    if abs(accuracy - 0.5) < 1 - ALL and t.late("d_fake") < ALL and t.late("gap") > FAR:
        return [f"{t.lately} D is right about {accuracy:.0%} of the images, as a coin is", *about_gap(t)]
    return []


@rule(
    "non-convergence",
    "Smaller rates, less momentum, averaged weights (ema), or a penalty on D's slope (R1), with which the game "
    "provably converges near its end.",
)
def non_convergence(t):
    if not (t.late("gap") > FAR and t.late("shift") > WANDERING and t.late("gap") > BETTER * t.median("gap", 2)):
        return []
    losses = np.concatenate([t.part("d_loss", 2), t.part("d_loss", 3)])
    chance = t.constant("chance")
    above = int((losses > chance + ABOVE * abs(chance)).sum())
    return [
        f"{t.lately} the mean sample moves by {t.late('shift'):.2f} of what is between two real images from look to "
        f"look, and comes no nearer: the gap is {t.late('gap'):.2f}, and was {t.median('gap', 2):.2f} before",
        *([f"in {above} of {len(losses)} reports D's loss is above that of a D that always gives the same answer, "
           f"{chance:.3g}"] if above else []),
    ]  # fmt: skip
