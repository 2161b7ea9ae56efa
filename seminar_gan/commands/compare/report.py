"""What a comparison says: a table of all runs, and for each metric what they come to, a figure, and sentences."""

import csv
import io

import matplotlib

from seminar_gan import comparisons, files, plotting, runs
from seminar_gan.commands.compare import COLUMNS
from seminar_gan.export.figures import save_figure
from seminar_gan.export.saved_tables import save_table
from seminar_gan.export.tables import table

MOST_ROWS = 40  # of a figure


def write(comparison, frame, wanted, folder):
    """Write all of it into `folder`, and print tables and sentences."""
    matplotlib.use("agg")
    several = [name for name in comparison.settings if frame[name].astype(str).nunique() > 1] or comparison.settings[:1]
    if not several:  # seeds alone
        frame, several = frame.assign(page=comparison.subject), ["page"]
    metrics = wanted or [name for name in frame if name not in (*COLUMNS, *comparison.settings, *several)]
    files.write_text(folder / "runs.csv", _csv(frame))
    origin = runs.describe(comparison.subject, seed=sorted(set(frame["seed"].tolist())))
    sentences = []
    for metric in metrics:
        if metric not in frame or not frame[metric].notna().any():
            print(f"\n{metric}: no run gave a number.")
            continue
        summed = _summary(frame, metric, several)
        print(f"\n{summed}")
        save_table(summed, f"table_{_safe(metric)}", origin, folder=folder, decimal=".")
        _figure(frame, metric, several, origin, folder)
        said = comparisons.in_words(frame, metric, several)
        sentences += said
        print("\n".join(["", *said]) if said else "", end="\n" if said else "")
    if sentences:
        files.write_text(folder / "sentences.txt", "\n".join(sentences) + "\n")
    for row in frame[frame["status"] != "ok"].to_dict("records"):
        name = " ".join(f"{name}={row[name]}" for name in (*comparison.settings, "seed"))
        print(f"\n{name}  failed:\n{row['error']}")
    failed = int((frame["status"] != "ok").sum())
    print(f"\n{len(frame) - failed} of {len(frame)} runs succeeded. Tables and figures are in {folder}", flush=True)


def _summary(frame, metric, settings):
    summed = comparisons.summary(frame, metric, settings)
    rows = [[None if value != value else value for value in row.values()] for row in summed.to_dict("records")]
    rows = [[*map(str, row[: len(settings)]), *row[len(settings) :]] for row in rows]
    return table(
        [*settings, "n", "median", "least", "most", "mean", "standard deviation"],
        rows,
        align="l" * len(settings) + "r" * 6,
        caption=f"{metric} over seeds; n is the number of runs that gave a number.",
    )


def _figure(frame, metric, settings, origin, folder):
    groups = {
        " ".join(map(str, combination)): part[metric].astype("float64").tolist()
        for combination, part in frame.groupby(settings, sort=False, dropna=False)
    }
    if len(groups) > MOST_ROWS:
        print(f"{metric}: no figure, as {len(groups)} settings would not be legible in it.")
        return
    figure = plotting.seeds(groups, metric.replace("_", " "))
    alt = f"{metric} for {len(groups)} settings of {', '.join(settings)}: a mark for each seed, a bar at their median."
    save_figure(figure, f"seeds_{_safe(metric)}", origin, folder=folder, alt=alt[:300])
    matplotlib.pyplot.close(figure)


def _csv(frame):
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    return text.getvalue()


def _safe(name):
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.lower())
    return kept[:50]
