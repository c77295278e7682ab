"""The words in which every report and the terminal say the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from compliance.evidence import PACK, Evidence, WaiverEntry


@dataclass(frozen=True)
class Meaning:
    """A status in few words and in a sentence."""

    short: str
    long: str


MEANING: Final[Mapping[str, Meaning]] = {
    "satisfied": Meaning("satisfied", "Every rule of it was tested and none failed."),
    "not_satisfied": Meaning("not satisfied", "A rule of it failed on at least one resource."),
    "undecided": Meaning("undecided", "A value that decides it is not known."),
    "waived": Meaning("waived", "A failure of it is accepted; the rest passes."),
    "not_tested": Meaning("not tested", "A rule of it found nothing in this stack to judge."),
    "manual": Meaning("manual", "No rule tests it: a person must bring evidence."),
    "fail": Meaning("failed", "The rule does not hold for the resource."),
    "pass": Meaning("passed", "The rule holds for the resource."),
    "not_applicable": Meaning("not applicable", "The rule does not speak of this resource."),
}

BASIS: Final[Mapping[str, str]] = {
    "A": "the cloud vendor's or Pulumi's published mapping",
    "B": "the AWS Config conformance-pack lineage",
    "C": "our own reading",
}


def plural(count: int, noun: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def name_of(urn: str | None) -> str:
    """A resource's name and type, short enough to read: `jobs (sqs Queue)`."""
    if urn is None:
        return "the stack"
    _, _, rest = urn.partition("::")
    qualified, _, name = rest.partition("::")[2].partition("::")
    parts = qualified.rpartition("$")[2].split(":")
    if len(parts) < 3 or not name:
        return urn
    return f"{name} ({parts[1].partition('/')[0]} {parts[2]})"


def verdict_line(evidence: Evidence) -> str:
    """The verdict and what it rests on, in one sentence."""
    summary = evidence.summary
    rules = {result.rule for result in evidence.results if result.tool == PACK}
    checks = {result.rule for result in evidence.results} - rules
    also = f" and {plural(len(checks), 'check')} of Checkov's" if checks else ""
    basis = (
        f"{plural(len(rules), 'rule')}{also} on "
        f"{summary.resources_tested} of {plural(summary.resources, 'resource')}"
    )
    waived = sum(result.status == "waived" for result in evidence.results)
    accepted = f" {plural(waived, 'finding')} accepted by waivers." if waived else ""
    if summary.verdict == "pass":
        return f"Nothing mandatory failed and nothing mandatory is undecided: {basis}.{accepted}"
    return (
        f"{summary.mandatory_failed} mandatory failed, "
        f"{summary.mandatory_undecided} mandatory undecided: {basis}.{accepted}"
    )


def exceptions(evidence: Evidence) -> Iterator[str]:
    """What somebody should do about a waiver: those that do not count, end soon or match nothing.

    One sentence for each.
    """
    for waiver in evidence.waivers:
        if waiver.explanation:
            inactive = waiver.status in ("expired", "malformed")
            yield (
                f"waiver {waiver.id} of {waiver.owner} ({place_of(evidence, waiver)})"
                f"{' does not count' if inactive else ''}: {waiver.explanation}"
            )


def place_of(evidence: Evidence, waiver: WaiverEntry) -> str:
    """Where a waiver is written: file and line."""
    return f"{evidence.waiver_file.path if evidence.waiver_file else 'waivers'}:{waiver.line}"


def acceptance(waiver: Mapping[str, Any] | None) -> str:
    """What a result says of the waiver that counts for it; empty where there is none."""
    if waiver is None:
        return ""
    ticket = f", {waiver['ticket']}" if waiver.get("ticket") else ""
    return (
        f"waived until {waiver.get('expires')} by {waiver.get('owner')}: {waiver.get('reason')} "
        f"(waiver {waiver.get('id')}{ticket})"
    )


def subject_of(waiver: WaiverEntry) -> str:
    """What a waiver is for, as its file says it."""
    return waiver.finding or f"{waiver.rule} on {waiver.resource}"
