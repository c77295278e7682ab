"""The file of attestations: `compliance/attestations.yaml` of a project.

    attestations:
      - framework: PCI DSS
        version: v4.0.1              # may be left out where one version is loaded
        control: "7.2.4"             # one that is manual: no statement overrules a test
        statement: all access was reviewed, and two accounts were closed
        owner: payments-platform
        date: 2026-01-15
        valid_until: 2026-07-31      # its last day, at most 400 days after its date
        evidence: docs/review.pdf    # optional: a file of the project,
        sha256: 9f86d081884c7d65...  # and what `sha256sum` says of it

A file that is not valid is refused whole: a statement for a control that does not exist, that
rules test, or that is answered twice is a mistake of its author. What time or a changed file
brings about (dates, evidence) leaves the rest of the file as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

import yaml
from payment_guardrails.yaml_rows import (
    Source,
    compose,
    fields_of,
    is_nothing,
    line_of,
    read_content,
    rows_of,
    text_of,
)

from compliance.attestations.attestation import Attestation, EvidenceFile
from compliance.controls.framework import Framework

REQUIRED: Final = ("framework", "control", "statement", "owner", "date", "valid_until")
FIELDS: Final = (*REQUIRED, "version", "evidence", "sha256")
_LIST: Final = "attestations"
_WHAT: Final = "an attestation"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
# What these hold is read as it is written, with quotes or without.
_AS_WRITTEN: Final = frozenset({"version", "control", "date", "valid_until", "sha256"})


class AttestationFileError(ValueError):
    """The file is not valid; the message names file, line and remedy."""


@dataclass(frozen=True)
class AttestationFile:
    """The attestations of one file, in its order. `digest` is `sha256:...` of its bytes."""

    digest: str
    attestations: tuple[Attestation, ...]


def read_attestations(
    file: Path, frameworks: Iterable[Framework], shown: str | None = None
) -> AttestationFile:
    """The attestations in a file, on controls of these frameworks. `shown` names it in messages.

    Raises :class:`AttestationFileError` where it cannot be read or is not valid.
    """
    source = Source(shown or str(file), AttestationFileError)
    content = read_content(file, source)
    return AttestationFile(
        f"sha256:{hashlib.sha256(content).hexdigest()}",
        parse_attestations(content, frameworks, source.name),
    )


def parse_attestations(
    content: bytes, frameworks: Iterable[Framework], name: str
) -> tuple[Attestation, ...]:
    """The attestations that a file of this name and content holds."""
    source = Source(name, AttestationFileError)
    known = tuple(frameworks)
    found = tuple(
        _attestation(row, known, source) for row in _entries(compose(content, source), source)
    )
    lines: dict[tuple[str, str, str], int] = {}
    for each in found:
        key = (each.framework, each.version, each.control)
        if key in lines:
            raise AttestationFileError(
                f"{name}:{each.line}: {each.framework} {each.control} is attested already in line "
                f"{lines[key]}; keep one"
            )
        lines[key] = each.line
    return found


def _entries(root: yaml.Node | None, source: Source) -> list[yaml.Node]:
    """The entries of a document: a list, or a list named `attestations`."""
    found = root
    if isinstance(root, yaml.MappingNode):
        found = fields_of(root, source, "a file of attestations", (_LIST,)).get(_LIST)
    if found is None or is_nothing(found):
        return []
    return rows_of(found, source, _LIST)


def _attestation(row: yaml.Node, frameworks: tuple[Framework, ...], source: Source) -> Attestation:
    fields = fields_of(row, source, _WHAT, FIELDS)
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise source.fault(row, f"{_WHAT} needs {', '.join(missing)}; add `{missing[0]}: ...`")
    texts = {
        field: text_of(node, source, field, as_written=field in _AS_WRITTEN)
        for field, node in fields.items()
    }
    framework = _framework(texts, fields, frameworks, source)
    return Attestation(
        framework=framework.name,
        version=framework.version,
        control=_control(texts["control"], fields["control"], framework, source),
        statement=texts["statement"],
        owner=texts["owner"],
        date=texts["date"],
        valid_until=texts["valid_until"],
        evidence=_evidence(texts, fields, source),
        line=line_of(row),
    )


def _framework(
    texts: Mapping[str, str],
    fields: Mapping[str, yaml.Node],
    frameworks: tuple[Framework, ...],
    source: Source,
) -> Framework:
    name, version = texts["framework"], texts.get("version")
    named = [each for each in frameworks if each.name == name]
    if not named:
        known = {each.name: None for each in frameworks}
        close = get_close_matches(name[:100], known, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known) or 'none'}"
        raise source.fault(
            fields["framework"],
            f"no framework {name[:100]!r} is loaded; {hint} (`--controls DIR` adds your own)",
        )
    versions = ", ".join(each.version for each in named)
    if version is None:
        if len(named) > 1:
            raise source.fault(
                fields["framework"],
                f"{name} is loaded in several versions ({versions}); add `version: ...`",
            )
        return named[0]
    for framework in named:
        if framework.version == version:
            return framework
    raise source.fault(
        fields["version"], f"{name} is loaded in version {versions}, not {version[:100]!r}"
    )


def _control(id_: str, node: yaml.Node, framework: Framework, source: Source) -> str:
    control = framework.control(id_)
    if control is None:
        close = get_close_matches(id_[:100], [each.id for each in framework.controls], 1)
        hint = f"; did you mean {close[0]}?" if close else "; copy its id from the report"
        raise source.fault(
            node, f"{framework.name} {framework.version} has no control {id_[:100]!r} here{hint}"
        )
    if control.kind != "manual":
        raise source.fault(
            node,
            f"{framework.name} {id_} is {control.kind}: rules test it, and no statement overrules "
            "a test; waive findings in compliance/waivers.yaml instead",
        )
    return id_


def _evidence(
    texts: Mapping[str, str], fields: Mapping[str, yaml.Node], source: Source
) -> EvidenceFile | None:
    if "evidence" not in texts:
        if "sha256" in texts:
            raise source.fault(fields["sha256"], "sha256 is of no file; add `evidence: PATH`")
        return None
    path = texts["evidence"]
    if "sha256" not in texts:
        raise source.fault(
            fields["evidence"], "evidence needs its digest; add `sha256: ...` (`sha256sum FILE`)"
        )
    if (
        PurePosixPath(path).is_absolute()
        or ".." in PurePosixPath(path).parts
        or "\\" in path
        or PureWindowsPath(path).drive
    ):
        raise source.fault(
            fields["evidence"],
            "evidence must be a path from the project's folder, with slashes, to a file in it",
        )
    digest = texts["sha256"].lower()
    if not _SHA256.fullmatch(digest):
        raise source.fault(
            fields["sha256"], f"sha256 must be 64 hexadecimal digits, not {digest[:100]!r}"
        )
    return EvidenceFile(PurePosixPath(path).as_posix(), f"sha256:{digest}")
