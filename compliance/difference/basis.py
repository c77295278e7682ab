"""What differs between two reports beside the program: the subject, the rules, the frameworks."""

from __future__ import annotations

import json
from collections.abc import Iterator

from compliance.difference.controls import frameworks
from compliance.difference.entries import Basis, FieldChange
from compliance.evidence import Evidence


def compare_basis(base: Evidence, head: Evidence) -> Basis:
    """What the reader must know before a difference is put down to the program."""
    rules = [{card.name for card in side.rules} for side in (base, head)]
    standards = [
        {f"{name} {version}" for name, version in frameworks(side)} for side in (base, head)
    ]
    return Basis(
        subject=tuple(_subject(base, head)),
        pack=tuple(_pack(base, head)),
        configuration=tuple(_configuration(base, head)),
        rules_gone=tuple(sorted(rules[0] - rules[1])),
        rules_come=tuple(sorted(rules[1] - rules[0])),
        frameworks_gone=tuple(sorted(standards[0] - standards[1])),
        frameworks_come=tuple(sorted(standards[1] - standards[0])),
    )


def _subject(base: Evidence, head: Evidence) -> Iterator[FieldChange]:
    before, after = base.subject, head.subject
    yield from _changed("project", before.project, after.project)
    yield from _changed("stack", before.stack, after.stack)
    yield from _changed("engine", before.engine, after.engine)
    yield from _changed("as_of", before.as_of, after.as_of)
    files = [side.waiver_file.digest if side.waiver_file else "" for side in (base, head)]
    yield from _changed("waivers", *files)


def _pack(base: Evidence, head: Evidence) -> Iterator[FieldChange]:
    yield from _changed("name", base.pack.name, head.pack.name)
    yield from _changed("version", base.pack.version, head.pack.version)
    yield from _changed("digest", base.pack.digest, head.pack.digest)


def _configuration(base: Evidence, head: Evidence) -> Iterator[FieldChange]:
    before, after = base.pack.configuration, head.pack.configuration
    for rule in sorted(before.keys() & after.keys()):
        yield from _changed(rule, _told(before[rule]), _told(after[rule]))


def _changed(field: str, before: str, after: str) -> Iterator[FieldChange]:
    if before != after:
        yield FieldChange(field, before, after)


def _told(value: object) -> str:
    return json.dumps(value, sort_keys=True)
