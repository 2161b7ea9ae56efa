"""What a GAN's training shows and leaves behind: frames, film, event files, history, progress; and the time limit.

Most tests call the callbacks as `GAN.fit` does, on a stand-in for the GAN. Those at the end train a tiny GAN.
"""

import csv
import io
import json
import re
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_gan
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from seminar_gan import ranges
from seminar_gan.files import set_aside, whole
from seminar_gan.training.watch.frames import FrameFolder, SampleGrid, as_grid, write_film
from seminar_gan.training.watch.history import HistoryCSV, TimeLimit
from seminar_gan.training.watch.progress import StepProgress
from seminar_gan.training.watch.tensorboard import TensorBoardFrames, TensorBoardScalars


class Clock:
    """Stands in for time.perf_counter."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def tick(self, seconds):
        self.now += seconds


class StandIn:
    """What the callbacks know of a GAN. Its images have the shade that `shade` gives for its step."""

    def __init__(self, step=0, batch_size=64, d_steps=1, channels=1, shade=lambda step: min(1, step / 50)):
        self.step, self.d_steps, self.channels, self.shade = step, d_steps, channels, shade
        self.stop_training = False
        self.record = SimpleNamespace(seconds=0.0, last_step=None, batch_size=batch_size, history={})
        self.asked = []

    def generate(self, *asked, seed):
        self.asked.append((*asked, seed))
        noise = np.random.default_rng(seed).uniform(-1, 0, (asked[0], 3, 4, self.channels))
        return (noise + self.shade(self.step)).astype("float32")


def train(gan, callbacks, steps, report_every=10, killed_at=None, tick=lambda: None):
    """Call callbacks as `GAN.fit` does. Each step lasts 1 s in the history, the first of a call aside."""
    gan.record.last_step, gan.stop_training, first = steps, False, gan.step + 1
    for callback in callbacks:
        callback.set_model(gan)
        callback.on_train_begin()
    while gan.step < steps and not gan.stop_training:
        gan.step += 1
        tick()
        gan.record.seconds += gan.step > first
        for callback in callbacks:
            callback.on_train_batch_end((gan.step - first) % report_every)
        if gan.step == killed_at:
            return
        if (gan.step - first + 1) % report_every == 0 or gan.step == steps or gan.stop_training:
            logs = {"step": gan.step, "seconds": gan.record.seconds, "d_loss": 1 / gan.step, "g_loss": float(gan.step)}
            for name, value in logs.items():
                gan.record.history.setdefault(name, []).append(value)
            for callback in callbacks:
                callback.on_epoch_end((gan.step - first) // report_every, logs)
    for callback in callbacks:
        callback.on_train_end()


class Kept:
    """An output of SampleGrid that keeps what it is handed."""

    def __init__(self):
        self.calls = []

    def begin(self, step, grid):
        self.calls.append(("begin", step, grid))

    def write(self, step, grid):
        self.calls.append(("write", step, grid))

    def end(self):
        self.calls.append(("end",))


def grids(*outputs, **options):
    return SampleGrid(*outputs, to_uint8=ranges.symmetric_to_uint8, **options)


# --- the grid


def test_a_grid_has_the_images_row_by_row_with_grey_between():
    images = np.arange(6, dtype="uint8").repeat(4).reshape(6, 2, 2, 1)
    grid = as_grid(images, columns=3)
    assert grid.shape == (2 + 2 + 2, 2 + 2 + 2 + 2 + 2, 1)
    g = 128
    assert grid[..., 0].tolist() == [
        [0, 0, g, g, 1, 1, g, g, 2, 2],
        [0, 0, g, g, 1, 1, g, g, 2, 2],
        [g] * 10,
        [g] * 10,
        [3, 3, g, g, 4, 4, g, g, 5, 5],
        [3, 3, g, g, 4, 4, g, g, 5, 5],
    ]


def test_a_grid_keeps_colours():
    images = np.random.default_rng(0).integers(0, 256, (4, 5, 3, 3), "uint8")
    grid = as_grid(images, columns=2)
    assert np.array_equal(grid[7:12, 5:8], images[3])


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [(60, [20, 40, 60]), (50, [20, 40, 50]), (10, [10])],
)
def test_grids_are_drawn_at_the_start_every_so_often_and_once_at_the_end(steps, wanted):
    kept, other = Kept(), Kept()
    train(StandIn(), [grids(kept, other, every=20)], steps)
    assert [call[:2] for call in kept.calls] == [("begin", 0), *[("write", step) for step in wanted], ("end",)]
    assert str(kept.calls) == str(other.calls)
    shades = [call[2].mean() for call in kept.calls[:-1]]
    assert shades == sorted(set(shades))  # each is drawn at its own step


def test_the_same_z_and_labels_are_asked_for_each_time():
    gan, labels = StandIn(), np.arange(6) % 3
    train(gan, [grids(every=20, rows=2, columns=3, seed=7, class_labels=labels)], 40)
    assert [(count, seed) for count, _, seed in gan.asked] == [(6, 7)] * 3
    assert all(asked is labels for _, asked, _ in gan.asked)
    gan = StandIn()
    train(gan, [grids(every=20, rows=2, columns=3, seed=7)], 40)
    assert gan.asked == [(6, 7)] * 3


def test_the_range_is_what_to_uint8_says():
    kept, unit = Kept(), SampleGrid(out := Kept(), to_uint8=ranges.unit_to_uint8)
    gan = StandIn(shade=lambda step: 1)  # images in [0, 1]
    train(gan, [grids(kept), unit], 1)
    assert kept.calls[0][2][0, 0, 0] >= 127
    first = gan.generate(40, seed=0)[0, 0, 0, 0]
    assert out.calls[0][2][0, 0, 0] == round(float(first) * 255)
    with pytest.raises(ValueError, match=r"unit_to_uint8 wants values in \[0, 1\]"):
        train(StandIn(), [unit], 1)


@pytest.mark.parametrize("wrong", [{"every": 0}, {"rows": 0}, {"columns": 2.5}, {"seed": -1}])
def test_numbers_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        grids(**wrong)


# --- frames and film


def frame_names(folder):
    return sorted(path.name for path in folder.iterdir())


def film_frames(path):
    with Image.open(path) as film:
        frames = []
        for number in range(film.n_frames):
            film.seek(number)
            frames.append((np.asarray(film.convert("RGB")), film.info["duration"]))
        return frames, film.info.get("loop")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_frame_is_the_grid(tmp_path, channels):
    kept = Kept()
    train(StandIn(channels=channels), [grids(FrameFolder(tmp_path / "new" / "frames"), kept, every=20)], 50)
    folder = tmp_path / "new" / "frames"
    steps = [0, 20, 40, 50]
    assert frame_names(folder) == ["film.gif", *[f"step_{step:08d}.png" for step in steps]]
    for step, (_, _, grid) in zip(steps, kept.calls[:-1], strict=True):
        frame = np.asarray(Image.open(folder / f"step_{step:08d}.png"))
        assert np.array_equal(frame.reshape(grid.shape), grid)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_film_shows_every_frame_with_its_step_again_and_again(tmp_path, channels):
    train(StandIn(channels=channels), [grids(FrameFolder(tmp_path, film_seconds=1), every=10)], 50)
    frames, loop = film_frames(tmp_path / "film.gif")
    assert loop == 0  # for ever
    assert [duration for _, duration in frames] == [170] * 5 + [2_000]
    for step, (shown, _) in zip(range(0, 60, 10), frames, strict=True):
        frame = np.asarray(Image.open(tmp_path / f"step_{step:08d}.png").convert("RGB"))
        assert shown.shape == (len(frame) + 14, *frame.shape[1:])
        error = np.abs(shown[: len(frame)].astype(int) - frame)
        assert error.max() <= 8 if channels == 1 else error.mean() < 12  # a GIF has 256 colours a frame
        assert shown[len(frame) :].min() < 100  # letters
        assert (shown[len(frame) :] > 230).mean() > 0.5  # on white
    captions = {shown[-14:].tobytes() for shown, _ in frames}
    assert len(captions) == 6


def test_frames_that_look_the_same_all_have_their_time(tmp_path):
    train(StandIn(shade=lambda step: 0), [grids(FrameFolder(tmp_path, film_seconds=1), every=10)], 50)
    assert sum(duration for _, duration in film_frames(tmp_path / "film.gif")[0]) == 5 * 170 + 2_000


@pytest.mark.parametrize(("seconds", "each"), [(100, 500), (1, 50), (0.1, 20)])
def test_a_frame_is_neither_too_long_nor_too_short(tmp_path, seconds, each):
    frames = FrameFolder(tmp_path, film_seconds=seconds)
    for step in range(20):
        frames.write(step, np.full((4, 60, 1), 17 * (step % 15), "uint8"))
    frames.end()
    assert film_frames(tmp_path / "film.gif")[0][0][1] == each


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_training_that_was_killed_and_goes_on_leaves_the_same_frames_and_film(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train(StandIn(), [grids(FrameFolder(whole), every=15)], 100)
    train(StandIn(), [grids(FrameFolder(killed), every=15)], 100, killed_at=78)
    assert frame_names(killed)[-1] == "step_00000075.png"
    (killed / "step_00000075.png.part").write_bytes(b"half")
    for restored in (70, 60):  # between two frames, and at one
        train(StandIn(step=restored), [grids(FrameFolder(killed), every=15)], 100, killed_at=80)
    train(StandIn(step=70), [grids(FrameFolder(killed), every=15)], 100)
    assert contents(killed) == contents(whole)


def test_frames_beyond_the_step_where_the_training_goes_on_are_removed(tmp_path):
    train(StandIn(), [grids(FrameFolder(tmp_path), every=10)], 50)
    train(StandIn(step=20), [grids(FrameFolder(tmp_path), every=10)], 50, killed_at=31)
    assert frame_names(tmp_path)[1:] == [f"step_{step:08d}.png" for step in (0, 10, 20, 30)]


def test_a_training_that_goes_on_in_a_new_folder_has_its_start_there(tmp_path):
    train(StandIn(step=25), [grids(FrameFolder(tmp_path), every=10)], 40)
    assert frame_names(tmp_path)[1:] == [f"step_{step:08d}.png" for step in (25, 30, 40)]


def test_a_new_training_has_the_folder_for_itself_and_the_earlier_one_is_kept(tmp_path, capsys):
    mine = {name: name.encode() for name in ("notes.txt", "step_by_step.png")}
    for name, content in mine.items():
        (tmp_path / name).write_bytes(content)
    left = []
    for speed in (1, 2, 3):
        train(StandIn(shade=lambda step, k=speed: k * step / 200), [grids(FrameFolder(tmp_path), every=10)], 30)
        left.append({name: data for name, data in contents(tmp_path).items() if re.match(r"step_0|film", name)})
    assert contents(tmp_path / "earlier_1") == left[0]
    assert contents(tmp_path / "earlier_2") == left[1]
    assert left[0] != left[1]
    assert len(film_frames(tmp_path / "film.gif")[0]) == 4
    assert contents(tmp_path).items() >= mine.items()
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}: what an earlier training left is now in earlier_{number}" for number in (1, 2)
    ]


@pytest.mark.parametrize("other", [{"shade": lambda step: 0.5}, {"channels": 3}])
def test_frames_of_another_training_are_left_alone(tmp_path, other):
    train(StandIn(), [grids(FrameFolder(tmp_path), every=10)], 40)
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=r"step_00000020.png is of another training.*Take another folder"):
        train(StandIn(step=20, **other), [grids(FrameFolder(tmp_path), every=10)], 40)
    assert contents(tmp_path) == before


def test_rounding_on_another_processor_is_no_other_training(tmp_path):
    train(StandIn(), [grids(FrameFolder(tmp_path), every=10)], 20)
    train(StandIn(step=20, shade=lambda step: step / 50 + 0.001), [grids(FrameFolder(tmp_path), every=10)], 30)
    assert frame_names(tmp_path)[-1] == "step_00000030.png"


def test_a_film_can_be_made_of_an_interrupted_training(tmp_path):
    train(StandIn(), [grids(FrameFolder(tmp_path), every=10)], 100, killed_at=35)
    write_film(tmp_path, tmp_path / "so_far.gif")
    assert len(film_frames(tmp_path / "so_far.gif")[0]) == 4


def test_no_film_without_frames(tmp_path):
    with pytest.raises(ValueError, match=r"no frames step_\*\.png in"):
        write_film(tmp_path, tmp_path / "film.gif")
    assert not list(tmp_path.iterdir())


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with whole(path) as part:
        part.write_text("first", encoding="utf-8")
        assert not path.exists()
    with pytest.raises(OSError, match="disk full"), whole(path) as part:
        part.write_text("sec", encoding="utf-8")
        raise OSError("disk full")
    assert path.read_text(encoding="utf-8") == "first"


def test_nothing_to_set_aside_makes_no_folder(tmp_path, capsys):
    set_aside([])
    set_aside([tmp_path / "missing.csv"])
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""


# --- TensorBoard


def events(folder):
    """All values that TensorBoard finds in a folder: {tag: [(step, value)]}, an image as an array."""
    found = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    series = {}
    for tag in found.Tags()["tensors"]:
        values = [(event.step, tf.make_ndarray(event.tensor_proto)) for event in found.Tensors(tag)]
        series[tag] = [(step, _decoded(value) if value.ndim else value.item()) for step, value in values]
    return series


def backdate(folder):
    """Make event files an hour older. They are read in the order of their names, which begin with their time."""
    for path in list(folder.glob("events*")):
        path.rename(path.with_name(re.sub(r"(?<=tfevents\.)\d+", lambda found: str(int(found[0]) - 3_600), path.name)))


def _decoded(value):
    width, height, png = value
    image = np.asarray(Image.open(io.BytesIO(png)))
    assert image.shape[:2] == (int(height), int(width))
    return image


def test_losses_are_logged_at_their_true_step(tmp_path):
    train(StandIn(), [TensorBoardScalars(tmp_path)], 25)
    found = events(tmp_path)
    assert found == {
        "d_loss": [(step, np.float32(1 / step)) for step in (10, 20, 25)],
        "g_loss": [(10, 10.0), (20, 20.0), (25, 25.0)],
    }


def test_losses_can_be_read_while_the_training_runs_and_go_on_where_it_does(tmp_path):
    log = TensorBoardScalars(tmp_path)
    train(StandIn(), [log], 50, killed_at=31)
    assert [step for step, _ in events(tmp_path)["g_loss"]] == [10, 20, 30]
    backdate(tmp_path)
    train(StandIn(step=30), [TensorBoardScalars(tmp_path)], 50)
    assert events(tmp_path)["g_loss"] == [(10, 10.0), (20, 20.0), (30, 30.0), (40, 40.0), (50, 50.0)]


def test_a_new_training_has_a_log_of_its_own(tmp_path):
    for steps in (40, 20):
        train(StandIn(), [grids(TensorBoardFrames(tmp_path), every=10), TensorBoardScalars(tmp_path)], steps)
    assert [step for step, _ in events(tmp_path)["g_loss"]] == [10, 20]
    assert [step for step, _ in events(tmp_path / "earlier_1")["g_loss"]] == [10, 20, 30, 40]
    assert [step for step, _ in events(tmp_path / "samples")["samples"]] == [0, 10, 20]
    assert [step for step, _ in events(tmp_path / "samples" / "earlier_1")["samples"]] == [0, 10, 20, 30, 40]


@pytest.mark.parametrize("channels", [1, 3])
def test_tensorboard_has_the_grids(tmp_path, channels):
    kept = Kept()
    train(StandIn(channels=channels), [grids(TensorBoardFrames(tmp_path), kept, every=20)], 50)
    found = events(tmp_path / "samples")["samples"]
    assert [step for step, _ in found] == [0, 20, 40, 50]
    for (_, image), (_, _, grid) in zip(found, kept.calls[:-1], strict=True):
        assert np.array_equal(image.reshape(grid.shape), grid)


def test_a_training_that_goes_on_draws_its_first_grid_once(tmp_path):
    log = TensorBoardFrames(tmp_path)
    train(StandIn(step=20), [grids(log, every=10)], 30, killed_at=30)
    assert [step for step, _ in events(tmp_path / "samples")["samples"]] == [20, 30]
    backdate(tmp_path / "samples")
    train(StandIn(step=30), [grids(TensorBoardFrames(tmp_path), every=10)], 40)
    assert [step for step, _ in events(tmp_path / "samples")["samples"]] == [20, 30, 40]


def test_a_missing_tensorboard_is_named(tmp_path, monkeypatch):
    monkeypatch.delattr(tf.summary, "image")
    with pytest.raises(ImportError, match="python -m pip install tensorboard"):
        train(StandIn(), [TensorBoardScalars(tmp_path)], 1)


@pytest.mark.slow
def test_tensorboard_serves_the_run(tmp_path):
    train(StandIn(), [TensorBoardScalars(tmp_path / "dcgan"), grids(TensorBoardFrames(tmp_path / "dcgan"))], 20)
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = next(found[0] for line in server.stderr if (found := re.search(r"http://localhost:\d+/", line)))
            wanted = {"dcgan": ["d_loss", "g_loss"]}
            deadline = time.monotonic() + 60
            while (listed := _listed(address, "scalars")) != wanted and time.monotonic() < deadline:
                time.sleep(0.2)  # it reads the files behind the scenes
            assert listed == wanted
            assert _listed(address, "images") == {"dcgan/samples": ["samples"]}
            query = "data/plugin/scalars/scalars?run=dcgan&tag=g_loss"
            points = json.load(urllib.request.urlopen(address + query))
            assert [(step, value) for _, step, value in points] == [(10, 10.0), (20, 20.0)]
        finally:
            server.terminate()


def _listed(address, plugin):
    with urllib.request.urlopen(f"{address}data/plugin/{plugin}/tags") as answer:
        return {run: sorted(tags) for run, tags in json.load(answer).items() if tags}


# --- history


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_history_is_a_table(tmp_path):
    path = tmp_path / "new" / "history.csv"
    gan = StandIn()
    train(gan, [HistoryCSV(path)], 25)
    header, *lines = rows(path)
    assert header == ["step", "seconds", "d_loss", "g_loss"]
    columns = zip(*lines, strict=True)
    assert {name: list(map(float, column)) for name, column in zip(header, columns, strict=True)} == gan.record.history
    assert [line[0] for line in lines] == ["10", "20", "25"]


def test_rows_beyond_the_step_where_the_training_goes_on_are_cut_off(tmp_path):
    path = tmp_path / "history.csv"
    train(StandIn(), [HistoryCSV(path)], 50)
    gan = StandIn(step=20)
    gan.record.history = {"step": [10, 20], "seconds": [9.0, 19.0], "d_loss": [0.1, 0.05], "g_loss": [10.0, 20.0]}
    train(gan, [HistoryCSV(path)], 40, killed_at=31)
    assert [line[0] for line in rows(path)] == ["step", "10", "20", "30"]


def test_a_new_history_does_not_overwrite_another(tmp_path):
    path = tmp_path / "history.csv"
    for steps in (30, 10):
        train(StandIn(), [HistoryCSV(path)], steps)
    assert [line[0] for line in rows(path)] == ["step", "10"]
    assert [line[0] for line in rows(tmp_path / "earlier_1" / "history.csv")] == ["step", "10", "20", "30"]


# --- progress


def steps_shown(text):
    return [int(number) for number in re.findall(r"^step +(\d+)", text, re.MULTILINE)]


def test_a_line_says_step_losses_speed_and_time_left(monkeypatch, capsys):
    """A step takes 1 s, of which the history counts all; the first takes 50 s, of which it counts nothing."""
    clock, gan = Clock(monkeypatch), StandIn(batch_size=1_480, d_steps=2)
    train(gan, [StepProgress()], 1_000, report_every=300, tick=lambda: clock.tick(1 if gan.step > 1 else 50))
    assert capsys.readouterr() == (
        "step  300/1000  d_loss 0.003  g_loss 300.000  2,960 images/s  700 s left\n"
        "step  600/1000  d_loss 0.002  g_loss 600.000  2,960 images/s  400 s left\n"
        "step  900/1000  d_loss 0.001  g_loss 900.000  2,960 images/s  100 s left\n"
        "step 1000/1000  d_loss 0.001  g_loss 1000.000  2,960 images/s  0 s left\n",
        "",
    )


def test_time_between_the_steps_counts_for_the_time_left_alone(monkeypatch, capsys):
    clock, gan = Clock(monkeypatch), StandIn(batch_size=10)
    train(gan, [StepProgress()], 21, report_every=11, tick=lambda: clock.tick(3))
    assert capsys.readouterr().out.splitlines()[0].endswith("  10 images/s  30 s left")


def test_a_training_that_goes_on_counts_from_where_it_began(monkeypatch, capsys):
    clock, gan = Clock(monkeypatch), StandIn(step=500, batch_size=10)
    gan.record.seconds = 4_000.0
    train(gan, [StepProgress()], 1_000, report_every=101, tick=lambda: clock.tick(2))
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "step  601/1000  d_loss 0.002  g_loss 601.000  10 images/s  798 s left"


def test_the_first_step_alone_says_nothing_of_the_others(monkeypatch, capsys):
    Clock(monkeypatch)
    train(StandIn(), [StepProgress()], 1)
    assert capsys.readouterr().out == "step 1/1  d_loss 1.000  g_loss 1.000\n"


@pytest.mark.parametrize("lines", [1, 3, 10])
@pytest.mark.parametrize("steps", [100, 105, 990, 4_000])
def test_about_ten_lines_with_the_first_and_the_last_report(capsys, steps, lines):
    train(StandIn(), [StepProgress(lines)], steps)
    shown = steps_shown(capsys.readouterr().out)
    assert (shown[0], shown[-1]) == (10, steps)
    assert shown == sorted(set(shown))
    assert lines <= len(shown) <= lines + 1


def test_where_the_training_stops_has_a_line(capsys):
    train(StandIn(), [StepProgress(), StopAt(437)], 1_000)
    assert steps_shown(capsys.readouterr().out) == [10, 100, 200, 300, 400, 437]


class StopAt(keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == self.step:
            self.model.stop_training = True


def test_with_a_time_limit_lines_and_time_left_go_by_the_clock(monkeypatch, capsys):
    clock, limit = Clock(monkeypatch), TimeLimit(59.9)
    train(StandIn(batch_size=64), [StepProgress(5, limit), limit], 1_000_000, tick=lambda: clock.tick(0.25))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "step 10  2/59.9 s  d_loss 0.100  g_loss 10.000  64 images/s  58 s left"
    assert lines[-1] == "step 241  60/59.9 s  d_loss 0.004  g_loss 241.000  64 images/s  0 s left"
    assert steps_shown("\n".join(lines)) == [10, 50, 100, 150, 200, 241]


def test_a_time_limit_that_the_steps_do_not_need_says_when_they_are_done(monkeypatch, capsys):
    clock, limit = Clock(monkeypatch), TimeLimit(1_000)
    train(StandIn(), [StepProgress(2, limit), limit], 21, tick=lambda: clock.tick(1))
    assert [line.split("  ")[-1] for line in capsys.readouterr().out.splitlines()] == [
        "11 s left",
        "1 s left",
        "0 s left",
    ]


def test_in_a_notebook_speed_and_time_left_stand_below_and_go(monkeypatch, capsys):
    texts = []
    display = SimpleNamespace(update=lambda data, raw: texts.append(data["text/plain"]))
    monkeypatch.setattr("seminar_gan.training.callbacks._display_handle", lambda: display)
    clock = Clock(monkeypatch)
    train(StandIn(batch_size=8), [StepProgress(2)], 40, tick=lambda: clock.tick(1))
    assert [text.splitlines()[-1] for text in texts[:-1]] == [f"8 images/s  {left} s left" for left in (30, 20, 10, 0)]
    assert texts[-1].splitlines() == [
        "step 10/40  d_loss 0.100  g_loss 10.000",
        "step 20/40  d_loss 0.050  g_loss 20.000",
        "step 40/40  d_loss 0.025  g_loss 40.000",
    ]
    assert capsys.readouterr() == ("", "")


# --- time limit


def test_the_time_counts_from_the_end_of_the_first_step(monkeypatch):
    clock, gan, limit = Clock(monkeypatch), StandIn(), TimeLimit(10)
    train(gan, [limit], 1_000, tick=lambda: clock.tick(3 if gan.step > 1 else 500))
    assert gan.step == 1 + 4  # 9 s are not enough
    assert limit.used == 12


def test_what_was_used_before_counts(monkeypatch):
    clock, gan, limit = Clock(monkeypatch), StandIn(step=70), TimeLimit(10)
    gan.record.seconds = 5.0
    train(gan, [limit], 1_000, tick=lambda: clock.tick(2))
    assert gan.step == 70 + 1 + 3
    assert limit.used == 11


def test_a_training_with_time_to_spare_is_not_stopped(monkeypatch):
    clock, gan, limit = Clock(monkeypatch), StandIn(), TimeLimit(10)
    train(gan, [limit], 5, tick=lambda: clock.tick(2))
    assert (gan.step, limit.used, gan.stop_training) == (5, 8, False)


def test_a_limit_can_be_used_again(monkeypatch):
    clock, limit = Clock(monkeypatch), TimeLimit(10)
    for _ in range(2):
        train(gan := StandIn(), [limit], 1_000, tick=lambda: clock.tick(5))
        assert (gan.step, limit.used) == (3, 10)
        clock.tick(1_000)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds must be above 0"):
        TimeLimit(seconds)


# --- on a GAN


def watchers(folder):
    """Everything that leaves something behind."""
    frames = grids(FrameFolder(folder / "frames"), TensorBoardFrames(folder), every=15, rows=2, columns=3)
    return [frames, TensorBoardScalars(folder), HistoryCSV(folder / "history.csv")]


def fit(gan, callbacks, **options):
    return gan.fit(tiny_gan.images(), steps=50, batch_size=16, report_every=10, callbacks=callbacks, **options)


class Crash(keras.callbacks.Callback):
    """Ends the training without a word to the other callbacks, as a power cut does."""

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == 38:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A training that ran through: the folder, the GAN and its history."""
    folder, gan = tmp_path_factory.mktemp("watched"), tiny_gan.gan()
    return folder, gan, fit(gan, watchers(folder)).history


