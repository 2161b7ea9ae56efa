"""`make check`: which pages are stale, unrun, stripped, too large or of no source. Prints nothing if all is well."""

from seminar_gan.commands import build, pages

LIMIT = 1024 * 1024  # bytes of a page


def main(args):
    found = problems(args.root)
    for line in found:
        print(line)
    if found:
        print("`make notebooks` rebuilds stale pages.")
    return 1 if found else 0


def problems(root):
    """A line for everything that is wrong with the built pages."""
    found, expected = [], set()
    for source in pages.select_sources(root):
        for path, notebook in build.notebooks_of(root, source).items():
            expected.add(path)
            name = path.relative_to(root).as_posix()
            reason = build.stale(path, notebook)
            if reason:
                found.append(f"{name}: {reason}")
            if path.is_file():
                found += [f"{name}: {problem}" for problem in _problems_of(path)]
    built = {path for folder in ("notebooks", "notebooks/solutions") for path in (root / folder).glob("*.ipynb")}
    found += [f"{path.relative_to(root).as_posix()}: has no source" for path in sorted(built - expected)]
    return found


def _problems_of(path):
    if path.stat().st_size > LIMIT:
        yield f"{path.stat().st_size / 1024:.0f} KB, over the limit of {LIMIT // 1024} KB"
    for number, cell in enumerate(pages.read_notebook(path)["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        outputs = cell["outputs"]
        if any(output["output_type"] == "error" for output in outputs):
            yield f"cell {number} ends in an error"
        if any(output.get("name") == "stderr" for output in outputs):
            yield f"cell {number} has warnings on stderr"
