"""Copies: what is one, what is none, and that a hold-out never parts them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from samples import byte_images

from seminar_gan import datasets
from seminar_gan.datasets import cells_folder, find_copies, hold_out, load_image_folder

TURN = Image.Transpose


def cell(number):
    with Image.open(cells_folder() / f"cell_{number:02}.png") as image:
        return image.convert("L")


def resized(image, factor):
    return image.resize([round(side * factor) for side in image.size], Image.Resampling.LANCZOS)


def turned_by_exif(image, file):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: so what is stored is turned the other way
    image.transpose(TURN.ROTATE_90).save(file, exif=exif, quality=95)


COPIES = {
    "again.png": lambda image, file: image.save(file),
    "format.bmp": lambda image, file: image.save(file),
    "format.gif": lambda image, file: image.save(file),
    "format.tif": lambda image, file: image.save(file),
    "colour.png": lambda image, file: image.convert("RGB").save(file),
    "lossy.webp": lambda image, file: image.save(file, quality=80),
    "q95.jpg": lambda image, file: image.save(file, quality=95),
    "q75.jpg": lambda image, file: image.save(file, quality=75),
    "q60.jpg": lambda image, file: image.save(file, quality=60),
    "mirrored.png": lambda image, file: image.transpose(TURN.FLIP_LEFT_RIGHT).save(file),
    "upside_down.png": lambda image, file: image.transpose(TURN.FLIP_TOP_BOTTOM).save(file),
    "turned.png": lambda image, file: image.transpose(TURN.ROTATE_90).save(file),
    "turned_on.png": lambda image, file: image.transpose(TURN.ROTATE_180).save(file),
    "turned_and_q60.jpg": lambda image, file: image.transpose(TURN.TRANSVERSE).save(file, quality=60),
    "exif.jpg": turned_by_exif,
    "smaller.png": lambda image, file: resized(image, 0.9).save(file),
    "larger.png": lambda image, file: resized(image, 1.1).save(file),
    "smaller_and_q75.jpg": lambda image, file: resized(image, 0.9).save(file, quality=75),
    "lighter.png": lambda image, file: image.point(lambda level: min(255, level + 1)).save(file),
}


@pytest.mark.parametrize("size", [28, 100])
def test_every_kind_of_copy_in_a_folder_is_found(tmp_path, size):
    for number in range(1, 6):
        cell(number).save(tmp_path / f"{number}.png")
        for name, save in COPIES.items():
            save(cell(number), tmp_path / f"{number}_{name}")
    loaded = load_image_folder(tmp_path, size)
    numbers = np.array([int(name[0]) for name in loaded.names])
    missed = [name for name, first in zip(loaded.names, loaded.groups, strict=True) if loaded.names[first][2:] != "png"]
    assert not missed
    assert [loaded.names[first][0] for first in loaded.groups] == [name[0] for name in loaded.names]
    train, held = hold_out(loaded, 2, seed=0)
    assert len(held) == 2 * (1 + len(COPIES))
    assert not set(numbers[train]) & set(numbers[held])


def test_rows_say_who_is_a_copy_of_whom(tmp_path):
    for number in range(1, 5):
        cell(number).save(tmp_path / f"cell_{number}.png")
        cell(number).save(tmp_path / f"cell_{number} (copy).png")
    what, count, which = load_image_folder(tmp_path).rows()[1]
    assert (what, count) == ("copies of another image, hold_out keeps them together", 4)
    copies = [f"cell_{number}.png = cell_{number} (copy).png" for number in (1, 2, 3)]
    assert which == ", ".join([*copies, "..."])
    for number in range(1, 5):
        (tmp_path / f"cell_{number} (copy).png").unlink()
    assert not [row for row in load_image_folder(tmp_path).rows() if "copies" in row[0]]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: 1.2 * x,
        lambda x: 0.5 * x,
        lambda x: 26 + 0.8 * x,
        lambda x: (x - x.min()) / np.ptp(x) * 255,
        lambda x: x + 30,
    ],
    ids=["lighter", "darker", "fainter", "stretched", "shifted"],
)
def test_an_image_of_another_brightness_or_contrast_is_a_copy(change):
    images = load_image_folder(cells_folder(), 28).images[..., 0].astype(float)
    changed = np.stack([np.clip(np.rint(change(image)), 0, 255) for image in images])
    both = np.concatenate([images, changed[:, :, ::-1]]).astype("uint8")
    assert find_copies(both).tolist() == 2 * list(range(len(images)))


def test_a_16_bit_file_is_a_copy_of_its_8_bits(tmp_path):
    for number in (1, 2):
        cell(number).save(tmp_path / f"{number}.png")
        Image.fromarray(np.asarray(cell(number)).astype("uint16") * 7 + 900).save(tmp_path / f"{number}_16.tif")
    assert load_image_folder(tmp_path).groups.tolist() == [0, 0, 2, 2]


def symbol(number, side):
    """A drawing of three shapes in strong colours on a transparent ground."""
    random = np.random.default_rng(number)
    image = Image.new("RGBA", (4 * side, 4 * side), (0, 0, 0, 0))
    for shape in ("ellipse", "rectangle", "ellipse"):
        start, end = random.integers(0, 2 * side, 2), random.integers(2 * side, 4 * side, 2)
        colour = (*random.integers(0, 256, 3).tolist(), 255)
        getattr(ImageDraw.Draw(image), shape)((*start.tolist(), *end.tolist()), fill=colour)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def laid_on(level, image):
    return Image.alpha_composite(Image.new("RGBA", image.size, (level, level, level, 255)), image).convert("RGB")


FLATTENED = {
    "white.jpg": lambda image, file: laid_on(255, image).save(file, quality=85),
    "white.bmp": lambda image, file: laid_on(255, image).save(file),
    "black.jpg": lambda image, file: laid_on(0, image).save(file, quality=95),
    "dropped.png": lambda image, file: image.convert("RGB").save(file),
}


@pytest.mark.parametrize(("side", "channels"), [(20, 1), (24, 3), (32, 3), (64, 1), (64, 3)])
@pytest.mark.parametrize("background", [255, 0])
def test_a_transparent_icon_and_what_others_made_of_it_are_copies(tmp_path, side, channels, background):
    for number in range(8):
        symbol(number, side).save(tmp_path / f"{number}.png")
        for name, save in FLATTENED.items():
            save(symbol(number, side), tmp_path / f"{number}_{name}")
    loaded = load_image_folder(tmp_path, 64, channels=channels, background=background)
    assert [loaded.names[first] for first in loaded.groups] == [f"{name[0]}.png" for name in loaded.names]


def test_icons_that_hide_the_same_colours_are_no_copies(tmp_path):
    colours = symbol(0, 64).convert("RGB")
    for number in range(1, 5):
        icon = colours.copy()
        icon.putalpha(symbol(number, 64).getchannel("A"))
        icon.save(tmp_path / f"{number}.png")
    Image.new("RGB", (64, 64), (9, 9, 9)).save(tmp_path / "opaque.png")
    assert load_image_folder(tmp_path, 64, channels=3).groups.tolist() == [0, 1, 2, 3, 4]


def distinct(images):
    return np.array_equal(find_copies(images), np.arange(len(images)))


@pytest.mark.long
def test_images_that_are_merely_alike_are_no_copies():
    assert distinct(load_image_folder(cells_folder(), 28).images)
    assert distinct(load_image_folder(cells_folder(), 100).images)
    assert distinct(datasets.load_mnist()[0][0][:500])
    assert distinct(datasets.load_smiles()[0][0])
    assert distinct(datasets.draw_smileys(datasets.sample_attributes(300, 0), datasets.sample_hands(300, 0)))


@pytest.mark.long
def test_small_images_that_are_merely_alike_are_no_copies():
    digits = [Image.fromarray(digit).resize((16, 16)) for digit in datasets.load_mnist()[0][0][:500]]
    assert distinct(np.stack(digits))
    mirrored = np.stack([np.asarray(digit.transpose(TURN.FLIP_LEFT_RIGHT)) for digit in digits])
    assert find_copies(np.concatenate([digits, mirrored])).tolist() == [*range(500), *range(500)]


def test_an_image_without_edges_is_a_copy_of_its_equals_only():
    flat = np.repeat(np.arange(0, 256, 5, dtype="uint8"), 28 * 28).reshape(-1, 28, 28)
    assert distinct(flat)
    assert find_copies(np.concatenate([flat, flat])).tolist() == 2 * list(range(len(flat)))
    noise = np.random.default_rng(0)
    blank = np.rint(noise.normal(200, 2, (40, 64, 64))).astype("uint8")
    assert distinct(blank)  # a sensor's noise on nothing
    mirrored = np.concatenate([blank, blank[:, :, ::-1]])
    assert find_copies(mirrored).tolist() == 2 * list(range(len(blank)))
    light = 120 + 0.8 * np.mgrid[:64, :64][0]
    for strength in (2, 3, 6):  # and on the light of one lamp
        assert distinct(np.rint(light + noise.normal(0, strength, (40, 64, 64))).astype("uint8"))


def icon(mark=0, colour=(200, 30, 30), shift=0):
    image = Image.new("RGB", (48, 48), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10 + shift, 8, 38 + shift, 40), fill=colour)
    if mark:
        draw.rectangle((13, 12, 12 + mark, 11 + mark), fill="white")
    return image


@pytest.mark.parametrize("other", [icon(mark=4), icon(mark=2), icon(shift=1), icon(colour=(30, 200, 30))])
def test_icons_that_differ_in_a_mark_a_colour_or_a_pixel_are_no_copies(other):
    assert distinct(np.stack([np.asarray(icon()), np.asarray(other)]))


def test_an_image_that_is_not_square_is_turned_by_180_degrees_only():
    image = byte_images(20, 40)
    narrow = np.stack([image, image[::-1], image[:, ::-1], image[::-1, ::-1]])
    assert find_copies(narrow).tolist() == [0, 0, 0, 0]
    assert distinct(np.stack([image, np.asarray(Image.fromarray(image.T).resize((40, 20)))]))


@pytest.mark.parametrize("shape", [(6, 20, 20), (6, 20, 20, 1), (6, 20, 20, 3)])
def test_copies_of_copies_belong_together_whatever_the_order(shape):
    images = byte_images(*shape)
    images[4], images[5] = images[1], images[1][::-1]
    assert find_copies(images).tolist() == [0, 1, 2, 3, 1, 1]
    assert find_copies(images[::-1]).tolist() == [0, 0, 2, 3, 0, 5]


def test_a_stretched_image_is_another_one(tmp_path):
    cell(1).save(tmp_path / "1.png")
    cell(1).resize((cell(1).width, round(1.15 * cell(1).height))).save(tmp_path / "stretched.png")
    assert load_image_folder(tmp_path).groups.tolist() == [0, 1]


def test_between_training_and_test_images():
    train, test = byte_images(8, 16, 16), byte_images(5, 16, 16, seed=1)
    test[3] = train[6].T
    groups = find_copies(np.concatenate([train, test]))
    assert (np.flatnonzero(groups[8:] < 8).tolist(), groups[11]) == ([3], 6)


def test_no_and_one_image():
    assert find_copies(np.zeros((0, 28, 28), "uint8")).tolist() == []
    assert find_copies(np.zeros((1, 28, 28), "uint8")).tolist() == [0]


@pytest.mark.parametrize(
    ("images", "error", "text"),
    [
        (np.zeros((2, 28, 28)), TypeError, "find_copies takes uint8 images, 0 to 255; got dtype float64"),
        (np.zeros((28, 28), "uint8"), ValueError, r"\(n, height, width, 1 or 3\); got shape \(28, 28\)"),
        (np.zeros((2, 28, 28, 4), "uint8"), ValueError, r"got shape \(2, 28, 28, 4\)"),
        (np.zeros((2, 0, 28), "uint8"), ValueError, r"got shape \(2, 0, 28\)"),
    ],
)
def test_other_images_are_rejected(images, error, text):
    with pytest.raises(error, match=text):
        find_copies(images)


# The split


@pytest.mark.parametrize(("count", "held_count", "seed"), [(42, 14, 0), (42, 14, 7), (12, 4, 3), (5, 0, 0)])
def test_without_copies_the_split_is_that_of_page_07(count, held_count, seed):
    train, held = hold_out(np.arange(count), held_count, seed=seed)
    np.testing.assert_array_equal(held, np.sort(np.random.default_rng(seed).permutation(count)[:held_count]))
    np.testing.assert_array_equal(train, np.delete(np.arange(count), held))


def test_the_cells_are_split_as_they_always_were():
    _, held = hold_out(load_image_folder(cells_folder(), 28), 14, seed=0)
    assert held.tolist() == np.sort(np.random.default_rng(0).permutation(42)[:14]).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_a_third_of_the_different_images_is_held_out_with_all_their_copies(seed):
    groups = np.random.default_rng(seed).integers(0, 12, 40)
    train, held = hold_out(groups, 1 / 3, seed=seed)
    assert not set(groups[train]) & set(groups[held])
    assert np.array_equal(np.sort(np.concatenate([train, held])), np.arange(40))
    assert len(set(groups[held])) == len(set(groups)) // 3


def test_many_copies_of_one_image_are_one_image():
    groups = np.array([0] * 90 + list(range(90, 101)))
    assert [len(set(groups[hold_out(groups, 1 / 3, seed=seed)[1]])) for seed in range(9)] == [4] * 9
    train, held = hold_out(np.zeros(12, int), 1 / 3, seed=0)
    assert (train.tolist(), held.tolist(), held.dtype) == (list(range(12)), [], np.int64)
    assert hold_out([], 0, seed=0)[1].tolist() == hold_out([], 1 / 3, seed=0)[1].tolist() == []


@pytest.mark.parametrize("parts", [2, 3, 4, 5, 6, 7, 10])
def test_a_share_of_a_whole_number_of_parts_is_exact(parts):
    for count in range(1, 60):
        assert len(hold_out(range(parts * count), 1 / parts, seed=0)[1]) == count
        assert len(hold_out(range(parts * count), np.float32(1 / parts), seed=0)[1]) in (count, count - 1)
    assert len(hold_out(range(42), np.int64(14), seed=0)[1]) == len(hold_out(range(42), 0.34, seed=0)[1]) == 14


@pytest.mark.parametrize(
    ("groups", "share", "seed", "error", "text"),
    [
        (np.zeros((4, 28, 28), "uint8"), 1, 0, TypeError, r"shape \(4, 28, 28\). For images: hold_out\(find_copies"),
        ([0.5, 1.5], 1, 0, TypeError, "got dtype float64"),
        (["a", "b"], 1, 0, TypeError, "got dtype <U1"),
        (range(5), 5, 0, ValueError, "up to 4, so that of 5 different images some are left to train on; got 5"),
        ([0, 0, 2], 2, 0, ValueError, "up to 1, so that of 2 different images .*; got 2"),
        (range(5), -1, 0, ValueError, "got -1"),
        (range(5), 1.0, 0, ValueError, "at least 0 and below 1, such as 1 / 3, .*; got 1.0"),
        (range(5), -0.1, 0, ValueError, "got -0.1"),
        (range(5), float("nan"), 0, ValueError, "got nan"),
        (range(5), "1/3", 0, ValueError, "got '1/3'"),
        (range(5), None, 0, ValueError, "got None"),
        (range(5), True, 0, ValueError, "got True"),
        (range(5), 1, None, ValueError, "seed must be a whole number of at least 0; got None"),
        (range(5), 1, -1, ValueError, "got -1"),
        (range(5), 1, 0.5, ValueError, "got 0.5"),
    ],
)
def test_other_arguments_of_a_split_are_rejected(groups, share, seed, error, text):
    with pytest.raises(error, match=text):
        hold_out(groups, share, seed=seed)
