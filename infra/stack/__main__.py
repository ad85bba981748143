"""The commands of `infra/local`."""

import json
import os
import subprocess
import sys

from botocore.exceptions import BotoCoreError, ClientError

from . import emulator, roles, watch
from .build import package
from .deploy import deploy
from .describe import api_url, show, write
from .users import people, secrets
from .paths import LOG_FILE, ROOT, STACK_FILE, endpoint
from .console import Stop, say, step
from .seed import catalogue, seed


def up():
    """Builds before anything runs, so that a function that does not compile leaves a running stack as it was."""
    say("The local stack")
    port = emulator.running()
    started = port is None
    if started:
        port = emulator.free_port()
    else:
        say(f"  It runs already, at {endpoint(port)}, and is brought up to date.")
    zips = package()
    try:
        if started:
            emulator.start(port)
        outputs = deploy(port, zips)
        with step("Filling it with users, secrets and a small catalogue") as filling:
            log_ins = people(port, outputs)
            wanted = catalogue()
            signing = secrets(port, [place["id"] for place in wanted["locations"] + wanted["suppliers"]])
            # Once: who changes a location afterwards does not want it back as it was.
            if not STACK_FILE.is_file():
                filling.detail = f"{seed(port, outputs, api_url(port, outputs), log_ins)} documents"
            return write(port, outputs, log_ins, signing)
    except BaseException:
        # Half a stack helps nobody, but its log may: it stays where it is.
        if started:
            emulator.stop()
        raise


def demo(arguments):
    """A day of orders; ends as the demo ends. The stack stays up to be looked at, unless Ctrl-C ends it too."""
    found_running = emulator.running() is not None
    up()
    say("The demo")
    command = ["cargo", "run", "--quiet", "--locked", "-p", "live", "--bin", "demo", "--", *arguments]
    try:
        code = subprocess.run(command, cwd=ROOT, env=os.environ | {"OMS_STACK": str(STACK_FILE)}).returncode
    except KeyboardInterrupt:
        if not found_running:
            down()
        raise
    say("\n  The stack is still up: infra/local status, infra/local logs; infra/local down stops it.")
    return code


def down():
    """Stops the stack. What it held was in memory and is gone."""
    ended = emulator.stop()
    STACK_FILE.unlink(missing_ok=True)
    say("  stopped" if ended else "  nothing was running")


def _running():
    port = emulator.running()
    if port is None or not STACK_FILE.is_file():
        raise Stop("nothing is running here; start it with infra/local up")
    return port, json.loads(STACK_FILE.read_text())


def status():
    port, stack = _running()
    say(f"  running at {endpoint(port)}; its own log is {LOG_FILE}")
    watch.queues(port, stack)
    show(stack)


def main(arguments):
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "up" and not rest:
        show(up())
    elif command == "demo":
        return demo(rest)
    elif command == "down" and not rest:
        down()
    elif command == "logs":
        names = [argument for argument in rest if argument not in ("-f", "--follow")]
        watch.logs(_running()[0], names[0] if names else None, len(names) != len(rest))
    elif command == "status" and not rest:
        status()
    elif command == "redrive" and len(rest) == 1:
        watch.redrive(*_running(), rest[0])
    elif command == "role" and len(rest) == 1:
        roles.role(*_running(), rest[0])
    elif command == "env" and len(rest) <= 1:
        roles.environment(*_running(), rest[0] if rest else None)
    else:
        say("usage: infra/local up | demo | down | status | logs [function] [-f]")
        say("                   redrive <queue> | env [function] | role <function> | setup")
        return 0 if command in ("help", "-h", "--help") else 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\n  stopped by you")
        sys.exit(130)
    except (Stop, ClientError, BotoCoreError) as problem:
        print(f"infra/local: {problem}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
