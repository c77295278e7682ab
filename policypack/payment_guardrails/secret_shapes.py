"""Kinds of secrets that are known by their shape, whatever holds them.

Only kinds with a mark of their own are here: a prefix, or a frame. What merely looks random
is none, for so do hashes, ids and images. The kinds are those on which the scanners agree
(https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml and
https://github.com/Yelp/detect-secrets/tree/master/detect_secrets/plugins); the patterns are
ours, each from what the issuer says of it.

A text of any length is read in linear time. A pattern is tried only where one of its marks is
in the text, and begins with it; nothing that can repeat can begin inside itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LONGEST_EXAMPLE: Final = 512
_AWS_SECRET_KEY: Final = "an AWS secret access key"  # noqa: S105 - what it is called
# What documentation writes in a secret's place. AWS's own examples end so:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_EXAMPLE: Final = re.compile(r"EXAMPLE(?:KEY)?$|(?i:example$|placeholder|dummy|redacted)|(.)\1{7}")


@dataclass(frozen=True)
class Shape:
    """A kind of secret, as a message calls it: `marks` are texts of which a secret has one."""

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(kind: str, marks: str, pattern: str) -> Shape:
    return Shape(kind, tuple(marks.split()), re.compile(pattern))


_SHAPES: Final = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    _shape("an AWS access key", "AKIA ASIA", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    # It has no mark, but whoever writes it down says what it is:
    # https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
    _shape(
        _AWS_SECRET_KEY,
        "ecret ECRET",
        r"(?:[sS]ecret_?|SECRET_?)(?:[aA]ccess_?|ACCESS_?)?(?:[kK]ey|KEY)"
        r"[\"'\\\s:=]{1,8}(?![0-9a-f]{40})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
    ),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html
    _shape("a Bedrock API key", "ABSKQmVkcm9ja0FQSUtleS", r"\bABSKQmVkcm9ja0FQSUtleS[\w+/]{60,}"),
    # RFC 7468, with the older kinds of OpenSSL, OpenSSH and PGP; the header alone is none.
    _shape(
        "a private key",
        "-----BEGIN",
        r"-----BEGIN (?:[A-Z]{2,9} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\\[nr]|\s){1,8}[A-Za-z0-9]{4}",
    ),
    # https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    _shape("a webhook's signing key", "whsec_", r"\bwhsec_[A-Za-z0-9+/]{16,}={0,2}"),
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    _shape(
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}\b",
    ),
    # https://docs.gitlab.com/security/tokens/#token-prefixes
    _shape("a GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    # https://docs.stripe.com/keys
    _shape(
        "a Stripe key",
        "sk_live_ sk_test_ rk_live_ rk_test_",
        r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}\b",
    ),
    # https://api.slack.com/authentication/token-types
    _shape("a Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    # https://api.slack.com/messaging/webhooks: whoever has the address may post.
    _shape(
        "a Slack webhook",
        "hooks.slack.com/",
        r"\bhooks\.slack\.com/(?:services|workflows|triggers)/T[A-Z0-9]{8,}/[A-Za-z0-9/]{20,}",
    ),
    # https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    _shape("a SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    # A JSON Web Token: RFC 7519, section 3.
    _shape(
        "a JSON Web Token",
        "eyJ",
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    ),
    # https://docs.cloud.google.com/docs/authentication/api-keys
    _shape("a Google API key", "AIza", r"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    # https://docs.npmjs.com/about-access-tokens and
    # https://github.blog/2021-09-23-announcing-npms-new-access-token-format/
    _shape("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    # https://docs.pypi.org/api/secrets/
    _shape("a PyPI token", "pypi-AgEIcHlwaS5vcmc", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    # https://platform.openai.com/docs/api-reference/authentication, whose keys hold this mark.
    _shape("an OpenAI key", "T3BlbkFJ", r"(?<=[A-Za-z0-9_-]{16})T3BlbkFJ[A-Za-z0-9_-]{16,}"),
    # https://docs.anthropic.com/en/api/getting-started
    _shape("an Anthropic key", "sk-ant-", r"\bsk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_-]{32,}"),
    # https://docs.digitalocean.com/reference/api/create-personal-access-token/
    _shape("a DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    # https://shopify.dev/docs/apps/build/authentication-authorization
    _shape("a Shopify token", "shp", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"),
    # https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes
    _shape("a Vault token", "hvs. hvb.", r"\bhv[sb]\.[A-Za-z0-9_-]{24,}"),
    # https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/
    _shape("a Pulumi token", "pul-", r"\bpul-[a-f0-9]{40}\b"),
    # A password in a URL: RFC 3986, section 3.2.1. One that is yet to be filled in is none.
    _shape(
        "a URL with a password",
        "://",
        r"://[\w.~%!$&*+=-]{1,128}:(?![${<%*])[\w.~%!$&*+=#?^{}<>()|;-]{1,128}@",
    ),
)


def secret_kind(text: str) -> str | None:
    """What kind of secret a text holds, as a message calls it; None where it holds none."""
    for shape in _SHAPES:
        if any(mark in text for mark in shape.marks) and _holds(text, shape.pattern):
            return shape.kind
    return None


def _holds(text: str, pattern: re.Pattern[str]) -> bool:
    return any(
        len(match[0]) > _LONGEST_EXAMPLE or not _EXAMPLE.search(match[0])
        for match in pattern.finditer(text)
    )


def secret_kind_of_member(name: str, text: str) -> str | None:
    """The same of a member of a mapping, whose name may say what the text is."""
    kind = secret_kind(text)
    # The pattern reads `name=value`, which is what the two of them are.
    if kind is None and "key" in name.lower() and len(key := text.strip()) == 40:
        kind = secret_kind(f"{name}={key}")
    return kind
