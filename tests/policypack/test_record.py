"""What the pack writes down of a run, for who drives the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from payment_guardrails.analyzer import Analyzer
from payment_guardrails.configuration import WAIVERS
from payment_guardrails.record import Record
from payment_guardrails.remediation import Remediation
from payment_guardrails.rules import registered
from payment_guardrails.stack import ROOT_TYPE
from pulumi.runtime.proto import analyzer_pb2

from tests.policypack.test_analyzer import LOG_GROUP, QUEUE, struct, urn
from tests.policypack.waivers.test_waivers_in_previews import FILE

CONTEXT = cast("grpc.ServicerContext", None)
ROOT = urn(ROOT_TYPE, "shop-dev")
# Components, before and after the root in the order of types.
COMPONENTS = ("acme:index:Service", "shop:index:Service")


def resource(
    type_: str, name: str, parent: str = ROOT, **properties: Any
) -> analyzer_pb2.AnalyzerResource:
    return analyzer_pb2.AnalyzerResource(
        type=type_, name=name, urn=urn(type_, name), parent=parent, properties=struct(properties)
    )


def show(analyzer: Analyzer, *resources: analyzer_pb2.AnalyzerResource) -> None:
    """Show resources one by one."""
    for each in resources:
        request = analyzer_pb2.AnalyzeRequest(
            type=each.type, name=each.name, urn=each.urn, properties=each.properties
        )
        analyzer.Analyze(request, CONTEXT)


def judge(analyzer: Analyzer, *resources: analyzer_pb2.AnalyzerResource) -> None:
    """Show a whole stack at its end."""
    analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources), CONTEXT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record.json"


@pytest.fixture
def analyzer(file: Path) -> Analyzer:
    return Analyzer(registered(), file)


def test_it_has_what_the_program_makes_and_neither_the_root_nor_what_is_only_read(
    analyzer: Analyzer, file: Path
) -> None:
    root = resource(ROOT_TYPE, "shop-dev", "")
    parents = [resource(type_, "part") for type_ in COMPONENTS]
    parts = [resource(QUEUE, f"q{index}", parent.urn) for index, parent in enumerate(parents)]
    made = [*parents, *parts, resource(QUEUE, "loose", "")]
    show(analyzer, root, *made)
    judge(analyzer, root, *made, resource(LOG_GROUP, "read"))
    assert {each.urn: each.parent for each in Record.read(file).resources} == {
        urn("acme:index:Service", "part"): None,
        urn("shop:index:Service", "part"): None,
        urn(QUEUE, "q0"): urn("acme:index:Service", "part"),
        urn(QUEUE, "q1"): urn("shop:index:Service", "part"),
        urn(QUEUE, "loose"): None,
    }


def test_it_has_a_stack_of_one_resource(analyzer: Analyzer, file: Path) -> None:
    queue = resource(QUEUE, "q")
    show(analyzer, queue)
    judge(analyzer, queue)
    assert [each.urn for each in Record.read(file).resources] == [queue.urn]


def test_it_tells_what_was_changed_before_judging(analyzer: Analyzer, file: Path) -> None:
    levels = analyzer_pb2.ConfigureAnalyzerRequest()
    levels.policyConfig["logs-group-retention"].enforcementLevel = analyzer_pb2.REMEDIATE
    analyzer.Configure(levels, CONTEXT)
    request = analyzer_pb2.AnalyzeRequest(
        type=LOG_GROUP, name="x", urn=urn(LOG_GROUP, "x"), properties=struct({"name": "/x"})
    )
    analyzer.Remediate(request, CONTEXT)
    judge(analyzer)
    assert Record.read(file).remediations == [
        Remediation("logs-group-retention", urn(LOG_GROUP, "x"), "retentionInDays", "not set", "7")
    ]


def test_it_tells_which_waiver_counted_for_which_finding(
    analyzer: Analyzer, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "compliance").mkdir()
    (tmp_path / "compliance" / "waivers.yaml").write_text(FILE.format(expires="2026-06-30"))
    monkeypatch.chdir(tmp_path)
    analyzer.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(project="shop"), CONTEXT)
    options = analyzer_pb2.ConfigureAnalyzerRequest()
    options.policyConfig[WAIVERS].enforcementLevel = analyzer_pb2.ADVISORY
    options.policyConfig[WAIVERS].properties.update({"asOf": "2026-03-01"})
    analyzer.Configure(options, CONTEXT)
    groups = [resource(LOG_GROUP, name, retentionInDays=14) for name in ("x", "y")]
    show(analyzer, *groups)
    judge(analyzer, *groups)
    record = Record.read(file)
    [(finding, waiver)] = record.waived.items()
    assert waiver == "kept"
    assert finding.startswith("logs-group-retention")
    found = record.findings["logs-group-retention"]
    assert [each.urn for each in found if each.status == "fail"] == [each.urn for each in groups]
