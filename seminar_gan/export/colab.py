"""Files to and from Google Colab, whose machine is far away and is gone after the session."""

import contextlib
import itertools
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

__all__ = ["download", "upload"]


def __dir__():
    return __all__


def upload(name):
    """Ask for files, on Colab, and put them into a new folder; a zip file is unpacked.

    Args:
        name: str, how to call the folder; name_2, name_3 and so on if it is there already, so that no images of an
            earlier upload are among the new ones.

    Returns:
        str, the folder.

    Raises:
        RuntimeError: outside Colab.
        ValueError: if no file was chosen.

    Example:
        >>> upload("my_images")  # here, outside Colab
        Traceback (most recent call last):
        RuntimeError: UPLOAD works on Colab alone; here put the images into a folder: IMAGE_FOLDER = 'my_images'
    """
    if "google.colab" not in sys.modules:
        raise RuntimeError(f"UPLOAD works on Colab alone; here put the images into a folder: IMAGE_FOLDER = {name!r}")
    from google.colab import files

    folder = next(folder for folder in map(Path, _names(name)) if not folder.exists())
    folder.mkdir()
    with contextlib.chdir(folder):  # files.upload writes into the current folder
        chosen = [Path(each) for each in files.upload()]
        for archive in filter(zipfile.is_zipfile, chosen):
            with contextlib.suppress(RuntimeError, zipfile.BadZipFile):  # a password: the loader names the file
                shutil.unpack_archive(archive, archive.stem, "zip")
                archive.unlink()
    if not chosen:
        folder.rmdir()
        raise ValueError("no file was chosen: run the cell again, or set UPLOAD = False for the embedded images")
    return str(folder)


def download(folder):
    """Download a folder as a zip file, on Colab; elsewhere say where it is.

    Args:
        folder: str or pathlib.Path, such as "figures".

    Example:
        >>> download("no_such_folder")
        There is no folder no_such_folder: nothing was written to it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        print(f"There is no folder {folder.as_posix()}: nothing was written to it.")
    elif "google.colab" not in sys.modules:
        print(f"The files are in the folder {folder.as_posix()}.")
    else:
        from google.colab import files

        archive = Path(tempfile.mkdtemp()) / folder.name
        files.download(shutil.make_archive(archive, "zip", folder.parent, folder.name))


def _names(name):
    yield name
    yield from (f"{name}_{number}" for number in itertools.count(2))
