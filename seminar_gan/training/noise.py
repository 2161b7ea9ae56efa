"""What the generator starts from: noise that depends on a seed and on nothing else.

There is no hidden state. A training draws its noise from (seed, step), so that a run which is taken up again at a step
draws what the uninterrupted one would have drawn.
"""

import keras
import tensorflow as tf

__all__ = ["normal", "truncated_normal", "uniform"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable("seminar_gan")
def normal(seed, shape):
    """Return standard normal noise.

    Args:
        seed: two integers; the same two give the same noise.
        shape: (count, latent_dim).

    Returns:
        float32 tensor of that shape, mean 0, standard deviation 1.
    """
    return tf.random.stateless_normal(shape, seed)


@keras.saving.register_keras_serializable("seminar_gan")
def truncated_normal(seed, shape):
    """Return normal noise without its tails: what lies beyond two standard deviations is drawn again.

    Args:
        seed: two integers; the same two give the same noise.
        shape: (count, latent_dim).

    Returns:
        float32 tensor of that shape, -2 to 2, mean 0, standard deviation 0.88.
    """
    return tf.random.stateless_truncated_normal(shape, seed)


@keras.saving.register_keras_serializable("seminar_gan")
def uniform(seed, shape):
    """Return uniform noise between -1 and 1.

    Args:
        seed: two integers; the same two give the same noise.
        shape: (count, latent_dim).

    Returns:
        float32 tensor of that shape, -1 to 1.
    """
    return tf.random.stateless_uniform(shape, seed, -1, 1)
