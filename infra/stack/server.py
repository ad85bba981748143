"""The emulator's own process: MiniStack, with what we miss in it put right, ended when its owner ends."""

import os
import threading
import time

from . import emulator_patches


def _end_with(pid):
    """A stack started by a test run must not outlive it, however the run ends."""
    while True:
        time.sleep(1)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            os.killpg(os.getpgid(0), 15)


def main():
    owner = os.environ.pop("OMS_LIFE_OF", "")
    if owner.isdigit():
        threading.Thread(target=_end_with, args=(int(owner),), daemon=True).start()
    emulator_patches.apply()
    from ministack.app import main as serve

    serve()


if __name__ == "__main__":
    main()
