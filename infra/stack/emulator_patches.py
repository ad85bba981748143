"""Patches for MiniStack 1.5.33, so that the template behaves on it as on AWS.

* A DynamoDB stream event source retries as on AWS (see `_advance`): `batchItemFailures`, `MaximumRetryAttempts`,
  `MaximumRecordAgeInSeconds`, bisecting, the on-failure destination. Without the patch the emulator counts a response
  with failures as success, and the records are lost; and one record that is too old discards its whole batch.
* `events:PutEvents` has the condition keys `events:source` and `events:detail-type`. Without the patch they are
  missing, and a condition on them never denies.
* A number that `ScalingConfig` takes from a template parameter is a number. Without the patch it stays a string, the
  comparison fails, and the emulator polls no queue.
* An HTTP API takes cookies out of the headers and passes them in `cookies` (payload format 2.0). Without the patch they stay
  a header.
* A refreshed token has the groups of its user. Without the patch it has none, and its user no rights.
* `POST /oauth2/revoke` ends a refresh token. Without the patch there is no such path.
* Every invocation is about 50 ms faster: without Nagle's algorithm (40 ms, because the second of two small packets
  waits for the acknowledgement of the first), and with a shorter wait for a first log line (up to 50 ms).

Remove this file when a newer version does all of this itself; `patches_selftest.py` and the tests of the live stack show
whether it does.
"""

import json
import time
from dataclasses import dataclass, field
from itertools import takewhile
from functools import partialmethod
from urllib.parse import parse_qs


def apply():
    """Patches the emulator in this process. Call it before the emulator serves."""
    from ministack import app
    from ministack.core import iam_actions
    from ministack.core.lambda_runtime import ProvidedWorker
    from ministack.services import cognito, lambda_svc

    iam_actions.request_tag_context = _with_event_condition_keys(iam_actions.request_tag_context)
    lambda_svc._sqs_esm_concurrency = _with_numeric_concurrency(lambda_svc._sqs_esm_concurrency)
    lambda_svc._execute_function = _with_partial_failures(lambda_svc, lambda_svc._execute_function)
    lambda_svc._execute_function_with_config_scope = _with_cookies(lambda_svc._execute_function_with_config_scope)
    cognito._fake_token = _with_groups(cognito, cognito._fake_token)
    app._handle_cognito_body_request = _with_revocation(cognito, app._handle_cognito_body_request)
    ProvidedWorker._build_handler_class = _without_nagle(ProvidedWorker._build_handler_class)
    ProvidedWorker._drain_stderr_bounded = partialmethod(ProvidedWorker._drain_stderr_bounded, first_line_wait=0.005)


def _without_nagle(inner):
    def build(*args, **kwargs):
        handler = inner(*args, **kwargs)
        handler.disable_nagle_algorithm = True
        return handler

    return build


def _with_cookies(inner):
    def execute(record, event, *args, **kwargs):
        headers = event.get("headers") if isinstance(event, dict) and event.get("version") == "2.0" else None
        if headers and "cookie" in headers:
            cookies = [cookie.strip() for cookie in headers["cookie"].split(";")]
            headers = {name: value for name, value in headers.items() if name != "cookie"}
            event = {**event, "cookies": cookies, "headers": headers}
        return inner(record, event, *args, **kwargs)

    return execute


def _with_groups(cognito, inner):
    def token(sub, pool_id, client_id, *args, **kwargs):
        if kwargs.get("trigger_source") == "TokenGeneration_RefreshTokens" and not kwargs.get("groups"):
            users = (cognito._get_pool_unscoped(pool_id) or {}).get("_users", {})
            kwargs["groups"] = users.get(kwargs.get("username"), {}).get("_groups", [])
        return inner(sub, pool_id, client_id, *args, **kwargs)

    return token


