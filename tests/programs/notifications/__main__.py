"""E-mails and text messages, each from its own FIFO queue."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output

email_dead = aws.sqs.Queue("email-dead", aws.sqs.QueueArgs(message_retention_seconds=1209600))
email = aws.sqs.Queue(
    "email",
    aws.sqs.QueueArgs(
        fifo_queue=True,
        content_based_deduplication=False,
        message_retention_seconds=86400,
        visibility_timeout_seconds=180,
    ),
)
aws.sqs.RedrivePolicy(
    "email-redrive",
    queue_url=email.id,
    redrive_policy=Output.concat(
        '{"deadLetterTargetArn": "', email_dead.arn, '", "maxReceiveCount": 3}'
    ),
)

sms_dead = aws.sqs.Queue(
    "sms-dead",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=86400,
)
sms = aws.sqs.Queue(
    "sms",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=345600,
    visibility_timeout_seconds=180,
    kms_master_key_id="alias/aws/sqs",
    redrive_policy=Output.format(
        '{{"deadLetterTargetArn": "{0}", "maxReceiveCount": 50}}', sms_dead.arn
    ),
)

# Lambda takes only standard queues for what it could not deliver.
undelivered = aws.sqs.Queue("undelivered", message_retention_seconds=345600)

status = aws.sns.Topic("status")
aws.sns.TopicPolicy(
    "status-policy",
    arn=status.arn,
    policy=Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": ["sns:Subscribe", "sns:Publish"],
                    "Resource": status.arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                }
            ],
        }
    ),
)

logs = aws.cloudwatch.LogGroup("sender-logs", name="/aws/lambda/sender", retention_in_days=7)

role = aws.iam.Role(
    "sender-role",
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

policy = aws.iam.Policy(
    "sender-policy",
    policy=Output.format(
        """{{
            "Version": "2012-10-17",
            "Statement": [
                {{
                    "Effect": "Allow",
                    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                    "Resource": ["{email}", "{sms}"]
                }},
                {{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "{undelivered}"}},
                {{"Effect": "Allow", "Action": "sns:*", "Resource": "{topic}"}},
                {{
                    "Effect": "Allow",
                    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                    "Resource": "*"
                }}
            ]
        }}""",
        email=email.arn,
        sms=sms.arn,
        undelivered=undelivered.arn,
        topic=status.arn,
    ),
)
attachment = aws.iam.RolePolicyAttachment(
    "sender-attachment", role=role.name, policy_arn=policy.arn
)

sender = aws.lambda_.Function(
    "sender",
    name="sender",
    runtime="python3.13",
    handler="sender.handler",
    role=role.arn,
    architectures=["arm64"],
    timeout=30,
    reserved_concurrent_executions=20,
    tracing_config={"mode": "Active"},
    dead_letter_config={"target_arn": undelivered.arn},
    code=pulumi.AssetArchive(
        {"sender.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
    ),
    opts=pulumi.ResourceOptions(depends_on=[logs, attachment]),
)

aws.lambda_.EventSourceMapping(
    "email-mapping",
    aws.lambda_.EventSourceMappingArgs(
        event_source_arn=email.arn,
        function_name=sender.name,
        function_response_types=[],
        batch_size=100,
    ),
)
aws.lambda_.EventSourceMapping(
    "sms-mapping",
    event_source_arn=sms.arn,
    function_name=sender.name,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 20},
)
