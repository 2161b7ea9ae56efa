"""Check rulers for few images on sets of known order and write data/measured/rulers.csv: python tools/rulers.py

Six rulers compare sets made of training images, from hardly to utterly spoilt, with the images held out of training:
five splits of the 42 cells and of 100 colour icons. Values are in floors: what 95 % of random splits of the real images
are below. Printed is how often a ruler puts a worse set nearer, and how often it takes a collapsed set for a real one.

The icons are animals of Google's Noto Color Emoji (Apache-2.0), from the npm package emoji-datasource-google 16.0.0.
They are not shipped. `--package FILE.tgz` uses a package that is already here. About two minutes on a quiet core.
"""

import argparse
import csv
import io
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "data")]  # so that the script runs from a bare checkout

import common
from few_seeds import load, split

from seminar_gan import metrics
from seminar_gan.files import write_bytes
from seminar_gan.metrics.equations import squared_mmd
from seminar_gan.metrics.measurements import measure, standardise
from seminar_gan.metrics.random_network import energy_distance, random_features

PACKAGE = "emoji-datasource-google@16.0.0"
PACKAGE_SHA256 = "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438"
SPLITS, FLOOR_SPLITS = range(5), 60
COLUMNS = ("kind", "size", "split", "set", "ruler", "value")
FEATURES = {"numbers": lambda images, _: measure(images), "network": random_features}
DISTANCES = {"kernel": squared_mmd, "energy": energy_distance}
ORDER = (  # by eye; within a line there is none
    ("real",),
    ("blurred", "grain 3"),
    ("blurred more", "grain 10"),
    ("blotches", "mixtures", "mean", "shuffled"),
    ("noise", "black"),
)
COLLAPSED = ("one image", "median", "four images")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, help=f"the file of {PACKAGE}, if it is already here")
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    args = parser.parse_args()
    icons = load_icons(args.package)
    halved = np.rint(icons.reshape(-1, 32, 2, 32, 2, 3).mean(axis=(2, 4))).astype("uint8")
    kinds = {("cells", size): load(None, size, 1) for size in (28, 64)} | {("icons", 32): halved, ("icons", 64): icons}
    write_bytes(args.out / "samples" / "ruler_sets.png", picture(icons))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (kind, size), images in kinds.items():
        rows = check(images, kind)
        writer.writerows((kind, size, *row[:3], f"{row[3]:.3f}") for row in rows)
        print(f"{kind}, {size} x {size}", *summary(rows), sep="\n", flush=True)
    write_bytes(args.out / "measured" / "rulers.csv", table.getvalue().encode())


def load_icons(package):
    """The first 100 animals in the order of the Unicode Consortium, on white: uint8 (100, 64, 64, 3)."""
    with tempfile.TemporaryDirectory() as folder:
        members = common.read_package(package or common.npm_pack(PACKAGE, folder), PACKAGE, PACKAGE_SHA256)
    listed = [icon for icon in json.loads(members["package/emoji.json"]) if icon["has_img_google"]]
    animals = sorted((icon["sort_order"], icon["image"]) for icon in listed if icon["subcategory"].startswith("animal"))
    return np.stack([on_white(members[f"package/img/google/64/{name}"]) for _, name in animals[:100]])


def on_white(payload):
    icon = Image.open(io.BytesIO(payload)).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", icon.size, "white"), icon).convert("RGB"))


def check(images, kind):
    """Rows (split, set, ruler, value) of all sets and rulers."""
    real = {name: function(images, images) for name, function in FEATURES.items()}

    def features(array):
        return {name: standardise(real[name], function(array, images))[1] for name, function in FEATURES.items()}

    floor, rows = floors(images, features(images), len(split(images, 0)[1])), []
    for seed in SPLITS:
        training, held = split(images, seed)
        of_held = features(held)
        for name, made in sets(training, kind, seed).items():
            found = apart(held, made, of_held, features(made))
            found = {ruler: value / floor[ruler] for ruler, value in found.items()}
            found["patches, largest"] = max(value for ruler, value in found.items() if ruler.startswith("level"))
            found["variety"] = metrics.variety(made) / metrics.variety(images)
            rows += [(seed, name, ruler, value) for ruler, value in found.items() if not ruler.startswith("level")]
    return rows


def apart(held, made, of_held, of_made):
    """The distance of two sets by each ruler, from images and features; that of the patches also by level of detail."""
    levels = metrics.patch_distances(held, made)
    found = {"patches, mean": levels.mean()} | {f"level {number}": value for number, value in enumerate(levels)}
    for name in FEATURES:
        found |= {f"{name}, {distance}": by(of_held[name], of_made[name]) for distance, by in DISTANCES.items()}
    return found


