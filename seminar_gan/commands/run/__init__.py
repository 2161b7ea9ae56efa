"""`run-all`: execute the pages that changed or failed, through Dask, one papermill process a page.

Without `--scheduler`, Dask's scheduler and its one worker live in this process, which starts nothing but the pages and
opens no port. `--scheduler tcp://...` names a running scheduler of any Dask cluster instead. Its workers need the same
environment, and must see the collection's folder under the same path (a shared file system). A page's results stay in
a folder of this run under build/.work until this process, the only writer, moves them into build/PROFILE/.
"""

import logging
import os
import shutil
import uuid
from importlib import metadata

from seminar_gan.commands import UserError, closure, setup
from seminar_gan.commands.run.plan import fingerprint, make_plan
from seminar_gan.commands.run.progress import Progress
from seminar_gan.commands.run.results import Results, private_folder
from seminar_gan.export.tables import table

DASK_SETTINGS = {
    "DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
    "LOGGING__DISTRIBUTED": "critical",  # the run itself prints why a page failed
}
PACKAGES = ("keras", "matplotlib", "numpy", "tensorflow", "tensorflow-cpu")


def main(args):
    """Run the pages; return 0 if all succeed, 1 if a page or a claim fails, 130 after Ctrl-C."""
    jobs = _positive(args.jobs)
    _check_path(closure.PACKAGE.parent)
    plan = make_plan(args.root, args.pages, args.profile, args.params)
    if not plan.pages:
        raise UserError(f"There are no pages in {args.root / 'notebooks'}.")
    results = Results(args.root / "build" / plan.folder)
    packages = _installed(args.root)
    prints = {page.name: fingerprint(page, plan.parameters[page.name], packages) for page in plan.pages}
    records = {page.name: results.finished(page.name, prints[page.name]) for page in plan.pages}
    for record in filter(None, records.values()):
        record["status"] = "unchanged"
    todo = [page for page in plan.pages if not records[page.name]]
    if todo:
        work = _work_folder(args.root)
        try:
            for page, result in _execute(todo, plan.parameters, results, work, jobs, args.scheduler):
                more = {"parameters": plan.parameters[page.name], "fingerprint": prints[page.name]}
                records[page.name] = _keep(results, page, result, more)
        except KeyboardInterrupt:
            print("\nStopped. Finished pages are kept; the next call goes on from here.", flush=True)
            return 130
        finally:
            shutil.rmtree(work, ignore_errors=True)
    _report(records, results.folder)
    return 0 if all(record["status"] in ("ok", "unchanged") for record in records.values()) else 1


def _check_path(folder):
    """PYTHONPATH brings the pages this package; with a colon in its path they would take another, or none."""
    if os.pathsep in str(folder):
        raise UserError(
            f"{folder} has {os.pathsep!r} in its path, which separates paths: rename it, or move the clone."
        )


def _work_folder(root):
    try:
        return private_folder(root / "build" / ".work")
    except OSError as error:
        raise UserError(
            f"run-all writes its results into {root / 'build'}, and cannot: {error.strerror}. "
            "Make room or make it writable, or copy the collection to a folder of your own."
        ) from None


def _keep(results, page, result, more):
    try:
        return results.keep(page, result, **more)
    except OSError as error:  # no space, say; the pages that are finished stay so, and the others go on
        reason = f"The result cannot be kept in {results.folder}: {error.strerror}."
        return results.keep(page, {"error": "\n".join(filter(None, [result["error"], reason]))}, **more)


