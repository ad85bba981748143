"""Looks into a running stack: logs, queues, and the way back out of a dead-letter queue."""

import time

from botocore.exceptions import ClientError

from .paths import STACK, client, functions
from .console import Stop, say


def logs(port, wanted, follow):
    """Prints what the functions wrote, oldest first; one function's or everyone's."""
    known = functions()
    if wanted and wanted not in known:
        raise Stop(f"there is no function {wanted!r}; there are {', '.join(known)}.")
    names = [wanted] if wanted else known
    cloudwatch = client("logs", port)
    since = dict.fromkeys(names, 0)
    seen = set()
    while True:
        lines = []
        for name in names:
            for event in _events(cloudwatch, f"/aws/lambda/{STACK}-{name}", since[name]):
                key = (name, event["logStreamName"], event["timestamp"], event["message"])
                if key in seen or event["message"].startswith(("START ", "END ", "REPORT ")):
                    continue
                seen.add(key)
                lines.append((event["timestamp"], name, event["message"].rstrip()))
                since[name] = max(since[name], event["timestamp"])
        for at, name, message in sorted(lines):
            say(f"{time.strftime('%H:%M:%S', time.localtime(at / 1000))} {name:<13} {message}")
        if not follow:
            return
        time.sleep(1)


def _events(cloudwatch, group, since):
    try:
        for page in cloudwatch.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
            yield from page["events"]
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def queues(port, stack):
    """Prints how many messages wait, are being worked on, and were given up."""
    sqs = client("sqs", port)
    say(f"  {'queue':<15}{'waiting':>9}{'in work':>9}{'given up':>10}")
    for name, url in stack["queues"].items():
        waiting, working = _depth(sqs, url)
        given_up, _ = _depth(sqs, stack["dead_letters"][name])
        say(f"  {name:<15}{waiting:>9}{working:>9}{given_up:>10}")
    failed, _ = _depth(sqs, stack["relay_failures"])
    say(f"  {'relay-failures':<15}{'':>18}{failed:>10}")


def _depth(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found[names[0]]), int(found[names[1]])


def redrive(port, stack, name):
    """Moves given-up messages back, as StartMessageMoveTask does on AWS; the emulator has no such call."""
    if name not in stack["queues"]:
        raise Stop(f"there is no queue {name!r}; there are {', '.join(stack['queues'])}.")
    sqs = client("sqs", port)
    moved = 0
    while True:
        found = sqs.receive_message(
            QueueUrl=stack["dead_letters"][name], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if not found:
            say(f"  {moved} messages moved back to {name}")
            return
        for message in found:
            attributes = {
                key: {field: value[field] for field in ("DataType", "StringValue", "BinaryValue") if field in value}
                for key, value in message.get("MessageAttributes", {}).items()
            }
            sqs.send_message(QueueUrl=stack["queues"][name], MessageBody=message["Body"], MessageAttributes=attributes)
            sqs.delete_message(QueueUrl=stack["dead_letters"][name], ReceiptHandle=message["ReceiptHandle"])
            moved += 1
