"""Train PANIC's networks and write what comes of it: python tools/train_panic.py small kernels long

Three experiments; page 09 shows what they drew.

small: the paper's at 28 x 28, on all 42 cells, batches of 50, to the paper's 1,000 iterations and on to the 2,000 of
    its TensorBoard, with two seeds.
long: at 100 x 100 on the 28 cells that page 10 keeps with SEED = 0, batches of 8, without (`plain`) and with batch
    normalisation in D (`normalised`), to 9,500 iterations.
kernels: the same two pairs with larger kernels, all else as in `long`, to 500 iterations.

The trainings of an experiment go on by turns from mark to mark, so that they are equally far whenever it is stopped.
Stop it, call it again, and it goes on. `--only NAME` trains one of them, in a process and on a core of its own.
`--pack` trains no further. Files are written from the last mark that all trainings of an experiment have reached.

The files: in data/panic/ pictures; of `small` also what was measured of them, data/measured/panic_small.csv; of `plain`
also the weights, data/panic_generator.npz. Prints what `embedded.FILES` says of them. Another CPU gives other bytes,
and images as good.
"""

import argparse
import csv
import dataclasses
import functools
import io
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from few_seeds import augmented, floor_of_numbers, load, split
from pack_weights import draw_panic, pack_panic, png, save

from seminar_gan import metrics, ranges
from seminar_gan.files import whole
from seminar_gan.metrics.measurements import measure, standardise
from seminar_gan.recipes import RECIPES
from seminar_gan.training import noise
from seminar_gan.training.watch.progress import StepProgress

SEED, SAMPLES, SHOWN = 0, 100, 6
SAMPLED = (1_000, 2_000)  # marks of `small` of which all samples travel
LARGER = {"G": 5, "D": 7}  # kernels; the paper: "slightly modified"; at 28 x 28: 3 and 5


@dataclasses.dataclass(frozen=True)
class Training:
    """One pair: its recipe, seed, and what the builders take beside."""

    recipe: str = "panic"
    seed: int = SEED
    kernels: dict | None = None

    def build(self, image_shape):
        recipe = RECIPES[self.recipe]
        if self.kernels:
            generator, discriminator = (
                functools.partial(build, kernel_size=self.kernels[player])
                for build, player in ((recipe.generator, "G"), (recipe.discriminator, "D"))
            )
            recipe = dataclasses.replace(recipe, generator=generator, discriminator=discriminator)
        return recipe.build(image_shape, seed=self.seed)


@dataclasses.dataclass(frozen=True)
class Experiment:
    trainings: dict
    size: int
    batch_size: int
    marks: tuple
    report_every: int
    held_out: bool = True  # a third of the cells is not trained on


EXPERIMENTS = {
    "small": Experiment(
        {f"seed {seed}": Training(seed=seed) for seed in range(2)},
        size=28,
        batch_size=50,
        marks=(10, 50, 100, 200, 500, 1_000, 1_500, 2_000),
        report_every=50,
        held_out=False,
    ),
    "kernels": Experiment(
        {"larger": Training(kernels=LARGER), "larger_normalised": Training("panic-normalised", kernels=LARGER)},
        size=100,
        batch_size=8,
        marks=(100, 200, 500),
        report_every=250,
    ),
    "long": Experiment(
        {"plain": Training(), "normalised": Training("panic-normalised")},
        size=100,
        batch_size=8,
        marks=(100, 200, 500, *range(1_000, 15_001, 500)),
        report_every=250,
    ),
}
COLUMNS = ("training", "step", "network", "numbers", "variety")
COUNTS = ("d_fake_updates", "d_real_updates", "g_updates")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiments", nargs="+", choices=EXPERIMENTS)
    parser.add_argument("--steps", type=int, default=15_000, help="train no further than this")
    parser.add_argument("--only", help="train one pair of the experiment and write no file")
    parser.add_argument("--pack", action="store_true", help="train no further")
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "weights" / "panic")
    args = parser.parse_args()
    for name in args.experiments:
        experiment, work = EXPERIMENTS[name], args.work / name
        marks = [mark for mark in experiment.marks if mark <= args.steps]
        if not args.pack:
            train(experiment, marks, work, [args.only] if args.only else experiment.trainings)
        if not args.only:
            reached = [mark for mark in marks if all(kept(work, each, mark).is_file() for each in experiment.trainings)]
            save(args.out, PACKS[name](experiment, reached, work))


