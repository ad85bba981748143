"""Someone of each group to log in as, and the secrets that an operator would put in."""

import base64
import hashlib
import json

from botocore.exceptions import ClientError

from .paths import STACK, client

PASSWORD = "Local-Only-1234"
GROUPS = ("support", "agent", "operator", "admin")


def people(port, outputs):
    """Makes the users, unless they are there, and returns their log-ins by group."""
    cognito = client("cognito-idp", port)
    pool = outputs["UserPoolId"]
    found = {}
    for group in GROUPS:
        email = f"{group}@example.test"
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        try:
            cognito.admin_create_user(
                UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
            )
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "UsernameExistsException":
                raise
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        found[group] = {"username": email, "password": PASSWORD}
    return found


def token(port, outputs, person):
    """A fresh access token, as a browser would get it."""
    answer = client("cognito-idp", port).initiate_auth(
        ClientId=outputs["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person["username"], "PASSWORD": person["password"]},
    )
    return answer["AuthenticationResult"]["AccessToken"]


def secrets(port, locations):
    """Puts in the signing secrets: Stripe's, and two of each location, for what it sends and what it is sent.

    They are the same on every machine, which is fine for a stack that only this machine can reach.
    """
    manager = client("secretsmanager", port)
    stripe = _made_up("stripe")
    _put(manager, f"{STACK}/webhooks/stripe", stripe)
    found = {"stripe": stripe, "webhooks": {}, "dispatch": {}}
    for location in locations:
        found["webhooks"][location] = _made_up(f"webhooks {location}")
        found["dispatch"][location] = _made_up(f"dispatch {location}")
        _put(manager, f"{STACK}/webhooks/wms/{location}", found["webhooks"][location])
        _put(manager, f"{STACK}/dispatch/{location}", found["dispatch"][location])
    return found


def _put(manager, name, value):
    document = json.dumps({"secrets": [value]})
    try:
        manager.create_secret(Name=name, SecretString=document)
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "ResourceExistsException":
            raise
        if manager.get_secret_value(SecretId=name)["SecretString"] != document:
            manager.put_secret_value(SecretId=name, SecretString=document)


def _made_up(purpose):
    return "whsec_" + base64.b64encode(hashlib.sha256(f"only local: {purpose}".encode()).digest()[:24]).decode()
