"""Tables with their origin, for LaTeX and for a spreadsheet."""

from seminar_gan import files
from seminar_gan.export import origin
from seminar_gan.export.tables import Table

__all__ = ["save_table"]


def save_table(table, name, run=None, *, folder="tables", decimal=","):
    r"""Write a table for LaTeX, as CSV, and as JSON that says where it came from.

    The files are `<folder>/<name>.tex` (booktabs; \input it), `.csv` and `.json`. The CSV has the numbers as they were
    given to `table`, not rounded, as German spreadsheets read them (see `save_csv`). A page that runs again replaces
    its files. Where the folder cannot be written to, there is a warning, and the page goes on without the files.

    Args:
        table: Table, from `table` or `model_table`.
        name, run, folder: as in `save_figure`.
        decimal: "," for German spreadsheets, "." for English ones, with commas between the numbers.

    Returns:
        str, the path of the .tex file with forward slashes; also where a warning says that it was not written.

    Raises:
        FileExistsError: if files of this name exist and belong to another page, or to an unknown page.
        TypeError: if table, name or run has the wrong type.
        ValueError: if the name is not safe, if decimal is something else, or if the table holds a character that
            pdflatex cannot print.

    Example:
        >>> results = sg.export.table(["network", "error"], [["simple", 0.25]], caption="Test error.")
        >>> path = save_table(results, "errors", folder=folder)
        >>> sorted(path.name for path in folder.iterdir())
        ['errors.csv', 'errors.json', 'errors.tex']
    """
    if not isinstance(table, Table):
        raise TypeError(f"save_table takes what export.table returns, not {type(table).__name__}")
    if decimal not in (",", "."):
        raise ValueError(f"decimal must be ',' or '.'; got {decimal!r}")
    paths = origin.Files("table", name, run, folder, ("tex", "csv"))
    plain = {None: "", True: "yes", False: "no"}
    rows = table.rows if table.values is None else table.values
    rows = [[plain[cell] if cell is None or isinstance(cell, bool) else cell for cell in row] for row in rows]
    contents = {"tex": f"{table.latex}\n".encode(), "csv": files.csv_bytes(table.columns, rows, decimal=decimal)}
    about = {"caption": table.caption, "columns": table.columns, "rows": table.rows}
    return paths.save(contents, about).as_posix()
