"""Lends the role of a function, so that a test can do what the function may do and be refused the rest."""

import json

from .place import STACK, client
from .say import Stop, say


def lend(port, stack, name):
    """Prints credentials of the role that the function runs as.

    Only Lambda may take that role. Here, and never in the template, this machine's root may take it as well.
    """
    if name not in stack["functions"]:
        raise Stop(f"there is no function {name!r}; there are {', '.join(stack['functions'])}.")
    role = client("lambda", port).get_function_configuration(FunctionName=f"{STACK}-{name}")["Role"]
    account = role.split(":")[4]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{account}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    client("iam", port).update_assume_role_policy(
        RoleName=role.split("/")[-1], PolicyDocument=json.dumps(trust)
    )
    lent = client("sts", port).assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    credentials = {
        "access_key_id": lent["AccessKeyId"],
        "secret_access_key": lent["SecretAccessKey"],
        "session_token": lent["SessionToken"],
    }
    say(json.dumps(credentials, indent=2))
