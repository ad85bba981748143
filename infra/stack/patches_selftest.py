"""Tests that the patched emulator retries the records of a DynamoDB stream, and logs people in, as AWS documents it.

Run by `python -m stack.patches_selftest` in the Python environment of the local stack, with `infra` in PYTHONPATH. The
emulator's own poller runs in this process, over records and a function that a case makes up. Each case runs on the emulator
as it is too, where it must fail: a case that no longer does shows that its part of the patch is not needed any more.
"""

import asyncio
import base64
import json
import logging
import sys
import time
from urllib.parse import urlencode

from . import emulator_patches

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2026-01-01T00:00:00.000"
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BisectBatchOnFunctionError": True}
POLLS_MAX = 20

# The source of the case that runs; the emulator's functions that are replaced here know no more.
CURRENT = []


class Source:
    """A stream, an event source mapping, and the function that it calls."""

    def __init__(self, lambda_svc, dynamodb, name, ages, settings, respond):
        self.lambda_svc, self.respond = lambda_svc, respond
        self.batches, self.discarded = [], []
        self.mapping = {
            "UUID": name,
            "FunctionName": name,
            "EventSourceArn": ARN.format(table=name),
            "StartingPosition": "TRIM_HORIZON",
            **settings,
        }
        lambda_svc._esms.clear()
        lambda_svc._esms[name] = self.mapping
        dynamodb._tables[name] = {"LatestStreamArn": self.mapping["EventSourceArn"]}
        self.records = [self.record(number, age) for number, age in enumerate(ages, 1)]
        dynamodb._stream_records[name] = self.records

    def record(self, number, age):
        return {
            "eventSource": "aws:dynamodb",
            "eventName": "INSERT",
            "eventSourceARN": self.mapping["EventSourceArn"],
            "dynamodb": {
                "SequenceNumber": f"{number:021}",
                "ApproximateCreationDateTime": time.time() - age,
                "Keys": {},
            },
        }

    def execute(self, event):
        batch = numbers(event["Records"])
        self.batches.append(batch)
        failing = self.respond(len(self.batches), batch)
        if failing == "error":
            return {"error": True, "body": {"errorType": "Crash", "errorMessage": "it crashed"}}
        failures = [{"itemIdentifier": f"{number:021}" if number else ""} for number in failing]
        return {"error": False, "body": {"batchItemFailures": failures}}

    def age(self, seconds):
        """Makes all records older."""
        for record in self.records:
            record["dynamodb"]["ApproximateCreationDateTime"] -= seconds

    def poll(self):
        """Polls until the stream is read to its end, or often enough when it never is."""
        for _ in range(POLLS_MAX):
            self.lambda_svc._esm_backoff_until.clear()
            if self.lambda_svc._poll_dynamodb_streams():
                return


def numbers(records):
    return [int(record["dynamodb"]["SequenceNumber"]) for record in records]


def checkpoint_at_the_record_that_failed(source):
    """Records before the failed one do not come again; those after it do, and the batch is not halved."""
    run = source([0] * 6, REPORTS, lambda call, batch: [4] if call < 3 else [])
    return run.batches == [[1, 2, 3, 4, 5, 6], [4, 5, 6], [4, 5, 6]] and not run.discarded


def the_lowest_of_several_failures_counts(source):
    run = source([0] * 4, REPORTS, lambda call, batch: [4, 2] if call == 1 else [])
    return run.batches == [[1, 2, 3, 4], [2, 3, 4]]


def an_empty_identifier_fails_the_whole_batch(source):
    run = source([0] * 3, REPORTS, lambda call, batch: [0] if call == 1 else [])
    return run.batches == [[1, 2, 3], [1, 2, 3]]


def a_function_error_halves_the_batch(source):
    """The halves are batches of their own, and halving consumes no retry."""
    settings = {**REPORTS, "MaximumRetryAttempts": 0}
    run = source([0] * 4, settings, lambda call, batch: "error" if 3 in batch else [])
    batches = [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]
    return run.batches == batches and run.discarded == [("RetryAttemptsExhausted", [3])]


def without_retries_left_the_rest_of_the_batch_is_discarded(source):
    """So one refused record takes those after it with it: `relay` must not count on a number of retries."""
    settings = {**REPORTS, "MaximumRetryAttempts": 1}
    run = source([0] * 4, settings, lambda call, batch: [3] if 3 in batch else [])
    batches = [[1, 2, 3, 4], [3, 4], [3, 4]]
    return run.batches == batches and run.discarded == [("RetryAttemptsExhausted", [3, 4])]


def only_records_that_are_too_old_are_discarded(source):
    """Retries end by age, record by record; younger ones go on being retried."""
    settings = {**REPORTS, "MaximumRecordAgeInSeconds": 60}
    run = source([100, 90, 0, 0], settings, lambda call, batch: batch[:1] if call < 4 else [])
    batches = [[3, 4]] * 4
    return run.batches == batches and run.discarded == [("MaxRecordAgeExceeded", [1, 2])]


def a_record_is_retried_until_it_is_too_old(source):
    """The record ages while it fails; those that were done before, though as old, are not reported."""
    settings = {**REPORTS, "MaximumRecordAgeInSeconds": 60}

    def respond(call, batch):
        if call == 3:
            run.age(61)
        return [2] if 2 in batch else []

    run = source([0, 0], settings, respond, begin=False)
    run.poll()
    return run.batches == [[1, 2], [2], [2]] and run.discarded == [("MaxRecordAgeExceeded", [2])]


