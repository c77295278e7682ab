"""The life of our own stack through the real CLI: deployed, changed, refreshed, destroyed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from payment_guardrails.rules import registered

from tests.engine.cli import PACK, ROOT, Surroundings
from tests.engine.provider.cloud import Resource
from tests.engine.provider.wire import bare
from tests.engine.test_plain_command import assert_everything_passed, run

_NO_SOURCES: Final = shutil.ignore_patterns("__pycache__", "venv")
# Until it is told which regions are allowed, one rule says nothing.
REGIONS: Final = {"any-resource-region": {"regions": ["us-east-2"]}}
# Advisory rules that the stack `dev` does not pass; README.md says why.
EXPLAINED: Final = frozenset(
    {
        "any-resource-name-suffix",  # what the account has once, for all stacks
        "dynamodb-table-deletion-protection",  # it is for production
    }
)
API_DEPLOYMENT: Final = "aws:apigateway/deployment:Deployment"
STAGE: Final = "aws:apigateway/stage:Stage"
FUNCTION: Final = "aws:lambda/function:Function"
POLICY: Final = "aws:iam/policy:Policy"

# For each option of each rule, a value with which the stack no longer holds the rule.
STRICTER: Final[Mapping[tuple[str, str], object]] = {
    ("any-resource-name-suffix", "suffix"): "prod",
    ("any-resource-region", "regions"): ["us-west-2"],
    ("any-resource-tagged", "tags"): ["Project", "CostCenter"],
    ("apigateway-stage-throttled", "requestsPerSecond"): 999,
    # The tables of a stack that is not production may be deleted.
    ("dynamodb-table-deletion-protection", "production"): ["dev"],
    ("iam-grants-are-used", "recording"): str(ROOT / "tests" / "engine" / "recorded_nothing.json"),
    ("lambda-function-memory", "minMemorySize"): 3073,
    ("lambda-function-memory", "maxMemorySize"): 3071,
    ("lambda-function-runtime-supported", "asOf"): "2099-01-01",
    ("lambda-function-timeout", "maxTimeoutSeconds"): 9,
    ("logs-group-retention", "retentionInDays"): 30,
    ("sqs-queue-dead-letter", "minReceiveCount"): 4,
    ("sqs-queue-dead-letter", "maxReceiveCount"): 2,
    ("sqs-queue-retention", "messageRetentionSeconds"): 60,
    ("sqs-queue-visibility-timeout", "timesTheTimeout"): 7,
}

Step = tuple[str, str, str]
"""What the engine does (create, update, ...), to which type, and the resource's name."""

REDEPLOYED: Final = {
    ("create-replacement", API_DEPLOYMENT, "payments"),
    ("replace", API_DEPLOYMENT, "payments"),
    ("delete-replaced", API_DEPLOYMENT, "payments"),
    ("update", STAGE, "payments"),
}
"""A change that reaches the stage: a new deployment, and the old one gone."""


@dataclass(frozen=True)
class Life:
    """The payment stack `dev`, as a copy whose sources a test may change."""

    real: Surroundings
    program: Path

    def change(self, file: str, old: str, new: str) -> None:
        """Change one place of a source file."""
        path = self.program / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new))

    def up(self) -> list[Step]:
        """Deploy; the steps in their order."""
        return self._steps("up", "--yes", "--skip-preview")

    def preview(self) -> list[Step]:
        return self._steps("preview")

    def assert_no_drift(self) -> None:
        """Everything is as the state says."""
        self.real.pulumi("refresh", "--yes", "--expect-no-changes", cwd=self.program)

    def _steps(self, *arguments: str) -> list[Step]:
        log = self.program.with_name("events.jsonl")
        log.unlink(missing_ok=True)
        self.real.pulumi(
            *arguments, "--event-log", str(log), cwd=self.program, PULUMI_DEBUG_COMMANDS="true"
        )
        return list(_steps_in(log))


