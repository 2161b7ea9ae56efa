"""`compare`: a page, or trainings of recipes, for every combination of settings and every seed.

Each run is a process of its own, through the engine of `run-all`. Its record stays in build/compare/SUBJECT/runs, so
that a comparison that was stopped does what is missing. The table of all runs, what they come to, a figure for each
metric and the sentences lie in a folder beside it.
"""

import contextlib
import io
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from seminar_gan import runs as origins
from seminar_gan.commands import UserError, pages
from seminar_gan.commands.compare import plan
from seminar_gan.commands.run import engine
from seminar_gan.commands.run.results import Results

__all__ = ["compare"]

COLUMNS = ("seed", "status", "seconds", "peak_memory_mb", "error")  # that every run has, beside settings and metrics


def main(args):
    """Run what is missing, and say what all runs come to. Returns 0, 1 if a run failed, 130 after Ctrl-C."""
    if bool(args.page) == bool(args.recipes):
        raise UserError("compare takes a page, such as `compare 06`, or --recipes dcgan-plain,few, and not both.")
    settings = plan.parse_settings(args.set)
    seeds = plan.parse_seeds(args.seeds)
    recipes = [name.strip() for name in args.recipes.split(",")] if args.recipes else ()
    training = {name: getattr(args, name) for name in ("data", "size", "channels", "background")}
    training |= {"steps": args.steps, "seconds": args.seconds, "samples": args.samples}
    comparison = _plan(args.root, args.page, recipes, settings, seeds, args.profile, training)
    wanted = _wanted(comparison, args.metrics)
    print(_announced(comparison, seeds), flush=True)
    folder, place = _folders(args.root, comparison, args.to)
    try:
        records = run(args.root, comparison, folder, args.jobs, args.scheduler)
    except KeyboardInterrupt:
        print("\nStopped. Finished runs are kept; the same call goes on from here.", flush=True)
        return 130
    from seminar_gan.commands.compare import report  # loads pandas and Matplotlib

    report.write(comparison, frame_of(comparison, records), wanted, place)
    return 0 if all(record["status"] == "ok" for record in records) else 1


def compare(page=None, *, recipes=(), settings=None, seeds=5, jobs=1, scheduler="", profile="quick", to=None,
            root=None, data="mnist", size=None, channels=None, background=None, steps=None, seconds=None,
            samples=None):  # fmt: skip
    """Run a page, or train recipes, for every combination of settings and every seed, as the command `compare` does.

    What has been run is not run again. Nothing is printed but the progress.

    Args:
        page: str, the page, such as "06"; or None, and `recipes` says what is trained.
        recipes: names of `recipes.RECIPES`.
        settings: {name: list of values}: parameters of the page; for recipes `variations.VARIATIONS`, steps, seconds.
        seeds: how many (5: from 0 to 4), or a list of them.
        jobs: how many run at a time.
        scheduler: address of a running Dask scheduler, or nothing.
        profile: "quick", or a folder of notebooks/params.
        to: None, or a folder for the records, in place of build/compare.
        root: None, or the collection's folder; by default it is searched from the current folder upwards.
        data, size, channels, background, steps, seconds, samples: of trainings of recipes, as `train` has them.

    Returns:
        pandas.DataFrame, a row for each run: the settings, seed, status (ok or failed), seconds, peak_memory_mb, the
        metrics (nan where a run failed) and error. For `comparisons.summary` and its kin.

    Raises:
        ValueError: for what cannot be, before anything starts; names it and what there is.
    """
    training = {"data": data, "size": size, "channels": channels, "background": background, "steps": steps}
    training |= {"seconds": seconds, "samples": samples}
    try:
        if bool(page) == bool(recipes):
            raise UserError("compare takes a page or recipes, and not both")
        root = pages.find_root(root)
        settings = {name: _listed(name, values) for name, values in (settings or {}).items()}
        recipes = [recipes] if isinstance(recipes, str) else list(recipes)
        comparison = _plan(root, page, recipes, settings, plan.parse_seeds(seeds), profile, training)
        records = run(root, comparison, _folders(root, comparison, to)[0], jobs, scheduler)
    except UserError as error:
        raise ValueError(str(error)) from None
    return frame_of(comparison, records)


