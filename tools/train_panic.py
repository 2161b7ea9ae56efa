"""Train PANIC's networks at 100 x 100 and write what comes of it: python tools/train_panic.py [--steps 15000]

Two pairs, `plain` and `normalised`: the discriminator without and with batch normalisation, all else equal. Both are
trained on the 28 cells that page 10 keeps with SEED = 0, by turns from mark to mark, so that they are equally far
whenever it is stopped. Stop it, call it again, and it goes on. `--only plain` and `--only normalised`, each in a
process and on a core of its own, are half as fast again. `--pack` writes the files from the last mark that both have
reached; without it that happens at the last step.

The files: data/panic_generator.npz, the weights of `plain` as tools/pack_weights.py stores them; in data/panic/ for
each pair the pictures of six z at every mark and a hundred samples from its end. Prints what `embedded.FILES` says of
them. Another CPU gives other bytes, and images as good.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from pack_weights import draw_panic, pack_panic, save
from panic_seeds import augmented, load, split

from seminar_gan.files import whole
from seminar_gan.recipes import RECIPES
from seminar_gan.training import noise
from seminar_gan.training.watch.progress import StepProgress

PAIRS = {"plain": "panic", "normalised": "panic-normalised"}
MARKS = (100, 200, 500, *range(1_000, 15_001, 500))
SEED, SIZE, BATCH_SIZE = 0, 100, 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=MARKS[-1])
    parser.add_argument("--only", choices=PAIRS, help="train one pair and write no file")
    parser.add_argument("--pack", action="store_true", help="train no further")
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "weights" / "panic")
    args = parser.parse_args()

    marks = [mark for mark in MARKS if mark <= args.steps]
    if not args.pack:
        train(marks, args.work, [args.only] if args.only else PAIRS)
    if not args.only:
        pack([mark for mark in marks if all(kept(args.work, name, mark).is_file() for name in PAIRS)], args)


def kept(work, name, mark):
    return work / f"{name}-{mark}.npz"


def train(marks, work, names):
    """Train the pairs of these names to the last mark, by turns, and keep the generator at each."""
    images = augmented(split(load(None, SIZE, 1), SEED)[0], SEED)
    players = {}
    for mark in marks:
        for name in names:
            if kept(work, name, mark).is_file():
                continue
            if name not in players:
                players[name] = RECIPES[PAIRS[name]].build(images.shape[1:], seed=SEED)
            gan = players[name]
            options = {"batch_size": BATCH_SIZE, "report_every": 250, "callbacks": [StepProgress(lines=2)]}
            gan.fit(images, steps=mark, checkpoints=work / name, **options)
            arrays = {variable.path: variable.numpy() for variable in gan.generator.variables}
            with whole(kept(work, name, mark)) as part, open(part, "wb") as file:
                np.savez(file, **arrays)
            print(f"{name}, step {mark}, {gan.record.history['seconds'][-1]:.0f} s", flush=True)


def pack(marks, args):
    """Write the files of all marks that both pairs have reached."""
    z = np.asarray(noise.truncated_normal((SEED, -1), (6, 100)))
    generators, films = {}, {}
    for name in PAIRS:
        film = []
        for mark in marks:
            with np.load(kept(args.work, name, mark)) as stored:
                generators[name] = {path: stored[path].astype("float16") for path in stored.files}
            film.append(draw_panic(generators[name], z))
        films[name] = np.stack(film)
    save(args.out, pack_panic(generators, marks, films))


if __name__ == "__main__":
    main()
