import gzip
import os
import struct
import subprocess
import sys
import unicodedata
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from matplotlib.cbook import get_sample_data
from PIL import Image

from seminar_gan.datasets import cells_folder, folders
from seminar_gan.datasets.folders import load_image_folder


@pytest.fixture(scope="module")
def photo():
    """A photograph from Matplotlib's sample data, RGB, 128 wide and 150 high."""
    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as image:
        return image.convert("RGB").resize((128, 150))


@pytest.fixture(scope="module")
def scan():
    """A slice of a magnetic resonance image from Matplotlib's sample data, uint16 (256, 256)."""
    payload = Path(get_sample_data("s1045.ima.gz", asfileobj=False)).read_bytes()
    return np.frombuffer(gzip.decompress(payload), "uint16").reshape(256, 256)


def grey(*shape, level=100):
    return Image.fromarray(np.full(shape, level, "uint8"))


def only(folder, **options):
    """The one image of a folder as int (height, width, channels), and the notes on it."""
    loaded = load_image_folder(folder, **options)
    assert loaded.skipped == ()
    return loaded.images[0].astype(int), [note for _, note in loaded.notes]


def png_chunk(kind, payload):
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png16(colours):
    """A PNG of 16 bits per value, which Pillow cannot write: uint16 (height, width, 3 or 4)."""
    height, width, bands = colours.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[bands], 0, 0, 0)
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in colours)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(lines)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


# What comes back


@pytest.mark.parametrize("fit", ["pad", "stretch"])
@pytest.mark.parametrize("channels", [1, 3])
def test_mixed_photographs(tmp_path, photo, fit, channels):
    (tmp_path / "Größe 1").mkdir()
    photo.save(tmp_path / "Größe 1" / "ä b.JPG")
    photo.convert("L").resize((40, 90)).save(tmp_path / "grey.jpeg")
    photo.quantize(32).save(tmp_path / "PALETTE.PNG")
    photo.convert("CMYK").save(tmp_path / "cmyk.TIF")
    photo.save(tmp_path / "c.bmp")
    photo.save(tmp_path / "c.webp", lossless=True)
    loaded = load_image_folder(tmp_path, size=64, fit=fit, channels=channels)
    assert loaded.names == ("Größe 1/ä b.JPG", "PALETTE.PNG", "c.bmp", "c.webp", "cmyk.TIF", "grey.jpeg")
    assert (loaded.images.shape, loaded.images.dtype) == ((6, 64, 64, channels), np.uint8)
    assert loaded.sizes.tolist() == [[150, 128]] * 5 + [[90, 40]]
    assert loaded.skipped == ()
    bmp = loaded.images[2].astype(int)
    for image in loaded.images[:5]:
        assert np.abs(image - bmp).mean() < 6  # the same picture through six formats


def test_the_suffix_does_not_matter(tmp_path, photo):
    photo.save(tmp_path / "png_inside.jpg", format="png")
    photo.save(tmp_path / "no_suffix", format="png")
    loaded = load_image_folder(tmp_path)
    assert loaded.names == ("no_suffix", "png_inside.jpg")
    np.testing.assert_array_equal(*loaded.images)


def test_grey_and_colour(tmp_path):
    Image.new("RGB", (20, 20), (200, 100, 50)).save(tmp_path / "a.png")
    assert np.unique(only(tmp_path, size=20, channels=3)[0].reshape(-1, 3), axis=0).tolist() == [[200, 100, 50]]
    assert np.unique(only(tmp_path, size=20)[0]).tolist() == [124]  # 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2
    Image.new("L", (20, 20), 77).save(tmp_path / "a.png")
    assert np.unique(only(tmp_path, size=20, channels=3)[0]).tolist() == [77]


# Fit


def test_pad_keeps_the_proportions(tmp_path):
    image = np.zeros((400, 200), "uint8")
    image[100:300, 50:150] = 255  # twice as high as wide, as the image
    Image.fromarray(image).save(tmp_path / "a.png")
    square, _ = only(tmp_path, size=100)
    rows, columns = (np.flatnonzero(square[:, :, 0].max(axis=1 - axis) > 127) for axis in (0, 1))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (25, 74, 37, 62)  # 50 high, 25 or 26 wide, in the middle
    stretched, _ = only(tmp_path, size=100, fit="stretch")
    assert [(stretched[:, :, 0] > 127).sum(axis=axis).max() for axis in (0, 1)] == [50, 50]


