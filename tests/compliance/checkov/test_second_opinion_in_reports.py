"""What the page and the Markdown report tell of Checkov's opinion."""

from __future__ import annotations

from dataclasses import replace

from compliance.evidence import AgreementEntry, Evidence, SecondOpinion
from compliance.reports import formats
from tests.compliance.html.example import shop

URN = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::orders"
HOSTILE = "<script>alert(1)</script>"


def entry(verdict: str, reading: str = "", theme: str = "encryption") -> AgreementEntry:
    theirs = "pass" if verdict == "agree" else "fail"
    return AgreementEntry(
        theme, "sqs-queue-encrypted", ("CKV_AWS_27",), URN, "pass", theirs, verdict, reading
    )


def written(opinion: SecondOpinion | None) -> tuple[str, str]:
    evidence: Evidence = replace(shop(), second_opinion=opinion)
    return formats()["html"][1](evidence), formats()["md"][1](evidence)


def test_a_difference_is_told_with_what_it_means() -> None:
    known = entry("differ", "Checkov wants it written down.")
    both = (known, entry("differ", theme="logs"), entry("agree"))
    opinion = SecondOpinion("3.3.30", 4, ("urn:pulumi:dev::shop::gcp:x/y:Topic::clicks",), both)
    for text in written(opinion):
        assert "Checkov wants it written down." in text
        assert "Nobody has explained this difference yet" in text
        assert "clicks" in text
        assert "1 agree, 2 differ" in text


def test_nothing_is_told_where_checkov_was_not_asked() -> None:
    for text in written(None):
        assert "Checkov" not in text


def test_hostile_texts_stay_texts() -> None:
    opinion = SecondOpinion("3.3.30", 1, (), (entry("differ", HOSTILE, HOSTILE),))
    for text in written(opinion):
        assert HOSTILE not in text
