"""What Stripe's own library makes of our webhooks and of our double. Reads one JSON document and writes one."""

import json
import sys

import stripe


def sign(document):
    """A signature for each of the bodies, made at a time."""
    return [
        stripe.WebhookSignature.generate_signature_header(
            payload=body, secret=document["secret"], timestamp=document["at"]
        )
        for body in document["bodies"]
    ]


def verify(document):
    """The type of each event and of its object, or the class of the error."""
    read = []
    for webhook in document["webhooks"]:
        try:
            event = stripe.Webhook.construct_event(webhook["body"], webhook["signature"], document["secret"])
            read.append([event.type, type(event.data.object).__name__])
        except stripe.StripeError as error:
            read.append([type(error).__name__, ""])
    return read


def commands(document):
    """Sends each command; answers with fields of what the library read, or with the error's class, status and code."""
    client = stripe.StripeClient(
        document["secret"], base_addresses={"api": document["url"]}, max_network_retries=0
    )
    calls = {
        "capture": client.v1.payment_intents.capture,
        "cancel": client.v1.payment_intents.cancel,
        "retrieve": client.v1.payment_intents.retrieve,
        "refund": lambda params, options: client.v1.refunds.create(params, options),
        "list_refunds": lambda params, options: client.v1.refunds.list(params, options),
    }
    answers = []
    for command in document["commands"]:
        subject = [command["id"]] if "id" in command else []
        options = {"idempotency_key": command["key"]} if "key" in command else {}
        try:
            answer = calls[command["call"]](*subject, command.get("params", {}), options)
            read = json.loads(str(answer))
            answers.append({name: read.get(name) for name in command["fields"]})
        except stripe.StripeError as error:
            answers.append({"error": type(error).__name__, "status": error.http_status, "code": error.code})
    return answers


CALLS = {"sign": sign, "verify": verify, "commands": commands}

document = json.load(sys.stdin)
json.dump(CALLS[document["do"]](document), sys.stdout)
