"""How a `ResumableModel` is saved whole by `model.save("gan.keras")`, and loaded, with its state and its history."""

import importlib
import json

import keras
import numpy as np


class SavedWhole(keras.Model):
    """What Keras asks a model for when it saves it, and gives it when it loads it. See `ResumableModel`."""

    def get_config(self):
        networks = {name: network for name, network in self.networks.items() if not name.startswith("ema_")}
        config = {name: keras.saving.serialize_keras_object(network) for name, network in networks.items()}
        return config | {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**{name: _loaded(value) for name, value in config.items()})

    def get_compile_config(self):
        parts = self.compiled_with() | self.optimizers
        return {name: keras.saving.serialize_keras_object(value) for name, value in parts.items()}

    def compile_from_config(self, config):
        self.compile(**{name: _loaded(value) for name, value in config.items()})

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for number, state in enumerate(self._random_states()):  # Keras leaves them out
            store[f"random_{number}"] = np.asarray(state)
        record = json.dumps([self.record.history, self.record.seconds])
        store["record"] = np.frombuffer(record.encode(), "uint8")

    def load_own_variables(self, store):
        states = {f"random_{number}": state for number, state in enumerate(self._random_states())}
        for name, state in states.items():
            state.assign(store[name])
        super().load_own_variables({name: store[name] for name in store.keys() - states.keys() - {"record"}})
        self.record.first = self.step
        if "record" in store:
            self.record.history, self.record.seconds = json.loads(np.asarray(store["record"]).tobytes())

    def _random_states(self):
        """The states of the networks' random layers, such as dropout."""
        weights = {id(weight) for weight in self.weights}
        variables = (v for network in self.networks.values() for v in network.variables)
        return list({id(v): v for v in variables if id(v) not in weights}.values())


def _loaded(value):
    """What `serialize_keras_object` made a dict of; anything else as it is."""
    if not isinstance(value, dict):
        return value
    for module in sorted(set(_modules(value))):
        if module.startswith("seminar_gan."):
            importlib.import_module(module)  # Keras finds only classes that are imported already
    return keras.saving.deserialize_keras_object(value)


def _modules(config):
    """The modules of all objects in what Keras stores of an object."""
    if isinstance(config, dict):
        if isinstance(config.get("module"), str):
            yield config["module"]
        config = list(config.values())
    for item in config if isinstance(config, list | tuple) else ():
        yield from _modules(item)
