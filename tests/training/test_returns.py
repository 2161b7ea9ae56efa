"""A variant's method that returns something else than it should ends in one sentence that names it."""

import inspect

import pytest
import tensorflow as tf
import tiny_gan

from seminar_gan.training.fit import identity
from seminar_gan.training.gan import GAN

IMAGES = (tf.constant(tiny_gan.images(4)),)
LOSS = r"Mine.{} must return the loss, one number, and a dict of further logs, which may be empty: return loss, \{{\}}"


def mine(method, value):
    """A GAN of which one method returns what `value` makes of the right value."""

    def replaced(self, *arguments):
        return value(getattr(super(kind, self), method)(*arguments))

    kind = type("Mine", (GAN,), {method: replaced, "__module__": __name__})
    return tiny_gan.gan(kind)


@pytest.mark.parametrize("method", ["discriminator_loss", "generator_loss"])
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (lambda right: right[0], TypeError, LOSS + "; got one number alone"),
        (lambda right: None, TypeError, LOSS + "; got None"),
        (lambda right: right[1], TypeError, LOSS + "; got {{"),
        (lambda right: (*right, 1), TypeError, LOSS + "; got 3 values"),
        (lambda right: (right[0],), TypeError, LOSS + "; got 1 values"),
        (lambda right: (None, {}), TypeError, LOSS + "; got None as the loss"),
        (lambda right: (right[1], right[0]), TypeError, LOSS + "; got .* as the loss"),
        (lambda right: tf.stack([right[0]] * 2), TypeError, LOSS + r"; got a tensor of shape \(2,\)"),
        (lambda right: tf.stack([right[0]] * 4), TypeError, LOSS + r"; got a tensor of shape \(4,\)"),
        (lambda right: (right[0][None], {}), ValueError, "{} must return a loss of one number, such as its mean; .*1,"),
        (lambda right: (right[0], None), TypeError, LOSS + "; got None as the logs"),
        (lambda right: (right[0], right[0]), TypeError, LOSS + "; got one number alone as the logs"),
        (lambda right: (right[0], [("a", 1.0)]), TypeError, LOSS + "; got 1 values as the logs"),
        (lambda right: (right[0], {1: right[0]}), TypeError, "{} must name each log by a str; got 1"),
        (
            lambda right: (right[0], {"a": None}),
            ValueError,
            "{} must log one number as 'a', .*; got None",
        ),
        (
            lambda right: (right[0], {"a": tf.zeros(4)}),
            ValueError,
            r"{} must log one number as 'a', such as its mean; got a tensor of shape \(4,\)",
        ),
    ],
)
def test_a_loss_of_ones_own(method, value, error, message):
    with pytest.raises(error, match=message.format(method)):
        mine(method, value).train_step(IMAGES)


PARTS = r"Mine.{} must return a tuple, the images first: return \(images,\); got "


@pytest.mark.parametrize(
    ("method", "value", "message"),
    [
        ("make_fake", lambda right: right[0], PARTS + r"a tensor of shape \(4, 4, 4, 1\)"),
        ("make_fake", lambda right: None, PARTS + "None"),
        ("make_fake", lambda right: (), PARTS + "0 values"),
        ("exchange", lambda right: right[0], PARTS + r"a tensor of shape \(4, 4, 4, 1\)"),
        ("train_step", lambda right: None, r"Mine.{} must end in return self\.track\(d_loss=.*the step; got None"),
        ("train_step", lambda right: right["d_loss"], "{} must end in return self.*; got one number alone"),
        ("update_discriminator", lambda right: None, "{} must return a dict of logs, .*; got None as the logs"),
        ("update_discriminator", lambda right: right["d_loss"], "{} must return a dict.*; got one number alone"),
    ],
)
def test_other_methods(method, value, message):
    with pytest.raises(TypeError, match=message.format(method)):
        mine(method, value).train_step(IMAGES)


@pytest.mark.long
def test_in_fit():
    with pytest.raises(TypeError, match=LOSS.format("generator_loss") + "; got one number alone"):
        tiny_gan.fit(mine("generator_loss", lambda right: right[0]), 1)
    with pytest.raises(TypeError, match=PARTS.format("make_fake")):
        tiny_gan.fit(mine("make_fake", lambda right: right[0]), 1)


def test_what_is_right_stays_as_it_is():
    logs = mine("generator_loss", lambda right: list(right)).train_step(IMAGES)
    assert logs == tiny_gan.gan().train_step(IMAGES)
    assert mine("make_fake", list).train_step(IMAGES) == logs
    assert mine("discriminator_loss", lambda right: (right[0], {**right[1]})).train_step(IMAGES) == logs


def test_a_variant_is_described_and_read_by_its_own_code():
    class Mine(GAN):
        def make_fake(self, z, real):
            return (self.generator(z, training=True),)

    assert "def make_fake(self, z, real):" in inspect.getsource(Mine.make_fake)
    (own, *_) = identity.of(tiny_gan.gan(Mine), ())["code"]
    assert own["members"]["make_fake"]["function"] == "make_fake"
    assert own["members"]["make_fake"] == identity.described(inspect.unwrap(Mine.make_fake))


def test_a_penalty_may_be_a_function():
    logs = tiny_gan.gan(compiled={"penalty": lambda gan, real, fake: tf.constant(2.0)}).train_step(IMAGES)
    plain = tiny_gan.gan().train_step(IMAGES)
    assert float(logs["penalty"]) == 2 and float(logs["d_loss"]) == pytest.approx(float(plain["d_loss"]) + 2)
    with pytest.raises(TypeError, match=r"penalty must be a function of \(gan, real, fake\) that .*; got 10\.0"):
        tiny_gan.gan(compiled={"penalty": 10.0})


def test_a_step_of_ones_own_says_which_logs_did_not_come():
    with pytest.raises(
        KeyError, match=r"Mine.train_step must end in return self.track.*; d_fake, d_loss, .* did not come"
    ):
        mine("train_step", lambda right: {"mine": right["d_loss"]}).train_step(IMAGES)
