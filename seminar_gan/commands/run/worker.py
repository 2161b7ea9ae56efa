"""What a Dask worker does for a job: it starts the job's process, reports its progress, and ends it if need be."""

import functools
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import psutil
from distributed import Status, get_worker

from seminar_gan.commands.closure import PACKAGE
from seminar_gan.commands.run.execute import tail
from seminar_gan.files import write_json

# Dask's nanny sets these to 1 for its workers' own work, which must not slow the page.
NANNY_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
POLL_SECONDS = 0.25
PROBING = threading.Lock()
PROBE = """
import json, os, platform
try:
    import tensorflow as tf
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    version = "TensorFlow " + tf.__version__
except Exception as error:
    names, version = [], f"no TensorFlow ({type(error).__name__}: {error})"
cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
device = ", ".join(names) or f"CPU, {cores} cores"
print("\\n" + json.dumps({"python": platform.python_version(), "tensorflow": version, "device": device}))
"""


def run_job(job):
    """Run a job in a process of its own and return its result, with the folder that holds its files.

    Args:
        job: dict with name, program and contents, as `engine.Job` has them, work (a folder that client and worker both
            see), topic and environment (variables for the job's process).
    """
    worker = get_worker()
    key = worker.get_current_task()
    environment = _environment(job["environment"])
    threading.Thread(target=_send_machine, args=(worker, job["topic"]), daemon=True).start()
    folder = Path(job["work"]) / f"{job['name']}-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    write_json(folder / "job.json", job["contents"] | {"parent": os.getpid()})
    worker.log_event(job["topic"], {"event": "start", "page": job["name"]})
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", job["program"], str(folder)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the run, which then ends its pages
        )
    sent = None
    while process.poll() is None:
        if not _wanted(worker, key):
            _kill_tree(process.pid)
        progress = _read(folder / "progress.json")
        if progress and progress != sent:
            worker.log_event(job["topic"], {"event": "cell", "page": job["name"], **progress})
            sent = progress
        time.sleep(POLL_SECONDS)
    result = _read(folder / "result.json") or {
        "error": f"The page's process ended with code {process.returncode}, perhaps because memory ran out.\n"
        + tail((folder / "log.txt").read_text(encoding="utf-8", errors="replace"))
    }
    worker.log_event(job["topic"], {"event": "end", "page": job["name"], "error": result["error"]})
    return {**result, "folder": str(folder), "device": _machine()["device"]}


def _send_machine(worker, topic):
    """Send the machine's description. TensorFlow takes seconds to answer; meanwhile the first page runs."""
    worker.log_event(topic, {"event": "machine", **_machine()})


def _machine():
    """Python, TensorFlow and device of this worker, looked up once."""
    with PROBING:
        return _probe()


@functools.cache
def _probe():
    """What PROBE prints, in another process: in this one TensorFlow would keep its memory."""
    run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, env=_environment({}))
    try:
        return json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        reason = f"no TensorFlow (its import ended with code {run.returncode})"
        return {"python": sys.version.split()[0], "tensorflow": reason, "device": "unknown"}


def _environment(settings):
    """This process's environment without the nanny's settings, with `settings`, and with the package on its path."""
    environment = {name: value for name, value in os.environ.items() if name not in NANNY_SETTINGS or value != "1"}
    package = str(PACKAGE.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package, environment.get("PYTHONPATH")]))
    environment.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # pages that share a GPU take what they need
    return environment | settings


def _wanted(worker, key):
    """Whether the run still waits for this task. Dask cancels it when its client is gone, but cannot end its thread.

    A worker that closes waits for its threads, and may close before it hears of the cancellation.
    """
    task = worker.state.tasks.get(key)
    return task is not None and task.state != "cancelled" and worker.status not in (Status.closing, Status.closed)


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _kill_tree(pid):
    try:
        process = psutil.Process(pid)
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for process in family:
        process.kill()
