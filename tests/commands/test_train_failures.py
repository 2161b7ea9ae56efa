"""What goes wrong in `train` is one sentence and exit code 2, and leaves no trace if nothing was worth keeping."""

import dataclasses
import errno
import json
import os

import numpy as np
import pytest
import tensorflow as tf

from seminar_gan import __main__, datasets
from seminar_gan.commands import UserError, train
from seminar_gan.commands.train import results, run
from seminar_gan.commands.train.data import Data
from seminar_gan.commands.train.folder import RunFolder, sentence
from seminar_gan.training.fit.checkpoints import CheckpointError
from seminar_gan.training.fit.record import TrainingDiverged


def call(*arguments):
    return train.main(__main__._parser().parse_args(["train", *map(str, arguments)]))


@pytest.fixture
def settings(tmp_path):
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype="uint8"))
    return ("--data", tmp_path / "x.npz", "--model", "temkeng-vanilla", "--samples", 4, "--to", tmp_path / "a" / "run")


def test_a_failure_is_one_line_on_stderr_and_exit_code_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SEMINAR_GAN_ENV", "current")
    assert __main__.main(["train", "--data", "nowhere.npz", "--steps", "1", "--to", str(tmp_path / "run")]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1 and "there is no" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--model", "stylegan", "--steps", "1"],
            "no model 'stylegan' without --conditional. Models: temkeng-vanilla, .*",
        ),
        (["--model", "mirza", "--steps", "1"], "no model 'mirza' without .*; mirza, dcgan with --conditional"),
        (["--model", "temkeng-dcgan", "--conditional", "--steps", "1"], "with --conditional. Models"),
        ([], "either --seconds 60 or --steps 1000"),
        (["--steps", "1", "--seconds", "1"], "either --seconds 60 or --steps 1000"),
        (["--steps", "0"], "--steps must be above 0 and finite; got 0"),
        (["--seconds", "nan"], "--seconds must be above 0 and finite; got nan"),
        (["--seconds", "inf"], "--seconds must be above 0 and finite; got inf"),
        (["--steps", "1", "--samples", "-3"], "--samples must be above 0 and finite; got -3"),
        (["--steps", "1", "--batch-size", "0"], "--batch-size must be above 0 and finite; got 0"),
        (["--steps", "1", "--seed", "-1"], "--seed must be from 0"),
        (["--steps", "1", "--data", ""], "--data is empty: is a variable not set"),
        (
            ["--steps", "1", "--data", "~nobody-at-all/x"],
            r"--data ~nobody-at-all/x: Could not determine home directory\.",
        ),
        (["--steps", "1", "--data", "n" * 300], "--data n{300}: .*too long"),
        (["--steps", "1", "--data", "imagenet", "--size", "32"], "--data is one of mnist, .*; there is no .*imagenet"),
        (["--steps", "1", "--data", "imagenet"], "--data is one of mnist, smiles, smiles-binarised, an .npz"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(tmp_path, arguments, message):
    with pytest.raises(UserError, match=message):
        call(*arguments, "--to", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("count", "size", "model", "message"),
    [
        (
            8,
            8,
            "dcgan",
            r"dcgan sorts the images into 30 groups and needs at least 30 images; there are 8\. Take --model ",
        ),
        (30, 9, "dcgan", r"The networks of dcgan do not fit .*multiple of 4\. Pad or crop the images to 8 or 12\.$"),
        (30, 8, "panic", "The networks of panic do not fit .*16 to 128 pixels"),
    ],
)
def test_networks_that_cannot_be_leave_no_trace(tmp_path, count, size, model, message):
    np.savez(tmp_path / "x.npz", x=np.arange(count * size * size, dtype="int64").reshape(count, size, size) % 256)
    options = ("--data", tmp_path / "x.npz", "--steps", 1, "--samples", 2, "--to", tmp_path / "a" / "run")
    with pytest.raises(UserError, match=message):
        call(*options, "--model", model)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (TrainingDiverged("d_loss is nan at step 7. With fit(x)"), "d_loss is nan at step 7. Nothing was kept"),
        (MemoryError(), "Not enough memory. Take smaller images, a smaller --batch-size"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM"), "Not enough memory. Take smaller images"),
        (OSError(errno.ENOSPC, "No space left on device", "x"), "x: No space left on device. Nothing was kept"),
        (OSError("Can't synchronously write data"), "Can't synchronously write data. Nothing was kept"),
        (CheckpointError("it is of\nanother training"), "it is of another training."),
        (datasets.DataError("mnist.npz is missing"), "mnist.npz is missing."),
        (
            ModuleNotFoundError("No module", name="tensorflow"),
            "tensorflow is not installed: install seminar_gan with its extra [cpu]",
        ),
    ],
)
def test_what_is_no_fault_of_the_package_is_one_sentence(tmp_path, raised, message):
    text = train.explained(raised, RunFolder(tmp_path / "run"))
    assert text.startswith(message) and len(text.splitlines()) == 1
    assert train.explained(KeyError("a bug"), RunFolder(tmp_path / "run")) is None


