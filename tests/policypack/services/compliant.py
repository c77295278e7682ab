"""A stack that every service rule accepts, and single changes to it.

Names and ARNs follow from the inputs, as the offline engine derives them: a name made
unknown makes the ARN unknown. The ids of API Gateway are unknown, as they always are
before deployment; those links are property dependencies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN

PASS, FAIL, UNDECIDED = Status.PASS, Status.FAIL, Status.UNDECIDED
NOT_APPLICABLE = Status.NOT_APPLICABLE

GROUP = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"
PIPE = "aws:pipes/pipe:Pipe"
REST_API = "aws:apigateway/restApi:RestApi"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"
INTEGRATION_V2 = "aws:apigatewayv2/integration:Integration"
AUTHORIZER = "aws:apigateway/authorizer:Authorizer"
ALIAS = "aws:lambda/alias:Alias"
MODEL = "aws:apigateway/model:Model"
RESPONSE = "aws:apigateway/response:Response"
REST_API_PUT = "aws:apigateway/restApiPut:RestApiPut"
VALIDATOR = "aws:apigateway/requestValidator:RequestValidator"
STAGE = "aws:apigateway/stage:Stage"
METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
API_KEY = "aws:apigateway/apiKey:ApiKey"
PLAN = "aws:apigateway/usagePlan:UsagePlan"
PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey"
HTTP_API = "aws:apigatewayv2/api:Api"
ROUTE = "aws:apigatewayv2/route:Route"
STAGE_V2 = "aws:apigatewayv2/stage:Stage"
DEPLOYMENT_V2 = "aws:apigatewayv2/deployment:Deployment"
PARAMETER = "aws:ssm/parameter:Parameter"
SCALING_GROUP = "aws:autoscaling/group:Group"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"

AS_OF = "2026-11-01"

TAGS = {"Project": "payments", "Environment": "dev", "ManagedBy": "pulumi"}
DEFAULT_PROVIDERS = {"aws": {"region": "us-east-2", "defaultTags": json.dumps({"tags": TAGS})}}
"""What the stack's configuration gives the provider of all resources."""

_ARNS = {
    GROUP: "arn:aws:logs:us-east-2:123456789012:log-group:{}",
    FUNCTION: "arn:aws:lambda:us-east-2:123456789012:function:{}",
    ROLE: "arn:aws:iam::123456789012:role/{}",
    POLICY: "arn:aws:iam::123456789012:policy/{}",
    TABLE: "arn:aws:dynamodb:us-east-2:123456789012:table/{}",
    QUEUE: "arn:aws:sqs:us-east-2:123456789012:{}",
}


def arn(type_: str, name: str) -> str:
    return _ARNS[type_].format(name)


def url(name: str) -> str:
    return f"https://sqs.us-east-2.amazonaws.com/123456789012/{name}"


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::payments::{type_}::{name}"


@dataclass(frozen=True)
class Draft:
    """A stack that is being changed: resources by name."""

    resources: Mapping[str, Resource]

    def with_(self, name: str, /, **changes: Any) -> Draft:
        """The stack with some inputs of one resource changed; None takes an input away."""
        inputs = {**self.resources[name].inputs, **changes}
        inputs = {key: value for key, value in inputs.items() if value is not None}
        changed = replace(self.resources[name], inputs=inputs)
        return Draft({**self.resources, name: _derived(changed)})

    def linked(self, name: str, property_: str, *names: str) -> Draft:
        """The stack where the engine recorded what a property was made from."""
        resource = self.resources[name]
        urns = tuple(self.resources[target].urn for target in names)
        dependencies = {**resource.property_dependencies, property_: urns}
        changed = replace(resource, property_dependencies=dependencies)
        return Draft({**self.resources, name: changed})

    def add(self, type_: str, name: str, /, **inputs: Any) -> Draft:
        """The stack with one more resource."""
        return Draft({**self.resources, name: made(type_, name, **inputs)})

    def without(self, *names: str) -> Draft:
        """The stack with some resources taken away."""
        return Draft({key: value for key, value in self.resources.items() if key not in names})

    def at_preview(self) -> Draft:
        """The stack as a first real preview shows it: no outputs beyond the inputs."""
        return Draft({key: replace(each, outputs={}) for key, each in self.resources.items()})

    @property
    def stack(self) -> Stack:
        return Stack.of("payments", "dev", self.resources.values(), DEFAULT_PROVIDERS)


