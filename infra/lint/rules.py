"""Our rules for `infra/template.yaml`, run by `cfn-lint -t infra/template.yaml -a infra/lint`.

Each function decorated with `rule` is one rule: it yields (path, message) for every violation. `selftest.py` has, for
every rule, a change to the template that the rule must find.
"""

import copy
import json
import logging
import os
from collections import defaultdict

from cfnlint.api import lint
from cfnlint.rules import CloudFormationLintRule, RuleMatch
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

logging.getLogger("samtranslator").setLevel(logging.ERROR)  # It logs warnings about its own metrics.


class Stack:
    """The template's resources by type, and the queries that the rules share."""

    def __init__(self, template):
        self.all = template["Resources"]
        self.by_type = defaultdict(dict)
        for name, resource in self.all.items():
            self.by_type[resource["Type"]][name] = resource.get("Properties", {})
        self.functions = self.by_type["AWS::Serverless::Function"]
        self.queues = self.by_type["AWS::SQS::Queue"]

    def sources(self, kind):
        """Yields (function, event, the event's properties) for every event source of a kind."""
        for function, properties in self.functions.items():
            for event, source in properties.get("Events", {}).items():
                if source["Type"] == kind:
                    yield function, event, source.get("Properties", {})

    def statements(self):
        """Yields (resource, statement) for every policy of a role, queue or topic."""
        for name, role in self.by_type["AWS::IAM::Role"].items():
            for policy in role.get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement
        for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
            for name, policy in self.by_type[kind].items():
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement

    def dead_letters(self, queue):
        """The dead-letter queue of a queue, or None."""
        return target(self.queues.get(queue, {}).get("RedrivePolicy", {}).get("deadLetterTargetArn"))

    def has_alarm(self, metric, dimension, logical_id, physical_name):
        """Whether an alarm is on this metric of a resource, which it names by reference or by physical name."""
        for alarm in self.by_type["AWS::CloudWatch::Alarm"].values():
            if alarm.get("MetricName") != metric:
                continue
            for given in alarm.get("Dimensions", []):
                if given["Name"] == dimension and (
                    target(given["Value"]) == logical_id or given["Value"] == physical_name
                ):
                    return True
        return False


