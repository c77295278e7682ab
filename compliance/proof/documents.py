"""The IAM documents of a stack, wherever they sit, and their statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from payment_guardrails.resource import Resource

from compliance.proof.change import Location, found, opened

STATEMENT: Final = "Statement"


@dataclass(frozen=True)
class Document:
    """A document in a property of a resource; `is_identity` where it grants to who holds it."""

    resource: Resource
    location: Location
    statements: tuple[Location, ...]

    @property
    def is_identity(self) -> bool:
        """True where no statement names a principal: who holds the document has its rights."""
        return not any(
            {"Principal", "NotPrincipal"} & set(found(self.resource.inputs, each))
            for each in self.statements
        )


def documents(resource: Resource) -> Iterator[Document]:
    """Every document in a resource's inputs, as JSON text or as data."""
    for name, value in sorted(resource.inputs.items()):
        yield from _documents(resource, value, (name,))


def _documents(resource: Resource, value: Any, location: Location) -> Iterator[Document]:
    inside, _ = opened(value)
    if isinstance(inside, Mapping):
        statements = inside.get(STATEMENT)
        if isinstance(statements, Mapping):
            yield Document(resource, location, ((*location, STATEMENT),))
        elif isinstance(statements, list):
            places = tuple(
                (*location, STATEMENT, index)
                for index, item in enumerate(statements)
                if isinstance(item, Mapping)
            )
            yield Document(resource, location, places)
        else:
            for name, item in sorted(inside.items()):
                yield from _documents(resource, item, (*location, name))
    elif isinstance(inside, list):
        for index, item in enumerate(inside):
            yield from _documents(resource, item, (*location, index))
