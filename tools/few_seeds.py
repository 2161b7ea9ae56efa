"""Train the settings of page 10 with five seeds and write data/measured/few_seeds.csv: python tools/few_seeds.py

Each seed has its own third of the 42 cells held out, its own starting weights and its own noise; all settings of a seed
have the same. Two budgets: "images", with which every discriminator sees 12,800 real images at 28 x 28, and "seconds",
with which a pair trains as long as `few` takes for these (by STEP_MS, seconds of one
core, so that a busy machine changes nothing). Settings that are `few` but for one thing have the first only.

A training that is done is kept in build/few_seeds/, with its samples, and not done again. `--seeds 0 1` makes a part;
the table is written from all that is there. About an hour on one core.

Nothing may be chosen by these numbers afterwards: a setting that was tuned on them is no longer compared by them.
"""

import argparse
import csv
import dataclasses
import functools
import io
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the script runs from a bare checkout

from seminar_gan import datasets, metrics, ranges
from seminar_gan.files import whole, write_bytes
from seminar_gan.metrics.measurements import measure, standardise
from seminar_gan.models import augmentation, few
from seminar_gan.recipes import RECIPES, few_discriminator
from seminar_gan.training import GAN, R1

SAMPLES, IMAGES, SIZE = 200, 12_800, 28
COLUMNS = ("setting", "budget", "seed", "steps", "seconds", "network", "numbers", "variety")
STEP_MS = {"PANIC": 197, "DCGAN": 18, "WGAN-GP": 75, "few": 38}  # of one core, with others at work


class AdaptiveChanges(augmentation.RandomChanges):
    """`RandomChanges`, each change made to an image with a probability that `AdaptiveGAN` raises and lowers."""

    def build(self, input_shape):
        self.probability = self.add_weight(name="probability", initializer="zeros", trainable=False)

    def call(self, images, training=False):
        if training:
            for change in self.functions:
                draws = keras.random.uniform((ops.shape(images)[0], 1, 1, 1), seed=self.seed_generator)
                images = ops.where(draws < self.probability, change(images, self.seed_generator), images)
        return images


class AdaptiveGAN(GAN):
    """Adaptive discriminator augmentation: Karras et al. 2020, section 3, with r_t, target 0.6."""

    RISE = (
        16 / 20_000
    )  # in a step of 16 images: from 0 to 1 in 20,000 images; the paper's 500,000 are never reached here

    def discriminator_loss(self, real, fake):
        loss, logs = super().discriminator_loss(real, fake)
        sure = 2 * logs["d_real"] - 1  # r_t: the mean sign of D's answers to real images
        p = self.discriminator.get_layer("random_changes").probability
        p.assign(tf.clip_by_value(p + self.RISE * tf.sign(sure - 0.6), 0, 1))
        return loss, logs


def adaptive_discriminator(image_shape, levels):
    images = keras.Input(image_shape, name="images")
    changes = AdaptiveChanges(
        ("mirror", "brighten", "contrast", "translate", "cut_out"), (-1, 1), name="random_changes"
    )
    return keras.Model(images, few.build_discriminator(image_shape, levels)(changes(images)), name="adaptive")


def ungated_generator(image_shape, levels):
    """The generator of `few` without its skip-layer excitation."""
    gated = few.build_generator(image_shape, levels=levels)
    x = z = gated.input
    for layer in gated.layers[1:]:
        if not layer.name.startswith("gate") and layer.name != "means":
            x = layer(x)
    return keras.Model(z, x, name="ungated_generator")


def seen(*changes):
    return functools.partial(few_discriminator, changes=changes)


FEW = RECIPES["few"]
SETTINGS = {
    "PANIC": RECIPES["panic"],
    "DCGAN": dataclasses.replace(RECIPES["dcgan-plain"], batch_size=16),
    "WGAN-GP": RECIPES["wasserstein"],
    "few": FEW,
    "few, its range not stretched": dataclasses.replace(FEW, measured={}),
    "few, not mirrored": dataclasses.replace(FEW, discriminator=seen("translate")),
    "few, not moved": dataclasses.replace(FEW, discriminator=seen("mirror")),
    "few + brightness, contrast": dataclasses.replace(
        FEW, discriminator=seen("mirror", "brighten", "contrast", "translate")
    ),
    "few + cut-out": dataclasses.replace(FEW, discriminator=seen("mirror", "translate", "cut_out")),
    "few, five adaptive changes": dataclasses.replace(FEW, discriminator=adaptive_discriminator, gan=AdaptiveGAN),
    "few, no gate": dataclasses.replace(FEW, generator=ungated_generator),
    "few + R1": dataclasses.replace(FEW, penalty=R1(0.02)),
}
RAW = "few, not averaged"  # samples of the same training as `few`
BOTH = ("DCGAN", "WGAN-GP", "PANIC")  # have the budget "seconds", too: `few` is the same in both


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=range(5))
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "measured" / "few_seeds.csv")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "few_seeds")
    args = parser.parse_args()
    images = load(None, SIZE, 1)
    for seed in args.seeds:
        for name in SETTINGS:
            for budget in ("images", "seconds") if name in BOTH else ("images",):
                run(name, budget, seed, images, args.work)
    write(images, args)


