"""What a training leaves: the generator, samples, and for MNIST their measures. All of one step."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from seminar_gan import datasets, files, ranges
from seminar_gan.export import save_generator
from seminar_gan.metrics import features, report
from seminar_gan.training.fit.checks import image_range
from seminar_gan.training.watch.frames import as_grid

MOST_MEASURED = 10_000  # as many as there are test digits
HARDLY = 100  # steps; before, a GAN shows its starting weights more than the data
TO_UINT8 = {(-1, 1): ranges.symmetric_to_uint8, (0, 1): ranges.unit_to_uint8}
COLUMNS, REAL_ROWS, ROWS = 8, 2, 6  # of samples.png
LARGE_ENOUGH = 64  # pixels; smaller images are shown enlarged
CAPTION = 16  # pixels
AT_ONCE = 2**19  # pixels that the generator makes at a time, 500 images at most: its layers need many times as much


def write(gan, data, folder, args):
    """Write all results, and last of all into run.json that they are there, of which step."""
    images, orders = draw(gan, data, args.samples, args.seed, earlier(folder, gan.step))
    seen = folder.images_seen(gan.step)
    about = {
        "step": gan.step,
        "seconds": gan.record.seconds,
        "images_seen": seen,
        "times_the_data": float(f"{seen / len(data.images):.3g}"),
        "hardly_trained": gan.step < HARDLY,
    }
    folder.write(results=None, classes=data.classes)
    save_generator(gan, folder.path, class_names=data.classes)
    if data.name == "mnist":
        measures = evaluate(images, orders if data.classes else None)
        files.write_json(folder.path / "metrics.json", {**measures, **about})
    with files.whole(folder.path / "samples.png") as part:
        contact_sheet(data.images, images, gan.step, args.seed).save(part, "PNG")
    with files.whole(folder.path / "samples.npz") as part, open(part, "wb") as file:
        np.savez_compressed(file, x=images, y=orders, step=gan.step)
    folder.write(results={**about, "samples": len(images)})
    print(f"{folder}: {folder.described()}")
    print(f"To look at: {folder.path / 'samples.png'} (above real images, below generated ones), frames/film.gif")


def contact_sheet(real, fake, step, seed):
    """Return a picture of some real images above, and of the first generated ones below.

    Args:
        real, fake: uint8 (n, height, width, channels), 0 to 255, at least one each.
        step: after which the fake ones were generated.
        seed: of the choice of real images.
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(real))[: COLUMNS * REAL_ROWS])
    columns = min(COLUMNS, len(chosen), len(fake))
    parts = []
    for images, rows, caption in ((real[chosen], REAL_ROWS, "real"), (fake, ROWS, f"generated, step {step:,}")):
        images = images[: columns * min(rows, len(images) // columns)]
        times = max(1, LARGE_ENOUGH // max(images.shape[1:3]))
        grid = as_grid(images.repeat(times, axis=1).repeat(times, axis=2), columns)
        part = Image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid)
        parts.append(ImageOps.expand(part, border=(0, CAPTION, 0, 0), fill="white"))
        ImageDraw.Draw(parts[-1]).text((2, 2), caption, fill="black")
    sheet = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
    sheet.paste(parts[0], (0, 0))
    sheet.paste(parts[1], (0, parts[0].height))
    return sheet


def earlier(folder, step):
    """Return the samples that an earlier call drew after the same step, or None: so that more are only more."""
    results = folder.record["results"]
    if not results or results["step"] != step:
        return None
    try:
        with open(folder.path / "samples.npz", "rb") as opened, np.load(opened) as file:
            return file["x"]
    except Exception:  # damaged: they are drawn anew
        return None


def draw(gan, data, count, seed, before):
    """Return `count` samples, uint8, and the labels that they were asked for, -1 if none were.

    Classes are asked for as often as they occur in the data: a distance to the data counts other shares as a fault.

    Args:
        before: the first samples if an earlier call drew them, or None.
    """
    orders, conditions = np.full(count, -1), ()
    if data.classes:
        numbers = np.random.default_rng(seed).choice(data.labels, count)
        orders, conditions = np.array(data.classes)[numbers], (numbers,)
    elif hasattr(gan, "sample_clusters"):
        conditions = (gan.sample_clusters(count, seed=seed),)
    z = gan.sample_noise(count, seed=seed)
    to_uint8 = TO_UINT8[image_range(gan.generator)]
    images = np.empty((count, *data.images.shape[1:]), "uint8")
    drawn = 0 if before is None else min(len(before), count)
    if drawn:
        images[:drawn] = before[:drawn]
    block = max(1, min(500, AT_ONCE // math.prod(images.shape[1:3])))
    for start in range(drawn, count, block):
        part = slice(start, start + block)
        images[part] = to_uint8(gan.generate_from(z[part], *(condition[part] for condition in conditions)))
    return images, orders


def evaluate(images, orders):
    """Measure generated digits against the test digits, and as many training digits beside them; print the table."""
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
