"""The engine's event log: what the engine itself says that the policies did.

`policyEvent` is one violation, `policyAnalyzeSummaryEvent` lists the policies that passed
and failed on a resource, `policyAnalyzeStackSummaryEvent` those that passed and failed on
the stack; a policy in neither list did not apply. The types:
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from payment_guardrails import PACK_NAME
from payment_guardrails.configuration import WAIVERS
from payment_guardrails.finding import Status
from payment_guardrails.record import Record
from payment_guardrails.rule import Rule, by_resource, worst

from compliance.engines.engine import EngineError

_OPEN: Final = (Status.FAIL, Status.UNDECIDED)
_READS: Final = ("read", "read-replacement")

Verdict = tuple[str, str]
"""A rule's name and a resource's URN."""


@dataclass(frozen=True)
class Log:
    """What the log of one run says of our pack; `only_read` are URNs that no policy is shown."""

    violations: Counter[Verdict]
    passed: frozenset[Verdict]
    failed: frozenset[Verdict]
    passed_on_stack: frozenset[str]
    failed_on_stack: frozenset[str]
    mandatory: int
    errors: tuple[str, ...]
    only_read: tuple[str, ...]
    complete: bool


def read_log(file: Path) -> Log:
    """Read an event log; one that is not there, or cut off, is not complete."""
    events = list(events_in(file))
    ours = [
        (kind, event)
        for kind, event in events
        if event.get("policyPackName", PACK_NAME) == PACK_NAME
    ]
    of_resources = [event for kind, event in ours if kind == "policyAnalyzeSummaryEvent"]
    of_stack = [event for kind, event in ours if kind == "policyAnalyzeStackSummaryEvent"]
    violations = [event for kind, event in ours if kind == "policyEvent"]
    return Log(
        violations=Counter((each["policyName"], each["resourceUrn"]) for each in violations),
        passed=_listed(of_resources, "passed"),
        failed=_listed(of_resources, "failed"),
        passed_on_stack=frozenset(name for each in of_stack for name in each.get("passed", ())),
        failed_on_stack=frozenset(name for each in of_stack for name in each.get("failed", ())),
        mandatory=sum(each["enforcementLevel"] == "mandatory" for each in violations),
        errors=tuple(
            event["message"].strip()
            for kind, event in events
            if kind == "diagnosticEvent" and event["severity"] == "error"
        ),
        only_read=tuple(sorted(set(_only_read(events)))),
        complete=bool(of_stack),
    )


def events_in(file: Path) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The events of a log by their kinds, as far as it can be read."""
    if not file.is_file():
        return
    for line in file.read_text("utf-8", "replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        for kind, content in event.items():
            if isinstance(content, dict):
                yield kind, content


def _only_read(events: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterable[str]:
    for kind, event in events:
        step = event.get("metadata") if kind == "resourcePreEvent" else None
        if step and step["op"] in _READS and not step["type"].startswith("pulumi:"):
            yield step["urn"]


def _listed(events: Iterable[Mapping[str, Any]], member: str) -> frozenset[Verdict]:
    return frozenset(
        (name, each["resourceUrn"]) for each in events for name in each.get(member, ())
    )


def confirm(record: Record, log: Log, rules: Mapping[str, Rule]) -> None:
    """Hold the pack's own record against the engine's log: every verdict must be in both.

    Raises :class:`EngineError` where they disagree.
    """
    passed, failed = set[Verdict](), set[Verdict]()
    passed_on_stack, failed_on_stack = set[str](), set[str]()
    violations: Counter[Verdict] = Counter()
    for name, findings in record.findings.items():
        statuses = {urn or "": worst(group) for urn, group in by_resource(findings)}
        open_findings = ((name, each.urn or "") for each in findings if each.status in _OPEN)
        violations.update(open_findings)
        if rules[name].resource_check is not None:
            passed |= {(name, urn) for urn, status in statuses.items() if status is Status.PASS}
            failed |= {(name, urn) for urn, status in statuses.items() if status in _OPEN}
        elif any(status in _OPEN for status in statuses.values()):
            failed_on_stack.add(name)
        elif any(status is Status.PASS for status in statuses.values()):
            passed_on_stack.add(name)
    # What the pack tells of waivers is no verdict of a rule.
    of_rules = Counter({key: count for key, count in log.violations.items() if key[0] != WAIVERS})
    for what, ours, theirs in (
        ("violations", violations, of_rules),
        ("passed policies", passed, log.passed),
        ("failed policies", failed, log.failed),
        ("policies passed on the stack", passed_on_stack, log.passed_on_stack),
        ("policies failed on the stack", failed_on_stack, log.failed_on_stack - {WAIVERS}),
    ):
        if ours != theirs:
            differing = sorted(map(str, set(ours) ^ set(theirs)))
            raise EngineError(
                f"the pack and the engine's event log disagree on the {what}: "
                f"{'; '.join(differing[:3]) or 'their numbers'}; "
                "nothing is claimed of this run, please report it"
            )
