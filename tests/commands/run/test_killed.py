"""What is left of a run when it, one of its workers, or a page's process is killed with SIGKILL, and on a cluster."""

import contextlib
import os
import random
import socket
import time

import psutil
import pytest
from toy_collection import Toy, cluster, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.fixture
def toy(tmp_path):
    toy = Toy(tmp_path / "collection")
    yield toy
    for process in toy.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def waiting_page(toy, name):
    """Write a page that goes on once the file go exists."""
    wait = "import os, time\nwhile not os.path.exists(GO):\n    time.sleep(0.02)"
    toy.page(name, f"GO = {str(toy.root / 'go')!r}", wait, "print('done')")


def half_written(toy):
    """The files in build/quick that are not a whole notebook with its record."""
    build = toy.root / "build" / "quick"
    notebooks = {path.stem for path in build.glob("*.ipynb")}
    records = {path.stem for path in build.glob("*.json")}
    unread = [name for name in notebooks if "done" not in toy.built(name)]
    return unread + sorted(records - notebooks)


@pytest.mark.long
def test_a_run_killed_at_any_moment_leaves_no_process_and_goes_on(toy):
    seed = random.randrange(10**6)
    print("seed", seed)
    for number in (1, 2):
        toy.page(f"0{number}_page", "import time\ntime.sleep(0.1)", "print('done')")
    process = toy.start("run-all", "--jobs", "2")
    time.sleep(random.Random(seed).uniform(0.1, 2.5))
    toy.kill(process)
    until(lambda: not toy.processes(), 10)
    assert not half_written(toy)
    finished = {path.stem for path in (toy.root / "build" / "quick").glob("*.json")}
    assert toy.run("run-all", "--jobs", "2")[0] == 0
    assert {name for name, status in toy.statuses().items() if status == "unchanged"} == finished
    assert not half_written(toy)
    assert len(list((toy.root / "build" / "quick").glob("*.ipynb"))) == 2
    assert list((toy.root / "build" / ".work").iterdir()) == []  # the killed run's folder is gone too


@pytest.mark.long
def test_a_page_that_kills_what_runs_it_fails_alone(toy):
    toy.page("01_kills_papermill", "import psutil, time\npsutil.Process().parent().kill()\ntime.sleep(30)")
    toy.page("02_kills_kernel", "import os\nos.kill(os.getpid(), 9)")
    toy.page("03_good", "print('done')")
    code, text = toy.run("run-all", "--jobs", "2")
    assert code == 1
    assert toy.statuses() == {"01_kills_papermill": "failed", "02_kills_kernel": "failed", "03_good": "ok"}
    assert "The page's process ended with code -9" in text
    assert "kernel died" in text.lower()
    until(lambda: not toy.processes(), 10)


@pytest.mark.long
def test_the_life_of_a_cluster(toy):
    """Two workers share pages; one is killed under a page; a run is killed; the scheduler is killed."""
    for number in (1, 2, 3):
        toy.page(
            f"0{number}_page", "import psutil, time\ntime.sleep(0.5)\nprint('done', psutil.Process().parent().ppid())"
        )
    with cluster(toy, workers=2) as address:
        assert toy.run("run-all", "--scheduler", address)[0] == 0
        assert set(toy.statuses().values()) == {"ok"}
        assert len({toy.built(f"0{number}_page") for number in (1, 2, 3)}) == 2  # each worker ran some of them

        waiting_page(toy, "04_waits")
        process = toy.start("run-all", "--scheduler", address)
        first = until(toy.page_processes)[0]
        first.parent().kill()
        until(lambda: [page for page in toy.page_processes() if page.pid != first.pid])
        until(lambda: not first.is_running() or first.status() == psutil.STATUS_ZOMBIE, 10)
        (toy.root / "go").touch()
        assert process.wait(30) == 0
        assert "04_waits  starts again: its worker died (attempt 2)" in toy.output
        (toy.root / "go").unlink()

        waiting_page(toy, "05_waits")
        process = toy.start("run-all", "--scheduler", address)
        until(toy.page_processes)
        toy.kill(process)
        until(lambda: not toy.page_processes(), 15)  # its worker ends the page
        process = toy.start("run-all", "--scheduler", address)
        until(toy.page_processes)
    assert process.wait(20) == 1
    assert "scheduler-connection-lost" in toy.output
    assert toy.statuses()["05_waits"] == "failed"


@pytest.mark.long
def test_a_scheduler_that_does_not_answer_is_an_error(toy, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    toy.page("01_page", "print('done')")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        code, text = toy.run("run-all", "--scheduler", f"tcp://127.0.0.1:{probe.getsockname()[1]}")
    assert code == 2
    assert text.startswith("No Dask scheduler answers at")
