"""What holds for every service rule, whatever the inputs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payment_guardrails.finding import Status
from payment_guardrails.rule import by_resource, worst
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Asset, Secret

from tests.policypack.places import places, put
from tests.policypack.services.compliant import (
    ALIAS,
    API_KEY,
    DEPLOYMENT,
    DEPLOYMENT_V2,
    FUNCTION,
    HTTP_API,
    INTEGRATION,
    INTEGRATION_V2,
    INVOKE_CONFIG,
    MAPPING,
    METHOD,
    METHOD_SETTINGS,
    PIPE,
    PLAN,
    PLAN_KEY,
    QUEUE,
    QUEUE_POLICY,
    REDRIVE,
    REPLICA,
    ROLE_POLICY,
    ROUTE,
    SCALING_GROUP,
    STAGE,
    STAGE_V2,
    Draft,
    allow,
    arn,
    compliant,
    document,
    findings,
    invoke_arn,
    redrive,
    url,
)

RULES = sorted(registered())


def with_everything() -> Draft:
    """The compliant stack with every other type that a rule reads, and with faults."""
    draft = compliant().with_("process", deadLetterConfig={"targetArn": arn(QUEUE, "failures")})
    draft = draft.add(QUEUE, "failures", name="failures", redrivePolicy=redrive("lost"))
    draft = draft.add(QUEUE, "lost", name="lost", tags={"Project": "payments", "team": "a"})
    draft = draft.add(SCALING_GROUP, "fleet", tags=[{"key": "Project", "value": "payments"}])
    draft = draft.add(QUEUE, "unread", name="unread.fifo", fifoQueue=True)
    draft = draft.add(QUEUE, "piped", name="piped.fifo", fifoQueue=True)
    draft = draft.add(QUEUE, "set-aside", name="set-aside.fifo", fifoQueue=True)
    draft = draft.add(
        REDRIVE, "redrive", queueUrl=url("piped.fifo"), redrivePolicy=redrive("set-aside.fifo", 11)
    )
    draft = draft.add(PIPE, "pipe", source=arn(QUEUE, "piped.fifo"))
    receive = allow("sqs:ReceiveMessage", arn(QUEUE, "failures"))
    draft = draft.add(QUEUE_POLICY, "readers", queueUrl=url("failures"), policy=document(receive))
    draft = draft.add(ROLE_POLICY, "reader", role="process-role", policy={"Statement": [receive]})
    draft = draft.add(
        INVOKE_CONFIG,
        "async",
        functionName="process",
        destinationConfig={"onFailure": {"destination": arn(QUEUE, "lost")}},
    )
    draft = draft.add(FUNCTION, "export", name="export", timeout=60, packageType="Image")
    draft = draft.add(ALIAS, "live", functionName="export", name="live")
    draft = draft.add(INTEGRATION_V2, "v2", integrationType="AWS_PROXY", integrationUri="export")
    draft = draft.add(
        INTEGRATION,
        "fire",
        type="AWS",
        uri=invoke_arn("export"),
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
    )
    draft = draft.add(
        MAPPING,
        "export-piped",
        eventSourceArn=arn(QUEUE, "piped.fifo"),
        functionName=f"{arn(FUNCTION, 'export')}:live",
        maximumBatchingWindowInSeconds=10,
    )
    draft = draft.add(REPLICA, "replica", pointInTimeRecovery=True)
    draft = draft.add(ROUTE, "route", routeKey="GET /", authorizationType="JWT")
    integration = {"type": "aws_proxy", "uri": invoke_arn("export")}
    get: Any = {"security": [{"key": []}], "x-amazon-apigateway-integration": integration}
    body: Any = {"paths": {"/": {"get": get}}}
    return with_open_stages(draft).with_("api", body=body)


def with_open_stages(draft: Draft) -> Draft:
    """The stack with stages that let too much through: of an API elsewhere, and of a v2 one."""
    draft = draft.add(METHOD, "get", restApi="a1", httpMethod="GET", apiKeyRequired=False)
    draft = draft.add(METHOD, "put", restApi="a1", httpMethod="PUT", apiKeyRequired=True)
    draft = draft.add(DEPLOYMENT, "old", restApi="a1")
    draft = draft.add(STAGE, "open", restApi="a1", stageName="open")
    draft = draft.add(API_KEY, "off", enabled=False)
    draft = draft.add(PLAN_KEY, "off-key", keyId=UNKNOWN, usagePlanId=UNKNOWN)
    limits: Any = {"rateLimit": 1000, "burstLimit": 0}
    draft = draft.add(
        PLAN,
        "open-plan",
        apiStages=[{"apiId": "a1", "stage": "open", "throttles": [{"path": "/GET", **limits}]}],
        throttleSettings={"rateLimit": 1000, "burstLimit": 500},
    )
    draft = draft.linked("off-key", "keyId", "off").linked("off-key", "usagePlanId", "open-plan")
    for name, path, rate in (("all", "*/*", 10), ("one", "x/GET", -1)):
        draft = draft.add(
            METHOD_SETTINGS,
            name,
            restApi="a1",
            stageName="open",
            methodPath=path,
            settings={"throttlingRateLimit": rate, "throttlingBurstLimit": 5},
        )
    draft = draft.add(HTTP_API, "http", name="http", protocolType="HTTP")
    draft = draft.add(DEPLOYMENT_V2, "deployment-v2", apiId=UNKNOWN).linked(
        "deployment-v2", "apiId", "http"
    )
    return draft.add(
        STAGE_V2,
        "stage-v2",
        apiId="h1",
        defaultRouteSettings={"throttlingRateLimit": 100, "throttlingBurstLimit": 50},
        routeSettings=[{"routeKey": "GET /", "throttlingRateLimit": 5000}],
        accessLogSettings={"destinationArn": "", "format": "$context.path"},
    )


EVERYTHING = with_everything()


PLACES = [
    (name, path)
    for name, resource in sorted(EVERYTHING.resources.items())
    for path in places(resource.inputs)
    if path
]
# Properties that rules read and that the stack above does not set.
MORE_PLACES = [
    ("process", "loggingConfig"),
    ("process", "packageType"),
    ("process-notifications", "maximumBatchingWindowInSeconds"),
    ("post-integration", "requestParameters"),
    ("notifications", "kmsMasterKeyId"),
    ("process-role", "inlinePolicies"),
    ("process-role", "permissionsBoundary"),
    ("process-role", "managedPolicyArns"),
    ("process-notifications", "enabled"),
    ("process-notifications", "destinationConfig"),
    ("transactions", "replicas"),
    ("notifications", "policy"),
    ("api-key", "insecureValue"),
    ("process-logs", "kmsKeyId"),
    ("replica", "kmsKeyArn"),
    ("replica", "deletionProtectionEnabled"),
    ("route", "apiKeyRequired"),
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["true", "7", "NONE", "*", "{", "[]", "arn:aws:sqs:::", "arn:", "a: [b"])
    | st.sampled_from([UNKNOWN, Asset("asset", "file", "text"), Asset("archive", None)])
)
keys = st.text(max_size=4) | st.sampled_from(
    ["Statement", "Action", "Resource", "enabled", "mode", "paths", "security", "logGroup"]
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3) | inner.map(Secret)
    ),
    max_leaves=8,
)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
@quick
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), anything), min_size=1, max_size=4))
def test_any_value_at_any_place_gets_a_verdict(rule: str, changes: Any) -> None:
    draft = EVERYTHING
    for (name, path), value in changes:
        inputs = draft.resources[name].inputs
        if path in set(places(inputs)):
            draft = draft.with_(name, **put(inputs, path, value))
    check_total(rule, draft)


@pytest.mark.parametrize("rule", RULES)
@quick
@given(place=st.sampled_from(MORE_PLACES), value=anything)
def test_any_value_of_an_optional_property_gets_a_verdict(
    rule: str, place: Any, value: Any
) -> None:
    name, property_ = place
    check_total(rule, EVERYTHING.with_(name, **{property_: value}))


def check_total(rule: str, draft: Draft) -> None:
    found = findings(rule, draft)
    judged = {finding.urn for finding in found}
    assert judged == {resource.urn for resource in registered()[rule].resources(draft.stack)}
    assert all(finding.message for finding in found)


@pytest.mark.parametrize("rule", RULES)
@quick
@given(
    faults=st.lists(st.tuples(st.sampled_from(PLACES), scalars), max_size=3),
    hidden=st.lists(st.sampled_from(PLACES), min_size=1, max_size=3),
)
def test_less_knowledge_never_gives_another_verdict(rule: str, faults: Any, hidden: Any) -> None:
    """What is made unknown makes a verdict undecided, or leaves it."""
    known = EVERYTHING
    for (name, path), value in faults:
        inputs = known.resources[name].inputs
        if value is not UNKNOWN and path in set(places(inputs)):
            # Another value was not made from what the engine recorded for this one.
            known = known.with_(name, **put(inputs, path, value)).linked(name, str(path[0]))
    less = known
    for name, path in hidden:
        inputs = less.resources[name].inputs
        if path in set(places(inputs)):
            less = less.with_(name, **put(inputs, path, UNKNOWN))
    before, after = verdicts(rule, known), verdicts(rule, less)
    for urn, status in after.items():
        assert status is Status.UNDECIDED or status is before[urn], urn


def verdicts(rule: str, draft: Draft) -> dict[str | None, Status]:
    """The verdict on each resource; what does not apply holds."""
    return {
        urn: Status.PASS if worst(found) is Status.NOT_APPLICABLE else worst(found)
        for urn, found in by_resource(findings(rule, draft))
    }


@pytest.mark.parametrize("rule", RULES)
def test_each_place_alone_may_be_unknown(rule: str) -> None:
    before = verdicts(rule, EVERYTHING)
    for name, path in PLACES:
        less = EVERYTHING.with_(name, **put(EVERYTHING.resources[name].inputs, path, UNKNOWN))
        for urn, status in verdicts(rule, less).items():
            assert status is Status.UNDECIDED or status is before[urn], (name, path, urn)


def test_no_finding_shows_a_secret() -> None:
    """Every property is secret in turn: no message of any rule holds its value."""
    for name, resource in EVERYTHING.resources.items():
        for property_ in resource.inputs:
            draft = EVERYTHING.with_(name, **{property_: Secret("hunter2hunter2")})
            for rule in RULES:
                for finding in findings(rule, draft):
                    assert "hunter2" not in finding.message
