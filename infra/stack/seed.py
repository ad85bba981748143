"""Fills a new stack with the sample catalogue through the HTTP API, as an admin."""

import json
import time
import urllib.error
import urllib.request

from .console import CommandError
from .paths import CATALOGUE
from .users import access_token


def read_catalogue():
    """The request bodies of catalogue.json."""
    return json.loads(CATALOGUE.read_text())


def seed(port, outputs, api, log_ins):
    """Sends the catalogue and returns the number of documents sent.

    Sending it again changes no stock: every adjustment has its own idempotency key.
    """
    token = access_token(port, outputs, log_ins["admin"])
    catalogue = read_catalogue()
    sent = 0
    for kind in ("locations", "suppliers"):
        for document in catalogue[kind]:
            _send(token, "PUT", f"{api}/api/oms/{kind}/{document['id']}", document["body"], None)
            sent += 1
    for number, document in enumerate(catalogue["adjustments"], 1):
        _send(token, "POST", f"{api}/api/oms/stock/adjustments", document, f"catalogue-{number}")
        sent += 1
    return sent


def _send(token, method, url, document, idempotency_key):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    if idempotency_key:
        headers["idempotency-key"] = idempotency_key
    for delay in (0.5, 1, 2, None):
        request = urllib.request.Request(url, json.dumps(document).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError as error:
            # A function that is still starting may answer 5xx, so that is retried. Other errors are final.
            if error.code < 500 or delay is None:
                body = error.read().decode(errors="replace")
                raise CommandError(
                    f"{method} {url} answered {error.code}: {body}\n    sent: {json.dumps(document)}"
                ) from None
        time.sleep(delay)