def made(type_: str, name: str, /, **inputs: Any) -> Resource:
    return _derived(Resource(urn(type_, name), type_, name, inputs))


def _derived(resource: Resource) -> Resource:
    if resource.type not in _ARNS:
        return resource
    given = resource.inputs.get("name", f"{resource.name}-1234567")
    if not isinstance(given, str):
        return replace(resource, outputs={})
    outputs = {"name": given, "arn": arn(resource.type, given)}
    if resource.type == QUEUE:
        outputs |= {"url": url(given), "id": url(given)}
    return replace(resource, outputs=outputs)


def findings(rule: str, draft: Draft, **options: Any) -> tuple[Finding, ...]:
    """What the rule's own function says: its crashes are not caught here."""
    found = registered()[rule]
    # Rules that judge dates give the same verdicts on every day that this is run.
    days = {"asOf": AS_OF} if "asOf" in found.options else {}
    settings = {**found.defaults, **days, **options}
    if found.stack_check is not None:
        return tuple(found.stack_check(draft.stack, settings))
    assert found.resource_check is not None
    return tuple(
        finding
        for resource in found.resources(draft.stack)
        for finding in found.resource_check(resource, settings)
    )


def verdict(rule: str, draft: Draft, name: str, **options: Any) -> Status:
    """The verdict of a rule on one resource of the stack."""
    subject = draft.resources[name].urn
    return worst(finding for finding in findings(rule, draft, **options) if finding.urn == subject)


def message(rule: str, draft: Draft, name: str, **options: Any) -> str:
    """All that a rule says of one resource of the stack."""
    subject = draft.resources[name].urn
    found = findings(rule, draft, **options)
    return "\n".join(finding.message for finding in found if finding.urn == subject)


def invoke_arn(name: str) -> str:
    """What an API calls a function by."""
    path = f"lambda:path/2015-03-31/functions/{arn(FUNCTION, name)}/invocations"
    return f"arn:aws:apigateway:us-east-2:{path}"


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def redrive(target: str = "notifications-dead.fifo", count: Any = 3) -> str:
    return json.dumps({"deadLetterTargetArn": arn(QUEUE, target), "maxReceiveCount": count})


LOGS_KEY = "arn:aws:kms:us-east-2:123456789012:key/0f5ac2d4-5b5e-4e0c-9a56-0d4a7b6f2d11"


