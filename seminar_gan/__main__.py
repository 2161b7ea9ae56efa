"""The command line behind the Makefile: `python -m seminar_gan COMMAND`.

Every command except help and clean first makes sure that .venv is set up, then starts again with .venv's Python. Until
then only the standard library is used, and only syntax that an older Python can read, since one may start this.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys

from seminar_gan.commands import UserError, output, pages, setup, use_tensorflow

# The module of seminar_gan.commands behind each command; loaded when it runs, since it imports more than help needs.
MODULES = {"run-all": "run", "compare": "compare", "test": "verify", "train": "train"}
MODULES |= {"notebooks": "build", "check": "check", "lab": "lab"}


def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    with output.guarded():
        try:
            code = _dispatch(argv)
            sys.stdout.flush()
        except UserError as error:
            print(error, file=sys.stderr)
            code = 2
        except KeyboardInterrupt:
            code = 130
        return output.exit_code(code)


def _dispatch(argv):
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command in (None, "help"):
        parser.print_help()
        return 0
    if args.command == "train" and not args.root and not _in_clone():
        return _run(args)  # an installed package: what is above the current folder is somebody else's
    args.root = pages.find_root(args.root)
    if args.command == "clean":
        return _clean(args.root)
    if args.command == "notebooks":
        pages.select_sources(args.root, args.pages)  # so that a misspelt page fails before minutes of set-up
    if args.command == "lab":
        pages.select(args.root, args.fresh)
    if args.command == "run-all":
        pages.select(args.root, args.pages)
        pages.profile_folder(args.root, args.profile)
    if args.command == "compare" and args.page:
        pages.select(args.root, args.page)
    python, environment = setup.supported_python(), dict(os.environ)
    if python == sys.executable:
        python = setup.environment_python(args.root)
        environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    if os.path.abspath(python) != os.path.abspath(sys.executable):
        if os.environ.get("PYTHONPATH") and "PYTHONPATH" not in environment:
            print("PYTHONPATH is left out: .venv holds every package that is needed", file=sys.stderr)
        return _rerun(python, argv, environment)
    return _run(args)


def _in_clone():
    """Whether the package is that of a clone, called from inside it or by a Python that cannot train."""
    clone = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    inside = (os.path.realpath(".") + os.sep).startswith(clone + os.sep)
    return os.path.isdir(os.path.join(clone, "notebooks")) and (inside or not importlib.util.find_spec("tensorflow"))


def _run(args):
    """Run a command in the environment that is set up for it."""
    use_tensorflow()
    if args.command in MODULES:
        try:
            return importlib.import_module(f"seminar_gan.commands.{MODULES[args.command]}").main(args)
        except ModuleNotFoundError as error:
            if os.environ.get("SEMINAR_GAN_ENV") != "current" or str(error.name).startswith("seminar_gan"):
                raise
            raise UserError(
                f"{sys.executable} has no {error.name}, which `{args.command}` needs. `pip install -e "
                f"'.[notebooks,dev]'` brings it; without SEMINAR_GAN_ENV=current, .venv is made and used."
            ) from None
    if args.command == "setup":
        print(f"Ready: {sys.executable}")
        return 0
    commands = {"bench": ["tools/bench.py"], "wheel": ["-m", "hatchling", "build", "-t", "wheel"]}
    return subprocess.call([sys.executable, *commands[args.command]], cwd=args.root)


def _rerun(python, argv, environment):
    command = [python, "-m", "seminar_gan", *argv]
    if os.name == "nt":  # where exec would return to the shell before the command ends
        return subprocess.call(command, env=environment)
    sys.stdout.flush()
    os.execve(python, command, environment)


def _clean(root):
    names = ["build", "dist", ".pytest_cache", ".ruff_cache", ".import_linter_cache"]
    folders = [root / name for name in names] + sorted((root / "notebooks").rglob(".ipynb_checkpoints"))
    for folder in filter(os.path.isdir, folders):
        shutil.rmtree(folder)
        print(f"Removed {folder.relative_to(root)}")
    print("Kept .venv. Delete the folder if it should be made again.")
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m seminar_gan",
        description="Run, test and build the collection of pages.",
        epilog='With make: make run-all PAGES="01 03" PROFILE=paper PARAMS="SEED=1" JOBS=2 SCHEDULER=tcp://host:8786. '
        "Without: python -m seminar_gan run-all --pages ... with the same names as options. "
        "SEMINAR_GAN_ENV=current uses the running Python's packages instead of .venv.",
    )
    parser.add_argument("--root", help="the collection's folder; by default searched from the current folder upwards")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("setup", help="make .venv from the lock")
    run = commands.add_parser("run-all", help="execute the pages into build/, those that changed or failed")
    run.add_argument("--pages", default="", help='which pages, such as "01 03"; all by default')
    run.add_argument("--profile", default="quick", help="quick, or a folder of notebooks/params such as paper")
    run.add_argument("--params", default="", help='parameters set by hand, such as "EPOCHS=3 SEED=1"')
    run.add_argument("--jobs", default="1", help="how many pages at a time on this machine")
    run.add_argument("--scheduler", default="", help="a running Dask scheduler, such as tcp://host:8786")
    compare = commands.add_parser(
        "compare", help="run a page, or train recipes, for every combination of settings and every seed"
    )
    compare.add_argument("page", nargs="?", default="", help="the page, such as 06")
    compare.add_argument("--recipes", default="", help="or trainings of recipes, such as dcgan-plain,few")
    compare.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE,VALUE",
        help="a parameter of the page, or a setting of a recipe, and its values; the first is the baseline. Can be "
        "given several times",
    )
    compare.add_argument("--seeds", default="5", help="how many (5: from 0 to 4), or which (3,7 or 0-9)")
    compare.add_argument("--metrics", default="", help="which of the metrics to sum up; all by default")
    compare.add_argument("--profile", default="quick", help="of a page: quick, or a folder of notebooks/params")
    compare.add_argument("--data", default="mnist", help="of recipes: as for train; a third of the images is held out")
    compare.add_argument("--size", type=int, help="of recipes: as for train")
    compare.add_argument("--channels", type=int, choices=[1, 3], help="of recipes: as for train")
    compare.add_argument("--background", type=int, help="of recipes: as for train")
    compare.add_argument("--steps", type=int, help="of recipes: how long each trains, in steps")
    compare.add_argument("--seconds", type=float, help="of recipes: or in seconds, set-up and first step left out")
    compare.add_argument("--samples", type=int, help="of recipes: images that are measured; 2,500 digits, 200 others")
    compare.add_argument("--jobs", default="1", help="how many runs at a time on this machine")
    compare.add_argument("--scheduler", default="", help="a running Dask scheduler, such as tcp://host:8786")
    compare.add_argument("--to", default="", help="a folder for the results, in place of one in build/compare")
    commands.add_parser("test", help="ruff, stale pages, unit tests, and the outputs of every page")
    notebooks = commands.add_parser("notebooks", help="rebuild the pages in notebooks/ from notebooks/src/")
    notebooks.add_argument("--pages", default="", help="which pages; the stale ones by default")
    notebooks.add_argument("--force", action="store_true", help="rebuild pages that are not stale, too")
    commands.add_parser("check", help="say which pages are stale")
    train = commands.add_parser(
        "train", help="train one GAN in a folder of its own: weights, history, samples, measures"
    )
    train.add_argument(
        "--data",
        default="mnist",
        help="mnist, smiles, smiles-binarised; an .npz file with x and, for classes, y; an .npy file; or a folder of "
        "images, with a subfolder for each class",
    )
    train.add_argument("--size", type=int, help="of a folder's images: height and width in pixels; 64 by default")
    train.add_argument("--channels", type=int, choices=[1, 3], help="of a folder's images: 1 is grey, 3 is colour")
    train.add_argument(
        "--background",
        type=int,
        help="grey level, 0 to 255, under a folder's transparent images; 255, white, by default",
    )
    train.add_argument(
        "--model", help="one for the number and the size of the images by default; a wrong name lists all"
    )
    train.add_argument("--conditional", action="store_true", help="the conditional variant, which takes class labels")
    train.add_argument("--seconds", type=float, help="how long to train in all, set-up and first step left out")
    train.add_argument("--steps", type=int, help="or up to which step; more than before goes on from there")
    train.add_argument("--batch-size", type=int, help="images in a batch; the model's own by default")
    train.add_argument("--seed", type=int, default=0, help="0 by default")
    train.add_argument(
        "--samples", type=int, help="how many images to make at the end: 10,000, or fewer of more than 80 x 80 pixels"
    )
    train.add_argument(
        "--to",
        required=True,
        help="a new folder, or that of a run to go on with: data, model, --conditional and seed must be the same; "
        "time, steps, samples and size of a batch may change",
    )
    commands.add_parser("bench", help="quality against seconds, of every MNIST recipe: benchmarks/quality.md")
    lab = commands.add_parser("lab", help="open working copies of the pages, in my/, in JupyterLab")
    lab.add_argument("--fresh", default="", help="pages of which another copy is made beside the one that is there")
    commands.add_parser("wheel", help="pack package and data into dist/, for machines that cannot fetch them")
    commands.add_parser("clean", help="remove build/ and caches")
    commands.add_parser("help", help="print this help")
    return parser


if __name__ == "__main__":
    sys.exit(main())
