"""Train the papers' GANs as long as the papers did: python tools/train_weights.py [--only winkler-dcgan]

Stop it, call it again, and it goes on. Generators are kept after the papers' numbers of iterations: Temkeng's DCGAN on
MNIST after 500 and 5,000, on binarised Smile after 1,000 and 20,000 (about an hour on two cores); Winkler's dense pair
on MNIST after 2,000 and 3,000, his convolutional one also after 300 (about half an hour). The papers name no batch
size; here it is 128 for MNIST and 16 for the 400 faces. What each of them draws is written to data/samples/, and the
weights of Temkeng's last generator of digits to data/temkeng_dcgan.npz (tools/pack_weights.py). Prints what
`embedded.FILES` says of the files. Another CPU gives other bytes, and images as good.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "data")]  # so that the script runs from a bare checkout

from common import pack
from pack_weights import COUNTS, pack_temkeng, samples, save

from seminar_gan import datasets
from seminar_gan.files import whole
from seminar_gan.recipes import RECIPES
from seminar_gan.training.watch.progress import StepProgress

PLANS = {  # {name: (recipe, data, batch size, iterations)}
    "temkeng-mnist": ("temkeng-dcgan", "mnist", 128, (500, 5_000)),
    "temkeng-smile": ("temkeng-dcgan", "smile", 16, (1_000, 20_000)),
    "winkler-dense": ("winkler-dense", "mnist", 128, (2_000, 3_000)),
    "winkler-dcgan": ("winkler-dcgan", "mnist", 128, (300, 2_000, 3_000)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "weights", help="folder for the checkpoints")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=PLANS, help="train this one alone, and write nothing to data/")
    args = parser.parse_args()

    files = {}
    for plan, (recipe, data, batch_size, marks) in PLANS.items():
        if args.only not in (None, plan):
            continue
        for steps in marks:
            name = f"{plan}-{steps}"
            kept = args.work / f"{name}-seed-{args.seed}.npz"
            if not kept.is_file():
                gan = train(recipe, data, batch_size, steps, args.seed, args.work / f"{plan}-seed-{args.seed}")
                with whole(kept) as part, open(part, "wb") as file:
                    np.savez(file, seconds=gan.record.seconds, **{v.path: v.numpy() for v in gan.generator.variables})
            if args.only:
                continue
            with np.load(kept) as weights:
                arrays = {path: weights[path].astype("float16") for path in set(weights) - {"seconds"}}
            files[f"samples/{name}.png"] = samples(RECIPES[recipe].generator, arrays, COUNTS[data])
            if name == "temkeng-mnist-5000":
                files["temkeng_dcgan.npz"] = pack(pack_temkeng(arrays))
    save(args.out, files)


def train(recipe, data, batch_size, steps, seed, checkpoints):
    """Train to that step, from the last checkpoint there is."""
    load = {"mnist": datasets.load_mnist, "smile": lambda: datasets.load_smiles(binarised=True)}[data]
    images = load()[0][0][..., None]
    gan = RECIPES[recipe].build(images.shape[1:], seed=seed)
    gan.fit(images, steps=steps, batch_size=batch_size, callbacks=[StepProgress()], checkpoints=checkpoints)
    return gan


if __name__ == "__main__":
    main()
