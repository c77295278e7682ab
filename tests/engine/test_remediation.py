"""Remediation through the real CLI: what a rule changes is shown, judged and deployed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from payment_guardrails.rules import registered

from compliance.engines.pulumi.events import read_log
from tests.engine.cli import PACK, Surroundings
from tests.engine.gate_run import gate, project, report
from tests.engine.provider.wire import bare

MENDED: Final = sorted(name for name, rule in registered().items() if rule.remedy is not None)
# A fault for each rule that has a remedy, and nothing that only a person can mend.
FAULTS: Final = """
import json, pulumi, pulumi_aws as aws
key = pulumi.Config().require_secret("key")
aws.cloudwatch.LogGroup("logs", name="/aws/lambda/process", retention_in_days=14)
aws.dynamodb.Table(
    "table", name="table", billing_mode="PAY_PER_REQUEST", hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    replicas=[{"region_name": "us-west-2", "kms_key_arn": key}],
)
queue = aws.sqs.Queue(
    "queue", name="queue.fifo", fifo_queue=True, sqs_managed_sse_enabled=False
)
role = aws.iam.Role("role", name="role", assume_role_policy=json.dumps({"Statement": [{
    "Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}]}))
receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
grants = aws.iam.RolePolicy(
    "grants", role=role.name,
    policy=json.dumps({"Statement": [
        {"Effect": "Allow", "Resource": "*",
         "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]},
        {"Effect": "Allow", "Resource": "arn:aws:sqs:us-east-1:123456789012:queue.fifo",
         "Action": receive},
    ]}),
    opts=pulumi.ResourceOptions(depends_on=[queue]),
)
function = aws.lambda_.Function(
    "process", name="process", role=role.arn, runtime="python3.13", handler="x.y",
    code=pulumi.AssetArchive({"x.py": pulumi.StringAsset("pass")}),
    opts=pulumi.ResourceOptions(depends_on=[grants]),
)
aws.lambda_.EventSourceMapping(
    "mapping", event_source_arn=queue.arn, function_name=function.name,
    opts=pulumi.ResourceOptions(depends_on=[grants]),
)
api = aws.apigateway.RestApi("api", name="api")
at = {"rest_api": api.id, "resource_id": api.root_resource_id, "http_method": "GET"}
method = aws.apigateway.Method("get", **at, authorization="AWS_IAM")
integration = aws.apigateway.Integration(
    "get", **at, type="MOCK", opts=pulumi.ResourceOptions(depends_on=[method])
)
deployment = aws.apigateway.Deployment(
    "deployment", rest_api=api.id, opts=pulumi.ResourceOptions(depends_on=[integration])
)
aws.apigateway.Stage("stage", rest_api=api.id, deployment=deployment.id, stage_name="dev")
"""
LATE: Final = """
import pulumi_aws as aws
queue = aws.sqs.Queue("queue", name="queue.fifo", fifo_queue=True)
aws.cloudwatch.LogGroup("logs", name="/x", retention_in_days=queue.arn.apply(lambda _: 14))
"""
SECRET: Final = "arn:aws:kms:us-west-2:123456789012:key/needle"


def configured(folder: Path, levels: Mapping[str, Any]) -> Path:
    """A file that configures the pack."""
    file = folder / "policies.json"
    file.write_text(json.dumps(levels))
    return file


def faulty(real: Surroundings, tmp_path: Path) -> Path:
    """The program with all faults, as a stack `dev`."""
    program = project(tmp_path / "shop", FAULTS)
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("config", "set", "aws:region", "us-east-1", cwd=program)
    real.pulumi("config", "set", "--secret", "key", SECRET, cwd=program)
    return program


def outputs(real: Surroundings, type_: str) -> Mapping[str, Any]:
    """The outputs of the one resource of a type that exists."""
    [found] = [each for key, each in real.cloud.existing.items() if key.type == type_]
    plain: Mapping[str, Any] = bare(found.outputs)
    return plain


def only_mending(folder: Path) -> Path:
    return configured(folder, {"all": "disabled", **dict.fromkeys(MENDED, "remediate")})


def test_a_preview_shows_what_rules_change_and_an_update_deploys_it(
    real: Surroundings, tmp_path: Path
) -> None:
    program, levels = faulty(real, tmp_path), only_mending(tmp_path)
    pack = ("--policy-pack", str(PACK), "--policy-pack-config", str(levels))
    log = tmp_path / "events.jsonl"

    shown = real.pulumi(
        "preview", *pack, "--event-log", str(log), cwd=program, PULUMI_DEBUG_COMMANDS="true"
    ).stdout

    assert [name for name in MENDED if f"[remediate]  {name}  (1 resource)" not in shown] == []
    events = read_log(log)
    assert not events.violations, "what was changed is judged as it is after the change"
    assert {name for name, _ in events.passed} | events.passed_on_stack == set(MENDED)

    up = real.pulumi("up", "--yes", "--skip-preview", *pack, cwd=program).stdout

    assert outputs(real, "aws:cloudwatch/logGroup:LogGroup")["retentionInDays"] == 7
    table = outputs(real, "aws:dynamodb/table:Table")
    assert table["pointInTimeRecovery"]["enabled"] is True
    assert table["replicas"][0]["pointInTimeRecovery"] is True
    assert table["replicas"][0]["kmsKeyArn"] == SECRET
    queue = outputs(real, "aws:sqs/queue:Queue")
    assert (queue["contentBasedDeduplication"], queue["sqsManagedSseEnabled"]) == (True, True)
    function = outputs(real, "aws:lambda/function:Function")
    assert function["architectures"] == ["arm64"]
    assert function["tracingConfig"]["mode"] == "Active"
    mapping = outputs(real, "aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert outputs(real, "aws:apigateway/stage:Stage")["xrayTracingEnabled"] is True

    again = real.pulumi(
        "up", "--yes", "--skip-preview", "--expect-no-changes", *pack, cwd=program
    ).stdout
    exported = real.pulumi("stack", "export", cwd=program).stdout
    for said in (shown, up, again, exported, log.read_text("utf-8")):
        assert "needle" not in said, "what was secret stays secret through a change"


def test_both_engines_report_the_same_changes_before_and_after(
    real: Surroundings, tmp_path: Path
) -> None:
    program, levels = faulty(real, tmp_path), only_mending(tmp_path)

    previewed = gate(real, program, tmp_path / "real", "--policy-config", str(levels))
    # The later --engine counts.
    offline = gate(
        real, program, tmp_path / "offline", "--policy-config", str(levels),
        "--engine", "offline", "--config", f"key={SECRET}",
    )  # fmt: skip

    assert (previewed.returncode, offline.returncode) == (0, 0), previewed.stderr + offline.stderr
    seen = report(tmp_path / "real")["remediations"]
    expected = report(tmp_path / "offline")["remediations"]
    different = [(one, other) for one, other in zip(expected, seen, strict=True) if one != other]
    # What the program left out, the real provider has filled in by then.
    [(left_out, filled)] = different
    assert left_out["path"] == "contentBasedDeduplication"
    assert (left_out["before"], filled) == ("not set", {**left_out, "before": "false"})
    assert {each["rule"] for each in seen} == set(MENDED)
    changes = {
        (each["urn"].rpartition("::")[2], each["path"]): (each["before"], each["after"])
        for each in seen
    }
    assert changes["logs", "retentionInDays"] == ("14", "7")
    assert changes["table", "replicas"] == (
        '[{"kmsKeyArn": "[secret]", "regionName": "us-west-2"}]',
        '[{"kmsKeyArn": "[secret]", "pointInTimeRecovery": true, "regionName": "us-west-2"}]',
    )
    assert "logs (cloudwatch LogGroup): retentionInDays was 14, is 7" in previewed.stdout
    for out in ("real", "offline"):
        written = "".join(file.read_text("utf-8") for file in (tmp_path / out).iterdir())
        assert "needle" not in written + previewed.stdout + offline.stdout


def test_with_all_at_remediate_what_no_rule_can_mend_still_stops_a_preview(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(
        tmp_path / "shop",
        """
import pulumi_aws as aws
aws.cloudwatch.LogGroup("logs", retention_in_days=14)
aws.dynamodb.Table("t", hash_key="a", attributes=[{"name": "a", "type": "S"}])
""",
    )
    real.pulumi("stack", "init", "dev", cwd=program)
    levels = configured(tmp_path, {"all": "remediate"})
    pack = ("--policy-pack", str(PACK), "--policy-pack-config", str(levels))

    done = real.pulumi("preview", *pack, cwd=program, check=False)

    assert done.returncode != 0
    assert "[remediate]  logs-group-retention  (1 resource)" in done.stdout
    assert "[mandatory] [severity: medium]  dynamodb-table-on-demand" in done.stdout


def test_an_unknown_value_is_left_to_the_update_that_knows_it(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", LATE)
    real.pulumi("stack", "init", "dev", cwd=program)
    levels = configured(
        tmp_path, {"all": "disabled", "logs-group-retention": {"enforcementLevel": "remediate"}}
    )
    pack = ("--policy-pack", str(PACK), "--policy-pack-config", str(levels))

    done = real.pulumi("preview", *pack, cwd=program, check=False)
    assert done.returncode != 0, "nothing is known to be right, and nothing was changed"
    assert "undecided: retentionInDays is not known before deployment" in done.stdout

    real.pulumi("up", "--yes", "--skip-preview", *pack, cwd=program)
    assert outputs(real, "aws:cloudwatch/logGroup:LogGroup")["retentionInDays"] == 7


def test_a_change_is_kept_out_of_the_engines_that_only_look(
    real: Surroundings, tmp_path: Path
) -> None:
    """What is deployed is judged as it is: a rule cannot change it any more."""
    program = project(tmp_path / "shop", LATE)
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("up", "--yes", "--skip-preview", cwd=program)
    export = tmp_path / "export.json"
    real.pulumi("stack", "export", "--file", str(export), cwd=program)
    levels = configured(tmp_path, {"logs-group-retention": "remediate"})

    done = gate(
        real, program, tmp_path / "out", "--policy-config", str(levels),
        "--engine", "state", "--state", str(export),
    )  # fmt: skip

    assert done.returncode == 1, done.stdout + done.stderr
    found = report(tmp_path / "out")
    assert found["remediations"] == []
    assert "logs-group-retention" in {
        each["rule"] for each in found["results"] if each["status"] == "fail"
    }
