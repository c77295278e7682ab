"""A ledger in production: an API, a queue, two functions, a table. Nothing is to be found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

stack = pulumi.get_stack()
config = pulumi.Config()
region = aws.get_region().region
account = aws.get_caller_identity().account_id
ledger = aws.Provider(
    "ledger",
    region=region,
    default_tags={
        "tags": {
            "Project": "ledger",
            "Environment": stack,
            "ManagedBy": "pulumi",
            "Team": config.require("team"),
        }
    },
)
opts = ResourceOptions(provider=ledger)

key = aws.kms.Key("ledger-key", enable_key_rotation=True, opts=opts)
aws.kms.Alias("ledger-alias", name=f"alias/ledger/{stack}", target_key_id=key.key_id, opts=opts)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


@dataclass
class Grant:
    """What a function may do."""

    actions: Sequence[str]
    resources: Sequence[str] = field(default_factory=lambda: ["*"])

    def statement(self) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }


class Function(pulumi.ComponentResource):
    """A function, its role, its policy, its logs."""

    def __init__(
        self,
        name: str,
        grants: Sequence[Grant],
        variables: dict[str, pulumi.Input[str]],
        opts: ResourceOptions | None = None,
    ):
        super().__init__("treasury:index:Function", name, {}, opts)
        child = ResourceOptions(parent=self)
        physical = f"ledger-{name}-{stack}"
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{physical}",
            retention_in_days=7,
            kms_key_id=key.arn,
            opts=child,
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            name=f"{physical}-role",
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
            opts=child,
        )
        always = [
            Grant(
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                [arn("logs", f"log-group:/aws/lambda/{physical}:*")],
            ),
            Grant(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]),
        ]
        policy = aws.iam.Policy(
            f"{name}-policy",
            name=f"{physical}-policy",
            policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [grant.statement() for grant in (*grants, *always)],
                }
            ),
            opts=child,
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-attachment", role=self.role.name, policy_arn=policy.arn, opts=child
        )
        self.function = aws.lambda_.Function(
            f"{name}-function",
            name=physical,
            runtime="python3.13",
            architectures=["arm64"],
            handler=f"{name}.handler",
            role=self.role.arn,
            memory_size=3072,
            timeout=20,
            reserved_concurrent_executions=10,
            tracing_config={"mode": "Active"},
            environment={"variables": variables},
            kms_key_arn=key.arn,
            code=pulumi.AssetArchive(
                {f"{name}.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
            ),
            opts=ResourceOptions(parent=self, depends_on=[logs, attachment]),
        )
        self.register_outputs({})


entries = aws.dynamodb.Table(
    "entries",
    name=f"ledger-entries-{stack}",
    hash_key="entry",
    attributes=[{"name": "entry", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
    deletion_protection_enabled=True,
    opts=opts,
)


def encrypted_only(queue_arn: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": queue_arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
    )


def fifo(name: str, **arguments: Any) -> aws.sqs.Queue:
    physical = f"ledger-{name}-{stack}.fifo"
    return aws.sqs.Queue(
        name,
        name=physical,
        fifo_queue=True,
        content_based_deduplication=True,
        kms_master_key_id=key.id,
        policy=encrypted_only(arn("sqs", physical)),
        opts=opts,
        **arguments,
    )


dead = fifo("bookings-dead", message_retention_seconds=1209600)
bookings = fifo(
    "bookings",
    message_retention_seconds=345600,
    visibility_timeout_seconds=120,
    redrive_policy=dead.arn.apply(
        lambda target: json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 3})
    ),
)
bookings_arn = arn("sqs", f"ledger-bookings-{stack}.fifo")

aws.ssm.Parameter(
    "bank-token",
    name=f"/ledger/{stack}/bank-token",
    type="SecureString",
    key_id=key.id,
    value="set-by-the-treasury",
    opts=ResourceOptions(provider=ledger, ignore_changes=["value"]),
)

components = ResourceOptions(providers=[ledger])
accept = Function(
    "accept",
    [Grant(["sqs:SendMessage"], [bookings_arn])],
    {"QUEUE_URL": bookings.url},
    components,
).function
book = Function(
    "book",
    [
        Grant(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [bookings_arn]
        ),
        Grant(["dynamodb:PutItem"], [arn("dynamodb", f"table/ledger-entries-{stack}")]),
        Grant(["ssm:GetParameter"], [arn("ssm", f"parameter/ledger/{stack}/bank-token")]),
    ],
    # The name of a parameter, not what is in it.
    {"TABLE": entries.name, "BANK_TOKEN_PARAMETER": f"/ledger/{stack}/bank-token"},
    components,
).function
aws.lambda_.EventSourceMapping(
    "book-mapping",
    event_source_arn=bookings.arn,
    function_name=book.arn,
    batch_size=10,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 10},
    opts=opts,
)

api = aws.apigateway.RestApi("ledger-api", name=f"ledger-{stack}", opts=opts)
for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
    aws.apigateway.Response(
        kind.lower(),
        rest_api_id=api.id,
        response_type=kind,
        response_templates={
            "application/json": json.dumps({"error": "$context.error.responseType"})
        },
        opts=opts,
    )
validator = aws.apigateway.RequestValidator(
    "bodies",
    rest_api=api.id,
    name=f"bodies-{stack}",
    validate_request_body=True,
    validate_request_parameters=True,
    opts=opts,
)
booking = aws.apigateway.Model(
    "booking",
    rest_api=api.id,
    content_type="application/json",
    schema=json.dumps(
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "required": ["amount"],
            "properties": {"amount": {"type": "integer", "minimum": 1}},
        }
    ),
    opts=opts,
)
path = aws.apigateway.Resource(
    "bookings-path",
    rest_api=api.id,
    parent_id=api.root_resource_id,
    path_part="bookings",
    opts=opts,
)
method = aws.apigateway.Method(
    "post-bookings",
    rest_api=api.id,
    resource_id=path.id,
    http_method="POST",
    authorization="NONE",
    api_key_required=True,
    request_validator_id=validator.id,
    request_models={"application/json": booking.name},
    opts=opts,
)
integration = aws.apigateway.Integration(
    "post-bookings-integration",
    rest_api=api.id,
    resource_id=path.id,
    http_method=method.http_method,
    integration_http_method="POST",
    type="AWS_PROXY",
    uri=accept.invoke_arn,
    opts=opts,
)
aws.lambda_.Permission(
    "bookings-invoke",
    action="lambda:InvokeFunction",
    function=accept.name,
    principal="apigateway.amazonaws.com",
    source_arn=Output.concat(api.execution_arn, "/*/POST/bookings"),
    opts=opts,
)
deployment = aws.apigateway.Deployment(
    "ledger-deployment",
    rest_api=api.id,
    opts=ResourceOptions(provider=ledger, depends_on=[integration]),
)
access = aws.cloudwatch.LogGroup(
    "access-logs",
    name=f"/apis/ledger-{stack}",
    retention_in_days=7,
    kms_key_id=key.arn,
    opts=opts,
)
stage = aws.apigateway.Stage(
    "ledger-stage",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=stack,
    xray_tracing_enabled=True,
    access_log_settings={
        "destination_arn": access.arn,
        "format": json.dumps({"id": "$context.requestId", "status": "$context.status"}),
    },
    opts=opts,
)
aws.apigateway.MethodSettings(
    "ledger-limits",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={
        "metrics_enabled": True,
        "data_trace_enabled": False,
        "throttling_rate_limit": 100,
        "throttling_burst_limit": 50,
    },
    opts=opts,
)
plan = aws.apigateway.UsagePlan(
    "banks",
    name=f"banks-{stack}",
    api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
    opts=opts,
)
bank = aws.apigateway.ApiKey("bank", name=f"bank-{stack}", opts=opts)
aws.apigateway.UsagePlanKey(
    "bank-plan", key_id=bank.id, key_type="API_KEY", usage_plan_id=plan.id, opts=opts
)

pulumi.export("url", stage.invoke_url)
pulumi.export("api_key", Output.secret(bank.value))
