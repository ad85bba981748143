"""Starts, finds and stops the emulator's process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from .paths import DEFAULT_PORT, LOG_FILE, PROCESS_FILE, REGION, STACK_FILE, STATE, endpoint
from .console import Stop, step

# Only what the template uses: the others cost start-up time and, some of them, ports of their own.
SERVICES = (
    "s3,sqs,sns,dynamodb,lambda,iam,sts,secretsmanager,logs,events,scheduler,apigateway,cognito-idp,"
    "cloudformation,cloudwatch,monitoring,ssm,kms"
)


def running():
    """Port of this state folder's emulator, or None when there is none."""
    try:
        known = json.loads(PROCESS_FILE.read_text())
    except (OSError, ValueError):
        return None
    if _is_ours(known["pid"]) and _healthy(known["port"]):
        return known["port"]
    return None


def start(port):
    """Starts the emulator on a port that `free_port` found, and waits until it answers."""
    STATE.mkdir(parents=True, exist_ok=True)
    STACK_FILE.unlink(missing_ok=True)  # It told of one that is gone.
    temporary = STATE / "tmp"
    temporary.mkdir(exist_ok=True)
    with step(f"Starting the emulator on port {port}"):
        with open(LOG_FILE, "w") as log:
            # A session of its own, so that Ctrl-C reaches us and we end it, with all its functions, in order.
            process = subprocess.Popen(
                [sys.executable, "-m", "stack.server"],
                cwd=STATE,
                env=_environment(port, temporary),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        PROCESS_FILE.write_text(json.dumps({"pid": process.pid, "port": port}))
        deadline = time.monotonic() + 60
        while not _healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                stop()
                raise Stop(f"the emulator did not start. The end of {LOG_FILE}:\n{_tail(LOG_FILE)}")
            time.sleep(0.1)
    return port


def stop():
    """Ends the emulator and every function that it started. True when there was one."""
    try:
        known = json.loads(PROCESS_FILE.read_text())
    except (OSError, ValueError):
        return False
    PROCESS_FILE.unlink(missing_ok=True)
    if not _is_ours(known["pid"]):
        return False
    for last_word, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(known["pid"], last_word)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + patience
        while _group_lives(known["pid"]) and time.monotonic() < deadline:
            time.sleep(0.05)
    return True


def _environment(port, temporary):
    """What the emulator sees, and through it every function: nothing of this shell but where programs are."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "OMS_LIFE_OF") if name in os.environ}
    return inherited | {
        "PYTHONPATH": os.environ["PYTHONPATH"],
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SERVICES": SERVICES,
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "INFO",
        # Roles are enforced: a function that lacks a permission fails here as it would on AWS.
        "AUTH": "true",
        # Functions call back to the emulator.
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "RUST_BACKTRACE": "1",
        # No Docker, and none of the listeners that would collide when two stacks run.
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": "unix:///nonexistent",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def free_port():
    """The port to use; says so plainly when something else has it. What is left of a dead emulator of ours goes."""
    stop()
    asked = os.environ.get("OMS_PORT", str(DEFAULT_PORT))
    if not asked.isdigit() or int(asked) > 65535:
        raise Stop(f"OMS_PORT is {asked!r}; it must be a port number, or 0 for any free one.")
    port = int(asked)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as reason:
            raise Stop(
                f"port {port} is not free ({reason.strerror}). Another stack or emulator may be running; "
                f"take another port with OMS_PORT=4567 infra/local up, or any free one with OMS_PORT=0."
            ) from None
        return probe.getsockname()[1]


def _healthy(port):
    try:
        with urllib.request.urlopen(f"{endpoint(port)}/_ministack/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _is_ours(pid):
    """Whether the process is the emulator we started: process ids are used again."""
    try:
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout
    except OSError:
        return _group_lives(pid)
    return "stack.server" in command


def _group_lives(pid):
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _tail(path, lines=15):
    try:
        return "\n".join("    " + line for line in path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "    (nothing)"
