"""Reads from infra/template.yaml what the local stack needs: function names and code locations."""

import re

from .paths import TEMPLATE

CODE_URI = re.compile(r"CodeUri: \.\./target/lambda/([a-z]+)/")


def function_names():
    """Names of the functions that the template deploys, in the order of the template."""
    return CODE_URI.findall(TEMPLATE.read_text())


def with_code_in_s3(bucket, zips):
    """The template's text with every CodeUri pointing to the function's zip in the bucket."""
    return CODE_URI.sub(lambda match: f"CodeUri: s3://{bucket}/{zips[match[1]].name}", TEMPLATE.read_text())
