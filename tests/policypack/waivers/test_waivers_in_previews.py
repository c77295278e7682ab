"""Waivers as the engine meets them: a pack's process that is told of a project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from payment_guardrails.configuration import WAIVERS
from pulumi.runtime.proto import analyzer_pb2

from tests.policypack.test_analyzer import LOG_GROUP, PACK, Analyzer, urn, verdicts

GROUP: dict[str, Any] = {
    "type": LOG_GROUP,
    "name": "x",
    "properties": {"name": "/x", "retentionInDays": 14},
}
RULE = "logs-group-retention"
FILE = """\
- id: kept
  rule: logs-group-retention
  resource: "*::x"
  reason: auditors read it
  owner: platform
  expires: {expires}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project `shop` below a folder in which the pack is started."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "program").mkdir()
    return tmp_path


@pytest.fixture
def analyzer(project: Path) -> Iterator[Analyzer]:
    running = Analyzer(PACK, project / "program")
    running.stub.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(project="shop"))
    yield running
    running.close()


def write(file: Path, expires: str = "2026-06-30") -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(FILE.format(expires=expires))
    return file


def configure(analyzer: Analyzer, **options: Any) -> None:
    """Configure the waivers only, on a day."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig[WAIVERS].enforcementLevel = analyzer_pb2.ADVISORY
    request.policyConfig[WAIVERS].properties.update({"asOf": "2026-03-01", **options})
    analyzer.stub.Configure(request)


def of_group(analyzer: Analyzer) -> analyzer_pb2.AnalyzeDiagnostic:
    [found] = verdicts(analyzer.analyze(LOG_GROUP, GROUP["properties"]), RULE)
    return found


def test_a_finding_is_waived_by_the_file_of_the_project(project: Path, analyzer: Analyzer) -> None:
    write(project / "compliance" / "waivers.yaml")
    configure(analyzer)
    found = of_group(analyzer)
    assert found.enforcementLevel == analyzer_pb2.ADVISORY
    assert "fail: " in found.message, "the finding is still there"
    assert (
        "waived until 2026-06-30 by platform: auditors read it "
        "(waiver kept, compliance/waivers.yaml:1)"
    ) in found.message
    told = analyzer.analyze_stack(GROUP)
    assert verdicts(told, WAIVERS) == []
    assert [item.reason for item in told.not_applicable if item.policy_name == WAIVERS] == [
        "nothing to tell of the waivers in compliance/waivers.yaml (1 in it)"
    ]


def test_another_resource_of_the_rule_is_not_waived(project: Path, analyzer: Analyzer) -> None:
    write(project / "compliance" / "waivers.yaml")
    configure(analyzer)
    response = analyzer.analyze(LOG_GROUP, GROUP["properties"], name="y")
    [found] = verdicts(response, RULE)
    assert found.enforcementLevel == analyzer_pb2.MANDATORY
    assert "waive" not in found.message


@pytest.mark.parametrize(
    ("expires", "why"),
    [("2026-02-28", "it expired on 2026-02-28"), ("next year", "must be a date like 2026-01-31")],
)
def test_a_waiver_that_does_not_count_leaves_the_finding_mandatory_and_says_why(
    project: Path, analyzer: Analyzer, expires: str, why: str
) -> None:
    write(project / "compliance" / "waivers.yaml", expires)
    configure(analyzer)
    found = of_group(analyzer)
    assert found.enforcementLevel == analyzer_pb2.MANDATORY
    assert f"waiver kept of platform (compliance/waivers.yaml:1) does not count: {why}" in (
        found.message.replace("expires must", "must")
    )
    [told] = verdicts(analyzer.analyze_stack(GROUP), WAIVERS)
    assert told.enforcementLevel == analyzer_pb2.ADVISORY
    assert "does not count" in told.message


def test_a_waiver_that_ends_soon_or_matches_nothing_is_told_of(
    project: Path, analyzer: Analyzer
) -> None:
    write(project / "compliance" / "waivers.yaml", "2026-03-08")
    configure(analyzer)
    [told] = verdicts(analyzer.analyze_stack(GROUP), WAIVERS)
    assert "it expires in 7 days, on 2026-03-08" in told.message
    configure(analyzer)
    [told] = verdicts(analyzer.analyze_stack(), WAIVERS)
    assert "it matches no finding" in told.message


def test_waivers_can_be_kept_from_talking_and_count_all_the_same(
    project: Path, analyzer: Analyzer
) -> None:
    write(project / "compliance" / "waivers.yaml", "2026-03-08")
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig[WAIVERS].enforcementLevel = analyzer_pb2.DISABLED
    request.policyConfig[WAIVERS].properties.update({"asOf": "2026-03-01"})
    analyzer.stub.Configure(request)
    assert verdicts(analyzer.analyze_stack(GROUP), WAIVERS) == []
    assert of_group(analyzer).enforcementLevel == analyzer_pb2.ADVISORY


def test_a_stack_rules_finding_is_waived_too(project: Path, analyzer: Analyzer) -> None:
    queue = {
        "type": "aws:sqs/queue:Queue", "name": "q", "properties": {"name": "q", "fifoQueue": False},
    }  # fmt: skip
    text = FILE.replace("logs-group-retention", "sqs-queue-fifo").replace("::x", "::q")
    file = write(project / "compliance" / "waivers.yaml")
    configure(analyzer)
    [before] = verdicts(analyzer.analyze_stack(queue), "sqs-queue-fifo")
    file.write_text(text.format(expires="2026-06-30"))
    configure(analyzer)
    [after] = verdicts(analyzer.analyze_stack(queue), "sqs-queue-fifo")
    assert (before.enforcementLevel, after.enforcementLevel) == (
        analyzer_pb2.MANDATORY,
        analyzer_pb2.ADVISORY,
    )
    assert after.urn == urn("aws:sqs/queue:Queue", "q")


@pytest.mark.parametrize("absolute", [False, True])
def test_the_file_can_be_configured_and_is_relative_to_the_project(
    project: Path, analyzer: Analyzer, absolute: bool
) -> None:
    file = write(project / "security" / "accepted.yaml")
    write(project / "compliance" / "waivers.yaml", "2026-02-28")
    configure(analyzer, path=str(file) if absolute else "security/accepted.yaml")
    found = of_group(analyzer)
    assert found.enforcementLevel == analyzer_pb2.ADVISORY
    assert "security/accepted.yaml:1" in found.message


def test_the_file_of_another_project_is_nobodys(project: Path, analyzer: Analyzer) -> None:
    write(project / "compliance" / "waivers.yaml")
    analyzer.stub.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(project="other"))
    configure(analyzer)
    assert of_group(analyzer).enforcementLevel == analyzer_pb2.MANDATORY
    told = analyzer.analyze_stack(GROUP)
    assert [item.reason for item in told.not_applicable if item.policy_name == WAIVERS] == [
        "the project has no file of waivers"
    ]


def test_a_file_that_is_not_valid_stops_the_preview_with_its_line(
    project: Path, analyzer: Analyzer
) -> None:
    file = write(project / "compliance" / "waivers.yaml")
    file.write_text(file.read_text() + "  colour: red\n")
    with pytest.raises(grpc.RpcError, match=r"waivers\.yaml:7: a waiver has no field 'colour'"):
        configure(analyzer)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "no/such.yaml"}, "such.yaml: cannot be read"),
        ({"path": 7}, "waivers: path must be of type string"),
        ({"asOf": "today"}, "waivers: asOf must be a date"),
        ({"file": "x"}, "waivers has no option 'file'"),
        ({"colour": "x"}, "waivers has no option 'colour'"),
    ],
)
def test_options_that_are_not_valid_are_refused(
    analyzer: Analyzer, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(grpc.RpcError, match=words):
        configure(analyzer, **options)
