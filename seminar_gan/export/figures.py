"""Figures with their origin, sized for a column."""

import io
import math
import warnings
from contextlib import contextmanager

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.transforms import Bbox

from seminar_gan.export import origin
from seminar_gan.plotting.legibility import is_strict, text_problems
from seminar_gan.plotting.show import alternative_text
from seminar_gan.plotting.style import settings_of

__all__ = ["COLUMN_CM", "save_figure"]

COLUMN_CM = 8.4  # fits the columns of IEEE (8.9), APS (8.6), ACM (8.5) and Springer (8.4)
_CM_PER_INCH = 2.54
_MARGIN = 0.03  # inches around a cropped figure
_DPI = 300  # of the PNG; what a figure shows is measured at it too: hinted text is narrower at 100 dpi
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}


def save_figure(figure, name, run=None, *, folder="figures", width_cm=COLUMN_CM, alt=None, caption=None):
    """Write a figure as PDF, as PNG (300 dpi) and as JSON that says what it shows and where it came from.

    The files are `<folder>/<name>.pdf`, `.png` and `.json`. Text keeps its size in points and the height follows the
    width, so that readable text stays readable; where a text lies on another at this width, or reaches out of the
    figure, there is a warning that names them. A figure without a layout engine is cropped to what it shows, as in
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
        caption: str, what stands below the figure in the paper, or None.

    Returns:
        str, the path of the PDF with forward slashes, as LaTeX's includegraphics needs it; also where a warning says
            that it was not written.

    Raises:
        FileExistsError: if files of this name exist and belong to another page, or to an unknown page.
        TypeError: if figure, name, run or caption has the wrong type.
        ValueError: if the name is not safe, if width_cm is out of range, if the caption is empty, or if the text leaves
            no room for the axes. Where pages are built and tested (SEMINAR_GAN_STRICT=1) also for what is a warning
            elsewhere, and if no text says what the figure shows.

    Example:
        >>> figure, axes = plt.subplots(layout="constrained")
        >>> _ = axes.plot([3, 2, 1])
        >>> path = save_figure(figure, "loss", folder=folder, caption="The loss of three epochs.")
        >>> sorted(path.name for path in folder.iterdir())
        ['loss.json', 'loss.pdf', 'loss.png']
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"save_figure takes a Matplotlib Figure, not {type(figure).__name__}; try axes.figure")
    if not 2 <= width_cm <= 50:
        raise ValueError(f"width_cm must be between 2 and 50 centimetres; got {width_cm}")
    files = origin.Files("figure", name, run, folder, ("pdf", "png"))
    alt = getattr(figure, "sg_alt", None) if alt is None else alternative_text(alt)
    caption = origin.caption_text(caption)
    contents, height, problems = _render(figure, width_cm)
    _report(name, width_cm, problems, alt)
    size = {"width_cm": width_cm, "height_cm": round(height * _CM_PER_INCH, 2)}
    return files.save(contents, {"caption": caption, "alt": alt, **size}).as_posix()


def _report(name, width_cm, problems, alt):
    if is_strict() and alt is None:
        raise ValueError(f"nothing says what the figure {name!r} shows: give save_figure an alt, or show it first")
    if not problems:
        return
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    sentence = (
        f"figure {name!r}, {width_cm:g} cm wide: {problems[0]}{more}; shorten or move a text, draw the figure with "
        "layout='constrained', or give a larger width_cm"
    )
    if is_strict():
        raise ValueError(sentence)
    warnings.warn(sentence, stacklevel=3)


def _render(figure, width_cm):
    """Return {ending: bytes}, the height in inches, and what keeps the texts from being read at this width."""
    fonts = {"pdf.fonttype": 42, "pdf.use14corefonts": False, "savefig.bbox": None}  # TrueType, embedded; whole page
    pdf, png = io.BytesIO(), io.BytesIO()
    with _restored(figure), settings_of(figure), matplotlib.rc_context(fonts):
        FigureCanvasAgg(figure)  # that of svg or pdf measures text in another way
        figure.set_dpi(_DPI)
        box = _fit(figure, width_cm / _CM_PER_INCH)
        problems = text_problems(figure, box)
        figure.savefig(pdf, format="pdf", bbox_inches=box, metadata={"CreationDate": None})
        figure.savefig(png, format="png", bbox_inches=box, dpi=_DPI)
    return {"pdf": pdf.getvalue(), "png": png.getvalue()}, box.height, problems


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
