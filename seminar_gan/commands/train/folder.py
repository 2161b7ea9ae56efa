"""The folder of a run: whose it is, what is in it, and how far it has come."""

import contextlib
import json
import os
import re
import tempfile
import zipfile
from pathlib import Path

from seminar_gan import files
from seminar_gan.commands import UserError
from seminar_gan.commands.lock import alone


def sentence(text):
    """Return a text on one line with one full stop at its end."""
    return " ".join(str(text).split()).rstrip(".") + "."


def as_path(text, option):
    """Return the path that an option names.

    Raises:
        UserError: if there can be none of that name, or if it must not be looked at.
    """
    if not text.strip():
        raise UserError(f"{option} is empty: is a variable not set? . is the present folder.")
    try:
        path = Path(text) if os.path.lexists(text) else Path(text).expanduser()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.stat()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a ~ of nobody
        raise UserError(sentence(f"{option} {text}: {getattr(error, 'strerror', None) or error}")) from error
    return path


LOCK = ".lock"
RESULTS = ("generator.keras", "generator.json", "samples.npz")


class RunFolder:
    """A folder and its run.json.

    What identifies the run must stay: model, data, --conditional and seed. What only says how far to go may change and
    is kept: `calls` has an entry for each call that changed something. `results` says which step all results are of; it
    is None while they are being written.

    Raises:
        UserError: if the path is a file, or if the folder holds other things.
    """

    def __init__(self, path):
        self.path = as_path(os.fspath(path), "--to")
        self.record = {"model": None, "identity": None, "classes": None, "calls": [], "results": None}
        for path in (self.path, *self.path.parents):
            if path.exists() and not path.is_dir():
                raise UserError(f"--to must name a folder; {path} is a file.")
        self.found = self._on_disk()
        other = self._other_file()
        if other and not self.file.is_file():
            raise UserError(
                f"{self.path} is there already, and it is not a run of this command: it holds {other}. "
                "Take another folder with --to."
            )
        if other:  # otherwise nothing has been kept yet, and any run may begin here
            self.record |= self._read()

    def __str__(self):
        return str(self.path)

    @property
    def file(self):
        return self.path / "run.json"

    @property
    def model(self):
        """The name of the model of the run in the folder, or None."""
        return self.record["model"]

    @model.setter
    def model(self, name):
        self.record["model"] = name

    def compare(self, identity, model=None):
        """Refuse to go on with another run.

        Args:
            identity: dict of what identifies the run beside the model. What the data are is a dict for itself.
            model: the name of the model, or None for that of the folder.

        Raises:
            UserError: names what differs.
        """
        before, different = self.record["identity"] or {}, []
        if self.model and model and model != self.model:
            different.append(f"model {self.model!r}, not {model!r}")
        for name, now in identity.items():
            was = before.get(name)
            if was == now or None in (was, now):  # no labels, which --conditional says already
                continue
            if isinstance(now, dict):
                part = next(part for part in now if was.get(part) != now[part])
                what = "" if part == "content" else f" ({part} {was.get(part)}, now {now[part]})"
                different.append(f"its {name} have changed{what}")
            else:
                different.append(f"{name} {was!r}, not {now!r}")
        if different:
            raise UserError(f"{self} holds another run: {'; '.join(different)}. Take another folder with --to.")
        self.record["identity"] = identity

    def is_finished(self, steps, seconds, samples):
        """Whether the results that are there are of a training as long, and as many samples, as are asked for."""
        results = self.record["results"]
        if not results or not all((self.path / name).is_file() for name in RESULTS):
            return False
        if not all(zipfile.is_zipfile(self.path / name) for name in RESULTS if not name.endswith(".json")):
            return False
        enough = results["step"] >= steps if steps else results["seconds"] >= seconds
        return enough and results["samples"] >= samples

    @contextlib.contextmanager
    def prepared(self):
        """Make the folder for the time of a training; leave no trace if nothing came to be kept in it."""
        made = [path for path in (self.path, *self.path.parents) if not path.exists()]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                tempfile.TemporaryFile(dir=self.path).close()  # an error now, and not after the training
            except OSError as error:
                raise OSError(error.errno, error.strerror, self.path) from error
            with contextlib.ExitStack() as left, self._alone():
                left.callback(self._tidy)  # after the lock has been let go: Windows removes no file that is open
                if self._on_disk() != self.found:
                    raise UserError(f"Another call has just trained in {self}: call again to go on from there.")
                for part in self.path.glob(".*.part"):  # of a call that was killed while it wrote
                    part.unlink()
                yield
        finally:
            for path in made:
                with contextlib.suppress(OSError):  # it holds something
                    path.rmdir()

    def _alone(self):
        """Refuse to train where another call does."""

        def taken():
            raise UserError(f"Another call is training in {self}: wait until it has ended.")

        def failed(error):
            print(f"{self} can have no lock ({error}): start no other call in it meanwhile.", flush=True)

        return alone(self.path / LOCK, taken=taken, failed=failed)

    def _tidy(self):
        """Remove what belongs to a run if nothing came to be kept."""
        checkpoints = self.path / "checkpoints"
        for remove in () if self._other_file() else (self.file.unlink, (self.path / LOCK).unlink, checkpoints.rmdir):
            with contextlib.suppress(OSError):  # it is not there, or holds something
                remove()

    def begin(self, call):
        """Write down that a call trains, or draws samples. From now on the folder is claimed."""
        self.record["calls"].append(call)
        self.write()

    def write(self, **changes):
        """Write run.json, with changes to the record."""
        self.record |= changes
        files.write_json(self.file, self.record)

    def images_seen(self, step):
        """How many images the networks have seen up to a step, over all calls and their sizes of a batch."""
        calls = self.record["calls"]
        ends = [*(call["from_step"] for call in calls[1:]), step]
        return sum(call["images_a_step"] * (end - call["from_step"]) for call, end in zip(calls, ends, strict=True))

    def described(self):
        """Say what the results are of, and whether they are any."""
        done = self.record["results"]
        hint = ": hardly trained, so this is no result yet. The same command goes on with more --steps or --seconds"
        seen = f"{done['images_seen']:,} images seen ({done['times_the_data']:,g} times the data)"
        return f"{done['step']:,} steps, {seen}, {done['samples']:,} samples{hint if done['hardly_trained'] else ''}"

    def last_step(self):
        """The step of the newest checkpoint, or None."""
        names = [path.stem for path in (self.path / "checkpoints").glob("step_*.npz")]
        return max((int(name[5:]) for name in names if re.fullmatch(r"step_\d+", name)), default=None)

    def kept(self):
        """Say what is kept, for somebody whose training has stopped."""
        step, results = self.last_step(), self.record["results"]
        if step is not None:
            return f"{self} keeps step {step:,}: the same command goes on from there."
        if results:
            return f"{self} keeps its results of step {results['step']:,}."
        return "Nothing was kept: the same command begins at step 0."

    def _other_file(self):
        """The name of a file in the folder beside run.json, or None. What systems and half-written files leave counts
        as nothing.
        """
        for path in self.path.rglob("*"):
            name = path.relative_to(self.path)
            if path.is_file() and path != self.file and not any(part.startswith(".") for part in name.parts):
                return name
        return None

    def _on_disk(self):
        """What run.json holds, as bytes; None if there is none."""
        try:
            return self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(sentence(f"{self.file} cannot be read: {error.strerror}")) from error

    def _read(self):
        try:
            record = json.loads(self.file.read_text(encoding="utf-8"))
            if "identity" in record:
                return {name: record[name] for name in self.record}
            asked = record["parameters"]  # of a version that kept one call only
            model, identity = asked["model"], {"conditional": asked["conditional"], "seed": record["seed"]}
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self.file} cannot be read as that of a run ({error!r}). Take another folder.") from error
        return {"model": model, "identity": identity, "calls": [{**record, "from_step": 0, "images_a_step": None}]}
