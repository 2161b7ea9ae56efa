"""Adam in one pass over memory, for networks with millions of weights."""

import keras
import tensorflow as tf

__all__ = ["FusedAdam"]


@keras.saving.register_keras_serializable("seminar_gan")
class FusedAdam(keras.optimizers.Adam):
    """Adam by TensorFlow's own kernel: what `keras.optimizers.Adam` does in some ten passes, in one.

    Same arguments, same state, same numbers but for rounding. Where a dense layer has millions of weights and batches
    are small, Adam's passes over memory are a large part of a step; a network of convolutions gains nothing. With
    `amsgrad=True`, and for the sparse gradients of embeddings, it is Keras's own.

    Source:
        Kingma & Ba 2014, Adam: a method for stochastic optimization, end of section 2: the order of both.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Step down one gradient."""
        if self.amsgrad or isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        number, dtype = self._get_variable_index(variable), variable.dtype
        beta_1, beta_2 = tf.cast(self.beta_1, dtype), tf.cast(self.beta_2, dtype)
        step = tf.cast(self.iterations + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=handle(variable),
            m=handle(self._momentums[number]),
            v=handle(self._velocities[number]),
            beta1_power=beta_1**step,
            beta2_power=beta_2**step,
            lr=tf.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


def handle(variable):
    return (variable.value if isinstance(variable, keras.Variable) else variable).handle
