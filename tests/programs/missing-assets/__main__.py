"""Deploys what another step of the pipeline builds: here, nothing is built yet."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
bucket = aws.s3.Bucket("static")

banner = aws.s3.BucketObjectv2(
    "banner",
    bucket=bucket.id,
    key="banner.png",
    source=pulumi.FileAsset("./dist/banner.png"),
)
layer = aws.lambda_.LayerVersion(
    "libraries",
    layer_name=f"libraries-{stack}",
    code=pulumi.FileArchive("../does/not/exist/layer.zip"),
    compatible_runtimes=[aws.lambda_.Runtime.PYTHON3D13],
)
role = aws.iam.Role(
    "serve-role",
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
    managed_policy_arns=[aws.iam.ManagedPolicy.AWS_LAMBDA_BASIC_EXECUTION_ROLE],
)
serve = aws.lambda_.Function(
    "serve",
    name=f"serve-{stack}",
    runtime="python3.13",
    handler="serve.handler",
    role=role.arn,
    architectures=["x86_64"],
    memory_size=3072,
    timeout=20,
    reserved_concurrent_executions=5,
    layers=[layer.arn],
    code=pulumi.AssetArchive(
        {
            ".": pulumi.FileArchive("./dist/serve"),
            "vendor": pulumi.RemoteArchive("https://example.org/vendor.tgz"),
            "version.txt": pulumi.StringAsset("1"),
        }
    ),
    tracing_config={"mode": "PassThrough"},
)
aws.cloudwatch.LogGroup("serve-logs", name=f"/aws/lambda/serve-{stack}", retention_in_days=7)
