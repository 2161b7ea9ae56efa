"""The commands behind `python -m seminar_gan`. Only `seminar_gan.__main__` imports them."""

import os


class UserError(Exception):
    """An error that the user can fix. Its text is printed without a traceback, and the exit code is 2."""


def use_tensorflow():
    """Make Keras run on TensorFlow here and in what is started from here, whatever the user's other work is set to."""
    chosen = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if chosen != "tensorflow":
        print(f"KERAS_BACKEND is {chosen}, and is left aside: this package trains with TensorFlow.", flush=True)
    os.environ["KERAS_BACKEND"] = "tensorflow"
