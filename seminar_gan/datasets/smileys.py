"""Small drawn smileys with attributes: a data set in which every cause is known.

A smiley is a pure function of two vectors. A conditional network is given its *attributes*: how it smiles, how open its
eyes are. It is not given its *hand*, and has to take that from its noise: where the drawing lies, how large it is, how
strong the ink is, how the lines are bent.
"""

import numpy as np

from seminar_gan.datasets.arguments import check_whole
from seminar_gan.ranges import to_array

__all__ = ["ATTRIBUTES", "HAND", "draw_smileys", "sample_attributes", "sample_hands"]


def __dir__():
    return __all__


ATTRIBUTES = {
    "smile": ("corners of the mouth down", "corners up; 0 is a straight mouth"),
    "eyes": ("eyes closed to a line", "eyes wide open"),
    "eye_distance": ("eyes close together", "eyes far apart"),
    "face_width": ("narrow face", "wide face; the height stays"),
    "outline": ("thin outline", "thick outline; mouth and eyes stay"),
    "tilt": ("head tilted to the left of the image", "to the right; 0 is upright"),
}
"""{name: (what -1 means, what +1 means)}, in the order of the columns; values between them are gradual."""

HAND = {
    "right": ("face shifted by 1 pixel to the left", "to the right"),
    "down": ("shifted by 1 pixel up", "down"),
    "size": ("5 % smaller", "5 % larger"),
    "ink": ("65 % of full ink", "full ink"),
    "wobble": ("upper half bent by 0.5 pixels to the left, lower half to the right", "the other way round"),
}
"""{name: (what -1 means, what +1 means)} for what varies from drawing to drawing but is not an attribute."""

SIDE = 28  # pixels
BLOCK = 256  # drawings made at once, so that the working arrays stay in the processor's cache


def sample_attributes(count, seed):
    """Draw attribute vectors: every attribute uniform in [-1, 1], independent of the others.

    Args:
        count: how many, at least 0.
        seed: whole number, at least 0. The same seed gives the same vectors; a larger count only adds to them.

    Returns:
        float32 (count, 6), columns as in `ATTRIBUTES`.

    Raises:
        ValueError: for other arguments.

    Example:
        >>> sample_attributes(1_000, seed=0).shape
        (1000, 6)
        >>> bool(abs(sample_attributes(1_000, seed=0).mean()) < 0.05)
        True
    """
    check_whole(count=count, seed=seed)
    return np.random.default_rng([seed, 0]).uniform(-1, 1, (count, len(ATTRIBUTES))).astype("float32")


def sample_hands(count, seed):
    """Draw hands: every number uniform in [-1, 1], independent of the others and of the attributes of the same seed.

    Args:
        count: how many, at least 0.
        seed: whole number, at least 0. The same seed gives the same vectors; a larger count only adds to them.

    Returns:
        float32 (count, 5), columns as in `HAND`.

    Raises:
        ValueError: for other arguments.

    Example:
        >>> sample_hands(1_000, seed=0).shape
        (1000, 5)
    """
    check_whole(count=count, seed=seed)
    return np.random.default_rng([seed, 1]).uniform(-1, 1, (count, len(HAND))).astype("float32")


def draw_smileys(attributes, hands=None):
    """Draw smileys, light ink on a black (0) background like MNIST, with smooth (antialiased) edges.

    Args:
        attributes: float (n, 6) in [-1, 1], columns as in `ATTRIBUTES`.
        hands: float (n, 5) in [-1, 1], columns as in `HAND`; zeros if it is None.

    Returns:
        uint8 (n, 28, 28), 0 to 255. The same arguments give the same bytes, however many are drawn in one call.

    Raises:
        TypeError: for arrays that hold no numbers.
        ValueError: if a shape is wrong, or a value is not a number in [-1, 1].

    Example:
        >>> images = draw_smileys(np.zeros((2, 6)), hands=[[0, 0, 0, -1, 0], [0, 0, 0, 1, 0]])
        >>> images.shape, images.max(axis=(1, 2)).tolist()  # 65 % of 255, and full ink
        ((2, 28, 28), [166, 255])
    """
    attributes = _checked("attributes", attributes, ATTRIBUTES)
    hands = _checked("hands", np.zeros((len(attributes), len(HAND))) if hands is None else hands, HAND)
    if len(hands) != len(attributes):
        raise ValueError(
            f"draw_smileys takes a hand for each row of attributes; got {len(hands)} hands for {len(attributes)} rows"
        )
    images = np.empty((len(attributes), SIDE, SIDE), "uint8")
    for start in range(0, len(images), BLOCK):
        some = slice(start, start + BLOCK)
        images[some] = _draw(attributes[some], hands[some])
    return images


