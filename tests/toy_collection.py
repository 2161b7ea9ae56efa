"""A small collection in a temporary folder: plain pages, a copy of the package, and a TensorFlow that is quick."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import psutil
from conftest import ROOT

TENSORFLOW = """
__version__ = "0.toy"
class config:
    list_physical_devices = staticmethod(lambda kind: ["gpu"])
    class experimental:
        get_device_details = staticmethod(lambda gpu: {"device_name": "Toy GPU"})
"""


class Toy:
    """The collection at `root`."""

    def __init__(self, root):
        self.root = root
        (root / "notebooks" / "src").mkdir(parents=True)
        shutil.copytree(
            ROOT / "seminar_gan", root / "seminar_gan", ignore=shutil.ignore_patterns("__pycache__", "data")
        )
        (root / "tensorflow.py").write_text(TENSORFLOW)
        (root / "matplotlibrc").write_text("image.origin: lower\n")
        # A kernel that does not run, where a user's own kernels are: no page may take it.
        spec = root / "jupyter" / "kernels" / "python3"
        spec.mkdir(parents=True)
        (spec / "kernel.json").write_text(
            json.dumps({"argv": ["no-such-python"], "display_name": "x", "language": "python"})
        )

    def page(self, name, *cells):
        """Write a page; a cell is its source, or (source, tag)."""
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
        for number, cell in enumerate(cells):
            source, *tags = (cell,) if isinstance(cell, str) else cell
            new = nbformat.v4.new_code_cell(source, metadata={"tags": tags}, id=f"cell-{number}")
            notebook.cells.append(new)
        nbformat.write(notebook, self.root / "notebooks" / f"{name}.ipynb")

    def params(self, profile, name, text):
        """Write a profile's parameters for a page."""
        path = self.root / "notebooks" / "params" / profile / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @property
    def environment(self):
        paths = {"PYTHONPATH": str(self.root), "JUPYTER_DATA_DIR": str(self.root / "jupyter")}
        paths |= {"MPLBACKEND": "Agg", "MATPLOTLIBRC": str(self.root / "matplotlibrc")}  # a user's own, for no page
        return os.environ | paths | {"SEMINAR_GAN_ENV": "current", "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self, *arguments):
        """Start a command in the background; its output goes to output.txt."""
        with open(self.root / "output.txt", "w") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "seminar_gan", *arguments],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, *arguments, timeout=60):
        """Run a command and return (exit code, output)."""
        process = self.start(*arguments)
        try:
            return process.wait(timeout), self.output
        finally:
            self.kill(process)

    @staticmethod
    def kill(process):
        """End a process at once, without a word, if it still runs."""
        process.kill()
        process.wait()

    @property
    def output(self):
        return (self.root / "output.txt").read_text()

    def built(self, name, profile="quick"):
        """The text that a finished page printed."""
        notebook = nbformat.read(self.root / "build" / profile / f"{name}.ipynb", as_version=4)
        return "".join(o.get("text", "") for c in notebook.cells if c.cell_type == "code" for o in c.outputs)

    def statuses(self):
        """{page: status} as the table says it."""
        rows = self.output.split("------\n")[-1].split("\n\n")[0].splitlines()
        return dict(re.split(r"\s{2,}", row)[:2] for row in rows)

    def processes(self, name=""):
        """The processes that work in this folder, or those of them with `name` in their command line."""
        running = []
        for process in psutil.process_iter(["cmdline", "environ"]):
            environ, command = process.info["environ"] or {}, " ".join(process.info["cmdline"] or [])
            if environ.get("JUPYTER_DATA_DIR") == self.environment["JUPYTER_DATA_DIR"] and name in command:
                running.append(process)
        return [process for process in running if process.status() != psutil.STATUS_ZOMBIE]

    def page_processes(self):
        """The processes that execute pages."""
        return self.processes("seminar_gan.commands.run.execute")


def until(condition, timeout=30):
    """Wait for a condition and return its value."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{condition} did not come true within {timeout} s")


@contextlib.contextmanager
def cluster(toy, workers):
    """Yield the address of a Dask scheduler whose workers are processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    commands = [["scheduler", "--host", address, "--no-dashboard"]]
    commands += [["worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]] * workers
    with open(toy.root / "cluster.txt", "w") as log:
        processes = [
            subprocess.Popen([sys.executable, "-m", "dask", *command], env=toy.environment, stdout=log, stderr=log)
            for command in commands
        ]
    try:
        yield address
    finally:
        for process in processes:
            Toy.kill(process)
