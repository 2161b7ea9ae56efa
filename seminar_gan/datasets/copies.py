"""Copies among images, exact and near, and a hold-out that keeps the copies of an image on one side.

How near is a copy? About as near as an image stays to itself when it is shrunk by a tenth and saved as a JPEG of
quality 60, which is much nearer for a smooth image than for one of hard edges. Images are compared as thumbnails of
16 x 16 pixels without their mean level, in the eight positions that mirroring and turning give: as they are, and once
more brought to one contrast, where less may differ. As images that share an
illumination differ little anyway, what differs must be small beside their edges, too. An image without edges is a copy
only of its equals. Colours are compared more coarsely than brightness, as JPEG keeps them; the grey version of a colour
image is another image. In a folder, a small transparent image is compared as others may have flattened it, too: on
black, on white, or with its transparency dropped.

Measured on 42 cells, 500 digits, 400 drawings, 300 smileys, 587 letters and signs and 108 pieces of photographs: only
arrows that are each other's mirror image are taken for copies; among 10,000 digits, 12 straight ones. Of copies that
were resaved (JPEG 60 to 95, WebP 80), mirrored, turned, resized by a tenth or made lighter by one level, nearly all are
found from 28 pixels up; of 16 pixels no resized ones, and of these and of pieces of plain sky few JPEGs of quality 75
and below. So are those that were made lighter, darker, or lower or higher in contrast, by a straight line, such as an
image of 16 bits scaled by its own range, as long as few pixels end at 0 or 255. What was cropped, shifted by a pixel,
turned by a few degrees, inverted, changed along a curve (gamma) or laid under noise is not found. Empty pictures that
differ only in faint noise under the same strong light count as copies.
"""

import hashlib
import io
import math
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from PIL import Image

from seminar_gan.datasets.arguments import check_whole
from seminar_gan.ranges import check_uint8

__all__ = ["find_copies", "hold_out"]


def __dir__():
    return __all__


SIDE = 16  # of a thumbnail
LONGEST = 128  # larger images are shrunk first: a thumbnail keeps nothing of their details
TINT = 4  # pixels of a thumbnail, side of a square with one tint: JPEG keeps colours at half the resolution
SPREAD = 64  # to which the levels of thumbnails are brought to compare them whatever their contrast
CLOSE = 0.1 * SPREAD  # at most, then: 0.995 as a correlation, or images of faint contrast would be like many others
TOLERANCE = 1.25, 0.5, 6.0  # times the change by shrinking and JPEG; at least and at most so many grey levels
NEAR = 0.03  # of the contrast, at least: what a JPEG's colours out of range do to an image in grey; 0.9995, correlated
PEAK = 1.5, 4.5  # the same for the largest difference: a small mark that one of two images has; at least
EDGES = 0.5  # how strong the edges of the difference may be, relative to those of the images
PROPORTIONS = 0.03  # beyond what rounding to whole pixels does to height : width
HASHED = 512  # pixels a side, of the largest images whose mirrored and turned equals are found without comparing
ROUNDING = 1e-9  # a third of 3 is 1, also where 1 / 3 is a little less
PAIRS = 2**22  # differences that are held at once


class Look(NamedTuple):
    """What an image is compared by.

    Args:
        pixels: a checksum of the size and all pixels, the same for mirrored and turned images.
        size: height, width.
        thumbnail: float32 (SIDE, SIDE, channels), 0 to 255, of mean 0.
        tolerance: how far a copy's thumbnail may be, root mean square in grey levels; 0 if only an equal is a copy.
        peak: how far at one place.
    """

    pixels: bytes
    size: tuple
    thumbnail: np.ndarray
    tolerance: float
    peak: float


def find_copies(images):
    """Find the exact and near copies among images: resaved, mirrored, turned by 90 degrees, lighter, darker, or of
    another contrast.

    Cropped, shifted and inverted images, and those under noise, are not found, nor such of which many pixels became
    black or white when they were made lighter or darker. 1,000 small images take about a second,
    10,000 under 20; beyond, the time grows with the square of the count. To find copies between two sets, give both:
    `find_copies(np.concatenate([train, test]))`.

    Args:
        images: uint8 (n, height, width) or (n, height, width, 1 or 3), 0 to 255.

    Returns:
        int64 (n,): for each image the index of the first image that it is a copy of, or its own.

    Raises:
        TypeError: if `images` is not a uint8 array.
        ValueError: for other shapes.

    Example:
        >>> image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype="uint8")
        >>> find_copies(np.stack([image, image.T, image[:, ::-1], 255 - image])).tolist()
        [0, 0, 0, 3]
    """
    images = check_uint8(images, "find_copies")
    if images.ndim not in (3, 4) or images.shape[3:] not in [(), (1,), (3,)] or 0 in images.shape[1:]:
        raise ValueError(
            f"find_copies takes images (n, height, width) or (n, height, width, 1 or 3); got shape {images.shape}"
        )
    if images.shape[3:] == (1,):
        images = images[..., 0]
    images = [Image.fromarray(image) for image in images]
    return group([look(image, image.mode) for image in images])


