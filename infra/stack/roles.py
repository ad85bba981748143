"""Lends what a function runs with: its settings, and its role, so that a test is refused what the function is."""

import json
import os
import shlex
import sys
from pathlib import Path

from .paths import STACK, client
from .console import Stop, say


def role(port, stack, name):
    """Prints credentials of the role that the function runs as."""
    say(json.dumps(_lend(port, _configuration(port, stack, name)), indent=2))


def environment(port, stack, name):
    """Prints shell lines: for AWS tools as root; with a name, for `cargo lambda watch` as that function."""
    credentials = stack["credentials"]
    values = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}$PATH",
        "AWS_ENDPOINT_URL": stack["endpoint"],
        "AWS_REGION": stack["region"],
        "AWS_DEFAULT_REGION": stack["region"],
    }
    if name:
        configuration = _configuration(port, stack, name)
        credentials = _lend(port, configuration)
        values |= configuration.get("Environment", {}).get("Variables", {})
    values["AWS_ACCESS_KEY_ID"] = credentials["access_key_id"]
    values["AWS_SECRET_ACCESS_KEY"] = credentials["secret_access_key"]
    values["AWS_SESSION_TOKEN"] = credentials.get("session_token", "")
    for key, value in values.items():
        say(f'export {key}="{value}"' if key == "PATH" else f"export {key}={shlex.quote(value)}")


def _configuration(port, stack, name):
    if name not in stack["functions"]:
        raise Stop(f"there is no function {name!r}; there are {', '.join(stack['functions'])}.")
    return client("lambda", port).get_function_configuration(FunctionName=f"{STACK}-{name}")


def _lend(port, configuration):
    """Only Lambda may take a function's role. Here, and never in the template, this machine's root may take it too."""
    arn = configuration["Role"]
    account = arn.split(":")[4]
    trusted = {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{account}:root"}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}],
    }
    client("iam", port).update_assume_role_policy(RoleName=arn.split("/")[-1], PolicyDocument=json.dumps(trust))
    lent = client("sts", port).assume_role(RoleArn=arn, RoleSessionName=configuration["FunctionName"])["Credentials"]
    return {
        "access_key_id": lent["AccessKeyId"],
        "secret_access_key": lent["SecretAccessKey"],
        "session_token": lent["SessionToken"],
    }
