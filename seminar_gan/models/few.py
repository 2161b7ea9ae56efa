"""A pair for a few dozen images, of 16 to 512 pixels a side.

The generator doubles a grid of about 4 x 4 up to the image, by copying pixels and a convolution; the discriminator
halves the image down to that grid. Sides need not be multiples of anything: 25 pixels halve to 13, and 13 double to 26,
of which one is cut off.

Dark images use a small part of the range of tanh. `levels` says which: the generator's last layer maps tanh's range to
these grey levels, and the discriminator's first layer maps them back, so that both work on the whole range while all
images stay as they are. `measure_levels` finds them; `measure_changes` says whether a discriminator may see images
mirrored.
"""

import keras
import numpy as np
from keras import layers

from seminar_gan import ranges
from seminar_gan.models.sizes import check_sides, check_sizes, checked

__all__ = [
    "SIZES",
    "build_discriminator",
    "build_generator",
    "check_levels",
    "double",
    "excite",
    "measure_changes",
    "measure_levels",
    "plan",
    "scaling",
]

SIZES = (16, 512)  # smallest and largest height and width, as in datasets.folders
NUMBERS = (int, float, np.integer, np.floating)
LEAST = 0.05  # of the range: levels that are nearer to each other are taken for noise
LOOKED_AT, SIDE = 300, 32  # images, and pixels a side, that tell left from right
SIGNS, CHANCE = 1_000, 0.01  # of the test


def __dir__():
    return __all__


def measure_levels(images):
    """Return the darkest and the lightest grey level that images reach, without the odd ones.

    For each image the lowest and the highest value; of these, the 5th percentile over the images and the 95th.

    Args:
        images: uint8 (n, height, width, channels), 0 to 255.

    Returns:
        (low, high), int, 0 to 255, at least 13 levels apart.

    Raises:
        TypeError: if `images` is not a uint8 array.
        ValueError: for another shape, and if there are no images.

    Example:
        >>> images = np.zeros((3, 16, 16, 1), "uint8")
        >>> images[:, 4:8, 4:8] = 100
        >>> measure_levels(images)
        (0, 100)
    """
    images = ranges.check_uint8(images, "measure_levels")
    if images.ndim != 4 or not images.size:
        raise ValueError(f"measure_levels takes images (n, height, width, channels); got shape {images.shape}")
    flat = images.reshape(len(images), -1)
    low = int(np.floor(np.percentile(flat.min(axis=1), 5)))
    high = int(np.ceil(np.percentile(flat.max(axis=1), 95)))
    least = round(255 * LEAST)
    if high - low < least:
        low = max(0, min(low, 255 - least))
        high = low + least
    return low, high


