"""Train the autoencoders of pages 01 to 03 for as long as Temkeng (2020) did, and write data/full_runs/.

    python tools/full_runs.py [--only convolutional-mnist] [--threads 1] [--pack]

Three networks, three sets of images, three seeds: 27 runs one after another, with the pages' optimizer, batches and
split, for the paper's 100 epochs of MNIST, 4,000 of raw and 700 of binarised Smile (section 3.1; it names none for the
other two networks, which get the same): about two hours of one core. Stop it, call it again, and it goes on; at most
two minutes are lost. Two calls whose `--only` have no run in common can work side by side. Seconds are those of the
processor, so they are nearly the same on a machine that is busy with other work, as long as there is one thread.

`--pack` trains nothing and writes what the finished runs say: curves.csv, reconstructions.npz, origin.json. Into data/,
it also puts their sizes and checksums into `embedded.FILES` and data/README.md.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "data")]  # so that the script runs from a bare checkout

from common import pack
from pack_weights import save

from seminar_gan import datasets, metrics, ranges, runs
from seminar_gan.datasets import embedded
from seminar_gan.datasets.full_runs import COLUMNS
from seminar_gan.files import whole, write_text

EPOCHS = {"MNIST": 100, "raw Smile": 4_000, "binarised Smile": 700}
SEEDS = range(3)
BATCH_SIZE, LEARNING_RATE = 256, 3e-3
KEEP_EVERY = 120  # seconds
SMILES = ("raw Smile", "binarised Smile")
PLANS = [  # the cheap ones first
    *((network, data) for network in ("simple", "deep") for data in SMILES),
    *((network, "MNIST") for network in ("simple", "deep")),
    *(("convolutional", data) for data in (*SMILES, "MNIST")),
]
RUNS = [(network, data, seed) for network, data in PLANS for seed in SEEDS]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="train only the runs whose names contain this, e.g. deep-mnist-0")
    parser.add_argument("--threads", type=int, default=1, help="TensorFlow's; 0: one for each core")
    parser.add_argument("--pack", action="store_true", help="train no further; write the files of the finished runs")
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "full_runs", help="folder for what is unfinished")
    args = parser.parse_args()
    chosen = [run for run in RUNS if args.only in file_name(run)]
    if not chosen:
        parser.error(f"no run's name contains {args.only!r}; the names are like {file_name(RUNS[0])}")
    if not args.pack:
        limit_threads(args.threads)
        for run in chosen:
            if not finished(run, args.work).is_file():
                train(run, args.work)
    if args.pack or all(finished(run, args.work).is_file() for run in RUNS):
        files = packed([run for run in RUNS if finished(run, args.work).is_file()], args.work)
        save(args.out, files)
        if args.out.resolve() == ROOT / "data":
            renew(files)


def file_name(run):
    network, data, seed = run
    return f"{network}-{data.replace(' ', '-').lower()}-{seed}"


def finished(run, work):
    return work / f"{file_name(run)}.npz"


def limit_threads(threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def marks(epochs):
    """The epochs after which is measured: each of the first 20, then each a tenth later than the last, and the end."""
    later = [round(20 * 1.1**k) for k in range(1, 100)]
    return {*range(1, min(epochs, 20) + 1), *(mark for mark in later if mark < epochs), epochs}


def load(data):
    """The images in [0, 1] as the pages split them, and ten of the test images: {part: float32 (n, 28, 28)}."""
    if data == "MNIST":
        (images, _), (test, labels) = datasets.load_mnist()
        images = ranges.to_unit(images)
        parts = {"train": images[:55_000], "val": images[55_000:]}
        shown = [np.flatnonzero(labels == digit)[0] for digit in range(10)]
    else:
        (images, _), (test, _) = datasets.load_smiles(binarised=data == "binarised Smile")
        parts, shown = {"train": ranges.to_unit(images)}, range(10)
    test = ranges.to_unit(test)
    return {**parts, "test": test, "shown": test[list(shown)]}


def build(network, seed):
    """The network as the pages compile it, and its optimizer's memory, so that all of it can be kept."""
    import keras

    from seminar_gan.models import autoencoders

    keras.utils.set_random_seed(seed)
    model = getattr(autoencoders, f"build_{network}_autoencoder")()
    model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model, [*model.weights, *model.optimizer.variables]


