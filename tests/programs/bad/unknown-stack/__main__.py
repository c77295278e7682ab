"""Has one stack, prod."""

import pulumi_aws as aws

aws.dynamodb.Table("ledger", billing_mode="PAY_PER_REQUEST")
