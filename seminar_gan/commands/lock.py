"""One lock for what only one process may do at a time: set .venv up, train in a folder. Standard library only."""

import contextlib
import sqlite3


@contextlib.contextmanager
def alone(path, *, taken, failed):
    """Hold a lock while the block runs. It is a database's: every system has it, and it ends with its process.

    Args:
        path: of the lock's file, which stays.
        taken: called without arguments if another process holds the lock. It raises; or it returns, and the block
            begins when that process has ended.
        failed: called with the error where there can be no lock, as on some file systems. It raises; or it returns, and
            the block runs without.
    """
    with contextlib.ExitStack() as stack:
        problem = None
        try:
            lock = stack.enter_context(contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)))
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            problem = error
        if "locked" in str(problem):
            taken()
            lock.execute("PRAGMA busy_timeout = 3600000")
            lock.execute("BEGIN EXCLUSIVE")
        elif problem:
            failed(problem)
        yield
