"""One file of `pulumi stack export`: what is in it, as rules read it.

The format is that of `apitype.UntypedDeployment` and `DeploymentV3`
(https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import ROOT_TYPE, Stack
from payment_guardrails.values import from_wire

from compliance.engines.engine import EngineError

# 4 is 3 with optional features declared beside it; both hold resources in the same form.
_VERSIONS: Final = (3, 4)
_EXPORT_AGAIN: Final = "export it again with a current CLI: `pulumi stack export --file FILE`"


@dataclass(frozen=True)
class Export:
    """A stack as it was exported: `notes` tell what of it is not judged, and why."""

    file: Path
    digest: str
    stack: Stack
    notes: tuple[str, ...]


def read_export(file: Path) -> Export | None:
    """Read a file; None where it is an export of a stack without resources.

    Raises :class:`EngineError` where it is no export, or of a version that cannot be read.
    """
    try:
        content = file.read_bytes()
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise EngineError(f"{file}{line}: is not JSON; {_EXPORT_AGAIN}") from error
    entries = _entries(file, data)
    if not entries:
        return None
    try:
        return _export(file, hashlib.sha256(content).hexdigest(), data["deployment"], entries)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f"{file}: is no export that can be read ({type(error).__name__}: {error}); "
            f"{_EXPORT_AGAIN}"
        ) from error


def _entries(file: Path, data: Any) -> list[Mapping[str, Any]]:
    deployment = data.get("deployment") if isinstance(data, Mapping) else None
    if not isinstance(deployment, Mapping) or "version" not in data:
        raise EngineError(
            f"{file}: is no export of a stack: it has no version and deployment; {_EXPORT_AGAIN}"
        )
    version = data["version"]
    if version not in _VERSIONS:
        age = "too old" if isinstance(version, int) and version < min(_VERSIONS) else "not known"
        raise EngineError(
            f"{file}: the export's version {version!r} is {age} "
            f"(this gate reads {' and '.join(map(str, _VERSIONS))}); {_EXPORT_AGAIN}"
        )
    entries = deployment.get("resources") or []
    if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
        raise EngineError(f"{file}: its resources are no list of objects; {_EXPORT_AGAIN}")
    return entries


def _export(
    file: Path, digest: str, deployment: Mapping[str, Any], entries: list[Mapping[str, Any]]
) -> Export:
    head, project, *_ = entries[0]["urn"].split("::")
    name = head.removeprefix("urn:pulumi:")
    if head == name:
        raise ValueError(f"{entries[0]['urn']!r} is no URN")
    kept = [each for each in entries if _is_judged(each)]
    stack = Stack.of(project, name, (_resource(each) for each in kept))
    if len(stack.by_urn) != len(stack.resources):
        raise ValueError("two of its resources have the same URN")
    return Export(file, digest, stack, _notes(name, deployment, entries))


def _is_judged(entry: Mapping[str, Any]) -> bool:
    return not (
        entry["type"] == ROOT_TYPE
        or entry.get("external")
        or entry.get("delete")
        or entry.get("pendingReplacement")
    )


def _resource(entry: Mapping[str, Any]) -> Resource:
    outputs = _properties(entry.get("outputs"))
    if entry.get("id"):
        outputs["id"] = entry["id"]
    parent = entry.get("parent") or None
    return Resource(
        urn=entry["urn"],
        type=entry["type"],
        name=entry["urn"].rpartition("::")[2],
        inputs=_properties(entry.get("inputs")),
        outputs=outputs,
        parent=None if parent and parent.split("::")[2] == ROOT_TYPE else parent,
        provider=(entry.get("provider") or "").rpartition("::")[0] or None,
        dependencies=tuple(sorted(entry.get("dependencies") or ())),
        property_dependencies={
            name: tuple(sorted(urns))
            for name, urns in sorted((entry.get("propertyDependencies") or {}).items())
            if urns
        },
        custom=bool(entry.get("custom")),
    )


def _properties(given: Mapping[str, Any] | None) -> dict[str, Any]:
    # Names that begin so are the provider's notes to itself.
    return {
        name: from_wire(value) for name, value in (given or {}).items() if not name.startswith("__")
    }


def _notes(
    stack: str, deployment: Mapping[str, Any], entries: list[Mapping[str, Any]]
) -> tuple[str, ...]:
    notes = []
    for operation in deployment.get("pending_operations") or ():
        urn = operation["resource"]["urn"]
        notes.append(
            f"{stack}: an update was interrupted while {operation['type']} {urn}; what became of "
            "it is not known: run `pulumi refresh`, then export again"
        )
    for entry in entries:
        if entry.get("delete"):
            notes.append(
                f"{stack}: {entry['urn']} ({entry.get('id', '')}) was replaced and waits to be "
                "deleted: it still exists and was not judged"
            )
        elif entry.get("pendingReplacement"):
            notes.append(f"{stack}: {entry['urn']} was deleted and waits to be made again")
        elif entry.get("external"):
            notes.append(f"{stack}: {entry['urn']} is only read by the program: it was not judged")
    return tuple(sorted(set(notes)))
