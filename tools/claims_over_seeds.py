"""Run every page with ten seeds and record whether its claims and statements hold: benchmarks/claims_over_seeds.md.

    python tools/claims_over_seeds.py [--jobs 2] [--pages "01 02"]

Runs already finished are not repeated. Exits with 1 if a claim fails, or a statement is refuted, for any seed; the
record is written all the same. A statement that one seed refutes is to be reworded.
"""

import argparse
import collections
import datetime
import hashlib
import os
import platform
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from seminar_gan.commands import pages
from seminar_gan.commands.run.execute import statements_of
from seminar_gan.files import write_text

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "benchmarks" / "claims_over_seeds.md"
SEEDS = range(10)
HEAD = ["page", "claim", "wanted", "least", "median", "most", "seeds that pass"]
STATEMENTS = ["page", "statements", "their checksum", "refuted by a seed"]
NONE = "none"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1, help="how many seeds at a time")
    parser.add_argument("--pages", default="")
    args = parser.parse_args()
    chosen = [page.name for page in pages.select(ROOT, args.pages) if claims_of(page.path)]
    others = {page.name for page in pages.select(ROOT, "")} - set(chosen)
    rows = [row for row in recorded_rows(HEAD) if row[0] in others]
    statements = [row for row in recorded_rows(STATEMENTS) if row[0] in others]
    threads = str(max(1, (os.cpu_count() or 1) // args.jobs))
    environment = os.environ | {"TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": threads}

    def run(seed):
        command = [sys.executable, "-m", "seminar_gan", "run-all", "--pages", " ".join(chosen)]
        subprocess.run([*command, "--params", f"SEED={seed}"], cwd=ROOT, env=environment)

    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(run, SEEDS))
    for name in chosen:
        runs = [ROOT / "build" / f"quick+SEED={seed}" / f"{name}.ipynb" for seed in SEEDS]
        rows += rows_of(name, [claims_of(run) for run in runs])
        statements.append(statements_row(runs))
    write(sorted(rows, key=lambda row: row[0]), sorted(statements))
    passed = {f"{len(SEEDS)} of {len(SEEDS)}", NONE}
    return 0 if {row[-1] for row in [*rows, *statements]} <= passed else 1


def claims_of(path):
    """[claim, source, wanted, measured, verdict] of each claim of an executed page, from its table of claims."""
    found = []
    for cell in pages.read_notebook(path)["cells"]:
        if cell["cell_type"] == "code" and "claims.rows()" in pages.source_of(cell):
            for output in cell["outputs"]:
                lines = "".join(output.get("data", {}).get("text/plain", [])).splitlines()
                found += [re.split(r"\s{2,}", line) for line in lines if line.endswith(("PASS", "FAIL"))]
    return found


def rows_of(name, runs):
    """The record's rows of one page, from the claims of its runs, one run for each seed."""
    rows = []
    for claims in zip(*runs, strict=True):
        numbers = sorted((float(measured.replace(",", "")), measured) for *_, measured, _ in claims)
        passed = sum(claim[-1] == "PASS" for claim in claims)
        least, median, most = (numbers[place][1] for place in (0, len(numbers) // 2, -1))
        rows.append([name, claims[0][0], claims[0][2], least, median, most, f"{passed} of {len(claims)}"])
    return rows


def statements_row(runs):
    """The record's row of one page: how many statements it makes, and which of them how many of its runs refute."""
    refuted = collections.Counter(sentence for run in runs for sentence in statements_of(run)[1])
    listed = "; ".join(f"{sentence} ({count} of {len(runs)})" for sentence, count in refuted.items())
    return [runs[0].stem, str(statements_of(runs[0])[0]), checksum(runs[0]), listed or NONE]


def checksum(path):
    """Eight digits that follow from the text of a page's cells of statements."""
    cells = [cell for cell in pages.read_notebook(path)["cells"] if "check" in pages.tags_of(cell)]
    return hashlib.sha256("\n".join(map(pages.source_of, cells)).encode()).hexdigest()[:8]


def recorded_rows(head):
    """The rows of one of the record's tables as it stands."""
    if not RECORD.is_file():
        return []
    lines = [line for line in RECORD.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d\d_", line)]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in rows if len(row) == len(head)]


def write(rows, statements):
    """Write the record whole."""
    import keras
    import tensorflow

    versions = f"Python {platform.python_version()}, TensorFlow {tensorflow.__version__}, Keras {keras.__version__}"
    lines = [
        "# The claims and statements of the pages over ten seeds",
        "",
        f"Written by `tools/claims_over_seeds.py` on {datetime.date.today()}: quick size, seeds 0 to 9, {versions}.",
        "",
        f"| {' | '.join(HEAD)} |",
        "|---|---|---|--:|--:|--:|--:|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        "What the text of a page says of its outputs (`sg.claims.holds`), each checked for every seed:",
        "",
        f"| {' | '.join(STATEMENTS)} |",
        "|---|--:|---|---|",
        *(f"| {' | '.join(row)} |" for row in statements),
    ]
    write_text(RECORD, "\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