def _draw(attributes, hands):
    smile, eyes, eye_distance, face_width, outline, tilt = attributes.T[:, :, None, None]
    right, down, size, ink, wobble = hands.T[:, :, None, None]
    row, column = np.mgrid[:SIDE, :SIDE].astype("float32") - np.float32((SIDE - 1) / 2)

    # From the pixels to the face: undo wobble, shift, tilt and size. x runs to the right of the face, y down.
    x = column - right + 0.5 * wobble * np.sin(row / 3)
    y = row - down
    angle, scale = 0.45 * tilt, 1 + 0.05 * size  # radians, 26 degrees at most
    x, y = (x * np.cos(angle) + y * np.sin(angle)) / scale, (y * np.cos(angle) - x * np.sin(angle)) / scale

    # How far each pixel is outside the ink, in pixels of a face of size 0; negative inside.
    face = np.abs(_to_ellipse(x, y, 9.2 + 1.4 * face_width, 9.8)) - (1 + 0.6 * outline)
    eye = _to_ellipse(np.abs(x) - (3.2 + 1.2 * eye_distance), y + 3.5, 1.6 - 0.3 * eyes, 1.6 + 0.9 * eyes)
    mouth = _to_mouth(x, y - 3.5, 4.4, 1.6 * smile) - 0.75
    outside = np.minimum(np.minimum(face, eye), mouth)
    strength = 255 * (0.825 + 0.175 * ink)
    return np.rint(strength * np.clip(0.5 - outside, 0, 1)).astype("uint8")


def _to_ellipse(x, y, half_width, half_height):
    """Distance to an ellipse round 0, negative inside, exact to first order: f / |gradient of f|, f = r^2 - 1."""
    u, v = x / half_width, y / half_height
    slope = np.sqrt((u / half_width) ** 2 + (v / half_height) ** 2)
    return (u * u + v * v - 1) / (2 * slope + 1e-6)


def _to_mouth(x, y, half_width, bend, pieces=4):
    """Distance to the parabola y = bend (1 - 2 (x / half_width)^2), |x| <= half_width, as straight pieces a side."""
    x, nearest = np.abs(x), np.inf
    for piece in range(pieces):
        u0, u1 = piece / pieces, (piece + 1) / pieces
        x0, x1, y0, y1 = half_width * u0, half_width * u1, bend * (1 - 2 * u0**2), bend * (1 - 2 * u1**2)
        along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)))
    return nearest


def _checked(what, vectors, names):
    vectors, names = to_array(vectors, "draw_smileys", what), list(names)
    if vectors.dtype.kind not in "iuf" and vectors.dtype.name != "bfloat16":
        raise TypeError(f"{what} must be numbers in [-1, 1]; got dtype {vectors.dtype}")
    vectors = vectors.astype("float32")
    if vectors.ndim != 2 or vectors.shape[1] != len(names):
        raise ValueError(f"{what} must be (n, {len(names)}), with the columns {', '.join(names)}; got {vectors.shape}")
    wrong = np.argwhere(~((vectors >= -1) & (vectors <= 1)))  # true for NaN, too
    if len(wrong):
        row, column = wrong[0]
        value = vectors[row, column]
        raise ValueError(f"{what} must be in [-1, 1]; {names[column]!r} of row {row} is {value:g}")
    return vectors
