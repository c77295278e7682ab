"""The rule on Lambda permissions: who may invoke a function, and for which resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from payment_guardrails.finding import Finding, Status, failed, passed, undecided
from payment_guardrails.iam.arns import breadth
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

PERMISSION: Final = "aws:lambda/permission:Permission"
_SERVICE: Final = re.compile(r"[\w.-]+\.(?:amazonaws|amazon|aws)(?:\.[\w.]+)?")
_ACCOUNT: Final = re.compile(r"\d{12}|arn:[^:*?]+:(?:iam|sts)::\d{12}:[^*?]+")
_ARN_WITHOUT_ACCOUNT: Final = re.compile(r"arn:[^:]+:[^:]+:[^:]*::.*")

# The resource types whose ARNs a service sends as the source, by the first label of the
# service's principal. https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "apigateway": ("aws:apigateway/", "aws:apigatewayv2/"),
    "cognito-idp": ("aws:cognito/",),
    "elasticloadbalancing": ("aws:lb/", "aws:alb/"),
    "events": ("aws:cloudwatch/event",),
    "iot": ("aws:iot/",),
    "logs": ("aws:cloudwatch/logGroup:",),
    "s3": ("aws:s3/",),
    "scheduler": ("aws:scheduler/",),
    "secretsmanager": ("aws:secretsmanager/",),
    "sns": ("aws:sns/",),
    "states": ("aws:sfn/",),
}
# Buckets' ARNs carry no account: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
_ACCOUNTLESS: Final = frozenset({"s3"})


@stack_rule(
    "lambda-permission-narrow",
    types=[PERMISSION],
    severity=Severity.HIGH,
    fix="""
        aws.lambda_.Permission(
            "process-api",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            source_arn=api.execution_arn.apply(lambda arn: f"{arn}/dev/POST/transactions"),
        )
    """,
)
def permission_narrow(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A permission for a service names its source, and the account where the ARN has none.

    It names its action, too: `lambda:*` also lets the caller change the function's code.
    Without a source ARN, that service may invoke the function for any customer of AWS:
    https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
    An unknown source ARN is narrow where all that it was made of are resources of this
    stack, of the kind that the principal names.
    """
    for permission in stack.of_types([PERMISSION]):
        yield _judge(stack, permission)


def _judge(stack: Stack, permission: Resource) -> Finding:
    action = permission.read("action").string()
    if isinstance(action.value, str) and "*" in action.value:
        return failed(
            permission,
            "action",
            f"action {action.text} allows more than to invoke; name lambda:InvokeFunction",
        )
    finding = _judge_caller(stack, permission)
    if finding.status is Status.PASS and action.unknown:
        return undecided(permission, action, "it must name one action")
    return finding


def _judge_caller(stack: Stack, permission: Resource) -> Finding:
    principal = permission.read("principal").string()
    organization = permission.read("principalOrgId")
    if principal.unknown or principal.missing:
        return undecided(permission, principal, "it must name one service or one account")
    if "*" in principal.value:
        if organization.missing:
            return failed(
                permission,
                "principal",
                f"principal {principal.text} lets everybody in; "
                "name one service (with its source ARN) or one account",
            )
        return passed(permission, "principalOrgId", "only principals of one organization")
    if _ACCOUNT.fullmatch(principal.value):
        return passed(permission, "principal", f"only {principal.text}")
    if not _SERVICE.fullmatch(principal.value):
        return failed(
            permission, "principal", f"principal {principal.text} is no service and no account"
        )
    return _judge_service(stack, permission, principal)


def _judge_service(stack: Stack, permission: Resource, principal: Reading) -> Finding:
    source = permission.read("sourceArn").string()
    account = permission.read("sourceAccount")
    label = principal.value.partition(".")[0]
    if source.missing:
        return failed(
            permission,
            "sourceArn",
            f"{principal.text} may invoke the function for anybody: source_arn is not set",
        )
    if source.unknown:
        if not _made_of_own(stack, permission, label):
            return undecided(permission, source, "it must name one source of this account")
        if label in _ACCOUNTLESS and account.missing:
            return _no_account(permission, principal.text)
        return passed(permission, "sourceArn", "made of resources of this stack")
    why = breadth(source.value) if source.value.startswith("arn:") else "it is no ARN"
    if why is not None:
        return failed(permission, "sourceArn", f"source_arn {source.text}: {why}; name one source")
    if _ARN_WITHOUT_ACCOUNT.fullmatch(source.value) and account.missing:
        return _no_account(permission, principal.text)
    return passed(permission, "sourceArn", f"{principal.text} for {source.text} only")


def _no_account(permission: Resource, principal: str) -> Finding:
    return failed(
        permission,
        "sourceAccount",
        f"the source ARN of {principal} carries no account, and source_account is not set: "
        "whoever takes over the name may invoke the function",
    )


def _made_of_own(stack: Stack, permission: Resource, label: str) -> bool:
    urns = permission.property_dependencies.get("sourceArn", ())
    kinds = _KINDS.get(label, ())
    return bool(urns) and all(
        urn in stack.by_urn and stack.by_urn[urn].type.startswith(kinds) for urn in urns
    )
