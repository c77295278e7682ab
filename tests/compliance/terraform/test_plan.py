"""A stack as a Terraform plan: names, blocks, references, and what is not in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Asset, Secret

from compliance.command_line import main
from compliance.terraform.plan import Plan, plan

QUEUE = "aws:sqs/queue:Queue"
TABLE = "aws:dynamodb/table:Table"
FUNCTION = "aws:lambda/function:Function"
CANARY = "hunter2-canary"
ARN = "arn:aws:sqs:us-east-1:123456789012:orders-dead"


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{type_}::{name}"


def resource(type_: str, name: str, inputs: dict[str, Any], **more: Any) -> Resource:
    return Resource(urn(type_, name), type_, name, inputs, **more)


def stack(*resources: Resource) -> Stack:
    return Stack.of("shop", "dev", resources)


def planned(made: Plan, address: str) -> dict[str, Any]:
    """The attributes of a resource, and its references."""
    root = made.document["planned_values"]["root_module"]["resources"]
    [found] = [each for each in root if each["address"] == address]
    return dict(found["values"])


def references(made: Plan, address: str) -> dict[str, Any]:
    root = made.document["configuration"]["root_module"]["resources"]
    [found] = [each for each in root if each["address"] == address]
    return dict(found["expressions"])


def one(type_: str, inputs: dict[str, Any], **more: Any) -> tuple[Plan, dict[str, Any]]:
    made = plan(stack(resource(type_, "orders", inputs)), **more)
    [address] = made.addresses
    return made, planned(made, address)


def test_objects_become_blocks_and_plurals_singular() -> None:
    made, values = one(
        TABLE,
        {
            "attributes": [{"name": "id", "type": "S"}],
            "hashKey": "id",
            "pointInTimeRecovery": {"enabled": True},
            "tags": {"costCenter": "a"},
        },
    )
    assert values == {
        "attribute": [{"name": "id", "type": "S"}],
        "hash_key": "id",
        "point_in_time_recovery": [{"enabled": True}],
        "tags": {"costCenter": "a"},
    }
    assert made.addresses == {"aws_dynamodb_table.orders": urn(TABLE, "orders")}


def test_the_keys_of_a_map_are_the_programs_own() -> None:
    _, values = one(FUNCTION, {"environment": {"variables": {"tableName": "t"}}, "name": "f"})
    assert values == {"environment": [{"variables": {"tableName": "t"}}], "function_name": "f"}


def test_documents_become_text() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    _, values = one("aws:iam/role:Role", {"assumeRolePolicy": document})
    assert json.loads(values["assume_role_policy"]) == document


def test_what_is_unknown_is_no_value() -> None:
    made, values = one(
        FUNCTION,
        {"role": UNKNOWN, "environment": {"variables": {"A": UNKNOWN}}, "layers": ["a", UNKNOWN]},
        changes=True,
    )
    assert values == {"environment": [{"variables": {}}], "layers": ["a", None]}
    assert made.hidden[urn(FUNCTION, "orders")] == ("environment/variables/A", "layers", "role")
    [change] = made.document["resource_changes"]
    assert change["change"]["after_unknown"] == {
        "role": True, "environment": [{"variables": {"A": True}}], "layers": [False, True],
    }  # fmt: skip


def test_references_stand_for_what_a_property_was_made_from() -> None:
    dead = resource(QUEUE, "orders-dead", {}, outputs={"arn": ARN})
    known = resource(QUEUE, "known", {"redrivePolicy": json.dumps({"deadLetterTargetArn": ARN})})
    unknown = resource(
        QUEUE, "later", {"redrivePolicy": UNKNOWN},
        property_dependencies={"redrivePolicy": (dead.urn,)},
    )  # fmt: skip
    made = plan(stack(dead, known, unknown))
    for name in ("known", "later"):
        [word, address] = references(made, f"aws_sqs_queue.{name}")["redrive_policy"]["references"]
        assert address == "aws_sqs_queue.orders-dead"
        assert word.startswith(f"{address}.")
    assert "redrive_policy" in planned(made, "aws_sqs_queue.known")
    assert "redrive_policy" not in planned(made, "aws_sqs_queue.later")
    assert references(made, "aws_sqs_queue.orders-dead") == {}


def test_a_secret_is_never_in_it() -> None:
    made, values = one(
        "aws:ssm/parameter:Parameter",
        {"value": Secret(CANARY), "tier": Secret(7), "tags": Secret({CANARY: UNKNOWN})},
    )
    # That there is a text is no secret; a list or a mapping is left out with its names.
    assert values == {"value": "[secret]"}
    hidden = made.hidden[urn("aws:ssm/parameter:Parameter", "orders")]
    assert hidden == ("tags", "tier", "value")


def test_what_json_has_no_number_for_is_hidden() -> None:
    made, values = one(QUEUE, {"delaySeconds": float("nan"), "policy": {"a": float("inf")}})
    assert values == {}
    assert made.hidden[urn(QUEUE, "orders")] == ("delay_seconds", "policy")


def test_masked_it_holds_no_password_either() -> None:
    inputs = {"password": CANARY, "username": "admin"}
    _, plain = one("aws:rds/instance:Instance", inputs)
    _, masked = one("aws:rds/instance:Instance", inputs, masked=True)
    assert plain["password"] == CANARY
    assert masked == {"password": "[secret]", "username": "admin"}


def test_no_place_of_this_machine_is_in_it() -> None:
    _, values = one(FUNCTION, {"code": Asset("archive", "/home/somebody/build/code.zip")})
    assert values == {"filename": "code.zip"}
    _, values = one(QUEUE, {"policy": {"a": Asset("asset", "/home/somebody/policy.json")}})
    assert values == {"policy": '{"a": "policy.json"}'}


def test_what_terraform_has_not_is_listed() -> None:
    component = resource("shop:index:Shop", "shop", {}, custom=False)
    foreign = resource("gcp:pubsub/topic:Topic", "clicks", {})
    unheard = resource("aws:sqs/queueOfTomorrow:QueueOfTomorrow", "next", {})
    made = plan(stack(component, foreign, unheard, resource(QUEUE, "orders", {})))
    assert set(made.unseen) == {foreign.urn, unheard.urn}
    assert list(made.addresses) == ["aws_sqs_queue.orders"]


def test_names_are_made_fit_and_different() -> None:
    parents = [f"urn:pulumi:dev::shop::my:index:Part${QUEUE}::{each}" for each in "ab"]
    twins = [Resource(each, QUEUE, "1 queue/é", {}) for each in parents]
    made = plan(stack(*twins))
    assert set(made.addresses) == {"aws_sqs_queue._1_queue__", "aws_sqs_queue._1_queue___2"}
    assert plan(stack(*reversed(twins))) == made


leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.just(UNKNOWN) | st.just(Asset("asset", text="x"))
)  # fmt: skip
keys = st.sampled_from(
    ["attributes", "pointInTimeRecovery", "policy", "environment", "variables", "tags", "name",
     "redrivePolicy", "tracingConfig", "inlinePolicies", "code", "enabled"]
) | st.text(max_size=6)  # fmt: skip
inputs_of_any_kind = st.dictionaries(
    keys,
    st.recursive(
        leaves | st.sampled_from([Secret(CANARY), Secret({CANARY: 1}), Secret([{CANARY: 1}])]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(keys, inner, max_size=3)
            | inner.map(Secret)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


def is_masked(values: Any, path: list[str]) -> bool:
    """True where nothing stands at a path but what says that there is something."""
    if isinstance(values, list):
        return any(each is None or is_masked(each, path) for each in values)
    if not path:
        return values in (None, "[secret]", {})
    # A key of the program's own may hold a slash.
    return not isinstance(values, dict) or any(
        is_masked(values.get("/".join(path[:end])), path[end:]) for end in range(1, len(path) + 1)
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from([QUEUE, TABLE, FUNCTION, "aws:iam/role:Role", "aws:s3/bucket:Bucket"]),
            st.text(max_size=6),
            inputs_of_any_kind,
        ),
        max_size=4,
        unique_by=lambda each: each[:2],
    )
)
def test_any_stack_has_a_plan_without_its_secrets(drawn: list[Any]) -> None:
    made = plan(stack(*(resource(*each) for each in drawn)), changes=True)
    text = json.dumps(made.document, allow_nan=False)
    assert CANARY not in text
    assert len(made.addresses) == len(drawn)
    for address, owner in made.addresses.items():
        for path in made.hidden.get(owner, ()):
            assert is_masked(planned(made, address), path.split("/"))
        assert re.fullmatch(r"aws_[a-z0-9_]+\.[A-Za-z_][A-Za-z0-9_-]*", address)


def test_the_command_writes_a_plan(tmp_path: Path, capsys: Any) -> None:
    program = tmp_path / "shop"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (program / "__main__.py").write_text(
        "import pulumi, pulumi_aws as aws\n"
        "aws.sqs.Queue('orders', sqs_managed_sse_enabled=True)\n"
        f"aws.ssm.Parameter('token', type='String', value=pulumi.Output.secret('{CANARY}'))\n"
    )
    target = tmp_path / "out" / "plan.json"
    assert main(["export", "--program", str(program), "--terraform-plan", str(target)]) == 0
    assert "2 resources, 0 left out" in capsys.readouterr().out
    written = json.loads(target.read_text())
    assert {each["address"] for each in written["resource_changes"]} == {
        "aws_sqs_queue.orders", "aws_ssm_parameter.token",
    }  # fmt: skip
    assert CANARY not in target.read_text()
    assert [each.name for each in target.parent.iterdir()] == ["plan.json"]


@pytest.mark.parametrize("place", ["taken/plan.json", "taken"])
def test_where_it_cannot_write_it_says_so(tmp_path: Path, capsys: Any, place: str) -> None:
    program = tmp_path / "shop"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (program / "__main__.py").write_text("import pulumi_aws as aws\naws.sqs.Queue('orders')\n")
    taken = tmp_path / "taken"
    if "/" in place:
        taken.write_text("a file")
    else:
        taken.mkdir()
    arguments = ["export", "--program", str(program), "--terraform-plan", str(tmp_path / place)]
    assert main(arguments) == 2
    shown = capsys.readouterr().err
    assert str(tmp_path / place) in shown
    assert len(shown.strip().splitlines()) == 1
    assert not list(tmp_path.glob("*.part"))
