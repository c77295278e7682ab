"""IAM policy documents, in every form that AWS accepts, as rules read them.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
`Statement` may be an object or a list, `Action` and `Resource` a string or a list, the
document a JSON string or an object; element names are taken in any letter case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from payment_guardrails.values import Reading, Unknown

ALLOW: Final = "allow"
DENY: Final = "deny"
_MANY: Final = 16_384


@dataclass(frozen=True)
class Statement:
    """One statement of a document; each element is a reading with its path."""

    reading: Reading
    effect: Reading
    actions: tuple[Reading, ...]
    not_actions: tuple[Reading, ...]
    resources: tuple[Reading, ...]
    not_resources: tuple[Reading, ...]
    principal: Reading
    not_principal: Reading
    condition: Reading

    @property
    def path(self) -> str:
        """Where the statement stands, for example `policy.Statement[1]`."""
        return self.reading.path

    @property
    def may_allow(self) -> bool:
        """True unless the effect is known to be Deny."""
        value = self.effect.value
        return not (isinstance(value, str) and value.strip().lower() == DENY)

    @property
    def allows(self) -> bool:
        """True where the effect is known to be Allow."""
        value = self.effect.value
        return isinstance(value, str) and value.strip().lower() == ALLOW


@dataclass(frozen=True)
class Document:
    """A policy document: its statements, and the parts of it that cannot be read."""

    statements: tuple[Statement, ...]
    unreadable: tuple[Reading, ...]


def document(reading: Reading) -> Document:
    """Read a policy document from a property (JSON text or an object).

    Whatever is unknown, or no document at all, ends up in `unreadable`.
    """
    if isinstance(reading.value, str):
        return _of_text(reading.value, reading.path, secret=reading.secret)
    return _of_data(reading)


@lru_cache(_MANY)
def _of_text(text: str, path: str, *, secret: bool) -> Document:
    # Several rules read each document of a stack.
    return _of_data(Reading(text, path, secret).parsed())


def _of_data(parsed: Reading) -> Document:
    if parsed.missing:
        return Document((), ())
    if parsed.unknown:
        return Document((), (parsed,))
    if not isinstance(parsed.value, dict):
        return Document((), (replace(parsed, value=Unknown("is no policy document")),))
    statements = element(parsed, "Statement")
    if statements.missing:
        return Document((), (replace(statements, value=Unknown("is missing")),))
    read: list[Statement] = []
    unreadable: list[Reading] = []
    for each in statements.elements():
        if isinstance(each.value, dict):
            read.append(_statement(each))
        elif each.unknown:
            unreadable.append(each)
        else:
            unreadable.append(replace(each, value=Unknown("is no statement")))
    return Document(tuple(read), tuple(unreadable))


def element(reading: Reading, name: str) -> Reading:
    """The member `name` of an object, whatever its letter case."""
    if isinstance(reading.value, dict):
        for key, member in reading.items():
            if key.lower() == name.lower():
                return member
    return reading.get(name)


def _statement(reading: Reading) -> Statement:
    def strings(name: str) -> tuple[Reading, ...]:
        return tuple(item.string() for item in element(reading, name).elements())

    return Statement(
        reading=reading,
        effect=element(reading, "Effect").string(),
        actions=strings("Action"),
        not_actions=strings("NotAction"),
        resources=strings("Resource"),
        not_resources=strings("NotResource"),
        principal=element(reading, "Principal"),
        not_principal=element(reading, "NotPrincipal"),
        condition=element(reading, "Condition"),
    )


def condition_keys(statement: Statement) -> frozenset[str] | None:
    """The lower-case condition keys of a statement; None where they cannot all be read."""
    if statement.condition.missing:
        return frozenset()
    if not isinstance(statement.condition.value, dict):
        return None
    keys: set[str] = set()
    for operator in dict(statement.condition.items()).values():
        if not isinstance(operator.value, dict):
            return None
        keys.update(key.lower() for key, _ in operator.items())
    return frozenset(keys)


def known(readings: Iterable[Reading]) -> list[str]:
    """The values of the readings that are known strings."""
    return [item.value for item in readings if isinstance(item.value, str)]
