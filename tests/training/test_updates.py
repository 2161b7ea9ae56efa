"""What a variant or a loop of one's own gets wrong is refused in one sentence."""

import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan import losses
from seminar_gan.training.gan import GAN


def test_a_loop_of_ones_own_around_train_step():
    trained, images = tiny_gan.gan(), tf.constant(tiny_gan.images(4))
    for _ in range(2):
        logs = trained.train_step((images,))
    assert trained.step == 2 and sorted(logs) == ["d_fake", "d_loss", "d_real", "g_loss"]
    with pytest.raises(
        TypeError, match=r"a batch is a tuple, the images first: train_step\(\(images,\)\); got one Eager"
    ):
        trained.train_step(images)
    with pytest.raises(TypeError, match=r"images as float in the generator's range.*got uint8. fit scales uint8"):
        trained.train_step((tf.cast(images, "uint8"),))


@pytest.mark.parametrize("wrong", [0.0, None])
def test_a_loss_is_a_tensor(wrong):
    loss = losses.Pair(discriminator=lambda real, fake: wrong, generator=tf.reduce_mean)
    with pytest.raises(TypeError, match=f"the loss of the 'discriminator' must be a tensor.*; got {wrong}"):
        tiny_gan.gan(compiled={"loss": loss}).train_step((tf.constant(tiny_gan.images(4)),))


def test_a_variant_calls_the_init_of_its_class():
    class Mine(GAN):
        def __init__(self, generator, discriminator, **options):
            self.generator, self.discriminator = generator, discriminator

    with pytest.raises(TypeError, match=r"the __init__ of Mine must call super\(\).__init__, before all else"):
        tiny_gan.gan(Mine)
