"""Each uploaded photo starts a function; what it cannot read goes to a queue."""

import json

import pulumi
from pulumi_aws import cloudwatch, get_caller_identity_output, iam, kms, lambda_, s3, sqs, xray

stack = pulumi.get_stack()
account = get_caller_identity_output().account_id
key = kms.Key("photos-key", deletion_window_in_days=7)

photos = s3.Bucket("photos")
s3.BucketPublicAccessBlock(
    "photos-private", bucket=photos.id, block_public_acls=True, block_public_policy=True
)

unread = sqs.Queue(
    "unread",
    name=f"unread-{stack}",
    kms_master_key_id=key.id,
    message_retention_seconds=345600,
)
sqs.QueuePolicy(
    "unread-policy",
    queue_url=unread.url,
    policy=iam.get_policy_document_output(
        statements=[
            {
                "effect": "Deny",
                "principals": [{"type": "*", "identifiers": ["*"]}],
                "actions": ["sqs:*"],
                "resources": [unread.arn],
                "conditions": [
                    {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}
                ],
            }
        ]
    ).json,
)

role = iam.Role(
    "look-role",
    assume_role_policy=iam.get_policy_document(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
            }
        ]
    ).json,
)
logs = cloudwatch.LogGroup(
    "look-logs", name=f"/aws/lambda/look-{stack}", retention_in_days=7, kms_key_id=key.arn
)
policy = iam.Policy(
    "look-policy",
    policy=pulumi.Output.all(photos.arn, unread.arn, logs.arn).apply(
        lambda args: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{args[0]}/*"},
                    {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": args[1]},
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": f"{args[2]}:*",
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                        "Resource": "*",
                    },
                ],
            }
        )
    ),
)
attachment = iam.RolePolicyAttachment("look-attachment", role=role, policy_arn=policy.arn)
look = lambda_.Function(
    "look",
    name=f"look-{stack}",
    runtime="python3.12",
    handler="look.handler",
    architectures=["arm64"],
    role=role.arn,
    memory_size=3008,
    timeout=60,
    reserved_concurrent_executions=8,
    tracing_config={"mode": "Active"},
    dead_letter_config={"target_arn": unread.arn},
    code=pulumi.AssetArchive({"look.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
    opts=pulumi.ResourceOptions(depends_on=[attachment, logs]),
)
permission = lambda_.Permission(
    "photos-invoke",
    action="lambda:InvokeFunction",
    function=look.arn,
    principal="s3.amazonaws.com",
    source_arn=photos.arn,
    source_account=account,
)
s3.BucketNotification(
    "photos-notification",
    bucket=photos.id,
    lambda_functions=[
        s3.BucketNotificationLambdaFunctionArgs(
            lambda_function_arn=look.arn,
            events=["s3:ObjectCreated:*"],
            filter_prefix="in/",
            filter_suffix=".jpg",
        )
    ],
    opts=pulumi.ResourceOptions(depends_on=[permission]),
)
xray.Group("photos-traces", group_name=f"photos-{stack}", filter_expression="responsetime > 5")

pulumi.export("bucket", photos.bucket)
