"""Where the double of the payment gateway listens. The demo and the tests run it; the stack only knows its address."""

import json
import socket

from .paths import STACK_FILE

# The only secret key that the double accepts.
SECRET_KEY = "sk_test_double"


def gateway_url():
    """The address that the stack has, or one with a free port for a new stack."""
    if STACK_FILE.is_file():
        known = json.loads(STACK_FILE.read_text()).get("payment_gateway")
        if known:
            return known
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
