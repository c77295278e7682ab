"""One file of `pulumi stack export`: the stack in it, as rules read it.

The format is that of `apitype.UntypedDeployment` and `DeploymentV3`
(https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from payment_guardrails.stack import Stack

from compliance.engines.engine import EngineError
from compliance.engines.state.entry import Entry, MalformedError, typed
from compliance.engines.state.existing import KINDS, Existing, Operation, existing

# 4 is 3 with optional features declared beside it; both hold resources in the same form.
_VERSIONS: Final = (3, 4)
# What the features of version 4 add to resources changes nothing that is read here.
# https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/deployment.go
_FEATURES: Final = frozenset(
    {"byteString", "extensionParameterization", "hooks", "refreshBeforeUpdate", "replaceWith"}
    | {"snippets-prototype", "taint", "views"}
)
_EXPORT_AGAIN: Final = "export it again with a current CLI: `pulumi stack export --file FILE`"
_SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
_SIGNED_TEXTS: Final = ("path", "uri", "text", "plaintext", "ciphertext", "urn")
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Export:
    """A stack as it was exported: None where the file holds no resource.

    `digest` is that of the file (SHA-256, hexadecimal); `notes` tell what is not judged or
    not certain, and why.
    """

    file: Path
    digest: str
    stack: Stack | None
    notes: tuple[str, ...]


def read_export(file: Path) -> Export:
    """Read a file.

    Raises :class:`EngineError` where it is no export, or of a version that cannot be read.
    """
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        entries, operations = _parts(_parsed(file, content))
        found = existing(entries, operations)
        if not found.resources:
            return Export(file, digest, None, found.notes)
        return Export(file, digest, _stack(entries, operations, found), found.notes)
    except MalformedError as error:
        raise EngineError(f"{file}: {error}; {_EXPORT_AGAIN}") from error
    except RecursionError as error:
        raise EngineError(f"{file}: it is nested too deeply; {_EXPORT_AGAIN}") from error


def _parsed(file: Path, content: bytes) -> Any:
    try:
        data = json.loads(content, object_hook=_checked, parse_constant=_refuse_constant)
        if _SURROGATE.search(content):
            # Half a character: no report could be written of it.
            json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise EngineError(
            f"{file}:{error.lineno}: is not JSON ({error.msg}); {_EXPORT_AGAIN}"
        ) from error
    except ValueError as error:
        raise EngineError(f"{file}: is not JSON ({error}); {_EXPORT_AGAIN}") from error
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    """An object of the file, without the provider's note in it.

    Raises :class:`MalformedError` where a secret, asset or archive is not made as one.
    """
    data.pop("__defaults", None)
    if _SIGNATURE_KEY in data:
        for name in _SIGNED_TEXTS:
            typed(data.get(name), str, f"the member {name} of a secret, asset or reference")
    return data


def _parts(data: Any) -> tuple[list[Entry], list[Operation]]:
    """The resources and interrupted operations of an export, once it is known to be one."""
    if isinstance(data, dict) and "checkpoint" in data:
        raise MalformedError("is a checkpoint of a backend, no export")
    if not isinstance(data, dict) or "deployment" not in data:
        raise MalformedError("is no export of a stack: it has no deployment")
    deployment = typed(data["deployment"], dict, "deployment")
    if not deployment:
        return [], []  # nothing was ever deployed; the version can be missing then
    _check_version(data)
    resources = typed(deployment.get("resources"), list, "deployment.resources")
    operations = typed(deployment.get("pending_operations"), list, "deployment.pending_operations")
    return (
        [Entry.of(raw, f"deployment.resources[{index}]") for index, raw in enumerate(resources)],
        [
            _operation(raw, f"deployment.pending_operations[{index}]")
            for index, raw in enumerate(operations)
        ],
    )


def _check_version(data: Mapping[str, Any]) -> None:
    version = data.get("version")
    if isinstance(version, bool) or version not in _VERSIONS:
        age = "too old" if isinstance(version, int) and version < min(_VERSIONS) else "not known"
        raise MalformedError(
            f"the export's version {version!r} is {age} "
            f"(this gate reads {' and '.join(map(str, _VERSIONS))})"
        )
    features = typed(data.get("features"), list, "features")
    unknown = [str(feature) for feature in features if str(feature) not in _FEATURES]
    if unknown:
        raise MalformedError(f"it uses what this gate does not know: {', '.join(unknown)}")


def _operation(raw: Any, place: str) -> Operation:
    raw = typed(raw, dict, place)
    kind = raw.get("type")
    if kind not in KINDS:
        raise MalformedError(f"{place}.type is {kind!r}, none of {', '.join(KINDS)}")
    return Operation(kind, Entry.of(raw.get("resource"), f"{place}.resource"))


def _stack(entries: list[Entry], operations: list[Operation], found: Existing) -> Stack:
    places = {entry.stack for entry in (*entries, *(each.entry for each in operations))}
    if len(places) > 1:
        names = ", ".join(sorted("/".join(place) for place in places))
        raise MalformedError(f"it holds resources of several stacks: {names}")
    project, name = places.pop()
    return Stack.of(project, name, found.resources)
