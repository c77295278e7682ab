"""Exports data to a bucket from which a partner fetches it."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output

config = pulumi.Config()
partner = config.require("partnerAccount")
account = aws.get_caller_identity().account_id
region = aws.get_region().region

bucket = aws.s3.Bucket("exports")

partner_role = aws.iam.Role(
    "partner-access",
    assume_role_policy=f"""{{
        "Version": "2012-10-17",
        "Statement": [
            {{
                "Effect": "Allow",
                "Principal": {{"AWS": "arn:aws:iam::{partner}:root"}},
                "Action": "sts:AssumeRole"
            }}
        ]
    }}""",
)
aws.iam.RolePolicy(
    "partner-read",
    role=partner_role,
    policy=bucket.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{arn}/*"},
                    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn},
                ],
            }
        )
    ),
)

aws.iam.Role(
    "auditor-access",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{partner}:role/auditor"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "exports-of-2026"}},
                }
            ],
        }
    ),
)

export_role = aws.iam.Role(
    "export-role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
    inline_policies=[
        {
            "name": "query",
            "policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "athena:*",
                            "Resource": f"arn:aws:athena:{region}:{account}:workgroup/exports",
                        }
                    ],
                }
            ),
        },
        aws.iam.RoleInlinePolicyArgs(
            name="write",
            policy=Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "s3:PutObject",
                            "Resource": f"arn:aws:s3:::exports-{pulumi.get_stack()}-*/daily/*",
                        },
                        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket.arn},
                        {
                            "Effect": "Allow",
                            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                            "Resource": "*",
                        },
                    ],
                }
            ),
        ),
    ],
)
aws.iam.PolicyAttachment(
    "export-admin",
    policy_arn="arn:aws:iam::aws:policy/AdministratorAccess",
    roles=[export_role],
)
aws.iam.RolePolicyAttachment(
    "export-vpc",
    role=export_role,
    policy_arn=aws.iam.ManagedPolicy.AWS_LAMBDA_VPC_ACCESS_EXECUTION_ROLE,
)

aws.ssm.Parameter(
    "partner-id",
    name="/exports/partner-id",
    type="String",
    value="AKIAW5XN3QJ7RTLZ2PVD",
)
aws.ssm.Parameter(
    "warehouse-password",
    name="/exports/warehouse/password",
    type=aws.ssm.ParameterType.SECURE_STRING,
    value=config.get_secret("warehousePassword") or "set-by-the-warehouse-team",
    opts=pulumi.ResourceOptions(ignore_changes=["value"]),
)

export = aws.lambda_.Function(
    "export",
    runtime="python3.13",
    handler="export.handler",
    role=export_role.arn,
    architectures=["arm64"],
    timeout=301,
    reserved_concurrent_executions=1,
    tracing_config={"mode": "Active"},
    s3_bucket="artifacts-of-the-data-team",
    s3_key="export.zip",
    environment={"variables": {"BUCKET": bucket.bucket}},
)
aws.cloudwatch.LogGroup(
    "export-logs",
    name=Output.concat("/aws/lambda/", export.name),
    retention_in_days=7,
)

pulumi.export("partner_role", partner_role.arn)
