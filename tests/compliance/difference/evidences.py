"""Evidence to compare: small ones by hand, and any that Hypothesis makes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from payment_guardrails.finding_ids import finding_id

from compliance.evidence import (
    SEVERITIES,
    STATUSES,
    ControlResult,
    Evidence,
    Grant,
    Location,
    Pack,
    ResourceEntry,
    Result,
    RuleCard,
    Subject,
    summarize,
)

QUEUE = "aws:sqs/queue:Queue"
HOSTILE = [
    "<script>alert(1)</script>", "a\nb", "| x | *y* [z](u) @octocat #1", "\ud800", "\x1b[31m",
    "`" * 3, "@" * 400, "\U0001f50d" * 400, "</details>", "::error::no",
]  # fmt: skip


def urn_of(name: str, stack: str = "dev", project: str = "shop", type_: str = QUEUE) -> str:
    return f"urn:pulumi:{stack}::{project}::{type_}::{name}"


def result(
    name: str = "orders", status: str = "fail", detail: str = "", stack: str = "dev", **changed: Any
) -> Result:
    """A result of the rule `sqs-queue-fifo` on a queue, with the id that the gate gives it."""
    urn = urn_of(name, stack)
    base: dict[str, Any] = {
        "id": finding_id("sqs-queue-fifo", urn, detail), "rule": "sqs-queue-fifo",
        "level": "mandatory", "resource": urn, "status": status, "severity": "high",
        "message": f"fifo_queue is off{detail}", "property_path": "fifoQueue", "fix": "fix it",
        "waiver": waiver() if status == "waived" else None,
    }  # fmt: skip
    return Result(**{**base, **changed})


def waiver(expires: str = "2026-12-01") -> dict[str, Any]:
    return {
        "id": "w-1", "reason": "old queue", "owner": "payments", "expires": expires, "ticket": None,
    }  # fmt: skip


def resource(name: str = "orders", stack: str = "dev", digest: str = "1" * 64) -> ResourceEntry:
    return ResourceEntry(
        urn_of(name, stack), QUEUE, name, f"sha256:{digest}", tested=True,
        location=Location("__main__.py", 7),
    )  # fmt: skip


def control(id_: str = "1.1", status: str = "satisfied", version: str = "4") -> ControlResult:
    return ControlResult(
        "PCI", version, id_, "Queues", "automated", status, "A", ("sqs-queue-fifo",), (), "", ""
    )


def grant(action: str, target: str, *, conditional: bool = False, role: str = "r") -> Grant:
    principal = urn_of("send", type_="aws:lambda/function:Function")
    return Grant(principal, role, "policy", action, target, (), ("Write",), conditional, "unused")


def evidence(
    *results: Result,
    resources: Sequence[ResourceEntry] = (),
    controls: Sequence[ControlResult] = (),
    grants: Sequence[Grant] = (),
    **subject: str,
) -> Evidence:
    """Evidence of stack `dev` of project `shop`, with a resource for each result's URN."""
    named = {each.resource: each for each in results if each.resource}
    entries = tuple(resources) or tuple(
        replace(resource(), urn=urn, name=urn.rpartition("::")[2]) for urn in named
    )
    told: dict[str, Any] = {
        "project": "shop", "stack": "dev", "engine": "offline",
        "program_digest": f"sha256:{'0' * 64}", "as_of": "2026-11-28", "evaluated_at": None,
        "engine_note": "", "notes": (), **subject,
    }  # fmt: skip
    return Evidence(
        Subject(**told),
        Pack("guardrails", "1", f"sha256:{'0' * 64}", {"sqs-queue-fifo": {"level": "mandatory"}}),
        summarize(entries, results, tuple(controls)),
        entries,
        results,
        tuple(controls),
        (RuleCard("sqs-queue-fifo", "Queues are FIFO", "why"),),
        grants=tuple(grants),
    )


texts = st.text(max_size=20) | st.sampled_from(HOSTILE)
names = st.sampled_from(["orders", "jobs", "a", *HOSTILE[:4]])
details = st.sampled_from(["", "x", "y"])
digests = st.sampled_from(["1" * 64, "2" * 64]).map("sha256:{}".format)


@st.composite
def results(draw: st.DrawFn, stack: str) -> Result:
    rule, detail = draw(st.sampled_from(["rule-a", "rule-b"])), draw(details)
    urn = draw(st.none() | names.map(lambda name: urn_of(name, stack)))
    # Half a character cannot be in an id of ours; a file of others may have it in a name.
    known = (urn or "").encode("utf-8", "replace").decode()
    status = draw(st.sampled_from(STATUSES))
    return Result(
        id=finding_id(rule, known, detail), rule=rule,
        level=draw(st.sampled_from(["mandatory", "advisory"])), resource=urn, status=status,
        severity=draw(st.sampled_from(SEVERITIES)), message=draw(texts),
        property_path=draw(texts), fix=draw(texts),
        waiver=waiver(draw(st.sampled_from(["2026-12-01", "2027-01-01"])))
        if status == "waived" else None,
        waiver_note=draw(st.just("") | texts),
    )  # fmt: skip


@st.composite
def evidences(draw: st.DrawFn, stack: str | None = None) -> Evidence:
    """Any evidence; two of them have much in common, so that each section gets its findings."""
    stack = stack or draw(st.sampled_from(["dev", "prod"]))
    found = tuple(draw(st.lists(results(stack), max_size=8, unique_by=lambda each: each.id)))
    entries = tuple(
        ResourceEntry(urn_of(name, stack), QUEUE, name, draw(digests), draw(st.booleans()))
        for name in draw(st.lists(names, unique=True, max_size=4))
    )
    controls = tuple(
        control(id_, draw(st.sampled_from(["satisfied", "not_satisfied", "undecided"])))
        for id_ in draw(st.lists(st.sampled_from(["1.1", "1.2"]), unique=True))
    )
    grants = tuple(
        grant(action, target, conditional=draw(st.booleans()), role=draw(st.sampled_from("rs")))
        for action, target in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["sqs:*", "sqs:SendMessage", "SQS:Send*"]),
                    st.sampled_from(["*", "arn:aws:sqs:us-east-1:1:orders"]),
                ),
                max_size=4,
            )
        )
    )
    made = evidence(
        *found, resources=entries, controls=controls, grants=grants, stack=stack,
        engine=draw(st.sampled_from(["offline", "pulumi"])),
        project=draw(st.sampled_from(["shop", "shop", "shop", "other"])),
    )  # fmt: skip
    incomplete = tuple(draw(st.lists(st.sampled_from([each.urn for each in entries] or ["u"]))))
    digest = draw(digests)
    return replace(made, pack=replace(made.pack, digest=digest), grants_incomplete=incomplete)


def shuffled(made: Evidence, seed: int) -> Evidence:
    """The same evidence with everything in it in another order."""
    order = random.Random(seed)  # noqa: S311 - no secret

    def mixed(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(order.sample(parts, len(parts)))

    return replace(
        made, results=mixed(made.results), resources=mixed(made.resources),
        controls=mixed(made.controls), grants=mixed(made.grants), rules=mixed(made.rules),
        grants_incomplete=mixed(made.grants_incomplete),
    )  # fmt: skip
