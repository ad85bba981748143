"""Output to the terminal, and errors that end a command with a message."""

import threading
import time

PROGRESS_INTERVAL_S = 15


class CommandError(Exception):
    """Ends the command with its message, without a traceback."""


def print_line(text=""):
    """Prints a line to standard output at once."""
    print(text, flush=True)


def require_known(kind, name, known):
    """Raises CommandError when `name` is not among the known names."""
    if name not in known:
        raise CommandError(f"there is no {kind} {name!r}; known: {', '.join(known)}")


class Step:
    """A context manager that prints a step's title, its progress every 15 seconds, and its duration.

    Text assigned to `detail` is added to the progress and to the last line.
    """

    def __init__(self, title):
        self.title = title
        self.detail = ""
        self._done = threading.Event()

    def __enter__(self):
        self._started = time.monotonic()
        print_line(f"  {self.title} ...")
        self._progress = threading.Thread(target=self._print_progress, daemon=True)
        self._progress.start()
        return self

    def _print_progress(self):
        while not self._done.wait(PROGRESS_INTERVAL_S):
            elapsed = int(time.monotonic() - self._started)
            print_line(f"    ... still running after {elapsed} s{self._suffix()}")

    def __exit__(self, error_type, _error, _traceback):
        self._done.set()
        self._progress.join()
        if error_type is None:
            elapsed = time.monotonic() - self._started
            print_line(f"    done in {elapsed:.1f} s{self._suffix()}")
        return False

    def _suffix(self):
        return f": {self.detail}" if self.detail else ""
