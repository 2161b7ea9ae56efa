"""A variational autoencoder and its loss, for Keras's own compile and fit."""

import keras
from keras import ops

__all__ = ["VariationalAutoencoder", "bernoulli_loss", "kl_divergence"]


def __dir__():
    return __all__


def bernoulli_loss(images, probabilities):
    """Return -log p(x | z), the cross-entropy summed over the pixels of each image, in nats.

    Args:
        images: (batch, pixels) in [0, 1]. A grey pixel counts as one that is lit so often.
        probabilities: (batch, pixels) in [0, 1], the decoder's answers.

    Returns:
        Tensor (batch,).

    Source:
        Kingma & Welling 2014, appendix C.1.

    Example:
        >>> float(bernoulli_loss(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))[0]) == 2 * np.log(np.float32(2))
        True
    """
    return ops.sum(ops.binary_crossentropy(images, probabilities), axis=-1)


def kl_divergence(mean, log_variance):
    """Return the Kullback-Leibler divergence of N(mean, variance) from N(0, I) of each code, in nats.

    Args:
        mean: (batch, code_size), any numbers.
        log_variance: (batch, code_size), any numbers.

    Returns:
        Tensor (batch,), 0 or more.

    Source:
        Kingma & Welling 2014, appendix B.

    Example:
        >>> float(kl_divergence(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0]]))[0])  # half the squared distance
        12.5
    """
    return ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2


class VariationalAutoencoder(keras.Model):
    """Encode, draw a code, decode. Compile it with `bernoulli_loss`, and fit it to its own input.

    The divergence is added to that loss as its mean over the batch, so that with a beta of 1 the loss is the negative
    of the bound on log p(x), averaged. The code is drawn in evaluation, too: the bound is an average over codes.

    Args:
        encoder: keras.Model from images (batch, pixels) to means and log variances, each (batch, code_size).
        decoder: keras.Model from codes (batch, code_size) to probabilities (batch, pixels).
        beta: weight of the divergence, 0 or more; 1 is the bound.
        seed: of the codes, a whole number.

    Source:
        Kingma & Welling 2014, section 2.4; Higgins et al. 2017 for beta.

    Example:
        >>> vae = VariationalAutoencoder(sg.models.variational.build_encoder(), sg.models.variational.build_decoder())
        >>> vae(np.zeros((5, 784), "float32")).shape
        TensorShape([5, 784])
    """

    def __init__(self, encoder, decoder, beta=1.0, seed=0):
        super().__init__()
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.seed_generator = keras.random.SeedGenerator(seed)

    def sample(self, mean, log_variance):
        """Draw a code from each normal distribution: z = mu + sigma * epsilon."""
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * epsilon

    def call(self, images):
        """Return the decoder's answers to one code drawn for each image, and add the divergence to the loss."""
        mean, log_variance = self.encoder(images)
        self.add_loss(self.beta * ops.mean(kl_divergence(mean, log_variance)))
        return self.decoder(self.sample(mean, log_variance))
