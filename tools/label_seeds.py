"""Compare ways to give the discriminator a label, over seeds, for page 08.

    python tools/label_seeds.py [--steps 400] [--seeds 3] [--only projection]

Each way has the same generator, the same convolutions in front, the same settings (those of the recipe), the same
number of steps; each seed has its own starting weights and noise. A training that is done is kept in
build/label_seeds/ and not done again. About ten minutes on two cores. Writes benchmarks/label_seeds.md and
data/measured/label_ways.csv, and prints what `embedded.FILES` says of the latter.

Nothing was chosen by these numbers: the recipe was there before, and the other ways take its settings as they are.
"""

import argparse
import csv
import dataclasses
import datetime
import io
import json
import statistics
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "tools" / "data")]  # to run from a bare checkout

from pack_weights import save

from seminar_gan import datasets, export, metrics, ranges, runs
from seminar_gan.files import write_json, write_text
from seminar_gan.models import conditional, dcgan
from seminar_gan.recipes import CONDITIONAL_RECIPES
from seminar_gan.training import GAN, ConditionalGAN

COUNT = 2_000  # images on either side of a distance
MEASURES = ("fidelity", "distance", "spread")
TIMED = 40  # steps
PAGE = """# Ways to give D a label, over seeds

Made on {date} by `python tools/label_seeds.py`, commit {commit}:
{steps} steps of each, seeds 0 to {last}, the settings of the recipe. {count:,} ordered digits, as many real ones.
Fidelity: the share that shows what was ordered. Distance: Fréchet, on the project's digit features; real digits from
real ones have {floor:.2f}. Spread: how much the features vary within a class, the mean trace of their covariance, per
that of real digits. Mean over the seeds (least to most). Processor ms: of one core, for a step.

{table}
"""


def build_unaware_discriminator(image_shape=(28, 28, 1), num_classes=10):
    return dcgan.build_discriminator(image_shape)


def build_channel_discriminator(image_shape=(28, 28, 1), num_classes=10):
    height, width, channels = image_shape
    images = keras.Input(image_shape, name="images")
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot")(class_labels)  # 10
    y = layers.Reshape((1, 1, num_classes))(y)
    y = layers.UpSampling2D((height, width))(y)  # 28 x 28 x 10, one channel all 1, nine all 0
    x = layers.Concatenate()([images, y])  # 28 x 28 x 11
    logits = dcgan.build_discriminator((height, width, channels + num_classes))(x)
    return keras.Model([images, class_labels], logits)


def build_joint_discriminator(image_shape=(28, 28, 1), num_classes=10):
    plain = dcgan.build_discriminator(image_shape)
    class_labels = keras.Input((), dtype="int32", name="class_labels")
    y = layers.CategoryEncoding(num_classes, "one_hot")(class_labels)  # 10
    y = layers.Dense(32, name="embedding")(y)
    x = layers.Concatenate()([plain.get_layer("leaky_4").output, y])  # 160
    x = layers.LeakyReLU(0.2)(layers.Dense(128, name="joint")(x))  # where both meet
    logits = layers.Dense(1, dtype="float32", name="conditional_logits")(x)
    return keras.Model([plain.input, class_labels], logits)


def build_auxiliary_discriminator(image_shape=(28, 28, 1), num_classes=10):
    plain = dcgan.build_discriminator(image_shape)
    features = plain.get_layer("leaky_4").output  # phi(x)
    class_logits = layers.Dense(num_classes, dtype="float32", name="class_logits")(features)
    return keras.Model(plain.input, [plain.output, class_logits])


class UnawareGAN(ConditionalGAN):
    def discriminate(self, images, class_labels):
        return self.discriminator(images, training=True)


class AuxiliaryGAN(ConditionalGAN):
    LOGS = (*GAN.LOGS, "class_loss")

    def discriminate(self, images, class_labels):
        return self.discriminator(images, training=True)[0]  # real or fake

    def class_loss(self, images, class_labels):
        class_logits = self.discriminator(images, training=True)[1]
        loss = keras.losses.sparse_categorical_crossentropy(class_labels, class_logits, True)
        return tf.reduce_mean(loss)

    def discriminator_loss(self, real, fake):
        loss, logs = super().discriminator_loss(real, fake)
        class_loss = self.class_loss(*real) + self.class_loss(*fake)
        return loss + class_loss, logs | {"class_loss": class_loss}

    def generator_loss(self, real, fake):
        loss, logs = super().generator_loss(real, fake)
        return loss + self.class_loss(*fake), logs


