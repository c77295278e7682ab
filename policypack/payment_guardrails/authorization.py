"""Whether policy documents allow an action, in three values: yes, no, or not known (None).

How AWS decides: an applicable Deny wins, then an applicable Allow, else it is refused.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from payment_guardrails.iam.actions import grants
from payment_guardrails.iam.documents import Document, Statement
from payment_guardrails.values import Reading

Covers = Callable[[Reading], bool | None]
"""Whether a resource element of a statement covers the resource in question."""


def allowed(documents: Iterable[Document], action: str, covers: Covers) -> bool | None:
    """Whether all these documents of one identity together let it do `action`.

    A statement with a condition applies perhaps: what holds at run time is not known here.
    """
    documents = tuple(documents)
    statements = [statement for found in documents for statement in found.statements]
    applies = [(_effect(each), _applies(each, action, covers)) for each in statements]
    unread = None if any(found.unreadable for found in documents) else False
    denied = any_of((unread, *(all_of((negation(allow), match)) for allow, match in applies)))
    granted = any_of((unread, *(all_of((allow, match)) for allow, match in applies)))
    return all_of((granted, negation(denied)))


def matches(statement: Statement, action: str, covers: Covers) -> bool | None:
    """Whether a statement speaks of `action` on the resource, whatever its effect says."""
    return all_of((_names_action(statement, action), _names_resource(statement, covers)))


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True where one answer is yes; not known where none is, and one is not known."""
    answers = tuple(answers)
    return True if True in answers else None if None in answers else False


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False where one answer is no; not known where none is, and one is not known."""
    return negation(any_of(negation(answer) for answer in answers))


def negation(answer: bool | None) -> bool | None:
    """The opposite; what is not known stays so."""
    return None if answer is None else not answer


def _applies(statement: Statement, action: str, covers: Covers) -> bool | None:
    unconditional = True if statement.condition.missing else None
    return all_of((matches(statement, action, covers), unconditional))


def _effect(statement: Statement) -> bool | None:
    return True if statement.allows else None if statement.may_allow else False


def _names_action(statement: Statement, action: str) -> bool | None:
    def covers(pattern: Reading) -> bool | None:
        return grants(pattern.value, action) if isinstance(pattern.value, str) else None

    if statement.not_actions:
        return negation(any_of(covers(pattern) for pattern in statement.not_actions))
    if not statement.actions:
        return None
    return any_of(covers(pattern) for pattern in statement.actions)


def _names_resource(statement: Statement, covers: Covers) -> bool | None:
    if statement.not_resources:
        return negation(any_of(covers(element) for element in statement.not_resources))
    # get_policy_document drops the resources that it does not know: absence is no answer.
    if not statement.resources:
        return None
    return any_of(covers(element) for element in statement.resources)
