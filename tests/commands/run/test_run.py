"""run-all on small collections: what is executed, what is repeated, where results go, and what is printed."""

import errno
import json
import os
import signal

import psutil
import pytest
from toy_collection import Toy, until

from seminar_gan.commands import pages, run
from seminar_gan.commands.run.results import Results

CLAIMS = "claims"
REFUTED = "holds = print  # a toy has no claims.py\nholds(end='')\nholds('With your settings this no longer holds: x')"
AWKWARD = "a{b}c {0} {{ #1 %s [ä] $HOME ~ @"  # papermill takes a path for a template
DRAWING = "import matplotlib, os\nprint(matplotlib.rcParams['image.origin'], os.environ.get('MPLBACKEND'))"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A collection that has been run once, with one page of each fate."""
    toy = Toy(tmp_path_factory.mktemp("collection") / AWKWARD)
    (toy.root / "seminar_gan" / "used.py").write_text("from seminar_gan.below import VALUE\n")
    (toy.root / "seminar_gan" / "below.py").write_text("VALUE = 'first'\n")
    (toy.root / "seminar_gan" / "unrelated.py").write_text("")
    toy.page(
        "01_good",
        ("EPOCHS = 10  # paper: 100\nRATE = 0.5", "parameters"),
        "import os\nos.mkdir('figures')\nwith open('figures/a.txt', 'w') as file:\n    file.write(str(EPOCHS))",
        "print(EPOCHS, RATE)",
        ("print('PASS  one')\nprint('PASS  two')", CLAIMS),
    )
    toy.page("02_fails", "print('before')", "1 / 0")
    toy.page("03_claims", ("print('PASS  one')\nprint('FAIL  error < 0.1')", CLAIMS))
    toy.page(
        "05_draws",
        DRAWING,
        (REFUTED, "check"),
    )
    toy.page("04_package", "from seminar_gan import used", "print(used.VALUE)")
    toy.before = {path: path.read_bytes() for path in (toy.root / "notebooks").rglob("*") if path.is_file()}
    toy.code, toy.text = toy.run("run-all", "--jobs", "2")
    toy.first = toy.statuses()
    return toy


def test_every_page_runs_whatever_happens_to_others(toy):
    assert toy.code == 1
    assert toy.first == {
        "01_good": "ok",
        "02_fails": "failed",
        "03_claims": "claim failed",
        "04_package": "ok",
        "05_draws": "ok",
    }


def test_a_page_draws_as_ours_do_whatever_the_users_matplotlib_is_set_to(toy):
    assert toy.built("05_draws").splitlines()[0] == "upper module://matplotlib_inline.backend_inline"


def test_progress_errors_and_table_are_printed(toy):
    lines = toy.text.splitlines()
    assert len([line for line in lines if "TensorFlow 0.toy, device: Toy GPU" in line]) == 1
    assert "01_good  starts" in lines
    assert any(line.startswith("01_good  ended") for line in lines)
    assert "ZeroDivisionError: division by zero" in toy.text
    assert "FAIL  error < 0.1" in lines
    assert f"{toy.root / 'build' / 'quick' / 'failed' / '02_fails.ipynb'}" in toy.text
    row = next(line for line in lines if line.startswith("01_good    "))
    assert row.split()[-2:] == ["2/2", "-"]
    assert 20 < int(row.split()[-3]) < 2000  # MB


def test_statements_that_no_longer_hold_are_counted_and_stop_nothing(toy):
    row = next(line for line in toy.text.splitlines() if line.startswith("05_draws    "))
    assert row.split()[1] == "ok"
    assert row.split()[-2:] == ["-", "1/2"]


def test_results_are_in_build_and_the_pages_are_untouched(toy):
    build = toy.root / "build" / "quick"
    assert toy.built("01_good").startswith("10 0.5")
    assert (build / "01_good" / "figures" / "a.txt").read_text() == "10"
    assert (build / "failed" / "02_fails.ipynb").is_file()
    assert not (build / "02_fails.ipynb").exists()
    assert list((toy.root / "build" / ".work").iterdir()) == []
    assert toy.before == {path: path.read_bytes() for path in (toy.root / "notebooks").rglob("*") if path.is_file()}
    record = json.loads((build / "01_good.json").read_text())
    assert record["device"] == "Toy GPU"
    assert record["claims"] == [2, 2]


@pytest.mark.long
def test_only_what_failed_changed_or_was_altered_is_repeated(toy):
    """A failed page, a failed claim, a changed module two imports away; then an altered notebook and a torn record."""
    toy.page("02_fails", "print('now it works')")
    toy.page("03_claims", ("print('PASS  one')", CLAIMS))
    (toy.root / "seminar_gan" / "below.py").write_text("VALUE = 'second'\n")
    (toy.root / "seminar_gan" / "unrelated.py").write_text("# changed\n")
    code, _ = toy.run("run-all", "--jobs", "2")
    assert (code, toy.statuses()) == (
        0,
        dict.fromkeys(toy.first, "ok") | dict.fromkeys(["01_good", "05_draws"], "unchanged"),
    )
    assert toy.built("04_package") == "second\n"
    assert not (toy.root / "build" / "quick" / "failed" / "02_fails.ipynb").exists()

    build = toy.root / "build" / "quick"
    with open(build / "01_good.ipynb", "a") as file:
        file.write(" ")
    (build / "04_package.json").write_text("{")
    code, text = toy.run("run-all", "--jobs", "2")
    unchanged = dict.fromkeys(["02_fails", "03_claims", "05_draws"], "unchanged")
    assert toy.statuses() == {"01_good": "ok", "04_package": "ok"} | unchanged
    assert code == 0
    assert "03_claims  starts" not in text


@pytest.mark.long
def test_parameters_reach_the_page_and_have_a_folder_of_their_own(toy):
    toy.params("paper", "01_good", "EPOCHS: 100\nRATE: 1e-3\n")
    code, _ = toy.run("run-all", "--pages", "1", "--profile", "paper", "--params", "EPOCHS=7")
    assert code == 0
    assert toy.built("01_good", "paper+EPOCHS=7").startswith("7 0.001")
    assert not (toy.root / "build" / "paper").exists()


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_a_run_starts_only_pages_and_an_interrupt_ends_them(tmp_path):
    """No other process and no port; what is finished when Ctrl-C comes is kept."""
    toy = Toy(tmp_path / "collection")
    toy.page("01_quick", "print('done')")
    toy.page("02_long", "import time\ntime.sleep(60)")
    process = toy.start("run-all")
    try:
        until(lambda: "02_long  starts" in toy.output and (toy.root / "build/quick/01_quick.json").exists())
        (page,) = until(toy.page_processes)
        run = psutil.Process(process.pid)
        until(lambda: [child.pid for child in run.children()] == [page.pid])  # without the one that asks TensorFlow
        assert [one for one in run.net_connections() if one.status == psutil.CONN_LISTEN] == []
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(15) == 130
        assert toy.output.splitlines()[-1].startswith("Stopped.")
        assert "Traceback" not in toy.output
        until(lambda: not toy.processes(), 10)
        assert list((toy.root / "build" / ".work").iterdir()) == []
    finally:
        toy.kill(process)


@pytest.mark.parametrize("blocked", ["build", "build/.work"])
def test_a_place_that_cannot_be_written_is_one_sentence(blocked, tmp_path):
    toy = Toy(tmp_path / "collection")
    toy.page("01_page", "print('done')")
    (toy.root / blocked).parent.mkdir(exist_ok=True)
    (toy.root / blocked).write_text("a file in the way")
    code, text = toy.run("run-all")
    assert code == 2
    assert len(text.splitlines()) == 1
    assert text.startswith(f"run-all writes its results into {toy.root / 'build'}, and cannot: ")


def test_a_path_that_python_would_take_for_two_is_one_sentence(tmp_path):
    toy = Toy(tmp_path / f"a{os.pathsep}b")
    toy.page("01_page", "print('done')")
    code, text = toy.run("run-all")
    assert code == 2
    assert text == f"{toy.root} has {os.pathsep!r} in its path, which separates paths: rename it, or move the clone.\n"


def test_a_result_that_cannot_be_kept_fails_its_page_alone(tmp_path, monkeypatch):
    """No space left: the page failed, the finished pages and the run go on."""
    toy = Toy(tmp_path / "collection")
    toy.page("01_page", "")
    results = Results(toy.root / "build" / "quick")
    (page,) = pages.select(toy.root)
    work = toy.root / "work"
    (work / "files").mkdir(parents=True)
    (work / "page.ipynb").write_text("{}")

    def full(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    result = {"folder": str(work), "error": "", "seconds": 1.0}
    record = run._keep(results, page, result, {"fingerprint": "f"})
    assert record["status"] == "failed"
    assert record["error"] == f"The result cannot be kept in {results.folder}: No space left on device."
    assert not results.finished("01_page", "f")
