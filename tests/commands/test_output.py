"""A command whose output nobody takes: a closed pipe stops it as Ctrl-C does, a full disk does not."""

import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from conftest import ROOT

from seminar_gan.commands.output import Output, exit_code, guarded

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has neither /dev/full nor such pipes")


@pytest.fixture
def streams(monkeypatch):
    """A function that makes sys.stdout a pipe that nobody reads, or a full disk."""
    made = []

    def make(name, kind):
        if kind == "pipe":
            read, write = os.pipe()
            os.close(read)
        else:
            write = os.open("/dev/full", os.O_WRONLY)
        made.append(os.fdopen(write, "w"))
        monkeypatch.setattr(sys, name, made[-1])

    monkeypatch.setattr(Output, "pipe_closed", False)
    yield make
    for stream in made:
        stream.close()


@posix_only
def test_a_pipe_that_nobody_reads_stops_the_command_once(streams):
    streams("stdout", "pipe")
    streams("stderr", "pipe")
    with guarded():
        print("held back")
        with pytest.raises(KeyboardInterrupt):
            print("one", flush=True)
        print("what is kept", flush=True)
        print("two", file=sys.stderr, flush=True)
    assert (exit_code(130), exit_code(0), exit_code(2)) == (141, 0, 2)


@posix_only
def test_a_pipe_that_another_thread_writes_to_stops_the_main_one(streams, monkeypatch):
    sent = []
    monkeypatch.setattr(signal, "raise_signal", sent.append)
    streams("stdout", "pipe")
    with guarded():
        thread = threading.Thread(target=lambda: print("one", flush=True))
        thread.start()
        thread.join()
    assert sent == [signal.SIGINT]


@posix_only
def test_a_full_disk_is_said_once_and_the_work_goes_on(streams, capfd):
    streams("stdout", "full")
    with guarded():
        for word in ("one", "two"):
            print(word, flush=True)
    cause = "The output cannot be written (No space left on device): the work goes on without it\n"
    assert capfd.readouterr().err == cause
    streams("stderr", "full")
    with guarded():
        print("three", file=sys.stderr, flush=True)
    assert exit_code(130) == 130


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_stream_that_is_closed_leads_nowhere(name, monkeypatch):
    monkeypatch.setattr(sys, name, None)
    with guarded():
        print("one", file=getattr(sys, name), flush=True)


def train(folder, stdout, *options):
    """The exit code and what stderr says, of a training whose output goes to `stdout`."""
    np.savez(folder / "x.npz", x=np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype="uint8"))
    command = [sys.executable, "-m", "seminar_gan", "train", "--data", "x.npz", "--model", "temkeng-vanilla"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SEMINAR_GAN_ENV": "current"}
    options = [*options, "--samples", "3", "--to", "run"]
    done = subprocess.run(
        [*command, *options], cwd=folder, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=300
    )
    return done.returncode, done.stderr


@posix_only
@pytest.mark.long
def test_a_training_into_a_closed_pipe_keeps_every_step(tmp_path):
    read, write = os.pipe()
    reader = subprocess.Popen([sys.executable, "-c", "input(); input()"], stdin=read)  # as `head -2`
    os.close(read)
    code, errors = train(tmp_path, write, "--steps", "1000")
    os.close(write)
    assert reader.wait() == 0 and code == 141 and "Traceback" not in errors
    newest = max((tmp_path / "run" / "checkpoints").glob("step_*.npz"))
    step = int(newest.stem[5:])
    assert errors.endswith(f"run keeps step {step:,}: the same command goes on from there.\n")
    with np.load(newest) as kept:
        assert json.loads(str(kept["about"]))["history"]["step"] == list(range(100, step + 1, 100))


@posix_only
@pytest.mark.long
def test_a_training_on_a_full_disk_of_its_log_ends_with_its_results(tmp_path):
    with open("/dev/full", "w") as full:
        assert train(tmp_path, full, "--steps", "3")[0] == 0
    assert json.loads((tmp_path / "run" / "run.json").read_text())["results"]["step"] == 3
