"""UUIDs made from what they name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from compliance.evidence import Subject

# Drawn once, for this tool: the namespace of all that it names.
_NAMESPACE: Final = UUID("5b0c1a52-6f5e-4b0a-9d83-7a5a3f0a6c11")


def uuid_of(*parts: str) -> str:
    """The version 5 UUID of a name in parts (RFC 4122 section 4.3), of any characters."""
    name = "\0".join(parts).encode("utf-8", "surrogatepass")
    digest = hashlib.sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()
    # What `UUID(bytes=..., version=5)` does: the version in one digit, the variant in another.
    text = digest[:16].hex()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


@dataclass(frozen=True)
class Identity:
    """The UUIDs of the things of one stack: the same in every run."""

    project: str
    stack: str

    @staticmethod
    def of(subject: Subject) -> Identity:
        """The identities of the stack that was evaluated."""
        return Identity(subject.project, subject.stack)

    def of_thing(self, kind: str, *names: str) -> str:
        """The UUID of a thing of this stack."""
        return uuid_of(self.project, self.stack, kind, *names)

    def of_each(self, kind: str, things: Iterable[tuple[str, ...]]) -> list[str]:
        """A UUID for each thing, by its names; one that comes again gets another one."""
        times: dict[tuple[str, ...], int] = {}
        made = []
        for names in things:
            time = times[names] = times.get(names, 0) + 1
            made.append(self.of_thing(kind, *names, *([str(time)] if time > 1 else [])))
        return made
