"""Figures with their origin, sized for a column."""

import hashlib
import io
import json
import math
import os
import re
import unicodedata
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.transforms import Bbox

from seminar_gan import runs

COLUMN_CM = 8.4  # fits the columns of IEEE (8.9), APS (8.6), ACM (8.5) and Springer (8.4)
_CM_PER_INCH = 2.54
_MARGIN = 0.03  # inches around a cropped figure
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}


def save_figure(figure, name, run=None, *, folder="figures", width_cm=COLUMN_CM):
    """Write a figure to <folder>/<name>.pdf, .png (300 dpi) and .json (where it came from); return the PDF's path.

    The text keeps its size in points and the height follows the width, so that what is readable stays readable. A
    figure without a layout engine is cropped to what it shows, as in a notebook. The caller's figure is left as it
    was. A page run again gives the same PDF, byte for byte.

    figure: a Matplotlib Figure. name: 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit; one name is thus
    one file on every system. run: from `runs.describe`; without it, the JSON says page null. width_cm: 2 to 50.
    Returns the path with forward slashes, as LaTeX's includegraphics wants it.
    Raises FileExistsError if the name belongs to another page or to nobody known, TypeError and ValueError for
    arguments other than these.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"save_figure takes a Matplotlib Figure, not {type(figure).__name__}; try axes.figure")
    if not isinstance(run, runs.Run | None):
        raise TypeError(f"run is what runs.describe returns, not {type(run).__name__}")
    if not 2 <= width_cm <= 50:
        raise ValueError(f"width_cm must be between 2 and 50 centimetres; got {width_cm}")
    _check_name(name)
    run = run or runs.describe()
    folder = Path(folder)
    _check_owner(folder, name, run.page)

    contents = _render(figure, name, width_cm)
    record = {
        "figure": name,
        **run.record(),
        "width_cm": width_cm,
        "sha256": {file: hashlib.sha256(data).hexdigest() for file, data in contents.items()},
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # The JSON first: stopped anywhere, the files still have an owner, who may write them again.
    _replace_files(folder, {f"{name}.json": text.encode(), **contents})
    return f"{folder.as_posix()}/{name}.pdf"


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError(f"the name of a figure is a string, not {type(name).__name__}")
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) and name not in _RESERVED:
        return
    if name in _RESERVED:
        reason, wish = "Windows reserves it", f"{name}_figure"
    else:
        reason = "use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit, without folder or ending"
        ascii_text = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
        wish = re.sub(r"[^a-z0-9-]+", "_", re.sub(r"\.(pdf|png|json)$", "", ascii_text)).strip("_-")[:64]
    hint = f", for instance {wish!r}" if wish and wish not in _RESERVED else ""
    raise ValueError(f"{name[:80]!r} is no safe name for a figure: {reason}{hint}")


def _check_owner(folder, name, page):
    """Raise FileExistsError unless the files are not there yet, or were made by the same page."""
    record = folder / f"{name}.json"
    there = [path for path in (record, folder / f"{name}.pdf", folder / f"{name}.png") if os.path.lexists(path)]
    if not there:
        return
    try:
        found = json.loads(record.read_bytes())
        if found["figure"] != name:
            raise ValueError
        owner = found["page"]
    except FileNotFoundError:
        reason = f"there is no {record.name} beside it to say which page made it"
    except (OSError, ValueError, KeyError, TypeError):
        reason = f"{record.name} is damaged or was not written by save_figure, so nothing says which page made it"
    else:
        if owner == page:
            return
        reason = f"it belongs to {_page_text(owner)}, and this is {_page_text(page)}"
    files = ", ".join(path.name for path in there)
    raise FileExistsError(
        f"{there[-1].as_posix()} is not replaced: {reason}. "
        f"Choose another name or folder, or move away what is there ({files})."
    )


def _page_text(page):
    return "work outside any page (no run was given)" if page is None else f"page {page!r}"


def _render(figure, name, width_cm):
    fonts = {"pdf.fonttype": 42, "pdf.use14corefonts": False, "savefig.bbox": None}  # TrueType, embedded; whole page
    pdf, png = io.BytesIO(), io.BytesIO()
    with _restored(figure), matplotlib.rc_context(fonts):
        box = _fit(figure, width_cm / _CM_PER_INCH)
        figure.savefig(pdf, format="pdf", bbox_inches=box, metadata={"CreationDate": None})
        figure.savefig(png, format="png", bbox_inches=box, dpi=300)
    return {f"{name}.pdf": pdf.getvalue(), f"{name}.png": png.getvalue()}


@contextmanager
def _restored(figure):
    """Give a figure its size back afterwards, and its axes the places from which a layout engine moved them."""
    size, axes = figure.get_size_inches(), figure.axes
    places = [(ax, ax.get_position(True).frozen(), ax.get_position().frozen(), ax.get_in_layout()) for ax in axes]
    margins = vars(figure.subplotpars).copy()
    try:
        yield
    finally:
        figure.set_size_inches(size, forward=False)
        figure.subplotpars.update(**margins)
        for ax, original, active, in_layout in places:
            ax.set_position(original, which="original")
            ax.set_position(active, which="active")
            ax.set_in_layout(in_layout)


def _fit(figure, width):
    """Resize a figure until all that it shows is as wide as `width`, in inches; return the box to save."""
    size = figure.get_size_inches()
    by_hand = isinstance(figure.get_layout_engine(), PlaceHolderLayoutEngine | None)
    scale = width / size[0]
    for _ in range(20):
        figure.set_size_inches(size * scale, forward=False)
        figure.draw_without_rendering()  # lets the layout engine make room for labels, if there is one
        box = figure.get_tightbbox()
        box = box.padded(_MARGIN) if by_hand else Bbox.union([box, figure.bbox_inches])
        if math.isclose(box.width, width, rel_tol=1e-3):
            return Bbox.from_bounds(box.x0, box.y0, width, box.height)
        scale *= width / box.width
    raise ValueError(
        f"the text of the figure leaves no room for its axes in {width * _CM_PER_INCH:.3g} cm: "
        "make the figure with layout='constrained', shorten the text, or give a larger width_cm"
    )


def _replace_files(folder, contents):
    """Write all files under temporary names, then rename each: a reader never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = {name: folder / f".{name}.{os.getpid()}.tmp" for name in contents}
    try:
        for name, data in contents.items():
            temporary[name].write_bytes(data)
        for name in contents:
            os.replace(temporary[name], folder / name)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
