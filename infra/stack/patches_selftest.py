"""Tests that the patched emulator retries the records of a DynamoDB stream as AWS documents it.

Run by `python -m stack.patches_selftest` in the Python environment of the local stack, with `infra` in PYTHONPATH. The
emulator's own poller runs in this process, over records and a function that a case makes up. Each case runs on the emulator
as it is too, where it must fail: a case that no longer does shows that its part of the patch is not needed any more.
"""

import logging
import sys
import time

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
    from ministack.services import dynamodb, lambda_svc

    logging.disable()

    def function_record(name, qualifier):
        return {"config": {"FunctionName": name, "FunctionArn": name}}, {}

    def discarded(mapping, func, batch, arn, result, condition):
        CURRENT[0].discarded.append((condition, numbers(batch)))

    lambda_svc._get_func_record_for_qualifier = function_record
    lambda_svc._send_ddb_stream_failure_record = discarded
    lambda_svc._execute_function = lambda func, event, *args, **kwargs: CURRENT[0].execute(event)
    without = run_cases(lambda_svc, dynamodb, "unpatched")
    not_needed = [case.__name__ for case in CASES if case.__name__ not in without]
    for name in not_needed:
        print(f"{name}: the emulator does this without the patch")
    emulator_patches.apply()
    failed = run_cases(lambda_svc, dynamodb, "patched")
    print(f"{len(CASES)} cases, {len(failed)} failures, {len(not_needed)} that need no patch")
    return 1 if failed or not_needed else 0


if __name__ == "__main__":
    sys.exit(main())
