"""What Keras offers and would do only in part here, or not at all: rejected by name before the first step."""

import warnings

import keras

from seminar_gan.training.fit.decay import LinearDecay
from seminar_gan.training.fit.optimizers import rate_variable


def check_optimizers(optimizers, model):
    """Reject optimizers that are one object, that another model has used, or that do not update in every step.

    Args:
        optimizers: {name: keras.optimizers.Optimizer}.
        model: `ResumableModel` that they are for.

    Raises:
        TypeError: if one is no optimizer.
        ValueError: names them.
    """
    names = {}
    for name, optimizer in optimizers.items():
        names.setdefault(id(optimizer), []).append(name)
    if shared := [same for same in names.values() if len(same) > 1]:
        raise ValueError(f"{' and '.join(shared[0])} must be two objects: each keeps the state of one network")
    own = {id(optimizer) for optimizer in model.optimizers.values()}
    for name, optimizer in optimizers.items():
        if not isinstance(optimizer, keras.optimizers.Optimizer):
            kind = isinstance(optimizer, type) and optimizer.__name__
            got = f"the class {kind}: write {kind}()" if kind else repr(optimizer)
            raise TypeError(f"{name} must be an optimizer such as keras.optimizers.Adam(2e-4), or its name; got {got}")
        if optimizer.built and id(optimizer) not in own:
            raise ValueError(f"{name} has been used by another model: make new optimizers for each one")
        if getattr(optimizer, "use_ema", False):
            raise ValueError(
                f"{name} has use_ema=True, which would have no effect here: average by GAN(..., ema=0.995)"
            )
        if getattr(optimizer, "gradient_accumulation_steps", None):
            raise ValueError(
                f"{name} has gradient_accumulation_steps={optimizer.gradient_accumulation_steps}: most steps would "
                "update nothing, and be counted all the same. Leave it out, and give fit a larger batch_size"
            )


def check_callbacks(callbacks, optimizers, logs):
    """Reject Keras's callbacks that would do nothing or a part of their work, and rates that two would set.

    Args:
        callbacks: list of keras.callbacks.Callback.
        optimizers: {name: keras.optimizers.Optimizer}.
        logs: names of what a report has.

    Raises:
        ValueError: names the callback, and what to take instead.
    """
    kinds = keras.callbacks
    rates = [c for c in callbacks if isinstance(c, kinds.LearningRateScheduler | kinds.ReduceLROnPlateau | LinearDecay)]
    for number, callback in enumerate(callbacks):
        if not isinstance(callback, kinds.Callback):
            raise TypeError(f"callbacks must be objects such as keras.callbacks.CSVLogger(path); got {callback!r}")
        if isinstance(callback, kinds.SwapEMAWeights):
            raise ValueError("SwapEMAWeights would have no effect here: average by GAN(..., ema=0.995)")
        if isinstance(callback, kinds.BackupAndRestore):
            raise ValueError(
                "BackupAndRestore keeps a part of the state only: use fit(..., checkpoints=folder) instead"
            )
        if getattr(callback, "restore_best_weights", False):
            raise ValueError(
                "restore_best_weights=True would set back the networks and not their optimizers: "
                "leave it out, and keep the best state by ModelCheckpoint(..., save_best_only=True)"
            )
        if _waits_for_a_log(callback):
            _check_monitor(callback, callbacks[:number], logs)
    if len(rates) > 1 and any(isinstance(callback, LinearDecay) for callback in rates):
        raise ValueError("LinearDecay sets the learning rates in every step: give no other callback that sets them")
    for name, optimizer in optimizers.items():
        if rates and rate_variable(optimizer) is None:
            raise ValueError(
                f"the learning rate of {name} is a schedule, which {type(rates[0]).__name__} cannot set: "
                "give the optimizer a number, or leave the callback out"
            )


def _waits_for_a_log(callback):
    kinds = keras.callbacks
    best = isinstance(callback, kinds.ModelCheckpoint) and callback.save_best_only
    return best or isinstance(callback, kinds.EarlyStopping | kinds.ReduceLROnPlateau)


def _check_monitor(callback, earlier, logs):
    """Reject a callback that waits for a log that never comes, or that does not know which direction is better."""
    name, monitor = type(callback).__name__, callback.monitor
    own = [each for each in earlier if isinstance(each, keras.callbacks.LambdaCallback)
           or type(each).__module__.partition(".")[0] not in ("keras", "seminar_gan")]  # fmt: skip
    if monitor not in logs and not own:  # a callback of the user's own may add logs
        raise ValueError(
            f"{name} monitors {monitor!r}, which no report here has: it would have no effect. A report has "
            f"{', '.join(logs)}, and what a callback before it adds to the logs"
        )
    if monitor in logs and callback.mode == "auto":
        raise ValueError(f"{name}(monitor={monitor!r}) must also say mode='min' or mode='max', whichever is better")


def check_compile_options(options):
    """Reject arguments of `keras.Model.compile` that would have no effect.

    Raises:
        TypeError: names them.
        ValueError: for more than one step per execution.
    """
    if unknown := options.keys() - {"jit_compile", "run_eagerly", "steps_per_execution", "auto_scale_loss"}:
        raise TypeError(
            f"compile takes jit_compile and run_eagerly of Keras's options; {', '.join(sorted(unknown))} would have no "
            "effect here. What is to be logged is returned by train_step, or by a variant's losses"
        )
    if options.get("steps_per_execution", 1) != 1:
        raise ValueError("steps_per_execution must be 1: the steps are counted, logged and checked one by one")


def check_player(network, optimizer=None):
    """Reject a network of which nothing would be trained, or other weights than were compiled.

    Args:
        network: keras.Model.
        optimizer: None, or the built keras.optimizers.Optimizer that is to train it.

    Raises:
        ValueError: if no weight can be trained, or others than when it was compiled.
    """
    if network.weights and not network.trainable_weights:
        raise ValueError(
            f"no weight of the {network.name!r} can be trained: set its trainable = True before compile. Each player's "
            "update changes only its own weights here, so nothing has to be frozen for the other's"
        )
    if optimizer is None:
        if any(variable.dtype == "float16" for variable in network.trainable_variables):
            warnings.warn(
                f"the weights of the {network.name!r} are float16, where the squares of small gradients are 0 and "
                "Adam's steps become far too large: build the networks under "
                "keras.config.set_dtype_policy('mixed_float16')",
                stacklevel=3,
            )
        return
    own = {id(variable) for variable in optimizer._trainable_variables}
    if own != {id(variable) for variable in network.trainable_variables}:
        if own.isdisjoint(id(variable) for variable in network.variables):
            raise ValueError(
                f"the {network.name!r} or its optimizer was exchanged after compile: call compile again, with new "
                "optimizers"
            )
        raise ValueError(
            f"other weights of the {network.name!r} are trainable than when it was compiled: call compile again, with "
            "new optimizers"
        )
