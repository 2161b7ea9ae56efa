"""build/: which pages are finished, and how a new result is put there whole.

A page's notebook is moved into place first and its record after it. A page is finished only if its record holds the
present fingerprint and the checksum of the notebook beside it.
"""

import hashlib
import json
import os
import shutil
import socket
from pathlib import Path

import psutil

from seminar_gan.files import write_json


class Results:
    """The folder build/PROFILE/ of one kind of run."""

    def __init__(self, folder):
        self.folder = folder

    def record(self, name):
        """Return a page's last record, or an empty dictionary if it does not exist or cannot be read."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def finished(self, name, fingerprint):
        """Return the record of a page that need not be repeated, else an empty dictionary."""
        record = self.record(name)
        finished = ("ok", fingerprint, _checksum(self.folder / f"{name}.ipynb"))
        return record if (record.get("status"), record.get("fingerprint"), record.get("sha256")) == finished else {}

    def keep(self, page, result, **more):
        """Move a page's results into place, or into failed/, and return its record, which also holds `more`.

        If a page fails, its earlier notebook stays where it is.
        """
        folder = Path(result["folder"]) if "folder" in result else None
        claims = result.get("claims", [])
        broken = [line for line in claims if line.startswith("FAIL")]
        status = "failed" if result["error"] else "claim failed" if broken else "ok"
        place = self.folder / "failed" if status == "failed" else self.folder
        record = {"page": page.name, "status": status, "claims": [len(claims) - len(broken), len(claims)]}
        made, refuted = result.get("statements", (0, []))
        record["statements"] = [made - len(refuted), made]
        record |= {key: result.get(key) for key in ("seconds", "peak_memory_mb", "device")} | more
        record["error"] = result["error"] or "\n".join(broken)
        if folder and (folder / "page.ipynb").is_file():
            place.mkdir(parents=True, exist_ok=True)
            record["sha256"] = _checksum(folder / "page.ipynb")
            _replace_folder(folder / "files", place / page.name)
            os.replace(folder / "page.ipynb", place / page.path.name)
            record["notebook"] = str(place / page.path.name)
        if status != "failed":
            write_json(self.folder / f"{page.name}.json", record)
            (self.folder / "failed" / page.path.name).unlink(missing_ok=True)
            shutil.rmtree(self.folder / "failed" / page.name, ignore_errors=True)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        return record


def private_folder(parent):
    """Make this run's own folder, called HOST-PID-START, and remove those of runs that have ended."""
    host = "".join(letter if letter.isalnum() else "_" for letter in socket.gethostname())
    for folder in parent.glob(f"{host}-*"):
        pid, began = folder.name.split("-")[1:]
        if _began(int(pid)) != began:
            shutil.rmtree(folder, ignore_errors=True)
    folder = parent / f"{host}-{os.getpid()}-{_began(os.getpid())}"
    folder.mkdir(parents=True)
    return folder


def _began(pid):
    """Return when a process began, as text; None if there is no process of this number."""
    try:
        return str(round(psutil.Process(pid).create_time() * 100))
    except psutil.NoSuchProcess:
        return None


def _checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _replace_folder(files, place):
    """Put a page's own files beside its notebook, instead of those of an earlier run."""
    shutil.rmtree(place, ignore_errors=True)
    if any(files.iterdir()):
        os.replace(files, place)
