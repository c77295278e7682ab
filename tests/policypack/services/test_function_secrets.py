"""The environment of a function: secrets by name and by shape, references, and what is unknown."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    PASS,
    UNDECIDED,
    Draft,
    compliant,
    findings,
    message,
    verdict,
)

RULE = "lambda-function-no-plain-secrets"
# Made up, and put together here so that no scanner takes it for a real one.
TOKEN = "ghp_" + "kD8sQ2mZ7xVb3LpR9wTy5NcJ4hGf6AeU1iOo"


def with_variables(**variables: Any) -> Draft:
    return compliant().with_("process", environment={"variables": variables})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DB_PASSWORD", "hunter2", FAIL),
        ("DB_PASSWORD", "changeme", FAIL),
        ("DB_PASSWORD", 12345, FAIL),
        ("DB_PASSWORD", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzTqGxWvKQy", FAIL),
        ("apiKey", "123e4567-e89b-42d3-a456-426614174000", FAIL),
        ("GREETING", TOKEN, FAIL),
        ("GREETING", "hunter2", PASS),
        ("AWS_SECRET_ACCESS_KEY", "kD8sQ2mZ7xVb3LpR9wTy5NcJ4hGf6AeU1iOoBtXq", FAIL),
        ("DB_PASSWORD", "arn:aws:secretsmanager:us-east-2:123456789012:secret:db-a1b2c3", PASS),
        ("DB_PASSWORD", "/payments/dev/db-password", PASS),
        ("DB_PASSWORD", "payments/dev/db-password", PASS),
        ("DB_PASSWORD", "", PASS),
        ("DB_PASSWORD", "<set by the pipeline>", PASS),
        ("DB_PASSWORD", None, PASS),
        ("USE_TOKEN", True, PASS),
        ("MAX_TOKENS", 4096, PASS),
        ("MAX_TOKENS", "512", PASS),
        ("MAX_TOKENS", 40960, FAIL),
        ("DB_PASSWORD_PARAMETER", "db", PASS),
    ],
)
def test_a_variable_holds_a_secret_by_its_name_or_by_its_shape(
    name: str, value: Any, expected: Status
) -> None:
    assert verdict(RULE, with_variables(**{name: value}), "process") is expected


@pytest.mark.parametrize(("name", "value"), [("DB_PASSWORD", "hunter2"), ("GREETING", TOKEN)])
def test_a_secret_of_pulumi_is_plain_text_in_the_functions_configuration(
    name: str, value: str
) -> None:
    assert verdict(RULE, with_variables(**{name: Secret(value)}), "process") is FAIL
    assert verdict(RULE, with_variables(GREETING=Secret("hello")), "process") is PASS


def test_each_variable_has_a_finding_at_its_path() -> None:
    draft = with_variables(DB_PASSWORD="hunter2", TABLE="transactions", TOKEN="hunter3")
    failed = [each.path for each in findings(RULE, draft) if each.status is FAIL]
    assert failed == ["environment.variables.DB_PASSWORD", "environment.variables.TOKEN"]


@pytest.mark.parametrize("value", ["hunter2", Secret("hunter2"), TOKEN])
def test_no_message_shows_the_secret(value: Any) -> None:
    said = message(RULE, with_variables(DB_PASSWORD=value), "process")
    assert "hunter2" not in said
    assert TOKEN not in said


def test_names_in_a_mapping_that_is_secret_are_not_shown() -> None:
    draft = compliant().with_("process", environment={"variables": Secret({"DB_PASSWORD": "x1"})})
    assert verdict(RULE, draft, "process") is FAIL
    assert "DB_PASSWORD" not in message(RULE, draft, "process")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (None, PASS),
        ({}, PASS),
        ({"variables": {}}, PASS),
        (UNKNOWN, UNDECIDED),
        ({"variables": UNKNOWN}, UNDECIDED),
        ({"variables": "A=b"}, UNDECIDED),
        ({"variables": {"TOKEN": UNKNOWN}}, UNDECIDED),
        ({"variables": {"TOKEN": ["a"]}}, UNDECIDED),
        ({"variables": {"GREETING": UNKNOWN}}, PASS),
        ({"variables": {"GREETING": [TOKEN]}}, FAIL),
    ],
)
def test_what_is_not_known_is_undecided_where_it_could_be_a_secret(
    environment: Any, expected: Status
) -> None:
    assert (
        verdict(RULE, compliant().with_("process", environment=environment), "process") is expected
    )


def test_an_unknown_value_made_of_names_is_a_reference() -> None:
    draft = with_variables(TOKEN=UNKNOWN).linked("process", "environment", "api-key")
    assert verdict(RULE, draft, "process") is PASS
    marked = with_variables(TOKEN=Secret(UNKNOWN)).linked("process", "environment", "api-key")
    assert verdict(RULE, marked, "process") is UNDECIDED
    drawn = with_variables(TOKEN=UNKNOWN).add("random:index/randomPassword:RandomPassword", "drawn")
    mixed = drawn.linked("process", "environment", "api-key", "drawn")
    assert verdict(RULE, mixed, "process") is UNDECIDED


def test_the_name_of_a_resource_that_the_environment_was_made_from_is_a_reference() -> None:
    draft = with_variables(TOKEN="transactions")
    assert verdict(RULE, draft, "process") is FAIL
    linked = draft.linked("process", "environment", "transactions")
    assert verdict(RULE, linked, "process") is PASS
    literal = with_variables(TOKEN="hunter2").linked("process", "environment", "transactions")
    assert verdict(RULE, literal, "process") is FAIL
