"""The rules of this house for `infra/template.yaml`, run by `cfn-lint -t infra/template.yaml -a infra/lint`.

Each function below `rule` is one of them: it yields where the template breaks it. `selftest.py` shows for every rule
a change to the template that it catches.
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

logging.getLogger("samtranslator").setLevel(logging.ERROR)  # It warns of metrics that it keeps for itself.


class Stack:
    """The resources by type, with the few questions that the rules ask of them."""

    def __init__(self, template):
        self.all = template["Resources"]
        self.by_type = defaultdict(dict)
        for name, resource in self.all.items():
            self.by_type[resource["Type"]][name] = resource.get("Properties", {})
        self.functions = self.by_type["AWS::Serverless::Function"]
        self.queues = self.by_type["AWS::SQS::Queue"]

    def sources(self, kind):
        """(function, event, properties of the event) for every event source of a kind."""
        for function, properties in self.functions.items():
            for event, source in properties.get("Events", {}).items():
                if source["Type"] == kind:
                    yield function, event, source.get("Properties", {})

    def statements(self):
        """(resource, statement) of every policy, of roles and of resources."""
        for name, role in self.by_type["AWS::IAM::Role"].items():
            for policy in role.get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement
        for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
            for name, policy in self.by_type[kind].items():
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement

    def dead_letters(self, queue):
        """The dead-letter queue that a queue redrives to."""
        return target(self.queues.get(queue, {}).get("RedrivePolicy", {}).get("deadLetterTargetArn"))

    def watched(self, metric, dimension, name, resource):
        """Whether an alarm looks at this metric of this resource, named by reference or by its own name."""
        for alarm in self.by_type["AWS::CloudWatch::Alarm"].values():
            if alarm.get("MetricName") != metric:
                continue
            for given in alarm.get("Dimensions", []):
                if given["Name"] == dimension and (target(given["Value"]) == name or given["Value"] == resource):
                    return True
        return False


def target(value):
    """The resource that a Ref or Fn::GetAtt names."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            found = value["Fn::GetAtt"]
            return found.split(".")[0] if isinstance(found, str) else found[0]
    return None


def listed(value):
    """A policy's one value or many, as many."""
    return value if isinstance(value, list) else [value]


def rule(number, sentence):
    """Makes a cfn-lint rule of a generator of (path, message)."""

    def make(faults):
        def match(_self, cfn):
            return [RuleMatch(["Resources", *path], message) for path, message in faults(Stack(cfn.template))]

        known = {"id": number, "shortdesc": sentence, "description": sentence, "tags": ["house"], "match": match}
        return type(faults.__name__, (CloudFormationLintRule,), known)

    return make


# ── Functions ───────────────────────────────────────────────────────────────────────────────────────────────────────


@rule("E9101", "Every function writes to a log group of the template, which forgets in time")
def FunctionForgets(stack):
    for name, function in stack.functions.items():
        group = target(function.get("LoggingConfig", {}).get("LogGroup"))
        if group not in stack.by_type["AWS::Logs::LogGroup"]:
            yield [name], f"{name} writes to no log group of this template"
    for name, group in stack.by_type["AWS::Logs::LogGroup"].items():
        if "RetentionInDays" not in group:
            yield [name], f"{name} is kept for ever"


@rule("E9102", "Every function has a role of its own, written out here")
def FunctionRole(stack):
    users = defaultdict(list)
    for name, function in stack.functions.items():
        role = target(function.get("Role"))
        if role not in stack.by_type["AWS::IAM::Role"]:
            yield [name], f"{name} has no role of its own; the one that SAM makes reaches every queue and log"
        users[role].append(name)
    for role, names in users.items():
        if role and len(names) > 1:
            yield [names[1]], f"{' and '.join(names)} share {role}"


@rule("E9103", "Every function has an alarm on its errors and on its throttles")
def FunctionAlarms(stack):
    for name, function in stack.functions.items():
        for metric in ("Errors", "Throttles"):
            if not stack.watched(metric, "FunctionName", name, function.get("FunctionName")):
                yield [name], f"no alarm looks at {metric} of {name}"


# ── Queues and streams ──────────────────────────────────────────────────────────────────────────────────────────────


