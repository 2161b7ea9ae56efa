"""`make check`: print a line for each page that is stale, unrun, stripped, too large or without a source."""

from seminar_gan.commands import address, build, pages

LIMIT = 1024 * 1024  # bytes of a page


def main(args):
    lines = problems(args.root)
    for line in lines:
        print(line)
    if lines:
        print("`make notebooks` mends what is stale.")
    return 1 if lines else 0


def problems(root):
    """Return a line for each fault of a built page, and for each file with another address than pyproject.toml."""
    expected = set()
    lines = [f"{path.relative_to(root)}: holds another address than pyproject.toml" for path in address.outdated(root)]
    for source in pages.select_sources(root):
        for path, notebook in build.notebooks_of(root, source).items():
            expected.add(path)
            name = path.relative_to(root).as_posix()
            reason = build.stale(path, notebook)
            if reason:
                lines.append(f"{name}: {reason}")
            if path.is_file():
                lines += [f"{name}: {problem}" for problem in _problems_of(path)]
    built = {path for folder in ("notebooks", "notebooks/solutions") for path in (root / folder).glob("*.ipynb")}
    lines += [f"{path.relative_to(root).as_posix()}: has no source" for path in sorted(built - expected)]
    return lines


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
