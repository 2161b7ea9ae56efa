"""When a worker gives up a page."""

from types import SimpleNamespace

import pytest
from distributed import Status

from seminar_gan.commands.run.worker import _wanted


@pytest.mark.parametrize(
    ("state", "status", "wanted"),
    [
        ("executing", Status.running, True),
        ("executing", Status.closing_gracefully, True),  # a scheduler moves its work elsewhere; this page ends here
        ("cancelled", Status.running, False),
        ("executing", Status.closing, False),  # it may close before it hears that the task is cancelled
        ("executing", Status.closed, False),
    ],
)
def test_a_page_is_given_up_when_it_is_cancelled_or_its_worker_closes(state, status, wanted):
    tasks = {"page": SimpleNamespace(state=state)}
    worker = SimpleNamespace(state=SimpleNamespace(tasks=tasks), status=status)
    assert _wanted(worker, "page") is wanted
    assert not _wanted(worker, "another")
