"""What a resource pattern of an IAM statement covers: one named thing, or many."""

from __future__ import annotations

import re
from typing import Final

_WILDCARD: Final = re.compile(r"[*?]")
# Policy variables stand for one value each: they are no wildcards, whatever is in them.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
# A secret's ARN ends in six characters that Secrets Manager draws; this names one secret.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
_SECRET_SUFFIX: Final = re.compile(r"-\?{6}$")

# Resource parts that begin with the name itself, without a type before it.
_NAME_FIRST: Final = frozenset({"s3", "sqs", "sns", "execute-api"})
# Names that contain slashes: what follows a slash is no child but another thing.
_SLASH_IN_NAME: Final = frozenset({"iam", "ecr"})
# Names that are paths: `parameter/app/*` is all that is below one, `parameter/app/k*` is not.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-hierarchies.html
_PATHS: Final = frozenset({"ssm"})

# What an ARN can be followed by without naming more than the children of one thing.
_CHILDREN: Final = re.compile(r"(?::\*|/\*|:log-stream:.*|/index/.*|/stream/.*)$")


def without_children(pattern: str) -> str:
    """The thing whose children a resource pattern covers: `table/x` of `table/x/index/*`."""
    return _CHILDREN.sub("", pattern)


def breadth(pattern: str) -> str | None:
    """Why a resource pattern names more than one thing and its children, else None.

    The children of one named thing are narrow: `log-group:/aws/lambda/x:*`,
    `table/x/index/*`, `arn:aws:s3:::bucket/*`.
    """
    pattern = _VARIABLE.sub("variable", pattern.strip())
    if not _WILDCARD.search(pattern):
        return None
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return "it covers every resource" if pattern == "*" else "it is a wildcard, not an ARN"
    _, partition, service, region, account, resource = parts
    for name, value in (
        ("partition", partition), ("service", service), ("region", region), ("account", account),
    ):  # fmt: skip
        if _WILDCARD.search(value):
            return f"its {name} is a wildcard"
    if service == "secretsmanager":
        resource = _SECRET_SUFFIX.sub("", resource)
    if _WILDCARD.search(_named_part(service, resource)):
        return "its resource name is a wildcard"
    return None


def _named_part(service: str, resource: str) -> str:
    """The part of an ARN's resource that says which one thing is meant."""
    resource = resource.removeprefix("/")
    if service in _SLASH_IN_NAME:
        return resource
    if service in _PATHS:
        parent = resource.removesuffix("/*")
        return parent if "/" in parent else resource
    if service in _NAME_FIRST:
        return re.split(r"[/:]", resource, maxsplit=1)[0]
    match = re.match(r"([^/:]*)([/:])(.*)", resource, re.DOTALL)
    if match is None:
        return resource
    kind, separator, rest = match.groups()
    name = rest.removeprefix(separator).split(separator, 1)[0]
    return f"{kind}{separator}{name}"
