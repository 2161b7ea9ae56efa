"""How the samples change during a training: the grid, the frames and the film."""

import re
from pathlib import Path

import numpy as np
import pytest
import tiny_gan
from PIL import Image

from seminar_gan import ranges
from seminar_gan.training.watch.frames import FrameFolder, SampleGrid, as_grid, write_film


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


def grids(*outputs, to_uint8=ranges.symmetric_to_uint8, **options):
    return SampleGrid(*outputs, to_uint8=to_uint8, **options)


# The grid


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


# The grids of a GAN's training


@pytest.mark.parametrize(("steps", "drawn"), [(60, [20, 40, 60]), (50, [20, 40, 50]), (10, [10])])
def test_grids_are_drawn_at_the_start_every_so_often_and_once_at_the_end(steps, drawn):
    kept, other = Kept(), Kept()
    tiny_gan.fit(tiny_gan.begin(), steps, callbacks=[grids(kept, other, every=20)])
    assert [call[:2] for call in kept.calls] == [("begin", 0), *[("write", step) for step in drawn], ("end",)]
    assert str(kept.calls) == str(other.calls)


def test_each_grid_is_of_the_same_z_at_its_own_step():
    trained, kept = tiny_gan.begin(), Kept()
    options = {"every": 20, "rows": 2, "columns": 3, "seed": 7}

    def grid():
        return as_grid(ranges.symmetric_to_uint8(trained.generate(6, seed=7)), columns=3)

    expected = [grid()]
    for steps in (20, 40):
        tiny_gan.fit(trained, steps)
        expected.append(grid())
    tiny_gan.fit(tiny_gan.begin(), 40, callbacks=[grids(kept, **options)])  # in one go
    assert all(np.array_equal(call[2], each) for call, each in zip(kept.calls[:-1], expected, strict=True))
    assert not np.array_equal(expected[0], expected[1])


@pytest.mark.long
def test_the_classes_are_those_asked_for():
    trained, kept, class_labels = tiny_gan.begin(conditional=True), Kept(), np.array([4, 4, 0, 1])
    options = {"rows": 2, "columns": 2, "seed": 5, "class_labels": class_labels}
    tiny_gan.fit(trained, 2, tiny_gan.images(), tiny_gan.labels(), callbacks=[grids(kept, **options)])
    images = ranges.symmetric_to_uint8(trained.generate(4, class_labels, seed=5))
    assert np.array_equal(kept.calls[-2][2], as_grid(images, columns=2))


def test_the_range_is_what_to_uint8_says():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):  # the images are in [-1, 1]
        tiny_gan.fit(tiny_gan.begin(), 1, callbacks=[grids(Kept(), to_uint8=ranges.unit_to_uint8)])


@pytest.mark.parametrize("wrong", [{"every": 0}, {"rows": 0}, {"columns": 2.5}, {"seed": -1}])
def test_numbers_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        grids(**wrong)


def test_watching_does_not_change_the_training():
    tiny_gan.fit(alone := tiny_gan.begin(), 30)
    state = tiny_gan.state(alone)
    tiny_gan.fit(watched := tiny_gan.begin(), 30, callbacks=[grids(Kept(), every=7)])
    assert tiny_gan.same(state, watched)


def test_a_training_that_is_taken_up_again_leaves_the_same_frames_and_film(tmp_path):
    def fit(folder, *callbacks, **options):
        frames = grids(FrameFolder(folder), every=15, rows=2, columns=3)
        tiny_gan.fit(tiny_gan.begin(), 50, report_every=10, callbacks=[frames, *callbacks], **options)

    whole, stopped, checkpoints = tmp_path / "whole", tmp_path / "stopped", tmp_path / "state"
    fit(whole)
    for step in (38, 47):  # the first between two frames; at the second a frame is newer than the checkpoint
        with pytest.raises(InterruptedError):
            fit(stopped, tiny_gan.StopAt(step), checkpoints=checkpoints)
        (stopped / "step_00000045.png.part").write_bytes(b"half")
    fit(stopped, checkpoints=checkpoints)
    (stopped / "step_00000045.png.part").unlink()
    assert frame_names(whole) == ["film.gif", *[f"step_{step:08d}.png" for step in (0, 15, 30, 45, 50)]]
    assert contents(stopped) == contents(whole)


# Frames and film, without a training: a FrameFolder is handed grids


def grid(step, channels=1, shade=0.0):
    """A grid of noise that becomes lighter by the step."""
    noise = np.random.default_rng(0).uniform(0, 100, (12, 60, channels))
    return (noise + step + shade).astype("uint8")


def write(folder, steps, end=True, film_seconds=10, **options):
    """Hand on the grids of steps; the first is where the training begins."""
    frames = FrameFolder(folder, film_seconds)
    frames.begin(steps[0], grid(steps[0], **options))
    for step in steps[1:]:
        frames.write(step, grid(step, **options))
    if end:
        frames.end()


