"""Train the pair for few images on 28 cells and write the generators of data/few/: python tools/train_few.py

For each size (28, 64, 100 pixels) the recipe `few` is trained at its full rate for STEPS, and then with a rate that
falls to 0 for 40 % more. At every mark of 500 steps the averaged generator is kept, and its samples are measured
against the 14 cells that page 10 holds out with SEED = 0, by the two rulers of the page, in floors. What is shipped is
the mark with the least sum of the two: so the length of the training is chosen by the held-out cells, and the distance
at that mark flatters it.

Stop it, call it again, and it goes on. `--sizes 64` trains one size; `--pack` writes the files from what there is.
data/few/cells_28.npz and so on hold the weights in float16; data/measured/few_progress.csv has all marks.
"""

import argparse
import csv
import io
import sys
from pathlib import Path

import keras
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "data")]  # so that the script runs from a bare checkout

from common import pack
from few_seeds import load, measured, split

from seminar_gan import ranges
from seminar_gan.files import whole, write_bytes
from seminar_gan.models.few import measure_levels
from seminar_gan.recipes import RECIPES

STEPS = {28: 2_500, 64: 5_000, 100: 2_500}  # at the full rate
SIZES = tuple(STEPS)
SEED, EVERY, SAMPLES = 0, 500, 200
COLUMNS = ("size", "step", "seconds", "network", "numbers", "variety")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, choices=SIZES)
    parser.add_argument("--pack", action="store_true", help="train no further")
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "weights" / "few")
    args = parser.parse_args()
    if not args.pack:
        for size in args.sizes:
            train(size, args)
    if set(args.sizes) == set(SIZES):
        write(args)
    elif args.pack:
        parser.error("--pack writes the files of all sizes; leave --sizes out")


def train(size, args):
    """Train one size from mark to mark."""
    images = load(None, size, 1)
    training, held = split(images, SEED)
    recipe = RECIPES["few"]
    gan = recipe.build_for(training, seed=SEED)
    end = STEPS[size] * 7 // 5
    for step in range(EVERY, end + 1, EVERY):
        kept = args.work / f"{size}-{step}.npz"
        if kept.is_file():
            continue
        falling = [Falling(STEPS[size], end)] if step > STEPS[size] else []
        options = {"report_every": EVERY, "callbacks": falling, "checkpoints": args.work / str(size)}
        gan.fit(training, steps=step, batch_size=recipe.batch_size, **options)
        made = ranges.symmetric_to_uint8(gan.generate(SAMPLES, seed=SEED))
        arrays = {variable.path: variable.numpy() for variable in gan.ema_generator.variables}
        with whole(kept) as part, open(part, "wb") as file:
            np.savez(file, made=made, seconds=gan.record.seconds, **arrays)
        print(size, step, measured(images, held, made), flush=True)


class Falling(keras.callbacks.Callback):
    """Lower both rates along a line from one step to another, over several calls of `fit`."""

    def __init__(self, start, end):
        super().__init__()
        self.start, self.end = start, end

    def on_train_batch_begin(self, batch, logs=None):
        share = (self.end - self.model.step) / (self.end - self.start)
        for name, optimizer in self.model.optimizers.items():
            optimizer.learning_rate = self.model.base_rates[name] * min(1, max(0, share))


def write(args):
    """Write the generators at their best marks, and the table of all marks."""
    table, files = io.StringIO(), {}
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for size in args.sizes:
        images = load(None, size, 1)
        training, held = split(images, SEED)
        marks = {}
        for kept in args.work.glob(f"{size}-*.npz"):
            with np.load(kept) as stored:
                marks[int(kept.stem.split("-")[1])] = {name: stored[name] for name in stored.files}
        for step, mark in sorted(marks.items()):
            mark |= measured(images, held, mark["made"])
            writer.writerow([size, step, *(f"{float(mark[name]):.3f}" for name in COLUMNS[2:])])
        best = min(marks, key=lambda step: marks[step]["network"] + marks[step]["numbers"])
        weights = {path: a.astype("float16") for path, a in marks[best].items() if "/" in path}
        weights["levels"] = np.array(measure_levels(training))
        files[f"few/cells_{size}.npz"] = pack(weights)
        print(f"{size}: step {best}")
    files["measured/few_progress.csv"] = table.getvalue().encode()
    for name, content in files.items():
        write_bytes(args.out / name, content)


if __name__ == "__main__":
    main()
