"""Evidence for the tests of reports: drawn (valid by its schema, hostile in its texts) or plain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st
from payment_guardrails.remediation import Remediation

from compliance.evidence import (
    SEVERITIES,
    STATUSES,
    AttestationEntry,
    AttestationFileEntry,
    ControlResult,
    Evidence,
    Grant,
    Link,
    Location,
    Pack,
    ResourceEntry,
    Result,
    RuleCard,
    Subject,
    WaiverEntry,
    WaiverFileEntry,
    summarize,
)

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
HOSTILE = (
    "",
    " ",
    "\n",
    "<script>alert(1)</script>",
    "]]>",
    "<![CDATA[",
    "&amp;&#0;&nbsp;",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    " \ufeff+1",
    "x;=1",
    "x\r\n::error::y",
    "::set-output name=a::b",
    "%0A,file=x",
    "{0} {1} {{x}}",
    "[text](https://example.com) [1](2) @octocat #1 www.example.com",
    "``` `` `",
    "| a | b |\n|---|---|",
    "\x00\x01\x08\x0b\x1b[31m\x7f\x85",
    "\ud800",
    "\udfff\ud83d",
    "\ufffe\uffff",
    "\U0001f600\U0010ffff",
    "\u202eabc\u2066",
    "../../etc/passwd",
    "C:\\x y\\#z?.py",
    "n" * 10_000,
    "\U0001f600" * 10_000,
)
"""Texts that break formats: markup, formulas, commands, characters that XML or UTF-8 has not."""

RULES = ("rule-a", "rule-b", "rule-c")
texts = st.text(max_size=30) | st.sampled_from(HOSTILE)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1)).map(date.isoformat)
urns = st.builds("urn:pulumi:dev::p::aws:sqs/queue:Queue::{}".format, texts)
places = st.builds(Location, file=texts, line=st.integers(1, 10**6))
links = st.builds(Link, property=texts, target=urns)
acceptances = st.fixed_dictionaries(
    {"id": texts, "reason": texts, "owner": texts, "expires": days, "ticket": st.none() | texts}
)


@st.composite
def resources(draw: st.DrawFn) -> ResourceEntry:
    return ResourceEntry(
        urn=draw(urns),
        type=draw(texts),
        name=draw(texts),
        inputs_digest=DIGEST,
        tested=draw(st.booleans()),
        parent=draw(st.none() | urns),
        location=draw(st.none() | places),
        links=tuple(draw(st.lists(links, max_size=2))),
        classification=draw(st.sampled_from(["", "payment", "<b>"])),
        stores=draw(st.sampled_from(["", "items"])),
    )


@st.composite
def results(draw: st.DrawFn, known: list[ResourceEntry]) -> Result:
    status = draw(st.sampled_from(STATUSES))
    own = st.sampled_from([each.urn for each in known]) if known else st.nothing()
    rule = draw(st.sampled_from([*RULES, "rule-without-a-card"]))
    return Result(
        id=draw(texts),
        rule=rule,
        # The level and the severity are the rule's.
        level="mandatory" if rule == "rule-a" else "advisory",
        resource=draw(own | urns | st.none()),
        status=status,
        severity=SEVERITIES[len(rule) % 4] if rule != "rule-a" else "critical",
        message=draw(texts),
        property_path=draw(texts),
        fix=draw(texts),
        waiver=draw(acceptances) if status == "waived" else None,
        waiver_note=draw(texts) if status in ("fail", "undecided") else "",
    )


@st.composite
def controls(draw: st.DrawFn, framework: str, id_: str) -> ControlResult:
    kind = draw(st.sampled_from(["automated", "partial", "manual"]))
    tested = ["satisfied", "not_satisfied", "undecided", "waived", "not_tested"]
    return ControlResult(
        framework=framework,
        version="r5",
        id=id_,
        title=draw(texts),
        kind=kind,
        status="manual" if kind == "manual" else draw(st.sampled_from(tested)),
        basis=draw(st.sampled_from("ABC")),
        rules=() if kind == "manual" else tuple(draw(st.sets(st.sampled_from(RULES), min_size=1))),
        resources=(),
        note=draw(texts),
        evidence_wanted=draw(texts),
    )


attested = st.builds(
    AttestationEntry, framework=texts, control=texts,
    status=st.sampled_from(["valid", "expiring", "expired", "malformed"]), explanation=texts,
    statement=texts, owner=texts, date=days, valid_until=days, evidence_file=texts,
    evidence_digest=st.sampled_from(["", DIGEST]), line=st.integers(1, 9),
)  # fmt: skip
waived = st.builds(
    WaiverEntry, id=texts,
    status=st.sampled_from(["active", "expiring", "unused", "expired", "malformed"]),
    explanation=texts, results=st.lists(texts, max_size=2).map(tuple), rule=texts,
    finding=st.none() | texts, resource=texts, reason=texts, owner=texts, expires=days,
    ticket=st.none() | texts, line=st.integers(1, 9),
)  # fmt: skip
granted = st.builds(
    Grant, principal=urns, role=urns, policy=urns, action=texts, resource=texts,
    targets=st.lists(urns, max_size=2).map(tuple),
    access=st.sampled_from([(), ("Read",), ("Read", "Write")]), conditional=st.booleans(),
    use=st.sampled_from(["recorded", "aws", "unused", "not_recorded"]),
)  # fmt: skip
changed = st.builds(Remediation, rule=texts, urn=urns, path=texts, before=texts, after=texts)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    known = draw(st.lists(resources(), max_size=4, unique_by=lambda each: each.urn))
    found = draw(st.lists(results(known), max_size=8))
    required = tuple(
        draw(controls(framework, id_))
        for framework, id_ in (
            ("NIST SP 800-53", "AC-2(1)"), ("NIST SP 800-53", "AC-3"), ("PCI DSS", "7.2.1"),
            ("A framework of ours", draw(texts)),
        )
    )  # fmt: skip
    return _summed(
        Evidence(
            subject=Subject(
                project=draw(texts),
                stack=draw(texts),
                engine=draw(st.sampled_from(["offline", "pulumi", "state"])),
                program_digest=DIGEST,
                as_of=draw(days),
                evaluated_at=draw(st.none() | st.just("2026-01-31T10:20:30Z") | texts),
                engine_note=draw(texts),
                notes=tuple(draw(st.lists(texts, max_size=2))),
                folder=draw(st.sampled_from(["", "infra", "a b/c"])),
            ),
            pack=Pack(draw(texts), draw(st.just("1.2.3") | texts), DIGEST, {}),
            summary=summarize((), (), ()),
            resources=tuple(known),
            results=tuple(found),
            controls=required,
            rules=tuple(RuleCard(name, draw(texts), draw(texts)) for name in RULES),
            remediations=tuple(draw(st.lists(changed, max_size=2))),
            waiver_file=draw(
                st.none() | st.just(WaiverFileEntry("compliance/waivers.yaml", DIGEST))
            ),
            waivers=tuple(draw(st.lists(waived, max_size=2))),
            grants=tuple(draw(st.lists(granted, max_size=2))),
            grants_incomplete=tuple(draw(st.lists(urns, max_size=1))),
            attestation_file=draw(st.none() | st.just(AttestationFileEntry("a.yaml", DIGEST))),
            attestations=tuple(draw(st.lists(attested, max_size=2))),
        )
    )


def plain(*found: Result, **changes: Any) -> Evidence:
    """Evidence about one queue in `infra/queues.py`, line 7, with these results."""
    evidence = Evidence(
        subject=Subject(
            "shop", "dev", "offline", DIGEST, "2026-01-31", "2026-01-31T10:20:30Z",
            "the program ran without a cloud account", ("the account id is not known",), "infra",
        ),
        pack=Pack("payment-guardrails", "0.1.0", DIGEST, {}),
        summary=summarize((), (), ()),
        resources=(queue("orders"),),
        results=found,
        controls=(
            control("NIST SP 800-53", "AC-3", ("rule-a",)),
            control("PCI DSS", "7.2.1", ("rule-a", "rule-b"), kind="partial"),
        ),
        rules=(RuleCard("rule-a", "A holds", "Because."), RuleCard("rule-b", "B holds", "So.")),
    )  # fmt: skip
    return _summed(replace(evidence, **changes))


def queue(name: str, **changes: Any) -> ResourceEntry:
    entry = ResourceEntry(
        urn=urn(name),
        type="aws:sqs/queue:Queue",
        name=name,
        inputs_digest=DIGEST,
        tested=True,
        location=Location("queues.py", 7),
    )
    return replace(entry, **changes)


def urn(name: str) -> str:
    return f"urn:pulumi:dev::shop::aws:sqs/queue:Queue::{name}"


def control(framework: str, id_: str, rules: tuple[str, ...], **changes: Any) -> ControlResult:
    made = ControlResult(
        framework, "r5" if "NIST" in framework else "v4.0.1", id_, f"Title of {id_}", "automated",
        "satisfied", "A", rules, (), "", "",
    )  # fmt: skip
    return replace(made, **changes)


def result(**changes: Any) -> Result:
    made = Result(
        id="rule-a:1", rule="rule-a", level="mandatory", resource=urn("orders"), status="fail",
        severity="high", message="it is public", property_path="policy",
        fix="aws.sqs.Queue(...)", waiver=None,
    )  # fmt: skip
    return replace(made, **changes)


def _summed(evidence: Evidence) -> Evidence:
    return replace(
        evidence, summary=summarize(evidence.resources, evidence.results, evidence.controls)
    )
