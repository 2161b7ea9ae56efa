"""What the user's environment may change in Keras: said in one sentence as soon as a part that needs Keras is used.

Imported for its effect, before Keras itself is: by the parts that need Keras, and by the first cell of each page. Keras
reads KERAS_BACKEND and, in KERAS_HOME, ~/.keras or /tmp/.keras, its keras.json, which may be years old or somebody
else's. The networks, losses and trainings here need TensorFlow. Of another backend this module raises BackendError; of
settings that would change numbers and pictures it warns. What the user's own program sets, such as
keras.config.set_dtype_policy, is a choice and is not commented on. The channel order is checked where images meet a
network, in models.sizes.
"""

import json
import os
import sys
import warnings
from pathlib import Path

__all__ = ["BackendError", "check"]

NEEDED = "tensorflow"
DEFAULTS = {"floatx": "float32", "epsilon": 1e-07}  # Keras's own
LIMITS = "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH"


def __dir__():
    return __all__


class BackendError(RuntimeError):
    """Keras runs, or would run, on something else than TensorFlow; a notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [f"BackendError: {self}"]


def check():
    """Compare the settings that Keras takes or has taken from the environment with what this package needs.

    Raises:
        BackendError: if Keras's backend is not TensorFlow.

    Warns:
        UserWarning: if keras.json sets another floatx or epsilon, or a variable cuts trainings short.
    """
    path, settings = _keras_json()
    loaded = sys.modules.get("keras")
    config = getattr(loaded, "config", None)  # none while Keras is being imported
    by_variable = os.environ.get("KERAS_BACKEND")
    backend = config.backend() if config else by_variable or settings.get("backend", NEEDED)
    if backend != NEEDED:
        source = "the variable KERAS_BACKEND" if by_variable else f"{path}"
        loaded_by_hand = config and backend != (by_variable or settings.get("backend", NEEDED))
        raise BackendError(
            f"seminar_gan needs Keras's backend {NEEDED}, and "
            + (f"Keras was loaded with {backend!r}" if loaded_by_hand else f"{source} asks for {backend!r}")
            + f": set KERAS_BACKEND={NEEDED} before Python starts; in a notebook, "
            + ("restart the kernel and " if config else "")
            + f"run `%env KERAS_BACKEND={NEEDED}` in a cell before all others"
        )
    for name, usual in DEFAULTS.items():
        given = settings.get(name, usual)
        if given != usual and (not config or getattr(config, name)() == given):
            warnings.warn(
                f"{path} sets {name} to {given!r}, so that networks compute other numbers and make other pictures than "
                f"those shown here: set it to {usual!r} there, or delete the file and Keras writes a new one",
                stacklevel=2,
            )
    for name in LIMITS:
        if os.environ.get(name):
            warnings.warn(
                f"the variable {name}={os.environ[name]} cuts every Keras training short: unset it", stacklevel=2
            )


def _keras_json():
    """Where Keras looks for its settings, and what it finds there: found in the same way as in keras.src.backend."""
    home = os.path.expanduser("~")
    folder = os.environ.get("KERAS_HOME", os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras"))
    path = Path(os.path.expanduser(os.path.join(folder, "keras.json")))
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return path, {}
    return path, settings if isinstance(settings, dict) else {}


check()
