"""The stack as a deployment would make it: names, grants, dependencies, redeployment."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.resource import Resource
from payment_guardrails.values import Unknown

from compliance.engines.engine import EngineError
from program import api, routes
from program.naming import Naming
from tests.offline import evaluate

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "aws:iam/role:Role": 64, "aws:iam/policy:Policy": 128, "aws:lambda/function:Function": 64,
    "aws:sqs/queue:Queue": 80, "aws:dynamodb/table:Table": 255,
    "aws:cloudwatch/logGroup:LogGroup": 512, "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    "aws:apigateway/restApi:RestApi": 1024, "aws:apigateway/apiKey:ApiKey": 1024,
    "aws:apigateway/usagePlan:UsagePlan": 1024, "aws:apigateway/model:Model": 255,
    "aws:apigateway/requestValidator:RequestValidator": 255, "aws:ssm/parameter:Parameter": 1011,
}  # fmt: skip
SHARED = "api-gateway-logging"


@cache
def stack(**config: str) -> tuple[Resource, ...]:
    return evaluate(ROOT, "dev", config, 60).stacks[0].resources


def of_type(type_: str, **config: str) -> list[Resource]:
    return [resource for resource in stack(**config) if resource.type == type_]


def name_of(resource: Resource) -> str:
    return str(resource.inputs["name"])


def test_every_name_has_the_suffix_as_a_segment_and_fits_awss_limit() -> None:
    longest = "a" * 20
    for type_, limit in NAMES.items():
        found = of_type(type_, environmentSuffix=longest)
        assert found, type_
        for resource in found:
            if resource.name == SHARED:
                assert longest not in name_of(resource)
                continue
            assert len(name_of(resource)) <= limit
            if type_ != "aws:apigateway/model:Model":
                assert longest in re.split(r"[-/.]", name_of(resource)), name_of(resource)
    [stage] = of_type("aws:apigateway/stage:Stage", environmentSuffix=longest)
    assert stage.inputs["stageName"] == longest


@given(
    st.lists(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), min_size=2, max_size=2, unique=True)
)
def test_two_suffixes_never_collide(suffixes: list[str]) -> None:
    purposes = ["transactions", "fraud-alerts", "notifications", "notifications-dead-letter"]
    made = []
    for suffix in suffixes:
        naming = Naming("aws", "amazonaws.com", "us-east-2", "123456789012", suffix)
        makers: list[Callable[[str], str]] = [
            naming.queue, naming.function, naming.function_log_group, naming.parameter,
            lambda purpose, naming=naming: naming.name("table", purpose),  # type: ignore[misc]
        ]  # fmt: skip
        made.append({make(purpose) for make in makers for purpose in purposes})
    assert not made[0] & made[1]


DATA_CLASSES = {
    "aws:cloudwatch/logGroup:LogGroup": "operations",
    "aws:dynamodb/table:Table": "payment-data",
    "aws:sqs/queue:Queue": "payment-data",
    "aws:ssm/parameter:Parameter": "credentials",
}


def test_every_taggable_resource_is_tagged() -> None:
    tagged = 0
    for resource in stack():
        if not resource.type.startswith("aws:"):
            continue
        module, _, class_ = resource.type.removeprefix("aws:").partition(":")
        package = getattr(aws, module.partition("/")[0].replace("lambda", "lambda_"))
        if "tags" in inspect.signature(getattr(package, class_)._internal_init).parameters:
            tagged += 1
            given = dict(resource.inputs["tags"])
            assert given.pop("DataClassification", "") == DATA_CLASSES.get(resource.type, "")
            assert given == {
                "Project": "payment-processing", "Environment": "dev", "ManagedBy": "pulumi",
            }, resource.urn  # fmt: skip
    assert tagged > 30


def test_every_policy_document_is_known_at_preview() -> None:
    documents = [
        value
        for resource in stack()
        for name, value in resource.inputs.items()
        if "policy" in name.lower() and name != "policyArn"
    ]
    assert len(documents) > 10
    for document in documents:
        assert isinstance(document, str)
        json.loads(document)


def granted(purpose: str) -> set[tuple[str, str]]:
    [policy] = [item for item in of_type("aws:iam/policy:Policy") if item.name == purpose]
    return {
        (action, re.sub(r"arn:aws:\w+:us-east-2:123456789012:", "", statement["Resource"]))
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }


def common(purpose: str) -> set[tuple[str, str]]:
    group = f"log-group:/aws/lambda/lambda-{purpose}-dev:*"
    return {
        ("logs:CreateLogStream", group), ("logs:PutLogEvents", group),
        ("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*"),
    }  # fmt: skip


def polls(queue: str) -> set[tuple[str, str]]:
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return {(f"sqs:{action}", queue) for action in actions}


def test_each_function_may_do_exactly_what_its_code_does() -> None:
    table, alerts = "table/table-transactions-dev", "table/table-fraud-alerts-dev"
    processing = "queue-transaction-processing-dev.fifo"
    notifications = "queue-notifications-dev.fifo"
    announce = {("sqs:SendMessage", notifications)}
    parameters = "parameter/payment-processing/dev/"
    assert granted("process-transactions") == {
        ("dynamodb:GetItem", table), ("dynamodb:PutItem", table), ("dynamodb:UpdateItem", table),
        ("sqs:SendMessage", processing), *polls(processing), *announce,
        *common("process-transactions"),
    }  # fmt: skip
    assert granted("fraud-alerts") == {
        ("dynamodb:GetItem", table), ("dynamodb:UpdateItem", table), ("dynamodb:PutItem", alerts),
        *announce, *common("fraud-alerts"),
    }  # fmt: skip
    assert granted("send-notifications") == {
        ("ssm:GetParameter", f"{parameters}webhook-url"),
        ("ssm:GetParameter", f"{parameters}api-key"),
        *polls(notifications), *common("send-notifications"),
    }  # fmt: skip
    assert granted("retrieve-transactions") == {
        ("dynamodb:GetItem", table), *common("retrieve-transactions"),
    }  # fmt: skip


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def test_who_names_a_resource_waits_for_it() -> None:
    resources = stack()
    by_urn = {resource.urn: resource for resource in resources}
    waits: dict[str, frozenset[str]] = {}

    def behind(urn: str) -> frozenset[str]:
        if urn not in waits:
            direct = set(by_urn[urn].dependencies) & set(by_urn)
            waits[urn] = frozenset(direct).union(*(behind(other) for other in direct))
        return waits[urn]

    named = 0
    for resource in resources:
        own = {value for key, value in resource.outputs.items() if isinstance(value, str)}
        texts = [
            text
            for key, value in resource.inputs.items()
            if key not in ("tags", "name", "stageName")
            for text in strings(value)
        ]
        for other in resources:
            for identity in {other.outputs.get(key) for key in ("name", "arn", "url")} - {None}:
                if other.urn == resource.urn or identity in own:
                    continue
                pattern = re.compile(rf"(?<![\w/.-]){re.escape(str(identity))}(?![\w/.-])")
                if any(pattern.search(text) for text in texts):
                    named += 1
                    # A key names in its policy what it is there for: they wait for the key.
                    first, then = (
                        (resource, other)
                        if resource.type == "aws:kms/key:Key"
                        else (other, resource)
                    )
                    assert first.urn in behind(then.urn), f"{resource.urn} names {identity}"
    assert named > 60


def test_functions_wait_for_their_rights_and_mappings_for_queue_and_rights() -> None:
    for function in of_type("aws:lambda/function:Function"):
        types = {urn.split("::")[2] for urn in function.dependencies}
        assert "aws:iam/rolePolicyAttachment:RolePolicyAttachment" in types
        assert "aws:cloudwatch/logGroup:LogGroup" in types
    for mapping in of_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        types = {urn.split("::")[2] for urn in mapping.dependencies}
        assert "aws:iam/rolePolicyAttachment:RolePolicyAttachment" in types
        assert "aws:sqs/queue:Queue" in types


def test_functions_are_as_agreed() -> None:
    functions = {item.name: item.inputs for item in of_type("aws:lambda/function:Function")}
    assert len(functions) == 4
    for inputs in functions.values():
        assert inputs["runtime"] == "python3.13"
        assert inputs["architectures"] == ["arm64"]
        assert inputs["memorySize"] == 3072
        assert inputs["tracingConfig"] == {"mode": "Active"}
        assert inputs["reservedConcurrentExecutions"] > 0
    assert functions["process-transactions"]["reservedConcurrentExecutions"] == 50
    for name in ("process-transactions", "fraud-alerts", "retrieve-transactions"):
        assert functions[name]["timeout"] < 29


def test_queues_outlast_their_consumers_and_never_starve_the_api() -> None:
    functions = {
        item.outputs["arn"]: item.inputs for item in of_type("aws:lambda/function:Function")
    }
    queues = {item.outputs["arn"]: item.inputs for item in of_type("aws:sqs/queue:Queue")}
    assert len(queues) == 4
    for mapping in of_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        queue = queues[mapping.inputs["eventSourceArn"]]
        function = functions[mapping.inputs["functionName"]]
        assert queue["visibilityTimeoutSeconds"] >= 6 * function["timeout"]
        assert queue["messageRetentionSeconds"] == 4 * 24 * 60 * 60
        assert json.loads(queue["redrivePolicy"])["maxReceiveCount"] == 3
        assert mapping.inputs["scalingConfig"]["maximumConcurrency"] >= 2
    [processing] = [
        item for item in of_type("aws:lambda/eventSourceMapping:EventSourceMapping")
        if item.name == "transaction-processing"
    ]  # fmt: skip
    assert processing.inputs["scalingConfig"] == {"maximumConcurrency": 20}


def test_only_the_account_wide_role_is_kept_on_destroy() -> None:
    source = "".join(path.read_text() for path in (ROOT / "program").glob("*.py"))
    assert "protect=" not in source
    keeping = [
        path.name
        for path in (ROOT / "program").glob("*.py")
        if "retain_on_delete" in path.read_text()
    ]
    assert keeping == ["gateway_logging.py"]


def test_an_existing_logging_role_is_left_alone() -> None:
    managed = [item.name for item in stack()].count(SHARED)
    assert managed == 4
    assert SHARED not in [item.name for item in stack(apiGatewayLogging="existing")]


def test_neither_errors_nor_access_logs_copy_what_a_caller_sent() -> None:
    forbidden = ("validationErrorString", "$context.path", "$input", "$method", "requestOverride")
    texts = [routes.ACCESS_LOG_FORMAT]
    texts += [routes.error_template(error) for error in routes.GATEWAY_ERRORS]
    for text in texts:
        assert not any(word in text for word in forbidden)
    for error in routes.GATEWAY_ERRORS:
        shaped = json.loads(routes.error_template(error).replace("$context.status", "400"))
        assert set(shaped) == {"type", "title", "status", "detail", "request_id"}


@pytest.mark.parametrize("change", ["route", "model", "error", "timeout", "function"])
def test_any_change_of_the_api_redeploys_it(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    naming = Naming("aws", "amazonaws.com", "us-east-2", "123456789012", "dev")
    before = api.deployment_digest(naming)
    assert before == api.deployment_digest(naming)
    match change:
        case "route":
            extra = routes.Route("x", "POST", ("x",), "process-transactions")
            monkeypatch.setattr(api, "ROUTES", (*routes.ROUTES, extra))
        case "model":
            monkeypatch.setattr(api, "MODELS", {**routes.MODELS, "alert": {}})
        case "error":
            monkeypatch.setattr(api, "GATEWAY_ERRORS", routes.GATEWAY_ERRORS[1:])
        case "timeout":
            monkeypatch.setattr(api, "_INTEGRATION_TIMEOUT", 1)
        case "function":
            naming = Naming("aws", "amazonaws.com", "us-east-2", "123456789012", "prod")
    assert api.deployment_digest(naming) != before


def test_the_deployment_waits_for_every_part() -> None:
    [deployment] = of_type("aws:apigateway/deployment:Deployment")
    behind = set(deployment.dependencies)
    for type_ in ("method:Method", "integration:Integration", "response:Response", "model:Model"):
        for part in of_type(f"aws:apigateway/{type_}"):
            assert part.urn in behind


def test_permissions_name_one_route_each() -> None:
    [rest_api] = of_type("aws:apigateway/restApi:RestApi")
    for permission in of_type("aws:lambda/permission:Permission"):
        assert isinstance(permission.inputs["sourceArn"], Unknown)
        assert permission.property_dependencies["sourceArn"] == (rest_api.urn,)
    assert [route.arn_path for route in routes.ROUTES] == [
        "transactions", "fraud-webhook", "transactions/*",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("environmentSuffix", ""), ("environmentSuffix", "Dev"), ("environmentSuffix", "a-b"),
        ("environmentSuffix", "a" * 21), ("aws:region", "nowhere"), ("aws:region", ""),
        ("processReservedConcurrency", "3"), ("processReservedConcurrency", "x"),
        ("processQueueConcurrency", "26"), ("processQueueConcurrency", "1"),
        ("notifyQueueConcurrency", "11"), ("apiGatewayLogging", "none"), ("alarmTopicArn", "x"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_message_that_names_the_key(key: str, value: str) -> None:
    with pytest.raises(EngineError) as caught:
        evaluate(ROOT, "dev", {key: value}, 60)
    full = key if ":" in key else f"payment-processing:{key}"
    assert full in caught.value.message
    assert "Traceback" not in caught.value.message + caught.value.output
    assert "\n" not in caught.value.message


def test_first_values_of_parameters_come_from_configuration() -> None:
    configured = of_type("aws:ssm/parameter:Parameter", webhookUrl="https://a.example")
    assert all(item.inputs["type"] == "SecureString" for item in configured)
    assert "a.example" not in repr(configured)


def test_queues_refuse_whoever_comes_without_tls_and_grant_nothing() -> None:
    queues = of_type("aws:sqs/queue:Queue")
    assert len(queues) == 4
    for queue in queues:
        [statement] = json.loads(queue.inputs["policy"])["Statement"]
        assert statement == {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": queue.outputs["arn"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }


@pytest.mark.parametrize(("name", "protected"), [("prod", True), ("dev", False)])
def test_tables_of_production_cannot_be_deleted_by_mistake(
    tmp_path: Path, name: str, protected: bool
) -> None:
    for folder in ("program", "handlers"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text("utf-8"))
    settings = (ROOT / "Pulumi.dev.yaml").read_text("utf-8")
    (tmp_path / f"Pulumi.{name}.yaml").write_text(settings)

    resources = evaluate(tmp_path, name, {}, 60).stacks[0].resources

    tables = [each for each in resources if each.type == "aws:dynamodb/table:Table"]
    assert len(tables) == 2
    assert [each.inputs["deletionProtectionEnabled"] for each in tables] == [protected] * 2


def test_the_key_of_the_logs_is_for_the_log_groups_of_this_stack_alone() -> None:
    [key] = of_type("aws:kms/key:Key")
    administration, encryption = json.loads(key.inputs["policy"])["Statement"]
    groups = of_type("aws:cloudwatch/logGroup:LogGroup")

    assert {group.property_dependencies["kmsKeyId"] for group in groups} == {(key.urn,)}
    assert encryption["Principal"] == {"Service": "logs.us-east-2.amazonaws.com"}
    named = encryption["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]
    assert sorted(named) == sorted(group.outputs["arn"] for group in groups)
    assert not [action for action in administration["Action"] if action in encryption["Action"]
                and action != "kms:DescribeKey"]  # fmt: skip
    assert "*" not in "".join([*administration["Action"], *encryption["Action"]])
    assert key.inputs["enableKeyRotation"] is True
