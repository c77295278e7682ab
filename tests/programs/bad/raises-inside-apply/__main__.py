"""Fails where a value arrives, not where it is asked for."""

import pulumi_aws as aws

table = aws.dynamodb.Table("ledger", billing_mode="PAY_PER_REQUEST")
aws.ssm.Parameter("table-name", type="String", value=table.name.apply(lambda name: name["x"]))
