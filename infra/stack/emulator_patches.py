"""Patches for MiniStack 1.5.33, so that the template behaves on it as on AWS.

* A DynamoDB stream event source honours `batchItemFailures`, `MaximumRetryAttempts`, bisecting and the on-failure
  destination. Without the patch the emulator counts such a response as success, and the records are lost.
* `events:PutEvents` has the condition keys `events:source` and `events:detail-type`. Without the patch they are
  missing, and a condition on them never denies.
* A number that `ScalingConfig` takes from a template parameter is a number. Without the patch it stays a string, the
  comparison fails, and the emulator polls no queue.
* Every invocation is about 50 ms faster: without Nagle's algorithm (40 ms, because the second of two small packets
  waits for the acknowledgement of the first), and with a shorter wait for a first log line (up to 50 ms).

Remove this file when a newer version does all of this itself; the tests of the live stack show whether it does.
"""

import json
from dataclasses import dataclass
from functools import partialmethod


def apply():
    """Patches the emulator in this process. Call it before the emulator serves."""
    from ministack.core import iam_actions
    from ministack.core.lambda_runtime import ProvidedWorker
    from ministack.services import lambda_svc

    iam_actions.request_tag_context = _with_event_condition_keys(iam_actions.request_tag_context)
    lambda_svc._sqs_esm_concurrency = _with_numeric_concurrency(lambda_svc._sqs_esm_concurrency)
    lambda_svc._execute_function = _with_partial_failures(lambda_svc, lambda_svc._execute_function)
    ProvidedWorker._build_handler_class = _without_nagle(ProvidedWorker._build_handler_class)
    ProvidedWorker._drain_stderr_bounded = partialmethod(ProvidedWorker._drain_stderr_bounded, first_line_wait=0.005)


def _without_nagle(inner):
    def build(*args, **kwargs):
        handler = inner(*args, **kwargs)
        handler.disable_nagle_algorithm = True
        return handler

    return build


def _with_event_condition_keys(inner):
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


def _with_numeric_concurrency(inner):
    def concurrency(mapping, *args, **kwargs):
        limit = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
        if isinstance(limit, str):
            mapping["ScalingConfig"]["MaximumConcurrency"] = int(limit)
        return inner(mapping, *args, **kwargs)

    return concurrency


@dataclass
class _Progress:
    """The progress of one event source mapping through its stream."""

    done: int = -1  # The records up to this sequence number are done.
    size: int = 0  # The number of records to send at once after a failure; 0 for all.
    attempts: int = 0  # How often the record after `done` has failed.


def _with_partial_failures(lambda_svc, execute):
    progress_by_mapping = {}

    def run(func, event, *args, **kwargs):
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:dynamodb":
            return execute(func, event, *args, **kwargs)
        mapping = _mapping(lambda_svc, func, records[0])
        if mapping is None:
            return execute(func, event, *args, **kwargs)
        progress = progress_by_mapping.setdefault(mapping["UUID"], _Progress())
        return _advance(lambda_svc, execute, func, mapping, progress, records)

    return run


def _advance(lambda_svc, execute, func, mapping, progress, records):
    """Sends the records that are not done yet to the function. After an error the emulator calls again in a second."""
    result = {"body": None, "log": ""}
    while remaining := [record for record in records if _sequence_number(record) > progress.done]:
        chunk = remaining[: progress.size or len(remaining)]
        result = execute(func, {"Records": chunk})
        failed = chunk[0] if result.get("error") else _first_failed(mapping, result, chunk)
        if failed is None:
            progress.done, progress.size, progress.attempts = _sequence_number(chunk[-1]), 0, 0
            continue
        if failed is not chunk[0]:
            progress.done, progress.attempts = _sequence_number(failed) - 1, 0
        progress.attempts += 1
        # As on AWS: a partial response cuts the batch at the record that failed; only a function error halves it.
        halve = result.get("error") and mapping.get("BisectBatchOnFunctionError")
        rest = [record for record in chunk if _sequence_number(record) > progress.done]
        progress.size = max(1, len(chunk) // 2) if halve else len(rest)
        limit = int(mapping.get("MaximumRetryAttempts", -1))
        if 0 <= limit < progress.attempts:
            lambda_svc._send_ddb_stream_failure_record(
                mapping, func, [failed], mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
            )
            progress.done, progress.size, progress.attempts = _sequence_number(failed), 0, 0
            continue
        body = (
            result.get("body")
            if result.get("error")
            else {"errorType": "PartialBatch", "errorMessage": "some records failed and will be retried"}
        )
        return {"error": True, "body": body, "log": result.get("log", "")}
    return {**result, "error": False}


def _first_failed(mapping, result, chunk):
    """The first record that failed according to the function's response; None when none failed."""
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
    failed = {str(failure.get("itemIdentifier")) for failure in failures if isinstance(failure, dict)}
    # As on AWS, an identifier of no record means that the whole batch failed.
    return next((record for record in chunk if record["dynamodb"]["SequenceNumber"] in failed), chunk[0])


def _sequence_number(record):
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
