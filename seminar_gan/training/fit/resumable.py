"""A Keras model whose training is counted in steps and can be taken up again, bit for bit, after any interruption."""

import keras
import numpy as np

from seminar_gan.training.fit import checks, data, identity
from seminar_gan.training.fit.checkpoints import Checkpoints
from seminar_gan.training.fit.record import Record

ENDLESS = 10**9  # reports; a training by the clock ends long before


class ResumableModel(keras.Model):
    """What a GAN, or another model with a training step of its own, needs beside its algorithm.

    A subclass has its networks and its optimizers as attributes, declares in `LOGS` the names of what its
    `train_step(batch)` hands to `track`, calls `count_step` in it once, and hands its data to `fit_groups`.

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
        self.clock = self.add_weight(
            name="clock", shape=(), dtype="int64", initializer="zeros", trainable=False,
            aggregation="only_first_replica",
        )  # fmt: skip
        self.record = Record()
        self.trackers = {}
        self.base_rates = {}
        self.built = True

    def compile(self, *, optimizers, logs=(), **options):
        """Say how to train.

        Args:
            optimizers: {attribute: (optimizer, variables)}; each optimizer is kept under that name and builds its
                state for these variables.
            logs: names of logs beside those in `LOGS`.
            options: further arguments of `keras.Model.compile`, such as `jit_compile`.

        Raises:
            ValueError: if one optimizer is given twice or belongs to another model, and for steps_per_execution.
        """
        if options.get("steps_per_execution", 1) != 1:
            raise ValueError("steps_per_execution must be 1: the steps are counted, logged and checked one by one")
        checks.check_optimizers({name: optimizer for name, (optimizer, _) in optimizers.items()}, self)
        super().compile(optimizer=None, **options)
        for name, (optimizer, variables) in optimizers.items():
            setattr(self, name, optimizer)
            if not optimizer.built:
                optimizer.build(variables)  # or its state would be missing in checkpoints
        self.base_rates = {}
        self.optimizer = JointRate(self)
        self.trackers = {name: self.tracker(name) for name in (*self.LOGS, *logs)}

    def tracker(self, name):
        """Return the keras.metrics.Metric that turns the values of one log into an entry of the history: their mean."""
        return keras.metrics.Mean(name)

    def track(self, **logs):
        """Take the scalars of one step into the history, and return them.

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
        return logs

    def count_step(self):
        """Move the clock on by one step. Call it once in `train_step`."""
        self.clock.assign_add(1)

    @property
    def metrics(self):
        return list(self.trackers.values())

    @property
    def step(self):
        """How many steps of training there have been."""
        return int(np.asarray(self.clock))

    @property
    def networks(self):
        """{attribute: keras.Model} of all networks."""
        return {name: value for name, value in vars(self).items() if isinstance(value, keras.Model)}

    @property
    def optimizers(self):
        """{attribute: keras.optimizers.Optimizer} of all optimizers, of whatever name and number."""
        kind = keras.optimizers.Optimizer
        return {name: value for name, value in vars(self).items() if isinstance(value, kind)}

    def state(self):
        """Return all variables that a training changes, under names that do not depend on what was built before.

        Returns:
            {name: variable}: those of the model, of its optimizers, and the random states of its networks.
        """
        groups = {"model": self.weights, "random": self._random_states()}
        groups |= {name: optimizer.variables for name, optimizer in self.optimizers.items()}
        return {f"{group}_{number}": v for group, variables in groups.items() for number, v in enumerate(variables)}

    def fit_groups(
        self, groups, *, steps=None, seconds=None, batch_size=64, report_every=100, callbacks=(), checkpoints=None,
        image_range=None,
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
        checks.check_settings(batch_size=batch_size, report_every=report_every)
        checks.check_end(steps, seconds)
        replicas = self.distribute_strategy.num_replicas_in_sync
        if batch_size % replicas:
            raise ValueError(f"batch_size must be a multiple of the {replicas} replicas; got {batch_size}")
        for name, optimizer in self.optimizers.items():
            self.base_rates.setdefault(name, _rate(optimizer))
        record, last = self.record, []
        if checkpoints is not None:
            options = {"batch_size": batch_size, "report_every": report_every}
            last = [Checkpoints(checkpoints, identity.of(self, groups, **options))]
            last[0].restore(self)
        record.last_step, record.time_limit, record.batch_size = steps, seconds, batch_size
        if self.step and record.share_done(self.step) >= 1:
            return record
        return super().fit(
            data.batches(
                groups, batch_size * self.batches_per_step, seed=self.seed, start=self.step, image_range=image_range
            ),
            steps_per_epoch=report_every,
            epochs=-(-(steps - self.step) // report_every) if steps else ENDLESS,
            callbacks=[record, *callbacks, *last],
            shuffle=False,  # the stream is shuffled already
            verbose=0,
        )

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for number, state in enumerate(self._random_states()):  # Keras leaves them out
            store[f"random_{number}"] = np.asarray(state)

    def load_own_variables(self, store):
        states = {f"random_{number}": state for number, state in enumerate(self._random_states())}
        for name, state in states.items():
            state.assign(store[name])
        super().load_own_variables({name: store[name] for name in store.keys() - states.keys()})

    def _random_states(self):
        """The states of the networks' random layers, such as dropout."""
        weights = {id(weight) for weight in self.weights}
        variables = (v for network in self.networks.values() for v in network.variables)
        return list({id(v): v for v in variables if id(v) not in weights}.values())


class JointRate:
    """The learning rates of all optimizers of a model as one, for Keras's callbacks that read and set a rate.

    `keras.callbacks.LearningRateScheduler` and `ReduceLROnPlateau` see the rate of the first optimizer. What they set
    it to, the others follow in proportion, so that two learning rates stay two.
    """

    built = True

    def __init__(self, model):
        self.model = model

    @property
    def learning_rate(self):
        return next(iter(self.model.optimizers.values())).learning_rate

    @learning_rate.setter
    def learning_rate(self, rate):
        rates = list(self.model.base_rates.values())
        for optimizer, base in zip(self.model.optimizers.values(), rates, strict=True):
            optimizer.learning_rate = float(rate) * (base / rates[0])


def _rate(optimizer):
    """The learning rate as it was written, such as 0.002: the shortest decimal that float32 cannot tell from it."""
    return float(str(np.asarray(optimizer.learning_rate, "float32")))


def loads(value):
    """Return what `keras.saving.serialize_keras_object` made a dict of; anything else as it is."""
    return keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
