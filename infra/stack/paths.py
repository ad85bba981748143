"""Where things are, and what every part of the local stack agrees on."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
CATALOGUE = Path(__file__).with_name("catalogue.json")

STATE = Path(os.environ.get("OMS_STATE_DIR") or ROOT / ".local").resolve()
STACK_FILE = STATE / "stack.json"
LOG_FILE = STATE / "emulator.log"
PROCESS_FILE = STATE / "emulator.json"

STACK = "oms"
REGION = "us-east-1"
DEFAULT_PORT = 4566

# The emulator's root: may do everything, as the person does who deploys to an account of their own.
ROOT_KEY = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def functions():
    """The functions that the template deploys, in its order."""
    return re.findall(r"CodeUri: \.\./target/lambda/([a-z]+)/", TEMPLATE.read_text())


def endpoint(port):
    """The emulator's address. An IP address: names below localhost do not resolve everywhere."""
    return f"http://127.0.0.1:{port}"


def client(service, port):
    """A boto3 client of the emulator."""
    import boto3
    from botocore.config import Config

    patient = Config(retries={"max_attempts": 3, "mode": "standard"}, connect_timeout=5, read_timeout=60)
    return boto3.client(service, endpoint_url=endpoint(port), region_name=REGION, config=patient, **ROOT_KEY)