def test_what_is_kept_is_said_by_what_is_there(tmp_path):
    folder = RunFolder(tmp_path / "run")
    assert folder.kept() == "Nothing was kept: the same command begins at step 0."
    folder.write(results={"step": 1_200})
    assert folder.kept().endswith("run keeps its results of step 1,200.")
    (tmp_path / "run" / "checkpoints").mkdir()
    for name in ("step_00001300.npz", "step_00001200.npz", "step_00001400.npz.part"):
        (tmp_path / "run" / "checkpoints" / name).write_text("")
    assert folder.kept().endswith("run keeps step 1,300: the same command goes on from there.")


@pytest.mark.long
def test_what_fails_before_anything_is_kept_leaves_no_trace(tmp_path, settings, monkeypatch):
    def fails(self, batch, logs=None):
        raise ValueError("two\nlines")

    with monkeypatch.context() as patched:
        patched.setattr(run.Claim, "on_train_batch_end", fails)
        with pytest.raises(UserError, match=r"temkeng-vanilla cannot be trained on .*: two lines\.$"):
            call(*settings, "--steps", 2)
    assert not (tmp_path / "a").exists()
    changed = [{"temkeng-vanilla": "winkler-dense"}.get(each, each) for each in settings]
    assert call(*changed, "--steps", 1) == 0


@pytest.mark.long
def test_what_fails_later_says_what_is_kept(tmp_path, settings, monkeypatch):
    def full(*given, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(results, "save_generator", full)
        with pytest.raises(UserError, match=r"^No space left on device\. .*run keeps step 2: the same command goes on"):
            call(*settings, "--steps", 2)
    assert call(*settings, "--steps", 2) == 0
    assert RunFolder(tmp_path / "a" / "run").record["results"]["step"] == 2


@pytest.mark.long
def test_an_unexpected_error_keeps_its_traceback(settings, monkeypatch):
    monkeypatch.setattr(results, "write", lambda *given: {}["a bug"])
    with pytest.raises(KeyError, match="a bug"):
        call(*settings, "--steps", 1)


def test_an_interrupt_before_the_first_step_leaves_no_trace(tmp_path, settings, monkeypatch, capsys):
    def interrupted(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "build", interrupted)
    assert call(*settings, "--steps", 2) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "Nothing was kept: the same command begins at step 0."
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "--to is empty: is a variable not set"),
        ("~nobody-at-all/x", r"--to ~nobody-at-all/x: Could not determine home directory\."),
        ("n" * 300, "--to n{300}: .*too long"),
    ],
)
def test_a_folder_that_cannot_be_named_is_one_sentence(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message):
        call("--steps", 1, "--to", name)


def test_a_folder_whose_name_begins_with_a_tilde_is_that_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~nobody-at-all").mkdir()
    assert RunFolder("~nobody-at-all").path.is_dir()


