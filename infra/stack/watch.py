"""Shows logs and queues of a running stack, and moves dead letters back to their queue."""

import time

from botocore.exceptions import ClientError

from .aws import STACK, client
from .console import print_line, require_known
from .template import function_names

FOLLOW_INTERVAL_S = 1
# Lines that the Lambda runtime writes around each invocation.
PLATFORM_LINES = ("START ", "END ", "REPORT ")


def print_logs(port, name, follow):
    """Prints the log lines of one function, or of all when `name` is None, ordered by time."""
    known = function_names()
    if name:
        require_known("function", name, known)
    names = [name] if name else known
    cloudwatch = client("logs", port)
    since = dict.fromkeys(names, 0)
    seen = set()
    while True:
        lines = []
        for function in names:
            for event in _events(cloudwatch, f"/aws/lambda/{STACK}-{function}", since[function]):
                key = (function, event["logStreamName"], event["timestamp"], event["message"])
                if key in seen or event["message"].startswith(PLATFORM_LINES):
                    continue
                seen.add(key)
                lines.append((event["timestamp"], function, event["message"].rstrip()))
                since[function] = max(since[function], event["timestamp"])
        for timestamp, function, message in sorted(lines):
            print_line(f"{time.strftime('%H:%M:%S', time.localtime(timestamp / 1000))} {function:<13} {message}")
        if not follow:
            return
        time.sleep(FOLLOW_INTERVAL_S)


def _events(cloudwatch, group, since):
    try:
        for page in cloudwatch.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
            yield from page["events"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def print_queues(port, stack):
    """Prints for each queue how many messages are visible, in flight and in its dead-letter queue."""
    sqs = client("sqs", port)
    print_line(f"  {'queue':<15}{'visible':>9}{'in flight':>11}{'dead letters':>14}")
    for name, url in stack["queues"].items():
        visible, in_flight = _depth(sqs, url)
        dead_letters, _ = _depth(sqs, stack["dead_letters"][name])
        print_line(f"  {name:<15}{visible:>9}{in_flight:>11}{dead_letters:>14}")
    failures, _ = _depth(sqs, stack["relay_failures"])
    print_line(f"  {'relay-failures':<15}{'':>20}{failures:>14}")


def _depth(sqs, url):
    """Number of messages that are visible, and that are in flight."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(attributes[names[0]]), int(attributes[names[1]])


def redrive(port, stack, name):
    """Moves dead letters back to their queue. AWS has StartMessageMoveTask for this; the emulator does not."""
    require_known("queue", name, stack["queues"])
    sqs = client("sqs", port)
    moved = 0
    while True:
        messages = sqs.receive_message(
            QueueUrl=stack["dead_letters"][name], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if not messages:
            print_line(f"  {moved} messages moved back to {name}")
            return
        for message in messages:
            attributes = {
                key: {field: value[field] for field in ("DataType", "StringValue", "BinaryValue") if field in value}
                for key, value in message.get("MessageAttributes", {}).items()
            }
            sqs.send_message(QueueUrl=stack["queues"][name], MessageBody=message["Body"], MessageAttributes=attributes)
            sqs.delete_message(QueueUrl=stack["dead_letters"][name], ReceiptHandle=message["ReceiptHandle"])
            moved += 1
