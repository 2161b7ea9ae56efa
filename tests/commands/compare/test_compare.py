"""compare on small collections: which runs there are, what is repeated, what is written and said."""

import csv
import json
import re
import signal
import subprocess
import sys
import textwrap

import pytest
from toy_collection import Toy, cluster, until

from seminar_gan.commands import UserError, pages
from seminar_gan.commands.compare import plan

PARAMETERS = "SEED = 0\nRATE = 0.5\nLOSS = 'plain'\nWAIT = 0.0", "parameters"
WORK = """
import time
time.sleep(WAIT)
if LOSS == 'broken':
    raise ValueError(f'no loss {LOSS} with seed {SEED}')
value = {'plain': 3.0, 'hinge': 1.0}[LOSS] + 0.1 * SEED * RATE
"""
# A toy has no metrics.py of its own page: it writes the output that metrics.record writes.
RECORD = """
class metrics:
    @staticmethod
    def record(**numbers):
        from IPython.display import display
        display({'application/vnd.seminar-gan.metrics+json': numbers, 'text/plain': 'x'}, raw=True)
metrics.record(distance=value, twice=2 * value)
"""


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    toy = Toy(tmp_path_factory.mktemp("collection"))
    toy.page("01_game", PARAMETERS, WORK, RECORD)
    toy.page("02_silent", PARAMETERS, "print(SEED)")
    toy.page("03_fixed", "print(1)", RECORD)
    return toy


def rows_of(folder):
    with open(folder / "runs.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def compared(collection):
    """A comparison in which one of the losses does not exist."""
    code, text = collection.run(
        "compare", "01", "--set", "loss=plain,hinge,broken", "--set", "RATE=0.5,2", "--seeds", "2", "--jobs", "2",
        timeout=200,
    )  # fmt: skip
    (folder,) = [each.parent for each in (collection.root / "build" / "compare").rglob("runs.csv")]
    return code, text, folder


@pytest.mark.long
def test_every_setting_meets_every_seed_and_a_failure_is_one_row(compared):
    code, text, folder = compared
    rows = rows_of(folder)
    assert code == 1
    assert [(row["LOSS"], row["RATE"], row["seed"]) for row in rows] == [
        (loss, rate, seed) for loss in ("plain", "hinge", "broken") for rate in ("0.5", "2.0") for seed in "01"
    ]
    assert [row["status"] for row in rows] == ["ok"] * 8 + ["failed"] * 4
    assert [float(row["distance"]) for row in rows[:8]] == pytest.approx([3, 3.05, 3, 3.2, 1, 1.05, 1, 1.2])
    assert "no loss broken with seed 1" in rows[-1]["error"]
    assert "12 runs: 6 settings x 2 seeds." in text
    assert "8 of 12 runs succeeded" in text
    assert "of 12" in text and "left)" in text


@pytest.mark.long
def test_tables_figures_and_sentences_are_left(compared):
    _, text, folder = compared
    names = {path.name for path in folder.iterdir()}
    assert {"table_twice.tex", "table_twice.csv", "seeds_twice.pdf", "seeds_twice.png", "sentences.txt"} <= names
    assert "twice: with LOSS=hinge RATE=0.5 lower than with LOSS=plain RATE=0.5 in 2 of 2 seeds, by 4" in text
    assert "LOSS=broken RATE=0.5 and LOSS=plain RATE=0.5 share no seed" in text
    record = json.loads((folder.parent / "runs" / "LOSS=hinge,RATE=2.0,seed=1.json").read_text())
    assert record["metrics"] == {"distance": pytest.approx(1.2), "twice": pytest.approx(2.4)}
    assert record["origin"]["seed"] == 1
    assert record["origin"]["parameters"]["LOSS"] == "hinge"
    assert record["settings"] == {"LOSS": "hinge", "RATE": 2.0}


@pytest.mark.long
def test_only_what_is_missing_is_run_again(compared, collection):
    code, text = collection.run(
        "compare", "01", "--set", "LOSS=plain,hinge", "--set", "RATE=2", "--seeds", "0-2", "--metrics", "twice",
        timeout=200,
    )  # fmt: skip
    assert code == 0
    assert text.count("  starts") == 2
    assert "4 of them have been run before" in text
    assert "distance over seeds" not in text


@pytest.mark.long
def test_a_comparison_that_was_killed_goes_on(collection):
    arguments = ["compare", "01", "--set", "WAIT=0.01,6", "--seeds", "2", "--jobs", "1"]
    process = collection.start(*arguments)
    until((collection.root / "build" / "compare" / "01_game" / "runs" / "WAIT=0.01,seed=1.json").is_file, timeout=120)
    until(lambda: "WAIT=6.0,seed=0  starts" in collection.output)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not collection.page_processes(), timeout=60)
    code, text = collection.run(*arguments, timeout=200)
    assert code == 0
    assert text.count("  starts") == 2
    assert "4 of 4 runs succeeded" in text


@pytest.mark.long
def test_runs_go_through_a_scheduler_that_runs_elsewhere(collection):
    with cluster(collection, workers=2) as address:
        arguments = ["compare", "01", "--set", "RATE=7,8", "--seeds", "2", "--scheduler", address]
        code, text = collection.run(*arguments, timeout=200)
    assert code == 0, text
    assert "4 of 4 runs succeeded" in text


