"""Creates a user of each group, and the signing secrets that an operator would store."""

import base64
import hashlib
import json

from botocore.exceptions import ClientError

from .aws import STACK, client
from .gateway import SECRET_KEY

PASSWORD = "Local-Only-1234"
GROUPS = ("support", "agent", "operator", "admin", "shop", "location")
# Where the user of the group `location` works.
WORKS_AT = "bremen-store"


def create_users(port, outputs):
    """Creates the users that do not exist yet, and returns the log-ins by group."""
    cognito = client("cognito-idp", port)
    pool = outputs["UserPoolId"]
    log_ins = {}
    for group in GROUPS:
        email = f"{group}@example.test"
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        try:
            cognito.admin_create_user(
                UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        log_ins[group] = {"username": email, "password": PASSWORD}
    _bind(cognito, pool, log_ins["location"]["username"], WORKS_AT)
    return log_ins


def _bind(cognito, pool, username, location):
    """Binds a user to a location, as an operator does when a location is set up."""
    group = f"location:{location}"
    try:
        cognito.create_group(UserPoolId=pool, GroupName=group, Description=f"Works at {location}.")
    except ClientError as error:
        if error.response["Error"]["Code"] != "GroupExistsException":
            raise
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName=group)


def access_token(port, outputs, log_in):
    """A new access token for a user."""
    response = client("cognito-idp", port).initiate_auth(
        ClientId=outputs["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": log_in["username"], "PASSWORD": log_in["password"]},
    )
    return response["AuthenticationResult"]["AccessToken"]


def create_secrets(port, locations):
    """Stores the secrets and returns those that sign: one for Stripe, and two for each location (webhooks, requests).

    They are the same on every machine. This is safe because only this machine can reach the stack.
    """
    manager = client("secretsmanager", port)
    stripe = _secret_for("stripe")
    _store(manager, f"{STACK}/webhooks/stripe", stripe)
    _store(manager, f"{STACK}/gateway/stripe", SECRET_KEY)
    secrets = {"stripe": stripe, "webhooks": {}, "dispatch": {}}
    for location in locations:
        secrets["webhooks"][location] = _secret_for(f"webhooks {location}")
        secrets["dispatch"][location] = _secret_for(f"dispatch {location}")
        _store(manager, f"{STACK}/webhooks/wms/{location}", secrets["webhooks"][location])
        _store(manager, f"{STACK}/dispatch/{location}", secrets["dispatch"][location])
    return secrets


def _store(manager, name, value):
    document = json.dumps({"secrets": [value]})
    try:
        manager.create_secret(Name=name, SecretString=document)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        if manager.get_secret_value(SecretId=name)["SecretString"] != document:
            manager.put_secret_value(SecretId=name, SecretString=document)


def _secret_for(purpose):
    """A secret derived from its purpose, in the format of Standard Webhooks."""
    return "whsec_" + base64.b64encode(hashlib.sha256(f"only local: {purpose}".encode()).digest()[:24]).decode()
