"""The commands of `infra/local`."""

import json
import os
import subprocess
import sys

from botocore.exceptions import BotoCoreError, ClientError

from . import emulator, roles, watch
from .aws import endpoint
from .build import package
from .console import CommandError, Step, print_line
from .deploy import deploy
from .describe import api_url, print_stack, write_stack_file
from .gateway import gateway_url
from .paths import LOG_FILE, ROOT, STACK_FILE
from .seed import read_catalogue, seed
from .users import create_secrets, create_users

USAGE = """\
usage: infra/local up | demo | down | status | logs [function] [-f]
                   redrive <queue> | env [function] | role <function> | setup"""


def up():
    """Builds the functions, starts the emulator unless it runs, and deploys; returns the content of stack.json.

    The build comes first, so that a build that fails leaves a running stack unchanged.
    """
    print_line("The local stack")
    port = emulator.running_port()
    is_new = port is None
    if is_new:
        port = emulator.free_port()
    else:
        print_line(f"  Already running at {endpoint(port)}; updating it.")
    zips = package()
    try:
        if is_new:
            emulator.start(port)
        gateway = gateway_url()
        outputs = deploy(port, zips, gateway)
        with Step("Creating users, secrets and the sample catalogue") as step:
            log_ins = create_users(port, outputs)
            catalogue = read_catalogue()
            secrets = create_secrets(port, [item["id"] for item in catalogue["locations"] + catalogue["suppliers"]])
            # Only on a new stack: the user may have changed locations since.
            if not STACK_FILE.is_file():
                step.detail = f"{seed(port, outputs, api_url(port, outputs), log_ins)} documents"
            return write_stack_file(port, outputs, log_ins, secrets, gateway)
    except BaseException:
        # A stack that was started and not completed is of no use. The emulator's log stays, to find the cause.
        if is_new:
            emulator.stop()
        raise


def demo(arguments):
    """Runs the demo and returns its exit code. The stack keeps running, unless Ctrl-C ends a demo that started it."""
    was_running = emulator.running_port() is not None
    up()
    print_line("The demo")
    command = ["cargo", "run", "--quiet", "--locked", "-p", "live", "--bin", "demo", "--", *arguments]
    try:
        code = subprocess.run(command, cwd=ROOT, env=os.environ | {"OMS_STACK": str(STACK_FILE)}).returncode
    except KeyboardInterrupt:
        if not was_running:
            down()
        raise
    print_line("\n  The stack is still running: infra/local status, infra/local logs. infra/local down stops it.")
    return code


def down():
    """Stops the stack. Its data was in memory and is lost."""
    was_running = emulator.stop()
    STACK_FILE.unlink(missing_ok=True)
    print_line("  stopped" if was_running else "  no stack was running")


def status():
    """Prints the state of the queues, and the addresses and log-ins of the stack."""
    port, stack = _running_stack()
    print_line(f"  running at {endpoint(port)}; the emulator's log is {LOG_FILE}")
    watch.print_queues(port, stack)
    print_stack(stack)


def _running_stack():
    """The port and stack.json of the running stack; raises CommandError when there is none."""
    port = emulator.running_port()
    if port is None or not STACK_FILE.is_file():
        raise CommandError("no stack is running; start it with infra/local up")
    return port, json.loads(STACK_FILE.read_text())


def main(arguments):
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "up" and not rest:
        print_stack(up())
    elif command == "demo":
        return demo(rest)
    elif command == "down" and not rest:
        down()
    elif command == "logs":
        names = [argument for argument in rest if argument not in ("-f", "--follow")]
        watch.print_logs(_running_stack()[0], names[0] if names else None, len(names) != len(rest))
    elif command == "status" and not rest:
        status()
    elif command == "redrive" and len(rest) == 1:
        watch.redrive(*_running_stack(), rest[0])
    elif command == "role" and len(rest) == 1:
        roles.print_role(*_running_stack(), rest[0])
    elif command == "env" and len(rest) <= 1:
        roles.print_environment(*_running_stack(), rest[0] if rest else None)
    else:
        print_line(USAGE)
        return 0 if command in ("help", "-h", "--help") else 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print_line("\n  interrupted")
        sys.exit(130)
    except (CommandError, ClientError, BotoCoreError) as error:
        print(f"infra/local: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