def load(folder, size, channels):
    """The images of the page, with one scale for all where they are alike in size."""
    folder = folder or datasets.cells_folder()
    sides = datasets.load_image_folder(folder, size, "stretch", channels).sizes.max(axis=1)
    scale = min(1, size / sides.max()) if sides.max() <= 2 * sides.min() else 1
    return datasets.load_image_folder(folder, size, "pad", channels, scale=scale).images


def split(images, seed):
    """The training images and those that are held out, a third, copies on one side, as on the page."""
    training, held = datasets.hold_out(datasets.find_copies(images), 1 / 3, seed=seed)
    return images[training], images[held]


def augmented(training, seed):
    """Some 800 changed versions of the training images in [0, 1], as PANIC has them."""
    change = augmentation.build_data_augmentation(seed=seed)
    times = max(2, 800 // len(training))
    return np.concatenate([np.asarray(change(ranges.to_unit(training), training=True)) for _ in range(times)])


def steps_of(name, budget):
    """Steps of the generator within a budget."""
    recipe = SETTINGS[name]
    if budget == "seconds":
        return STEP_MS["few"] * IMAGES // FEW.batch_size // STEP_MS[name]
    return IMAGES // recipe.batch_size // recipe.options.get("d_steps", 1)


def run(name, budget, seed, images, work):
    """One training; keeps its samples."""
    kept, raw_kept = (work / f"{each} {budget} {seed}.npz" for each in (name, RAW))
    if kept.is_file() and (name != "few" or raw_kept.is_file()):
        return
    recipe, steps = SETTINGS[name], steps_of(name, budget)
    training, _ = split(images, seed)
    if name == "WGAN-GP" and steps < 300:
        recipe = dataclasses.replace(recipe, ema=0.9)  # over fewer steps
    gan = recipe.build_for(training, seed=seed)
    began = time.process_time()
    data = augmented(training, seed) if name == "PANIC" else training
    gan.fit(data, steps=steps, batch_size=recipe.batch_size, callbacks=recipe.callbacks())
    seconds = time.process_time() - began
    to_uint8 = ranges.unit_to_uint8 if name == "PANIC" else ranges.symmetric_to_uint8
    keep(kept, to_uint8(gan.generate(SAMPLES, seed=seed)), steps, seconds)
    if name == "few":
        raw = gan.generator.predict(gan.sample_noise(SAMPLES, seed=seed), verbose=0)
        keep(raw_kept, to_uint8(raw), steps, seconds)
    print(f"{name}, {budget}, seed {seed}: {steps} steps, {seconds:.0f} s", flush=True)


def keep(path, made, steps, seconds):
    """Keep the samples of a training."""
    with whole(path) as part, open(part, "wb") as file:
        np.savez_compressed(file, made=made, seconds=seconds, steps=steps)


def measured(images, held, made):
    """Distances from the held-out images in floors, by the random network and by twelve numbers, and the variety."""
    _, held_numbers, made_numbers = standardise(measure(images), measure(held), measure(made))
    floor = floor_of_numbers(images.tobytes(), images.shape, len(held))
    return {
        "network": metrics.distance_in_floors(images, held, made),
        "numbers": metrics.equations.squared_mmd(held_numbers, made_numbers) / floor,
        "variety": metrics.variety(made) / metrics.variety(images),
    }


@functools.cache
def floor_of_numbers(content, shape, count, splits=200):
    """What 95 % of random splits of the real images, `count` and the others, are below by the twelve numbers."""
    (numbers,) = standardise(measure(np.frombuffer(content, "uint8").reshape(shape)))
    rng, found = np.random.default_rng(0), []
    for _ in range(splits):
        order = rng.permutation(len(numbers))
        found.append(metrics.equations.squared_mmd(numbers[order[:count]], numbers[order[count:]]))
    return np.percentile(found, 95)


def write(images, args):
    """Write the table of all trainings that there are."""
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for name in (*SETTINGS, RAW):
        for budget in ("images", "seconds"):
            for seed in range(5):
                kept = args.work / f"{name} {budget} {seed}.npz"
                if not kept.is_file():
                    continue
                with np.load(kept) as stored:
                    numbers = measured(images, split(images, seed)[1], stored["made"])
                    row = {"setting": name, "budget": budget, "seed": seed, "steps": int(stored["steps"])}
                    row |= {"seconds": f"{float(stored['seconds']):.0f}"}
                writer.writerow(row | {column: f"{value:.3f}" for column, value in numbers.items()})
    write_bytes(args.out, table.getvalue().encode())


if __name__ == "__main__":
    main()
