"""What changes in one table is projected into another."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
source = aws.dynamodb.Table(
    "source",
    name=f"source-{stack}",
    billing_mode="PAY_PER_REQUEST",
    hash_key="pk",
    range_key="sk",
    attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
)
view = aws.dynamodb.Table(
    "view",
    name=f"view-{stack}",
    billing_mode="PROVISIONED",
    hash_key="pk",
    attributes=[
        {"name": "pk", "type": "S"},
        {"name": "day", "type": "S"},
    ],
    read_capacity=5,
    write_capacity=5,
    global_secondary_indexes=[
        {
            "name": "by-day",
            "hash_key": "day",
            "projection_type": "ALL",
            "read_capacity": 1,
            "write_capacity": 1,
        }
    ],
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": False},
)

lost = aws.sqs.Queue("lost", name=f"lost-{stack}", sqs_managed_sse_enabled=False)
logs = aws.cloudwatch.LogGroup(
    "project-logs",
    name=f"/aws/lambda/project-{stack}",
    retention_in_days=7,
    kms_key_id=aws.kms.Key("project-key").arn,
)
role = aws.iam.Role(
    "project-role",
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
)
aws.iam.RolePolicy(
    "project-policy",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "dynamodb:GetRecords",
                        "dynamodb:GetShardIterator",
                        "dynamodb:DescribeStream",
                    ],
                    "Resource": pulumi.Output.concat(source.arn, "/stream/*"),
                },
                {
                    "Effect": "Allow",
                    "Action": ["dynamodb:UpdateItem", "dynamodb:DeleteItem"],
                    # The last letter of the table's name may be anything.
                    "Resource": view.arn.apply(lambda arn: arn[:-1] + "?"),
                },
                {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": lost.arn},
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": logs.arn.apply("{}:*".format),
                },
                {
                    "Effect": "Allow",
                    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                    "Resource": "*",
                },
            ],
        }
    ),
)
project = aws.lambda_.Function(
    "project",
    name=f"project-{stack}",
    runtime="python3.13",
    architectures=["arm64"],
    handler="project.handler",
    role=role.arn,
    memory_size=3010,
    timeout=300,
    reserved_concurrent_executions=3,
    tracing_config={"mode": "Active"},
    environment={"variables": {"VIEW": view.name, "PAGE_TOKEN_FIELD": "next"}},
    code=pulumi.AssetArchive({"project.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
)
aws.lambda_.EventSourceMapping(
    "project-mapping",
    event_source_arn=source.stream_arn,
    function_name=project.arn,
    starting_position="TRIM_HORIZON",
    batch_size=100,
    maximum_batching_window_in_seconds=5,
    maximum_retry_attempts=3,
    destination_config={"on_failure": {"destination_arn": lost.arn}},
)
