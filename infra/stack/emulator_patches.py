"""Three things that AWS does and MiniStack 1.5.33 does not, without which the template would behave differently here.

* A DynamoDB stream event source honours `batchItemFailures`, `MaximumRetryAttempts`, bisecting and the on-failure
  destination. The emulator counts such an answer as success and would lose the records.
* `events:PutEvents` has the condition keys `events:source` and `events:detail-type`. The emulator leaves them out, so
  that a condition on them never denies.
* A number that reaches `ScalingConfig` from a template parameter is a number. The emulator keeps it as text, fails to
  compare it and polls no queue at all.

Besides, every call of a function took 50 ms longer than it needs: 40 for two small packets in a row, of which the
second waits for the first one's acknowledgement, and up to 50 for log lines that do not come.

A newer version that does all this itself makes this file unnecessary; the tests of the live stack will tell.
"""

import json
from dataclasses import dataclass
from functools import partialmethod


def apply():
    """Changes the emulator in this process; to be called before it serves."""
    from ministack.core import iam_actions
    from ministack.core.lambda_runtime import ProvidedWorker
    from ministack.services import lambda_svc

    iam_actions.request_tag_context = _with_event_keys(iam_actions.request_tag_context)
    lambda_svc._sqs_esm_concurrency = _with_numbers(lambda_svc._sqs_esm_concurrency)
    lambda_svc._execute_function = _with_checkpoints(lambda_svc, lambda_svc._execute_function)
    ProvidedWorker._build_handler_class = _without_delay(ProvidedWorker._build_handler_class)
    ProvidedWorker._drain_stderr_bounded = partialmethod(ProvidedWorker._drain_stderr_bounded, first_line_wait=0.005)


def _without_delay(inner):
    def build(*args, **kwargs):
        handler = inner(*args, **kwargs)
        handler.disable_nagle_algorithm = True
        return handler

    return build


def _with_event_keys(inner):
    def context(service, iam_action, body, params):
        keys = inner(service, iam_action, body, params)
        if iam_action != "events:PutEvents":
            return keys
        try:
            entries = [entry for entry in json.loads(body)["Entries"] if isinstance(entry, dict)]
        except (ValueError, KeyError, TypeError):
            return keys
        return {
            **keys,
            "events:source": sorted({str(entry.get("Source", "")) for entry in entries}),
            "events:detail-type": sorted({str(entry.get("DetailType", "")) for entry in entries}),
        }

    return context


def _with_numbers(inner):
    def concurrency(mapping, *args, **kwargs):
        limit = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
        if isinstance(limit, str):
            mapping["ScalingConfig"]["MaximumConcurrency"] = int(limit)
        return inner(mapping, *args, **kwargs)

    return concurrency


@dataclass
class _Shard:
    """How far one event source mapping has come."""

    done: int = -1  # Sequence number up to which everything is dealt with.
    size: int = 0  # Records to try at once after a failure; 0 for as many as there are.
    attempts: int = 0  # How often the record after `done` has failed.


def _with_checkpoints(lambda_svc, execute):
    shards = {}

    def run(func, event, *args, **kwargs):
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:dynamodb":
            return execute(func, event, *args, **kwargs)
        mapping = _mapping(lambda_svc, func, records[0])
        if mapping is None:
            return execute(func, event, *args, **kwargs)
        shard = shards.setdefault(mapping["UUID"], _Shard())
        return _advance(lambda_svc, execute, func, mapping, shard, records)

    return run


def _advance(lambda_svc, execute, func, mapping, shard, records):
    """Works through the batch from the checkpoint. After an error the emulator asks again in a second."""
    result = {"body": None, "log": ""}
    while left := [record for record in records if _sequence(record) > shard.done]:
        chunk = left[: shard.size or len(left)]
        result = execute(func, {"Records": chunk})
        failed = chunk[0] if result.get("error") else _first_failed(mapping, result, chunk)
        if failed is None:
            shard.done, shard.size, shard.attempts = _sequence(chunk[-1]), 0, 0
            continue
        if failed is not chunk[0]:
            shard.done, shard.attempts = _sequence(failed) - 1, 0
        shard.attempts += 1
        shard.size = max(1, len(chunk) // 2) if mapping.get("BisectBatchOnFunctionError") else len(chunk)
        limit = int(mapping.get("MaximumRetryAttempts", -1))
        if 0 <= limit < shard.attempts:
            lambda_svc._send_ddb_stream_failure_record(
                mapping, func, [failed], mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
            )
            shard.done, shard.size, shard.attempts = _sequence(failed), 0, 0
            continue
        body = (
            result.get("body")
            if result.get("error")
            else {"errorType": "PartialBatch", "errorMessage": "to be retried"}
        )
        return {"error": True, "body": body, "log": result.get("log", "")}
    return {**result, "error": False}


def _first_failed(mapping, result, chunk):
    """The record to go on from, as the function's answer names it; None when all of them are done."""
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    body = result.get("body")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return None
    failures = body.get("batchItemFailures") if isinstance(body, dict) else None
    if not failures:
        return None
    named = {str(failure.get("itemIdentifier")) for failure in failures if isinstance(failure, dict)}
    # An identifier that names no record means that the whole batch failed, as on AWS.
    return next((record for record in chunk if record["dynamodb"]["SequenceNumber"] in named), chunk[0])


def _sequence(record):
    return int(record["dynamodb"]["SequenceNumber"])


def _mapping(lambda_svc, func, record):
    name = (func.get("config") or func).get("FunctionName")
    return next(
        (
            mapping
            for _account, _region, mapping in lambda_svc._iter_all_esms()
            if mapping.get("EventSourceArn") == record.get("eventSourceARN") and mapping.get("FunctionName") == name
        ),
        None,
    )
