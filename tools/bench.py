"""Quality against seconds: train every MNIST recipe of the collection, and two textbooks', and measure on the way.

    make bench                      or: python tools/bench.py [--seconds 60] [--seeds 5] [--others 1]

Each training is a process of its own. Its clock starts behind the imports and the first step, and stands still while
it is measured: Fréchet distance on the digit features, 10,000 samples against the 10,000 test digits, as a multiple of
what 10,000 training digits get; classes or label fidelity by the same network. Nothing was chosen by these numbers:
what was tuned, was tuned on training digits that were held out.

Writes benchmarks/quality.md and quality.png. A training that is done is kept in build/bench/ and not done again: after
a change of a recipe, `make clean` first.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from seminar_gan import export
from seminar_gan.files import write_text

SAMPLES = 10_000
RECOMMENDED = ["dcgan", "dcgan conditional"]
PAGE = """# Quality against seconds

Made by `make bench`: every recipe trained for {seconds:g} s on the 60,000 training digits. The clock starts behind the
imports and the first step. Columns "at ... s": Fréchet distance on the project's digit features, {samples:,} samples
against the 10,000 test digits, as a multiple of what {samples:,} training digits get, which is {floor:.3f}. Median
(least to most) over the seeds. Classes and labels as the digit classifier sees them, at the end. On {cores} CPU cores;
the recipes that make few steps in this time are made for longer trainings.

{table}