def kept(work, name, mark):
    return work / f"{name}-{mark}.npz"


def film_noise():
    """The z of the films."""
    return np.asarray(noise.truncated_normal((SEED, -1), (SHOWN, 100)))


def data_of(experiment):
    """The cells that are trained on, and those that the pictures are measured against."""
    images = load(None, experiment.size, 1)
    return split(images, SEED) if experiment.held_out else (images, images)


def train(experiment, marks, work, names):
    """Train the pairs of these names to the last mark, by turns, and keep pictures and generator at each."""
    images = augmented(data_of(experiment)[0], SEED)
    players = {}
    for mark in marks:
        for name in names:
            if kept(work, name, mark).is_file():
                continue
            if name not in players:
                players[name] = experiment.trainings[name].build(images.shape[1:])
            gan = players[name]
            options = {"batch_size": experiment.batch_size, "report_every": experiment.report_every}
            gan.fit(images, steps=mark, checkpoints=work / name, callbacks=[StepProgress(lines=2)], **options)
            arrays = {variable.path: variable.numpy() for variable in gan.generator.variables}
            arrays["samples"] = ranges.unit_to_uint8(gan.generate(SAMPLES, seed=SEED))
            arrays["film"] = ranges.unit_to_uint8(gan.generate_from(film_noise()))
            arrays |= {f"history.{log}": np.array(values) for log, values in gan.record.history.items()}
            with whole(kept(work, name, mark)) as part, open(part, "wb") as file:
                np.savez(file, **arrays)
            print(f"{name}, step {mark}, {gan.record.history['seconds'][-1]:.0f} s", flush=True)


def pack_small(experiment, marks, work):
    """The files of `small`: pictures at all marks, samples at two, what was measured."""
    cells = data_of(experiment)[1]
    rows, films, samples = [], [], []
    for name in experiment.trainings:
        drawn = {}
        for mark in marks:
            with np.load(kept(work, name, mark)) as stored:
                drawn[mark] = stored["samples"]
                counts = {log: f"{stored[f'history.{log}'][-1]:.0f}" for log in COUNTS}
            numbers = {column: f"{value:.3f}" for column, value in measured(cells, drawn[mark]).items()}
            rows.append({"training": name, "step": mark} | numbers | counts)
        films.append(np.stack([drawn[mark][:SHOWN] for mark in marks]))
        samples += [drawn[mark] for mark in SAMPLED]
    table = io.StringIO()
    writer = csv.DictWriter(table, (*COLUMNS, *COUNTS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return {
        "measured/panic_small.csv": table.getvalue().encode(),
        "panic/small_film.png": png(np.concatenate(films)),
        "panic/small_samples.png": png(np.concatenate(samples).reshape(-1, 50, experiment.size, experiment.size, 1)),
    }


def pack_kernels(experiment, marks, work):
    """The films of `kernels`, from the same z as those of `long`."""
    files = {}
    for name in experiment.trainings:
        film = []
        for mark in marks:
            with np.load(kept(work, name, mark)) as stored:
                film.append(stored["film"])
        files[f"panic/{name}_film.png"] = png(np.stack(film))
    return files


def measured(cells, made):
    """Distances of samples from the cells, by random network and twelve numbers, in floors, and the variety."""
    third = len(cells) // 3
    real, fake = standardise(*(metrics.random_features(images, cells) for images in (cells, made)))
    numbers = metrics.equations.squared_mmd(*standardise(measure(cells), measure(made)))
    return {
        "network": metrics.energy_distance(real, fake) / metrics.split_floor(real, third),
        "numbers": numbers / floor_of_numbers(cells.tobytes(), cells.shape, third),
        "variety": metrics.variety(made) / metrics.variety(cells),
    }


def pack_long(experiment, marks, work):
    """The files of `long`."""
    z = film_noise()
    generators, films = {}, {}
    for name in experiment.trainings:
        film = []
        for mark in marks:
            with np.load(kept(work, name, mark)) as stored:
                generators[name] = {path: stored[path].astype("float16") for path in stored.files if "/" in path}
            film.append(draw_panic(generators[name], z))
        films[name] = np.stack(film)
    return pack_panic(generators, marks, films)


PACKS = {"small": pack_small, "kernels": pack_kernels, "long": pack_long}

if __name__ == "__main__":
    main()
