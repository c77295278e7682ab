"""iam-grants-are-used: the recording that a configuration names, and what is compared with it.

What a comparison finds in the payment stack is in `tests/handlers/test_grants.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.configuration import ConfigurationError, configure
from payment_guardrails.finding import Finding, Status
from payment_guardrails.iam.recorded_use import Recorded
from payment_guardrails.iam.recording_file import (
    recording_in,
    with_absolute_recording,
    with_recording,
)
from payment_guardrails.rule import by_resource, worst
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.places import places, put
from tests.policypack.services.compliant import (
    ATTACHMENT,
    FUNCTION,
    MAPPING,
    POLICY,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    TABLE,
    TRACES,
    Draft,
    allow,
    arn,
    document,
    url,
)

NAME: Final = "iam-grants-are-used"
RULE: Final = registered()[NAME]
LOGS: Final = "arn:aws:logs:us-east-2:123456789012:log-group:/aws/lambda/work:*"
POLLING: Final = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
USES: Final = {"app.work": {"dynamodb:GetItem": ["TABLE"], "sqs:SendMessage": ["QUEUE_URL"]}}


def granting(*more: Any) -> str:
    return document(
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], LOGS),
        allow(TRACES),
        allow(POLLING, arn(QUEUE, "jobs")),
        allow("dynamodb:GetItem", arn(TABLE, "orders")),
        allow("sqs:SendMessage", arn(QUEUE, "done")),
        *more,
    )


def exact() -> Draft:
    """A function that reads a queue, and may do what USES has, and nothing else."""
    draft = Draft({}).add(ROLE, "role", name="role", assumeRolePolicy="{}")
    draft = draft.add(POLICY, "policy", name="policy", policy=granting())
    draft = draft.add(ATTACHMENT, "attachment", role="role", policyArn=arn(POLICY, "policy"))
    draft = draft.add(
        FUNCTION,
        "work",
        name="work",
        handler="app.work",
        role=arn(ROLE, "role"),
        tracingConfig={"mode": "Active"},
        environment={"variables": {"TABLE": "orders", "QUEUE_URL": url("done")}},
    )
    return draft.add(
        MAPPING, "jobs", eventSourceArn=arn(QUEUE, "jobs"), functionName="work", enabled=True
    )


def judged(draft: Draft, uses: Any = USES) -> tuple[Finding, ...]:
    return RULE.judge(draft.stack, {"recording": Recorded("r.json", "sha256:0", uses)})


def configured(path: str, project: Path | None) -> Any:
    given_ = {NAME: {"recording": path}}
    return with_recording(configure({NAME: RULE}, given_), project)[NAME]


def test_a_role_that_grants_what_is_used_passes() -> None:
    [found] = judged(exact())
    assert (found.status, found.message) == (Status.PASS, "its 9 uses are what its role grants")


def test_a_parameter_is_named_by_its_whole_path() -> None:
    parameter = "arn:aws:ssm:us-east-2:123456789012:parameter/payments/dev/key"
    uses = {"app.work": {**USES["app.work"], "ssm:GetParameter": ["PARAMETER"]}}
    draft = exact().with_("policy", policy=granting(allow("ssm:GetParameter", parameter)))
    variables = {"TABLE": "orders", "QUEUE_URL": url("done"), "PARAMETER": "/payments/dev/key"}
    [found] = judged(draft.with_("work", environment={"variables": variables}), uses)
    assert found.status is Status.PASS, found.message


def test_a_queue_may_be_named_without_its_url() -> None:
    [found] = judged(
        exact().with_("work", environment={"variables": {"TABLE": "orders", "QUEUE_URL": "done"}})
    )
    assert found.status is Status.PASS, found.message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (allow("dynamodb:PutItem", arn(TABLE, "orders")), "granted and not used: dynamodb:PutItem"),
        (allow("dynamodb:GetItem", arn(TABLE, "other")), "granted and not used: dynamodb:GetItem"),
    ],
)
def test_one_grant_too_many_fails(more: Any, said: str) -> None:
    [found] = judged(exact().with_("policy", policy=granting(more)))
    assert found.status is Status.FAIL
    assert found.message.startswith(said)


@pytest.mark.parametrize(
    "changes",
    [
        {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "payments"}}},
        {"Effect": "Deny"},
    ],
)
def test_a_role_that_grants_on_a_condition_or_denies_is_not_compared(changes: Any) -> None:
    statement = {**allow("dynamodb:PutItem", arn(TABLE, "orders")), **changes}
    [found] = judged(exact().with_("policy", policy=granting(statement)))
    assert (found.status, found.path) == (Status.UNDECIDED, "role")


def test_a_use_that_is_not_granted_fails() -> None:
    uses = {"app.work": {**USES["app.work"], "dynamodb:Query": ["TABLE"]}}
    [found] = judged(exact(), uses)
    assert found.status is Status.FAIL
    assert found.message == f"used and not granted: dynamodb:Query on {arn(TABLE, 'orders')}"


def test_a_use_by_aws_itself_is_named_too() -> None:
    other = granting().replace("PutTraceSegments", "GetGroups")
    missing, _ = judged(exact().with_("policy", policy=other))
    assert missing.message == "used and not granted: xray:PutTraceSegments on *"
    assert missing.detail == "used xray:PutTraceSegments on *"


def test_what_a_secret_policy_grants_again_is_one_grant() -> None:
    idle = allow("dynamodb:PutItem", arn(TABLE, "orders"))
    draft = exact().with_("policy", policy=granting(idle))
    draft = draft.add(ROLE_POLICY, "more", role="role", policy=Secret(document(idle)))
    assert [each.status for each in judged(draft)] == [Status.FAIL]


def test_a_first_preview_is_compared_by_the_account_of_the_role() -> None:
    [found] = judged(exact().at_preview())
    assert found.status is Status.PASS, found.message


def test_a_mapping_that_may_read_for_the_function_leaves_it_undecided() -> None:
    # The grants to poll are idle, or they are not: that depends on whom the mapping feeds.
    [found] = judged(exact().with_("jobs", functionName=UNKNOWN))
    assert (found.status, found.path) == (Status.UNDECIDED, "functionName of jobs")


def test_a_mapping_of_what_is_no_queue_leaves_it_undecided() -> None:
    stream = "arn:aws:kinesis:us-east-2:123456789012:stream/jobs"
    [found] = judged(exact().with_("jobs", eventSourceArn=stream))
    assert found.status is Status.UNDECIDED
    assert "is no queue" in found.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"handler": None}, "handler is not set; a recording names functions by their handler"),
        ({"handler": UNKNOWN}, "handler is not known before deployment"),
        ({"handler": "app.play"}, "handler app.play was not recorded"),
        ({"environment": None}, "environment.variables.TABLE is not set"),
        ({"environment": UNKNOWN}, "environment.variables.TABLE is not known"),
    ],
)
def test_a_function_whose_use_cannot_be_told_is_undecided(changes: Any, said: str) -> None:
    [found] = judged(exact().with_("work", **changes))
    assert found.status is Status.UNDECIDED
    assert found.message.startswith(said)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("name", {"name": UNKNOWN}),
        ("tracingConfig.mode", {"tracingConfig": {"mode": UNKNOWN}}),
        ("loggingConfig.logGroup", {"loggingConfig": {"logGroup": UNKNOWN}}),
    ],
)
def test_what_lambda_does_under_a_role_is_told_from_known_values(path: str, changes: Any) -> None:
    [found] = judged(exact().with_("work", **changes))
    assert (found.status, found.path) == (Status.UNDECIDED, path)


def test_an_account_that_a_secret_tells_is_not_shown() -> None:
    role = arn(ROLE, "role")
    draft = exact().with_("policy", policy=document(allow(TRACES)))
    for given_, shown in ((role, True), (Secret(role), False)):
        found = judged(draft.with_("work", role=given_).at_preview())
        assert len(found) == 7
        assert any("123456789012" in f"{each.message}{each.detail}" for each in found) is shown


def test_one_secret_element_hides_a_grant() -> None:
    statements = [allow("sqs:Purge", Secret("hidden")), allow(Secret("sqs:hidden"), "x")]
    found = judged(exact().with_("policy", policy={"Statement": statements}))
    assert [each.message for each in found].count("granted and not used: [secret]") == 2
    assert [each for each in found if "hidden" in f"{each.message}{each.detail}"] == []


PLACES = [
    (name, path)
    for name, resource in sorted(exact().resources.items())
    for path in places(resource.inputs)
    if path
]


def status(draft: Draft) -> Status:
    [(_, found)] = by_resource(judged(draft))
    return worst(found)


@given(
    faults=st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["*", "x", "arn:aws:sqs:::", "7", {}])),
        max_size=2,
    ),
    hidden=st.sampled_from(PLACES),
)
def test_less_knowledge_never_gives_another_verdict(faults: Any, hidden: Any) -> None:
    known = exact()
    for (name, path), value in faults:
        if path in set(places(known.resources[name].inputs)):
            known = known.with_(name, **put(known.resources[name].inputs, path, value))
    name, path = hidden
    if path in set(places(known.resources[name].inputs)):
        less = known.with_(name, **put(known.resources[name].inputs, path, UNKNOWN))
        assert status(less) in (Status.UNDECIDED, status(known))


def test_without_a_recording_it_says_how_to_make_one() -> None:
    [found] = RULE.judge(exact().stack, configured("", None).settings)
    assert found.status is Status.NOT_APPLICABLE
    assert '{"functions": {"app.handler": {"dynamodb:GetItem": ["TABLE_VARIABLE"]}}}' in (
        found.message
    )
    assert '{"iam-grants-are-used": {"recording": "compliance/recorded_use.json"}}' in found.message


def test_a_recording_that_nobody_read_is_no_pass() -> None:
    [found] = RULE.judge(exact().stack, {"recording": "compliance/recorded_use.json"})
    assert found.status is Status.UNDECIDED


@pytest.mark.parametrize("absolute", [False, True])
def test_the_recording_is_read_from_the_project(tmp_path: Path, absolute: bool) -> None:
    (tmp_path / "use.json").write_text(json.dumps({"functions": USES}))
    path = str(tmp_path / "use.json") if absolute else "use.json"
    found = configured(path, tmp_path)
    assert [each.status for each in RULE.judge(exact().stack, found.settings)] == [Status.PASS]
    assert found.shown["recording"] == "use.json"
    assert found.shown["recordingDigest"].startswith("sha256:")
    assert set(found.shown) == {"recording", "recordingDigest"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no such file"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (" " * 10_000_000, "is larger than 1048576 bytes"),
        ("[]", "a recording is an object with `functions`"),
        ('{"functions": {"f": 7}}', "functions.'f' must be an object"),
        ('{"functions": {"f": {"sqs:Send": "A"}}}', "'sqs:Send' must have a list of variables"),
        ('{"functions": {"f": {"sqs:*": ["A"]}}}', "the service of 'sqs:*' is not known"),
        ('{"functions": {"f": {"s3:GetObject": ["AB"]}}}', "(known: dynamodb, sqs, ssm)"),
        ('{"functions": {"f": {"sqs:Send": ["by none"]}}}', "'by none' names no variable"),
        ('{"functions": {"\\ud800": 7}}', "functions.'\\ud800' must be an object"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: Any, reason: str) -> None:
    if isinstance(content, str):
        (tmp_path / "use.json").write_text(content)
    elif content is not None:
        (tmp_path / "use.json").write_bytes(content)
    with pytest.raises(ConfigurationError) as error:
        configured("use.json", tmp_path)
    assert str(error.value).startswith("iam-grants-are-used: use.json: ")
    assert reason in str(error.value)
    assert "`make recording`" in str(error.value)


def test_a_recording_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "use.json").write_text(json.dumps({"functions": USES}).ljust(1024 * 1024))
    assert recording_in({NAME: configured("use.json", tmp_path)}) == USES


def test_the_recording_that_was_read_is_found_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "use.json").write_text(json.dumps({"functions": USES}))
    assert recording_in({NAME: configured("use.json", tmp_path)}) == USES
    assert recording_in({NAME: configured("", tmp_path)}) is None
    assert recording_in({}) is None


@pytest.mark.parametrize("path", ["\0", ".", "x" * 5000])
def test_a_path_that_names_no_file_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigurationError, match="iam-grants-are-used") as error:
        configured(path, tmp_path)
    # Where somebody keeps their files is nobody's business.
    assert str(tmp_path) not in str(error.value)


def test_where_the_project_is_not_known_the_path_must_be_absolute() -> None:
    with pytest.raises(ConfigurationError, match="as an absolute one"):
        configured("use.json", None)


def test_the_file_of_a_rule_that_does_not_run_is_not_read(tmp_path: Path) -> None:
    given_ = {NAME: {"enforcementLevel": "disabled", "recording": "nowhere.json"}}
    configuration = configure({NAME: RULE}, given_)
    assert with_recording(configuration, tmp_path) == configuration


def test_a_configuration_for_another_place_names_the_file_itself(tmp_path: Path) -> None:
    changed = with_absolute_recording({NAME: {"recording": "a.json"}}, tmp_path)
    assert changed == {NAME: {"recording": str(tmp_path.resolve() / "a.json")}}
    others: list[Any] = [None, [], {NAME: "advisory"}, {NAME: {"recording": ""}}, {NAME: {}}]
    for other in (*others, {NAME: {"recording": 7}}):
        assert with_absolute_recording(other, tmp_path) == other