def hold_out(groups, share, *, seed):
    """Split images at random into those to train on and those held out, and never a copy from what it is a copy of.

    What counts are the different images: of k of them, `share * k`, rounded down, are held out with all their copies,
    namely those at `np.random.default_rng(seed).permutation(k)[:share * k]`.

    Args:
        groups: an ImageFolder, or integers (n,), the same number for copies, as `find_copies` gives them.
        share: which share of the different images to hold out, at least 0 and below 1, such as 1 / 3; or how many of
            them, a whole number from 0 to k - 1.
        seed: whole number, at least 0. The same seed gives the same split.

    Returns:
        train, held: int64 arrays of indices, ascending; together they are 0 to n - 1.

    Raises:
        TypeError, ValueError: for other arguments.

    Example:
        >>> train, held = hold_out([0, 0, 2, 3, 4, 4], 1 / 2, seed=0)
        >>> train.tolist(), held.tolist()
        ([2, 4, 5], [0, 1, 3])
    """
    groups = np.asarray(getattr(groups, "groups", groups))
    groups = groups if groups.size else groups.astype(int)
    if groups.ndim != 1 or groups.dtype.kind not in "iu":
        raise TypeError(
            "hold_out takes an ImageFolder or integers (n,), a number for each image, the same for copies; "
            f"got dtype {groups.dtype}, shape {groups.shape}. For images: hold_out(find_copies(images), ...)"
        )
    different = np.unique(groups)
    whole = isinstance(share, Integral)
    most = max(1, len(different)) if whole else 1
    if not isinstance(share, Real) or isinstance(share, bool) or not 0 <= share < most:
        raise ValueError(
            "share must be at least 0 and below 1, such as 1 / 3, or a whole number up to "
            f"{max(0, len(different) - 1):,}, so that of {len(different):,} different images some are left to train "
            f"on; got {share!r}"
        )
    check_whole(seed=seed)
    count = share if whole else math.floor(share * len(different) + ROUNDING)
    chosen = np.random.default_rng(seed).permutation(len(different))[:count]
    held = np.isin(groups, different[chosen])
    return np.flatnonzero(~held), np.flatnonzero(held)


def look(image, mode):
    """Return the Look of a PIL image, "L" or "RGB", taken as one of a mode, "L" or "RGB"."""
    thumbnail = _thumbnail(image, mode)
    scale = 0.9 * min(1, LONGEST / max(image.size))
    smaller = image.resize([max(1, round(scale * side)) for side in image.size], Image.Resampling.BILINEAR)
    smaller = smaller.convert(mode)
    stream = io.BytesIO()
    smaller.save(stream, "JPEG", quality=60)
    with Image.open(stream) as resaved:
        change = _thumbnail(resaved, mode) - thumbnail
    factor, least, most = TOLERANCE
    contrast = _rms(thumbnail)
    tolerance = float(np.clip(max(factor * _rms(change), NEAR * contrast), least, most))
    peak = max(PEAK[0] * float(np.abs(change).max()), PEAK[1], 3 * NEAR * contrast)
    if contrast <= tolerance:
        tolerance = 0.0
    return Look(_checksum(image, mode), (image.height, image.width), thumbnail, tolerance, peak)


def group(looks, others=()):
    """Return int64 (n,): for each Look the index of the first one that it is a copy of, or its own.

    Args:
        looks: n Looks, one for each image.
        others: pairs of a Look and the index of its image, for what else an image may have been saved as. Two of these
            are not compared: many icons hide the same colours under different transparency.
    """
    first, leader = {}, []
    for index, each in enumerate(looks):
        leader.append(first.setdefault(each.pixels, index))
    count, others = len(looks), [pair for pair in others if pair[0].tolerance]
    looks = [*looks, *(each for each, _ in others)]
    leader += [index for _, index in others]
    single = [index for index in (*first.values(), *range(count, len(looks))) if looks[index].tolerance]

    def root(index):
        while leader[index] != index:
            index = leader[index]
        return index

    for i, j in (*_near(looks, single), *_near(_standardised(looks), single)):
        if min(i, j) < count:
            low, high = sorted((root(i), root(j)))
            leader[high] = low
    return np.array([root(index) for index in range(count)], "int64")


