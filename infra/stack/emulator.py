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

from .aws import REGION, endpoint
from .console import CommandError, Step
from .paths import LOG_FILE, PROCESS_FILE, STACK_FILE, STATE

DEFAULT_PORT = 4566
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 5

# Only the services that the template uses: others take time to start, and some open ports of their own.
SERVICES = (
    "s3,sqs,sns,dynamodb,lambda,iam,sts,secretsmanager,logs,events,scheduler,apigateway,cognito-idp,"
    "cloudformation,cloudwatch,monitoring,ssm,kms"
)


def running_port():
    """The port of this state folder's emulator, or None when it is not running."""
    process = _read_process_file()
    if process and _is_emulator(process["pid"]) and _is_healthy(process["port"]):
        return process["port"]
    return None


def start(port):
    """Starts the emulator on a port that `free_port` returned, and waits until it answers."""
    STATE.mkdir(parents=True, exist_ok=True)
    STACK_FILE.unlink(missing_ok=True)  # It describes an earlier stack.
    temporary = STATE / "tmp"
    temporary.mkdir(exist_ok=True)
    with Step(f"Starting the emulator on port {port}"):
        with open(LOG_FILE, "w") as log:
            # In a session of its own: Ctrl-C does not reach it, and `stop` can end it together with its functions.
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
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _is_healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                stop()
                raise CommandError(f"the emulator did not start. The end of {LOG_FILE}:\n{_tail(LOG_FILE)}")
            time.sleep(0.1)
    return port


def stop():
    """Ends the emulator and all functions that it started. Returns whether it was running."""
    process = _read_process_file()
    if process is None:
        return False
    PROCESS_FILE.unlink(missing_ok=True)
    if not _is_emulator(process["pid"]):
        return False
    for stop_signal in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process["pid"], stop_signal)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while _group_exists(process["pid"]) and time.monotonic() < deadline:
            time.sleep(0.05)
    return True


def free_port():
    """The port for a new emulator; raises CommandError when it is in use. Ends what is left of an earlier emulator."""
    stop()
    requested = os.environ.get("OMS_PORT", str(DEFAULT_PORT))
    if not requested.isdigit() or int(requested) > 65535:
        raise CommandError(f"OMS_PORT is {requested!r}; it must be a port number, or 0 for any free port.")
    port = int(requested)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"port {port} is not free ({error.strerror}). Another stack or emulator may be running. "
                f"Choose another port with OMS_PORT=4567 infra/local up, or any free port with OMS_PORT=0."
            ) from None
        return probe.getsockname()[1]


def _read_process_file():
    """Process id and port of the emulator that was started last, or None."""
    try:
        return json.loads(PROCESS_FILE.read_text())
    except (OSError, ValueError):
        return None


def _environment(port, temporary):
    """The environment of the emulator and of every function: from this shell, only what finding programs needs."""
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
        # Enforce the roles: a function that lacks a permission fails here as it does on AWS.
        "AUTH": "true",
        # The functions call the emulator.
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "RUST_BACKTRACE": "1",
        # No Docker, and no listeners on fixed ports: two stacks may run at the same time.
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": "unix:///nonexistent",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _is_healthy(port):
    try:
        with urllib.request.urlopen(f"{endpoint(port)}/_ministack/health", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _is_emulator(pid):
    """Whether the process is our emulator: the system may have given its id to another process since."""
    try:
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout
    except OSError:
        return _group_exists(pid)
    return "stack.server" in command


def _group_exists(pid):
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _tail(path, lines=15):
    try:
        return "\n".join("    " + line for line in path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "    (empty)"
