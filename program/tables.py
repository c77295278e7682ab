"""The DynamoDB tables: transactions, and fraud alerts."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws

from handlers import names
from program.configuration import DataClass, Settings
from program.naming import Naming

TRANSACTIONS = "transactions"
FRAUD_ALERTS = "fraud-alerts"


@dataclass(frozen=True)
class Tables:
    """The tables of the stack."""

    transactions: aws.dynamodb.Table
    fraud_alerts: aws.dynamodb.Table


def create_tables(settings: Settings, naming: Naming) -> Tables:
    """Create both tables: on demand, encrypted, restorable to any second.

    In production they also refuse to be deleted until somebody turns the protection off.
    """
    return Tables(
        transactions=_table(settings, naming, TRANSACTIONS, {names.TRANSACTION_ID: "S"}),
        fraud_alerts=_table(
            settings, naming, FRAUD_ALERTS, {names.ALERT_ID: "S", names.ALERT_TIMESTAMP: "N"}
        ),
    )


def _table(
    settings: Settings, naming: Naming, purpose: str, keys: dict[str, str]
) -> aws.dynamodb.Table:
    hash_key, *range_key = keys
    return aws.dynamodb.Table(
        purpose,
        name=naming.name("table", purpose),
        hash_key=hash_key,
        range_key=range_key[0] if range_key else None,
        attributes=[
            aws.dynamodb.TableAttributeArgs(name=name, type=type_) for name, type_ in keys.items()
        ],
        billing_mode="PAY_PER_REQUEST",
        point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
        server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True),
        deletion_protection_enabled=settings.production,
        tags=settings.data_tags(DataClass.PAYMENT),
    )
