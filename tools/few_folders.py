"""Train the recipe `few` on folders of images for three minutes each and look: benchmarks/few_images.md.

    python tools/few_folders.py icons letters --seconds 180

Each folder is loaded at 64 x 64, grey if all of its images are, a third is held out as on page 10, and the pair is
trained on the rest. benchmarks/few_images/NAME.png has a row of training images and two rows of samples, not chosen;
the table in benchmarks/few_images.md gets a line for each folder: images, seconds, steps, and the distance from the
held-out images by both rulers of page 10, in floors. The pictures in the repository are of folders that are not in it;
the page says where they are from.
"""

import argparse
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from few_seeds import load, measured, split

from seminar_gan import ranges
from seminar_gan.files import write_text
from seminar_gan.recipes import RECIPES
from seminar_gan.training import StepProgress

SIZE, SEED, COLUMNS = 64, 0, 12
PAGE = ROOT / "benchmarks" / "few_images.md"
LINE = "| {name} | {count} | {held} | {seconds:.0f} | {steps:,} | {network:.1f} | {numbers:.1f} | {variety:.0%} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--steps", type=int, help="end at this step instead, where other work runs beside it")
    args = parser.parse_args()
    for folder in args.folders:
        print(run(folder, {"steps": args.steps} if args.steps else {"seconds": args.seconds}), flush=True)


def run(folder, length):
    """Train on one folder, write its picture and its line of the table; return the line."""
    images = load(folder, SIZE, 3)
    if np.array_equal(images, np.broadcast_to(images[..., :1], images.shape)):
        images = images[..., :1]
    training, held = split(images, SEED)
    recipe = RECIPES["few"]
    gan = recipe.build_for(training, seed=SEED)
    callbacks = [*recipe.callbacks(), StepProgress()]
    gan.fit(training, **length, batch_size=recipe.batch_size, callbacks=callbacks)
    made = ranges.symmetric_to_uint8(gan.generate(200, seed=SEED))
    rows = [training[:COLUMNS], made[:COLUMNS], made[COLUMNS : 2 * COLUMNS]]
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    picture = ROOT / "benchmarks" / "few_images" / f"{folder.name}.png"
    picture.parent.mkdir(exist_ok=True)
    Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet).save(picture, optimize=True)
    facts = {"count": len(training), "held": len(held), "seconds": gan.record.seconds, "steps": gan.step}
    line = LINE.format(name=folder.name, **facts, **measured(images, held, made))
    text = re.sub(rf"^\| {re.escape(folder.name)} \|.*$", line, PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    write_text(PAGE, text)
    return line


if __name__ == "__main__":
    main()
