"""Asks for the weather every hour. What it needs is found out asynchronously."""

import asyncio
import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()


async def station_list() -> list[str]:
    """The stations, as a service would tell."""
    await asyncio.sleep(0.01)
    return ["toronto", "montreal"]


async def days_of_logs() -> int:
    await asyncio.sleep(0)
    return 14


async def tags_of(resource: str) -> dict[str, str]:
    await asyncio.sleep(0)
    return {"Project": "weather", "Environment": stack, "ManagedBy": "pulumi", "For": resource}


logs = aws.cloudwatch.LogGroup(
    "poll-logs",
    name=f"/aws/lambda/poll-{stack}",
    # An awaitable is as good as a value.
    retention_in_days=days_of_logs(),
    tags=tags_of("logs"),
)


async def main() -> None:
    stations = await station_list()
    readings = aws.dynamodb.Table(
        "readings",
        billing_mode="PAY_PER_REQUEST",
        hash_key="station",
        attributes=[{"name": "station", "type": "S"}],
        tags=await tags_of("readings"),
    )
    role = aws.iam.Role(
        "poll-role",
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
        tags=await tags_of("role"),
    )
    aws.iam.RolePolicy(
        "poll-policy",
        role=role.id,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "dynamodb:*",
                        "Resource": [
                            readings.arn,
                            pulumi.Output.format("{0}/index/*", readings.arn),
                        ],
                    }
                ],
            }
        ),
    )
    poll = aws.lambda_.Function(
        "poll",
        name=f"poll-{stack}",
        runtime="python3.13",
        architectures=["arm64"],
        handler="poll.handler",
        memory_size=3072,
        reserved_concurrent_executions=1,
        role=role.arn,
        code=pulumi.AssetArchive({"poll.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
        environment={"variables": {"STATIONS": ",".join(stations), "TABLE": readings.name}},
        tags=await tags_of("function"),
        opts=pulumi.ResourceOptions(depends_on=[logs]),
    )
    rule = aws.cloudwatch.EventRule(
        "hourly", schedule_expression="rate(1 hour)", tags=await tags_of("rule")
    )
    aws.cloudwatch.EventTarget("hourly-target", rule=rule.name, arn=poll.arn)
    aws.lambda_.Permission(
        "hourly-invoke",
        action="lambda:InvokeFunction",
        function=poll.name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
    )


# The engine waits for what is under way.
asyncio.ensure_future(main())
pulumi.export("stations", pulumi.Output.from_input(station_list()))
