"""Sensors of a city: what there is comes as objects from the stack's configuration."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
stack = pulumi.get_stack()


@dataclass(frozen=True)
class Sensor:
    name: str
    memory: int
    concurrency: int
    log_days: int

    @classmethod
    def parse(cls, entry: dict) -> "Sensor":
        return cls(entry["name"], entry["memory"], int(entry["concurrency"]), entry["logDays"])

    @property
    def physical(self) -> str:
        return f"sensor-{self.name}-{stack}"


@dataclass(frozen=True)
class Owner:
    team: str
    cost_center: str

    def tags(self) -> dict[str, str]:
        return {
            "Project": pulumi.get_project(),
            "Environment": stack,
            "ManagedBy": "pulumi",
            "Team": self.team,
            "CostCenter": self.cost_center,
        }


owner = config.require_object("owner")
tags = Owner(owner["team"], owner["costCenter"]).tags()
sensors = [Sensor.parse(entry) for entry in config.require_object("sensors")]
logs_key = aws.kms.Key("logs-key", tags=tags)


def ingestion(sensor: Sensor) -> aws.lambda_.Function:
    group = aws.cloudwatch.LogGroup(
        f"{sensor.name}-logs",
        name=f"/aws/lambda/{sensor.physical}",
        retention_in_days=sensor.log_days,
        kms_key_id=logs_key.arn,
        tags=tags,
    )
    role = aws.iam.Role(
        f"{sensor.name}-role",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            }
        ),
        tags=tags,
    )
    aws.iam.RolePolicy(
        f"{sensor.name}-policy",
        role=role.id,
        policy=group.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": f"{arn}:*",
                        },
                        {
                            "Effect": "Allow",
                            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                            "Resource": ["*"],
                        },
                    ],
                }
            )
        ),
    )
    return aws.lambda_.Function(
        f"{sensor.name}-ingest",
        name=sensor.physical,
        runtime="python3.13",
        architectures=["arm64"],
        handler="ingest.handler",
        role=role.arn,
        memory_size=sensor.memory,
        reserved_concurrent_executions=sensor.concurrency,
        tracing_config={"mode": "Active"},
        environment={"variables": {"SENSOR": json.dumps({"name": sensor.name})}},
        code=pulumi.AssetArchive({"ingest.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
        tags=tags,
    )


functions = {sensor.name: ingestion(sensor) for sensor in sensors}
pulumi.export("functions", {name: function.arn for name, function in functions.items()})
