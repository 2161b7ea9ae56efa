"""`test`: everything that .ci/run runs, one step after another, whether or not a step before it failed."""

import os
import subprocess
import sys
import time

from seminar_gan.claims import STRICT
from seminar_gan.commands import regression

PAGES = "outputs of the pages"


def main(args):
    """Run all steps; return 0 if every one succeeds, else 1."""
    began = time.monotonic()
    failed = [name for name, command in steps(args.root) if not _succeeds(name, command, args.root)]
    print(
        f"\n== {time.monotonic() - began:.0f} s in all; " + (f"failed: {', '.join(failed)}" if failed else "all well")
    )
    return 1 if failed else 0


def steps(root):
    """(name, command) of each step; a command of None has nothing to do yet."""
    python = [sys.executable, "-m"]
    notebooks = sorted((root / "notebooks").glob("*.ipynb")) + sorted((root / "notebooks/solutions").glob("*.ipynb"))
    notebooks = [path.relative_to(root) for path in notebooks]  # a [ in the clone's path would say something to pytest
    pytest = [*python, "pytest", "-q", "-n", "2", "--dist", "loadfile"]  # two files at a time
    return [
        ("ruff check", [*python, "ruff", "check", "."]),
        ("ruff format", [*python, "ruff", "format", "--check", "."]),
        ("stale pages", [*python, "seminar_gan", "check"]),
        ("unit tests", [*pytest, "tests"]),
        (PAGES, regression.command(notebooks) if notebooks else None),
    ]


def _succeeds(name, command, root):
    print(f"\n== {name}", flush=True)
    if command is None:
        print("Left out: notebooks/ holds no page.", flush=True)
        return True
    began = time.monotonic()
    # A sentence of a page that its outputs refute is an error. Unit tests see what readers see, who get a line.
    environment = os.environ | {STRICT: "1" if name == PAGES else "0"}
    code = subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL).returncode
    print(
        f"-- {name}: {'ok' if code == 0 else f'failed with code {code}'}, {time.monotonic() - began:.0f} s", flush=True
    )
    return code == 0
