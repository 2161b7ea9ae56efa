"""Train the settings of page 10 with five seeds at equal budget and write benchmarks/panic_seeds.md.

    python tools/panic_seeds.py [--images 50000] [--seeds 5] [--folder my_cells --size 64 --channels 3]

Each seed has its own third of the images held out, its own starting weights and its own noise; all settings of a seed
have the same. The budget is how many real images D sees, so all settings see as many: by default 50,000, the paper's
1,000 iterations with the tutorial's batches of 50. Seconds are measured beside it. Takes about half an hour on two
cores.

A training that is done is kept in build/panic_seeds/ and not done again. Prints the cell `recorded` of the page.

Nothing may be chosen by these numbers afterwards: a setting that was tuned on them is no longer compared by them.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from seminar_gan import export
from seminar_gan.files import write_json, write_text
from seminar_gan.recipes import RECIPES

SAMPLES = 200
SETTINGS = {"PANIC": "panic", "ours": "few", "ours + DiffAugment": "few-augmented", "WGAN-GP": "wasserstein"}
COLUMNS = ["seed", "kernel distance", "real against real, 95 %", "seconds"]
PAGE = """# Page 10 over seeds

Made by `python tools/panic_seeds.py`: {count} images at {size} x {size}, {held} of them held out, others for each seed.
In each training D saw {images:,} real images. Kernel distance of {samples} samples from the held-out images, on the
measurements of `seminar_gan.metrics.measurements`. The real-against-real distances are of 200 random splits of these
sizes.

{tables}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=50_000, help="real images that D sees in a training")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folder", help="images of your own; without it, the embedded cells")
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "panic_seeds.md")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "panic_seeds")
    args = parser.parse_args()

    images = load(args.folder, args.size, args.channels)
    if len(images) < 12:
        parser.error(f"{len(images)} images are too few to hold any out; at least 12 are needed")
    results = {name: [run(name, seed, images, args) for seed in range(args.seeds)] for name in SETTINGS}
    held = len(images) // 3
    facts = {"count": len(images), "size": args.size, "held": held, "images": args.images, "samples": SAMPLES}
    tables = "\n\n".join(table(name, runs) for name, runs in results.items())
    write_text(args.out, PAGE.format(**facts, tables=tables))
    print(cell(results))


def load(folder, size, channels):
    """The images of the page, with one scale for all where they are alike in size."""
    from seminar_gan import datasets
    from seminar_gan.datasets import folders

    folder = folder or datasets.cells_folder()
    sides = folders.load_image_folder(folder, size, "stretch", channels).sizes.max(axis=1)
    scale = min(1, size / sides.max()) if sides.max() <= 2 * sides.min() else 1
    return folders.load_image_folder(folder, size, "pad", channels, scale=scale).images


def split(images, seed):
    """The training images and those that are held out, a third, copies on one side, as on the page."""
    from seminar_gan import datasets

    training, held = datasets.hold_out(datasets.find_copies(images), 1 / 3, seed=seed)
    return images[training], images[held]


def augmented(training, seed):
    """Some 800 changed versions of the training images in [0, 1], as on the page."""
    from seminar_gan import ranges
    from seminar_gan.models import augmentation

    change = augmentation.build_data_augmentation(seed=seed)
    times = max(2, 800 // len(training))
    return np.concatenate([np.asarray(change(ranges.to_unit(training), training=True)) for _ in range(times)])


def run(name, seed, images, args):
    """One training and what was measured after it, kept as JSON."""
    data = args.folder or "cells"
    plan = [data, args.size, args.channels, args.images, RECIPES[SETTINGS[name]].batch_size, SAMPLES]
    kept = args.work / f"{name.replace(' + ', '_')}-seed-{seed}.json"
    if kept.is_file():
        stored = json.loads(kept.read_text(encoding="utf-8"))
        if stored["plan"] == plan:
            return stored
    training, held = split(images, seed)
    began = time.perf_counter()
    made = train(name, seed, training, args.images)
    seconds = time.perf_counter() - began
    found = {"plan": plan, "seed": seed, "seconds": seconds, **measured(images, held, made)}
    write_json(kept, found)
    print(f"{name}, seed {seed}: {found}", file=sys.stderr)
    return found


def train(name, seed, training, images_seen):
    """Train one setting as the page does, and return uint8 samples."""
    from seminar_gan import ranges
    from seminar_gan.training.watch.progress import StepProgress

    recipe, size = RECIPES[SETTINGS[name]], training.shape[1]
    d_steps = recipe.options.get("d_steps", 1)
    options = {
        "steps": images_seen // recipe.batch_size // d_steps,
        "batch_size": recipe.batch_size,
        "callbacks": [*recipe.callbacks(), StepProgress()],
    }
    if name == "PANIC":
        gan = recipe.build(training.shape[1:], seed=seed)
        gan.fit(augmented(training, seed), **options)
        return ranges.unit_to_uint8(gan.generate(SAMPLES, seed=seed))
    grow = -size % 4  # dcgan takes multiples of 4
    padded = np.pad(training, ((0, 0), (0, grow), (0, grow), (0, 0)), mode="edge")
    gan = recipe.build(padded.shape[1:], seed=seed)
    gan.fit(padded, **options)
    return ranges.symmetric_to_uint8(gan.generate(SAMPLES, seed=seed))[:, :size, :size]


def measured(images, held, made):
    """Kernel distance from the held-out images, and the floor of random splits of the same sizes."""
    from seminar_gan.metrics import kernel_distance
    from seminar_gan.metrics.measurements import measure, standardise

    reference = measure(images)
    real, held_features, made_features = standardise(reference, measure(held), measure(made))
    rng, floors = np.random.default_rng(0), []
    for _ in range(200):
        shuffled = rng.permutation(real)
        floors.append(kernel_distance(shuffled[: len(held)], shuffled[len(held) :], least=2, resamples=40).value)
    return {
        "distance": kernel_distance(held_features, made_features, least=2).value,
        "floor": float(np.percentile(floors, 95)),
    }


def table(name, runs):
    """A Markdown table of one setting, with mean and spread."""
    distances = [run["distance"] for run in runs]
    rows = [[run["seed"], f"{run['distance']:.3f}", f"{run['floor']:.3f}", f"{run['seconds']:.0f}"] for run in runs]
    spread = statistics.stdev(distances) if len(distances) > 1 else 0.0
    lines = [f"## {name}", "", export.table(COLUMNS, rows, align="rrrr").markdown]
    return "\n".join([*lines, "", f"Mean {statistics.mean(distances):.3f}, standard deviation {spread:.3f}."])


def cell(results):
    """The cell of the page, formatted."""
    numbers = {name: ", ".join(f"{run['distance']:.3f}" for run in runs) for name, runs in results.items()}
    lines = [f'    "{name}": [{text}],' for name, text in numbers.items()]
    return "\n".join(["recorded = {", *lines, "}"])


if __name__ == "__main__":
    main()
