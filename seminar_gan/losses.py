"""GAN losses: pure functions of logits. Real is 1 and fake is 0 everywhere; a logit above 0 says "real".

The two Wasserstein losses take scores: numbers that are larger for real images, with no meaning of their own.

With D = sigmoid(logit), log D = -softplus(-logit) and log(1 - D) = -softplus(logit): written so, no loss overflows.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable("seminar_gan")
def cross_entropy(real_logits, fake_logits):
    """Return the discriminator's loss: -mean log D(x) - mean log(1 - D(G(z))).

    Args:
        real_logits, fake_logits: float (batch, 1), the discriminator's answers to real and to fake images.

    Returns:
        float scalar, at least 0; 2 log 2 = 1.386 where every answer is 0, "half and half".

    Source:
        Goodfellow et al. 2014, algorithm 1, the first gradient.
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
    """
    return ops.mean(ops.softplus(-fake_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def smoothed_real(real_logits):
    """Return the half of the discriminator's loss that is about real images, with 0.9 in place of the label 1.

    Args:
        real_logits: float (batch, 1), the discriminator's answers to real images.

    Returns:
        float scalar: -0.9 mean log D(x) - 0.1 mean log(1 - D(x)), at least 0.325, where D(x) is 0.9.

    Source:
        Salimans et al. 2016, section 3.4, one-sided label smoothing.
    """
    return ops.mean(0.9 * ops.softplus(-real_logits) + 0.1 * ops.softplus(real_logits))


@keras.saving.register_keras_serializable("seminar_gan")
def plain_fake(fake_logits):
    """Return the half of the discriminator's loss that is about fake images: -mean log(1 - D(G(z))).

    Args:
        fake_logits: float (batch, 1), the discriminator's answers to fake images.

    Returns:
        float scalar, at least 0.

    Source:
        Goodfellow et al. 2014, algorithm 1, the second half of the first gradient.
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
    """
    return -ops.mean(fake_scores)
