"""Pack trained generators into few bytes, and say by how many grey levels that changes what they draw.

    python tools/pack_weights.py --temkeng FLOAT16.npz --panic FLOAT16.npz [--out data] [--count 6000]

takes the files of float16 that data/ held before (data/README.md says where they are) and writes
temkeng_dcgan.npz, samples/temkeng-*.png, panic_generator.npz and panic/. tools/train_weights.py and
tools/train_panic.py pack what they have trained with the same functions.

A kernel becomes int8 times a float32 scale for each output channel; where that is too coarse, to a quarter of a step.
Nothing else is rounded: biases, normalisations and the last layers stay as they were. Generators of which the package
needs no more than pictures are not packed: they draw samples, and the samples travel.
"""

import argparse
import functools
import hashlib
import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "data")]  # so that the script runs from a bare checkout

from common import pack

from seminar_gan import ranges, weights
from seminar_gan.files import write_bytes
from seminar_gan.metrics.features import set_weights
from seminar_gan.models import dcgan, panic
from seminar_gan.training import noise

SIZE, SAMPLES = 100, 100
COUNTS = {"mnist": 2_000, "smile": 1_000}  # samples of a generator
OUTPUTS = {"dense/kernel": 1, "up_1/kernel": 2, "up_2/kernel": 2}  # which axis counts the output channels


def pack_temkeng(arrays):
    """{path: float16} of Temkeng's generator of digits to what temkeng_dcgan.npz holds."""
    packed = {}
    for path, array in arrays.items():
        # 100 weights of the dense layer add up at every unit: in steps of 1/127 some pixels move by six levels.
        quarters = path == "dense/kernel"
        packed |= whole_numbers(path, array, OUTPUTS[path], quarters=quarters) if path in OUTPUTS else {path: array}
    return packed


def samples(build, arrays, count=2_000):
    """Bytes of the PNG of what a generator of digits or faces draws, 50 in a row.

    Args:
        build: the builder of the generator, which takes 100 numbers and ends in tanh.
        arrays: {path: float}, its weights.
        count: images, a multiple of 50.
    """
    z = np.random.default_rng(0).normal(size=(count, 100)).astype("float32")
    return png(draw(build, arrays, z).reshape(-1, 50, 28, 28, 1))


def pack_panic(arrays, steps, films):
    """The files of PANIC's two trainings.

    Args:
        arrays: {training: {path: float16}}, the generators at their ends.
        steps: (k,), when the pictures of the films were drawn.
        films: {training: uint8 (k, 6, 100, 100, 1)}.

    Returns:
        {path below data/: bytes}.
    """
    z = np.asarray(noise.truncated_normal((0, -1), (SAMPLES, 100)))
    files = {}
    for name, film in films.items():
        samples = draw_panic(arrays[name], z).reshape(10, 10, SIZE, SIZE, 1)
        files |= {f"panic/{name}_film.png": png(film), f"panic/{name}_samples.png": png(samples)}
    packed = {"steps": np.asarray(steps)}
    for path, array in arrays["plain"].items():  # the other one has collapsed: its pictures are all there is to it
        packed |= whole_numbers(path, array, 1, levels=63) if path == "dense/kernel" else {path: array}
    return {"panic_generator.npz": pack(packed)} | files


def whole_numbers(name, kernel, channels, levels=127, quarters=False):
    """A kernel as int8 from -levels to levels, with the scale of each channel, and quarters of a level if asked for."""
    others = tuple(axis for axis in range(kernel.ndim) if axis != channels)
    kernel = kernel.astype("float32")
    scale = np.abs(kernel).max(axis=others, keepdims=True) / levels
    counted = kernel / np.where(scale == 0, 1, scale)
    if not quarters:
        return {name: np.rint(counted).astype("int8"), f"{name}.scale": scale}
    whole, rest = np.divmod(np.rint(4 * counted).astype("int16"), 4)
    return {name: whole.astype("int8"), f"{name}.quarters": rest.astype("uint8"), f"{name}.scale": scale}


def png(images):
    """Bytes of a PNG that holds images (rows, columns, height, width, 1) side by side."""
    rows, columns, height, width, _ = images.shape
    sheet = images[..., 0].swapaxes(1, 2).reshape(rows * height, columns * width)
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG", optimize=True)
    return file.getvalue()


def draw_panic(arrays, z):
    """What PANIC's generator of these weights draws, uint8."""
    generator = built(panic.build_generator, (SIZE, SIZE, 1))
    set_weights(generator, arrays)
    return ranges.unit_to_uint8(generator.predict(z, batch_size=50, verbose=0))


def draw(build, arrays, z):
    """What a generator of images in [-1, 1] draws with these weights, uint8."""
    generator = built(build)
    set_weights(generator, arrays)
    return ranges.symmetric_to_uint8(generator.predict(z, batch_size=100, verbose=0))


@functools.cache  # TensorFlow traces a graph for each network that predicts
def built(build, *sizes):
    return build(*sizes)


def save(folder, files):
    """Write the files and print what `embedded.FILES` says of them."""
    for name, payload in files.items():
        write_bytes(folder / name, payload)
        print(f"{name}: size={len(payload):_}, sha256={hashlib.sha256(payload).hexdigest()!r}")


def say_change(name, draw, before, after, z):
    """Print by how many levels pictures change, over all these z."""
    count = np.zeros(256, int)
    for part in np.array_split(z, max(1, len(z) // 500)):
        change = np.abs(draw(before, part).astype(int) - draw(weights.unpack(after), part))
        count += np.bincount(change.ravel(), minlength=256)
    share = ", ".join(f"{level}: {pixels:,}" for level, pixels in enumerate(count) if pixels)
    print(f"{name}: pixels by levels of change, {len(z):,} z: {share}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temkeng", type=Path, help="temkeng_dcgan.npz of float16")
    parser.add_argument("--panic", type=Path, help="panic_generators.npz of float16")
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    parser.add_argument("--count", type=int, default=2_000, help="z to compare the pictures of (default: 2,000)")
    args = parser.parse_args()
    if args.temkeng:
        with np.load(args.temkeng) as archive:
            arrays = {training: part(archive, training) for training in weights.TEMKENG_TRAININGS}
        files = {
            f"samples/temkeng-{name}.png": samples(dcgan.build_temkeng_generator, each, COUNTS[name.split("-")[0]])
            for name, each in arrays.items()
        }
        packed = pack_temkeng(arrays["mnist-5000"])
        save(args.out, {"temkeng_dcgan.npz": pack(packed)} | files)
        z = np.random.default_rng(0).normal(size=(args.count, 100)).astype("float32")
        drawing = functools.partial(draw, dcgan.build_temkeng_generator)
        say_change("mnist-5000", drawing, arrays["mnist-5000"], packed, z)
    if args.panic:
        with np.load(args.panic) as archive:
            arrays = {name: part(archive, name) for name in weights.PANIC_TRAININGS}
        films = {name: each.pop("pictures") for name, each in arrays.items()}
        steps = [each.pop("steps") for each in arrays.values()]
        files = pack_panic(arrays, steps[0], films)
        save(args.out, files)
        with np.load(io.BytesIO(files["panic_generator.npz"])) as archive:
            packed = {name: array for name, array in archive.items() if name != "steps"}
        z = np.asarray(noise.truncated_normal((0, -1), (args.count, 100)))
        say_change("plain", draw_panic, arrays["plain"], packed, z)


def part(arrays, training):
    """The arrays of one training, by their names in it."""
    return {name.removeprefix(f"{training}/"): arrays[name] for name in arrays if name.startswith(f"{training}/")}


if __name__ == "__main__":
    main()