def test_a_record_that_must_not_be_read_is_one_sentence(tmp_path):
    (tmp_path / "history.csv").write_text("kept")
    (tmp_path / "run.json").mkdir()
    with pytest.raises(UserError, match=r"run\.json cannot be read: "):
        RunFolder(tmp_path)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--samples", 10**12), "--samples 1,000,000,000,000 of 8 x 8 pixels would be more than 64 GB of images"),
        (("--batch-size", 10**9), "--batch-size 1,000,000,000 of 8 x 8 pixels would be more than 64 GB"),
    ],
)
def test_amounts_that_no_memory_holds_are_refused_before_the_training(tmp_path, settings, option, message):
    with pytest.raises(UserError, match=message):
        call(*settings, "--steps", 1, *option)
    assert not (tmp_path / "a").exists()


def test_a_large_step_is_announced(capsys):
    recipe = run.find_recipe("dcgan-plain", False)
    args = __main__._parser().parse_args(["train", "--samples", "1", "--to", "x"])
    for side, lines in ((256, 0), (500, 1)):
        images = Data("x", np.broadcast_to(np.uint8(0), (64, side, side, 3)))
        run.check_amounts(args, "dcgan-plain", recipe, images)
        said = capsys.readouterr().out.splitlines()
        assert len(said) == lines
    assert said[0].startswith("A step of dcgan-plain takes 64 images of 500 x 500: it may last minutes")


@pytest.mark.parametrize(
    ("shape", "model"),
    [
        ((8, 8, 1), "dcgan"),
        ((9, 28, 3), "mirza"),
        ((256, 256, 3), "dcgan"),
        ((250, 250, 3), None),
        ((516, 516, 3), None),
    ],
)
def test_labelled_images_get_a_model_that_fits_into_memory(shape, model):
    args = __main__._parser().parse_args(["train", "--conditional", "--to", "x"])
    images = Data("x", np.broadcast_to(np.uint8(0), (64, *shape)))
    if model:
        assert run.recommended(args, images) == model
    else:
        with pytest.raises(UserError, match=r"multiple of 4\. Pad or crop|resize them to at most 512"):
            run.recommended(args, images)


def test_nothing_foreign_is_written_over(tmp_path, settings):
    folder = tmp_path / "a" / "run"
    folder.mkdir(parents=True)
    (folder / "text.tex").write_text("years of work")
    with pytest.raises(UserError, match=r"it is not a run of this command: it holds text\.tex\. Take another folder"):
        call(*settings, "--steps", 4)
    for path in (folder / "text.tex", folder / "text.tex" / "run"):
        with pytest.raises(UserError, match=r"--to must name a folder; .*text\.tex is a file"):
            RunFolder(path)
    assert [path.name for path in folder.iterdir()] == ["text.tex"]


def test_two_calls_do_not_train_in_one_folder(tmp_path):
    folder = tmp_path / "a" / "run"
    with RunFolder(folder).prepared():
        (folder / "checkpoints").mkdir()
        (folder / "run.json").write_text("{}")
        with pytest.raises(UserError, match="Another call is training in"), RunFolder(folder).prepared():
            pass
        assert {"checkpoints", "run.json", ".lock"} <= {path.name for path in folder.iterdir()}
    assert not (tmp_path / "a").exists()
    with RunFolder(folder).prepared():
        (folder / "history.csv").write_text("kept")
    with RunFolder(tmp_path / "other").prepared():
        pass
    assert (folder / "history.csv").is_file()


def test_where_no_lock_can_be_had_a_training_goes_on_with_a_word(tmp_path, capsys):
    (tmp_path / "run" / ".lock").mkdir(parents=True)
    with RunFolder(tmp_path / "run").prepared():
        said = capsys.readouterr().out
    assert said.startswith(f"{tmp_path / 'run'} can have no lock (") and said.endswith(
        "no other call in it meanwhile.\n"
    )


