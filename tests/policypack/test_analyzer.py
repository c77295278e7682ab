"""The pack as the engine meets it: an analyzer process that answers over gRPC."""

from __future__ import annotations

import json
import os
import shutil
import signal
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
from payment_guardrails.analyzer_messages import diagnostic
from payment_guardrails.configuration import WAIVERS, configure
from payment_guardrails.finding import Finding, Status, how_to_decide
from payment_guardrails.rules import registered
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

PACK = Path(__file__).parents[2] / "policypack"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
METHOD = "aws:apigateway/method:Method"
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

    def interrupted(self) -> tuple[int, str]:
        """How the process ends where somebody interrupts it: its status, and what it says."""
        # Once it answers, it waits for nothing else.
        self.stub.GetPluginInfo(empty_pb2.Empty())
        self._channel.close()
        self._process.send_signal(signal.SIGINT)
        _, said = self._process.communicate(timeout=30)
        return self._process.returncode, said

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
                provider=resource.get("provider"),
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
    assert info.supportsConfig
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
        kind = analyzer_pb2.PolicyType.Name(policy.policy_type)
        of_stack = rule.stack_check is not None
        assert kind == ("POLICY_TYPE_STACK" if of_stack else "POLICY_TYPE_RESOURCE")


NOT_KNOWN = "retentionInDays is not known before deployment"


@pytest.mark.parametrize(
    ("finding", "of_waivers", "lines"),
    [
        (Finding(Status.FAIL, "u", "it is 14", "retentionInDays"), "",
         ["fail: it is 14", "property: retentionInDays"]),
        (Finding(Status.FAIL, "u", "retentionInDays is 14", "retentionInDays"), "",
         ["fail: retentionInDays is 14"]),
        (Finding(Status.FAIL, "u", NOT_KNOWN), "waived until 2026-06-30",
         [f"fail: {NOT_KNOWN}", "waived until 2026-06-30"]),
        (Finding(Status.UNDECIDED, "u", NOT_KNOWN), "",
         [f"undecided: {NOT_KNOWN}", f"to decide it: {how_to_decide(NOT_KNOWN)}"]),
        (Finding(Status.UNDECIDED, "u", "it cannot be read"), "",
         ["undecided: it cannot be read"]),
    ],
)  # fmt: skip
def test_a_message_says_what_was_found_where_and_what_mends_it(
    finding: Finding, of_waivers: str, lines: list[str]
) -> None:
    rule = registered()["logs-group-retention"]
    told = diagnostic(rule, configure({rule.name: rule})[rule.name], finding, of_waivers)
    assert told.message.removesuffix(f"fix: {rule.fix}").splitlines() == [rule.title, *lines]
    assert told.message.endswith(f"fix: {rule.fix}")
    assert told.enforcementLevel == analyzer_pb2.MANDATORY


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


def test_what_is_not_applicable_says_why(analyzer: Analyzer) -> None:
    response = analyzer.analyze(METHOD, {"httpMethod": "OPTIONS", "authorization": "NONE"})
    reasons = {item.policy_name: item.reason for item in response.not_applicable}
    assert reasons["apigateway-method-authorized"] == "a CORS preflight carries no credentials"
    assert reasons["logs-group-retention"] == f"not for {METHOD}"


def test_a_resource_larger_than_messages_usually_are_is_judged(analyzer: Analyzer) -> None:
    tags = {"note": "x" * 5_000_000}
    response = analyzer.analyze(LOG_GROUP, {"name": "/x", "retentionInDays": 14, "tags": tags})
    assert verdicts(response, "logs-group-retention")


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


@pytest.mark.parametrize(
    ("type_", "given", "changes"),
    [
        (LOG_GROUP, {"name": "/x", "retentionInDays": 14}, {"retentionInDays": 7}),
        (LOG_GROUP, {"name": "/x", "retentionInDays": 7}, None),
        (QUEUE, {"name": "x"}, None),
    ],
)
def test_only_a_rule_at_level_remediate_changes_a_resource(
    analyzer: Analyzer, type_: str, given: dict[str, Any], changes: dict[str, Any] | None
) -> None:
    assert not analyzer.stub.Remediate(request(type_, given)).remediations
    levels = analyzer_pb2.ConfigureAnalyzerRequest()
    levels.policyConfig["logs-group-retention"].enforcementLevel = analyzer_pb2.REMEDIATE
    analyzer.stub.Configure(levels)
    response = analyzer.stub.Remediate(request(type_, given))
    made = [(each.policyName, each.properties) for each in response.remediations]
    wanted = [] if changes is None else [("logs-group-retention", struct({**given, **changes}))]
    assert made == wanted


def test_a_rule_that_changes_nothing_says_why(analyzer: Analyzer) -> None:
    levels = analyzer_pb2.ConfigureAnalyzerRequest()
    levels.policyConfig["logs-group-retention"].enforcementLevel = analyzer_pb2.REMEDIATE
    analyzer.stub.Configure(levels)
    others = dict.fromkeys(registered().keys() - {"logs-group-retention"}, "it changes nothing")
    for type_, reason in ((LOG_GROUP, {}), (QUEUE, {"logs-group-retention": f"not for {QUEUE}"})):
        response = analyzer.stub.Remediate(request(type_, {}))
        reasons = {item.policy_name: item.reason for item in response.not_applicable}
        assert reasons == {**others, **reason}


def test_the_default_tags_of_a_resources_own_provider_count(analyzer: Analyzer) -> None:
    tags = {"Project": "payments", "Environment": "dev", "ManagedBy": "pulumi"}
    provider: dict[str, Any] = {
        "type": "pulumi:providers:aws", "name": "tagging",
        "properties": {"defaultTags": json.dumps({"tags": tags})},
    }  # fmt: skip
    queue = {"type": QUEUE, "name": "q", "properties": {"name": "q"}}
    own = analyzer_pb2.AnalyzerProviderResource(urn=urn(provider["type"], "tagging"))
    tagged = analyzer.analyze_stack(provider, {**queue, "provider": own})
    assert verdicts(tagged, "any-resource-tagged") == []
    assert verdicts(analyzer.analyze_stack(provider, queue), "any-resource-tagged")


def test_a_recording_is_looked_for_in_the_folder_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    running = Analyzer(PACK, tmp_path)
    try:
        running.stub.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(project="shop"))
        with pytest.raises(grpc.RpcError, match=r"use\.json: there is no such file"):
            running.configure({"iam-grants-are-used": {"recording": "use.json"}})
    finally:
        running.close()


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
    reasons = {item.policy_name: item.reason for item in response.not_applicable}
    assert reasons == {
        **{name: f"no resource that {name} is for" for name in stack_rules},
        WAIVERS: "the project has no file of waivers",
    }
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


def test_a_pack_serves_for_as_long_as_its_engine_is_there(analyzer: Analyzer) -> None:
    # Longer than the time between two looks at whether it is.
    time.sleep(2.5)
    assert analyzer.stub.GetPluginInfo(empty_pb2.Empty()).version == __version__


def test_an_interrupted_pack_ends_without_a_word(tmp_path: Path) -> None:
    # What a shell runs in the background ignores interrupts, and so would the pack.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = Analyzer(PACK, tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert running.interrupted() == (0, "")


def is_running(process: str) -> bool:
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] not in ("", "Z")
