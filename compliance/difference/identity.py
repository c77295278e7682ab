"""When two findings, or two resources, of different reports are the same one."""

from __future__ import annotations

from payment_guardrails.finding_ids import finding_id

from compliance.evidence import Result, Subject

FindingKey = tuple[str, str, str]
"""Rule, place and what tells findings of a rule on a resource apart."""


def place(urn: str | None, subject: Subject) -> str | None:
    """A resource without the names of its stack and project: `TYPE::NAME`.

    A URN (https://www.pulumi.com/docs/iac/concepts/resources/names/#urns) begins with both;
    where it begins with others (several stacks are judged at once) it is kept whole.
    """
    if urn is None:
        return None
    return urn.removeprefix(f"urn:pulumi:{subject.stack}::{subject.project}::")


def finding_key(result: Result, subject: Subject, *, same_stack: bool) -> FindingKey:
    """What a finding is recognised by in another report.

    For reports of the same stack that is its id. The id is made of the URN, so across
    stacks it is the rule, the place and the message: the message alone tells the faults of
    one resource apart there. A finding that needs no telling apart (its id says so) is
    recognised whatever its message says. Messages that name the stack do not fit: such a
    finding is shown as fixed and new, and never as known.
    """
    where = place(result.resource, subject) or ""
    if same_stack:
        return result.rule, where, result.id
    return result.rule, where, "" if _stands_alone(result) else result.message


def _stands_alone(result: Result) -> bool:
    try:
        return result.id == finding_id(result.rule, result.resource, "")
    except UnicodeEncodeError:  # half a character in a URN: no id of ours was made of it
        return False


def bare_type(where: str) -> str:
    """The type of a resource by its place, without the types of its parents."""
    if where.startswith("urn:pulumi:"):
        where = "".join(where.split("::", 2)[2:])
    return where.partition("::")[0].rpartition("$")[2]
