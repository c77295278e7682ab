"""A checkout API: API Gateway, two functions, a FIFO queue and a table."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

stack = pulumi.get_stack()
region = aws.get_region().region
account = aws.get_caller_identity().account_id
partition = aws.get_partition().partition


def arn(service: str, resource: str) -> str:
    """An ARN that is known before anything is deployed."""
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


logs_key = aws.kms.Key("logs-key", enable_key_rotation=True)


def function_role(name: str, statements: list) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
    """A role for one function, with a customer-managed policy."""
    role = aws.iam.Role(
        f"{name}-role",
        name=f"role-{name}-{stack}",
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
    own = [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": arn("logs", f"log-group:/aws/lambda/lambda-{name}-{stack}:*"),
        },
        {
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        },
    ]
    policy = aws.iam.Policy(
        f"{name}-policy",
        name=f"policy-{name}-{stack}",
        policy=json.dumps({"Version": "2012-10-17", "Statement": statements + own}),
    )
    attachment = aws.iam.RolePolicyAttachment(
        f"{name}-attachment", role=role.name, policy_arn=policy.arn
    )
    return role, attachment


def function(name: str, statements: list, variables: dict) -> aws.lambda_.Function:
    """A function with its own role and its own log group."""
    role, attachment = function_role(name, statements)
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=f"/aws/lambda/lambda-{name}-{stack}",
        retention_in_days=7,
        kms_key_id=logs_key.arn,
    )
    return aws.lambda_.Function(
        f"{name}-function",
        name=f"lambda-{name}-{stack}",
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{name}.handler",
        role=role.arn,
        memory_size=3072,
        timeout=20,
        reserved_concurrent_executions=25,
        tracing_config={"mode": "Active"},
        code=pulumi.AssetArchive(
            {f"{name}.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
        ),
        environment={"variables": variables},
        opts=ResourceOptions(depends_on=[logs, attachment]),
    )


def tls_only(queue: str) -> str:
    """A queue's policy: nobody without TLS."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": arn("sqs", queue),
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
    )


baskets = aws.dynamodb.Table(
    "baskets",
    name=f"table-baskets-{stack}",
    hash_key="basket_id",
    attributes=[{"name": "basket_id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
)
dead = aws.sqs.Queue(
    "checkout-dead",
    name=f"queue-checkout-dead-{stack}.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=1209600,
    sqs_managed_sse_enabled=True,
    policy=tls_only(f"queue-checkout-dead-{stack}.fifo"),
)
queue = aws.sqs.Queue(
    "checkout",
    name=f"queue-checkout-{stack}.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=345600,
    visibility_timeout_seconds=120,
    sqs_managed_sse_enabled=True,
    policy=tls_only(f"queue-checkout-{stack}.fifo"),
    redrive_policy=dead.arn.apply(
        lambda target: json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 10})
    ),
)
aws.ssm.Parameter(
    "psp-token",
    name=f"/checkout/{stack}/psp-token",
    type="SecureString",
    value="set-after-deployment",
    opts=ResourceOptions(ignore_changes=["value"]),
)

checkout = function(
    "checkout",
    [
        {
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": arn("sqs", f"queue-checkout-{stack}.fifo"),
        },
    ],
    {"QUEUE_URL": queue.url},
)
worker = function(
    "worker",
    [
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": arn("sqs", f"queue-checkout-{stack}.fifo"),
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:Query"],
            "Resource": [
                arn("dynamodb", f"table/table-baskets-{stack}"),
                arn("dynamodb", f"table/table-baskets-{stack}/index/*"),
            ],
        },
        {
            "Effect": "Allow",
            "Action": "ssm:GetParameter",
            "Resource": arn("ssm", f"parameter/checkout/{stack}/psp-token"),
        },
        {
            "Effect": "Deny",
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ],
    {"TABLE": baskets.name},
)
aws.lambda_.EventSourceMapping(
    "checkout-mapping",
    event_source_arn=queue.arn,
    function_name=worker.arn,
    batch_size=10,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 10},
)

api = aws.apigateway.RestApi("checkout-api", name=f"api-checkout-{stack}")
for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
    aws.apigateway.Response(
        f"error-{kind[-3:].lower()}",
        rest_api_id=api.id,
        response_type=kind,
        response_templates={"application/json": json.dumps({"id": "$context.requestId"})},
    )
validator = aws.apigateway.RequestValidator(
    "body", rest_api=api.id, validate_request_body=True, validate_request_parameters=True
)
basket = aws.apigateway.Model(
    "basket",
    rest_api=api.id,
    name="Basket",
    content_type="application/json",
    schema=json.dumps(
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "minItems": 1}},
        }
    ),
)
path = aws.apigateway.Resource(
    "baskets-path", rest_api=api.id, parent_id=api.root_resource_id, path_part="baskets"
)
post = aws.apigateway.Method(
    "post-baskets",
    rest_api=api.id,
    resource_id=path.id,
    http_method="POST",
    authorization="NONE",
    api_key_required=True,
    request_validator_id=validator.id,
    request_models={"application/json": basket.name},
)
get = aws.apigateway.Method(
    "get-baskets",
    rest_api=api.id,
    resource_id=path.id,
    http_method="GET",
    authorization="AWS_IAM",
)
integrations = [
    aws.apigateway.Integration(
        f"{name}-integration",
        rest_api=api.id,
        resource_id=path.id,
        http_method=method.http_method,
        integration_http_method="POST",
        type="AWS_PROXY",
        uri=checkout.invoke_arn,
    )
    for name, method in {"post": post, "get": get}.items()
]
aws.lambda_.Permission(
    "checkout-invoke",
    action="lambda:InvokeFunction",
    function=checkout.name,
    principal="apigateway.amazonaws.com",
    source_arn=Output.concat(api.execution_arn, "/*/POST/baskets"),
)
deployment = aws.apigateway.Deployment(
    "checkout-deployment",
    rest_api=api.id,
    triggers={"redeployment": Output.json_dumps([path.id, post.id, get.id])},
    opts=ResourceOptions(depends_on=integrations),
)
access = aws.cloudwatch.LogGroup(
    "checkout-access-logs",
    name=f"/aws/apigateway/api-checkout-{stack}",
    retention_in_days=7,
    kms_key_id=logs_key.arn,
)
stage = aws.apigateway.Stage(
    "checkout-stage",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=stack,
    xray_tracing_enabled=True,
    access_log_settings={
        "destination_arn": access.arn,
        # The resource is the path as it is declared, without what the caller put into it.
        "format": json.dumps(
            {
                "request_id": "$context.requestId",
                "resource": "$context.resourcePath",
                "status": "$context.status",
            }
        ),
    },
)
aws.apigateway.MethodSettings(
    "checkout-limits",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={
        "data_trace_enabled": False,
        "throttling_rate_limit": 1000,
        "throttling_burst_limit": 200,
    },
)
shop = aws.apigateway.ApiKey("shop", name=f"key-shop-{stack}")
plan = aws.apigateway.UsagePlan(
    "shop-plan",
    name=f"plan-shop-{stack}",
    api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
)
aws.apigateway.UsagePlanKey("shop-key", key_id=shop.id, key_type="API_KEY", usage_plan_id=plan.id)

pulumi.export("url", stage.invoke_url)
