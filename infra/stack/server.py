"""The emulator's process: MiniStack with our patches. It ends when the process that owns it ends."""

import os
import threading
import time

from . import emulator_patches

OWNER_CHECK_INTERVAL_S = 1


def _end_with(pid):
    """Ends the emulator and its functions when a process ends, so that a stack does not outlive its test run."""
    while True:
        time.sleep(OWNER_CHECK_INTERVAL_S)
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
