"""Paths of the repository's files and of the files that a local stack writes."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
CATALOGUE = Path(__file__).with_name("catalogue.json")

STATE = Path(os.environ.get("OMS_STATE_DIR") or ROOT / ".local").resolve()
STACK_FILE = STATE / "stack.json"
LOG_FILE = STATE / "emulator.log"
PROCESS_FILE = STATE / "emulator.json"
ARTIFACTS = STATE / "artifacts"
