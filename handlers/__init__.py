"""The Lambda code of the payment stack. It imports no Pulumi."""
