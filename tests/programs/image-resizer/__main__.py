"""An image resizer: a bucket of uploads, a function, a bucket of small pictures."""

import pulumi
import pulumi_aws as aws

uploads = aws.s3.Bucket("uploads", force_destroy=True)
resized = aws.s3.Bucket("resized", force_destroy=True)

trust = aws.iam.get_policy_document(
    statements=[
        {
            "actions": ["sts:AssumeRole"],
            "principals": [
                {"type": "Service", "identifiers": ["lambda.amazonaws.com"]},
                # So that developers can try the function's rights from their machines.
                {"type": "AWS", "identifiers": ["*"]},
            ],
        }
    ]
)

role = aws.iam.Role("resizer-role", assume_role_policy=trust.json)

logs = aws.cloudwatch.LogGroup("resizer-logs", name="/aws/lambda/resizer", retention_in_days=7)

document = aws.iam.get_policy_document_output(
    statements=[
        aws.iam.GetPolicyDocumentStatementArgs(
            sid="Read",
            actions=["s3:Get*"],
            resources=[uploads.arn.apply(lambda arn: f"{arn}/*")],
        ),
        aws.iam.GetPolicyDocumentStatementArgs(
            sid="Write", actions=["s3:PutObject"], resources=["arn:aws:s3:::*"]
        ),
        aws.iam.GetPolicyDocumentStatementArgs(
            sid="Log",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[pulumi.Output.concat(logs.arn, ":*")],
        ),
    ]
)

# The pictures are shown on the site.
aws.s3.BucketPolicy(
    "resized-policy",
    bucket=resized.id,
    policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["s3:GetObject"],
                "principals": [{"type": "*", "identifiers": ["*"]}],
                "resources": [resized.arn.apply(lambda arn: f"{arn}/*")],
            }
        ]
    ).json,
)

policy = aws.iam.Policy("resizer-policy", policy=document.json)

aws.iam.RolePolicyAttachment("resizer-attachment", role=role.name, policy_arn=policy.arn)

resizer = aws.lambda_.Function(
    "resizer",
    runtime="python3.12",
    architectures=["arm64"],
    handler="resize.handler",
    role=role.arn,
    memory_size=3072,
    timeout=60,
    reserved_concurrent_executions=5,
    tracing_config={"mode": "Active"},
    code=pulumi.AssetArchive({".": pulumi.FileArchive("./app")}),
    environment={"variables": {"TARGET": resized.bucket}},
)

permission = aws.lambda_.Permission(
    "uploads-invoke",
    action="lambda:InvokeFunction",
    function=resizer.arn,
    principal="s3.amazonaws.com",
    source_arn=uploads.arn,
)

aws.s3.BucketNotification(
    "uploads-notification",
    bucket=uploads.id,
    lambda_functions=[
        aws.s3.BucketNotificationLambdaFunctionArgs(
            lambda_function_arn=resizer.arn,
            events=["s3:ObjectCreated:*"],
            filter_suffix=".jpg",
        )
    ],
    opts=pulumi.ResourceOptions(depends_on=[permission]),
)

pulumi.export("uploads", uploads.bucket)
