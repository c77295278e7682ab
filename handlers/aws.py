"""The one edge to AWS: clients with short timeouts and few, jittered retries.

They are made by botocore, as boto3's clients are: what boto3 has beyond them, resources and
transfers, nothing here uses, and every start would pay for its import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# A submission is three calls; though each of them times out three times, it ends before the
# function does. Standard mode backs off with jitter, one and then two seconds at most: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_CONFIG: Final = Config(
    connect_timeout=0.5,
    read_timeout=1,
    retries={"mode": "standard", "total_max_attempts": 3},
)

_SESSION: Final = botocore.session.get_session()

AwsError = (BotoCoreError, ClientError)
"""What a call raises when it fails, or when its answer is lost."""


def dynamodb() -> DynamoDBClient:
    """A client of DynamoDB."""
    return cast("DynamoDBClient", _SESSION.create_client("dynamodb", config=_CONFIG))


def sqs() -> SQSClient:
    """A client of SQS."""
    return cast("SQSClient", _SESSION.create_client("sqs", config=_CONFIG))


def ssm() -> SSMClient:
    """A client of SSM."""
    return cast("SSMClient", _SESSION.create_client("ssm", config=_CONFIG))


def error_code(error: BaseException) -> str:
    """The code of a service's error (`ConditionalCheckFailedException`), else empty."""
    if isinstance(error, ClientError):
        code: str = error.response.get("Error", {}).get("Code", "")
        return code
    return ""