CASES = [
    checkpoint_at_the_record_that_failed,
    the_lowest_of_several_failures_counts,
    an_empty_identifier_fails_the_whole_batch,
    a_function_error_halves_the_batch,
    without_retries_left_the_rest_of_the_batch_is_discarded,
    only_records_that_are_too_old_are_discarded,
    a_record_is_retried_until_it_is_too_old,
]


class Users:
    """A user pool with a client for log-ins by code, and a user of the group `agent`."""

    def __init__(self, cognito):
        self.cognito = cognito
        self.pool = self._call("_create_user_pool", PoolName="p")["UserPool"]["Id"]
        client = self._call("_create_user_pool_client", UserPoolId=self.pool, ClientName="c", ExplicitAuthFlows=FLOWS)
        self.client = client["UserPoolClient"]["ClientId"]
        user = {"UserPoolId": self.pool, "Username": "ada"}
        self._call("_admin_create_user", **user)
        self._call("_admin_set_user_password", **user, Password="Local-Only-1234", Permanent=True)
        self._call("_create_group", UserPoolId=self.pool, GroupName="agent")
        self._call("_admin_add_user_to_group", **user, GroupName="agent")
        found = cognito._user_pools[self.pool]["_users"]["ada"]
        self.tokens = cognito._build_auth_result(self.pool, self.client, found, scope="openid email")
        entry = {"pool_id": self.pool, "client_id": self.client, "username": "ada", "scope": "openid email"}
        cognito._refresh_tokens[self.tokens["RefreshToken"]] = entry

    def _call(self, name, **request):
        return json.loads(getattr(self.cognito, name)(request)[2] or b"{}")

    def refresh(self):
        """The answer to a refresh: its status and its content."""
        status, _, body = self.post(
            "/oauth2/token", grant_type="refresh_token", refresh_token=self.tokens["RefreshToken"]
        )
        return status, json.loads(body)

    def post(self, path, **form):
        from ministack import app

        body = urlencode({"client_id": self.client, **form}).encode()
        answer = asyncio.run(app._handle_cognito_body_request("POST", path, {}, body, {}))
        return answer or (404, {}, b"")


FLOWS = ["ALLOW_REFRESH_TOKEN_AUTH"]


def a_refreshed_token_has_the_groups_of_its_user(cognito):
    status, answer = Users(cognito).refresh()
    payload = answer["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return status == 200 and claims.get("cognito:groups") == ["agent"]


def a_refresh_token_that_was_revoked_gives_no_tokens(cognito):
    users = Users(cognito)
    status, _, _ = users.post("/oauth2/revoke", token=users.tokens["RefreshToken"])
    return status == 200 and users.refresh()[0] == 400


def cookies_are_passed_outside_of_the_headers(_cognito):
    from ministack.services import lambda_svc

    given = []
    lambda_svc._execute_function = lambda _func, event, *_args, **_kwargs: given.append(event) or {}
    event = {"version": "2.0", "headers": {"cookie": "a=1; b=2", "accept": "*/*"}}
    record = {"config": {"FunctionName": "f", "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f"}}
    lambda_svc._execute_function_with_config_scope(record, event)
    return given[0].get("cookies") == ["a=1", "b=2"] and given[0]["headers"] == {"accept": "*/*"}


LOG_IN_CASES = [
    a_refreshed_token_has_the_groups_of_its_user,
    a_refresh_token_that_was_revoked_gives_no_tokens,
    cookies_are_passed_outside_of_the_headers,
]


def run_log_in_cases(cognito):
    """The names of the cases that fail."""
    return [case.__name__ for case in LOG_IN_CASES if not case(cognito)]


def run_cases(lambda_svc, dynamodb, prefix):
    """The names of the cases that fail."""
    failed = []
    for case in CASES:
        runs = []

        def source(ages, settings, respond, begin=True):
            run = Source(lambda_svc, dynamodb, f"{prefix}-{case.__name__}", ages, settings, respond)
            runs.append(run)
            CURRENT[:] = [run]
            if begin:
                run.poll()
            return run

        if not case(source):
            failed.append(case.__name__)
            if prefix == "patched":
                print(f"{case.__name__}: batches {runs[0].batches}, discarded {runs[0].discarded}")
    return failed


def main():
    from ministack.services import cognito, dynamodb, lambda_svc

    logging.disable()

    def function_record(name, qualifier):
        return {"config": {"FunctionName": name, "FunctionArn": name}}, {}

    def discarded(mapping, func, batch, arn, result, condition):
        CURRENT[0].discarded.append((condition, numbers(batch)))

    lambda_svc._get_func_record_for_qualifier = function_record
    lambda_svc._send_ddb_stream_failure_record = discarded

    def execute(func, event, *args, **kwargs):
        return CURRENT[0].execute(event)

    without = run_log_in_cases(cognito)
    lambda_svc._execute_function = execute
    without += run_cases(lambda_svc, dynamodb, "unpatched")
    cases = CASES + LOG_IN_CASES
    not_needed = [case.__name__ for case in cases if case.__name__ not in without]
    for name in not_needed:
        print(f"{name}: the emulator does this without the patch")
    emulator_patches.apply()
    failed = run_cases(lambda_svc, dynamodb, "patched") + run_log_in_cases(cognito)
    print(f"{len(cases)} cases, {len(failed)} failures, {len(not_needed)} that need no patch", *failed)
    return 1 if failed or not_needed else 0


if __name__ == "__main__":
    sys.exit(main())
