"""Exports as `pulumi stack export` writes them, made from resources of the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from payment_guardrails.aws_types import aws_type
from payment_guardrails.resource import Resource
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import TAGS, Draft, compliant, document

Json = dict[str, Any]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
ROOT = "urn:pulumi:dev::payments::pulumi:pulumi:Stack::payments-dev"
# Which resource of the compliant stack an unknown property is the id of.
_NAMED_BY = {
    "restApi": "api",
    "restApiId": "api",
    "requestValidatorId": "validator",
    "keyId": "key",
    "usagePlanId": "plan",
    "apiId": "api",
}


def plaintext(value: Any) -> Json:
    """A secret as `--show-secrets` writes it."""
    return {_SIGNATURE: _SECRET, "plaintext": json.dumps(value)}


def encrypted() -> Json:
    """A secret as an export has it otherwise."""
    return {_SIGNATURE: _SECRET, "ciphertext": "v1:AxH0Y1pmrMRZ:c2VjcmV0"}


def deployed_compliant() -> Draft:
    """The compliant stack with the ids that API Gateway gives, and a role's trust.

    Whatever is not known before a deployment is an id of a resource of the stack. The provider
    writes all tags of a resource down, the default ones among them.
    """
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    draft = compliant().with_(
        "process-role", assumeRolePolicy=document({**trust, "Action": "sts:AssumeRole"})
    )
    resources = {
        name: replace(
            each,
            inputs={
                **{key: _known(key, value) for key, value in each.inputs.items()},
                **_all_tags(each.type),
            },
            outputs={"id": f"id-of-{name}"} if name in _NAMED_BY.values() else each.outputs,
        )
        for name, each in draft.resources.items()
    }
    return Draft(resources)


def _all_tags(type_: str) -> Json:
    found = aws_type(type_)
    return {"tagsAll": TAGS} if found is not None and found.takes_default_tags else {}


def _known(key: str, value: Any) -> Any:
    if value is UNKNOWN:
        return f"id-of-{_NAMED_BY[key]}"
    if isinstance(value, dict):
        return {name: _known(name, item) for name, item in value.items()}
    return [_known(key, item) for item in value] if isinstance(value, list) else value


def asset(**members: Any) -> Json:
    """A file given as a property."""
    return {_SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", **members}


def entry(resource: Resource, **fields: Any) -> Json:
    """A resource of an export; `fields` are added, or replace what follows from it."""
    outputs = {**resource.inputs, **resource.outputs}
    made = {
        "urn": resource.urn,
        "custom": True,
        "id": outputs.get("id", resource.name),
        "type": resource.type,
        "inputs": {"__defaults": [], **resource.inputs},
        "outputs": outputs,
        "parent": ROOT,
        "provider": "urn:pulumi:dev::payments::pulumi:providers:aws::default::1234",
        "propertyDependencies": {
            name: list(urns) for name, urns in resource.property_dependencies.items()
        },
        "created": "2026-11-24T18:27:37.905457184Z",
        "modified": "2026-11-24T18:27:37.905457184Z",
    }
    return {**made, **fields}


def root() -> Json:
    """The component that holds the whole stack."""
    type_ = "pulumi:pulumi:Stack"
    return {"urn": ROOT, "custom": False, "type": type_, "outputs": {"endpoint": "https://x"}}


def export(entries: list[Json], operations: list[Json] | None = None, **fields: Any) -> Json:
    """What the CLI writes for a stack with these resources and interrupted operations."""
    deployment: Json = {
        "manifest": {"time": "2026-11-24T18:24:15Z", "magic": "ab35", "version": "v3.259.0"},
        "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:sqkpZ0JqeiY=:v1:DX"}},
        "resources": [root(), *entries],
        "metadata": {},
    }
    if operations:
        deployment["pending_operations"] = operations
    return {"version": 3, "deployment": deployment, **fields}


def export_of(draft: Draft) -> Json:
    """The export of a whole stack."""
    return export([entry(each) for each in draft.resources.values()])


def in_stack(data: Json, project: str, stack: str) -> Json:
    """The same export, of another stack."""
    text = json.dumps(data).replace(
        "urn:pulumi:dev::payments::", f"urn:pulumi:{stack}::{project}::"
    )
    moved: Json = json.loads(text)
    return moved


def write(file: Path, data: Mapping[str, Any]) -> Path:
    """The file, as the CLI indents it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data, indent=4, ensure_ascii=False), "utf-8")
    return file