@rule("E9111", "A function that is fed by a queue says which messages failed")
def QueuePartialFailures(stack):
    for function, event, source in stack.sources("SQS"):
        if "ReportBatchItemFailures" not in source.get("FunctionResponseTypes", []):
            yield [function, "Properties", "Events", event], f"one bad message makes {function} repeat its whole batch"


@rule("E9112", "A queue that feeds a function has a dead-letter queue, and alarms on it and on its own age")
def QueueDeadLetters(stack):
    for function, _event, source in stack.sources("SQS"):
        queue = target(source["Queue"])
        dead = stack.dead_letters(queue)
        if dead not in stack.queues:
            yield [queue], f"what {function} cannot do with {queue} comes round for ever"
            continue
        name = stack.queues[dead].get("QueueName")
        if not stack.watched("ApproximateNumberOfMessagesVisible", "QueueName", dead, name):
            yield [dead], f"no alarm looks at visible messages in {dead}"
        name = stack.queues[queue].get("QueueName")
        if not stack.watched("ApproximateAgeOfOldestMessage", "QueueName", queue, name):
            yield [queue], f"no alarm looks at the age of messages in {queue}"


@rule("E9113", "A message stays invisible for at least six times its consumer's timeout")
def QueueVisibility(stack):
    for function, _event, source in stack.sources("SQS"):
        queue = target(source["Queue"])
        visible = int(stack.queues[queue].get("VisibilityTimeout", 30))
        timeout = int(stack.functions[function].get("Timeout", 3))
        if visible < 6 * timeout:
            yield [
                queue,
                "Properties",
                "VisibilityTimeout",
            ], f"{visible} s is less than six times the {timeout} s of {function}"


@rule("E9114", "A consumer is told its own queue, its dead-letter queue and how often it may try")
def QueueSettings(stack):
    for function, _event, source in stack.sources("SQS"):
        queue = target(source["Queue"])
        told = stack.functions[function].get("Environment", {}).get("Variables", {})
        receives = stack.queues[queue].get("RedrivePolicy", {}).get("maxReceiveCount")
        path = [function, "Properties", "Environment"]
        if target(told.get("QUEUE_URL")) != queue:
            yield path, f"QUEUE_URL is not {queue}"
        if target(told.get("DEAD_LETTER_QUEUE_URL")) != stack.dead_letters(queue):
            yield path, f"DEAD_LETTER_QUEUE_URL is not the dead-letter queue of {queue}"
        if told.get("MAX_RECEIVES") != str(receives):
            yield path, f"MAX_RECEIVES is {told.get('MAX_RECEIVES')!r}, the queue's maxReceiveCount is {receives}"


