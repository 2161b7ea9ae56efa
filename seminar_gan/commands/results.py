"""build/: which pages are finished, and how a new result gets there without ever being seen half-written.

A page's notebook is moved into place first and its record after it. A page is finished only if the record carries
today's fingerprint and the checksum of the notebook beside it.
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
        """A page's last record, of whatever age; an empty dictionary if there is none that can be read."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def finished(self, name, fingerprint):
        """The record of a page that need not be repeated, else an empty dictionary."""
        record = self.record(name)
        wanted = ("ok", fingerprint, _checksum(self.folder / f"{name}.ipynb"))
        return record if (record.get("status"), record.get("fingerprint"), record.get("sha256")) == wanted else {}

    def keep(self, page, result, **more):
        """Move what a page made into place, or into failed/, and return its record, which holds `more` as well.

        A failed page leaves an older finished notebook where it is.
        """
        made = Path(result["folder"]) if "folder" in result else None
        claims = result.get("claims", [])
        broken = [line for line in claims if line.startswith("FAIL")]
        status = "failed" if result["error"] else "claim failed" if broken else "ok"
        place = self.folder / "failed" if status == "failed" else self.folder
        record = {"page": page.name, "status": status, "claims": [len(claims) - len(broken), len(claims)]}
        record |= {key: result.get(key) for key in ("seconds", "peak_memory_mb", "device")} | more
        record["error"] = result["error"] or "\n".join(broken)
        if made and (made / "page.ipynb").is_file():
            place.mkdir(parents=True, exist_ok=True)
            record["sha256"] = _checksum(made / "page.ipynb")
            _replace_folder(made / "files", place / page.name)
            os.replace(made / "page.ipynb", place / page.path.name)
            record["notebook"] = str(place / page.path.name)
        if status != "failed":
            write_json(self.folder / f"{page.name}.json", record)
            (self.folder / "failed" / page.path.name).unlink(missing_ok=True)
            shutil.rmtree(self.folder / "failed" / page.name, ignore_errors=True)
        if made:
            shutil.rmtree(made, ignore_errors=True)
        return record


def private_folder(parent):
    """Make a folder for this run alone, and remove those of runs that are dead: each is called HOST-PID-START."""
    host = "".join(letter if letter.isalnum() else "_" for letter in socket.gethostname())
    for folder in parent.glob(f"{host}-*"):
        pid, began = folder.name.split("-")[1:]
        if _began(int(pid)) != began:
            shutil.rmtree(folder, ignore_errors=True)
    folder = parent / f"{host}-{os.getpid()}-{_began(os.getpid())}"
    folder.mkdir(parents=True)
    return folder


def _began(pid):
    """When a process began, as text; None if there is none of this number."""
    try:
        return str(round(psutil.Process(pid).create_time() * 100))
    except psutil.NoSuchProcess:
        return None


def _checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _replace_folder(made, place):
    """Put a page's own files beside its notebook, instead of those of an earlier run."""
    shutil.rmtree(place, ignore_errors=True)
    if any(made.iterdir()):
        os.replace(made, place)
