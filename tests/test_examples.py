"""Every public function and class has an `Example:` in its docstring, and the examples say what happens.

In an example stand `np`, `sg`, `keras`, `plt`, a temporary `folder`, and all names of the module of the docstring.
Errors need no example: they are shown by what raises them.
"""

import doctest
import inspect
import sys
import textwrap

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

import seminar_gan as sg

MODULES = [sg.losses, sg.metrics, sg.ranges, sg.datasets, sg.export, sg.claims]


def public(module):
    """(name, function or class) of all that a module hands on, and of the public modules in it."""
    for name in sorted(module.__all__):
        member = getattr(module, name)
        if inspect.ismodule(member):
            yield from ((f"{name}.{inner}", inner_member) for inner, inner_member in public(member))
        elif callable(member) and not (inspect.isclass(member) and issubclass(member, BaseException)):
            yield name, member


def example(member):
    """The lines below `Example:` in a docstring, to its end or the next section."""
    _, _, text = (inspect.getdoc(member) or "").partition("\nExample:\n")
    return textwrap.dedent(text)


def problems(member, folder):
    """What is wrong with a member's example: a list of texts."""
    text = example(member)
    if ">>> " not in text:
        return ["has no Example"]
    names = {**vars(sys.modules[member.__module__]), "np": np, "sg": sg, "keras": keras, "plt": plt, "folder": folder}
    test = doctest.DocTestParser().get_doctest(text, names, member.__qualname__, None, None)
    report = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    return report


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_example_shows_what_happens(module, tmp_path, monkeypatch):
    monkeypatch.delenv("SEMINAR_GAN_DATA", raising=False)
    failures = []
    for number, (name, member) in enumerate(public(module)):
        folder = tmp_path / str(number)
        folder.mkdir()
        failures += [f"{module.__name__}.{name}: {problem}" for problem in problems(member, folder)]
    assert not failures, "\n" + "\n".join(failures)


def no_example():
    """Return nothing."""


def wrong_example():
    """Return nothing.

    Example:
        >>> 1 + 1
        3
    """


def broken_example():
    """Return nothing.

    Example:
        >>> unknown_name
        3
    """


def right_example():
    """Return nothing.

    Example:
        >>> np.arange(3).sum().item(), folder.is_dir(), right_example() is None
        (3, True, True)
    """


@pytest.mark.parametrize(
    ("member", "text"),
    [(no_example, "has no Example"), (wrong_example, "Got:\n    2"), (broken_example, "NameError")],
)
def test_missing_and_wrong_examples_are_found(member, text, tmp_path):
    (problem,) = problems(member, tmp_path)
    assert text in problem
    assert problems(right_example, tmp_path) == []
