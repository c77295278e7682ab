"""Which parts of a document's statements say nothing: unheard-of actions, idle resources."""

from __future__ import annotations

from collections.abc import Iterator

from payment_guardrails.finding import first_few
from payment_guardrails.iam.actions import arn_formats, data_date, exists
from payment_guardrails.iam.documents import Document, Statement, known
from payment_guardrails.iam.resource_types import takes
from payment_guardrails.iam.wildcards import Fault
from payment_guardrails.values import Reading


def idle_parts(found: Document) -> Iterator[Fault]:
    """Actions that do not exist, and resources that no action of their statement takes.

    Statements that deny count too: a name that is spelled wrong denies nothing.
    """
    for reading in found.unreadable:
        yield Fault(reading, "", "unreadable", decided=False)
    for statement in found.statements:
        actions = (*statement.actions, *statement.not_actions)
        if not actions:
            yield Fault(statement.reading, "", "no action", decided=False)
        for action in actions:
            if action.unknown:
                yield Fault(action, "", f"action {action.path}", decided=False)
            elif not exists(action.value):
                yield Fault(
                    action,
                    f"{action.path} is {action.text}, which is no action that AWS documented on "
                    f"{data_date()}; correct its name",
                    f"no action {action.text.lower()}",
                )
        yield from _idle_resources(statement)


def _idle_resources(statement: Statement) -> Iterator[Fault]:
    actions = [action for action in known(statement.actions) if exists(action)]
    unsure = any(action.unknown for action in statement.actions)
    # What NotAction leaves takes resources of every kind, as `*` does.
    if any(arn_formats(action) is None for action in actions) or not (actions or unsure):
        return
    resources = (*statement.resources, *statement.not_resources)
    if not resources:
        # get_policy_document drops the resources that it does not know: absence is no proof.
        yield Fault(statement.reading, "", "no resource", decided=False)
    for resource in resources:
        if resource.unknown:
            yield Fault(resource, "", f"resource {resource.path}", decided=False)
        elif not any(takes(action, resource.value) for action in actions or ("",)):
            yield _idle(statement, actions, resource, decided=not unsure)


def _idle(statement: Statement, actions: list[str], resource: Reading, *, decided: bool) -> Fault:
    shown = sorted({action.text for action in statement.actions})
    wanted = sorted({each for action in actions for each in arn_formats(action) or ()})
    # The formats tell which actions a secret document names.
    hint = f" (they take {' or '.join(wanted[:2])})" if wanted and not resource.secret else ""
    verb = "allows" if statement.may_allow else "denies"
    return Fault(
        resource,
        f"{statement.path} {verb} nothing on {resource.text}: "
        f"{first_few(shown)} cannot be granted there{hint}; name what the actions work on",
        f"{', '.join(shown).lower()} on {resource.text}",
        decided=decided,
    )
