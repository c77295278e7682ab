"""Which parts of a document's Allow statements reach wider than they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from payment_guardrails.finding import first_few
from payment_guardrails.iam.actions import takes_no_resource
from payment_guardrails.iam.arns import breadth
from payment_guardrails.iam.documents import Document, Statement, known
from payment_guardrails.values import SECRET_TEXT, Reading


@dataclass(frozen=True)
class Fault:
    """A part of a document that is too wide, or (`decided` False) may be.

    `detail` names it in a form that does not depend on its place in the document.
    """

    reading: Reading
    message: str
    detail: str
    decided: bool = True


def wide_actions(found: Document) -> Iterator[Fault]:
    """Wildcards in actions, and `NotAction`, of statements that allow."""
    yield from _unreadable(found)
    for statement in found.statements:
        if not statement.may_allow:
            continue
        for action in statement.actions:
            if action.unknown:
                yield Fault(action, "", f"action {action.path}", decided=False)
            elif "*" in action.value or "?" in action.value:
                yield _judged(
                    statement,
                    action,
                    f"{statement.path} allows {action.text}: name each action",
                    f"Allow {action.text.lower()}",
                )
        for action in statement.not_actions[:1]:
            yield _judged(
                statement,
                action,
                f"{statement.path} allows everything but NotAction: name each action instead",
                "Allow NotAction",
            )
        if not statement.actions and not statement.not_actions:
            yield Fault(statement.reading, "", "no action", decided=False)


def wide_resources(found: Document) -> Iterator[Fault]:
    """Resources that name more than one thing, where the actions support narrower ones."""
    yield from _unreadable(found)
    for statement in found.statements:
        if statement.may_allow:
            yield from _wide_resources(statement)


def _wide_resources(statement: Statement) -> Iterator[Fault]:
    actions = known(statement.actions)
    narrowable = sorted(action for action in actions if not takes_no_resource(action))
    unsure = len(actions) < len(statement.actions) or not actions
    if not narrowable and not unsure and not statement.not_actions:
        return
    what, every = first_few(narrowable), ", ".join(narrowable).lower()
    if any(action.secret for action in statement.actions):
        what = every = SECRET_TEXT
    decided = bool(narrowable) or bool(statement.not_actions)
    for resource in statement.resources:
        if resource.unknown:
            yield Fault(resource, "", f"resource {resource.path}", decided=False)
            continue
        why = breadth(resource.value)
        if why is not None:
            yield _judged(
                statement,
                resource,
                f"{statement.path} allows {what or 'actions'} on {resource.text}: {why}; "
                "name the resource",
                f"Allow {every} on {resource.text}",
                decided=decided,
            )
    for resource in statement.not_resources[:1]:
        yield _judged(
            statement,
            resource,
            f"{statement.path} allows {what or 'actions'} on everything but NotResource: "
            "name the resources instead",
            f"Allow {every} on NotResource",
            decided=decided,
        )
    if not statement.resources and not statement.not_resources:
        # get_policy_document drops what it does not know: absence is no proof.
        yield Fault(statement.reading, "", "no resource", decided=False)


def _judged(
    statement: Statement, reading: Reading, message: str, detail: str, *, decided: bool = True
) -> Fault:
    return Fault(reading, message, detail, decided=decided and statement.allows)


def _unreadable(found: Document) -> Iterator[Fault]:
    for reading in found.unreadable:
        yield Fault(reading, "", "unreadable", decided=False)
