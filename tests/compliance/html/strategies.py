"""Any evidence, with hostile texts in every place that takes one."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from compliance.evidence import (
    SEVERITIES,
    STATUSES,
    AttestationEntry,
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
    summarize,
)
from compliance.reports.html.architecture.kinds import JOINTS, PARTS

HOSTILE: Final = (
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "</style>", "-->", "]]>",
    '" onmouseover="alert(1)', "' x='", "javascript:alert(1)", "{{ 7 * 7 }}", "{% raw %}", "&lt;",
    "\ud800", "\x00", "\x1b[31m", "\u202egnp.exe", "\ufffe", "a" * 10_000, "=1+1", "`<b>`",
    "https://x.example/?a=1&b='\"<i>", "",
)  # fmt: skip
texts = st.text(max_size=30) | st.sampled_from(HOSTILE)
types = st.sampled_from([*PARTS, *JOINTS, "aws:iam/role:Role", "aws:kms/key:Key"]) | texts
urns = st.builds("urn:pulumi:dev::p::{}::{}".format, types, texts) | texts
_waived = st.none() | st.fixed_dictionaries(
    dict.fromkeys(("id", "reason", "owner", "expires", "ticket"), texts)
)
_attestations = st.builds(
    AttestationEntry,
    framework=st.just("F") | texts, control=st.just("1") | texts,
    status=st.sampled_from(["valid", "expiring", "expired", "malformed"]), explanation=texts,
    statement=texts, owner=texts, date=texts, valid_until=texts, evidence_file=texts,
    evidence_digest=texts, line=st.integers(1, 9),
)  # fmt: skip
_waivers = st.builds(
    WaiverEntry,
    id=texts, status=st.sampled_from(["active", "expiring", "unused", "expired", "malformed"]),
    explanation=texts, results=st.lists(texts, max_size=2).map(tuple), rule=texts,
    finding=st.none() | texts, resource=texts, reason=texts, owner=texts, expires=texts,
    ticket=st.none() | texts, line=st.integers(1, 9),
)  # fmt: skip


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """Evidence whose parts speak of each other, and of what is not there."""
    known = draw(st.lists(urns, max_size=6))
    anything = st.sampled_from(known) | urns if known else urns
    links = st.builds(
        Link,
        property=st.sampled_from(["role", "policy", "restApi", "uri", "redrivePolicy"]) | texts,
        target=anything,
    )
    resources = tuple(
        ResourceEntry(
            urn, draw(types), draw(texts), "sha256:x", draw(st.booleans()),
            draw(st.none() | anything),
            draw(st.none() | st.builds(Location, texts, st.integers(1, 9))),
            tuple(draw(st.lists(links, max_size=3))), draw(texts), draw(texts),
        )
        for urn in known
    )  # fmt: skip
    rules = st.sampled_from(["rule-a", "rule-b"]) | texts
    results = tuple(
        draw(
            st.lists(
                st.builds(
                    Result,
                    id=texts, rule=rules, level=st.sampled_from(["mandatory", "advisory"]),
                    resource=st.none() | anything, status=st.sampled_from(STATUSES),
                    severity=st.sampled_from(SEVERITIES), message=texts, property_path=texts,
                    fix=texts, waiver=_waived, waiver_note=texts,
                ),
                max_size=6,
            )
        )
    )  # fmt: skip
    controls = tuple(
        ControlResult(
            "F", draw(texts), number, draw(texts), kind, status, "C",
            tuple(draw(st.lists(rules, max_size=2))), tuple(known), draw(texts), draw(texts),
        )
        for number, kind, status in (
            ("1", "manual", "manual"), ("2", "partial", "not_satisfied"),
            (draw(texts), "", "waived"),
        )
    )  # fmt: skip
    grants = st.builds(
        Grant,
        principal=anything, role=anything, policy=texts, action=texts, resource=texts,
        targets=st.lists(anything, max_size=2).map(tuple),
        access=st.lists(st.sampled_from(["List", "Read", "Write"]), max_size=2).map(tuple),
        conditional=st.booleans(), use=st.sampled_from(["recorded", "aws", "unused", "x"]),
    )  # fmt: skip
    return Evidence(
        Subject(draw(texts), draw(texts), "offline", "sha256:x", draw(texts), None, draw(texts),
                (draw(texts),), draw(texts)),
        Pack(draw(texts), "1", "sha256:x", {draw(texts): {draw(texts): draw(texts)}}),
        summarize(resources, results, controls),
        resources,
        results,
        controls,
        (RuleCard("rule-a", draw(texts), draw(texts)),),
        waivers=tuple(draw(st.lists(_waivers, max_size=2))),
        grants=tuple(draw(st.lists(grants, max_size=4))),
        grants_incomplete=tuple(draw(st.lists(anything, max_size=2))),
        attestations=tuple(draw(st.lists(_attestations, max_size=2))),
    )  # fmt: skip
