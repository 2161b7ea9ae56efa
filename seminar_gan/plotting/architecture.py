"""Drawings of networks."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, Polygon, Rectangle
from matplotlib.textpath import TextPath

from seminar_gan.plotting.layers import size_text, steps_of
from seminar_gan.plotting.show import LONGEST
from seminar_gan.plotting.style import COLOURS, same_everywhere

__all__ = ["architecture", "describe"]

POINTS_PER_CM = 72 / 2.54
TEXT, LINE = 7.5, 9  # points: the size of the text, and from line to line
GLYPH, BOX = 52, (30, 7)  # points: the widest glyph, and one without a form of its own
EDGE, MARGIN, LANE = 0.6, 3, 6
FACES = {"vector": [COLOURS[5]], "map": ["#F2C572", "#F8DDAB", "#E0A94B"], "other": ["0.85"]}


@same_everywhere
def architecture(model, *, width_cm=8):
    """Draw a network from top to bottom, for a column of a paper.

    A vector is a bar, longer for more numbers (logarithmically); a feature map is a slab, as wide and deep as the map
    and thicker for more channels. On the left stands its size, on the right what was done. What belongs together is
    one step, as in papers: dense, batch norm, ReLU. A model inside the model is drawn step by step, and a layer that
    has no word of its own has its class name in a frame.

    Args:
        model: keras.Model, Functional or Sequential, with known shapes; or {title: model}, drawn one below the other to
            the same scale, such as a generator and a discriminator.
        width_cm: width in centimetres that the drawing is made for, 6 to 50. Text is 7.5 points.

    Returns:
        matplotlib.figure.Figure, with the text of `describe` for `export.save_figure`.

    Raises:
        TypeError: if it is not a Keras model.
        ValueError: if the shapes inside the model are not known, if there is no model, or if width_cm is out of range.

    Example:
        >>> model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(32, activation="relu")])
        >>> figure = architecture(model)
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['784', '32', 'dense, ReLU']
    """
    if not 6 <= width_cm <= 50:
        raise ValueError(f"width_cm must be between 6 and 50 centimetres; got {width_cm}")
    parts = _parts(model, "architecture")
    drawing = _Drawing([step for steps in parts.values() for step in steps], width_cm * POINTS_PER_CM)
    for title, steps in parts.items():
        drawing.add(title, steps)
    figure = drawing.finish()
    figure.sg_alt = describe(model)
    return figure


def describe(model):
    """Say what `architecture` draws, for those who do not see it.

    Args:
        model: as in `architecture`.

    Returns:
        str, at most 300 characters: of a long network the first and the last steps.

    Raises:
        TypeError, ValueError: as `architecture`.

    Example:
        >>> describe(keras.Sequential([keras.Input((784,)), keras.layers.Dense(32), keras.layers.Dense(784)]))
        'Drawing of a network: input 784, dense 32, dense 784.'
    """
    parts = _parts(model, "describe")
    texts = {title: [_step_text(step) for step in steps] for title, steps in parts.items()}
    longest = max(map(len, texts.values()))
    for shown in range(longest, 1, -1):
        pieces = [(f"{title}: " if title else "") + ", ".join(_ends(steps, shown)) for title, steps in texts.items()]
        text = f"Drawing of {'a network' if len(parts) == 1 else f'{len(parts)} networks'}: {'; '.join(pieces)}."
        if len(text) <= LONGEST:
            return text
    return f"{text[: LONGEST - 1]}…"


def _parts(model, function):
    if not isinstance(model, dict):
        return {"": steps_of(model, function)}
    if not model:
        raise ValueError(f"{function} got no model")
    return {str(title): steps_of(each, function) for title, each in model.items()}


def _step_text(step):
    main = step.words[0].split(", ")[0] if step.words else (step.name or "input").replace("_", " ")
    if main in ("flatten", "rescale") and len(step.words) > 1:
        main = step.words[1].split(", ")[0]
    size = size_text(step.shape)
    return f"{main} to {size}" if step.words and len(step.shape) > 1 else f"{main} {size}"


def _ends(texts, count):
    if len(texts) <= count:
        return texts
    first = (count + 1) // 2
    left_out = len(texts) - count
    return [*texts[:first], f"{left_out} more step{'s' * (left_out > 1)}", *texts[left_out + first :]]


class _Drawing:
    """Rows of size, glyph and words, in points from the upper left corner."""

    def __init__(self, steps, width):
        self.width, self.y = width, MARGIN
        self.largest_side = max([side or 1 for step in steps if len(step.shape) == 3 for side in step.shape[:2]] + [1])
        self.largest_vector = max([step.shape[0] or 1 for step in steps if len(step.shape) == 1] + [2])
        self.lanes = _lanes(steps)
        self.sizes = MARGIN + max(_text_width(size_text(step.shape)) for step in steps)  # where they end
        left = self.sizes + 5 + LANE * (1 + max(self.lanes.values(), default=-1))
        self.centre = left + GLYPH / 2
        self.words = left + GLYPH + 6
        self.figure, self.axes = plt.subplots(figsize=(width / 72, 1), dpi=150, layout="constrained")
        self.figure.get_layout_engine().set(w_pad=0, h_pad=0, wspace=0, hspace=0)
        self.boxes = {}  # step: (left, top, right, bottom) of its glyph

    def add(self, title, steps):
        if title:
            self.y += 4 if self.boxes else 0
            self.axes.text(MARGIN, self.y + LINE / 2, title, fontsize=TEXT, weight="bold", va="center")
            self.y += LINE + 3
        last = None
        for step in steps:
            self._row(step, last)
            last = step
        self.y += 3

    def _row(self, step, last):
        lines = _wrapped(step.words, self.width - self.words - MARGIN)
        gap = max(12, LINE * len(lines) + 2) if step.words else 5 * (last is not None)
        middle = self.y + gap / 2
        slot = max(LINE, _glyph_size(self, step)[1] + 2)
        box = self._glyph(step, self.y + gap + slot / 2)
        if step.words:
            start = self.boxes[last][3] if last in step.sources else middle
            self._arrow(start, box[1])
        for source in step.sources:
            if source is not last:
                self._lane(source, step, middle)
        self.axes.text(self.sizes, self.y + gap + slot / 2, size_text(step.shape), ha="right", **_text())
        if lines:
            frame = {"boxstyle": "round,pad=0.15", "facecolor": "none", "edgecolor": "0.5", "linewidth": EDGE}
            boxed = frame if step.kind == "unknown" else None
            self.axes.text(self.words, middle, "\n".join(lines), bbox=boxed, linespacing=1.15, **_text())
        if step.name and (not step.words or step.is_output or step.name == "code"):
            name = step.name.replace("_", " ")
            self.axes.text(self.words, self.y + gap + slot / 2, name, style="italic", color=COLOURS[0], **_text())
        self.y += gap + slot

    def _glyph(self, step, middle):
        width, height = _glyph_size(self, step)
        left, top = self.centre - width / 2, middle - height / 2
        if len(step.shape) == 3:
            self._slab(step, left, top, width, height)
        else:
            faces = FACES["vector" if len(step.shape) < 2 else "other"]
            self._patch(Rectangle((left, top), width, height), faces[0])
        self.boxes[step] = (left, top, left + width, top + height)
        return self.boxes[step]

    def _slab(self, step, left, top, width, height):
        """A map that lies flat: its front, its upper face going back to the right, and its right side."""
        across, back, thick = _slab_size(self, step)
        dx, dy = back
        right, low = left + across, top + height
        front, upper, side = FACES["map"]
        self._patch(Rectangle((left, low - thick), across, thick), front)
        self._patch(Polygon([(left, top + dy), (right, top + dy), (right + dx, top), (left + dx, top)]), upper)
        self._patch(Polygon([(right, top + dy), (right + dx, top), (right + dx, top + thick), (right, low)]), side)

    def _patch(self, patch, colour):
        patch.set(facecolor=colour, edgecolor="0.25", linewidth=EDGE, joinstyle="round")
        self.axes.add_patch(patch)

    def _arrow(self, start, end):
        ends = (self.centre, start + 0.5), (self.centre, end - 0.5)
        style = {"arrowstyle": "-|>", "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0, "color": "0.25"}
        self.axes.add_patch(FancyArrowPatch(*ends, linewidth=0.8, **style))

    def _lane(self, source, step, middle):
        """A line on the left, from a glyph to the arrow that enters another, further down."""
        left, top, _, bottom = self.boxes[source]
        x = self.sizes + 5 + LANE * self.lanes[source, step]
        y = (top + bottom) / 2
        self.axes.plot([left, x, x, self.centre], [y, y, middle, middle], color="0.25", linewidth=0.8, zorder=0.5)

    def finish(self):
        height = self.y + MARGIN
        self.axes.set(xlim=(0, self.width), ylim=(height, 0))
        self.axes.axis("off")
        self.figure.set_figheight(height / 72)
        for _ in range(4):  # constrained layout comes to rest over several draws, and each would move the texts
            self.figure.draw_without_rendering()
        return self.figure


def _text():
    return {"fontsize": TEXT, "va": "center"}


def _text_width(text):
    return np.ptp(TextPath((0, 0), text, size=TEXT).vertices[:, 0])


def _wrapped(words, width):
    """Return the words as lines of at most this width, broken behind commas where they can be."""
    pieces, lines = ", ".join(words).split(", ") if words else [], []
    for number, piece in enumerate(pieces):
        piece += "," if number < len(pieces) - 1 else ""
        if lines and _text_width(f"{lines[-1]} {piece}") <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def _glyph_size(drawing, step):
    """Return (width, height) in points."""
    if len(step.shape) == 3:
        across, (dx, dy), thick = _slab_size(drawing, step)
        return across + dx, dy + thick
    if len(step.shape) > 1:
        return BOX
    size = step.shape[0] or 1 if step.shape else 1
    return 4 + (GLYPH - 4) * math.log(size) / math.log(drawing.largest_vector), 4


def _slab_size(drawing, step):
    """Return the width, how far it goes back to the right and up, and the thickness. Small maps are drawn larger."""
    height, width, channels = (size or 1 for size in step.shape)
    scale = GLYPH / 1.4
    across = scale * (width / drawing.largest_side) ** 0.75
    deep = scale * (height / drawing.largest_side) ** 0.75
    return across, (0.4 * deep, 0.2 * deep), 1.2 + math.log2(channels)


def _lanes(steps):
    """Return {(source, step): number of the lane} for what does not come from the row above."""
    rows = {step: row for row, step in enumerate(steps)}
    links = [(s, step) for step in steps for s in step.sources if rows[s] != rows[step] - 1]
    lanes = {}
    for source, step in sorted(links, key=lambda link: rows[link[1]] - rows[link[0]]):
        taken = {lane for (other, end), lane in lanes.items() if rows[other] < rows[step] and rows[source] < rows[end]}
        lanes[source, step] = next(lane for lane in range(len(links)) if lane not in taken)
    most = max(lanes.values(), default=0)
    return {link: most - lane for link, lane in lanes.items()}  # the longest is the leftmost
