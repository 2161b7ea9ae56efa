"""Train one recipe and measure it, in a process of its own: `python -m seminar_gan.commands.compare.train FOLDER`.

FOLDER belongs to this attempt alone. It holds job.json and receives progress.json now and then, and result.json at the
end. When its parent is gone, the process ends itself.
"""

import json
import sys
import time
import types
from pathlib import Path

import keras
import numpy as np

from seminar_gan import datasets, variations
from seminar_gan.commands.run.execute import Watch, tail
from seminar_gan.commands.train import data as train_data
from seminar_gan.commands.train.results import TO_UINT8
from seminar_gan.files import write_json
from seminar_gan.metrics import features, random_network, report
from seminar_gan.metrics.images import variety
from seminar_gan.training.fit.checks import image_range

HELD = 10_000  # training digits at the end that nobody trains on: the test digits stay for what was chosen
SAMPLES, SAMPLES_OF_FEW = 2_500, 200
EVERY = 1  # seconds between two reports of the progress


def main(folder):
    folder = Path(folder)
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    watch = Watch(job["parent"])
    watch.start()
    metrics, error = {}, ""
    try:
        metrics = train(job, folder)
    except Exception as problem:
        error = tail(f"{type(problem).__name__}: {problem}")
    seconds, peak = round(time.monotonic() - watch.began, 1), round(watch.peak / 1e6)
    write_json(folder / "result.json", {"error": error, "seconds": seconds, "peak_memory_mb": peak, "metrics": metrics})


class Report(keras.callbacks.Callback):
    """Write down now and then which step is being made."""

    def __init__(self, folder, job):
        super().__init__()
        self.path, self.job, self.next = folder / "progress.json", job, 0.0

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + EVERY
            steps, seconds = self.job["steps"], self.job["seconds"]
            share = {"cell": self.model.record.step, "of": steps, "unit": "step"}
            if not steps:
                share = {"cell": round(self.model.record.seconds), "of": round(seconds), "unit": "second"}
            write_json(self.path, share)


def load_data(training):
    """Return the `Data` of a training, as `train --data` reads it."""
    names = ("data", "size", "channels", "background")
    return train_data.load(types.SimpleNamespace(conditional=False, to="", **{name: training[name] for name in names}))


def check(job, data):
    """Build what will be trained, so that what cannot be is found before anything is trained.

    Raises:
        TypeError, ValueError: says what cannot be.
    """
    recipe = variations.vary(job["recipe"], **job["settings"])
    train, held = split(data)
    if recipe.batch_size * recipe.options.get("d_steps", 1) > len(train):
        raise ValueError(
            f"a step takes {recipe.batch_size} x {recipe.options.get('d_steps', 1)} images, and {len(train):,} are "
            f"trained on ({len(held):,} are held out)"
        )
    build(recipe, train, 0)


def build(recipe, images, seed):
    """Return the GAN of a recipe for these images."""
    groups = recipe.sizes.get("num_classes")
    if groups and groups > len(images):
        raise ValueError(f"this recipe sorts the images into {groups} groups, and there are {len(images)}")
    return recipe.build_for(images, seed=seed)


def split(data):
    """Return the images that are trained on and those that are held out: of the digits the last 10,000, else a third.

    Copies stay on one side.
    """
    if data.name == "mnist":
        return data.images[:-HELD], data.images[-HELD:]
    if len(data.images) < 12:
        raise ValueError(f"a comparison holds a third of the images out and needs at least 12; got {len(data.images)}")
    train, held = datasets.hold_out(datasets.find_copies(data.images), 1 / 3, seed=0)
    return data.images[train], data.images[held]


def main_metrics(data):
    """Return the names of the metrics that say how good the images are."""
    return ("frechet_distance", "covered_classes") if data.name == "mnist" else ("distance_in_floors", "variety")


def train(job, folder):
    """Train, and return {metric: number}."""
    data = load_data(job)
    images, held = split(data)
    recipe = variations.vary(job["recipe"], **job["settings"])
    gan = build(recipe, images, job["seed"])
    gan.fit(
        images,
        steps=job["steps"],
        seconds=job["seconds"],
        batch_size=recipe.batch_size,
        report_every=100,
        callbacks=[*recipe.callbacks(), Report(folder, job)],
    )
    history = gan.record.history
    numbers = {"step": gan.step, "seconds_in_steps": round(gan.record.seconds, 2)}
    numbers |= {name: history[name][-1] for name in ("d_loss", "g_loss", "d_real", "d_fake") if history.get(name)}
    return measure(gan, data, images, held, job) | numbers


def measure(gan, data, images, held, job):
    """Return {metric: number} of samples: by the digit features for digits, else by the random network, in floors."""
    to_uint8 = TO_UINT8[image_range(gan.generator)]
    digits = data.name == "mnist"
    made = gan.generate(job["samples"] or (SAMPLES if digits else SAMPLES_OF_FEW), seed=job["seed"])
    if not np.isfinite(made).all():
        raise ArithmeticError("the generator makes no finite numbers any more: the training has diverged")
    made = to_uint8(made)
    if not digits:
        distance = random_network.distance_in_floors(data.images, held, made)
        return {"distance_in_floors": distance, "variety": variety(made) / variety(data.images)}
    network = features.load_digit_features()
    real = images[:: len(images) // len(made)][: len(made)]  # only its shares of classes count
    result = report.compare(
        report.Sample(network.features(held)),
        report.Sample(*network.describe(real)),
        report.Sample(*network.describe(made)),
    ).generated
    names = ("frechet_distance", "precision", "recall", "covered_classes", "class_entropy")
    return {name: float(np.asarray(result[name])) for name in names}


if __name__ == "__main__":
    main(sys.argv[1])
