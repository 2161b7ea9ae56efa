"""Files for a paper with a JSON beside them that says where they came from, and that keeps other pages from them."""

import hashlib
import json
import os
import re
import unicodedata
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from seminar_gan import files, runs

__all__ = []

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}


class Files:
    """The files of one figure or table: `<folder>/<name>.<ending>` for each ending, and `<folder>/<name>.json`.

    Args:
        kind: "figure" or "table".
        name: as in `save_figure`.
        run: runs.Run or None.
        folder: str or pathlib.Path.
        endings: without the dot; the first is that of the file whose path is returned.

    Raises:
        TypeError: if name or run has the wrong type.
        ValueError: if the name is not safe.
    """

    def __init__(self, kind, name, run, folder, endings):
        if not isinstance(run, runs.Run | None):
            raise TypeError(f"run must be what runs.describe returns, not {type(run).__name__}")
        _check_name(kind, name, endings)
        self.kind, self.name, self.run = kind, name, run or runs.describe()
        self.folder = Path(folder).expanduser()
        self.paths = [self.folder / f"{name}.{ending}" for ending in endings]
        self.json = self.folder / f"{name}.json"

    def save(self, contents, about):
        """Write {ending: bytes} and the JSON with what is said `about` them; return the path of the first file.

        Where the folder cannot be written to, there is a warning.

        Raises:
            FileExistsError: if files of this name exist and belong to another page, or to an unknown page.
        """
        contents = {path.name: contents[path.suffix[1:]] for path in self.paths}
        record = {
            self.kind: self.name,
            **self.run.record(),
            **about,
            "sha256": {file: hashlib.sha256(payload).hexdigest() for file, payload in contents.items()},
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        cure = f"give save_{self.kind} a folder that you may write to, such as folder='~/{self.kind}s'"
        refusal = None
        with files.optional(self.paths[0], cure, stacklevel=5):  # whose line called save_figure or save_table
            refusal = self._refusal()
            if not refusal:
                self._write({**contents, self.json.name: text.encode()})
        if refusal:
            raise FileExistsError(refusal)
        return self.paths[0]

    def _write(self, contents):
        # All files are written before the first is renamed. The last one to enter is renamed first: the JSON, so that
        # the files have an owner, who may write them again, wherever this stops.
        with ExitStack() as parts:
            for file, payload in contents.items():
                parts.enter_context(files.whole(self.folder / file)).write_bytes(payload)

    def _refusal(self):
        """Return why the files of this name may not be replaced; None if there are none, or if they are this page's."""
        existing = [path for path in (self.json, *self.paths) if os.path.lexists(path)]
        if not existing:
            return None
        try:
            content = json.loads(self.json.read_bytes())
            if content[self.kind] != self.name:
                raise ValueError
            owner = content["page"]
        except FileNotFoundError:
            reason = f"no {self.json.name} beside it says which page it comes from"
        except PermissionError:
            raise
        except (OSError, ValueError, KeyError, TypeError):
            reason = (
                f"{self.json.name} is damaged or was not written by save_{self.kind}, so nothing says which page it "
                "comes from"
            )
        else:
            if owner == self.run.page:
                return None
            reason = f"it belongs to {_page_text(owner)}, and this is {_page_text(self.run.page)}"
        names = ", ".join(path.name for path in existing)
        return (
            f"{existing[-1].as_posix()} is not replaced: {reason}. "
            f"Choose another name or folder, or move the existing files away ({names})."
        )


def caption_text(caption):
    """Return a caption on one line, or None for None; or say what is wrong with it."""
    if caption is None:
        return None
    if not isinstance(caption, str):
        raise TypeError(f"caption must be a string or None; got {type(caption).__name__}")
    if not caption.strip():
        raise ValueError("caption is empty: say what the figure shows, or leave it out")
    return " ".join(caption.split())


def _page_text(page):
    return "work outside any page (no run was given)" if page is None else f"page {page!r}"


def _check_name(kind, name, endings):
    if not isinstance(name, str):
        raise TypeError(f"the name of a {kind} must be a string, not {type(name).__name__}")
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) and name not in _RESERVED:
        return
    if name in _RESERVED:
        reason, suggestion = "Windows reserves it", f"{name}_{kind}"
    else:
        reason = "use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit, without folder or ending"
        ascii_text = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
        suggestion = re.sub(rf"\.({'|'.join(endings)}|json)$", "", ascii_text)
        suggestion = re.sub(r"[^a-z0-9-]+", "_", suggestion).strip("_-")[:64]
    hint = f", for instance {suggestion!r}" if suggestion and suggestion not in _RESERVED else ""
    raise ValueError(f"{name[:80]!r} is not a safe name for a {kind}: {reason}{hint}")
