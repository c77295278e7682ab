"""Rules on roles and on permissions of functions."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Finding, Status
from payment_guardrails.iam.carriers import ROLE
from payment_guardrails.iam.permissions import PERMISSION
from payment_guardrails.iam.roles import FUNCTION
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Secret, Unknown

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
OWN = "arn:aws:iam::123456789012:role/r"


def judge(rule: str, *resources: Resource) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in registered()[rule].judge(Stack.of("p", "dev", resources), {}):
        found.setdefault(str(finding.urn), []).append(finding)
    return found


def status(rule: str, *resources: Resource) -> Status:
    return worst(judge(rule, *resources)[resources[0].urn])


def trust(principal: Any, **more: Any) -> Status:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    inputs = {"assumeRolePolicy": {"Statement": [statement]}}
    return status("iam-role-trust-narrow", Resource("urn:r", ROLE, "r", inputs, {"arn": OWN}))


OTHER = {"AWS": "arn:aws:iam::999999999999:root"}
EXTERNAL = {"StringEquals": {"sts:ExternalId": "x"}}
PROVIDER = {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.example"}


@pytest.mark.parametrize(
    ("principal", "more", "expected"),
    [
        ({"Service": "lambda.amazonaws.com"}, {}, Status.PASS),
        ({"Service": ["lambda.amazonaws.com", "events.amazonaws.com"]}, {}, Status.PASS),
        ("*", {}, Status.FAIL), ({"AWS": "*"}, {}, Status.FAIL),
        ({"Service": "*"}, {}, Status.FAIL),
        ({"AWS": ["123456789012", "*"]}, {}, Status.FAIL),
        ({"AWS": "arn:aws:iam::123456789012:root"}, {}, Status.PASS),
        ({"AWS": "123456789012"}, {}, Status.PASS), (OTHER, {}, Status.FAIL),
        ({"AWS": "000000000001"}, {}, Status.FAIL),
        ({"aws": "arn:aws:iam::999999999999:root"}, {}, Status.FAIL),
        (OTHER, {"Condition": EXTERNAL}, Status.PASS),
        (OTHER, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, Status.FAIL),
        (OTHER, {"Condition": UNKNOWN}, Status.UNDECIDED),
        (PROVIDER, {}, Status.FAIL),
        (PROVIDER, {"Condition": {"StringEquals": {"token.example:sub": "a"}}}, Status.PASS),
        ({"AWS": UNKNOWN}, {}, Status.UNDECIDED), (UNKNOWN, {}, Status.UNDECIDED),
        ("*", {"Effect": "Deny"}, Status.PASS),
    ],
)  # fmt: skip
def test_who_may_take_a_role(principal: Any, more: dict[str, Any], expected: Status) -> None:
    assert trust(principal, **more) is expected


def test_trust_that_cannot_be_read_is_undecided() -> None:
    for document in (UNKNOWN, "{", None, {"Statement": [UNKNOWN]}):
        role = Resource("urn:r", ROLE, "r", {"assumeRolePolicy": document})
        assert status("iam-role-trust-narrow", role) is Status.UNDECIDED
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "x"}}
    role = Resource("urn:r", ROLE, "r", {"assumeRolePolicy": {"Statement": statement}})
    assert status("iam-role-trust-narrow", role) is Status.FAIL


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ({"Action": "sts:AssumeRole"}, Status.PASS),
        ({"Action": ["sts:AssumeRole", "sts:TagSession"]}, Status.PASS),
        ({"Action": "sts:*"}, Status.FAIL), ({"Action": "*"}, Status.FAIL),
        ({"Action": ["sts:AssumeRole", "sts:Tag*"]}, Status.FAIL),
        ({"Action": "sts:TagSessio?"}, Status.FAIL),
        ({"NotAction": "sts:TagSession"}, Status.FAIL),
        ({"Action": UNKNOWN}, Status.UNDECIDED),
        ({"Effect": "Deny", "Action": "sts:*"}, Status.PASS),
    ],
)  # fmt: skip
def test_a_trust_policy_names_its_actions(actions: dict[str, Any], expected: Status) -> None:
    service = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": service, **actions}
    role = Resource("urn:r", ROLE, "r", {"assumeRolePolicy": {"Statement": statement}})
    assert status("iam-role-trust-narrow", role) is expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"NotAction": ["sts:TagSession", "sts:GetSessionToken"]},
         [(Status.FAIL, "Statement.NotAction[0]")]),
        (UNKNOWN, [(Status.UNDECIDED, "Statement")]),
    ],
)  # fmt: skip
def test_a_trust_policy_passes_only_where_nothing_else_is_said(
    document: Any, expected: list[tuple[Status, str]]
) -> None:
    if isinstance(document, dict):
        service = {"Service": "lambda.amazonaws.com"}
        document = {"Effect": "Allow", "Principal": service, **document}
    role = Resource("urn:r", ROLE, "r", {"assumeRolePolicy": {"Statement": document}})
    found = judge("iam-role-trust-narrow", role)["urn:r"]
    places = [each.path.removeprefix("assumeRolePolicy").removeprefix(".") for each in found]
    assert list(zip([each.status for each in found], places, strict=True)) == expected


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", Status.FAIL),
        ("arn:aws:iam::aws:policy/AmazonS3FullAccess", Status.FAIL),
        ("arn:aws-cn:iam::aws:policy/AmazonS3FullAccess", Status.FAIL),
        ("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", Status.FAIL),
        ("arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess", Status.PASS),
        ("arn:aws:iam::aws:policy/NoSuchPolicy", Status.UNDECIDED),
        ("arn:aws:iam::123456789012:policy/mine", Status.PASS),
        (UNKNOWN, Status.UNDECIDED), (7, Status.UNDECIDED),
    ],
)  # fmt: skip
def test_managed_policies_through_every_way_to_attach_one(arn: Any, expected: Status) -> None:
    rule = "iam-role-no-broad-managed-policy"
    for type_, inputs in (
        (ATTACHMENT, {"policyArn": arn}),
        ("aws:iam/policyAttachment:PolicyAttachment", {"policyArn": arn}),
        ("aws:iam/userPolicyAttachment:UserPolicyAttachment", {"policyArn": arn}),
        ("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", {"policyArn": arn}),
        ("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
         {"policyArns": [arn]}),
        (ROLE, {"managedPolicyArns": [arn]}),
    ):  # fmt: skip
        assert status(rule, Resource("urn:a", type_, "a", inputs)) is expected, type_


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NoSuchPolicy", Status.UNDECIDED),
        ("AWSXRayDaemonWriteAccess", Status.PASS),
        ("AmazonS3FullAccess", Status.FAIL),
    ],
)
def test_a_managed_policy_is_named_unless_its_arn_is_secret(name: str, expected: Status) -> None:
    def found(arn: Any) -> Finding:
        attachment = Resource("urn:a", ATTACHMENT, "a", {"policyArn": arn})
        [finding] = judge("iam-role-no-broad-managed-policy", attachment)["urn:a"]
        assert finding.status is expected
        return finding

    arn = f"arn:aws:iam::aws:policy/{name}"
    assert name in found(arn).message
    hidden = found(Secret(arn))
    assert name not in f"{hidden.message} {hidden.detail}"


def test_a_role_without_managed_policies_is_not_spoken_of() -> None:
    role = Resource("urn:r", ROLE, "r", {})
    assert status("iam-role-no-broad-managed-policy", role) is Status.NOT_APPLICABLE


def test_an_unknown_attachment_of_an_own_policy_passes() -> None:
    policy = Resource("urn:p", "aws:iam/policy:Policy", "p", {})
    attachment = Resource(
        "urn:a", ATTACHMENT, "a", {"policyArn": UNKNOWN},
        property_dependencies={"policyArn": ("urn:p",)},
    )  # fmt: skip
    assert status("iam-role-no-broad-managed-policy", attachment, policy) is Status.PASS


def function(name: str, role: Any, *dependencies: str) -> Resource:
    return Resource(
        f"urn:{name}", FUNCTION, name, {"role": role}, property_dependencies={"role": dependencies}
    )


def test_a_role_for_two_functions_is_named_with_both() -> None:
    role = Resource("urn:role", ROLE, "shared-role", {}, {"arn": OWN, "name": "r"})
    one, two = function("one", OWN), function("two", UNKNOWN, "urn:role")
    three = function("three", "arn:aws:iam::123456789012:role/other")
    found = judge("iam-role-one-function", one, two, three, role)
    assert found["urn:one"][0].status is found["urn:two"][0].status is Status.FAIL
    assert found["urn:three"][0].status is Status.PASS
    message = found["urn:one"][0].message
    assert "shared-role" in message
    assert "two" in message


def test_a_role_of_two_is_found_beside_one_that_nobody_knows() -> None:
    rule = "iam-role-one-function"
    functions = [function("a", UNKNOWN), function("b", "shared"), function("c", "shared")]
    found = judge(rule, *functions)
    assert [worst(found[each.urn]) for each in functions] == [
        Status.UNDECIDED,
        Status.FAIL,
        Status.FAIL,
    ]


def test_a_role_of_nobody_knows_what_is_undecided() -> None:
    assert status("iam-role-one-function", function("one", UNKNOWN)) is Status.UNDECIDED
    assert status("iam-role-one-function", function("one", None)) is Status.UNDECIDED
    hidden = function("one", Unknown("is an encrypted secret"))
    [finding] = judge("iam-role-one-function", hidden)["urn:one"]
    assert finding.message.startswith("role is an encrypted secret; ")


API = Resource("urn:api", "aws:apigateway/restApi:RestApi", "api", {})
BUCKET = Resource("urn:bucket", "aws:s3/bucket:Bucket", "bucket", {})
EXECUTE = "arn:aws:execute-api:us-east-2:123456789012:abc"
GATEWAY = "apigateway.amazonaws.com"


@pytest.mark.parametrize(
    ("inputs", "dependencies", "expected"),
    [
        ({"principal": GATEWAY, "sourceArn": f"{EXECUTE}/dev/POST/x"}, (), Status.PASS),
        ({"principal": GATEWAY, "sourceArn": f"{EXECUTE}/*/*"}, (), Status.PASS),
        ({"principal": GATEWAY}, (), Status.FAIL),
        ({"principal": GATEWAY, "sourceArn": "*"}, (), Status.FAIL),
        ({"principal": GATEWAY, "sourceArn": "arn:aws:execute-api:*:*:*"}, (), Status.FAIL),
        ({"principal": GATEWAY, "sourceArn": UNKNOWN}, ("urn:api",), Status.PASS),
        ({"principal": GATEWAY, "sourceArn": UNKNOWN}, (), Status.UNDECIDED),
        ({"principal": GATEWAY, "sourceArn": UNKNOWN}, ("urn:bucket",), Status.UNDECIDED),
        ({"principal": GATEWAY, "sourceArn": UNKNOWN}, ("urn:api", "urn:bucket"),
         Status.UNDECIDED),
        ({"principal": GATEWAY, "sourceArn": UNKNOWN}, ("urn:gone",), Status.UNDECIDED),
        ({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b"}, (), Status.FAIL),
        ({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b",
          "sourceAccount": "123456789012"}, (), Status.PASS),
        ({"principal": "s3.amazonaws.com", "sourceArn": UNKNOWN}, ("urn:bucket",), Status.FAIL),
        ({"principal": "s3.amazonaws.com", "sourceArn": UNKNOWN, "sourceAccount": UNKNOWN},
         ("urn:bucket",), Status.PASS),
        ({"principal": "*"}, (), Status.FAIL),
        ({"principal": "*", "principalOrgId": "o-1"}, (), Status.PASS),
        ({"principal": "123456789012"}, (), Status.PASS),
        ({"principal": "arn:aws:iam::123456789012:role/x"}, (), Status.PASS),
        ({"principal": "somebody"}, (), Status.FAIL),
        ({"principal": UNKNOWN}, (), Status.UNDECIDED), ({}, (), Status.UNDECIDED),
    ],
)  # fmt: skip
def test_who_may_invoke_a_function(
    inputs: dict[str, Any], dependencies: tuple[str, ...], expected: Status
) -> None:
    permission = Resource(
        "urn:p", PERMISSION, "p", inputs, property_dependencies={"sourceArn": dependencies}
    )
    assert status("lambda-permission-narrow", permission, API, BUCKET) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("lambda:InvokeFunction", Status.PASS), ("lambda:InvokeFunctionUrl", Status.PASS),
        ("lambda:*", Status.FAIL), ("*", Status.FAIL), ("lambda:Invoke*", Status.FAIL),
        (UNKNOWN, Status.UNDECIDED),
    ],
)  # fmt: skip
def test_a_permission_names_its_action(action: Any, expected: Status) -> None:
    source = "arn:aws:execute-api:us-east-2:123456789012:abc/*/*"
    inputs = {"action": action, "principal": "apigateway.amazonaws.com", "sourceArn": source}
    permission = Resource("urn:p", "aws:lambda/permission:Permission", "p", inputs)
    assert status("lambda-permission-narrow", permission) is expected
