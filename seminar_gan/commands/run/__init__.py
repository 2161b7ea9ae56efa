"""`run-all`: execute the pages that changed or failed, each in a process of its own, by the engine that runs the jobs.

A page's results stay in a folder of this run under build/.work until this process, the only writer, moves them into
build/PROFILE/.
"""

from seminar_gan.commands import UserError
from seminar_gan.commands.run import engine
from seminar_gan.commands.run.plan import fingerprint, make_plan
from seminar_gan.commands.run.results import Results
from seminar_gan.export.tables import table

PROGRAM = "seminar_gan.commands.run.execute"


def main(args):
    """Run the pages; return 0 if all succeed, 1 if a page or a claim fails, 130 after Ctrl-C."""
    jobs = engine.at_a_time(args.jobs)
    engine.check_path()
    plan = make_plan(args.root, args.pages, args.profile, args.params)
    if not plan.pages:
        raise UserError(f"There are no pages in {args.root / 'notebooks'}.")
    results = Results(args.root / "build" / plan.folder)
    packages = engine.installed(args.root)
    prints = {page.name: fingerprint(page, plan.parameters[page.name], packages) for page in plan.pages}
    records = {page.name: results.finished(page.name, prints[page.name]) for page in plan.pages}
    for record in filter(None, records.values()):
        record["status"] = "unchanged"
    todo = [page for page in plan.pages if not records[page.name]]
    if todo:
        try:
            with engine.work_folder(args.root, "run-all") as work:
                for job, result in engine.execute(_jobs(todo, plan, results), work, jobs, args.scheduler):
                    more = {"parameters": plan.parameters[job.name], "fingerprint": prints[job.name]}
                    records[job.name] = _keep(results, job.key, result, more)
        except KeyboardInterrupt:
            print("\nStopped. Finished pages are kept; the next call goes on from here.", flush=True)
            return 130
    _report(records, results.folder)
    return 0 if all(record["status"] in ("ok", "unchanged") for record in records.values()) else 1


def _jobs(todo, plan, results):
    return [
        engine.Job(
            page.name,
            PROGRAM,
            {"page": str(page.path), "parameters": plan.parameters[page.name]},
            results.record(page.name).get("seconds"),
            page,
        )
        for page in todo
    ]


def _keep(results, page, result, more):
    try:
        return results.keep(page, result, **more)
    except OSError as error:  # no space, say; the pages that are finished stay so, and the others go on
        reason = f"The result cannot be kept in {results.folder}: {error.strerror}."
        return results.keep(page, {"error": "\n".join(filter(None, [result["error"], reason]))}, **more)


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