def _steps_in(log: Path) -> Iterator[Step]:
    for line in log.read_text("utf-8").splitlines():
        step = json.loads(line or "{}").get("resourcePreEvent", {}).get("metadata")
        if step and step["op"] != "same":
            yield step["op"], step["type"], step["urn"].rpartition("::")[2]


def born(real: Surroundings, tmp_path: Path) -> Life:
    """A copy of the project with an empty stack; the Lambda archive is ours, where we have one."""
    copy = tmp_path / "payments"
    copy.mkdir()
    for folder in (ROOT / "program", ROOT / "handlers", PACK):
        shutil.copytree(folder, copy / folder.name, ignore=_NO_SOURCES)
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, copy)
    built = ROOT / "build" / "lambda"
    if built.is_dir():
        shutil.copytree(built, copy / "build" / "lambda")
    real.pulumi("stack", "init", "dev", cwd=copy)
    return Life(real, copy)


def test_the_payment_stack_lives_through_every_kind_of_change(
    real: Surroundings, tmp_path: Path
) -> None:
    life = born(real, tmp_path)

    the_first_preview_passes_every_rule_and_so_does_what_is_deployed(life)
    every_option_of_every_rule_reaches_it(life)
    life.assert_no_drift()

    a_new_route_redeploys_the_api(life)
    a_changed_route_redeploys_the_api(life)
    a_changed_model_redeploys_the_api(life)
    more_memory_changes_the_functions_alone(life)
    one_more_grant_changes_one_policy_alone(life)
    assert life.up() == [], "there is nothing left to do"
    life.assert_no_drift()

    destroy_leaves_what_is_kept_on_purpose(life)


def the_first_preview_passes_every_rule_and_so_does_what_is_deployed(life: Life) -> None:
    shutil.copy(ROOT / "compliance" / "recorded_use.json", life.program)
    recorded = {"iam-grants-are-used": {"recording": "recorded_use.json"}}
    for command in (("preview",), ("up", "--yes", "--skip-preview"), ("preview",)):
        ran = run(life.real, life.program, *command, config={**REGIONS, **recorded}, pack=PACK.name)
        assert_everything_passed(ran, but=EXPLAINED)
    # Until it is told which use was recorded, one rule says nothing.
    ran = run(life.real, life.program, "preview", config=REGIONS, pack=PACK.name)
    assert_everything_passed(ran, but=EXPLAINED | {"iam-grants-are-used"})


def every_option_of_every_rule_reaches_it(life: Life) -> None:
    assert set(STRICTER) == {
        (rule.name, option) for rule in registered().values() for option in rule.options
    }
    # The two ends of one range in turn.
    for left_out in ("max", "min"):
        wanted = [(rule, option) for rule, option in STRICTER if not option.startswith(left_out)]
        config: dict[str, dict[str, object]] = {}
        for rule, option in wanted:
            config.setdefault(rule, {})[option] = STRICTER[rule, option]

        ran = run(life.real, life.program, "preview", config=config)

        assert ran.stopped
        spoke = {rule for rule, _ in ran.violations()}
        assert set(config) <= spoke <= set(config) | EXPLAINED


def a_new_route_redeploys_the_api(life: Life) -> None:
    life.change(
        "program/routes.py",
        'ROUTES: Final = (\n',
        'ROUTES: Final = (\n    Route("head-transaction", "HEAD", ("transactions", "{id}"),'
        ' RETRIEVE, parameters=("id",)),\n',
    )  # fmt: skip
    before = deployment_of_stage(life)
    shown, done = life.preview(), life.up()

    assert set(done) == REDEPLOYED | {
        ("create", "aws:apigateway/method:Method", "head-transaction"),
        ("create", "aws:apigateway/integration:Integration", "head-transaction"),
        ("create", "aws:lambda/permission:Permission", "head-transaction"),
    }
    assert set(shown) == set(done)
    assert_redeployed_without_a_gap(done)
    # The new deployment holds the new method, so it comes after it.
    integration = ("create", "aws:apigateway/integration:Integration", "head-transaction")
    assert done.index(integration) < done.index(("create-replacement", API_DEPLOYMENT, "payments"))
    assert deployment_of_stage(life) != before


