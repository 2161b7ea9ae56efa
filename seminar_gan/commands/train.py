"""`train`: one GAN from the command line, in a folder of its own.

The folder gets run.json (what was asked for, the commit, the versions), checkpoints/, history.csv, generator.keras,
metrics.json (for MNIST) and samples.npz: x, the images, uint8; y, the labels that were asked for, -1 if none were. The
samples are written last: a folder that has them is finished.
"""

import json
import os
from pathlib import Path

import numpy as np

from seminar_gan import files
from seminar_gan.commands import UserError

ASKED = ("data", "model", "conditional", "seconds", "steps", "seed", "samples")
REPORT_EVERY = 100
MOST_MEASURED = 10_000  # as many as there are test digits


def main(args):
    """Train, or go on, or say that it is done. Returns 0; raises UserError for what cannot be."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before the imports below, which load TensorFlow
    from seminar_gan import runs

    asked = {name: getattr(args, name) for name in ASKED}
    check(asked)
    folder = Path(args.to)
    images, labels, num_classes = load(args.data, args.conditional)
    recipe = find_recipe(args.model, args.conditional)
    claim(folder, asked, runs)
    if (folder / "samples.npz").is_file():
        print(f"{folder} is finished: nothing to do.")
        return 0
    gan = train(recipe, images, labels, num_classes, folder, args)
    write_results(gan, labels, folder, args)
    return 0


def check(asked):
    """Refuse numbers that cannot be."""
    if (asked["seconds"] is None) == (asked["steps"] is None):
        raise UserError("Say how long to train: either --seconds 60 or --steps 1000.")
    for name in ("seconds", "steps", "samples"):
        if asked[name] is not None and not asked[name] > 0:
            raise UserError(f"--{name} must be above 0; got {asked[name]:g}")
    if not 0 <= asked["seed"] < 2**31:
        raise UserError(f"--seed must be from 0 to {2**31 - 1}; got {asked['seed']}")


def find_recipe(name, conditional):
    """Return the recipe of that name, among the conditional ones or among the others."""
    from seminar_gan import recipes

    kinds = {"": recipes.RECIPES, " with --conditional": recipes.CONDITIONAL_RECIPES}
    known = kinds[" with --conditional" if conditional else ""]
    if name in known:
        return known[name]
    choices = "; ".join(", ".join(names) + kind for kind, names in kinds.items())
    raise UserError(
        f"There is no model {name!r}{' with' if conditional else ' without'} --conditional. Models: {choices}."
    )


def load(data, conditional):
    """Return images, uint8 (n, height, width, channels), labels or None, and the number of classes."""
    from seminar_gan import datasets

    embedded = {
        "mnist": datasets.load_mnist,
        "smiles": datasets.load_smiles,
        "smiles-binarised": lambda: datasets.load_smiles(binarised=True),
    }
    if data in embedded:
        images, labels = embedded[data]()[0]
    elif data.endswith(".npz"):
        images, labels = read_npz(Path(data))
    else:
        raise UserError(f"--data is one of {', '.join(embedded)}, or a file ending in .npz; got {data!r}")
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or not len(images):
        raise UserError(
            f"The images must be uint8, (n, height, width) or (n, height, width, channels), 0 to 255; "
            f"{data} has {images.dtype} {images.shape}."
        )
    images = images.reshape(*images.shape[:3], -1)
    if not conditional:
        return images, None, None
    if labels is None or labels.shape != (len(images),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        y = "no y" if labels is None else f"y of {labels.dtype} {labels.shape}"
        raise UserError(f"--conditional needs labels, one whole number from 0 up for each image, as y; {data} has {y}.")
    return images, labels.astype("int32"), int(labels.max()) + 1


def read_npz(path):
    """Read x and y, or x_train and y_train, from a file. y is None if there is none."""
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("x", "y", "x_train", "y_train") if name in file.files}
            held = ", ".join(file.files)
    except (OSError, ValueError, EOFError, AttributeError) as error:  # AttributeError: it is no archive but an array
        raise UserError(f"{path} cannot be read as an npz file: {error}") from error
    for x, y in (("x", "y"), ("x_train", "y_train")):
        if x in arrays:
            return arrays[x], arrays.get(y)
    raise UserError(f"{path} must hold the images as x, or as x_train as Keras has it; it holds {held or 'nothing'}.")


def claim(folder, asked, runs):
    """Make the folder, or make sure that it is of the very same run. Nothing of another run is ever written over."""
    path = folder / "run.json"
    if path.is_file():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        earlier = {**earlier["parameters"], "seed": earlier["seed"]}
        different = [
            f"{name} {earlier.get(name)!r}, not {value!r}"
            for name, value in asked.items()
            if earlier.get(name) != value
        ]
        if different:
            raise UserError(f"{folder} holds another run: {'; '.join(different)}. Take another folder with --to.")
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already, and it is not a run of this command. Take another with --to.")
    folder.mkdir(parents=True, exist_ok=True)
    files.write_json(path, runs.describe(**asked).record())


def train(recipe, images, labels, num_classes, folder, args):
    """Train up to the step or for the time that was asked for, from where an earlier call stopped."""
    from seminar_gan.training.watch.history import HistoryCSV
    from seminar_gan.training.watch.progress import StepProgress

    try:
        gan = recipe.build(images.shape[1:], seed=args.seed, **({"num_classes": num_classes} if num_classes else {}))
    except ValueError as error:
        raise UserError(f"The networks of {args.model} do not fit {args.data}: {error}") from error
    callbacks = [*recipe.callbacks(), StepProgress(), HistoryCSV(folder / "history.csv")]
    print(
        f"Training {args.model} on {len(images):,} images of {args.data}. Stop it, call again, and it goes on.",
        flush=True,
    )
    gan.fit(
        *((images,) if labels is None else (images, labels)),
        steps=args.steps,
        seconds=args.seconds,
        batch_size=recipe.batch_size,
        report_every=REPORT_EVERY,
        callbacks=callbacks,
        checkpoints=folder / "checkpoints",
    )
    return gan


def write_results(gan, labels, folder, args):
    """Write the generator, the samples and, for MNIST, their measures.

    Classes are asked for as often as they occur in the data: a distance to the data counts other shares as a fault.
    """
    from seminar_gan import ranges
    from seminar_gan.training.fit.checks import image_range

    conditional = labels is not None
    orders = np.random.default_rng(args.seed).choice(labels if conditional else [-1], args.samples)
    conditions = (orders,) if conditional else ()
    to_uint8 = {(-1, 1): ranges.symmetric_to_uint8, (0, 1): ranges.unit_to_uint8}[image_range(gan.generator)]
    images = to_uint8(gan.generate(args.samples, *conditions, seed=args.seed))
    (gan.ema_generator or gan.generator).save(folder / "generator.keras")
    if args.data == "mnist":
        measures = evaluate(images, orders if conditional else None)
        files.write_json(folder / "metrics.json", measures)
    with files.whole(folder / "samples.npz") as part, open(part, "wb") as file:
        np.savez_compressed(file, x=images, y=orders)
    print(f"{folder}: {gan.step:,} steps, {len(images):,} samples")


def evaluate(images, orders):
    """Measure generated digits against the test digits, and as many training digits beside them; print the table."""
    from seminar_gan import datasets
    from seminar_gan.metrics import features, report

    (x_train, y_train), (x_test, _) = datasets.load_mnist()
    count = min(len(images), MOST_MEASURED)
    chosen = np.random.default_rng(0).permutation(len(x_train))[:count]
    network = features.load_digit_features()
    try:
        result = report.compare(
            report.Sample(network.features(x_test)),
            report.Sample(*network.describe(x_train[chosen]), y_train[chosen] if orders is not None else None),
            report.Sample(*network.describe(images[:count]), orders[:count] if orders is not None else None),
        )
    except ValueError as error:  # too few samples
        print(f"Not measured: {error}")
        return {"not measured": str(error)}
    for row in [list(result.columns), *result.rows()]:
        print("{:18s} {:>32s} {:>32s} {:>24s}".format(*row))
    return result.to_dict()
