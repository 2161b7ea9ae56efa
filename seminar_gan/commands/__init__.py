"""The commands behind `python -m seminar_gan`. Only `seminar_gan.__main__` imports them."""


class UserError(Exception):
    """Something that the person at the keyboard can put right; its text is printed alone, and the exit code is 2."""