def train(run, work, parts=None, epochs=None):
    """Train one run to its end from where it was stopped, and keep its curve and its ten reconstructions."""
    network, data, seed = run
    epochs = epochs or EPOCHS[data]
    model, variables = build(network, seed)
    parts = {part: images.reshape(-1, *model.input_shape[1:]) for part, images in (parts or load(data)).items()}
    unfinished = work / f"{file_name(run)}.part.npz"
    state = restore(unfinished, variables)
    last_kept = time.monotonic()
    for epoch in range(state["epoch"] + 1, epochs + 1):
        began = time.process_time()
        # The order follows from seed and epoch, so a run that was stopped goes on as if it had not been.
        order = np.random.default_rng((seed, epoch)).permutation(len(parts["train"]))
        loss = 0.0
        for start in range(0, len(order), BATCH_SIZE):
            batch = parts["train"][order[start : start + BATCH_SIZE]]
            loss += float(model.train_on_batch(batch, batch)) * len(batch) / len(order)  # the last batch is smaller
        seconds = time.process_time() - began
        state |= {"epoch": epoch, "total": state["total"] + seconds, "fastest": min(state["fastest"], seconds)}
        if epoch in marks(epochs):
            row = {"epoch": epoch, "loss": loss, **measured(model, parts), "seconds": state["fastest"]}
            state["rows"].append(row)
        if time.monotonic() - last_kept > KEEP_EVERY:
            keep(unfinished, variables, state)
            last_kept = time.monotonic()
    origin = {**origin_now(), "seconds": round(state["total"])}
    pictures = ranges.unit_to_uint8(model.predict(parts["shown"], verbose=0).reshape(-1, 28, 28))
    keep(finished(run, work), [], {"rows": state["rows"], "origin": origin}, pictures=pictures)
    unfinished.unlink(missing_ok=True)
    print(f"{file_name(run)}: {state['total']:.0f} s, {state['rows'][-1]}", flush=True)


def measured(model, parts):
    """What the pages measure. Training images count up to the first 5,000, as many as MNIST has to validate."""
    import keras

    mean_image = parts["train"].mean(axis=0)
    images = {"train": parts["train"][:5_000], "val": parts.get("val"), "test": parts["test"]}
    answers = {
        part: model.predict(x, batch_size=1_000, verbose=0) for part, x in images.items() if x is not None and len(x)
    }
    row = {
        f"{part}_explained": metrics.explained_variance(images[part], answers[part], mean_image)
        for part in ("train", "test")
    }
    row |= {f"{part}_mse": float(np.mean((images[part] - answers[part]) ** 2)) for part in answers if part != "train"}
    if "val" in answers:
        losses = keras.losses.binary_crossentropy(images["val"], answers["val"])
        row["val_loss"] = float(keras.ops.mean(losses))
    return row


def keep(path, variables, state, **arrays):
    """Write the variables, what goes with them and further arrays to one file."""
    arrays |= {f"v{number}": variable.numpy() for number, variable in enumerate(variables)}
    with whole(path) as part, open(part, "wb") as file:
        np.savez(file, state=json.dumps(state), **arrays)


def restore(path, variables):
    """Give the variables what `keep` wrote and return its state, or that of a run that has not begun."""
    if not path.is_file():
        return {"epoch": 0, "total": 0.0, "fastest": float("inf"), "rows": []}
    with np.load(path) as kept:
        for number, variable in enumerate(variables):
            variable.assign(kept[f"v{number}"])
        return json.loads(str(kept["state"]))


def origin_now():
    import tensorflow as tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    return {
        "commit": runs.describe().commit,
        "machine": f"{os.cpu_count()} cores, {gpus or 'no'} GPU{'s' if gpus > 1 else ''}",
        "versions": runs.versions(),
    }


def packed(done, work):
    """The files of data/full_runs/: {name: bytes}."""
    lines, pictures, seconds = [",".join(("network", "data", "seed", *COLUMNS))], {}, {}
    for run in done:
        with np.load(finished(run, work)) as kept:
            state, pictures["/".join(map(str, run))] = json.loads(str(kept["state"])), kept["pictures"]
        took = state["origin"].pop("seconds")
        seconds.setdefault(json.dumps(state["origin"]), {})["/".join(map(str, run))] = took
        for row in state["rows"]:
            cells = [f"{row[column]:.5g}" if column in row else "" for column in COLUMNS]
            lines.append(",".join(map(str, (*run, *cells))))
    origins = [{**json.loads(origin), "seconds": took} for origin, took in seconds.items()]
    settings = {
        "command": "python tools/full_runs.py",
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "learning_rate": LEARNING_RATE,
    }
    return {
        "full_runs/curves.csv": "".join(f"{line}\n" for line in lines).encode(),
        "full_runs/reconstructions.npz": pack(pictures),
        "full_runs/origin.json": (json.dumps({**settings, "origins": origins}, indent=1) + "\n").encode(),
    }


def renew(files):
    """Put the new sizes and checksums in the place of the old ones."""
    code, readme = Path(embedded.__file__), ROOT / "data" / "README.md"
    for name, payload in files.items():
        old = embedded.FILES[name]
        size, sha256 = len(payload), hashlib.sha256(payload).hexdigest()
        for path, form in (
            (code, 'size={:_},\n        sha256="{}"'),
            (readme, "{:,} | `{}`"),
        ):
            text = path.read_text(encoding="utf-8")
            if form.format(old.size, old.sha256) not in text:
                sys.exit(f"{path} does not say what {name} was; put in: size {size:,}, SHA-256 {sha256}")
            write_text(path, text.replace(form.format(old.size, old.sha256), form.format(size, sha256)))


if __name__ == "__main__":
    main()
