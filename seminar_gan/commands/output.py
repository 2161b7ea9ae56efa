"""What becomes of a command whose output nobody takes any more. Standard library only.

Where the reader of a pipe has gone, as after `| head -1`, the command stops as by Ctrl-C, which loses nothing; the
shell sees the exit code of a program that a closed pipe has ended. Where the output cannot be written for another
reason, such as a full disk, the command says so once and goes on without it.
"""

import contextlib
import io
import os
import signal
import sys
import threading

CLOSED_PIPE = 128 + 13  # 13 is SIGPIPE


class Output:
    """A stream that stands in for sys.stdout or sys.stderr, and whose errors stop no work half-way."""

    pipe_closed = False  # of either stream: `2>&1 | head` closes both, and is one wish to stop

    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text):
        with self._dropped():
            return self.stream.write(text)

    def flush(self):
        with self._dropped():
            self.stream.flush()

    @contextlib.contextmanager
    def _dropped(self):
        try:
            yield
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())  # also what the stream still holds, and what other processes write
            os.close(nowhere)
            if not isinstance(error, BrokenPipeError):
                print(f"The output cannot be written ({error.strerror}): the work goes on without it", file=sys.stderr)
            elif not Output.pipe_closed:
                Output.pipe_closed = True
                if threading.current_thread() is threading.main_thread():
                    raise KeyboardInterrupt from None
                signal.raise_signal(signal.SIGINT)  # which the main thread hears


@contextlib.contextmanager
def guarded():
    """Let the standard streams be `Output` while the block runs. A stream that is closed leads nowhere."""
    with contextlib.ExitStack() as stack:
        for name, redirect in (("stdout", contextlib.redirect_stdout), ("stderr", contextlib.redirect_stderr)):
            stream = getattr(sys, name) or stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a Windows console cannot print every character
            stack.enter_context(redirect(Output(stream)))
        try:
            yield
        finally:
            with contextlib.suppress(KeyboardInterrupt):  # there is nothing more to stop
                sys.stdout.flush()


def exit_code(code):
    """The exit code for the shell, of a command that ended with `code`."""
    return CLOSED_PIPE if Output.pipe_closed and code == 130 else code