def test_watching_does_not_change_the_training(watched):
    fit(alone := tiny_gan.gan(), [])
    assert tiny_gan.same(watched[1], alone)


def test_what_a_gan_leaves_behind(watched):
    folder, gan, history = watched
    assert sorted(path.stem for path in (folder / "frames").glob("*.png")) == [
        f"step_{step:08d}" for step in (0, 15, 30, 45, 50)
    ]
    last = as_grid(ranges.symmetric_to_uint8(gan.generate(6, seed=0)), columns=3)
    assert np.array_equal(np.asarray(Image.open(folder / "frames" / "step_00000050.png")), last[..., 0])
    assert len(film_frames(folder / "frames" / "film.gif")[0]) == 5
    logged = events(folder)
    assert logged.keys() == history.keys() - {"step", "seconds"}
    for name, values in logged.items():
        assert values == list(zip(history["step"], np.float32(history[name]), strict=True))
    header, *lines = rows(folder / "history.csv")
    assert header == list(history)
    assert [[float(value) for value in column] for column in zip(*lines, strict=True)] == list(history.values())


def test_a_gan_that_is_taken_up_again_leaves_the_same_behind(watched, tmp_path):
    folder, gan, _ = watched
    with pytest.raises(KeyboardInterrupt):
        fit(tiny_gan.gan(), [*watchers(tmp_path), Crash()], checkpoints=tmp_path / "state")
    for place in (tmp_path, tmp_path / "samples"):
        backdate(place)
    fit(resumed := tiny_gan.gan(), watchers(tmp_path), checkpoints=tmp_path / "state")
    assert tiny_gan.same(resumed, gan)
    assert contents(tmp_path / "frames") == contents(folder / "frames")
    assert events(tmp_path) == events(folder)
    assert [step for step, _ in events(tmp_path / "samples")["samples"]] == [0, 15, 30, 45, 50]
    (header, *lines), (wanted_header, *wanted) = rows(tmp_path / "history.csv"), rows(folder / "history.csv")
    column = header.index("seconds")
    assert header == wanted_header
    assert [line[:column] + line[column + 1 :] for line in lines] == [
        line[:column] + line[column + 1 :] for line in wanted
    ]


