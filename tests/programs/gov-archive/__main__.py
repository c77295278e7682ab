"""An archive of records, in another partition than most programs think of."""

import json

import pulumi
import pulumi_aws as aws

tags = pulumi.Config().require_object("tags")
stack = pulumi.get_stack()
partition = aws.get_partition()
identity = aws.get_caller_identity()
region = aws.get_region()

records = aws.s3.Bucket("records", bucket=f"records-{stack}", tags=tags)
aws.s3.BucketPolicy(
    "records-policy",
    bucket=records.id,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [
                        f"arn:{partition.partition}:s3:::records-{stack}",
                        f"arn:{partition.partition}:s3:::records-{stack}/*",
                    ],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
    ),
)

name = f"records-index-{stack}"
role = aws.iam.Role(
    "index-role",
    name=f"records-index-role-{stack}",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"lambda.{partition.dns_suffix}"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
    managed_policy_arns=[
        f"arn:{partition.partition}:iam::aws:policy/AWSXRayDaemonWriteAccess",
        f"arn:{partition.partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
    ],
    inline_policies=[
        aws.iam.RoleInlinePolicyArgs(
            name=f"index-{stack}",
            policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["s3:GetObject"],
                            "Resource": f"arn:{partition.partition}:s3:::records-{stack}/*",
                        },
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": f"arn:{partition.partition}:logs:{region.region}:"
                            f"{identity.account_id}:log-group:/aws/lambda/{name}:*",
                        },
                    ],
                }
            ),
        )
    ],
    tags=tags,
)
aws.cloudwatch.LogGroup(
    "index-logs",
    name=f"/aws/lambda/{name}",
    retention_in_days=7,
    kms_key_id=f"arn:{partition.partition}:kms:{region.region}:{identity.account_id}:alias/archive",
    tags=tags,
)
index = aws.lambda_.Function(
    "index",
    name=name,
    runtime="python3.12",
    handler="index.handler",
    role=role.arn,
    memory_size=3072,
    timeout=120,
    reserved_concurrent_executions=3,
    architectures=["arm64"],
    tracing_config={"mode": "Active"},
    environment={"variables": {"BUCKET": records.bucket, "DATABASE_PASSWORD": "correct-horse-9"}},
    code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(e, c): pass\n")}),
    tags=tags,
)
aws.lambda_.Permission(
    "records-invoke",
    action="lambda:InvokeFunction",
    function=index.name,
    principal="s3.amazonaws.com",
    source_arn=records.arn,
    source_account=identity.account_id,
)
aws.ssm.Parameter(
    "index-password",
    name=f"/archive/{stack}/database-password",
    type="String",
    value="correct-horse-9",
    tags=tags,
)
