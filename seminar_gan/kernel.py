"""Whether a notebook looks on. Standard library only."""

import sys


def in_notebook():
    """Whether this runs in the kernel of a notebook, which shows what `IPython.display.display` is given."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
