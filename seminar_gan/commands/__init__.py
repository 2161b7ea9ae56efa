"""The commands behind `python -m seminar_gan`. Only `seminar_gan.__main__` imports them."""


class UserError(Exception):
    """An error that the user can fix. Its text is printed without a traceback, and the exit code is 2."""
