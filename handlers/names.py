"""The names that the handlers and the Pulumi program both need.

The program sets these environment variables and creates these keys; the handlers read
them. Nothing else is shared between the two.
"""

from __future__ import annotations

from typing import Final

# Environment variables of the functions.
TRANSACTIONS_TABLE: Final = "TRANSACTIONS_TABLE"
FRAUD_ALERTS_TABLE: Final = "FRAUD_ALERTS_TABLE"
TRANSACTION_QUEUE_URL: Final = "TRANSACTION_QUEUE_URL"
NOTIFICATION_QUEUE_URL: Final = "NOTIFICATION_QUEUE_URL"
WEBHOOK_URL_PARAMETER: Final = "WEBHOOK_URL_PARAMETER"
WEBHOOK_KEYS_PARAMETER: Final = "WEBHOOK_KEYS_PARAMETER"

# Keys of the tables.
TRANSACTION_ID: Final = "transaction_id"
ALERT_ID: Final = "alert_id"
ALERT_TIMESTAMP: Final = "timestamp"

# What the SSM parameters hold until somebody sets them; treated as "not configured".
PLACEHOLDER: Final = "not-configured"

# Entry points, as Lambda names them.
PROCESS_TRANSACTIONS: Final = "handlers.process_transactions.handle"
FRAUD_ALERTS: Final = "handlers.fraud_alerts.handle"
SEND_NOTIFICATIONS: Final = "handlers.send_notifications.handle"
RETRIEVE_TRANSACTIONS: Final = "handlers.retrieve_transactions.handle"
