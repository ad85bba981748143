"""Tests the rules of `rules.py`: changes the template in memory, and checks that the rule for the change finds it.

Run by `python infra/lint/selftest.py` in the Python environment of the local stack. Prints every change that a rule
did not find, and then ends with exit code 1.
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


# Rule, description of the change, the change. Every rule must have at least one.
CHANGES = [
    ("E9101", "a function without a log group", lambda t: _properties(t, "ApiFunction").pop("LoggingConfig")),
    ("E9101", "logs without retention time", lambda t: _properties(t, "ApiLogGroup").pop("RetentionInDays")),
    ("E9102", "a function without a role", lambda t: _properties(t, "ApiFunction").pop("Role")),
    (
        "E9102",
        "two functions that share a role",
        lambda t: _properties(t, "ApiFunction").update(Role={"Fn::GetAtt": ["RelayRole", "Arn"]}),
    ),
    ("E9103", "no alarm on errors", lambda t: t["Resources"].pop("relayErrorsAlarm")),
    ("E9103", "no alarm on throttles", lambda t: t["Resources"].pop("apiThrottlesAlarm")),
    (
        "E9111",
        "no report of failed messages",
        lambda t: _source(t, "RoutingFunction", "Messages").pop("FunctionResponseTypes"),
    ),
    ("E9112", "no dead-letter queue", lambda t: _properties(t, "RoutingQueue").pop("RedrivePolicy")),
    ("E9112", "no alarm on dead letters", lambda t: t["Resources"].pop("dispatchDeadLettersAlarm")),
    ("E9112", "no alarm on message age", lambda t: t["Resources"].pop("dispatchLateAlarm")),
    (
        "E9113",
        "a visibility timeout that is too short",
        lambda t: _properties(t, "InboundQueue").update(VisibilityTimeout=60),
    ),
    (
        "E9114",
        "a maxReceiveCount that the consumer's own count exceeds",
        lambda t: _properties(t, "RoutingQueue")["RedrivePolicy"].update(maxReceiveCount=20),
    ),
    (
        "E9114",
        "a queue that does not keep messages as long as they may be too early",
        lambda t: _properties(t, "InboundQueue").update(MessageRetentionPeriod=86400),
    ),
    (
        "E9114",
        "a maxReceiveCount that is reached after the message is gone",
        lambda t: _properties(t, "DispatchQueue")["RedrivePolicy"].update(maxReceiveCount=1000),
    ),
    (
        "E9114",
        "a setting with the queue of another consumer",
        lambda t: _properties(t, "RoutingFunction")["Environment"]["Variables"].update(
            QUEUE_URL={"Ref": "InboundQueue"}
        ),
    ),
    (
        "E9115",
        "a stream with a limit on retries",
        lambda t: _source(t, "RelayFunction", "Commits").update(MaximumRetryAttempts=10),
    ),
    (
        "E9115",
        "a stream without a limit on age",
        lambda t: _source(t, "RelayFunction", "Commits").pop("MaximumRecordAgeInSeconds"),
    ),
    (
        "E9115",
        "no destination for failed records",
        lambda t: _source(t, "RelayFunction", "Commits").pop("DestinationConfig"),
    ),
    ("E9115", "no alarm on iterator age", lambda t: t["Resources"].pop("RelayBehindAlarm")),
    (
        "E9116",
        "a rule without dead-letter queue",
        lambda t: _properties(t, "RoutingRule")["Targets"][0].pop("DeadLetterConfig"),
    ),
    (
        "E9116",
        "a schedule without dead-letter queue",
        lambda t: _properties(t, "SweepSchedule")["Target"].pop("DeadLetterConfig"),
    ),
    (
        "E9121",
        "a permission for every resource",
        lambda t: _statement(t, "IntakeRole", "SendInboundFacts").update(Resource="*"),
    ),
    (
        "E9121",
        "a permission for every action",
        lambda t: _statement(t, "IntakeRole", "SendInboundFacts").update(Action="sqs:*"),
    ),
    (
        "E9121",
        "a managed policy",
        lambda t: _properties(t, "ApiRole").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]),
    ),
    (
        "E9122",
        "permission to scan",
        lambda t: _statement(t, "ApiRole", "ReadAndWriteTable")["Action"].append("dynamodb:Scan"),
    ),
    (
        "E9122",
        "permission to delete commits",
        lambda t: _statement(t, "RoutingRole", "DeleteBackorders").pop("Condition"),
    ),
    (
        "E9123",
        "permission to publish with any source",
        lambda t: _statement(t, "RelayRole", "PublishEvents").pop("Condition"),
    ),
    ("E9124", "a route without token", lambda t: _properties(t, "PutLocationRoute").pop("AuthorizationType")),
    (
        "E9124",
        "a public route beside those of the console",
        lambda t: _properties(t, "ConsolePageRoute").update(RouteKey="GET /console-data/{page+}"),
    ),
    (
        "E9124",
        "a public route that leads to another function",
        lambda t: _properties(t, "ConsoleFormRoute").update(Target={"Fn::Sub": "integrations/${ApiIntegration}"}),
    ),
    (
        "E9125",
        "an API that accepts the console's tokens",
        lambda t: _properties(t, "Authorizer")["JwtConfiguration"]["Audience"].append({"Ref": "ConsoleClient"}),
    ),
    (
        "E9131",
        "no point-in-time recovery",
        lambda t: _properties(t, "Table").pop("PointInTimeRecoverySpecification"),
    ),
    ("E9131", "a table that is deleted with the stack", lambda t: t["Resources"]["Table"].pop("DeletionPolicy")),
    (
        "E9140",
        "an event source with a setting that does not exist",
        lambda t: _source(t, "RelayFunction", "Commits").update(StartingPosition="FROM_THE_START"),
    ),
]


def main():
    """Runs every rule on the template as it is, and each change's rule on the changed template."""
    from cfnlint.decode import decode
    from cfnlint.rules import Rules
    from cfnlint.template import Template

    rules = dict(Rules.create_from_directory(str(Path(__file__).parent)).items())
    original, errors = decode(str(TEMPLATE))
    assert not errors, errors

    def with_loops_expanded(template):
        cfn = Template(str(TEMPLATE), template, ["us-east-1"])
        assert not cfn.transform()
        return cfn

    unchanged = with_loops_expanded(copy.deepcopy(original))
    failures = [
        f"{number} finds a violation in the unchanged template" for number in rules if rules[number].match(unchanged)
    ]
    failures += [
        f"{number} has no change that tests it"
        for number in sorted(rules.keys() - {number for number, _, _ in CHANGES})
    ]
    for number, description, change in CHANGES:
        cfn = with_loops_expanded(copy.deepcopy(original))
        change(cfn.template)
        if not rules[number].match(cfn):
            failures.append(f"{number} did not find: {description}")
    for line in failures:
        print(line)
    print(f"{len(rules)} rules, {len(CHANGES)} changes, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
