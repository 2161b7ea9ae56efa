"""What a comparison is to do: every combination of settings with every seed, checked before anything starts."""

import ast
import hashlib
import itertools
import json
import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from seminar_gan.commands import UserError, closure, pages
from seminar_gan.commands.run import plan
from seminar_gan.commands.run.engine import Job

PAGE_PROGRAM, TRAIN_PROGRAM = "seminar_gan.commands.run.execute", "seminar_gan.commands.compare.train"
MOST_RUNS = 10_000  # more is a slip of the keyboard
OF_TRAINING = ("steps", "seconds")  # beside the variations of a recipe


@dataclass(frozen=True)
class Run:
    """One run: a combination of settings with a seed.

    Args:
        settings: {setting: value}.
        seed: int.
        job: engine.Job, whose name is the run's.
        fingerprint: str, a digest of all that the result depends on.
    """

    settings: dict
    seed: int
    job: Job
    fingerprint: str


@dataclass(frozen=True)
class Comparison:
    """All runs of a comparison.

    Args:
        subject: str, the page or "recipes"; the name of a folder.
        settings: list of the settings that have several values, in the order in which they were given.
        runs: list of Run.
        metrics: tuple of the names of the metrics, or None where only the runs can say.
        main: tuple of those that are summed up if nobody says which, or None for all.
    """

    subject: str
    settings: list
    runs: list
    metrics: tuple | None
    main: tuple | None = None


def parse_settings(texts):
    """Return {name: list of texts} of texts such as "loss=minimax,hinge". Commas in brackets and quotes divide nothing.

    Raises:
        UserError: for another form, for a name that comes twice, and for an empty value.
    """
    settings = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise UserError(f"--set takes NAME=VALUE,VALUE such as --set BATCH_SIZE=32,128; got {text!r}.")
        if name.lower() in map(str.lower, settings):
            raise UserError(f"--set names {name} twice; give all its values at once: --set {name}=A,B.")
        settings[name] = _divided(values)
        if not all(settings[name]):
            raise UserError(f"--set {text}: there is an empty value. It takes NAME=VALUE,VALUE.")
    return settings


def _divided(text):
    """The values of a text, divided at the commas that stand in no brackets and no quotes."""
    pattern = r"""(?:[^,()\[\]{}'"]|\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|'[^']*'|"[^"]*")+|(?<=,)(?=,|$)|^(?=,|$)"""
    return [part.strip().strip("'\"") for part in re.findall(pattern, text)]


def parse_seeds(seeds):
    """Return the seeds that a text or a number says: "5" is 0 to 4, "3,7" are these two, "0-9" are ten.

    Raises:
        UserError: for anything else, and for a seed that comes twice.
    """
    text = str(seeds).strip()
    if isinstance(seeds, list | tuple):
        text = ",".join(map(str, seeds)) + ","
    elif text.isdigit():
        text = f"0-{int(text) - 1}"
    found = []
    try:
        for part in text.strip(",").split(","):
            low, _, high = part.strip().partition("-")
            found += range(int(low), int(high or low) + 1)
    except ValueError:
        found = []
    if not found or len(set(found)) != len(found) or len(found) > MOST_RUNS:
        raise UserError(
            f"--seeds is how many seeds (5: from 0 to 4), or a list of different ones (3,7 or 0-9); got {seeds!r}."
        )
    return found


def of_page(root, page, settings, seeds, profile, packages):
    """Return the `Comparison` of a page.

    Args:
        root: pathlib.Path of the collection.
        page: str, a page as `pages.select` takes it.
        settings: {parameter: list of values or texts}; upper and lower case are the same.
        seeds: list of int.
        profile: str, as for `plan.make_plan`.
        packages: str that says which packages are installed.

    Raises:
        UserError: for an unknown page, parameter or value, and for a page that records no metrics.
    """
    base = plan.make_plan(root, page, profile)
    if len(base.pages) != 1:
        raise UserError(f"compare takes one page; {page or 'an empty name'} are {len(base.pages)}.")
    (page,) = base.pages
    metrics = metric_names(page)
    if metrics == ():
        having = [each.name for each in pages.every_page(root) if metric_names(each) != ()]
        raise UserError(
            f"{page.name} records no metrics: a cell must call sg.metrics.record(name=number). "
            f"{pages.choices('Pages that do are', having)}"
        )
    if "SEED" not in page.defaults:
        raise UserError(f"{page.name} has no parameter SEED, so its runs would all be the same.")
    known = {name.lower(): name for name in page.defaults}
    chosen = {}
    for name, values in settings.items():
        name = known.get(name.lower(), name)
        if name == "SEED":
            raise UserError("SEED is not set by --set: --seeds says which seeds there are.")
        chosen[name] = _different(name, [plan.checked(page, name, value, where="--set") for value in values])
    runs = []
    for combination in _combinations(chosen, seeds):
        for seed in seeds:
            parameters = base.parameters[page.name] | combination
            parameters["SEED"] = plan.checked(page, "SEED", seed, where="--seeds")
            job = Job(_name(combination, seed), PAGE_PROGRAM, {"page": str(page.path), "parameters": parameters})
            runs.append(Run(combination, seed, job, plan.fingerprint(page, parameters, packages)))
    return Comparison(page.name, list(chosen), runs, metrics)