def _listed(name, values):
    if isinstance(values, str) or not isinstance(values, list | tuple) or not values:
        raise UserError(f"settings takes a list of values for each name, such as {name}=[1, 2]; got {values!r}")
    return list(values)


def _plan(root, page, recipes, settings, seeds, profile, training):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    packages = engine.installed(root)
    if page:
        return plan.of_page(root, str(page), settings, seeds, profile, packages)
    with contextlib.redirect_stdout(io.StringIO()) as said:  # what was done to the images: for those who want to train
        comparison = plan.of_recipes(recipes, settings, seeds, training, packages)
    print(said.getvalue(), end="")
    return comparison


def _wanted(comparison, names):
    """The metrics that --metrics names, or the main ones; None for all."""
    if not names:
        return comparison.main
    wanted = [name.strip() for name in names.split(",")]
    unknown = [name for name in wanted if comparison.metrics is not None and name not in comparison.metrics]
    if unknown:
        raise UserError(
            f"{comparison.subject} records no metric {unknown[0]!r}. {pages.choices('It records', comparison.metrics)}"
        )
    return wanted


def _announced(comparison, seeds):
    combinations = len(comparison.runs) // len(seeds)
    return f"{len(comparison.runs)} runs: {combinations} setting{'s' * (combinations > 1)} x {len(seeds)} seeds."


def _folders(root, comparison, to):
    """The folder of the runs' records, and that of what they come to."""
    base = Path(to).expanduser() if to else root / "build" / "compare" / comparison.subject
    folders = base / "runs", base if to else base / plan.folder_name(comparison)
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"The results would be written to {folder}, and cannot: {error.strerror}.") from None
    return folders


def run(root, comparison, folder, jobs, scheduler=""):
    """Do what is missing; return the record of each run, in the order of the plan."""
    at_once = engine.at_a_time(jobs)
    engine.check_path()
    results = Results(folder)
    records = {each.job.name: results.finished(each.job.name, each.fingerprint) for each in comparison.runs}
    todo = {each.job.name: each for each in comparison.runs if not records[each.job.name]}
    if todo:
        if done := len(comparison.runs) - len(todo):
            print(f"{done} of them have been run before.", flush=True)
        with engine.work_folder(root, "compare") as work:
            waiting = [each.job for each in todo.values()]
            for job, result in engine.execute(waiting, work, at_once, scheduler, total=len(comparison.runs)):
                records[job.name] = _keep(results, todo[job.name], result)
    return [records[each.job.name] for each in comparison.runs]


def _keep(results, each, result):
    """Put a run's result in its place; return its record. Claims are about the page as it is, and do not count here."""
    name = each.job.name
    more = {"fingerprint": each.fingerprint, "settings": each.settings, "seed": each.seed}
    more |= {"ended": datetime.now(UTC).isoformat(timespec="seconds"), "metrics": result.get("metrics", {})}
    parameters = each.job.contents.get("parameters", each.job.contents)
    parameters = {key: value for key, value in parameters.items() if key != "seed"}
    more["origin"] = origins.describe(each.job.contents.get("page") and name, seed=each.seed, **parameters).record()
    more["origin"]["device"] = result.get("device")
    return results.keep(SimpleNamespace(name=name, path=Path(f"{name}.ipynb")), {**result, "claims": []}, **more)


def frame_of(comparison, records):
    """Return the table of all runs, a pandas.DataFrame."""
    try:
        import pandas
    except ModuleNotFoundError:
        raise UserError("A comparison is a table of pandas, which is not installed: `pip install pandas`.") from None
    rows = []
    for each, record in zip(comparison.runs, records, strict=True):
        row = each.settings | {"seed": each.seed, "status": "ok" if record["status"] == "ok" else "failed"}
        row |= {name: record.get(name) for name in ("seconds", "peak_memory_mb")}
        row |= {name: math.nan if value is None else value for name, value in record.get("metrics", {}).items()}
        rows.append(row | {"error": record["error"]})
    frame = pandas.DataFrame(rows)
    return frame[[*(name for name in frame if name != "error"), "error"]]
