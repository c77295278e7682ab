"""Never reached: the stack's configuration is a list."""

import pulumi_aws as aws

aws.sqs.Queue("intake")
