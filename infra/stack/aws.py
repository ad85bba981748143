"""Name, region, root credentials and clients of the emulated AWS account."""

STACK = "oms"
REGION = "us-east-1"

# The emulator's root user. It may do everything, like the administrator who deploys to a real account.
ROOT_KEY = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def endpoint(port):
    """The emulator's base URL. An IP address, because names under localhost do not resolve on every system."""
    return f"http://127.0.0.1:{port}"


def client(service, port):
    """A boto3 client for a service of the emulator."""
    import boto3
    from botocore.config import Config

    config = Config(retries={"max_attempts": 3, "mode": "standard"}, connect_timeout=5, read_timeout=60)
    return boto3.client(service, endpoint_url=endpoint(port), region_name=REGION, config=config, **ROOT_KEY)
