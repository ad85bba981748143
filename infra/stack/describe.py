"""Describes the deployed stack: in stack.json for programs, on the terminal for the user."""

import json
import os

from .aws import REGION, ROOT_KEY, STACK, endpoint
from .console import print_line
from .paths import STACK_FILE
from .template import function_names

QUEUES = ("inbound", "routing", "dispatch", "payments", "cancellation", "replenishment")


def api_url(port, outputs):
    """The API's base URL by path, which every HTTP client can reach.

    `<api id>.execute-api.localhost` serves the same API.
    """
    return f"{endpoint(port)}/_aws/execute-api/{outputs['ApiId']}/$default"


def write_stack_file(port, outputs, log_ins, secrets, gateway):
    """Writes stack.json and returns its content. Only the current user can read the file: it contains log-ins."""
    document = {
        "stack": STACK,
        "endpoint": endpoint(port),
        "region": REGION,
        "credentials": {
            "access_key_id": ROOT_KEY["aws_access_key_id"],
            "secret_access_key": ROOT_KEY["aws_secret_access_key"],
        },
        "api": api_url(port, outputs),
        # By host name: the console's pages and its cookies are those of a whole host. Browsers resolve it by themselves.
        "console": outputs["ConsoleUrl"],
        "table": outputs["TableName"],
        "contacts_table": outputs["ContactsTableName"],
        "stream_arn": outputs["StreamArn"],
        "bus": outputs["BusName"],
        "queues": {name: outputs[f"{name.capitalize()}QueueUrl"] for name in QUEUES},
        "dead_letters": {name: outputs[f"{name.capitalize()}DeadLettersUrl"] for name in QUEUES},
        "payment_gateway": gateway,
        "relay_failures": outputs["RelayFailuresUrl"],
        "functions": {
            name: {"function_name": f"{STACK}-{name}", "log_group": f"/aws/lambda/{STACK}-{name}"}
            for name in function_names()
        },
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "console_client_id": outputs["ConsoleClientId"],
        "users": log_ins,
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


def print_stack(stack):
    """Prints the addresses and log-ins of the stack."""
    users = list(stack["users"].values())
    print_line()
    print_line(f"  Console     {stack['console']}")
    print_line(f"  API         {stack['api']}/api/oms/orders")
    print_line(f"  Webhooks    {stack['api']}/webhooks/stripe   .../webhooks/wms/<location>")
    print_line(
        f'  AWS         {stack["endpoint"]}   (region {stack["region"]}, for AWS tools: eval "$(infra/local env)")'
    )
    print_line("  Users       " + "  ".join(user["username"] for user in users))
    print_line(f"  Password    {users[0]['password']}")
    print_line(f"  Stack file  {STACK_FILE}")
    print_line()
    print_line("  infra/local logs -f    follow the logs        infra/local down    stop the stack")
    print_line()
