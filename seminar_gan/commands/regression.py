"""Whether the pages still give the outputs that are stored in them: nbval, which nothing else here knows.

What takes its place has to run every code cell of a notebook with this Python in the notebook's folder, to compare its
text with the stored one unless the cell is tagged MAY_DIFFER, and to fail with a name for each cell that differs.
"""

import sys

MAY_DIFFER = "nbval-ignore-output"  # the tag of a cell whose output may be another on another machine


def command(notebooks, jobs=2):
    """Return the command that does it for some notebooks, so many at a time."""
    parallel = ["-n", str(jobs), "--dist", "loadfile"] if jobs > 1 else ["-p", "no:xdist"]
    options = ["-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "-rfE"]
    return [sys.executable, "-m", "pytest", *options, *parallel, *map(str, notebooks)]