![Fréchet distance against seconds of training](quality.png)
"""
OTHERS = [
    "dcgan-plain",
    "temkeng-vanilla",
    "winkler-dense",
    "temkeng-dcgan",
    "winkler-dcgan",
    "mirza conditional",
    "tensorflow tutorial",
    "keras.io conditional",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="of each training")
    parser.add_argument("--seeds", type=int, default=5, help="of the recommended recipes")
    parser.add_argument("--others", type=int, default=1, help="seeds of the other recipes")
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SEED"), help="one training; prints JSON")
    args = parser.parse_args()
    if args.one:
        print(json.dumps(train(args.one[0], int(args.one[1]), args.seconds)))
        return
    results = []
    for seeds, names in ((args.seeds, RECOMMENDED), (args.others, OTHERS)):
        results += [run(name, seed, args.seconds) for name in names for seed in range(seeds)]
    write_text(ROOT / "benchmarks" / "quality.md", page(results, args.seconds))
    picture(results).savefig(ROOT / "benchmarks" / "quality.png", dpi=150, metadata={"Software": None})
    print(page(results, args.seconds))


def run(name, seed, seconds):
    """Train in a process of its own, unless it was done before; return what it measured."""
    path = ROOT / "build" / "bench" / f"{name.replace(' ', '_')}_{seconds:g}_{seed}.json"
    if not path.is_file():
        command = [sys.executable, __file__, "--one", name, str(seed), "--seconds", str(seconds)]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        write_text(path, result.stdout.splitlines()[-1])
    found = json.loads(path.read_text(encoding="utf-8"))
    print(f"{name}, seed {seed}: {found['ratio'][-1]:.1f} times the floor", flush=True)
    return found


def train(name, seed, seconds):
    """Train one recipe for some seconds; measure it at a quarter, at a half and at the end."""
    import keras
    import numpy as np
    import textbooks

    from seminar_gan import datasets, metrics, ranges, recipes
    from seminar_gan.metrics import features

    (x, y), (x_test, _) = datasets.load_mnist()
    network = features.load_digit_features()
    reference = network.features(x_test)
    chosen = np.random.default_rng(0).permutation(len(x))[:SAMPLES]
    floor = metrics.frechet_distance(reference, network.features(x[chosen]))

    conditional = name.endswith("conditional")
    images, to_uint8, recipe = x[..., None], ranges.symmetric_to_uint8, None
    if name == "tensorflow tutorial":
        gan, batch_size = textbooks.build_tensorflow_tutorial(seed), 256
    elif name == "keras.io conditional":
        gan, batch_size = textbooks.build_keras_io_conditional(seed), 64
        to_uint8 = ranges.unit_to_uint8
    else:
        known = recipes.CONDITIONAL_RECIPES if conditional else recipes.RECIPES
        recipe = known[name.removesuffix(" conditional")]
        gan = recipe.build(images.shape[1:], seed=seed, **({"num_classes": 10} if conditional else {}))
        batch_size = recipe.batch_size

    labels = np.random.default_rng(seed).choice(y, SAMPLES).astype("int32")  # each class as often as it occurs
    result = {"name": name, "seed": seed, "floor": floor, "seconds": [], "steps": [], "ratio": []}
    marks = [seconds / 4, seconds / 2, seconds]

    class Measure(keras.callbacks.Callback):
        """Measures at the marks; its clock is that of the history, which stands still meanwhile."""

        def on_train_batch_end(self, batch, logs=None):
            if marks and gan.record.seconds >= marks[0]:
                marks.pop(0)
                began = time.perf_counter()
                made = to_uint8(gan.generate(SAMPLES, *([labels] if conditional else []), seed=seed))
                result["generate_seconds"] = time.perf_counter() - began
                found, classes = network.describe(made)
                shares = metrics.class_shares(classes, 10)
                result["seconds"].append(gan.record.seconds)
                result["steps"].append(gan.record.step)
                result["ratio"].append(metrics.frechet_distance(reference, found) / floor)
                result.update(smallest_class=shares.min(), largest_class=shares.max())
                if conditional:
                    result["fidelity"] = metrics.label_fidelity(classes, labels)

    callbacks = [Measure(), *(recipe.callbacks() if recipe else [])]
    gan.fit(*([images, y] if conditional else [images]), seconds=seconds, batch_size=batch_size, callbacks=callbacks)
    result["images_per_second"] = gan.record.step * batch_size / gan.record.seconds
    return result


def page(results, seconds):
    """The Markdown page: a row a recipe, median and range over seeds."""
    rows = []
    for name, found in by_name(results).items():
        fidelity = spread([100 * r["fidelity"] for r in found], ".1f") if "fidelity" in found[0] else ""
        rows.append(
            [
                name + (" (recommended)" if name in RECOMMENDED else ""),
                str(len(found)),
                spread([r["images_per_second"] for r in found], ",.0f"),
                spread([r["steps"][-1] for r in found], ",.0f"),
                *(spread([r["ratio"][mark] for r in found], ".1f") for mark in range(3)),
                fidelity,
                spread([100 * r["smallest_class"] for r in found], ".1f"),
                spread([100 * r["largest_class"] for r in found], ".1f"),
                spread([r["generate_seconds"] for r in found], ".1f"),
            ]
        )
    head = ["recipe", "seeds", "images/s", "steps", *(f"at {seconds * part:g} s" for part in (0.25, 0.5, 1))]
    head += ["right labels, %", "smallest class, %", "largest class, %", "10,000 images in s"]
    table = export.table(head, rows, align="l" + "r" * 10).markdown
    floor = statistics.median(r["floor"] for r in results)
    return PAGE.format(seconds=seconds, samples=SAMPLES, floor=floor, table=table, cores=os.cpu_count())


def by_name(results):
    groups = {}
    for result in results:
        groups.setdefault(result["name"], []).append(result)
    return groups


def spread(values, how):
    """The median, with the range if there is more than one value."""
    middle = format(statistics.median(values), how)
    return middle if len(values) == 1 else f"{middle} ({min(values):{how}} to {max(values):{how}})"


def picture(results):
    """Median distance against seconds, a line a recipe, with a band from least to most."""
    import matplotlib.pyplot as plt

    from seminar_gan import plotting

    figure, axes = plt.subplots(figsize=(6.3, 4), layout="constrained")
    for number, (name, found) in enumerate(by_name(results).items()):
        colour = plotting.COLOURS[number % len(plotting.COLOURS)]
        style = "-" if name in RECOMMENDED else plotting.LINE_STYLES[1 + number % 4]
        seconds, *ratios = found[0]["seconds"], *zip(*(r["ratio"] for r in found), strict=True)
        middle = [statistics.median(r) for r in ratios]
        axes.plot(seconds, middle, linestyle=style, color=colour, marker="o", label=name)
        axes.fill_between(seconds, list(map(min, ratios)), list(map(max, ratios)), color=colour, alpha=0.2, linewidth=0)
    axes.set(xlabel="seconds of training", ylabel="Fréchet distance, multiple of real digits' own", yscale="log")
    axes.axhline(1, color="0.5", linewidth=0.8)
    axes.legend(frameon=False, fontsize=plotting.TEXT_POINTS, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


if __name__ == "__main__":
    main()
