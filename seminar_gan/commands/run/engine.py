"""The engine behind `run-all` and `compare`: jobs, each a process of its own, run side by side through Dask.

Without the address of a scheduler, Dask's scheduler and its one worker live in this process, which starts nothing but
the jobs and opens no port. `tcp://...` names a running scheduler of any Dask cluster instead. Its workers need the same
environment, and must see the collection's folder under the same path (a shared file system).
"""

import contextlib
import logging
import os
import shutil
import uuid
from dataclasses import dataclass, field
from importlib import metadata

from seminar_gan.commands import UserError, closure, setup
from seminar_gan.commands.run.progress import Progress
from seminar_gan.commands.run.results import private_folder

DASK_SETTINGS = {
    "DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
    "LOGGING__DISTRIBUTED": "critical",  # the run itself prints why a job failed
}
PACKAGES = ("keras", "matplotlib", "numpy", "tensorflow", "tensorflow-cpu")


@dataclass(frozen=True)
class Job:
    """What one process is to do.

    Args:
        name: str, different for each job of a run; it names files.
        program: str, the module whose process it is: `python -m PROGRAM FOLDER` reads job.json in the folder and writes
            result.json there.
        contents: dict, what job.json holds, beside the parent's process number.
        seconds: None, or how long it took the last time: the longest begin first.
        key: whatever the caller knows the job by.
    """

    name: str
    program: str
    contents: dict
    seconds: float | None = None
    key: object = field(default=None, compare=False)


def execute(jobs, work, at_once, scheduler="", *, total=None):
    """Run jobs; yield (job, result) as they end.

    Args:
        jobs: list of Job.
        work: pathlib.Path of a folder for their files, which all workers see.
        at_once: how many run at a time on this machine.
        scheduler: address of a running Dask scheduler, or nothing.
        total: None, or how many jobs there were in all: then each line says how many are done, and the time left.
    """
    for name, value in DASK_SETTINGS.items():
        os.environ.setdefault(f"DASK_{name}", value)
    from distributed import Client  # reads the settings

    if scheduler:
        try:
            client = Client(scheduler)
        except (OSError, ValueError) as error:
            raise UserError(f"No Dask scheduler answers at {scheduler!r}: {error}") from None
        with client:
            yield from _collect(client, jobs, work, {}, Progress(jobs, total, _threads(client)))
        return
    at_once = min(at_once, len(jobs))
    if at_once > 1:
        jobs = sorted(jobs, key=lambda job: -(job.seconds or float("inf")))  # the longest first
    with _cluster_in_this_process(at_once) as cluster, Client(cluster) as client:
        yield from _collect(client, jobs, work, _share_of_cores(at_once), Progress(jobs, total, at_once))


def at_a_time(text):
    """Return the number that --jobs says."""
    text = str(text).strip()
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UserError(f"JOBS is the number of pages at a time, a positive integer; got {text!r}.")
    return int(text)


def check_path():
    """PYTHONPATH brings the jobs this package; with a colon in its path they would take another, or none."""
    folder = closure.PACKAGE.parent
    if os.pathsep in str(folder):
        raise UserError(
            f"{folder} has {os.pathsep!r} in its path, which separates paths: rename it, or move the clone."
        )


@contextlib.contextmanager
def work_folder(root, command):
    """Yield a folder for the jobs' files, in build/ of the collection, and remove it at the end."""
    try:
        work = private_folder(root / "build" / ".work")
    except OSError as error:
        raise UserError(
            f"{command} writes its results into {root / 'build'}, and cannot: {error.strerror}. "
            "Make room or make it writable, or copy the collection to a folder of your own."
        ) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def installed(root):
    """Which packages the jobs run with, as text: the lock, or outside .venv the versions that matter."""
    if os.environ.get("SEMINAR_GAN_ENV") != "current":
        return setup.lock_file(root).read_text(encoding="utf-8")
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name}=={metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return "\n".join(versions)


def _cluster_in_this_process(at_once):
    """A Dask cluster of one worker with a thread for each job at a time, without LocalCluster's open ports."""
    from distributed import Scheduler, SpecCluster, Worker

    class WithoutPort:
        def start_http_server(self, *args, **options):
            """Open no port: Dask would, even for `dashboard_address=None`."""

    class LocalScheduler(WithoutPort, Scheduler):
        pass

    class LocalWorker(WithoutPort, Worker):
        pass

    worker = {"protocol": "inproc://", "nthreads": at_once, "memory_limit": None}
    return SpecCluster(
        scheduler={"cls": LocalScheduler, "options": {"protocol": "inproc://", "dashboard": False}},
        workers={0: {"cls": LocalWorker, "options": worker}},
        silence_logs=logging.CRITICAL,
    )


def _threads(client):
    """How many jobs the workers of a scheduler take at a time."""
    return max(1, sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()))


def _collect(client, jobs, work, environment, progress):
    from distributed import CancelledError, wait

    from seminar_gan.commands.run.worker import run_job

    topic = f"seminar-gan-{uuid.uuid4().hex}"
    client.subscribe_topic(topic, progress.handle)
    waiting = {}
    for place, job in enumerate(jobs):
        task = {"name": job.name, "program": job.program, "contents": job.contents}
        task |= {"work": str(work), "topic": topic, "environment": environment}
        waiting[client.submit(run_job, task, key=f"{job.name}-{topic}", pure=False, priority=-place)] = job
    if not client.scheduler_info()["workers"]:
        progress.line("The scheduler has no worker yet; the pages wait for one.")
    try:
        while waiting:
            try:
                ended = wait(list(waiting), timeout=1, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                progress.tick()
                continue
            except CancelledError:  # the scheduler is gone, and every job with it
                ended = list(waiting)
            for future in ended:
                job, result = waiting.pop(future), _result_of(future)
                progress.ended(job.name, result)
                yield job, result
    finally:
        client.cancel(list(waiting))  # after Ctrl-C; the workers then end their jobs


def _result_of(future):
    """What the worker returned, or an error that says why it returned nothing."""
    from distributed import KilledWorker

    try:
        return future.result(timeout=60)
    except KilledWorker as error:
        deaths = error.allowed_failures + 1
        return {"error": f"{deaths} workers died under this page; it may need more memory."}
    except Exception as error:
        return {"error": f"The page did not run: {type(error).__name__}: {error}"}


def _share_of_cores(at_once):
    """Settings with which jobs that run side by side share the cores; none for one at a time."""
    if at_once == 1:
        return {}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    share = str(max(1, cores // at_once))
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name, share) for name in names}
