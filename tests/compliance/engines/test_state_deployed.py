"""What is deployed counts, secrets stay secret, and what is not certain passes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.configuration import configure
from payment_guardrails.rule import by_resource, worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import Asset, Secret, Unknown

from compliance.command_line import main
from compliance.engines.engine import EngineRun, Request
from compliance.engines.state import start
from compliance.engines.state.deployed import deployed
from compliance.engines.state.entry import Entry
from compliance.evaluation import judge
from tests.compliance.engines.state_exports import (
    Json,
    deployed_compliant,
    encrypted,
    entry,
    export,
    export_of,
    plaintext,
    write,
)
from tests.policypack.services.compliant import (
    FUNCTION,
    GROUP,
    PARAMETER,
    POLICY,
    QUEUE,
    ROLE,
    TABLE,
    allow,
    document,
    made,
)

ENCRYPTED = Secret(Unknown("is an encrypted secret"))
# The properties that rules read, and what a provider shows of one that was never set.
READ = [
    "architectures", "authorization", "body", "deadLetterConfig", "destinationConfig",
    "desiredState", "eventSourceArn", "functionResponseTypes", "inlinePolicies", "insecureValue",
    "loggingConfig", "managedPolicyArns", "permissionsBoundary", "pointInTimeRecovery", "policy",
    "principalOrgId", "queueUrl", "redrivePolicy", "replicas", "requestModels",
    "requestValidatorId", "schema", "sourceAccount", "sourceArn", "startingPosition", "target",
    "valueWo",
]  # fmt: skip
EMPTY: list[Any] = [None, "", [], {}, [{}], [{"name": "", "policy": ""}], {"targetArn": ""}]


def read(file: Path) -> EngineRun:
    return start(Request(Path(), state=file)).result(lambda _: None)


def verdicts(stack: Stack) -> Mapping[tuple[str, str], str]:
    rules = registered()
    findings = judge([stack], rules, configure(rules), deployed=True).findings
    return {
        (rule, urn or ""): worst(group).value
        for rule, found in findings.items()
        for urn, group in by_resource(found)
    }


def judged(folder: Path, data: Json) -> Mapping[tuple[str, str], str]:
    return verdicts(read(write(folder / "x.json", data)).stacks[0])


# What is not known is no literal; no regions are named; the stack is not production; and a key
# that the program does not give is not there.
WITHOUT_VALUE = frozenset(
    {
        "any-resource-no-hardcoded-secret",
        "any-resource-region",
        "dynamodb-table-deletion-protection",
        "logs-group-encrypted",
    }
)


def about(found: Mapping[tuple[str, str], str], resource: Json) -> list[str]:
    """What the rules that go by a value said of a resource."""
    return [
        verdict
        for (rule, urn), verdict in found.items()
        if urn == resource["urn"] and rule not in WITHOUT_VALUE
    ]


def entries(data: Json) -> dict[str, Json]:
    """The resources of an export by logical name, to be changed in place."""
    return {each["urn"].rpartition("::")[2]: each for each in data["deployment"]["resources"]}


# --- Inputs and outputs ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "found", "wanted"),
    [
        (7, 0, 0),
        (7, None, None),
        (None, 345600, 345600),
        (None, False, False),
        (None, "", None),
        (None, [{"name": "", "policy": ""}], None),
        ({"mode": "Active"}, {"mode": "PassThrough"}, {"mode": "PassThrough"}),
        ({"mode": "Active"}, {"mode": "Active", "other": ""}, {"mode": "Active"}),
        ({"a": "x", "b": "y"}, {"a": "x"}, {"a": "x"}),
        ({"logFormat": "JSON"}, {"logGroup": "/x"}, {"logGroup": "/x"}),
        (["a"], ["b", "c"], ["b", "c"]),
        ('{"a": 1}', '{"a":1}', '{"a":1}'),
        (Asset("archive", "x.zip"), "whatever", Asset("archive", "x.zip")),
        (Secret("a"), "b", Secret("b")),
        ("a", Secret("b"), Secret("b")),
        (Secret("a"), ENCRYPTED, Secret("a")),
        ("a", ENCRYPTED, Secret("a")),
        (ENCRYPTED, "b", Secret("b")),
        (ENCRYPTED, ENCRYPTED, ENCRYPTED),
        (None, ENCRYPTED, ENCRYPTED),
        ({"a": Secret("x")}, {"a": "y", "b": "z"}, {"a": Secret("y"), "b": "z"}),
        ({"a_b": Secret("x")}, {"aB": "y"}, {"aB": Secret("y")}),
        ([Secret("x"), "y"], ["y", "x"], Secret(["y", "x"])),
        (["x", "y"], ["x", ENCRYPTED], Secret(["x", "y"])),
        ({"a": Secret("x")}, '{"a":"x"}', Secret('{"a":"x"}')),
    ],
)
def test_the_deployed_value_counts_and_keeps_what_is_secret(
    given: Any, found: Any, wanted: Any
) -> None:
    merged = deployed({} if given is None else {"p": given}, {"p": found})
    assert merged == ({} if wanted is None else {"p": wanted})


def test_what_the_cloud_does_not_give_back_stays_as_given() -> None:
    assert deployed({"valueWo": "x", "code": "y"}, {"valueWo": None}) == {
        "valueWo": "x",
        "code": "y",
    }
    assert deployed({}, {"id": "x"}) == {}


@given(
    shown=st.lists(st.tuples(st.sampled_from(READ), st.sampled_from(EMPTY)), max_size=6),
    left_out=st.sets(st.sampled_from(sorted(deployed_compliant().resources)), max_size=4),
)
def test_a_stack_that_nobody_changed_is_judged_as_its_inputs_are(
    shown: list[tuple[str, Any]], left_out: set[str]
) -> None:
    draft = deployed_compliant().without(*left_out)
    data = export_of(draft)
    for each in entries(data).values():
        outputs = each.get("outputs", {})
        for name, value in outputs.items():
            if isinstance(value, str) and value.startswith("{"):
                outputs[name] = json.dumps(json.loads(value), separators=(",", ":"))
        for name, value in shown:
            outputs.setdefault(name, value)
    raw = data["deployment"]["resources"][1:]
    as_deployed = [Entry.of(each, "").resource() for each in raw]
    as_given = [
        replace(found, inputs=Entry.of({**each, "outputs": {}}, "").resource().inputs)
        for found, each in zip(as_deployed, raw, strict=True)
    ]
    assert verdicts(Stack.of("payments", "dev", as_deployed)) == verdicts(
        Stack.of("payments", "dev", as_given)
    )


@pytest.mark.parametrize(
    ("rule", "name", "property_", "value"),
    [
        ("logs-group-retention", "process-logs", "retentionInDays", 0),
        ("logs-group-retention", "process-logs", "retentionInDays", None),
        ("dynamodb-table-on-demand", "transactions", "billingMode", "PROVISIONED"),
        ("dynamodb-table-point-in-time-recovery", "transactions", "pointInTimeRecovery",
         {"enabled": False, "recoveryPeriodInDays": 0}),
        ("lambda-function-arm64", "process", "architectures", ["x86_64"]),
        ("lambda-function-reserved-concurrency", "process", "reservedConcurrentExecutions", -1),
        ("lambda-function-tracing", "process", "tracingConfig", {"mode": "PassThrough"}),
        ("lambda-mapping-partial-failures", "process-notifications", "functionResponseTypes", []),
        ("sqs-queue-consumed", "process-notifications", "enabled", False),
        ("sqs-queue-dead-letter", "notifications", "redrivePolicy", ""),
        ("sqs-queue-retention", "notifications", "messageRetentionSeconds", 60),
        ("iam-policy-no-wildcard-action", "process-policy", "policy", document(allow("*"))),
        ("apigateway-method-authorized", "post", "apiKeyRequired", False),
        ("apigateway-stage-tracing", "stage", "xrayTracingEnabled", False),
    ],
)  # fmt: skip
def test_a_change_past_pulumi_fails_though_the_inputs_are_sound(
    tmp_path: Path, rule: str, name: str, property_: str, value: Any
) -> None:
    data = export_of(deployed_compliant())
    before = judged(tmp_path, data)
    entries(data)[name]["outputs"][property_] = value
    after = judged(tmp_path, data)
    changed = {key for key in before if before[key] != after[key]}
    assert {found for found, _ in changed} >= {rule}
    assert "fail" in {after[key] for key in changed if key[0] == rule}


def test_a_change_of_what_the_program_left_to_its_default_fails_too(tmp_path: Path) -> None:
    data = export_of(deployed_compliant())
    queue = entries(data)["notifications"]
    del queue["inputs"]["messageRetentionSeconds"]
    key = ("sqs-queue-retention", queue["urn"])
    assert judged(tmp_path, data)[key] == "pass"
    queue["outputs"]["messageRetentionSeconds"] = 60
    assert judged(tmp_path, data)[key] == "fail"


# --- What exists, and what is not certain ------------------------------------------------


def test_what_is_replaced_read_or_gone_is_told_and_not_judged(tmp_path: Path) -> None:
    def group(name: str, **fields: Any) -> Json:
        return entry(made(GROUP, name, name=name, retentionInDays=7), **fields)

    data = export(
        [
            group("kept"),
            group("kept", delete=True, id="kept-old"),
            group("released", delete=True, retainOnDelete=True, id="released-old"),
            group("foreign", external=True),
            group("gone", pendingReplacement=True),
        ]
    )
    run = read(write(tmp_path / "x.json", data))
    assert [each.name for each in run.stacks[0].resources] == ["kept"]
    told = "\n".join(run.notes)
    for words in (
        "kept (kept-old) was replaced and waits to be deleted: it still exists",
        "released (released-old) was replaced and will be kept: it still exists",
        "foreign is only read by the program",
        "gone was deleted and waits to be made again",
    ):
        assert words in told


def test_components_providers_and_links_are_read(tmp_path: Path) -> None:
    urn = "urn:pulumi:dev::payments::{}"
    component = {
        "urn": urn.format("acme:Worker::w"),
        "custom": False,
        "type": "acme:Worker",
        "parent": None,
    }
    provider = {
        "urn": urn.format("pulumi:providers:aws::ireland"), "custom": True, "id": "77",
        "type": "pulumi:providers:aws", "inputs": {"region": "eu-west-1"},
    }  # fmt: skip
    group = entry(
        made(GROUP, "logs", name="x", retentionInDays=7),
        parent=component["urn"],
        provider=f"{provider['urn']}::77",
        dependencies=[component["urn"]],
        propertyDependencies={"name": [component["urn"]], "tags": []},
    )
    run = read(write(tmp_path / "x.json", export([component, provider, group])))
    by_type = {each.type: each for each in run.stacks[0].resources}
    assert not by_type["acme:Worker"].custom
    found = by_type[GROUP]
    assert (found.parent, found.provider) == (component["urn"], provider["urn"])
    assert found.dependencies == (component["urn"],)
    assert found.property_dependencies == {"name": (component["urn"],)}


@pytest.mark.parametrize("kind", ["creating", "updating", "deleting"])
@given(data=st.data())
def test_no_verdict_passes_that_hangs_on_an_interrupted_operation(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("interrupted")
    names = sorted(deployed_compliant().resources)
    left_out = data.draw(st.sets(st.sampled_from(names), max_size=3))
    draft = deployed_compliant().without(*left_out)
    name = data.draw(st.sampled_from(sorted(draft.resources)))
    whole = [entry(each) for each in draft.resources.values()]
    subject = next(each for each in whole if each["urn"].endswith(f"::{name}"))
    others = [each for each in whole if each is not subject]
    if kind == "updating":
        property_ = data.draw(st.sampled_from(sorted(set(subject["inputs"]) - {"__defaults"})))
        changed = {**subject, "inputs": {**subject["inputs"], property_: "something else"}}
        changed["outputs"] = {**subject["outputs"], property_: "something else"}
        ends = [whole, [*others, changed]]
        operation = {"type": kind, "resource": changed}
    else:
        ends = [whole, others]
        operation = {"type": kind, "resource": subject}
    listed = others if kind == "creating" else whole
    interrupted = judged(folder, export(listed, [operation]))
    for end in ends:
        for key, status in judged(folder, export(end)).items():
            if status == "fail" and key in interrupted:
                assert interrupted[key] in ("fail", "undecided"), key


def test_an_interrupted_operation_is_told_and_undecided(tmp_path: Path) -> None:
    group = entry(made(GROUP, "logs", name="x", retentionInDays=7))
    operation = {"type": "creating", "resource": group}
    run = read(write(tmp_path / "x.json", export([], [operation])))
    assert ("logs-group-retention", group["urn"]) in verdicts(run.stacks[0])
    assert set(about(verdicts(run.stacks[0]), group)) == {"undecided"}
    (note,) = run.notes
    assert "interrupted while creating it" in note
    assert group["urn"] in note
    assert "pulumi refresh" in note


def test_an_update_in_doubt_is_undecided_only_where_it_changed_something(tmp_path: Path) -> None:
    data = export_of(deployed_compliant())
    before = judged(tmp_path, data)
    table = entries(data)["transactions"]
    changed = {**table, "inputs": {**table["inputs"], "billingMode": "PROVISIONED"}}
    data["deployment"]["pending_operations"] = [{"type": "updating", "resource": changed}]
    after = judged(tmp_path, data)
    assert {key: after[key] for key in before if before[key] != after[key]} == {
        ("dynamodb-table-on-demand", table["urn"]): "undecided"
    }


@pytest.mark.parametrize("part", [{"delete": True}, {"external": True}])
def test_an_operation_on_what_is_not_judged_changes_no_verdict(tmp_path: Path, part: Json) -> None:
    data = export_of(deployed_compliant())
    before = judged(tmp_path, data)
    operation = {"type": "deleting", "resource": {**entries(data)["transactions"], **part}}
    data["deployment"]["pending_operations"] = [operation]
    assert judged(tmp_path, data) == before


def test_a_resource_that_was_deployed_half_way_is_undecided(tmp_path: Path) -> None:
    data = export_of(deployed_compliant())
    before = judged(tmp_path, data)
    table = entries(data)["transactions"]
    table["initErrors"] = ["waiting for the table: timeout"]
    after = judged(tmp_path, data)
    assert set(about(after, table)) == {"undecided"}
    others = [key for key in before if key[1] != table["urn"]]
    assert {key: after[key] for key in others} == {key: before[key] for key in others}


# --- Secrets -----------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_an_encrypted_secret_decides_nothing(tmp_path: Path, side: str) -> None:
    data = export_of(deployed_compliant())
    policy = entries(data)["process-policy"]
    key = ("iam-policy-no-wildcard-action", policy["urn"])
    assert judged(tmp_path, data)[key] == "pass"
    for each in ("inputs", "outputs"):
        policy[each]["policy"] = encrypted()
    assert judged(tmp_path, data)[key] == "undecided"
    del policy["outputs" if side == "inputs" else "inputs"]["policy"]
    assert judged(tmp_path, data)[key] == "undecided"


NEEDLE = "n33dle-in-the-stack"


def _full_of_secrets() -> Json:
    """Every rule's reading of a plain-text secret: in documents, names, blocks and outputs."""
    wide = json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": [f"{NEEDLE}:*", "*"], "Resource": NEEDLE}]}
    )
    role = made(ROLE, "role", assumeRolePolicy=json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": {"AWS": f"*{NEEDLE}"}, "Action": "x"}]}
    ), managedPolicyArns=[f"arn:aws:iam::aws:policy/{NEEDLE}"],
        inlinePolicies=[{"name": "x", "policy": wide}])  # fmt: skip
    made_of = [
        role,
        made(POLICY, "policy", name=NEEDLE, policy=wide),
        made(GROUP, "group", name=NEEDLE, retentionInDays=NEEDLE),
        made(TABLE, "table", name=NEEDLE, billingMode=NEEDLE,
             pointInTimeRecovery={"enabled": NEEDLE}),
        made(QUEUE, "queue", name=NEEDLE, fifoQueue=NEEDLE, redrivePolicy=json.dumps(
            {"deadLetterTargetArn": NEEDLE, "maxReceiveCount": NEEDLE})),
        made(FUNCTION, "function", name=NEEDLE, role=NEEDLE, architectures=[NEEDLE],
             loggingConfig={"logGroup": NEEDLE}, tracingConfig={"mode": NEEDLE}),
        made(PARAMETER, "parameter", name=NEEDLE, type=NEEDLE, value=NEEDLE,
             insecureValue=NEEDLE),
        made("aws:apigateway/method:Method", "method", httpMethod=NEEDLE, authorization="NONE",
             requestModels={"application/json": NEEDLE}, requestValidatorId=NEEDLE),
        made("aws:lambda/permission:Permission", "permission", principal=NEEDLE,
             sourceArn=NEEDLE),
        made(FUNCTION, "unlogged", name=NEEDLE),
        made("aws:lambda/permission:Permission", "open", principal=f"{NEEDLE}.amazonaws.com"),
        made("aws:lambda/permission:Permission", "narrow", principal=f"{NEEDLE}.amazonaws.com",
             sourceArn=f"arn:aws:s3:::{NEEDLE}"),
        made("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", role=NEEDLE,
             policyArn=f"arn:aws:iam::aws:policy/{NEEDLE}"),
        made("aws:apigateway/restApi:RestApi", "api", name=NEEDLE, body=json.dumps(
            {"openapi": "3.0.1", "paths": {f"/{NEEDLE}": {"post": {"requestBody": {
                "content": {"application/json": {"schema": {"$ref": NEEDLE}}}}}}}})),
        made("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping",
             eventSourceArn=NEEDLE, functionName=NEEDLE, functionResponseTypes=[NEEDLE]),
    ]  # fmt: skip
    found = []
    for each in made_of:
        raw = entry(each, id="1")
        raw["inputs"] = {name: plaintext(value) for name, value in each.inputs.items()}
        # A provider that forgot which of its outputs are secret, but for the last.
        raw["outputs"] = {**each.inputs, "secretOutput": plaintext(NEEDLE)}
        found.append(raw)
    return export(found)


