"""Execute one page with papermill, in a process of its own: `python -m seminar_gan.commands.run.execute FOLDER`.

FOLDER belongs to this attempt alone. It holds job.json (page, parameters, parent) and receives page.ipynb, files/ (the
page's working directory), progress.json at every cell and result.json at the end. When its parent is gone, the process
ends its kernel and itself, so that no process of a killed run remains.
"""

import json
import os
import re
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import psutil

from seminar_gan.claims import NO_LONGER
from seminar_gan.commands import pages
from seminar_gan.files import write_json
from seminar_gan.metrics.record import MIME

WATCH_SECONDS = 0.5


def main(folder):
    folder = Path(folder)
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    watch = Watch(job["parent"])
    watch.start()
    (folder / "files").mkdir()
    _use_this_python(folder)
    use_plain_matplotlib(os.environ)
    error = _execute(folder, job)
    write_json(
        folder / "result.json",
        {
            "error": error,
            "seconds": round(time.monotonic() - watch.began, 1),
            "peak_memory_mb": round(watch.peak / 1e6),
            "claims": claims_of(folder / "page.ipynb"),
            "statements": statements_of(folder / "page.ipynb"),
            "metrics": metrics_of(folder / "page.ipynb"),
        },
    )


class Watch(threading.Thread):
    """Ends this process when its parent is gone; measures the peak memory of this process and its kernel together."""

    def __init__(self, parent):
        super().__init__(daemon=True)
        self.parent = parent
        self.peak = 0
        self.began = time.monotonic()

    def run(self):
        me = psutil.Process()
        try:
            parent = psutil.Process(self.parent)
        except psutil.NoSuchProcess:
            parent = None
        while True:
            family = [me, *me.children(recursive=True)]
            # On Windows the parent may be a launcher in between, and a parent's death does not change getppid().
            if not parent or not parent.is_running() or (os.name != "nt" and os.getppid() != self.parent):
                for process in reversed(family):
                    process.kill()
            memory = 0
            for process in family:
                try:
                    memory += process.memory_info().rss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, memory)
            time.sleep(WATCH_SECONDS)


def _use_this_python(folder):
    """Make python3 the name of this Python's kernel: a user's own kernel of that name may be another Python."""
    spec = folder / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    write_json(spec / "kernel.json", {"argv": argv, "display_name": "Python 3", "language": "python"})
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(folder / "jupyter"), os.environ.get("JUPYTER_PATH")])
    )


def use_plain_matplotlib(environment):
    """Change an environment so that a page draws as we do, whatever backend and style this machine's user has."""
    environment.pop("MPLBACKEND", None)
    environment["MATPLOTLIBRC"] = str(Path(find_spec("matplotlib").origin).parent / "mpl-data" / "matplotlibrc")


def _execute(folder, job):
    """Run the page with papermill; return the end of the error, or an empty text."""
    sys.modules["rfc3987_syntax"] = None  # jsonschema works without it; its import takes a second of every page
    import papermill
    from papermill.engines import NBClientEngine, papermill_engines

    class Engine(NBClientEngine):
        """papermill's own engine, which also writes down which cell it starts."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **options):
            cell_start = nb_man.cell_start
            code = [index for index, cell in enumerate(nb_man.nb.cells) if cell.cell_type == "code"]

            def start(cell, cell_index=None, **more):
                if cell_index in code:
                    write_json(folder / "progress.json", {"cell": code.index(cell_index) + 1, "of": len(code)})
                cell_start(cell, cell_index, **more)

            nb_man.cell_start = start
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register("seminar-gan", Engine)
    try:
        papermill.execute_notebook(
            _literally(job["page"]),
            _literally(folder / "page.ipynb"),
            parameters=job["parameters"],
            engine_name="seminar-gan",
            kernel_name="python3",
            language="python",
            cwd=str(folder / "files"),
            progress_bar=False,
        )
    except Exception as error:
        return tail(str(error) or repr(error))
    return ""


def _literally(path):
    """The path as papermill takes it, to which every path is a template: {year} would stand for a parameter."""
    return str(path).replace("{", "{{").replace("}", "}}")


def claims_of(path):
    """Return the lines that begin with PASS or FAIL in the outputs of cells tagged `claims`."""
    lines = []
    for cell in pages.read_notebook(path)["cells"] if path.is_file() else []:
        for output in cell.get("outputs", []) if "claims" in pages.tags_of(cell) else []:
            text = "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
            lines += re.findall(r"^(?:PASS|FAIL)\b.*", text, re.MULTILINE)
    return lines


def statements_of(path):
    """Return how many statements the cells tagged `check` make, and those that do not hold, as a list of sentences."""
    made, refuted = 0, []
    for cell in pages.read_notebook(path)["cells"] if path.is_file() else []:
        if "check" in pages.tags_of(cell):
            made += len(re.findall(r"\bholds\(", pages.source_of(cell)))
            text = "".join("".join(output.get("text", "")) for output in cell.get("outputs", []))
            refuted += re.findall(rf"^{re.escape(NO_LONGER)} (.*)", text, re.MULTILINE)
    return made, refuted


def metrics_of(path):
    """Return the numbers that a page gave to `metrics.record`, {name: number or None}."""
    numbers = {}
    for cell in pages.read_notebook(path)["cells"] if path.is_file() else []:
        for output in cell.get("outputs", []):
            numbers |= output.get("data", {}).get(MIME, {})
    return numbers


def tail(text, lines=12):
    """Return the last lines of a text without its colours and empty lines."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return "\n".join([line.rstrip() for line in plain.splitlines() if line.strip()][-lines:])


if __name__ == "__main__":
    main(sys.argv[1])
