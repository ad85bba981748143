"""Gives out a function's settings and the credentials of its role, so that tests run with the same permissions."""

import json
import os
import shlex
import sys
from pathlib import Path

from .aws import STACK, client
from .console import print_line, require_known


def print_role(port, stack, name):
    """Prints credentials of a function's role, as JSON."""
    print_line(json.dumps(_assume_role(port, _configuration(port, stack, name)), indent=2))


def print_environment(port, stack, name):
    """Prints shell lines: root credentials for AWS tools or, with a name, the function's settings and credentials."""
    credentials = stack["credentials"]
    values = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}$PATH",
        "AWS_ENDPOINT_URL": stack["endpoint"],
        "AWS_REGION": stack["region"],
        "AWS_DEFAULT_REGION": stack["region"],
    }
    if name:
        configuration = _configuration(port, stack, name)
        credentials = _assume_role(port, configuration)
        values |= configuration.get("Environment", {}).get("Variables", {})
    values["AWS_ACCESS_KEY_ID"] = credentials["access_key_id"]
    values["AWS_SECRET_ACCESS_KEY"] = credentials["secret_access_key"]
    values["AWS_SESSION_TOKEN"] = credentials.get("session_token", "")
    for key, value in values.items():
        print_line(f'export {key}="{value}"' if key == "PATH" else f"export {key}={shlex.quote(value)}")


def _configuration(port, stack, name):
    require_known("function", name, stack["functions"])
    return client("lambda", port).get_function_configuration(FunctionName=f"{STACK}-{name}")


def _assume_role(port, configuration):
    """Credentials of a function's role.

    The template lets only Lambda assume it. On the emulator, the trust policy is changed so that root may, too.
    """
    arn = configuration["Role"]
    account = arn.split(":")[4]
    trusted = {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{account}:root"}
    trust_policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}],
    }
    client("iam", port).update_assume_role_policy(RoleName=arn.split("/")[-1], PolicyDocument=json.dumps(trust_policy))
    response = client("sts", port).assume_role(RoleArn=arn, RoleSessionName=configuration["FunctionName"])
    credentials = response["Credentials"]
    return {
        "access_key_id": credentials["AccessKeyId"],
        "secret_access_key": credentials["SecretAccessKey"],
        "session_token": credentials["SessionToken"],
    }
