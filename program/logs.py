"""The log groups, and the key that encrypts them and nothing else."""

from __future__ import annotations

import json
from typing import Final

import pulumi_aws as aws

from program.configuration import DataClass, Settings
from program.grants import PURPOSES
from program.naming import Naming

LOG_RETENTION_DAYS: Final = 7
# A deleted key is beyond recall: the logs that it protects are older than their retention then.
_DELETION_WINDOW_DAYS: Final = LOG_RETENTION_DAYS
# Each by its name: a wildcard would also let an administrator read what the key protects.
_ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
_ENCRYPTION: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def create_log_key(settings: Settings, naming: Naming) -> aws.kms.Key:
    """Create the key. CloudWatch Logs may use it, for the log groups of this stack alone.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return aws.kms.Key(
        "logs",
        description=f"Log groups of payment-processing {settings.suffix}",
        policy=_document(settings, naming),
        enable_key_rotation=True,
        deletion_window_in_days=_DELETION_WINDOW_DAYS,
        tags=settings.tags,
    )


def create_log_group(
    settings: Settings, key: aws.kms.Key, purpose: str, name: str
) -> aws.cloudwatch.LogGroup:
    """Create an encrypted log group that keeps its events for a week."""
    return aws.cloudwatch.LogGroup(
        purpose,
        name=name,
        retention_in_days=LOG_RETENTION_DAYS,
        kms_key_id=key.arn,
        tags=settings.data_tags(DataClass.OPERATIONS),
    )


def _document(settings: Settings, naming: Naming) -> str:
    groups = [naming.access_log_group, *map(naming.function_log_group, PURPOSES)]
    # In a key's policy, `*` is the key.
    administration = {
        "Effect": "Allow",
        "Principal": {"AWS": naming.account_arn},
        "Action": _ADMINISTRATION,
        "Resource": "*",
    }
    encryption = {
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{settings.region}.amazonaws.com"},
        "Action": _ENCRYPTION,
        "Resource": "*",
        "Condition": {
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": [
                    naming.log_group_arn(group) for group in groups
                ]
            }
        },
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [administration, encryption]})