def frame_names(folder):
    return sorted(path.name for path in folder.iterdir())


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def film_frames(path):
    with Image.open(path) as film:
        frames = []
        for number in range(film.n_frames):
            film.seek(number)
            frames.append((np.asarray(film.convert("RGB")), film.info["duration"]))
        return frames, film.info.get("loop")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_frame_is_the_grid(tmp_path, channels):
    folder = tmp_path / "new" / "frames"
    write(folder, [0, 20, 50], channels=channels)
    assert frame_names(folder) == ["film.gif", *[f"step_{step:08d}.png" for step in (0, 20, 50)]]
    for step in (0, 20, 50):
        frame = np.asarray(Image.open(folder / f"step_{step:08d}.png"))
        assert np.array_equal(frame.reshape(12, 60, channels), grid(step, channels))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_film_shows_every_frame_with_its_step_again_and_again(tmp_path, channels):
    write(tmp_path, range(0, 60, 10), film_seconds=1, channels=channels)
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
    frames = FrameFolder(tmp_path, film_seconds=1)
    frames.begin(0, grid(0))
    for step in range(10, 60, 10):
        frames.write(step, grid(0))
    frames.end()
    assert sum(duration for _, duration in film_frames(tmp_path / "film.gif")[0]) == 5 * 170 + 2_000


@pytest.mark.parametrize(("seconds", "each"), [(100, 500), (1, 50), (0.1, 20)])
def test_a_frame_is_neither_too_long_nor_too_short(tmp_path, seconds, each):
    write(tmp_path, range(20), film_seconds=seconds)
    assert film_frames(tmp_path / "film.gif")[0][0][1] == each


def test_frames_beyond_the_step_where_the_training_goes_on_are_removed(tmp_path):
    write(tmp_path, range(0, 60, 10))
    write(tmp_path, [20, 30], end=False)
    assert frame_names(tmp_path)[1:] == [f"step_{step:08d}.png" for step in (0, 10, 20, 30)]


def test_a_training_that_goes_on_in_a_new_folder_has_its_start_there(tmp_path):
    write(tmp_path, [25, 30, 40])
    assert frame_names(tmp_path)[1:] == [f"step_{step:08d}.png" for step in (25, 30, 40)]


def test_a_new_training_has_the_folder_for_itself_and_the_earlier_one_is_kept(tmp_path, capsys):
    mine = {name: name.encode() for name in ("notes.txt", "step_by_step.png")}
    for name, content in mine.items():
        (tmp_path / name).write_bytes(content)
    left = []
    for shade in (0, 50, 100):
        write(tmp_path, range(0, 40, 10), shade=shade)
        left.append({name: data for name, data in contents(tmp_path).items() if re.match(r"step_0|film", name)})
    assert contents(tmp_path / "earlier_1") == left[0]
    assert contents(tmp_path / "earlier_2") == left[1]
    assert left[0] != left[1]
    assert len(film_frames(tmp_path / "film.gif")[0]) == 4
    assert contents(tmp_path).items() >= mine.items()
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in said] == ["earlier_1", "earlier_2"]


@pytest.mark.parametrize("other", [{"shade": 50}, {"channels": 3}])
def test_frames_of_another_training_are_left_alone(tmp_path, other):
    write(tmp_path, range(0, 50, 10))
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=r"step_00000020.png is of another training.*Take another folder"):
        write(tmp_path, [20, 30, 40], **other)
    assert contents(tmp_path) == before


def test_rounding_on_another_processor_is_not_another_training(tmp_path):
    write(tmp_path, [0, 10, 20])
    write(tmp_path, [20, 30], shade=0.5)
    assert frame_names(tmp_path)[-1] == "step_00000030.png"


def test_a_film_can_be_made_of_an_interrupted_training(tmp_path):
    write(tmp_path, [0, 10, 20, 30], end=False)
    write_film(tmp_path, tmp_path / "so_far.gif")
    assert len(film_frames(tmp_path / "so_far.gif")[0]) == 4


def test_no_film_without_frames(tmp_path):
    with pytest.raises(ValueError, match=r"no frames step_\*\.png in"):
        write_film(tmp_path, tmp_path / "film.gif")
    assert not list(tmp_path.iterdir())


# A folder that cannot be written to


def test_a_folder_that_cannot_be_made_is_one_warning_and_the_training_goes_on(tmp_path):
    (tmp_path / "frames").write_text("a file where the folder would be")
    trained = tiny_gan.begin()
    with pytest.warns(UserWarning) as caught:
        tiny_gan.fit(trained, 40, callbacks=[grids(FrameFolder(tmp_path / "frames"), every=10)])
    (warning,) = caught
    assert re.fullmatch(
        r".*/frames was not written \(.*\), and the work goes on without it; give FrameFolder another folder",
        str(warning.message),
    )
    assert trained.step == 40


def test_a_disk_that_is_full_for_a_while_costs_the_frames_of_that_while(tmp_path, monkeypatch):
    folder = tmp_path / "frames"
    save = Image.Image.save

    def full(image, path, *arguments, **options):
        save(image, path, *arguments, **options)
        if "00000020" in str(path) or "film" in str(path):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.warns(UserWarning, match="No space left") as caught:
        tiny_gan.fit(tiny_gan.begin(), 40, callbacks=[grids(FrameFolder(folder), every=10)])
    assert len(caught) == 2  # one for the frame; frames succeeded after it; one for the film
    assert sorted(path.name for path in folder.iterdir()) == [f"step_{step:08d}.png" for step in (0, 10, 30, 40)]


def test_frames_of_an_earlier_training_that_cannot_be_moved_are_not_mixed_with_others(tmp_path, monkeypatch):
    def fit(steps):
        tiny_gan.fit(tiny_gan.begin(), steps, callbacks=[grids(FrameFolder(tmp_path), every=10)])

    def refuse(path, target):
        raise PermissionError(13, "Permission denied", str(path))

    fit(30)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.warns(UserWarning, match="Permission denied"):
        fit(20)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
