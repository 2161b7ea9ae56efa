"""Two replicas on two logical CPUs do what one device does with the joined batch."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

# A process of its own: logical devices can only be made before TensorFlow's first use.
PROGRAM = """
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import tiny_gan

from seminar_gan.training.fit.adam import FusedAdam

data = tiny_gan.images(), tiny_gan.labels()

def train():
    trained = tiny_gan.gan(norm=False, dropout=0.0, conditional=True, d_steps=2, adam=FusedAdam)
    return trained, tiny_gan.fit(trained, 10, *data, report_every=5)

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
one, history = train()
with strategy.scope():
    two, history_of_two = train()
assert strategy.num_replicas_in_sync == 2
assert one.step == two.step == 10
for a, b in zip(tiny_gan.state(one), tiny_gan.state(two), strict=True):
    np.testing.assert_allclose(a, b, atol=2e-5)
assert history.keys() == history_of_two.keys() == {"step", "d_loss", "g_loss", "d_real", "d_fake"}
for name in history:
    np.testing.assert_allclose(history[name], history_of_two[name], atol=1e-4, err_msg=name)

@tf.function
def noise():
    return strategy.run(lambda: two.draw_noise((tf.zeros((4, 1)),), 1))

first, second = (np.asarray(z) for z in strategy.experimental_local_results(noise()))
assert first.shape == second.shape == (4, 3)
assert not np.isin(first, second).any()
assert np.array_equal(np.concatenate([first, second]), two.noise((0, 10 * 2 + 1), (8, 3)))

try:
    two.fit(*data, steps=30, batch_size=15)
except ValueError as error:
    assert "batch_size must be a multiple of the 2 replicas; got 15" in str(error)
else:
    raise AssertionError("an odd batch was accepted")
print("all well")
"""


@pytest.mark.long
def test_two_replicas_train_as_one_device_does():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", PROGRAM]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert result.returncode == 0 and "all well" in result.stdout, result.stderr[-3000:]