def floors(images, features, count):
    """What 95 % of random splits are below, by ruler."""
    rng, found = np.random.default_rng(0), []
    for _ in range(FLOOR_SPLITS):
        order = rng.permutation(len(images))
        sides = order[:count], order[count:]
        found.append(
            apart(
                *(images[side] for side in sides), *({name: f[side] for name, f in features.items()} for side in sides)
            )
        )
    return {ruler: np.percentile([row[ruler] for row in found], 95) for ruler in found[0]}


def sets(training, kind, seed):
    """Sets made of training images, best first, then the collapsed ones."""
    rng, n, side = np.random.default_rng(seed), len(training), training.shape[1]
    mean, smooth = training.mean(axis=0), (side // 14) ** 2
    enlarged = np.arange(side) * 14 // side  # 14 squares to a side
    blotches = mean + rng.normal(0, 60, (n, 14, 14, training.shape[3]))[:, enlarged][:, :, enlarged]
    first = rng.random((n, 14, 14, 1))[:, enlarged][:, :, enlarged] < 0.5
    distances = np.abs(training[:, None].astype("float32") - training[None]).mean(axis=(1, 2, 3, 4))
    made = {
        "real": training,
        "blurred": blurred(training, 1),
        "grain 3": training + rng.normal(0, 3, training.shape),
        "blurred more": blurred(training, 3),
        "grain 10": training + rng.normal(0, 10, training.shape),
        "blotches": blurred(np.clip(blotches, 0, 255), smooth),
        "mixtures": blurred(np.where(first, training, training[rng.permutation(n)]), smooth),
        "mean": np.repeat(mean[None], n, axis=0),
        "shuffled": shuffled(training, rng),
        "noise": rng.integers(0, 256, training.shape),
        "black": np.zeros_like(training),
        "one image": np.repeat(training[[distances.argmin()]], n, axis=0),  # the one most like the others
        "median": np.repeat(np.median(training, axis=0)[None], n, axis=0),
        "four images": training[np.resize(rng.permutation(n)[:4], n)],
    }
    if kind == "cells":  # mixtures of cells look like cells
        del made["mixtures"]
    return {name: np.clip(np.rint(images), 0, 255).astype("uint8") for name, images in made.items()}


def blurred(images, passes):
    """[1 2 1] / 4 in both directions, some times."""
    images = images.astype("float32")
    for _ in range(passes):
        padded = np.pad(images, ((0, 0), (1, 1), (0, 0), (0, 0)), mode="edge")
        images = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
        padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (0, 0)), mode="edge")
        images = (padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 4
    return images


def shuffled(images, rng):
    """Each image cut into 4 x 4 tiles, laid anew: right texture, wrong shape."""
    n, side, _, channels = images.shape
    tiles = images.reshape(n, 4, side // 4, 4, side // 4, channels).swapaxes(2, 3).reshape(n, 16, -1)
    order = rng.permuted(np.tile(np.arange(16), (n, 1)), axis=1)
    tiles = np.take_along_axis(tiles, order[..., None], axis=1).reshape(n, 4, 4, side // 4, side // 4, channels)
    return tiles.swapaxes(2, 3).reshape(images.shape)


def summary(rows):
    """A line for each ruler: wrong orders, and collapsed sets that are below the floor or in the range of real ones."""
    values = {(seed, name, ruler): value for seed, name, ruler, value in rows}
    names = dict.fromkeys(name for _, name, _, _ in rows)
    rank = {name: place for place, line in enumerate(ORDER) for name in line}
    pairs = [(a, b) for a in names for b in names if a in rank and b in rank and rank[a] < rank[b]]
    for ruler in dict.fromkeys(ruler for _, _, ruler, _ in rows if ruler != "variety"):
        wrong = [p for p in pairs for seed in SPLITS if values[seed, p[0], ruler] >= values[seed, p[1], ruler]]
        most = sorted(set(wrong), key=wrong.count, reverse=True)[:4]
        unseen = [name for name in COLLAPSED for seed in SPLITS if values[seed, name, ruler] <= 1]
        yield (
            f"  {ruler}: {len(wrong)} of {len(pairs) * len(SPLITS)} orders wrong; {len(unseen)} of "
            f"{len(COLLAPSED) * len(SPLITS)} collapsed sets unseen; most often wrong: "
            + "; ".join(f"{better} < {worse} ({wrong.count((better, worse))})" for better, worse in most)
        )


def picture(icons):
    """PNG: six icons of each set, a set a row."""
    rows = [np.concatenate(list(images[:6]), axis=1) for images in sets(split(icons, 0)[0], "icons", 0).values()]
    file = io.BytesIO()
    Image.fromarray(np.concatenate(rows)).quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
