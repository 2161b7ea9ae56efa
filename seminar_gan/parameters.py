"""The parameters of a page: a value that the page cannot work with is refused before anything takes time.

Standard library only, in syntax that an older Python reads: `run-all` asks the same questions before it starts a page.
"""

import ast
import difflib
import os
from numbers import Real
from pathlib import Path

__all__ = ["ParameterError", "accept", "check"]

WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
WORDS.update({"none": None, "null": None, "~": None})


def __dir__():
    return __all__


class ParameterError(ValueError):
    """A parameter that a page cannot take; a notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [f"ParameterError: {self}"]


def check(page, **wanted):
    """Check the parameters of a page where they stand, and put those right that came in another form.

    It also finds a misspelt name: papermill only warns of it and sets a variable that nobody reads.

    Args:
        page: dict, the page's own names: `globals()`.
        **wanted: what each parameter may be, as for `accept`.

    Raises:
        ParameterError: for a value that the page cannot take, a parameter that is missing, or one that it has not.

    Example:
        >>> page = {"SEED": 0, "EPOCHS": "10"}
        >>> check(page, SEED=(0, 100), EPOCHS=(1, 1_000))
        >>> page["EPOCHS"]
        10
    """
    own, given = _names_of_the_cells(page, wanted)
    for name in sorted((own | given) - set(wanted)):
        # A reader may set further names; one that stands where a parameter is missing is that parameter, misspelt.
        similar = difflib.get_close_matches(
            name.upper(), sorted(set(wanted) if name in given else set(wanted) - own), 1
        )
        if name in given or similar:
            hint = f"Did you mean {similar[0]}? " if similar else ""
            raise ParameterError(f"This page has no parameter {name}. {hint}It has {', '.join(wanted)}.")
    for name, what in wanted.items():
        if name not in page:
            raise ParameterError(f"{name} is missing: the parameters cell must set it. Run that cell first.")
        page[name] = accept(name, page[name], what)


def accept(name, value, wanted):
    """Return a parameter's value in the form that the page needs.

    Args:
        name: of the parameter, for the message.
        value: what came: of the right kind, or its text, such as "10".
        wanted: (least, most) for a number, whole if both are; {1, 3} for one of these; [what] for a list of such; the
            text "folder" for a folder's name, whatever it looks like; the text "text"; None for anything.

    Raises:
        ParameterError: if it is none of these.

    Example:
        >>> accept("EPOCHS", "1e3", (1, 10_000))
        1000
        >>> accept("EPOCHS", "ten", (1, 10_000))
        Traceback (most recent call last):
        seminar_gan.parameters.ParameterError: EPOCHS is 'ten'; it must be a whole number from 1 to 10,000.
    """
    try:
        if wanted == "folder" and not isinstance(value, str):
            return _folder(name, value)
        return _converted(value, wanted)
    except (ValueError, TypeError, SyntaxError, OverflowError) as error:
        if isinstance(error, ParameterError):
            raise
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:80]}..."
        raise ParameterError(f"{name} is {shown}; it must be {_in_words(wanted)}.") from None


def like(default):
    """Return what a parameter may be whose page says nothing but its default: a value of the same kind."""
    if isinstance(default, bool):
        return {False, True}
    if isinstance(default, int):
        return -(10**100), 10**100
    if isinstance(default, float):
        return -float("inf"), float("inf")
    if isinstance(default, str):
        return "text"
    return [None] if isinstance(default, (list, tuple)) else None


def _converted(value, wanted):
    if wanted is None:
        return _literal(value)
    if isinstance(wanted, str):
        return os.fspath(value)
    if isinstance(wanted, list):
        value = ast.literal_eval(value) if isinstance(value, str) else value
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError
        return [_converted(each, wanted[0]) for each in value]
    if isinstance(wanted, (set, frozenset)):
        value = _literal(value)
        for choice in wanted:
            if choice == value and isinstance(choice, bool) == isinstance(value, bool):
                return choice
        raise ValueError
    return _number(value, *wanted)


def _number(value, least, most):
    whole = isinstance(least, int) and isinstance(most, int)
    value = _literal(value)
    if not isinstance(value, Real) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError
    if not whole:
        return float(value)
    if value != int(value):
        raise ValueError
    return int(value)


def _literal(value):
    """What a text stands for, as Python or YAML write it; the text itself if that is nothing else."""
    if not isinstance(value, str):
        return value
    for read in (int, float, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError):
            pass
    return WORDS.get(value.lower(), value)


def _folder(name, value):
    """The folder's name, where papermill or YAML made something else of it, such as the number 7 of 007."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    here = sorted(entry.name for entry in Path().iterdir() if entry.is_dir())
    meant = [each for each in here if repr(_literal(each)) == repr(value)]
    if len(meant) == 1:
        print(f"{name} came as {value!r}; the folder {meant[0]!r} is taken.")
        return meant[0]
    found = f"the folders {', '.join(meant)} could be meant" if meant else "no folder here could be meant"
    raise ParameterError(
        f"{name} is {value!r}, which is no text, and {found}: write it in quotes, "
        f"or for papermill -r {name} NAME instead of -p, so that it arrives as it is."
    )


def _in_words(wanted):
    if isinstance(wanted, str):
        return "text" if wanted == "text" else "the name of a folder, as text"
    if isinstance(wanted, list):
        return f"a list, each {_in_words(wanted[0])}"
    if isinstance(wanted, (set, frozenset)):
        return " or ".join(repr(choice) for choice in sorted(wanted))
    if wanted is None:
        return "a value"
    least, most = wanted
    kind = "a whole number" if isinstance(least, int) and isinstance(most, int) else "a number"
    return kind if abs(most) > 10**99 else f"{kind} from {least:,} to {most:,}"


def _names_of_the_cells(page, wanted):
    """The names that the parameters cell sets, and those that papermill's own cell below it sets.

    IPython keeps the sources of the cells in `In`, the present one last. Elsewhere there is nothing to look at.
    """
    own, given = set(), set()
    for source in reversed(page.get("In", [""])[:-1]):
        names = _assigned(source)
        if source.startswith("# Parameters"):
            given |= names
        else:
            own = names if names & set(wanted) else own
            break
    return own, given


def _assigned(source):
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return set()
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}
