"""Parameters: secrets are SecureStrings, and no message shows one."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.secrets import is_secret_name, is_secret_value
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    NOT_APPLICABLE,
    PARAMETER,
    PASS,
    UNDECIDED,
    Draft,
    compliant,
    message,
    verdict,
)

ENCRYPTED = "ssm-parameter-secret-encrypted"
# Made up, and put together here so that no scanner takes them for real ones.
AWS_KEY = "AKIA" + "Q3EXAMPLE7EXAMPL"
WEBHOOK = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJub2JvZHkifQ." + "c2lnbmF0dXJlLW9mLW5vYm9keQ"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"


def parameter(**inputs: Any) -> Draft:
    return compliant().add(PARAMETER, "setting", **inputs)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SecureString", PASS),
        ("String", FAIL),
        ("StringList", FAIL),
        ("securestring", FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        (7, UNDECIDED),
    ],
)
def test_a_secrets_parameter_is_a_secure_string(kind: Any, expected: Status) -> None:
    changed = compliant().with_("api-key", type=kind)
    assert verdict(ENCRYPTED, changed, "api-key") is expected


@pytest.mark.parametrize("property_", ["value", "insecureValue", "valueWo"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.com/hook", NOT_APPLICABLE),
        (AWS_KEY, FAIL),
        (WEBHOOK, FAIL),
        (TOKEN, FAIL),
        (PEM, FAIL),
        (f'{{"key": "{AWS_KEY}"}}', FAIL),
        ("postgres://app:hunter2@db/payments", FAIL),
        (Secret(AWS_KEY), FAIL),
        (UNKNOWN, UNDECIDED),
        ({"a": 1}, UNDECIDED),
        ("AKIA", NOT_APPLICABLE),
    ],
)
def test_a_value_that_looks_like_a_secret(property_: str, value: Any, expected: Status) -> None:
    changed = parameter(name="/app/setting", type="String").with_("setting", **{property_: value})
    assert verdict(ENCRYPTED, changed, "setting") is expected


def test_a_mark_as_secret_counts_where_the_sdk_does_not_set_it_on_all_values() -> None:
    changed = parameter(name="/app/setting", type="String")
    for property_, expected in (("value", NOT_APPLICABLE), ("insecureValue", FAIL)):
        marked = changed.with_("setting", **{property_: Secret("qwertz")})
        assert verdict(ENCRYPTED, marked, "setting") is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/app/db-password", FAIL),
        ("/app/region", NOT_APPLICABLE),
        (UNKNOWN, UNDECIDED),
        (None, NOT_APPLICABLE),
        (["/app/region"], UNDECIDED),
    ],
)
def test_a_name_that_looks_like_a_secrets(name: Any, expected: Status) -> None:
    changed = parameter(type="String", value="x").with_("setting", name=name)
    assert verdict(ENCRYPTED, changed, "setting") is expected


def test_an_auto_named_parameter_is_judged_by_its_logical_name() -> None:
    changed = compliant().with_("api-key", name=None, type="String")
    assert verdict(ENCRYPTED, changed, "api-key") is FAIL


@pytest.mark.parametrize("name", [None, "password-policy", "password-policy-1a2b3c4"])
def test_a_name_that_the_provider_completed_is_judged_as_it_was_given(name: str | None) -> None:
    changed = compliant().add(PARAMETER, "password-policy", name=name, type="String", value="x")
    assert verdict(ENCRYPTED, changed, "password-policy") is NOT_APPLICABLE


@pytest.mark.parametrize("type_", [UNKNOWN, Secret(UNKNOWN)])
def test_an_unknown_type_is_undecided_whatever_the_parameter_holds(type_: Any) -> None:
    changed = parameter(name="/app/mode", type=type_, value="x")
    assert verdict(ENCRYPTED, changed, "setting") is UNDECIDED


def test_an_unknown_value_made_of_names_is_no_secret() -> None:
    changed = parameter(name="/app/table", type="String", value=UNKNOWN)
    linked = changed.linked("setting", "value", "transactions")
    assert verdict(ENCRYPTED, linked, "setting") is NOT_APPLICABLE
    from_key = changed.add("aws:iam/accessKey:AccessKey", "key", user="app")
    linked = from_key.linked("setting", "value", "key")
    assert verdict(ENCRYPTED, linked, "setting") is UNDECIDED
    drawn = changed.add("random:index/randomPassword:RandomPassword", "password", length=20)
    linked = drawn.linked("setting", "value", "password", "transactions")
    assert verdict(ENCRYPTED, linked, "setting") is UNDECIDED


@pytest.mark.parametrize("value", [AWS_KEY, WEBHOOK, TOKEN, PEM, Secret(AWS_KEY)])
def test_no_message_shows_the_secret(value: Any) -> None:
    changed = parameter(name="/app/setting", type="String", value=value)
    plain = value.value if isinstance(value, Secret) else value
    assert plain not in message(ENCRYPTED, changed, "setting")


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "DB_PASSWORD",
        "/shop/api-key",
        "apiKey",
        "APIKey",
        "signingKey",
        "stripe_token",
        "/app/credentials/current",
        "token/latest",
        "private.key",
        "client-secret",
        "ssh-key",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "value",
        "primary",
        "keyboard",
        "tokenizer",
        "webhook-url",
        "/payments/secrets/region",
        "access-key-id",
        "token-ttl",
        "secret-arn",
        "password-policy",
        "partition-key",
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value",
    ["", "AKIA", "https://example.com:443/a@b", "eyJ.eyJ.x", "BEGIN PUBLIC KEY", "whsec_short"],
)
def test_values_of_other_things(value: str) -> None:
    assert not is_secret_value(value)
