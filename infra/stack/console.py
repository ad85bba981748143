"""Words to the person at the terminal."""

import sys
import threading
import time


class Stop(Exception):
    """Ends the command with a sentence instead of a traceback."""


def say(text=""):
    print(text, flush=True)


class step:
    """Says what is going on and how long it took; on long work, that it is still going on."""

    def __init__(self, what):
        self.what = what
        self.detail = ""
        self._done = threading.Event()

    def __enter__(self):
        self._began = time.monotonic()
        say(f"  {self.what} ...")
        self._beat = threading.Thread(target=self._reassure, daemon=True)
        self._beat.start()
        return self

    def _reassure(self):
        while not self._done.wait(15):
            spent = int(time.monotonic() - self._began)
            say(f"    ... still at it after {spent} s{': ' + self.detail if self.detail else ''}")

    def __exit__(self, kind, _error, _trace):
        self._done.set()
        self._beat.join()
        if kind is None:
            spent = time.monotonic() - self._began
            say(f"    done in {spent:.1f} s{': ' + self.detail if self.detail else ''}")
        return False


def warn(text):
    print(f"  ! {text}", file=sys.stderr, flush=True)