def test_what_another_call_did_since_the_folder_was_read_is_not_written_over(tmp_path):
    late, early = RunFolder(tmp_path / "run"), RunFolder(tmp_path / "run")
    with early.prepared():
        early.begin({"from_step": 0})
        (tmp_path / "run" / "history.csv").write_text("kept")
    with pytest.raises(UserError, match=r"Another call has just trained in .*: call again"), late.prepared():
        pass
    with RunFolder(tmp_path / "run").prepared():
        assert RunFolder(tmp_path / "run").record["calls"] == [{"from_step": 0}]


def test_what_a_killed_call_was_writing_is_removed(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("history.csv", ".samples.npz.123.part"):
        (folder / name).write_text("x")
    (folder / "run.json").write_text(
        '{"model": "dcgan", "identity": null, "classes": null, "calls": [], "results": null}'
    )
    with RunFolder(folder).prepared():
        assert not list(folder.glob("*.part")) and (folder / "history.csv").is_file()


def test_what_systems_leave_in_a_folder_counts_as_nothing(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    for name in (".DS_Store", ".run.json.123.part", "run.json"):  # a run that has kept nothing
        (tmp_path / name).write_text("{")
    assert RunFolder(tmp_path).model is None


def test_what_has_changed_is_named(tmp_path):
    data = Data("x", np.zeros((3, 8, 8, 1), "uint8"), np.arange(3), ("a", "b", "c"))
    folder = RunFolder(tmp_path / "run")
    folder.compare({"conditional": True, "seed": 0} | data.identity())
    folder.write(model="mirza")
    (tmp_path / "run" / "history.csv").write_text("kept")
    for changed, message in {
        dataclasses.replace(data, classes=("a", "b", "d")): r"its labels have changed\. ",
        dataclasses.replace(data, labels=np.array([0, 1, 1])): r"its labels have changed\. ",
        dataclasses.replace(data, classes=("a", "b")): r"its labels have changed \(classes 3, now 2\)\. ",
        dataclasses.replace(data, images=np.ones((3, 8, 8, 1), "uint8")): r"its images have changed\. ",
        dataclasses.replace(data, images=np.ones((3, 8, 8, 3), "uint8")): r"\(size 8 x 8 x 1, now 8 x 8 x 3\)\. ",
    }.items():
        with pytest.raises(UserError, match=f"run holds another run: .*{message}Take another folder"):
            RunFolder(tmp_path / "run").compare(changed.identity())
    RunFolder(tmp_path / "run").compare({"conditional": True, "seed": 0} | data.identity(), "mirza")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"identity": 3}', '{"parameters": {}}'])
def test_a_run_json_that_cannot_be_read_is_named(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    (tmp_path / "samples.npz").write_text("results")
    with pytest.raises(UserError, match=r"run\.json cannot be read as that of a run \(.*\)\. Take another folder"):
        RunFolder(tmp_path)


@pytest.mark.long
def test_a_run_of_an_earlier_version_is_understood(tmp_path, settings):
    call(*settings, "--steps", 2)
    folder = tmp_path / "a" / "run"
    about = json.loads((folder / "run.json").read_text())
    (made,) = about["calls"]
    made["parameters"] = {
        name: made["parameters"][name] for name in ("data", "model", "conditional", "steps", "samples")
    }
    made = {name: made[name] for name in ("page", "seed", "parameters", "commit", "versions")}
    (folder / "run.json").write_text(json.dumps(made))
    with pytest.raises(UserError, match="holds another run: seed 0, not 1"):
        call(*settings, "--steps", 3, "--seed", 1)
    call(*settings, "--steps", 3)
    about = json.loads((folder / "run.json").read_text())
    assert about["results"]["step"] == 3 and about["results"]["images_seen"] == 3 * 128
    assert about["calls"][0]["parameters"]["steps"] == 2 and about["identity"]["images"]["count"] == 30


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path, settings):
    (tmp_path / "a").mkdir(mode=0o500)
    with pytest.raises(UserError, match=r"run: Permission denied\. "):
        call(*settings, "--steps", 1)


def test_a_sentence_is_one_line_with_one_full_stop():
    assert sentence("no\n  such..") == "no such."
