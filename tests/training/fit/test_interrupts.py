"""An interrupt loses nothing, and neither does a kill more than some seconds: bit for bit, and in the history."""

import json
import shutil
import warnings

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan import files
from seminar_gan.training.fit import checkpoints
from seminar_gan.training.fit.checkpoints import CheckpointError
from seminar_gan.training.fit.decay import LinearDecay


@pytest.fixture(scope="module")
def whole():
    """The state and the history of a training of 60 steps that was not stopped."""
    history = tiny_gan.fit(trained := tiny_gan.begin())
    return tiny_gan.state(trained), history


class InterruptAt(keras.callbacks.Callback):
    """Stop as Ctrl-C or the notebook's stop button does, once."""

    def __init__(self, step, moment="on_train_batch_end"):
        super().__init__()
        self.step = step
        setattr(self, moment, self.interrupt)

    def interrupt(self, batch, logs=None):
        if self.model.step == self.step:
            self.step = None
            raise KeyboardInterrupt


def interrupted(trained, *callbacks, **options):
    with pytest.raises(KeyboardInterrupt):
        tiny_gan.fit(trained, callbacks=callbacks, **options)
    return trained


def is_equal(whole, trained, history):
    return tiny_gan.same(whole[0], trained) and whole[1] == history


@pytest.mark.parametrize(
    ("step", "moment"), [(37, "on_train_batch_end"), (40, "on_train_batch_end"), (41, "on_train_batch_begin"),
                         (40, "on_epoch_end"), (40, "on_epoch_begin"), (0, "on_train_batch_begin")]
)  # fmt: skip
def test_the_same_call_goes_on_in_the_same_session(whole, capsys, step, moment):
    trained = interrupted(tiny_gan.begin(), InterruptAt(step, moment))
    assert (
        f"Interrupted after step {step}. The same call goes on from there: in this session." in capsys.readouterr().out
    )
    assert is_equal(whole, trained, tiny_gan.fit(trained))


@pytest.mark.parametrize("step", [37, 40])
def test_an_interrupt_keeps_the_state_for_a_new_process(whole, tmp_path, capsys, step):
    interrupted(tiny_gan.begin(), InterruptAt(step), checkpoints=tmp_path)
    assert f"after step {step}. The same call goes on from there: its state is in {tmp_path}" in capsys.readouterr().out
    assert (tmp_path / f"step_{step:08d}.npz").is_file()
    history = tiny_gan.fit(resumed := tiny_gan.begin(), checkpoints=tmp_path)
    assert is_equal(whole, resumed, history)


def test_an_interrupt_before_the_first_step_promises_no_state_where_it_is_to_be_kept(tmp_path, capsys):
    interrupted(tiny_gan.begin(), InterruptAt(0, "on_train_batch_begin"), checkpoints=tmp_path)
    assert "Interrupted" not in capsys.readouterr().out and not list(tmp_path.glob("step_*"))


@pytest.mark.parametrize("where", ["the session", "a new process"])
@pytest.mark.parametrize("step", [37, 40, 60])
def test_between_a_step_and_its_bookkeeping(whole, tmp_path, where, step):
    trained = tiny_gan.begin()
    whole_step = trained.make_train_function()

    def cut_short(iterator):
        logs = whole_step(iterator)
        if trained.step == step:
            raise KeyboardInterrupt
        return logs

    trained.train_function = cut_short
    folder = {} if where == "the session" else {"checkpoints": tmp_path}
    interrupted(trained, **folder)
    trained.train_function = whole_step
    again = trained if where == "the session" else tiny_gan.begin()
    assert is_equal(whole, again, tiny_gan.fit(again, **folder))


@pytest.mark.parametrize("step", [40, 60])
def test_an_entry_that_was_interrupted_is_made_before_the_next_step(whole, monkeypatch, step):
    trained = tiny_gan.begin()
    make, due = trained.record.add, [step]

    def add(means):
        if trained.step in due:
            due.remove(trained.step)
            raise KeyboardInterrupt
        return make(means)

    monkeypatch.setattr(trained.record, "add", add)
    interrupted(trained)
    assert is_equal(whole, trained, tiny_gan.fit(trained))


@pytest.mark.long
def test_several_interrupts_and_one_at_the_end_of_a_shorter_training(whole):
    trained = tiny_gan.begin()
    for step in (5, 19, 21, 39):
        interrupted(trained, InterruptAt(step))
    assert is_equal(whole, trained, tiny_gan.fit(trained))
    history = tiny_gan.fit(trained := tiny_gan.begin(), 37)
    assert history["step"] == [20, 37]
    assert tiny_gan.fit(trained)["step"] == [20, 37, 40, 60]  # the next report is where it always is


def test_callbacks_see_one_training_where_a_report_was_begun(whole):
    calls = []
    seen = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: calls.append("begin"),
        on_epoch_end=lambda epoch, logs: calls.append(epoch),
        on_train_end=lambda logs: calls.append("end"),
    )
    trained = interrupted(tiny_gan.begin(), InterruptAt(37))
    tiny_gan.fit(trained, callbacks=[seen])
    assert calls == ["begin", 1, 2, "end"]


def test_an_interrupt_leaves_the_rates_that_were_compiled(tmp_path):
    trained = interrupted(tiny_gan.begin(), LinearDecay(), InterruptAt(45))
    assert float(trained.d_optimizer.learning_rate) == pytest.approx(1e-2)
    one = tiny_gan.fit(trained, callbacks=[LinearDecay()])
    other = tiny_gan.fit(uncut := tiny_gan.begin(), callbacks=[LinearDecay()])
    assert one == other and tiny_gan.same(trained, uncut)


