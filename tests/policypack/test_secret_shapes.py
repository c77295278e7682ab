"""What is taken for a secret by its shape, what is not, and how long that takes."""

from __future__ import annotations

import base64
import hashlib
import random
import time

import pytest
from payment_guardrails.secret_references import is_placeholder, is_reference
from payment_guardrails.secret_shapes import secret_kind, secret_kind_of_member
from payment_guardrails.secrets import is_secret_name

RANDOM = "kD8sQ2mZ7xVb3LpR9wTy5NcJ4hGf6AeU1iOoBtXq0KvWlMrYgPzSdHnEjFaCu7Q2sD9k"
HEX = hashlib.sha256(b"nobody's").hexdigest()

# Made up, and put together here so that no scanner takes them for real ones.
SECRETS = {
    "an AWS access key": "AKIA" + "W5XN3QJ7RTLZ2PVD",
    "an AWS secret access key": "aws_secret_access_key = " + RANDOM[:40],
    "a Bedrock API key": "ABSKQmVkcm9ja0FQSUtleS" + RANDOM,
    "a private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXk",
    "a webhook's signing key": "whsec_" + RANDOM[:32],
    "a GitHub token": "ghp_" + RANDOM[:36],
    "a GitLab token": "glpat-" + RANDOM[:20],
    "a Stripe key": "sk_live_" + RANDOM[:24],
    "a Slack token": "xoxb-" + "123456789012-" + RANDOM[:24],
    "a Slack webhook": "https://hooks.slack.com/services/" + f"T1A2B3C4D/B1A2B3C4D/{RANDOM[:24]}",
    "a SendGrid key": "SG." + f"{RANDOM[:22]}.{RANDOM[:43]}",
    "a JSON Web Token": "eyJhbGciOiJIUzI1NiJ9." + f"eyJzdWIiOiJub2JvZHkifQ.{RANDOM[:43]}",
    "a Google API key": "AIza" + RANDOM[:35],
    "an npm token": "npm_" + RANDOM[:36],
    "a PyPI token": "pypi-AgEIcHlwaS5vcmc" + RANDOM,
    "an OpenAI key": "sk-" + f"{RANDOM[:20]}T3BlbkFJ{RANDOM[20:40]}",
    "an Anthropic key": "sk-ant-" + f"api03-{RANDOM}",
    "a DigitalOcean token": "dop_v1_" + HEX,
    "a Shopify token": "shpat_" + HEX[:32],
    "a Vault token": "hvs." + RANDOM[:30],
    "a Pulumi token": "pul-" + HEX[:40],
    "a URL with a password": "postgres://app:hunter2@db/payments",
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_known_by_its_shape_wherever_it_stands(kind: str) -> None:
    text = SECRETS[kind]
    assert secret_kind(text) == kind
    assert secret_kind(f'{{"value": "{text}"}}') == kind
    assert secret_kind(f"#!/bin/sh\nexport IT='{text}'\n") == kind


@pytest.mark.parametrize(
    "kind", sorted(set(SECRETS) - {"a Slack token", "a URL with a password", "a private key"})
)
def test_a_shorter_text_of_the_same_beginning_is_none(kind: str) -> None:
    assert secret_kind(SECRETS[kind][: len(SECRETS[kind]) // 2]) is None


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7" + "EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
        "ghp_" + "x" * 36,
        "sk_test_" + "0" * 24,
        "xAKIA" + "W5XN3QJ7RTLZ2PVD",
        "AKIA" + "W5XN3QJ7RTLZ2PVDQ",
        "AKIA" + "W5XN3QJ7RTLZ2PV1",
        HEX,
        HEX[:40],
        f"secret_key = {HEX[:40]}",
        "123e4567-e89b-42d3-a456-426614174000",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db-a1b2c3",
        "data:image/png;base64," + base64.b64encode(bytes(range(256)) * 8).decode(),
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG",
        "it begins with -----BEGIN " + "PRIVATE KEY----- and ends like that",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 someone@example.org",
        "https://example.com:443/a@b",
        '{"page":"https://example.com","mail":"someone@example.org"}',
        "postgres://${USER}:${PASSWORD}@db/payments",
        "postgres://app:<password>@db/payments",
        "postgres://app@db/payments",
        "sha512-" + base64.b64encode(hashlib.sha512(b"").digest()).decode(),
        "eyJ.eyJ.x",
        "BEGIN PUBLIC KEY",
        "whsec_short",
        "",
    ],
)
def test_what_only_looks_like_a_secret_is_none(text: str) -> None:
    assert secret_kind(text) is None


def test_random_texts_are_no_secrets() -> None:
    chance = random.Random(7)  # noqa: S311 - nothing is kept secret by it
    for _ in range(2000):
        assert secret_kind(base64.b64encode(chance.randbytes(300)).decode()) is None


@pytest.mark.parametrize("name", ["secretKey", "AWS_SECRET_ACCESS_KEY", "secret_access_key"])
def test_a_name_tells_what_the_secret_key_of_aws_is(name: str) -> None:
    assert secret_kind_of_member(name, RANDOM[:40]) == "an AWS secret access key"
    assert secret_kind_of_member(name, f"{RANDOM[:40]}\n") == "an AWS secret access key"
    assert secret_kind_of_member(name, RANDOM[:39]) is None
    assert secret_kind_of_member(name, RANDOM[:40] + " and more") is None
    assert secret_kind_of_member(name, HEX[:40]) is None
    assert secret_kind_of_member("etag", RANDOM[:40]) is None


def test_a_short_text_may_hold_a_password() -> None:
    assert secret_kind("http://a:b@h") == secret_kind("ftp://a:b@h") == "a URL with a password"


@pytest.mark.parametrize(("length", "kind"), [(512, None), (513, "a GitHub token")])
def test_what_is_long_is_no_example(length: int, kind: str | None) -> None:
    assert secret_kind("ghp_" + "x" * (length - 4)) == kind


MEGABYTES = 10_000_000


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "AKIA",
        "AKIA-",
        "-eyJaaaaaaaa",
        "eyJaaaaaaaaa.eyJ",
        "-----BEGIN A ",
        "-----BEGIN " + "PRIVATE KEY-----",
        "://a:",
        "://",
        "://a",
        "xoxb-",
        "secret_key=",
        "secret_key" + "=" * 30,
        "T3BlbkFJ ",
        "ghp_",
        "SG.",
        "hooks.slack.com/",
        '{"a": "b"}, ',
    ],
)
def test_ten_megabytes_are_read_in_seconds(unit: str) -> None:
    text = (unit * (MEGABYTES // len(unit))) + "!"
    begun = time.perf_counter()
    secret_kind(text)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-a1b2c3",
        "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/shop/dev/token",
        "/shop/dev/db-password",
        "/token",
        "prod/db/password",
        "Shop/Dev/DbPassword",
        "/shop/dev/dbPassword2",
        "https://vault.example.com:8200/v1/secret/db",
        "{{resolve:secretsmanager:shop/db:SecretString:password}}",
        "ssm:/shop/dev/token",
        "/opt/secrets/key.pem",
        "AQICAH" + RANDOM + RANDOM,
    ],
)
def test_references_tell_where_a_secret_is(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "hunter2",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzTqGxWvKQy",
        "/aB3xY9kQ2mZ7",
        "prod/db/xK9mZ7vT4bWc",
        "arn:aws",
        "https://example.com/?token=a1b2c3",
        "https://app:hunter2@example.com/",
        "a//b",
        "/",
        "AQICAHshort",
        "correct horse/battery staple",
    ],
)
def test_other_texts_are_no_references(text: str) -> None:
    assert not is_reference(text)


def test_a_long_text_is_no_slow_reference() -> None:
    begun = time.perf_counter()
    for unit in ("1/", "a-", "Aa", "/", "[", "<", "${"):
        is_reference(unit * 200_000 + "!")
        is_placeholder(unit * 200_000 + "!")
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    "text", ["", "  ", "<token>", "${TOKEN}", "{{ token }}", "%TOKEN%", "None", "todo", "****", "x"]
)
def test_placeholders_hold_no_secret(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["changeme", "password", "secret", "hunter2", "a<b>", "admin"])
def test_what_could_be_a_password_is_no_placeholder(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "name",
    [
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT",
        "TOKEN_ENDPOINT",
        "PAGE_TOKEN_FIELD",
        "BANK_TOKEN_PARAMETER",
        "TOKEN_EXPIRATION",
        "CREDENTIALS_FILE",
        "SECRET_PREFIX",
    ],
)
def test_settings_about_a_secret_are_not_named_like_one(name: str) -> None:
    assert not is_secret_name(name)
