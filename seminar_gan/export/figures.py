"""Figures with their origin, sized for a column."""

import hashlib
import io
import json
import math
import os
import re
import unicodedata
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.transforms import Bbox

from seminar_gan import files, runs
from seminar_gan.plotting.show import alternative_text
from seminar_gan.plotting.style import settings_of

__all__ = ["COLUMN_CM", "save_figure"]

COLUMN_CM = 8.4  # fits the columns of IEEE (8.9), APS (8.6), ACM (8.5) and Springer (8.4)
OTHER_FOLDER = "give save_figure a folder that you may write to, such as folder='~/figures'"
_CM_PER_INCH = 2.54
_MARGIN = 0.03  # inches around a cropped figure
_DPI = 300  # of the PNG; what a figure shows is measured at it too: hinted text is narrower at 100 dpi
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}


def save_figure(figure, name, run=None, *, folder="figures", width_cm=COLUMN_CM, alt=None):
    """Write a figure as PDF, as PNG (300 dpi) and as JSON that says where it came from.

    The files are `<folder>/<name>.pdf`, `.png` and `.json`. Text keeps its size in points and the height follows the
    width, so that readable text stays readable. A figure without a layout engine is cropped to what it shows, as in
    a notebook. The figure itself does not change. A page that runs again writes the same PDF, byte for byte. Where the
    folder cannot be written to, there is a warning, and the page goes on without the files.

    Args:
        figure: matplotlib.figure.Figure.
        name: 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit, so that a name means the same file on
            every system.
        run: seminar_gan.runs.Run, from `runs.describe`. Without it, the JSON has null as the page.
        folder: where the files go; it is made if it does not exist. ~ is your own folder.
        width_cm: width of the figure, 2 to 50 centimetres.
        alt: str, what the figure shows, for those who do not see it; by default the text given to `plotting.show`.

    Returns:
        str, the path of the PDF with forward slashes, as LaTeX's includegraphics needs it; also where a warning says
            that it was not written.

    Raises:
        FileExistsError: if files of this name exist and belong to another page, or to an unknown page.
        TypeError: if figure, name or run has the wrong type.
        ValueError: if the name is not safe, if width_cm is out of range, or if the text leaves no room for the axes.

    Example:
        >>> figure, axes = plt.subplots(layout="constrained")
        >>> _ = axes.plot([3, 2, 1])
        >>> path = save_figure(figure, "loss", folder=folder)
        >>> sorted(path.name for path in folder.iterdir())
        ['loss.json', 'loss.pdf', 'loss.png']
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"save_figure takes a Matplotlib Figure, not {type(figure).__name__}; try axes.figure")
    if not isinstance(run, runs.Run | None):
        raise TypeError(f"run must be what runs.describe returns, not {type(run).__name__}")
    if not 2 <= width_cm <= 50:
        raise ValueError(f"width_cm must be between 2 and 50 centimetres; got {width_cm}")
    _check_name(name)
    run = run or runs.describe()
    folder = Path(folder).expanduser()
    path = folder / f"{name}.pdf"
    contents = _render(figure, name, width_cm)
    record = {
        "figure": name,
        **run.record(),
        "alt": getattr(figure, "sg_alt", None) if alt is None else alternative_text(alt),
        "width_cm": width_cm,
        "sha256": {file: hashlib.sha256(payload).hexdigest() for file, payload in contents.items()},
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    refusal = None
    with files.optional(path, OTHER_FOLDER):
        refusal = _refusal(folder, name, run.page)
        if not refusal:
            _write(folder, {**contents, f"{name}.json": text.encode()})
    if refusal:
        raise FileExistsError(refusal)
    return path.as_posix()


def _write(folder, contents):
    # All files are written before the first is renamed. The last one to enter is renamed first: the JSON, so that the
    # files have an owner, who may write them again, wherever this stops.
    with ExitStack() as parts:
        for file, payload in contents.items():
            parts.enter_context(files.whole(folder / file)).write_bytes(payload)


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError(f"the name of a figure must be a string, not {type(name).__name__}")
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) and name not in _RESERVED:
        return
    if name in _RESERVED:
        reason, suggestion = "Windows reserves it", f"{name}_figure"
    else:
        reason = "use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit, without folder or ending"
        ascii_text = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
        suggestion = re.sub(r"[^a-z0-9-]+", "_", re.sub(r"\.(pdf|png|json)$", "", ascii_text)).strip("_-")[:64]
    hint = f", for instance {suggestion!r}" if suggestion and suggestion not in _RESERVED else ""
    raise ValueError(f"{name[:80]!r} is not a safe name for a figure: {reason}{hint}")


def _refusal(folder, name, page):
    """Return why the files of this name may not be replaced, None if they may: if there are none, or of this page."""
    record = folder / f"{name}.json"
    existing = [path for path in (record, folder / f"{name}.pdf", folder / f"{name}.png") if os.path.lexists(path)]
    if not existing:
        return None
    try:
        content = json.loads(record.read_bytes())
        if content["figure"] != name:
            raise ValueError
        owner = content["page"]
    except FileNotFoundError:
        reason = f"no {record.name} beside it says which page it comes from"
    except PermissionError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        reason = f"{record.name} is damaged or was not written by save_figure, so nothing says which page it comes from"
    else:
        if owner == page:
            return None
        reason = f"it belongs to {_page_text(owner)}, and this is {_page_text(page)}"
    names = ", ".join(path.name for path in existing)
    return (
        f"{existing[-1].as_posix()} is not replaced: {reason}. "
        f"Choose another name or folder, or move the existing files away ({names})."
    )


def _page_text(page):
    return "work outside any page (no run was given)" if page is None else f"page {page!r}"


def _render(figure, name, width_cm):
    fonts = {"pdf.fonttype": 42, "pdf.use14corefonts": False, "savefig.bbox": None}  # TrueType, embedded; whole page
    pdf, png = io.BytesIO(), io.BytesIO()
    with _restored(figure), settings_of(figure), matplotlib.rc_context(fonts):
        FigureCanvasAgg(figure)  # that of svg or pdf measures text in another way
        figure.set_dpi(_DPI)
        box = _fit(figure, width_cm / _CM_PER_INCH)
        figure.savefig(pdf, format="pdf", bbox_inches=box, metadata={"CreationDate": None})
        figure.savefig(png, format="png", bbox_inches=box, dpi=_DPI)
    return {f"{name}.pdf": pdf.getvalue(), f"{name}.png": png.getvalue()}


@contextmanager
def _restored(figure):
    """Restore canvas, size and resolution of a figure afterwards, and its axes, which a layout engine moves."""
    canvas, size, dpi, axes = figure.canvas, figure.get_size_inches(), figure.dpi, figure.axes
    positions = [(ax, ax.get_position(True).frozen(), ax.get_position().frozen(), ax.get_in_layout()) for ax in axes]
    margins = vars(figure.subplotpars).copy()
    try:
        yield
    finally:
        figure.set_dpi(dpi)
        figure.set_canvas(canvas)
        figure.set_size_inches(size, forward=False)
        figure.subplotpars.update(**margins)
        for ax, original, active, in_layout in positions:
            ax.set_position(original, which="original")
            ax.set_position(active, which="active")
            ax.set_in_layout(in_layout)


def _fit(figure, width):
    """Resize a figure until everything it shows is `width` inches wide; return the box to save."""
    size = figure.get_size_inches()
    cropped = isinstance(figure.get_layout_engine(), PlaceHolderLayoutEngine | None)
    scale = width / size[0]
    for _ in range(20):
        figure.set_size_inches(size * scale, forward=False)
        figure.draw_without_rendering()  # a layout engine makes room for the labels now
        box = figure.get_tightbbox()
        box = box.padded(_MARGIN) if cropped else Bbox.union([box, figure.bbox_inches])
        if math.isclose(box.width, width, rel_tol=1e-3):
            return Bbox.from_bounds(box.x0, box.y0, width, box.height)
        scale *= width / box.width
    raise ValueError(
        f"the text of the figure leaves no room for its axes in {width * _CM_PER_INCH:.3g} cm: "
        "create the figure with layout='constrained', shorten the text, or give a larger width_cm"
    )
