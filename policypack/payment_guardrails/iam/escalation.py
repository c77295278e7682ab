"""Whether documents of one identity open a known path to more rights, in three values."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from payment_guardrails.authorization import all_of, any_of, negation
from payment_guardrails.iam.actions import grants
from payment_guardrails.iam.conditions import Fixed, is_literal, limits
from payment_guardrails.iam.documents import Document, Statement
from payment_guardrails.iam.escalation_paths import EscalationPath, escalation_paths
from payment_guardrails.iam.resource_types import takes
from payment_guardrails.values import Reading

_MANY: Final = 50_000
_ROLE_GIVEN: Final = "iam:PassRole"
_RECEIVER: Final = "iam:passedtoservice"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_iam_credentials_console.html
_ONESELF: Final = re.compile(r".*:user/(?:.*/)?\$\{aws:username\}", re.IGNORECASE)
_ACTIONS: Final = frozenset(action for path in escalation_paths() for action in path.actions)


@dataclass(frozen=True)
class Grant:
    """A statement, and the element of it that names an action (a name, or a pattern)."""

    statement: Statement
    element: Reading

    @property
    def key(self) -> tuple[int, str]:
        """What tells this part from others; two documents have the same paths."""
        return id(self.statement), self.element.path


@dataclass(frozen=True)
class Opened:
    """A path that documents open, or (`decided` False) may open.

    `grants` are the parts of statements that grant, or may grant, its actions: one for each,
    the first where there are several.
    """

    path: EscalationPath
    grants: tuple[Grant, ...]
    decided: bool


def opened(documents: Iterable[Document]) -> Iterator[Opened]:
    """The known paths that documents together open, or may open.

    They must be all documents of the identity, whole: what is missing may grant the rest of
    a path, or deny it.
    """
    every = [statement for document in documents for statement in document.statements]
    statements = [statement for statement in every if _speaks_of_any(statement)]
    if not statements:
        return
    named = [action for action in _ACTIONS if any(_may_name(each, action) for each in statements)]
    for path in escalation_paths():
        if not set(path.actions).issubset(named):
            continue
        answers = [
            [_grants(each, action, path, statements) for each in statements]
            for action in path.actions
        ]
        answer = all_of(any_of(found) for found in answers)
        if answer is not False:
            granting = (
                Grant(each, _part(each, action))
                for action, found in zip(path.actions, answers, strict=True)
                for each in [statements[[one is not False for one in found].index(True)]]
            )
            yield Opened(
                path, tuple({each.key: each for each in granting}.values()), answer is True
            )


@lru_cache(_MANY)
def _among(pattern: str) -> frozenset[str]:
    """The actions of all paths that a name or a pattern covers."""
    return frozenset(action for action in _ACTIONS if grants(pattern, action))


def _speaks_of_any(statement: Statement) -> bool:
    """False where a statement surely says nothing of any path's actions."""
    if statement.not_actions or not statement.actions:
        return True
    return any(each.unknown or _among(each.value) for each in statement.actions)


def _may_name(statement: Statement, action: str) -> bool:
    return _names(statement, action) is not False


def _names(statement: Statement, action: str) -> bool | None:
    def covers(pattern: Reading) -> bool | None:
        return action in _among(pattern.value) if isinstance(pattern.value, str) else None

    if statement.not_actions:
        return negation(any_of(covers(each) for each in statement.not_actions))
    if not statement.actions:
        return None
    return any_of(covers(each) for each in statement.actions)


def _part(statement: Statement, action: str) -> Reading:
    naming = (each for each in statement.actions if each.unknown or action in _among(each.value))
    return next(naming, statement.reading)


def _grants(
    statement: Statement, action: str, path: EscalationPath, statements: Iterable[Statement]
) -> bool | None:
    """Whether one statement grants an action in a way that serves the path."""
    effect = True if statement.allows else None if statement.may_allow else False
    granted = all_of((effect, _names(statement, action)))
    if granted is False:
        return False
    denied = any_of(_denies(other, action, statement) for other in statements)
    return all_of(
        (
            granted,
            _reaches(statement, action, path),
            negation(_is_closed(statement, action, path)),
            negation(denied),
        )
    )


def _reaches(statement: Statement, action: str, path: EscalationPath) -> bool | None:
    """Whether a resource of the statement is one that the action works on."""
    if statement.not_resources:
        return True
    # get_policy_document drops the resources that it does not know: absence is no answer.
    if not statement.resources:
        return None

    def serves(resource: Reading) -> bool | None:
        if not isinstance(resource.value, str):
            return None
        if path.harmless_on_oneself and _ONESELF.fullmatch(resource.value.strip()):
            return False
        return takes(action, resource.value)

    return any_of(serves(resource) for resource in statement.resources)


def _is_closed(statement: Statement, action: str, path: EscalationPath) -> bool | None:
    if action == _ROLE_GIVEN and path.passes_to is not None:
        return limits(statement, _elsewhere(path.passes_to))
    keys = dict.fromkeys(path.closed_by, is_literal)
    return limits(statement, keys) if keys else False


def _elsewhere(service: str) -> Mapping[str, Fixed]:
    def is_another(value: str) -> bool:
        # In China, a service's principal may end in .cn.
        given = value.strip().lower().removesuffix(".cn")
        return bool(given) and "${" not in given and not fnmatch.fnmatchcase(service, given)

    return {_RECEIVER: is_another}


def _denies(other: Statement, action: str, statement: Statement) -> bool | None:
    """Whether another statement certainly takes back all that this one grants.

    A condition on it takes back less, whatever it says.
    """
    effect = False if other.allows else None if other.may_allow else True
    answer = all_of((effect, _names(other, action)))
    if answer is False:
        return False
    conditional = None if other.condition.unknown else not other.condition.missing
    return all_of((answer, negation(conditional), _covers(other, statement)))


def _covers(other: Statement, statement: Statement) -> bool | None:
    if other.not_resources:
        return False
    if not other.resources:
        return None
    if any(each.value == "*" for each in other.resources):
        return True
    if any(each.unknown for each in other.resources):
        return None
    if not statement.resources:
        return False if statement.not_resources else None
    return all_of(
        any_of(
            fnmatch.fnmatchcase(each.value, pattern.value.replace("[", "[[]"))
            if isinstance(each.value, str)
            else None
            for pattern in other.resources
        )
        for each in statement.resources
    )
