"""Figures in a notebook, with a text for those who do not see them."""

import base64
import io

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from seminar_gan.kernel import in_notebook
from seminar_gan.plotting.legibility import is_strict, text_problems
from seminar_gan.plotting.style import settings_of

__all__ = ["show"]

LONGEST = 300  # characters; screen readers read an alternative text in one go


def show(figure, alt):
    """Show a figure below the cell, whatever backend Matplotlib has, with a text for those who do not see it.

    The page keeps the text as the picture's `alt`, and `export.save_figure` writes it into its JSON. The figure itself
    does not change, and it can be shown again. Outside a notebook the figure gets a window, if the backend has any.

    Args:
        figure: matplotlib.figure.Figure.
        alt: str, 1 to 300 characters: what the picture shows, in a sentence or two.

    Raises:
        TypeError: if figure or alt has the wrong type.
        ValueError: if the text is empty or too long. Where pages are built and tested (SEMINAR_GAN_STRICT=1) also if
            two texts in the figure lie on each other.

    Example:
        >>> figure, axes = plt.subplots()
        >>> _ = axes.plot([3, 2, 1])
        >>> show(figure, "The loss falls from 3 to 1 in three epochs.")
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"show takes a Matplotlib Figure, not {type(figure).__name__}; try axes.figure")
    figure.sg_alt = alternative_text(alt)  # an attribute: it goes where the figure goes; the label is pyplot's
    if is_strict():
        with settings_of(figure):
            figure.draw_without_rendering()
            if problems := text_problems(figure, figure.get_tightbbox()):
                raise ValueError(f"{problems[0]}, in the figure of which alt says: {figure.sg_alt}")
    if not in_notebook():
        if figure.canvas.required_interactive_framework:
            plt.show()
        else:
            plt.close(figure)
        return
    from IPython.display import display

    png, colours = io.BytesIO(), {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
    with settings_of(figure):  # and the rest as Jupyter has it by default
        figure.canvas.print_figure(png, format="png", dpi="figure", bbox_inches="tight", **colours)
    data = {"image/png": base64.b64encode(png.getvalue()).decode("ascii"), "text/plain": figure.sg_alt}
    display(data, raw=True, metadata={"image/png": {"alt": figure.sg_alt}})
    plt.close(figure)  # or Jupyter would show it once more at the end of the cell


def alternative_text(alt):
    """Return the text on one line, or say what is wrong with it."""
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a sentence that says what the picture shows; got {type(alt).__name__}")
    text = " ".join(alt.split())
    if not text:
        raise ValueError("alt is empty: say in a sentence what the picture shows")
    if len(text) > LONGEST:
        raise ValueError(f"alt has {len(text)} characters; say in {LONGEST} at most what the picture shows")
    return text
