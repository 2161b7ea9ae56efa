"""Whether the texts of a figure can be read: none on another, none outside."""

import os
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.legend import Legend
from matplotlib.path import Path
from matplotlib.text import Text

from seminar_gan.claims import STRICT

__all__ = ["text_problems"]

APART = 0.1  # of the size of the text: what is kept free before and behind it, so that two numbers are not read as one
LONGEST = 40  # characters of a text in a sentence


def text_problems(figure, box=None):
    """Return what keeps the texts of a figure from being read, at the size that the figure has now.

    What counts is what is drawn: tick labels that Matplotlib drops, and what is not visible, are left out. Text on
    lines, images and other data is fine; text on text is not.

    Args:
        figure: matplotlib.figure.Figure.
        box: matplotlib.transforms.Bbox in inches, what is saved of the figure; None for all of it.

    Returns:
        list of str, one sentence for each text outside the figure and each two texts on each other, or on a legend.

    Example:
        >>> figure, axes = plt.subplots()
        >>> _ = axes.text(0.5, 0.5, "one"), axes.text(0.52, 0.5, "two")
        >>> text_problems(figure)
        ["the texts 'one' and 'two' lie on each other"]
    """
    renderer = _Recorder(figure)
    figure.draw(renderer)
    texts = renderer.texts + _with_path_effects(figure, renderer)
    low, high = np.array((box or figure.bbox_inches).get_points()) * figure.dpi
    slack = figure.dpi / 72  # a point
    sentences = [
        f"the text {_short(text)} reaches out of the figure"
        for text in texts
        if (text.ink.min(0) < low - slack).any() or (text.ink.max(0) > high + slack).any()
    ]
    sentences += [
        f"the texts {_short(a)} and {_short(b)} lie on each other" for a, b in combinations(texts, 2) if _clash(a, b)
    ]
    for legend in figure.findobj(Legend):
        if legend.get_visible() and renderer.legends:
            area = _around("", legend, 0, renderer)
            sentences += [
                f"the legend lies on the text {_short(text)}"
                for text in texts
                if not text.in_legend and _clash(area, text)
            ]
    return list(dict.fromkeys(sentences))


def is_strict():
    """Whether pages are being built or tested, where a text that cannot be read is an error."""
    return os.environ.get(STRICT) == "1"


@dataclass(eq=False)
class _Drawn:
    """A line of text where it is drawn, in pixels.

    Args:
        text: what is drawn.
        ink: (4, 2), the corners of the rectangle around it.
        corners: (4, 2), the same with what is kept free before and behind it.
        owner: number of the Text that it is a line of.
        in_legend: whether it is a part of a legend.
    """

    text: str
    ink: np.ndarray
    corners: np.ndarray
    owner: int
    in_legend: bool


class _Recorder(RendererAgg):
    """A renderer that keeps where it draws text."""

    def __init__(self, figure):
        super().__init__(*(int(size) for size in figure.bbox.size), figure.dpi)
        self.texts, self.groups, self.number, self.legends = [], [], 0, 0

    def open_group(self, s, gid=None):
        self.groups.append(s)
        self.number += s == "text"  # Matplotlib opens a group for every Text, which may have several lines
        self.legends += s == "legend"

    def close_group(self, s):
        self.groups.pop()

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath)
        self._keep(gc, s, (x, self.height - y), (width, height, descent), prop, angle)
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)

    def draw_tex(self, gc, x, y, s, prop, angle, *, mtext=None):
        size = self.get_text_width_height_descent(s, prop, "TeX")
        self._keep(gc, s, (x, self.height - y), size, prop, angle)
        super().draw_tex(gc, x, y, s, prop, angle, mtext=mtext)

    def _keep(self, gc, text, start, size, prop, angle):
        apart = APART * prop.get_size_in_points() * self.dpi / 72
        ink, corners = (_rectangle(start, size, angle, more) for more in (0, apart))
        clip = gc.get_clip_rectangle()
        if clip is not None and ((ink.max(0) < clip.min).any() or (ink.min(0) > clip.max).any()):
            return  # nothing of it is seen
        self.texts.append(_Drawn(text, ink, corners, self.number, "legend" in self.groups))


def _rectangle(start, size, angle, more):
    """Return the corners (4, 2) of a text that starts at this point of its baseline, `more` longer at both ends."""
    width, height, descent = size
    low = np.array([-more, width + more]) - 1j * descent
    corners = complex(*start) + np.concatenate([low, low[::-1] + 1j * height]) * np.exp(1j * np.deg2rad(angle))
    return np.stack([corners.real, corners.imag], axis=1)


def _around(text, artist, owner, renderer):
    """The same for what is not drawn as text: the upright rectangle around an artist."""
    corners = artist.get_window_extent(renderer).corners()[[0, 2, 3, 1]]
    return _Drawn(text, corners, corners, owner, False)


def _with_path_effects(figure, renderer):
    """Texts with an outline, which Matplotlib draws as paths."""
    texts = [text for text in figure.findobj(Text) if text.get_path_effects() and text.get_visible()]
    texts = [text for text in texts if text.get_text().strip()]
    return [_around(text.get_text(), text, -number, renderer) for number, text in enumerate(texts, start=1)]


def _clash(a, b):
    if (
        a.owner == b.owner
        or (a.corners.max(0) <= b.corners.min(0)).any()
        or (b.corners.max(0) <= a.corners.min(0)).any()
    ):
        return False
    if a.text == b.text and np.abs(a.corners - b.corners).max() < 1:
        return False  # drawn twice at the same place, which nobody sees
    return Path(a.corners, closed=False).intersects_path(Path(b.corners, closed=False), filled=True)


def _short(drawn):
    text = " ".join(drawn.text.split())
    return repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
