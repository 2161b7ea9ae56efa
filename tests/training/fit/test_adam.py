"""Adam in one pass does what Keras's Adam does; on several replicas: test_replicas.py."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan.training.fit.adam import FusedAdam


@pytest.mark.parametrize("options", [{}, {"beta_1": 0.0, "beta_2": 0.9, "epsilon": 1e-3}, {"amsgrad": True}])
def test_every_step_is_that_of_keras(options):
    gradients = np.random.default_rng(0).normal(0, [[1], [1e-3]], (12, 2, 3)).astype("float32")
    gradients[4] = 0

    def steps(kind):
        variable, optimizer = keras.Variable(np.ones((2, 3), "float32")), kind(0.1, **options)
        for number, gradient in enumerate(gradients):
            if number == 6:
                optimizer.learning_rate = 0.02
            optimizer.apply([tf.constant(gradient)], [variable])
            yield variable.numpy()

    np.testing.assert_allclose(list(steps(FusedAdam)), list(steps(keras.optimizers.Adam)), rtol=1e-5, atol=1e-6)


@pytest.mark.long
def test_a_training_ends_as_with_keras():
    """Conditional, so with an embedding, whose gradient is sparse."""
    data = (tiny_gan.images(), tiny_gan.labels())
    # Without a norm: a bias before it has no gradient, and Adam enlarges the rounding errors.
    kinds = FusedAdam, keras.optimizers.Adam
    one, other = (tiny_gan.gan(conditional=True, norm=False, adam=kind) for kind in kinds)
    for trained in (one, other):
        tiny_gan.fit(trained, 12, *data)
    for variable, same in zip(tiny_gan.state(one), tiny_gan.state(other), strict=True):
        np.testing.assert_allclose(variable, same, atol=1e-4)


@pytest.mark.long
def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    trained, loaded = tiny_gan.saved_and_loaded(lambda: tiny_gan.begin(adam=FusedAdam), tmp_path)
    assert type(loaded.d_optimizer) is FusedAdam
    assert tiny_gan.same(trained, loaded)
