"""A user's own arrays of images: any usual layout and range to uint8 (n, height, width, channels)."""

import numpy as np

from seminar_gan import hints, ranges

__all__ = ["as_images"]

GREY, GREY_ALPHA, COLOUR, COLOUR_ALPHA = 1, 2, 3, 4
BLOCK = 1_000  # images that are held as floats at once
NEARLY = 1e-3  # how far float rounding may lead out of [0, 1] or [-1, 1]
DARK = 64  # of 255: where no value is lighter, white was perhaps meant to be another number, such as 16


def __dir__():
    return __all__


def as_images(array):
    """Bring images of any usual layout and range to uint8 (n, height, width, channels), and say what was done.

    Args:
        array: (n, height, width) or (n, height, width, channels), with 1 or 3 channels, or 2 or 4 with transparency,
            which is laid on white. Colours before rows, (n, channels, height, width), and images last, (height, width,
            channels, n), are moved where the shape leaves no doubt. uint8 0 to 255, or bool, or other numbers in
            [0, 1], [-1, 1], 0 to 255 or 0 to 65,535 where the values leave no doubt.

    Returns:
        images, uint8 (n, height, width, channels), 0 to 255, channels 1 or 3; and a list of str, a note for each thing
        that was done. Images that are uint8 in this layout already are not copied.

    Raises:
        TypeError: if the array holds no numbers.
        ValueError: if shape or values can be read in several ways or in none. The message names the cure.

    Example:
        >>> images, notes = as_images(np.zeros((64, 3, 32, 32)))
        >>> images.shape, images.dtype.name, notes[0]
        ((64, 32, 32, 3), 'uint8', 'channels moved to the end: (64, 3, 32, 32) is now (64, 32, 32, 3)')
    """
    array, notes = _numbers(array), []
    array = _in_order(array, notes)
    array = _eight_bits(array, notes)
    return _without_alpha(array, notes), notes


def _numbers(array):
    """Return what came as an array of numbers with three or four axes, all of them used."""
    if np.ma.is_masked(array):
        raise ValueError("images have masked pixels: fill them, for example with white, x.filled(255)")
    try:
        array = np.asarray(array)
        if array.dtype == object and array.size and array.ndim == 1:
            array = np.stack([np.asarray(image) for image in array])
    except ValueError as error:  # lists, or objects, of different shapes
        raise ValueError(
            "images must have one size; these differ. Bring them to one size first; a folder of image files is brought "
            "to one by load_image_folder"
        ) from error
    if array.dtype.kind == "O" and array.size and all(isinstance(v, int | float) for v in array.flat):
        array = array.astype("float64")
    if array.dtype.kind not in "biuf":
        kind = "raw bytes, such as bfloat16" if array.dtype.kind == "V" else array.dtype.name
        raise TypeError(f'images must be numbers; got {kind}. Convert them, for example with x.astype("float32")')
    if not array.size:
        raise ValueError(f"there are no images: the array is empty, {array.shape}")
    if array.ndim == 2:
        sides = " or ".join(_sides(array.shape[1])) or "x.reshape(len(x), height, width)"
        raise ValueError(
            f"images must be (n, height, width) or (n, height, width, channels); got {array.shape}. If each row is an "
            f"image, {sides}; if this is one image, x[None]"
        )
    if array.ndim not in (3, 4):
        raise ValueError(
            f"images must be (n, height, width) or (n, height, width, channels); got {array.ndim} axes, {array.shape}. "
            "Join or drop an axis, for example x.reshape(-1, height, width, channels)"
        )
    return array


def _sides(pixels):
    """How rows of so many numbers become square images."""
    for channels in (GREY, COLOUR):
        side = round((pixels / channels) ** 0.5)
        if side * side * channels == pixels:
            yield f"x.reshape(-1, {side}, {side}, {channels})"
            if channels == COLOUR:
                yield f"x.reshape(-1, {COLOUR}, {side}, {side}) where a row has all of one colour first, as in CIFAR-10"


def _in_order(array, notes):
    """Return images as (n, height, width, channels)."""
    shape, few = array.shape, range(GREY, COLOUR_ALPHA + 1)
    if array.ndim == 3:
        if shape[2] in few and shape[1] != shape[2]:
            raise ValueError(
                f"{shape} can be read as one image or as images {shape[2]} pixels wide: give one image as x[None], or "
                "narrow grey ones as x[..., None]"
            )
        if shape[0] == shape[1] != shape[2]:
            first, last = _rough(array, 0), _rough(array, 2)
            if last > 2 * first:
                notes.append(f"images moved to the front: {shape} is now {(shape[2], *shape[:2], 1)}")
                array = np.moveaxis(array, -1, 0)
            elif first <= 2 * last:
                notes.append(f"{shape} is read as {shape[0]:,} images of {shape[1]} x {shape[2]} pixels")
        return array[..., None]
    if shape[3] in few:
        if shape[0] == shape[1] != shape[2]:
            notes.append(f"{shape} is read as {shape[0]:,} images of {shape[1]} x {shape[2]} pixels")
        elif shape[1] in few and shape[1] != shape[2]:
            notes.append(f"{shape} is read as images {shape[1]} pixels high and {shape[2]} wide")
        return array
    if shape[1] in few and shape[2] not in few:
        return _moved(array, 1, -1, "channels moved to the end", notes)
    if shape[2] in few and shape[0] == shape[1] != shape[3]:
        return _moved(array, 3, 0, "images moved to the front", notes)
    if shape[2] in few and shape[1] == shape[3] != shape[0]:
        return _moved(array, 2, -1, "channels moved to the end", notes)
    cures = {
        1: hints.CHANNELS_LAST.format(images="x"),
        2: "np.moveaxis(x, -1, 0) or np.moveaxis(x, 2, -1)",
        0: "np.moveaxis(x, 0, -1)" + " or x.transpose(3, 1, 2, 0)" * (shape[1] == shape[2] != shape[3]),
    }
    cure = next((f". Move the axis of the colours: {cures[axis]}" for axis in cures if shape[axis] in few), "")
    raise ValueError(
        f"the last axis must be that of the channels, 1 for grey or 3 for colour (2 or 4 with transparency); "
        f"got {shape}{cure}"
    )


