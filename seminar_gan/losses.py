"""GAN losses: pure functions of logits, and the pairs of them that a GAN is compiled with.

Real is 1 and fake is 0 everywhere; a logit above 0 says "real". Least squares and hinge take the answer as it is and
say "real" above 1/2 and above 0. The two Wasserstein losses take scores: numbers that are larger for real images and
have no zero of their own.

With D = sigmoid(logit), log D = -softplus(-logit) and log(1 - D) = -softplus(logit). Written like this, no loss
overflows.
"""

from seminar_gan import keras_settings  # noqa: F401  before Keras, which would say it in forty lines

# isort: split
import keras
from keras import ops

__all__ = [
    "HINGE",
    "LEAST_SQUARES",
    "LOSSES",
    "MINIMAX",
    "NON_SATURATING",
    "PANIC",
    "WASSERSTEIN",
    "Halves",
    "Pair",
    "cross_entropy",
    "hinge",
    "least_squares",
    "least_squares_generator",
    "minimax",
    "non_saturating",
    "plain_fake",
    "share_above",
    "smoothed_real",
    "wasserstein_critic",
    "wasserstein_generator",
]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable("seminar_gan")
def cross_entropy(real_logits, fake_logits):
    """Return the discriminator's loss: -mean log D(x) - mean log(1 - D(G(z))).

    Args:
        real_logits, fake_logits: float (batch, 1), the discriminator's answers to real and to fake images.

    Returns:
        float scalar, at least 0; 2 log 2 = 1.386 where every answer is 0, "half and half".

    Source:
        Goodfellow et al. 2014, algorithm 1, the first gradient.

    Example:
        >>> logits = np.zeros((4, 1), "float32")
        >>> round(float(cross_entropy(logits, logits)), 3)
        1.386
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def minimax(fake_logits):
    """Return the generator's loss in the minimax game: mean log(1 - D(G(z))).

    Args:
        fake_logits: float (batch, 1), the discriminator's answers to fake images.

    Returns:
        float scalar, at most 0.

    Source:
        Goodfellow et al. 2014, algorithm 1, the second gradient.

    Example:
        >>> round(float(minimax(np.zeros((4, 1), "float32"))), 3)
        -0.693
    """
    return -ops.mean(ops.softplus(fake_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def non_saturating(fake_logits):
    """Return the generator's loss that is used in practice: -mean log D(G(z)).

    Args:
        fake_logits: float (batch, 1), the discriminator's answers to fake images.

    Returns:
        float scalar, at least 0.

    Source:
        Goodfellow et al. 2014, the end of section 3.

    Example:
        >>> round(float(non_saturating(np.zeros((4, 1), "float32"))), 3)
        0.693
    """
    return ops.mean(ops.softplus(-fake_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def smoothed_real(real_logits):
    """Return the half of the discriminator's loss for real images, with 0.9 in place of the label 1.

    Args:
        real_logits: float (batch, 1), the discriminator's answers to real images.

    Returns:
        float scalar: -0.9 mean log D(x) - 0.1 mean log(1 - D(x)), at least 0.325, where D(x) is 0.9.

    Source:
        Salimans et al. 2016, section 3.4, one-sided label smoothing.

    Example:
        >>> at_90_percent = np.full((4, 1), np.log(9), "float32")
        >>> round(float(smoothed_real(at_90_percent)), 3)
        0.325
    """
    return ops.mean(0.9 * ops.softplus(-real_logits) + 0.1 * ops.softplus(real_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def plain_fake(fake_logits):
    """Return the half of the discriminator's loss for fake images: -mean log(1 - D(G(z))).

    Args:
        fake_logits: float (batch, 1), the discriminator's answers to fake images.

    Returns:
        float scalar, at least 0.

    Source:
        Goodfellow et al. 2014, algorithm 1, the second half of the first gradient.

    Example:
        >>> round(float(plain_fake(np.zeros((4, 1), "float32"))), 3)
        0.693
    """
    return ops.mean(ops.softplus(fake_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def wasserstein_critic(real_scores, fake_scores):
    """Return the critic's loss: mean D(G(z)) - mean D(x). Its negative estimates the Wasserstein distance.

    Args:
        real_scores, fake_scores: float (batch, 1), the critic's answers to real and to fake images, any numbers.

    Returns:
        float scalar.

    Source:
        Arjovsky et al. 2017, algorithm 1, line 5, with the sign turned: here the critic goes down.

    Example:
        >>> float(wasserstein_critic(np.array([[5.0], [3.0]]), np.array([[1.0], [1.0]])))
        -3.0
    """
    return ops.mean(fake_scores) - ops.mean(real_scores)


@keras.saving.register_keras_serializable("seminar_gan")
def wasserstein_generator(fake_scores):
    """Return the generator's loss against a critic: -mean D(G(z)).

    Args:
        fake_scores: float (batch, 1), the critic's answers to fake images, any numbers.

    Returns:
        float scalar.

    Source:
        Arjovsky et al. 2017, algorithm 1, line 10.

    Example:
        >>> float(wasserstein_generator(np.array([[1.0], [3.0]])))
        -2.0
    """
    return -ops.mean(fake_scores)


@keras.saving.register_keras_serializable("seminar_gan")
def least_squares(real_answers, fake_answers):
    """Return the least squares discriminator's loss: mean (D(x) - 1)^2 / 2 + mean D(G(z))^2 / 2.

    Args:
        real_answers, fake_answers: float (batch, 1), the discriminator's answers to real and to fake images, any
            numbers. D is the answer itself, without a sigmoid.

    Returns:
        float scalar, at least 0; 1/4 where every answer is 1/2, "half and half".

    Source:
        Mao et al. 2017, equation 9, the targets 0 and 1. Their equation 8 has -1 and 1, and 0 for the generator.

    Example:
        >>> half = np.full((4, 1), 0.5, "float32")
        >>> float(least_squares(half, half))
        0.25
    """
    return ops.mean(ops.square(real_answers - 1)) / 2 + ops.mean(ops.square(fake_answers)) / 2


@keras.saving.register_keras_serializable("seminar_gan")
def least_squares_generator(fake_answers):
    """Return the least squares generator's loss: mean (D(G(z)) - 1)^2 / 2.

    Args:
        fake_answers: float (batch, 1), the discriminator's answers to fake images, any numbers.

    Returns:
        float scalar, at least 0.

    Source:
        Mao et al. 2017, equation 9.

    Example:
        >>> float(least_squares_generator(np.array([[1.0], [3.0]])))
        1.0
    """
    return ops.mean(ops.square(fake_answers - 1)) / 2


@keras.saving.register_keras_serializable("seminar_gan")
def hinge(real_scores, fake_scores):
    """Return the discriminator's hinge loss: mean max(0, 1 - D(x)) + mean max(0, 1 + D(G(z))).

    The generator's loss beside it is `wasserstein_generator`.

    Args:
        real_scores, fake_scores: float (batch, 1), the discriminator's answers to real and to fake images, any
            numbers. Real ones above 1 and fake ones below -1 cost nothing.

    Returns:
        float scalar, at least 0; 2 where every answer is 0, "half and half".

    Source:
        Miyato et al. 2018, equations 16 and 17, with the sign turned; Lim & Ye 2017, Geometric GAN.

    Example:
        >>> float(hinge(np.array([[0.5], [3.0]]), np.array([[-0.5], [-3.0]])))
        0.5
    """
    return ops.mean(ops.relu(1 - real_scores)) + ops.mean(ops.relu(1 + fake_scores))


class _OfFunctions:
    """An object made of functions, which Keras can save and load."""

    @classmethod
    def from_config(cls, config):
        load = keras.saving.deserialize_keras_object
        return cls(**{name: load(value) if isinstance(value, dict) else value for name, value in config.items()})


@keras.saving.register_keras_serializable("seminar_gan")
class Halves(_OfFunctions):
    """A discriminator's loss whose two terms are functions of their own, so that each can be lowered by itself.

    Args:
        real: function of real_logits (batch, 1) that returns a scalar.
        fake: function of fake_logits (batch, 1) that returns a scalar.

    Example:
        >>> logits = np.zeros((4, 1), "float32")
        >>> bool(Halves(non_saturating, plain_fake)(logits, logits) == cross_entropy(logits, logits))
        True
    """

    def __init__(self, real, fake):
        self.real, self.fake = real, fake

    def __call__(self, real_logits, fake_logits):
        return self.real(real_logits) + self.fake(fake_logits)

    def get_config(self):
        return {"real": self.real, "fake": self.fake}


@keras.saving.register_keras_serializable("seminar_gan")
class Pair(_OfFunctions):
    """The losses of both players, and the answer that divides real from fake.

    Args:
        discriminator: function of (real_logits, fake_logits), each (batch, 1), that returns the scalar which the
            discriminator lowers.
        generator: function of fake_logits (batch, 1) that returns the scalar which the generator lowers.
        boundary: an answer above it calls an image real: 0 for logits, 1/2 for least squares with the targets 0 and 1.
            None for the scores of a critic, which mean something only relative to each other.

    Example:
        >>> shares = NON_SATURATING.shares(np.array([[1.0], [-1.0]]), np.array([[-1.0], [-1.0]]))
        >>> {log: float(share) for log, share in shares.items()}
        {'d_real': 0.5, 'd_fake': 0.0}
    """

    def __init__(self, discriminator, generator, boundary=0.0):
        self.discriminator, self.generator, self.boundary = discriminator, generator, boundary

    @property
    def logs(self):
        """The names of what `shares` returns."""
        return () if self.boundary is None else ("d_real", "d_fake")

    def shares(self, real_logits, fake_logits):
        """Return the shares of real and of fake images that the discriminator calls real, as {log: scalar}."""
        answers = (real_logits, fake_logits)[: len(self.logs)]
        return {log: share_above(each, self.boundary) for log, each in zip(self.logs, answers, strict=True)}

    def get_config(self):
        return {"discriminator": self.discriminator, "generator": self.generator, "boundary": self.boundary}


def share_above(answers, boundary=0.0):
    """Return the share of answers above the boundary: the share of images that the discriminator calls real.

    Args:
        answers: float (batch, 1), logits or scores.
        boundary: number.

    Returns:
        float32 scalar, 0 to 1.

    Example:
        >>> float(share_above(np.array([[1.0], [2.0], [-1.0], [0.0]])))
        0.5
    """
    return ops.mean(ops.cast(ops.convert_to_tensor(answers) > boundary, "float32"))


NON_SATURATING = Pair(cross_entropy, non_saturating)
MINIMAX = Pair(cross_entropy, minimax)
WASSERSTEIN = Pair(wasserstein_critic, wasserstein_generator, boundary=None)
LEAST_SQUARES = Pair(least_squares, least_squares_generator, boundary=0.5)
HINGE = Pair(hinge, wasserstein_generator)
LOSSES = {
    "minimax": MINIMAX,
    "non_saturating": NON_SATURATING,
    "least_squares": LEAST_SQUARES,
    "hinge": HINGE,
    "wasserstein": WASSERSTEIN,
}
PANIC = Pair(Halves(smoothed_real, plain_fake), non_saturating)  # Wallat & Kriegel, section 4, and its tutorial
