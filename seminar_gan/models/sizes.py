"""Checks of the sizes that the builders take."""


def check_sizes(**sizes):
    """Refuse sizes that cannot work: each must be a positive whole number, an int as Keras wants it.

    An argument whose name ends in `shape` or `sizes` is a tuple or list of these, and `image_shape` must be (height,
    width, channels): `check_sizes(image_shape=(28, 28, 1), code_size=32)`.

    Raises:
        ValueError: names the argument, what came and what was wanted.
    """
    for name, given in sizes.items():
        several = name.endswith(("shape", "sizes"))
        numbers = given if several else (given,)
        if not isinstance(numbers, tuple | list):
            numbers = ()
        if name == "image_shape" and len(numbers) != 3:
            raise ValueError(f"image_shape must be (height, width, channels); got {given!r}")
        if not numbers or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers):
            wanted = "a tuple or list of positive whole numbers (int)" if several else "a positive whole number (int)"
            raise ValueError(f"{name} must be {wanted}; got {given!r}")


def check_survives_pooling(height, width):
    """Refuse image sizes that the convolutional autoencoder would not give back: it does for 8 k - 4.

    Three poolings round up, three upsamplings double, and one convolution without padding takes two pixels:
    a side of s pixels returns as 2 (4 ceil(s / 8) - 2), which is s for 4, 12, 20, 28, ... only.

    Raises:
        ValueError: names the size, and the nearest ones that work.
    """
    for name, size in (("height", height), ("width", width)):
        if size % 8 != 4:
            below = 8 * ((size + 4) // 8) - 4
            near = [s for s in (below, below + 8) if s > 0]
            raise ValueError(
                f"image {name} {size} does not work: three poolings and the way back up return it only for 8 k - 4. "
                f"Pad or crop the images to {' or '.join(map(str, near))}."
            )


def check_multiples_of_4(image_shape):
    """Return image_shape if its height and width are multiples of 4, as doubling twice gives them.

    Raises:
        ValueError: names the size, and the nearest ones that work.
    """
    for name, size in zip(("height", "width"), image_shape[:2], strict=True):
        if size % 4:
            near = [s for s in (size // 4 * 4, size // 4 * 4 + 4) if s]
            raise ValueError(
                f"image {name} {size} does not work: the generator doubles its grid twice, so it must be a multiple "
                f"of 4. Pad or crop the images to {' or '.join(map(str, near))}."
            )
    return image_shape


def check_dropout(dropout):
    """Refuse a dropout that is not a number of at least 0 and below 1.

    Raises:
        ValueError: says what came.
    """
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout < 1:
        raise ValueError(f"dropout must be a number of at least 0 and below 1; got {dropout!r}")


def check_sides(image_shape, low=16, high=128):
    """Return image_shape if its height and width are from `low` to `high` pixels.

    Raises:
        ValueError: names the side, its size and what works.
    """
    for name, size in zip(("height", "width"), image_shape[:2], strict=True):
        if not low <= size <= high:
            raise ValueError(f"image {name} {size} does not work: these networks are for {low} to {high} pixels")
    return image_shape
