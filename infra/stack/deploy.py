"""Deploys the template: uploads the zips, points CodeUri at them, creates or updates the stack."""

import os
import re
import time

from botocore.exceptions import ClientError

from .build import architecture
from .paths import STACK, TEMPLATE, client
from .console import Stop, step

BUCKET = f"{STACK}-artifacts"


def deploy(port, zips):
    """Deploys the zips and returns the stack's outputs."""
    s3, cloudformation = client("s3", port), client("cloudformation", port)
    with step("Deploying infra/template.yaml") as deploying:
        location = _upload(s3, zips)
        arguments = {
            "StackName": STACK,
            "TemplateURL": location,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in _parameters().items()],
        }
        deploying.detail = _create_or_update(cloudformation, arguments)
        stack = _wait(cloudformation)
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _parameters():
    """Where this machine differs from an account of one's own."""
    return {
        "Architecture": architecture(),
        "SweepRate": os.environ.get("OMS_SWEEP_RATE", "rate(1 minute)"),
        # Every concurrent batch is a process here.
        "ConsumerConcurrency": "4",
        # Warehouses of the demo and of the tests listen on the loopback interface, on plain HTTP.
        "AllowPrivateDestinations": "true",
    }


def _upload(s3, zips):
    """What `aws cloudformation package` does: the code to S3, and the very template with the places of it filled in."""
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    there = {item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
    for path in zips.values():
        if path.name not in there:
            s3.put_object(Bucket=BUCKET, Key=path.name, Body=path.read_bytes())
    template = re.sub(
        r"CodeUri: \.\./target/lambda/([a-z]+)/",
        lambda found: f"CodeUri: s3://{BUCKET}/{zips[found[1]].name}",
        TEMPLATE.read_text(),
    )
    s3.put_object(Bucket=BUCKET, Key="template.yaml", Body=template.encode())
    return f"https://s3.amazonaws.com/{BUCKET}/template.yaml"


def _create_or_update(cloudformation, arguments):
    try:
        existing = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    except ClientError:
        existing = None
    if existing in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"):
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        existing = None
    try:
        if existing is None:
            cloudformation.create_stack(OnFailure="DO_NOTHING", **arguments)
            return "new"
        cloudformation.update_stack(**arguments)
        return "updated"
    except ClientError as refusal:
        if "No updates are to be performed" in str(refusal):
            return "nothing had changed"
        raise Stop(f"the template was refused: {refusal.response['Error']['Message']}") from None


def _wait(cloudformation):
    while True:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        status = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return stack
        if not status.endswith("_IN_PROGRESS"):
            raise Stop(f"the stack ended in {status}:\n{_reasons(cloudformation, stack)}")
        time.sleep(0.3)


def _reasons(cloudformation, stack):
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [
        f"    {event['LogicalResourceId']} ({event.get('ResourceType', '')}): {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return "\n".join(failed) or f"    {stack.get('StackStatusReason', 'no reason was given')}"
