"""Shows that every house rule can fail: spoils the template in memory, once for each rule, and asks the rules.

Run by `python infra/lint/selftest.py` in the environment of the local stack; says what a rule missed, and ends with 1.
"""

import copy
import sys
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"


def _statement(template, role, sid):
    statements = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return next(statement for statement in statements if statement.get("Sid") == sid)


def _properties(template, name):
    return template["Resources"][name]["Properties"]


def _source(template, function, event):
    return _properties(template, function)["Events"][event]["Properties"]


# Rule, what is done to the template, and the doing.
FAULTS = [
    ("E9101", "a function without a log group", lambda t: _properties(t, "ApiFunction").pop("LoggingConfig")),
    ("E9101", "logs kept for ever", lambda t: _properties(t, "ApiLogGroup").pop("RetentionInDays")),
    ("E9102", "a function without a role", lambda t: _properties(t, "ApiFunction").pop("Role")),
    (
        "E9102",
        "two functions with one role",
        lambda t: _properties(t, "ApiFunction").update(Role={"Fn::GetAtt": ["RelayRole", "Arn"]}),
    ),
    ("E9103", "no alarm on errors", lambda t: t["Resources"].pop("relayErrorsAlarm")),
    ("E9103", "no alarm on throttles", lambda t: t["Resources"].pop("apiThrottlesAlarm")),
    (
        "E9111",
        "whole batches repeated",
        lambda t: _source(t, "RoutingFunction", "Messages").pop("FunctionResponseTypes"),
    ),
    ("E9112", "no dead-letter queue", lambda t: _properties(t, "RoutingQueue").pop("RedrivePolicy")),
    ("E9112", "no alarm on dead letters", lambda t: t["Resources"].pop("dispatchDeadLettersAlarm")),
    ("E9112", "no alarm on age", lambda t: t["Resources"].pop("dispatchLateAlarm")),
    ("E9113", "a message visible too soon", lambda t: _properties(t, "InboundQueue").update(VisibilityTimeout=60)),
    (
        "E9114",
        "a consumer that gives up late",
        lambda t: _properties(t, "RoutingQueue")["RedrivePolicy"].update(maxReceiveCount=3),
    ),
    (
        "E9114",
        "a consumer with another's queue",
        lambda t: _properties(t, "RoutingFunction")["Environment"]["Variables"].update(
            QUEUE_URL={"Ref": "InboundQueue"}
        ),
    ),
    (
        "E9115",
        "a stream retried for ever",
        lambda t: _source(t, "RelayFunction", "Commits").update(MaximumRetryAttempts=-1),
    ),
    ("E9115", "records given up silently", lambda t: _source(t, "RelayFunction", "Commits").pop("DestinationConfig")),
    ("E9115", "no alarm on the iterator's age", lambda t: t["Resources"].pop("RelayBehindAlarm")),
    (
        "E9116",
        "a rule that loses events",
        lambda t: _properties(t, "RoutingRule")["Targets"][0].pop("DeadLetterConfig"),
    ),
    (
        "E9116",
        "a schedule that loses ticks",
        lambda t: _properties(t, "SweepSchedule")["Target"].pop("DeadLetterConfig"),
    ),
    (
        "E9121",
        "every resource",
        lambda t: _statement(t, "IntakeRole", "QueueWhatWasSaid").update(Resource="*"),
    ),
    ("E9121", "every verb", lambda t: _statement(t, "IntakeRole", "QueueWhatWasSaid").update(Action="sqs:*")),
    (
        "E9121",
        "a managed policy",
        lambda t: _properties(t, "ApiRole").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]),
    ),
    (
        "E9122",
        "a scan",
        lambda t: _statement(t, "ApiRole", "ReadAndWriteTheTable")["Action"].append("dynamodb:Scan"),
    ),
    (
        "E9122",
        "commits deleted",
        lambda t: _statement(t, "RoutingRole", "TakeFromTheBackorderQueue").pop("Condition"),
    ),
    ("E9123", "any source published", lambda t: _statement(t, "RelayRole", "PublishOurEvents").pop("Condition")),
    ("E9124", "an open route", lambda t: _properties(t, "PutLocationRoute").pop("AuthorizationType")),
    (
        "E9131",
        "no way back in time",
        lambda t: _properties(t, "Table").pop("PointInTimeRecoverySpecification"),
    ),
    ("E9131", "a table that goes with the stack", lambda t: t["Resources"]["Table"].pop("DeletionPolicy")),
    (
        "E9140",
        "an event source with a setting that does not exist",
        lambda t: _source(t, "RelayFunction", "Commits").update(StartingPosition="FROM_THE_START"),
    ),
]


def main():
    """Unrolls the template once and puts every rule to each of its faults."""
    from cfnlint.decode import decode
    from cfnlint.rules import Rules
    from cfnlint.template import Template

    rules = dict(Rules.create_from_directory(str(Path(__file__).parent)).items())
    read, problems = decode(str(TEMPLATE))
    assert not problems, problems

    def unrolled(template):
        cfn = Template(str(TEMPLATE), template, ["us-east-1"])
        assert not cfn.transform()
        return cfn

    sound = unrolled(copy.deepcopy(read))
    missed = [f"{number} complains about the template as it is" for number in rules if rules[number].match(sound)]
    missed += [f"{number} has no fault here" for number in sorted(rules.keys() - {number for number, _, _ in FAULTS})]
    for number, what, spoil in FAULTS:
        cfn = unrolled(copy.deepcopy(read))
        spoil(cfn.template)
        if not rules[number].match(cfn):
            missed.append(f"{number} did not see {what}")
    for line in missed:
        print(line)
    print(f"{len(rules)} house rules, {len(FAULTS)} faults, {len(missed)} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
