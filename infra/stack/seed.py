"""Fills an empty stack with the small catalogue, the way a merchant would: through the API, as an admin."""

import json
import time
import urllib.error
import urllib.request

from .users import token
from .paths import CATALOGUE
from .console import Stop


def catalogue():
    """The documents that are sent, each as it is."""
    return json.loads(CATALOGUE.read_text())


def seed(port, outputs, api, people):
    """Sends the catalogue. Nothing is counted twice when it is sent again: every adjustment carries its own key."""
    bearer = token(port, outputs, people["admin"])
    wanted = catalogue()
    sent = 0
    for kind in ("locations", "suppliers"):
        for document in wanted[kind]:
            _send(bearer, "PUT", f"{api}/api/oms/{kind}/{document['id']}", document["body"], None)
            sent += 1
    for number, document in enumerate(wanted["adjustments"], 1):
        _send(bearer, "POST", f"{api}/api/oms/stock/adjustments", document, f"catalogue-{number}")
        sent += 1
    return sent


def _send(bearer, method, url, document, key):
    headers = {"authorization": f"Bearer {bearer}", "content-type": "application/json"}
    if key:
        headers["idempotency-key"] = key
    for wait in (0.5, 1, 2, None):
        request = urllib.request.Request(url, json.dumps(document).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError as refusal:
            # A function that is only now starting may answer 5xx once; a refusal stays one.
            if refusal.code < 500 or wait is None:
                said = refusal.read().decode(errors="replace")
                raise Stop(
                    f"{method} {url} answered {refusal.code}: {said}\n    sent: {json.dumps(document)}"
                ) from None
        time.sleep(wait)