def _with_revocation(cognito, inner):
    async def handle(method, path, headers, body, query_params):
        if (method, path) != ("POST", "/oauth2/revoke"):
            return await inner(method, path, headers, body, query_params)
        form = parse_qs(body.decode("utf-8", errors="replace"))
        cognito._revoke_token({"Token": form.get("token", [""])[0]})
        return 200, {}, b""

    return handle


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
    # The last sequence numbers of the batches that a failed one was cut into, the next batch at the end. Empty: the next
    # batch is all that there is.
    ends: list = field(default_factory=list)
    attempts: int = 0  # How often the next batch has failed.

    def pending(self, records):
        return [record for record in records if _sequence_number(record) > self.done]

    def next_batch(self, records):
        end = self.ends[-1] if self.ends else None
        return [record for record in self.pending(records) if end is None or _sequence_number(record) <= end]

    def finish(self, batch):
        """The records of a batch are processed, or discarded."""
        self.done, self.attempts = _sequence_number(batch[-1]), 0
        while self.ends and self.ends[-1] <= self.done:
            self.ends.pop()

    def cut(self, batch, at):
        """A batch that failed becomes two: the records before an index, and those from it on."""
        if not self.ends:
            self.ends.append(_sequence_number(batch[-1]))
        self.ends.append(_sequence_number(batch[at - 1]))


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
        result = _advance(lambda_svc, execute, func, mapping, progress, records)
        if result["error"]:
            # After an error the emulator would discard all of these when the oldest is too old, also those that are
            # done. What is too old has been discarded, so it must not look at them.
            records.clear()
        return result

    return run


def _advance(lambda_svc, execute, func, mapping, progress, records):
    """Sends the records that are not done yet to the function. After an error the emulator calls again in a second.

    As AWS documents it for DynamoDB streams: a response that names failed records is a checkpoint at the lowest of them,
    and that one and all after it in its batch come again; records before it do not. A function error halves the batch,
    with `BisectBatchOnFunctionError`. Neither consumes a retry. A batch without retries left is discarded as a whole. A
    record that is too old is discarded, and only that one. What is discarded is reported to the on-failure destination.
    """
    result = {"body": None, "log": ""}
    while True:
        old = list(takewhile(_is_older_than(mapping), progress.pending(records)))
        if old:
            _discard(lambda_svc, mapping, func, old, result, "MaxRecordAgeExceeded")
            progress.finish(old)
        batch = progress.next_batch(records)
        if not batch:
            return {**result, "error": False}
        result = execute(func, {"Records": batch})
        failed = 0 if result.get("error") else _first_failed(mapping, result, batch)
        if failed is None:
            progress.finish(batch)
            continue
        if failed > 0:
            progress.cut(batch, failed)
            progress.finish(batch[:failed])
        elif result.get("error") and mapping.get("BisectBatchOnFunctionError") and len(batch) > 1:
            progress.cut(batch, len(batch) // 2)
        else:
            # The batch stays as it is: records that come meanwhile are not added to it.
            progress.ends = progress.ends or [_sequence_number(batch[-1])]
            progress.attempts += 1
            limit = int(mapping.get("MaximumRetryAttempts", -1))
            if 0 <= limit < progress.attempts:
                _discard(lambda_svc, mapping, func, batch, result, "RetryAttemptsExhausted")
                progress.finish(batch)
                continue
        body = (
            result.get("body")
            if result.get("error")
            else {"errorType": "PartialBatch", "errorMessage": "some records failed and will be retried"}
        )
        return {"error": True, "body": body, "log": result.get("log", "")}


def _is_older_than(mapping):
    limit = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    now = time.time()
    return lambda record: 0 < limit < now - float(record["dynamodb"]["ApproximateCreationDateTime"])


def _discard(lambda_svc, mapping, func, batch, result, condition):
    lambda_svc._send_ddb_stream_failure_record(mapping, func, batch, mapping["EventSourceArn"], result, condition)


def _first_failed(mapping, result, batch):
    """The index of the first record that failed according to the function's response; None when none failed."""
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
    return next((index for index, record in enumerate(batch) if record["dynamodb"]["SequenceNumber"] in failed), 0)


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