WAYS = {  # {way: (discriminator, GAN, options)}
    "not told": (build_unaware_discriminator, UnawareGAN, {}),
    "channels": (build_channel_discriminator, ConditionalGAN, {}),
    "joint layer": (build_joint_discriminator, ConditionalGAN, {}),
    "auxiliary classifier": (build_auxiliary_discriminator, AuxiliaryGAN, {}),
    "projection": (conditional.build_discriminator, ConditionalGAN, {}),
    "projection, wrong pairs": (conditional.build_discriminator, ConditionalGAN, {"mismatched": 1 / 8}),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", choices=WAYS, help="train this one alone, and write no table")
    parser.add_argument("--out", type=Path, default=ROOT, help="folder with benchmarks/ and data/ (default: this one)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "label_seeds")
    args = parser.parse_args()

    ruler = Ruler()
    results = {}
    for seed in range(args.seeds):
        for way in WAYS if args.only is None else [args.only]:
            results.setdefault(way, []).append(run(way, seed, args, ruler))
    if args.only is None:
        costs = {way: cost(way, args, ruler) for way in WAYS}
        facts = {"steps": args.steps, "last": args.seeds - 1, "count": COUNT, "floor": ruler.floor}
        facts |= {"date": datetime.date.today().isoformat(), "commit": runs.describe().commit}
        write_text(args.out / "benchmarks" / "label_seeds.md", PAGE.format(**facts, table=table(results, costs)))
        save(args.out / "data", {"measured/label_ways.csv": rows(results, costs)})


class Ruler:
    """The digits, and what is measured of ordered ones."""

    def __init__(self):
        (self.digits, self.labels), _ = datasets.load_mnist()
        self.images = ranges.to_symmetric(self.digits)[..., None]
        self.network = metrics.load_digit_features()
        self.ordered = self.labels[2 * COUNT : 3 * COUNT]
        self.real = self.network.features(self.digits[:COUNT])
        self.real_spread = spread(self.real, self.labels[:COUNT])
        self.floor = metrics.frechet_distance(self.real, self.network.features(self.digits[COUNT : 2 * COUNT]))

    def measure(self, made):
        features, seen = self.network.describe(made)
        return {
            "fidelity": metrics.label_fidelity(seen, self.ordered),
            "distance": metrics.frechet_distance(self.real, features),
            "spread": spread(features, self.ordered) / self.real_spread,
        }


def spread(features, class_labels):
    """The mean over the classes of the trace of the features' covariance."""
    return float(np.mean([features[class_labels == y].var(axis=0).sum() for y in range(10)]))


def build(way, seed):
    """The recipe and the GAN of a way."""
    discriminator, gan, options = WAYS[way]
    networks = {"generator": conditional.build_generator, "discriminator": discriminator}
    recipe = dataclasses.replace(CONDITIONAL_RECIPES["dcgan"], **networks, gan=gan, options=options)
    return recipe, recipe.build((28, 28, 1), num_classes=10, seed=seed)


def run(way, seed, args, ruler):
    """One training and what was measured after it, kept as JSON."""
    path = args.work / f"{way.replace(', ', '_').replace(' ', '_')}-{args.steps}-seed-{seed}.json"
    if path.is_file():
        return json.loads(path.read_text(encoding="utf-8"))
    recipe, gan = build(way, seed)
    options = {"batch_size": recipe.batch_size, "callbacks": recipe.callbacks()}
    gan.fit(ruler.images, ruler.labels, steps=args.steps, **options)
    made = ranges.symmetric_to_uint8(gan.generate(COUNT, ruler.ordered, seed=seed + 1))
    found = {"seed": seed, "parameters": gan.discriminator.count_params(), **ruler.measure(made)}
    write_json(path, found)
    print(f"{way}, seed {seed}: {found}", file=sys.stderr, flush=True)
    return found


def cost(way, args, ruler):
    """Milliseconds of one core for a step; other work on the machine adds little to them."""
    path = args.work / f"{way.replace(', ', '_').replace(' ', '_')}-cost.json"
    if not path.is_file():
        recipe, gan = build(way, 0)
        gan.fit(ruler.images, ruler.labels, steps=5, batch_size=recipe.batch_size)
        moments = []
        clock = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: moments.append(time.process_time()))
        options = {"batch_size": recipe.batch_size, "callbacks": [clock]}
        gan.fit(ruler.images, ruler.labels, steps=5 + TIMED, **options)
        write_json(path, {"ms": 1_000 * statistics.median(np.diff(moments))})
    return json.loads(path.read_text(encoding="utf-8"))["ms"]


def table(results, costs):
    """A Markdown table: a row for each way, mean and range of each measure."""
    lines = []
    for way, found in results.items():
        numbers = [[run[measure] for run in found] for measure in MEASURES]
        texts = [
            f"{form(statistics.mean(n))} ({form(min(n))} to {form(max(n))})"
            for n, form in zip(numbers, ("{:.1%}".format, "{:.1f}".format, "{:.2f}".format), strict=True)
        ]
        lines.append([way, f"{found[0]['parameters']:,}", f"{costs[way]:.0f}", *texts])
    columns = ["what D does with the label", "parameters of D", "processor ms", *MEASURES]
    return export.table(columns, lines, align="lrrrrr").markdown


def rows(results, costs):
    """The bytes of label_ways.csv: a row for each training."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["way", "seed", "parameters", "ms", *MEASURES])
    for way, found in results.items():
        for run in found:
            numbers = [round(run[measure], 4) for measure in MEASURES]
            writer.writerow([way, run["seed"], run["parameters"], round(costs[way], 1), *numbers])
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