def test_no_secret_reaches_a_report_or_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = write(tmp_path / "x.json", _full_of_secrets())
    assert NEEDLE in state.read_text()
    out = tmp_path / "out"
    assert main(["gate", "--state", str(state), "--out", str(out)]) == 1
    shown = capsys.readouterr()
    written = [path for path in out.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".json", ".html", ".md", ".csv"}
    assert NEEDLE not in shown.out + shown.err
    assert [path.name for path in written if NEEDLE in path.read_text()] == []


# --- The command -------------------------------------------------------------------------


def test_the_exit_status_is_the_verdict_on_what_is_deployed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is of another project than this one, whose own configuration is not for it.
    monkeypatch.chdir(tmp_path)
    data = export_of(deployed_compliant())
    state, out = tmp_path / "x.json", ["--out", str(tmp_path / "out")]
    assert main(["gate", "--state", str(write(state, data)), *out]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["subject"]["engine"] == "state"
    entries(data)["process-logs"]["outputs"]["retentionInDays"] = 0
    assert main(["gate", "--state", str(write(state, data)), *out]) == 1
    capsys.readouterr()
    state.write_text("{")
    assert main(["gate", "--state", str(state), *out]) == 2
    assert "x.json:1: is not JSON" in capsys.readouterr().err


def test_two_runs_over_the_same_state_write_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    state = write(tmp_path / "x.json", export_of(deployed_compliant()))
    for name in ("one", "two"):
        main(["gate", "--state", str(state), "--as-of", "2026-01-31", "--quiet",
              "--out", str(tmp_path / name)])  # fmt: skip
    first, second = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