def _standardised(looks):
    """Return the looks with thumbnails of one contrast; those without edges as they are."""
    result = []
    for each in looks:
        if each.tolerance:
            scale = SPREAD / _rms(each.thumbnail)
            tolerance, peak = min(scale * each.tolerance, CLOSE), min(scale * each.peak, 3 * CLOSE)
            each = each._replace(thumbnail=scale * each.thumbnail, tolerance=tolerance, peak=peak)
        result.append(each)
    return result


def _near(looks, indices):
    """Yield the pairs of indices whose looks are near copies."""
    if not indices:
        return
    thumbnails = np.stack([looks[index].thumbnail for index in indices])
    tolerances = np.array([looks[index].tolerance for index in indices])
    proportions = np.array([looks[index].size[0] / looks[index].size[1] for index in indices])
    rounding = PROPORTIONS + np.array([1 / min(looks[index].size) for index in indices])
    # No mirroring or turning changes the mean of all positions, and means differ less than what they are the means of.
    means = np.mean(_positions(thumbnails), axis=0).reshape(len(indices), -1)
    lengths = np.einsum("ij,ij->i", means, means)
    step = max(1, PAIRS // len(indices))
    for start in range(0, len(indices), step):
        rows = slice(start, start + step)
        squares = lengths[rows, None] + lengths - 2 * means[rows] @ means.T
        limits = np.maximum.outer(tolerances[rows], tolerances) ** 2 * means.shape[1]
        for i, j in np.argwhere(np.triu(squares <= limits * 1.001 + 1, start + 1)):
            i += start
            alike = np.abs(np.log(proportions[i] / proportions[j] ** np.repeat([1, -1], 4))) <= max(rounding[[i, j]])
            if _same(looks[indices[i]], looks[indices[j]], alike):
                yield indices[i], indices[j]


def _same(a, b, allowed):
    """Whether b, in one of the allowed positions, is a near copy of a."""
    thumbnails = a.thumbnail[None], b.thumbnail[None]
    differences = np.concatenate([thumbnails[0] - each for each in _positions(thumbnails[1])])[allowed]
    near = np.mean(differences**2, axis=(1, 2, 3)) <= max(a.tolerance, b.tolerance) ** 2
    near &= np.abs(differences).max(axis=(1, 2, 3), initial=0) <= max(a.peak, b.peak)
    return bool(np.any(near & (_edges(differences) <= EDGES * np.sqrt(np.prod([_edges(each) for each in thumbnails])))))


def _positions(images):
    """The eight positions of images (n, height, width, ...), those that are turned on their side last."""
    upright = [images[:, ::rows, ::columns] for rows in (1, -1) for columns in (1, -1)]
    return upright + [each.swapaxes(1, 2) for each in upright]


def _checksum(image, mode):
    """The least of the checksums in all positions; of a large image the one as it is, row by row."""
    if max(image.size) > HASHED:
        checksum = hashlib.sha256(repr((mode, image.size)).encode())
        for top in range(image.height):
            checksum.update(image.crop((0, top, image.width, top + 1)).convert(mode).tobytes())
        return checksum.digest()
    positions = _positions(np.asarray(image.convert(mode))[None])
    return min(hashlib.sha256(repr(each.shape).encode() + each.tobytes()).digest() for each in positions)


def _edges(images):
    """Sum of the squared second differences of neighbouring pixels, for each image: a lamp's light has hardly any."""
    return sum(np.sum(np.diff(images, n=2, axis=axis) ** 2, axis=(1, 2, 3)) for axis in (1, 2))


def _rms(image):
    return float(np.sqrt(np.mean(image**2)))


def _thumbnail(image, mode):
    small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR).convert(mode)
    pixels = np.asarray(small, "float32").reshape(SIDE, SIDE, -1)
    grey = np.asarray(small.convert("L"), "float32")[..., None]
    tint = (pixels - grey).reshape(SIDE // TINT, TINT, SIDE // TINT, TINT, -1).mean(axis=(1, 3))
    pixels = grey + tint.repeat(TINT, axis=0).repeat(TINT, axis=1)
    return pixels - pixels.mean()
