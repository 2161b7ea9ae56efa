"""Take the README's pictures out of the built pages: notebooks/pictures/. Run it after `make notebooks`."""

import base64
import sys
from pathlib import Path

from seminar_gan.commands import pages
from seminar_gan.files import write_bytes

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks" / "pictures"
PICTURES = {  # file: (page, name of the figure in the cell that draws it)
    "smile.png": ("01_simple_autoencoder", "smile_figure"),
    "deep.png": ("02_deep_autoencoder", "epochs_figure"),
    "shift.png": ("03_convolutional_autoencoder", "shift_figure"),
    "game.png": ("05_the_game", "film_figure"),
    "race.png": ("07_dcgan", "quality_figure"),
    "walk.png": ("07_dcgan", "walk_figure"),
    "ordered.png": ("08_conditional_gan", "grid_figure"),
}


def picture(page, figure):
    """The PNG bytes of the cell that assigns `figure` on a built page."""
    for cell in pages.read_notebook(ROOT / "notebooks" / f"{page}.ipynb")["cells"]:
        if cell["cell_type"] == "code" and f"{figure} = " in pages.source_of(cell):
            for output in cell["outputs"]:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode("".join(output["data"]["image/png"]))
    raise LookupError(f"{page} has no cell that draws {figure}")


def main():
    for name, (page, figure) in PICTURES.items():
        write_bytes(FOLDER / name, picture(page, figure))


if __name__ == "__main__":
    sys.exit(main())