@rule("E9115", "A stream's consumer says which records failed, splits, gives up in time and says what it gave up")
def StreamFailures(stack):
    for function, event, source in stack.sources("DynamoDB"):
        path = [function, "Properties", "Events", event]
        if "ReportBatchItemFailures" not in source.get("FunctionResponseTypes", []):
            yield path, f"one bad record makes {function} repeat its whole batch"
        if source.get("BisectBatchOnFunctionError") is not True:
            yield path, f"a batch that crashes {function} is never made smaller"
        if int(source.get("MaximumRetryAttempts", -1)) < 0 or int(source.get("MaximumRecordAgeInSeconds", -1)) < 0:
            yield path, f"one bad record stops {function} for a day"
        queue = target(source.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        if queue not in stack.queues:
            yield path, f"what {function} gives up leaves no trace"
        elif not stack.watched(
            "ApproximateNumberOfMessagesVisible", "QueueName", queue, stack.queues[queue].get("QueueName")
        ):
            yield [queue], f"no alarm looks at visible messages in {queue}"
        if not stack.watched("IteratorAge", "FunctionName", function, stack.functions[function].get("FunctionName")):
            yield [function], f"no alarm looks at how far {function} is behind"


@rule("E9116", "What a rule or a schedule cannot deliver goes to a dead-letter queue")
def TargetDeadLetters(stack):
    for name, properties in stack.by_type["AWS::Events::Rule"].items():
        for number, given in enumerate(properties.get("Targets", [])):
            if target(given.get("DeadLetterConfig", {}).get("Arn")) not in stack.queues:
                yield [name, "Properties", "Targets", number], f"{name} loses what it cannot deliver"
    for name, properties in stack.by_type["AWS::Scheduler::Schedule"].items():
        if target(properties["Target"].get("DeadLetterConfig", {}).get("Arn")) not in stack.queues:
            yield [name, "Properties", "Target"], f"{name} loses what it cannot deliver"


# ── Permissions ─────────────────────────────────────────────────────────────────────────────────────────────────────


@rule("E9121", "A permission names its verbs and its resource; there are no managed policies")
def PermissionsNarrow(stack):
    for name, statement in stack.statements():
        for resource in listed(statement.get("Resource", "*")):
            if resource == "*":
                yield [name], f"{statement.get('Sid')} is for every resource"
        for action in listed(statement.get("Action", "*")):
            if "*" in action:
                yield [name], f"{statement.get('Sid')} grants {action}"
        if "NotAction" in statement or "NotResource" in statement:
            yield [name], f"{statement.get('Sid')} grants everything but something"
    for name, role in stack.by_type["AWS::IAM::Role"].items():
        if role.get("ManagedPolicyArns"):
            yield [name], f"{name} uses managed policies, whose resource is *"
    for name, function in stack.functions.items():
        if "Policies" in function:
            yield [name], f"{name} has policies beside its role"


@rule("E9122", "Nothing reads the table from end to end, and no commit can be deleted")
def PermissionsTable(stack):
    never = {
        "Scan",
        "BatchWriteItem",
        "PartiQLSelect",
        "PartiQLInsert",
        "PartiQLUpdate",
        "PartiQLDelete",
        "DeleteTable",
    }
    for name, statement in stack.statements():
        verbs = {
            action.split(":")[1] for action in listed(statement.get("Action", [])) if action.startswith("dynamodb:")
        }
        for verb in sorted(verbs & never):
            yield [name], f"{statement.get('Sid')} grants dynamodb:{verb}"
        keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
        if "DeleteItem" in verbs and (keys is None or any(not key.startswith("SKU#") for key in listed(keys))):
            yield [name], f"{statement.get('Sid')} may delete more than backorders"


@rule("E9123", "Events are published under our own names only")
def PermissionsSource(stack):
    ours = {"oms.orders", "oms.stock"}
    for name, statement in stack.statements():
        if "events:PutEvents" in listed(statement.get("Action", [])):
            sources = statement.get("Condition", {}).get("ForAllValues:StringEquals", {}).get("events:source")
            if sources is None or not set(listed(sources)) <= ours:
                yield [name], f"{statement.get('Sid')} may publish under any name"


@rule("E9124", "Only webhooks, which carry a signature, come in without a token")
def RoutesAuthorised(stack):
    for name, route in stack.by_type["AWS::ApiGatewayV2::Route"].items():
        if route.get("AuthorizationType") != "JWT" and not route["RouteKey"].startswith("POST /webhooks/"):
            yield [name], f"{route['RouteKey']} is open to everyone"


# ── The table, and the whole ────────────────────────────────────────────────────────────────────────────────────────


@rule("E9131", "What cannot be made again outlives the stack and can be taken back to any second")
def TableKept(stack):
    for name, table in stack.by_type["AWS::DynamoDB::Table"].items():
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield [name], f"{name} has no point-in-time recovery"
    for kind in ("AWS::DynamoDB::Table", "AWS::Cognito::UserPool"):
        for name in stack.by_type[kind]:
            if {stack.all[name].get("DeletionPolicy"), stack.all[name].get("UpdateReplacePolicy")} != {"Retain"}:
                yield [name], f"{name} is deleted with the stack"


class Translated(CloudFormationLintRule):
    """cfn-lint does not look into the events of SAM's functions; what SAM makes of them it knows well."""

    id = "E9140"
    shortdesc = "What SAM makes of this template is sound"
    description = shortdesc
    tags = ["house"]

    def match(self, cfn):
        unrolled = copy.deepcopy(dict(cfn.template)) | {"Transform": "AWS::Serverless-2016-10-31"}
        # The translator wants S3 addresses for code, as `package` would have put in.
        for function in Stack(unrolled).functions.values():
            function["CodeUri"] = "s3://bucket/key"
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        try:
            translated = transform(unrolled, {}, None)
        except InvalidDocumentException as refusal:
            return [RuleMatch(["Resources"], f"SAM refuses it: {cause.message}") for cause in refusal.causes]
        return [
            RuleMatch(["Resources"], f"after translation: {found.rule.id} {found.message}")
            for found in lint(json.dumps(translated), regions=["us-east-1"])
            if found.rule.severity == "error"
        ]
