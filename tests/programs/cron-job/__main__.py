"""A daily report, started by a schedule."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()

role = aws.iam.Role(
    "report-role",
    assume_role_policy=f"""{{
        "Version": "2012-10-17",
        "Statement": [{{
            "Sid": "{stack.title()}Lambda",
            "Effect": "Allow",
            "Principal": {{"Service": "lambda.amazonaws.com"}},
            "Action": "sts:AssumeRole"
        }}]
    }}""",
    managed_policy_arns=[
        aws.iam.ManagedPolicy.AMAZON_DYNAMO_DB_FULL_ACCESS,
        aws.iam.ManagedPolicy.AWS_LAMBDA_BASIC_EXECUTION_ROLE,
    ],
)

table = aws.dynamodb.Table(
    "reports",
    aws.dynamodb.TableArgs(
        hash_key="day",
        attributes=[{"name": "day", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
    ),
)

token = aws.ssm.Parameter(
    "slack-token",
    name=f"/cron-job/{stack}/slack-token",
    type=aws.ssm.ParameterType.STRING,
    value=pulumi.Config().get("slackToken") or "change-me",
)

logs = aws.cloudwatch.LogGroup("report-logs", name="/jobs/report", retention_in_days=7)

report = aws.lambda_.Function(
    "report",
    runtime=aws.lambda_.Runtime.PYTHON3D9,
    architectures=["x86_64"],
    handler="report.handler",
    role=role.arn,
    timeout=120,
    code=pulumi.AssetArchive(
        {"report.py": pulumi.StringAsset("def handler(event, context): pass\n")}
    ),
    logging_config={"log_format": "JSON", "log_group": logs.name},
    environment={"variables": {"TABLE": table.name, "TOKEN": token.name}},
)

every_day = aws.cloudwatch.EventRule("every-day", schedule_expression="cron(0 6 * * ? *)")

aws.cloudwatch.EventTarget(
    "every-day-report", rule=every_day.name, arn=report.arn, input=json.dumps({"kind": "daily"})
)

aws.lambda_.Permission(
    "every-day-invoke",
    action="lambda:InvokeFunction",
    function=report.name,
    principal="events.amazonaws.com",
    source_arn=every_day.arn,
)