def of_recipes(names, settings, seeds, training, packages):
    """Return the `Comparison` of trainings of recipes.

    Args:
        names: list of names of `recipes.RECIPES`.
        settings: {variation: list of values or texts}: `variations.VARIATIONS`, steps and seconds.
        seeds: list of int.
        training: dict with data, size, channels, background, steps, seconds and samples, as `train` has them.
        packages: as for `of_page`.

    Raises:
        UserError: for an unknown recipe, setting or value, and for networks that cannot be.
    """
    from seminar_gan import variations
    from seminar_gan.commands.compare.train import check, load_data, main_metrics
    from seminar_gan.commands.train.data import EMBEDDED
    from seminar_gan.commands.train.folder import sentence

    chosen = {"recipe": _different("recipe", list(names))}
    for name, values in settings.items():
        name = name.lower()
        try:
            if name in OF_TRAINING:
                chosen[name] = [_amount(name, value) for value in values]
                training = training | {"steps": None, "seconds": None}
            else:
                chosen[name] = [variations.accepted(name, value) for value in values]
        except ValueError as error:
            raise UserError(sentence(f"--set: {error}")) from None
        chosen[name] = _different(name, chosen[name])
    if not set(OF_TRAINING) & set(chosen) and not (training["steps"] or training["seconds"]):
        raise UserError("How long is each training to be? --steps 500, say, or --seconds 60.")
    data = load_data(training)
    if os.path.exists(training["data"]) and data.name not in EMBEDDED:
        training = training | {"data": os.path.abspath(training["data"])}  # workers may run in another folder
    digest = pages.package_digest([f"import {TRAIN_PROGRAM}"])
    runs = []
    for combination in _combinations(chosen, seeds):
        amounts = {name: combination[name] for name in OF_TRAINING if name in combination}
        varied = {name: value for name, value in combination.items() if name not in ("recipe", *OF_TRAINING)}
        contents = {**training, **amounts, "recipe": combination["recipe"], "settings": varied}
        try:
            check(contents, data)
        except (TypeError, ValueError) as error:
            raise UserError(sentence(f"{_name(combination)}: {error}")) from None
        for seed in seeds:
            parts = [contents, seed, data.identity(), digest, packages, platform.python_version()]
            fingerprint = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
            job = Job(_name(combination, seed), TRAIN_PROGRAM, contents | {"seed": seed})
            runs.append(Run(combination, seed, job, fingerprint))
    return Comparison("recipes", list(chosen), runs, None, main_metrics(data))


def metric_names(page):
    """Return the names that a page gives to `metrics.record`, as a tuple; None where the code does not show them."""
    names = []
    for source, _ in page.code_cells:
        if "metrics.record(" in source:
            for node in ast.walk(ast.parse(closure.without_magics(source))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("metrics.record"):
                    names += [keyword.arg for keyword in node.keywords]
    return None if None in names else tuple(names)


def _combinations(chosen, seeds):
    count = len(seeds)
    for values in chosen.values():
        count *= len(values)
    if count > MOST_RUNS:
        raise UserError(f"That would be {count:,} runs; {MOST_RUNS:,} are the most.")
    return [dict(zip(chosen, values, strict=True)) for values in itertools.product(*chosen.values())]


def _different(name, values):
    if len({repr(value) for value in values}) != len(values):
        raise UserError(f"--set: {name} has one value twice: {', '.join(map(str, values))}.")
    return values


def _amount(name, value):
    from seminar_gan.parameters import accept

    return accept(name, value, (1, 10**9) if name == "steps" else (0.001, 1e9))


def _name(combination, seed=None):
    """The name of a run, safe on every file system."""
    parts = combination | ({} if seed is None else {"seed": seed})
    text = ",".join(f"{name}={value}" for name, value in parts.items())
    safe = re.sub(r"[^A-Za-z0-9=,+._-]", "_", text)[:100].rstrip(".")
    return safe if safe == text else f"{safe}-{hashlib.sha256(os.fsencode(text)).hexdigest()[:8]}"


def folder_name(comparison):
    """The name of the folder for what a comparison says, beside those of other comparisons of the same subject."""
    values = {name: [] for name in comparison.settings}
    for run in comparison.runs:
        for name in values:
            if run.settings[name] not in values[name]:
                values[name].append(run.settings[name])
    text = {name: "+".join(str(Path(str(value)).name) for value in each) for name, each in values.items()}
    return _name(text) or "as it is"
