"""What keras.json and Keras's variables may change: nothing in silence, and of the ruler nothing."""

import json
import os
import subprocess
import sys
import types
import warnings

import pytest
from conftest import ROOT
from IPython.core.interactiveshell import InteractiveShell

from seminar_gan import __main__, keras_settings
from seminar_gan.commands import address


@pytest.fixture
def before_keras(tmp_path, monkeypatch):
    """Keras is not loaded yet, and its home is an empty folder. Returns a function that writes its keras.json."""
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    for name in ("KERAS_BACKEND", *keras_settings.LIMITS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return lambda **settings: (tmp_path / "keras.json").write_text(json.dumps(settings), encoding="utf-8")


USUAL = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow", "image_data_format": "channels_last"}


def test_usual_settings_pass_in_silence(before_keras, monkeypatch):
    keras_settings.check()
    before_keras(**USUAL)
    keras_settings.check()
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    before_keras(**USUAL | {"backend": "jax"})  # the variable wins, as it does in Keras
    keras_settings.check()
    monkeypatch.setenv("KERAS_BACKEND", "")  # which Keras ignores
    before_keras(**USUAL)
    keras_settings.check()


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_broken_file_is_left_to_keras(before_keras, tmp_path, text):
    (tmp_path / "keras.json").write_text(text, encoding="utf-8")
    keras_settings.check()


def test_another_backend_is_an_error_that_names_who_asks_for_it(before_keras, tmp_path, monkeypatch):
    before_keras(**USUAL | {"backend": "torch"})
    with pytest.raises(RuntimeError, match=r"keras\.json asks for 'torch': set KERAS_BACKEND=tensorflow") as error:
        keras_settings.check()
    assert str(tmp_path) in str(error.value)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(RuntimeError, match="needs Keras's backend tensorflow, and the variable KERAS_BACKEND asks for"):
        keras_settings.check()


@pytest.mark.parametrize("backend", ["jax", "torch", "TensorFlow", "nonsense"])
def test_the_first_cell_of_a_page_says_it_in_one_sentence_before_keras_is_imported(before_keras, monkeypatch, backend):
    monkeypatch.delitem(sys.modules, "seminar_gan.keras_settings")
    monkeypatch.setenv("KERAS_BACKEND", backend)
    shell, shown = InteractiveShell(), []
    monkeypatch.setattr(shell, "_showtraceback", lambda kind, error, lines: shown.extend(lines))
    error = shell.run_cell(address.install_cell(ROOT)).error_in_exec
    assert shown == [
        "BackendError: seminar_gan needs Keras's backend tensorflow, and the variable KERAS_BACKEND asks for "
        f"{backend!r}: set KERAS_BACKEND=tensorflow before Python starts; in a notebook, run "
        "`%env KERAS_BACKEND=tensorflow` in a cell before all others"
    ] and shown == [f"BackendError: {error}"]
    assert "keras" not in sys.modules
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert shell.run_cell(address.install_cell(ROOT)).error_in_exec is None


def test_commands_set_another_backend_aside_for_all_that_they_start(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks" / "src").mkdir(parents=True)
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert __main__.main(["--root", str(tmp_path), "check"]) == 0
    said = "KERAS_BACKEND is jax, and is left aside: this package trains with TensorFlow.\n"
    assert (capsys.readouterr().out, os.environ["KERAS_BACKEND"]) == (said, "tensorflow")


@pytest.mark.parametrize(("name", "value"), [("floatx", "float16"), ("floatx", "float64"), ("epsilon", 0.001)])
def test_other_numbers_of_keras_json_are_a_warning_that_names_the_file_and_the_cure(before_keras, name, value):
    before_keras(**USUAL | {name: value})
    text = rf"keras\.json sets {name} to {value!r}, .* set it to {USUAL[name]!r} there, or delete the file"
    with pytest.warns(UserWarning, match=text):
        keras_settings.check()


def loaded_keras(**settings):
    return types.SimpleNamespace(
        config=types.SimpleNamespace(**{name: (lambda value=value: value) for name, value in settings.items()})
    )


def test_what_the_program_itself_has_set_counts(before_keras, monkeypatch):
    before_keras(**USUAL | {"floatx": "float16"})
    monkeypatch.setitem(sys.modules, "keras", loaded_keras(**USUAL))  # set_floatx("float32") after the import
    keras_settings.check()
    before_keras(**USUAL)
    monkeypatch.setitem(sys.modules, "keras", loaded_keras(**USUAL | {"floatx": "float64"}))  # a choice
    keras_settings.check()
    monkeypatch.setitem(sys.modules, "keras", loaded_keras(**USUAL | {"backend": "jax"}))
    with pytest.raises(
        keras_settings.BackendError, match=r"Keras was loaded with 'jax': .* restart the kernel and run `%env"
    ):
        keras_settings.check()
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(
        keras_settings.BackendError, match=r"KERAS_BACKEND asks for 'jax': .* restart the kernel and run `%env"
    ):
        keras_settings.check()


@pytest.mark.parametrize("name", keras_settings.LIMITS)
def test_variables_that_cut_trainings_short_are_a_warning(before_keras, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    with pytest.warns(UserWarning, match=f"the variable {name}=1 cuts every Keras training short: unset it"):
        keras_settings.check()


OTHER_BACKEND = """
import importlib, sys
import seminar_gan as sg
print(sg.metrics.class_entropy([0.5, 0.5]), len(sg.datasets.load_smiles()), sg.plotting.__name__)
for module in ("models.dcgan", "training.gan", "losses", "recipes", "weights", "metrics.features"):
    try:
        importlib.import_module("seminar_gan." + module)
    except RuntimeError as error:
        print(error)
try:
    sg.GAN
except RuntimeError as error:
    print(error)
print("keras" in sys.modules)
"""


def test_every_part_that_needs_keras_says_so_before_keras_does_and_the_others_work(tmp_path):
    environment = {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(tmp_path)}
    command = [sys.executable, "-c", OTHER_BACKEND]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    first, *errors, last = done.stdout.splitlines()
    assert (first, last) == ("1.0 2 seminar_gan.plotting", "False"), done.stderr
    assert len(errors) == 7
    (message,) = set(errors)
    assert "needs Keras's backend tensorflow, and the variable KERAS_BACKEND asks for 'jax'" in message


def test_the_usual_values_are_keras_own():
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras_settings.check()  # with Keras as the tests run it
    assert {name: getattr(keras.config, name)() for name in keras_settings.DEFAULTS} == keras_settings.DEFAULTS