def _execute(todo, parameters, results, work, jobs, scheduler):
    """Send the pages to the workers; yield (page, result) as they end."""
    for name, value in DASK_SETTINGS.items():
        os.environ.setdefault(f"DASK_{name}", value)
    from distributed import Client  # reads the settings

    if scheduler:
        try:
            client = Client(scheduler)
        except (OSError, ValueError) as error:
            raise UserError(f"No Dask scheduler answers at {scheduler!r}: {error}") from None
        with client:
            yield from _collect(client, todo, parameters, work, {})
        return
    jobs = min(jobs, len(todo))
    if jobs > 1:
        seconds = {page.name: results.record(page.name).get("seconds") for page in todo}
        todo = sorted(todo, key=lambda page: -(seconds[page.name] or float("inf")))  # the longest first
    with _cluster_in_this_process(jobs) as cluster, Client(cluster) as client:
        yield from _collect(client, todo, parameters, work, _share_of_cores(jobs))


def _cluster_in_this_process(jobs):
    """A Dask cluster of one worker with a thread for each page at a time, without LocalCluster's open ports."""
    from distributed import Scheduler, SpecCluster, Worker

    class WithoutPort:
        def start_http_server(self, *args, **options):
            """Open no port: Dask would, even for `dashboard_address=None`."""

    class LocalScheduler(WithoutPort, Scheduler):
        pass

    class LocalWorker(WithoutPort, Worker):
        pass

    worker = {"protocol": "inproc://", "nthreads": jobs, "memory_limit": None}
    return SpecCluster(
        scheduler={"cls": LocalScheduler, "options": {"protocol": "inproc://", "dashboard": False}},
        workers={0: {"cls": LocalWorker, "options": worker}},
        silence_logs=logging.CRITICAL,
    )


def _collect(client, todo, parameters, work, environment):
    from distributed import CancelledError, wait

    from seminar_gan.commands.run.worker import run_page

    progress = Progress()
    topic = f"seminar-gan-{uuid.uuid4().hex}"
    client.subscribe_topic(topic, progress.handle)
    waiting = {}
    for place, page in enumerate(todo):
        job = {"name": page.name, "page": str(page.path), "parameters": parameters[page.name]}
        job |= {"work": str(work), "topic": topic, "environment": environment}
        waiting[client.submit(run_page, job, key=f"{page.name}-{topic}", pure=False, priority=-place)] = page
    if not client.scheduler_info()["workers"]:
        progress.line("The scheduler has no worker yet; the pages wait for one.")
    try:
        while waiting:
            try:
                ended = wait(list(waiting), timeout=1, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                progress.tick()
                continue
            except CancelledError:  # the scheduler is gone, and every page with it
                ended = list(waiting)
            for future in ended:
                page, result = waiting.pop(future), _result_of(future)
                progress.ended(page.name, result)
                yield page, result
    finally:
        client.cancel(list(waiting))  # after Ctrl-C; the workers then end their pages


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


def _share_of_cores(jobs):
    """Settings with which pages that run side by side share the cores; none for one page at a time."""
    if jobs == 1:
        return {}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    share = str(max(1, cores // jobs))
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name, share) for name in names}


def _installed(root):
    """Which packages the pages run with, as text: the lock, or outside .venv the versions that matter."""
    if os.environ.get("SEMINAR_GAN_ENV") != "current":
        return setup.lock_file(root).read_text(encoding="utf-8")
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name}=={metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return "\n".join(versions)


def _positive(text):
    text = text.strip()
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UserError(f"JOBS is the number of pages at a time, a positive integer; got {text!r}.")
    return int(text)


def _report(records, folder):
    """Print the errors, then the table."""
    rows = []
    for name, record in records.items():
        if record["error"]:
            print(f"\n{name}  {record['status']}:\n{record['error']}")
            if "notebook" in record:
                print(f"The notebook: {record['notebook']}")
        counts = [f"{held}/{made}" if made else "-" for held, made in (record["claims"], record["statements"])]
        numbers = [
            f"{value:.0f}" if value is not None else "-" for value in (record["seconds"], record["peak_memory_mb"])
        ]
        rows.append((name, record["status"], *numbers, *counts))
    columns = ("page", "status", "seconds", "peak MB", "claims", "statements")
    print(f"\n{table(columns, rows, align='llrrrr')}\n\nThe notebooks are in {folder}", flush=True)
