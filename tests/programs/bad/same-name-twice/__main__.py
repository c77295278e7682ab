"""Gives two queues one name."""

import pulumi_aws as aws

for _ in range(2):
    aws.sqs.Queue("intake")