def test_a_conditional_gan_draws_the_classes_that_are_asked_for():
    gan, kept, class_labels = tiny_gan.gan(conditional=True), Kept(), np.array([4, 4, 0, 1])
    gan.fit(
        tiny_gan.images(),
        tiny_gan.labels(),
        steps=2,
        batch_size=16,
        callbacks=[grids(kept, rows=2, columns=2, seed=5, class_labels=class_labels)],
    )
    images = ranges.symmetric_to_uint8(gan.generate(4, class_labels, seed=5))
    assert np.array_equal(kept.calls[-2][2], as_grid(images, columns=2))


def test_progress_and_time_limit_on_a_gan(capfd):
    gan, limit = tiny_gan.gan(), TimeLimit(0.2)
    gan.record.batch_size = 16
    gan.fit(
        tiny_gan.images(),
        steps=1_000_000,
        batch_size=16,
        report_every=10,
        callbacks=[StepProgress(4, limit), limit, grids(Kept(), every=1)],
    )
    out, err = capfd.readouterr()
    assert 1 < gan.step < 1_000_000
    assert 0.2 <= limit.used < 2
    assert re.fullmatch(
        r"(step \d+  0/0.2 s  d_loss \d\.\d{3}  g_loss \d\.\d{3}  [\d,]+ images/s  0 s left\n){1,6}", out
    )
    assert steps_shown(out)[-1] == gan.step
    assert err == ""
