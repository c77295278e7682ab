"""The pack as the engine meets it: an analyzer process that answers over gRPC."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from payment_guardrails import __version__
from payment_guardrails.configuration import WAIVERS
from payment_guardrails.rules import registered
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

PACK = Path(__file__).parents[2] / "policypack"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
POLICY = "aws:iam/policy:Policy"
QUEUE = "aws:sqs/queue:Queue"


class Analyzer:
    """A running policy pack and its client."""

    def __init__(self, pack: Path, cwd: Path) -> None:
        environment = {**os.environ, "PULUMI_PROJECT": "shop", "PULUMI_STACK": "dev"}
        environment["PULUMI_DRY_RUN"] = "true"
        environment.pop("PYTHONPATH", None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pulumi.policy", "127.0.0.1:1", str(pack)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env=environment,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            assert self._process.stderr is not None
            pytest.fail(f"the pack did not start: {self._process.stderr.read()}")
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def close(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.communicate()

    def configure(self, configuration: Mapping[str, Mapping[str, Any]]) -> None:
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, properties in configuration.items():
            level = registered()[name].level.name
            request.policyConfig[name].enforcementLevel = analyzer_pb2.EnforcementLevel.Value(level)
            request.policyConfig[name].properties.update(properties)
        self.stub.Configure(request)

    def analyze(
        self, type_: str, properties: Mapping[str, Any], name: str = "x"
    ) -> analyzer_pb2.AnalyzeResponse:
        return self.stub.Analyze(request(type_, properties, name))

    def analyze_stack(self, *resources: Mapping[str, Any]) -> analyzer_pb2.AnalyzeResponse:
        """Show each resource, as the engine does, and then the whole stack."""
        request = analyzer_pb2.AnalyzeStackRequest()
        for resource in resources:
            self.analyze(resource["type"], resource["properties"], resource["name"])
            added = request.resources.add(
                type=resource["type"],
                name=resource["name"],
                urn=urn(resource["type"], resource["name"]),
                properties=struct(resource["properties"]),
            )
            for name, urns in resource.get("dependencies", {}).items():
                added.propertyDependencies[name].urns.extend(urns)
        return self.stub.AnalyzeStack(request)


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{type_}::{name}"


def request(
    type_: str, properties: Mapping[str, Any], name: str = "x"
) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=type_, urn=urn(type_, name), name=name, properties=struct(properties)
    )


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(properties)
    return message


def verdicts(
    response: analyzer_pb2.AnalyzeResponse, rule: str
) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    return [item for item in response.diagnostics if item.policyName == rule]


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analyzer]:
    running = Analyzer(PACK, tmp_path_factory.mktemp("elsewhere"))
    yield running
    running.close()


@pytest.fixture(autouse=True)
def _unconfigured(analyzer: Analyzer) -> None:
    analyzer.configure({})


def test_every_rule_is_a_policy_with_its_own_name_level_and_severity(analyzer: Analyzer) -> None:
    info = analyzer.stub.GetAnalyzerInfo(empty_pb2.Empty())
    levels = {
        policy.name: analyzer_pb2.EnforcementLevel.Name(policy.enforcementLevel).lower()
        for policy in info.policies
        if policy.name != WAIVERS
    }
    assert levels == {name: rule.level.value for name, rule in registered().items()}
    for policy in info.policies:
        if policy.name == WAIVERS:
            continue
        rule = registered()[policy.name]
        assert policy.remediation_steps == rule.fix
        assert set(policy.configSchema.properties) == {*rule.options, "undecided"}
        severity = analyzer_pb2.PolicySeverity.Name(policy.severity)
        assert severity == f"POLICY_SEVERITY_{rule.severity.name}"


def test_a_broken_resource_is_a_mandatory_violation_that_names_the_fix(analyzer: Analyzer) -> None:
    response = analyzer.analyze(LOG_GROUP, {"name": "/x", "retentionInDays": 14})
    [diagnostic] = verdicts(response, "logs-group-retention")
    assert diagnostic.enforcementLevel == analyzer_pb2.MANDATORY
    assert "14" in diagnostic.message
    assert "retention_in_days=7" in diagnostic.message


def test_a_compliant_resource_gives_nothing(analyzer: Analyzer) -> None:
    response = analyzer.analyze(LOG_GROUP, {"name": "/x", "retentionInDays": 7})
    assert verdicts(response, "logs-group-retention") == []
    assert "logs-group-retention" not in [item.policy_name for item in response.not_applicable]


def test_a_rule_is_not_applicable_to_resources_that_are_not_its_kind(analyzer: Analyzer) -> None:
    response = analyzer.analyze(QUEUE, {"name": "x.fifo", "fifoQueue": True})
    assert "logs-group-retention" in [item.policy_name for item in response.not_applicable]


def test_an_unknown_document_stops_the_preview_and_says_how_to_make_it_known(
    analyzer: Analyzer,
) -> None:
    response = analyzer.analyze(POLICY, {"policy": UNKNOWN})
    [diagnostic] = verdicts(response, "iam-policy-no-wildcard-action")
    assert diagnostic.enforcementLevel == analyzer_pb2.MANDATORY
    assert "undecided" in diagnostic.message
    assert "get_caller_identity()" in diagnostic.message


def test_an_unknown_inside_a_longer_string_is_undecided_too(analyzer: Analyzer) -> None:
    document = json.dumps({"Statement": [{"Effect": "Allow", "Action": UNKNOWN, "Resource": "x"}]})
    response = analyzer.analyze(POLICY, {"policy": document})
    assert verdicts(response, "iam-policy-no-wildcard-action")


def test_options_are_configurable_and_arrive_as_numbers(analyzer: Analyzer) -> None:
    analyzer.configure({"logs-group-retention": {"retentionInDays": 30}})
    response = analyzer.analyze(LOG_GROUP, {"name": "/x", "retentionInDays": 30})
    assert verdicts(response, "logs-group-retention") == []


def test_undecided_can_be_made_advisory_for_one_rule(analyzer: Analyzer) -> None:
    analyzer.configure({"logs-group-retention": {"undecided": "advisory"}})
    response = analyzer.analyze(LOG_GROUP, {"name": "/x", "retentionInDays": UNKNOWN})
    [diagnostic] = verdicts(response, "logs-group-retention")
    assert diagnostic.enforcementLevel == analyzer_pb2.ADVISORY
    assert "undecided" in diagnostic.message
    response = analyzer.analyze(LOG_GROUP, {"name": "/x", "retentionInDays": 14})
    [diagnostic] = verdicts(response, "logs-group-retention")
    assert diagnostic.enforcementLevel == analyzer_pb2.MANDATORY


def test_a_bad_configuration_is_refused_with_the_rules_name(analyzer: Analyzer) -> None:
    with pytest.raises(grpc.RpcError, match=r"logs-group-retention.*retentionInDays.*integer"):
        analyzer.configure({"logs-group-retention": {"retentionInDays": "seven"}})


def test_a_stack_rule_follows_property_dependencies_where_the_value_is_unknown(
    analyzer: Analyzer,
) -> None:
    dead_letters = {
        "type": QUEUE,
        "name": "dead",
        "properties": {
            "name": "dead.fifo", "fifoQueue": True, "messageRetentionSeconds": 1209600,
            "contentBasedDeduplication": True, "arn": UNKNOWN,
        },
    }  # fmt: skip
    source = {
        "type": QUEUE,
        "name": "source",
        "properties": {"name": "source.fifo", "fifoQueue": True, "redrivePolicy": UNKNOWN},
        "dependencies": {"redrivePolicy": [urn(QUEUE, "dead")]},
    }
    response = analyzer.analyze_stack(dead_letters, source)
    assert urn(QUEUE, "source") in [
        item.urn for item in verdicts(response, "sqs-queue-dead-letter")
    ], "the receive count is unknown, so the rule must be undecided"
    assert urn(QUEUE, "dead") not in [
        item.urn for item in verdicts(response, "sqs-queue-dead-letter")
    ], "a dead-letter queue is exempt, though only its dependents tell that it is one"


def test_the_pack_runs_its_own_code_from_any_place(tmp_path: Path) -> None:
    copy = tmp_path / "pack"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    package = copy / "payment_guardrails" / "__init__.py"
    package.write_text(package.read_text().replace(__version__, "9.9.9"))
    running = Analyzer(copy, tmp_path)
    try:
        info = running.stub.GetAnalyzerInfo(empty_pb2.Empty())
    finally:
        running.close()
    assert info.description.endswith("version 9.9.9")


def test_a_stack_without_resources_has_passed_nothing(analyzer: Analyzer) -> None:
    response = analyzer.analyze_stack()
    stack_rules = {name for name, rule in registered().items() if rule.stack_check is not None}
    assert {item.policy_name for item in response.not_applicable} == {*stack_rules, WAIVERS}
    assert not response.diagnostics


def test_a_pack_ends_with_the_engine_that_started_it(tmp_path: Path) -> None:
    port, started = tmp_path / "port", tmp_path / "started"
    engine = f"""
"{sys.executable}" -m pulumi.policy 127.0.0.1:1 "{PACK}" > "{port}" &
echo $! > "{started}"
until [ -s "{port}" ]; do sleep 0.1; done
"""
    subprocess.run(["sh", "-c", engine], cwd=tmp_path, check=True, timeout=60)
    deadline = time.monotonic() + 30
    while is_running(started.read_text().strip()):
        assert time.monotonic() < deadline, "the pack runs on without its engine"
        time.sleep(0.1)


def is_running(process: str) -> bool:
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] not in ("", "Z")