def test_a_step_run_eagerly_may_be_half_done_and_is_not_kept(tmp_path):
    trained = tiny_gan.begin()
    trained.run_eagerly = True
    try:
        interrupted(trained, InterruptAt(2), checkpoints=tmp_path)
    finally:
        trained.run_eagerly = False
    assert not list(tmp_path.iterdir())


# By the clock


def second_a_step(clock):
    return keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: clock.tick(1))


def steps_kept(folder):
    return sorted(int(path.stem.removeprefix("step_")) for path in folder.glob("step_*.npz"))


def test_the_state_is_kept_by_the_clock_beside_the_reports(whole, tmp_path, clock):
    options = {"checkpoints": tmp_path, "report_every": 50}
    with pytest.raises(InterruptedError):  # as if killed
        tiny_gan.fit(tiny_gan.begin(), callbacks=[second_a_step(clock), tiny_gan.StopAt(45)], **options)
    assert steps_kept(tmp_path) == [21, 42]
    resumed = tiny_gan.begin()
    history = tiny_gan.fit(resumed, **options)
    uncut = tiny_gan.fit(tiny_gan.begin(), report_every=50)
    assert tiny_gan.same(whole[0], resumed) and history == uncut


def test_writing_by_the_clock_takes_a_small_share_of_the_time(tmp_path, clock, monkeypatch):
    save = np.savez

    def slow(*arguments, **state):
        clock.tick(3)
        save(*arguments, **state)

    monkeypatch.setattr(np, "savez", slow)
    steps = []
    monkeypatch.setattr(
        checkpoints.Checkpoints, "save", lambda self, model, save=checkpoints.Checkpoints.save: (
            steps.append(model.step), save(self, model))[1]
    )  # fmt: skip
    options = {"checkpoints": tmp_path, "report_every": 1_000}
    tiny_gan.fit(tiny_gan.begin(), 230, callbacks=[second_a_step(clock)], **options)
    assert steps == [21, 21 + 101, 21 + 202, 230]  # 3 s of writing for 100 s of training; the last at the end


# Files


def test_a_second_interrupt_while_the_state_is_written_leaves_the_earlier_one_whole(whole, tmp_path, monkeypatch):
    def half(file, **state):
        file.write(b"half")
        raise KeyboardInterrupt

    tiny_gan.fit(tiny_gan.begin(), 20, checkpoints=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", half)
        interrupted(tiny_gan.begin(), InterruptAt(33), checkpoints=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000020.npz"]
    history = tiny_gan.fit(resumed := tiny_gan.begin(), checkpoints=tmp_path)
    assert is_equal(whole, resumed, history)


def test_two_damaged_checkpoints_are_one_sentence(whole, tmp_path):
    for step in (80, 100):
        (tmp_path / f"step_{step:08d}.npz").write_bytes(b"damaged")
    with pytest.warns(UserWarning) as said:
        history = tiny_gan.fit(resumed := tiny_gan.begin(), checkpoints=tmp_path)
    (message,) = {str(warning.message) for warning in said}
    assert "step_00000100.npz cannot be read" in message and "step_00000080.npz cannot be read" in message
    assert message.endswith(
        f"no other is left: training starts at step 0. They are now in {tmp_path / 'damaged'}"
    ) and is_equal(whole, resumed, history)
    assert sorted(path.name for path in (tmp_path / "damaged").iterdir()) == ["step_00000080.npz", "step_00000100.npz"]


@pytest.mark.parametrize(("number", "age"), [(None, "an older"), (99, "a newer")])
def test_another_format_is_named(tmp_path, number, age):
    tiny_gan.fit(tiny_gan.begin(), 20, checkpoints=tmp_path)
    path = tmp_path / "step_00000020.npz"
    with np.load(path) as file:
        state = dict(file)
    about = json.loads(str(state.pop("about"))) | {"format": number}
    about = {name: value for name, value in about.items() if value is not None}
    np.savez(path, about=np.array(json.dumps(about)), **state)
    with pytest.raises(CheckpointError, match=f"written by {age} version of seminar-gan .* or give another folder"):
        tiny_gan.fit(tiny_gan.begin(), checkpoints=tmp_path)
    assert path.is_file()


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        CheckpointError, match=r"there can be no checkpoints in .*file.*give a folder that can be written"
    ):
        tiny_gan.fit(tiny_gan.begin(), checkpoints=tmp_path / "file")


def test_a_folder_that_vanishes_is_made_again(tmp_path):
    folder = tmp_path / "kept"
    gone = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: shutil.rmtree(folder) if epoch == 1 else None
    )
    tiny_gan.fit(trained := tiny_gan.begin(), 40, checkpoints=folder, callbacks=[gone])
    assert trained.step == 40 and steps_kept(folder) == [40]


def test_a_folder_that_cannot_be_written_warns_once_and_again_after_a_success(tmp_path, monkeypatch):
    write = files.whole
    full = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: (
        monkeypatch.setattr(files, "whole", refuse if epoch in (1, 2, 4) else write)
    ))  # fmt: skip

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        tiny_gan.fit(trained := tiny_gan.begin(), 100, checkpoints=tmp_path, callbacks=[full])
    assert trained.step == 100 and steps_kept(tmp_path) == [20, 80]
    messages = [str(warning.message) for warning in said]
    assert [message.split("last state kept: ")[1] for message in messages] == [
        "step_00000020.npz. Training goes on",
        "step_00000080.npz. Training goes on",
    ]


def test_numpys_numbers_are_taken_for_steps_and_seconds(tmp_path):
    tiny_gan.fit(trained := tiny_gan.begin(), np.int64(20), checkpoints=tmp_path, seconds=np.float32(1000))
    assert trained.step == 20 and steps_kept(tmp_path) == [20]
