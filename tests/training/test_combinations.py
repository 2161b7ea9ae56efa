"""Parts that are combined keep what each of them promises."""

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan import losses
from seminar_gan.training import penalties
from seminar_gan.training.clustered import ClusteredGAN
from seminar_gan.training.conditional import ConditionalGAN
from seminar_gan.training.gan import GAN
from seminar_gan.training.gated import GatedGAN


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("penalty", [penalties.GradientPenalty(), penalties.R1(), penalties.DRAGAN()], ids=type)
def test_penalties_work_in_half_precision(half_precision, penalty):
    gan = GAN(tiny_gan.generator(), tiny_gan.discriminator(), seed=1)
    optimizers = {"d_optimizer": keras.optimizers.Adam(), "g_optimizer": keras.optimizers.Adam()}
    gan.compile(**optimizers, loss=losses.WASSERSTEIN, penalty=penalty, run_eagerly=True)
    history = gan.fit(tiny_gan.images(), steps=2, batch_size=8, report_every=1).history
    assert np.isfinite(history["penalty"]).all() and gan.generate(2).dtype == np.float32


class GatedConditional(GatedGAN, ConditionalGAN):
    pass


class ConditionalGated(ConditionalGAN, GatedGAN):
    pass


@pytest.mark.parametrize("kind", [GatedConditional, ConditionalGated])
def test_mismatched_pairs_reach_a_gated_gan_in_either_order(kind):
    ends = []
    for mismatched in (0.0, 0.5):
        keras.utils.set_random_seed(3)
        networks = tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True)
        gan = kind(*networks, mismatched=mismatched)
        optimizers = {"d_optimizer": keras.optimizers.Adam(), "g_optimizer": keras.optimizers.Adam()}
        gan.compile(**optimizers, run_eagerly=True)
        gan.fit(tiny_gan.images(), tiny_gan.labels(), steps=2, batch_size=8)
        ends.append(gan.discriminator.get_weights())
    assert any(not np.array_equal(one, other) for one, other in zip(*ends, strict=True))


def test_a_gated_gan_says_that_it_would_never_call_a_loss_of_ones_own():
    class OfOnesOwn(GatedGAN):
        def discriminator_loss(self, real, fake):
            return super().discriminator_loss(real, fake)

    with pytest.raises(TypeError, match=r"OfOnesOwn has a discriminator_loss.*never calls"):
        OfOnesOwn(tiny_gan.generator(), tiny_gan.discriminator())


HOOKS = ["make_fake", "discriminate", "discriminator_loss", "exchange", "generator_loss", "update_discriminator"]


def counting(hook, base):
    """A mixin that counts how often a method is called, and hands it on."""
    calls = []

    def method(self, *arguments):
        calls.append(hook)
        return getattr(super(mixin, self), hook)(*arguments)

    mixin = type("Counting", (base,), {hook: method})
    return mixin, calls


@pytest.mark.parametrize("base", [object, GAN], ids=["mixin", "GAN"])
@pytest.mark.parametrize("variant", [GatedGAN, ClusteredGAN])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_mixin_counts_in_either_order_or_is_refused(variant, hook, base):
    made = 0
    for mixin_first in (True, False):
        mixin, calls = counting(hook, base)
        bases = (mixin, variant) if mixin_first else (variant, mixin)
        conditional = variant is not GatedGAN
        networks = tiny_gan.generator(class_labels=conditional), tiny_gan.discriminator(class_labels=conditional)
        try:
            gan = type("Both", bases, {})(*networks)
        except TypeError as error:
            assert "Counting" in str(error) or "has a discriminator_loss of its own" in str(error)
            continue
        gan.compile(d_optimizer="sgd", g_optimizer="sgd", run_eagerly=True)

        gan.fit(tiny_gan.images(), steps=1, batch_size=4)
        made += 1
        assert calls
    assert made or (variant, hook) == (GatedGAN, "discriminator_loss")


def test_a_method_that_is_hidden_is_named_with_the_order_that_helps():
    mixin, _ = counting("make_fake", GAN)
    message = r"the make_fake of Counting would never be called.* name Counting before ConditionalGAN"
    with pytest.raises(TypeError, match=message):
        type("Both", (ConditionalGAN, mixin), {})(tiny_gan.generator(class_labels=True), tiny_gan.discriminator())


def test_a_method_that_replaces_both_on_purpose_is_taken():
    mixin, calls = counting("exchange", GAN)
    kind = type("Both", (ConditionalGAN, mixin), {"exchange": lambda self, real, fake: fake})
    kind(tiny_gan.generator(class_labels=True), tiny_gan.discriminator(class_labels=True))
    assert not calls
