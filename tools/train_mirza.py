"""Train Mirza & Osindero's dense conditional pair until it obeys: python tools/train_mirza.py [--steps 5250]

MNIST, batches of 100 as in the paper, seed 0; Adam 1e-3 with beta_1 0.5 and an averaged generator instead of the
paper's gradient descent. Writes what was measured every 250 steps, benchmarks/mirza.md and data/measured/mirza.csv,
and data/samples/mirza.png, a hundred digits ordered as 0 1 ... 9 0 ... at the end. Prints what `embedded.FILES` says
of the last two. Five minutes on two cores. Another CPU gives other numbers.
"""

import argparse
import csv
import dataclasses
import datetime
import io
import sys
from pathlib import Path

import keras
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "data")]  # so that the script runs from a bare checkout

from label_seeds import COUNT, Ruler
from pack_weights import png, save

from seminar_gan import export, ranges, runs
from seminar_gan.files import write_text
from seminar_gan.recipes import CONDITIONAL_RECIPES

EVERY = 250
PAGE = """# Mirza & Osindero's pair, by steps

Made on {date} by `python tools/train_mirza.py`, commit {commit}:
seed 0, batches of 100, Adam 1e-3 (beta_1 0.5), averaged generator (0.995).
{count:,} ordered digits against as many real ones. Fidelity: the share that shows what was ordered.
Distance: Fréchet, on the project's digit features; real digits from real ones have {floor:.2f}.

{table}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=5_250)
    parser.add_argument("--out", type=Path, default=ROOT, help="folder with benchmarks/ and data/ (default: this one)")
    args = parser.parse_args()

    ruler, rows = Ruler(), []
    recipe = dataclasses.replace(CONDITIONAL_RECIPES["mirza"], learning_rate=1e-3, batch_size=100, ema=0.995)
    gan = recipe.build((28, 28, 1), num_classes=10, seed=0)

    def measure(epoch, logs):
        found = ruler.measure(ranges.symmetric_to_uint8(gan.generate(COUNT, ruler.ordered, seed=1)))
        rows.append([int(logs["step"]), found["fidelity"], found["distance"]])
        print(rows[-1], file=sys.stderr, flush=True)

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=measure)]
    options = {"batch_size": recipe.batch_size, "report_every": EVERY, "callbacks": callbacks}
    gan.fit(ruler.images, ruler.labels, steps=args.steps, **options)
    columns = ["steps", "fidelity", "distance"]
    table = export.table(columns, rows, formats={"fidelity": ".1%", "distance": ".1f"})
    facts = {"date": datetime.date.today().isoformat(), "commit": runs.describe().commit}
    facts |= {"count": COUNT, "floor": ruler.floor, "table": table.markdown}
    write_text(args.out / "benchmarks" / "mirza.md", PAGE.format(**facts))
    made = ranges.symmetric_to_uint8(gan.generate(100, np.arange(100) % 10, seed=0))
    picture = png(made.reshape(10, 10, 28, 28, 1))
    save(args.out / "data", {"measured/mirza.csv": measured(rows), "samples/mirza.png": picture})


def measured(rows):
    """The bytes of mirza.csv."""
    text = io.StringIO()
    lines = [[step, round(fidelity, 4), round(distance, 4)] for step, fidelity, distance in rows]
    csv.writer(text, lineterminator="\n").writerows([["step", "fidelity", "distance"], *lines])
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
