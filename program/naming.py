"""Every physical name and ARN of the stack, in one place.

Names are `{type}-{purpose}-{suffix}`, so that two suffixes never collide. ARNs are built
from configuration, the account id and the partition, all of which are known at preview:
so every policy document is a known string before anything exists, and the policy pack can
judge it. A string built here carries no dependency; whoever uses one names the resource
it stands for in `depends_on`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws

from program.configuration import Settings


@dataclass(frozen=True)
class Naming:
    """Names and ARNs in one account, region and environment."""

    partition: str
    dns_suffix: str
    region: str
    account: str
    suffix: str

    def name(self, type_: str, purpose: str) -> str:
        """The physical name of a resource, for example `table-transactions-dev`."""
        return f"{type_}-{purpose}-{self.suffix}"

    def queue(self, purpose: str) -> str:
        """The name of a FIFO queue."""
        return f"{self.name('queue', purpose)}.fifo"

    def function(self, purpose: str) -> str:
        """The name of a Lambda function."""
        return self.name("lambda", purpose)

    def function_log_group(self, purpose: str) -> str:
        """The name of a function's log group, as Lambda expects it."""
        return f"/aws/lambda/{self.function(purpose)}"

    @property
    def access_log_group(self) -> str:
        """The name of the log group of the API's access logs."""
        return f"/aws/apigateway/{self.name('api', 'payments')}"

    def model(self, purpose: str) -> str:
        """The name of an API Gateway model, which takes letters and digits only."""
        return f"Model{purpose.capitalize()}{self.suffix.capitalize()}"

    def parameter(self, purpose: str) -> str:
        """The name of an SSM parameter."""
        return f"/payment-processing/{self.suffix}/{purpose}"

    def table_arn(self, purpose: str) -> str:
        """The ARN of a DynamoDB table."""
        return self._arn("dynamodb", f"table/{self.name('table', purpose)}")

    def queue_url(self, purpose: str) -> str:
        """The URL of a queue: https://docs.aws.amazon.com/general/latest/gr/sqs-service.html."""
        return f"https://sqs.{self.region}.{self.dns_suffix}/{self.account}/{self.queue(purpose)}"

    def role_arn(self, purpose: str) -> str:
        """The ARN of a role."""
        return f"arn:{self.partition}:iam::{self.account}:role/{self.name('role', purpose)}"

    def queue_arn(self, purpose: str) -> str:
        """The ARN of a queue."""
        return self._arn("sqs", self.queue(purpose))

    def log_group_arn(self, name: str) -> str:
        """The ARN of a log group."""
        return self._arn("logs", f"log-group:{name}")

    def parameter_arn(self, purpose: str) -> str:
        """The ARN of an SSM parameter."""
        return self._arn("ssm", f"parameter{self.parameter(purpose)}")

    @property
    def account_arn(self) -> str:
        """The ARN of the account: whoever its own policies allow."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def naming(settings: Settings) -> Naming:
    """The names of this deployment; asks AWS for the account and the partition."""
    partition = aws.get_partition()
    return Naming(
        partition=partition.partition,
        dns_suffix=partition.dns_suffix,
        region=settings.region,
        account=aws.get_caller_identity().account_id,
        suffix=settings.suffix,
    )