def _moved(array, source, destination, what, notes):
    moved = np.moveaxis(array, source, destination)
    notes.append(f"{what}: {array.shape} is now {moved.shape}")
    return moved


def _rough(array, axis):
    """How much neighbours along an axis differ: much between images, little between pixels of one."""
    part = array[tuple(slice(max(0, size // 2 - 32), size // 2 + 32) for size in array.shape)].astype("float64")
    return np.abs(np.diff(part, axis=axis)).mean()


def _eight_bits(array, notes):
    """Return numbers as uint8, 0 to 255."""
    if array.dtype == bool:
        notes.append("True and False became 255 and 0")
        return array.astype("uint8") * np.uint8(255)
    low, high = array.min(), array.max()
    if not np.isfinite([low, high]).all():
        bad = int(np.sum(~np.isfinite(array).all(axis=(1, 2, 3))))
        raise ValueError(f"{bad:,} of {len(array):,} images have a nan or an infinity among their pixels: repair them")
    low, high = float(low), float(high)
    whole = array.dtype.kind in "iu" or all(np.array_equal(part, np.rint(part)) for part in _blocks(array))
    dark = f"the lightest value is {high:g} of 255: if that is white, give np.rint(x / {high:g} * 255)"
    dark = dark if whole and 1 < high < DARK and low < high else ""
    if not whole and low >= 0 and high < DARK / 255:
        dark = f"the lightest value is {high:g} of 1: if that is white, give x / {high:g}"
        dark += ", as x was divided by 255 twice" if high <= 1.01 / 255 else ""
    if array.dtype == np.uint8 and (high > 1 or low == high):
        notes += [dark] if dark else []
        return array
    if low >= -NEARLY and high <= 1 + NEARLY:
        convert, said = _from_unit, "[0, 1]"
    elif low >= -1 - NEARLY and high <= 1 + NEARLY:
        convert, said = _from_symmetric, "[-1, 1]"
    elif low >= 0 and high <= 255 and (whole or high > 100):
        convert, said = _rounded, "0 to 255"
    elif low >= 0 and 2**15 <= high < 2**16 and whole:
        convert, said = _from_sixteen_bits, "0 to 65,535"
    else:
        raise ValueError(_unclear(array.dtype, low, high, whole))
    notes.append(
        f"{array.dtype.name} {low:g} to {high:g} was taken as {said} and became uint8, 0 to 255{dark and f'; {dark}'}"
    )
    images = np.empty(array.shape, "uint8")
    for part, made in zip(_blocks(array), _blocks(images), strict=True):
        made[:] = convert(part)
    return images


def _blocks(array):
    return (array[start : start + BLOCK] for start in range(0, len(array), BLOCK))


def _from_unit(part):
    return ranges.unit_to_uint8(np.clip(part.astype("float64"), 0, 1))


def _from_symmetric(part):
    return ranges.symmetric_to_uint8(np.clip(part.astype("float64"), -1, 1))


def _rounded(part):
    return np.rint(part).astype("uint8")


def _from_sixteen_bits(part):
    return np.rint(part.astype("float64") / 257).astype("uint8")


def _unclear(dtype, low, high, whole):
    """Say which values came, and how to bring them to 0 to 255."""
    cure = 'np.rint((x - x.min()) / (x.max() - x.min()) * 255).astype("uint8") stretches them to 0 to 255'
    if dtype == np.int8:
        cure = 'x.view("uint8") if they are bytes, (x.astype("int16") + 128).astype("uint8") if 0 was moved to -128'
    elif whole and 255 < high < 2**15 and low >= 0:
        most = 2 ** int(high).bit_length() - 1
        cure = f'np.rint(x / {most} * 255).astype("uint8") if {most:,} is white'
    elif low >= -0.5 and high <= 1.5:
        cure = "np.clip(x, 0, 1) if they are meant to be in [0, 1]"
    elif low >= -32 and 200 < high < 288:  # what resizing by splines adds
        cure = "np.clip(x, 0, 255) if they are meant to be 0 to 255"
    return (
        f"images must be uint8, 0 to 255, or numbers in [0, 1], [-1, 1] or 0 to 255; got {dtype.name} {low:g} to "
        f"{high:g}. Convert them: {cure}"
    )


def _without_alpha(images, notes):
    """Lay images with transparency on white."""
    channels = images.shape[-1]
    if channels in (GREY, COLOUR):
        return images
    if images[..., -1].max() <= 1:
        raise ValueError(
            f"of {channels} channels the last is taken for transparency, 0 to 255; it is at most "
            f"{images[..., -1].max()}, so that all images would be white. Leave it out: x[..., :{channels - 1}]"
        )
    flat = np.empty((*images.shape[:-1], channels - 1), "uint8")
    for part, made in zip(_blocks(images), _blocks(flat), strict=True):
        alpha = part[..., -1:] / np.float32(255)
        made[:] = np.rint(part[..., :-1] * alpha + 255 * (1 - alpha))
    kind = "grey" if channels == GREY_ALPHA else "colour"
    transparent = np.any(images[..., -1] < 255)
    notes.append(f"{channels} channels are {kind} and transparency: " + ("laid on white" if transparent else "dropped"))
    return flat
