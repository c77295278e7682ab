"""Not where the project says."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
aws.sqs.Queue("intake", name=f"intake-{config.require('environmentSuffix')}")
