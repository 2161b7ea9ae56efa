"""Weights that are clipped after every update: how the first Wasserstein GAN kept its critic from being steep."""

import keras
from keras import ops

__all__ = ["Clip", "clip_weights"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable("seminar_gan")
class Clip(keras.constraints.Constraint):
    """A constraint that keeps every weight between -limit and limit.

    Args:
        limit: number above 0.

    Example:
        >>> np.asarray(Clip(0.5)(np.array([-2.0, 0.25, 2.0]))).tolist()
        [-0.5, 0.25, 0.5]
    """

    def __init__(self, limit=0.01):
        if not isinstance(limit, int | float) or isinstance(limit, bool) or not 0 < limit < float("inf"):
            raise ValueError(f"the limit of clipped weights must be a number above 0, such as 0.01; got {limit!r}")
        self.limit = limit

    def __call__(self, weight):
        return ops.clip(weight, -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}


def clip_weights(network, limit=0.01):
    """Have every trainable weight of a network clipped, now and by the optimizer after each of its updates.

    The layers keep it in their configuration, so that a copy of the network and a loaded one are clipped, too.

    Args:
        network: built keras.Model, the critic. With `losses.WASSERSTEIN`.
        limit: the c of the paper, a number above 0, 0.01 there.

    Returns:
        The same network.

    Raises:
        ValueError: for another limit, for a network without weights, and for a layer that has no constraint for one of
            its weights: a copy of it would not be clipped.

    Source:
        Arjovsky et al. 2017, algorithm 1, line 7.

    Example:
        >>> critic = clip_weights(sg.models.mlp.build_temkeng_discriminator(), 0.01)
        >>> float(max(np.abs(weight).max() for weight in critic.get_weights()))
        0.009999999776482582
    """
    clip, found = Clip(limit), []
    for layer in network._flatten_layers():
        for weight in layer._trainable_variables:
            if not hasattr(layer, f"{weight.name}_constraint"):
                raise ValueError(
                    f"{type(layer).__name__} {layer.name!r} of the {network.name!r} has no constraint for its weight "
                    f"{weight.name!r}, so that a copy of it would not be clipped: leave this layer out of the critic"
                )
            found.append((layer, weight))
    if not found:
        raise ValueError(f"the {network.name!r} has no trainable weights to clip: build it first")
    for layer, weight in found:
        setattr(layer, f"{weight.name}_constraint", clip)  # what its configuration says
        weight.constraint = clip  # what the optimizer does
        weight.assign(clip(weight))
    return network
