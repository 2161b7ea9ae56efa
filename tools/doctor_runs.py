"""Train GANs that fail for a known reason, and healthy ones, and count how often the doctor is right.

    python tools/doctor_runs.py [--only "D too weak;dcgan"] [--minutes 4] [--table]

The kinds of run are in doctor_kinds.py. The thresholds of `seminar_gan/doctor/rules.py` were set by the seeds
`BUILT_ON`; what is counted are the seeds `VALIDATED_ON`, also of kinds with other networks or data, of which no run was
looked at before. A run that is done is kept in build/doctor_runs/ and not done again; `--minutes` stops in between.
`--table` writes benchmarks/doctor.md and data/measured/doctor_runs.csv of all runs, and trains what is missing.
"""

import argparse
import contextlib
import datetime
import json
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import keras

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "tools" / "data")]  # to run from a bare checkout

from doctor_kinds import HEALTHY, KINDS, VALIDATED_ON
from pack_weights import save

from seminar_gan import doctor, export
from seminar_gan import runs as runs_of
from seminar_gan.doctor.diagnosis import UNKNOWN
from seminar_gan.doctor.evidence import Table
from seminar_gan.doctor.rules import RULES
from seminar_gan.files import csv_bytes, write_json, write_text
from seminar_gan.training import TrainingDiverged

LOOKS = 20  # reports of a training
LATE = ("d_loss", "g_loss", "d_real", "d_fake", "g_gradient", "variety", "shift", "gap")
PAGE = """# How often the doctor is right

Made on {date} by `python tools/doctor_runs.py --table`, commit {commit}; {minutes:.0f} minutes of two cores.
The thresholds of `seminar_gan/doctor/rules.py` were set by {built} runs (seeds 0 to 2). All below is measured on {runs}
others, of {kinds} kinds (seeds 10 to 14). Of these kinds no run at all had been looked at: {unseen}.
`tools/doctor_kinds.py` says in code how each kind is caused. The runs are short, of {fewest:,} to {most:,} steps; how
often the doctor is right about a training of a day has not been measured.

- Healthy runs called ill: **{healthy_ill} of {healthy}**. "Can't tell" was said of {healthy_unknown} others.
- Of {ill} ill runs, {found} got a right name first, {among} a right one after another, {other} only others, and
  {missed} were not noticed ("healthy" or "can't tell").
- `Doctor` would have warned in {healthy_warned} of the {healthy} healthy runs, and in {ill_warned} of the {ill} ill
  ones: in half of these in the first {when:.0%} of the training. {ill_diverged} of the others end by themselves, as
  a loss is not finite.
- By the history alone (losses, d_real, d_fake), {history_healthy_ill} of {history_healthy} healthy runs are called
  ill, and {history_found} of {history_ill} ill ones get a right name first.
- Of the runs that it was built on: {built_healthy_ill} healthy ones called ill, {built_found} of {built_ill} ill ones
  right.

## By kind

{by_kind}

## Confusion table: what is true in rows, what was named first in columns

{matrix}

## The same by the history alone

{by_history}
"""


