"""Never reached: the project file cannot be read."""

import pulumi_aws as aws

aws.sqs.Queue("intake")
