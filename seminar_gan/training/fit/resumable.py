"""A Keras model whose training is counted in steps and can be taken up again, bit for bit, after any interruption."""

import warnings
import weakref

import keras
import numpy as np
import tensorflow as tf

from seminar_gan.training.fit import checks, data, data_checks, identity, keras_checks
from seminar_gan.training.fit.checkpoints import Checkpoints
from seminar_gan.training.fit.decay import LinearDecay
from seminar_gan.training.fit.optimizers import JointRate, optimizers_in, rate_of, rate_variable, with_loss_scale
from seminar_gan.training.fit.record import Record, check_finite
from seminar_gan.training.fit.saving import SavedWhole

__all__ = ["ResumableModel"]

TRAINED_BY = weakref.WeakKeyDictionary()  # {network: weak reference to the model that has trained it}
ENDLESS = 10**9  # reports; a training by the clock ends long before


class ResumableModel(SavedWhole):
    """What a GAN, or another model with a training step of its own, needs beside its algorithm.

    A subclass has its networks and its optimizers as attributes. Its `train_step(batch)` ends with
    `return self.track(...)`, the logs of which are named in `LOGS`; its `fit` hands the data to `fit_groups`.

    Args:
        seed: whole number from which the order of the data follows, and whatever else the subclass draws by it.
        name: str.

    Raises:
        ValueError: if the seed is not a whole number from 0 to 2**31 - 1.
    """

    LOGS = ()
    batches_per_step = 1

    def __init__(self, *, seed=0, name=None):
        super().__init__(name=name)
        checks.check_settings(seed=seed)
        self.seed = seed
        self.steps = self.add_weight(
            name="steps", shape=(), dtype="int64", initializer="zeros", trainable=False,
            aggregation="only_first_replica",
        )  # fmt: skip
        self.record, self.training_identity = Record(), identity.Identity()
        self.trackers = {}
        self.base_rates, self.rates_left = {}, {}
        self.built = True

    def compile(self, *, optimizers, logs=(), **options):
        """Say how to train.

        Args:
            optimizers: {attribute: (optimizer, variables)}; each optimizer is kept under that name and builds its
                state for these variables.
            logs: names of logs beside those in `LOGS`.
            options: further arguments of `keras.Model.compile`, such as `jit_compile`.

        Raises:
            TypeError, ValueError: for options of Keras that would have no effect, and if one optimizer is given twice
                or belongs to another model.
        """
        if "record" not in vars(self):
            raise TypeError(f"the __init__ of {type(self).__name__} must call super().__init__, before all else")
        keras_checks.check_compile_options(options)
        keras_checks.check_optimizers({name: optimizer for name, (optimizer, _) in optimizers.items()}, self)
        super().compile(optimizer=None, **options)
        for name, (optimizer, variables) in optimizers.items():
            if self.dtype_policy.name == "mixed_float16" and options.get(
                "auto_scale_loss", True
            ):  # as keras.Model.compile does
                optimizer = with_loss_scale(optimizer)
            setattr(self, name, optimizer)
            if not optimizer.built:
                optimizer.build(variables)  # or its state would be missing in checkpoints
        self.base_rates, self.rates_left = {}, {}
        if "optimizer" not in optimizers:
            self.optimizer = JointRate(self)
        self.trackers = {name: self.tracker(name) for name in (*self.LOGS, *logs)}

    def tracker(self, name):
        """Return the keras.metrics.Metric that turns the values of one log into an entry of the history: their mean."""
        return keras.metrics.Mean(name)

    def track(self, **logs):
        """End a step: count it, take its scalars into the history, and return them.

        Raises:
            KeyError: for a log that the class has not declared, and for a declared one that is missing.
        """
        if logs.keys() != self.trackers.keys():
            raise KeyError(
                f"{type(self).__name__} logs {sorted(logs)}, but it declares {sorted(self.trackers)}. "
                "Name each log in the class's LOGS, and return it in every step"
            )
        for name, value in logs.items():
            self.trackers[name].update_state(value)
        self.steps.assign_add(1)
        return logs

    @property
    def metrics(self):
        return list(self.trackers.values())

    @property
    def step(self):
        """How many steps of training there have been."""
        return int(np.asarray(self.steps))

    @property
    def clock(self):
        """The same as a tensor, int64 (), for `train_step`: what is drawn at random follows from it and the seed."""
        return tf.convert_to_tensor(self.steps)

    @property
    def networks(self):
        """{attribute: keras.Model} of all networks."""
        return {name: value for name, value in vars(self).items() if isinstance(value, keras.Model)}

    @property
    def optimizers(self):
        """{attribute: keras.optimizers.Optimizer} of all optimizers, also of those in a list or a dict."""
        public = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return dict(optimizers_in(public.items()))

    def state(self):
        """Return all variables that a training changes, under names that do not depend on what was built before.

        Returns:
            {name: variable}: those of the model, of its optimizers, and the random states of its networks, and the sums
            from which the next entry of the history will be made.
        """
        groups = {"model": self.weights, "random": self._random_states()}
        for name, optimizer in self.optimizers.items():
            variables, rate = optimizer.variables, rate_variable(optimizer)
            groups[name] = [variable for variable in variables if variable is not rate]
            groups[f"rate_{name}"] = [] if rate is None else [rate]  # a schedule has none
        groups |= {f"mean_{name}": tracker.variables for name, tracker in self.trackers.items()}
        return {f"{group}_{number}": v for group, variables in groups.items() for number, v in enumerate(variables)}

    def fit_groups(
        self, groups, *, steps=None, seconds=None, batch_size=64, report_every=100, callbacks=(), checkpoints=None,
        image_range=None, **unknown,
    ):  # fmt: skip
        """Train on one or several groups of arrays. See `GAN.fit` for the options.

        Args:
            groups: tuple of tuples of arrays (n, ...). The arrays of a group have one length and are shuffled together;
                groups differ in length, such as a few labelled images beside many without labels. A batch holds
                `batch_size` rows of each array, as one flat tuple.
            image_range: (low, high) to which uint8 arrays are scaled, batch by batch.

        Returns:
            keras.callbacks.History since step 0.
        """
        if unknown:
            raise TypeError(
                "fit takes steps, seconds, batch_size, report_every, callbacks and checkpoints, and not "
                f"{', '.join(sorted(unknown))}: what Keras calls an epoch is a report of `report_every` steps here"
            )
        checks.check_settings(batch_size=batch_size, report_every=report_every)
        checks.check_end(steps, seconds)
        callbacks = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else list(callbacks or ())
        keras_checks.check_callbacks(callbacks, self.optimizers, ("step", "seconds", *self.trackers))
        groups = data_checks.check_groups(groups)
        replicas = self.distribute_strategy.num_replicas_in_sync
        if batch_size % replicas:
            raise ValueError(f"batch_size must be a multiple of the {replicas} replicas; got {batch_size}")
        for name, optimizer in self.optimizers.items():
            rate = rate_of(optimizer)
            if name not in self.base_rates or rate != self.rates_left.get(name, rate):  # set by hand since then
                self.base_rates[name] = rate
        self._claim_networks()
        self.training_identity.begin(self)
        record, kept = self.record, None
        if checkpoints is not None:
            kept = Checkpoints(checkpoints, self.training_identity.on(groups))
            if kept.restore(self):
                print(f"Going on from step {self.step:,}, kept in {kept.folder}.", flush=True)
        check_finite(self)
        record.last_step, record.time_limit, record.batch_size = steps, seconds, batch_size
        done = self.step > 0 and record.share_done(self.step) >= 1
        begun = any(np.any(np.asarray(v)) for tracker in self.trackers.values() for v in tracker.variables)
        if begun and record.reported != self.step and (done or self.step % report_every == 0):  # stopped just before
            record.step = self.step
            record.add({name: float(tracker.result()) for name, tracker in self.trackers.items()})
        if done:
            asked = " or ".join([*([f"{steps:,} steps"] if steps else []), *([f"{seconds:g} s"] if seconds else [])])
            print(
                f"Nothing to train: {asked} asked for, {self.step:,} steps and {record.seconds:,.0f} s done.",
                flush=True,
            )
            return record
        called = [record, *callbacks, *([kept] if kept else [])]
        epochs = -(-steps // report_every) if steps else ENDLESS
        params = {"steps": report_every, "epochs": epochs, "groups": groups, "image_range": image_range}
        called = OneTraining(called, model=self, verbose=1, **params)
        try:
            while not called.over:
                reports, begun = divmod(self.step, report_every)
                super().fit(
                    data.batches(
                        groups, batch_size * self.batches_per_step,
                        seed=self.seed, start=self.step, image_range=image_range,
                    ),
                    steps_per_epoch=report_every - begun,  # a report that was begun is finished first
                    initial_epoch=reports,  # so that a schedule by epochs goes on, too
                    epochs=reports + 1 if begun else epochs,
                    callbacks=called,
                    shuffle=False,  # the stream is shuffled already
                    verbose=0,
                )  # fmt: skip
                called.over = not begun or self.stop_training
            called.on_train_end()
        except KeyboardInterrupt:
            for callback in callbacks:
                if isinstance(callback, LinearDecay):
                    callback.on_train_end()
            # A step is one graph, done or not done. Run eagerly, it may have stopped half-way.
            saved = kept and self.step and not self.run_eagerly and kept.save(self)
            if saved or kept is None or self.step:  # else nothing was done that could go on
                where = f"its state is in {kept.folder}" if saved else "in this session"
                print(f"Interrupted after step {self.step:,}. The same call goes on from there: {where}.", flush=True)
            raise
        finally:
            self.rates_left = {name: rate_of(optimizer) for name, optimizer in self.optimizers.items()}
            self.training_identity.end(self)
        return record

    def _claim_networks(self):
        """Say it if a training from step 0 begins with networks that another model has trained in this session."""
        for name, network in self.networks.items():
            earlier = TRAINED_BY.setdefault(network, weakref.ref(self))
            if self.step == 0 and earlier() is not self:
                warnings.warn(
                    f"the {name} {network.name!r} has been trained in another model, and starts from the weights that "
                    "it has now: build new networks for a training from the beginning",
                    stacklevel=4,
                )

    def reset_metrics(self):
        """Begin the means of a report anew, unless it was begun before an interruption. Called by Keras."""
        if self.record.reported == self.step:
            super().reset_metrics()

    def compiled_with(self):
        """Return {argument of `compile`: value}, the optimizers left out. A subclass with others overrides it."""
        return {}


class OneTraining(keras.callbacks.CallbackList):
    """Callbacks for which several calls of Keras's fit are one training."""

    over = begun = False

    def on_train_begin(self, logs=None):
        if not self.begun:
            self.begun = True
            super().on_train_begin(logs)

    def on_train_end(self, logs=None):
        if self.over:
            super().on_train_end(self.logs)
        self.logs = logs