def target(value):
    """The logical id that a Ref or Fn::GetAtt refers to, or None."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            reference = value["Fn::GetAtt"]
            return reference.split(".")[0] if isinstance(reference, str) else reference[0]
    return None


def as_list(value):
    """The value itself when it is a list, else a list of it: policies allow both."""
    return value if isinstance(value, list) else [value]


def rule(number, description):
    """Turns a generator of (path, message) into a cfn-lint rule."""

    def make(violations):
        def match(_self, cfn):
            return [RuleMatch(["Resources", *path], message) for path, message in violations(Stack(cfn.template))]

        attributes = {
            "id": number,
            "shortdesc": description,
            "description": description,
            "tags": ["oms"],
            "match": match,
        }
        return type(violations.__name__, (CloudFormationLintRule,), attributes)

    return make


# ── Functions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@rule("E9101", "Every function logs to a log group of the template that has a retention time")
def FunctionLogGroup(stack):
    for name, function in stack.functions.items():
        group = target(function.get("LoggingConfig", {}).get("LogGroup"))
        if group not in stack.by_type["AWS::Logs::LogGroup"]:
            yield [name], f"{name} does not log to a log group of this template"
    for name, group in stack.by_type["AWS::Logs::LogGroup"].items():
        if "RetentionInDays" not in group:
            yield [name], f"{name} has no retention time"


@rule("E9102", "Every function has a role of its own, defined in the template")
def FunctionRole(stack):
    users = defaultdict(list)
    for name, function in stack.functions.items():
        role = target(function.get("Role"))
        if role not in stack.by_type["AWS::IAM::Role"]:
            yield (
                [name],
                f"{name} has no role of its own; the one that SAM generates grants access to every queue and log",
            )
        users[role].append(name)
    for role, names in users.items():
        if role and len(names) > 1:
            yield [names[1]], f"{' and '.join(names)} share {role}"


@rule("E9103", "Every function has an alarm on its errors and on its throttles")
def FunctionAlarms(stack):
    for name, function in stack.functions.items():
        for metric in ("Errors", "Throttles"):
            if not stack.has_alarm(metric, "FunctionName", name, function.get("FunctionName")):
                yield [name], f"there is no alarm on {metric} of {name}"


# ── Queues and streams ────────────────────────────────────────────────────────────────────────────────────────────────


@rule("E9111", "A function with a queue as event source reports which messages failed")
def QueuePartialFailures(stack):
    for function, event, source in stack.sources("SQS"):
        if "ReportBatchItemFailures" not in source.get("FunctionResponseTypes", []):
            yield (
                [function, "Properties", "Events", event],
                f"without ReportBatchItemFailures, one failed message makes {function} repeat the batch",
            )


@rule("E9112", "A queue with a consumer has a dead-letter queue, and alarms on dead letters and on message age")
def QueueDeadLetters(stack):
    for function, _event, source in stack.sources("SQS"):
        queue = target(source["Queue"])
        dead = stack.dead_letters(queue)
        if dead not in stack.queues:
            yield (
                [queue],
                f"{queue} has no dead-letter queue; a message that fails in {function} is retried until it expires",
            )
            continue
        name = stack.queues[dead].get("QueueName")
        if not stack.has_alarm("ApproximateNumberOfMessagesVisible", "QueueName", dead, name):
            yield [dead], f"there is no alarm on visible messages in {dead}"
        name = stack.queues[queue].get("QueueName")
        if not stack.has_alarm("ApproximateAgeOfOldestMessage", "QueueName", queue, name):
            yield [queue], f"there is no alarm on the age of messages in {queue}"


@rule("E9113", "A queue's visibility timeout is at least six times its consumer's timeout")
def QueueVisibility(stack):
    for function, _event, source in stack.sources("SQS"):
        queue = target(source["Queue"])
        visible = int(stack.queues[queue].get("VisibilityTimeout", 30))
        timeout = int(stack.functions[function].get("Timeout", 3))
        if visible < 6 * timeout:
            path = [queue, "Properties", "VisibilityTimeout"]
            yield path, f"{visible} s is less than six times the timeout of {function}, {timeout} s"


# Receives beyond MAX_RECEIVES that a consumer may need: of a message that was too early for three days before it failed
# (`EARLY_RECEIVES` and one each hour in shared/app/src/retries.rs), and `RECEIVES_RESERVE` there.
RECEIVES_BEYOND = 12 + 72 + 3
# Seconds for which a queue keeps messages at least: `EARLY_AGE_MAX` there, and time for the receives of a failure.
RETENTION_MIN = 4 * 24 * 3600


@rule("E9114", "A consumer's settings name its queue and dead-letter queue, and the queue allows the receives that it counts")
def QueueSettings(stack):
    for function, _event, source in stack.sources("SQS"):
        queue = target(source["Queue"])
        settings = stack.functions[function].get("Environment", {}).get("Variables", {})
        receives = int(stack.queues[queue].get("RedrivePolicy", {}).get("maxReceiveCount", 0))
        kept = int(stack.queues[queue].get("MessageRetentionPeriod", 0))
        visible = int(stack.queues[queue].get("VisibilityTimeout", 30))
        path = [function, "Properties", "Environment"]
        if target(settings.get("QUEUE_URL")) != queue:
            yield path, f"QUEUE_URL is not {queue}"
        if target(settings.get("DEAD_LETTER_QUEUE_URL")) != stack.dead_letters(queue):
            yield path, f"DEAD_LETTER_QUEUE_URL is not the dead-letter queue of {queue}"
        if receives < int(settings.get("MAX_RECEIVES", 0)) + RECEIVES_BEYOND:
            yield (
                path,
                f"MAX_RECEIVES is {settings.get('MAX_RECEIVES')!r}, the queue's maxReceiveCount is {receives}; "
                f"it must be at least {RECEIVES_BEYOND} more",
            )
        path = [queue, "Properties"]
        if kept < RETENTION_MIN:
            yield path, f"messages that are too early wait for three days, and {queue} keeps them for {kept} s"
        if receives * visible > kept / 2:
            yield path, f"{queue} may lose messages whose consumer does not start before they are dead letters"


@rule(
    "E9115",
    "A stream's consumer reports failed records, bisects, retries until an age, and keeps a trace of failures",
)
def StreamFailures(stack):
    for function, event, source in stack.sources("DynamoDB"):
        path = [function, "Properties", "Events", event]
        if "ReportBatchItemFailures" not in source.get("FunctionResponseTypes", []):
            yield path, f"without ReportBatchItemFailures, one failed record makes {function} repeat the batch"
        if source.get("BisectBatchOnFunctionError") is not True:
            yield path, f"without BisectBatchOnFunctionError, a batch that crashes {function} is never split"
        if int(source.get("MaximumRetryAttempts", -1)) >= 0:
            yield path, f"with a limit on retries, a short outage makes {function} drop the rest of a batch"
        if not 0 < int(source.get("MaximumRecordAgeInSeconds", -1)) < 86400:
            yield path, f"without a limit on age below 24 hours, {function} loses records without a trace"
        queue = target(source.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        if queue not in stack.queues:
            yield path, f"records that {function} cannot process leave no trace"
        elif not stack.has_alarm(
            "ApproximateNumberOfMessagesVisible", "QueueName", queue, stack.queues[queue].get("QueueName")
        ):
            yield [queue], f"there is no alarm on visible messages in {queue}"
        if not stack.has_alarm("IteratorAge", "FunctionName", function, stack.functions[function].get("FunctionName")):
            yield [function], f"there is no alarm on IteratorAge of {function}"


@rule("E9116", "Every target of a rule or schedule has a dead-letter queue")
def TargetDeadLetters(stack):
    for name, properties in stack.by_type["AWS::Events::Rule"].items():
        for number, given in enumerate(properties.get("Targets", [])):
            if target(given.get("DeadLetterConfig", {}).get("Arn")) not in stack.queues:
                yield [name, "Properties", "Targets", number], f"{name} loses events that it cannot deliver"
    for name, properties in stack.by_type["AWS::Scheduler::Schedule"].items():
        if target(properties["Target"].get("DeadLetterConfig", {}).get("Arn")) not in stack.queues:
            yield [name, "Properties", "Target"], f"{name} loses events that it cannot deliver"


# ── Permissions ───────────────────────────────────────────────────────────────────────────────────────────────────────


@rule("E9121", "A permission names its actions and its resource; there are no managed policies")
def PermissionsNarrow(stack):
    for name, statement in stack.statements():
        for resource in as_list(statement.get("Resource", "*")):
            if resource == "*":
                yield [name], f"{statement.get('Sid')} applies to every resource"
        for action in as_list(statement.get("Action", "*")):
            if "*" in action:
                yield [name], f"{statement.get('Sid')} grants {action}"
        if "NotAction" in statement or "NotResource" in statement:
            yield [name], f"{statement.get('Sid')} uses NotAction or NotResource"
    for name, role in stack.by_type["AWS::IAM::Role"].items():
        if role.get("ManagedPolicyArns"):
            yield [name], f"{name} uses managed policies, which apply to every resource"
    for name, function in stack.functions.items():
        if "Policies" in function:
            yield [name], f"{name} has Policies; they belong in its role"


@rule("E9122", "No function may scan the table or delete commits")
def PermissionsTable(stack):
    forbidden = {
        "Scan",
        "BatchWriteItem",
        "PartiQLSelect",
        "PartiQLInsert",
        "PartiQLUpdate",
        "PartiQLDelete",
        "DeleteTable",
    }
    for name, statement in stack.statements():
        actions = {
            action.split(":")[1] for action in as_list(statement.get("Action", [])) if action.startswith("dynamodb:")
        }
        for action in sorted(actions & forbidden):
            yield [name], f"{statement.get('Sid')} grants dynamodb:{action}"
        keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
        if "DeleteItem" in actions and (keys is None or any(not key.startswith("SKU#") for key in as_list(keys))):
            yield [name], f"{statement.get('Sid')} allows deleting items other than backorders"


@rule("E9123", "Events are published with our own sources only")
def PermissionsSource(stack):
    ours = {"oms.orders", "oms.stock"}
    for name, statement in stack.statements():
        if "events:PutEvents" in as_list(statement.get("Action", [])):
            sources = statement.get("Condition", {}).get("ForAllValues:StringEquals", {}).get("events:source")
            if sources is None or not set(as_list(sources)) <= ours:
                yield [name], f"{statement.get('Sid')} allows publishing with any source"


# Routes without an authorizer, with the integration that must stand behind them. Intake verifies the signature of every
# webhook. The console verifies the tokens in its cookies itself, because an authorizer cannot read cookies.
PUBLIC_ROUTES = {
    "POST /webhooks/{source}": "IntakeIntegration",
    "POST /webhooks/{source}/{location}": "IntakeIntegration",
    "GET /console": "ConsoleIntegration",
    "GET /console/{page+}": "ConsoleIntegration",
    "POST /console/{page+}": "ConsoleIntegration",
}


@rule("E9124", "Every route requires a token, except those listed by name, whose functions verify requests themselves")
def RoutesAuthorised(stack):
    for name, route in stack.by_type["AWS::ApiGatewayV2::Route"].items():
        if route.get("AuthorizationType") == "JWT":
            continue
        integration = PUBLIC_ROUTES.get(route["RouteKey"])
        if integration is None:
            yield [name], f"{route['RouteKey']} requires no token"
        elif route["Target"] != {"Fn::Sub": f"integrations/${{{integration}}}"}:
            yield [name], f"{route['RouteKey']} requires no token and does not lead to {integration}"


@rule("E9125", "The HTTP API accepts the tokens of its own client only")
def AuthorizerAudience(stack):
    for name, authorizer in stack.by_type["AWS::ApiGatewayV2::Authorizer"].items():
        audience = authorizer.get("JwtConfiguration", {}).get("Audience")
        if audience != [{"Ref": "UserPoolClient"}]:
            yield [name], f"{name} accepts tokens of other clients than UserPoolClient"


# ── The table and the translated template ─────────────────────────────────────────────────────────────────────────────


@rule("E9131", "Tables and user pools are kept when the stack is deleted; tables have point-in-time recovery")
def TableKept(stack):
    for name, table in stack.by_type["AWS::DynamoDB::Table"].items():
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield [name], f"{name} has no point-in-time recovery"
    for kind in ("AWS::DynamoDB::Table", "AWS::Cognito::UserPool"):
        for name in stack.by_type[kind]:
            if {stack.all[name].get("DeletionPolicy"), stack.all[name].get("UpdateReplacePolicy")} != {"Retain"}:
                yield [name], f"{name} is deleted with the stack"


class Translated(CloudFormationLintRule):
    """Lints the template after translation by SAM, because cfn-lint does not check the events of SAM functions."""

    id = "E9140"
    shortdesc = "The template as translated by SAM has no errors"
    description = shortdesc
    tags = ["oms"]

    def match(self, cfn):
        source = copy.deepcopy(dict(cfn.template)) | {"Transform": "AWS::Serverless-2016-10-31"}
        # The translator requires S3 locations for code, as `sam package` writes them.
        for function in Stack(source).functions.values():
            function["CodeUri"] = "s3://bucket/key"
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        try:
            translated = transform(source, {}, None)
        except InvalidDocumentException as error:
            return [RuleMatch(["Resources"], f"SAM rejects it: {cause.message}") for cause in error.causes]
        return [
            RuleMatch(["Resources"], f"after translation: {found.rule.id} {found.message}")
            for found in lint(json.dumps(translated), regions=["us-east-1"])
            if found.rule.severity == "error"
        ]
