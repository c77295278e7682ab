"""What holds of the difference of any two reports."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from compliance.difference import Basis, Difference, Section
from compliance.difference.compare import compare
from compliance.difference.entries import FindingChange, Reach, Turn
from compliance.difference.verdict import FailOn, fails
from compliance.evidence import Evidence
from tests.compliance.difference.evidences import evidences, shuffled

FOUND = {"fail", "undecided", "waived"}


def found(evidence: Evidence) -> Counter[str]:
    return Counter(repr(each) for each in evidence.results if each.status in FOUND)


def sides(difference: Difference) -> set[str]:
    return {repr((each.before, each.after, each.section)) for each in difference.findings}


@given(evidences())
def test_nothing_differs_from_itself(evidence: Evidence) -> None:
    difference = compare(evidence, evidence)
    assert difference.basis == Basis()
    assert {each.section for each in difference.findings} <= {Section.UNCHANGED}
    assert [*difference.controls, *difference.resources, *difference.grants] == []
    assert not fails(difference, FailOn.NEW)


@given(evidences(), evidences())
def test_every_finding_of_either_is_there_exactly_once(base: Evidence, head: Evidence) -> None:
    changes = compare(base, head).findings
    assert Counter(repr(each.before) for each in changes if each.before) == found(base)
    assert Counter(repr(each.after) for each in changes if each.after) == found(head)


MIRRORED = {
    Section.NEW: Section.FIXED, Section.BACK: Section.WAIVED, Section.CHANGED: Section.CHANGED,
    Section.UNCHANGED: Section.UNCHANGED,
}  # fmt: skip


def mirror(change: FindingChange) -> Section:
    """Where the finding must be in the difference the other way round."""
    if change.section is Section.WAIVED:
        return Section.BACK if change.before else Section.FIXED
    if change.section is Section.FIXED and change.before is not None:
        return Section.WAIVED if change.before.status == "waived" else Section.NEW
    return MIRRORED[change.section]


@given(evidences(), evidences())
def test_the_other_way_round_new_is_fixed_and_what_came_went(
    base: Evidence, head: Evidence
) -> None:
    there, back = compare(base, head), compare(head, base)
    assert sides(back) == {repr((e.after, e.before, mirror(e))) for e in there.findings}
    assert {(repr(e.shown), e.renamed) for e in there.findings if not (e.before and e.after)} == {
        (repr(e.shown), e.renamed) for e in back.findings if not (e.before and e.after)
    }
    assert {(e.id, e.before, e.after) for e in there.controls} == {
        (e.id, e.after, e.before) for e in back.controls
    }
    turned = {Turn.CAME: Turn.WENT, Turn.WENT: Turn.CAME, Turn.CHANGED: Turn.CHANGED}
    assert {(e.place, turned[e.turn]) for e in there.resources} == {
        (e.place, e.turn) for e in back.resources
    }
    reached = dict(
        zip(Reach, (Reach.NARROWED, Reach.REMOVED, Reach.WIDENED, Reach.ADDED), strict=True)
    )
    assert {(e.before, e.after, reached[e.reach], e.covers) for e in there.grants} == {
        (e.after, e.before, e.reach, e.covers) for e in back.grants
    }


@given(evidences(), evidences(), st.integers())
def test_the_order_in_the_files_does_not_matter(base: Evidence, head: Evidence, seed: int) -> None:
    assert compare(shuffled(base, seed), shuffled(head, ~seed)) == compare(base, head)


@given(evidences(), evidences())
def test_what_blocks_now_and_did_not_is_never_let_through(base: Evidence, head: Evidence) -> None:
    """Without a report's help: more blocks on a rule and resource than did means it fails."""

    def blocking(evidence: Evidence) -> Counter[tuple[str, str]]:
        return Counter(
            (each.rule, (each.resource or "").rpartition("::")[2])
            for each in evidence.results
            if each.status in ("fail", "undecided") and each.level == "mandatory"
        )

    if blocking(head) - blocking(base):
        assert fails(compare(base, head), FailOn.NEW)


@given(evidences("dev"), evidences("dev"))
def test_what_is_let_through_has_blocked_before_in_the_same_finding(
    base: Evidence, head: Evidence
) -> None:
    difference = compare(base, head)
    if fails(difference, FailOn.NEW):
        return
    for change in difference.findings:
        now, before = change.after, change.before
        if now is not None and now.level == "mandatory" and now.status != "waived":
            assert before is not None
            assert before.level == "mandatory"
            assert before.status != "waived"
            assert (before.rule, before.resource) == (now.rule, now.resource)
