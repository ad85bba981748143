"""What was built: for programs in stack.json, for people on the terminal."""

import json
import os

from .paths import REGION, ROOT_KEY, STACK, STACK_FILE, endpoint, functions
from .console import say

QUEUES = ("inbound", "routing", "dispatch", "cancellation", "replenishment")


def api_url(port, outputs):
    """The API by path, which every HTTP client can reach; `<api>.execute-api.localhost` serves the same."""
    return f"{endpoint(port)}/_aws/execute-api/{outputs['ApiId']}/$default"


def write(port, outputs, people, secrets):
    """Writes stack.json, for this user only: it holds the log-ins."""
    document = {
        "stack": STACK,
        "endpoint": endpoint(port),
        "region": REGION,
        "credentials": {
            "access_key_id": ROOT_KEY["aws_access_key_id"],
            "secret_access_key": ROOT_KEY["aws_secret_access_key"],
        },
        "api": api_url(port, outputs),
        "table": outputs["TableName"],
        "stream_arn": outputs["StreamArn"],
        "bus": outputs["BusName"],
        "queues": {name: outputs[f"{name.capitalize()}QueueUrl"] for name in QUEUES},
        "dead_letters": {name: outputs[f"{name.capitalize()}DeadLettersUrl"] for name in QUEUES},
        "relay_failures": outputs["RelayFailuresUrl"],
        "functions": {
            name: {"function_name": f"{STACK}-{name}", "log_group": f"/aws/lambda/{STACK}-{name}"}
            for name in functions()
        },
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "users": people,
        "secrets_prefix": STACK,
        "secrets": secrets,
    }
    temporary = STACK_FILE.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
    temporary.replace(STACK_FILE)
    return document


def show(stack):
    """Addresses and log-ins for a person."""
    say()
    say(f"  API        {stack['api']}/api/oms/orders")
    say(f"  Webhooks   {stack['api']}/webhooks/stripe   .../webhooks/wms/<location>")
    say(f"  AWS        {stack['endpoint']}   (region {stack['region']}, any AWS tool: eval \"$(infra/local env)\")")
    say("  Log-ins    " + "  ".join(person["username"] for person in stack["users"].values()))
    say(f"  Password   {next(iter(stack['users'].values()))['password']}")
    say(f"  For tools  {STACK_FILE}")
    say()
    say("  infra/local logs -f    follow the functions        infra/local down    stop everything")
    say()