def measure_changes(images):
    """Return the changes that a discriminator of these images should see: they are mirrored only if that fits them.

    If left and right were the same to these images, each could as well have come mirrored, and the difference between
    their mean and its mirror image would be chance. So each image's difference from its own mirror image gets a sign at
    random, 1,000 times, and the mean is compared with these: a sign-flip test, at 1 %. A generator of images that have
    a left and a right would draw letters as in a mirror if its discriminator saw them mirrored.

    Args:
        images: uint8 (n, height, width, channels), 0 to 255.

    Returns:
        tuple of names from `augmentation.CHANGES`: ("mirror", "translate") or ("translate",).

    Raises:
        TypeError: if `images` is not a uint8 array.
        ValueError: for another shape, and if there are no images.

    Example:
        >>> images = np.zeros((9, 16, 16, 1), "uint8")
        >>> images[:, 4:8, 4:8] = 100
        >>> measure_changes(images)
        ('translate',)
    """
    images = ranges.check_uint8(images, "measure_changes")
    if images.ndim != 4 or not images.size:
        raise ValueError(f"measure_changes takes images (n, height, width, channels); got shape {images.shape}")
    random = np.random.default_rng(0)
    chosen = np.sort(random.permutation(len(images))[:LOOKED_AT])
    step = -(-max(images.shape[1:3]) // SIDE)
    halves = (np.subtract(image, image[:, ::-1], dtype="float32")[::step, ::step] for image in images[chosen])
    apart = np.stack([half.ravel() for half in halves])
    products = apart @ apart.T  # signs s give the mean's length |sum s d|^2 = s' D D' s
    signs = random.choice([1.0, -1.0], size=(SIGNS, len(apart)))
    by_chance = np.einsum("ij,jk,ik->i", signs, products, signs, optimize=True)
    p_value = (1 + np.sum(by_chance >= products.sum() * (1 - 1e-6))) / (1 + SIGNS)
    return ("translate",) if p_value < CHANCE else ("mirror", "translate")


def _check(image_shape, levels, latent_dim=1):
    check_sizes(image_shape=image_shape, latent_dim=latent_dim)
    check_sides(image_shape, *SIZES)
    check_levels(levels)


def check_levels(levels):
    """Reject what is not two grey levels, the darker one first.

    Args:
        levels: (low, high), 0 to 255.

    Raises:
        ValueError: if they are anything else.
    """
    pair = levels if isinstance(levels, tuple | list) and len(levels) == 2 else (None, None)
    numbers = all(isinstance(level, NUMBERS) and not isinstance(level, bool) for level in pair)
    if not numbers or not 0 <= pair[0] < pair[1] <= 255:
        raise ValueError(f"levels must be two grey levels from 0 to 255, the darker one first; got {levels!r}")


@checked(_check)
def build_generator(image_shape=(28, 28, 1), latent_dim=64, levels=(0, 255)):
    """Build the generator for few images, 148,129 parameters.

    Args:
        image_shape: (height, width, channels) of the images, 16 to 512 pixels high and wide.
        latent_dim: number of values in z.
        levels: (low, high), 0 to 255, the grey levels that images reach: `measure_levels`.

    Returns:
        keras.Model `few_generator`: z (batch, latent_dim), normal, to images (batch, height, width, channels) in
        [-1, 1], between these levels. 416 of its parameters are moving means and variances.

    Raises:
        ValueError: if a size is not a positive whole number, if height or width is below 16 or above 512, or for other
            levels.

    Source:
        The gate from small features to large ones: the skip-layer excitation of Liu et al. 2021, Towards faster and
        stabilized GAN training for high-fidelity few-shot image synthesis, section 3.1. All else is ours.
    """
    grids, filters = plan(image_shape)
    scale, offset = scaling(levels)
    z = keras.Input((latent_dim,), name="z")  # 64
    x = layers.Dense(grids[0][0] * grids[0][1] * filters[0], use_bias=False, name="dense")(z)
    x = layers.Reshape((*grids[0], filters[0]), name="grid")(x)
    x = layers.BatchNormalization(name="norm_0")(x)
    x = layers.LeakyReLU(0.2, name="leaky_0")(x)  # 4 x 4 x 64
    for n in range(1, len(grids)):
        x = double(x, grids[n], filters[n], n)  # 7 x 7 x 64, 14 x 14 x 48, 28 x 28 x 32
        if n == 1 and len(grids) > 3:
            gate = excite(x, filters[3])  # 1 x 1 x 32
        if n == 3:
            x = layers.Multiply(name="gated")([x, gate])
    last = {"activation": "tanh", "dtype": "float32", "name": "tanh"}
    x = layers.Conv2D(image_shape[2], 3, padding="same", **last)(x)
    images = layers.Rescaling(scale, offset, dtype="float32", name="images")(x)  # 28 x 28 x 1
    return keras.Model(z, images, name="few_generator")


def double(x, grid, filters, n):
    """Double a grid of features, cut it to the size that is wanted, and convolve it.

    Args:
        x: keras tensor (batch, height, width, channels).
        grid: (height, width) of the result, twice those of x or one less.
        filters: channels of the result.
        n: number in the names of the layers.

    Returns:
        keras tensor (batch, *grid, filters).
    """
    extra = [2 * side - wanted for side, wanted in zip(x.shape[1:3], grid, strict=True)]
    x = layers.UpSampling2D(2, name=f"up_{n}")(x)
    if any(extra):
        x = layers.Cropping2D([(0, more) for more in extra], name=f"crop_{n}")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{n}")(x)
    x = layers.BatchNormalization(name=f"norm_{n}")(x)
    return layers.LeakyReLU(0.2, name=f"leaky_{n}")(x)


def excite(x, filters):
    """Return how much of each channel of a larger grid is to go on, from the means of a small one.

    Args:
        x: keras tensor (batch, height, width, channels), the small grid.
        filters: channels of the larger one.

    Returns:
        keras tensor (batch, 1, 1, filters), 0 to 1.

    Source:
        Liu et al. 2021, equation 1, with means in place of adaptive pooling to 4 x 4.
    """
    x = layers.GlobalAveragePooling2D(keepdims=True, name="means")(x)
    x = layers.Conv2D(filters, 1, name="gate_1")(x)
    x = layers.LeakyReLU(0.2, name="gate_leaky")(x)
    return layers.Conv2D(filters, 1, activation="sigmoid", name="gate_2")(x)


@checked(_check)
def build_discriminator(image_shape=(28, 28, 1), levels=(0, 255)):
    """Build the discriminator for few images, 116,657 parameters.

    Args:
        image_shape, levels: as in `build_generator`.

    Returns:
        keras.Model `few_discriminator`: images (batch, height, width, channels) in [-1, 1] to logits (batch, 1).

    Raises:
        ValueError: as `build_generator`.

    Source:
        Radford et al. 2015, section 3, without normalisation.
    """
    grids, filters = plan(image_shape)
    scale, offset = scaling(levels)
    images = keras.Input(image_shape, name="images")  # 28 x 28 x 1
    x = layers.Rescaling(1 / scale, -offset / scale, name="levels")(images)
    for n in reversed(range(len(grids) - 1)):
        x = layers.Conv2D(filters[n], 4, 2, "same", name=f"conv_{n}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{n}")(x)  # 14 x 14 x 48, 7 x 7 x 64, 4 x 4 x 64
    x = layers.Flatten(name="flat")(x)  # 1024
    logits = layers.Dense(1, dtype="float32", name="logits")(x)  # 1
    return keras.Model(images, logits, name="few_discriminator")


def plan(image_shape):
    """Return the grids of a network, the smallest first, and the channels of each.

    Args:
        image_shape: (height, width, channels).

    Returns:
        list of (height, width), each half of the next one, rounded up; and list of int.

    Example:
        >>> plan((28, 28, 1))
        ([(4, 4), (7, 7), (14, 14), (28, 28)], [64, 64, 48, 32])
    """
    grids = [tuple(image_shape[:2])]
    while max(grids[0]) > 4:
        grids.insert(0, tuple(-(-side // 2) for side in grids[0]))  # rounded up
    return grids, [64, 64, 48, 32, 16, 8, 4, 4][: len(grids)]  # few: steps count for more than size


@checked(check_levels)
def scaling(levels):
    """Return what leads from tanh's range to grey levels: levels in [-1, 1] = scale * tanh + offset.

    Args:
        levels: (low, high), 0 to 255.

    Returns:
        (scale, offset), float.

    Raises:
        ValueError: for other levels.

    Example:
        >>> scaling((0, 255))
        (1.0, 0.0)
    """
    low, high = (float(level) / 127.5 - 1 for level in levels)
    return (high - low) / 2, (high + low) / 2
