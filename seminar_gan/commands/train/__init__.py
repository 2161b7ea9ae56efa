"""`train`: one GAN from the command line, in a folder of its own.

The folder gets run.json (what identifies the run, what each call asked for, what the results are of), checkpoints/,
history.csv (history_german.csv is the same for German spreadsheets), generator.keras and generator.json, samples.npz
(x, uint8 images; y, the labels that were asked for, -1 if none were), samples.png (real images above, samples below)
and, for MNIST, metrics.json. All results are of one step, which each of them names. frames/ has pictures from the first
step on, and a film of them; for a folder of images, images.csv says of each file what was done with it.
"""

import contextlib
import math
import os
import shlex
import signal
import subprocess
import sys
import threading
import warnings

from seminar_gan.commands import UserError
from seminar_gan.commands.train.folder import RunFolder, sentence

DONE = {"steps": "step", "seconds": "seconds"}  # names of what is asked for, among the results


def main(args):
    """Train, or go on, or say that it is done. Returns the exit code; raises UserError for what cannot be."""
    check(args)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        folder = RunFolder(args.to)
    except OSError as error:
        raise UserError(sentence(f"--to {args.to}: {error.strerror or error}")) from error
    with stopped_by_signals(), warnings.catch_warnings():
        if sys.warnoptions:  # such as -W error, which the libraries below do not stand
            warnings.simplefilter("default")
        warnings.filterwarnings("ignore", ".* sets (floatx|epsilon) to")  # run.use_usual_keras sets them back
        warnings.showwarning = lambda message, *where: print(message, file=sys.stderr)  # a line, without our own code
        return carry_out(args, folder)


def carry_out(args, folder):
    """Do what was asked for, and turn what can go wrong into one sentence. Returns the exit code."""
    try:
        from seminar_gan.commands.train.data import load  # here, where a package that is not installed is named

        data = load(args)
        args.samples = args.samples or data.default_samples()
        folder.compare({"conditional": args.conditional, "seed": args.seed} | data.identity(), args.model)
        if folder.is_finished(args.steps, args.seconds, args.samples):
            print(f"{folder} is finished: nothing to do. It has {folder.described()}")
            print(f"To go on for longer: {longer(args, folder, data)}")
            return 0
        from seminar_gan.commands.train import run  # loads TensorFlow, which takes seconds

        run.run(args, folder, data)
        print(f"To go on for longer: {longer(args, folder, data)}")
    except KeyboardInterrupt:
        print(f"\n{folder.kept()}", file=sys.stderr)
        return 130
    except Exception as error:
        text = explained(error, folder)
        if text is None:
            raise
        raise UserError(text) from error
    return 0


def longer(args, folder, data):
    """Return the command that trains in the folder twice as long as it has been, or as was asked for."""
    name = "steps" if args.steps else "seconds"
    asked = {
        "data": args.data,
        "model": folder.model,
        "size": args.size,
        "channels": args.channels,
        "background": args.background,
        "batch-size": args.batch_size,
        "seed": args.seed or None,
        "samples": args.samples if args.samples != data.default_samples() else None,
        name: 2 * math.ceil(max(getattr(args, name), folder.record["results"][DONE[name]])),
        "to": args.to,
    }
    words = [word for option, value in asked.items() if value is not None for word in (f"--{option}", str(value))]
    words = ["python", "-m", "seminar_gan", "train", *(["--conditional"] if args.conditional else []), *words]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


@contextlib.contextmanager
def stopped_by_signals():
    """Let a training that a scheduler stops, or that loses its terminal, end like one that is stopped by hand."""
    if threading.current_thread() is not threading.main_thread():  # which no signal reaches
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    caught = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]  # nohup has it ignored
    for number in caught:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)


def check(args):
    """Refuse numbers that cannot be."""
    if (args.seconds is None) == (args.steps is None):
        raise UserError("Say how long to train: either --seconds 60 or --steps 1000.")
    for name in ("seconds", "steps", "samples", "batch_size"):
        value = getattr(args, name)
        if value is not None and not 0 < value < math.inf:
            raise UserError(f"--{name.replace('_', '-')} must be above 0 and finite; got {value:g}")
    if not 0 <= args.seed < 2**31:
        raise UserError(f"--seed must be from 0 to {2**31 - 1}; got {args.seed}")


def explained(error, folder):
    """Return one sentence for what can go wrong without a fault of the package; None for anything else."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    text = sentence(error)
    if kinds & {"UserError", "CheckpointError", "DataError"}:
        return text
    if "TrainingDiverged" in kinds:
        return f"{text.split(' With fit(')[0]} {folder.kept()}"
    if kinds & {"MemoryError", "ResourceExhaustedError"}:
        return (
            "Not enough memory. Take smaller images, a smaller --batch-size or fewer --samples, or another --model. "
            f"{folder.kept()}"
        )
    if "OSError" in kinds:
        where = f"{error.filename}: " if getattr(error, "filename", None) else ""
        return f"{where}{sentence(getattr(error, 'strerror', None) or text)} {folder.kept()}"
    if "ModuleNotFoundError" in kinds and not error.name.startswith("seminar_gan"):
        return f"{error.name} is not installed: install seminar_gan with its extra [cpu] or [gpu], as README says."
    return None