def test_small_images_are_centred_as_they_are(tmp_path):
    image = np.arange(200, dtype="uint8").reshape(20, 10)
    Image.fromarray(image).save(tmp_path / "a.png")
    square, notes = only(tmp_path, size=30, padding=3)
    np.testing.assert_array_equal(square[5:25, 10:20, 0], image)
    assert (square == 3).sum() == 900 - 200 + 1
    assert notes == ["smaller than 30 pixels: centred, not enlarged"]
    assert only(tmp_path, size=20, padding=3)[1] == []
    assert only(tmp_path, size=30, fit="stretch")[1] == []


def test_one_scale_for_all_keeps_large_things_larger(tmp_path):
    for side in (20, 60, 123):
        grey(side // 2, side, level=9).save(tmp_path / f"{side}.png")
    for scale, widths, notes in (
        (1, [100, 20, 60], [("123.png", "larger than 100 pixels: shrunk to fit")]),
        (100 / 123, [100, 16, 49], []),  # 20 and 60 times 0.813
        (0.5, [62, 10, 30], []),
    ):
        loaded = load_image_folder(tmp_path, 100, scale=scale, padding=0)
        assert [int((image[50] == 9).sum()) for image in loaded.images] == widths
        assert [pair for pair in loaded.notes if "larger" in pair[1]] == notes
    assert (load_image_folder(tmp_path, 100, fit="stretch", scale=0.5).images == 9).all()


def test_padding_has_the_colour_of_the_edge(tmp_path):
    image = np.full((40, 20, 3), (10, 20, 30), "uint8")
    image[10:30, 5:15] = 255
    image[0, :3] = 255  # a few bright pixels on the edge do not count
    Image.fromarray(image).save(tmp_path / "a.png")
    square, _ = only(tmp_path, size=40, channels=3)
    assert (square[:, :10] == (10, 20, 30)).all() and (square[:, 30:] == (10, 20, 30)).all()
    square, _ = only(tmp_path, size=40, channels=3, padding=9)
    assert (square[:, :10] == 9).all() and (square[:, 30:] == 9).all()


def test_a_patterned_ground_goes_on_beyond_the_image(tmp_path):
    board = (np.indices((40, 60)).sum(axis=0) // 3 % 2 * 120 + 80).astype("uint8")
    lamp = (60 + 2 * np.indices((40, 60))[1]).astype("uint8")
    for pattern in (board, lamp):
        pattern[12:28, 20:40] = 255
        Image.fromarray(pattern).save(tmp_path / "a.png")
        square = only(tmp_path, size=60)[0][:, :, 0]
        np.testing.assert_array_equal(square[10:50], pattern)
        above, strip = square[:10], pattern[:6].astype(int)  # a sixth of 40
        np.testing.assert_array_equal(above, np.concatenate([strip[2:], strip[::-1]]))
        np.testing.assert_array_equal(square[50:56], pattern[39:33:-1])
        assert (square == 255).sum() == 16 * 20  # what is in the middle is there once


def test_an_object_that_the_edge_cuts_is_no_pattern(tmp_path):
    image = np.full((30, 60), 230, "uint8")
    image[:20, :40] = 20  # half of the edge and more
    Image.fromarray(image).save(tmp_path / "a.png")
    square = only(tmp_path, size=60)[0]
    assert len(np.unique(square[:15])) == len(np.unique(square[45:])) == 1


def test_the_padding_of_the_cells_is_one_colour():
    for size in (16, 28, 100):
        for scale in ("common", 1, 0.3):
            for image in load_image_folder(cells_folder(), size, scale=scale).images[..., 0]:
                inside = np.argwhere(image != image[0, 0])
                top, left = inside.min(axis=0)
                assert (image[:top] == image[0, 0]).all() and (image[:, :left] == image[0, 0]).all()


@pytest.mark.parametrize("sides", [(100, 90, 50), (100, 90, 49)])
def test_one_common_scale_where_images_are_alike_in_size(tmp_path, sides):
    for side in sides:
        grey(side // 2, side, level=9).save(tmp_path / f"{side}.png")
    grey(500, 500).save(tmp_path / "damaged.png")
    (tmp_path / "damaged.png").write_bytes((tmp_path / "damaged.png").read_bytes()[:60])
    scale = 0.5 if min(sides) == 50 else 1
    loaded = load_image_folder(tmp_path, 50, scale="common", padding=0)
    assert [name for name, _ in loaded.skipped] == ["damaged.png"]
    assert folders.common_scale(loaded.sizes, 50) == scale
    np.testing.assert_array_equal(loaded.images, load_image_folder(tmp_path, 50, scale=scale, padding=0).images)


def test_the_common_scale_needs_one_reading(tmp_path, photo, monkeypatch):
    photo.save(tmp_path / "a.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(tmp_path / "b.jpg", exif=exif)
    photo.save(tmp_path / "c.tif", exif=exif)
    read, names = folders.image_files.read, []
    monkeypatch.setattr(folders.image_files, "read", lambda path, *given: names.append(path.name) or read(path, *given))
    assert load_image_folder(tmp_path, 50, scale="common").sizes.tolist() == [[150, 128], [128, 150], [128, 150]]
    assert names == ["a.png", "b.jpg", "c.tif"]


def test_shrinking_averages_and_leaves_no_halo(tmp_path):
    board = np.indices((400, 400)).sum(axis=0) % 2 * 255  # every new pixel covers as much white as black
    Image.fromarray(board.astype("uint8")).save(tmp_path / "a.png")
    assert set(np.unique(only(tmp_path, size=20)[0])) <= {127, 128}
    step = np.full((400, 400), 50, "uint8")
    step[:, 200:] = 200
    Image.fromarray(step).save(tmp_path / "a.png")
    square, _ = only(tmp_path, size=27)
    assert (square.min(), square.max()) == (50, 200)


def test_very_thin_images(tmp_path):
    grey(1, 4000).save(tmp_path / "a.png")
    square, _ = only(tmp_path, size=16, padding=0)
    assert (square == 100).sum() == 16


# Kinds of images


def test_transparency_is_laid_on_the_background(tmp_path):
    pixels = np.zeros((20, 20, 4), "uint8")
    pixels[:] = (200, 100, 0, 0)
    pixels[5:15, 5:15, 3] = 102  # 0.4 opaque
    Image.fromarray(pixels).save(tmp_path / "a.png")
    square, notes = only(tmp_path, size=20, channels=3)
    assert (square[0, 0] == 255).all()
    np.testing.assert_allclose(square[10, 10], 0.4 * np.array([200, 100, 0]) + 0.6 * 255, atol=1)
    assert notes == ["transparent: laid on grey level 255"]
    square, notes = only(tmp_path, size=20, channels=3, background=10)
    assert (square[0, 0] == 10).all()
    np.testing.assert_allclose(square[10, 10], 0.4 * np.array([200, 100, 0]) + 0.6 * 10, atol=1)
    assert notes == ["transparent: laid on grey level 10"]


def test_transparent_colours_of_palettes_and_greys(tmp_path):
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 60, 60, 60])
    image.paste(0, (0, 0, 20, 10))
    image.save(tmp_path / "a.png", transparency=0)
    square, _ = only(tmp_path, size=20, background=180)
    assert (square[0, 0, 0], square[19, 0, 0]) == (180, 60)
    image = grey(20, 20, level=60)
    image.paste(0, (0, 0, 20, 10))
    image.save(tmp_path / "a.png", transparency=0)
    square, _ = only(tmp_path, size=20, background=180)
    assert (square[0, 0, 0], square[19, 0, 0]) == (180, 60)


def test_opaque_alpha_is_not_called_transparent(tmp_path, photo):
    photo.convert("RGBA").crop((0, 0, 100, 100)).save(tmp_path / "a.png")
    assert only(tmp_path)[1] == []


@pytest.mark.parametrize("file", ["a.png", "a.tif"])
@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
def test_16_bits_of_a_real_scan(tmp_path, scan, file, dtype):
    scan = scan[80:208, 64:192]
    Image.fromarray(scan.astype(dtype) + np.array(1000, dtype)).save(tmp_path / file)
    square, notes = only(tmp_path, size=128)
    expected = (scan.astype(float) - scan.min()) / (scan.max() - scan.min()) * 255
    np.testing.assert_allclose(square[:, :, 0], expected, atol=0.51)
    assert len(np.unique(square)) > 150
    assert notes == ["more than 8 bits: scaled by its own range"]


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_other_numbers_are_scaled_too(tmp_path, dtype):
    values = np.array([[-1000, 3000], [0, 1000]], dtype).repeat(8, axis=0).repeat(8, axis=1)
    Image.fromarray(values).save(tmp_path / "a.tif")
    square, notes = only(tmp_path, size=16, channels=3)
    assert square[::8, ::8, 2].tolist() == [[0, 255], [64, 128]]  # 63.75 and 127.5
    assert notes == ["more than 8 bits: scaled by its own range"]


CLIPPED = "a few pixels far outside the range of all others: clipped"


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float32"])
def test_hot_and_dead_pixels_do_not_darken_an_image(tmp_path, scan, dtype):
    usual = (scan[80:208, 64:192] // 10 + 9_000).astype(dtype)  # 9,000 to 14,017
    Image.fromarray(usual).save(tmp_path / "a.tif")
    expected, notes = only(tmp_path, size=128)
    assert CLIPPED not in notes
    faulty = usual.copy()
    faulty[[3, 50, 51], [4, 60, 90]], faulty[100, 7] = 65_535, 0
    Image.fromarray(faulty).save(tmp_path / "a.tif")
    square, notes = only(tmp_path, size=128)
    good = faulty == usual
    np.testing.assert_array_equal(square[good], expected[good])
    assert square[3, 4, 0] == 255 and square[100, 7, 0] == 0 and notes[-1] == CLIPPED


def test_thin_bright_structures_are_no_hot_pixels(tmp_path):
    image = np.random.default_rng(0).integers(100, 130, (200, 200)).astype("uint16")
    for width in (5, 60):  # pixels of a thread; 4 are the most that are left out of 40,000
        image[100, 20 : 20 + width] = 30_000
        Image.fromarray(image).save(tmp_path / "a.tif")
        square, notes = only(tmp_path, size=200)
        assert np.unique(square[100, 20 : 20 + width]).tolist() == [255] and square[:99].max() == 0
        assert CLIPPED not in notes


def test_the_only_things_to_see_are_no_hot_pixels(tmp_path):
    image = np.full((100, 100), 700, "uint16")
    image[40, 40], image[40, 41] = 1_000, 1_300
    Image.fromarray(image).save(tmp_path / "a.tif")
    square, notes = only(tmp_path, size=100)
    assert square[40, 39:42, 0].tolist() == [0, 128, 255] and CLIPPED not in notes


def test_hot_pixels_of_16_bit_colour(tmp_path):
    colours = np.zeros((16, 16, 3), "uint16")
    colours[:8], colours[8:] = 0x0200, 0x0A00
    colours[3, 3] = (0xFF00, 0x0200, 0x0200)
    (tmp_path / "a.png").write_bytes(png16(colours))
    square, notes = only(tmp_path, size=16, channels=3)
    assert square[0, 0].tolist() == [0, 0, 0] and square[9, 9].tolist() == [255, 255, 255]
    assert square[3, 3].tolist() == [255, 0, 0] and notes[-1] == CLIPPED


def test_a_16_bit_image_of_one_value_is_black(tmp_path):
    Image.fromarray(np.full((16, 16), 3000, "uint16")).save(tmp_path / "a.tif")
    assert np.unique(only(tmp_path, size=16)[0]).tolist() == [0]


def test_16_bit_tiff_in_which_zero_is_white(tmp_path):
    Image.fromarray(np.arange(256, dtype="uint16").reshape(16, 16)).save(tmp_path / "a.tif")
    entry = struct.pack("<HHI", 262, 3, 1)  # the photometric interpretation, one short
    payload = (tmp_path / "a.tif").read_bytes()
    assert payload.count(entry + b"\1\0") == 1
    (tmp_path / "a.tif").write_bytes(payload.replace(entry + b"\1\0", entry + b"\0\0"))
    assert only(tmp_path, size=16)[0].ravel().tolist() == list(range(255, -1, -1))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_in_a_file_are_skipped(tmp_path, bad):
    grey(20, 20).save(tmp_path / "good.png")
    Image.fromarray(np.array([[0, bad]], "float32")).save(tmp_path / "a.tif")
    assert load_image_folder(tmp_path).skipped == (("a.tif", "contains NaN or infinity"),)


def test_16_bit_colour_is_scaled_by_its_own_range(tmp_path):
    colours = np.zeros((16, 16, 3), "uint16")
    colours[:] = (0x0200, 0x0A00, 0x0600)  # 12 bits in 16: nearly black as it stands
    (tmp_path / "a.png").write_bytes(png16(colours))
    square, notes = only(tmp_path, size=16, channels=3)
    assert square[0, 0].tolist() == [0, 255, 128]  # the upper bytes, 2 to 10; 6 is in the middle
    assert notes == ["16-bit colour: upper 8 bits, scaled by their own range"]
    alpha = np.full((16, 16, 1), 0xFFFF, "uint16")
    alpha[8:] = 0x6600  # 0.4 opaque; alpha is not scaled
    (tmp_path / "a.png").write_bytes(png16(np.concatenate([colours, alpha], axis=2)))
    square, _ = only(tmp_path, size=16, channels=3, background=33)
    assert square[0, 0].tolist() == [0, 255, 128]
    np.testing.assert_allclose(square[15, 0], 0.4 * np.array([0, 255, 128]) + 0.6 * 33, atol=1)


def test_first_of_several_pages(tmp_path):
    pages = [grey(20, 20, level=level) for level in (10, 20, 30)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    square, notes = only(tmp_path, size=20)
    assert np.unique(square).tolist() == [10]
    assert notes == ["first of 3 pages"]


UPRIGHT = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("a.jpg", {"quality": 100}),
        ("a.png", {}),
        ("a.tif", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.webp", {"lossless": True}),
    ],
)
def test_exif_orientation(tmp_path, photo, file, options, orientation):
    image = photo.convert("L").resize((16, 24))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / file, exif=exif, **options)
    loaded = load_image_folder(tmp_path, size=24)
    upright = UPRIGHT[orientation](np.asarray(image))
    assert loaded.sizes.tolist() == [list(upright.shape)]
    top, left = (24 - upright.shape[0]) // 2, (24 - upright.shape[1]) // 2
    inside = loaded.images[0, top : 24 - top, left : 24 - left, 0]
    np.testing.assert_allclose(inside.astype(int), upright, atol=4 if file == "a.jpg" else 1)
    assert loaded.notes == (() if orientation == 1 else ((file, "turned as its EXIF says"),))


def test_cmyk_and_lab(tmp_path):
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    square, notes = only(tmp_path, size=20, channels=3)
    np.testing.assert_allclose(square[10, 10], (255, 0, 0), atol=3)
    assert notes == ["CMYK: converted without its colour profile"]
    (tmp_path / "a.jpg").unlink()
    Image.new("LAB", (20, 20), (0, 0, 0)).save(tmp_path / "a.tif")
    with Image.open(tmp_path / "a.tif") as image:
        red, green, blue = image.convert("RGB").getpixel((0, 0))
    assert only(tmp_path, size=20)[0][0, 0, 0] == round(0.299 * red + 0.587 * green + 0.114 * blue)


def test_warnings_of_pillow_become_notes(tmp_path, photo):
    photo.crop((0, 0, 100, 100)).save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\xffgarbage")
    (note,) = only(tmp_path)[1]
    assert note.startswith("Pillow: Corrupt EXIF data")


# Order and names


def test_order_and_names_are_the_same_on_every_file_system(tmp_path, monkeypatch):
    composed, decomposed = "é.png", unicodedata.normalize("NFD", "é.png")
    assert composed != decomposed
    for level, name in enumerate(["b.png", decomposed, "Z.png", "f.png", "a/z.png", "a b.png"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        grey(16, 16, level=level).save(tmp_path / name)
    loaded = load_image_folder(tmp_path, size=16)
    assert loaded.names == ("Z.png", "a b.png", "a/z.png", "b.png", "f.png", composed)
    assert loaded.images[:, 0, 0, 0].tolist() == [2, 5, 4, 0, 3, 1]
    scandir = os.scandir

    class Backwards:
        def __init__(self, folder):
            with scandir(folder) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *error):
            pass

    monkeypatch.setattr(folders.os, "scandir", Backwards)
    again = load_image_folder(tmp_path, size=16)
    assert again.names == loaded.names
    np.testing.assert_array_equal(again.images, loaded.images)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_names_that_are_not_unicode_can_be_printed(tmp_path):
    grey(20, 20).save(tmp_path / "a.png")
    os.rename(tmp_path / "a.png", os.fsencode(tmp_path) + b"/\xe4.png")
    loaded = load_image_folder(tmp_path)
    assert loaded.names == ("\\udce4.png",)


def test_what_systems_leave_behind_is_left_out(tmp_path):
    grey(20, 20).save(tmp_path / "a.png")
    for name in (".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "__MACOSX/a.png", ".ipynb_checkpoints/a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((tmp_path / "a.png").read_bytes())
    loaded = load_image_folder(tmp_path, strict=True)
    assert (loaded.names, loaded.skipped) == (("a.png",), ())


def test_a_folder_that_is_itself_hidden(tmp_path):
    (tmp_path / ".hidden").mkdir()
    grey(20, 20).save(tmp_path / ".hidden" / "a.png")
    assert load_image_folder(str(tmp_path / ".hidden")).names == ("a.png",)


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("no right to make links here")


def test_links(tmp_path):
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    grey(20, 20).save(tmp_path / "outside.png")
    link(folder / "file.png", tmp_path / "outside.png")
    link(folder / "gone.png", tmp_path / "gone.png")
    link(folder / "itself.png", folder / "itself.png")
    link(folder / "sub" / "up", folder)
    link(tmp_path / "link", folder)
    loaded = load_image_folder(tmp_path / "link")
    assert loaded.names == ("file.png",)
    assert loaded.skipped == (
        ("gone.png", "broken link"),
        ("itself.png", "broken link"),
        ("sub/up", "link to a folder, not followed"),
    )


# What cannot be read


@pytest.fixture
def mixed(tmp_path, photo):
    """One good image among files that are not images."""
    photo.save(tmp_path / "good.png")
    photo.save(tmp_path / "cut.jpg")
    for name, cut in (("cut.png", "good.png"), ("cut.jpg", "cut.jpg")):
        payload = (tmp_path / cut).read_bytes()
        (tmp_path / name).write_bytes(payload[: len(payload) // 2])
    Image.fromarray(np.zeros((60, 60), "uint16")).save(tmp_path / "cut.tif")
    (tmp_path / "cut.tif").write_bytes((tmp_path / "cut.tif").read_bytes()[:-2000])
    (tmp_path / "header.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "empty.png").touch()
    (tmp_path / "notes.txt").write_text("no image", encoding="utf-8")
    return tmp_path


def test_what_cannot_be_read_is_skipped_with_the_reason(mixed):
    loaded = load_image_folder(mixed)
    assert loaded.names == ("good.png",)
    reasons = dict(loaded.skipped)
    assert list(reasons) == ["cut.jpg", "cut.png", "cut.tif", "empty.png", "header.png", "notes.txt"]
    assert all(reasons.pop(f"cut.{kind}").startswith("cannot be read: ") for kind in ("jpg", "png", "tif"))
    assert reasons.pop("empty.png") == "empty file"
    assert set(reasons.values()) == {"not an image, or of a format that is not supported"}
    assert str(mixed) not in str(loaded.skipped)


def test_strict_raises_for_the_first(mixed):
    with pytest.raises(ValueError, match=r"^cut\.jpg: cannot be read: .*strict=False"):
        load_image_folder(mixed, strict=True)


def test_no_right_to_read_is_a_reason(tmp_path, monkeypatch):
    for name in ("a.png", "good.png"):
        grey(20, 20).save(tmp_path / name)
    opened = Image.open

    def deny(stream, **options):
        if Path(getattr(stream, "name", "")).name == "a.png":
            raise PermissionError(13, "Permission denied", stream.name)
        return opened(stream, **options)

    monkeypatch.setattr(folders.Image, "open", deny)
    assert load_image_folder(tmp_path).skipped == (("a.png", "cannot be read: Permission denied"),)


def test_no_right_to_list_a_folder_is_a_reason(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    grey(20, 20).save(tmp_path / "good.png")
    scandir = os.scandir

    def deny(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(folders.os, "scandir", deny)
    assert load_image_folder(tmp_path).skipped == (("closed", "folder that cannot be opened"),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    grey(20, 20).save(tmp_path / "good.png")
    os.mkfifo(tmp_path / "pipe.png")
    assert load_image_folder(tmp_path).skipped == (("pipe.png", "not an ordinary file"),)


@pytest.mark.parametrize("limit", [300, 150])  # Pillow warns above its limit and raises above twice of it
def test_decompression_bombs_are_skipped(tmp_path, monkeypatch, limit):
    grey(10, 10).save(tmp_path / "good.png")
    grey(20, 20).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    reason = f"over {limit} pixels, Pillow's limit against decompression bombs; shrink it first"
    assert load_image_folder(tmp_path).skipped == (("bomb.png", reason),)
    with pytest.raises(ValueError, match=rf"^bomb\.png: over {limit} pixels"):
        load_image_folder(tmp_path, strict=True)


def test_only_the_formats_that_are_named(tmp_path):
    grey(20, 20).save(tmp_path / "good.png")
    (tmp_path / "a.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", encoding="ascii")
    assert load_image_folder(tmp_path).skipped == (("a.eps", "not an image, or of a format that is not supported"),)


def test_nothing_readable_is_one_error(tmp_path):
    with pytest.raises(ValueError, match="hold no files; put images there"):
        load_image_folder(tmp_path)
    for number in range(7):
        (tmp_path / f"{number}.png").touch()
    with pytest.raises(ValueError, match="none of the 7 files in") as error:
        load_image_folder(tmp_path)
    assert str(error.value).splitlines()[1:] == [
        *(f"  {number}.png: empty file" for number in range(5)),
        "  and 2 more",
    ]


# The report


def test_rows_name_every_skipped_file_and_up_to_three_others(mixed):
    for number in range(4):
        grey(20, 20, level=number).save(mixed / f"small{number}.png")
    rows = load_image_folder(mixed).rows()
    assert rows.pop(1) == ["larger than 100 pixels: shrunk to fit", 1, "good.png"]
    note = "smaller than 100 pixels: centred, not enlarged"
    assert rows[:2] == [["images", 5, ""], [note, 4, "small0.png, small1.png, small2.png, ..."]]
    assert ["skipped: empty file", 1, "empty.png"] in rows
    assert [row[2] for row in rows[2:]] == ["cut.jpg", "cut.png", "cut.tif", "empty.png", "header.png", "notes.txt"]
    (mixed / "small3.png").unlink()
    assert load_image_folder(mixed).rows()[2] == [note, 3, "small0.png, small1.png, small2.png"]


def test_rows_make_a_table(mixed):
    from seminar_gan import export

    loaded = load_image_folder(mixed)
    assert "| skipped: empty file | 1 | empty.png |" in export.table(loaded.columns, loaded.rows()).markdown


# Arguments


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 15}, "size must be a whole number of pixels from 16 to 512; got 15"),
        ({"size": 20.5}, "size must be a whole number of pixels from 16 to 512; got 20.5"),
        ({"size": "64"}, "size must be a whole number of pixels from 16 to 512; got '64'"),
        ({"size": True}, "size must be a whole number of pixels from 16 to 512; got True"),
        ({"size": 513}, "size must be a whole number of pixels from 16 to 512; got 513"),
        ({"scale": 0}, 'scale must be a number above 0 and at most 1, or "common"; got 0'),
        ({"scale": 1.1}, 'scale must be a number above 0 and at most 1, or "common"; got 1.1'),
        ({"scale": True}, 'scale must be a number above 0 and at most 1, or "common"; got True'),
        ({"fit": "crop"}, 'fit must be "pad" or "stretch"; got \'crop\''),
        ({"channels": 2}, "channels must be 1 (grey) or 3 (colour); got 2"),
        ({"background": 256}, "background must be a grey level, 0 to 255; got 256"),
        ({"background": 0.5}, "background must be a grey level, 0 to 255; got 0.5"),
        ({"padding": -1}, 'padding must be "border" or a grey level, 0 to 255; got -1'),
        ({"padding": "white"}, "padding must be \"border\" or a grey level, 0 to 255; got 'white'"),
    ],
)
def test_other_arguments_are_rejected(tmp_path, options, message):
    grey(20, 20).save(tmp_path / "good.png")
    with pytest.raises(ValueError) as error:
        load_image_folder(tmp_path, **options)
    assert str(error.value) == message


@pytest.mark.parametrize("size", [16, np.int64(16), 17, 128, 512])
def test_the_smallest_and_the_largest_size(tmp_path, size):
    grey(20, 20).save(tmp_path / "good.png")
    assert load_image_folder(tmp_path, size).images.shape == (1, size, size, 1)


def test_a_path_that_is_not_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the folder .*cells does not exist; a relative path starts at"):
        load_image_folder(tmp_path / "cells")
    (tmp_path / "cells").touch()
    with pytest.raises(NotADirectoryError, match="cells is a file; give the folder that holds the images"):
        load_image_folder(tmp_path / "cells")


@pytest.mark.parametrize("name", ["cells.zip", "cells.tar.gz"])
def test_an_archive_is_to_be_unpacked(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(NotADirectoryError, match=f"{name} is a file; unpack it, and give the folder that holds the im"):
        load_image_folder(tmp_path / name)
    with pytest.raises(ValueError, match=f"{name}: an archive; unpack it"):
        load_image_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "path"),
    [("2024", 2024), ("2024", np.int64(2024)), ("1.5", 1.5), ("Zellen ä", "Zellen ä".encode()), ("~mine", "~mine")]
    + [(name, name) for name in ("#1", "50%", "*", "{a}", "-p", " a ", "a@b", "$HOME")],
)
def test_a_folder_of_any_name(tmp_path, monkeypatch, name, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    grey(20, 20).save(tmp_path / name / "a.png")
    assert load_image_folder(path).names == ("a.png",)


@pytest.mark.parametrize("path", [None, "", b"", True, ["cells"]])
def test_what_is_no_path_is_rejected(path):
    with pytest.raises(TypeError, match=r'a folder is needed, as text or a path \("\." is the present one\); got '):
        load_image_folder(path)


@pytest.mark.parametrize("path", ["a" * 5000, "~nobody_of_this_name/cells", "a\0b"])
def test_a_path_that_cannot_be(path):
    with pytest.raises(FileNotFoundError, match=r"(?s)the folder .* does not exist; a relative path starts at"):
        load_image_folder(path)


def test_the_home_folder_may_be_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "cells").mkdir()
    grey(20, 20).save(tmp_path / "cells" / "a.png")
    assert load_image_folder("~/cells").names == ("a.png",)


# Memory

PEAK = """
import resource, sys
from seminar_gan.datasets import load_image_folder
shape = load_image_folder(sys.argv[1], channels=3).images.shape
print(shape[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
"""


def peak(folder):
    """Images loaded in a process of their own, and the most memory that it held, in MB."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", PEAK, folder], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    count, kilobytes = map(int, done.stdout.split())
    return count, kilobytes / 1024


def large(folder, photo, count):
    """A folder of `count` names of one photograph of 2,000 x 2,000 pixels."""
    folder.mkdir()
    photo.resize((2000, 2000)).save(folder / "0.jpg")
    for number in range(1, count):
        os.link(folder / "0.jpg", folder / f"{number}.jpg")
    return folder


@pytest.mark.long
def test_large_images_are_not_held(tmp_path, photo):
    pytest.importorskip("resource")
    few, few_megabytes = peak(large(tmp_path / "few", photo, 2))
    many, many_megabytes = peak(large(tmp_path / "many", photo, 8))
    assert (few, many) == (2, 8)
    assert many_megabytes - few_megabytes < 36  # six decoded images would be 6 x 2,000 x 2,000 x 3 bytes = 72 MB


RAMP = np.linspace(0, 1, 6000, dtype="float32")[:, None] * np.linspace(0, 1, 8000, dtype="float32")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "pixels", "megabytes"),
    [
        ("a.jpg", lambda: Image.fromarray((RAMP * 255).astype("uint8")).convert("RGB"), 144),  # Pillow: 4 bytes a pixel
        ("a.png", lambda: Image.fromarray((RAMP * 255).astype("uint8")).convert("RGB"), 4 * 48),
        ("a.tif", lambda: Image.fromarray((RAMP * 60_000).astype("uint16")), (2 + 1) * 48),  # the file's, and in 8 bits
        ("a.tif", lambda: Image.fromarray(RAMP), (4 + 1) * 48),
    ],
    ids=["jpeg", "png", "16 bits", "floats"],
)
def test_a_large_image_needs_little_more_memory_than_its_pixels(tmp_path, file, pixels, megabytes):
    pytest.importorskip("resource")
    for name in ("small", "large"):
        (tmp_path / name).mkdir()
    grey(20, 20).save(tmp_path / "small" / "a.png")
    pixels().save(tmp_path / "large" / file)
    assert peak(tmp_path / "large")[1] - peak(tmp_path / "small")[1] < 1.1 * megabytes + 20


def test_a_large_jpeg_is_decoded_at_half_its_size_and_looks_the_same(tmp_path, photo, monkeypatch):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.resize((1280, 1500)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    whole = load_image_folder(tmp_path, 64, channels=3)
    monkeypatch.setattr(folders.image_files, "LARGE_JPEG", 1_000_000)
    monkeypatch.setattr(folders.image_files, "LARGE_SIDE", 600)
    looks = folders.copies.look
    sizes = []
    monkeypatch.setattr(folders.copies, "look", lambda image, mode: sizes.append(image.size) or looks(image, mode))
    halved = load_image_folder(tmp_path, 64, channels=3)
    assert sizes == [(750, 640)] and halved.sizes.tolist() == whole.sizes.tolist() == [[1280, 1500]]
    assert np.abs(halved.images.astype(int) - whole.images).max() <= 3


@pytest.mark.slow
def test_a_thousand_large_images_need_less_than_2_gb(tmp_path, photo):
    pytest.importorskip("resource")
    count, megabytes = peak(large(tmp_path / "large", photo, 1000))
    assert count == 1000
    assert megabytes < 2000
