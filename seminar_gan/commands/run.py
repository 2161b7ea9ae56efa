"""`run-all`: execute the pages that changed or failed, through Dask, one papermill process a page.

The scheduler is a LocalCluster with `--jobs` workers, or a running one (`--scheduler tcp://...`), which can be of any
Dask cluster. Its workers need the same environment, and must see the collection's folder under the same path (a shared
file system). What a worker makes stays in a folder of this run's own under build/.work until this process, the only
writer, moves it into build/PROFILE/.
"""

import logging
import os
import shutil
import uuid
from importlib import metadata

from seminar_gan.commands import UserError, pages, setup
from seminar_gan.commands.progress import Progress, table
from seminar_gan.commands.results import Results, private_folder

DASK_SETTINGS = {
    "DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2",  # so many workers may die under a page before it is given up
    "DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",  # no page waits at a worker that may die under another
    "LOGGING__DISTRIBUTED": "critical",  # what goes wrong with a page is told here
}
PACKAGES = ("keras", "matplotlib", "numpy", "tensorflow", "tensorflow-cpu")
# What a local worker does as it starts: Ctrl-C is for the run, which then closes its workers in good order.
IGNORE_INTERRUPT = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


def main(args):
    """Run the pages that args ask for; return 0 if all are well, 1 if a page or a claim failed, 130 after Ctrl-C."""
    jobs = _positive(args.jobs)
    plan = pages.make_plan(args.root, args.pages, args.profile, args.params)
    if not plan.pages:
        raise UserError(f"There are no pages in {args.root / 'notebooks'}.")
    results = Results(args.root / "build" / plan.folder)
    packages = _installed(args.root)
    prints = {page.name: pages.fingerprint(page, plan.parameters[page.name], packages) for page in plan.pages}
    records = {page.name: results.finished(page.name, prints[page.name]) for page in plan.pages}
    for record in filter(None, records.values()):
        record["status"] = "unchanged"
    todo = [page for page in plan.pages if not records[page.name]]
    if todo:
        work = private_folder(args.root / "build" / ".work")
        try:
            for page, result in _execute(todo, plan.parameters, results, work, jobs, args.scheduler):
                more = {"parameters": plan.parameters[page.name], "fingerprint": prints[page.name]}
                records[page.name] = results.keep(page, result, **more)
        except KeyboardInterrupt:
            print("\nStopped. Finished pages are kept; the next call goes on from here.", flush=True)
            return 130
        finally:
            shutil.rmtree(work, ignore_errors=True)
    _report(records, results.folder)
    return 0 if all(record["status"] in ("ok", "unchanged") for record in records.values()) else 1


def _execute(todo, parameters, results, work, jobs, scheduler):
    """Send the pages to the workers; yield (page, result) as they end."""
    for name, value in DASK_SETTINGS.items():
        os.environ.setdefault(f"DASK_{name}", value)
    from distributed import Client, LocalCluster  # reads the settings

    if scheduler:
        try:
            client = Client(scheduler, timeout="5s")
        except (OSError, ValueError) as error:
            raise UserError(f"No Dask scheduler answers at {scheduler!r}: {error}") from None
        with client:
            yield from _collect(client, todo, parameters, work, {})
        return
    jobs = min(jobs, len(todo))
    if jobs > 1:
        seconds = {page.name: results.record(page.name).get("seconds") for page in todo}
        todo = sorted(todo, key=lambda page: -(seconds[page.name] or float("inf")))  # the longest first
    options = {"n_workers": jobs, "threads_per_worker": 1, "memory_limit": None}
    options["dashboard_address"] = "127.0.0.1:0"  # any free port: with None, Dask still asks for 8787
    options |= {"preload": [IGNORE_INTERRUPT], "silence_logs": logging.CRITICAL}
    with LocalCluster(processes=True, **options) as cluster, Client(cluster) as client:
        yield from _collect(client, todo, parameters, work, _share_of_cores(jobs))


def _collect(client, todo, parameters, work, environment):
    from distributed import CancelledError, wait

    from seminar_gan.commands.worker import run_page

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
    """What the worker returned, or why it returned nothing."""
    from distributed import KilledWorker

    try:
        return future.result(timeout=60)
    except KilledWorker as error:
        deaths = error.allowed_failures + 1
        return {"error": f"{deaths} workers died under this page; the memory may not suffice for it."}
    except Exception as error:
        return {"error": f"The page did not run: {type(error).__name__}: {error}"}


def _share_of_cores(jobs):
    """Settings that let pages which run side by side share the cores; none for a page alone."""
    if jobs == 1:
        return {}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    share = str(max(1, cores // jobs))
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name, share) for name in names}


def _installed(root):
    """A text that says which packages the pages run with: the lock, or outside .venv the versions that matter."""
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
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UserError(f"JOBS is the number of pages at a time, a positive integer; got {text!r}.")
    return int(text)


def _report(records, folder):
    """Print the errors, then the table."""
    rows = [("page", "status", "seconds", "peak MB", "claims")]
    for name, record in records.items():
        if record["error"]:
            print(f"\n{name}  {record['status']}:\n{record['error']}")
            if "notebook" in record:
                print(f"The notebook: {record['notebook']}")
        passed, claims = record["claims"]
        numbers = [
            f"{value:.0f}" if value is not None else "-" for value in (record["seconds"], record["peak_memory_mb"])
        ]
        rows.append((name, record["status"], *numbers, f"{passed}/{claims}" if claims else "-"))
    print("\n" + table(rows) + f"\n\nThe notebooks are in {folder}", flush=True)