def planned(collection, page="01", seeds="2", **settings):
    return plan.of_page(collection.root, page, settings, plan.parse_seeds(seeds), "quick", "")


def test_a_plan_has_every_combination(collection):
    comparison = planned(collection, loss=["plain", "hinge"], RATE=["1", 2.5])
    assert comparison.settings == ["LOSS", "RATE"]
    assert comparison.metrics == ("distance", "twice")
    assert [run.job.name for run in comparison.runs[:3]] == [
        "LOSS=plain,RATE=1.0,seed=0",
        "LOSS=plain,RATE=1.0,seed=1",
        "LOSS=plain,RATE=2.5,seed=0",
    ]
    assert comparison.runs[5].job.contents["parameters"] == {"LOSS": "hinge", "RATE": 1.0, "SEED": 1}
    assert len({run.fingerprint for run in comparison.runs}) == 8


@pytest.mark.parametrize(
    ("page", "settings", "message"),
    [
        ("09", {}, "There is no page '09'"),
        ("01 02", {}, "one page"),
        ("02", {}, "02_silent records no metrics.*01_game"),
        ("03", {}, "no parameter SEED"),
        ("01", {"RATES": ["1"]}, "has no parameter 'RATES'. Its parameters are SEED, RATE"),
        ("01", {"RATE": ["fast"]}, "RATE is 'fast'; it must be a number"),
        ("01", {"RATE": ["1", "1.0"]}, "RATE has one value twice"),
        ("01", {"seed": ["1"]}, "--seeds says"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(collection, page, settings, message):
    with pytest.raises(UserError, match=message):
        planned(collection, page, **settings)


def test_too_many_runs_are_a_slip(collection):
    with pytest.raises(UserError, match="20,000 runs; 10,000 are the most"):
        planned(collection, seeds="10000", RATE=["1", "2"])


@pytest.mark.parametrize(
    ("texts", "settings"),
    [
        (["loss=minimax, hinge"], {"loss": ["minimax", "hinge"]}),
        (["SIZES=(128, 64),(32,)", "A=1"], {"SIZES": ["(128, 64)", "(32,)"], "A": ["1"]}),
        (["FOLDER='a,b'"], {"FOLDER": ["a,b"]}),
    ],
)
def test_settings_are_read(texts, settings):
    assert plan.parse_settings(texts) == settings


@pytest.mark.parametrize("texts", [["loss"], ["=1"], ["a=1", "A=2"], ["a="], ["a=1,,2"], ["a=1,"], ["a b=1"]])
def test_settings_of_another_form_are_refused(texts):
    with pytest.raises(UserError, match="--set"):
        plan.parse_settings(texts)


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        ("3", [0, 1, 2]),
        (2, [0, 1]),
        ("7,3", [7, 3]),
        ("7,", [7]),
        ("0-2,9", [0, 1, 2, 9]),
        ([4], [4]),
        ([4, 5], [4, 5]),
    ],
)
def test_seeds_are_read(given, seeds):
    assert plan.parse_seeds(given) == seeds


@pytest.mark.parametrize("given", ["0", "", "-1", "1,1", "a", "3-1", "1.5", "0-99999999"])
def test_other_seeds_are_refused(given):
    with pytest.raises(UserError, match="--seeds is how many"):
        plan.parse_seeds(given)


def test_the_metrics_of_a_page_are_read_from_its_code(collection):
    known = {page.name: plan.metric_names(page) for page in pages.every_page(collection.root)}
    assert known["01_game"] == ("distance", "twice")
    assert known["02_silent"] == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "compare takes a page"),
        (["01", "--recipes", "few"], "and not both"),
        (["01", "--metrics", "beauty"], "records no metric 'beauty'. It records distance, twice."),
        (["01", "--jobs", "0"], "positive integer"),
        (["01", "--profile", "huge"], "no profile 'huge'"),
    ],
)
@pytest.mark.long
def test_the_command_refuses_in_one_sentence(collection, arguments, message):
    code, text = collection.run("compare", *arguments)
    assert code == 2
    assert message in text
    assert "Traceback" not in text


@pytest.mark.long
def test_python_gets_a_data_frame(collection):
    script = """
        import seminar_gan as sg
        frame = sg.compare("01", settings={"LOSS": ["plain", "hinge"], "RATE": [4]}, seeds=[1, 2])
        print("frame", list(frame), frame["twice"].round(3).tolist())
        try:
            sg.compare("01", settings={"LOST": ["plain"]})
        except ValueError as error:
            print("error", error)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=collection.root, env=collection.environment, capture_output=True, text=True)
    assert "'LOSS', 'RATE', 'seed', 'status', 'seconds'" in done.stdout, done.stderr
    assert "[6.8, 7.6, 2.8, 3.6]" in done.stdout
    assert "error --set: 01_game has no parameter 'LOST'" in done.stdout


@pytest.mark.long
def test_seeds_alone_are_summed_up(collection, tmp_path):
    code, text = collection.run("compare", "01", "--seeds", "5,6", "--to", str(tmp_path / "out"), timeout=200)
    assert code == 0
    assert re.search(r"01_game\s+2\s+3\.275\s+3\.25\s+3\.3", text)
    assert (tmp_path / "out" / "seeds_distance.png").is_file()
    (tmp_path / "file").touch()
    code, text = collection.run("compare", "01", "--seeds", "1", "--to", str(tmp_path / "file"))
    assert code == 2
    assert "cannot: " in text and "starts" not in text
