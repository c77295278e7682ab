"""A scraper that takes its settings from another stack and from the cloud."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output

config = pulumi.Config()
platform = pulumi.StackReference("acme/platform/dev")
mode = aws.ssm.get_parameter_output(name="/platform/mode")

dead = aws.sqs.Queue(
    "pages-dead",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=864000,
)
pages = aws.sqs.Queue(
    "pages",
    fifo_queue=True,
    content_based_deduplication=platform.get_output("deduplicate"),
    message_retention_seconds=platform.get_output("retention"),
    sqs_managed_sse_enabled=platform.get_output("encrypted"),
    redrive_policy=Output.json_dumps(
        {"deadLetterTargetArn": dead.arn, "maxReceiveCount": platform.get_output("attempts")}
    ),
)

table = aws.dynamodb.Table(
    "page-index",
    hash_key="url",
    attributes=[{"name": "url", "type": "S"}],
    billing_mode=platform.get_output("billingMode"),
    point_in_time_recovery={"enabled": platform.get_output("recovery")},
    tags=platform.get_output("tags"),
)

aws.cloudwatch.LogGroup(
    "scraper-logs", name="/aws/lambda/scraper", retention_in_days=platform.get_output("logDays")
)

aws.ssm.Parameter("scraper-mode", name="/scraper/mode", type="String", value=mode.value)
aws.ssm.Parameter(
    "site-password",
    name="/scraper/site-password",
    type=platform.get_output("parameterType"),
    value=config.get_secret("sitePassword") or "initial",
)

writer = aws.iam.Role("writer-role", assume_role_policy=platform.require_output("trustPolicy"))
aws.iam.RolePolicy(
    "writer-bucket",
    role=writer.name,
    policy=platform.get_output("bucketArn").apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{arn}/*"}
                ],
            }
        )
    ),
)
aws.iam.RolePolicy(
    "writer-secret",
    role=writer.name,
    policy={
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": platform.get_output("secretArn"),
            }
        ],
    },
)
aws.iam.RolePolicyAttachment(
    "writer-boundary", role=writer.name, policy_arn=platform.get_output("policyArn")
)
aws.iam.RolePolicyAttachment(
    "writer-unheard-of",
    role=writer.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AcmeScraperServiceRolePolicy",
)

# Who may tell the scraper's news is up to the platform.
aws.sns.TopicPolicy(
    "news-policy",
    arn=platform.get_output("newsTopicArn"),
    policy={
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": platform.get_output("newsReader")},
                "Action": "sns:Subscribe",
                "Resource": platform.get_output("newsTopicArn"),
            }
        ],
    },
)

scraper = aws.lambda_.Function(
    "scraper",
    name="scraper",
    runtime=platform.get_output("runtime"),
    memory_size=platform.get_output("memory"),
    timeout=platform.get_output("timeout"),
    handler="scraper.handler",
    role=config.require("executionRole"),
    architectures=[platform.get_output("architecture")],
    reserved_concurrent_executions=platform.get_output("concurrency"),
    tracing_config={"mode": "Active"},
    environment={"variables": {"SITE_TOKEN": platform.get_output("siteToken")}},
    code=pulumi.AssetArchive(
        {"scraper.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
    ),
)
aws.lambda_.EventSourceMapping(
    "pages-mapping",
    event_source_arn=pages.arn,
    function_name=scraper.arn,
    function_response_types=platform.get_output("responseTypes"),
    batch_size=platform.get_output("batch"),
    scaling_config={"maximum_concurrency": platform.get_output("pollers")},
)
aws.lambda_.Permission(
    "scraper-invoke",
    action="lambda:InvokeFunction",
    function=scraper.name,
    principal="events.amazonaws.com",
    source_arn=platform.get_output("ruleArn"),
)

api = aws.apigateway.RestApi("scraper-api")
aws.apigateway.Method(
    "get-pages",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method="GET",
    authorization=platform.get_output("authorization"),
)
page = aws.apigateway.Model(
    "page-model",
    rest_api=api.id,
    name="Page",
    content_type="application/json",
    schema=json.dumps({"type": "object", "required": ["url"]}),
)
aws.apigateway.Method(
    "post-pages",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method="POST",
    authorization="AWS_IAM",
    api_key_required=platform.get_output("keyRequired"),
    request_validator_id=platform.get_output("validator"),
    request_models={"application/json": page.name},
)
status = aws.apigateway.RestApi(
    "status-api",
    body=json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "status", "version": "1"},
            "paths": {
                "/": {
                    "get": {
                        "x-amazon-apigateway-auth": {"type": "AWS_IAM"},
                        "x-amazon-apigateway-integration": {"type": "mock"},
                    }
                }
            },
        }
    ),
)
aws.apigateway.Deployment(
    "status-deployment", rest_api=status.id, triggers=platform.get_output("statusTriggers")
)
stage = aws.apigateway.Stage(
    "scraper-stage",
    rest_api=api.id,
    deployment=platform.get_output("deployment"),
    stage_name="v1",
    xray_tracing_enabled=platform.get_output("tracing"),
    access_log_settings={
        "destination_arn": platform.get_output("accessLogs"),
        "format": "$context.requestId $context.status",
    },
)
aws.apigateway.MethodSettings(
    "scraper-settings",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={
        "data_trace_enabled": platform.get_output("bodiesLogged"),
        "throttling_rate_limit": platform.get_output("requestsPerSecond"),
        "throttling_burst_limit": 10,
    },
)
