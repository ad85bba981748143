"""Deploys the template to the emulator: uploads the zips, sets CodeUri, creates or updates the stack."""

import os
import time

from botocore.exceptions import ClientError

from .aws import STACK, client, endpoint
from .build import architecture
from .console import CommandError, Step
from .template import with_code_in_s3

BUCKET = f"{STACK}-artifacts"
STATUS_INTERVAL_S = 0.3


def deploy(port, zips, gateway):
    """Deploys the zips and returns the stack's outputs. `gateway`: the address of the payment gateway."""
    s3, cloudformation = client("s3", port), client("cloudformation", port)
    with Step("Deploying infra/template.yaml") as step:
        template_url = _upload(s3, zips)
        arguments = {
            "StackName": STACK,
            "TemplateURL": template_url,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in _parameters(port, gateway).items()],
        }
        step.detail = _create_or_update(cloudformation, arguments)
        stack = _wait(cloudformation)
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _parameters(port, gateway):
    """The template parameters that differ from their defaults on the local stack."""
    return {
        "Architecture": architecture(),
        "SweepRate": os.environ.get("OMS_SWEEP_RATE", "rate(1 minute)"),
        # The double of the payment gateway does not run all the time, and a poll that fails becomes a dead letter.
        "GatewayPollRate": os.environ.get("OMS_GATEWAY_POLL_RATE", "rate(1 hour)"),
        "LocationSilentAfterSeconds": os.environ.get("OMS_LOCATION_SILENT_AFTER_S", "20"),
        "FulfillmentOverdueAfterSeconds": os.environ.get("OMS_FULFILLMENT_OVERDUE_AFTER_S", "20"),
        "ClosingGraceSeconds": os.environ.get("OMS_CLOSING_GRACE_S", "20"),
        # So that the demo can show what waits for a second person.
        "GoodwillLimits": "agent:1000",
        # Every batch in progress is a process on this machine.
        "ConsumerConcurrency": "4",
        # The warehouses of the demo and of the tests listen on the loopback interface over plain HTTP.
        "AllowPrivateDestinations": "true",
        # So does the double of the payment gateway.
        "PaymentGatewayUrl": gateway,
        # The emulator serves the log-in page and the keys of the user pool itself.
        "CognitoUrl": endpoint(port),
    }


def _upload(s3, zips):
    """Uploads the zips and the template, as `aws cloudformation package` does, and returns the template's URL."""
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    uploaded = {item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
    for path in zips.values():
        if path.name not in uploaded:
            s3.put_object(Bucket=BUCKET, Key=path.name, Body=path.read_bytes())
    s3.put_object(Bucket=BUCKET, Key="template.yaml", Body=with_code_in_s3(BUCKET, zips).encode())
    return f"https://s3.amazonaws.com/{BUCKET}/template.yaml"


def _create_or_update(cloudformation, arguments):
    """Starts the creation or the update of the stack. A stack whose creation failed is deleted first."""
    try:
        status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    except ClientError:
        status = None
    if status in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"):
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        status = None
    try:
        if status is None:
            cloudformation.create_stack(OnFailure="DO_NOTHING", **arguments)
            return "created"
        cloudformation.update_stack(**arguments)
        return "updated"
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "no changes"
        raise CommandError(f"the template was rejected: {error.response['Error']['Message']}") from None


def _wait(cloudformation):
    """Waits until the stack is complete and returns its description."""
    while True:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        status = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return stack
        if not status.endswith("_IN_PROGRESS"):
            raise CommandError(f"the stack ended in {status}:\n{_failure_reasons(cloudformation, stack)}")
        time.sleep(STATUS_INTERVAL_S)


def _failure_reasons(cloudformation, stack):
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failures = [
        f"    {event['LogicalResourceId']} ({event.get('ResourceType', '')}): {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return "\n".join(failures) or f"    {stack.get('StackStatusReason', 'no reason was given')}"