def run(name, seed, folder):
    """One training, kept as JSON: the table of `Watch`, and whether it diverged."""
    path = folder / f"{name.replace(', ', '_').replace(' ', '_')}-seed-{seed}.json"
    if path.is_file():
        return json.loads(path.read_text(encoding="utf-8"))
    kind, began = KINDS[name], time.perf_counter()
    keras.utils.set_random_seed(seed)
    gan, watch = kind.make(seed), doctor.Watch()
    options = {"steps": kind.steps, "batch_size": kind.batch_size, "report_every": max(1, kind.steps // LOOKS)}
    with warnings.catch_warnings(action="ignore"), contextlib.suppress(TrainingDiverged):  # fit warns of a wrong range
        gan.fit(*kind.arrays(), callbacks=[*kind.callbacks(), watch], **options)
    found = {"kind": name, "seed": seed, "diverged": gan.record.diverged, "seconds": time.perf_counter() - began,
             "history": gan.record.history, "watch": watch.history}  # fmt: skip
    write_json(path, found)
    print(f"{name}, seed {seed}: {found['seconds']:.1f} s", flush=True)
    keras.backend.clear_session()
    return found


# What came of it


def judge(found):
    """The diagnoses of a run: by all that Watch saw, by the history alone, and what Doctor would have warned of."""
    watch, history = found["watch"], found["history"]
    return {
        "names": doctor.diagnose(Table(watch, found["diverged"])).names,
        "by_history": doctor.diagnose(Table(history)).names if history.get("step") else (),
        "warned": warnings_of(watch),
    }


def warnings_of(watch):
    """The symptoms of which `Doctor` would have warned, each with its step: those found at two looks in a row."""
    told, before = {}, set()
    for rows in range(1, len(watch.get("step", ())) + 1):
        found = doctor.diagnose(Table({name: values[:rows] for name, values in watch.items()}))
        now = set(found.names) if found.is_ill else set()
        told |= {name: watch["step"][rows - 1] for name in (now & before) - told.keys()}
        before = now
    return told


def verdict(kind, names):
    """Whether a diagnosis is right, in words."""
    if names[0] in kind.expected:
        return "right"
    if names[0] == UNKNOWN:
        return "can't tell"
    if kind.expected == HEALTHY:
        return "ill"
    return "healthy" if names[0] == "healthy" else "among others" if set(names) & set(kind.expected) else "other"


def counted(words):
    """What occurs how often, in words."""
    return ", ".join(f"{word} {count}" for word, count in Counter(words).most_common())


def kinds_table(runs):
    """A row for each kind: how many runs, how many right, what was found first."""
    rows = []
    for name, kind in KINDS.items():
        own = [each for each in runs if each["kind"] == name]
        if own:
            right = sum(verdict(kind, each["names"]) == "right" for each in own)
            first = counted(each["names"][0] for each in own)
            rows.append([name, kind.what, " or ".join(kind.expected), f"{right} of {len(own)}", first])
    return export.table(["kind", "how", "right is", "right", "found first"], rows, align="lllrl").markdown


def confusion(runs, names="names"):
    """What is true against what was found first; a kind that may be called by several names stands at the first."""
    runs = [each for each in runs if each[names]]
    truths = list(dict.fromkeys(kind.expected[0] for kind in KINDS.values()))
    columns = [name for name in (*truths, *RULES) if any(each[names][0] == name for each in runs)]
    columns = list(dict.fromkeys([*columns, *({UNKNOWN} & {each[names][0] for each in runs})]))
    rows = []
    for truth in truths:
        own = Counter(each[names][0] for each in runs if KINDS[each["kind"]].expected[0] == truth)
        if own:
            rows.append([truth, *(own.get(name) or "" for name in columns)])
    return export.table(["", *columns], rows, align="l" + "r" * len(columns)).markdown


def summary(runs):
    """The numbers of the page."""
    healthy = [each for each in runs if KINDS[each["kind"]].expected == HEALTHY]
    ill = [each for each in runs if KINDS[each["kind"]].expected not in (HEALTHY, (UNKNOWN,))]
    healthy_history, ill_history = ([each for each in own if each["by_history"]] for own in (healthy, ill))

    def count(own, said, names="names"):
        return sum(verdict(KINDS[each["kind"]], each[names]) == said for each in own)

    steps = sorted(min(each["warned"].values()) / each["steps"] for each in ill if each["warned"])
    return {
        "healthy": len(healthy),
        "ill": len(ill),
        "healthy_ill": count(healthy, "ill"),
        "healthy_unknown": count(healthy, UNKNOWN),
        "found": count(ill, "right"),
        "among": count(ill, "among others"),
        "missed": count(ill, "healthy") + count(ill, UNKNOWN),
        "other": count(ill, "other"),
        "history_healthy": len(healthy_history),
        "history_ill": len(ill_history),
        "history_healthy_ill": count(healthy_history, "ill", "by_history"),
        "history_found": count(ill_history, "right", "by_history"),
        "healthy_warned": sum(bool(each["warned"]) for each in healthy),
        "ill_warned": sum(bool(each["warned"]) for each in ill),
        "ill_diverged": sum(each["diverged"] for each in ill),
        "when": steps[len(steps) // 2] if steps else float("nan"),
    }


def csv_of(runs):
    """The bytes of doctor_runs.csv: a row for each run, with the medians at its end."""
    rows = []
    for each in runs:
        table = Table(each["watch"], each["diverged"])
        rows.append([each["kind"], each["seed"], int(each["seed"] in VALIDATED_ON), each["steps"],
                     "; ".join(each["names"]), *(f"{table.late(name):.4g}" for name in LATE)])  # fmt: skip
    return csv_bytes(["kind", "seed", "validated", "steps", "found", *LATE], rows)


def write(args):
    """Write the page and the table of all runs that are there."""
    runs = [run(name, seed, args.work) for name, kind in KINDS.items() for seed in (*kind.built_on, *kind.validated_on)]
    runs = [{**each, **judge(each), "steps": KINDS[each["kind"]].steps} for each in runs]
    unseen_runs = [each for each in runs if each["seed"] in VALIDATED_ON]
    seen = [each for each in runs if each["seed"] not in VALIDATED_ON]
    seconds = sum(each["seconds"] for each in runs)
    steps = [each["steps"] for each in unseen_runs]
    page = PAGE.format(
        date=datetime.date.today().isoformat(),
        commit=runs_of.describe().commit[:7],
        minutes=seconds / 60,
        built=len(seen),
        runs=len(unseen_runs),
        kinds=len({each["kind"] for each in unseen_runs}),
        unseen="; ".join(name for name, kind in KINDS.items() if not kind.built_on),
        fewest=min(steps),
        most=max(steps),
        **summary(unseen_runs),
        **{f"built_{name}": summary(seen)[name] for name in ("healthy_ill", "found", "ill")},
        by_kind=kinds_table(unseen_runs),
        matrix=confusion(unseen_runs),
        by_history=confusion(unseen_runs, "by_history"),
    )
    write_text(ROOT / "benchmarks" / "doctor.md", page)
    save(ROOT / "data", {"measured/doctor_runs.csv": csv_of(runs)})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="kinds, with semicolons between them; all by default")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after the run that ends after them")
    parser.add_argument("--seeds", default="all", choices=["built", "all"], help="built: those that are built on only")
    parser.add_argument("--table", action="store_true", help="write what came of the runs, which must be there")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "doctor_runs")
    args = parser.parse_args()
    began, only = time.perf_counter(), args.only.split(";") if args.only else list(KINDS)
    if unknown := set(only) - set(KINDS):
        parser.error(f"there is no kind {'; '.join(unknown)}; the kinds are {'; '.join(KINDS)}")
    for name in only:
        kind = KINDS[name]
        for seed in kind.built_on if args.seeds == "built" else (*kind.built_on, *kind.validated_on):
            run(name, seed, args.work)
            if time.perf_counter() - began > 60 * args.minutes:
                return
    print("ALLDONE", flush=True)
    if args.table:
        write(args)


if __name__ == "__main__":
    main()