def a_changed_route_redeploys_the_api(life: Life) -> None:
    life.change("program/routes.py", '"head-transaction", "HEAD"', '"head-transaction", "PATCH"')
    before = deployment_of_stage(life)
    done = life.up()

    replaced = {type_ for op, type_, name in done if name == "head-transaction"}
    assert replaced == {
        "aws:apigateway/method:Method",
        "aws:apigateway/integration:Integration",
        "aws:lambda/permission:Permission",
    }
    assert {step for step in done if step[2] != "head-transaction"} == REDEPLOYED
    assert_redeployed_without_a_gap(done)
    assert deployment_of_stage(life) != before


def a_changed_model_redeploys_the_api(life: Life) -> None:
    life.change(
        "program/models.py",
        '"description": {"type": "string", "maxLength": 200}',
        '"description": {"type": "string", "maxLength": 300}',
    )
    before = deployment_of_stage(life)
    done = life.up()

    assert set(done) == REDEPLOYED | {("update", "aws:apigateway/model:Model", "transaction")}
    assert_redeployed_without_a_gap(done)
    assert deployment_of_stage(life) != before


def more_memory_changes_the_functions_alone(life: Life) -> None:
    life.change("program/functions.py", "_MEMORY_MB: Final = 3072", "_MEMORY_MB: Final = 3008")

    done = life.up()

    assert {(op, type_) for op, type_, _ in done} == {("update", FUNCTION)}
    assert len(done) == 4
    memory = {each.outputs["memorySize"] for each in existing(life, FUNCTION)}
    assert memory == {3008}


def one_more_grant_changes_one_policy_alone(life: Life) -> None:
    life.change(
        "program/grants.py",
        'RETRIEVE: (Grant(("dynamodb:GetItem",), transactions),)',
        'RETRIEVE: (Grant(("dynamodb:GetItem", "dynamodb:Query"), transactions),)',
    )

    assert life.up() == [("update", POLICY, "retrieve-transactions")]

    documents = [each.outputs["policy"] for each in existing(life, POLICY)]
    assert sum("dynamodb:Query" in document for document in documents) == 1


def destroy_leaves_what_is_kept_on_purpose(life: Life) -> None:
    """API Gateway's logging role serves the whole account: other stacks may need it."""
    life.real.pulumi("destroy", "--yes", "--skip-preview", cwd=life.program)

    name = "payment-processing-api-gateway-logging"
    assert sorted((key.type, key.id) for key in life.real.cloud.existing) == [
        ("aws:apigateway/account:Account", "api-gateway-account"),
        ("aws:iam/policy:Policy", f"arn:aws:iam::123456789012:policy/policy-{name}"),
        ("aws:iam/role:Role", f"role-{name}"),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            f"role-{name}/arn:aws:iam::123456789012:policy/policy-{name}",
        ),
    ]


def assert_redeployed_without_a_gap(steps: list[Step]) -> None:
    """The stage has the new deployment before the old one goes."""
    made, used, gone = (
        steps.index((op, type_, "payments"))
        for op, type_ in (
            ("create-replacement", API_DEPLOYMENT),
            ("update", STAGE),
            ("delete-replaced", API_DEPLOYMENT),
        )
    )
    assert made < used < gone


def existing(life: Life, type_: str) -> list[Resource]:
    return [
        Resource(bare(each.inputs), bare(each.outputs))
        for key, each in life.real.cloud.existing.items()
        if key.type == type_
    ]


def deployment_of_stage(life: Life) -> str:
    """The id of the deployment that the stage serves; it is the only one there is."""
    [stage], [deployment] = existing(life, STAGE), existing(life, API_DEPLOYMENT)
    assert stage.outputs["deployment"] == deployment.outputs["id"]
    return str(deployment.outputs["id"])
