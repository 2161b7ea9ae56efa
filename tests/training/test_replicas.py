"""Two replicas on two logical CPUs do what one device does with the joined batch."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

# A process of its own: logical devices can only be made before TensorFlow's first use.
PROGRAM = """
import sys
sys.path[:0] = {folders!r}
import keras
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import tiny_gan

from seminar_gan.training.adam import FusedAdam

def train(conditional):
    made = tiny_gan.gan(norm=False, dropout=0.0, conditional=conditional, d_steps=2, adam=conditional and FusedAdam)
    data = (tiny_gan.images(), tiny_gan.labels()) if conditional else (tiny_gan.images(),)
    history = made.fit(*data, steps=20, batch_size=16, report_every=10).history
    return made, history

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
for conditional in (False, True):
    one, history = train(conditional)
    with strategy.scope():
        two, history_of_two = train(conditional)
    assert strategy.num_replicas_in_sync == 2
    for a, b in zip(tiny_gan.state(one), tiny_gan.state(two), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)
    for name in ("step", "d_loss", "g_loss", "d_real", "d_fake"):
        np.testing.assert_allclose(history[name], history_of_two[name], atol=1e-4, err_msg=name)

@tf.function
def noise():
    return strategy.run(lambda: two.draw_noise(4, 0))

first, second = (np.asarray(z) for z in strategy.experimental_local_results(noise()))
assert first.shape == second.shape == (4, 3)
assert not np.isin(first, second).any()
assert np.array_equal(np.concatenate([first, second]), two.noise((0, two.g_optimizer.iterations * 2), (8, 3)))

try:
    two.fit(tiny_gan.images(), tiny_gan.labels(), steps=30, batch_size=15)
except ValueError as error:
    assert "batch_size must be a multiple of the 2 replicas; got 15" in str(error)
else:
    raise AssertionError("an odd batch was accepted")
print("all well")
"""


def test_two_replicas_train_as_one_device_does():
    program = PROGRAM.format(folders=[str(HERE), str(HERE.parent)])
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0 and "all well" in result.stdout, result.stderr[-3000:]
