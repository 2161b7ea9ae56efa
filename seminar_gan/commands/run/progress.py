"""What a run shows while it goes on: lines in a log, one line updated in place on a terminal."""

import shutil
import sys
import threading
import time

SECONDS_BETWEEN_LINES = 10


class Progress:
    """Prints the workers' events. `handle` is called in Dask's thread, `tick` and `line` in the main one."""

    def __init__(self, jobs=(), total=None, at_once=1):
        """With `total`, the number of jobs in all, it also says how many are done, and about how much time is left."""
        self.waiting, self.total, self.at_once = {job.name: job.seconds for job in jobs}, total, at_once
        self.took = []
        self.lock = threading.Lock()
        self.running = {}  # page -> {"began", "cell", "printed"}
        self.attempts = {}
        self.machines = set()
        self.status = ""

    def handle(self, event):
        """Take an event of a worker: (time, message)."""
        message = event[1]
        if message["event"] == "machine":
            text = f"Python {message['python']}, {message['tensorflow']}, device: {message['device']}"
            if text not in self.machines:
                self.machines.add(text)
                self.line(text)
        elif message["event"] == "start":
            page = message["page"]
            self.attempts[page] = self.attempts.get(page, 0) + 1
            again = f" again: its worker died (attempt {self.attempts[page]})" if self.attempts[page] > 1 else ""
            with self.lock:
                self.running[page] = {"began": time.monotonic(), "cell": "", "printed": time.monotonic()}
            self.line(f"{page}  starts{again}")
        elif message["event"] == "end":
            self.ended(message["page"], message)
        else:
            with self.lock:
                if message["page"] in self.running:
                    unit = message.get("unit", "cell")
                    self.running[message["page"]]["cell"] = f"{unit} {message['cell']} of {message['of']}"
            self.tick()

    def tick(self):
        """Show how far the pages are: in place on a terminal, now and then in a log."""
        with self.lock:
            now = time.monotonic()
            texts = {
                page: f"{page}  {state['cell']}  {now - state['began']:.0f} s" for page, state in self.running.items()
            }
            if sys.stdout.isatty():
                self._put("   ".join(texts.values()))
                return
            for page, state in self.running.items():
                if state["cell"] and now - state["printed"] >= SECONDS_BETWEEN_LINES:
                    state["printed"] = now
                    print(texts[page], flush=True)

    def ended(self, page, result):
        """Print, once, that a page has ended."""
        with self.lock:
            known = self.running.pop(page, None)
        if known:
            seconds = time.monotonic() - known["began"]
            self.waiting.pop(page, None)
            self.took.append(seconds)
            self.line(f"{page}  {'failed' if result['error'] else 'ended'}  {seconds:.0f} s{self._left()}")

    def _left(self):
        """How many jobs are done, and how long the others will take if each takes as long as it did, or as the mean."""
        if not self.total:
            return ""
        text = f"  ({self.total - len(self.waiting)} of {self.total}"
        mean = sum(self.took) / len(self.took)
        seconds = sum(each or mean for each in self.waiting.values()) / self.at_once
        return f"{text}, about {_duration(seconds)} left)" if self.waiting else f"{text})"

    def line(self, text):
        """Print a line that stays."""
        with self.lock:
            self._put("")
            print(text, flush=True)

    def _put(self, text):
        """Replace the line that is updated in place."""
        if sys.stdout.isatty() and (text or self.status):
            width = shutil.get_terminal_size().columns - 1
            print("\r" + text[:width].ljust(width) + ("" if text else "\r"), end="", flush=True)
            self.status = text


def _duration(seconds):
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3600:.1f} h"