def tls_only(queue: str, **changes: Any) -> str:
    """The policy that refuses whoever comes to a queue without TLS."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn(QUEUE, queue),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return document({**statement, **changes})


TRACES = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


ACCESS_LOG_FORMAT = json.dumps(
    {"request_id": "$context.requestId", "resource": "$context.resourcePath"}
)


def with_stage(draft: Draft) -> Draft:
    """The API `api` deployed to a stage that is logged, limited, and open to one key."""
    draft = draft.add(
        GROUP,
        "access-logs",
        name="/aws/apigateway/payments",
        retentionInDays=7,
        kmsKeyId=LOGS_KEY,
    )
    draft = draft.add(DEPLOYMENT, "deployment", restApi=UNKNOWN, triggers={"content": "5e1f"})
    draft = draft.add(
        STAGE,
        "stage",
        restApi=UNKNOWN,
        stageName="dev",
        xrayTracingEnabled=True,
        accessLogSettings={
            "destinationArn": arn(GROUP, "/aws/apigateway/payments"),
            "format": ACCESS_LOG_FORMAT,
        },
    )
    draft = draft.add(
        METHOD_SETTINGS,
        "limits",
        restApi=UNKNOWN,
        stageName="dev",
        methodPath="*/*",
        settings={
            "dataTraceEnabled": False,
            "throttlingRateLimit": 1000,
            "throttlingBurstLimit": 500,
        },
    )
    draft = draft.add(API_KEY, "key", enabled=True)
    draft = draft.add(PLAN, "plan", apiStages=[{"apiId": UNKNOWN, "stage": "dev"}])
    draft = draft.add(PLAN_KEY, "plan-key", keyId=UNKNOWN, usagePlanId=UNKNOWN)
    for name in ("post", "deployment", "stage", "limits"):
        draft = draft.linked(name, "restApi", "api")
    draft = draft.linked("plan", "apiStages", "api")
    return draft.linked("plan-key", "keyId", "key").linked("plan-key", "usagePlanId", "plan")


def compliant() -> Draft:
    """The compliant stack."""
    draft = Draft({})
    draft = draft.add(ROLE, "process-role", name="process-role", assumeRolePolicy="{}")
    draft = draft.add(
        POLICY,
        "process-policy",
        name="process-policy",
        policy=document(allow(TRACES), allow("sqs:SendMessage", arn(QUEUE, "notifications.fifo"))),
    )
    draft = draft.add(
        ATTACHMENT,
        "process-attachment",
        role="process-role",
        policyArn=arn(POLICY, "process-policy"),
    )
    draft = draft.add(
        GROUP,
        "process-logs",
        name="/aws/lambda/process",
        retentionInDays=7,
        kmsKeyId=LOGS_KEY,
    )
    draft = draft.add(
        FUNCTION,
        "process",
        name="process",
        role=arn(ROLE, "process-role"),
        architectures=["arm64"],
        reservedConcurrentExecutions=50,
        tracingConfig={"mode": "Active"},
        runtime="python3.13",
        memorySize=3072,
        timeout=20,
        environment={
            "variables": {"TABLE": "transactions", "API_TOKEN": "/payments/dev/api-key"},
        },
    )
    draft = draft.add(
        QUEUE,
        "notifications",
        name="notifications.fifo",
        fifoQueue=True,
        contentBasedDeduplication=True,
        messageRetentionSeconds=345600,
        redrivePolicy=redrive(),
        visibilityTimeoutSeconds=120,
        sqsManagedSseEnabled=True,
        policy=tls_only("notifications.fifo"),
    )
    draft = draft.add(
        QUEUE,
        "notifications-dead",
        name="notifications-dead.fifo",
        fifoQueue=True,
        contentBasedDeduplication=True,
        messageRetentionSeconds=1209600,
        sqsManagedSseEnabled=True,
        policy=tls_only("notifications-dead.fifo"),
    )
    draft = draft.add(
        MAPPING,
        "process-notifications",
        eventSourceArn=arn(QUEUE, "notifications.fifo"),
        functionName="process",
        functionResponseTypes=["ReportBatchItemFailures"],
        batchSize=10,
        scalingConfig={"maximumConcurrency": 20},
    )
    draft = draft.add(
        TOPIC_POLICY,
        "alarms-policy",
        arn="arn:aws:sns:us-east-2:123456789012:alarms",
        policy=document(
            {
                **allow("sns:Publish", "arn:aws:sns:us-east-2:123456789012:alarms"),
                "Principal": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            }
        ),
    )
    draft = draft.add(
        TABLE,
        "transactions",
        name="transactions",
        hashKey="transaction_id",
        billingMode="PAY_PER_REQUEST",
        pointInTimeRecovery={"enabled": True},
        serverSideEncryption={"enabled": True},
        deletionProtectionEnabled=True,
    )
    draft = draft.add(REST_API, "api", name="api")
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        draft = draft.add(RESPONSE, kind, restApiId=UNKNOWN, responseType=kind)
        draft = draft.linked(kind, "restApiId", "api")
    draft = draft.add(VALIDATOR, "validator", restApi=UNKNOWN, validateRequestBody=True)
    draft = draft.add(
        MODEL,
        "model",
        restApi=UNKNOWN,
        name="Transaction",
        contentType="application/json",
        schema=json.dumps({"type": "object", "required": ["amount"]}),
    )
    draft = draft.add(
        METHOD,
        "post",
        restApi=UNKNOWN,
        httpMethod="POST",
        authorization="NONE",
        apiKeyRequired=True,
        requestValidatorId=UNKNOWN,
        requestModels={"application/json": "Transaction"},
    )
    draft = draft.linked("post", "requestValidatorId", "validator")
    draft = draft.add(
        INTEGRATION,
        "post-integration",
        restApi=UNKNOWN,
        httpMethod="POST",
        type="AWS_PROXY",
        uri=invoke_arn("process"),
    )
    draft = with_stage(draft)
    return draft.add(
        PARAMETER, "api-key", name="/payments/dev/api-key", type="SecureString", value="none"
    )
