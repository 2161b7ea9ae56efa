"""What the methods of a variant return: checked at the first step, so that a slip ends in a sentence."""

import functools
import types

import tensorflow as tf

LOSS = "the loss, one number, and a dict of further logs, which may be empty: return loss, {}"
LOGS = "a dict of logs, which are one number each: return {'d_loss': loss}"
STEP = "end in return self.track(d_loss=..., g_loss=..., and all other logs), which counts the step"
PARTS = "a tuple, the images first: return (images,)"


def checked(kind):
    """Check from now on what those methods return that a variant defines itself. kind: subclass of `GAN`."""
    for name, check in CHECKS.items():
        method = vars(kind).get(name)
        if isinstance(method, types.FunctionType) and not kind.__module__.startswith("seminar_gan."):
            setattr(kind, name, _checking(method, check, f"{kind.__name__}.{name}"))


def _checking(method, check, name):
    @functools.wraps(method)
    def call(*args, **options):
        value = method(*args, **options)
        check(value, name)
        if check is _check_step and (missing := args[0].trackers.keys() - value.keys()):
            raise KeyError(f"{name} must {STEP}; {', '.join(sorted(missing))} did not come")
        return value

    call.__func__ = method  # where the code of the variant's author is looked for
    return call


def _check_loss(value, name):
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"{name} must return {LOSS}; got {_named(value)}")
    loss, logs = value
    if loss is None or isinstance(loss, dict):
        raise TypeError(f"{name} must return {LOSS}; got {_named(loss)} as the loss")
    if not _is_scalar(loss):
        raise ValueError(f"{name} must return a loss of one number, such as its mean; got {_named(loss)}")
    _check_logs(logs, name, LOSS)


def _check_logs(logs, name, wanted=LOGS):
    if not isinstance(logs, dict):
        raise TypeError(f"{name} must return {wanted}; got {_named(logs)} as the logs")
    for log, value in logs.items():
        if not isinstance(log, str):
            raise TypeError(f"{name} must name each log by a str; got {log!r}")
        if not _is_scalar(value):
            raise ValueError(f"{name} must log one number as {log!r}, such as its mean; got {_named(value)}")


def _check_parts(value, name):
    if not isinstance(value, tuple | list) or not value or any(part is None for part in value):
        raise TypeError(f"{name} must return {PARTS}; got {_named(value)}")


def _check_step(value, name):
    if not isinstance(value, dict) or not value:
        raise TypeError(f"{name} must {STEP}; got {_named(value)}")


CHECKS = {
    "train_step": _check_step,
    "make_fake": _check_parts,
    "exchange": _check_parts,
    "discriminator_loss": _check_loss,
    "generator_loss": _check_loss,
    "update_discriminator": _check_logs,
}


def _is_scalar(value):
    if isinstance(value, bool | int | float):
        return True
    return hasattr(value, "shape") and tf.TensorShape(value.shape).rank in (0, None)


def _named(value):
    """What came, in words."""
    if isinstance(value, tuple | list):
        return f"{len(value)} values"
    if hasattr(value, "shape"):
        shape = tf.TensorShape(value.shape)
        return "one number alone" if shape.rank == 0 else f"a tensor of shape {shape}"
    return repr(value)
