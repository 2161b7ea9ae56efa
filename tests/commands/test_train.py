"""`python -m seminar_gan train`: what a training leaves, and how it goes on."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from seminar_gan import __main__, datasets, recipes
from seminar_gan.commands import UserError, train
from seminar_gan.commands.train import results, run
from seminar_gan.commands.train.data import Data
from seminar_gan.training.watch.frames import frame_paths

pytestmark = pytest.mark.long


def call(*arguments):
    return train.main(__main__._parser().parse_args(["train", *map(str, arguments)]))


def arrays(path):
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def record(folder):
    return json.loads((folder / "run.json").read_text())


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def digits(tmp_path):
    """An npz of 30 small images of three classes, four fifths of them of the first."""
    random = np.random.default_rng(0)
    path = tmp_path / "digits.npz"
    np.savez(path, x=random.integers(0, 256, (30, 8, 8), dtype="uint8"), y=np.repeat([7, 24_300, -4], [24, 3, 3]))
    return path


@pytest.fixture
def settings(tmp_path, digits):
    return ("--data", digits, "--model", "temkeng-vanilla", "--to", tmp_path / "run")


def test_a_training_leaves_all_that_is_promised(tmp_path, digits, capsys):
    folder = tmp_path / "runs" / "one"
    settings = ("--data", digits, "--model", "mirza", "--conditional", "--steps", 3, "--samples", 200, "--to", folder)
    assert call(*settings) == 0
    samples = arrays(folder / "samples.npz")
    assert samples["x"].shape == (200, 8, 8, 1) and samples["x"].dtype == np.uint8 and samples["step"] == 3
    counts = [np.sum(samples["y"] == name) / 200 for name in (7, 24_300, -4)]
    assert counts == pytest.approx([0.8, 0.1, 0.1], abs=0.08)  # as in the data, under their own names
    assert (folder / "history.csv").read_text().splitlines()[0].startswith("step,seconds,d_loss,g_loss,d_real,d_fake")
    for_spreadsheets = (folder / "history_german.csv").read_text(encoding="utf-8-sig")
    assert for_spreadsheets.replace(",", ".").replace(";", ",") == (folder / "history.csv").read_text()
    about = record(folder)
    assert about["model"] == "mirza" and about["identity"]["seed"] == 0 and about["classes"] == [-4, 7, 24_300]
    asked = {"data": str(digits), "model": "mirza", "conditional": True, "seconds": None, "steps": 3, "samples": 200}
    (made,) = about["calls"]
    assert asked.items() <= made["parameters"].items() and made["parameters"]["batch_size"] == 128
    assert {"commit", "versions", "began"} <= made.keys()
    assert about["results"]["step"] == 3 and about["results"]["images_seen"] == 384
    described = json.loads((folder / "generator.json").read_text())
    assert described["step"] == 3 and described["inputs"][1]["names"] == ["-4", "7", "24300"]
    generator = keras.models.load_model(folder / "generator.keras")
    z = recipes.CONDITIONAL_RECIPES["mirza"].build((8, 8, 1), seed=0, num_classes=3).sample_noise(200, seed=0)
    again = np.rint((np.asarray(generator([z, np.searchsorted([-4, 7, 24_300], samples["y"])])) + 1) * 127.5)
    assert np.abs(again - samples["x"]).max() <= 1
    assert not (folder / "metrics.json").exists()  # the digit features know nothing of these images

    before = contents(folder)
    capsys.readouterr()
    assert call(*settings) == 0
    assert "is finished: nothing to do" in capsys.readouterr().out
    assert contents(folder) == before


def test_a_training_that_was_stopped_goes_on(tmp_path, digits, monkeypatch):
    settings = ("--data", digits, "--model", "temkeng-vanilla", "--steps", 6, "--samples", 5, "--to")
    monkeypatch.setattr(run, "REPORT_EVERY", 2)
    call(*settings, tmp_path / "whole")
    with monkeypatch.context() as patched:
        patched.setattr(results, "write", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            call(*settings, tmp_path / "stopped")
    for newest in sorted((tmp_path / "stopped" / "checkpoints").glob("*.npz"))[1:]:
        newest.unlink()
    call(*settings, tmp_path / "stopped")
    one, other = arrays(tmp_path / "whole" / "samples.npz"), arrays(tmp_path / "stopped" / "samples.npz")
    np.testing.assert_array_equal(one["x"], other["x"])
    assert one["y"].tolist() == [-1] * 5
    assert [each["from_step"] for each in record(tmp_path / "stopped")["calls"]] == [0, 4]


def test_a_training_goes_on_for_longer_and_draws_more(tmp_path, settings, digits, capsys):
    folder = tmp_path / "run"
    call(*settings, "--steps", 3, "--samples", 4)
    three = arrays(folder / "samples.npz")
    call(*settings, "--steps", 3, "--samples", 40)
    more = arrays(folder / "samples.npz")
    assert len(more["x"]) == 40 and more["step"] == 3
    np.testing.assert_array_equal(more["x"][:4], three["x"])
    call(*settings, "--steps", 6, "--samples", 4, "--batch-size", 10)
    six = arrays(folder / "samples.npz")
    assert six["x"].shape == (4, 8, 8, 1) and six["step"] == 6 and not np.array_equal(six["x"], three["x"])
    about = record(folder)
    assert [each["from_step"] for each in about["calls"]] == [0, 3, 3]
    assert about["results"] | {"seconds": 0} == {
        "step": 6, "seconds": 0, "images_seen": 3 * 128 + 3 * 10, "times_the_data": 13.8, "hardly_trained": True,
        "samples": 4,
    }  # fmt: skip
    assert json.loads((folder / "generator.json").read_text())["step"] == 6
    capsys.readouterr()
    before = contents(folder)
    call(*settings, "--steps", 2, "--samples", 4)
    said = capsys.readouterr().out
    assert "is finished: nothing to do. It has 6 steps" in said and "hardly trained" in said
    call("--data", digits, "--steps", 6, "--samples", 4, "--to", folder)  # the model is that of the folder
    assert contents(folder) == before
    call(*settings, "--seconds", 0.1, "--samples", 4)
    assert record(folder)["results"]["step"] > 6 and record(folder)["results"]["seconds"] >= 0.1


@pytest.mark.parametrize("name", ["dcgan", "temkeng-vanilla", "panic"])
def test_samples_are_the_same_however_many_are_drawn(name):
    images = Data("x", np.random.default_rng(0).integers(0, 256, (40, 16, 16, 1), dtype="uint8"))
    gan = recipes.RECIPES[name].build((16, 16, 1), seed=3)
    if name == "dcgan":
        gan.shares.assign(np.full(30, 1 / 30))
    (few, _), (many, _) = (results.draw(gan, images, count, 3, None) for count in (30, 520))
    assert few.shape == (30, 16, 16, 1) and np.abs(few.astype(int) - many[:30]).max() <= 1
    more, orders = results.draw(gan, images, 40, 3, few)
    np.testing.assert_array_equal(more[:30], few)
    assert np.abs(more.astype(int) - many[:40]).max() <= 1 and orders.tolist() == [-1] * 40


@pytest.fixture
def images(tmp_path):
    """A folder of 12 dark images, one of them in two formats, and a text."""
    random = np.random.default_rng(0)
    for number in range(12):
        Image.fromarray(random.integers(0, 60, (20, 20), dtype="uint8")).save(tmp_path / f"{number:02}.png")
    Image.open(tmp_path / "03.png").save(tmp_path / "03.bmp")
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_a_folder_of_few_images_is_trained_on_stopped_and_gone_on_with(images, capsys, monkeypatch):
    settings = ("--data", images, "--model", "few", "--size", 16, "--samples", 6, "--to", images / "run")
    with monkeypatch.context() as patched:
        patched.setattr(results, "write", lambda *given: signal.raise_signal(signal.SIGINT))
        assert call(*settings, "--steps", 2) == 130
    assert "run keeps step 2: the same command goes on from there." in capsys.readouterr().err
    assert call(*settings, "--steps", 2) == 0
    folder, said = images / "run", capsys.readouterr().out
    longer = shlex.join(
        map(str, ("python", "-m", "seminar_gan", "train", *settings[:-2], "--steps", 4, "--to", folder))
    )
    assert said.splitlines()[-1] == f"To go on for longer: {longer}"
    assert "copies of another image, hold_out keeps them together: 1 (03.png = 03.bmp)" in said
    assert "result of an earlier run, not taken for an image: 1 (run)" in said  # in the folder of the images itself
    described = json.loads((folder / "generator.json").read_text())
    assert described["step"] == 2
    assert arrays(folder / "samples.npz")["x"].max() <= 60  # as light as these images get, and no lighter
    files = (folder / "images.csv").read_text().splitlines()
    assert len(files) == 1 + 13 + 1 and files[1] == "00.png,used"
    assert files[-1] == 'notes.txt,"skipped: not an image, or of a format that is not supported"'
    assert call(*map(str, shlex.split(longer)[4:])) == 0
    assert record(folder)["results"]["step"] == 4
    assert [each["from_step"] for each in record(folder)["calls"]] == [0, 2, 2]


def test_pictures_of_the_samples_are_left(tmp_path, settings, digits, monkeypatch):
    monkeypatch.setattr(run, "FRAMES", 2)
    folder = tmp_path / "run"
    call(*settings, "--steps", 3, "--samples", 40)
    frames = {path.name: path.read_bytes() for path in frame_paths(folder / "frames")}
    assert list(frames) == [f"step_{step:08}.png" for step in (0, 2, 3)]
    call(*settings, "--steps", 10, "--samples", 40)
    names = [path.name for path in frame_paths(folder / "frames")]
    assert names == [f"step_{step:08}.png" for step in (0, 2, 3, 4, 6, 8, 10)]
    assert all((folder / "frames" / name).read_bytes() == frames[name] for name in frames)
    with Image.open(folder / "frames" / "film.gif") as film:
        assert film.n_frames == len(names)
    samples = arrays(folder / "samples.npz")["x"][..., 0]
    with Image.open(folder / "samples.png") as opened:
        sheet = np.asarray(opened)
    side = 8 * 8  # each pixel eight times
    real, fake = sheet[16 : 16 + 2 * side + 2], sheet[32 + 2 * side + 2 :]
    assert fake.shape == (5 * side + 4 * 2, 8 * side + 7 * 2)  # the 40 that there are
    np.testing.assert_array_equal(fake[:side:8, :side:8], samples[0])
    np.testing.assert_array_equal(fake[-side::8, -side::8], samples[39])
    data = arrays(digits)["x"]
    assert any(np.array_equal(real[:side:8, :side:8], image) for image in data)


@pytest.mark.parametrize(("real", "fake", "shape"), [(1, 9, (16, 16, 1)), (30, 3, (70, 64, 3)), (5, 1, (17, 16, 3))])
def test_a_contact_sheet_of_few_samples(real, fake, shape):
    images = [np.random.default_rng(0).integers(0, 256, (count, *shape), dtype="uint8") for count in (real, fake)]
    sheet = results.contact_sheet(*images, 7, 0)
    columns, times = min(8, real, fake), max(1, 64 // max(shape[:2]))
    assert sheet.width == columns * (times * shape[1] + 2) - 2
    assert sheet.mode == ("L" if shape[2] == 1 else "RGB")


def test_frames_become_rarer_with_the_steps():
    film = SimpleNamespace()
    kept = []
    for film.step in range(1, 10_001):
        if run.Film.is_due(film):
            kept.append(film.step)
    assert kept[:16] == list(range(16, 257, 16)) and len(kept) < 110
    assert [sum(start < step <= 2 * start for step in kept) for start in (256, 512, 1024, 4096)] == [16] * 4


def test_nothing_is_drawn_where_nothing_is_kept(tmp_path, settings, monkeypatch):
    def fails(self, batch, logs=None):
        raise OSError("full")

    monkeypatch.setattr(run.Claim, "on_train_batch_end", fails)
    with pytest.raises(UserError, match="full"):
        call(*settings, "--steps", 2, "--samples", 2)
    assert not (tmp_path / "run").exists()


def test_what_identifies_a_run_must_stay(tmp_path, settings, digits):
    call(*settings, "--steps", 2, "--samples", 4)
    before = contents(tmp_path / "run")
    shutil.copy(digits, tmp_path / "moved.npz")
    assert call("--data", tmp_path / "moved.npz", *settings[2:], "--steps", 2, "--samples", 4) == 0
    options = ("--steps", 2, "--samples", 4)
    with pytest.raises(UserError, match=r"holds another run: seed 0, not 1\. Take another folder"):
        call(*settings, *options, "--seed", 1)
    with pytest.raises(UserError, match=r"holds another run: model 'temkeng-vanilla', not 'dcgan-plain'\. "):
        call(*settings[:2], "--model", "dcgan-plain", *settings[4:], *options)
    with pytest.raises(UserError, match=r"holds another run: conditional False, not True\. "):
        call(*settings, *options, "--conditional")
    images = arrays(digits)["x"]
    fewer, turned = r"its images have changed \(count 30, now 20\)", r"its images have changed\."
    for changed, message in ((images[:20], fewer), (images[::-1], turned)):
        np.savez(digits, x=changed)
        for steps in (2, 9):
            with pytest.raises(UserError, match=f"holds another run: {message}"):
                call(*settings, "--steps", steps, "--samples", 4)
    assert contents(tmp_path / "run") == before


@pytest.mark.parametrize("name", ["samples.npz", "generator.keras", "generator.json"])
def test_results_that_are_damaged_are_made_anew(tmp_path, settings, name):
    call(*settings, "--steps", 2, "--samples", 4)
    whole = arrays(tmp_path / "run" / "samples.npz")["x"]
    path = tmp_path / "run" / name
    if name.endswith(".json"):
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:200])
    call(*settings, "--steps", 2, "--samples", 4)
    np.testing.assert_array_equal(arrays(tmp_path / "run" / "samples.npz")["x"], whole)
    assert keras.models.load_model(tmp_path / "run" / "generator.keras") and (tmp_path / "run" / name).is_file()


def test_results_that_were_being_written_are_not_taken_for_whole(tmp_path, settings, monkeypatch):
    call(*settings, "--steps", 1, "--samples", 4)
    with monkeypatch.context() as patched:
        patched.setattr(results, "save_generator", lambda *given, **named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            call(*settings, "--steps", 2, "--samples", 4)
    assert record(tmp_path / "run")["results"] is None
    call(*settings, "--steps", 1, "--samples", 4)  # the state is that of step 2 by now, and the results will be, too
    assert record(tmp_path / "run")["results"]["step"] == arrays(tmp_path / "run" / "samples.npz")["step"] == 2


def test_a_training_without_checkpoints_does_not_replace_results(tmp_path, settings):
    call(*settings, "--steps", 2, "--samples", 4)
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    before = contents(tmp_path / "run")
    assert call(*settings, "--steps", 2, "--samples", 4) == 0
    with pytest.raises(UserError, match="has results, but no checkpoint to go on from"):
        call(*settings, "--steps", 3, "--samples", 4)
    assert contents(tmp_path / "run") == before


def test_a_training_that_is_hardly_one_says_so(tmp_path, settings, capsys, monkeypatch):
    monkeypatch.setattr(results, "HARDLY", 4)
    call(*settings, "--seconds", 1e-9, "--samples", 5)
    said = capsys.readouterr().out.splitlines()[-3]
    assert said.endswith(
        "2 steps, 256 images seen (8.53 times the data), 5 samples: hardly trained, so this is no result yet. The same "
        "command goes on with more --steps or --seconds"
    )
    assert record(tmp_path / "run")["results"]["hardly_trained"] is True
    call(*settings, "--steps", 4, "--samples", 5)
    assert (
        capsys.readouterr().out.splitlines()[-3].endswith("4 steps, 512 images seen (17.1 times the data), 5 samples")
    )
    assert record(tmp_path / "run")["results"]["hardly_trained"] is False


def test_the_model_is_recommended_and_written_down(tmp_path, digits, capsys, monkeypatch):
    monkeypatch.setattr(recipes, "recommend", lambda count, shape: {(30, (8, 8, 1)): "winkler-dense"}[count, shape])
    call("--data", digits, "--steps", 1, "--samples", 2, "--to", tmp_path / "run")
    assert "--model winkler-dense, as recommended for 30 images of 8 x 8." in capsys.readouterr().out
    assert record(tmp_path / "run")["model"] == "winkler-dense"
    assert record(tmp_path / "run")["calls"][0]["parameters"]["model"] == "winkler-dense"


def test_settings_of_other_work_do_not_change_the_pictures(tmp_path, settings, capsys):
    call(*settings[:4], "--steps", 2, "--samples", 4, "--to", tmp_path / "usual")
    capsys.readouterr()
    keras.config.set_image_data_format("channels_first")
    keras.config.set_epsilon(1e-3)
    try:
        call(*settings, "--steps", 2, "--samples", 4)
        assert keras.config.image_data_format() == "channels_last" and keras.config.epsilon() == 1e-7
    finally:
        keras.config.set_image_data_format("channels_last")
        keras.config.set_epsilon(1e-7)
    said = capsys.readouterr().out
    assert "keras.json sets image_data_format to channels_first, and is left aside: it is channels_last here." in said
    usual, other = (arrays(tmp_path / name / "samples.npz")["x"] for name in ("usual", "run"))
    np.testing.assert_array_equal(usual, other)


def test_light_images_are_trained_on(tmp_path):
    light = np.random.default_rng(0).integers(155, 236, (12, 8, 8), dtype="uint8")
    np.savez(tmp_path / "x.npz", x=light)
    options = ("--steps", 1, "--samples", 2, "--to", tmp_path / "run")
    assert call("--data", tmp_path / "x.npz", "--model", "temkeng-vanilla", *options) == 0


def test_digits_are_measured(tmp_path, monkeypatch):
    train_set, (x_test, y_test) = datasets.load_mnist()
    monkeypatch.setattr(datasets, "load_mnist", lambda: (train_set, (x_test[:2_000], y_test[:2_000])))
    with pytest.warns(UserWarning, match="200 of 200 fake samples have 3 or more equals"):
        found = results.evaluate(np.zeros((200, 28, 28, 1), "uint8"), np.arange(200) % 10)
    assert found["frechet_distance"]["generated"] > 20 * found["frechet_distance"]["real"]
    assert found["frechet_distance"]["count"] == 200 and found["label_fidelity"]["real"] > 0.97
    call("--data", "mnist", "--model", "temkeng-vanilla", "--steps", 1, "--samples", 5, "--to", tmp_path / "run")
    written = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert "more than" in written["not measured"] and written["step"] == 1 and written["hardly_trained"] is True


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither signal to catch")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_training_that_a_scheduler_or_a_closed_terminal_stops_ends_like_one_that_is_interrupted(name):
    number = getattr(signal, name)
    earlier = signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(KeyboardInterrupt), train.stopped_by_signals():
            signal.raise_signal(number)
        assert signal.getsignal(number) == signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN)
        with train.stopped_by_signals():
            signal.raise_signal(number)  # nohup has it so
    finally:
        signal.signal(number, earlier)


COMMAND = [sys.executable, "-m", "seminar_gan", "train", "--data", "digits.npz", "--model", "temkeng-vanilla"]


def outside(folder, **changes):
    """Where a package is installed: its path alone in `folder`, and no setting of ours."""
    shutil.copytree(ROOT / "seminar_gan", folder / "installed" / "seminar_gan", dirs_exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(folder / "installed"), **changes}
    environment.pop("SEMINAR_GAN_ENV", None)
    return {"cwd": folder, "env": environment, "text": True}


def test_an_installed_package_trains_without_a_clone(tmp_path, digits):
    (tmp_path / "notebooks").mkdir()  # of somebody's own project
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    options = {**outside(tmp_path, KERAS_BACKEND="torch"), "capture_output": True, "timeout": 300}
    options["env"]["PYTHONWARNINGS"] = "error"
    done = subprocess.run([*COMMAND, "--steps", "2", "--to", "run", "--samples", "3"], **options)
    assert done.returncode == 0, done.stderr
    assert "step 2/2" in done.stdout and "2 steps, 256 images seen" in done.stdout
    assert done.stdout.startswith("KERAS_BACKEND is torch, and is left aside")
    assert not (tmp_path / ".venv").exists()
    wrong = subprocess.run([*COMMAND, "--to", "other"], **options)
    assert wrong.returncode == 2 and wrong.stderr == "Say how long to train: either --seconds 60 or --steps 1000.\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process alone")
def test_an_interrupted_training_says_what_is_kept(tmp_path, digits):
    options = {**outside(tmp_path), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    interruptible = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    command = [*COMMAND, "--seconds", "600", "--to", "run", "--samples", "3"]
    child = subprocess.Popen(command, **options, **interruptible)
    until = time.monotonic() + 120
    while not (tmp_path / "run" / "run.json").exists() and time.monotonic() < until:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    last = errors.splitlines()[-1]
    assert last.startswith("run keeps step ") and last.endswith(": the same command goes on from there.")
    assert "Traceback" not in errors
